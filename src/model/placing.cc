#include "model/placing.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "base/words.h"
#include "model/schema.h"
#include "model/threat_composer.h"

namespace reeve::model {

Placing::Placing(const Document& document, Format format, std::vector<std::string_view> free_keys) : document_(document), free_keys_(std::move(free_keys)) { out_.format = format; }

Place Placing::place(Value at) const { return {document_.self().file, at ? at.line() : 1, at ? at.column() : 1}; }

void Placing::problem(Value at, std::string what, std::string expected) {
  if (out_.problems.size() < problems_max) out_.problems.push_back({Code::type, std::move(what), place(at), std::move(expected), {}});
}

std::string Placing::own(Value scalar) {
  if (!scalar || !scalar.is_scalar() || scalar.is_null()) return {};
  taken(scalar);
  return std::string(trim(scalar.text()));
}

std::string Placing::text(Value map, std::string_view key) { return own(map.get(key)); }

Texts Placing::texts(Value map, std::string_view key) {
  Texts out;
  for (Value item : map.get(key).items())
    if (std::string text = own(item); !text.empty()) out.push_back(std::move(text));
  return out;
}

std::string Placing::cut(std::string text, size_t longest, Value from, std::string_view field) {
  size_t points = 0, end = 0;
  for (; end < text.size(); ++end)
    if ((text[end] & 0xC0) != 0x80 && ++points > longest) break;
  if (longest == 0 || end == text.size()) return text;
  out_.unplaced.push_back({Code::limit, "a text is longer than `" + std::string(field) + "` may be and is cut", place(from), "at most " + with_thousands(longest) + " characters", {}});
  return text.substr(0, end);
}

void Placing::set(Record& record, std::string_view section, std::string_view field, std::string text, Value from) {
  if (text.empty()) return;
  const SectionRule* rule = section_rule(section);
  const FieldRule* own = rule ? field_rule(*rule, field) : nullptr;
  record.fields[std::string(field)] = cut(std::move(text), own ? own->longest : 0, from, field);
}

void Placing::set_tags(Record& record, Texts tags, Value from) {
  if (tags.empty()) return;
  for (std::string& tag : tags) tag = cut(std::move(tag), 30, from, "tags");
  record.fields["tags"] = std::move(tags);
}

void Placing::comment(Record& record, std::string text, Value from) {
  if (!text.empty()) record.add_metadata("Comments", cut(std::move(text), 1000, from, "Comments"));
}

// Links need ids of 36 bytes, so a shorter name becomes one that is always the same.
std::string Placing::id_of(std::string_view section, std::string_view given_id) const {
  if (given_id.size() == 36 && std::all_of(given_id.begin(), given_id.end(), [](unsigned char c) { return c < 0x80; })) return std::string(given_id);
  return uuid5(std::string(section) + "/" + std::string(given_id));
}

Record& Placing::add(std::string_view section, std::string_view given_id) {
  auto& records = out_.model.sections[std::string(section)];
  const std::string number = std::to_string(records.size() + 1);
  Record& record = records.emplace_back();
  record.fields["id"] = id_of(section, given_id);
  record.fields["numericId"] = Number{number, true};
  record.fields["displayOrder"] = Number{number, true};
  return record;
}

void Placing::link(const std::string& mitigation, const std::string& to) {
  if (!links_.insert({mitigation, to}).second) return;
  Record& link = out_.model.sections["mitigationLinks"].emplace_back();
  link.fields["mitigationId"] = mitigation;
  link.fields["linkedId"] = to;
}

void Placing::walk(Value value, const std::string& path, bool free) {
  if (taken_.count(value.index())) return;
  if (value.is_list()) {
    for (Value item : value.items()) walk(item, path + "[*]", false);
  } else if (value.is_map()) {
    for (auto entry : value.entries()) {
      const std::string key = free ? "*" : std::string(entry.key());
      walk(entry.value, path.empty() ? key : path + "." + key, std::find(free_keys_.begin(), free_keys_.end(), entry.key()) != free_keys_.end());
    }
  } else if (!value.is_null() && !trim(value.text()).empty()) {
    auto found = std::find_if(left_.begin(), left_.end(), [&path](const auto& one) { return one.first == path; });
    if (found != left_.end())
      ++found->second.second;
    else if (left_.size() < 1000)
      left_.push_back({path, {value, 1}});
  }
}

Read Placing::finish() {
  if (document_.root()) walk(document_.root(), "", false);
  for (const auto& [path, first] : left_)
    out_.unplaced.push_back({Code::unsupported, "`" + path + "` (" + count_text(first.second, "value") + ") has no place in the model", place(first.first), {}, {}});
  for (Error& error : problems_of(out_.model, document_.self().file)) {
    error.at.line = error.at.column = 0;  // of a document that nobody wrote
    out_.problems.push_back(std::move(error));
  }
  return std::move(out_);
}

std::string stride_letter(std::string_view word) {
  std::string plain;
  for (char c : lower(word))
    if (c >= 'a' && c <= 'z') plain += c;
  for (auto [name, letter] : {std::pair<const char*, const char*>{"spoofing", "S"}, {"tampering", "T"}, {"repudiation", "R"}, {"informationdisclosure", "I"}, {"denialofservice", "D"},
                              {"elevationofprivilege", "E"}, {"s", "S"}, {"t", "T"}, {"r", "R"}, {"i", "I"}, {"d", "D"}, {"e", "E"}})
    if (plain == name) return letter;
  return {};
}

}  // namespace reeve::model
