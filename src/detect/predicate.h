// Predicate: one line of a selection (`eventName|startswith: [Create, Put]`), compiled; true or false of an event.
//
// Made by modifiers.h, judged here on the event's text as it stands. What an absent field, null, a number against a string, a list and a map
// mean is said in docs/formats/detections.md, "What matches what".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/correlation.h"
#include "detect/field.h"
#include "detect/pattern.h"
#include "logs/event.h"

namespace reeve {

enum class TimePart : uint8_t { none, minute, hour, day, week, month, year };

// One value of a rule, ready to be held against one value of an event.
struct Probe {
  enum class Kind : uint8_t { text, number, regex, cidr, compare, field };
  Kind kind = Kind::text;
  Needle needle;                            // text; number: its text as written
  double number = 0;                        // number, compare
  Compare compare = Compare::eq;            // compare
  TimePart part = TimePart::none;           // compare: of the date that the field holds, instead of the field
  SearchRegex regex;
  std::array<uint8_t, 16> network{};        // cidr
  uint8_t bits = 0;
  bool v6 = false;
  FieldPath other;                          // field
  enum class Where : uint8_t { whole, start, end, inside } where = Where::whole;  // field
  bool cased = false;                       // field
};

// Where texts are put together while an event is judged; one for each thread.
struct ProbeRoom {
  std::string text, compact, unescaped, other;
  std::vector<std::string_view> tokens, others;
};

struct Predicate {
  enum class Kind : uint8_t { values, null, exists, absent, keywords };
  Kind kind = Kind::values;
  FieldPath path;
  bool all = false;      // every value must be there, not one of them
  bool negated = false;  // neq
  bool strict = false;   // a map is not matched as its text
  std::vector<std::vector<Probe>> values;  // each a list of alternatives
  std::string key;       // equal for two that say the same

  bool holds(const LogEvent& event, ProbeRoom& room) const;
  // The same with the field already looked up (Kind::values and below; no Probe::Kind::field unless `event` has it).
  bool holds(const LogEvent& event, bool found, const std::vector<std::string_view>& tokens, ProbeRoom& room) const;
};

// A predicate that looks in one field for whole texts (`eventName: [GetObject, ListObjects]`), for texts in some other way, or for whether there is a
// value, as most do: answered on a token as it stands. What it does not cover it leaves to Predicate::holds.
class QuickPredicate {
 public:
  enum class Answer : uint8_t { no, yes, unknown };
  QuickPredicate() = default;
  explicit QuickPredicate(const Predicate& predicate);  // which must outlive it
  Answer ask(std::string_view token) const;  // the field's one value; empty: absent

 private:
  struct Word {
    std::string text;
    bool cased = false;
  };
  enum class Kind : uint8_t { other, words, probes, null, exists, absent } kind_ = Kind::other;
  bool negated_ = false;
  size_t least_ = 0;    // bytes of the shortest word
  uint64_t sizes_ = 0;  // of the words: bit n for n bytes, the last bit for all longer ones
  std::vector<Word> words_;
  std::vector<const Probe*> probes_;  // any of them
};

// A map's or a list's text without white space between its tokens.
void compact_token(std::string_view token, std::string& out);
// The same with the escapes of its strings resolved: what a person reads in it. No JSON any more.
void readable_token(std::string_view token, std::string& out);

}  // namespace reeve
