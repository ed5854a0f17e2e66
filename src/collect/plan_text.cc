#include "collect/plan_text.h"

#include <algorithm>

#include "base/text.h"
#include "base/words.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr CollectScope kScopes[] = {CollectScope::organization, CollectScope::account, CollectScope::region};

std::string heading(CollectScope scope) {
  switch (scope) {
    case CollectScope::organization: return "Once, in the management account or a delegated administrator's";
    case CollectScope::account: return "In each account";
    case CollectScope::region: return "In each Region of each account";
  }
  return "";
}

std::string line_of(const PlannedKind& kind) {
  std::string out = "  " + kind.call;
  for (auto& [name, value] : kind.fixed) out += " " + name + "=" + value;
  for (auto& parameter : kind.parameters) out += " " + parameter + (kind.batch > 1 && parameter == kind.parameters.back() ? "=… up to " + std::to_string(kind.batch) : "=…");
  if (!kind.only_in.empty()) out += "  in " + join(kind.only_in, ", ");
  if (kind.by_administrators && kind.scope != CollectScope::organization) out += "  in administrators' accounts";
  if (kind.told_by == std::vector<std::string>{"--all-facts"}) out += "  only with --all-facts";
  else if (!kind.told_by.empty()) out += "  only where " + join(kind.told_by, ", ") + " is refused";
  else if (!kind.fed_by.empty()) out += "  after " + join(kind.fed_by, ", ");
  return out + "\n";
}

}  // namespace

std::vector<PlannedKind> kinds_of(const CollectPlan& plan, const PlanFilter& filter) {
  std::vector<PlannedKind> out = plan.kinds();
  std::erase_if(out, [&](const PlannedKind& kind) {
    auto& services = filter.services;
    return !services.empty() && std::find(services.begin(), services.end(), kind.call.substr(0, kind.call.find(':'))) == services.end();
  });
  return out;
}

PlanCounts counts_of(const std::vector<PlannedKind>& kinds, CollectScope scope) {
  PlanCounts out;
  for (const PlannedKind& kind : kinds) {
    if (kind.scope != scope) continue;
    if (!kind.told_by.empty()) ++out.left_out;
    else if (kind.parameters.empty()) ++out.known;
    else ++out.by_reply;
  }
  return out;
}

std::string plan_text(const std::vector<PlannedKind>& kinds) {
  std::string out;
  for (CollectScope scope : kScopes) {
    const PlanCounts counts = counts_of(kinds, scope);
    if (counts.known + counts.by_reply + counts.left_out == 0) continue;
    out += (out.empty() ? "" : "\n") + heading(scope) + ": " + count_text(counts.known, "call");
    if (counts.by_reply != 0) out += ", and " + std::to_string(counts.by_reply) + " more for each that a reply names";
    if (counts.left_out != 0) out += "; " + std::to_string(counts.left_out) + " left out, since others tell what they tell";
    out += "\n";
    for (const PlannedKind& kind : kinds)
      if (kind.scope == scope) out += line_of(kind);
  }
  return out;
}

std::string plan_json(const std::vector<PlannedKind>& kinds) {
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object().key("counts").begin_object();
  for (CollectScope scope : kScopes) {
    const PlanCounts counts = counts_of(kinds, scope);
    json.key(name(scope)).begin_object().member("known", static_cast<int64_t>(counts.known)).member("by_reply", static_cast<int64_t>(counts.by_reply));
    json.member("left_out", static_cast<int64_t>(counts.left_out)).end_object();
  }
  json.end_object().key("calls").begin_array();
  auto texts = [&](std::string_view key, const std::vector<std::string>& list) {
    json.key(key).begin_array();
    for (auto& one : list) json.string(one);
    json.end_array();
  };
  for (const PlannedKind& kind : kinds) {
    json.begin_object().member("call", kind.call).member("scope", name(kind.scope)).key("fixed").begin_object();
    for (auto& [name, value] : kind.fixed) json.member(name, value);
    json.end_object();
    texts("parameters", kind.parameters);
    texts("after", kind.fed_by);
    if (kind.batch > 1) json.member("batch", static_cast<int64_t>(kind.batch));
    if (!kind.only_in.empty()) texts("only_in", kind.only_in);
    if (kind.by_administrators) json.member("asked_by", "administrators");
    if (!kind.told_by.empty()) texts("told_by", kind.told_by);
    texts("tells_about", kind.types);
    json.end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace reeve
