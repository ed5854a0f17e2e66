#include "estate/terraform.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "estate/declared.h"
#include "estate/template.h"
#include "estate/terraform_plan.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr uint64_t kPlanBytesMax = 256ull << 20;

bool is_true(Value mask) { return mask.is_bool() && mask.boolean(); }

// A value with what hides it: masks in its shape, and the expression it came from.
struct Seen {
  Value value, unknown, sensitive, sensitive_after, expression;

  Seen at(std::string_view key) const {
    return {value.get(key), unknown.get(key), sensitive.get(key), sensitive_after.get(key), expression.get(key)};
  }
  // Terraform's older resources write "" for what is not set, and all write an empty list for blocks that nobody wrote.
  bool is_nothing() const {
    if (is_true(unknown) || is_true(sensitive) || is_true(sensitive_after) || unknown.is_map()) return false;
    if (unknown.is_list()) return unknown.size() == 0 && value.is_list() && value.size() == 0;
    return !value || value.is_null() || (value.is_string() && value.text().empty()) || (value.is_list() && value.size() == 0);
  }
  Seen at(size_t index) const {
    return {value.at(index), unknown.at(index), sensitive.at(index), sensitive_after.at(index), expression.at(index)};
  }
};

class Loader {
 public:
  Loader(const Input& input, const ResourceCatalogue& catalogue, UnitSink& sink, DocumentPtr document, const Source& self)
      : input_(input), catalogue_(catalogue), sink_(sink), name_(lasting_name(input)), self_(self), plan_(std::move(document)) {
    self_.document = plan_.document();
  }

  bool understood() const { return plan_.understood(); }

  uint64_t load() {
    const auto& all = plan_.instances();
    wholes_.resize(all.size());
    std::map<std::string, std::pair<uint64_t, Value>> unmapped;
    for (size_t i = 0; i < all.size(); ++i) {
      wholes_[i].mapped = catalogue_.find_terraform(all[i].type);
      const bool part = catalogue_.terraform_part(all[i].type) != nullptr;
      if (wholes_[i].mapped) remember_names(i);
      if (!wholes_[i].mapped && !part) {
        auto& [count, first] = unmapped[all[i].type];
        if (count++ == 0) first = all[i].item;
      }
    }
    for (size_t i = 0; i < all.size(); ++i) tie(i);
    uint64_t made = 0;
    std::set<std::string_view> addresses;
    for (size_t i = 0; i < all.size(); ++i)
      if (wholes_[i].mapped) {
        if (all[i].address.empty() || !addresses.insert(all[i].address).second) {
          const std::string what = all[i].address.empty() ? "a resource has no address" : "there are two resources `" + all[i].address + "`; the first counts";
          sink_.problem({Code::parse, what, place(all[i].item), "each resource with an address of its own", ""});
          continue;
        }
        sink_.resource(make(i));
        ++made;
      }
    for (const auto& [type, seen] : unmapped)
      sink_.note({Code::unsupported, "`" + type + "` is not judged (" + with_thousands(seen.first) + (seen.first == 1 ? " resource" : " resources") + "): no resource type is mapped from it",
                  place(seen.second), "", ""});
    return made;
  }

 private:
  struct Whole {
    const ResourceCatalogue::Terraform* mapped = nullptr;
    std::map<std::string, std::vector<size_t>> parts;   // by their type
    std::map<std::string, std::vector<size_t>> may_be;  // parts that may be another's
  };

  Place place(Value at) const { return {input_.shown, at.line(), at.column()}; }

  void remember_names(size_t i) {
    const auto& one = plan_.instances()[i];
    for (const std::string& name : wholes_[i].mapped->map->names)
      if (Value value = one.values.get(name); value.is_string() && !value.text().empty()) {
        auto& named = by_name_[{wholes_[i].mapped->map, std::string(value.text())}];
        if (named.empty() || named.back() != i) named.push_back(i);
      }
  }

  // Gives a part to what it is part of.
  void tie(size_t i) {
    const auto* wholes = catalogue_.terraform_part(plan_.instances()[i].type);
    if (!wholes) return;
    const auto& part = plan_.instances()[i];
    bool given = false, hidden = false, named = false;
    for (const auto& whole : *wholes) {
      std::vector<size_t> found;
      for (size_t other : plan_.referred(part, whole.by))
        if (wholes_[other].mapped && wholes_[other].mapped->map == whole.map) found.push_back(other);
      if (found.size() != 1) {
        std::vector<size_t> by_value;
        const Value value = part.values.get(whole.by);
        const auto look = [&](Value name) {
          if (!name.is_string() || name.text().empty()) return;
          named = true;
          if (auto at = by_name_.find({whole.map, std::string(name.text())}); at != by_name_.end()) by_value.insert(by_value.end(), at->second.begin(), at->second.end());
        };
        look(value);
        for (Value name : value.items()) look(name);
        if (!by_value.empty()) found = std::move(by_value);
        else if (found.size() > 1) {
          for (size_t other : found) wholes_[other].may_be[part.type].push_back(i);
          given = true;
          continue;
        }
      }
      given |= !found.empty();
      for (size_t other : found) wholes_[other].parts[part.type].push_back(i);
      hidden |= found.empty() && is_true(part.unknown.get(whole.by));
    }
    if (given) return;
    if (hidden && !named) {  // whose it is will be known after apply: it may be anyone's
      for (const auto& whole : *wholes)
        for (Whole& one : wholes_)
          if (one.mapped && one.mapped->map == whole.map) one.may_be[part.type].push_back(i);
      return;
    }
    if (!wholes_[i].mapped)
      sink_.note({Code::not_found, "`" + part.address + "` is not judged: what it is part of is not in this file", place(part.item), "", ""});
  }

  Resource make(size_t i) {
    const auto& one = plan_.instances()[i];
    const Whole& whole = wholes_[i];
    const TerraformMap& map = *whole.mapped->map;
    const DocumentPtr item = item_of(one, whole);
    ResourceDraft draft(*map.shape);
    draft.id = draft.name = one.address;
    draft.uid = name_ + "#" + one.address;
    draft.region = whole.mapped->type->global ? "" : one.region;
    Source source = self_;
    source.document = item;
    const uint32_t number = draft.add_source(source, false);
    for (const auto& [target, form] : map.set) draft.answer(target, form, item->root(), number);
    for (const auto& rule : map.by_rule) {
      const Value there = item->root().get(rule.attribute);
      const Found found = there ? rule.form.path.find(item->root()) : Found();
      if (!there) draft.not_known(rule.target, "no attribute of Terraform's `" + one.type + "` is known to give it");
      else if (rule.form.kind == SetForm::Kind::path && !simple(found)) draft.not_known(rule.target, "Terraform's `" + one.type + "` gives it in another shape");
      else draft.answer(rule.target, rule.form, item->root(), number);
    }
    const Value tags = item->root().get("tags_all").is_map() && item->root().get("tags_all").size() > 0 ? item->root().get("tags_all") : item->root().get("tags");
    draft.set_tags(tags);
    Resource out = draft.finish();
    out.type = whole.mapped->type;
    out.shape = map.shape.get();
    out.born = false;
    std::vector<std::string> names = {"arn", "id"};
    names.insert(names.end(), map.names.begin(), map.names.end());
    for (const std::string& name : names)
      if (Value value = one.values.get(name); value.is_string() && !value.text().empty() && !one.secret.count(name) && !is_true(one.sensitive.get(name)) &&
                                              std::find(out.known_as.begin(), out.known_as.end(), value.text()) == out.known_as.end())
        out.known_as.emplace_back(value.text());
    out.main_path = one.item.origin().path;
    out.main_line = one.item.line();
    out.main_column = one.item.column();
    return out;
  }

  static bool simple(const Found& found) {
    for (Value value : found.values) {
      if (value.is_map()) return false;
      for (Value item : value.items())
        if (item.is_map() || item.is_list()) return false;
    }
    return true;
  }

  // The instance's attributes, and its parts as lists beside them.
  DocumentPtr item_of(const TerraformInstance& one, const Whole& whole) {
    Builder builder;
    const uint16_t slot = builder.add_source(self_);
    builder.keep(std::shared_ptr<const void>(plan_.document()));
    origin(builder, slot, one.values ? one.values : one.item);
    builder.begin_map();
    attributes(builder, slot, one, !whole.parts.empty() || !whole.may_be.empty());
    std::map<std::string, std::vector<size_t>> types = whole.parts;
    for (const auto& [type, some] : whole.may_be) types[type];
    for (const auto& [type, some] : types) {
      builder.key(type);
      builder.begin_list();
      for (size_t part : some) {
        const auto& other = plan_.instances()[part];
        origin(builder, slot, other.values ? other.values : other.item);
        builder.begin_map();
        attributes(builder, slot, other, false);
        builder.end();
      }
      if (auto may_be = whole.may_be.find(type); may_be != whole.may_be.end()) {
        const auto& other = plan_.instances()[may_be->second.front()];
        origin(builder, slot, other.item);
        builder.unknown("whether `" + other.address + "` is part of it is known only after apply");
      }
      builder.end();
    }
    builder.end();
    return builder.finish(self_);
  }

  void attributes(Builder& builder, uint16_t slot, const TerraformInstance& one, bool has_parts) {
    const Value expressions = one.config.get("expressions");
    const auto* mapped = catalogue_.find_terraform(one.type);
    const Seen all{one.values, one.unknown, one.sensitive, one.sensitive_after, expressions};
    // Nobody wrote it, so that AWS decides, as it does where a template leaves a property out. A block is not in the configuration.
    const auto left_out = [&](std::string_view key) {
      if (!one.config || expressions.get(key)) return false;
      const bool block = mapped && std::find(mapped->map->blocks.begin(), mapped->map->blocks.end(), key) != mapped->map->blocks.end();
      return !block || has_parts;
    };
    for (auto entry : one.values.entries()) {
      if (one.values.get(entry.key()) != entry.value) continue;  // of a key that stands twice, the last
      builder.key(entry.key());
      if (one.secret.count(entry.key())) sensitive(builder, slot, entry.value);
      else if (is_true(one.unknown.get(entry.key())) && left_out(entry.key())) nothing(builder, slot, entry.value);
      else write(builder, slot, all.at(entry.key()));
    }
    for (auto entry : one.unknown.entries()) {
      if (one.values.get(entry.key()) || one.unknown.get(entry.key()) != entry.value) continue;
      builder.key(entry.key());
      if (is_true(entry.value) && left_out(entry.key())) nothing(builder, slot, entry.value);
      else write(builder, slot, all.at(entry.key()));
    }
  }

  static void origin(Builder& builder, uint16_t slot, Value at) {
    if (at) builder.with_origin(slot, at.index(), at.line(), at.column());
  }
  static void nothing(Builder& builder, uint16_t slot, Value at) {
    origin(builder, slot, at);
    builder.null();
  }
  static void sensitive(Builder& builder, uint16_t slot, Value at) {
    origin(builder, slot, at);
    builder.unknown("sensitive");
  }

  static void write(Builder& builder, uint16_t slot, const Seen& seen) {
    const Value at = seen.value ? seen.value : seen.unknown;
    if (is_true(seen.sensitive) || is_true(seen.sensitive_after)) return sensitive(builder, slot, at);
    if (is_true(seen.unknown)) {
      origin(builder, slot, seen.unknown);
      const Value first = seen.expression.get("references").at(0);
      return builder.unknown(first.is_string() ? "`" + std::string(first.text()) + "` is known only after apply" : "known only after apply");
    }
    if (seen.is_nothing()) return nothing(builder, slot, at);
    // Where a value is wholly absent its mask may still have parts.
    if (seen.value.is_map() || (!seen.value && seen.unknown.is_map())) {
      origin(builder, slot, at);
      builder.begin_map();
      for (auto entry : seen.value.entries()) {
        if (seen.value.get(entry.key()) != entry.value) continue;
        const Seen below = seen.at(entry.key());
        if (below.is_nothing()) continue;
        builder.key(entry.key());
        write(builder, slot, below);
      }
      for (auto entry : seen.unknown.entries()) {
        if (seen.value.get(entry.key()) || seen.unknown.get(entry.key()) != entry.value) continue;
        builder.key(entry.key());
        write(builder, slot, seen.at(entry.key()));
      }
      return builder.end();
    }
    if (seen.value.is_list() || (!seen.value && seen.unknown.is_list())) {
      origin(builder, slot, at);
      builder.begin_list();
      const size_t count = std::max(seen.value.size(), seen.unknown.is_list() ? seen.unknown.size() : 0);
      for (size_t i = 0; i < count; ++i) write(builder, slot, seen.at(i));
      return builder.end();
    }
    builder.copy(seen.value, slot);
  }

  const Input& input_;
  const ResourceCatalogue& catalogue_;
  UnitSink& sink_;
  std::string name_;
  Source self_;
  TerraformPlan plan_;
  std::vector<Whole> wholes_;
  std::map<std::pair<const TerraformMap*, std::string>, std::vector<size_t>> by_name_;
};

}  // namespace

bool is_terraform(std::string_view head) {
  std::string_view text = trim(head);
  if (starts_with(text, "\xef\xbb\xbf")) text = trim(text.substr(3));
  if (!starts_with(text, "{")) return false;
  const bool shown = contains(text, "\"format_version\"") && (contains(text, "\"terraform_version\"") || contains(text, "\"planned_values\"") || contains(text, "\"root_module\""));
  const bool state_file = contains(text, "\"terraform_version\"") && contains(text, "\"lineage\"");
  return shown || state_file;
}

void load_terraform(const Input& input, const ResourceCatalogue& catalogue, UnitSink& sink) {
  const auto read = read_declared(input, kPlanBytesMax, [](std::string_view text, const Source& self) { return read_json(text, self); }, sink);
  if (!read) return;
  Loader loader(input, catalogue, sink, read->document, read->self);
  if (!loader.understood())
    return refuse_declared(input, {Code::parse, "neither a plan nor a state of Terraform's", {input.shown, 1, 1}, "`planned_values` or `values`", "`terraform show -json`"}, sink);
  tell_declared(input, *read, "terraform", loader.load(), sink);
}

}  // namespace reeve
