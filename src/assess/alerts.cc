#include "assess/alerts.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/hash.h"
#include "base/text.h"
#include "content/detections.h"
#include "detect/attack_tags.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t ids_told = 20, finding_id_bytes = 12;
constexpr uint64_t alert_file_bytes_max = 4ull << 30;

// arn:aws:iam::111122223333:root
bool is_root(std::string_view principal) { return starts_with(principal, "arn:") && contains(principal, ":iam::") && ends_with(principal, ":root"); }

// signin.amazonaws.com, ConsoleLogin → signin:ConsoleLogin
std::string event_text(const ToldAlert& alert) { return alert.event_source.substr(0, alert.event_source.find('.')) + ":" + alert.event_name; }

std::string moment_text(int64_t time_ms) { return rfc3339(Time{time_ms / 1000 * 1000}); }

std::string list_text(const std::vector<std::string>& values) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const std::string& value : values) json.string(value);
  json.end_array();
  return out;
}

// The account or its root user that `sts:AssumeRoot` was asked for, as an id or an ARN.
std::string account_in(const std::string& target) {
  if (!starts_with(target, "arn:")) return target;
  const auto parts = split(target, ':');
  return parts.size() > 4 ? std::string(parts[4]) : target;
}

std::vector<AlertFinding> findings_of(const std::vector<ToldAlert>& alerts, const Detections& detections) {
  std::map<std::tuple<std::string, std::string, std::string>, AlertFinding> all;
  for (const ToldAlert& alert : alerts) {  // by time
    AlertFinding& one = all[{alert.rule_id, alert.principal, alert.account}];
    if (one.alerts++ == 0) {
      one.id = "af-" + base32(sha256(alert.rule_id + "\n" + alert.principal + "\n" + alert.account), finding_id_bytes);
      one.rule_id = alert.rule_id, one.resource = alert.principal, one.account = alert.account;
      one.first_seen = Time{alert.time_ms};
      if (const Detection* known = detections.of_rule(alert.rule_id)) one.detection = known->id, one.controls = known->controls, one.triage = known->triage, one.built_in = known->layer == LayerKind::built_in;
    }
    // Another file of rules may have taken the id.
    if (const Detection* known = one.built_in ? detections.of_rule(alert.rule_id) : nullptr) one.built_in = known->title == alert.title;
    one.title = alert.title, one.level = std::max(one.level, alert.level), one.region = alert.region, one.techniques = techniques_in(alert.tags);
    one.last_seen = Time{alert.time_ms};
    one.events += alert.count;
    one.judged_true += alert.outcome == "true", one.judged_false += alert.outcome == "false";
    one.source = alert.at.path, one.line = alert.at.line;
    one.alert_ids.insert(one.alert_ids.begin(), alert.id);
    if (one.alert_ids.size() > ids_told) one.alert_ids.pop_back();
  }
  std::vector<AlertFinding> out;
  for (auto& [key, one] : all) out.push_back(std::move(one));
  std::stable_sort(out.begin(), out.end(), [](const AlertFinding& a, const AlertFinding& b) { return std::make_tuple(-static_cast<int>(a.level), -a.last_seen.ms) < std::make_tuple(-static_cast<int>(b.level), -b.last_seen.ms); });
  return out;
}

}  // namespace

AlertPart read_alert_inputs(const std::vector<Input>& inputs, const Content& content, const Scope& scope, std::vector<Error>& problems) {
  AlertPart out;
  std::vector<ToldAlert> all;
  for (const Input& input : inputs) {
    out.given = true;
    auto text = input.read(alert_file_bytes_max);
    if (!text) {
      problems.push_back(std::move(text.error()));
      continue;
    }
    read_alerts(*text, input.shown, [&](ToldAlert alert) {
      const bool inside = (scope.accounts.empty() || alert.account.empty() || scope.has_unit("account:" + alert.account)) && scope.has_region(alert.region);
      if (inside) all.push_back(std::move(alert));
      else ++out.out_of_scope;
    }, [&](Error error) { problems.push_back(std::move(error)); });
  }
  if (!out.given) return out;
  // Of lines of one id the one with an outcome counts.
  std::sort(all.begin(), all.end(), [](const ToldAlert& a, const ToldAlert& b) {
    return std::tie(a.time_ms, a.id, b.outcome, a.at.path, a.at.line) < std::tie(b.time_ms, b.id, a.outcome, b.at.path, b.at.line);
  });
  std::set<std::string> ids;
  for (ToldAlert& alert : all) {
    if (ids.insert(alert.id).second) out.told.push_back(std::move(alert));
    else ++out.repeated;
  }
  out.alerts = out.told.size();
  out.findings = findings_of(out.told, detections_of(*content.files));
  return out;
}

Status record_alerts(store::Store& store, const Content& content, AlertPart& part, Time as_of) {
  auto& db = store.db();
  for (AlertFinding& one : part.findings) one.newer_than_facts = one.last_seen > as_of;
  if (content.record_view("alerts")) {
    auto insert = TRY(db.prepare("INSERT INTO temp.alerts(alert, rule, level, time, account, techniques, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    for (const ToldAlert& alert : part.told) {
      const std::string time = moment_text(alert.time_ms), techniques = list_text(techniques_in(alert.tags));
      insert.bind(1, alert.id).bind(2, alert.rule_id).bind(3, name(alert.level)).bind(4, time).bind(5, alert.account).bind(6, techniques).bind_or_null(7, alert.outcome);
      TRY(insert.run());
    }
  }
  // Several rules may be about one event.
  std::set<std::string> events;
  if (content.record_view("root_activity")) {
    auto insert = TRY(db.prepare("INSERT INTO temp.root_activity(account, time, event, event_id, source_ip, approved_by) VALUES (?1, ?2, ?3, ?4, ?5, NULL)"));
    for (const ToldAlert& alert : part.told) {
      if (!is_root(alert.principal) || !alert.invoked_by.empty() || alert.account.empty() || alert.event_id.empty() || !events.insert(alert.event_id).second) continue;
      const std::string time = moment_text(alert.time_ms), event = event_text(alert);
      insert.bind(1, alert.account).bind(2, time).bind(3, event).bind(4, alert.event_id).bind_or_null(5, alert.source_ip);
      TRY(insert.run());
    }
  }
  events.clear();
  if (content.record_view("assume_root_sessions")) {
    auto insert = TRY(db.prepare("INSERT INTO temp.assume_root_sessions(event_id, time, principal, target, task_policy, approved_by) VALUES (?1, ?2, ?3, ?4, NULL, NULL)"));
    for (const ToldAlert& alert : part.told) {
      const bool names_target = alert.entity.first == "requestParameters.targetPrincipal";
      if (alert.event_source != "sts.amazonaws.com" || alert.event_name != "AssumeRoot" || !names_target || !events.insert(alert.event_id).second) continue;
      const std::string time = moment_text(alert.time_ms), target = account_in(alert.entity.second);
      insert.bind(1, alert.event_id).bind(2, time).bind(3, alert.principal).bind(4, target);
      TRY(insert.run());
    }
  }
  part.told.clear();
  return {};
}

}  // namespace reeve
