// reeve detect --backtest: what a rule would have told over the past.
#include <chrono>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "base/threads.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/detect_commands.h"
#include "cli/detect_kit.h"
#include "detect/backtest.h"
#include "detect/run.h"
#include "formats/json.h"

namespace reeve {
namespace {

// Since when: a span before the newest event, or a moment.
struct Since {
  std::optional<int64_t> span_ms, moment_ms;
  int64_t from(int64_t newest_ms) const { return moment_ms ? *moment_ms : span_ms ? newest_ms - *span_ms : INT64_MIN; }
};

std::string with_one_decimal(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", value);
  return out;
}

void write_json(std::string& out, const RuleHead& head, const BacktestReport& report, const DetectTotals& totals, int64_t elapsed_ms) {
  JsonWriter json(out);
  json.begin_object().member("rule_id", head.id).member("rule_title", head.title).member("level", name(head.level));
  if (report.until_ms != 0) json.member("since", rfc3339(Time{report.since_ms})).member("until", rfc3339(Time{report.until_ms}));
  json.key("days_covered").number(std::round(report.days * 100) / 100);
  json.member("events_judged", static_cast<int64_t>(totals.events)).member("alerts", static_cast<int64_t>(report.alerts)).member("events", static_cast<int64_t>(report.events));
  json.key("alerts_a_day").number(std::round(report.alerts_a_day * 100) / 100);
  json.key("by_day").begin_object();
  for (const auto& [day, count] : report.by_day) json.member(day, static_cast<int64_t>(count));
  json.end_object().member("principals", static_cast<int64_t>(report.principals)).key("top_principals").begin_array();
  for (const auto& [principal, count] : report.top_principals) json.begin_object().member("principal", principal).member("alerts", static_cast<int64_t>(count)).end_object();
  json.end_array().key("examples").begin_array();
  for (const Alert& alert : report.examples) {
    json.begin_object().member("alert_id", alert.id).member("event_id", alert.event.id).member("event_time", rfc3339(Time{alert.event.time_ms})).member("event_name", alert.event.name);
    json.member("account", alert.event.account).member("principal", alert.event.principal).member("read_from", alert.event.object).key("evidence").begin_object();
    for (const auto& [field, value] : alert.evidence) json.member(field, value);
    json.end_object().end_object();
  }
  json.end_array().member("elapsed_ms", elapsed_ms).end_object();
  out += '\n';
}

std::string text_of(const Terminal& terminal, const RuleHead& head, const BacktestReport& report) {
  std::string out = paint(terminal, Ink::heading, safe(head.title)) + "  " + std::string(name(head.level)) + "\n";
  if (report.until_ms == 0) return out + "  no event in that time\n\n";
  out += "  " + count_text(report.alerts, "alert") + " in " + with_one_decimal(report.days) + " days, " + with_one_decimal(report.alerts_a_day) + " a day, by " + count_text(report.principals, "principal") + "\n";
  uint64_t highest = 0;
  for (const auto& [day, count] : report.by_day) highest = std::max(highest, count);
  constexpr uint64_t bar_most = 30;
  for (const auto& [day, count] : report.by_day)
    out += "  " + day + "  " + std::string(static_cast<size_t>((count * bar_most + highest - 1) / highest), '#') + " " + with_thousands(count) + "\n";
  for (const auto& [principal, count] : report.top_principals) {
    const std::string said = safe(principal);
    out += "  " + with_thousands(count) + "  " + (terminal.tty ? shorten(terminal, said, std::max(20, terminal.width - 12)) : said) + "\n";
  }
  for (const Alert& alert : report.examples)
    out += "  " + rfc3339(Time{alert.event.time_ms}) + "  " + safe(alert.event.name) + "  " + safe(alert.event.account) + "\n    event " + safe(alert.event.id) + " in " + safe(alert.event.object) + "\n";
  return fold(terminal, out) + "\n";
}

}  // namespace

int run_detect_backtest(const Options& options, Io& io) {
  for (const char* flag : {"--rules", "--state", "--follow", "--audit", "--fail-on", "--queue", "--metrics", "--deliver-for"})
    if (options.has(flag)) {
      io.error({Code::usage, "`" + std::string(flag) + "` does not go with `--backtest`", {}, "the rule alone, over logs that are there", ""});
      return exit_usage;
    }
  Since since;
  if (options.has("--since")) {
    since.span_ms = span_ms(options.value("--since"));
    if (const auto moment = parse_time(options.value("--since")); !since.span_ms && moment) since.moment_ms = moment->ms;
    if (!since.span_ms && !since.moment_ms) {
      io.error({Code::usage, "`--since " + options.value("--since") + "` is neither a span nor a time", {}, "a span before the newest event such as 90d, or a day such as 2026-10-01", ""});
      return exit_usage;
    }
  }
  std::vector<Error> errors;
  const RuleOptions how = rule_options(options, errors);
  const RuleSet rules = load_rules(options.values("--backtest"), how);
  errors.insert(errors.end(), rules.refused.begin(), rules.refused.end());
  for (const Error& error : errors) io.error(error);
  for (const Error& note : rules.notes) io.say("note  " + fold(io.error_terminal, safe(note.text())) + "\n");
  bool complete = errors.empty();
  if (rules.rules.empty()) {
    io.error({Code::not_found, "there is no rule to try", {}, "a file of Sigma rules", "--backtest RULE"});
    return exit_input;
  }
  DetectOptions what;
  const auto source = std::make_shared<TimedSource>(file_source(options.arguments(), {}), latest_event_ms());
  what.source = source;
  what.workers = worker_count();
  Backtest tested(rules.rules.size());
  DetectSinks sinks;
  sinks.alert = [&](const Alert& alert) { tested.add(alert); };
  sinks.problem = [&](Error error) {
    io.error(error);
    complete = false;
  };
  const auto begun = std::chrono::steady_clock::now();
  auto done = run_detections(rules, what, sinks, [] { return false; });
  if (!done) {
    io.error(done.error());
    return exit_input;
  }
  const int64_t elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
  const bool text = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "text";
  // A moment after the newest event that can be is asked of all events, so that what is told of them goes with their alerts.
  const int64_t newest = since.moment_ms && *since.moment_ms > source->newest_ms() ? source->newest_of_all_ms() : source->newest_ms();
  std::string out;
  for (uint32_t i = 0; i < rules.rules.size(); ++i) {
    const RuleHead& head = rules.rules[i].head;
    if (head.quiet) continue;
    const BacktestReport report = tested.report(i, since.from(newest), source->oldest_ms(), newest);
    if (text) out += text_of(io.terminal, head, report);
    else write_json(out, head, report, *done, elapsed);
  }
  if (text) out += count_text(done->events, "event") + " judged, " + duration_text(elapsed) + "\n";
  io.print(out);
  return complete ? exit_done : exit_input;
}

}  // namespace reeve
