// Condition operators, from the IAM User Guide's "Condition operators", "Conditions with multiple context keys or values" and
// "Single-valued vs. multivalued context keys". Where those pages leave a case open the result is unknown.
#include "policy/condition.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "base/time.h"

namespace reeve::policy {

bool Cidr::mapped() const {
  static constexpr uint8_t prefix_bytes[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return v6 && std::memcmp(bytes.data(), prefix_bytes, 12) == 0;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  Cidr out;
  size_t slash = text.find('/');
  std::string_view before = text.substr(0, slash);
  char address[INET6_ADDRSTRLEN + 1] = {};
  if (before.size() >= sizeof address || before.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(address, before.data(), before.size());
  if (inet_pton(AF_INET, address, out.bytes.data()) == 1) {
    out.prefix = 32;
  } else if (inet_pton(AF_INET6, address, out.bytes.data()) == 1) {
    out.v6 = true;
    out.prefix = 128;
  } else {
    return std::nullopt;
  }
  if (slash != std::string_view::npos) {
    auto prefix = parse_int(text.substr(slash + 1));
    if (!prefix || *prefix < 0 || *prefix > out.prefix) return std::nullopt;
    out.prefix = static_cast<int>(*prefix);
  }
  return out;
}

bool contains(const Cidr& range, const Cidr& address) {
  if (range.v6 != address.v6 || address.prefix < range.prefix) return false;
  int whole = range.prefix / 8, rest = range.prefix % 8;
  if (std::memcmp(range.bytes.data(), address.bytes.data(), whole) != 0) return false;
  return rest == 0 || ((range.bytes[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

std::string text_of(const Cidr& cidr) {
  char buffer[INET6_ADDRSTRLEN] = {};
  inet_ntop(cidr.v6 ? AF_INET6 : AF_INET, cidr.bytes.data(), buffer, sizeof buffer);
  return buffer;
}

std::optional<Moment> parse_moment(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    auto seconds = parse_int(text);
    if (!seconds || *seconds > 1'000'000'000'000) return std::nullopt;
    return Moment{*seconds * 1000, text.size() == 4};
  }
  if (auto time = parse_time(text)) return Moment{time->ms, false};
  // W3C's shorter forms: a month alone, and a time without seconds.
  if (text.size() == 7 && text[4] == '-')
    if (auto time = parse_time(std::string(text) + "-01")) return Moment{time->ms, false};
  if (text.size() >= 17 && text[10] == 'T' && text[13] == ':' && text[16] != ':')
    if (auto time = parse_time(std::string(text.substr(0, 16)) + ":00" + std::string(text.substr(16)))) return Moment{time->ms, false};
  return std::nullopt;
}

namespace {

std::vector<Glob> arn_parts(const Expanded& pattern) {
  std::vector<Glob> parts(1);
  for (size_t i = 0; i < pattern.glob.text.size(); ++i) {
    char c = pattern.glob.text[i], wild = pattern.glob.wild[i];
    if (c == ':' && wild == 0 && parts.size() < 6)
      parts.emplace_back();
    else if (wild)
      parts.back().add_wild(wild);
    else
      parts.back().add({&pattern.glob.text[i], 1});
  }
  return parts;
}

Truth arn_matches(const Expanded& pattern, const std::vector<Glob>& parts, std::string_view text) {
  if (pattern.null || !matches(pattern.glob, text)) return Truth::no;
  if (pattern.unknown) return Truth::unknown;
  if (matches_everything(pattern.glob)) return Truth::yes;
  if (parts.size() < 6) return Truth::unknown;  // no page says how a shorter pattern is read
  std::string_view rest = text;
  for (size_t i = 0; i < 6; ++i) {
    size_t colon = i < 5 ? rest.find(':') : std::string_view::npos;
    if (i < 5 && colon == std::string_view::npos) return Truth::no;
    if (!matches(parts[i], rest.substr(0, colon))) return Truth::no;
    if (i < 5) rest.remove_prefix(colon + 1);
  }
  return Truth::yes;
}

// -1, 0, 1, or nothing if either is no number.
std::optional<int> compare_numbers(std::string_view a, std::string_view b) {
  auto ia = parse_int(a), ib = parse_int(b);
  if (ia && ib) return *ia < *ib ? -1 : *ia > *ib;
  auto da = parse_double(a), db = parse_double(b);
  if (!da || !db || std::isnan(*da) || std::isnan(*db)) return std::nullopt;
  return *da < *db ? -1 : *da > *db;
}

Truth ordered(Operator op, int order) {
  switch (op) {
    case Operator::numeric_equals:
    case Operator::date_equals: return truth(order == 0);
    case Operator::numeric_less:
    case Operator::date_less: return truth(order < 0);
    case Operator::numeric_less_equals:
    case Operator::date_less_equals: return truth(order <= 0);
    case Operator::numeric_greater:
    case Operator::date_greater: return truth(order > 0);
    default: return truth(order >= 0);
  }
}

void say(const ConditionRules& rules, const Condition& condition, std::string_view what) {
  if (rules.open) rules.open->push_back(std::string(what) + " (" + condition.path + ")");
}

// The operator without its negation: one request value against one policy value.
Truth one(const Condition& condition, std::string_view text, const Prepared& prepared, size_t index, const ConditionRules& rules) {
  Operator op = condition.op;
  const std::string& pattern = condition.values[index];
  switch (op) {
    case Operator::string_equals:
    case Operator::string_like: return matches(prepared.patterns[index], text);
    case Operator::string_equals_ignore_case: {
      const Expanded& expanded = prepared.patterns[index];
      if (expanded.shape == Shape::literal) return truth(!expanded.null && equal_ignoring_case(expanded.glob.text, text));
      return matches(expanded, lower(text));
    }
    case Operator::arn_like: {
      Truth hit = matches_everything(prepared.patterns[index].glob) && !prepared.patterns[index].unknown
                      ? rules.arn_star
                      : arn_matches(prepared.patterns[index], prepared.segments[index], text);
      if (hit == Truth::unknown && !prepared.patterns[index].unknown) say(rules, condition, "arn_pattern_of_fewer_parts");
      return hit;
    }
    case Operator::numeric_equals:
    case Operator::numeric_less:
    case Operator::numeric_less_equals:
    case Operator::numeric_greater:
    case Operator::numeric_greater_equals: {
      if (!prepared.numbers[index]) {  // AWS refuses such a policy
        say(rules, condition, "`" + pattern + "` is no number");
        return Truth::unknown;
      }
      auto order = compare_numbers(text, pattern);
      return order ? ordered(op, *order) : Truth::no;
    }
    case Operator::date_equals:
    case Operator::date_less:
    case Operator::date_less_equals:
    case Operator::date_greater:
    case Operator::date_greater_equals: {
      const auto& wanted = prepared.moments[index];
      if (!wanted || wanted->ambiguous) {
        say(rules, condition, wanted ? "date_of_a_bare_year" : "`" + pattern + "` is no date");
        return Truth::unknown;
      }
      auto had = parse_moment(text);
      return had ? ordered(op, had->ms < wanted->ms ? -1 : had->ms > wanted->ms) : Truth::no;
    }
    case Operator::boolean:
      // AWS's pages disagree on variables in Bool.
      if (rules.variables && has_variable(pattern)) {
        say(rules, condition, "variable_in_bool");
        return Truth::unknown;
      }
      return truth(equal_ignoring_case(pattern, text));
    case Operator::binary_equals: {
      auto had = base64_decode(text);
      return truth(prepared.bytes[index] && had && *prepared.bytes[index] == *had);
    }
    case Operator::ip_address: {
      const auto& range = prepared.ranges[index];
      if (!range) {
        say(rules, condition, "`" + pattern + "` is no address range");
        return Truth::unknown;
      }
      auto address = parse_cidr(text);
      if (!address) return Truth::no;
      if (range->mapped() || address->mapped()) {
        say(rules, condition, "address_mapped_to_ipv6");
        return Truth::unknown;
      }
      return truth(contains(*range, *address));
    }
    case Operator::null: return Truth::unknown;  // handled by condition_on
  }
  return Truth::unknown;
}

Truth null_holds(const Condition& condition, const KeyView& value) {
  if (condition.set == SetTest::all_values) return Truth::yes;  // as IAM Access Analyzer's policy checks describe it
  if (condition.set == SetTest::any_value) return Truth::no;
  if (condition.if_exists) return Truth::unknown;  // not a valid operator
  bool has_true = false, has_false = false;
  for (const auto& item : condition.values) {
    if (equal_ignoring_case(item, "true")) has_true = true;
    if (equal_ignoring_case(item, "false")) has_false = true;
  }
  if (has_true && has_false) return Truth::yes;
  if (condition.unknown) return Truth::unknown;
  if (value.state == ContextValue::State::unknown) return has_true || has_false ? Truth::unknown : Truth::no;
  bool absent = value.size() == 0;
  return truth(absent ? has_true : has_false);
}

}  // namespace

bool has_variable(const Condition& condition) {
  return std::any_of(condition.values.begin(), condition.values.end(), [](const std::string& value) { return has_variable(value); });
}

namespace {
template <class Keys>
Prepared prepared_with(const Condition& condition, const Keys& keys, bool variables) {
  Prepared out;
  bool arn = condition.op == Operator::arn_like, wildcards = arn || condition.op == Operator::string_like;
  for (const auto& value : condition.values) switch (condition.op) {
      case Operator::string_equals:
      case Operator::string_equals_ignore_case:
      case Operator::string_like:
      case Operator::arn_like:
        out.patterns.push_back(expand(value, keys, variables, wildcards));
        if (condition.op == Operator::string_equals_ignore_case) out.patterns.back().glob.text = lower(out.patterns.back().glob.text);
        if (arn) out.segments.push_back(arn_parts(out.patterns.back()));
        break;
      case Operator::numeric_equals:
      case Operator::numeric_less:
      case Operator::numeric_less_equals:
      case Operator::numeric_greater:
      case Operator::numeric_greater_equals: out.numbers.push_back(parse_double(value)); break;
      case Operator::date_equals:
      case Operator::date_less:
      case Operator::date_less_equals:
      case Operator::date_greater:
      case Operator::date_greater_equals: out.moments.push_back(parse_moment(value)); break;
      case Operator::binary_equals: out.bytes.push_back(base64_decode(value)); break;
      case Operator::ip_address: out.ranges.push_back(parse_cidr(value)); break;
      case Operator::boolean:
      case Operator::null: break;
    }
  return out;
}
}  // namespace

Prepared prepare(const Condition& condition, const KeySource& keys, bool variables) { return prepared_with(condition, keys, variables); }

Prepared prepare(const Condition& condition, const Context& context, bool variables) { return prepared_with(condition, context, variables); }

Truth condition_on(const Condition& condition, const ContextValue& value, const Context& context, bool variables) {
  return condition_on(condition, prepare(condition, context, variables), value, variables);
}

Truth condition_on(const Condition& condition, const Prepared& prepared, const ContextValue& value, bool variables) {
  return condition_on(condition, prepared, KeyView::of(value), {.variables = variables});
}

Truth condition_on(const Condition& condition, const Prepared& prepared, const KeyView& value, const ConditionRules& rules) {
  auto open = [&](std::string_view what) {
    say(rules, condition, what);
    return Truth::unknown;
  };
  if (condition.op == Operator::null) {
    Truth holds = null_holds(condition, value);
    if (holds == Truth::unknown && condition.if_exists && condition.set == SetTest::none) say(rules, condition, "null_if_exists");
    return holds;
  }
  if (value.state == ContextValue::State::unknown) return Truth::unknown;
  if (value.size() == 0) {
    switch (condition.set) {
      case SetTest::all_values: return Truth::yes;
      // The page on set operators says false for an absent key, the page on operators says true for negated ones; with an empty list it
      // never holds (Access Analyzer's checks).
      case SetTest::any_value:
        if (condition.values.empty() && !condition.unknown) return Truth::no;
        return condition.negated || condition.if_exists ? open("any_value_of_an_absent_key") : Truth::no;
      case SetTest::none: break;
    }
    if (condition.if_exists) return Truth::yes;
    if (condition.values.empty() && !condition.unknown) return open("condition_without_values");
    return truth(condition.negated);
  }
  if (condition.values.empty() && !condition.unknown) {
    // An empty list: Access Analyzer's checks describe the set operators and IfExists; for the others the texts disagree.
    return condition.set == SetTest::none && !condition.if_exists ? open("condition_without_values") : Truth::no;
  }
  auto holds_for = [&](std::string_view text) {
    Truth hit = condition.unknown ? Truth::unknown : Truth::no;
    for (size_t i = 0; i < condition.values.size(); ++i) {
      hit = either(hit, one(condition, text, prepared, i, rules));
      if (hit == Truth::yes) break;
    }
    return condition.negated ? negate(hit) : hit;
  };
  Truth all = Truth::yes, any = Truth::no;
  for (size_t i = 0; i < value.size(); ++i) {
    Truth holds = holds_for(value[i]);
    all = both(all, holds);
    any = either(any, holds);
  }
  switch (condition.set) {
    case SetTest::all_values: return all;
    case SetTest::any_value: return any;
    // Several values without a set operator: AWS asks for one and does not say what happens; certain only where all agree.
    case SetTest::none:
      if (all == any) return all;
      if (rules.several == Truth::unknown) return open("multivalued_without_set");
      return rules.several == Truth::yes ? any : all;
  }
  return Truth::unknown;
}

}  // namespace reeve::policy

namespace reeve {

Truth condition_holds(const Condition& condition, const Context& context, bool variables) {
  const ContextValue* value = context.find(condition.key_lower);
  ContextValue otherwise{context.otherwise, {}};
  return policy::condition_on(condition, value ? *value : otherwise, context, variables);
}

}  // namespace reeve
