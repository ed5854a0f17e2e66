#include "cli/check_count.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace reeve {
namespace {

using guard::GuardStatus;

struct Tally {
  GuardStatus status = GuardStatus::pass;
  std::optional<Severity> severity;
  bool counts = false, excepted = false, known = false;
};

void count(CheckSummary& summary, GuardStatus status) {
  switch (status) {
    case GuardStatus::pass: ++summary.pass; break;
    case GuardStatus::fail: ++summary.fail; break;
    case GuardStatus::skip: ++summary.skip; break;
    case GuardStatus::unknown: ++summary.unknown; break;
  }
}

}  // namespace

void count_file(const CheckedFile& file, const std::vector<RuleFile>& rules, CheckSummary& summary, std::optional<Severity>& worst) {
  // By rule file, rule, block and, of own controls, resource.
  std::map<std::tuple<std::string_view, std::string_view, uint32_t, std::string_view>, Tally> standing;
  for (const CheckFinding& f : file.findings) {
    Tally& at = standing[{f.rules_file, f.rule, f.block_line, f.control ? std::string_view(f.resource) : std::string_view()}];
    if (f.control) at.status = f.status, at.severity = f.severity;
    at.counts = at.counts || (!f.suppressed && !f.known);
    at.excepted = at.excepted || f.suppressed;
    at.known = at.known || (f.known && !f.suppressed);
  }
  auto aside = [&](const Tally& at) {
    summary.excepted += at.excepted;
    summary.known += at.known;
    return !at.counts && (at.excepted || at.known);
  };
  for (size_t i = 0; i < file.results.size(); ++i)
    for (const auto& rule : file.results[i].rules) {
      const auto at = standing.find({rules[i].path, rule.rule, rule.line, {}});
      if (at != standing.end() && aside(at->second)) ++summary.set_aside;
      else count(summary, rule.status);
    }
  if (file.results.empty())
    for (const auto& [key, at] : standing) {
      if (aside(at)) {
        ++summary.set_aside;
        continue;
      }
      count(summary, at.status);
      if (at.status == GuardStatus::fail) worst = std::max(worst, at.severity);
    }
}

}  // namespace reeve
