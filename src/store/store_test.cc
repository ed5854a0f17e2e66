#include "store/store.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"
#include "store/history.h"
#include "store/schema.h"
#include "store/store_test_kit.h"

namespace reeve::store {
namespace {

constexpr auto failing = FindingStatus::fail;
constexpr auto unknown = FindingStatus::unknown;
constexpr auto excepted = FindingStatus::excepted;
constexpr int64_t day = 86'400'000;

StoredFinding finding(Store& store, const char* control, const char* unit, const char* id) {
  auto found = must(store.finding(id_of(control, uid_of(unit, id))));
  if (!found) ADD_FAILURE() << control << " " << id << " is not in the store";
  return found.value_or(StoredFinding{});
}

std::vector<std::string> history(Store& store, const char* control, const char* unit, const char* id) {
  std::vector<std::string> out;
  for (const auto& t : must(store.history(id_of(control, uid_of(unit, id)))))
    out.push_back(std::to_string(t.time.ms / day) + " " + t.from + ">" + t.to);
  return out;
}

using Steps = std::vector<std::string>;

TEST(Bitmap, RemembersOrdinals) {
  Bitmap bits;
  for (uint32_t i : {0u, 7u, 8u, 1000u}) bits.set(i);
  EXPECT_EQ(bits.count(), 4u);
  const auto again = Bitmap::from(bits.bytes());
  for (uint32_t i = 0; i < 1100; ++i) EXPECT_EQ(again.test(i), i == 0 || i == 7 || i == 8 || i == 1000) << i;
}

TEST(Store, KeepsARunAcrossOpenings) {
  Folder folder;
  const TestUnit unit{"111", "d1", {"a", "b"}, {{{{"c1", "a"}, failing}, {{"c2", "b"}, unknown}, {{"c3", "b"}, excepted}}}};
  std::string before;
  {
    auto store = must(Store::open(folder.path()));
    const auto changes = must(write_run(*store, 1 * day, {unit}, passes_or_gone));
    EXPECT_EQ(changes.opened, 3u);
    EXPECT_EQ(changes.resources, 2u);
    before = portrait(*store);
  }
  auto store = must(Store::open(folder.path()));
  EXPECT_EQ(portrait(*store), before);
  EXPECT_TRUE(contains(before, "c1 arn:aws:s3:::111/a fail because fail 111 86400000")) << before;
  EXPECT_TRUE(contains(before, "read 111 s3:ListBuckets f/111.json")) << before;
  const auto runs = must(store->runs());
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].sources, Steps{"here"});
  EXPECT_EQ(runs[0].summary_json, R"({"level":1})");
  const auto resource = must(store->resource(uid_of("111", "b")));
  ASSERT_TRUE(resource);
  EXPECT_EQ(resource->ordinal, 1u);
  EXPECT_EQ(resource->unknown_json, "{}");
  EXPECT_EQ(must(store->source("111", 1))->file, "f/111.json");
  EXPECT_FALSE(must(store->source("111", 2)));
  EXPECT_FALSE(must(store->finding("nothing")));
}

TEST(Store, OpensClosesAndReopensFindings) {
  auto store = must(Store::temporary());
  TestUnit unit{"111", "d1", {"a", "b", "c"}, {{{{"c1", "a"}, failing}, {{"c1", "b"}, failing}, {{"c1", "c"}, unknown}}}};
  must(write_run(*store, 1 * day, {unit}, passes_or_gone));

  // b passes, a is gone, c turns from unknown to fail.
  unit = {"111", "d2", {"b", "c"}, {{{{"c1", "c"}, failing}}}};
  auto changes = must(write_run(*store, 2 * day, {unit}, passes_or_gone));
  EXPECT_EQ(changes.closed, 2u);
  EXPECT_EQ(changes.changed, 1u);
  EXPECT_EQ(changes.opened, 0u);
  EXPECT_EQ(finding(*store, "c1", "111", "a").status, FindingStatus::deleted);
  EXPECT_EQ(finding(*store, "c1", "111", "b").status, FindingStatus::pass);
  EXPECT_EQ(finding(*store, "c1", "111", "b").closed_at.ms, 2 * day);
  EXPECT_EQ(finding(*store, "c1", "111", "c").first_seen.ms, 1 * day);
  EXPECT_EQ(finding(*store, "c1", "111", "c").opened.ms, 1 * day);
  EXPECT_EQ(finding(*store, "c1", "111", "c").changed_at.ms, 2 * day);

  // b fails again: a new opening with its own beginning.
  unit = {"111", "d3", {"b", "c"}, {{{{"c1", "b"}, failing}, {{"c1", "c"}, failing}}}};
  changes = must(write_run(*store, 3 * day, {unit}, passes_or_gone));
  EXPECT_EQ(changes.reopened, 1u);
  const auto b = finding(*store, "c1", "111", "b");
  EXPECT_EQ(b.status, failing);
  EXPECT_EQ(b.openings, 2u);
  EXPECT_EQ(b.opened.ms, 3 * day);
  EXPECT_EQ(b.first_seen.ms, 1 * day) << "it was seen before";
  EXPECT_EQ(b.closed_at.ms, 0);
  EXPECT_EQ(history(*store, "c1", "111", "b"), (Steps{"1 >fail", "2 fail>pass", "3 pass>fail"}));
  EXPECT_EQ(history(*store, "c1", "111", "c"), (Steps{"1 >unknown", "2 unknown>fail"}));
  EXPECT_EQ(history(*store, "c1", "111", "a"), (Steps{"1 >fail", "2 fail>deleted"}));
}

// What a finding was opened with stays what its history begins with, whatever the finding says later.
TEST(Store, RemembersWhyAFindingWasOpened) {
  auto store = must(Store::temporary());
  auto run = [&](int64_t at, const char* digest, std::vector<std::pair<FindingStatus, std::string>> said) {
    auto writer = must(store->begin_run({Time{at * day}, "content", {"here"}}));
    must(writer->begin_unit("111", digest));
    const auto uid = uid_of("111", "a"), id = id_of("c1", uid);
    must(writer->add_resource({uid, "AWS::S3::Bucket", "111", "eu-west-1", "a", "a", "", "{}", "", "", true}));
    for (auto& [status, reason] : said) must(writer->add_finding({id, "c1", uid, "AWS::S3::Bucket", "111", "eu-west-1", status, reason, "[]"}));
    must(writer->end_unit());
    must(writer->end_load());
    must(writer->finish(passes_or_gone));
    must(writer->commit("{}"));
  };
  auto whys = [&] {
    std::vector<std::string> out;
    for (const auto& t : must(store->history(id_of("c1", uid_of("111", "a"))))) out.push_back(t.from + ">" + t.to + " " + t.why);
    return out;
  };
  run(1, "d1", {{unknown, "not read"}, {failing, "open to all"}});  // the worse one of a run stands, and is what was opened
  EXPECT_EQ(whys(), (Steps{">fail open to all"}));
  run(2, "d2", {{failing, "open to many"}});  // the same status for another reason is no step
  EXPECT_EQ(whys(), (Steps{">fail open to all"}));
  run(3, "d3", {});
  EXPECT_EQ(whys(), (Steps{">fail open to all", "fail>pass passes"}));
  EXPECT_EQ(history(*store, "c1", "111", "a"), (Steps{"1 >fail", "3 fail>pass"}));
  run(4, "d4", {{unknown, "not read"}, {failing, "open again"}});
  EXPECT_EQ(whys(), (Steps{">fail open to all", "fail>pass passes", "pass>fail open again"}));
}

TEST(Store, KeepsUnchangedUnitsAndTheirFindings) {
  auto store = must(Store::temporary());
  const TestUnit one{"111", "d1", {"a"}, {{{{"c1", "a"}, failing}}}};
  TestUnit two{"222", "d1", {"b"}, {{{{"c1", "b"}, failing}}}};
  must(write_run(*store, 1 * day, {one, two}, passes_or_gone));
  two = {"222", "d2", {"b", "b2"}, {{{{"c1", "b2"}, failing}}}};
  const auto changes = must(write_run(*store, 2 * day, {one, two}, [&](const OpenFinding& f) {
    EXPECT_EQ(f.unit, "222") << "a kept unit's finding must not be asked about";
    return passes_or_gone(f);
  }));
  EXPECT_EQ(changes.units, 2u);
  EXPECT_EQ(changes.units_kept, 1u);
  EXPECT_EQ(changes.resources, 3u);
  const auto a = finding(*store, "c1", "111", "a");
  EXPECT_EQ(a.status, failing);
  EXPECT_FALSE(a.not_rejudged);
  EXPECT_EQ(a.judged_run, 1);
  EXPECT_EQ(must(store->counts())[0].counts.pass, 3u);
  EXPECT_EQ(finding(*store, "c1", "222", "b").status, FindingStatus::pass);
}

TEST(Store, LendsHistoryNeverFacts) {
  auto store = must(Store::temporary());
  const TestUnit one{"111", "d1", {"a"}, {{{{"c1", "a"}, failing}}}};
  const TestUnit two{"222", "d1", {"b"}, {{{{"c1", "b"}, failing}}}};
  must(write_run(*store, 1 * day, {one, two}, passes_or_gone));
  must(write_run(*store, 2 * day, {one}, passes_or_gone));
  // 222 was not named: its finding stands, marked; its facts are not seen.
  EXPECT_TRUE(finding(*store, "c1", "222", "b").not_rejudged);
  EXPECT_EQ(finding(*store, "c1", "222", "b").status, failing);
  EXPECT_FALSE(must(store->resource(uid_of("222", "b"))));
  EXPECT_EQ(must(store->counts())[0].counts.pass, 1u);
  size_t seen = 0, marked = 0;
  must(store->findings({}, [&](const StoredFinding&) -> Status { ++seen; return {}; }));
  EXPECT_EQ(seen, 1u);
  must(store->findings({.other_units = true}, [&](const StoredFinding& f) -> Status { marked += f.not_rejudged; return {}; }));
  EXPECT_EQ(marked, 1u);
  // Named again and unchanged: kept, without having been read in between.
  const auto changes = must(write_run(*store, 3 * day, {one, two}, passes_or_gone));
  EXPECT_EQ(changes.units_kept, 2u);
  EXPECT_FALSE(finding(*store, "c1", "222", "b").not_rejudged);
  EXPECT_TRUE(must(store->resource(uid_of("222", "b"))));
}

TEST(Store, MarksWhatCouldNotBeJudgedAgain) {
  auto store = must(Store::temporary());
  TestUnit unit{"111", "d1", {"a"}, {{{{"c1", "a"}, failing}}}};
  must(write_run(*store, 1 * day, {unit}, passes_or_gone));
  unit = {"111", "d2", {}, {}};
  const auto changes = must(write_run(*store, 2 * day, {unit}, [](const OpenFinding& f) {
    EXPECT_FALSE(f.resource_seen);
    return Decision::not_rejudged;
  }));
  EXPECT_EQ(changes.not_rejudged, 1u);
  EXPECT_EQ(changes.closed, 0u);
  const auto a = finding(*store, "c1", "111", "a");
  EXPECT_EQ(a.status, failing);
  EXPECT_TRUE(a.not_rejudged);
  EXPECT_EQ(a.first_seen.ms, 1 * day);
  // Judged again later, it is the same opening.
  unit = {"111", "d3", {"a"}, {{{{"c1", "a"}, failing}}}};
  must(write_run(*store, 3 * day, {unit}, passes_or_gone));
  EXPECT_FALSE(finding(*store, "c1", "111", "a").not_rejudged);
  EXPECT_EQ(finding(*store, "c1", "111", "a").first_seen.ms, 1 * day);
  EXPECT_EQ(history(*store, "c1", "111", "a"), Steps{"1 >fail"});
}

TEST(Store, OtherContentKeepsNothingButHistory) {
  auto store = must(Store::temporary());
  const TestUnit one{"111", "d1", {"a"}, {{{{"c1", "a"}, failing}}}};
  const TestUnit two{"222", "d1", {"b"}, {{{{"c1", "b"}, failing}}}};
  must(write_run(*store, 1 * day, {one, two}, passes_or_gone, "old"));
  auto run = must(store->begin_run({Time{2 * day}, "new", {}}));
  EXPECT_FALSE(must(run->unit_state("111")));
  EXPECT_FALSE(run->keep_unit("111"));
  run.reset();
  EXPECT_TRUE(must(store->resource(uid_of("111", "a")))) << "a run given up leaves the facts of the one before";
  const auto changes = must(write_run(*store, 2 * day, {one}, passes_or_gone, "new"));
  EXPECT_EQ(changes.units_kept, 0u);
  EXPECT_EQ(changes.opened, 0u);
  EXPECT_EQ(finding(*store, "c1", "111", "a").first_seen.ms, 1 * day);
  EXPECT_EQ(finding(*store, "c1", "222", "b").status, failing);
  EXPECT_FALSE(must(must(store->begin_run({Time{3 * day}, "new", {}}))->unit_state("222")));
}

TEST(Store, JudgesOneControlAnewOverKeptUnits) {
  auto store = must(Store::temporary());
  const TestUnit unit{"111", "d1", {"a", "b"}, {{{{"c1", "a"}, failing}, {{"sql", "a"}, failing}, {{"sql", "b"}, failing}}}};
  must(write_run(*store, 1 * day, {unit}, passes_or_gone));
  auto run = must(store->begin_run({Time{2 * day}, "content", {}}));
  const auto id = must(run->keep_unit("111"));
  must(run->end_load());
  must(run->begin_control("sql"));
  const auto uid = uid_of("111", "b");
  const auto finding_id = id_of("sql", uid);
  must(run->add_finding(id, {finding_id, "sql", uid, "AWS::S3::Bucket", "111", "eu-west-1", failing, "again", "[]"}));
  must(run->set_counts(id, "sql", {1, 1, 0, 0, 0}, {}));
  const auto changes = must(run->finish(passes_or_gone));
  must(run->commit());
  EXPECT_EQ(changes.closed, 1u);
  EXPECT_EQ(finding(*store, "sql", "111", "a").status, FindingStatus::pass);
  EXPECT_EQ(finding(*store, "sql", "111", "b").reason, "again");
  EXPECT_EQ(finding(*store, "c1", "111", "a").status, failing);
  EXPECT_EQ(must(store->counts())[1].counts, (Counts{1, 1, 0, 0, 0}));
}

TEST(Store, DropsAUnitThatIsGone) {
  auto store = must(Store::temporary());
  const TestUnit file{"file:a.yaml", "d1", {"a"}, {{{{"c1", "a"}, failing}}}};
  must(write_run(*store, 1 * day, {file}, passes_or_gone));
  auto run = must(store->begin_run({Time{2 * day}, "content", {}}));
  must(run->drop_unit("file:a.yaml"));
  must(run->end_load());
  EXPECT_EQ(must(run->finish(passes_or_gone)).closed, 1u);
  must(run->commit());
  EXPECT_EQ(finding(*store, "c1", "file:a.yaml", "a").status, FindingStatus::deleted);
  EXPECT_TRUE(must(store->units()).empty());
}

TEST(Store, KeepsTheWorseOfTwoAnswersToOneQuestion) {
  for (const auto& [first, second] : {std::pair{failing, unknown}, std::pair{unknown, failing}}) {
    auto store = must(Store::temporary());
    auto run = must(store->begin_run({Time{day}, "content", {}}));
    must(run->begin_unit("111", "d"));
    for (auto status : {first, second}) must(run->add_finding({"id", "c", "uid", "T", "111", "", status, name(status), "[]"}));
    must(run->end_unit());
    must(run->end_load());
    const auto changes = must(run->finish(passes_or_gone));
    must(run->commit());
    EXPECT_EQ(changes.opened, 1u);
    EXPECT_EQ(must(store->finding("id"))->status, failing);
    EXPECT_EQ(must(store->finding("id"))->reason, "fail");
    const auto steps = must(store->history("id"));
    ASSERT_EQ(steps.size(), 1u);
    EXPECT_EQ(steps[0].from, "");
    EXPECT_EQ(steps[0].to, "fail");
  }
}

TEST(Store, ReadsFindingsInOrderOfControlAndUid) {
  auto store = must(Store::temporary());
  TestUnit z{"zzz", "d", {"b", "a"}, {{{{"zeta", "a"}, failing}, {{"alpha", "b"}, failing}}}};
  TestUnit a{"aaa", "d", {"b", "a"}, {{{{"zeta", "b"}, failing}, {{"zeta", "a"}, failing}}}};
  must(write_run(*store, day, {z, a}, passes_or_gone));
  Steps order;
  must(store->findings({}, [&](const StoredFinding& f) -> Status {
    order.push_back(f.control + " " + f.uid.substr(13));
    return {};
  }));
  EXPECT_EQ(order, (Steps{"alpha zzz/b", "zeta aaa/a", "zeta aaa/b", "zeta zzz/a"}));
  order.clear();
  must(store->findings({.control = "alpha"}, [&](const StoredFinding& f) -> Status { order.push_back(f.uid); return {}; }));
  EXPECT_EQ(order.size(), 1u);
  // An error of the caller ends the stream and comes back.
  EXPECT_EQ(store->findings({}, [](const StoredFinding&) -> Status { return fail(Code::usage, "enough"); }).error().what,
            "enough");
}

// Any sequence of runs with units kept or replaced ends in what a single full run over the same history of inputs would show.
TEST(Store, IncrementalEqualsFull) {
  std::mt19937 random(20261124);
  auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  auto kept = must(Store::temporary()), full = must(Store::temporary());
  std::vector<TestUnit> units;
  for (int u = 0; u < 6; ++u) units.push_back({"unit" + std::to_string(u), "0", {}, {}});
  for (int step = 1; step <= 60; ++step) {
    for (int change = pick(3); change >= 0; --change) {
      auto& unit = units[static_cast<size_t>(pick(6))];
      unit.digest = std::to_string(step) + "." + std::to_string(change);
      unit.resources.clear();
      unit.verdicts.findings.clear();
      for (int r = 0; r < 8; ++r) {
        if (pick(4) == 0) continue;
        unit.resources.push_back("r" + std::to_string(r));
        for (int c = 1; c <= 3; ++c)
          if (const int v = pick(5); v < 3)
            unit.verdicts.findings[{"c" + std::to_string(c), unit.resources.back()}] = static_cast<FindingStatus>(v);
      }
    }
    std::vector<TestUnit> named;
    for (const auto& unit : units)
      if (pick(8)) named.push_back(unit);
    must(write_run(*kept, step * day, named, passes_or_gone));
    // The full store never keeps: every unit's digest is new to it.
    auto fresh = named;
    for (auto& unit : fresh) unit.digest += "/" + std::to_string(step);
    must(write_run(*full, step * day, fresh, passes_or_gone));
    auto without_digests = [&](Store& store) {
      std::string out;
      const auto text = portrait(store);
      for (const auto line : split(text, '\n'))
        if (!starts_with(line, "unit ")) out += std::string(line) + "\n";
      return out;
    };
    ASSERT_EQ(without_digests(*kept), without_digests(*full)) << "after run " << step;
  }
}

TEST(Store, AControlStaysWhatItWasUntilItIsSomethingElse) {
  Folder folder;
  auto store = must(Store::open(folder.path()));
  for (const ControlWas& now : {ControlWas{"a", 1, 4, "one"}, {"b", 1, 3, "two"}, {"a", 2, 4, "one"}, {"a", 3, 1, "one"}, {"a", 4, 4, "one"}, {"a", 5, 4, "another"}, {"b", 5, 3, "two"}})
    must(keep_control(store->db(), now));
  std::string said;
  must(each_control_was(store->db(), [&](const ControlWas& row) -> Status {
    said += std::string(row.control) + " from " + std::to_string(row.run) + ": " + std::to_string(row.severity) + " " + std::string(row.title) + "\n";
    return {};
  }));
  EXPECT_EQ(said, "a from 1: 4 one\na from 3: 1 one\na from 4: 4 one\na from 5: 4 another\nb from 1: 3 two\n");
}

}  // namespace
}  // namespace reeve::store
