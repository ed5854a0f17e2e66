#include "access/public_access.h"

#include <algorithm>

#include "access/action_groups.h"
#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "policy/strangers.h"

namespace reeve {
namespace {

using policy::Caller;
using policy::Domain;
using policy::Found;

// Services that a request without credentials can be allowed by policy. IAM User Guide, "Principal": S3, SQS and SNS; function URLs,
// API Gateway and OpenSearch domains by their own guides.
bool takes_anonymous(std::string_view service) {
  for (std::string_view one : {"s3", "sqs", "sns", "lambda", "execute-api", "apigateway", "es", "mediastore", "vpc-lattice"})
    if (service == one) return true;
  return false;
}

std::string principal_of(const Caller& caller, const Found& found) {
  switch (caller.kind) {
    case Caller::Kind::anonymous: return "*";
    case Caller::Kind::service: return caller.service.empty() ? "zqxjkv.amazonaws.com" : caller.service;
    case Caller::Kind::federated: return caller.provider;
    default: return found.principal_arn.values.empty() ? std::string() : found.principal_arn.values[0];
  }
}

bool unread(const Policy& policy) {
  return !policy.unknown.empty() || std::any_of(policy.statements.begin(), policy.statements.end(), [](const Statement& one) {
    return !one.unknown.empty() || one.conditions_unknown || one.effect == Effect::unknown || one.principals.unknown || one.actions.unknown || one.resources.unknown;
  });
}

class Asking {
 public:
  Asking(const PublicAccessAsked& asked, const ActionTable& table) : asked_(asked), table_(table) {
    account_ = asked.account;
    if (auto own = arn_account(asked.resource); account_.empty() && is_account_id(own)) account_ = std::string(own);
    allow_all_.version = "2012-10-17";
    allow_all_.statements.emplace_back();
    Statement& all = allow_all_.statements[0];
    all.actions = all.resources = {.present = true, .values = {"*"}};
    all.principals = {.present = true, .values = {Principal{}}};
  }

  PublicAccess run() {
    PublicAccess open = ask({}, false);
    if (open.verdict == Truth::no) return open;
    // What a block stops is what S3 itself counts as public.
    if (arn_service(asked_.resource) == "s3" && asked_.restricted != Truth::no) {
      Answer counted = allows_public(*asked_.policy, {.resource_arn = asked_.resource, .account = account_, .org_id = asked_.org_id, .meaning = PublicMeaning::s3});
      Truth stopped = both(asked_.restricted, counted.verdict);
      if (stopped == Truth::yes) return none("S3 Block Public Access (RestrictPublicBuckets)");
      if (stopped == Truth::unknown) {
        open = perhaps(std::move(open), asked_.restricted == Truth::unknown ? "s3:RestrictPublicBuckets" : "policy");
        open.why = "whether S3 Block Public Access stops it is not known";
      }
    }
    if (asked_.rcps.empty()) return open;
    PublicAccess within = ask(asked_.rcps, true);
    if (within.verdict == Truth::no) return none("a resource control policy");
    if (open.verdict == Truth::unknown && within.verdict == Truth::yes) return perhaps(std::move(within), open.unknown.empty() ? "policy" : open.unknown[0]);
    return within;
  }

 private:
  PublicAccess none(std::string by) const {
    PublicAccess out;
    out.decided.policy = asked_.policy->name;
    out.why = "what the policy allows to strangers is stopped by " + by;
    out.stopped_by = std::move(by);
    return out;
  }
  static PublicAccess perhaps(PublicAccess open, std::string unknown) {
    open.verdict = Truth::unknown;
    open.witness.reset();
    open.perhaps.insert(open.perhaps.end(), open.actions.begin(), open.actions.end());
    std::sort(open.perhaps.begin(), open.perhaps.end());
    open.actions.clear();
    if (std::find(open.unknown.begin(), open.unknown.end(), unknown) == open.unknown.end()) open.unknown.push_back(std::move(unknown));
    return open;
  }

  PublicAccess ask(const std::vector<const Policy*>& rcps, bool guarded) {
    PublicAccess out;
    out.decided.policy = asked_.policy->name;
    // RCPs only deny; their own Allow is the one that nobody can detach. The resource's policy stands last, so that it is named.
    policy::Question question;
    if (guarded) {
      question.levels.push_back({&allow_all_});
      question.levels[0].insert(question.levels[0].end(), rcps.begin(), rcps.end());
    }
    question.levels.push_back({asked_.policy});
    if (!asked_.policy->unknown.empty()) {
      out.verdict = Truth::unknown;
      out.unknown = {"policy"};
      out.why = "the policy was not read: " + asked_.policy->unknown;
      return out;
    }
    auto callers = policy::strangers(*asked_.policy, {asked_.resource, account_, asked_.org_id}, takes_anonymous(arn_service(asked_.resource)));
    // Whom no action at all lets in is not asked about each.
    question.action = Domain{.templates = {"*:*"}};
    question.resource = Domain{.fixed = {ContextValue::of(asked_.resource)}, .templates = {asked_.resource + "/*", asked_.resource + ":*"}};
    if (asked_.resource.empty()) question.resource = Domain{.templates = {"*"}};
    std::erase_if(callers, [&](const Caller& caller) {
      question.caller = caller;
      return policy::find_witness(question).verdict == Truth::no;
    });
    if (callers.empty()) {
      out.why = "no stranger is allowed";
      return out;
    }
    std::vector<const Policy*> looked{asked_.policy};
    looked.insert(looked.end(), rcps.begin(), rcps.end());
    auto groups = action_groups(table_, {.policies = looked, .resource = asked_.resource});
    for (const ActionGroup& group : groups) {
      question.action = Domain{.fixed = {ContextValue::of(lower(group.actions[0]))}};
      question.resource = Domain{};
      for (const auto& pattern : group.resources) {
        if (pattern.find('*') == std::string::npos || pattern == "*") question.resource.fixed.push_back(ContextValue::of(pattern));
        else question.resource.templates.push_back(pattern);
      }
      Truth best = Truth::no;
      for (const Caller& caller : callers) {
        question.caller = caller;
        auto& domains = question.caller.domains;
        for (const auto& key : group.absent_keys) domains.insert(domains.begin(), {key, Domain::none()});
        Found found = policy::find_witness(question);
        // Whether `*` stands for services too, AWS's pages leave open.
        const bool open_point = caller.kind == Caller::Kind::service && caller.service.empty();
        Truth verdict = open_point ? both(found.verdict, Truth::unknown) : found.verdict;
        if (verdict <= best) continue;
        best = verdict;
        if (verdict <= out.verdict) {
          if (best == Truth::yes) break;
          continue;
        }
        note(out, caller, group, found, verdict, open_point);
        if (best == Truth::yes) break;
      }
      auto& list = best == Truth::yes ? out.actions : out.perhaps;
      if (best != Truth::no) list.insert(list.end(), group.actions.begin(), group.actions.end());
    }
    std::sort(out.actions.begin(), out.actions.end());
    std::sort(out.perhaps.begin(), out.perhaps.end());
    if (out.verdict == Truth::no) out.why = "no stranger is allowed";
    return out;
  }

  void note(PublicAccess& out, const Caller& caller, const ActionGroup& group, const Found& found, Truth verdict, bool open_point) const {
    out.verdict = verdict;
    if (found.policy && found.statement) out.decided = policy::decided_by(*found.policy, *found.statement);
    if (verdict == Truth::yes) {
      out.why = caller.label + " is allowed";
      out.unknown.clear();
      WitnessRequest& request = out.witness.emplace();
      request = {caller.label, principal_of(caller, found), group.actions[0], found.resource, account_, found.keys};
      return;
    }
    out.unknown.clear();
    if (open_point) out.unknown.push_back("star_covers_services");
    for (const auto& [key, value] : found.keys)
      if (value.state == ContextValue::State::unknown) out.unknown.push_back(key);
    if (unread(*asked_.policy)) out.unknown.push_back("policy");
    out.why = found.exhausted ? "the policy is too entangled to decide"
              : open_point    ? "whether an Allow to `*` covers services is left open by AWS's pages"
                              : "whether " + caller.label + " is allowed hangs on a part or a fact that is not known";
    if (out.unknown.empty()) out.unknown.push_back(found.exhausted ? "search" : "policy");
  }

  const PublicAccessAsked& asked_;
  const ActionTable& table_;
  std::string account_;
  Policy allow_all_;
};

}  // namespace

PublicAccess public_access(const PublicAccessAsked& asked, const ActionTable& table) { return Asking(asked, table).run(); }

}  // namespace reeve
