// What AWS's read operations look like: names, protocols, shapes, pages. Data made from botocore's models by tools/make_apis.py into
// content/apis/<service>.json, one file per service, with only the operations that content reads (docs/formats/apis.md).
//
// Immutable once read; shared between threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "formats/document.h"

namespace reeve {

enum class ApiProtocol : uint8_t { query, ec2, json, rest_json, rest_xml };

struct ApiShape;
struct ApiMember {
  std::string name;           // as botocore and the AWS CLI spell it
  std::string wire;           // as it is on the wire (locationName; empty: `name`)
  enum class Where : uint8_t { body, uri, query, header, headers, status } where = Where::body;
  bool payload = false;       // this member is the whole body
  bool required = false;
  bool xml_attribute = false;
  bool last_part = false;     // of an id that holds slashes the URI takes what is behind the last one (`/hostedzone/Z1`: `Z1`)
  int64_t max = 0;            // of a request: how many elements a list may have, how long a page may be; 0: the model does not say
  const ApiShape* shape = nullptr;
  const std::string& wire_name() const { return wire.empty() ? name : wire; }
};
struct ApiShape {
  enum class Kind : uint8_t { structure, list, map, string, integer, number, boolean, timestamp, blob, document } kind = Kind::string;
  std::vector<ApiMember> members;  // of a structure
  const ApiShape* element = nullptr;  // of a list, or the values of a map
  std::string element_wire;           // xml name of a list's elements or a map's values; empty: the protocol's (`member`, `value`)
  std::string key_wire;               // of a map's keys; empty: the protocol's (`key`)
  bool flattened = false;
  bool policy = false;                // a string that is a percent-encoded JSON document, which the CLI prints as that document
  std::string timestamp_format;       // iso8601 | unixTimestamp | rfc822; empty: the protocol's
  const ApiMember* member(std::string_view name) const;
};

struct ApiPages {  // what pagination needs, from botocore's paginators
  std::vector<std::string> input_tokens, output_tokens;  // paths in JMESPath, matched by position
  std::string more;                                      // member that says whether there is more; empty: a token says it
  std::string limit;                                     // member that sets the size of a page
  std::vector<std::string> lists;                        // members whose items the pages share out
};

struct ApiOperation {
  std::string name;  // `ListBuckets`
  std::string method, uri;  // `GET`, `/{Bucket}?policy`
  const ApiShape* input = nullptr;
  const ApiShape* output = nullptr;
  std::string output_wrapper;  // query: `ListRolesResult`
  std::string root_text;       // rest-xml: the output member that is the text of the root element (s3:GetBucketLocation)
  std::string host_prefix;     // goes before the endpoint's host: `{AccountId}.` of s3control
  bool writes = false;         // changes something: nothing asks it but what says so
  bool unsigned_request = false;  // authtype none: sts:AssumeRoleWithWebIdentity
  ApiPages pages;
  bool paged() const { return !pages.input_tokens.empty(); }
};

struct ApiService {
  std::string name;             // as the AWS CLI spells it: `s3`, `elbv2`, `accessanalyzer`
  std::string endpoint_prefix;  // `elasticloadbalancing`
  std::string signing_name;
  std::string version;          // apiVersion
  std::string target_prefix, json_version;  // of json
  bool query_compatible = false;            // errors have the codes of the query protocol it once spoke
  std::vector<std::pair<std::string, std::string>> headers;  // with every request
  ApiProtocol protocol = ApiProtocol::json;
  std::string endpoint_env;     // `ELASTIC_LOAD_BALANCING_V2` of AWS_ENDPOINT_URL_…
  std::string config_name;      // `elastic_load_balancing_v2` in a profile's `services` section
  // Where the service has one endpoint for a whole partition: partition → Region to sign for, and the host (empty: by the common pattern).
  struct Global { std::string region, host; };
  std::map<std::string, Global> global;
  // Hosts that are not ENDPOINT_PREFIX[-fips].REGION.SUFFIX: `PARTITION[ fips][ dualstack]` or, before that, `REGION[ fips][ dualstack]`
  // → host, in which `{region}` stands for the Region. Of a service in `global`, the keys with a variant are its other hosts.
  std::map<std::string, std::string, std::less<>> hosts;
  std::map<std::string, ApiOperation, std::less<>> operations;
  std::vector<std::unique_ptr<ApiShape>> shapes;  // owns what members point at
};
using ApiServicePtr = std::shared_ptr<const ApiService>;

// Reads one file of content/apis. Errors: Code::parse with file, line and column.
Result<ApiServicePtr> read_api(Value root, const std::string& file);

class ApiCatalogue {
 public:
  void add(ApiServicePtr service);
  const ApiService* service(std::string_view name) const;
  // `s3:ListBuckets`; null if no file has it.
  const ApiOperation* operation(std::string_view call, const ApiService** service = nullptr) const;
  const std::map<std::string, ApiServicePtr, std::less<>>& services() const { return services_; }

 private:
  std::map<std::string, ApiServicePtr, std::less<>> services_;
};

}  // namespace reeve
