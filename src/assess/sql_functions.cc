// What SQL controls can ask the policy engine and the calendar (docs/formats/controls.md).
#include <memory>
#include <optional>
#include <unordered_map>

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
bool is_null(const SqlArgument& argument) { return std::holds_alternative<std::monostate>(argument); }
SqlValue sql(Truth truth) {
  if (truth == Truth::unknown) return std::monostate{};
  return int64_t{truth == Truth::yes};
}

// Columns hold unknown nodes as {"$unknown": reason}; policies must see them as unknown again.
void restore(Builder& builder, Value value) {
  if (value.is_map()) {
    if (value.size() == 1)
      if (Value reason = value.get("$unknown")) return builder.unknown(reason.text());
    builder.begin_map();
    for (auto entry : value.entries()) {
      builder.key(entry.key());
      restore(builder, entry.value);
    }
    return builder.end();
  }
  if (value.is_list()) {
    builder.begin_list();
    for (Value item : value.items()) restore(builder, item);
    return builder.end();
  }
  builder.copy(value, builder.add_source({}));
}

Result<Policy> policy_of(std::string_view json) {
  auto document = TRY(read_json(json, Source{}));
  if (contains(json, "\"$unknown\"")) {
    Builder builder;
    restore(builder, document->root());
    document = builder.finish();
  }
  return parse_policy(document->root());
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
    auto policy = policy_of(json);
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

// The organization as the views tell it: who is under what, and which policies stand where.
class Tree {
 public:
  explicit Tree(store::Db& db) : db_(db) {}

  Result<std::string> organization_id() {
    TRY(load());
    return id_;
  }
  Result<const std::vector<std::string>*> accounts() {
    TRY(load());
    if (account_ids_.empty())
      for (auto& [account, node] : accounts_) account_ids_.push_back(account);
    return &account_ids_;
  }
  Result<std::string> management() {
    TRY(load());
    return management_;
  }

  // 1, 0 or unknown; ordinary callers, so that a named break-glass role does not void a guardrail.
  Result<Truth> denies(std::string_view account, std::string_view action, std::string_view principal) {
    TRY(load());
    if (accounts_.empty() || root_.empty()) return Truth::unknown;
    if (account == management_) return Truth::no;  // service control policies never bind the management account
    if (scp_enabled_ == "DISABLED" || scp_enabled_ == "PENDING_DISABLE") return Truth::no;
    if (scp_enabled_.empty()) return Truth::unknown;
    auto found = accounts_.find(std::string(account));
    if (found == accounts_.end()) return Truth::unknown;
    std::string key = std::string(account) + "\n" + std::string(action) + "\n" + std::string(principal);
    if (auto known = answers_.find(key); known != answers_.end()) return known->second;
    auto& levels = levels_[std::string(account)];
    if (levels.empty()) levels = make_levels(found->second);
    ScpRequest request;
    request.action = std::string(action);
    request.account = std::string(account);
    request.org_id = id_;
    if (principal == "root") request.who = ScpRequest::Who::root;
    else if (principal != "any") {
      request.who = ScpRequest::Who::arn;
      request.principal_arn = std::string(principal);
    }
    Truth answer = scp_denies(levels, request).for_ordinary.verdict;
    answers_.emplace(key, answer);
    return answer;
  }

 private:
  struct Node {
    std::string parent;
    bool policies_known = false;
    std::vector<std::string> policies;
  };
  struct Scp {
    std::string document;
    bool targets_known = false;
    std::vector<std::string> targets;
  };

  static std::vector<std::string> list(std::string_view json) {
    std::vector<std::string> out;
    auto document = read_json(json, Source{});
    if (!document) return out;
    for (Value item : (*document)->root().items()) out.emplace_back(item.text());
    return out;
  }

  Status load() {
    if (loaded_) return {};
    loaded_ = true;
    {
      auto rows = TRY(db_.prepare("SELECT organization_id, root_id, management_account, scp_enabled, root_service_control_policies FROM reeve_organization"));
      while (TRY(rows.step())) {
        if (!rows.is_null(0)) id_ = std::string(rows.text(0));
        if (!rows.is_null(1)) root_ = std::string(rows.text(1));
        if (!rows.is_null(2)) management_ = std::string(rows.text(2));
        if (!rows.is_null(3)) scp_enabled_ = std::string(rows.text(3));
        if (!rows.is_null(4)) {
          units_[root_].policies = list(rows.text(4));
          units_[root_].policies_known = true;
        }
      }
    }
    for (bool account : {false, true}) {
      auto rows = TRY(db_.prepare(account ? "SELECT id, parent, service_control_policies FROM aws_organizations_account"
                                          : "SELECT id, parent, service_control_policies FROM aws_organizations_organizationalunit"));
      while (TRY(rows.step())) {
        Node node;
        node.parent = std::string(rows.text(1));
        node.policies_known = !rows.is_null(2);
        if (node.policies_known) node.policies = list(rows.text(2));
        (account ? accounts_ : units_)[std::string(rows.text(0))] = node;
      }
    }
    auto rows = TRY(db_.prepare("SELECT id, policy_document, targets FROM aws_organizations_policy WHERE policy_type = 'SERVICE_CONTROL_POLICY'"));
    all_targets_known_ = true;
    bool any = false;
    while (TRY(rows.step())) {
      any = true;
      Scp scp;
      if (!rows.is_null(1)) scp.document = std::string(rows.text(1));
      scp.targets_known = !rows.is_null(2);
      if (scp.targets_known) scp.targets = list(rows.text(2));
      all_targets_known_ &= scp.targets_known;
      policies_[std::string(rows.text(0))] = std::move(scp);
    }
    all_targets_known_ &= any;
    return {};
  }

  std::vector<Policy> policies_at(const std::string& where, const Node* node) {
    std::vector<std::string> ids;
    Policy unread;
    unread.name = where;
    if (node && node->policies_known) {
      ids = node->policies;
    } else if (all_targets_known_) {
      for (auto& [id, scp] : policies_)
        for (auto& target : scp.targets)
          if (target == where) ids.push_back(id);
    } else {
      unread.unknown = "the service control policies of `" + where + "` were not read";
      return {unread};
    }
    std::vector<Policy> out;
    for (auto& id : ids) {
      auto scp = policies_.find(id);
      std::string_view document = scp == policies_.end() ? std::string_view() : std::string_view(scp->second.document);
      // AWS's own policy that every new target gets; its text is fixed (Organizations User Guide, "FullAWSAccess").
      if (document.empty() && id == "p-FullAWSAccess") document = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
      auto policy = document.empty() ? Result<Policy>(fail(Code::not_found, "not read")) : policy_of(document);
      if (policy) {
        policy->name = id;
        out.push_back(std::move(*policy));
      } else {
        unread.name = id;
        unread.unknown = "service control policy `" + id + "` was not read";
        out.push_back(unread);
      }
    }
    if (ids.empty()) {
      unread.unknown = "no service control policy of `" + where + "` was read";
      out.push_back(unread);
    }
    return out;
  }

  std::vector<std::vector<Policy>> make_levels(const Node& account) {
    std::vector<std::vector<Policy>> out;
    std::string id;
    for (auto& [name, node] : accounts_)
      if (&node == &account) id = name;
    out.push_back(policies_at(id, &account));
    std::string at = account.parent;
    for (int depth = 0; depth < 12 && !at.empty() && at != root_; ++depth) {
      auto unit = units_.find(at);
      out.push_back(policies_at(at, unit == units_.end() ? nullptr : &unit->second));
      at = unit == units_.end() ? "" : unit->second.parent;
    }
    if (at != root_) {  // the path up is not known
      Policy unread;
      unread.unknown = "the organizational units above account `" + id + "` were not read";
      out.push_back({unread});
    }
    auto root = units_.find(root_);
    out.push_back(policies_at(root_, root == units_.end() ? nullptr : &root->second));
    std::reverse(out.begin(), out.end());
    return out;
  }

  store::Db& db_;
  bool loaded_ = false, all_targets_known_ = false;
  std::string id_, root_, management_, scp_enabled_;
  std::map<std::string, Node> units_, accounts_;
  std::vector<std::string> account_ids_;
  std::map<std::string, Scp> policies_;
  std::unordered_map<std::string, std::vector<std::vector<Policy>>> levels_;
  std::unordered_map<std::string, Truth> answers_;
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
                 std::function<Result<const std::vector<std::string>*>()> accounts) {
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
    const std::vector<std::string>* known = TRY(accounts());
    std::string_view json = text_of(a[0]);
    return sql(policies->alike("outside", json, "", self, [&] {
                         own.accounts = *known;
                         own.accounts_complete = !own.accounts.empty();
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
      [facts]() -> Result<const std::vector<std::string>*> { return &facts->accounts; });
}

Status add_sql_functions(store::Db& db, Time as_of) {
  auto policies = std::make_shared<PolicyCache>();
  auto tree = std::make_shared<Tree>(db);
  TRY(add_local(db, policies, [tree] { return tree->organization_id(); }, [tree] { return tree->accounts(); }));
  TRY(db.add_function("as_of", 0, true, [as_of](Arguments) -> Result<SqlValue> { return SqlValue(rfc3339(as_of)); }));
  TRY(db.add_function("days_since", 1, true, [as_of](Arguments a) -> Result<SqlValue> {
    auto time = parse_time(text_of(a[0]));
    if (!time) return SqlValue();
    return SqlValue(days_between(*time, as_of));
  }));
  TRY(db.add_function("scp_denies", 3, false, [tree](Arguments a) -> Result<SqlValue> {
    if (is_null(a[0]) || is_null(a[1])) return SqlValue();
    return sql(TRY(tree->denies(text_of(a[0]), text_of(a[1]), is_null(a[2]) ? "any" : text_of(a[2]))));
  }));
  return {};
}

}  // namespace reeve
