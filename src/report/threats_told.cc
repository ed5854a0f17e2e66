#include "report/threats_told.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "report/html_sections.h"
#include "report/threats_json.h"
#include "threats/register.h"

namespace reeve {
namespace {

using threats::Alarm;
using threats::ThreatState;

constexpr size_t rows_most = 200, alarms_most = 50, named_most = 4;
constexpr std::string_view withheld = withheld_words;

std::string_view mark_of(threats::Standing standing) {
  switch (standing) {
    case threats::Standing::effective:
    case threats::Standing::attested: return "● ";
    case threats::Standing::partial: return "◐ ";
    case threats::Standing::failed:
    case threats::Standing::absent: return "○ ";
    case threats::Standing::unknown: return "◆ ";
  }
  return "◆ ";
}

// Mark, count and words; behind it each thing that is bound, and why it stands so.
std::string duty_cell(const ThreatState& threat, threats::Duty duty, threats::Standing standing) {
  const DutyShare share = share_of(threat, duty);
  if (share.bound == 0) return "– none";
  std::string out = std::string(mark_of(standing)) + with_thousands(share.stand) + " of " + with_thousands(share.bound) + (standing == threats::Standing::unknown ? " stand, unknown" : " stand");
  std::string lines;
  size_t told = 0;
  for (const threats::Bound& bound : threat.bound) {
    if (bound.duty != duty) continue;
    if (told++ == named_most) {
      lines += "<dt>and " + with_thousands(share.bound - named_most) + " more</dt><dd></dd>";
      break;
    }
    lines += "<dt>" + esc(bound.id) + "</dt><dd>" + std::string(threats::name(bound.standing)) + ": " + esc(bound.why) + "</dd>";
  }
  return "<details class=\"more\"><summary>" + out + "</summary><dl class=\"req\">" + lines + "</dl></details>";
}

bool decides(std::string_view key) {
  return std::any_of(threats::decision_fields().begin(), threats::decision_fields().end(), [&](const threats::DecisionField& field) { return field.key == key; });
}

// People by pseudonym; words and days that say what they should; of all else that there is something.
std::string decision_told(const Redaction& redaction, std::string_view key, const std::string& text) {
  for (const threats::DecisionField& field : threats::decision_fields()) {
    if (field.key != key) continue;
    if (field.column == "owner" || field.column == "requester" || field.column == "approver") return redaction.name(text);
    if (field.column == "treatment")
      for (threats::Treatment one : {threats::Treatment::avoid, threats::Treatment::reduce, threats::Treatment::transfer, threats::Treatment::accept})
        if (text == threats::name(one)) return text;
    if (field.date && text.size() <= 35 && parse_time(text.size() == 10 ? text + "T00:00:00Z" : text)) return text;
  }
  return std::string(withheld);
}

}  // namespace

void redact_threats(const Redaction& redaction, ThreatPart& part) {
  if (!part.file.empty()) part.file = redaction.path(part.file);
  std::set<std::string> own;
  for (ThreatState& one : part.state.threats) {
    if (!one.rule) own.insert(one.id), one.title = withheld;
    if (one.record) one.statement = withheld;
    if (one.rule) one.title = one.rule->title;
    for (std::string& uid : one.reach.first) uid = redaction.uid(uid);
    for (threats::Way& way : one.ways) way.first = redaction.uid(way.first);
    for (threats::Bound& bound : one.bound) {
      for (std::string& uid : bound.where) uid = redaction.uid(uid);
      const bool people = !bound.detection && bound.verdicts.applicable() == 0 && one.record && !one.rule;
      if (people) bound.id = bound.why = withheld;
      else bound.why = redaction.text(bound.why);
    }
  }
  for (Alarm& alarm : part.state.alarms) {
    const bool people = alarm.kind == Alarm::Kind::broken_assumption || alarm.kind == Alarm::Kind::review_overdue || alarm.kind == Alarm::Kind::expired_acceptance || own.count(alarm.threat) != 0;
    alarm.what = people ? std::string(withheld) : redaction.text(alarm.what);
  }
}

void redact_model(const Redaction& redaction, const threats::State& state, model::Model& model) {
  std::map<std::string_view, const ThreatState*> by_id;
  for (const ThreatState& one : state.threats) by_id.emplace(one.id, &one);
  static const std::set<std::string_view> kept = {"id", "numericId", "displayOrder", "status", "linkedId", "mitigationId", "assumptionId", "type"};
  static const std::set<std::string_view> kept_metadata = {"STRIDE", "custom:reeve-rule", "custom:reeve-technique", "custom:reeve-control"};
  for (auto& [section, records] : model.sections)
    for (model::Record& record : records) {
      const bool single = !record.has("id");
      std::erase_if(record.fields, [&](auto& field) { return single || (!kept.contains(field.first) && field.first != "metadata"); });
      if (auto* metadata = record.fields.contains("metadata") ? std::get_if<model::Metadata>(&record.fields.at("metadata")) : nullptr) {
        std::erase_if(*metadata, [&](const model::Metadatum& one) { return !kept_metadata.contains(one.key) && one.key != "Priority" && !decides(one.key); });
        for (model::Metadatum& one : *metadata)
          if (auto* text = std::get_if<std::string>(&one.value)) {
            if (one.key == "Priority") *text = redaction.text(*text);
            else if (decides(one.key)) *text = decision_told(redaction, one.key, *text);
          } else if (decides(one.key)) {
            one.value = std::string(withheld);
          }
      }
      if (single) continue;
      if (section == "threats") {
        const auto found = by_id.find(record.text("id"));
        const ThreatState* own = found == by_id.end() ? nullptr : found->second;
        record.fields["statement"] = std::string(own && own->rule ? std::string_view(own->rule->title) : withheld);
      } else if (section == "mitigations" || section == "assumptions") {
        const auto controls = record.meta_texts("custom:reeve-control");
        record.fields["content"] = controls.empty() ? std::string(withheld) : redaction.text(join(controls, ", "));
      }
    }
}

void redact_diagram(const Redaction& redaction, threats::Diagram& diagram) {
  if (!diagram.organization.empty()) diagram.organization = redaction.name(diagram.organization);
  for (threats::Diagram::Account& account : diagram.accounts) {
    account.id = redaction.account(account.id);
    if (!account.name.empty()) account.name = redaction.name(account.name);
  }
  for (threats::Diagram::Flow& flow : diagram.flows)
    for (std::string& how : flow.how) how = redaction.text(how);
}

void write_threat_model_json(JsonWriter& json, const Assessment& assessment) {
  if (!assessment.threats.looked) return;
  json.key("threat_model").begin_object();
  write_threats(json, assessment.threats);
  json.end_object();
}

void write_risks_json(JsonWriter& json, const Assessment& assessment) {
  json.key("risks").begin_array();
  for (const ThreatState* one : assessment.threats.looked ? by_gravity(assessment.threats.state) : std::vector<const ThreatState*>()) {
    if (one->closed || (one->reach_known && one->reach.resources == 0 && one->reach.unknown == 0 && one->rule)) continue;  // nothing is here that it can happen to
    json.begin_object().member("threat", one->id);
    if (one->rule) json.member("rule", one->rule->id);
    json.member("title", one->title);
    json.key("class");
    if (one->inherent) json.string(name(*one->inherent));
    else json.null();
    json.key("accepted").boolean(one->accepted);
    json.member("prevent", threats::name(one->prevented)).member("detect", threats::name(one->detected)).member("respond", threats::name(one->responded));
    json.member("resources", static_cast<int64_t>(one->reach.resources)).member("resources_unknown", static_cast<int64_t>(one->reach.unknown));
    json.end_object();
  }
  json.end_array();
}

std::string section_threats(const Report& report) {
  const ThreatPart& part = report.a.threats;
  if (!part.looked) return {};
  const threats::State& state = part.state;
  std::string out = "<section id=\"threats\" aria-labelledby=\"h-threats\">" +
                    section_head("threats", "Threats", "Each threat of the workspace's model and what is there against it today: what prevents, detects and responds. The gravest class before any control first, then what fewest layers stand against.",
                                 "● stands · ◐ in some places · ○ fails or is not there · ◆ unknown · – none");
  if (state.threats.empty()) out += "<p class=\"empty\">The model holds no threat.</p>";
  std::array<size_t, 3> standing{};
  for (const ThreatState& one : state.threats) {
    standing[0] += share_of(one, threats::Duty::prevent).stand > 0, standing[1] += share_of(one, threats::Duty::detect).stand > 0, standing[2] += share_of(one, threats::Duty::respond).stand > 0;
  }
  const auto ordered = by_gravity(state);
  if (!ordered.empty()) {
    out += table_open("Threats by layer of defence", {"Threat", "Class", "Prevent", "Detect", "Respond", "Depth", "#Can happen to"}, "dep");
    size_t rows = 0;
    for (const ThreatState* one : ordered) {
      if (rows++ == rows_most) break;
      const size_t depth = depth_of(*one);
      const std::string word = one->closed ? "called none" : one->inherent ? std::string(name(*one->inherent)) : std::string("not said");
      out += "<tr><th scope=\"row\">" + esc(one->title) + "</th>" + td(word + (one->accepted ? ", accepted" : "")) + td(duty_cell(*one, threats::Duty::prevent, one->prevented)) +
             td(duty_cell(*one, threats::Duty::detect, one->detected)) + td(duty_cell(*one, threats::Duty::respond, one->responded)) +
             td((depth == 0 ? "<b class=\"bad\">" : "<b>") + std::to_string(depth) + " of 3</b>");
      out += one->reach_known ? td(with_thousands(one->reach.resources) + (one->reach.unknown ? " + " + with_thousands(one->reach.unknown) + " unknown" : std::string())) : td("unknown");
      out += "</tr>";
    }
    out += "<tr class=\"foot\"><th scope=\"row\">Threats with something that stands</th><td></td>";
    for (size_t n : standing) out += td(with_thousands(n) + " of " + with_thousands(state.threats.size()));
    out += "<td></td><td></td></tr>" + std::string(table_close);
    if (ordered.size() > rows_most) out += "<p class=\"later\">" + with_thousands(ordered.size() - rows_most) + " more threats: <code>reeve model status --all</code>.</p>";
  }
  out += "<h3>What is wrong with the model</h3>";
  if (state.alarms.empty()) return out + "<p class=\"later\">Nothing.</p></section>";
  for (size_t begin = 0; begin < state.alarms.size();) {
    size_t end = begin;
    while (end < state.alarms.size() && state.alarms[end].kind == state.alarms[begin].kind) ++end;
    out += "<details class=\"more\"><summary>" + std::string(threats::name(state.alarms[begin].kind)) + ": " + with_thousands(end - begin) + "</summary><ul>";
    for (size_t i = begin; i < end && i < begin + alarms_most; ++i)
      out += "<li>" + (state.alarms[i].kind == Alarm::Kind::control_failed ? esc(state.alarms[i].subject) + ": " : std::string()) + esc(state.alarms[i].what) + "</li>";
    if (end - begin > alarms_most) out += "<li>and " + with_thousands(end - begin - alarms_most) + " more</li>";
    out += "</ul></details>";
    begin = end;
  }
  return out + "</section>";
}

}  // namespace reeve
