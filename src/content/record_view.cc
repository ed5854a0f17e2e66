// content/views/<name>.yaml: what later parts of Reeve will record, as SQL controls see it (docs/formats/views.md).
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "content/fields.h"
#include "content/read_items.h"
#include "store/views.h"

namespace reeve {
namespace {

bool is_plain(std::string_view text) { return is_slug(text, '_') && !(text.front() >= '0' && text.front() <= '9'); }

const std::vector<std::string>& type_words() {
  static const std::vector<std::string> words = {"text", "integer", "number", "boolean", "time", "list", "map"};
  return words;
}

void read_columns(Value columns, const std::string& shown, RecordView& view, std::vector<Error>& errors) {
  for (auto entry : columns.entries()) {
    RecordColumn column;
    column.name = std::string(entry.key());
    if (!is_plain(column.name)) {
      errors.push_back({Code::type, "`" + column.name + "` is no name for a column", place_of(entry.key_node), "words of a–z and 0–9 joined by _, such as first_seen", {}});
      continue;
    }
    Fields fields(entry.value, "a column", {"type", "meaning", "absent"}, errors);
    std::string type = fields.word("type", type_words());
    auto word = std::find(type_words().begin(), type_words().end(), type);
    if (word != type_words().end()) column.type = static_cast<RecordColumn::Type>(word - type_words().begin());
    column.meaning = fields.text("meaning");
    column.absent = fields.text("absent", Need::optional);
    view.columns.push_back(std::move(column));
  }
  if (view.columns.empty()) errors.push_back({Code::not_found, "`columns` is missing from a record view", {shown, 1, 1}, "a map of columns", {}});
}

// The words of a query that may name a view: what stands in comments and in texts says nothing.
std::set<std::string> words_of(std::string_view sql) {
  std::set<std::string> words;
  auto is_part_of_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  for (size_t i = 0; i < sql.size();) {
    if (starts_with(sql.substr(i), "--")) {
      i = std::min(sql.find('\n', i), sql.size());
    } else if (starts_with(sql.substr(i), "/*")) {
      size_t end = sql.find("*/", i + 2);
      i = end == std::string_view::npos ? sql.size() : end + 2;
    } else if (sql[i] == '\'') {
      size_t end = sql.find('\'', i + 1);
      i = end == std::string_view::npos ? sql.size() : end + 1;
    } else if (is_part_of_word(sql[i])) {
      size_t begin = i;
      while (i < sql.size() && is_part_of_word(sql[i])) ++i;
      words.insert(lower(sql.substr(begin, i - begin)));
    } else {
      ++i;
    }
  }
  return words;
}

// False if the control is to be left out.
bool agrees(const Control& control, const Content& content, const std::vector<std::string>& parts, std::vector<Error>& errors) {
  size_t before = errors.size();
  for (const std::string& part : control.parts())
    if (std::find(parts.begin(), parts.end(), part) == parts.end())
      errors.push_back(unknown_word("no view is filled by `" + part + "`", control.at.at("needs"), part, parts));
  if (control.judge != Judge::sql) return errors.size() == before;
  const std::string asked = lower(control.check.text + "\n" + control.where);
  if (std::none_of(content.record_views.begin(), content.record_views.end(), [&](const RecordView& view) { return contains(asked, view.name); })) return errors.size() == before;
  std::set<std::string> words = words_of(control.check.text);
  words.merge(words_of(control.where));
  for (const RecordView& view : content.record_views) {
    if (!words.contains(view.name)) continue;
    if (control.within_account)
      errors.push_back({Code::usage, "`within: account` does not see the view `" + view.name + "`", {control.check.shown}, "no `within`", {}});
    else if (std::find(control.needs.begin(), control.needs.end(), view.filled_by) == control.needs.end())
      errors.push_back({Code::usage, "control `" + control.id + "` asks the view `" + view.name + "` and does not need what fills it", {control.check.shown},
                        "`" + view.filled_by + "` among its `needs`", {}});
  }
  return errors.size() == before;
}

}  // namespace

std::string_view name(RecordColumn::Type type) { return type_words()[static_cast<size_t>(type)]; }

const RecordColumn* RecordView::column(std::string_view name) const {
  for (const RecordColumn& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}

bool is_part(std::string_view need) { return starts_with(need, "reeve:") && is_slug(need.substr(6)); }

std::string command_of(std::string_view part) {
  std::string out(part);
  std::replace(out.begin(), out.end(), ':', ' ');
  return out;
}

std::vector<std::string> Control::parts() const {
  std::vector<std::string> out;
  for (const std::string& need : needs)
    if (is_part(need)) out.push_back(need);
  return out;
}

std::optional<RecordView> read_record_view(const ContentItem& item, std::vector<Error>& errors) {
  const ContentFile& file = *item.files.front();
  size_t before = errors.size();
  RecordView view;
  view.name = item.name.substr(0, item.name.rfind('.'));
  view.at = {file.shown, 1, 1};
  if (item.files.size() != 1 || file.path != "views/" + item.name || !ends_with(item.name, ".yaml") || !is_plain(view.name)) {
    errors.push_back({Code::usage, "`" + item.name + "` is no name for a view", {item.shown}, "a file such as root_activity.yaml", {}});
    return std::nullopt;
  }
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return std::nullopt;
  Fields fields((*document)->root(), "a record view", {"title", "meaning", "filled_by", "columns"}, errors);
  view.title = fields.text("title");
  view.meaning = fields.text("meaning");
  view.filled_by = fields.text_like("filled_by", Need::required, "a part such as reeve:detect", is_part);
  Value columns = fields.get("columns");
  if (columns && !columns.is_map()) fields.wrong(Code::type, "`columns` is no map", fields.at("columns"), "a map of columns");
  else read_columns(columns, file.shown, view, errors);
  if (errors.size() != before) return std::nullopt;
  return view;
}

void hold_record_views(Content& content) {
  std::map<std::string, std::string> taken;
  for (std::string_view name : store::fixed_views()) taken.emplace(name, "a view that every run has");
  for (const ContentDocument& type : content.resource_types) {
    std::string of(type.document->root().get("type") ? type.document->root().get("type").text() : "");
    taken.emplace(store::view_name(of), "the view of `" + of + "`");
  }
  std::erase_if(content.record_views, [&](const RecordView& view) {
    auto other = taken.find(view.name);
    if (other == taken.end()) return false;
    content.errors.push_back({Code::conflict, "the view `" + view.name + "` would hide " + other->second, view.at, "another name", {}});
    return true;
  });
  std::set<std::string> parts;
  for (const RecordView& view : content.record_views) parts.insert(view.filled_by);
  std::vector<std::string> known(parts.begin(), parts.end());
  std::erase_if(content.controls, [&](const Control& control) { return !agrees(control, content, known, content.errors); });
}

}  // namespace reeve
