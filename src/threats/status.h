// How a threat model stands in one run: each threat with what it reaches, how what is bound to it stands, and what is wrong with the model.
//
//   StatusInput input{…};                        // what one run knows; who assesses fills it (assess/threat_part.h)
//   State state = TRY(state_of(input, errors));  // points into the input's model and rules
//
// What is bound to a threat: the mitigations that the model links to it, by the ids in their `custom:reeve-control`, and those that the threat itself names
// there; without a model what its rule names. Of a threat that was derived the rule says what each is for (prevent, detect, respond), of others a
// detection detects, and a control does what its area of operations does. A mitigation that names nothing is bound to nothing, so nothing shows that it holds.
//
// A control stands as its verdicts say: one that fails somewhere is partial, one that is excepted somewhere too, since nothing holds there. A detection stands
// as the logs that feed it do, and those as the controls that content/logsources names for them (`fed_by`): a rule that gets no events finds nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "content/content.h"
#include "content/detections.h"
#include "threats/scope.h"
#include "threats/state.h"

namespace reeve::threats {

// More metadata. Days are YYYY-MM-DD, or moments as RFC 3339 has them.
inline constexpr std::string_view meta_accept_until = "custom:reeve-accept-until";  // of a threat: accepted until just before that
inline constexpr std::string_view meta_review_by = "custom:reeve-review-by";        // of a threat or assumption
inline constexpr std::string_view meta_reviewed = "custom:reeve-reviewed";          // of a threat: when people last looked at it
inline constexpr std::string_view meta_severity = "custom:reeve-severity";          // of a threat: `critical`, which Threat Composer's Priority has no word for
inline constexpr std::string_view meta_query = "custom:reeve-query";                // of an assumption: SQL over the public views; a row is what breaks it

// What an acceptance comes to: the decision of the register (register.h), which has to hold, and for which somebody else than who asked answers.
struct Acceptance {
  bool said = false;        // somebody wrote that the threat is accepted, or until when
  std::string wrong;        // why it counts for nothing; empty: it holds
  std::optional<Time> until;
  bool stands(Time as_of) const { return said && wrong.empty() && until && as_of < *until; }
};
Acceptance acceptance_of(const model::Record& threat);

struct ControlStands {
  VerdictCounts counts;
  bool attested = false;                   // it stands on somebody's word
  std::vector<std::string> first;          // uids of open findings
  std::string unknown_because;             // `judged by reeve detect`, `iam:ListUsers AccessDenied`; may be empty
};

struct StatusInput {
  const model::Model* model = nullptr;  // null: none is kept, and rules that reach something stand for it
  const Threats* threats = nullptr;
  const Reaches* reaches = nullptr;     // of threats->rules
  const Content* content = nullptr;
  const Detections* detections = nullptr;
  const RiskScale* scale = nullptr;
  const ResourceCatalogue* catalogue = nullptr;
  std::map<std::string, ControlStands, std::less<>> controls;           // by id
  std::map<std::string, std::vector<std::string>, std::less<>> fed_by;  // detection → ids of controls that show whether its logs are kept; not there: not known
  std::map<std::string, Time, std::less<>> fired;                       // detection → its last alert
  bool alerts_given = false;
  Time as_of;  // the day by which acceptances end and reviews are due; facts are of their own moment
};

// `db`: the public views of the run, for assumptions and for what no threat reaches. `errors`: metadata and queries that do not hold, by record and key.
Result<State> state_of(const StatusInput& input, store::Db& db, std::vector<Error>& errors);

// How one control stands, and why in words.
Standing standing_of(const VerdictCounts& counts, bool attested);
std::string why_of(const VerdictCounts& counts, bool attested);

// Threats above the class that nobody accepted or called none, and against which nothing is effective: neither that prevents, detects nor responds.
// One whose class nobody said may be any, so it is above all but critical.
std::vector<const ThreatState*> above(const State& state, RiskWord appetite);

}  // namespace reeve::threats
