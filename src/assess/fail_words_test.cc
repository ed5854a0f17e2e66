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
      {"$.Rules[0].Code", "\"x\"", "", "not exists", "`Code` is `x`; expected absent"},  // a property of that name
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

// Every sign that a rule may have, as evidence and reasons say it.
TEST(FailWords, SayARulesSignsInWords) {
  struct {
    const char *sign, *words;
  } cases[] = {
      {"exists", "that it is set"}, {"not exists", "absent"}, {"empty", "none"}, {"not empty", "at least one"},
      {"== true", "true"}, {"== \"Enabled\"", "`Enabled`"}, {"== \"\"", "an empty text"}, {"!= 22", "anything but 22"}, {"!= \"*\"", "anything but `*`"},
      {"> 0", "at least one"}, {"> 22", "more than 22"}, {"< 22", "less than 22"}, {">= 2", "at least 2"}, {"<= 2", "at most 2"},
      {"not > 22", "at most 22"}, {"not < 22", "at least 22"}, {"not >= 22", "less than 22"}, {"not <= 22", "more than 22"},
      {"in [1, 2]", "one of 1, 2"}, {"not in [0, \"0\"]", "none of 0, `0`"},
      {"a string", "a string"}, {"not a string", "anything but a string"}, {"not an integer", "anything but an integer"}, {"not null", "anything but null"},
      {"a string matching /^a/", "a string matching /^a/"}, {"not a string matching /^a/", "anything but a string matching /^a/"},
      {"the bucket is private", "the bucket is private"}, {"", ""}, {"== Properties.Name", "Properties.Name"},
  };
  for (auto& c : cases) {
    EXPECT_EQ(expected_in_words(c.sign), c.words) << c.sign;
    EXPECT_EQ(expected_in_words(c.words), c.words) << "words stay what they are";
  }
}

TEST(FailWords, SayWhatIsNotKnownAndWhy) {
  struct {
    const char *text, *words;
  } cases[] = {
      {R"({"$unknown":"s3:GetBucketPolicy AccessDenied"})", "s3:GetBucketPolicy AccessDenied"},
      {R"({"$unknown":"a \"b\" c"} was not read)", "not known (a \"b\" c) was not read"},
      {R"([{"$unknown":"a"},1,{"$unknown":"b"}])", "[not known (a),1,not known (b)]"},
      {R"({"P":{"$unknown":"a"}})", R"({"P":not known (a)})"},
      {R"({"$unknown":"cut sh)", "not known"},
      {R"(x {"$unknown":1})", "x not known"},
      {"nothing of it", "nothing of it"},
      {"", ""},
  };
  for (auto& c : cases) EXPECT_EQ(unknowns_in_words(c.text), c.words) << c.text;
  Evidence evidence;
  evidence.path = "$.Groups", evidence.value = R"([{"$unknown":"`Ref` of `A` is known only when the template is deployed"}])", evidence.expected = "not empty";
  EXPECT_EQ(fail_words(evidence), "`Groups` is [not known (`Ref` of `A` is known only when the template is deployed)]; expected at least one");
}

TEST(FailWords, TellAStatementByItsNumber) {
  for (auto& [value, words] : {std::pair("$.Statement[0]", "statement 1"), {"$.Statement[11]", "statement 12"}, {"$.Statement", "its statement"}, {"$.Statement[x]", "$.Statement[x]"},
                               {"no policy", "no policy"}, {"", ""}})
    EXPECT_EQ(place_words(value), words);
}

}  // namespace
}  // namespace reeve
