// The organization of an estate: which policies bind each account, from the root down. Private to this room.
//
// The rules are those of assess/organization_tree.h, which asks the store for them; here they come from the resources themselves. A unit
// whose attachments were not read, a policy without text, or a way up that ends before the root leaves a policy that is unknown in its
// place: nothing is allowed by what was not read.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "access/estate_build.h"

namespace reeve::access {

class OrganizationBuilder {
 public:
  OrganizationBuilder(AccessEstate& estate, EstateBuilder& builder) : estate_(estate), builder_(builder) {}

  bool takes(const Resource& resource) const;  // one of the organization's own
  void add(Resource&& resource);
  void read(const ReadRecord& record);
  void finish();  // gives each account of the estate its levels

 private:
  enum Kind : size_t { scp, rcp };
  struct Attached {
    bool known = false;
    std::vector<std::string> policies;
    std::string why;  // not known
  };
  struct Node {
    std::string parent, name;
    Attached attached[2];
  };
  struct Guardrail {
    Kind kind = scp;
    PolicyPtr policy;
    bool targets_known = false;
    std::vector<std::string> targets;
  };
  Attached attached_at(Kind kind, const std::string& where, const Node* node) const;
  std::optional<std::vector<PolicySet::Level>> way_to(Kind kind, const std::string& account, const Node& node);
  Truth in_force(Kind kind) const;
  PolicyPtr policy(Kind kind, const std::string& id);
  PolicyPtr unread(const std::string& name, const std::string& why);

  AccessEstate& estate_;
  EstateBuilder& builder_;
  std::vector<Resource> kept_;  // their documents, for as long as they are asked
  bool seen_ = false, several_ = false;
  std::string id_, root_, management_, why_;
  Fact enabled_[2];
  Attached at_root_[2];
  std::map<std::string, Node> units_, accounts_;
  std::map<std::string, Guardrail> policies_;
  bool listed_[2] = {false, false}, list_failed_ = false;  // organizations:ListPolicies
  std::set<std::string> outside_;                          // accounts that said they are in none
  std::map<std::string, std::string> refused_;             // account → why organizations:DescribeOrganization was not answered
};

}  // namespace reeve::access
