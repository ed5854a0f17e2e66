#include "threats/describe.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/text.h"

namespace reeve::threats {
namespace {

constexpr size_t accounts_most = 60, kinds_most = 80, vpcs_most = 8, flows_most = 250, text_most = 90'000;  // the schema ends at 100,000

std::string title_of(const ResourceCatalogue& catalogue, std::string_view type) {
  const ResourceType* known = catalogue.find(type);
  return known && !known->title.empty() ? known->title : std::string(type);
}

// Settings are no components: what they say is said by the controls that judge them.
bool is_component(const ResourceCatalogue& catalogue, std::string_view type) {
  const ResourceType* known = catalogue.find(type);
  return known && known->singleton == Singleton::none && !known->of_organization();
}

struct Account {
  std::string name, organization;
  bool management = false;
  std::set<std::string> kinds, exposed;  // types
  std::vector<std::string> vpcs;
  bool more_vpcs = false;
};

// A name that people gave may hold what Markdown means something by.
std::string plain(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    if (std::string_view("\\`*_{}[]<>#|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string bounded(std::string text) {
  if (text.size() <= text_most) return text;
  text.resize(text.rfind('\n', text_most) + 1);
  return text + "\nWhat follows was left out.\n";
}

}  // namespace

Result<Description> describe(store::Db& db, const ResourceCatalogue& catalogue) {
  std::map<std::string, Account> accounts;
  auto rows = TRY(db.prepare("SELECT account, name, organization, coalesce(management, 0) FROM temp.accounts ORDER BY account"));
  while (TRY(rows.step())) {
    Account& one = accounts[std::string(rows.text(0))];
    one.name = std::string(rows.text(1)), one.organization = std::string(rows.text(2)), one.management = rows.integer(3) != 0;
  }
  // Pairs of type and account an index knows; of each it is looked up whether this run has one.
  auto kinds = TRY(db.prepare("SELECT p.account, w.text FROM (SELECT DISTINCT type, account FROM main.resource WHERE born = 1) AS p JOIN main.word AS w ON w.id = p.type "
                              "WHERE EXISTS (SELECT 1 FROM main.resource AS r JOIN main.unit AS u ON u.id = r.unit WHERE r.type = p.type AND r.account = p.account AND r.born = 1 AND u.state IN (1, 2))"));
  while (TRY(kinds.step()))
    if (is_component(catalogue, kinds.text(1)) && accounts.count(std::string(kinds.text(0)))) accounts[std::string(kinds.text(0))].kinds.emplace(kinds.text(1));
  if (auto reach = db.prepare("SELECT DISTINCT account, type FROM temp.network_reach"))  // a view of content, which may not have it
    while (TRY(reach->step()))
      if (const auto at = accounts.find(std::string(reach->text(0))); at != accounts.end()) at->second.exposed.emplace(reach->text(1));
  if (auto vpcs = db.prepare("SELECT account, id FROM temp.aws_ec2_vpc ORDER BY account, id"))
    while (TRY(vpcs->step()))
      if (const auto at = accounts.find(std::string(vpcs->text(0))); at != accounts.end()) {
        if (at->second.vpcs.size() < vpcs_most) at->second.vpcs.emplace_back(vpcs->text(1));
        else at->second.more_vpcs = true;
      }

  Description out;
  std::string& text = out.architecture;
  text = "Made of the estate by `reeve model derive`. Components are kinds of resources by account; **internet** marks what the internet gets to.\n\n## Components\n\n";
  size_t told = 0;
  for (const auto& [id, one] : accounts) {
    if (one.kinds.empty()) continue;
    if (told++ == accounts_most) {
      text += "\nMore accounts follow, which are not listed.\n";
      break;
    }
    text += "- " + id + (one.name.empty() ? "" : " (" + plain(one.name) + ")") + ": ";
    std::vector<std::string> names;
    for (const std::string& type : one.kinds) names.push_back(title_of(catalogue, type) + (one.exposed.count(type) ? " **internet**" : ""));
    std::sort(names.begin(), names.end());
    const bool more = names.size() > kinds_most;
    if (more) names.resize(kinds_most);
    text += join(names, ", ") + (more ? " and more" : "") + "\n";
  }
  text += "\n## Trust boundaries\n\n- the internet: everybody\n";
  std::set<std::string> organizations;
  for (const auto& [id, one] : accounts)
    if (!one.organization.empty()) organizations.insert(one.organization);
  for (const std::string& id : organizations) text += "- organization " + plain(id) + ": its accounts share guardrails, and trust its management account\n";
  told = 0;
  for (const auto& [id, one] : accounts) {
    if (told++ == accounts_most) {
      text += "- more accounts, which are not listed\n";
      break;
    }
    text += "- account " + id + (one.management ? ", which manages the organization" : one.organization.empty() ? "" : " in organization " + plain(one.organization));
    if (!one.vpcs.empty()) text += "; within it the networks " + join(one.vpcs, ", ") + (one.more_vpcs ? " and more" : "");
    text += "\n";
  }
  text = bounded(std::move(text));

  std::string& flow = out.dataflow;
  flow = "Made of the estate by `reeve model derive`. What leads where, by kinds of resources.\n\n## From the internet\n\n";
  std::set<std::string> entered;
  for (const auto& [id, one] : accounts)
    for (const std::string& type : one.exposed) entered.insert(title_of(catalogue, type));
  for (const std::string& one : entered) flow += "- the internet → " + one + "\n";
  if (entered.empty()) flow += "Nothing that was read.\n";
  flow += "\n## Between resources\n\n";
  // An edge's row begins with its source's (store/schema.h), so that each is looked up once.
  auto edges = TRY(db.prepare("SELECT DISTINCT s.text, k.text, t.text FROM (SELECT DISTINCT r.type AS type, e.kind AS kind, e.target_type AS target FROM main.edge AS e JOIN main.resource AS r ON r.id = e.id >> 26 "
                              "WHERE r.born = 1 AND EXISTS (SELECT 1 FROM main.unit AS u WHERE u.id = r.unit AND u.state IN (1, 2))) AS x "
                              "JOIN main.word AS s ON s.id = x.type JOIN main.word AS k ON k.id = x.kind JOIN main.word AS t ON t.id = x.target"));
  std::set<std::string> flows;
  while (TRY(edges.step())) {
    std::string how(edges.text(1));
    std::replace(how.begin(), how.end(), '_', ' ');
    flows.insert(title_of(catalogue, edges.text(0)) + " → " + how + " → " + title_of(catalogue, edges.text(2)));
  }
  told = 0;
  for (const std::string& one : flows) {
    if (told++ == flows_most) {
      flow += "- and more, which is not listed\n";
      break;
    }
    flow += "- " + one + "\n";
  }
  if (flows.empty()) flow += "None that was read.\n";
  flow = bounded(std::move(flow));
  return out;
}

}  // namespace reeve::threats
