#include "model/merge.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "formats/json.h"
#include "model/schema.h"

namespace reeve::model {
namespace {

std::string as_json(const FieldValue& value) {
  std::string out;
  JsonWriter json(out);
  auto list = [&json](const Texts& texts) {
    json.begin_array();
    for (const std::string& text : texts) json.string(text);
    json.end_array();
  };
  if (auto* text = std::get_if<std::string>(&value))
    json.string(*text);
  else if (auto* number = std::get_if<Number>(&value))
    out = number->raw;
  else if (auto* texts = std::get_if<Texts>(&value))
    list(*texts);
  else {
    json.begin_array();
    for (const Metadatum& one : std::get<Metadata>(value)) {
      json.begin_object().key("key").string(one.key).key("value");
      if (auto* own = std::get_if<std::string>(&one.value))
        json.string(*own);
      else
        list(std::get<Texts>(one.value));
      json.end_object();
    }
    json.end_array();
  }
  return out;
}

std::string as_json(const Metadatum& one) {
  if (auto* own = std::get_if<std::string>(&one.value)) return as_json(FieldValue(*own));
  return as_json(FieldValue(std::get<Texts>(one.value)));
}

std::string as_json(const Record& record) {
  std::string out = "{";
  for (const auto& [name, value] : record.fields) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':' + as_json(value);
  }
  return out + "}";
}

template <class T>
std::string as_json(const std::optional<T>& value) {
  return value ? as_json(*value) : std::string();
}

// Things under keys, in an order: records of a section, metadata of a record.
template <class T>
struct Keyed {
  std::vector<std::string> order;
  std::map<std::string, const T*> by_key;
  void add(std::string key, const T& value) {
    std::string own = key;
    for (int turn = 2; by_key.count(own); ++turn) own = key + "#" + std::to_string(turn);  // of equal keys, by turn
    by_key.emplace(own, &value);
    order.push_back(std::move(own));
  }
  const T* find(const std::string& key) const {
    auto found = by_key.find(key);
    return found == by_key.end() ? nullptr : found->second;
  }
};

// `backbone` with what only `other` has, each behind what stands before it there.
std::vector<std::string> woven(const std::vector<std::string>& backbone, const std::vector<std::string>& other) {
  const std::set<std::string> have(backbone.begin(), backbone.end());
  std::map<std::string, std::vector<std::string>> behind;  // "" : at the front
  std::string last;
  bool front = true;
  for (const std::string& key : other) {
    if (have.count(key)) {
      last = key;
      front = false;
    } else {
      behind[front ? std::string() : last].push_back(key);
    }
  }
  std::vector<std::string> out;
  auto put = [&](const std::string& key) {
    if (auto found = behind.find(key); found != behind.end()) out.insert(out.end(), found->second.begin(), found->second.end());
  };
  put("");
  for (const std::string& key : backbone) {
    out.push_back(key);
    if (!key.empty()) put(key);
  }
  return out;
}

template <class T>
std::vector<std::string> order_of(const Keyed<T>& base, const Keyed<T>& ours, const Keyed<T>& theirs, bool& both_moved) {
  // Whether ours moved something that it shares with the base.
  auto shared = [](const Keyed<T>& of, const Keyed<T>& with) {
    std::vector<std::string> out;
    for (const std::string& key : of.order)
      if (with.find(key)) out.push_back(key);
    return out;
  };
  const bool moved = shared(ours, base) != shared(base, ours);
  both_moved = moved && shared(theirs, base) != shared(base, theirs) && shared(ours, theirs) != shared(theirs, ours);
  return moved ? woven(ours.order, theirs.order) : woven(theirs.order, ours.order);
}

class Merger {
 public:
  Merger(const Model& base, const Model& ours, const Model& theirs) : base_(base), ours_(ours), theirs_(theirs) {}

  Merged run() {
    Model& out = out_.model;
    out.version = value<Number>("schema", base_.version, ours_.version, theirs_.version).value_or(Number{});
    out.brainstorm = ours_.brainstorm == base_.brainstorm ? theirs_.brainstorm : ours_.brainstorm;
    for (const SectionRule& rule : section_rules()) section(rule);
    links_of_kept();
    for (const auto& [name, records] : out.sections)
      if (name.rfind("brainstorm.", 0) == 0) out.brainstorm = true;
    left_over_links();
    return std::move(out_);
  }

 private:
  void conflict(std::string path, std::string base, std::string ours, std::string theirs, std::string what) {
    out_.conflicts.push_back({std::move(path), std::move(base), std::move(ours), std::move(theirs), std::move(what)});
  }
  static std::string as_json_of(const std::optional<Number>& number) { return number ? number->raw : std::string(); }
  template <class T>
  static std::string as_json_of(const std::optional<T>& value) { return as_json(value); }

  // The heart of it: one value, which any of the three may not have.
  template <class T>
  std::optional<T> value(const std::string& path, const std::optional<T>& base, const std::optional<T>& ours, const std::optional<T>& theirs) {
    if (ours == theirs || theirs == base) return ours;
    if (ours == base) return theirs;
    const bool removed = !ours || !theirs;
    conflict(path, as_json_of(base), as_json_of(ours), as_json_of(theirs),
             !removed ? (base ? "both changed it" : "both added it") : ours ? "theirs removed what ours changed" : "ours removed what theirs changed");
    return ours ? ours : theirs;
  }

  static Keyed<Record> keyed(const SectionRule& rule, const Model& model) {
    Keyed<Record> out;
    for (const Record& record : model.records(rule.name)) {
      std::string key;
      if (rule.ids) {
        key = std::string(record.text("id"));
      } else if (rule.list) {
        for (const FieldRule& field : rule.fields) key += std::string(key.empty() ? "" : "→") + std::string(record.text(field.name));
      }
      out.add(key, record);
    }
    return out;
  }

  void section(const SectionRule& rule) {
    const std::string name(rule.name);
    const bool in_base = base_.sections.count(name), in_ours = ours_.sections.count(name), in_theirs = theirs_.sections.count(name);
    const Keyed<Record> base = keyed(rule, base_), ours = keyed(rule, ours_), theirs = keyed(rule, theirs_);
    std::vector<Record> records;
    bool both_moved = false;
    const std::vector<std::string> order = order_of(base, ours, theirs, both_moved);
    if (both_moved && rule.ids) conflict(name, in_order(base), in_order(ours), in_order(theirs), "both moved records, and the order is that of ours");
    for (const std::string& key : order) {
      const std::string path = rule.list ? name + "[" + key + "]" : name;
      if (auto merged = record(rule, path, base.find(key), ours.find(key), theirs.find(key))) records.push_back(std::move(*merged));
    }
    same_numbers(name, records);
    const bool there = in_ours == in_theirs || in_theirs == in_base ? in_ours : in_theirs;  // as a value is merged
    if (there || !records.empty()) out_.model.sections[name] = std::move(records);
  }

  std::optional<Record> record(const SectionRule& rule, const std::string& path, const Record* base, const Record* ours, const Record* theirs) {
    auto option = [](const Record* one) { return one ? std::optional<Record>(*one) : std::nullopt; };
    if (!ours || !theirs) {
      if (!base) return option(ours ? ours : theirs);  // added by one
      if (!ours && !theirs) return std::nullopt;
      const Record& left = ours ? *ours : *theirs;
      if (left == *base) return std::nullopt;  // removed by one, not touched by the other
      conflict(path, as_json(*base), ours ? as_json(*ours) : "", theirs ? as_json(*theirs) : "", ours ? "theirs removed what ours changed" : "ours removed what theirs changed");
      if (rule.ids) kept_.emplace(left.text("id"), ours ? &ours_ : &theirs_);
      return left;
    }
    Record out;
    for (const FieldRule& field : rule.fields) {
      auto of = [&field](const Record* one) -> std::optional<FieldValue> {
        if (!one) return std::nullopt;
        auto found = one->fields.find(field.name);
        return found == one->fields.end() ? std::nullopt : std::optional(found->second);
      };
      const auto b = of(base), o = of(ours), t = of(theirs);
      const std::string at = path + "." + std::string(field.name);
      auto merged = field.kind == FieldKind::metadata && o && t ? std::optional<FieldValue>(metadata(at, b, *o, *t)) : value(at, b, o, t);
      if (merged) out.fields[std::string(field.name)] = std::move(*merged);
    }
    return out;
  }

  FieldValue metadata(const std::string& path, const std::optional<FieldValue>& base, const FieldValue& ours, const FieldValue& theirs) {
    auto keyed = [](const FieldValue* value) {
      Keyed<Metadatum> out;
      if (value)
        for (const Metadatum& one : std::get<Metadata>(*value)) out.add(one.key, one);
      return out;
    };
    const Keyed<Metadatum> b = keyed(base ? &*base : nullptr), o = keyed(&ours), t = keyed(&theirs);
    auto option = [](const Metadatum* one) { return one ? std::optional<Metadatum>(*one) : std::nullopt; };
    Metadata out;
    bool both_moved = false;  // the order of metadata says nothing
    for (const std::string& key : order_of(b, o, t, both_moved))
      if (auto merged = value(path + "[" + key + "]", option(b.find(key)), option(o.find(key)), option(t.find(key)))) out.push_back(std::move(*merged));
    return out;
  }

  static std::string in_order(const Keyed<Record>& records) { return as_json(FieldValue(Texts(records.order))); }

  // Each side gave a number that was free there.
  void same_numbers(const std::string& section, std::vector<Record>& records) {
    std::map<std::string, std::string, std::less<>> holder;
    std::vector<Record*> again;
    for (Record& one : records) {
      const std::string number(one.text("numericId")), id(one.text("id"));
      if (number.empty()) continue;
      const auto placed = holder.emplace(number, id);  // clang 14 lets no lambda take the parts of a structured binding
      const auto at = placed.first;
      if (placed.second || given(base_, section, at->second, number, id) || given(ours_, section, at->second, number, id) || given(theirs_, section, at->second, number, id)) continue;
      const auto other = std::find_if(records.begin(), records.end(), [&](const Record& record) { return record.text("id") == at->second; });
      Record* own = has(theirs_, section, id) && !has(ours_, section, id) ? &one : has(theirs_, section, at->second) && !has(ours_, section, at->second) ? &*other : nullptr;
      if (!own || names_by_number(theirs_, section, number)) conflict(section + "[" + id + "].numericId", "", number, number, "each side gave this number to a record of its own, " + at->second + " the other");
      else if (std::find(again.begin(), again.end(), own) == again.end()) again.push_back(own);
    }
    constexpr int64_t number_most = int64_t{1} << 53;
    int64_t last = 0;
    for (const Model* side : {&base_, &ours_, &theirs_})
      for (const Record& record : side->records(section)) if (const auto number = parse_int(record.text("numericId")); number && *number < number_most) last = std::max(last, *number);
    for (Record* one : again) {
      const std::string was(one->text("numericId")), now = std::to_string(++last);
      one->fields["numericId"] = Number{now};
      out_.notes.push_back(section + "[" + std::string(one->text("id")) + "] has the number " + now + " now: each side gave " + was + " to a record of its own");
    }
  }
  static bool has(const Model& model, const std::string& section, std::string_view id) {
    const std::vector<Record>& records = model.records(section);
    return std::any_of(records.begin(), records.end(), [&](const Record& record) { return record.text("id") == id; });
  }
  // Whether a text names a record by its number, as people do: `threat 12`, `T-12`, `#12`.
  static bool names_by_number(const Model& model, const std::string& section, const std::string& number) {
    const std::string word = section.substr(0, section.size() - 1), letter = word.substr(0, 1);
    const auto named = [&](std::string_view given) {
      const std::string text = lower(given);
      for (const std::string& form : {word + " " + number, word + " #" + number, letter + "-" + number, letter + number, "#" + number})
        for (size_t at = text.find(form); at != std::string::npos; at = text.find(form, at + 1)) {
          const size_t end = at + form.size();
          if ((at == 0 || !std::isalnum(static_cast<unsigned char>(text[at - 1]))) && (end == text.size() || !std::isalnum(static_cast<unsigned char>(text[end])))) return true;
        }
      return false;
    };
    for (const auto& [name, records] : model.sections)
      for (const Record& record : records)
        for (const auto& [field, value] : record.fields) {
          if (std::holds_alternative<Number>(value) || field == "id") continue;
          if (named(as_json(value))) return true;
        }
    return false;
  }
  // Whether that model already has two records of the number.
  static bool given(const Model& model, const std::string& section, std::string_view one, std::string_view number, std::string_view other) {
    int found = 0;
    for (const Record& record : model.records(section)) found += record.text("numericId") == number && (record.text("id") == one || record.text("id") == other);
    return found > 1;
  }

  // Who removed a record removed its links too; what the conflict kept keeps them, as far as both their ends are there.
  void links_of_kept() {
    if (kept_.empty()) return;
    std::set<std::string, std::less<>> there;
    for (const char* section : {"threats", "mitigations", "assumptions"})
      for (const Record& record : out_.model.records(section)) there.emplace(record.text("id"));
    for (const char* section : {"mitigationLinks", "assumptionLinks"}) {
      const char* first = section == std::string_view("mitigationLinks") ? "mitigationId" : "assumptionId";
      std::vector<Record> lost;
      for (const Model* side : {&ours_, &theirs_})
        for (const Record& link : side->records(section)) {
          const auto is_of = [&](std::string_view end) {
            const auto found = kept_.find(link.text(end));
            return found != kept_.end() && found->second == side;
          };
          if (!is_of(first) && !is_of("linkedId")) continue;
          if (!there.contains(link.text(first)) || !there.contains(link.text("linkedId"))) continue;
          const std::vector<Record>& have = out_.model.records(section);
          if (std::find(have.begin(), have.end(), link) == have.end() && std::find(lost.begin(), lost.end(), link) == lost.end()) lost.push_back(link);
        }
      if (!lost.empty()) std::move(lost.begin(), lost.end(), std::back_inserter(out_.model.sections[section]));
    }
  }

  // One side linked what the other removed.
  void left_over_links() {
    auto dangling = [](const Model& model) {
      std::set<std::string> ids;
      for (const auto& link : links_of(model).dangling) ids.insert(link.id);
      return ids;
    };
    const std::set<std::string> ours = dangling(ours_), theirs = dangling(theirs_);
    for (const auto& link : links_of(out_.model).dangling)
      if (!ours.count(link.id) && !theirs.count(link.id)) conflict(link.path, "", "", "", "one side links `" + link.id + "`, which the other removed");
  }

  const Model &base_, &ours_, &theirs_;
  std::map<std::string, const Model*, std::less<>> kept_;  // records that a conflict kept, by id: whose they are
  Merged out_;
};

}  // namespace

Merged merge(const Model& base, const Model& ours, const Model& theirs) { return Merger(base, ours, theirs).run(); }

}  // namespace reeve::model
