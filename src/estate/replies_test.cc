// API replies of one account put together: lists and calls per resource, errors, pages, singletons, credential reports.
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

const char* kBucket = R"(
type: AWS::S3::Bucket
title: bucket
scope: global
arn: "arn:{partition}:s3:::{id}"
reads:
  - call: s3:ListBuckets
    each: Buckets[]
    id: Name
    set: {Properties.BucketName: Name}
  - call: s3:GetBucketPolicy
    parameter: Bucket
    absent_when: [NoSuchBucketPolicy]
    set: {Observed.Policy: from_json(Policy)}
  - call: s3:GetBucketLocation
    empty: absent
    parameter: Bucket
    region: "LocationConstraint || 'us-east-1'"
    set: {Observed.Location: "LocationConstraint || 'us-east-1'"}
)";

const char* kRule = R"(
type: AWS::Events::Rule
title: rule
scope: regional
reads:
  - call: events:ListRules
    each: Rules[]
    id: Arn
    arn: Arn
    name: Name
    set: {Properties.Name: Name, Properties.EventBusName: EventBusName}
  - call: events:ListTargetsByRule
    parameter: [EventBusName, Rule]
    match: Properties.Name
    set: {Properties.Targets: Targets}
)";

const char* kQueue = R"(
type: AWS::SQS::Queue
title: queue
scope: regional
reads:
  - call: sqs:ListQueues
    each: QueueUrls[]
    id: "@"
    set: {Properties.QueueUrl: "@"}
  - call: sqs:GetQueueAttributes
    parameter: QueueUrl
    match: Properties.QueueUrl
    arn: Attributes.QueueArn
    set: {Properties.Arn: Attributes.QueueArn, Observed.Policy: from_json(Attributes.Policy)}
)";

const char* kInstance = R"(
type: AWS::EC2::Instance
title: instance
scope: regional
arn: "arn:{partition}:ec2:{region}:{account}:instance/{id}"
reads:
  - call: ec2:DescribeInstances
    each: Reservations[].Instances[]
    id: InstanceId
    tags: Tags
    set: {Properties.InstanceType: InstanceType}
)";

const char* kUser = R"(
type: AWS::IAM::User
title: user
scope: global
reads:
  - call: iam:ListUsers
    each: Users[]
    id: UserName
    arn: Arn
    set: {Properties.UserName: UserName}
  - call: iam:ListAttachedUserPolicies
    parameter: UserName
    set: {Properties.ManagedPolicyArns: "AttachedPolicies[].PolicyArn"}
  - call: iam:GetCredentialReport
    each: "Content[?user!='<root_account>']"
    id: user
    arn: arn
    set: {Observed.MfaActive: {path: mfa_active, values: {"true": true, "false": false}}}
)";

const char* kRoot = R"(
type: Reeve::Account::Root
title: root user
scope: global
singleton: account
reads:
  - call: iam:GetCredentialReport
    each: "Content[?user=='<root_account>']"
    set: {Observed.Mfa: {path: mfa_active, values: {"true": true, "false": false}}}
  - call: iam:GetAccountSummary
    set: {Observed.Keys: SummaryMap.AccountAccessKeysPresent}
)";

const char* kSettings = R"(
type: Reeve::Account::Settings
title: account settings
scope: global
singleton: account
reads:
  - call: account:GetAlternateContact
    parameter: AccountId
    with: {AlternateContactType: [SECURITY]}
    absent_when: [ResourceNotFoundException]
    set: {Observed.SecurityContact: AlternateContact.EmailAddress}
  - call: account:GetAlternateContact
    with: {AlternateContactType: [BILLING]}
    parameter: AccountId
    set: {Observed.BillingContact: AlternateContact.EmailAddress}
  - call: iam:ListAccountAliases
    set: {Observed.Aliases: AccountAliases}
)";

const char* kRegion = R"(
type: Reeve::Region::Settings
title: Region settings
scope: regional
singleton: region
reads:
  - call: ec2:GetEbsEncryptionByDefault
    set: {Observed.EbsEncryption: EbsEncryptionByDefault}
  - call: guardduty:ListDetectors
    set: {Observed.Detectors: DetectorIds}
)";

TEST(Replies, AListMakesResourcesAndCallsAboutEachTellMore) {
  auto catalogue = catalogue_of_yaml({kBucket});
  TestUnit unit;
  unit.reply("s3:ListBuckets", R"({"Buckets": [{"Name": "a"}, {"Name": "b"}, {"Name": "c"}, {"Name": "d"}]})");
  unit.reply("s3:GetBucketPolicy", R"({"Policy": "{\"Version\": \"2012-10-17\"}"})", "eu-west-1", {"a"});
  unit.reply("s3:GetBucketPolicy", R"({"Error": {"Code": "NoSuchBucketPolicy", "Message": "none"}})", "eu-west-1", {"b"});
  unit.reply("s3:GetBucketPolicy", R"({"Error": {"Code": "AccessDenied", "Message": "no"}})", "eu-west-1", {"c"});
  unit.reply("s3:GetBucketLocation", R"({"LocationConstraint": null})", "eu-west-1", {"a"});
  unit.reply("s3:GetBucketLocation", R"({"LocationConstraint": "eu-central-1"})", "eu-west-1", {"arn:aws:s3:::b"});
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.uids(), (std::vector<std::string>{"arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c", "arn:aws:s3:::d"}));
  struct {
    const char *bucket, *path, *expected;
  } cases[] = {
      {"a", "Observed.Policy", R"({"Version":"2012-10-17"})"},
      {"b", "Observed.Policy", "absent"},
      {"c", "Observed.Policy", "unknown: s3:GetBucketPolicy AccessDenied"},
      {"d", "Observed.Policy", "unknown: s3:GetBucketPolicy not read"},
      {"a", "Observed.Location", R"("us-east-1")"},
      {"b", "Observed.Location", R"("eu-central-1")"},  // named by ARN
  };
  for (auto& c : cases) EXPECT_EQ(heard.fact(std::string("arn:aws:s3:::") + c.bucket, c.path), c.expected) << c.bucket << " " << c.path;
  EXPECT_EQ(heard.resources.at("arn:aws:s3:::b").region, "eu-central-1");
  EXPECT_EQ(heard.origin("arn:aws:s3:::a", "Observed.Policy.Version"), "eu-west-1/s3:GetBucketPolicy/a from_json($.Policy).Version");
  EXPECT_EQ(heard.origin("arn:aws:s3:::b", "Observed.Policy"), "absent at eu-west-1/s3:GetBucketPolicy/b $.Error.Code");
  EXPECT_EQ(heard.read_text(),
            "111122223333 s3:ListBuckets@eu-west-1 ok\n"
            "111122223333 s3:GetBucketPolicy@eu-west-1(a) ok\n"
            "111122223333 s3:GetBucketPolicy@eu-west-1(b) absent NoSuchBucketPolicy\n"
            "111122223333 s3:GetBucketPolicy@eu-west-1(c) denied AccessDenied\n"
            "111122223333 s3:GetBucketLocation@eu-west-1(a) ok\n"
            "111122223333 s3:GetBucketLocation@eu-west-1(arn:aws:s3:::b) ok\n");
}

TEST(Replies, KnowsAnErrorHoweverItWasSaved) {
  struct {
    const char* text;
    const char* expected;
    bool problem;
  } cases[] = {
      {R"({"Error": {"Code": "AccessDenied", "Message": "no"}})", "unknown: s3:GetBucketPolicy AccessDenied", false},
      // boto3's ClientError.response, and one whose error has a shape of its own
      {R"({"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403, "RetryAttempts": 0}})",
       "unknown: s3:GetBucketPolicy AccessDenied", false},
      {R"({"Error": {"Code": "Throttling", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}, "message": "no", "reason": "x"})",
       "unknown: s3:GetBucketPolicy Throttling", false},
      {R"({"Error": {"Code": "NoSuchBucketPolicy"}, "ResponseMetadata": {"HTTPStatusCode": 404}})", "absent", false},
      {R"({"__type": "com.amazonaws.x#AccessDeniedException", "Message": "no"})", "unknown: s3:GetBucketPolicy AccessDeniedException", false},
      {R"({"Error": {"Code": ""}})", "unknown: s3:GetBucketPolicy unnamed error", false},
      {"", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {"{\"Policy\": ", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {"null", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {"[]", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {"\xff\xfe", "unknown: s3:GetBucketPolicy reply unreadable", true},
      // S3 says of a bucket without a policy that there is none: an empty map is nobody's answer
      {"{}", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {R"({"ResponseMetadata": {"HTTPStatusCode": 200}})", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {R"({"Policy": null})", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {R"({"Volumes": []})", "unknown: s3:GetBucketPolicy reply unreadable", true},  // another call's
      // what the AWS CLI prints where the answer should have been
      {"An error occurred (AccessDenied) when calling the GetBucketPolicy operation", "unknown: s3:GetBucketPolicy AccessDenied", false},
      {"\nAn error occurred (AccessDenied) when calling the GetBucketPolicy operation: Access Denied\n", "unknown: s3:GetBucketPolicy AccessDenied", false},
      {"\naws: [ERROR]: An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: none", "absent", false},
      {"{}\nAn error occurred (AccessDenied) when calling the GetBucketPolicy operation: half an answer", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {"An error occurred (Access Denied) when calling the GetBucketPolicy operation", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {"An error occurred (AccessDenied)", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {"An error occurred (", "unknown: s3:GetBucketPolicy reply unreadable", true},
      // a reply that has a member of that name and much else
      {R"({"Error": {"Code": 1}, "Policy": "{}", "B": 2, "C": 3})", "{}", false},
      {R"({"Error": {"Code": 1}, "A": 1, "B": 2, "C": 3})", "unknown: s3:GetBucketPolicy reply unreadable", true},
      {R"({"Policy": "no json"})", "unknown: `$.Policy` is not JSON text", false},
      {R"({"Policy": "{}", "Policy": "{\"a\": 1}"})", R"({"a":1})", true},
  };
  auto catalogue = catalogue_of_yaml({kBucket});
  for (auto& c : cases) {
    TestUnit unit;
    unit.reply("s3:ListBuckets", R"({"Buckets": [{"Name": "a"}]})");
    unit.reply("s3:GetBucketPolicy", c.text, "eu-west-1", {"a"});
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact("arn:aws:s3:::a", "Observed.Policy").rfind(c.expected, 0), 0u) << c.text << "\n" << heard.fact("arn:aws:s3:::a", "Observed.Policy");
    EXPECT_EQ(!heard.problems.empty(), c.problem) << c.text << "\n" << heard.problem_text();
    for (auto& problem : heard.problems) EXPECT_EQ(problem.at.path, "eu-west-1/s3:GetBucketPolicy/a");
  }
}

TEST(Replies, WhatNoListNamesIsNamedAndJudgesNobody) {
  auto catalogue = catalogue_of_yaml({kBucket});
  TestUnit unit;
  unit.reply("s3:ListBuckets", R"({"Error": {"Code": "AccessDenied"}})");
  unit.reply("s3:GetBucketPolicy", R"({"Policy": "{}"})", "eu-west-1", {"ghost"});
  Heard heard = unit.load(catalogue);
  EXPECT_TRUE(heard.resources.empty());
  EXPECT_NE(heard.note_text().find("`s3:GetBucketPolicy` tells of `ghost`, which no list names"), std::string::npos) << heard.note_text();
}

TEST(Replies, AListThatTakesAParameterMakesWhatAnotherCallTellsOf) {
  auto catalogue = catalogue_of_yaml({R"(type: AWS::GuardDuty::ThreatIntelSet
title: t
scope: regional
arn: "arn:{partition}:guardduty:{region}:{account}:list/{id}"
reads:
  - {call: 'guardduty:GetThreatIntelSet', parameter: [DetectorId, ThreatIntelSetId], set: {Observed.Status: Status}}
  - {call: 'guardduty:ListThreatIntelSets', parameter: DetectorId, each: 'ThreatIntelSetIds[]', id: '@', set: {Properties.Id: '@'}}
)"});
  TestUnit unit;
  unit.reply("guardduty:GetThreatIntelSet", R"({"Status": "ACTIVE"})", "eu-west-1", {"d", "one"});
  unit.reply("guardduty:ListThreatIntelSets", R"({"ThreatIntelSetIds": ["one"]})", "eu-west-1", {"d"});
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.fact("arn:aws:guardduty:eu-west-1:111122223333:list/one", "Observed.Status"), "\"ACTIVE\"");
  EXPECT_EQ(heard.note_text(), "");
}

// Units are listed by the unit they are under, which is of the same type: what is below one says nothing of itself.
TEST(Replies, AListOfWhatIsBelowAThingOfItsKindIsNotAboutThatThing) {
  auto catalogue = catalogue_of_yaml({R"(type: AWS::Organizations::OrganizationalUnit
title: t
scope: global
reads:
  - call: organizations:ListOrganizationalUnitsForParent
    parameter: ParentId
    each: OrganizationalUnits[]
    id: Id
    set: {Properties.Name: Name, Properties.ParentId: {request: ParentId}}
)"});
  TestUnit unit;
  unit.unit.kind = Unit::Kind::organization;
  unit.reply("organizations:ListOrganizationalUnitsForParent", R"({"OrganizationalUnits": [{"Id": "ou-b", "Name": "upper"}]})", "us-east-1", {"r-1"});
  unit.reply("organizations:ListOrganizationalUnitsForParent", R"({"OrganizationalUnits": [{"Id": "ou-a", "Name": "lower"}]})", "us-east-1", {"ou-b"});
  Heard heard = unit.load(catalogue);
  const std::string above = "aws/111122223333/global/AWS::Organizations::OrganizationalUnit/";
  EXPECT_EQ(heard.body(above + "ou-b"), R"(Properties{"Name":"upper","ParentId":"r-1"})");
  EXPECT_EQ(heard.body(above + "ou-a"), R"(Properties{"Name":"lower","ParentId":"ou-b"})");
}

TEST(Replies, RulesOfOneNameOnTwoBusesKeepTheirFactsApart) {
  auto catalogue = catalogue_of_yaml({kRule});
  TestUnit unit;
  const std::string own = "arn:aws:events:eu-west-1:111122223333:rule/", bus = own + "bus/nightly", standard = own + "nightly";
  const std::string elsewhere = "arn:aws:events:us-east-1:111122223333:rule/nightly";
  unit.reply("events:ListRules", R"({"Rules": [{"Name": "nightly", "Arn": ")" + standard + R"(", "EventBusName": "default"},
                                              {"Name": "nightly", "Arn": ")" + bus + R"(", "EventBusName": "bus"}]})");
  unit.reply("events:ListRules", R"({"Rules": [{"Name": "nightly", "Arn": ")" + elsewhere + R"(", "EventBusName": "default"}]})", "us-east-1");
  unit.reply("events:ListTargetsByRule", R"({"Targets": [{"Id": "of the default bus"}]})", "eu-west-1", {"default", "nightly"});
  unit.reply("events:ListTargetsByRule", R"({"Targets": [{"Id": "of the bus"}]})", "eu-west-1", {"arn:aws:events:eu-west-1:111122223333:event-bus/bus", "nightly"});
  unit.reply("events:ListTargetsByRule", R"({"Targets": [{"Id": "of a bus nobody lists"}]})", "eu-west-1", {"third", "nightly"});
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.fact(standard, "Properties.Targets"), R"([{"Id":"of the default bus"}])");
  EXPECT_EQ(heard.fact(bus, "Properties.Targets"), R"([{"Id":"of the bus"}])");
  EXPECT_EQ(heard.fact(elsewhere, "Properties.Targets"), "unknown: events:ListTargetsByRule not read");
  EXPECT_NE(heard.note_text().find("`third nightly`, which no list names"), std::string::npos) << heard.note_text();
}

TEST(Replies, WhatIsAboutOneOfSeveralOfANameIsUnknownOfAll) {
  auto catalogue = catalogue_of_yaml({kRule});
  TestUnit unit;
  const std::string own = "arn:aws:events:eu-west-1:111122223333:rule/";
  unit.reply("events:ListRules", R"({"Rules": [{"Name": "r", "Arn": ")" + own + R"(r", "EventBusName": "default"}, {"Name": "r", "Arn": ")" + own + R"(b/r", "EventBusName": "b"}]})");
  unit.reply("events:ListTargetsByRule", R"({"Targets": []})", "eu-west-1", {"r"});
  Heard heard = unit.load(catalogue);
  for (auto uid : {own + "r", own + "b/r"})
    EXPECT_EQ(heard.fact(uid, "Properties.Targets"), "unknown: events:ListTargetsByRule is about one of several of that name") << uid;
}

TEST(Replies, AQueueIsKnownByUrlUntilItsArnIs) {
  auto catalogue = catalogue_of_yaml({kQueue});
  TestUnit unit;
  const std::string url = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs", other = "https://sqs.eu-west-1.amazonaws.com/111122223333/mail";
  unit.reply("sqs:ListQueues", "{\"QueueUrls\": [\"" + url + "\", \"" + other + "\"]}");
  unit.reply("sqs:GetQueueAttributes", R"({"Attributes": {"QueueArn": "arn:aws:sqs:eu-west-1:111122223333:jobs", "Policy": "{\"a\": 1}"}})", "eu-west-1", {url});
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.uids(), (std::vector<std::string>{"arn:aws:sqs:eu-west-1:111122223333:jobs", "aws/111122223333/eu-west-1/AWS::SQS::Queue/" + other}));
  EXPECT_EQ(heard.fact("arn:aws:sqs:eu-west-1:111122223333:jobs", "Observed.Policy.a"), "1");
  EXPECT_EQ(heard.fact("arn:aws:sqs:eu-west-1:111122223333:jobs", "Properties.QueueUrl"), "\"" + url + "\"");
}

TEST(Replies, PagesAreOneList) {
  auto catalogue = catalogue_of_yaml({kInstance, kSettings});
  auto instances = [](const char* id, const char* more) {
    return "{\"Reservations\": [{\"Instances\": [{\"InstanceId\": \"" + std::string(id) + "\", \"InstanceType\": \"t3.nano\"}]}]" + more + "}";
  };
  auto uid = [](const char* id) { return "arn:aws:ec2:eu-west-1:111122223333:instance/" + std::string(id); };
  {
    SCOPED_TRACE("saved page by page");
    TestUnit unit;
    unit.reply("ec2:DescribeInstances", instances("i-1", ", \"NextToken\": \"t1\""));
    unit.reply("ec2:DescribeInstances", instances("i-2", ", \"NextToken\": \"t2\"")).page = 2;
    unit.reply("ec2:DescribeInstances", instances("i-3", ", \"NextToken\": null")).page = 3;
    Heard heard = unit.load(catalogue);
    for (const char* id : {"i-1", "i-2", "i-3"}) EXPECT_EQ(heard.fact(uid(id), "Properties.InstanceType"), "\"t3.nano\"") << id;
    EXPECT_EQ(heard.note_text(), "");
    EXPECT_EQ(heard.origin(uid("i-2"), "Properties.InstanceType"), "eu-west-1/ec2:DescribeInstances $.Reservations[0].Instances[0].InstanceType");
  }
  for (const char* more : {", \"NextToken\": \"t1\"", ", \"IsTruncated\": true", ", \"Marker\": \"m\"", ", \"HasMoreDeliveryStreams\": true",
                           ", \"List\": {\"IsTruncated\": true, \"NextMarker\": \"m\"}", ", \"List\": {\"IsTruncated\": true}"}) {
    SCOPED_TRACE(more);
    TestUnit unit;
    unit.reply("ec2:DescribeInstances", instances("i-1", more));
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact(uid("i-1"), "Properties.InstanceType"), "\"t3.nano\"");
    EXPECT_NE(heard.note_text().find("the reply of `ec2:DescribeInstances` is not whole"), std::string::npos) << heard.note_text();
    EXPECT_NE(heard.read_text().find("ec2:DescribeInstances@eu-west-1 error incomplete: "), std::string::npos) << heard.read_text();
  }
  for (const char* more : {", \"NextToken\": \"\"", ", \"NextToken\": null", ", \"IsTruncated\": false, \"Marker\": \"echo\"", ", \"HasMoreDeliveryStreams\": false",
                           ", \"List\": {\"IsTruncated\": false, \"Marker\": \"echo\"}", ", \"Other\": {\"NextToken\": \"of a thing, not of the list\"}"}) {
    SCOPED_TRACE(more);
    TestUnit unit;
    unit.reply("ec2:DescribeInstances", instances("i-1", more));
    EXPECT_EQ(unit.load(catalogue).note_text(), "");
  }
  {
    SCOPED_TRACE("a page in between is missing");
    TestUnit unit;
    unit.reply("ec2:DescribeInstances", instances("i-1", ", \"NextToken\": \"t1\""));
    unit.reply("ec2:DescribeInstances", instances("i-3", "")).page = 3;
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.uids().size(), 2u + 1u);  // what was read counts; and the account's settings
    EXPECT_EQ(heard.notes.size(), 2u) << heard.note_text();
  }
  {
    SCOPED_TRACE("of a list in one fact nothing is said before all of it is there");
    TestUnit unit;
    unit.reply("iam:ListAccountAliases", R"({"AccountAliases": ["a"], "IsTruncated": true, "Marker": "m"})");
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact("aws/111122223333/global/Reeve::Account::Settings/settings", "Observed.Aliases"), "unknown: iam:ListAccountAliases incomplete");
    unit.reply("iam:ListAccountAliases", R"({"AccountAliases": ["b"], "IsTruncated": false})").page = 2;
    heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact("aws/111122223333/global/Reeve::Account::Settings/settings", "Observed.Aliases"), R"(["a","b"])");
  }
  {
    SCOPED_TRACE("of a list about one resource too");
    auto users = catalogue_of_yaml({kUser});
    TestUnit unit;
    unit.reply("iam:ListUsers", R"({"Users": [{"UserName": "u", "Arn": "arn:aws:iam::111122223333:user/u"}]})", "global");
    unit.reply("iam:ListAttachedUserPolicies", R"({"AttachedPolicies": [{"PolicyArn": "p"}], "NextToken": "t"})", "global", {"u"});
    EXPECT_EQ(unit.load(users).fact("arn:aws:iam::111122223333:user/u", "Properties.ManagedPolicyArns"), "unknown: iam:ListAttachedUserPolicies incomplete");
  }
}

TEST(Replies, TwoExportsOfOneCallAreNotPagesOfIt) {
  auto catalogue = catalogue_of_yaml({kSettings});
  TestUnit unit;
  unit.reply("iam:ListAccountAliases", R"({"AccountAliases": ["a"]})").folder = "/monday";
  unit.reply("iam:ListAccountAliases", R"({"AccountAliases": ["b"]})").folder = "/tuesday";
  EXPECT_EQ(unit.load(catalogue).fact("aws/111122223333/global/Reeve::Account::Settings/settings", "Observed.Aliases"),
            "unknown: conflict: iam:ListAccountAliases and iam:ListAccountAliases disagree about one moment");
}

TEST(Replies, TheCredentialReportIsReadHoweverItComes) {
  const std::string csv =
      "user,arn,user_creation_time,mfa_active\n"
      "<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,true\n"
      "listed,arn:aws:iam::111122223333:user/listed,2021-01-01T00:00:00+00:00,false\n"
      "unlisted,arn:aws:iam::111122223333:user/unlisted,2021-01-01T00:00:00+00:00,not_supported\n";
  const std::string base64 =
      "dXNlcixhcm4sdXNlcl9jcmVhdGlvbl90aW1lLG1mYV9hY3RpdmUKPHJvb3RfYWNjb3VudD4sYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzpyb290LDIwMjAtMDEtMDFUMDA6MDA6"
      "MDArMDA6MDAsdHJ1ZQpsaXN0ZWQsYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzp1c2VyL2xpc3RlZCwyMDIxLTAxLTAxVDAwOjAwOjAwKzAwOjAwLGZhbHNlCnVubGlzdGVkLGFybjph"
      "d3M6aWFtOjoxMTExMjIyMjMzMzM6dXNlci91bmxpc3RlZCwyMDIxLTAxLTAxVDAwOjAwOjAwKzAwOjAwLG5vdF9zdXBwb3J0ZWQK";
  std::string quoted;
  JsonWriter(quoted).string(csv);
  auto catalogue = catalogue_of_yaml({kUser, kRoot});
  for (int form = 0; form < 3; ++form) {
    SCOPED_TRACE(form);
    TestUnit unit;
    unit.reply("iam:ListUsers", R"({"Users": [{"UserName": "listed", "Arn": "arn:aws:iam::111122223333:user/listed"}]})", "global");
    if (form == 2) {
      Input& input = unit.add(InputKind::credential_report, "report.csv", csv);
      input.call = "iam:GetCredentialReport";
      input.region = "global";
    } else {
      unit.reply("iam:GetCredentialReport", "{\"Content\": " + (form ? quoted : "\"" + base64 + "\"") + ", \"GeneratedTime\": \"2026-11-01T10:00:00Z\"}", "global");
    }
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.problem_text(), "");
    EXPECT_EQ(heard.fact("arn:aws:iam::111122223333:user/listed", "Observed.MfaActive"), "false");
    EXPECT_EQ(heard.fact("arn:aws:iam::111122223333:user/unlisted", "Observed.MfaActive").rfind("unknown: value `not_supported`", 0), 0u);
    EXPECT_EQ(heard.fact("arn:aws:iam::111122223333:user/unlisted", "Properties.UserName"), "unknown: iam:ListUsers not read") << "no list names it, but it was listed";
    const std::string root = "aws/111122223333/global/Reeve::Account::Root/root";
    EXPECT_EQ(heard.fact(root, "Observed.Mfa"), "true");
    EXPECT_EQ(heard.fact(root, "Observed.Keys"), "unknown: iam:GetAccountSummary not read");
    EXPECT_TRUE(form == 2 || heard.newest == 1793527200000) << heard.newest;  // 2026-11-01T10:00:00Z
  }
  TestUnit unit;
  unit.reply("iam:GetCredentialReport", R"({"Content": "*** no base64 ***"})", "global");
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.problems.size(), 1u);
  EXPECT_EQ(heard.fact("aws/111122223333/global/Reeve::Account::Root/root", "Observed.Mfa"), "unknown: iam:GetCredentialReport reply unreadable");
}

TEST(Replies, AnAccountOfWhichEveryCallWasDeniedIsThereAndUnknown) {
  auto catalogue = catalogue_of_yaml({kBucket, kUser, kRoot, kSettings, kRegion});
  TestUnit unit;
  for (const char* call : {"s3:ListBuckets", "iam:ListUsers", "iam:GetCredentialReport", "iam:GetAccountSummary", "iam:ListAccountAliases", "ec2:GetEbsEncryptionByDefault"})
    unit.reply(call, R"({"Error": {"Code": "AccessDeniedException", "Message": "no"}})");
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.uids(), (std::vector<std::string>{"aws/111122223333/eu-west-1/Reeve::Region::Settings/settings", "aws/111122223333/global/Reeve::Account::Root/root",
                                                    "aws/111122223333/global/Reeve::Account::Settings/settings"}));
  EXPECT_EQ(heard.body("aws/111122223333/global/Reeve::Account::Root/root"), R"(Observed{"Mfa":{"$unknown":"iam:GetCredentialReport AccessDeniedException"},"Keys":{"$unknown":"iam:GetAccountSummary AccessDeniedException"}} Properties{})");
  EXPECT_EQ(heard.fact("aws/111122223333/eu-west-1/Reeve::Region::Settings/settings", "Observed.EbsEncryption"), "unknown: ec2:GetEbsEncryptionByDefault AccessDeniedException");
  EXPECT_EQ(heard.fact("aws/111122223333/eu-west-1/Reeve::Region::Settings/settings", "Observed.Detectors"), "unknown: guardduty:ListDetectors not read");
  for (auto& read : heard.reads) EXPECT_EQ(read.status, ReadRecord::Status::denied) << read.call;
  EXPECT_EQ(heard.problem_text(), "");
}

TEST(Replies, NotBeingListedMayMeanAbsent) {
  auto catalogue = catalogue_of_yaml({R"(
type: AWS::EC2::Instance
title: instance
scope: regional
reads:
  - {call: "ec2:DescribeInstances", each: "Instances[]", id: InstanceId, set: {Properties.Type: Type}}
  - {call: "ssm:DescribeInstanceInformation", each: "List[?R=='EC2']", id: InstanceId, unlisted: absent, set: {Observed.Ping: Ping}}
)"});
  struct {
    const char *managed, *region, *first, *second;
  } cases[] = {
      {R"({"List": [{"InstanceId": "i-1", "R": "EC2", "Ping": "Online"}]})", "eu-west-1", "\"Online\"", "absent"},
      {R"({"List": []})", "eu-west-1", "absent", "absent"},
      {R"({"List": []})", "us-east-1", "unknown: ssm:DescribeInstanceInformation not read", "unknown: ssm:DescribeInstanceInformation not read"},
      {R"({})", "eu-west-1", "unknown: ssm:DescribeInstanceInformation reply unreadable", "unknown: ssm:DescribeInstanceInformation reply unreadable"},
      {R"({"List": [{"InstanceId": "i-1", "R": "EC2", "Ping": "Online"}], "NextToken": "t"})", "eu-west-1", "\"Online\"", "unknown: ssm:DescribeInstanceInformation not read"},
      {R"({"Error": {"Code": "AccessDenied"}})", "eu-west-1", "unknown: ssm:DescribeInstanceInformation AccessDenied", "unknown: ssm:DescribeInstanceInformation AccessDenied"},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.reply("ec2:DescribeInstances", R"({"Instances": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]})");
    unit.reply("ssm:DescribeInstanceInformation", c.managed, c.region);
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.fact("aws/111122223333/eu-west-1/AWS::EC2::Instance/i-1", "Observed.Ping"), c.first) << c.managed;
    EXPECT_EQ(heard.fact("aws/111122223333/eu-west-1/AWS::EC2::Instance/i-2", "Observed.Ping"), c.second) << c.managed;
  }
}

TEST(Replies, AnAnswerWithoutAnythingMeansAbsentOnlyWhereAwsAnswersSo) {
  auto reads = [](const char* empty) {
    return std::string("\ntype: AWS::SQS::Queue\ntitle: queue\nscope: regional\nreads:\n  - {call: \"sqs:ListQueues\", ") + empty +
           "each: \"QueueUrls[]\", id: \"@\", set: {Properties.QueueUrl: \"@\"}}\n";
  };
  struct {
    const char *empty, *reply, *read, *hint;
  } cases[] = {
      {"empty: absent, ", "{}", "ok", ""},
      {"empty: absent, ", R"({"ResponseMetadata": {"HTTPStatusCode": 200}})", "ok", ""},
      {"empty: absent, ", R"({"QueueUrls": null})", "ok", ""},
      {"empty: absent, ", "", "error the reply is empty", "write `{}` into the file"},  // or a call that failed
      {"empty: absent, ", R"({"Topics": []})", "error this holds nothing that `sqs:ListQueues` tells", "make the call again"},
      {"", R"({"QueueUrls": []})", "ok", ""},
      {"", "{}", "error this reply of `sqs:ListQueues` says nothing", "make the call again"},
      {"", R"({"NextToken": null})", "error this reply of `sqs:ListQueues` says nothing", "make the call again"},
      {"", R"({"QueueUrls": null, "ResponseMetadata": {}})", "error this reply of `sqs:ListQueues` says nothing", "make the call again"},
  };
  for (auto& c : cases) {
    auto catalogue = catalogue_of_yaml({reads(c.empty)});
    TestUnit unit;
    unit.reply("sqs:ListQueues", c.reply);
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.read_text(), "111122223333 sqs:ListQueues@eu-west-1 " + std::string(c.read) + "\n") << c.empty << c.reply;
    EXPECT_EQ(heard.problems.empty(), !*c.hint) << c.reply;
    EXPECT_NE(heard.problem_text().find(c.hint), std::string::npos) << c.reply << heard.problem_text();
  }
}

// A reply that several lists make up, one of which is not there: what the others name is there, and nothing is known of the missing.
TEST(Replies, AListThatAlwaysComesAndIsMissingIsUnknown) {
  auto catalogue = catalogue_of_yaml({R"(
type: AWS::IAM::User
title: user
scope: global
reads:
  - {call: "iam:GetAccountAuthorizationDetails", each: "UserDetailList[]", id: UserName, set: {Properties.UserName: UserName}}
)",
                                      R"(
type: AWS::IAM::Role
title: role
scope: global
reads:
  - {call: "iam:GetAccountAuthorizationDetails", each: "RoleDetailList[]", id: RoleName, set: {Properties.RoleName: RoleName}}
)"});
  struct {
    const char *reply, *read;
    size_t resources;
  } cases[] = {
      {R"({"UserDetailList": [{"UserName": "u"}], "RoleDetailList": []})", "ok", 1},
      {R"({"UserDetailList": [{"UserName": "u"}]})", "error incomplete: it has no `RoleDetailList`", 1},
      {R"({"UserDetailList": [], "RoleDetailList": null})", "error incomplete: it has no `RoleDetailList`", 0},
      {R"({"IsTruncated": false})", "error this reply of `iam:GetAccountAuthorizationDetails` says nothing", 0},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.reply("iam:GetAccountAuthorizationDetails", c.reply, "us-east-1");
    Heard heard = unit.load(catalogue);
    EXPECT_EQ(heard.read_text(), "111122223333 iam:GetAccountAuthorizationDetails@us-east-1 " + std::string(c.read) + "\n") << c.reply;
    EXPECT_EQ(heard.resources.size(), c.resources) << c.reply;
  }
}

TEST(Replies, EveryRegionSeenHasItsSettings) {
  auto catalogue = catalogue_of_yaml({kRegion, kInstance});
  TestUnit unit;
  unit.reply("ec2:GetEbsEncryptionByDefault", R"({"EbsEncryptionByDefault": true})", "eu-west-1");
  unit.reply("guardduty:ListDetectors", R"({"DetectorIds": []})", "eu-west-1");
  unit.reply("ec2:DescribeInstances", R"({"Reservations": []})", "us-east-1");
  unit.reply("ec2:GetEbsEncryptionByDefault", R"({"EbsEncryptionByDefault": true})", "global");  // no Region to say it of
  Heard heard = unit.load(catalogue);
  auto settings = [](const char* region) { return "aws/111122223333/" + std::string(region) + "/Reeve::Region::Settings/settings"; };
  EXPECT_EQ(heard.uids(), (std::vector<std::string>{settings("eu-west-1"), settings("us-east-1")}));
  EXPECT_EQ(heard.fact(settings("eu-west-1"), "Observed.Detectors"), "[]");
  EXPECT_EQ(heard.fact(settings("us-east-1"), "Observed.EbsEncryption"), "unknown: ec2:GetEbsEncryptionByDefault not read");
}

TEST(Replies, ARegionalThingInAFolderWithoutARegionTakesItsArnsWord) {
  auto catalogue = catalogue_of_yaml({kRule, kInstance});
  TestUnit unit;
  unit.reply("events:ListRules", R"({"Rules": [{"Name": "r", "Arn": "arn:aws:events:eu-west-1:111122223333:rule/r"}]})", "global");
  unit.reply("ec2:DescribeInstances", R"({"Reservations": [{"Instances": [{"InstanceId": "i-1", "InstanceType": "t3.nano"}]}]})", "global");
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.resources.at("arn:aws:events:eu-west-1:111122223333:rule/r").region, "eu-west-1");
  EXPECT_EQ(heard.fact("aws/111122223333/global/AWS::EC2::Instance/i-1", "Properties.InstanceType"), "\"t3.nano\"") << "no ARN is made up";
  EXPECT_NE(heard.note_text().find("the Region of `AWS::EC2::Instance` `i-1` is not known"), std::string::npos) << heard.note_text();
}

TEST(Replies, FixedParametersTellRequestsApart) {
  auto catalogue = catalogue_of_yaml({kSettings});
  const std::string uid = "aws/444455556666/global/Reeve::Account::Settings/settings";
  TestUnit unit("444455556666");
  // The management account asks about a member; the file names both.
  unit.reply("account:GetAlternateContact", R"({"AlternateContact": {"EmailAddress": "s@example.com"}})", "us-east-1", {"444455556666", "SECURITY"}).account = "111122223333";
  unit.reply("account:GetAlternateContact", R"({"AlternateContact": {"EmailAddress": "b@example.com"}})", "us-east-1", {"BILLING"});
  Heard heard = unit.load(catalogue);
  EXPECT_EQ(heard.fact(uid, "Observed.SecurityContact"), R"("s@example.com")");
  EXPECT_EQ(heard.fact(uid, "Observed.BillingContact"), R"("b@example.com")");
  for (auto& read : heard.reads) EXPECT_EQ(read.account, "444455556666") << "the answer is about the member";
}

TEST(Replies, ItemsWithoutIdAreNamedAndOddShapesDoNoHarm) {
  auto catalogue = catalogue_of_yaml({kBucket, kInstance});
  struct {
    const char *reply, *note, *problem;
  } cases[] = {
      {R"({"Buckets": [{"Name": "a"}, {}, "text", null, 7, [], {"Name": {"x": 1}}]})", "has neither id nor ARN", ""},
      {R"({"Buckets": {"Name": "a"}})", "", "`Buckets` in the reply of `s3:ListBuckets` is no list"},
      {R"({"Buckets": "a"})", "", "is no list"},
      {R"({"Buckets": null})", "", "this reply of `s3:ListBuckets` says nothing"},
      {R"({})", "", "this reply of `s3:ListBuckets` says nothing"},
  };
  for (auto& c : cases) {
    TestUnit unit;
    unit.reply("s3:ListBuckets", c.reply);
    Heard heard = unit.load(catalogue);
    EXPECT_NE(heard.note_text().find(c.note), std::string::npos) << c.reply << heard.note_text();
    EXPECT_NE(heard.problem_text().find(c.problem), std::string::npos) << c.reply << heard.problem_text();
    EXPECT_EQ(heard.problems.empty(), !*c.problem) << heard.problem_text();
    EXPECT_LE(heard.resources.size(), 1u);
  }
}

}  // namespace
}  // namespace reeve
