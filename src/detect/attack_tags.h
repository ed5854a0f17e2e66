// ATT&CK in a rule's tags: `attack.t1078.004` is a technique, `attack.persistence` a tactic.
#pragma once

#include <string>
#include <vector>

namespace reeve {

// In the order of the tags, each once: T1078.004 …; and as ATT&CK names its tactics: Persistence, Command and Control …
std::vector<std::string> techniques_in(const std::vector<std::string>& tags);
std::vector<std::string> tactics_in(const std::vector<std::string>& tags);

}  // namespace reeve
