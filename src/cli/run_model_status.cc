// `reeve model status`.
#include <algorithm>

#include "base/text.h"
#include "base/words.h"
#include "cli/model_commands.h"
#include "cli/model_kit.h"
#include "formats/json.h"
#include "report/threats_json.h"
#include "threats/derive.h"
#include "threats/status.h"

namespace reeve {
namespace {

using threats::Alarm;
using threats::ThreatState;

constexpr size_t rows_most = 25, alarms_most = 5;

std::optional<RiskWord> class_called(std::string_view text) {
  for (RiskWord one : {RiskWord::low, RiskWord::medium, RiskWord::high, RiskWord::critical})
    if (name(one) == text) return one;
  return std::nullopt;
}

// `effective 2/3`, `none` where nothing is bound.
std::string cell(const ThreatState& threat, threats::Duty duty, threats::Standing standing) {
  const DutyShare share = share_of(threat, duty);
  if (share.bound == 0) return "none";
  return std::string(threats::name(standing)) + " " + std::to_string(share.stand) + "/" + std::to_string(share.bound);
}

std::string reach_text(const ThreatState& threat) {
  if (!threat.reach_known) return threat.rule ? "unknown" : "";
  if (threat.reach.resources + threat.reach.unknown == 0 && threat.reach.unread > 0) return "not read";
  std::string out = with_thousands(threat.reach.resources);
  if (threat.reach.unknown) out += " + " + with_thousands(threat.reach.unknown) + "?";
  return out;
}

// What is told of a threat begins with its title; where there is no room for both, what it is called by stands there instead.
std::string alarm_text(const threats::State& state, const Alarm& alarm, bool both) {
  for (const ThreatState& one : state.threats)
    if (!alarm.threat.empty() && one.id == alarm.threat && one.rule && starts_with(alarm.what, one.title)) return one.rule->id + (both ? "  " + alarm.what : alarm.what.substr(one.title.size()));
  return alarm.what;
}

std::string text_of(const Assessment& assessment, const std::vector<const ThreatState*>& over, std::optional<RiskWord> appetite, const Terminal& terminal, bool all) {
  const ThreatPart& part = assessment.threats;
  const threats::State& state = part.state;
  std::string out = (state.has_model ? safe(part.file) : std::string("No model is kept here; these are the threats that `reeve model derive` would make")) + "\n";
  size_t prevented = 0, detected = 0, responded = 0;
  const auto holds = [](threats::Standing one) { return one == threats::Standing::effective || one == threats::Standing::attested; };
  for (const ThreatState& one : state.threats) prevented += holds(one.prevented), detected += holds(one.detected), responded += holds(one.responded);
  out += count_text(state.threats.size(), "threat") + ": something stands that prevents " + with_thousands(prevented) + ", detects " + with_thousands(detected) + ", responds to " +
         with_thousands(responded) + "; " + count_text(state.alarms.size(), "alarm") + "; as of " + rfc3339(assessment.as_of) + day_told(assessment) + "\n";
  if (const auto waiting = std::count_if(state.threats.begin(), state.threats.end(), threats::is_waiting); waiting && !assessment.alerts.given)
    out += "No alerts are among the sources, so nothing shows that anybody runs `reeve detect`: detections of " + count_text(static_cast<uint64_t>(waiting), "threat") + " have their logs and are not known to work\n";
  out += "\n";
  Table table({{.title = "id", .shrinks = true}, {.title = "threat", .from_width = wide, .shrinks = true, .words = true}, {"class", Align::left}, {"prevent", Align::left}, {"detect", Align::left}, {"respond", Align::left}, {"reaches", Align::right}});
  size_t rows = 0;
  const auto ordered = by_gravity(state);
  for (const ThreatState* one : ordered) {
    if (!all && rows++ == rows_most) break;
    const std::string word = one->closed ? "closed" : one->accepted ? "accepted" : one->inherent ? std::string(name(*one->inherent)) : std::string("not said");
    table.row({{safe(terminal.width < wide && !one->rule ? one->title : std::string(threats::called(*one)))}, {safe(one->title), Ink::dim}, {word}, {cell(*one, threats::Duty::prevent, one->prevented)}, {cell(*one, threats::Duty::detect, one->detected)}, {cell(*one, threats::Duty::respond, one->responded)}, {reach_text(*one)}});
  }
  out += table.text(terminal);
  if (!all && ordered.size() > rows_most) out += "and " + with_thousands(ordered.size() - rows_most) + " more: --all\n";
  if (const size_t unread = threats::unread_of(state, *part.rules, *part.reaches)) out += "not known: " + count_text(unread, "threat") + " more may be there, where it was not read which resources there are\n";
  if (const std::string text = threats::not_read_text(state); !text.empty()) out += text + "\n";
  for (size_t begin = 0; begin < state.alarms.size();) {
    size_t end = begin;
    while (end < state.alarms.size() && state.alarms[end].kind == state.alarms[begin].kind) ++end;
    out += "\n" + std::string(threats::name(state.alarms[begin].kind)) + "  " + with_thousands(end - begin) + "\n";
    for (size_t i = begin; i < end && (all || i < begin + alarms_most); ++i) {
      const Alarm& alarm = state.alarms[i];
      const std::string text = (alarm.kind == Alarm::Kind::control_failed ? safe(alarm.subject) + ": " : std::string()) + safe(alarm_text(state, alarm, terminal.width >= wide));
      out += "  " + (terminal.tty ? shorten(terminal, text, std::max(40, terminal.width - 2)) : text) + "\n";
    }
    if (!all && end - begin > alarms_most) out += "  and " + with_thousands(end - begin - alarms_most) + " more: --all\n";
    begin = end;
  }
  if (appetite) {
    out += "\nAbove " + std::string(name(*appetite)) + " with nothing effective against " + (over.size() == 1 ? "it" : "them") + ": " + count_text(over.size(), "threat") + "\n";
    for (size_t i = 0; i < over.size() && (all || i < alarms_most); ++i) out += "  " + safe(threats::called(*over[i])) + "  " + safe(over[i]->title) + (over[i]->inherent ? "" : "  (class not said)") + "\n";
    if (!all && over.size() > alarms_most) out += "  and " + with_thousands(over.size() - alarms_most) + " more: --all\n";
  }
  return out;
}

std::string json_of(const Assessment& assessment, const std::vector<const ThreatState*>& over, std::optional<RiskWord> appetite) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("as_of", rfc3339(assessment.as_of)).member("today", rfc3339(assessment.today).substr(0, 10));
  write_threats(json, assessment.threats);
  if (appetite) {
    json.member("appetite", name(*appetite)).key("above_appetite").begin_array();
    for (const ThreatState* one : over) json.string(one->id);
    json.end_array();
  }
  json.end_object();
  return out + "\n";
}

}  // namespace

int run_model_status(const Options& options, Io& io) {
  if (!has_workspace_folder(options, io)) return exit_usage;
  int status = exit_done;
  const auto assessment = assess_for_model(options, io, status, true);
  if (!assessment) return status;
  if (!assessment->threats.looked) return exit_input;  // the model does not hold, which was told
  redaction_for(options, *assessment, io, status);
  if (status == exit_internal) return status;
  const std::string wanted = options.value("--appetite", "medium");
  const std::optional<RiskWord> appetite = class_called(wanted);
  const std::vector<const ThreatState*> over = appetite ? threats::above(assessment->threats.state, *appetite) : std::vector<const ThreatState*>();
  if (options.value("--format", io.terminal.tty ? "text" : "json") == "json") io.print(json_of(*assessment, over, appetite));
  else io.print(text_of(*assessment, over, appetite, io.terminal, options.has("--all")));
  if (!assessment->threats.state.has_model) io.say("Next: reeve model derive" + workspace_flag(options) + "\n");
  if (status != exit_done) return status;
  return over.empty() ? exit_done : exit_results;
}

}  // namespace reeve
