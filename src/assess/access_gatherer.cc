#include "assess/access_gatherer.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "base/hash.h"
#include "base/text.h"
#include "estate/load.h"
#include "store/json_member.h"

namespace reeve {
namespace {

// The columns of a holder that say which role it has; what holds none is left out, as most instances are.
std::set<std::string> holding(const ResourceType& type, const std::vector<std::string>& paths) {
  std::set<std::string> out;
  for (const auto& [column, path] : type.columns) {
    std::string text;
    for (std::string_view key : path.keys()) text += (text.empty() ? "" : ".") + std::string(key);
    for (const std::string& wanted : paths)
      for (std::string_view one : split(wanted, '|'))
        if (const std::string_view at = trim(one); at == text || starts_with(at, text + ".")) out.insert(column);
  }
  return out;
}

// Most of what stands in a VPC has no public address and none to it: what may be an entrance has one, or it is not known whether it has.
bool may_be_public(const RecordedTexts& row) {
  return has_column(row, "public_ip") || unknown_column(row, "public_ip") || (has_column(row, "ipv6_addresses") && store::json_member(row.properties, "ipv6_addresses") != "[]");
}

bool faces_outside(const RecordedTexts& row) { return store::json_member(row.properties, "scheme").value_or("") != "\"internal\""; }

}  // namespace

AccessGatherer::AccessGatherer(const Content& content, const ResourceCatalogue& catalogue, std::vector<Error>& errors)
    : catalogue_(catalogue), maker_(catalogue, {.keep_documents = true}) {
  asks_network_ = content.record_view("network_reach") != nullptr;
  asks_escalation_ = content.record_view("administrators") && content.record_view("escalation_paths");
  if (asks_network_) {
    std::vector<std::string> exposed;
    network_ = NetworkModel(read_exposure_rules(*content.files, errors, &exposed));
    wish_network(exposed);
  }
  if (asks_escalation_) {
    escalations_ = escalations_of(*content.files);
    errors.insert(errors.end(), escalations_.errors.begin(), escalations_.errors.end());
    wish_estate();
  }
}

void AccessGatherer::wish(To to, std::string_view type, Wanted wanted, const std::set<std::string>& only) {
  const ResourceType* known = catalogue_.find(type);
  if (!known) return;
  wishes_.push_back({to, RecordedShape(*known, only), std::move(wanted)});
}

void AccessGatherer::wish_network(const std::vector<std::string>& exposed) {
  for (std::string_view type : {"AWS::EC2::NetworkInterface", "AWS::EC2::Instance"}) wish(To::network, type, may_be_public);
  for (std::string_view type : {"AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer"}) wish(To::network, type, faces_outside);
  for (const std::string& type : exposed) wish(To::network, type);
  for (std::string_view type : {"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::NetworkAcl", "AWS::EC2::SecurityGroup"}) wish(To::network, type);
}

void AccessGatherer::wish_estate() {
  for (std::string_view type : {"AWS::IAM::ManagedPolicy", "AWS::IAM::Group", "AWS::IAM::User", "Reeve::Organization", "AWS::Organizations::OrganizationalUnit",
                                "AWS::Organizations::Account", "AWS::Organizations::Policy"})
    wish(To::estate, type);
  wish(To::estate, "AWS::IAM::Role", {}, {"trust_policy", "inline_policies", "managed_policies", "permissions_boundary", "instance_profiles"});
  std::map<std::string, std::vector<std::string>> holders;
  for (const Escalation& way : escalations_.ways)
    if (!way.holder.type.empty()) holders[way.holder.type].push_back(way.holder.role);
  for (const auto& [type, paths] : holders)
    if (const ResourceType* found = catalogue_.find(type)) {
      std::set<std::string> only = holding(*found, paths);
      if (only.empty()) continue;
      auto holds = [columns = only](const RecordedTexts& row) { return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) { return has_column(row, column); }); };
      for (const auto& [column, path] : found->columns)
        if (!found->access.policy.empty() && path.text() == found->access.policy.text()) only.insert(column);
      wish(To::estate, type, std::move(holds), only);
    }
}

Status AccessGatherer::read(store::Db& db, To to, const std::function<void(Resource&&)>& each) const {
  std::unordered_set<uint64_t> seen;  // digests of uids: of what several accounts tell, the first word counts
  for (const Wish& one : wishes_) {
    if (one.to != to) continue;
    seen.clear();
    TRY(each_recorded(db, one.shape, one.wanted, [&](Resource&& resource) {
      if (seen.insert(hash64(resource.uid)).second) each(std::move(resource));
    }));
  }
  return {};
}

Result<NetworkModel> AccessGatherer::network(store::Db& db) {
  bool balancers = false;
  TRY(read(db, To::network, [&](Resource&& resource) {
    network_.add(resource);
    balancers |= contains(resource.type_name, "LoadBalanc");
  }));
  if (balancers) TRY(behind_balancers(db));
  return std::move(network_);
}

// What stands behind load balancers needs no address of its own: every instance and interface is looked at, so only if there are any.
Status AccessGatherer::behind_balancers(store::Db& db) {
  std::unordered_set<uint64_t> seen;
  for (std::string_view type : {"AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::EC2::Instance", "AWS::EC2::NetworkInterface"})
    if (const ResourceType* known = catalogue_.find(type))
      TRY(each_recorded(db, RecordedShape(*known), {}, [&](Resource&& resource) {
        if (seen.insert(hash64(resource.uid)).second) network_.add(resource);
      }));
  return {};
}

Result<AccessEstate> AccessGatherer::estate(store::Db& db) {
  TRY(read(db, To::estate, [&](Resource&& resource) { maker_.add(std::move(resource)); }));
  auto reads = TRY(db.prepare("SELECT account, operation, status, error, parameter FROM temp.reads WHERE operation IN ('organizations:DescribeOrganization', 'organizations:ListPolicies')"));
  while (TRY(reads.step())) {
    ReadRecord record;
    record.account = reads.text(0), record.call = reads.text(1), record.error = reads.text(3), record.parameter = reads.text(4);
    const std::string_view status = reads.text(2);
    record.status = status == "ok" ? ReadRecord::Status::ok : status == "denied" ? ReadRecord::Status::denied : status == "absent" ? ReadRecord::Status::absent : ReadRecord::Status::error;
    maker_.read(record);
  }
  return maker_.finish();
}

}  // namespace reeve
