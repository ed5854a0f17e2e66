#include <charconv>
#include <cmath>
#include <cstdio>

#include "aws/protocol_parts.h"
#include "base/text.h"
#include "base/time.h"

namespace reeve::wire {
namespace {

constexpr const char* kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // of 1 January 1970 and on
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

int64_t floor_seconds(Time time) { return time.ms >= 0 ? time.ms / 1000 : -((-time.ms + 999) / 1000); }

// Seconds and microseconds of a moment as text, with the offset that the text had.
std::string with_fraction(std::string seconds, std::string_view fraction, std::string_view offset) {
  fraction = fraction.substr(0, 6);
  if (fraction.find_first_not_of('0') != fraction.npos) {
    seconds += '.';
    seconds += fraction;
    seconds.append(6 - fraction.size(), '0');
  }
  return seconds += offset;
}

// `Mon, 16 Nov 2009 00:00:00 GMT`, as HTTP headers have it.
std::optional<std::string> from_http_date(std::string_view text) {
  if (size_t comma = text.find(','); comma != text.npos) text = trim(text.substr(comma + 1));
  auto parts = split(text, ' ');
  if (parts.size() != 5 || (parts[4] != "GMT" && parts[4] != "UTC") || parts[0].empty() || parts[0].size() > 2) return std::nullopt;
  for (size_t month = 0; month < 12; ++month) {
    if (parts[1] != kMonths[month]) continue;
    std::string number = month < 9 ? "0" + std::to_string(month + 1) : std::to_string(month + 1);
    std::string iso = std::string(parts[2]) + "-" + number + "-" + (parts[0].size() == 1 ? "0" : "") + std::string(parts[0]) + "T" + std::string(parts[3]);
    return parse_time(iso + "Z") ? std::optional(iso + "+00:00") : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> time_on_wire(std::string_view text, std::string_view format) {
  auto time = parse_time(text);
  if (!time) return std::nullopt;
  if (format == "iso8601") return rfc3339(*time);
  int64_t seconds = floor_seconds(*time);
  if (format == "unixTimestamp") {
    std::string out = std::to_string(seconds);
    if (int64_t ms = time->ms - seconds * 1000) {
      if (seconds < 0) return std::nullopt;  // no service keeps moments of before 1970 to the millisecond
      std::string fraction = std::to_string(1000 + ms).substr(1);
      while (fraction.back() == '0') fraction.pop_back();
      out += "." + fraction;
    }
    return out;
  }
  std::string iso = rfc3339({seconds * 1000});
  if (iso.size() != 20) return std::nullopt;
  int64_t days = (seconds - (((seconds % 86400) + 86400) % 86400)) / 86400;
  int month = (iso[5] - '0') * 10 + iso[6] - '0';
  return std::string(kDays[((days % 7) + 7) % 7]) + ", " + iso.substr(8, 2) + " " + kMonths[month - 1] + " " + iso.substr(0, 4) + " " + iso.substr(11, 8) + " GMT";
}

std::string printed_time(double seconds, std::string_view raw) {
  double whole;
  double fraction = std::modf(seconds, &whole);
  if (!(std::fabs(whole) < 2.5e11)) return std::string(raw);  // beyond the year 9999
  int64_t micros = static_cast<int64_t>(std::nearbyint(fraction * 1e6));
  int64_t at = static_cast<int64_t>(whole);
  if (micros < 0) --at, micros += 1000000;
  if (micros >= 1000000) ++at, micros -= 1000000;
  std::string iso = rfc3339({at * 1000});
  if (iso.size() != 20) return std::string(raw);
  iso.pop_back();
  return with_fraction(std::move(iso), std::to_string(1000000 + micros).substr(1), "+00:00");
}

std::string printed_time(std::string_view text) {
  if (auto seconds = parse_double(text)) return printed_time(*seconds, text);
  if (text.size() < 20 || text[10] != 'T' || !parse_time(text)) return from_http_date(text).value_or(std::string(text));
  std::string_view rest = text.substr(19), fraction;
  if (rest[0] == '.') {
    size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == rest.npos) return std::string(text);
    fraction = rest.substr(1, end - 1);
    rest = rest.substr(end);
  }
  std::string offset(rest == "Z" || rest == "z" ? "+00:00" : rest);
  if (offset.size() == 5) offset.insert(3, ":");  // +0200
  if (offset == "-00:00") offset = "+00:00";
  return with_fraction(std::string(text.substr(0, 19)), fraction, offset);
}

}  // namespace reeve::wire
