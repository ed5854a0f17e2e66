// Questions over an estate: who can do what, who comes from outside, what is held and never used.
//
//   AccessQuestions ask(estate, table, context);
//   WhoCan found = ask.who_can("s3:GetObject", "arn:aws:s3:::payroll/*");   // any action of the pattern, on anything that the ARN fits
//   found.rows: those who can and those of whom it is not known; found.cannot: how many can not
//
// An open world: a context key that was not given may have any value, so an answer that hangs on one is unknown and names it. Before a
// request is decided (policy/decision.h), words are asked: a set of policies none of which may allow any of the actions, or that denies
// them all without a condition, is answered at once for whoever has it. Callers whom no policy in play tells apart share one decision.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/catalogue.h"
#include "access/estate.h"
#include "access/event_uses.h"

namespace reeve {

struct AccessReason {
  std::string text;  // `identity policy PayrollRead, statement 2`
  std::string file;
  uint32_t line = 0;
  bool at_caller = false;  // the policy has many places: file and line are those of the principal that the answer is about
  Decision::Reason reason;
};

struct AccessAnswer {
  Truth can = Truth::unknown;
  uint32_t principal = no_index;  // of the estate; else `caller`
  std::string caller, kind;       // ARN, account, service or `*`; user, role, root, account, service, everyone
  std::string account;            // of the caller; may be empty
  std::string action, resource;   // of the request that was decided
  Decision::By by = Decision::By::none;
  std::vector<AccessReason> because;
  std::vector<std::string> unknown;
};

struct WhoCan {
  struct Row {
    uint32_t principal, answer;  // index of AccessEstate::principals, of `answers`
  };
  std::vector<Row> rows;              // yes, then unknown; each by name
  std::deque<AccessAnswer> answers;   // principals that nothing tells apart share one; its own `principal` is one of theirs
  std::vector<AccessAnswer> strangers;  // whom the resource's policy names and the estate does not have: accounts, services, everyone
  uint64_t cannot = 0;
  uint64_t decided = 0;            // requests
};

struct CanDo {                     // of one principal and one service, or one action
  std::string service;
  std::vector<std::string> yes, unknown;  // actions; `s3:*` where all are
  std::vector<std::string> hangs_on;      // what the unknown ones hang on
};

// One statement that lets somebody of another account in.
struct CrossAccount {
  std::string resource, type, account;  // what is given
  std::string to;                       // an account, an ARN, a service's name or `*`
  Truth inside = Truth::unknown;        // of the same organization
  AccessAnswer answer;
};

// What a principal holds and has not used.
struct Unused {
  uint32_t principal = no_index;
  enum class What : uint8_t { never, stale, services, actions, not_known } what = What::not_known;
  int64_t last_ms = -1;
  std::vector<std::string> services;   // allowed and not used
  std::string proposed;                // a policy document as JSON; empty: nothing to propose
  std::string why;                     // not known
  // Of logged events, if there are any of it.
  std::vector<std::string> seen;            // actions
  std::vector<std::string> leave_no_event;  // actions that it is allowed and that no event tells of: they stay in what is proposed
  std::vector<std::string> data_not_logged; // used services of whose calls on data the logs hold none: what is allowed there stays
};

class AccessQuestions {
 public:
  AccessQuestions(const AccessEstate& estate, const ActionTable& table, Context fixed);

  Result<WhoCan> who_can(std::string_view action, std::string_view resource);
  Result<AccessAnswer> can(const AccessPrincipal& principal, std::string_view action, std::string_view resource);
  std::vector<CanDo> all(const AccessPrincipal& principal);
  std::vector<CrossAccount> cross_account();
  // `uses`: what logs tell, beside what IAM tells of last access; may be null.
  std::vector<Unused> unused(int64_t as_of_ms, int days, const EventUses* uses = nullptr);

 private:
  struct Asked {
    std::string action;          // as asked
    ActionSet set{0};            // of the table
    bool exact = false;
    std::string resource;        // as asked; empty: any
  };
  Result<Asked> asked(std::string_view action, std::string_view resource) const;
  bool fits(uint32_t action, std::string_view resource) const;
  // What a policy may have to do with what is asked, told once.
  struct Part {
    bool grants = false, denies = false, denies_all = false;
    bool beyond = false, apart = false;  // tells callers apart; the same of what it says of what is asked
  };
  Part part(uint32_t policy, const Asked& asked) const;
  ActionSet granted(const CompiledPolicy& policy, const Asked& asked) const;
  ActionSet denied(const CompiledPolicy& policy, const Asked& asked) const;
  bool tells_apart(const CompiledPolicy& policy);
  static bool tells_apart_beyond(const CompiledPolicy& policy, std::set<std::string, std::less<>>* named);
  std::vector<std::string> resources_for(const std::string& action, const Asked& asked, const PolicySet& set, const AccessPrincipal* principal) const;
  AccessAnswer decide_any(const ActionSet& actions, const Asked& asked, const AccessPrincipal& principal);
  Decision decide_one(const std::string& action, const std::string& resource, const AccessPrincipal& principal, PolicySet& set, bool explain);
  void bind(PolicySet& set, DecisionRequest& request, const std::string& resource) const;
  Context context_of(const AccessPrincipal& principal, const PolicySet& set) const;
  void explain(AccessAnswer& answer, const Decision& decision, const AccessPrincipal* principal, const std::string& resource) const;
  std::vector<std::string> actions_of(const ActionSet& set, const Asked& asked) const;
  bool is_stranger(const Principal& who) const;
  // What the estate does not have and a resource's policy may let in.
  AccessAnswer stranger(const Principal& who, const std::string& action, const std::string& resource);

  const AccessEstate& estate_;
  const ActionTable& table_;
  Context fixed_;
  std::unordered_map<const CompiledPolicy*, bool> apart_;
  std::atomic<uint64_t> decided_ = 0;
  bool any_resource_ = false;  // no resource was named
  bool this_side_ = false;     // strangers' own policies are taken to allow
};

std::string_view kind_word(Decision::By by);  // `identity policy`, `service control policy`

}  // namespace reeve
