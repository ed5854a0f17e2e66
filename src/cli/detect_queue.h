// `--queue` of `reeve detect`: whose keys ask, and the source that an SQS queue is.
#pragma once

#include <functional>
#include <memory>

#include "cli/commands.h"
#include "collect/caller.h"
#include "detect/source.h"

namespace reeve {

// `caller` is to outlive the source. Errors: no address of a queue, PATHs beside it, no credentials.
Result<std::shared_ptr<ObjectSource>> detect_queue(const Options& options, bool follow, std::function<bool()> stop, Io& io, std::unique_ptr<AwsCaller>& caller);

}  // namespace reeve
