#include "notify/metrics.h"

#include <algorithm>
#include <cstdio>

namespace reeve {
namespace {

std::string label_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\') out += "\\\\";
    else if (c == '"') out += "\\\"";
    else if (c == '\n') out += "\\n";
    else out += c;
  }
  return out;
}

std::string seconds(int64_t ms) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%03d", static_cast<long long>(ms / 1000), static_cast<int>(ms % 1000));
  return text;
}

class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help, std::string_view unit = {}) {
    name_ = std::string(name);
    out_ += "# TYPE " + name_ + " " + std::string(type) + "\n";
    if (!unit.empty()) out_ += "# UNIT " + name_ + " " + std::string(unit) + "\n";
    out_ += "# HELP " + name_ + " " + std::string(help) + "\n";
    suffix_ = type == "counter" ? "_total" : type == "info" ? "_info" : "";
  }
  void sample(const std::string& value, const std::string& labels = {}) { out_ += name_ + suffix_ + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n"; }
  void counter(std::string_view name, std::string_view help, uint64_t value, std::string_view unit = {}) {
    family(name, "counter", help, unit);
    sample(std::to_string(value));
  }
  std::string end() { return out_ + "# EOF\n"; }

 private:
  std::string out_, name_, suffix_;
};

}  // namespace

void Metrics::set(const DetectTotals& totals) {
  std::lock_guard lock(mutex_);
  totals_ = totals;
}

void Metrics::alert(RuleLevel level) {
  std::lock_guard lock(mutex_);
  ++alerts_[static_cast<size_t>(level)];
}

std::string Metrics::text(Time now) const {
  const auto outputs = outputs_ ? outputs_() : std::map<std::string, PostCounts>();
  std::lock_guard lock(mutex_);
  Page page;
  page.family("reeve_build", "info", "The version that runs.");
  page.sample("1", "version=\"" + label_text(version_) + "\"");
  page.family("reeve_start_time_seconds", "gauge", "When the run began, in Unix time.", "seconds");
  page.sample(seconds(started_.ms));
  page.counter("reeve_objects", "Objects of logs that were read: files, objects of S3, messages.", totals_.objects);
  page.counter("reeve_objects_skipped", "Objects that an earlier run with the same state has read.", totals_.skipped);
  page.counter("reeve_objects_ignored", "Files met in a folder that are no logs.", totals_.ignored);
  page.counter("reeve_read_bytes", "Size of the objects read, as they lie there.", totals_.bytes, "bytes");
  page.counter("reeve_events", "Events that were judged.", totals_.events);
  page.counter("reeve_events_refused", "Records that could not be judged.", totals_.refused);
  page.counter("reeve_events_late", "Events that came too late for correlations.", totals_.late);
  page.counter("reeve_events_parameters_omitted", "Events of which CloudTrail left out the parameters.", totals_.parameters_omitted);
  page.family("reeve_alerts", "counter", "Alerts that were told, by level.");
  for (RuleLevel level : {RuleLevel::informational, RuleLevel::low, RuleLevel::medium, RuleLevel::high, RuleLevel::critical})
    page.sample(std::to_string(alerts_[static_cast<size_t>(level)]), "level=\"" + std::string(name(level)) + "\"");
  page.counter("reeve_alerts_suppressed", "Alerts that a suppression silenced.", totals_.suppressed);
  page.counter("reeve_alerts_repeated", "Alerts that had been told before.", totals_.repeated);
  if (totals_.newest_ms > 0) {
    page.family("reeve_event_lag_seconds", "gauge", "How far the newest event judged lies behind the clock.", "seconds");
    page.sample(seconds(std::max<int64_t>(0, now.ms - totals_.newest_ms)));
  }
  page.family("reeve_state_bytes", "gauge", "Size of the state's file at the last checkpoint.", "bytes");
  page.sample(std::to_string(totals_.state_bytes));
  auto by_output = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    if (outputs.empty()) return;
    page.family(name, type, help);
    for (const auto& [id, one] : outputs) page.sample(std::to_string(value(one)), "output=\"" + label_text(id) + "\"");
  };
  by_output("reeve_outbox_depth", "gauge", "Deliveries that wait in the outbox.", [](const PostCounts& one) { return one.depth.waiting; });
  by_output("reeve_outbox_dead_letters", "gauge", "Dead letters that lie in the outbox.", [](const PostCounts& one) { return one.depth.dead; });
  by_output("reeve_deliveries", "counter", "Deliveries that arrived.", [](const PostCounts& one) { return one.delivered; });
  by_output("reeve_delivery_failures", "counter", "Attempts that failed.", [](const PostCounts& one) { return one.failed; });
  by_output("reeve_deliveries_given_up", "counter", "Deliveries that became dead letters.", [](const PostCounts& one) { return one.given_up; });
  return page.end();
}

}  // namespace reeve
