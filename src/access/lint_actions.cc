// Actions and resources against the table of what services have.
#include <algorithm>
#include <set>

#include "access/lint_parts.h"
#include "aws/arn.h"
#include "base/text.h"
#include "policy/policy.h"

namespace reeve::lint {
namespace {

std::vector<uint32_t> ids_of(const ActionSet& set) {
  std::vector<uint32_t> out;
  for (size_t word = 0; word < set.words().size(); ++word)
    for (uint64_t bits = set.words()[word]; bits; bits &= bits - 1)
      out.push_back(static_cast<uint32_t>(word * 64 + static_cast<size_t>(__builtin_ctzll(bits))));
  return out;
}

// The nearest name of the service, for a slip of the pen.
std::string near_action(const ActionTable& table, std::string_view action) {
  const std::string prefix = lower(action.substr(0, action.find(':') + 1));
  std::vector<std::string> names;
  for (const auto& known : table.actions())
    if (starts_with(known.lower, prefix)) names.push_back(known.name.substr(prefix.size()));
  std::string near = nearest(action.substr(prefix.size()), names);
  return near.empty() ? "" : "; `" + prefix + near + "` is";
}

void one_action(Run& run, const Statement& statement, const Text& action, ActionSet& covered) {
  const ActionTable* table = run.table();
  const size_t colon = action.text.find(':');
  if (action.text == "*") {
    if (table) covered = table->all();
    return;
  }
  if (colon == std::string::npos || colon == 0 || colon + 1 == action.text.size()) {
    run.add("action-form", action.at, quoted(action.text) + " is no action", &statement);
    return;
  }
  std::string_view prefix = std::string_view(action.text).substr(0, colon);
  if (has_wildcard(prefix)) {
    run.add("action-form", action.at, quoted(action.text) + " has a wildcard in the service's prefix", &statement);
    return;
  }
  if (!table) return;
  if (!table->service(lower(prefix))) {
    run.add("service-unknown", action.at, "no service has the prefix " + quoted(prefix), &statement);
    return;
  }
  ActionSet matched = table->matching(action.text);
  if (matched.count() == 0)
    run.add("action-unknown", action.at,
            has_wildcard(action.text) ? "no action of the service fits " + quoted(action.text)
                                      : quoted(action.text) + " is no action of its service" + near_action(*table, action.text),
            &statement);
  covered.unite(matched);
}

void redundant(Run& run, const Statement& statement) {
  for (const Text& action : statement.actions)
    for (const Text& wider : statement.actions) {
      if (&wider == &action || !has_wildcard(wider.text) || !action_matches(wider.text, action.text) || lower(wider.text) == lower(action.text))
        continue;
      run.add("action-redundant", action.at, quoted(action.text) + " is covered by " + quoted(wider.text), &statement);
      break;
    }
}

// What may stand in a pattern's segment and in one of a resource type's ARN at once: variables of either side fit everything.
bool may_meet(std::string_view pattern, std::string_view form) {
  auto opened = [](std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      const size_t end = text.substr(i, 2) == "${" ? text.find('}', i) : std::string_view::npos;
      if (end == std::string_view::npos)
        out += text[i];
      else
        out += '*', i = end;
    }
    return out;
  };
  const std::string a = opened(pattern), b = opened(form);
  // Both may have wildcards: walk them together, remembering which pairs of places were tried. A form's variable stays within its part of
  // the ARN, but for the last.
  size_t last_part = 0;
  for (int colons = 0; last_part < b.size() && colons < 5; ++last_part) colons += b[last_part] == ':';
  std::vector<char> tried((a.size() + 1) * (b.size() + 1));
  std::vector<std::pair<size_t, size_t>> open{{0, 0}};
  while (!open.empty()) {
    auto [i, j] = open.back();
    open.pop_back();
    char& seen = tried[i * (b.size() + 1) + j];
    if (seen) continue;
    seen = 1;
    if (i == a.size() && j == b.size()) return true;
    const bool star_a = i < a.size() && a[i] == '*', star_b = j < b.size() && b[j] == '*';
    if (star_a) open.push_back({i + 1, j});
    if (star_b) open.push_back({i, j + 1});
    if (star_a && j < b.size()) open.push_back({i, j + 1});
    if (star_b && i < a.size() && (a[i] != ':' || j >= last_part)) open.push_back({i + 1, j});
    if (i < a.size() && j < b.size() && (a[i] == b[j] || a[i] == '?' || b[j] == '?')) open.push_back({i + 1, j + 1});
  }
  return false;
}

bool is_everything(const Statement& statement) {
  return !statement.resource_at || statement.not_resource || std::any_of(statement.resources.begin(), statement.resources.end(), [](const Text& r) {
    return r.text.find_first_not_of('*') == std::string::npos;
  });
}

void resource_form(Run& run, const Statement& statement, const Text& resource) {
  if (resource.text.find_first_not_of('*') == std::string::npos && !resource.text.empty()) return;
  const auto parts = split(resource.text, ':');
  if (parts[0] != "arn" || parts.size() < 6) {
    // A star may end an ARN early, `arn:aws:s3*`; how AWS reads that no page says.
    run.add("resource-form", resource.at,
            quoted(resource.text) + (parts[0] == "arn" ? " is an ARN of fewer than six parts" : " is neither `*` nor an ARN"), &statement);
    return;
  }
  if (has_wildcard(parts[2])) run.add("resource-form", resource.at, quoted(resource.text) + " has a wildcard in place of the service", &statement);
  size_t colons = 0;
  for (size_t i = 0; i < resource.text.size() && colons < 5; ++i) {
    colons += resource.text[i] == ':';
    if (resource.text.compare(i, 2, "${") == 0) {
      if (run.variables) run.add("variable-place", resource.at, quoted(resource.text) + " has a variable before the fifth colon", &statement);
      break;
    }
  }
}

// A narrow Resource: actions that take no resource are not in it, and each resource should be one that some action takes.
void resources_taken(Run& run, const Statement& statement) {
  const ActionTable& table = *run.table();
  const std::vector<uint32_t> ids = ids_of(statement.covered);
  const bool all = std::any_of(statement.actions.begin(), statement.actions.end(), [](const Text& action) { return action.text == "*"; });
  if (ids.empty() || all || statement.not_action) return;
  std::set<uint32_t> types;
  for (uint32_t id : ids)
    for (const auto& use : table.action(id).uses) types.insert(use.type);
  if (!is_everything(statement)) {
    for (const Text& action : statement.actions) {
      if (has_wildcard(action.text)) continue;  // a pattern for others too
      auto id = table.find(action.text);
      if (id && table.action(*id).uses.empty())
        run.add("action-needs-star", action.at,
                quoted(action.text) + " takes no resource, so only `*` matches it; here it is never " + (statement.allow ? "allowed" : "denied"),
                &statement);
    }
  }
  if (statement.not_resource || types.empty()) return;
  for (const Text& resource : statement.resources) {
    if (resource.text.find_first_not_of('*') == std::string::npos || split(resource.text, ':').size() < 6) continue;
    const bool taken = std::any_of(types.begin(), types.end(), [&](uint32_t type) { return may_meet(resource.text, table.type(type).arn); });
    if (!taken) run.add("resource-never", resource.at, "none of the actions takes a resource like " + quoted(resource.text), &statement);
  }
}

}  // namespace

bool Statement::speaks_of(std::string_view action, const ActionTable*) const {
  const bool named = std::any_of(actions.begin(), actions.end(), [&](const Text& one) { return action_matches(one.text, action); });
  return not_action ? !named && action_at : named;
}

void lint_actions(Run& run) {
  for (Statement& statement : run.statements) {
    ActionSet covered = run.table() ? run.table()->none() : ActionSet();
    for (const Text& action : statement.actions) one_action(run, statement, action, covered);
    if (statement.not_action && run.table()) {
      ActionSet all = run.table()->all();
      all.subtract(covered);
      covered = all;
    }
    statement.covered = std::move(covered);
    redundant(run, statement);
  }
}

void lint_resources(Run& run) {
  for (const Statement& statement : run.statements) {
    for (const Text& resource : statement.resources) resource_form(run, statement, resource);
    if (run.table()) resources_taken(run, statement);
  }
}

}  // namespace reeve::lint
