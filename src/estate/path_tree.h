// Many plain paths looked up in one walk: what a hundred members of one item are asked for is found by going through the item once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "estate/path.h"

namespace reeve {

class PathTree {
 public:
  // Gives `slot` to the path if it is plain and made of keys alone; false: look it up by itself.
  bool add(const Path& path, uint32_t slot);
  bool has(uint32_t slot) const { return slot < slots_.size() && slots_[slot]; }
  // For every slot what `Path::find_plain` would give; `out` is made as long as the highest slot needs.
  void find(Value from, std::vector<Value>& out) const;

 private:
  struct Node {
    std::string key;
    std::vector<uint32_t> slots;
    std::vector<Node> below;
  };
  static void walk(const Node& node, Value value, std::vector<Value>& out);
  static void set(const Node& node, Value value, std::vector<Value>& out);
  Node root_;
  std::vector<bool> slots_;
};

}  // namespace reeve
