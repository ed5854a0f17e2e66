#include "assess/objectives.h"

#include <algorithm>
#include <map>

#include "assess/assess.h"
#include "assess/needs.h"
#include "assess/tally.h"
#include "base/text.h"
#include "estate/resource_type.h"
#include "store/views.h"

namespace reeve {
namespace {

void add(VerdictCounts& to, const VerdictCounts& from) {
  to.pass += from.pass, to.fail += from.fail, to.unknown += from.unknown, to.excepted += from.excepted, to.not_applicable += from.not_applicable;
}

DefenceLayer layer_of(std::string_view area) {
  for (auto& known : operations_areas())
    if (known.name == area) return known.function == "preventive" ? DefenceLayer::prevent : known.function == "detective" ? DefenceLayer::detect : DefenceLayer::respond;
  return DefenceLayer::prevent;
}

std::string percent_text(uint64_t part, uint64_t whole) {
  // Rounded up, so that a single fail among many is never shown as none.
  return std::to_string((part * 100 + whole - 1) / whole) + " %";
}

void hold_against_appetite(ObjectiveResult& result, const Assessment& out, const std::vector<ControlResult>& controls, const OpenSince& open) {
  const Objective& objective = *result.objective;
  Truth within = Truth::yes;
  auto not_within = [&](Truth truth, std::string why) {
    within = both(within, truth);
    result.why.push_back(std::move(why));
  };
  std::string allowed = std::to_string(objective.failing_percent_max) + " % allowed";
  for (size_t i : result.controls) {
    const ControlResult& control = controls[i];
    const VerdictCounts& n = control.counts;
    uint64_t judged = n.pass + n.fail + n.unknown;
    if (judged == 0) continue;
    auto over = [&](uint64_t part) { return part * 100 > judged * static_cast<uint64_t>(objective.failing_percent_max); };
    if (over(n.fail))
      not_within(Truth::no, control.control->id + " fails for " + percent_text(n.fail, judged) + " of what it judges, " + allowed);
    else if (over(n.fail + n.unknown))
      not_within(Truth::unknown, control.control->id + " is unknown for " + percent_text(n.unknown, judged) + " of what it judges, " + allowed);
    if (n.fail == 0) continue;
    auto days = objective.mend_days.find(control.control->severity);
    if (days == objective.mend_days.end()) continue;
    if (!out.has_history) {
      if (!over(n.fail)) not_within(Truth::unknown, "since when " + control.control->id + " fails is not known without a workspace");
      continue;
    }
    uint64_t late = 0;
    int64_t oldest = 0;
    if (auto found = open.find(control.control->id); found != open.end())
      for (auto& [first_seen, fails] : found->second) {
        int64_t age = days_between(Time{first_seen}, out.as_of);
        oldest = std::max(oldest, age);
        if (age > days->second) late += fails;
      }
    result.oldest_fail_days = std::max(result.oldest_fail_days.value_or(0), oldest);
    result.overdue += late;
    if (late)
      not_within(Truth::no, control.control->id + " has failed for " + std::to_string(oldest) + " days, " + std::to_string(days->second) + " allowed for " +
                                std::string(name(control.control->severity)));
  }
  if (result.counts.all() == result.counts.not_applicable + result.counts.excepted) not_within(Truth::unknown, "none of its controls applies to anything that was read");
  // What was true then need not be true now.
  if (result.evidence_fresh == Truth::no)
    not_within(Truth::unknown, "its evidence is up to " + std::to_string(*result.evidence_age_days) + " days old, " + std::to_string(objective.evidence_days_max) + " allowed");
  result.within_appetite = within;
}

ObjectiveResult judge(const Objective& objective, const Assessment& out, const std::vector<ControlResult>& controls, const ResourceCatalogue& catalogue, const ReplyTimes& times,
                      const OpenSince& open) {
  ObjectiveResult result;
  result.objective = &objective;
  for (size_t i = 0; i < controls.size(); ++i) {
    const ControlResult& control = controls[i];
    if (control.control->objective != objective.slug) continue;
    result.controls.push_back(i);
    result.counts.add(control.status);
    add(result.resources, control.counts);
    bool attested = control.control->judge == Judge::attested;
    result.passing_attested += attested && control.status == Verdict::pass;
    if (attested || control.counts.pass + control.counts.fail == 0) continue;  // an attestation has an expiry of its own
    ReplyTimes::Age age = times.of(*control.control, control.resource_types, catalogue);
    if (age.oldest.known() && (!result.evidence_oldest.known() || age.oldest < result.evidence_oldest)) result.evidence_oldest = age.oldest;
    result.evidence_undated |= age.undated || !age.oldest.known();
  }
  result.status = result.counts.status();
  if (result.evidence_oldest.known()) {
    result.evidence_age_days = std::max<int64_t>(0, days_between(result.evidence_oldest, out.as_of));
    if (*result.evidence_age_days > objective.evidence_days_max) result.evidence_fresh = Truth::no;
    else if (!result.evidence_undated) result.evidence_fresh = Truth::yes;
  }
  hold_against_appetite(result, out, controls, open);
  return result;
}

LayerState state_of(const ControlCounts& counts) {
  if (counts.pass + counts.fail + counts.unknown == 0) return LayerState::none;
  if (counts.pass == 0) return counts.fail ? LayerState::fails : LayerState::unknown;
  return counts.fail + counts.unknown ? LayerState::partly : LayerState::works;
}

DepthRow depth_of(const ObjectiveResult& objective, const std::vector<ControlResult>& controls) {
  DepthRow row;
  row.objective = objective.objective;
  for (size_t i : objective.controls) {
    const Control& control = *controls[i].control;
    DepthCell& cell = row.cells[static_cast<size_t>(layer_of(control.area))];
    cell.controls.push_back(i);
    cell.counts.add(controls[i].status);
    if (!control.prevent.empty()) row.cells[static_cast<size_t>(DefenceLayer::prevent)].ready.push_back(i);
    if (!control.respond.empty()) row.cells[static_cast<size_t>(DefenceLayer::respond)].ready.push_back(i);
    row.severity = std::max(row.severity, control.severity);
  }
  for (DepthCell& cell : row.cells) {
    cell.state = state_of(cell.counts);
    row.standing += cell.stands();
  }
  row.single = row.standing <= 1;
  row.rank_points = static_cast<uint64_t>(weight(row.severity)) * (defence_layers - row.standing);
  return row;
}

FrameworkResult judge(const Framework& framework, const Assessment& out, const std::map<std::string, size_t, std::less<>>& index) {
  FrameworkResult result;
  result.framework = &framework;
  for (const Requirement& requirement : framework.requirements) {
    RequirementResult one;
    one.requirement = &requirement;
    ControlCounts counts;
    for (const std::string& id : requirement.controls) {
      auto found = index.find(id);
      if (found == index.end()) continue;
      one.controls.push_back(found->second);
      counts.add(out.controls[found->second].status);
    }
    one.covered = !one.controls.empty();
    if (one.covered) result.counts.add(one.status = counts.status());
    else ++result.not_covered;
    result.requirements.push_back(std::move(one));
  }
  return result;
}

}  // namespace

void ControlCounts::add(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: ++pass; break;
    case Verdict::fail: ++fail; break;
    case Verdict::unknown: ++unknown; break;
    case Verdict::excepted: ++excepted; break;
    case Verdict::not_applicable: ++not_applicable; break;
  }
}

Verdict ControlCounts::status() const { return control_status({pass, fail, unknown, excepted, not_applicable}); }

std::string_view name(DefenceLayer layer) {
  switch (layer) {
    case DefenceLayer::prevent: return "prevent";
    case DefenceLayer::detect: return "detect";
    case DefenceLayer::respond: return "respond";
  }
  return "respond";
}

std::string_view name(LayerState state) {
  switch (state) {
    case LayerState::works: return "works";
    case LayerState::partly: return "partly";
    case LayerState::fails: return "fails";
    case LayerState::unknown: return "unknown";
    case LayerState::none: return "none";
  }
  return "none";
}

void ReplyTimes::see(std::string_view operation, Time time, std::string_view time_basis) {
  Age& age = operation.empty() ? config_ : by_operation_[std::string(operation)];
  if (!time.known() || !time_basis.empty()) age.undated = true;
  else if (!age.oldest.known() || time < age.oldest) age.oldest = time;
}

ReplyTimes::Age ReplyTimes::of(const Control& control, const std::vector<std::string>& types, const ResourceCatalogue& catalogue) const {
  Age out;
  auto take = [&](const Age& age) {
    if (age.oldest.known() && (!out.oldest.known() || age.oldest < out.oldest)) out.oldest = age.oldest;
    out.undated |= age.undated;
  };
  auto take_call = [&](const std::string& operation) {
    if (auto found = by_operation_.find(operation); found != by_operation_.end()) take(found->second);
  };
  for (auto& operation : control.needs) take_call(operation);
  if (!control.needs.empty()) return out;
  for (auto& name : types) {
    const ResourceType* type = catalogue.find(name);
    if (!type) continue;
    for (auto& read : type->reads) take_call(read.call);
    if (type->has_config) take(config_);
  }
  return out;
}

Status record_objectives(const Assessment& out, std::vector<ControlResult> controls, const ResourceCatalogue& catalogue) {
  const RecordView* view = out.content.record_view("objective_results");
  if (!view) return {};  // content of one's own may do without
  ReplyTimes times;
  TRY(out.store->sources([&](const store::Store::StoredSource& source) -> Status {
    times.see(source.operation, source.time, source.time_basis);
    return {};
  }));
  // What an earlier run left of the controls that ask is no answer of this one.
  for (ControlResult& result : controls)
    if (std::find(result.control->needs.begin(), result.control->needs.end(), own_part) != result.control->needs.end()) result.counts = {}, result.status = Verdict::not_applicable;
  store::RecordTable table;
  table.name = view->name;
  for (auto& column : view->columns) table.columns.push_back({column.name, std::string(sql_type(column.type))});
  for (const Objective& objective : out.content.objectives) {
    ObjectiveResult result = judge(objective, out, controls, catalogue, times, {});
    DepthRow depth = depth_of(result, controls);
    auto number = [](uint64_t n) { return store::SqlValue(static_cast<int64_t>(n)); };
    std::map<std::string, store::SqlValue> row = {
        {"objective", objective.slug}, {"title", objective.title}, {"owner", objective.owner}, {"controls", number(result.controls.size())},
        {"pass", number(result.counts.pass)}, {"fail", number(result.counts.fail)}, {"unknown", number(result.counts.unknown)},
        {"pass_attested", number(result.passing_attested)},
        {"evidence_age_days", result.evidence_age_days ? store::SqlValue(*result.evidence_age_days) : store::SqlValue()},
        {"evidence_max_age_days", store::SqlValue(int64_t{objective.evidence_days_max})},
        {"evidence_undated", number(result.evidence_undated)}};
    for (size_t i = 0; i < defence_layers; ++i) {
      std::string layer(name(static_cast<DefenceLayer>(i)));
      row[layer] = number(depth.cells[i].controls.size());
      row[layer + "_pass"] = number(depth.cells[i].counts.pass);
      row[layer + "_unknown"] = number(depth.cells[i].counts.unknown);
    }
    std::vector<store::SqlValue> values;
    for (auto& column : view->columns) values.push_back(row.count(column.name) ? row[column.name] : store::SqlValue());
    table.rows.push_back(std::move(values));
  }
  return store::create_record(out.store->db(), table);
}

Status judge_objectives(Assessment& out, const ResourceCatalogue& catalogue, const ReplyTimes& times, const OpenSince& open) {
  std::map<std::string, size_t, std::less<>> index;
  for (size_t i = 0; i < out.controls.size(); ++i) index[out.controls[i].control->id] = i;

  if (out.controls_left_out == 0) {  // some controls alone say nothing of what all are for
    for (const Objective& objective : out.content.objectives) {
      out.objectives.push_back(judge(objective, out, out.controls, catalogue, times, open));
      out.depth.push_back(depth_of(out.objectives.back(), out.controls));
    }
    std::stable_sort(out.depth.begin(), out.depth.end(), [](auto& a, auto& b) { return a.rank_points > b.rank_points; });
    for (const Framework& framework : out.content.frameworks) out.frameworks.push_back(judge(framework, out, index));
  }

  AttestedShare& share = out.attested;
  for (const ControlResult& result : out.controls) {
    bool attested = result.control->judge == Judge::attested;
    ++share.of_controls, share.controls += attested;
    share.of_passing += result.status == Verdict::pass, share.passing += attested && result.status == Verdict::pass;
    share.of_verdicts += result.counts.applicable(), share.verdicts += attested ? result.counts.applicable() : 0;
  }
  return {};
}

}  // namespace reeve
