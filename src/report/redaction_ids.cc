#include "report/redaction_ids.h"

#include <algorithm>

#include "base/text.h"

namespace reeve {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool in_word(char c) { return digit(c) || letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

size_t id_length(std::string_view text) {
  auto run = [&](size_t from, auto&& is) {
    size_t end = from;
    while (end < text.size() && is(text[end])) ++end;
    return end;
  };
  for (std::string_view prefix : {"AKIA", "ASIA", "AIDA", "AROA", "AGPA", "ANPA", "AIPA", "ABIA", "ACCA", "APKA", "ASCA"}) {
    if (!starts_with(text, prefix)) continue;
    size_t end = run(4, [](char c) { return digit(c) || (c >= 'A' && c <= 'Z'); });
    return end >= 16 ? end : 0;
  }
  auto small = [](char c) { return digit(c) || (c >= 'a' && c <= 'z'); };
  auto whole = [&](size_t end) { return end == text.size() || !in_word(text[end]); };
  // `vpc-0a1b2c3d`, `i-` and seventeen: eight or seventeen hexadecimal digits behind a short word.
  if (size_t dash = run(0, [](char c) { return c >= 'a' && c <= 'z'; }); dash > 0 && dash <= 12 && dash < text.size() && text[dash] == '-') {
    size_t end = run(dash + 1, [](char c) { return digit(c) || (c >= 'a' && c <= 'f'); });
    size_t length = end - dash - 1;
    // `db-` and twenty or more capitals and digits: what RDS calls an instance for itself.
    size_t last = run(dash + 1, [](char c) { return digit(c) || (c >= 'A' && c <= 'Z'); });
    if (last >= dash + 21 && whole(last)) return last;
    if ((length == 8 || length == 17) && whole(end) && text.substr(dash, end - dash).find_first_of("0123456789") != std::string_view::npos) return end;
  }
  // Hosted zones of Route 53 and distributions of CloudFront: capitals and digits behind one letter.
  if (starts_with(text, "Z") || starts_with(text, "E")) {
    size_t end = run(1, [](char c) { return digit(c) || (c >= 'A' && c <= 'Z'); });
    auto digits = std::count_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), digit);
    return end >= 12 && end <= 32 && digits >= 2 && whole(end) ? end : 0;
  }
  if (starts_with(text, "r-")) {
    size_t end = run(2, small);
    return end >= 6 && whole(end) && text.substr(0, end).find_first_of("0123456789") != std::string_view::npos ? end : 0;
  }
  if (starts_with(text, "o-")) {
    size_t end = run(2, small);
    return end >= 12 && end <= 34 && text.find_first_of("0123456789") < end ? end : 0;
  }
  if (starts_with(text, "ou-")) {
    size_t middle = run(3, small);
    size_t end = middle < text.size() && text[middle] == '-' ? run(middle + 1, small) : middle;
    return end >= middle + 9 ? end : 0;
  }
  return 0;
}

bool names_somebody(std::string_view member) {
  // AWS Account Management's ContactInformation; what RDS and Redshift call the first user of a database.
  constexpr std::string_view names[] = {"CompanyName",      "FullName",    "PhoneNumber", "AddressLine1", "AddressLine2", "AddressLine3",   "City",
                                        "DistrictOrCounty", "PostalCode",  "WebsiteUrl",  "EmailAddress", "StateOrRegion", "MasterUsername", "masterUsername"};
  return std::find(std::begin(names), std::end(names), member) != std::end(names);
}

bool is_external_id(std::string_view member) { return ends_with(lower(member), "externalid"); }

std::vector<std::pair<size_t, size_t>> external_ids_in(std::string_view text) {
  constexpr std::string_view word = "externalid";
  std::vector<std::pair<size_t, size_t>> out;
  const std::string plain = lower(text);
  // What stands between a key and its value, and between the values of a list, as written and URL-encoded.
  const auto mark = [&](size_t at) -> size_t {
    for (std::string_view code : {"%22", "%3a", "%5b", "%2c", "%20", "%0a", "%5c"})
      if (starts_with(std::string_view(plain).substr(at), code)) return 3;
    return std::string_view("\"\\:[, \n\t']+").find(plain[at]) != std::string_view::npos && plain[at] != ']' ? 1 : 0;
  };
  const auto quote = [&](size_t at) { return plain[at] == '"' || plain[at] == '\\' || plain[at] == '\'' || starts_with(std::string_view(plain).substr(at), "%22"); };
  for (size_t at = plain.find(word); at != std::string::npos; at = plain.find(word, at)) {
    at += word.size();
    bool list = false;
    do {
      bool opened = false;
      while (at < plain.size() && mark(at)) {
        list |= plain[at] == '[' || starts_with(std::string_view(plain).substr(at), "%5b");
        opened = true;
        at += mark(at);
      }
      size_t end = at;
      while (end < plain.size() && !quote(end)) ++end;
      if (!opened || end == at || plain[at] == ']' || plain[at] == '}' || plain[at] == '{' || starts_with(std::string_view(plain).substr(at), "%5d")) break;
      out.emplace_back(at, end);
      at = end;
      // Behind the closing quote another value follows, or the list ends.
      while (at < plain.size() && quote(at)) at += mark(at);
      while (at < plain.size() && mark(at) && !quote(at)) at += mark(at);
    } while (list && at < plain.size() && quote(at));
  }
  return out;
}

}  // namespace reeve
