// What the double was asked, counted: by operation and outcome, what was asked again though it had been answered, which buckets ran
// empty, whose signatures did not hold.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "double/asked.h"
#include "double/faults.h"

namespace reeve::aws_double {

class Counts {
 public:
  // `key`: all that tells one question from another. `code`: empty if answered whole.
  void add(const std::string& account, const std::string& region, const Asked& asked, int64_t now_ms, const std::string& code);
  // Takes a token of the bucket that the call falls into; false if there was none and the bucket refuses.
  bool take(const std::vector<Bucket>& buckets, const std::string& account, const std::string& region, const Asked& asked, int64_t now_ms);
  std::string json() const;
  uint64_t requests() const { return requests_; }

 private:
  struct Call {
    uint64_t requests = 0, answered = 0;
    std::map<std::string, uint64_t> refused;
  };
  struct Level {
    double tokens = 0;
    int64_t filled_ms = 0;
  };
  struct Exceeded {
    uint64_t requests = 0, refused = 0;
  };
  uint64_t requests_ = 0, answered_ = 0, repeated_ = 0;
  int64_t first_ms_ = 0, last_ms_ = 0;
  std::deque<int64_t> last_second_;  // when they were answered
  std::map<std::string, Call> calls_;
  std::map<std::string, uint64_t> codes_, accounts_;
  std::unordered_map<uint64_t, uint32_t> answered_keys_;
  struct Repeat {
    std::string account, region, call;
    std::map<std::string, std::vector<std::string>> parameters;
    uint32_t answered = 0;
  };
  std::map<std::string, Repeat> repeats_;  // of the first thousand questions
  std::unordered_map<std::string, Level> levels_;
  std::map<std::string, Exceeded> exceeded_;
};

}  // namespace reeve::aws_double
