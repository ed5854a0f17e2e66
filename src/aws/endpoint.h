// Where a service is asked: partition, Region, FIPS, dual-stack, and what the user says instead (AWS_ENDPOINT_URL and its like).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/api.h"
#include "base/result.h"

namespace reeve {

struct EndpointOptions {
  bool fips = false, dualstack = false;
  std::string url;  // instead of all: --endpoint-url
  // AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, `services` section and endpoint_url of the profile, in botocore's order; empty: none.
  std::map<std::string, std::string> by_service;
  std::string any_service;
};
struct Endpoint {
  std::string origin;          // `https://sts.eu-west-1.amazonaws.com`
  std::string base_path;       // of a URL that has one; mostly empty
  std::string signing_region;  // `us-east-1` for iam
};
// `region` is where to ask; for a service with one endpoint a partition it says the partition. Errors: a Region of no partition.
Result<Endpoint> resolve_endpoint(const ApiService& service, std::string_view region, const EndpointOptions& options);

// S3 addresses a bucket in the host name where the name allows it, the bucket's Region is known and no endpoint was given.
void address_bucket(Endpoint& endpoint, std::string& path, std::string_view bucket);

}  // namespace reeve
