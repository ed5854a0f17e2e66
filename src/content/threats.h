// Threats that content knows (content/threats/<id>/, docs/formats/threats.md): what may go wrong, to which resources, and what is there
// against it. `reeve model derive` makes a threat model of nothing else.
//
//   Threats known = threats_of(*content.files);     // of a tree after layering; or load_threats({.content_dir = …})
//   for (const Error& e : known.errors) …           // each folder that does not hold is named and left out: exit status 3
//   for (const ThreatRule& rule : known.rules) …    // by id
//
// Whether what a rule is bound to exists is for bindings_hold to see, which needs the rest of the content.
// Immutable once read; shared between threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/content.h"

namespace reeve {

// Inherent risk, before any control, in classes from 1 (least) to 5 of content/risk/scale.yaml.
struct ThreatRisk {
  int frequency = 0;   // how often a year somebody tries
  int capability = 0;  // how able whoever tries is
  int loss = 0;        // what one success costs
};

struct ThreatRule {
  std::string id;     // the folder's name
  std::string title;  // a few words, for tables
  std::string source, prerequisites, action, impact;  // Threat Composer's grammar, at most 200 characters each; `prerequisites` may be empty
  std::vector<std::string> goals;   // confidentiality, integrity, …
  std::vector<std::string> assets;  // what is hurt, in words; may be empty
  std::string stride;               // letters of STRIDE, in that order, each once
  std::vector<std::string> attack;  // techniques of ATT&CK
  Candidates for_each = Candidates::account;  // account, organization or type
  std::vector<std::string> types;   // resource types, sorted, if for_each == type
  std::string where;                // SQL over the view of each type; empty: all of them
  ThreatRisk risk;
  std::vector<std::string> prevent, detect, respond;  // ids of controls; of `detect` also of detections
  std::vector<ContentFile> examples;                  // examples/*.yaml; empty where built in
  LayerKind layer = LayerKind::built_in;
  std::string file;
  Place where_at, prevent_at, detect_at, respond_at;
};

// content/attack/iaas.yaml: every technique of ATT&CK for the platform, and those that are no threat here, with the reason.
struct Techniques {
  std::string version;  // of ATT&CK
  std::vector<std::string> all;                              // sorted
  std::vector<std::pair<std::string, std::string>> not_here;  // technique, because; sorted
};

struct Threats {
  std::vector<ThreatRule> rules;  // by id
  Techniques techniques;
  std::vector<Error> errors;      // what does not hold; those rules are not in `rules`
  const ThreatRule* rule(std::string_view id) const;
};

Threats load_threats(const ContentOptions& options);
Threats threats_of(const ContentFiles& files);

// What no rule alone can tell: bindings to what is not there, types nobody maps, two of the same title, techniques without an answer or with two.
std::vector<Error> bindings_hold(const Threats& threats, const Content& content);

}  // namespace reeve
