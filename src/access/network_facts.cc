// From resources in their CloudFormation shape to what reach needs of them.
#include <algorithm>

#include "access/network_parts.h"
#include "base/text.h"

namespace reeve {
namespace {

std::string why_unknown(Value value) { return std::string(value.text().empty() ? "not read" : value.text()); }

std::vector<std::string> texts(const NetworkFact& fact) {
  std::vector<std::string> out;
  if (!fact.value) return out;
  for (Value item : fact.value.items())
    if (item.is_scalar()) out.emplace_back(item.text());
  return out;
}

bool holds_unknown(Value list) {
  for (Value item : list.items())
    if (item.is_unknown()) return true;
  return false;
}

std::optional<AddressSet> addresses(std::string_view text) {
  auto range = policy::parse_cidr(text);
  if (!range) return std::nullopt;
  return AddressSet::of(*range);
}

std::string text_at(Value map, std::string_view key) {
  Value value = map.get(key);
  return value && value.is_scalar() && !value.is_null() ? std::string(value.text()) : std::string();
}

uint16_t port_at(Value map, std::string_view key, uint16_t otherwise) {
  auto number = parse_int(text_at(map, key));
  return number && *number >= 0 && *number <= 65535 ? static_cast<uint16_t>(*number) : otherwise;
}

GroupRule group_rule(Value item) {
  GroupRule out;
  if (item.is_unknown()) {
    out.unread = why_unknown(item);
    return out;
  }
  out.protocol = protocol_number(text_at(item, "IpProtocol"));
  if (out.protocol == 6 || out.protocol == 17) {
    out.from = port_at(item, "FromPort", 0);
    out.to = port_at(item, "ToPort", 65535);
  }
  std::string v4 = text_at(item, "CidrIp"), v6 = text_at(item, "CidrIpv6");
  out.group = text_at(item, "SourceSecurityGroupId");
  out.prefix_list = text_at(item, "SourcePrefixListId");
  out.text = !v4.empty() ? v4 : !v6.empty() ? v6 : !out.group.empty() ? out.group : out.prefix_list;
  if (!v4.empty() || !v6.empty()) {
    auto set = addresses(v4.empty() ? v6 : v4);
    if (set) out.sources = *set;
    else out.unread = "`" + out.text + "` is no range of addresses";
  } else if (out.group.empty() && out.prefix_list.empty()) {
    out.unread = "a rule names no source";
  }
  if (out.protocol == -2) out.unread = "protocol `" + text_at(item, "IpProtocol") + "` is not understood";
  return out;
}

void read_acl(Value entries, Acl& acl) {
  for (Value item : entries.items()) {
    AclEntry entry;
    auto number = parse_int(text_at(item, "RuleNumber"));
    std::string action = text_at(item, "RuleAction"), range = text_at(item, "CidrBlock");
    if (range.empty()) range = text_at(item, "Ipv6CidrBlock");
    auto set = addresses(range);
    entry.protocol = protocol_number(text_at(item, "Protocol"));
    if (item.is_unknown() || !number || !set || entry.protocol == -2 || (action != "allow" && action != "deny")) {
      acl.unread = "an entry of " + acl.id + " was not understood";
      continue;
    }
    entry.number = *number;
    entry.allow = action == "allow";
    entry.addresses = *set;
    if (Value ports = item.get("PortRange"); ports && ports.is_map()) {
      entry.from = port_at(ports, "From", 0);
      entry.to = port_at(ports, "To", 65535);
    }
    (text_at(item, "Egress") == "true" ? acl.out : acl.in).push_back(std::move(entry));
  }
  for (auto* list : {&acl.in, &acl.out})
    std::stable_sort(list->begin(), list->end(), [](const AclEntry& a, const AclEntry& b) { return a.number < b.number; });
}

void read_routes(Value routes, RouteTable& table) {
  for (Value item : routes.items()) {
    Route route;
    if (item.is_unknown()) {
      table.unread = why_unknown(item);
      continue;
    }
    for (auto key : {"DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"})
      if (route.to_text.empty()) route.to_text = text_at(item, key);
    for (auto key : {"GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId", "LocalGatewayId",
                     "CarrierGatewayId", "CoreNetworkArn", "InstanceId", "NetworkInterfaceId"})
      if (route.via.empty()) route.via = text_at(item, key);
    route.active = text_at(item, "State") != "blackhole";
    if (auto range = policy::parse_cidr(route.to_text)) {
      route.to = AddressSet::of(*range);
      route.prefix = range->prefix;
    }
    table.routes.push_back(std::move(route));
  }
  // The narrowest route counts (VPC User Guide, "Route priority").
  std::stable_sort(table.routes.begin(), table.routes.end(), [](const Route& a, const Route& b) { return a.prefix > b.prefix; });
}

Station station_of(const Resource& resource, std::string kind) {
  Station out;
  out.target = resource.uid;
  out.type = resource.type_name;
  out.account = resource.account;
  out.region = resource.region;
  out.name = resource.name.empty() ? resource.id : resource.name;
  out.kind = std::move(kind);
  return out;
}

void groups_of(const NetworkFact& fact, Station& out) {
  out.groups = texts(fact);
  if (!fact.unknown.empty()) out.groups_unknown = fact.unknown;
  else if (fact.value && holds_unknown(fact.value)) out.groups_unknown = "not all of its security groups were read";
}

OpenPorts ports_of(std::string_view protocol, std::string_view port) {
  std::string name = lower(protocol);
  OpenPorts out;
  out.protocol = name == "udp" || name == "quic" ? 17 : 6;  // HTTP, HTTPS, TLS, TCP, TCP_UDP, GENEVE
  if (auto number = parse_int(port); number && *number >= 0 && *number <= 65535) out.from = out.to = static_cast<uint16_t>(*number);
  return out;
}

}  // namespace

NetworkFact network_fact(Value body, std::initializer_list<std::string_view> keys) {
  Value at = body;
  for (std::string_view key : keys) {
    if (at.is_unknown()) return {{}, why_unknown(at)};
    if (!at || !at.is_map()) return {};
    Value next = at.get(key);
    if (!next) return {{}, at.open() ? std::string(at.open_reason().empty() ? "not read" : at.open_reason()) : std::string()};
    at = next;
  }
  if (at.is_unknown()) return {{}, why_unknown(at)};
  if (at.is_null()) return {};
  return {at, {}};
}

int protocol_number(std::string_view name) {
  std::string text = lower(name);
  if (text == "tcp") return 6;
  if (text == "udp") return 17;
  if (text == "icmp") return 1;
  if (text == "icmpv6") return 58;
  if (text == "all" || text == "-1") return -1;
  auto number = parse_int(text);
  return number && *number >= 0 && *number <= 255 ? static_cast<int>(*number) : -2;
}

NetworkModel::NetworkModel(ExposureRules rules) : impl_(std::make_unique<Impl>()) { impl_->rules = std::move(rules); }
NetworkModel::~NetworkModel() = default;
NetworkModel::NetworkModel(NetworkModel&&) noexcept = default;
NetworkModel& NetworkModel::operator=(NetworkModel&&) noexcept = default;

void NetworkModel::add(const Resource& resource) {
  if (!resource.born) return;
  Impl& m = *impl_;
  Value body = resource.body();
  const std::string& type = resource.type_name;
  auto fact = [&](std::initializer_list<std::string_view> keys) { return network_fact(body, keys); };
  if (type == "AWS::EC2::SecurityGroup") {
    Group& group = m.groups[resource.id];
    group.id = resource.id;
    NetworkFact rules = fact({"Properties", "SecurityGroupIngress"});
    group.unread = rules.unknown;
    if (rules.value)
      for (Value item : rules.value.items()) group.rules.push_back(group_rule(item));
  } else if (type == "AWS::EC2::NetworkAcl") {
    Acl acl;
    acl.id = resource.id;
    NetworkFact entries = fact({"Observed", "Entries"});
    acl.unread = entries.unknown;
    if (entries.value) read_acl(entries.value, acl);
    NetworkFact subnets = fact({"Observed", "Subnets"});
    for (auto& subnet : texts(subnets)) m.acl_of_subnet[subnet] = acl;
  } else if (type == "AWS::EC2::RouteTable") {
    RouteTable table;
    table.id = resource.id;
    NetworkFact routes = fact({"Observed", "Routes"});
    table.unread = routes.unknown;
    if (routes.value) read_routes(routes.value, table);
    for (auto& subnet : texts(fact({"Observed", "Subnets"}))) m.table_of_subnet[subnet] = table;
    for (auto& gateway : texts(fact({"Observed", "Gateways"}))) m.tables_of_gateway[gateway].push_back(table);
    std::string main = fact({"Observed", "Main"}).text();
    if (!main.empty() && main != "0" && main != "false") m.main_table_of_vpc[fact({"Properties", "VpcId"}).text()] = table;
  } else if (type == "AWS::EC2::Subnet") {
    Subnet subnet;
    subnet.id = resource.id;
    subnet.vpc = fact({"Properties", "VpcId"}).text();
    subnet.blocks = fact({"Observed", "BlockPublicAccessStates", "InternetGatewayBlockMode"}).text();
    if (auto own = addresses(fact({"Properties", "CidrBlock"}).text())) subnet.own.push_back(*own);
    m.subnets[resource.id] = std::move(subnet);
  } else if (type == "AWS::EC2::VPC") {
    m.vpcs[resource.id].blocks = fact({"Observed", "BlockPublicAccessStates", "InternetGatewayBlockMode"}).text();
  } else if (type == "AWS::EC2::NetworkInterface") {
    Station station = station_of(resource, "interface");
    NetworkFact address = fact({"Observed", "PublicIp"}), v6 = fact({"Observed", "Ipv6Addresses"});
    station.address_text = address.text();
    station.address_unknown = address.unknown;
    station.address_v4 = !address.unknown.empty() ? Truth::unknown : truth(!station.address_text.empty());
    station.address_v6 = !v6.unknown.empty() ? Truth::unknown : truth(v6.value && v6.value.size() > 0);
    if (std::string subnet = fact({"Properties", "SubnetId"}).text(); !subnet.empty()) station.subnets = {subnet};
    else station.subnets_unknown = "its subnet was not read";
    groups_of(fact({"Properties", "GroupSet"}), station);
    std::string instance = fact({"Observed", "InstanceId"}).text();
    if (!instance.empty()) m.interfaces_of_instance[instance].push_back(resource.uid);
    station.leads_to = instance.empty() ? std::vector<std::string>{} : std::vector<std::string>{instance};
    m.stations[resource.uid] = std::move(station);
  } else if (type == "AWS::EC2::Instance") {
    m.uid_of_instance[resource.id] = resource.uid;
    std::string state = fact({"Properties", "State", "Name"}).text();
    if (state == "terminated" || state == "shutting-down") return;
    Station station = station_of(resource, "instance");
    NetworkFact address = fact({"Properties", "PublicIp"});
    station.address_text = address.text();
    station.address_unknown = address.unknown;
    station.address_v4 = !address.unknown.empty() ? Truth::unknown : truth(!station.address_text.empty());
    if (std::string subnet = fact({"Properties", "SubnetId"}).text(); !subnet.empty()) station.subnets = {subnet};
    else station.subnets_unknown = "its subnet was not read";
    groups_of(fact({"Properties", "SecurityGroupIds"}), station);
    station.leads_to = {resource.id};
    m.station_of_instance[resource.id] = resource.uid;
    m.stations[resource.uid] = std::move(station);
  } else if (type == "AWS::ElasticLoadBalancingV2::LoadBalancer" || type == "AWS::ElasticLoadBalancing::LoadBalancer") {
    Station station = station_of(resource, "load balancer");
    NetworkFact scheme = fact({"Properties", "Scheme"});
    bool inside = scheme.text() == "internal";
    station.address_unknown = scheme.unknown;
    station.address_v4 = !scheme.unknown.empty() ? Truth::unknown : truth(!inside);
    std::string family = fact({"Properties", "IpAddressType"}).text();
    station.address_v6 = starts_with(family, "dualstack") ? station.address_v4 : Truth::no;
    if (family == "dualstack-without-public-ipv4") station.address_v4 = Truth::no;
    NetworkFact subnets = fact({"Properties", "Subnets"});
    station.subnets = texts(subnets);
    if (station.subnets.empty()) station.subnets_unknown = subnets.unknown.empty() ? "its subnets were not read" : subnets.unknown;
    groups_of(fact({"Properties", "SecurityGroups"}), station);
    station.needs_group = fact({"Properties", "Type"}).text() == "application" || type == "AWS::ElasticLoadBalancing::LoadBalancer";
    if (type == "AWS::ElasticLoadBalancing::LoadBalancer") {  // listeners and instances stand in itself
      NetworkFact listeners = fact({"Properties", "Listeners"});
      TargetGroup group;
      group.arn = resource.uid;
      for (auto& instance : texts(fact({"Properties", "Instances"}))) group.members.push_back({instance, std::nullopt});
      auto& list = m.listeners[resource.uid];
      if (listeners.value)
        for (Value item : listeners.value.items()) {
          std::string arn = resource.uid + "#" + text_at(item, "InstancePort");
          group.ports = ports_of(text_at(item, "InstanceProtocol"), text_at(item, "InstancePort"));
          m.target_groups[arn] = group;
          list.push_back({ports_of(text_at(item, "Protocol"), text_at(item, "LoadBalancerPort")), {arn}, {}});
        }
      station.listens_unknown = listeners.unknown;
    }
    m.stations[resource.uid] = std::move(station);
  } else if (type == "AWS::ElasticLoadBalancingV2::Listener") {
    Listener listener;
    listener.ports = ports_of(fact({"Properties", "Protocol"}).text(), fact({"Properties", "Port"}).text());
    NetworkFact actions = fact({"Properties", "DefaultActions"});
    listener.unread = actions.unknown;
    if (actions.value)
      for (Value action : actions.value.items()) {
        if (std::string arn = text_at(action, "TargetGroupArn"); !arn.empty()) listener.groups.push_back(arn);
        if (Value forward = action.get("ForwardConfig"); forward && forward.is_map())
          for (Value group : forward.get("TargetGroups") ? forward.get("TargetGroups").items() : Value().items())
            if (std::string arn = text_at(group, "TargetGroupArn"); !arn.empty()) listener.groups.push_back(arn);
      }
    std::sort(listener.groups.begin(), listener.groups.end());
    listener.groups.erase(std::unique(listener.groups.begin(), listener.groups.end()), listener.groups.end());
    m.listeners[fact({"Properties", "LoadBalancerArn"}).text()].push_back(std::move(listener));
  } else if (type == "AWS::ElasticLoadBalancingV2::TargetGroup") {
    TargetGroup group;
    group.arn = resource.uid;
    group.type = fact({"Properties", "TargetType"}).text();
    group.ports = ports_of(fact({"Properties", "Protocol"}).text(), fact({"Properties", "Port"}).text());
    NetworkFact members = fact({"Properties", "Targets"});
    group.unread = members.unknown;
    if (members.value)
      for (Value item : members.value.items()) {
        TargetGroup::Member member{text_at(item, "Id"), std::nullopt};
        if (std::string port = text_at(item, "Port"); !port.empty()) member.ports = ports_of(fact({"Properties", "Protocol"}).text(), port);
        group.members.push_back(std::move(member));
      }
    m.target_groups[resource.uid] = std::move(group);
  } else {
    m.add_exposed(resource);
  }
}

}  // namespace reeve
