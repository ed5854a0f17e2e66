#include "report/workspace_json.h"

#include "report/imported.h"

namespace reeve {
namespace {

int64_t whole(uint64_t n) { return static_cast<int64_t>(n); }

void evidence(JsonWriter& json, const std::vector<std::string>& texts) {
  json.key("evidence").begin_array();
  for (auto& text : texts) json.string(text);
  json.end_array();
}

void attestations(JsonWriter& json, const Assessment& a) {
  json.key("attestations").begin_array();
  for (auto& one : a.words.attestations) {
    json.begin_object().member("control", one.control->id).member("practice", one.control->practice).member("question", one.control->attest->question);
    json.member("claim", one.control->attest->claim).member("state", one.state).member("status", name(one.verdict));
    if (!one.why.empty()) json.member("why", one.why);
    if (one.said) {
      json.member("answer", one.said->answer ? "yes" : "no").member("owner", one.said->owner).member("approver", one.said->approver);
      json.member("given", rfc3339(one.said->given)).member("until", rfc3339(one.until)).member("days_left", one.days_left);
      if (!one.said->reason.empty()) json.member("reason", one.said->reason);
      evidence(json, one.said->evidence);
      json.member("place", one.said->at.text());
    }
    json.end_object();
  }
  json.end_array();
}

void drills(JsonWriter& json, const Assessment& a) {
  json.key("drills").begin_array();
  for (auto& one : a.words.drills) {
    json.begin_object().member("drill", one.drill->kind).member("owner", one.drill->owner).member("state", name(one.state)).member("due", rfc3339(one.due));
    if (!one.drill->title.empty()) json.member("title", one.drill->title);
    if (!one.drill->control.empty()) json.member("control", one.drill->control);
    json.member("every_days", int64_t{one.drill->every_days}).key("last");
    if (one.last) {
      json.begin_object().member("performed", rfc3339(one.last->performed)).member("outcome", one.last->worked ? "worked" : "failed").member("by", one.last->by);
      if (!one.last->note.empty()) json.member("note", one.last->note);
      evidence(json, one.last->evidence);
      json.end_object();
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
}

void exceptions(JsonWriter& json, const Assessment& a) {
  json.key("exceptions").begin_array();
  for (auto& one : a.words.exceptions) {
    json.begin_object().member("control", one.exception->control).member("resource", one.exception->resource).member("state", one.expired ? "expired" : "valid");
    json.member("owner", one.exception->owner).member("approver", one.exception->approver).member("reason", one.exception->reason);
    json.member("expires", rfc3339(one.exception->expires)).member("days_left", one.days_left).member("findings", whole(one.findings));
    json.member("place", one.exception->at.text()).end_object();
  }
  json.end_array();
}

}  // namespace

Status write_workspace_part(JsonWriter& json, Assessment& a, const Redaction* redaction, const std::function<Status()>& flush) {
  attestations(json, a);
  drills(json, a);
  exceptions(json, a);
  // Beside ours and never among them: no count above has heard of these.
  uint64_t findings = 0, resources = 0;
  std::string uid;
  json.key("imported").begin_array();
  TRY(each_told_import(a, redaction, [&](ToldImport& one) -> Status {
    ++findings;
    if (one.uid != uid) ++resources, uid = one.uid;
    json.begin_object().member("tool", one.tool).member("finding", one.finding).member("check", one.check).member("status", one.status);
    if (!one.severity.empty()) json.member("severity", one.severity);
    if (!one.title.empty()) json.member("title", one.title);
    json.key("resource").begin_object().member("uid", one.uid).member("type", one.type).member("account", one.account).member("region", one.region).end_object();
    json.member("time", rfc3339(one.time)).member("place", one.place).end_object();
    return flush();
  }));
  json.end_array().key("imported_summary").begin_object().member("findings", whole(findings)).member("resources", whole(resources)).key("tools").begin_array();
  const auto tools = TRY(told_import_counts(a, redaction));
  for (auto& one : tools)
    json.begin_object().member("tool", one.tool).member("findings", whole(one.findings)).member("resources", whole(one.resources)).end_object();
  json.end_array().end_object();
  return {};
}

}  // namespace reeve
