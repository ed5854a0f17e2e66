// The rules beside policies, each from the page named at it.
#include "policy/decision_rules.h"

#include <algorithm>

#include "base/text.h"

namespace reeve::policy {


namespace {

// A role's trust policy and a KMS key's policy have to allow even in the same account.
bool needs_resource_policy(const Asked& asked) {
  if (asked.service == "kms") return asked.resource_kind == "key";
  return asked.service == "sts" && asked.resource_kind == "role";
}

// KMS Developer Guide, "Allowing users in other accounts to use a KMS key".
bool kms_crosses_accounts(std::string_view action) {
  static constexpr std::string_view names[] = {
      "kms:creategrant",     "kms:decrypt",         "kms:derivesharedsecret",  "kms:describekey",
      "kms:encrypt",         "kms:generatedatakey", "kms:generatedatakeypair", "kms:generatedatakeypairwithoutplaintext",
      "kms:generatedatakeywithoutplaintext",        "kms:generatemac",         "kms:getkeyrotationstatus",
      "kms:getpublickey",    "kms:listgrants",      "kms:reencryptfrom",       "kms:reencryptto",
      "kms:retiregrant",     "kms:revokegrant",     "kms:sign",                "kms:verify",
      "kms:verifymac"};
  return std::find(std::begin(names), std::end(names), action) != std::end(names);
}

ServiceRule refused(const char* note) { return {Truth::no, note, ""}; }

ServiceRule depends(Truth allows, const char* note, const char* open_switch) { return {allows, note, open_switch}; }

}  // namespace

GrantTerms terms_of(const Asked& asked) {
  GrantTerms out;
  constexpr uint32_t limits = bit(Factor::boundary) | bit(Factor::session);
  switch (asked.caller.kind) {
    case CallerKind::service:
    case CallerKind::anonymous:
    case CallerKind::web_identity:
    case CallerKind::saml:
      out.add(bit(Factor::any));
      return out;
    case CallerKind::root:
    case CallerKind::assumed_root:
      if (needs_resource_policy(asked)) {
        out.add(bit(Factor::same) | bit(Factor::direct) | bit(Factor::session));
        out.add(bit(Factor::same) | bit(Factor::star) | bit(Factor::session));
      } else {
        out.add(bit(Factor::same) | bit(Factor::session));
      }
      out.add(bit(Factor::any) | bit(Factor::session));
      return out;
    default: break;
  }
  constexpr uint32_t same = bit(Factor::same);
  if (needs_resource_policy(asked))
    out.add(same | bit(Factor::identity) | bit(Factor::account) | limits);
  else
    out.add(same | bit(Factor::identity) | limits);
  out.add(same | bit(Factor::direct));
  out.add(same | bit(Factor::role) | limits);
  out.add(same | bit(Factor::star) | limits);
  out.add(same | bit(Factor::star) | bit(Factor::star_switch));
  // In the caller's own account this is enough, too, so it does not ask whose the resource is.
  out.add(bit(Factor::any) | bit(Factor::identity) | limits);
  return out;
}

const char* outside_policies(const Asked& asked) {
  // API reference of STS: "No permissions are required to perform this operation", even under an explicit deny.
  if (asked.action == "sts:getcalleridentity" && asked.caller.kind != CallerKind::anonymous) return "needs no permission, and no policy can deny it";
  if (asked.action == "sts:getsessiontoken" && (asked.caller.kind == CallerKind::user || asked.caller.kind == CallerKind::root))
    return "needs no permission, and no policy can deny it";
  return nullptr;
}

bool bucket_policy_action(const Asked& asked) {
  return asked.action == "s3:getbucketpolicy" || asked.action == "s3:putbucketpolicy" || asked.action == "s3:deletebucketpolicy";
}

ServiceRule service_rule(const Asked& asked, const DecisionSwitches& switches) {
  const CallerKind kind = asked.caller.kind;
  const Truth same = asked.same_account();
  // "Cross-account resource access": no delegation crosses a partition.
  if (asked.iam_caller() && !asked.partition.empty() && !asked.resource_partition.empty() && asked.partition != asked.resource_partition)
    return refused("the resource is of another partition");
  if (asked.service == "kms" && asked.resource_kind == "key" && same != Truth::yes && asked.iam_caller() && !kms_crosses_accounts(asked.action))
    return depends(same == Truth::no ? Truth::no : Truth::unknown, "KMS takes this operation from the key's own account alone",
                   "the resource's account");
  // API reference of S3, PutBucketPolicy and its neighbours.
  if (bucket_policy_action(asked) && asked.iam_caller() && same != Truth::yes)
    return depends(same, "S3 takes this operation from the bucket's own account alone", "the resource's account");
  if (asked.service == "sts") {
    // API reference of STS.
    if (asked.action == "sts:assumerole" && kind == CallerKind::root) return refused("the root user cannot assume a role");
    if (asked.action == "sts:assumeroot")
      return kind == CallerKind::root ? refused("the root user cannot take a session of a member's root user")
                                : depends(switches.root_access_central, "the caller's account does not manage root access centrally",
                                          "root_access_central");
    if (asked.action == "sts:getsessiontoken") return refused("session credentials cannot ask for a session token");
    if (kind == CallerKind::federated_user) return refused("a federated user may call no operation of STS but GetCallerIdentity");
    const bool tags = asked.action == "sts:tagsession" || asked.action == "sts:setsourceidentity";
    if (kind == CallerKind::web_identity && asked.action != "sts:assumerolewithwebidentity" && !tags)
      return refused("a web identity may only assume a role with it");
    if (kind == CallerKind::saml && asked.action != "sts:assumerolewithsaml" && !tags)
      return refused("a SAML assertion may only be used to assume a role");
  } else if (kind == CallerKind::web_identity || kind == CallerKind::saml) {
    return refused("a caller without AWS credentials may only assume a role");
  }
  // "Comparing AWS STS credentials": not by CLI or API.
  if (kind == CallerKind::federated_user && asked.service == "iam")
    return depends(switches.console_federation, "a federated user may not call IAM by CLI or API", "console_federation");
  return {};
}

}  // namespace reeve::policy
