// SARIF 2.1.0: one run. Results stream out as files are judged; artifacts and the tool with its rules follow, for only then is known which
// were met. Columns count UTF-16 code units, as the run says. What cannot be told is a result of kind `open`.
#include <map>
#include <optional>

#include "report/check_formats.h"
#include "report/lint_sarif.h"

namespace reeve {
namespace {

using guard::GuardStatus;

void text_member(JsonWriter& json, std::string_view key, std::string_view text) { json.key(key).begin_object().member("text", text).end_object(); }

struct Rule {
  std::string id;
  const RuleFile* file = nullptr;
  const Control* control = nullptr;
  std::string message;  // the first that a finding of it brought
};

class Sarif : public CheckOutput {
 public:
  Sarif(const CheckOutputOptions& options, const Rules& rules, const Write& write) : options_(options), write_(write), pieces_(write_), json_(pieces_.out, 2) {
    for (const RuleFile& file : rules)
      for (const std::string& name : file.rules->rule_names()) index_of(name, file.path, &file, nullptr);
  }

  Status file(const CheckedFile& file) override {
    begin();
    artifact(file.file->path);
    for (const CheckFinding& finding : file.findings) {
      if (finding.judged()) result(finding);
      TRY(pieces_.pass_on());
    }
    problems_.insert(problems_.end(), file.problems.begin(), file.problems.end());
    return {};
  }

  Status end(const CheckSummary& summary) override {
    begin();
    json_.end_array();
    json_.key("artifacts").begin_array();
    for (const std::string& path : artifacts_) {
      json_.begin_object().key("location").begin_object().member("uri", sarif_uri(path)).end_object().key("roles").begin_array().string("analysisTarget").end_array().end_object();
      TRY(pieces_.pass_on());
    }
    json_.end_array();
    json_.key("tool").begin_object().key("driver").begin_object().member("name", "reeve").member("semanticVersion", options_.version);
    json_.member("fullName", "reeve " + options_.version).member("organization", "Reeve");
    text_member(json_, "shortDescription", "Judges templates, plans and live estates by the same rules.");
    json_.key("rules").begin_array();
    for (const Rule& rule : rules_) {
      descriptor(rule);
      TRY(pieces_.pass_on());
    }
    json_.end_array().end_object().end_object();
    problems_.insert(problems_.begin(), summary.problems.begin(), summary.problems.end());
    invocation(problems_.empty());
    json_.end_object().end_array().end_object();
    pieces_.out += '\n';
    return pieces_.flush();
  }

 private:
  void begin() {
    if (begun_) return;
    begun_ = true;
    json_.begin_object().member("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
    json_.member("version", "2.1.0").key("runs").begin_array().begin_object().member("columnKind", "utf16CodeUnits").key("results").begin_array();
  }

  size_t index_of(const std::string& rule, const std::string& rules_file, const RuleFile* file, const Control* control) {
    const auto [at, is_new] = index_.emplace(std::pair(rules_file, rule), rules_.size());
    if (is_new) rules_.push_back({rule_id(rule, rules_file), file, control, {}});
    return at->second;
  }
  size_t artifact(const std::string& path) {
    const auto [at, is_new] = artifact_index_.emplace(path, artifacts_.size());
    if (is_new) artifacts_.push_back(path);
    return at->second;
  }

  void result(const CheckFinding& f) {
    const size_t rule = index_of(f.rule, f.control ? std::string() : f.rules_file, nullptr, f.control);
    if (rules_[rule].message.empty()) rules_[rule].message = one_line(f.message);
    json_.begin_object().member("ruleId", rules_[rule].id).member("ruleIndex", static_cast<int64_t>(rule));
    if (f.status == GuardStatus::fail) json_.member("kind", "fail").member("level", level_of(f));
    else json_.member("kind", "open").member("level", "none");
    text_member(json_, "message", finding_sentence(f));
    json_.key("locations").begin_array().begin_object();
    json_.key("physicalLocation").begin_object();
    json_.key("artifactLocation").begin_object().member("uri", sarif_uri(f.file)).member("index", static_cast<int64_t>(artifact(f.file))).end_object();
    if (f.line) {
      json_.key("region").begin_object().member("startLine", int64_t{f.line});
      if (f.column_utf16) {
        json_.member("startColumn", int64_t{f.column_utf16}).member("endLine", int64_t{f.end_line}).member("endColumn", int64_t{f.end_column_utf16});
        if (!f.text.empty() && f.end_line == f.line) text_member(json_, "snippet", f.text.substr(f.column - 1, f.end_column - f.column));
      }
      json_.end_object();
    }
    json_.end_object();
    if (!f.resource.empty()) {
      json_.key("logicalLocations").begin_array().begin_object().member("name", f.resource).member("fullyQualifiedName", f.path).member("kind", "resource");
      if (!f.type.empty()) json_.key("properties").begin_object().member("type", f.type).end_object();
      json_.end_object().end_array();
    }
    json_.end_object().end_array();
    if (f.rule_line && !f.control) {
      json_.key("relatedLocations").begin_array().begin_object().member("id", int64_t{1});
      json_.key("physicalLocation").begin_object().key("artifactLocation").begin_object().member("uri", sarif_uri(f.rules_file)).end_object();
      json_.key("region").begin_object().member("startLine", int64_t{f.rule_line}).end_object().end_object();
      text_member(json_, "message", "the clause that says so");
      json_.end_object().end_array();
    }
    if (!f.live.path.empty()) {
      json_.key("relatedLocations").begin_array().begin_object().member("id", int64_t{1});
      json_.key("physicalLocation").begin_object().key("artifactLocation").begin_object().member("uri", sarif_uri(f.live.path)).end_object();
      if (f.live.line) json_.key("region").begin_object().member("startLine", int64_t{f.live.line}).end_object();
      json_.end_object();
      text_member(json_, "message", "what is live");
      json_.end_object().end_array();
    }
    json_.key("partialFingerprints").begin_object().member("reeveFinding/v1", f.fingerprint()).end_object();
    if (f.suppressed) {
      const CheckSuppression& said = *f.suppressed;
      json_.key("suppressions").begin_array().begin_object().member("kind", said.form == "workspace" ? "external" : "inSource").member("status", "accepted");
      if (!said.reason.empty()) json_.member("justification", said.reason);
      json_.key("location").begin_object().key("physicalLocation").begin_object().key("artifactLocation").begin_object().member("uri", sarif_uri(said.at.path)).end_object();
      if (said.at.line) json_.key("region").begin_object().member("startLine", int64_t{said.at.line}).end_object();
      json_.end_object().end_object().key("properties").begin_object().member("form", said.form).member("rule", said.rule);
      if (!said.owner.empty()) json_.member("owner", said.owner);
      if (!said.expires.empty()) json_.member("expires", said.expires);
      json_.end_object().end_object().end_array();
    }
    if (options_.baseline) json_.member("baselineState", f.known ? "unchanged" : "new");
    json_.end_object();
  }

  static std::string_view level_of(const CheckFinding& f) {
    const std::string_view severity = f.severity_name();
    return severity == "low" ? "note" : severity == "medium" ? "warning" : "error";
  }

  void descriptor(const Rule& rule) {
    json_.begin_object().member("id", rule.id);
    if (rule.control) {
      const Control& c = *rule.control;
      text_member(json_, "shortDescription", c.title);
      text_member(json_, "fullDescription", c.statement);
      text_member(json_, "help", one_line(c.why) + " Fix: " + one_line(c.fix));
      json_.key("properties").begin_object().key("tags").begin_array().string("security").string("SEC01").string(c.practice).string(c.area).end_array();
      const std::string_view severity = name(c.severity);
      json_.member("security-severity", severity == "critical" ? "9.5" : severity == "high" ? "8.0" : severity == "medium" ? "5.5" : "3.0").end_object();
    } else {
      const std::string from = rule.file ? rule.file->name : "";
      text_member(json_, "shortDescription", "Guard rule " + rule.id + (from.empty() ? "" : " of " + from));
      text_member(json_, "help", rule.message.empty() ? "`reeve check explain` says step by step why a document passes or fails it." : rule.message);
      json_.key("properties").begin_object().key("tags").begin_array().string("guard");
      if (rule.file) for (const std::string& type : rule.file->rules->types()) json_.string(type);
      json_.end_array().end_object();
    }
    json_.end_object();
  }

  void invocation(bool successful) {
    json_.key("invocations").begin_array().begin_object().member("executionSuccessful", successful).key("toolExecutionNotifications").begin_array();
    for (const Error& error : problems_) {
      json_.begin_object().member("level", "error");
      text_member(json_, "message", one_line(error.what + (error.expected.empty() ? "" : "; expected " + error.expected)));
      if (!error.at.path.empty()) {
        json_.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
        json_.key("artifactLocation").begin_object().member("uri", sarif_uri(error.at.path)).end_object();
        if (error.at.line) json_.key("region").begin_object().member("startLine", int64_t{error.at.line}).end_object();
        json_.end_object().end_object().end_array();
      }
      json_.end_object();
    }
    json_.end_array().end_object().end_array();
  }

  CheckOutputOptions options_;
  Write write_;  // before pieces_, which refers to it
  Pieces pieces_;
  JsonWriter json_;
  bool begun_ = false;
  std::vector<Rule> rules_;
  std::map<std::pair<std::string, std::string>, size_t> index_;
  std::vector<std::string> artifacts_;
  std::map<std::string, size_t> artifact_index_;
  std::vector<Error> problems_;
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_sarif(const CheckOutputOptions& options, const Rules& rules, const Write& write) {
  return std::make_unique<Sarif>(options, rules, write);
}

}  // namespace reeve
