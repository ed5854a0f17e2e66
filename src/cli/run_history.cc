// reeve history: the record of runs, told as a trend, over a period, on a day, or as the difference of two runs.
#include <algorithm>

#include "assess/history.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/out_file.h"
#include "content/content.h"
#include "report/history_json.h"

namespace reeve {
namespace {

constexpr size_t rows_most = 20;

std::string day(Time time) { return rfc3339(time).substr(0, 10); }

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

class Telling {
 public:
  Telling(const Options& options, Io& io) : options_(options), io_(io) {}

  int run() {
    const bool ranged = options_.has("--since") || options_.has("--until"), at = options_.has("--at"), two = !options_.arguments().empty();
    if (ranged + at + two > 1) {
      io_.error({Code::usage, "a period, a day and two runs are three questions", {}, "one of --since/--until, --at and FROM", {}});
      return exit_usage;
    }
    std::string dir = workspace_of(options_);
    if (dir.empty() || !exists(join_path(dir, ".reeve/store.db"))) {
      io_.error({Code::usage, dir.empty() ? "there is no workspace here or above" : "this workspace has no run yet", {dir}, {}, dir.empty() ? "`reeve init` makes one" : "`reeve assess` makes one"});
      return exit_usage;
    }
    auto store = store::Store::open(dir);
    if (!store) return given_up(store.error());
    store_ = std::move(*store);
    content_ = load_content({.content_dir = options_.value("--content"), .workspace_dir = dir});
    for (auto& error : content_.errors) io_.error(error);
    json_ = options_.value("--format", "text") == "json";
    auto told = ranged ? period_told() : at ? state_told() : two ? difference_told() : trend_told();
    if (!told) return given_up(told.error());
    if (std::string path = options_.value("--out"); !path.empty()) {
      OutFile file;
      if (auto opened = file.open(path); !opened) return given_up(opened.error());
      const bool all = std::fwrite(out_.data(), 1, out_.size(), file.stream()) == out_.size();
      if (auto written = file.close(all); !written) return given_up(written.error());
    } else {
      io_.print(out_);
    }
    return content_.errors.empty() ? exit_done : exit_input;
  }

 private:
  int given_up(const Error& error) {
    io_.error(error);
    return error.code == Code::usage || error.code == Code::not_found || error.code == Code::conflict ? exit_usage : error.code == Code::internal ? exit_internal : exit_input;
  }
  size_t most() const { return options_.has("--all") ? 0 : rows_most; }
  size_t findings_most() const { return options_.has("--all") || json_ ? size_t{1} << 40 : rows_most; }
  std::string said(std::string_view text) const { return fold(terminal(), text); }
  Terminal terminal() const {
    Terminal out = io_.terminal;
    if (options_.has("--out")) out.tty = out.colour = false;
    return out;
  }
  static Cell number(uint64_t n, Ink ink = Ink::plain) { return {with_thousands(n), n ? ink : Ink::plain}; }
  std::string score(const std::optional<double>& value) const { return value ? one_decimal(*value) : said("–"); }
  // A heading and what stands under it, or nothing.
  void section(const std::string& title, const Table& table, size_t rows) {
    if (rows) out_ += "\n" + paint(terminal(), Ink::heading, title) + "\n" + table.text(terminal(), most());
  }

  Status trend_told() {
    auto runs = TRY(trend(*store_));
    if (json_) {
      out_ = trend_json(runs);
      return {};
    }
    Table table({{"run", Align::right}, {"as of"}, {"level", Align::right}, {"score", Align::right}, {"crit", Align::right}, {"high", Align::right}, {"med", Align::right},
                 {"low", Align::right}, {"unkn", Align::right}, {"exc", Align::right}, {"what else changed", Align::left, 90, true}});
    // The newest are what is asked for; they stand last, where the eye rests.
    std::string parts;  // the narrow table has no room for it in its rows
    const size_t first = most() && runs.size() > most() ? runs.size() - most() : 0;
    for (size_t i = first; i < runs.size(); ++i) {
      auto& run = runs[i];
      auto by = [&](Severity severity) { return run.split ? number(run.fail[severity], Ink::fail) : Cell{said("–")}; };
      table.row({{std::to_string(run.run)}, {people_time(run.as_of)}, {std::to_string(run.level)}, {score(run.score)}, by(Severity::critical), by(Severity::high), by(Severity::medium),
                 by(Severity::low), number(run.verdicts.unknown, Ink::unknown), number(run.verdicts.excepted, Ink::excepted), {safe((run.partial ? "judged a part" + std::string(run.events.empty() ? "" : ", ") : "") + join(run.events, ", ")), Ink::dim}});
      parts += run.partial ? (parts.empty() ? "" : ", ") + std::to_string(run.run) : "";
    }
    if (first) out_ += said("… ") + with_thousands(first) + " older: --all\n";
    out_ += table.text(terminal());
    if (!parts.empty()) out_ += wrap("judged only a part, and say nothing of the whole: " + parts, terminal().width, 0);
    return {};
  }

  void severities(Table& table, const std::string& what, BySeverity by, Ink ink = Ink::plain) {
    table.row({{what}, number(by[Severity::critical], ink), number(by[Severity::high], ink), number(by[Severity::medium], ink), number(by[Severity::low], ink),
               number(by[Severity::informational], ink), number(by.total(), ink)});
  }
  static Table by_severity() {
    return Table({{""}, {"crit", Align::right}, {"high", Align::right}, {"med", Align::right}, {"low", Align::right}, {"info", Align::right}, {"all", Align::right}});
  }
  void moves(Table& table, const Moves& all) {
    for (size_t i = 0; i < move_count; ++i) {
      auto move = static_cast<Move>(i);
      std::string word(name(move));
      std::replace(word.begin(), word.end(), '_', ' ');
      if (all.total(move)) severities(table, (i < 4 ? "+ " : "- ") + word, all.counts[i]);
    }
  }
  void moved_findings(const Moves& all) {
    Table table({{"what"}, {"severity", Align::left, 90}, {"control"}, {"resource", Align::left, 0, true}, {"finding", Align::left, 120}});
    for (auto& finding : all.findings)
      table.row({{std::string(name(finding.move)), finding.move < Move::mended ? Ink::fail : Ink::plain}, {finding.severity ? std::string(name(*finding.severity)) : ""}, {finding.control},
                 {safe(finding.uid)}, {finding.id, Ink::dim}});
    section("Findings that moved", table, all.findings.size());
  }

  Status period_told() {
    auto report = TRY(period(*store_, content_, options_.time("--since").value_or(Time{}), options_.time("--until").value_or(Time{}), findings_most()));
    if (json_) {
      out_ = period_json(report);
      return {};
    }
    out_ += paint(terminal(), Ink::heading, people_time(report.since) + " to " + people_time(report.until)) + said(" · ") +
            count_text(report.runs.size(), "run") + said(" · ") + "level " + std::to_string(report.runs.front().level) + " to " + std::to_string(report.runs.back().level) +
            ", score " + score(report.runs.front().score) + " to " + score(report.runs.back().score) + "\n\n";
    Table table = by_severity();
    severities(table, "failing at the beginning", report.fail_start, Ink::fail);
    moves(table, report.moves);
    severities(table, "failing at the end", report.fail_end, Ink::fail);
    severities(table, "unknown at the end", report.unknown_end, Ink::unknown);
    severities(table, "excepted at the end", report.excepted_end, Ink::excepted);
    out_ += table.text(terminal());

    Table times({{""}, {"crit", Align::right}, {"high", Align::right}, {"med", Align::right}, {"low", Align::right}, {"info", Align::right}, {"all", Align::right}});
    auto row = [&](const std::string& what, auto figure) {
      std::vector<Cell> cells{{what}};
      for (size_t i = report.remediation.size(); i-- > 0;) cells.push_back({figure(report.remediation[i])});
      cells.push_back({figure(report.remediation_of_all)});
      times.row(std::move(cells));
    };
    row("mended or gone", [&](const Remediation& r) { return with_thousands(r.ended); });
    row("days, mean", [&](const Remediation& r) { return r.ended ? one_decimal(r.mean_days) : said("–"); });
    row("days, median", [&](const Remediation& r) { return r.ended ? one_decimal(r.median_days) : said("–"); });
    row("still open", [&](const Remediation& r) { return with_thousands(r.open); });
    row("days open, median", [&](const Remediation& r) { return r.open ? one_decimal(r.open_median_days) : said("–"); });
    section("Time to remediate", times, 5);

    std::vector<const ControlPeriod*> order;
    std::map<std::string_view, size_t> sums;
    for (auto& control : report.controls) order.push_back(&control), ++sums[control.effectiveness()];
    std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) {
      auto rank = [](const ControlPeriod* c) { return c->effectiveness() == "broken" ? 0 : c->effectiveness() == "not_known" ? 1 : c->effectiveness() == "held" ? 2 : 3; };
      auto severity = [](const ControlPeriod* c) { return c->severity ? static_cast<int>(*c->severity) : -1; };
      if (rank(a) != rank(b)) return rank(a) < rank(b);
      if (severity(a) != severity(b)) return severity(a) > severity(b);
      return a->share().value_or(0) < b->share().value_or(0);
    });
    Table controls({{"effectiveness"}, {"control", Align::left, 0, true}, {"severity", Align::left, 90}, {"of the time", Align::right}, {"runs", Align::right}, {"began"}, {"ended"}});
    for (auto* control : order) {
      std::string word(control->effectiveness());
      std::replace(word.begin(), word.end(), '_', ' ');
      controls.row({{word, word == "broken" ? Ink::fail : word == "not known" ? Ink::unknown : Ink::plain}, {control->id},
                    {control->severity ? std::string(name(*control->severity)) : ""}, {control->share() ? share_text(static_cast<uint64_t>(*control->share() * 10000 + 0.5), 10000) : said("–")},
                    {std::to_string(control->runs_passing) + "/" + std::to_string(control->runs)}, {std::string(name(control->at_start))}, {std::string(name(control->at_end))}});
    }
    section("Controls: " + std::to_string(sums["held"]) + " held, " + std::to_string(sums["broken"]) + " broken, " + std::to_string(sums["not_known"]) + " not known, " +
                std::to_string(sums["not_judged"]) + " without anything to judge",
            controls, order.size());
    moved_findings(report.moves);
    for (auto& note : report.notes) io_.say("note  " + fold(io_.error_terminal, safe(note)) + "\n");
    return {};
  }

  Status state_told() {
    StateJson json;
    Table findings({{"status"}, {"control"}, {"since"}, {"resource", Align::left, 0, true}, {"finding", Align::left, 120}});
    struct Row {
      int rank;
      std::vector<Cell> cells;
    };
    std::vector<Row> rows;
    auto state = TRY(state_at(*store_, content_, *options_.time("--at"), [&](const OpenAt& finding) -> Status {
      if (json_) {
        json.add(finding);
        return {};
      }
      int rank = static_cast<int>(finding.status) * 10 - (finding.severity ? static_cast<int>(*finding.severity) : 0);
      Ink ink = finding.status == store::FindingStatus::fail ? Ink::fail : finding.status == store::FindingStatus::unknown ? Ink::unknown : Ink::excepted;
      rows.push_back({rank, {{std::string(store::name(finding.status)), ink}, {std::string(finding.control)}, {day(finding.since)}, {safe(finding.uid)}, {std::string(finding.id), Ink::dim}}});
      return {};
    }));
    if (json_) {
      out_ = json.text(state);
      return {};
    }
    out_ += paint(terminal(), Ink::heading, "On " + people_time(*options_.time("--at"))) + said(" · ") + "run " + std::to_string(state.run.run) + " of " + people_time(state.run.as_of) + said(" · ") +
            "level " + std::to_string(state.run.level) + ", score " + score(state.run.score) + "\n\n";
    Table table = by_severity();
    severities(table, "fail", state.fail, Ink::fail);
    severities(table, "unknown", state.unknown, Ink::unknown);
    severities(table, "excepted", state.excepted, Ink::excepted);
    out_ += table.text(terminal());
    std::stable_sort(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.rank < b.rank; });
    for (auto& row : rows) findings.row(std::move(row.cells));
    section("Open then", findings, rows.size());
    return {};
  }

  Status difference_told() {
    auto& names = options_.arguments();
    int64_t from = TRY(run_named(*store_, names[0])), to = TRY(run_named(*store_, names.size() > 1 ? names[1] : "last"));
    auto both = TRY(difference(*store_, content_, from, to, findings_most()));
    if (json_) {
      out_ = difference_json(both);
      return {};
    }
    out_ += paint(terminal(), Ink::heading, "Run " + std::to_string(from) + " of " + people_time(both.from.as_of) + " to run " + std::to_string(to) + " of " + people_time(both.to.as_of)) + "\n";
    out_ += "level " + std::to_string(both.from.level) + " to " + std::to_string(both.to.level) + ", score " + score(both.from.score) + " to " + score(both.to.score) + "\n\n";
    Table table = by_severity();
    moves(table, both.moves);
    bool any = false;
    for (size_t i = 0; i < move_count; ++i) any |= both.moves.counts[i].total() > 0;
    out_ += any ? table.text(terminal()) : "No fail came or went.\n";
    Table controls({{"control", Align::left, 0, true}, {"before"}, {"after"}});
    for (auto& control : both.controls)
      controls.row({{control.id}, {std::string(name(control.before))}, {std::string(name(control.after)), control.after == Verdict::fail ? Ink::fail : Ink::plain}});
    section("Controls that changed", controls, both.controls.size());
    moved_findings(both.moves);
    for (auto& note : both.notes) io_.say("note  " + fold(io_.error_terminal, safe(note)) + "\n");
    return {};
  }

  const Options& options_;
  Io& io_;
  Content content_;
  std::unique_ptr<store::Store> store_;
  std::string out_;
  bool json_ = false;
};

}  // namespace

int run_history(const Options& options, Io& io) { return Telling(options, io).run(); }

}  // namespace reeve
