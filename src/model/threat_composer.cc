#include "model/threat_composer.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "formats/json.h"
#include "model/schema.h"

namespace reeve::model {
namespace {

std::string quoted_choices(const std::vector<std::string_view>& choices) {
  std::string out;
  for (size_t i = 0; i < choices.size(); ++i) out += (i == 0 ? "`" : i + 1 == choices.size() ? " or `" : ", `") + std::string(choices[i]) + "`";
  return out;
}

std::string shown(std::string_view text) {
  constexpr size_t most = 60;
  if (text.size() <= most) return "`" + std::string(text) + "`";
  size_t cut = most;
  while (cut > 0 && (text[cut] & 0xC0) == 0x80) --cut;
  return "`" + std::string(text.substr(0, cut)) + "…`";
}

// 2026-11-30T08:15Z, with seconds and fractions if given: the format's own pattern, which knows leap years and no other zone.
bool is_time(std::string_view text) {
  auto digits = [&text](size_t at, size_t count) -> int {
    if (at + count > text.size()) return -1;
    int n = 0;
    for (size_t i = at; i < at + count; ++i) {
      if (text[i] < '0' || text[i] > '9') return -1;
      n = n * 10 + (text[i] - '0');
    }
    return n;
  };
  if (text.size() < 17 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text.back() != 'Z') return false;
  const int year = digits(0, 4), month = digits(5, 2), day = digits(8, 2), hour = digits(11, 2), minute = digits(14, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days = month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  if (day > days) return false;
  std::string_view rest = text.substr(16, text.size() - 17);
  if (rest.empty()) return true;
  const int second = rest[0] == ':' ? digits(17, 2) : -1;
  if (second < 0 || second > 59) return false;
  rest.remove_prefix(3);
  if (rest.empty()) return true;
  return rest[0] == '.' && rest.size() > 1 && rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(const Document& document) : document_(document) {}

  Checked run() {
    const Value root = document_.root();
    for (const Place& place : document_.duplicate_keys())
      problem(place, "a key stands twice in one map, and only one of the two would be kept", "each key once");
    if (!root.is_map()) {
      problem(place_of(root), "this is no threat model", "a map with `schema`");
      return finish();
    }
    if (!version(root)) return finish();  // what another version's fields mean is not known
    for (auto entry : root.entries()) {
      const std::string_view key = entry.key();
      if (key == "schema") continue;
      if (key == "brainstorm") {
        brainstorm(entry.value);
        continue;
      }
      const SectionRule* rule = starts_with(key, "brainstorm.") ? nullptr : section_rule(key);
      if (!rule)
        unknown(entry.key_node, std::string(key), "the document", top_names());
      else
        section(*rule, entry.value, std::string(key));
    }
    return finish();
  }

 private:
  Place place_of(Value value) const { return {document_.self().file, value ? value.line() : 1, value ? value.column() : 1, }; }

  void problem(Place place, std::string what, std::string expected = {}, std::string hint = {}) {
    ++count_;
    place.path = document_.self().file;
    if (out_.problems.size() < problems_max) out_.problems.push_back({Code::type, std::move(what), std::move(place), std::move(expected), std::move(hint)});
  }
  void problem(Value at, const std::string& path, const std::string& what, std::string expected = {}, std::string hint = {}) {
    problem(place_of(at), path + " " + what, std::move(expected), std::move(hint));
  }
  void unknown(Value at, const std::string& path, const std::string& of, const std::vector<std::string>& names) {
    const size_t dot = path.rfind('.');
    const std::string near = nearest(dot == std::string::npos ? path : path.substr(dot + 1), names);
    problem(at, shown_path(path), "is no field of " + of, {}, near.empty() ? std::string() : "is `" + near + "` meant?");
  }
  // Keys come from the document: what is no plain word is put in back-ticks.
  static std::string shown_path(const std::string& path) {
    const bool plain = path.size() <= 200 && std::all_of(path.begin(), path.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '[' || c == ']' || c == '_' || c == '-' || c == ':';
    });
    return plain ? path : shown(path);
  }

  Checked finish() {
    std::stable_sort(out_.problems.begin(), out_.problems.end(), [](const Error& a, const Error& b) {
      return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    if (count_ > out_.problems.size())
      out_.problems.push_back({Code::limit, std::to_string(count_ - out_.problems.size()) + " more breaches of the schema are not told", {document_.self().file, 0, 0}, {}, {}});
    return std::move(out_);
  }

  static std::vector<std::string> top_names() {
    std::vector<std::string> names = {"schema", "brainstorm"};
    for (const SectionRule& rule : section_rules())
      if (!starts_with(rule.name, "brainstorm.")) names.emplace_back(rule.name);
    return names;
  }

  bool version(Value root) {
    const Value schema = root.get("schema");
    if (!schema) {
      problem(root, "schema", "is not there", "the number 1, the format's version");
      return false;
    }
    if (!schema.is_number()) {
      problem(schema, "schema", "is no number", "1, the format's version");
      return false;
    }
    if (!(schema.number().value_or(2) <= 1)) {
      problem(schema, "schema", "is " + std::string(schema.text()) + ", a version of Threat Composer's format that is not known here", "1", "a newer Reeve may read it");
      return false;
    }
    out_.model.version = {std::string(schema.text()), schema.kind() == Kind::integer};
    return true;
  }

  void brainstorm(Value value) {
    if (!value.is_map()) return problem(value, "brainstorm", "is no map");
    out_.model.brainstorm = true;
    for (auto entry : value.entries()) {
      const std::string path = "brainstorm." + std::string(entry.key());
      if (const SectionRule* rule = section_rule(path)) {
        section(*rule, entry.value, path);
        continue;
      }
      std::vector<std::string> names;
      for (const SectionRule& one : section_rules())
        if (starts_with(one.name, "brainstorm.")) names.emplace_back(one.name.substr(11));
      unknown(entry.key_node, path, "a brainstorm", names);
    }
  }

  void section(const SectionRule& rule, Value value, const std::string& path) {
    auto& records = out_.model.sections[std::string(rule.name)];
    if (!rule.list) {
      if (value.is_map())
        records.push_back(record(rule, value, path));
      else
        problem(value, path, "is no map");
      return;
    }
    if (!value.is_list()) return problem(value, path, "is no list");
    std::map<std::string, size_t, std::less<>> seen;
    size_t index = 0;
    records.reserve(value.size());
    for (Value item : value.items()) {
      const std::string at = path + "[" + std::to_string(index) + "]";
      if (!item.is_map()) {
        problem(item, at, "is no map");
      } else {
        records.push_back(record(rule, item, at));
        if (rule.ids && item.get("id").is_string()) {
          auto [former, fresh] = seen.try_emplace(std::string(item.get("id").text()), index);
          if (!fresh) problem(item.get("id"), at + ".id", "is " + shown(former->first) + ", which is that of " + path + "[" + std::to_string(former->second) + "] already", "an id of its own");
        }
      }
      ++index;
    }
  }

  Record record(const SectionRule& rule, Value value, const std::string& path) {
    Record out;
    for (auto entry : value.entries()) {
      const std::string at = path + "." + std::string(entry.key());
      const FieldRule* field = field_rule(rule, entry.key());
      if (!field) {
        std::vector<std::string> names;
        for (const FieldRule& one : rule.fields) names.emplace_back(one.name);
        unknown(entry.key_node, at, rule.list ? "a record of `" + std::string(rule.name) + "`" : "`" + std::string(rule.name) + "`", names);
        continue;
      }
      if (auto read = this->field(rule, *field, entry.value, at)) out.fields[std::string(field->name)] = std::move(*read);
    }
    for (const FieldRule& field : rule.fields)
      if (field.required && !value.get(field.name)) problem(value, path + "." + std::string(field.name), "is not there, and it is required");
    return out;
  }

  std::optional<FieldValue> field(const SectionRule& section, const FieldRule& rule, Value value, const std::string& path) {
    switch (rule.kind) {
      case FieldKind::number:
        if (!value.is_number()) return problem(value, path, "is no number"), std::nullopt;
        return Number{std::string(value.text()), value.kind() == Kind::integer};
      case FieldKind::time:
        if (!value.is_string() || !is_time(value.text()))
          return problem(value, path, value.is_string() ? "is " + shown(value.text()) + ", which is no time" : "is no text", "a time in UTC such as 2026-11-30T08:15:00Z"), std::nullopt;
        return std::string(value.text());
      case FieldKind::text:
        if (!text(value, path, rule.shortest, rule.longest, rule.choices)) return std::nullopt;
        return std::string(value.text());
      case FieldKind::texts: return texts(value, path, rule.shortest, rule.longest, rule.choices);
      case FieldKind::metadata: return metadata(section, value, path);
    }
    return std::nullopt;
  }

  bool text(Value value, const std::string& path, size_t shortest, size_t longest, const std::vector<std::string_view>& choices) {
    if (!value.is_string()) return problem(value, path, "is no text"), false;
    const std::string_view text = value.text();
    if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end())
      return problem(value, path, "is " + shown(text), quoted_choices(choices)), false;
    const size_t length = shortest || longest ? code_points(text) : 0;
    const auto figure = [](size_t n) { return with_thousands(n) + (n == 1 ? " character" : " characters"); };
    if (longest && length > longest) return problem(value, path, "is " + figure(length) + " long", (shortest == longest ? "" : "at most ") + figure(longest)), false;
    if (length < shortest) return problem(value, path, "is " + figure(length) + " long", (shortest == longest ? "" : "at least ") + figure(shortest)), false;
    return true;
  }

  std::optional<Texts> texts(Value value, const std::string& path, size_t shortest, size_t longest, const std::vector<std::string_view>& choices) {
    if (!value.is_list()) return problem(value, path, "is no list"), std::nullopt;
    Texts out;
    size_t index = 0;
    for (Value item : value.items()) {
      if (text(item, path + "[" + std::to_string(index) + "]", shortest, longest, choices)) out.emplace_back(item.text());
      ++index;
    }
    return out;
  }

  std::optional<FieldValue> metadata(const SectionRule& section, Value value, const std::string& path) {
    if (!value.is_list()) return problem(value, path, "is no list"), std::nullopt;
    Metadata out;
    size_t index = 0;
    for (Value item : value.items()) {
      if (auto one = metadatum(section, item, path + "[" + std::to_string(index) + "]")) out.push_back(std::move(*one));
      ++index;
    }
    return out;
  }

  std::optional<Metadatum> metadatum(const SectionRule& section, Value item, const std::string& path) {
    if (!item.is_map()) return problem(item, path, "is no map"), std::nullopt;
    const Value key = item.get("key"), value = item.get("value");
    for (auto entry : item.entries())
      if (entry.key() != "key" && entry.key() != "value") unknown(entry.key_node, path + "." + std::string(entry.key()), "metadata", {"key", "value"});
    if (!key) problem(item, path + ".key", "is not there, and it is required");
    if (!value) problem(item, path + ".value", "is not there, and it is required");
    if (!key || !value) return std::nullopt;
    if (!key.is_string()) return problem(key, path + ".key", "is no text"), std::nullopt;
    const std::string_view name = key.text();
    if (starts_with(name, "custom:")) {
      if (!text(key, path + ".key", 0, metadata_key_longest, {})) return std::nullopt;
      if (value.is_string()) return Metadatum{std::string(name), std::string(value.text())};
      if (!value.is_list()) return problem(value, path + ".value", "is no text and no list of texts"), std::nullopt;
      auto list = texts(value, path + ".value", 0, 0, {});
      if (!list) return std::nullopt;
      return Metadatum{std::string(name), std::move(*list)};
    }
    for (const MetadatumRule& rule : section.metadata) {
      if (rule.key != name) continue;
      if (rule.list) {
        auto list = texts(value, path + ".value", rule.shortest, rule.longest, rule.choices);
        if (!list) return std::nullopt;
        return Metadatum{std::string(name), std::move(*list)};
      }
      if (!text(value, path + ".value", rule.shortest, rule.longest, rule.choices)) return std::nullopt;
      return Metadatum{std::string(name), std::string(value.text())};
    }
    problem(key, path + ".key", "is " + shown(name) + ", which is no metadata of `" + std::string(section.name) + "`", "a key of the format, or one that begins with `custom:`");
    return std::nullopt;
  }

  const Document& document_;
  Checked out_;
  size_t count_ = 0;
};

void write_value(Builder& out, const FieldValue& value) {
  auto list = [&out](const Texts& texts) {
    out.begin_list();
    for (const std::string& text : texts) out.string(text);
    out.end();
  };
  if (auto* text = std::get_if<std::string>(&value)) {
    out.string(*text);
  } else if (auto* number = std::get_if<Number>(&value)) {
    out.number_raw(number->whole ? Kind::integer : Kind::number, number->raw, Style::json);
  } else if (auto* texts = std::get_if<Texts>(&value)) {
    list(*texts);
  } else {
    out.begin_list();
    for (const Metadatum& one : std::get<Metadata>(value)) {
      out.begin_map();
      out.key("key");
      out.string(one.key);
      out.key("value");
      if (auto* own = std::get_if<std::string>(&one.value))
        out.string(*own);
      else
        list(std::get<Texts>(one.value));
      out.end();
    }
    out.end();
  }
}

void write_record(Builder& out, const SectionRule& rule, const Record& record) {
  out.begin_map();
  for (const FieldRule& field : rule.fields) {
    auto found = record.fields.find(field.name);
    if (found == record.fields.end()) continue;
    out.key(field.name);
    write_value(out, found->second);
  }
  out.end();
}

void write_section(Builder& out, const SectionRule& rule, const std::vector<Record>& records, std::string_view name) {
  if (!rule.list && records.empty()) return;
  out.key(name);
  if (!rule.list) return write_record(out, rule, records[0]);
  out.begin_list();
  for (const Record& record : records) write_record(out, rule, record);
  out.end();
}

}  // namespace

Checked read_threat_composer(const Document& document) { return Reader(document).run(); }

std::string write_threat_composer(const Model& model) {
  Builder out;
  out.begin_map();
  out.key("schema");
  out.number_raw(model.version.whole ? Kind::integer : Kind::number, model.version.raw, Style::json);
  bool below = false;  // in `brainstorm`, whose sections are the last
  for (const SectionRule& rule : section_rules()) {
    std::string_view name = rule.name;
    const bool brainstorm = starts_with(name, "brainstorm.");
    if (brainstorm && !model.brainstorm) continue;
    if (brainstorm && !below) {
      out.key("brainstorm");
      out.begin_map();
      below = true;
    }
    auto found = model.sections.find(name);
    if (found != model.sections.end()) write_section(out, rule, found->second, brainstorm ? name.substr(11) : name);
  }
  if (below) out.end();
  out.end();
  const DocumentPtr document = out.finish();
  return to_json(document->root(), 2) + "\n";
}

std::vector<Error> problems_of(const Model& model, const std::string& file) {
  auto document = read_json(write_threat_composer(model), Source{.file = file});
  if (!document) return {document.error()};
  return read_threat_composer(**document).problems;
}

}  // namespace reeve::model
