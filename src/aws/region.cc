#include "aws/region.h"

#include <algorithm>

namespace reeve {

namespace {
bool digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool letters(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}
}  // namespace

bool is_account_id(std::string_view text) { return text.size() == 12 && digits(text); }

bool is_region_name(std::string_view text) {
  int words = 0;
  for (;;) {
    size_t dash = text.find('-');
    if (dash == std::string_view::npos) break;
    std::string_view word = text.substr(0, dash);
    // Isolated Regions have one-letter-and-more words only; the first word is at least two letters (us, eu, eusc).
    if (!letters(word) || (words == 0 && word.size() < 2)) return false;
    text.remove_prefix(dash + 1);
    ++words;
  }
  return words >= 2 && words <= 3 && text.size() <= 2 && digits(text);
}

std::string_view partition_of_region(std::string_view region) {
  if (!is_region_name(region)) return {};
  struct Row {
    std::string_view prefix, partition;
  };
  static constexpr Row rows[] = {{"cn-", "aws-cn"},          {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"},
                                 {"us-isof-", "aws-iso-f"}, {"eu-isoe-", "aws-iso-e"}, {"us-iso-", "aws-iso"},
                                 {"eusc-", "aws-eusc"}};
  for (const auto& row : rows)
    if (region.substr(0, row.prefix.size()) == row.prefix) return row.partition;
  return "aws";
}

}  // namespace reeve
