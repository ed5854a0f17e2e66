// Alerts for machines: one line of NDJSON (contracts §6, docs/formats/detections.md), or one OCSF Detection Finding (class 2004).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "detect/alert.h"
#include "logs/reader.h"

namespace reeve {

// Lines, one behind the other. Their room stays when they are gone, and nothing is put there before it is written to.
class Lines {
 public:
  std::string_view text() const { return {room_.data(), used_}; }
  size_t size() const { return used_; }
  void clear() { used_ = 0; }
  void append(std::string_view text) {
    text.copy(ahead(text.size()), text.size());
    wrote(text.size());
  }
  char* ahead(size_t bytes) {  // so many may be written there; wrote() says how many have been
    if (room_.size() - used_ < bytes) room_.resize(std::max(used_ + bytes, room_.size() * 2));
    return room_.data() + used_;
  }
  void wrote(size_t bytes) { used_ += bytes; }

 private:
  std::string room_;
  size_t used_ = 0;
};

// Each appends a line to `out`.
void write_alert(std::string& out, const RuleHead& rule, const Alert& alert);
// The same for alert after alert: what a rule says of itself is written once. Any thread may write.
class AlertWriter {
 public:
  explicit AlertWriter(const RuleSet& rules);
  void write(Lines& out, const AlertShown& alert) const;
  void write(std::string& out, const Alert& alert) const;

 private:
  struct Head {
    std::string before, behind;  // what the event says stands between them
  };
  friend void write_alert(std::string& out, const RuleHead& rule, const Alert& alert);
  static Head head_of(const RuleHead& rule);
  static void write(Lines& out, const Head& head, const AlertShown& alert);
  std::vector<Head> heads_;
};
void write_audit(std::string& out, const ObjectAudit& audit);

struct OcsfProduct {
  std::string_view reeve_version, schema_version;
};
void write_alert_ocsf(std::string& out, const RuleHead& rule, const AlertShown& alert, const OcsfProduct& product);

}  // namespace reeve
