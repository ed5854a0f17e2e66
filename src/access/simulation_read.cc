// A simulation document into a request and its policies.
#include <algorithm>
#include <set>

#include "access/simulate.h"
#include "access/simulation_options.h"
#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"

namespace reeve {
namespace {


tl::unexpected<Error> not_so(Value at, std::string what, std::string expected = {}, std::string hint = {}) {
  Place place;
  if (at) {
    auto origin = at.origin();
    if (origin.source) place.path = origin.source->file;
    place.line = origin.line;
    place.column = origin.column;
  }
  return fail(Code::parse, std::move(what), std::move(place), std::move(expected), std::move(hint));
}

Result<std::string> text_at(Value map, const char* member, const char* shown) {
  Value value = map.get(member);
  if (!value || !value.is_string() || value.text().empty()) return not_so(value ? value : map, "no `" + std::string(shown) + "`", "a string");
  return std::string(value.text());
}

// Identity providers that have no ARN of their own.
bool built_in_provider(std::string_view host) {
  static constexpr std::string_view hosts[] = {"cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com"};
  return std::find(std::begin(hosts), std::end(hosts), host) != std::end(hosts);
}

Result<RequestCaller> caller_of(Value principal) {
  RequestCaller out;
  if (principal.is_map()) {
    if (principal.get("type").is_string() && principal.get("type").text() == "Anonymous" && principal.size() == 1) {
      out.kind = RequestCaller::Kind::anonymous;
      return out;
    }
    return not_so(principal, "this map is no principal", "an ARN, a service's name or {\"type\": \"Anonymous\"}");
  }
  if (!principal.is_string() || principal.text().empty()) 
    return not_so(principal, "no `request.principal`", "an ARN, a service's name or {\"type\": \"Anonymous\"}");
  std::string_view text = principal.text();
  auto arn = parse_arn(text);
  if (!arn) {
    if (text.find('.') == std::string_view::npos || text.find_first_of(" :/*") != std::string_view::npos)
      return not_so(principal, "`" + std::string(text) + "` is no principal", "an ARN or a service's name such as lambda.amazonaws.com");
    out.kind = built_in_provider(text) ? RequestCaller::Kind::web_identity : RequestCaller::Kind::service;
    out.service = std::string(text);
    return out;
  }
  out.arn = std::string(text);
  out.account = std::string(arn->account);
  std::string_view type = arn->resource_type();
  if (arn->service == "iam" && arn->resource == "root") {
    out.kind = RequestCaller::Kind::root;
  } else if (arn->service == "iam" && type == "user") {
    out.kind = RequestCaller::Kind::user;
  } else if (arn->service == "iam" && type == "role") {
    out.kind = RequestCaller::Kind::role_session;
    out.role_arn = out.arn;
    out.service_linked = starts_with(arn->resource_id(), "aws-service-role/");
  } else if (arn->service == "sts" && type == "assumed-role") {
    out.kind = RequestCaller::Kind::role_session;
    // Role names that begin so are service-linked roles'; the session's ARN does not show their path.
    out.service_linked = starts_with(arn->resource_id(), "AWSServiceRoleFor");
  } else if (arn->service == "sts" && type == "federated-user") {
    // The document has no place for who asked for the session; its name is taken for the user's.
    out.kind = RequestCaller::Kind::federated_user;
    out.role_arn = make_arn(arn->partition, "iam", "", arn->account, "user/" + std::string(arn->resource_id()));
  } else if (arn->service == "iam" && (type == "oidc-provider" || type == "saml-provider")) {
    out.kind = type == "oidc-provider" ? RequestCaller::Kind::web_identity : RequestCaller::Kind::saml;
    out.service = out.arn;
    out.arn.clear();
  } else {
    return not_so(principal, "`" + std::string(text) + "` makes no requests", "a user, role session, federated user, root user, role or identity provider");
  }
  return out;
}

// What the context says about the caller that its ARN does not.
void told_by_context(const Context& context, RequestCaller& caller) {
  auto value = [&](const char* key) -> std::string_view {
    const ContextValue* found = context.find(key);
    return found && found->state == ContextValue::State::present && found->values.size() == 1 ? std::string_view(found->values[0]) : std::string_view();
  };
  if (caller.kind == RequestCaller::Kind::root && value("aws:AssumedRoot") == "true") caller.kind = RequestCaller::Kind::assumed_root;
  std::string_view id = value("aws:userid");
  if (caller.kind == RequestCaller::Kind::user || caller.kind == RequestCaller::Kind::role_session) caller.unique_id = std::string(id.substr(0, id.find(':')));
  if (caller.kind == RequestCaller::Kind::role_session && caller.role_arn.empty()) {
    auto arn = parse_arn(value("aws:PrincipalArn")), session = parse_arn(caller.arn);
    if (arn && session && arn->service == "iam" && arn->resource_type() == "role" && arn->account == session->account &&
        arn->name() == session->resource_id().substr(0, session->resource_id().find('/'))) {
      caller.role_arn = arn->text();
      caller.service_linked = starts_with(arn->resource_id(), "aws-service-role/");
    }
  }
}

Status context_of(Value variables, Context& out) {
  if (!variables || variables.is_null()) return {};
  if (!variables.is_map()) return not_so(variables, "`request.contextVariables` is no map", "a map of context keys");
  for (auto entry : variables.entries()) {
    std::vector<std::string> values;
    Value value = variables.get(entry.key());
    auto add = [&](Value item) -> Status {
      auto text = item.scalar_text();
      if (!text || item.is_null())
        return not_so(item, "the value of `" + std::string(entry.key()) + "` is a " + std::string(name(item.kind())), "a string or a list of strings");
      values.emplace_back(*text);
      return {};
    };
    if (value.is_list()) {
      for (Value item : value.items()) TRY(add(item));
    } else {
      TRY(add(value));
    }
    out.set(entry.key(), ContextValue::of(std::move(values)));
  }
  return {};
}

enum class Use : uint8_t { identity, resource, endpoint, rcp };

struct Reader {
  bool engine;

  Result<PolicyPtr> policy(Value value, std::string policy_name, Use use) const {
    Policy read = TRY(parse_policy(value, policy_name));
    if (!engine)
      for (const Statement& statement : read.statements) {
        auto wrong = [&](const char* what) { return not_so(value, "policy `" + policy_name + "` at `" + statement.path + "`: " + what); };
        if (use == Use::identity && statement.principals.present) return wrong("a Principal has no place in this kind of policy");
        if (use != Use::identity && !statement.principals.present) return wrong("no Principal");
        if (use == Use::identity && !statement.resources.present) return wrong("neither Resource nor NotResource");
        if (use == Use::rcp && statement.effect == Effect::allow && !full_access(statement)) return wrong("a resource control policy only denies");
      }
    return compile_policy(std::move(read));
  }

  // `RCPFullAWSAccess`, which is always there.
  static bool full_access(const Statement& statement) { return statement.actions.values == std::vector<std::string>{"*"} && statement.conditions.empty(); }

  Result<std::vector<PolicyPtr>> list(Value value, const char* shown, Use use) const {
    std::vector<PolicyPtr> out;
    if (!value || value.is_null()) return out;
    if (!value.is_list()) return not_so(value, "`" + std::string(shown) + "` is no list", "a list of {name, policy}");
    size_t index = 0;
    for (Value item : value.items()) {
      std::string fallback = std::string(shown) + "[" + std::to_string(index++) + "]";
      if (!item.is_map() || !item.get("policy")) return not_so(item, "no policy in `" + fallback + "`", "a map with `name` and `policy`");
      auto given = item.get("name").scalar_text();
      out.push_back(TRY(policy(item.get("policy"), given && !given->empty() ? std::string(*given) : fallback, use)));
    }
    return out;
  }

  Result<std::optional<std::vector<PolicySet::Level>>> levels(Value value, const char* shown, Use use) const {
    std::optional<std::vector<PolicySet::Level>> out;
    if (!value || value.is_null()) return out;
    if (!value.is_list()) return not_so(value, "`" + std::string(shown) + "` is no list", "a list of {orgIdentifier, policies}");
    if (value.size() == 0) return out;  // in no organization
    out.emplace();
    for (Value item : value.items()) {
      if (!item.is_map()) return not_so(item, "a level of `" + std::string(shown) + "` is no map", "a map with `orgIdentifier` and `policies`");
      auto id = item.get("orgIdentifier").scalar_text();
      out->push_back({id ? std::string(*id) : std::string(), TRY(list(item.get("policies"), shown, use))});
    }
    return out;
  }
};

// `arn:${Partition}:s3:::${BucketName}` as a pattern, within the owner's account where one is known.
ResourceShape shape_of(const ActionTable::ResourceType& type, std::string_view partition, std::string_view account) {
  ResourceShape out{type.name, {}, ends_with(type.arn, ":::${BucketName}")};
  for (std::string_view arn = type.arn; !arn.empty();) {
    size_t open = arn.find("${"), close = open == std::string_view::npos ? open : arn.find('}', open);
    out.pattern += arn.substr(0, open);
    if (close == std::string_view::npos) break;
    std::string_view what = arn.substr(open + 2, close - open - 2);
    out.pattern += what == "Partition" ? partition : what == "Account" && !account.empty() ? account : std::string_view("*");
    arn.remove_prefix(close + 1);
  }
  return out;
}

// The partition that the request is in.
std::string_view partition_of(const DecisionRequest& request) {
  for (std::string_view text : {std::string_view(request.resource), std::string_view(request.caller.arn)})
    if (auto partition = arn_partition(text); !partition.empty() && partition.find_first_of("*?") == std::string_view::npos) return partition;
  return "aws";
}

bool wildcard(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

// Keys of identity providers (`HOST:claim`) belong to assuming a role with their tokens; no table lists them all.
bool claim(std::string_view action, std::string_view key) {
  size_t colon = key.rfind(':');
  return colon != std::string_view::npos && key.substr(0, colon).find('.') != std::string_view::npos &&
         (equal_ignoring_case(action, "sts:AssumeRoleWithWebIdentity") || equal_ignoring_case(action, "sts:TagSession"));
}

}  // namespace

Result<Simulation> read_simulation(Value document, const ActionTable* table) {
  if (!document.is_map()) return not_so(document, "the line is no map", "a simulation document");
  Simulation out;
  out.id = document.get("id");
  Value engine = document.get("engine");
  if (engine && !engine.is_bool() && !engine.is_null()) return not_so(engine, "`engine` is no boolean", "true or false");
  out.engine = engine.boolean();
  Value request = document.get("request");
  if (!request.is_map()) return not_so(request ? request : document, "no `request`", "a map with principal, action and resource");

  DecisionRequest& asked = out.request;
  asked.caller = TRY(caller_of(request.get("principal")));
  asked.action = TRY(text_at(request, "action", "request.action"));
  size_t colon = asked.action.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == asked.action.size() || wildcard(asked.action))
    return not_so(request.get("action"), "`" + asked.action + "` is no action", "`service:Action`");
  Value resource = request.get("resource");
  if (!resource.is_map()) return not_so(resource ? resource : request, "no `request.resource`", "a map with resource and accountId");
  asked.resource = TRY(text_at(resource, "resource", "request.resource.resource"));
  if (auto account = resource.get("accountId").scalar_text()) asked.resource_account = std::string(*account);
  TRY(context_of(request.get("contextVariables"), asked.context));
  asked.context.otherwise = ContextValue::State::absent;
  told_by_context(asked.context, asked.caller);

  Reader reader{out.engine};
  PolicySet& policies = out.policies;
  policies.identity = TRY(reader.list(document.get("identityPolicies"), "identityPolicies", Use::identity));
  if (auto list = TRY(reader.list(document.get("permissionBoundaryPolicies"), "permissionBoundaryPolicies", Use::identity)); !list.empty())
    policies.boundary = std::move(list);
  if (auto list = TRY(reader.list(document.get("vpcEndpointPolicies"), "vpcEndpointPolicies", Use::endpoint)); !list.empty())
    policies.endpoint = std::move(list);
  if (Value session = document.get("sessionPolicy"); session && !session.is_null())
    policies.session.emplace().push_back(TRY(reader.policy(session, "sessionPolicy", Use::identity)));
  if (Value own = document.get("resourcePolicy"); own && !own.is_null()) policies.resource = TRY(reader.policy(own, "resourcePolicy", Use::resource));
  policies.scps = TRY(reader.levels(document.get("serviceControlPolicies"), "serviceControlPolicies", Use::identity));
  policies.rcps = TRY(reader.levels(document.get("resourceControlPolicies"), "resourceControlPolicies", Use::rcp));
  Value s3 = document.get("additionalSettings").get("s3");
  if (s3.get("blockPublicAccess").boolean()) policies.restrict_public_buckets = Truth::yes;

  // Nothing is told from the caller: what the document does not say is absent.
  out.options.derive_keys = false;
  TRY(read_simulation_options(document.get("options"), out));

  // What the table knows of the action.
  std::optional<uint32_t> known = table ? table->find(asked.action) : std::nullopt;
  if (!out.engine && !table) return not_so(document, "no table of actions is at hand");
  if (!out.engine && !known)
    return not_so(request.get("action"), "IAM has no action `" + asked.action + "`", {}, "`\"engine\": true` decides on the document as it is given");
  Value only = request.get("wildcardOnlyAction");
  if (only && !only.is_bool() && !only.is_null()) return not_so(only, "`request.wildcardOnlyAction` is no boolean", "true or false");
  bool wildcard_only = only.is_bool() ? only.boolean() : known && table->action(*known).uses.empty();
  if (known)
    for (const auto& use : table->action(*known).uses)
      out.shapes.push_back(shape_of(table->type(use.type), partition_of(asked), asked.resource_account));
  out.pattern = !wildcard_only && asked.resource.find('*') != std::string::npos;
  if (out.engine) {
    if (!out.pattern)
      for (const auto& shape : out.shapes)
        if (fits_shape(shape, asked.resource)) out.resource_type = shape.type;
    return out;
  }

  if (asked.caller.kind == RequestCaller::Kind::anonymous && (!policies.identity.empty() || policies.boundary || policies.session || policies.scps))
    return not_so(document, "an anonymous caller has no identity, boundary, session or service control policies");
  if (policies.session && (asked.caller.kind == RequestCaller::Kind::user || asked.caller.kind == RequestCaller::Kind::root))
    return not_so(document.get("sessionPolicy"), "a session policy, but the caller is no session", "a role session or federated user");
  if (wildcard_only) {
    if (asked.resource != "*") return not_so(resource.get("resource"), "`" + asked.action + "` takes no resource", "`*`");
  } else if (!out.shapes.empty()) {
    std::vector<ResourceShape> fitting;
    for (const auto& shape : out.shapes)
      if (fits_shape(shape, asked.resource)) fitting.push_back(shape);
    if (fitting.empty())
      return not_so(resource.get("resource"), "`" + asked.resource + "` is no resource of `" + asked.action + "`",
                    "an ARN such as " + table->type(table->action(*known).uses[0].type).arn);
    out.shapes = std::move(fitting);
    if (!out.pattern) out.resource_type = out.shapes.front().type;
  }

  // Keys that do not belong to the action say nothing, and a policy that asks for them finds them absent.
  bool tags_of_bucket = s3.get("bucketAbacEnabled").boolean() && out.resource_type == "bucket";
  bool s3_action = equal_ignoring_case(asked.action.substr(0, 3), "s3:");
  Context kept;
  kept.otherwise = asked.context.otherwise;
  Value variables = request.get("contextVariables");
  for (auto entry : variables.entries()) {
    std::string_view key = entry.key();
    bool belongs = table->key_applies(*known, key) || claim(asked.action, key);
    if (s3_action && !tags_of_bucket && key.size() > 16 && equal_ignoring_case(key.substr(0, 16), "aws:ResourceTag/")) belongs = false;
    const ContextValue* value = asked.context.find(key);
    if (belongs && value)
      kept.set(key, *value);
    else
      out.ignored_keys.emplace_back(key);
  }
  for (const auto& [key, value] : asked.context.items())
    if (!kept.find(key) && std::none_of(out.ignored_keys.begin(), out.ignored_keys.end(), [&, &key = key](const auto& one) { return equal_ignoring_case(one, key); }))
      kept.set(key, value);
  asked.context = std::move(kept);
  return out;
}

}  // namespace reeve
