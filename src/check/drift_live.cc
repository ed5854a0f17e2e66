#include "check/drift_live.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "check/drift_record.h"
#include "estate/inputs.h"

namespace reeve {
namespace {

constexpr std::string_view kStackType = "AWS::CloudFormation::Stack";
constexpr std::string_view kConfigCall = "config:DeliverConfigSnapshot";

std::string text_of(Value value) { return value.is_scalar() ? std::string(value.text()) : std::string(); }

std::string_view tag(const Resource& resource, std::string_view key) {
  for (const auto& [name, value] : resource.tags)
    if (name == key) return value;
  return {};
}

// What else may stand for it where others name it, and how close that is.
std::vector<std::pair<std::string, int>> names_of(const Resource& resource) {
  std::vector<std::pair<std::string, int>> out;
  auto add = [&](std::string_view name, int rank) {
    if (name.empty()) return;
    for (const auto& [other, found] : out)
      if (other == name) return;
    out.emplace_back(name, rank);
  };
  add(resource.uid, 0);
  add(resource.id, 0);
  add(resource.name, 1);
  for (const std::string_view whole : {std::string_view(resource.uid), std::string_view(resource.id)}) {
    for (size_t at = whole.find('/'); at != std::string_view::npos; at = whole.find('/', at + 1)) add(whole.substr(at + 1), 2);
    const size_t colon = whole.rfind(':');
    if (colon != std::string_view::npos) add(whole.substr(colon + 1), 2);
  }
  return out;
}

}  // namespace

// Hears units in several threads and keeps what is asked for.
class LiveReader {
 public:
  LiveReader(const ResourceCatalogue& catalogue, const std::set<std::string>& types, LiveEstate& out) : catalogue_(catalogue), types_(types), out_(out) {
    for (const std::string& name : types)
      if (const ResourceType* type = catalogue.find(name))
        for (const Read& read : type->reads)
          if (read.lists()) calls_.insert(read.call);
  }

  void folder(const std::vector<std::string>& sources, size_t threads) {
    Inputs inputs = find_inputs(sources, catalogue_);
    out_.problems.insert(out_.problems.end(), inputs.problems.begin(), inputs.problems.end());
    out_.notes.insert(out_.notes.end(), inputs.notes.begin(), inputs.notes.end());
    std::erase_if(inputs.units, [](const Unit& unit) { return unit.kind == Unit::Kind::cloudformation; });
    for (const Unit& unit : inputs.units) out_.told += unit.inputs.size();
    std::vector<Heard> heard(inputs.units.size());
    parallel_for(inputs.units.size(), threads, [&](size_t i, size_t) {
      heard[i].reader = this;
      load_unit(inputs.units[i], catalogue_, heard[i]);
    });
    for (Heard& one : heard) {
      out_.resources += one.count;
      for (Resource& resource : one.resources) keep(std::move(resource));
      for (const ReadRecord& read : one.reads) this->read(read.account, read.region, read.call, read.parameter, read.status == ReadRecord::Status::ok || read.status == ReadRecord::Status::absent, read.error);
      out_.problems.insert(out_.problems.end(), one.problems.begin(), one.problems.end());
      out_.notes.insert(out_.notes.end(), one.notes.begin(), one.notes.end());
    }
  }

  void record(const std::string& workspace) {
    const Status done = read_record(workspace, catalogue_, [&](const std::string& type) { return wanted(type); },
                                    [&](Resource&& resource) { ++out_.resources, keep(std::move(resource)); },
                                    [&](const RecordedRead& each) { ++out_.told, read(each.account, each.region, each.call, each.parameter, each.ok, each.error); });
    if (!done) out_.problems.push_back(done.error());
  }

  void finish() { out_.finish(); }

 private:
  struct Heard : UnitSink {
    LiveReader* reader = nullptr;
    std::vector<Resource> resources;
    std::unordered_map<std::string, size_t> by_uid;
    std::vector<ReadRecord> reads;
    std::vector<Error> problems, notes;
    uint64_t count = 0;
    void resource(Resource&& resource) override {
      count += !starts_with(resource.type_name, "Reeve::");  // those are ours, not the estate's
      if (!resource.born || !(reader->wanted(resource.type_name) || !tag(resource, "aws:cloudformation:stack-name").empty())) return;
      by_uid[resource.uid] = resources.size();
      resources.push_back(std::move(resource));
    }
    void withdraw(const std::string& uid) override {
      if (auto at = by_uid.find(uid); at != by_uid.end()) resources[at->second].document.reset();
    }
    void read(ReadRecord&& read) override { reads.push_back(std::move(read)); }
    void source(SourceRecord&&) override {}
    void problem(Error&& error) override { problems.push_back(std::move(error)); }
    void note(Error&& error) override { notes.push_back(std::move(error)); }
    void stated_time(int64_t) override {}
  };

  bool wanted(const std::string& type) const { return type == kStackType || types_.count(type); }
  void keep(Resource&& resource) {
    if (resource.document) out_.take(std::move(resource));
  }
  void read(const std::string& account, const std::string& region, const std::string& call, const std::string& parameter, bool ok, const std::string& error) {
    if (ok) out_.seen_.emplace(account, region);
    if (call == kConfigCall) {
      if (types_.count(parameter)) out_.take_read(std::string(kConfigCall) + " " + parameter, account, region, ok, error);
    } else if (calls_.count(call)) {
      out_.take_read(call, account, region, ok, error);
    }
  }

  const ResourceCatalogue& catalogue_;
  const std::set<std::string>& types_;
  LiveEstate& out_;
  std::set<std::string> calls_;
};

void LiveEstate::take(Resource&& resource) { resources_.push_back(std::move(resource)); }

void LiveEstate::take_read(const std::string& call, const std::string& account, const std::string& region, bool ok, const std::string& error) {
  Call& at = calls_[call][{account, region}];
  if (at.ok) return;
  at.ok = ok;
  if (!ok) at.error = error;
}

void LiveEstate::finish() {
  // Types that have no Region were read from wherever: their resources' is `global`.
  std::map<std::string, size_t, std::less<>> by_id;
  for (size_t i = 0; i < resources_.size(); ++i) {
    const Resource& resource = resources_[i];
    for (auto& [name, rank] : names_of(resource)) named_[resource.type_name + "\n" + name].push_back({i, rank});
    if (resource.type_name != kStackType) continue;
    LiveStack stack;
    const Value observed = resource.body().get("Observed");
    stack.id = resource.uid;
    stack.name = resource.name.empty() ? text_of(observed.get("StackName")) : resource.name;
    stack.at = {resource.account, resource.region};
    stack.described = true;
    stack.parent = text_of(observed.get("ParentId"));
    stack.tags = resource.tags;
    stack.listed = observed.get("Resources").is_list();
    for (Value made : observed.get("Resources").items())
      if (text_of(made.get("ResourceStatus")) != "DELETE_COMPLETE") stack.made.push_back({text_of(made.get("LogicalResourceId")), text_of(made.get("PhysicalResourceId")), text_of(made.get("ResourceType"))});
    for (Value parameter : observed.get("Parameters").items()) {
      const Value value = parameter.get("ResolvedValue").is_scalar() ? parameter.get("ResolvedValue") : parameter.get("ParameterValue");
      if (value.is_scalar()) stack.parameters[text_of(parameter.get("ParameterKey"))] = text_of(value);
    }
    by_id[stack.id] = stacks_.size();
    stacks_.push_back(std::move(stack));
  }
  for (size_t i = 0; i < resources_.size(); ++i) {
    const Resource& resource = resources_[i];
    const std::string name(tag(resource, "aws:cloudformation:stack-name")), logical(tag(resource, "aws:cloudformation:logical-id"));
    std::string id(tag(resource, "aws:cloudformation:stack-id"));
    if (name.empty() || logical.empty()) continue;
    // The stack's ARN says where it is; a resource without a Region has no other way to say it.
    const auto parts = split(id, ':');
    const LiveScope scope = parts.size() > 4 ? LiveScope{std::string(parts[4]), std::string(parts[3])} : LiveScope{resource.account, resource.region};
    const std::string key = id.empty() ? name + "\n" + scope.account + "\n" + scope.region : id;
    auto at = by_id.find(key);
    if (at == by_id.end() && id.empty())
      for (const LiveStack& stack : stacks_)
        if (stack.described && stack.name == name && stack.at.account == scope.account && stack.at.region == scope.region) at = by_id.find(stack.id);
    if (at == by_id.end()) {
      LiveStack stack;
      stack.id = id;
      stack.name = name;
      stack.at = scope;
      at = by_id.emplace(key, stacks_.size()).first;
      stacks_.push_back(std::move(stack));
    }
    stacks_[at->second].tagged[logical].push_back(i);
  }
}

const LiveStack* LiveEstate::stack(std::string_view id) const {
  const auto at = std::find_if(stacks_.begin(), stacks_.end(), [&](const LiveStack& stack) { return !stack.id.empty() && stack.id == id; });
  return at == stacks_.end() ? nullptr : &*at;
}

std::vector<size_t> LiveEstate::find(const std::string& type, const std::string& name, const LiveScope& scope) const {
  std::vector<size_t> out;
  int best = 3;
  const auto at = named_.find(type + "\n" + name);
  if (at == named_.end()) return out;
  for (const Named& each : at->second) {
    const Resource& resource = resources_[each.resource];
    if (!scope.account.empty() && resource.account != scope.account && resource.account != "unknown") continue;
    const bool global = resource.region.empty() || resource.region == "global" || (resource.type && resource.type->global);
    if (!scope.region.empty() && !global && resource.region != scope.region) continue;
    if (each.rank > best) continue;
    if (each.rank < best) out.clear();
    best = each.rank;
    out.push_back(each.resource);
  }
  return out;
}

std::string LiveEstate::not_listed(const ResourceType& type, const LiveScope& scope) const {
  std::vector<std::string> lists;
  for (const Read& read : type.reads)
    if (read.lists() && !read.id.empty() && std::find(lists.begin(), lists.end(), read.call) == lists.end()) lists.push_back(read.call);
  if (lists.empty()) return "no call that Reeve reads lists all of them";
  lists.push_back(std::string(kConfigCall) + " " + type.type);
  auto fits = [&](const std::pair<std::string, std::string>& place) {
    return (scope.account.empty() || place.first == scope.account || place.first == "unknown") && (type.global || scope.region.empty() || place.second == scope.region);
  };
  // Every place that was read at all and that it may be in has to have been asked.
  std::set<std::pair<std::string, std::string>> asked, open;
  std::string error;
  for (const std::string& call : lists)
    if (auto at = calls_.find(call); at != calls_.end())
      for (const auto& [place, said] : at->second) {
        if (!fits(place)) continue;
        if (said.ok) asked.insert(type.global ? std::pair(place.first, std::string()) : place);
        else if (error.empty()) error = call + (said.error.empty() ? "" : ": " + said.error);
      }
  for (const auto& place : seen_) {
    const bool somewhere = !place.second.empty() && place.second != "global";
    if (fits(place) && (type.global || somewhere) && !asked.count(type.global ? std::pair(place.first, std::string()) : place)) open.insert(place);
  }
  if (!asked.empty() && open.empty()) return "";
  if (!error.empty()) return error;
  lists.pop_back();
  std::string where = scope.account.empty() ? "" : " of account " + scope.account;
  if (!open.empty() && scope.account.empty()) where = " of account " + open.begin()->first + (type.global ? "" : " in " + open.begin()->second);
  else if (!type.global && !scope.region.empty()) where += " in " + scope.region;
  return "the estate has no answer to " + join(lists, " or ") + where;
}

LiveEstate read_live(const std::vector<std::string>& sources, const ResourceCatalogue& catalogue, const std::set<std::string>& types, size_t threads) {
  LiveEstate out;
  LiveReader reader(catalogue, types, out);
  std::vector<std::string> folders;
  for (const std::string& source : sources) {
    if (is_folder(source) && exists(join_path(source, ".reeve/store.db"))) reader.record(source);
    else folders.push_back(source);
  }
  if (!folders.empty()) reader.folder(folders, threads);
  reader.finish();
  return out;
}

}  // namespace reeve
