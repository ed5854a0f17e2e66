#include "assess/threat_part.h"

#include <algorithm>
#include <set>

#include "assess/assess.h"
#include "assess/needs.h"
#include "base/file.h"
#include "base/text.h"
#include "detect/feeders.h"
#include "formats/json.h"
#include "model/read.h"
#include "threats/derive.h"
#include "threats/status.h"
#include "threats/withheld.h"

namespace reeve {
namespace {

using model::Record;

std::string json_list(const std::vector<std::string>& values) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const std::string& value : values) json.string(value);
  json.end_array();
  return out;
}

std::string model_name(const model::Model& model) {
  const std::string_view name = model.single("applicationInfo").text("name");
  return name.empty() ? std::string("the workspace's model") : std::string(name);
}

// `S3` of `AWS::S3::Bucket`.
std::string service_of(std::string_view type) {
  const auto parts = split(type, ':');
  return parts.size() >= 3 ? std::string(parts[2]) : std::string(type);
}

std::string day_text(const Record& record, std::string_view key) {
  const std::string_view said = trim(record.meta_text(key));
  const auto time = said.size() == 10 ? parse_time(std::string(said) + "T00:00:00Z") : parse_time(said);
  return time ? rfc3339(*time) : std::string();
}

}  // namespace

bool ThreatModelRun::looked() const { return out_.threats.looked; }
bool ThreatModelRun::has_model() const { return out_.threats.model != nullptr; }

Status ThreatModelRun::begin(const std::string& path, bool always) {
  ThreatPart& part = out_.threats;
  const bool kept = !path.empty() && exists(path);
  if (!kept && !always) return {};
  if (kept) {
    const auto bytes = TRY(FileBytes::open(path));
    auto read = model::read_model(bytes->view(), path);
    if (!read) {
      out_.problems.push_back(threats::withheld(read.error()));
      return {};
    }
    for (const Error& problem : threats::withheld(read->problems)) out_.problems.push_back(problem);
    if (!read->problems.empty()) return {};
    part.file = path;
    part.model = std::make_shared<const model::Model>(std::move(read->model));
  }
  part.looked = true;
  auto rules = std::make_shared<Threats>(threats_of(*out_.content.files));
  out_.problems.insert(out_.problems.end(), rules->errors.begin(), rules->errors.end());
  part.rules = rules;
  detections_ = std::make_shared<const Detections>(detections_of(*out_.content.files));
  auto scale = std::make_shared<RiskScale>(risk_scale_of(*out_.content.files, out_.workspace ? out_.workspace->dir : std::string()));
  out_.problems.insert(out_.problems.end(), scale->errors.begin(), scale->errors.end());
  part.scale = scale;
  auto reaches = std::make_shared<threats::Reaches>(TRY(threats::reach_of(out_.store->db(), part.rules->rules, catalogue_)));
  out_.problems.insert(out_.problems.end(), reaches->errors.begin(), reaches->errors.end());
  part.reaches = reaches;
  return {};
}

Status ThreatModelRun::record() {
  const ThreatPart& part = out_.threats;
  if (!part.model) return {};
  const model::Model& model = *part.model;
  auto& db = out_.store->db();
  const std::string name = model_name(model);
  std::map<std::string, size_t, std::less<>> places;
  for (size_t i = 0; i < part.rules->rules.size(); ++i) places[part.rules->rules[i].id] = i;
  std::set<std::string> services;
  std::string reviewed;
  if (out_.content.record_view("threats")) {
    auto insert = TRY(db.prepare("INSERT INTO temp.threats(threat, model, title, state, owner, priority, accepted_until, techniques, likelihood_reviewed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
    for (const Record& record : model.records("threats")) {
      const std::string_view rule = record.meta_text(threats::meta_rule), status = record.text("status");
      const auto at = places.find(rule);
      bool gone = status == "threatResolvedNotUseful" || (!rule.empty() && at == places.end());
      if (at != places.end()) {
        const threats::RuleReach& reach = part.reaches->of[at->second];
        gone |= reach.known && reach.reach.resources + reach.reach.unknown + reach.reach.unread == 0;
        if (!gone)
          for (const std::string& type : part.rules->rules[at->second].types) services.insert(service_of(type));
      }
      const threats::Acceptance acceptance = threats::acceptance_of(record);
      const std::string accepted = acceptance.wrong.empty() && acceptance.until ? rfc3339(*acceptance.until) : std::string(), seen = day_text(record, threats::meta_reviewed);
      reviewed = std::max(reviewed, seen);
      std::string title(record.meta_text(threats::meta_title));
      if (title.empty()) title = record.text("statement").empty() ? model::statement_of(record) : std::string(record.text("statement"));
      const std::string priority = lower(record.meta_text("Priority")), techniques = json_list(record.meta_texts(threats::meta_technique));
      insert.bind(1, record.text("id")).bind(2, name).bind(3, title);
      insert.bind(4, gone ? "gone" : acceptance.stands(out_.as_of) ? "accepted" : status == "threatResolved" ? "mitigated" : "open");
      insert.bind_or_null(5, record.meta_text("custom:reeve-owner")).bind_or_null(6, priority).bind_or_null(7, accepted).bind(8, techniques).bind_or_null(9, seen);
      TRY(insert.run());
    }
  }
  if (out_.content.record_view("mitigations")) {
    auto insert = TRY(db.prepare("INSERT INTO temp.mitigations(mitigation, threat, model, title, control, detection) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    std::set<std::string_view> detections;
    for (const Detection& one : detections_->all) detections.insert(one.id);
    for (const auto& [threat, all] : model::links_of(model).mitigations)
      for (const Record* mitigation : all) {
        std::vector<std::string> ids = mitigation->meta_texts(threats::meta_control);
        if (ids.empty()) ids.emplace_back();
        for (const std::string& id : ids) {
          const bool detects = detections.contains(id);
          insert.bind(1, mitigation->text("id")).bind(2, threat).bind(3, name).bind(4, mitigation->text("content"));
          const std::string_view bound = id, none;  // what is bound must live until the row is written
          insert.bind_or_null(5, detects ? none : bound).bind_or_null(6, detects ? bound : none);
          TRY(insert.run());
        }
      }
  }
  if (out_.content.record_view("threat_models")) {
    auto insert = TRY(db.prepare("INSERT INTO temp.threat_models(model, workload, reviewed, services) VALUES (?1, ?2, ?3, ?4)"));
    const std::string of = json_list({services.begin(), services.end()});
    insert.bind(1, name).bind(2, name).bind_or_null(3, reviewed).bind(4, of);
    TRY(insert.run());
  }
  return {};
}

Status ThreatModelRun::end() {
  ThreatPart& part = out_.threats;
  if (!part.looked) return {};
  threats::StatusInput input;
  input.model = part.model.get(), input.threats = part.rules.get(), input.reaches = part.reaches.get(), input.scale = part.scale.get();
  input.content = &out_.content, input.detections = detections_.get(), input.catalogue = &catalogue_, input.as_of = out_.today;
  std::map<size_t, std::string> later;
  for (const JudgedLater& one : out_.judged_later)
    for (size_t control : one.controls) later.emplace(control, judged_by({one.part}));
  for (size_t i = 0; i < out_.controls.size(); ++i) {
    const ControlResult& result = out_.controls[i];
    threats::ControlStands stands;
    stands.counts = result.counts;
    stands.attested = result.control->judge == Judge::attested;
    stands.first = result.first_resources;
    if (const auto by = later.find(i); by != later.end()) stands.unknown_because = by->second;
    else if (!result.unknown_causes.empty()) stands.unknown_because = result.unknown_causes.front();
    input.controls.emplace(result.control->id, std::move(stands));
  }
  std::vector<Error> errors;
  input.fed_by = feeders_of(*detections_, *out_.content.files, errors);
  input.alerts_given = out_.alerts.given;
  for (const AlertFinding& one : out_.alerts.findings)
    if (!one.detection.empty()) {
      Time& last = input.fired[one.detection];
      last = std::max(last, one.last_seen);
    }
  part.state = TRY(threats::state_of(input, out_.store->db(), errors));
  // What people wrote is told in many places; what looks like a secret in it is told in none.
  for (threats::ThreatState& one : part.state.threats) one.title = redacted_text(one.title), one.statement = redacted_text(one.statement);
  for (threats::Alarm& one : part.state.alarms) one.what = redacted_text(one.what), one.subject = redacted_text(one.subject);
  for (Error& error : errors) {
    if (error.at.path.empty()) error.at = {part.file};
    out_.problems.push_back(threats::withheld(std::move(error)));
  }
  return {};
}

}  // namespace reeve
