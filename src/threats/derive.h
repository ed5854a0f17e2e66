// Rules and what they reach become a threat model in Threat Composer's form, and stay one: derived again, it keeps what people changed.
//
//   Derived derived = derive(input, base, current);   // `base`: what was derived before; `current`: what the workspace keeps
//   write(derived.model), write(derived.base);        // both go back to the workspace; nothing in them moves while rules and estate stay
//
// A rule that reaches something is a threat whose id is made of the rule's; each control and detection that rules are bound to is one
// mitigation, linked. What a run finds (counts, how controls stand) is no part of it: that is threats/status.h's, and would
// change the file each time. Derived, base and current are merged by field (model/merge.h): people's words win, and what they took out stays out.
// A threat whose rule is gone, or reaches nothing any more, stays: it is people who decide that it is over (alarm orphan_threat).
#pragma once

#include <string>
#include <vector>

#include "content/content.h"
#include "content/detections.h"
#include "content/risk_scale.h"
#include "content/threats.h"
#include "model/merge.h"
#include "model/model.h"
#include "threats/scope.h"

namespace reeve::threats {

// Metadata of threats, mitigations and assumptions. The values are texts, or lists of them.
inline constexpr std::string_view meta_rule = "custom:reeve-rule";            // of a threat: id of the rule that it comes from
inline constexpr std::string_view meta_title = "custom:reeve-title";          // of a threat: a few words
inline constexpr std::string_view meta_technique = "custom:reeve-technique";  // of a threat: techniques of ATT&CK
inline constexpr std::string_view meta_scope = "custom:reeve-scope";          // of a threat: what it can happen to, in words
inline constexpr std::string_view meta_control = "custom:reeve-control";      // of a mitigation or threat: ids of controls and detections

struct DeriveInput {
  const Threats& threats;
  const Reaches& reaches;  // of threats.rules
  const Content& content;
  const Detections& detections;
  const RiskScale& scale;
  std::string application;             // the name of what is modelled; may be empty
  std::string architecture, dataflow;  // Markdown (threats/describe.h); may be empty
};

// Says what happened to one record.
struct Change {
  enum class Kind : uint8_t { came_in, changed, gone, unknown, kept } kind = Kind::came_in;  // gone: no longer derived, and left; unknown: may be, what it is of was not read; kept: people's word stood against it
  std::string id, title;
  std::string what;  // of `changed` and `kept`: the fields; of `gone` and `unknown`: why
};

struct Derived {
  model::Model model;  // for threat-model.tc.json
  model::Model base;   // for the next time; has what people took out, too
  std::vector<Change> changes;  // threats and mitigations, by kind, then title
  size_t threats = 0;           // derived now
  size_t unread = 0;            // rules that may reach something (open)
};

Derived derive(const DeriveInput& input, const model::Model& base, const model::Model& current);

// Whether something is there that the rule means or may mean; if not, whether something may be: what it is of was not read, or could not be asked.
bool found(const RuleReach& reach);
bool open(const RuleReach& reach);
// How many threats rules know that are not among those of the state, and that may be here.
size_t unread_of(const State& state, const Threats& threats, const Reaches& reaches);

std::string threat_id(std::string_view rule);
std::string mitigation_id(std::string_view control);

// The inherent class of a rule's risk: every attempt succeeds, since nothing is counted that stands against it.
RiskCell inherent(const ThreatRisk& risk, const RiskScale& scale);

}  // namespace reeve::threats
