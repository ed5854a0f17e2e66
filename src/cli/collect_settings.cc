#include "cli/collect_settings.h"

#include <cstdlib>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace reeve {

CredentialSettings caller_settings(const Options& options, Io& io) {
  CredentialSettings out;
  for (char** one = environ; one && *one; ++one) {
    std::string_view text = *one;
    if (size_t is = text.find('='); is != std::string_view::npos) out.environment.emplace(text.substr(0, is), text.substr(is + 1));
  }
  out.profile = options.value("--profile");
  out.endpoints.url = options.value("--endpoint-url");
  out.now = wall_clock;
  if (io.interactive) out.ask_mfa = [&io](const std::string& prompt) { return io.ask(prompt); };
  return out;
}

}  // namespace reeve
