#include "detect/correlation.h"

#include <algorithm>

#include "base/text.h"
#include "detect/rules_parts.h"

namespace reeve {
namespace {

constexpr std::string_view type_names[] = {"event_count", "value_count", "temporal", "temporal_ordered", "value_sum", "value_avg",
    "value_percentile"};
constexpr std::string_view compare_names[] = {"lt", "lte", "gt", "gte", "eq", "neq"};
constexpr int64_t timespan_max_ms = 366ll * 86'400'000;

bool temporal(CorrelationType type) { return type == CorrelationType::temporal || type == CorrelationType::temporal_ordered; }
bool of_values(CorrelationType type) { return type != CorrelationType::event_count && !temporal(type); }

class CorrelationReader {
 public:
  CorrelationReader(Value section, RuleHead head, const ReadingRule& reading) : section_(section), reading_(reading) {
    out_.head = std::move(head);
    out_.field_mapping = reading.options.field_mapping;
  }

  Result<RuleSet::Unlinked::Correlation> read() {
    if (!section_.is_map()) return fail(Code::type, "`correlation` is no map", at(section_), "type, rules, group-by, timespan, condition");
    static const std::vector<std::string> known = {"type", "rules", "group-by", "timespan", "condition", "aliases", "generate", "field"};
    for (const auto& entry : section_.entries()) {
      const std::string key(entry.key());
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string near = nearest(key, known);
      return fail(Code::unsupported, "a correlation has no `" + key + "`", at(entry.key_node), join(known, ", "), near.empty()
          ? "" : "did you mean `" + near + "`");
    }
    TRY(type());
    TRY(rules());
    TRY(group_by());
    TRY(timespan());
    TRY(aliases());
    if (const Value generate = section_.get("generate")) {
      if (!generate.is_bool()) return fail(Code::type, "`generate` is neither true nor false", at(generate), "true or false");
      out_.rule.generate = generate.boolean();
    }
    TRY(condition());
    return std::move(out_);
  }

 private:
  Place at(Value value) const { return reading_.at(value); }

  Status type() {
    const Value value = section_.get("type");
    if (!value) return fail(Code::parse, "a correlation without a type", at(section_), "`type`: event_count, value_count, temporal …");
    const std::string text(value.text());
    for (size_t i = 0; i < std::size(type_names); ++i)
      if (value.is_string() && text == type_names[i]) {
        out_.rule.type = static_cast<CorrelationType>(i);
        return {};
      }
    const std::vector<std::string> names(std::begin(type_names), std::end(type_names));
    const std::string near = nearest(text, names);
    return fail(Code::unsupported, "no such type of correlation as `" + text.substr(0, 100) + "`", at(value), join(names, ", "),
                near.empty() ? "" : "did you mean `" + near + "`");
  }

  Status rules() {
    const Value value = section_.get("rules");
    if (!value) return fail(Code::parse, "a correlation without rules", at(section_), "`rules`: ids or names");
    out_.rules_at = at(value);
    out_.rule.rule_names = TRY(read_strings(value, "rules", reading_));
    const auto& names = out_.rule.rule_names;
    if (names.empty()) return fail(Code::type, "a correlation of no rules", at(value), "ids or names of rules");
    for (size_t i = 0; i < names.size(); ++i)
      if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) != names.begin() + static_cast<std::ptrdiff_t>(i))
        return fail(Code::conflict, "`" + names[i] + "` stands twice in `rules`", at(value), "each rule once");
    return {};
  }

  Status group_by() {
    if (const Value value = section_.get("group-by")) out_.rule.group_by.names = TRY(read_strings(value, "group-by", reading_));
    return {};
  }

  Status timespan() {
    const Value value = section_.get("timespan");
    if (!value) return fail(Code::parse, "a correlation without a time span", at(section_), "`timespan`, as in 10m");
    const std::string text(value.text());
    const auto number = text.size() < 2 || text.find_first_not_of("0123456789") != text.size() - 1 ? std::nullopt : parse_int(text.substr(0,
        text.size() - 1));
    int64_t unit = 0;
    switch (text.empty() ? 0 : text.back()) {
      case 's': unit = 1'000; break;
      case 'm': unit = 60'000; break;
      case 'h': unit = 3'600'000; break;
      case 'd': unit = 86'400'000; break;
      default: break;
    }
    if (!number || *number < 1 || unit == 0) return fail(Code::parse, "`" + text.substr(0, 100) + "` is no time span", at(value),
        "a number and s, m, h or d, as in 90m");
    if (*number > timespan_max_ms / unit) return fail(Code::limit, "a time span of more than 366 days", at(value));
    out_.rule.timespan_ms = *number * unit;
    return {};
  }

  Status aliases() {
    const Value value = section_.get("aliases");
    if (!value) return {};
    out_.aliases_at = at(value);
    if (!value.is_map()) return fail(Code::type, "`aliases` is no map", at(value), "alias: {rule: field}");
    for (const auto& entry : value.entries()) {
      RuleSet::Unlinked::Correlation::Alias alias{std::string(entry.key()), {}};
      if (!entry.value.is_map() || entry.value.size() == 0) return fail(Code::type, "the alias `" + alias.name + "` is no map",
          at(entry.value), "rule: field");
      for (const auto& field : entry.value.entries()) {
        if (!field.value.is_string() || field.value.text().empty()) return fail(Code::type, "the alias `" + alias.name + "` has no field",
            at(field.value), "the name of a field");
        alias.fields.emplace_back(field.key(), field.value.text());
      }
      out_.aliases.push_back(std::move(alias));
    }
    return {};
  }

  Status value_field(Value value) {
    out_.rule.value_names = TRY(read_strings(value, "field", reading_));
    if (!of_values(out_.rule.type)) return fail(Code::conflict, std::string(name(out_.rule.type)) + " counts no field", at(value));
    if (out_.rule.value_names.empty()) return fail(Code::type, "`field` is empty", at(value), "the name of a field");
    if (out_.rule.value_names.size() > 1 && out_.rule.type != CorrelationType::value_count)
      return fail(Code::type, std::string(name(out_.rule.type)) + " takes one field", at(value));
    return {};
  }

  Status condition() {
    const Value value = section_.get("condition");
    CorrelationRule& rule = out_.rule;
    if (const Value field = section_.get("field")) TRY(value_field(field));  // before 2.0 it stood here
    if (!value) {
      if (!temporal(rule.type)) return fail(Code::parse, "a correlation without a condition", at(section_), "`condition`, as in {gte: 10}");
      rule.bounds.push_back({Compare::gte, static_cast<double>(rule.rule_names.size())});
      return {};
    }
    if (value.is_string() && temporal(rule.type)) {
      out_.expression = value.text();
      out_.expression_at = at(value);
      return {};
    }
    if (!value.is_map()) return fail(Code::type, "the condition is no map", at(value), "as in {gte: 10}");
    for (const auto& entry : value.entries()) TRY(bound(entry.key(), entry.key_node, entry.value));
    if (rule.bounds.empty()) return fail(Code::parse, "a condition without a comparison", at(value), "gt, gte, lt, lte, eq or neq");
    if (of_values(rule.type) && rule.value_names.empty())
      return fail(Code::parse, std::string(name(rule.type)) + " without a field", at(value), "`field` in the condition");
    return {};
  }

  Status bound(std::string_view key, Value key_node, Value value) {
    CorrelationRule& rule = out_.rule;
    if (key == "field") {
      if (!rule.value_names.empty()) return fail(Code::conflict, "`field` stands twice", at(key_node));
      return value_field(value);
    }
    if (key == "percentile" && rule.type == CorrelationType::value_percentile) {
      const auto number = value.number();
      if (!number || *number < 0 || *number > 100) return fail(Code::type, "the percentile is no number from 0 to 100", at(value));
      rule.percentile = *number;
      return {};
    }
    const auto* found = std::find(std::begin(compare_names), std::end(compare_names), key);
    if (found == std::end(compare_names))
      return fail(Code::unsupported, "a correlation's condition has no `" + std::string(key) + "`", at(key_node),
          "gt, gte, lt, lte, eq, neq or field");
    const auto number = value.is_number() ? value.number() : std::nullopt;
    if (!number) return fail(Code::type, "`" + std::string(key) + "` is no number", at(value), "a number");
    const bool counts = rule.type == CorrelationType::event_count || rule.type == CorrelationType::value_count || temporal(rule.type);
    if (counts && value.kind() != Kind::integer) return fail(Code::type, "a count is compared with `" + std::string(value.text()) + "`",
        at(value), "a whole number");
    rule.bounds.push_back({static_cast<Compare>(found - std::begin(compare_names)), *number});
    return {};
  }

  Value section_;
  const ReadingRule& reading_;
  RuleSet::Unlinked::Correlation out_;
};

}  // namespace

std::string_view name(CorrelationType type) { return type_names[static_cast<size_t>(type)]; }
std::string_view name(Compare compare) { return compare_names[static_cast<size_t>(compare)]; }

bool holds(Compare compare, double value, double bound) {
  switch (compare) {
    case Compare::lt: return value < bound;
    case Compare::lte: return value <= bound;
    case Compare::gt: return value > bound;
    case Compare::gte: return value >= bound;
    case Compare::eq: return value == bound;
    case Compare::neq: return value != bound;
  }
  return false;
}

Result<RuleSet::Unlinked::Correlation> read_correlation(Value section, RuleHead head, const ReadingRule& reading) {
  return CorrelationReader(section, std::move(head), reading).read();
}

}  // namespace reeve
