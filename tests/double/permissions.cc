#include "double/permissions.h"

#include <algorithm>

#include "base/text.h"

namespace reeve::aws_double {
namespace {

std::vector<std::string> texts(Value one_or_list) {
  std::vector<std::string> out;
  if (one_or_list.is_string()) out.emplace_back(one_or_list.text());
  for (Value one : one_or_list.items()) out.emplace_back(one.text());
  return out;
}

}  // namespace

Result<Permissions> Permissions::read(Value policy, Value actions, const std::string& file) {
  const auto wrong = [&](Value at, std::string what) { return fail(Code::unsupported, std::move(what), {file, at ? at.line() : 0, at ? at.column() : 0}); };
  Permissions out;
  const Value statements = policy.get("Statement");
  if (!statements || !statements.is_list()) return wrong(policy, "a policy without a list `Statement`");
  for (Value statement : statements.items()) {
    for (const auto& entry : statement.entries()) {
      if (entry.key() != "Sid" && entry.key() != "Effect" && entry.key() != "Action" && entry.key() != "Resource") {
        return wrong(entry.key_node, "the double cannot enforce `" + std::string(entry.key()) + "`");
      }
    }
    if (!statement.get("Action") || !statement.get("Effect") || !statement.get("Resource")) return wrong(statement, "a statement without Effect, Action, Resource");
    const bool allows = statement.get("Effect").text() == "Allow";
    const auto resources = texts(statement.get("Resource"));
    // A statement about roles to be assumed names them, one of API Gateway its paths; all others are about everything.
    for (const std::string& action : texts(statement.get("Action"))) {
      const bool everything = resources == std::vector<std::string>{"*"};
      if (!everything && action != "sts:AssumeRole" && !starts_with(action, "apigateway:")) return wrong(statement, "the double enforces `Resource: *` only");
      (allows ? out.allowed_ : out.denied_).push_back({lower(action), action == "sts:AssumeRole" ? std::vector<std::string>{"*"} : resources});
    }
  }
  if (actions) {
    for (const auto& entry : actions.entries()) out.actions_[std::string(entry.key())] = texts(entry.value);
  }
  return out;
}

std::string Permissions::lacking(const std::string& call, const std::string& resource) const {
  if (call == "sts:GetCallerIdentity") return {};  // needs none
  auto found = actions_.find(call);
  const std::vector<std::string> needed = found == actions_.end() ? std::vector<std::string>{call} : found->second;
  for (const std::string& action : needed) {
    const std::string name = lower(action);
    const auto fits = [&](const Rule& rule) {
      return glob_match(rule.action, name) && std::any_of(rule.resources.begin(), rule.resources.end(), [&](const auto& pattern) { return glob_match(pattern, resource); });
    };
    if (std::any_of(denied_.begin(), denied_.end(), fits) || std::none_of(allowed_.begin(), allowed_.end(), fits)) return action;
  }
  return {};
}

}  // namespace reeve::aws_double
