#include "logs/members.h"

#include <algorithm>
#include <cstring>

#include "logs/grammar.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

// A name that a path's steps cannot be held against byte by byte.
inline __attribute__((always_inline)) bool odd(const char* name, size_t bytes) {
#if defined(__SSE2__)
  // 64 bytes behind an event's text may be read.
  auto hits = [&](size_t from) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(name + from));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')), _mm_cmpeq_epi8(text, _mm_set1_epi8('\\')))));
  };
  if (bytes <= 16) return (hits(0) & ((1u << bytes) - 1)) != 0;
  if (bytes <= 32) return (hits(0) | hits(bytes - 16)) != 0;
#endif
  return std::memchr(name, '.', bytes) != nullptr || std::memchr(name, '\\', bytes) != nullptr;
}

uint64_t eight(const char* text) {
  uint64_t word;
  std::memcpy(&word, text, 8);
  return word;
}

// The first bytes of a name, at most eight of them; as many may be read from there whatever its size.
uint64_t first_of(const char* name, size_t bytes) {
  static constexpr uint64_t kept[] = {0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF, ~uint64_t{0}};
  return eight(name) & kept[std::min<size_t>(bytes, 8)];
}

size_t place_of(uint64_t first, size_t places) { return (first * 0x9E3779B97F4A7C15) >> 32 & (places - 1); }

}  // namespace

uint32_t MembersAsked::ask(LogField root, std::string_view path) {
  uint32_t& top = top_[static_cast<size_t>(root)];
  if (top == 0) {
    nodes_.emplace_back();
    top = static_cast<uint32_t>(nodes_.size());
  }
  std::vector<uint32_t> way{top - 1};
  for (size_t from = 0; from <= path.size();) {
    const size_t end = std::min(path.find('.', from), path.size());
    const std::string_view step = path.substr(from, end - from);
    uint32_t next = none;
    for (uint32_t below : nodes_[way.back()].below)
      if (nodes_[below].name == step) next = below;
    if (next == none) {
      next = static_cast<uint32_t>(nodes_.size());
      nodes_.push_back({std::string(step), none, {}, {}});
      nodes_[way.back()].below.push_back(next);
    }
    way.push_back(next);
    from = end + 1;
  }
  Node& node = nodes_[way.back()];
  if (node.slot == none) {
    node.slot = static_cast<uint32_t>(roots_.size());
    of_root_[static_cast<size_t>(root)].push_back(node.slot);
    roots_.push_back(root);
    paths_.emplace_back(path);
    for (uint32_t one : way) make_places(nodes_[one]);
  }
  return node.slot;
}

void MembersAsked::make_places(Node& node) const {
  if (node.below.empty()) return;
  size_t count = 4;
  while (count <= node.below.size() * 2) count *= 2;
  node.places.assign(count, {});
  for (uint32_t index : node.below) {
    const Node& one = nodes_[index];
    const std::string padded = one.name + std::string(32, '\0');
    if (odd(padded.data(), one.name.size())) continue;  // never found, so that the walk ends at such a name
    const size_t bytes = one.name.size();
    const uint64_t first = first_of(padded.data(), bytes);
    size_t at = place_of(first, count);
    while (node.places[at].bytes != none) at = (at + 1) & (count - 1);
    node.places[at] = {first, bytes < 8 ? first : eight(padded.data() + bytes - 8), static_cast<uint32_t>(bytes), one.slot, one.below.empty() ? none : index, index};
  }
}

void MembersAsked::clear(const Node& node, std::string_view* slots) const {
  if (node.slot != none) slots[node.slot] = {};
  for (uint32_t below : node.below) clear(nodes_[below], slots);
}

// Along the places of a map. `checked`: the reader has held it against the grammar already, so every bracket is closed and every name has its value; else whatever
// is not in order ends the walk.
template <bool checked>
struct MembersAsked::Walk {
  const MembersAsked& asked;
  const Places& places;
  std::string_view* const slots;
  const char* const text = places.text;
  uint64_t met = 0;  // nodes that a map has come for, each a bit, which some share
  size_t depth = 0;

  // Past the value at hand; null: it is not in order.
  const uint32_t* pass(const uint32_t* at) const {
    if (text[*at] == '"') return at + 1;
    if constexpr (!checked) {
      Walked how;
      at = past_value(places, at, depth, how);
      return how == Walked::whole ? at : nullptr;
    }
    if ((text[*at] | 0x20) != '{') return at + 1;  // neither that nor `[`
    for (size_t open = 0;;) {
      const char c = text[*at++];
      open += c == '{' || c == '[';
      if ((c == '}' || c == ']') && --open == 0) return at;
    }
  }

  const Place* find(const Place* by_hash, size_t count, const char* name, size_t bytes) const {
    const uint64_t first = first_of(name, bytes);
    const uint64_t other_end = eight(name + (bytes < 8 ? 0 : bytes - 8));
    const uint64_t last = bytes < 8 ? first : other_end;  // names are of any size, so this is no question to jump at
    for (size_t at = place_of(first, count); by_hash[at].bytes != none; at = (at + 1) & (count - 1)) {
      const Place& one = by_hash[at];
      if (((one.first ^ first) | (one.last ^ last) | (one.bytes ^ bytes)) != 0) continue;
      if (bytes <= 16 || std::memcmp(asked.nodes_[one.named].name.data() + 8, name + 8, bytes - 16) == 0) return &one;
    }
    return nullptr;
  }

  // The map at hand, below `node`; what stands behind it. Null: something odd, and the walk is over.
  const uint32_t* map(const Node& node, const uint32_t* at) {
    if (++at == places.end) return nullptr;
    if (text[*at] == '}') return at + 1;
    if (++depth > kDepthMax) return nullptr;
    const Place* const by_hash = node.places.data();
    const size_t count = node.places.size();
    for (;;) {
      if (!checked && (places.end - at < 4 || text[at[0]] != '"' || text[at[1]] != ':')) return nullptr;
      const char* name = text + at[0] + 1;
      const char* name_end = text + at[1] - 1;  // before its colon
      while (*name_end != '"') --name_end;
      const auto bytes = static_cast<size_t>(name_end - name);
      const Place* const found = find(by_hash, count, name, bytes);
      const char* const from = text + at[2];
      if (found == nullptr) {
        if (odd(name, bytes)) return nullptr;
        at = pass(at + 2);
        if (!at || (!checked && at == places.end)) return nullptr;
      } else if (*from == '"') {
        at += 3;
        if (found->node != none) forget(found->node);
        if (found->slot != none) put(found->slot, from, text + *at);
      } else {
        if (found->node != none && *from == '[') return nullptr;
        if (found->node != none) forget(found->node);
        at = found->node != none && *from == '{' ? map(asked.nodes_[found->node], at + 2) : pass(at + 2);
        if (!at || (!checked && at == places.end)) return nullptr;
        if (found->slot != none) put(found->slot, from, (*from | 0x20) == '{' ? text + at[-1] + 1 : text + *at);
      }
      const char c = text[*at++];
      if (c == '}') return --depth, at;
      if (!checked && c != ',') return nullptr;
    }
  }

  void put(uint32_t slot, const char* from, const char* to) {
    while (static_cast<unsigned char>(to[-1]) <= ' ') --to;  // white space: nothing else of that kind stands behind a value
    slots[slot] = {from, static_cast<size_t>(to - from)};
  }

  // Of a member given twice nothing stays of the first.
  void forget(uint32_t node) {
    const uint64_t bit = uint64_t{1} << (node & 63);
    if (met & bit) asked.clear(asked.nodes_[node], slots);
    met |= bit;
  }
};

bool MembersAsked::find(const LogEvent& event, LogField root, std::string_view* slots) const {
  const auto index = static_cast<size_t>(root);
  const uint32_t* place = event.places[index];
  if (top_[index] == 0 || place == nullptr || event.walked == nullptr) return false;
  for (uint32_t slot : of_root_[index]) slots[slot] = {};
  const Places places{event.walked, 0, nullptr};
  return Walk<true>{*this, places, slots}.map(nodes_[top_[index] - 1], place) != nullptr;
}

const uint32_t* MembersAsked::find_in(const Places& places, const uint32_t* at, LogField root, std::string_view* slots) const {
  const auto index = static_cast<size_t>(root);
  if (top_[index] == 0) return nullptr;
  for (uint32_t slot : of_root_[index]) slots[slot] = {};
  return Walk<false>{*this, places, slots}.map(nodes_[top_[index] - 1], at);
}

}  // namespace reeve
