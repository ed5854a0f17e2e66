// SARIF 2.1.0 of lints: one run with all rules of the linter, one result for each lint.
//
//   LintSarif sarif("1.2");
//   sarif.add("policy.json", lint, column);
//   print(sarif.text());
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/lint.h"
#include "formats/json.h"

namespace reeve {

// A path as a URI reference: absolute paths become file URIs, everything but unreserved characters and `/` is escaped.
std::string sarif_uri(std::string_view path);

class LintSarif {
 public:
  explicit LintSarif(std::string version);
  void add(const std::string& file, const PolicyLint& lint, uint32_t column);  // `column` counts code points
  std::string text(bool complete);                                             // ends the run; `complete`: every input could be read

 private:
  std::string out_, version_;
  JsonWriter json_;
};

}  // namespace reeve
