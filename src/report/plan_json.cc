#include "report/plan_json.h"

namespace reeve {
namespace {

int64_t whole(uint64_t n) { return static_cast<int64_t>(n); }
double rounded(double value) { return static_cast<double>(static_cast<int64_t>(value * 10 + 0.5)) / 10; }

void texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& list) {
  json.key(key).begin_array();
  for (auto& one : list) json.string(one);
  json.end_array();
}

void score(JsonWriter& json, std::string_view key, const std::optional<double>& value) {
  json.key(key);
  if (value) json.number(rounded(*value));
  else json.null();
}

void roadmap(JsonWriter& json, const Assessment& a) {
  json.key("roadmap").begin_array();
  for (auto& item : a.roadmap) {
    json.begin_object().member("rank", int64_t{item.rank}).member("phase", int64_t{item.phase}).member("phase_name", phase_name(item.phase));
    json.member("kind", name(item.kind)).member("control", item.control).member("title", item.title).member("practice", item.practice);
    json.member("severity", name(item.severity)).member("resources", whole(item.resources)).member("unknown", whole(item.unknown));
    json.member("applicable", whole(item.applicable));
    texts(json, "first_resources", item.first_resources);
    if (!item.reads.empty()) texts(json, "reads", item.reads);
    if (!item.shared_reads.empty()) texts(json, "shared_reads", item.shared_reads);
    if (!item.causes.empty()) texts(json, "causes", item.causes);
    if (!item.parts.empty()) texts(json, "parts", item.parts);
    texts(json, "after", item.after);
    json.key("risk_removed_points").number(item.points);
    json.key("points_in_doubt").number(item.points_in_doubt);
    json.member("effort_minutes", item.effort_minutes).member("owner", item.owner);
    if (!item.person.empty()) json.member("person", item.person);
    json.member("fix", item.fix).member("quick_win", item.quick_win);
    json.key("so_far").begin_object();
    json.key("points").number(item.points_so_far);
    json.key("share").number(rounded(item.share_so_far * 100));
    json.member("effort_minutes", item.minutes_so_far).member("level", int64_t{item.level}).member("practice_level", int64_t{item.practice_level});
    score(json, "score", item.score);
    score(json, "practice_score", item.practice_score);
    json.end_object().end_object();
  }
  json.end_array();
  const RoadmapSummary& sum = a.roadmap_summary;
  json.key("roadmap_summary").begin_object().member("rule", roadmap_rule).member("quick_win_rule", quick_win_rule);
  json.member("steps", whole(sum.steps)).member("quick_wins", whole(sum.quick_wins)).member("later", whole(sum.later));
  json.key("points").number(sum.points);
  json.key("unknown_share").number(rounded(sum.unknown_share * 100));
  json.member("effort_minutes", sum.effort_minutes).member("level", int64_t{sum.level});
  score(json, "score", sum.score);
  texts(json, "held", sum.held);
  json.key("phases").begin_array();
  for (auto& phase : sum.phases) {
    json.begin_object().member("phase", int64_t{phase.phase}).member("phase_name", phase_name(phase.phase)).member("controls", whole(phase.controls));
    json.member("passing", whole(phase.passing)).member("steps", whole(phase.steps)).member("quick_wins", whole(phase.quick_wins));
    json.key("points").number(phase.points);
    json.key("points_removed").number(phase.points_removed);  // an older name that says something else than what it holds
    json.key("points_passing").number(phase.points_removed);
    json.member("effort_minutes", phase.effort_minutes).member("level", int64_t{phase.level});
    score(json, "score", phase.score);
    json.end_object();
  }
  json.end_array().end_object();
}

// In percent of what runs; null: nothing runs.
void self_managed_share(JsonWriter& json, const std::optional<double>& share) { score(json, "self_managed_share", share ? std::optional<double>(*share * 100) : std::nullopt); }

void responsibility(JsonWriter& json, const Assessment& a) {
  const Responsibilities& all = a.responsibilities;
  json.key("responsibility").begin_array();
  for (auto& service : all.services) {
    json.begin_object().member("service", service.service).member("title", service.title).member("resources", whole(service.resources));
    json.member("self_managed", whole(service.self_managed)).member("managed", whole(service.managed)).member("serverless", whole(service.serverless));
    self_managed_share(json, service.self_managed_share());
    json.key("types").begin_array();
    for (auto& row : service.rows) {
      json.begin_object().member("type", row.type).member("title", row.title);
      if (!row.used.empty()) json.member("used", row.used);
      json.member("management", name(row.management)).member("resources", whole(row.resources));
      json.key("duties").begin_object();
      for (size_t i = 0; i < row.duties.size(); ++i) json.member(duties()[i].id, name(row.duties[i].holder));
      json.end_object();
      json.key("notes").begin_object();
      for (size_t i = 0; i < row.duties.size(); ++i)
        if (!row.duties[i].note.empty()) json.member(duties()[i].id, row.duties[i].note);
      json.end_object();
      json.key("managed_alternatives").begin_array();
      for (auto& one : row.alternatives) {
        json.begin_object().member("to", one.to).member("why", one.why).member("resources", whole(one.resources)).member("unknown", whole(one.unknown));
        if (!one.found_by.empty()) json.member("found_by", one.found_by);
        texts(json, "first_resources", one.examples);
        json.end_object();
      }
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
  json.key("responsibility_summary").begin_object().member("self_managed", whole(all.self_managed)).member("managed", whole(all.managed));
  json.member("serverless", whole(all.serverless));
  self_managed_share(json, all.self_managed_share());
  json.key("duties").begin_object();
  for (auto& duty : duties()) json.member(duty.id, duty.title);
  json.end_object();
  texts(json, "not_described", all.not_described);
  json.end_object();
}

void challenges(JsonWriter& json, const Assessment& a) {
  json.key("challenges").begin_array();
  for (auto& result : a.challenges) {
    const Challenge& challenge = *result.challenge;
    json.begin_object().member("id", challenge.id).member("title", challenge.title).member("question", challenge.question).member("status", name(result.status));
    score(json, "score", result.score);
    json.key("verdicts").begin_object().member("pass", whole(result.verdicts.pass)).member("fail", whole(result.verdicts.fail));
    json.member("unknown", whole(result.verdicts.unknown)).member("excepted", whole(result.verdicts.excepted));
    json.member("not_applicable", whole(result.verdicts.not_applicable)).end_object();
    json.key("controls").begin_array();
    for (size_t index : result.controls) json.begin_object().member("id", a.controls[index].control->id).member("status", name(a.controls[index].status)).end_object();
    json.end_array();
    json.key("steps").begin_array();
    for (size_t index : result.steps) json.integer(a.roadmap[index].rank);
    json.end_array();
    json.key("figures").begin_array();
    for (auto& figure : result.figures) {
      json.begin_object().member("name", figure.name).key("value");
      if (figure.value) json.number(*figure.value);
      else json.null();
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

}  // namespace

void write_plan_json(JsonWriter& json, const Assessment& assessment) {
  roadmap(json, assessment);
  responsibility(json, assessment);
  challenges(json, assessment);
}

}  // namespace reeve
