#include "detect/backtest.h"

#include <algorithm>
#include <tuple>

#include "base/time.h"

namespace reeve {
namespace {

constexpr size_t examples_most = 5, principals_most = 10;
constexpr double day_ms = 86'400'000;

bool newer(const Alert& a, const Alert& b) { return std::tie(b.event.time_ms, a.id) < std::tie(a.event.time_ms, b.id); }

}  // namespace

ObjectAudit TimedSource::read(LogReader& reader, LogObject& object, const LogSink& sink) {
  int64_t oldest = 0, newest = 0, newest_of_all = 0;
  LogSink timed = sink;
  timed.event = [&](const LogEvent& event) {
    const int64_t time_ms = event_time_ms(event);
    newest_of_all = std::max(newest_of_all, time_ms);
    if (time_ms <= latest_ms_) newest = std::max(newest, time_ms);
    if (time_ms != 0 && (oldest == 0 || time_ms < oldest)) oldest = time_ms;
    sink.event(event);
  };
  ObjectAudit audit = of_->read(reader, object, timed);
  const std::lock_guard hold(lock_);
  newest_ms_ = std::max(newest_ms_, newest), newest_of_all_ms_ = std::max(newest_of_all_ms_, newest_of_all);
  if (oldest != 0 && (oldest_ms_ == 0 || oldest < oldest_ms_)) oldest_ms_ = oldest;
  return audit;
}

void Backtest::add(const Alert& alert) {
  OfRule& of = rules_[alert.rule];
  const auto [found, fresh] = of.index.emplace(alert.event.principal, static_cast<uint32_t>(of.principals.size()));
  if (fresh) of.principals.push_back(alert.event.principal);
  of.alerts.push_back({alert.event.time_ms, found->second, static_cast<uint32_t>(std::min<uint64_t>(alert.count, UINT32_MAX))});
  of.newest.insert(std::upper_bound(of.newest.begin(), of.newest.end(), alert, newer), alert);
  if (of.newest.size() > examples_most) of.newest.pop_back();
}

BacktestReport Backtest::report(uint32_t rule, int64_t since_ms, int64_t oldest_ms, int64_t newest_ms) const {
  const OfRule& of = rules_[rule];
  BacktestReport out;
  if (newest_ms >= since_ms && newest_ms != 0) {
    out.since_ms = std::max(since_ms, oldest_ms), out.until_ms = newest_ms;
    out.days = std::max(1.0, static_cast<double>(out.until_ms - out.since_ms) / day_ms);
  }
  std::vector<uint64_t> by_principal(of.principals.size());
  for (const One& one : of.alerts) {
    if (one.time_ms < since_ms) continue;
    ++out.alerts;
    out.events += one.events;
    ++out.by_day[rfc3339(Time{one.time_ms}).substr(0, 10)];
    ++by_principal[one.principal];
  }
  if (out.days > 0) out.alerts_a_day = static_cast<double>(out.alerts) / out.days;
  for (size_t i = 0; i < by_principal.size(); ++i)
    if (by_principal[i] > 0) ++out.principals, out.top_principals.emplace_back(of.principals[i], by_principal[i]);
  std::sort(out.top_principals.begin(), out.top_principals.end(), [](const auto& a, const auto& b) { return std::tie(b.second, a.first) < std::tie(a.second, b.first); });
  if (out.top_principals.size() > principals_most) out.top_principals.resize(principals_most);
  for (const Alert& alert : of.newest)
    if (alert.event.time_ms >= since_ms) out.examples.push_back(alert);
  return out;
}

}  // namespace reeve
