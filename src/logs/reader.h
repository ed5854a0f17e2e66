// LogReader: the records of one object of logs (a file, an S3 object, a message), each given once, and an account of all of them.
//
//   LogReader reader;                                        // one for each thread: parser and buffers are kept
//   ObjectAudit audit = reader.read_file(path, sink);
//
// Formats are told by content: CloudTrail as AWS delivers it (gzip, `Records`), arrays, NDJSON, one event alone, CloudTrail Lake exports,
// CloudWatch Logs subscriptions, EventBridge, SNS and SQS envelopes (inside one another), VPC flow logs, S3 server access logs, Route 53
// Resolver query logs, GuardDuty findings; plain, gzip (also several members) or zstd. Digest files are no events and are counted as what they are.
//
// Nothing is lost silently: records = judged + refused, for each object; what is refused is told with its reason and first place. A cut or
// broken object gives the records before the break and says that it broke.
//
// Sources: CloudTrail User Guide, "CloudTrail log file examples" and "CloudTrail digest file structure"; CloudWatch Logs User Guide,
// "Using subscription filters"; VPC User Guide, "Flow log records"; S3 User Guide, "Amazon S3 server access log format".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logs/event.h"
#include "logs/members.h"

namespace reeve {

struct Refusal {
  std::string why;      // `no JSON`, `no map`, `no eventTime`, … : one of a closed list (docs/formats/logs.md)
  uint64_t count = 0;
  Place first;          // line and column in the unpacked object
};

struct ObjectAudit {
  std::string object;         // path, or s3://bucket/key
  std::string format;         // `cloudtrail`, `digest`, `eventbridge`, `vpc_flow` …; `unknown`: nothing was recognised
  uint64_t bytes = 0;         // as it lies there, packed
  uint64_t text_bytes = 0;    // unpacked
  uint64_t records = 0;       // judged + refused
  uint64_t judged = 0;        // given to the sink
  std::vector<Refusal> refused;
  uint64_t duplicate_members = 0;   // members that a record has again (the last one counts): at its top, or anywhere (LogLimits)
  uint64_t parameters_omitted = 0;  // CloudTrail left requestParameters out for their size (`"omitted":true`)
  std::string broken;         // why the object could not be read to its end; empty: it was
  bool ignored = false;       // met in a folder and no log at all (set by who walked there)
};

struct LogSink {
  std::function<void(const LogEvent&)> event;
  std::function<void(Error)> problem;  // each refused record's first of its kind, and breaks; with the object as path
  EarlyMembers early{};                // what `event` will ask of every CloudTrail record
};

struct LogLimits {
  uint64_t text_bytes_max = 64ull << 30;
  uint64_t record_bytes_max = 64ull << 20;  // one record; a larger one is refused, the rest goes on
  bool count_duplicates = false;            // at any depth, which costs a second look at each record; else only at its top
};

class LogReader {
 public:
  explicit LogReader(LogLimits limits = {});
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // `stream`: a pipe, given on as it comes; `-`, standard input, is one.
  ObjectAudit read_file(const std::string& path, const LogSink& sink, bool stream = false);
  // Before files are read that somebody has looked for anew: the folder of the file before is held open until then, and may be another one by now.
  void new_walk();
  // 64 readable bytes must follow `bytes`.
  ObjectAudit read_bytes(const std::string& object, std::string_view bytes, const LogSink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reeve
