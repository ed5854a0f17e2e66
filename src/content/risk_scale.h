// What the classes of risk stand for (content/risk/scale.yaml, docs/formats/risk.md): money, frequencies, how strong controls are and how much of one is
// left when its evidence says so, each as an estimate with its reason; and the qualitative table beside it.
//
//   RiskScale scale = risk_scale_of(*content.files, workspace_dir);  // the layered file, then what risk.yaml of the workspace changes
//   for (const Error& e : scale.errors) …                            // what does not hold is named and as it was before: exit status 3
//
// Immutable once read; shared between threads.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/content.h"

namespace reeve {

// At least low, most likely mode, at most high.
struct Estimate {
  double low = 0, mode = 0, high = 0;
  double mean() const { return (low + 4 * mode + high) / 6; }
};

enum class RiskWord : uint8_t { low, medium, high, critical };
std::string_view name(RiskWord word);

// A place in the 5×5 table.
struct RiskCell {
  int likelihood = 1, impact = 1;  // 1 to 5
  RiskWord word = RiskWord::low;
  bool operator==(const RiskCell&) const = default;
};

struct RiskScale {
  struct Loss {
    Estimate primary, secondary_probability, secondary;
  };
  bool loaded = false;  // false: there is no file, or it does not hold, and nothing can be said in money
  std::string currency;
  std::array<Estimate, 5> frequency, capability;  // of classes 1 to 5
  std::array<Loss, 5> loss;
  std::array<Estimate, 5> strength;               // by Severity
  Estimate detection_rule, detection_control, response_control;
  std::map<std::string, Estimate, std::less<>> standing;  // effective, partial, attested, unknown, failed, absent
  Estimate path_reached{1, 1, 1}, path_escalates{1, 1, 1};  // factors on how often a threat is tried where `access` knows a way; may be left out
  std::array<double, 4> likelihood{}, impact{};   // rising bounds
  std::array<std::array<RiskWord, 5>, 5> matrix{};  // by likelihood, then impact
  std::array<int, 4> due_days{};                  // by RiskWord
  int review_days = 0, detection_minutes = 0;
  std::map<std::string, std::string, std::less<>> because;  // `frequency.3` → the reason
  std::vector<std::string> changed;               // what risk.yaml says otherwise: `loss.4`
  std::vector<Error> errors;

  RiskCell cell(double events_a_year, double loss) const;
};

// `workspace_dir` may be empty.
RiskScale risk_scale_of(const ContentFiles& files, const std::string& workspace_dir);
RiskScale load_risk_scale(const ContentOptions& options);

// `0.1/1/5`, as a threat's metadata has it: low/mode/high; one number alone is certain. Nothing if it is no rising row of numbers from 0 to `most`.
std::optional<Estimate> parse_estimate(std::string_view text, double most);
constexpr double risk_money_max = 1e11;  // of one estimate

}  // namespace reeve
