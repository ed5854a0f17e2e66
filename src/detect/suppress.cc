#include "detect/suppress.h"

#include <algorithm>

#include "base/text.h"
#include "base/words.h"
#include "logs/token.h"

namespace reeve {

Silencer::Silencer(const RuleSet& rules, std::vector<AlertSuppression> suppressions, const std::vector<std::pair<std::string, std::string>>& names,
                   std::vector<Error>& errors) {
  if (suppressions.empty()) return;
  of_.resize(rules.rules.size());
  for (AlertSuppression& what : suppressions) {
    std::string id = what.rule;
    for (const auto& [name, rule_id] : names)
      if (name == what.rule) id = rule_id;
    bool found = false;
    for (uint32_t rule = 0; rule < rules.rules.size(); ++rule) {
      if (rules.rules[rule].head.id != id) continue;
      found = true;
      of_[rule].push_back(static_cast<uint32_t>(all_.size()));
    }
    if (!found) {
      std::vector<std::string> known;
      for (const auto& [name, rule_id] : names) known.push_back(name);
      const std::string near = nearest(what.rule, known);
      errors.push_back({Code::not_found, "no rule that was loaded is called `" + what.rule + "`", what.at, "the id of a rule, or of a detection", near.empty() ? "" : "did you mean `" + near + "`?"});
      continue;
    }
    One one;
    for (const auto& [field, values] : what.when) one.fields.emplace_back(field);
    one.what = std::move(what);
    all_.push_back(std::move(one));
  }
}

bool Silencer::decided(One& one, int64_t time_ms) {
  if (time_ms < one.what.expires.ms) return true;
  std::lock_guard lock(mutex_);
  ++one.too_late;
  return false;
}

bool Silencer::silences(uint32_t rule, const LogEvent& event, int64_t time_ms) {
  if (of_.empty()) return false;
  bool out = false;
  std::vector<std::string_view> tokens;
  std::string room;
  for (uint32_t index : of_[rule]) {
    One& one = all_[index];
    bool all = true;
    for (size_t i = 0; all && i < one.fields.size(); ++i) {
      tokens.clear();
      const auto& values = one.what.when[i].second;
      all = field_tokens(event, one.fields[i], tokens) && std::any_of(tokens.begin(), tokens.end(), [&](std::string_view token) {
        const std::string_view text = token_text(token, room);
        return std::any_of(values.begin(), values.end(), [&](const std::string& value) { return glob_match(value, text); });
      });
    }
    out = (all && decided(one, time_ms)) || out;
  }
  return out;
}

bool Silencer::silences(const Alert& alert) {
  if (of_.empty()) return false;
  bool out = false;
  for (uint32_t index : of_[alert.rule]) {
    One& one = all_[index];
    const bool all = std::all_of(one.what.when.begin(), one.what.when.end(), [&](const auto& wanted) {
      return std::any_of(alert.group.begin(), alert.group.end(), [&](const auto& have) {
        return have.first == wanted.first && std::any_of(wanted.second.begin(), wanted.second.end(), [&](const std::string& value) { return glob_match(value, have.second); });
      });
    });
    out = (all && decided(one, alert.event.time_ms)) || out;
  }
  return out;
}

std::vector<Error> Silencer::expired() const {
  std::vector<Error> out;
  std::lock_guard lock(mutex_);
  for (const One& one : all_)
    if (one.too_late > 0)
      out.push_back({Code::conflict, "the suppression of `" + one.what.rule + "` expired on " + rfc3339(one.what.expires).substr(0, 10) + "; since then it would have silenced " + count_text(one.too_late, "alert"), one.what.at, {},
                     "ask " + one.what.owner + " to renew or remove it"});
  return out;
}

}  // namespace reeve
