// Policies as far as drift is concerned: two are the same if they say the same, whichever way they are written. One action or a list of one,
// `123456789012` or the ARN of its root, a `Version` that is left out or the old one, statements in any order.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "check/drift_value.h"

namespace reeve {
namespace {

constexpr std::string_view kOldVersion = "2008-10-17";

std::string as_written(std::string_view text) { return std::string(text); }
std::string without_case(std::string_view text) { return lower(text); }
std::string principal(std::string_view text) {
  if (text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return "account:" + std::string(text);
  if (starts_with(text, "arn:") && ends_with(text, ":root"))
    if (const auto parts = split(text, ':'); parts.size() == 6 && parts[2] == "iam") return "account:" + std::string(parts[4]);
  return std::string(text);
}

using Plain = std::string (*)(std::string_view);
Plain plain_of(std::string_view key) {
  return equal_ignoring_case(key, "Action") || equal_ignoring_case(key, "NotAction") ? without_case : as_written;
}

std::vector<Value> several(Value value) {
  std::vector<Value> out;
  if (value.is_list())
    for (Value item : value.items()) out.push_back(item);
  else if (value) out.push_back(value);
  return out;
}

// The member of that name, however it is capitalised.
Value member(Value map, std::string_view name) {
  if (Value exact = map.get(name)) return exact;
  for (auto entry : map.entries())
    if (equal_ignoring_case(entry.key(), name)) return entry.value;
  return {};
}

std::set<std::string> keys_of(Value a, Value b) {
  std::set<std::string> out;
  for (Value map : {a, b})
    for (auto entry : map.entries()) {
      const std::string key(entry.key());
      if (std::none_of(out.begin(), out.end(), [&](const std::string& other) { return equal_ignoring_case(other, key); })) out.insert(key);
    }
  return out;
}

}  // namespace

// Values of one member: a set of texts, of which the template may leave some open.
void ValueComparison::words(Value declared, Value live, const std::string& path, Plain plain) {
  if (live.is_unknown()) return untold(declared, path, std::string(live.text()));
  std::set<std::string> ours, theirs;
  std::string open;
  size_t unknowns = 0;
  for (Value each : several(declared)) {
    if (const auto text = each.scalar_text()) ours.insert(plain(*text));
    else if (each.is_unknown()) {
      const Looked made = lookup_(each, {});
      if (made.text) ours.insert(plain(*made.text));
      else ++unknowns, open = made.why.empty() ? std::string(each.text()) : made.why;
    }
  }
  for (Value each : several(live))
    if (const auto text = each.scalar_text()) theirs.insert(plain(*text));
  size_t lacking = 0, more = 0;
  for (const std::string& each : ours) lacking += !theirs.count(each);
  for (const std::string& each : theirs) more += !ours.count(each);
  if (lacking == 0 && more == 0 && unknowns == 0) {
    same_.push_back(path);
    return;
  }
  if (lacking == 0 && unknowns > 0 && more <= unknowns) return add(ValueDrift::Is::undecided, path, declared, live, open);
  add(ValueDrift::Is::different, path, declared, live);
}

void ValueComparison::statement(Value declared, Value live, const std::string& path) {
  for (const std::string& key : keys_of(declared, live)) {
    const Value ours = member(declared, key), theirs = member(live, key);
    const std::string below = path + "." + key;
    if (equal_ignoring_case(key, "Sid") && !ours) continue;  // a name, given by whoever stored it
    if (!ours) {
      add(ValueDrift::Is::added, below, declared, theirs);
    } else if (!theirs) {
      compare_absent(ours, below);
    } else if (ours.is_unknown() || theirs.is_unknown()) {
      words(ours, theirs, below, plain_of(key));
    } else if (equal_ignoring_case(key, "Principal") || equal_ignoring_case(key, "NotPrincipal")) {
      // `*` and {"AWS": "*"} admit the same.
      const auto everyone = [](Value value) { return value.is_string() ? value.text() == "*" : value.size() == 1 && several(value.get("AWS")).size() == 1 && several(value.get("AWS"))[0].text() == "*"; };
      if (everyone(ours) && everyone(theirs)) same_.push_back(below);
      else if (ours.is_map() && theirs.is_map()) {
        for (const std::string& kind : keys_of(ours, theirs)) {
          const Value one = member(ours, kind), other = member(theirs, kind);
          if (one && other) words(one, other, below + "." + kind, principal);
          else if (one) compare_absent(one, below + "." + kind);
          else add(ValueDrift::Is::added, below + "." + kind, ours, other);
        }
      } else add(ValueDrift::Is::different, below, ours, theirs);
    } else if (equal_ignoring_case(key, "Condition") && ours.is_map() && theirs.is_map()) {
      for (const std::string& test : keys_of(ours, theirs)) {
        const Value one = member(ours, test), other = member(theirs, test);
        const std::string at = below + "." + test;
        if (!one || !other) {
          if (one) compare_absent(one, at);
          else add(ValueDrift::Is::added, at, ours, other);
          continue;
        }
        for (const std::string& what : keys_of(one, other)) {
          const Value mine = member(one, what), its = member(other, what);
          const Plain plain = starts_with(lower(test), "bool") || starts_with(lower(test), "null") ? without_case : as_written;
          if (mine && its) words(mine, its, at + "['" + what + "']", plain);
          else if (mine) compare_absent(mine, at + "['" + what + "']");
          else add(ValueDrift::Is::added, at + "['" + what + "']", one, its);
        }
      }
    } else {
      words(ours, theirs, below, plain_of(key));
    }
  }
}

void ValueComparison::policy(Value declared, Value live, const std::string& path) {
  const auto version = [](Value policy) { return policy.get("Version").scalar_text() ? *policy.get("Version").scalar_text() : kOldVersion; };
  if (const Value ours = declared.get("Version"), theirs = live.get("Version"); ours.is_unknown() || theirs.is_unknown()) {
    words(ours ? ours : theirs, theirs, path + ".Version", as_written);
  } else if (version(declared) != version(live)) {
    if (ours) add(theirs ? ValueDrift::Is::different : ValueDrift::Is::absent, path + ".Version", ours, theirs);
    else add(ValueDrift::Is::added, path + ".Version", declared, theirs);
  } else {
    same_.push_back(path + ".Version");
  }
  if (const Value all = declared.get("Statement"); all.is_unknown()) return unknown(all, live.get("Statement"), path + ".Statement");
  if (const Value all = live.get("Statement"); all.is_unknown()) return untold(declared.get("Statement"), path + ".Statement", std::string(all.text()));
  const std::vector<Value> ours = several(declared.get("Statement")), theirs = several(live.get("Statement"));
  const bool one = !declared.get("Statement").is_list();
  std::vector<size_t> partner(ours.size(), theirs.size());
  std::vector<char> used(theirs.size(), 0);
  auto trial = [&](size_t i, size_t j) {
    ValueComparison made(lookup_, excuse_, ordered_);
    made.steps_ = steps_;
    if (ours[i].is_map() && theirs[j].is_map()) made.statement(ours[i], theirs[j], path);
    else if (!ours[i].is_unknown()) made.add(ValueDrift::Is::different, path, ours[i], theirs[j]);
    return made;
  };
  constexpr size_t trials_max = 40'000;
  if (ours.size() * theirs.size() > trials_max) return add(ValueDrift::Is::undecided, path + ".Statement", declared, live, "there are too many statements to be compared");
  for (const int allowed : {0, 1})  // those that are the same, then those that may be
    for (size_t i = 0; i < ours.size(); ++i)
      for (size_t j = 0; partner[i] == theirs.size() && j < theirs.size(); ++j) {
        if (used[j]) continue;
        const ValueComparison made = trial(i, j);
        if (std::any_of(made.drifts_.begin(), made.drifts_.end(), [](const ValueDrift& each) { return each.drift(); }) || (allowed == 0 && !made.drifts_.empty())) continue;
        partner[i] = j, used[j] = 1;
      }
  // Of the rest those belong together that have one name, else those that have the most in common.
  for (size_t i = 0; i < ours.size(); ++i)
    for (size_t j = 0; partner[i] == theirs.size() && j < theirs.size(); ++j)
      if (const Value sid = ours[i].get("Sid"); !used[j] && sid.is_string() && !sid.text().empty() && theirs[j].get("Sid").is_string() && sid.text() == theirs[j].get("Sid").text()) partner[i] = j, used[j] = 1;
  for (size_t i = 0; i < ours.size(); ++i) {
    if (partner[i] != theirs.size() || ours[i].is_unknown()) continue;
    size_t best = theirs.size(), fewest = 0;
    for (size_t j = 0; j < theirs.size(); ++j) {
      if (used[j] || !theirs[j].is_map()) continue;
      const ValueComparison made = trial(i, j);
      const size_t wrong = made.drifts_.size();
      if (wrong <= made.same_.size() && (best == theirs.size() || wrong < fewest)) best = j, fewest = wrong;
    }
    if (best != theirs.size()) partner[i] = best, used[best] = 1;
  }
  for (size_t i = 0; i < ours.size(); ++i) {
    const std::string at = path + ".Statement" + (one ? "" : "[" + std::to_string(i) + "]");
    if (partner[i] == theirs.size()) compare_absent(ours[i], at);
    else if (ours[i].is_map() && theirs[partner[i]].is_map()) statement(ours[i], theirs[partner[i]], at);
    else if (ours[i].is_unknown()) add(ValueDrift::Is::undecided, at, ours[i], theirs[partner[i]], std::string(ours[i].text()));
    else add(ValueDrift::Is::different, at, ours[i], theirs[partner[i]]);
  }
  for (size_t j = 0; j < theirs.size(); ++j)
    if (!used[j]) add(ValueDrift::Is::added, path + ".Statement[]", declared.get("Statement") ? declared.get("Statement") : declared, theirs[j]);
}

}  // namespace reeve
