// reeve detect: events in, alerts out.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <optional>

#include "base/file.h"
#include "base/threads.h"
#include "cli/detect_commands.h"
#include "cli/detect_kit.h"
#include "cli/detect_outputs.h"
#include "cli/detect_queue.h"
#include "cli/detect_text.h"
#include "detect/alert_json.h"
#include "detect/suppress.h"
#include "notify/metrics.h"
#include "report/ocsf.h"

namespace reeve {
namespace {

// Set by a signal's handler and read by all threads; without a lock, for a handler may take none.
std::atomic<bool> detect_ended = false;
static_assert(std::atomic<bool>::is_always_lock_free);

// The first signal ends the run in good order, the second one the program.
class EndBySignal {
 public:
  EndBySignal() {
    detect_ended = false;
    struct sigaction action {};
    action.sa_handler = [](int) { detect_ended = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    ::sigaction(SIGINT, &action, &interrupt_);
    ::sigaction(SIGTERM, &action, &terminate_);
  }
  ~EndBySignal() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
  }
  EndBySignal(const EndBySignal&) = delete;
  EndBySignal& operator=(const EndBySignal&) = delete;

 private:
  struct sigaction interrupt_ {}, terminate_ {};
};

}  // namespace

int run_detect(const Options& options, Io& io) {
  if (options.arguments().empty() && !options.has("--queue")) {
    io.error({Code::usage, "`reeve detect` needs to know where the logs are", {}, "a PATH or `--queue URL`", "for example `reeve detect logs/`"});
    return exit_usage;
  }
  if (options.has("--verify-digests")) return run_detect_digests(options, io);
  for (const char* flag : {"--digest-keys", "--digest-signatures", "--bucket"})
    if (options.has(flag)) {
      io.error({Code::usage, "`" + std::string(flag) + "` is for --verify-digests", {}, {}, {}});
      return exit_usage;
    }
  if (options.has("--backtest")) return run_detect_backtest(options, io);
  if (options.has("--since")) {
    io.error({Code::usage, "`--since` goes with `--backtest` alone", {}, "", "without it every event is judged"});
    return exit_usage;
  }
  std::unique_ptr<AwsCaller> caller;  // outlives the source
  DetectOptions what;
  what.paths = options.arguments();
  what.follow = options.has("--follow");
  what.workers = worker_count();
  what.state = options.value("--state");
  const auto lateness = span_of(options, "--lateness", what.lateness_ms, io);
  if (!lateness) return exit_usage;
  what.lateness_ms = *lateness;
  if (const std::string workspace = workspace_of(options); what.state.empty() && what.follow && !workspace.empty()) what.state = join_path(join_path(workspace, ".reeve"), "detect.state");
  if (options.has("--queue")) {
    auto source = detect_queue(options, what.follow, [] { return detect_ended.load(); }, io, caller);
    if (!source) {
      io.error(source.error());
      return source.error().code == Code::usage ? exit_usage : exit_input;
    }
    what.source = std::move(*source);
  }
  const std::string format = options.value("--format", io.terminal.tty ? "text" : "ndjson");
  const bool text = format == "text";
  std::optional<RuleLevel> fail_at;
  for (RuleLevel level : {RuleLevel::informational, RuleLevel::low, RuleLevel::medium, RuleLevel::high, RuleLevel::critical})
    if (options.value("--fail-on") == name(level)) fail_at = level;

  Judging judging = judging_of(options);
  const RuleSet& rules = judging.rules;
  std::vector<Error> errors = rules.refused;
  errors.insert(errors.end(), judging.errors.begin(), judging.errors.end());
  std::optional<Silencer> silencer;
  if (const std::string workspace = workspace_of(options); !workspace.empty()) {
    auto suppressions = load_suppressions(workspace, errors);
    silencer.emplace(rules, std::move(suppressions), judging.names, errors);
    if (!silencer->empty()) what.silencer = &*silencer;
  }
  const auto deliver_ms = span_of(options, "--deliver-for", what.follow ? 5'000 : 30'000, io);
  if (!deliver_ms) return exit_usage;
  std::optional<DetectOutputs> outputs;
  if (const std::string workspace = workspace_of(options); !workspace.empty()) {
    outputs.emplace(workspace, options, io, errors);
    if (outputs->any() && what.state.empty()) io.say("note  alerts are not sent to the workspace's outputs without --state: a run that remembers nothing would send them again\n");
    if (!outputs->any() || what.state.empty()) outputs.reset();
  }
  what.same_by = std::move(judging.same_by);
  what.entity_by = std::move(judging.entity_by);
  for (const Error& error : errors) io.error(error);
  for (const Error& note : rules.notes) io.say("note  " + fold(io.error_terminal, safe(note.text())) + "\n");
  bool complete = errors.empty(), reached = false;
  if (rules.rules.empty()) {
    io.error({Code::not_found, "there is no rule to judge by", {}, "Sigma rules", "--rules PATH"});
    return exit_input;
  }
  what.rules_digest = judging.digest;
  what.newest = options.has("--metrics");
  what.exact_audit = options.has("--audit");

  DetectText telling(io, what.follow ? rfc3339(wall_clock()).substr(0, 10) : std::string());
  // What comes while somebody waits for it is passed on at once.
  const bool live = what.follow || std::find(what.paths.begin(), what.paths.end(), "-") != what.paths.end();
  what.live = live;
  std::string out;
  const AlertWriter writer(rules);
  DetectSinks sinks;
  std::optional<Metrics> metrics;
  auto told = [&](uint32_t rule, std::string_view shown) {
    if (metrics) metrics->alert(rules.rules[rule].head.level);
    reached = reached || (fail_at && rules.rules[rule].head.level >= *fail_at);
    io.print(shown);
    if (live) std::fflush(io.out);
  };
  // Lines wait here until there are enough of them to be worth a call of the system.
  constexpr size_t lines_at_once = 128 << 10;
  std::string lines;
  auto pass_on = [&] {
    if (lines.empty()) return;
    io.print(lines);
    lines.clear();
  };
  if (outputs && !text) {
    sinks.alert = [&](const Alert& alert) {
      out.clear();
      if (format == "ocsf") write_alert_ocsf(out, rules.rules[alert.rule].head, shown(alert), {reeve_program().version, kOcsfVersion});
      else writer.write(out, alert);
      told(alert.rule, out);
    };
  } else if (text) {
    sinks.alert = [&](const Alert& alert) {
      telling.end_progress();
      told(alert.rule, telling.line(rules.rules[alert.rule].head, alert));
    };
  } else {
    const bool ocsf = format == "ocsf";
    sinks.write = [&, ocsf](Lines& to, const AlertShown& alert) {
      if (!ocsf) return writer.write(to, alert);
      std::string line;
      write_alert_ocsf(line, rules.rules[alert.rule].head, alert, {reeve_program().version, kOcsfVersion});
      to.append(line);
    };
    sinks.written = [&](const std::vector<uint32_t>& of, std::string_view shown) {
      if (metrics || fail_at) {
        for (uint32_t rule : of) {
          const RuleLevel level = rules.rules[rule].head.level;
          if (metrics) metrics->alert(level);
          reached = reached || (fail_at && level >= *fail_at);
        }
      }
      if (const bool at_once = live || shown.size() >= lines_at_once / 4; at_once || lines.size() + shown.size() > lines_at_once) {
        pass_on();
        if (at_once) io.print(shown);
        else lines = shown;
      } else {
        lines += shown;
      }
      if (live) std::fflush(io.out);
    };
  }
  sinks.object = [&](const ObjectAudit& audit) {
    if (!options.has("--audit")) return;
    out.clear();
    if (text) telling.end_progress(), out = telling.audit(audit);
    else write_audit(out, audit);
    pass_on();
    io.print(out);
  };
  sinks.problem = [&](Error error) {
    pass_on();
    telling.end_progress();
    io.error(error);
    complete = false;
  };
  sinks.flush = [&]() -> Status {
    pass_on();
    // What an earlier write could not put anywhere is gone from the buffer: only the stream's own mark still tells.
    if (std::fflush(io.out) != 0 || std::ferror(io.out) != 0) return fail(Code::io, "the alerts could not be written", {}, {}, "make room, or name another place");
    return {};
  };
  sinks.progress = [&](const DetectTotals& totals) { telling.progress(totals); };

  if (outputs) sinks.beside = &outputs->open(rules, sinks.problem);

  std::unique_ptr<MetricsServer> server;  // gone before what it reads
  if (options.has("--metrics")) {
    metrics.emplace(std::string(reeve_program().version), wall_clock(), [&] { return outputs ? outputs->office()->counts() : std::map<std::string, PostCounts>(); });
    auto opened = MetricsServer::open(options.value("--metrics"), *metrics);
    if (!opened) {
      io.error(opened.error());
      return opened.error().code == Code::usage ? exit_usage : exit_input;
    }
    server = std::move(*opened);
    io.say("note  metrics at http://" + server->address() + "/metrics\n");
    sinks.checkpoint = [&](const DetectTotals& totals) { metrics->set(totals); };
  }

  EndBySignal signals;
  auto done = run_detections(rules, what, sinks, [] { return detect_ended.load(); });
  pass_on();
  telling.end_progress();
  if (!done) {
    io.error(done.error());
    return exit_input;
  }
  // A run that was ended delivers for its own while; a second signal ends the program.
  const auto delivering = [ended_before = detect_ended.load()] { return detect_ended && !ended_before; };
  if (outputs && !outputs->finish(what.state, *deliver_ms, delivering, io)) complete = false;
  // A folder of something else would look like one in which all is well.
  if (!what.follow && !what.source && done->ignored > 0 && done->objects + done->skipped == 0) {
    io.error({Code::type, done->ignored == 1 ? "the one file that was met is no log" : "none of the " + with_thousands(done->ignored) + " files that were met is a log", {}, "CloudTrail or another of docs/formats/logs.md", "--audit says what each file is taken for"});
    complete = false;
  }
  if (done->rules_changed) io.say("note  the state was made with other rules; what was read then is not read again for these\n");
  if (what.silencer)
    for (const Error& error : what.silencer->expired()) io.say("note  " + fold(io.error_terminal, safe(error.text())) + "\n");
  // On its own stream for machines a summary would be a line that is no record.
  if (text) io.print(telling.closing(*done));
  else if (io.error_terminal.tty) io.say(telling.closing(*done));
  if (!complete) return exit_input;
  return reached ? exit_results : exit_done;
}

}  // namespace reeve
