// Any bytes as a policy to be linted: every kind ends, each lint has a rule, a place and a message, and the same text gives the same lints.
#include <cstdlib>
#include <string_view>

#include "access/lint.h"
#include "formats/json.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

const reeve::LintKnowledge& knowledge() {
  static const auto kept = reeve::LintKnowledge::built_in();
  require(kept.has_value());
  return *kept;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace reeve;
  auto document = read_json({reinterpret_cast<const char*>(data), size}, Source{.file = "fuzz"}, JsonOptions{.depth_max = 64});
  if (!document) return 0;
  for (Value policy : policies_in((*document)->root()))
    for (auto use : {PolicyUse::identity, PolicyUse::resource, PolicyUse::trust, PolicyUse::scp, PolicyUse::rcp, PolicyUse::endpoint}) {
      auto linted = lint_policy(policy, knowledge(), use);
      if (!linted) {
        require(!linted.error().what.empty());
        continue;
      }
      for (const PolicyLint& lint : linted->lints) {
        require(lint.rule && !lint.message.empty() && lint.line > 0 && lint.column > 0);
        require(lint.statement >= -1);
      }
      auto again = lint_policy(policy, knowledge(), use);
      require(again && again->lints.size() == linted->lints.size());
    }
  return 0;
}
