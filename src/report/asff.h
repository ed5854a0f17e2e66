// Findings as AWS Security Finding Format: one document {"Findings": […]} in the shape that securityhub:BatchImportFindings takes and
// GetFindings gives. Security Hub takes 100 findings a call, made from the finding's own account (docs/formats/outputs.md).
//
// A finding of a template has no account and so no place here; how many were left out is told.
#pragma once

#include "report/output.h"

namespace reeve {

inline constexpr size_t kAsffBytes = 240'000;  // of one finding

struct AsffLeftOut {
  uint64_t without_account = 0;
};

Status write_asff(Assessment& assessment, const OutputOptions& options, const Write& write, AsffLeftOut& left_out);

// The format's name for a CloudFormation type: `AWS::S3::Bucket` → `AwsS3Bucket`; `Other` for what it has no name for.
std::string asff_type(std::string_view type);
// The names that it has for AWS resources.
std::vector<std::string_view> asff_types();

}  // namespace reeve
