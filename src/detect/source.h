// ObjectSource: where objects of logs come from. Files and folders here; a queue that names S3 objects is another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "logs/reader.h"

namespace reeve {

struct LogObject {
  std::string name;      // as it is told: a path, s3://bucket/key
  std::string identity;  // the same for the same object however it was named; empty: nobody asks
  std::string version;   // of its content; empty: it cannot be known or nobody asks, and it is read every time
  bool stream = false;   // standard input, a pipe: it may hold nothing
  bool found = false;    // met in a folder: one that is no log is passed over
  bool any_version = false;  // `version` is empty, and one whose identity begins with this one's and was read is the same
  uint64_t ticket = 0;       // the source's own
  bool again = false;        // set by `read`: it could not be had. Nothing of it goes on record, and it is not settled
};

class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  // Objects that this source has not given before in this version, in an order that hangs on nothing but their names. An Error ends the run:
  // nothing will come of this source.
  virtual Result<std::vector<LogObject>> fresh(std::vector<Error>& problems) = 0;
  // There may be more: to be asked at once, and not in a while. Of a run that does not follow: to be asked again at all.
  virtual bool more() const { return false; }
  // Called by several threads at once, each with a reader of its own. May find out whose content it was, and says so in `object`. An object that
  // could not be had (`again`) has been told to `sink.problem`; its audit is told if it says what is `broken`.
  virtual ObjectAudit read(LogReader& reader, LogObject& object, const LogSink& sink) = 0;
  // What came of the object is on record: it need not be given again.
  virtual void settled(const LogObject& object) = 0;
};

struct FilesAsked {
  bool growing = false;   // files may still be written to; one is given when it has stood still for two seconds, and again when it has changed
  bool versions = false;  // what was read goes on record: objects have an identity and a version
};
std::unique_ptr<ObjectSource> file_source(std::vector<std::string> paths, const FilesAsked& asked);

}  // namespace reeve
