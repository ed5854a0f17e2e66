#include "access/network_sources.h"

#include <unordered_map>

#include "base/text.h"
#include "base/threads.h"
#include "estate/inputs.h"
#include "estate/load.h"

namespace reeve {
namespace {

class NetworkSink : public UnitSink {
 public:
  std::vector<Resource> resources;
  std::vector<Error> problems, notes;
  uint64_t count = 0;

  void resource(Resource&& resource) override {
    count += !starts_with(resource.type_name, "Reeve::");
    by_uid_[resource.uid] = resources.size();
    resources.push_back(std::move(resource));
  }
  void withdraw(const std::string& uid) override {
    if (auto at = by_uid_.find(uid); at != by_uid_.end()) resources[at->second].document.reset();
  }
  void read(ReadRecord&&) override {}
  void source(SourceRecord&&) override {}
  void problem(Error&& error) override { problems.push_back(std::move(error)); }
  void note(Error&& error) override { notes.push_back(std::move(error)); }
  void stated_time(int64_t) override {}

 private:
  std::unordered_map<std::string, size_t> by_uid_;
};

}  // namespace

NetworkSources read_network(const std::vector<std::string>& sources, const ResourceCatalogue& catalogue, ExposureRules rules, size_t threads) {
  NetworkSources out{NetworkModel(std::move(rules)), {}, {}, 0};
  Inputs inputs = find_inputs(sources, catalogue);
  out.problems = std::move(inputs.problems);
  out.notes = std::move(inputs.notes);
  std::erase_if(inputs.units, [](const Unit& unit) { return unit.kind != Unit::Kind::account; });
  std::vector<NetworkSink> heard(inputs.units.size());
  parallel_for(inputs.units.size(), threads, [&](size_t i, size_t) { load_unit(inputs.units[i], catalogue, heard[i]); });
  for (NetworkSink& sink : heard) {
    out.resources += sink.count;
    for (const Resource& resource : sink.resources)
      if (resource.document) out.model.add(resource);
    out.problems.insert(out.problems.end(), sink.problems.begin(), sink.problems.end());
    out.notes.insert(out.notes.end(), sink.notes.begin(), sink.notes.end());
  }
  return out;
}

}  // namespace reeve
