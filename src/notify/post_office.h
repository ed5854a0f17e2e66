// PostOffice: puts alerts into the outbox as they are told, and delivers what lies there while the run goes on.
//
// One thread for each destination, so that a slow one holds up nobody. They never touch the state: they are handed what the state has for certain
// (after a commit), and what became of it is written by the run's own thread with the next one. A destination that fails is left alone for a
// while (outbox.h), its other deliveries with it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "detect/alert_json.h"
#include "detect/run.h"
#include "notify/outbox.h"
#include "notify/sender.h"

namespace reeve {

struct Destination {
  AlertOutput output;
  RuleLevel level = RuleLevel::medium;
  std::unique_ptr<Sender> sender;  // null: it cannot be sent to now; what is for it waits
};

// Of one destination; the first three of this run and only ever more.
struct PostCounts {
  uint64_t delivered = 0, failed = 0, given_up = 0;  // `failed`: attempts
  OutboxDepth depth;
};

class PostOffice : public BesideState {
 public:
  // `alert`: the line that goes into the outbox; `dead`: named when it is on record, from the run's thread.
  PostOffice(std::vector<Destination> destinations, const RuleSet& rules, std::function<void(Error)> dead);
  ~PostOffice() override;

  Status open(store::Db& db) override;
  Status told(store::Db& db, const Alert& alert) override;
  Status before_commit(store::Db& db) override;
  void committed() override;

  // When the run is over: goes on delivering what is due until nothing is, `most_ms` have passed or `stop` says so; then no more is sent.
  Status finish(const std::string& state, int64_t most_ms, const std::function<bool()>& stop);

  // By destination, also those that are no longer declared and still have something in the outbox. From any thread.
  std::map<std::string, PostCounts> counts() const;

 private:
  struct Own;
  std::unique_ptr<Own> own_;
};

}  // namespace reeve
