#include "notify/post_office.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "base/time.h"
#include "detect/state.h"

namespace reeve {
namespace {

constexpr size_t hand_most = 256;   // deliveries of a destination that are held in memory
constexpr int64_t nap_ms = 500;     // at most, so that a clock that is put right is noticed
constexpr int64_t record_ms = 200;  // between two commits at the end of a run

// What a thread has done, for the run's to write down.
struct Outcome {
  Delivery delivery;
  bool taken = false;
};

struct Line {
  Destination to;
  std::vector<Delivery> hand, next;  // `next`: read before a commit, handed over after it
  std::set<int64_t> out;             // being sent, or sent and not written down
  bool sending = false;
  int failures = 0;                  // in a row, of whatever delivery
  int64_t paused_until = 0;
  PostCounts counts;
  std::thread thread;
};

}  // namespace

struct PostOffice::Own {
  explicit Own(const RuleSet& all) : rules(all), writer(all) {}

  // No more is sent; what is on its way is told to end, and waited for. Nothing when done already.
  void end() {
    {
      std::lock_guard hold(mutex);
      ended = true;
      for (auto& line : lines)
        if (line->to.sender) line->to.sender->stop();
    }
    turned.notify_all();
    for (auto& line : lines)
      if (line->thread.joinable()) line->thread.join();
  }

  const RuleSet& rules;
  AlertWriter writer;
  std::function<void(Error)> dead;
  mutable std::mutex mutex;
  std::condition_variable turned;
  std::vector<std::unique_ptr<Line>> lines;
  std::vector<Outcome> outcomes;
  std::map<std::string, OutboxDepth> depths;
  std::minstd_rand random{std::random_device{}()};
  bool frozen = false, ended = false;

  // The delivery that is to go now; null: none, and `wait_ms` says for how long.
  static Delivery* due(Line& line, int64_t& wait_ms) {
    wait_ms = nap_ms;
    const auto first = std::min_element(line.hand.begin(), line.hand.end(), [](const Delivery& a, const Delivery& b) { return std::tie(a.due_ms, a.seq) < std::tie(b.due_ms, b.seq); });
    if (first == line.hand.end()) return nullptr;
    const int64_t left = std::max(first->due_ms, line.paused_until) - wall_clock().ms;
    if (left <= 0) return &*first;
    wait_ms = std::min(left, nap_ms);
    return nullptr;
  }

  void deliver(Line& line) {
    std::unique_lock hold(mutex);
    while (!ended) {
      int64_t wait_ms = nap_ms;
      Delivery* next = frozen ? nullptr : due(line, wait_ms);
      if (!next) {
        turned.wait_for(hold, std::chrono::milliseconds(wait_ms));
        continue;
      }
      Delivery delivery = std::move(*next);
      line.hand.erase(line.hand.begin() + (next - line.hand.data()));
      line.out.insert(delivery.seq);
      line.sending = true;
      hold.unlock();
      bool cancelled = false;
      const Attempt attempt = line.to.sender->send(delivery, cancelled);
      hold.lock();
      line.sending = false;
      if (cancelled) {
        line.out.erase(delivery.seq);
        continue;  // nothing is known: it waits as before
      }
      note(line, std::move(delivery), attempt);
      turned.notify_all();
    }
  }

  void note(Line& line, Delivery delivery, const Attempt& attempt) {
    const int64_t now = wall_clock().ms;
    const double chance = static_cast<double>(random() % 1000) / 1000;
    const bool kept = after_attempt(delivery, attempt, {line.to.output.attempts, Patience{}.age_ms}, now, chance);
    if (attempt.taken == Taken::later) {
      ++line.counts.failed;
      line.paused_until = now + std::max(backoff_ms(++line.failures, chance), attempt.after_ms);
    } else {
      line.failures = 0;
      line.counts.failed += attempt.taken == Taken::never;
      line.counts.delivered += attempt.taken == Taken::yes;
    }
    if (delivery.dead) ++line.counts.given_up;
    outcomes.push_back({std::move(delivery), !kept});
  }
};

PostOffice::PostOffice(std::vector<Destination> destinations, const RuleSet& rules, std::function<void(Error)> dead) : own_(std::make_unique<Own>(rules)) {
  own_->dead = std::move(dead);
  for (Destination& one : destinations) {
    own_->lines.push_back(std::make_unique<Line>());
    own_->lines.back()->to = std::move(one);
  }
  for (auto& line : own_->lines)
    if (line->to.sender) line->thread = std::thread([this, &of = *line] { own_->deliver(of); });
}

PostOffice::~PostOffice() { own_->end(); }

Status PostOffice::open(store::Db& db) { return Outbox::make_tables(db); }

Status PostOffice::told(store::Db& db, const Alert& alert) {
  Delivery delivery;
  for (auto& line : own_->lines) {
    if (own_->rules.rules[alert.rule].head.level < line->to.level) continue;
    if (delivery.alert.empty()) {
      own_->writer.write(delivery.alert, alert);
      delivery.alert.pop_back();
      delivery.alert_id = alert.id;
      delivery.came_ms = delivery.due_ms = wall_clock().ms;
    }
    delivery.destination = line->to.output.id;
    TRY(Outbox::add(db, delivery));
  }
  return {};
}

Status PostOffice::before_commit(store::Db& db) {
  std::vector<Outcome> outcomes;
  {
    std::lock_guard hold(own_->mutex);
    own_->frozen = true;
    outcomes.swap(own_->outcomes);
    for (auto& line : own_->lines)
      for (const Outcome& one : outcomes)
        if (one.delivery.destination == line->to.output.id) line->out.erase(one.delivery.seq);
  }
  for (const Outcome& one : outcomes) {
    TRY(one.taken ? Outbox::taken(db, one.delivery.seq) : Outbox::keep(db, one.delivery));
    if (one.delivery.dead && own_->dead)
      own_->dead({Code::io, "alert " + one.delivery.alert_id + " is not delivered to `" + one.delivery.destination + "`: " + one.delivery.reason, {}, "", "`reeve detect outbox` lists and requeues it"});
  }
  auto depths = TRY(Outbox::depths(db));
  for (auto& line : own_->lines) line->next = line->to.sender ? TRY(Outbox::waiting(db, line->to.output.id, hand_most)) : std::vector<Delivery>();
  std::lock_guard hold(own_->mutex);
  own_->depths = std::move(depths);
  return {};
}

void PostOffice::committed() {
  {
    std::lock_guard hold(own_->mutex);
    own_->frozen = false;
    for (auto& line : own_->lines) {
      // What is on its way stands in the outbox as waiting until it is written down.
      std::erase_if(line->next, [&](const Delivery& one) { return line->out.contains(one.seq); });
      line->hand.swap(line->next);
      line->next.clear();
    }
  }
  own_->turned.notify_all();
}

Status PostOffice::finish(const std::string& path, int64_t most_ms, const std::function<bool()>& stop) {
  auto state = TRY(DetectState::open(path));
  const auto record = [&]() -> Status {
    TRY(state->begin());
    TRY(before_commit(state->db()));
    TRY(state->commit());
    committed();
    return {};
  };
  const int64_t until = steady_ms() + most_ms;
  while (true) {
    TRY(record());
    const int64_t left = until - steady_ms();
    std::unique_lock hold(own_->mutex);
    // Worth waiting for: what is on its way, and what will be due in time.
    const bool more = std::any_of(own_->lines.begin(), own_->lines.end(), [&](const auto& line) {
      return !line->out.empty() || std::any_of(line->hand.begin(), line->hand.end(), [&](const Delivery& one) { return std::max(one.due_ms, line->paused_until) - wall_clock().ms <= left; });
    });
    const bool end = stop();  // asked each time: who waits for an answer of AWS learns by it that there is no time left
    if (!more || left <= 0 || end) break;
    // Not after each: a commit costs as much as many deliveries.
    own_->turned.wait_for(hold, std::chrono::milliseconds(std::min(left, record_ms)), [&] {
      return std::all_of(own_->lines.begin(), own_->lines.end(), [](const auto& line) { return line->hand.empty() && !line->sending; });
    });
  }
  own_->end();
  return record();
}

std::map<std::string, PostCounts> PostOffice::counts() const {
  std::lock_guard hold(own_->mutex);
  std::map<std::string, PostCounts> out;
  for (const auto& line : own_->lines) out[line->to.output.id] = line->counts;
  for (const auto& [destination, depth] : own_->depths) out[destination].depth = depth;
  return out;
}

}  // namespace reeve
