// Any bytes as a file of Sigma rules: every document is loaded, refused, passed over or a filter; what is loaded judges events, alone and by the
// matcher's dispatch alike, and its correlations come to an end.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "detect/correlator.h"
#include "detect/matcher.h"
#include "detect/sigma.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// With members of every type, lists, dots in names, escapes, and a time.
constexpr std::array kEvents = {
    std::string_view(R"({"eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventTime":"2026-01-01T04:12:00Z","eventID":"a")"
                     R"(,"userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root"},"sourceIPAddress":"10.1.2.3","errorCode":null)"
                     R"(,"requestParameters":{"k":"alice","items":[{"k":5},{"k":["x","y"]}],"n":-1.5e3,"b":true},"userAgent":"-f \/f \u00c4"})"),
    std::string_view(R"({"eventSource":"s3.amazonaws.com","eventName":"PutBucketVersioning","eventTime":"2026-01-01T04:13:00Z","eventID":"b")"
                     R"(,"requestParameters":{"VersioningConfiguration":{"Status":"Suspended"}},"sourceIPAddress":"2001:db8::1","a.b":"c","a":{"b":"d"}})"),
    std::string_view(R"({"eventName":["CreateUser",5],"eventTime":"no time","responseElements":"\ud800\\x","errorCode":"","extra":{}})"),
    std::string_view(R"({"eventSource":5})"), std::string_view("{}")};

struct Events {
  std::vector<std::string> texts;
  std::vector<LogEvent> read;
  Events() {
    for (std::string_view text : kEvents) texts.emplace_back(std::string(text) + std::string(64, '\0'));
    for (size_t i = 0; i < texts.size(); ++i) {
      auto event = event_of(std::string_view(texts[i]).substr(0, kEvents[i].size()));
      require(event.has_value());
      read.push_back(std::move(*event));
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 1 << 14) return 0;
  static const Events events;
  RuleOptions options;
  options.placeholders = {{"names", {"alice", "b*"}}};
  options.strict_scalar = size > 0 && (data[size - 1] & 1) != 0;
  RuleSet rules;
  load_rule_text({reinterpret_cast<const char*>(data), size}, "fuzz.yml", options, rules);
  link_rules(rules);
  for (const Error& error : rules.refused) require(!error.what.empty());
  for (const RuleSet::Entry& entry : rules.rules) {
    require((entry.detection != nullptr) != (entry.correlation != nullptr));
    require(!entry.head.id.empty());
  }
  if (rules.rules.empty()) return 0;
  FieldPlan plan;
  const Matcher matcher(rules, plan);
  Correlator correlator(rules);
  correlator.plan(plan);
  EventFields fields(plan);
  const auto scratch = matcher.scratch();
  ProbeRoom room;
  for (const LogEvent& event : events.read) {
    std::vector<uint32_t> matched;
    fields.begin(event);
    matcher.match(fields, *scratch, [&](uint32_t rule) { matched.push_back(rule); });
    size_t next = 0;
    for (uint32_t i = 0; i < rules.rules.size(); ++i) {
      const RuleSet::Entry& entry = rules.rules[i];
      const bool by_dispatch = next < matched.size() && matched[next] == i;
      next += by_dispatch;
      if (!entry.detection) {
        require(!by_dispatch);
        continue;
      }
      const bool wanted = (entry.detection->kinds & bit_of(event.kind)) != 0;
      require(by_dispatch == (wanted && entry.detection->matches(event, room)));
      if (by_dispatch) require(correlator.add(i, fields, facts_of(event, "fuzz")).has_value());
    }
    require(next == matched.size());
  }
  const auto told = correlator.advance(Correlator::whole, [&](Alert alert) { require(alert.rule < rules.rules.size() && !alert.id.empty()); });
  require(told.has_value());
  return 0;
}
