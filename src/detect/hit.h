// Hit: what correlations keep of an event that a base rule matched, or of an alert of a correlation that others build on.
//
// Taken while the event lies there (any thread), added to the Correlator later (one thread). It holds the values of the fields that some
// correlation asks for and nothing else of the event, and can be put into a row of the state and taken out again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "detect/alert.h"
#include "detect/correlation.h"

namespace reeve {

struct Hit {
  uint32_t rule = 0;    // in RuleSet::rules
  int64_t time_ms = 0;  // of an alert: when it was settled
  EventFacts facts;     // of an alert: those of its last event; `facts.id` is the event's id also there
  std::string id;       // what is counted once: the event's id, of an alert the alert's
  std::vector<std::string> events;  // of an alert: its events' ids
  // By field: its values as text, a list's items each. A field without values is not there.
  std::vector<std::pair<std::string, std::vector<std::string>>> values;

  const std::vector<std::string>* find(std::string_view field) const;
  std::vector<std::string> event_ids() const { return events.empty() ? std::vector<std::string>{facts.id} : events; }
};

// Which fields each rule's hits must carry, for the correlations that are built on it, on those, and so on. Empty: nothing is.
class HitFields {
 public:
  explicit HitFields(const RuleSet& rules);
  bool wanted(uint32_t rule) const { return wanted_[rule]; }
  void plan(FieldPlan& fields);  // before `take` of that plan's EventFields
  Hit take(uint32_t rule, EventFields& event, const EventFacts& facts) const;

 private:
  std::vector<std::vector<AskedField>> fields_;
  std::vector<bool> wanted_;
};

// Texts one behind the other, each with its length: what rows of the state hold.
class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}
  Packer& number(int64_t value);
  Packer& text(std::string_view value);

 private:
  std::string& out_;
};
// Reads what Packer wrote. A row that was cut or changed gives zeros and empty texts, and `good()` says so.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
  int64_t number();
  std::string text() { return std::string(view()); }
  std::string_view view();
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }
  // A count of things that follow: never more than the bytes left could hold.
  size_t count();

 private:
  std::string_view rest_;
  bool good_ = true;
};

void pack(Packer& out, const EventFacts& facts);
EventFacts unpack_facts(Unpacker& in);
// Everything but the rule.
void pack(Packer& out, const Hit& hit);
Hit unpack_hit(Unpacker& in);
std::string_view packed_id(std::string_view hit);  // what unpack_hit gives as `id`

}  // namespace reeve
