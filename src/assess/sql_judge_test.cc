// SQL controls and attestations: what a verdict needs before the query counts, and what a query may not say.
#include "assess/sql_judge.h"

#include "assess/unit_result.h"
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

ResourceCatalogue catalogue() {
  return catalogue_of_yaml({
      "type: AWS::Made::Thing\ntitle: t\nscope: regional\narn: 'arn:{partition}:made:{region}:{account}:{id}'\ncolumns: {size: Properties.Size}\n"
      "reads: [{call: 'made:ListThings', each: 'Things[]', id: Id, set: {Properties.Size: Size}}]\n",
      "type: Reeve::Account::Settings\ntitle: t\nscope: global\nsingleton: account\ncolumns: {aliases: Observed.Aliases}\nreads: [{call: 'iam:ListAccountAliases', set: {Observed.Aliases: AccountAliases}}]\n",
      "type: Reeve::Region::Settings\ntitle: t\nscope: regional\nsingleton: region\ncolumns: {encrypted: Observed.Encrypted}\nreads: [{call: 'ec2:GetEbs', set: {Observed.Encrypted: E}}]\n",
      "type: Reeve::Organization\ntitle: t\nscope: global\nsingleton: organization\ncolumns: {organization_id: Observed.Id}\nreads: [{call: 'organizations:DescribeOrganization', set: {Observed.Id: Organization.Id}}]\n",
  });
}

const std::string kAccount = "aws/111122223333/global/Reeve::Account::Settings/settings";
const std::string kOther = "aws/444455556666/global/Reeve::Account::Settings/settings";
std::string region(const std::string& name) { return "aws/111122223333/" + name + "/Reeve::Region::Settings/settings"; }
std::string thing(const std::string& id, const std::string& where = "eu-west-1") { return "arn:aws:made:" + where + ":111122223333:" + id; }
const Time kNow = *parse_time("2026-06-01T00:00:00Z");

struct Judged {
  std::map<std::string, std::string> verdicts;  // uid → `fail reason`
  std::map<std::string, std::string> evidence;  // uid → JSON
  std::string errors;
  std::string of(const std::string& uid) const {
    auto found = verdicts.find(uid);
    return found == verdicts.end() ? "not judged" : found->second;
  }
};

Control sql_control(const std::string& sql, std::vector<std::string> needs = {}, Candidates candidates = Candidates::account, const std::string& type = "") {
  Control out;
  out.id = "c";
  out.judge = Judge::sql;
  out.check = {"check.sql", "c/check.sql", sql};
  out.needs = std::move(needs);
  out.candidates = candidates;
  if (!type.empty()) out.candidate_types = {type};
  return out;
}

Judged judge(const Control& control, const std::vector<TestUnit>& units, const Workspace& workspace = {}) {
  Judged out;
  ResourceCatalogue types = catalogue();
  Content content;
  content.controls = {control};
  std::vector<Error> errors;
  GuardJudge guard(content, types, errors);
  auto asked = columns_asked(content, types, false);
  auto store = must(store::Store::temporary());
  auto run = must(store->begin_run({kNow, "digest", {"test"}}));
  JudgeContext context{&content, &guard, &workspace, &asked, kNow, nullptr};
  for (auto& unit : units) {
    UnitResult result;
    UnitCollector collector(context, result);
    load_unit(unit.unit, types, collector);
    must(write_unit(*run, content, unit.unit.key, "1", result));
  }
  Unit organization;
  organization.kind = Unit::Kind::organization;
  organization.key = "organization";
  UnitResult result;
  UnitCollector collector(context, result);
  load_unit(organization, types, collector);
  must(write_unit(*run, content, organization.key, "1", result));
  must(run->end_load());
  must(store::create_views(store->db(), view_input(content, types, &workspace, kNow)));
  SqlJudgeInput input{&content, &types, &workspace, kNow};
  SqlJudge sql(*store, input);
  must(sql.judge_all(*run, errors));
  must(run->finish([](const store::OpenFinding&) { return store::Decision::closed_pass; }));
  must(store->passes("c", [&](const store::Store::StoredResource& resource) -> Status {
    out.verdicts[resource.uid] = "pass";
    return {};
  }));
  must(store->findings({}, [&](const store::StoredFinding& finding) -> Status {
    std::string word = finding.status == store::FindingStatus::fail ? "fail" : finding.status == store::FindingStatus::excepted ? "excepted" : "unknown";
    EXPECT_EQ(out.verdicts.count(finding.uid), 0u) << "passes and has a finding: " << finding.uid;
    out.verdicts[finding.uid] = word + " " + finding.reason;
    out.evidence[finding.uid] = finding.evidence_json;
    return {};
  }));
  for (auto& error : errors) out.errors += error.text() + "\n";
  return out;
}

TestUnit account(const std::string& aliases = R"({"AccountAliases": []})") {
  TestUnit unit;
  unit.reply("iam:ListAccountAliases", aliases, "global");
  return unit;
}

const char* kAllPass = "SELECT uid AS resource, 'pass' AS verdict, 'aliases' AS path, '' AS expected, '' AS value FROM reeve_account_settings";

TEST(SqlJudge, ACandidateWhoseNeedWasNotAnsweredIsUnknownWhateverTheQuerySays) {
  struct {
    const char *reply, *expected;
  } cases[] = {
      {R"({"AccountAliases": ["a"]})", "pass"},
      {R"({"Error": {"Code": "AccessDenied"}})", "unknown iam:ListAccountAliases AccessDenied"},
      {R"({"AccountAliases": ["a"], "IsTruncated": true})", "unknown iam:ListAccountAliases incomplete: `IsTruncated` says that there is more"},
      {"no json", "unknown iam:ListAccountAliases "},
  };
  for (auto& c : cases) {
    Judged got = judge(sql_control(kAllPass, {"iam:ListAccountAliases"}), {account(c.reply)});
    EXPECT_EQ(got.of(kAccount).rfind(c.expected, 0), 0u) << c.reply << ": " << got.of(kAccount);
    EXPECT_EQ(got.errors, "") << c.reply;
  }
  EXPECT_EQ(judge(sql_control(kAllPass, {"iam:GetAccountSummary"}), {account()}).of(kAccount), "unknown iam:GetAccountSummary not read");
  // Another account's answer is none of this one's.
  TestUnit other("444455556666");
  other.reply("s3:ListBuckets", "{}", "global");
  Judged got = judge(sql_control(kAllPass, {"iam:ListAccountAliases"}), {account(), other});
  EXPECT_EQ(got.of(kAccount), "pass");
  EXPECT_EQ(got.of(kOther), "unknown iam:ListAccountAliases not read");
}

TEST(SqlJudge, ANeedIsAskedForInEachRegion) {
  TestUnit unit;
  unit.reply("ec2:GetEbs", R"({"E": true})", "eu-west-1");
  unit.reply("ec2:GetEbs", R"({"Error": {"Code": "AccessDenied"}})", "us-east-1");
  unit.reply("made:ListThings", "{}", "ap-south-1");
  Judged got = judge(sql_control("SELECT uid, 'pass', '', '', '' FROM reeve_region_settings", {"ec2:GetEbs"}, Candidates::account_region), {unit});
  EXPECT_EQ(got.of(region("eu-west-1")), "pass");
  EXPECT_EQ(got.of(region("us-east-1")), "unknown ec2:GetEbs AccessDenied");
  EXPECT_EQ(got.of(region("ap-south-1")), "unknown ec2:GetEbs not read");
}

TEST(SqlJudge, AnAccountsNeedIsAskedForInEveryRegionThatWasSeen) {
  struct {
    const char *what, *west, *east, *call, *expected;
  } cases[] = {
      {"answered in both", R"({"E": true})", R"({"E": false})", "ec2:GetEbs", "pass"},
      {"denied in one", R"({"E": true})", R"({"Error": {"Code": "AccessDenied"}})", "ec2:GetEbs", "unknown ec2:GetEbs in us-east-1 AccessDenied"},
      {"not made in one", R"({"E": true})", nullptr, "ec2:GetEbs", "unknown ec2:GetEbs not read in us-east-1"},
      {"a call that one Region answers for all", R"({"E": true})", nullptr, "iam:ListAccountAliases", "pass"},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.reply("ec2:GetEbs", c.west, "eu-west-1");
    if (c.east) unit.reply("ec2:GetEbs", c.east, "us-east-1");
    unit.reply("made:ListThings", "{}", "us-east-1");
    unit.reply("iam:ListAccountAliases", R"({"AccountAliases": []})", "us-east-1");
    EXPECT_EQ(judge(sql_control(kAllPass, {c.call}), {unit}).of(kAccount), c.expected) << c.what;
  }
}

TEST(SqlJudge, APartThatHasNotRunIsANeedThatIsNotMet) {
  struct {
    const char* what;
    std::vector<std::string> needs;
    const char* expected;
  } cases[] = {
      {"one part", {"reeve:detect"}, "unknown judged by `reeve detect`, which has not run"},
      {"two parts", {"reeve:detect", "reeve:model"}, "unknown judged by `reeve detect` and `reeve model`, which have not run"},
      {"an answered call besides", {"iam:ListAccountAliases", "reeve:detect"}, "unknown judged by `reeve detect`, which has not run"},
      {"an unread call comes first, wherever it stands", {"reeve:detect", "iam:GetAccountSummary"}, "unknown iam:GetAccountSummary not read"},
  };
  for (auto& c : cases) {
    Judged got = judge(sql_control(kAllPass, c.needs), {account()});
    EXPECT_EQ(got.of(kAccount), c.expected) << c.what;
    EXPECT_EQ(got.errors, "") << c.what;
  }
  EXPECT_NE(judge(sql_control(kAllPass, {"reeve:detect"}), {account()}).evidence[kAccount].find("a run of `reeve detect`"), std::string::npos);
  EXPECT_NE(judge(sql_control(kAllPass, {"reeve:detect"}), {account()}).evidence[kAccount].find("reeve:detect"), std::string::npos);
}

TEST(SqlJudge, OnlyWhatTheQueryMaySayCounts) {
  const std::string uid = "'" + kAccount + "'";
  struct {
    const char* what;
    std::string sql, verdict, error;
  } cases[] = {
      {"a row that passes", "SELECT " + uid + ", 'pass', '', '', ''", "pass", ""},
      {"a row that fails says why", "SELECT " + uid + ", 'fail', 'aliases', 'an alias', 'none'", "fail none; expected an alias", ""},
      {"no row", "SELECT uid, 'pass', '', '', '' FROM reeve_account_settings WHERE 0", "unknown the control's query says nothing of it", ""},
      {"unknown, with its reason", "SELECT " + uid + ", 'unknown', '', '', 'who knows'", "unknown who knows", ""},
      {"not applicable", "SELECT " + uid + ", 'not_applicable', '', '', ''", "not judged", ""},
      {"the worst of several", "SELECT " + uid + ", 'pass', '', '', '' UNION ALL SELECT " + uid + ", 'fail', '', 'x', '' UNION ALL SELECT " + uid + ", 'unknown', '', '', 'u'", "fail expected x", ""},
      {"unknown is worse than pass", "SELECT " + uid + ", 'pass', '', '', '' UNION ALL SELECT " + uid + ", 'unknown', '', '', 'u'", "unknown u", ""},
      {"a row that is no candidate", "SELECT 'nobody', 'fail', '', '', '' UNION ALL SELECT " + uid + ", 'pass', '', '', ''", "pass", "the query names `nobody`, which is no candidate"},
      {"a verdict that is none", "SELECT " + uid + ", 'passed', '', '', ''", "unknown ", "verdict for `" + kAccount + "` is `passed`"},
      {"excepted is not the query's to say", "SELECT " + uid + ", 'excepted', '', '', ''", "unknown ", "is `excepted`"},
      {"null as verdict", "SELECT " + uid + ", NULL, '', '', ''", "unknown ", "verdict"},
      {"too few columns", "SELECT " + uid + ", 'pass'", "unknown ", "c/check.sql"},
      {"no SQL", "SELEKT", "unknown ", "c/check.sql"},
      {"a table that is not there", "SELECT uid, 'pass', '', '', '' FROM nowhere", "unknown ", "c/check.sql"},
      {"an error on the way", "SELECT uid, 'pass', json('{'), '', '' FROM reeve_account_settings", "unknown the control's query failed", "c/check.sql"},
      {"two statements", "SELECT " + uid + ", 'pass', '', '', ''; DROP TABLE finding", "unknown ", "c/check.sql"},
      {"a statement that writes", "DELETE FROM finding", "unknown ", "c/check.sql"},
  };
  for (auto& c : cases) {
    Judged got = judge(sql_control(c.sql), {account()});
    EXPECT_EQ(got.of(kAccount).rfind(c.verdict, 0), 0u) << c.what << ": " << got.of(kAccount);
    EXPECT_EQ(got.errors.empty(), c.error.empty()) << c.what << ": " << got.errors;
    EXPECT_NE(got.errors.find(c.error), std::string::npos) << c.what << ": " << got.errors;
  }
}

TEST(SqlJudge, OfATypeTheCandidatesAreThoseTheFilterKeeps) {
  TestUnit unit;
  unit.reply("made:ListThings", R"({"Things": [{"Id": "a", "Size": 1}, {"Id": "b", "Size": 2}, {"Id": "c"}]})");
  Control control = sql_control("SELECT uid, CASE WHEN size > 1 THEN 'pass' ELSE 'fail' END, 'size', '> 1', size FROM aws_made_thing", {}, Candidates::type, "AWS::Made::Thing");
  Judged got = judge(control, {unit});
  EXPECT_EQ(got.of(thing("a")), "fail 1; expected > 1");
  EXPECT_EQ(got.of(thing("b")), "pass");
  EXPECT_NE(got.evidence[thing("a")].find("$.Things[0].Size"), std::string::npos) << got.evidence[thing("a")];
  EXPECT_NE(got.evidence[thing("a")].find("eu-west-1/made:ListThings"), std::string::npos) << got.evidence[thing("a")];
  control.where = "size IS NOT NULL";
  got = judge(control, {unit});
  EXPECT_EQ(got.of(thing("c")), "not judged") << "rows outside of the filter are nobody's, and no error";
  EXPECT_EQ(got.errors, "");
  control.candidate_types = {"AWS::Not::There"};
  EXPECT_NE(judge(control, {unit}).errors.find("`for_each` names `AWS::Not::There`"), std::string::npos);
  control.candidate_types = {"AWS::Made::Thing"};
  control.where = "no such column";
  EXPECT_EQ(judge(control, {unit}).errors.rfind("c/check.sql: SQL cannot be read", 0), 0u) << judge(control, {unit}).errors;
}

TEST(SqlJudge, SeveralTypesAreJudgedByOneQuery) {
  const std::string sql = "SELECT uid, iif(size > 1, 'pass', 'fail'), 'size', 'x', size FROM aws_made_thing UNION ALL "
                          "SELECT uid, iif(encrypted, 'pass', 'fail'), 'encrypted', 'x', encrypted FROM reeve_region_settings";
  Control control = sql_control(sql, {}, Candidates::type, "AWS::Made::Thing");
  TestUnit unit, refused;
  for (TestUnit* one : {&unit, &refused}) one->reply("ec2:GetEbs", R"({"E": false})");
  unit.reply("made:ListThings", R"({"Things": [{"Id": "a", "Size": 1}, {"Id": "b", "Size": 2}]})");
  refused.reply("made:ListThings", R"({"Error": {"Code": "AccessDenied"}})");
  EXPECT_NE(judge(control, {unit}).errors.find("names `" + region("eu-west-1") + "`, which is no candidate; expected the uid of a AWS::Made::Thing"), std::string::npos);
  control.candidate_types = {"AWS::Made::Thing", "Reeve::Region::Settings"};
  Judged got = judge(control, {unit});
  EXPECT_EQ(got.errors, "");
  EXPECT_EQ(got.of(thing("a")), "fail 1; expected x");
  EXPECT_EQ(got.of(thing("b")), "pass");
  EXPECT_EQ(got.of(region("eu-west-1")), "fail 0; expected x");
  got = judge(control, {refused});
  EXPECT_EQ(got.of("aws/111122223333/eu-west-1/AWS::Made::Thing/(not listed)"), "unknown made:ListThings AccessDenied") << "of each type what could not be listed is unknown";
  EXPECT_EQ(got.of(region("eu-west-1")), "fail 0; expected x");
  control.where = "account <> '' AND uid NOT LIKE '%:a'";  // over the view of each
  got = judge(control, {unit});
  EXPECT_EQ(got.errors, "");
  EXPECT_EQ(got.of(thing("a")), "not judged");
  EXPECT_EQ(got.of(region("eu-west-1")), "fail 0; expected x");
}

// What only live reads tell (a policy, a switch) no template has, so a query would take its absence for a pass.
TEST(SqlJudge, WhatATemplateHoldsIsNobodysCandidate) {
  TestUnit live, planned;
  live.reply("made:ListThings", R"({"Things": [{"Id": "a", "Size": 1}]})");
  planned.unit.kind = Unit::Kind::cloudformation;
  planned.unit.key = "template:t.yaml";
  planned.add(InputKind::cloudformation, "t.yaml", "Resources: {P: {Type: 'AWS::Made::Thing', Properties: {Size: 5}}}\n");
  for (const char* view : {"aws_made_thing", "resources WHERE type = 'AWS::Made::Thing' AND born = 1"}) {
    Control control = sql_control(std::string("SELECT uid, 'pass', NULL, '', '' FROM ") + view, {}, Candidates::type, "AWS::Made::Thing");
    Judged got = judge(control, {live, planned});
    EXPECT_EQ(got.of(thing("a")), "pass") << view;
    EXPECT_EQ(got.verdicts.size(), 1u) << view;
    EXPECT_EQ(got.errors, "") << view;
  }
  Control counts = sql_control("SELECT uid, iif((SELECT count(*) FROM aws_made_thing) = 1, 'pass', 'fail'), NULL, '', '' FROM reeve_account_settings");
  live.reply("iam:ListAccountAliases", R"({"AccountAliases": []})", "global");
  EXPECT_EQ(judge(counts, {live, planned}).of(kAccount), "pass") << "and what is planned is not counted among what is there";
}

TEST(SqlJudge, AnExceptionCoversAFailUntilItExpires) {
  TestUnit unit;
  unit.reply("made:ListThings", R"({"Things": [{"Id": "a"}, {"Id": "b"}]})");
  Control control = sql_control("SELECT uid, 'fail', 'size', 'x', 'y' FROM aws_made_thing", {}, Candidates::type, "AWS::Made::Thing");
  struct {
    const char *control, *resource, *expires, *expected;
  } cases[] = {
      {"c", "arn:aws:made:eu-west-1:111122223333:a", "2026-06-01T00:00:01Z", "excepted excepted until 2026-06-01T00:00:01Z by boss: because"},
      {"c", "arn:aws:made:*:a", "2027-01-01T00:00:00Z", "excepted "},
      {"c", "arn:aws:made:eu-west-1:111122223333:a", "2026-06-01T00:00:00Z", "fail y; expected x"},  // it excepts until just before
      {"c", "arn:aws:made:eu-west-1:111122223333:", "2027-01-01T00:00:00Z", "fail "},
      {"other", "*", "2027-01-01T00:00:00Z", "fail "},
  };
  for (auto& c : cases) {
    Workspace workspace;
    ResourceException exception;
    exception.control = c.control, exception.resource = c.resource, exception.approver = "boss", exception.reason = "because", exception.expires = *parse_time(c.expires);
    workspace.exceptions = {exception};
    Judged got = judge(control, {unit}, workspace);
    EXPECT_EQ(got.of(thing("a")).rfind(c.expected, 0), 0u) << c.resource << " " << c.expires << ": " << got.of(thing("a"));
  }
}

TEST(SqlJudge, AnAttestationCountsWhileItIsFreshAndNoFactContradictsIt) {
  struct Word {
    bool yes;
    const char *given, *expires;
  };
  struct {
    const char* what;
    std::vector<Word> words;
    int age_days_max;
    const char *contradicted_by, *expected, *error;
  } cases[] = {
      {"nobody's word", {}, 0, "", "unknown nobody has attested it in attestations/ of the workspace", ""},
      {"yes", {{true, "2026-05-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 365, "", "pass", ""},
      {"no", {{false, "2026-05-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 365, "", "fail me attested on 2026-05-01 that it does not hold", ""},
      {"no stays no when it is old", {{false, "2020-05-01T00:00:00Z", "2021-01-01T00:00:00Z"}}, 365, "", "fail ", ""},
      {"expired at that very moment", {{true, "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"}}, 365, "", "unknown the attestation of me expired on 2026-06-01", ""},
      {"a second before", {{true, "2026-05-01T00:00:00Z", "2026-06-01T00:00:01Z"}}, 365, "", "pass", ""},
      {"older than counts", {{true, "2026-04-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 30, "", "unknown the attestation of me is 61 days old; at most 30 count", ""},
      {"given in the future", {{true, "2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 365, "", "unknown the attestation of me is not yet valid: it is given for 2026-07-01", ""},
      {"the newest word", {{true, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"}, {false, "2026-05-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 365, "", "fail ", ""},
      {"an expired word after a good one", {{true, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"}, {true, "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"}}, 365, "", "unknown ", ""},
      {"a fact that contradicts", {{true, "2026-05-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 365, "SELECT uid, 'it is big' FROM aws_made_thing WHERE size > 1", "fail contradicted: it is big, though me attested on 2026-05-01 that it holds", ""},
      {"contradicted though nobody attested it", {}, 365, "SELECT uid, 'it is big' FROM aws_made_thing WHERE size > 1", "fail contradicted: it is big", ""},
      {"no fact that contradicts", {{true, "2026-05-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 365, "SELECT uid, 'x' FROM aws_made_thing WHERE size > 9", "pass", ""},
      {"what would contradict cannot be asked", {{true, "2026-05-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 365, "SELECT nothing FROM nowhere", "unknown what would contradict it could not be asked", "attest.yaml"},
      {"what would contradict breaks off", {{true, "2026-05-01T00:00:00Z", "2027-01-01T00:00:00Z"}}, 365, "SELECT json('{'), 'x'", "unknown what would contradict it could not be asked", "attest.yaml"},
  };
  TestUnit unit;
  unit.reply("made:ListThings", R"({"Things": [{"Id": "a", "Size": 2}]})");
  for (auto& c : cases) {
    Control control;
    control.id = "c";
    control.judge = Judge::attested;
    control.attest = AttestQuestion{"is it so?", "it is so", c.age_days_max, c.contradicted_by, {"c/attest.yaml", 3, 1}};
    Workspace workspace;
    for (auto& word : c.words) {
      Attestation attestation;
      attestation.control = "c", attestation.answer = word.yes, attestation.owner = "me", attestation.given = *parse_time(word.given), attestation.expires = *parse_time(word.expires);
      attestation.at = {"attestations/a.yaml", 1, 1};
      workspace.attestations.push_back(attestation);
    }
    Judged got = judge(control, {unit}, workspace);
    ASSERT_EQ(got.verdicts.size(), 1u) << c.what;
    EXPECT_EQ(got.verdicts.begin()->second.rfind(c.expected, 0), 0u) << c.what << ": " << got.verdicts.begin()->second;
    EXPECT_EQ(got.errors.empty(), !*c.error) << c.what << ": " << got.errors;
    EXPECT_NE(got.errors.find(c.error), std::string::npos) << c.what << ": " << got.errors;
  }
}

}  // namespace
}  // namespace reeve
