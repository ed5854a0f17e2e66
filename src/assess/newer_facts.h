// Newer facts: what was read that is younger than the moment of which the run speaks.
//
// A run judges "as of" a moment, and judges by all that it was given: a fact that came later counts too. That is said once, with how many
// inputs it concerns and the newest, apart for those whose only time is their file's, which says nothing of when they were true
// (docs/decisions/2026-11-24-times-of-facts.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace reeve {

class NewerFacts {
 public:
  // One input: a reply, a report, a file of AWS Config (its newest item).
  void see(std::string_view file, Time time, std::string_view time_basis);
  // What is to be said of them; nothing if none is newer.
  std::optional<Error> note(Time as_of) const;

 private:
  struct Seen {
    std::string file;
    int64_t time_ms;
    bool of_file;  // the time is only the file's
  };
  std::vector<Seen> seen_;
};

}  // namespace reeve
