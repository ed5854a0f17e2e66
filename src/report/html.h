// The assessment as one HTML file that people read (ux.md §3, docs/formats/report.md): no request, no other file, strict policy of content.
//
// Every section is plain HTML, readable without script and on paper. The findings travel as packed columns (columns.h); the script
// (src/report/html/) opens them and serves search, table, evidence and keys. Findings are read from the store as they are packed.
// The same assessment gives the same bytes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "assess/assess.h"

namespace reeve {

class Redaction;

struct AssessHtmlOptions {
  std::string version;               // of the program
  std::vector<std::string> command;  // the words that would make this file again, but for where it goes
  const Redaction* redaction = nullptr;  // who is told by pseudonym; null: nobody
};

// `write` gets pieces of the file in order.
Status write_assess_html(Assessment& assessment, const AssessHtmlOptions& options, const std::function<Status(std::string_view)>& write);

}  // namespace reeve
