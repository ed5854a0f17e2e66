#include "cli/plain_state.h"

#include <map>
#include <set>

#include "content/detections.h"
#include "content/resource_types.h"
#include "threats/derive.h"
#include "threats/scope.h"

namespace reeve::threats {

Result<State> plain_state(Assessment& assessment, const model::Model& model, const Threats& known, std::vector<Error>& errors) {
  const ResourceCatalogue catalogue = catalogue_of(assessment.content, errors);
  const Reaches reaches = TRY(reach_of(assessment.store->db(), known.rules, catalogue));
  errors.insert(errors.end(), reaches.errors.begin(), reaches.errors.end());
  State out;
  std::map<std::string, const ControlResult*> results;
  for (const ControlResult& one : assessment.controls) results.emplace(one.control->id, &one);
  std::map<std::string, const model::Record*> records;
  for (const model::Record& record : model.records("threats")) records.emplace(record.text("id"), &record);
  out.has_model = !records.empty();
  std::set<std::string> rules;
  for (const Detection& one : detections_of(*assessment.content.files).all) rules.insert(one.id);
  const auto bound_of = [&](const std::string& id, Duty duty) {
    Bound bound;
    bound.id = id;
    bound.duty = duty;
    if (auto found = results.find(id); found != results.end()) {
      bound.verdicts = found->second->counts;
      const VerdictCounts& c = bound.verdicts;
      bound.standing = c.applicable() == 0 ? Standing::absent : c.fail + c.excepted && c.pass ? Standing::partial : c.fail + c.excepted ? Standing::failed : c.unknown ? Standing::unknown : Standing::effective;
    } else if (rules.contains(id)) {
      bound.detection = true;
      bound.standing = Standing::unknown;
      if (duty == Duty::prevent) bound.duty = Duty::detect;  // a rule on a log stops nobody
    }
    return bound;
  };
  std::set<std::string> derived;
  for (size_t i = 0; i < known.rules.size(); ++i) {
    const ThreatRule& rule = known.rules[i];
    ThreatState one;
    one.id = threat_id(rule.id);
    derived.insert(one.id);
    if (auto found = records.find(one.id); found != records.end()) one.record = found->second;
    one.rule = &rule;
    one.title = rule.title;
    one.statement = "A " + rule.source + " can " + rule.action;
    one.attack = rule.attack;
    one.risk = rule.risk;
    one.reach = reaches.of[i].reach;
    one.reach_known = reaches.of[i].known;
    for (const auto& [ids, duty] : {std::pair{&rule.prevent, Duty::prevent}, std::pair{&rule.detect, Duty::detect}, std::pair{&rule.respond, Duty::respond}})
      for (const std::string& id : *ids) {
        one.bound.push_back(bound_of(id, duty));
      }
    out.threats.push_back(std::move(one));
  }
  for (const auto& [id, record] : records) {
    if (derived.contains(id)) continue;
    ThreatState one;
    one.id = id;
    one.record = record;
    one.statement = model::statement_of(*record);
    one.title = std::string(record->meta_text(meta_title));
    if (one.title.empty()) one.title = std::string(record->text("threatAction"));
    if (one.title.empty()) one.title = one.statement.empty() ? id : one.statement;
    one.attack = record->meta_texts(meta_technique);
    for (const std::string& control : record->meta_texts(meta_control)) one.bound.push_back(bound_of(control, Duty::prevent));
    out.threats.push_back(std::move(one));
  }
  return out;
}

}  // namespace reeve::threats
