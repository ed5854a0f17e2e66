// What the resources of a network say, as reach needs it. Private to the network's files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/network.h"
#include "estate/path.h"

namespace reeve {

// A property that is there, is not there, or is not known to be either.
struct NetworkFact {
  Value value;
  std::string unknown;  // not empty: why it is not known
  std::string text() const { return value && value.is_scalar() ? std::string(value.text()) : std::string(); }
};
NetworkFact network_fact(Value body, std::initializer_list<std::string_view> keys);

struct GroupRule {
  int protocol = -1;  // -1: all
  uint16_t from = 0, to = 65535;
  AddressSet sources;
  std::string group;        // of another group's members instead
  std::string prefix_list;  // of addresses that are not known
  std::string unread;       // the rule itself could not be read
  std::string text;         // `0.0.0.0/0`
};
struct Group {
  std::string id;
  std::vector<GroupRule> rules;
  std::string unread;
};
struct AclEntry {
  int64_t number = 0;
  bool allow = false;
  int protocol = -1;
  uint16_t from = 0, to = 65535;
  AddressSet addresses;
};
struct Acl {
  std::string id;
  std::vector<AclEntry> in, out;  // by number
  std::string unread;
};
struct Route {
  std::optional<AddressSet> to;  // nullopt: a prefix list's addresses
  std::string to_text, via;      // `0.0.0.0/0`, `igw-1`
  int prefix = 0;
  bool active = true;
};
struct RouteTable {
  std::string id;
  std::vector<Route> routes;
  std::string unread;
};
struct Subnet {
  std::string id, vpc;
  std::string blocks;          // VPC Block Public Access: `block-ingress` …; empty: not known
  std::vector<AddressSet> own;  // its ranges
};
struct Vpc {
  std::string blocks;
};
struct Listener {
  OpenPorts ports;
  std::vector<std::string> groups;  // target groups, by ARN
  std::string unread;
};
// A place where packets can arrive.
struct Station {
  std::string target, type, account, region, name;
  std::string kind;                     // `interface`, `load balancer` …
  Truth address_v4 = Truth::no, address_v6 = Truth::no;  // has it a public one
  std::string address_text, address_unknown;
  std::vector<std::string> subnets;
  bool any_subnet = true;               // it stands in each of them; false: in one of them, which is not known
  std::string subnets_unknown;
  std::vector<std::string> groups;
  bool needs_group = true;              // false: none means that all is let in (a network load balancer)
  std::string groups_unknown;
  std::vector<OpenPorts> listens;       // empty: any port
  std::string listens_unknown;
  std::vector<std::string> leads_to;
};
struct TargetGroup {
  std::string arn, type;                // instance, ip, lambda, alb
  OpenPorts ports;
  struct Member {
    std::string id;
    std::optional<OpenPorts> ports;
  };
  std::vector<Member> members;
  std::string unread;
};

struct NetworkModel::Impl {
  ExposureRules rules;
  std::map<std::string, Group> groups;
  std::map<std::string, Acl> acls, acl_of_subnet, default_acl_of_vpc;
  std::map<std::string, RouteTable> table_of_subnet, main_table_of_vpc;
  std::map<std::string, std::vector<RouteTable>> tables_of_gateway;  // what an internet gateway's arriving packets are routed by
  std::map<std::string, Subnet> subnets;
  std::map<std::string, Vpc> vpcs;
  std::map<std::string, Station> stations;                           // by target
  std::map<std::string, std::string> station_of_instance;            // an instance's own, used where no interface of it was read
  std::map<std::string, std::vector<std::string>> interfaces_of_instance;
  std::map<std::string, std::string> uid_of_instance;
  std::map<std::string, std::vector<Listener>> listeners;            // by load balancer
  std::map<std::string, TargetGroup> target_groups;
  std::vector<Reach> services;                                       // reached without a VPC

  void add_exposed(const Resource& resource);
};

struct ExposureRule {
  std::string type, title;
  struct When {
    Path path;
    std::vector<std::string> values;
    bool absent = false;  // holds also where the property is not there
  };
  std::vector<When> when;    // all must hold
  bool in_vpc = false;       // reached through an address in a VPC: then subnets, groups and routes decide
  Path subnets, groups, port, sources, leads_to;
  bool has_subnets = false, has_groups = false, has_port = false, has_sources = false, has_leads_to = false;
  std::vector<uint16_t> ports;
};

int protocol_number(std::string_view name);  // `tcp`, `6`, `-1`; -2: not understood

}  // namespace reeve
