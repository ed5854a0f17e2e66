#include "base/time.h"

#include <chrono>
#include <cstdio>

namespace reeve {
namespace {

constexpr int64_t kDayMs = 86'400'000;

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct Civil {
  int year;
  unsigned month, day, hour, minute, second, ms;
};

Civil civil(Time time) {
  int64_t day = floor_div(time.ms, kDayMs);
  int64_t rest = time.ms - day * kDayMs;
  std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return {
      static_cast<int>(date.year()),           static_cast<unsigned>(date.month()),       static_cast<unsigned>(date.day()),
      static_cast<unsigned>(rest / 3'600'000), static_cast<unsigned>(rest / 60'000 % 60), static_cast<unsigned>(rest / 1000 % 60),
      static_cast<unsigned>(rest % 1000)};
}

// Reads exactly `digits` digits at the front of `s`.
bool take_number(std::string_view& s, size_t digits, int& out) {
  if (s.size() < digits) return false;
  out = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (s[i] < '0' || s[i] > '9') return false;
    out = out * 10 + (s[i] - '0');
  }
  s.remove_prefix(digits);
  return true;
}

bool take_char(std::string_view& s, char c) {
  if (s.empty() || s.front() != c) return false;
  s.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Time> parse_time(std::string_view s) {
  int year, month, day;
  if (!take_number(s, 4, year) || !take_char(s, '-') || !take_number(s, 2, month) || !take_char(s, '-') ||
      !take_number(s, 2, day))
    return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                   std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  int64_t ms = std::chrono::sys_days{date}.time_since_epoch().count() * kDayMs;
  if (s.empty()) return Time{ms};

  bool spaced = s.front() == ' ';
  if (!spaced && s.front() != 'T' && s.front() != 't') return std::nullopt;
  s.remove_prefix(1);
  int hour, minute, second;
  if (!take_number(s, 2, hour) || !take_char(s, ':') || !take_number(s, 2, minute) || !take_char(s, ':') ||
      !take_number(s, 2, second))
    return std::nullopt;
  // A leap second is written as second 60 at the end of an hour (in UTC of a day; offsets move it by whole minutes).
  if (hour > 23 || minute > 59 || second > 60 || (second == 60 && minute % 15 != 14)) return std::nullopt;
  ms += hour * 3'600'000ll + minute * 60'000ll + second * 1000ll;
  if (take_char(s, '.')) {
    int scale = 100;
    if (s.empty() || s.front() < '0' || s.front() > '9') return std::nullopt;
    while (!s.empty() && s.front() >= '0' && s.front() <= '9') {  // finer than a millisecond is cut off
      ms += (s.front() - '0') * scale;
      scale /= 10;
      s.remove_prefix(1);
    }
  }
  if (s == "Z" || s == "z") return Time{ms};
  if (spaced && s.size() > 1 && s.front() == ' ') s.remove_prefix(1);
  if (s.empty() || (s.front() != '+' && s.front() != '-')) return std::nullopt;  // without an offset the moment is not known
  int sign = s.front() == '-' ? -1 : 1;
  s.remove_prefix(1);
  int offset_hour, offset_minute;
  if (!take_number(s, 2, offset_hour)) return std::nullopt;
  take_char(s, ':');
  if (!take_number(s, 2, offset_minute) || !s.empty() || offset_hour > 23 || offset_minute > 59) return std::nullopt;
  return Time{ms - sign * (offset_hour * 3'600'000ll + offset_minute * 60'000ll)};
}

std::string rfc3339(Time time) {
  Civil c = civil(time);
  if (c.year < 0 || c.year > 9999) {
    char buffer[64];
    int n = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02u:%02u:%02u", c.year, c.month, c.day, c.hour, c.minute, c.second);
    if (c.ms) n += std::snprintf(buffer + n, sizeof buffer - static_cast<size_t>(n), ".%03u", c.ms);
    return std::string(buffer, static_cast<size_t>(n)) + "Z";
  }
  // Every finding of a report has a moment or two: digit by digit takes a tenth of what printf does.
  std::string out = "0000-00-00T00:00:00";
  auto digits = [&](size_t at, unsigned number, size_t count) {
    for (size_t i = count; i-- > 0; number /= 10) out[at + i] = static_cast<char>('0' + number % 10);
  };
  digits(0, static_cast<unsigned>(c.year), 4), digits(5, c.month, 2), digits(8, c.day, 2), digits(11, c.hour, 2), digits(14, c.minute, 2), digits(17, c.second, 2);
  if (c.ms) out += ".000", digits(20, c.ms, 3);
  out += 'Z';
  return out;
}

std::string people_time(Time time) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Civil c = civil(time);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%u %s %04d %02u:%02uZ", c.day, kMonths[c.month - 1], c.year, c.hour, c.minute);
  return buffer;
}

int64_t days_between(Time earlier, Time later) { return floor_div(later.ms - earlier.ms, kDayMs); }

Time wall_clock() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace reeve
