#include "report/objectives_json.h"

namespace reeve {
namespace {

int64_t whole(uint64_t n) { return static_cast<int64_t>(n); }

// yes, no or unknown: never a boolean that somebody could take for one of two.
std::string_view word(Truth truth) { return name(truth); }

template <class Counts>
void counts(JsonWriter& json, std::string_view key, const Counts& c) {
  json.key(key).begin_object().member("pass", whole(c.pass)).member("fail", whole(c.fail)).member("unknown", whole(c.unknown));
  json.member("excepted", whole(c.excepted)).member("not_applicable", whole(c.not_applicable)).end_object();
}

void ids(JsonWriter& json, std::string_view key, const std::vector<size_t>& controls, const Assessment& a) {
  json.key(key).begin_array();
  for (size_t i : controls) json.string(a.controls[i].control->id);
  json.end_array();
}

void objective(JsonWriter& json, const ObjectiveResult& result, const Assessment& a) {
  const Objective& o = *result.objective;
  json.begin_object().member("id", o.slug).member("title", o.title).member("statement", o.statement).member("owner", o.owner);
  json.key("practices").begin_array();
  for (auto& practice : o.practices) json.string(practice);
  json.end_array();
  json.member("status", name(result.status)).member("within_appetite", word(result.within_appetite));
  json.key("why").begin_array();
  for (auto& why : result.why) json.string(why);
  json.end_array();
  json.key("appetite").begin_object().member("failing_percent", int64_t{o.failing_percent_max}).key("mend_within_days").begin_object();
  for (auto& [severity, days] : o.mend_days) json.member(name(severity), int64_t{days});
  json.end_object().end_object();
  json.member("overdue", whole(result.overdue));
  if (result.oldest_fail_days) json.member("oldest_fail_days", *result.oldest_fail_days);
  json.key("evidence").begin_object();
  if (result.evidence_oldest.known()) json.member("oldest", rfc3339(result.evidence_oldest)).member("age_days", *result.evidence_age_days);
  if (result.evidence_undated) json.member("undated", true);
  json.member("max_age_days", int64_t{o.evidence_days_max}).member("fresh", word(result.evidence_fresh)).end_object();
  counts(json, "counts", result.counts);
  json.member("passing_attested", whole(result.passing_attested));
  counts(json, "resources", result.resources);
  ids(json, "controls", result.controls, a);
  json.end_object();
}

void depth(JsonWriter& json, const DepthRow& row, const Assessment& a) {
  json.begin_object().member("objective", row.objective->slug).member("title", row.objective->title);
  json.member("severity", name(row.severity)).member("layers_standing", whole(row.standing)).member("layers", whole(defence_layers));
  json.member("single_layer", row.single).member("rank_points", whole(row.rank_points));
  for (size_t i = 0; i < defence_layers; ++i) {
    const DepthCell& cell = row.cells[i];
    json.key(name(static_cast<DefenceLayer>(i))).begin_object().member("state", name(cell.state));
    counts(json, "counts", cell.counts);
    ids(json, "controls", cell.controls, a);
    ids(json, "ready", cell.ready, a);
    json.end_object();
  }
  json.end_object();
}

void framework(JsonWriter& json, const FrameworkResult& result, const Assessment& a) {
  const Framework& f = *result.framework;
  json.begin_object().member("id", f.id).member("title", f.title).member("version", f.version).member("publisher", f.publisher);
  json.member("requirements", whole(result.requirements.size())).member("covered", whole(result.requirements.size() - result.not_covered));
  json.member("not_covered", whole(result.not_covered));
  counts(json, "counts", result.counts);
  json.key("pages").begin_array();
  for (auto& requirement : result.requirements) {
    json.begin_object().member("id", requirement.requirement->id).member("status", requirement.covered ? name(requirement.status) : "not_covered");
    ids(json, "controls", requirement.controls, a);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

void write_objectives_json(const Assessment& a, JsonWriter& json) {
  json.key("objectives").begin_array();
  for (auto& result : a.objectives) objective(json, result, a);
  json.end_array().key("depth").begin_array();
  for (auto& row : a.depth) depth(json, row, a);
  json.end_array().key("frameworks").begin_array();
  for (auto& result : a.frameworks) framework(json, result, a);
  json.end_array();
  const AttestedShare& share = a.attested;
  json.key("attested").begin_object().member("controls", whole(share.controls)).member("of_controls", whole(share.of_controls));
  json.member("passing", whole(share.passing)).member("of_passing", whole(share.of_passing));
  json.member("verdicts", whole(share.verdicts)).member("of_verdicts", whole(share.of_verdicts)).end_object();
}

}  // namespace reeve
