#include "collect/collect.h"
#include "formats/json.h"

namespace reeve {
namespace {

// Absent things can be many and are no trouble: counted by operation and code.
CollectGaps by_operation(const CollectGaps& gaps) {
  CollectGaps out;
  for (auto& [key, gap] : gaps) out[{std::get<0>(key), std::get<1>(key), "", ""}].count += gap.count;
  return out;
}

void list(JsonWriter& json, const char* name, const CollectGaps& gaps) {
  json.key(name).begin_array();
  for (auto& [key, gap] : gaps) {
    auto& [operation, code, account, region] = key;
    json.begin_object().member("operation", operation).member("code", code);
    if (!account.empty()) json.member("account", account);
    if (!region.empty()) json.member("region", region);
    json.member("count", static_cast<int64_t>(gap.count));
    if (!gap.message.empty()) json.member("message", gap.message);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string summary_json(const CollectSummary& summary) {
  std::string out;
  JsonWriter json(out, 1);
  auto count = [&](const char* name, uint64_t value) { json.member(name, static_cast<int64_t>(value)); };
  json.begin_object();
  count("calls", summary.calls), count("bytes", summary.bytes), count("throttled", summary.throttled), count("retries", summary.retries);
  count("answered", summary.answered), count("recorded_before", summary.recorded_before);
  json.key("duration_s").number(summary.duration_s);
  json.member("complete", summary.complete).member("interrupted", summary.interrupted);
  json.key("accounts").begin_array();
  for (auto& account : summary.accounts) {
    json.begin_object().member("id", account.id);
    if (!account.name.empty()) json.member("name", account.name);
    json.member("state", account.state);
    if (!account.reason.empty()) json.member("reason", account.reason);
    if (!account.role.empty()) json.member("role", account.role);
    json.key("regions").begin_array();
    for (auto& region : account.regions) json.string(region);
    json.end_array().end_object();
  }
  json.end_array();
  count("accounts_left", summary.accounts_left);
  if (summary.changes) {
    json.key("changes").begin_object();
    count("events", summary.changes->events), count("writes", summary.changes->writes), count("resources", summary.changes->resources), count("older", summary.changes->older);
    json.key("unmapped").begin_object();
    for (auto& [event, times] : summary.changes->unmapped) count(event.c_str(), times);
    json.end_object().end_object();
  }
  list(json, "denied", summary.denied);
  list(json, "errors", summary.errors);
  list(json, "not_enabled", summary.not_enabled);
  list(json, "unsupported", summary.unsupported);
  list(json, "absent", by_operation(summary.absent));
  json.end_object();
  return out + "\n";
}

}  // namespace reeve
