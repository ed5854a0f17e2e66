#include "detect/search.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace reeve {
namespace {

std::string lowered(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// Few letters, so that words are found, nearly found and found at the edges; bytes that differ from a letter in one bit; bytes beyond ASCII.
TEST(Search, FindsWhatAByteByByteSearchFinds) {
  std::mt19937 random(7);
  const std::string letters = "aAbB@`[{\xC1\xE1";
  auto text_of = [&](size_t bytes) {
    std::string out;
    for (size_t i = 0; i < bytes; ++i) out += letters[random() % letters.size()];
    return out;
  };
  size_t found = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = text_of(random() % 70);
    std::string word = random() % 2 && !text.empty() ? text.substr(random() % text.size(), random() % 40) : text_of(random() % 5);
    ASSERT_EQ(find_bytes(text, word), text.find(word)) << text << " / " << word;
    word = lowered(word);
    const size_t folded = lowered(text).find(word);
    found += folded != std::string::npos;
    ASSERT_EQ(find_folded(text, word), folded) << text << " / " << word;
    ASSERT_EQ(equal_folded(text, lowered(text)), true) << text;
    std::string other = lowered(text);
    if (!other.empty()) {
      other[random() % other.size()] ^= 1;
      ASSERT_EQ(equal_folded(text, other), false) << text << " / " << other;
    }
  }
  EXPECT_GT(found, 50'000u);
}

}  // namespace
}  // namespace reeve
