// Who can: every principal of the estate, told at once where nothing tells it from others.
#include <algorithm>
#include <memory>
#include <set>

#include "access/questions.h"
#include "aws/arn.h"
#include "base/text.h"
#include "base/threads.h"
#include "policy/glob.h"

namespace reeve {

namespace {

// Text before the first wildcard or variable.
std::string_view fixed_start(std::string_view pattern) {
  const size_t wild = std::min(pattern.find_first_of("*?"), pattern.find("${"));
  return pattern.substr(0, wild);
}

// May some resource fit both? No is certain, yes is not.
bool may_meet(const Terms& resources, std::string_view wanted) {
  if (wanted.empty() || !resources.present || resources.negated || resources.unknown) return true;
  for (const std::string& value : resources.values) {
    const std::string_view start = fixed_start(value);
    const size_t common = std::min(start.size(), wanted.size());
    if (!starts_with(value, "arn:") || equal_ignoring_case(start.substr(0, common), wanted.substr(0, common))) return true;
  }
  return false;
}

bool may_cover(const Statement& statement, const ActionSet& wanted, bool exact, const std::string& action, const ActionTable& table) {
  if (!statement.unknown.empty() || statement.actions.unknown || statement.actions.negated) return true;
  return std::any_of(statement.actions.values.begin(), statement.actions.values.end(), [&](const std::string& pattern) {
    if (exact) return action_matches(pattern, action);
    ActionSet both = table.matching(pattern);
    both.intersect(wanted);
    return !both.empty() || pattern == "*";
  });
}

// Each of many small jobs once, on all threads, by the hundred.
template <typename Work>
void in_pieces(size_t count, size_t workers, const Work& work) {
  constexpr size_t piece = 128;
  parallel_for((count + piece - 1) / piece, workers, [&](size_t at, size_t) {
    for (size_t i = at * piece; i < std::min(count, (at + 1) * piece); ++i) work(i);
  });
}

}  // namespace

AccessQuestions::Part AccessQuestions::part(uint32_t at, const Asked& asked) const {
  Part out;
  const CompiledPolicy& policy = *estate_.policies[at].policy;
  const Policy& source = source_of(policy);
  const std::string_view wanted = fixed_start(asked.resource);
  out.grants = out.denies = !source.unknown.empty();
  for (const Statement& statement : source.statements) {
    if (statement.effect == Effect::allow && out.grants) continue;
    if (!may_cover(statement, asked.set, asked.exact, asked.action, table_)) continue;
    if (statement.effect != Effect::deny) out.grants |= !statement.unknown.empty() || may_meet(statement.resources, wanted);
    if (statement.effect != Effect::allow) out.denies = true;
  }
  out.denies_all = asked.exact && out.denies && !denied(policy, asked).empty();
  out.beyond = tells_apart_beyond(policy, nullptr);
  out.apart = (out.grants || out.denies) && out.beyond;
  return out;
}

Result<WhoCan> AccessQuestions::who_can(std::string_view action, std::string_view resource) {
  const Asked what = TRY(asked(action, resource));
  WhoCan out;
  decided_ = 0;
  any_resource_ = what.resource.empty();
  // The resource's own policy may let in whoever it likes.
  const std::string one = what.resource.empty() ? std::string() : policy::instance(policy::glob_of(what.resource), "zqxjkv");
  PolicySet theirs;
  DecisionRequest probe;
  if (!one.empty()) bind(theirs, probe, one);
  ActionSet by_resource = table_.none();
  if (theirs.resource) by_resource = granted(*theirs.resource, what);
  if (what.exact && theirs.resource && !by_resource.empty()) by_resource = what.set;
  std::set<std::string, std::less<>> named;  // whom the resource's policy names one by one
  const bool resource_apart = theirs.resource && tells_apart_beyond(*theirs.resource, &named);

  // Sets whose policies that matter are the same are one class.
  struct Class {
    ActionSet may{0};
    bool apart = false, none = false;
  };
  const size_t workers = worker_count();
  std::vector<Class> classes;
  std::unordered_map<std::string, uint32_t> by_parts;
  std::vector<uint32_t> class_of(estate_.sets.size(), no_index);  // no_index: whoever has the set can not
  std::vector<Part> parts(estate_.policies.size());
  in_pieces(parts.size(), workers, [&](size_t at) { parts[at] = part(static_cast<uint32_t>(at), what); });
  const bool resource_grants = !by_resource.empty();
  std::string key;
  for (size_t at = 0; at < estate_.sets.size(); ++at) {
    const IdentitySet& set = estate_.sets[at];
    bool grants = resource_grants || !set.unread.empty(), never = false, apart = resource_apart;
    key.clear();
    auto matters = [&](uint32_t policy) { key.append(reinterpret_cast<const char*>(&policy), sizeof policy); };
    for (uint32_t policy : set.policies) {
      const Part& part = parts[policy];
      grants |= part.grants;
      never |= part.denies_all;
      apart |= part.apart;
      if (part.grants || part.denies) matters(policy);
    }
    if (!grants || never) continue;
    matters(set.boundary);
    if (set.boundary != no_index) apart |= parts[set.boundary].beyond;
    key += set.unread;
    auto [known, is_new] = by_parts.try_emplace(key, static_cast<uint32_t>(classes.size()));
    if (is_new) {
      Class made;
      made.may = set.unread.empty() && !what.exact ? by_resource : what.set;
      made.apart = apart;
      if (!what.exact) {
        ActionSet denied_all = table_.none();
        for (uint32_t policy : set.policies) {
          made.may.unite(granted(*estate_.policies[policy].policy, what));
          denied_all.unite(denied(*estate_.policies[policy].policy, what));
        }
        made.may.subtract(denied_all);
      }
      made.none = made.may.empty();
      classes.push_back(std::move(made));
    }
    if (!classes[known->second].none) class_of[at] = known->second;
  }

  std::vector<bool> account_apart(estate_.accounts.size());
  for (size_t at = 0; at < estate_.accounts.size(); ++at)
    if (estate_.accounts[at].scps)
      for (const auto& level : *estate_.accounts[at].scps)
        for (const auto& policy : level.policies)
          if (tells_apart(*policy)) account_apart[at] = true;

  // Which requests there are to decide, in the order of those who would make them first; then the decisions, on all threads.
  struct Question {
    uint32_t group, who;
    std::unique_ptr<AccessAnswer> answer;  // null: no
  };
  std::vector<Question> questions;
  std::unordered_map<uint64_t, uint32_t> shared;  // class, account and kind → question
  std::vector<uint32_t> question_of(estate_.principals.size(), no_index);
  std::vector<bool> names_there(estate_.accounts.size());  // somebody of the account is named; an id tells of no account
  for (size_t at = 0; at < names_there.size(); ++at)
    for (const std::string& name : named) names_there[at] = names_there[at] || arn_account(name).empty() || arn_account(name) == estate_.accounts[at].id;
  auto is_named = [&](const AccessPrincipal& principal) {
    return names_there[principal.account] && (named.count(principal.arn) || (!principal.id.empty() && named.count(principal.id)));
  };
  for (uint32_t who = 0; who < estate_.principals.size(); ++who) {
    const AccessPrincipal& principal = estate_.principals[who];
    const uint32_t group = class_of[principal.set];
    if (group == no_index) continue;
    const auto next = static_cast<uint32_t>(questions.size());
    uint32_t at = next;
    if (!classes[group].apart && !account_apart[principal.account] && !is_named(principal)) {
      const uint64_t kind = static_cast<uint64_t>(principal.kind) * 2 + principal.service_linked;
      at = shared.try_emplace(uint64_t{group} << 32 | uint64_t{principal.account} << 2 | kind, next).first->second;
    }
    if (at == next) questions.push_back({group, who, nullptr});
    question_of[who] = at;
  }
  in_pieces(questions.size(), workers, [&](size_t at) {
    Question& mine = questions[at];
    AccessAnswer answer = decide_any(classes[mine.group].may, what, estate_.principals[mine.who]);
    if (answer.can != Truth::no) mine.answer = std::make_unique<AccessAnswer>(std::move(answer));
  });
  std::vector<uint32_t> answer_of(questions.size(), no_index);
  for (size_t at = 0; at < questions.size(); ++at) {
    if (!questions[at].answer) continue;
    answer_of[at] = static_cast<uint32_t>(out.answers.size());
    out.answers.push_back(std::move(*questions[at].answer));
    questions[at].answer.reset();
  }
  for (uint32_t who = 0; who < question_of.size(); ++who) {
    const uint32_t answer = question_of[who] == no_index ? no_index : answer_of[question_of[who]];
    if (answer == no_index) ++out.cannot;
    else out.rows.push_back({who, answer});
  }
  // Principals mostly stand by name already, so a sort that finds them so costs one look at each.
  std::stable_partition(out.rows.begin(), out.rows.end(), [&](const WhoCan::Row& row) { return out.answers[row.answer].can == Truth::yes; });
  auto before = [&](const WhoCan::Row& a, const WhoCan::Row& b) {
    const Truth left = out.answers[a.answer].can, right = out.answers[b.answer].can;
    return left != right ? left > right : estate_.principals[a.principal].arn < estate_.principals[b.principal].arn;
  };
  if (!std::is_sorted(out.rows.begin(), out.rows.end(), before)) std::sort(out.rows.begin(), out.rows.end(), before);
  if (theirs.resource && !by_resource.empty()) {
    std::set<std::string> seen;
    for (const Statement& statement : source_of(*theirs.resource).statements) {
      if (statement.effect == Effect::deny) continue;
      for (const Principal& who : statement.principals.values) {
        if (!seen.insert(std::to_string(static_cast<int>(who.kind)) + who.value).second || !is_stranger(who)) continue;
        AccessAnswer best;
        best.can = Truth::no;
        for (const std::string& name : actions_of(by_resource, what))
          for (const std::string& where : resources_for(name, what, theirs, nullptr))
            if (AccessAnswer answer = stranger(who, name, where); best.can < answer.can) best = std::move(answer);
        if (best.can != Truth::no) out.strangers.push_back(std::move(best));
      }
    }
  }
  out.decided = decided_;
  return out;
}

}  // namespace reeve
