#include "collect/follow.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "collect/event_queue.h"
#include "collect/event_tail.h"

namespace reeve {
namespace {

constexpr int64_t kLookMs = 250;       // between two looks at files, or ten times what a look takes
constexpr int64_t kLookMsMax = 5000;
constexpr int64_t kNapMs = 20;
constexpr int kWaitS = 20;             // for a message: SQS waits no longer
constexpr int kOnceWaitS = 2;          // long enough for SQS to ask all its servers
constexpr int64_t kPauseMs = 2000;     // after a queue that did not answer

class Follower {
 public:
  Follower(CollectSession& session, const FollowOptions& what, const ResourceCatalogue& catalogue, const CollectOptions& options)
      : session_(session), what_(what), options_(options), reader_(catalogue), tail_(what.paths, what.input_fd) {
    if (what.queue) queue_.emplace(session, *what.queue);
  }

  Result<Followed> run(const std::function<Status(FollowStep&&)>& told) {
    while (!stopped()) {
      FollowStep step;
      const int64_t begun = steady_ms();
      if (!what_.paths.empty()) tail_.look(reader_, step.errors);
      const int64_t looked = steady_ms() - begun;
      reader_.accounts();  // of files, of which nothing is deleted
      size_t messages = 0;
      if (queue_) messages = TRY(queue_->receive(reader_, wait_s(), step.errors));
      ChangesRead changes = reader_.take();
      add_due(changes);
      if (!changes.changes.empty() && !stopped()) TRY(read_again(changes, step));
      const bool cut = step.summary && step.summary->interrupted;
      if (messages > 0 && !cut && !stopped()) queue_->done(unread(step), step.errors);
      const bool something = changes.events > 0 || step.summary || !step.errors.empty();
      if (something) {
        ++out_.steps;
        out_.complete = out_.complete && step.errors.empty() && (!step.summary || step.summary->complete);
        changes.changes.clear();
        step.counts = std::move(changes);
        TRY(told(std::move(step)));
      }
      if (queue_) out_.messages_deleted = queue_->deleted();
      if (what_.once && messages == 0) break;
      if (!what_.once && !queue_ && tail_.ended() && again_.empty()) break;
      if (!what_.once) nap(queue_ ? (something && messages == 0 && what_.paths.empty() ? kPauseMs : 0) : std::clamp(looked * 10, kLookMs, kLookMsMax));
    }
    out_.ended = stopped();
    return out_;
  }

 private:
  bool stopped() const { return options_.stop && options_.stop->asked(); }

  int wait_s() const {
    if (what_.once) return kOnceWaitS;
    if (!what_.paths.empty()) return 1;
    if (again_.empty()) return kWaitS;
    return static_cast<int>(std::clamp<int64_t>((again_.front().due_ms - steady_ms()) / 1000, 1, kWaitS));
  }

  void nap(int64_t ms) const {
    for (int64_t until = steady_ms() + ms; !stopped() && steady_ms() < until;) std::this_thread::sleep_for(std::chrono::milliseconds(kNapMs));
  }

  Status read_again(ChangesRead& changes, FollowStep& step) {
    CollectSummary summary = TRY(session_.again(changes, !what_.once, {}));
    if (summary.changes) {
      changes.older = summary.changes->older;
      look_again_at(summary.changes->changes);
    }
    step.summary = std::move(summary);
    return {};
  }

  // What AWS said so soon after the change may be of before it.
  void look_again_at(const std::vector<Change>& changes) {
    if (what_.once) return;
    const int64_t now = (options_.engine.now ? options_.engine.now() : wall_clock()).ms;
    for (const Change& change : changes) {
      const int64_t left = change.newest.ms + kSettlesMs - now;
      if (!change.newest.known() || left <= 0 || left > kSettlesMs) continue;
      again_.push_back({steady_ms() + left, change});
    }
    std::sort(again_.begin(), again_.end(), [](auto& a, auto& b) { return a.due_ms < b.due_ms; });
  }
  void add_due(ChangesRead& changes) {
    const int64_t now = steady_ms();
    auto later = std::find_if(again_.begin(), again_.end(), [&](auto& one) { return one.due_ms > now; });
    for (auto one = again_.begin(); one != later; ++one) changes.changes.push_back(std::move(one->change));
    again_.erase(again_.begin(), later);
  }

  // Accounts of which something that was asked got no answer: their messages come again.
  std::set<std::string> unread(const FollowStep& step) const {
    std::set<std::string> out;
    if (!step.summary) return out;
    for (auto& [key, gap] : step.summary->errors)
      if (!gap.answered) out.insert(std::get<2>(key));
    for (auto& account : step.summary->accounts)
      if (account.state == "not_reached") out.insert(account.id);
    return out;
  }

  struct Again {
    int64_t due_ms;
    Change change;
  };

  CollectSession& session_;
  const FollowOptions& what_;
  const CollectOptions& options_;
  EventReader reader_;
  EventTail tail_;
  std::optional<EventQueue> queue_;
  std::vector<Again> again_;  // by when they are due
  Followed out_;
};

}  // namespace

Result<Followed> follow(const CollectOptions& options, const FollowOptions& what, const CollectPlan& plan, const ApiCatalogue& apis,
                        const ResourceCatalogue& catalogue, const std::function<Status(FollowStep&&)>& told) {
  auto session = TRY(CollectSession::open(options, plan, apis, true));
  return Follower(*session, what, catalogue, options).run(told);
}

}  // namespace reeve
