// Which conditions hold, as far as that can be told before a deployment.
#include "base/text.h"
#include "estate/stack_resolver.h"

namespace reeve {

StackResolver::Truth StackResolver::condition(std::string_view name, Value at) {
  auto found = conditions_.find(name);
  if (found == conditions_.end()) {
    const std::string reason = "there is no condition `" + std::string(name) + "`";
    note(at, reason);
    return {Truth::Is::unknown, reason};
  }
  Named& named = found->second;
  if (named.is == Named::Is::being) {
    problem(at, "the condition `" + std::string(name) + "` depends on itself", "conditions that do not go round in a circle");
    named.is = Named::Is::done;
    named.truth = {Truth::Is::unknown, "the condition `" + std::string(name) + "` depends on itself"};
  }
  if (named.is == Named::Is::fresh) {
    named.is = Named::Is::being;
    std::swap(loop_, named.loop);
    Truth truth = test(named.expression);
    std::swap(loop_, named.loop);
    if (named.is == Named::Is::being) named.truth = std::move(truth);
    named.is = Named::Is::done;
    if (named.truth.is == Truth::Is::unknown && !starts_with(named.truth.reason, "the condition `" + std::string(name)))
      named.truth.reason = "whether condition `" + std::string(name) + "` holds is not known: " + named.truth.reason;
  }
  return named.truth;
}

StackResolver::Truth StackResolver::test(Value expression) {
  if (budget_ == 0) return {Truth::Is::unknown, "the template is too large"};
  --budget_;
  if (expression.is_map() && expression.size() == 1)
    for (auto entry : expression.entries()) {
      const std::string_view key = entry.key();
      const Value argument = entry.value;
      if (key == "Condition" && argument.is_string()) return condition(substituted(argument.text(), false), argument);
      if (key == "Fn::Equals") return equals(argument);
      if (key == "Fn::Not" && argument.is_list() && argument.size() == 1) {
        Truth truth = test(argument.at(0));
        if (truth.is != Truth::Is::unknown) truth.is = truth.is == Truth::Is::yes ? Truth::Is::no : Truth::Is::yes;
        return truth;
      }
      if ((key == "Fn::And" || key == "Fn::Or") && argument.is_list()) {
        const auto decides = key == "Fn::And" ? Truth::Is::no : Truth::Is::yes;
        Truth all{key == "Fn::And" ? Truth::Is::yes : Truth::Is::no, ""};
        for (Value each : argument.items()) {
          Truth one = test(each);
          if (one.is == decides) return one;
          if (one.is == Truth::Is::unknown && all.is != Truth::Is::unknown) all = std::move(one);
        }
        return all;
      }
      if (key == "Fn::Not" || key == "Fn::And" || key == "Fn::Or") {
        problem(argument, "`" + std::string(key) + "` has not the conditions it needs", key == "Fn::Not" ? "a list of one condition" : "a list of conditions");
        return {Truth::Is::unknown, "`" + std::string(key) + "` has not the conditions it needs"};
      }
    }
  // A function that gives "true" or "false".
  const StackValue value = eval(expression);
  if (auto text = value.scalar()) {
    if (equal_ignoring_case(*text, "true")) return {Truth::Is::yes, ""};
    if (equal_ignoring_case(*text, "false")) return {Truth::Is::no, ""};
  }
  return {Truth::Is::unknown, value.unknown() ? value.text : "the condition cannot be read"};
}

StackResolver::Truth StackResolver::equals(Value argument) {
  if (!argument.is_list() || argument.size() != 2) return {Truth::Is::unknown, "`Fn::Equals` has not two arguments"};
  testing_ = true;
  const StackValue a = eval(argument.at(0)), b = eval(argument.at(1));
  testing_ = false;
  if (auto same = same_value(a, b)) return {*same ? Truth::Is::yes : Truth::Is::no, ""};
  // A parameter that may not have the other's value.
  for (size_t i = 0; i < 2; ++i) {
    const Value name = argument.at(i).get("Ref");
    const auto other = (i == 0 ? b : a).scalar();
    if (!name.is_string() || !other) continue;
    const Value declared = parameters_.get(name.text());
    const Value allowed = declared.get("AllowedValues");
    if (allowed.size() > 0) {
      bool may = false;
      for (Value each : allowed.items()) may |= each.scalar_text() && *each.scalar_text() == *other;
      if (!may) return {Truth::Is::no, ""};
    }
    if (auto least = declared.get("MinLength").scalar_text(); least && other->size() < static_cast<size_t>(parse_int(*least).value_or(0))) return {Truth::Is::no, ""};
  }
  const StackValue* doubt = a.doubt() ? a.doubt() : b.doubt();
  return {Truth::Is::unknown, doubt ? doubt->text : "the two cannot be compared"};
}

}  // namespace reeve
