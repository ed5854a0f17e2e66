// The SQL function behind the columns of type views: `json_member(text, key)` is `json_extract(text, '$."key"')` for the texts that the
// store keeps, a JSON object on one line. It stops at the member and parses nothing else, where json_extract parses the whole each time.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "store/sqlite.h"

namespace reeve::store {

// The member's JSON text within `object`; none if there is no such member. `key` needs no escape in JSON.
std::optional<std::string_view> json_member(std::string_view object, std::string_view key);

Status add_json_member(Db& db);

}  // namespace reeve::store
