#include "assess/access_records.h"

#include <algorithm>
#include <map>

#include "access/network.h"
#include "assess/recorded_resource.h"
#include "base/text.h"

namespace reeve {
namespace {

// Most of what stands in a VPC has no public address and none to it; then nothing else of the network is looked at.
struct Wanted {
  std::string_view type, where;
};
// What may be an entrance: it has a public address, or it is not known whether it has.
constexpr Wanted entrances[] = {
    {"AWS::EC2::NetworkInterface", "json_member(properties, 'public_ip') IS NOT NULL OR coalesce(json_member(properties, 'ipv6_addresses'), '[]') <> '[]' OR "
                                   "json_member(unknown, 'public_ip') IS NOT NULL"},
    {"AWS::EC2::Instance", "json_member(properties, 'public_ip') IS NOT NULL OR json_member(unknown, 'public_ip') IS NOT NULL"},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", "coalesce(json_member(properties, 'scheme'), '') <> 'internal'"},
    {"AWS::ElasticLoadBalancing::LoadBalancer", "coalesce(json_member(properties, 'scheme'), '') <> 'internal'"},
};
constexpr Wanted ways[] = {{"AWS::EC2::VPC", ""}, {"AWS::EC2::Subnet", ""}, {"AWS::EC2::RouteTable", ""}, {"AWS::EC2::NetworkAcl", ""}, {"AWS::EC2::SecurityGroup", ""}};
// Behind a load balancer stands what needs no address of its own.
constexpr Wanted behind_balancers[] = {{"AWS::ElasticLoadBalancingV2::Listener", ""}, {"AWS::ElasticLoadBalancingV2::TargetGroup", ""}, {"AWS::EC2::Instance", ""}, {"AWS::EC2::NetworkInterface", ""}};

std::string way_of(const Reach& reach) {
  if (reach.reachable != Truth::yes) return join(reach.unknown, "; ");
  std::vector<std::string> out;
  for (const Hop& hop : reach.hops) out.push_back(hop.kind + " " + hop.id + ": " + hop.why);
  return join(out, "; ");
}

}  // namespace

bool asks_access(const Content& content) {
  return std::any_of(content.controls.begin(), content.controls.end(), [](const Control& control) {
    return std::find(control.needs.begin(), control.needs.end(), access_part) != control.needs.end();
  });
}

namespace {

// What the internet gets to; each thing that anybody gets to goes into `exposed`, once, a way that is sure before one that is not.
Status record_reach(store::Store& store, const Content& content, const ResourceCatalogue& catalogue, std::map<std::string, ExposedResource>& entered, std::vector<Error>& errors) {
  if (!content.record_view("network_reach")) return {};
  auto& db = store.db();
  std::vector<std::string> exposed;
  NetworkModel network(read_exposure_rules(*content.files, errors, &exposed));
  size_t found = 0;
  bool balancers = false;
  auto take = [&](std::string_view type, std::string_view where) -> Status {
    const ResourceType* known = catalogue.find(type);
    if (!known) return {};
    return each_recorded(db, *known, where, [&](const Resource& resource) {
      network.add(resource);
      ++found;
      balancers |= contains(type, "LoadBalanc");
    });
  };
  for (const Wanted& one : entrances) TRY(take(one.type, one.where));
  for (const std::string& type : exposed) TRY(take(type, ""));
  if (found > 0)
    for (const Wanted& one : ways) TRY(take(one.type, one.where));
  if (balancers)
    for (const Wanted& one : behind_balancers) TRY(take(one.type, one.where));

  auto insert = TRY(db.prepare("INSERT INTO temp.network_reach(target, behind, type, account, region, family, sure, anybody, protocol, from_port, to_port, way) "
                               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"));
  for (const Reach& reach : network.from_internet()) {
    if (reach.reachable == Truth::no) continue;
    const std::string way = way_of(reach);
    std::vector<OpenPorts> ports = reach.ports;
    if (ports.empty()) ports.push_back({6, 0, 65535});
    std::vector<std::string> behind = reach.leads_to;
    if (behind.empty()) behind.push_back(reach.target);
    const bool sure = reach.reachable == Truth::yes;
    if (reach.anybody)
      for (const std::string& arn : behind) {
        const ExposedResource one{arn, reach.ports.empty() ? "open" : text_of(reach.ports.front()) + (reach.ports.size() > 1 ? " and more" : ""), sure};
        auto [at, fresh] = entered.try_emplace(arn, one);
        if (!fresh && sure && !at->second.sure) at->second = one;
      }
    for (const std::string& what : behind)
      for (const OpenPorts& open : ports) {
        insert.bind(1, reach.target).bind(2, what).bind(3, reach.type).bind(4, reach.account).bind(5, reach.region).bind(6, reach.v6 ? "ipv6" : "ipv4");
        insert.bind(7, int64_t{reach.reachable == Truth::yes}).bind(8, int64_t{reach.anybody}).bind(9, int64_t{open.protocol});
        const bool has_ports = open.protocol == 6 || open.protocol == 17;
        if (has_ports) insert.bind(10, int64_t{open.from}).bind(11, int64_t{open.to});
        else insert.bind_or_null(10, "").bind_or_null(11, "");
        insert.bind(12, way);
        TRY(insert.run());
      }
  }
  return {};
}

}  // namespace

Status record_access(store::Store& store, const Content& content, const ResourceCatalogue& catalogue, EscalationPart& escalation, std::vector<Error>& errors) {
  std::map<std::string, ExposedResource> entered;
  TRY(record_reach(store, content, catalogue, entered, errors));
  std::vector<ExposedResource> exposed;
  for (auto& [arn, one] : entered) exposed.push_back(std::move(one));
  return record_escalation(store, content, catalogue, std::move(exposed), escalation, errors);
}

}  // namespace reeve
