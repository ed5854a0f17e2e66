#include "assess/access_records.h"

#include <algorithm>
#include <map>

#include "access/network.h"
#include "base/text.h"

namespace reeve {
namespace {

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
Status record_reach(store::Store& store, AccessGatherer& facts, std::map<std::string, ExposedResource>& entered) {
  if (!facts.asks_network()) return {};
  auto& db = store.db();
  auto insert = TRY(db.prepare("INSERT INTO temp.network_reach(target, behind, type, account, region, family, sure, anybody, protocol, from_port, to_port, way) "
                               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"));
  const NetworkModel network = TRY(facts.network(db));
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

Status record_access(store::Store& store, AccessGatherer& facts, EscalationPart& escalation) {
  std::map<std::string, ExposedResource> entered;
  TRY(record_reach(store, facts, entered));
  std::vector<ExposedResource> exposed;
  for (auto& [arn, one] : entered) exposed.push_back(std::move(one));
  return record_escalation(store, facts, std::move(exposed), escalation);
}

}  // namespace reeve
