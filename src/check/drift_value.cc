#include "check/drift_value.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "base/time.h"
#include "formats/json.h"
#include "formats/unknowns.h"

namespace reeve {
namespace {

constexpr size_t kStepsMax = 1u << 20;    // of one resource: hostile lists are given up, not followed
constexpr size_t kTrialsMax = 250'000;    // pairs of one list that are held against each other

bool is_boolean(std::string_view text) { return equal_ignoring_case(text, "true") || equal_ignoring_case(text, "false"); }

// `a` names what the ARN `b` stands for. What is short or a pattern names nothing.
bool names(std::string_view a, std::string_view b) {
  constexpr size_t shortest = 3;
  if (a.size() < shortest || starts_with(a, "arn:") || !starts_with(b, "arn:") || a.find('*') != std::string_view::npos) return false;
  return b.size() > a.size() + 1 && ends_with(b, a) && (b[b.size() - a.size() - 1] == '/' || b[b.size() - a.size() - 1] == ':');
}

bool is_alias(std::string_view text) { return starts_with(text, "alias/") || contains(text, ":alias/"); }

// Without indexes: `Properties.Tags[]`.
std::string kind_of_path(std::string_view path) {
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    out += path[i];
    if (path[i] == '[')
      while (i + 1 < path.size() && path[i + 1] != ']') ++i;
  }
  return out;
}

// A text that two values share only if they are the same in every member; nothing if something in it is unknown.
bool whole_text(Value value, std::string& out) {
  if (value.is_map()) {
    if (value.open()) return false;
    std::vector<std::string> members;
    for (auto entry : value.entries()) {
      if (value.get(entry.key()) != entry.value) continue;
      std::string member;
      JsonWriter(member).string(entry.key());
      member += ':';
      if (!whole_text(entry.value, member)) return false;
      members.push_back(std::move(member));
    }
    std::sort(members.begin(), members.end());
    out += '{' + join(members, ",") + '}';
    return true;
  }
  if (value.is_list()) {
    out += '[';
    for (Value item : value.items()) {
      if (!whole_text(item, out)) return false;
      out += ',';
    }
    out += ']';
    return true;
  }
  const auto text = value.scalar_text();
  if (!text) return value.is_null() ? (out += "null", true) : false;
  JsonWriter(out).string(is_boolean(*text) ? lower(*text) : std::string(*text));
  return true;
}

// The member that tells an item of a list from others.
std::string_view identity(Value item) {
  for (std::string_view key : {"Key", "Name", "Id", "ID", "Sid", "PolicyName", "RuleName", "DeviceName", "AttributeName", "IndexName", "ContainerName"})
    if (Value value = item.get(key); value.is_scalar() && !value.text().empty()) return value.text();
  return {};
}

// A pair of key and value is shown whole: the value alone says little, and may be a secret by its key.
bool is_pair(Value item) { return item.is_map() && (item.get("Value") || item.get("ParameterValue")) && !identity(item).empty(); }

// A member by its name, also where a service begins it with a small letter.
Value member(Value map, std::string_view key) {
  if (Value exact = map.get(key); exact || key.empty()) return exact;
  std::string other(key);
  other[0] = static_cast<char>(other[0] >= 'A' && other[0] <= 'Z' ? other[0] - 'A' + 'a' : other[0] >= 'a' && other[0] <= 'z' ? other[0] - 'a' + 'A' : other[0]);
  return map.get(other);
}

size_t likeness(Value declared, Value live) {
  size_t n = 0;
  for (auto entry : declared.entries()) {
    std::string a, b;
    const Value other = live.get(entry.key());
    if (!other) continue;
    const auto one = entry.value.scalar_text(), two = other.scalar_text();
    n += one && two ? same_scalar(*one, *two) : whole_text(entry.value, a) && whole_text(other, b) && a == b;
  }
  return n;
}

}  // namespace

bool same_scalar(std::string_view a, std::string_view b) {
  if (a == b || (is_boolean(a) && equal_ignoring_case(a, b))) return true;
  if (const auto one = parse_double(a), two = parse_double(b); one && two) return *one == *two && (a.size() < 16 && b.size() < 16);
  if (const auto one = parse_time(a), two = parse_time(b); one && two) return one->ms / 1000 == two->ms / 1000;
  return names(a, b) || names(b, a);
}

bool is_nothing(Value value) {
  if (!value || value.is_null()) return true;
  if (value.is_unknown()) return false;
  if (value.is_bool()) return !value.boolean();
  if (value.is_string()) return value.text().empty() || value.text() == "false";
  if (value.is_list()) return value.size() == 0;
  if (!value.is_map() || value.open()) return false;
  for (auto entry : value.entries())
    if (!is_nothing(entry.value)) return false;
  return true;
}

void ValueComparison::add(ValueDrift::Is is, const std::string& path, Value declared, Value live, std::string reason, std::string text) {
  drifts_.push_back({is, path, declared, live, std::move(text), std::move(reason)});
}

void ValueComparison::untold(Value declared, const std::string& path, std::string reason) { add(ValueDrift::Is::untold, path, declared, {}, std::move(reason)); }

void ValueComparison::compare_absent(Value declared, const std::string& path) {
  if (is_nothing(declared)) {
    same_.push_back(path);
    return;
  }
  if (!declared.is_unknown()) return add(ValueDrift::Is::absent, path, declared, {});
  if (const Looked made = lookup_(declared, {}); made.text) return add(ValueDrift::Is::absent, path, declared, {}, {}, *made.text);
  if (surely_there(declared)) return add(ValueDrift::Is::absent, path, declared, {}, "whatever it is, the template gives it a value");
  add(ValueDrift::Is::undecided, path, declared, {}, std::string(declared.text()));
}

void ValueComparison::compare(Value declared, Value live, const std::string& path, Told told) {
  if (!live) return compare_absent(declared, path);
  if (live.is_unknown()) return untold(declared, path, std::string(live.text()));
  any(declared, live, path, told);
}

ValueComparison::Answer ValueComparison::answer(Value declared, Value live, const std::string& path, Told told) {
  ValueComparison trial(lookup_, excuse_, ordered_);
  trial.steps_ = steps_;
  trial.compare(declared, live, path, told);
  Answer out = Answer::yes;
  for (const ValueDrift& each : trial.drifts_) {
    if (each.drift()) return Answer::no;
    out = Answer::unknown;
  }
  return out;
}

void ValueComparison::any(Value declared, Value live, const std::string& path, Told told) {
  if (++*steps_ > kStepsMax) return add(ValueDrift::Is::undecided, path, declared, live, "there is too much of it to be compared");
  if (declared.is_unknown()) return unknown(declared, live, path);
  // A document that one side keeps as text.
  if (declared.is_string() != live.is_string()) {
    const bool declares = live.is_map() || live.is_list();
    if (declares || declared.is_map() || declared.is_list()) {
      const Value text = declares ? declared : live;
      if (starts_with(trim(text.text()), "{") || starts_with(trim(text.text()), "["))
        if (auto read = read_json(text.text(), Source{})) {
          const Answer same = declares ? answer((*read)->root(), live, path, told) : answer(declared, (*read)->root(), path, told);
          if (same == Answer::yes) same_.push_back(path);
          else add(same == Answer::no ? ValueDrift::Is::different : ValueDrift::Is::undecided, path, declared, live, same == Answer::no ? "" : "a part of the document is not known");
          return;
        }
    }
  }
  if (declared.is_map() && live.is_map()) return declared.get("Statement") || live.get("Statement") ? policy(declared, live, path) : map(declared, live, path, told);
  if (declared.is_list() && live.is_list()) {
    const size_t drifts = drifts_.size(), same = same_.size();
    list(declared, live, path, told);
    same_.resize(same);
    if (drifts_.size() == drifts) same_.push_back(path);
    return;
  }
  if (declared.is_list() && declared.size() == 1 && live.is_scalar()) return any(declared.at(0), live, path, told);
  if (live.is_list() && live.size() == 1 && declared.is_scalar()) return any(declared, live.at(0), path, told);
  if (const auto text = declared.scalar_text()) return scalar(declared, *text, live, path);
  if (declared.is_null()) {
    same_.push_back(path);
    return;
  }
  if (is_nothing(declared) && is_nothing(live)) {
    same_.push_back(path);
    return;
  }
  add(ValueDrift::Is::different, path, declared, live);
}

void ValueComparison::scalar(Value declared, std::string_view text, Value live, const std::string& path) {
  if (const auto other = live.scalar_text()) {
    if (same_scalar(text, *other)) {
      same_.push_back(path);
      return;
    }
    const bool keys = contains(text, "key/") || contains(*other, "key/");
    if (is_alias(text) != is_alias(*other) && (keys || is_alias(text)))
      return add(ValueDrift::Is::undecided, path, declared, live, "one names an alias and the other a key; whose alias it is, is not told");
  }
  const bool made = declared.is_unknown();
  add(ValueDrift::Is::different, path, declared, live, {}, made ? std::string(text) : std::string());
}

void ValueComparison::unknown(Value declared, Value live, const std::string& path) {
  const Value only = live.is_list() && live.size() == 1 ? live.at(0) : live;
  const Looked made = lookup_(declared, only);
  if (made.text) return scalar(declared, *made.text, only, path);
  add(made.never ? ValueDrift::Is::different : ValueDrift::Is::undecided, path, declared, live, made.why.empty() ? std::string(declared.text()) : made.why);
}

void ValueComparison::map(Value declared, Value live, const std::string& path, Told told) {
  for (auto entry : declared.entries()) {
    if (declared.get(entry.key()) != entry.value) continue;  // of a key that stands twice, the last
    const std::string below = path + "." + std::string(entry.key());
    const Told within = !told || told->whole ? nullptr : told->members.count(entry.key()) ? &told->members.find(entry.key())->second : told;
    if (within && within == told) {
      if (!is_nothing(entry.value)) untold(entry.value, below, "no call that Reeve reads tells it");
    } else if (const Value other = member(live, entry.key())) {
      compare(entry.value, other, below, within);
    } else if (live.open()) {
      untold(entry.value, below, std::string(live.open_reason()));
    } else {
      compare_absent(entry.value, below);
    }
  }
  if (declared.open()) add(ValueDrift::Is::undecided, path, declared, live, std::string(declared.open_reason()));
}

void ValueComparison::pairs(Value declared, Value live, const std::string& path, Told told, std::vector<size_t>& partner, std::vector<char>& used) {
  const size_t none = live.size();
  std::unordered_map<std::string, std::vector<size_t>> by_text;
  std::vector<Value> ours, theirs;
  for (Value item : declared.items()) ours.push_back(item);
  for (Value item : live.items()) theirs.push_back(item);
  for (size_t j = theirs.size(); j-- > 0;)
    if (std::string text; whole_text(theirs[j], text)) by_text[text].push_back(j);
  size_t left = ours.size(), open = theirs.size();
  auto pair = [&](size_t i, size_t j) { partner[i] = j, used[j] = 1, --left, --open; };
  for (size_t i = 0; i < ours.size(); ++i) {
    std::string text;
    if (!whole_text(ours[i], text)) continue;
    if (auto at = by_text.find(text); at != by_text.end() && !at->second.empty()) {
      pair(i, at->second.back());
      at->second.pop_back();
    }
  }
  if (left * open > kTrialsMax) return;
  for (const Answer enough : {Answer::yes, Answer::unknown})
    for (size_t i = 0; i < ours.size(); ++i)
      for (size_t j = 0; partner[i] == none && j < theirs.size(); ++j)
        if (!used[j] && answer(ours[i], theirs[j], path + "[]", told) == enough) pair(i, j);
  // What is left differs; what belongs together is shown together.
  for (size_t i = 0; i < ours.size(); ++i)
    for (size_t j = 0; partner[i] == none && j < theirs.size(); ++j)
      if (!used[j] && !identity(ours[i]).empty() && identity(ours[i]) == identity(theirs[j])) pair(i, j);
  for (size_t i = 0; i < ours.size(); ++i) {
    if (partner[i] != none || !ours[i].is_map() || !identity(ours[i]).empty()) continue;
    size_t best = none, most = 0;
    for (size_t j = 0; j < theirs.size(); ++j)
      if (!used[j] && theirs[j].is_map())
        if (const size_t n = likeness(ours[i], theirs[j]); n > most && 2 * n >= ours[i].size()) best = j, most = n;
    if (best != none) pair(i, best);
  }
}

void ValueComparison::list(Value declared, Value live, const std::string& path, Told told) {
  const size_t none = live.size();
  std::vector<size_t> partner(declared.size(), none);
  std::vector<char> used(live.size(), 0);
  pairs(declared, live, path, told, partner, used);
  bool matched = true;
  const size_t before = drifts_.size();
  size_t i = 0;
  for (Value item : declared.items()) {
    const std::string below = path + "[" + std::to_string(i) + "]";
    if (partner[i] == none) {
      matched = false;
      compare_absent(item, below);
    } else if (const Value other = live.at(partner[i]); is_pair(item) && is_pair(other)) {
      const Answer same = answer(item, other, below, told);
      if (same == Answer::no) add(ValueDrift::Is::different, below, item, other);
      else if (same == Answer::unknown) compare(item, other, below, told);
    } else {
      compare(item, other, below, told);
    }
    ++i;
  }
  i = 0;
  for (Value item : live.items()) {
    if (used[i++] || item.is_unknown()) continue;
    matched = false;
    const Value key = item.get("Key");
    if ((key.is_string() && starts_with(key.text(), "aws:")) || excuse_(item)) continue;  // AWS's own tags
    // One unknown of the template may stand for any number of items.
    bool may_be = false;
    for (Value own : declared.items()) may_be |= own.is_unknown() && !surely_there(own);
    if (may_be) add(ValueDrift::Is::undecided, path, declared, item, "an item that the template leaves open may be this one");
    else add(ValueDrift::Is::added, path + "[]", declared, item);
  }
  if (!matched || drifts_.size() != before || !ordered_ || !ordered_->count(kind_of_path(path))) return;
  for (size_t at = 0; at < partner.size(); ++at)
    if (partner[at] != at) return add(ValueDrift::Is::different, path, declared, live, "the same items in another order, which matters here");
}

}  // namespace reeve
