// Workspace: the folder a user keeps in git, with what only they know: scope, owners, attestations, exceptions.
//
// It is the nearest folder upward that has a `reeve.yaml`. Every file is read strictly: an unknown key is refused by place with the
// nearest valid one, and an attestation or exception that does not hold is left out and named. Nothing is written but by `reeve init`.
// Format: docs/formats/workspace.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "content/content.h"
#include "formats/document.h"

namespace reeve {

// Somebody's word for a fact that no API knows.
struct Attestation {
  std::string control;
  bool answer = false;  // yes: the claim holds
  std::string owner, approver;
  Time given, expires;  // it counts from `given` until just before `expires`
  std::string reason;   // may be empty
  std::vector<std::string> evidence;
  Place at;
};

// Why a failing resource is accepted, by whom, until when.
struct ResourceException {
  std::string control;   // id
  std::string resource;  // uid, or a glob over uids with `*` and `?`
  std::string owner, approver, reason;
  Time expires;  // it excepts until just before this
  Place at;

  bool expired(Time as_of) const { return as_of >= expires; }
  bool covers(std::string_view control_id, std::string_view uid) const;
};

// One time that a drill was carried out.
struct DrillRecord {
  Time performed;
  bool worked = false;
  std::string by, note;  // `note` may be empty
  std::vector<std::string> evidence;
  Place at;
};

// What is to be tried out again and again, and what came of it.
struct Drill {
  std::string kind;     // root-recovery, incident or restore
  std::string title;    // may be empty
  std::string owner;
  std::string control;  // id of the attested control that stands on it; may be empty
  int every_days = 0;
  Time first;           // by when it was due for the first time
  std::vector<DrillRecord> records;  // by day
  Place at;

  const DrillRecord* last(Time day) const;  // null: none by that day
  Time due(Time day) const;                 // the next one, as seen on that day
};

struct Workspace {
  std::string dir;
  std::string organization;           // name for people
  std::vector<std::string> sources;   // scope.sources, made relative to where the program runs
  std::vector<std::string> accounts;  // scope.accounts; empty: all
  std::vector<std::string> regions;   // scope.regions; empty: all
  std::map<std::string, std::string> owners;  // role → person
  std::string fail_on;  // thresholds.fail_on; empty: not set
  std::string redaction_salt;  // under which --redact makes pseudonyms; empty: one is made of what the run read
  std::string edition;  // empty: the standard one
  std::vector<Attestation> attestations;     // sorted by control, then given
  std::vector<ResourceException> exceptions; // in order of file and place
  std::vector<ResourceException> rule_exceptions;  // of rules of rule files, whose names stand in `control`; for `reeve check`
  std::vector<Drill> drills;                 // in order of file and place
  std::vector<Error> errors;                 // what did not hold, in order of path and place
  std::map<std::string, Place> at;           // where things stand: `edition`, `owners.platform`

  // The exceptions that no longer except at `as_of`, as Errors that name place, owner and date. They are no failure to load:
  // the finding they excepted is simply open again, and the report says why.
  std::vector<Error> expired_exceptions(Time as_of) const;
};

// The folder of the nearest `reeve.yaml`, from `start` upward; nothing if there is none.
std::optional<std::string> find_workspace(const std::string& start);
// An Error only if `dir` has no readable reeve.yaml that is a map; everything smaller goes to Workspace::errors.
Result<Workspace> load_workspace(const std::string& dir);
// What only content can tell about a workspace: exceptions and attestations of controls that are not there, attestations of controls
// that are judged by facts, an edition or an owner role nobody knows. Exit status 3, like Workspace::errors.
std::vector<Error> validate_workspace(const Workspace& workspace, const Content& content);

// Writes a new workspace: reeve.yaml with every key explained, empty attestations/ and exceptions/ with a worked example in
// comments, .gitignore for .reeve/. Refuses a folder that already has a reeve.yaml. Gives the paths written.
Result<std::vector<std::string>> write_workspace(const std::string& dir, const std::string& organization);

// For examples of controls, which hold attestations in the same form: one map, strictly read. Errors go to `errors`.
std::optional<Attestation> read_attestation(Value map, std::vector<Error>& errors);
std::optional<ResourceException> read_exception(Value map, std::vector<Error>& errors);
// Of a rule of a rule file: `rule` stands for `control`.
std::optional<ResourceException> read_rule_exception(Value map, std::vector<Error>& errors);

}  // namespace reeve
