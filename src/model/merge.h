// Three-way merge of threat models, by id and field: what one side changed and the other did not is taken; what both changed alike is taken
// once; what both changed otherwise is a conflict, told by its field.
//
// Records are the same if they have the same id, links if they tie the same two, metadata if they have the same key (of equal keys: the same
// turn). A list field (`tags`, `impactedGoal`) is one value. At a conflict the result has what OURS says, and the conflict all three; a record that
// one side removed and the other changed stays, changed, with its links. So nothing that either side wrote is lost: it is in the result or in a conflict.
// The order of records is that of the side that moved some; if both did, otherwise, that of OURS, which is a conflict too. Of two new
// records that each side gave the same number that of THEIRS gets the next free one, with a note; where a text of theirs names it by number it is a conflict.
#pragma once

#include <string>
#include <vector>

#include "model/model.h"

namespace reeve::model {

struct Conflict {
  std::string path;    // threats[ID].threatAction, threats[ID].metadata[custom:reeve-owner], applicationInfo.name, threats[ID]
  std::string base, ours, theirs;  // as JSON; empty: it is not there
  std::string what;    // in words: both changed it, one removed what the other changed, …
};

struct Merged {
  Model model;
  std::vector<Conflict> conflicts;  // in the order of the result
  std::vector<std::string> notes;   // what was settled and somebody should know
};
Merged merge(const Model& base, const Model& ours, const Model& theirs);

}  // namespace reeve::model
