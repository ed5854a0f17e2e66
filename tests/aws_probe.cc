// aws_probe: single steps of the AWS client for tests that hold them against other implementations. A test helper; the product's
// own face is `reeve collect`.
//
//   aws_probe sign < REQUESTS            one JSON map a line: a request and how to sign it → what was signed and with which
//   signature aws_probe endpoint FOLDER < PLACES   FOLDER: content/apis. A service, a Region and options → origin, base_path,
//   signing_region or error aws_probe credentials FOLDER < SETTINGS  environment, profile … → whose keys came out (secrets as
//   their SHA-256) or the error, for each
//                                        time that they were asked for
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>

#include "aws/api.h"
#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/sign.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "formats/json.h"

using namespace reeve;

namespace {

std::string text(Value map, std::string_view key, std::string_view otherwise = {}) {
  Value value = map.get(key);
  return std::string(value ? value.text() : otherwise);
}

bool flag(Value map, std::string_view key, bool otherwise) {
  Value value = map.get(key);
  return value.is_bool() ? value.boolean() : otherwise;
}

std::vector<std::pair<std::string, std::string>> pairs(Value list) {
  std::vector<std::pair<std::string, std::string>> out;
  for (Value item : list.items()) out.emplace_back(item.at(0).text(), item.at(1).text());
  return out;
}

void write_pairs(JsonWriter& json, const char* name, const std::vector<std::pair<std::string, std::string>>& list) {
  json.key(name).begin_array();
  for (const auto& [key, value] : list) json.begin_array().string(key).string(value).end_array();
  json.end_array();
}

void sign(Value asked, JsonWriter& json) {
  HttpRequest request;
  request.method = text(asked, "method", "GET");
  request.origin = text(asked, "origin");
  request.path = text(asked, "path", "/");
  request.query = pairs(asked.get("query"));
  request.headers = pairs(asked.get("headers"));
  request.body = text(asked, "body");
  Credentials credentials{
      text(asked, "access_key_id"), text(asked, "secret_access_key"), text(asked, "session_token"), {}, {}, {}};
  SignScope scope;
  scope.region = text(asked, "region");
  scope.service = text(asked, "service");
  scope.now = parse_time(text(asked, "time")).value_or(Time{});
  scope.double_encode_path = flag(asked, "double", true);
  scope.normalize_path = flag(asked, "normalize", true);
  scope.unsigned_payload = flag(asked, "unsigned", false);
  scope.body_digest_header = flag(asked, "digest", false);
  std::string form = text(asked, "form", "header");
  if (form == "header") sign_headers(request, credentials, scope);
  if (form == "query") sign_query(request, credentials, scope, asked.get("expires").integer().value_or(3600));
  if (form == "chunked") {
    uint64_t whole = asked.get("body").text().size(), each = static_cast<uint64_t>(asked.get("chunk").integer().value_or(65536));
    request.body.clear();
    ChunkSigner signer(request, credentials, scope, whole, each);
    std::string_view rest = asked.get("body").text();
    json.key("chunks").begin_array();
    for (;;) {
      auto piece = rest.substr(0, each);
      rest.remove_prefix(piece.size());
      json.string(signer.chunk(piece));
      if (piece.empty()) break;
    }
    json.end_array();
  }
  json.member("canonical", canonical_request(request, scope));
  write_pairs(json, "headers", request.headers);
  write_pairs(json, "query", request.query);
}

ApiCatalogue read_apis(const std::string& folder) {
  ApiCatalogue out;
  std::vector<Error> problems;
  for (const auto& entry : walk(folder, problems)) {
    if (!ends_with(entry.path, ".json")) continue;
    auto bytes = FileBytes::open(entry.path);
    if (!bytes) problems.push_back(bytes.error());
    if (!bytes) continue;
    Source self;
    self.file = entry.path;
    auto document = read_json((*bytes)->view(), *bytes, self);
    auto service = document ? read_api((*document)->root(), entry.path) : Result<ApiServicePtr>(tl::unexpected(document.error()));
    if (service)
      out.add(*service);
    else
      problems.push_back(service.error());
  }
  for (const auto& problem : problems) std::fprintf(stderr, "%s\n", problem.text().c_str());
  if (!problems.empty()) std::exit(2);
  return out;
}

void endpoint(const ApiCatalogue& apis, Value asked, JsonWriter& json) {
  const ApiService* service = apis.service(text(asked, "service"));
  if (!service) {
    json.member("error", "no such service");
    return;
  }
  EndpointOptions options;
  options.fips = flag(asked, "fips", false);
  options.dualstack = flag(asked, "dualstack", false);
  options.url = text(asked, "url");
  options.any_service = text(asked, "any_service");
  if (asked.get("partition")) options.partition = text(asked, "partition");
  for (auto entry : asked.get("by_service").entries()) options.by_service[std::string(entry.key())] = entry.value.text();
  auto found = resolve_endpoint(*service, text(asked, "region"), options);
  if (!found) {
    json.member("error", found.error().text());
    return;
  }
  std::string path = text(asked, "path", "/");
  prefix_host(*found, text(asked, "prefix"));
  if (asked.get("bucket")) address_bucket(*found, path, text(asked, "bucket"));
  json.member("origin", found->origin)
      .member("base_path", found->base_path)
      .member("signing_region", found->signing_region)
      .member("path", path);
}

void write_keys(JsonWriter& json, CredentialProvider& provider) {
  auto keys = provider.get();
  json.begin_object();
  if (!keys)
    json.member("error", keys.error().text());
  else {
    json.member("source", keys->source).member("access_key_id", keys->access_key_id).member("account", keys->account);
    json.member("expires", keys->expires.known() ? rfc3339(keys->expires) : "");
    json.member("secret_sha256", hex(sha256(keys->secret_access_key))).member("token_sha256", hex(sha256(keys->session_token)));
  }
  json.end_object();
}

void credentials(const ApiCatalogue& apis, HttpClient& http, Value asked, JsonWriter& json) {
  CredentialSettings settings;
  for (auto entry : asked.get("environment").entries()) settings.environment[std::string(entry.key())] = entry.value.text();
  settings.profile = text(asked, "profile");
  settings.region = text(asked, "region");
  Time now = parse_time(text(asked, "now")).value_or(wall_clock());
  settings.now = [&now] { return now; };
  std::vector<std::string> prompts;
  if (Value code = asked.get("mfa"))
    settings.ask_mfa = [code, &prompts](const std::string& prompt) -> std::optional<std::string> {
      prompts.push_back(prompt);
      if (!code.is_string()) return std::nullopt;
      return std::string(code.text());
    };
  json.member("region", default_region(settings)).member("ca_bundle", ca_bundle(settings));
  if (auto options = endpoint_options(settings)) {
    json.key("endpoints")
        .begin_object()
        .member("fips", options->fips)
        .member("dualstack", options->dualstack)
        .member("any_service", options->any_service);
    json.key("by_service").begin_object();
    for (const auto& [service, url] : options->by_service) json.member(service, url);
    json.end_object().end_object();
  }
  auto provider = credential_chain(settings, http, apis);
  if (provider && asked.get("role")) {
    AssumeRole role;
    role.role_arn = text(asked, "role");
    role.external_id = text(asked, "external_id");
    provider = assume_role_provider(*provider, role, default_region(settings),
                                    endpoint_options(settings).value_or(EndpointOptions{}), http, apis, settings.now);
  }
  if (!provider) {
    json.member("error", provider.error().text());
    return;
  }
  json.key("gets").begin_array();
  write_keys(json, **provider);
  for (Value step : asked.get("then").items()) {
    if (step.is_number()) now.ms += step.integer().value_or(0) * 1000;
    if (step.is_string()) (*provider)->refuse();
    write_keys(json, **provider);
  }
  json.end_array();
  json.key("prompts").begin_array();
  for (const auto& prompt : prompts) json.string(prompt);
  json.end_array();
}

int each_line(const std::function<void(Value, JsonWriter&)>& answer) {
  for (std::string line; std::getline(std::cin, line);) {
    auto document = read_json(line, Source{});
    if (!document) {
      std::fprintf(stderr, "%s\n", document.error().text().c_str());
      return 2;
    }
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    answer((*document)->root(), json);
    json.end_object();
    std::printf("%s\n", out.c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string what = argc > 1 ? argv[1] : "";
  if (what == "sign") return each_line(sign);
  if (what == "endpoint" && argc == 3) {
    ApiCatalogue apis = read_apis(argv[2]);
    return each_line([&](Value asked, JsonWriter& json) { endpoint(apis, asked, json); });
  }
  if (what == "credentials" && argc == 3) {
    ApiCatalogue apis = read_apis(argv[2]);
    HttpOptions options;
    options.proxy = "-";
    auto http = HttpClient::make(options);
    if (!http) return 2;
    return each_line([&](Value asked, JsonWriter& json) { credentials(apis, **http, asked, json); });
  }
  std::fprintf(stderr, "usage: aws_probe sign | endpoint FOLDER | credentials FOLDER < LINES\n");
  return 2;
}
