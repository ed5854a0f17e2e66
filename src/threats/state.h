// What a threat model is worth today: each threat with what it can happen to in this estate, what is bound to it, and how that stands.
//
//   State state = …;                                   // threats/status.h: model, rules and one run's verdicts brought together
//   for (const ThreatState& threat : state.threats) …  // in the order of the model, then what only rules know, by id
//
// Everything here is a value that was computed from a run; nothing of it is written into the model's file, which would change with each run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/risk_scale.h"
#include "content/threats.h"
#include "findings/level.h"
#include "model/model.h"

namespace reeve::threats {

// How something that is bound to a threat stands. Of several: the worst, in this order, for none of them makes up for another (status_of).
enum class Standing : uint8_t {
  failed,     // judged, and holds nowhere
  partial,    // holds in some places; `where` says where not
  unknown,    // could not be judged
  absent,     // is no content that is loaded, or judges nothing that is here
  attested,   // somebody's word, not expired
  effective,  // judged, and holds everywhere
};
std::string_view name(Standing standing);

enum class Duty : uint8_t { prevent, detect, respond };
std::string_view name(Duty duty);

// A control or detection that acts against a threat.
struct Bound {
  std::string id;
  Duty duty = Duty::prevent;
  bool detection = false;  // else a control
  Standing standing = Standing::absent;
  std::string why;         // one line for people: `fails for 3 of 40 buckets`, `the trail that feeds it was not read`
  std::vector<std::string> where;  // uids for which it does not hold, at most three
  VerdictCounts verdicts;  // of a control
  // Of a detection: whether logs that feed it are there, and when it last fired (0: never, or no alerts were given).
  Standing fed = Standing::absent;
  Time last_fired;
};

// What a threat can happen to.
struct Reach {
  uint64_t resources = 0;  // of which it is certain that they are meant
  uint64_t unknown = 0;    // which may be
  uint64_t accounts = 0;
  uint64_t unread = 0;     // accounts in which it was refused, or never asked, which resources there are
  std::vector<std::string> first;  // uids, at most three: of each account the first, in order
};

// A way of attack, known by `access`, to something that a threat can happen to (threats/ways.h).
struct Way {
  enum class Kind : uint8_t { reached, escalates } kind = Kind::reached;  // the internet gets to it; a principal that can become an administrator
  bool sure = false;        // false: it hangs on what was not read
  double likelihood = 0;    // of the steps, up to 1
  uint64_t resources = 0;   // to which there is one
  std::string first;        // uid: of the surest and likeliest the first
};
std::string_view name(Way::Kind kind);

struct ThreatState {
  std::string id;                        // of the threat in the model; what `model derive` would give it if it is not there
  const model::Record* record = nullptr;  // null: not in the model
  const ThreatRule* rule = nullptr;       // null: written by people
  std::string title, statement;
  std::vector<std::string> attack;
  ThreatRisk risk;                        // inherent; zeros: nobody said
  std::optional<RiskWord> inherent;       // its class by the 5×5 table before any control, or as people rank it; none: nobody said
  bool accepted = false;                  // by people, and that has not expired
  bool closed = false;                    // people say that it is none
  Reach reach;
  bool reach_known = false;  // false: a threat that people wrote without a scope
  std::vector<Way> ways;     // at most one of each kind
  std::vector<Bound> bound;  // by duty, then id
  // The best that any of a duty comes to: one effective prevention is one. Without any: absent.
  Standing prevented = Standing::absent, detected = Standing::absent, responded = Standing::absent;
};

// What people call it by where they ask for it: the id of its rule, else its own.
std::string_view called(const ThreatState& threat);

// A detection of it gets its logs, and all that is missing is somebody who is known to run it.
bool is_waiting(const ThreatState& threat);

// What is wrong with the model itself, or with what it says of the estate.
struct Alarm {
  enum class Kind : uint8_t { unmodelled_asset, broken_assumption, control_failed, undetected_threat, expired_acceptance, review_overdue, orphan_threat };
  Kind kind = Kind::orphan_threat;
  std::string threat;   // id; empty: of the model as a whole
  std::string subject;  // control, assumption or resource type that it is about; may be empty
  std::string what;     // one line for people
};
std::string_view name(Alarm::Kind kind);

struct State {
  std::vector<ThreatState> threats;
  std::vector<Alarm> alarms;  // by kind, then threat
  bool has_model = false;     // the workspace keeps one; else these are the threats that rules derive
  // Accounts that the organization calls active, and Regions that the other accounts call enabled, of which no call was answered.
  uint64_t accounts_not_read = 0, regions_not_read = 0;
};
// `1 account of the organization and 9 enabled Regions were not read: what is there is not known`; empty: all that is known of was.
std::string not_read_text(const State& state);

}  // namespace reeve::threats
