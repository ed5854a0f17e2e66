#include "store/views.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "store/schema.h"
#include "store/store_test_kit.h"

namespace reeve::store {
namespace {

// Rows as `a|b|c`, NULL as `-`, one per line.
std::string query(Db& db, std::string_view sql) {
  auto statement = must(db.prepare_foreign(sql));
  std::string out;
  while (must(statement.step())) {
    for (int i = 0; i < statement.columns(); ++i) {
      if (i) out += '|';
      out += statement.is_null(i) ? "-" : std::string(statement.text(i));
    }
    out += '\n';
  }
  return out;
}

ViewInput input() {
  ViewInput in;
  in.types = {{"AWS::S3::Bucket", {"name", "versioning", "public", "rules", "size", "days"}},
              {"AWS::EC2::Subnet", {"vpc"}},
              {"AWS::EC2::VPC", {}},
              {"AWS::Organizations::Account", {"account_name", "email", "status", "state", "parent"}},
              {"Reeve::Organization", {"organization_id", "management_account"}},
              {"AWS::IAM::Role", {"path"}}};
  in.attestations = {{"drill", "yes", "j.okafor", "", "2026-10-01", "2027-10-01", 52, true}};
  in.controls = {{"root-key", "aws_account", 1, "access control", "critical", 1}};
  return in;
}

class Views : public testing::Test {
 protected:
  std::unique_ptr<Store> store = must(Store::temporary());
  std::unique_ptr<RunWriter> run = must(store->begin_run({Time{1795320000000}, "content", {}}));
  Db& db() { return store->db(); }

  uint32_t add(const char* uid, const char* type, const char* account, const char* region, const char* id,
               const char* columns = "", const char* unknown = "") {
    return must(run->add_resource({uid, type, account, region, id, id, R"({"env":"prod"})", columns, unknown, "", true}));
  }
  void load() {
    must(run->end_load());
    must(create_views(db(), input()));
  }
};

TEST_F(Views, OfAskedOnesAreWhatTheQueriesNameAndWhatAnOrganizationTells) {
  const auto kept = [](ViewInput in, std::string_view queries) {
    must(keep_asked(in, queries));
    std::string out;
    for (auto& type : in.types) out += view_name(type.type) + " ";
    for (auto& table : in.records) out += table.name + " ";
    return out;
  };
  ViewInput in = input();
  in.records = {{"role_use", {{"account", "TEXT"}}, {}}, {"root_activity", {{"account", "TEXT"}}, {}}};
  EXPECT_EQ(kept(in, "SELECT uid FROM \"AWS_EC2_Subnet\" JOIN Role_Use USING (account)"), "aws_ec2_subnet aws_organizations_account reeve_organization role_use ");
  EXPECT_EQ(kept(in, ""), "aws_organizations_account reeve_organization ");
  // A mistake in a view that is not asked is one all the same.
  in.types.push_back({"AWS::S3::Table", {"Not Plain"}});
  EXPECT_FALSE(keep_asked(in, "SELECT 1"));
}

TEST(Schema, OfALaterStoreIsThatOfAllSteps) {
  const auto schema_of = [](Db& db) {
    auto rows = must(db.prepare("SELECT type || '|' || name || '|' || tbl_name || '|' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"));
    std::string out;
    while (must(rows.step())) out += std::string(rows.text(0)) + "\n";
    return out + std::to_string(std::get<int64_t>(must(db.value("PRAGMA user_version")))) + " " + std::to_string(std::get<int64_t>(must(db.value("PRAGMA application_id"))));
  };
  auto first = must(Db::open_memory()), later = must(Db::open_memory()), step_by_step = must(Db::open_memory());
  must(migrate(*first, schema_steps()));
  must(migrate(*later, schema_steps()));
  const std::vector<std::string_view> copied(schema_steps().begin(), schema_steps().end());  // not the program's own list: taken one by one
  must(migrate(*step_by_step, copied));
  EXPECT_TRUE(contains(schema_of(*first), "control_was"));
  EXPECT_EQ(schema_of(*later), schema_of(*step_by_step));
  EXPECT_EQ(schema_of(*first), schema_of(*step_by_step));
}

TEST_F(Views, RecordsOfOtherPartsAreTablesEmptyOrFilled) {
  must(run->end_load());
  ViewInput in = input();
  in.records = {{"done", {{"account", "TEXT"}, {"times", "INTEGER"}, {"share", "REAL"}, {"why", "TEXT"}},
                 {{std::string("111"), int64_t{2}, 0.5, std::string("a 'reason'")}, {std::string("222"), int64_t{0}, 1.0, SqlValue()}}},
                {"other", {{"account", "TEXT"}}, {}}};
  must(create_views(db(), in));
  EXPECT_EQ(query(db(), "SELECT account, times, share, why FROM done ORDER BY account"), "111|2|0.5|a 'reason'\n222|0|1.0|-\n");
  EXPECT_EQ(query(db(), "SELECT * FROM other"), "");
  // They are made anew with each call, and none may hide another.
  in.records[0].rows.clear();
  must(create_views(db(), in));
  EXPECT_EQ(query(db(), "SELECT count(*) FROM done"), "0\n");
  for (const char* name : {"reads", "aws_s3_bucket", "done"}) {
    ViewInput twice = in;
    twice.records.push_back({name, {{"account", "TEXT"}}, {}});
    auto made = create_views(db(), twice);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, Code::conflict) << name;
  }
  in.records[0].columns[0].name = "Account";
  EXPECT_FALSE(create_views(db(), in)) << "a column's name stands in SQL as it is";
}

TEST_F(Views, ShowAColumnAsItsValue) {
  must(run->begin_unit("111", "d"));
  add("arn:aws:s3:::logs", "AWS::S3::Bucket", "111", "eu-west-1", "logs",
      R"({"name":"Logs","versioning":"Enabled","public":false,"rules":[{"a":1}],"size":12,"days":1.5})");
  add("arn:aws:s3:::dark", "AWS::S3::Bucket", "111", "eu-west-1", "dark", R"({"public":true})",
      R"({"versioning":"s3:GetBucketVersioning AccessDenied"})");
  must(run->end_unit());
  load();
  EXPECT_EQ(
      query(db(),
            "SELECT uid,account,region,id,name,tags,versioning,public,rules,size,days,unknown FROM aws_s3_bucket ORDER BY uid"),
      "arn:aws:s3:::dark|111|eu-west-1|dark|-|{\"env\":\"prod\"}|-|1|-|-|-|{\"versioning\":\"s3:GetBucketVersioning "
      "AccessDenied\"}\n"
      "arn:aws:s3:::logs|111|eu-west-1|logs|Logs|{\"env\":\"prod\"}|Enabled|0|[{\"a\":1}]|12|1.5|{}\n");
  EXPECT_EQ(query(db(), "SELECT typeof(versioning),typeof(public),typeof(size),typeof(days) FROM aws_s3_bucket WHERE id='logs'"),
            "text|integer|integer|real\n");
  EXPECT_EQ(query(db(), "SELECT type,name,properties,born FROM resources WHERE uid='arn:aws:s3:::dark'"),
            "AWS::S3::Bucket|dark|{\"public\":true}|1\n");
  EXPECT_EQ(query(db(), "SELECT count(*) FROM resources WHERE type='AWS::S3::Bucket'"), "2\n");
  EXPECT_EQ(query(db(), "SELECT * FROM aws_iam_role"), "") << "a type without a resource is an empty view";
  EXPECT_EQ(query(db(), "SELECT * FROM attestations"), "drill|yes|j.okafor|-|2026-10-01|2027-10-01|52|1\n");
  EXPECT_EQ(query(db(), "SELECT * FROM controls"), "root-key|aws_account|1|access control|critical|1\n");
}

TEST_F(Views, ShowReadsWithTheirTimes) {
  must(run->begin_unit("111", "d"));
  const auto source = must(run->add_source({"a/s3-list-buckets.json", "s3:ListBuckets", {}, "file", 1}));
  must(run->add_read({"111", "eu-west-1", "s3:ListBuckets", "", ReadStatus::ok, "", Time{1795320000000}, source}));
  must(run->add_read(
      {"111", "eu-west-1", "s3:GetBucketPolicy", "logs", ReadStatus::denied, "AccessDenied", Time{1795320000250}, 0}));
  must(run->add_read({"111", "eu-west-1", "s3:GetBucketTagging", "logs", ReadStatus::absent, "NoSuchTagSet", {}, 0}));
  must(run->end_unit());
  load();
  EXPECT_EQ(query(db(), "SELECT * FROM reads ORDER BY operation"),
            "111|eu-west-1|s3:GetBucketPolicy|denied|AccessDenied|" + rfc3339(Time{1795320000250}) + "|-|logs\n"
            "111|eu-west-1|s3:GetBucketTagging|absent|NoSuchTagSet|-|-|logs\n"
            "111|eu-west-1|s3:ListBuckets|ok|-|" + rfc3339(Time{1795320000000}) + "|a/s3-list-buckets.json|\n");
}

TEST_F(Views, NameEveryAccountAndRegionSeen) {
  must(run->begin_unit("999", "d"));
  add("arn:aws:organizations::999:organization/o-1", "Reeve::Organization", "999", "", "o-1",
      R"({"organization_id":"o-1","management_account":"999"})");
  add("arn:aws:organizations::999:account/o-1/999", "AWS::Organizations::Account", "999", "", "999",
      R"({"account_name":"Head","email":"h@x","status":"ACTIVE","parent":"r-1"})");
  add("arn:aws:organizations::999:account/o-1/222", "AWS::Organizations::Account", "999", "", "222",
      R"({"account_name":"Work","state":"SUSPENDED"})");
  must(run->end_unit());
  must(run->begin_unit("222", "d"));
  add("arn:aws-cn:s3:::x", "AWS::S3::Bucket", "222", "cn-north-1", "x");
  must(run->end_unit());
  must(run->begin_unit("333", "d"));
  must(run->add_read({"333", "us-gov-east-1", "s3:ListBuckets", "", ReadStatus::denied, "AccessDenied", {}, 0}));
  must(run->end_unit());
  must(run->begin_unit("template:a.yaml", "d"));
  must(run->add_resource({"a.yaml#B", "AWS::S3::Bucket", "", "", "B", "", "", "", "", "", false}));
  must(run->end_unit());
  load();
  EXPECT_EQ(
      query(db(), "SELECT account,partition,name,email,status,management,organization,parent FROM accounts ORDER BY account"),
      "222|aws|Work|-|SUSPENDED|0|o-1|-\n333|aws-us-gov|-|-|-|-|-|-\n999|aws|Head|h@x|ACTIVE|1|o-1|r-1\n");
  EXPECT_EQ(query(db(), "SELECT * FROM regions ORDER BY 1"), "222|cn-north-1\n333|us-gov-east-1\n");
  EXPECT_EQ(query(db(), "SELECT uid,born FROM resources WHERE account=''"), "a.yaml#B|0\n");
  EXPECT_EQ(query(db(), "SELECT uid FROM aws_s3_bucket WHERE account=''"), "") << "nothing planned passes for something that exists";
}

TEST_F(Views, ShowOnlyThisRunsInput) {
  run.reset();
  const TestUnit one{"111", "d1", {"a"}, {}}, two{"222", "d1", {"b"}, {}};
  must(write_run(*store, 1000, {one, two}, passes_or_gone));
  must(write_run(*store, 2000, {two}, passes_or_gone));
  must(create_views(db(), input()));
  EXPECT_EQ(query(db(), "SELECT id FROM aws_s3_bucket"), "b\n");
  EXPECT_EQ(query(db(), "SELECT id FROM resources"), "b\n");
  EXPECT_EQ(query(db(), "SELECT account FROM accounts"), "222\n");
  EXPECT_EQ(query(db(), "SELECT account FROM regions"), "222\n");
  EXPECT_EQ(query(db(), "SELECT account FROM reads"), "222\n");
  must(write_run(*store, 3000, {one, two}, passes_or_gone));
  must(create_views(db(), input()));
  EXPECT_EQ(query(db(), "SELECT id FROM aws_s3_bucket ORDER BY id"), "a\nb\n");
}

TEST_F(Views, RefuseColumnsAndTypesThatCollide) {
  for (const char* column : {"uid", "unknown", "account", "region", "Bad", "a b", "1a", "", "a\"b"}) {
    const auto made = create_views(db(), {{{"AWS::S3::Bucket", {column}}}, {}, {}});
    ASSERT_FALSE(made) << column;
  }
  EXPECT_FALSE(create_views(db(), {{{"AWS::S3::Bucket", {"a", "a"}}}, {}, {}}));
  EXPECT_FALSE(create_views(db(), {{{"AWS::S3::Bucket", {}}, {"aws::s3::bucket", {}}}, {}, {}}));
  EXPECT_FALSE(create_views(db(), {{{"Resources", {}}}, {}, {}}));
  EXPECT_EQ(view_name("Reeve::Account::Root"), "reeve_account_root");
}

TEST_F(Views, UseTheIndicesInJoins) {
  must(run->begin_unit("111", "d"));
  for (int i = 0; i < 500; ++i) {
    const auto n = std::to_string(i);
    const auto subnet = add(("arn:subnet/" + n).c_str(), "AWS::EC2::Subnet", "111", "eu-west-1", ("s" + n).c_str());
    add(("arn:vpc/" + n).c_str(), "AWS::EC2::VPC", "111", "eu-west-1", ("v" + n).c_str());
    must(run->add_edge({subnet, "in", "arn:vpc/" + n, "AWS::EC2::VPC"}));
  }
  must(run->end_unit());
  load();
  must(store->index_joins());
  auto plan = [&](const std::string& sql) {
    auto statement = must(db().prepare("EXPLAIN QUERY PLAN " + sql));
    std::string out;
    while (must(statement.step())) out += std::string(statement.text(3)) + "\n";
    return out;
  };
  const auto types = plan("SELECT count(*) FROM aws_ec2_vpc WHERE name='x'");
  EXPECT_TRUE(contains(types, "resource_place")) << types;
  const auto join = plan("SELECT count(*) FROM aws_ec2_vpc v WHERE NOT EXISTS (SELECT 1 FROM edges e WHERE e.target=v.uid)");
  EXPECT_TRUE(contains(join, "edge_target")) << join;
  const auto uid = plan("SELECT count(*) FROM edges e JOIN aws_ec2_vpc v ON v.uid=e.target WHERE e.kind='in'");
  EXPECT_TRUE(contains(uid, "edge_target") || contains(uid, "resource_uid")) << uid;
}

}  // namespace
}  // namespace reeve::store
