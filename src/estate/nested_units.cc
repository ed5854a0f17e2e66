#include "estate/nested_units.h"

#include <functional>

#include "base/text.h"
#include "estate/stack_files.h"
#include "estate/template.h"

namespace reeve {
namespace {

constexpr uint64_t kTemplateBytesMax = 64ull << 20;

struct Opens {
  std::set<std::string> nested, included;
};

Opens opened_by(const Input& input) {
  Opens out;
  auto text = input.read(kTemplateBytesMax);
  if (!text) return out;
  const bool includes = contains(*text, "AWS::Include");
  if (!includes && !contains(*text, "AWS::CloudFormation::Stack") && !contains(*text, "AWS::Serverless::Application")) return out;
  auto document = read_template(*text, Source{.file = input.shown});
  if (!document) return out;
  out.nested = nested_files((*document)->root(), input.shown);
  if (includes) out.included = included_files(**document, input.shown);
  return out;
}

}  // namespace

void nest_templates(std::map<std::string, Unit>& units, const std::set<std::string>& named, const std::vector<Input>& others) {
  std::map<std::string, const Input*> files;  // that may be opened
  std::map<std::string, std::string> keys;    // of the units, by their template's path
  std::map<std::string, Opens> opens;
  std::set<std::string> held;
  for (const Input& other : others) files[plain_path(other.shown)] = &other;
  for (const auto& [key, unit] : units) {
    if (unit.kind != Unit::Kind::cloudformation || unit.inputs[0].kind != InputKind::cloudformation) continue;
    const std::string path = plain_path(unit.inputs[0].shown);
    files[path] = &unit.inputs[0];
    keys[path] = key;
    if (Opens found = opened_by(unit.inputs[0]); !found.nested.empty() || !found.included.empty()) {
      held.insert(found.nested.begin(), found.nested.end());
      opens[path] = std::move(found);
    }
  }
  // What is reached from a template that nobody holds is judged there; of templates that hold one another in a circle, none is left out.
  auto reached = [&](const std::string& from, std::set<std::string>& nested, std::set<std::string>& all) {
    std::vector<std::string> open = {from};
    while (!open.empty()) {
      auto at = opens.find(open.back());
      open.pop_back();
      if (at == opens.end()) continue;
      for (const std::string& each : at->second.included)
        if (files.count(each)) all.insert(each);
      for (const std::string& each : at->second.nested)
        if (files.count(each) && nested.insert(each).second) open.push_back(each), all.insert(each);
    }
  };
  std::set<std::string> within;
  std::map<std::string, std::vector<Input>> beside;
  for (const auto& [path, key] : keys) {
    std::set<std::string> nested, all;
    reached(path, nested, all);
    if (!held.count(path)) within.insert(nested.begin(), nested.end());
    if (const std::string manifest = cdk_manifest_of(path); !manifest.empty() && files.count(manifest)) all.insert(manifest);
    for (const std::string& each : all)
      if (each != path) beside[path].push_back(*files.at(each));
  }
  for (const auto& [path, key] : keys) {
    Unit& unit = units.at(key);
    if (within.count(path) && !named.count(unit.inputs[0].shown)) units.erase(key);
    else if (auto found = beside.find(path); found != beside.end()) unit.beside = std::move(found->second);
  }
}

}  // namespace reeve
