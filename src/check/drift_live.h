// What is live, as far as a comparison with templates asks for it: the resources of the declared types, what was listed and what was not,
// and the stacks with what they made.
//
//   LiveEstate live = read_live({"export/"}, catalogue, {"AWS::S3::Bucket"}, threads);
//   live.find("AWS::S3::Bucket", "logs", {"111122223333", "eu-west-1"});
//
// Sources are what `assess` reads, or the folder of a workspace, whose record then speaks: it keeps only the columns of a type, so
// other properties are unknown there.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "estate/load.h"

namespace reeve {

// An account and a Region; what is empty is not said.
struct LiveScope {
  std::string account, region;
};

struct LiveStack {
  struct Made {
    std::string logical, physical, type;
  };
  std::string id, name;  // id: its ARN, empty if only tags tell of it
  LiveScope at;
  bool described = false;  // false: only tags of its resources tell of it
  bool listed = false;     // `made` is all that it has
  std::vector<Made> made;
  std::map<std::string, std::string, std::less<>> parameters;       // as deployed
  std::vector<std::pair<std::string, std::string>> tags;            // its own, which its resources inherit
  std::map<std::string, std::vector<size_t>, std::less<>> tagged;   // logical id → resources that say so
  std::string parent;
};

class LiveEstate {
 public:
  const Resource& at(size_t index) const { return resources_[index]; }
  const std::vector<LiveStack>& stacks() const { return stacks_; }
  const LiveStack* stack(std::string_view id) const;  // by ARN

  // Resources of a type that `name` means: an ARN, id, name or the end of one; the closest only. Several: it cannot be told which.
  std::vector<size_t> find(const std::string& type, const std::string& name, const LiveScope& scope) const;
  // Why it is not known whether there are others of the type; empty: they were all listed there.
  std::string not_listed(const ResourceType& type, const LiveScope& scope) const;

  uint64_t resources = 0;  // that the sources tell of, of whatever type
  uint64_t told = 0;       // answers that the sources hold; none: they tell nothing
  std::vector<Error> problems, notes;

 private:
  friend class LiveReader;
  void take(Resource&& resource);
  void take_read(const std::string& call, const std::string& account, const std::string& region, bool ok, const std::string& error);
  void finish();
  struct Named {
    size_t resource;
    int rank;  // 0: its uid or id, 1: its name, 2: the end of one
  };
  struct Call {
    bool ok = false;
    std::string error;
  };
  std::vector<Resource> resources_;
  std::vector<LiveStack> stacks_;
  std::unordered_map<std::string, std::vector<Named>> named_;  // by type and name
  std::map<std::string, std::map<std::pair<std::string, std::string>, Call>, std::less<>> calls_;  // by call, then account and Region
  std::set<std::pair<std::string, std::string>> seen_;         // accounts and Regions of which anything was read
};

LiveEstate read_live(const std::vector<std::string>& sources, const ResourceCatalogue& catalogue, const std::set<std::string>& types, size_t threads);

}  // namespace reeve
