#include "threats/alarms.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/words.h"
#include "findings/finding.h"
#include "store/views.h"
#include "threats/derive.h"

namespace reeve::threats {
namespace {

using model::Record;

constexpr int64_t day_ms = int64_t{24} * 3600 * 1000;
constexpr size_t rows_read = 1000;  // of what breaks an assumption
constexpr size_t value_longest = 200;  // bytes of the first of it that are told
// What people's queries may cost, in SQLite's steps: one, and all of a model together. A scan of a million rows takes some ten million.
constexpr uint64_t query_steps = 200'000'000, all_steps = 2'000'000'000;

std::string shortened(std::string_view text) {
  if (text.size() <= value_longest) return std::string(text);
  size_t end = value_longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

class Alarms {
 public:
  Alarms(const StatusInput& input, store::Db& db, State& state, std::vector<Error>& errors) : in_(input), db_(db), state_(state), errors_(errors) {}

  Status all() {
    if (in_.model) {
      TRY(unmodelled());
      assumptions();
    }
    controls();
    for (const ThreatState& threat : state_.threats) {
      undetected(threat);
      if (threat.record) people(threat);
      orphan(threat);
    }
    std::stable_sort(state_.alarms.begin(), state_.alarms.end(), [](const Alarm& a, const Alarm& b) { return std::tie(a.kind, a.threat, a.subject) < std::tie(b.kind, b.threat, b.subject); });
    return {};
  }

 private:
  void raise(Alarm::Kind kind, std::string threat, std::string subject, std::string what) { state_.alarms.push_back({kind, std::move(threat), std::move(subject), std::move(what)}); }

  // Kinds of things that rules know threats of, or that the internet gets to, and that no threat of the model is about.
  Status unmodelled() {
    std::set<std::string> modelled, known;
    for (const ThreatState& threat : state_.threats)
      if (threat.rule) modelled.insert(threat.rule->types.begin(), threat.rule->types.end());
      else if (threat.record) {
        const std::string scope = join(threat.record->meta_texts(meta_scope), "\n");  // people name types in it
        for (const auto& type : in_.catalogue->types())
          if (contains(scope, type->type)) modelled.insert(type->type);
      }
    std::map<std::string, size_t> rules;
    for (size_t i = 0; i < in_.threats->rules.size(); ++i)
      if (in_.reaches->of[i].reach.resources > 0)
        for (const std::string& type : in_.threats->rules[i].types) ++rules[type];
    for (const auto& [type, count] : rules) known.insert(type);
    std::map<std::string, std::string> entered;
    if (auto rows = db_.prepare("SELECT type, min(behind) FROM temp.network_reach WHERE sure GROUP BY type"))
      while (TRY(rows->step())) entered.emplace(rows->text(0), rows->text(1));
    for (const auto& [type, first] : entered) known.insert(type);
    for (const std::string& type : known) {
      if (modelled.contains(type) || !in_.catalogue->find(type)) continue;
      const auto there = TRY(db_.value("SELECT count(*) FROM temp." + store::view_name(type)));
      const int64_t count = std::holds_alternative<int64_t>(there) ? std::get<int64_t>(there) : 0;
      if (count == 0) continue;
      const auto from = entered.find(type);
      raise(Alarm::Kind::unmodelled_asset, "", type,
            with_thousands(static_cast<uint64_t>(count)) + " of type " + type + " in no threat of the model" +
                (rules.count(type) ? ", and " + count_text(rules[type], "threat is", "threats are") + " known of them" : "") +
                (from == entered.end() ? "" : "; the internet gets to " + from->second) + (rules.count(type) ? ": reeve model derive" : ""));
    }
    return {};
  }

  void assumptions() {
    size_t at = 0, queries = 0;
    for (const Record& record : in_.model->records("assumptions")) queries += !record.meta_texts(meta_query).empty();
    const store::SqlLimits limits{std::min(query_steps, all_steps / std::max<size_t>(queries, 1))};
    for (const Record& record : in_.model->records("assumptions")) {
      const std::string place = "assumptions[" + std::to_string(at++) + "]";
      if (const auto by = day_of(record, meta_review_by, "assumptions", errors_); by && in_.as_of >= *by)
        raise(Alarm::Kind::review_overdue, "", std::string(record.text("id")), "an assumption was to be looked at by " + rfc3339(*by).substr(0, 10) + ": " + std::string(record.text("content")));
      const std::string query = join(record.meta_texts(meta_query), "\n");
      if (query.empty()) continue;
      const auto broken = [&](const Error& error) {
        errors_.push_back({Code::parse, "the query of " + place + " (" + std::string(meta_query) + ") cannot be asked: " + error.what, {}, "one SELECT over the public views, docs/formats/store.md", {}});
        raise(Alarm::Kind::broken_assumption, "", std::string(record.text("id")), "not known whether it holds, since its query cannot be asked: " + std::string(record.text("content")));
      };
      auto rows = db_.prepare_foreign(query, limits);
      if (!rows) {
        broken(rows.error());
        continue;
      }
      size_t found = 0;
      std::string first;
      for (;;) {
        auto row = rows->step();
        if (!row) {
          broken(row.error());
          found = 0;
          break;
        }
        if (!*row || found == rows_read) break;
        if (++found == 1 && rows->columns() > 0) first = shortened(rows->text(0));
      }
      if (found > 0)
        raise(Alarm::Kind::broken_assumption, "", std::string(record.text("id")),
              (found == rows_read ? with_thousands(found) + " or more things break it" : count_text(found, "thing breaks it", "things break it")) + (first.empty() ? "" : ", such as " + first) + ": " +
                  std::string(record.text("content")));
    }
  }

  // Once for each control, however many threats count on it.
  void controls() {
    struct Broken {
      const Bound* bound = nullptr;
      size_t threats = 0;
    };
    std::map<std::string, Broken> all;
    for (const ThreatState& threat : state_.threats) {
      if (threat.closed) continue;
      std::set<std::string> once;
      for (const Bound& bound : threat.bound)
        if (!bound.detection && (bound.standing == Standing::failed || bound.standing == Standing::partial) && once.insert(bound.id).second) {
          Broken& one = all[bound.id];
          one.bound = &bound;
          ++one.threats;
        }
    }
    for (const auto& [id, one] : all)
      raise(Alarm::Kind::control_failed, "", id, one.bound->why + (one.bound->where.empty() ? "" : ", such as " + one.bound->where.front()) + "; " + count_text(one.threats, "threat counts on it", "threats count on it"));
  }

  void undetected(const ThreatState& threat) {
    if (threat.closed || threat.accepted) return;
    if (threat.detected != Standing::failed && threat.detected != Standing::absent && threat.detected != Standing::unknown) return;
    // That nobody is known to run detections is one thing to mend, and no lack of the threat's.
    if (threat.detected == Standing::unknown && is_waiting(threat)) return;
    const bool any = std::any_of(threat.bound.begin(), threat.bound.end(), [](const Bound& one) { return one.duty == Duty::detect; });
    raise(Alarm::Kind::undetected_threat, threat.id, "",
          threat.title + (!any ? ": nothing that detects it is bound to it" : threat.detected == Standing::unknown ? ": whether anything detects it is not known" : ": nothing that detects it works"));
  }

  void people(const ThreatState& threat) {
    const Record& record = *threat.record;
    const Acceptance acceptance = acceptance_of(record);
    const std::string until = acceptance.until ? " until " + rfc3339(*acceptance.until).substr(0, 10) : std::string();
    if (acceptance.said && !acceptance.wrong.empty()) raise(Alarm::Kind::expired_acceptance, threat.id, "", threat.title + ": accepted" + until + ", which counts for nothing: " + acceptance.wrong);
    else if (acceptance.said && !threat.accepted) raise(Alarm::Kind::expired_acceptance, threat.id, "", threat.title + ": accepted" + until + ", which has passed");
    if (const auto by = day_of(record, meta_review_by, "threats", errors_)) {
      if (in_.as_of >= *by) raise(Alarm::Kind::review_overdue, threat.id, "", threat.title + ": to be looked at by " + rfc3339(*by).substr(0, 10) + ", which has passed");
    } else if (const auto last = day_of(record, meta_reviewed, "threats", errors_); last && in_.scale && in_.scale->review_days > 0 && in_.as_of.ms >= last->ms + in_.scale->review_days * day_ms) {
      raise(Alarm::Kind::review_overdue, threat.id, "", threat.title + ": last looked at on " + rfc3339(*last).substr(0, 10) + ", more than " + std::to_string(in_.scale->review_days) + " days ago");
    }
  }

  void orphan(const ThreatState& threat) {
    if (!threat.record || threat.closed) return;
    const std::string rule(threat.record->meta_text(meta_rule));
    if (rule.empty()) return;
    if (!threat.rule) raise(Alarm::Kind::orphan_threat, threat.id, rule, threat.title + ": there is no rule `" + rule + "` any more");
    else if (threat.reach_known && threat.reach.resources + threat.reach.unknown + threat.reach.unread == 0)
      raise(Alarm::Kind::orphan_threat, threat.id, rule, threat.title + ": nothing is here that it can happen to");
  }

  const StatusInput& in_;
  store::Db& db_;
  State& state_;
  std::vector<Error>& errors_;
};

}  // namespace

std::optional<Time> day_of(const Record& record, std::string_view key, std::string_view section, std::vector<Error>& errors) {
  const std::string_view said = trim(record.meta_text(key));
  if (said.empty()) return std::nullopt;
  auto time = parse_time(said.size() == 10 ? std::string(said) + "T00:00:00Z" : std::string(said));
  if (time) return *time;
  Error error{Code::parse, std::string(section) + " " + redacted_text(record.text("id")) + ": `" + std::string(key) + "` is no day: `" + redacted_text(said) + "`", {}, "a day such as 2026-12-31", {}};
  // Read for several purposes, and wrong once.
  if (std::none_of(errors.begin(), errors.end(), [&](const Error& other) { return other.what == error.what; })) errors.push_back(std::move(error));
  return std::nullopt;
}

Status add_alarms(const StatusInput& input, store::Db& db, State& state, std::vector<Error>& errors) { return Alarms(input, db, state, errors).all(); }

}  // namespace reeve::threats
