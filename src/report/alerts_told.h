// Alerts of an assessment (assess/alerts.h) in each format: beside the controls that their detections serve, never in a verdict.
#pragma once

#include <string>

#include "formats/json.h"
#include "report/html_page.h"
#include "report/output.h"
#include "report/redaction.h"

namespace reeve {

void redact_alerts(const Redaction& redaction, AlertPart& alerts);
// Into the object that `json` has open: `alerts[]` of one control, nothing if it has none; `alerts` of the whole, nothing if no file of alerts was read.
void write_control_alerts(JsonWriter& json, const Assessment& assessment, const std::string& control);
void write_alerts_json(JsonWriter& json, const Assessment& assessment);
// A line for each finding: OCSF Detection Finding (class 2004).
std::string alerts_ocsf(const Assessment& assessment, const OutputOptions& options);
// The section of the page; empty if no file of alerts was read.
std::string section_alerts(const Report& report);

}  // namespace reeve
