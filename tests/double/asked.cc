#include "double/asked.h"

#include <algorithm>

#include "base/text.h"
#include "formats/json.h"

namespace reeve::aws_double {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs form_pairs(std::string_view text) {
  Pairs out;
  if (text.empty()) return out;
  for (std::string_view one : split(text, '&')) {
    const size_t equals = one.find('=');
    std::string value(equals == std::string_view::npos ? std::string_view() : one.substr(equals + 1));
    std::replace(value.begin(), value.end(), '+', ' ');
    out.emplace_back(percent_decode(one.substr(0, equals)), percent_decode(value));
  }
  return out;
}

std::string_view value_of(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return {};
}

const ApiMember* member_by_wire(const ApiOperation& operation, std::string_view wire, std::optional<ApiMember::Where> where) {
  if (!operation.input) return nullptr;
  for (const ApiMember& member : operation.input->members) {
    if (where && member.where != *where) continue;
    if (equal_ignoring_case(member.wire_name(), wire)) return &member;
  }
  for (const ApiMember& member : operation.input->members) {
    if ((!where || member.where == *where) && equal_ignoring_case(member.name, wire)) return &member;
  }
  return nullptr;
}

void add_scalars(std::vector<std::string>& out, Value value) {
  for (Value item : value.items()) add_scalars(out, item);
  for (const auto& entry : value.entries()) add_scalars(out, entry.value);
  if (auto text = value.scalar_text()) out.emplace_back(*text);
}

void add_json_body(Asked& asked, std::string_view body) {
  if (trim(body).empty()) return;
  auto document = read_json(body, Source{});
  if (!document) return;
  for (const auto& entry : (*document)->root().entries()) {
    const ApiMember* member = member_by_wire(*asked.operation, entry.key(), std::nullopt);
    add_scalars(asked.parameters[member ? member->name : std::string(entry.key())], entry.value);
  }
}

}  // namespace

std::string Asked::call() const { return service ? service->name + ":" + (operation ? operation->name : operation_name) : operation_name; }

Router::Router(const ApiCatalogue& apis) {
  for (const auto& [name, service] : apis.services()) {
    by_signing_name_.emplace(service->signing_name, service.get());
    if (!service->target_prefix.empty()) by_target_.emplace(service->target_prefix, service.get());
    if (service->protocol == ApiProtocol::rest_json || service->protocol == ApiProtocol::rest_xml) add_patterns(*service);
  }
}

void Router::add_patterns(const ApiService& service) {
  for (const auto& [name, operation] : service.operations) {
    Pattern pattern{&service, &operation, {}, {}};
    const std::string_view uri = operation.uri;
    const size_t question = uri.find('?');
    for (std::string_view segment : split(uri.substr(0, question), '/')) {
      if (!segment.empty()) pattern.segments.emplace_back(segment);
    }
    if (question != std::string_view::npos) pattern.query = form_pairs(uri.substr(question + 1));
    patterns_[&service].push_back(std::move(pattern));
  }
}

bool Router::route_rest(const ServerRequest& request, const std::vector<const ApiService*>& services, Asked& asked) const {
  std::vector<std::string> segments;
  for (std::string_view segment : split(request.path, '/')) {
    if (!segment.empty()) segments.push_back(percent_decode(segment));
  }
  const Pairs query = form_pairs(request.query);
  const Pattern* best = nullptr;
  size_t best_fixed = 0;
  for (const ApiService* service : services) {
    auto found = patterns_.find(service);
    if (found == patterns_.end()) continue;
    for (const Pattern& pattern : found->second) {
      if (pattern.operation->method != request.method) continue;
      size_t fixed = 1;
      bool fits = true, rest = false;
      for (size_t i = 0; fits && i < pattern.segments.size() && !rest; ++i) {
        const std::string& part = pattern.segments[i];
        if (i >= segments.size()) {
          fits = false;
        } else if (part[0] != '{') {
          fits = part == segments[i];
          fixed += 4;
        } else {
          rest = ends_with(part, "+}");
        }
      }
      fits = fits && (rest || segments.size() == pattern.segments.size());
      for (const auto& [name, value] : pattern.query) {
        auto there = std::find_if(query.begin(), query.end(), [&](const auto& one) { return one.first == name; });
        fits = fits && there != query.end() && (value.empty() || there->second == value);
        ++fixed;
      }
      if (fits && fixed > best_fixed) best = &pattern, best_fixed = fixed;
    }
  }
  if (!best) return false;
  asked.service = best->service;
  asked.operation = best->operation;
  for (size_t i = 0; i < best->segments.size(); ++i) {
    const std::string& part = best->segments[i];
    if (part[0] != '{') continue;
    std::string value = segments[i];
    std::string_view label = std::string_view(part).substr(1, part.size() - 2);
    if (ends_with(label, "+")) {
      label.remove_suffix(1);
      for (size_t k = i + 1; k < segments.size(); ++k) value += "/" + segments[k];
    }
    const ApiMember* member = member_by_wire(*asked.operation, label, ApiMember::Where::uri);
    asked.parameters[member ? member->name : std::string(label)] = {value};
  }
  for (const auto& [name, value] : query) {
    if (const ApiMember* member = member_by_wire(*asked.operation, name, ApiMember::Where::query)) asked.parameters[member->name].push_back(value);
  }
  if (asked.operation->input) {
    for (const ApiMember& member : asked.operation->input->members) {
      if (member.where != ApiMember::Where::header) continue;
      const std::string_view value = request.header(lower(member.wire_name()));
      if (!value.empty()) asked.parameters[member.name] = {std::string(value)};
    }
  }
  if (asked.service->protocol == ApiProtocol::rest_json) add_json_body(asked, request.body);
  return true;
}

Asked Router::route(const ServerRequest& request, std::string_view signing_name) const {
  Asked asked;
  const std::string_view target = request.header("x-amz-target");
  if (!target.empty()) {
    const size_t dot = target.rfind('.');
    asked.operation_name = std::string(target.substr(dot == std::string_view::npos ? 0 : dot + 1));
    auto [first, last] = by_target_.equal_range(target.substr(0, dot));
    for (auto at = first; at != last; ++at) {
      asked.service = at->second;
      auto found = at->second->operations.find(asked.operation_name);
      if (found == at->second->operations.end()) continue;
      asked.operation = &found->second;
      add_json_body(asked, request.body);
      break;
    }
    return asked;
  }
  std::vector<const ApiService*> services;
  auto [first, last] = by_signing_name_.equal_range(signing_name);
  for (auto at = first; at != last; ++at) services.push_back(at->second);
  const Pairs form = contains(request.header("content-type"), "form-urlencoded") ? form_pairs(request.body) : Pairs();
  const std::string_view action = value_of(form, "Action"), version = value_of(form, "Version");
  if (action.empty()) {
    if (!route_rest(request, services, asked)) {
      asked.service = services.size() == 1 ? services[0] : nullptr;
      asked.operation_name = request.method + " " + request.path;
    }
    return asked;
  }
  asked.operation_name = std::string(action);
  if (services.empty()) {
    for (const auto& [name, service] : by_signing_name_) services.push_back(service);  // not signed: whoever has it
  }
  for (const ApiService* service : services) {
    auto found = service->operations.find(action);
    if (service->version != version || (service->protocol != ApiProtocol::query && service->protocol != ApiProtocol::ec2)) continue;
    if (!asked.service) asked.service = service;
    if (found == service->operations.end()) continue;
    if (asked.operation) {
      asked.others.emplace_back(service, &found->second);
      continue;
    }
    asked.service = service;
    asked.operation = &found->second;
    for (const auto& [name, value] : form) {
      const std::string_view head = std::string_view(name).substr(0, name.find('.'));
      if (head == "Action" || head == "Version") continue;
      const ApiMember* member = member_by_wire(*asked.operation, head, std::nullopt);
      asked.parameters[member ? member->name : std::string(head)].push_back(value);
    }
  }
  return asked;
}

}  // namespace reeve::aws_double
