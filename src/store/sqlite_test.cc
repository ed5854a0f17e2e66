#include "store/sqlite.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/text.h"
#include "store/store_test_kit.h"
#include "store/views.h"

namespace reeve::store {
namespace {

class ForeignSql : public testing::Test {
 protected:
  ForeignSql() {
    must(db->exec(
        "CREATE TABLE private(x); INSERT INTO private VALUES(1),(2),(3); CREATE TEMP VIEW public AS SELECT x FROM private"));
  }
  std::string error(std::string_view sql, const SqlLimits& limits = {}) {
    auto statement = db->prepare_foreign(sql, limits);
    if (!statement) return statement.error().text();
    while (true) {
      auto row = statement->step();
      if (!row) return row.error().text();
      if (!*row) return "";
    }
  }
  std::unique_ptr<Db> db = must(Db::open_temporary({}));
};

TEST_F(ForeignSql, ReadsPublicViewsAndNothingElse) {
  for (const char* good :
       {"SELECT x FROM public", "SELECT count(*) FROM public;", "WITH a AS (SELECT x FROM public) SELECT max(x) FROM a -- note",
        "SELECT 1 /* only */ ; -- and no more", "SELECT value FROM json_each('[1,2]')",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<9) SELECT * FROM n", "VALUES(1)"})
    EXPECT_EQ(error(good), "") << good;
  EXPECT_TRUE(contains(error("SELECT x FROM private"), "`private` is not a public view"));
  EXPECT_TRUE(contains(error("SELECT p.x FROM public p JOIN private q ON q.x=p.x"), "`private` is not a public view"));
  EXPECT_TRUE(contains(error("SELECT sql FROM sqlite_schema"), "is not a public view"));
  for (const char* bad : {"DELETE FROM private", "INSERT INTO private VALUES(4)", "UPDATE private SET x=1", "DROP TABLE private",
                          "CREATE TABLE t(x)", "ATTACH 'x' AS y", "PRAGMA user_version=7", "BEGIN", "VACUUM", "EXPLAIN SELECT 1",
                          "REINDEX", "ANALYZE"})
    EXPECT_NE(error(bad), "") << bad;
  EXPECT_TRUE(contains(error("SELECT 1; SELECT 2"), "more than one"));
  EXPECT_TRUE(contains(error("SELECT 1; DROP TABLE private"), "more than one"));
  EXPECT_TRUE(contains(error("  "), "no SQL statement"));
  EXPECT_TRUE(contains(error("SELECT random()"), "`random` may not be used"));
  EXPECT_NE(error("SELECT load_extension('x')"), "");
  EXPECT_EQ(std::get<int64_t>(must(db->value("SELECT count(*) FROM private"))), 3);
}

TEST_F(ForeignSql, ErrorsNameTheLine) {
  EXPECT_TRUE(contains(error("SELECT x\nFROM nowhere"), "no such table: nowhere"));
  auto wrong = db->prepare_foreign("SELECT x\nFROM public\n  WHERE y = 1");
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(contains(wrong.error().what, "no such column: y"));
  EXPECT_EQ(wrong.error().at.line, 3u);
  EXPECT_EQ(wrong.error().at.column, 9u);
}

TEST_F(ForeignSql, IsStoppedWhenItRunsAway) {
  const char* endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n";
  EXPECT_TRUE(contains(error(endless, {.steps_max = 5'000'000}), "stopped after 5,000,000 steps"));
  EXPECT_TRUE(contains(error("SELECT length(hex(zeroblob(900000000)))"), "longer than 256 MiB"));
  EXPECT_EQ(error("SELECT count(*) FROM public", {.steps_max = 5'000'000}), "") << "and the connection goes on";
}

TEST_F(ForeignSql, SeesTheRunsTimeAsNow) {
  db->set_now(*parse_time("2026-11-22T04:12:00Z"));
  EXPECT_EQ(std::get<std::string>(must(db->value("SELECT datetime('now')"))), "2026-11-22 04:12:00");
  EXPECT_EQ(std::get<std::string>(must(db->value("SELECT CURRENT_TIMESTAMP"))), "2026-11-22 04:12:00");
  auto other = must(Db::open_temporary({}));
  other->set_now(*parse_time("2020-01-01T00:00:00Z"));
  EXPECT_EQ(std::get<std::string>(must(other->value("SELECT date()"))), "2020-01-01");
  EXPECT_EQ(std::get<std::string>(must(db->value("SELECT date()"))), "2026-11-22");
}

TEST(Functions, TakeAndGiveEveryKindOfValue) {
  auto db = must(Db::open_temporary({}));
  must(db->add_function("echo", 1, true, [](std::span<const SqlArgument> a) -> Result<SqlValue> {
    if (auto t = std::get_if<std::string_view>(&a[0])) return SqlValue{std::string(*t)};
    if (auto i = std::get_if<int64_t>(&a[0])) return SqlValue{*i};
    if (auto d = std::get_if<double>(&a[0])) return SqlValue{*d};
    return SqlValue{};
  }));
  must(db->add_function("refuse", -1, true, [](std::span<const SqlArgument> a) -> Result<SqlValue> {
    return fail(Code::parse, std::to_string(a.size()) + " arguments are too many");
  }));
  EXPECT_EQ(std::get<std::string>(must(db->value("SELECT echo('a''b')"))), "a'b");
  EXPECT_EQ(std::get<std::string>(must(db->value("SELECT echo('')"))), "");
  EXPECT_EQ(std::get<int64_t>(must(db->value("SELECT echo(9007199254740993)"))), 9007199254740993);
  EXPECT_EQ(std::get<double>(must(db->value("SELECT echo(1.5)"))), 1.5);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(must(db->value("SELECT echo(NULL)"))));
  auto refused = db->value("SELECT refuse(1,2,3,4,5,6,7,8,9,10)");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(contains(refused.error().what, "`refuse`: 10 arguments are too many")) << refused.error().text();
}

TEST(Statements, TellNullFromEmpty) {
  auto db = must(Db::open_temporary({}));
  must(db->exec("CREATE TABLE t(a, b, c)"));
  auto insert = must(db->prepare("INSERT INTO t VALUES(?1,?2,?3)"));
  must(insert.bind(1, std::string_view()).bind_or_null(2, "").bind_blob(3, std::string_view("\0x", 2)).run());
  EXPECT_EQ(std::get<std::string>(must(db->value("SELECT typeof(a)||typeof(b)||typeof(c)||length(c) FROM t"))), "textnullblob2");
}

}  // namespace
}  // namespace reeve::store
