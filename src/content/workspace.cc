#include "content/workspace.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <tuple>

#include "aws/region.h"
#include "base/file.h"
#include "base/text.h"
#include "content/fields.h"

namespace reeve {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t file_bytes_max = 4ull << 20;

bool is_control_id(std::string_view text) { return is_slug(text); }

void sort_by_place(std::vector<Error>& errors) {
  std::stable_sort(errors.begin(), errors.end(), [](const Error& a, const Error& b) {
    return std::tie(a.at.path, a.at.line, a.at.column) < std::tie(b.at.path, b.at.line, b.at.column);
  });
}

void read_scope(Fields& fields, Workspace& workspace) {
  Value value = fields.get("scope");
  if (!value) return;
  Fields scope(value, "`scope`", {"sources", "accounts", "regions"}, workspace.errors);
  for (const std::string& source : scope.texts("sources", Need::optional, "a path"))
    workspace.sources.push_back(starts_with(source, "/") || workspace.dir == "." ? source : join_path(workspace.dir, source));
  workspace.accounts = scope.texts("accounts", Need::optional, "an account id of 12 digits", is_account_id);
  workspace.regions = scope.texts("regions", Need::optional, "a Region such as eu-central-1", is_region_name);
}

void read_owners(Fields& fields, Workspace& workspace) {
  Value value = fields.get("owners");
  if (!value) return;
  if (!value.is_map()) {
    fields.wrong(Code::type, "`owners` is no map", place_of(value), "role: person");
    return;
  }
  for (auto entry : value.entries()) {
    std::string role(entry.key());
    std::string person = entry.value.is_scalar() && !entry.value.is_null() ? std::string(trim(entry.value.text())) : "";
    if (!is_slug(role))
      fields.wrong(Code::usage, "`" + role + "` is no role", place_of(entry.key_node), "a role such as platform");
    else if (person.empty())
      fields.wrong(Code::type, "role `" + role + "` names nobody", place_of(entry.value), "a person or team");
    else
      workspace.owners[role] = person;
    workspace.at["owners." + role] = place_of(entry.key_node);
  }
}

void read_thresholds(Fields& fields, Workspace& workspace) {
  Value value = fields.get("thresholds");
  if (!value) return;
  Fields thresholds(value, "`thresholds`", {"fail_on"}, workspace.errors);
  workspace.fail_on = thresholds.word("fail_on", {"never", "critical", "high", "medium", "low", "informational", "fail", "unknown"}, Need::optional);
}

}  // namespace

void each_map(const std::string& folder, std::string_view what, std::vector<Error>& errors, const std::function<void(Value)>& read) {
  if (!is_folder(folder)) {
    if (exists(folder)) errors.push_back({Code::type, "`" + file_name(folder) + "` is a file", {folder}, "a folder", {}});
    return;
  }
  for (const Entry& entry : walk(folder, errors)) {
    std::string name = file_name(entry.path);
    if (starts_with(name, ".") || ends_with(name, "~") || ends_with(name, ".md")) continue;
    if (!ends_with(name, ".yaml") && !ends_with(name, ".yml")) {
      errors.push_back({Code::usage, "`" + name + "` has no place in " + file_name(folder) + "/", {entry.path}, "files that end in .yaml", {}});
      continue;
    }
    auto text = read_file(entry.path, file_bytes_max);
    if (!text) {
      errors.push_back(text.error());
      continue;
    }
    auto document = read_content_yaml(*text, entry.path, errors);
    if (!document) continue;
    Value root = (*document)->root();
    if (!root || root.is_null()) continue;
    if (root.is_map()) {
      read(root);
    } else if (root.is_list()) {
      for (Value item : root.items()) read(item);
    } else {
      errors.push_back({Code::type, "`" + name + "` holds neither a map nor a list", place_of(root), std::string(what) + " or a list of them", {}});
    }
  }
}

bool ResourceException::covers(std::string_view control_id, std::string_view uid) const {
  return control == control_id && (resource == uid || glob_match(resource, uid));
}

const DrillRecord* Drill::last(Time day) const {
  const DrillRecord* found = nullptr;
  for (auto& record : records)
    if (record.performed <= day) found = &record;
  return found;
}

Time Drill::due(Time day) const {
  const DrillRecord* done = last(day);
  return done ? Time{done->performed.ms + int64_t{every_days} * 86'400'000} : first;
}

// Two people stand behind an answer: whoever gives it cannot be the one who agrees.
static void two_people(Fields& fields, const std::string& owner, const std::string& approver) {
  if (!owner.empty() && equal_ignoring_case(owner, approver))
    fields.wrong(Code::conflict, "`" + approver + "` approves their own word", fields.at("approver"), "an approver who is not the owner");
}

std::optional<Attestation> read_attestation(Value map, std::vector<Error>& errors) {
  Fields fields(map, "an attestation", {"control", "answer", "owner", "approver", "given", "expires", "reason", "evidence"}, errors);
  Attestation out;
  out.at = place_of(map);
  out.control = fields.text_like("control", Need::required, "the id of a control", is_control_id);
  out.answer = fields.yes_or_no("answer", false, Need::required);
  out.owner = fields.text("owner");
  out.approver = fields.text("approver");
  out.given = fields.time("given");
  out.expires = fields.time("expires");
  out.reason = fields.text("reason", Need::optional);
  out.evidence = fields.texts("evidence", Need::optional);
  if (out.given.known() && out.expires.known() && out.expires <= out.given)
    fields.wrong(Code::conflict, "the attestation expires before it is given", fields.at("expires"), "a time after `given`");
  two_people(fields, out.owner, out.approver);
  if (!fields.good()) return std::nullopt;
  return out;
}

static std::optional<Drill> read_drill(Value map, std::vector<Error>& errors) {
  Fields fields(map, "a drill", {"drill", "title", "owner", "control", "every_days", "first", "records"}, errors);
  Drill out;
  out.at = place_of(map);
  out.kind = fields.word("drill", {"root-recovery", "incident", "restore"});
  out.title = fields.text("title", Need::optional);
  out.owner = fields.text("owner");
  out.control = fields.text_like("control", Need::optional, "the id of a control", is_control_id);
  out.every_days = fields.number("every_days", 1, 3660);
  out.first = fields.time("first");
  bool good = fields.good();
  if (Value records = fields.get("records")) {
    if (!records.is_list()) fields.wrong(Code::type, "`records` is no list", place_of(records), "one map for each time it was carried out"), good = false;
    for (Value item : records.items()) {
      Fields of(item, "a record of a drill", {"performed", "outcome", "by", "note", "evidence"}, errors);
      DrillRecord record;
      record.at = place_of(item);
      record.performed = of.time("performed");
      record.worked = of.word("outcome", {"worked", "failed"}) == "worked";
      record.by = of.text("by");
      record.note = of.text("note", Need::optional);
      record.evidence = of.texts("evidence", Need::optional);
      if (of.good()) out.records.push_back(std::move(record));
    }
  }
  std::stable_sort(out.records.begin(), out.records.end(), [](const DrillRecord& a, const DrillRecord& b) { return a.performed < b.performed; });
  if (!good) return std::nullopt;
  return out;
}

static std::optional<ResourceException> read_exception_of(Value map, const std::string& what, std::vector<Error>& errors) {
  Fields fields(map, "an exception", {what, "resource", "owner", "approver", "reason", "expires"}, errors);
  ResourceException out;
  out.at = place_of(map);
  out.control = what == "rule" ? fields.text("rule") : fields.text_like("control", Need::required, "the id of a control", is_control_id);
  out.resource = fields.text("resource");
  out.owner = fields.text("owner");
  out.approver = fields.text("approver");
  out.reason = fields.text("reason");
  out.expires = fields.time("expires");
  two_people(fields, out.owner, out.approver);
  if (!fields.good()) return std::nullopt;
  return out;
}

std::optional<ResourceException> read_exception(Value map, std::vector<Error>& errors) { return read_exception_of(map, "control", errors); }
std::optional<ResourceException> read_rule_exception(Value map, std::vector<Error>& errors) { return read_exception_of(map, "rule", errors); }

std::vector<Error> Workspace::expired_exceptions(Time as_of) const {
  std::vector<Error> out;
  for (const ResourceException& e : exceptions)
    if (e.expired(as_of))
      out.push_back({Code::conflict, "the exception of `" + e.resource + "` from `" + e.control + "` expired on " + rfc3339(e.expires).substr(0, 10), e.at, {},
                     "ask " + e.owner + " to renew or remove it"});
  return out;
}

std::optional<std::string> find_workspace(const std::string& start) {
  // The answer goes into messages and results, so it stays as relative as `start` was.
  fs::path shown = fs::path(start.empty() ? "." : start).lexically_normal();
  if (shown.has_relative_path() && !shown.has_filename()) shown = shown.parent_path();  // `a/` is `a`
  while (true) {
    if (exists((shown / "reeve.yaml").string())) return shown.string();
    std::error_code error;
    fs::path here = fs::weakly_canonical(shown, error);
    if (error || here == here.root_path()) return std::nullopt;
    if (shown == ".")
      shown = "..";
    else if (shown.filename() == "..")
      shown /= "..";
    else
      shown = shown.has_parent_path() ? shown.parent_path() : fs::path(".");
  }
}

Result<Workspace> load_workspace(const std::string& dir) {
  Workspace workspace;
  workspace.dir = dir.empty() ? "." : dir;
  std::string path = workspace.dir == "." ? "reeve.yaml" : join_path(workspace.dir, "reeve.yaml");
  if (!exists(path))
    return fail(Code::not_found, "there is no workspace in `" + workspace.dir + "`", {path}, "a folder with reeve.yaml", "`reeve init` makes one");
  std::string text = TRY(read_file(path, file_bytes_max));
  auto document = read_content_yaml(text, path, workspace.errors);
  if (!document) return tl::unexpected(workspace.errors.front());
  Value root = (*document)->root();
  if (!root.is_map()) return fail(Code::type, "the workspace file holds no map", {path, 1, 1}, "organization: NAME and so on", "docs/formats/workspace.md shows one");

  Fields fields(root, "a workspace", {"organization", "edition", "scope", "owners", "thresholds", "redaction_salt", "placeholders", "outputs"}, workspace.errors);
  workspace.organization = fields.text("organization");
  workspace.edition = fields.text("edition", Need::optional);
  workspace.at["edition"] = fields.at("edition");
  read_scope(fields, workspace);
  read_owners(fields, workspace);
  read_thresholds(fields, workspace);
  workspace.redaction_salt = fields.text("redaction_salt", Need::optional);
  constexpr size_t salt_least = 16;  // a short one could be tried out
  if (!workspace.redaction_salt.empty() && workspace.redaction_salt.size() < salt_least) {
    workspace.errors.push_back({Code::type, "`redaction_salt` is short enough to be guessed", fields.at("redaction_salt"), "at least 16 characters", "head -c 24 /dev/urandom | base64"});
    workspace.redaction_salt.clear();
  }

  auto below = [&](const char* name) { return workspace.dir == "." ? std::string(name) : join_path(workspace.dir, name); };
  each_map(below("attestations"), "an attestation", workspace.errors, [&](Value map) {
    if (auto one = read_attestation(map, workspace.errors)) workspace.attestations.push_back(std::move(*one));
  });
  each_map(below("exceptions"), "an exception", workspace.errors, [&](Value map) {
    const bool of_rule = map.get("rule") && !map.get("control");
    if (auto one = of_rule ? read_rule_exception(map, workspace.errors) : read_exception(map, workspace.errors))
      (of_rule ? workspace.rule_exceptions : workspace.exceptions).push_back(std::move(*one));
  });
  each_map(below("drills"), "a drill", workspace.errors, [&](Value map) {
    if (auto one = read_drill(map, workspace.errors)) workspace.drills.push_back(std::move(*one));
  });
  std::stable_sort(workspace.attestations.begin(), workspace.attestations.end(),
                   [](const Attestation& a, const Attestation& b) { return std::tie(a.control, a.given) < std::tie(b.control, b.given); });
  sort_by_place(workspace.errors);
  return workspace;
}

std::vector<Error> validate_workspace(const Workspace& workspace, const Content& content) {
  std::vector<Error> errors;
  std::vector<std::string> ids, attested, editions, roles;
  for (const Control& control : content.controls) {
    ids.push_back(control.id);
    if (control.judge == Judge::attested) attested.push_back(control.id);
    if (std::find(roles.begin(), roles.end(), control.owner) == roles.end()) roles.push_back(control.owner);
  }
  for (const Edition& edition : content.editions) editions.push_back(edition.id);
  std::sort(roles.begin(), roles.end());

  // Lists of all controls are no help in a message: the nearest, or the way to the list.
  auto no_control = [&](const std::string& id, const Place& at, const std::vector<std::string>& known) {
    std::string near = nearest(id, known);
    errors.push_back({Code::not_found, "there is no control `" + id + "`", at, {}, near.empty() ? "`reeve content list` names them" : "did you mean `" + near + "`?"});
  };
  for (const ResourceException& exception : workspace.exceptions)
    if (!content.control(exception.control)) no_control(exception.control, exception.at, ids);
  for (const Attestation& attestation : workspace.attestations) {
    const Control* control = content.control(attestation.control);
    if (!control)
      no_control(attestation.control, attestation.at, attested);
    else if (control->judge != Judge::attested)
      errors.push_back({Code::usage, "control `" + control->id + "` is judged by facts, not by attestation", attestation.at, {},
                        "an exception accepts a failing resource, with owner and expiry"});
  }
  for (const Drill& drill : workspace.drills) {
    if (drill.control.empty()) continue;
    const Control* control = content.control(drill.control);
    if (!control) no_control(drill.control, drill.at, attested);
    else if (control->judge != Judge::attested)
      errors.push_back({Code::usage, "control `" + control->id + "` is judged by facts, so it does not stand on a drill", drill.at, "a control with an attest.yaml", {}});
  }
  if (!workspace.edition.empty() && !content.edition(workspace.edition))
    errors.push_back(unknown_word("there is no edition `" + workspace.edition + "`", workspace.at.at("edition"), workspace.edition, editions));
  for (const auto& [role, person] : workspace.owners)
    if (std::find(roles.begin(), roles.end(), role) == roles.end())
      errors.push_back(unknown_word("no control is owned by role `" + role + "`", workspace.at.at("owners." + role), role, roles));
  sort_by_place(errors);
  return errors;
}

}  // namespace reeve
