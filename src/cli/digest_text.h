// What a verification of digest chains found, for people and for programs, and how far it is.
#pragma once

#include <chrono>

#include "cli/io.h"
#include "logs/digest.h"

namespace reeve {

enum class DigestVerdict : uint8_t { valid, unproven, invalid };
std::string_view name(DigestVerdict verdict);
// `invalid`: there is a fault that is no doubt. `unproven`: a doubt, or keys or signatures that could not be asked for.
DigestVerdict verdict_of(const DigestReport& report);

class DigestText {
 public:
  explicit DigestText(Io& io) : io_(io) {}

  std::string finding(const DigestFinding& finding) const;
  std::string closing(const DigestReport& report) const;
  void progress(const DigestProgress& progress);
  void end_progress();  // before anything else is written

 private:
  using Clock = std::chrono::steady_clock;
  int64_t elapsed_ms() const;
  Io& io_;
  Clock::time_point begun_ = Clock::now(), said_ = begun_;
  bool shown_ = false;
};

// One line of JSON for each finding, then one for each chain, then one with the verdict and the counts.
void write_digest_report(std::string& out, const std::string& source, const DigestReport& report);

}  // namespace reeve
