#include "policy/witness.h"

#include <algorithm>
#include <map>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "policy/candidates.h"
#include "policy/condition.h"
#include "policy/glob.h"

namespace reeve::policy {

Domain Caller::domain_of(std::string_view key) const {
  for (const auto& [name, domain] : domains) {
    if (name == key) return domain;
    if (!name.empty() && name.back() == '*' && starts_with(key, std::string_view(name).substr(0, name.size() - 1))) return domain;
  }
  return Domain::open();
}

Decided decided_by(const Policy& policy, const Statement& statement) {
  return {policy.name, static_cast<int>(statement.index), statement.sid, statement.path, statement.line};
}

namespace {

constexpr std::string_view principal_key = "aws:principalarn";

// ---- Principal elements ---------------------------------------------------------------------------------------------------------

// Does one AWS principal of a policy stand for the principal `arn`? `account_only` is set if it does so by naming its account.
Truth aws_principal_is(std::string_view value, std::string_view arn, bool allow, bool& account_only) {
  std::string_view account = arn_account(arn);
  if (is_account_id(value)) return account_only = value == account, truth(account_only);
  auto named = parse_arn(value);
  if (!named) return Truth::no;  // a unique id: its user or role was deleted
  if (named->resource == "root" && named->account.find_first_of("*?") == std::string_view::npos)
    return account_only = named->account == account, truth(account_only);
  if (value.find_first_of("*?") != std::string_view::npos) return truth(matches(glob_of(value), arn));  // AWS refuses it; be careful
  if (value == arn) return Truth::yes;
  if (named->service == "sts" && named->resource_type() == "assumed-role") {
    // The session's ARN has the role's name without its path.
    auto caller = parse_arn(arn);
    std::string_view session = named->resource_id();
    bool same = caller && caller->resource_type() == "role" && named->account == account && session.substr(0, session.find('/')) == caller->name();
    if (!same) return Truth::no;
    return allow ? Truth::yes : Truth::unknown;  // a Deny on one session leaves the role's others
  }
  return Truth::no;
}

Truth principal_matches(const Principals& principals, const Caller& caller, const ContextValue& arn, bool allow) {
  if (caller.kind == Caller::Kind::any) return Truth::yes;
  if (!principals.present) return Truth::unknown;  // no service accepts a resource policy without one
  Truth by_account = Truth::no, by_name = Truth::no;
  bool everyone = false;
  for (const auto& principal : principals.values) {
    switch (principal.kind) {
      case Principal::Kind::everyone: everyone = true; break;
      case Principal::Kind::aws:
        if (caller.kind == Caller::Kind::aws) {
          if (arn.values.empty()) {
            by_name = either(by_name, Truth::unknown);
            break;
          }
          bool account_only = false;
          Truth is = aws_principal_is(principal.value, arn.values[0], allow, account_only);
          (account_only ? by_account : by_name) = either(account_only ? by_account : by_name, is);
        }
        break;
      case Principal::Kind::service:
        if (caller.kind == Caller::Kind::service && !caller.service.empty() && equal_ignoring_case(principal.value, caller.service))
          by_name = Truth::yes;
        break;
      case Principal::Kind::federated:
        if (caller.kind == Caller::Kind::federated && (principal.value == "*" || principal.value == caller.provider)) by_name = Truth::yes;
        break;
      case Principal::Kind::canonical:
        if (caller.kind == Caller::Kind::aws) by_name = either(by_name, caller.canonical);
        break;
    }
  }
  if (everyone) by_name = Truth::yes;
  Truth hit = either(by_account, by_name);
  if (principals.unknown) hit = either(hit, Truth::unknown);
  if (!principals.negated) return hit;
  // NotPrincipal with Deny excepts a principal only if it lists the account as well as the role or user; a half listing is unclear.
  if (!allow && !everyone && caller.kind == Caller::Kind::aws && hit == Truth::yes) {
    bool root = !arn.values.empty() && arn_resource(arn.values[0]) == "root";
    if (!root && (by_account != Truth::yes || by_name != Truth::yes)) return Truth::unknown;
  }
  return negate(hit);
}

// ---- Rules ----------------------------------------------------------------------------------------------------------------------

struct Dimension {
  std::string label;
  std::vector<ContextValue> values;
};

// Sets of candidates, one bit each.
using Bits = std::vector<uint64_t>;

struct Atom {
  size_t dimension;
  std::vector<Truth> mask;
  // Candidates for which the part holds, or fails; for certain ([0]), or perhaps ([1]).
  Bits holds[2], fails[2];

  void compile() {
    for (auto* bits : {&holds[0], &holds[1], &fails[0], &fails[1]}) bits->assign(mask.size() / 64 + 1, 0);
    for (size_t i = 0; i < mask.size(); ++i) {
      uint64_t bit = uint64_t(1) << (i % 64);
      if (mask[i] == Truth::yes) holds[0][i / 64] |= bit;
      if (mask[i] == Truth::no) fails[0][i / 64] |= bit;
      if (mask[i] != Truth::no) holds[1][i / 64] |= bit;
      if (mask[i] != Truth::yes) fails[1][i / 64] |= bit;
    }
  }
};

struct Rule {
  const Policy* policy;
  const Statement* statement;  // null: a policy that could not be read
  Effect effect;
  std::vector<Atom> atoms;
};

class Search {
 public:
  Search(const Question& question) : question_(question) { build(); }

  Found run() {
    Found found;
    if (attempt(true)) {
      found.verdict = Truth::yes;
    } else if (exhausted_) {
      found.verdict = Truth::unknown;
      found.exhausted = true;
    } else if (attempt(false)) {
      found.verdict = Truth::unknown;
    } else {
      found.verdict = exhausted_ || !complete_ ? Truth::unknown : Truth::no;
      found.exhausted = exhausted_ || !complete_;
    }
    if (found.verdict == Truth::no)
      explain_no(found);
    else if (!found.exhausted)
      explain_yes(found);
    return found;
  }

 private:
  using Live = std::vector<Bits>;  // the candidates left, per dimension

  void build() {
    // The context that variables see: keys with one value only.
    known_.otherwise = ContextValue::State::unknown;
    Compared actions, resources, arns;
    each_statement([&](const Policy&, const Statement& statement) {
      for (const auto& term : statement.actions.values) actions.add(lower(term), true);
      if (statement.principals.present)
        for (const auto& principal : statement.principals.values)
          if (principal.kind == Principal::Kind::aws && parse_arn(principal.value)) arns.add(role_of(principal.value), false);
    });
    for (const auto& [key, domain] : question_.caller.domains)
      if (domain.fixed.size() == 1 && domain.templates.empty() && !domain.absent && !domain.typed)
        known_.set(key, domain.fixed[0]);
      else if (domain.absent && domain.fixed.empty() && domain.templates.empty() && !domain.typed)
        known_.set(key, ContextValue::absent());
    dimensions_.push_back({"action", text_candidates(question_.action, actions, exactly())});

    // Only statements that concern the action matter, and only what those compare.
    std::map<std::string, std::vector<const Condition*>> compared;
    std::map<std::string, bool> variables;
    each_statement([&](const Policy& policy, const Statement& statement) {
      Rule rule{&policy, &statement, statement.effect, {}};
      if (!concerns(rule)) return;
      for (const auto& term : statement.resources.values)
        resources.add(pattern_text(term, policy.variables()), true);
      for (const auto& condition : statement.conditions) {
        compared[condition.key_lower].push_back(&condition);
        variables[condition.key_lower] = policy.variables();
      }
      rules_.push_back(std::move(rule));
    });
    dimensions_.push_back({"resource", text_candidates(question_.resource, resources, exactly())});

    Domain arn_domain = question_.caller.domain_of(principal_key);
    auto arn_values = key_candidates(arn_domain, compared[std::string(principal_key)], known_, true, exactly());
    for (auto& value : text_candidates(Domain{.templates = arn_domain.templates}, arns))
      if (std::find_if(arn_values.begin(), arn_values.end(), [&](const ContextValue& v) { return v.values == value.values; }) == arn_values.end())
        arn_values.insert(arn_values.end(), value);
    if (arn_domain.templates.empty() && arn_values.empty()) arn_values.push_back(ContextValue::absent());
    dimensions_.push_back({"aws:PrincipalArn", std::move(arn_values)});
    for (const auto& [key, conditions] : compared) {
      if (key == principal_key || conditions.empty()) continue;
      dimension_of_[key] = dimensions_.size();
      dimensions_.push_back({conditions[0]->key, key_candidates(question_.caller.domain_of(key), conditions, known_, variables[key], exactly())});
    }
    dimension_of_[std::string(principal_key)] = 2;
    for (auto& rule : rules_) {
      add_atoms(rule);
      for (auto& atom : rule.atoms) atom.compile();
    }
    for (const auto& level : question_.levels)
      for (const auto* policy : level)
        if (!policy->unknown.empty()) rules_.push_back({policy, nullptr, Effect::unknown, {}});
    for (size_t level = 0; level < question_.levels.size(); ++level) {
      groups_.emplace_back();
      for (size_t i = 0; i < rules_.size(); ++i) {
        const Rule& rule = rules_[i];
        if (rule.effect == Effect::deny) continue;
        const auto& policies = question_.levels[level];
        if (std::find(policies.begin(), policies.end(), rule.policy) == policies.end()) continue;
        if (rule.statement && question_.allow_counts && !question_.allow_counts(*rule.statement)) continue;
        groups_.back().push_back(i);
      }
      // The broadest first: an Allow without conditions leaves everything open.
      std::stable_sort(groups_.back().begin(), groups_.back().end(),
                       [&](size_t a, size_t b) { return rules_[a].atoms.size() < rules_[b].atoms.size(); });
    }
    for (size_t i = 0; i < rules_.size(); ++i)
      if (rules_[i].effect != Effect::allow) denies_.push_back(i);
    std::stable_sort(denies_.begin(), denies_.end(), [&](size_t a, size_t b) { return rules_[a].atoms.size() < rules_[b].atoms.size(); });
  }

  bool* exactly() { return question_.exact ? &complete_ : nullptr; }

  template <class Do>
  void each_statement(Do&& what) const {
    std::vector<const Policy*> done;
    for (const auto& level : question_.levels)
      for (const auto* policy : level) {
        if (std::find(done.begin(), done.end(), policy) != done.end()) continue;
        done.push_back(policy);
        for (const auto& statement : policy->statements) what(*policy, statement);
      }
  }

  // A role session's ARN as the ARN of its role, which is what aws:PrincipalArn holds.
  static std::string role_of(const std::string& text) {
    auto arn = parse_arn(text);
    if (!arn || arn->service != "sts" || arn->resource_type() != "assumed-role") return text;
    std::string_view session = arn->resource_id();
    return make_arn(arn->partition, "iam", "", arn->account, "role/" + std::string(session.substr(0, session.find('/'))));
  }

  // A pattern with its variables put in, as text; what could not be put in becomes a star.
  std::string pattern_text(const std::string& pattern, bool variables) const {
    return variables && reeve::contains(pattern, "${") ? expand(pattern, known_, true, true).glob.text : pattern;
  }

  bool concerns(Rule& rule) {
    const Statement& statement = *rule.statement;
    if (!statement.unknown.empty()) return true;
    Atom atom{0, {}};
    std::vector<Glob> globs;
    for (const auto& term : statement.actions.values) globs.push_back(glob_of(lower(term)));
    bool any = false;
    for (const auto& value : dimensions_[0].values) {
      Truth hit = statement.actions.unknown ? Truth::unknown : Truth::no;
      for (const auto& glob : globs)
        if (matches(glob, value.values[0])) hit = Truth::yes;
      if (statement.actions.negated) hit = negate(hit);
      any = any || hit != Truth::no;
      atom.mask.push_back(hit);
    }
    push(rule, std::move(atom));
    return any;
  }

  static void push(Rule& rule, Atom atom) {
    if (!std::all_of(atom.mask.begin(), atom.mask.end(), [](Truth t) { return t == Truth::yes; })) rule.atoms.push_back(std::move(atom));
  }

  void add_atoms(Rule& rule) {
    const Statement& statement = *rule.statement;
    bool variables = rule.policy->variables();
    if (!statement.unknown.empty()) {
      rule.effect = Effect::unknown;
      return;
    }
    if (statement.resources.present) {
      Atom atom{1, {}};
      // Shorthand that only its own service reads, such as API Gateway's `execute-api:/stage/*`, is taken to fit.
      std::vector<ResourcePattern> patterns;
      bool shorthand = false;
      for (const auto& term : statement.resources.values) {
        if (starts_with(term, "arn:") || term.find_first_of("*?") == 0)
          patterns.push_back(resource_pattern(term, known_, variables));
        else
          shorthand = true;
      }
      for (const auto& value : dimensions_[1].values) {
        Truth hit = shorthand ? Truth::yes : statement.resources.unknown ? Truth::unknown : Truth::no;
        for (size_t i = 0; i < patterns.size() && hit != Truth::yes; ++i) hit = either(hit, matches(patterns[i], value.values[0]));
        atom.mask.push_back(statement.resources.negated ? negate(hit) : hit);
      }
      push(rule, std::move(atom));
    }
    if (question_.principals) {
      Atom atom{2, {}};
      for (const auto& value : dimensions_[2].values)
        atom.mask.push_back(principal_matches(statement.principals, question_.caller, value, rule.effect != Effect::deny));
      push(rule, std::move(atom));
    }
    for (const auto& condition : statement.conditions) {
      Atom atom{dimension_of_.at(condition.key_lower), {}};
      Prepared prepared = prepare(condition, known_, variables);
      for (const auto& value : dimensions_[atom.dimension].values) atom.mask.push_back(condition_on(condition, prepared, value, variables));
      push(rule, std::move(atom));
    }
    if (statement.conditions_unknown) rule.atoms.push_back({0, std::vector<Truth>(dimensions_[0].values.size(), Truth::unknown)});
  }

  // ---- the search itself

  bool attempt(bool sure) {
    sure_ = sure;
    steps_ = work_ = 0;
    chosen_.assign(groups_.size(), rules_.size());
    return allow(0, everything());
  }

  Live everything() const {
    Live live;
    for (const auto& dimension : dimensions_) {
      live.emplace_back(dimension.values.size() / 64 + 1, 0);
      for (size_t i = 0; i < dimension.values.size(); ++i) live.back()[i / 64] |= uint64_t(1) << (i % 64);
    }
    return live;
  }

  // What is left of the atom's dimension when the part is to hold (or fail); false if nothing is.
  bool narrowed(const Bits& live, const Atom& atom, bool holds, Bits& out) const {
    const Bits& allowed = (holds ? atom.holds : atom.fails)[sure_ ? 0 : 1];
    uint64_t any = 0;
    out.resize(live.size());
    for (size_t i = 0; i < live.size(); ++i) any |= out[i] = live[i] & allowed[i];
    return any != 0;
  }

  bool allow(size_t level, const Live& live) {
    if (level == groups_.size()) return deny(denies_, live);
    for (size_t index : groups_[level]) {
      if (++steps_ > steps_max) return exhausted_ = true, false;
      const Rule& rule = rules_[index];
      if (rule.effect == Effect::unknown && sure_) continue;
      Live next = live;
      if (!std::all_of(rule.atoms.begin(), rule.atoms.end(),
                       [&](const Atom& atom) { return narrowed(next[atom.dimension], atom, true, next[atom.dimension]); }))
        continue;
      chosen_[level] = index;
      if (allow(level + 1, next)) return true;
    }
    return false;
  }

  // Every pending Deny must have a part that fails. The one with the fewest ways to fail is tried first, and one with none ends the
  // branch at once, so that long lists of Denies stay cheap.
  bool deny(const std::vector<size_t>& pending, const Live& live) {
    if (++steps_ > steps_max || work_ > work_max) return exhausted_ = true, false;
    std::vector<size_t> rest;
    struct Way {
      size_t dimension;
      Bits bits;
    };
    std::vector<Way> fewest;
    size_t tightest = 0;
    for (size_t index : pending) {
      const Rule& rule = rules_[index];
      if (rule.effect == Effect::unknown && !sure_) continue;  // it may be no Deny
      std::vector<Way> ways;
      bool fails_anyway = false;
      for (const auto& atom : rule.atoms) {
        work_ += live[atom.dimension].size();
        Way way{atom.dimension, {}};
        if (!narrowed(live[atom.dimension], atom, false, way.bits)) continue;
        if (way.bits == live[atom.dimension]) {
          fails_anyway = true;
          break;
        }
        ways.push_back(std::move(way));
      }
      if (fails_anyway) continue;
      if (ways.empty()) return false;
      if (rest.empty() || ways.size() < fewest.size()) {
        fewest = std::move(ways);
        tightest = index;
      }
      rest.push_back(index);
    }
    if (rest.empty()) {
      witness_ = live;
      return true;
    }
    rest.erase(std::find(rest.begin(), rest.end(), tightest));
    for (auto& way : fewest) {
      Live next = live;
      next[way.dimension] = std::move(way.bits);
      if (deny(rest, next)) return true;
    }
    return false;
  }

  // ---- words

  static std::string readable(std::string text) {
    for (size_t at; (at = text.find(filler)) != std::string::npos;) text.replace(at, filler.size(), "<any>");
    return text;
  }

  void explain_yes(Found& found) const {
    if (!chosen_.empty() && chosen_.back() < rules_.size()) {
      found.policy = rules_[chosen_.back()].policy;
      found.statement = rules_[chosen_.back()].statement;
    }
    std::vector<bool> looked_at(dimensions_.size());
    for (const auto& rule : rules_)
      for (const auto& atom : rule.atoms) looked_at[atom.dimension] = true;
    for (size_t d = 0; d < dimensions_.size(); ++d) {
      size_t live = 0;
      while (live < dimensions_[d].values.size() && !(witness_[d][live / 64] >> (live % 64) & 1)) ++live;
      if (live == dimensions_[d].values.size()) continue;
      const ContextValue& value = dimensions_[d].values[live];
      if (d == 0 && !value.values.empty()) found.raw_action = value.values[0];
      if (d == 1 && !value.values.empty()) found.resource = value.values[0];
      if (d == 2) found.principal_arn = value;
      if (d > 2 && looked_at[d]) found.keys.emplace_back(dimensions_[d].label, value);
      if (d == 0) {
        found.action = value.values.empty() ? std::string() : readable(value.values[0]);
        continue;
      }
      if (!looked_at[d]) continue;
      if (!found.witness.empty()) found.witness += ", ";
      found.witness += dimensions_[d].label + "=";
      found.witness += value.state == ContextValue::State::absent    ? "absent"
                       : value.state == ContextValue::State::unknown ? "unknown"
                                                                     : readable(join(value.values, "|"));
    }
  }

  void explain_no(Found& found) {
    sure_ = false;
    const Live all = everything();
    auto possible = [&](const Rule& rule) {
      Live live = all;
      return std::all_of(rule.atoms.begin(), rule.atoms.end(),
                         [&](const Atom& atom) { return narrowed(live[atom.dimension], atom, true, live[atom.dimension]); });
    };
    for (size_t level = 0; level < groups_.size(); ++level)
      if (std::none_of(groups_[level].begin(), groups_[level].end(), [&](size_t i) { return possible(rules_[i]); })) {
        found.level_without_allow = static_cast<int>(level);
        return;
      }
    // A Deny that alone stops every request: no part of it can fail.
    for (size_t index : denies_) {
      const Rule& rule = rules_[index];
      if (rule.effect != Effect::deny || !rule.statement) continue;
      bool certain = std::all_of(rule.atoms.begin(), rule.atoms.end(), [&](const Atom& atom) {
        Bits left;
        return !narrowed(all[atom.dimension], atom, false, left);
      });
      if (certain) {
        found.policy = rule.policy;
        found.statement = rule.statement;
        return;
      }
    }
  }

  static constexpr size_t steps_max = 20'000, work_max = 40'000'000;

  const Question& question_;
  Context known_;
  std::vector<Dimension> dimensions_;  // 0 action, 1 resource, 2 aws:PrincipalArn, then other keys
  std::map<std::string, size_t> dimension_of_;
  std::vector<Rule> rules_;
  std::vector<std::vector<size_t>> groups_;  // per level, its Allow rules
  std::vector<size_t> denies_;
  std::vector<size_t> chosen_;
  Live witness_;
  size_t steps_ = 0, work_ = 0;
  bool sure_ = true;
  bool exhausted_ = false, complete_ = true;
};

}  // namespace

Found find_witness(const Question& question) { return Search(question).run(); }

bool always_holds(const Condition& condition, const Question& question, const Policy& policy) {
  Context known;
  for (const auto& [key, domain] : question.caller.domains)
    if (domain.fixed.size() == 1 && domain.templates.empty() && !domain.absent) known.set(key, domain.fixed[0]);
  auto values = key_candidates(question.caller.domain_of(condition.key_lower), {&condition}, known, policy.variables());
  return std::all_of(values.begin(), values.end(), [&](const ContextValue& value) {
    return condition_on(condition, value, known, policy.variables()) == Truth::yes;
  });
}

Truth conditions_escapable(const Policy& policy, const Statement& statement) {
  Policy everything, only;
  everything.statements.emplace_back();
  everything.statements[0].actions = {.present = true, .values = {"*"}};
  only.version = policy.version;
  Statement deny = statement;
  deny.effect = Effect::deny;
  deny.actions = {.present = true, .values = {"*"}};
  deny.resources = {};
  deny.principals = {};
  only.statements.push_back(std::move(deny));
  Question question{.levels = {{&everything, &only}}, .action = {.templates = {"*:*"}}, .resource = {.templates = {"*"}}};
  question.caller.kind = Caller::Kind::any;
  return find_witness(question).verdict;
}

}  // namespace reeve::policy
