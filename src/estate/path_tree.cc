#include "estate/path_tree.h"

#include <algorithm>

namespace reeve {

bool PathTree::add(const Path& path, uint32_t slot) {
  auto keys = path.keys();
  if (keys.empty()) return false;
  Node* at = &root_;
  for (std::string_view key : keys) {
    auto found = std::find_if(at->below.begin(), at->below.end(), [&](const Node& node) { return node.key == key; });
    if (found == at->below.end()) {
      at->below.push_back({std::string(key), {}, {}});
      found = std::prev(at->below.end());
    }
    at = &*found;
  }
  at->slots.push_back(slot);
  if (slot >= slots_.size()) slots_.resize(slot + 1);
  slots_[slot] = true;
  return true;
}

void PathTree::find(Value from, std::vector<Value>& out) const {
  out.assign(slots_.size(), Value());
  walk(root_, from, out);
}

// Of a key that stands twice the last counts, so what the first said is taken back.
void PathTree::walk(const Node& node, Value value, std::vector<Value>& out) {
  if (!value.is_map()) return;
  for (auto entry : value.entries()) {
    std::string_view key = entry.key();
    for (const Node& child : node.below) {
      if (child.key.size() != key.size() || child.key.back() != key.back() || child.key != key) continue;
      // What is unknown is so with everything below it; null is as good as absent.
      if (entry.value.is_unknown() || entry.value.is_null()) {
        set(child, entry.value.is_unknown() ? entry.value : Value(), out);
        break;
      }
      set(child, Value(), out);
      for (uint32_t slot : child.slots) out[slot] = entry.value;
      if (!child.below.empty()) walk(child, entry.value, out);
      break;
    }
  }
}

void PathTree::set(const Node& node, Value value, std::vector<Value>& out) {
  for (uint32_t slot : node.slots) out[slot] = value;
  for (const Node& child : node.below) set(child, value, out);
}

}  // namespace reeve
