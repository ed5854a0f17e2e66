// Metrics: what a run of `reeve detect` counts, as OpenMetrics 1.0 text, and the small server on whose thread others read it.
//
// The run sets, the server reads; neither waits for the other longer than a copy takes. Labels are levels and ids of outputs: there are no
// more of them than the workspace declares or the outbox still holds something for. Source: OpenMetrics 1.0.0 (prometheus/OpenMetrics).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "detect/run.h"
#include "notify/post_office.h"

namespace reeve {

class Metrics {
 public:
  // `outputs`: what PostOffice::counts() says, asked for each page; empty where alerts go nowhere but to the run's output.
  Metrics(std::string version, Time started, std::function<std::map<std::string, PostCounts>()> outputs)
      : version_(std::move(version)), started_(started), outputs_(std::move(outputs)) {}
  void set(const DetectTotals& totals);
  void alert(RuleLevel level);
  std::string text(Time now) const;

 private:
  std::string version_;
  Time started_;
  mutable std::mutex mutex_;
  DetectTotals totals_;
  std::array<uint64_t, 5> alerts_{};  // by level
  std::function<std::map<std::string, PostCounts>()> outputs_;
};

// Answers GET and HEAD of /metrics until it is destroyed. A handful of callers at once, a request of at most 8 KiB, ten seconds for each.
class MetricsServer {
 public:
  virtual ~MetricsServer() = default;
  virtual std::string address() const = 0;  // `127.0.0.1:9464`: with the port that it got, where 0 was asked for
  // `address`: PORT (of this machine alone), ADDR:PORT or [ADDR]:PORT, an address in numbers or `localhost`. `metrics` outlives it.
  static Result<std::unique_ptr<MetricsServer>> open(std::string_view address, const Metrics& metrics);
};

}  // namespace reeve
