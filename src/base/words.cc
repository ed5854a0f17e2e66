#include "base/words.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"

namespace reeve {
namespace {

std::string decimal(double value, int places) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", places, value);
  return buffer;
}

}  // namespace

std::string duration_text(int64_t ms) {
  ms = std::max<int64_t>(ms, 0);
  if (ms < 100) return std::to_string(ms) + " ms";
  if (ms < 995) return decimal(static_cast<double>(ms) / 1000, 2) + " s";
  if (ms < 9950) return decimal(static_cast<double>(ms) / 1000, 1) + " s";
  auto pair = [](int64_t whole, const char* unit, int64_t rest, const char* rest_unit) {
    std::string out = std::to_string(whole) + " " + unit;
    return rest == 0 ? out : out + " " + std::to_string(rest) + " " + rest_unit;
  };
  int64_t seconds = (ms + 500) / 1000;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return pair(seconds / 60, "min", seconds % 60, "s");
  int64_t minutes = (seconds + 30) / 60;
  if (minutes < 24 * 60) return pair(minutes / 60, "h", minutes % 60, "min");
  int64_t hours = (minutes + 30) / 60;
  return pair(hours / 24, "d", hours % 24, "h");
}

std::string effort_text(int64_t minutes) {
  if (minutes < 60) return std::to_string(minutes) + " min";
  if (minutes <= 7 * 60) return std::to_string((minutes + 59) / 60) + " h";
  int64_t days = (minutes + 8 * 60 - 1) / (8 * 60);
  return with_thousands(static_cast<uint64_t>(days)) + (days == 1 ? " day" : " days");
}

std::string bytes_text(uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes);
  for (const char* unit : {"kB", "MB", "GB", "TB"}) {
    value /= 1000;
    if (value < 9.95) return decimal(value, 1) + " " + unit;
    if (value < 999.5) return decimal(value, 0) + " " + unit;
  }
  return with_thousands(static_cast<uint64_t>(value + 0.5)) + " TB";
}

std::string share_text(uint64_t part, uint64_t whole) {
  if (whole == 0) return "–";
  if (part == 0) return "0 %";
  if (part >= whole) return "100 %";
  double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (percent < 0.1) return "<0.1 %";
  if (percent > 99.9) return ">99.9 %";
  bool edge = percent < 9.95 || percent > 90;
  return decimal(percent, edge ? 1 : 0) + " %";
}

std::string change_text(int64_t change) {
  if (change == 0) return "0";
  uint64_t size = change < 0 ? 0 - static_cast<uint64_t>(change) : static_cast<uint64_t>(change);
  return (change < 0 ? "-" : "+") + with_thousands(size);
}

std::string count_text(uint64_t n, std::string_view one, std::string_view many) {
  std::string out = with_thousands(n) + " ";
  if (n == 1) return out + std::string(one);
  return out + (many.empty() ? std::string(one) + "s" : std::string(many));
}

}  // namespace reeve
