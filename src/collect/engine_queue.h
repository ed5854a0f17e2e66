// Which call goes next: accounts take turns, each bucket gives what its rate allows, and what has to wait comes back when its time has
// come. Private to the engine; times are milliseconds of a steady clock.
#pragma once

#include <deque>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aws/retry.h"
#include "collect/engine.h"

namespace reeve {

struct CallBucket;
struct CallAccount;
struct EngineCall;
using EngineCallPtr = std::shared_ptr<EngineCall>;

// What is known of an operation in one Region. A page of status 500 in place of an answer is mostly an endpoint's way of not having the
// operation; so the first call goes alone, and as long as nothing but pages was heard it finds out while the others wait.
struct HeardOperation {
  bool open = false;      // something else than such a page came back, were it a broken connection: nobody waits
  bool answered = false;  // by the service itself, with a result or an error of its own
  bool lacking = false;   // the call that found out never had another answer than a page
  const EngineCall* finding = nullptr;
  int64_t heard_ms = 0;   // when it was sent first, or a page came
  std::vector<EngineCallPtr> waiting;
};

// A call on its way from `ask` to its outcome.
struct EngineCall {
  PlannedCall call;
  const ApiService* service = nullptr;
  const ApiOperation* operation = nullptr;
  CallAccount* account = nullptr;
  CallBucket* bucket = nullptr;
  DocumentPtr input;                     // of the page that is asked next
  std::vector<CallOutcome::Page> pages;  // answered
  std::vector<uint64_t> inputs_seen;     // digests of the inputs of all pages asked
  std::string region;                    // where AWS said that it is to be asked; empty: the place's
  int attempts = 0;                      // requests sent, all pages
  int page_attempts = 0;                 // that failed for this page, throttled ones aside
  int throttles = 0, renewals = 0, corrections = 0, moves = 0;
  int64_t throttled_since_ms = -1;
  std::shared_ptr<EngineCall> next;      // behind it in its bucket
  HeardOperation* at = nullptr;          // where it was sent last
  uint64_t credentials = 0;              // the account's generation of them that it was signed with
};

// Calls one behind the other, through `EngineCall::next`. An organization has hundreds of thousands of buckets with a call or two in each: a
// deque's first block would be most of their memory.
class CallLine {
 public:
  CallLine() = default;
  CallLine(CallLine&& other) noexcept : first_(std::move(other.first_)), last_(std::exchange(other.last_, nullptr)) {}
  ~CallLine() {
    while (!empty()) pop_front();  // not one within the other
  }
  bool empty() const { return !first_; }
  void push_back(EngineCallPtr call);
  void push_front(EngineCallPtr call);
  EngineCallPtr pop_front();

 private:
  EngineCallPtr first_;
  EngineCall* last_ = nullptr;
};

struct CallBucket {
  RateBucket rate;
  CallAccount* account;
  CallLine queue;
  size_t held = 0;                        // calls that point here, wherever they are
  enum class At : uint8_t { nowhere, account, timer } at = At::nowhere;
};

struct CallAccount {
  std::string id;
  std::shared_ptr<CredentialProvider> provider;
  Credentials credentials;
  uint64_t generation = 0;  // of `credentials`; 0: none yet
  int64_t renew_at_ms = 0;  // wall clock; 0: they do not expire
  int failures = 0;
  bool asked = false, lost = false;  // at the desk; given up
  Error why;                         // lost
  std::deque<CallBucket*> ready;
  bool in_turn = false;
};

class CallQueue {
 public:
  explicit CallQueue(std::shared_ptr<const ApiRates> rates) : rates_(std::move(rates)) {}

  CallAccount& account(const std::string& id);
  // Gives a call its bucket and puts it behind the others there.
  void put(EngineCallPtr call, int64_t now_ms);
  // Before the others of its bucket, at `due_ms`.
  void again(EngineCallPtr call, int64_t due_ms);
  // An account whose calls `take` left out because it said so may go on.
  void resume(CallAccount& account);
  // The next call that may be sent; null: none now. `ready(account)` false: the account waits for something until `resume`.
  template <class F>
  EngineCallPtr take(int64_t now_ms, F&& ready) {
    wake(now_ms);
    while (!turns_.empty()) {
      CallAccount& account = *turns_.front();
      turns_.pop_front();
      account.in_turn = false;
      if (account.ready.empty() || !ready(account)) continue;
      EngineCallPtr call = take_of(account, now_ms);
      resume(account);
      if (call) return call;
    }
    return nullptr;
  }
  // All calls of an account that wait for a bucket.
  std::vector<EngineCallPtr> take_all(CallAccount& account);
  // The call has its outcome.
  void done(EngineCall& call);
  // When something may become ready by itself; -1: never.
  int64_t next_due_ms() const { return timers_.empty() ? -1 : timers_.top().due_ms; }

 private:
  struct Timer {
    int64_t due_ms;
    uint64_t order;
    CallBucket* bucket;
    EngineCallPtr call;  // null: the bucket itself has waited
    bool operator<(const Timer& other) const { return due_ms != other.due_ms ? due_ms > other.due_ms : order > other.order; }
  };
  EngineCallPtr take_of(CallAccount& account, int64_t now_ms);
  void wake(int64_t now_ms);
  void make_ready(CallBucket& bucket);
  void sweep(int64_t now_ms);

  std::shared_ptr<const ApiRates> rates_;
  std::unordered_map<std::string, std::unique_ptr<CallAccount>> accounts_;
  std::unordered_map<std::string, std::unique_ptr<CallBucket>> buckets_;
  std::deque<CallAccount*> turns_;
  std::priority_queue<Timer> timers_;
  uint64_t order_ = 0;
  size_t sweep_at_ = 4096;
};

}  // namespace reeve
