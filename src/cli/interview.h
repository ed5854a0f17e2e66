// Questions that no API answers, asked of a person on a terminal: what `reeve attest ID` needs for one attestation, and what `reeve init`
// asks one after the other.
#pragma once

#include <optional>
#include <string>

#include "cli/io.h"
#include "content/attest.h"

namespace reeve {

class Interview {
 public:
  Interview(Io& io, const Content& content, const Workspace& workspace, Time today);

  enum class Ended : uint8_t { answered, skipped, stopped };  // stopped: `q`, or the end of input
  // Fills what is missing of `attestation` for the control, and asks again until it holds. `may_skip`: an empty answer is one.
  Ended one(const Control& control, Attestation& attestation, bool may_skip);
  // All attested controls that nobody has attested, by practice; writes each answer at once. Gives how many were answered.
  size_t all();

 private:
  void show(const Control& control);
  std::optional<std::string> text(const std::string& what, const std::string& otherwise);
  std::optional<Time> day(const std::string& what, Time otherwise);

  Io& io_;
  const Content& content_;
  const Workspace& workspace_;
  Time today_;
  std::string owner_, approver_;  // of the answer before
};

// The attested controls in the order of their practices, then of level and id.
std::vector<const Control*> attested_controls(const Content& content);
// `Wrote attestations/x.yaml` and the file's text.
void print_attestation(Io& io, const std::string& path, const Attestation& attestation);

}  // namespace reeve
