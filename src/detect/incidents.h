// Incidents: alerts that share who, where from or what, told as one story over time and accounts; and how much each entity is at risk.
//
// A pure function of the set of alerts: their order does not matter, and one that is there twice counts once. Time is the events' own.
//
//   risk      an alert adds its level's weight to each entity that it names: principal, source address, resource, account. Of one rule on
//             one entity the n-th alert in a row (none of them later than `window` after the one before) adds weight / n. What was added
//             halves in each `half_life`. Now is the time of the newest alert that is not later than `latest`: one of the far future (a clock
//             that is wrong) must not halve the risk of all others to nothing, and counts as of now.
//   incident  two alerts belong together if they name the same principal, address or resource and are at most `window` apart; and what
//             belongs to the same belongs together. An account alone joins nothing, nor does an address or name of AWS's own, nor a
//             private address, nor what `shared` names.
//   raised    it holds a critical alert; or the risk of its own alerts reached `threshold`; or they are of `tactics_least` tactics and
//             `rules_least` rules, one of medium or above. The rest is context: kept, told when asked for.
//
// An incident's id follows from its first alert, so that what joins it later does not change it. Where a later alert joins two, the id of
// the one that began first stands, and `was` names the other. An alert that comes in late and is older than the first gives another id.
// Sources: docs.splunk.com, "Default risk incident rules" (100 within a day; 3 tactics from 4 sources).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "detect/told_alerts.h"

namespace reeve {

struct StoryOptions {
  int64_t half_life_ms = 24 * 3'600'000;
  int64_t window_ms = 24 * 3'600'000;
  double threshold = 100;
  size_t tactics_least = 3, rules_least = 4;
  int64_t latest_ms = INT64_MAX;    // no event can be later; if all are, the newest of them is now
  std::vector<std::string> shared;  // values of entities, `*` and `?` as wildcards: what many use, such as an office's address
};

double risk_weight(RuleLevel level);  // critical 100, high 60, medium 25, low 5, informational 1

enum class EntityKind : uint8_t { principal, account, resource, source_ip };
std::string_view name(EntityKind kind);

struct EntityRisk {
  EntityKind kind = EntityKind::principal;
  std::string value;
  double now = 0;           // at the newest alert of all, as above
  double peak = 0;          // the highest that it ever was, and when
  int64_t peak_ms = 0, first_ms = 0, last_ms = 0;
  size_t alerts = 0;
  std::set<std::string> accounts;
};

struct Incident {
  std::string id;                 // `in-` and 20 characters of base32
  std::vector<std::string> was;   // ids of those that it took up, in the order in which it did
  std::vector<size_t> alerts;     // into Story::alerts, by time
  int64_t first_ms = 0, last_ms = 0;
  RuleLevel level = RuleLevel::informational;  // the highest of its alerts
  double score = 0;               // the highest that the risk of its alerts together was
  bool raised = false;
  std::string why;                // it is raised, for people; empty: it is not
  struct Step {
    std::string tactic;
    int64_t first_ms = 0;
    size_t alert = 0;
  };
  std::vector<Step> tactics;      // each once, in the order in which they first came
  std::vector<std::string> techniques;
  std::vector<std::string> accounts, principals, source_ips, resources;  // in the order in which they first came
};

struct Story {
  std::vector<ToldAlert> alerts;      // each id once, by time and id
  std::vector<EntityRisk> entities;   // the highest risk now first
  std::vector<Incident> incidents;    // raised ones first, then by score, time and id
  size_t repeated = 0;                // alerts that were there already
};

Story story_of(std::vector<ToldAlert> alerts, const StoryOptions& options);

// One line of NDJSON each. `triage`: steps by rule id, of which those of the incident's gravest alert are told.
using TriageByRule = std::map<std::string, std::vector<std::string>>;
void write_incident(std::string& out, const Story& story, const Incident& incident, const TriageByRule& triage);
void write_entity(std::string& out, const EntityRisk& entity);
// The alert that an incident's next steps are about: of the highest level the first.
const ToldAlert& gravest(const Story& story, const Incident& incident);

}  // namespace reeve
