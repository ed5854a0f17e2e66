#include "findings/secret_patterns.h"

#include <gtest/gtest.h>

#include <string>

namespace reeve {
namespace {

const std::string kToken = "ghp_0123456789abcdefghijABCDEFGHIJ";

// Texts are looked through sixteen letters at a time: a secret is found wherever in them it begins.
TEST(SecretPatterns, AreFoundAtEachPlaceOfABlock) {
  for (size_t before = 0; before < 70; ++before) {
    const std::string word(before, 'x'), blanks(before, ' ');
    EXPECT_EQ(masked_patterns(blanks + kToken), blanks + "[redacted]") << before;
    EXPECT_EQ(masked_patterns(word + " " + kToken + " " + word), word + " [redacted] " + word) << before;
    EXPECT_EQ(masked_patterns(word + "/" + kToken), word + "/[redacted]") << before;
    EXPECT_EQ(masked_patterns(word + " password=hunter2 " + word), word + " password=[redacted] " + word) << before;
    EXPECT_EQ(masked_patterns(word + " https://u:pass@host/" + word), word + " https://u:[redacted]@host/" + word) << before;
    EXPECT_EQ(masked_patterns(word + "\ncurl -u me:pass " + word), word + "\ncurl -u me:[redacted] " + word) << before;
  }
}

TEST(SecretPatterns, ATokenBeginsAWord) {
  for (size_t before = 1; before < 40; ++before) {
    const std::string text = std::string(before, 'x') + kToken;
    EXPECT_EQ(masked_patterns(text), text) << before;
  }
}

TEST(SecretPatterns, OneAfterTheOther) {
  std::string text, expected;
  for (int i = 0; i < 20; ++i) {
    text += kToken + std::string(static_cast<size_t>(i), ' ') + "," + "token=" + kToken + ";";
    expected += "[redacted]" + std::string(static_cast<size_t>(i), ' ') + ",token=[redacted];";
  }
  EXPECT_EQ(masked_patterns(text), expected);
  EXPECT_EQ(masked_patterns(""), "");
}

}  // namespace
}  // namespace reeve
