// reeve detect incidents: alerts told as stories, and who and what is at risk.
#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/detect_commands.h"
#include "cli/detect_kit.h"
#include "cli/terminal.h"
#include "detect/attack_tags.h"
#include "detect/incidents.h"

namespace reeve {
namespace {

constexpr size_t timeline_shown = 12, entities_shown = 10, names_shown = 4;
constexpr int indent_of_names = 10;

std::string second_text(int64_t time_ms) {
  std::string out = rfc3339(Time{time_ms / 1000 * 1000});
  out[10] = ' ';
  return out;
}

std::string figure(double value) { return with_thousands(static_cast<uint64_t>(std::llround(value))); }

Ink ink_for(RuleLevel level) { return level >= RuleLevel::high ? Ink::fail : level == RuleLevel::medium ? Ink::excepted : Ink::plain; }

class StoryText {
 public:
  StoryText(const Story& story, const TriageByRule& triage, const Terminal& terminal, bool all) : story_(story), triage_(triage), terminal_(terminal), all_(all) {}

  std::string incident(const Incident& one) const {
    const std::string title = count_text(one.alerts.size(), "alert") + " in " + count_text(one.accounts.size(), "account") +
                              (one.last_ms > one.first_ms ? " within " + duration_text(one.last_ms - one.first_ms) : "") + ", risk " + figure(one.score);
    std::string out = paint(terminal_, ink_for(one.level), name(one.level)) + "  " + paint(terminal_, Ink::heading, title) + "\n" + named("id", {one.id});
    if (one.raised) out += named("raised", {one.why});
    std::vector<std::string> tactics;
    for (const auto& step : one.tactics) tactics.push_back(step.tactic);
    if (!tactics.empty()) out += hung("  tactics   " + safe(join(tactics, " > ")));
    out += named("who", one.principals) + named("from", one.source_ips) + named("accounts", one.accounts) + named("what", one.resources) + named("was", one.was);
    size_t shown = 0;
    for (size_t i : one.alerts) {
      if (!all_ && shown++ == timeline_shown) {
        out += "  … " + with_thousands(one.alerts.size() - timeline_shown) + " more: --all\n";
        break;
      }
      const ToldAlert& alert = story_.alerts[i];
      out += hung("  " + second_text(alert.time_ms) + "  " + safe(alert.account) + "  " + safe(alert.title));
    }
    const ToldAlert& grave = gravest(story_, one);
    if (const auto steps = triage_.find(grave.rule_id); steps != triage_.end() && one.raised) {
      out += hung("  now, for " + safe(grave.title) + ":");
      for (const std::string& step : steps->second) out += hung("    - " + safe(step));
    }
    return fold(terminal_, out) + "\n";
  }

  std::string entities() const {
    Table table({{.title = "risk", .align = Align::right}, {.title = "peak", .align = Align::right}, {.title = "alerts", .align = Align::right}, {.title = "kind"}, {.title = "entity", .shrinks = true}});
    for (const EntityRisk& one : story_.entities)
      table.row({{figure(one.now)}, {figure(one.peak)}, {with_thousands(one.alerts)}, {std::string(name(one.kind))}, {safe(one.value)}});
    return fold(terminal_, table.text(terminal_, all_ ? 0 : entities_shown));
  }

 private:
  std::string hung(const std::string& line) const { return terminal_.tty ? hang(line, terminal_.width) : line + "\n"; }

  std::string named(const std::string& what, const std::vector<std::string>& values) const {
    if (values.empty()) return {};
    std::string out;
    for (size_t i = 0; i < values.size(); ++i) {
      if (!all_ && i == names_shown) {
        out += std::string(indent_of_names + 2, ' ') + "… " + with_thousands(values.size() - names_shown) + " more\n";
        break;
      }
      std::string head = i == 0 ? what : std::string();
      head.resize(indent_of_names, ' ');
      const std::string value = safe(values[i]);
      out += "  " + head + (terminal_.tty ? shorten(terminal_, value, std::max(20, terminal_.width - indent_of_names - 2)) : value) + "\n";
    }
    return out;
  }

  const Story& story_;
  const TriageByRule& triage_;
  const Terminal& terminal_;
  bool all_;
};

}  // namespace

int run_detect_incidents(const Options& options, Io& io) {
  StoryOptions how;
  const auto half_life = span_of(options, "--half-life", how.half_life_ms, io), window = span_of(options, "--window", how.window_ms, io);
  if (!half_life || !window) return exit_usage;
  if (*half_life == 0) {
    io.error({Code::usage, "a half-life of nothing leaves no risk at all", {}, "a span such as 24h", ""});
    return exit_usage;
  }
  how.half_life_ms = *half_life, how.window_ms = *window;
  if (options.has("--threshold")) {
    const auto threshold = parse_double(options.value("--threshold"));
    if (!threshold || !(*threshold > 0)) {
      io.error({Code::usage, "`--threshold " + options.value("--threshold") + "` is no measure of risk", {}, "a number above 0, such as 100", ""});
      return exit_usage;
    }
    how.threshold = *threshold;
  }
  how.latest_ms = latest_event_ms();
  how.shared = options.values("--shared");
  bool complete = true;
  auto refused = [&](Error error) {
    io.error(error);
    complete = false;
  };
  std::vector<ToldAlert> alerts;
  for (const std::string& path : options.arguments()) {
    auto bytes = FileBytes::open(path);
    if (!bytes) refused(std::move(bytes.error()));
    else read_alerts((*bytes)->view(), path == "-" ? "standard input" : path, [&](ToldAlert alert) { alerts.push_back(std::move(alert)); }, refused);
  }
  const Story story = story_of(std::move(alerts), how);
  TriageByRule triage;
  const Detections own = own_detections(options);
  for (const Error& error : own.errors) refused(error);
  for (const Detection& detection : own.all) triage.emplace(detection.rule_id, detection.triage);

  const bool text = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "text", all = options.has("--all");
  std::optional<RuleLevel> fail_at;
  for (RuleLevel level : {RuleLevel::informational, RuleLevel::low, RuleLevel::medium, RuleLevel::high, RuleLevel::critical})
    if (options.value("--fail-on") == name(level)) fail_at = level;
  const StoryText telling(story, triage, io.terminal, all);
  size_t raised = 0;
  bool reached = false;
  std::string out;
  for (const Incident& one : story.incidents) {
    raised += one.raised;
    reached = reached || (one.raised && fail_at && one.level >= *fail_at);
    if (!one.raised && !all) continue;
    if (text) out += telling.incident(one);
    else write_incident(out, story, one, triage);
  }
  if (text && !story.entities.empty()) out += telling.entities();
  if (!text)
    for (const EntityRisk& one : story.entities) write_entity(out, one);
  const size_t context = story.incidents.size() - raised;
  std::string closing = count_text(story.alerts.size(), "alert") + ", " + count_text(raised, "incident");
  if (context > 0) closing += ", " + with_thousands(context) + " below the threshold" + (all ? "" : " (--all)");
  if (story.repeated > 0) closing += ", " + count_text(story.repeated, "alert") + " there twice";
  if (text) out += closing + "\n";
  else if (io.error_terminal.tty) io.say(closing + "\n");
  io.print(out);
  if (!complete) return exit_input;
  return reached ? exit_results : exit_done;
}

}  // namespace reeve
