// The assessment as one JSON document (contracts §7, docs/schema/assess.schema.json). Streams: findings are read from the store as they
// are written, so a large estate costs no memory.
#pragma once

#include <functional>
#include <string_view>

#include "assess/assess.h"

namespace reeve {

class Redaction;

struct AssessJsonOptions {
  bool all = false;     // passes among the findings
  bool pretty = true;
  const Redaction* redaction = nullptr;  // who is told by pseudonym; null: nobody
};

// `write` gets pieces of the document in order.
Status write_assess_json(Assessment& assessment, const AssessJsonOptions& options, const std::function<Status(std::string_view)>& write);

}  // namespace reeve
