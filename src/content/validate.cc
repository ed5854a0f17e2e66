// The house rules over content as a whole. What is wrong with one file was said when it was loaded.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "content/actions.h"
#include "content/content.h"
#include "content/detections.h"
#include "content/escalations.h"
#include "content/fields.h"
#include "content/risk_scale.h"
#include "content/threats.h"

namespace reeve {
namespace {

void every_level_has_a_control(const Content& content, std::vector<Error>& errors) {
  for (const Practice& practice : content.practices)
    for (int level = 1; level <= 4; ++level) {
      bool found = std::any_of(content.controls.begin(), content.controls.end(),
                               [&](const Control& c) { return c.practice == practice.slug && c.level == level; });
      if (found) continue;
      errors.push_back({Code::not_found, "practice `" + practice.slug + "` has no control at level " + std::to_string(level) + " " + std::string(level_name(level)),
                        practice.at, "at least one control at each of the levels 1 to 4", {}});
    }
}

// An assessment that stands on people's word is a questionnaire.
void few_are_attested(const Content& content, std::vector<Error>& errors) {
  auto attested = static_cast<size_t>(
      std::count_if(content.controls.begin(), content.controls.end(), [](const Control& c) { return c.judge == Judge::attested; }));
  if (attested * 4 <= content.controls.size()) return;
  errors.push_back({Code::limit, std::to_string(attested) + " of " + std::to_string(content.controls.size()) + " controls are attested", {},
                    "at most a quarter", "judge more of them by facts"});
}

void types_are_described(const Content& content, const GuardTypes& guard_types, std::vector<Error>& errors) {
  std::vector<std::string> known;
  for (const ContentDocument& file : content.resource_types) known.emplace_back(file.document->root().get("type") ? file.document->root().get("type").text() : "");
  std::set<std::string> described(known.begin(), known.end());
  auto hold = [&](const std::string& type, const Place& at) {
    if (!described.contains(type)) errors.push_back(unknown_word("resource type `" + type + "` is described by no file in resources/", at, type, known));
  };
  for (const Control& control : content.controls) {
    for (const std::string& type : control.candidate_types) hold(type, control.at.at("for_each"));
    if (control.judge != Judge::guard || !guard_types) continue;
    auto judged = guard_types(control);
    if (!judged) {
      errors.push_back(judged.error());
      continue;
    }
    for (const std::string& type : judged->types) hold(type, {control.check.shown});
    if (judged->any_type || judged->types.empty())
      errors.push_back({Code::usage, "control `" + control.id + "` asks outside of type blocks", {control.check.shown},
                        "rules that stand in blocks such as AWS::S3::Bucket { … }", {}});
  }
}

// An objective names the practices it serves; its controls must be the ones by which it serves them.
void objectives_serve_their_practices(const Content& content, std::vector<Error>& errors) {
  for (const Objective& objective : content.objectives) {
    std::set<std::string> answered;
    for (const Control& control : content.controls) {
      if (control.objective != objective.slug) continue;
      answered.insert(control.practice);
      if (std::find(objective.practices.begin(), objective.practices.end(), control.practice) != objective.practices.end()) continue;
      errors.push_back({Code::conflict, "control `" + control.id + "` answers practice `" + control.practice + "`, which its objective `" + objective.slug + "` does not name",
                        control.at.at("practice"), "one of " + join(objective.practices, ", "), "name it in " + objective.at.path});
    }
    for (const std::string& practice : objective.practices)
      if (!answered.contains(practice))
        errors.push_back({Code::not_found, "objective `" + objective.slug + "` names practice `" + practice + "`, which no control of it answers",
                          objective.key_at.at("practices"), {}, {}});
  }
}

// Each way up is read, and asks for permissions that IAM knows.
void escalations_ask_for_actions(const Content& content, std::vector<Error>& errors) {
  const Escalations known = escalations_of(*content.files);
  errors.insert(errors.end(), known.errors.begin(), known.errors.end());
  if (known.ways.empty()) return;
  std::vector<Error> told;  // by validate_permissions
  const ActionCatalogue catalogue = actions_of(content, told);
  if (!catalogue.known()) return;
  for (const Escalation& way : known.ways)
    for (const Escalation::Need& need : way.needs)
      if (catalogue.levels(need.action).empty()) errors.push_back({Code::not_found, "IAM has no action `" + need.action + "`", {way.file}, "as content/actions/iam.json spells it", {}});
}

// Each detection is read, and serves controls that there are.
void detections_serve_controls(const Content& content, std::vector<Error>& errors) {
  const Detections known = detections_of(*content.files);
  errors.insert(errors.end(), known.errors.begin(), known.errors.end());
  std::vector<std::string> ids;
  for (const Control& control : content.controls) ids.push_back(control.id);
  for (const Detection& one : known.all)
    for (const std::string& id : one.controls)
      if (!content.control(id)) errors.push_back(unknown_word("detection `" + one.id + "` serves control `" + id + "`, which there is not", one.controls_at, id, ids));
}

// Each threat is read, and is bound to what there is.
void threats_are_bound(const Content& content, std::vector<Error>& errors) {
  const Threats known = threats_of(*content.files);
  errors.insert(errors.end(), known.errors.begin(), known.errors.end());
  for (Error& error : bindings_hold(known, content)) errors.push_back(std::move(error));
  // Classes of risk are none without what they stand for.
  const RiskScale scale = risk_scale_of(*content.files, {});
  errors.insert(errors.end(), scale.errors.begin(), scale.errors.end());
  if (!known.rules.empty() && !scale.loaded) errors.push_back({Code::not_found, "there are threats, and no scale of risk that holds", {}, "risk/scale.yaml", {}});
}

}  // namespace

std::vector<Error> validate_content(const Content& content, const GuardTypes& guard_types) {
  std::vector<Error> errors;
  every_level_has_a_control(content, errors);
  few_are_attested(content, errors);
  objectives_serve_their_practices(content, errors);
  types_are_described(content, guard_types, errors);
  for (Error& error : validate_permissions(content)) errors.push_back(std::move(error));
  escalations_ask_for_actions(content, errors);
  detections_serve_controls(content, errors);
  threats_are_bound(content, errors);
  return errors;
}

}  // namespace reeve
