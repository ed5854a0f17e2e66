#include "report/oscal.h"

#include <map>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "formats/json.h"
#include "report/finding_walk.h"

namespace reeve {
namespace {

constexpr const char* kNamespace = "https://reeve.example/ns/oscal";  // of the props that OSCAL does not define
constexpr size_t kText = 4000;

// OSCAL's markup is a Markdown with inline HTML; what an input had a hand in is shown to the letter.
std::string markup(std::string_view text) {
  std::string out;
  for (char c : one_line(text)) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (std::string_view("\\*[]`~^{}$|").find(c) != std::string_view::npos) (out += '\\') += c;
    else out += c;
  }
  return out.empty() ? "-" : out;
}

// A URI reference for a path: what no path segment may hold is percent-encoded.
std::string href(std::string_view path) {
  std::string out;
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-._~/!$&'()*+,;=@").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
      continue;
    }
    out += '%';
    out += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string observation_uuid(std::string_view finding) { return uuid5("observation " + std::string(finding)); }
std::string samples_uuid(std::string_view control) { return uuid5("observation of passes " + std::string(control)); }
std::string finding_uuid(std::string_view control) { return uuid5("finding " + std::string(control)); }
std::string risk_uuid(std::string_view control) { return uuid5("risk " + std::string(control)); }
std::string item_uuid(std::string_view uid) { return uuid5("resource " + std::string(uid)); }

struct Item {
  std::string type, account, region;
};

class Writing {
 public:
  Writing(Assessment& a, OscalModel model, const OutputOptions& options, const Write& write)
      : a_(a), model_(model), options_(options), pieces_(write), json_(pieces_.out, 1), tool_(uuid5("tool reeve " + options.version)) {}

  Status all() {
    TRY(look_ahead());
    const bool poam = model_ == OscalModel::poam;
    json_.begin_object().key(poam ? "plan-of-action-and-milestones" : "assessment-results").begin_object();
    json_.member("uuid", uuid5((poam ? "poam " : "results ") + content_));
    metadata();
    if (poam) {
      json_.key("system-id").begin_object().member("identifier-type", "http://ietf.org/rfc/rfc4122").member("id", uuid5("system " + a_.organization)).end_object();
      json_.key("local-definitions").begin_object();
      inventory();
      assets();
      json_.end_object();
      TRY(observations());
      risks();
      TRY(findings());
      items();
    } else {
      json_.key("import-ap").begin_object().member("href", "#" + plan()).member("remarks", "The plan is the content that judged: what it holds is told there by its digest.").end_object();
      objectives();
      json_.key("results").begin_array().begin_object();
      json_.member("uuid", uuid5("result " + content_)).member("title", title());
      json_.member("description", "Verdicts on what the accounts exported, judged without access to AWS. What could not be read is unknown and never satisfied.");
      json_.member("start", rfc3339(a_.as_of)).member("end", rfc3339(a_.as_of));
      json_.key("props").begin_array();
      if (!a_.controls_left_out) prop("level", std::to_string(a_.level)), prop("level-without-attestations", std::to_string(a_.level_without_attested));
      if (a_.score) prop("score", std::to_string(static_cast<int>(*a_.score + 0.5)));
      prop("accounts", std::to_string(a_.accounts));
      if (a_.controls_left_out) prop("controls-left-out", std::to_string(a_.controls_left_out));
      prop("regions", std::to_string(a_.regions));
      prop("resources", std::to_string(a_.resources));
      json_.end_array();
      json_.key("local-definitions").begin_object();
      inventory();
      assets();
      json_.end_object();
      reviewed();
      attestations();
      TRY(observations());
      risks();
      TRY(findings());
      json_.end_object().end_array();
    }
    if (!poam) back_matter();
    json_.end_object().end_object();
    pieces_.out += "\n";
    return pieces_.flush();
  }

 private:
  std::string title() const { return "SEC01 assessment" + (a_.organization.empty() ? std::string() : " of " + markup(a_.organization)) + " as of " + rfc3339(a_.as_of); }
  std::string plan() const { return uuid5("plan " + a_.content.digest); }
  FindingWalkOptions walk(const std::string& control = "") const { return {.control = control, .passes = passes_too(), .redaction = options_.redaction}; }
  bool passes_too() const { return options_.all && model_ == OscalModel::assessment_results; }  // a plan is about what is open
  std::string number_of(const PracticeResult& practice) const { return practice.number.empty() ? practice.practice->slug : practice.number; }

  void prop(const char* name, std::string_view value) {
    std::string text = one_line(value);
    if (!text.empty()) json_.begin_object().member("name", name).member("ns", kNamespace).member("value", text).end_object();
  }

  // Everything that the document's own UUID hangs on, and the resources that its observations speak of.
  Status look_ahead() {
    Sha256Stream digest;
    digest.add(a_.content.digest + "\n" + rfc3339(a_.as_of) + "\n" + a_.edition + "\n" + options_.version + "\n" + a_.organization + "\n");
    TRY(walk_findings(a_, walk(), [&](const ReportedFinding& finding) -> Status {
      digest.add(finding.id + "\n" + finding.status + "\n" + finding.reason + "\n" + finding.evidence_json + "\n");
      items_.emplace(finding.uid, Item{finding.type, finding.account, finding.region});
      ++observed_[finding.control_id];
      return {};
    }));
    for (auto& result : a_.controls) {
      if (result.status == Verdict::not_applicable) continue;
      digest.add(result.control->id + " " + std::to_string(result.counts.pass) + "\n");
      if (samples(result))
        for (auto& evidence : result.evidence)
          if (!evidence.resource.empty()) items_.emplace(evidence.resource, Item{});
    }
    content_ = hex(digest.finish());
    return {};
  }

  // A control that only passes shows what it looked at, unless every pass is told anyway.
  bool samples(const ControlResult& result) const { return result.status == Verdict::pass && !options_.all && model_ == OscalModel::assessment_results; }

  void metadata() {
    json_.key("metadata").begin_object();
    json_.member("title", model_ == OscalModel::poam ? "Plan of action and milestones from the " + title() : title());
    json_.member("last-modified", rfc3339(a_.as_of)).member("version", rfc3339(a_.as_of)).member("oscal-version", kOscalVersion);
    json_.key("props").begin_array();
    prop("framework", "AWS Well-Architected SEC01 " + a_.edition);
    prop("content-digest", a_.content.digest);
    prop("reeve-version", options_.version);
    json_.end_array();
    if (!a_.organization.empty()) {
      json_.key("roles").begin_array().begin_object().member("id", "owner").member("title", "Owner of the system").end_object().end_array();
      json_.key("parties").begin_array().begin_object().member("uuid", organization()).member("type", "organization").member("name", one_line(a_.organization)).end_object().end_array();
      json_.key("responsible-parties").begin_array().begin_object().member("role-id", "owner").key("party-uuids").begin_array().string(organization()).end_array().end_object().end_array();
    }
    json_.end_object();
  }
  std::string organization() const { return uuid5("organization " + a_.organization); }

  // The controls of Reeve, as objectives of the practices they belong to.
  void objectives() {
    json_.key("local-definitions").begin_object().key("objectives-and-methods").begin_array();
    for (auto& practice : a_.practices)
      for (size_t index : practice.controls) {
        const Control& control = *a_.controls[index].control;
        json_.begin_object().member("control-id", number_of(practice)).member("description", markup(control.title));
        json_.key("props").begin_array();
        prop("level", std::to_string(control.level));
        prop("severity", name(control.severity));
        prop("area", control.area);
        prop("judged-by", name(control.judge));
        prop("responsibility", name(control.responsibility));
        json_.end_array();
        json_.key("parts").begin_array().begin_object().member("id", control.id).member("name", "objective").member("title", markup(control.title));
        json_.member("prose", markup(control.statement)).end_object().end_array().end_object();
      }
    json_.end_array().end_object();
  }

  void inventory() {
    if (items_.empty()) return;
    json_.key("inventory-items").begin_array();
    for (auto& [uid, item] : items_) {
      json_.begin_object().member("uuid", item_uuid(uid)).member("description", markup(cut(uid, kText)));
      json_.key("props").begin_array().begin_object().member("name", "asset-id").member("value", one_line(uid)).end_object();
      prop("resource-type", item.type);
      prop("account", item.account);
      prop("region", item.region);
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  void assets() {
    json_.key("assessment-assets").begin_object();
    json_.key("components").begin_array().begin_object().member("uuid", tool_).member("type", "software").member("title", "Reeve " + options_.version);
    json_.member("description", "Reads what AWS accounts exported and judges it by the controls of its content.");
    json_.key("status").begin_object().member("state", "operational").end_object().end_object().end_array();
    json_.key("assessment-platforms").begin_array().begin_object().member("uuid", uuid5("platform reeve")).member("title", "Reeve");
    json_.key("uses-components").begin_array().begin_object().member("component-uuid", tool_).end_object().end_array().end_object().end_array();
    json_.end_object();
  }

  void reviewed() {
    size_t idle = 0;
    json_.key("reviewed-controls").begin_object().key("control-selections").begin_array().begin_object().key("include-controls").begin_array();
    for (auto& practice : a_.practices) json_.begin_object().member("control-id", number_of(practice)).end_object();
    json_.end_array().end_object().end_array();
    json_.key("control-objective-selections").begin_array().begin_object().key("include-objectives").begin_array();
    for (auto& result : a_.controls) {
      if (result.status == Verdict::not_applicable) ++idle;
      else json_.begin_object().member("objective-id", result.control->id).end_object();
    }
    if (idle == a_.controls.size())
      for (auto& result : a_.controls) json_.begin_object().member("objective-id", result.control->id).end_object();
    json_.end_array().end_object().end_array();
    if (idle) json_.member("remarks", std::to_string(idle) + " of " + std::to_string(a_.controls.size()) + " objectives apply to nothing that was read, and have no finding.");
    json_.end_object();
  }

  // How the assessment took it; null: it went by another word on the same control.
  const AttestedState* standing_of(const Attestation& given) const {
    for (auto& one : a_.words.attestations)
      if (one.said == &given) return &one;
    return nullptr;
  }

  void attestations() {
    if (!a_.workspace || std::none_of(a_.workspace->attestations.begin(), a_.workspace->attestations.end(), [&](auto& given) { return !a_.controls_left_out || a_.content.control(given.control); })) return;
    json_.key("attestations").begin_array();
    for (auto& given : a_.workspace->attestations) {
      const Control* control = a_.content.control(given.control);
      if (!control && a_.controls_left_out) continue;  // nobody asked
      json_.begin_object().key("parts").begin_array().begin_object().member("name", "attestation").member("title", markup(control ? control->title : given.control));
      json_.key("props").begin_array();
      prop("objective", given.control);
      prop("answer", given.answer ? "yes" : "no");
      prop("owner", given.owner);
      prop("approver", given.approver);
      prop("given", rfc3339(given.given));
      prop("expires", rfc3339(given.expires));
      const AttestedState* standing = standing_of(given);
      prop("state", standing ? standing->state : given.given > a_.as_of ? name(WordState::not_yet) : "replaced");
      prop("counts-at-this-date", standing && (standing->state == name(WordState::valid) || standing->state == name(WordState::no)) ? "yes" : "no");
      json_.end_array();
      std::string prose = control && control->attest ? control->attest->claim : given.control;
      if (!given.reason.empty()) prose += " (" + given.reason + ")";
      json_.member("prose", markup(prose)).end_object().end_array().end_object();
    }
    json_.end_array();
  }

  void origin() {
    json_.key("origins").begin_array().begin_object().key("actors").begin_array();
    json_.begin_object().member("type", "tool").member("actor-uuid", tool_).end_object().end_array().end_object().end_array();
  }

  void relevant(const std::vector<Evidence>& evidence) {
    if (evidence.empty()) return;
    json_.key("relevant-evidence").begin_array();
    for (auto& e : evidence) {
      json_.begin_object();
      const bool file = e.source.find('/') != std::string::npos || e.source.find(':') == std::string::npos;
      if (file && !e.source.empty()) json_.member("href", href(e.source));
      std::string said = e.path.empty() ? e.source : e.path + (e.value.empty() ? " is absent" : " is " + plain_value(e.value));
      if (!e.expected.empty()) said += "; expected " + e.expected;
      json_.member("description", markup(cut(said, kText)));
      json_.key("props").begin_array();
      prop("source", e.source.empty() ? "not known" : e.source);
      if (e.line) prop("line", std::to_string(e.line));
      prop("path", e.path);
      prop("value", cut(e.value, kText));
      prop("expected", e.expected);
      if (e.time.known()) prop("time", rfc3339(e.time));
      prop("time-basis", e.time_basis);
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  // When the newest fact it stands on was true; of what was never read, the moment of judging.
  std::string collected(const std::vector<Evidence>& evidence) const {
    Time newest;
    for (auto& e : evidence) newest = std::max(newest, e.time);
    return rfc3339(newest.known() ? newest : a_.as_of);
  }

  void subject(std::string_view uid) {
    json_.begin_object().member("subject-uuid", item_uuid(uid)).member("type", "inventory-item").member("title", markup(cut(uid, kText))).end_object();
  }

  Status observations() {
    bool any = !observed_.empty();
    for (auto& result : a_.controls) any |= samples(result);
    if (!any) return {};
    json_.key("observations").begin_array();
    TRY(walk_findings(a_, walk(), [&](const ReportedFinding& finding) -> Status {
      auto evidence = finding.evidence();
      json_.begin_object().member("uuid", observation_uuid(finding.id)).member("title", markup(finding.control_id + ": " + finding.status));
      json_.member("description", markup(cut(finding.reason.empty() ? finding.title() : finding.reason, kText)));
      json_.key("props").begin_array();
      prop("verdict", finding.status);
      prop("objective", finding.control_id);
      prop("finding-id", finding.id);
      if (finding.first_seen.known()) prop("first-seen", rfc3339(finding.first_seen));
      if (finding.not_rejudged) prop("judged-again", "no");
      json_.end_array();
      method(finding.control);
      origin();
      json_.key("subjects").begin_array();
      subject(finding.uid);
      json_.end_array();
      relevant(evidence);
      json_.member("collected", collected(evidence)).end_object();
      return pieces_.pass_on();
    }));
    for (auto& result : a_.controls)
      if (samples(result)) TRY(passes(result));
    json_.end_array();
    return {};
  }

  void method(const Control* control) {
    json_.key("methods").begin_array().string(control && control->judge == Judge::attested ? "INTERVIEW" : "EXAMINE").end_array();
    json_.key("types").begin_array().string("finding").end_array();
  }

  Status passes(const ControlResult& result) {
    const Control& control = *result.control;
    json_.begin_object().member("uuid", samples_uuid(control.id)).member("title", markup(control.id + ": pass"));
    json_.member("description", with_thousands(result.counts.pass) + (result.counts.pass == 1 ? " resource passes" : " resources pass") + "; the evidence is of samples.");
    json_.key("props").begin_array();
    prop("verdict", "pass");
    prop("objective", control.id);
    prop("resources", std::to_string(result.counts.pass));
    json_.end_array();
    method(&control);
    origin();
    std::set<std::string> uids;
    for (auto& evidence : result.evidence)
      if (!evidence.resource.empty()) uids.insert(evidence.resource);
    if (!uids.empty()) {
      json_.key("subjects").begin_array();
      for (auto& uid : uids) subject(uid);
      json_.end_array();
    }
    relevant(result.evidence);
    json_.member("collected", collected(result.evidence)).end_object();
    return pieces_.pass_on();
  }

  static bool at_risk(const ControlResult& result) { return result.status == Verdict::fail || result.status == Verdict::unknown || result.status == Verdict::excepted; }

  const RoadmapItem* step(const std::string& control) const {
    for (auto& item : a_.roadmap)
      if (item.control == control) return &item;
    return nullptr;
  }

  // When the last exception ends that accepts the risk for now.
  Time accepted_until(const std::string& control) const {
    Time last;
    if (a_.workspace)
      for (auto& exception : a_.workspace->exceptions)
        if (exception.control == control && !exception.expired(a_.as_of)) last = std::max(last, exception.expires);
    return last;
  }

  void risks() {
    bool any = false;
    for (auto& result : a_.controls) any |= at_risk(result);
    if (!any) return;
    json_.key("risks").begin_array();
    for (auto& result : a_.controls)
      if (at_risk(result)) risk(result);
    json_.end_array();
  }

  void risk(const ControlResult& result) {
    const Control& control = *result.control;
    json_.begin_object().member("uuid", risk_uuid(control.id)).member("title", "Not satisfied: " + markup(control.title));
    json_.member("description", markup(control.why)).member("statement", markup(standing(result)));
    json_.key("props").begin_array();
    prop("objective", control.id);
    prop("failing", std::to_string(result.counts.fail));
    prop("unknown", std::to_string(result.counts.unknown));
    prop("excepted", std::to_string(result.counts.excepted));
    prop("phase", std::to_string(control.phase));
    prop("risk-points", std::to_string(static_cast<int64_t>(risk_points(control.severity, result.counts.fail))));
    json_.end_array();
    json_.member("status", result.status == Verdict::fail ? "open" : result.status == Verdict::unknown ? "investigating" : "deviation-approved");
    json_.key("characterizations").begin_array().begin_object().key("origin").begin_object().key("actors").begin_array();
    json_.begin_object().member("type", "tool").member("actor-uuid", tool_).end_object().end_array().end_object();
    json_.key("facets").begin_array().begin_object().member("name", "severity").member("system", kNamespace).member("value", name(control.severity)).end_object().end_array().end_object().end_array();
    if (auto until = accepted_until(control.id); result.status == Verdict::excepted && until.known()) json_.member("deadline", rfc3339(until));
    json_.key("remediations").begin_array().begin_object().member("uuid", uuid5("remediation " + control.id)).member("lifecycle", "recommendation");
    json_.member("title", result.status == Verdict::unknown ? "Read what is missing" : "Fix").member("description", markup(result.status == Verdict::unknown ? result.reason : control.fix));
    json_.key("props").begin_array();
    prop("owner", owner_of(a_, control));
    prop("effort-for-one-resource", control.effort);
    json_.end_array().end_object().end_array().end_object();
  }

  std::string standing(const ControlResult& result) const {
    auto& n = result.counts;
    return with_thousands(n.fail) + " fail, " + with_thousands(n.unknown) + " unknown, " + with_thousands(n.excepted) + " excepted and " + with_thousands(n.pass) + " pass of " +
           with_thousands(n.applicable()) + " to which it applies: " + result.control->statement;
  }

  Status related(const ControlResult& result) {
    if (!observed_.count(result.control->id) && !samples(result)) return {};
    json_.key("related-observations").begin_array();
    if (samples(result)) json_.begin_object().member("observation-uuid", samples_uuid(result.control->id)).end_object();
    if (observed_.count(result.control->id))
      TRY(walk_findings(a_, walk(result.control->id), [&](const ReportedFinding& finding) -> Status {
        json_.begin_object().member("observation-uuid", observation_uuid(finding.id)).end_object();
        return pieces_.pass_on();
      }));
    json_.end_array();
    return {};
  }

  Status findings() {
    bool any = false;
    auto belongs = [&](const ControlResult& result) { return model_ == OscalModel::poam ? at_risk(result) : result.status != Verdict::not_applicable; };
    for (auto& result : a_.controls) any |= belongs(result);
    if (!any) return {};
    json_.key("findings").begin_array();
    for (auto& result : a_.controls) {
      if (!belongs(result)) continue;
      const Control& control = *result.control;
      json_.begin_object().member("uuid", finding_uuid(control.id)).member("title", markup(control.title)).member("description", markup(standing(result)));
      origin();
      json_.key("target").begin_object().member("type", "objective-id").member("target-id", control.id);
      json_.key("status").begin_object().member("state", result.status == Verdict::pass ? "satisfied" : "not-satisfied");
      json_.member("reason", result.status == Verdict::pass ? "pass" : result.status == Verdict::fail ? "fail" : "other");
      if (result.status == Verdict::unknown) json_.member("remarks", "Unknown: " + markup(cut(result.reason, kText)));
      if (result.status == Verdict::excepted) json_.member("remarks", "Excepted: " + markup(cut(result.reason, kText)));
      json_.end_object().end_object();
      TRY(related(result));
      if (at_risk(result)) json_.key("related-risks").begin_array().begin_object().member("risk-uuid", risk_uuid(control.id)).end_object().end_array();
      json_.end_object();
      TRY(pieces_.pass_on());
    }
    json_.end_array();
    return {};
  }

  // In the order in which the roadmap would have them done, then what is not known, then what is accepted.
  void items() {
    std::vector<const ControlResult*> order;
    std::map<std::string_view, const ControlResult*> left;
    for (auto& result : a_.controls)
      if (at_risk(result)) left.emplace(result.control->id, &result);
    for (auto& item : a_.roadmap)
      if (auto found = left.find(item.control); found != left.end()) order.push_back(found->second), left.erase(found);
    for (Verdict status : {Verdict::fail, Verdict::unknown, Verdict::excepted})
      for (auto& [id, result] : left)
        if (result->status == status) order.push_back(result);
    json_.key("poam-items").begin_array();
    size_t n = 0;
    for (const ControlResult* result : order) {
      const Control& control = *result->control;
      json_.begin_object().member("uuid", uuid5("poam item " + control.id)).member("title", markup(control.title));
      json_.member("description", markup(result->status == Verdict::unknown ? "Read what is missing, then judge: " + result->reason : control.fix));
      json_.key("props").begin_array();
      prop("order", std::to_string(++n));
      prop("objective", control.id);
      prop("verdict", name(result->status));
      prop("phase", std::to_string(control.phase));
      prop("severity", name(control.severity));
      prop("owner", owner_of(a_, control));
      if (auto* item = step(control.id)) prop("effort-minutes", std::to_string(item->effort_minutes)), prop("risk-removed-points", std::to_string(static_cast<int64_t>(item->points)));
      json_.end_array();
      json_.key("related-findings").begin_array().begin_object().member("finding-uuid", finding_uuid(control.id)).end_object().end_array();
      json_.key("related-risks").begin_array().begin_object().member("risk-uuid", risk_uuid(control.id)).end_object().end_array();
      json_.end_object();
    }
    if (order.empty()) {
      // The model asks for at least one item.
      json_.begin_object().member("uuid", uuid5("poam item of nothing")).member("title", "Nothing is open").member("description", "No objective fails, is unknown or excepted as of " + rfc3339(a_.as_of) + ".").end_object();
    }
    json_.end_array();
  }

  void back_matter() {
    json_.key("back-matter").begin_object().key("resources").begin_array();
    json_.begin_object().member("uuid", plan()).member("title", "Assessment plan");
    json_.member("description", "The controls, resource mappings and practices of Reeve's content with the SHA-256 " + a_.content.digest + ", edition " + markup(a_.edition) +
                                    ": every objective under local-definitions is judged for every resource to which it applies.");
    json_.end_object().end_array().end_object();
  }

  Assessment& a_;
  OscalModel model_;
  const OutputOptions& options_;
  Pieces pieces_;
  JsonWriter json_;
  std::string tool_, content_;
  std::map<std::string, Item> items_;            // of every resource that an observation is about, by uid
  std::map<std::string, uint64_t> observed_;     // observations by control
};

}  // namespace

Status write_oscal(Assessment& assessment, OscalModel model, const OutputOptions& options, const Write& write) { return Writing(assessment, model, options, write).all(); }

}  // namespace reeve
