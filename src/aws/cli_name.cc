#include "aws/cli_name.h"

#include <cctype>

#include "base/text.h"

namespace reeve {
namespace {

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

}  // namespace

// botocore's xform_name: a hyphen before a capital that begins a word, before a run of capitals, and behind one.
std::string cli_name(std::string_view name) {
  // A plural of capitals is one word: `ListWebACLs`, `DescribeEIPs`.
  size_t run = name.size();
  if (run > 2 && name.back() == 's') {
    size_t begin = run - 1;
    while (begin > 0 && is_upper(name[begin - 1])) --begin;
    if (run - 1 - begin >= 2) {
      std::string tail = lower(name.substr(begin)), head = cli_name(name.substr(0, begin));
      return head.empty() ? tail : head + "-" + tail;
    }
  }
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    if (c == '_') c = '-';
    bool begins = false;
    if (i > 0 && is_upper(c) && name[i - 1] != '_') {
      bool before_word = i + 1 < name.size() && is_lower(name[i + 1]);  // (.)([A-Z][a-z]+)
      bool behind_word = is_lower(name[i - 1]) || is_digit(name[i - 1]);  // ([a-z0-9])([A-Z])
      begins = before_word || behind_word;
    }
    if (begins && !out.empty() && out.back() != '-') out += '-';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace reeve
