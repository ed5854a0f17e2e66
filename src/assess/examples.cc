#include "assess/examples.h"

#include <algorithm>
#include <map>
#include <set>

#include "assess/assess.h"
#include "assess/example_records.h"
#include "assess/guardrails.h"
#include "assess/sql_judge.h"
#include "assess/tally.h"
#include "assess/unit_result.h"
#include "assess/unit_sql.h"
#include "aws/region.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/yaml.h"
#include "store/views.h"

namespace reeve {
namespace {

constexpr std::string_view kAccount = "111111111111", kRegion = "us-east-1";

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
    TRY(resources(collector));
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

  static std::string text(Value map, const char* key, std::string_view otherwise) {
    Value value = map.get(key);
    return value ? std::string(value.text()) : std::string(otherwise);
  }

  Resource make(const ResourceType* type, const std::string& type_name, const std::string& account, const std::string& region, const std::string& id, Value from) {
    Resource out;
    out.type = type;
    out.type_name = type_name;
    out.account = account;
    out.region = region;
    out.id = out.name = id;
    out.uid = type && !type->arn_template.empty() ? fill_arn(type->arn_template, account, region, id) : native_uid(account, region, type_name, id);
    out.main_source.file = file_.shown;
    Builder builder;
    uint16_t slot = builder.add_source(document_->self());
    builder.begin_map();
    builder.key("Resources");
    builder.begin_map();
    builder.key(id);
    builder.begin_map();
    builder.key("Type");
    builder.string(type_name);
    for (const char* part : {"Properties", "Observed"}) {
      builder.key(part);
      if (from && from.get(part)) builder.copy(from.get(part), slot);
      else {
        builder.begin_map();
        builder.end();
      }
    }
    builder.end();
    builder.end();
    builder.end();
    out.document = builder.finish();
    return out;
  }

  Status resources(UnitCollector& collector) {
    std::set<std::string> accounts;
    std::set<std::pair<std::string, std::string>> regions;
    std::set<std::string> given;  // singletons
    for (Value account : root_.get("accounts").items()) accounts.insert(std::string(account.text()));
    auto see = [&](const std::string& account, const std::string& region) {
      if (!account.empty()) accounts.insert(account);
      if (!account.empty() && is_region_name(region)) regions.insert({account, region});
    };
    for (Value read : root_.get("reads").items()) see(text(read, "account", kAccount), text(read, "region", ""));
    int number = 0;
    for (Value item : root_.get("resources").items()) {
      ++number;
      static const std::vector<std::string> keys = {"Type", "account", "region", "id", "arn", "name", "tags", "Properties", "Observed", "born", "note"};
      for (auto entry : item.entries())
        if (std::find(keys.begin(), keys.end(), entry.key()) == keys.end()) return wrong(entry.key_node, "unknown key `" + std::string(entry.key()) + "`", join(keys, ", "));
      std::string type_name = text(item, "Type", "");
      const ResourceType* type = catalogue_.find(type_name);
      if (!type) return wrong(item, "resource type `" + type_name + "` is not in content/resources", "a type that is");
      bool born = !item.get("born") || item.get("born").boolean();
      std::string account = born ? text(item, "account", kAccount) : "";
      std::string region = born ? text(item, "region", type->global ? "global" : kRegion) : "";
      std::string id = text(item, "id", "r" + std::to_string(number));
      if (type->singleton == Singleton::region) region = text(item, "region", kRegion);
      if (type->singleton != Singleton::none) {
        id = lower(type_name.substr(type_name.rfind(':') + 1));
        given.insert(type_name + "\n" + (type->singleton == Singleton::organization ? "unknown" : account) + "\n" + region);
      }
      // A typed-in property that no read gives would test nothing that can happen.
      for (const char* part : {"Properties", "Observed"})
        for (auto property : item.get(part).entries())
          if (!type->maps(std::string(part) + "." + std::string(property.key())))
            return wrong(property.key_node, "no read of " + type_name + " gives `" + std::string(part) + "." + std::string(property.key()) + "`", "a target of its file in content/resources");
      Resource made = make(type, type_name, account, region, id, item);
      if (item.get("arn")) made.uid = std::string(item.get("arn").text());
      if (text(item, "id", "") != "" && type->singleton != Singleton::none) made.id = text(item, "id", "");
      if (type->singleton != Singleton::none && !item.get("id")) made.id = "r" + std::to_string(number);
      made.name = text(item, "name", made.id);
      made.born = born;
      for (auto tag : item.get("tags").entries()) made.tags.emplace_back(tag.key(), tag.value.text());
      see(account == "unknown" ? "" : account, region);
      collector.resource(std::move(made));
    }
    if (accounts.empty()) accounts.insert(std::string(kAccount));
    for (auto& type : catalogue_.types()) {
      auto add = [&](const std::string& account, const std::string& region) {
        if (given.count(type->type + "\n" + account + "\n" + region)) return;
        collector.resource(make(type.get(), type->type, account, region, lower(type->type.substr(type->type.rfind(':') + 1)), Value()));
      };
      if (type->singleton == Singleton::account)
        for (auto& account : accounts) add(account, "global");
      if (type->singleton == Singleton::region)
        for (auto& [account, region] : regions) add(account, region);
      if (type->singleton == Singleton::organization) add("unknown", "global");
    }
    for (Value item : root_.get("reads").items()) {
      ReadRecord read;
      read.account = text(item, "account", kAccount);
      read.region = text(item, "region", "global");
      read.call = text(item, "operation", "");
      read.parameter = text(item, "parameter", "");
      read.error = text(item, "error", "");
      read.file = file_.shown;
      std::string status = text(item, "status", "ok");
      if (status == "ok") read.status = ReadRecord::Status::ok;
      else if (status == "denied") read.status = ReadRecord::Status::denied;
      else if (status == "absent") read.status = ReadRecord::Status::absent;
      else if (status == "error") read.status = ReadRecord::Status::error;
      else return wrong(item, "`" + status + "` is no status of a read", "ok, denied, absent or error");
      if (read.status == ReadRecord::Status::denied && read.error.empty()) read.error = "AccessDenied";
      collector.read(std::move(read));
    }
    return {};
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
    TRY(store::create_views(store->db(), view_input(one_, catalogue_, &workspace, as_of_, &records)));
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
