#include "assess/tally.h"
#include "cli/commands.h"
#include "content/content.h"

namespace reeve {

int run_collect(const Options& options, Io& io) {
  // 1. What there is to ask, from content alone.
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)});
  std::vector<Error> errors = content.errors;
  ResourceCatalogue catalogue = catalogue_of(content, errors);
  for (const Error& error : errors) io.error(error);

  // 2. What is printed from it without asking anybody.

  // 3. The collection.
  if (!options.has("--out")) {
    io.error({Code::usage, "`reeve collect` needs --out; for example `reeve collect --out snap/`", {}, "", ""});
    return exit_usage;
  }
  io.error({Code::unsupported, "the collector is not part of this build", {}, "", ""});
  return exit_internal;
}

}  // namespace reeve
