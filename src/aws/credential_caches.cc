// Keys behind a login that a person has done with AWS's own tools: IAM Identity Center (`aws sso login`) and the console (`aws
// login`). Both leave a token in a cache of files; this reads it, renews it where it may be renewed, and puts what is new back
// where it was, as those tools do: a token that was renewed and not kept would log the person out.
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "aws/credential_login.h"
#include "aws/credential_parts.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr uint64_t kTokenBytesMax = 1 << 20;
constexpr int64_t kRenewSsoMs = 15 * 60000, kRenewLoginMs = 5 * 60000;

std::string sha1_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  std::string out;
  char byte[3];
  for (unsigned i = 0; i < size; ++i) {
    std::snprintf(byte, sizeof byte, "%02x", digest[i]);
    out += byte;
  }
  return out;
}

Result<DocumentPtr> read_token(const std::string& path, const std::string& what, const std::string& how) {
  if (!exists(path)) return fail(Code::not_found, what + ": nobody has logged in", {path}, "a token", how);
  std::string text = TRY(read_file(path, kTokenBytesMax));
  auto document = read_json(text, Source{});
  if (!document || !(*document)->root().is_map())
    return fail(Code::parse, what + ": the cached token is no JSON map", {path}, "", how);
  return *document;
}

// For the owner's eyes alone, and never half written.
Status write_token(const std::string& path, std::string_view text) {
  std::string beside = path + "." + std::to_string(getpid()) + ".new";
  int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return fail(Code::io, std::string("the renewed token cannot be kept: ") + std::strerror(errno), {path});
  bool good = true;
  for (size_t done = 0; good && done < text.size();) {
    ssize_t n = write(file, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    if (good) done += static_cast<size_t>(n);
  }
  good = good && fsync(file) == 0;
  good = close(file) == 0 && good;
  good = good && std::rename(beside.c_str(), path.c_str()) == 0;
  if (good) return {};
  int error = errno;
  unlink(beside.c_str());
  return fail(Code::io, std::string("the renewed token cannot be kept: ") + std::strerror(error), {path});
}

Time time_of(Value value) {
  std::string text(value.is_string() ? value.text() : std::string_view());
  if (ends_with(text, "UTC")) text.replace(text.size() - 3, 3, "Z");
  return parse_time(text).value_or(Time{});
}

std::string text_of(Value map, std::string_view key) {
  Value value = map.get(key);
  return value.is_string() ? std::string(value.text()) : std::string();
}

// A map with some members replaced, the others as they were.
std::string with_members(Value map, const std::vector<std::pair<std::string, std::function<void(JsonWriter&)>>>& members) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  for (auto entry : map.entries()) {
    bool replaced = false;
    for (const auto& [name, write] : members) replaced |= entry.key() == name;
    if (!replaced) json.key(entry.key()).value(entry.value);
  }
  for (const auto& [name, write] : members) write(json.key(name));
  json.end_object();
  return out;
}

std::function<void(JsonWriter&)> as_text(std::string text) {
  return [text = std::move(text)](JsonWriter& json) { json.string(text); };
}

struct Sso {
  CredentialContext context;
  std::string profile, session, start_url, region, role, account;

  std::string path() const {
    return expand_path(context.settings, "~/.aws/sso/cache/") + sha1_hex(session.empty() ? start_url : session) + ".json";
  }
  std::string how() const { return "run `aws sso login" + (profile == "default" ? "" : " --profile " + profile) + "`"; }

  // The access token, renewed if it ends soon and its registration allows.
  Result<std::string> token() const {
    const std::string what = "SSO of profile " + profile;
    DocumentPtr kept = TRY(read_token(path(), what, how()));
    Value root = kept->root();
    std::string access = text_of(root, "accessToken");
    Time ends = time_of(root.get("expiresAt")), now = context.now();
    if (access.empty() || !ends.known())
      return fail(Code::parse, what + ": the cached token lacks accessToken or expiresAt", {path()}, "", how());
    bool may_renew = !session.empty() && !text_of(root, "refreshToken").empty() && !text_of(root, "clientId").empty() &&
                     !text_of(root, "clientSecret").empty() && time_of(root.get("registrationExpiresAt")).ms > now.ms;
    if (now.ms + kRenewSsoMs < ends.ms || !may_renew) {
      if (now.ms >= ends.ms) return fail(Code::usage, what + ": the login has expired at " + rfc3339(ends), {path()}, "", how());
      return access;
    }
    std::string input;
    JsonWriter(input)
        .begin_object()
        .member("grantType", "refresh_token")
        .member("clientId", text_of(root, "clientId"))
        .member("clientSecret", text_of(root, "clientSecret"))
        .member("refreshToken", text_of(root, "refreshToken"))
        .end_object();
    auto answer = aws_call(context, "sso-oidc", "CreateToken", std::move(input), region, nullptr);
    std::string fresh = answer ? text_of((*answer)->root(), "accessToken") : std::string();
    auto lasts = answer ? (*answer)->root().get("expiresIn").integer() : std::nullopt;
    if (fresh.empty() || !lasts || *lasts <= 0 || *lasts > 366 * 86400) {
      if (now.ms < ends.ms) return access;  // it has a few minutes left
      std::string why = answer ? "the answer lacks accessToken or expiresIn" : answer.error().what;
      return fail(Code::usage, what + ": the login has expired and was not renewed: " + why, {path()}, "", how());
    }
    std::string refresh = text_of((*answer)->root(), "refreshToken");
    std::vector<std::pair<std::string, std::function<void(JsonWriter&)>>> members = {
        {"startUrl", as_text(start_url)},
        {"region", as_text(region)},
        {"accessToken", as_text(fresh)},
        {"expiresAt", as_text(rfc3339({(now.ms / 1000 + *lasts) * 1000}))}};
    if (!refresh.empty()) members.emplace_back("refreshToken", as_text(refresh));
    TRY(write_token(path(), with_members(root, members)));
    return fresh;
  }

  Result<Credentials> fetch() const {
    std::string access = TRY(token());
    std::string input;
    JsonWriter(input)
        .begin_object()
        .member("roleName", role)
        .member("accountId", account)
        .member("accessToken", access)
        .end_object();
    auto answer = aws_call(context, "sso", "GetRoleCredentials", std::move(input), region, nullptr);
    if (!answer) {
      Error error = answer.error();
      error.what = "SSO of profile " + profile + ": role `" + role + "` in account " + account + " was not given: " + error.what;
      if (contains(error.what, "UnauthorizedException")) error.hint = how();
      return tl::unexpected(std::move(error));
    }
    auto out = read_credentials((*answer)->root().get("roleCredentials"),
                                {"accessKeyId", "secretAccessKey", "sessionToken", "expiration", true, true},
                                "SSO of profile " + profile);
    if (out) out->account = account;
    return out;
  }
};

struct Login {
  CredentialContext context;
  std::string profile, session;

  std::string path() const {
    std::string folder = environment(context.settings, "AWS_LOGIN_CACHE_DIRECTORY");
    return join_path(expand_path(context.settings, folder.empty() ? "~/.aws/login/cache" : folder),
                     hex(sha256(session)) + ".json");
  }
  std::string how() const { return "run `aws login" + (profile == "default" ? "" : " --profile " + profile) + "`"; }

  Result<Credentials> fetch() const {
    const std::string what = "login of profile " + profile;
    DocumentPtr kept = TRY(read_token(path(), what, how()));
    Value root = kept->root(), token = root.get("accessToken");
    for (auto name : {"accessToken", "refreshToken", "dpopKey", "clientId"})
      if (!root.get(name)) return fail(Code::parse, what + ": the cached token lacks " + name, {path()}, "", how());
    Credentials keys =
        TRY(read_credentials(token, {"accessKeyId", "secretAccessKey", "sessionToken", "expiresAt", true, true}, what));
    Time now = context.now();
    if (now.ms + kRenewLoginMs < keys.expires.ms) return keys;
    auto renewed = renew_login(context, root);
    if (!renewed) {
      if (now.ms < keys.expires.ms) return keys;
      Error error = renewed.error();
      error.what = what + ": the login has expired at " + rfc3339(keys.expires) + " and was not renewed: " + error.what;
      error.at = {path()};
      error.hint = how();
      return tl::unexpected(std::move(error));
    }
    Credentials fresh = renewed->keys;
    fresh.source = what;
    fresh.account = keys.account;
    auto write_keys = [&](JsonWriter& json) {
      json.begin_object()
          .member("accessKeyId", fresh.access_key_id)
          .member("secretAccessKey", fresh.secret_access_key)
          .member("sessionToken", fresh.session_token);
      json.member("accountId", fresh.account).member("expiresAt", rfc3339(fresh.expires)).end_object();
    };
    TRY(write_token(path(),
                    with_members(root, {{"accessToken", write_keys}, {"refreshToken", as_text(renewed->refresh_token)}})));
    return fresh;
  }
};

}  // namespace

FoundProvider sso_credentials(const CredentialContext& context, const AwsProfiles& profiles, const Profile& profile) {
  if (!profile.get("sso_role_name") && !profile.get("sso_account_id")) return nullptr;
  Sso sso;
  sso.context = context;
  sso.profile = profile.name;
  const IniSection* session = nullptr;
  if (const auto* name = profile.get("sso_session")) {
    sso.session = *name;
    session = profiles.sso_session(*name);
    if (!session)
      return fail(Code::usage, "profile `" + profile.name + "` names the SSO session `" + *name + "`, which is not there",
                  profile.values.at("sso_session").at, "`[sso-session " + *name + "]` in the config file");
  }
  std::vector<std::string> missing;
  auto take = [&](const char* key, std::string& into) -> Status {
    const auto* own = profile.get(key);
    const auto* shared = session ? session->get(key) : nullptr;
    if (own && shared && *own != *shared)
      return fail(Code::conflict, "profile `" + profile.name + "` and SSO session `" + sso.session + "` disagree on " + key,
                  profile.values.at(key).at, "the same in both, or in one of them");
    if (own || shared)
      into = own ? *own : *shared;
    else
      missing.push_back(key);
    return {};
  };
  TRY(take("sso_role_name", sso.role));
  TRY(take("sso_account_id", sso.account));
  TRY(take("sso_start_url", sso.start_url));
  TRY(take("sso_region", sso.region));
  if (!missing.empty())
    return fail(Code::usage, "profile `" + profile.name + "` uses SSO and lacks " + join(missing, ", "), profile.at);
  return provider_of(context.settings.now, [sso] { return sso.fetch(); });
}

FoundProvider login_credentials(const CredentialContext& context, const Profile& profile) {
  const auto* session = profile.get("login_session");
  if (!session) return nullptr;
  Login login{context, profile.name, *session};
  return provider_of(context.settings.now, [login] { return login.fetch(); });
}

}  // namespace reeve
