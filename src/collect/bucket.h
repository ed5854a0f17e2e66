// The objects of a bucket of S3: which there are, and their bytes, many at once.
//
// Each of a few threads asks for an object and works on it, so that unpacking and hashing go on while other objects arrive, and no more is held than
// those threads hold.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/caller.h"

namespace reeve {

struct BucketObject {
  std::string_view bytes;
  std::string_view reply;  // JSON as the CLI prints it, without the body: `Metadata`, `ETag`
};

class Bucket {
 public:
  static constexpr size_t at_once = 16;  // calls in flight
  // `caller` outlives it.
  Bucket(AwsCaller& caller, std::string name) : caller_(caller), name_(std::move(name)) {}
  const std::string& name() const { return name_; }

  // What there is below a prefix, in S3's order; `one_level`: what has another slash behind it stands in `folders`, up to that slash.
  // Errors: no such bucket, no permission.
  struct Listed {
    std::vector<std::string> keys, folders;
  };
  Result<Listed> list(const std::string& prefix, bool one_level);
  // Each object once, by its place in `keys`, from several threads. An error is that of the one object; Code::not_found: there is none.
  using Taken = std::function<void(size_t place, const Result<BucketObject>& object)>;
  void read(const std::vector<std::string>& keys, const Taken& taken);
  // `x-amz-meta-NAME` of an object; empty: it has none of that name.
  Result<std::string> metadata(const std::string& key, std::string_view name);

 private:
  AwsCaller& caller_;
  std::string name_;
};

// `x-amz-meta-NAME` out of a reply, the name in any case; empty: there is none.
std::string metadata_of(std::string_view reply, std::string_view name);

// One call; what it was refused with is the error, in AWS's own words. Code::not_found where the thing asked for is not there.
Result<CallOutcome> answered(AwsCaller& caller, const std::string& region, const std::string& operation, DocumentPtr input);

}  // namespace reeve
