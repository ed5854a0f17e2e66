// Drift: what templates declare against what is live, resource by resource and property by property.
//
//   DriftCheck drift(data.files, stack_files, catalogue, threads);        // reads the templates
//   LiveEstate live = read_live(sources, catalogue, drift.types(), threads);
//   drift.judge(i, live, checked);                                        // fills checked.drift and its findings; from any thread
//
// A declared resource is found among the live ones by what its stack says that it made of it, by the tag that CloudFormation gives it, by the
// name that the template gives it, or by the ids that Terraform knows; then each declared property is held against the live one. A template
// is resolved as each of its stacks was deployed: with that stack's account, Region and parameters, and with the ids of what it made in
// the place of references. What the estate was not asked, and what the template leaves open, is unknown with its reason and no drift.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "check/check.h"
#include "check/drift_live.h"
#include "check/drift_value.h"
#include "estate/resource.h"

namespace reeve {

struct DriftPlace {
  std::string file;       // a path, or `service:Operation` of a reply without a file
  std::string path;       // JSON path there
  uint32_t line = 0, column = 0;
  std::string text() const;
};

struct PropertyDrift {
  ValueDrift::Is is = ValueDrift::Is::different;
  std::string property;         // `Properties.Tags[2]`
  std::string declared, live;   // JSON, secrets blacked out; empty: nothing is there, or nothing may be said
  DriftPlace declared_at, live_at;
  std::string reason;
  size_t finding = SIZE_MAX;    // of the file's findings
};

enum class DriftState : uint8_t { same, drifted, missing, undeclared, unknown };
std::string_view name(DriftState state);
std::string_view name(ValueDrift::Is is);

struct ResourceDrift {
  std::string id, type, construct;
  DriftState state = DriftState::unknown;
  std::string live, told_by;    // the live resource, and what ties it to the declared one
  std::string reason;
  DriftPlace declared_at, live_at;
  std::vector<std::string> same;  // properties
  std::vector<PropertyDrift> properties;
  size_t finding = SIZE_MAX;
};

// One stack that was made of the template; or, without a stack, the resources that the template names.
struct Deployment {
  std::string stack, account, region;
  std::string told_by;
  std::vector<ResourceDrift> resources;
};

struct FileDrift {
  std::vector<Deployment> deployments;
  std::vector<std::string> sources;  // as they were named
};

class DriftCheck {
 public:
  DriftCheck(const std::vector<DataFile>& files, const StackFiles& stacks, const ResourceCatalogue& catalogue, size_t threads);
  ~DriftCheck();

  const std::set<std::string>& types() const { return types_; }  // that the files declare
  // `file`: its place in what was given. Once for each.
  void judge(size_t file, const LiveEstate& live, const Exceptions* exceptions, CheckedFile& out) const;

 private:
  struct File;
  const StackFiles& stacks_;
  const ResourceCatalogue& catalogue_;
  std::vector<std::unique_ptr<File>> files_;
  std::set<std::string> types_;
};

// Private to the room: findings of a file's drift, in the order of resources and properties, and each told its own.
std::vector<CheckFinding> findings_of(FileDrift& drift, const std::string& file);

}  // namespace reeve
