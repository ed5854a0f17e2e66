// The form of a policy: what it is made of, taken apart with the place of every piece, and what AWS would not take.
#include <algorithm>
#include <set>

#include "access/lint_parts.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve::lint {
namespace {

constexpr std::string_view operators[] = {"StringEquals",
                                          "StringNotEquals",
                                          "StringEqualsIgnoreCase",
                                          "StringNotEqualsIgnoreCase",
                                          "StringLike",
                                          "StringNotLike",
                                          "NumericEquals",
                                          "NumericNotEquals",
                                          "NumericLessThan",
                                          "NumericLessThanEquals",
                                          "NumericGreaterThan",
                                          "NumericGreaterThanEquals",
                                          "DateEquals",
                                          "DateNotEquals",
                                          "DateLessThan",
                                          "DateLessThanEquals",
                                          "DateGreaterThan",
                                          "DateGreaterThanEquals",
                                          "Bool",
                                          "BinaryEquals",
                                          "IpAddress",
                                          "NotIpAddress",
                                          "ArnEquals",
                                          "ArnNotEquals",
                                          "ArnLike",
                                          "ArnNotLike",
                                          "Null"};
constexpr std::string_view families[] = {"String", "Numeric", "Date", "Bool", "Binary", "Arn", "Null"};

std::string family_of(std::string_view op) {
  if (ends_with(op, "IpAddress")) return "IpAddress";
  for (std::string_view family : families)
    if (starts_with(op, family)) return std::string(family);
  return {};
}

std::vector<Text> texts_of(Value value) {
  std::vector<Text> out;
  if (value.is_list()) {
    for (Value item : value.items())
      if (auto text = item.scalar_text()) out.push_back({std::string(*text), item});
  } else if (auto text = value.scalar_text()) {
    out.push_back({std::string(*text), value});
  }
  return out;
}

void known_elements(Run& run, Value map, const std::vector<std::string>& known, const Statement* in) {
  std::set<std::string> seen;
  for (auto entry : map.entries()) {
    std::string key(entry.key());
    if (!seen.insert(lower(key)).second) run.add("duplicate-key", entry.key_node, "`" + key + "` stands twice; the last counts, if AWS takes it", in);
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string near = nearest(key, known);
    run.add("element-unknown", entry.key_node,
            quoted(key) + " is no element of " + (in ? "a statement" : "a policy") + (near.empty() ? "" : "; `" + near + "` is"), in);
  }
}

// The element or its Not… form; which of them, and the key's place.
Value element(Run& run, Statement& statement, const char* plain, const char* negated, bool& is_negated, Value& at) {
  Value found;
  for (auto entry : statement.node.entries()) {
    const bool is_not = entry.key() == negated;
    if (entry.key() != plain && !is_not) continue;
    if (found && is_negated != is_not) run.add("element-pair", entry.key_node, "both `" + std::string(plain) + "` and `" + negated + "`", &statement);
    found = entry.value;
    is_negated = is_not;
    at = entry.key_node;
  }
  return found;
}

void empty_list(Run& run, Value value, std::string_view what, const Statement& statement) {
  if (value.is_list() && value.size() == 0)
    run.add("list-empty", value, std::string(what) + " is an empty list, so the statement covers nothing", &statement);
}

void read_principals(Run& run, Statement& statement, Value value) {
  if (value.is_map()) {
    for (auto entry : value.entries()) {
      empty_list(run, entry.value, "`" + std::string(entry.key()) + "`", statement);
      for (Text& text : texts_of(entry.value)) statement.principals.push_back({std::string(entry.key()), std::move(text.text), text.at});
    }
    return;
  }
  for (Text& text : texts_of(value)) statement.principals.push_back({"", std::move(text.text), text.at});
}

void read_tests(Run& run, Statement& statement, Value condition) {
  if (condition && !condition.is_map() && !condition.is_null())
    return run.add("element-unknown", condition, "`Condition` is no map of operators", &statement);
  std::set<std::string> seen_operators;
  for (auto by_operator : condition.entries()) {
    std::string written(by_operator.key());
    if (!seen_operators.insert(lower(written)).second)
      run.add("duplicate-key", by_operator.key_node, "`" + written + "` stands twice; only the last counts", &statement);
    std::string_view rest = written;
    Test proto;
    proto.written = written;
    proto.operator_at = by_operator.key_node;
    for (std::string_view set : {"ForAllValues", "ForAnyValue"})
      if (rest.size() > set.size() && equal_ignoring_case(rest.substr(0, set.size()), set) && rest[set.size()] == ':') {
        proto.set = set;
        rest.remove_prefix(set.size() + 1);
      }
    if (rest.size() > 8 && equal_ignoring_case(rest.substr(rest.size() - 8), "IfExists")) {
      proto.if_exists = true;
      rest.remove_suffix(8);
    }
    for (std::string_view op : operators)
      if (equal_ignoring_case(rest, op)) proto.op = op;
    proto.family = family_of(proto.op);
    proto.negated = contains(proto.op, "Not");
    if (proto.op.empty()) {
      std::string near = nearest(rest, std::vector<std::string>(std::begin(operators), std::end(operators)));
      run.add("operator-unknown", by_operator.key_node, quoted(written) + " is no condition operator" + (near.empty() ? "" : "; `" + near + "` is"),
              &statement);
    }
    if (proto.op == "Null" && proto.if_exists)
      run.add("null-if-exists", by_operator.key_node, "`" + written + "`: Null asks whether a key exists", &statement);
    if (!by_operator.value.is_map()) {
      run.add("element-unknown", by_operator.value, "`" + written + "` is no map of condition keys", &statement);
      continue;
    }
    std::set<std::string> seen;
    for (auto by_key : by_operator.value.entries()) {
      Test test = proto;
      test.key = std::string(by_key.key());
      test.lower_key = lower(by_key.key());
      test.at = by_key.key_node;
      test.values = texts_of(by_key.value);
      if (!seen.insert(test.lower_key).second)
        run.add("duplicate-key", by_key.key_node, "`" + test.key + "` stands twice; only the last counts", &statement);
      if (by_key.value.is_list() && by_key.value.size() == 0)
        run.add("list-empty", by_key.value, "`" + test.key + "` is compared with an empty list, which AWS's pages read in two ways", &statement);
      if (by_key.value.is_map() || by_key.value.is_null())
        run.add("condition-value", by_key.value, "`" + test.key + "` is compared with no text, number or boolean", &statement);
      statement.tests.push_back(std::move(test));
    }
  }
}

void read_statement(Run& run, Value node, int index) {
  Statement statement;
  statement.node = node;
  statement.index = index;
  if (auto sid = node.get("Sid").scalar_text()) statement.sid = std::string(*sid);
  if (!node.is_map()) return run.add("statement-missing", node, "a statement is a map", &statement);
  known_elements(run, node, {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"},
                 &statement);
  Value effect = node.get("Effect");
  statement.allow = effect.is_string() && effect.text() == "Allow";
  statement.deny = effect.is_string() && effect.text() == "Deny";
  if (!statement.allow && !statement.deny)
    run.add("effect-invalid", effect ? effect : node, effect ? "Effect is " + quoted(effect.text()) : "the statement has no Effect", &statement);

  Value actions = element(run, statement, "Action", "NotAction", statement.not_action, statement.action_at);
  Value resources = element(run, statement, "Resource", "NotResource", statement.not_resource, statement.resource_at);
  Value principals = element(run, statement, "Principal", "NotPrincipal", statement.not_principal, statement.principal_at);
  if (!actions) run.add("action-missing", node, "the statement has neither Action nor NotAction", &statement);
  empty_list(run, actions, statement.not_action ? "NotAction" : "Action", statement);
  empty_list(run, resources, statement.not_resource ? "NotResource" : "Resource", statement);
  statement.actions = texts_of(actions);
  statement.resources = texts_of(resources);
  read_principals(run, statement, principals);
  const bool resource_may_miss = run.use == PolicyUse::trust || run.use == PolicyUse::resource;  // services that name it themselves
  if (!resources && !resource_may_miss) run.add("resource-missing", node, "the statement has neither Resource nor NotResource", &statement);
  if (resources && run.use == PolicyUse::trust) run.add("trust-resource", statement.resource_at, "a trust policy is about its own role", &statement);
  if (!principals && run.has_principals()) run.add("principal-missing", node, "the statement does not say whom it is about", &statement);
  if (principals && !run.has_principals())
    run.add("principal-not-allowed", statement.principal_at, "the policy is about whom it is attached to", &statement);
  read_tests(run, statement, node.get("Condition"));
  run.statements.push_back(std::move(statement));
}

void sids(Run& run) {
  std::set<std::string> seen;
  for (const Statement& statement : run.statements) {
    if (statement.sid.empty()) continue;
    Value at = statement.node.get("Sid");
    const bool iam = run.use == PolicyUse::identity || run.use == PolicyUse::trust;
    const bool plain = std::all_of(statement.sid.begin(), statement.sid.end(), [](unsigned char c) { return std::isalnum(c); });
    if (iam && !plain)
      run.add("sid-characters", at, "the Sid " + quoted(statement.sid) + " has other characters than letters and digits", &statement);
    if (!seen.insert(statement.sid).second)
      run.add("sid-duplicate", at, "the Sid " + quoted(statement.sid) + " stands on an earlier statement too", &statement);
  }
}

void characters(Run& run) {
  for (const Node& node : run.policy.document()->nodes()) {
    if (node.kind != Kind::string || !node.text) continue;
    std::string_view text(node.text, node.count);
    for (size_t i = 0; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r', far = c >= 0xC4;  // a lead byte beyond U+00FF
      if (!control && !far) continue;
      auto index = static_cast<uint32_t>(&node - run.policy.document()->nodes().data());
      if (index < run.policy.index() || index >= run.policy.index() + run.policy.node().span) break;
      run.add("character-not-allowed", Value(run.policy.document(), index), quoted(text) + " holds a character that policies may not have");
      break;
    }
  }
}

}  // namespace

bool Statement::everyone() const {
  return std::any_of(principals.begin(), principals.end(), [](const Who& who) { return who.everyone(); });
}

void read_form(Run& run) {
  known_elements(run, run.policy, {"Version", "Id", "Statement"}, nullptr);
  Value version = run.policy.get("Version");
  const auto text = version.scalar_text();
  run.variables = text && *text == "2012-10-17";
  if (version && (!text || (*text != "2012-10-17" && *text != "2008-10-17")))
    run.add("version-invalid", version, "Version is " + quoted(text.value_or("no text")) + ", not 2012-10-17");
  else if (!run.variables && (run.use == PolicyUse::scp || run.use == PolicyUse::rcp))
    run.add("version-invalid", version ? version : run.policy, "a guardrail has to say `\"Version\": \"2012-10-17\"`");
  else if (!run.variables)
    run.add("version-old", version ? version : run.policy,
            version ? "Version 2008-10-17 knows no variables" : "without Version it is 2008-10-17, which knows no variables");

  Value statements = run.policy.get("Statement");
  if (!statements || (statements.is_list() && statements.size() == 0))
    run.add("statement-missing", statements ? statements : run.policy, "the policy has no statement");
  int index = 0;
  if (statements.is_list())
    for (Value item : statements.items()) read_statement(run, item, index++);
  else if (statements)
    read_statement(run, statements, 0);
  sids(run);
  characters(run);
}

void lint_sizes(Run& run) {
  auto limits = run.knowledge.limits.find(run.use);
  if (limits == run.knowledge.limits.end()) return;
  std::string bare = to_json(run.policy);
  const auto without =
      static_cast<int64_t>(bare.size() - static_cast<size_t>(std::count_if(bare.begin(), bare.end(), [](char c) { return (c & 0xC0) == 0x80; })));
  std::set<std::string> services;
  for (const Statement& statement : run.statements)
    for (const Text& action : statement.actions) services.insert(lower(action.text.substr(0, action.text.find(':'))));
  std::vector<const LintKnowledge::Limit*> asked, exceeded;
  for (const auto& limit : limits->second) {
    if (!limit.service.empty() && services != std::set<std::string>{limit.service}) continue;
    asked.push_back(&limit);
    if (without > limit.characters) exceeded.push_back(&limit);
  }
  if (exceeded.empty()) return;
  const std::string is = "the policy has " + std::to_string(without) + " characters without white space, ";
  const auto& last = *exceeded.back();
  if (exceeded.size() == asked.size()) return run.add("size-exceeded", run.policy, is + last.what + " may have " + std::to_string(last.characters));
  std::string places;
  for (const auto* limit : exceeded) places += (places.empty() ? "" : ", ") + limit->what + " (" + std::to_string(limit->characters) + ")";
  run.add("size-tight", run.policy, is + "too many for " + places);
}

}  // namespace reeve::lint
