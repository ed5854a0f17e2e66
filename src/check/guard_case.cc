// The other spellings a missing key is looked up by. Guard was made for CloudFormation and let loose on Terraform, so
// `BucketName` also finds `bucketName`, `bucket_name`, `bucket-name`, `Bucket Name` and `Bucket-Name`; one of the spellings is in
// the singular.
//
// Words are found the way the Rust inflector library finds them, since verdicts depend on it: letters are lowered from the second
// of a word on, and a capital begins a word only behind a small letter. Letters outside of ASCII count as letters without case.
#include "check/guard_rules.h"

namespace reeve::guard {
namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter_or_digit(char c) { return lower(c) || upper(c) || digit(c) || (static_cast<unsigned char>(c) & 0x80); }
char to_lower(char c) { return upper(c) ? static_cast<char>(c + 32) : c; }
char to_upper(char c) { return lower(c) ? static_cast<char>(c - 32) : c; }

std::string_view without_tail(std::string_view s) {
  while (!s.empty() && !letter_or_digit(s.back())) s.remove_suffix(1);
  return s;
}

// camelCase, PascalCase, `Title Case`, Train-Case. `joint` stands between words, 0 for none.
std::string humps(std::string_view key, bool first_capital, char joint, bool digits_end_words) {
  std::string out;
  bool begins = first_capital;   // the next letter begins a word
  bool first_word = joint != 0;  // no joint before the first word
  bool seen = false;
  char last = ' ';  // the last letter taken inside a word
  for (const char c : without_tail(key)) {
    if (!letter_or_digit(c)) {
      if (seen) begins = true;
    } else if (digit(c) && digits_end_words) {
      seen = begins = true;
      out += c;
    } else if (begins || (lower(last) && upper(c))) {
      seen = true;
      begins = false;
      if (joint && !first_word) out += joint;
      out += to_upper(c);
      first_word = false;
    } else {
      seen = true;
      last = c;
      out += to_lower(c);
    }
  }
  return out;
}

// snake_case and kebab-case.
std::string low(std::string_view key, char joint) {
  std::string out;
  bool fresh = true;  // nothing of this word yet
  const std::string_view body = without_tail(key);
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (!letter_or_digit(c)) {
      if (!fresh) {
        fresh = true;
        out += joint;
      }
      continue;
    }
    const bool small_neighbour = (i + 1 < key.size() && lower(key[i + 1])) || (i > 0 && lower(key[i - 1]));
    if (!fresh && !lower(c) && small_neighbour) out += joint;  // a capital or a digit
    out += to_lower(c);
    fresh = false;
  }
  return out;
}

// English plural endings that are not just an s, and what stands for them in the singular; the first that fits counts.
struct Ending {
  const char* plural;
  const char* singular;
};
constexpr Ending endings[] = {
    {"databases", "database"},
    {"quizzes", "quiz"},
    {"matrices", "matrix"},
    {"vertices", "vertex"},
    {"indices", "index"},
    {"aliases", "alias"},
    {"alias", "alias"},
    {"statuses", "status"},
    {"status", "status"},
    {"octopi", "octopus"},
    {"octopus", "octopus"},
    {"viri", "virus"},
    {"virus", "virus"},
    {"crises", "crisis"},
    {"crisis", "crisis"},
    {"testes", "testis"},
    {"testis", "testis"},
    {"shoes", "shoe"},
    {"buses", "bus"},
    {"bus", "bus"},
    {"mice", "mouse"},
    {"lice", "louse"},
    {"xes", "x"},
    {"ches", "ch"},
    {"sses", "ss"},
    {"shes", "sh"},
    {"movies", "movie"},
    {"series", "series"},
};

bool ends(std::string_view s, std::string_view with) {
  return s.size() >= with.size() && s.substr(s.size() - with.size()) == with;
}

std::string singular(std::string_view word) {
  const std::string s(word);
  auto cut = [&](size_t n, const char* put = "") { return s.substr(0, s.size() - n) + put; };
  for (const Ending& each : endings) {
    if (ends(s, each.plural)) return cut(std::char_traits<char>::length(each.plural), each.singular);
  }
  auto before = [&](size_t n) { return s.size() > n ? s[s.size() - n - 1] : '\0'; };
  if (ends(s, "ies") && s.size() > 3) {
    const std::string_view vowels = "aeiouy";
    if (vowels.find(before(3)) == std::string_view::npos || ends(cut(3), "qu")) return cut(3, "y");
  }
  if (ends(s, "ves") && (before(3) == 'l' || before(3) == 'r')) return cut(3, "f");
  if (ends(s, "tives") || ends(s, "hives")) return cut(1);
  if (ends(s, "ves") && s.size() > 3 && before(3) != 'f') return cut(3, "fe");
  for (const char* stem : {"analy", "ba", "diagno", "parenthe", "progno", "synop", "the"}) {
    if (ends(s, std::string(stem) + "ses") || ends(s, std::string(stem) + "sis")) return cut(3, "sis");
  }
  if (ends(s, "ta") || ends(s, "ia")) return cut(1, "um");
  if (ends(s, "oes")) return cut(2);
  if (ends(s, "news")) return s;
  if (ends(s, "ss")) return s;
  if (ends(s, "s")) return cut(1);
  return s;
}

std::string singular_pascal(std::string_view key) {
  const std::string pascal = humps(key, true, 0, true);
  size_t last_word = 0;
  for (size_t i = 0; i < pascal.size(); ++i) {
    if (upper(pascal[i])) last_word = i;
  }
  return pascal.substr(0, last_word) + singular(std::string_view(pascal).substr(last_word));
}

}  // namespace

std::array<std::string, converters> case_variants(std::string_view key) {
  return {humps(key, false, 0, true),   singular_pascal(key),       low(key, '-'), humps(key, true, 0, true), low(key, '_'),
          humps(key, true, ' ', false), humps(key, true, '-', true)};
}

}  // namespace reeve::guard
