#include "detect/sigma.h"

#include <algorithm>

namespace reeve {
namespace {

constexpr size_t selections_max = 10'000;

RuleCondition of_predicate(uint32_t index) {
  RuleCondition out;
  out.name = index;
  return out;
}

RuleCondition group(RuleCondition::Kind kind, std::vector<RuleCondition> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  RuleCondition out;
  out.kind = kind;
  out.of = std::move(parts);
  return out;
}

class SelectionReader {
 public:
  SelectionReader(SigmaRule& rule, const ReadingRule& reading) : rule_(rule), reading_(reading) {}

  Result<RuleCondition> read(std::string_view name, Value value) {
    if (value.is_map()) return map(name, value);
    if (!value.is_list()) return keyword(value);
    if (value.size() == 0) return empty(name, value);
    std::vector<RuleCondition> parts;
    for (Value item : value.items()) {
      if (item.is_list()) return fail(Code::type, "`" + std::string(name) + "` has a list in a list", reading_.at(item), "a map, or a keyword");
      parts.push_back(item.is_map() ? TRY(map(name, item)) : TRY(keyword(item)));
    }
    return group(RuleCondition::Kind::any, std::move(parts));
  }

 private:
  tl::unexpected<Error> empty(std::string_view name, Value value) const {
    return fail(Code::type, "`" + std::string(name) + "` is empty", reading_.at(value), "fields, or keywords");
  }

  Result<RuleCondition> map(std::string_view name, Value value) {
    if (value.size() == 0) return empty(name, value);
    std::vector<RuleCondition> parts;
    for (const auto& entry : value.entries()) parts.push_back(keep(TRY(read_predicate(entry.key(), entry.key_node, entry.value, reading_))));
    return group(RuleCondition::Kind::all, std::move(parts));
  }

  Result<RuleCondition> keyword(Value value) { return keep(TRY(read_keyword(value, reading_))); }

  RuleCondition keep(Predicate predicate) {
    rule_.predicates.push_back(std::move(predicate));
    return of_predicate(static_cast<uint32_t>(rule_.predicates.size() - 1));
  }

  SigmaRule& rule_;
  const ReadingRule& reading_;
};

// The condition with each selection's name replaced by the selection's formula.
RuleCondition substituted(const RuleCondition& condition, const std::vector<RuleCondition>& selections) {
  if (condition.kind == RuleCondition::Kind::name) return selections[condition.name];
  RuleCondition out;
  out.kind = condition.kind;
  for (const RuleCondition& part : condition.of) out.of.push_back(substituted(part, selections));
  return out;
}

bool all_negative(const RuleCondition& condition, bool negative) {
  if (condition.kind == RuleCondition::Kind::name) return negative;
  if (condition.kind == RuleCondition::Kind::negation) negative = !negative;
  return std::all_of(condition.of.begin(), condition.of.end(), [&](const RuleCondition& part) { return all_negative(part, negative); });
}

RuleCondition shifted(const RuleCondition& condition, uint32_t by) {
  RuleCondition out = condition;
  if (out.kind == RuleCondition::Kind::name) out.name += by;
  for (RuleCondition& part : out.of) part = shifted(part, by);
  return out;
}

size_t leaves(const RuleCondition& condition) {
  size_t out = condition.of.empty();
  for (const RuleCondition& part : condition.of) out += leaves(part);
  return out;
}

}  // namespace

Result<SigmaRule> read_detection(Value section, const ReadingRule& reading, std::string_view leave_out, bool* conditions_negative) {
  SigmaRule rule;
  if (!section.is_map()) return fail(Code::type, "the detection is no map", reading.at(section), "selections and a condition");
  std::vector<std::string> names;
  std::vector<RuleCondition> selections;
  SelectionReader reader(rule, reading);
  for (const auto& entry : section.entries()) {
    const std::string_view name = entry.key();
    if (name == "condition" || (!leave_out.empty() && name == leave_out)) continue;
    if (name == "timeframe")
      return fail(Code::unsupported, "`timeframe` belongs to aggregations, which are no longer part of Sigma", reading.at(entry.key_node),
          "", "write a correlation rule");
    names.emplace_back(name);
    selections.push_back(TRY(reader.read(name, entry.value)));
  }
  const Value condition = section.get("condition");
  if (!condition) return fail(Code::parse, "a detection without a condition", reading.at(section), "`condition`, with the names of selections");
  std::vector<Value> texts;
  if (condition.is_list()) {
    for (Value item : condition.items()) texts.push_back(item);
  } else {
    texts.push_back(condition);
  }
  if (texts.empty()) return fail(Code::type, "an empty list of conditions", reading.at(condition), "a condition");
  std::vector<RuleCondition> either;
  bool negative = true;
  for (Value text : texts) {
    if (!text.is_string()) return fail(Code::type, "a condition that is no string", reading.at(text), "as in `selection and not filter`");
    Place at = reading.at(text);
    if (text.style() == Style::single_quoted || text.style() == Style::double_quoted) ++at.column;
    const RuleCondition parsed = TRY(parse_condition(text.text(), names, at));
    negative = negative && all_negative(parsed, false);
    either.push_back(substituted(parsed, selections));
    if (leaves(either.back()) > selections_max) return fail(Code::limit, "a condition that unfolds to more than 10,000 parts", at);
  }
  if (conditions_negative) *conditions_negative = negative;
  rule.formula = group(RuleCondition::Kind::any, std::move(either));
  return rule;
}

bool SigmaRule::matches(const LogEvent& event, ProbeRoom& room) const {
  if (!(kinds & bit_of(event.kind))) return false;
  return formula.holds([&](uint32_t index) { return predicates[index].holds(event, room); });
}

std::vector<FieldPath> SigmaRule::fields() const {
  std::vector<FieldPath> out;
  auto add = [&](const FieldPath& path) {
    for (const FieldPath& known : out)
      if (known.name() == path.name()) return;
    out.push_back(path);
  };
  for (const Predicate& predicate : predicates) {
    if (predicate.kind == Predicate::Kind::keywords) continue;
    add(predicate.path);
    for (const auto& alternatives : predicate.values)
      for (const Probe& probe : alternatives)
        if (probe.kind == Probe::Kind::field) add(probe.other);
  }
  return out;
}

void SigmaRule::require(const SigmaRule& other) {
  const auto by = static_cast<uint32_t>(predicates.size());
  predicates.insert(predicates.end(), other.predicates.begin(), other.predicates.end());
  std::vector<RuleCondition> both;
  both.push_back(std::move(formula));
  both.push_back(shifted(other.formula, by));
  formula = group(RuleCondition::Kind::all, std::move(both));
}

void SigmaRule::exclude(const SigmaRule& other) {
  SigmaRule opposite = other;
  RuleCondition negation;
  negation.kind = RuleCondition::Kind::negation;
  negation.of.push_back(std::move(opposite.formula));
  opposite.formula = std::move(negation);
  require(opposite);
}

}  // namespace reeve
