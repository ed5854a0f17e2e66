// Detections of our own (content/detections/<id>/, docs/formats/detections.md): a Sigma rule, what Sigma has no place for, and examples.
//
//   Detections known = load_detections({.content_dir = "my-content", .workspace_dir = "."});
//   for (const Detection& d : known.all) load_rule_text(d.rule.text, d.rule.shown, options, rules);
//   const Detection* d = known.of_rule(alert_rule_id);   // its controls, triage steps …
//
// The rule is kept as text: the detect room compiles it. Here it is held against the house rules: one document of it raises alerts, names
// techniques of ATT&CK and says what is known to be harmless; a folder on disk without examples of both kinds is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/content.h"

namespace reeve {

struct Detection {
  std::string id;       // the folder's name
  std::string rule_id;  // of the document that raises alerts; the others are bases of a correlation
  std::string title;
  ContentFile rule;     // rule.yml, all its documents
  std::vector<std::string> tags;      // of that document: `attack.t1078.004`, `attack.persistence`
  std::vector<std::string> controls;  // ids of controls that it serves
  std::vector<std::string> triage;    // what to do with an alert, in order
  std::vector<std::string> group;     // fields; alerts of the rule that agree in all of them are about the same
  std::string entity;                 // the field that names who or what is at risk
  std::vector<ContentFile> examples;  // examples/match-*.json and none-*.json; empty where built in
  LayerKind layer = LayerKind::built_in;
  Place controls_at;
};

struct Detections {
  std::vector<Detection> all;  // by id
  std::vector<Error> errors;   // what does not hold; those folders are not in `all`
  const Detection* of_rule(std::string_view rule_id) const;
};

Detections load_detections(const ContentOptions& options);
Detections detections_of(const ContentFiles& files);  // of a tree after layering

}  // namespace reeve
