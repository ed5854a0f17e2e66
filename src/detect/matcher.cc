#include "detect/matcher.h"

#include "detect/sigma.h"

namespace reeve {

struct Matcher::Plan {
  const RuleSet& rules;
};

class Matcher::Scratch {
 public:
  ProbeRoom room;
};

Matcher::Matcher(const RuleSet& rules) : plan_(std::make_unique<const Plan>(Plan{rules})) {}
Matcher::~Matcher() = default;

std::shared_ptr<Matcher::Scratch> Matcher::scratch() const { return std::make_shared<Scratch>(); }

void Matcher::match(const LogEvent& event, Scratch& scratch, const std::function<void(uint32_t)>& hit) const {
  for (uint32_t i = 0; i < plan_->rules.rules.size(); ++i) {
    const auto& detection = plan_->rules.rules[i].detection;
    if (detection && detection->matches(event, scratch.room)) hit(i);
  }
}

}  // namespace reeve
