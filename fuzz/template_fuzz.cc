// CloudFormation templates: whatever the bytes, each resource that comes of them has a type, a place in the file and a uid of its own,
// what is refused is named with its place, and the same template gives the same stack twice. Rules judge the stack under each semantics,
// and rules that are made from the template hold for it.
//
// The input is a template; behind lines of three percent signs stand those that `TemplateURL: 1`, `2` … open.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "assess/tally.h"
#include "check/check.h"
#include "check/rulegen.h"
#include "estate/template.h"
#include "formats/json.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

const ResourceCatalogue& catalogue() {
  static const Content content = load_content(ContentOptions{});
  static std::vector<Error> errors;
  static const ResourceCatalogue all = catalogue_of(content, errors);
  return all;
}

struct Sink : UnitSink {
  std::set<std::string> uids;
  size_t problems = 0;
  void resource(Resource&& resource) override {
    require(!resource.born && !resource.type_name.empty() && resource.document);
    require(resource.body().get("Type") || resource.body().is_map());
    require(resource.uid.rfind("t.yaml#", 0) == 0 && uids.insert(resource.uid).second);
    require(!resource.main_path.empty());
  }
  void withdraw(const std::string&) override { std::abort(); }
  void read(ReadRecord&&) override { std::abort(); }
  void source(SourceRecord&& source) override { require(source.resources == uids.size()); }
  void problem(Error&& error) override {
    require(!error.what.empty() && error.at.path == "t.yaml");
    ++problems;
  }
  void note(Error&& error) override { require(!error.what.empty()); }
  void stated_time(int64_t) override {}
};

void well_formed(const Stack& stack) {
  require(stack.document != nullptr);
  std::set<std::string> ids;
  for (const StackResource& resource : stack.resources) {
    require(ids.insert(resource.id).second && resource.body.document() == stack.document.get() && !resource.type.empty());
    resource.body.origin();
  }
  for (const auto* errors : {&stack.problems, &stack.notes})
    for (const Error& error : *errors) require(!error.what.empty() && !error.at.path.empty());
  for (const Stack::Nested& nested : stack.nested) well_formed(nested.stack);
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t at = text.find("\n%%%\n"); at != std::string_view::npos; at = text.find("\n%%%\n")) {
    out.push_back(text.substr(0, at + 1));
    text.remove_prefix(at + 5);
  }
  out.push_back(text);
  return out;
}

constexpr const char* kRules = R"(
let all = Resources.*
rule named when %all !empty { %all { Type exists  Properties exists or Metadata exists } }
rule closed { AWS::EC2::SecurityGroup { Properties.SecurityGroupIngress[*] { CidrIp != "0.0.0.0/0" or FromPort > 22 } } }
rule some_owner { some Resources.*.Properties.Tags[ Key == /(?i)owner/ ].Value !empty }
)";

void judged(Value root) {
  for (guard::Semantics semantics : {guard::Semantics::reeve, guard::Semantics::v3_2_0, guard::Semantics::v3_2_1}) {
    static const auto compiled = [](guard::Semantics of) { return *guard::compile_guard(kRules, "r.guard", of); };
    static const std::shared_ptr<const guard::GuardRules> rules[] = {compiled(guard::Semantics::reeve), compiled(guard::Semantics::v3_2_0), compiled(guard::Semantics::v3_2_1)};
    guard::GuardOptions options;
    options.semantics = semantics;
    options.steps_max = 20'000;
    const auto result = rules[static_cast<size_t>(semantics)]->evaluate(root, options);
    for (const auto& rule : result.rules)
      for (const auto& failure : rule.failures)
        if (failure.value) failure.value.path();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto parts = parts_of({reinterpret_cast<const char*>(data), size});
  Input input;
  input.kind = InputKind::cloudformation;
  input.shown = "t.yaml";
  input.member = std::make_shared<const std::string>(parts[0]);
  Sink sink;
  load_template(input, catalogue(), sink);
  require(!sink.uids.empty() || sink.problems > 0 || size > 0);

  // As `reeve check --rules` reads it.
  auto written = read_data(parts[0], "t.yaml", true);
  if (!written || !is_stack_template((*written)->root())) return 0;
  StackOptions how;
  how.parameters = {{"P", {"a,b", ""}}, {"AWS::Region", {"eu-west-1", ""}}, {"Q", {std::nullopt, "not said"}}};
  how.open_nested = [&](const std::string& url, const std::string&, std::string& shown) -> Result<DocumentPtr> {
    shown = url;
    const size_t number = url.size() == 1 && url[0] >= '1' ? static_cast<size_t>(url[0] - '0') : parts.size();
    if (number >= parts.size()) return DocumentPtr();
    return read_template(parts[number], Source{.file = shown});
  };
  const Stack stack = resolve_stack(*written, how);
  well_formed(stack);
  const Stack again = resolve_stack(*written, how);
  require(to_json(stack.document->root()) == to_json(again.document->root()) && stack.nested.size() == again.nested.size());
  judged(stack.document->root());

  guard::GuardOptions options;
  options.steps_max = 100'000;
  const GeneratedRules made = generate_rules({*written}, options);
  auto rules = guard::compile_guard(made.text, "made.guard");
  require(static_cast<bool>(rules));
  for (const auto& rule : (*rules)->evaluate((*written)->root(), options).rules) require(rule.status != guard::GuardStatus::fail || rule.error);
  return 0;
}
