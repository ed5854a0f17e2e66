#include "assess/newer_facts.h"

#include <algorithm>

#include "base/text.h"
#include "base/words.h"

namespace reeve {

void NewerFacts::see(std::string_view file, Time time, std::string_view time_basis) {
  if (time.known()) seen_.push_back({std::string(file), time.ms, time_basis == "file"});
}

std::optional<Error> NewerFacts::note(Time as_of) const {
  if (!as_of.known()) return {};
  // A reply about the organization is read for it and for the account.
  std::vector<Seen> seen = seen_;
  std::sort(seen.begin(), seen.end(), [](auto& a, auto& b) { return a.file != b.file ? a.file < b.file : a.time_ms > b.time_ms; });
  seen.erase(std::unique(seen.begin(), seen.end(), [](auto& a, auto& b) { return a.file == b.file; }), seen.end());
  size_t newer = 0, of_file = 0;
  const Seen* newest = nullptr;
  for (const Seen& one : seen) {
    if (one.time_ms <= as_of.ms) continue;
    ++newer, of_file += one.of_file;
    // What states a moment says more than what has a file's time.
    auto rank = [](const Seen& seen) { return std::pair(!seen.of_file, seen.time_ms); };
    if (!newest || rank(one) > rank(*newest) || (rank(one) == rank(*newest) && one.file < newest->file)) newest = &one;
  }
  if (!newest) return {};
  std::string what = newer == seen.size() ? (newer == 1 ? std::string("the only input") : "all " + count_text(newer, "input")) : with_thousands(newer) + " of " + count_text(seen.size(), "input");
  const std::string moment = "newer than the moment judged, " + rfc3339(as_of) + ": ";
  // Times of files come from a copy or a checkout, of all files alike: to name one of them would lead astray.
  if (of_file == newer) {
    what += newer == 1 ? " does not say when it was read, and its file is " + moment + "of " : " do not say when they were read, and their files are " + moment + "the newest of ";
    return Error{Code::conflict, what + rfc3339({newest->time_ms}), newer > 1 ? Place{} : Place{newest->file}, "",
                 "copies and checkouts make files new, and then all is well; if the estate was read later than judged, give that moment by --as-of TIME"};
  }
  what += (newer == 1 ? " is " : " are ") + moment + "the newest is of " + rfc3339({newest->time_ms});
  if (of_file > 0) what += "; of " + count_text(of_file, "input") + " only the file's time is known";
  return Error{Code::conflict, what, Place{newest->file}, "", "they count all the same; to judge as of when they were read give a later --as-of"};
}

}  // namespace reeve
