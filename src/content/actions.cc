#include "content/actions.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "content/fields.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

constexpr std::string_view kTable = "iam.json", kOperations = "operations.yaml";
constexpr std::string_view kKeys = "global_keys.yaml";  // the linter's (access/lint.h)
constexpr std::string_view kEvents = "events.yaml";      // what logged events say (access/event_actions.h)

Source self_of(const ContentFile& file) {
  Source self;
  self.file = file.shown;
  self.path_prefix = "$";
  return self;
}

Place place(Value value, const std::string& file) { return {file, value.line(), value.column()}; }

std::vector<std::string> texts(Value list) {
  std::vector<std::string> out;
  for (Value one : list.items()) out.emplace_back(one.text());
  return out;
}

}  // namespace

std::string_view ActionCatalogue::levels(std::string_view action) const {
  auto found = levels_.find(action);
  return found == levels_.end() ? std::string_view() : found->second;
}

NeededActions ActionCatalogue::needed(std::string_view call) const {
  if (auto found = operations_.find(call); found != operations_.end()) return found->second;
  size_t colon = call.find(':');
  auto prefix = prefixes_.find(call.substr(0, colon));
  return {{(prefix == prefixes_.end() ? std::string(call.substr(0, colon)) : prefix->second) + std::string(call.substr(std::min(colon, call.size())))}, {}};
}

std::string_view ActionCatalogue::reason(std::string_view action) const {
  auto found = reasons_.find(action);
  return found == reasons_.end() ? std::string_view() : found->second;
}

ActionFiles::ActionFiles(const Content& content, std::vector<Error>& errors) {
  const auto& layers = content.files->layers();
  if (std::any_of(layers.begin(), layers.end(), [](const ContentLayer& layer) { return layer.kind == LayerKind::built_in; })) {
    if (auto files = built_in_actions())
      built_in = std::move(*files);
    else
      errors.push_back(files.error());
  }
  for (const ContentFile& file : built_in) by_name[file.path.substr(file.path.find('/') + 1)] = &file;
  for (const ContentItem& item : content.files->items("actions")) by_name[item.name] = item.files.front();
}

ActionCatalogue actions_of(const Content& content, std::vector<Error>& errors) {
  ActionCatalogue out;
  const ActionFiles files(content, errors);
  const auto& by_item = files.by_name;
  for (const auto& [item, file] : by_item) {
    if (item != kTable && item != kOperations) {
      if (item != "README.md" && item != kKeys && item != kEvents) errors.push_back({Code::usage, "`" + item + "` has no place in actions/", {file->shown}, std::string(kTable) + " or " + std::string(kOperations), {}});
      continue;
    }
    auto document = item == kTable ? read_json(file->text, nullptr, self_of(*file)) : read_yaml(file->text, self_of(*file));
    if (!document) {
      errors.push_back(document.error());
      continue;
    }
    const Value root = (*document)->root();
    auto wrong = [&errors, file = file](Value at, const std::string& what, const std::string& expected) { errors.push_back({Code::parse, what, place(at, file->shown), expected, {}}); };
    if (item == kTable) {
      if (!root.get("services").is_map()) {
        wrong(root, "this is no table of IAM's actions", "a map with `services`");
        continue;
      }
      out.source_ = std::string(root.get("source").text());
      for (auto service : root.get("services").entries())
        for (auto action : service.value.get("actions").entries()) {
          const std::string_view levels = action.value.at(0).text();
          if (levels.empty() || levels.find_first_not_of("LRWPT") != std::string_view::npos) wrong(action.key_node, "`" + std::string(action.key()) + "` has no access level", "letters of L, R, W, P and T");
          else out.levels_[std::string(service.key()) + ":" + std::string(action.key())] = std::string(levels);
        }
      continue;
    }
    if (!root.is_map()) {
      wrong(root, "this says nothing of operations", "a map with `prefixes`, `operations`, `own_queue` and `not_reads`");
      continue;
    }
    for (auto entry : root.entries())
      if (entry.key() != "prefixes" && entry.key() != "operations" && entry.key() != "own_queue" && entry.key() != "not_reads")
        wrong(entry.key_node, "`" + std::string(entry.key()) + "` has no meaning here", "prefixes, operations, own_queue or not_reads");
    for (auto prefix : root.get("prefixes").entries()) out.prefixes_[std::string(prefix.key())] = std::string(prefix.value.text());
    for (auto operation : root.get("operations").entries()) {
      if (!operation.value.get("actions").is_list() || operation.value.get("why").text().empty()) {
        wrong(operation.key_node, "`" + std::string(operation.key()) + "` says too little", "`actions`, a list, and `why`");
        continue;
      }
      out.operations_[std::string(operation.key())] = {texts(operation.value.get("actions")), texts(operation.value.get("resources"))};
    }
    for (auto call : root.get("own_queue").entries()) {
      if (call.value.get("why").text().empty()) wrong(call.key_node, "`" + std::string(call.key()) + "` has no reason", "`why` it is asked");
      else out.own_queue_[std::string(call.key())] = std::string(call.value.get("why").text());
    }
    for (auto action : root.get("not_reads").entries()) {
      if (!action.value.is_string() || action.value.text().empty()) wrong(action.key_node, "`" + std::string(action.key()) + "` has no reason", "why it is asked all the same");
      else out.reasons_[std::string(action.key())] = std::string(action.value.text());
    }
  }
  return out;
}

std::vector<Error> validate_permissions(const Content& content) {
  std::vector<Error> errors;
  const ActionCatalogue catalogue = actions_of(content, errors);
  if (!catalogue.known()) return errors;
  for (const ContentDocument& file : content.resource_types) {
    const Value root = file.document->root();
    std::set<std::string> needed;
    std::vector<std::pair<std::string, Value>> calls;
    for (Value read : root.get("reads").items())
      for (const char* key : {"call", "after"})  // one that has to be made first is made too
        if (Value call = read.get(key); call && contains(call.text(), ":")) calls.emplace_back(call.text(), call);
    for (auto& [call, at] : calls) {
      if (catalogue.own_queue().contains(call))
        errors.push_back({Code::conflict, "`" + call + "` is asked by a follower of its own queue alone", place(at, file.shown), "an operation that only reads", {}});
      for (const std::string& action : catalogue.needed(call).actions) {
        needed.insert(action);
        const std::string_view levels = catalogue.levels(action);
        if (levels.empty())
          errors.push_back({Code::not_found, "`" + call + "` needs `" + action + "`, an action that IAM does not have", place(at, file.shown), {},
                            "say in content/actions/operations.yaml which it is"});
        else if (levels.find_first_not_of("LR") != std::string_view::npos && catalogue.reason(action).empty())
          errors.push_back({Code::conflict, "`" + call + "` does more than read: IAM's access level of `" + action + "` is neither List nor Read", place(at, file.shown),
                            "an operation that only reads", "or the reason under `not_reads` in content/actions/operations.yaml"});
      }
    }
    const Value listed = root.get("permissions");
    std::set<std::string> named;
    for (Value permission : listed.items()) {
      named.insert(std::string(permission.text()));
      if (!needed.contains(std::string(permission.text())))
        errors.push_back({Code::conflict, "permission `" + std::string(permission.text()) + "` is needed by no read of the file", place(permission, file.shown), join({needed.begin(), needed.end()}, ", "), {}});
    }
    for (const std::string& action : needed)
      if (!named.contains(action))
        errors.push_back({Code::not_found, "the reads need `" + action + "`, which `permissions` does not name", listed ? place(listed, file.shown) : Place{file.shown}, {}, {}});
  }
  return errors;
}

}  // namespace reeve
