// CorrelationRule: what a correlation asks of the hits of other rules, read and held against the specification. The Correlator judges it.
//
// Sources: Sigma Correlation Rules Specification 2.1.0. What it leaves open is settled in docs/formats/detections.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "detect/condition.h"
#include "detect/field.h"

namespace reeve {

enum class CorrelationType : uint8_t { event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile };
std::string_view name(CorrelationType type);

enum class Compare : uint8_t { lt, lte, gt, gte, eq, neq };
std::string_view name(Compare compare);
bool holds(Compare compare, double value, double bound);

class CorrelationRule {
 public:
  CorrelationType type = CorrelationType::event_count;
  // The base rules in the order as written, as indices into RuleSet::rules (link_rules has set them); each once. A base may be a correlation,
  // which then stands before this one in RuleSet::rules.
  std::vector<uint32_t> rules;
  std::vector<std::string> rule_names;  // as written: id, name or title

  // What hits are grouped by, in the order as written; empty: all hits make one group. `fields[rule][i]` is where the hits of the rule of that
  // index (in `rules` here) hold what `names[i]` stands for: an alias's field for that rule, else the field of that name.
  struct {
    std::vector<std::string> names;
    std::vector<std::vector<FieldPath>> fields;
  } group_by;

  int64_t timespan_ms = 0;

  // All must hold. Of event_count: of the number of events; value_count: of different values; value_sum, value_avg: of the figure;
  // value_percentile: of the percentile; temporal and temporal_ordered: of the number of different base rules that matched (without a condition:
  // all of them, `gte` their number).
  struct Bound {
    Compare compare = Compare::gte;
    double value = 0;
  };
  std::vector<Bound> bounds;
  // Of temporal and temporal_ordered, instead of bounds: an expression over base rules, whose names are their indices in `rules` here.
  std::shared_ptr<const RuleCondition> expression;

  // Of value_…: the field that is counted or added up, by rule as in group_by. value_count may name several: a value is then their tuple.
  std::vector<std::string> value_names;
  std::vector<std::vector<FieldPath>> values;
  double percentile = 50;  // of value_percentile: 0 to 100

  bool generate = false;  // the base rules raise alerts of their own
};

}  // namespace reeve
