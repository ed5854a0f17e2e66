// Any bytes as the answer of any operation: reading ends, an answer is one JSON map, a refusal has a code, and pages end or go on.
//
// The first two bytes choose the operation, the third the status.
#include <cstdlib>
#include <vector>

#include "aws/protocol.h"
#include "content/apis.h"
#include "formats/json.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

struct One {
  const reeve::ApiService* service;
  const reeve::ApiOperation* operation;
};

const std::vector<One>& operations() {
  static const reeve::ApiCatalogue catalogue = *reeve::built_in_api_catalogue();
  static const std::vector<One> all = [] {
    std::vector<One> out;
    for (const auto& [name, service] : catalogue.services())
      for (const auto& [operation, described] : service->operations) out.push_back({service.get(), &described});
    return out;
  }();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reeve;
  if (size < 3) return 0;
  const One& one = operations()[(data[0] * 256u + data[1]) % operations().size()];
  constexpr int statuses[] = {200, 200, 200, 301, 400, 403, 500, 503};
  HttpResponse response;
  response.status = statuses[data[2] % 8];
  response.headers = {{"x-amzn-RequestId", "r"}, {"Date", "Thu, 02 Jan 2020 03:04:05 GMT"}};
  response.body.assign(reinterpret_cast<const char*>(data) + 3, size - 3);
  AwsReply reply = read_response(*one.service, *one.operation, response);
  if (!reply.ok) {
    require(!reply.error_code.empty() && reply.json.empty() && reply.error_message.find('\n') == std::string::npos);
    return 0;
  }
  require(reply.error_code.empty());
  auto document = read_json(reply.json, {});
  require(document && (*document)->root().is_map());
  auto page = next_page(*one.operation, {}, (*document)->root());
  if (page && *page) {
    require(one.operation->paged());
    auto again = next_page(*one.operation, (*page)->root(), (*document)->root());
    require(!again);  // the same tokens a second time
  }
  return 0;
}
