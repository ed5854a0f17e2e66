// What SQL controls can ask the policy engine and the calendar (docs/formats/controls.md).
#include <memory>
#include <optional>
#include <unordered_map>

#include "assess/organization_tree.h"
#include "assess/policy_column.h"
#include "assess/sql_judge.h"
#include "base/hash.h"
#include "base/text.h"
#include "formats/json.h"
#include "policy/policy.h"

namespace reeve {
namespace {

using store::SqlArgument;
using store::SqlValue;

std::string_view text_of(const SqlArgument& argument) {
  if (auto* text = std::get_if<std::string_view>(&argument)) return *text;
  return {};
}
// The words of a text, for arguments that are lists: `cloudtrail:StopLogging cloudtrail:DeleteTrail`.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size();) {
    size_t end = text.find_first_of(" \n", i);
    if (end == std::string_view::npos) end = text.size();
    if (end > i) out.emplace_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}
bool is_null(const SqlArgument& argument) { return std::holds_alternative<std::monostate>(argument); }
SqlValue sql(Truth truth) {
  if (truth == Truth::unknown) return std::monostate{};
  return int64_t{truth == Truth::yes};
}

// Policies are asked about several times, by several controls, and most are alike: the same text but for the resource's own name and
// account. Two texts that agree once those are taken out get the same answer, for policies only compare strings.
class PolicyCache {
 public:
  // Null: the text is no policy; it is not known what it allows.
  std::shared_ptr<const Policy> get(std::string_view json) {
    auto found = known_.find(json);
    if (found != known_.end()) return found->second;
    if (known_.size() > 4096) known_.clear();
    auto policy = policy_of_column(json);
    std::shared_ptr<const Policy> out;
    if (policy) out = std::make_shared<Policy>(std::move(*policy));
    known_.emplace(std::string(json), out);
    return out;
  }

  // `ask` answers for the policy as it is; called only if no policy alike was asked the same before.
  const Answer& alike(std::string_view question, std::string_view json, std::string_view arn, std::string_view account, const std::function<Answer()>& ask) {
    key_.assign(question);
    key_ += arn.empty() ? '-' : '+';
    key_ += account.empty() ? '-' : '+';
    without(json, arn, account);
    auto found = answers_.find(key_);
    if (found != answers_.end()) return found->second;
    if (answers_.size() > 65536) answers_.clear();
    return answers_.emplace(key_, ask()).first->second;
  }

 private:
  void without(std::string_view text, std::string_view arn, std::string_view account) {
    while (!text.empty()) {
      size_t at_arn = arn.empty() ? std::string_view::npos : text.find(arn);
      size_t at_account = account.empty() ? std::string_view::npos : text.find(account);
      size_t at = std::min(at_arn, at_account);
      if (at == std::string_view::npos) break;
      key_ += text.substr(0, at);
      key_ += at_arn <= at_account ? '\1' : '\2';
      text.remove_prefix(at + (at_arn <= at_account ? arn.size() : account.size()));
    }
    key_ += text;
  }

  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return hash64(s); }
  };
  std::unordered_map<std::string, std::shared_ptr<const Policy>, Hash, std::equal_to<>> known_;
  std::unordered_map<std::string, Answer, Hash, std::equal_to<>> answers_;
  std::string key_;
};

// `1.9.2` before `1.10`; digits as numbers, other runs as text.
bool version_less(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto separator = [&](char c) { return c == '.' || c == '-' || c == '_' || c == '+'; };
  while (i < a.size() || j < b.size()) {
    while (i < a.size() && separator(a[i])) ++i;
    while (j < b.size() && separator(b[j])) ++j;
    if (i >= a.size() || j >= b.size()) return i >= a.size() && j < b.size();
    size_t x = i, y = j;
    bool numeric = digit(a[i]) && digit(b[j]);
    while (x < a.size() && !separator(a[x]) && digit(a[x]) == digit(a[i])) ++x;
    while (y < b.size() && !separator(b[y]) && digit(b[y]) == digit(b[j])) ++y;
    std::string_view left = a.substr(i, x - i), right = b.substr(j, y - j);
    if (numeric) {
      while (left.size() > 1 && left[0] == '0') left.remove_prefix(1);
      while (right.size() > 1 && right[0] == '0') right.remove_prefix(1);
      if (left.size() != right.size()) return left.size() < right.size();
    }
    if (left != right) return left < right;
    i = x, j = y;
  }
  return false;
}

using Arguments = std::span<const SqlArgument>;

// What needs no more than the organization's id and accounts.
Status add_local(store::Db& db, std::shared_ptr<PolicyCache> policies, std::function<Result<std::string>()> organization,
                 std::function<Result<OrganizationAccounts>()> accounts) {
  TRY(db.add_function("version_less", 2, true, [](Arguments a) -> Result<SqlValue> {
    if (is_null(a[0]) || is_null(a[1])) return SqlValue();
    return SqlValue(int64_t{version_less(text_of(a[0]), text_of(a[1]))});
  }));
  // Null: no policy, so nothing is known. A query asks several things about one policy in a row.
  struct Last {
    std::string json, arn, account;
    std::optional<Answer> answer;  // a copy: the cache may be emptied in between
  };
  auto last = std::make_shared<Last>();
  auto public_answer = [policies, organization, last](Arguments a) -> Result<const Answer*> {
    if (is_null(a[0])) return nullptr;
    std::string_view json = text_of(a[0]), arn = text_of(a[1]), account = text_of(a[2]);
    if (last->answer && last->arn == arn && last->account == account && last->json == json) return &*last->answer;
    last->answer.reset();
    PublicQuestion question;
    // The name of something that has no ARN would make every statement about something else: its ARN is not known.
    if (starts_with(arn, "arn:")) question.resource_arn = std::string(arn);
    if (account != "unknown") question.account = std::string(account);
    question.org_id = TRY(organization());
    last->answer = policies->alike("public", json, question.resource_arn, question.account, [&] {
      auto policy = policies->get(json);
      return policy ? allows_public(*policy, question) : Answer{};
    });
    last->json.assign(json), last->arn.assign(arn), last->account.assign(account);
    return &*last->answer;
  };
  TRY(db.add_function("policy_public", 3, false, [public_answer](Arguments a) -> Result<SqlValue> {
    auto answer = TRY(public_answer(a));
    return answer ? sql(answer->verdict) : SqlValue();
  }));
  TRY(db.add_function("policy_public_at", 3, false, [public_answer](Arguments a) -> Result<SqlValue> {
    auto answer = TRY(public_answer(a));
    if (!answer || answer->decided.path.empty()) return SqlValue();
    return SqlValue(answer->decided.path);
  }));
  TRY(db.add_function("policy_public_why", 3, false, [public_answer](Arguments a) -> Result<SqlValue> {
    auto answer = TRY(public_answer(a));
    if (!answer) return SqlValue();
    return SqlValue(answer->why);
  }));
  TRY(db.add_function("policy_outside", 2, false, [policies, organization, accounts](Arguments a) -> Result<SqlValue> {
    if (is_null(a[0])) return SqlValue();
    std::string self(text_of(a[1]));
    if (self == "unknown") self.clear();
    Own own;
    own.org_id = TRY(organization());
    const OrganizationAccounts known = TRY(accounts());
    std::string_view json = text_of(a[0]);
    return sql(policies->alike("outside", json, "", self, [&] {
                         own.accounts = *known.ids;
                         own.accounts_complete = known.complete;
                         if (!self.empty()) own.accounts.push_back(self);
                         auto policy = policies->get(json);
                         return policy ? allows_account_outside(*policy, own) : Answer{};
                       }).verdict);
  }));
  TRY(db.add_function("policy_admin", 1, false, [policies](Arguments a) -> Result<SqlValue> {
    if (is_null(a[0])) return SqlValue();
    std::string_view json = text_of(a[0]);
    return sql(policies->alike("admin", json, "", "", [&] {
                         auto policy = policies->get(json);
                         return policy ? allows_admin({*policy}) : Answer{};
                       }).verdict);
  }));

  TRY(db.add_function("policy_administers", 1, false, [policies](Arguments a) -> Result<SqlValue> {
    if (is_null(a[0])) return SqlValue();
    std::string_view json = text_of(a[0]);
    return sql(policies->alike("administers", json, "", "", [&] { return administers(policies_of_column(json)); }).verdict);
  }));
  // Root sessions that a policy lets its holder take: for `any` task, for `named` ones, `none`.
  TRY(db.add_function("policy_root_sessions", 1, false, [policies](Arguments a) -> Result<SqlValue> {
    if (is_null(a[0])) return SqlValue();
    std::string_view json = text_of(a[0]);
    const Answer& answer = policies->alike("root_sessions", json, "", "", [&] {
      const RootSessions sessions = root_sessions(policies_of_column(json));
      Answer out;
      out.why = sessions.any_task == Truth::yes  ? "any"
                : sessions.allowed == Truth::no ? "none"
                : sessions.allowed == Truth::unknown || sessions.any_task == Truth::unknown ? "" : "named";
      return out;
    });
    return answer.why.empty() ? SqlValue() : SqlValue(answer.why);
  }));
  // May a service act on it for anybody's resource? The confused deputy.
  for (bool place : {false, true})
    TRY(db.add_function(place ? "policy_service_unbounded_at" : "policy_service_unbounded", 3, false, [policies, organization, place](Arguments a) -> Result<SqlValue> {
      if (is_null(a[0])) return SqlValue();
      std::string_view json = text_of(a[0]), arn = text_of(a[1]), account = text_of(a[2]);
      PublicQuestion question;
      if (starts_with(arn, "arn:")) question.resource_arn = std::string(arn);
      if (account != "unknown") question.account = std::string(account);
      question.org_id = TRY(organization());
      const Answer& answer = policies->alike("service", json, question.resource_arn, question.account, [&] {
        auto policy = policies->get(json);
        return policy ? service_unbounded(*policy, question) : Answer{};
      });
      if (!place) return sql(answer.verdict);
      return answer.decided.path.empty() ? SqlValue() : SqlValue(answer.decided.path);
    }));

  TRY(db.add_function("policy_denies", 1, false, [policies](Arguments a) -> Result<SqlValue> {
    auto policy = is_null(a[0]) ? nullptr : policies->get(text_of(a[0]));
    if (!policy) return SqlValue();
    Truth answer = truth(false);
    for (const Statement& statement : policy->statements)
      answer = either(answer, !statement.unknown.empty() || statement.effect == Effect::unknown ? Truth::unknown : truth(statement.effect == Effect::deny));
    return sql(policy->unknown.empty() ? answer : either(answer, Truth::unknown));
  }));
  TRY(db.add_function("policy_requires_mfa", 1, false, [policies](Arguments a) -> Result<SqlValue> {
    if (is_null(a[0])) return SqlValue();
    std::string_view json = text_of(a[0]);
    return sql(policies->alike("requires_mfa", json, "", "", [&] {
                         auto policy = policies->get(json);
                         return policy ? requires_mfa(*policy) : Answer{};
                       }).verdict);
  }));
  return {};
}

}  // namespace

Status add_policy_functions(store::Db& db, const OrganizationFacts& organization) {
  auto facts = std::make_shared<const OrganizationFacts>(organization);
  return add_local(
      db, std::make_shared<PolicyCache>(), [facts]() -> Result<std::string> { return facts->id; },
      [facts]() -> Result<OrganizationAccounts> { return OrganizationAccounts{&facts->accounts, facts->accounts_complete}; });
}

Status add_sql_functions(store::Db& db, Time as_of, bool part) {
  auto policies = std::make_shared<PolicyCache>();
  auto tree = std::make_shared<OrganizationTree>(db);
  TRY(add_local(db, policies, [tree] { return tree->organization_id(); }, [tree] { return tree->accounts(); }));
  TRY(db.add_function("as_of", 0, true, [as_of](Arguments) -> Result<SqlValue> { return SqlValue(rfc3339(as_of)); }));
  TRY(db.add_function("whole_run", 0, true, [part](Arguments) -> Result<SqlValue> { return SqlValue(int64_t{!part}); }));
  TRY(db.add_function("days_since", 1, true, [as_of](Arguments a) -> Result<SqlValue> {
    auto time = parse_time(text_of(a[0]));
    if (!time) return SqlValue();
    return SqlValue(days_between(*time, as_of));
  }));
  // With and without a Region at the end.
  auto region_of = [](Arguments a) { return a.size() > 3 && !is_null(a[3]) ? text_of(a[3]) : std::string_view(); };
  auto principal_of = [](Arguments a) { return is_null(a[2]) ? std::string_view("any") : text_of(a[2]); };
  for (int arguments : {3, 4}) {
    TRY(db.add_function("scp_denies", arguments, false, [=](Arguments a) -> Result<SqlValue> {
      if (is_null(a[0]) || is_null(a[1])) return SqlValue();
      return sql(TRY(tree->scp_denies(text_of(a[0]), text_of(a[1]), principal_of(a), region_of(a))));
    }));
    for (bool words : {false, true})
      TRY(db.add_function(words ? "scp_value" : "scp_verdict", arguments, false, [=](Arguments a) -> Result<SqlValue> {
        if (is_null(a[0]) || is_null(a[1])) return SqlValue();
        auto guardrail = TRY(tree->guardrail(text_of(a[0]), words_of(text_of(a[1])), principal_of(a), region_of(a)));
        return SqlValue(words ? guardrail.value : guardrail.verdict);
      }));
  }
  TRY(db.add_function("rcp_denies", 3, false, [tree](Arguments a) -> Result<SqlValue> {
    if (is_null(a[0]) || is_null(a[1]) || is_null(a[2])) return SqlValue();
    return sql(TRY(tree->rcp_denies(text_of(a[0]), text_of(a[1]), text_of(a[2]))));
  }));
  return {};
}

}  // namespace reeve
