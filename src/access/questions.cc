#include "access/questions.h"

#include <algorithm>
#include <set>

#include "aws/arn.h"
#include "base/text.h"
#include "policy/glob.h"

namespace reeve {

namespace {

constexpr std::string_view any_name = "zqxjkv";  // a name that no policy is likely to have
constexpr size_t resources_most = 64;          // tried of one action, where none was named

// An ARN of the table as a pattern. A variable alone (`arn:aws:s3:::${BucketName}`) is a name without a slash.
bool fits_template(std::string_view arn_template, std::string_view asked) {
  std::string pattern;
  size_t variables = 0;
  for (size_t i = 0; i < arn_template.size();) {
    size_t end = arn_template.substr(i, 2) == "${" ? arn_template.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      pattern += arn_template[i++];
    } else {
      pattern += '*', i = end + 1, ++variables;
    }
  }
  auto cut = parse_arn(arn_template);
  auto is = parse_arn(asked);
  if (cut && is && is->account != "*" && cut->account.empty() != is->account.empty()) return false;
  if (cut && is && starts_with(cut->resource, "${") && cut->resource.find('}') + 1 == cut->resource.size() && contains(is->resource, "/")) return false;
  return policy::common_instance(policy::glob_of(pattern), policy::glob_of(asked), any_name).has_value();
}

// Keys whose values differ between callers of one account and kind.
bool about_principal(std::string_view key) {
  for (std::string_view same : {"aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltype", "aws:principalisawsservice", "aws:sourceip", "aws:sourcevpc",
                                "aws:sourcevpce"})
    if (key == same) return false;
  return key == "aws:userid" || key == "aws:username" || starts_with(key, "aws:principal") || starts_with(key, "saml:") || starts_with(key, "aws:source") || starts_with(key, "sts:");
}

// No: the statement says nothing of the action, whatever else.
bool may_mean(const Statement& statement, const std::string& action) {
  if (!statement.unknown.empty() || statement.actions.unknown || statement.actions.negated) return true;
  return std::any_of(statement.actions.values.begin(), statement.actions.values.end(), [&](const std::string& pattern) { return action_matches(pattern, action); });
}

std::string with_names(std::string pattern, const AccessPrincipal* principal) {
  for (size_t open = pattern.find("${"); open != std::string::npos; open = pattern.find("${")) {
    size_t end = pattern.find('}', open);
    if (end == std::string::npos) break;
    const std::string key = lower(std::string_view(pattern).substr(open + 2, end - open - 2));
    const bool user = principal && principal->kind == AccessPrincipal::Kind::user;
    pattern.replace(open, end - open + 1, key == "aws:username" && user ? std::string(principal->name()) : "*");
  }
  return pattern;
}

}  // namespace

std::string_view kind_word(Decision::By by) {
  switch (by) {
    case Decision::By::identity: return "identity policy";
    case Decision::By::boundary: return "permissions boundary";
    case Decision::By::session: return "session policy";
    case Decision::By::resource: return "resource policy";
    case Decision::By::scp: return "service control policy";
    case Decision::By::rcp: return "resource control policy";
    case Decision::By::endpoint: return "endpoint policy";
    case Decision::By::service_rule: return "rule of the service";
    case Decision::By::none: break;
  }
  return "";
}

AccessQuestions::AccessQuestions(const AccessEstate& estate, const ActionTable& table, Context fixed)
    : estate_(estate), table_(table), fixed_(std::move(fixed)) {}

bool AccessQuestions::fits(uint32_t action, std::string_view resource) const {
  const auto& uses = table_.action(action).uses;
  if (uses.empty()) return resource == "*";
  return std::any_of(uses.begin(), uses.end(), [&](const auto& use) { return fits_template(table_.type(use.type).arn, resource); });
}

Result<AccessQuestions::Asked> AccessQuestions::asked(std::string_view action, std::string_view resource) const {
  Asked out;
  out.action = std::string(action);
  out.resource = std::string(resource);
  out.set = table_.matching(action);
  out.exact = action.find_first_of("*?") == std::string_view::npos;
  const size_t colon = action.find(':');
  if (colon == std::string_view::npos && action != "*") return fail(Code::usage, "`" + out.action + "` is no action", {}, "`s3:GetObject`, or a pattern such as `s3:Get*`");
  if (!out.exact && out.set.count() == 0) return fail(Code::usage, "no action that IAM has fits `" + out.action + "`", {}, "`s3:Get*`");
  if (out.exact && out.set.other && table_.service(action.substr(0, colon))) {
    std::vector<std::string> known;
    for (const auto& one : table_.actions())
      if (starts_with(one.lower, lower(action.substr(0, colon + 1)))) known.push_back(one.name);
    const std::string near = nearest(action, known);
    return fail(Code::usage, "IAM has no action `" + out.action + "`", {}, near.empty() ? "an action of that service" : "`" + near + "`?");
  }
  if (resource.empty() || resource == "*") {
    out.resource.clear();
    return out;
  }
  if (!parse_arn(resource)) return fail(Code::usage, "`" + out.resource + "` is no ARN", {}, "`arn:aws:s3:::bucket/*`");
  ActionSet kept = table_.none();
  std::set<std::string> takes;
  for (uint32_t i = 0; i < table_.size(); ++i) {
    if (!out.set.has(i)) continue;
    if (fits(i, resource)) kept.add(i);
    else
      for (const auto& use : table_.action(i).uses) takes.insert(table_.type(use.type).arn);
  }
  if (kept.empty() && out.set.count() > 0)
    return fail(Code::usage, "`" + out.action + "` does nothing to `" + out.resource + "`", {},
                takes.empty() ? "no resource: the action takes none" : join({takes.begin(), takes.end()}, " or "));
  kept.other = out.set.other;
  out.set = kept;
  return out;
}

// What its Allows may allow of the actions asked for, whatever the conditions.
ActionSet AccessQuestions::granted(const CompiledPolicy& policy, const Asked& asked) const {
  const Policy& source = source_of(policy);
  ActionSet out = table_.none();
  if (!source.unknown.empty()) return asked.set;
  for (const Statement& statement : source.statements) {
    if (statement.effect == Effect::deny) continue;
    if (!statement.unknown.empty() || statement.actions.unknown || statement.actions.negated) return asked.set;
    for (const std::string& pattern : statement.actions.values) {
      if (asked.exact) {
        if (action_matches(pattern, asked.action)) return asked.set;
      } else {
        out.unite(table_.matching(pattern));
      }
    }
  }
  out.intersect(asked.set);
  return out;
}

// What it denies on everything and to everybody.
ActionSet AccessQuestions::denied(const CompiledPolicy& policy, const Asked& asked) const {
  ActionSet out = table_.none();
  for (const Statement& statement : source_of(policy).statements) {
    const bool whole = statement.effect == Effect::deny && statement.unknown.empty() && statement.conditions.empty() && !statement.conditions_unknown &&
                       !statement.actions.negated && statement.resources.present && !statement.resources.negated && !statement.resources.unknown &&
                       std::find(statement.resources.values.begin(), statement.resources.values.end(), "*") != statement.resources.values.end();
    if (!whole) continue;
    for (const std::string& pattern : statement.actions.values) {
      if (asked.exact) {
        if (action_matches(pattern, asked.action)) return asked.set;
      } else {
        ActionSet all = table_.matching(pattern);
        all.other = pattern == "*";
        out.unite(all);
      }
    }
  }
  return out;
}

// May two callers of one account and kind get different answers from it?
bool AccessQuestions::tells_apart(const CompiledPolicy& policy) {
  auto [at, is_new] = apart_.try_emplace(&policy, false);
  if (is_new) at->second = tells_apart_beyond(policy, nullptr);
  return at->second;
}

// The same, but for those that it names one by one, which go into `named` by ARN or id.
bool AccessQuestions::tells_apart_beyond(const CompiledPolicy& policy, std::set<std::string, std::less<>>* named) {
  bool apart = false;
  for (const Statement& statement : source_of(policy).statements) {
    for (const std::string& resource : statement.resources.values) apart |= contains(resource, "${");
    for (const Condition& condition : statement.conditions) {
      apart |= about_principal(condition.key_lower);
      for (const std::string& value : condition.values) apart |= contains(value, "${");
    }
    for (const Principal& one : statement.principals.values) {
      if (one.kind != Principal::Kind::aws || one.value.size() == 12 || ends_with(one.value, ":root")) continue;
      const std::string_view kind = arn_service(one.value) == "iam" ? arn_resource(one.value) : std::string_view();
      const bool by_name = starts_with(kind, "user/") || starts_with(kind, "role/") || starts_with(one.value, "AIDA") || starts_with(one.value, "AROA");
      if (named && by_name) named->insert(one.value);
      else apart = true;
    }
  }
  return apart;
}

Context AccessQuestions::context_of(const AccessPrincipal& principal, const PolicySet&) const {
  Context out = fixed_;
  auto give = [&](const std::string& key, ContextValue value) {
    if (!out.find(key)) out.set(key, std::move(value));
  };
  // A session may carry tags of its own, which stand over the role's, if its trust lets them be passed.
  bool own_tags = false;
  if (principal.kind == AccessPrincipal::Kind::role && principal.trust != no_index) {
    const Policy& trust = source_of(*estate_.policies[principal.trust].policy);
    own_tags = !trust.unknown.empty();
    for (const Statement& statement : trust.statements) {
      if (statement.effect == Effect::deny) continue;
      own_tags |= !statement.unknown.empty() || statement.actions.negated || statement.actions.unknown;
      for (const std::string& pattern : statement.actions.values) own_tags |= action_matches(pattern, "sts:TagSession");
    }
  }
  if (!own_tags)
    for (const auto& [key, value] : principal.tags) give("aws:PrincipalTag/" + key, ContextValue::of(value));
  const AccessAccount& account = estate_.accounts[principal.account];
  if (!estate_.organization.empty() && (account.management || (account.scps && account.unread.empty()))) give("aws:PrincipalOrgID", ContextValue::of(estate_.organization));
  return out;
}

// Whose the resource is, and the policies of its side.
void AccessQuestions::bind(PolicySet& set, DecisionRequest& request, const std::string& resource) const {
  request.resource = resource;
  request.resource_account.clear();
  set.resource = nullptr;
  set.rcps.reset();
  set.owner_is_management = false;
  set.restrict_public_buckets = Truth::no;
  if (resource == "*") return;
  PolicySet theirs;
  if (const AccessPrincipal* role = estate_.principal(resource); role && role->kind == AccessPrincipal::Kind::role) {
    if (role->trust != no_index) theirs.resource = estate_.policies[role->trust].policy;
    theirs.rcps = estate_.accounts[role->account].rcps;
    theirs.owner_is_management = estate_.accounts[role->account].management;
    request.resource_account = estate_.accounts[role->account].id;
  } else if (const AccessResource* found = estate_.resource_of(resource)) {
    theirs = estate_.policies_of(*found);
    request.resource_account = estate_.accounts[found->account].id;
  } else {
    const auto arn = parse_arn(resource);
    // Where no resource was named a made-up one stands for any: the caller's own, without a policy.
    const bool made_up = any_resource_ && contains(resource, any_name);
    if (made_up && arn && arn->account.empty()) request.resource_account = request.caller.account;
    if (!made_up && arn && estate_.policy_services.count(std::string(arn->service))) {
      Policy unread;
      unread.name = "resource policy";
      unread.unknown = "`" + resource + "` is not in what was read";
      theirs.resource = compile_policy(std::move(unread));
    }
    // A dump of one account that tells of no resources: they are its own.
    if (arn && arn->account.empty() && estate_.policy_services.empty() && estate_.accounts.size() == 1) request.resource_account = estate_.accounts[0].id;
    if (arn && !arn->account.empty())
      for (const AccessAccount& account : estate_.accounts)
        if (account.id == arn->account) theirs.rcps = account.rcps, theirs.owner_is_management = account.management;
  }
  set.resource = theirs.resource;
  set.rcps = std::move(theirs.rcps);
  set.owner_is_management = theirs.owner_is_management;
  set.restrict_public_buckets = theirs.restrict_public_buckets;
}

// Resources to try: what was named, or what the policies in play name. One that was named with a wildcard stands for any that it fits.
std::vector<std::string> AccessQuestions::resources_for(const std::string& action, const Asked& asked, const PolicySet& set, const AccessPrincipal* principal) const {
  if (!asked.resource.empty() && asked.resource.find_first_of("*?") == std::string::npos) return {asked.resource};
  const auto known = table_.find(action);
  if (asked.resource.empty() && known && table_.action(*known).uses.empty()) return {"*"};
  const policy::Glob wanted = policy::glob_of(asked.resource.empty() ? "arn:*" : asked.resource);
  std::vector<std::string> out;
  auto add = [&](std::string one) {
    if (out.size() < resources_most && std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
  };
  if (!asked.resource.empty()) add(policy::instance(wanted, any_name));
  std::vector<std::string> types;
  if (known)
    for (const auto& use : table_.action(*known).uses) types.push_back(table_.type(use.type).arn);
  auto from = [&](const CompiledPolicy& policy) {
    static const std::vector<std::string> anything{"*"};
    std::vector<const std::vector<std::string>*> granted_on;
    if (!source_of(policy).unknown.empty()) granted_on.push_back(&anything);  // what was not read may grant on anything
    std::vector<bool> negated(granted_on.size());
    for (const Statement& statement : source_of(policy).statements) {
      if (statement.effect == Effect::deny || !may_mean(statement, action)) continue;
      const bool open = !statement.unknown.empty() || statement.resources.unknown;
      granted_on.push_back(open ? &anything : &statement.resources.values);
      negated.push_back(statement.resources.negated);
    }
    for (size_t at = 0; at < granted_on.size(); ++at) {
      for (const std::string& value : *granted_on[at]) {
        const policy::Glob pattern = policy::glob_of(with_names(negated[at] ? "*" : value, principal));
        if (!asked.resource.empty()) {
          if (auto both = policy::common_instance(wanted, pattern, any_name)) add(std::move(*both));
          continue;
        }
        // Of each type that the action takes, one that fits.
        for (const std::string& type : types) {
          std::string shape;
          for (size_t i = 0; i < type.size();) {
            size_t end = type.compare(i, 2, "${") == 0 ? type.find('}', i) : std::string::npos;
            const std::string_view variable = end == std::string::npos ? std::string_view() : std::string_view(type).substr(i + 2, end - i - 2);
            if (end == std::string::npos) shape += type[i++];
            else shape += variable == "Partition" ? "aws" : variable == "Account" && principal ? estate_.accounts[principal->account].id : "*", i = end + 1;
          }
          auto both = policy::common_instance(policy::glob_of(shape), pattern, any_name);
          if (!both) {  // of another account
            size_t own = principal ? shape.find(estate_.accounts[principal->account].id) : std::string::npos;
            if (own != std::string::npos) both = policy::common_instance(policy::glob_of(shape.replace(own, 12, "*")), pattern, any_name);
          }
          if (both && fits_template(type, *both)) add(std::move(*both));
        }
      }
    }
  };
  for (const PolicyPtr& policy : set.identity) from(*policy);
  if (set.resource) from(*set.resource);
  if (out.empty() && types.empty()) out.push_back("*");
  return out;
}

Decision AccessQuestions::decide_one(const std::string& action, const std::string& resource, const AccessPrincipal& principal, PolicySet& set, bool explain) {
  DecisionRequest request;
  request.caller = estate_.caller(principal);
  request.action = action;
  request.context = context_of(principal, set);
  bind(set, request, resource);
  decided_.fetch_add(1, std::memory_order_relaxed);
  DecisionOptions options;
  options.explain = explain;
  return decide(request, set, options);
}

// The best answer over actions and resources: a yes ends the search.
AccessAnswer AccessQuestions::decide_any(const ActionSet& actions, const Asked& asked, const AccessPrincipal& principal) {
  AccessAnswer best;
  best.can = Truth::no;
  best.principal = static_cast<uint32_t>(&principal - estate_.principals.data());
  best.kind = principal.kind == AccessPrincipal::Kind::user ? "user" : "role";
  best.account = estate_.accounts[principal.account].id;
  PolicySet set = estate_.policies_for(principal, nullptr);
  if (!asked.resource.empty()) {
    DecisionRequest probe;
    bind(set, probe, policy::instance(policy::glob_of(asked.resource), any_name));
  }
  bool first = true;
  auto one = [&](const std::string& action) {
    for (const std::string& resource : resources_for(action, asked, set, &principal)) {
      const Decision decision = decide_one(action, resource, principal, set, true);
      const Truth can = decision.result == Decision::Result::allowed ? Truth::yes : decision.result == Decision::Result::unknown ? Truth::unknown : Truth::no;
      if (!first && can <= best.can) continue;
      first = false;
      best.can = can;
      best.action = action;
      best.resource = resource;
      best.by = decision.by;
      best.unknown = decision.unknown;
      explain(best, decision, &principal, resource);
      if (can == Truth::yes) return true;
    }
    return false;
  };
  if (asked.exact) {
    one(asked.action);
  } else {
    for (uint32_t i = 0; i < table_.size(); ++i)
      if (actions.has(i) && one(table_.action(i).name)) break;
  }
  if (best.action.empty()) best.action = asked.action, best.resource = asked.resource;
  return best;
}

void AccessQuestions::explain(AccessAnswer& answer, const Decision& decision, const AccessPrincipal* principal, const std::string& resource) const {
  answer.because.clear();
  const AccessResource* found = estate_.resource_of(resource);
  const AccessPrincipal* role = estate_.principal(resource);
  for (const Decision::Reason& reason : decision.reasons) {
    AccessReason out;
    out.reason = reason;
    uint32_t at = no_index;
    if (principal && (reason.kind == Decision::By::identity || reason.kind == Decision::By::boundary)) {
      const IdentitySet& set = estate_.sets[principal->set];
      for (uint32_t one : set.policies)
        if (estate_.policies[one].name == reason.where.policy) at = one;
      if (reason.kind == Decision::By::boundary) at = set.boundary;
    } else if (reason.kind == Decision::By::resource) {
      at = role ? role->trust : found ? found->policy : no_index;
    }
    std::string name = reason.where.policy;
    if (const size_t slash = name.rfind('/'); slash != std::string::npos && starts_with(name, "arn:")) name = name.substr(slash + 1);
    out.text = std::string(kind_word(reason.kind));
    if (reason.kind == Decision::By::resource) out.text = role ? "trust policy" : "resource policy";
    else if (!name.empty()) out.text += " " + name;
    if (reason.where.statement >= 0) out.text += ", statement " + std::to_string(reason.where.statement + 1) + (reason.where.sid.empty() ? "" : " (" + reason.where.sid + ")");
    if (reason.effect == Effect::deny) out.text += reason.holds == Truth::yes ? " denies" : " may deny";
    if (!reason.note.empty()) out.text = reason.where.policy.empty() ? reason.note : out.text + ": " + reason.note;
    if (!reason.level.empty()) out.text += " at " + reason.level;
    if (at != no_index) {
      const AccessPolicy& policy = estate_.policies[at];
      const bool shared = policy.places > 1 && principal && reason.kind != Decision::By::resource && principal->file != no_index;
      out.at_caller = shared;
      out.file = shared ? estate_.files[principal->file] : policy.file;
      out.line = shared ? principal->line : reason.where.line ? reason.where.line : policy.line;
      if (out.line == 0 && principal && reason.kind != Decision::By::resource && policy.name.rfind("arn:", 0) != 0) out.line = principal->line;
    }
    answer.because.push_back(std::move(out));
  }
}

Result<AccessAnswer> AccessQuestions::can(const AccessPrincipal& principal, std::string_view action, std::string_view resource) {
  const Asked what = TRY(asked(action, resource));
  any_resource_ = what.resource.empty();
  return decide_any(what.set, what, principal);
}

}  // namespace reeve
