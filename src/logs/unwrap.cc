// What a map is: an event, an envelope around events, or something that is told apart and counted.
#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/archive.h"
#include "logs/object.h"
#include "logs/token.h"
#include "logs/token_scan.h"

namespace reeve {
namespace {

constexpr size_t kReadable = 64;                   // bytes behind every text
constexpr uint64_t kEnvelopeTextMax = 256 << 20;   // of one unpacked payload

bool is_string(std::string_view token, std::string_view value) {
  return token.size() == value.size() + 2 && token.front() == '"' && token.substr(1, value.size()) == value;
}

// `{"reason":"requestParameters too large","omitted":true,"originalSize":…}`, members in any order.
bool omitted(std::string_view parameters) {
  if (parameters.size() > 500 || parameters.size() < 3 || parameters.front() != '{') return false;
  size_t name = 1;
  while (name + 1 < parameters.size() && parameters[name] != '"') ++name;
  if (name + 1 >= parameters.size()) return false;
  return (parameters[name + 1] == 'o' || parameters[name + 1] == 'r') && token_member(parameters, "omitted") == "true";
}

// Does any member say when? Maps of no known kind are records of a log if one does; without a time they are some other document.
bool says_when(const LogEvent& event) {
  if (!event.raw(LogField::event_time).empty()) return true;
  std::string room;
  for (const auto& [member, token] : event.others) {
    const std::string name = lower(member);
    const bool when = name.find("time") != std::string::npos || name.find("date") != std::string::npos || name == "ts" ||
                      (name.size() > 2 && member.ends_with("At"));
    if (!when) continue;
    const bool text = token.front() == '"';
    const std::string_view value = text ? token_text(token, room) : token;
    if (value.size() >= 8 && value.front() >= '0' && value.front() <= '9') return true;
  }
  return false;
}

// Members that a map below has again, in all maps of a value.
uint64_t duplicates_in(std::string_view token, size_t depth = 0) {
  uint64_t again = 0;
  if (depth > kDepthMax) return 0;
  if (token_kind(token) == TokenKind::list) {
    for (TokenItems items(token); items.next();) again += duplicates_in(items.value(), depth + 1);
  } else if (token_kind(token) == TokenKind::map) {
    std::vector<std::string> names;
    for (TokenMembers members(token); members.next();) {
      std::string& name = names.emplace_back();
      unescape_json(members.raw_name(), name);
      again += duplicates_in(members.value(), depth + 1);
    }
    std::sort(names.begin(), names.end());
    again += static_cast<uint64_t>(names.end() - std::unique(names.begin(), names.end()));
  }
  return again;
}

}  // namespace

void ObjectText::give(LogEvent& event, LogKind kind, std::string_view format) {
  event.kind = kind;
  named(format);
  ++audit_.records;
  ++audit_.judged;
  sink_.event(event);
}

// A map, walked. Most are CloudTrail records and known by what they have; all else is looked at more closely.
void ObjectText::judge(LogEvent& event, size_t at) {
  const uint64_t top = std::exchange(room().walk.duplicates, 0);
  audit_.duplicate_members += limits_.count_duplicates ? duplicates_in(event.text) : top;
  std::string_view name = event.raw(LogField::event_name);
  if (!name.empty() && (event.others.empty() || !event.raw(LogField::event_time).empty())) {
    if (is_string(event.raw(LogField::event_source), "aws:s3") && !event.raw("s3").empty()) {
      named("s3_notification");
      refuse("S3 event notification", at);
      return;
    }
    audit_.parameters_omitted += omitted(event.raw(LogField::request_parameters));
    give(event, LogKind::cloudtrail, "cloudtrail");
    return;
  }
  if (!event.raw(LogField::insight_details).empty() || is_string(event.raw(LogField::event_category), "Insight")) {
    give(event, LogKind::insight, "insight");
    return;
  }
  if (open_envelope(event, at)) return;
  if (!name.empty() || !event.raw(LogField::event_source).empty()) return give(event, LogKind::cloudtrail, "cloudtrail");
  if (depth_ == 0 && !says_when(event)) return refuse(kNoRecord, at);
  give(event, LogKind::other, "json");
}

bool ObjectText::open_envelope(const LogEvent& event, size_t at) {
  std::string_view token;
  auto has = [&](std::string_view member) {
    token = event.raw(member);
    return !token.empty() && token != "null";
  };
  if (has("digestS3Object") && has("digestPublicKeyFingerprint")) {
    named("digest");
    return true;
  }
  if (has("detail-type") && !event.raw("detail").empty()) {
    token = event.raw("detail");
    if (is_string(event.raw("source"), "aws.s3")) {  // `Object Created` and its like
      named("eventbridge");
      refuse("S3 event notification", at);
      return true;
    }
    return open_token(token, "eventbridge", at), true;
  }
  if (has("Event") && is_string(token, "s3:TestEvent")) {
    named("s3_notification");
    refuse("S3 event notification", at);
    return true;
  }
  if (has("awslogs") && token.front() == '{') return open_base64(token_member(token, "data"), "cloudwatch_logs", at), true;
  for (std::string_view list : {"Records", "Events"})
    if (token = event.raw(list); !token.empty()) {  // `"Records":null` holds none; a list has been opened already, if not in too many others
      named("cloudtrail");
      if (token != "null") refuse(token.front() == '[' ? "envelopes nested too deep" : "no list", at);
      return true;
    }
  if (control_) return named("cloudwatch_logs"), true;
  if (has("CloudTrailEvent")) return open_token(token, "lookup_events", at), true;
  if (has("eventData")) return open_token(token, "cloudtrail_lake", at), true;
  if (has("Sns") && token.front() == '{') return open_token(token_member(token, "Message"), "sns", at), true;
  if (has("Message") && (!event.raw("TopicArn").empty() || is_string(event.raw("Type"), "Notification"))) return open_token(token, "sns", at), true;
  if (has("Body") && !event.raw("MessageId").empty()) return open_token(token, "sqs", at), true;
  if (has("body") && !event.raw("messageId").empty()) return open_token(token, "sqs", at), true;
  if (has("kinesis") && token.front() == '{') return open_base64(token_member(token, "data"), "kinesis", at), true;
  if (has("data") && !event.raw("recordId").empty()) return open_base64(token, "firehose", at), true;
  if (has("message") && !event.raw("timestamp").empty() && !event.raw("id").empty()) return open_token(token, "cloudwatch_logs", at), true;
  if (has("message") && !event.raw("timestamp").empty() && !event.raw("eventId").empty()) return open_token(token, "cloudwatch_logs", at), true;
  if (has("query_timestamp") && !event.raw("query_name").empty()) return give(room().event, LogKind::dns_query, "dns_query"), true;
  if ((has("service") && !event.raw("schemaVersion").empty() && !event.raw("severity").empty()) ||
      (has("Service") && !event.raw("SchemaVersion").empty() && !event.raw("Severity").empty()))  // GetFindings writes names with capitals
    return give(room().event, LogKind::guardduty, "guardduty"), true;
  return false;
}

// A list's item that is no map.
void ObjectText::row(std::string_view token, size_t at) {
  if (list_name_ == "QueryResultRows" && !token.empty() && token.front() == '[') {
    // One map for each column.
    std::string map = "{";
    for (TokenItems columns(token); columns.next();)
      for (TokenMembers column(columns.value()); column.next();) {
        if (column.named("eventData") || column.named("eventJson")) return open_token(column.value(), "cloudtrail_lake", at);
        if (map.size() > 1) map += ',';
        map += '"';
        map += column.raw_name();
        map += "\":";
        map += column.value();
      }
    named("cloudtrail_lake");
    map += '}';
    map.append(kReadable, '\0');
    return open_text({map.data(), map.size() - kReadable}, "cloudtrail_lake", at);
  }
  refuse("no map", at);
}

void ObjectText::open_token(std::string_view token, std::string_view format, size_t at) {
  named(format);
  if (token_kind(token) == TokenKind::map || token_kind(token) == TokenKind::list) return open_text(token, format, at);
  if (token_kind(token) != TokenKind::string) return refuse("no map", at);
  std::string room;
  std::string text(token_text(token, room));
  text.append(kReadable, '\0');
  open_text({text.data(), text.size() - kReadable}, format, at);
}

void ObjectText::open_base64(std::string_view token, std::string_view format, size_t at) {
  named(format);
  std::string room;
  if (token_kind(token) != TokenKind::string) return refuse("no base64", at);
  auto bytes = base64_decode(token_text(token, room));
  if (!bytes) return refuse("no base64", at);
  if (packing_of(*bytes) != Packing::none) {
    auto text = unpack_bytes(*bytes, std::min(kEnvelopeTextMax, limits_.text_bytes_max), audit_.object);
    if (!text) return refuse("payload cannot be unpacked", at);
    bytes = std::move(*text);
  }
  bytes->append(kReadable, '\0');
  open_text({bytes->data(), bytes->size() - kReadable}, format, at);
}

void ObjectText::open_text(std::string_view text, std::string_view, size_t at) {
  if (depth_ + 1 >= kEnvelopesMax) return refuse("envelopes nested too deep", at);
  ObjectText inner(rooms_, limits_, sink_, audit_, depth_ + 1);
  inner.stands_at(place(at));
  inner.take(text, true);
  if (inner.shape_ == Shape::unknown) refuse("payload is no log record", at);
}

}  // namespace reeve
