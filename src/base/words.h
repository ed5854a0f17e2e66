// Words: numbers, sizes and spans of time as people read them (ux.md §5). Every face of the program says them alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reeve {

std::string duration_text(int64_t ms);         // 11 ms · 0.21 s · 4.1 s · 41 s · 5 min 12 s · 2 h 5 min · 3 d 4 h
std::string effort_text(int64_t minutes);      // work: 15 min · 2 h · 1 day · 3 days (of 8 hours), rounded up
std::string bytes_text(uint64_t bytes);        // decimal: 212 MB · 1.9 GB
std::string share_text(uint64_t part, uint64_t whole);  // 97.8 % · 42 %; 100 % and 0 % only if exactly so; `–` of nothing
std::string change_text(int64_t change);       // +17 · -6 · 0
std::string count_text(uint64_t n, std::string_view one, std::string_view many = {});  // 1 account · 1,264 accounts

}  // namespace reeve
