// Conditions: values against operators, operators against keys, keys against actions.
#include <algorithm>
#include <array>
#include <set>

#include "access/lint_parts.h"
#include "aws/arn.h"
#include "base/text.h"
#include "policy/condition.h"

namespace reeve::lint {
namespace {

bool takes_variables(const Test& test) { return test.family == "String" || test.family == "Arn"; }
bool is_like(const Test& test) { return ends_with(test.op, "Like") || test.family == "Arn"; }

// `${…}` in a value; what is wrong with one, if anything.
struct Variable {
  std::string key;  // lower case; empty for the escapes
  std::string wrong;
};
std::vector<Variable> variables_in(std::string_view text) {
  std::vector<Variable> out;
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const size_t end = text.find('}', at);
    if (end == std::string_view::npos) {
      out.push_back({"", "has no closing brace"});
      break;
    }
    std::string_view inside = text.substr(at + 2, end - at - 2);
    if (inside == "*" || inside == "?" || inside == "$") continue;
    std::string_view key = inside.substr(0, inside.find(','));
    Variable variable{lower(trim(key)), ""};
    if (inside.empty())
      variable.wrong = "is empty";
    else if (trim(key) != key || contains(key, " "))
      variable.wrong = "has a space";
    else if (!contains(key, ":"))
      variable.wrong = "has no `service:` before its name";
    else if (key.size() < inside.size()) {
      std::string_view text_after = trim(inside.substr(key.size() + 1));
      if (text_after.size() < 2 || text_after.front() != '\'' || text_after.back() != '\'') variable.wrong = "has a default without single quotes";
    }
    out.push_back(std::move(variable));
  }
  return out;
}

void lint_variables(Run& run, const Statement& statement, const Text& text, const Test* test) {
  const auto found = variables_in(text.text);
  const bool any = text.text.find("${") != std::string::npos;
  if (!any) return;
  if (!run.variables)
    return run.add("variable-old-version", text.at, quoted(text.text) + " is literal text, for the policy's version knows no variables", &statement);
  if (test && !takes_variables(*test) && !test->family.empty())
    return run.add("variable-operator", text.at, quoted(text.text) + " stands under " + test->written + ", which takes no variables", &statement);
  for (const Variable& variable : found) {
    if (!variable.wrong.empty()) {
      run.add("variable-form", text.at, "the variable in " + quoted(text.text) + " " + variable.wrong, &statement);
    } else if (starts_with(type_of_key(run, statement, variable.key), "ArrayOf")) {
      run.add("variable-multivalued", text.at, "`" + variable.key + "` has several values, so no variable stands for it", &statement);
    }
  }
}

std::string value_wrong(const Test& test, const std::string& value) {
  if (contains(value, "${")) return {};
  if (test.family == "Numeric" && !parse_double(value)) return "no number";
  if (test.family == "Date" && !policy::parse_moment(value)) return "no date as ISO 8601 or seconds since 1970";
  if ((test.family == "Bool" || test.family == "Null") && lower(value) != "true" && lower(value) != "false") return "neither true nor false";
  if (test.family == "Binary" && !base64_decode(value)) return "no base64";
  if (test.family == "IpAddress" && !policy::parse_cidr(value)) return "no address or range in CIDR notation";
  if (test.family == "Arn" && value != "*" && split(value, ':').size() < 6) return "no ARN of six parts";
  return {};
}

bool is_private(const std::string& range) {
  static const std::array<policy::Cidr, 9> ranges = [] {
    std::array<policy::Cidr, 9> out;
    size_t i = 0;
    for (const char* text :
         {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10", "::1/128"})
      out[i++] = *policy::parse_cidr(text);
    return out;
  }();
  auto cidr = policy::parse_cidr(range);
  return cidr && std::any_of(ranges.begin(), ranges.end(), [&](const policy::Cidr& inside) { return policy::contains(inside, *cidr); });
}

void lint_values(Run& run, const Statement& statement, const Test& test) {
  const bool wild_allowed = is_like(test);
  const auto* global = run.knowledge.key(test.lower_key);
  for (const Text& value : test.values) {
    lint_variables(run, statement, value, &test);
    if (std::string wrong = value_wrong(test, value.text); !wrong.empty())
      run.add("condition-value", value.at, quoted(value.text) + " under " + test.written + " is " + wrong, &statement);
    if (test.family == "Date" && value.text.size() == 4 && parse_int(value.text))
      run.add("date-bare-year", value.at, quoted(value.text) + " may be a year or seconds since 1970", &statement);
    if (has_wildcard(value.text)) {
      if (test.family == "String" && !wild_allowed)
        run.add("wildcard-in-equals", value.at,
                quoted(value.text) + " under " + test.written + " is compared character by character; `${*}` and `${?}` say that this is meant",
                &statement);
      else if (global && global->identifier && wild_allowed && value.text != "*")
        run.add("identifier-wildcard", value.at, quoted(value.text) + " fits ids of others too", &statement);
    }
    if (test.lower_key == "aws:sourceip" && test.family == "IpAddress" && is_private(value.text))
      run.add("source-ip-private", value.at,
              quoted(value.text) + " is private: a request from there comes through a VPC endpoint and has no aws:SourceIp", &statement);
    if (test.lower_key == "aws:principalarn" && ends_with(value.text, ":root") && !has_wildcard(value.text))
      run.add("principal-arn-root", value.at, quoted(value.text) + " is the root user, not the account; aws:PrincipalAccount is", &statement);
  }
}

// Families of operators that a type of key may be asked with; what else a key of that type takes is text.
bool fits(const std::string& family, std::string type) {
  if (starts_with(type, "ArrayOf")) type = type.substr(7);
  if (family == "Null") return true;
  if (type == "String") return family == "String";
  if (type == "ARN") return family == "Arn" || family == "String";
  if (type == "Bool") return family == "Bool" || family == "String";
  if (type == "Numeric") return family == "Numeric" || family == "String";
  if (type == "Date") return family == "Date" || family == "Numeric";
  if (type == "IPAddress" || type == "IpAddress") return family == "IpAddress";
  if (type == "Binary") return family == "Binary";
  return true;
}

void lint_type(Run& run, const Statement& statement, const Test& test) {
  const std::string type = type_of_key(run, statement, test.lower_key);
  if (type.empty() || test.family.empty()) return;
  if (!fits(test.family, type))
    run.add("operator-type", test.operator_at, "`" + test.key + "` is of the type " + type + ", which " + test.written + " does not compare",
            &statement);
  if (type == "ARN" && test.family == "String" && (ends_with(test.op, "Like")))
    run.add("string-for-arn", test.operator_at,
            "`" + test.key + "` is an ARN; under " + test.written + " a `*` also goes past colons, under ArnLike it does not", &statement);
  const bool several = starts_with(type, "ArrayOf");
  if (several && test.set.empty() && test.op != "Null")
    run.add("set-operator-missing", test.operator_at, "`" + test.key + "` may have several values; say ForAnyValue or ForAllValues", &statement);
  if (!several && !test.set.empty())
    run.add("forall-single", test.operator_at,
            "`" + test.key + "` has one value" + (test.set == "ForAllValues" ? ", and ForAllValues also holds where it is absent" : ""), &statement);
}

bool requires_presence(const Statement& statement, const std::string& lower_key) {
  return std::any_of(statement.tests.begin(), statement.tests.end(), [&](const Test& test) {
    if (test.lower_key != lower_key) return false;
    if (test.op == "Null" && test.set.empty())
      return !test.values.empty() && std::all_of(test.values.begin(), test.values.end(), [](const Text& v) { return lower(v.text) == "false"; });
    return test.set != "ForAllValues" && !test.if_exists && !test.negated && test.op != "Null";
  });
}

void lint_mfa(Run& run, const Statement& statement, const Test& test) {
  if (test.lower_key != "aws:multifactorauthpresent" || test.values.empty()) return;
  const bool yes = lower(test.values[0].text) == "true";
  if (statement.allow && test.op == "Bool" && test.if_exists && yes)
    run.add("mfa-absent-allowed", test.operator_at,
            "calls with long-term keys have no `aws:MultiFactorAuthPresent`, so BoolIfExists lets them in; Bool does not", &statement);
  if (statement.allow && test.op == "Null" && !yes && !std::any_of(statement.tests.begin(), statement.tests.end(), [](const Test& t) {
        return t.op == "Bool" && t.lower_key == "aws:multifactorauthpresent";
      }))
    run.add("mfa-absent-allowed", test.operator_at, "that `aws:MultiFactorAuthPresent` is there does not mean that it is true", &statement);
  if (statement.deny && test.op == "Bool" && !test.if_exists && !yes)
    run.add("mfa-absent-not-denied", test.operator_at,
            "calls with long-term keys have no `aws:MultiFactorAuthPresent` and are not denied; BoolIfExists denies them", &statement);
}

}  // namespace

void lint_conditions(Run& run) {
  for (const Statement& statement : run.statements) {
    for (const Text& resource : statement.resources) lint_variables(run, statement, resource, nullptr);
    for (const Test& test : statement.tests) {
      lint_values(run, statement, test);
      lint_type(run, statement, test);
      lint_mfa(run, statement, test);
      if (test.op == "Null" && !test.set.empty())
        run.add("forall-always", test.operator_at,
                "`" + test.written + "` is always " + (test.set == "ForAllValues" ? "true" : "false") + "; Null asks about the key as a whole",
                &statement);
      if (statement.allow && test.set == "ForAllValues" && test.op != "Null" && !requires_presence(statement, test.lower_key))
        run.add("forall-in-allow", test.operator_at,
                "a request without `" + test.key + "` is allowed too; add Null with `\"" + test.key + "\": \"false\"`", &statement);
      if (statement.allow && run.has_principals() && run.use != PolicyUse::endpoint && statement.everyone() && test.negated &&
          starts_with(test.lower_key, "aws:principal") && !requires_presence(statement, test.lower_key))
        run.add("negated-for-everyone", test.operator_at,
                "anonymous callers and services have no `" + test.key + "`, so " + test.written + " holds for them", &statement);
    }
  }
}

}  // namespace reeve::lint
