#define PCRE2_CODE_UNIT_WIDTH 8
#include "access/simulation_options.h"

#include <pcre2.h>

#include <set>

#include "base/text.h"

namespace reeve {
namespace {

struct Constraint {
  std::string literal;  // lower case; empty: `pattern`
  std::shared_ptr<pcre2_code> pattern;
  bool presence = false, value = false;
};

bool applies(const Constraint& constraint, const std::string& key_lower) {
  if (!constraint.pattern) return constraint.literal == key_lower;
  // A pattern comes from the document; its cost is bounded.
  std::shared_ptr<pcre2_match_context> limits(pcre2_match_context_create(nullptr), pcre2_match_context_free);
  pcre2_set_match_limit(limits.get(), 100'000);
  std::shared_ptr<pcre2_match_data> data(pcre2_match_data_create(1, nullptr), pcre2_match_data_free);
  return pcre2_match(constraint.pattern.get(), reinterpret_cast<PCRE2_SPTR>(key_lower.data()), key_lower.size(), 0, 0, data.get(), limits.get()) >= 0;
}

Result<std::vector<Constraint>> constraints_of(Value list) {
  std::vector<Constraint> out;
  if (!list || list.is_null()) return out;
  if (!list.is_list()) return fail(Code::parse, "`options.discoveryContextKeyConstraints` is no list", {}, "a list of {keyName, presenceIsKnown, valueIsKnown}");
  for (Value item : list.items()) {
    Value key = item.get("keyName");
    if (!key.is_string() || key.text().empty()) return fail(Code::parse, "a constraint on a context key without `keyName`");
    Constraint one;
    one.presence = item.get("presenceIsKnown").boolean();
    one.value = item.get("valueIsKnown").boolean();
    if (one.value && !one.presence) return fail(Code::parse, "the value of `" + std::string(key.text()) + "` cannot be known where its presence is not");
    std::string_view text = key.text();
    if (text.size() > 2 && text.front() == '/' && text.back() == '/') {
      text = text.substr(1, text.size() - 2);
      int code = 0;
      size_t at = 0;
      pcre2_code* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), PCRE2_CASELESS, &code, &at, nullptr);
      if (!compiled) return fail(Code::parse, "`" + std::string(key.text()) + "` is no pattern", {}, "a regular expression between slashes");
      one.pattern.reset(compiled, pcre2_code_free);
    } else {
      one.literal = lower(text);
    }
    out.push_back(std::move(one));
  }
  return out;
}

void variables_of(std::string_view text, std::set<std::string>& out) {
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    std::string_view inside = text.substr(at + 2);
    out.insert(lower(trim(inside.substr(0, inside.find_first_of(",}")))));
  }
}

// Every key that a policy asks for.
std::set<std::string> keys_asked(const PolicySet& set) {
  std::set<std::string> out;
  auto one = [&](const PolicyPtr& policy) {
    if (!policy) return;
    for (const auto& statement : source_of(*policy).statements) {
      for (const auto& condition : statement.conditions) {
        out.insert(condition.key_lower);
        for (const auto& value : condition.values) variables_of(value, out);
      }
      for (const auto& value : statement.resources.values) variables_of(value, out);
    }
  };
  auto list = [&](const std::vector<PolicyPtr>& policies) {
    for (const auto& policy : policies) one(policy);
  };
  list(set.identity);
  for (const auto* optional : {&set.boundary, &set.session, &set.endpoint})
    if (*optional) list(**optional);
  one(set.resource);
  for (const auto* levels : {&set.scps, &set.rcps})
    if (*levels)
      for (const auto& level : **levels) list(level.policies);
  return out;
}

}  // namespace

Status read_simulation_options(Value options, Simulation& out) {
  if (!options || options.is_null()) return {};
  if (!options.is_map()) return fail(Code::parse, "`options` is no map");
  Value mode = options.get("simulationMode");
  if (mode && !mode.is_null()) {
    if (!mode.is_string() || (mode.text() != "Strict" && mode.text() != "Discovery"))
      return fail(Code::parse, "`options.simulationMode` is `" + std::string(mode.scalar_text().value_or("")) + "`", {}, "Strict or Discovery");
    out.discovery = mode.text() == "Discovery";
  }
  std::vector<Constraint> constraints = TRY(constraints_of(options.get("discoveryContextKeyConstraints")));
  if (!out.discovery) return {};
  Context& context = out.request.context;
  context.otherwise = ContextValue::State::unknown;
  std::set<std::string> keys = keys_asked(out.policies);
  for (const auto& [key, value] : context.items()) keys.insert(key);
  for (const std::string& key : keys) {
    bool presence = false, known = false;
    for (const Constraint& constraint : constraints)
      if (applies(constraint, key)) {
        presence = presence || constraint.presence;
        known = known || constraint.value;
      }
    if (context.find(key)) {
      if (!known) context.set(key, ContextValue::unknown());
    } else if (presence) {
      context.set(key, ContextValue::absent());
    }
  }
  return {};
}

}  // namespace reeve
