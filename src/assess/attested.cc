#include "assess/attested.h"

#include <algorithm>
#include <tuple>

#include "assess/assess.h"
#include "base/text.h"

namespace reeve {
namespace {

constexpr std::string_view contradicted = "contradicted", drill_overdue = "drill_overdue";

int64_t days_to(Time from, Time to) {
  constexpr int64_t day_ms = 86'400'000;
  const int64_t ms = to.ms - from.ms;
  return ms >= 0 ? ms / day_ms : -((-ms + day_ms - 1) / day_ms);
}

int rank(const AttestedState& one) {
  constexpr std::string_view order[] = {contradicted, "no", drill_overdue, "expired", "too_old", "not_yet_valid", "valid", "missing"};
  return static_cast<int>(std::find(std::begin(order), std::end(order), one.state) - std::begin(order));
}

int rank(DrillState state) {
  switch (state) {
    case DrillState::failed: return 0;
    case DrillState::overdue: return 1;
    case DrillState::due: return 2;
    case DrillState::planned:
    case DrillState::done: return 3;
  }
  return 3;
}

}  // namespace

Result<AttestedPart> attested_part(Assessment& out) {
  AttestedPart part;
  if (!out.workspace) return part;
  const Workspace& workspace = *out.workspace;
  for (auto& result : out.controls) {
    if (result.control->judge != Judge::attested) continue;
    const Word word = word_on(&workspace, *result.control, out.as_of);
    AttestedState one{result.control, word.said, name(word.state), word.why, word.until, word.said ? days_to(out.as_of, word.until) : 0, result.status};
    // A fact against it counts whatever was said; what was said only against a fact is called a contradiction.
    if (result.status == Verdict::fail && starts_with(result.reason, "contradicted: ")) {
      one.why = result.reason;
      if (word.said && word.state != WordState::not_yet) one.state = contradicted;
    } else if (word.state == WordState::valid && result.status != Verdict::pass && result.status != Verdict::not_applicable) {
      one.why = result.reason;  // a drill that is overdue, a question that could not be asked
      for (auto& drill : workspace.drills)
        if (drill.control == result.control->id && drill_on(drill, out.as_of) == DrillState::overdue) one.state = drill_overdue;
    }
    part.attestations.push_back(std::move(one));
  }
  std::stable_sort(part.attestations.begin(), part.attestations.end(), [](auto& a, auto& b) { return std::make_tuple(rank(a), a.days_left) < std::make_tuple(rank(b), b.days_left); });

  for (auto& drill : workspace.drills) part.drills.push_back({&drill, drill.last(out.as_of), drill_on(drill, out.as_of), drill.due(out.as_of)});
  std::stable_sort(part.drills.begin(), part.drills.end(), [](auto& a, auto& b) { return std::make_tuple(rank(a.state), a.due) < std::make_tuple(rank(b.state), b.due); });

  for (auto& exception : workspace.exceptions) {
    ExceptionStanding one{&exception, exception.expired(out.as_of), days_to(out.as_of, exception.expires), 0};
    store::FindingFilter filter;
    filter.control = exception.control;
    TRY(out.store->findings(filter, [&](const store::StoredFinding& finding) -> Status {
      one.findings += finding.status == (one.expired ? store::FindingStatus::fail : store::FindingStatus::excepted) && exception.covers(finding.control, finding.uid);
      return {};
    }));
    part.exceptions.push_back(one);
  }
  std::stable_sort(part.exceptions.begin(), part.exceptions.end(), [](auto& a, auto& b) { return a.days_left < b.days_left; });
  return part;
}

}  // namespace reeve
