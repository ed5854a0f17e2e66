#include "logs/walk.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "logs/grammar.h"
#include "logs/members.h"
#include "logs/token_scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

namespace sj = simdjson;

// The longest name that has a place of its own.
constexpr size_t kNameMax = 19;

constexpr std::array<std::string_view, static_cast<size_t>(LogField::count)> kFieldNames = {
    "eventVersion",      "userIdentity",     "eventTime",           "eventSource",  "eventName",       "awsRegion",
    "sourceIPAddress",   "userAgent",        "errorCode",           "errorMessage", "requestParameters", "responseElements",
    "additionalEventData", "requestID",      "eventID",             "readOnly",     "resources",       "eventType",
    "managementEvent",   "recipientAccountId", "sharedEventID",     "vpcEndpointId", "eventCategory",  "tlsDetails",
    "serviceEventDetails", "insightDetails"};

// A name is found by its first eight bytes (a closing quote included, where it is shorter): they are different for all of these names, and a
// multiplication spreads them over a table of 128 places without two in one.
constexpr size_t kSlots = 128;

constexpr uint64_t first_eight(std::string_view name) {
  uint64_t word = 0;
  for (size_t i = 0; i < 8; ++i)
    word |= static_cast<uint64_t>(static_cast<unsigned char>(i < name.size() ? name[i] : i == name.size() ? '"' : 0)) << (8 * i);
  return word;
}

constexpr size_t slot_of(uint64_t word, uint64_t factor) { return static_cast<size_t>((word * factor) >> 57); }

constexpr bool spreads(uint64_t factor) {
  std::array<bool, kSlots> taken{};
  for (std::string_view name : kFieldNames) {
    bool& place = taken[slot_of(first_eight(name), factor)];
    if (place) return false;
    place = true;
  }
  return true;
}

constexpr uint64_t find_factor() {
  uint64_t factor = 0x9E3779B97F4A7C15ull;
  while (!spreads(factor)) factor = factor * 6364136223846793005ull + 1442695040888963407ull;
  return factor;
}

constexpr uint64_t kFactor = find_factor();

struct Slot {
  uint64_t first = ~uint64_t{0}, last = 0;  // eight bytes of the name each, the last with the closing quote behind it
  uint32_t second = 0, second_bits = 0;     // and those between, of a name that the two do not cover
  uint32_t bytes = 7;  // the fewest: nothing before a name is looked at, not even for an empty place
  LogField field = LogField::count;
};
static_assert(sizeof(Slot) == 32);

constexpr std::array<Slot, kSlots> fill_slots() {
  std::array<Slot, kSlots> slots{};
  for (size_t i = 0; i < kFieldNames.size(); ++i) {
    const std::string_view name = kFieldNames[i];
    const bool long_name = name.size() > 15;
    slots[slot_of(first_eight(name), kFactor)] = {first_eight(name), first_eight(name.substr(name.size() - 7)), long_name ? static_cast<uint32_t>(first_eight(name.substr(8))) : 0,
                                                  long_name ? ~uint32_t{0} : 0, static_cast<uint32_t>(name.size()), static_cast<LogField>(i)};
  }
  return slots;
}

constexpr auto kSlotTable = fill_slots();
static_assert(std::all_of(kFieldNames.begin(), kFieldNames.end(), [](std::string_view name) { return name.size() >= 7 && name.size() <= kNameMax; }));

template <class Word>
inline __attribute__((always_inline)) Word word_at(const char* text) {
  Word word;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// The place of the name that begins at `name`, its closing quote behind it; null: it has none. Twelve bytes behind its first may be read, more if they are a name's.
inline __attribute__((always_inline)) const Slot* slot_at(const char* name) {
  const auto word = word_at<uint64_t>(name);
  const Slot& slot = kSlotTable[slot_of(word, kFactor)];
  if (word != slot.first) return nullptr;
  if (word_at<uint64_t>(name + slot.bytes - 7) != slot.last) return nullptr;
  return ((word_at<uint32_t>(name + 8) ^ slot.second) & slot.second_bits) == 0 ? &slot : nullptr;
}

// The lists that envelopes keep their records in (docs/formats/logs.md).
bool holds_records(std::string_view name) {
  switch (name.size()) {
    case 6: return name == "events" || name == "Events";
    case 7: return name == "Records" || name == "records";
    case 8: return name == "Messages" || name == "findings" || name == "Findings";
    case 9: return name == "logEvents";
    case 11: return name == "auditEvents";
    case 15: return name == "QueryResultRows";
    default: return false;
  }
}

// Of so few bytes neither a loop of single stores nor what the compiler makes of memset is quick.
void clear(decltype(LogEvent::known)& known) {
#if defined(__SSE2__)
  static_assert(sizeof known % sizeof(__m128i) == 0);
  auto* const to = reinterpret_cast<__m128i*>(known.data());
#pragma GCC unroll 32
  for (size_t i = 0; i < sizeof known / sizeof(__m128i); ++i) _mm_storeu_si128(to + i, _mm_setzero_si128());
#else
  known.fill({});
#endif
}

}  // namespace

std::string_view name(LogField field) { return field < LogField::count ? kFieldNames[static_cast<size_t>(field)] : std::string_view(); }

LogField field_of(std::string_view member_name) {
  if (member_name.size() > kNameMax) return LogField::count;
  char room[kNameMax + 8] = {};
  std::memcpy(room, member_name.data(), member_name.size());
  room[member_name.size()] = '"';
  const Slot* slot = slot_at(room);
  return slot && slot->bytes == member_name.size() ? slot->field : LogField::count;
}

struct RecordWalk::Parser {
  std::unique_ptr<sj::internal::dom_parser_implementation> stage;
};

RecordWalk::RecordWalk() : parser_(std::make_unique<Parser>()) {}
RecordWalk::~RecordWalk() = default;

std::string_view RecordWalk::begin(std::string_view text) {
  text_ = text;
  at_ = end_ = nullptr;
  auto& stage = parser_->stage;
  if (!stage || stage->capacity() < text.size()) {
    size_t room = std::max<size_t>(text.size() + text.size() / 4, 64 << 10);
    stage.reset();
    if (sj::get_active_implementation()->create_dom_parser_implementation(room, 1, stage) != sj::SUCCESS) return "no memory";
  }
  switch (stage->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(), sj::stage1_mode::regular)) {
    case sj::SUCCESS: break;
    case sj::EMPTY: return {};
    case sj::UTF8_ERROR: return "no UTF-8";
    case sj::UNESCAPED_CHARS: return "control character in a string";
    default: return "no JSON";
  }
  at_ = stage->structural_indexes.get();
  end_ = at_ + stage->n_structural_indexes;
  return {};
}

Walked RecordWalk::skip() {
  Walked how;
  at_ = past_value({text_.data(), text_.size(), end_}, at_, 0, how);
  return how;
}

Walked RecordWalk::value(std::string_view& token) {
  if (at_ == end_) return Walked::cut;
  const uint32_t* first = at_;
  Walked walked = skip();
  if (walked != Walked::whole) return walked;
  const char* from = text_.data() + *first;
  const char* to;
  if (*from == '{' || *from == '[') to = text_.data() + at_[-1] + 1;
  else to = trimmed(from, at_ == end_ ? text_.data() + text_.size() : text_.data() + *at_);
  token = {from, static_cast<size_t>(to - from)};
  return walked;
}

void RecordWalk::put(LogEvent& event, const char* name, size_t name_bytes, std::string_view token) {
  std::string_view member(name, name_bytes);
  if (std::memchr(name, '\\', name_bytes) != nullptr) {
    std::string& plain = names_.emplace_back();
    unescape_json(member, plain);
    member = plain;
    if (LogField field = field_of(member); field != LogField::count) {
      std::string_view& place = event.known[static_cast<size_t>(field)];
      duplicates += !place.empty();
      place = token;
      event.places[static_cast<size_t>(field)] = nullptr;
      return;
    }
  }
  constexpr size_t few = 32;
  if (event.others.size() < few) {
    duplicates += std::any_of(event.others.begin(), event.others.end(), [&](const auto& other) { return other.first == member; });
  } else {
    if (seen_.empty())
      for (const auto& other : event.others) seen_.insert(other.first);
    duplicates += !seen_.insert(member).second;
  }
  event.others.emplace_back(member, token);
}

Walked RecordWalk::map(LogEvent& event, bool find_list) {
  clear(event.known);
  event.others.clear();
  event.walked = text_.data();
  event.early_at = nullptr;
  if (!seen_.empty()) seen_.clear();
  if (!names_.empty()) names_.clear();
  if (at_ == end_) return Walked::cut;
  map_begin_ = text_.data() + *at_;
  if (*map_begin_ != '{') return Walked::broken;
  ++at_;
  return members(event, find_list, map_begin_, true);
}

Walked RecordWalk::map_rest(LogEvent& event, bool find_list) {
  event.walked = nullptr;  // its first members were found in another text
  return members(event, find_list, nullptr, false);
}

Walked RecordWalk::members(LogEvent& event, bool find_list, const char* map_begin, bool first) {
  const char* const t = text_.data();
  const uint32_t* const end = end_;
  if (at_ == end) return Walked::cut;
  if (t[*at_] == '}' && first) {
    event.text = {map_begin, static_cast<size_t>(t + *at_ + 1 - map_begin)};
    ++at_;
    return Walked::whole;
  }
  if (!first) {
    char c = t[*at_++];
    if (c == '}') return Walked::whole;
    if (c != ',') return Walked::broken;
  }
  uint64_t again = 0;  // counted here: to add to the member each time would be one long chain through memory
  const auto left = [&](Walked how) {
    duplicates += again;
    return how;
  };
  for (const uint32_t* i = at_;;) {
    // Most members are strings and literals under names that have a place, with no white space between: they need no look at where the name ends.
    for (; end - i > 3; i += 4) {
      const char *key = t + i[0], *from = t + i[2], *next = t + i[3];
      if (*key != '"' || t[i[1]] != ':' || *next != ',') break;
      const Slot* slot = slot_at(key + 1);
      if (slot == nullptr) break;
      if (__builtin_expect(*from == '"', 1)) {
        if (next[-1] != '"') break;
      } else if (!literal(from, next)) {
        break;
      }
      std::string_view& known = event.known[static_cast<size_t>(slot->field)];
      again += !known.empty();
      known = {from, static_cast<size_t>(next - from)};
    }
    if (end - i < 3) return left(i < end && t[*i] != '"' ? Walked::broken : Walked::cut);
    const char* key = t + i[0];
    const char* colon = t + i[1];
    if (*key != '"' || *colon != ':') return left(Walked::broken);
    const char* key_end = colon - 1;  // the closing quote
    if (*key_end != '"') key_end = trimmed(key, colon) - 1;
    ++key;
    size_t key_bytes = static_cast<size_t>(key_end - key);
    const Slot* slot = slot_at(key);
    i += 2;
    const uint32_t* place = nullptr;  // of what has others in it
    const char* from = t + *i;
    const char* to;
    if (*from == '"') {
      if (++i == end) return left(Walked::cut);
      to = t + *i;
      if (to[-1] != '"') to = trimmed(from, to);
    } else {
      at_ = i;
      if (find_list && *from == '[' && holds_records({key, key_bytes}) && event.raw(LogField::event_name).empty()) {
        list_name_ = {key, key_bytes};
        return left(Walked::list);
      }
      if (*from == '{' && early.asked != nullptr && slot != nullptr && slot->field == early.root) {
        at_ = early.asked->find_in({t, text_.size(), end}, i, early.root, early.slots);
        event.early_at = at_ != nullptr ? from : nullptr;
        if (at_ == nullptr) at_ = i;
      }
      const Walked walked = at_ == i ? skip() : Walked::whole;
      if (walked != Walked::whole) return left(walked);
      place = i;
      i = at_;
      if (i == end) return left(Walked::cut);
      if (*from == '{' || *from == '[') to = t + i[-1] + 1;
      else to = trimmed(from, t + *i);
    }
    std::string_view token(from, static_cast<size_t>(to - from));
    if (slot != nullptr) {
      const auto field = static_cast<size_t>(slot->field);
      again += !event.known[field].empty();
      event.known[field] = token;
      if (place != nullptr) event.places[field] = place;
    } else {
      put(event, key, key_bytes, token);
    }
    char c = t[*i++];
    if (c == ',') continue;
    at_ = i;
    if (c != '}') return left(Walked::broken);
    if (map_begin != nullptr) event.text = {map_begin, static_cast<size_t>(t + i[-1] + 1 - map_begin)};
    return left(Walked::whole);
  }
}

}  // namespace reeve
