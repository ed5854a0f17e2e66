// The workspace's threat model in a run: what controls of the practice ask of it (views that `reeve:model` fills), and how each threat stands.
//
//   ThreatModelRun run(out, catalogue);
//   TRY(run.begin(path, always));     // the public views must be there; reads the model and asks what each threat reaches
//   if (run.looked()) TRY(run.record());  // views threats, mitigations, threat_models: before controls are judged
//   TRY(run.end());                   // Assessment::threats: when all is counted
//
// Where there is no model nothing is asked, unless who calls wants to know how things stand without one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "content/detections.h"
#include "content/risk_scale.h"
#include "content/threats.h"
#include "estate/resource_type.h"
#include "model/model.h"
#include "threats/scope.h"
#include "threats/state.h"

namespace reeve {

struct Assessment;

inline constexpr std::string_view model_part = "reeve:model";
inline constexpr std::string_view model_file = "threat-model.tc.json";  // in the workspace

struct ThreatPart {
  bool looked = false;
  std::string file;                                // of the model; empty: none is kept
  std::shared_ptr<const model::Model> model;       // null: none
  std::shared_ptr<const Threats> rules;
  std::shared_ptr<const threats::Reaches> reaches; // of rules->rules
  std::shared_ptr<const RiskScale> scale;
  threats::State state;                            // points into the four
};

class ThreatModelRun {
 public:
  ThreatModelRun(Assessment& out, const ResourceCatalogue& catalogue) : out_(out), catalogue_(catalogue) {}
  Status begin(const std::string& path, bool always);
  bool looked() const;
  bool has_model() const;
  Status record();
  Status end();

 private:
  Assessment& out_;
  const ResourceCatalogue& catalogue_;
  std::shared_ptr<const Detections> detections_;
};

}  // namespace reeve
