// The profiles of a person: AWS's `config` and `credentials` files joined as its own tools join them, and the settings that come
// from them or from the environment. docs/formats/credentials.md says which.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/ini.h"

namespace reeve {

struct Profile {
  std::string name;
  std::map<std::string, IniValue, std::less<>> values;  // of both files; the credentials file's win
  bool in_credentials_file = false;                     // its keys were given there
  Place at;
  const std::string* get(std::string_view key) const;
};

class AwsProfiles {
 public:
  // Reads both files; one that is not there is empty. Errors: a file that cannot be read or understood, by its line.
  static Result<AwsProfiles> load(const CredentialSettings& settings);
  const Profile* find(std::string_view name) const;
  const IniSection* sso_session(std::string_view name) const;
  const IniSection* services(std::string_view name) const;
  const std::string& config_path() const { return config_path_; }
  const std::string& credentials_path() const { return credentials_path_; }
  std::vector<std::string> names() const;

 private:
  std::map<std::string, Profile, std::less<>> profiles_;
  std::map<std::string, IniSection, std::less<>> sso_sessions_, services_;
  std::string config_path_, credentials_path_;
};

// A variable of `settings`; empty if it is not set.
std::string environment(const CredentialSettings& settings, const std::string& name);
// `~` and `$NAME` as a shell would write them out.
std::string expand_path(const CredentialSettings& settings, std::string_view path);
// The name of the profile to use, and whether somebody asked for it by name.
std::string profile_name(const CredentialSettings& settings, bool* named = nullptr);

// The words of a command line as a POSIX shell cuts them, without expanding anything. Errors: a quote left open.
Result<std::vector<std::string>> shell_words(std::string_view text);

}  // namespace reeve
