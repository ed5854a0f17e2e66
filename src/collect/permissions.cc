#include "collect/permissions.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

struct Statement {
  std::string sid;
  std::vector<std::string> actions, resources;
};

// What a statement takes of a policy's length: its texts with their quotes and commas, and the words around them.
size_t length(const std::vector<std::string>& texts) {
  size_t out = 120;
  for (auto& text : texts) out += text.size() + 3;
  return out;
}

std::vector<Statement> statements_of(const CollectPermissions& permissions) {
  std::vector<Statement> out;
  for (const std::string& action : permissions.actions) {
    if (out.empty() || length(out.back().actions) + action.size() + 3 > kManagedPolicyMax) out.push_back({"Read" + std::to_string(out.size() + 1), {}, {"*"}});
    out.back().actions.push_back(action);
  }
  for (auto& on : permissions.limited) {
    std::string sid;
    for (char c : on.action)
      if (c != ':') sid += c;
    out.push_back({std::move(sid), {on.action}, on.resources});
  }
  return out;
}

// Statements put together as far as one managed policy takes them.
std::vector<std::vector<Statement>> policies_of(const CollectPermissions& permissions) {
  std::vector<std::vector<Statement>> out;
  size_t room = 0;
  for (Statement& statement : statements_of(permissions)) {
    size_t wanted = length(statement.actions) + length(statement.resources);
    if (out.empty() || wanted > room) out.emplace_back(), room = kManagedPolicyMax - 60;
    room -= std::min(room, wanted);
    out.back().push_back(std::move(statement));
  }
  return out;
}

std::string yaml_text(const std::string& text) { return text.find_first_of("*:{}[],&#?|<>=!%@\\\"'") == std::string::npos ? text : "'" + text + "'"; }

}  // namespace

CollectPermissions permissions_of(const std::vector<PlannedKind>& kinds, const ActionCatalogue& actions) {
  std::set<std::string> everywhere;
  std::map<std::string, std::set<std::string>> on;
  for (const PlannedKind& kind : kinds) {
    if (!kind.told_by.empty()) continue;
    const NeededActions needed = actions.needed(kind.call);
    for (const std::string& action : needed.actions) {
      if (needed.resources.empty()) everywhere.insert(action);
      else on[action].insert(needed.resources.begin(), needed.resources.end());
    }
  }
  CollectPermissions out;
  out.actions.assign(everywhere.begin(), everywhere.end());
  for (auto& [action, resources] : on)
    if (!everywhere.contains(action)) out.limited.push_back({action, {resources.begin(), resources.end()}});
  return out;
}

void add_queue(CollectPermissions& permissions, const ActionCatalogue& actions, const std::string& queue_arn) {
  for (auto& [call, why] : actions.own_queue())
    for (const std::string& action : actions.needed(call).actions) permissions.limited.push_back({action, {queue_arn}});
  std::sort(permissions.limited.begin(), permissions.limited.end(), [](auto& a, auto& b) { return a.action < b.action; });
}

std::string policy_json(const CollectPermissions& permissions) {
  std::string out;
  JsonWriter json(out, 2);
  json.begin_object().member("Version", "2012-10-17").key("Statement").begin_array();
  for (const Statement& statement : statements_of(permissions)) {
    json.begin_object().member("Sid", statement.sid).member("Effect", "Allow").key("Action").begin_array();
    for (auto& action : statement.actions) json.string(action);
    json.end_array().key("Resource");
    if (statement.resources.size() == 1) {
      json.string(statement.resources.front());
    } else {
      json.begin_array();
      for (auto& resource : statement.resources) json.string(resource);
      json.end_array();
    }
    json.end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string role_template(const CollectPermissions& permissions, const std::string& role_name) {
  const auto policies = policies_of(permissions);
  std::string out =
      "# The role that `reeve collect` takes in each account: it reads, and nothing else. Made by `reeve collect --print-role-template`.\n"
      "#\n"
      "# In one account:\n"
      "#   aws cloudformation deploy --stack-name reeve-audit --template-file role.yaml --capabilities CAPABILITY_NAMED_IAM \\\n"
      "#     --parameter-overrides TrustedPrincipal=arn:aws:iam::111122223333:role/collector ExternalId=AN-ID-OF-YOUR-OWN\n"
      "#\n"
      "# In every account of the organization, those that join later too, from the management account or a delegated administrator's. A\n"
      "# StackSet leaves the management account out: deploy the stack above there as well.\n"
      "#   aws cloudformation create-stack-set --stack-set-name reeve-audit --template-body file://role.yaml \\\n"
      "#     --capabilities CAPABILITY_NAMED_IAM --permission-model SERVICE_MANAGED \\\n"
      "#     --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false --parameters \\\n"
      "#     ParameterKey=TrustedPrincipal,ParameterValue=arn:aws:iam::111122223333:role/collector \\\n"
      "#     ParameterKey=ExternalId,ParameterValue=AN-ID-OF-YOUR-OWN\n"
      "#   aws cloudformation create-stack-instances --stack-set-name reeve-audit --regions us-east-1 \\\n"
      "#     --deployment-targets OrganizationalUnitIds=r-ROOT --operation-preferences MaxConcurrentPercentage=100\n"
      "#\n"
      "# Then, as the trusted principal, which needs sts:AssumeRole on arn:aws:iam::*:role/" + role_name + ":\n"
      "#   reeve collect --out snap/ --role-name " + role_name + " --external-id AN-ID-OF-YOUR-OWN\n"
      "AWSTemplateFormatVersion: '2010-09-09'\n"
      "Description: Role with which reeve collect reads this account\n"
      "Parameters:\n"
      "  TrustedPrincipal:\n"
      "    Type: String\n"
      "    Description: ARN of the role or user that runs reeve collect\n"
      "    AllowedPattern: 'arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+'\n"
      "    ConstraintDescription: the ARN of one role or user\n"
      "  ExternalId:\n"
      "    Type: String\n"
      "    Description: Words that the caller has to give, so that nobody can be made to take this role for somebody else\n"
      "    MinLength: 8\n"
      "    MaxLength: 1224\n"
      "    AllowedPattern: '[A-Za-z0-9+=,.@:/_-]+'\n"
      "    ConstraintDescription: 8 to 1224 letters, digits and +=,.@:/_-\n"
      "  RoleName:\n"
      "    Type: String\n"
      "    Default: " + role_name + "\n"
      "    MinLength: 1\n"
      "    MaxLength: 64\n"
      "Resources:\n"
      "  Role:\n"
      "    Type: AWS::IAM::Role\n"
      "    Properties:\n"
      "      RoleName: !Ref RoleName\n"
      "      Description: reeve collect reads this account with it\n"
      "      MaxSessionDuration: 3600\n"
      "      AssumeRolePolicyDocument:\n"
      "        Version: '2012-10-17'\n"
      "        Statement:\n"
      "          - Effect: Allow\n"
      "            Principal:\n"
      "              AWS: !Ref TrustedPrincipal\n"
      "            Action: sts:AssumeRole\n"
      "            Condition:\n"
      "              StringEquals:\n"
      "                sts:ExternalId: !Ref ExternalId\n"
      "      ManagedPolicyArns:\n";
  for (size_t i = 1; i <= policies.size(); ++i) out += "        - !Ref Policy" + std::to_string(i) + "\n";
  for (size_t i = 0; i < policies.size(); ++i) {
    out += "  Policy" + std::to_string(i + 1) + ":\n"
           "    Type: AWS::IAM::ManagedPolicy\n"
           "    Properties:\n"
           "      Description: What reeve collect reads, part " + std::to_string(i + 1) + " of " + std::to_string(policies.size()) + "\n"
           "      PolicyDocument:\n"
           "        Version: '2012-10-17'\n"
           "        Statement:\n";
    for (const Statement& statement : policies[i]) {
      out += "          - Sid: " + statement.sid + "\n            Effect: Allow\n            Action:\n";
      for (auto& action : statement.actions) out += "              - " + action + "\n";
      out += "            Resource:\n";
      for (auto& resource : statement.resources) out += "              - " + yaml_text(resource) + "\n";
    }
  }
  out += "Outputs:\n  RoleArn:\n    Description: What to allow the caller to take\n    Value: !GetAtt Role.Arn\n";
  return out;
}

}  // namespace reeve
