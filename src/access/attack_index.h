// What an estate's policies say about the permissions that ways up need, told once for the whole graph. A prefilter: it lets through
// whatever a policy may allow, and decisions (attack_judge.h) are made of what is left. Private to this room.
#pragma once

#include <bitset>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/estate.h"
#include "content/escalations.h"

namespace reeve {

inline constexpr size_t attack_actions_max = 1024;
using AttackActions = std::bitset<attack_actions_max>;

// Whom a role's trust policy names in its Allows.
struct TrustNames {
  bool everyone = false;
  bool asks_who = false;  // a condition looks at who the caller is
  std::vector<std::string> accounts, arns, services, federated;
};

// Does every Allow to a cluster's provider name the service account, in part at least?
bool subject_is_tied(const Policy& trust, const std::string& provider);

class AttackIndex {
 public:
  AttackIndex(const AccessEstate& estate, const Escalations& known);

  struct OfPolicy {
    AttackActions may;
    AttackActions never;    // a Deny without conditions, on everything
    bool asks_who = false;  // names, tags or ids of the caller decide
    std::vector<std::pair<uint16_t, uint32_t>> allows;  // action, statement; sorted
  };
  struct OfSet {
    AttackActions may;
    bool asks_who = false;
    Truth admin = Truth::no, admin_unbounded = Truth::no;
  };

  uint16_t action(std::string_view lower) const;  // of one that a way needs
  // What a caller's own policies have to allow for the way, by its place in Escalations::ways.
  const AttackActions& needed(size_t way) const { return needed_[way]; }
  const OfPolicy& policy(uint32_t index) const { return policies_[index]; }
  const OfSet& set(uint32_t index) const { return sets_[index]; }
  // What the caller's Allows of the action may cover, as patterns with the caller's name put in and any other variable loosened; `*`
  // alone if they may cover anything.
  std::vector<std::string> reach(const AccessPrincipal& who, uint16_t action) const;
  // The Resource patterns of the Allows that may cover the action; NotResource gives none.
  std::vector<std::string_view> patterns(uint32_t set, uint16_t action) const;
  const TrustNames& trust(uint32_t principal) const { return trusts_[principal]; }
  bool changeable(uint32_t principal) const { return changeable_[principal]; }  // not kept by AWS for itself

  // By account: roles that may trust a service; users; roles; groups.
  const std::vector<uint32_t>& serving(uint32_t account, const std::string& service) const;
  std::vector<std::vector<uint32_t>> users, roles, groups;
  // Roles whose trust names the account (by id), everyone, or one ARN.
  const std::vector<uint32_t>& trusting_account(const std::string& id) const;
  const std::vector<uint32_t>& trusting_arn(const std::string& arn) const;
  std::vector<uint32_t> trusting_everyone, trusting_everyone_by_who;  // the second: those of the first whose trust looks at who it is
  // Customer managed policies of a set, as policy indexes.
  std::vector<uint32_t> customer_policies(uint32_t set) const;
  const std::vector<std::string>& tag_keys() const { return tag_keys_; }      // `aws:resourcetag/x` and the like, lower case
  const std::vector<std::string>& regions() const { return regions_; }        // that conditions on aws:RequestedRegion name

 private:
  void read_policy(const Policy& policy, OfPolicy& out);
  void read_trust(uint32_t role);
  void read_conditions(const Statement& statement, bool& asks_who);

  const AccessEstate& estate_;
  std::vector<std::string> actions_;
  std::vector<AttackActions> needed_;
  std::map<std::string, std::pair<uint16_t, uint16_t>, std::less<>> services_;  // prefix → actions
  std::vector<OfPolicy> policies_;
  std::vector<OfSet> sets_;
  std::vector<TrustNames> trusts_;
  std::vector<bool> changeable_;
  std::vector<std::map<std::string, std::vector<uint32_t>, std::less<>>> serving_;
  std::unordered_map<std::string, std::vector<uint32_t>> by_account_, by_arn_;
  std::vector<std::string> tag_keys_, regions_;
};

}  // namespace reeve
