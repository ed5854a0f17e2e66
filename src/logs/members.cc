#include "logs/members.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

// A name that a path's steps cannot be held against byte by byte.
bool odd(const char* name, size_t bytes) {
#if defined(__SSE2__)
  if (bytes <= 16) {  // 64 bytes behind an event's text may be read
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(name));
    const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')), _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'))));
    return (hits & ((1 << bytes) - 1)) != 0;
  }
#endif
  return std::memchr(name, '.', bytes) != nullptr || std::memchr(name, '\\', bytes) != nullptr;
}

uint64_t size_bit(size_t bytes) { return uint64_t{1} << std::min<size_t>(bytes, 63); }

}  // namespace

uint32_t MembersAsked::ask(LogField root, std::string_view path) {
  uint32_t& top = top_[static_cast<size_t>(root)];
  if (top == 0) {
    nodes_.emplace_back();
    top = static_cast<uint32_t>(nodes_.size());
  }
  uint32_t at = top - 1;
  for (size_t from = 0; from <= path.size();) {
    const size_t end = std::min(path.find('.', from), path.size());
    const std::string_view step = path.substr(from, end - from);
    uint32_t next = none;
    for (uint32_t below : nodes_[at].below)
      if (nodes_[below].name == step) next = below;
    if (next == none) {
      next = static_cast<uint32_t>(nodes_.size());
      uint64_t first = 0;
      std::memcpy(&first, step.data(), std::min<size_t>(step.size(), 8));
      uint64_t last = 0;
      if (step.size() >= 8) std::memcpy(&last, step.data() + step.size() - 8, 8);
      nodes_.push_back({std::string(step), first, last, none, {}, 0});
      nodes_[at].below.push_back(next);
      nodes_[at].sizes |= size_bit(step.size());
    }
    at = next;
    from = end + 1;
  }
  if (nodes_[at].slot == none) {
    nodes_[at].slot = static_cast<uint32_t>(roots_.size());
    of_root_[static_cast<size_t>(root)].push_back(nodes_[at].slot);
    roots_.push_back(root);
    paths_.emplace_back(path);
  }
  return nodes_[at].slot;
}

void MembersAsked::clear(const Node& node, std::string_view* slots) const {
  if (node.slot != none) slots[node.slot] = {};
  for (uint32_t below : node.below) clear(nodes_[below], slots);
}

// Along the places of a map that the reader has held against the grammar: every bracket is closed, every name has its value.
struct MembersAsked::Walk {
  const MembersAsked& asked;
  const char* const text;
  const uint32_t* at;
  std::string_view* slots;

  char here() const { return text[*at]; }

  // Past the map or list at hand.
  void pass() {
    for (size_t depth = 0;;) {
      const char c = text[*at++];
      depth += c == '{' || c == '[';
      if ((c == '}' || c == ']') && --depth == 0) return;
    }
  }

  const Node* find(const Node& node, const char* name, size_t bytes) const {
    uint64_t first;
    std::memcpy(&first, name, 8);  // as in `odd`: more bytes are there to be read
    if (bytes < 8) first &= (uint64_t{1} << (8 * bytes)) - 1;
    for (uint32_t below : node.below) {
      const Node& one = asked.nodes_[below];
      if (one.first != first || one.name.size() != bytes) continue;
      if (bytes <= 8) return &one;
      uint64_t last;
      std::memcpy(&last, name + bytes - 8, 8);
      if (one.last == last && (bytes <= 16 || std::memcmp(one.name.data() + 8, name + 8, bytes - 16) == 0)) return &one;
    }
    return nullptr;
  }

  // The map at hand, below `node`; false: something odd, and the walk is over.
  bool map(const Node& node) {
    ++at;
    if (here() == '}') return ++at, true;
    for (;;) {
      const char* name = text + *at + 1;
      const char* name_end = text + at[1];  // its colon
      do --name_end;
      while (*name_end != '"');
      const auto bytes = static_cast<size_t>(name_end - name);
      if (odd(name, bytes)) return false;
      const Node* found = node.sizes & size_bit(bytes) ? find(node, name, bytes) : nullptr;
      at += 2;
      const char* from = text + *at;
      const bool nested = *from == '{' || *from == '[';
      if (found && !found->below.empty()) {
        asked.clear(*found, slots);  // of a member given twice nothing stays of the first
        if (*from == '[') return false;
        if (*from == '{') {
          if (!map(*found)) return false;
        } else {
          ++at;
        }
      } else if (nested) {
        pass();
      } else {
        ++at;
      }
      if (found && found->slot != none) {
        const char* to = nested ? text + at[-1] + 1 : text + *at;
        while (to[-1] == ' ' || to[-1] == '\n' || to[-1] == '\r' || to[-1] == '\t') --to;
        slots[found->slot] = {from, static_cast<size_t>(to - from)};
      }
      if (text[*at++] == '}') return true;
    }
  }
};

bool MembersAsked::find(const LogEvent& event, LogField root, std::string_view* slots) const {
  const auto index = static_cast<size_t>(root);
  const uint32_t* place = event.places[index];
  if (top_[index] == 0 || place == nullptr || event.walked == nullptr) return false;
  const Node& top = nodes_[top_[index] - 1];
  for (uint32_t slot : of_root_[index]) slots[slot] = {};
  return Walk{*this, event.walked, place, slots}.map(top);
}

}  // namespace reeve
