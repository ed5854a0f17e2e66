#include "report/threats_json.h"

#include <algorithm>

#include "content/risk_scale.h"
#include "threats/derive.h"

namespace reeve {
namespace {

using threats::Bound;
using threats::ThreatState;

bool stands(threats::Standing standing) { return standing == threats::Standing::effective || standing == threats::Standing::attested; }

void texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& values) {
  json.key(key).begin_array();
  for (const std::string& value : values) json.string(value);
  json.end_array();
}

void count(JsonWriter& json, std::string_view key, uint64_t n) { json.member(key, static_cast<int64_t>(n)); }

void bound_of(JsonWriter& json, const Bound& bound) {
  json.begin_object().member("id", bound.id).member("duty", threats::name(bound.duty)).member("kind", bound.detection ? "detection" : "control");
  json.member("standing", threats::name(bound.standing)).member("why", bound.why);
  texts(json, "where", bound.where);
  if (bound.detection) {
    json.member("logs", threats::name(bound.fed));
    if (bound.last_fired.known()) json.member("last_fired", rfc3339(bound.last_fired));
  } else {
    json.key("resources").begin_object();
    count(json, "pass", bound.verdicts.pass);
    count(json, "fail", bound.verdicts.fail);
    count(json, "unknown", bound.verdicts.unknown);
    count(json, "excepted", bound.verdicts.excepted);
    json.end_object();
  }
  json.end_object();
}

}  // namespace

DutyShare share_of(const ThreatState& threat, threats::Duty duty) {
  DutyShare out;
  for (const Bound& bound : threat.bound) {
    if (bound.duty != duty) continue;
    ++out.bound;
    out.stand += stands(bound.standing);
  }
  return out;
}

size_t depth_of(const ThreatState& threat) { return size_t{stands(threat.prevented)} + size_t{stands(threat.detected)} + size_t{stands(threat.responded)}; }

std::vector<const ThreatState*> by_gravity(const threats::State& state) {
  std::vector<const ThreatState*> out;
  for (const ThreatState& one : state.threats) out.push_back(&one);
  const auto rank = [](const ThreatState& one) { return one.inherent ? static_cast<int>(*one.inherent) : -1; };
  std::stable_sort(out.begin(), out.end(), [&](const ThreatState* a, const ThreatState* b) {
    if (a->closed != b->closed) return b->closed;
    if (rank(*a) != rank(*b)) return rank(*a) > rank(*b);
    return depth_of(*a) < depth_of(*b);
  });
  return out;
}

void write_threats(JsonWriter& json, const ThreatPart& part) {
  if (!part.file.empty()) json.member("file", part.file);
  json.key("kept").boolean(part.state.has_model);
  size_t detected = 0;
  for (const ThreatState& one : part.state.threats) detected += stands(one.detected);
  count(json, "threats_detected", detected);
  count(json, "threats_not_known", part.rules ? threats::unread_of(part.state, *part.rules, *part.reaches) : 0);
  json.key("not_read").begin_object();
  count(json, "accounts", part.state.accounts_not_read);
  count(json, "regions", part.state.regions_not_read);
  json.end_object().key("threats").begin_array();
  for (const ThreatState& one : part.state.threats) {
    json.begin_object().member("id", one.id);
    if (one.rule) json.member("rule", one.rule->id);
    json.member("title", one.title).member("statement", one.statement);
    if (one.inherent) json.member("class", name(*one.inherent));
    json.key("class_said").boolean(one.inherent.has_value());
    json.key("accepted").boolean(one.accepted).key("closed").boolean(one.closed);
    texts(json, "attack", one.attack);
    json.key("reach").begin_object().key("known").boolean(one.reach_known);
    count(json, "resources", one.reach.resources);
    count(json, "resources_unknown", one.reach.unknown);
    count(json, "accounts", one.reach.accounts);
    count(json, "accounts_unread", one.reach.unread);
    texts(json, "first", one.reach.first);
    json.end_object();
    json.member("prevent", threats::name(one.prevented)).member("detect", threats::name(one.detected)).member("respond", threats::name(one.responded));
    json.key("bound").begin_array();
    for (const Bound& bound : one.bound) bound_of(json, bound);
    json.end_array().end_object();
  }
  json.end_array().key("alarms").begin_array();
  for (const threats::Alarm& alarm : part.state.alarms) {
    json.begin_object().member("kind", threats::name(alarm.kind));
    if (!alarm.threat.empty()) json.member("threat", alarm.threat);
    if (!alarm.subject.empty()) json.member("subject", alarm.subject);
    json.member("what", alarm.what).end_object();
  }
  json.end_array();
}

}  // namespace reeve
