// Accounts, Regions and partitions by the shape of their names, without a list of those that exist: the list belongs to content,
// and a Region opened after this program was built must still be read.
#pragma once

#include <string_view>

namespace reeve {

// Exactly twelve digits. Source: AWS Account Management Reference, "AWS account identifiers".
bool is_account_id(std::string_view text);

// `eu-central-1`, `us-gov-west-1`, `us-iso-east-1`, `eusc-de-east-1`, `cn-north-1`: lower-case words, then a number. Not `global`,
// not a zone such as `eu-central-1a`.
bool is_region_name(std::string_view text);

// The partition that a Region of that name belongs to: aws, aws-cn, aws-us-gov, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f, aws-eusc;
// empty if the text is no Region name. Source: the partitions file that AWS's SDKs share (region prefixes).
std::string_view partition_of_region(std::string_view region);

}  // namespace reeve
