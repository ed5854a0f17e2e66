// What is wrong with a model, or with what it says of the estate: the seven kinds of Alarm. Private to this room.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "threats/status.h"

namespace reeve::threats {

Status add_alarms(const StatusInput& input, store::Db& db, State& state, std::vector<Error>& errors);

// A day or moment that a record's metadata states; nothing if it does not, and an Error if it is none.
std::optional<Time> day_of(const model::Record& record, std::string_view key, std::string_view section, std::vector<Error>& errors);

}  // namespace reeve::threats
