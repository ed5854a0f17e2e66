// The way of a packet: address, gateway, route, ACL, group; then what stands behind a load balancer.
#include "access/network.h"

#include <algorithm>
#include <set>

#include "access/network_parts.h"
#include "base/text.h"

namespace reeve {
namespace {

using Impl = NetworkModel::Impl;

// Sources for which something holds for sure, and those for which it may: `maybe` includes `sure`.
struct Sources {
  AddressSet sure, maybe;
  explicit Sources(bool v6) : sure(v6), maybe(v6) {}
  Sources(AddressSet s, AddressSet m) : sure(std::move(s)), maybe(std::move(m)) {}
  static Sources of(const AddressSet& set) { return {set, set}; }
  Sources within(const Sources& other) const { return {sure.within(other.sure), maybe.within(other.maybe)}; }
  Sources with(const Sources& other) const { return {sure.with(other.sure), maybe.with(other.maybe)}; }
};

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

bool speaks_of(int rule, int protocol) { return rule == -1 || rule == protocol; }
bool covers(uint16_t from, uint16_t to, const OpenPorts& atom) { return from <= atom.from && atom.to <= to; }

// Whence does the answer find its way back through an internet gateway?
Sources routed(const RouteTable& table, bool v6, std::vector<std::string>& unknown, std::string& gateway, std::string& by) {
  Sources out(v6);
  AddressSet rest = AddressSet::internet(v6);
  if (!table.unread.empty()) {
    unknown.push_back("routes of " + table.id + ": " + table.unread);
    out.maybe = rest;
  }
  bool lists = false;
  for (const Route& route : table.routes) {
    bool igw = starts_with(route.via, "igw-");
    bool endpoint = starts_with(route.via, "vpce-");
    if (!route.to) {
      // The addresses of a gateway endpoint's list are the service's own; a list of one's own could hold anything.
      if (!endpoint && !igw && route.active) {
        lists = true;
        add_once(unknown, "addresses of prefix list " + route.to_text + " in " + table.id);
      } else if (igw && route.active) {
        out.maybe = out.maybe.with(rest);
        add_once(unknown, "addresses of prefix list " + route.to_text + " in " + table.id);
      }
      continue;
    }
    if (route.to->v6() != v6) continue;
    AddressSet part = rest.within(*route.to);
    if (part.empty()) continue;
    rest = rest.without(*route.to);
    if (!route.active) continue;
    if (igw) {
      out = out.with(Sources::of(part));
      gateway = route.via;
      by = route.to_text;
    } else if (endpoint || starts_with(route.via, "tgw-") || starts_with(route.via, "eni-") || starts_with(route.via, "i-") || starts_with(route.via, "cagw-") ||
               starts_with(route.via, "arn:") || starts_with(route.via, "lgw-")) {
      // A firewall, an appliance or another network: the answer may still find its way, which is not modelled.
      out.maybe = out.maybe.with(part);
      add_once(unknown, "what lies behind " + route.via + " (" + route.to_text + " in " + table.id + ")");
    }
  }
  if (lists) out.sure = AddressSet(v6);
  return out;
}

// Sources that an ACL's entries let through to (or, outwards, from) a range of ports, the first entry that fits counting.
AddressSet let_through(const std::vector<AclEntry>& entries, const OpenPorts& atom, bool v6) {
  AddressSet rest = AddressSet::all(v6), out(v6);
  for (const AclEntry& entry : entries) {
    if (entry.addresses.v6() != v6 || !speaks_of(entry.protocol, atom.protocol)) continue;
    bool ports = entry.protocol != -1 && (atom.protocol == 6 || atom.protocol == 17);
    if (ports && !covers(entry.from, entry.to, atom)) continue;
    if (!entry.allow && !ports && entry.protocol != -1) continue;  // of ICMP some kind only
    if (entry.allow) out = out.with(rest.within(entry.addresses));
    rest = rest.without(entry.addresses);
  }
  return out;
}

void cut_at(std::set<uint32_t>& cuts, uint16_t from, uint16_t to) {
  cuts.insert(from);
  cuts.insert(uint32_t{to} + 1);
}

std::vector<OpenPorts> atoms(const std::set<uint32_t>& cuts, int protocol) {
  std::vector<OpenPorts> out;
  for (auto it = cuts.begin(); it != cuts.end() && std::next(it) != cuts.end(); ++it)
    out.push_back({protocol, static_cast<uint16_t>(*it), static_cast<uint16_t>(*std::next(it) - 1)});
  return out;
}

// Whose answers may leave: the client chose the port, so one that is let out is enough.
AddressSet answers(const Acl& acl, int protocol, bool v6) {
  std::set<uint32_t> cuts{1, 65536};
  if (protocol == 6 || protocol == 17)
    for (const AclEntry& entry : acl.out) cut_at(cuts, std::max<uint16_t>(entry.from, 1), entry.to);
  AddressSet out(v6);
  for (const OpenPorts& atom : atoms(cuts, protocol)) out = out.with(let_through(acl.out, atom, v6));
  return out;
}

// Who stands before the door: the internet, or a load balancer.
struct From {
  AddressSet addresses;
  std::vector<std::string> groups;  // of the load balancer
};

Sources admitted(const Impl& m, const Station& station, const OpenPorts& atom, const From& from, std::vector<std::string>& unknown) {
  bool v6 = from.addresses.v6();
  Sources out(v6);
  auto perhaps = [&](const std::string& why) {
    out.maybe = from.addresses;
    add_once(unknown, why);
  };
  if (!station.groups_unknown.empty()) perhaps("security groups of " + station.name + ": " + station.groups_unknown);
  if (station.groups.empty() && station.groups_unknown.empty() && !station.needs_group) return Sources::of(from.addresses);
  for (const auto& id : station.groups) {
    auto found = m.groups.find(id);
    if (found == m.groups.end()) {
      perhaps("security group " + id + " was not read");
      continue;
    }
    const Group& group = found->second;
    if (!group.unread.empty()) perhaps("rules of security group " + id + ": " + group.unread);
    for (const GroupRule& rule : group.rules) {
      if (!rule.unread.empty()) {
        perhaps("a rule of security group " + id + ": " + rule.unread);
        continue;
      }
      if (!speaks_of(rule.protocol, atom.protocol)) continue;
      if (rule.protocol != -1 && (atom.protocol == 6 || atom.protocol == 17) && !covers(rule.from, rule.to, atom)) continue;
      if (!rule.group.empty()) {
        if (std::find(from.groups.begin(), from.groups.end(), rule.group) != from.groups.end()) out = out.with(Sources::of(from.addresses));
      } else if (!rule.prefix_list.empty()) {
        perhaps("addresses of prefix list " + rule.prefix_list + " in " + id);
      } else if (rule.sources.v6() == v6) {
        out = out.with(Sources::of(rule.sources.within(from.addresses)));
      }
    }
  }
  return out;
}

const Acl* acl_of(const Impl& m, const std::string& subnet) {
  auto found = m.acl_of_subnet.find(subnet);
  return found == m.acl_of_subnet.end() ? nullptr : &found->second;
}

const RouteTable* table_of(const Impl& m, const std::string& subnet) {
  auto own = m.table_of_subnet.find(subnet);
  if (own != m.table_of_subnet.end()) return &own->second;
  auto known = m.subnets.find(subnet);
  if (known == m.subnets.end()) return nullptr;
  auto main = m.main_table_of_vpc.find(known->second.vpc);
  return main == m.main_table_of_vpc.end() ? nullptr : &main->second;
}

// Does VPC Block Public Access stop what comes from the internet? The subnet's own state tells of exclusions, the VPC's does not.
Truth blocked_by_vpc(const Impl& m, const std::string& subnet, std::string& unknown) {
  auto known = m.subnets.find(subnet);
  if (known == m.subnets.end()) return Truth::no;  // what is not known of the subnet is asked of its routes
  if (!known->second.blocks.empty()) return truth(known->second.blocks != "off");
  auto vpc = m.vpcs.find(known->second.vpc);
  if (vpc == m.vpcs.end() || vpc->second.blocks.empty() || vpc->second.blocks == "off") return Truth::no;
  unknown = "is " + subnet + " excluded from VPC Block Public Access of " + known->second.vpc;
  return Truth::unknown;
}

std::set<uint32_t> cuts_of(const Impl& m, const Station& station, int protocol) {
  std::set<uint32_t> cuts{0, 65536};
  if (protocol != 6 && protocol != 17) return cuts;
  for (const auto& id : station.groups)
    if (auto group = m.groups.find(id); group != m.groups.end())
      for (const GroupRule& rule : group->second.rules)
        if (rule.protocol == protocol) cut_at(cuts, rule.from, rule.to);
  for (const auto& subnet : station.subnets)
    if (const Acl* acl = acl_of(m, subnet))
      for (const AclEntry& entry : acl->in)
        if (entry.protocol == protocol) cut_at(cuts, entry.from, entry.to);
  for (const OpenPorts& ports : station.listens)
    if (ports.protocol == protocol) cut_at(cuts, ports.from, ports.to);
  return cuts;
}

std::vector<int> protocols_of(const Impl& m, const Station& station, bool v6) {
  std::set<int> out;
  if (!station.listens.empty()) {
    for (const OpenPorts& ports : station.listens) out.insert(ports.protocol);
    return {out.begin(), out.end()};
  }
  out = {6, 17, v6 ? 58 : 1};
  for (const auto& id : station.groups)
    if (auto group = m.groups.find(id); group != m.groups.end())
      for (const GroupRule& rule : group->second.rules)
        if (rule.protocol >= 0 && rule.protocol != 1 && rule.protocol != 58) out.insert(rule.protocol);
  return {out.begin(), out.end()};
}

void add_ports(std::vector<OpenPorts>& list, const OpenPorts& atom) {
  if (!list.empty() && list.back().protocol == atom.protocol && uint32_t{list.back().to} + 1 == atom.from) list.back().to = atom.to;
  else list.push_back(atom);
}

Reach begun(const Station& station, bool v6) {
  Reach out;
  out.target = station.target;
  out.type = station.type;
  out.account = station.account;
  out.region = station.region;
  out.name = station.name;
  out.v6 = v6;
  out.leads_to = station.leads_to;
  return out;
}

struct Gate {  // what one subnet lets through
  Sources sources;
  std::string gateway, by, table;
  std::vector<std::string> unknown;
  bool blocked = false;  // by VPC Block Public Access
  explicit Gate(bool v6) : sources(v6) {}
};

Gate gate_of(const Impl& m, const std::string& subnet, bool v6) {
  Gate gate(v6);
  std::string why;
  Truth blocks = blocked_by_vpc(m, subnet, why);
  if (blocks == Truth::yes) {
    gate.blocked = true;
    return gate;
  }
  const RouteTable* table = table_of(m, subnet);
  if (!table) {
    gate.unknown.push_back("the route table of " + subnet + " was not read");
    gate.sources.maybe = AddressSet::internet(v6);
    return gate;
  }
  gate.table = table->id;
  gate.sources = routed(*table, v6, gate.unknown, gate.gateway, gate.by);
  if (blocks == Truth::unknown) {
    gate.unknown.push_back(why);
    gate.sources.sure = AddressSet(v6);
  }
  if (auto inward = m.tables_of_gateway.find(gate.gateway); inward != m.tables_of_gateway.end())
    for (const RouteTable& edge : inward->second)
      for (const Route& route : edge.routes)
        if (route.active && route.via != "local" && !route.via.empty()) {
          add_once(gate.unknown, "what lies behind " + route.via + ", where " + gate.gateway + " sends what arrives");
          gate.sources.sure = AddressSet(v6);
        }
  return gate;
}

void conclude(Reach& out, const Sources& total, bool v6, const std::vector<OpenPorts>& sure, const std::vector<OpenPorts>& maybe) {
  out.reachable = !total.sure.empty() ? Truth::yes : !total.maybe.empty() ? Truth::unknown : Truth::no;
  const AddressSet& set = out.reachable == Truth::yes ? total.sure : total.maybe;
  out.anybody = set.anybodys();
  out.ports = out.reachable == Truth::yes ? sure : maybe;
  out.sources = AddressSet::internet(v6).without(set).empty() ? std::vector<std::string>{v6 ? "::/0" : "0.0.0.0/0"} : set.ranges(8);
  if (out.reachable == Truth::no) out.sources.clear();
  if (out.reachable == Truth::no || (out.reachable == Truth::yes && maybe == sure && total.maybe == total.sure)) out.unknown.clear();
}

Reach reach_station(const Impl& m, const Station& station, bool v6) {
  Reach out = begun(station, v6);
  Truth address = v6 ? station.address_v6 : station.address_v4;
  if (address == Truth::no) {
    out.blocked = "NO_PUBLIC_ADDRESS";
    out.hops.push_back({"address", station.name, v6 ? "has no IPv6 address" : "has no public address"});
    return out;
  }
  if (address == Truth::unknown) out.unknown.push_back("whether " + station.name + " has a public address" + (station.address_unknown.empty() ? "" : ": " + station.address_unknown));
  out.hops.push_back({"address", station.address_text.empty() || v6 ? station.name : station.address_text, "public " + std::string(v6 ? "IPv6 " : "") + "address of the " + station.kind});

  // Without a known subnet all that could be is taken for possible.
  std::vector<Gate> gates;
  std::vector<const Acl*> acls;
  if (station.subnets.empty()) {
    Gate gate(v6);
    gate.sources.maybe = AddressSet::internet(v6);
    gate.unknown.push_back(station.subnets_unknown.empty() ? "its subnet was not read" : station.subnets_unknown);
    gates.push_back(std::move(gate));
    acls.push_back(nullptr);
  }
  for (const auto& subnet : station.subnets) {
    gates.push_back(gate_of(m, subnet, v6));
    acls.push_back(acl_of(m, subnet));
  }
  bool any_route = false, all_blocked = true, any_group = false, any_in = false;
  for (const Gate& gate : gates) {
    any_route |= !gate.sources.maybe.empty();
    all_blocked &= gate.blocked;
    for (const auto& why : gate.unknown) add_once(out.unknown, why);
  }
  for (const Gate& gate : gates)
    if (!gate.sources.maybe.empty() && !gate.gateway.empty()) {
      out.hops.push_back({"internet gateway", gate.gateway, "of the VPC"});
      out.hops.push_back({"route table", gate.table, gate.by + " leads to " + gate.gateway});
      break;
    }
  if (!station.listens_unknown.empty()) add_once(out.unknown, "what " + station.name + " listens on: " + station.listens_unknown);

  Sources total(v6);
  std::vector<OpenPorts> sure, maybe;
  From internet{AddressSet::internet(v6), {}};
  for (int protocol : protocols_of(m, station, v6)) {
    for (const OpenPorts& atom : atoms(cuts_of(m, station, protocol), protocol)) {
      if (!station.listens.empty() && std::none_of(station.listens.begin(), station.listens.end(), [&](const OpenPorts& one) {
            return one.protocol == protocol && covers(one.from, one.to, atom);
          }))
        continue;
      Sources group = admitted(m, station, atom, internet, out.unknown);
      any_group |= !group.maybe.empty();
      // In each of its subnets, or in one of them that is not known.
      Sources through(v6);
      bool first = true;
      for (size_t i = 0; i < gates.size(); ++i) {
        Sources way = gates[i].sources.within(group);
        if (!way.maybe.empty()) {
          if (!acls[i]) {
            if (!station.subnets.empty()) add_once(out.unknown, "the network ACL of " + station.subnets[i] + " was not read");
            way.sure = AddressSet(v6);
          } else {
            AddressSet both_ways = let_through(acls[i]->in, atom, v6);
            any_in |= !both_ways.within(way.maybe).empty();
            both_ways = both_ways.within(answers(*acls[i], protocol, v6));
            if (acls[i]->unread.empty()) {
              way = way.within(Sources::of(both_ways));
            } else {
              add_once(out.unknown, acls[i]->unread);
              way.sure = AddressSet(v6);
            }
          }
        }
        if (first || station.any_subnet) through = through.with(way);
        else through = {through.sure.within(way.sure), through.maybe.with(way.maybe)};
        first = false;
      }
      if (address == Truth::unknown || !station.listens_unknown.empty()) through.sure = AddressSet(v6);
      if (!through.sure.empty()) add_ports(sure, atom);
      if (!through.maybe.empty()) add_ports(maybe, atom);
      total = total.with(through);
    }
  }
  conclude(out, total, v6, sure, maybe);
  if (out.reachable == Truth::no) {
    out.blocked = all_blocked ? "VPC_BLOCK_PUBLIC_ACCESS" : !any_route ? "NO_ROUTE_TO_INTERNET_GATEWAY" : !any_group ? "SECURITY_GROUP" : !any_in ? "NETWORK_ACL_INBOUND" : "NETWORK_ACL_OUTBOUND";
  } else {
    for (const auto& subnet : station.subnets)
      if (const Acl* acl = acl_of(m, subnet)) {
        out.hops.push_back({"network ACL", acl->id, "lets in and answers out"});
        break;
      }
    for (const auto& id : station.groups) {
      auto group = m.groups.find(id);
      if (group == m.groups.end()) continue;
      for (const GroupRule& rule : group->second.rules)
        if (rule.unread.empty() && rule.group.empty() && rule.prefix_list.empty() && rule.sources.v6() == v6 && !rule.sources.within(total.maybe).empty()) {
          OpenPorts ports{rule.protocol == -1 ? 256 : rule.protocol, rule.from, rule.to};
          out.hops.push_back({"security group", id, "admits " + rule.text + " to " + text_of(ports)});
        }
    }
  }
  return out;
}

// From a load balancer to a member of a target group.
Reach reach_member(const Impl& m, const Station& balancer, const Reach& front, const TargetGroup& group, const TargetGroup::Member& member, const Listener& listener) {
  Reach out;
  std::string id = member.id;
  const Station* station = nullptr;
  if (auto interfaces = m.interfaces_of_instance.find(id); interfaces != m.interfaces_of_instance.end()) station = &m.stations.at(interfaces->second.front());
  else if (auto own = m.station_of_instance.find(id); own != m.station_of_instance.end()) station = &m.stations.at(own->second);
  out = station ? begun(*station, front.v6) : Reach{};
  auto uid = m.uid_of_instance.find(id);
  out.target = uid != m.uid_of_instance.end() ? uid->second : id;
  if (uid != m.uid_of_instance.end()) out.type = "AWS::EC2::Instance";
  else if (group.type == "lambda") out.type = "AWS::Lambda::Function";
  if (out.account.empty()) out.account = balancer.account, out.region = balancer.region, out.name = id;
  out.leads_to = {out.target};
  out.v6 = front.v6;
  out.sources = front.sources;
  out.anybody = front.anybody;
  out.hops = front.hops;
  out.hops.push_back({"load balancer", balancer.name, text_of(listener.ports) + " goes to " + group.arn});
  out.unknown = front.unknown;
  OpenPorts ports = member.ports ? *member.ports : group.ports;
  out.ports = {ports};
  if (group.type == "lambda") {
    out.ports.clear();
    out.reachable = front.reachable;
    return out;
  }
  if (!station) {
    out.unknown.push_back("where target " + id + " stands was not read");
    out.reachable = Truth::unknown;
    return out;
  }
  // A network load balancer may keep the client's address, so both its own addresses and the client's are let in by some rule or other.
  AddressSet own(false);
  bool known = !balancer.subnets.empty();
  for (const auto& subnet : balancer.subnets) {
    auto found = m.subnets.find(subnet);
    if (found == m.subnets.end() || found->second.own.empty()) known = false;
    else
      for (const auto& range : found->second.own) own = own.with(range);
  }
  if (!known) out.unknown.push_back("the addresses of " + balancer.name + " were not read");
  AddressSet from = own.with(balancer.needs_group ? AddressSet(false) : AddressSet::internet(false));
  std::vector<std::string> why;
  OpenPorts atom = ports;
  Sources in = admitted(m, *station, atom, {from, balancer.groups}, why);
  bool by_group = false;
  for (const auto& id2 : station->groups)
    if (auto found = m.groups.find(id2); found != m.groups.end())
      for (const GroupRule& rule : found->second.rules)
        if (speaks_of(rule.protocol, atom.protocol) && (rule.protocol == -1 || covers(rule.from, rule.to, atom)) && !rule.group.empty() &&
            std::find(balancer.groups.begin(), balancer.groups.end(), rule.group) != balancer.groups.end())
          by_group = true;
  Truth admits = by_group || !in.sure.empty() ? Truth::yes : !in.maybe.empty() || !known ? Truth::unknown : Truth::no;
  for (auto& one : why) add_once(out.unknown, std::move(one));
  // ACLs stand between subnets; what they do to a load balancer's traffic is looked at only where both let everything through.
  if (admits == Truth::yes)
    for (const auto& subnet : station->subnets) {
      if (std::find(balancer.subnets.begin(), balancer.subnets.end(), subnet) != balancer.subnets.end()) continue;
      const Acl* acl = acl_of(m, subnet);
      if (!acl || !acl->unread.empty() || let_through(acl->in, atom, false).within(from).empty() || answers(*acl, atom.protocol, false).within(from).empty()) {
        if (acl && acl->unread.empty()) {
          admits = Truth::no;
          out.blocked = "NETWORK_ACL_INBOUND";
        } else {
          admits = Truth::unknown;
          add_once(out.unknown, "the network ACL of " + subnet + " was not read");
        }
      }
    }
  out.reachable = both(front.reachable, admits);
  if (out.reachable == Truth::no && out.blocked.empty()) out.blocked = "SECURITY_GROUP";
  if (out.reachable == Truth::no) out.unknown.clear(), out.ports.clear(), out.sources.clear();
  return out;
}

}  // namespace

std::string text_of(const OpenPorts& ports) {
  std::string name = ports.protocol == 6 ? "tcp" : ports.protocol == 17 ? "udp" : ports.protocol == 1 ? "icmp" : ports.protocol == 58 ? "icmpv6" : ports.protocol == 256 ? "everything" : "protocol " + std::to_string(ports.protocol);
  if (ports.protocol != 6 && ports.protocol != 17) return name;
  if (ports.from == ports.to) return std::to_string(ports.from) + "/" + name;
  if (ports.from == 0 && ports.to == 65535) return "all/" + name;
  return std::to_string(ports.from) + "-" + std::to_string(ports.to) + "/" + name;
}

std::vector<Reach> NetworkModel::from_internet(bool all) const {
  const Impl& m = *impl_;
  std::vector<Reach> out = m.services;
  for (const auto& [target, found] : m.stations) {
    // An instance is judged by its interfaces where they were read.
    Station station = found;
    if (station.kind == "instance" && m.interfaces_of_instance.contains(station.leads_to.front())) continue;
    for (auto& id : station.leads_to)
      if (auto uid = m.uid_of_instance.find(id); uid != m.uid_of_instance.end()) id = uid->second;
    auto listeners = m.listeners.find(target);
    if (station.kind == "load balancer") {
      if (listeners == m.listeners.end()) {
        if (station.listens_unknown.empty()) station.listens_unknown = "its listeners were not read";
      } else {
        for (const Listener& listener : listeners->second) station.listens.push_back(listener.ports);
      }
    }
    for (bool v6 : {false, true}) {
      if (v6 && station.address_v6 == Truth::no) continue;
      Reach front = reach_station(m, station, v6);
      if (front.reachable != Truth::no && listeners != m.listeners.end())
        for (const Listener& listener : listeners->second) {
          if (std::none_of(front.ports.begin(), front.ports.end(), [&](const OpenPorts& ports) {
                return ports.protocol == listener.ports.protocol && covers(ports.from, ports.to, listener.ports);
              }))
            continue;
          if (!listener.unread.empty()) add_once(front.unknown, "where " + station.name + " sends " + text_of(listener.ports) + ": " + listener.unread);
          for (const auto& arn : listener.groups) {
            auto group = m.target_groups.find(arn);
            if (group == m.target_groups.end() || !group->second.unread.empty()) {
              add_once(front.unknown, "the targets of " + arn + " were not read");
              continue;
            }
            for (const auto& member : group->second.members) {
              Reach behind = reach_member(m, station, front, group->second, member, listener);
              if (behind.reachable != Truth::no || all) out.push_back(std::move(behind));
            }
          }
        }
      if (all || front.blocked != "NO_PUBLIC_ADDRESS") out.push_back(std::move(front));
    }
  }
  if (!all) std::erase_if(out, [](const Reach& reach) { return reach.blocked == "NOT_EXPOSED"; });
  std::stable_sort(out.begin(), out.end(), [](const Reach& a, const Reach& b) {
    return std::tie(a.account, a.region, a.type, a.target, a.v6) < std::tie(b.account, b.region, b.type, b.target, b.v6);
  });
  return out;
}

}  // namespace reeve
