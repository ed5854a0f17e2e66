// One collection under way: which places are begun, what of each is still open, and what became of it. Everything it stands on is given, so
// that tests run it without a network. Private to this room.
//
//   Collection collection(options, plan, engine, record, opener, keys);
//   TRY(collection.discover());   // who asks, which accounts
//   TRY(collection.run());        // until nothing is left, or `stop` was asked for
//   collection.summary()
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "collect/collect.h"
#include "collect/opener.h"
#include "collect/organization.h"
#include "collect/redact.h"

namespace reeve {

// Whose keys to use where. The account "" is that of whoever called.
class Keyring {
 public:
  void put(const std::string& account, std::shared_ptr<CredentialProvider> provider);
  std::shared_ptr<CredentialProvider> of(const std::string& account) const;  // null: nobody's
  std::string caller;  // whose account those of "" are; empty: nobody has asked yet

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<CredentialProvider>> providers_;
};

// What the thread that shows progress may look at any time.
struct CollectGauges {
  std::atomic<uint64_t> done{0}, known{0}, in_flight{0}, denied{0};
};

class Collection {
 public:
  Collection(const CollectOptions& options, const CollectPlan& plan, CollectEngine& engine, CollectRecord& record, AccountOpener& opener, Keyring& keys,
             CollectGauges& gauges);
  Status discover();
  Status run();
  // Instead of both: only what `options.changes` names, and with `skip_known` of that only what was read before its event (collection_changes.cc).
  Status reread(const ApiCatalogue& apis, bool skip_known);
  CollectSummary summary() const;

 private:
  struct Answer {
    std::vector<DocumentPtr> pages;  // none of a failure
    std::string code, message;
    bool ok() const { return code.empty(); }
  };
  struct PlaceState {
    std::unordered_set<std::string> asked;
    size_t open = 0;
    bool holds = false, counted = false;  // in its account's open places; among those that are done
  };
  struct AccountState {
    CollectSummary::Account shown;
    size_t open_places = 0;
    bool gaps = false;
  };

  bool stopped() const { return options_.stop && options_.stop->asked(); }
  bool wanted(const std::string& call) const;
  Status ask(PlannedCall call, bool whatever_service = false);
  Status ask_there(PlannedCall call);
  bool reaches(const std::string& account) const;
  Status ask_above(const std::string& key);
  Result<Answer> ask_now(PlannedCall call);
  Result<bool> step(int64_t wait_ms);  // one thing that came; false: nothing is on the way
  Status take(CallOutcome outcome);
  bool again(const CallOutcome& outcome);
  void ask_due();
  Status take_recorded();
  Status follow(const PlannedCall& call, Answer answer, const std::string& failure);
  void gap(const PlannedCall& call, const std::string& failure, const std::string& code, const std::string& message);
  Status close(const CollectPlace& place);
  void begin_account(const std::string& id);
  Status opened(AccountOpener::Opened opened);
  Status regions_known(const std::string& account, const Answer& answer);
  Status begin_place(const CollectPlace& place, CollectScope scope);
  Status begin_more();
  Status who_asks();
  Status choose_changes();
  Status leave_out_known(const ApiCatalogue& apis);
  std::vector<PlannedCall> lists_of(const Change& change) const;
  Status reread_lists(const std::string& account);
  Status ask_recorded(const std::set<std::string>& accounts, const ApiCatalogue& apis);
  void note_asked(const PlannedCall& call);
  bool widen();
  Status follow_changed(const PlannedCall& call, std::vector<PlannedCall> next);
  bool changed(const PlannedCall& call) const;
  bool gone(const PlannedCall& call) const;
  Status choose_accounts(const std::vector<OrganizationAccount>& all);
  PlannedCall as_planned(const std::string& call, CollectScope scope) const;
  Result<std::vector<std::string>> below(const std::string& unit);
  void hold(const CollectPlace& place);
  void gauge();

  const CollectOptions& options_;
  const CollectPlan& plan_;
  CollectEngine& engine_;
  CollectRecord& record_;
  AccountOpener& opener_;
  Keyring& keys_;
  CollectGauges& gauges_;

  std::string caller_;
  std::vector<Change> changes_;
  bool rereading_ = false, lists_read_ = false;
  std::set<std::string> listed_;  // what the lists that were read again name, in all spellings
  std::set<std::string> lists_;   // keys of their calls
  std::set<std::string> asked_about_;  // what was asked again about, in all spellings
  std::set<std::pair<std::string, std::string>> list_calls_, failed_;  // account and call
  bool organization_ = false, management_ = false, feeding_ = false;
  std::vector<std::string> known_regions_;  // of the first account that said
  Redactor redactor_;
  std::set<std::string> services_, wanted_regions_;
  std::map<std::string, AccountState> accounts_;
  std::map<CollectPlace, PlaceState> places_;
  std::map<std::string, std::function<Status(const Answer&)>> waiting_;  // key → who wants its answer
  std::deque<PlannedCall> recorded_, fed_;
  std::optional<std::set<std::string>> administrators_;  // of the organization: its management account and its delegates; none: not known
  std::map<std::string, PlannedCall> above_;             // key of what an account is asked of itself → how it is asked from above, if that fails
  std::set<std::string> asked_itself_;                   // keys of what was asked of the account itself, whatever reply led to it
  std::set<std::string> asked_above_;                    // keys of what was: there is no further way
  std::map<std::string, std::vector<PlannedCall>> held_;  // account → until it is opened
  std::deque<std::string> accounts_to_begin_;
  std::deque<CollectPlace> places_to_begin_;
  struct Delayed {
    int64_t due_ms;  // of the steady clock
    PlannedCall call;
  };
  std::deque<Delayed> delayed_;  // by when they are due: answers that were not there yet
  std::map<std::string, int> repeats_;  // by key
  size_t outstanding_ = 0;  // asked, and not answered or delayed
  uint64_t places_done_ = 0;
  CollectSummary summary_;
};

}  // namespace reeve
