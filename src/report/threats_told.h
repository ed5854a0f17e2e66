// How the workspace's threat model stands (assess/threat_part.h): drawn in the page, told in JSON, redacted.
#pragma once

#include <string>

#include "formats/json.h"
#include "report/html_page.h"
#include "report/redaction.h"
#include "threats/diagram.h"

namespace reeve {

// What people wrote is withheld, for it may name anything; of what was derived the places become pseudonyms.
inline constexpr std::string_view withheld_words = "withheld: people wrote it";
void redact_threats(const Redaction& redaction, ThreatPart& part);
// The same of a model and of what is drawn: of a threat that a rule made its title is left, of a mitigation the controls that it is. `state`: how it stands, redacted.
void redact_model(const Redaction& redaction, const threats::State& state, model::Model& model);
void redact_diagram(const Redaction& redaction, threats::Diagram& diagram);
// `threat_model` of the whole; nothing if the workspace keeps none.
void write_threat_model_json(JsonWriter& json, const Assessment& assessment);
// `risks`: of each threat that can happen here its class before any control and what stands against it, the gravest first; empty without a model.
void write_risks_json(JsonWriter& json, const Assessment& assessment);
// The section of the page: threat × prevent, detect, respond, and the alarms; empty if the workspace keeps no model.
std::string section_threats(const Report& report);

}  // namespace reeve
