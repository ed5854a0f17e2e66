// What the store promises when things end badly: killed processes, full disks, damaged, locked, foreign and older files.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>

#include "base/text.h"
#include "store/schema.h"
#include "store/store.h"
#include "store/store_test_kit.h"

namespace reeve::store {
namespace {

constexpr auto failing = FindingStatus::fail;
constexpr auto unknown = FindingStatus::unknown;

// Enough rows, in a page cache made small, that pages reach the file long before the commit.
std::vector<TestUnit> estate(const std::string& digest, int shift) {
  std::vector<TestUnit> units;
  for (int u = 0; u < 8; ++u) {
    TestUnit unit{"unit" + std::to_string(u), u % 4 == 3 ? "same" : digest, {}, {}};
    const int own_shift = u % 4 == 3 ? 0 : shift;
    for (int r = 0; r < 150; ++r) {
      const auto id = "resource-with-a-name-of-some-length-" + std::to_string(r + own_shift);
      unit.resources.push_back(id);
      if (r % 2 == 0) unit.verdicts.findings[{"c1", id}] = r % 4 ? failing : unknown;
    }
    units.push_back(std::move(unit));
  }
  return units;
}

// Without waiting for the disk: a killed process loses nothing that it handed to the system, only a machine without power does.
Result<RunChanges> second_run(Store& store) {
  TRY(store.db().exec("PRAGMA cache_size=8; PRAGMA synchronous=OFF"));
  return write_run(store, 2000, estate("second", 40), passes_or_gone);
}

// The two states that may be found after any end: as before the second run, or as after it.
struct States {
  std::string before, after;
};

class Crash : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    states_ = new States;
    Folder folder;
    auto store = must(Store::open(folder.path()));
    must(write_run(*store, 1000, estate("first", 0), passes_or_gone));
    states_->before = portrait(*store);
    must(second_run(*store));
    states_->after = portrait(*store);
    ASSERT_NE(states_->before, states_->after);
  }
  static void TearDownTestSuite() { delete states_; }

  void SetUp() override {
    auto store = must(Store::open(folder_.path()));
    must(write_run(*store, 1000, estate("first", 0), passes_or_gone));
    bytes_ = must(read_file(folder_.file()));
  }
  void restore() {
    ::unlink((folder_.file() + "-journal").c_str());
    must(write_file(folder_.file(), bytes_));
  }
  // Opens what a crash left: it must be one of the two states, sound, and able to go on to the second.
  // Gives whether the second run was found done.
  bool check(const std::string& when) {
    auto store = must(Store::open(folder_.path()));
    const auto now = portrait(*store);
    EXPECT_TRUE(now == states_->before || now == states_->after) << when;
    EXPECT_EQ(std::get<std::string>(must(store->db().value("PRAGMA integrity_check"))), "ok") << when;
    const bool done = now == states_->after;
    if (!done) {
      must(second_run(*store));
      EXPECT_EQ(portrait(*store), states_->after) << when;
    }
    return done;
  }

  Folder folder_;
  std::string bytes_;
  static States* states_;
};
States* Crash::states_ = nullptr;

struct Trace {
  long left = 0, seen = 0;
};

int on_statement(unsigned, void* context, void*, void*) {
  auto& trace = *static_cast<Trace*>(context);
  ++trace.seen;
  if (--trace.left == 0) ::kill(::getpid(), SIGKILL);
  return 0;
}

TEST_F(Crash, KilledAtFiftyStatementsOfARun) {
  long statements = 0;
  {
    auto store = must(Store::open(folder_.path()));
    Trace trace{-1, 0};
    sqlite3_trace_v2(store->db().handle(), SQLITE_TRACE_STMT, on_statement, &trace);
    must(second_run(*store));
    sqlite3_trace_v2(store->db().handle(), 0, nullptr, nullptr);
    statements = trace.seen;
  }
  std::mt19937 random(3);
  int unfinished = 0;
  for (int point = 0; point < 50; ++point) {
    restore();
    // The last points are the end of the run: indices, closing, the commit itself.
    const long at =
        point < 40 ? 1 + static_cast<long>(random() % static_cast<unsigned long>(statements)) : statements - (49 - point);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = Store::open(folder_.path());
      if (!store) ::_exit(3);
      Trace trace{at, 0};
      sqlite3_trace_v2((*store)->db().handle(), SQLITE_TRACE_STMT, on_statement, &trace);
      (void)second_run(**store);
      ::_exit(4);  // not killed
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "point " << point << " of " << statements << ", exit " << WEXITSTATUS(status);
    unfinished += !check("killed at statement " + std::to_string(at) + " of " + std::to_string(statements));
  }
  EXPECT_EQ(unfinished, 50);
}

TEST_F(Crash, KilledAtAnyMoment) {
  // As long as a run takes here and now, and somewhat longer, so that some find it done.
  const auto begun = std::chrono::steady_clock::now();
  must(second_run(*must(Store::open(folder_.path()))));
  const auto run_us = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();
  std::mt19937 random(4);
  int before = 0, after = 0;
  for (int point = 0; point < 50; ++point) {
    restore();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = Store::open(folder_.path());
      if (store) (void)second_run(**store);
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(random() % static_cast<unsigned long>(run_us * 2)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ++(check("killed at moment " + std::to_string(point)) ? after : before);
  }
  EXPECT_GT(before, 0);
  std::printf("  %d found as before the run, %d as after it\n", before, after);
}

TEST_F(Crash, FullDiskIsNamedAndLeavesTheRunBefore) {
  // Once as SQLite's own bound on pages, once as a file that may not grow: the disk's ways of saying no.
  for (bool by_pages : {true, false}) {
    restore();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = Store::open(folder_.path());
      if (!store) ::_exit(3);
      if (by_pages) {
        if (!(*store)->db().value("PRAGMA max_page_count=1")) ::_exit(5);  // clamped to the pages there are
      } else {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes_.size(), bytes_.size()};
        ::setrlimit(RLIMIT_FSIZE, &limit);
      }
      const auto changes = second_run(**store);
      if (changes) ::_exit(6);
      const auto text = changes.error().text();
      const bool named = contains(text, "store.db") && contains(text, "space") && contains(text, "previous run is kept");
      if (!named) ::fprintf(stderr, "%s\n", text.c_str());
      ::_exit(named ? 0 : 7);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << (by_pages ? "by pages" : "by file size");
    EXPECT_FALSE(check("after a full disk"));
  }
}

TEST_F(Crash, AWriterThatFailedWritesNoMore) {
  auto store = must(Store::open(folder_.path()));
  must(store->db().value("PRAGMA max_page_count=1"));
  {
    auto run = must(store->begin_run({Time{2000}, "other", {}}));
    must(run->begin_unit("new", "d"));
    const std::string big(1 << 20, 'x');
    Result<uint32_t> added = 0u;
    for (int i = 0; added && i < 100; ++i) added = run->add_resource({big, "T", "1", "", "id", "", "", "", "", "", true});
    ASSERT_FALSE(added);
    EXPECT_FALSE(run->add_resource({"uid", "T", "1", "", "id", "", "", "", "", "", true}));
    EXPECT_FALSE(run->end_unit());
    EXPECT_FALSE(run->commit());
  }
  must(store->db().value("PRAGMA max_page_count=1000000"));
  EXPECT_EQ(portrait(*store), states_->before);
}

TEST_F(Crash, ALockedStoreIsNamed) {
  auto first = must(Store::open(folder_.path()));
  auto second = must(Store::open(folder_.path()));
  must(second->db().exec("PRAGMA busy_timeout=10"));
  auto run = must(first->begin_run({Time{2000}, "content", {}}));
  auto refused = second->begin_run({Time{2000}, "content", {}});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(contains(refused.error().text(), "another program is using the store")) << refused.error().text();
  EXPECT_TRUE(contains(refused.error().text(), folder_.file()));
  run.reset();
  EXPECT_TRUE(second->begin_run({Time{2000}, "content", {}}));
}

TEST(Opening, RefusesWhatIsNoStoreAndLeavesItAlone) {
  Folder folder;
  std::filesystem::create_directory(folder.path() + "/.reeve");
  must(write_file(folder.file(), std::string(5000, 'x')));
  auto opened = Store::open(folder.path());
  ASSERT_FALSE(opened);
  EXPECT_TRUE(contains(opened.error().text(), "damaged or is no store")) << opened.error().text();
  EXPECT_EQ(must(read_file(folder.file())), std::string(5000, 'x'));

  std::filesystem::remove(folder.file());
  must(must(Db::open_file(folder.file(), {}))->exec("CREATE TABLE recipes(x)"));
  opened = Store::open(folder.path());
  ASSERT_FALSE(opened);
  EXPECT_TRUE(contains(opened.error().text(), "was not written by reeve")) << opened.error().text();

  EXPECT_EQ(Store::open(folder.path() + "/nowhere").error().code, Code::not_found);
}

TEST(Opening, ADamagedStoreIsNamed) {
  Folder folder;
  must(write_run(*must(Store::open(folder.path())), 1000, estate("d", 0), passes_or_gone));
  auto bytes = must(read_file(folder.file()));
  for (size_t i = 8192; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x5a);
  must(write_file(folder.file(), bytes));
  auto store = Store::open(folder.path());
  if (store) {
    const auto changes = second_run(**store);
    ASSERT_FALSE(changes);
    EXPECT_TRUE(contains(changes.error().text(), "damaged")) << changes.error().text();
  } else {
    EXPECT_TRUE(contains(store.error().text(), "damaged")) << store.error().text();
  }
}

TEST(Opening, ANewerStoreIsRefusedByNumber) {
  Folder folder;
  must(write_run(*must(Store::open(folder.path())), 1000, estate("d", 0), passes_or_gone));
  must(must(Db::open_file(folder.file(), {}))->exec("PRAGMA user_version=99"));
  const auto opened = Store::open(folder.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::unsupported);
  EXPECT_TRUE(contains(opened.error().text(), "the store has version 99, this reeve knows versions up to " + std::to_string(schema_steps().size())))
      << opened.error().text();
}

// A version 1 store held facts only. Its rows survive, its history begins with the next run.
TEST(Migration, TakesAnOlderStoreToTodaysVersion) {
  Folder folder;
  std::filesystem::create_directory(folder.path() + "/.reeve");
  {
    auto db = must(Db::open_file(folder.file(), {}));
    must(migrate(*db, schema_steps().first(1)));
    EXPECT_EQ(std::get<int64_t>(must(db->value("PRAGMA user_version"))), 1);
    must(db->exec(
        "INSERT INTO word VALUES(1,'AWS::S3::Bucket'); INSERT INTO unit VALUES(1,'111','d',2,1,1);"
        "INSERT INTO resource "
        "VALUES(1,1,1,1,'111','eu-west-1','arn:aws:s3:::logs','logs','logs',x'00',NULL,'{\"tags\":\"denied\"}','{\"name\":\"logs\"}',NULL)"));
  }
  {
    auto store = must(Store::open(folder.path()));
    EXPECT_EQ(std::get<int64_t>(must(store->db().value("PRAGMA user_version"))), static_cast<int64_t>(schema_steps().size()));
    EXPECT_EQ(must(store->resource("arn:aws:s3:::logs"))->unknown_json, R"({"tags":"denied"})");
    EXPECT_EQ(must(store->resource("arn:aws:s3:::logs"))->columns_json, R"({"name":"logs"})");
    must(write_run(*store, 1000, {{"111", "d2", {"a"}, {{{{"c1", "a"}, failing}}}}}, passes_or_gone));
  }
  auto store = must(Store::open(folder.path()));
  EXPECT_EQ(must(store->runs()).size(), 1u);
}

TEST(Migration, AStepThatFailsChangesNothing) {
  Folder folder;
  const auto path = folder.path() + "/x.db";
  must(migrate(*must(Db::open_file(path, {})), schema_steps()));
  std::vector<std::string_view> steps(schema_steps().begin(), schema_steps().end());
  steps.push_back("ALTER TABLE unit ADD COLUMN more; DROP TABLE nothing_like_it");
  auto db = must(Db::open_file(path, {}));
  const auto migrated = migrate(*db, steps);
  ASSERT_FALSE(migrated);
  EXPECT_TRUE(contains(migrated.error().text(), "nothing_like_it")) << migrated.error().text();
  EXPECT_EQ(std::get<int64_t>(must(db->value("PRAGMA user_version"))), static_cast<int64_t>(schema_steps().size()));
  EXPECT_EQ(std::get<int64_t>(must(db->value("SELECT count(*) FROM pragma_table_info('unit') WHERE name='more'"))), 0);
  must(migrate(*db, schema_steps()));
}

}  // namespace
}  // namespace reeve::store
