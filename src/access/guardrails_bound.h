// Which accounts does a guardrail really bind? Of every request that it denies, is there one that the policies in force on the way from the
// root to the account let through?
//
//   GuardrailProof proof(estate, table, reached_by_rcp);
//   GuardrailBound answer = proof.ask(policy, GuardrailKind::scp, account);
//   if (answer.holds == GuardrailBound::Holds::partly) show(answer.open, answer.except, answer.through);
//
// `bound` is a proof: what each statement denies is searched for a request that goes through (policy/witness.h, exact), for every kind of
// caller, whoever they are. That such policies reach neither the management account nor service-linked roles, nor, of resource control
// policies, services that are not on AWS's list, is part of the answer. What was not read makes it unknown.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/estate.h"
#include "access/public_access.h"

namespace reeve {

struct GuardrailBound {
  enum class Holds : uint8_t { bound, partly, not_bound, unknown };
  static constexpr std::string_view own_level = "account";
  Holds holds = Holds::unknown;
  std::string why;
  struct By {          // a statement in force that denies what the guardrail denies; index -1: no Allow at that level covers it
    std::string level; // r-…, ou-…, or `own_level`
    Decided decided;
  };
  std::vector<By> by;
  std::vector<std::string> open;      // actions that ordinary callers get through with
  std::vector<std::string> excepted;  // actions that only those get through with whom `except` names
  std::vector<std::string> perhaps;   // actions of which it is not known
  struct Except {                     // a condition of a Deny in force that the guardrail does not have
    std::string level;
    Decided where;
    std::string op, key;
    std::vector<std::string> values;
  };
  std::vector<Except> except;
  std::optional<WitnessRequest> through;  // a request that the guardrail denies and that gets through
  std::vector<std::string> unknown;       // what would decide: a policy, a key, `search`
};
std::string_view name(GuardrailBound::Holds holds);  // `not_bound`

class GuardrailProof {
 public:
  // `reached_by_rcp`: does a resource control policy reach the service of that prefix at all?
  GuardrailProof(const AccessEstate& estate, const ActionTable& table, std::function<bool(std::string_view)> reached_by_rcp);

  // `guardrail` must outlive the proof: accounts with the same policies in force share an answer unless a policy tells them apart.
  const GuardrailBound& ask(const Policy& guardrail, GuardrailKind kind, uint32_t account);

 private:
  GuardrailBound prove(const Policy& guardrail, GuardrailKind kind, const AccessAccount& account) const;

  const AccessEstate& estate_;
  const ActionTable& table_;
  std::function<bool(std::string_view)> reached_by_rcp_;
  std::map<std::string, GuardrailBound> known_;
};

}  // namespace reeve
