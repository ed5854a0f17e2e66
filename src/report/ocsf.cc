#include "report/ocsf.h"

#include "formats/json.h"
#include "report/alerts_told.h"
#include "report/finding_walk.h"

namespace reeve {
namespace {

constexpr int64_t kCategory = 2, kClass = 2003;  // Findings, Compliance Finding

int64_t severity_id(Severity severity) { return static_cast<int64_t>(severity) + 1; }  // 1 Informational … 5 Critical
std::string capital(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

struct Said {
  int64_t id;
  std::string_view caption;
};
// Missing facts are what the class calls Warning: the check gave no result for lack of information.
Said compliance_of(std::string_view status) {
  if (status == "pass") return {1, "Pass"};
  if (status == "unknown") return {2, "Warning"};
  if (status == "fail" || status == "excepted") return {3, "Fail"};
  return {99, "Other"};  // closed because the resource is gone or the control no longer applies
}
Said lifecycle_of(const ReportedFinding& finding) {
  if (finding.status == "excepted") return {3, "Suppressed"};
  if (finding.status == "fail" || finding.status == "unknown") return {1, "New"};
  return {4, "Resolved"};
}

// How much of the texts is left when the line is too long, step by step.
struct Room {
  size_t evidence, value, text;
};
constexpr Room rooms[] = {{3, 400, 2000}, {3, 120, 400}, {2, 80, 300}, {1, 60, 200}, {1, 40, 120}, {0, 0, 90}, {0, 0, 40}};

class Line {
 public:
  Line(const Assessment& a, const OutputOptions& options) : a_(a), options_(options) {}

  std::string of(const ReportedFinding& finding) {
    auto evidence = finding.evidence();
    std::string whole = text(finding, evidence, {SIZE_MAX, SIZE_MAX, SIZE_MAX}, 0);
    if (whole.size() <= kOcsfBytes) return whole;
    std::string out;
    for (const Room& room : rooms) {
      out = text(finding, evidence, room, whole.size());
      if (out.size() <= kOcsfBytes) break;
    }
    return out;
  }

 private:
  // `whole`: how many bytes the line would have if nothing were cut; 0 if nothing is.
  std::string text(const ReportedFinding& f, const std::vector<Evidence>& evidence, const Room& room, size_t whole) const {
    std::string out;
    JsonWriter json(out);
    const bool open = f.status == "fail" || f.status == "unknown" || f.status == "excepted";
    const int64_t activity = f.closed_at.known() ? 3 : !open || f.opened == a_.as_of ? 1 : 2;
    json.begin_object().member("category_uid", kCategory).member("class_uid", kClass).member("activity_id", activity).member("type_uid", kClass * 100 + activity);
    json.member("time", a_.as_of.ms).member("severity_id", severity_id(f.severity())).member("severity", capital(name(f.severity())));
    auto lifecycle = lifecycle_of(f);
    json.member("status_id", lifecycle.id).member("status", lifecycle.caption);
    metadata(json, whole);
    cloud(json, f);
    json.key("finding_info").begin_object().member("uid", f.id).member("title", f.title());
    if (f.first_seen.known()) json.member("first_seen_time", f.first_seen.ms);
    json.member("last_seen_time", f.closed_at.known() ? f.closed_at.ms : a_.as_of.ms);
    if (f.control && !f.control->attack.empty()) {
      json.key("attacks").begin_array();
      for (auto& technique : f.control->attack) json.begin_object().key("technique").begin_object().member("uid", technique).end_object().end_object();
      json.end_array();
    }
    json.end_object();
    compliance(json, f, room);
    json.key("resources").begin_array().begin_object().member("uid", f.uid).member("type", f.type);
    if (auto region = region_or_none(f.region); !region.empty()) json.member("region", region);
    if (f.control) json.key("owner").begin_object().member("name", owner_of(a_, *f.control)).end_object();
    json.end_object().end_array();
    if (f.control && open) json.key("remediation").begin_object().member("desc", cut(f.control->fix, room.text)).end_object();
    evidences(json, f, evidence, room);
    json.end_object();
    return out + "\n";
  }

  void metadata(JsonWriter& json, size_t whole) const {
    json.key("metadata").begin_object().member("version", kOcsfVersion);
    json.key("product").begin_object().member("name", "Reeve").member("vendor_name", "Reeve").member("version", options_.version).end_object();
    json.key("profiles").begin_array().string("cloud").end_array();
    if (whole) json.member("is_truncated", true).member("untruncated_size", static_cast<int64_t>((whole + 999) / 1000));
    json.end_object();
  }

  void cloud(JsonWriter& json, const ReportedFinding& f) const {
    json.key("cloud").begin_object().member("provider", "AWS").member("cloud_partition", partition_of(f.uid, f.region));
    if (!f.account.empty()) json.key("account").begin_object().member("uid", f.account).member("type_id", int64_t{10}).end_object();
    if (auto region = region_or_none(f.region); !region.empty()) json.member("region", region);
    json.end_object();
  }

  void compliance(JsonWriter& json, const ReportedFinding& f, const Room& room) const {
    auto said = compliance_of(f.status);
    json.key("compliance").begin_object().member("control", f.control_id).member("status_id", said.id).member("status", said.caption).member("status_code", f.status);
    if (!f.reason.empty()) json.key("status_details").begin_array().string(cut(f.reason, room.text)).end_array();
    json.key("standards").begin_array().string("AWS Well-Architected SEC01 " + a_.edition).end_array();
    if (auto number = f.practice_number(); !number.empty()) json.key("requirements").begin_array().string(number).end_array();
    json.end_object();
  }

  void evidences(JsonWriter& json, const ReportedFinding& f, const std::vector<Evidence>& evidence, const Room& room) const {
    if (evidence.empty() || room.evidence == 0) return;
    json.key("evidences").begin_array();
    for (size_t i = 0; i < evidence.size() && i < room.evidence; ++i) {
      auto& e = evidence[i];
      json.begin_object().key("data").begin_object();
      auto member = [&](const char* key, std::string_view text) {
        if (!text.empty()) json.member(key, cut(text, room.value));
      };
      if (e.resource != f.uid) member("resource", e.resource);
      member("source", e.source);
      if (e.time.known()) json.member("time", rfc3339(e.time));
      member("time_basis", e.time_basis);
      member("path", e.path);
      member("value", plain_value(e.value));
      member("expected", e.expected);
      if (e.line) json.member("line", int64_t{e.line});
      json.end_object().end_object();
    }
    json.end_array();
  }

  const Assessment& a_;
  const OutputOptions& options_;
};

}  // namespace

Status write_ocsf(Assessment& a, const OutputOptions& options, const Write& write) {
  Pieces pieces(write);
  Line line(a, options);
  TRY(walk_findings(a, {.passes = options.all, .closed_now = true, .redaction = options.redaction}, [&](const ReportedFinding& finding) -> Status {
    pieces.out += line.of(finding);
    return pieces.pass_on();
  }));
  pieces.out += alerts_ocsf(a, options);
  return pieces.flush();
}

}  // namespace reeve
