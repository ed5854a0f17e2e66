// RuleSet: Sigma rules, correlations and filters, read, held against the specification and kept for compiling.
//
// A rule that cannot be honoured exactly is refused with its place and is in no way loaded: an unknown modifier, an unresolved
// placeholder, a condition that names nothing, a correlation whose base rule is not there. Every document of a file is read.
//
// Sources: Sigma Rules Specification 2.1.0, Sigma Correlation Rules Specification 2.1.0, Sigma Filters Specification 2.1.0, and the modifiers
// appendix of the same (github.com/SigmaHQ/sigma-specification).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace reeve {

enum class RuleLevel : uint8_t { informational, low, medium, high, critical };
std::string_view name(RuleLevel level);

// What every rule says of itself, whatever it matches.
struct RuleHead {
  std::string id;      // its `id`; a rule without one has the UUID v5 of its title and detection, the same for ever
  std::string mark;    // what stands for `id` in ids of alerts (mark_of); empty: not worked out
  std::string title;
  std::string name;    // what correlations may call it; empty: it has none
  RuleLevel level = RuleLevel::informational;
  std::string status, description, author;  // the Detection Rule License asks for the author with every alert
  std::vector<std::string> tags, references, false_positives;
  struct { std::string product, service, category; } logsource;
  Place at;
  bool quiet = false;  // only a base of correlations (`generate: false` there): it raises no alert of its own
};

// 16 bytes of the digest of a rule's id. With an event's id, mostly a UUID, they fill one block of SHA-256, where the rule's own id would take two.
std::string mark_of(std::string_view rule_id);

class SigmaRule;         // detect/sigma.h: one detection, compiled
class CorrelationRule;   // detect/correlation.h
class LogSources;        // detect/log_sources.h

struct RuleSet {
  struct Entry {
    RuleHead head;
    std::shared_ptr<const SigmaRule> detection;          // one of the two
    std::shared_ptr<const CorrelationRule> correlation;
  };
  std::vector<Entry> rules;   // detections first, then correlations in an order in which bases come before what builds on them
  std::vector<Error> refused; // file:line of each rule that is not in `rules`, and why
  std::vector<Error> notes;   // loaded, but worth saying: a base rule named by its title
  size_t documents = 0;       // read: rules + refused + filters + passed_over
  size_t filters = 0;         // taken into the detections that they name
  size_t passed_over = 0;     // of a log source that Reeve reads no logs of, or `status: unsupported`; each is in `notes`

  struct Unlinked;            // what link_rules still has to join
  std::shared_ptr<Unlinked> unlinked;
};

struct RuleOptions {
  bool strict_scalar = false;  // an object is not matched as its raw text (contracts §6)
  std::map<std::string, std::vector<std::string>> placeholders;       // of `expand`; from the workspace
  std::map<std::string, std::string> field_mapping;                   // a rule's field → where it stands in the event, before its log source's
  const LogSources* sources = nullptr;                                // what log sources mean (detect/log_sources.h); null: as packed into the program
};

// Files and folders (`.yml`, `.yaml`); a folder's file that is no Sigma document is passed over, one named is refused.
RuleSet load_rules(const std::vector<std::string>& paths, const RuleOptions& options);
// One text, for tests and embedded content; `path` is for places.
void load_rule_text(std::string_view text, const std::string& path, const RuleOptions& options, RuleSet& into);
// Joins correlations and filters to what they name; to be called once after the texts. load_rules has done it.
void link_rules(RuleSet& rules);

}  // namespace reeve
