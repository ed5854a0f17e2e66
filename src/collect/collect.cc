#include "collect/collect.h"

#include "collect/session.h"

namespace reeve {

Result<CollectSummary> collect(const CollectOptions& options, const CollectPlan& plan, const ApiCatalogue& apis, const std::function<void(const CollectProgress&)>& progress) {
  auto session = TRY(CollectSession::open(options, plan, apis, options.changes.has_value()));
  if (options.changes) return session->again(*options.changes, false, progress);
  return session->all(progress);
}

}  // namespace reeve
