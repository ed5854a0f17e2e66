// Backtest: what a rule would have told over logs of the past. Added to as alerts come, in any order; the report is the same.
//
// Keeps 16 bytes an alert, the principals, and the newest few alerts whole; no state is read or written.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/alert.h"
#include "detect/source.h"

namespace reeve {

struct BacktestReport {
  int64_t since_ms = 0, until_ms = 0;  // the period that was asked for, as far as there are events in it; 0: there are none
  double days = 0;                     // that it covers; never less than one, so that an hour's logs are not taken for a day's
  uint64_t alerts = 0, events = 0;     // events: that made them
  double alerts_a_day = 0;
  std::map<std::string, uint64_t> by_day;  // 2026-01-31 → alerts; days without any are not there
  uint64_t principals = 0;
  std::vector<std::pair<std::string, uint64_t>> top_principals;  // those with most alerts, at most 10
  std::vector<Alert> examples;         // the newest, at most 5, the newest first
};

class Backtest {
 public:
  explicit Backtest(size_t rules) : rules_(rules) {}
  void add(const Alert& alert);
  // `since_ms`: alerts before are not counted. `oldest_ms`, `newest_ms`: of all events that were judged; 0: there was none.
  BacktestReport report(uint32_t rule, int64_t since_ms, int64_t oldest_ms, int64_t newest_ms) const;

 private:
  struct One {
    int64_t time_ms;
    uint32_t principal, events;
  };
  struct OfRule {
    std::vector<One> alerts;
    std::vector<std::string> principals;
    std::unordered_map<std::string, uint32_t> index;
    std::vector<Alert> newest;
  };
  std::vector<OfRule> rules_;
};

// The first and last times of the events that another source gives, as they are read. In milliseconds; 0: there was none.
class TimedSource : public ObjectSource {
 public:
  // `latest_ms`: what is later comes from a clock that is wrong.
  TimedSource(std::unique_ptr<ObjectSource> of, int64_t latest_ms) : of_(std::move(of)), latest_ms_(latest_ms) {}
  Result<std::vector<LogObject>> fresh(std::vector<Error>& problems) override { return of_->fresh(problems); }
  bool more() const override { return of_->more(); }
  ObjectAudit read(LogReader& reader, LogObject& object, const LogSink& sink) override;
  void settled(const LogObject& object) override { of_->settled(object); }
  // Once all is read.
  int64_t oldest_ms() const { return oldest_ms_; }
  int64_t newest_ms() const { return newest_ms_ != 0 ? newest_ms_ : newest_of_all_ms_; }  // of those that can be; if none can, of all
  int64_t newest_of_all_ms() const { return newest_of_all_ms_; }

 private:
  std::unique_ptr<ObjectSource> of_;
  int64_t latest_ms_;
  std::mutex lock_;
  int64_t oldest_ms_ = 0, newest_ms_ = 0, newest_of_all_ms_ = 0;
};

}  // namespace reeve
