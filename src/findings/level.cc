#include "findings/level.h"

#include <algorithm>
#include <array>

namespace reeve {

namespace {

constexpr int levels = 4;

// What the level rule asks of one level.
struct AtLevel {
  bool passing = false;   // some control passes
  bool blocked = false;   // some control fails or is unknown
  bool reached() const { return passing && !blocked; }
};

template <class Keep>
std::array<AtLevel, levels + 1> at_levels(const std::vector<Standing>& standings, Keep keep) {
  std::array<AtLevel, levels + 1> found{};
  for (const auto& standing : standings) {
    if (standing.level < 1 || standing.level > levels || !keep(standing)) continue;
    const auto status = standing.status();
    auto& level = found[static_cast<size_t>(standing.level)];
    level.passing |= status == Verdict::pass;
    level.blocked |= status == Verdict::fail || status == Verdict::unknown;
  }
  return found;
}

int reached(const std::array<AtLevel, levels + 1>& found) {
  int level = 0;
  while (level < levels && found[static_cast<size_t>(level + 1)].reached()) ++level;
  return level;
}

std::string count_of(uint64_t n, std::string_view what) {
  return std::to_string(n) + (n == 1 ? " resource " : " resources ") + std::string(what);
}

}  // namespace

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::informational: return "informational";
    case Severity::low: return "low";
    case Severity::medium: return "medium";
    case Severity::high: return "high";
    case Severity::critical: return "critical";
  }
  return "";
}

std::optional<Severity> parse_severity(std::string_view text) {
  for (auto severity : {Severity::informational, Severity::low, Severity::medium, Severity::high, Severity::critical})
    if (text == name(severity)) return severity;
  return std::nullopt;
}

int weight(Severity severity) {
  constexpr int weights[] = {0, 1, 2, 4, 8};
  return weights[static_cast<size_t>(severity)];
}

void VerdictCounts::add(Verdict verdict, uint64_t n) {
  switch (verdict) {
    case Verdict::fail: fail += n; return;
    case Verdict::unknown: unknown += n; return;
    case Verdict::pass: pass += n; return;
    case Verdict::excepted: excepted += n; return;
    case Verdict::not_applicable: not_applicable += n; return;
  }
}

Verdict control_status(const VerdictCounts& counts) {
  if (counts.fail) return Verdict::fail;
  if (counts.unknown) return Verdict::unknown;
  if (counts.pass) return Verdict::pass;
  if (counts.excepted) return Verdict::excepted;
  return Verdict::not_applicable;
}

int level_of(const std::vector<Standing>& standings) {
  return reached(at_levels(standings, [](const Standing&) { return true; }));
}

int lowest_level(const std::vector<int>& practice_levels) {
  return practice_levels.empty() ? 0 : *std::min_element(practice_levels.begin(), practice_levels.end());
}

// Without attestations, an attested control that passes fills nothing; one that fails or is unknown still stands in the way.
LevelBreakdown level_breakdown(const std::vector<Standing>& standings) {
  LevelBreakdown found;
  found.level = level_of(standings);
  found.level_without_attested =
      reached(at_levels(standings, [](const Standing& s) { return !(s.attested && s.status() == Verdict::pass); }));
  for (const auto& standing : standings) {
    if (standing.status() != Verdict::pass) continue;
    ++found.passing;
    found.passing_attested += standing.attested;
  }
  return found;
}

std::vector<Blocker> blockers(const std::vector<Standing>& standings) {
  const int next = level_of(standings) + 1;
  std::vector<Blocker> found;
  if (next > levels) return found;
  std::vector<const Standing*> blocking;
  for (const auto& standing : standings) {
    const auto status = standing.status();
    if (standing.level == next && (status == Verdict::fail || status == Verdict::unknown)) blocking.push_back(&standing);
  }
  auto resources = [](const Standing& s) { return s.counts.fail ? s.counts.fail : s.counts.unknown; };
  std::sort(blocking.begin(), blocking.end(), [&](const Standing* a, const Standing* b) {
    if (a->status() != b->status()) return a->status() < b->status();  // fail before unknown
    if (a->severity != b->severity) return a->severity > b->severity;
    if (resources(*a) != resources(*b)) return resources(*a) > resources(*b);
    return a->control < b->control;
  });
  for (const auto* standing : blocking) {
    Blocker blocker;
    blocker.control = standing->control;
    blocker.level = next;
    blocker.status = standing->status();
    blocker.resources = resources(*standing);
    blocker.why =
        count_of(blocker.resources, blocker.status == Verdict::fail ? (blocker.resources == 1 ? "fails" : "fail")
                                                                    : (blocker.resources == 1 ? "is unknown" : "are unknown"));
    found.push_back(std::move(blocker));
  }
  if (found.empty()) {
    // Neither fail nor unknown, yet not reached: everything at this level is excepted or does not apply.
    Blocker blocker;
    blocker.level = next;
    blocker.status = Verdict::not_applicable;
    blocker.why = "no control at this level passes";
    found.push_back(std::move(blocker));
  }
  return found;
}

std::optional<double> score(const std::vector<Standing>& standings) {
  double passed = 0, judged = 0;
  for (const auto& standing : standings) {
    const auto total = static_cast<double>(standing.counts.pass + standing.counts.fail + standing.counts.unknown);
    if (total == 0) continue;
    const double w = weight(standing.severity);
    passed += w * static_cast<double>(standing.counts.pass) / total;
    judged += w;
  }
  if (judged == 0) return std::nullopt;
  return 100 * passed / judged;
}

double risk_points(Severity severity, uint64_t failing, double exposure) {
  return weight(severity) * static_cast<double>(failing) * exposure;
}

}  // namespace reeve
