// Which live resource a declared one is, and what its references have become. Private to this room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "check/drift.h"
#include "estate/stack.h"

namespace reeve {

// One stack of a template, as it was deployed.
class DriftMatch {
 public:
  // `from`: the stack that was made of it; null: none is known. All that is given outlives this.
  DriftMatch(const ResourceCatalogue& catalogue, const LiveEstate& live, const Stack& stack, const LiveStack* from, const LiveScope& scope, const std::string& file);

  // `within`: the way to a nested stack, `Network/`; `maybe`: why that may not be there.
  void compare(const std::string& within, const std::string& maybe, std::vector<ResourceDrift>& out);
  const std::vector<Resource>& declared() const { return declared_; }  // those of nested stacks too, once compared

 private:
  struct Match {
    const Resource* live = nullptr;
    std::string physical;  // as the stack says; empty: not known
    DriftState state = DriftState::unknown;
    std::string told_by, reason;
  };
  Match match(const StackResource& resource, const Resource& declared) const;
  std::optional<std::string> physical(const std::string& id) const;
  std::optional<std::string> attribute(const std::string& id, const std::string& name) const;
  ValueComparison::Looked look(Value unknown, Value live) const;
  bool elsewhere(const Resource& own, Value item) const;
  void undeclared(const std::string& within, std::vector<ResourceDrift>& out) const;

  const ResourceCatalogue& catalogue_;
  const LiveEstate& live_;
  const Stack& stack_;
  const LiveStack* from_;
  LiveScope scope_;
  std::string file_;
  std::vector<Resource> declared_;
  std::map<std::string, Match, std::less<>> matches_;  // by logical id
};

void compare_terraform(const LiveEstate& live, const std::vector<Resource>& declared, std::vector<ResourceDrift>& out);

}  // namespace reeve
