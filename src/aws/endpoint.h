// Where a service is asked: partition, Region, FIPS, dual-stack, and what the user says instead (AWS_ENDPOINT_URL and its like).
//
// The common pattern and the partitions are here; where a service answers elsewhere is data of its own (api.h, `hosts` and
// `global`). Held against botocore's endpoint rules in tests/endpoints.py.
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
  // AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, `services` section and endpoint_url of the profile, in botocore's order; empty:
  // none.
  std::map<std::string, std::string> by_service;  // by ApiService::config_name
  std::string any_service;
  std::string partition = "aws";  // what a Region `global` means
};
struct Endpoint {
  std::string origin;          // `https://sts.eu-west-1.amazonaws.com`
  std::string base_path;       // of a URL that has one; mostly empty
  std::string signing_region;  // `us-east-1` for iam
  bool given = false;          // the user said where; no host is made of it
};
// `region` is where to ask; for a service with one endpoint a partition it says the partition. `global` and `aws-cn-global` stand
// for a partition's first Region. Errors: a Region of no partition, no such endpoint there, a URL that is none.
Result<Endpoint> resolve_endpoint(const ApiService& service, std::string_view region, const EndpointOptions& options);

// The Region that stands for a partition: `us-gov-west-1` of aws-us-gov; empty if there is no such partition.
std::string_view first_region(std::string_view partition);

// Puts a prefix before the host (`123456789012.` of s3control), unless the user said where.
void prefix_host(Endpoint& endpoint, std::string_view prefix);

// S3 addresses a bucket in the host name where the name allows it, the bucket's Region is known and no endpoint was given.
void address_bucket(Endpoint& endpoint, std::string& path, std::string_view bucket);

}  // namespace reeve
