// Content: everything Reeve knows, loaded, validated and indexed.
//
// `load_content` lays the trees over one another (content_files.h), reads each item strictly and gives what holds; each item that does
// not hold is left out and named by an Error with file, line, column, what was expected and the nearest valid word. An error in content
// is exit status 3 of whoever asked; the rest is used.
//
//   Content content = load_content({.content_dir = "my-content"});
//   for (const Error& e : content.errors) …             // name each, exit status 3
//   for (const Control& c : content.controls) …          // sorted by id
//   if (const Control* c = content.control("root-mfa-enabled")) …
//
// This room reads folders; it judges nothing. Guard and SQL texts are kept as texts: the check room compiles them, the estate room
// turns resource type files into mappings. `validate_content` holds the whole against the house rules (every practice has a control
// at each level, …), with a hook through which the caller tells which types a Guard file judges.
//
// Formats: docs/formats/controls.md, views.md, resources.md, practices.md. A Content is immutable once loaded and may be read from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/content_files.h"
#include "content/responsibility.h"
#include "findings/level.h"
#include "formats/document.h"

namespace reeve {

enum class Responsibility : uint8_t { customer, aws, shared };
std::string_view name(Responsibility responsibility);

// How a control is judged: by the one file of its folder that says so.
enum class Judge : uint8_t { guard, sql, attested };
std::string_view name(Judge judge);

// The candidates of a SQL control.
enum class Candidates : uint8_t { account, account_region, organization, type };

// A fact that no API knows (attest.yaml).
struct AttestQuestion {
  std::string question;
  std::string claim;            // the sentence that is attested
  int age_days_max = 0;         // older attestations count as expired
  std::string contradicted_by;  // SQL giving (resource, why); each row turns the claim into a fail; may be empty
  Place contradicted_by_at;     // where that SQL begins
};

// A text file of a control, kept as it is: its name for error places, and its text.
struct ControlFile {
  std::string name;   // check.guard, check.sql, attest.yaml, prevent.scp.json, respond.ssm.yaml, examples/fail-one.yaml
  std::string shown;  // path for messages
  std::string text;
};

struct Control {
  std::string id;  // the folder's name
  std::string title, statement, why, fix;
  std::string objective;  // slug
  std::string practice;   // slug of a Practice
  int level = 0;          // 1 Basic … 4 Innovative
  std::string area;       // one of operations_areas()
  int phase = 0;          // roadmap phase 1–4
  Severity severity = Severity::medium;
  Responsibility responsibility = Responsibility::customer;
  std::string effort;        // as written: `15 min`
  int effort_minutes = 0;    // for one resource; a day is 8 hours
  std::string owner;         // role; the workspace says who that is
  std::vector<std::string> attack;  // ATT&CK technique ids
  std::vector<std::string> facts;   // rows of the fact table
  std::vector<std::string> after;   // controls that have to hold before this one can
  bool live = true, in_template = true;  // applies_to

  Judge judge = Judge::guard;
  ControlFile check;  // check.guard, check.sql or attest.yaml

  // SQL controls only.
  Candidates candidates = Candidates::account;
  std::vector<std::string> candidate_types;  // the resource types, sorted, if candidates == type
  std::string where;               // filter over the candidates' view; may be empty
  bool within_account = false;     // asked of one account's rows at a time
  std::vector<std::string> needs;  // reads `service:Operation` and parts `reeve:detect`, all of which a candidate needs
  std::vector<std::string> parts() const;  // those of `needs` that are parts

  std::optional<AttestQuestion> attest;  // attested controls only

  std::vector<ControlFile> prevent, respond;  // other layers of defence in the folder
  std::vector<ControlFile> examples;          // examples/*.yaml; empty for built-in controls
  LayerKind layer = LayerKind::built_in;
  std::string folder;                  // for messages, and to open it from disk
  std::map<std::string, Place> at;     // place of each key of control.yaml, for errors found later
};

// The operations areas of design §4, in order, and the function each belongs to.
struct OperationsArea {
  std::string_view name;      // access control
  std::string_view function;  // preventive, detective or responsive
};
const std::vector<OperationsArea>& operations_areas();
std::string_view level_name(int level);  // 0 → "None", 1 → "Basic", 2 "Managed", 3 "Optimized", 4 "Innovative"
std::string_view phase_name(int phase);  // 1 → "foundation and governance" …

struct Practice {
  std::string slug;  // the file's name without .yaml
  std::string title;
  std::string short_title;  // a few words, for tables: `root user`; may be empty
  std::string question;                // the one question it comes down to
  std::vector<std::string> questions;  // and those behind it
  std::string statement;
  Severity risk = Severity::medium;  // if it is not followed: high, medium or low
  std::string page;                  // slug of its page in the framework
  std::map<std::string, std::string> numbers;  // edition → SEC01-BP02; an edition that does not have it is missing here
  Place at;
  // The number in an edition; empty if that edition does not have the practice.
  std::string number(const std::string& edition) const;
};

// What a later part of Reeve records, as SQL controls will ask for it: the view `root_activity` is filled by `reeve detect`
// (content/views). Until that part has run the view is empty, and a control that needs the part is unknown.
struct RecordColumn {
  enum class Type : uint8_t { text, integer, number, boolean, time, list, map };
  std::string name;
  Type type = Type::text;
  std::string meaning;
  std::string absent;  // what NULL says; empty: the column is never NULL
};
std::string_view name(RecordColumn::Type type);

struct RecordView {
  std::string name;  // the file's name without .yaml
  std::string title, meaning;
  std::string filled_by;  // the part, as controls need it: `reeve:detect`
  std::vector<RecordColumn> columns;
  Place at;
  const RecordColumn* column(std::string_view name) const;
};

// A need that is no read of AWS but a part of Reeve: `reeve:detect`, for people `reeve detect`.
bool is_part(std::string_view need);
std::string command_of(std::string_view part);
// What controls are for: a state of the estate that can be measured, with an owner, and how much short of it is borne
// (content/objectives/<slug>.yaml, docs/formats/objectives.md).
struct Objective {
  std::string slug;  // the file's name without .yaml
  std::string title, statement;
  std::string owner;                   // role; the workspace says who that is
  std::vector<std::string> practices;  // slugs of the practices that its controls answer
  int evidence_days_max = 0;           // older evidence proves nothing
  int failing_percent_max = 0;         // of the resources that a control of it judges
  std::map<Severity, int> mend_days;   // how long a failing resource may stay so, by the control's severity; none: as long as it takes
  LayerKind layer = LayerKind::built_in;
  Place at;
  std::map<std::string, Place> key_at;
};

// A framework that others keep, as its requirements' ids and nothing of its text: which controls speak to each
// (content/frameworks/<id>.yaml, docs/formats/frameworks.md).
struct Requirement {
  std::string id;
  std::vector<std::string> controls;  // ids, sorted; none: nothing here speaks to it
  Place at;
};
struct Framework {
  std::string id;  // the file's name without .yaml
  std::string title, version, publisher;
  std::vector<Requirement> requirements;  // in the order of the file
  LayerKind layer = LayerKind::built_in;
};

// What a control is called elsewhere: rules of another tool that claim the same (content/suppressions/<tool>.yaml).
struct ForeignRule {
  std::string id;                     // W79
  std::vector<std::string> controls;  // ids
  Place at;
};
struct ForeignRules {
  std::string tool, shown;
  std::vector<ForeignRule> rules;
};

// A fact that the question asks for (content/facts/sec01.yaml); controls name theirs.
struct Fact {
  std::string id;        // 02.01
  std::string practice;  // slug
  std::string says;      // the fact as a sentence, in lower case
  std::string does;      // prevent, detect, respond or govern
  int level = 0;
  std::string told_by;   // api, log or file: where it can be seen; only what is told by a file needs people's word
  Place at;
};

// One release of the framework, which numbers the practices in its own way (content/frameworks/sec01.yaml).
struct Edition {
  std::string id;         // 2024-06
  std::string from, to;   // in force, as written; `to` empty: still
  bool complete = true;   // false: not all of it was seen
  bool standard = false;  // the one Reeve answers unless the workspace chooses
};

// A parsed file of a kind whose meaning another room knows.
struct ContentDocument {
  std::string path;   // inside the tree: resources/s3-bucket.yaml
  std::string shown;  // for messages
  LayerKind layer = LayerKind::built_in;
  DocumentPtr document;
};

struct LayerSummary {
  LayerKind kind = LayerKind::built_in;
  std::string root;
  std::string digest;
  size_t items = 0;     // that it has
  size_t replaced = 0;  // of these, how many replace an item of a lower layer
};

struct Content {
  std::vector<Practice> practices;  // in the order of their numbers in the standard edition, others behind, by slug
  std::vector<Edition> editions;    // sorted by id
  std::vector<Control> controls;    // sorted by id
  std::vector<RecordView> record_views;         // sorted by name
  std::vector<Objective> objectives;  // sorted by slug
  std::vector<Framework> frameworks;  // sorted by id
  std::vector<Fact> facts;            // sorted by id
  std::vector<ContentDocument> resource_types;  // content/resources/*.yaml, sorted by path
  std::vector<ContentDocument> schemas;         // content/schemas/*.json, sorted by path
  std::vector<ResponsibilityFile> responsibility;  // by service
  std::vector<Challenge> challenges;               // in their order
  std::vector<ForeignRules> foreign_rules;         // by tool
  std::vector<LayerSummary> layers;             // lowest first
  std::string digest;                           // SHA-256 of the tree after layering, hex
  std::vector<Error> errors;                    // in order of path and place
  std::shared_ptr<const ContentFiles> files;    // for kinds that other rooms read

  const Control* control(std::string_view id) const;
  const Practice* practice(std::string_view slug) const;
  const Objective* objective(std::string_view slug) const;
  const Edition* edition(std::string_view id) const;
  const RecordView* record_view(std::string_view name) const;
  const ForeignRule* foreign_rule(std::string_view tool, std::string_view id) const;
  const Edition* standard_edition() const;  // null only if there is none at all
};

struct ContentOptions {
  bool built_in = true;
  std::string content_dir;    // --content; empty: none
  std::string workspace_dir;  // folder of reeve.yaml; empty: none
};

Content load_content(const ContentOptions& options);
// The same from layers at hand, lowest first.
Content load_content(std::vector<ContentLayer> layers);

// Parts of the built-in tree alone, for who needs few of them and now. The build has held them against the house rules.
std::optional<Control> built_in_control(std::string_view id);
std::vector<ForeignRules> built_in_foreign_rules();

// What a Guard control judges, as the check room finds it by compiling the file.
struct JudgedTypes {
  std::vector<std::string> types;
  bool any_type = false;  // something is asked outside of type blocks
};
using GuardTypes = std::function<Result<JudgedTypes>(const Control&)>;

// House rules over the whole, for the build and the test suite: every practice has a control at each of the levels 1–4; at most a
// quarter of the controls are attested; a control answers one of its objective's practices, and each of those is answered; every resource type that a SQL control names in `for_each` is described in
// content/resources. With `guard_types` also every type that a Guard control judges, and that it judges one at all.
std::vector<Error> validate_content(const Content& content, const GuardTypes& guard_types = {});

}  // namespace reeve
