// Random policies against slow readers of the same language, written apart from the engine: matching by regular recursion, conditions
// by the tables of the user guide, and the witness search by trying every request of a small world.
#include <functional>
#include <random>

#include "policy/glob.h"
#include "policy/policy_testing.h"
#include "policy/witness.h"

namespace reeve {
namespace {
using namespace testing_policy;
using namespace policy;

bool naive_glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') return naive_glob(pattern.substr(1), text) || (!text.empty() && naive_glob(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && naive_glob(pattern.substr(1), text.substr(1));
}

struct Random {
  std::mt19937 engine{20251124};
  size_t below(size_t n) { return engine() % n; }
  std::string word(std::string_view letters, size_t longest) {
    std::string out;
    for (size_t n = below(longest + 1); n > 0; --n) out += letters[below(letters.size())];
    return out;
  }
};

TEST(Property, glob_matches_as_the_naive_one) {
  Random random;
  int hits = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string pattern = random.word("ab:*?", 8), text = random.word("ab:", 8);
    bool wanted = naive_glob(pattern, text);
    hits += wanted;
    ASSERT_EQ(matches(glob_of(pattern), text), wanted) << pattern << " " << text;
  }
  EXPECT_GT(hits, 1000);
}

TEST(Property, instances_match_and_intersections_are_found) {
  Random random;
  int found = 0, none = 0;
  for (int i = 0; i < 20'000; ++i) {
    Glob a = glob_of(random.word("ab*?", 6)), b = glob_of(random.word("ab*?", 6));
    ASSERT_TRUE(matches(a, instance(a, "zq"))) << a.text;
    auto common = common_instance(a, b, "zq");
    if (common) {
      ++found;
      ASSERT_TRUE(matches(a, *common) && matches(b, *common)) << a.text << " " << b.text << " " << *common;
      continue;
    }
    ++none;
    // No common text means none among all short ones.
    for (int n = 0; n < 1 + 3 + 9 + 27 + 81; ++n) {
      std::string text;
      for (int rest = n; rest > 0; rest = (rest - 1) / 3) text += "abc"[(rest - 1) % 3];
      ASSERT_FALSE(naive_glob(a.text, text) && naive_glob(b.text, text)) << a.text << " " << b.text << " " << text;
    }
  }
  EXPECT_GT(found, 2000);
  EXPECT_GT(none, 2000);
}

// ---- conditions: the user guide's tables, read off one by one

Truth naive_condition(const std::string& op, const std::vector<std::string>& wanted, const std::optional<std::vector<std::string>>& had) {
  std::string base = op;
  std::string set;
  if (auto colon = base.find(':'); colon != std::string::npos) {
    set = base.substr(0, colon);
    base = base.substr(colon + 1);
  }
  bool if_exists = base.size() > 8 && base.substr(base.size() - 8) == "IfExists";
  if (if_exists) base.resize(base.size() - 8);
  bool negative = base == "StringNotEquals" || base == "StringNotLike";
  bool like = base == "StringLike" || base == "StringNotLike";
  if (!had) {
    if (set == "ForAllValues") return Truth::yes;
    if (set == "ForAnyValue") return negative || if_exists ? Truth::unknown : Truth::no;
    return truth(if_exists || negative);
  }
  size_t good = 0;
  for (const auto& value : *had) {
    bool any = false;
    for (const auto& pattern : wanted)
      if (like ? naive_glob(pattern, value) : pattern == value) any = true;
    if (any != negative) ++good;
  }
  if (set == "ForAllValues") return truth(good == had->size());
  if (set == "ForAnyValue") return truth(good > 0);
  return good == had->size() ? Truth::yes : good == 0 ? Truth::no : Truth::unknown;
}

TEST(Property, conditions_as_the_naive_reading) {
  Random random;
  int counts[3] = {};
  const char* operators[] = {"StringEquals", "StringNotEquals", "StringLike", "StringNotLike"};
  const char* sets[] = {"", "ForAllValues:", "ForAnyValue:"};
  for (int i = 0; i < 8'000; ++i) {
    std::string op = std::string(sets[random.below(3)]) + operators[random.below(4)] + (random.below(3) == 0 ? "IfExists" : "");
    std::vector<std::string> wanted(1 + random.below(3)), had(1 + random.below(3));
    std::string json;
    for (auto& value : wanted) {
      value = random.word("ab*?", 3);
      json += (json.empty() ? "\"" : ",\"") + value + "\"";
    }
    for (auto& value : had) value = random.word("ab", 3);
    bool absent = random.below(5) == 0;
    Policy policy = statements(R"({"Effect":"Allow","Action":"*","Condition":{")" + op + R"(":{"x:k":[)" + json + "]}}}");
    Context context{{"X:K", absent ? ContextValue::absent() : ContextValue::of(had)}};
    Truth wanted_truth = naive_condition(op, wanted, absent ? std::nullopt : std::optional(had));
    Truth got = condition_holds(policy.statements.at(0).conditions.at(0), context);
    ASSERT_EQ(got, wanted_truth) << op << " [" << json << "] on " << (absent ? "absent" : ::testing::PrintToString(had));
    ++counts[static_cast<int>(got)];
  }
  for (int count : counts) EXPECT_GT(count, 100);
}

// ---- the search, against every request of a small world

struct World {
  std::vector<std::string> actions, resources;
  std::vector<std::string> values;  // of the keys x:a and x:b; empty string stands for absence
};

bool naive_allowed(const std::vector<std::vector<Policy>>& levels, const std::string& action, const std::string& resource, const Context& context) {
  for (const auto& level : levels) {
    bool allowed = false;
    for (const auto& policy : level)
      for (const auto& statement : policy.statements) {
        auto listed = [](const Terms& terms, const std::string& text) {
          bool hit = false;
          for (const auto& term : terms.values) hit = hit || naive_glob(term, text);
          return hit != terms.negated;
        };
        bool covers = listed(statement.actions, action) && listed(statement.resources, resource);
        for (const auto& condition : statement.conditions) {
          const ContextValue* value = context.find(condition.key);
          std::optional<std::vector<std::string>> had;
          if (value->state == ContextValue::State::present) had = value->values;
          covers = covers && naive_condition(condition.op_text, condition.values, had) == Truth::yes;
        }
        if (covers && statement.effect == Effect::deny) return false;
        if (covers && statement.effect == Effect::allow) allowed = true;
      }
    if (!allowed) return false;
  }
  return true;
}

TEST(Property, a_witness_is_found_exactly_if_some_request_passes) {
  Random random;
  const std::vector<std::string> action_terms{"s:a", "s:b", "s:*", "*", "s:a*", "t:*", "s:a?*"};
  const std::vector<std::string> resource_terms{"*", "arn:aws:s:::x", "arn:aws:s:::x*", "arn:aws:s:::*y", "arn:aws:s:::y"};
  const std::vector<std::string> value_terms{"p", "q", "p*", "*q", "*", "p?*"};
  const std::vector<std::string> operators{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringLikeIfExists", "StringEqualsIfExists"};
  World world{{"s:a", "s:b", "s:ab", "s:c", "t:c", "u:c"},
              {"arn:aws:s:::x", "arn:aws:s:::xz", "arn:aws:s:::y", "arn:aws:s:::zy", "arn:aws:s:::xy", "arn:aws:s:::z", "*"},
              {"", "p", "q", "pz", "zq", "pq", "z", "p*", "*q", "*", "p?*"}};
  auto pick = [&](const std::vector<std::string>& from) {
    std::string out;
    for (size_t n = 1 + random.below(2); n > 0; --n) out += (out.empty() ? "\"" : ",\"") + from[random.below(from.size())] + "\"";
    return "[" + out + "]";
  };
  int counts[3] = {};
  for (int round = 0; round < 1'500; ++round) {
    std::vector<std::vector<Policy>> levels;
    std::string shown;
    for (size_t level = 0; level < 1 + random.below(2); ++level) {
      std::string json;
      for (size_t n = 2 + random.below(4); n > 0; --n) {
        std::string conditions;
        for (size_t c = random.below(3); c > 0; --c)
          conditions += (conditions.empty() ? "" : ",") + ("\"" + operators[random.below(operators.size())] + "\":{\"x:" + (random.below(2) ? "a" : "b") + "\":" + pick(value_terms) + "}");
        json += (json.empty() ? "" : ",") + std::string(R"({"Effect":")") + (random.below(3) ? "Deny" : "Allow") + "\",\"" +
                (random.below(5) ? "Action" : "NotAction") + "\":" + pick(action_terms) + ",\"" + (random.below(5) ? "Resource" : "NotResource") + "\":" +
                pick(resource_terms) + (conditions.empty() ? "" : ",\"Condition\":{" + conditions + "}") + "}";
      }
      if (random.below(2)) json += R"(,{"Effect":"Allow","Action":"*","Resource":"*"})";
      shown += json + "\n";
      levels.push_back({statements(json)});
    }
    bool wanted = false;
    for (const auto& action : world.actions)
      for (const auto& resource : world.resources)
        for (const auto& a : world.values)
          for (const auto& b : world.values) {
            if (wanted) break;
            Context context{{"x:a", a.empty() ? ContextValue::absent() : ContextValue::of(a)}, {"x:b", b.empty() ? ContextValue::absent() : ContextValue::of(b)}};
            wanted = naive_allowed(levels, action, resource, context);
          }
    Question question{.action = {.templates = {"*:*"}}, .resource = {.fixed = {ContextValue::of("*")}, .templates = {"arn:aws:s:::*"}}, .principals = false};
    for (const auto& level : levels) question.levels.push_back({&level[0]});
    question.caller.kind = Caller::Kind::any;
    Found found = find_witness(question);
    ++counts[static_cast<int>(found.verdict)];
    ASSERT_EQ(found.verdict, truth(wanted)) << shown << found.action << " " << found.witness;
  }
  EXPECT_GT(counts[static_cast<int>(Truth::yes)], 150);
  EXPECT_GT(counts[static_cast<int>(Truth::no)], 150);
}

}  // namespace
}  // namespace reeve
