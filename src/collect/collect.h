// `reeve collect`: the whole organization, read-only, into a snapshot, exact about what it could not read.
//
//   who am I (sts:GetCallerIdentity) → which accounts (organizations, by OU) → a role in each → which Regions are on →
//   for each (account, Region): plan.h says what to ask, engine.h asks it, record.h keeps it → summary.json
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "collect/changes.h"
#include "collect/engine.h"
#include "collect/plan.h"
#include "collect/record.h"
#include "content/redactions.h"

namespace reeve {

// How a signal handler ends a collection: `ask` touches nothing but atomics and the engine's own `stop`.
class CollectStop {
 public:
  void ask();
  bool asked() const { return asked_; }
  void watch(CollectEngine* engine) { engine_ = engine; }  // null: none

 private:
  std::atomic<bool> asked_{false};
  std::atomic<CollectEngine*> engine_{nullptr};
};

struct CollectOptions {
  std::string out;                              // the snapshot's folder
  std::vector<std::string> accounts, regions, organizational_units, services;  // empty: all
  std::vector<std::string> role_names;          // the first that lets in; none: only the caller's account
  std::string external_id;
  CredentialSettings credentials;
  EngineOptions engine;
  RedactionsPtr redactions;                     // null: those of the built-in content (`collect` fills them in)
  CollectStop* stop = nullptr;
  std::optional<ChangesRead> changes;  // only these are asked again, in a snapshot that is there and finished
};

// What became of the calls that were not answered with a reply, by place, operation and code.
struct CollectGap {
  uint64_t count = 0;
  std::string message;    // of the first
  bool answered = false;  // by AWS, in words that nothing here knows: asking again would not change it
};
using CollectGaps = std::map<std::tuple<std::string, std::string, std::string, std::string>, CollectGap>;  // operation, code, account, region

struct CollectSummary {
  uint64_t calls = 0, bytes = 0, throttled = 0, retries = 0;  // every HTTP request sent, and what came of it
  uint64_t answered = 0, recorded_before = 0;                 // planned calls: with a reply; of those, known from a run before this one
  double duration_s = 0;
  CollectGaps denied, not_enabled, unsupported, absent;
  CollectGaps errors;  // given up, timed out, unreachable, not had by the endpoint, or not understood
  struct Account {
    std::string id, name;
    std::string state;  // read | partly | not_reached | suspended
    std::string reason, role;
    std::vector<std::string> regions;
  };
  std::vector<Account> accounts;  // by id
  uint64_t accounts_left = 0;     // of the organization, that nobody asked for
  std::optional<ChangesRead> changes;  // what was asked for, counts alone
  bool interrupted = false;
  bool complete = false;  // contracts §1: exit status 0, else 3
};
std::string summary_json(const CollectSummary& summary);

struct CollectProgress {
  uint64_t done = 0, known = 0, in_flight = 0, denied = 0;
  double per_s = 0;
  int64_t eta_s = -1;
  std::string account;  // of the newest that ended, for a log; empty: none since
};

// Errors: no credentials, AWS does not say who asks, another collector holds the folder, the disk is full. What was asked until then is
// in the snapshot, and the same call goes on with it. `progress` is called a few times a second, from a thread of its own.
Result<CollectSummary> collect(const CollectOptions& options, const CollectPlan& plan, const ApiCatalogue& apis,
                               const std::function<void(const CollectProgress&)>& progress);

}  // namespace reeve
