// How fast AWS may be asked: published rates by service and family of operations (content/quotas/api_rates.yaml, docs/formats/quotas.md),
// of which Reeve takes a share, so that what else runs in an account keeps the rest.
//
// Immutable once read; shared between threads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/content_files.h"

namespace reeve {

// What one bucket may take. Calls with the same service and family, of one account and Region, draw on the same bucket.
struct ApiRate {
  std::string_view family;   // lives as long as the ApiRates or the name that was asked with; empty: all that have no family of their own
  double per_s = 0, burst = 0;  // our share of what is published
  bool whole_account = false;   // one bucket for all Regions of the account
};

class ApiRates {
 public:
  // `ec2`, `DescribeInstances`; a service or an operation that the file does not name has the default.
  ApiRate of(std::string_view service, std::string_view operation) const;

 private:
  friend Result<std::shared_ptr<const ApiRates>> read_api_rates(const ContentItem& item, std::vector<Error>& errors);
  struct Family {
    std::string name;
    double per_s = 0, burst = 0;
  };
  struct Service {
    double per_s = 0, burst = 0;
    bool whole_account = false, each_operation = false;
    std::map<std::string, Family, std::less<>> by_operation;
  };
  double share_ = 0.5;
  Service otherwise_;
  std::map<std::string, Service, std::less<>> services_;
};

// What does not hold is named in `errors`; the result is an error if nothing can be made of the file.
Result<std::shared_ptr<const ApiRates>> read_api_rates(const ContentItem& item, std::vector<Error>& errors);
// Those of a tree after layering (Content::files); null if there are none that hold.
std::shared_ptr<const ApiRates> api_rates_of(const ContentFiles& files, std::vector<Error>& errors);
// Those of the tree that was packed into the program.
Result<std::shared_ptr<const ApiRates>> built_in_api_rates();

}  // namespace reeve
