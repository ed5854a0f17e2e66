#include "policy/candidates.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "base/time.h"
#include "policy/cells.h"
#include "policy/condition.h"
#include "policy/glob.h"

namespace reeve::policy {

void Compared::add(std::string pattern, bool has_wildcards) {
  for (size_t i = 0; i < patterns.size(); ++i)
    if (patterns[i] == pattern && wild[i] == has_wildcards) return;
  patterns.push_back(std::move(pattern));
  wild.push_back(has_wildcards);
}

namespace {

constexpr size_t pairs_max = 48;  // patterns with wildcards beyond this many are not paired

struct Collector {
  std::vector<ContextValue> out;
  std::set<std::string> seen;
  void add(std::string text) {
    if (seen.insert(text).second) out.push_back(ContextValue::of(std::move(text)));
  }
};

// An ARN pattern whose stars before the fifth colon stay in their segment, which is how such patterns are meant.
Glob by_segment(const Glob& glob) {
  Glob out = glob;
  if (!starts_with(out.text, "arn:")) return out;
  int colons = 0;
  for (size_t i = 0; i < out.text.size() && colons < 5; ++i) {
    if (out.wild[i] == '*')
      out.wild[i] = 'c';
    else if (out.wild[i] == 0 && out.text[i] == ':')
      ++colons;
  }
  return out;
}

std::vector<Glob> segments_of(const Glob& glob) {
  std::vector<Glob> out(1);
  for (size_t i = 0; i < glob.text.size(); ++i) {
    if (glob.text[i] == ':' && glob.wild[i] == 0 && out.size() < 6)
      out.emplace_back();
    else if (glob.wild[i])
      out.back().add_wild(glob.wild[i]);
    else
      out.back().add({&glob.text[i], 1});
  }
  return out;
}

// The pattern with the template's literal segments (partition, account …) put in where it leaves them open, so that what it has in
// common with another pattern still fits the template.
Glob narrowed_to(const Glob& glob, const Glob& shape) {
  auto ours = segments_of(glob), theirs = segments_of(shape);
  if (ours.size() < 6 || theirs.size() < 6) return glob;
  Glob out;
  for (size_t i = 0; i < 6; ++i) {
    bool take = (theirs[i].literal() && matches(ours[i], theirs[i].text)) || (matches_everything(ours[i]) && i == 5);
    const Glob& part = take ? theirs[i] : ours[i];
    if (i > 0) out.add(":");
    out.text += part.text;
    out.wild += part.wild;
  }
  return out;
}

// Texts that both match: one read segment by segment, one as plain text.
void add_common(Collector& collector, const Glob& a, const Glob& b, const Glob& shape) {
  auto offer = [&](const std::optional<std::string>& text) {
    if (text && matches(shape, *text)) collector.add(*text);
  };
  offer(common_instance(by_segment(a), by_segment(b), filler));
  offer(common_instance(a, b, filler));
}

void add_texts(Collector& collector, const Domain& domain, const std::vector<Glob>& globs) {
  std::vector<Glob> templates;
  for (const auto& text : domain.templates) templates.push_back(by_segment(glob_of(text)));
  for (const auto& glob : globs) {
    for (const auto& shape : templates) add_common(collector, glob, shape, shape);
    // The shortest instance too: `Get*` also matches `Get`, and other patterns may tell the two apart.
    if (!glob.literal()) {
      std::string bare = instance(glob, "");
      if (std::any_of(templates.begin(), templates.end(), [&](const Glob& shape) { return matches(shape, bare); })) collector.add(std::move(bare));
    }
    if (domain.tenant_end && starts_with(glob.text, domain.tenant_prefix)) {
      size_t end = std::min(glob.text.find(domain.tenant_end, domain.tenant_prefix.size()), glob.text.size());
      if (glob.literal_prefix() < std::min(end, domain.tenant_enough)) collector.add(instance(glob, filler));
    }
  }
  for (const auto& shape : templates) {
    if (shape.literal()) continue;
    std::vector<Glob> wild;
    std::vector<std::string> bare;
    for (const auto& glob : globs)
      if (!glob.literal() && wild.size() < pairs_max) {
        wild.push_back(narrowed_to(glob, shape));
        bare.push_back(instance(wild.back(), filler));
        if (matches(shape, bare.back())) collector.add(bare.back());
      }
    for (size_t i = 0; i < wild.size(); ++i)
      for (size_t j = i + 1; j < wild.size(); ++j)
        // If an instance of one fits the other, it stands for the pair already.
        if (!matches(wild[i], bare[j]) && !matches(wild[j], bare[i])) add_common(collector, wild[i], wild[j], shape);
  }
  for (const auto& shape : templates) collector.add(instance(shape, filler));
}

// Addresses spread over the space that is routed to customers.
std::vector<std::string> probe_addresses() {
  std::vector<std::string> out;
  for (int first : {8, 18, 34, 51, 66, 91, 102, 129, 142, 155, 163, 177, 185, 196, 203, 217}) out.push_back(std::to_string(first) + ".57.113.201");
  for (const char* v6 : {"2001:4860:57:113::201", "2400:57:113::201", "2600:57:113::201", "2804:57:113::201", "2a01:57:113::201", "2c0f:57:113::201"})
    out.emplace_back(v6);
  return out;
}

// Narrow enough that a range can be somebody's own; the bounds are those of the S3 User Guide's meaning of public.
bool narrow(const Cidr& range) { return range.prefix >= (range.v6 ? 32 : 8); }

void add_addresses(Collector& collector, const Domain& domain, const std::vector<const Condition*>& conditions) {
  std::vector<Cidr> ranges;
  for (const auto* condition : conditions)
    if (condition->op == Operator::ip_address)
      for (const auto& value : condition->values)
        if (auto range = parse_cidr(value)) ranges.push_back(*range);
  auto offer = [&](const std::string& text) {
    auto address = parse_cidr(text);
    if (!address) return;
    if (domain.stranger_address)
      for (const auto& range : ranges)
        if (narrow(range) && contains(range, *address)) return;
    collector.add(text);
  };
  for (const auto& text : probe_addresses()) offer(text);
  for (const auto& range : ranges) {
    // Its first address, and some spread through it, so that one outside the narrower ranges inside it is found.
    for (int step = 0; step < 8; ++step) {
      Cidr address = range;
      int bits = range.v6 ? 128 : 32;
      for (int k = 0; k < 3 && range.prefix + k < bits; ++k)
        if (step >> k & 1) address.bytes[(range.prefix + k) / 8] |= 0x80 >> ((range.prefix + k) % 8);
      if (step && bits - range.prefix > 3) address.bytes[(bits - 1) / 8] |= 1;
      address.prefix = bits;
      offer(text_of(address));
    }
  }
}

void add_typed(Collector& collector, const Condition& condition) {
  switch (condition.op) {
    case Operator::boolean:
      collector.add("true");
      collector.add("false");
      break;
    case Operator::numeric_equals:
    case Operator::numeric_less:
    case Operator::numeric_less_equals:
    case Operator::numeric_greater:
    case Operator::numeric_greater_equals:
      for (const auto& value : condition.values) {
        if (auto whole = parse_int(value); whole && std::abs(*whole) < (int64_t(1) << 52)) {
          for (int64_t n : {*whole, *whole - 1, *whole + 1}) collector.add(std::to_string(n));
        } else if (auto number = parse_double(value)) {
          collector.add(value);
          collector.add(std::to_string(*number - 1));
          collector.add(std::to_string(*number + 1));
        }
      }
      break;
    case Operator::date_equals:
    case Operator::date_less:
    case Operator::date_less_equals:
    case Operator::date_greater:
    case Operator::date_greater_equals:
      for (const auto& value : condition.values)
        if (auto moment = parse_moment(value))
          for (int64_t ms : {moment->ms, moment->ms - 1000, moment->ms + 1000}) collector.add(rfc3339(Time{ms}));
      break;
    default: break;
  }
}

// One text for each set of the patterns that some text of the domain matches. False if there may be more.
bool add_cells(Collector& collector, const Domain& domain, const std::vector<Glob>& globs) {
  std::vector<Glob> templates;
  for (const auto& text : domain.templates) templates.push_back(by_segment(glob_of(text)));
  if (templates.empty()) return true;
  Cells cells = cells_of(templates, globs);
  for (auto& text : cells.texts) collector.add(std::move(text));
  return cells.complete;
}

// Numbers and moments between and beyond those that the conditions name.
template <class Text>
void add_between(Collector& collector, std::vector<double> values, double step, Text text) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  for (size_t i = 0; i < values.size(); ++i) {
    collector.add(text(values[i]));
    if (i + 1 < values.size()) collector.add(text(values[i] + (values[i + 1] - values[i]) / 2));
  }
  if (!values.empty()) collector.add(text(values.front() - step)), collector.add(text(values.back() + step));
}

bool is_numeric(Operator op) {
  return op == Operator::numeric_equals || op == Operator::numeric_less || op == Operator::numeric_less_equals || op == Operator::numeric_greater ||
         op == Operator::numeric_greater_equals;
}
bool is_date(Operator op) {
  return op == Operator::date_equals || op == Operator::date_less || op == Operator::date_less_equals || op == Operator::date_greater ||
         op == Operator::date_greater_equals;
}

void add_typed_cells(Collector& collector, const std::vector<const Condition*>& conditions) {
  std::vector<double> numbers, moments;
  for (const auto* condition : conditions) {
    if (condition->op == Operator::boolean) collector.add("true"), collector.add("false");
    for (const auto& value : condition->values) {
      if (is_numeric(condition->op))
        if (auto number = parse_double(value)) numbers.push_back(*number);
      if (is_date(condition->op))
        if (auto moment = parse_moment(value)) moments.push_back(static_cast<double>(moment->ms));
    }
  }
  add_between(collector, std::move(numbers), 1, [](double n) {
    return n == std::floor(n) && std::abs(n) < 1e15 ? std::to_string(static_cast<int64_t>(n)) : std::to_string(n);
  });
  add_between(collector, std::move(moments), 1000, [](double ms) { return rfc3339(Time{static_cast<int64_t>(ms)}); });
}

// The addresses at and right beyond the ends of each range: every set of ranges that some address lies in has one of them.
void add_address_cells(Collector& collector, const std::vector<const Condition*>& conditions) {
  auto beside = [](Cidr address, int by) -> std::optional<Cidr> {
    for (int i = address.v6 ? 15 : 3; i >= 0; --i) {
      int byte = address.bytes[static_cast<size_t>(i)] + by;
      address.bytes[static_cast<size_t>(i)] = static_cast<uint8_t>(byte);
      if (byte >= 0 && byte <= 255) return address;
    }
    return std::nullopt;
  };
  for (const auto* condition : conditions) {
    if (condition->op != Operator::ip_address) continue;
    for (const auto& value : condition->values) {
      auto range = parse_cidr(value);
      if (!range) continue;
      int bits = range->v6 ? 128 : 32;
      Cidr first = *range, last = *range;
      for (int b = range->prefix; b < bits; ++b) {
        first.bytes[static_cast<size_t>(b / 8)] &= static_cast<uint8_t>(~(0x80 >> (b % 8)));
        last.bytes[static_cast<size_t>(b / 8)] |= static_cast<uint8_t>(0x80 >> (b % 8));
      }
      first.prefix = last.prefix = bits;
      for (const auto& one : {std::optional<Cidr>(first), std::optional<Cidr>(last), beside(first, -1), beside(last, 1)})
        if (one) collector.add(text_of(*one));
    }
  }
  for (const auto& text : probe_addresses()) collector.add(text);
}

constexpr size_t sets_most = 8;  // values of which every set is tried

}  // namespace

std::vector<ContextValue> text_candidates(const Domain& domain, const Compared& compared, bool* complete) {
  Collector collector;
  if (complete) {
    std::vector<Glob> patterns;
    for (size_t i = 0; i < compared.patterns.size(); ++i) {
      patterns.push_back(glob_of(compared.patterns[i], compared.wild[i]));
      if (compared.wild[i] && starts_with(compared.patterns[i], "arn:")) patterns.push_back(resource_pattern(compared.patterns[i], Context{}, false).strict);
    }
    if (add_cells(collector, domain, patterns)) {
      std::vector<ContextValue> exact = domain.fixed;
      for (const auto& text : domain.plain) collector.add(text);
      exact.insert(exact.end(), collector.out.begin(), collector.out.end());
      if (domain.absent) exact.push_back(ContextValue::absent());
      return exact;
    }
    *complete = false;
  }
  std::vector<Glob> globs;
  for (size_t i = 0; i < compared.patterns.size(); ++i) globs.push_back(glob_of(compared.patterns[i], compared.wild[i]));
  std::vector<ContextValue> out = domain.fixed;
  add_texts(collector, domain, globs);
  for (const auto& text : domain.plain) collector.add(text);
  out.insert(out.end(), collector.out.begin(), collector.out.end());
  if (domain.absent) out.push_back(ContextValue::absent());
  return out;
}

std::vector<ContextValue> key_candidates(const Domain& domain, const std::vector<const Condition*>& conditions, const Context& known,
                                         bool variables, bool* complete) {
  Collector collector;
  std::vector<Glob> globs;
  bool sets = false, address = false, text = false, nulls = false, binary = false;
  for (const auto* condition : conditions) {
    sets = sets || condition->set != SetTest::none;
    switch (condition->op) {
      case Operator::string_equals:
      case Operator::string_equals_ignore_case:
      case Operator::string_like:
      case Operator::arn_like: {
        text = true;
        bool wildcards = condition->op == Operator::string_like || condition->op == Operator::arn_like;
        for (const auto& value : condition->values) {
          auto expanded = expand(value, known, variables, wildcards);
          if (expanded.null) continue;
          if (complete && condition->op == Operator::arn_like) expanded.glob = arn_glob(expanded.glob);
          if (complete && condition->op == Operator::string_equals_ignore_case) expanded.glob = ignoring_case(expanded.glob);
          globs.push_back(std::move(expanded.glob));
        }
        break;
      }
      case Operator::binary_equals: binary = true; [[fallthrough]];
      case Operator::null: nulls = true; break;
      case Operator::ip_address: address = true; break;
      default: break;
    }
  }
  if (domain.typed && complete) {
    add_typed_cells(collector, conditions);
    if (address) add_address_cells(collector, conditions);
    if (binary)
      for (const auto* condition : conditions)
        if (condition->op == Operator::binary_equals)
          for (const auto& value : condition->values) collector.add(value);
    // Text and other kinds on one key: what is text to one and a number to the other is not looked into.
    if (text && !collector.out.empty()) *complete = false;
  } else if (domain.typed) {
    for (const auto* condition : conditions) {
      add_typed(collector, *condition);
      if (binary && condition->op == Operator::binary_equals)
        for (const auto& value : condition->values) collector.add(value);
    }
    if (address || domain.stranger_address) add_addresses(collector, domain, conditions);
  }
  bool only_typed = !collector.out.empty() && !text;
  bool texts = !domain.templates.empty() || domain.tenant_end;
  if (texts && !only_typed && (text || nulls || domain.fixed.empty())) {
    bool found = complete && !domain.tenant_end && add_cells(collector, domain, globs);
    if (complete && !found) *complete = false;
    if (!found) add_texts(collector, domain, globs);
  }
  std::vector<ContextValue> out = domain.fixed;
  out.insert(out.end(), collector.out.begin(), collector.out.end());
  if (complete && sets && collector.out.size() <= sets_most) {
    for (size_t set = 1; set < size_t{1} << collector.out.size(); ++set) {
      std::vector<std::string> values;
      for (size_t i = 0; i < collector.out.size(); ++i)
        if (set >> i & 1) values.push_back(collector.out[i].values[0]);
      if (values.size() > 1) out.push_back(ContextValue::of(std::move(values)));
    }
  } else if (sets && collector.out.size() > 1) {
    if (complete) *complete = false;
    // Several values at once: all that are named, and all with one that is not.
    std::vector<std::string> all;
    for (const auto& value : collector.out) all.push_back(value.values[0]);
    out.push_back(ContextValue::of(all));
    all.pop_back();
    if (all.size() > 1) out.push_back(ContextValue::of(std::move(all)));
  }
  if (domain.absent) out.push_back(ContextValue::absent());
  if (out.empty()) out.push_back(ContextValue::unknown());
  return out;
}

}  // namespace reeve::policy
