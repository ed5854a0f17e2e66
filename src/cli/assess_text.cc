#include "cli/assess_text.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "report/open_blockers.h"
#include "report/output.h"

namespace reeve {
namespace {

constexpr size_t kRows = 20, kBrief = 6;

Ink ink_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail: return Ink::fail;
    case Verdict::unknown: return Ink::unknown;
    case Verdict::excepted: return Ink::excepted;
    default: return Ink::plain;
  }
}
std::string short_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail: return "fail";
    case Verdict::unknown: return "unkn";
    case Verdict::excepted: return "exc";
    case Verdict::not_applicable: return "n/a";
    case Verdict::pass: return "pass";
  }
  return "";
}

Cell number(uint64_t n, Ink ink = Ink::plain) { return {with_thousands(n), n == 0 ? Ink::plain : ink}; }

class Text {
 public:
  Text(Assessment& a, const Terminal& terminal, const AssessTextOptions& options) : a_(a), t_(terminal), options_(options) {}

  std::string all() {
    headline();
    practices();
    blockers();
    do_first();
    scope();
    not_known();
    out_ += attested_text(a_, t_, most(kBrief));
    summary();
    return out_;
  }

 private:
  size_t most(size_t brief) const { return options_.all ? 0 : brief; }
  std::string said(std::string_view text) const { return fold(t_, text); }

  void headline() {
    std::string dot = said(" · ");
    std::string estate = count_text(a_.accounts, "account") + ", " + count_text(a_.regions, "Region") + (some_ ? ", " + a_.controls_asked() : ""), name = safe(a_.organization);
    const int room = t_.width - display_width("SEC01" + dot + dot + estate);
    if (t_.tty) name = shorten(t_, name, std::max(room, 12));
    std::string head = dot + (name.empty() ? "" : name + dot) + estate, then = dot + moment();
    // What does not fit beside it stands below.
    if (t_.tty && display_width("SEC01" + head + then) > t_.width) then = "\n" + wrap(moment(), t_.width, 8);
    out_ += paint(t_, Ink::heading, "SEC01") + head + then + (then.back() == '\n' ? "\n" : "\n\n");
  }

  // When the facts were true, and as of when they are judged, if that is another moment.
  std::string moment() const {
    Time newest;
    for (auto& source : a_.sources)
      if (source.time_basis.empty()) newest = std::max(newest, source.time);
    if (a_.as_of_basis == "file") return "as of " + people_time(a_.as_of) + ", the newest file";
    if (a_.as_of_basis == "clock") return "as of now, " + people_time(a_.as_of);
    if (a_.as_of_basis != "option" || newest == a_.as_of) return "facts of " + people_time(a_.as_of);
    return "as of " + people_time(a_.as_of) + (newest.known() ? ", facts of " + people_time(newest) : std::string());
  }

  void practices() {
    int lowest = a_.level;
    Table table({{""}, {"practice", Align::left, 0, true}, {"level"}, {"fail", Align::right}, {"unkn", Align::right}, {"exc", Align::right},
                 {"pass", Align::right, 100}, {"n/a", Align::right, 100}, {"score", Align::right, 100}, {"first blocker", Align::left, 110, true}}, 1);
    for (auto& practice : a_.practices) {
      std::string number_text = practice.number.substr(practice.number.rfind('-') == std::string::npos ? 0 : practice.number.rfind('-') + 1);
      std::string first = practice.blockers.empty() ? "" : practice.blockers.front().control.empty() ? practice.blockers.front().why : practice.blockers.front().control;
      table.row({{practice.level == lowest && !some_ ? "*" : ""},
                 {(number_text.empty() ? "" : number_text + " ") + (practice.practice->short_title.empty() ? practice.practice->title : practice.practice->short_title)},
                 {some_ ? said("–") : std::to_string(practice.level) + " " + std::string(level_name(practice.level))},
                 number(practice.verdicts.fail, Ink::fail),
                 number(practice.verdicts.unknown, Ink::unknown),
                 number(practice.verdicts.excepted, Ink::excepted),
                 number(practice.verdicts.pass),
                 number(practice.verdicts.not_applicable),
                 {practice.score ? std::to_string(static_cast<int>(*practice.score + 0.5)) : said("–")},
                 {first}});
    }
    out_ += table.text(t_);
    std::string legend = std::string(some_ ? "no level, for only some controls are asked for; " : a_.level < 4 ? "* holds the level down; " : "") + "unkn: facts are missing, never a pass";
    if (a_.verdicts.excepted > 0) legend += "; exc: accepted until a date";
    legend = wrap(legend, t_.width - 1, 0);
    for (auto line : split(trim(legend), '\n')) out_ += " " + paint(t_, Ink::dim, line) + "\n";
    out_ += "\n";
  }

  const ControlResult* control(const std::string& id) const {
    for (auto& result : a_.controls)
      if (result.control->id == id) return &result;
    return nullptr;
  }

  // How many stand so.
  static std::string share(const ControlResult& result, Verdict status) {
    const uint64_t n = status == Verdict::fail ? result.counts.fail : result.counts.unknown, of = result.counts.applicable();
    const std::string type = result.resource_types.empty() ? "" : result.resource_types.front();
    const char* noun = starts_with(type, "Reeve::Account") ? "account" : starts_with(type, "Reeve::Region") ? "Region" : type == "Reeve::Organization" ? "" : "resource";
    if (result.control->judge == Judge::attested || *noun == 0 || (n == 1 && of == 1)) return result.reason;
    return with_thousands(n) + " of " + count_text(of, noun);
  }

  // The same and the first of them by name.
  static std::string what(const OpenBlocker& row) {
    const ControlResult& result = *row.result;
    std::string out = share(result, row.blocker->status), first = named(row.uid);
    if (out == result.reason || first.empty()) return out;
    const uint64_t n = row.blocker->status == Verdict::fail ? result.counts.fail : result.counts.unknown;
    return out + ": " + first + (n > 1 ? " and " + with_thousands(n - 1) + " more" : "");
  }

  // An account's or Region's own settings by account and Region, anything else by its uid.
  static std::string named(const std::string& uid) {
    auto parts = split(uid, '/');
    if (parts.size() < 5 || parts[0] != "aws" || !starts_with(parts[3], "Reeve::")) return uid;
    return std::string(parts[1]) + (parts[2] == "global" ? "" : " " + std::string(parts[2]));
  }

  void blockers() {
    auto open = open_blockers(a_);
    auto& rows = open.rows;
    if (rows.empty()) return;
    out_ += paint(t_, Ink::heading, some_ ? "Open" : "Blocks level " + std::to_string(a_.level + 1)) + ": " + count_text(rows.size(), "control") + ", about " + effort_text(open.minutes) + "\n";
    Table table({{""}, {""}, {"", Align::left, 0, true}, {"", Align::left, 90}, {"", Align::right, 90}}, 3);
    for (auto& row : rows)
      table.row({{short_name(row.blocker->status), ink_of(row.blocker->status)},
                 {row.blocker->control.empty() ? std::string("-") : row.blocker->control},
                 {safe(row.result ? what(row) : row.blocker->why + ": " + (row.practice->practice->short_title.empty() ? row.practice->practice->title : row.practice->practice->short_title))},
                 {row.result ? owner(row.result->control->owner) : ""},
                 {row.result ? row.result->control->effort : ""}});
    out_ += table.text(t_, most(kRows)) + "\n";
  }

  std::string owner(const std::string& role) const {
    if (a_.workspace)
      if (auto found = a_.workspace->owners.find(role); found != a_.workspace->owners.end()) return safe(found->second);
    return role;
  }

  // What a step closes or asks for, in few words.
  std::string closes(const RoadmapItem& item) const {
    auto first = [](const std::vector<std::string>& list) { return list.front() + (list.size() > 1 ? " and " + with_thousands(list.size() - 1) + " more" : ""); };
    switch (item.kind) {
      case StepKind::mend: {
        const ControlResult* result = control(item.control);
        return result ? share(*result, Verdict::fail) : with_thousands(item.resources);
      }
      case StepKind::read: return "read " + first(item.reads.empty() ? item.shared_reads : item.reads);
      case StepKind::attest: return waits_for_drill(a_, item) ? "hold its drill, record it" : "reeve attest";
      case StepKind::find_out: return item.causes.empty() ? "find out" : first(item.causes);
      case StepKind::later: return "";
    }
    return "";
  }

  std::string stand(int level, const std::optional<double>& score) const {
    return (some_ ? "" : "level " + std::to_string(level) + ", ") + "score " + (score ? std::to_string(static_cast<int>(*score + 0.5)) : "unknown");
  }

  void do_first() {
    const RoadmapSummary& sum = a_.roadmap_summary;
    if (sum.steps == 0) return;
    out_ += paint(t_, Ink::heading, "Do first") + "  (points: severity " + said("×") + " failing resources; in doubt: of unknowns)\n";
    Table table({{"", Align::right}, {.title = "", .pushes = true}, {.title = "", .shrinks = true, .words = true}, {"", Align::right}, {"", Align::right}, {"", Align::left, 90}, {"", Align::left, 110}}, 3);
    for (auto& item : a_.roadmap)
      if (item.kind != StepKind::later)
        table.row({{std::to_string(item.rank)}, {item.control}, {safe(closes(item))}, {points_of(item)}, {effort_text(item.effort_minutes)},
                   {owner(item.owner)}, {"then " + stand(item.level, item.score)}});
    out_ += table.text(t_, most(kBrief));
    const RoadmapItem& reached = a_.roadmap[std::min<size_t>(options_.all ? sum.steps : kBrief, sum.steps) - 1];
    if (static_cast<uint64_t>(reached.rank) < sum.steps)
      out_ += "   After these " + std::to_string(reached.rank) + ": " + stand(reached.level, reached.score) + ", " + with_thousands(static_cast<uint64_t>(reached.points_so_far)) + " of " +
              count_text(static_cast<uint64_t>(sum.points), "point") + ", " + effort_text(reached.minutes_so_far) + "\n";
    out_ += "   After all " + with_thousands(sum.steps) + ": " + stand(sum.level, sum.score) + ", " + effort_text(sum.effort_minutes) + (sum.unknown_steps ? ", if what is read passes" : "") + "\n";
    quick_wins();
    out_ += "\n";
  }

  void quick_wins() {
    const uint64_t wins = a_.roadmap_summary.quick_wins;
    if (wins == 0) return;
    std::string line = "Quick wins: ";
    size_t named = 0;
    for (auto& item : a_.roadmap) {
      if (!item.quick_win) continue;
      if (!options_.all && named == 3) break;
      line += (named++ ? ", " : "") + item.control;
    }
    if (named < wins) line += ", " + with_thousands(wins - named) + " more";
    out_ += wrap(line, t_.width, 3);
    if (!ends_with(out_, "\n")) out_ += "\n";
  }

  // How much of what runs the customer runs alone.
  void scope() {
    const Responsibilities& all = a_.responsibilities;
    auto share = all.self_managed_share();
    if (!share || all.self_managed == 0) return;
    uint64_t most_managed = 0;
    std::string where;
    for (auto& service : all.services)
      if (service.self_managed > most_managed) most_managed = service.self_managed, where = service.title;
    out_ += "Self-managed: " + with_thousands(all.self_managed) + " of " + count_text(all.self_managed + all.managed + all.serverless, "resource that runs", "resources that run") + " (" +
            std::to_string(static_cast<int>(*share * 100 + 0.5)) + " %), most of them " + where + "\n\n";
  }

  void not_known() {
    if (a_.verdicts.unknown == 0) return;
    out_ += paint(t_, Ink::heading, "Not known") + ": " + count_text(a_.verdicts.unknown, "verdict");
    const auto failed = static_cast<uint64_t>(std::count_if(a_.calls_failed.begin(), a_.calls_failed.end(), [&](auto& call) { return !some_ || call.verdicts > 0; }));
    if (failed > 0) out_ += ", some because " + count_text(failed, "call was", "calls were") + " denied or failed";
    out_ += "\n";
    Table table({{"", Align::left, 0, true}, {"", Align::right}, {"", Align::right, 90}}, 3);
    for (auto& cause : a_.unknown_causes) if (!cause.later) table.row({{safe(cause.cause)}, {count_text(cause.verdicts, "verdict")}, {count_text(cause.accounts, "account")}});
    out_ += table.text(t_, most(kBrief));
    judged_later();
    out_ += "\n";
  }

  // What no input of today can answer is one line: nobody can act on it.
  void judged_later() {
    if (a_.judged_later.empty()) return;
    std::set<size_t> controls;
    std::vector<std::string> commands;
    uint64_t verdicts = 0;
    for (auto& later : a_.judged_later) {
      controls.insert(later.controls.begin(), later.controls.end());
      commands.push_back(command_of(later.part).substr(6));
    }
    for (auto& cause : a_.unknown_causes)
      if (cause.later) verdicts += cause.verdicts;
    Table table({{"", Align::left, 0, true}, {"", Align::right}, {"", Align::right, 90}}, 3);
    table.row({{"later, by reeve " + join(commands, ", ")}, {count_text(verdicts, "verdict")}, {count_text(controls.size(), "control")}});
    out_ += table.text(t_);
  }

  // What was told of, the gravest first: who did it, and on which controls it is evidence.
  void alerts() {
    if (!a_.alerts.given) return;
    out_ += paint(t_, Ink::heading, "Alerts") + ": " + count_text(a_.alerts.alerts, "alert") + " of " + count_text(a_.alerts.findings.size(), "kind") + " by rule and principal\n";
    Table table({{.title = ""}, {.title = "", .shrinks = true, .words = true}, {.title = "", .shrinks = true}, {.title = "", .from_width = 100}}, 3);
    size_t newer = 0;
    for (const AlertFinding& one : a_.alerts.findings) {
      table.row({{std::string(name(one.level))}, {safe(one.title)}, {safe(one.resource)}, {one.controls.empty() ? "" : one.controls.front()}});
      newer += one.newer_than_facts;
    }
    out_ += table.text(t_, most(kBrief));
    if (newer > 0) out_ += wrap(with_thousands(newer) + " of them came after the facts were read: read those again before you trust what passes.", t_.width, 3);
    out_ += "\n";
  }

  // How the workspace's threat model stands: what fewest layers stand against comes with `reeve model status`.
  void threats() {
    if (!a_.threats.looked) return;
    const auto& state = a_.threats.state;
    const auto holds = [](threats::Standing one) { return one == threats::Standing::effective || one == threats::Standing::attested; };
    size_t prevented = 0, detected = 0, responded = 0, bare = 0;
    for (const auto& one : state.threats) {
      prevented += holds(one.prevented), detected += holds(one.detected), responded += holds(one.responded);
      bare += !holds(one.prevented) && !holds(one.detected) && !holds(one.responded);
    }
    out_ += paint(t_, Ink::heading, "Threats") + ": " + count_text(state.threats.size(), "threat") + " in the model; something stands that prevents " + with_thousands(prevented) + ", detects " + with_thousands(detected) +
            ", responds to " + with_thousands(responded) + "; nothing stands against " + with_thousands(bare) + "\n";
    out_ += wrap(count_text(state.alarms.size(), "alarm") + " of the model: reeve model status" + options_.workspace, t_.width, 3) + "\n";
  }

  void summary() {
    std::string dot = said(" · ");
    std::vector<std::string> set_aside;
    size_t ignored = 0, unplaced = 0;
    for (auto& source : a_.sources) ignored += source.kind == "ignored", unplaced += source.kind == "unplaced";
    if (ignored + unplaced > 0) {
      out_ += paint(t_, Ink::dim, count_text(ignored, "file is", "files are") + " no input" + (unplaced ? ", " + count_text(unplaced, "reply is", "replies are") + " not read by any resource type" : "") + ": " + (options_.all ? "they are" : "--all names them")) + "\n";
      if (options_.all)
        for (auto& source : a_.sources)
          if (source.kind == "ignored" || source.kind == "unplaced") out_ += wrap(safe(source.file) + ": " + safe(source.why), t_.width, 3);
    }
    alerts();
    threats();
    if (a_.has_history) {
      out_ += std::string(a_.history.previous_run == 0 ? "First run of this workspace: " : "Since the last run: ") + count_text(a_.changes.opened + a_.changes.reopened, "finding") + " opened, " + with_thousands(a_.changes.closed) + " closed";
      if (a_.changes.not_rejudged) out_ += ", " + with_thousands(a_.changes.not_rejudged) + " not judged again";
      out_ += "\n";
    }
    out_ += paint(t_, Ink::heading, some_ ? a_.controls_asked() + ", no level" : "Level " + std::to_string(a_.level) + " of 4" + (a_.level ? ", " + std::string(level_name(a_.level)) : ""));
    out_ += dot + "score " + (a_.score ? std::to_string(static_cast<int>(*a_.score + 0.5)) : "unknown") + dot;
    out_ += paint(t_, a_.verdicts.fail ? Ink::fail : Ink::plain, with_thousands(a_.verdicts.fail) + " fail") + dot;
    out_ += paint(t_, a_.verdicts.unknown ? Ink::unknown : Ink::plain, with_thousands(a_.verdicts.unknown) + " unknown") + dot;
    out_ += with_thousands(a_.verdicts.excepted) + " excepted";
    if (options_.elapsed_ms > 0) out_ += dot + duration_text(options_.elapsed_ms);
    out_ += "\n";
    if (a_.level != a_.level_without_attested) out_ += "Without attestations: level " + std::to_string(a_.level_without_attested) + "\n";
    std::string next;
    for (auto& row : open_blockers(a_).rows)
      if (next.empty()) next = row.blocker->control;  // the first of the list above
    if (!next.empty()) out_ += "\nNext: reeve explain " + next + options_.workspace + "\n";
  }

  Assessment& a_;
  const bool some_ = a_.controls_left_out > 0;
  const Terminal& t_;
  const AssessTextOptions& options_;
  std::string out_;
};

}  // namespace

std::string assess_text(Assessment& assessment, const Terminal& terminal, const AssessTextOptions& options) { return Text(assessment, terminal, options).all(); }

}  // namespace reeve
