#include "threats/unread.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "store/views.h"

namespace reeve::threats {
namespace {

bool names_resources(const Read& read) { return !read.id.empty() || !read.arn.empty(); }

bool tells_all_of(const Read& read, const Read& other) {
  return std::all_of(other.set.begin(), other.set.end(), [&](const auto& target) { return std::any_of(read.set.begin(), read.set.end(), [&](const auto& one) { return one.first == target.first; }); });
}

// The calls that list a type: the first of its file that does, others of the same service, and what tells all that the first does.
struct Listing {
  const Read* first = nullptr;
  std::set<std::string> calls;
};
template <class Lists>
Listing listing(const ResourceType& type, Lists&& lists) {
  Listing out;
  for (const Read& read : type.reads) {
    if (!names_resources(read) || !lists(read)) continue;
    if (!out.first) out.first = &read;
    if (read.service == out.first->service || tells_all_of(read, *out.first)) out.calls.insert(read.call);
  }
  return out;
}

// `AWS::ECS::Cluster arn`: the type, and the fact of it.
std::pair<std::string, std::string> parent_of(const std::string& from) {
  const size_t blank = from.find(' ');
  return blank == std::string::npos ? std::pair(from, std::string()) : std::pair(from.substr(0, blank), from.substr(blank + 1));
}

constexpr std::string_view settings_type = "Reeve::Account::Settings";

}  // namespace

Result<Unread> Unread::of_run(store::Db& db, const ResourceCatalogue& catalogue) {
  Unread out(db, catalogue);
  auto rows = TRY(db.prepare("SELECT account, operation, region, coalesce(parameter, ''), max(status IN ('ok', 'absent')), max(status NOT IN ('ok', 'absent')), max(status = 'ok') FROM temp.reads GROUP BY 1, 2, 3, 4"));
  while (TRY(rows.step())) {
    const std::string account(rows.text(0)), call(rows.text(1)), region(rows.text(2)), parameter(rows.text(3));
    const bool known = !account.empty() && account != "unknown";
    if (known) out.accounts_.insert(account);
    if (known && rows.integer(4) != 0) out.read_.insert(account), out.answered_[account].insert(region);
    if (call == "config:DeliverConfigSnapshot") out.config_[{account, parameter}].insert(region);
    // That an account is in no organization is no answer of the organization's.
    const bool answered = rows.integer(4) != 0 && (call != "organizations:DescribeOrganization" || rows.integer(6) != 0);
    out.of_call_[call][account][{region, parameter}] = {answered, rows.integer(5) != 0};
  }
  TRY(out.expect());
  return out;
}

Status Unread::expect() {
  if (auto rows = db_->prepare("SELECT account FROM temp.accounts WHERE upper(status) = 'ACTIVE'"))  // what is suspended or closed answers nobody
    while (TRY(rows->step())) accounts_.emplace(rows->text(0));
  const ResourceType* settings = catalogue_->find(settings_type);
  const auto has = [&](std::string_view column) { return settings && std::any_of(settings->columns.begin(), settings->columns.end(), [&](const auto& one) { return one.first == column; }); };
  // The account's own word on its Regions before EC2's.
  for (const char* column : {"enabled_regions", "ec2_regions"}) {
    if (!has(column)) continue;
    std::map<std::string, std::set<std::string>, std::less<>> said;
    const std::string name(column);
    auto rows = TRY(db_->prepare("SELECT s.account, j.value FROM temp." + store::view_name(settings_type) + " s, json_each(CASE WHEN json_valid(s." + name + ") THEN s." + name + " ELSE '[]' END) j WHERE j.type = 'text'"));
    while (TRY(rows.step())) said[std::string(rows.text(0))].emplace(rows.text(1));
    enabled_.merge(said);
  }
  return {};
}

uint64_t Unread::regions_not_read() const {
  uint64_t out = 0;
  for (const auto& [account, regions] : enabled_) {
    const auto of = answered_.find(account);
    if (of == answered_.end()) continue;  // the account itself was not read
    out += static_cast<uint64_t>(std::count_if(regions.begin(), regions.end(), [&](const std::string& region) { return !of->second.contains(region); }));
  }
  return out;
}

Result<std::set<std::string>> Unread::accounts(std::string_view name) {
  if (const auto known = known_.find(name); known != known_.end()) return known->second;
  const ResourceType* type = catalogue_->find(name);
  if (!type) return std::set<std::string>();
  known_[std::string(name)] = accounts_;  // a type that is listed for each of itself: until it is known, nobody knows
  auto out = TRY(look(*type));
  known_[std::string(name)] = out;
  return out;
}

const Unread::Places* Unread::replies(const std::string& call, const std::string& account) const {
  const auto of = of_call_.find(call);
  if (of == of_call_.end()) return nullptr;
  const auto in = of->second.find(account);
  return in == of->second.end() ? nullptr : &in->second;
}

Result<std::map<std::string, std::set<std::string>>> Unread::there(const ResourceType& type) {
  std::map<std::string, std::set<std::string>> out;
  auto rows = TRY(db_->prepare("SELECT DISTINCT account, coalesce(region, '') FROM temp." + store::view_name(type.type)));
  while (TRY(rows.step())) out[std::string(rows.text(0))].emplace(rows.text(1));
  return out;
}

Result<std::map<std::string, std::vector<Unread::Parent>>> Unread::parents(const std::vector<std::string>& types) {
  std::map<std::string, std::vector<Parent>> out;
  for (const std::string& type : types) {
    const bool global = catalogue_->find(type)->global;
    auto rows = TRY(db_->prepare("SELECT account, coalesce(region, ''), uid, coalesce(id, uid), coalesce(name, uid) FROM temp." + store::view_name(type)));
    while (TRY(rows.step())) out[std::string(rows.text(0))].push_back({global ? std::string() : std::string(rows.text(1)), {std::string(rows.text(2)), std::string(rows.text(3)), std::string(rows.text(4))}});
  }
  return out;
}

std::set<std::string> Unread::regions_of(const std::string& account, const Read* list) const {
  const auto of = enabled_.find(account);
  if (of == enabled_.end()) return {};
  if (!list || list->only_in.empty()) return of->second;
  std::set<std::string> out;
  for (const std::string& region : list->only_in)
    if (of->second.contains(region)) out.insert(region);
  return out;
}

std::set<std::string> Unread::of_organization(const ResourceType& type, const std::set<std::string>& calls) const {
  for (const std::string& account : accounts_)
    if (config_.contains({account, type.type})) return {};
  // One account answers for all; members are refused what the management account is told. A list that broke off for some parameter is none.
  for (const std::string& call : calls)
    if (const auto of = of_call_.find(call); of != of_call_.end())
      for (const auto& [account, places] : of->second)
        if (std::any_of(places.begin(), places.end(), [](const auto& one) { return one.second.answered; }) && std::none_of(places.begin(), places.end(), [](const auto& one) { return one.second.failed && !one.second.answered; })) return {};
  const auto in_none = [&](const std::string& account) {
    const Places* said = replies("organizations:DescribeOrganization", account);
    return said && std::none_of(said->begin(), said->end(), [](const auto& one) { return one.second.answered || one.second.failed; });
  };
  if (std::all_of(accounts_.begin(), accounts_.end(), in_none)) return {};
  return {std::string(organization)};
}

Result<std::set<std::string>> Unread::look(const ResourceType& type) {
  std::set<std::string> out;
  const auto all_in = [](const std::set<std::string>& needed, const std::set<std::string>& regions) { return std::includes(regions.begin(), regions.end(), needed.begin(), needed.end()); };
  if (type.singleton != Singleton::none) {
    const auto known = TRY(there(type));
    if (type.singleton == Singleton::organization) return known.empty() ? std::set<std::string>{std::string(organization)} : out;
    if (accounts_.empty() && known.empty()) return std::set<std::string>{std::string(nobody)};
    for (const std::string& account : accounts_)
      if (const auto of = known.find(account); of == known.end() || (type.singleton == Singleton::region && !all_in(regions_of(account, nullptr), of->second))) out.insert(account);
    return out;
  }
  if (accounts_.empty()) return std::set<std::string>{std::string(nobody)};
  Listing whole = listing(type, [](const Read& read) { return read.lists(); });
  const bool one_by_one = !whole.first;
  if (one_by_one) whole = listing(type, [](const Read& read) { return !read.lists() && !read.from.empty(); });
  if (type.of_organization()) return of_organization(type, whole.calls);
  std::vector<std::string> parent_types;
  std::set<std::string> parents_unread;
  bool named = false;  // one request for each parent, which its parameter names
  if (one_by_one && whole.first) {
    named = whole.first->parameters.size() == 1 && whole.first->batch == 0 && whole.first->from.size() == 1;
    for (const auto& [parameter, sources] : whole.first->from)
      for (const std::string& source : sources) {
        const auto [parent, fact] = parent_of(source);
        if (!catalogue_->find(parent)) continue;
        parent_types.push_back(parent);
        named &= fact.empty() || fact == "arn";
        parents_unread.merge(TRY(accounts(parent)));
      }
  }
  auto to_ask = TRY(parents(parent_types));
  for (const std::string& account : accounts_) {
    // AWS Config tells all of the type where it records it.
    const auto recorded = config_.find({account, type.type});
    const std::set<std::string> regions = type.global ? std::set<std::string>() : regions_of(account, one_by_one ? nullptr : whole.first);
    if (recorded != config_.end() && all_in(regions, recorded->second)) continue;
    const auto config_tells = [&](const std::string& region) { return recorded != config_.end() && recorded->second.contains(region); };
    std::map<std::pair<std::string, std::string>, Asked> places;
    for (const std::string& call : whole.calls)
      if (const Places* said = replies(call, account))
        for (const auto& [place, one] : *said) {
          if ((!one_by_one && !place.second.empty()) || config_tells(place.first)) continue;
          Asked& sum = places[{type.global ? "" : place.first, place.second}];
          sum.answered |= one.answered, sum.failed |= one.failed;
        }
    bool open = std::any_of(places.begin(), places.end(), [](const auto& one) { return one.second.failed && !one.second.answered; });
    if (!one_by_one || !whole.first) {
      open |= places.empty() && recorded == config_.end();
      for (const std::string& region : regions) open |= !config_tells(region) && !places.contains({region, ""});
    } else if (!open) {
      const std::vector<Parent>& each = to_ask[account];
      std::set<std::string> anywhere;
      for (const auto& [place, one] : places) anywhere.insert(place.second);
      const auto asked = [&](const Parent& parent) {
        return config_tells(parent.region) || std::any_of(parent.names.begin(), parent.names.end(), [&](const std::string& name) { return type.global || parent.region.empty() ? anywhere.contains(name) : places.contains({parent.region, name}); });
      };
      open = parents_unread.contains(account) || (named ? !std::all_of(each.begin(), each.end(), asked) : places.empty() && !each.empty());
    }
    if (open) out.insert(account);
  }
  return out;
}

}  // namespace reeve::threats
