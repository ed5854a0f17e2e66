#include "threats/status.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "threats/alarms.h"
#include "threats/derive.h"
#include "threats/register.h"
#include "threats/ways.h"

namespace reeve::threats {
namespace {

using model::Model;
using model::Record;

constexpr size_t title_longest = 120;

std::string short_text(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string_view function_of_area(std::string_view area) {
  for (const OperationsArea& one : operations_areas())
    if (one.name == area) return one.function;
  return {};
}

Duty duty_of(std::string_view function) { return function == "detective" ? Duty::detect : function == "responsive" ? Duty::respond : Duty::prevent; }

// People's ranking: Threat Composer's word, and what another format said that has none there. Another word ranks nothing.
std::optional<RiskWord> ranked(const Record& threat) {
  const std::string said = lower(trim(threat.meta_text("Priority")));
  for (RiskWord one : {RiskWord::low, RiskWord::medium, RiskWord::high, RiskWord::critical})
    if (name(one) == said) return one == RiskWord::high && threat.meta_text(meta_severity) == name(RiskWord::critical) ? RiskWord::critical : one;
  return std::nullopt;
}

class Making {
 public:
  Making(const StatusInput& input, std::vector<Error>& errors) : in_(input), errors_(errors) {
    for (size_t i = 0; i < in_.threats->rules.size(); ++i) places_[in_.threats->rules[i].id] = i;
    for (const Detection& one : in_.detections->all) detections_[one.id] = &one;
  }

  State all() {
    out_.has_model = in_.model != nullptr;
    out_.accounts_not_read = in_.reaches->accounts_not_read;
    out_.regions_not_read = in_.reaches->regions_not_read;
    if (in_.model) {
      links_ = model::links_of(*in_.model);
      for (const Record& record : in_.model->records("threats")) modelled(record);
    } else {
      for (size_t i = 0; i < in_.threats->rules.size(); ++i)
        if (const RuleReach& reach = in_.reaches->of[i]; reach.known && reach.reach.resources + reach.reach.unknown > 0) of_rule(i);
    }
    return std::move(out_);
  }

 private:
  void of_rule(size_t at) {
    const ThreatRule& rule = in_.threats->rules[at];
    ThreatState one;
    one.id = threat_id(rule.id);
    from_rule(one, at);
    one.title = rule.title;
    for (auto [duty, ids] : {std::pair{Duty::prevent, &rule.prevent}, {Duty::detect, &rule.detect}, {Duty::respond, &rule.respond}})
      for (const std::string& id : *ids) bind(one, id, duty);
    Record sentence;
    sentence.fields = {{"threatSource", rule.source}, {"prerequisites", rule.prerequisites}, {"threatAction", rule.action}, {"threatImpact", rule.impact},
                       {"impactedGoal", model::Texts(rule.goals)}, {"impactedAssets", model::Texts(rule.assets)}};
    one.statement = model::statement_of(sentence);
    finish(std::move(one));
  }

  void from_rule(ThreatState& one, size_t at) {
    const ThreatRule& rule = in_.threats->rules[at];
    one.rule = &rule;
    one.attack = rule.attack;
    one.risk = rule.risk;
    if (in_.scale && in_.scale->loaded) one.inherent = inherent(rule.risk, *in_.scale).word;
    one.reach = in_.reaches->of[at].reach;
    one.reach_known = in_.reaches->of[at].known;
  }

  void modelled(const Record& record) {
    ThreatState one;
    one.id = std::string(record.text("id"));
    one.record = &record;
    const std::string_view rule = record.meta_text(meta_rule);
    if (const auto at = places_.find(rule); !rule.empty() && at != places_.end()) from_rule(one, at->second);
    if (const auto techniques = record.meta_texts(meta_technique); !techniques.empty()) one.attack = techniques;
    one.statement = record.text("statement").empty() ? model::statement_of(record) : std::string(record.text("statement"));
    one.title = std::string(record.meta_text(meta_title));
    if (one.title.empty()) one.title = one.statement.empty() ? std::string(record.text("customTemplate")) : one.statement;
    if (one.title.empty()) one.title = "threat " + std::string(record.text("numericId"));
    one.title = short_text(one.title, title_longest);
    // People's own ranking counts where they changed it from what was derived, and where there is no rule.
    if (const auto word = ranked(record); word && (!one.inherent || std::min(*one.inherent, RiskWord::high) != std::min(*word, RiskWord::high) || *word == RiskWord::critical)) one.inherent = word;
    const std::string_view status = record.text("status");
    one.closed = status == "threatResolvedNotUseful";  // one that people call resolved is held against the facts all the same
    day_of(record, meta_accept_until, "threats", errors_);  // names one that is none
    one.accepted = acceptance_of(record).stands(in_.as_of);
    std::set<std::string> ids;
    for (const std::string& id : record.meta_texts(meta_control)) ids.insert(id);
    size_t loose = 0;
    if (const auto linked = links_.mitigations.find(one.id); linked != links_.mitigations.end())
      for (const Record* mitigation : linked->second) {
        const auto named = mitigation->meta_texts(meta_control);
        ids.insert(named.begin(), named.end());
        if (!named.empty() || mitigation->text("status") == "mitigationResolvedWillNotAction") continue;
        Bound unbound;
        unbound.id = std::string(mitigation->text("id"));
        unbound.why = "bound to no control, so nothing shows that it holds: " + short_text(mitigation->text("content"), title_longest);
        one.bound.push_back(std::move(unbound));
        ++loose;
      }
    for (const std::string& id : ids) {
      bool placed = false;
      if (one.rule)
        for (auto [duty, of] : {std::pair{Duty::prevent, &one.rule->prevent}, {Duty::detect, &one.rule->detect}, {Duty::respond, &one.rule->respond}})
          if (std::find(of->begin(), of->end(), id) != of->end()) bind(one, id, duty), placed = true;
      if (placed) continue;
      const Control* control = in_.content->control(id);
      bind(one, id, control ? duty_of(function_of_area(control->area)) : detections_.contains(id) ? Duty::detect : Duty::prevent);
    }
    finish(std::move(one));
  }

  void bind(ThreatState& to, const std::string& id, Duty duty) {
    Bound one;
    one.id = id;
    one.duty = duty;
    if (const auto stands = in_.controls.find(id); stands != in_.controls.end()) {
      const ControlStands& is = stands->second;
      one.verdicts = is.counts;
      one.standing = standing_of(is.counts, is.attested);
      one.why = why_of(is.counts, is.attested);
      if (one.standing == Standing::unknown && !is.unknown_because.empty()) one.why += ": " + is.unknown_because;
      if (one.standing == Standing::failed || one.standing == Standing::partial) one.where = is.first;
      if (one.where.size() > 3) one.where.resize(3);
    } else if (const auto known = detections_.find(id); known != detections_.end()) {
      one.detection = true;
      fed(one, id);
    } else {
      one.why = "no control or detection of that id is loaded";
    }
    to.bound.push_back(std::move(one));
  }

  void fed(Bound& one, const std::string& id) {
    const auto by = in_.fed_by.find(id);
    std::string what;
    if (by == in_.fed_by.end() || by->second.empty()) {
      one.fed = Standing::unknown;
      what = "no control shows whether the logs that feed it are kept";
    } else {
      one.fed = Standing::effective;
      for (const std::string& control : by->second) {
        const auto stands = in_.controls.find(control);
        const Standing is = stands == in_.controls.end() ? Standing::unknown : standing_of(stands->second.counts, stands->second.attested);
        if (is > one.fed || (is == one.fed && !what.empty())) continue;
        one.fed = is;
        what = is == Standing::effective ? "the logs that feed it are kept"
                                         : "its logs: " + control + " " + (stands == in_.controls.end() ? std::string("is not loaded") : why_of(stands->second.counts, stands->second.attested));
        if (stands != in_.controls.end() && (is == Standing::failed || is == Standing::partial)) one.where = stands->second.first;
      }
    }
    // Logs that are kept and that nobody looks at detect nothing; alerts are what shows that somebody does.
    const bool run = in_.alerts_given || one.fed < Standing::unknown;
    one.standing = one.fed == Standing::absent || !run ? Standing::unknown : one.fed;
    if (one.where.size() > 3) one.where.resize(3);
    if (const auto last = in_.fired.find(id); last != in_.fired.end()) one.last_fired = last->second, what += "; last fired " + rfc3339(last->second).substr(0, 10);
    else what += in_.alerts_given ? "; did not fire in the alerts given" : "; no alerts were given, so nothing shows that it is run";
    one.why = "loaded; " + what;
  }

  void finish(ThreatState one) {
    std::stable_sort(one.bound.begin(), one.bound.end(), [](const Bound& a, const Bound& b) { return std::tie(a.duty, a.id) < std::tie(b.duty, b.id); });
    for (const Bound& bound : one.bound) {
      Standing& best = bound.duty == Duty::prevent ? one.prevented : bound.duty == Duty::detect ? one.detected : one.responded;
      const bool first = std::find_if(one.bound.begin(), one.bound.end(), [&](const Bound& other) { return other.duty == bound.duty; }) == one.bound.begin() + (&bound - one.bound.data());
      best = first ? bound.standing : better(best, bound.standing);
    }
    out_.threats.push_back(std::move(one));
  }

  // What holds in some places is more than what is not known, and that more than nothing or a failure.
  static Standing better(Standing a, Standing b) {
    const auto worth = [](Standing one) {
      switch (one) {
        case Standing::failed: return 0;
        case Standing::absent: return 1;
        case Standing::unknown: return 2;
        case Standing::partial: return 3;
        case Standing::attested: return 4;
        case Standing::effective: return 5;
      }
      return 0;
    };
    return worth(a) >= worth(b) ? a : b;
  }

  const StatusInput& in_;
  std::vector<Error>& errors_;
  std::map<std::string, size_t, std::less<>> places_;
  std::map<std::string, const Detection*, std::less<>> detections_;
  model::Links links_;
  State out_;
};

}  // namespace

Standing standing_of(const VerdictCounts& counts, bool attested) {
  const uint64_t broken = counts.fail + counts.excepted;
  if (broken > 0) return counts.pass > 0 ? Standing::partial : counts.fail == 0 && counts.unknown > 0 ? Standing::unknown : Standing::failed;
  if (counts.unknown > 0) return Standing::unknown;
  if (counts.pass == 0) return Standing::absent;
  return attested ? Standing::attested : Standing::effective;
}

std::string why_of(const VerdictCounts& counts, bool attested) {
  const uint64_t all = counts.applicable();
  if (all == 0) return "judges nothing that is here";
  std::vector<std::string> out;
  if (counts.fail) out.push_back("fails for " + with_thousands(counts.fail) + " of " + with_thousands(all));
  if (counts.excepted) out.push_back("excepted for " + with_thousands(counts.excepted) + (counts.fail ? "" : " of " + with_thousands(all)));
  if (counts.unknown) out.push_back("not known for " + with_thousands(counts.unknown) + (out.empty() ? " of " + with_thousands(all) : ""));
  if (!out.empty()) return join(out, ", ");
  return attested ? "holds by somebody's word" : "holds for all " + with_thousands(all);
}

std::vector<const ThreatState*> above(const State& state, RiskWord appetite) {
  std::vector<const ThreatState*> out;
  const auto holds = [](Standing one) { return one == Standing::effective || one == Standing::attested; };
  for (const ThreatState& one : state.threats) {
    if (one.inherent.value_or(RiskWord::critical) <= appetite || one.accepted || one.closed) continue;
    if (!holds(one.prevented) && !holds(one.detected) && !holds(one.responded)) out.push_back(&one);
  }
  return out;
}

Acceptance acceptance_of(const Record& threat) {
  Acceptance out;
  const Decision decision = decision_of(threat);
  const auto said = [&](std::string_view column) {
    const auto found = decision.find(column);
    return found == decision.end() ? std::string_view() : std::string_view(found->second);
  };
  const bool accept = said("treatment") == name(Treatment::accept);
  out.said = accept || !said("accept_until").empty();
  if (!out.said) return out;
  out.until = parse_time(trim(said("accept_until")));
  if (!accept) out.wrong = said("treatment").empty() ? "nobody decided to accept it" : "its treatment is " + on_one_line(said("treatment"));
  else if (const auto against = objections(decision); !against.empty()) out.wrong = on_one_line(against.front());
  return out;
}

Result<State> state_of(const StatusInput& input, store::Db& db, std::vector<Error>& errors) {
  State state = Making(input, errors).all();
  const Ways ways = TRY(Ways::of_run(db));
  for (ThreatState& one : state.threats)
    if (one.rule) one.ways = ways.of(*one.rule);
  TRY(add_alarms(input, db, state, errors));
  return state;
}

}  // namespace reeve::threats
