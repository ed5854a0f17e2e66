#include "assess/challenges.h"

#include <algorithm>
#include <map>

namespace reeve {
namespace {

Result<std::optional<double>> number_of(const ChallengeFigure& figure, store::Store& store) {
  auto rows = TRY(store.db().prepare_foreign(figure.sql));
  if (!TRY(rows.step()) || rows.is_null(0)) return std::nullopt;
  return rows.number(0);
}

}  // namespace

Result<std::vector<ChallengeResult>> challenges_of(const Content& content, const std::vector<RoadmapInput>& controls, const std::vector<RoadmapItem>& roadmap,
                                                   store::Store& store, std::vector<Error>& problems) {
  std::map<std::string_view, size_t> index, step;
  for (size_t i = 0; i < controls.size(); ++i) index[controls[i].control->id] = i;
  for (size_t i = 0; i < roadmap.size(); ++i) step[roadmap[i].control] = i;
  std::vector<ChallengeResult> out;
  for (const Challenge& challenge : content.challenges) {
    ChallengeResult result;
    result.challenge = &challenge;
    std::vector<Standing> standings;
    for (auto& id : challenge.controls) {
      auto found = index.find(id);
      if (found == index.end()) continue;
      const RoadmapInput& input = controls[found->second];
      result.controls.push_back(found->second);
      standings.push_back(standing_of(*input.control, input.counts));
      result.verdicts.pass += input.counts.pass, result.verdicts.fail += input.counts.fail, result.verdicts.unknown += input.counts.unknown;
      result.verdicts.excepted += input.counts.excepted, result.verdicts.not_applicable += input.counts.not_applicable;
      if (auto todo = step.find(id); todo != step.end()) result.steps.push_back(todo->second);
    }
    std::sort(result.steps.begin(), result.steps.end());
    result.status = control_status(result.verdicts);
    result.score = score(standings);
    for (const ChallengeFigure& figure : challenge.figures) {
      auto value = number_of(figure, store);
      if (!value) {
        Error error = value.error();
        error.at = figure.at;
        problems.push_back(std::move(error));
      }
      result.figures.push_back({figure.name, value ? *value : std::nullopt});
    }
    out.push_back(std::move(result));
  }
  return out;
}

}  // namespace reeve
