#include "estate/terraform_plan.h"

#include <algorithm>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int kDepthMax = 64;  // of modules, and of references through them

// `module.a["x.y"].aws_s3_bucket.b[0]` → `module`, `a["x.y"]`, `aws_s3_bucket`, `b[0]`.
std::vector<std::string_view> steps_of(std::string_view address) {
  std::vector<std::string_view> out;
  size_t from = 0;
  int brackets = 0;
  bool quoted = false;
  for (size_t i = 0; i < address.size(); ++i) {
    const char c = address[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[') {
      ++brackets;
    } else if (c == ']') {
      --brackets;
    } else if (c == '.' && brackets == 0) {
      out.push_back(address.substr(from, i - from));
      from = i + 1;
    }
  }
  out.push_back(address.substr(std::min(from, address.size())));
  return out;
}

std::string_view without_index(std::string_view step) { return step.substr(0, step.find('[')); }

std::string index_text(Value index) {
  if (!index || !index.is_scalar() || index.is_null()) return "";
  return index.is_string() ? "[\"" + std::string(index.text()) + "\"]" : "[" + std::string(index.text()) + "]";
}

std::string key_of(std::string_view module_path, std::string_view type, std::string_view name) {
  return std::string(module_path) + "|" + std::string(type) + "." + std::string(name);
}

}  // namespace

TerraformPlan::TerraformPlan(DocumentPtr document) : document_(std::move(document)) {
  const Value root = document_->root();
  for (Value change : root.get("resource_changes").items())
    if (change.get("address").is_string()) changes_[std::string(change.get("address").text())] = change.get("change");
  if (Value config = root.get("configuration").get("root_module"); config.is_map()) {
    configured_ = true;
    read_configuration(config, root_, 0);
  }
  // A plan that changes nothing still has `planned_values`; a state has `values`.
  const Value planned = root.get("planned_values").is_map() ? root.get("planned_values") : root.get("values");
  if (planned.is_map()) {
    understood_ = true;
    read_module(planned.get("root_module"), configured_ ? &root_ : nullptr, 0);
  } else if (root.get("version").is_number() && root.get("resources").is_list()) {
    understood_ = true;
    read_state_file(root.get("resources"));
  } else if (root.get("format_version").is_string() && !root.get("resource_changes")) {
    understood_ = true;  // an empty state
  }
}

void TerraformPlan::read_configuration(Value module, TerraformModule& into, int depth) {
  into.module = module;
  for (Value resource : module.get("resources").items())
    if (resource.get("address").is_string()) into.resources[std::string(resource.get("address").text())] = resource;
  if (depth >= kDepthMax) return;
  for (auto call : module.get("module_calls").entries()) {
    auto& below = into.below[std::string(call.key())];
    below = std::make_unique<TerraformModule>();
    below->above = &into;
    below->call = call.value;
    below->path = into.path + (into.path.empty() ? "" : "/") + std::string(call.key());
    read_configuration(call.value.get("module"), *below, depth + 1);
  }
}

void TerraformPlan::read_module(Value module, const TerraformModule* config, int depth) {
  for (Value resource : module.get("resources").items()) {
    if (!resource.get("type").is_string() || resource.get("mode").text() == "data" || resource.get("deposed_key")) continue;
    TerraformInstance one;
    one.item = resource;
    one.type = std::string(resource.get("type").text());
    one.name = std::string(resource.get("name").text());
    one.address = std::string(resource.get("address").text());
    one.within = std::string(module.get("address").text());
    one.values = resource.get("values");
    one.index = resource.get("index");
    one.sensitive = resource.get("sensitive_values");
    if (auto change = changes_.find(one.address); change != changes_.end()) {
      one.unknown = change->second.get("after_unknown");
      one.sensitive_after = change->second.get("after_sensitive");
    }
    one.module = config;
    if (config)
      if (auto found = config->resources.find(one.type + "." + one.name); found != config->resources.end()) one.config = found->second;
    add(std::move(one));
  }
  if (depth >= kDepthMax) return;
  for (Value child : module.get("child_modules").items()) {
    const auto steps = steps_of(child.get("address").text());
    const TerraformModule* below = nullptr;
    if (config && steps.size() >= 2)
      if (auto found = config->below.find(without_index(steps.back())); found != config->below.end()) below = found->second.get();
    read_module(child, below, depth + 1);
  }
}

// As Terraform keeps it: `resources[].instances[].attributes`.
void TerraformPlan::read_state_file(Value resources) {
  for (Value resource : resources.items()) {
    if (!resource.get("type").is_string() || resource.get("mode").text() == "data") continue;
    for (Value instance : resource.get("instances").items()) {
      if (instance.get("deposed").is_string()) continue;  // what was replaced, and is about to go
      TerraformInstance one;
      one.item = instance;
      one.type = std::string(resource.get("type").text());
      one.name = std::string(resource.get("name").text());
      one.within = std::string(resource.get("module").text());
      one.index = instance.get("index_key");
      one.address = one.within + (one.within.empty() ? "" : ".") + one.type + "." + one.name + index_text(one.index);
      one.values = instance.get("attributes");
      for (Value path : instance.get("sensitive_attributes").items()) {
        const Value first = path.is_list() ? path.at(0) : path;
        if (first.get("value").is_string()) one.secret.insert(std::string(first.get("value").text()));
      }
      add(std::move(one));
    }
  }
}

void TerraformPlan::add(TerraformInstance&& one) {
  one.region = region_of(one);
  if (one.module) by_key_[key_of(one.module->path, one.type, one.name)].push_back(instances_.size());
  instances_.push_back(std::move(one));
}

// Its own (the provider's sixth version has one for each resource), or that of its provider's configuration.
std::string TerraformPlan::region_of(const TerraformInstance& one) const {
  if (Value own = one.values.get("region"); own.is_string()) return std::string(own.text());
  const Value key = one.config.get("provider_config_key");
  if (!key.is_string()) return "";
  const Value root = document_->root();
  const Value region = root.get("configuration").get("provider_config").get(key.text()).get("expressions").get("region");
  if (region.get("constant_value").is_string()) return std::string(region.get("constant_value").text());
  for (Value reference : region.get("references").items())
    if (starts_with(reference.text(), "var."))
      if (Value value = root.get("variables").get(reference.text().substr(4)).get("value"); value.is_string()) return std::string(value.text());
  return "";
}

void TerraformPlan::resolve(const TerraformModule& module, std::string_view reference, Value resource, int depth, Followed& followed, std::vector<Target>& out) const {
  if (depth >= kDepthMax || !followed.emplace(&module, reference).second) return;
  const auto steps = steps_of(reference);
  if (steps.size() < 2) return;
  const auto follow = [&](const TerraformModule& from, Value expression, Value of) {
    for (Value one : expression.get("references").items())
      if (one.is_string()) resolve(from, one.text(), of, depth + 1, followed, out);
  };
  if (steps[0] == "module") {
    if (steps.size() < 3) return;
    auto below = module.below.find(without_index(steps[1]));
    if (below != module.below.end())
      follow(*below->second, below->second->module.get("outputs").get(without_index(steps[2])).get("expression"), {});
  } else if (steps[0] == "var") {
    if (module.above) follow(*module.above, module.call.get("expressions").get(without_index(steps[1])), {});
  } else if (steps[0] == "each") {
    follow(module, resource.get("for_each_expression"), {});
  } else if (steps[0] == "count") {
    follow(module, resource.get("count_expression"), {});
  } else if (steps[0] != "data" && steps[0] != "local" && steps[0] != "path" && steps[0] != "terraform") {
    const std::string_view name = without_index(steps[1]);
    Target target{key_of(module.path, steps[0], name), std::string(steps[1].substr(name.size()))};
    const auto same = [&](const Target& one) { return one.key == target.key; };
    const auto found = std::find_if(out.begin(), out.end(), same);
    if (found == out.end()) out.push_back(std::move(target));
    else if (found->index.empty()) found->index = target.index;  // a reference stands there whole and cut short
  }
}

std::vector<size_t> TerraformPlan::referred(const TerraformInstance& part, const std::string& by) const {
  std::vector<size_t> out;
  if (!part.module || !part.config) return out;
  std::vector<Target> targets;
  Followed followed;
  for (Value reference : part.config.get("expressions").get(by).get("references").items())
    if (reference.is_string()) resolve(*part.module, reference.text(), part.config, 0, followed, targets);
  for (const Target& target : targets) {
    auto found = by_key_.find(target.key);
    if (found == by_key_.end()) continue;
    std::vector<size_t> all = found->second;
    const auto narrow = [&](auto&& fits) {
      std::vector<size_t> some;
      for (size_t i : all)
        if (fits(instances_[i])) some.push_back(i);
      if (!some.empty()) all = std::move(some);
    };
    if (all.size() > 1) narrow([&](const TerraformInstance& one) { return one.within == part.within; });
    if (all.size() > 1 && !target.index.empty()) narrow([&](const TerraformInstance& one) { return index_text(one.index) == target.index; });
    if (all.size() > 1 && target.index.empty()) narrow([&](const TerraformInstance& one) { return index_text(one.index) == index_text(part.index); });
    out.insert(out.end(), all.begin(), all.end());
  }
  return out;
}

}  // namespace reeve
