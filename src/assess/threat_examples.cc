#include "assess/threat_examples.h"

#include <algorithm>

#include "assess/example_estate.h"
#include "assess/sql_judge.h"
#include "assess/unit_result.h"
#include "base/text.h"
#include "content/resource_types.h"
#include "formats/yaml.h"
#include "store/views.h"
#include "threats/scope.h"

namespace reeve {
namespace {

constexpr int64_t judged_on = 1795305600000;  // 2026-11-22, as where a control's example does not care

std::string_view expected_by(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return starts_with(name, "applies-") ? "applies" : starts_with(name, "not-") ? "not" : "unknown";
}

class ThreatExamples {
 public:
  ThreatExamples(const Content& content, std::vector<Error>& errors) : catalogue_(catalogue_of(content, errors)), guard_(none_, catalogue_, errors) {
    none_.record_views = content.record_views;
    none_.digest = content.digest;
  }

  Result<ExampleResult> run(const ThreatRule& rule, const ContentFile& file) const {
    YamlOptions yaml;
    yaml.unknown_tag = true;
    Source self;
    self.file = file.shown;
    self.path_prefix = "$";
    const DocumentPtr document = TRY(read_yaml(file.text, self, yaml));
    static const std::vector<std::string> keys = {"accounts", "reads", "resources", "note"};
    for (auto entry : document->root().entries())
      if (std::find(keys.begin(), keys.end(), entry.key()) == keys.end())
        return fail(Code::parse, "unknown key `" + std::string(entry.key()) + "`", {file.shown, entry.key_node.line(), entry.key_node.column()}, join(keys, ", "));
    const std::set<std::string> nothing;
    JudgeContext context{&none_, &guard_, nullptr, &nothing, Time{judged_on}, nullptr, nullptr, &nothing, false};
    UnitResult unit;
    UnitCollector collector(context, unit);
    const std::vector<std::string> uids = TRY(give_example(document, file.shown, catalogue_, collector));
    if (!unit.problems.empty()) return tl::unexpected(unit.problems.front());
    if (uids.empty()) return fail(Code::parse, "an example without a resource", {file.shown}, "`resources`, of which the first is the one that is asked about");
    const auto first = std::find_if(unit.resources.begin(), unit.resources.end(), [&](const ResourceOut& one) { return one.uid == uids.front(); });
    const std::string type(first->type);
    const auto types = threats::types_of(rule);
    if (std::find(types.begin(), types.end(), type) == types.end())
      return fail(Code::parse, "the first resource of the example is of type `" + type + "`, to which this threat does not happen", {file.shown}, join(types, ", "));

    auto store = TRY(store::Store::temporary());
    auto writer = TRY(store->begin_run({context.as_of, none_.digest, {file.shown}}));
    TRY(write_unit(*writer, none_, "example", "1", unit));
    TRY(writer->end_load());
    auto views = view_input(none_, catalogue_, nullptr, context.as_of);
    TRY(store::keep_asked(views, rule.where + " " + store::view_name(type)));
    TRY(store::create_views(store->db(), views));
    TRY(add_sql_functions(store->db(), context.as_of, false));
    store->db().set_now(context.as_of);
    const threats::Means got = TRY(threats::means(store->db(), rule, type, uids.front()));
    ExampleResult out;
    out.control = rule.id;
    out.file = file.shown;
    out.resource = uids.front();
    out.expected = std::string(expected_by(file.path));
    out.got = got == threats::Means::yes ? "applies" : got == threats::Means::no ? "not" : "unknown";
    out.ok = out.got == out.expected;
    return out;
  }

 private:
  Content none_;  // no control is judged
  ResourceCatalogue catalogue_;
  GuardJudge guard_;
};

}  // namespace

std::vector<ExampleResult> run_threat_examples(const Content& content, const Threats& threats, const std::vector<std::string>& ids, std::vector<Error>& errors) {
  std::vector<ExampleResult> out;
  const auto wanted = [&](const ThreatRule& rule) { return ids.empty() ? !rule.examples.empty() : std::find(ids.begin(), ids.end(), rule.id) != ids.end(); };
  if (std::none_of(threats.rules.begin(), threats.rules.end(), wanted)) return out;
  const ThreatExamples examples(content, errors);
  for (const ThreatRule& rule : threats.rules) {
    if (!wanted(rule)) continue;
    if (rule.examples.empty() && !rule.where.empty())
      errors.push_back({Code::not_found, "threat `" + rule.id + "` has no examples at hand", {rule.file}, "a folder on disk: --content DIR", ""});
    for (const ContentFile& file : rule.examples) {
      auto result = examples.run(rule, file);
      if (result) out.push_back(std::move(*result));
      else errors.push_back(result.error());
    }
  }
  return out;
}

}  // namespace reeve
