#include "assess/organization_tree.h"

#include <algorithm>

#include "assess/policy_column.h"
#include "aws/arn.h"
#include "base/text.h"
#include "estate/several_organizations.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr int kDeepest = 12;  // units below units; AWS allows five

// AWS's own policies that every target gets; their texts are fixed (Organizations User Guide, "SCP evaluation", "RCP evaluation").
constexpr std::string_view kFullAccess = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
constexpr std::string_view kFullResourceAccess =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]})";

std::string_view text_of_aws(std::string_view id) {
  if (id == "p-FullAWSAccess") return kFullAccess;
  if (id == "p-RCPFullAWSAccess") return kFullResourceAccess;
  return {};
}

std::string_view words(bool resource_policies) { return resource_policies ? "resource control" : "service control"; }

std::vector<std::string> list(std::string_view json) {
  std::vector<std::string> out;
  auto document = read_json(json, Source{});
  if (!document) return out;
  for (Value item : (*document)->root().items()) out.emplace_back(item.text());
  return out;
}

// May two accounts get different answers from it? Policies only compare texts, so an account can only be told by its digits.
bool tells_accounts_apart(const Policy& policy) {
  auto digits = [](std::string_view text) { return text.find_first_of("0123456789") != std::string_view::npos; };
  auto of_account = [&](const std::string& value) {
    auto arn = parse_arn(value);
    return arn ? digits(arn->account) : starts_with(value, "arn:") && digits(value);
  };
  for (const Statement& statement : policy.statements) {
    if (std::any_of(statement.resources.values.begin(), statement.resources.values.end(), of_account)) return true;
    for (const Condition& condition : statement.conditions) {
      bool names_account = contains(condition.key_lower, "account") || contains(condition.key_lower, "userid") || contains(condition.key_lower, "orgpaths");
      for (const std::string& value : condition.values)
        if ((names_account && digits(value)) || of_account(value)) return true;
    }
  }
  return false;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (auto& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

}  // namespace

Result<std::string> OrganizationTree::organization_id() {
  TRY(load());
  return several_ ? std::string() : id_;
}

Result<OrganizationAccounts> OrganizationTree::accounts() {
  TRY(load());
  // Of two organizations in one input neither is the inside of the other.
  if (account_ids_.empty() && !several_)
    for (auto& [account, node] : accounts_) account_ids_.push_back(account);
  return OrganizationAccounts{&account_ids_, listed_whole_ && !several_};
}

Status OrganizationTree::load() {
  if (loaded_) return {};
  loaded_ = true;
  {
    auto rows = TRY(db_.prepare(
        "SELECT organization_id, root_id, management_account, scp_enabled, json_extract(unknown, '$.scp_enabled'), root_service_control_policies, "
        "rcp_enabled, json_extract(unknown, '$.rcp_enabled'), root_resource_control_policies, json_extract(unknown, '$.organization_id') "
        "FROM reeve_organization"));
    while (TRY(rows.step())) {
      several_ |= (!rows.is_null(0) && !id_.empty() && rows.text(0) != id_) || (!rows.is_null(1) && !root_.empty() && rows.text(1) != root_);
      if (!rows.is_null(9)) several_ |= starts_with(rows.text(9), kSeveralOrganizations);
      if (!rows.is_null(0)) id_ = std::string(rows.text(0));
      if (!rows.is_null(1)) root_ = std::string(rows.text(1));
      if (!rows.is_null(2)) management_ = std::string(rows.text(2));
      for (Kind kind : {scp, rcp}) {
        const int at = kind == scp ? 3 : 6;
        // A root that was read and does not name the type never had it enabled.
        if (!rows.is_null(at)) policies_[kind].enabled = std::string(rows.text(at));
        else policies_[kind].never_enabled = rows.is_null(at + 1) && !root_.empty();
        if (rows.is_null(at + 2)) continue;
        units_[root_].attached[kind] = {true, list(rows.text(at + 2))};
      }
    }
  }
  for (bool account : {false, true}) {
    auto rows = TRY(db_.prepare(account ? "SELECT id, parent, service_control_policies, resource_control_policies FROM aws_organizations_account"
                                        : "SELECT id, parent, service_control_policies, resource_control_policies FROM aws_organizations_organizationalunit"));
    while (TRY(rows.step())) {
      Node node;
      node.parent = std::string(rows.text(1));
      for (Kind kind : {scp, rcp})
        if (!rows.is_null(2 + int(kind))) node.attached[kind] = {true, list(rows.text(2 + int(kind)))};
      (account ? accounts_ : units_)[std::string(rows.text(0))] = node;
    }
  }
  {
    auto rows = TRY(db_.prepare("SELECT account, management FROM accounts WHERE management IS NOT NULL"));
    while (TRY(rows.step())) managing_[std::string(rows.text(0))] = rows.integer(1) != 0;
  }
  {
    auto rows = TRY(db_.prepare("SELECT DISTINCT account FROM reads WHERE operation = 'organizations:DescribeOrganization' AND status = 'absent'"));
    while (TRY(rows.step())) outside_[std::string(rows.text(0))] = true;
  }
  // A list that broke off leaves out accounts that are ours.
  auto lists = TRY(db_.prepare(
      "SELECT 1 FROM reads r WHERE operation = 'organizations:ListAccounts' AND status = 'ok' "
      "AND NOT EXISTS (SELECT 1 FROM reads b WHERE b.operation = r.operation AND b.account = r.account AND b.status = 'error') LIMIT 1"));
  listed_whole_ = TRY(lists.step());
  TRY(load_policies(scp, "SERVICE_CONTROL_POLICY"));
  return load_policies(rcp, "RESOURCE_CONTROL_POLICY");
}

Status OrganizationTree::load_policies(Kind kind, std::string_view type) {
  Policies& policies = policies_[kind];
  auto rows = TRY(db_.prepare("SELECT id, policy_document, targets FROM aws_organizations_policy WHERE policy_type = ?1"));
  rows.bind(1, type);
  bool any = false;
  policies.all_targets_known = true;
  while (TRY(rows.step())) {
    any = true;
    Document document;
    if (!rows.is_null(1)) document.text = std::string(rows.text(1));
    document.targets_known = !rows.is_null(2);
    if (document.targets_known) document.targets = list(rows.text(2));
    policies.all_targets_known &= document.targets_known;
    policies.documents[std::string(rows.text(0))] = std::move(document);
  }
  // Where a policy stands tells what stands somewhere only if all policies of the type are known.
  auto listed = TRY(db_.prepare("SELECT count(*) > 0 AND min(status = 'ok') FROM reads WHERE operation = 'organizations:ListPolicies' "
                                    "AND (parameter = '' OR instr('/' || parameter || '/', '/' || ?1 || '/') > 0)"));
  listed.bind(1, type);
  policies.all_targets_known &= any && TRY(listed.step()) && listed.integer(0) != 0;
  return {};
}

// Is the policy type switched on?
Truth OrganizationTree::in_force(Kind kind) const {
  const Policies& policies = policies_[kind];
  if (policies.never_enabled) return Truth::no;
  if (policies.enabled.empty()) return Truth::unknown;
  return truth(policies.enabled == "ENABLED");  // PENDING_ENABLE and PENDING_DISABLE bind nobody for certain
}

// What is attached to a root, unit or account; not known where AWS's rule that there always is something is broken.
OrganizationTree::Attached OrganizationTree::attached_at(Kind kind, const std::string& where, const Node* node) const {
  Attached out;
  if (node && node->attached[kind].known) {
    out = node->attached[kind];
  } else if (policies_[kind].all_targets_known) {
    out.known = true;
    for (auto& [id, document] : policies_[kind].documents)
      if (std::find(document.targets.begin(), document.targets.end(), where) != document.targets.end()) out.policies.push_back(id);
  }
  out.known &= !out.policies.empty();
  return out;
}

std::vector<Policy> OrganizationTree::read(Kind kind, const Attached& attached) const {
  std::vector<Policy> out;
  auto unread = [&](std::string name) {
    Policy policy;
    policy.unknown = "`" + name + "` was not read";
    policy.name = std::move(name);
    out.push_back(std::move(policy));
  };
  if (!attached.known) unread("what is attached");
  for (auto& id : attached.policies) {
    auto found = policies_[kind].documents.find(id);
    std::string_view text = found == policies_[kind].documents.end() ? std::string_view() : std::string_view(found->second.text);
    if (text.empty()) text = text_of_aws(id);
    auto policy = text.empty() ? Result<Policy>(fail(Code::not_found, "not read")) : policy_of_column(text);
    if (!policy) {
      unread(id);
      continue;
    }
    policy->name = id;
    out.push_back(std::move(*policy));
  }
  return out;
}

OrganizationTree::Way& OrganizationTree::way_to(Kind kind, const std::string& account, const Node& node) {
  std::vector<Attached> up{attached_at(kind, account, &node)};
  std::string at = node.parent;
  for (int depth = 0; depth < kDeepest && !at.empty() && at != root_; ++depth) {
    auto unit = units_.find(at);
    up.push_back(attached_at(kind, at, unit == units_.end() ? nullptr : &unit->second));
    at = unit == units_.end() ? "" : unit->second.parent;
  }
  if (at != root_) up.emplace_back();  // the way ends before the root
  auto root = units_.find(root_);
  up.push_back(attached_at(kind, root_, root == units_.end() ? nullptr : &root->second));
  std::string key(words(kind == rcp));
  for (auto& attached : up) {
    key += attached.known ? "\n" : "\n?";
    for (auto& id : attached.policies) key += " " + id;
  }
  auto [found, is_new] = ways_.try_emplace(key);
  Way& way = found->second;
  if (!is_new) return way;
  for (auto attached = up.rbegin(); attached != up.rend(); ++attached) way.levels.push_back(read(kind, *attached));
  for (auto& level : way.levels)
    for (auto& policy : level) way.tells_accounts_apart |= tells_accounts_apart(policy);
  return way;
}

Result<Truth> OrganizationTree::scp_denies(std::string_view account, std::string_view action, std::string_view principal, std::string_view region) {
  TRY(load());
  if (accounts_.empty() || root_.empty() || several_) return Truth::unknown;
  if (account == management_) return Truth::no;  // service control policies never bind the management account
  if (Truth on = in_force(scp); on != Truth::yes) return on;
  auto found = accounts_.find(std::string(account));
  if (found == accounts_.end()) return Truth::unknown;
  Way& way = way_to(scp, found->first, found->second);
  std::string key = std::string(action) + "\n" + std::string(principal) + "\n" + std::string(region);
  if (way.tells_accounts_apart || (principal != "root" && principal != "any")) key += "\n" + found->first;
  if (auto known = way.answers.find(key); known != way.answers.end()) return known->second;
  ScpRequest request;
  request.action = std::string(action);
  request.account = std::string(account);
  request.org_id = id_;
  if (!region.empty()) request.context.set("aws:RequestedRegion", ContextValue::of(std::string(region)));
  if (principal == "root") {
    request.who = ScpRequest::Who::root;
  } else if (principal != "any") {
    request.who = ScpRequest::Who::arn;
    request.principal_arn = std::string(principal);
  }
  Truth answer = reeve::scp_denies(way.levels, request).for_ordinary.verdict;
  way.answers.emplace(std::move(key), answer);
  return answer;
}

Result<OrganizationTree::Guardrail> OrganizationTree::guardrail(std::string_view account, const std::vector<std::string>& actions,
                                                                std::string_view principal, std::string_view region) {
  TRY(load());
  std::string id(account);
  if (several_) return Guardrail{"unknown", std::string(kSeveralOrganizations)};
  if (outside_.count(id)) return Guardrail{"not_applicable", "in no organization"};
  auto managing = managing_.find(id);
  if (managing == managing_.end()) return Guardrail{"unknown", "organizations:ListAccounts was not read"};
  if (managing->second) return Guardrail{"not_applicable", "the management account"};
  std::vector<std::string> allowed;
  bool all_known = true;
  for (auto& action : actions) {
    Truth denied = TRY(scp_denies(account, action, principal, region));
    if (denied == Truth::no) allowed.push_back(action);
    all_known &= denied != Truth::unknown;
  }
  if (!allowed.empty()) return Guardrail{"fail", joined(allowed) + (allowed.size() == 1 ? " is not denied" : " are not denied")};
  if (!all_known) return Guardrail{"unknown", "the policies above the account were not all read"};
  return Guardrail{"pass", "denied"};
}

Result<Truth> OrganizationTree::rcp_denies(std::string_view account, std::string_view action, std::string_view resource) {
  TRY(load());
  if (accounts_.empty() || root_.empty() || several_) return Truth::unknown;
  if (account == management_) return Truth::no;  // nor do resource control policies protect what is the management account's
  if (Truth on = in_force(rcp); on != Truth::yes) return on;
  auto found = accounts_.find(std::string(account));
  if (found == accounts_.end()) return Truth::unknown;
  Way& way = way_to(rcp, found->first, found->second);
  std::string key = std::string(action) + "\n" + std::string(resource);
  size_t own = key.rfind(found->first);
  if (!way.tells_accounts_apart && own != std::string::npos) key.replace(own, found->first.size(), "own");
  if (auto known = way.answers.find(key); known != way.answers.end()) return known->second;
  RcpRequest request{std::string(action), std::string(resource), std::string(account), id_};
  Truth answer = rcp_denies_strangers(way.levels, request).verdict;
  way.answers.emplace(std::move(key), answer);
  return answer;
}

}  // namespace reeve
