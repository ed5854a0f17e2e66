#include "check/drift_resource.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "findings/finding.h"

namespace reeve {
namespace {

constexpr size_t kShownMax = 600;

// What a form lets through of what it is given.
void told_by(const SetForm& form, ToldMembers& out) {
  if (form.kind == SetForm::Kind::absent || form.kind == SetForm::Kind::constant) return;
  if (form.kind == SetForm::Kind::map) {
    for (const auto& member : form.map) told_by(member.form, out.members[member.key]);
  } else if (form.kind == SetForm::Kind::list) {
    for (const auto& entry : form.list) {
      out.whole |= entry.has_value;
      for (const auto* members : {&entry.outer, &entry.item})
        for (const auto& member : *members) told_by(member.form, out.members[member.key]);
    }
  } else {
    out.whole = true;
  }
}

// Of a list that was put together: that of its first part.
const Source* source_of(Value value) {
  for (int depth = 0; value && depth < 8; ++depth) {
    if (const Source* source = value.origin().source; source && (!source->operation.empty() || !source->file.empty())) return source;
    if (value.is_list()) value = value.at(0);
    else if (value.is_map() && value.size() > 0) value = (*value.entries().begin()).value;
    else break;
  }
  return nullptr;
}

class Comparing {
 public:
  Comparing(const Resource& declared, const Resource& live, const ValueComparison::Lookup& lookup, const ValueComparison::Excuse& excuse, ResourceDrift& out)
      : declared_(declared), live_(live), type_(*live.type), values_(lookup, excuse, &live.type->ordered), out_(out) {}

  void all() {
    for (const ResourceType::Branch& root : type_.tree.children)
      if (const Value declared = declared_.body().get(root.key)) branch(declared, live_.body().get(root.key), root, root.key);
    // What no target stands for is nobody's to tell.
    if (std::none_of(type_.tree.children.begin(), type_.tree.children.end(), [](const auto& root) { return root.key == "Properties"; }))
      for (auto entry : declared_.body().get("Properties").entries()) nobody(entry.value, "Properties." + std::string(entry.key()));
    for (const ValueDrift& each : values_.drifts()) add(each);
    out_.same = values_.same();
  }

 private:
  void nobody(Value declared, const std::string& path) {
    if (!is_nothing(declared)) values_.untold(declared, path, "no call that Reeve reads tells it");
  }

  // A name is told by what is called so, also where no call gives it as a property.
  bool names_it(Value declared, const std::string& path) const {
    if (std::find(type_.named.begin(), type_.named.end(), path) == type_.named.end()) return false;
    const auto text = declared.scalar_text();
    if (!text || text->empty()) return false;
    for (const std::string_view name : {std::string_view(live_.uid), std::string_view(live_.id), std::string_view(live_.name)})
      if (name == *text || ends_with(name, "/" + std::string(*text)) || ends_with(name, ":" + std::string(*text))) return true;
    return false;
  }

  void branch(Value declared, Value live, const ResourceType::Branch& at, const std::string& path) {
    if (declared.is_unknown()) {
      if (at.children.empty() || path.find('.') != std::string::npos) return values_.compare(declared, live, path);
      return values_.untold(declared, path, std::string(declared.text()));
    }
    if (live.is_unknown()) return values_.untold(declared, path, std::string(live.text()));
    if (!declared.is_map()) return values_.compare(declared, live, path);
    for (auto entry : declared.entries()) {
      if (declared.get(entry.key()) != entry.value) continue;
      const std::string below = path + "." + std::string(entry.key());
      if (names_it(entry.value, below)) {
        values_.agree(below);
        continue;
      }
      const auto child = std::find_if(at.children.begin(), at.children.end(), [&](const auto& one) { return one.key == entry.key(); });
      if (child == at.children.end()) {
        nobody(entry.value, below);
        continue;
      }
      const Value other = live.get(entry.key());
      if (!other && live.open()) values_.untold(entry.value, below, std::string(live.open_reason()));
      else if (child->target >= 0) leaf(entry.value, other, static_cast<uint32_t>(child->target), below);
      else branch(entry.value, other, *child, below);
    }
  }

  void leaf(Value declared, Value live, uint32_t target, const std::string& path) {
    ToldMembers told;
    const Source* from = source_of(live);
    const std::string operation = from ? from->operation : "";
    bool any = false;
    for (const bool exact : {true, false}) {  // the call that answered; if that is not known, all that might have
      if (any) break;
      for (const Read& read : type_.reads)
        for (const auto& [of, form] : read.set)
          if (of == target && (!exact || read.call == operation)) told_by(form, told), any = true;
      if (exact && !operation.empty()) continue;
      for (const auto& [of, form] : type_.config)
        if (of == target) told_by(form, told), any = true;
    }
    values_.compare(declared, live, path, &told);
  }

  void add(const ValueDrift& each) {
    PropertyDrift drift;
    drift.is = each.is;
    drift.property = each.path;
    drift.reason = redacted_text(each.reason);
    drift.declared_at = drift_place(each.declared);
    if (each.is != ValueDrift::Is::added && each.is != ValueDrift::Is::untold)
      drift.declared = each.declared_text.empty() ? shown_value(each.declared, each.path) : shown_text(each.declared_text, each.path);
    if (each.is == ValueDrift::Is::undecided && each.declared.is_unknown()) drift.declared.clear();
    if (each.live) {
      drift.live = shown_value(each.live, each.path);
      drift.live_at = drift_place(each.live);
    } else if (each.is == ValueDrift::Is::absent) {
      const Resource::Seen* seen = live_.seen_absent(each.path);
      if (seen && seen->source) drift.live_at = {seen->source->file.empty() ? seen->source->operation : seen->source->file, seen->path, 0, 0};
      else drift.live_at = {live_.main_source.file.empty() ? live_.main_source.operation : live_.main_source.file, live_.main_path, live_.main_line, live_.main_column};
    }
    out_.properties.push_back(std::move(drift));
  }

  static std::string shown_text(const std::string& text, const std::string& path) {
    Builder builder;
    builder.string(text);
    const DocumentPtr document = builder.finish();
    return shown_value(document->root(), path);
  }

  const Resource& declared_;
  const Resource& live_;
  const ResourceType& type_;
  ValueComparison values_;
  ResourceDrift& out_;
};

// The keys of a path, without indexes.
std::vector<std::string> keys_of(const std::string& path) {
  std::vector<std::string> out;
  std::string key;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '[') {
      const size_t end = path.compare(i, 2, "['") == 0 ? path.find("']", i) : path.find(']', i);
      if (path.compare(i, 2, "['") == 0 && end != std::string::npos) {
        if (!key.empty()) out.push_back(std::move(key)), key.clear();
        key = path.substr(i + 2, end - i - 2);
        i = end + 1;
      } else if (end != std::string::npos) {
        i = end;
      }
    } else if (path[i] == '.') {
      if (!key.empty()) out.push_back(std::move(key)), key.clear();
    } else {
      key += path[i];
    }
  }
  if (!key.empty()) out.push_back(key);
  return out;
}

}  // namespace

DriftPlace drift_place(Value value) {
  DriftPlace out;
  if (!value) return out;
  const auto origin = value.origin();
  if (!origin.source) return out;
  out.file = origin.source->file.empty() ? origin.source->operation : origin.source->file;
  out.path = origin.path;
  if (starts_with(out.path, "$")) out.line = origin.line, out.column = origin.column;  // else they count in a text within the text
  return out;
}

std::string shown_value(Value value, const std::string& path) {
  if (!value) return "";
  const auto keys = keys_of(path);
  Builder builder;
  Source source;
  const uint16_t slot = builder.add_source(source);
  std::string before;
  for (const std::string& key : keys) {
    builder.begin_map();
    builder.key(key);
    before += '{';
    JsonWriter(before).string(key);
    before += ':';
  }
  builder.copy(value, slot);
  for (size_t i = 0; i < keys.size(); ++i) builder.end();
  const DocumentPtr document = builder.finish();
  std::string text = redacted_json(document->root(), 1 << 20);
  if (!starts_with(text, before) || text.size() < before.size() + keys.size()) return "\"" + std::string(redaction_mark) + "\"";
  text = text.substr(before.size(), text.size() - before.size() - keys.size());
  if (text.size() > kShownMax) {
    size_t end = kShownMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text = text.substr(0, end) + "… (" + with_thousands(text.size()) + " bytes)";
  }
  return text;
}

void compare_resource(const Resource& declared, const Resource& live, const ValueComparison::Lookup& lookup, const ValueComparison::Excuse& excuse, ResourceDrift& out) {
  Comparing(declared, live, lookup, excuse, out).all();
}

}  // namespace reeve
