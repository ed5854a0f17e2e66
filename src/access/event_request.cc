#include "access/event_request.h"

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "base/time.h"
#include "formats/json.h"

namespace reeve {
namespace {

using F = EventField;

constexpr std::array<std::string_view, static_cast<size_t>(F::count)> paths{
    "eventSource", "eventName", "eventTime", "awsRegion", "sourceIPAddress", "userAgent", "recipientAccountId", "errorCode", "eventType", "eventID",
    "vpcEndpointId", "vpcEndpointAccountId", "tlsDetails.cipherSuite", "tlsDetails.tlsVersion", "resources", "requestParameters", "sharedEventID",
    "userIdentity.type", "userIdentity.arn", "userIdentity.principalId", "userIdentity.accountId", "userIdentity.userName", "userIdentity.invokedBy",
    "userIdentity.sessionContext.sessionIssuer.arn", "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "userIdentity.sessionContext.attributes.creationDate", "userIdentity.sessionContext.webIdFederationData.federatedProvider",
    "userIdentity.sessionContext.sourceIdentity", "userIdentity.sessionContext.assumedRoot"};

constexpr EventFields who = bit(F::type) | bit(F::arn) | bit(F::issuer_arn) | bit(F::account) | bit(F::principal_id);
constexpr EventFields owner_fields = bit(F::resources) | bit(F::recipient) | bit(F::shared_id) | bit(F::account);

ContextValue known_or(std::string text, ContextValue otherwise) { return text.empty() ? std::move(otherwise) : ContextValue::of(std::move(text)); }

bool is_address(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos && text.find_first_of(".:") != std::string_view::npos;
}

bool is_service_name(std::string_view text) { return contains(text, ".amazonaws.com") || contains(text, ".amazon.com"); }

// `arn:aws:sts::111122223333:assumed-role/NAME/SESSION` without the session.
std::string without_session(const std::string& arn) {
  auto read = parse_arn(arn);
  if (!read || read->resource_type() != "assumed-role") return arn;
  std::string_view id = read->resource_id();
  return make_arn(read->partition, read->service, read->region, read->account, "assumed-role/" + std::string(id.substr(0, id.find('/'))));
}

}  // namespace

std::vector<std::string> event_paths(const std::vector<std::string>& more) {
  std::vector<std::string> out(paths.begin(), paths.end());
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

const EventOrganization::Account* EventOrganization::find(std::string_view account) const {
  auto found = accounts.find(std::string(account));
  return found == accounts.end() ? nullptr : &found->second;
}

std::string EventRequest::account() const {
  std::string own = text(F::account);
  if (is_account_id(own)) return own;
  for (F field : {F::issuer_arn, F::arn})
    if (auto id = std::string(arn_account(text(field))); is_account_id(id)) return id;
  return {};
}

std::string EventRequest::principal_arn() const {
  std::string type = text(F::type), issuer = text(F::issuer_arn), arn = text(F::arn);
  if (type == "AssumedRole") return arn_resource(issuer).substr(0, 5) == "role/" ? issuer : std::string();
  if (type == "IAMUser" || type == "FederatedUser" || type == "Root") return arn;
  return {};
}

std::string EventRequest::principal() const {
  if (service()) return known_or(text(F::invoked_by), ContextValue::of("an AWS service")).values[0];
  std::string arn = principal_arn();
  if (arn.empty()) arn = without_session(text(F::arn));
  if (!arn.empty()) return arn;
  for (F field : {F::principal_id, F::account, F::type})
    if (std::string told = text(field); !told.empty()) return told.substr(0, told.find(':'));
  return "(not told)";
}

std::string EventRequest::owner() const {
  if (std::string_view list = raw(F::resources); contains(list, "accountId")) {
    if (auto read = read_json(list, Source{})) {
      std::string only;
      for (Value one : (*read)->root().items()) {
        std::string id(one.get("accountId").text());
        if (!is_account_id(id)) continue;
        if (!only.empty() && only != id) return {};
        only = id;
      }
      if (!only.empty()) return only;
    }
  }
  // An event that two accounts are told of is about one's caller and the other's resource.
  if (!raw(F::shared_id).empty()) return {};
  return text(F::recipient);
}

bool EventRequest::service() const { return raw(F::type) == "\"AWSService\""; }

bool EventRequest::service_linked() const { return contains(raw(F::issuer_arn), ":role/aws-service-role/"); }

bool EventRequest::without_credentials() const {
  std::string_view type = raw(F::type);
  if (type == "\"WebIdentityUser\"" || type == "\"SAMLUser\"") return true;
  std::string id = text(F::account), principal = text(F::principal_id);
  return lower(id) == "anonymous" || lower(principal) == "anonymous";
}

// Was the call made by a service with the caller's credentials? A user's and root's cannot come to a service in another way; a role's
// may be the service's own role.
ContextValue EventRequest::through_service() const {
  std::string by = text(F::invoked_by);
  if (by.empty() || service()) return ContextValue::of("false");
  if (!is_service_name(by)) return ContextValue::unknown();
  return raw(F::type) == "\"AssumedRole\"" ? ContextValue::unknown() : ContextValue::of("true");
}

ContextValue EventRequest::of_parameter_tags(std::string_view key) const {
  std::string_view parameters = raw(F::parameters);
  if (parameters.empty()) return ContextValue::absent();
  if (!contains(lower(parameters), "tag")) return ContextValue::absent();
  auto read = read_json(parameters, Source{});
  if (!read) return ContextValue::unknown();
  // `tags: [{key, value}]` in any spelling, `tags: {key: value}`, or a tag set of some items; anything else is not understood.
  std::vector<std::pair<std::string, std::string>> tags;
  bool understood = true, seen = false;
  auto take = [&](auto&& self, Value value) -> void {
    seen = true;
    if (value.is_map() && value.get("items").is_list()) return self(self, value.get("items"));
    if (value.is_list()) {
      for (Value item : value.items()) {
        if (item.is_map() && (item.get("tags").is_list() || item.get("tagSet"))) {
          self(self, item.get("tags") ? item.get("tags") : item.get("tagSet"));
          continue;
        }
        Value name, text;
        for (auto entry : item.entries()) {
          std::string low = lower(entry.key());
          if (low == "key" || low == "tagkey") name = entry.value;
          if (low == "value" || low == "tagvalue") text = entry.value;
        }
        if (!name.is_string()) understood = false;
        else tags.emplace_back(name.text(), text.is_string() ? std::string(text.text()) : std::string());
      }
      return;
    }
    if (value.is_map()) {
      for (auto entry : value.entries()) {
        if (!entry.value.is_string()) understood = false;
        else tags.emplace_back(entry.key(), entry.value.text());
      }
      return;
    }
    if (!value.is_null()) understood = false;
  };
  for (auto entry : (*read)->root().entries()) {
    std::string low = lower(entry.key());
    if (low == "tags" || low == "tagset" || low == "taglist" || low == "tagspecificationset" || low == "tagspecification") take(take, entry.value);
    else if (contains(low, "tag")) understood = false;
  }
  if (!understood || !seen) return ContextValue::unknown();
  if (key == "aws:tagkeys") {
    std::vector<std::string> keys;
    for (const auto& [name, value] : tags)
      if (std::find(keys.begin(), keys.end(), name) == keys.end()) keys.push_back(name);
    return keys.empty() ? ContextValue::absent() : ContextValue::of(std::move(keys));
  }
  std::string_view wanted = key.substr(std::string_view("aws:requesttag/").size());
  for (const auto& [name, value] : tags)
    if (equal_ignoring_case(name, wanted)) return ContextValue::of(value);
  return ContextValue::absent();
}

EventFields EventRequest::fields_of(std::string_view key) {
  if (key == "aws:requestedregion") return bit(F::region);
  if (key == "aws:sourceip" || key == "aws:vpcsourceip") return bit(F::address) | bit(F::endpoint);
  if (key == "aws:sourcevpce" || key == "aws:sourcevpc") return bit(F::endpoint);
  if (key == "aws:vpceaccount" || key == "aws:vpceorgid") return bit(F::endpoint) | bit(F::endpoint_account);
  if (key == "aws:useragent") return bit(F::agent);
  if (key == "aws:securetransport" || key == "s3:tlsversion") return bit(F::tls) | bit(F::tls_version);
  if (key == "aws:currenttime" || key == "aws:epochtime") return bit(F::time);
  if (key == "aws:multifactorauthpresent" || key == "aws:multifactorauthage") return who | bit(F::mfa) | bit(F::created) | bit(F::web_provider) | bit(F::invoked_by);
  if (key == "aws:tokenissuetime") return who | bit(F::created);
  if (starts_with(key, "aws:calledvia") || key == "aws:viaawsservice") return who | bit(F::invoked_by);
  if (starts_with(key, "aws:principal") || key == "aws:userid") return who;
  if (key == "aws:username") return who | bit(F::user_name);
  if (key == "aws:federatedprovider") return who | bit(F::web_provider);
  if (key == "aws:sourceidentity") return who | bit(F::source_identity);
  if (key == "aws:assumedroot") return who | bit(F::assumed_root);
  if (starts_with(key, "aws:resource") && !starts_with(key, "aws:resourcetag/")) return owner_fields;
  if (starts_with(key, "aws:requesttag/") || key == "aws:tagkeys") return bit(F::parameters);
  if (starts_with(key, "aws:source")) return who;
  return 0;
}

ContextValue EventRequest::value_of(std::string_view key) const {
  std::string type = text(F::type);
  const bool role = type == "AssumedRole", user = type == "IAMUser", root = type == "Root", federated = type == "FederatedUser";
  const bool clear = role || user || root || federated, nobody = without_credentials();
  const ContextValue absent = ContextValue::absent(), unknown = ContextValue::unknown();
  auto own = [&](ContextValue value) { return service() || nobody ? absent : clear ? std::move(value) : unknown; };

  if (key == "aws:requestedregion") return known_or(text(F::region), unknown);
  if (key == "aws:sourceip") {
    if (!raw(F::endpoint).empty()) return absent;
    std::string address = text(F::address);
    return is_address(address) ? ContextValue::of(std::move(address)) : unknown;  // a service's name: whose address counts is not told
  }
  if (key == "aws:vpcsourceip") {
    if (raw(F::endpoint).empty()) return is_address(text(F::address)) ? absent : unknown;
    std::string address = text(F::address);
    return is_address(address) ? ContextValue::of(std::move(address)) : unknown;
  }
  if (key == "aws:sourcevpce" || key == "aws:sourcevpc" || key == "aws:vpceaccount" || key == "aws:vpceorgid") {
    if (raw(F::endpoint).empty()) return is_address(text(F::address)) ? absent : unknown;
    if (key == "aws:sourcevpce") return ContextValue::of(text(F::endpoint));
    std::string owner = text(F::endpoint_account);
    if (key == "aws:vpceaccount") return known_or(std::move(owner), unknown);
    if (key == "aws:vpceorgid" && !organization_.id.empty() && organization_.find(owner)) return ContextValue::of(organization_.id);
    return unknown;
  }
  if (key == "aws:useragent") {
    std::string agent = text(F::agent);
    if (agent.size() > 2 && agent.front() == '[' && agent.back() == ']') agent = agent.substr(1, agent.size() - 2);  // as S3 logs it
    return is_service_name(agent) ? unknown : known_or(std::move(agent), unknown);
  }
  if (key == "aws:securetransport") return raw(F::tls).empty() && raw(F::tls_version).empty() ? unknown : ContextValue::of("true");
  if (key == "s3:tlsversion") {
    std::string version = text(F::tls_version);
    return starts_with(version, "TLSv") ? ContextValue::of(version.substr(4)) : unknown;
  }
  if (key == "aws:currenttime") return known_or(text(F::time), unknown);
  if (key == "aws:epochtime") {
    auto time = parse_time(text(F::time));
    return time ? ContextValue::of(std::to_string(time->ms / 1000)) : unknown;
  }
  if (key == "aws:principalarn") return own(known_or(principal_arn(), unknown));
  if (key == "aws:principalaccount") return nobody ? ContextValue::of("anonymous") : known_or(account(), unknown);
  if (key == "aws:principaltype") {
    if (nobody) return ContextValue::of("Anonymous");
    return role ? ContextValue::of("AssumedRole") : user ? ContextValue::of("User") : root ? ContextValue::of("Account")
           : federated ? ContextValue::of("FederatedUser") : unknown;
  }
  if (key == "aws:principalorgid" || key == "aws:principalorgpaths") {
    if (service() || nobody) return absent;
    const auto* place = organization_.find(account());
    if (!place || organization_.id.empty()) return unknown;
    if (key == "aws:principalorgid") return ContextValue::of(organization_.id);
    return place->unit.empty() ? unknown : ContextValue::of(organization_.id + "/" + place->unit + "/");
  }
  if (key == "aws:principalisawsservice") return service() ? ContextValue::of("true") : nobody ? absent : ContextValue::of("false");
  if (starts_with(key, "aws:principalservicename")) return service() ? unknown : absent;
  if (starts_with(key, "aws:principaltag/")) return service() || nobody || root ? absent : unknown;
  if (key == "aws:userid") return own(known_or(text(F::principal_id), unknown));
  if (key == "aws:username") return user ? known_or(text(F::user_name), unknown) : own(absent);
  if (key == "aws:viaawsservice") return through_service();
  if (starts_with(key, "aws:calledvia")) {
    ContextValue via = through_service();
    if (via.state == ContextValue::State::unknown) return unknown;
    if (via.values[0] == "false") return absent;
    return key == "aws:calledvialast" ? ContextValue::of(text(F::invoked_by)) : unknown;  // earlier services of the chain are not told
  }
  if (key == "aws:multifactorauthpresent" || key == "aws:multifactorauthage") {
    if (service() || nobody || federated) return absent;
    if (!clear) return unknown;
    std::string mfa = text(F::mfa);
    if (raw(F::created).empty() && mfa.empty()) return role ? unknown : absent;  // long-term keys
    if (key == "aws:multifactorauthage") return unknown;  // whether it stands there without MFA, the pages do not agree
    if (mfa == "true") return ContextValue::of("true");
    if (!raw(F::web_provider).empty()) return absent;
    return mfa == "false" ? ContextValue::of("false") : unknown;
  }
  if (key == "aws:tokenissuetime") return raw(F::created).empty() ? (user || root || service() || nobody ? absent : unknown) : ContextValue::of(text(F::created));
  if (key == "aws:federatedprovider") return own(role ? known_or(text(F::web_provider), absent) : absent);
  if (key == "aws:sourceidentity") return own(role ? known_or(text(F::source_identity), absent) : absent);
  if (key == "aws:assumedroot") return own(root && !raw(F::assumed_root).empty() ? ContextValue::of("true") : absent);
  if (key == "aws:resourceaccount") return known_or(owner(), unknown);
  if (key == "aws:resourceorgid" || key == "aws:resourceorgpaths") {
    const auto* place = organization_.find(owner());
    if (!place || organization_.id.empty()) return unknown;
    if (key == "aws:resourceorgid") return ContextValue::of(organization_.id);
    return place->unit.empty() ? unknown : ContextValue::of(organization_.id + "/" + place->unit + "/");
  }
  if (starts_with(key, "aws:requesttag/") || key == "aws:tagkeys") return of_parameter_tags(key);
  if (key == "aws:sourcearn" || key == "aws:sourceaccount" || key == "aws:sourceorgid" || key == "aws:sourceorgpaths" || key == "aws:sourceowner")
    return service() ? unknown : absent;
  return unknown;
}

}  // namespace reeve
