// Alerts as people read them: in a pipe one line each, on a terminal two, ids and titles whole; and a closing line. Progress on standard error.
#pragma once

#include <chrono>

#include "cli/io.h"
#include "detect/run.h"

namespace reeve {

class DetectText {
 public:
  // `today`: alerts of that day are told without their date, as a person who follows wants it; empty: all with it.
  DetectText(Io& io, std::string today) : io_(io), today_(std::move(today)) {}

  std::string line(const RuleHead& rule, const Alert& alert) const;
  std::string audit(const ObjectAudit& audit) const;
  std::string closing(const DetectTotals& totals) const;
  void progress(const DetectTotals& totals);
  void end_progress();  // before anything else is written

 private:
  using Clock = std::chrono::steady_clock;
  int64_t elapsed_ms() const;
  Io& io_;
  std::string today_;
  Clock::time_point begun_ = Clock::now(), said_ = begun_;
  bool shown_ = false;
};

}  // namespace reeve
