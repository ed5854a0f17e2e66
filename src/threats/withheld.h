// What is wrong with a model, a register or a state, told without the secrets that people pasted into them: an Error quotes what it is about.
#pragma once

#include <utility>
#include <vector>

#include "base/result.h"
#include "findings/finding.h"

namespace reeve::threats {

inline Error withheld(Error error) {
  for (std::string* text : {&error.what, &error.expected, &error.hint}) *text = redacted_text(*text);
  return error;
}
inline std::vector<Error> withheld(std::vector<Error> errors) {
  for (Error& error : errors) error = withheld(std::move(error));
  return errors;
}

}  // namespace reeve::threats
