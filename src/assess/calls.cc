#include "assess/calls.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"

namespace reeve {
namespace {

// The AWS CLI's own names for services that botocore calls otherwise.
std::string cli_service(const std::string& service) { return service == "s3" ? "s3api" : service == "config" ? "configservice" : service; }

// Percent-encoded, as the names of files with a parameter are.
std::string file_name(const std::string& value) {
  std::string out;
  for (char c : value) out += c == '/' ? "%2F" : c == '%' ? "%25" : std::string(1, c);
  return out;
}

std::string placeholder(const std::string& parameter) {
  std::string out = cli_name(parameter);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return c == '-' ? '_' : std::toupper(c); });
  return out;
}

}  // namespace

std::vector<CallToMake> calls_to_make(const ResourceCatalogue& catalogue) {
  std::map<std::tuple<CallToMake::Scope, bool, std::string, std::string>, CallToMake> all;  // scope, for_each, call, file
  for (auto& type : catalogue.types()) {
    for (const Read& read : type->reads) {
      for (const FixedParameters& values : fixed_requests(read)) {
        CallToMake one;
        one.call = read.call;
        one.scope = scope_of(*type, read);
        one.command = "aws " + cli_service(read.service) + " " + cli_name(read.operation);
        one.file = read.service + "-" + cli_name(read.operation);
        for (auto& parameter : read.parameters) {
          std::string fixed_value;
          for (auto& [name, value] : values)
            if (name == parameter) fixed_value = value;
          if (!fixed_value.empty()) continue;  // told with the fixed ones
          one.for_each = true;
          one.command += " --" + cli_name(parameter) + " " + placeholder(parameter);
          one.file += "/" + placeholder(parameter);
        }
        for (auto& [parameter, value] : values) {
          one.command += " --" + cli_name(parameter) + " " + (value.find_first_of("$ ") == std::string::npos ? value : "'" + value + "'");
          one.file += "/" + file_name(value);
        }
        if (!one.for_each && values.empty()) one.file += ".json";
        auto [at, is_new] = all.try_emplace({one.scope, one.for_each, one.call, one.file}, one);
        at->second.types.push_back(type->type);
      }
    }
  }
  // What several types read is asked in the widest of their scopes, once.
  std::map<std::string, CallToMake::Scope> widest;
  for (auto& [key, one] : all) {
    auto [at, is_new] = widest.try_emplace(one.command, one.scope);
    at->second = std::max(at->second, one.scope);
  }
  std::vector<CallToMake> out;
  std::map<std::string, size_t> by_command;
  for (auto& [key, one] : all) {
    if (widest[one.command] != one.scope) continue;
    out.push_back(one);
    by_command[one.command] = out.size() - 1;
  }
  for (auto& [key, one] : all) {
    if (widest[one.command] == one.scope) continue;
    auto& types = out[by_command[one.command]].types;
    types.insert(types.end(), one.types.begin(), one.types.end());
  }
  for (auto& one : out) {
    std::sort(one.types.begin(), one.types.end());
    one.types.erase(std::unique(one.types.begin(), one.types.end()), one.types.end());
  }
  return out;
}

}  // namespace reeve
