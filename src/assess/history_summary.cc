// What a run keeps of itself, written and read back.
#include <algorithm>
#include <map>

#include "assess/assess.h"
#include "assess/history.h"
#include "assess/history_steps.h"
#include "assess/scope.h"
#include "base/text.h"
#include "base/words.h"
#include "formats/json.h"

namespace reeve {
namespace {

void write_counts(JsonWriter& json, const VerdictCounts& verdicts) {
  json.key("verdicts").begin_object();
  json.member("pass", static_cast<int64_t>(verdicts.pass)).member("fail", static_cast<int64_t>(verdicts.fail));
  json.member("unknown", static_cast<int64_t>(verdicts.unknown)).member("excepted", static_cast<int64_t>(verdicts.excepted)).end_object();
}

void write_split(JsonWriter& json, std::string_view key, const BySeverity& split) {
  json.key(key).begin_object();
  for (size_t i = split.of.size(); i-- > 0;) json.member(name(static_cast<Severity>(i)), static_cast<int64_t>(split.of[i]));
  json.end_object();
}

uint64_t whole(Value map, std::string_view key) {
  auto number = map.get(key) ? map.get(key).integer() : std::nullopt;
  return number && *number > 0 ? static_cast<uint64_t>(*number) : 0;
}

VerdictCounts read_counts(Value map) {
  VerdictCounts out;
  out.pass = whole(map, "pass"), out.fail = whole(map, "fail"), out.unknown = whole(map, "unknown"), out.excepted = whole(map, "excepted");
  return out;
}

BySeverity read_split(Value map) {
  BySeverity out;
  for (size_t i = 0; i < out.of.size(); ++i) out.of[i] = whole(map, name(static_cast<Severity>(i)));
  return out;
}

std::optional<double> read_score(Value map) {
  Value score = map.get("score");
  return score && score.is_number() ? score.number() : std::nullopt;
}

// Median age at this run of what fails a critical control. Findings opened by this very run are of age 0.
Result<std::optional<double>> critical_age(Assessment& out) {
  std::map<int64_t, uint64_t> by_age;  // in ms
  uint64_t all = 0;
  auto rows = TRY(out.store->db().prepare(
      "SELECT CASE WHEN f.first_seen<0 THEN r.as_of ELSE f.first_seen END, count(*) FROM finding f JOIN word w ON w.id=f.control "
      "LEFT JOIN run r ON r.id=-f.first_seen WHERE w.text=?1 AND f.status=0 GROUP BY f.first_seen"));
  for (auto& result : out.controls) {
    if (result.control->severity != Severity::critical || result.counts.fail == 0) continue;
    rows.reset();
    rows.bind(1, result.control->id);
    while (TRY(rows.step())) {
      by_age[std::max<int64_t>(0, out.as_of.ms - rows.integer(0))] += static_cast<uint64_t>(rows.integer(1));
      all += static_cast<uint64_t>(rows.integer(1));
    }
  }
  if (all == 0) return std::nullopt;
  return in_days(weighted_median(by_age, all));
}

// As a set: what is named twice or in another order is the same scope.
std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void write_scope(JsonWriter& json, const Assessment& out, const Scope& scope) {
  const auto accounts = sorted(scope.accounts), regions = sorted(scope.regions);
  auto names = [&](std::string_view key, const std::vector<std::string>& all) {
    json.key(key).begin_array();
    for (auto& one : all) json.string(one);
    json.end_array();
  };
  if (!scope.is_everything()) {
    json.key("scope").begin_object();
    names("accounts", accounts);
    names("regions", regions);
    if (!scope.controls.empty()) names("controls", scope.controls);
    json.end_object();
  }
  if (is_part(out, scope)) json.key("partial").boolean(true);
}

// One text for each scope, and one for people, in which no account's id stands.
void read_scope(Value scope, std::string& one, std::string& for_people) {
  std::vector<std::string> words;
  std::string by;
  for (const char* key : {"accounts", "regions", "controls"}) {
    Value names = scope.get(key);
    if (names.size() == 0) continue;
    one += std::string(key) + ":";
    for (Value item : names.items()) one += " " + std::string(item.text());
    one += ";";
    if (key == std::string_view("controls")) by = " by " + count_text(names.size(), "control");
    else words.push_back(count_text(names.size(), key == std::string_view("accounts") ? "account" : "Region"));
  }
  for_people = (words.empty() ? "all" : join(words, " in ")) + by;
}

}  // namespace

bool is_part(const Assessment& out, const Scope& scope) {
  const std::vector<std::string> none;
  return !scope.controls.empty() || sorted(scope.accounts) != sorted(out.workspace ? out.workspace->accounts : none) || sorted(scope.regions) != sorted(out.workspace ? out.workspace->regions : none);
}

Result<std::string> summary_json(Assessment& out, const Scope& scope) {
  BySeverity fail, unknown;
  for (auto& result : out.controls) fail[result.control->severity] += result.counts.fail, unknown[result.control->severity] += result.counts.unknown;
  auto age = TRY(critical_age(out));
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("as_of", rfc3339(out.as_of)).member("level", int64_t{out.level}).member("level_without_attested", int64_t{out.level_without_attested});
  if (out.score) json.key("score").number(*out.score);
  write_counts(json, out.verdicts);
  write_split(json, "fail_by_severity", fail);
  write_split(json, "unknown_by_severity", unknown);
  if (age) json.key("critical_age_days").number(*age);
  json.member("edition", out.edition).member("content", out.content.digest.substr(0, 16));
  json.member("accounts", static_cast<int64_t>(out.accounts)).member("resources", static_cast<int64_t>(out.resources));
  write_scope(json, out, scope);
  json.key("practices").begin_array();
  for (auto& practice : out.practices) {
    json.begin_object().member("slug", practice.practice->slug).member("level", int64_t{practice.level});
    if (practice.score) json.key("score").number(*practice.score);
    write_counts(json, practice.verdicts);
    json.end_object();
  }
  json.end_array().end_object();
  return text;
}

namespace {

// What makes a jump from one run to the other no progress.
std::vector<std::string> events_between(const RunContext& before, const RunContext& here, bool split) {
  std::vector<std::string> out;
  if (!before.known) return out;
  if (here.sources != before.sources) out.push_back("other sources");
  if (here.scope != before.scope)
    out.push_back(std::string(scope_event) + before.scope_for_people + " before, " + (here.scope_for_people == before.scope_for_people ? "other " : "") + here.scope_for_people + " now");
  if (split && before.accounts != 0 && here.accounts != before.accounts)
    out.push_back("accounts: " + std::to_string(before.accounts) + " before, " + std::to_string(here.accounts) + " now");
  if (!before.content.empty() && here.content != before.content) out.push_back("other content");
  if (!before.edition.empty() && here.edition != before.edition) out.push_back("edition " + here.edition);
  if (here.as_of < before.as_of) out.push_back("dated before the run before it");
  return out;
}

}  // namespace

Result<TrendPoint> read_trend_point(const store::RunRow& run, RunContexts& before) {
  TrendPoint out;
  out.run = run.id;
  out.as_of = run.as_of;
  out.changes = run.changes;
  auto document = TRY(read_json(run.summary_json.empty() ? "{}" : run.summary_json, Source{.file = "summary of run " + std::to_string(run.id)}));
  Value summary = document->root();
  out.level = static_cast<int>(whole(summary, "level"));
  out.score = read_score(summary);
  out.verdicts = read_counts(summary.get("verdicts"));
  out.split = static_cast<bool>(summary.get("fail_by_severity"));
  out.fail = read_split(summary.get("fail_by_severity"));
  out.unknown = read_split(summary.get("unknown_by_severity"));
  if (Value age = summary.get("critical_age_days"); age && age.is_number()) out.critical_age_days = age.number();
  out.accounts = whole(summary, "accounts");
  // What the store holds is more than what was judged where the scope is narrow; runs of older programs kept only that.
  out.resources = summary.get("resources") ? whole(summary, "resources") : run.changes.resources;
  out.partial = summary.get("partial") && summary.get("partial").boolean();
  auto text = [&](std::string_view key) { return summary.get(key) ? std::string(summary.get(key).text()) : std::string(); };
  out.edition = text("edition");
  for (Value item : summary.get("practices").items())
    out.practices.push_back({std::string(item.get("slug").text()), static_cast<int>(whole(item, "level")), read_score(item), read_counts(item.get("verdicts"))});

  RunContext here{true, run.sources, text("content"), out.edition, "", "", out.accounts, out.as_of};
  read_scope(summary.get("scope"), here.scope, here.scope_for_people);
  out.scope = here.scope;
  out.events = events_between(before.last, here, out.split);
  if (!out.partial) {
    out.events_of_whole = events_between(before.whole, here, out.split);
    before.whole = here;
  }
  before.last = std::move(here);
  return out;
}

Result<std::vector<TrendPoint>> trend(store::Store& store) {
  std::vector<TrendPoint> out;
  RunContexts before;
  for (auto& run : TRY(store.runs())) out.push_back(TRY(read_trend_point(run, before)));
  return out;
}

std::vector<TrendPoint> whole_trend(const std::vector<TrendPoint>& runs) {
  std::vector<TrendPoint> out;
  for (auto& run : runs)
    if (!run.partial) out.push_back(run), out.back().events = run.events_of_whole;
  return out;
}

}  // namespace reeve
