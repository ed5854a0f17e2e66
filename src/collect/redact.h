// Takes secrets out of what AWS answered before it is written anywhere: what stood there is replaced by `(redacted 3f9a)`, the first four
// digits of its SHA-256. That is enough to see that it changed, and too little to tell whether a guess of it is right.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "content/redactions.h"

namespace reeve {

std::string redaction_of(std::string_view secret);

class Redactor {
 public:
  explicit Redactor(RedactionsPtr rules) : rules_(std::move(rules)) {}
  // A reply as the AWS CLI prints it. What is no JSON is replaced whole.
  std::string reply(std::string_view call, std::string json) const;
  // The answer's bytes: JSON or XML with the members' names of the wire. What is neither is replaced whole. A condition on the member beside is
  // not looked at in XML: the value goes.
  std::string body(std::string_view call, std::string bytes) const;

 private:
  RedactionsPtr rules_;
};

}  // namespace reeve
