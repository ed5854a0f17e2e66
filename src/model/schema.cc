#include "model/schema.h"

#include <string>

namespace reeve::model {
namespace {

using K = FieldKind;

// What threats, mitigations and assumptions have in common.
std::vector<FieldRule> item_fields(std::vector<FieldRule> own) {
  std::vector<FieldRule> fields = {{"id", K::text, true, 0, 36, {}},
                                   {"numericId", K::number, true, 0, 0, {}},
                                   {"displayOrder", K::number, false, 0, 0, {}},
                                   {"metadata", K::metadata, false, 0, 0, {}},
                                   {"tags", K::texts, false, 1, 30, {}}};
  fields.insert(fields.end(), own.begin(), own.end());
  return fields;
}

const MetadatumRule comments{"Comments", false, 0, 1000, {}};
const MetadatumRule custom{"custom:", false, 0, 0, {}};

std::vector<SectionRule> make_rules() {
  const std::vector<FieldRule> picture = {{"image", K::text, false, 0, 0, {}}, {"description", K::text, false, 0, 100000, {}}};
  const FieldRule content{"content", K::text, true, 0, 1000, {}};
  std::vector<SectionRule> rules = {
      {"applicationInfo", false, {{"name", K::text, false, 0, 200, {}}, {"description", K::text, false, 0, 100000, {}}}, {}, false},
      {"architecture", false, picture, {}, false},
      {"dataflow", false, picture, {}, false},
      {"assumptions", true, item_fields({content}), {comments, custom}, true},
      {"mitigations", true,
       item_fields({content, {"status", K::text, false, 0, 0, {"mitigationIdentified", "mitigationInProgress", "mitigationResolved", "mitigationResolvedWillNotAction"}}}),
       {comments, custom, {"source", false, 0, 0, {"mitigationPack"}}, {"mitigationPackId", false, 1, 30, {}}, {"mitigationPackMitigationId", false, 0, 36, {}}}, true},
      {"assumptionLinks", true,
       {{"type", K::text, true, 0, 0, {"Mitigation", "Threat"}}, {"assumptionId", K::text, true, 36, 36, {}}, {"linkedId", K::text, true, 36, 36, {}}}, {}, false},
      {"mitigationLinks", true, {{"mitigationId", K::text, true, 36, 36, {}}, {"linkedId", K::text, true, 36, 36, {}}}, {}, false},
      {"threats", true,
       item_fields({{"threatSource", K::text, false, 0, 200, {}},
                    {"prerequisites", K::text, false, 0, 200, {}},
                    {"threatAction", K::text, false, 0, 200, {}},
                    {"threatImpact", K::text, false, 0, 200, {}},
                    {"impactedGoal", K::texts, false, 0, 200, {}},
                    {"impactedAssets", K::texts, false, 0, 200, {}},
                    {"statement", K::text, false, 0, 1400, {}},
                    {"customTemplate", K::text, false, 0, 200, {}},
                    {"status", K::text, false, 0, 0, {"threatIdentified", "threatResolved", "threatResolvedNotUseful"}}}),
       {comments, custom, {"source", false, 0, 0, {"threatPack"}}, {"STRIDE", true, 0, 0, {"S", "T", "R", "I", "D", "E"}},
        {"Priority", false, 0, 0, {"High", "Medium", "Low"}}, {"threatPackId", false, 1, 30, {}}, {"threatPackThreatId", false, 0, 36, {}},
        {"threatPackMitigationCandidateId", false, 0, 36, {}}},
       true},
  };
  for (std::string_view name : {"brainstorm.assumptions", "brainstorm.threatSources", "brainstorm.threatPrerequisites", "brainstorm.threatActions",
                                "brainstorm.threatImpacts", "brainstorm.assets", "brainstorm.mitigations"})
    rules.push_back({name, true,
                     {{"id", K::text, true, 0, 36, {}}, {"content", K::text, true, 0, 200, {}}, {"createdAt", K::time, true, 0, 0, {}},
                      {"createdBy", K::text, false, 0, 50, {}}, {"groupId", K::text, false, 0, 36, {}}},
                     {}, true});
  return rules;
}

}  // namespace

const std::vector<SectionRule>& section_rules() {
  static const std::vector<SectionRule> rules = make_rules();
  return rules;
}

const SectionRule* section_rule(std::string_view name) {
  for (const SectionRule& rule : section_rules())
    if (rule.name == name) return &rule;
  return nullptr;
}

const FieldRule* field_rule(const SectionRule& section, std::string_view name) {
  for (const FieldRule& rule : section.fields)
    if (rule.name == name) return &rule;
  return nullptr;
}

}  // namespace reeve::model
