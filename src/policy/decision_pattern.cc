// A request whose resource is a pattern. Policies cut the resources that fit it into regions; one resource of each region is decided.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "policy/compiled.h"
#include "policy/decision.h"

namespace reeve {
namespace {

using namespace policy;

constexpr std::string_view region_fillers[] = {"any-resource", "1"};
constexpr size_t witnesses_max = 400;  // of one part; policies with more patterns than that meet in it are decided by their first

// A Resource entry as the request sees it.
struct Entry {
  std::string text;
  Glob glob;
  std::vector<Glob> excluded;  // of a NotResource
};

// Stars before the fifth colon of a whole ARN hold to their part, so that the resources looked at are ones there may be.
Glob by_parts(Glob glob) {
  size_t colons = 0, part = 0;
  for (size_t i = 0; i < glob.text.size() && colons < 5; ++i)
    if (glob.wild[i] == 0 && glob.text[i] == ':') {
      ++colons;
      part = i;
    }
  if (colons == 5)
    for (size_t i = 0; i < part; ++i)
      if (glob.wild[i] == '*') glob.wild[i] = 'c';
  return glob;
}

bool may_cover(const Statement& statement, const DecisionRequest& request, bool variables) {
  bool hit = statement.actions.unknown || !statement.unknown.empty();
  for (const auto& action : statement.actions.values) hit = hit || action_matches(action, request.action);
  if (statement.actions.negated) hit = !hit || statement.actions.unknown;
  return hit && conditions_hold(statement, request.context, variables) != Truth::no;
}

void entries_of(const PolicyPtr& policy, const DecisionRequest& request, bool grants_only, std::vector<Entry>& out) {
  if (!policy) return;
  for (const Statement& statement : policy->source.statements) {
    if (grants_only && (statement.effect == Effect::deny || !may_cover(statement, request, policy->variables))) continue;
    Entry all_but{"*", glob_of("*"), {}};
    const bool negated = grants_only && statement.resources.negated;
    for (const auto& value : statement.resources.values) {
      Expanded expanded = expand(value, request.context, policy->variables, true);
      if (expanded.null) continue;
      if (negated)
        all_but.excluded.push_back(std::move(expanded.glob));
      else
        out.push_back({value, by_parts(std::move(expanded.glob)), {}});
    }
    if (negated || (grants_only && !statement.resources.present)) out.push_back(std::move(all_but));
  }
}

// Every policy of the set, for what tells resources apart.
std::vector<Entry> all_entries(const PolicySet& set, const DecisionRequest& request) {
  std::vector<Entry> out;
  auto list = [&](const std::vector<PolicyPtr>& policies) {
    for (const auto& policy : policies) entries_of(policy, request, false, out);
  };
  list(set.identity);
  if (set.boundary) list(*set.boundary);
  if (set.session) list(*set.session);
  if (set.endpoint) list(*set.endpoint);
  entries_of(set.resource, request, false, out);
  for (const auto* levels : {&set.scps, &set.rcps})
    if (*levels)
      for (const auto& level : **levels) list(level.policies);
  return out;
}

class Region {
 public:
  Region(const DecisionRequest& request, const ResourceShape* shape) : wanted_(by_parts(glob_of(request.resource))) {
    if (!shape) return;
    shape_ = by_parts(glob_of(shape->pattern));
    has_shape_ = true;
    flat_ = shape->flat;
  }

  bool fits(const std::string& text, const Entry& grant) const {
    for (const Glob& not_this : grant.excluded)
      if (matches(not_this, text)) return false;
    return !(flat_ && reeve::contains(text, "/")) && matches(wanted_, text) && (!has_shape_ || matches(shape_, text)) && matches(grant.glob, text);
  }

  // Resources of the shape that fit the request's pattern, the grant's and, if there is one, a third policy's.
  void add(const Entry& grant, const Glob* other, std::vector<std::string>& out) const {
    const Glob* all[] = {&wanted_, &grant.glob, has_shape_ ? &shape_ : nullptr, other};
    for (const Glob* a : all)
      for (const Glob* b : all) {
        if (!a || !b || a > b) continue;
        for (auto filler : region_fillers) {
          auto text = a == b ? std::optional(instance(*a, filler)) : common_instance(*a, *b, filler);
          if (text && fits(*text, grant) && (!other || matches(*other, *text)) && std::find(out.begin(), out.end(), *text) == out.end())
            out.push_back(std::move(*text));
          if (out.size() >= witnesses_max) return;
        }
      }
  }

 private:
  Glob wanted_, shape_;
  bool has_shape_ = false, flat_ = false;
};

// What many answers come to: one that is allowed is enough, and only if all are denied by a Deny is the whole.
int rank(Decision::Result result) {
  switch (result) {
    case Decision::Result::allowed: return 3;
    case Decision::Result::unknown: return 2;
    case Decision::Result::implicitly_denied: return 1;
    case Decision::Result::explicitly_denied: return 0;
  }
  return 0;
}

}  // namespace

bool fits_shape(const ResourceShape& shape, std::string_view resource) {
  if (shape.flat && reeve::contains(resource, "/")) return false;
  return common_instance(by_parts(glob_of(shape.pattern)), by_parts(glob_of(resource)), region_fillers[0]).has_value();
}

PatternDecision decide_pattern(const DecisionRequest& request, const PolicySet& policies, const std::vector<ResourceShape>& shapes,
                               const DecisionOptions& options) {
  PatternDecision out;
  std::vector<Entry> grants, all = all_entries(policies, request);
  for (const auto& policy : policies.identity) entries_of(policy, request, true, grants);
  entries_of(policies.resource, request, true, grants);
  std::vector<const ResourceShape*> types;
  for (const auto& shape : shapes) types.push_back(&shape);
  if (types.empty()) types.push_back(nullptr);

  DecisionOptions quiet = options;
  quiet.explain = false;
  DecisionRequest one = request;
  // A Deny of everything that the pattern means leaves nothing to look for.
  const Decision whole = decide(request, policies, options);
  for (const ResourceShape* type : types) {
    Region region(request, type);
    if (whole.result == Decision::Result::explicitly_denied) {
      std::vector<std::string> texts;
      region.add({request.resource, glob_of(request.resource), {}}, nullptr, texts);
      if (!texts.empty()) out.parts.push_back({type ? type->type : "", request.resource, texts.front(), whole});
      continue;
    }
    std::set<std::string> done;
    for (const Entry& grant : grants) {
      if (!done.insert(grant.text).second) continue;
      std::vector<std::string> texts;
      region.add(grant, nullptr, texts);
      for (const Entry& other : all) region.add(grant, &other.glob, texts);
      if (texts.empty()) continue;
      const std::string* best = nullptr;
      int best_rank = -1;
      for (const auto& text : texts) {
        one.resource = text;
        int here = rank(decide(one, policies, quiet).result);
        if (here > best_rank) {
          best = &text;
          best_rank = here;
        }
        if (here == rank(Decision::Result::allowed)) break;
      }
      one.resource = *best;
      out.parts.push_back({type ? type->type : "", grant.text, *best, decide(one, policies, options)});
    }
  }
  if (out.parts.empty()) {
    if (whole.result == Decision::Result::explicitly_denied || whole.result == Decision::Result::unknown) out.overall = whole.result;
    return out;
  }
  auto better = [](const auto& a, const auto& b) { return rank(a.decision.result) < rank(b.decision.result); };
  out.overall = std::max_element(out.parts.begin(), out.parts.end(), better)->decision.result;
  return out;
}

}  // namespace reeve
