#include "aws/profile.h"

#include "base/file.h"
#include "base/text.h"

namespace reeve {
namespace {

constexpr uint64_t kFileBytesMax = 16 << 20;
constexpr std::string_view kKeyMaterial[] = {"aws_access_key_id", "aws_secret_access_key", "aws_session_token",
                                             "aws_security_token"};

Result<std::vector<IniSection>> read_sections(const std::string& path) {
  if (path.empty() || !exists(path)) return std::vector<IniSection>{};
  std::string text = TRY(read_file(path, kFileBytesMax));
  return read_ini(text, path);
}

bool name_char(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

bool is_true(std::string_view text) { return equal_ignoring_case(text, "true"); }

// What the profile at hand says; empty too where its file cannot be read, which credential_chain tells.
std::string of_profile(const CredentialSettings& settings, std::string_view key) {
  auto profiles = AwsProfiles::load(settings);
  const Profile* profile = profiles ? profiles->find(profile_name(settings)) : nullptr;
  const std::string* said = profile ? profile->get(key) : nullptr;
  return said ? *said : std::string();
}

// `[profile "my name"]` → my name; empty if the section is none of that kind.
std::string named_section(std::string_view section, std::string_view kind) {
  if (!starts_with(section, kind)) return {};
  auto words = shell_words(section);
  return words && words->size() == 2 && (*words)[0] == kind ? (*words)[1] : std::string();
}

}  // namespace

Result<std::vector<std::string>> shell_words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote == '\'') {
      if (c == '\'')
        quote = 0;
      else
        word += c;
    } else if (quote == '"') {
      if (c == '"')
        quote = 0;
      else if (c == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\'))
        word += text[++i];
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      inside = true;
    } else if (c == '\\') {
      if (i + 1 == text.size()) return fail(Code::parse, "a command ends in a backslash");
      word += text[++i];
      inside = true;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (inside) out.push_back(std::move(word));
      word.clear();
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (quote) return fail(Code::parse, "a quote is left open");
  if (inside) out.push_back(std::move(word));
  return out;
}

std::string environment(const CredentialSettings& settings, const std::string& name) {
  auto found = settings.environment.find(name);
  return found == settings.environment.end() ? std::string() : found->second;
}

std::string expand_path(const CredentialSettings& settings, std::string_view path) {
  std::string out;
  if (path == "~" || starts_with(path, "~/")) {
    out = environment(settings, "HOME");
    path.remove_prefix(1);
  }
  for (size_t i = 0; i < path.size(); ++i) {
    size_t from = i + 1, to = from;
    bool braced = from < path.size() && path[from] == '{';
    if (braced) to = ++from;
    while (path[i] == '$' && to < path.size() && name_char(path[to])) ++to;
    auto found = path[i] == '$' && to > from && (!braced || (to < path.size() && path[to] == '}'))
                     ? settings.environment.find(std::string(path.substr(from, to - from)))
                     : settings.environment.end();
    if (found == settings.environment.end()) {
      out += path[i];
      continue;
    }
    out += found->second;
    i = braced ? to : to - 1;
  }
  return out;
}

std::string profile_name(const CredentialSettings& settings, bool* named) {
  std::string name = settings.profile;
  for (const char* variable : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"})
    if (name.empty()) name = environment(settings, variable);
  if (named) *named = !name.empty();
  return name.empty() ? "default" : name;
}

const std::string* Profile::get(std::string_view key) const {
  auto found = values.find(key);
  return found == values.end() ? nullptr : &found->second.text;
}

Result<AwsProfiles> AwsProfiles::load(const CredentialSettings& settings) {
  AwsProfiles out;
  auto path_of = [&](const char* variable, const char* usual) {
    std::string given = environment(settings, variable);
    if (given.empty() && environment(settings, "HOME").empty()) return std::string();
    return expand_path(settings, given.empty() ? usual : given);
  };
  out.config_path_ = path_of("AWS_CONFIG_FILE", "~/.aws/config");
  out.credentials_path_ = path_of("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
  for (auto& section : TRY(read_sections(out.config_path_))) {
    std::string name = section.name == "default" ? "default" : named_section(section.name, "profile");
    if (!name.empty())
      out.profiles_[name] = Profile{name, std::move(section.values), false, section.at};
    else if (name = named_section(section.name, "sso-session"); !name.empty())
      out.sso_sessions_[name] = std::move(section);
    else if (name = named_section(section.name, "services"); !name.empty())
      out.services_[name] = std::move(section);
  }
  for (auto& section : TRY(read_sections(out.credentials_path_))) {
    auto& profile = out.profiles_.try_emplace(section.name, Profile{section.name, {}, false, section.at}).first->second;
    // An id and its secret come from one file: a pair of two halves would be refused by AWS with no word about why.
    profile.in_credentials_file = section.values.contains("aws_access_key_id");
    bool config_has_key = profile.values.contains("aws_access_key_id");
    for (auto key : kKeyMaterial)
      if (profile.in_credentials_file)
        profile.values.erase(std::string(key));
      else if (config_has_key)
        section.values.erase(std::string(key));
    for (auto& [key, value] : section.values) profile.values[key] = std::move(value);
  }
  return out;
}

const Profile* AwsProfiles::find(std::string_view name) const {
  auto found = profiles_.find(name);
  return found == profiles_.end() ? nullptr : &found->second;
}

const IniSection* AwsProfiles::sso_session(std::string_view name) const {
  auto found = sso_sessions_.find(name);
  return found == sso_sessions_.end() ? nullptr : &found->second;
}

const IniSection* AwsProfiles::services(std::string_view name) const {
  auto found = services_.find(name);
  return found == services_.end() ? nullptr : &found->second;
}

std::vector<std::string> AwsProfiles::names() const {
  std::vector<std::string> out;
  for (const auto& [name, profile] : profiles_) out.push_back(name);
  return out;
}

std::string default_region(const CredentialSettings& settings) {
  std::string region = settings.region;
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (region.empty()) region = environment(settings, variable);
  return region.empty() ? of_profile(settings, "region") : region;
}

std::string ca_bundle(const CredentialSettings& settings) {
  std::string file = environment(settings, "AWS_CA_BUNDLE");
  return expand_path(settings, file.empty() ? of_profile(settings, "ca_bundle") : file);
}

Result<EndpointOptions> endpoint_options(const CredentialSettings& settings) {
  EndpointOptions out = settings.endpoints;
  AwsProfiles profiles = TRY(AwsProfiles::load(settings));
  const Profile* profile = profiles.find(profile_name(settings));
  auto said = [&](const char* variable, std::string_view key) {
    std::string value = environment(settings, variable);
    if (value.empty() && profile)
      if (const auto* own = profile->get(key)) value = *own;
    return value;
  };
  out.fips |= is_true(said("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
  out.dualstack |= is_true(said("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
  if (is_true(said("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"))) return out;

  constexpr std::string_view prefix = "AWS_ENDPOINT_URL_";
  for (const auto& [name, url] : settings.environment)
    if (starts_with(name, prefix) && !url.empty())
      out.by_service.emplace(lower(std::string_view(name).substr(prefix.size())), url);
  if (std::string url = environment(settings, "AWS_ENDPOINT_URL"); !url.empty()) {
    if (out.any_service.empty()) out.any_service = url;
    return out;  // stands before all that a profile says
  }
  if (!profile) return out;
  if (const auto* name = profile->get("services")) {
    const IniSection* services = profiles.services(*name);
    if (!services)
      return fail(Code::usage, "profile `" + profile->name + "` names the services section `" + *name + "`, which is not there",
                  profile->values.at("services").at, "`[services " + *name + "]` in the config file");
    for (const auto& [service, value] : services->values)
      if (auto url = value.nested.find("endpoint_url"); url != value.nested.end() && !url->second.empty())
        out.by_service.emplace(service, url->second);
  }
  if (const auto* url = profile->get("endpoint_url"); url && out.any_service.empty()) out.any_service = *url;
  return out;
}

}  // namespace reeve
