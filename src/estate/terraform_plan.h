// A Terraform plan or state as a flat list of resource instances, and what its configuration says about their references. Private to
// this room.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/document.h"

namespace reeve {

struct TerraformModule {  // of the configuration
  Value module, call;     // `call`: how the module above calls it
  const TerraformModule* above = nullptr;
  std::string path;       // names of the calls: `network/subnets`; empty for the root
  std::map<std::string, std::unique_ptr<TerraformModule>, std::less<>> below;
  std::unordered_map<std::string, Value> resources;  // `aws_s3_bucket.logs` → its configuration
};

struct TerraformInstance {
  std::string address, type, name;
  std::string within;       // address of its module; empty for the root
  Value item, values;       // `item`: where it stands as a whole
  Value index;              // of `count` or `for_each`
  Value unknown, sensitive, sensitive_after;  // masks in the shape of `values`
  std::set<std::string, std::less<>> secret;  // names of sensitive attributes (state files)
  Value config;             // its configuration, if that is known
  const TerraformModule* module = nullptr;
  std::string region;
};

class TerraformPlan {
 public:
  // Of a document that is Terraform's.
  explicit TerraformPlan(DocumentPtr document);

  const DocumentPtr& document() const { return document_; }
  bool understood() const { return understood_; }
  std::vector<TerraformInstance>& instances() { return instances_; }
  const std::vector<TerraformInstance>& instances() const { return instances_; }

  // The instances that attribute `by` of `part` refers to in the configuration. Several: any of them may be meant.
  std::vector<size_t> referred(const TerraformInstance& part, const std::string& by) const;

 private:
  struct Target {
    std::string key, index;  // module path and resource; `[0]` if the reference says it
  };
  void read_configuration(Value module, TerraformModule& into, int depth);
  void read_module(Value module, const TerraformModule* config, int depth);
  void read_state_file(Value resources);
  void add(TerraformInstance&& instance);
  using Followed = std::set<std::pair<const TerraformModule*, std::string>>;  // references that were, so that each is once
  void resolve(const TerraformModule& module, std::string_view reference, Value resource, int depth, Followed& followed, std::vector<Target>& out) const;
  std::string region_of(const TerraformInstance& instance) const;

  DocumentPtr document_;
  bool understood_ = false;
  std::vector<TerraformInstance> instances_;
  TerraformModule root_;
  bool configured_ = false;
  std::unordered_map<std::string, Value> changes_;  // by address
  std::unordered_map<std::string, std::vector<size_t>> by_key_;
};

}  // namespace reeve
