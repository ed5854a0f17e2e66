// The register for other programs: JSON, CSV for spreadsheets, and OSCAL's plan of action and milestones (1.1.2); and decisions taken back from the last two.
//
// CSV: one line for each threat; the columns of decision_fields() are read back, all others are told only. A cell that a spreadsheet would take for a
// formula, or that begins with an apostrophe, gets an apostrophe in front, which reading takes off again: nothing is lost either way.
// POA&M: a threat is a risk; its id and decisions are props of Reeve's name space. A decision that a document does not name stays as it is; a `deadline` that
// is another than was printed becomes the due date.
// What looks like a secret is withheld everywhere, and a withheld text that comes back changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "threats/register.h"

namespace reeve::threats {

struct RegisterText {
  const State& state;
  const Money& money;
  const Register& all;
  std::string organization, version;  // of the program
};

std::string register_json(const RegisterText& of);
std::string register_csv(const RegisterText& of);
std::string register_poam(const RegisterText& of);

struct ReadDecisions {
  std::vector<Decided> decided;
  std::vector<Error> errors;  // rows and risks that are none
  std::vector<Error> notes;   // columns that mean nothing here
};
// Told by content. An Error: neither of the two.
Result<ReadDecisions> read_decisions(std::string_view text, const std::string& file);

}  // namespace reeve::threats
