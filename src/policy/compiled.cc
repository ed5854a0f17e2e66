// Policies compiled, and their statements held against a request.
#include "policy/compiled.h"

#include <algorithm>

#include "aws/region.h"
#include "base/text.h"
#include "policy/s3_public.h"

namespace reeve::policy {
namespace {

Who who_of(const Principal& principal) {
  Who out;
  out.text = principal.value;
  switch (principal.kind) {
    case Principal::Kind::everyone: out.written_as_aws = !principal.value.empty(); return out;
    case Principal::Kind::service: out.kind = Who::Kind::service; return out;
    case Principal::Kind::federated: out.kind = Who::Kind::federated; return out;
    case Principal::Kind::canonical: out.kind = Who::Kind::canonical; return out;
    case Principal::Kind::aws: break;
  }
  if (is_account_id(principal.value)) {
    out.kind = Who::Kind::account;
    out.account = principal.value;
    return out;
  }
  auto arn = parse_arn(principal.value);
  if (!arn) {
    out.kind = Who::Kind::unique_id;
    return out;
  }
  out.kind = Who::Kind::arn;
  out.partition = std::string(arn->partition);
  out.account = std::string(arn->account);
  if (arn->service == "iam" && arn->resource == "root") out.kind = Who::Kind::account;
  if (arn->service == "iam" && arn->resource_type() == "role") {
    out.kind = Who::Kind::role;
    out.name = std::string(arn->name());
  }
  return out;
}

// `StringEquals aws:PrincipalArn` of whole ARNs: the statement speaks of those principals as if it named them.
bool names_principal(const Statement& statement) {
  return std::any_of(statement.conditions.begin(), statement.conditions.end(), [](const Condition& condition) {
    bool text = condition.op == Operator::string_equals || condition.op == Operator::string_like || condition.op == Operator::arn_like ||
                condition.op == Operator::string_equals_ignore_case;
    return text && !condition.negated && !condition.if_exists && condition.set != SetTest::all_values && !condition.unknown &&
           condition.key_lower == "aws:principalarn" && !condition.values.empty() &&
           std::all_of(condition.values.begin(), condition.values.end(), [](const std::string& value) {
             auto arn = parse_arn(value);
             return arn && arn->resource_type() == "role" && value.find_first_of("*?$") == std::string::npos;
           });
  });
}

class NoKeys final : public KeySource {
 public:
  KeyView find(std::string_view) const override { return {}; }
};

// A value whose only variables are `${*}`, `${?}` and `${$}` is the same in every context.
bool hangs_on_context(std::string_view text) {
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    std::string_view rest = text.substr(at + 2);
    if (!(rest.size() >= 2 && rest[1] == '}' && (rest[0] == '*' || rest[0] == '?' || rest[0] == '$'))) return true;
  }
  return false;
}

CompiledRule compile(const Statement& statement, bool variables) {
  CompiledRule rule;
  rule.statement = &statement;
  NoKeys none;
  for (const auto& action : statement.actions.values) rule.actions.push_back(expand(lower(action), none, false, true));
  for (const auto& value : statement.resources.values) {
    CompiledRule::Resource resource;
    resource.variable = variables && hangs_on_context(value);
    resource.shorthand = starts_with(value, "execute-api:");
    if (!resource.variable) resource.pattern = resource_pattern(value, none, variables);
    rule.resources.push_back(std::move(resource));
  }
  for (const auto& condition : statement.conditions) {
    CompiledRule::Test test;
    bool text = condition.op == Operator::string_equals || condition.op == Operator::string_equals_ignore_case ||
                condition.op == Operator::string_like || condition.op == Operator::arn_like;
    test.variable = variables && text && std::any_of(condition.values.begin(), condition.values.end(), hangs_on_context);
    if (!test.variable) test.prepared = prepare(condition, none, variables);
    test.derived = derived_of(condition.key_lower);
    rule.tests.push_back(std::move(test));
  }
  for (const auto& principal : statement.principals.values) rule.who.push_back(who_of(principal));
  rule.names_principal_arn = names_principal(statement);
  return rule;
}

void say(std::vector<std::string>* open, std::string what) {
  if (open) open->push_back(std::move(what));
}

// Names of the keys that a value's variables ask for and that are not known.
void say_variables(std::vector<std::string>* open, std::string_view value, const Asked& asked) {
  if (!open) return;
  for (size_t at = value.find("${"); at != std::string_view::npos; at = value.find("${", at + 2)) {
    std::string_view inside = value.substr(at + 2);
    inside = trim(inside.substr(0, inside.find_first_of(",}")));
    if (inside == "*" || inside == "?" || inside == "$") continue;
    KeyView key = asked.find(inside);
    if (key.state == ContextValue::State::unknown) open->push_back(std::string(inside));
    if (key.size() > 1) open->push_back("variable_of_several_values (" + std::string(inside) + ")");
  }
}

}  // namespace

Truth action_fits(const CompiledRule& rule, const Asked& asked) {
  const Terms& terms = rule.statement->actions;
  Truth hit = Truth::no;
  for (const auto& action : rule.actions)
    if (matches(action, asked.action) == Truth::yes) {
      hit = Truth::yes;
      break;
    }
  if (terms.unknown) hit = either(hit, Truth::unknown);
  return terms.negated ? negate(hit) : hit;
}

FormTruths principal_fits(const CompiledRule& rule, const Asked& asked, Effect effect, std::vector<std::string>* open) {
  const Principals& principals = rule.statement->principals;
  FormTruths out;
  for (const Who& who : rule.who) {
    FormTruths is = asked.who(who, effect);
    for (size_t i = 0; i < forms; ++i) {
      if (is.of[i] == Truth::unknown && out.of[i] != Truth::yes) {
        if (who.kind == Who::Kind::unique_id) say(open, "whose unique id `" + who.text + "` is");
        if (who.kind == Who::Kind::canonical) say(open, "whose canonical id `" + who.text + "` is");
        if (who.kind == Who::Kind::everyone)
          say(open, asked.caller.kind == CallerKind::service ? "star_covers_services" : "star_covers_federated");
        if (who.kind == Who::Kind::account) say(open, "the caller's account");
      }
      out.of[i] = either(out.of[i], is.of[i]);
    }
  }
  if (principals.unknown) {
    say(open, "a principal that was not read (" + rule.statement->path + ")");
    for (Truth& truth : out.of) truth = either(truth, Truth::unknown);
  }
  if (!principals.negated) {
    if (rule.names_principal_arn && asked.caller.kind == CallerKind::role_session)
      out[Form::direct] = either(out[Form::direct], out[Form::star]);
    return out;
  }
  // NotPrincipal. "With a Deny, name the account, the role and the session": the caller is left out only if every name it goes by stands
  // there, and never if it has a permissions boundary.
  Truth account = out[Form::account], role = out[Form::role], own = out[Form::direct], star = out[Form::star];
  Truth named;
  switch (asked.caller.kind) {
    case CallerKind::user: named = both(own, account); break;
    case CallerKind::role_session:
    case CallerKind::federated_user: named = both(both(own, role), account); break;
    default: named = own; break;
  }
  named = either(named, star);
  FormTruths left;
  if (effect == Effect::deny) {
    left[Form::direct] = asked.has_boundary ? Truth::yes : negate(named);
    return left;
  }
  // With an Allow, which AWS advises against, it is everybody else.
  Truth by_any = either(either(own, role), either(account, star)), by_own = either(own, star);
  Truth outside = negate(by_any);
  if (by_any != Truth::no && by_own != Truth::yes) {
    Truth rule_of_account = negate(asked.options.switches.not_principal_by_account);
    if (rule_of_account == Truth::unknown) say(open, "not_principal_by_account");
    outside = both(negate(by_own), either(outside, rule_of_account));
  }
  if (asked.caller.kind == CallerKind::anonymous) {
    outside = both(outside, asked.options.switches.not_principal_allows_anonymous);
    if (outside == Truth::unknown) say(open, "not_principal_allows_anonymous");
  }
  left[Form::star] = outside;
  return left;
}

Truth resource_fits(const CompiledRule& rule, const Asked& asked, bool variables, std::vector<std::string>* open) {
  const Terms& terms = rule.statement->resources;
  if (!terms.present) return Truth::yes;
  Truth hit = Truth::no;
  for (size_t i = 0; i < rule.resources.size() && hit != Truth::yes; ++i) {
    const auto& resource = rule.resources[i];
    Truth is;
    if (resource.shorthand && asked.resource != terms.values[i]) {
      say(open, "what `" + terms.values[i] + "` stands for (" + rule.statement->path + ")");
      is = Truth::unknown;
    } else if (resource.variable) {
      ResourcePattern pattern = resource_pattern(terms.values[i], asked, variables);
      is = matches(pattern, asked.resource);
      if (is == Truth::unknown && pattern.loose.unknown) say_variables(open, terms.values[i], asked);
      if (is == Truth::unknown && !pattern.loose.unknown) is = asked.options.switches.star_crosses_colon;
    } else {
      is = matches(resource.pattern, asked.resource);
      if (is == Truth::unknown) is = asked.options.switches.star_crosses_colon;
      if (is == Truth::unknown) say(open, "star_crosses_colon (`" + terms.values[i] + "`)");
    }
    hit = either(hit, is);
  }
  if (terms.unknown && hit != Truth::yes) {
    say(open, "a resource that was not read (" + rule.statement->path + ")");
    hit = Truth::unknown;
  }
  return terms.negated ? negate(hit) : hit;
}

Truth conditions_fit(const CompiledRule& rule, const Asked& asked, bool variables, std::vector<std::string>* open) {
  const Statement& statement = *rule.statement;
  Truth all = Truth::yes;
  if (statement.conditions_unknown) {
    say(open, "conditions that were not read (" + statement.path + ")");
    all = Truth::unknown;
  }
  const ConditionRules rules{variables, asked.options.switches.multivalued_without_set, asked.options.switches.arn_pattern_star, open};
  for (size_t i = 0; i < rule.tests.size(); ++i) {
    const Condition& condition = statement.conditions[i];
    const auto& test = rule.tests[i];
    KeyView key = asked.value(condition.key_lower, test.derived);
    size_t said = open ? open->size() : 0;
    Truth holds;
    if (test.variable)
      holds = condition_on(condition, prepare(condition, asked, variables), key, rules);
    else
      holds = condition_on(condition, test.prepared, key, rules);
    if (holds == Truth::no) return holds;
    if (holds == Truth::yes && open) open->resize(said);
    if (holds == Truth::unknown && open) {
      if (key.state == ContextValue::State::unknown) open->push_back(condition.key);
      if (condition.unknown) open->push_back("values that were not read (" + condition.path + ")");
      if (test.variable)
        for (const auto& value : condition.values) say_variables(open, value, asked);
    }
    all = both(all, holds);
  }
  return all;
}

}  // namespace reeve::policy

namespace reeve {

CompiledPolicy::CompiledPolicy(Policy from) : source(std::move(from)), variables(source.variables()) {
  rules.reserve(source.statements.size());
  bool speaks_of_principals = false;
  for (const auto& statement : source.statements) {
    rules.push_back(policy::compile(statement, variables));
    speaks_of_principals = speaks_of_principals || statement.principals.present;
  }
  if (speaks_of_principals || !source.unknown.empty()) public_by_s3 = policy::s3_public(source).verdict;
}

PolicyPtr compile_policy(Policy policy) { return std::make_shared<const CompiledPolicy>(std::move(policy)); }

const Policy& source_of(const CompiledPolicy& policy) { return policy.source; }

}  // namespace reeve
