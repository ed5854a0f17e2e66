#include "aws/curl_library.h"

#include <dlfcn.h>

#include <string>

namespace reeve {
namespace {

constexpr const char* library_name = "libcurl.so.4";  // of libcurl 7.16 and all since

CurlLibrary loaded;

// Why it cannot be used; empty if it can.
std::string load() {
  void* handle = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* why = dlerror();
    return why ? why : library_name;
  }
#define REEVE_CURL_FIND(name)                                                                       \
  loaded.name = reinterpret_cast<decltype(loaded.name)>(dlsym(handle, "curl_" #name)); \
  if (!loaded.name) return std::string(library_name) + " has no curl_" #name;
  REEVE_CURL_FUNCTIONS(REEVE_CURL_FIND)
#undef REEVE_CURL_FIND
  return loaded.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? "" : "curl_global_init failed";
}

}  // namespace

Status load_curl() {
  static const std::string problem = load();
  if (problem.empty()) return {};
  return fail(Code::not_found, "cannot open connections: " + problem, {}, std::string(library_name), "install the package `libcurl4`");
}

const CurlLibrary& curl() { return loaded; }

}  // namespace reeve
