// Keys that the place gives where a program runs: a container's endpoint (ECS, EKS Pod Identity) and an instance's metadata
// (version 2 only).
#include <algorithm>
#include <chrono>
#include <thread>

#include "aws/credential_parts.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr CredentialNames kNames{"AccessKeyId", "SecretAccessKey", "Token", "Expiration", true, true};
constexpr std::string_view kContainer = "http://169.254.170.2";
constexpr std::string_view kInstance = "http://169.254.169.254", kInstanceV6 = "http://[fd00:ec2::254]";
constexpr uint64_t kTokenBytesMax = 64 << 10;
constexpr int kContainerAttempts = 3;
constexpr int64_t kContainerTimeoutMs = 2000, kTokenLifeS = 21600;

struct Url {
  std::string origin, path = "/", host;
  std::vector<std::pair<std::string, std::string>> query;
};

std::optional<Url> parse_url(std::string_view text) {
  Url out;
  std::string_view rest = text;
  if (starts_with(rest, "https://"))
    rest.remove_prefix(8);
  else if (starts_with(rest, "http://"))
    rest.remove_prefix(7);
  else
    return std::nullopt;
  size_t end = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, end);
  out.origin = std::string(text.substr(0, text.size() - rest.size())) + std::string(authority);
  if (end != rest.npos) {
    std::string_view target = rest.substr(end, rest.find('#') == rest.npos ? rest.npos : rest.find('#') - end);
    size_t mark = target.find('?');
    if (mark > 0) out.path = target.substr(0, mark);
    if (mark != target.npos)
      for (auto part : split(target.substr(mark + 1), '&')) {
        size_t equals = part.find('=');
        if (!part.empty())
          out.query.emplace_back(percent_decode(part.substr(0, equals)),
                                 equals == part.npos ? "" : percent_decode(part.substr(equals + 1)));
      }
  }
  size_t colon = authority.rfind(':');
  if (starts_with(authority, "["))
    out.host = authority.substr(1, std::max<size_t>(authority.find(']'), 1) - 1);
  else
    out.host = authority.substr(0, colon);
  bool odd =
      std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127 || c == '\\'; });
  if (out.host.empty() || odd || authority.find('@') != authority.npos) return std::nullopt;
  return out;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  auto parts = split(host, '.');
  return parts.size() == 4 && parts[0] == "127" && std::all_of(parts.begin(), parts.end(), [](auto part) {
           auto n = parse_int(part);
           return n && *n >= 0 && *n <= 255 && part.size() <= 3;
         });
}

tl::unexpected<Error> no_answer(const std::string& what, const HttpOutcome& outcome) {
  if (outcome.failure != HttpFailure::none) return fail(Code::io, what + ": " + outcome.message);
  return fail(Code::io, what + ": HTTP " + std::to_string(outcome.response.status));
}

Result<Credentials> read_body(const std::string& body, const std::string& what) {
  auto document = read_json(body, Source{});
  // The reader's own words would quote the body.
  if (!document || !(*document)->root().is_map()) return fail(Code::parse, what + ": the answer is no JSON map");
  Value root = (*document)->root();
  if (Value code = root.get("Code"); code.is_string() && code.text() != "Success")
    return fail(Code::usage, what + ": " + std::string(code.text().substr(0, 60)));
  return read_credentials(root, kNames, what);
}

Result<Credentials> ask_container(const CredentialContext& context, const Url& url) {
  HttpRequest request;
  request.origin = url.origin;
  request.path = url.path;
  request.query = url.query;
  request.timeout_ms = kContainerTimeoutMs;
  request.direct = starts_with(url.origin, "http://");  // what is not encrypted goes no further than the host itself
  request.headers = {{"Accept", "application/json"}};
  std::string token = environment(context.settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (std::string file = environment(context.settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !file.empty()) {
    auto text = read_file(file, kTokenBytesMax);
    if (!text) {
      Error error = text.error();
      error.what = "container: the token cannot be read: " + error.what;
      return tl::unexpected(std::move(error));
    }
    token = trim(*text);
  }
  if (token.find_first_of("\r\n") != token.npos)
    return fail(Code::usage, "container: the token has several lines", {},
                "AWS_CONTAINER_AUTHORIZATION_TOKEN or …_FILE of one line");
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  for (int attempt = 1;; ++attempt) {
    HttpOutcome outcome = http_call(*context.http, request);
    if (outcome.failure == HttpFailure::none && outcome.response.status == 200)
      return read_body(outcome.response.body, "container");
    bool again = outcome.failure != HttpFailure::none || outcome.response.status >= 500;
    if (!again || attempt >= kContainerAttempts) return no_answer("container at " + url.origin, outcome);
    std::this_thread::sleep_for(std::chrono::milliseconds(100 * attempt));
  }
}

struct Instance {
  CredentialContext context;
  std::string origin;
  int64_t timeout_ms = 1000;
  int attempts = 1;

  HttpOutcome ask(const std::string& method, const std::string& path, HttpHeaders headers) const {
    HttpRequest request;
    request.method = method;
    request.origin = origin;
    request.path = path;
    request.headers = std::move(headers);
    request.timeout_ms = timeout_ms;
    request.direct = true;
    HttpOutcome outcome;
    for (int attempt = 1; attempt <= attempts; ++attempt) {
      outcome = http_call(*context.http, request);
      if (outcome.failure == HttpFailure::none && outcome.response.status < 500) break;
    }
    return outcome;
  }

  Result<Credentials> fetch() const {
    const std::string what = "instance metadata at " + origin;
    auto token = ask("PUT", "/latest/api/token", {{"x-aws-ec2-metadata-token-ttl-seconds", std::to_string(kTokenLifeS)}});
    if (token.failure != HttpFailure::none || token.response.status != 200) return no_answer(what, token);
    HttpHeaders headers{{"x-aws-ec2-metadata-token", std::string(trim(token.response.body))}};
    if (headers[0].second.find_first_of("\r\n") != std::string::npos)
      return fail(Code::parse, what + ": the token has several lines");
    const std::string base = "/latest/meta-data/iam/security-credentials/";
    auto roles = ask("GET", base, headers);
    if (roles.failure == HttpFailure::none && roles.response.status == 404)
      return fail(Code::not_found, what + ": the instance has no role");
    if (roles.failure != HttpFailure::none || roles.response.status != 200) return no_answer(what, roles);
    std::string role(trim(split(trim(roles.response.body), '\n')[0]));
    if (role.empty()) return fail(Code::not_found, what + ": the instance has no role");
    auto keys = ask("GET", base + aws_encode(role), headers);
    if (keys.failure != HttpFailure::none || keys.response.status != 200) return no_answer(what, keys);
    return read_body(keys.response.body, "instance metadata");
  }
};

}  // namespace

bool container_host_allowed(std::string_view text) {
  auto url = parse_url(text);
  if (!url) return false;
  return starts_with(url->origin, "https://") || is_loopback(url->host) || url->host == "169.254.170.2" ||
         url->host == "169.254.170.23" || url->host == "fd00:ec2::23";
}

FoundProvider container_credentials(const CredentialContext& context) {
  std::string relative = environment(context.settings, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
              full = environment(context.settings, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.empty() && full.empty()) return nullptr;
  if (!relative.empty()) full = std::string(kContainer) + (relative[0] == '/' ? "" : "/") + relative;
  auto url = parse_url(full);
  if (!url || !container_host_allowed(full))
    return fail(Code::usage, "container: AWS_CONTAINER_CREDENTIALS_FULL_URI names a host that must not be asked for keys", {},
                "https, or http to loopback, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]");
  return provider_of(context.settings.now, [context, url = *url] { return ask_container(context, url); });
}

FoundProvider instance_credentials(const CredentialContext& context, std::string& why) {
  if (equal_ignoring_case(environment(context.settings, "AWS_EC2_METADATA_DISABLED"), "true")) {
    why = "instance metadata: switched off by AWS_EC2_METADATA_DISABLED";
    return nullptr;
  }
  Instance instance;
  instance.context = context;
  std::string given = environment(context.settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
              mode = environment(context.settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
  if (given.empty()) given = equal_ignoring_case(mode, "ipv6") ? kInstanceV6 : kInstance;
  auto url = parse_url(given);
  if (!url)
    return fail(Code::usage, "instance metadata: AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL", {},
                "`http://HOST` or `https://HOST`");
  instance.origin = url->origin;
  if (auto seconds = parse_double(environment(context.settings, "AWS_METADATA_SERVICE_TIMEOUT"));
      seconds && *seconds > 0 && *seconds < 600)
    instance.timeout_ms = std::max<int64_t>(1, static_cast<int64_t>(*seconds * 1000));
  if (auto attempts = parse_int(environment(context.settings, "AWS_METADATA_SERVICE_NUM_ATTEMPTS"));
      attempts && *attempts > 0 && *attempts <= 10)
    instance.attempts = static_cast<int>(*attempts);
  auto keys = instance.fetch();
  if (!keys) {
    why = keys.error().what;
    return nullptr;
  }
  return provider_of(context.settings.now, [instance] { return instance.fetch(); }, std::move(*keys));
}

}  // namespace reeve
