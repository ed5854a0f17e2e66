#include "access/event_actions.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "content/actions.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

Source events_source(const ContentFile& file) {
  Source self;
  self.file = file.shown;
  self.path_prefix = "$";
  return self;
}

// `CreateFunction20150331v2`, `CreateDistribution2020_05_31`: the API's version, which IAM leaves out.
std::string_view without_version(std::string_view name) {
  std::string_view rest = name;
  if (rest.size() > 2 && rest[rest.size() - 2] == 'v' && std::isdigit(static_cast<unsigned char>(rest.back()))) rest.remove_suffix(2);
  size_t digits = 0, end = rest.size();
  while (end > 0 && (std::isdigit(static_cast<unsigned char>(rest[end - 1])) || rest[end - 1] == '_')) digits += rest[--end] != '_';
  return digits == 8 && end > 0 ? rest.substr(0, end) : name;
}

// `arn:${Partition}:s3:::${BucketName}` as a pattern.
std::string as_pattern(std::string_view arn) {
  std::string out;
  for (size_t at = 0; at < arn.size();) {
    size_t open = arn.find("${", at);
    size_t close = open == std::string_view::npos ? open : arn.find('}', open);
    if (close == std::string_view::npos) return out += arn.substr(at);
    out += arn.substr(at, open - at);
    out += '*';
    at = close + 1;
  }
  return out;
}

}  // namespace

EventActions::Mapping EventActions::mapping(std::string_view source, std::string_view name) const {
  constexpr std::string_view tail = ".amazonaws.com";
  if (ends_with(source, tail)) source.remove_suffix(tail.size());
  Mapping out;
  auto renamed = sources_.find(source);
  out.prefix = renamed == sources_.end() ? lower(source) : renamed->second;
  if (!prefixes_.count(out.prefix)) {
    // `runtime.sagemaker`: the service stands last.
    size_t dot = out.prefix.rfind('.');
    if (dot != std::string::npos && prefixes_.count(out.prefix.substr(dot + 1))) out.prefix = out.prefix.substr(dot + 1);
  }
  for (std::string_view one : {name, without_version(name)}) {
    std::string action = out.prefix + ":" + std::string(one), low = lower(action);
    auto found = exact_.find(low);
    if (found == exact_.end() && renamed != sources_.end()) found = exact_.find(lower(source) + ":" + lower(one));
    if (found != exact_.end()) return out.actions = found->second, out;
    if (auto known = actions_.find(low); known != actions_.end()) return out.actions = {known->second.name}, out;
    for (const auto& wide : wide_)
      if (starts_with(low, wide.pattern) || starts_with(lower(source) + ":", wide.pattern)) return out.actions = wide.actions, out;
  }
  out.known = false;
  out.actions = {out.prefix + ":" + std::string(without_version(name))};
  if (!prefixes_.count(out.prefix)) out.prefix.clear();
  return out;
}

EventActions::KeyPlace EventActions::place_of(std::string_view key) const {
  constexpr std::string_view absent = " or absent";
  auto found = keys_.find(key);
  if (found == keys_.end()) return {};
  if (ends_with(found->second, absent)) return {found->second.substr(0, found->second.size() - absent.size()), true};
  return {found->second, false};
}

const std::vector<EventActions::Type>& EventActions::types_of(std::string_view action) const {
  static const std::vector<Type> none;
  auto found = actions_.find(lower(action));
  return found == actions_.end() ? none : found->second.types;
}

const std::vector<std::string>& EventActions::templates_of(std::string_view prefix) const {
  static const std::vector<std::string> none;
  auto found = templates_.find(prefix);
  return found == templates_.end() ? none : found->second;
}

bool EventActions::is_action(std::string_view action) const { return actions_.count(lower(action)) > 0; }

EventActions event_actions_of(const Content& content, std::vector<Error>& errors) {
  EventActions out;
  const ActionFiles files(content, errors);
  const auto& by_item = files.by_name;

  if (auto table = by_item.find("iam.json"); table != by_item.end()) {
    auto document = read_json(table->second->text, nullptr, events_source(*table->second));
    if (!document) {
      errors.push_back(document.error());
    } else {
      for (auto service : (*document)->root().get("services").entries()) {
        std::string prefix(service.key());
        out.prefixes_.insert(prefix);
        Value resources = service.value.get("resources");
        for (auto action : service.value.get("actions").entries()) {
          std::string name = prefix + ":" + std::string(action.key());
          EventActions::Known& known = out.actions_[lower(name)];
          known.name = std::move(name);
          for (Value use : action.value.at(1).items()) {
            std::string_view type = use.is_list() ? use.at(0).text() : use.text();
            const bool required = !type.empty() && type.back() == '*';
            if (required) type.remove_suffix(1);
            std::string_view arn = resources.get(type).at(0).text();
            if (!arn.empty()) known.types.push_back({as_pattern(arn), required});
          }
        }
      }
    }
  }

  auto file = by_item.find("events.yaml");
  if (file == by_item.end()) return out;
  auto document = read_yaml(file->second->text, events_source(*file->second));
  if (!document) {
    errors.push_back(document.error());
    return out;
  }
  const Value root = (*document)->root();
  auto wrong = [&](Value at, std::string what, std::string expected) {
    errors.push_back({Code::parse, std::move(what), {file->second->shown, at.line(), at.column()}, std::move(expected), {}});
  };
  static const std::vector<std::string> parts{"sources", "events", "unseen", "keys", "resources", "rcp_services", "data_event_services"};
  for (auto entry : root.entries())
    if (std::find(parts.begin(), parts.end(), entry.key()) == parts.end()) wrong(entry.key_node, "`" + std::string(entry.key()) + "` has no meaning here", join(parts, ", "));
  for (auto source : root.get("sources").entries()) out.sources_[std::string(source.key())] = std::string(source.value.text());
  for (auto event : root.get("events").entries()) {
    if (!event.value.get("actions").is_list() || event.value.get("why").text().empty()) {
      wrong(event.key_node, "`" + std::string(event.key()) + "` says too little", "`actions`, a list, and `why`");
      continue;
    }
    std::vector<std::string> actions;
    for (Value action : event.value.get("actions").items()) {
      actions.emplace_back(action.text());
      if (!out.actions_.empty() && !out.is_action(actions.back())) wrong(action, "IAM has no action `" + actions.back() + "`", "an action of iam.json");
    }
    std::string key = lower(event.key());
    if (!key.empty() && key.back() == '*')
      out.wide_.push_back({key.substr(0, key.size() - 1), std::move(actions)});
    else
      out.exact_[std::move(key)] = std::move(actions);
  }
  for (auto one : root.get("unseen").entries()) {
    if (one.value.text().empty()) wrong(one.key_node, "`" + std::string(one.key()) + "` has no reason", "why no event tells of it");
    out.unseen_[std::string(one.key())] = std::string(one.value.text());
  }
  for (auto key : root.get("keys").entries()) out.keys_[lower(key.key())] = std::string(key.value.text());
  for (auto service : root.get("resources").entries())
    for (Value one : service.value.items()) out.templates_[std::string(service.key())].emplace_back(one.text());
  for (Value service : root.get("rcp_services").items()) out.rcp_.insert(std::string(service.text()));
  for (Value service : root.get("data_event_services").items()) out.data_.insert(std::string(service.text()));
  return out;
}

}  // namespace reeve
