#include "access/lint.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "access/lint_parts.h"
#include "base/text.h"
#include "policy/policy.h"

namespace reeve {
namespace lint {

void Run::add(std::string_view rule, Value at, std::string message, const Statement* in) {
  const auto& rules = lint_rules();
  auto found = std::lower_bound(rules.begin(), rules.end(), rule, [](const LintRule& a, std::string_view id) { return a.id < id; });
  PolicyLint lint;
  lint.rule = &*found;
  lint.message = std::move(message);
  lint.path = at ? at.path() : policy.path();
  const Value place = outer_ ? outer_ : at ? at : policy;
  lint.line = place.line();
  lint.column = place.column();
  if (in) {
    lint.statement = in->index;
    lint.sid = in->sid;
  }
  lints.push_back(std::move(lint));
}

bool has_wildcard(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "${")
      if (size_t end = text.find('}', i); end != std::string_view::npos) {
        i = end;
        continue;
      }
    if (text[i] == '*' || text[i] == '?') return true;
  }
  return false;
}

std::string quoted(std::string_view text) {
  constexpr size_t most = 120;
  if (text.size() <= most) return "`" + std::string(text) + "`";
  size_t head = most / 2, tail = text.size() - most / 2;
  while (head > 0 && (text[head] & 0xC0) == 0x80) --head;
  while (tail < text.size() && (text[tail] & 0xC0) == 0x80) ++tail;
  return "`" + std::string(text.substr(0, head)) + "…" + std::string(text.substr(tail)) + "`";
}

namespace {

// What Organizations would not take, as policy/guardrail.cc knows it, where nothing else was said of the same place.
void lint_guardrail(Run& run) {
  if (run.use != PolicyUse::scp && run.use != PolicyUse::rcp) return;
  auto parsed = parse_policy(run.policy);
  if (!parsed) return;
  for (const PolicyNote& note : guardrail_breaches(*parsed, run.use == PolicyUse::scp ? GuardrailKind::scp : GuardrailKind::rcp)) {
    const bool said = std::any_of(run.lints.begin(), run.lints.end(), [&](const PolicyLint& lint) {
      return lint.rule->sort == LintRule::Sort::invalid && (lint.line == note.line || starts_with(lint.path, note.path));
    });
    if (said) continue;
    Value at = run.policy;
    const Statement* in = nullptr;
    for (const Statement& statement : run.statements) {
      if (!starts_with(note.path, statement.node.path())) continue;
      in = &statement;
      at = statement.node;
      for (Value part : {statement.action_at, statement.resource_at, statement.principal_at})
        if (part && (ends_with(note.path, "." + std::string(part.text())) || (note.line > statement.node.line() && part.line() == note.line)))
          at = part;
    }
    run.add("guardrail-form", at, note.what, in);
  }
}

// A policy that cannot be read for a reason that no rule above has said is not silently fine.
void lint_unreadable(Run& run) {
  const bool said =
      std::any_of(run.lints.begin(), run.lints.end(), [](const PolicyLint& lint) { return lint.rule->sort == LintRule::Sort::invalid; });
  if (said) return;
  if (auto parsed = parse_policy(run.policy); !parsed) run.add("element-unknown", run.policy, parsed.error().what);
}

}  // namespace
}  // namespace lint

namespace {

bool everyone_and_everything(Value statement) {
  Value principal = statement.get("Principal"), resource = statement.get("Resource");
  auto star = [](Value value) { return value && (value.is_list() ? value.size() == 1 && value.at(0).text() == "*" : value.text() == "*"); };
  return (star(principal) || star(principal.get("AWS"))) && star(resource);
}

std::vector<std::string> texts_of(Value value) {
  std::vector<std::string> out;
  if (value.is_list())
    for (Value item : value.items()) out.emplace_back(item.text());
  else if (value && value.is_string())
    out.emplace_back(value.text());
  return out;
}

}  // namespace

PolicyUse use_of(Value policy) {
  std::vector<Value> statements;
  Value all = policy.get("Statement");
  if (all.is_list())
    for (Value item : all.items()) statements.push_back(item);
  else if (all)
    statements.push_back(all);
  bool principals = false, resources = false, allows = false, assumes = !statements.empty(), whole = !statements.empty(), about_resources = false;
  std::set<std::string> services;
  for (Value statement : statements) {
    principals = principals || statement.get("Principal") || statement.get("NotPrincipal");
    resources = resources || statement.get("Resource") || statement.get("NotResource");
    allows = allows || statement.get("Effect").text() == "Allow";
    whole = whole && everyone_and_everything(statement);
    for (const std::string& action : texts_of(statement.get("Action"))) {
      assumes = assumes && starts_with(lower(action), "sts:");
      services.insert(lower(action.substr(0, action.find(':'))));
    }
    assumes = assumes && statement.get("Action");
    for (auto by_operator : statement.get("Condition").entries())
      for (auto by_key : by_operator.value.entries()) {
        const std::string key = lower(by_key.key());
        about_resources = about_resources || key == "aws:resourceaccount" || starts_with(key, "aws:resourceorg");
      }
  }
  if (!principals) return allows || statements.empty() ? PolicyUse::identity : PolicyUse::scp;
  if (assumes && !resources) return PolicyUse::trust;
  if (!allows) return whole ? PolicyUse::rcp : PolicyUse::resource;
  // A resource's own policy has no need to ask whose the resource is, and speaks of one service.
  if (about_resources || (whole && (services.size() > 1 || services.count("*")))) return PolicyUse::endpoint;
  return PolicyUse::resource;
}

std::vector<Value> policies_in(Value document) {
  if (document.get("Statement")) return {document};
  for (Value holder : {document, document.get("PolicyVersion"), document.get("Role")})
    for (const char* name : {"PolicyDocument", "AssumeRolePolicyDocument", "Document", "Policy", "ResourcePolicy"}) {
      Value found = holder.get(name);
      if (found.get("Statement") || (found.is_string() && contains(found.text(), "Statement"))) return {found};
    }
  return {};
}

Result<LintedPolicy> lint_policy(Value policy, const LintKnowledge& knowledge, std::optional<PolicyUse> use) {
  PolicyDocument document = TRY(policy_document(policy));
  LintedPolicy out;
  out.use = use.value_or(use_of(document.value));
  lint::Run run(knowledge, out.use, document.value, document.kept ? policy : Value());
  lint::read_form(run);
  lint::lint_actions(run);
  lint::lint_resources(run);
  lint::lint_sizes(run);
  lint::lint_principals(run);
  lint::lint_conditions(run);
  lint::lint_keys(run);
  lint::lint_grants(run);
  lint::lint_trust(run);
  lint::lint_guardrail(run);
  lint::lint_unreadable(run);
  auto order = [](const PolicyLint& lint) { return std::tie(lint.line, lint.column, lint.path, lint.rule->id, lint.message); };
  std::sort(run.lints.begin(), run.lints.end(), [&](const PolicyLint& a, const PolicyLint& b) { return order(a) < order(b); });
  run.lints.erase(std::unique(run.lints.begin(), run.lints.end(), [&](const PolicyLint& a, const PolicyLint& b) { return order(a) == order(b); }),
                  run.lints.end());
  out.lints = std::move(run.lints);
  return out;
}

}  // namespace reeve
