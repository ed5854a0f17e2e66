#include "findings/finding.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace reeve {
namespace {

DocumentPtr json(std::string_view text, Source self = {}) {
  auto document = read_json(text, std::move(self));
  if (!document) {
    ADD_FAILURE() << document.error().text();
    std::abort();
  }
  return *document;
}

std::string redacted(std::string_view text) { return redacted_json(json(text)->root()); }

// The expected id was computed with Python's hashlib and base64.
TEST(FindingId, IsTheHashOfControlAndUid) {
  EXPECT_EQ(finding_id("root-access-key-absent", "arn:aws:iam::111111111111:root").size(), 26u);
  EXPECT_NE(finding_id("a", "bc"), finding_id("ab", "c"));
  EXPECT_EQ(finding_id("a", "b"), "lgzhdlq3xsy5ghkbskmbp5frn4");
}

TEST(Verdicts, HaveNames) {
  for (auto v : {Verdict::fail, Verdict::unknown, Verdict::pass, Verdict::excepted, Verdict::not_applicable})
    EXPECT_EQ(parse_verdict(name(v)), v);
  EXPECT_FALSE(parse_verdict("PASS"));
}

TEST(Evidence, ComesBackFromJsonEqual) {
  Evidence full;
  full.resource = "arn:aws:s3:::logs";
  full.source = "a/s3-list-buckets.json";
  full.time = Time{1795320000000};
  full.time_basis = "file";
  full.path = "$.Buckets[0]['a b']";
  full.value = R"({"a":[1,2.5,null,"ü\n"]})";
  full.expected = "versioning is \"Enabled\"";
  full.line = 12;
  full.column = 7;
  full.unread = {"s3:GetPublicAccessBlock", "account block"};
  Evidence bare;
  bare.resource = "x";
  Evidence only_line;
  only_line.line = 3;
  const std::vector<Evidence> all = {full, bare, only_line, Evidence{}};
  const auto text = evidence_to_json(all);
  auto back = evidence_from_json(text);
  ASSERT_TRUE(back) << back.error().text() << text;
  EXPECT_EQ(*back, all);
  EXPECT_EQ(evidence_to_json(*back), text);
  EXPECT_EQ(evidence_to_json({}), "[]");
  EXPECT_FALSE(evidence_from_json("{}"));
  EXPECT_FALSE(evidence_from_json("[{"));
}

TEST(Evidence, NamesFilePathAndPlaceOfTheOriginal) {
  Source source;
  source.file = "111111111111/us-east-1/s3api-list-buckets.json";
  source.operation = "s3:ListBuckets";
  source.time_ms = 1795320000000;
  source.time_basis = "file";
  const auto reply = json("{\"Buckets\": [\n  {\"Name\": \"logs\"}]}", source);
  const auto value = reply->root().get("Buckets").at(0).get("Name");
  const auto direct = evidence_at(value, "arn:aws:s3:::logs", "another name");
  EXPECT_EQ(direct.source, source.file);
  EXPECT_EQ(direct.path, "$.Buckets[0].Name");
  EXPECT_EQ(direct.value, "\"logs\"");
  EXPECT_EQ(direct.line, 2u);
  EXPECT_EQ(direct.time.ms, source.time_ms);
  EXPECT_EQ(direct.time_basis, "file");

  // The same fact copied into a resource's document still points at the reply.
  Builder builder;
  const auto slot = builder.add_source(reply->self());
  builder.begin_map();
  builder.key("Properties");
  builder.begin_map();
  builder.key("BucketName");
  builder.copy(value, slot);
  builder.end();
  builder.end();
  const auto resource = builder.finish();
  const auto copied = evidence_at(resource->root().get("Properties").get("BucketName"), "arn:aws:s3:::logs", "another name");
  EXPECT_EQ(copied, direct);

  EXPECT_EQ(evidence_at(Value(), "uid", "there").value, "");
}

struct Case {
  const char* in;
  const char* out;
};

class Redaction : public testing::TestWithParam<Case> {};
TEST_P(Redaction, ShowsNamesAndHidesSecrets) { EXPECT_EQ(redacted(GetParam().in), GetParam().out) << GetParam().in; }

const Case cases[] = {
    // Secrets by the name of their key, however it is spelt.
    {R"({"MasterUserPassword":"hunter2"})", R"({"MasterUserPassword":"[redacted]"})"},
    {R"({"master_user_password":"hunter2"})", R"({"master_user_password":"[redacted]"})"},
    {R"({"SecretAccessKey":"x"})", R"({"SecretAccessKey":"[redacted]"})"},
    {R"({"AuthToken":"abc","Token":"t"})", R"({"AuthToken":"[redacted]","Token":"[redacted]"})"},
    {R"({"OidcClientSecret":"abc"})", R"({"OidcClientSecret":"[redacted]"})"},
    {R"({"PrivateKey":"abc"})", R"({"PrivateKey":"[redacted]"})"},
    {R"({"Password":1234})", R"({"Password":"[redacted]"})"},
    {R"({"Passwords":["a"],"Password":["a","b"]})", R"({"Passwords":["a"],"Password":["[redacted]","[redacted]"]})"},
    // Names that only look like it: what a control is about must stay readable.
    {R"({"HttpTokens":"optional"})", R"({"HttpTokens":"optional"})"},
    {R"({"PasswordLastUsed":"2026-01-01T00:00:00Z","password_enabled":"true"})",
     R"({"PasswordLastUsed":"2026-01-01T00:00:00Z","password_enabled":"true"})"},
    {R"({"MinimumPasswordLength":8,"SecretArn":"arn:aws:secretsmanager:eu-west-1:111111111111:secret:db"})",
     R"({"MinimumPasswordLength":8,"SecretArn":"arn:aws:secretsmanager:eu-west-1:111111111111:secret:db"})"},
    {R"({"MasterUserSecret":{"SecretArn":"arn:aws:x","SecretStatus":"active"}})",
     R"({"MasterUserSecret":{"SecretArn":"arn:aws:x","SecretStatus":"active"}})"},
    {R"({"Password":"{{resolve:secretsmanager:db}}","password":true,"Secret":null})",
     R"({"Password":"{{resolve:secretsmanager:db}}","password":true,"Secret":null})"},
    // Environment variables, in the shapes of Lambda, ECS, CodeBuild, SageMaker and App Runner.
    {R"({"Environment":{"Variables":{"DB":"x","N":1,"E":""}}})",
     R"({"Environment":{"Variables":{"DB":"[redacted]","N":"[redacted]","E":""}}})"},
    {R"({"Environment":[{"Name":"DB","Value":"x"}]})", R"({"Environment":[{"Name":"DB","Value":"[redacted]"}]})"},
    {R"({"Environment":{"Image":"aws/codebuild:5","PrivilegedMode":true,"EnvironmentVariables":[{"Name":"A","Type":"PLAINTEXT","Value":"x"}]}})",
     R"({"Environment":{"Image":"aws/codebuild:5","PrivilegedMode":true,"EnvironmentVariables":[{"Name":"A","Type":"PLAINTEXT","Value":"[redacted]"}]}})"},
    {R"({"Environment":{"MODEL":"x"}})", R"({"Environment":{"MODEL":"[redacted]"}})"},
    {R"({"RuntimeEnvironmentVariables":[{"Name":"A","Value":"x"}]})",
     R"({"RuntimeEnvironmentVariables":[{"Name":"A","Value":"[redacted]"}]})"},
    // A tag of that name is no environment.
    {R"({"Environment":"prod"})", R"({"Environment":"prod"})"},
    {R"([{"Key":"Environment","Value":"prod"}])", R"([{"Key":"Environment","Value":"prod"}])"},
    {R"([{"Key":"db-password","Value":"x"}])", R"([{"Key":"db-password","Value":"[redacted]"}])"},
    {R"([{"ParameterKey":"DbPassword","ParameterValue":"x"}])",
     R"([{"ParameterKey":"DbPassword","ParameterValue":"[redacted]"}])"},
    // Secrets inside other text. The key id is a name under its own key, a leak anywhere else.
    {R"({"AccessKeyId":"AKIAIOSFODNN7EXAMPLE"})", R"({"AccessKeyId":"AKIAIOSFODNN7EXAMPLE"})"},
    {R"({"Cmd":"export K=AKIAIOSFODNN7EXAMPLE S=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY;"})",
     R"({"Cmd":"export K=[redacted] S=[redacted];"})"},
    {R"({"Hash":"da39a3ee5e6b4b0d3255bfef95601890afd80709"})", R"({"Hash":"da39a3ee5e6b4b0d3255bfef95601890afd80709"})"},
    // Whom a URL lets in, whatever the user is called; a port and a plain user are none.
    {R"({"Location":"https://bob:S3cretPassw0rd@bitbucket.org/o/r"})", R"({"Location":"https://bob:[redacted]@bitbucket.org/o/r"})"},
    {R"({"L":"postgres://u:p/w@db/x and https://0123456789abcdef@h/x"})", R"({"L":"postgres://u:[redacted]@db/x and https://[redacted]@h/x"})"},
    {R"({"L":["https://h:8443/a@b","ssh://git@github.com/o/r","git@github.com:o/r","https://u:${PW}@h"]})",
     R"({"L":["https://h:8443/a@b","ssh://git@github.com/o/r","git@github.com:o/r","https://u:${PW}@h"]})"},
    // Tokens that say whose they are.
    {R"(["ghp_abcdefghijklmnopqrstuvwxyz0123456789","x-glpat-abcdefghij0123456789","github_pat_11ABCDEFG0abcdefghijkl_abcdef"])",
     R"(["[redacted]","x-[redacted]","[redacted]"])"},
    {R"(["xoxb-123456789012-123456789012-abc","sk_live_abcdefghijklmnopqrstuvwx","AIzaSyA1234567890abcdefghijklmnopqrstuv"])",
     R"(["[redacted]","[redacted]","[redacted]"])"},
    {R"(["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"])", R"(["[redacted]"])"},
    {R"(["glpat-","ghp_short","sk-learn","eyJ0b","npm_config","SG.rule"])", R"(["glpat-","ghp_short","sk-learn","eyJ0b","npm_config","SG.rule"])"},
    // Command lines, as one text and as a list of words, headers and settings.
    {R"(["run","--password","Sup3r","--db-token=T0k","--verbose"])", R"(["run","--password","[redacted]","--db-token=[redacted]","--verbose"])"},
    {R"(["CMD-SHELL","curl -u admin:Hc http://x"])", R"(["CMD-SHELL","curl -u admin:[redacted] http://x"])"},
    {R"(["mysql -h db -pHunter2 x; docker run -p 80:80","docker login -u me -p hunter2"])",
     R"(["mysql -h db -p[redacted] x; docker run -p 80:80","docker login -u me -p [redacted]"])"},
    {R"({"A":"run --secret s3 --token -x --password $PW","B":"PGPASSWORD='a b' psql -p 5432"})",
     R"({"A":"run --secret [redacted] --token -x --password $PW","B":"PGPASSWORD='[redacted]' psql -p 5432"})"},
    {R"({"splunk-token":"S","Extra":"password=DmsPw;x=1","H":"X-Auth-Token: abc"})", R"({"splunk-token":"[redacted]","Extra":"password=[redacted];x=1","H":"X-Auth-Token: [redacted]"})"},
    {R"({"H":"Authorization: Bearer abc.def","J":"{\"password\":\"x\",\"n\":1}"})", R"({"H":"Authorization: Bearer [redacted]","J":"{\"password\":\"[redacted]\",\"n\":1}"})"},
    // What only looks like one: a reader follows it.
    {R"({"NextToken":"a","CreationToken":"fs","HttpTokens":"required"})", R"({"NextToken":"a","CreationToken":"fs","HttpTokens":"required"})"},
    {R"(["arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-password-AbCdEf","vault/secret:1.2","111111111111.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])",
     R"(["arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-password-AbCdEf","vault/secret:1.2","111111111111.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])"},
    {R"({"Action":["sts:GetSessionToken","iam:CreateLoginProfile","secretsmanager:GetSecretValue"],"K":"alias/a","Id":"1234abcd-12ab-34cd-56ef-1234567890ab"})",
     R"({"Action":["sts:GetSessionToken","iam:CreateLoginProfile","secretsmanager:GetSecretValue"],"K":"alias/a","Id":"1234abcd-12ab-34cd-56ef-1234567890ab"})"},
    {R"({"UserData":"IyEvYmluL2Jhc2g="})", R"({"UserData":"[redacted]"})"},
    {R"({"Body":"a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- b"})", R"({"Body":"a [redacted] b"})"},
    {R"({"Body":"-----BEGIN PRIVATE KEY-----\ncut off"})", R"({"Body":"[redacted]"})"},
    {R"({"Cert":"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----"})",
     R"({"Cert":"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----"})"},
};
INSTANTIATE_TEST_SUITE_P(Table, Redaction, testing::ValuesIn(cases));

TEST(Redaction, KnowsTheKeysAboveASingleValue) {
  const auto document = json(
      R"({"Environment":{"Variables":{"A":"x"},"Image":"i"},"List":{"Environment":[{"Name":"n","Value":"v"}]},"Auth":{"Password":"p"},"Tags":{"Environment":"prod"}})");
  const auto root = document->root();
  EXPECT_EQ(redacted_json(root.get("Environment").get("Variables").get("A")), "\"[redacted]\"");
  EXPECT_EQ(redacted_json(root.get("Environment").get("Variables")), R"({"A":"[redacted]"})");
  EXPECT_EQ(redacted_json(root.get("Environment").get("Image")), "\"i\"");
  EXPECT_EQ(redacted_json(root.get("List").get("Environment").at(0)), R"({"Name":"n","Value":"[redacted]"})");
  EXPECT_EQ(redacted_json(root.get("List").get("Environment").at(0).get("Value")), "\"[redacted]\"");
  EXPECT_EQ(redacted_json(root.get("Auth").get("Password")), "\"[redacted]\"");
  EXPECT_EQ(redacted_json(root.get("Tags").get("Environment")), "\"prod\"");
}

TEST(Redaction, BoundsWhatItShows) {
  const auto document = json("\"" + std::string(10000, 'a') + "\"");
  const auto shown = redacted_json(document->root(), 100);
  EXPECT_LT(shown.size(), 160u);
  EXPECT_TRUE(contains(shown, "10,002 bytes")) << shown;
  EXPECT_TRUE(read_json(shown, Source{}));
  // Never cut inside a character.
  const auto umlauts = json("\"" + [] { std::string s; for (int i = 0; i < 100; ++i) s += "ü"; return s; }() + "\"");
  for (size_t most = 10; most < 20; ++most) EXPECT_TRUE(valid_utf8(redacted_json(umlauts->root(), most)));
}

}  // namespace
}  // namespace reeve
