// The AWS double: what stands in AWS's place when the collector is tested.
//
//   server.h (bytes) → signature.h (who) → asked.h (what) → faults.h (what goes wrong) → records.h or synthetic.h (the reply)
//   → wire_reply.h (bytes); counts.h keeps the books
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "double/asked.h"
#include "double/counts.h"
#include "double/faults.h"
#include "double/permissions.h"
#include "double/records.h"
#include "double/signature.h"
#include "double/synthetic.h"

namespace reeve::aws_double {

struct DoubleOptions {
  std::string seed = "double";
  bool verify = true;
  bool unrecorded_regions_off = true;  // a Region in which nothing of an account was recorded is one that is not on
};

class Double {
 public:
  Double(const ApiCatalogue& apis, const DoubleOptions& options) : options_(options), router_(apis), keys_(options.seed, options.verify) {}
  void handle(const ServerRequest& request, ServerReply& reply);

  Records records;
  std::optional<Synthetic> synthetic;
  std::optional<Permissions> permissions;
  Faults faults;
  Counts counts;
  Keys& keys() { return keys_; }

 private:
  struct Refusal {
    int status;
    std::string code, message;
  };
  bool own_page(const ServerRequest& request, ServerReply& reply);
  std::optional<Refusal> refusal(const Asked& asked, Caller& caller, const Fault* fault, int64_t now_ms);
  std::optional<std::string> computed(const Asked& asked, const Caller& caller, int64_t now_ms, std::optional<Refusal>& refused);
  std::optional<std::string> assume_role(const Asked& asked, int64_t now_ms, std::optional<Refusal>& refused);
  bool is_account(const std::string& account) const;
  std::vector<std::string> regions_of(const std::string& account) const;

  DoubleOptions options_;
  Router router_;
  Keys keys_;
  uint64_t serial_ = 0;
};

}  // namespace reeve::aws_double
