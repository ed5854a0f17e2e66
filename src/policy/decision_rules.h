// What services and AWS's procedure add to policies: which grants are needed together, and what no policy grants. Private to this room.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "policy/compiled.h"

namespace reeve::policy {

// What a result is made of. The first lines are grants and limits; from `scp` on each is needed in any case.
enum class Factor : uint8_t {
  identity, boundary, session,         // their policies allow; yes where there is none that limits
  account, role, star, direct, any,    // the resource's policy allows, in this form
  same,                                // the caller's account is the owner's
  star_switch,                         // DecisionSwitches::star_beats_boundary
  scp, endpoint, rule, block
};
constexpr size_t factor_count = 14;
constexpr uint32_t bit(Factor factor) { return uint32_t{1} << static_cast<int>(factor); }

// Products of factors, any one of which lets the request in.
struct GrantTerms {
  std::array<uint32_t, 8> terms{};
  size_t count = 0;
  void add(uint32_t term) { terms[count++] = term; }
  const uint32_t* begin() const { return terms.data(); }
  const uint32_t* end() const { return terms.data() + count; }
};
GrantTerms terms_of(const Asked& asked);

// Not null: the operation succeeds whatever policies say, and why.
const char* outside_policies(const Asked& asked);

// Get, Put or DeleteBucketPolicy.
bool bucket_policy_action(const Asked& asked);

// What the service refuses whatever policies allow.
struct ServiceRule {
  Truth allows = Truth::yes;
  const char* note = "";         // why not
  const char* open_switch = "";  // unknown: the name of what would decide
};
ServiceRule service_rule(const Asked& asked, const DecisionSwitches& switches);

}  // namespace reeve::policy
