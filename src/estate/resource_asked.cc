// What is asked of a finished resource: its body, and where what it lacks was looked for.
#include <tuple>
#include <utility>

#include "base/text.h"
#include "estate/resource.h"
#include "estate/resource_type.h"

namespace reeve {

Value Resource::body() const {
  if (document)
    for (auto entry : document->root().get("Resources").entries()) return entry.value;
  return {};
}

const Resource::Seen* Resource::seen_absent(std::string_view path) const {
  const ResourceType* mapped = shape ? shape : type;
  if (!mapped) return nullptr;
  // a is b or stands over it
  auto above = [](std::string_view a, std::string_view b) { return starts_with(b, a) && (a.size() == b.size() || b[a.size()] == '.' || b[a.size()] == '['); };
  for (auto& [target, seen] : absent)
    if (above(mapped->targets[target], path) || above(path, mapped->targets[target])) {
      if (const Path* path_of = std::exchange(seen.looked_up, nullptr)) std::tie(seen.path, seen.value) = path_of->stops(seen.item);
      return &seen;
    }
  return nullptr;
}

}  // namespace reeve
