// The register of risks: each threat with what it may cost, how its controls stand, what was decided about it and by whom, until when, and why its number
// is what it is.
//
//   Register all = register_of(state, money, scale, history, as_of);
//   for (const RegisterEntry& entry : all.entries) …   // in the order of the state
//   write(history_text(history));                      // brought up to this run: what changed, and which control changed it
//
// Decisions are kept in the model's file, as metadata of the threat that AWS's editor leaves alone (`custom:reeve-treatment` and the like, decision_fields), so git
// shows who changed which. A decision that does not hold (an approver who asked for it, an acceptance without an end) counts as none, and is named. An
// acceptance that has expired is open again. What moves by itself (numbers, standings, since when) is in the history, a file of the workspace's .reeve folder.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "threats/quantify.h"

namespace reeve::threats {

enum class Treatment : uint8_t { none, avoid, reduce, transfer, accept };
std::string_view name(Treatment treatment);  // `` for none

// A field that people decide: its name in tables, and the key of its metadatum.
struct DecisionField {
  std::string_view column;  // accept_until
  std::string_view key;     // custom:reeve-accept-until
  bool date = false;
};
const std::vector<DecisionField>& decision_fields();

std::string on_one_line(std::string_view text);  // white space and control characters as single blanks

using Decision = std::map<std::string, std::string, std::less<>>;  // column → text; absent: not said
Decision decision_of(const model::Record& threat);
// A short digest of all of it, to tell a decision that was changed meanwhile; what looks like a secret is no part of it.
std::string digest_of(const Decision& decision);
// What is wrong with a decision, one line each; empty: it holds.
std::vector<std::string> objections(const Decision& decision);

enum class RiskState : uint8_t { open, treated, accepted, reopened, refused, not_reckoned };
std::string_view name(RiskState state);

struct HistoryStep {
  Time at;
  double mean = 0, p90 = 0;
  std::string word;  // of the residual cell
  std::string why;
};
struct ThreatHistory {
  Time first_seen;
  std::map<std::string, std::string> controls;  // id → how it stood: `failed`, `partial 37/40`
  std::string estimates;                         // what went in, to tell a change of judgement from a change of the estate
  std::vector<HistoryStep> steps;                // oldest first, at most history_steps_max; the last is what holds
};
constexpr size_t history_steps_max = 50;
struct History {
  Time as_of;  // of the last run that was remembered
  int64_t simulations = 0, seed = 0;  // of that run; 0 simulations: nobody wrote it down
  std::vector<std::string> sources;   // what it read, as who calls names them
  std::map<std::string, ThreatHistory, std::less<>> threats;  // by id
};
Result<History> read_history(std::string_view text, const std::string& file);
std::string history_text(const History& history);

struct RegisterEntry {
  size_t at = 0;  // in the state, and in the money
  std::string id, uuid;  // the threat's; a UUID that follows from it
  Decision decision;
  std::string as_decided;  // digest_of the decision
  std::vector<std::string> objections;
  Treatment treatment = Treatment::none;
  RiskState state = RiskState::open;
  Time first_seen, changed, due, review;  // due: as decided, else by the class's days since it was first seen; review: likewise
  bool due_decided = false, overdue = false, review_overdue = false;
  double before = 0;      // mean of the step before the last; trend compares with it
  std::string trend;      // new, up, down, steady
  std::string why;        // of the last change
};

struct Register {
  Time as_of, today;  // of the facts; by which acceptances end, and what is due is overdue
  std::vector<RegisterEntry> entries;
  std::vector<Error> errors;  // decisions that do not hold: exit status 3
};
// `history` is brought up to this run first (remember), so that first_seen and why are told of it; where the run is older than the history, the
// history stays, and the entries tell what it knows. `remembers` false: the same, for a run that asks what would be. `today`: where it is later
// than as_of, what people decided until a day ends by it.
Register register_of(const State& state, const Money& money, const RiskScale& scale, History& history, Time as_of, bool remembers = true, Time today = {});
// Whether runs so simulated are the history's: as its last, or as by default. A history without a run has none of its own yet.
bool simulated_alike(const History& history, int64_t simulations, int64_t seed);

// Decisions taken back: id → what each named column shall be (empty: nothing is said any more). Columns that are not named stay.
struct Decided {
  std::string id;
  Decision decision;
  Place at;
  std::string as_decided;  // digest of what stood in the model when the document was written; empty: it does not say
};
struct DecisionChange {
  std::string threat, column, from, to;  // as in the model; empty: nothing is said
};
struct Taken {
  size_t threats = 0, fields = 0;  // changed
  std::vector<DecisionChange> changes;
  std::vector<Error> notes;        // what is taken, and will not do what it says
  std::vector<Error> errors;       // by place; those threats are as they were
};
// By id. Refused: an id that the model does not have or that comes twice, a treatment that is none, a date that is none, an approver who is the
// requester, what the model's schema has no room for, a new word where the model has a list or the same key twice, and what somebody else decided otherwise
// since the document was written (as_decided). `today`: an acceptance that ended before is taken with a note.
Taken take(model::Model& model, const std::vector<Decided>& decided, Time today = {});

}  // namespace reeve::threats
