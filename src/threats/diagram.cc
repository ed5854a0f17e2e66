#include "threats/diagram.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "aws/arn.h"
#include "base/text.h"

namespace reeve::threats {
namespace {

constexpr size_t no_column = static_cast<size_t>(-1);

// Relations that say where a thing stands or what watches over it, along which nothing flows.
bool stands_there(std::string_view kind) {
  static const std::set<std::string_view> kinds = {"in_vpc",   "in_subnet", "part_of",  "member_of",    "child_of", "has_policy", "bounded_by",
                                                   "guarded_by", "guards",  "protects", "protected_by", "names",    "holds",      "remedies", "attached_to"};
  return kinds.contains(kind);
}

struct Known {
  size_t column = no_column;
  std::string title;
};

std::map<std::string, Known, std::less<>> drawn_types(const ResourceCatalogue& catalogue) {
  std::map<std::string, Known, std::less<>> out;
  const auto& columns = diagram_columns();
  for (const ResourceTypePtr& type : catalogue.types())
    if (const auto at = std::find(columns.begin(), columns.end(), type->diagram); at != columns.end())
      out[type->type] = {static_cast<size_t>(at - columns.begin()), type->title};
  return out;
}

std::string ports(std::string_view protocol, std::string_view from, std::string_view to) {
  const std::string name = protocol == "6" ? "tcp" : protocol == "17" ? "udp" : protocol == "1" ? "icmp" : protocol == "-1" ? "any protocol" : "protocol " + std::string(protocol);
  if (from.empty()) return name;
  if (from == "0" && to == "65535") return name + ", every port";
  return name + " " + std::string(from) + (from == to ? "" : "–" + std::string(to));
}

struct Spot {
  std::string account;  // empty: the internet
  size_t column = 0;
  auto operator<=>(const Spot&) const = default;
};

struct Between {
  std::set<std::string, std::less<>> how;
  uint64_t relations = 0;
};

}  // namespace

const std::vector<std::string_view>& diagram_columns() {
  static const std::vector<std::string_view> columns = {"edge", "compute", "messages", "data", "identity"};
  return columns;
}

bool Diagram::Component::exposed() const {
  return std::any_of(kinds.begin(), kinds.end(), [](const Kind& kind) { return kind.exposed; });
}

uint64_t Diagram::Component::resources() const {
  uint64_t out = 0;
  for (const Kind& kind : kinds) out += kind.resources;
  return out;
}

Result<Diagram> diagram_of(store::Db& db, const ResourceCatalogue& catalogue) {
  const auto types = drawn_types(catalogue);
  std::map<std::string, std::map<std::string, uint64_t>> counts;  // account, type
  auto rows = TRY(db.prepare("SELECT account, type, count(*) FROM temp.resources WHERE born = 1 GROUP BY account, type"));
  while (TRY(rows.step()))
    if (types.contains(rows.text(1)) && !rows.text(0).empty()) counts[std::string(rows.text(0))][std::string(rows.text(1))] = static_cast<uint64_t>(rows.integer(2));

  std::map<std::pair<Spot, Spot>, Between> flows;
  std::set<std::pair<std::string, std::string>> exposed;  // account, type
  std::set<std::string> entered;
  if (auto reach = db.prepare("SELECT DISTINCT account, type, protocol, from_port, to_port FROM temp.network_reach"))  // a view of content, which may not have it
    while (TRY(reach->step())) {
      const std::string account(reach->text(0)), type(reach->text(1));
      const auto known = types.find(type);
      if (known == types.end()) continue;
      exposed.emplace(account, type);
      entered.insert(account);
      Between& between = flows[{Spot{}, Spot{account, known->second.column}}];
      between.how.insert(ports(reach->text(2), reach->text(3), reach->text(4)));
      ++between.relations;
    }

  // An edge's row begins with its source's (store/schema.h), so that each is looked up once.
  auto edges = TRY(db.prepare("SELECT r.account, s.text, k.text, t.text, e.target FROM main.edge AS e JOIN main.resource AS r ON r.id = e.id >> 26 JOIN main.word AS s ON s.id = r.type "
                              "JOIN main.word AS k ON k.id = e.kind JOIN main.word AS t ON t.id = e.target_type "
                              "WHERE r.born = 1 AND EXISTS (SELECT 1 FROM main.unit AS u WHERE u.id = r.unit AND u.state IN (1, 2))"));
  while (TRY(edges.step())) {
    if (stands_there(edges.text(2))) continue;
    const auto from = types.find(edges.text(1)), to = types.find(edges.text(3));
    if (from == types.end() || to == types.end() || edges.text(0).empty()) continue;
    std::string_view account = starts_with(edges.text(4), "arn:") ? arn_account(edges.text(4)) : std::string_view();
    if (account.empty()) account = edges.text(0);
    const Spot begin{std::string(edges.text(0)), from->second.column}, end{std::string(account), to->second.column};
    if (begin == end) continue;
    Between& between = flows[{begin, end}];
    ++between.relations;
    if (between.how.contains(edges.text(2))) continue;
    between.how.emplace(edges.text(2));
  }

  Diagram out;
  std::map<std::string, std::pair<std::string, bool>> names;
  auto accounts = TRY(db.prepare("SELECT account, name, coalesce(management, 0), organization FROM temp.accounts ORDER BY account"));
  while (TRY(accounts.step())) {
    names[std::string(accounts.text(0))] = {std::string(accounts.text(1)), accounts.integer(2) != 0};
    if (out.organization.empty()) out.organization = std::string(accounts.text(3));
  }

  std::vector<std::string> order;
  std::map<std::string, uint64_t> totals;
  for (const auto& [account, of] : counts) {
    order.push_back(account);
    for (const auto& [type, n] : of) totals[account] += n;
  }
  std::stable_sort(order.begin(), order.end(), [&](const std::string& a, const std::string& b) {
    return std::pair(!entered.contains(a), ~totals[a]) < std::pair(!entered.contains(b), ~totals[b]);
  });
  if (order.size() > Diagram::accounts_most) {
    out.more_accounts = order.size() - Diagram::accounts_most;
    order.resize(Diagram::accounts_most);
  }
  std::map<std::string, int> places;
  for (const std::string& id : order) {
    Diagram::Account account;
    account.id = id;
    if (const auto known = names.find(id); known != names.end()) std::tie(account.name, account.management) = known->second;
    std::map<size_t, Diagram::Component> components;
    for (const auto& [type, n] : counts[id]) {
      const Known& known = types.find(type)->second;
      components[known.column].kinds.push_back({known.title, n, exposed.contains({id, type})});
    }
    for (auto& [column, component] : components) {
      component.column = column;
      std::sort(component.kinds.begin(), component.kinds.end(), [](const Diagram::Kind& a, const Diagram::Kind& b) {
        return std::tuple(!a.exposed, ~a.resources, std::string_view(a.title)) < std::tuple(!b.exposed, ~b.resources, std::string_view(b.title));
      });
      account.components.push_back(std::move(component));
    }
    places[id] = static_cast<int>(out.accounts.size());
    out.accounts.push_back(std::move(account));
  }
  // Accounts that are not of the estate are drawn as what is outside.
  std::map<std::string, std::set<size_t>> outside;
  for (const auto& [ends, between] : flows)
    if (places.contains(ends.first.account) && !ends.second.account.empty() && !counts.contains(ends.second.account)) outside[ends.second.account].insert(ends.second.column);
  for (const auto& [id, columns] : outside) {
    Diagram::Account account;
    account.id = id;
    if (const auto known = names.find(id); known != names.end()) std::tie(account.name, account.management) = known->second;
    account.outside = true;
    for (size_t column : columns) account.components.push_back({column, {}});
    places[id] = static_cast<int>(out.accounts.size());
    out.accounts.push_back(std::move(account));
  }

  for (const auto& [ends, between] : flows) {
    const auto at = [&](const Spot& place) { return place.account.empty() ? Diagram::internet : places.contains(place.account) ? places[place.account] : -2; };
    Diagram::Flow flow;
    flow.from = at(ends.first), flow.to = at(ends.second);
    if (flow.from < Diagram::internet || flow.to < Diagram::internet) {
      ++out.more_flows;
      continue;
    }
    flow.from_column = ends.first.column, flow.to_column = ends.second.column;
    flow.how.assign(between.how.begin(), between.how.end());
    for (std::string& how : flow.how) std::replace(how.begin(), how.end(), '_', ' ');
    flow.relations = between.relations;
    out.flows.push_back(std::move(flow));
  }
  std::sort(out.flows.begin(), out.flows.end(), [](const Diagram::Flow& a, const Diagram::Flow& b) {
    return std::tie(a.from, a.from_column, a.to, a.to_column) < std::tie(b.from, b.from_column, b.to, b.to_column);
  });
  return out;
}

}  // namespace reeve::threats
