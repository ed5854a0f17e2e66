// A collection that only reads again what has changed: first the lists, which show what is new and what is gone; then what the snapshot
// has of the resources that events named.
#include "collect/collection.h"

#include <algorithm>

namespace reeve {

bool Collection::changed(const PlannedCall& call) const {
  for (const Change& change : changes_)
    if (change.asks(call) || (change.account == call.place.account && change.calls.contains(call.call) && lists_.contains(call.key()))) return true;
  return false;
}

// Whether what `call` asks about is a resource that its lists, read again and whole, do not name any more.
bool Collection::gone(const PlannedCall& call) const {
  if (!lists_read_ || lists_.contains(call.key())) return false;
  bool listed = false;
  for (const Change& change : changes_) {
    if (!change.asks(call)) continue;
    for (const std::string& list : change.calls) {
      if (!list_calls_.contains({change.account, list})) continue;
      if (failed_.contains({change.account, list})) return false;
      listed = true;
    }
  }
  if (!listed) return false;
  for (const std::string& value : values_asked(call.input->root()))
    for (const std::string& spelt : spellings(value))
      if (listed_.contains(spelt)) return false;
  return true;
}

Status Collection::follow_changed(const PlannedCall& call, std::vector<PlannedCall> next) {
  const bool list = lists_.contains(call.key());
  for (PlannedCall& one : next) {
    if (!changed(one)) continue;
    if (list)
      for (const std::string& value : values_asked(one.input->root()))
        for (std::string& spelt : spellings(value)) listed_.insert(std::move(spelt));
    TRY(ask(std::move(one)));
  }
  return {};
}

Status Collection::reread_lists(const std::string& account) {
  const CollectPlace global{account, "global"};
  hold(global);
  ++places_[global].open;  // until all is read: what was asked is remembered as long
  for (const Change& change : changes_) {
    if (change.account != account) continue;
    std::vector<std::pair<CollectPlace, CollectScope>> where{{global, CollectScope::account}};
    if (change.type->of_organization()) where.emplace_back(global, CollectScope::organization);
    if (change.region != "global") {
      where.emplace_back(CollectPlace{account, change.region}, CollectScope::region);
      auto& regions = accounts_[account].shown.regions;
      if (std::find(regions.begin(), regions.end(), change.region) == regions.end()) regions.insert(std::upper_bound(regions.begin(), regions.end(), change.region), change.region);
    }
    for (auto& [place, scope] : where)
      for (PlannedCall& call : plan_.first(place, scope)) {
        if (!change.calls.contains(call.call)) continue;
        lists_.insert(call.key());
        list_calls_.emplace(account, call.call);
        TRY(ask(std::move(call)));
      }
  }
  return {};
}

Status Collection::reread(const ApiCatalogue& apis) {
  TRY(who_asks());
  rereading_ = feeding_ = true;
  const std::set<std::string> chosen(options_.accounts.begin(), options_.accounts.end());
  for (Change change : options_.changes->changes) {
    if (change.type->of_organization()) change.account = caller_;  // whoever asks about the organization
    if (!chosen.empty() && !chosen.contains(change.account)) continue;
    if (change.region != "global" && !wanted_regions_.empty() && !wanted_regions_.contains(change.region)) continue;
    changes_.push_back(std::move(change));
  }
  std::set<std::string> begun;
  for (const Change& change : changes_) {
    if (!begun.insert(change.account).second) continue;
    auto& shown = accounts_[change.account].shown;
    shown.id = change.account;
    if (change.account != caller_ && options_.role_names.empty()) shown.state = "not_reached", shown.reason = "no role was named to take there (--role-name)";
    else accounts_to_begin_.push_back(change.account);
  }
  TRY(run());
  if (summary_.interrupted) return {};
  lists_read_ = true;
  for (const Change& change : changes_) {
    if (!keys_.of(change.account)) continue;
    for (PlannedCall& call : TRY(recorded_calls(options_.out, change, apis))) TRY(ask(std::move(call)));
  }
  TRY(run());
  if (summary_.interrupted) return {};
  for (auto& account : begun)
    if (keys_.of(account)) TRY(close({account, "global"}));
  return record_.sync();
}

}  // namespace reeve
