#include "threats/register.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "base/words.h"
#include "findings/finding.h"
#include "formats/json.h"
#include "threats/person.h"

namespace reeve::threats {
namespace {

constexpr int64_t day = 86'400'000;
constexpr double steady_share = 0.01;   // of the mean: less is no change that anybody has to be told of
constexpr size_t value_longest = 1000;
constexpr size_t causes_told = 3;

const std::vector<std::string>& treatment_words() {
  static const std::vector<std::string> words = {"", "avoid", "reduce", "transfer", "accept"};
  return words;
}

std::string_view said(const Decision& decision, std::string_view column) {
  const auto found = decision.find(column);
  return found == decision.end() ? std::string_view() : std::string_view(found->second);
}

std::string plain(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", number);
  return text;
}
std::string estimate_text(const Estimate& of) { return plain(of.low) + "/" + plain(of.mode) + "/" + plain(of.high); }
std::string estimates_text(const ThreatMoney& money) {
  return estimate_text(money.frequency) + " " + estimate_text(money.capability) + " " + estimate_text(money.loss.primary) + " " + estimate_text(money.loss.secondary_probability) + " " + estimate_text(money.loss.secondary);
}

std::map<std::string, std::string> standings_of(const ThreatState& threat) {
  std::map<std::string, std::string> out;
  for (const Bound& bound : threat.bound) out.emplace(bound.id, standing_text(bound));
  return out;
}

std::string why_changed(const ThreatHistory& was, const std::map<std::string, std::string>& now, const std::string& estimates) {
  std::vector<std::string> causes;
  for (const auto& [id, stands] : now) {
    const auto found = was.controls.find(id);
    if (found == was.controls.end()) causes.push_back("`" + id + "` is bound to it now, and is " + stands);
    else if (found->second != stands) causes.push_back("`" + id + "` was " + found->second + " and is " + stands);
  }
  for (const auto& [id, stands] : was.controls)
    if (!now.contains(id)) causes.push_back("`" + id + "` is not bound to it any more");
  if (was.estimates != estimates) causes.push_back("its estimates changed");
  if (causes.empty()) return "how strong controls are taken to be, or how it is simulated, changed";
  const size_t more = causes.size() > causes_told ? causes.size() - causes_told : 0;
  causes.resize(std::min(causes.size(), causes_told));
  std::string out = join(causes, "; ");
  if (more) out += "; and " + count_text(more, "other change");
  return out;
}

void remember(History& history, const State& state, const Money& money, Time as_of) {
  if (as_of < history.as_of) return;
  history.as_of = as_of;
  if (money.engine) history.simulations = money.engine->estate().simulations, history.seed = money.engine->estate().seed;
  for (size_t i = 0; i < state.threats.size(); ++i) {
    const ThreatState& threat = state.threats[i];
    const ThreatMoney& own = money.threats[i];
    if (!own.quantified) continue;
    ThreatHistory& was = history.threats[threat.id];
    const auto controls = standings_of(threat);
    const std::string estimates = estimates_text(own);
    if (!was.first_seen.known()) was.first_seen = as_of;
    const std::string word(name(own.residual_cell.word));
    const bool first = was.steps.empty();
    const bool moved = first || std::abs(own.residual.mean - was.steps.back().mean) > steady_share * std::max(own.residual.mean, was.steps.back().mean) || was.steps.back().word != word;
    if (moved || was.controls != controls) {
      HistoryStep step{as_of, own.residual.mean, own.residual.p90, word, first ? "seen for the first time" : why_changed(was, controls, estimates)};
      was.steps.push_back(std::move(step));
      if (was.steps.size() > history_steps_max) was.steps.erase(was.steps.begin());
      // As of the step: what changes a number only together with the next change is a cause of that step all the same.
      was.controls = controls;
      was.estimates = estimates;
    }
  }
}

}  // namespace

std::string on_one_line(std::string_view text) {
  std::string out;
  for (char c : trim(text)) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  }
  return out;
}

namespace {

std::optional<Time> date_of(std::string_view text) { return text.empty() ? std::nullopt : parse_time(trim(text)); }

}  // namespace

std::string_view name(Treatment treatment) { return treatment_words()[static_cast<size_t>(treatment)]; }

std::string_view name(RiskState state) {
  constexpr std::string_view words[] = {"open", "in treatment", "accepted", "reopened", "decision refused", "not reckoned"};
  return words[static_cast<size_t>(state)];
}

const std::vector<DecisionField>& decision_fields() {
  static const std::vector<DecisionField> fields = {
      {"treatment", "custom:reeve-treatment"}, {"decision", "custom:reeve-decision"},       {"requester", "custom:reeve-requester"},
      {"approver", "custom:reeve-approver"},   {"accept_until", "custom:reeve-accept-until", true}, {"owner", "custom:reeve-owner"},
      {"due", "custom:reeve-due", true},       {"ticket", "custom:reeve-ticket"},           {"service", "custom:reeve-service"},
      {"review_by", "custom:reeve-review-by", true}};
  return fields;
}

Decision decision_of(const model::Record& threat) {
  Decision out;
  for (const DecisionField& field : decision_fields())
    if (const std::string_view text = threat.meta_text(field.key); !text.empty()) out.emplace(field.column, text);
  return out;
}

std::string digest_of(const Decision& decision) {
  constexpr size_t digits = 16;
  std::string all;
  for (const auto& [column, text] : decision) all += column + "=" + redacted_text(text) + "\n";
  return "d" + hex(sha256(all)).substr(0, digits);  // a letter in front, so that no spreadsheet takes it for a number
}

std::vector<std::string> objections(const Decision& decision) {
  std::vector<std::string> out;
  const std::string_view treatment = said(decision, "treatment");
  if (!treatment.empty() && std::find(treatment_words().begin(), treatment_words().end(), treatment) == treatment_words().end())
    out.push_back("treatment is `" + redacted_text(treatment) + "`, none of avoid, reduce, transfer, accept");
  for (const DecisionField& field : decision_fields())
    if (const std::string_view text = said(decision, field.column); field.date && !text.empty() && !date_of(text))
      out.push_back(std::string(field.column) + " is `" + redacted_text(text) + "`, which is no date such as 2026-11-30");
  if (same_person(said(decision, "approver"), said(decision, "requester"))) out.push_back("approver and requester are one person, and nobody grants what they ask for");
  if (treatment == "accept" || treatment == "transfer")
    for (const char* column : {"requester", "approver"})
      if (said(decision, column).empty()) out.push_back("treatment is " + redacted_text(treatment) + ", and there is no " + column);
  if (treatment == "accept" && said(decision, "accept_until").empty()) out.push_back("treatment is accept, and accept_until does not say until when");
  return out;
}

bool simulated_alike(const History& history, int64_t simulations, int64_t seed) {
  const QuantifyOptions usual;
  if (simulations == usual.simulations && seed == usual.seed) return true;
  if (history.simulations) return simulations == history.simulations && seed == history.seed;
  return history.threats.empty();
}

Register register_of(const State& state, const Money& money, const RiskScale& scale, History& history, Time as_of, bool remembers, Time today) {
  if (remembers) remember(history, state, money, as_of);
  Register out;
  out.as_of = as_of;
  out.today = std::max(as_of, today);
  for (size_t i = 0; i < state.threats.size(); ++i) {
    const ThreatState& threat = state.threats[i];
    const ThreatMoney& own = money.threats[i];
    // All that is reckoned, so that the rows are what the totals are of; and of the model's threats those that are not, too.
    if (!threat.record && !own.quantified) continue;
    RegisterEntry entry;
    entry.at = i;
    entry.id = threat.id;
    entry.uuid = uuid5("risk of threat " + threat.id);
    if (threat.record) entry.decision = decision_of(*threat.record);
    entry.as_decided = digest_of(entry.decision);
    entry.objections = objections(entry.decision);
    for (const std::string& objection : entry.objections) out.errors.push_back({Code::usage, "threat `" + redacted_text(threat.id) + "`: " + objection, {}, {}, "it counts as not decided"});
    const auto word = std::find(treatment_words().begin(), treatment_words().end(), said(entry.decision, "treatment"));
    if (entry.objections.empty() && word != treatment_words().end()) entry.treatment = static_cast<Treatment>(word - treatment_words().begin());

    if (const auto found = history.threats.find(threat.id); found != history.threats.end()) {
      const ThreatHistory& known = found->second;
      entry.first_seen = known.first_seen;
      if (!known.steps.empty()) {
        const HistoryStep& last = known.steps.back();
        entry.changed = last.at;
        entry.why = last.why;
        entry.trend = known.steps.size() == 1 ? "new" : "steady";
        if (known.steps.size() > 1) {
          entry.before = known.steps[known.steps.size() - 2].mean;
          const double change = last.mean - entry.before;
          if (std::abs(change) > steady_share * std::max(last.mean, entry.before)) entry.trend = change > 0 ? "up" : "down";
        }
      }
    }
    if (const auto decided = entry.objections.empty() ? date_of(said(entry.decision, "due")) : std::nullopt) {
      entry.due = *decided;
      entry.due_decided = true;
    } else if (own.quantified && entry.first_seen.known()) {
      entry.due = Time{entry.first_seen.ms + scale.due_days[static_cast<size_t>(own.residual_cell.word)] * day};
    }
    if (const auto review = date_of(said(entry.decision, "review_by"))) entry.review = *review;
    else if (entry.first_seen.known()) entry.review = Time{entry.first_seen.ms + scale.review_days * day};

    if (!own.quantified) entry.why = own.why_not;

    const auto until = date_of(said(entry.decision, "accept_until"));
    if (!entry.objections.empty()) entry.state = RiskState::refused;
    else if (entry.treatment == Treatment::accept) entry.state = until && out.today < *until ? RiskState::accepted : RiskState::reopened;  // be it reckoned or not: consent ends
    else if (!own.quantified) entry.state = RiskState::not_reckoned;
    else if (entry.treatment != Treatment::none) entry.state = RiskState::treated;
    // A risk that is borne with consent waits for the consent's end; all others for somebody.
    entry.overdue = entry.state != RiskState::accepted && entry.due.known() && out.today >= entry.due;
    entry.review_overdue = entry.review.known() && out.today >= entry.review;
    out.entries.push_back(std::move(entry));
  }
  return out;
}

Result<History> read_history(std::string_view text, const std::string& file) {
  const DocumentPtr document = TRY(read_json(text, Source{.file = file}));
  const Value root = document->root();
  if (root.get("version").integer() != 1) return fail(Code::unsupported, "this history of risks is of another version", {file, 0, 0}, "version 1", "remove the file, and the history begins anew");
  const auto time = [](Value value) { return parse_time(value.text()).value_or(Time{}); };
  History out;
  out.as_of = time(root.get("as_of"));
  out.simulations = root.get("simulations").integer().value_or(0);
  out.seed = root.get("seed").integer().value_or(0);
  for (Value source : root.get("sources").items()) out.sources.emplace_back(source.text());
  for (auto entry : root.get("threats").entries()) {
    ThreatHistory own;
    own.first_seen = time(entry.value.get("first_seen"));
    own.estimates = entry.value.get("estimates").text();
    for (auto control : entry.value.get("controls").entries()) own.controls.emplace(control.key(), control.value.text());
    for (Value step : entry.value.get("steps").items())
      own.steps.push_back({time(step.get("at")), step.get("mean").number().value_or(0), step.get("p90").number().value_or(0), std::string(step.get("class").text()), std::string(step.get("why").text())});
    if (own.steps.size() > history_steps_max) own.steps.erase(own.steps.begin(), own.steps.end() - history_steps_max);
    out.threats.emplace(entry.key(), std::move(own));
  }
  return out;
}

std::string history_text(const History& history) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("version", int64_t{1}).member("as_of", rfc3339(history.as_of)).member("simulations", history.simulations).member("seed", history.seed).key("sources").begin_array();
  for (const std::string& source : history.sources) json.string(source);
  json.end_array().key("threats").begin_object();
  for (const auto& [id, own] : history.threats) {
    json.key(id).begin_object().member("first_seen", rfc3339(own.first_seen)).member("estimates", own.estimates).key("controls").begin_object();
    for (const auto& [control, stands] : own.controls) json.member(control, stands);
    json.end_object().key("steps").begin_array();
    for (const HistoryStep& step : own.steps)
      json.begin_object().member("at", rfc3339(step.at)).key("mean").number(step.mean).key("p90").number(step.p90).member("class", step.word).member("why", step.why).end_object();
    json.end_array().end_object();
  }
  json.end_object().end_object();
  return out + "\n";
}

namespace {

// How many values a key has, be they a list or metadata of the same key.
size_t values_of(const model::Record& record, std::string_view key) {
  const auto field = record.fields.find("metadata");
  const auto* all = field == record.fields.end() ? nullptr : std::get_if<model::Metadata>(&field->second);
  size_t out = 0;
  if (all)
    for (const model::Metadatum& one : *all)
      if (one.key == key) out += std::holds_alternative<std::string>(one.value) ? 1 : std::get<model::Texts>(one.value).size();
  return out;
}

}  // namespace

Taken take(model::Model& model, const std::vector<Decided>& decided, Time today) {
  Taken out;
  const auto section = model.sections.find("threats");
  std::map<std::string, model::Record*, std::less<>> records;
  std::vector<std::string> ids;
  if (section != model.sections.end())
    for (model::Record& record : section->second) {
      records.emplace(record.text("id"), &record);
      ids.emplace_back(record.text("id"));
    }
  // By the id of its rule, as tables of text name a threat, where one only has it.
  std::map<std::string, std::vector<model::Record*>, std::less<>> by_rule;
  if (section != model.sections.end())
    for (model::Record& record : section->second)
      if (const std::string_view rule = record.meta_text("custom:reeve-rule"); !rule.empty()) by_rule[std::string(rule)].push_back(&record);
  for (const auto& [rule, own] : by_rule) {
    if (own.size() == 1) records.emplace(rule, own.front());
    ids.push_back(rule);
  }
  std::map<std::string, Place, std::less<>> seen;
  for (const Decided& one : decided) {
    const size_t before = out.errors.size();
    const std::string shown = redacted_text(one.id);
    const auto refuse = [&](std::string what, std::string expected = {}, std::string hint = {}) { out.errors.push_back({Code::usage, std::move(what), one.at, std::move(expected), hint.empty() ? "nothing is taken of this row" : std::move(hint)}); };
    const auto found = records.find(one.id);
    if (found == records.end()) {
      if (const auto shared = by_rule.find(one.id); shared != by_rule.end()) {
        std::vector<std::string> own;
        for (const model::Record* record : shared->second) own.push_back("`" + redacted_text(record->text("id")) + "`");
        refuse("`" + shown + "` is the rule of " + std::to_string(own.size()) + " threats", "the id of one of them", join(own, ", "));
        continue;
      }
      const std::string near = nearest(one.id, ids);
      refuse("there is no threat `" + shown + "` in the model", {}, near.empty() ? "`reeve model derive` takes threats that only rules know into it" : "did you mean `" + redacted_text(near) + "`?");
      continue;
    }
    if (!seen.emplace(found->second->text("id"), one.at).second) {
      refuse("threat `" + shown + "` comes twice", "each id once");
      continue;
    }
    const Decision was = decision_of(*found->second);
    Decision becomes = was;
    for (const auto& [key, text] : one.decision) {
      const std::string& column = key;  // clang 14 lets no lambda take a part of a structured binding
      const auto field = std::find_if(decision_fields().begin(), decision_fields().end(), [&](const DecisionField& f) { return f.column == column; });
      if (field == decision_fields().end()) continue;
      std::string_view value = trim(text);
      // What was withheld or put on one line on its way out does not come back as what it was replaced by.
      if (const auto old = was.find(column); old != was.end() && (value == trim(redacted_text(old->second)) || value == on_one_line(redacted_text(old->second)))) continue;
      const std::string word = lower(value);
      if (column == "treatment") value = word;  // spreadsheets begin a cell with a capital
      if (value == said(was, column)) continue;
      // Of several values a table shows the first; what would become of the others nobody said.
      if (const size_t values = values_of(*found->second, field->key); values > 1)
        refuse("threat `" + shown + "`: " + column + " stands " + std::to_string(values) + " times in the model (" + std::string(field->key) + ")", "one text, which people make of it in the model's file");
      if (value.find(redaction_mark) != std::string_view::npos) refuse(column + " was withheld in part, and what it was is not known", "the whole text, or the cell as it was printed");
      if (code_points(value) > value_longest) refuse(column + " is longer than the model has room for", std::to_string(value_longest) + " characters at most");
      if (value.empty()) becomes.erase(column);
      else becomes.insert_or_assign(column, std::string(value));
    }
    for (const std::string& objection : objections(becomes)) refuse("threat `" + shown + "`: " + objection);
    if (out.errors.size() == before && becomes != was && !one.as_decided.empty() && one.as_decided != digest_of(was)) {
      std::vector<std::string> fields;
      for (const DecisionField& own : decision_fields())
        if (said(was, own.column) != said(becomes, own.column)) fields.emplace_back(own.column);
      refuse("threat `" + shown + "` was changed since this file was written (field: " + join(fields, ", ") + ")", "a file written since", "nothing is taken of this row; print the register again, or empty its cell `as_decided` to have it all the same");
    }
    if (out.errors.size() > before || becomes == was) continue;
    ++out.threats;
    if (const auto until = date_of(said(becomes, "accept_until")); until && today.known() && *until <= today && said(becomes, "treatment") == "accept")
      out.notes.push_back({Code::usage, "threat `" + shown + "`: accept_until is `" + std::string(said(becomes, "accept_until")) + "`, which has passed", one.at, {}, "the risk is reopened"});
    model::FieldValue& field = found->second->fields.try_emplace("metadata", model::Metadata{}).first->second;
    auto* metadata = std::get_if<model::Metadata>(&field);
    if (!metadata) continue;
    for (const DecisionField& own : decision_fields()) {
      const std::string_view old = said(was, own.column), now = said(becomes, own.column);
      if (old == now) continue;
      ++out.fields;
      out.changes.push_back({std::string(found->second->text("id")), std::string(own.column), std::string(old), std::string(now)});
      const auto at = std::find_if(metadata->begin(), metadata->end(), [&](const model::Metadatum& m) { return m.key == own.key; });
      if (now.empty()) metadata->erase(at);
      else if (at != metadata->end()) at->value = std::string(now);
      else metadata->push_back({std::string(own.key), std::string(now)});
    }
  }
  return out;
}

}  // namespace reeve::threats
