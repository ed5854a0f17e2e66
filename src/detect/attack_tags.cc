#include "detect/attack_tags.h"

#include <algorithm>

#include "base/text.h"

namespace reeve {
namespace {

char upper_of(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool names_technique(std::string_view word) { return word.size() > 4 && (word[0] == 't' || word[0] == 'T') && word[1] >= '0' && word[1] <= '9'; }

// `defense-evasion` and `defense_evasion` → Defense Evasion.
std::string tactic_words(std::string_view word) {
  std::string out;
  bool begins = true;
  for (char c : word) {
    if (c == '-' || c == '_') c = ' ';
    out += begins ? upper_of(c) : c;
    begins = c == ' ';
  }
  // Small words stay small: Command and Control.
  if (const size_t at = out.find(" And "); at != std::string::npos) out[at + 1] = 'a';
  return out;
}

template <class Word>
std::vector<std::string> collect_words(const std::vector<std::string>& tags, Word word_of) {
  std::vector<std::string> out;
  for (const std::string& tag : tags) {
    if (!starts_with(tag, "attack.")) continue;
    std::string word = word_of(std::string_view(tag).substr(7));
    if (!word.empty() && std::find(out.begin(), out.end(), word) == out.end()) out.push_back(std::move(word));
  }
  return out;
}

}  // namespace

std::vector<std::string> techniques_in(const std::vector<std::string>& tags) {
  return collect_words(tags, [](std::string_view word) {
    std::string out;
    if (names_technique(word))
      for (char c : word) out += upper_of(c);
    return out;
  });
}

std::vector<std::string> tactics_in(const std::vector<std::string>& tags) {
  return collect_words(tags, [](std::string_view word) { return word.find_first_of("0123456789.") == std::string_view::npos ? tactic_words(word) : std::string(); });
}

}  // namespace reeve
