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

// `AWS::ECS::Cluster arn`: the type.
std::string parent_of(const std::string& from) { return from.substr(0, from.find(' ')); }

}  // namespace

Result<Unread> Unread::of_run(store::Db& db, const ResourceCatalogue& catalogue) {
  Unread out(db, catalogue);
  auto rows = TRY(db.prepare("SELECT account, operation, region, coalesce(parameter, ''), max(status IN ('ok', 'absent')), max(status NOT IN ('ok', 'absent')), max(status = 'ok') FROM temp.reads GROUP BY 1, 2, 3, 4"));
  while (TRY(rows.step())) {
    const std::string account(rows.text(0)), call(rows.text(1)), parameter(rows.text(3));
    if (!account.empty() && account != "unknown") out.accounts_.insert(account);
    if (call == "config:DeliverConfigSnapshot") out.config_.insert(account + "\n" + parameter);
    // That an account is in no organization is no answer of the organization's.
    const bool answered = rows.integer(4) != 0 && (call != "organizations:DescribeOrganization" || rows.integer(6) != 0);
    out.of_call_[call][account][{std::string(rows.text(2)), parameter}] = {answered, rows.integer(5) != 0};
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

Result<std::map<std::string, uint64_t>> Unread::counts(std::string_view type) {
  std::map<std::string, uint64_t> out;
  auto rows = TRY(db_->prepare("SELECT account, count(*) FROM temp." + store::view_name(type) + " GROUP BY account"));
  while (TRY(rows.step())) out[std::string(rows.text(0))] = static_cast<uint64_t>(rows.integer(1));
  return out;
}

std::set<std::string> Unread::of_organization(const ResourceType& type, const std::set<std::string>& calls) const {
  for (const std::string& account : accounts_)
    if (config_.contains(account + "\n" + type.type)) return {};
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
  if (type.singleton != Singleton::none) {
    const auto there = TRY(counts(type.type));
    if (type.singleton == Singleton::organization) return there.empty() ? std::set<std::string>{std::string(organization)} : out;
    if (accounts_.empty() && there.empty()) return std::set<std::string>{std::string(nobody)};
    for (const std::string& account : accounts_)
      if (!there.contains(account)) out.insert(account);
    return out;
  }
  if (accounts_.empty()) return std::set<std::string>{std::string(nobody)};
  Listing whole = listing(type, [](const Read& read) { return read.lists(); });
  const bool one_by_one = !whole.first;
  if (one_by_one) whole = listing(type, [](const Read& read) { return !read.lists() && !read.from.empty(); });
  if (type.of_organization()) return of_organization(type, whole.calls);
  std::map<std::string, uint64_t> parents;
  std::set<std::string> parents_unread;
  bool counted = false;  // one reply for each parent, so that they can be counted
  if (one_by_one && whole.first) {
    for (const auto& [parameter, sources] : whole.first->from)
      for (const std::string& source : sources) {
        const std::string parent = parent_of(source);
        if (!catalogue_->find(parent)) continue;
        for (const auto& [account, n] : TRY(counts(parent))) parents[account] += n;
        parents_unread.merge(TRY(accounts(parent)));
      }
    counted = whole.first->parameters.size() == 1 && whole.first->batch == 0 && whole.first->from.size() == 1;
  }
  for (const std::string& account : accounts_) {
    if (config_.contains(account + "\n" + type.type)) continue;
    std::map<std::pair<std::string, std::string>, Asked> places;
    for (const std::string& call : whole.calls)
      if (const Places* said = replies(call, account))
        for (const auto& [place, one] : *said) {
          if (!one_by_one && !place.second.empty()) continue;
          Asked& sum = places[{type.global ? "" : place.first, place.second}];
          sum.answered |= one.answered, sum.failed |= one.failed;
        }
    const bool broken = std::any_of(places.begin(), places.end(), [](const auto& one) { return one.second.failed && !one.second.answered; });
    bool open = broken || places.empty();
    if (one_by_one && whole.first && !broken) {
      const auto of = parents.find(account);
      const uint64_t to_ask = of == parents.end() ? 0 : of->second;
      open = parents_unread.contains(account) || (places.empty() ? to_ask > 0 : counted && places.size() < to_ask);
    }
    if (open) out.insert(account);
  }
  return out;
}

}  // namespace reeve::threats
