#include "cli/access_estate.h"

#include <map>

#include "access/network_sources.h"
#include "base/text.h"
#include "base/threads.h"
#include "content/resource_types.h"

namespace reeve {
namespace {

// What anybody's packet gets to, each thing once: a way that is sure before one that is not.
std::vector<ExposedResource> exposed_in(const NetworkModel& network) {
  std::map<std::string, ExposedResource> out;
  for (const Reach& reach : network.from_internet()) {
    if (reach.reachable == Truth::no || !reach.anybody) continue;
    std::vector<std::string> behind = reach.leads_to;
    behind.push_back(reach.target);
    std::vector<std::string> ports;
    for (const OpenPorts& open : reach.ports)
      if (ports.size() < 3) ports.push_back(text_of(open));
    const bool sure = reach.reachable == Truth::yes;
    const std::string how = (ports.empty() ? "open" : join(ports, ", ")) + (sure ? "" : ", if " + join(reach.unknown, "; ") + " let it through");
    for (const std::string& arn : behind) {
      auto [at, fresh] = out.try_emplace(arn, ExposedResource{arn, how, sure});
      if (!fresh && sure && !at->second.sure) at->second = {arn, how, true};
    }
  }
  std::vector<ExposedResource> list;
  for (auto& [arn, one] : out) list.push_back(std::move(one));
  return list;
}

}  // namespace

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
  if (details.empty()) {
    const Content content = load_content(where);
    out.estate = TRY(read_access_estate(sources, content));
    std::vector<Error> errors;
    const ResourceCatalogue catalogue = catalogue_of(content, errors);
    out.exposed = exposed_in(read_network(sources, catalogue, read_exposure_rules(*content.files, errors), worker_count()).model);
    out.estate.problems.insert(out.estate.problems.end(), errors.begin(), errors.end());
  } else {
    out.estate = TRY(read_authorization_details(details));
  }
  for (const Error& error : out.estate.problems) io.error(error);
  out.complete = out.known.errors.empty() && out.estate.problems.empty();
  return out;
}

}  // namespace reeve
