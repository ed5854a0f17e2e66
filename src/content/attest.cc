#include "content/attest.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "content/fields.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int64_t day_ms = 86'400'000;

std::string day_text(Time time) { return rfc3339(time).substr(0, 10); }
// A date alone is midnight; anything else is written in full.
std::string time_text(Time time) { return time.ms % day_ms == 0 ? day_text(time) : rfc3339(time); }

std::string yaml_text(std::string_view text) {
  std::string out;
  JsonWriter(out).string(text);  // a JSON string is a YAML string, whatever it holds
  return out;
}

}  // namespace

std::string_view name(WordState state) {
  switch (state) {
    case WordState::missing: return "missing";
    case WordState::not_yet: return "not_yet_valid";
    case WordState::no: return "no";
    case WordState::expired: return "expired";
    case WordState::too_old: return "too_old";
    case WordState::valid: return "valid";
  }
  return "";
}

std::string_view name(DrillState state) {
  switch (state) {
    case DrillState::planned: return "planned";
    case DrillState::done: return "done";
    case DrillState::due: return "due";
    case DrillState::overdue: return "overdue";
    case DrillState::failed: return "failed";
  }
  return "";
}

Word word_on(const Workspace* workspace, const Control& control, Time day) {
  Word out;
  const Attestation *newest = nullptr, *next = nullptr;
  if (workspace)
    for (auto& one : workspace->attestations) {
      if (one.control != control.id) continue;
      // Of words of one day, for none of which it is known that it was the last, a no counts.
      const bool same_day = newest && one.given == newest->given;
      if (one.given <= day && (!newest || one.given > newest->given || (same_day && newest->answer && !one.answer))) newest = &one;
      if (one.given > day && (!next || one.given < next->given)) next = &one;
    }
  out.said = newest ? newest : next;
  if (!out.said) {
    out.why = "nobody has attested it in attestations/ of the workspace";
    return out;
  }
  out.until = out.said->expires;
  if (Time latest = latest_expiry(control, out.said->given); latest.known()) out.until = std::min(out.until, latest);
  if (!newest) {
    out.state = WordState::not_yet;
    out.why = "the attestation of " + next->owner + " is not yet valid: it is given for " + time_text(next->given);
    return out;
  }
  out.age_days = days_between(newest->given, day);
  const int age_max = control.attest ? control.attest->age_days_max : 0;
  if (!newest->answer) {
    out.state = WordState::no;
    out.why = newest->owner + " attested on " + day_text(newest->given) + " that it does not hold";
  } else if (day >= newest->expires) {
    out.state = WordState::expired;
    out.why = "the attestation of " + newest->owner + " expired on " + day_text(newest->expires);
  } else if (age_max > 0 && out.age_days > age_max) {
    out.state = WordState::too_old;
    out.why = "the attestation of " + newest->owner + " is " + std::to_string(out.age_days) + " days old; at most " + std::to_string(age_max) + " count";
  } else {
    out.state = WordState::valid;
  }
  return out;
}

DrillState drill_on(const Drill& drill, Time day) {
  const DrillRecord* last = drill.last(day);
  if (last && !last->worked) return DrillState::failed;
  const Time due = drill.due(day);
  if (day >= due) return DrillState::overdue;
  if (day.ms + soon_days * day_ms >= due.ms) return DrillState::due;
  return last ? DrillState::done : DrillState::planned;
}

Time latest_expiry(const Control& control, Time given) {
  if (!control.attest || control.attest->age_days_max <= 0) return {};
  return Time{given.ms + (control.attest->age_days_max + int64_t{1}) * day_ms};  // its last day counts whole
}

std::vector<Error> objections(const Attestation& a, const Control& control) {
  std::vector<Error> out;
  if (control.judge != Judge::attested)
    out.push_back({Code::usage, "control `" + control.id + "` is judged by facts, so nobody's word counts", {}, "a control with an attest.yaml",
                   "an exception accepts a failing resource, with owner and expiry"});
  for (auto [what, text] : {std::pair("owner", &a.owner), std::pair("approver", &a.approver)})
    if (trim(*text).empty()) out.push_back({Code::usage, std::string("the ") + what + " is missing", {}, std::string("a person: --") + what + " NAME", {}});
  if (!trim(a.owner).empty() && equal_ignoring_case(trim(a.owner), trim(a.approver)))
    out.push_back({Code::conflict, "`" + a.owner + "` cannot approve their own word", {}, "an approver who is not the owner", {}});
  if (!a.given.known()) out.push_back({Code::usage, "the day it is given is missing", {}, "--given DATE", {}});
  if (!a.expires.known()) out.push_back({Code::usage, "the end is missing", {}, "--expires DATE", {}});
  if (a.given.known() && a.expires.known() && a.expires <= a.given)
    out.push_back({Code::conflict, "it would expire on " + time_text(a.expires) + ", not after it is given on " + time_text(a.given), {}, "a later --expires", {}});
  if (Time latest = latest_expiry(control, a.given); a.given.known() && latest.known() && a.expires > latest)
    out.push_back({Code::conflict, "it would expire on " + time_text(a.expires) + ", and words about `" + control.id + "` count " +
                   std::to_string(control.attest->age_days_max) + " days", {}, "--expires " + time_text(latest) + " at the latest", {}});
  for (const std::string* text : {&a.owner, &a.approver, &a.reason})
    if (!valid_utf8(*text)) out.push_back({Code::parse, "a text is not UTF-8", {}, "UTF-8", {}});
  for (auto& text : a.evidence)
    if (!valid_utf8(text) || trim(text).empty()) out.push_back({Code::parse, "a piece of evidence is empty or not UTF-8", {}, "a link, or where to find it", {}});
  return out;
}

std::string attestation_yaml(const Attestation& a) {
  std::string out = "control: " + a.control + "\nanswer: " + (a.answer ? "yes" : "no") + "\nowner: " + yaml_text(a.owner) + "\napprover: " + yaml_text(a.approver) +
                    "\ngiven: " + time_text(a.given) + "\nexpires: " + time_text(a.expires) + "\n";
  if (!a.reason.empty()) out += "reason: " + yaml_text(a.reason) + "\n";
  if (!a.evidence.empty()) {
    out += "evidence:\n";
    for (auto& text : a.evidence) out += "  - " + yaml_text(text) + "\n";
  }
  return out;
}

Result<std::string> write_attestation(const std::string& workspace_dir, const Attestation& attestation) {
  const std::string text = attestation_yaml(attestation);
  // What our own reader would not take as it was meant must not get into the workspace.
  std::vector<Error> errors;
  auto document = read_content_yaml(text, "attestation", errors);
  std::optional<Attestation> back;
  if (document) back = read_attestation((*document)->root(), errors);
  if (!back || !errors.empty() || attestation_yaml(*back) != text)
    return errors.empty() ? fail(Code::internal, "the attestation would not read back as it was given") : tl::unexpected(errors.front());

  const std::string folder = workspace_dir.empty() || workspace_dir == "." ? "attestations" : join_path(workspace_dir, "attestations");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Code::io, "cannot make the folder: " + error.message(), {folder}, "a folder that can be written");
  const std::string stem = join_path(folder, attestation.control + "-" + day_text(attestation.given));
  for (int n = 1; n <= 1000; ++n) {
    const std::string path = stem + (n == 1 ? "" : "-" + std::to_string(n)) + ".yaml";
    std::FILE* file = std::fopen(path.c_str(), "wxb");  // x: never a file that is there
    if (!file) {
      if (errno == EEXIST) continue;
      return fail(Code::io, std::string("cannot write: ") + std::strerror(errno), {path}, "a folder that can be written");
    }
    bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    written &= std::fclose(file) == 0;
    if (written) return path;
    std::remove(path.c_str());
    return fail(Code::io, "cannot write all of it", {path}, "room on the disk");
  }
  return fail(Code::limit, "there are a thousand attestations of that day", {stem + ".yaml"}, {}, "remove what is no longer needed");
}

}  // namespace reeve
