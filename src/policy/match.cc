// Actions and resources against the patterns of a statement.
#include "base/text.h"
#include "policy/glob.h"
#include "policy/policy.h"

namespace reeve {

using namespace policy;

std::string_view name(Truth truth) {
  switch (truth) {
    case Truth::no: return "no";
    case Truth::unknown: return "unknown";
    case Truth::yes: return "yes";
  }
  return "unknown";
}

Context::Context(std::initializer_list<std::pair<std::string, ContextValue>> items) {
  for (const auto& item : items) set(item.first, item.second);
}

void Context::set(std::string_view key, ContextValue value) { items_.insert_or_assign(lower(key), std::move(value)); }

const ContextValue* Context::find(std::string_view key) const {
  auto found = items_.find(lower(key));
  return found == items_.end() ? nullptr : &found->second;
}

bool action_matches(std::string_view pattern, std::string_view action) { return matches(glob_of(lower(pattern)), lower(action)); }

Truth resource_matches(std::string_view pattern, std::string_view arn, const Context& context, bool variables) {
  return matches(resource_pattern(pattern, context, variables), arn);
}

namespace {
template <class Match>
Truth terms_cover(const Terms& terms, Match match) {
  Truth hit = terms.unknown ? Truth::unknown : Truth::no;
  for (const auto& value : terms.values) {
    hit = either(hit, match(value));
    if (hit == Truth::yes) break;
  }
  return terms.negated ? negate(hit) : hit;
}
}  // namespace

Truth conditions_hold(const Statement& statement, const Context& context, bool variables) {
  Truth all = statement.conditions_unknown ? Truth::unknown : Truth::yes;
  for (const auto& condition : statement.conditions) {
    all = both(all, condition_holds(condition, context, variables));
    if (all == Truth::no) break;
  }
  return all;
}

Truth statement_covers(const Statement& statement, std::string_view action, std::string_view resource, const Context& context,
                       bool variables) {
  if (!statement.unknown.empty()) return Truth::unknown;
  Truth covers = terms_cover(statement.actions, [&](const std::string& term) { return truth(action_matches(term, action)); });
  if (covers != Truth::no && !resource.empty() && statement.resources.present)
    covers = both(covers, terms_cover(statement.resources, [&](const std::string& term) {
                    return resource_matches(term, resource, context, variables);
                  }));
  if (covers == Truth::no) return covers;
  return both(covers, conditions_hold(statement, context, variables));
}

}  // namespace reeve

namespace reeve::policy {

// "Specify resources with wildcards": a star that ends a segment may match past colons; one elsewhere in a segment is said to stay
// in it. How strictly is not documented, so a match that needs such a star to cross a colon is unknown. Beyond the fifth colon the
// resource part is one piece, and stars cross anything.
ResourcePattern resource_pattern(std::string_view pattern, const KeySource& keys, bool variables) {
  ResourcePattern out{expand(pattern, keys, variables, true), {}};
  if (out.loose.shape != Shape::general) return out;  // the star at the end of such a pattern ends its segment too
  Glob& strict = out.strict = out.loose.glob;
  int colons = 0;
  for (size_t i = 0; i < strict.text.size() && colons < 5; ++i) {
    if (strict.wild[i] == 0 && strict.text[i] == ':') ++colons;
    bool ends_segment = i + 1 == strict.text.size() || (strict.wild[i + 1] == 0 && strict.text[i + 1] == ':');
    if (strict.wild[i] == '*' && !ends_segment) strict.wild[i] = 'c';
  }
  return out;
}

Truth matches(const ResourcePattern& pattern, std::string_view arn) {
  Truth any = matches(pattern.loose, arn);
  if (any != Truth::yes || pattern.loose.shape != Shape::general) return any;
  return matches(pattern.strict, arn) ? Truth::yes : Truth::unknown;
}

}  // namespace reeve::policy
