#include "aws/credentials.h"

#include <algorithm>

#include "aws/credential_parts.h"
#include "aws/credential_roles.h"
#include "base/text.h"

namespace reeve {
namespace {

constexpr std::string_view kSources[] = {"Environment", "EcsContainer", "Ec2InstanceMetadata"};

const std::string* either(const Profile& profile, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (const auto* value = profile.get(key)) return value;
  return nullptr;
}

bool has_keys(const Profile& profile) { return either(profile, {"aws_access_key_id", "aws_secret_access_key"}) != nullptr; }
bool has_role(const Profile& profile) { return profile.get("role_arn") && !profile.get("web_identity_token_file"); }

class Chain {
 public:
  Chain(const CredentialContext& context, const AwsProfiles& profiles) : context_(context), profiles_(profiles) {}

  FoundProvider find() {
    bool named = false;
    std::string name = profile_name(context_.settings, &named);
    const Profile* profile = profiles_.find(name);
    if (!profile && named) {
      std::string near = nearest(name, profiles_.names());
      return fail(Code::usage, "there is no profile `" + name + "`", {}, "a profile of " + files(),
                  near.empty() ? "" : "did you mean `" + near + "`?");
    }
    // A profile that was asked for on the command line goes before what the environment happens to hold.
    bool from_environment = context_.settings.profile.empty();
    if (from_environment)
      if (auto found = TRY(environment_credentials(context_))) return found;
    looked_.push_back(from_environment ? "environment" : "the environment was passed over for --profile");
    if (profile && has_role(*profile)) return role_of(*profile, {name});
    if (auto found = TRY(of_profile(profile, from_environment))) return found;
    looked_.push_back(profile ? "profile `" + name + "`" : "profiles in " + files());
    if (auto found = TRY(container_credentials(context_))) return found;
    looked_.push_back("container");
    std::string why;
    if (auto found = TRY(instance_credentials(context_, why))) return found;
    looked_.push_back(why);
    return fail(Code::not_found, "no AWS credentials were found", {}, "keys in one of: " + join(looked_, "; "),
                "docs/formats/credentials.md names them all");
  }

 private:
  std::string files() const {
    std::vector<std::string> both;
    for (const auto& path : {profiles_.config_path(), profiles_.credentials_path()})
      if (!path.empty()) both.push_back(path);
    return both.empty() ? "no file (HOME is not set)" : join(both, " and ");
  }

  // What a profile has of its own, but for a role that is taken with other keys.
  FoundProvider of_profile(const Profile* profile, bool from_environment) {
    if (auto found = TRY(web_identity_credentials(context_, profile, from_environment))) return found;
    if (!profile) return nullptr;
    if (auto found = TRY(sso_credentials(context_, profiles_, *profile))) return found;
    if (profile->in_credentials_file)
      if (auto found = TRY(keys_of(*profile))) return found;
    if (auto found = TRY(login_credentials(context_, *profile))) return found;
    if (auto found = TRY(process_credentials(context_, *profile))) return found;
    return keys_of(*profile);
  }

  // Keys that stand in a file. When AWS says that they have expired, another tool may have put new ones there: they are read
  // again.
  FoundProvider keys_of(const Profile& profile) {
    const auto* id = profile.get("aws_access_key_id");
    if (!id) return nullptr;
    if (id->empty() || !profile.get("aws_secret_access_key") || profile.get("aws_secret_access_key")->empty())
      return fail(Code::usage, "profile `" + profile.name + "` has one half of a pair of keys",
                  profile.values.at("aws_access_key_id").at, "aws_access_key_id and aws_secret_access_key");
    auto fetch = [settings = context_.settings, name = profile.name]() -> Result<Credentials> {
      AwsProfiles profiles = TRY(AwsProfiles::load(settings));
      const Profile* now = profiles.find(name);
      const auto* key = now ? now->get("aws_access_key_id") : nullptr;
      const auto* secret = now ? now->get("aws_secret_access_key") : nullptr;
      if (!key || !secret) return fail(Code::not_found, "profile `" + name + "` has no keys any more");
      Credentials out;
      out.access_key_id = *key;
      out.secret_access_key = *secret;
      if (const auto* token = either(*now, {"aws_security_token", "aws_session_token"})) out.session_token = *token;
      if (const auto* account = now->get("aws_account_id")) out.account = *account;
      out.source = "profile " + name;
      return out;
    };
    return provider_of(context_.settings.now, std::move(fetch));
  }

  FoundProvider role_of(const Profile& profile, std::vector<std::string> visited) {
    const auto* source_profile = profile.get("source_profile");
    const auto* source = profile.get("credential_source");
    auto refuse = [&](std::string what, const char* key, std::string expected = {}) {
      auto at = profile.values.find(key);
      return fail(Code::usage, "profile `" + profile.name + "` " + std::move(what),
                  at == profile.values.end() ? profile.at : at->second.at, std::move(expected));
    };
    if (source_profile && source)
      return refuse("has both source_profile and credential_source", "credential_source", "one of the two");
    if (!source_profile && !source)
      return refuse("takes a role and does not say with whose keys", "role_arn", "source_profile or credential_source");
    if (source_profile && visited.size() > 20)
      return refuse("stands at the end of a chain of more than 20 roles", "source_profile");
    std::shared_ptr<CredentialProvider> base =
        TRY(source ? of_source(profile, *source) : of_other(profile, *source_profile, std::move(visited)));

    AssumeRole role;
    role.role_arn = *profile.get("role_arn");
    if (const auto* name = profile.get("role_session_name")) role.session_name = *name;
    if (const auto* id = profile.get("external_id")) role.external_id = *id;
    if (const auto* serial = profile.get("mfa_serial")) role.mfa_serial = *serial;
    if (const auto* seconds = profile.get("duration_seconds")) {
      auto number = parse_int(*seconds);
      if (!number || *number < 900 || *number > 43200)
        return refuse("has a duration_seconds that no role allows", "duration_seconds", "900 to 43200");
      role.duration_s = *number;
    }
    return role_provider(context_, std::move(base), std::move(role), "profile " + profile.name + " (role)");
  }

  FoundProvider of_source(const Profile& profile, const std::string& source) {
    const Place& at = profile.values.at("credential_source").at;
    if (std::find(std::begin(kSources), std::end(kSources), source) == std::end(kSources))
      return fail(Code::usage, "profile `" + profile.name + "` has a credential_source that there is not", at,
                  "Environment, EcsContainer or Ec2InstanceMetadata");
    std::string why;
    auto found = TRY(source == kSources[0]   ? environment_credentials(context_)
                     : source == kSources[1] ? container_credentials(context_)
                                             : instance_credentials(context_, why));
    if (!found)
      return fail(Code::not_found,
                  "profile `" + profile.name + "` takes its role with the keys of " + source + ", which has none" +
                      (why.empty() ? "" : " (" + why + ")"),
                  at);
    return found;
  }

  FoundProvider of_other(const Profile& profile, const std::string& name, std::vector<std::string> visited) {
    const Place& at = profile.values.at("source_profile").at;
    const Profile* other = profiles_.find(name);
    if (!other) {
      std::string near = nearest(name, profiles_.names());
      return fail(Code::usage,
                  "profile `" + profile.name + "` takes its role with the keys of profile `" + name + "`, which is not there", at,
                  "", near.empty() ? "" : "did you mean `" + near + "`?");
    }
    // A profile may name itself for the keys that stand in it.
    bool seen = std::find(visited.begin(), visited.end(), name) != visited.end();
    if (seen && (name != profile.name || !has_keys(*other)))
      return fail(Code::usage,
                  "profiles take their roles with each other's keys, in a circle: " + join(visited, " → ") + " → " + name, at);
    visited.push_back(name);
    if (!has_keys(*other) && has_role(*other)) return role_of(*other, std::move(visited));
    auto found = TRY(of_profile(other, false));
    if (!found)
      return fail(Code::usage,
                  "profile `" + profile.name + "` takes its role with the keys of profile `" + name + "`, which has none", at);
    return found;
  }

  const CredentialContext& context_;
  const AwsProfiles& profiles_;
  std::vector<std::string> looked_;
};

}  // namespace

FoundProvider environment_credentials(const CredentialContext& context) {
  if (environment(context.settings, "AWS_ACCESS_KEY_ID").empty()) return nullptr;
  Credentials keys;
  keys.source = "environment";
  keys.access_key_id = environment(context.settings, "AWS_ACCESS_KEY_ID");
  keys.secret_access_key = environment(context.settings, "AWS_SECRET_ACCESS_KEY");
  if (keys.secret_access_key.empty())
    return fail(Code::usage, "environment: AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not");
  for (const char* name : {"AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"})
    if (keys.session_token.empty()) keys.session_token = environment(context.settings, name);
  keys.account = environment(context.settings, "AWS_ACCOUNT_ID");
  if (std::string expires = environment(context.settings, "AWS_CREDENTIAL_EXPIRATION"); !expires.empty()) {
    auto time = parse_time(expires);
    if (!time) return fail(Code::usage, "environment: AWS_CREDENTIAL_EXPIRATION is no time", {}, "such as 2026-11-29T12:00:00Z");
    keys.expires = *time;
  }
  return provider_of(context.settings.now, [keys] { return keys; });
}

Result<std::shared_ptr<CredentialProvider>> credential_chain(const CredentialSettings& settings, HttpClient& http,
                                                             const ApiCatalogue& apis) {
  CredentialContext context;
  context.settings = settings;
  context.http = &http;
  context.apis = &apis;
  context.endpoints = TRY(endpoint_options(settings));
  context.region = default_region(settings);
  AwsProfiles profiles = TRY(AwsProfiles::load(settings));
  return Chain(context, profiles).find();
}

}  // namespace reeve
