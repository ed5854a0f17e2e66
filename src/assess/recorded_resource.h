// Resources as the record has them, in the shape that the estate gives them: what is kept of them is their columns.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "estate/resource.h"
#include "store/store.h"

namespace reeve {

// Every live resource of the type in this run, told by its tags and columns: a property that is no column's is absent, one whose column is unknown
// is unknown, for the column's reason. `where`: an SQL condition over the view `resources`, to leave most of them out; may be empty. The
// views must be there. `only`: the columns that are wanted; empty: all.
Status each_recorded(store::Db& db, const ResourceType& type, std::string_view where, const std::function<void(const Resource&)>& each, const std::set<std::string>& only = {});

}  // namespace reeve
