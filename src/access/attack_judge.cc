#include "access/attack_judge.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "formats/json.h"
#include "policy/glob.h"

namespace reeve {
namespace {

constexpr std::string_view kFiller = "any";
constexpr size_t kCandidatesMax = 48;

std::string filled(std::string_view text, const AttackActor& actor) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') {
      if (text.substr(i, 11) == "{partition}") {
        out += actor.partition, i += 10;
        continue;
      }
      if (text.substr(i, 9) == "{account}") {
        out += actor.account, i += 8;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// The fourth field of an ARN, if it is a real Region, else `region` put there.
std::string settle_region(std::string& arn, const std::string& region) {
  size_t from = 0;
  for (int field = 0; field < 3; ++field) {
    from = arn.find(':', from);
    if (from == std::string::npos) return region;
    ++from;
  }
  const size_t end = arn.find(':', from);
  if (end == std::string::npos) return region;
  const std::string have = arn.substr(from, end - from);
  if (have.empty()) return region;
  if (have.find(kFiller) == std::string::npos) return have;
  arn.replace(from, end - from, region);
  return region;
}

// The pattern's partition, Region and account narrowed to what the shape fixes, so that two patterns can meet within it.
std::string narrowed(std::string_view pattern, std::string_view shape) {
  auto have = split(pattern, ':'), want = split(shape, ':');
  if (have.size() < 6 || want.size() < 6) return std::string(pattern);
  std::string out;
  for (size_t i = 0; i < have.size(); ++i) {
    const bool fixed = i < 5 && want[i].find_first_of("*?") == std::string_view::npos && glob_match(have[i], want[i]);
    out += (i ? ":" : "") + std::string(fixed ? want[i] : have[i]);
  }
  return out;
}

// Two patterns with the same Region, if one of them leaves it open; what is left open must not swallow more than its field.
void share_region(std::string& a, std::string& b) {
  auto left = split(a, ':'), right = split(b, ':');
  if (left.size() < 6 || right.size() < 6) return;
  const std::string region(left[3] != "*" ? left[3] : right[3] != "*" ? right[3] : kFiller);
  const auto put = [&](const std::vector<std::string_view>& fields) {
    std::string out;
    for (size_t i = 0; i < fields.size(); ++i) out += (i ? ":" : "") + (i == 3 && fields[i] == "*" ? region : std::string(fields[i]));
    return out;
  };
  std::string made_a = put(left), made_b = put(right);
  a = std::move(made_a);
  b = std::move(made_b);
}

std::string default_region(std::string_view partition) {
  if (partition == "aws-cn") return "cn-north-1";
  if (partition == "aws-us-gov") return "us-gov-west-1";
  return "us-east-1";
}

}  // namespace

AttackActor AttackJudge::actor(uint32_t principal) const {
  const AccessPrincipal& who = estate_.principals[principal];
  AttackActor out;
  out.principal = principal;
  out.caller = estate_.caller(who);
  out.policies = estate_.policies_for(who, nullptr);
  const auto fields = split(who.arn, ':');
  out.partition = fields.size() > 1 ? std::string(fields[1]) : "aws";
  out.account = estate_.accounts[who.account].id;
  out.region = default_region(out.partition);
  out.regions = {out.region};
  for (const std::string& region : index_.regions())
    if (out.regions.size() < 6 && region != out.region) out.regions.push_back(region);
  return out;
}

bool AttackJudge::may_touch(AttackActor& actor, uint16_t action, std::string_view arn) const {
  auto [at, fresh] = actor.reach.try_emplace(action);
  if (fresh) at->second = index_.reach(estate_.principals[actor.principal], action);
  return std::any_of(at->second.begin(), at->second.end(), [&](const std::string& pattern) { return pattern == "*" || glob_match(pattern, arn); });
}

AttackAsked AttackJudge::make(AttackActor& actor, const Escalation::Need& need, std::string resource, const std::string& region) const {
  AttackAsked out;
  out.request.caller = actor.caller;
  out.request.action = need.action;
  out.request.resource = std::move(resource);
  Context& context = out.request.context;
  context.set("aws:ViaAWSService", ContextValue::of("false"));
  context.set("aws:SecureTransport", ContextValue::of("true"));
  if (!starts_with(need.action, "iam:PassRole")) context.set("aws:RequestedRegion", ContextValue::of(starts_with(need.action, "iam:") ? actor.region : region));
  const AccessPrincipal& who = estate_.principals[actor.principal];
  for (const std::string& key : index_.tag_keys()) {
    constexpr std::string_view own = "aws:principaltag/";
    if (!starts_with(key, own)) continue;
    bool found = false;
    for (const auto& [tag, value] : who.tags)
      if (equal_ignoring_case(tag, std::string_view(key).substr(own.size()))) context.set(key, ContextValue::of(value)), found = true;
    // A session may bring tags that the role does not have.
    if (!found && who.kind == AccessPrincipal::Kind::user) context.set(key, ContextValue::absent());
  }
  return out;
}

Truth AttackJudge::ask(AttackActor& actor, const AttackAsked& asked) const {
  std::string key = asked.request.action + '\n' + asked.request.resource + '\n';
  if (asked.resource_policy) key += std::to_string(reinterpret_cast<uintptr_t>(asked.resource_policy.get()));
  for (const auto& [name, value] : asked.request.context.items()) {
    key += '\n' + name + '=' + char('0' + static_cast<int>(value.state));
    for (const std::string& one : value.values) key += one + ',';
  }
  auto [at, fresh] = actor.decided.try_emplace(std::move(key), Truth::no);
  if (!fresh) return at->second;
  actor.policies.resource = asked.resource_policy;
  if (asked.owner != no_index) {
    actor.policies.rcps = estate_.accounts[asked.owner].rcps;
    actor.policies.owner_is_management = estate_.accounts[asked.owner].management;
  }
  DecisionOptions options;
  options.explain = false;
  const Decision decision = decide(asked.request, actor.policies, options);
  actor.policies.resource = nullptr;
  actor.policies.rcps.reset();
  actor.policies.owner_is_management = false;
  at->second = decision.result == Decision::Result::allowed ? Truth::yes : decision.result == Decision::Result::unknown ? Truth::unknown : Truth::no;
  return at->second;
}

Decision AttackJudge::explain(const AttackActor& actor, const AttackAsked& asked) const {
  PolicySet policies = actor.policies;
  policies.resource = asked.resource_policy;
  if (asked.owner != no_index) {
    policies.rcps = estate_.accounts[asked.owner].rcps;
    policies.owner_is_management = estate_.accounts[asked.owner].management;
  }
  return decide(asked.request, policies);
}

// Context keys with several values: AWS's pages do not say which, so the answer holds only if it is the same for all.
Truth AttackJudge::with_context(AttackActor& actor, const Escalation::Need& need, AttackAsked asked, std::vector<AttackAsked>* keep) const {
  if (need.context.empty()) {
    const Truth answer = ask(actor, asked);
    if (keep) keep->push_back(std::move(asked));
    return answer;
  }
  std::vector<AttackAsked> variants = {std::move(asked)};
  for (const auto& [key, values] : need.context) {
    std::vector<AttackAsked> more;
    for (const AttackAsked& one : variants)
      for (const std::string& value : values) {
        more.push_back(one);
        more.back().request.context.set(key, ContextValue::of(filled(value, actor)));
      }
    variants = std::move(more);
  }
  Truth least = Truth::yes, most = Truth::no;
  size_t best = 0;
  for (size_t i = 0; i < variants.size(); ++i) {
    const Truth answer = ask(actor, variants[i]);
    if (answer > most) most = answer, best = i;
    least = std::min(least, answer);
  }
  if (keep) {
    if (least != most) variants[best].note = "if AWS asks for the permission in this service's name";
    keep->push_back(std::move(variants[best]));
  }
  return least == most ? least : Truth::unknown;
}

Truth AttackJudge::free_resource(AttackActor& actor, const Escalation& way, const std::string& name, const std::string& pattern, std::vector<AttackAsked>* asked) const {
  std::vector<const Escalation::Need*> needs;
  for (const Escalation::Need& need : way.needs)
    if (std::find(need.on.begin(), need.on.end(), name) != need.on.end()) needs.push_back(&need);
  const auto try_one = [&](const std::string& arn, const std::string& region, std::vector<AttackAsked>* keep) {
    Truth all = Truth::yes;
    for (const Escalation::Need* need : needs) {
      AttackAsked made = make(actor, *need, arn, region);
      made.note = "any that fits";
      made.request.resource_account = actor.account;  // what has no owner in its ARN, such as a public image, is nobody's to refuse
      all = both(all, with_context(actor, *need, std::move(made), keep));
      if (all == Truth::no && !keep) break;
    }
    return all;
  };
  auto [at, made] = actor.chosen.try_emplace({&way, name}, Truth::no, std::string(), std::string());
  auto& [answer, arn, region] = at->second;
  if (made) {
    const std::string whole = filled(pattern, actor);
    const policy::Glob shape = policy::glob_of(whole);
    std::vector<std::string> candidates = {policy::instance(shape, kFiller)};
    const uint32_t set = estate_.principals[actor.principal].set;
    std::set<std::string> found;
    // A star in front would also match an ARN within an ARN; no real resource has such a name.
    const auto real = [&](const std::string& made_up) { return std::count(made_up.begin(), made_up.end(), ':') <= std::count(whole.begin(), whole.end(), ':') + 1; };
    std::vector<std::vector<std::string>> of_need;
    for (const Escalation::Need* need : needs) {
      of_need.emplace_back();
      for (std::string_view written : index_.patterns(set, index_.action(need->action))) {
        std::string text(written);
        for (size_t var = text.find("${"); var != std::string::npos; var = text.find("${", var)) {
          const size_t end = text.find('}', var);
          if (end == std::string::npos) break;
          const std::string key = lower(std::string_view(text).substr(var + 2, end - var - 2));
          const std::string value = key == "aws:username" ? std::string(estate_.principals[actor.principal].name()) : key == "aws:principalaccount" ? actor.account : "*";
          text.replace(var, end - var + 1, value);
          var += value.size();
        }
        if (text == "*" || of_need.back().size() >= kCandidatesMax) continue;
        text = narrowed(text, whole);
        if (auto one = policy::common_instance(policy::glob_of(text), shape, kFiller); one && real(*one)) found.insert(*one);
        of_need.back().push_back(std::move(text));
      }
    }
    for (size_t a = 0; a < of_need.size(); ++a)
      for (size_t b = a + 1; b < of_need.size(); ++b)
        for (const std::string& left : of_need[a])
          for (const std::string& right : of_need[b]) {
            if (found.size() >= kCandidatesMax) break;
            std::string one_side = left, other_side = right;
            share_region(one_side, other_side);
            auto one = policy::common_instance(policy::glob_of(one_side), policy::glob_of(other_side), kFiller);
            if (one && real(*one) && policy::matches(shape, *one)) found.insert(*one);
          }
    candidates.insert(candidates.end(), found.begin(), found.end());
    for (const std::string& candidate : candidates) {
      for (const std::string& wanted : actor.regions) {
        std::string settled = candidate;
        const std::string its = settle_region(settled, wanted);
        const Truth all = try_one(settled, its, nullptr);
        if (arn.empty() || all > answer) answer = all, arn = settled, region = its;
        if (answer == Truth::yes || its != wanted) break;
      }
      if (answer == Truth::yes) break;
    }
  }
  if (asked && answer != Truth::no) try_one(arn, region, asked);
  return answer;
}

Truth AttackJudge::ready(AttackActor& actor, const Escalation& way, const AccessResource* holder, std::vector<AttackAsked>* asked) const {
  Truth all = Truth::yes;
  std::set<std::string> names;
  for (const Escalation::Need& need : way.needs)
    for (const std::string& on : need.on) {
      if (on == "target" || on == "policy" || starts_with(on, "{target}")) continue;
      if (on == "*") {
        Truth best = Truth::no;
        std::string in = actor.region;
        for (const std::string& region : actor.regions) {
          const Truth one = with_context(actor, need, make(actor, need, "*", region), nullptr);
          if (one > best) best = one, in = region;
          if (best == Truth::yes) break;
        }
        all = both(all, best);
        if (asked && best != Truth::no) with_context(actor, need, make(actor, need, "*", in), asked);
      } else if (on == "holder" && holder) {
        const auto fields = split(holder->arn, ':');
        AttackAsked made = make(actor, need, holder->arn, fields.size() > 3 && !fields[3].empty() ? std::string(fields[3]) : actor.region);
        if (holder->policy != no_index) made.resource_policy = estate_.policies[holder->policy].policy;
        made.owner = holder->account;
        all = both(all, with_context(actor, need, std::move(made), asked));
      } else if (names.insert(on).second) {
        const std::string& named = on == "holder" ? way.holder.arn : on;
        all = both(all, free_resource(actor, way, on, way.resources.find(named)->second, asked));
      }
      if (all == Truth::no) return all;
    }
  return all;
}

void AttackJudge::describe_target(Context& context, uint32_t target) const {
  const AccessPrincipal& who = estate_.principals[target];
  const uint32_t boundary = estate_.sets[who.set].boundary;
  context.set("iam:PermissionsBoundary", boundary == no_index ? ContextValue::absent() : ContextValue::of(estate_.policies[boundary].name));
  for (const std::string& key : index_.tag_keys())
    for (std::string_view prefix : {"iam:resourcetag/", "aws:resourcetag/"}) {
      if (!starts_with(key, prefix)) continue;
      ContextValue value = ContextValue::absent();
      for (const auto& [tag, text] : who.tags)
        if (equal_ignoring_case(tag, std::string_view(key).substr(prefix.size()))) value = ContextValue::of(text);
      context.set(key, std::move(value));
    }
}

Truth AttackJudge::on_principal(AttackActor& actor, const Escalation& way, uint32_t target, uint32_t policy, std::vector<AttackAsked>* asked) const {
  const AccessPrincipal& who = estate_.principals[target];
  Truth all = Truth::yes;
  for (const Escalation::Need& need : way.needs)
    for (const std::string& on : need.on) {
      if (on != "target" && on != "policy") continue;
      AttackAsked made = make(actor, need, on == "target" ? who.arn : estate_.policies[policy].name, actor.region);
      made.owner = who.account;
      if (on == "target") describe_target(made.request.context, target);
      if (need.action == "sts:AssumeRole") {
        if (!need.granted) {
          if (who.trust == no_index) return Truth::no;
          made.resource_policy = estate_.policies[who.trust].policy;
        } else {
          if (!actor.own_trust) {
            Policy trust;
            std::string text = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":)";
            JsonWriter(text).string(estate_.principals[actor.principal].arn);
            if (auto document = read_json(text + "}}]}", nullptr, {})) {
              auto parsed = parse_policy((*document)->root(), "the trust policy as rewritten");
              if (parsed) actor.own_trust = compile_policy(std::move(*parsed));
            }
          }
          made.resource_policy = actor.own_trust;
          made.note = "after the trust policy was rewritten";
        }
      }
      all = both(all, with_context(actor, need, std::move(made), asked));
      if (all == Truth::no) return all;
    }
  return all;
}

Truth AttackJudge::on_arn(AttackActor& actor, const Escalation& way, const std::string& arn, const AccessResource* resource, std::vector<AttackAsked>* asked) const {
  Truth all = Truth::yes;
  const auto fields = split(arn, ':');
  for (const Escalation::Need& need : way.needs)
    for (const std::string& on : need.on) {
      if (on != "target" && !starts_with(on, "{target}")) continue;
      std::string on_what = arn;
      if (on != "target") on_what += policy::instance(policy::glob_of(on.substr(8)), kFiller);
      AttackAsked made = make(actor, need, std::move(on_what), fields.size() > 3 && !fields[3].empty() ? std::string(fields[3]) : actor.region);
      if (resource) {
        made.owner = resource->account;
        made.request.resource_account = estate_.accounts[resource->account].id;
        if (resource->policy != no_index) made.resource_policy = estate_.policies[resource->policy].policy;
      }
      all = both(all, with_context(actor, need, std::move(made), asked));
      if (all == Truth::no) return all;
    }
  return all;
}

Truth AttackJudge::serves(uint32_t role, const std::vector<std::string>& services, std::string* which) const {
  const AccessPrincipal& who = estate_.principals[role];
  if (who.trust == no_index || !estate_.policies[who.trust].policy) return Truth::no;
  Truth best = Truth::no;
  for (const std::string& service : services) {
    const TrustNames& names = index_.trust(role);
    const bool federated = std::binary_search(names.federated.begin(), names.federated.end(), service);
    if (!federated && !std::binary_search(names.services.begin(), names.services.end(), service)) continue;
    auto [at, made] = serves_.try_emplace(std::to_string(role) + service, Truth::no);
    if (made) {
      DecisionRequest request;
      request.caller.kind = federated ? RequestCaller::Kind::web_identity : RequestCaller::Kind::service;
      request.caller.service = service;
      request.action = federated ? "sts:AssumeRoleWithWebIdentity" : "sts:AssumeRole";
      request.resource = who.arn;
      request.resource_account = estate_.accounts[who.account].id;
      if (!federated) request.context.set("aws:SourceAccount", ContextValue::of(estate_.accounts[who.account].id));
      PolicySet policies;
      policies.resource = estate_.policies[who.trust].policy;
      policies.rcps = estate_.accounts[who.account].rcps;
      policies.owner_is_management = estate_.accounts[who.account].management;
      DecisionOptions options;
      options.explain = false;
      const Decision decision = decide(request, policies, options);
      at->second = decision.result == Decision::Result::allowed ? Truth::yes : decision.result == Decision::Result::unknown ? Truth::unknown : Truth::no;
    }
    if (at->second > best) {
      best = at->second;
      if (which) *which = service;
    }
  }
  return best;
}

}  // namespace reeve
