// What is found in what the user named: each layout, whose account it is, and what becomes of everything else.
#include "estate/inputs.h"

#include <filesystem>

#include <sys/stat.h>

#include "base/text.h"
#include "estate/estate_test_kit.h"
#include "estate/template.h"

namespace reeve {
namespace {

ResourceCatalogue catalogue() {
  return catalogue_of_yaml({
      "type: AWS::S3::Bucket\ntitle: t\nscope: global\nreads: [{call: 's3:ListBuckets', each: 'Buckets[]', id: Name, set: {Properties.A: A}}, {call: 's3:GetBucketPolicy', parameter: Bucket, set: {Observed.P: P}}]\n"
      "config: {set: {Properties.A: configuration.a}}\n",
      "type: AWS::EC2::Instance\ntitle: t\nscope: regional\nreads: [{call: 'ec2:DescribeInstances', each: 'R[]', id: I, set: {Properties.A: A}}]\n",
      "type: AWS::IAM::User\ntitle: t\nscope: global\nreads: [{call: 'iam:GetAccountAuthorizationDetails', each: 'UserDetailList[]', id: UserName, set: {Properties.A: A}}, {call: 'iam:GetCredentialReport', each: 'Content[]', id: user, set: {Observed.M: m}}]\n",
      "type: Reeve::Account::Settings\ntitle: t\nscope: global\nsingleton: account\nreads: [{call: 'sts:GetCallerIdentity', set: {Observed.A: Account}}, {call: 'account:GetAlternateContact', parameter: AccountId, set: {Observed.C: C}}]\n",
      "type: Reeve::Organization\ntitle: t\nscope: global\nsingleton: organization\nreads: [{call: 'organizations:DescribeOrganization', set: {Observed.Id: Organization.Id}}]\n",
  });
}

// One line for each input: `unit: kind call@region(parameters) file`; then what was set aside: `kind file: why`.
std::string text_of(const Inputs& inputs, const std::string& root) {
  std::string out;
  auto short_name = [&](std::string name) {
    for (size_t at; (at = name.find(root + "/")) != std::string::npos;) name.erase(at, root.size() + 1);
    return name;
  };
  for (auto& unit : inputs.units)
    for (auto& input : unit.inputs) {
      out += short_name(unit.key) + ": " + std::string(name(input.kind));
      if (!input.call.empty()) out += " " + input.call + "@" + input.region;
      for (auto& [key, value] : input.parameters) out += "(" + value + ")";
      if (input.page) out += " page " + std::to_string(input.page);
      out += " " + short_name(input.shown) + "\n";
    }
  for (auto& input : inputs.set_aside) out += std::string(name(input.kind)) + " " + short_name(input.shown) + ": " + short_name(input.why) + "\n";
  return out;
}

std::string found(const TestFolder& folder, std::vector<std::string> sources = {}) {
  if (sources.empty()) sources = {folder.path()};
  auto types = catalogue();
  return text_of(find_inputs(sources, types), folder.path());
}

const char* kConfig = R"({"fileVersion": "1.0", "configurationItems": [{"awsAccountId": "444455556666", "resourceType": "AWS::S3::Bucket"}]})";
const char* kTemplate = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n";
const char* kReport = "user,arn,user_creation_time,password_enabled\nu,arn:aws:iam::777788889999:user/u,x,y\n";

// However the path of a template is typed, what it holds goes by one name.
TEST(Inputs, ATemplateHasOneNameHoweverItsPathIsTyped) {
  const std::string here = std::filesystem::current_path().string();
  const struct {
    std::string typed, name;
  } cases[] = {{"a/b.yaml", "a/b.yaml"},          {"./a/b.yaml", "a/b.yaml"},          {"a//b.yaml", "a/b.yaml"},    {"c/../a/b.yaml", "a/b.yaml"},
               {here + "/a/b.yaml", "a/b.yaml"}, {here + "/./a/b.yaml", "a/b.yaml"}, {"/x/./b.yaml", "/x/b.yaml"}, {"d.zip!a/b.yaml", "d.zip!a/b.yaml"},
               {"-", "-"}};
  for (auto& c : cases) {
    Input input;
    input.shown = c.typed;
    EXPECT_EQ(lasting_name(input), c.name) << c.typed;
  }
}

TEST(Inputs, EveryLayoutIsPlaced) {
  struct {
    const char *file, *text, *expected;
  } cases[] = {
      {"111122223333/eu-west-1/ec2-describe-instances.json", "{}", "account:111122223333: reply ec2:DescribeInstances@eu-west-1"},
      {"111122223333/eu-west-1/ec2-describe-instances.json.gz", "{}", "account:111122223333: reply ec2:DescribeInstances@eu-west-1"},
      {"111122223333/eu-west-1/ec2-describe-instances-2.json", "{}", "account:111122223333: reply ec2:DescribeInstances@eu-west-1 page 2"},
      {"111122223333/aws-global/s3-list-buckets.json", "{}", "account:111122223333: reply s3:ListBuckets@global"},
      {"111122223333/us-east-1/s3-get-bucket-policy/my.bucket", "{}", "account:111122223333: reply s3:GetBucketPolicy@us-east-1(my.bucket)"},
      {"111122223333/us-east-1/s3-get-bucket-policy/a%2Fb%20c.json", "{}", "account:111122223333: reply s3:GetBucketPolicy@us-east-1(a/b c)"},
      {"111122223333/us-east-1/s3-get-bucket-policy/b.json.gz", "{}", "account:111122223333: reply s3:GetBucketPolicy@us-east-1(b)"},
      {"111122223333/s3-list-buckets.json", "{}", "account:111122223333: reply s3:ListBuckets@global"},
      {"111122223333/us-east-1/organizations-describe-organization.json", "{}", "organization: reply organizations:DescribeOrganization@us-east-1"},
      {"111122223333/us-east-1/account-get-alternate-contact/444455556666.json", "{}", "account:444455556666: reply account:GetAlternateContact@us-east-1(444455556666)"},
      {"any/where/snapshot.json", kConfig, "account:444455556666: config"},
      {"us-east-1/my-exports/snapshot.json", kConfig, "account:444455556666: config"},
      {"us-east-1/config-snapshot.json", kConfig, "account:444455556666: config"},
      {"AWSLogs/888899990000/Config/x.json", R"({"configurationItems": []})", "account:888899990000: config"},
      {"x.csv", kReport, "account:777788889999: credential_report iam:GetCredentialReport@global"},
      {"stack.yaml", kTemplate, "template:stack.yaml: cloudformation"},
      {"stack.json", R"({"Resources": {"A": {"Type": "AWS::S3::Bucket"}}})", "template:stack.json: cloudformation"},
      {"stack.template", kTemplate, "template:stack.template: cloudformation"},
      {"auth.json", R"({"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/u"}], "RoleDetailList": []})", "account:111122223333: authorization_details iam:GetAccountAuthorizationDetails@global"},
      {"README.md", "hello", "ignored README.md: not a kind of file Reeve reads"},
      {"other.json", R"({"hello": 1})", "ignored other.json: JSON of a kind Reeve does not know"},
      {"list.json", "[1]", "ignored list.json: not a kind of file Reeve reads"},
      {"other.yaml", "hello: 1\n", "ignored other.yaml: YAML of a kind Reeve does not know"},
      {"empty.json", "", "ignored empty.json: not a kind of file Reeve reads"},
      {"111122223333/eu-west-1/foo-list-bars.json", "{}", "unplaced 111122223333/eu-west-1/foo-list-bars.json: no resource type reads `foo-list-bars`"},
      {"111122223333/eu-west-1/foo-list-bars/x.json", "{}", "unplaced 111122223333/eu-west-1/foo-list-bars/x.json: no resource type reads `foo-list-bars`"},
      {".git/config.json", kConfig, ""},
      {".reeve/x.json", kConfig, ""},
  };
  for (auto& c : cases) {
    TestFolder folder;
    folder.write(c.file, c.text);
    std::string got = found(folder);
    EXPECT_EQ(got.rfind(c.expected, 0), 0u) << c.file << "\n" << got;
    EXPECT_EQ(std::count(got.begin(), got.end(), '\n'), *c.expected ? 1 : 0) << got;
  }
}

// A template that another of the folder holds as a nested stack is judged there alone, unless it is named by itself.
TEST(Inputs, NestedTemplatesStandBesideWhatHoldsThem) {
  const std::string nested = "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ", part = "BucketName: x\n";
  TestFolder folder;
  const std::string top = folder.write("top.yaml", nested + "deep/mid.yaml}\n    Metadata: {X: {'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: part.yaml}}}}\n");
  folder.write("deep/mid.yaml", nested + "./leaf.yaml}\n");
  const std::string leaf = folder.write("deep/leaf.yaml", kTemplate);
  folder.write("part.yaml", part);
  folder.write("apart.yaml", nested + "https://bucket/deep/leaf.yaml}\n");
  folder.write("one.yaml", nested + "two.yaml}\n"), folder.write("two.yaml", nested + "one.yaml}\n");  // a circle: none is left out
  folder.write("S.template.json", R"({"Resources": {"A": {"Type": "AWS::S3::Bucket"}}})"), folder.write("manifest.json", "{}");
  auto types = catalogue();
  auto shown = [&](const std::vector<std::string>& sources) {
    std::string out;
    const Inputs found = find_inputs(sources, types);
    for (const Unit& unit : found.units) {
      if (unit.kind != Unit::Kind::cloudformation) continue;
      out += (out.empty() ? "" : "; ") + unit.inputs[0].shown.substr(folder.path().size() + 1);
      for (const Input& input : unit.beside) out += " +" + input.shown.substr(folder.path().size() + 1);
    }
    return out;
  };
  const std::string rest = "S.template.json +manifest.json; apart.yaml; ", circle = "one.yaml +two.yaml; ", top_line = "top.yaml +deep/leaf.yaml +deep/mid.yaml +part.yaml; two.yaml +one.yaml";
  EXPECT_EQ(shown({folder.path()}), rest + circle + top_line);
  EXPECT_EQ(shown({folder.path(), leaf}), rest + "deep/leaf.yaml; " + circle + top_line);
  EXPECT_EQ(shown({top}), "top.yaml") << "what is not named is not opened";
  // What a unit opens is part of what it is known again by.
  auto digest = [&] { return find_inputs({folder.path()}, types).units[3].digest(); };
  const std::string before = digest();
  folder.write("deep/leaf.yaml", std::string(kTemplate) + "  B:\n    Type: AWS::S3::Bucket\n");
  EXPECT_NE(digest(), before);
}

TEST(Inputs, AnAccountIsResolvedInTheOrderOfTheContracts) {
  const char* user = R"({"Buckets": [{"X": "arn:aws:iam::777788889999:user/u"}]})";
  struct {
    const char* what;
    std::vector<std::pair<const char*, std::string>> files;
    const char *account, *note;
  } cases[] = {
      {"the caller's own word first", {{"111122223333/us-east-1/sts-get-caller-identity.json", R"({"Account": "444455556666"})"}, {"111122223333/us-east-1/s3-list-buckets.json", user}}, "444455556666", ""},
      {"a folder of twelve digits", {{"111122223333/us-east-1/s3-list-buckets.json", user}}, "111122223333", ""},
      {"a refused call is no word", {{"111122223333/us-east-1/sts-get-caller-identity.json", R"({"Error": {"Code": "AccessDenied"}})"}}, "111122223333", ""},
      {"the only id in its ARNs", {{"prod/us-east-1/s3-list-buckets.json", user}}, "777788889999", ""},
      {"two ids", {{"prod/us-east-1/s3-list-buckets.json", user}, {"prod/eu-west-1/ec2-describe-instances.json", R"({"R": ["arn:aws:ec2:eu-west-1:111122223333:x/y"]})"}}, "unknown",
       "the account is not known"},
      {"none", {{"prod/us-east-1/s3-list-buckets.json", "{}"}}, "unknown", "the account is not known"},
      {"eleven digits are none", {{"11112222333/us-east-1/s3-list-buckets.json", "{}"}}, "unknown", "the account is not known"},
      {"no ARN of AWS's own", {{"prod/us-east-1/s3-list-buckets.json", R"({"B": ["arn:aws:iam::aws:policy/x", "arn:aws:iam::777788889999:user/u"]})"}}, "777788889999", ""},
      {"authorization details beside CLI output", {{"prod/us-east-1/sts-get-caller-identity.json", R"({"Account": "444455556666"})"}, {"prod/auth.json", R"({"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/u"}]})"}},
       "444455556666", ""},
      {"authorization details in an account's folder", {{"111122223333/auth.json", R"({"UserDetailList": [{"Arn": "arn:aws:iam::777788889999:user/u"}]})"}}, "111122223333", ""},
      {"authorization details that trust others", {{"auth.json", R"({"UserDetailList": [], "RoleDetailList": [{"Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": "arn:aws:iam::999900001111:root"}]})"}}, "111122223333", ""},
  };
  for (auto& c : cases) {
    TestFolder folder;
    for (auto& [file, text] : c.files) folder.write(file, text);
    auto types = catalogue();
    Inputs inputs = find_inputs({folder.path()}, types);
    for (auto& unit : inputs.units)
      for (auto& input : unit.inputs) EXPECT_EQ(input.account, c.account) << c.what << ": " << input.shown;
    EXPECT_EQ(inputs.notes.size(), *c.note ? 1u : 0u) << c.what;
    for (auto& note : inputs.notes) EXPECT_NE(note.text().find(c.note), std::string::npos) << c.what;
  }
}

TEST(Inputs, AFileIsTakenOnceHoweverOftenItIsNamed) {
  TestFolder folder;
  folder.write("a/stack.yaml", kTemplate);
  folder.write("a/111122223333/us-east-1/s3-list-buckets.json", "{}");
  ASSERT_EQ(::symlink((folder.path() + "/a").c_str(), (folder.path() + "/link").c_str()), 0);
  std::string once = found(folder, {folder.path() + "/a"});
  const std::string root = folder.path();
  for (auto& sources : std::vector<std::vector<std::string>>{{root + "/a", root + "/a"}, {root + "/a", root + "/./a"}, {root + "/a", root + "/a/stack.yaml"}, {root + "/a", root + "/a/"},
                                                             {root + "/a/111122223333", root + "/a"}, {root + "/a", root + "/link"}})
    EXPECT_EQ(found(folder, sources), once) << join(sources, " ");
}

TEST(Inputs, WhatCannotBeReadIsAProblemAndTheRestIsFound) {
  TestFolder folder;
  folder.write("111122223333/us-east-1/s3-list-buckets.json", "{}");
  folder.write("cut.json.gz", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" "abc", 13));
  folder.write("bad.tar", std::string(512, 'x'));
  folder.write("empty.tar", std::string(1024, '\0'));
  folder.write("bad.zip", "PK\x03\x04 and no more");
  auto types = catalogue();
  Inputs inputs = find_inputs({folder.path(), folder.path() + "/nowhere"}, types);
  std::string problems;
  for (auto& problem : inputs.problems) problems += problem.text() + "\n";
  for (const char* file : {"/cut.json.gz", "/bad.tar", "/empty.tar", "/bad.zip", "/nowhere"}) EXPECT_NE(problems.find(folder.path() + file), std::string::npos) << file << "\n" << problems;
  EXPECT_EQ(text_of(inputs, folder.path()).rfind("account:111122223333: reply s3:ListBuckets@us-east-1", 0), 0u) << text_of(inputs, folder.path());
}

TEST(Inputs, AFileNamedByItselfMustBeAnInput) {
  TestFolder folder;
  for (auto& [file, text] : std::vector<std::pair<std::string, std::string>>{{"notes.txt", "hello"}, {"other.json", "{\"a\": 1}"}, {"empty.json", ""}}) {
    std::string path = folder.write(file, text);
    auto types = catalogue();
    Inputs inputs = find_inputs({path}, types);
    ASSERT_EQ(inputs.problems.size(), 1u) << file;
    EXPECT_NE(inputs.problems[0].text().find("is not a kind of input Reeve knows"), std::string::npos) << inputs.problems[0].text();
  }
  // With another name a Config file is one all the same.
  EXPECT_EQ(found(folder, {folder.write("dump.txt", kConfig)}).rfind("account:444455556666: config", 0), 0u);
}

// A tar by hand: names as an attacker writes them.
std::string tar_of(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out;
  for (auto& [name, text] : members) {
    std::string head(512, '\0');
    head.replace(0, name.size(), name);
    char field[16];
    std::snprintf(field, sizeof field, "%07o", 0644), head.replace(100, 7, field);
    std::snprintf(field, sizeof field, "%011zo", text.size()), head.replace(124, 11, field);
    std::snprintf(field, sizeof field, "%011o", 0), head.replace(136, 11, field);
    head.replace(148, 8, "        ");
    head[156] = '0';
    head.replace(257, 6, std::string("ustar\0", 6)).replace(263, 2, "00");
    unsigned sum = 0;
    for (unsigned char c : head) sum += c;
    std::snprintf(field, sizeof field, "%06o", sum), head.replace(148, 7, std::string(field, 6) + '\0');
    out += head + text + std::string((512 - text.size() % 512) % 512, '\0');
  }
  return out + std::string(1024, '\0');
}

TEST(Inputs, ArchivesHoldTheSameLayouts) {
  TestFolder folder;
  folder.write("dump.tar", tar_of({{"export/111122223333/eu-west-1/ec2-describe-instances.json", "{}"}, {"export/snapshot.json", kConfig}, {"inner.tar", "x"}, {"README", "x"}}));
  std::string got = found(folder);
  for (const char* line : {"account:111122223333: reply ec2:DescribeInstances@eu-west-1 dump.tar!export/111122223333/eu-west-1/ec2-describe-instances.json", "account:444455556666: config dump.tar!export/snapshot.json",
                           "ignored dump.tar!inner.tar: an archive inside an archive is not opened", "ignored dump.tar!README"})
    EXPECT_NE(got.find(line), std::string::npos) << line << "\n" << got;
  EXPECT_EQ(found(folder, {folder.path(), folder.path() + "/./dump.tar"}), got) << "named twice";
}

TEST(Inputs, HostileNamesLeadNowhere) {
  TestFolder folder;
  folder.write("dump.tar", tar_of({{"../../etc/111122223333/eu-west-1/ec2-describe-instances.json", "{}"}, {"/abs/111122223333/eu-west-1/s3-list-buckets.json", "{}"},
                                   {"111122223333/eu-west-1/s3-get-bucket-policy/%2e%2e%2f%00x", "{}"}}));
  auto types = catalogue();
  Inputs inputs = find_inputs({folder.path()}, types);
  for (auto& unit : inputs.units)
    for (auto& input : unit.inputs) {
      EXPECT_EQ(input.shown.rfind(folder.path() + "/dump.tar!", 0), 0u) << input.shown;
      EXPECT_TRUE(input.disk_path.empty()) << "a member's bytes come from the archive alone";
    }
  // Odd but harmless file names.
  for (const char* name : {"a b'c\"d.yaml", "\xff\xfe.yaml", "-rf.yaml", "line\nbreak.yaml"}) {
    TestFolder odd;
    odd.write(name, kTemplate);
    EXPECT_EQ(found(odd).rfind(std::string("template:") + name, 0), 0u) << name;
  }
}

TEST(Inputs, TheOrganizationIsLastAndUnitsAreInOrder) {
  TestFolder folder;
  for (const char* account : {"444455556666", "111122223333"}) {
    folder.write(std::string(account) + "/us-east-1/s3-list-buckets.json", "{}");
    folder.write(std::string(account) + "/us-east-1/organizations-describe-organization.json", "{}");
  }
  auto types = catalogue();
  Inputs inputs = find_inputs({folder.path()}, types);
  std::string keys;
  for (auto& unit : inputs.units) keys += unit.key + " ";
  EXPECT_EQ(keys, "account:111122223333 account:444455556666 organization ");
  EXPECT_EQ(inputs.units.back().inputs.size(), 2u);
  // The digest is of what was read, and only of that.
  std::string before = inputs.units[0].digest(), other = inputs.units[1].digest();
  folder.write("111122223333/us-east-1/s3-list-buckets.json", "{ }");
  Inputs again = find_inputs({folder.path()}, types);
  EXPECT_NE(again.units[0].digest(), before);
  EXPECT_EQ(again.units[1].digest(), other);
}

}  // namespace
}  // namespace reeve
