// What stands beside templates on disk and tells how they will be deployed: parameter files, CDK's manifest, templates that are nested.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "estate/stack.h"

namespace reeve {

class StackFiles {
 public:
  // Each word is `KEY=VALUE` or a file (`file://` may stand before it): a JSON list of `ParameterKey` and `ParameterValue`, a list of
  // `KEY=VALUE`, a map, or a map under `Parameters`. Of a key that is given twice, the last counts.
  static Result<StackFiles> with_parameters(const std::vector<std::string>& words);

  // The parameters; for a template that stands in CDK's output also the account and Region its manifest names for it; and a way to
  // its nested stacks.
  StackOptions options_for(const std::string& file) const;

 private:
  std::map<std::string, StackParameter, std::less<>> parameters_;
};

// What CDK's manifest says of the stack of the template `file`: its account, Region, name and parameters. What is given stays.
void cdk_environment(std::string_view manifest, const std::string& file, StackOptions& options);
// Where the manifest would be; empty if `file` is not called like a template of CDK.
std::string cdk_manifest_of(const std::string& file);

// The files that a template names as those of its nested stacks, as far as they are named in so many words.
std::set<std::string> nested_files(Value root, const std::string& file);
// Those that it includes.
std::set<std::string> included_files(const Document& document, const std::string& file);
// The file that a template opens by this name.
std::string opened_path(const std::string& url, const std::string& from);

// Of these templates those that others hold as nested stacks: they are judged within them, with the parameters that they are given
// there. Of templates that hold one another in a circle, none is left out.
std::set<std::string> nested_in_others(const std::vector<std::string>& files);

// As two names of one file are compared.
std::string plain_path(const std::string& path);

}  // namespace reeve
