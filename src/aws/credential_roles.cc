// Keys that STS gives: a role taken with other keys, or with the token of a web identity.
#include "aws/credential_roles.h"
#include "aws/arn.h"
#include "aws/credential_parts.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr CredentialNames kNames{"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", true, true};
constexpr uint64_t kTokenBytesMax = 1 << 20;

// Where to ask: the Region at hand, else the first of the role's partition.
std::string region_for(const CredentialContext& context, const std::string& role_arn) {
  if (!context.region.empty()) return context.region;
  auto first = first_region(arn_partition(role_arn));
  return std::string(first.empty() ? "us-east-1" : first);
}

Result<Credentials> read_answer(Value answer, const std::string& what, const std::string& role_arn) {
  Credentials out = TRY(read_credentials(answer.get("Credentials"), kNames, what));
  Value user = answer.get("AssumedRoleUser").get("Arn");
  out.account = account_of_role(user.is_string() ? user.text() : std::string_view(role_arn));
  return out;
}

tl::unexpected<Error> with_role(Error error, const std::string& role_arn) {
  error.what = "role `" + role_arn + "` was not given: " + error.what;
  return tl::unexpected(std::move(error));
}

}  // namespace

std::shared_ptr<CredentialProvider> role_provider(const CredentialContext& context, std::shared_ptr<CredentialProvider> base,
                                                  AssumeRole role, std::string source) {
  auto fetch = [context, base, role, source]() -> Result<Credentials> {
    std::string input;
    JsonWriter json(input);
    json.begin_object().member("RoleArn", role.role_arn).member("RoleSessionName", role.session_name);
    if (role.duration_s > 0) json.member("DurationSeconds", role.duration_s);
    if (!role.external_id.empty()) json.member("ExternalId", role.external_id);
    if (!role.mfa_serial.empty()) {
      std::string code = role.mfa_code;
      if (code.empty() && context.settings.ask_mfa)
        code = context.settings.ask_mfa("MFA code of " + role.mfa_serial + ": ").value_or("");
      if (trim(code).empty())
        return fail(Code::usage,
                    "role `" + role.role_arn + "` wants a code of the MFA device `" + role.mfa_serial + "`, and there is none",
                    {}, "a terminal to ask at");
      json.member("SerialNumber", role.mfa_serial).member("TokenCode", trim(code));
    }
    json.end_object();
    auto answer = aws_call(context, "sts", "AssumeRole", std::move(input), region_for(context, role.role_arn), base.get());
    if (!answer) return with_role(std::move(answer).error(), role.role_arn);
    return read_answer((*answer)->root(), source, role.role_arn);
  };
  return provider_of(context.settings.now, std::move(fetch));
}

FoundProvider web_identity_credentials(const CredentialContext& context, const Profile* profile, bool from_environment) {
  auto setting = [&](const char* variable, const char* key) {
    std::string value = from_environment ? environment(context.settings, variable) : std::string();
    const auto* own = profile && value.empty() ? profile->get(key) : nullptr;
    return own ? *own : value;
  };
  std::string file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"),
              role_arn = setting("AWS_ROLE_ARN", "role_arn"), session = setting("AWS_ROLE_SESSION_NAME", "role_session_name");
  if (file.empty()) return nullptr;
  if (role_arn.empty())
    return fail(Code::usage, "web identity: a token is named, but no role", profile ? profile->at : Place{},
                "AWS_ROLE_ARN or the profile's role_arn");
  if (session.empty()) session = AssumeRole{}.session_name;
  auto fetch = [context, file, role_arn, session]() -> Result<Credentials> {
    auto token = read_file(expand_path(context.settings, file), kTokenBytesMax);
    if (!token) {
      Error error = token.error();
      error.what = "web identity: the token cannot be read: " + error.what;
      return tl::unexpected(std::move(error));
    }
    std::string input;
    JsonWriter(input)
        .begin_object()
        .member("RoleArn", role_arn)
        .member("RoleSessionName", session)
        .member("WebIdentityToken", trim(*token))
        .end_object();
    auto answer = aws_call(context, "sts", "AssumeRoleWithWebIdentity", std::move(input), region_for(context, role_arn), nullptr);
    if (!answer) return with_role(std::move(answer).error(), role_arn);
    return read_answer((*answer)->root(), "web identity", role_arn);
  };
  return provider_of(context.settings.now, std::move(fetch));
}

std::shared_ptr<CredentialProvider> assume_role_provider(std::shared_ptr<CredentialProvider> base, AssumeRole role,
                                                         std::string region, const EndpointOptions& endpoints, HttpClient& http,
                                                         const ApiCatalogue& apis, std::function<Time()> now) {
  CredentialContext context;
  context.settings.now = std::move(now);
  context.endpoints = endpoints;
  context.region = std::move(region);
  context.http = &http;
  context.apis = &apis;
  std::string source = "role " + role.role_arn;
  return role_provider(context, std::move(base), std::move(role), std::move(source));
}

}  // namespace reeve
