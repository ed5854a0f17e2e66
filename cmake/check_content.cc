// check_content DIR: loads the tree of content at DIR alone and holds it against the house rules; one line for each breach and exit
// status 1. The build runs it (target check_content), so a practice without a control at each level is never built into a program.
// Which types a Guard rule judges is left to the test suite: compiling Guard is the business of a room above.
#include <cstdio>

#include "content/content.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: check_content DIR\n");
    return 2;
  }
  reeve::ContentOptions options;
  options.built_in = false;
  options.content_dir = arguments[1];
  reeve::Content content = reeve::load_content(options);
  std::vector<reeve::Error> errors = content.errors;
  for (reeve::Error& error : reeve::validate_content(content)) errors.push_back(std::move(error));
  for (const reeve::Error& error : errors) std::fprintf(stderr, "%s\n", error.text().c_str());
  std::printf("%zu practices, %zu controls, %zu resource types, %zu breaches\n", content.practices.size(), content.controls.size(),
              content.resource_types.size(), errors.size());
  return errors.empty() ? 0 : 1;
}
