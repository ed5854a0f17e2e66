// Guardrails: what may stand in a service or resource control policy, and what one of them stops.
//
// Sources: Organizations User Guide, "SCP syntax" and "RCP syntax".
#include <algorithm>

#include "base/text.h"
#include "policy/policy.h"

namespace reeve {
namespace {

void add(std::vector<PolicyNote>& out, const Statement& statement, const char* member, std::string what) {
  out.push_back({std::move(what), statement.path + (*member ? "." + std::string(member) : std::string()), statement.line});
}

void actions(const Statement& statement, GuardrailKind kind, std::vector<PolicyNote>& out) {
  const Terms& terms = statement.actions;
  const char* member = terms.negated ? "NotAction" : "Action";
  if (!terms.present || terms.values.empty()) return add(out, statement, "Action", "no action");
  if (kind == GuardrailKind::rcp && terms.negated) add(out, statement, member, "NotAction has no place in a resource control policy");
  for (const std::string& value : terms.values) {
    if (value == "*") {
      if (kind == GuardrailKind::rcp) add(out, statement, member, "`*` alone: a resource control policy names the services");
      continue;
    }
    size_t colon = value.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == value.size() || value.find_first_of("*?") < colon)
      add(out, statement, member, "`" + value + "` is no action of a named service");
  }
}

}  // namespace

std::vector<PolicyNote> guardrail_breaches(const Policy& policy, GuardrailKind kind) {
  std::vector<PolicyNote> out = policy.notes;
  if (policy.version != "2012-10-17") out.push_back({"the version is not 2012-10-17", "$.Version", 0});
  if (policy.statements.empty()) out.push_back({"no statement", "$.Statement", 0});
  for (const Statement& statement : policy.statements) {
    if (statement.effect == Effect::unknown) add(out, statement, "Effect", "the effect is not known");
    if (kind == GuardrailKind::scp) {
      if (statement.principals.present) add(out, statement, "Principal", "a service control policy has no principal");
    } else {
      if (statement.effect == Effect::allow) add(out, statement, "Effect", "a resource control policy only denies");
      bool everyone = statement.principals.present && !statement.principals.negated && statement.principals.values.size() == 1 &&
                      statement.principals.values[0].kind == Principal::Kind::everyone && !statement.principals.unknown;
      if (!everyone) add(out, statement, "Principal", "the principal of a resource control policy is `*`");
    }
    actions(statement, kind, out);
    if (!statement.resources.present || statement.resources.values.empty()) add(out, statement, "Resource", "no resource");
  }
  return out;
}

Answer guardrail_denies(const Policy& policy, const GuardrailRequest& request) {
  Context context = request.context;
  context.otherwise = ContextValue::State::absent;
  Answer answer;
  answer.action = request.action;
  answer.verdict = policy.unknown.empty() ? Truth::no : Truth::unknown;
  answer.why = policy.unknown.empty() ? "no statement denies it" : policy.unknown;
  for (const Statement& statement : policy.statements) {
    if (statement.effect == Effect::allow) continue;
    Truth covers = statement_covers(statement, request.action, request.resource, context, policy.variables());
    if (statement.effect == Effect::unknown) covers = both(covers, Truth::unknown);
    if (covers == Truth::no || covers <= answer.verdict) continue;
    answer.verdict = covers;
    answer.decided = {policy.name, static_cast<int>(statement.index), statement.sid, statement.path, statement.line};
    answer.why = covers == Truth::yes ? "denied" : "it hangs on a part that is not known";
    if (covers == Truth::yes) break;
  }
  return answer;
}

}  // namespace reeve
