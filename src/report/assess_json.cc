#include "report/assess_json.h"

#include "base/text.h"
#include "formats/json.h"
#include "report/alerts_told.h"
#include "report/escalation_drawn.h"
#include "report/threats_told.h"
#include "report/finding_walk.h"
#include "report/plan_json.h"
#include "report/history_json.h"
#include "report/objectives_json.h"
#include "report/workspace_json.h"

namespace reeve {
namespace {

int64_t whole(uint64_t n) { return static_cast<int64_t>(n); }

void counts(JsonWriter& json, const VerdictCounts& c) {
  json.begin_object().member("pass", whole(c.pass)).member("fail", whole(c.fail)).member("unknown", whole(c.unknown));
  json.member("excepted", whole(c.excepted)).member("not_applicable", whole(c.not_applicable)).end_object();
}

double rounded(double value) { return static_cast<double>(static_cast<int64_t>(value * 10 + 0.5)) / 10; }

// Evidence holds JSON text already; it goes in as it is.
void raw(std::string& out, JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key).null();
  out.erase(out.size() - 4);
  out += text;
}

class Writing {
 public:
  Writing(Assessment& a, const AssessJsonOptions& options, const std::function<Status(std::string_view)>& write)
      : a_(a), options_(options), write_(write), json_(out_, options.pretty ? 1 : 0) {}

  Status all() {
    json_.begin_object();
    framework();
    json_.member("generated_at", rfc3339(a_.as_of)).member("as_of_basis", a_.as_of_basis);
    if (!a_.organization.empty()) json_.member("organization", a_.organization);
    sources();
    json_.member("level", int64_t{a_.level}).member("level_name", level_name(a_.level)).member("level_without_attested", int64_t{a_.level_without_attested});
    json_.key("score");
    if (a_.score) json_.number(rounded(*a_.score));
    else json_.null();
    json_.member("score_formula", score_formula);
    json_.key("verdicts");
    counts(json_, a_.verdicts);
    json_.key("estate").begin_object().member("resources", whole(a_.resources)).member("accounts", whole(a_.accounts)).member("regions", whole(a_.regions));
    json_.member("applicable_pairs", whole(a_.pairs));
    if (a_.controls_left_out) json_.member("controls_left_out", whole(a_.controls_left_out));
    json_.end_object();
    practices();
    TRY(flush());
    TRY(findings());
    layers();
    write_alerts_json(json_, a_);
    write_escalation_json(json_, a_);
    write_threat_model_json(json_, a_);
    write_objectives_json(a_, json_);
    write_risks_json(json_, a_);
    write_plan_json(json_, a_);
    coverage();
    if (a_.has_history) {
      json_.key("history");
      write_history_part(json_, a_.history);
    }
    if (a_.workspace) TRY(write_workspace_part(json_, a_, options_.redaction, [&] { return out_.size() > (1 << 16) ? flush() : Status(); }));
    json_.key("not_computed").begin_array();
    if (a_.controls_left_out) json_.string("levels of the whole, objectives, frameworks, risks: only some controls are judged (--controls)");
    else if (!a_.threats.looked) json_.string("risks: there is no threat model in the workspace, and none was given (`reeve model derive`)");
    json_.string("risks in money: `reeve model risk` reckons them, `reeve model register` keeps them");
    if (!a_.alerts.given) json_.string("detections fired: no file of alerts (`reeve detect`) was among the sources");
    json_.end_array();
    json_.end_object();
    out_ += "\n";
    return flush();
  }

 private:
  void framework() {
    json_.key("framework").begin_object().member("id", "SEC01").member("title", "How do you securely operate your workload?");
    json_.member("edition", a_.edition).member("content_digest", a_.content.digest).end_object();
  }

  void sources() {
    json_.key("sources").begin_array();
    for (auto& source : a_.sources) {
      json_.begin_object().member("path", source.file).member("kind", source.kind);
      bool set_aside = source.kind == "ignored" || source.kind == "unplaced" || source.kind == "broken";
      json_.member("status", set_aside ? source.kind : std::string("read"));
      if (!source.why.empty()) json_.member("why", source.why);
      if (!source.operation.empty()) json_.member("operation", source.operation);
      if (!source.account.empty()) json_.member("account", source.account);
      if (source.time.known()) json_.member("time", rfc3339(source.time));
      if (!source.time_basis.empty()) json_.member("time_basis", source.time_basis);
      json_.end_object();
    }
    json_.end_array();
  }

  void practices() {
    json_.key("practices").begin_array();
    for (auto& practice : a_.practices) {
      json_.begin_object().member("id", practice.number).member("slug", practice.practice->slug).member("title", practice.practice->title);
      json_.member("level", int64_t{practice.level}).member("level_name", level_name(practice.level));
      json_.member("level_without_attested", int64_t{practice.level_without_attested});
      json_.key("score");
      if (practice.score) json_.number(rounded(*practice.score));
      else json_.null();
      json_.key("verdicts");
      counts(json_, practice.verdicts);
      json_.key("blockers").begin_array();
      for (auto& blocker : practice.blockers) {
        json_.begin_object();
        if (!blocker.control.empty()) json_.member("control", blocker.control);
        json_.member("level", int64_t{blocker.level}).member("status", name(blocker.status)).member("resources", whole(blocker.resources)).member("why", blocker.why);
        json_.end_object();
      }
      json_.end_array();
      json_.key("controls").begin_array();
      for (size_t index : practice.controls) control(a_.controls[index]);
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  void control(const ControlResult& result) {
    const Control& c = *result.control;
    json_.begin_object().member("id", c.id).member("title", c.title).member("status", name(result.status)).member("level", int64_t{c.level});
    json_.member("severity", name(c.severity)).member("area", c.area).member("judged_by", name(c.judge)).member("attested", c.judge == Judge::attested);
    json_.member("objective", c.objective).member("responsibility", name(c.responsibility));
    if (!result.reason.empty()) json_.member("reason", result.reason);
    raw(out_, json_, "evidence", evidence_to_json(result.evidence));
    json_.key("resource_types").begin_array();
    for (auto& type : result.resource_types) json_.string(type);
    json_.end_array();
    json_.key("resources");
    counts(json_, result.counts);
    write_control_alerts(json_, a_, c.id);
    json_.end_object();
  }

  Status findings() {
    json_.key("findings").begin_array();
    TRY(walk_findings(a_, {.passes = options_.all, .redaction = options_.redaction}, [&](const ReportedFinding& finding) -> Status {
      json_.begin_object().member("id", finding.id).member("control", finding.control_id).member("title", finding.title());
      if (finding.control) json_.member("severity", name(finding.control->severity)).member("practice", finding.control->practice);
      json_.key("resource").begin_object().member("uid", finding.uid).member("type", finding.type);
      json_.member("account", finding.account).member("region", finding.region).end_object();
      json_.member("status", finding.status);
      if (finding.first_seen.known()) {
        json_.member("reason", finding.reason).member("first_seen", rfc3339(finding.first_seen));
        if (finding.openings > 1) json_.member("openings", int64_t{finding.openings}).member("opened", rfc3339(finding.opened));
        if (finding.not_rejudged) json_.member("not_rejudged", true);
        raw(out_, json_, "evidence", finding.evidence_json.empty() ? "[]" : finding.evidence_json);
      } else if (!finding.evidence_json.empty()) {
        raw(out_, json_, "evidence", finding.evidence_json);
      }
      json_.end_object();
      return out_.size() > (1 << 16) ? flush() : Status();
    }));
    json_.end_array();
    return {};
  }

  void layers() {
    json_.key("layers").begin_array();
    for (auto& layer : a_.layers) {
      json_.begin_object().member("layer", layer.layer).member("area", layer.area).member("controls", whole(layer.controls));
      json_.member("pass", whole(layer.passing)).member("fail", whole(layer.failing)).member("unknown", whole(layer.unknown)).end_object();
    }
    json_.end_array();
  }

  void coverage() {
    json_.key("coverage").begin_object();
    json_.key("calls_failed").begin_array();
    for (auto& call : a_.calls_failed) {
      json_.begin_object().member("operation", call.call).member("account", call.account).member("region", call.region);
      if (!call.parameter.empty()) json_.member("parameter", call.parameter);
      json_.member("error", call.error).member("verdicts", whole(call.verdicts)).end_object();
    }
    json_.end_array();
    json_.key("facts_unknown").begin_array();
    for (auto& cause : a_.unknown_causes)
      json_.begin_object().member("cause", cause.cause).member("verdicts", whole(cause.verdicts)).member("controls", whole(cause.controls)).member("accounts", whole(cause.accounts)).end_object();
    json_.end_array();
    json_.key("judged_later").begin_array();
    for (auto& later : a_.judged_later) {
      json_.begin_object().member("part", later.part).member("command", command_of(later.part)).key("controls").begin_array();
      for (size_t control : later.controls) json_.string(a_.controls[control].control->id);
      json_.end_array().end_object();
    }
    json_.end_array();
    json_.key("problems").begin_array();
    for (auto& problem : a_.problems) json_.string(problem.text());
    json_.end_array();
    json_.key("notes").begin_array();
    for (auto& note : a_.notes) json_.string(note.text());
    json_.end_array();
    json_.end_object();
  }

  Status flush() {
    TRY(write_(out_));
    out_.clear();
    return {};
  }

  Assessment& a_;
  const AssessJsonOptions& options_;
  const std::function<Status(std::string_view)>& write_;
  std::string out_;
  JsonWriter json_;
};

}  // namespace

Status write_assess_json(Assessment& assessment, const AssessJsonOptions& options, const std::function<Status(std::string_view)>& write) {
  return Writing(assessment, options, write).all();
}

}  // namespace reeve
