#include "feed/notification.h"

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int kWrappedMax = 3;  // SNS within SNS does not happen; EventBridge within SNS does
// What CloudTrail sends when a trail is given a topic.
constexpr std::string_view kTrailTries = "CloudTrail validation message.";

using What = Notification::Kind;

// As S3 has keys in its own notifications: encoded like a form's values.
std::string decoded_key(std::string_view key) {
  std::string out(key);
  for (char& c : out)
    if (c == '+') c = ' ';
  return percent_decode(out);
}

// A list of S3's own notifications; false: it is none.
bool of_s3(Value records, Notification& out) {
  if (records.size() == 0) return false;
  for (Value record : records.items()) {
    const Value what = record.get("s3");
    if (record.get("eventSource").text() != "aws:s3" || !record.get("eventName").is_string()) return false;
    std::string_view name = record.get("eventName").text();
    if (starts_with(name, "s3:")) name.remove_prefix(3);
    if (!starts_with(name, "ObjectCreated:")) continue;
    ObjectNotice notice{std::string(what.get("bucket").get("name").text()), decoded_key(what.get("object").get("key").text()),
                        std::string(what.get("object").get("eTag").text()), std::string(record.get("awsRegion").text())};
    if (notice.bucket.empty() || notice.key.empty()) return false;
    out.objects.push_back(std::move(notice));
  }
  return true;
}

bool of_eventbridge(Value event, Notification& out) {
  if (event.get("source").text() != "aws.s3" || !event.get("detail-type").is_string()) return false;
  const Value detail = event.get("detail");
  if (detail.get("eventSource")) return false;  // a call of S3's, by CloudTrail
  if (event.get("detail-type").text() != "Object Created") return true;
  ObjectNotice notice{std::string(detail.get("bucket").get("name").text()), std::string(detail.get("object").get("key").text()),
                      std::string(detail.get("object").get("etag").text()), std::string(event.get("region").text())};
  if (notice.bucket.empty() || notice.key.empty()) return false;
  out.objects.push_back(std::move(notice));
  return true;
}

bool of_trail(Value root, Notification& out) {
  const std::string_view bucket = root.get("s3Bucket").text();
  if (bucket.empty() || !root.get("s3ObjectKey").is_list()) return false;
  for (Value key : root.get("s3ObjectKey").items()) {
    if (!key.is_string() || key.text().empty()) return false;
    out.objects.push_back({std::string(bucket), std::string(key.text()), "", ""});
  }
  return true;
}

Notification read(std::string_view message, int depth) {
  Notification out;
  auto document = read_json(message, Source{});
  if (!document || !(*document)->root().is_map()) return out;
  const Value root = (*document)->root();
  if (root.get("Type").text() == "Notification" && root.get("Message").is_string()) {
    if (root.get("Message").text() == kTrailTries) return {What::nothing, {}};
    return depth < kWrappedMax ? read(root.get("Message").text(), depth + 1) : out;
  }
  const bool tries = root.get("Service").text() == "Amazon S3" && root.get("Event").text() == "s3:TestEvent";
  const bool known = tries || (root.get("Records").is_list() ? of_s3(root.get("Records"), out) : of_eventbridge(root, out) || of_trail(root, out));
  if (!known) return {};
  out.kind = out.objects.empty() ? What::nothing : What::objects;
  return out;
}

}  // namespace

Notification read_notification(std::string_view message) { return read(message, 0); }

}  // namespace reeve
