// Incidents and entities for machines (docs/incidents.md).
#include <cmath>

#include "base/time.h"
#include "detect/attack_tags.h"
#include "detect/incidents.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t timeline_max = 1000;  // alerts told of one incident; `alerts` says how many there are

void list(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  json.key(name).begin_array();
  for (const auto& value : values) json.string(value);
  json.end_array();
}

// One decimal: what lies behind is the machine's arithmetic.
double tenth(double value) { return std::round(value * 10) / 10; }

}  // namespace

void write_incident(std::string& out, const Story& story, const Incident& incident, const TriageByRule& triage) {
  JsonWriter json(out);
  json.begin_object().member("incident_id", incident.id).member("raised", incident.raised);
  if (incident.raised) json.member("why", incident.why);
  json.member("level", name(incident.level)).key("risk").number(tenth(incident.score));
  json.member("first_time", rfc3339(Time{incident.first_ms})).member("last_time", rfc3339(Time{incident.last_ms}));
  json.member("alerts", static_cast<int64_t>(incident.alerts.size()));
  json.key("tactics").begin_array();
  for (const auto& step : incident.tactics)
    json.begin_object().member("tactic", step.tactic).member("first_time", rfc3339(Time{step.first_ms})).member("alert_id", story.alerts[step.alert].id).end_object();
  json.end_array();
  list(json, "techniques", incident.techniques), list(json, "accounts", incident.accounts), list(json, "principals", incident.principals);
  list(json, "source_ips", incident.source_ips), list(json, "resources", incident.resources);
  if (!incident.was.empty()) list(json, "was", incident.was);
  const ToldAlert& grave = gravest(story, incident);
  if (const auto steps = triage.find(grave.rule_id); steps != triage.end()) list(json, "triage", steps->second);
  json.key("timeline").begin_array();
  size_t told = 0;
  for (size_t i : incident.alerts) {
    if (told++ == timeline_max) break;
    const ToldAlert& alert = story.alerts[i];
    json.begin_object().member("time", rfc3339(Time{alert.time_ms})).member("alert_id", alert.id).member("rule_id", alert.rule_id).member("rule_title", alert.title);
    json.member("level", name(alert.level)).member("account", alert.account).member("principal", alert.principal);
    list(json, "tactics", tactics_in(alert.tags));
    json.end_object();
  }
  json.end_array().end_object();
  out += '\n';
}

void write_entity(std::string& out, const EntityRisk& entity) {
  JsonWriter json(out);
  json.begin_object().member("entity", entity.value).member("kind", name(entity.kind)).key("risk").number(tenth(entity.now));
  json.key("peak").number(tenth(entity.peak)).member("peak_time", rfc3339(Time{entity.peak_ms}));
  json.member("first_time", rfc3339(Time{entity.first_ms})).member("last_time", rfc3339(Time{entity.last_ms})).member("alerts", static_cast<int64_t>(entity.alerts));
  list(json, "accounts", {entity.accounts.begin(), entity.accounts.end()});
  json.end_object();
  out += '\n';
}

}  // namespace reeve
