#include "cli/plain_state.h"

#include <map>

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
  for (size_t i = 0; i < known.rules.size(); ++i) {
    const ThreatRule& rule = known.rules[i];
    ThreatState one;
    one.id = threat_id(rule.id);
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
        Bound bound;
        bound.id = id;
        bound.duty = duty;
        if (auto found = results.find(id); found != results.end()) {
          bound.verdicts = found->second->counts;
          const VerdictCounts& c = bound.verdicts;
          bound.standing = c.applicable() == 0 ? Standing::absent : c.fail + c.excepted && c.pass ? Standing::partial : c.fail + c.excepted ? Standing::failed : c.unknown ? Standing::unknown : Standing::effective;
        } else {
          bound.detection = true;
          bound.standing = Standing::unknown;
        }
        one.bound.push_back(std::move(bound));
      }
    out.threats.push_back(std::move(one));
  }
  return out;
}

}  // namespace reeve::threats
