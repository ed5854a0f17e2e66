// What goes wrong on purpose: read from a JSON file (tests/double/README.md says its members), drawn with a seed.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "double/records.h"
#include "double/server.h"
#include "formats/document.h"

namespace reeve::aws_double {

struct Fault {
  enum class Kind : uint8_t { none, throttle, deny, cut, cut_before, late, error, missing, end_sessions } kind = Kind::none;
  std::string call = "*", account = "*", region = "*";  // wildcards
  double share = 1;                                     // of the requests that fit
  uint64_t after = 0, times = UINT64_MAX;               // of those: from which one on, how many
  std::string code, message;                            // of `error`
  int status = 400;
  int64_t delay_ms = 0;                                 // of `late`
  int64_t retry_after_s = -1;
  int64_t for_ms = -1;                                  // from the first that it strikes; -1: for ever
  int64_t first_ms = -1;                                // of the clock, when that was
  uint64_t seen = 0, done = 0;
};

struct Bucket {
  std::vector<std::string> calls;  // wildcards
  double rate = 0, burst = 0;
  bool by_operation = false;   // one for each operation, not for all together
  bool whole_account = false;  // one for all Regions
  bool refuse = true;
};

struct Faults {
  std::vector<Fault> rules;
  std::vector<std::pair<std::string, Paging>> paging;       // by wildcard over calls; the first that fits
  std::vector<Bucket> buckets;
  std::set<std::string> no_role;                            // accounts
  std::map<std::string, std::set<std::string>> regions_off; // of an account, or of `*`
  int64_t session_s = 0;                                    // how long a session lasts, whatever was asked; 0: as asked
  int64_t skew_s = 0;                                       // how far the double's clock is ahead
  int64_t latency_ms = 0;
  std::string external_id;                                  // that a role demands
  std::mt19937_64 random;

  static Result<Faults> read(Value root, const std::string& file);
  // What befalls this request; counts it.
  const Fault* strike(const std::string& account, const std::string& region, const std::string& call, int64_t now_ms);
  Paging paging_of(const std::string& call) const;
  bool region_off(const std::string& account, const std::string& region) const;
};

}  // namespace reeve::aws_double
