#include "formats/holding.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace reeve {
namespace {

constexpr uint32_t many = 64;  // children; fewer are gone through each time

// Where the children of one large container begin.
struct Known {
  std::weak_ptr<const Document> document;  // while it lives, no other has its address
  const Document* at = nullptr;
  uint32_t container = 0;
  std::vector<uint32_t> begins;
};

// Calls back with each child's first node until told to stop.
template <class F>
void each_child(const Document& document, uint32_t container, F&& f) {
  const auto& nodes = document.nodes();
  const uint32_t key = nodes[container].kind == Kind::map ? 1 : 0;
  uint32_t at = container + 1;
  for (uint32_t n = nodes[container].count; n > 0; --n) {
    const uint32_t next = at + key + nodes[at + key].span;
    if (!f(at, next)) return;
    at = next;
  }
}

const Known* known_of(const Document& document, uint32_t container) {
  thread_local std::array<Known, 4> kept;
  thread_local size_t oldest = 0;
  for (const Known& one : kept)
    if (one.at == &document && one.container == container && !one.document.expired()) return &one;
  std::weak_ptr<const Document> shared = document.weak_from_this();
  if (shared.expired()) return nullptr;
  Known& made = kept[oldest++ % kept.size()];
  made = {std::move(shared), &document, container, {}};
  made.begins.reserve(document.nodes()[container].count);
  each_child(document, container, [&](uint32_t at, uint32_t) {
    made.begins.push_back(at);
    return true;
  });
  return &made;
}

}  // namespace

std::optional<Child> child_holding(const Document& document, uint32_t container, uint32_t index) {
  const Node& node = document.nodes()[container];
  if ((node.kind != Kind::map && node.kind != Kind::list) || index <= container || index >= container + node.span) return std::nullopt;
  if (node.count >= many)
    if (const Known* known = known_of(document, container)) {
      const auto behind = std::upper_bound(known->begins.begin(), known->begins.end(), index);
      if (behind == known->begins.begin()) return std::nullopt;
      return Child{*(behind - 1), static_cast<uint32_t>(behind - known->begins.begin() - 1)};
    }
  std::optional<Child> out;
  uint32_t number = 0;
  each_child(document, container, [&](uint32_t at, uint32_t next) {
    if (index < next) out = Child{at, number};
    ++number;
    return !out;
  });
  return out;
}

}  // namespace reeve
