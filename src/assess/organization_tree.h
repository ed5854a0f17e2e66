// The organization as the views tell it: which account hangs under which units, and which policies stand on the way from the root
// down to it. What SQL controls ask of service and resource control policies is asked here, of the policy engine, along that way.
//
// A policy that could not be read, a unit whose attachments were not read, or a way up that ends before the root makes the answer
// unknown, unless what was read decides alone.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/policy.h"
#include "store/sqlite.h"

namespace reeve {

// The accounts that were told of, and whether a list of all of them was read to its end.
struct OrganizationAccounts {
  const std::vector<std::string>* ids;
  bool complete = false;
};

class OrganizationTree {
 public:
  explicit OrganizationTree(store::Db& db) : db_(db) {}

  Result<std::string> organization_id();
  Result<OrganizationAccounts> accounts();

  // Is the action denied to `principal` (`any`, `root` or an ARN) in the account, by service control policies? `region`: for requests
  // to that Region; empty: whatever the Region. Ordinary callers, so that a named break-glass role does not void a guardrail.
  Result<Truth> scp_denies(std::string_view account, std::string_view action, std::string_view principal, std::string_view region = {});

  // The same for all of several actions, as a control's verdict and the words for it: `not_applicable` where no such policy binds
  // (the management account, and an account outside any organization).
  struct Guardrail {
    std::string verdict, value;
  };
  Result<Guardrail> guardrail(std::string_view account, const std::vector<std::string>& actions, std::string_view principal,
                              std::string_view region = {});

  // Do resource control policies keep accounts that they do not name from doing the action to the account's resources?
  Result<Truth> rcp_denies(std::string_view account, std::string_view action, std::string_view resource);

 private:
  enum Kind : size_t { scp, rcp };
  struct Attached {
    bool known = false;
    std::vector<std::string> policies;
  };
  struct Node {
    std::string parent;
    Attached attached[2];
  };
  struct Document {
    std::string text;
    bool targets_known = false;
    std::vector<std::string> targets;
  };
  struct Policies {
    std::string enabled;  // status of the policy type; empty: not known
    bool never_enabled = false;
    bool all_targets_known = false;
    std::map<std::string, Document> documents;
  };
  // The policies on a way, root first. Accounts under the same policies share it, and the answers too if no policy tells accounts apart.
  struct Way {
    std::vector<std::vector<Policy>> levels;
    bool tells_accounts_apart = false;
    std::unordered_map<std::string, Truth> answers;
  };

  Status load();
  Status load_policies(Kind kind, std::string_view type);
  Truth in_force(Kind kind) const;
  Attached attached_at(Kind kind, const std::string& where, const Node* node) const;
  std::vector<Policy> read(Kind kind, const Attached& attached) const;
  Way& way_to(Kind kind, const std::string& account, const Node& node);

  store::Db& db_;
  bool loaded_ = false;
  std::string id_, root_, management_;
  bool several_ = false;  // replies of several organizations in one input: whose root stands above an account is not told
  std::map<std::string, Node> units_, accounts_;
  std::vector<std::string> account_ids_;
  bool listed_whole_ = false;
  std::unordered_map<std::string, bool> managing_;  // account → it manages the organization; absent: not known
  std::unordered_map<std::string, bool> outside_;   // accounts that said they are in none
  Policies policies_[2];
  std::unordered_map<std::string, Way> ways_;  // by the ids of the policies on them
};

}  // namespace reeve
