// Findings as OCSF Compliance Findings (class 2003), one JSON object a line, for security lakes and SIEMs.
//
// Each line is at most `kOcsfBytes` long unless the resource's own name makes it longer: evidence is cut first, then reason and fix,
// and `metadata.is_truncated` says so. Of a run in a workspace that closed findings, these come too (activity Close).
#pragma once

#include "report/output.h"

namespace reeve {

inline constexpr size_t kOcsfBytes = 1500;
inline constexpr std::string_view kOcsfVersion = "1.6.0";  // every attribute used is in it and in those that followed

Status write_ocsf(Assessment& assessment, const OutputOptions& options, const Write& write);

}  // namespace reeve
