#include "assess/examples.h"

#include <algorithm>
#include <map>
#include <set>

#include "assess/assess.h"
#include "assess/example_estate.h"
#include "assess/example_records.h"
#include "assess/guardrails.h"
#include "assess/sql_judge.h"
#include "assess/tally.h"
#include "assess/unit_result.h"
#include "assess/unit_sql.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/yaml.h"
#include "store/views.h"

namespace reeve {
namespace {

class Example {
 public:
  Example(const Content& one, const ResourceCatalogue& catalogue, const GuardJudge& guard, const std::set<std::string>& asked, const std::set<std::string>& asked_within, const ControlFile& file)
      : one_(one), catalogue_(catalogue), guard_(guard), asked_(asked), asked_within_(asked_within), file_(file) {}

  Result<std::vector<ExampleResult>> run() {
    YamlOptions yaml;
    yaml.unknown_tag = true;
    Source self;
    self.file = file_.shown;
    self.path_prefix = "$";
    document_ = TRY(read_yaml(file_.text, self, yaml));
    root_ = document_->root();
    static const std::vector<std::string> keys = {"as_of", "part", "accounts", "reads", "attestations", "resources", "rows", "expect", "note", "at"};
    for (auto entry : root_.entries())
      if (std::find(keys.begin(), keys.end(), entry.key()) == keys.end()) return wrong(entry.key_node, "unknown key `" + std::string(entry.key()) + "`", join(keys, ", "));
    as_of_ = {1795305600000};  // 2026-11-22T00:00:00Z, where an example does not care
    if (Value as_of = root_.get("as_of")) {
      auto time = parse_time(as_of.text());
      if (!time) return wrong(as_of, "`as_of` is not a time", "a time such as 2026-11-22T00:00:00Z");
      as_of_ = *time;
    }
    Workspace workspace;
    std::vector<Error> errors;
    for (Value item : root_.get("attestations").items())
      if (auto attestation = read_attestation(item, errors)) workspace.attestations.push_back(*attestation);
    if (!errors.empty()) {
      errors.front().at.path = file_.shown;
      return tl::unexpected(errors.front());
    }
    JudgeContext context{&one_, &guard_, &workspace, &asked_, as_of_, nullptr, nullptr, &asked_within_, true};
    UnitResult result;
    UnitCollector collector(context, result);
    TRY(give_example(document_, file_.shown, catalogue_, collector));
    if (auto sql = TRY(UnitSql::make(context, catalogue_, organization(result)))) TRY(sql->judge(result));
    if (!result.problems.empty()) return tl::unexpected(result.problems.front());
    std::map<std::string, std::string> ids;  // id or uid → uid
    std::map<std::string, Verdict> verdicts;
    std::map<std::string, std::string> reasons;
    for (auto& resource : result.resources) {
      ids.emplace(resource.id, resource.uid);
      std::string uid(resource.uid);
      ids[uid] = uid;
      for (auto [control, verdict] : resource.verdicts) verdicts[uid] = verdict;
    }
    for (auto& finding : result.findings) reasons[std::string(result.resources[finding.resource].uid)] = finding.reason;
    Records records = TRY(example_records(one_, root_.get("rows"), file_.shown));
    if (one_.controls[0].judge != Judge::guard) TRY(judge_sql(result, workspace, records, verdicts, reasons));

    std::vector<ExampleResult> out;
    Value expect = root_.get("expect");
    if (!expect.is_map() || expect.size() == 0) return wrong(root_, "the example expects nothing", "`expect`: verdict by id or uid");
    for (auto entry : expect.entries()) {
      ExampleResult one;
      one.control = one_.controls[0].id;
      one.file = file_.shown;
      one.resource = std::string(entry.key());
      one.expected = std::string(entry.value.text());
      if (!parse_verdict(one.expected)) return wrong(entry.value, "`" + one.expected + "` is no verdict", "pass, fail, unknown or not_applicable");
      auto uid = ids.find(one.resource);
      if (uid == ids.end()) return wrong(entry.key_node, "`" + one.resource + "` is not in the example", "the id or uid of a resource");
      auto verdict = verdicts.find(uid->second);
      one.got = std::string(name(verdict == verdicts.end() ? Verdict::not_applicable : verdict->second));
      one.reason = reasons[uid->second];
      one.ok = one.got == one.expected;
      out.push_back(std::move(one));
    }
    return out;
  }

 private:
  tl::unexpected<Error> wrong(Value at, std::string what, std::string expected) {
    return fail(Code::parse, std::move(what), {file_.shown, at.line(), at.column()}, std::move(expected));
  }

  static OrganizationFacts organization(const UnitResult& result) {
    OrganizationFacts out;
    for (auto& read : result.reads) out.accounts_complete |= read.call == "organizations:ListAccounts" && read.status == ReadRecord::Status::ok;
    for (auto& resource : result.resources) {
      if (resource.type == "AWS::Organizations::Account") out.accounts.emplace_back(resource.id);
      if (resource.type != kOrganizationType || resource.columns_json.empty()) continue;
      if (auto columns = read_json(resource.columns_json, Source{})) out.id = std::string((*columns)->root().get("organization_id").text());
    }
    return out;
  }

  Status judge_sql(UnitResult& result, const Workspace& workspace, const Records& records, std::map<std::string, Verdict>& verdicts, std::map<std::string, std::string>& reasons) {
    auto store = TRY(store::Store::temporary());
    auto run = TRY(store->begin_run({as_of_, one_.digest, {file_.shown}}));
    TRY(write_unit(*run, one_, "example", "1", result));
    TRY(run->end_load());
    auto views = view_input(one_, catalogue_, &workspace, as_of_, &records);
    TRY(store::keep_asked(views, queries_of(one_.controls[0])));
    TRY(store::create_views(store->db(), views));
    SqlJudgeInput input{&one_, &catalogue_, &workspace, as_of_};
    input.records = &records;
    input.part = root_.get("part") && root_.get("part").boolean();
    input.checks_paths = true;
    SqlJudge judge(*store, input);
    std::vector<Error> errors;
    TRY(judge.judge_all(*run, errors));
    if (!errors.empty()) return tl::unexpected(errors.front());
    TRY(run->finish([](const store::OpenFinding&) { return store::Decision::closed_pass; }));
    TRY(store->passes(one_.controls[0].id, [&](const store::Store::StoredResource& resource) -> Status {
      verdicts[resource.uid] = Verdict::pass;
      return {};
    }));
    return store->findings({}, [&](const store::StoredFinding& finding) -> Status {
      verdicts[finding.uid] = finding.status == store::FindingStatus::fail ? Verdict::fail : finding.status == store::FindingStatus::excepted ? Verdict::excepted : Verdict::unknown;
      reasons[finding.uid] = finding.reason;
      return {};
    });
  }

  const Content& one_;
  const ResourceCatalogue& catalogue_;
  const GuardJudge& guard_;
  const std::set<std::string>&asked_, &asked_within_;
  const ControlFile& file_;
  DocumentPtr document_;
  Value root_;
  Time as_of_;
};

}  // namespace

std::vector<ExampleResult> run_examples(const Content& content, const std::vector<std::string>& controls, std::vector<Error>& errors) {
  std::vector<ExampleResult> out;
  ResourceCatalogue catalogue = catalogue_of(content, errors);
  for (const Control& control : content.controls) {
    if (!controls.empty() && std::find(controls.begin(), controls.end(), control.id) == controls.end()) continue;
    if (control.examples.empty()) {
      if (!controls.empty()) errors.push_back({Code::not_found, "control `" + control.id + "` has no examples at hand", {control.folder}, "a folder on disk: --content DIR", ""});
      continue;
    }
    Content one;
    one.controls = {control};
    one.record_views = content.record_views;
    one.digest = content.digest;
    GuardJudge guard(one, catalogue, errors);
    std::set<std::string> asked = columns_asked(one, catalogue, false), within = columns_asked(one, catalogue, true);
    for (const ControlFile& file : control.examples) {
      if (file.name == "examples/requests.yaml") continue;
      auto results = Example(one, catalogue, guard, asked, within, file).run();
      if (results) out.insert(out.end(), results->begin(), results->end());
      else errors.push_back(results.error());
    }
    auto guardrails = run_guardrails(content, control, errors);
    out.insert(out.end(), guardrails.begin(), guardrails.end());
  }
  return out;
}

}  // namespace reeve
