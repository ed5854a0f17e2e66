// Can a stranger use a resource, and what for? By its resource policy, S3's block of public access and resource control policies, as far as
// each was read.
//
//   PublicAccess answer = public_access({.policy = &policy, .resource = arn, .account = owner}, table);
//   if (answer.verdict == Truth::yes) show(answer.witness);     // one request that goes through
//
// Who a stranger is says policy/strangers.h. yes comes with a request, of an action that IAM knows; no means that the search found none;
// unknown names the key, the policy or the open point that would decide. What else may let a stranger in (ACLs, access points, RAM shares,
// grants of a key) is another question.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/catalogue.h"
#include "policy/policy.h"

namespace reeve {

struct PublicAccessAsked {
  const Policy* policy = nullptr;
  std::string resource;   // ARN
  std::string account;    // the owner; empty: told from the ARN, else not known
  std::string org_id;     // the owner's organization; empty: not known
  // S3 RestrictPublicBuckets, of the bucket or of its account; unknown: not read. It stops what S3 counts as public (policy.h).
  Truth restricted = Truth::no;
  std::vector<const Policy*> rcps;  // on the way to the owner's account
};

struct WitnessRequest {
  std::string caller;      // in words: `any AWS account`
  std::string principal;   // ARN, service or provider; `*`: nobody, without credentials
  std::string action, resource, resource_account;
  std::vector<std::pair<std::string, ContextValue>> context;  // only what the policies look at; absent keys too
};

struct PublicAccess {
  Truth verdict = Truth::no;
  Decided decided;                      // the statement that lets in
  std::vector<std::string> actions;     // open to strangers, as IAM spells them
  std::vector<std::string> perhaps;     // of which it is not known
  std::optional<WitnessRequest> witness;
  std::vector<std::string> unknown;     // what would decide: keys, `policy`, `s3:RestrictPublicBuckets`, an open point's name
  std::string why;
  std::string stopped_by;               // of a no: the block or policy that stops what the resource's policy allows
};

PublicAccess public_access(const PublicAccessAsked& asked, const ActionTable& table);

}  // namespace reeve
