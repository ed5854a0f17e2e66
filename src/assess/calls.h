// Calls: what to ask of AWS so that everything Reeve can judge is known, computed from content/resources. It is a list for people who
// export with the AWS CLI; the file names are those that `assess` finds (docs/formats/resources.md).
#pragma once

#include <string>
#include <vector>

#include "aws/cli_name.h"
#include "estate/read_scope.h"

namespace reeve {

struct CallToMake {
  using Scope = ReadScope;
  Scope scope = Scope::region;
  bool for_each = false;  // once for each resource that another call lists
  std::string call;       // `s3:GetBucketPolicy`
  std::string command;    // `aws s3api get-bucket-policy --bucket BUCKET`
  std::string file;       // below ACCOUNT/REGION/: `s3-get-bucket-policy/BUCKET`
  std::vector<std::string> types;  // that it tells about
};

// By scope, lists before what is asked for each resource, then by call. A call that is wanted once for each of several values of a
// parameter is listed once for each.
std::vector<CallToMake> calls_to_make(const ResourceCatalogue& catalogue);

}  // namespace reeve
