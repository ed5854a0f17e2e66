#include "double/double.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <tuple>

#include "base/text.h"
#include "base/time.h"
#include "double/wire_reply.h"
#include "formats/json.h"

namespace reeve::aws_double {
namespace {

std::string http_date(int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string request_id_of(uint64_t serial) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "00000000-0000-4000-8000-%012llx", static_cast<unsigned long long>(serial));
  return text.data();
}

ApiProtocol protocol_of(const Asked& asked) { return asked.service ? asked.service->protocol : ApiProtocol::query; }
bool is_s3(const Asked& asked) { return asked.service && asked.service->name == "s3"; }

// What the request is about, as IAM names it, where the double knows it: an API Gateway's path is its resource.
std::string resource_of(const Asked& asked, const std::string& region) {
  if (!asked.service || asked.service->signing_name != "apigateway") return "*";
  return "arn:aws:apigateway:" + region + "::" + (starts_with(asked.path, "/v2/") ? asked.path.substr(3) : asked.path);
}

std::string first_of(const Asked& asked, const std::string& name) {
  auto found = asked.parameters.find(name);
  return found == asked.parameters.end() || found->second.empty() ? std::string() : found->second[0];
}

}  // namespace

bool Double::is_account(const std::string& account) const {
  return synthetic ? synthetic->is_account(account) : records.regions().contains(account);
}

std::vector<std::string> Double::regions_of(const std::string& account) const {
  if (synthetic) return synthetic->regions();
  std::vector<std::string> out;
  auto found = records.regions().find(account);
  if (found != records.regions().end()) std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(out), [](const auto& r) { return r != "global"; });
  return out;
}

bool Double::own_page(const ServerRequest& request, ServerReply& reply) {
  if (!starts_with(request.path, "/_double/")) return false;
  reply.headers.emplace_back("Content-Type", "application/json");
  if (request.path == "/_double/counts" && request.method == "GET") {
    reply.body = counts.json();
  } else if (request.path == "/_double/faults" && request.method == "PUT") {
    auto document = read_json(request.body, Source{});
    auto read = document ? Faults::read((*document)->root(), "request") : Result<Faults>(tl::unexpected(document.error()));
    if (read) {
      faults = std::move(*read);
    } else {
      reply.status = 400;
      reply.body = read.error().text();
    }
  } else if (request.path == "/_double/policy" && request.method == "PUT") {
    auto document = read_json(request.body, Source{});
    const Value root = document ? (*document)->root() : Value();
    auto read = document ? Permissions::read(root.get("policy"), root.get("actions"), "request") : Result<Permissions>(tl::unexpected(document.error()));
    if (read) {
      permissions = std::move(*read);
    } else {
      reply.status = 400;
      reply.body = read.error().text();
    }
  } else {
    reply.status = 404;
  }
  return true;
}

// Everything but the answer: in the order in which AWS looks at it.
std::optional<Double::Refusal> Double::refusal(const Asked& asked, Caller& caller, const Fault* fault, int64_t now_ms) {
  const ApiProtocol protocol = protocol_of(asked);
  const bool json = protocol == ApiProtocol::json, rest_json = protocol == ApiProtocol::rest_json;
  const bool needs_no_keys = asked.operation && asked.operation->unsigned_request;
  if (!needs_no_keys) {
    if (!caller.error_code.empty()) {
      const bool expired = caller.error_code == "ExpiredToken";
      return Refusal{is_s3(asked) && expired ? 400 : 403, expired && (json || rest_json) ? "ExpiredTokenException" : caller.error_code, caller.error_message};
    }
    if (!is_account(caller.account)) return Refusal{403, "InvalidClientTokenId", "The security token included in the request is invalid."};
    bool off = faults.region_off(caller.account, caller.region);
    if (!synthetic && options_.unrecorded_regions_off && asked.service && asked.service->global.empty() && asked.service->name != "sts") {
      const auto regions = regions_of(caller.account);
      off |= std::find(regions.begin(), regions.end(), caller.region) == regions.end();
    }
    if (off) {
      if (protocol == ApiProtocol::ec2) return Refusal{401, "AuthFailure", "AWS was not able to validate the provided access credentials"};
      if (json || rest_json) return Refusal{json ? 400 : 403, "UnrecognizedClientException", "The security token included in the request is invalid."};
      return Refusal{403, is_s3(asked) ? "InvalidToken" : "InvalidClientTokenId", "The security token included in the request is invalid"};
    }
  }
  if (fault) {
    switch (fault->kind) {
      case Fault::Kind::throttle:
        if (is_s3(asked)) return Refusal{503, "SlowDown", "Please reduce your request rate."};
        if (protocol == ApiProtocol::ec2) return Refusal{503, "RequestLimitExceeded", "Request limit exceeded."};
        if (protocol == ApiProtocol::query) return Refusal{400, "Throttling", "Rate exceeded"};
        return Refusal{rest_json ? 429 : 400, rest_json ? "TooManyRequestsException" : "ThrottlingException", "Rate exceeded"};
      case Fault::Kind::error: return Refusal{fault->status, fault->code, fault->message};
      case Fault::Kind::deny: break;
      default: break;
    }
  }
  if (!asked.operation || (fault && fault->kind == Fault::Kind::missing)) {
    if (json) return Refusal{400, "UnknownOperationException", "The requested operation is not supported in the called region."};
    if (rest_json || protocol == ApiProtocol::rest_xml) return Refusal{404, "UnknownOperationException", "no such operation"};
    return Refusal{400, "InvalidAction", "The action " + asked.operation_name + " is not valid for this web service."};
  }
  if (!counts.take(faults.buckets, caller.account, caller.region, asked, now_ms)) {
    return Refusal{is_s3(asked) || protocol == ApiProtocol::ec2 ? 503 : 400,
                   is_s3(asked) ? "SlowDown" : protocol == ApiProtocol::ec2 ? "RequestLimitExceeded" : protocol == ApiProtocol::query ? "Throttling" : "ThrottlingException",
                   "Rate exceeded"};
  }
  const std::string lacking = permissions && !needs_no_keys ? permissions->lacking(asked.call(), resource_of(asked, caller.region)) : "";
  if ((fault && fault->kind == Fault::Kind::deny) || !lacking.empty()) {
    const std::string message = "User: arn:aws:sts::" + caller.account + ":assumed-role/audit/reeve is not authorized to perform: " +
                                (lacking.empty() ? asked.call() : lacking) + " because no identity-based policy allows the action";
    if (protocol == ApiProtocol::ec2) return Refusal{403, "UnauthorizedOperation", message};
    return Refusal{json ? 400 : 403, json || rest_json ? "AccessDeniedException" : "AccessDenied", message};
  }
  return std::nullopt;
}

std::optional<std::string> Double::assume_role(const Asked& asked, int64_t now_ms, std::optional<Refusal>& refused) {
  const std::string arn = first_of(asked, "RoleArn"), name = first_of(asked, "RoleSessionName"), duration = first_of(asked, "DurationSeconds");
  const auto parts = split(arn, ':');
  const std::string account = parts.size() == 6 ? std::string(parts[4]) : "";
  if (!is_account(account) || faults.no_role.contains(account) || (!faults.external_id.empty() && first_of(asked, "ExternalId") != faults.external_id)) {
    refused = Refusal{403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole on resource: " + arn};
    return std::nullopt;
  }
  const int64_t seconds = faults.session_s ? faults.session_s : parse_int(duration).value_or(3600);
  std::string key, token, out;
  keys_.session(account, now_ms + seconds * 1000, key, token);
  JsonWriter writer(out);
  writer.begin_object().key("Credentials").begin_object().member("AccessKeyId", key).member("SecretAccessKey", keys_.secret(key));
  writer.member("SessionToken", token).member("Expiration", rfc3339(Time{now_ms + seconds * 1000})).end_object().key("AssumedRoleUser").begin_object();
  writer.member("AssumedRoleId", "AROADOUBLE:" + name);
  writer.member("Arn", "arn:aws:sts::" + account + ":assumed-role/" + arn.substr(arn.rfind('/') + 1) + "/" + name).end_object().end_object();
  return out;
}

// What the double says by itself, whatever was recorded.
std::optional<std::string> Double::computed(const Asked& asked, const Caller& caller, int64_t now_ms, std::optional<Refusal>& refused) {
  const std::string call = asked.call();
  if (call == "sts:AssumeRole" || call == "sts:AssumeRoleWithWebIdentity") return assume_role(asked, now_ms, refused);
  std::string out;
  JsonWriter writer(out);
  if (call == "sts:GetCallerIdentity") {
    writer.begin_object().member("UserId", caller.access_key_id).member("Account", caller.account);
    writer.member("Arn", caller.session ? "arn:aws:sts::" + caller.account + ":assumed-role/audit/reeve" : "arn:aws:iam::" + caller.account + ":user/auditor");
    writer.end_object();
    return out;
  }
  if (call == "iam:GenerateCredentialReport") {
    writer.begin_object().member("State", "COMPLETE").end_object();
    return out;
  }
  if (call == "ec2:DescribeRegions" && !records.has(caller.account, call)) {
    writer.begin_object().key("Regions").begin_array();
    for (const std::string& region : regions_of(caller.account)) {
      writer.begin_object().member("RegionName", region).member("Endpoint", "ec2." + region + ".amazonaws.com").member("OptInStatus", "opt-in-not-required").end_object();
    }
    writer.end_array().end_object();
    return out;
  }
  if (call == "organizations:ListParents" && !records.has(caller.account, call)) {
    const std::string parent = records.parent_of(caller.account, first_of(asked, "ChildId"));
    if (parent.empty()) return std::nullopt;
    writer.begin_object().key("Parents").begin_array().begin_object().member("Id", parent);
    writer.member("Type", starts_with(parent, "r-") ? "ROOT" : "ORGANIZATIONAL_UNIT").end_object().end_array().end_object();
    return out;
  }
  if (call == "account:ListRegions" && synthetic) {
    writer.begin_object().key("Regions").begin_array();
    for (const std::string& region : regions_of(caller.account)) {
      writer.begin_object().member("RegionName", region).member("RegionOptStatus", "ENABLED_BY_DEFAULT").end_object();
    }
    writer.end_array().end_object();
    return out;
  }
  return synthetic ? synthetic->organization(asked) : std::nullopt;
}

void Double::handle(const ServerRequest& request, ServerReply& reply) {
  if (own_page(request, reply)) return;
  const int64_t now_ms = wall_clock().ms + faults.skew_s * 1000;
  const std::string request_id = request_id_of(++serial_);
  Caller caller = keys_.check(request, now_ms);
  Asked asked = router_.route(request, caller.service);
  asked.path = request.path;
  const Fault* fault = faults.strike(caller.account, caller.region, asked.call(), now_ms);
  if (fault && fault->kind == Fault::Kind::end_sessions) {
    keys_.end_sessions();
    caller = keys_.check(request, now_ms);
  }
  std::optional<Refusal> refused = refusal(asked, caller, fault, now_ms);
  std::optional<std::string> json;
  if (!refused) json = computed(asked, caller, now_ms, refused);
  bool answered = false;
  if (!refused && !json && synthetic) {
    reply = synthetic->answer(caller.account, caller.region, asked, request_id);
    answered = true;
  } else if (!refused && !json) {
    auto found = records.find(caller.account, caller.region, asked);
    // The management account may ask about another.
    if (const std::string about = first_of(asked, "AccountId"); found.empty() && !about.empty() && about != caller.account) {
      found = records.find(about, caller.region, asked);
    }
    for (size_t i = 0; found.empty() && i < asked.others.size(); ++i) {
      Asked other = asked;
      std::tie(other.service, other.operation) = asked.others[i];
      found = records.find(caller.account, caller.region, other);
    }
    if (!found.empty() && !found[0]->error_code.empty()) {
      refused = Refusal{contains(found[0]->error_code, "Denied") ? 403 : 400, found[0]->error_code, found[0]->error_message};
    } else if (!found.empty()) {
      const auto& tokens = asked.operation->pages.input_tokens;
      json = page_of(*asked.operation, found, tokens.empty() ? "" : first_of(asked, tokens[0]), faults.paging_of(asked.call()));
      if (json->empty()) refused = Refusal{400, "InvalidNextToken", "The token is none of this list's."}, json.reset();
    } else {
      Fault missing;
      missing.kind = Fault::Kind::missing;
      refused = refusal(asked, caller, &missing, now_ms);
    }
  }
  if (json) {
    auto document = read_json(*json, Source{});
    if (document) {
      reply = write_answer(*asked.service, *asked.operation, (*document)->root(), request_id);
      answered = true;
    } else {
      refused = Refusal{500, "InternalFailure", "the recorded reply is no JSON"};
    }
  }
  if (refused) reply = write_refusal(asked.service, refused->status, refused->code, refused->message, request_id);
  reply.headers.emplace_back("Date", http_date(now_ms));
  reply.delay_ms = faults.latency_ms;
  std::string outcome = refused ? refused->code : "";
  if (fault) {
    if (fault->kind == Fault::Kind::cut || fault->kind == Fault::Kind::cut_before) {
      reply.cut = fault->kind == Fault::Kind::cut && !reply.body.empty() ? ServerReply::Cut::within : ServerReply::Cut::before;
      outcome = "cut";
    }
    if (fault->kind == Fault::Kind::late) reply.delay_ms += fault->delay_ms;
    if (fault->retry_after_s >= 0) reply.headers.emplace_back("Retry-After", std::to_string(fault->retry_after_s));
  }
  if (!answered && outcome.empty()) outcome = "InternalFailure";
  counts.add(caller.account, caller.region, asked, now_ms, outcome);
}

}  // namespace reeve::aws_double
