// What redaction knows by its form or by the member it stands in: ids that AWS makes, and members that name somebody. Private to this room.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace reeve {

// Ids that AWS makes: of access keys, users, roles, groups and policies, which tell the account (IAM User Guide, "IAM identifiers"), of an
// organization, its root and units, of hosted zones and distributions, and those of EC2's kind. Length of the one at the beginning of
// `text`; 0: there is none.
size_t id_length(std::string_view text);

// Whether a member of that name says whose something is, whatever stands in it: a contact's name, firm, telephone or address.
bool names_somebody(std::string_view member);
// A member whose value is agreed between two parties and tells one from all others: `sts:ExternalId`.
bool is_external_id(std::string_view member);
// Where such values stand in text: in JSON, in JSON within JSON, and URL-encoded, whether or not the text is cut short. Begin and end of each.
std::vector<std::pair<size_t, size_t>> external_ids_in(std::string_view text);

}  // namespace reeve
