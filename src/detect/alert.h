// Alert: a rule said yes. Its id follows from what it is about and nothing else, so the same events in any order, twice, in any files,
// read by any number of threads and read again after a crash give the same ids, and adding an alert that is there changes nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/field.h"
#include "detect/rules.h"
#include "logs/event.h"
#include "logs/token.h"

namespace reeve {

// Bounds a text that an event brought to 2 KiB: of a longer one stays the beginning, and a digest that tells it from others.
void bound_text(std::string& text);

// What of an event an alert and a correlation keep; texts are bounded.
template <class Text>
struct FactsOf {
  Text id;              // event_id (logs/event.h)
  int64_t time_ms = 0;
  Text account{}, region{}, principal{};  // principal: the ARN of who acted, a role's for its sessions; else what there is
  Text source{}, name{};                  // eventSource, eventName
  Text object{};                          // where the event was read
  Text source_ip{};                       // where the call came from, as the event says it; also the name of an AWS service
  Text invoked_by{};                      // the AWS service that did it for the principal; empty: the principal itself
  std::vector<Text> resources{};          // ARNs that the event says it was about, each once, at most 10
};
using EventFacts = FactsOf<std::string>;
using FactsShown = FactsOf<std::string_view>;  // while the event lies there
EventFacts copy_of(const FactsShown& facts);
EventFacts facts_of(const LogEvent& event, std::string_view object);

// Texts that no event has as they are shown, for views of the event at hand.
class ShownTexts {
 public:
  std::string& fresh() {  // an empty one, which stays where it is
    if (used_ == texts_.size()) texts_.emplace_back();
    texts_[used_].clear();
    return texts_[used_++];
  }
  void clear() { used_ = 0; }  // what was fresh may be given again
  // As token_text (logs/token.h).
  std::string_view text(std::string_view token) {
    if (token.size() < 2 || token.front() != '"') return token;
    const std::string_view inside = token.substr(1, token.size() - 2);
    return has_escape(inside) ? token_text(token, fresh()) : inside;
  }

 private:
  std::deque<std::string> texts_;
  size_t used_ = 0;
};

// The same for event after event.
class FactsTaker {
 public:
  explicit FactsTaker(FieldPlan& fields);
  // All but `object`.
  void take(EventFields& fields, FactsShown& out, ShownTexts& room) const;

 private:
  std::string_view principal(EventFields& fields, ShownTexts& room) const;
  AskedField arn_, type_, account_, invoked_by_, issuer_type_, issuer_arn_;
  std::vector<AskedField> names_;  // of who has no ARN
};

template <class Text>
struct AlertOf {
  Text id{};                // `al-` and 20 characters of base32: SHA-256 of (rule id, event id) or of (rule id, group, window)
  uint32_t rule = 0;        // in RuleSet::rules
  FactsOf<Text> event{};    // of a correlation: its last event
  std::vector<Text> events{};                     // of a correlation: ids of those that made it, at most 100, by time
  std::vector<std::pair<Text, Text>> group{};     // of a correlation: field and value
  std::vector<std::pair<Text, Text>> evidence{};  // the fields that the rule looked at and what stood there, at most 12
  uint64_t count = 1;       // events that made it
  std::pair<Text, Text> entity{};  // what the detection says is at risk: field and value; empty: it says nothing
  Text same{};              // the same for alerts of a rule that agree in the fields it chose; empty: it chose none
  bool suppressed = false;  // a suppression silences it: counted, not told
  // For who writes it as JSON, while the event lies there; no copy has them. Its text, if it was read as JSON: what of it stands between quotes needs no escape. And
  // `object`, written as a string.
  std::string_view read_as{}, object_written{};
};
using Alert = AlertOf<std::string>;
using AlertShown = AlertOf<std::string_view>;  // while its event, or the Alert, lies there
Alert copy_of(const AlertShown& alert);
AlertShown shown(const Alert& alert);

// The fields that a rule names and what stands in them, at most 12, texts cut at 400 characters; what may be a secret is left out.
class EvidenceTaker {
 public:
  EvidenceTaker(const RuleSet& rules, FieldPlan& fields);
  void take(uint32_t rule, EventFields& fields, std::vector<std::pair<std::string_view, std::string_view>>& out, ShownTexts& room) const;

 private:
  struct Shown {
    AskedField field;
    std::string key;           // the last of its names, which may say that it is a secret
    bool from_caller = false;  // callers put there what they like; elsewhere AWS writes names, times and ids of its own
  };
  std::vector<std::vector<Shown>> of_;  // by rule
};

// Of alerts that agree in the rule and in all of these fields of their events (docs/formats/detections.md, `group`); empty without fields.
std::string same_of(const RuleHead& rule, const std::vector<AskedField>& fields, EventFields& event);

// The field's value in the event, the first of several; empty texts: the event has none.
std::pair<std::string, std::string> entity_of(const AskedField& field, EventFields& event);

std::string alert_id(const RuleHead& rule, std::string_view event_id);
// The 96 bits that an alert's id stands for.
struct AlertKey {
  uint64_t front = 0;
  uint32_t back = 0;
  bool operator==(const AlertKey& other) const { return front == other.front && back == other.back; }
};
AlertKey alert_key(std::string_view id);  // of an id of another form: of its digest
// The id and its key at once, without taking new room for the text.
AlertKey put_alert_id(std::string& out, const RuleHead& rule, std::string_view event_id);
std::string alert_id(const RuleHead& rule, const std::vector<std::pair<std::string, std::string>>& group, int64_t window_start_ms);

}  // namespace reeve
