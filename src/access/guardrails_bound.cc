#include "access/guardrails_bound.h"

#include <algorithm>
#include <set>

#include "access/action_groups.h"
#include "aws/arn.h"
#include "base/text.h"
#include "policy/guardrail_callers.h"

namespace reeve {
namespace {

using policy::Caller;
using policy::Domain;
using policy::Found;
using policy::Question;
using Levels = std::vector<PolicySet::Level>;

constexpr size_t searches_most = 20'000, excepts_most = 20;
constexpr std::string_view kind_names[] = {"service control policies", "resource control policies"};

std::string partition_of(const AccessEstate& estate, const AccessAccount& account) {
  for (const AccessPrincipal& one : estate.principals)
    if (&estate.accounts[one.account] == &account) return std::string(arn_partition(one.arn));
  return "aws";
}

// `o-…/r-…/ou-…/`, if the whole way up was read.
std::string path_of(const std::string& organization, const Levels& levels, const std::string& account) {
  if (organization.empty() || levels.empty() || levels.back().id != account) return {};
  std::string out = organization + "/";
  for (size_t i = 0; i + 1 < levels.size(); ++i) {
    if (!starts_with(levels[i].id, i == 0 ? "r-" : "ou-")) return {};
    out += levels[i].id + "/";
  }
  return out;
}

bool same(const Condition& a, const Condition& b) {
  auto sorted = [](std::vector<std::string> values) { return std::sort(values.begin(), values.end()), values; };
  return lower(a.op_text) == lower(b.op_text) && a.key_lower == b.key_lower && sorted(a.values) == sorted(b.values);
}

Truth covers_action(const Statement& statement, const std::string& action) {
  if (statement.actions.unknown || !statement.unknown.empty()) return Truth::unknown;
  bool hit = std::any_of(statement.actions.values.begin(), statement.actions.values.end(), [&](const std::string& term) { return action_matches(term, action); });
  return truth(hit != statement.actions.negated);
}

bool any_resource(const Statement& statement) {
  return !statement.resources.present || (!statement.resources.negated && statement.resources.values == std::vector<std::string>{"*"});
}

// Is there anything in the policy that may make one account's answer another's?
bool names_accounts(const Policy& policy) {
  auto in = [](std::string_view text) {
    size_t run = 0;
    for (char c : text) {
      run = c >= '0' && c <= '9' ? run + 1 : 0;
      if (run == 12) return true;
    }
    const std::string low = lower(text);
    return contains(low, "${aws:principal") || contains(low, "${aws:resource") || contains(low, "${aws:userid") || contains(text, "??");
  };
  for (const Statement& one : policy.statements) {
    if (std::any_of(one.resources.values.begin(), one.resources.values.end(), in)) return true;
    for (const Condition& condition : one.conditions) {
      for (std::string_view key : {"aws:principalaccount", "aws:resourceaccount", "aws:principalorgpaths", "aws:resourceorgpaths", "aws:userid"})
        if (condition.key_lower == key) return true;
      if (std::any_of(condition.values.begin(), condition.values.end(), in)) return true;
    }
  }
  return false;
}

class Proving {
 public:
  Proving(const AccessEstate& estate, const ActionTable& table, const std::function<bool(std::string_view)>& reached, const Policy& guardrail, GuardrailKind kind,
          const AccessAccount& account, const Levels& levels)
      : table_(table), reached_(reached), guardrail_(guardrail), kind_(kind), account_(account), levels_(levels) {
    everything_.version = "2012-10-17";
    everything_.statements.emplace_back();
    everything_.statements[0].actions = everything_.statements[0].resources = {.present = true, .values = {"*"}};
    Policy named;  // every statement in play, for the names that they use
    named.statements = guardrail.statements;
    for (const auto& level : levels)
      for (const PolicyPtr& one : level.policies) {
        const Policy& source = source_of(*one);
        in_force_.push_back(&source);
        named.statements.insert(named.statements.end(), source.statements.begin(), source.statements.end());
        if (!source.unknown.empty()) unread_.push_back(source.name);
      }
    const std::string path = path_of(estate.organization, levels, account.id);
    if (kind == GuardrailKind::scp) {
      ScpRequest request{.account = account.id, .partition = partition_of(estate, account), .org_id = estate.organization};
      if (!path.empty()) request.context.set("aws:principalorgpaths", ContextValue::of(path));
      ordinary_ = policy::scp_callers(request, true);
      all_ = policy::scp_callers(request, false);
    } else {
      const policy::Setting setting{{}, account.id, estate.organization};
      ordinary_ = policy::rcp_callers(named, setting, true);
      all_ = policy::rcp_callers(named, setting, false);
      if (!path.empty())
        for (auto* callers : {&ordinary_, &all_})
          for (Caller& caller : *callers) caller.domains.insert(caller.domains.begin(), {"aws:resourceorgpaths", Domain::of(path)});
    }
    for (auto* callers : {&ordinary_, &all_})
      for (Caller& caller : *callers) caller.domains.insert(caller.domains.begin(), {"aws:requestedregion", Domain{.templates = {"??-?*-?", "eusc-?*-?"}}});
  }

  GuardrailBound run() {
    for (const Statement& statement : guardrail_.statements)
      if (statement.effect == Effect::deny) prove(statement);
    finish();
    return std::move(out_);
  }

 private:
  void prove(const Statement& statement) {
    // What the statement denies is what it would allow if it were turned.
    Policy turned;
    turned.name = guardrail_.name;
    turned.version = guardrail_.version;
    turned.statements.push_back(statement);
    turned.statements[0].effect = Effect::allow;
    Question question{.principals = false, .exact = true};
    for (const auto& level : levels_) {
      question.levels.emplace_back();
      if (kind_ == GuardrailKind::rcp) question.levels.back().push_back(&everything_);  // nobody can detach RCPFullAWSAccess
      for (const PolicyPtr& one : level.policies) question.levels.back().push_back(&source_of(*one));
    }
    question.levels.push_back({&turned});
    question.action = Domain{.templates = {"*:*"}};
    question.resource = Domain{.templates = {"*"}};
    seen_.clear();
    // Proved for whatever actions there may come to be; if no one statement does it, each action tells what binds it.
    if (denied_to_all(question, {}) && held(question, {})) return;
    std::vector<const Policy*> looked = in_force_;
    looked.push_back(&turned);
    std::vector<const Statement*> picky;  // those that look at the resource
    for (const Policy* policy : looked)
      for (const Statement& one : policy->statements)
        if (!any_resource(one)) picky.push_back(&one);
    auto whole = [&](const std::string& action) {
      return std::none_of(picky.begin(), picky.end(), [&](const Statement* one) { return covers_action(*one, action) != Truth::no; });
    };
    std::vector<ActionGroup> groups = action_groups(table_, {.policies = looked, .any_resource = whole});
    if (!statement.actions.negated)
      for (const std::string& term : statement.actions.values)  // what IAM does not know is asked for as it stands
        if (std::none_of(groups.begin(), groups.end(), [&](const ActionGroup& one) { return matches_any(term, one); })) groups.push_back({{term}, {"*"}, {}});
    for (const ActionGroup& group : groups) {
      if (covers_action(statement, group.actions[0]) == Truth::no) continue;
      if (kind_ == GuardrailKind::rcp && !reached_(std::string_view(group.actions[0]).substr(0, group.actions[0].find(':')))) continue;
      ask(question, statement, group);
    }
  }

  static bool matches_any(const std::string& term, const ActionGroup& group) {
    return std::any_of(group.actions.begin(), group.actions.end(), [&](const std::string& action) { return action_matches(term, action); });
  }

  Found find(Question& question, const Caller& caller, const std::vector<std::string>& absent) {
    question.caller = caller;
    for (const auto& key : absent) question.caller.domains.insert(question.caller.domains.begin(), {key, Domain::none()});
    if (++searches_ > searches_most) {
      Found cut;
      cut.verdict = Truth::unknown;
      cut.exhausted = true;
      return cut;
    }
    Found found = policy::find_witness(question);
    if (found.verdict == Truth::no) note_by(found, seen_);
    return found;
  }

  bool denied_to_all(Question& question, const std::vector<std::string>& absent) {
    return std::all_of(all_.begin(), all_.end(), [&](const Caller& caller) { return find(question, caller, absent).verdict == Truth::no; });
  }

  // The question is answered with no: by which statement in force? One that denies it all by itself, or what was seen on the way.
  bool held(Question& question, const std::vector<std::string>& absent) {
    held_ = true;
    std::vector<GuardrailBound::By> seen = std::move(seen_);
    seen_.clear();
    Policy alone;
    Question one = question;
    one.levels = {{&everything_, &alone}, {question.levels.back()}};
    bool found = false;
    for (const Policy* policy : in_force_)
      for (const Statement& statement : policy->statements) {
        if (statement.effect != Effect::deny || !may_cover(statement, question.action)) continue;
        alone.name = policy->name;
        alone.version = policy->version;
        alone.statements = {statement};
        if (!denied_to_all(one, absent)) continue;
        add(out_.by, {level_of(policy), policy::decided_by(*policy, statement)});
        found = true;
      }
    if (!found)
      for (auto& by : seen) add(out_.by, std::move(by));
    seen_.clear();
    return found;
  }

  static bool may_cover(const Statement& statement, const Domain& action) {
    return action.fixed.empty() || action.fixed[0].values.empty() || covers_action(statement, action.fixed[0].values[0]) != Truth::no;
  }

  static void add(std::vector<GuardrailBound::By>& to, GuardrailBound::By by) {
    if (by.level.empty()) return;
    if (std::none_of(to.begin(), to.end(), [&](const auto& one) {
          return one.level == by.level && one.decided.policy == by.decided.policy && one.decided.statement == by.decided.statement;
        }))
      to.push_back(std::move(by));
  }

  void ask(Question& question, const Statement& statement, const ActionGroup& group) {
    question.action = Domain{};
    const bool pattern = group.actions[0].find_first_of("*?") != std::string::npos;
    if (pattern) question.action.templates.push_back(lower(group.actions[0]));
    else question.action.fixed.push_back(ContextValue::of(lower(group.actions[0])));
    question.resource = Domain{};
    for (const auto& one : group.resources) {
      if (one.find('*') == std::string::npos || one == "*") question.resource.fixed.push_back(ContextValue::of(one));
      else question.resource.templates.push_back(one);
    }
    auto worst = [&](const std::vector<Caller>& callers, Found& best, const Caller*& who) {
      for (const Caller& caller : callers) {
        Found found = find(question, caller, group.absent_keys);
        if (found.verdict > best.verdict) best = std::move(found), who = &caller;
        if (best.verdict == Truth::yes) return;
      }
    };
    seen_.clear();
    Found all, ordinary;
    const Caller *all_who = nullptr, *ordinary_who = nullptr;
    worst(all_, all, all_who);
    if (all.verdict != Truth::no) worst(ordinary_, ordinary, ordinary_who);
    if (all.verdict == Truth::no && ordinary.verdict == Truth::no) {
      held(question, group.absent_keys);
      return;
    }
    const bool open = ordinary.verdict == Truth::yes, except = !open && all.verdict == Truth::yes && ordinary.verdict == Truth::no;
    auto& list = open ? open_ : except ? excepted_ : perhaps_;
    list.insert(group.actions.begin(), group.actions.end());
    if (open || except) {
      const Found& found = open ? ordinary : all;
      if (!out_.through || (open && !through_open_)) {
        const Caller& who = open ? *ordinary_who : *all_who;
        out_.through = WitnessRequest{who.label, found.principal_arn.values.empty() ? std::string() : found.principal_arn.values[0], group.actions[0], found.resource, account_.id, found.keys};
        through_open_ = open;
      }
    } else {
      for (const Found* found : {&ordinary, &all}) {
        for (const auto& [key, value] : found->keys)
          if (value.state == ContextValue::State::unknown) unknown_.insert(key);
        if (found->exhausted) unknown_.insert("search");
      }
    }
    note_excepts(statement, group.actions[0]);
  }

  // Answers are shared by accounts that have the same policies, so their own level has no id.
  std::string name_of(const PolicySet::Level& level) const { return level.id == account_.id ? std::string(GuardrailBound::own_level) : level.id; }

  std::string level_of(const Policy* policy) const {
    for (const auto& level : levels_)
      for (const PolicyPtr& one : level.policies)
        if (&source_of(*one) == policy) return name_of(level);
    return {};
  }

  void note_by(const Found& found, std::vector<GuardrailBound::By>& to) const {
    if (found.statement && found.policy) add(to, {level_of(found.policy), policy::decided_by(*found.policy, *found.statement)});
    else if (found.level_without_allow >= 0 && static_cast<size_t>(found.level_without_allow) < levels_.size())
      add(to, {name_of(levels_[static_cast<size_t>(found.level_without_allow)]), {}});
  }

  // What a Deny in force asks for beyond the guardrail.
  void note_excepts(const Statement& statement, const std::string& action) {
    for (const Policy* policy : in_force_)
      for (const Statement& one : policy->statements) {
        if (one.effect != Effect::deny || covers_action(one, action) == Truth::no) continue;
        for (const Condition& condition : one.conditions) {
          if (std::any_of(statement.conditions.begin(), statement.conditions.end(), [&](const Condition& its) { return same(its, condition); })) continue;
          GuardrailBound::Except except{level_of(policy), policy::decided_by(*policy, one), condition.op_text, condition.key, condition.values};
          if (out_.except.size() < excepts_most && std::none_of(out_.except.begin(), out_.except.end(), [&](const auto& known) {
                return known.where.policy == except.where.policy && known.where.path == except.where.path && known.op == except.op && known.key == except.key;
              }))
            out_.except.push_back(std::move(except));
        }
      }
  }

  void finish() {
    out_.open.assign(open_.begin(), open_.end());
    for (const auto& one : excepted_)
      if (!open_.count(one)) out_.excepted.push_back(one);
    for (const auto& one : perhaps_)
      if (!open_.count(one)) out_.perhaps.push_back(one);
    if (!out_.perhaps.empty()) {
      out_.unknown = unread_;
      out_.unknown.insert(out_.unknown.end(), unknown_.begin(), unknown_.end());
      if (out_.unknown.empty()) out_.unknown.emplace_back("policy");
    }
    using Holds = GuardrailBound::Holds;
    const bool something = held_ || !out_.excepted.empty();
    if (out_.open.empty() && out_.excepted.empty() && out_.perhaps.empty()) out_.holds = Holds::bound;
    else if (out_.open.empty() && !out_.perhaps.empty()) out_.holds = Holds::unknown;
    else if (!out_.open.empty() && !something && !out_.perhaps.empty()) out_.holds = Holds::unknown;
    else if (!out_.open.empty() && !something) out_.holds = Holds::not_bound;
    else out_.holds = Holds::partly;
    switch (out_.holds) {
      case Holds::bound:
        // Nothing was left to ask for where no service that it names is one that such policies reach.
        out_.why = held_ ? "every request that it denies is denied by policies in force" : "it denies nothing that such a policy reaches";
        if (!held_) out_.holds = Holds::not_bound;
        break;
      case Holds::partly: out_.why = out_.open.empty() ? "policies in force except callers whom it does not except" : "a part of what it denies gets through"; break;
      case Holds::not_bound: out_.why = "nothing in force denies what it denies"; break;
      case Holds::unknown: out_.why = unread_.empty() ? "it hangs on a fact that is not known" : "it hangs on what was not read"; break;
    }
    if (out_.holds == Holds::not_bound) out_.by.clear();
  }

  const ActionTable& table_;
  const std::function<bool(std::string_view)>& reached_;
  const Policy& guardrail_;
  const GuardrailKind kind_;
  const AccessAccount& account_;
  const Levels& levels_;
  std::vector<const Policy*> in_force_;
  std::vector<Caller> ordinary_, all_;
  std::vector<std::string> unread_;
  std::set<std::string> open_, excepted_, perhaps_, unknown_;
  Policy everything_;
  std::vector<GuardrailBound::By> seen_;  // on the way to the answer at hand
  GuardrailBound out_;
  size_t searches_ = 0;
  bool held_ = false, through_open_ = false;
};

}  // namespace

std::string_view name(GuardrailBound::Holds holds) {
  switch (holds) {
    case GuardrailBound::Holds::bound: return "bound";
    case GuardrailBound::Holds::partly: return "partly";
    case GuardrailBound::Holds::not_bound: return "not_bound";
    case GuardrailBound::Holds::unknown: return "unknown";
  }
  return "unknown";
}

GuardrailProof::GuardrailProof(const AccessEstate& estate, const ActionTable& table, std::function<bool(std::string_view)> reached_by_rcp)
    : estate_(estate), table_(table), reached_by_rcp_(std::move(reached_by_rcp)) {}

GuardrailBound GuardrailProof::prove(const Policy& guardrail, GuardrailKind kind, const AccessAccount& account) const {
  GuardrailBound out;
  const std::string kinds(kind_names[kind == GuardrailKind::rcp]);
  const auto& levels = kind == GuardrailKind::scp ? account.scps : account.rcps;
  if (account.management) {
    out.holds = GuardrailBound::Holds::not_bound;
    out.why = "it manages the organization, which " + kinds + " never bind";
  } else if (!levels) {
    out.holds = account.unread.empty() ? GuardrailBound::Holds::not_bound : GuardrailBound::Holds::unknown;
    out.why = account.unread.empty() ? "no " + kinds + " are in force for it" : account.unread;
    if (!account.unread.empty()) out.unknown = {account.unread};
  } else if (!guardrail.unknown.empty()) {
    out.why = "the guardrail was not read: " + guardrail.unknown;
    out.unknown = {guardrail.name};
  } else {
    return Proving(estate_, table_, reached_by_rcp_, guardrail, kind, account, *levels).run();
  }
  return out;
}

const GuardrailBound& GuardrailProof::ask(const Policy& guardrail, GuardrailKind kind, uint32_t at) {
  const AccessAccount& account = estate_.accounts[at];
  const auto& levels = kind == GuardrailKind::scp ? account.scps : account.rcps;
  std::string key = std::to_string(reinterpret_cast<uintptr_t>(&guardrail)) + (kind == GuardrailKind::scp ? "s" : "r");
  bool apart = !levels || account.management || names_accounts(guardrail);
  if (levels)
    for (const auto& level : *levels) {
      key += "|";
      for (const PolicyPtr& one : level.policies) {
        key += std::to_string(reinterpret_cast<uintptr_t>(one.get())) + ",";
        apart = apart || names_accounts(source_of(*one));
      }
      // Where a statement stands is part of the answer; the account's own level is told by its id.
      key += level.id == account.id ? std::string() : level.id;
    }
  if (apart) key += "|" + account.id;
  auto [found, fresh] = known_.try_emplace(std::move(key));
  if (fresh) found->second = prove(guardrail, kind, account);
  return found->second;
}

}  // namespace reeve
