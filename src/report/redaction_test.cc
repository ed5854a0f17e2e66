#include "report/redaction.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace reeve {
namespace {

// Pseudonyms are digests; here they are put back to what they stand for, so that a table reads.
struct Table {
  Redaction redaction{"salt", {"payments", "nf-ledger-archive", "/aws/lambda/fx", "Blue Team", "AcmeRole", "default", "42", "jane@acme.example", "ops@Eu.Globex.example", "x@gmail.com"}};
  std::string shown(std::string told) const {
    const std::pair<std::string, const char*> back[] = {
        {redaction.account("111122223333"), "<account>"}, {redaction.name("payments"), "<payments>"},   {redaction.name("nf-ledger-archive"), "<archive>"},
        {redaction.name("aws/lambda/fx"), "<fx>"},        {redaction.name("Blue Team"), "<team>"},     {redaction.name("AcmeRole"), "<role>"},
        {redaction.mail("jane@acme.example"), "<jane>"},  {redaction.name("other"), "<other>"},        {redaction.name("AKIAIOSFODNN7EXAMPLE"), "<key>"},
        {redaction.name("acme"), "<acme>"},               {redaction.name("o-a1b2c3d4e5"), "<org>"},   {redaction.name("fn-"), "<fn>"},
        {redaction.name("Z3AADJGX6KTTL2"), "<zone>"},    {redaction.name("E1A2B3C4D5E6F7"), "<distribution>"}, {redaction.name("Other Ltd"), "<firm>"},
        {redaction.name("acme.example"), "<domain>"},     {redaction.name("eu.globex.example"), "<eu>"}, {redaction.name("globex.example"), "<globex>"},
    };
    for (auto& [pseudonym, word] : back)
      for (size_t at; (at = told.find(pseudonym)) != std::string::npos;) told.replace(at, pseudonym.size(), word);
    return told;
  }
};

TEST(Redaction, FreeText) {
  const Table table;
  const std::pair<const char*, const char*> rows[] = {
      {"nothing to hide", "nothing to hide"},
      {"111122223333", "<account>"},
      {"in account 111122223333.", "in account <account>."},
      {"logs-111122223333-eu", "logs-<account>-eu"},
      {"1111222233334", "1111222233334"},  // thirteen digits are no account
      {"payments", "<payments>"},
      {"payments2 prepayments", "payments2 prepayments"},  // parts of words are other words
      {"`payments`: \"payments\"", "`<payments>`: \"<payments>\""},
      {"nf-ledger-archive-2", "<archive>-2"},
      {"the Blue Team says", "the <team> says"},
      {"/aws/lambda/fx and aws/lambda/fx", "/<fx> and <fx>"},
      {"write to jane@acme.example.", "write to <jane>."},
      {"JANE@acme.example", "<jane>"},
      {"hosted at acme.example.", "hosted at <domain>."},
      {"Mail.ACME.example, acme.example2", "Mail.<domain>, acme.example2"},
      {"@eu.globex.example and globex.example", "@<eu> and <globex>"},
      {"example, gmail.com", "example, gmail.com"},  // one label, or anybody's
      {"key AKIAIOSFODNN7EXAMPLE", "key <key>"},
      {"of o-a1b2c3d4e5", "of <org>"},
      {"o-verall", "o-verall"},
      {"zone Z3AADJGX6KTTL2, at E1A2B3C4D5E6F7", "zone <zone>, at <distribution>"},
      {"ZONES EVERYTHING ELASTICSEARCH_68 E12 Z1", "ZONES EVERYTHING ELASTICSEARCH_68 E12 Z1"},
      {"default 42", "default 42"},
      {"arn:aws:iam::111122223333:role/AcmeRole, and", "arn:aws:iam::<account>:<other>/<role>, and"},
      {"arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/AdministratorAccess"},
      {"arn: no name", "arn: no name"},
      {"arn:aws:s3:::payments/*", "arn:aws:s3:::<payments>/*"},
  };
  for (auto& [text, told] : rows) {
    std::string said = table.shown(table.redaction.text(text));
    std::string role = table.redaction.name("role");  // no content tells this table what words IAM's names spell out
    if (auto at = said.find(role); at != std::string::npos) said.replace(at, role.size(), "<other>");
    EXPECT_EQ(said, told) << text;
  }
}

TEST(Redaction, Uids) {
  const Table table;
  const std::pair<const char*, const char*> rows[] = {
      {"arn:aws:s3:::other", "arn:aws:s3:::<other>"},
      {"arn:aws:sns:eu-west-1:111122223333:payments", "arn:aws:sns:eu-west-1:<account>:<payments>"},
      {"aws/111122223333/global/Reeve::Account::Root/root", "aws/<account>/global/Reeve::Account::Root/root"},
      {"aws/111122223333/eu-west-1/AWS::Logs::LogGroup/other", "aws/<account>/eu-west-1/AWS::Logs::LogGroup/<other>"},
      {"aws/111122223333/global/AWS::IAM::Role/(not listed)", "aws/<account>/global/AWS::IAM::Role/(not listed)"},
      {"acme/other.yaml#payments", "<acme>/<other>.yaml#<payments>"},
      {"arn:aws:s3:::fn-*", "arn:aws:s3:::<fn>*"},
      {"other", "<other>"},
      {"", ""},
  };
  for (auto& [uid, told] : rows) EXPECT_EQ(table.shown(table.redaction.uid(uid)), told) << uid;
}

TEST(Redaction, Json) {
  const Table table;
  EXPECT_EQ(table.shown(table.redaction.json(R"({"AWS":"arn:aws:sns:eu-west-1:111122223333:other","n":111122223333,"payments":[true,null,"payments"]})")),
            R"({"AWS":"arn:aws:sns:eu-west-1:<account>:<other>","n":111122223333,"<payments>":[true,null,"<payments>"]})");
  EXPECT_EQ(table.shown(table.redaction.json("{broken payments")), R"("{broken <payments>")");
}

// A member that names somebody does so whatever stands in it, known or not.
TEST(Redaction, MembersThatNameSomebody) {
  Table table;
  EXPECT_EQ(table.shown(table.redaction.json(R"({"ContactInformation":{"CompanyName":"Other Ltd","CountryCode":"IE"}})")), R"({"ContactInformation":{"CompanyName":"<firm>","CountryCode":"IE"}})");
  Evidence evidence;
  evidence.path = "$.ContactInformation.CompanyName", evidence.value = R"("Other Ltd")";
  EXPECT_EQ(table.shown(table.redaction.evidence(evidence).value), R"("<firm>")");
  evidence.path = "$.ContactInformation.CountryCode";
  EXPECT_EQ(table.redaction.evidence(evidence).value, R"("Other Ltd")");
}

// What two parties agreed on tells one from all others, whether or not the record knows it as a name, and in whatever it is wrapped.
TEST(Redaction, ExternalIds) {
  const Table table;
  const auto shown = [&](std::string told) {
    const std::string pseudonym = table.redaction.name("tenant-7781");
    for (size_t at; (at = told.find(pseudonym)) != std::string::npos;) told.replace(at, pseudonym.size(), "<agreed>");
    return told;
  };
  const std::pair<const char*, const char*> rows[] = {
      {R"({"StringEquals":{"sts:ExternalId":"tenant-7781"}})", R"({"StringEquals":{"sts:ExternalId":"<agreed>"}})"},
      {R"({"sts:ExternalId":["tenant-7781","tenant-7781"],"n":1})", R"({"sts:ExternalId":["<agreed>","<agreed>"],"n":1})"},
      {R"({"STS:EXTERNALID":"tenant-7781"})", R"({"STS:EXTERNALID":"<agreed>"})"},
      {R"({"SnsConfiguration":{"ExternalId":"tenant-7781"}})", R"({"SnsConfiguration":{"ExternalId":"<agreed>"}})"},
      {R"("{\"StringEquals\": {\"sts:ExternalId\": \"tenant-7781\"}}")", R"("{\"StringEquals\": {\"sts:ExternalId\": \"<agreed>\"}}")"},
      {R"("{\"sts:ExternalId\": [\"tenant-7781\", \"tenant-7781\"], \"n\": 1}")", R"("{\"sts:ExternalId\": [\"<agreed>\", \"<agreed>\"], \"n\": 1}")"},
      {R"("%7B%22sts%3AExternalId%22%3A%22tenant-7781%22%7D")", R"("%7B%22sts%3AExternalId%22%3A%22<agreed>%22%7D")"},
      {R"("{\"sts:ExternalId\":\"tenant-7781")", R"("{\"sts:ExternalId\":\"<agreed>")"},
      {R"("it demands sts:ExternalId")", R"("it demands sts:ExternalId")"},
      {R"("{\"sts:ExternalId\": [], \"a\": \"b\"}")", R"("{\"sts:ExternalId\": [], \"a\": \"b\"}")"},
  };
  for (auto& [json, told] : rows) EXPECT_EQ(shown(table.redaction.json(json)), told) << json;
  for (const char* path : {"$.Statement[0].Condition.StringEquals['sts:ExternalId']", "$.Condition.StringEquals['sts:ExternalId'][0]", "$.SnsConfiguration.ExternalId"}) {
    Evidence evidence;
    evidence.path = path, evidence.value = R"("tenant-7781")";
    EXPECT_EQ(shown(table.redaction.evidence(evidence).value), R"("<agreed>")") << path;
  }
}

TEST(Redaction, Drills) {
  const Table table;
  Assessment assessment;
  Drill drill{.kind = "restore", .title = "restore of payments", .owner = "other", .at = {.path = "acme/other.yaml", .line = 3}};
  drill.records.push_back({.worked = true, .by = "Blue Team", .note = "told jane@acme.example of 111122223333", .evidence = {"arn:aws:s3:::payments"}, .at = {.path = "acme/other.yaml", .line = 7}});
  assessment.workspace.emplace();
  assessment.workspace->drills.push_back(drill);
  table.redaction.apply(assessment);
  const Drill& told = assessment.workspace->drills[0];
  const DrillRecord& record = told.records[0];
  for (auto& [said, wanted] : std::vector<std::pair<std::string, std::string>>{{told.title, "restore of <payments>"},
                                                                               {told.owner, "<other>"},
                                                                               {told.at.path, "<acme>/<other>.yaml"},
                                                                               {record.by, "<team>"},
                                                                               {record.note, "told <jane> of <account>"},
                                                                               {record.evidence[0], "arn:aws:s3:::<payments>"},
                                                                               {record.at.path, "<acme>/<other>.yaml"}})
    EXPECT_EQ(table.shown(said), wanted);
  EXPECT_EQ(told.kind, "restore");
  EXPECT_EQ(told.at.line, 3u);
}

TEST(Redaction, TextsOfFindingsThatWereNotJudgedAgainAreWithheld) {
  const Table table;
  const Evidence evidence{.resource = "arn:aws:s3:::payments", .source = "acme/other.json", .path = "a.never-heard-of", .value = "\"never-heard-of\"", .read_as = "\"never-heard-of\"",
                          .expected = "not never-heard-of", .line = 9, .unread = {"never-heard-of"}};
  struct Row {
    store::FindingStatus status;
    bool not_rejudged, withheld;
  };
  for (auto& [status, not_rejudged, withheld] : {Row{store::FindingStatus::fail, false, false}, Row{store::FindingStatus::fail, true, true}, Row{store::FindingStatus::excepted, false, false},
                                                 Row{store::FindingStatus::pass, false, true}, Row{store::FindingStatus::deleted, false, true}}) {
    store::StoredFinding finding;
    finding.control = "c", finding.uid = evidence.resource, finding.status = status, finding.not_rejudged = not_rejudged;
    finding.reason = "shared with never-heard-of", finding.evidence_json = evidence_to_json({evidence});
    const auto told = table.redaction.stored(finding);
    EXPECT_EQ(table.shown(told.uid), "arn:aws:s3:::<payments>");
    EXPECT_EQ(contains(told.reason + told.evidence_json, "never-heard-of"), !withheld) << store::name(status);
    EXPECT_TRUE(contains(told.evidence_json, "\"line\":9")) << told.evidence_json;
  }
}

TEST(Redaction, PseudonymsHangOnTheSaltAndTheNameOnly) {
  const Redaction one("salt", {}), same("salt", {"other"}), another("other salt", {});
  EXPECT_EQ(one.name("payments"), same.name("payments"));
  EXPECT_NE(one.name("payments"), another.name("payments"));
  EXPECT_NE(one.account("111122223333"), another.account("111122223333"));
  EXPECT_EQ(one.account("111122223333").size(), 12u);
  EXPECT_EQ(one.account("111122223333").substr(0, 2), "00");
  // What is told once more stays as it is said.
  EXPECT_EQ(one.name(""), "");
  EXPECT_EQ(one.name("default"), "default");
}

}  // namespace
}  // namespace reeve
