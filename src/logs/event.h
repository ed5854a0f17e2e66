// LogEvent: one record of a log, as it stands in its file, with its top-level members found and nothing else read.
//
// Every kind of log comes as the text of one JSON object: CloudTrail, Insight, GuardDuty and DNS records are such already; lines of VPC flow
// logs and S3 access logs are made one by their reader (logs/reader.h), with AWS's own field names as members. What rules look at most
// stands in a table; what lies deeper is walked when a rule asks for it (logs/token.h), so an event that no rule is about costs no more
// than finding where its members begin.
//
// Sources: CloudTrail User Guide, "CloudTrail record contents".
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace reeve {

enum class LogKind : uint8_t { cloudtrail, insight, vpc_flow, s3_access, dns_query, guardduty, other };
std::string_view name(LogKind kind);  // `cloudtrail`, `vpc_flow` …

// The top-level members of a CloudTrail record that have a place of their own.
enum class LogField : uint8_t {
  event_version, user_identity, event_time, event_source, event_name, region, source_ip, user_agent, error_code, error_message,
  request_parameters, response_elements, additional_data, request_id, event_id, read_only, resources, event_type, management_event,
  recipient_account, shared_event_id, vpc_endpoint, event_category, tls_details, service_details, insight_details, count
};
std::string_view name(LogField field);              // the member's name: `eventSource`
LogField field_of(std::string_view member_name);    // `count` if it has no place of its own

// A view: valid until the reader goes on to the next record. Tokens are texts of JSON values as they stand, strings with their quotes.
struct LogEvent {
  LogKind kind = LogKind::cloudtrail;
  std::string_view text;                                                     // the whole object
  std::array<std::string_view, static_cast<size_t>(LogField::count)> known;  // empty: no such member
  std::vector<std::pair<std::string_view, std::string_view>> others;         // members without a place: name (unescaped), token
  // Of members that are maps: where the reader has found their brackets, names and values (logs/walk.h), as distances from `walked`. Null, or
  // `walked` is: it has none. For MembersAsked.
  std::array<const uint32_t*, static_cast<size_t>(LogField::count)> places{};
  const char* walked = nullptr;
  const char* early_at = nullptr;    // where the map begins whose members the reader has found on its way (LogSink::early); null: it has not
  std::shared_ptr<const void> walk;  // of event_of: what unescaped names and `places` point into

  std::string_view raw(LogField field) const { return known[static_cast<size_t>(field)]; }
  std::string_view raw(std::string_view member_name) const;  // by name, known or other; empty: absent. Of duplicates the last
  std::string string(LogField field) const;                  // a string's value; another token's text; empty for null and absent
};

// The object's id: its `eventID`; where it has none, the SHA-256 (hex) of its canonical form: members sorted by name at every depth, no
// white space, strings and numbers as JSON writers agree on them (contracts §6).
std::string event_id(const LogEvent& event);
// The record's own time, ms since 1970; 0: none that can be read. CloudTrail: eventTime.
int64_t event_time_ms(const LogEvent& event);

// The object of one text, for tests and single documents; `text` (with 64 readable bytes behind it) must outlive the event.
Result<LogEvent> event_of(std::string_view text, LogKind kind = LogKind::cloudtrail);

}  // namespace reeve
