#include "threats/derive.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "base/words.h"

namespace reeve::threats {
namespace {

using model::Model;
using model::Record;
using model::Texts;

constexpr size_t content_longest = 1000, statement_longest = 1400, name_longest = 200;  // Threat Composer's

std::string cut(std::string text, size_t most) {
  if (code_points(text) <= most) return text;
  size_t points = 0, at = 0;
  while (at < text.size() && points < most - 1) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
    ++points;
  }
  return text.substr(0, at) + "…";
}

std::string scope_of(const ThreatRule& rule) {
  std::string out = rule.for_each == Candidates::account ? "each account" : rule.for_each == Candidates::organization ? "the organization" : join(rule.types, ", ");
  if (!rule.where.empty()) out += " where " + rule.where;
  return out;
}

std::string priority_of(RiskWord word) { return word == RiskWord::low ? "Low" : word == RiskWord::medium ? "Medium" : "High"; }

// The numbers that records have, and the next that is free.
class Numbers {
 public:
  Numbers(std::string_view section, const Model& base, const Model& current) {
    for (const Model* of : {&base, &current})  // the current one's count
      for (const Record& record : of->records(section)) {
        const auto number = parse_int(record.text("numericId"));
        if (!number || *number < 0 || *number > largest) continue;  // what others' JSON would round is given anew
        known_[std::string(record.text("id"))] = *number;
        used_.insert(*number);
      }
  }
  model::Number of(const std::string& id) {
    const auto found = known_.find(id);
    return {std::to_string(found == known_.end() ? free_one() : found->second), true};
  }

 private:
  static constexpr int64_t largest = int64_t{1} << 53;

  // Behind the highest; where there is nothing behind it, the first gap.
  int64_t free_one() {
    int64_t out = used_.empty() ? 1 : std::max<int64_t>(*used_.rbegin(), 0) + 1;
    if (out > largest)
      for (out = 1; used_.count(out);) ++out;
    used_.insert(out);
    return out;
  }

  std::map<std::string, int64_t> known_;
  std::set<int64_t> used_;
};

Record threat_of(const ThreatRule& rule, const RiskScale& scale) {
  Record out;
  out.fields["id"] = threat_id(rule.id);
  out.fields["threatSource"] = rule.source;
  if (!rule.prerequisites.empty()) out.fields["prerequisites"] = rule.prerequisites;
  out.fields["threatAction"] = rule.action;
  out.fields["threatImpact"] = rule.impact;
  out.fields["impactedGoal"] = Texts(rule.goals);
  if (!rule.assets.empty()) out.fields["impactedAssets"] = Texts(rule.assets);
  out.fields["statement"] = cut(model::statement_of(out), statement_longest);
  out.fields["status"] = std::string("threatIdentified");
  out.fields["tags"] = Texts(rule.attack);
  Texts stride;
  for (char letter : rule.stride) stride.emplace_back(1, letter);
  out.add_metadata("STRIDE", stride);
  if (scale.loaded) out.add_metadata("Priority", priority_of(inherent(rule.risk, scale).word));
  out.add_metadata(std::string(meta_rule), rule.id);
  out.add_metadata(std::string(meta_title), rule.title);
  out.add_metadata(std::string(meta_technique), Texts(rule.attack));
  out.add_metadata(std::string(meta_scope), scope_of(rule));
  return out;
}

Record mitigation_of(const std::string& id, const Content& content, const Detections& detections) {
  Record out;
  out.fields["id"] = mitigation_id(id);
  std::string text = id;
  if (const Control* control = content.control(id)) {
    text = control->title + ". " + control->statement;
  } else {
    const auto at = std::find_if(detections.all.begin(), detections.all.end(), [&](const Detection& one) { return one.id == id; });
    if (at != detections.all.end()) text = at->title + ". Logs are searched for it, and an alert is raised.";
  }
  out.fields["content"] = cut(std::move(text), content_longest);
  out.add_metadata(std::string(meta_control), id);
  return out;
}

std::vector<std::string> bound_to(const ThreatRule& rule) {
  std::set<std::string> out(rule.prevent.begin(), rule.prevent.end());
  out.insert(rule.detect.begin(), rule.detect.end());
  out.insert(rule.respond.begin(), rule.respond.end());
  return {out.begin(), out.end()};
}

std::map<std::string_view, const Record*> by_id(const Model& of, std::string_view section) {
  std::map<std::string_view, const Record*> out;
  for (const Record& record : of.records(section)) out.emplace(record.text("id"), &record);
  return out;
}

std::string title_of(const Record& record) {
  if (const auto title = record.meta_text(meta_title); !title.empty()) return std::string(title);
  for (std::string_view field : {"statement", "content"})
    if (!record.text(field).empty()) return std::string(record.text(field));
  return model::statement_of(record);
}

// What rules and estate give, and nothing else.
Model fresh(const DeriveInput& input, const Model& base, const Model& current, Derived& out) {
  Model made;
  Numbers threats("threats", base, current), mitigations("mitigations", base, current);
  std::set<std::string> bound;
  for (size_t i = 0; i < input.threats.rules.size(); ++i) {
    const ThreatRule& rule = input.threats.rules[i];
    const RuleReach& reach = input.reaches.of[i];
    if (!found(reach)) {
      out.unread += open(reach);
      continue;
    }
    ++out.threats;
    Record threat = threat_of(rule, input.scale);
    const std::string id(threat.text("id"));
    threat.fields["numericId"] = threats.of(id);
    made.sections["threats"].push_back(std::move(threat));
    for (const std::string& one : bound_to(rule)) {
      bound.insert(one);
      Record& link = made.sections["mitigationLinks"].emplace_back();
      link.fields["mitigationId"] = mitigation_id(one);
      link.fields["linkedId"] = id;
    }
  }
  for (const std::string& one : bound) {
    Record mitigation = mitigation_of(one, input.content, input.detections);
    mitigation.fields["numericId"] = mitigations.of(std::string(mitigation.text("id")));
    made.sections["mitigations"].push_back(std::move(mitigation));
  }
  const auto single = [&](std::string_view section, std::string_view field, const std::string& text) {
    if (text.empty()) return;
    Record& record = made.sections[std::string(section)].emplace_back();
    record.fields[std::string(field)] = text;
  };
  single("applicationInfo", "name", cut(input.application, name_longest));
  single("architecture", "description", input.architecture);
  single("dataflow", "description", input.dataflow);
  return made;
}

// What was derived before and is not now, where people have it still: it stays as it was.
void keep_orphans(const Model& base, const Model& current, Model& made) {
  std::set<std::string_view> kept;
  const auto now_threats = by_id(made, "threats"), there = by_id(current, "threats");
  for (const Record& record : base.records("threats"))
    if (const auto id = record.text("id"); !now_threats.count(id) && there.count(id)) kept.insert(id);
  if (kept.empty()) return;
  std::set<std::string_view> mitigations;
  for (const Record& link : base.records("mitigationLinks"))
    if (kept.count(link.text("linkedId"))) mitigations.insert(link.text("mitigationId"));
  const auto now_mitigations = by_id(made, "mitigations");
  std::vector<Record> more_threats, more_mitigations, more_links;
  for (const Record& record : base.records("threats"))
    if (kept.count(record.text("id"))) more_threats.push_back(record);
  for (const Record& record : base.records("mitigations"))
    if (mitigations.count(record.text("id")) && !now_mitigations.count(record.text("id"))) more_mitigations.push_back(record);
  for (const Record& link : base.records("mitigationLinks"))
    if (kept.count(link.text("linkedId"))) more_links.push_back(link);
  for (auto& [section, more] : {std::pair<const char*, std::vector<Record>&>{"threats", more_threats}, {"mitigations", more_mitigations}, {"mitigationLinks", more_links}})
    if (!more.empty()) {
      auto& all = made.sections[section];
      all.insert(all.end(), more.begin(), more.end());
    }
}

// A record that was derived and that people took out is not offered again, nor are links to it.
void leave_out(Model& of, const std::set<std::string>& removed) {
  if (removed.empty()) return;
  for (const char* section : {"threats", "mitigations"})
    if (const auto found = of.sections.find(section); found != of.sections.end())
      std::erase_if(found->second, [&](const Record& record) { return removed.count(std::string(record.text("id"))) != 0; });
  if (const auto found = of.sections.find("mitigationLinks"); found != of.sections.end())
    std::erase_if(found->second, [&](const Record& link) { return removed.count(std::string(link.text("mitigationId"))) || removed.count(std::string(link.text("linkedId"))); });
}

// What people took out is remembered also where this run derives it not: a later one may.
void remember_removed(const Model& base, const Model& current, Model& all) {
  const auto key = [](const Record& record) {
    return record.has("id") ? std::string(record.text("id")) : std::string(record.text("mitigationId")) + "\n" + std::string(record.text("linkedId"));
  };
  for (const auto& [section, records] : base.sections) {
    std::set<std::string> here;
    for (const Model* of : {&current, static_cast<const Model*>(&all)})
      for (const Record& record : of->records(section)) here.insert(key(record));
    for (const Record& record : records)
      if (!here.count(key(record))) all.sections[section].push_back(record);
  }
}

// In the order of the workspace's model, so that nothing moves; new ones behind.
void order_as(const Model& current, std::string_view section, Model& made) {
  const auto found = made.sections.find(section);
  if (found == made.sections.end()) return;
  std::map<std::string, size_t, std::less<>> place;
  const auto key = [&](const Record& record) { return record.has("id") ? std::string(record.text("id")) : std::string(record.text("mitigationId")) + "\n" + std::string(record.text("linkedId")); };
  for (const Record& record : current.records(section)) place.emplace(key(record), place.size());
  std::stable_sort(found->second.begin(), found->second.end(), [&](const Record& a, const Record& b) {
    const auto pa = place.find(key(a)), pb = place.find(key(b));
    return (pa == place.end() ? place.size() : pa->second) < (pb == place.end() ? place.size() : pb->second);
  });
}

std::string fields_changed(const Record& was, const Record& is) {
  std::set<std::string> out;
  for (const auto& [name, value] : is.fields)
    if (const auto at = was.fields.find(name); at == was.fields.end() || !(at->second == value)) out.insert(name);
  for (const auto& [name, value] : was.fields)
    if (!is.has(name)) out.insert(name);
  return join({out.begin(), out.end()}, ", ");
}

// Why a threat that was derived once is not now.
Change not_derived(const Record& record, std::string_view rule, const DeriveInput& input) {
  Change out{Change::Kind::gone, std::string(record.text("id")), title_of(record), "rule `" + std::string(rule) + "` is gone"};
  for (size_t i = 0; i < input.threats.rules.size(); ++i) {
    if (input.threats.rules[i].id != rule) continue;
    const RuleReach& reach = input.reaches.of[i];
    if (open(reach)) out.kind = Change::Kind::unknown;
    out.what = "rule `" + std::string(rule) + "` " +
               (!reach.known ? "could not be asked" : reach.reach.unread ? "may reach something, which was not read in " + count_text(reach.reach.unread, "account") : "reaches nothing here");
  }
  return out;
}

void tell(const DeriveInput& input, const Model& now, const Model& current, const std::vector<model::Conflict>& conflicts, Derived& out) {
  for (const char* section : {"threats", "mitigations"}) {
    const auto was = by_id(current, section);
    for (const Record& record : out.model.records(section)) {
      const auto before = was.find(record.text("id"));
      if (before == was.end()) out.changes.push_back({Change::Kind::came_in, std::string(record.text("id")), title_of(record), section});
      else if (!(*before->second == record)) out.changes.push_back({Change::Kind::changed, std::string(record.text("id")), title_of(record), fields_changed(*before->second, record)});
    }
  }
  const auto derived = by_id(now, "threats");
  for (const Record& record : out.model.records("threats"))
    if (const auto rule = record.meta_text(meta_rule); !rule.empty() && !derived.count(record.text("id")))
      out.changes.push_back(not_derived(record, rule, input));
  for (const model::Conflict& one : conflicts) out.changes.push_back({Change::Kind::kept, one.path, one.path, one.what});
  std::stable_sort(out.changes.begin(), out.changes.end(), [](const Change& a, const Change& b) { return std::tie(a.kind, a.title, a.id) < std::tie(b.kind, b.title, b.id); });
}

}  // namespace

bool found(const RuleReach& reach) { return reach.known && reach.reach.resources + reach.reach.unknown > 0; }
bool open(const RuleReach& reach) { return !found(reach) && (!reach.known || reach.reach.unread > 0); }

size_t unread_of(const State& state, const Threats& threats, const Reaches& reaches) {
  std::set<std::string_view> told;
  for (const ThreatState& one : state.threats)
    if (one.rule) told.insert(one.rule->id);
  size_t out = 0;
  for (size_t i = 0; i < threats.rules.size(); ++i) out += open(reaches.of[i]) && !told.count(threats.rules[i].id);
  return out;
}

std::string threat_id(std::string_view rule) { return uuid5("threat " + std::string(rule)); }
std::string mitigation_id(std::string_view control) { return uuid5("mitigation " + std::string(control)); }

RiskCell inherent(const ThreatRisk& risk, const RiskScale& scale) {
  const auto at = [](int rank) { return static_cast<size_t>(std::clamp(rank, 1, 5) - 1); };
  const RiskScale::Loss& loss = scale.loss[at(risk.loss)];
  return scale.cell(scale.frequency[at(risk.frequency)].mean(), loss.primary.mean() + loss.secondary_probability.mean() * loss.secondary.mean());
}

Derived derive(const DeriveInput& input, const Model& base, const Model& current) {
  Derived out;
  Model now = fresh(input, base, current, out);
  Model all = now;
  keep_orphans(base, current, all);
  for (const char* section : {"threats", "mitigations", "mitigationLinks"}) order_as(current, section, all);
  std::set<std::string> removed;
  for (const char* section : {"threats", "mitigations"}) {
    const auto there = by_id(current, section);
    for (const Record& record : base.records(section))
      if (!there.count(record.text("id"))) removed.insert(std::string(record.text("id")));
  }
  Model offered = all, before = base;
  leave_out(offered, removed);
  leave_out(before, removed);
  model::Merged merged = model::merge(before, current, offered);
  out.model = std::move(merged.model);
  remember_removed(base, current, all);
  out.base = std::move(all);
  tell(input, now, current, merged.conflicts, out);
  return out;
}

}  // namespace reeve::threats
