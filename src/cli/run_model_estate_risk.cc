// `reeve model risk` of an estate: what its threats may cost, and what to mend first.
#include <algorithm>
#include <numeric>
#include <set>

#include "base/text.h"
#include "cli/model_commands.h"
#include "cli/model_kit.h"
#include "cli/risk_run.h"
#include "formats/json.h"
#include "threats/derive.h"
#include "threats/portfolio.h"
#include "threats/ways.h"

namespace reeve {
namespace {

using threats::Pick;
using threats::ThreatMoney;
using threats::ThreatState;

constexpr size_t rows_of_a_screen = 20, bars_told = 8, picks_told = 20, beyond_told = 5;

std::string cell_text(const RiskCell& cell) { return std::string(name(cell.word)) + " " + std::to_string(cell.likelihood) + "x" + std::to_string(cell.impact); }
std::string one_decimal(double share) { return with_thousands(static_cast<uint64_t>(share * 100 + 0.5)) + " %"; }
std::string times_text(const Estimate& factor) {
  char text[64];
  std::snprintf(text, sizeof text, "%.3g to %.3g", factor.low, factor.high);
  return text;
}
std::string lever_text(const ThreatMoney& money) {
  if (money.levers.empty()) return "";
  const threats::Lever& lever = money.levers[0];
  return lever.control + " (-" + one_decimal(lever.saved / money.residual.mean) + ")";
}

class Telling {
 public:
  Telling(const RiskRun& run, const threats::Plan* plan, const Options& options, Io& io) : run_(run), plan_(plan), options_(options), io_(io), order_(run.state.threats.size()) {
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](size_t a, size_t b) {
      const ThreatMoney &one = run.money.threats[a], &other = run.money.threats[b];
      if (one.quantified != other.quantified) return one.quantified;
      return one.residual.mean > other.residual.mean;
    });
  }

  // The threat that was asked for; false: there is none, which was told.
  bool find() {
    const std::string wanted = options_.value("--threat");
    if (wanted.empty()) return true;
    std::vector<std::string> ids;
    for (size_t i = 0; i < run_.state.threats.size(); ++i) {
      const ThreatState& threat = run_.state.threats[i];
      if (threat.id == wanted || (threat.rule && threat.rule->id == wanted)) return one_ = i, true;
      ids.push_back(threat.rule ? threat.rule->id : threat.id);
    }
    const std::string near = nearest(wanted, ids);
    io_.error({Code::usage, "there is no threat `" + wanted + "` here", {}, "an id of the model, or of content/threats", near.empty() ? "" : "did you mean `" + near + "`?"});
    return false;
  }

  void text() {
    if (one_) return detail(*one_);
    Table table({{.title = "id", .shrinks = true}, {.title = "threat", .from_width = wide, .shrinks = true, .words = true}, {"inherent", Align::right}, {"residual", Align::right}, {"p90", Align::right}, {"class", Align::left}, {.title = "mend first", .from_width = 100, .shrinks = true}});
    size_t reckoned = 0;
    for (size_t i : order_) {
      const ThreatMoney& money = run_.money.threats[i];
      if (!money.quantified) continue;
      ++reckoned;
      const Ink ink = money.residual_cell.word >= RiskWord::high ? Ink::fail : Ink::plain;
      const ThreatState& threat = run_.state.threats[i];
      table.row({{safe(io_.terminal.width < wide && !threat.rule ? threat.title : std::string(threats::called(threat)))}, {safe(threat.title), Ink::dim}, {money_text(money.inherent.mean)}, {money_text(money.residual.mean)}, {money_text(money.residual.p90)}, {cell_text(money.residual_cell), ink}, {safe(lever_text(money)), Ink::dim}});
    }
    const threats::Money& money = run_.money;
    if (reckoned) io_.print(table.text(io_.terminal, options_.has("--all") ? 0 : rows_of_a_screen) + "\n");
    io_.print(count_text(reckoned, "threat") + " of " + with_thousands(order_.size()) + " reckoned, " + money.currency + " a year: inherent " + money_text(money.inherent_mean) + ", residual " + money_text(money.total.mean) +
              "; one year in ten " + money_text(money.total.p90) + " or more, one in a hundred " + money_text(money.total.p99) + "\n");
    if (reckoned < order_.size()) {
      std::map<std::string, size_t> why;
      for (const ThreatMoney& one : money.threats)
        if (!one.quantified) ++why[one.why_not];
      for (const auto& [reason, count] : why) io_.print("  not reckoned: " + with_thousands(count) + ", " + reason + "\n");
    }
    if (const size_t more = not_known()) io_.print("  not known: " + count_text(more, "threat") + " more may be there, where it was not read which resources there are\n");
    if (const std::string text = threats::not_read_text(run_.state); !text.empty()) io_.print("  " + text + "\n");
    if (plan_) plan();
  }

  void json() {
    std::string out;
    JsonWriter json(out, 1);
    const threats::Money& money = run_.money;
    json.begin_object().member("as_of", rfc3339(run_.assessment->as_of)).member("currency", money.currency);
    if (money.engine) json.member("simulations", money.engine->estate().simulations).member("seed", money.engine->estate().seed);
    json.member("threats_not_known", static_cast<int64_t>(not_known()));
    json.key("not_read").begin_object().member("accounts", static_cast<int64_t>(run_.state.accounts_not_read)).member("regions", static_cast<int64_t>(run_.state.regions_not_read)).end_object();
    json.key("inherent_mean").number(money.inherent_mean).key("total");
    figures(json, money.total);
    json.key("curve");
    curve(json, money.curve);
    json.key("threats").begin_array();
    for (size_t i : order_)
      if (!one_ || *one_ == i) threat(json, i);
    json.end_array();
    if (plan_) {
      json.key("plan").begin_object().member("budget_minutes", static_cast<int64_t>(plan_->budget)).member("minutes", static_cast<int64_t>(plan_->minutes)).member("not_known", static_cast<int64_t>(plan_->not_known)).key("before").number(plan_->before).key("after").number(plan_->after);
      for (const auto& [key, list] : {std::pair{"picks", &plan_->picks}, std::pair{"beyond", &plan_->beyond}}) {
        json.key(key).begin_array();
        for (const Pick& one : *list) pick(json, one);
        json.end_array();
      }
      json.end_object();
    }
    json.end_object();
    io_.print(out + "\n");
  }

 private:
  // They are in no sum.
  size_t not_known() const { return threats::unread_of(run_.state, *run_.assessment->threats.rules, *run_.assessment->threats.reaches); }

  static void figures(JsonWriter& json, const model::LossFigures& of) {
    json.begin_object().key("mean").number(of.mean).key("standard_error").number(of.standard_error).key("p50").number(of.p50).key("p90").number(of.p90).key("p95").number(of.p95).key("p99").number(of.p99).end_object();
  }
  static void curve(JsonWriter& json, const std::vector<model::CurvePoint>& points) {
    json.begin_array();
    for (const model::CurvePoint& point : points) json.begin_object().key("probability").number(point.probability).key("loss").number(point.loss).end_object();
    json.end_array();
  }
  static void estimate(JsonWriter& json, const char* key, const Estimate& of) { json.key(key).begin_object().key("low").number(of.low).key("mode").number(of.mode).key("high").number(of.high).end_object(); }
  static void side(JsonWriter& json, const char* key, const model::LossFigures& loss, double events, double event, const RiskCell& cell) {
    json.key(key).begin_object().key("loss");
    figures(json, loss);
    json.key("events_a_year").number(events).key("loss_of_one").number(event);
    json.key("cell").begin_object().member("likelihood", int64_t{cell.likelihood}).member("impact", int64_t{cell.impact}).member("class", name(cell.word)).end_object().end_object();
  }
  std::string bar_name(const model::TornadoBar& bar) const {
    std::string out(name(bar.input));
    if (bar.input >= model::TornadoBar::Input::strength) out += " of " + run_.money.engine->estate().controls[bar.control].id;
    return out;
  }

  void threat(JsonWriter& json, size_t i) {
    const ThreatState& threat = run_.state.threats[i];
    const ThreatMoney& money = run_.money.threats[i];
    json.begin_object().member("id", threat.id).member("rule", threat.rule ? threat.rule->id : std::string()).member("title", threat.title).member("reckoned", money.quantified);
    if (!money.quantified) {
      json.member("why_not", money.why_not).end_object();
      return;
    }
    estimate(json, "frequency", money.frequency);
    if (money.way) {
      const threats::Way& way = threat.ways[*money.way];
      json.key("attack_path").begin_object().member("kind", name(way.kind)).key("sure").boolean(way.sure).key("likelihood").number(way.likelihood).member("resources", static_cast<int64_t>(way.resources)).member("first", way.first).member("why", threats::text_of(way));
      estimate(json, "factor", money.way_factor);
      estimate(json, "frequency_without", money.class_frequency);
      json.end_object();
    }
    estimate(json, "capability", money.capability);
    estimate(json, "primary_loss", money.loss.primary);
    estimate(json, "secondary_probability", money.loss.secondary_probability);
    estimate(json, "secondary_loss", money.loss.secondary);
    side(json, "inherent", money.inherent, money.events_inherent, money.event_inherent, money.inherent_cell);
    side(json, "residual", money.residual, money.events_residual, money.event_residual, money.residual_cell);
    json.key("levers").begin_array();
    for (const threats::Lever& lever : money.levers) {
      const threats::Bound& bound = threat.bound[lever.bound];
      json.begin_object().member("control", lever.control).member("duty", name(bound.duty)).member("standing", lever.standing).key("mean").number(lever.mean).key("saved").number(lever.saved).end_object();
    }
    json.end_array();
    if (one_) {
      json.key("curve");
      curve(json, run_.money.engine->curve(money.at));
      json.key("tornado").begin_array();
      for (const model::TornadoBar& bar : run_.money.engine->tornado(money.at)) json.begin_object().member("input", bar_name(bar)).key("at_p10").number(bar.at_low).key("at_p90").number(bar.at_high).end_object();
      json.end_array();
    }
    json.end_object();
  }

  void pick(JsonWriter& json, const Pick& one) {
    json.begin_object().member("control", one.control).member("standing", name(one.standing)).member("resources", static_cast<int64_t>(one.resources)).member("unknown", static_cast<int64_t>(one.unknown)).member("minutes", static_cast<int64_t>(one.minutes));
    json.key("saved").number(one.saved).key("alone").number(one.alone).key("left").number(one.left).member("with", one.with).member("together", one.together).key("companions").begin_array();
    for (const std::string& id : one.companions) json.string(id);
    json.end_array().member("why", one.why).key("threats").begin_array();
    for (const auto& [t, saved] : one.threats) json.begin_object().member("id", run_.state.threats[t].id).member("title", run_.state.threats[t].title).key("saved").number(saved).end_object();
    json.end_array().end_object();
  }

  void plan() {
    io_.print("\nWhat to mend first" + (plan_->budget ? " with " + threats::effort_text(plan_->budget) + " of work" : std::string()) + ": " + money_text(plan_->before) + " a year becomes " + money_text(plan_->after) + " with " + threats::effort_text(plan_->minutes) + "\n");
    if (plan_->picks.empty()) io_.print("  Nothing that fits saves anything.\n");
    else {
      Table table({{"", Align::right}, {.title = "control", .shrinks = true}, {"effort", Align::right}, {"saves a year", Align::right}, {"then left", Align::right}, {.title = "why", .from_width = 100, .shrinks = true, .words = true}}, 2);
      size_t n = 0;
      for (const Pick& one : plan_->picks) table.row({{std::to_string(++n)}, {safe(one.control)}, {threats::effort_text(one.minutes)}, {money_text(one.saved)}, {money_text(one.left)}, {safe(one.why), Ink::dim}});
      io_.print(table.text(io_.terminal, options_.has("--all") ? 0 : picks_told));
    }
    for (size_t i = 0; i < plan_->beyond.size() && i < beyond_told; ++i)
      io_.print("  does not fit: " + safe(plan_->beyond[i].control) + (plan_->beyond[i].companions.empty() ? "" : " with " + safe(join(plan_->beyond[i].companions, ", "))) + ", " + threats::effort_text(plan_->beyond[i].minutes) + ", would save " + money_text(plan_->beyond[i].saved) + "\n");
    if (plan_->beyond.size() > beyond_told) io_.print("  and " + with_thousands(plan_->beyond.size() - beyond_told) + " more that do not fit\n");
    if (plan_->not_known) io_.print("  not in the plan: " + count_text(plan_->not_known, "control") + (plan_->not_known == 1 ? " or detection" : " and detections") + " of which it is not known whether they fail anywhere; what may be saved there nobody can say\n");
  }

  void detail(size_t i) {
    const ThreatState& threat = run_.state.threats[i];
    const ThreatMoney& money = run_.money.threats[i];
    io_.print(safe(threats::called(threat)) + "  " + safe(threat.title) + "\n");
    if (!money.quantified) return io_.print("  not reckoned: " + money.why_not + "\n");
    const std::string& currency = run_.money.currency;
    io_.print("  inherent  " + money_text(money.inherent.mean) + " " + currency + " a year, " + cell_text(money.inherent_cell) + "\n  residual  " + money_text(money.residual.mean) + " " + currency + " a year, " + cell_text(money.residual_cell) +
              "; p50 " + money_text(money.residual.p50) + ", p90 " + money_text(money.residual.p90) + ", p95 " + money_text(money.residual.p95) + ", p99 " + money_text(money.residual.p99) + "\n");
    if (money.way) io_.print("  tried " + times_text(money.way_factor) + " times as often as its class says: " + safe(text_of(threat.ways[*money.way])) + "\n");
    io_.print("\n");
    Table controls({{.title = "control", .shrinks = true}, {"duty"}, {"stands"}, {"if it stood", Align::right}, {"saved", Align::right}}, 2);
    std::set<std::string_view> mitigations;
    for (const model::Record& one : run_.model->records("mitigations")) mitigations.insert(one.text("id"));
    for (const threats::Bound& bound : threat.bound) {
      std::string mean, saved;
      for (const threats::Lever& lever : money.levers)
        if (lever.control == bound.id) mean = money_text(lever.mean), saved = money_text(lever.saved);
      // Of a mitigation that names no control its own words say more than its id.
      const bool loose = bound.standing == threats::Standing::absent && mitigations.contains(bound.id);
      controls.row({{safe(loose ? redacted_text(bound.why) : bound.id)}, {std::string(name(bound.duty))}, {standing_text(bound)}, {mean}, {saved}});
    }
    for (const threats::Lever& lever : money.levers)
      if (std::none_of(threat.bound.begin(), threat.bound.end(), [&](const threats::Bound& one) { return one.id == lever.control; }))
        controls.row({{safe(lever.control)}, {"feeds detections"}, {lever.standing}, {money_text(lever.mean)}, {money_text(lever.saved)}});
    if (!threat.bound.empty() || !money.levers.empty()) io_.print(controls.text(io_.terminal) + "\n");
    Table bars({{.title = "what moves the mean", .shrinks = true}, {"at its p10", Align::right}, {"at its p90", Align::right}}, 2);
    const auto tornado = run_.money.engine->tornado(money.at);
    for (size_t b = 0; b < tornado.size() && b < bars_told; ++b) bars.row({{safe(bar_name(tornado[b]))}, {money_text(tornado[b].at_low)}, {money_text(tornado[b].at_high)}});
    io_.print(bars.text(io_.terminal) + "\n");
    Table points({{"in a year with probability"}, {"lost is at least", Align::right}}, 2);
    for (const model::CurvePoint& point : run_.money.engine->curve(money.at)) {
      char share[16];
      std::snprintf(share, sizeof share, "%.1f %%", point.probability * 100);
      points.row({{share}, {money_text(point.loss)}});
    }
    io_.print(points.text(io_.terminal));
  }

  const RiskRun& run_;
  const threats::Plan* plan_;
  const Options& options_;
  Io& io_;
  std::vector<size_t> order_;  // by residual mean, what is not reckoned last
  std::optional<size_t> one_;
};

}  // namespace

int run_model_estate_risk(const Options& options, Io& io) {
  std::optional<uint64_t> budget;
  if (options.has("--budget") && !(budget = threats::parse_budget(options.value("--budget"))))
    return io.error({Code::usage, "`--budget " + options.value("--budget") + "` is no amount of work", {}, "days, hours or minutes, such as 10d, 4h or 90min", {}}), exit_usage;
  int status = exit_done;
  const auto run = risk_run(options, io, true, status);
  if (!run) return status;
  if (redaction_for(options, *run->assessment, io, run->status)) run->state = run->assessment->threats.state;
  if (run->status == exit_internal) return exit_internal;
  std::optional<threats::Plan> plan;
  if (budget) plan = threats::plan_of(run->money, run->state, run->scale, run->assessment->content, *budget);
  Telling telling(*run, plan ? &*plan : nullptr, options, io);
  if (!telling.find()) return exit_usage;
  if (options.value("--format", io.terminal.tty ? "text" : "json") == "json") telling.json();
  else telling.text();
  return run->status;
}

}  // namespace reeve
