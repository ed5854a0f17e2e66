#include "assess/fail_words.h"

#include <gtest/gtest.h>

namespace reeve {
namespace {

TEST(FailWords, SayWhatWasFoundAndWhatWasExpected) {
  struct {
    const char *path, *value, *read_as, *expected, *words;
  } cases[] = {
      {"$.Volumes[0].Encrypted", "false", "", "== true", "`Encrypted` is false; expected true"},
      {"$.HttpTokens", "\"optional\"", "", "== \"required\"", "`HttpTokens` is `optional`; expected `required`"},
      {"$.Status", "", "", "== \"Enabled\"", "`Status` is not set; expected `Enabled`"},
      {"$.Error.Code", "\"NoSuchTagSet\"", "", "not empty", "AWS answers that there is none (`NoSuchTagSet`); expected at least one"},
      {"$.Rules[0].Code", "\"x\"", "", "not exists", "`Code` is `x`; expected none such"},  // a property of that name
      {"$.FromPort", "22", "", "> 22", "`FromPort` is 22; expected more than 22"},
      {"length($.analyzers[?status=='ACTIVE'])", "0", "", "> 0", "nothing in `analyzers` has `status=='ACTIVE'`; expected at least one"},
      {"length($.R[?on==`true`])", "0", "", "> 0", "nothing in `R` has `on==true`; expected at least one"},
      {"length($.DetectorIds)", "0", "", "> 0", "`DetectorIds` is empty; expected at least one"},
      {"length($.A.B)", "2", "", "> 3", "2 in `B`; expected more than 3"},
      {"$.Tags", "[]", "", "not empty", "`Tags` is empty; expected at least one"},
      {"$.Content[1].mfa", "\"false\"", "false", "== true", "`mfa` is false; expected true"},
      {"$.t", "\"M\"", "", "in [\"I\", \"E\"]", "`t` is `M`; expected one of `I`, `E`"},
      {"$.p", "\"-1\"", "", "not in [\"-1\", -1]", "`p` is `-1`; expected none of `-1`, -1"},
      {"$.n", "7", "", "not > 6", "`n` is 7; expected at most 6"},
      {"$.n", "\"a\"", "", "a string matching /b/", "`n` is `a`; expected a string matching /b/"},
      {"$.Big", "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\"", "", "empty",
       "`Big` does not hold what it should; expected none"},
  };
  for (auto& c : cases) {
    Evidence evidence;
    evidence.path = c.path, evidence.value = c.value, evidence.read_as = c.read_as, evidence.expected = c.expected;
    EXPECT_EQ(fail_words(evidence), c.words);
  }
}

TEST(FailWords, TellAStatementByItsNumber) {
  for (auto& [value, words] : {std::pair("$.Statement[0]", "statement 1"), {"$.Statement[11]", "statement 12"}, {"$.Statement", "its statement"}, {"$.Statement[x]", "$.Statement[x]"},
                               {"no policy", "no policy"}, {"", ""}})
    EXPECT_EQ(place_words(value), words);
}

}  // namespace
}  // namespace reeve
