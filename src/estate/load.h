// Load: one unit's inputs become resources, reads and sources.
//
// Replies of an account are held while they are put together (a bucket is described by a dozen calls); AWS Config items are taken
// one by one from the stream and forgotten, unless a reply told of the same resource. Newer Config items of a resource replace older
// ones; two of one moment that disagree make the resource's properties unknown.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "estate/inputs.h"
#include "estate/resource.h"

namespace reeve {

// One call that was answered, refused or never made sense of. `source` is an index into what the sink was given as sources.
struct ReadRecord {
  std::string account, region, call, parameter;
  enum class Status : uint8_t { ok, denied, absent, error } status = Status::ok;
  std::string error;
  int64_t time_ms = 0;
  std::string file;
  std::string time_basis;  // of time_ms, as a source's
};

struct SourceRecord {
  std::string file, operation;
  int64_t time_ms = 0;
  std::string time_basis;
  uint64_t bytes = 0;
  std::string kind;
  uint64_t resources = 0;  // that it told of
};

class UnitSink {
 public:
  virtual ~UnitSink() = default;
  virtual void resource(Resource&& resource) = 0;
  // A resource given before is not what it seemed (a newer Config item came): forget it.
  virtual void withdraw(const std::string& uid) = 0;
  virtual void read(ReadRecord&& read) = 0;
  virtual void source(SourceRecord&& source) = 0;
  virtual void problem(Error&& error) = 0;       // exit status 3
  virtual void note(Error&& error) = 0;          // named, status unaffected
  virtual void stated_time(int64_t time_ms) = 0;  // a moment that a reply states of itself
};

struct LoadOptions {
  uint64_t reply_bytes_max = 1ull << 30;
};

// Reads one unit and gives everything to `sink`. Nothing thrown, nothing returned: what cannot be read is a problem and its facts
// stay unknown.
void load_unit(const Unit& unit, const ResourceCatalogue& catalogue, UnitSink& sink, const LoadOptions& options = {});

}  // namespace reeve
