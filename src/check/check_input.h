// What `reeve check` is given beside files: input parameters, which join each data file at its root before rules look at it, and a payload
// of data and rules in one JSON text.
//
//   auto parameters = TRY(read_input_parameters({"parameters/"}));  // one document of several files
//   auto whole = TRY(join_data(*parameters, *data));               // parameters first, as cfn-guard lays them
//
// A key that stands in both is refused: which one a rule means cannot be told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "check/check.h"
#include "formats/document.h"

namespace reeve {

// Files, and folders walked for `.yaml .yml .json .jsn .template`.
Result<DocumentPtr> read_input_parameters(const std::vector<std::string>& paths);

// Both maps, or both lists. Values keep the places where they stood.
Result<DocumentPtr> join_data(const Document& parameters, const Document& data);

struct Payload {
  RuleFiles rules;  // `RULES_STDIN[1]` …
  DataFiles data;   // `DATA_STDIN[1]` …, held in memory
};

// `{"data": ["…", …], "rules": ["…", …]}`, each text as a file would hold it. `name` is where it was read, for error places.
Result<Payload> read_payload(std::string_view text, const std::string& name, guard::Semantics semantics = guard::Semantics::reeve);

}  // namespace reeve
