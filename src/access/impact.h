// Guardrail what-if: what a service or resource control policy would have denied of what CloudTrail logged.
//
//   Impact impact({.policies = {policy}, .kind = GuardrailKind::scp}, events, organization);
//   impact.read({"logs/"}, problems);              // files and folders, gzip or not
//   for (const auto& row : impact.rows()) …        // to whom, what, by which statement, how often, from when to when
//
// Each event is decided as a request (event_request.h): denied for certain, perhaps (a key that the statement looks at is not told by the
// event, or its action is not known), or not. Decided once for each action and outcome of the conditions, each of which is asked once for each
// value of the fields that it looks at: that is what makes a million events a second. `each` decides every event by itself and gives it as a row.
//
// SCPs do not reach the management account, service-linked roles, services and callers without AWS credentials; RCPs not the management
// account's resources, service-linked roles and services that are not on AWS's list. Whom a policy does not reach is counted apart.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "access/event_actions.h"
#include "access/event_request.h"
#include "policy/policy.h"

namespace reeve {

struct ImpactOptions {
  std::vector<Policy> policies;           // attached together
  GuardrailKind kind = GuardrailKind::scp;
  // The policies stand alone on their level: what no Allow of theirs covers is denied too. Otherwise FullAWSAccess stands beside them.
  bool alone = false;
  std::vector<std::string> targets;       // accounts and units (o…, r-…, ou-…) that they would be attached to; empty: everywhere
  std::string management;                 // the management account, where no organization was read
  size_t workers = 1;
  bool each = false;
};

struct ImpactRow {
  Truth denied = Truth::unknown;  // yes, or unknown: perhaps
  std::string account, account_name, unit, principal;
  std::string event;                  // `s3:HeadObject`, as logged
  std::vector<std::string> actions;   // what IAM decided
  Decided decided;                    // the statement; index -1: no Allow covers it
  std::vector<std::string> unknown;   // keys, `resource` or `action` that would decide
  uint64_t count = 0, failed = 0;     // failed: AWS had refused it already
  std::string first, last;            // of the events' times
  std::string event_id;               // with `each`
};

struct ImpactTotals {
  uint64_t events = 0, denied = 0, perhaps = 0, passed = 0, not_requests = 0;
  uint64_t files = 0, bytes = 0;
  std::map<std::string, uint64_t> not_reached;  // by reason: whom the policies do not bind
  std::map<std::string, uint64_t> unmapped;     // `PREFIX:EventName` that IAM has no such action for
  uint64_t exempt() const;
};

struct ImpactPlan;
struct ImpactDecision;

class Impact {
 public:
  Impact(ImpactOptions options, const EventActions& events, const EventOrganization& organization);
  ~Impact();
  Impact(const Impact&) = delete;
  Impact& operator=(const Impact&) = delete;

  // Reads files, and folders whole; what is no log is named in `problems`.
  void read(const std::vector<std::string>& sources, std::vector<Error>& problems);

  // By what they are (denied before perhaps), how many, then by name. With `each`: in the order of account, time and event.
  std::vector<ImpactRow> rows() const;
  const ImpactTotals& totals() const { return totals_; }
  // Actions that the policies deny and no event tells of, with the reason.
  std::vector<std::pair<std::string, std::string>> unseen() const;

 private:
  struct Worker;
  struct Compiled;
  void read_text(Worker& worker, std::string_view text, const std::string& shown, size_t first_line);
  void read_file(Worker& worker, const std::string& path);
  void one_alone(Worker& worker, const ImpactPlan& plan, const EventRequest& request);
  ImpactRow row_of(const ImpactPlan& plan, ImpactDecision decision, const std::string& account, const std::string& principal, bool unsure) const;
  void gather(Worker& worker);

  ImpactOptions options_;
  const EventActions& events_;
  const EventOrganization& organization_;
  std::unique_ptr<Compiled> compiled_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::map<std::string, ImpactRow> groups_;
  std::vector<ImpactRow> singles_;
  ImpactTotals totals_;
};

}  // namespace reeve
