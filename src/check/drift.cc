#include "check/drift.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "check/drift_match.h"
#include "check/drift_resource.h"
#include "estate/declared.h"
#include "estate/template.h"
#include "estate/terraform.h"

namespace reeve {
namespace {

constexpr std::string_view kNoEcho = "****";  // what DescribeStacks shows of a secret

void types_of(const Stack& stack, std::set<std::string>& out) {
  for (const StackResource& each : stack.resources) out.insert(each.type);
  for (const Stack::Nested& nested : stack.nested) types_of(nested.stack, out);
}

std::string given(const StackOptions& options, std::string_view name) {
  const auto at = options.parameters.find(name);
  return at == options.parameters.end() || !at->second.text ? "" : *at->second.text;
}

// A template's name without what says that it is one: `web` of `web.template.json`.
std::string stem(const std::string& path) {
  std::string name = file_name(path);
  return name.substr(0, name.find('.'));
}

}  // namespace

struct DriftCheck::File : UnitSink {
  const DataFile* file = nullptr;
  DocumentPtr document;             // of a template
  StackOptions options;
  std::vector<Resource> resources;  // of Terraform's
  std::shared_ptr<const FileBytes> bytes;
  bool read_whole = false;
  std::vector<Error> problems, notes;

  void resource(Resource&& each) override { resources.push_back(std::move(each)); }
  void withdraw(const std::string&) override {}
  void read(ReadRecord&&) override {}
  void source(SourceRecord&&) override { read_whole = true; }
  void problem(Error&& error) override { problems.push_back(std::move(error)); }
  void note(Error&& error) override { notes.push_back(std::move(error)); }
  void stated_time(int64_t) override {}

  void open(const StackFiles& stacks, const ResourceCatalogue& catalogue) {
    auto opened = FileBytes::open(file->path);
    if (!opened) {
      problems.push_back(opened.error());
      if (problems.back().at.path.empty()) problems.back().at.path = file->path;
      return;
    }
    bytes = *opened;
    if (is_terraform(bytes->view().substr(0, 64 << 10))) {
      Input input;
      input.kind = InputKind::cloudformation;
      input.shown = file->path;
      input.member = std::make_shared<const std::string>(bytes->view());
      input.size_bytes = input.member->size();
      load_terraform(input, catalogue, *this);
      return;
    }
    Source self;
    self.file = file->path;
    self.path_prefix = "$";
    auto read = read_template(bytes->view(), self);
    if (!read) {
      problems.push_back(read.error());
      if (problems.back().at.path.empty()) problems.back().at.path = file->path;
      return;
    }
    const Value root = (*read)->root(), all = root.get("Resources");
    if (!all.is_map() || (!file->named && !is_stack_template(root))) {
      if (file->named) problems.push_back({Code::parse, "`Resources` is not a map", {file->path, all ? all.line() : 1, all ? all.column() : 1}, "a template with a map of resources", ""});
      return;
    }
    for (const Place& place : (*read)->duplicate_keys())
      problems.push_back({Code::parse, "a key stands twice in one map; the last value counts", {file->path, place.line, place.column}, "each key once", ""});
    document = *read;
    options = stacks.options_for(file->path);
    read_whole = true;
  }
};

DriftCheck::DriftCheck(const std::vector<DataFile>& files, const StackFiles& stacks, const ResourceCatalogue& catalogue, size_t threads) : stacks_(stacks), catalogue_(catalogue) {
  std::vector<std::set<std::string>> types(files.size());
  for (const DataFile& file : files) files_.push_back(std::make_unique<File>()), files_.back()->file = &file;
  parallel_for(files.size(), threads, [&](size_t i, size_t) {
    files_[i]->open(stacks_, catalogue_);
    for (const Resource& each : files_[i]->resources) types[i].insert(each.type_name);
    if (!files_[i]->document) return;
    // Also those whose condition only some stacks meet.
    for (auto entry : files_[i]->document->root().get("Resources").entries())
      if (const Value type = entry.value.get("Type"); type.is_string()) types[i].emplace(type.text());
    types_of(resolve_stack(files_[i]->document, files_[i]->options), types[i]);
  });
  for (const auto& some : types) types_.insert(some.begin(), some.end());
}

DriftCheck::~DriftCheck() = default;

namespace {

// The stacks that were made of a template: those of the name that is given, else those whose resources have its logical ids.
struct Chosen {
  std::vector<const LiveStack*> stacks;
  std::string told_by;
};

Chosen choose(const std::string& path, const Stack& stack, const StackOptions& options, const LiveEstate& live, std::vector<Error>& notes) {
  const std::string name = given(options, "AWS::StackName"), account = given(options, "AWS::AccountId"), region = given(options, "AWS::Region");
  Chosen out;
  std::map<std::string_view, std::string_view> types;
  for (const StackResource& each : stack.resources) types[each.id] = each.type;
  size_t best = 0;
  for (const LiveStack& one : live.stacks()) {
    if (!one.parent.empty() || (!account.empty() && one.at.account != account) || (!region.empty() && one.at.region != region)) continue;
    if (!name.empty()) {
      if (one.name == name) out.stacks.push_back(&one);
      continue;
    }
    size_t score = 0;
    if (one.listed) {
      for (const LiveStack::Made& made : one.made)
        if (auto at = types.find(made.logical); at != types.end() && at->second == made.type) ++score;
    } else {
      for (const auto& [logical, resources] : one.tagged)
        if (auto at = types.find(logical); at != types.end() && std::any_of(resources.begin(), resources.end(), [&](size_t i) { return live.at(i).type_name == at->second; })) ++score;
    }
    if (score == 0 || score < best) continue;
    if (score > best) out.stacks.clear();
    best = score;
    out.stacks.push_back(&one);
  }
  if (!name.empty()) {
    out.told_by = "its name";
    if (out.stacks.empty()) notes.push_back({Code::not_found, "the estate has no stack `" + name + "`", {path}, "", "its resources are looked for by the names that the template gives them"});
    return out;
  }
  out.told_by = "the logical ids of what it made";
  if (out.stacks.empty() || best * 2 >= types.size()) {
    // Of several that fit alike, the one that is named like the file.
    if (std::any_of(out.stacks.begin(), out.stacks.end(), [&](const LiveStack* one) { return one->name == stem(path); })) std::erase_if(out.stacks, [&](const LiveStack* one) { return one->name != stem(path); });
    return out;
  }
  out.stacks.clear();
  return out;
}

}  // namespace

void DriftCheck::judge(size_t index, const LiveEstate& live, const Exceptions* exceptions, CheckedFile& out) const {
  File& file = *files_[index];
  out.read = file.read_whole;
  out.problems = std::move(file.problems);
  out.notes = std::move(file.notes);
  auto drift = std::make_shared<FileDrift>();
  std::map<std::string, Value> written;
  std::vector<DocumentPtr> kept;
  auto remember = [&](const std::vector<Resource>& declared) {
    for (const Resource& each : declared)
      if (const std::string& name = each.main_source.file; !written.count(name))
        if (const Value root = written_in(*each.document, name)) written.emplace(name, root), kept.push_back(root.document()->shared_from_this());
  };
  if (file.document) {
    const Stack plain = resolve_stack(file.document, file.options);
    for (const Error& problem : plain.problems) out.problems.push_back(problem);
    for (const Error& note : plain.notes) out.notes.push_back(note);
    const Chosen chosen = choose(file.file->path, plain, file.options, live, out.notes);
    std::vector<const LiveStack*> stacks = chosen.stacks;
    if (stacks.empty()) stacks.push_back(nullptr);
    for (const LiveStack* from : stacks) {
      Deployment deployment;
      StackOptions how = file.options;
      if (from) {
        deployment.stack = from->name, deployment.account = from->at.account, deployment.region = from->at.region, deployment.told_by = chosen.told_by;
        auto set = [&](const char* name, const std::string& text) {
          if (!text.empty() && text != "unknown") how.parameters.try_emplace(name, StackParameter{text, ""});
        };
        set("AWS::StackName", from->name), set("AWS::AccountId", from->at.account), set("AWS::Region", from->at.region), set("AWS::StackId", from->id);
        for (const auto& [name, text] : from->parameters) {
          if (text == kNoEcho) how.parameters.try_emplace(name, StackParameter{std::nullopt, "parameter `" + name + "` is a secret"});
          else how.parameters.try_emplace(name, StackParameter{text, ""});
        }
      } else {
        deployment.account = given(how, "AWS::AccountId"), deployment.region = given(how, "AWS::Region");
      }
      const Stack stack = resolve_stack(file.document, how);
      DriftMatch match(catalogue_, live, stack, from, {deployment.account, deployment.region}, file.file->path);
      match.compare("", "", deployment.resources);
      out.resources += match.declared().size();
      remember(match.declared());
      drift->deployments.push_back(std::move(deployment));
    }
  } else if (file.read_whole) {
    Deployment deployment;
    compare_terraform(live, file.resources, deployment.resources);
    out.resources = file.resources.size();
    remember(file.resources);
    drift->deployments.push_back(std::move(deployment));
  }
  if (!file.read_whole) return;
  out.findings = findings_of(*drift, file.file->path);
  for (CheckFinding& finding : out.findings)
    if (auto at = written.find(finding.file); at != written.end()) point_by_path(finding, at->second);
  if (file.bytes) locate(out.findings, file.file->path, file.bytes->view());
  for (const auto& [name, root] : written)
    if (exceptions) exceptions->apply(out.findings, root, name, out.problems);
  // One template may be several stacks, whose findings are told apart; exceptions name the resource alone.
  if (drift->deployments.size() > 1)
    for (const Deployment& each : drift->deployments)
      for (const ResourceDrift& resource : each.resources) {
        const std::string suffix = " (" + each.stack + " in " + each.account + " " + each.region + ")";
        if (resource.finding != SIZE_MAX) out.findings[resource.finding].resource += suffix;
        for (const PropertyDrift& property : resource.properties)
          if (property.finding != SIZE_MAX && property.finding != resource.finding && !ends_with(out.findings[property.finding].resource, suffix)) out.findings[property.finding].resource += suffix;
      }
  out.drift = std::move(drift);
}

}  // namespace reeve
