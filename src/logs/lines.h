// Lines of VPC flow logs and S3 server access logs, made JSON objects with AWS's own field names as members. For this room only.
//
// Sources: VPC User Guide, "Flow log records"; S3 User Guide, "Amazon S3 server access log format".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logs/event.h"

namespace reeve {

class LogLines {
 public:
  // Is this the beginning of such a log? Told by its first line; a header line of flow logs is remembered.
  bool recognise(std::string_view text);
  std::string_view format() const { return access_ ? "s3_access" : "vpc_flow"; }

  // One line, without its end. Empty: the event stands for it (or, `event.text` being empty, the line was a header); else why not.
  // The event is valid until the next line.
  std::string_view event_of_line(std::string_view line, LogEvent& event);

 private:
  bool header(std::string_view line);
  std::string_view flow(std::string_view line, LogEvent& event);
  std::string_view access(std::string_view line, LogEvent& event);
  void begin();
  void add(std::string_view name, std::string_view value, bool number);
  void finish(LogEvent& event);

  bool access_ = false;
  std::string header_;
  std::vector<std::string> names_;  // of the header's fields
  std::string text_;
  struct Member {
    std::string_view name;
    size_t from, bytes;
  };
  std::vector<Member> members_;
};

}  // namespace reeve
