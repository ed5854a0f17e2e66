// May this caller go this way? Each permission that a way needs is decided by policy/decision.h; what the caller is free to choose, such
// as the name of a function that does not exist yet, is chosen so that all permissions on it hold together. Private to this room.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "access/attack_index.h"

namespace reeve {

// A caller made ready for many questions.
struct AttackActor {
  uint32_t principal = no_index;
  RequestCaller caller;
  PolicySet policies;           // without a resource's
  std::string partition, account, region;
  std::vector<std::string> regions;  // to try
  std::unordered_map<std::string, Truth> decided;  // action, resource and context → answer
  std::map<std::pair<const Escalation*, std::string>, std::tuple<Truth, std::string, std::string>> chosen;  // free resources: answer, ARN, Region
  std::map<std::string, std::vector<std::pair<uint32_t, Truth>>> passable;  // roles on which a need holds
  std::unordered_map<uint16_t, std::vector<std::string>> reach;  // action → AttackIndex::reach
  PolicyPtr own_trust;          // one that lets the caller in
};

// One permission as it was asked for.
struct AttackAsked {
  DecisionRequest request;
  PolicyPtr resource_policy;
  uint32_t owner = no_index;
  std::string note;  // `a function that does not exist yet`
};

class AttackJudge {
 public:
  AttackJudge(const AccessEstate& estate, const AttackIndex& index) : estate_(estate), index_(index) {}

  AttackActor actor(uint32_t principal) const;
  // Has a caller with these policies, as far as patterns tell, every permission that the way needs? `way`: its place in Escalations::ways.
  bool may_go(uint32_t set, size_t way) const { return (index_.needed(way) & ~index_.set(set).may).none(); }
  // May the caller's Allows cover the action on the ARN, as far as patterns tell?
  bool may_touch(AttackActor& actor, uint16_t action, std::string_view arn) const;
  // The permissions that do not depend on the target. `holder`: a resource that holds it, or empty for any.
  Truth ready(AttackActor& actor, const Escalation& way, const AccessResource* holder, std::vector<AttackAsked>* asked = nullptr) const;
  // Those that do. `policy`: the customer managed policy that takes part.
  Truth on_principal(AttackActor& actor, const Escalation& way, uint32_t target, uint32_t policy, std::vector<AttackAsked>* asked = nullptr) const;
  Truth on_arn(AttackActor& actor, const Escalation& way, const std::string& arn, const AccessResource* resource, std::vector<AttackAsked>* asked = nullptr) const;
  // Does the role let the service act as it, for somebody of its own account?
  Truth serves(uint32_t role, const std::vector<std::string>& services, std::string* which = nullptr) const;
  Truth ask(AttackActor& actor, const AttackAsked& asked) const;
  Decision explain(const AttackActor& actor, const AttackAsked& asked) const;

 private:
  AttackAsked make(AttackActor& actor, const Escalation::Need& need, std::string resource, const std::string& region) const;
  Truth free_resource(AttackActor& actor, const Escalation& way, const std::string& name, const std::string& pattern, std::vector<AttackAsked>* asked) const;
  Truth with_context(AttackActor& actor, const Escalation::Need& need, AttackAsked asked, std::vector<AttackAsked>* keep) const;
  void describe_target(Context& context, uint32_t target) const;

  const AccessEstate& estate_;
  const AttackIndex& index_;
  mutable std::unordered_map<std::string, Truth> serves_;
};

}  // namespace reeve
