// Fail words: why a rule does not hold, for people: what was found and what was expected, from the evidence, where the rule's author
// left no words of his own (`<<…>>` behind the clause).
#pragma once

#include <string>
#include <string_view>

#include "findings/finding.h"

namespace reeve {

// `HttpTokens` is `optional`; expected `required`
std::string fail_words(const Evidence& evidence);
// What stands in the evidence: `FromPort` is 22. Empty if it is too long to say.
std::string found_words(const Evidence& evidence);
// A rule's expectation as a person says it, in evidence and reasons alike: `> 22` → more than 22.
std::string expected_in_words(std::string_view expected);
// What a text holds of JSON that says something is not known, `{"$unknown":"s3:GetBucketPolicy AccessDenied"}`, as words: the reason where
// that is all, else `not known (…)`.
std::string unknowns_in_words(std::string_view text);
// A place in a policy that a query gives as its value: `$.Statement[0]` → statement 1; anything else as it is.
std::string place_words(std::string_view value);

}  // namespace reeve
