// What the commands of `reeve check` share.
#pragma once

#include <string_view>

#include "check/check.h"
#include "check/guard.h"
#include "cli/io.h"
#include "cli/options.h"

namespace reeve {

inline guard::Semantics semantics_of(std::string_view name) {
  return name == "3.2.0" ? guard::Semantics::v3_2_0 : name == "3.2.1" ? guard::Semantics::v3_2_1 : guard::Semantics::reeve;
}

inline bool old_semantics(const Options& options) { return options.value("--guard-semantics", "reeve") != "reeve"; }

// Whether rule files see templates as they will be deployed. What is compared with cfn-guard sees them as they are written.
inline bool resolves(const Options& options, const std::string& format) {
  const std::string asked = options.value("--resolve");
  return asked.empty() ? format != "verdicts" && format != "guard-json" && !old_semantics(options) : asked == "on";
}

// Leaves of `data` what git says has changed since --changed-since. All stays if what judges has changed; what git does not keep is taken as it is.
Status keep_changed(const Options& options, DataFiles& data);

// `check --against`, once it is known to be asked for.
int run_drift(const Options& options, Io& io);

}  // namespace reeve
