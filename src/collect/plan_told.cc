// Fewer questions: what cheaper calls tell need not be asked again. From content alone: of each read, which targets it sets.
#include <algorithm>
#include <tuple>

#include "collect/plan_graph.h"

namespace reeve {
namespace {

bool makes(const Read& read) { return !read.id.empty() || !read.arn.empty(); }

// 0: once a place; 1: once for each resource of another type, or of several at once; 2: once for each of its own.
int price(const Read& read) {
  if (read.lists()) return 0;
  return !read.from.empty() || read.batch > 1 ? 1 : 2;
}

}  // namespace

std::set<std::string> told_by_cheaper(const ResourceType& type, size_t which, const std::map<std::string, size_t>& types_of_call,
                                      const std::set<std::string>& refused) {
  // Cheapest first. Of two that cost the same, the call that other types ask for anyway, then the one that tells more.
  std::vector<size_t> order(type.reads.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  auto rank = [&](size_t i) {
    const Read& read = type.reads[i];
    auto types = types_of_call.find(read.call);
    return std::tuple(price(read), -static_cast<int64_t>(types == types_of_call.end() ? 0 : types->second), -static_cast<int64_t>(read.set.size()), i);
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rank(a) < rank(b); });
  auto told_target = [](const Read& read, uint32_t target) {
    return std::any_of(read.set.begin(), read.set.end(), [&](auto& set) { return set.first == target; });
  };
  std::vector<const Read*> asked;
  for (size_t i : order) {
    const Read& read = type.reads[i];
    if (refused.contains(read.call)) continue;
    // A read that says more than its targets (a Region; by its silence, that a thing is not there), or that others wait for, is asked.
    // So is one that lists what belongs to something else: that may be nobody's here (another account's zone in a VPC of ours).
    bool needed = !read.region.empty() || read.unlisted_absent || read.set.empty() || (makes(read) && read.has_each && !read.from.empty());
    for (const Read& other : type.reads) needed |= other.after == read.call;
    std::set<std::string> by;
    for (auto& [target, form] : read.set) {
      auto teller = std::find_if(asked.begin(), asked.end(), [&, &target = target](const Read* one) { return one->call != read.call && told_target(*one, target); });
      if (teller == asked.end()) needed = true;
      else by.insert((*teller)->call);
    }
    if (makes(read) && price(read) < 2) {
      auto maker = std::find_if(asked.begin(), asked.end(), [&](const Read* one) { return one->call != read.call && makes(*one) && one->lists(); });
      if (maker == asked.end()) needed = true;
      else by.insert((*maker)->call);
    }
    if (i == which) return needed ? std::set<std::string>() : by;
    if (needed) asked.push_back(&read);
  }
  return {};
}

}  // namespace reeve
