// Who outside can use a resource, by its policy alone.
//
// Strangers come in four kinds: nobody at all (anonymous), a principal of an account that the policy does not name, an AWS service
// acting for such an account's resource, and a subject of an identity provider that serves everybody. Each has keys whose values are
// given by its nature (its account, organization, ARN, unique id, endpoint, address …), and the rest it may choose.
#include <algorithm>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "policy/glob.h"
#include "policy/guardrail_callers.h"
#include "policy/s3_public.h"
#include "policy/strangers.h"
#include "policy/witness.h"

namespace reeve {

using namespace policy;

namespace {

bool mentions(const Policy& policy, std::string_view text) {
  auto in = [&](const std::vector<std::string>& values) {
    return std::any_of(values.begin(), values.end(), [&](const std::string& value) { return contains(value, text); });
  };
  for (const auto& statement : policy.statements) {
    for (const auto& principal : statement.principals.values)
      if (contains(principal.value, text)) return true;
    for (const auto& condition : statement.conditions)
      if (in(condition.values)) return true;
  }
  return false;
}

// An account id that neither the policy nor the owner uses.
std::string stranger_account(const Policy& policy, const Setting& setting) {
  for (int n = 97;; --n) {
    std::string id = "9900000000" + std::to_string(n);
    if (id != setting.account && !mentions(policy, id)) return id;
    if (n == 10) return id;
  }
}

// An identifier that AWS gives out: the stranger has one of its own. A pattern with nearly nothing before its wildcard takes in
// strangers' identifiers too; one that spells out ten characters hardly does.
Domain fresh(std::string value, std::string prefix = {}) {
  Domain domain{.fixed = {ContextValue::of(std::move(value))}, .absent = true};
  if (!prefix.empty()) {
    domain.tenant_prefix = std::move(prefix);
    domain.tenant_end = '/';
    domain.tenant_enough = domain.tenant_prefix.size() + 8;
  }
  return domain;
}

// Facts of the resource and the network, the same for every stranger.
void set_surroundings(Caller& caller, const Setting& setting) {
  caller.set("aws:resourceaccount", setting.account.empty() ? Domain::unknown() : Domain::of(setting.account));
  caller.set("aws:resourceorgid", setting.org_id.empty() ? Domain::unknown() : Domain::of(setting.org_id));
  caller.set("aws:resourceorgpaths", Domain::unknown());
  caller.set("aws:resourcetag/*", Domain::unknown());
  caller.set("aws:sourceip", Domain{.absent = true, .typed = true, .stranger_address = true});  // absent through a VPC endpoint
  caller.set("aws:vpcsourceip", Domain::open());                                                // private ranges are anybody's
  caller.set("aws:sourcevpc", fresh("vpc-zqxjkv", "vpc-"));
  caller.set("aws:sourcevpce", fresh("vpce-zqxjkv", "vpce-"));
  caller.set("aws:sourcevpcarn", fresh("arn:aws:ec2:us-east-1:990000000003:vpc/vpc-zqxjkv"));
  caller.set("aws:vpceorgid", fresh("o-zqxjkv", "o-"));
  caller.set("aws:vpceorgpaths", fresh("o-zqxjkv/r-zq00/ou-zq00-zqxjkv/", "o-"));
  caller.set("aws:ec2instancesourcevpc", fresh("vpc-zqxjkv", "vpc-"));
  for (const char* key : {"aws:requestedregion", "aws:currenttime", "aws:epochtime"}) caller.set(key, Domain{.templates = {"*"}, .typed = true});
  caller.set("aws:securetransport", Domain{.fixed = {ContextValue::of("true"), ContextValue::of("false")}});
}

void set_no_service_call(Caller& caller) {
  for (const char* key : {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner",
                          "aws:principalservicename", "aws:principalservicenameslist"})
    caller.set(key, Domain::none());
}

Caller anonymous(const Setting& setting) {
  Caller caller{.kind = Caller::Kind::anonymous, .label = "anybody without credentials"};
  caller.set("aws:principalaccount", Domain::of("anonymous"));
  caller.set("aws:principaltype", Domain::of("Anonymous"));
  caller.set("aws:userid", Domain::of("anonymous"));
  for (const char* key : {"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/*", "aws:username",
                          "aws:principalisawsservice", "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:tokenissuetime",
                          "aws:federatedprovider", "aws:sourceidentity", "aws:assumedroot", "kms:calleraccount", "aws:vpceaccount",
                          "s3:dataaccesspointaccount", "s3:dataaccesspointarn"})
    caller.set(key, Domain::none());
  set_no_service_call(caller);
  set_surroundings(caller, setting);
  return caller;
}

// A principal of the account; `orgs`: the organizations it may be in.
Caller foreigner(const Setting& setting, const std::string& account, std::vector<ContextValue> orgs, bool stranger) {
  Caller caller{.kind = Caller::Kind::aws, .label = stranger ? "any AWS account" : "account " + account};
  Domain arns;
  std::string partition = setting.resource_arn.empty() ? "*" : std::string(arn_partition(setting.resource_arn));
  if (partition.empty()) partition = "*";
  // An instance of `*` is no partition; the common one stands first.
  if (partition == "*") arns.fixed.push_back(ContextValue::of(make_arn("aws", "iam", "", account, "role/zqxjkv")));
  for (const char* resource : {"role/*", "user/*", "root"}) arns.templates.push_back(make_arn(partition, "iam", "", account, resource));
  caller.set("aws:principalarn", std::move(arns));
  caller.set("aws:principalaccount", Domain::of(account));
  caller.set("kms:calleraccount", Domain::of(account));
  Domain ids = fresh("o-zqxjkv", "o-"), paths = ids;
  ids.absent = paths.absent = false;
  ids.fixed = orgs;
  paths.fixed.clear();
  caller.set("aws:principalorgid", std::move(ids));
  for (const auto& org : orgs) {
    if (org.state == ContextValue::State::present && !org.values.empty())
      paths.fixed.push_back(ContextValue::of(org.values[0] + "/r-zq00/ou-zq00-zqxjkv/"));
    else
      paths.fixed.push_back(org);
  }
  caller.set("aws:principalorgpaths", paths);
  caller.set("aws:principalisawsservice", Domain::of("false"));
  // Unique ids are AWS's to give; what follows the colon is the caller's.
  caller.set("aws:userid", stranger ? Domain{.fixed = {ContextValue::of(account)},
                                             .templates = {"AROAZQXJKV00000000000:*", "AIDAZQXJKV00000000000", account + ":*"},
                                             .tenant_prefix = "",
                                             .tenant_end = ':',
                                             .tenant_enough = 16}
                                    : Domain{.templates = {"*"}});
  set_no_service_call(caller);
  caller.set("aws:vpceaccount", fresh(account));
  caller.set("s3:dataaccesspointaccount", fresh(account));
  caller.set("s3:dataaccesspointarn", Domain{.templates = {"arn:*:s3:*:" + account + ":accesspoint/*"}, .absent = true});
  caller.set("aws:federatedprovider", Domain{.templates = {"*"}, .absent = true});
  set_surroundings(caller, setting);
  return caller;
}

// A service that acts for a resource of the account. `service` empty: one that only `*` lets in.
Caller service_for(const Setting& setting, const std::string& account, const std::string& service) {
  Caller caller{.kind = Caller::Kind::service, .label = (service.empty() ? "an AWS service" : service) + " acting for any account", .service = service};
  caller.set("aws:sourceaccount", Domain::of(account));
  caller.set("aws:sourceowner", Domain::of(account));
  // A bucket's ARN carries no account, and a name of which only a part is written may still be free for anybody to take.
  caller.set("aws:sourcearn", Domain{.templates = {"arn:*:*:*:" + account + ":*", "arn:aws:s3:::zqxjkv*"},
                                     .tenant_prefix = "arn:aws:s3:::",
                                     .tenant_end = '/'});
  caller.set("aws:sourceorgid", fresh("o-zqxjkv", "o-"));
  caller.set("aws:sourceorgpaths", fresh("o-zqxjkv/r-zq00/ou-zq00-zqxjkv/", "o-"));
  caller.set("aws:principalisawsservice", Domain::of("true"));
  // A service that a condition names is as fixed as one that is named as principal.
  for (const char* key : {"aws:principalservicename", "aws:principalservicenameslist"})
    caller.set(key, Domain::of(service.empty() ? "zqxjkv.amazonaws.com" : service));
  for (const char* key : {"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/*", "aws:username",
                          "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:federatedprovider", "aws:assumedroot",
                          "s3:dataaccesspointaccount", "s3:dataaccesspointarn"})
    caller.set(key, Domain::none());
  caller.set("aws:principalaccount", Domain::of("990000000001"));  // one of AWS's own
  caller.set("kms:calleraccount", Domain::of(account));
  caller.set("aws:userid", Domain::of("990000000001"));
  set_surroundings(caller, setting);
  return caller;
}

// Identity providers at which anybody can be a subject, and the claims by which they tell tenants apart. Sources: IAM User Guide,
// "Create a role for OpenID Connect federation" and "Secure by default" list of shared providers; the providers' own claim formats.
struct Tenancy {
  const char *provider, *claim, *prefix;
  char end;
  const char* stranger;  // pattern of the claim's values within a stranger's reach
};
constexpr Tenancy tenancies[] = {
    {"token.actions.githubusercontent.com", "sub", "repo:", '/', "repo:zqxjkv/*"},
    {"token.actions.githubusercontent.com", "repository", "", '/', "zqxjkv/*"},
    {"token.actions.githubusercontent.com", "repository_owner", "", 0, "zqxjkv"},
    {"token.actions.githubusercontent.com", "repository_id", "", 0, "990000097"},
    {"token.actions.githubusercontent.com", "repository_owner_id", "", 0, "990000098"},
    {"token.actions.githubusercontent.com", "enterprise", "", 0, "zqxjkv"},
    {"token.actions.githubusercontent.com", "actor_id", "", 0, "990000099"},
    {"gitlab.com", "sub", "project_path:", '/', "project_path:zqxjkv/*"},
    {"gitlab.com", "namespace_path", "", '/', "zqxjkv"},
    {"gitlab.com", "project_path", "", '/', "zqxjkv/*"},
    {"app.terraform.io", "sub", "organization:", ':', "organization:zqxjkv:*"},
    {"agent.buildkite.com", "sub", "organization:", ':', "organization:zqxjkv:*"},
    {"cognito-identity.amazonaws.com", "aud", "", 0, "us-east-1:zqxjkv"},
    {"cognito-identity.amazonaws.com", "sub", "", 0, "us-east-1:zqxjkv"},
    {"accounts.google.com", "aud", "", 0, "zqxjkv.apps.googleusercontent.com"},
    {"accounts.google.com", "oaud", "", 0, "zqxjkv.apps.googleusercontent.com"},
    {"accounts.google.com", "sub", "", 0, "990000000000000000099"},
    {"accounts.google.com", "email", "", 0, "zqxjkv@zqxjkv.example"},
    {"www.amazon.com", "app_id", "", 0, "amzn1.application.zqxjkv"},
    {"www.amazon.com", "user_id", "", 0, "amzn1.account.zqxjkv"},
    {"graph.facebook.com", "app_id", "", 0, "990000000000099"},
    {"graph.facebook.com", "id", "", 0, "990000000000098"},
};

std::string provider_host(std::string_view principal) {
  auto arn = parse_arn(principal);
  if (!arn) return lower(principal);
  return starts_with(arn->resource, "oidc-provider/") ? lower(arn->resource.substr(14)) : std::string();
}

bool shared_provider(std::string_view host) {
  return std::any_of(std::begin(tenancies), std::end(tenancies), [&](const Tenancy& row) { return host == row.provider; });
}

Caller federated(const Setting& setting, const std::string& principal) {
  std::string host = provider_host(principal);
  Caller caller{.kind = Caller::Kind::federated, .label = "any subject of " + (host.empty() ? principal : host), .provider = principal};
  for (const auto& row : tenancies)
    if (host == row.provider)
      caller.set(std::string(row.provider) + ":" + row.claim, Domain{.templates = {row.stranger}, .tenant_prefix = row.prefix, .tenant_end = row.end});
  for (const char* key : {"aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:multifactorauthpresent",
                          "aws:multifactorauthage", "aws:principaltag/*"})
    caller.set(key, Domain::none());
  caller.set("aws:principalisawsservice", Domain::of("false"));
  caller.set("aws:federatedprovider", Domain::of(principal));
  set_no_service_call(caller);
  set_surroundings(caller, setting);
  return caller;
}

// Requests on the resource itself and on what lies in it (objects, aliases, streams).
Domain resource_domain(const std::string& arn) {
  if (arn.empty()) return Domain{.templates = {"*"}};
  return Domain{.fixed = {ContextValue::of(arn)}, .templates = {arn + "/*", arn + ":*"}};
}

// Asks for each caller and keeps the worst answer.
class Asking {
 public:
  Asking(const Policy& policy, const Setting& setting) : policy_(policy), setting_(setting) { answer_.verdict = Truth::no; }

  void ask(Caller caller, Truth most = Truth::yes) {
    if (answer_.verdict == Truth::yes) return;
    Question question{.levels = {{&policy_}}, .action = {.templates = {"*:*"}}, .resource = resource_domain(setting_.resource_arn)};
    question.caller = std::move(caller);
    Found found = find_witness(question);
    Truth verdict = both(found.verdict, most);
    if (verdict <= answer_.verdict) return;
    answer_.verdict = verdict;
    answer_.action = found.action;
    answer_.witness = found.witness;
    answer_.decided = {};
    answer_.decided.policy = policy_.name;
    if (found.statement) {
      answer_.decided = decided_by(policy_, *found.statement);
      if (verdict == Truth::yes && !found.statement->actions.negated) answer_.action = granting_term(*found.statement, found.action);
    }
    if (found.exhausted)
      answer_.why = "the policy is too entangled to decide";
    else if (verdict == Truth::yes)
      answer_.why = question.caller.label + " is allowed";
    else if (!policy_.unknown.empty())
      answer_.why = "the policy was not read: " + policy_.unknown;
    else
      answer_.why = "whether " + question.caller.label + " is allowed hangs on a part or a fact that is not known";
  }

  Answer done(std::string_view otherwise) {
    if (answer_.verdict == Truth::no) {
      answer_.decided.policy = policy_.name;
      answer_.why = std::string(otherwise);
    }
    return std::move(answer_);
  }

 private:
  static std::string granting_term(const Statement& statement, const std::string& action) {
    for (const auto& term : statement.actions.values)
      if (action_matches(term, action)) return term;
    return action;
  }
  const Policy& policy_;
  const Setting& setting_;
  Answer answer_;
};

std::vector<std::string> principals_of(const Policy& policy, Principal::Kind kind) {
  std::vector<std::string> out;
  for (const auto& statement : policy.statements)
    if (statement.effect != Effect::deny && !statement.principals.negated)
      for (const auto& principal : statement.principals.values)
        if (principal.kind == kind && std::find(out.begin(), out.end(), principal.value) == out.end()) out.push_back(principal.value);
  return out;
}

const std::vector<ContextValue>& stranger_orgs() {
  static const std::vector<ContextValue> orgs{ContextValue::absent(), ContextValue::of("o-zqxjkv")};
  return orgs;
}

// Account ids that fit a pattern of which only a part is written, such as `1111*`: they are strangers' accounts as well.
std::vector<std::string> accounts_by_pattern(const Policy& policy, const Setting& setting) {
  std::vector<std::string> out;
  auto offer = [&](std::string_view pattern) {
    if (pattern.find_first_of("*?") == std::string_view::npos || pattern.find_first_not_of("*?") == std::string_view::npos) return;
    std::string id = instance(glob_of(pattern.substr(0, pattern.find('*'))), "7");
    if (pattern.find('*') != std::string_view::npos) {
      std::string_view rest = pattern.substr(pattern.find('*') + 1);
      std::string tail = instance(glob_of(rest), "");
      id += std::string(id.size() + tail.size() < 12 ? 12 - id.size() - tail.size() : 0, '7') + tail;
    }
    std::replace(id.begin(), id.end(), 'x', '7');
    if (is_account_id(id) && id != setting.account && matches(glob_of(pattern), id)) out.push_back(id);
  };
  for (const auto& statement : policy.statements)
    for (const auto& condition : statement.conditions)
      for (const auto& value : condition.values) {
        auto arn = parse_arn(value);
        if (condition.op == Operator::string_like || condition.op == Operator::arn_like) offer(arn ? arn->account : std::string_view(value));
      }
  return out;
}

std::vector<Caller> strangers_to(const Policy& policy, const Setting& setting, bool anonymous_too) {
  std::vector<std::string> accounts{stranger_account(policy, setting)};
  for (auto& account : accounts_by_pattern(policy, setting)) accounts.push_back(std::move(account));
  // Nobody assumes a role without credentials, so a trust policy for everybody means every account.
  bool trust = !policy.statements.empty() && std::all_of(policy.statements.begin(), policy.statements.end(), [](const Statement& statement) {
    return !statement.actions.negated && !statement.actions.values.empty() &&
           std::all_of(statement.actions.values.begin(), statement.actions.values.end(),
                       [](const std::string& term) { return starts_with(lower(term), "sts:"); });
  });
  std::vector<Caller> out;
  if (!trust && anonymous_too) out.push_back(anonymous(setting));
  for (const auto& account : accounts) {
    out.push_back(foreigner(setting, account, stranger_orgs(), true));
    out.push_back(service_for(setting, account, {}));
  }
  for (const auto& provider : principals_of(policy, Principal::Kind::federated))
    if (provider == "*" || shared_provider(provider_host(provider))) out.push_back(federated(setting, provider));
  return out;
}

// Twelve-digit runs in a text.
void accounts_in(std::string_view text, std::vector<std::string>& out) {
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end - i == 12) {
      std::string id(text.substr(i, 12));
      if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(std::move(id));
    }
    i = end == i ? i + 1 : end;
  }
}

}  // namespace

Answer allows_public(const Policy& policy, const PublicQuestion& question) {
  if (question.meaning == PublicMeaning::s3) return s3_public(policy);
  Setting setting{question.resource_arn, question.account, question.org_id};
  Asking asking(policy, setting);
  for (Caller& caller : strangers_to(policy, setting, true)) asking.ask(std::move(caller));
  return asking.done("no stranger is allowed");
}

Answer rcp_denies_strangers(const std::vector<std::vector<Policy>>& levels, const RcpRequest& request) {
  Setting setting{{}, request.account, request.org_id};
  Policy named;  // of all levels, for the names that they use
  Question question{.action = {.templates = {lower(request.action)}}, .resource = {.templates = {request.resource}}};
  for (const auto& level : levels) {
    question.levels.emplace_back();
    for (const auto& policy : level) {
      question.levels.back().push_back(&policy);
      named.statements.insert(named.statements.end(), policy.statements.begin(), policy.statements.end());
    }
  }
  std::vector<Caller> callers{anonymous(setting), foreigner(setting, stranger_account(named, setting), stranger_orgs(), true)};
  for (const auto& account : accounts_by_pattern(named, setting)) callers.push_back(foreigner(setting, account, stranger_orgs(), true));
  Answer answer;
  answer.verdict = Truth::yes;
  answer.action = request.action;
  answer.why = "denied to every stranger";
  for (Caller& caller : callers) {
    question.caller = std::move(caller);
    Found found = find_witness(question);
    if (negate(found.verdict) >= answer.verdict) continue;
    answer.verdict = negate(found.verdict);
    answer.witness = found.witness;
    answer.decided = {};
    if (found.policy && found.statement) answer.decided = decided_by(*found.policy, *found.statement);
    if (found.verdict == Truth::yes) answer.why = question.caller.label + " gets through";
    else answer.why = "it hangs on a part or a fact that is not known, for " + question.caller.label;
  }
  return answer;
}

std::vector<Caller> policy::rcp_callers(const Policy& named, const Setting& setting, bool ordinary) {
  std::vector<Caller> out{anonymous(setting), foreigner(setting, stranger_account(named, setting), stranger_orgs(), true)};
  for (const auto& account : accounts_by_pattern(named, setting)) out.push_back(foreigner(setting, account, stranger_orgs(), true));
  const std::vector<ContextValue> own{setting.org_id.empty() ? ContextValue::unknown() : ContextValue::of(setting.org_id)};
  out.push_back(foreigner(setting, setting.account, own, false));
  out.push_back(foreigner(setting, "990000000096", own, false));
  auto wide = [&] {  // a proof looks at every value; that a name is likely nobody else's is no reason in it
    for (Caller& caller : out)
      for (auto& [key, domain] : caller.domains) {
        domain.tenant_end = 0;
        domain.stranger_address = false;
      }
    return std::move(out);
  };
  if (ordinary) return wide();
  for (size_t insider = out.size() - 2; insider < out.size(); ++insider)  // from wherever a condition may except
    for (const char* key : {"aws:sourceip", "aws:sourcevpc", "aws:sourcevpce"}) out[insider].domains.insert(out[insider].domains.begin(), {key, Domain::open()});
  std::vector<std::string> accounts, services{{}};
  for (const auto& statement : named.statements)
    for (const auto& condition : statement.conditions)
      for (const auto& value : condition.values) {
        accounts_in(value, accounts);
        if (starts_with(condition.key_lower, "aws:principalservicename") && value.find_first_of("*?") == std::string::npos) services.push_back(value);
      }
  std::vector<ContextValue> orgs = stranger_orgs();
  orgs.push_back(own[0]);
  for (const auto& account : accounts)
    if (account != setting.account) out.push_back(foreigner(setting, account, orgs, false));
  for (const auto& service : services) out.push_back(service_for(setting, stranger_account(named, setting), service));
  return wide();
}

Answer service_unbounded(const Policy& policy, const PublicQuestion& question) {
  Setting setting{question.resource_arn, question.account, question.org_id};
  Asking asking(policy, setting);
  std::string account = stranger_account(policy, setting);
  auto services = principals_of(policy, Principal::Kind::service);
  for (const auto& statement : policy.statements)
    for (const auto& condition : statement.conditions)
      if (statement.effect != Effect::deny && !condition.negated && starts_with(condition.key_lower, "aws:principalservicename"))
        for (const auto& value : condition.values)
          if (value.find_first_of("*?") == std::string::npos && std::find(services.begin(), services.end(), value) == services.end())
            services.push_back(value);
  for (const auto& service : services) asking.ask(service_for(setting, account, service));
  bool unread = std::any_of(policy.statements.begin(), policy.statements.end(), [](const Statement& s) { return s.principals.unknown || !s.unknown.empty(); });
  if (services.empty() && (unread || !policy.unknown.empty())) asking.ask(service_for(setting, account, "zqxjkv.amazonaws.com"));
  return asking.done(services.empty() ? "no service is allowed" : "every allowed service is bound to fixed sources");
}

Answer allows_account_outside(const Policy& policy, const Own& own) {
  Setting setting{own.resource_arn, own.accounts.empty() ? std::string() : own.accounts[0], own.org_id};
  if (auto account = arn_account(own.resource_arn); is_account_id(account)) setting.account = std::string(account);
  Asking asking(policy, setting);
  // Accounts that the policy names, whether as principals or in conditions. Being outside is being in none of ours.
  std::vector<std::string> named, orgs;
  for (const auto& statement : policy.statements) {
    for (const auto& principal : statement.principals.values)
      if (principal.kind == Principal::Kind::aws) accounts_in(principal.value, named);
    for (const auto& condition : statement.conditions) {
      for (const auto& value : condition.values) {
        accounts_in(value, named);
        if (condition.key_lower == "aws:principalorgid" || condition.key_lower == "aws:principalorgpaths") {
          std::string org(value.substr(0, value.find('/')));
          if (starts_with(org, "o-") && org.find_first_of("*?") == std::string::npos && org != own.org_id) orgs.push_back(org);
        }
      }
    }
  }
  std::vector<ContextValue> possible = stranger_orgs();
  for (const auto& org : orgs) possible.push_back(own.org_id.empty() ? ContextValue::unknown() : ContextValue::of(org));
  for (const auto& account : named) {
    if (std::find(own.accounts.begin(), own.accounts.end(), account) != own.accounts.end()) continue;
    Caller caller = foreigner(setting, account, possible, false);
    caller.canonical = Truth::unknown;
    asking.ask(std::move(caller), own.accounts_complete ? Truth::yes : Truth::unknown);
  }
  Caller stranger = foreigner(setting, stranger_account(policy, setting), possible, true);
  stranger.canonical = Truth::unknown;  // whose canonical id it is, the policy does not say
  asking.ask(std::move(stranger));
  for (const auto& account : accounts_by_pattern(policy, setting))
    if (std::find(own.accounts.begin(), own.accounts.end(), account) == own.accounts.end()) asking.ask(foreigner(setting, account, possible, true));
  asking.ask(anonymous(setting));
  for (const auto& provider : principals_of(policy, Principal::Kind::federated))
    if (provider == "*" || shared_provider(provider_host(provider))) asking.ask(federated(setting, provider));
  return asking.done("no account outside is allowed");
}

}  // namespace reeve

namespace reeve::policy {

std::vector<Caller> strangers(const Policy& policy, const Setting& setting, bool anonymous_too) { return strangers_to(policy, setting, anonymous_too); }

}  // namespace reeve::policy
