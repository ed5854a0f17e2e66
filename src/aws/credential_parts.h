// What the providers of credentials share inside this room: keeping and renewing, calling STS and its like, what an error may
// say.
#pragma once

#include <mutex>

#include "aws/credentials.h"
#include "aws/profile.h"
#include "formats/document.h"

namespace reeve {

// All that a provider may need; copied into each, so that none outlives what it reads.
struct CredentialContext {
  CredentialSettings settings;
  EndpointOptions endpoints;
  std::string region;  // of STS; empty: that of the role's partition
  HttpClient* http = nullptr;
  const ApiCatalogue* apis = nullptr;
  Time now() const { return settings.now ? settings.now() : wall_clock(); }
};

// Holds what `fetch` gave until five minutes before it expires. A renewal that fails does no harm while what is held is still
// good.
class RenewedProvider : public CredentialProvider {
 public:
  explicit RenewedProvider(std::function<Time()> now) : now_(std::move(now)) {}
  Result<Credentials> get() override;
  void refuse() override;
  // Takes what was read while the chain looked for it.
  void hold(Credentials credentials) { held_ = std::move(credentials); }

 protected:
  virtual Result<Credentials> fetch() = 0;
  Time now() const { return now_ ? now_() : wall_clock(); }

 private:
  std::mutex mutex_;
  std::function<Time()> now_;
  std::optional<Credentials> held_;
  Time asked_;
};

// A provider that is one function.
std::shared_ptr<CredentialProvider> provider_of(std::function<Time()> now, std::function<Result<Credentials>()> fetch,
                                                std::optional<Credentials> held = {});

// One call of a service, asked again where that helps; unsigned if there is no provider. `input` is a JSON map; the answer's
// document. What AWS refuses is an Error with its code, never with its message's secrets.
Result<DocumentPtr> aws_call(const CredentialContext& context, const std::string& service, const std::string& operation,
                             std::string input, const std::string& region, CredentialProvider* signer,
                             const std::function<Status(HttpRequest&)>& adorn = {});

// Reads a map of credentials whose members have these names. `what` is the provider, for errors.
struct CredentialNames {
  const char *id, *secret, *token, *expires;
  bool token_required = false, expires_required = false;
};
Result<Credentials> read_credentials(Value map, const CredentialNames& names, const std::string& what);

// Each gives null where it is not configured.
using FoundProvider = Result<std::shared_ptr<CredentialProvider>>;
FoundProvider environment_credentials(const CredentialContext& context);
FoundProvider web_identity_credentials(const CredentialContext& context, const Profile* profile, bool from_environment);
FoundProvider sso_credentials(const CredentialContext& context, const AwsProfiles& profiles, const Profile& profile);
FoundProvider login_credentials(const CredentialContext& context, const Profile& profile);
FoundProvider process_credentials(const CredentialContext& context, const Profile& profile);
FoundProvider container_credentials(const CredentialContext& context);
// Asks whether there is an instance's role; `why` says what kept it from being found.
FoundProvider instance_credentials(const CredentialContext& context, std::string& why);

// Whether a container's endpoint may be asked over HTTP: loopback, or one of the addresses that AWS gives to it.
bool container_host_allowed(std::string_view url);

// The account of a role's ARN.
std::string account_of_role(std::string_view arn);

}  // namespace reeve
