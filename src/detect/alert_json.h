// Alerts for machines: one line of NDJSON (contracts §6, docs/formats/detections.md), or one OCSF Detection Finding (class 2004).
#pragma once

#include <string>
#include <string_view>

#include "detect/alert.h"
#include "logs/reader.h"

namespace reeve {

// Each appends a line to `out`.
void write_alert(std::string& out, const RuleHead& rule, const Alert& alert);
// The same for alert after alert: what a rule says of itself is written once. Any thread may write.
class AlertWriter {
 public:
  explicit AlertWriter(const RuleSet& rules);
  void write(std::string& out, const AlertShown& alert) const;
  void write(std::string& out, const Alert& alert) const { write(out, shown(alert)); }

 private:
  struct Head {
    std::string before, behind;  // what the event says stands between them
  };
  friend void write_alert(std::string& out, const RuleHead& rule, const Alert& alert);
  static Head head_of(const RuleHead& rule);
  static void write(std::string& out, const Head& head, const AlertShown& alert);
  std::vector<Head> heads_;
};
void write_audit(std::string& out, const ObjectAudit& audit);

struct OcsfProduct {
  std::string_view reeve_version, schema_version;
};
void write_alert_ocsf(std::string& out, const RuleHead& rule, const AlertShown& alert, const OcsfProduct& product);

}  // namespace reeve
