#include "double/counts.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve::aws_double {
namespace {

constexpr size_t repeats_max = 1000;

std::string question(const std::string& account, const std::string& region, const Asked& asked) {
  std::string key = account + " " + region + " " + asked.call();
  for (const auto& [name, values] : asked.parameters) {
    key += " " + name + "=";
    for (size_t i = 0; i < values.size(); ++i) key.append(i ? "," : "").append(values[i]);
  }
  return key;
}

}  // namespace

void Counts::add(const std::string& account, const std::string& region, const Asked& asked, int64_t now_ms, const std::string& code) {
  ++requests_;
  if (first_ms_ == 0) first_ms_ = now_ms;
  last_ms_ = now_ms;
  ++accounts_[account];
  Call& call = calls_[asked.call()];
  ++call.requests;
  if (!code.empty()) {
    ++call.refused[code];
    ++codes_[code];
    return;
  }
  ++answered_;
  ++call.answered;
  last_second_.push_back(now_ms);
  while (last_second_.front() <= now_ms - 1000) last_second_.pop_front();
  const std::string key = question(account, region, asked);
  const uint32_t times = ++answered_keys_[hash64(key)];
  if (times > 1) {
    ++repeated_;
    if (repeats_.size() < repeats_max || repeats_.contains(key)) repeats_[key] = {account, region, asked.call(), asked.parameters, times};
  }
}

bool Counts::take(const std::vector<Bucket>& buckets, const std::string& account, const std::string& region, const Asked& asked, int64_t now_ms) {
  const std::string call = asked.call();
  for (const Bucket& bucket : buckets) {
    if (std::none_of(bucket.calls.begin(), bucket.calls.end(), [&](const std::string& one) { return glob_match(one, call); })) continue;
    std::string key = account + " " + (bucket.whole_account ? "*" : region) + " ";
    key += bucket.by_operation ? call : call.substr(0, call.find(':'));
    if (!bucket.by_operation && bucket.calls[0].find('*') == std::string::npos) key += " " + bucket.calls[0];
    auto [found, is_new] = levels_.try_emplace(key, Level{bucket.burst, now_ms});
    Level& level = found->second;
    level.tokens = std::min(bucket.burst, level.tokens + static_cast<double>(now_ms - level.filled_ms) * bucket.rate / 1000);
    level.filled_ms = now_ms;
    if (level.tokens >= 1) {
      level.tokens -= 1;
      return true;
    }
    Exceeded& exceeded = exceeded_[key];
    ++exceeded.requests;
    if (bucket.refuse) ++exceeded.refused;
    return !bucket.refuse;
  }
  return true;
}

std::string Counts::json() const {
  std::string out;
  JsonWriter writer(out, 1);
  const auto number = [&](std::string_view name, uint64_t n) { writer.member(name, static_cast<int64_t>(n)); };
  writer.begin_object();
  number("requests", requests_);
  number("answered", answered_);
  number("repeated", repeated_);
  number("last_second", last_second_.size());
  writer.key("seconds").number(static_cast<double>(last_ms_ - first_ms_) / 1000);
  writer.key("refused").begin_object();
  for (const auto& [code, n] : codes_) number(code, n);
  writer.end_object().key("accounts").begin_object();
  for (const auto& [account, n] : accounts_) number(account, n);
  writer.end_object().key("calls").begin_object();
  for (const auto& [name, call] : calls_) {
    writer.key(name).begin_object();
    number("requests", call.requests);
    number("answered", call.answered);
    if (!call.refused.empty()) {
      writer.key("refused").begin_object();
      for (const auto& [code, n] : call.refused) number(code, n);
      writer.end_object();
    }
    writer.end_object();
  }
  writer.end_object().key("asked_again").begin_array();
  for (const auto& [key, repeat] : repeats_) {
    writer.begin_object().member("account", repeat.account).member("region", repeat.region).member("call", repeat.call);
    writer.key("parameters").begin_object();
    for (const auto& [name, values] : repeat.parameters) {
      writer.key(name).begin_array();
      for (const std::string& value : values) writer.string(value);
      writer.end_array();
    }
    writer.end_object();
    number("answered", repeat.answered);
    writer.end_object();
  }
  writer.end_array();
  number("buckets", levels_.size());
  writer.key("exceeded").begin_object();
  for (const auto& [key, one] : exceeded_) {
    writer.key(key).begin_object();
    number("requests", one.requests);
    number("refused", one.refused);
    writer.end_object();
  }
  writer.end_object().end_object();
  out += "\n";
  return out;
}

}  // namespace reeve::aws_double
