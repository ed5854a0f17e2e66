// What readers inside this room need to make documents without Builder: an arena for texts that stand nowhere in the input, the
// check for duplicate keys, and access to a Document's parts.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "formats/document.h"

namespace reeve {

// What the text of a boolean node means: `true`, `True`, `yes`, `on`, `y` and their like are true, the rest false.
bool text_reads_true(std::string_view raw);

// Bytes that stay where they are until the arena dies.
class Arena {
 public:
  char* take(size_t bytes) {
    if (static_cast<size_t>(end_ - next_) < bytes) grow(bytes);
    char* out = next_;
    next_ += bytes;
    return out;
  }
  // Gives back the last bytes of the newest `take`.
  void give_back(size_t bytes) { next_ -= bytes; }
  const char* copy(std::string_view s) {
    if (s.empty()) return "";
    char* out = take(s.size());
    std::memcpy(out, s.data(), s.size());
    return out;
  }

 private:
  void grow(size_t bytes) {
    size_t size = std::max(bytes, step_);
    step_ = std::min<size_t>(step_ * 2, 1 << 20);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = blocks_.back().get();
    end_ = next_ + size;
  }
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t step_ = 256;
};

struct DocumentParts {
  static std::vector<Node>& nodes(Document& d) { return d.nodes_; }
  static Source& self(Document& d) { return d.self_; }
  static std::vector<Source>& sources(Document& d) { return d.sources_; }
  static std::vector<Place>& duplicate_keys(Document& d) { return d.duplicate_keys_; }
  static std::vector<std::shared_ptr<const void>>& kept(Document& d) { return d.kept_; }
};

// Finds keys used twice in one map, for maps that nest: `push` each key as it is read, `close` the map with the number of keys it
// has. `report(node)` is called with each key node that repeats an earlier one of its map. Small maps compare fingerprints
// pairwise, which beats any table; large ones sort, so that no choice of keys makes it quadratic.
class KeyCheck {
 public:
  void clear() { keys_.clear(); }
  void push(const char* text, uint32_t size, uint32_t node) { keys_.push_back({fingerprint(text, size), text, size, node}); }

  template <class Report>
  void close(size_t count, Report report) {
    Key* first = keys_.data() + keys_.size() - count;
    if (count <= 24) {
      for (size_t i = 1; i < count; ++i) {
        bool seen = false;
        for (size_t j = 0; j < i; ++j) seen |= first[i].print == first[j].print;  // no early exit: this loop becomes SIMD
        if (!seen) [[likely]]
          continue;
        for (size_t j = 0; j < i; ++j)
          if (first[i].view() == first[j].view()) {
            report(first[i].node);
            break;
          }
      }
    } else {
      std::sort(first, first + count, [](const Key& a, const Key& b) {
        if (a.print != b.print) return a.print < b.print;
        int order = a.view().compare(b.view());
        return order != 0 ? order < 0 : a.node < b.node;
      });
      for (size_t i = 1; i < count; ++i)
        if (first[i].print == first[i - 1].print && first[i].view() == first[i - 1].view()) report(first[i].node);
    }
    keys_.resize(keys_.size() - count);
  }

 private:
  struct Key {
    uint64_t print = 0;
    const char* text = nullptr;
    uint32_t size = 0;
    uint32_t node = 0;
    std::string_view view() const { return {text, size}; }
  };
  // The first and last four bytes and the length: keys of one map seldom agree in all three.
  static uint64_t fingerprint(const char* text, uint32_t size) {
    uint32_t a = 0, b = 0;
    if (size >= 4) {
      std::memcpy(&a, text, 4);
      std::memcpy(&b, text + size - 4, 4);
    } else {
      for (uint32_t i = 0; i < size; ++i) a = a << 8 | static_cast<uint8_t>(text[i]);
    }
    return (static_cast<uint64_t>(a) << 32 | b) + size * 0x9E3779B97F4A7C15ull;
  }
  std::vector<Key> keys_;
};

// The places of repeated keys, kept in reading order and bounded.
inline void set_duplicates(Document& document, std::vector<uint32_t>& key_nodes) {
  if (key_nodes.empty()) return;
  std::sort(key_nodes.begin(), key_nodes.end());
  if (key_nodes.size() > Document::duplicate_keys_max) key_nodes.resize(Document::duplicate_keys_max);
  const auto& nodes = document.nodes();
  for (uint32_t i : key_nodes)
    DocumentParts::duplicate_keys(document).push_back({document.self().file, nodes[i].line, nodes[i].column});
}

}  // namespace reeve
