#include "collect/changes.h"

#include <algorithm>
#include <tuple>

#include "aws/region.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/archive.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr uint64_t kFileBytesMax = 1ull << 30;  // of a file of events, unpacked; CloudTrail writes some megabytes

void add_values(Value value, std::vector<std::string>& out) {
  if (value.is_list() || value.is_map()) {
    if (value.is_list()) for (Value item : value.items()) add_values(item, out);
    else for (auto entry : value.entries()) add_values(entry.value, out);
  } else if (auto text = value ? value.scalar_text() : std::nullopt; text && !value.is_null() && !text->empty()) {
    out.emplace_back(*text);
  }
}

class Reader {
 public:
  Reader(const ResourceCatalogue& catalogue, std::vector<Error>& errors) : catalogue_(catalogue), errors_(errors) {}

  // `named`: by a person, so that a file without events is an error and not a neighbour of those that have some.
  void file(const std::string& shown, std::string bytes, bool named) {
    if (packing_of(bytes) != Packing::none) {
      auto text = unpack_bytes(bytes, kFileBytesMax, shown);
      if (!text) return errors_.push_back(text.error());
      bytes = std::move(*text);
    }
    auto whole = read_json(bytes, Source{nullptr, shown, "", 0, "", "$"});
    if (whole) {
      if (!events((*whole)->root(), shown) && named)
        errors_.push_back({Code::parse, "`" + shown + "` has no events of CloudTrail", {shown}, "`Records`, a list of events, or one event a line", ""});
      return;
    }
    // One event a line, or nothing that can be read.
    uint32_t number = 0;
    size_t read = 0;
    std::vector<Error> wrong;
    for (std::string_view line : split(bytes, '\n')) {
      ++number;
      if (trim(line).empty()) continue;
      JsonOptions options;
      options.first_line = number;
      auto one = read_json(line, Source{nullptr, shown, "", 0, "", "$"}, options);
      if (one && events((*one)->root(), shown)) ++read;
      else wrong.push_back(one ? Error{Code::parse, "this line is no event of CloudTrail", {shown, number, 1}, "`eventSource` and `eventName`", ""} : one.error());
    }
    if (read == 0) return errors_.push_back(whole.error());
    errors_.insert(errors_.end(), wrong.begin(), wrong.end());
  }

  ChangesRead take() {
    for (auto& [key, change] : changes_) {
      out_.resources += change.names.size();
      out_.changes.push_back(std::move(change));
    }
    return std::move(out_);
  }

 private:
  bool events(Value root, const std::string& shown) {
    if (root.is_map() && root.get("Records").is_list()) root = root.get("Records");
    if (root.is_list()) {
      for (Value one : root.items())
        if (!event(one, shown)) errors_.push_back({Code::parse, "this is no event of CloudTrail", {shown, one.line(), one.column()}, "`eventSource` and `eventName`", ""});
      return true;
    }
    return event(root, shown);
  }

  bool event(Value event, const std::string& shown) {
    if (Value detail = event.get("detail"); detail.is_map()) event = detail;  // as EventBridge hands it on
    const std::string source(event.get("eventSource").text()), name(event.get("eventName").text());
    if (source.empty() || name.empty()) return false;
    ++out_.events;
    if (event.get("readOnly").scalar_text() == "true" || !event.get("errorCode").text().empty()) return true;
    ++out_.writes;
    std::string account(event.get("recipientAccountId").text());
    if (account.empty()) account = event.get("userIdentity").get("accountId").text();
    const std::string region(event.get("awsRegion").text());
    bool mapped = false;
    for (const ResourceTypePtr& type : catalogue_.types())
      for (const EventRule& rule : type->events) {
        if (!rule.means(source, name)) continue;
        mapped = true;
        if (account.empty() || (!type->global && !is_region_name(region))) {
          errors_.push_back({Code::parse, "`" + name + "` does not say whose it is, or where", {shown, event.line(), event.column()}, "`recipientAccountId` and `awsRegion`", ""});
          return true;
        }
        touched(*type, type, rule, event, account, type->global ? "global" : region);
      }
    if (!mapped) ++out_.unmapped[source + " " + name];
    return true;
  }

  void touched(const ResourceType& type, const ResourceTypePtr& shared, const EventRule& rule, Value event, const std::string& account, const std::string& region) {
    std::set<std::string> calls(rule.calls.begin(), rule.calls.end());
    if (calls.empty())
      for (const Read& read : type.reads) calls.insert(read.call);
    for (const Read& read : type.reads)
      if (!read.after.empty() && calls.contains(read.call)) calls.insert(read.after);
    std::vector<std::string> names;
    for (const Path& path : rule.at) {
      Found found = path.find(event);
      for (Value value : found.values) add_values(value, names);
    }
    Change& change = changes_[{account, region, type.type, join({calls.begin(), calls.end()}, " ")}];
    change.account = account, change.region = region, change.type = shared, change.calls = calls;
    if (names.empty()) change.whole = true;
    for (const std::string& one : names) {
      change.names.insert(one);
      for (std::string& spelling : spellings(one)) change.spelt.insert(std::move(spelling));
    }
  }

  const ResourceCatalogue& catalogue_;
  std::vector<Error>& errors_;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Change> changes_;
  ChangesRead out_;
};

bool holds_events(std::string_view name) {
  for (const char* end : {".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"})
    if (ends_with(name, end)) return true;
  return false;
}

// A request from the texts that an index keeps of it.
DocumentPtr input_from(Value texts, const ApiShape* shape) {
  Builder builder;
  builder.begin_map();
  for (auto entry : texts.entries()) {
    const ApiMember* member = shape ? shape->member(entry.key()) : nullptr;
    const auto kind = member && member->shape ? member->shape->kind : ApiShape::Kind::string;
    std::string text(entry.value.scalar_text().value_or(""));
    builder.key(entry.key());
    if (kind == ApiShape::Kind::string) {
      builder.string(text);
      continue;
    }
    auto value = read_json(text, Source{});
    if (value) builder.copy((*value)->root(), builder.add_source({}));
    else builder.string(text);
  }
  builder.end();
  return builder.finish();
}

}  // namespace

std::vector<std::string> spellings(std::string_view value) {
  std::vector<std::string> out{std::string(value)};
  const bool arn = starts_with(value, "arn:");
  if (!arn && !starts_with(value, "https://") && !starts_with(value, "http://")) return out;
  auto behind = [&](size_t at) {
    if (at != std::string_view::npos && at + 1 < value.size()) out.emplace_back(value.substr(at + 1));
  };
  behind(value.rfind('/'));
  if (arn) behind(value.rfind(':')), behind(value.find('/'));
  return out;
}

std::vector<std::string> values_asked(Value input) {
  std::vector<std::string> out;
  add_values(input, out);
  return out;
}

bool Change::names_any(const PlannedCall& call) const {
  for (const std::string& value : values_asked(call.input->root()))
    for (const std::string& asked : spellings(value))
      if (spelt.contains(asked)) return true;
  return false;
}

bool Change::asks(const PlannedCall& call) const {
  return call.place.account == account && calls.contains(call.call) && (whole || names_any(call));
}

ChangesRead read_changes(const std::vector<std::string>& paths, std::string_view standard_input, const ResourceCatalogue& catalogue, std::vector<Error>& errors) {
  Reader reader(catalogue, errors);
  for (const std::string& path : paths) {
    if (path == "-") {
      reader.file("standard input", std::string(standard_input), true);
      continue;
    }
    if (!exists(path)) {
      errors.push_back({Code::not_found, "there is no `" + path + "`", {path}, "a file or folder of CloudTrail events", ""});
      continue;
    }
    const bool folder = is_folder(path);
    for (const Entry& entry : walk(path, errors)) {
      if (folder && !holds_events(entry.path)) continue;
      if (auto bytes = read_file(entry.path, kFileBytesMax)) reader.file(entry.path, std::move(*bytes), !folder);
      else errors.push_back(bytes.error());
    }
  }
  return reader.take();
}

Result<std::vector<PlannedCall>> recorded_calls(const std::string& dir, const Change& change, const ApiCatalogue& apis) {
  std::vector<PlannedCall> out;
  const std::string folder = join_path(dir, change.account);
  if (!is_folder(folder)) return out;
  std::vector<Error> problems;
  for (const Entry& entry : walk(folder, problems)) {
    if (!ends_with(entry.path, ".index")) continue;
    const std::string name = file_name(entry.path);
    const std::string text = TRY(read_file(entry.path));
    bool page = false;  // of the call before
    for (std::string_view line : split(text, '\n')) {
      const bool later = page;
      page = line.find("\"more\"") != std::string_view::npos;
      if (later || std::none_of(change.calls.begin(), change.calls.end(), [&](auto& call) { return line.find('"' + call + '"') != std::string_view::npos; })) continue;
      auto document = read_json(line, Source{nullptr, entry.path, "", 0, "", "$"});
      if (!document) continue;  // whoever reads the snapshot names it
      Value root = (*document)->root();
      const ApiOperation* operation = apis.operation(root.get("call").text());
      PlannedCall call{{change.account, name.substr(0, name.size() - 6)}, std::string(root.get("call").text()), input_from(root.get("parameters"), operation ? operation->input : nullptr)};
      if (change.whole && change.region != "global" && call.place.region != change.region) continue;
      if (!values_asked(call.input->root()).empty() && change.asks(call)) out.push_back(std::move(call));
    }
  }
  return out;
}

}  // namespace reeve
