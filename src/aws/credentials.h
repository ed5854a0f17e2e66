// Whose keys to use: the chain that AWS's own tools walk, in botocore's order: environment, role of a profile (source_profile or
// credential_source, external id, MFA), web identity, SSO, shared credentials file, login cache, credential_process, config file,
// container, IMDSv2. docs/formats/credentials.md says what each reads.
//
// Secrets are held in memory only. A provider that is configured and fails is an error that names it: the chain does not walk
// past it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "aws/endpoint.h"
#include "aws/http.h"
#include "aws/sign.h"

namespace reeve {

// What the chain reads, given by the caller so that tests need no environment of their own.
struct CredentialSettings {
  std::map<std::string, std::string> environment;  // AWS_… and HOME
  std::string profile;                             // --profile; empty: AWS_PROFILE, else `default`
  std::string region;                              // --region; empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's
  EndpointOptions endpoints;                       // what the command line says; endpoint_options adds the rest
  std::function<std::optional<std::string>(const std::string& prompt)> ask_mfa;  // null: a role that wants MFA is an error
  std::function<Time()> now;
};

class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;
  // Fresh ones: renewed five minutes before they expire. Errors name the provider and what it lacked, never a secret.
  virtual Result<Credentials> get() = 0;
  // Forget what is held: AWS said that it has expired.
  virtual void refuse() = 0;
};

// `http` and `apis` outlive the provider. Errors: no provider has credentials (the error lists what was looked for).
Result<std::shared_ptr<CredentialProvider>> credential_chain(const CredentialSettings& settings, HttpClient& http,
                                                             const ApiCatalogue& apis);

struct AssumeRole {
  std::string role_arn, session_name = "reeve-collect", external_id, mfa_serial, mfa_code;
  int64_t duration_s = 3600;
};
// A role taken with another provider's keys; what AWS refuses is an error with its code.
std::shared_ptr<CredentialProvider> assume_role_provider(std::shared_ptr<CredentialProvider> base, AssumeRole role,
                                                         std::string region, const EndpointOptions& endpoints, HttpClient& http,
                                                         const ApiCatalogue& apis, std::function<Time()> now);

// The Region that settings name, or empty.
std::string default_region(const CredentialSettings& settings);
// The file of certificate authorities that AWS_CA_BUNDLE or the profile names (HttpOptions::ca_bundle), or empty: the system's.
std::string ca_bundle(const CredentialSettings& settings);
// Where services are asked: `settings.endpoints`, and what the environment and the profile say of FIPS, dual-stack and URLs.
Result<EndpointOptions> endpoint_options(const CredentialSettings& settings);

}  // namespace reeve
