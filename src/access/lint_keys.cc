// Condition keys against what the statement's actions have, and against whom the statement is about.
#include <algorithm>
#include <set>

#include "access/lint_parts.h"
#include "base/text.h"

namespace reeve::lint {
namespace {

// The table writes a key with a part that is the user's as `aws:ResourceTag/${TagKey}`.
bool is_key(std::string_view known, std::string_view lower_key) {
  const std::string form = lower(known);
  const size_t open = form.find_first_of("$<");
  return open == std::string::npos ? form == lower_key : lower_key.size() > open && starts_with(lower_key, std::string_view(form).substr(0, open));
}

template <class Visit>
void keys_of(const ActionTable& table, uint32_t action, Visit visit) {
  for (uint32_t key : table.action(action).keys) visit(table.key(key));
  for (const auto& use : table.action(action).uses) {
    for (uint32_t key : use.keys) visit(table.key(key));
    for (uint32_t key : table.type(use.type).keys) visit(table.key(key));
  }
}

// Keys of identity providers, `token.actions.githubusercontent.com:sub`, are as many as there are providers.
bool of_provider(std::string_view lower_key) {
  std::string_view prefix = lower_key.substr(0, lower_key.rfind(':'));
  return contains(prefix, ".") || contains(prefix, "/") || starts_with(lower_key, "saml:");
}

bool known_to_service(const ActionTable& table, const std::string& lower_key) {
  const std::string prefix = lower_key.substr(0, lower_key.find(':') + 1);
  for (uint32_t id = 0; id < table.size(); ++id) {
    if (!starts_with(table.action(id).lower, prefix)) continue;
    bool found = false;
    keys_of(table, id, [&](const ActionTable::Key& key) { found = found || is_key(key.name, lower_key); });
    if (found) return true;
  }
  return false;
}

template <class Visit>
void each_action(const ActionSet& set, Visit visit) {
  for (size_t word = 0; word < set.words().size(); ++word)
    for (uint64_t bits = set.words()[word]; bits; bits &= bits - 1)
      if (!visit(static_cast<uint32_t>(word * 64 + static_cast<size_t>(__builtin_ctzll(bits))))) return;
}

void lint_key(Run& run, const Statement& statement, const Test& test) {
  const std::string& key = test.lower_key;
  const auto* global = run.knowledge.key(key);
  const size_t colon = key.find(':');
  if (global) {
    const bool services_alone =
        statement.allow && !statement.principals.empty() && !statement.not_principal &&
        std::all_of(statement.principals.begin(), statement.principals.end(), [](const Who& who) { return who.kind == "Service"; });
    const bool needed =
        !test.negated && !test.if_exists && test.set != "ForAllValues" &&
        !(test.op == "Null" && std::all_of(test.values.begin(), test.values.end(), [](const Text& value) { return lower(value.text) == "true"; }));
    if (services_alone && needed && !global->services)
      run.add("key-not-sent-by-services", test.at,
              "a service that calls for itself sends no `" + test.key +
                  "`, so nothing is allowed; aws:SourceOrgID, aws:SourceAccount and aws:SourceArn are sent",
              &statement);
    return;
  }
  if (colon == std::string::npos) return run.add("key-unknown", test.at, quoted(test.key) + " is no condition key", &statement);
  if (of_provider(key) || !run.table()) return;
  if (starts_with(key, "aws:") || !run.table()->service(key.substr(0, colon)))
    return run.add("key-unknown", test.at, "AWS has no condition key " + quoted(test.key), &statement);
  if (!known_to_service(*run.table(), key))
    return run.add("key-unknown", test.at, "the service has no condition key " + quoted(test.key), &statement);
  bool applies = statement.covered.count() == 0 || statement.not_action;
  each_action(statement.covered, [&](uint32_t id) {
    applies = applies || run.table()->key_applies(id, test.key);
    return !applies;
  });
  if (!applies) {
    const bool holds = test.negated || test.if_exists || test.set == "ForAllValues";
    run.add("key-never-applies", test.at, "none of the actions has `" + test.key + "`, so the condition " + (holds ? "always" : "never") + " holds",
            &statement);
  }
}

}  // namespace

std::string type_of_key(const Run& run, const Statement& statement, const std::string& lower_key) {
  if (const auto* global = run.knowledge.key(lower_key)) return global->type;
  if (of_provider(lower_key)) return lower_key == "cognito-identity.amazonaws.com:amr" ? "ArrayOfString" : "";
  std::string type;
  if (!run.table()) return type;
  each_action(statement.covered, [&](uint32_t id) {
    keys_of(*run.table(), id, [&](const ActionTable::Key& key) {
      if (type.empty() && is_key(key.name, lower_key)) type = key.type;
    });
    return type.empty();
  });
  return type;
}

void lint_keys(Run& run) {
  for (const Statement& statement : run.statements)
    for (const Test& test : statement.tests) lint_key(run, statement, test);
}

}  // namespace reeve::lint
