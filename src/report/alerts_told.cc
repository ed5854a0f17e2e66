#include "report/alerts_told.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "report/ocsf.h"

namespace reeve {
namespace {

// T1078, T1078.004
bool names_technique(std::string_view text) {
  auto digits = [](std::string_view part, size_t count) { return part.size() == count && part.find_first_not_of("0123456789") == std::string_view::npos; };
  if (text.empty() || text[0] != 'T') return false;
  text.remove_prefix(1);
  const size_t dot = text.find('.');
  return digits(text.substr(0, dot), 4) && (dot == std::string_view::npos || digits(text.substr(dot + 1), 3));
}

int64_t count_of(uint64_t n) { return static_cast<int64_t>(n); }

void strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& values) {
  json.key(key).begin_array();
  for (const std::string& value : values) json.string(value);
  json.end_array();
}

void finding_json(JsonWriter& json, const AlertFinding& one) {
  json.begin_object().member("id", one.id).member("rule_id", one.rule_id);
  if (!one.detection.empty()) json.member("detection", one.detection);
  json.member("title", one.title).member("level", name(one.level)).member("resource", one.resource).member("account", one.account);
  if (!one.region.empty()) json.member("region", one.region);
  json.member("alerts", count_of(one.alerts)).member("events", count_of(one.events)).member("first_seen", rfc3339(one.first_seen)).member("last_seen", rfc3339(one.last_seen));
  json.member("newer_than_facts", one.newer_than_facts).member("judged_true", count_of(one.judged_true)).member("judged_false", count_of(one.judged_false));
  strings(json, "techniques", one.techniques), strings(json, "controls", one.controls), strings(json, "triage", one.triage), strings(json, "alert_ids", one.alert_ids);
  json.member("source", one.source).member("line", int64_t{one.line}).end_object();
}

bool serves(const AlertFinding& one, const std::string& control) { return std::find(one.controls.begin(), one.controls.end(), control) != one.controls.end(); }

std::string capital(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

}  // namespace

void redact_alerts(const Redaction& redaction, AlertPart& alerts) {
  for (AlertFinding& one : alerts.findings) {
    one.resource = starts_with(one.resource, "arn:") ? redaction.uid(one.resource) : ends_with(one.resource, ".amazonaws.com") ? one.resource : redaction.name(one.resource);
    one.account = redaction.account(one.account);
    one.source = redaction.path(one.source);
    one.alert_ids.clear();
    if (!one.built_in) {
      // A rule of the user's own: all that it says is theirs, and what its tags say beyond ids of ATT&CK.
      one.title = redaction.name(one.title), one.rule_id = redaction.name(one.rule_id);
      if (!one.detection.empty()) one.detection = redaction.name(one.detection);
      one.triage.clear();
      std::erase_if(one.techniques, [](const std::string& technique) { return !names_technique(technique); });
    }
    one.id = "af-" + base32(sha256(one.rule_id + "\n" + one.resource + "\n" + one.account), 12);  // the real one is a digest of what one could guess
  }
}

void write_control_alerts(JsonWriter& json, const Assessment& assessment, const std::string& control) {
  bool begun = false;
  for (const AlertFinding& one : assessment.alerts.findings) {
    if (!serves(one, control)) continue;
    if (!begun) json.key("alerts").begin_array();
    begun = true;
    finding_json(json, one);
  }
  if (begun) json.end_array();
}

void write_alerts_json(JsonWriter& json, const Assessment& assessment) {
  const AlertPart& alerts = assessment.alerts;
  if (!alerts.given) return;
  json.key("alerts").begin_object().member("alerts", count_of(alerts.alerts)).member("repeated", count_of(alerts.repeated)).member("out_of_scope", count_of(alerts.out_of_scope));
  json.key("findings").begin_array();
  for (const AlertFinding& one : alerts.findings) finding_json(json, one);
  json.end_array().end_object();
}

std::string alerts_ocsf(const Assessment& assessment, const OutputOptions& options) {
  constexpr int64_t category = 2, kind = 2004, created = 1, updated = 2;
  std::string out;
  for (const AlertFinding& one : assessment.alerts.findings) {
    const int64_t activity = one.alerts > 1 ? updated : created;
    JsonWriter json(out);
    json.begin_object().member("category_uid", category).member("class_uid", kind).member("activity_id", activity).member("type_uid", kind * 100 + activity);
    json.member("time", one.last_seen.ms).member("severity_id", static_cast<int64_t>(one.level) + 1).member("severity", capital(name(one.level)));
    json.member("status_id", int64_t{1}).member("status", "New").member("is_alert", true).member("count", count_of(one.events)).member("message", one.title);
    json.member("start_time", one.first_seen.ms).member("end_time", one.last_seen.ms);
    json.key("metadata").begin_object().member("version", kOcsfVersion);
    json.key("product").begin_object().member("name", "Reeve").member("vendor_name", "Reeve").member("version", options.version).end_object();
    json.key("profiles").begin_array().string("cloud").end_array().end_object();
    json.key("cloud").begin_object().member("provider", "AWS");
    if (!one.account.empty()) json.key("account").begin_object().member("uid", one.account).member("type_id", int64_t{10}).end_object();
    if (!one.region.empty()) json.member("region", one.region);
    json.end_object();
    json.key("finding_info").begin_object().member("uid", one.id).member("title", one.title).member("first_seen_time", one.first_seen.ms).member("last_seen_time", one.last_seen.ms);
    json.key("analytic").begin_object().member("type_id", int64_t{1}).member("type", "Rule").member("uid", one.rule_id).member("name", one.title).end_object();
    json.key("attacks").begin_array();
    for (const std::string& technique : one.techniques) json.begin_object().key("technique").begin_object().member("uid", technique.substr(0, technique.find('.'))).end_object().end_object();
    json.end_array();
    if (!one.alert_ids.empty()) {
      json.key("related_events").begin_array();
      for (const std::string& id : one.alert_ids) json.begin_object().member("uid", id).end_object();
      json.end_array();
    }
    json.end_object();
    if (!one.resource.empty()) json.key("resources").begin_array().begin_object().member("uid", one.resource).member("type", "principal").end_object().end_array();
    if (!one.triage.empty()) {
      std::string steps;
      for (const std::string& step : one.triage) steps += (steps.empty() ? "" : " ") + step;
      json.key("remediation").begin_object().member("desc", steps).end_object();
    }
    json.key("unmapped").begin_object().member("newer_than_facts", one.newer_than_facts);
    strings(json, "controls", one.controls);
    json.end_object().end_object();
    out += '\n';
  }
  return out;
}

std::string section_alerts(const Report& report) {
  constexpr size_t shown_most = 200;
  const AlertPart& alerts = report.a.alerts;
  if (!alerts.given) return {};
  std::string out = "<section id=\"alerts\" aria-labelledby=\"h-alerts\">" +
                    section_head("alerts", "Alerts", "What <code>reeve detect</code> told, by who did it. A verdict stays what the facts say; where they are older than the alert, they want reading again.",
                                 figures(alerts.alerts, "alerts.alerts", "alert"), false);
  if (alerts.findings.empty()) return out + "<p class=\"later\">The files of alerts among the sources hold none.</p></section>";
  out += table_open("Alerts by rule and principal", {"Level", "What", "Who", "#Alerts", "First and last", "What to do"});
  size_t shown = 0;
  for (const AlertFinding& one : alerts.findings) {
    if (shown++ == shown_most) break;
    std::string controls, steps;
    for (const std::string& control : one.controls) controls += (controls.empty() ? "" : ", ") + ("<code>" + esc(control) + "</code>");
    for (const std::string& step : one.triage) steps += "<li>" + esc(step) + "</li>";
    // Most principals' ARNs name the account; where one does not, it stands beside.
    const bool told = one.account.empty() || contains(one.resource, one.account);
    std::string times = when(one.first_seen);
    if (when(one.last_seen) != times) times += "<br>" + when(one.last_seen);
    if (one.newer_than_facts) times += "<p>newer than the facts</p>";
    out += "<tr>" + td(esc(name(one.level))) + td(esc(one.title) + (controls.empty() ? "" : "<p>" + controls + "</p>")) +
           td("<code>" + esc(one.resource) + "</code>" + (told ? "" : "<p>" + esc(one.account) + "</p>")) + td(one.alerts) + td(times) +
           td(steps.empty() ? "–" : "<ol class=\"qs\">" + steps + "</ol>") + "</tr>";
  }
  out += std::string(table_close);
  if (alerts.findings.size() > shown_most) out += "<p class=\"later\">" + count_text(alerts.findings.size() - shown_most, "more row") + ": <code>alerts.findings[]</code> of <code>--format json</code> has all.</p>";
  return out + "</section>";
}

}  // namespace reeve
