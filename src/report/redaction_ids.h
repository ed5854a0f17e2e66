// What redaction knows by its form or by the member it stands in: ids that AWS makes, and members that name somebody. Private to this room.
#pragma once

#include <cstddef>
#include <string_view>

namespace reeve {

// Ids that AWS makes: of access keys, users, roles, groups and policies, which tell the account (IAM User Guide, "IAM identifiers"), of an
// organization, its root and units, of hosted zones and distributions, and those of EC2's kind. Length of the one at the beginning of
// `text`; 0: there is none.
size_t id_length(std::string_view text);

// Whether a member of that name says whose something is, whatever stands in it: a contact's name, firm, telephone or address.
bool names_somebody(std::string_view member);

}  // namespace reeve
