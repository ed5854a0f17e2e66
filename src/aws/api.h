// What AWS's read operations look like: names, protocols, shapes, pages. Data made from botocore's models by tools/make_apis.py into
// content/apis/<service>.json, one file per service, with only the operations that content reads (docs/formats/apis.md).
//
// Immutable once read; shared between threads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
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
  const ApiShape* shape = nullptr;
};
struct ApiShape {
  enum class Kind : uint8_t { structure, list, map, string, integer, number, boolean, timestamp, blob, document } kind = Kind::string;
  std::vector<ApiMember> members;  // of a structure
  const ApiShape* element = nullptr;  // of a list, or the values of a map
  std::string element_wire;           // xml name of a list's elements or a map's values (`member`, `item`, `value`)
  std::string key_wire;               // of a map's keys
  bool flattened = false, xml_attribute = false;
  std::string timestamp_format;       // iso8601 | unixTimestamp | rfc822; empty: the protocol's
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
  std::string input_wrapper;   // rest-xml bodies: name of the root element
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
  ApiProtocol protocol = ApiProtocol::json;
  std::string endpoint_env;     // `ELASTIC_LOAD_BALANCING_V2` of AWS_ENDPOINT_URL_…
  std::string config_name;      // `elastic_load_balancing_v2` in a profile's `services` section
  // Where the service has one endpoint for a whole partition: partition → Region to sign for, and the host (empty: by the common pattern).
  struct Global { std::string region, host; };
  std::map<std::string, Global> global;
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
