// Reach from the internet: what can anybody's packet get to, by which way, and what stops it where it does not.
//
//   NetworkModel network;
//   for each resource: network.add(resource);             // VPCs, subnets, routes, ACLs, groups, interfaces, load balancers …
//   for (const Reach& reach : network.from_internet()) …   // one for each target and family of addresses
//
// A packet from the internet arrives if the target has a public address, its subnet routes the answer back through an internet gateway
// that its VPC has, the subnet's ACL lets the packet in and the answer out, and a security group admits it; IPv4 and IPv6 apart. Behind
// an internet-facing load balancer stand its targets. What is reached without any VPC (function URLs, APIs …) is data:
// content/exposure/ says which property opens it.
//
// Sets of sources are exact (AddressSet), so two halves of the internet are the internet. Each answer is three-valued: what could not be
// read (a group, a prefix list's contents) or is not modelled (a firewall's endpoint, a transit gateway) makes it unknown, never
// "unreachable". Not looked at: who is asked for credentials behind the open port, DNS, AWS WAF, egress.
//
// Sources: VPC User Guide, "Enable internet access", "Route tables", "Network ACLs", "Security group rules", "Block Public Access";
// Elastic Load Balancing guides. Words for what blocks are close to those of VPC Reachability Analyzer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/address_set.h"
#include "content/content_files.h"
#include "estate/resource.h"
#include "policy/policy.h"

namespace reeve {

// Ports of one protocol that are open alike.
struct OpenPorts {
  int protocol = 6;  // IANA's number; 1 and 58 have no ports
  uint16_t from = 0, to = 65535;
  bool operator==(const OpenPorts&) const = default;
};
std::string text_of(const OpenPorts& ports);  // `443/tcp`, `8000-8100/udp`, `icmp`

struct Hop {
  std::string kind;  // `internet gateway`, `route table`, `network ACL`, `security group`, `load balancer`, `address`, `service`
  std::string id;
  std::string why;   // `0.0.0.0/0 leads to igw-1`
};

struct Reach {
  std::string target;  // ARN or uid
  std::string type;    // CloudFormation's type name
  std::string account, region, name;
  bool v6 = false;
  Truth reachable = Truth::no;
  bool anybody = false;               // by a range of sources that is nobody's own
  std::vector<OpenPorts> ports;       // open for sure, or (unknown) perhaps
  std::vector<std::string> sources;   // whence, CIDR; at most a handful
  std::vector<Hop> hops;
  std::string blocked;                // of `no`: NO_PUBLIC_ADDRESS, NO_ROUTE_TO_INTERNET_GATEWAY, NETWORK_ACL, SECURITY_GROUP …
  std::vector<std::string> unknown;   // what would decide
  std::vector<std::string> leads_to;  // what stands behind: the instance of an interface, a function, targets of a load balancer
};

// What content/exposure/ says: types that are reached by a property of theirs (docs/formats/exposure.md).
struct ExposureRule;
using ExposureRules = std::vector<std::shared_ptr<const ExposureRule>>;
// Every file that holds; what is wrong with the others is named. `types`: of which types they speak, each once; may be null.
ExposureRules read_exposure_rules(const ContentFiles& content, std::vector<Error>& errors, std::vector<std::string>* types = nullptr);

class NetworkModel {
 public:
  explicit NetworkModel(ExposureRules rules = {});
  ~NetworkModel();
  NetworkModel(NetworkModel&&) noexcept;
  NetworkModel& operator=(NetworkModel&&) noexcept;

  // Takes what it needs of a live resource; others are no concern of it.
  void add(const Resource& resource);
  // Every target that has a way in or could have one, by target; those that plainly have none (no public address) only with `all`.
  std::vector<Reach> from_internet(bool all = false) const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace reeve
