// A collection that only reads again what has changed: first the lists, which show what is new and what is gone; then what the snapshot
// has of the resources that events named.
#include "collect/collection.h"

#include <algorithm>

#include "base/file.h"

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
    note_asked(one);
    TRY(ask(std::move(one)));
  }
  return {};
}

// The calls that list what the change is about.
std::vector<PlannedCall> Collection::lists_of(const Change& change) const {
  const CollectPlace global{change.account, "global"};
  std::vector<std::pair<CollectPlace, CollectScope>> where{{global, CollectScope::account}};
  if (change.type->of_organization()) where.emplace_back(global, CollectScope::organization);
  if (change.region != "global") where.emplace_back(CollectPlace{change.account, change.region}, CollectScope::region);
  std::vector<PlannedCall> out;
  for (auto& [place, scope] : where)
    for (PlannedCall& call : plan_.first(place, scope))
      if (change.calls.contains(call.call) && wanted(call.call)) out.push_back(std::move(call));
  return out;
}

Status Collection::reread_lists(const std::string& account) {
  const CollectPlace global{account, "global"};
  hold(global);
  ++places_[global].open;  // until all is read: what was asked is remembered as long
  for (const Change& change : changes_) {
    if (change.account != account) continue;
    auto& regions = accounts_[account].shown.regions;
    if (change.region != "global" && std::find(regions.begin(), regions.end(), change.region) == regions.end())
      regions.insert(std::upper_bound(regions.begin(), regions.end(), change.region), change.region);
    for (PlannedCall& call : lists_of(change)) {
      lists_.insert(call.key());
      list_calls_.emplace(account, call.call);
      TRY(ask(std::move(call)));
    }
  }
  return {};
}

// Of what was never collected, the few facts that an event leads to would stand among nothing but unknowns: it is named instead.
Status Collection::choose_changes() {
  const std::set<std::string> chosen(options_.accounts.begin(), options_.accounts.end());
  for (Change change : options_.changes->changes) {
    if (change.type->of_organization()) change.account = caller_;  // whoever asks about the organization
    if (!chosen.empty() && !chosen.contains(change.account)) continue;
    if (change.region != "global" && !wanted_regions_.empty() && !wanted_regions_.contains(change.region)) continue;
    if (std::none_of(change.calls.begin(), change.calls.end(), [&](auto& call) { return wanted(call); })) continue;
    const std::string folder = join_path(options_.out, change.account);
    if (!is_folder(folder)) {
      auto& shown = accounts_[change.account].shown;
      shown.id = change.account, shown.state = "not_collected", shown.reason = "the snapshot has nothing of it: collect it first";
    } else if (change.region != "global" && !exists(join_path(folder, change.region + ".index"))) {
      CollectGap& gap = summary_.errors[{*change.calls.begin(), "RegionNotCollected", change.account, change.region}];
      ++gap.count, gap.answered = true, gap.message = "the snapshot has nothing of this Region of the account: collect it first";
    } else {
      changes_.push_back(std::move(change));
    }
  }
  return {};
}

// What was read after its event, and long enough after it to tell of it, is not read again: so an event that comes late, twice, or once more
// with a whole folder does no harm.
Status Collection::leave_out_known(const ApiCatalogue& apis) {
  std::map<std::string, std::set<std::string>> lists;
  for (const Change& change : changes_)
    for (const PlannedCall& call : lists_of(change)) lists[change.account].insert(call.key());
  std::map<std::string, std::map<std::string, RecordedCall>> recorded;
  for (auto& [account, keys] : lists) recorded[account] = TRY(recorded_calls(options_.out, account, changes_, keys, apis));
  std::vector<Change> left;
  for (Change& change : changes_) {
    const auto& known = recorded[change.account];
    auto tells = [&](const RecordedCall& one, Time event) { return one.answered && event.known() && one.time.ms >= event.ms + kSettlesMs; };
    auto all_lists_tell = [&](Time event) {
      const std::vector<PlannedCall> all = lists_of(change);
      return !all.empty() && std::all_of(all.begin(), all.end(), [&](auto& call) {
        auto found = known.find(call.key());
        return found != known.end() && tells(found->second, event);
      });
    };
    const std::set<std::string>& keys = lists[change.account];
    if (change.whole) {
      const bool told = all_lists_tell(change.newest) && std::all_of(known.begin(), known.end(), [&](auto& one) {
        return keys.contains(one.first) || !change.asks(one.second.call) || tells(one.second, change.newest);
      });
      if (told) ++summary_.changes->older;
      else left.push_back(std::move(change));
      continue;
    }
    std::map<std::string, const std::pair<const std::string, Time>*> by_spelling;
    for (auto& name : change.names)
      for (std::string& spelt : spellings(name.first)) by_spelling.emplace(std::move(spelt), &name);
    std::set<std::string> stale;
    for (auto& [key, one] : known) {
      if (keys.contains(key) || !change.calls.contains(one.call.call)) continue;
      for (const std::string& value : values_asked(one.call.input->root()))
        for (const std::string& spelt : spellings(value))
          if (auto named = by_spelling.find(spelt); named != by_spelling.end() && !tells(one, named->second->second)) stale.insert(named->second->first);
    }
    for (auto& [name, time] : change.names)
      if (!stale.contains(name) && !all_lists_tell(time)) stale.insert(name);
    summary_.changes->older += change.names.size() - stale.size();
    if (stale.empty()) continue;
    std::erase_if(change.names, [&](auto& name) { return !stale.contains(name.first); });
    change.spelt.clear();
    for (auto& name : change.names)
      for (std::string& spelt : spellings(name.first)) change.spelt.insert(std::move(spelt));
    left.push_back(std::move(change));
  }
  changes_ = std::move(left);
  return {};
}

Status Collection::ask_recorded(const std::set<std::string>& accounts, const ApiCatalogue& apis) {
  for (const std::string& account : accounts) {
    if (!keys_.of(account)) continue;
    for (auto& [key, one] : TRY(recorded_calls(options_.out, account, changes_, {}, apis))) {
      note_asked(one.call);
      TRY(ask(std::move(one.call)));
    }
  }
  return {};
}

void Collection::note_asked(const PlannedCall& call) {
  for (const std::string& value : values_asked(call.input->root()))
    for (std::string& spelt : spellings(value)) asked_about_.insert(std::move(spelt));
}

// A name that neither the snapshot nor a list knows may be spelt in a way that nothing here understands: then all of the type is read again there.
bool Collection::widen() {
  bool wider = false;
  for (Change& change : changes_) {
    const bool single = std::any_of(change.calls.begin(), change.calls.end(), [&](auto& call) { return wanted(call) && !list_calls_.contains({change.account, call}); });
    if (change.whole || !single) continue;
    change.whole = std::any_of(change.names.begin(), change.names.end(), [&](auto& name) {
      const std::vector<std::string> spelt = spellings(name.first);
      return std::none_of(spelt.begin(), spelt.end(), [&](auto& one) { return asked_about_.contains(one); });
    });
    wider = wider || change.whole;
  }
  return wider;
}

Status Collection::reread(const ApiCatalogue& apis, bool skip_known) {
  TRY(who_asks());
  rereading_ = feeding_ = true;
  summary_.changes = options_.changes;
  TRY(choose_changes());
  if (skip_known) TRY(leave_out_known(apis));
  std::set<std::string> begun;
  for (const Change& change : changes_) {
    if (!begun.insert(change.account).second) continue;
    auto& shown = accounts_[change.account].shown;
    shown.id = change.account;
    if (change.account != caller_ && options_.role_names.empty()) shown.state = "not_reached", shown.reason = "no role was named to take there (--role-name)";
    else accounts_to_begin_.push_back(change.account);
  }
  summary_.changes->changes = changes_;
  TRY(run());
  if (summary_.interrupted) return {};
  lists_read_ = true;
  TRY(ask_recorded(begun, apis));
  if (widen()) TRY(ask_recorded(begun, apis));
  summary_.changes->changes = changes_;
  TRY(run());
  if (summary_.interrupted) return {};
  for (auto& account : begun)
    if (keys_.of(account)) TRY(close({account, "global"}));
  return record_.sync();
}

}  // namespace reeve
