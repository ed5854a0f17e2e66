#include "double/faults.h"

#include "base/text.h"

namespace reeve::aws_double {
namespace {

Error wrong(Value at, const std::string& file, std::string what, std::string expected = "") {
  return {Code::parse, std::move(what), {file, at ? at.line() : 0, at ? at.column() : 0}, std::move(expected), ""};
}

std::string text_or(Value map, std::string_view key, std::string_view otherwise) {
  const Value value = map.get(key);
  return std::string(value && value.is_string() ? value.text() : otherwise);
}
double number_or(Value map, std::string_view key, double otherwise) {
  const Value value = map.get(key);
  return value ? value.number().value_or(otherwise) : otherwise;
}
bool flag_of(Value map, std::string_view key) { return map.get(key) && map.get(key).boolean(); }

std::set<std::string> texts(Value list) {
  std::set<std::string> out;
  for (Value one : list.items()) out.emplace(one.text());
  return out;
}

Result<Fault> read_fault(Value map, const std::string& file) {
  static const std::map<std::string, Fault::Kind, std::less<>> kinds = {
      {"throttle", Fault::Kind::throttle}, {"deny", Fault::Kind::deny},   {"cut", Fault::Kind::cut},        {"cut_before", Fault::Kind::cut_before},
      {"late", Fault::Kind::late},         {"error", Fault::Kind::error}, {"missing", Fault::Kind::missing},
      {"end_sessions", Fault::Kind::end_sessions}};
  static const std::set<std::string_view> keys = {"do", "call", "account", "region", "share", "after", "times", "code", "message", "status", "delay_ms", "retry_after_s", "for_ms"};
  for (const auto& entry : map.entries()) {
    if (!keys.contains(entry.key())) return tl::unexpected(wrong(entry.key_node, file, "no member `" + std::string(entry.key()) + "` of a rule"));
  }
  Fault fault;
  auto kind = kinds.find(text_or(map, "do", ""));
  if (kind == kinds.end()) return tl::unexpected(wrong(map, file, "a rule without `do`", "throttle, deny, cut, cut_before, late, error or missing"));
  fault.kind = kind->second;
  fault.call = text_or(map, "call", "*");
  fault.account = text_or(map, "account", "*");
  fault.region = text_or(map, "region", "*");
  fault.share = number_or(map, "share", 1);
  fault.after = static_cast<uint64_t>(number_or(map, "after", 0));
  if (map.get("times")) fault.times = static_cast<uint64_t>(number_or(map, "times", 0));
  fault.code = text_or(map, "code", "InternalError");
  fault.message = text_or(map, "message", "as the test wants it");
  fault.status = static_cast<int>(number_or(map, "status", 400));
  fault.delay_ms = static_cast<int64_t>(number_or(map, "delay_ms", 0));
  fault.for_ms = static_cast<int64_t>(number_or(map, "for_ms", -1));
  fault.retry_after_s = static_cast<int64_t>(number_or(map, "retry_after_s", -1));
  return fault;
}

}  // namespace

Result<Faults> Faults::read(Value root, const std::string& file) {
  static const std::set<std::string_view> keys = {"seed",      "rules",  "paging",     "buckets",     "no_role",       "regions_off",
                                                  "session_s", "skew_s", "latency_ms", "external_id"};
  Faults faults;
  if (!root.is_map()) return tl::unexpected(wrong(root, file, "no map of faults"));
  for (const auto& entry : root.entries()) {
    if (!keys.contains(entry.key())) return tl::unexpected(wrong(entry.key_node, file, "no member `" + std::string(entry.key()) + "` of faults"));
  }
  faults.random.seed(static_cast<uint64_t>(number_or(root, "seed", 1)));
  if (const Value rules = root.get("rules")) {
    for (Value one : rules.items()) faults.rules.push_back(TRY(read_fault(one, file)));
  }
  if (const Value paging = root.get("paging")) {
    for (Value one : paging.items()) {
      faults.paging.emplace_back(text_or(one, "call", "*"),
                                 Paging{static_cast<size_t>(number_or(one, "items", 0)), flag_of(one, "empty_pages"), flag_of(one, "repeat_token")});
    }
  }
  if (const Value buckets = root.get("buckets")) {
    for (Value one : buckets.items()) {
      Bucket bucket{{}, number_or(one, "rate", 0), number_or(one, "burst", 0), flag_of(one, "by_operation"), flag_of(one, "whole_account"), true};
      if (const Value calls = one.get("calls")) {
        for (Value call : calls.items()) bucket.calls.emplace_back(call.text());
      }
      if (bucket.rate <= 0 || bucket.burst < 1 || bucket.calls.empty()) return tl::unexpected(wrong(one, file, "a bucket without `calls`, `rate` and `burst`"));
      if (one.get("refuse")) bucket.refuse = flag_of(one, "refuse");
      faults.buckets.push_back(std::move(bucket));
    }
  }
  if (const Value accounts = root.get("no_role")) faults.no_role = texts(accounts);
  if (const Value off = root.get("regions_off")) {
    for (const auto& entry : off.entries()) faults.regions_off[std::string(entry.key())] = texts(entry.value);
  }
  faults.session_s = static_cast<int64_t>(number_or(root, "session_s", 0));
  faults.skew_s = static_cast<int64_t>(number_or(root, "skew_s", 0));
  faults.latency_ms = static_cast<int64_t>(number_or(root, "latency_ms", 0));
  faults.external_id = text_or(root, "external_id", "");
  return faults;
}

const Fault* Faults::strike(const std::string& account, const std::string& region, const std::string& call, int64_t now_ms) {
  for (Fault& fault : rules) {
    if (!glob_match(fault.call, call) || !glob_match(fault.account, account) || !glob_match(fault.region, region)) continue;
    if (fault.share < 1 && std::uniform_real_distribution<double>()(random) >= fault.share) continue;
    if (fault.seen++ < fault.after || fault.done >= fault.times) continue;
    if (fault.first_ms < 0) fault.first_ms = now_ms;
    if (fault.for_ms >= 0 && now_ms - fault.first_ms > fault.for_ms) continue;
    ++fault.done;
    return &fault;
  }
  return nullptr;
}

Paging Faults::paging_of(const std::string& call) const {
  for (const auto& [pattern, one] : paging) {
    if (glob_match(pattern, call)) return one;
  }
  return {};
}

bool Faults::region_off(const std::string& account, const std::string& region) const {
  for (const std::string& of : {account, std::string("*")}) {
    auto found = regions_off.find(of);
    if (found != regions_off.end() && found->second.contains(region)) return true;
  }
  return false;
}

}  // namespace reeve::aws_double
