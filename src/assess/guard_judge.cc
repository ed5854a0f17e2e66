#include "assess/guard_judge.h"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <optional>

#include "assess/fail_words.h"
#include "base/text.h"
#include "estate/template.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t kEvidenceMax = 5;

void take_source(Evidence& evidence, const Source& source) {
  evidence.source = source.file;
  evidence.time = {source.time_ms};
  evidence.time_basis = source.time_basis;
}

bool is_call_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; }

// The value there, or where it would be, from the longest part of a query (`.Properties.Tags[ … ]`) that names one place.
std::pair<Value, std::string> place_of(const Resource& resource, std::string_view query) {
  Value at = resource.body();
  std::string path;
  while (starts_with(query, ".")) {
    size_t end = std::min(query.find_first_of(".[", 1), query.size());
    std::string key(query.substr(1, end - 1));
    if (key.empty() || !std::all_of(key.begin(), key.end(), [](char c) { return is_call_letter(c) && c != '-'; }) || !at.is_map()) break;
    path += (path.empty() ? "" : ".") + key;
    at = at.get(key);
    if (!at) break;
    query.remove_prefix(end);
  }
  return {path.empty() ? Value() : at, path};
}

// A path in the judged document without its head: `$.Resources.x.Properties.A.B` → `Properties.A.B`.
std::string below_body(const Resource& resource, const std::string& path) {
  std::string body = resource.body().path();
  if (!starts_with(path, body)) return path;
  std::string out = path.substr(body.size());
  if (starts_with(out, ".")) out.erase(0, 1);
  return out;
}

// A rule named `readable` says what has to be there to judge at all: where it does not hold the answer is unknown, not a fail.
void take_readable(guard::GuardResult& result) {
  using guard::GuardStatus;
  bool found = false;
  for (auto& rule : result.rules) {
    if (rule.rule != "readable" || rule.status != GuardStatus::fail) continue;
    found = true;
    rule.status = GuardStatus::unknown;
    for (auto& failure : rule.failures) {
      failure.unknown_reason = !failure.message.empty() ? failure.message : "it is not readable: " + failure.expected + " is expected";
    }
  }
  if (!found || result.status != GuardStatus::fail) return;
  const bool fails = std::any_of(result.rules.begin(), result.rules.end(), [](const auto& rule) { return rule.status == GuardStatus::fail; });
  if (!fails) result.status = GuardStatus::unknown;
}

// Of several ways to hold at one place ("not there, or true") the one that says most: that a thing be there or not says least.
const Evidence& telling(const std::vector<Evidence>& evidence) {
  const Evidence& first = evidence.front();
  auto says_little = [](const Evidence& one) { return ends_with(one.expected, "exists") || ends_with(one.expected, "empty"); };
  if (!says_little(first) || first.value.empty()) return first;
  for (const Evidence& one : evidence)
    if (one.path == first.path && one.value == first.value && !says_little(one)) return one;
  return first;
}

}  // namespace

std::string call_named(std::string_view reason) {
  size_t colon = reason.find(':'), end = colon;
  if (colon == std::string_view::npos || colon == 0 || colon + 1 >= reason.size() || reason[colon + 1] < 'A' || reason[colon + 1] > 'Z') return "";
  for (char c : reason.substr(0, colon))
    if (!is_call_letter(c)) return "";
  for (end = colon + 1; end < reason.size() && is_call_letter(reason[end]);) ++end;
  if (end < reason.size() && reason[end] != ' ' && reason[end] != ',') return "";
  return std::string(reason.substr(0, end));
}

Evidence evidence_of(const Resource& resource, Value value, Value from, const std::string& rest, const std::string& expected) {
  Evidence out;
  if (value) {
    auto origin = value.origin();
    if (origin.source && !origin.source->file.empty()) {
      out = evidence_at(value, resource.uid, expected);
      if (out.line == 0 && resource.shape) {  // within text that a plan carries as JSON
        out.line = resource.main_line;
        out.column = resource.main_column;
      }
      return out;
    }
    out.value = redacted_json(value);
  }
  out.resource = resource.uid;
  out.expected = expected;
  if (!value && !from && starts_with(rest, ".")) {  // a filter that keeps nothing: the list it looked through
    auto [at, where] = place_of(resource, rest);
    if (at && !at.is_unknown() && at.index() != resource.body().index()) {
      auto origin = at.origin();
      if (origin.source && !origin.source->file.empty()) return evidence_at(at, resource.uid, expected);
    }
    if (!where.empty())
      if (const auto* seen = resource.seen_absent(where); seen && !at) return evidence_of(resource, {}, {}, where, expected);
  }
  std::string path = value ? below_body(resource, value.path()) : from ? below_body(resource, from.path()) + rest : rest;
  if (starts_with(path, ".")) path.erase(0, 1);
  // Something that is not there: the reply that would have had it.
  if (const auto* seen = resource.seen_absent(path)) {
    take_source(out, *seen->source);
    out.path = seen->path;
    if (resource.shape) {
      out.line = resource.main_line;
      out.column = resource.main_column;
    }
    if (!seen->value.empty())
      if (auto there = read_json(seen->value, Source{})) out.value = redacted_json((*there)->root());
    return out;
  }
  if (from && !value) {
    auto origin = from.origin();
    if (origin.source && !origin.source->file.empty()) {
      take_source(out, *origin.source);
      out.path = origin.path + rest;
      out.line = origin.line;
      out.column = origin.column;
      return out;
    }
  }
  take_source(out, resource.main_source);
  out.path = resource.main_path.empty() ? path : resource.main_path;
  out.line = resource.main_line;
  out.column = resource.main_column;
  return out;
}

GuardJudge::GuardJudge(const Content& content, const ResourceCatalogue& catalogue, std::vector<Error>& errors) {
  for (size_t i = 0; i < content.controls.size(); ++i) {
    const Control& control = content.controls[i];
    if (control.judge != Judge::guard) continue;
    auto rules = guard::compile_guard(control.check.text, control.check.shown);
    if (!rules) {
      errors.push_back(rules.error());
      continue;
    }
    auto compiled = std::make_unique<Compiled>();
    compiled->control = i;
    compiled->source = &control;
    compiled->rules = *rules;
    uses_now_ |= (*rules)->uses_now();
    types_[i] = (*rules)->types();
    for (auto& mention : (*rules)->mentions()) {
      const ResourceType* type = catalogue.find(mention.type);
      if (type && !type->maps(mention.path) && !compiled->unmapped.count(mention.type)) compiled->unmapped[mention.type] = mention.path;
    }
    if ((*rules)->any_type()) {
      if (control.live) any_live_.push_back(compiled.get());
      if (control.in_template) any_template_.push_back(compiled.get());
    }
    for (auto& type : (*rules)->types()) {
      if (control.live) live_[type].push_back(compiled.get());
      if (control.in_template) born_not_[type].push_back(compiled.get());
    }
    compiled_.push_back(std::move(compiled));
  }
}

struct GuardJudge::Late {
  std::once_flag once;
  size_t number = 0;
  std::string_view id;
  std::optional<Control> control;
  std::optional<Compiled> compiled;
};
struct GuardJudge::LateType {
  std::once_flag once;
  std::vector<Late*> controls;
  std::vector<const Compiled*> compiled;
};

GuardJudge::~GuardJudge() = default;

GuardJudge::GuardJudge(const std::vector<IndexedControl>& built_in) : late_any_(std::make_unique<LateType>()) {
  for (size_t i = 0; i < built_in.size(); ++i) {
    const IndexedControl& control = built_in[i];
    if (control.judge != Judge::guard || !control.in_template) continue;
    Late* late = late_.emplace_back(std::make_unique<Late>()).get();
    late->number = i;
    late->id = control.id;
    if (control.any_type) late_any_->controls.push_back(late);
    for (std::string_view type : control.types) {
      auto& of = late_types_[type];
      if (!of) of = std::make_unique<LateType>();
      of->controls.push_back(late);
    }
  }
}

const std::vector<const GuardJudge::Compiled*>& GuardJudge::late(LateType& type) const {
  std::call_once(type.once, [&] {
    for (Late* each : type.controls) {
      std::call_once(each->once, [&] {
        each->control = built_in_control(each->id);
        auto rules = each->control ? guard::compile_guard(each->control->check.text, each->control->check.shown) : fail(Code::internal, "");
        assert(rules && "the build has read and compiled it");
        if (rules) each->compiled = Compiled{each->number, &*each->control, *rules, {}};
      });
      if (each->compiled) type.compiled.push_back(&*each->compiled);
    }
  });
  return type.compiled;
}

const std::vector<const GuardJudge::Compiled*>& GuardJudge::of_type(std::string_view type, bool born) const {
  if (late_any_) {
    const auto of = late_types_.find(type);
    return late(of == late_types_.end() ? *late_any_ : *of->second);
  }
  const Table& table = born ? live_ : born_not_;
  auto found = table.find(type);
  return found == table.end() ? (born ? any_live_ : any_template_) : found->second;
}

const std::vector<std::string>& GuardJudge::types_of(size_t control) const {
  static const std::vector<std::string> none;
  auto found = types_.find(control);
  return found == types_.end() ? none : found->second;
}

GuardVerdict GuardJudge::judge(const Compiled& control, const Resource& resource, Time as_of) const {
  GuardVerdict out;
  if (resource.born && !control.unmapped.empty()) {
    auto unmapped = control.unmapped.find(resource.type_name);
    if (unmapped != control.unmapped.end()) {
      out.verdict = Verdict::unknown;
      out.reason = "no read gives `" + unmapped->second + "` of " + resource.type_name;
      out.evidence.push_back(evidence_of(resource, {}, resource.body(), "", ""));
      return out;
    }
  }
  if (resource.shape) {
    for (const auto& mention : control.rules->mentions()) {
      if (mention.type != resource.type_name || !starts_with(mention.path, "Properties") || resource.shape->maps(mention.path)) continue;
      out.verdict = Verdict::unknown;
      out.reason = "no attribute of Terraform's is known to give `" + mention.path + "` of " + resource.type_name;
      out.evidence.push_back(evidence_of(resource, {}, resource.body(), "", ""));
      return out;
    }
  }
  guard::GuardOptions options;
  options.as_of = as_of;
  guard::GuardResult result = control.rules->evaluate(resource.document->root(), options);
  take_readable(result);
  switch (result.status) {
    case guard::GuardStatus::pass: out.verdict = Verdict::pass; return out;
    case guard::GuardStatus::skip: out.verdict = Verdict::not_applicable; return out;
    case guard::GuardStatus::fail: out.verdict = Verdict::fail; break;
    case guard::GuardStatus::unknown: out.verdict = Verdict::unknown; break;
  }
  if (out.verdict == Verdict::fail && !resource.born)
    if (Value maybe = resource.document->root().get(resource_maybe)) {  // it fails if it will be there at all
      out.verdict = Verdict::unknown;
      out.reason = std::string(maybe.text());
    }
  for (auto& rule : result.rules) {
    if (rule.status != result.status) continue;
    if (rule.error && out.reason.empty()) out.reason = rule.error->what;
    for (auto& failure : rule.failures) {
      if (out.verdict == Verdict::unknown) {
        if (out.reason.empty()) out.reason = failure.unknown_reason;
      } else if (out.reason.empty()) {
        out.reason = failure.message;
      }
      if (out.evidence.size() >= kEvidenceMax) break;
      Evidence evidence;
      // What no call told has no place; the call is named.
      if (std::string call = out.verdict == Verdict::unknown ? call_named(failure.unknown_reason) : std::string(); !call.empty()) {
        evidence.resource = resource.uid;
        evidence.source = std::move(call);
        evidence.time_basis = "unknown";
        evidence.expected = failure.expected;
      } else {
        evidence = evidence_of(resource, failure.value, failure.missing_from, failure.missing_path, failure.expected);
        if (failure.value.is_unknown() && evidence.read_as.empty()) evidence.value.clear();
      }
      if (std::find(out.evidence.begin(), out.evidence.end(), evidence) == out.evidence.end()) out.evidence.push_back(std::move(evidence));
    }
  }
  if (out.verdict == Verdict::fail) {
    std::string found = out.evidence.empty() || out.reason.empty() ? "" : found_words(out.evidence.front());
    if (!found.empty()) out.reason += ": " + found;
    if (out.reason.empty()) out.reason = out.evidence.empty() ? "the rule does not hold" : fail_words(telling(out.evidence));
  }
  if (out.reason.empty()) out.reason = "not known";
  for (Evidence& evidence : out.evidence) evidence.expected = expected_in_words(evidence.expected);
  return out;
}

}  // namespace reeve
