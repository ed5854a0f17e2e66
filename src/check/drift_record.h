// The record of a workspace as an estate: of each resource the columns that its last run kept. Private to this room.
#pragma once

#include <functional>
#include <string>

#include "estate/resource.h"

namespace reeve {

struct RecordedRead {
  std::string account, region, call, parameter, error;
  bool ok = false;
};

Status read_record(const std::string& workspace, const ResourceCatalogue& catalogue, const std::function<bool(const std::string& type)>& wanted,
                   const std::function<void(Resource&&)>& resource, const std::function<void(const RecordedRead&)>& read);

}  // namespace reeve
