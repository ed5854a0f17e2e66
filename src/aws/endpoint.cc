#include "aws/endpoint.h"

#include <algorithm>

#include "aws/region.h"
#include "base/text.h"

namespace reeve {
namespace {

struct Partition {
  std::string_view name, suffix, dualstack_suffix, first_region;
};
// Source: the partitions file that AWS's SDKs share (botocore's partitions.json, by which tests/endpoints.py holds these).
constexpr Partition kPartitions[] = {
    {"aws", "amazonaws.com", "api.aws", "us-east-1"},
    {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1"},
    {"aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1"},
    {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1"},
    {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1"},
    {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1"},
    {"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1"},
    {"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1"},
};

const Partition* find_partition(std::string_view name) {
  for (const auto& one : kPartitions)
    if (one.name == name) return &one;
  return nullptr;
}

// What may stand in a host name or a credential scope without changing what is around it.
bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string with_region(std::string_view host, std::string_view region) {
  constexpr std::string_view mark = "{region}";
  std::string out;
  for (size_t at; (at = host.find(mark)) != host.npos; host.remove_prefix(at + mark.size()))
    (out += host.substr(0, at)) += region;
  return out += host;
}

Status take_url(std::string_view url, Endpoint& endpoint) {
  auto refuse = [&](const char* why) {
    // A URL may hold a password: what is said of it stops where one could begin.
    return fail(Code::usage, std::string("an endpoint's URL ") + why, {},
                "`https://HOST` or `http://HOST:PORT`, with or without a path",
                "it comes from --endpoint-url, AWS_ENDPOINT_URL… or the profile's endpoint_url");
  };
  std::string_view rest = url;
  if (starts_with(rest, "https://"))
    rest.remove_prefix(8);
  else if (starts_with(rest, "http://"))
    rest.remove_prefix(7);
  else
    return refuse("begins with neither `https://` nor `http://`");
  size_t slash = rest.find('/');
  std::string_view host = rest.substr(0, slash), path = slash == rest.npos ? std::string_view() : rest.substr(slash);
  if (host.find('@') != host.npos) return refuse("has a user's name in it");
  if (rest.find_first_of("?#") != rest.npos) return refuse("has a query or a fragment");
  if (host.empty() || host[0] == ':' ||
      std::any_of(rest.begin(), rest.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127 || c == '\\'; }))
    return refuse("has no host that could be asked");
  while (ends_with(path, "/")) path.remove_suffix(1);
  endpoint.origin = std::string(url.substr(0, url.size() - rest.size())) + std::string(host);
  endpoint.base_path = path;
  endpoint.given = true;
  return {};
}

std::string_view given_url(const ApiService& service, const EndpointOptions& options) {
  if (!options.url.empty()) return options.url;
  if (auto own = options.by_service.find(service.config_name); own != options.by_service.end()) return own->second;
  return options.any_service;
}

}  // namespace

std::string_view first_region(std::string_view partition) {
  const auto* found = find_partition(partition);
  return found ? found->first_region : std::string_view();
}

Result<Endpoint> resolve_endpoint(const ApiService& service, std::string_view region, const EndpointOptions& options) {
  if (region == "global")
    region = first_region(options.partition);
  else if (ends_with(region, "-global"))
    region = first_region(region.substr(0, region.size() - 7));
  if (!is_label(region))
    return fail(Code::usage, "there is no Region to ask " + service.name + " in", {}, "a Region such as `eu-central-1`",
                "--region, AWS_REGION or the profile's region name one");
  const Partition* partition = find_partition(partition_of_region(region));
  auto global = partition ? service.global.find(std::string(partition->name)) : service.global.end();

  Endpoint out;
  out.signing_region = global != service.global.end() ? global->second.region : std::string(region);
  if (auto url = given_url(service, options); !url.empty()) {
    TRY(take_url(url, out));
    return out;
  }
  if (!partition)
    return fail(Code::usage, "`" + std::string(region) + "` is no Region of any partition", {},
                "a Region such as `eu-central-1`");
  std::string variant = std::string(options.fips ? " fips" : "") + (options.dualstack ? " dualstack" : "");
  std::string host;
  if (auto own = service.hosts.find(std::string(region) + variant); own != service.hosts.end())
    host = own->second;
  else if (auto all = service.hosts.find(std::string(partition->name) + variant); all != service.hosts.end())
    host = all->second;
  else if (variant.empty() && global != service.global.end() && !global->second.host.empty())
    host = global->second.host;
  else
    host = service.endpoint_prefix + (options.fips ? "-fips" : "") + ".{region}." +
           std::string(options.dualstack ? partition->dualstack_suffix : partition->suffix);
  if (host.empty())
    return fail(Code::unsupported, service.name + " has no" + (options.fips ? " FIPS" : "") +
                                       (options.dualstack ? " dual-stack" : "") + " endpoint in " + std::string(region));
  out.origin = "https://" + with_region(host, region);
  return out;
}

void prefix_host(Endpoint& endpoint, std::string_view prefix) {
  if (endpoint.given || prefix.empty()) return;
  endpoint.origin.insert(endpoint.origin.find("://") + 3, prefix);
}

void address_bucket(Endpoint& endpoint, std::string& path, std::string_view bucket) {
  // A dot would ask for a certificate of more labels than S3's has; upper case and the rest are names of before DNS mattered.
  bool fits = bucket.size() >= 3 && bucket.size() <= 63 && bucket.front() != '-' && bucket.back() != '-' &&
              std::all_of(bucket.begin(), bucket.end(),
                          [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  std::string_view rest = path;
  if (endpoint.given || !fits || !starts_with(rest, "/") || rest.substr(1, bucket.size()) != bucket) return;
  rest.remove_prefix(1 + bucket.size());
  if (!rest.empty() && rest[0] != '/') return;
  prefix_host(endpoint, std::string(bucket) + ".");
  path = rest.empty() ? "/" : std::string(rest);
}

}  // namespace reeve
