#include "assess/newer_facts.h"

#include <gtest/gtest.h>

namespace reeve {
namespace {

TEST(NewerFacts, AreToldOnceWithTheNewest) {
  struct One {
    const char *file, *time, *basis;
  };
  const One report{"report.csv", "2026-11-22T00:00:00Z", ""}, config{"config.json", "2026-11-20T00:00:00Z", ""}, late{"a/x.json", "2026-11-29T01:00:00Z", "file"},
      later{"b/x.json", "2026-11-29T02:00:00Z", "file"}, created{"c.json", "2026-11-25T00:00:00Z", "stated"}, undated{"d.json", nullptr, "unknown"};
  struct {
    std::vector<One> seen;
    const char *as_of, *what;
  } cases[] = {
      {{}, "2026-11-22T00:00:00Z", ""},
      {{report, config}, "2026-11-22T00:00:00Z", ""},  // of that very moment
      {{report, config, undated}, nullptr, ""},
      {{report, config, undated}, "2026-11-21T00:00:00Z", "1 of 2 inputs is newer than the moment judged, 2026-11-21T00:00:00Z: the newest is of 2026-11-22T00:00:00Z"},
      {{report, config}, "2020-01-01T00:00:00Z", "all 2 inputs are newer than the moment judged, 2020-01-01T00:00:00Z: the newest is of 2026-11-22T00:00:00Z"},
      {{report, late, later}, "2026-11-22T00:00:00Z",
       "2 of 3 inputs do not say when they were read, and their files are newer than the moment judged, 2026-11-22T00:00:00Z: the newest of 2026-11-29T02:00:00Z"},
      {{report, late}, "2026-11-22T00:00:00Z", "1 of 2 inputs does not say when it was read, and its file is newer than the moment judged, 2026-11-22T00:00:00Z: of 2026-11-29T01:00:00Z"},
      {{report, late, created}, "2026-11-22T00:00:00Z",  // a stated moment before a later file's time
       "2 of 3 inputs are newer than the moment judged, 2026-11-22T00:00:00Z: the newest is of 2026-11-25T00:00:00Z; of 1 input only the file's time is known"},
      {{report, report, late}, "2026-11-22T00:00:00Z", "1 of 2 inputs does not say when it was read, and its file is newer than the moment judged, 2026-11-22T00:00:00Z: of 2026-11-29T01:00:00Z"},
  };
  for (auto& c : cases) {
    NewerFacts facts;
    for (auto& one : c.seen) facts.see(one.file, one.time ? *parse_time(one.time) : Time{}, one.basis);
    auto note = facts.note(c.as_of ? *parse_time(c.as_of) : Time{});
    EXPECT_EQ(note ? note->what : "", c.what);
  }
}

}  // namespace
}  // namespace reeve
