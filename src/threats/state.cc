#include "threats/state.h"

#include <algorithm>

#include "base/words.h"

namespace reeve::threats {

std::string_view name(Standing standing) {
  switch (standing) {
    case Standing::failed: return "failed";
    case Standing::partial: return "partial";
    case Standing::unknown: return "unknown";
    case Standing::absent: return "absent";
    case Standing::attested: return "attested";
    case Standing::effective: return "effective";
  }
  return "unknown";
}

std::string_view name(Duty duty) {
  switch (duty) {
    case Duty::prevent: return "prevent";
    case Duty::detect: return "detect";
    case Duty::respond: return "respond";
  }
  return "prevent";
}

std::string_view name(Way::Kind kind) { return kind == Way::Kind::reached ? "reached" : "escalates"; }

std::string_view name(Alarm::Kind kind) {
  switch (kind) {
    case Alarm::Kind::unmodelled_asset: return "unmodelled-asset";
    case Alarm::Kind::broken_assumption: return "broken-assumption";
    case Alarm::Kind::control_failed: return "control-failed";
    case Alarm::Kind::undetected_threat: return "undetected-threat";
    case Alarm::Kind::expired_acceptance: return "expired-acceptance";
    case Alarm::Kind::review_overdue: return "review-overdue";
    case Alarm::Kind::orphan_threat: return "orphan-threat";
  }
  return "orphan-threat";
}

std::string_view called(const ThreatState& threat) { return threat.rule ? std::string_view(threat.rule->id) : std::string_view(threat.id); }

std::string not_read_text(const State& state) {
  std::string out;
  if (state.accounts_not_read) out += count_text(state.accounts_not_read, "active account");
  if (state.regions_not_read) out += (out.empty() ? "" : " and ") + count_text(state.regions_not_read, "enabled Region");
  if (out.empty()) return out;
  return out + (state.accounts_not_read + state.regions_not_read == 1 ? " was" : " were") + " not read: what is there is not known";
}

bool is_waiting(const ThreatState& threat) {
  return threat.detected == Standing::unknown && std::any_of(threat.bound.begin(), threat.bound.end(), [](const Bound& one) {
           return one.duty == Duty::detect && one.detection && (one.fed == Standing::effective || one.fed == Standing::attested);
         });
}

}  // namespace reeve::threats
