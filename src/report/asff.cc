#include "report/asff.h"

#include "aws/region.h"
#include "base/text.h"
#include "formats/json.h"
#include "report/finding_walk.h"

namespace reeve {
namespace {

// Limits of the format's texts, and of the values kept under ProductFields.
constexpr size_t kTitle = 256, kDescription = 1024, kRecommendation = 512, kProductField = 2048;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// Where a finding of a global resource is imported: the Region in which the partition's global services live.
std::string_view home_region(std::string_view partition) {
  if (partition == "aws-cn") return "cn-north-1";
  if (partition == "aws-us-gov") return "us-gov-west-1";
  return "us-east-1";
}

class AsffFinding {
 public:
  AsffFinding(const Assessment& a, const ReportedFinding& finding) : a_(a), f_(finding), json_(out_, 0) {
    partition_ = partition_of(f_.uid, f_.region);
    region_ = region_or_none(f_.region);
    if (region_.empty()) region_ = home_region(partition_);
  }

  std::string text() {
    json_.begin_object().member("SchemaVersion", "2018-10-08").member("Id", "reeve/" + f_.id);
    json_.member("ProductArn", "arn:" + partition_ + ":securityhub:" + region_ + ":" + f_.account + ":product/" + f_.account + "/default");
    json_.member("ProductName", "Reeve").member("CompanyName", "Reeve").member("Region", region_);
    json_.member("GeneratorId", f_.control_id).member("AwsAccountId", f_.account);
    Time since = f_.first_seen.known() ? f_.first_seen : a_.as_of;
    json_.member("CreatedAt", rfc3339(since)).member("UpdatedAt", rfc3339(a_.as_of));
    json_.member("FirstObservedAt", rfc3339(since)).member("LastObservedAt", rfc3339(f_.closed_at.known() ? f_.closed_at : a_.as_of));
    json_.member("Title", cut(one_line(f_.title()), kTitle));
    json_.member("Description", cut(one_line((f_.control ? f_.control->statement + " " : "") + f_.reason), kDescription));
    severity();
    json_.key("FindingProviderFields").begin_object();
    severity();
    types();
    json_.end_object();
    types();
    resources();
    compliance();
    if (f_.control && is_open()) {
      json_.key("Remediation").begin_object().key("Recommendation").begin_object().member("Text", cut(f_.control->fix, kRecommendation)).end_object().end_object();
    }
    json_.key("Workflow").begin_object().member("Status", f_.status == "excepted" ? "SUPPRESSED" : is_open() ? "NEW" : "RESOLVED").end_object();
    json_.member("RecordState", f_.closed_at.known() ? "ARCHIVED" : "ACTIVE");
    product_fields();
    json_.end_object();
    return out_;
  }

 private:
  bool is_open() const { return f_.status == "fail" || f_.status == "unknown" || f_.status == "excepted"; }

  // A pass says that there is no issue, whatever the control's own severity.
  void severity() {
    json_.key("Severity").begin_object().member("Label", is_open() ? upper(name(f_.severity())) : "INFORMATIONAL").member("Original", name(f_.severity())).end_object();
  }
  void types() { json_.key("Types").begin_array().string("Software and Configuration Checks/AWS Security Best Practices").end_array(); }

  // What Reeve asks of an account, a Region's settings or the organization is the account's, as Security Hub knows it.
  void resources() {
    bool account = starts_with(f_.type, "Reeve::");
    json_.key("Resources").begin_array().begin_object();
    json_.member("Type", account ? "AwsAccount" : asff_type(f_.type)).member("Id", account ? "AWS::::Account:" + f_.account : f_.uid);
    json_.member("Partition", partition_).member("Region", region_).end_object().end_array();
  }

  void compliance() {
    json_.key("Compliance").begin_object();
    json_.member("Status", f_.status == "pass" ? "PASSED" : f_.status == "unknown" ? "WARNING" : f_.status == "fail" || f_.status == "excepted" ? "FAILED" : "NOT_AVAILABLE");
    if (auto number = f_.practice_number(); !number.empty()) json_.key("RelatedRequirements").begin_array().string("AWS Well-Architected " + a_.edition + " " + number).end_array();
    json_.end_object();
  }

  void product_fields() {
    json_.key("ProductFields").begin_object();
    auto member = [&](const std::string& key, std::string_view text) {
      if (!text.empty()) json_.member("reeve/" + key, cut(text, kProductField));
    };
    member("Verdict", f_.status);
    member("Control", f_.control_id);
    member("Resource", f_.uid);
    member("ResourceType", f_.type);
    member("Practice", f_.practice_number());
    if (f_.control) member("Level", std::to_string(f_.control->level)), member("Owner", owner_of(a_, *f_.control));
    if (f_.exception) member("ExceptionOwner", f_.exception->owner), member("ExceptionExpires", rfc3339(f_.exception->expires));
    if (f_.not_rejudged) member("JudgedAgain", "no");
    constexpr size_t samples = 3;
    auto evidence = f_.evidence();
    for (size_t i = 0; i < evidence.size() && i < samples; ++i) {
      auto& e = evidence[i];
      std::string key = "Evidence/" + std::to_string(i + 1) + "/";
      if (e.resource != f_.uid) member(key + "Resource", e.resource);
      member(key + "Source", e.source + (e.line ? ":" + std::to_string(e.line) : ""));
      member(key + "Time", e.time.known() ? rfc3339(e.time) : "");
      member(key + "Path", e.path);
      member(key + "Value", plain_value(e.value));
      member(key + "Expected", e.expected);
    }
    if (evidence.size() > samples) member("EvidenceMore", std::to_string(evidence.size() - samples));
    json_.end_object();
  }

  const Assessment& a_;
  const ReportedFinding& f_;
  std::string out_, partition_, region_;
  JsonWriter json_;
};

}  // namespace

Status write_asff(Assessment& a, const OutputOptions& options, const Write& write, AsffLeftOut& left_out) {
  Pieces pieces(write);
  pieces.out = "{\"Findings\":[";
  bool first = true;
  TRY(walk_findings(a, {.passes = options.all, .closed_now = true, .redaction = options.redaction}, [&](const ReportedFinding& finding) -> Status {
    if (!is_account_id(finding.account)) {
      ++left_out.without_account;
      return {};
    }
    pieces.out += first ? "\n" : ",\n";
    first = false;
    pieces.out += AsffFinding(a, finding).text();
    return pieces.pass_on();
  }));
  pieces.out += "\n]}\n";
  return pieces.flush();
}

}  // namespace reeve
