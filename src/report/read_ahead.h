// Reads findings on a thread of its own, a little ahead of whoever makes a report of them: looking them up and putting them in words
// cost about the same, and a large estate has half a million.
#pragma once

#include <functional>

#include "store/store.h"

namespace reeve {

// As Store::findings, in the same order, `each` in the calling thread. `each` must not use the store: the other thread does, until this
// returns. An error of `each` ends the reading and is given back.
Status findings_read_ahead(store::Store& store, const store::FindingFilter& filter, const std::function<Status(const store::StoredFinding&)>& each);

}  // namespace reeve
