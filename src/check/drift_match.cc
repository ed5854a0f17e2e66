#include "check/drift_match.h"

#include <algorithm>

#include "base/text.h"
#include "check/drift_resource.h"
#include "estate/stack_value.h"
#include "estate/template.h"
#include "findings/finding.h"
#include "formats/unknowns.h"

namespace reeve {
namespace {

std::string quoted(std::string_view text) { return "`" + redacted_text(text) + "`"; }

Value at_path(Value from, std::string_view path) {
  for (std::string_view key : split(path, '.')) {
    from = from.get(key);
    if (!from) break;
  }
  return from;
}

ResourceDrift begin(const Resource& declared) {
  ResourceDrift out;
  out.id = declared.id;
  out.type = declared.type_name;
  out.declared_at = drift_place(declared.body());
  if (out.declared_at.file.empty()) out.declared_at.file = declared.main_source.file;
  if (declared.main_line) out.declared_at = {declared.main_source.file, declared.main_path, declared.main_line, declared.main_column};
  return out;
}

void settle(ResourceDrift& out) {
  bool open = false, drift = false;
  for (const PropertyDrift& each : out.properties) {
    const bool differs = each.is == ValueDrift::Is::different || each.is == ValueDrift::Is::absent || each.is == ValueDrift::Is::added;
    drift |= differs;
    open |= !differs;
  }
  // What could be compared is the same; that something could not is said property by property.
  out.state = drift ? DriftState::drifted : open && out.same.empty() ? DriftState::unknown : DriftState::same;
  if (out.state == DriftState::unknown && out.reason.empty()) out.reason = "nothing that the template says of it can be compared";
}

void tell_live(ResourceDrift& out, const Resource& live) {
  out.live = live.uid;
  out.live_at = {live.main_source.file.empty() ? live.main_source.operation : live.main_source.file, live.main_path, live.main_line, live.main_column};
}

// By the names that the declared resource gives itself.
struct ByName {
  const Resource* live = nullptr;
  std::string told_by, reason;
  bool missing = false;
};

ByName by_name(const LiveEstate& live, const ResourceType& type, const std::vector<std::pair<std::string, std::string>>& names, const LiveScope& scope) {
  ByName out;
  for (const auto& [name, told_by] : names) {
    const auto found = live.find(type.type, name, scope);
    if (found.size() == 1) {
      out.live = &live.at(found[0]);
      out.told_by = told_by;
      return out;
    }
    if (found.size() > 1) out.reason = "several are called " + quoted(name);
    else if (out.reason.empty()) {
      const std::string why = live.not_listed(type, scope);
      out.missing = why.empty();
      out.reason = why.empty() ? "none is called " + quoted(name) : "none called " + quoted(name) + " is known: " + why;
    }
  }
  if (!out.reason.empty() && starts_with(out.reason, "several")) out.missing = false;
  return out;
}

}  // namespace

DriftMatch::DriftMatch(const ResourceCatalogue& catalogue, const LiveEstate& live, const Stack& stack, const LiveStack* from, const LiveScope& scope, const std::string& file)
    : catalogue_(catalogue), live_(live), stack_(stack), from_(from), scope_(scope), file_(file) {}

DriftMatch::Match DriftMatch::match(const StackResource& resource, const Resource& declared) const {
  Match out;
  const ResourceType* type = declared.type;
  if (from_ && from_->listed) {
    const auto made = std::find_if(from_->made.begin(), from_->made.end(), [&](const LiveStack::Made& each) { return each.logical == resource.id; });
    if (made == from_->made.end()) {
      out.state = DriftState::missing;
      out.reason = "the stack " + quoted(from_->name) + " has not made it";
      return out;
    }
    out.physical = made->physical;
    if (made->type != resource.type) {
      out.state = DriftState::drifted;
      out.reason = "the stack made a " + quoted(made->type) + " of that name";
      return out;
    }
  }
  if (!type) {
    out.reason = "no file of content/resources tells how the type is read";
    return out;
  }
  if (!out.physical.empty()) {
    const auto found = live_.find(resource.type, out.physical, scope_);
    if (found.size() == 1) {
      out.live = &live_.at(found[0]);
      out.told_by = "the stack";
      return out;
    }
    const std::string why = live_.not_listed(*type, scope_);
    out.state = found.empty() && why.empty() ? DriftState::missing : DriftState::unknown;
    if (found.size() > 1) out.reason = "several may be " + quoted(out.physical) + ", which the stack made";
    else out.reason = "the stack made " + quoted(out.physical) + (why.empty() ? ", and it is not there any more" : ", of which nothing is known: " + why);
    if (!found.empty() || why.empty()) return out;
  }
  if (from_)
    if (const auto tagged = from_->tagged.find(resource.id); tagged != from_->tagged.end()) {
      std::vector<size_t> fit;
      for (size_t i : tagged->second)
        if (live_.at(i).type_name == resource.type) fit.push_back(i);
      if (fit.size() == 1) {
        out.live = &live_.at(fit[0]);
        out.told_by = "its tag";
        return out;
      }
    }
  std::vector<std::pair<std::string, std::string>> names;
  for (const std::string& property : type->named) {
    const Value value = at_path(declared.body(), property);
    if (!value) continue;
    if (const auto text = value.scalar_text(); text && !text->empty()) names.emplace_back(*text, quoted(property.substr(property.rfind('.') + 1)));
    else if (value.is_unknown())
      if (const auto made = look(value, {}); made.text) names.emplace_back(*made.text, quoted(property.substr(property.rfind('.') + 1)));
  }
  const ByName found = by_name(live_, *type, names, scope_);
  if (found.live) {
    out.live = found.live, out.told_by = found.told_by;
  } else if (!found.reason.empty()) {
    out.state = found.missing ? DriftState::missing : DriftState::unknown;
    if (out.reason.empty() || found.missing) out.reason = found.reason;
  } else if (out.reason.empty()) {
    out.reason = from_ ? "neither the stack's resources nor a tag or name in the template say which it is" : "nothing says which it is: no stack of the estate fits, and the template gives it no name";
  }
  return out;
}

std::optional<std::string> DriftMatch::physical(const std::string& id) const {
  const auto at = matches_.find(id);
  if (at == matches_.end()) return std::nullopt;
  if (!at->second.physical.empty()) return at->second.physical;
  if (at->second.live) return at->second.live->id;
  return std::nullopt;
}

std::optional<std::string> DriftMatch::attribute(const std::string& id, const std::string& name) const {
  const auto at = matches_.find(id);
  if (at == matches_.end()) return std::nullopt;
  const Resource* live = at->second.live;
  if (live) {
    for (const char* part : {"Properties", "Observed"})
      if (const Value value = at_path(live->body().get(part), name); value.is_scalar() && value.scalar_text()) return std::string(*value.scalar_text());
    if (name == "Arn" && starts_with(live->uid, "arn:")) return live->uid;
  }
  if (name == "Arn" && starts_with(at->second.physical, "arn:")) return at->second.physical;
  return std::nullopt;
}

ValueComparison::Looked DriftMatch::look(Value unknown, Value live) const {
  ValueComparison::Looked out;
  const Value written = written_in(unknown);
  if (const Value ref = written.get("Ref"); ref.is_string()) {
    out.text = physical(std::string(ref.text()));
    if (!out.text && matches_.count(ref.text())) out.why = "which " + quoted(ref.text()) + " is live is not known";
  } else if (const Value pair = written.get("Fn::GetAtt"); pair.is_list() && pair.size() == 2) {
    const std::string id(pair.at(0).text()), name(pair.at(1).text());
    out.text = attribute(id, name);
    if (!out.text && matches_.count(id)) out.why = matches_.find(id)->second.live ? "the estate does not tell " + quoted(name) + " of " + quoted(id) : "which " + quoted(id) + " is live is not known";
  } else if (const Value text = written.get("Fn::Sub"); text.is_string()) {
    std::string whole, holes;
    bool open = false;
    const std::string_view from = text.text();
    for (size_t i = 0; i < from.size(); ++i) {
      const size_t end = from.compare(i, 2, "${") == 0 ? from.find('}', i) : std::string_view::npos;
      if (end == std::string_view::npos) {
        whole += from[i], holes += from[i];
        continue;
      }
      const std::string name(from.substr(i + 2, end - i - 2));
      const size_t dot = name.find('.');
      if (starts_with(name, "!")) {
        whole += "${" + name.substr(1) + "}", holes += "${" + name + "}";
      } else if (const auto made = dot == std::string::npos ? physical(name) : attribute(name.substr(0, dot), name.substr(dot + 1))) {
        whole += *made, holes += hole_free(*made);
      } else {
        open = true, holes += "${" + name + "}";
      }
      i = end;
    }
    if (!open) out.text = whole;
    else if (live && live.scalar_text()) out.never = !may_become(holes, *live.scalar_text());
    if (out.never) out.why = "whatever the rest of it becomes";
  }
  return out;
}

// An item of a list that this resource does not declare, but another of the template does: a rule or policy of its own, or what refers to it.
bool DriftMatch::elsewhere(const Resource& own, Value item) const {
  if (from_)
    for (const auto& [key, value] : from_->tags)
      if (item.get("Key").is_string() && item.get("Key").text() == key && item.get("Value").is_string() && item.get("Value").text() == value) return true;
  if (const auto text = item.scalar_text()) {
    for (const auto& [id, match] : matches_)
      if (id != own.id && ((!match.physical.empty() && match.physical == *text) || (match.live && match.live->uid == *text))) return true;
    return false;
  }
  for (const Resource& other : declared_) {
    if (other.type || !item.is_map() || item.size() < 2) continue;
    ValueComparison compared([this](Value unknown, Value live) { return look(unknown, live); }, [](Value) { return false; }, nullptr);
    bool all = true;
    for (auto entry : item.entries()) {
      const Value theirs = other.body().get("Properties").get(entry.key());
      all = all && (theirs || is_nothing(entry.value) || ends_with(entry.key(), "OwnerId"));
      if (theirs) compared.compare(theirs, entry.value, std::string(entry.key()));
    }
    if (all && !compared.same().empty() && std::none_of(compared.drifts().begin(), compared.drifts().end(), [](const ValueDrift& each) { return each.drift(); })) return true;
  }
  return false;
}

void DriftMatch::undeclared(const std::string& within, std::vector<ResourceDrift>& out) const {
  if (!from_) return;
  const Value written = stack_.document->root();
  auto add = [&](const std::string& logical, const std::string& type, const std::string& physical, const Resource* live) {
    if (matches_.count(logical)) return;
    ResourceDrift each;
    each.id = within + logical;
    each.type = type;
    each.live = physical;
    each.told_by = physical.empty() ? "its tag" : "the stack";
    each.state = DriftState::undeclared;
    each.reason = "the stack " + quoted(from_->name) + " has it, and the template does not declare it";
    // What a transform makes of a resource is called after it.
    if (written.get("Transform"))
      for (const auto& [id, match] : matches_)
        if (starts_with(logical, id)) each.state = DriftState::unknown, each.reason = "the template's transform may have made it";
    if (live) tell_live(each, *live);
    each.declared_at = drift_place(written.get("Resources"));
    if (each.declared_at.file.empty()) each.declared_at.file = file_;
    out.push_back(std::move(each));
  };
  for (const LiveStack::Made& made : from_->made) {
    const auto found = live_.find(made.type, made.physical, scope_);
    add(made.logical, made.type, made.physical, found.size() == 1 ? &live_.at(found[0]) : nullptr);
  }
  if (from_->listed) return;
  for (const auto& [logical, resources] : from_->tagged)
    for (size_t i : resources) add(logical, live_.at(i).type_name, "", &live_.at(i));
}

void DriftMatch::compare(const std::string& within, const std::string& maybe, std::vector<ResourceDrift>& out) {
  Source self;
  self.file = stack_.shown;
  self.path_prefix = "$";
  declared_.reserve(stack_.resources.size());
  const TemplateParts parts(stack_, catalogue_);
  for (const StackResource& each : stack_.resources) declared_.push_back(resource_of(each, parts, catalogue_, self, file_, within));
  // What has no name of its own may be named after others, so two rounds.
  for (const bool again : {false, true})
    for (size_t i = 0; i < stack_.resources.size(); ++i) {
      Match& at = matches_[stack_.resources[i].id];
      if (!again || !at.live) at = match(stack_.resources[i], declared_[i]);
    }
  const size_t own = declared_.size();
  for (size_t i = 0; i < own; ++i) {
    const StackResource& resource = stack_.resources[i];
    const Match& at = matches_.find(resource.id)->second;
    ResourceDrift each = begin(declared_[i]);
    each.construct = resource.construct;
    each.state = at.state, each.told_by = at.told_by, each.reason = at.reason;
    const std::string doubt = maybe.empty() ? resource.maybe : maybe;
    if (at.live) {
      tell_live(each, *at.live);
      compare_resource(declared_[i], *at.live, [this](Value unknown, Value live) { return look(unknown, live); }, [&](Value item) { return elsewhere(declared_[i], item); }, each);
      settle(each);
    } else {
      each.live = at.physical;
      if (each.state == DriftState::missing && !doubt.empty()) each.state = DriftState::unknown, each.reason += "; whether it should be there is not known: " + doubt;
    }
    out.push_back(std::move(each));
  }
  undeclared(within, out);
  for (const Stack::Nested& nested : stack_.nested) {
    const auto at = matches_.find(nested.id);
    const LiveStack* below = at == matches_.end() ? nullptr : live_.stack(at->second.live ? at->second.live->uid : at->second.physical);
    DriftMatch inner(catalogue_, live_, nested.stack, below, scope_, file_);
    inner.compare(within + nested.id + "/", maybe.empty() ? nested.maybe : maybe, out);
    for (Resource& each : inner.declared_) declared_.push_back(std::move(each));
  }
}

void compare_terraform(const LiveEstate& live, const std::vector<Resource>& declared, std::vector<ResourceDrift>& out) {
  for (const Resource& each : declared) {
    ResourceDrift drift = begin(each);
    std::vector<std::pair<std::string, std::string>> names;
    for (const std::string& name : each.known_as) names.emplace_back(name, starts_with(name, "arn:") ? "its ARN" : "its id or name");
    const ByName found = by_name(live, *each.type, names, {"", each.region});
    if (found.live) {
      drift.told_by = found.told_by;
      tell_live(drift, *found.live);
      compare_resource(each, *found.live, [](Value, Value) { return ValueComparison::Looked(); }, [](Value) { return false; }, drift);
      settle(drift);
    } else {
      drift.state = found.missing ? DriftState::missing : DriftState::unknown;
      drift.reason = found.reason.empty() ? "nothing says which it is: its id is known only after apply" : found.reason;
    }
    out.push_back(std::move(drift));
  }
}

}  // namespace reeve
