// The plain form: Threat Composer's sections and fields, written by hand in YAML, without what only a program likes to write. An `id` may be any
// short name, numbers follow the order, `stride`, `priority`, `comments` and `custom:…` stand beside the fields, and a threat names its
// mitigations and assumptions. It is turned into the long form, each value at its place, and held against the same rules.
#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "model/placing.h"
#include "model/threat_composer.h"

namespace reeve::model {
namespace {

class Plain {
 public:
  explicit Plain(const Document& document) : document_(document) {}

  Read run() {
    const Value root = document_.root();
    out_.at(root.line(), root.column());
    out_.begin_map();
    out_.key("schema");
    out_.integer(1);
    for (auto entry : root.entries()) {
      if ((entry.key() == "mitigationLinks" || entry.key() == "assumptionLinks") && entry.value.is_list()) continue;  // below
      key(entry.key_node);
      const bool items = entry.key() == "threats" || entry.key() == "mitigations" || entry.key() == "assumptions";
      if (!items || !entry.value.is_list()) {
        copy(entry.value);
        continue;
      }
      at(entry.value);
      out_.begin_list();
      int64_t number = 0;
      for (Value one : entry.value.items()) {
        if (one.is_map())
          item(entry.key(), one, ++number);
        else
          copy(one);
      }
      out_.end();
    }
    for (auto [section, left] : {std::pair<const char*, const char*>{"mitigationLinks", "mitigations"}, {"assumptionLinks", "assumptions"}}) {
      const Value by_long_name = root.get(section);
      if (by_long_name && !by_long_name.is_list()) continue;  // copied, and refused by the rules
      linked_.clear();
      if (by_long_name) at(by_long_name);
      else out_.at(root.line(), root.column());
      out_.key(section);
      out_.begin_list();
      for (Value one : by_long_name.items()) long_link(left, one);
      for (const char* owner : {"threats", "mitigations"})
        for (Value one : root.get(owner).items())
          if (std::string_view(left) != owner) links(left, owner, one);
      out_.end();
    }
    out_.end();
    const DocumentPtr whole = out_.finish(Source{.file = document_.self().file});
    Checked checked = read_threat_composer(*whole);
    for (const Place& place : document_.duplicate_keys())
      checked.problems.push_back({Code::type, "a key stands twice in one map, and only one of the two would be kept", {document_.self().file, place.line, place.column}, "each key once", {}});
    return {Format::plain, std::move(checked.model), std::move(checked.problems), {}};
  }

 private:
  void at(Value value) { out_.at(value.line(), value.column()); }
  void key(Value name) {
    at(name);
    out_.key(name.text());
  }
  void copy(Value value) {
    at(value);
    switch (value.kind()) {
      case Kind::map:
        out_.begin_map();
        for (auto entry : value.entries()) key(entry.key_node), copy(entry.value);
        return out_.end();
      case Kind::list:
        out_.begin_list();
        for (Value one : value.items()) copy(one);
        return out_.end();
      case Kind::string: return out_.string(trim(value.text()));  // a folded text ends with a line's end that nobody meant
      case Kind::integer:
      case Kind::number: return out_.number_raw(value.kind(), value.text(), value.style());
      case Kind::boolean: return out_.boolean(value.boolean());
      default: return out_.null();
    }
  }

  static std::string id_of(std::string_view section, std::string_view given) {
    return given.size() == 36 ? std::string(given) : uuid5(std::string(section) + "/" + std::string(given));
  }
  // What has no name is known by what it says.
  static std::string id_of(std::string_view section, Value one) {
    if (one.get("id").is_string()) return id_of(section, one.get("id").text());
    std::string text;
    for (const char* field : {"content", "statement", "threatSource", "prerequisites", "threatAction"}) text += std::string(one.get(field).text()) + "\n";
    return uuid5(std::string(section) + "//" + text);
  }

  void item(std::string_view section, Value one, int64_t number) {
    at(one);
    out_.begin_map();
    const Value id = one.get("id");
    out_.key("id");
    if (id && !id.is_string())
      copy(id);
    else
      at(id ? id : one), out_.string(id_of(section, one));
    at(one);
    if (!one.get("numericId")) out_.key("numericId"), out_.integer(number);
    if (!one.get("displayOrder")) out_.key("displayOrder"), out_.integer(number);
    bool metadata = false;
    auto pair = [&](std::string_view name, Value value) {
      if (!metadata) out_.key("metadata"), out_.begin_list();
      metadata = true;
      out_.begin_map();
      out_.key("key");
      out_.string(name);
      out_.key("value");
      copy(value);
      out_.end();
    };
    for (auto entry : one.entries()) {
      at(entry.key_node);
      if (entry.key() == "stride" || entry.key() == "priority")
        pair(entry.key() == "stride" ? "STRIDE" : "Priority", entry.value);
      else if (entry.key() == "comments")
        pair("Comments", entry.value);
      else if (starts_with(entry.key(), "custom:"))
        pair(entry.key(), entry.value);
    }
    if (metadata && one.get("metadata").is_list())
      for (Value more : one.get("metadata").items()) copy(more);
    if (metadata) out_.end();
    for (auto entry : one.entries()) {
      const std::string_view name = entry.key();
      const bool links = (name == "mitigations" && section == "threats") || (name == "assumptions" && section != "assumptions");
      if (name == "id" || name == "stride" || name == "priority" || name == "comments" || starts_with(name, "custom:") || (links && entry.value.is_list())) continue;
      if (name == "metadata" && metadata && entry.value.is_list()) continue;
      key(entry.key_node);
      copy(entry.value);
    }
    if (section == "threats" && !one.get("statement") && one.get("threatSource").is_string()) {
      Record parts;
      for (const char* field : {"threatSource", "prerequisites", "threatAction", "threatImpact"})
        if (one.get(field).is_string()) parts.fields[field] = std::string(trim(one.get(field).text()));
      for (const char* field : {"impactedGoal", "impactedAssets"}) {
        Texts all;
        for (Value text : one.get(field).items()) all.emplace_back(trim(text.text()));
        parts.fields[field] = all;
      }
      if (std::string statement = statement_of(parts); !statement.empty()) at(one), out_.key("statement"), out_.string(statement);
    }
    out_.end();
  }

  // A link as the long form has it, but its ends may be short names.
  void long_link(std::string_view left, Value link) {
    if (!link.is_map()) return copy(link);
    at(link);
    out_.begin_map();
    std::pair<std::string, std::string> ends;
    for (auto entry : link.entries()) {
      const bool own = entry.key() == (left == "assumptions" ? "assumptionId" : "mitigationId"), other = entry.key() == "linkedId";
      key(entry.key_node);
      if (!(own || other) || !entry.value.is_string()) {
        copy(entry.value);
        continue;
      }
      at(entry.value);
      const std::string id = own ? id_of(left, entry.value.text()) : linked_id(left, link, entry.value.text());
      (own ? ends.first : ends.second) = id;
      out_.string(id);
    }
    linked_.insert(std::move(ends));
    out_.end();
  }
  // Mitigations are linked to threats and assumptions; of assumptions the link says what to.
  std::string linked_id(std::string_view left, Value link, std::string_view given) const {
    const auto among = [&](std::string_view section) {
      for (Value one : document_.root().get(section).items())
        if (one.get("id").is_string() && one.get("id").text() == given) return true;
      return false;
    };
    if (left == "assumptions") return id_of(link.get("type").text() == "Mitigation" ? "mitigations" : "threats", given);
    return id_of(!among("threats") && among("assumptions") ? "assumptions" : "threats", given);
  }

  void links(const char* left, const char* owner, Value one) {
    const bool assumption = std::string_view(left) == "assumptions";
    for (Value name : one.get(left).items()) {
      if (!linked_.insert({id_of(left, name.text()), id_of(owner, one)}).second) continue;  // said already
      at(name);
      out_.begin_map();
      if (assumption) out_.key("type"), out_.string(std::string_view(owner) == "threats" ? "Threat" : "Mitigation");
      out_.key(assumption ? "assumptionId" : "mitigationId");
      out_.string(id_of(left, name.text()));
      out_.key("linkedId");
      out_.string(id_of(owner, one));
      out_.end();
    }
  }

  const Document& document_;
  Builder out_;
  std::set<std::pair<std::string, std::string>> linked_;  // of the section at hand
};

}  // namespace

Read read_plain(const Document& document) { return Plain(document).run(); }

}  // namespace reeve::model
