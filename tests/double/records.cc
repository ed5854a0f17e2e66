#include "double/records.h"

#include <algorithm>

#include "aws/cli_name.h"
#include "aws/region.h"
#include "base/file.h"
#include "base/text.h"
#include "estate/reply_error.h"
#include "estate/snapshot.h"
#include "formats/json.h"

namespace reeve::aws_double {
namespace {

constexpr uint64_t reply_bytes_max = 256ull << 20;

std::string without_json(std::string name) {
  if (ends_with(name, ".json")) name.resize(name.size() - 5);
  return name;
}

// `ec2-describe-instances-2` → the name without its page, and which page it is.
std::string without_page(const std::string& name, uint32_t& page) {
  const size_t dash = name.rfind('-');
  const auto n = dash == std::string::npos ? std::nullopt : parse_int(std::string_view(name).substr(dash + 1));
  if (!n || *n < 1) return name;
  page = static_cast<uint32_t>(*n);
  return name.substr(0, dash);
}

// Buckets, notifications and what else has no Region of its own is answered alike wherever it is asked.
bool asked_anywhere(const ApiService& service) {
  return !service.global.empty() || service.name == "s3" || service.name == "s3control" || service.name == "notifications";
}

void add_scalars(std::vector<std::string>& out, Value value) {
  for (Value item : value.items()) add_scalars(out, item);
  for (const auto& entry : value.entries()) add_scalars(out, entry.value);
  if (auto text = value.scalar_text()) out.emplace_back(*text);
}

// A snapshot keeps a list or structure of a request as its JSON.
void add_texts(std::vector<std::string>& out, const std::string& value) {
  if (value.starts_with('[') || value.starts_with('{')) {
    if (auto document = read_json(value, Source{})) return add_scalars(out, (*document)->root());
  }
  out.push_back(value);
}

std::string_view tail_of(std::string_view value) {
  const size_t at = value.find_last_of(":/");
  return at == std::string_view::npos ? value : value.substr(at + 1);
}

}  // namespace

Recorded& Records::record(const std::string& account, const std::string& region, const std::string& call, std::vector<std::string> parameters) {
  regions_[account].insert(region);
  auto& records = by_call_[account + " " + call];
  for (Recorded& one : records) {
    if (one.region == region && one.parameters == parameters) return one;
  }
  ++size_;
  records.push_back({region, std::move(parameters), {}, {}, {}});
  return records.back();
}

void Records::load(const std::string& folder, const ApiCatalogue& apis, const std::string& account, std::vector<Error>& problems) {
  for (const auto& [name, service] : apis.services()) {
    for (const auto& [operation_name, operation] : service->operations) by_cli_name_[name + "-" + cli_name(operation_name)] = {service.get(), &operation};
  }
  for (const Entry& entry : walk(folder, problems)) {
    if (ends_with(entry.path, ".frames")) {
      load_frames(entry.path, apis, problems);
    } else if (!ends_with(entry.path, ".index")) {
      load_file(entry.path, entry.path.substr(std::min(entry.path.size(), folder.size())), apis, account, problems);
    }
  }
}

void Records::load_file(const std::string& path, const std::string& below, const ApiCatalogue&, const std::string& default_account,
                        std::vector<Error>& problems) {
  std::vector<std::string> parts;
  for (std::string_view part : split(below, '/')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  size_t at = 0;
  while (at < parts.size() && !is_region_name(parts[at]) && parts[at] != "global") ++at;
  if (at + 1 >= parts.size()) return;  // not laid out as a reply
  const std::string account = at > 0 && is_account_id(parts[at - 1]) ? parts[at - 1] : default_account, region = parts[at];
  uint32_t page = 1;
  std::string name = at + 2 == parts.size() ? without_json(parts[at + 1]) : parts[at + 1];
  auto found = by_cli_name_.find(name);
  if (found == by_cli_name_.end()) found = by_cli_name_.find(name = without_page(name, page));
  if (found == by_cli_name_.end()) {
    problems.push_back({Code::not_found, "no operation of content/apis is called `" + name + "`", {path}, "", ""});
    return;
  }
  std::vector<std::string> parameters;
  for (size_t i = at + 2; i < parts.size(); ++i) parameters.push_back(percent_decode(i + 1 == parts.size() ? without_json(parts[i]) : parts[i]));
  auto text = read_file(path);
  if (!text) return problems.push_back(text.error());
  Recorded& recorded = record(account, region, found->second.first->name + ":" + found->second.second->name, std::move(parameters));
  if (auto printed = error_printed(*text)) {
    recorded.error_code = printed->code;
    recorded.error_message = printed->message;
    return;
  }
  auto document = read_json(*text, Source{nullptr, path, "", 0, "", "$"});
  if (!document) return problems.push_back(document.error());
  if (auto error = error_in((*document)->root())) {
    recorded.error_code = error->code;
    recorded.error_message = error->message;
    return;
  }
  if (recorded.pages.size() < page) recorded.pages.resize(page);
  recorded.pages[page - 1] = *document;
}

void Records::load_frames(const std::string& path, const ApiCatalogue& apis, std::vector<Error>& problems) {
  for (const Input& input : read_snapshot_index(path, path, nullptr, problems)) {
    auto text = read_snapshot_frame(input, reply_bytes_max);
    if (!text) {
      problems.push_back(text.error());
      continue;
    }
    auto frame = read_json(*text, Source{nullptr, path, "", 0, "", "$"});
    const ApiOperation* operation = apis.operation(input.call);
    if (!frame || !operation) {
      problems.push_back(frame ? Error{Code::not_found, "content/apis has no `" + input.call + "`", {path}, "", ""} : frame.error());
      continue;
    }
    std::vector<std::string> parameters;
    for (const auto& [name, value] : input.parameters) {
      const auto& tokens = operation->pages.input_tokens;
      if (name != operation->pages.limit && std::find(tokens.begin(), tokens.end(), name) == tokens.end()) add_texts(parameters, value);
    }
    Recorded& recorded = record(input.account, input.region, input.call, std::move(parameters));
    const Value error = (*frame)->root().get("error");
    if (error) {
      recorded.error_code = std::string(error.get("Code").text());
      recorded.error_message = std::string(error.get("Message").text());
    } else {
      auto reply = read_json(to_json((*frame)->root().get("reply")), Source{nullptr, path, "", 0, "", "$"});
      if (reply) recorded.pages.push_back(*reply);
    }
  }
}

std::string Records::parent_of(const std::string& account, const std::string& child) const {
  for (const auto& [call, list] : {std::pair{" organizations:ListAccountsForParent", "Accounts"}, {" organizations:ListOrganizationalUnitsForParent", "OrganizationalUnits"}}) {
    auto found = by_call_.find(account + call);
    if (found == by_call_.end()) continue;
    for (const Recorded& one : found->second) {
      for (const DocumentPtr& page : one.pages) {
        for (Value below : page ? page->root().get(list).items() : Value().items()) {
          if (below.get("Id").text() == child && !one.parameters.empty()) return one.parameters[0];
        }
      }
    }
  }
  return {};
}

std::vector<const Recorded*> Records::find(const std::string& account, const std::string& region, const Asked& asked) const {
  std::vector<const Recorded*> best;
  auto found = by_call_.find(account + " " + asked.call());
  if (found == by_call_.end()) return best;
  std::set<std::string_view> values, tails;
  for (const auto& [name, given] : asked.parameters) {
    for (const std::string& value : given) {
      values.insert(value);
      tails.insert(tail_of(value));
    }
  }
  std::set<std::string_view> own = values;  // who asks without naming an account asks about their own
  if (!asked.parameters.contains("AccountId")) own.insert(account);
  for (const auto& known : {values, own, tails}) {
    for (const bool here : {true, false}) {
      if (!here && !asked_anywhere(*asked.service)) continue;
      for (const Recorded& one : found->second) {
        if ((one.region == region) != here) continue;
        if (!std::all_of(one.parameters.begin(), one.parameters.end(), [&](const std::string& value) { return known.contains(value); })) continue;
        if (!best.empty() && best[0]->parameters.size() > one.parameters.size()) continue;
        if (!best.empty() && (best[0]->parameters.size() < one.parameters.size() || one.parameters.empty())) best.clear();
        best.push_back(&one);
      }
      if (!best.empty()) return best;
    }
  }
  return best;
}

}  // namespace reeve::aws_double
