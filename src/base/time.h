// Time: seconds and milliseconds since 1970 in UTC, and their RFC 3339 text. Nothing here reads a clock but the last two.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

// A moment, in milliseconds since 1970-01-01T00:00:00Z. 0 is "not known" wherever an optional would be heavy.
struct Time {
  int64_t ms = 0;
  auto operator<=>(const Time&) const = default;
  bool known() const { return ms != 0; }
};

// RFC 3339 with `Z` or an offset, with or without fraction; also the `+0000` and the space-separated form that AWS tools print,
// and a bare date. Nothing else.
std::optional<Time> parse_time(std::string_view text);
std::string rfc3339(Time time);    // 2026-11-22T04:12:00Z; milliseconds only when not zero
std::string people_time(Time time);  // 22 Nov 2026 04:12Z
int64_t days_between(Time earlier, Time later);

Time wall_clock();

// Milliseconds of a clock that only goes forward: for waiting and pacing, never for what is said of a fact.
int64_t steady_ms();

}  // namespace reeve
