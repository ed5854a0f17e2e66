// SQL over rows that a unit lends: the same views, the same answers as over the record, and no more than the unit.
#include "store/unit_rows.h"

#include <set>

#include "base/text.h"
#include "store/store_test_kit.h"

namespace reeve::store {
namespace {

struct Lender : UnitLender {
  std::vector<ResourceRow> rows;
  std::set<uint32_t> gone;
  uint32_t count() const override { return static_cast<uint32_t>(rows.size()); }
  bool is_there(uint32_t index) const override { return !gone.count(index); }
  ResourceRow row(uint32_t index) const override { return rows[index]; }
  std::vector<TagCount> tag_counts() const override { return {{"111", true, "env", "prod", 2}, {"111", false, "", "", 1}}; }
};

const ViewInput kViews{{{"AWS::S3::Bucket", {"versioned"}}, {"AWS::EC2::Instance", {}}}, {}, {}};

std::string ask(UnitRows& unit, const std::string& sql) {
  auto rows = unit.db().prepare_foreign(sql);
  if (!rows) return rows.error().text();
  std::string out;
  while (must(rows->step())) {
    for (int i = 0; i < rows->columns(); ++i) out += (i ? "|" : "") + (rows->is_null(i) ? std::string("-") : std::string(rows->text(i)));
    out += "\n";
  }
  return out;
}

TEST(UnitRows, ShowsTheUnitAtHandAndNothingOfTheLast) {
  auto unit = must(UnitRows::create(kViews));
  Lender first, second;
  first.rows = {{"arn:a", "AWS::S3::Bucket", "111", "eu-west-1", "a", "", R"({"env":"prod"})", R"({"versioned":true})", "", "", true},
                {"arn:gone", "AWS::S3::Bucket", "111", "eu-west-1", "gone", "", "", "", "", "", true},
                {"arn:i", "AWS::EC2::Instance", "111", "eu-west-1", "i", "name", "", "", R"({"versioned":"denied"})", "", true},
                {"arn:b", "AWS::S3::Bucket", "111", "us-east-1", "b", "", "", R"({"versioned":false})", "", "", true},
                {"a.yaml#planned", "AWS::S3::Bucket", "", "", "planned", "", "", "", "", "", false}};
  first.gone = {1};
  must(unit->set(first, {{"f.json", "", Time{1000}, "", 9}}, {{"111", "eu-west-1", "s3:ListBuckets", "", ReadStatus::ok, "", Time{1000}, 1}}));
  EXPECT_EQ(ask(*unit, "SELECT id, versioned, unknown FROM aws_s3_bucket"), "a|1|{}\nb|0|{}\n");
  EXPECT_EQ(ask(*unit, "SELECT count(*) FROM aws_s3_bucket WHERE id = 'planned'"), "0\n");
  EXPECT_EQ(ask(*unit, "SELECT uid, type, name, tags, unknown, born FROM resources ORDER BY uid"),
            "a.yaml#planned|AWS::S3::Bucket|-|{}|{}|0\narn:a|AWS::S3::Bucket|-|{\"env\":\"prod\"}|{}|1\narn:b|AWS::S3::Bucket|-|{}|{}|1\narn:i|AWS::EC2::Instance|name|{}|{\"versioned\":\"denied\"}|1\n");
  EXPECT_EQ(ask(*unit, "SELECT id FROM aws_s3_bucket WHERE uid = 'arn:b' UNION ALL SELECT uid FROM resources WHERE id = 'i'"), "b\narn:i\n");
  EXPECT_EQ(ask(*unit, "SELECT id FROM aws_s3_bucket WHERE uid = 'arn:gone' OR id = 'gone'"), "");
  EXPECT_EQ(ask(*unit, "SELECT id FROM aws_s3_bucket WHERE uid = 'ARN:A' COLLATE NOCASE UNION ALL SELECT id FROM resources WHERE id = 'I ' COLLATE NOCASE"), "a\n");
  EXPECT_EQ(ask(*unit, "SELECT id FROM aws_s3_bucket WHERE 'b  ' = id COLLATE RTRIM"), "b\n");
  EXPECT_EQ(ask(*unit, "SELECT count(*) FROM resources WHERE id = 7 OR id = CAST('a' AS BLOB)"), "0\n");
  EXPECT_EQ(ask(*unit, "SELECT a.id, b.id FROM aws_s3_bucket a JOIN aws_s3_bucket b ON b.uid <> a.uid"), "a|b\nb|a\n");
  EXPECT_EQ(ask(*unit, "SELECT * FROM reads"), "111|eu-west-1|s3:ListBuckets|ok|-|1970-01-01T00:00:01Z|f.json|\n");
  EXPECT_EQ(ask(*unit, "SELECT region FROM regions ORDER BY region"), "eu-west-1\nus-east-1\n");
  EXPECT_EQ(ask(*unit, "SELECT * FROM tag_counts"), "111|env|prod|2\n111|-|-|1\n");
  EXPECT_EQ(unit->of_type("AWS::S3::Bucket"), (std::vector<uint32_t>{0, 3, 4}));

  second.rows = {{"arn:c", "AWS::S3::Bucket", "222", "eu-west-1", "c", "", "", "", "", "", true}};
  must(unit->set(second, {}, {}));
  EXPECT_EQ(ask(*unit, "SELECT uid, account FROM resources"), "arn:c|222\n");
  EXPECT_EQ(ask(*unit, "SELECT uid FROM resources WHERE id = 'a'"), "");
  EXPECT_EQ(ask(*unit, "SELECT * FROM reads"), "");
  EXPECT_TRUE(unit->of_type("AWS::EC2::Instance").empty());
}

TEST(UnitRows, AStatementServesManyUnits) {
  auto unit = must(UnitRows::create(kViews));
  auto query = must(unit->db().prepare_foreign("SELECT count(*) FROM aws_s3_bucket"));
  for (int n : {3, 0, 5}) {
    Lender lender;
    for (int i = 0; i < n; ++i) lender.rows.push_back({"arn:x", "AWS::S3::Bucket", "1", "", "x", "", "", "", "", "", true});
    must(unit->set(lender, {}, {}));
    ASSERT_TRUE(must(query.step()));
    EXPECT_EQ(query.integer(0), n);
    query.reset();
  }
}

TEST(UnitRows, HasNoClockAndNothingOfOthers) {
  auto unit = must(UnitRows::create(kViews));
  EXPECT_EQ(ask(*unit, "SELECT date('now'), julianday('now'), date('2026-01-02')"), "-|-|2026-01-02\n");
  for (const char* view : {"accounts", "edges", "attestations", "resource", "unit", "finding"})
    EXPECT_TRUE(contains(ask(*unit, std::string("SELECT * FROM ") + view), "SQL cannot be read") || contains(ask(*unit, std::string("SELECT * FROM ") + view), "is not a public view")) << view;
}

}  // namespace
}  // namespace reeve::store
