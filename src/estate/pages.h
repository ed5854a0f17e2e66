// Pages: the replies of one paginated call put together, so that a list is mapped as one; and what a list lacks whose last page is not
// there. Private to this room.
//
// Snapshots name the token in the request of the next page; CLI output has the pages as `ec2-describe-instances.json`, `…-2.json`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "estate/replies.h"

namespace reeve {

// What a reply says of pages after it.
struct MorePages {
  bool more = false;
  std::string member;  // that says so: `NextToken`
  std::string token;   // empty if only a flag says so
};
MorePages more_pages(Value body);

// A parameter that says where to go on, not what to ask about.
bool is_page_parameter(std::string_view name);

// The first reply of a call whose pages are there becomes all of them, the others `joined`. A reply whose next page is not there, or
// whose first is not, is `incomplete`.
void join_pages(std::vector<Reply>& replies);

}  // namespace reeve
