#include "estate/same_meaning.h"

#include <algorithm>
#include <vector>

#include "base/time.h"

namespace reeve {

bool same_meaning(Value a, Value b) {
  if (equal(a, b)) return true;
  if (a.is_map() && b.is_map()) {
    if (a.size() != b.size()) return false;
    for (auto entry : a.entries())
      if (Value other = b.get(entry.key()); !other || !same_meaning(entry.value, other)) return false;
    return true;
  }
  if (a.is_list() && b.is_list()) {
    constexpr size_t items_max = 1000;  // each is held against each
    if (a.size() != b.size() || a.size() > items_max) return false;
    std::vector<Value> left;
    for (Value item : b.items()) left.push_back(item);
    for (Value item : a.items()) {
      auto match = std::find_if(left.begin(), left.end(), [&](Value other) { return same_meaning(item, other); });
      if (match == left.end()) return false;
      left.erase(match);
    }
    return true;
  }
  auto one = a.scalar_text(), other = b.scalar_text();
  if (!one || !other) return false;
  if (*one == *other) return true;
  auto time = parse_time(*one), other_time = parse_time(*other);
  return time && other_time && time->ms / 1000 == other_time->ms / 1000;
}

}  // namespace reeve
