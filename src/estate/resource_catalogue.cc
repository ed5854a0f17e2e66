// All types together: which of them each call tells about, and what a name of another tool stands for.
#include <algorithm>

#include "aws/cli_name.h"
#include "base/text.h"
#include "estate/resource_type.h"

namespace reeve {
namespace {

// CLI names and operation names agree once case and dashes are gone: `describe-db-instances`, `DescribeDBInstances`.
std::string squash(std::string_view name) {
  std::string out;
  for (char c : lower(name))
    if (c != '-') out += c;
  return out;
}

}  // namespace

void ResourceCatalogue::add(ResourceTypePtr type) {
  if (auto old = by_type_.find(type->type); old != by_type_.end()) {  // a later layer replaces the whole file
    const ResourceType* gone = old->second;
    for (auto& [call, uses] : by_call_) std::erase_if(uses, [&](const Use& use) { return use.type == gone; });
    std::erase_if(by_config_type_, [&](const auto& named) { return named.second == gone; });
    std::erase_if(by_terraform_, [&](const auto& named) { return named.second.type == gone; });
    for (auto& [part, wholes] : by_part_) std::erase_if(wholes, [&](const Terraform& whole) { return whole.type == gone; });
    for (auto& [part, wholes] : by_template_part_) std::erase_if(wholes, [&](const TemplateUse& whole) { return whole.type == gone; });
    std::erase_if(types_, [&](const ResourceTypePtr& t) { return t.get() == gone; });
  }
  by_type_[type->type] = type.get();
  if (!type->config_type.empty()) by_config_type_[type->config_type] = type.get();
  for (const Read& read : type->reads) {
    by_call_[read.call].push_back({type.get(), &read});
    by_cli_name_.emplace(read.service + ":" + squash(read.operation), read.call);
  }
  for (const TerraformMapPtr& map : type->terraform) {
    for (const std::string& name : map->types) by_terraform_[name] = {type.get(), map.get(), ""};
    for (const auto& [part, by] : map->parts) by_part_[part].push_back({type.get(), map.get(), by});
  }
  for (const TemplatePart& part : type->template_parts) by_template_part_[part.type].push_back({type.get(), &part});
  types_.insert(std::upper_bound(types_.begin(), types_.end(), type, [](auto& a, auto& b) { return a->type < b->type; }), std::move(type));
}

const ResourceType* ResourceCatalogue::find(std::string_view type) const {
  auto found = by_type_.find(type);
  return found == by_type_.end() ? nullptr : found->second;
}

const ResourceType* ResourceCatalogue::find_config(std::string_view type) const {
  auto found = by_config_type_.find(type);
  return found == by_config_type_.end() ? find(type) : found->second;
}

const ResourceCatalogue::Terraform* ResourceCatalogue::find_terraform(std::string_view type) const {
  auto found = by_terraform_.find(type);
  return found == by_terraform_.end() ? nullptr : &found->second;
}

const std::vector<ResourceCatalogue::Terraform>* ResourceCatalogue::terraform_part(std::string_view type) const {
  auto found = by_part_.find(type);
  return found == by_part_.end() || found->second.empty() ? nullptr : &found->second;
}

const std::vector<ResourceCatalogue::TemplateUse>* ResourceCatalogue::template_part(std::string_view type) const {
  auto found = by_template_part_.find(type);
  return found == by_template_part_.end() || found->second.empty() ? nullptr : &found->second;
}

const std::vector<ResourceCatalogue::Use>* ResourceCatalogue::uses(std::string_view call) const {
  auto found = by_call_.find(call);
  return found == by_call_.end() || found->second.empty() ? nullptr : &found->second;
}

std::vector<std::string> ResourceCatalogue::cli_names() const {
  std::vector<std::string> out;
  for (auto& [call, uses] : by_call_)
    if (size_t colon = call.find(':'); !uses.empty()) out.push_back(call.substr(0, colon) + "-" + cli_name(std::string_view(call).substr(colon + 1)));
  std::sort(out.begin(), out.end());
  return out;
}

std::string ResourceCatalogue::call_of_cli_name(std::string_view name) const {
  // The AWS CLI's own names for the services that botocore calls `config` and `s3`.
  if (starts_with(name, "configservice-")) return call_of_cli_name("config-" + std::string(name.substr(14)));
  if (starts_with(name, "s3api-")) return call_of_cli_name("s3-" + std::string(name.substr(6)));
  for (size_t dash = name.find('-'); dash != std::string_view::npos; dash = name.find('-', dash + 1)) {
    auto found = by_cli_name_.find(std::string(name.substr(0, dash)) + ":" + squash(name.substr(dash + 1)));
    if (found != by_cli_name_.end()) return found->second;
  }
  return "";
}

}  // namespace reeve
