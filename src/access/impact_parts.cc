#include "access/impact_parts.h"

#include <algorithm>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

using F = EventField;

constexpr EventFields resource_fields =
    bit(F::resources) | bit(F::parameters) | bit(F::recipient) | bit(F::region) | bit(F::account) | bit(F::shared_id);

// The names in `${…}`.
void variables_in(std::string_view text, std::vector<std::string>& out) {
  for (size_t at = 0; (at = text.find("${", at)) != std::string_view::npos;) {
    size_t end = text.find('}', at);
    if (end == std::string_view::npos) return;
    std::string_view name = text.substr(at + 2, end - at - 2);
    name = name.substr(0, name.find(','));
    if (contains(name, ":")) out.push_back(lower(trim(name)));
    at = end;
  }
}

Truth any_of_service(std::string_view term, const std::string& prefix) {
  if (term == "*") return Truth::yes;
  size_t colon = term.find(':');
  std::string_view service = term.substr(0, colon);
  if (!prefix.empty() && !glob_match(service, prefix)) return Truth::no;
  // All of the service's actions, or some of which the event may be one.
  bool all = colon != std::string_view::npos && term.substr(colon + 1) == "*" && (!prefix.empty() || service == "*");
  return all ? Truth::yes : Truth::unknown;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) text.replace(at, what.size(), with);
  return text;
}

std::string partition_of(std::string_view region) {
  std::string_view partition = partition_of_region(region);
  return std::string(partition.empty() ? "aws" : partition);
}

// A Resource pattern against an ARN of which stars stand for what is not told.
Truth covers_arn(const std::string& pattern, const std::string& arn, const Context& context, bool variables) {
  if (arn.find('*') == std::string::npos || arn == "*") return resource_matches(pattern, arn, context, variables);
  if (pattern == "*") return Truth::yes;
  // Long and short: a byte that no policy writes is matched by wildcards alone.
  Truth longer = resource_matches(pattern, replaced(arn, "*", "\x01\x01\x01\x01\x01\x01\x01"), context, variables);
  Truth shorter = resource_matches(pattern, replaced(replaced(arn, "*/", ""), "*", ""), context, variables);
  if (longer == shorter && longer == Truth::yes) return Truth::yes;
  auto read = policy::resource_pattern(pattern, context, variables);
  if (read.loose.null) return Truth::no;
  return policy::common_instance(read.loose.glob, policy::glob_of(arn), "x") ? Truth::unknown : Truth::no;
}

}  // namespace

ImpactStatements::ImpactStatements(const std::vector<Policy>& policies, bool alone, const EventActions& events, std::vector<std::string>& more_paths)
    : alone_(alone), events_(&events) {
  const size_t first_slot = static_cast<size_t>(F::count);
  for (const Policy& policy : policies) {
    if (!policy.unknown.empty()) unread_.push_back(&policy);
    for (const Statement& statement : policy.statements) {
      One one;
      one.policy = &policy, one.statement = &statement, one.variables = policy.variables(), one.resources = statement.resources.values;
      one.read = statement.unknown.empty();
      one.any_resource = !statement.resources.present || (!statement.resources.negated && std::find(one.resources.begin(), one.resources.end(), "*") != one.resources.end());
      auto keys_of = [&](std::vector<std::string> names) {
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        std::vector<Key> keys;
        for (auto& name : names) {
          Key key{name, EventRequest::fields_of(name), 0};
          if (!key.fields) {
            if (auto place = events.place_of(name); !place.path.empty()) {
              auto found = std::find(more_paths.begin(), more_paths.end(), place.path);
              key.slot = first_slot + static_cast<size_t>(found - more_paths.begin());
              if (found == more_paths.end()) more_paths.push_back(place.path);
            }
          }
          keys.push_back(std::move(key));
        }
        return keys;
      };
      one.first_test = tests_.size();
      one.tests = statement.conditions.size();
      for (const auto& condition : statement.conditions) {
        std::vector<std::string> names{condition.key_lower};
        if (one.variables)
          for (const auto& value : condition.values) variables_in(value, names);
        ImpactTest test{&condition, keys_of(std::move(names)), one.variables, 0, {}, false};
        for (const Key& key : test.keys) {
          test.fields |= key.fields;
          if (key.slot) test.slots.push_back(key.slot);
          test.session = test.session || key.name == "aws:userid";
        }
        tests_.push_back(std::move(test));
      }
      std::vector<std::string> names;
      if (one.variables)
        for (const auto& value : one.resources) variables_in(value, names);
      one.resource_keys = keys_of(std::move(names));
      statements_.push_back(std::move(one));
    }
  }
}

Truth ImpactStatements::covers_action(const One& one, const EventActions::Mapping& mapping, const std::string& action) const {
  const Terms& terms = one.statement->actions;
  Truth hit = terms.unknown || !one.statement->unknown.empty() ? Truth::unknown : Truth::no;
  for (const auto& term : terms.values)
    hit = either(hit, mapping.known ? truth(action_matches(term, action)) : any_of_service(lower(term), mapping.prefix));
  return terms.negated ? negate(hit) : hit;
}

bool ImpactStatements::denies_action(std::string_view action) const {
  EventActions::Mapping mapping;
  return std::any_of(statements_.begin(), statements_.end(), [&](const One& one) {
    return one.statement->effect != Effect::allow && !one.statement->actions.negated && covers_action(one, mapping, std::string(action)) != Truth::no;
  });
}

ImpactPlan ImpactStatements::plan(const std::string& source, const std::string& name) const {
  ImpactPlan out;
  out.mapping = events_->mapping(source, name);
  std::string shown = source.substr(0, source.find(".amazonaws.com"));
  out.event = shown + ":" + name;
  for (size_t i = 0; i < statements_.size(); ++i) {
    const One& one = statements_[i];
    if (one.statement->effect == Effect::allow && !alone_) continue;
    ImpactPlan::Part part{i, {}};
    bool any = false;
    for (const auto& action : out.mapping.actions) {
      part.action.push_back(covers_action(one, out.mapping, action));
      any = any || part.action.back() != Truth::no;
    }
    if (!any) continue;
    if (!one.any_resource) {
      out.fields |= resource_fields;
      for (const Key& key : one.resource_keys) {
        out.fields |= key.fields;
        if (key.slot) out.slots.push_back(key.slot);
      }
    }
    out.tests += one.tests;
    out.statements.push_back(std::move(part));
  }
  std::sort(out.slots.begin(), out.slots.end());
  out.slots.erase(std::unique(out.slots.begin(), out.slots.end()), out.slots.end());
  return out;
}

std::vector<std::string> ImpactStatements::arns_of(const ImpactPlan& plan, const std::string& action, const EventRequest& request) const {
  const auto& types = events_->types_of(action);
  auto fits = [&](const std::string& arn) {
    std::string text = replaced(arn, "*", "x");
    return types.empty() || std::any_of(types.begin(), types.end(), [&](const EventActions::Type& type) { return glob_match(type.arn, text); });
  };
  std::vector<std::string> out;
  auto offer = [&](std::string arn) {
    if (starts_with(arn, "arn:") && fits(arn) && std::find(out.begin(), out.end(), arn) == out.end()) out.push_back(std::move(arn));
  };
  if (auto list = request.raw(F::resources); contains(list, "ARN"))
    if (auto read = read_json(list, Source{}))
      for (Value one : (*read)->root().items()) offer(std::string(one.get("ARN").text()));
  if (!out.empty()) {
    // An object's bucket stands there too: what the action takes in full is what is longest.
    std::vector<std::string> longest;
    for (const auto& arn : out)
      if (std::none_of(out.begin(), out.end(), [&](const std::string& other) { return other.size() > arn.size() && starts_with(other, arn + "/"); })) longest.push_back(arn);
    return longest;
  }
  auto parameters = request.raw(F::parameters);
  auto read = parameters.empty() ? Result<DocumentPtr>(nullptr) : read_json(parameters, Source{});
  const Value root = read && *read ? (*read)->root() : Value();
  std::string region = request.text(F::region), owner = request.owner();
  if (owner.empty()) owner = request.text(F::recipient);
  for (const std::string& pattern : events_->templates_of(plan.mapping.prefix)) {
    std::string arn;
    bool whole = true;
    for (size_t at = 0; at < pattern.size() && whole;) {
      size_t open = pattern.find('{', at), close = pattern.find('}', open);
      if (open == std::string::npos || close == std::string::npos) {
        arn += pattern.substr(at);
        break;
      }
      arn += pattern.substr(at, open - at);
      std::string name = pattern.substr(open + 1, close - open - 1);
      if (name == "partition") arn += partition_of(region);
      else if (name == "region") arn += region;
      else if (name == "account") arn += owner;
      else {
        std::string value(root ? root.get(name).text() : std::string_view());
        whole = !value.empty() && value.find_first_of("*?") == std::string::npos;
        if (starts_with(value, "arn:")) {
          arn = value;
          break;
        }
        arn += value;
      }
      at = close + 1;
    }
    if (!whole) continue;
    size_t before = out.size();
    offer(std::move(arn));
    if (out.size() > before) break;
  }
  return out;
}

Truth ImpactStatements::covers_resource(const One& one, const std::vector<std::string>& arns, const Context& context) const {
  Truth hit = Truth::no;
  for (const auto& arn : arns) {
    Truth covers = one.statement->resources.unknown ? Truth::unknown : Truth::no;
    for (const auto& term : one.resources) covers = either(covers, covers_arn(term, arn, context, one.variables));
    hit = either(hit, one.statement->resources.negated ? negate(covers) : covers);
  }
  return hit;
}

Context ImpactStatements::context_of(const std::vector<Key>& keys, const EventRequest& request) const {
  Context context;
  for (const Key& key : keys) {
    ContextValue value = ContextValue::unknown();
    if (key.slot) {
      auto place = events_->place_of(key.name);
      std::string text = request.text_at(key.slot);
      if (text.empty()) value = place.may_be_absent ? ContextValue::absent() : ContextValue::unknown();
      else if (text[0] != '{' && text[0] != '[') value = ContextValue::of(std::move(text));
    } else {
      value = request.value_of(key.name);
    }
    context.set(key.name, std::move(value));
  }
  return context;
}

Truth ImpactStatements::holds(const ImpactTest& test, const EventRequest& request) const {
  return condition_holds(*test.condition, context_of(test.keys, request), test.variables);
}

ImpactDecision ImpactStatements::decide(const ImpactPlan& plan, std::string_view truths, const EventRequest& request) const {
  ImpactDecision out;
  Truth allowed_all = Truth::yes;
  std::vector<Truth> allowed(plan.mapping.actions.size(), Truth::no);
  size_t next_test = 0;
  for (const auto& part : plan.statements) {
    const One& one = statements_[part.statement];
    const std::string_view said = truths.substr(next_test, one.tests);
    next_test += one.tests;
    Truth held = one.statement->conditions_unknown ? Truth::unknown : Truth::yes;
    for (char each : said) held = both(held, static_cast<Truth>(each));
    if (!one.read) held = Truth::unknown;
    if (held == Truth::no) continue;
    const Context context = one.any_resource ? Context() : context_of(one.resource_keys, request);
    Truth covers = Truth::no, action_at = Truth::no, resource_at = Truth::no;
    for (size_t i = 0; i < plan.mapping.actions.size(); ++i) {
      Truth resource = Truth::yes;
      if (!one.any_resource && part.action[i] != Truth::no) {
        const std::string& action = plan.mapping.actions[i];
        const auto& types = events_->types_of(action);
        auto arns = arns_of(plan, action, request);
        resource = covers_resource(one, arns, context);
        if (types.empty() && plan.mapping.known) resource = covers_resource(one, {"*"}, context);
        if (!plan.mapping.known && arns.empty()) resource = Truth::unknown;
        for (const auto& type : types) {
          bool told = std::any_of(arns.begin(), arns.end(), [&](const std::string& arn) { return glob_match(type.arn, replaced(arn, "*", "x")); });
          if (told || (!type.required && !arns.empty())) continue;
          std::string wide = type.arn;
          if (auto read = parse_arn(wide)) {
            std::string region = request.text(F::region), owner = request.owner();
            wide = make_arn(read->partition == "*" ? partition_of(region) : std::string(read->partition), read->service, read->region == "*" && !region.empty() ? region : read->region,
                            read->account == "*" && !owner.empty() ? owner : read->account, read->resource);
          }
          Truth by_type = covers_resource(one, {wide}, context);
          resource = either(resource, type.required ? by_type : both(by_type, Truth::unknown));
        }
      }
      Truth here = both(part.action[i], both(resource, held));
      if (one.statement->effect == Effect::allow) {
        allowed[i] = either(allowed[i], here);
        continue;
      }
      if (one.statement->effect == Effect::unknown) here = both(here, Truth::unknown);
      if (here > covers) covers = here, action_at = part.action[i], resource_at = resource;
    }
    if (one.statement->effect == Effect::allow || covers == Truth::no) continue;
    if (covers == Truth::unknown) {
      if (action_at == Truth::unknown) out.unknown.push_back("action");
      if (resource_at == Truth::unknown) out.unknown.push_back("resource");
      for (size_t i = 0; i < said.size(); ++i)
        if (static_cast<Truth>(said[i]) == Truth::unknown) out.unknown.push_back(one.statement->conditions[i].key);
    }
    if (covers > out.denied) {
      out.denied = covers;
      out.decided = {one.policy->name, static_cast<int>(one.statement->index), one.statement->sid, one.statement->path, one.statement->line};
    }
    if (covers == Truth::yes) break;
  }
  for (const Policy* policy : unread_)
    if (out.denied == Truth::no) out.denied = Truth::unknown, out.decided.policy = policy->name, out.unknown.push_back(policy->name);
  if (alone_ && out.denied != Truth::yes) {
    for (Truth one : allowed) allowed_all = both(allowed_all, one);
    Truth missing = negate(allowed_all);
    if (missing > out.denied) {
      out.denied = missing;
      out.decided = {};
      if (!statements_.empty()) out.decided.policy = statements_[0].policy->name;
      if (missing == Truth::unknown) out.unknown.push_back("allow");
    }
  }
  if (out.denied == Truth::yes) out.unknown.clear();
  std::sort(out.unknown.begin(), out.unknown.end());
  out.unknown.erase(std::unique(out.unknown.begin(), out.unknown.end()), out.unknown.end());
  return out;
}

bool impact_beyond_reach(const ImpactOptions& options, const EventActions& events, const ImpactPlan& plan) {
  return options.kind == GuardrailKind::rcp && plan.mapping.known &&
         std::none_of(plan.mapping.actions.begin(), plan.mapping.actions.end(),
                      [&](const std::string& action) { return events.reached_by_rcp(lower(action.substr(0, action.find(':')))); });
}

std::string impact_exemption(const ImpactOptions& options, const EventOrganization& organization, const EventRequest& request) {
  if (request.service_linked()) return std::string(impact_linked);
  const bool rcp = options.kind == GuardrailKind::rcp;
  if (!rcp && request.service()) return "AWS service";
  if (!rcp && request.without_credentials()) return "caller without AWS credentials";
  std::string account = rcp ? request.owner() : request.account();
  if (!account.empty() && account == options.management) return "management account";
  const auto* place = account.empty() ? nullptr : organization.find(account);
  if (place && place->management) return "management account";
  if (place && !place->unit.empty() && !options.targets.empty()) {
    const std::string way = "/" + organization.id + "/" + place->unit + "/" + account + "/";
    bool under = std::any_of(options.targets.begin(), options.targets.end(),
                             [&](const std::string& target) { return contains(way, "/" + target + "/"); });
    if (!under) return "account that the policy would not be attached above";
  }
  return {};
}

bool impact_unsure(const ImpactOptions& options, const EventOrganization& organization, const EventRequest& request) {
  const std::string account = options.kind == GuardrailKind::rcp ? request.owner() : request.account();
  if (account.empty()) return true;
  if (std::find(options.targets.begin(), options.targets.end(), account) != options.targets.end()) return false;
  const auto* place = organization.find(account);
  return (!place && !organization.accounts.empty()) || ((!place || place->unit.empty()) && !options.targets.empty());
}

void add_to_group(std::map<std::string, ImpactRow>& groups, ImpactRow row) {
  std::string key = std::string(name(row.denied)) + "\n" + row.account + "\n" + row.principal + "\n" + row.event + "\n" + join(row.actions, ",") + "\n" +
                    row.decided.policy + "\n" + std::to_string(row.decided.statement) + "\n" + join(row.unknown, ",");
  auto [at, fresh] = groups.try_emplace(std::move(key));
  ImpactRow& into = at->second;
  if (fresh) {
    into = std::move(row);
    return;
  }
  into.count += row.count;
  into.failed += row.failed;
  if (!row.first.empty() && (into.first.empty() || row.first < into.first)) into.first = row.first;
  if (row.last > into.last) into.last = row.last;
}

}  // namespace reeve
