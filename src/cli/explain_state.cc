#include "cli/explain_state.h"

#include <algorithm>
#include <map>

#include "assess/roadmap.h"
#include "base/text.h"
#include "cli/terminal.h"
#include "findings/finding.h"
#include "findings/level.h"

namespace reeve {
namespace {

constexpr size_t blockers_shown = 5;

using CountsByControl = std::map<std::string, VerdictCounts, std::less<>>;

struct Standings {
  std::vector<Standing> all;
  VerdictCounts sum;
  int level() const { return level_of(all); }
};

// Of the last run, by control; nothing if there was none.
std::optional<CountsByControl> last_counts(store::Store* store, Io& io) {
  if (!store) return std::nullopt;
  auto runs = store->runs();
  auto counts = store->counts();
  if (!runs || !counts) {
    io.error(runs ? counts.error() : runs.error());
    return std::nullopt;
  }
  if (runs->empty()) return std::nullopt;
  CountsByControl out;
  for (auto& row : *counts)
    out[row.control] = {row.counts.pass, row.counts.fail, row.counts.unknown, row.counts.excepted, row.counts.not_applicable};
  return out;
}

VerdictCounts counts_of(const CountsByControl& counts, const std::string& control) {
  auto found = counts.find(control);
  return found == counts.end() ? VerdictCounts() : found->second;
}

Standings standings_of(const Content& content, const Practice& practice, const CountsByControl& counts) {
  Standings out;
  for (auto& control : content.controls) {
    if (control.practice != practice.slug) continue;
    VerdictCounts own = counts_of(counts, control.id);
    out.sum.pass += own.pass, out.sum.fail += own.fail, out.sum.unknown += own.unknown, out.sum.excepted += own.excepted;
    out.all.push_back(standing_of(control, own));
  }
  return out;
}

std::string level_text(int level) { return std::to_string(level) + " " + std::string(level_name(level)); }
std::string score_text(const std::optional<double>& score) { return score ? std::to_string(static_cast<int>(*score + 0.5)) : "unknown"; }

std::string number_of(const Practice& practice, const std::string& edition) {
  std::string number = practice.number(edition);
  return number.empty() ? practice.slug : number;
}

Ink ink_of(std::string_view status) {
  return status == "fail" ? Ink::fail : status == "unknown" ? Ink::unknown : status == "excepted" ? Ink::excepted : Ink::plain;
}

std::string last_run(store::Store& store) {
  auto runs = store.runs();
  return runs && !runs->empty() ? people_time(runs->back().as_of) : "";
}

void say_next(Io& io, const std::string& command) { io.print("\nNext: " + command + "\n"); }

}  // namespace

void explain_framework(const Content& content, const std::string& edition, store::Store* store, const std::string& flag, Io& io) {
  auto counts = last_counts(store, io);
  io.print(paint(io.terminal, Ink::heading, "SEC01 How do you securely operate your workload?") + "\n");
  Table table({{"practice"}, {"", Align::left, 0, true}, {counts ? "level" : ""}, {counts ? "score" : "controls", Align::right}, {counts ? "fail" : "", Align::right},
               {counts ? "unkn" : "", Align::right}, {counts ? "exc" : "", Align::right}},
              3);
  std::vector<int> levels;
  std::vector<Standing> all;
  for (auto& practice : content.practices) {
    Standings own = standings_of(content, practice, counts.value_or(CountsByControl()));
    std::string title = practice.short_title.empty() ? practice.title : practice.short_title;
    if (!counts) {
      table.row({{number_of(practice, edition)}, {title}, {""}, {std::to_string(own.all.size())}, {""}, {""}, {""}});
      continue;
    }
    levels.push_back(own.level());
    all.insert(all.end(), own.all.begin(), own.all.end());
    table.row({{number_of(practice, edition)},
               {title},
               {level_text(own.level())},
               {score_text(score(own.all))},
               {with_thousands(own.sum.fail), own.sum.fail ? Ink::fail : Ink::plain},
               {with_thousands(own.sum.unknown), own.sum.unknown ? Ink::unknown : Ink::plain},
               {with_thousands(own.sum.excepted), own.sum.excepted ? Ink::excepted : Ink::plain}});
  }
  io.print(table.text(io.terminal));
  if (!counts) {
    io.print("\nNot assessed in a workspace yet.\n");
    return say_next(io, store || !flag.empty() ? "reeve assess" + flag : "reeve init, then reeve assess");
  }
  io.print("\nLevel " + std::to_string(lowest_level(levels)) + " of 4, score " + score_text(score(all)) + ", in the run of " + last_run(*store) + "\n");
  // The practice that holds the organization down, the worst of them.
  size_t worst = 0;
  for (size_t i = 1; i < levels.size(); ++i)
    if (levels[i] < levels[worst]) worst = i;
  if (!levels.empty() && levels[worst] < 4) say_next(io, "reeve explain " + content.practices[worst].slug + flag);
}

void explain_practice(const Content& content, const Practice& practice, const std::string& edition, store::Store* store, Io& io) {
  io.print(paint(io.terminal, Ink::heading, number_of(practice, edition) + " " + practice.title) + "\n");
  for (auto& question : practice.questions) io.print("   - " + question + "\n");
  io.print("\n");
  auto counts = last_counts(store, io);
  if (counts) {
    Standings own = standings_of(content, practice, *counts);
    io.print("Level " + level_text(own.level()) + ", score " + score_text(score(own.all)) + ", " + with_thousands(own.sum.fail) + " fail, " + with_thousands(own.sum.unknown) + " unknown, " +
             with_thousands(own.sum.excepted) + " excepted, in the run of " + last_run(*store) + "\n");
    auto blocking = blockers(own.all);
    if (!blocking.empty()) io.print("Blocks level " + std::to_string(own.level() + 1) + ":\n");
    Table table({{""}, {"", Align::left, 0, true}, {""}}, 3);
    for (auto& blocker : blocking)
      table.row({{blocker.control.empty() ? "-" : std::string(name(blocker.status)), ink_of(name(blocker.status))}, {blocker.control}, {blocker.why}});
    io.print(table.text(io.terminal, blockers_shown) + "\n");
  }
  Table table({{"level"}, {"control", Align::left, 0, true}, {counts ? "status" : ""}, {"severity"}, {"judged by"}}, 3);
  for (int level = 1; level <= 4; ++level)
    for (auto& control : content.controls) {
      if (control.practice != practice.slug || control.level != level) continue;
      std::string status = counts ? std::string(name(control_status(counts_of(*counts, control.id)))) : "";
      table.row({{level_text(level)}, {control.id}, {status, ink_of(status)}, {std::string(name(control.severity))}, {std::string(name(control.judge))}});
    }
  io.print(table.text(io.terminal));
}

bool explain_resource(const Content& content, const std::string& uid, store::Store& store, const std::string& flag, Io& io) {
  auto found = store.resource(uid);
  if (!found) {
    io.error(found.error());
    return false;
  }
  const bool there = found->has_value();
  struct Said {
    std::string status, control, severity, reason, since, id;
  };
  std::vector<Said> open, closed;
  std::string type, account, region;
  for (auto& control : content.controls) {
    auto finding = store.finding(finding_id(control.id, uid));
    if (!finding || !*finding) continue;
    const store::StoredFinding& f = **finding;
    type = f.type, account = f.account, region = f.region;
    bool is_open = store::is_open(f.status);
    (is_open ? open : closed).push_back({std::string(store::name(f.status)), control.id, std::string(name(control.severity)), f.reason,
                                         rfc3339(is_open ? f.opened : f.closed_at).substr(0, 10), f.id});
  }
  std::vector<std::string> passing;
  if (there) {
    auto passes = store.passing(**found);
    if (passes) passing = std::move(*passes);
    else io.error(passes.error());
    type = (*found)->type, account = (*found)->account, region = (*found)->region;
  }
  // What other tools said of it (docs/formats/store.md).
  struct Theirs {
    std::string tool, status, severity, check, day, title;
  };
  std::vector<Theirs> theirs;
  if (auto rows = store.db().prepare("SELECT tool, status, coalesce(severity, ''), check_id, substr(time, 1, 10), coalesce(title, '') FROM imported_findings WHERE resource = ?1 AND latest ORDER BY tool, check_id")) {
    rows->bind(1, std::string_view(uid));
    for (auto more = rows->step(); more && *more; more = rows->step())
      theirs.push_back({std::string(rows->text(0)), std::string(rows->text(1)), std::string(rows->text(2)), std::string(rows->text(3)), std::string(rows->text(4)), std::string(rows->text(5))});
  }
  if (!there && open.empty() && closed.empty() && theirs.empty()) return false;

  io.print(paint(io.terminal, Ink::heading, safe(shorten(io.terminal, uid, io.terminal.width))) + "\n");
  auto field = [&](std::string label, std::string_view text) {
    if (text.empty()) return;
    label.resize(15, ' ');
    io.print("   " + label + safe(text) + "\n");
  };
  field("type", type);
  field("account", account);
  field("region", region);
  if (there && (*found)->name != (*found)->id) field("name", (*found)->name);
  if (!there) field("note", "not in the input of the last run");
  auto severity_of = [&](const Said& said) { return weight(parse_severity(said.severity).value_or(Severity::low)); };
  std::stable_sort(open.begin(), open.end(), [&](auto& a, auto& b) { return a.status != b.status ? a.status == "fail" || (a.status == "unknown" && b.status != "fail") : severity_of(a) > severity_of(b); });
  auto list = [&](const std::vector<Said>& all, const char* when) {
    for (auto& said : all) {
      io.print("   " + paint(io.terminal, ink_of(said.status), said.status) + "  " + said.control + "  " + said.severity + ", " + when + " " + said.since + "\n");
      io.print(wrap(safe(said.reason), io.terminal.width, 9));
      io.print((ends_with(wrap(safe(said.reason), io.terminal.width, 9), "\n") ? "" : "\n") + std::string(9, ' ') + "reeve explain " + said.id + flag + "\n");
    }
  };
  io.print("\n" + paint(io.terminal, Ink::heading, "Open") + ": " + count_text(open.size(), "finding") + "\n");
  list(open, "since");
  if (!closed.empty()) {
    io.print("\n" + paint(io.terminal, Ink::heading, "Closed") + ": " + count_text(closed.size(), "finding") + "\n");
    list(closed, "on");
  }
  if (!passing.empty()) {
    io.print("\n" + paint(io.terminal, Ink::heading, "Passes") + " " + count_text(passing.size(), "control") + "\n");
    std::string body = wrap(join(passing, ", "), io.terminal.width, 3);
    io.print(body + (ends_with(body, "\n") ? "" : "\n"));
  }
  if (!theirs.empty()) {
    io.print("\n" + paint(io.terminal, Ink::heading, "Other tools say") + ", in their words and in no count of Reeve's\n");
    Table table({{""}, {""}, {""}, {""}, {""}, {"", Align::left, 110, true}}, 3);
    for (auto& one : theirs) table.row({{safe(one.tool)}, {safe(one.status)}, {safe(one.severity)}, {safe(one.check)}, {one.day}, {safe(one.title), Ink::dim}});
    io.print(table.text(io.terminal));
  }
  return true;
}

}  // namespace reeve
