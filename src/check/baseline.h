// The baseline of `reeve check`: what a former run found, so that only what is new fails.
//
//   Baseline baseline = TRY(Baseline::read("baseline.json"));   // what --format json or sarif wrote
//   baseline.mark(file);                                        // for each file: its findings become known, or are new
//   baseline.gone(…)                                            // what was found then and not now
//
// A finding is known by its fingerprint, which lines put above it do not change. As often as it stood then it is known now. What was
// unknown then and fails now is new; what was excepted then and counts now is new too.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "check/check.h"

namespace reeve {

class Baseline {
 public:
  static Result<Baseline> read(const std::string& path);

  void mark(CheckedFile& file);
  uint64_t fresh() const { return fresh_; }  // findings that are not in it; excepted ones are none
  uint64_t known() const { return known_; }
  // Findings of it that were not met again, of files that were judged or are no longer there. Of others nothing can be said.
  uint64_t gone() const;

 private:
  struct Entry {
    std::string file;
    uint64_t fails = 0, unknowns = 0;
  };
  std::map<std::string, Entry> entries_;  // by fingerprint
  std::set<std::string> judged_;          // files
  uint64_t fresh_ = 0, known_ = 0;
};

}  // namespace reeve
