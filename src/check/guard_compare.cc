// Two values against each other. Guard compares like with like; what is not alike is incomparable, and an incomparable clause
// fails whether negated or not.
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "check/guard_eval.h"
#include "estate/stack_value.h"

namespace reeve::guard {
namespace {

enum class Sign : int8_t { less = -1, equal = 0, greater = 1, none = 2 };

// An integer against a float without rounding the integer: above 2^53 a double no longer tells neighbours apart.
Sign against(int64_t i, double f) {
  if (std::isnan(f)) return Sign::none;
  constexpr double two_to_63 = 9223372036854775808.0;
  if (f >= two_to_63) return Sign::less;
  if (f < -two_to_63) return Sign::greater;
  const double floor = std::floor(f);
  const auto whole = static_cast<int64_t>(floor);
  if (i != whole) return i < whole ? Sign::less : Sign::greater;
  return f > floor ? Sign::less : Sign::equal;
}
Sign against(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return Sign::none;
  return a < b ? Sign::less : a > b ? Sign::greater : Sign::equal;
}
Sign turned(Sign s) { return s == Sign::less ? Sign::greater : s == Sign::greater ? Sign::less : s; }

int64_t code_point(std::string_view s) {
  if (s.empty()) return 0;
  const auto first = static_cast<unsigned char>(s[0]);
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  int64_t point = more ? first & (0x3F >> more) : first;
  for (int i = 1; i <= more && i < static_cast<int>(s.size()); ++i) point = (point << 6) | (s[static_cast<size_t>(i)] & 0x3F);
  return point;
}

}  // namespace

Value member(Value map, std::string_view key) {
  const auto& nodes = map.document()->nodes();
  const bool duplicates = !map.document()->duplicate_keys().empty();
  uint32_t at = map.index() + 1;
  Value found;
  for (uint32_t n = nodes[map.index()].count; n > 0; --n) {
    const Node& name = nodes[at];
    if (name.count == key.size() && std::memcmp(name.text, key.data(), key.size()) == 0) {
      found = Value(map.document(), at + 1);
      if (!duplicates) return found;
    }
    at += 1 + nodes[at + 1].span;
  }
  return found;
}

std::optional<Value> written_member(Value unknown, std::string_view key) {
  const Value written = written_in(unknown);
  if (!written.is_map() || (key != "Ref" && !key.starts_with("Fn::"))) return std::nullopt;
  if (Value found = member(written, key)) return found;
  if (is_reference(unknown)) return Value();
  return std::nullopt;
}

bool is_reference(Value unknown) {
  const Value written = written_in(unknown);
  return surely_there(unknown) && written.is_map() && (member(written, "Ref") || member(written, "Fn::GetAtt"));
}

bool ends_at_unknown(const Found& found) {
  if (found.tag != Found::Tag::unknown || !found.value.is_unknown()) return false;
  if (!found.query) return true;
  for (size_t i = found.part; i < found.query->parts.size(); ++i) {
    const Part::Kind kind = found.query->parts[i].kind;
    if (kind != Part::Kind::self && kind != Part::Kind::all_indices && kind != Part::Kind::all_values) return false;
  }
  return true;
}

namespace {

// A text that takes the type of its property (style_deployed), as the type of the other side; empty if it cannot.
struct Retyped {
  std::optional<bool> boolean;
  std::optional<int64_t> integer;
  std::optional<double> number;
};
Retyped retyped(Value v) {
  Retyped out;
  if (equal_ignoring_case(v.text(), "true")) out.boolean = true;
  if (equal_ignoring_case(v.text(), "false")) out.boolean = false;
  out.integer = parse_int(v.text());
  out.number = parse_double(v.text());
  return out;
}

}  // namespace

bool takes_type(Value v) { return v.kind() == Kind::string && v.style() == style_deployed; }

Answer takes(Value text, Type asked) {
  const Retyped value = retyped(text);
  const bool does = asked == Type::boolean ? value.boolean.has_value() : asked == Type::integer ? value.integer.has_value() : asked == Type::number && value.number && !value.integer;
  return does ? Answer::yes : Answer::no;
}

// Two values of which at least one is unknown, told by what is written there.
Answer Comparer::unknown_equal(Value a, Value b) const {
  if (a.is_unknown() && b.is_unknown())
    return surely_there(a) && surely_there(b) && written_in(a) && written_in(b) && reeve::equal(written_in(a), written_in(b)) ? Answer::yes : Answer::unknown;
  const Value open = a.is_unknown() ? a : b, known = a.is_unknown() ? b : a;
  if (!surely_there(open)) return Answer::unknown;
  if (known.is_null()) return Answer::no;
  // What is asked of a dynamic reference's own text: /resolve:secretsmanager/.
  if (Value text = written_in(open).get("Elsewhere"); text.is_string() && type({known}) == Type::regex && known.text().find("resolve") != std::string_view::npos)
    return equal({text}, {known}) == Answer::yes ? Answer::yes : Answer::unknown;
  if (Value holes = written_in(open).get("Fn::Sub"); holes.is_string() && type({known}) == Type::string && !may_become(holes.text(), known.text())) return Answer::no;
  return Answer::unknown;
}

Type Comparer::type(Item item) const {
  if (item.character) return Type::character;
  if (const Special* s = special(item.value)) return s->regex ? Type::regex : Type::range;
  switch (node(item.value).kind) {
    case Kind::null: return Type::null;
    case Kind::boolean: return Type::boolean;
    case Kind::integer: return item.value.integer() ? Type::integer : Type::number;  // too large for 64 bits: a float
    case Kind::number: return Type::number;
    case Kind::string: return Type::string;
    case Kind::list: return Type::list;
    case Kind::map: return Type::map;
    case Kind::unknown: return Type::unknown;
  }
  return Type::null;
}

std::optional<int64_t> Comparer::integer(Item item) const { return item.value.integer(); }
std::optional<double> Comparer::number(Item item) const { return item.value.number(); }

Comparer::Order Comparer::order(Item a, Type ta, Item b, Type tb) const {
  auto of = [](Sign s) {
    return s == Sign::less ? Order::less : s == Sign::equal ? Order::equal : s == Sign::greater ? Order::greater : Order::apart;
  };
  if (ta == tb) {
    switch (ta) {
      case Type::null: return Order::equal;
      case Type::integer: {
        const int64_t x = *a.value.integer(), y = *b.value.integer();
        return x < y ? Order::less : x > y ? Order::greater : Order::equal;
      }
      case Type::number: return of(against(a.value.number().value_or(NAN), b.value.number().value_or(NAN)));
      case Type::character:
      case Type::string: {
        const int c = a.value.text().compare(b.value.text());
        return c < 0 ? Order::less : c > 0 ? Order::greater : Order::equal;
      }
      default: return Order::apart;
    }
  }
  auto numeric = [](Type t) { return t == Type::integer || t == Type::number; };
  if ((ta == Type::string && numeric(tb) && takes_type(a.value)) || (tb == Type::string && numeric(ta) && takes_type(b.value))) {
    auto whole = [](Value v) { return v.is_string() ? retyped(v).integer : v.integer(); };
    auto real = [](Value v) { return v.is_string() ? retyped(v).number : v.number(); };
    if (auto x = whole(a.value), y = whole(b.value); x && y) return *x < *y ? Order::less : *x > *y ? Order::greater : Order::equal;
    if (auto x = real(a.value), y = real(b.value); x && y) return of(against(*x, *y));
    return Order::apart;
  }
  if (numbers_mix_ && ta == Type::integer && tb == Type::number)
    return of(against(*a.value.integer(), b.value.number().value_or(NAN)));
  if (numbers_mix_ && ta == Type::number && tb == Type::integer)
    return of(turned(against(*b.value.integer(), a.value.number().value_or(NAN))));
  return Order::apart;
}

Answer Comparer::in_range(Item a, Type ta, const Range& range) const {
  if (ta == Type::string && range.kind != Range::Kind::character && takes_type(a.value)) {
    const Retyped value = retyped(a.value);
    if (!value.number) return Answer::no;
    const double low_end = range.kind == Range::Kind::integer ? static_cast<double>(range.low) : range.low_number;
    const double high_end = range.kind == Range::Kind::integer ? static_cast<double>(range.high) : range.high_number;
    const bool above_low = range.low_inclusive ? *value.number >= low_end : *value.number > low_end;
    return above_low && (range.high_inclusive ? *value.number <= high_end : *value.number < high_end) ? Answer::yes : Answer::no;
  }
  Sign low = Sign::none, high = Sign::none;
  auto whole = [](int64_t x, int64_t y) { return x < y ? Sign::less : x > y ? Sign::greater : Sign::equal; };
  if (range.kind == Range::Kind::character) {
    if (ta != Type::character) return Answer::incomparable;
    const int64_t c = code_point(a.value.text());
    low = whole(c, range.low);
    high = whole(c, range.high);
  } else if (ta == Type::integer) {
    const int64_t i = *a.value.integer();
    if (range.kind == Range::Kind::integer)
      low = whole(i, range.low), high = whole(i, range.high);
    else if (numbers_mix_)
      low = against(i, range.low_number), high = against(i, range.high_number);
    else
      return Answer::incomparable;
  } else if (ta == Type::number) {
    const double f = a.value.number().value_or(NAN);
    if (range.kind == Range::Kind::number)
      low = against(f, range.low_number), high = against(f, range.high_number);
    else if (numbers_mix_)
      low = turned(against(range.low, f)), high = turned(against(range.high, f));
    else
      return Answer::incomparable;
  } else {
    return Answer::incomparable;
  }
  const bool above = low == Sign::greater || (low == Sign::equal && range.low_inclusive);
  const bool below = high == Sign::less || (high == Sign::equal && range.high_inclusive);
  return above && below ? Answer::yes : Answer::no;
}

// Maps without regard to order. What an open map lacks may be there after all.
Answer Comparer::maps(Value a, Value b, bool exact) const {
  size_t size_a = 0, size_b = 0;
  each_entry(a, [&](Value, Value) { return ++size_a, true; });
  each_entry(b, [&](Value, Value) { return ++size_b, true; });
  const bool open = a.open() || b.open();
  if (!open && size_a != size_b) return Answer::no;
  Answer answer = open ? Answer::unknown : Answer::yes;
  each_entry(a, [&](Value key, Value value) {
    const Value other = member(b, key.text());
    if (!other) {
      if (b.open()) return true;
      answer = Answer::no;
      return false;
    }
    const Answer each = exact ? same({value}, {other}) : equal({value}, {other});
    if (each == Answer::unknown) answer = Answer::unknown;
    if (each == Answer::unknown || each == Answer::yes) return true;
    answer = each;
    return false;
  });
  if (open && answer == Answer::unknown && !a.open()) return answer;
  if (open && answer == Answer::unknown && !b.open() && size_a > size_b) return Answer::no;
  return answer;
}

Answer Comparer::equal(Item a, Item b) const {
  const Type ta = type(a), tb = type(b);
  if (ta == Type::unknown || tb == Type::unknown) return unknown_equal(a.value, b.value);
  if (ta != tb && (ta == Type::boolean || tb == Type::boolean)) {
    const Value text = ta == Type::boolean ? b.value : a.value;
    if (takes_type(text)) {
      const auto value = retyped(text).boolean;
      return value && *value == (ta == Type::boolean ? a : b).value.boolean() ? Answer::yes : Answer::no;
    }
  }
  if (ta == Type::string && tb == Type::string) return a.value.text() == b.value.text() ? Answer::yes : Answer::no;
  if (ta == Type::boolean && tb == Type::boolean) return a.value.boolean() == b.value.boolean() ? Answer::yes : Answer::no;
  if ((ta == Type::string && tb == Type::regex) || (ta == Type::regex && tb == Type::string)) {
    const Regex& regex = *special(ta == Type::regex ? a.value : b.value)->regex;
    switch (regex.search(ta == Type::regex ? b.value.text() : a.value.text())) {
      case Regex::Match::yes: return Answer::yes;
      case Regex::Match::no: return Answer::no;
      case Regex::Match::gave_up: return Answer::error;
    }
  }
  if (ta == Type::regex && tb == Type::regex) return a.value.text() == b.value.text() ? Answer::yes : Answer::no;
  if (ta == Type::map && tb == Type::map) return maps(a.value, b.value, false);
  if (ta == Type::list && tb == Type::list) {
    const size_t n = node(a.value).count;
    if (n != node(b.value).count) return Answer::no;
    Answer answer = Answer::yes;
    Value::Items::It right = b.value.items().begin();
    each_item(a.value, [&](Value left) {
      const Answer each = equal({left}, {*right});
      ++right;
      if (each == Answer::unknown) answer = Answer::unknown;
      if (each == Answer::unknown || each == Answer::yes) return true;
      answer = each;
      return false;
    });
    return answer;
  }
  if (tb == Type::range && ta != Type::range) return in_range(a, ta, *special(b.value)->range);
  switch (order(a, ta, b, tb)) {
    case Order::equal: return Answer::yes;
    case Order::apart: return Answer::incomparable;
    default: return Answer::no;
  }
}

Answer Comparer::same(Item a, Item b) const {
  const Type ta = type(a), tb = type(b);
  if (ta == Type::list && tb == Type::list) {
    if (node(a.value).count != node(b.value).count) return Answer::no;
    Answer answer = Answer::yes;
    Value::Items::It right = b.value.items().begin();
    each_item(a.value, [&](Value left) {
      const Answer each = same({left}, {*right});
      ++right;
      if (each != Answer::yes) answer = each;
      return each == Answer::yes || each == Answer::unknown;
    });
    return answer;
  }
  if (ta == Type::map && tb == Type::map) return maps(a.value, b.value, true);
  if (ta == Type::range || tb == Type::range) return ta == tb && a.value.text() == b.value.text() ? Answer::yes : Answer::no;
  const Answer answer = equal(a, b);
  return answer == Answer::incomparable ? Answer::no : answer;
}

Answer Comparer::ordered(Item a, Item b, Op op) const {
  const Type ta = type(a), tb = type(b);
  if (ta == Type::unknown || tb == Type::unknown) return Answer::unknown;
  const Order o = order(a, ta, b, tb);
  if (o == Order::apart) return Answer::incomparable;
  const bool holds = op == Op::lt   ? o == Order::less
                     : op == Op::le ? o != Order::greater
                     : op == Op::gt ? o == Order::greater
                                    : o != Order::less;
  return holds ? Answer::yes : Answer::no;
}

Answer Comparer::contains(Value list, Item item) const {
  Answer answer = Answer::no;
  each_item(list, [&](Value each) {
    const Answer one = same({each}, item);
    if (one == Answer::yes || one == Answer::error) {
      answer = one;
      return false;
    }
    if (one == Answer::unknown) answer = one;
    return true;
  });
  return answer;
}

}  // namespace reeve::guard
