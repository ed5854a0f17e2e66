// What a map is: an event, an envelope around events, or something that is told apart and counted.
#include <cstring>

#include "base/text.h"
#include "formats/archive.h"
#include "logs/object.h"
#include "logs/token.h"

namespace reeve {
namespace {

constexpr size_t kReadable = 64;                   // bytes behind every text
constexpr uint64_t kEnvelopeTextMax = 256 << 20;   // of one unpacked payload

bool is_string(std::string_view token, std::string_view value) {
  return token.size() == value.size() + 2 && token.front() == '"' && token.substr(1, value.size()) == value;
}

// `{"reason":"requestParameters too large","omitted":true,"originalSize":…}`, members in any order.
bool omitted(std::string_view parameters) {
  size_t name = parameters.size() > 500 ? std::string_view::npos : parameters.find('"');
  if (name == std::string_view::npos || name + 1 >= parameters.size() || parameters.front() != '{') return false;
  return (parameters[name + 1] == 'o' || parameters[name + 1] == 'r') && token_member(parameters, "omitted") == "true";
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
  audit_.duplicate_members += std::exchange(room().walk.duplicates, 0);
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
  give(event, name.empty() && event.raw(LogField::event_source).empty() ? LogKind::other : LogKind::cloudtrail,
       name.empty() && event.raw(LogField::event_source).empty() ? "json" : "cloudtrail");
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
  if (has("Records") || has("Events")) {  // no list: `"Records":null`
    return named("cloudtrail"), true;
  }
  if (event.others.size() == 1 && (event.others[0].first == "Records" || event.others[0].first == "Events")) return named("cloudtrail"), true;
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
