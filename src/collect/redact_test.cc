#include "collect/redact.h"

#include <gtest/gtest.h>

#include <optional>

#include "content/apis.h"

namespace reeve {
namespace {

// (redacted 3f9a) of any secret as `S`, so that rows can be read.
std::string shown(std::string text) {
  for (size_t at = text.find("(redacted "); at != std::string::npos; at = text.find("(redacted ", at + 1)) text.replace(at, 15, 1, 'S');
  return text;
}

class Redact : public ::testing::Test {
 protected:
  Redact() {
    auto apis = built_in_api_catalogue();
    EXPECT_TRUE(apis);
    auto rules = built_in_redactions(*apis);
    EXPECT_TRUE(rules) << rules.error().text();
    redactor_.emplace(*rules);
  }
  std::optional<Redactor> redactor_;
};

struct Row {
  const char *call, *in, *out;
};

TEST_F(Redact, takes_secrets_out_of_replies_and_leaves_the_rest_as_it_is) {
  const Row rows[] = {
      {"lambda:ListFunctions", R"({"Functions":[{"FunctionName":"f","Environment":{"Variables":{"KEY":"hunter2","EMPTY":""}}}]})",
       R"({"Functions":[{"FunctionName":"f","Environment":{"Variables":{"KEY":"S","EMPTY":""}}}]})"},
      {"lambda:GetFunction", R"({"Code":{"RepositoryType":"S3","Location":"https://b.s3.amazonaws.com/f?versionId=1&X-Amz-Security-Token=IQoJb3%2F&X-Amz-Signature=abc12"}})",
       R"({"Code":{"RepositoryType":"S3","Location":"https://b.s3.amazonaws.com/f?versionId=1&X-Amz-Security-Token=S&X-Amz-Signature=S"}})"},
      {"codebuild:BatchGetProjects", R"({"projects":[{"environment":{"environmentVariables":[{"name":"T","value":"hunter2","type":"PLAINTEXT"}]}}]})",
       R"({"projects":[{"environment":{"environmentVariables":[{"name":"T","value":"S","type":"PLAINTEXT"}]}}]})"},
      {"elasticbeanstalk:DescribeConfigurationSettings",
       R"({"ConfigurationSettings":[{"OptionSettings":[{"Namespace":"aws:elasticbeanstalk:application:environment","Value":"v"},{"Namespace":"aws:x","Value":"v"}]}]})",
       R"({"ConfigurationSettings":[{"OptionSettings":[{"Namespace":"aws:elasticbeanstalk:application:environment","Value":"S"},{"Namespace":"aws:x","Value":"v"}]}]})"},
      {"ssm:DescribeMaintenanceWindowTasks", R"({"Tasks":[{"TaskParameters":{"p":{"Values":["a",""]}}}]})", R"({"Tasks":[{"TaskParameters":{"p":{"Values":["S",""]}}}]})"},
      // Whatever the call is: by name and by address.
      {"x:Y", R"({"password":"p","PasswordPolicy":{"MinimumPasswordLength":14},"Password":7,"UserData":null})",
       R"({"password":"S","PasswordPolicy":{"MinimumPasswordLength":14},"Password":"S","UserData":null})"},
      {"x:Y", R"({"a":"https://user:secret@host/x","b":"https://user@host/x","c":"https://ghp_0123@host","d":"https://host/a:b@c","e":"mail@host"})",
       R"({"a":"https://user:S@host/x","b":"https://user@host/x","c":"https://:S@host","d":"https://host/a:b@c","e":"mail@host"})"},
      {"x:Y", R"({"a":"https://h/?Signature=abc","b":"ThisSignature=abc","n":1.5,"z":[true,null,-300]})", R"({"a":"https://h/?Signature=S","b":"ThisSignature=abc","n":1.5,"z":[true,null,-300]})"},
      // Not so much as looked at.
      {"s3:ListBuckets", R"({"Buckets":[ {"Name":"b"} ]})", R"({"Buckets":[ {"Name":"b"} ]})"},
      {"lambda:GetFunction", "no JSON", "\"S\""},
  };
  for (const Row& row : rows) EXPECT_EQ(shown(redactor_->reply(row.call, row.in)), row.out) << row.call;
}

TEST_F(Redact, takes_secrets_out_of_the_bytes_too) {
  const Row rows[] = {
      {"autoscaling:DescribeLaunchConfigurations", "<?xml version=\"1.0\"?>\n<R xmlns=\"u\"><LaunchConfigurations><member><UserData>cHc=</UserData><Name>n</Name></member></LaunchConfigurations></R>",
       "<?xml version=\"1.0\"?>\n<R xmlns=\"u\"><LaunchConfigurations><member><UserData>S</UserData><Name>n</Name></member></LaunchConfigurations></R>"},
      {"ec2:DescribeVpnConnections", "<R><vpnConnectionSet><item><customerGatewayConfiguration>&lt;key&gt;</customerGatewayConfiguration><options><tunnelOptionSet><item><preSharedKey>k</preSharedKey>"
       "</item></tunnelOptionSet></options><state/></item></vpnConnectionSet></R>",
       "<R><vpnConnectionSet><item><customerGatewayConfiguration>S</customerGatewayConfiguration><options><tunnelOptionSet><item><preSharedKey>S</preSharedKey>"
       "</item></tunnelOptionSet></options><state/></item></vpnConnectionSet></R>"},
      {"apigateway:GetStages", R"({"item":[{"variables":{"k":"v"},"stageName":"s"}],"_links":{}})", R"({"item":[{"variables":{"k":"S"},"stageName":"s"}],"_links":{}})"},
      {"apigatewayv2:GetStages", R"({"items":[{"stageVariables":{"k":"v"}}]})", R"({"items":[{"stageVariables":{"k":"S"}}]})"},
      {"x:Y", "<R><a>https://h/?x=1&amp;X-Amz-Signature=abc</a></R>", "<R><a>https://h/?x=1&amp;X-Amz-Signature=S</a></R>"},
      {"ec2:DescribeVpnConnections", "<R><a>", "S"},
      {"ec2:DescribeVpnConnections", "<R><![CDATA[secret]]></R>", "S"},
      {"lambda:GetFunction", "no JSON", "S"},
  };
  for (const Row& row : rows) EXPECT_EQ(shown(redactor_->body(row.call, row.in)), row.out) << row.call;
}

TEST_F(Redact, shows_a_change_and_says_nothing_else) {
  EXPECT_EQ(redaction_of("a"), redaction_of("a"));
  EXPECT_NE(redaction_of("a"), redaction_of("b"));
  EXPECT_EQ(redaction_of("a"), "(redacted ca97)");  // sha256sum: ca978112…
  const std::string once = redactor_->reply("x:Y", R"({"u":"https://user:secret@host"})");
  EXPECT_EQ(redactor_->reply("x:Y", once), once);
}

TEST(Redactions, names_what_does_not_hold) {
  auto apis = built_in_api_catalogue();
  ASSERT_TRUE(apis);
  const std::string head = "as_of: 2026-11-29\nnames: [Password]\nparameters: [X]\ntokens: [t_]\nreplies:\n";
  struct Wrong {
    const char *replies, *said;
  };
  const Wrong rows[] = {
      {"  lambda:GetFunction: [\"Configuration.Environment.Variable.*\"]\n", "no `Variable` there"},
      {"  lambda:GetFunction: [\"Configuration.Environment.Variables.KEY\"]\n", "no `KEY` there"},
      {"  lambda:GetNothing: [\"Code\"]\n", "is no call of content/apis"},
      {"  lambda:GetFunction: []\n", "names no members"},
      {"  lambda:GetFunction: [{path: \"Code.Location\", where: {Nothing: x}}]\n", "no `Nothing` there"},
      {"  lambda:GetFunction: [{path: \"Code.Location\", where: {}}]\n", "`where` says nothing"},
  };
  for (const Wrong& row : rows) {
    ContentFile file{"redactions/replies.yaml", "replies.yaml", head + row.replies};
    ContentItem item{"redactions", "replies.yaml", LayerKind::folder, "replies.yaml", {&file}};
    std::vector<Error> errors;
    EXPECT_FALSE(read_redactions(item, *apis, errors)) << row.replies;
    std::string said;
    for (const Error& error : errors) said += error.text() + "\n";
    EXPECT_NE(said.find(row.said), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace reeve
