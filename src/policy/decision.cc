// The decision. First every policy that takes part is asked two things: does a Deny hold, does an Allow. Then AWS's rules, which say
// which Allows are needed together, are a sum of products over those answers ("factors"), so one table of terms gives the result, the
// policy that decided, and what is missing.
#include "policy/decision.h"

#include <algorithm>
#include <bit>

#include "base/text.h"
#include "policy/compiled.h"
#include "policy/decision_rules.h"

namespace reeve {

using namespace policy;
using By = Decision::By;
using Outcome = Decision::Result;

std::string_view name(Decision::Result result) {
  switch (result) {
    case Outcome::allowed: return "Allowed";
    case Outcome::explicitly_denied: return "ExplicitlyDenied";
    case Outcome::implicitly_denied: return "ImplicitlyDenied";
    case Outcome::unknown: return "Unknown";
  }
  return "Unknown";
}

std::string_view name(Decision::By by) {
  switch (by) {
    case By::none: return "none";
    case By::identity: return "identity";
    case By::boundary: return "boundary";
    case By::session: return "session";
    case By::resource: return "resource";
    case By::scp: return "scp";
    case By::rcp: return "rcp";
    case By::endpoint: return "endpoint";
    case By::service_rule: return "service_rule";
  }
  return "none";
}

namespace {

// A statement that covers the request, or may; or a policy of which only its existence is known (`rule` is null).
struct Hit {
  By kind;
  Effect effect;
  Truth holds;
  const CompiledPolicy* policy;
  const CompiledRule* rule;
  const std::string* level;
  FormTruths forms;
};

struct Layer {
  Truth allow = Truth::no, deny = Truth::no;
  FormTruths forms;  // of the Allows of a resource policy
};

// Policies of these kinds have no Principal and need a Resource; the others the reverse.
bool names_no_principal(By kind) { return kind == By::identity || kind == By::boundary || kind == By::session || kind == By::scp; }

class Judge {
 public:
  Judge(const DecisionRequest& request, const PolicySet& set, const DecisionOptions& options)
      : asked_(request, options, has_boundary(request, set)), set_(set), options_(options) {}

  Decision decide() {
    Decision out;
    if (const char* note = outside_policies(asked_)) {
      out.result = Outcome::allowed;
      out.by = By::service_rule;
      if (options_.explain) out.reasons.push_back({By::service_rule, Effect::allow, Truth::yes, {}, {}, note});
      return out;
    }
    hits_ = options_.explain ? &room() : nullptr;
    if (hits_) hits_->clear();
    evaluate();
    if (!hits_ && (deny_ == Truth::unknown || (deny_ == Truth::no && outer_and_grant() == Truth::unknown))) {
      // What would decide is worth a second look, this time with notes.
      hits_ = &room();
      hits_->clear();
      evaluate();
    }
    conclude(out);
    return out;
  }

 private:
  static bool has_boundary(const DecisionRequest& request, const PolicySet& set) {
    CallerKind kind = request.caller.kind;
    return set.boundary && !request.caller.service_linked &&
           (kind == CallerKind::user || kind == CallerKind::role_session || kind == CallerKind::federated_user);
  }

  static std::vector<Hit>& room() {
    static thread_local std::vector<Hit> hits;
    return hits;
  }

  // ---- policies

  void note(By kind, Effect effect, Truth holds, const CompiledPolicy& policy, const CompiledRule* rule, const FormTruths& forms = {}) {
    if (hits_ && holds != Truth::no) hits_->push_back({kind, effect, holds, &policy, rule, level_, forms});
  }

  void look_at(By kind, const CompiledPolicy& policy, Layer& layer, Effect only = Effect::unknown) {
    if (!policy.source.unknown.empty()) {
      if (only != Effect::deny) layer.allow = either(layer.allow, Truth::unknown);
      if (only != Effect::allow) layer.deny = either(layer.deny, Truth::unknown);
      FormTruths forms;
      for (size_t i = 0; i < policy::forms; ++i) {
        forms.of[i] = Truth::unknown;
        if (only != Effect::deny) layer.forms.of[i] = either(layer.forms.of[i], Truth::unknown);
      }
      note(kind, Effect::unknown, Truth::unknown, policy, nullptr, forms);
    }
    for (const auto& rule : policy.rules) {
      const Statement& statement = *rule.statement;
      if (only != Effect::unknown && statement.effect != only && statement.effect != Effect::unknown) continue;
      FormTruths forms;
      Truth holds = covers(kind, policy, rule, forms);
      if (holds == Truth::no) continue;
      if (statement.effect == Effect::unknown) holds = Truth::unknown;
      if (statement.effect != Effect::deny && only != Effect::deny) {
        layer.allow = either(layer.allow, holds);
        for (size_t i = 0; i < policy::forms; ++i) layer.forms.of[i] = either(layer.forms.of[i], both(forms.of[i], holds));
      }
      if (statement.effect != Effect::allow && only != Effect::allow) layer.deny = either(layer.deny, holds);
      note(kind, statement.effect, holds, policy, &rule, forms);
    }
  }

  // `forms`: how the principal fits; star where the kind of policy has none.
  Truth covers(By kind, const CompiledPolicy& policy, const CompiledRule& rule, FormTruths& forms, std::vector<std::string>* open = nullptr) const {
    const Statement& statement = *rule.statement;
    auto no_matter = [&] {
      for (Truth& truth : forms.of) truth = Truth::unknown;
      return Truth::unknown;
    };
    if (!statement.unknown.empty()) {
      if (open) open->push_back(where(policy, &rule) + " was not read: " + statement.unknown);
      return no_matter();
    }
    Truth all = action_fits(rule, asked_);
    if (all == Truth::no) return all;
    if (all == Truth::unknown && open) open->push_back("an action that was not read (" + where(policy, &rule) + ")");
    if (names_no_principal(kind)) {
      forms[Form::star] = Truth::yes;
      if (statement.principals.present || !statement.resources.present) {
        const char* what = statement.principals.present ? " has a Principal" : " has no Resource";
        if (open) open->push_back(where(policy, &rule) + what + ", which AWS refuses");
        all = Truth::unknown;
      }
    } else if (!statement.principals.present) {
      if (open) open->push_back(where(policy, &rule) + " has no Principal, which AWS refuses");
      forms[Form::star] = Truth::unknown;
      all = Truth::unknown;
    } else {
      Effect effect = statement.effect == Effect::allow ? Effect::allow : Effect::deny;
      forms = principal_fits(rule, asked_, effect, open);
      Truth any = forms.any();
      // A gateway endpoint's policy names the root user alone when it names an account.
      if (kind == By::endpoint && any == forms[Form::account] && any != Truth::no && !asked_.is_root()) {
        any = both(any, negate(options_.switches.endpoint_account_is_root));
        if (any == Truth::unknown && open) open->push_back("endpoint_account_is_root");
      }
      all = both(all, any);
    }
    if (all == Truth::no) return all;
    all = both(all, resource_fits(rule, asked_, policy.variables, open));
    if (all == Truth::no) return all;
    return both(all, conditions_fit(rule, asked_, policy.variables, open));
  }

  void look_at(By kind, const std::vector<PolicyPtr>& policies, Layer& layer) {
    for (const auto& policy : policies)
      if (policy) look_at(kind, *policy, layer);
  }

  // ---- the request against all of them

  void evaluate() {
    level_ = nullptr;
    const RequestCaller& caller = asked_.caller;
    const bool iam = asked_.iam_caller(), root = asked_.is_root();
    Layer identity, boundary, session, resource, endpoint;
    deny_ = Truth::no;
    by_deny_ = By::none;

    Truth scp = Truth::yes;
    if (set_.scps && !set_.caller_is_management && iam && !caller.service_linked) {
      Layer all;
      for (const auto& level : *set_.scps) {
        level_ = &level.id;
        Layer one;
        look_at(By::scp, level.policies, one);
        scp = both(scp, one.allow);
        all.deny = either(all.deny, one.deny);
      }
      level_ = nullptr;
      denied(By::scp, all.deny);
    }
    if (set_.rcps && !set_.owner_is_management && !caller.service_linked && asked_.action != "kms:retiregrant") {
      Layer all;
      for (const auto& level : *set_.rcps) {
        level_ = &level.id;
        for (const auto& policy : level.policies)
          if (policy) look_at(By::rcp, *policy, all, Effect::deny);
      }
      level_ = nullptr;
      denied(By::rcp, asked_.resource == "*" ? both(all.deny, options_.switches.rcp_without_resource) : all.deny);
    }
    if (set_.resource) {
      look_at(By::resource, *set_.resource, resource);
      // The owner's root user can always mend its bucket's policy.
      Truth kept = root && bucket_policy_action(asked_) ? negate(asked_.same_account()) : Truth::yes;
      denied(By::resource, both(resource.deny, kept));
    }
    if (iam && !root) {
      look_at(By::identity, set_.identity, identity);
      denied(By::identity, identity.deny);
    }
    if (asked_.has_boundary) {
      look_at(By::boundary, *set_.boundary, boundary);
      denied(By::boundary, boundary.deny);
    }
    if (iam && set_.session) {
      look_at(By::session, *set_.session, session);
      denied(By::session, session.deny);
    }
    if (set_.endpoint) {
      look_at(By::endpoint, *set_.endpoint, endpoint);
      denied(By::endpoint, endpoint.deny);
    }

    auto set = [&](Factor factor, Truth truth) { factors_[static_cast<size_t>(factor)] = truth; };
    set(Factor::identity, root ? Truth::yes : identity.allow);
    set(Factor::boundary, asked_.has_boundary ? boundary.allow : Truth::yes);
    Truth no_session = caller.kind == CallerKind::federated_user ? Truth::no
                       : caller.kind == CallerKind::assumed_root ? Truth::unknown
                                                                          : Truth::yes;
    set(Factor::session, iam && set_.session ? session.allow : no_session);
    set(Factor::account, resource.forms[Form::account]);
    set(Factor::role, resource.forms[Form::role]);
    set(Factor::star, resource.forms[Form::star]);
    set(Factor::direct, resource.forms[Form::direct]);
    set(Factor::any, resource.forms.any());
    set(Factor::same, asked_.same_account());
    set(Factor::star_switch, options_.switches.star_beats_boundary);
    set(Factor::scp, scp);
    set(Factor::endpoint, set_.endpoint ? endpoint.allow : Truth::yes);
    rule_ = service_rule(asked_, options_.switches);
    set(Factor::rule, rule_.allows);
    Truth others = asked_.caller.kind == CallerKind::service ? Truth::no : negate(asked_.same_account());
    Truth blocked = Truth::no;
    if (asked_.service == "s3" && set_.resource) blocked = both(both(set_.restrict_public_buckets, set_.resource->public_by_s3), others);
    set(Factor::block, negate(blocked));
    terms_ = terms_of(asked_);
  }

  void denied(By by, Truth truth) {
    if (truth > deny_) by_deny_ = by;
    deny_ = either(deny_, truth);
  }

  // ---- the sum of products

  Truth factor(Factor factor) const { return factors_[static_cast<size_t>(factor)]; }
  Truth product(uint32_t term) const {
    Truth out = Truth::yes;
    for (; term != 0; term &= term - 1) out = both(out, factors_[std::countr_zero(term)]);
    return out;
  }
  Truth grant() const {
    Truth out = Truth::no;
    for (uint32_t term : terms_) out = either(out, product(term));
    return out;
  }
  static constexpr uint32_t outer = bit(Factor::scp) | bit(Factor::endpoint) | bit(Factor::rule) | bit(Factor::block);
  Truth outer_and_grant() const { return both(product(outer), grant()); }

  static By by_of(Factor factor) {
    switch (factor) {
      case Factor::identity: return By::identity;
      case Factor::boundary: return By::boundary;
      case Factor::session: return By::session;
      case Factor::scp: return By::scp;
      case Factor::endpoint: return By::endpoint;
      case Factor::rule:
      case Factor::block: return By::service_rule;
      default: return By::resource;
    }
  }
  static constexpr uint32_t granting = bit(Factor::identity) | bit(Factor::account) | bit(Factor::role) | bit(Factor::star) | bit(Factor::direct) |
                                       bit(Factor::any);

  // The term that came nearest: of those whose grant is there, the one that misses least; else the first.
  uint32_t nearest_term() const {
    uint32_t best = 0;
    int best_missing = 1000;
    for (uint32_t term : terms_) {
      if (product(term & bit(Factor::same)) == Truth::no) continue;
      int missing = 0;
      bool granted = false;
      for (uint32_t rest = term; rest != 0; rest &= rest - 1) {
        Truth truth = factors_[std::countr_zero(rest)];
        missing += truth == Truth::no;
        granted = granted || (truth != Truth::no && (bit(static_cast<Factor>(std::countr_zero(rest))) & granting));
      }
      if (!granted) missing += 100;
      if (missing < best_missing) {
        best = term;
        best_missing = missing;
      }
    }
    return best;
  }

  // ---- the answer

  void conclude(Decision& out) {
    Truth granted = outer_and_grant();
    if (deny_ == Truth::yes)
      out.result = Outcome::explicitly_denied, out.by = by_deny_;
    else if (granted == Truth::no)
      out.result = Outcome::implicitly_denied, out.by = missing_by();
    else if (deny_ == Truth::no && granted == Truth::yes)
      out.result = Outcome::allowed, out.by = granted_by();
    else
      out.result = Outcome::unknown, out.by = By::none;
    if (deny_ != Truth::yes && (deny_ == Truth::unknown || granted == Truth::unknown)) say_unknown(out, granted);
    if (options_.explain) explain(out);
  }

  By granted_by() const {
    for (uint32_t term : terms_)
      if (product(term) == Truth::yes) {
        if (term & (bit(Factor::direct) | bit(Factor::role) | bit(Factor::star) | bit(Factor::any))) return By::resource;
        return term & bit(Factor::identity) && !asked_.is_root() ? By::identity : By::service_rule;
      }
    return By::none;
  }

  By missing_by() const {
    for (uint32_t rest = outer; rest != 0; rest &= rest - 1)
      if (factors_[std::countr_zero(rest)] == Truth::no) return by_of(static_cast<Factor>(std::countr_zero(rest)));
    uint32_t term = nearest_term();
    for (uint32_t rest = term; rest != 0; rest &= rest - 1)
      if (factors_[std::countr_zero(rest)] == Truth::no) return by_of(static_cast<Factor>(std::countr_zero(rest)));
    return asked_.iam_caller() ? By::identity : By::resource;
  }

  static std::string where(const CompiledPolicy& policy, const CompiledRule* rule) {
    std::string out = policy.source.name.empty() ? "policy" : policy.source.name;
    return rule ? out + " " + rule->statement->path : out;
  }

  // Which factors of the result are unknown, as a mask; those of products that are refused anyway do not matter.
  uint32_t open_factors(Truth granted) const {
    uint32_t out = 0;
    if (granted != Truth::unknown) return out;
    auto add = [&](uint32_t term) {
      for (uint32_t rest = term; rest != 0; rest &= rest - 1)
        if (factors_[std::countr_zero(rest)] == Truth::unknown) out |= rest & (~rest + 1);
    };
    add(outer);
    if (grant() == Truth::unknown)
      for (uint32_t term : terms_)
        if (product(term) == Truth::unknown) add(term);
    return out;
  }

  void say_unknown(Decision& out, Truth granted) const {
    uint32_t mask = open_factors(granted);
    auto open = [&](Factor factor) { return (mask & bit(factor)) != 0; };
    constexpr uint32_t of_resource = bit(Factor::account) | bit(Factor::role) | bit(Factor::star) | bit(Factor::direct) | bit(Factor::any);
    auto matters = [&](const Hit& hit) {
      if (hit.holds != Truth::unknown && !(hit.kind == By::resource && hit.holds == Truth::yes)) return false;
      if (hit.effect != Effect::allow && deny_ == Truth::unknown && hit.holds == Truth::unknown) return true;
      if (hit.effect == Effect::deny) return false;
      switch (hit.kind) {
        case By::identity: return open(Factor::identity);
        case By::boundary: return open(Factor::boundary);
        case By::session: return open(Factor::session);
        case By::scp: return open(Factor::scp);
        case By::endpoint: return open(Factor::endpoint);
        case By::resource: return (mask & of_resource) != 0 && hit.holds == Truth::unknown;
        default: return false;
      }
    };
    for (const Hit& hit : *hits_) {
      if (!matters(hit)) continue;
      if (!hit.rule) {
        out.unknown.push_back(where(*hit.policy, nullptr) + " was not read: " + hit.policy->source.unknown);
        continue;
      }
      if (hit.effect == Effect::unknown && hit.rule->statement->unknown.empty())
        out.unknown.push_back("the effect of " + where(*hit.policy, hit.rule) + " was not read");
      FormTruths forms;
      covers(hit.kind, *hit.policy, *hit.rule, forms, &out.unknown);
    }
    if (open(Factor::same)) out.unknown.push_back("the resource's account");
    if (open(Factor::star_switch)) out.unknown.push_back("star_beats_boundary");
    if (open(Factor::rule)) out.unknown.push_back(rule_.open_switch);
    if (open(Factor::block)) out.unknown.push_back("whether S3 restricts public buckets here");
    if (open(Factor::session) && !set_.session) out.unknown.push_back("the task policy of the root session");
    if (deny_ == Truth::unknown && asked_.resource == "*" && set_.rcps && options_.switches.rcp_without_resource == Truth::unknown &&
        std::any_of(hits_->begin(), hits_->end(), [](const Hit& hit) { return hit.kind == By::rcp; }))
      out.unknown.push_back("rcp_without_resource");
    std::sort(out.unknown.begin(), out.unknown.end());
    out.unknown.erase(std::unique(out.unknown.begin(), out.unknown.end()), out.unknown.end());
  }

  Decision::Reason reason(const Hit& hit) const {
    Decision::Reason out{hit.kind, hit.effect, hit.holds, {hit.policy->source.name, -1, {}, {}, 0}, hit.level ? *hit.level : std::string(), {}};
    if (hit.rule) {
      const Statement& statement = *hit.rule->statement;
      out.where.statement = static_cast<int>(statement.index);
      out.where.sid = statement.sid;
      out.where.path = statement.path;
      out.where.line = statement.line;
    } else {
      out.note = "was not read";
    }
    if (hit.kind == By::resource && hit.effect == Effect::allow && hit.rule) {
      if (hit.forms[Form::direct] == Truth::yes)
        out.note = "names the caller";
      else if (hit.forms[Form::star] == Truth::yes)
        out.note = "names everyone";
      else if (hit.forms[Form::role] == Truth::yes)
        out.note = "names the caller's role or user, which its boundary and session policy limit";
      else if (hit.forms[Form::account] == Truth::yes)
        out.note = "names the account alone, which only delegates";
    }
    return out;
  }

  void explain(Decision& out) const {
    for (const Hit& hit : *hits_) {
      bool wanted = false;
      switch (out.result) {
        case Outcome::explicitly_denied: wanted = hit.effect == Effect::deny && hit.holds == Truth::yes; break;
        case Outcome::allowed: wanted = hit.effect == Effect::allow && hit.holds == Truth::yes && hit.kind != By::rcp; break;
        case Outcome::implicitly_denied: wanted = hit.effect == Effect::allow || hit.holds == Truth::unknown; break;
        case Outcome::unknown: wanted = true; break;
      }
      if (wanted) out.reasons.push_back(reason(hit));
    }
    auto missing = [&](By by, std::string note, std::string level = {}) {
      out.reasons.push_back({by, Effect::allow, Truth::no, {}, std::move(level), std::move(note)});
    };
    if (out.result == Outcome::allowed && out.by == By::service_rule)
      out.reasons.push_back({By::service_rule, Effect::allow, Truth::yes, {}, {}, "the root user has full access in its account"});
    if (out.result != Outcome::implicitly_denied) return;
    if (factor(Factor::scp) == Truth::no) missing_levels(out);
    if (factor(Factor::endpoint) == Truth::no) missing(By::endpoint, "no statement of the endpoint's policy allows it");
    if (factor(Factor::rule) == Truth::no) missing(By::service_rule, rule_.note);
    if (factor(Factor::block) == Truth::no)
      missing(By::service_rule, "the bucket's policy is public and S3 restricts public buckets to the owner's account");
    for (uint32_t rest = nearest_term(); rest != 0; rest &= rest - 1) {
      Factor each = static_cast<Factor>(std::countr_zero(rest));
      if (factor(each) != Truth::no) continue;
      switch (by_of(each)) {
        case By::identity: missing(By::identity, "no statement of an identity policy allows it"); break;
        case By::boundary: missing(By::boundary, "no statement of the permissions boundary allows it"); break;
        case By::session:
          missing(By::session, set_.session ? "no statement of the session policy allows it" : "the federated user has no session policy");
          break;
        default:
          missing(By::resource, set_.resource ? "no statement of the resource's policy lets the caller in" : "the resource has no policy");
          break;
      }
    }
  }

  void missing_levels(Decision& out) const {
    for (const auto& level : *set_.scps) {
      bool allowed = std::any_of(hits_->begin(), hits_->end(), [&](const Hit& hit) {
        return hit.kind == By::scp && hit.level == &level.id && hit.effect != Effect::deny && hit.holds != Truth::no;
      });
      if (!allowed) out.reasons.push_back({By::scp, Effect::allow, Truth::no, {}, level.id, "no service control policy of this level allows it"});
    }
  }

  Asked asked_;
  const PolicySet& set_;
  const DecisionOptions& options_;
  std::vector<Hit>* hits_ = nullptr;
  const std::string* level_ = nullptr;
  Truth factors_[factor_count] = {};
  GrantTerms terms_;
  Truth deny_ = Truth::no;
  By by_deny_ = By::none;
  ServiceRule rule_;
};

}  // namespace

Decision decide(const DecisionRequest& request, const PolicySet& policies, const DecisionOptions& options) {
  return Judge(request, policies, options).decide();
}

}  // namespace reeve
