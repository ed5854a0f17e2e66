// Unlisted: what a control could not be asked of, because the call that would have listed it was refused, failed or never made.
//
// Without it a control would pass on the volumes of one Region while the list of another was denied. Each account and type (and Region,
// where one of several failed) gets one unknown verdict on a resource called `(not listed)`, whose reason is the call.
#pragma once

#include <string>
#include <vector>

#include "estate/load.h"
#include "estate/resource.h"
#include "estate/resource_type.h"
#include "findings/finding.h"

namespace reeve {

struct Unlisted {
  ResourceName resource;  // uid ends in `/(not listed)`
  std::string reason;     // `ec2:DescribeVolumes AccessDenied`, `ec2:DescribeVolumes not read`
  Evidence evidence;
};

struct UnlistedQuestion {
  std::string account;        // `unknown` for the organization
  bool organization = false;  // the unit is the organization's: its lists are always wanted
  bool config = false;        // AWS Config items were read: they list what they record
};

// `reads` are those of the unit, without parameters or with. Empty if the type was listed, has no list, or nothing was asked of AWS here.
std::vector<Unlisted> unlisted(const ResourceType& type, const std::vector<ReadRecord>& reads, const UnlistedQuestion& question);

}  // namespace reeve
