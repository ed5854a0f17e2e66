// Who can become an administrator (assess/escalation.h): drawn in the page, told in JSON, redacted.
#pragma once

#include <string>

#include "formats/json.h"
#include "report/html_page.h"
#include "report/redaction.h"

namespace reeve {

void redact_escalation(const Redaction& redaction, EscalationPart& part);
// `escalation` of the whole; nothing if no principal was looked at.
void write_escalation_json(JsonWriter& json, const Assessment& assessment);
// The section of the page: the ways as drawings from left to right, each with its text beside it; empty if no principal was looked at.
std::string section_escalation(const Report& report);

}  // namespace reeve
