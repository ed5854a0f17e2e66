// Snapshot: what was read from AWS, verbatim, as compressed frames with an index (design §3; docs/formats/snapshot.md).
//
// One pair of files per account and Region: `ACCOUNT/REGION.frames` holds zstd frames one after another, each the JSON text of one
// call (request, time, request id, reply or error); `ACCOUNT/REGION.index` has one JSON line per frame: where it is, what it answers and
// the SHA-256 of its text. A frame is written and synced before its index line, so a torn end is a frame nobody knows of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "estate/inputs.h"

namespace reeve {

struct SnapshotCall {
  std::string account, region;
  std::string call;  // `s3:GetBucketPolicy`
  std::vector<std::pair<std::string, std::string>> parameters;
  Time time;
  std::string time_basis;               // empty: the moment of the answer; `file`: only the time of the file it was packed from
  std::string request_id;
  std::string reply_json;               // the reply as the AWS CLI prints it; empty if there was an error
  std::string body;                     // the answer's bytes as they came, where `reply_json` does not say all that they say
  std::string error_code, error_message;
  std::string failure;                  // of an error: what kind of, as the collector tells them apart (`denied`, `timed_out`); may be empty
  bool more = false;                    // another page of the same call comes next: none of them counts before the last is there
};

// Thousands of accounts and Regions take no more than a few hundred file descriptors: those not written to lately are closed meanwhile.
class SnapshotWriter {
 public:
  // Appends to DIR/ACCOUNT/REGION.{frames,index}; creates folders. What a writer left behind that was killed (half a line, the first pages of a
  // call whose last is not there) is cut off the index first.
  static Result<std::unique_ptr<SnapshotWriter>> open(const std::string& dir);
  virtual ~SnapshotWriter() = default;
  virtual Status add(const SnapshotCall& call) = 0;
  virtual Status sync() = 0;  // everything added is on disk
};

// The frames of one `.frames` file, as inputs in order, without those that a later answer to the same request replaces; a line of the index that does not hold, or points outside the file, becomes a
// problem by file and line. `member`: bytes of the frames file where it is a member of an archive (then the index is not at hand and
// frames are found by walking them).
std::vector<Input> read_snapshot_index(const std::string& shown, const std::string& disk_path, const std::shared_ptr<const std::string>& member,
                                       std::vector<Error>& problems);
// The JSON text of one frame, its digest checked.
Result<std::string> read_snapshot_frame(const Input& input, uint64_t bytes_max);

}  // namespace reeve
