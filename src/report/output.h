// What the machine formats share: how they are asked for, where their text goes, and the cutting of texts to a size.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "assess/assess.h"

namespace reeve {

class Redaction;

struct OutputOptions {
  bool all = false;       // passes too, where the format has a place for them
  std::string version;    // of the program
  const Redaction* redaction = nullptr;  // who is told by pseudonym; null: nobody
};

// Gets pieces of the output in order.
using Write = std::function<Status(std::string_view)>;

// Text on its way out: handed on whenever enough has gathered.
class Pieces {
 public:
  explicit Pieces(const Write& write) : write_(write) {}
  std::string out;
  Status pass_on() { return out.size() > (1 << 16) ? flush() : Status(); }
  Status flush() {
    TRY(write_(out));
    out.clear();
    return {};
  }

 private:
  const Write& write_;
};

// At most `bytes` bytes: a longer text ends in `…`, and never inside a character.
std::string cut(std::string_view text, size_t bytes);
// On one line: runs of white space and control characters become one blank, none at the ends.
std::string one_line(std::string_view text);
// A JSON value in words: a text without its quotes, anything else as it is.
std::string plain_value(std::string_view json);

// Who answers for a control: whom the workspace names for its owner role, else the role.
std::string owner_of(const Assessment& assessment, const Control& control);

// What a step of the roadmap asks somebody to do, in a sentence.
std::string action_of(const Assessment& assessment, const RoadmapItem& item);
// Whether what is to be attested was attested, and only a drill that it stands on is overdue.
bool waits_for_drill(const Assessment& assessment, const RoadmapItem& item);
// `24 points`; what may come to light where nothing fails yet: `8 in doubt`.
std::string points_of(const RoadmapItem& item);

// The partition that a resource stands in: its ARN's, else its Region's, else `aws`.
std::string partition_of(std::string_view uid, std::string_view region);
// The Region, without Reeve's `global` for what has none.
std::string_view region_or_none(std::string_view region);

}  // namespace reeve
