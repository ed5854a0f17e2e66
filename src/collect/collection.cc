#include "collect/collection.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "base/time.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t kOutstandingMax = 20000;  // calls asked and not answered, above which no further place is begun: it bounds memory
constexpr size_t kPlacesAheadMax = 512;    // known and not begun, above which no further account is opened
constexpr size_t kOpeningMax = 32;
constexpr int64_t kWaitMs = 50;
constexpr int64_t kAgainMs = 1500;  // between two looks at an answer that AWS is still making, such as a credential report
constexpr int kAgainMax = 40;

DocumentPtr input_of(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  Builder builder;
  builder.begin_map();
  for (auto& [name, value] : members) builder.key(name), builder.string(value);
  builder.end();
  return builder.finish();
}

std::string service_of(const std::string& call) { return call.substr(0, call.find(':')); }

// A code for what has none of AWS's: `timed_out` → TimedOut.
std::string code_of(const CallOutcome& outcome) {
  if (!outcome.error_code.empty()) return outcome.error_code;
  std::string out;
  bool up = true;
  for (char c : name(outcome.failure)) {
    if (c == '_') up = true;
    else out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c, up = false;
  }
  return out;
}

}  // namespace

void Keyring::put(const std::string& account, std::shared_ptr<CredentialProvider> provider) {
  std::lock_guard hold(mutex_);
  providers_[account] = std::move(provider);
}

std::shared_ptr<CredentialProvider> Keyring::of(const std::string& account) const {
  std::lock_guard hold(mutex_);
  auto found = providers_.find(account);
  return found == providers_.end() ? nullptr : found->second;
}

Collection::Collection(const CollectOptions& options, const CollectPlan& plan, CollectEngine& engine, CollectRecord& record, AccountOpener& opener, Keyring& keys,
                       CollectGauges& gauges)
    : options_(options), plan_(plan), engine_(engine), record_(record), opener_(opener), keys_(keys), gauges_(gauges),
      redactor_(options.redactions), services_(options.services.begin(), options.services.end()),
      wanted_regions_(options.regions.begin(), options.regions.end()) {}

bool Collection::wanted(const std::string& call) const { return services_.empty() || services_.count(service_of(call)) > 0; }

void Collection::hold(const CollectPlace& place) {
  PlaceState& state = places_[place];
  auto account = accounts_.find(place.account);
  if (state.holds || account == accounts_.end()) return;
  state.holds = true;
  ++account->second.open_places;
}

// Asked once, whatever leads to it; and of the account that it is about, if that lets us in.
Status Collection::ask(PlannedCall call, bool whatever_service) {
  if (!whatever_service && !wanted(call.call)) return {};
  if (administrators_ && administrators_->count(call.place.account) == 0 && plan_.by_administrators(call.call)) return {};
  if (auto own = plan_.by_itself(call); own && reaches(own->place.account)) {
    std::string key = own->key();
    if (!asked_itself_.insert(key).second) return {};  // the account may be done by now, and what it was asked forgotten
    above_.emplace(std::move(key), std::move(call));
    call = std::move(*own);
  }
  return ask_there(std::move(call));
}

// Whether we are let into the account, or may yet be.
bool Collection::reaches(const std::string& account) const {
  auto found = accounts_.find(account);
  return found != accounts_.end() && found->second.shown.state != "not_reached" && found->second.shown.state != "suspended";
}

Status Collection::ask_above(const std::string& key) {
  auto above = above_.find(key);
  if (above == above_.end()) return {};
  PlannedCall call = std::move(above->second);
  above_.erase(above);
  asked_above_.insert(call.key());
  return ask_there(std::move(call));
}

Status Collection::ask_there(PlannedCall call) {
  if (call.place.account != caller_ && !keys_.of(call.place.account)) {  // whom nobody has let us in to yet
    held_[call.place.account].push_back(std::move(call));
    return {};
  }
  PlaceState& place = places_[call.place];
  if (!place.asked.insert(call.key()).second) return {};
  hold(call.place);  // not for what was asked before: its place may be done by now, and nothing would close it again
  ++place.open;
  if (!rereading_ && record_.answered(call)) {
    recorded_.push_back(std::move(call));
    return {};
  }
  ++outstanding_;
  engine_.ask(std::move(call));
  return {};
}

// For what nothing can go on without.
Result<Collection::Answer> Collection::ask_now(PlannedCall call) {
  std::optional<Answer> out;
  waiting_[call.key()] = [&out](const Answer& answer) {
    out = answer;
    return Status();
  };
  std::string what = call.call;
  TRY(ask(std::move(call), true));
  while (!out)
    if (!TRY(step(kWaitMs))) return fail(Code::io, "`" + what + "` was not answered", {}, "", "");
  return std::move(*out);
}

// A frame for each page, or one for the refusal: the first pages of a list whose rest was not to be had are not kept, for a list without
// its end proves nothing and would stand in the way of the whole one.
Status Collection::take(CallOutcome outcome) {
  --outstanding_;
  if (again(outcome)) return {};
  std::vector<SnapshotCall> frames;
  Answer answer;
  std::string failure;
  auto frame = [&](const DocumentPtr& input, Time time, const std::string& request_id) -> SnapshotCall& {
    SnapshotCall& out = frames.emplace_back();
    out.account = outcome.call.place.account, out.region = outcome.call.place.region, out.call = outcome.call.call;
    if (input) out.parameters = request_texts(input->root());
    out.time = time, out.request_id = request_id;
    return out;
  };
  if (outcome.failure == Failure::none) {
    for (auto& page : outcome.pages) {
      page.reply_json = redactor_.reply(outcome.call.call, std::move(page.reply_json));  // before anything comes of it
      page.body = redactor_.body(outcome.call.call, std::move(page.body));
      auto document = read_json(page.reply_json, Source{nullptr, outcome.call.call, "", 0, "", "$"});
      if (!document) {
        outcome.failure = Failure::other, outcome.error_code = "UnreadableReply", outcome.error_message = document.error().text(), outcome.error_time = page.time;
        frames.clear(), answer.pages.clear();
        break;
      }
      answer.pages.push_back(std::move(*document));
      SnapshotCall& out = frame(page.input, page.time, page.request_id);
      out.reply_json = std::move(page.reply_json), out.body = std::move(page.body), out.more = &page != &outcome.pages.back();
    }
  }
  if (outcome.failure != Failure::none) {
    SnapshotCall& out = frame(outcome.call.input, outcome.error_time, outcome.error_request_id);
    answer.code = out.error_code = code_of(outcome), answer.message = out.error_message = outcome.error_message;
    const bool absent = plan_.absent(outcome.call.call, out.error_code) || (outcome.failure == Failure::other && gone(outcome.call));
    out.failure = failure = absent ? "absent" : std::string(name(outcome.failure));
  }
  if (!outcome.call.place.account.empty()) TRY(record_.add(std::move(frames)));  // whose account it is was only just asked: asked again there
  return follow(outcome.call, std::move(answer), failure);
}

// Whether the answer is one that says only that it will come.
bool Collection::again(const CallOutcome& outcome) {
  if (!plan_.may_come_later(outcome.call.call)) return false;
  Result<DocumentPtr> first = outcome.pages.empty() ? Result<DocumentPtr>(nullptr) : read_json(outcome.pages[0].reply_json, Source{nullptr, outcome.call.call, "", 0, "", "$"});
  if (!plan_.again(outcome.call.call, outcome.error_code, first && *first ? (*first)->root() : Value())) return false;
  if (++repeats_[outcome.call.key()] > kAgainMax) return false;
  delayed_.push_back({steady_ms() + kAgainMs, outcome.call});
  return true;
}

void Collection::ask_due() {
  for (int64_t now = steady_ms(); !delayed_.empty() && delayed_.front().due_ms <= now; delayed_.pop_front()) {
    ++outstanding_;
    engine_.ask(std::move(delayed_.front().call));
  }
}

Status Collection::take_recorded() {
  PlannedCall call = std::move(recorded_.front());
  recorded_.pop_front();
  ++summary_.recorded_before;
  auto recorded = TRY(record_.recorded(call));
  Answer answer{{}, recorded.error_code, recorded.error_message};
  for (auto& page : recorded.pages) answer.pages.push_back(TRY(read_json(page, Source{nullptr, call.call, "", 0, "", "$"})));
  std::string failure = !recorded.error_code.empty() && recorded.failure.empty() ? (plan_.absent(call.call, recorded.error_code) ? "absent" : "other") : recorded.failure;
  return follow(call, std::move(answer), failure);
}

// What an answer leads to, whether it came now or in a run before this one.
Status Collection::follow(const PlannedCall& call, Answer answer, const std::string& failure) {
  ++gauges_.done;
  if (answer.ok()) {
    ++summary_.answered;
    above_.erase(call.key());
    for (auto& page : answer.pages) {
      if (rereading_) {
        TRY(follow_changed(call, plan_.after(call, page->root())));
        continue;
      }
      for (auto& next : plan_.after(call, page->root())) {
        if (feeding_) TRY(ask(std::move(next)));
        else fed_.push_back(std::move(next));
      }
    }
  } else {
    gap(call, failure, answer.code, answer.message);
    if (rereading_) failed_.emplace(call.place.account, call.call);
    if (failure != "absent") {
      TRY(ask_above(call.key()));
      if (asked_above_.count(call.key()) == 0)
        for (auto& next : plan_.instead(call))
          if (!rereading_ || changed(next)) TRY(ask(std::move(next)));
    }
  }
  if (auto waiting = waiting_.find(call.key()); waiting != waiting_.end()) {
    auto then = std::move(waiting->second);
    waiting_.erase(waiting);
    TRY(then(answer));
  }
  return close(call.place);
}

void Collection::gap(const PlannedCall& call, const std::string& failure, const std::string& code, const std::string& message) {
  CollectGaps& gaps = failure == "absent" ? summary_.absent : failure == "denied" ? summary_.denied : failure == "not_enabled" ? summary_.not_enabled
                      : failure == "unsupported" ? summary_.unsupported : summary_.errors;
  CollectGap& one = gaps[{call.call, code, call.place.account, call.place.region}];
  if (one.count++ == 0) one.message = message, one.answered = failure == "other";
  if (failure == "denied") ++gauges_.denied;
  if (&gaps == &summary_.denied || &gaps == &summary_.errors)
    if (auto account = accounts_.find(call.place.account); account != accounts_.end()) account->second.gaps = true;
}

// What was asked of an account is remembered until nothing of it is open any more: its answers may not be on disk yet, and other replies may
// lead to the same calls.
Status Collection::close(const CollectPlace& place) {
  auto found = places_.find(place);
  if (found == places_.end() || --found->second.open > 0 || !feeding_) return {};
  if (!found->second.counted) ++places_done_;
  found->second.counted = true;
  auto account = accounts_.find(place.account);
  if (!found->second.holds || account == accounts_.end()) return {};
  found->second.holds = false;
  AccountState& state = account->second;
  if (--state.open_places > 0) return {};
  if (state.shown.state.empty()) state.shown.state = state.gaps ? "partly" : "read";
  for (auto one = places_.lower_bound({place.account, ""}); one != places_.end() && one->first.account == account->first; one = places_.erase(one)) record_.leave(one->first);
  return {};
}

// --- Who asks, and whom.

Status Collection::who_asks() {
  if (caller_ = keys_.caller; !caller_.empty()) return {};
  auto who = TRY(ask_now({{"", "global"}, "sts:GetCallerIdentity", input_of({})}));
  if (!who.ok()) return fail(Code::io, "AWS does not say whose credentials these are: sts:GetCallerIdentity " + who.code + (who.message.empty() ? "" : ": " + who.message), {}, "", "");
  caller_ = who.pages.empty() ? "" : std::string(who.pages[0]->root().get("Account").text());
  if (caller_.empty()) return fail(Code::parse, "the answer of sts:GetCallerIdentity names no account", {}, "", "");
  keys_.caller = caller_;
  keys_.put(caller_, keys_.of(""));
  places_.clear();
  return {};
}

Status Collection::discover() {
  TRY(who_asks());
  std::vector<OrganizationAccount> all;
  auto organization = TRY(ask_now(as_planned("organizations:DescribeOrganization", CollectScope::organization)));
  if (organization.ok()) {
    // Only the management account and delegated administrators may list.
    auto listed = TRY(ask_now(as_planned("organizations:ListAccounts", CollectScope::organization)));
    organization_ = listed.ok();
    management_ = organization_ && !organization.pages.empty() && organization.pages[0]->root().get("Organization").get("MasterAccountId").text() == caller_;
    for (auto& page : listed.pages)
      for (auto& account : accounts_in(page->root())) all.push_back(std::move(account));
  }
  auto calls = plan_.calls();
  if (organization_ && std::any_of(calls.begin(), calls.end(), [&](auto& call) { return wanted(call) && plan_.by_administrators(call); })) {
    auto delegated = TRY(ask_now(as_planned("organizations:ListDelegatedAdministrators", CollectScope::organization)));
    if (delegated.ok()) {
      administrators_.emplace({std::string(organization.pages.empty() ? "" : organization.pages[0]->root().get("Organization").get("MasterAccountId").text())});
      for (auto& page : delegated.pages)
        for (Value one : page->root().get("DelegatedAdministrators").items()) administrators_->emplace(one.get("Id").text());
    }
  }
  TRY(choose_accounts(all));
  feeding_ = true;
  for (auto& call : fed_) TRY(ask(std::move(call)));
  fed_.clear();
  if (organization_) TRY(begin_place({caller_, "global"}, CollectScope::organization));
  return {};
}

// As the plan would ask it, so that it is asked once.
PlannedCall Collection::as_planned(const std::string& call, CollectScope scope) const {
  CollectPlace place{caller_, "global"};
  for (auto& one : plan_.first(place, scope))
    if (one.call == call) return one;
  return {place, call, input_of({})};
}

Result<std::vector<std::string>> Collection::below(const std::string& unit) {
  std::vector<std::string> out, units{unit};
  for (size_t i = 0; i < units.size(); ++i) {
    for (auto call : {"organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"}) {
      auto answer = TRY(ask_now({{caller_, "global"}, call, input_of({{"ParentId", units[i]}})}));
      if (!answer.ok()) return fail(Code::not_found, "what stands below `" + units[i] + "` cannot be listed: " + call + " " + answer.code, {}, "", "");
      for (auto& page : answer.pages) {
        for (auto& account : accounts_in(page->root())) out.push_back(account.id);
        for (auto& id : units_in(page->root()))
          if (std::find(units.begin(), units.end(), id) == units.end()) units.push_back(id);
      }
    }
  }
  return out;
}

Status Collection::choose_accounts(const std::vector<OrganizationAccount>& all) {
  std::set<std::string> chosen(options_.accounts.begin(), options_.accounts.end());
  if (!options_.organizational_units.empty()) {
    std::set<std::string> in_units;
    std::set<std::string> asked(options_.organizational_units.begin(), options_.organizational_units.end());
    for (auto& unit : asked)
      for (auto& id : TRY(below(unit))) in_units.insert(id);
    if (chosen.empty()) chosen = std::move(in_units);
    else std::erase_if(chosen, [&](auto& id) { return in_units.count(id) == 0; });
    if (chosen.empty()) return fail(Code::not_found, "no account stands below the units that were named", {}, "", "");
  }
  bool everything = chosen.empty();
  if (everything) {
    chosen.insert(caller_);
    for (auto& account : all)
      if (!options_.role_names.empty()) chosen.insert(account.id);
      else summary_.accounts_left += account.id != caller_ && account.state == "ACTIVE";
  }
  for (auto& id : chosen) {
    AccountState& account = accounts_[id];
    account.shown.id = id;
    auto known = std::find_if(all.begin(), all.end(), [&](auto& one) { return one.id == id; });
    if (known != all.end()) account.shown.name = known->name;
    if (known != all.end() && id != caller_ && !known->state.empty() && known->state != "ACTIVE") {
      account.shown.state = "suspended", account.shown.reason = "the organization calls it " + known->state;
    } else if (id != caller_ && options_.role_names.empty()) {
      account.shown.state = "not_reached", account.shown.reason = "no role was named to take there (--role-name)";
    } else {
      accounts_to_begin_.push_back(id);
    }
  }
  // The caller's first: it is let in already, and says which Regions there are.
  std::stable_partition(accounts_to_begin_.begin(), accounts_to_begin_.end(), [&](auto& id) { return id == caller_; });
  return {};
}

// --- Accounts and places, begun as there is room.

void Collection::begin_account(const std::string& id) { opener_.open(id); }

Status Collection::opened(AccountOpener::Opened opened) {
  AccountState& account = accounts_[opened.account];
  SnapshotCall frame;
  frame.account = opened.account, frame.region = "global", frame.call = "sts:AssumeRole", frame.time = options_.engine.now();
  std::vector<PlannedCall> held = std::move(held_[opened.account]);
  held_.erase(opened.account);
  if (!opened.provider) {
    account.shown.state = "not_reached", account.shown.reason = opened.error.text();
    // Kept, so that whoever judges the snapshot meets the account and why nothing is known of it.
    frame.error_code = "NotReached", frame.error_message = account.shown.reason, frame.failure = "unreachable";
    TRY(record_.add({std::move(frame)}));
    for (auto& call : held) TRY(ask_above(call.key()));
    return {};
  }
  // Let in now: what an earlier run kept of the opposite no longer holds. The reply itself is keys, so only that there was one is kept.
  if (record_.recorded({{opened.account, "global"}, "sts:AssumeRole", input_of({})})) {
    frame.reply_json = "{}";
    TRY(record_.add({std::move(frame)}));
  }
  account.shown.role = opened.role;
  keys_.put(opened.account, std::move(opened.provider));
  if (rereading_) return reread_lists(opened.account);
  CollectPlace global{opened.account, "global"};
  hold(global);
  ++places_[global].open;  // until the account's own calls are asked: it must not close on its first answer
  PlannedCall regions{global, "ec2:DescribeRegions", input_of({})};
  waiting_[regions.key()] = [this, id = opened.account](const Answer& answer) { return regions_known(id, answer); };
  TRY(ask(std::move(regions), true));
  TRY(begin_place(global, CollectScope::account));
  for (auto& call : held) TRY(ask(std::move(call)));
  return close(global);
}

Status Collection::regions_known(const std::string& id, const Answer& answer) {
  std::vector<std::string> on;
  for (auto& page : answer.pages)
    for (auto& region : regions_in(page->root())) on.push_back(std::move(region));
  if (on.empty()) on = known_regions_;  // it does not say: what another account has is tried, and each refusal is named
  else if (known_regions_.empty()) known_regions_ = on;
  if (on.empty()) on.assign(wanted_regions_.begin(), wanted_regions_.end());
  std::sort(on.begin(), on.end());
  AccountState& account = accounts_[id];
  for (auto& region : on) {
    if (!wanted_regions_.empty() && wanted_regions_.count(region) == 0) continue;
    account.shown.regions.push_back(region);
    CollectPlace place{id, region};
    hold(place);
    ++places_[place].open;  // until its own calls are asked, whatever else is asked there before
    places_to_begin_.push_back(std::move(place));
  }
  for (auto& region : wanted_regions_)
    if (std::find(on.begin(), on.end(), region) == on.end())
      summary_.errors[{"ec2:DescribeRegions", "RegionNotOn", id, region}] = {1, "this Region is not on in the account, so nothing there was asked"}, account.gaps = true;
  if (on.empty()) account.shown.state = "partly", account.shown.reason = "which Regions are on is not known: ec2:DescribeRegions " + answer.code;
  return {};
}

Status Collection::begin_place(const CollectPlace& place, CollectScope scope) {
  hold(place);
  ++places_[place].open;
  for (auto& call : plan_.first(place, scope, scope == CollectScope::account && management_ && place.account != caller_)) TRY(ask(std::move(call)));
  return close(place);
}

Status Collection::begin_more() {
  while (outstanding_ < kOutstandingMax && !places_to_begin_.empty() && recorded_.empty()) {
    CollectPlace place = std::move(places_to_begin_.front());
    places_to_begin_.pop_front();
    TRY(begin_place(place, CollectScope::region));
    TRY(close(place));
  }
  while (!accounts_to_begin_.empty() && places_to_begin_.size() < kPlacesAheadMax && outstanding_ < kOutstandingMax && opener_.pending() < kOpeningMax) {
    std::string id = std::move(accounts_to_begin_.front());
    accounts_to_begin_.pop_front();
    if (auto keys = keys_.of(id)) TRY(opened({id, "", std::move(keys), {}}));
    else begin_account(id);
  }
  while (auto one = opener_.take(0)) TRY(opened(std::move(*one)));
  return {};
}

Result<bool> Collection::step(int64_t wait_ms) {
  if (stopped()) return false;
  ask_due();
  if (!recorded_.empty()) {
    TRY(take_recorded());
    return true;
  }
  if (outstanding_ > 0) {
    CallOutcome outcome;
    if (!engine_.next(outcome)) return false;
    TRY(take(std::move(outcome)));
    return true;
  }
  if (opener_.pending() == 0 && delayed_.empty()) return false;
  if (auto one = opener_.take(wait_ms)) TRY(opened(std::move(*one)));
  return true;
}

Status Collection::run() {
  for (;;) {
    TRY(begin_more());
    gauge();
    if (TRY(step(kWaitMs))) continue;
    if (stopped() || outstanding_ > 0) {
      summary_.interrupted = true;
      break;
    }
    if (places_to_begin_.empty() && accounts_to_begin_.empty() && opener_.pending() == 0) break;
  }
  return record_.sync();
}

void Collection::gauge() {
  uint64_t done = gauges_.done, per_place = places_done_ > 0 ? std::max<uint64_t>(1, done / places_done_) : 50;
  uint64_t places = places_to_begin_.size() + (accounts_to_begin_.size() + opener_.pending()) * (1 + (wanted_regions_.empty() ? known_regions_.size() : wanted_regions_.size()));
  gauges_.in_flight = outstanding_;
  gauges_.known = done + outstanding_ + recorded_.size() + places * per_place;
}

CollectSummary Collection::summary() const {
  CollectSummary out = summary_;
  out.complete = !out.interrupted && out.errors.empty();
  for (auto& [id, account] : accounts_) {
    auto shown = account.shown;
    if (shown.state.empty()) {
      shown.state = places_done_ > 0 && account.open_places == 0 && !out.interrupted ? (account.gaps ? "partly" : "read") : account.shown.regions.empty() ? "not_reached" : "partly";
      if (out.interrupted && shown.reason.empty()) shown.reason = "the collection was ended before it was through";
    }
    if (shown.state == "not_reached" || shown.state == "not_collected") out.complete = false;
    out.accounts.push_back(std::move(shown));
  }
  return out;
}

}  // namespace reeve
