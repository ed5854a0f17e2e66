#include "detect/matcher.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <unordered_map>

#include "detect/demand.h"
#include "detect/sigma.h"
#include "logs/token.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

using Formula = decltype(SigmaRule::formula);

constexpr uint64_t hash_of_any = 0x9E3779B97F4A7C15;

uint64_t hash_of_names(uint64_t source, uint64_t name) {
  uint64_t mixed = source * 0xD6E8FEB86659FD93 ^ (name + (source >> 29));
  mixed ^= mixed >> 32;
  mixed *= 0xD6E8FEB86659FD93;
  return mixed ^ mixed >> 29 | 1;  // 0 is an empty place
}

// Rules by a hash of names. Two names of one hash cost a candidate that does not match, nothing else, so the names are not kept.
class RulesByHash {
 public:
  void add(uint64_t hash, uint32_t rule) { building_[hash].push_back(rule); }

  void finish() {
    size_t places = 16;
    while (places < building_.size() * 3) places *= 2;
    places_.assign(places, {});
    for (auto& [hash, rules] : building_) {
      size_t at = hash & (places - 1);
      while (places_[at].hash) at = (at + 1) & (places - 1);
      places_[at] = {hash, static_cast<uint32_t>(rules_.size()), static_cast<uint32_t>(rules.size())};
      rules_.insert(rules_.end(), rules.begin(), rules.end());
    }
    building_.clear();
  }

  template <class Each>
  void find(uint64_t hash, Each each) const {
    for (size_t at = hash & (places_.size() - 1); places_[at].hash; at = (at + 1) & (places_.size() - 1)) {
      if (places_[at].hash != hash) continue;
      for (uint32_t i = 0; i < places_[at].count; ++i) each(rules_[places_[at].first + i]);
      return;
    }
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t first = 0, count = 0;
  };
  std::map<uint64_t, std::vector<uint32_t>> building_;
  std::vector<Slot> places_;
  std::vector<uint32_t> rules_;
};

// The same for two texts that differ only in the case of ASCII letters; now and then for others too, which costs a candidate that does not match.
// `escaped`, if there is one, is set where a backslash stands in the text.
uint64_t hash_folded(std::string_view text, bool* escaped = nullptr) {
  constexpr uint64_t small = 0x2020202020202020, factor = 0xD6E8FEB86659FD93, ones = 0x0101010101010101;
  const char* p = text.data();
  size_t left = text.size();
  uint64_t hash = left * factor, word = 0, slashes = 0;
  auto mix = [&] {
    const uint64_t other = word ^ ones * '\\';  // a byte that is zero: a backslash
    slashes |= (other - ones) & ~other & (ones << 7);
    hash = (hash ^ (word | small)) * factor;
    hash ^= hash >> 32;
  };
  for (; left > 8; left -= 8, p += 8) {
    std::memcpy(&word, p, 8);
    mix();
  }
  // The last eight bytes, some of them again; of a shorter text all of its bytes, in a way that only its size decides.
  if (text.size() >= 8) {
    std::memcpy(&word, p + left - 8, 8);
  } else if (left >= 4) {
    uint32_t front, back;
    std::memcpy(&front, p, 4);
    std::memcpy(&back, p + left - 4, 4);
    word = front | uint64_t{back} << 32;
  } else {
    word = 0;
    for (size_t i = 0; i < left; ++i) word |= static_cast<uint64_t>(static_cast<unsigned char>(p[i])) << (8 * i);
  }
  mix();
  if (escaped && slashes != 0) *escaped = true;
  return hash;
}

// Whether the event's names alone decide it.
bool told_by_names(const Predicate& predicate) {
  if (predicate.kind == Predicate::Kind::keywords || !predicate.path.is_root()) return false;
  if (predicate.path.root() != LogField::event_source && predicate.path.root() != LogField::event_name) return false;
  for (const auto& alternatives : predicate.values)
    for (const Probe& probe : alternatives)
      if (probe.kind == Probe::Kind::field) return false;
  return true;
}

// What the names of an event leave open, so that what they decide is decided once for each pair of names that a thread meets.
struct NamesCase {
  struct Open {
    uint32_t rule = 0;  // in Plan::rules
    Formula left;       // what is still to be asked
  };
  static constexpr size_t bytes_max = 64;  // of each name; longer ones are decided again each time
  std::vector<Open> open;  // ascending; of rules that look at the names
  LogKind kind = LogKind::other;
  uint8_t source_bytes = 0, name_bytes = 0;
  char source_text[bytes_max], name_text[bytes_max];  // both tokens as they stand, and what stood behind them

  bool is(std::string_view source, std::string_view name, LogKind of) const {
    return ((source.size() ^ source_bytes) | (name.size() ^ name_bytes) | static_cast<size_t>(kind != of)) == 0 && same(source_text, source) && same(name_text, name);
  }
  // 64 bytes behind a token's first may be read.
  void set(std::string_view source, std::string_view name, LogKind of) {
    kind = of;
    source_bytes = static_cast<uint8_t>(source.size()), name_bytes = static_cast<uint8_t>(name.size());
    std::memcpy(source_text, source.data(), bytes_max);
    std::memcpy(name_text, name.data(), bytes_max);
  }
  void forget() { source_bytes = name_bytes = 0; }

 private:
  // Whether the text stands there; names are too short for a call to be worth it, and of any size.
  static bool same(const char* there, std::string_view text) {
    const size_t bytes = text.size();
#if defined(__SSE2__)
    auto differ = [&](size_t at) {
      const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(there + at)), b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
      return static_cast<uint64_t>(~static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b))) & 0xFFFF) << at;
    };
    uint64_t other = differ(0) | differ(16);
    if (bytes > 32) other |= differ(32) | differ(48);
    return other << (64 - bytes) == 0;  // of one byte at least
#else
    return std::memcmp(there, text.data(), bytes) == 0;
#endif
  }
};

constexpr size_t cases_kept = 1024;

// From the first and the last bytes, for a table that may take one pair of names for another's place.
size_t place_of(std::string_view source, std::string_view name) {
  auto ends = [](std::string_view text) {
    uint64_t first = 0, last = 0;
    if (text.size() >= 8) {
      std::memcpy(&first, text.data(), 8);
      std::memcpy(&last, text.data() + text.size() - 8, 8);
    } else {
      std::memcpy(&first, text.data(), text.size());
    }
    return (first ^ text.size()) * 0xD6E8FEB86659FD93 ^ last;
  };
  const uint64_t mixed = (ends(source) ^ (ends(name) * hash_of_any)) * 0xD6E8FEB86659FD93;
  return mixed >> 54;
}
static_assert(cases_kept == 1 << 10);

constexpr Formula::Kind all = Formula::Kind::all, any = Formula::Kind::any;

bool always(const Formula& formula) { return formula.kind == all && formula.of.empty(); }
bool never(const Formula& formula) { return formula.kind == any && formula.of.empty(); }

// The formula with those names put in that `decided` knows: `all` of nothing is true, `any` of nothing false.
template <class Decided>
Formula left_of(const Formula& formula, const Decided& decided) {
  Formula out{formula.kind, formula.name, {}};
  if (formula.kind == Formula::Kind::name) {
    if (const std::optional<bool> holds = decided(formula.name)) out.kind = *holds ? all : any;
    return out;
  }
  for (const Formula& part : formula.of) {
    Formula left = left_of(part, decided);
    if (formula.kind == Formula::Kind::negation) {
      if (always(left) || never(left)) return {always(left) ? any : all, 0, {}};
    } else if (formula.kind == all ? never(left) : always(left)) {
      return left;
    } else if (formula.kind == all ? always(left) : never(left)) {
      continue;
    }
    out.of.push_back(std::move(left));
  }
  if (formula.kind != Formula::Kind::negation && out.of.size() == 1) return Formula(std::move(out.of.front()));
  return out;
}

}  // namespace

struct Matcher::Plan {
  struct Compiled {
    uint32_t rule = 0;  // in RuleSet::rules
    LogKinds kinds = 0;
    Formula formula;    // over `predicates`
  };
  struct Asked {
    const Predicate* predicate = nullptr;
    AskedField field;
    QuickPredicate quick;
    bool by_names = false; // eventSource or eventName alone decide it
  };
  std::vector<Asked> predicates;             // each that is different once
  std::vector<Compiled> rules;
  RulesByHash by_names;                      // indices in `rules`, as below
  bool by_source = false, by_name = false;   // some rule demands only the one
  struct ByField {
    AskedField field;
    RulesByHash texts;
    uint64_t sizes = 0;  // of the texts: bit n for n bytes, the last bit for all longer ones
    std::vector<uint32_t> all;
    bool sized(size_t bytes) const { return (sizes >> std::min<size_t>(bytes, 63) & 1) != 0; }
  };
  std::vector<ByField> by_field;             // of rules that the names tell nothing of: a value that a field must have
  struct ByGuard {
    uint32_t predicate = 0;
    std::vector<uint32_t> rules;
  };
  std::vector<ByGuard> by_guard;             // a predicate that must hold
  std::vector<uint32_t> always;
  RuleSet const* set = nullptr;              // keeps what `predicates` point at
};

class Matcher::Scratch {
 public:
  explicit Scratch(size_t predicates) : known(predicates) {}
  ProbeRoom room;
  std::vector<uint64_t> known;  // of each predicate: twice the event's number, and whether it holds
  uint64_t event = 0;
  std::vector<NamesCase> cases{cases_kept};  // by place_of the names, or beside it
  NamesCase* beside(NamesCase* one) { return &cases[static_cast<size_t>(one - cases.data()) ^ 1]; }
  NamesCase other;  // of names that are not kept
  std::vector<uint32_t> named, candidates;
  std::vector<std::string_view> tokens;
  std::string text;
};

namespace {

Formula renamed(const Formula& formula, const std::vector<uint32_t>& ids) {
  Formula out = formula;
  if (out.kind == Formula::Kind::name) out.name = ids[out.name];
  for (Formula& part : out.of) part = renamed(part, ids);
  return out;
}

}  // namespace

Matcher::Matcher(const RuleSet& rules, FieldPlan& fields) {
  auto plan = std::make_unique<Plan>();
  plan->set = &rules;
  std::unordered_map<std::string_view, uint32_t> predicate_ids;
  std::unordered_map<std::string_view, size_t> field_ids;
  std::unordered_map<uint32_t, size_t> guard_ids;
  for (uint32_t i = 0; i < rules.rules.size(); ++i) {
    const SigmaRule* rule = rules.rules[i].detection.get();
    if (!rule) continue;
    std::vector<uint32_t> ids;
    for (const Predicate& predicate : rule->predicates) {
      const auto [known, fresh] = predicate_ids.emplace(predicate.key, static_cast<uint32_t>(plan->predicates.size()));
      if (fresh) plan->predicates.push_back({&predicate, predicate.kind == Predicate::Kind::keywords ? AskedField{} : fields.ask(predicate.path), QuickPredicate(predicate), told_by_names(predicate)});
      ids.push_back(known->second);
    }
    const auto index = static_cast<uint32_t>(plan->rules.size());
    plan->rules.push_back({i, rule->kinds, renamed(rule->formula, ids)});
    bool told = true;
    const std::vector<NamesDemanded> demands = names_demanded(*rule);
    for (const NamesDemanded& demand : demands) told = told && (demand.source || demand.name);
    if (told) {
      for (const NamesDemanded& demand : demands) {
        const uint64_t source = demand.source ? hash_folded(*demand.source) : hash_of_any;
        plan->by_names.add(hash_of_names(source, demand.name ? hash_folded(*demand.name) : hash_of_any), index);
        plan->by_source = plan->by_source || !demand.name;
        plan->by_name = plan->by_name || !demand.source;
      }
      continue;
    }
    const auto guard = guard_of(*rule);
    if (!guard) {
      plan->always.push_back(index);
      continue;
    }
    const Predicate& predicate = rule->predicates[*guard];
    if (const auto texts = texts_demanded(predicate)) {
      const auto [known, fresh] = field_ids.emplace(predicate.path.name(), plan->by_field.size());
      if (fresh) plan->by_field.push_back({fields.ask(predicate.path), {}, 0, {}});
      Plan::ByField& field = plan->by_field[known->second];
      for (const std::string& text : *texts) {
        field.texts.add(hash_folded(text) | 1, index);
        field.sizes |= uint64_t{1} << std::min<size_t>(text.size(), 63);
      }
      field.all.push_back(index);
      continue;
    }
    const auto [known, fresh] = guard_ids.emplace(ids[*guard], plan->by_guard.size());
    if (fresh) plan->by_guard.push_back({ids[*guard], {}});
    plan->by_guard[known->second].rules.push_back(index);
  }
  plan->by_names.finish();
  for (Plan::ByField& field : plan->by_field) field.texts.finish();
  plan_ = std::move(plan);
}

Matcher::~Matcher() = default;

LogField Matcher::always_asked() const {
  for (const Plan::ByField& field : plan_->by_field)
    if (field.field.slot != UINT32_MAX) return field.field.path.root();
  return LogField::count;
}

std::shared_ptr<Matcher::Scratch> Matcher::scratch() const {
  return std::make_shared<Scratch>(plan_->predicates.size());
}

void Matcher::match(EventFields& fields, Scratch& scratch, const std::function<void(uint32_t)>& hit) const {
  const Plan& plan = *plan_;
  const LogEvent& event = fields.event();
  const uint64_t number = ++scratch.event;
  auto ask = [&](uint32_t predicate) {
    const Plan::Asked& asked = plan.predicates[predicate];
    const Predicate& one = *asked.predicate;
    if (one.kind == Predicate::Kind::keywords) return one.holds(event, true, scratch.tokens, scratch.room);
    std::string_view value;
    if (!fields.at_once(asked.field, value) || token_kind(value) == TokenKind::list)
      return one.holds(event, fields.tokens(asked.field, scratch.tokens), scratch.tokens, scratch.room);
    if (const QuickPredicate::Answer answer = asked.quick.ask(value); answer != QuickPredicate::Answer::unknown) return answer == QuickPredicate::Answer::yes;
    scratch.tokens.clear();
    if (!value.empty()) scratch.tokens.push_back(value);
    return one.holds(event, !value.empty(), scratch.tokens, scratch.room);
  };
  auto holds = [&](uint32_t predicate) {
    uint64_t& known = scratch.known[predicate];
    if (known >> 1 != number) known = number << 1 | ask(predicate);
    return (known & 1) != 0;
  };
  auto formula_holds = [&](auto& self, const Formula& formula) -> bool {
    switch (formula.kind) {
      case Formula::Kind::name: return holds(formula.name);
      case Formula::Kind::negation: return !self(self, formula.of.front());
      case Formula::Kind::all:
        for (const Formula& part : formula.of)
          if (!self(self, part)) return false;
        return true;
      case Formula::Kind::any:
        for (const Formula& part : formula.of)
          if (self(self, part)) return true;
        return false;
    }
    return false;
  };
  // --- What the names demand, to be looked at last. A name that is a plain string, or none at all, is looked up. Whatever else stands there is no name as AWS writes
  // it: all rules are asked.
  bool plain = true;
  auto decide = [&](NamesCase& out) {
    out.open.clear();
    auto hash_of = [&](LogField field) -> uint64_t {
      const std::string_view token = event.raw(field);
      if (token.empty()) return 0;
      bool odd = token.front() != '"' || token.size() < 2;
      const uint64_t hash = odd ? 0 : hash_folded(token.substr(1, token.size() - 2), &odd);
      plain = plain && !odd;
      return hash;
    };
    std::vector<uint32_t>& named = scratch.named;
    named.clear();
    auto name_it = [&](uint32_t rule) { named.push_back(rule); };
    const uint64_t source = hash_of(LogField::event_source), name = hash_of(LogField::event_name);
    if (!plain) {
      for (uint32_t i = 0; i < plan.rules.size(); ++i) name_it(i);
    } else {
      if (source && name) plan.by_names.find(hash_of_names(source, name), name_it);
      if (name && plan.by_name) plan.by_names.find(hash_of_names(hash_of_any, name), name_it);
      if (source && plan.by_source) plan.by_names.find(hash_of_names(source, hash_of_any), name_it);
      std::sort(named.begin(), named.end());
      named.erase(std::unique(named.begin(), named.end()), named.end());
    }
    auto by_names = [&](uint32_t predicate) { return plan.predicates[predicate].by_names ? std::optional<bool>(holds(predicate)) : std::nullopt; };
    for (uint32_t i : named) {
      if (!(plan.rules[i].kinds & bit_of(event.kind))) continue;
      if (Formula left = left_of(plan.rules[i].formula, by_names); !never(left)) out.open.push_back({i, std::move(left)});
    }
  };
  const std::string_view source = event.raw(LogField::event_source), name = event.raw(LogField::event_name);
  NamesCase* of_names = &scratch.other;
  if (!source.empty() && !name.empty() && std::max(source.size(), name.size()) <= NamesCase::bytes_max && source.front() == '"' && name.front() == '"') {
    of_names = &scratch.cases[place_of(source, name)];
    __builtin_prefetch(of_names);
    __builtin_prefetch(of_names->source_text + NamesCase::bytes_max);
  }
  // --- What other fields demand
  std::vector<uint32_t>& candidates = scratch.candidates;
  candidates.clear();
  auto candidate = [&](uint32_t rule) { candidates.push_back(rule); };
  if (!plan.by_field.empty() || !plan.by_guard.empty() || !plan.always.empty()) {
    for (const Plan::ByField& field : plan.by_field) {
      auto look = [&](std::string_view token, TokenKind kind) {
        if (kind == TokenKind::map) {  // may be asked for as its text
          for (uint32_t rule : field.all) candidate(rule);
        } else if (kind != TokenKind::null && kind != TokenKind::absent) {
          if (kind == TokenKind::string && !field.sized(token.size() - 2) && !has_escape(token)) return;
          const std::string_view text = token_text(token, scratch.text);
          if (field.sized(text.size())) field.texts.find(hash_folded(text) | 1, candidate);
        }
      };
      std::string_view one;
      if (fields.at_once(field.field, one) && token_kind(one) != TokenKind::list) {
        look(one, token_kind(one));
        continue;
      }
      fields.tokens(field.field, scratch.tokens);
      for (std::string_view token : scratch.tokens) look(token, token_kind(token));
    }
    for (const Plan::ByGuard& guard : plan.by_guard)
      if (holds(guard.predicate))
        for (uint32_t rule : guard.rules) candidate(rule);
    for (uint32_t rule : plan.always) candidate(rule);
    if (candidates.size() > 1) {
      std::sort(candidates.begin(), candidates.end());
      candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    }
  }
  if (of_names == &scratch.other) {
    decide(*of_names);
  } else if (!of_names->is(source, name, event.kind) && !(of_names = scratch.beside(of_names))->is(source, name, event.kind)) {
    if (scratch.event & 1) of_names = scratch.beside(of_names);  // either gives way
    of_names->forget();
    decide(*of_names);
    if (plain) of_names->set(source, name, event.kind);
  }
  if (!plain) candidates.clear();
  // --- Both, ascending; no rule is in both
  auto next = candidates.begin();
  auto judge_until = [&](uint32_t end) {
    for (; next != candidates.end() && *next < end; ++next) {
      const Plan::Compiled& rule = plan.rules[*next];
      if (rule.kinds & bit_of(event.kind) && formula_holds(formula_holds, rule.formula)) hit(rule.rule);
    }
  };
  for (const NamesCase::Open& open : of_names->open) {
    judge_until(open.rule);
    if (formula_holds(formula_holds, open.left)) hit(plan.rules[open.rule].rule);
  }
  judge_until(UINT32_MAX);
}

}  // namespace reeve
