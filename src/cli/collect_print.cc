#include "cli/collect_print.h"

#include "aws/region.h"
#include "collect/follow.h"
#include "collect/permissions.h"
#include "collect/plan_text.h"

namespace reeve {
namespace {

// The name that the template gives the role, unless the user says another: the one that `--role-name` would take.
constexpr const char* kRoleName = "reeve-audit";

}  // namespace

bool prints_plan(const Options& options) { return options.has("--plan") || options.has("--print-policy") || options.has("--print-role-template"); }

int print_plan(const Options& options, const Content& content, const CollectPlan& plan, std::vector<Error>& errors, Io& io) {
  if (int(options.has("--plan")) + int(options.has("--print-policy")) + int(options.has("--print-role-template")) > 1) {
    io.error({Code::usage, "`--plan`, `--print-policy` and `--print-role-template` each print something of their own", {}, "one of them", {}});
    return exit_usage;
  }
  const std::vector<PlannedKind> kinds = kinds_of(plan, {options.values("--services")});
  if (options.has("--plan")) {
    io.print(options.value("--format") == "json" ? plan_json(kinds) : io.terminal.tty ? fold(io.terminal, hang(plan_text(kinds), io.terminal.width)) : plan_text(kinds));
    return errors.empty() ? exit_done : exit_input;
  }
  const size_t before = errors.size();
  const ActionCatalogue actions = actions_of(content, errors);
  for (size_t i = before; i < errors.size(); ++i) io.error(errors[i]);
  CollectPermissions permissions = permissions_of(kinds, actions);
  if (options.has("--queue") && options.has("--print-policy")) {
    auto queue = queue_name(options.value("--queue"));
    if (!queue) {
      io.error(queue.error());
      return exit_usage;
    }
    const std::string partition(partition_of_region(queue->region));
    add_queue(permissions, actions, "arn:" + (partition.empty() ? "*" : partition) + ":sqs:" + (queue->region.empty() ? "*" : queue->region) + ":" + queue->account + ":" + queue->name);
  }
  const std::vector<std::string> names = options.values("--role-name");
  io.print(options.has("--print-policy") ? policy_json(permissions) : role_template(permissions, names.empty() ? kRoleName : names.front()));
  return errors.empty() ? exit_done : exit_input;
}

}  // namespace reeve
