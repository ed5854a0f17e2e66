#include "detect/incidents.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <tuple>
#include <unordered_set>

#include "base/hash.h"
#include "base/text.h"
#include "base/words.h"
#include "detect/attack_tags.h"

namespace reeve {
namespace {

constexpr size_t incident_id_bytes = 12;

// --- Entities

// Whether an address is one that stands for the same thing wherever it is met.
bool public_address(std::string_view text) {
  if (contains(text, ":")) {
    if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;  // a host's name with a port, an ARN
    const std::string low = lower(text);
    return low != "::1" && !starts_with(low, "fe80:") && !starts_with(low, "fc") && !starts_with(low, "fd");
  }
  const auto parts = split(text, '.');
  if (parts.size() != 4) return false;
  int64_t bytes[4] = {};
  for (size_t i = 0; i < 4; ++i) {
    const auto number = parse_int(parts[i]);
    if (!number || *number < 0 || *number > 255) return false;
    bytes[i] = *number;
  }
  const bool carrier = bytes[0] == 100 && bytes[1] >= 64 && bytes[1] <= 127;
  return bytes[0] != 0 && bytes[0] != 10 && bytes[0] != 127 && !carrier && !(bytes[0] == 169 && bytes[1] == 254) && !(bytes[0] == 172 && bytes[1] >= 16 && bytes[1] <= 31) &&
         !(bytes[0] == 192 && bytes[1] == 168);
}

bool is_address(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos && text.find_first_of(".:") != std::string_view::npos;
}

// What AWS does of itself: `cloudtrail.amazonaws.com`.
bool is_service(std::string_view principal) { return ends_with(principal, ".amazonaws.com") || ends_with(principal, ".amazonaws.com.cn"); }

struct EntityKey {
  EntityKind kind;
  std::string value;
  auto operator<=>(const EntityKey&) const = default;
};

// Each once. What has no ARN is known in its account alone: users are called `admin` in many.
std::vector<EntityKey> entities_of(const ToldAlert& alert) {
  std::vector<EntityKey> out;
  auto add = [&](EntityKind kind, std::string value) {
    if (value.empty()) return;
    EntityKey key{kind, std::move(value)};
    if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(std::move(key));
  };
  auto scoped = [&](const std::string& value) { return starts_with(value, "arn:") ? value : alert.account + "/" + value; };
  if (!alert.principal.empty() && !is_service(alert.principal)) add(EntityKind::principal, scoped(alert.principal));
  if (is_address(alert.source_ip)) add(EntityKind::source_ip, alert.source_ip);
  for (const std::string& resource : alert.resources) add(EntityKind::resource, resource);
  const auto& [field, value] = alert.entity;
  // These stand among the others already: who acted, where, where from. A session's ARN is not that of its role.
  if (!value.empty() && !starts_with(field, "userIdentity.") && field != "recipientAccountId" && field != "sourceIPAddress")
    add(EntityKind::resource, starts_with(value, "arn:") ? value : scoped(field.substr(field.rfind('.') + 1) + "=" + value));
  add(EntityKind::account, alert.account);
  return out;
}

// A role is a resource to who takes it and a principal in what it does then: one thing in two parts of a story.
std::string joint_of(const EntityKey& key) { return key.kind == EntityKind::source_ip ? "ip " + key.value : "of " + key.value; }

bool joins(const EntityKey& key, const StoryOptions& options) {
  if (key.kind == EntityKind::account) return false;
  if (key.kind == EntityKind::source_ip && !public_address(key.value)) return false;
  return std::none_of(options.shared.begin(), options.shared.end(), [&](const std::string& pattern) { return glob_match(pattern, key.value); });
}

// --- Risk

// The sum of what was added, each halved in every half-life; alerts come in the order of time.
class Risk {
 public:
  void add(const ToldAlert& alert, int64_t time_ms, const StoryOptions& options) {
    Repeats& repeats = of_rule_[alert.rule_id];
    repeats.n = repeats.n > 0 && time_ms - repeats.last_ms <= options.window_ms ? repeats.n + 1 : 1;
    repeats.last_ms = time_ms;
    sum_ = at(time_ms, options) + risk_weight(alert.level) / static_cast<double>(repeats.n);
    last_ms_ = time_ms;
    if (sum_ > peak_) peak_ = sum_, peak_ms_ = time_ms;
  }
  double at(int64_t time_ms, const StoryOptions& options) const {
    if (sum_ == 0 || options.half_life_ms <= 0) return sum_;
    return sum_ * std::exp2(-static_cast<double>(time_ms - last_ms_) / static_cast<double>(options.half_life_ms));
  }
  double peak() const { return peak_; }
  int64_t peak_ms() const { return peak_ms_; }

 private:
  struct Repeats {
    uint64_t n = 0;
    int64_t last_ms = 0;
  };
  std::map<std::string, Repeats> of_rule_;
  double sum_ = 0, peak_ = 0;
  int64_t last_ms_ = 0, peak_ms_ = 0;
};

// --- Incidents

// Values in the order in which they first came. A set stands beside the list: an incident may name any number of resources.
class Once {
 public:
  explicit Once(std::vector<std::string>& list) : list_(list) {}
  void add(const std::string& value) {
    if (!value.empty() && there_.insert(value).second) list_.push_back(value);
  }

 private:
  std::vector<std::string>& list_;
  std::unordered_set<std::string> there_;
};

class Joining {
 public:
  Joining(const std::vector<ToldAlert>& alerts, const StoryOptions& options) : alerts_(alerts), options_(options) {}

  std::vector<Incident> run() {
    for (size_t i = 0; i < alerts_.size(); ++i) take(i);
    std::vector<Incident> out;
    for (size_t i = 0; i < incidents_.size(); ++i) {
      if (into_[i] != i) continue;
      incidents_[i].was.assign(was_[i].begin(), was_[i].end());
      out.push_back(std::move(incidents_[i]));
    }
    for (Incident& incident : out) tell(incident);
    std::sort(out.begin(), out.end(), [](const Incident& a, const Incident& b) {
      return std::make_tuple(!a.raised, -a.score, a.first_ms, std::cref(a.id)) < std::make_tuple(!b.raised, -b.score, b.first_ms, std::cref(b.id));
    });
    return out;
  }

 private:
  struct Seen {
    size_t incident = 0;
    int64_t last_ms = 0;
  };

  size_t root_of(size_t incident) {
    while (into_[incident] != incident) incident = into_[incident] = into_[into_[incident]];
    return incident;
  }

  void take(size_t index) {
    const ToldAlert& alert = alerts_[index];
    std::set<size_t> met;
    std::vector<std::string> joints;
    for (const EntityKey& key : entities_of(alert)) {
      if (!joins(key, options_)) continue;
      joints.push_back(joint_of(key));
      const auto seen = seen_.find(joints.back());
      if (seen != seen_.end() && alert.time_ms - seen->second.last_ms <= options_.window_ms) met.insert(root_of(seen->second.incident));
    }
    // Incidents are numbered in the order of their first alerts: the lowest began first.
    size_t target;
    if (met.empty()) {
      target = incidents_.size();
      into_.push_back(target);
      was_.emplace_back();
      incidents_.emplace_back().id = "in-" + base32(sha256("incident " + alert.id), incident_id_bytes);
    } else {
      target = *met.begin();
      for (auto other = std::next(met.begin()); other != met.end(); ++other) {
        Incident &to = incidents_[target], &from = incidents_[*other];
        was_[target].push_back(from.id);
        was_[target].splice(was_[target].end(), was_[*other]);
        if (to.alerts.size() < from.alerts.size()) to.alerts.swap(from.alerts);  // the fewer move; they are sorted in the end
        to.alerts.insert(to.alerts.end(), from.alerts.begin(), from.alerts.end());
        from.alerts = {};
        into_[*other] = target;
      }
    }
    incidents_[target].alerts.push_back(index);
    for (const std::string& joint : joints) seen_[joint] = {target, alert.time_ms};
  }

  void tell(Incident& incident) {
    std::sort(incident.alerts.begin(), incident.alerts.end());
    incident.first_ms = alerts_[incident.alerts.front()].time_ms, incident.last_ms = alerts_[incident.alerts.back()].time_ms;
    Risk risk;
    std::set<std::string> rules;
    std::unordered_set<std::string> tactics;
    Once techniques(incident.techniques), accounts(incident.accounts), principals(incident.principals), source_ips(incident.source_ips), resources(incident.resources);
    for (size_t i : incident.alerts) {
      const ToldAlert& alert = alerts_[i];
      incident.level = std::max(incident.level, alert.level);
      risk.add(alert, alert.time_ms, options_);
      rules.insert(alert.rule_id);
      for (const std::string& tactic : tactics_in(alert.tags))
        if (tactics.insert(tactic).second) incident.tactics.push_back({tactic, alert.time_ms, i});
      for (const std::string& technique : techniques_in(alert.tags)) techniques.add(technique);
      accounts.add(alert.account);
      principals.add(alert.principal);
      source_ips.add(alert.source_ip);
      for (const EntityKey& key : entities_of(alert))
        if (key.kind == EntityKind::resource) resources.add(key.value);
    }
    incident.score = risk.peak();
    if (incident.level == RuleLevel::critical) incident.why = "a critical alert";
    else if (incident.score >= options_.threshold) incident.why = "its alerts together reached the threshold";
    else if (incident.level >= RuleLevel::medium && incident.tactics.size() >= options_.tactics_least && rules.size() >= options_.rules_least)
      incident.why = count_text(incident.tactics.size(), "tactic") + " from " + count_text(rules.size(), "rule");
    incident.raised = !incident.why.empty();
  }

  const std::vector<ToldAlert>& alerts_;
  const StoryOptions& options_;
  std::vector<Incident> incidents_;
  std::vector<std::list<std::string>> was_;  // by incident: what Incident::was will be
  std::vector<size_t> into_;          // which incident took it up; itself if none did
  std::map<std::string, Seen> seen_;  // by joint
};

int64_t now_of(const std::vector<ToldAlert>& alerts, const StoryOptions& options) {
  for (auto alert = alerts.rbegin(); alert != alerts.rend(); ++alert)
    if (alert->time_ms <= options.latest_ms) return alert->time_ms;
  return alerts.back().time_ms;
}

std::vector<EntityRisk> risks_of(const std::vector<ToldAlert>& alerts, const StoryOptions& options) {
  struct Held {
    EntityRisk told;
    Risk risk;
  };
  const int64_t now_ms = now_of(alerts, options);
  std::map<EntityKey, Held> all;
  for (const ToldAlert& alert : alerts)
    for (EntityKey& key : entities_of(alert)) {
      Held& held = all[key];
      held.risk.add(alert, std::min(alert.time_ms, now_ms), options);
      if (held.told.alerts++ == 0) held.told.first_ms = alert.time_ms;
      held.told.last_ms = alert.time_ms;
      if (!alert.account.empty()) held.told.accounts.insert(alert.account);
    }
  std::vector<EntityRisk> out;
  for (auto& [key, held] : all) {
    held.told.kind = key.kind, held.told.value = key.value;
    held.told.now = held.risk.at(now_ms, options);
    held.told.peak = held.risk.peak(), held.told.peak_ms = held.risk.peak_ms();
    out.push_back(std::move(held.told));
  }
  std::stable_sort(out.begin(), out.end(), [](const EntityRisk& a, const EntityRisk& b) { return std::make_tuple(-a.now, -a.peak) < std::make_tuple(-b.now, -b.peak); });
  return out;
}

}  // namespace

std::string_view name(EntityKind kind) {
  constexpr std::string_view names[] = {"principal", "account", "resource", "source_ip"};
  return names[static_cast<size_t>(kind)];
}

double risk_weight(RuleLevel level) {
  constexpr double weights[] = {1, 5, 25, 60, 100};
  return weights[static_cast<size_t>(level)];
}

Story story_of(std::vector<ToldAlert> alerts, const StoryOptions& options) {
  Story out;
  // Of lines of one id that differ (an outcome was added to one), which counts must not hang on where they stand.
  std::sort(alerts.begin(), alerts.end(), [](const ToldAlert& a, const ToldAlert& b) {
    return std::tie(a.time_ms, a.id, b.outcome, a.at.path, a.at.line) < std::tie(b.time_ms, b.id, a.outcome, b.at.path, b.at.line);
  });
  std::set<std::string> ids;
  for (ToldAlert& alert : alerts) {
    if (ids.insert(alert.id).second) out.alerts.push_back(std::move(alert));
    else ++out.repeated;
  }
  if (out.alerts.empty()) return out;
  out.entities = risks_of(out.alerts, options);
  out.incidents = Joining(out.alerts, options).run();
  return out;
}

const ToldAlert& gravest(const Story& story, const Incident& incident) {
  for (size_t i : incident.alerts)
    if (story.alerts[i].level == incident.level) return story.alerts[i];
  return story.alerts[incident.alerts.front()];
}

}  // namespace reeve
