#include "access/estate_organization.h"

#include <algorithm>

#include "base/text.h"
#include "estate/several_organizations.h"
#include "formats/json.h"

namespace reeve::access {
namespace {

constexpr int units_deepest = 12;  // units below units; AWS allows five
constexpr std::string_view names[] = {"service control policies", "resource control policies"};
constexpr const char* types[] = {"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"};
constexpr const char* observed[] = {"Observed.ServiceControlPolicies", "Observed.ResourceControlPolicies"};

// AWS's own policies, whose texts are fixed (Organizations User Guide, "SCP evaluation", "RCP evaluation").
std::string_view text_of_aws(std::string_view id) {
  if (id == "p-FullAWSAccess") return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
  if (id == "p-RCPFullAWSAccess") return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]})";
  return {};
}

std::string text_at(Value body, std::string_view path) {
  const Fact found = fact(body, path);
  return found.value ? std::string(found.value.text()) : std::string();
}

}  // namespace

bool OrganizationBuilder::takes(const Resource& resource) const {
  return resource.type && resource.type->of_organization();
}

void OrganizationBuilder::add(Resource&& resource) {
  kept_.push_back(std::move(resource));
  const Resource& one = kept_.back();
  const Value body = one.body();
  auto attached = [&](const char* path) {
    Attached out;
    const Fact list = fact(body, path);
    out.why = list.unknown;
    if (list.value) {
      out.policies = texts(list, out.why);
      out.known = out.why.empty();
    }
    return out;
  };
  if (one.type_name == "Reeve::Organization") {
    const std::string id = text_at(body, "Properties.Id"), root = text_at(body, "Properties.RootId");
    const Fact told = fact(body, "Properties.Id");
    several_ |= (!id.empty() && !id_.empty() && id != id_) || starts_with(told.unknown, kSeveralOrganizations);
    seen_ = true;
    if (!id.empty()) id_ = id;
    if (!root.empty()) root_ = root;
    if (const std::string management = text_at(body, "Properties.ManagementAccountId"); !management.empty()) management_ = management;
    for (Kind kind : {scp, rcp}) {
      enabled_[kind] = fact(body, observed[kind]);
      at_root_[kind] = attached(kind == scp ? "Observed.RootServiceControlPolicies" : "Observed.RootResourceControlPolicies");
    }
  } else if (one.type_name == "AWS::Organizations::OrganizationalUnit" || one.type_name == "AWS::Organizations::Account") {
    const bool account = one.type_name == "AWS::Organizations::Account";
    Node node;
    node.parent = text_at(body, account ? "Observed.ParentId" : "Properties.ParentId");
    node.name = text_at(body, account ? "Properties.AccountName" : "Properties.Name");
    for (Kind kind : {scp, rcp}) node.attached[kind] = attached(observed[kind]);
    (account ? accounts_ : units_)[one.id] = std::move(node);
  } else if (one.type_name == "AWS::Organizations::Policy") {
    const std::string type = text_at(body, "Properties.Type");
    if (type != types[scp] && type != types[rcp]) return;
    Guardrail guardrail;
    guardrail.kind = type == types[scp] ? scp : rcp;
    const Fact content = fact(body, "Properties.Content"), targets = fact(body, "Properties.TargetIds");
    if (content.value) guardrail.policy = builder_.compiled(content.value, one.id);
    std::string why;
    guardrail.targets = texts(targets, why);
    guardrail.targets_known = targets.value && why.empty();
    policies_[one.id] = std::move(guardrail);
  }
}

void OrganizationBuilder::read(const ReadRecord& record) {
  if (record.call == "organizations:DescribeOrganization") {
    if (record.status == ReadRecord::Status::absent) outside_.insert(record.account);
    else if (record.status != ReadRecord::Status::ok) refused_[record.account] = record.error;
  }
  if (record.call == "organizations:ListPolicies") {
    list_failed_ |= record.status != ReadRecord::Status::ok;
    for (Kind kind : {scp, rcp}) listed_[kind] |= record.status == ReadRecord::Status::ok && (record.parameter.empty() || contains(record.parameter, types[kind]));
  }
}

PolicyPtr OrganizationBuilder::unread(const std::string& name, const std::string& why) {
  return estate_.policies[builder_.unread_policy(name, why)].policy;
}

PolicyPtr OrganizationBuilder::policy(Kind kind, const std::string& id) {
  auto found = policies_.find(id);
  if (found != policies_.end() && found->second.policy) return found->second.policy;
  Guardrail& made = policies_[id];
  made.kind = kind;
  if (std::string_view text = text_of_aws(id); !text.empty()) {
    auto document = read_json(text, Source{});
    if (document) made.policy = builder_.compiled((*document)->root(), id);
  }
  if (!made.policy) made.policy = unread(id, "its text was not read");
  return made.policy;
}

// Is the policy type switched on? A root that was read and does not name the type never had it enabled.
Truth OrganizationBuilder::in_force(Kind kind) const {
  if (!enabled_[kind].known() || root_.empty()) return Truth::unknown;
  if (!enabled_[kind].value) return Truth::no;
  return truth(enabled_[kind].value.text() == "ENABLED");  // PENDING_ENABLE and PENDING_DISABLE bind nobody for certain
}

// What is attached to a root, unit or account; not known where AWS's rule that there always is something is broken.
OrganizationBuilder::Attached OrganizationBuilder::attached_at(Kind kind, const std::string& where, const Node* node) const {
  Attached out;
  if (node) out = node->attached[kind];
  if (where == root_ && !out.known) out = at_root_[kind];
  if (!out.known && listed_[kind] && !list_failed_) {
    const bool all = std::all_of(policies_.begin(), policies_.end(), [&](auto& one) { return one.second.kind != kind || one.second.targets_known; });
    if (all) {
      out = {true, {}, {}};
      for (auto& [id, guardrail] : policies_)
        if (guardrail.kind == kind && std::find(guardrail.targets.begin(), guardrail.targets.end(), where) != guardrail.targets.end()) out.policies.push_back(id);
    }
  }
  out.known &= !out.policies.empty();
  return out;
}

std::optional<std::vector<PolicySet::Level>> OrganizationBuilder::way_to(Kind kind, const std::string& account, const Node& node) {
  std::vector<std::pair<std::string, Attached>> up{{account, attached_at(kind, account, &node)}};
  std::string at = node.parent;
  for (int depth = 0; depth < units_deepest && !at.empty() && at != root_; ++depth) {
    auto unit = units_.find(at);
    up.emplace_back(at, attached_at(kind, at, unit == units_.end() ? nullptr : &unit->second));
    at = unit == units_.end() ? "" : unit->second.parent;
  }
  if (at != root_ || root_.empty()) up.push_back({"the way to the root", {}});
  if (!root_.empty()) up.emplace_back(root_, attached_at(kind, root_, nullptr));
  std::vector<PolicySet::Level> out;
  for (auto one = up.rbegin(); one != up.rend(); ++one) {
    PolicySet::Level level;
    level.id = one->first;
    std::vector<std::string> ids = one->second.policies;
    std::sort(ids.begin(), ids.end());
    for (const std::string& id : ids) level.policies.push_back(policy(kind, id));
    if (!one->second.known) level.policies.push_back(unread(std::string(names[kind]) + " of " + one->first, one->second.why.empty() ? "what is attached was not read" : one->second.why));
    out.push_back(std::move(level));
  }
  return out;
}

void OrganizationBuilder::finish() {
  estate_.organization = several_ ? std::string() : id_;
  for (const auto& [id, node] : accounts_) {
    const size_t before = estate_.accounts.size();
    if (const uint32_t at = estate_.account(id); estate_.accounts.size() > before) estate_.accounts[at].listed_only = true;
  }
  for (AccessAccount& account : estate_.accounts) {
    auto place = accounts_.find(account.id);
    if (place != accounts_.end()) account.name = place->second.name;
    account.management = !management_.empty() && account.id == management_ && !several_;
    if (outside_.count(account.id) && place == accounts_.end()) continue;
    auto open = [&](const std::string& why) {
      account.unread = why;
      for (Kind kind : {scp, rcp}) (kind == scp ? account.scps : account.rcps) = std::vector<PolicySet::Level>{{account.id, {unread(std::string(names[kind]) + " of " + account.id, why)}}};
    };
    if (several_) {
      open(std::string(kSeveralOrganizations));
    } else if (account.management) {
      continue;  // neither kind binds the management account
    } else if (place == accounts_.end()) {
      auto refused = refused_.find(account.id);
      open(refused != refused_.end() && !seen_ ? "organizations:DescribeOrganization: " + refused->second
           : seen_                             ? "the organization's accounts that were read do not name it"
                                               : "whether it is in an organization was not read");
    } else {
      for (Kind kind : {scp, rcp}) {
        auto& levels = kind == scp ? account.scps : account.rcps;
        const Truth on = in_force(kind);
        if (on == Truth::no) continue;
        levels = way_to(kind, account.id, place->second);
        if (on == Truth::unknown) {
          const std::string why = enabled_[kind].known() ? "the root was not read" : enabled_[kind].unknown;
          levels = std::vector<PolicySet::Level>{{root_.empty() ? account.id : root_, {unread("whether " + std::string(names[kind]) + " are in force", why)}}};
        }
        for (auto& level : *levels)
          for (auto& one : level.policies)
            if (account.unread.empty() && !source_of(*one).unknown.empty()) account.unread = source_of(*one).name + " was not read: " + source_of(*one).unknown;
      }
    }
  }
}

}  // namespace reeve::access
