#include "report/read_ahead.h"

#include "store/store_test_kit.h"

namespace reeve {
namespace {

using store::must;

std::unique_ptr<store::Store> with_findings(size_t count) {
  auto store = must(store::Store::temporary());
  auto run = must(store->begin_run({Time{1000}, "content", {"here"}}));
  store::TestUnit unit{"account:1", "d", {}, {}};
  for (size_t i = 0; i < count; ++i) {
    unit.resources.push_back("r" + std::to_string(i));
    unit.verdicts.findings[{"control", unit.resources.back()}] = store::FindingStatus::fail;
  }
  must(store::write_unit(*run, unit));
  must(run->end_load());
  must(run->finish([](const store::OpenFinding&) { return store::Decision::closed_pass; }));
  must(run->commit());
  return store;
}

TEST(ReadAhead, GivesWhatTheStoreGivesInItsOrder) {
  for (size_t count : {0, 1, 511, 512, 513, 5000}) {
    auto store = with_findings(count);
    std::vector<std::string> expected, got;
    must(store->findings({}, [&](const store::StoredFinding& finding) -> Status {
      expected.push_back(finding.id + finding.uid + finding.reason);
      return {};
    }));
    must(findings_read_ahead(*store, {}, [&](const store::StoredFinding& finding) -> Status {
      got.push_back(finding.id + finding.uid + finding.reason);
      return {};
    }));
    EXPECT_EQ(got.size(), count);
    EXPECT_EQ(got, expected) << count;
  }
}

TEST(ReadAhead, AnErrorOfTheCallerEndsItAndIsGivenBack) {
  auto store = with_findings(5000);
  for (size_t at : {1, 600, 5000}) {
    size_t seen = 0;
    Status status = findings_read_ahead(*store, {}, [&](const store::StoredFinding&) -> Status {
      return ++seen == at ? Status(fail(Code::io, "the disk is full")) : Status();
    });
    ASSERT_FALSE(status) << at;
    EXPECT_EQ(status.error().what, "the disk is full");
    EXPECT_EQ(seen, at);
  }
}

}  // namespace
}  // namespace reeve
