#include "cli/run_follow.h"

#include <chrono>
#include <set>

#include "assess/assess.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/collect_signals.h"
#include "cli/collect_text.h"
#include "formats/json.h"
#include "store/history.h"

namespace reeve {
namespace {

// What one verdict became.
struct Judged {
  std::string id, control, uid, type, account, region, was, status, why;
};

// Tells a person, or writes a record a line.
class FollowText {
 public:
  FollowText(Io& io, bool json) : io_(io), json_(json) {}

  void read(const FollowStep& step) {
    const ChangesRead& counts = step.counts;
    uint64_t gaps = 0;
    if (step.summary)
      for (auto* kind : {&step.summary->denied, &step.summary->errors})
        for (auto& [key, gap] : *kind) gaps += gap.count;
    const uint64_t calls = step.summary ? step.summary->calls : 0;
    if (json_) {
      std::string out;
      JsonWriter json(out);
      json.begin_object().member("kind", "read").member("time", rfc3339(wall_clock()));
      auto count = [&](const char* name, uint64_t value) { json.member(name, static_cast<int64_t>(value)); };
      count("events", counts.events), count("writes", counts.writes), count("resources", counts.resources), count("older", counts.older), count("calls", calls);
      if (step.summary) gaps_json(json, "denied", step.summary->denied), gaps_json(json, "errors", step.summary->errors), accounts_json(json, *step.summary);
      json.key("unmapped").begin_object();
      for (auto& [event, times] : counts.unmapped) count(event.c_str(), times);
      json.end_object().end_object();
      io_.print(out + "\n");
      return;
    }
    if (counts.events == 0 && step.summary) io_.print("looked once more, in case AWS had not settled: " + count_text(calls, "request") + "\n");
    else if (counts.events > 0)
      io_.print(count_text(counts.events, "event") + ", " + count_text(counts.writes, "change") + ", " +
                asked_again_text(step.summary && step.summary->changes ? *step.summary->changes : ChangesRead()) + " read again" + (counts.older > 0 ? ", " + with_thousands(counts.older) + " read since" : "") +
                ", " + count_text(calls, "request") + (gaps > 0 ? ", " + count_text(gaps, "call") + " without a reply" : "") + "\n");
    for (auto& [event, times] : counts.unmapped) io_.say("note  " + count_text(times, "event") + " that no resource type names: " + safe(event) + "\n");
    if (!step.summary) return;
    for (auto& account : step.summary->accounts)
      if (!account.reason.empty()) io_.print("   " + paint(io_.terminal, Ink::unknown, account.state == "not_reached" ? "not reached" : "not collected") + "  " + account.id + "  " + safe(account.reason) + "\n");
    for (auto& [kind, ink, gaps_of] : {std::tuple("denied", Ink::unknown, &step.summary->denied), std::tuple("error", Ink::fail, &step.summary->errors)})
      for (auto& [key, gap] : *gaps_of) {
        auto& [operation, code, account, region] = key;
        io_.print("   " + paint(io_.terminal, ink, kind) + "  " + safe(operation) + "  " + account + (region == "global" ? "" : " " + region) + "  " + safe(code) + "\n");
      }
  }

  void judged(const Judged& one) {
    if (json_) {
      std::string out;
      JsonWriter json(out);
      json.begin_object().member("kind", "finding").member("id", one.id).member("control", one.control).member("resource", one.uid).member("type", one.type);
      if (!one.account.empty()) json.member("account", one.account);
      if (!one.region.empty()) json.member("region", one.region);
      if (!one.was.empty()) json.member("was", one.was);
      json.member("status", one.status);
      if (!one.why.empty()) json.member("reason", one.why);
      json.end_object();
      io_.print(out + "\n");
      return;
    }
    const Ink ink = one.status == "fail" ? Ink::fail : one.status == "unknown" ? Ink::unknown : Ink::plain;
    io_.print("   " + paint(io_.terminal, ink, one.status) + (one.status.size() < 7 ? std::string(7 - one.status.size(), ' ') : "") + "  " + safe(one.control) + "  " + safe(one.uid) +
              (one.was.empty() ? "" : "  was " + one.was) + "\n");
  }

  void flush() { std::fflush(io_.out); }

 private:
  static void gaps_json(JsonWriter& json, const char* name, const CollectGaps& gaps) {
    json.key(name).begin_array();
    for (auto& [key, gap] : gaps) {
      auto& [operation, code, account, region] = key;
      json.begin_object().member("operation", operation).member("code", code).member("account", account).member("region", region).member("count", static_cast<int64_t>(gap.count)).end_object();
    }
    json.end_array();
  }
  static void accounts_json(JsonWriter& json, const CollectSummary& summary) {
    json.key("accounts").begin_array();
    for (auto& account : summary.accounts) {
      json.begin_object().member("id", account.id).member("state", account.state);
      if (!account.reason.empty()) json.member("reason", account.reason);
      json.end_object();
    }
    json.end_array();
  }

  Io& io_;
  bool json_;
};

// Judges the snapshot into the workspace, whose record keeps every account that has not changed, and tells what became of verdicts.
class Rejudge {
 public:
  Rejudge(AssessOptions what, FollowText& text, Io& io) : what_(std::move(what)), text_(text), io_(io) {}

  // `tell`: what became of verdicts since the run before. False: something could not be judged, and is named.
  bool operator()(bool tell) {
    auto done = assess(what_);
    if (!done) {
      io_.error(done.error());
      return false;
    }
    Assessment& assessment = **done;
    for (const Error& problem : assessment.problems)
      if (told_.insert(problem.text()).second) io_.error(problem);
    auto number = assessment.store->db().value("SELECT max(id) FROM run");
    const int64_t* run = number ? std::get_if<int64_t>(&*number) : nullptr;
    if (!run) return false;
    if (!tell) return assessment.problems.empty();
    auto walked = store::each_finding_path(assessment.store->db(), {*run, true}, [&](const store::FindingPath& path) -> Status {
      const store::FindingStep& last = path.steps.back();
      if (last.run > 0 && last.run != *run) return {};  // a first opening has no run yet, and is of this one
      text_.judged({std::string(path.id), std::string(path.control), std::string(path.uid), std::string(path.type), std::string(path.account), std::string(path.region),
                    last.was ? std::string(store::name(*last.was)) : "", std::string(store::name(last.became)), std::string(path.why)});
      return {};
    });
    if (!walked) io_.error(walked.error());
    return walked && assessment.problems.empty();
  }

 private:
  AssessOptions what_;
  FollowText& text_;
  Io& io_;
  std::set<std::string> told_;
};

}  // namespace

bool follows(const Options& options) { return options.has("--follow") || options.has("--queue"); }

Error units_with_events() { return {Code::usage, "`--organizational-units` does not go with events: each event says whose it is", {}, "`--accounts`", ""}; }

int run_follow(const Options& options, CollectOptions& wanted, const FollowContent& content, bool whole, Io& io) {
  auto usage = [&](const Error& error) {
    io.error(error);
    return exit_usage;
  };
  FollowOptions what;
  what.paths = options.values("--events"), what.input_fd = ::fileno(io.in), what.once = !options.has("--follow");
  if (options.has("--organizational-units")) return usage(units_with_events());
  if (options.has("--queue")) {
    auto queue = queue_name(options.value("--queue"));
    if (!queue) return usage(queue.error());
    what.queue = std::move(*queue);
  } else if (what.paths.empty()) {
    return usage({Code::usage, "`--follow` needs to know where events come to", {}, "`--events PATH`, `--queue URL` or both", ""});
  }
  const bool json = options.value("--format", io.terminal.tty ? "text" : "json") == "json";
  FollowText text(io, json);
  AssessOptions judging;
  judging.sources = {wanted.out}, judging.workspace_dir = workspace_of(options), judging.content_dir = options.value("--content");
  std::optional<Rejudge> judge;
  if (!judging.workspace_dir.empty()) judge.emplace(judging, text, io);
  else if (!json) io.say("Nothing is judged without a workspace (--workspace DIR): reeve assess " + safe(wanted.out) + " judges what is read\n");

  if (auto finished = finished_snapshot(wanted.out); !finished) return usage(finished.error());
  bool judged = !judge || (*judge)(false);  // so that what becomes of verdicts is told of what was known before
  CollectStop stop;
  wanted.stop = &stop;
  auto done = [&] {
    Signals signals(stop);
    return follow(wanted, what, content.plan, content.apis, content.catalogue, [&](FollowStep&& step) -> Status {
      for (const Error& error : step.errors) io.error(error);
      text.read(step);
      if (judge && step.summary && step.summary->answered + step.summary->calls > 0 && !stop.asked()) judged = (*judge)(true) && judged;
      text.flush();
      return {};
    });
  }();
  if (!done) {
    io.error(done.error());
    return done.error().code == Code::usage ? exit_usage : exit_input;
  }
  return done->complete && judged && whole ? exit_done : exit_input;
}

}  // namespace reeve
