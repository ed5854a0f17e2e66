#include <algorithm>

#include "collect/plan.h"
#include "formats/json.h"

namespace reeve {

std::vector<std::pair<std::string, std::string>> request_texts(Value input) {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto entry : input.entries()) {
    auto text = entry.value.scalar_text();
    out.emplace_back(entry.key(), text ? std::string(*text) : to_json(entry.value));
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Each part with its length before it, so that no two calls share a key whatever stands in their parameters.
std::string call_key(const CollectPlace& place, std::string_view call, std::vector<std::pair<std::string, std::string>> parameters) {
  std::sort(parameters.begin(), parameters.end());
  std::string out = place.account + "/" + place.region + "/" + std::string(call);
  for (auto& [name, value] : parameters) out += "/" + name + "=" + std::to_string(value.size()) + ":" + value;
  return out;
}

std::string PlannedCall::key() const { return call_key(place, call, input ? request_texts(input->root()) : std::vector<std::pair<std::string, std::string>>()); }

}  // namespace reeve
