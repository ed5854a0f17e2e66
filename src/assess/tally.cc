#include "assess/tally.h"

#include <algorithm>
#include <map>
#include <set>

#include "assess/access_records.h"
#include "assess/sql_judge.h"
#include "assess/unit_sql.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t kSamples = 3;

std::string function_of(std::string_view area) {
  for (auto& known : operations_areas())
    if (known.name == area) return std::string(known.function);
  return "";
}

// The cause of an unknown as it is grouped: the call and what came of it, without the resource. A reason that names several calls
// counts for the first.
// A control's own SQL may say `was not read` of the same call.
std::string cause_of(std::string_view reason) {
  std::string cause(reason.substr(0, reason.find(", ")));
  if (ends_with(cause, " was not read")) cause.replace(cause.size() - 13, 13, " not read");
  return cause;
}

// Samples show what the status stands on: of passes only if nothing fails or is unknown.
void keep_pass(Assessment& out, ControlResult& result, const std::string& uid, Evidence evidence) {
  if (out.evidence_of_passes) out.pass_evidence[finding_id(result.control->id, uid)] = evidence_to_json({evidence});
  if (result.counts.fail == 0 && result.counts.unknown == 0 && result.evidence.size() < kSamples) result.evidence.push_back(std::move(evidence));
}

// Evidence of passes is not kept; the few that are shown are looked up again in the input.
class PassSampler : public UnitSink {
 public:
  PassSampler(const GuardJudge& guard, const std::map<std::string, std::vector<size_t>>& wanted, Assessment& out)
      : guard_(guard), wanted_(wanted), out_(out) {}

  void resource(Resource&& resource) override {
    auto found = wanted_.find(resource.uid);
    if (found == wanted_.end()) return;
    for (const auto* control : guard_.of_type(resource.type_name, resource.born)) {
      if (std::find(found->second.begin(), found->second.end(), control->control) == found->second.end()) continue;
      ControlResult& result = out_.controls[control->control];
      if (!out_.evidence_of_passes && result.evidence.size() >= kSamples) continue;
      // What the rule asks for, deepest property first found.
      Evidence best;
      for (auto& mention : control->rules->mentions()) {
        if (mention.type != resource.type_name) continue;
        auto path = Path::compile(mention.path, {});
        if (!path) continue;
        Value value = path->find_plain(resource.body());
        if (value && value.is_unknown()) continue;
        if (value && value.is_map() && (!value.origin().source || value.origin().source->file.empty())) continue;  // put together from several places
        if (!best.source.empty() && !value) continue;
        best = evidence_of(resource, value, value ? Value() : resource.body(), "." + mention.path, control->source->title);
        if (value) break;
      }
      if (best.source.empty()) best = evidence_of(resource, {}, resource.body(), "", control->source->title);
      keep_pass(out_, result, resource.uid, std::move(best));
    }
  }
  void withdraw(const std::string&) override {}
  void read(ReadRecord&&) override {}
  void source(SourceRecord&&) override {}
  void problem(Error&&) override {}
  void note(Error&&) override {}
  void stated_time(int64_t) override {}

 private:
  const GuardJudge& guard_;
  const std::map<std::string, std::vector<size_t>>& wanted_;
  Assessment& out_;
};

Status sample_passes(Assessment& out, const ResourceCatalogue& catalogue, const JudgeContext& context, const Inputs& inputs, const SqlPasses& passes,
                     const OrganizationFacts& organization) {
  std::map<std::string, std::map<std::string, std::vector<size_t>>> by_unit;  // unit → uid → Guard controls
  std::map<std::string, UnitSql::Wanted> by_sql;                              // unit → SQL controls within the account
  for (size_t i = 0; i < out.controls.size(); ++i) {
    ControlResult& result = out.controls[i];
    if (result.counts.pass == 0 || (!out.evidence_of_passes && !result.evidence.empty())) continue;
    size_t taken = 0;
    if (result.control->judge != Judge::guard && !result.control->within_account) {
      if (auto found = passes.find(result.control->id); found != passes.end())
        for (auto& [uid, evidence] : found->second) keep_pass(out, result, uid, evidence);
      continue;
    }
    auto each = [&](const store::Store::StoredResource& resource) -> Status {
      if (!out.evidence_of_passes && taken++ >= kSamples) return fail(Code::internal, "enough");
      if (result.control->within_account) by_sql[resource.unit][i].insert(resource.uid);
      else by_unit[resource.unit][resource.uid].push_back(i);
      return {};
    };
    auto status = out.store->passes(result.control->id, each);
    if (!status && status.error().what != "enough") return status;
  }
  std::unique_ptr<UnitSql> sql;
  for (auto& unit : inputs.units) {
    if (auto wanted = by_unit.find(unit.key); wanted != by_unit.end()) {
      PassSampler sampler(*context.guard, wanted->second, out);
      load_unit(unit, catalogue, sampler);
    }
    auto wanted = by_sql.find(unit.key);
    if (wanted == by_sql.end()) continue;
    UnitResult again;
    UnitCollector collector(context, again, unit.account);
    load_unit(unit, catalogue, collector);
    if (!sql) sql = TRY(UnitSql::make(context, catalogue, organization));
    TRY(sql->passes(again, wanted->second, [&](size_t control, std::string_view uid, Evidence evidence) {
      keep_pass(out, out.controls[control], std::string(uid), std::move(evidence));
    }));
  }
  return {};
}

VerdictCounts counts_of(const store::Counts& from) {
  VerdictCounts out;
  out.pass = from.pass, out.fail = from.fail, out.unknown = from.unknown, out.excepted = from.excepted, out.not_applicable = from.not_applicable;
  return out;
}

void add(VerdictCounts& to, const VerdictCounts& from) {
  to.pass += from.pass, to.fail += from.fail, to.unknown += from.unknown, to.excepted += from.excepted, to.not_applicable += from.not_applicable;
}

}  // namespace

Result<std::vector<ControlResult>> count_controls(const Assessment& out, const GuardJudge& guard) {
  std::vector<ControlResult> controls;
  std::map<std::string, size_t, std::less<>> index;
  for (size_t i = 0; i < out.content.controls.size(); ++i) {
    const Control& control = out.content.controls[i];
    ControlResult result;
    result.control = &control;
    if (control.judge == Judge::guard) result.resource_types = guard.types_of(i);
    else if (control.judge == Judge::attested || control.candidates == Candidates::organization) result.resource_types = {"Reeve::Organization"};
    else if (control.candidates == Candidates::account) result.resource_types = {"Reeve::Account::Settings"};
    else if (control.candidates == Candidates::account_region) result.resource_types = {"Reeve::Region::Settings"};
    else result.resource_types = control.candidate_types;
    index[control.id] = i;
    controls.push_back(std::move(result));
  }
  for (auto& row : TRY(out.store->counts()))
    if (auto found = index.find(row.control); found != index.end()) controls[found->second].counts = counts_of(row.counts);
  for (ControlResult& result : controls) result.status = control_status(result.counts);
  return controls;
}

Status tally(Assessment& out, const ResourceCatalogue& catalogue, const JudgeContext& context, const Inputs& inputs, const SqlPasses& passes,
             const OrganizationFacts& organization) {
  out.controls = TRY(count_controls(out, *context.guard));
  std::map<std::string, size_t, std::less<>> index;
  for (size_t i = 0; i < out.controls.size(); ++i) index[out.controls[i].control->id] = i;

  // Causes of unknowns, and since when what fails: one walk over the open findings.
  struct Cause {
    uint64_t verdicts = 0;
    std::set<size_t> controls;
    std::map<std::string, uint64_t, std::less<>> accounts;  // with its verdicts
  };
  std::map<std::string, Cause, std::less<>> causes;
  OpenSince open_since;
  // Findings of one control in one account stand together, so the last one's cause and account are mostly the next one's.
  std::string last_control, last_reason, last_account;
  Cause* last_cause = nullptr;
  uint64_t* last_count = nullptr;
  TRY(out.store->brief_findings([&](const store::Store::BriefFinding& finding) -> Status {
    if (finding.status == store::FindingStatus::fail && out.has_history) {
      auto since = open_since.find(finding.control);
      if (since == open_since.end()) since = open_since.emplace(std::string(finding.control), std::map<int64_t, uint64_t>()).first;
      ++since->second[finding.opened.ms];
    }
    if (finding.status != store::FindingStatus::unknown) return {};
    if (last_cause && finding.control == last_control && finding.reason == last_reason && finding.account == last_account) {
      ++last_cause->verdicts, ++*last_count;
      return {};
    }
    auto control = index.find(finding.control);
    if (control == index.end()) return {};
    const std::string cause = cause_of(finding.reason);
    auto found = causes.find(cause);
    if (found == causes.end()) found = causes.emplace(std::string(cause), Cause()).first;
    Cause& one = found->second;
    ++one.verdicts;
    one.controls.insert(control->second);
    auto account = one.accounts.find(finding.account);
    if (account == one.accounts.end()) account = one.accounts.emplace(std::string(finding.account), 0).first;
    ++account->second;
    last_control = finding.control, last_reason = finding.reason, last_account = finding.account;
    last_cause = &one, last_count = &account->second;
    return {};
  }));
  // What the status stands on: of fails if there are any, else of what else is open, in order of uid.
  for (ControlResult& result : out.controls) {
    for (store::FindingStatus status : {store::FindingStatus::fail, store::FindingStatus::unknown, store::FindingStatus::excepted}) {
      // Asked only for what is known to be there: looking for a fail among ninety thousand unknowns reads them all.
      uint64_t there = status == store::FindingStatus::fail ? result.counts.fail : status == store::FindingStatus::unknown ? result.counts.unknown : result.counts.excepted;
      if (there == 0 || result.evidence.size() >= kSamples) continue;
      if (result.counts.fail != 0 && status != store::FindingStatus::fail) break;
      TRY(out.store->sample_findings(result.control->id, status, kSamples - result.evidence.size(), [&](const store::StoredFinding& finding) -> Status {
        if (result.reason.empty()) result.reason = finding.reason;
        if (status != store::FindingStatus::excepted) result.first_resources.push_back(finding.uid);
        auto evidence = evidence_from_json(finding.evidence_json);
        if (evidence && !evidence->empty() && result.evidence.size() < kSamples) result.evidence.push_back(evidence->front());
        return {};
      }));
    }
  }
  std::map<std::string, std::vector<size_t>> later;  // part → controls
  std::set<std::string, std::less<>> later_causes;
  for (size_t i = 0; i < out.controls.size(); ++i) {
    auto missing = parts_missing(*out.controls[i].control, {std::string(own_part), std::string(access_part)});
    for (auto& part : missing) later[part].push_back(i);
    if (!missing.empty()) later_causes.insert(judged_by(missing));
  }
  for (auto& [part, controls] : later) out.judged_later.push_back({part, controls});
  // What is said of a template or of the organization is no account's.
  std::set<std::string_view> judged_accounts;
  for (auto& unit : inputs.units)
    if (unit.kind == Unit::Kind::account) judged_accounts.insert(unit.account);
  for (auto& [cause, one] : causes) {
    const auto accounts = std::count_if(one.accounts.begin(), one.accounts.end(), [&](auto& account) { return judged_accounts.contains(account.first); });
    out.unknown_causes.push_back({cause, one.verdicts, one.controls.size(), static_cast<size_t>(accounts), later_causes.contains(cause)});
  }
  std::stable_sort(out.unknown_causes.begin(), out.unknown_causes.end(), [](auto& a, auto& b) { return a.verdicts > b.verdicts; });
  for (auto& cause : out.unknown_causes)
    for (size_t control : causes.find(cause.cause)->second.controls) out.controls[control].unknown_causes.push_back(cause.cause);

  TRY(out.store->reads([&](const store::Store::StoredRead& read) -> Status {
    if (read.status != store::ReadStatus::denied && read.status != store::ReadStatus::error) return {};
    if (context.scope && (!context.scope->has_unit(read.unit) || !context.scope->has_region(read.region))) return {};
    FailedCall call{read.operation, read.account, read.region, read.parameter, read.error, 0};
    if (auto cause = causes.find(read.operation + " " + read.error); cause != causes.end())
      if (auto verdicts = cause->second.accounts.find(read.account); verdicts != cause->second.accounts.end()) call.verdicts = verdicts->second;
    out.calls_failed.push_back(std::move(call));
    return {};
  }));

  std::vector<Standing> all;
  for (ControlResult& result : out.controls) {
    add(out.verdicts, result.counts);
    out.pairs += result.counts.applicable();
    all.push_back(standing_of(*result.control, result.counts));
  }
  TRY(sample_passes(out, catalogue, context, inputs, passes, organization));
  out.score = score(all);
  std::vector<int> levels, levels_without;
  for (const Practice& practice : out.content.practices) {
    PracticeResult result;
    result.practice = &practice;
    result.number = practice.number(out.edition);
    std::vector<Standing> standings;
    for (size_t i = 0; i < out.controls.size(); ++i) {
      if (out.controls[i].control->practice != practice.slug) continue;
      standings.push_back(all[i]);
      result.controls.push_back(i);
      add(result.verdicts, out.controls[i].counts);
    }
    const bool some = out.controls_left_out > 0;  // that nothing of a practice or a level was asked for blocks nothing
    if (some && result.controls.empty()) continue;
    std::stable_sort(result.controls.begin(), result.controls.end(),
                     [&](size_t a, size_t b) { return out.controls[a].control->level < out.controls[b].control->level; });
    auto breakdown = level_breakdown(standings);
    result.level = breakdown.level;
    result.level_without_attested = breakdown.level_without_attested;
    result.score = score(standings);
    result.blockers = blockers(standings);
    if (some) {
      // A level would be one of what was asked for, so none is given; and all that is open is told, at whatever level it stands.
      result.level = result.level_without_attested = 0;
      for (Standing& one : standings) one.level = 1;
      result.blockers = blockers(standings);
      std::erase_if(result.blockers, [](const Blocker& blocker) { return blocker.control.empty(); });
      for (Blocker& one : result.blockers) one.level = out.content.control(one.control)->level;
    }
    levels.push_back(result.level);
    levels_without.push_back(result.level_without_attested);
    out.practices.push_back(std::move(result));
  }
  out.level = lowest_level(levels);
  out.level_without_attested = lowest_level(levels_without);

  std::map<std::string, LayerCount> layers;
  for (auto& area : operations_areas()) {
    LayerCount& layer = layers[std::string(area.name)];
    layer.area = area.name;
    layer.layer = function_of(area.name);
  }
  for (ControlResult& result : out.controls) {
    LayerCount& layer = layers[result.control->area];
    layer.area = result.control->area;
    layer.layer = function_of(layer.area);
    ++layer.controls;
    layer.passing += result.status == Verdict::pass;
    layer.failing += result.status == Verdict::fail;
    layer.unknown += result.status == Verdict::unknown;
  }
  for (auto& area : operations_areas()) out.layers.push_back(layers[std::string(area.name)]);

  std::vector<RoadmapInput> open;
  for (ControlResult& result : out.controls) open.push_back({result.control, result.counts, result.first_resources, result.unknown_causes, {}});
  for (auto& part : out.judged_later)
    for (size_t control : part.controls) open[control].parts.push_back(part.part);
  std::vector<std::string> practices;
  for (const Practice& practice : out.content.practices) practices.push_back(practice.slug);
  out.roadmap = make_roadmap(open, practices, out.workspace ? out.workspace->owners : std::map<std::string, std::string>(), out.roadmap_summary);
  out.responsibilities = TRY(responsibilities_of(out.content, context.scope ? *context.scope : Scope(), *out.store, out.problems));
  out.challenges = TRY(challenges_of(out.content, open, out.roadmap, *out.store, out.problems));

  std::set<std::string> regions;
  const Scope everything, &scope = context.scope ? *context.scope : everything;
  auto sizes = TRY(out.store->db().prepare(scope.regions.empty()
      ? "SELECT key, '', resources FROM unit WHERE state IN (1, 2)"
      : "SELECT u.key, r.region, count(*) FROM unit u JOIN resource r ON r.unit = u.id WHERE u.state IN (1, 2) GROUP BY u.key, r.region"));
  while (TRY(sizes.step()))
    if (scope.has_unit(sizes.text(0)) && scope.has_region(sizes.text(1))) out.resources += static_cast<uint64_t>(sizes.integer(2));
  auto seen = TRY(out.store->db().prepare("SELECT DISTINCT account, region FROM temp.regions WHERE region <> 'global'"));
  while (TRY(seen.step()))
    if (scope.has_region(seen.text(1)) && scope.has_unit("account:" + std::string(seen.text(0)))) regions.insert(std::string(seen.text(1)));
  for (auto& unit : inputs.units) out.accounts += unit.kind == Unit::Kind::account && scope.has_unit(unit.key);
  out.regions = regions.size();

  std::map<std::string, std::string> account_of;
  std::map<std::string, InputKind> kind_of;
  for (auto& unit : inputs.units)
    for (auto& input : unit.inputs) account_of[input.shown] = input.account, kind_of[input.shown] = input.kind;
  std::set<std::string> told;
  ReplyTimes times;
  TRY(out.store->sources([&](const store::Store::StoredSource& source) -> Status {
    times.see(source.operation, source.time, source.time_basis);
    if (!told.insert(source.file).second) return {};
    SourceOut one;
    one.file = source.file;
    one.operation = source.operation;
    one.time = source.time;
    one.time_basis = source.time_basis;
    one.bytes = source.bytes;
    one.account = account_of[source.file];
    one.kind = std::string(name(kind_of.count(source.file) ? kind_of[source.file] : InputKind::reply));
    out.sources.push_back(std::move(one));
    return {};
  }));
  for (auto& input : inputs.set_aside) out.sources.push_back({input.shown, std::string(name(input.kind)), "", "", input.why, "", {}, input.size_bytes, 0});
  for (auto& input : inputs.alerts) out.sources.push_back({input.shown, std::string(name(input.kind)), "", "", "", "", {}, input.size_bytes, 0});
  std::sort(out.sources.begin(), out.sources.end(), [](auto& a, auto& b) { return a.file < b.file; });
  return judge_objectives(out, catalogue, times, open_since);
}

}  // namespace reeve
