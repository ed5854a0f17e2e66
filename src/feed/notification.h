// What a message says of objects of S3 that have come: notifications of S3 itself, by EventBridge, of CloudTrail, each perhaps handed on by SNS.
//
// Pure. Sources: Amazon S3 User Guide, "Event message structure" and "EventBridge event message structure"; CloudTrail User Guide,
// "Configuring Amazon SNS notifications for CloudTrail"; SNS Developer Guide, "Amazon SNS message and JSON formats".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reeve {

struct ObjectNotice {
  std::string bucket, key;  // the key as it is, not as it is encoded in a notification
  std::string etag;         // without quotes; empty: the message does not say which content it means
  std::string region;       // the bucket's; empty: not said
};

struct Notification {
  enum class Kind {
    objects,  // they are there: what has come of them
    nothing,  // of no interest: that S3 tries whether it is heard, that an object went or was given tags
    other     // no notification of objects
  } kind = Kind::other;
  std::vector<ObjectNotice> objects;
};
Notification read_notification(std::string_view message);

}  // namespace reeve
