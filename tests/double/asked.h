// What a request asks: service, operation and parameters, found from the wire alone.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "aws/api.h"
#include "double/server.h"

namespace reeve::aws_double {

struct Asked {
  const ApiService* service = nullptr;      // null: none that content/apis has
  const ApiOperation* operation = nullptr;  // null: none of that service
  // Others of the same signing name and version that have an operation of that name: rds answers for docdb and neptune too.
  std::vector<std::pair<const ApiService*, const ApiOperation*>> others;
  std::string path;                         // of the request
  std::string operation_name;               // as far as the request names one
  std::map<std::string, std::vector<std::string>> parameters;  // input member → the scalars in it, in order
  std::string call() const;                 // `s3:GetBucketPolicy`
};

class Router {
 public:
  explicit Router(const ApiCatalogue& apis);
  // `signing_name`: from the credential scope; empty if the request is not signed.
  Asked route(const ServerRequest& request, std::string_view signing_name) const;

 private:
  struct Pattern {
    const ApiService* service;
    const ApiOperation* operation;
    std::vector<std::string> segments;                          // `{Bucket}` for a label, `{Key+}` for the rest
    std::vector<std::pair<std::string, std::string>> query;     // fixed parts of the template
  };
  void add_patterns(const ApiService& service);
  bool route_rest(const ServerRequest& request, const std::vector<const ApiService*>& services, Asked& asked) const;

  std::multimap<std::string, const ApiService*, std::less<>> by_signing_name_, by_target_;
  std::map<const ApiService*, std::vector<Pattern>> patterns_;
};

}  // namespace reeve::aws_double
