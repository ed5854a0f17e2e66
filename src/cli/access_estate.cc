#include "cli/access_estate.h"

#include "base/text.h"

namespace reeve {

Result<AttackInput> read_attack_input(const Options& options, Io& io) {
  AttackInput out;
  const std::string details = options.value("--authorization-details");
  const std::vector<std::string>& sources = options.arguments();
  if (details.empty() == sources.empty())
    return fail(Code::usage, details.empty() ? "no estate was named" : "`--authorization-details` is the whole estate, and there is " + join(sources, ", "), {},
                "a SOURCE or --authorization-details FILE", "aws iam get-account-authorization-details > details.json");
  const ContentOptions where{.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)};
  out.known = load_escalations(where);
  for (const Error& error : out.known.errors) io.error(error);
  if (details.empty()) out.estate = TRY(read_access_estate(sources, load_content(where)));
  else out.estate = TRY(read_authorization_details(details));
  for (const Error& error : out.estate.problems) io.error(error);
  out.complete = out.known.errors.empty() && out.estate.problems.empty();
  return out;
}

}  // namespace reeve
