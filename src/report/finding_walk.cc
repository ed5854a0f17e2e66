#include "report/finding_walk.h"

#include <map>

#include "report/read_ahead.h"
#include "report/redaction.h"

namespace reeve {
namespace {

class Walk {
 public:
  Walk(Assessment& a, const FindingWalkOptions& options, const std::function<Status(const ReportedFinding&)>& each) : a_(a), options_(options), each_(each) {
    for (auto& result : a_.controls) results_.emplace(result.control->id, &result);
    for (auto& practice : a_.practices) practices_.emplace(practice.practice->slug, &practice);
  }

  Status all() {
    bool earlier = TRY(has_earlier_run(a_));
    store::FindingFilter filter;
    filter.control = options_.control;
    filter.other_units = a_.has_history;
    filter.closed = options_.closed_now && earlier;
    TRY(findings_read_ahead(*a_.store, filter, [&](const store::StoredFinding& stored) -> Status {
      if (!store::is_open(stored.status) && stored.closed_at != a_.as_of) return {};
      if (a_.controls_left_out && !results_.contains(stored.control)) return {};  // who asks for some controls wants to hear of those
      ReportedFinding finding = belonging_to(stored.control);
      finding.id = stored.id;
      finding.uid = stored.uid, finding.type = stored.type, finding.account = stored.account, finding.region = stored.region;
      finding.status = store::name(stored.status);
      finding.reason = stored.reason;
      finding.first_seen = stored.first_seen, finding.opened = stored.opened, finding.closed_at = stored.closed_at;
      finding.openings = stored.openings;
      finding.not_rejudged = stored.not_rejudged;
      finding.newly_opened = earlier && store::is_open(stored.status) && stored.opened == a_.as_of;
      finding.evidence_json = stored.evidence_json;
      if (stored.status == store::FindingStatus::excepted && options_.redaction)
        finding.exception = options_.redaction->exception(stored.control, stored.uid, a_.as_of);
      else if (stored.status == store::FindingStatus::excepted && a_.workspace)
        for (auto& exception : a_.workspace->exceptions)
          if (!finding.exception && !exception.expired(a_.as_of) && exception.covers(stored.control, stored.uid)) finding.exception = &exception;
      return hand_on(finding, Redaction::withheld(stored));
    }));
    if (!options_.passes) return {};
    for (auto& result : a_.controls) {
      if (result.counts.pass == 0 || (!options_.control.empty() && options_.control != result.control->id)) continue;
      TRY(a_.store->passes(result.control->id, [&](const store::Store::StoredResource& resource) -> Status {
        ReportedFinding finding = belonging_to(result.control->id);
        finding.id = finding_id(result.control->id, resource.uid);
        finding.uid = resource.uid, finding.type = resource.type, finding.account = resource.account, finding.region = resource.region;
        finding.status = "pass";
        if (auto evidence = a_.pass_evidence.find(finding.id); evidence != a_.pass_evidence.end()) finding.evidence_json = evidence->second;
        return hand_on(finding, false);
      }));
    }
    return {};
  }

 private:
  Status hand_on(ReportedFinding& finding, bool withhold) const {
    if (const Redaction* redaction = options_.redaction) {
      finding.uid = redaction->uid(finding.uid);
      finding.id = finding_id(finding.control_id, finding.uid);
      finding.account = redaction->account(finding.account);
      finding.reason = withhold ? std::string(Redaction::kWithheld) : redaction->text(finding.reason);
      finding.evidence_json = redaction->evidence_json(finding.evidence_json, withhold);
    }
    return each_(finding);
  }

  ReportedFinding belonging_to(const std::string& control) const {
    ReportedFinding finding;
    finding.control_id = control;
    auto result = results_.find(control);
    if (result == results_.end()) return finding;
    finding.result = result->second;
    finding.control = result->second->control;
    if (auto practice = practices_.find(finding.control->practice); practice != practices_.end()) finding.practice = practice->second;
    return finding;
  }

  Assessment& a_;
  const FindingWalkOptions& options_;
  const std::function<Status(const ReportedFinding&)>& each_;
  std::map<std::string_view, const ControlResult*> results_;
  std::map<std::string_view, const PracticeResult*> practices_;
};

}  // namespace

std::vector<Evidence> ReportedFinding::evidence() const {
  if (evidence_json.empty()) return {};
  auto read = evidence_from_json(evidence_json);
  return read ? std::move(*read) : std::vector<Evidence>{};
}

std::string ReportedFinding::practice_number() const {
  if (!practice) return control ? control->practice : "";
  return practice->number.empty() ? practice->practice->slug : practice->number;
}

Status walk_findings(Assessment& assessment, const FindingWalkOptions& options, const std::function<Status(const ReportedFinding&)>& each) {
  return Walk(assessment, options, each).all();
}

Result<bool> has_earlier_run(Assessment& assessment) {
  if (!assessment.has_history) return false;
  return TRY(assessment.store->runs()).size() > 1;
}

}  // namespace reeve
