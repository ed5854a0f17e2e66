// Declared values against live ones: what is the same, what differs and where, and what cannot be told.
#include "check/drift_value.h"

#include "check/guard_testing.h"

namespace reeve {
namespace {

// The drifts as lines: `different Properties.A`. What the template refers to stands as `!unknown`; `known` says what one has become.
std::string told(std::string_view declared, std::string_view live, const std::set<std::string, std::less<>>& ordered = {}, const std::string& known = "") {
  const DocumentPtr ours = guard::document(declared), theirs = guard::document(live);
  ValueComparison values(
      [&](Value, Value) {
        ValueComparison::Looked out;
        if (!known.empty()) out.text = known;
        return out;
      },
      [](Value item) { return item.get("Key").is_string() && item.get("Key").text() == "excused"; }, &ordered);
  const Value a = ours->root().get("P"), b = theirs->root().get("P");
  values.compare(a, b, "P");
  std::string out;
  for (const ValueDrift& each : values.drifts()) {
    constexpr std::string_view words[] = {"different", "absent", "added", "untold", "undecided"};
    out += (out.empty() ? "" : "; ") + std::string(words[static_cast<int>(each.is)]) + " " + each.path;
  }
  return out.empty() ? "same" : out;
}

struct Case {
  const char* what;
  const char* declared;
  const char* live;
  const char* expected;
};

const Case cases[] = {
    // Scalars
    {"a number and its text", "P: 22", "P: '22'", "same"},
    {"a boolean and its text", "P: 'True'", "P: true", "same"},
    {"a whole number and a fraction", "P: 1.0", "P: 1", "same"},
    {"another number", "P: 22", "P: 23", "different P"},
    {"long numbers are ids", "P: '12345678901234567890'", "P: '12345678901234567891'", "different P"},
    {"one moment in two forms", "P: '2026-11-22T00:00:00Z'", "P: '2026-11-22T01:00:00+01:00'", "same"},
    {"a name and the ARN that ends in it", "P: web", "P: 'arn:aws:iam::111122223333:role/web'", "same"},
    {"another name and an ARN", "P: web", "P: 'arn:aws:iam::111122223333:role/other-web'", "different P"},
    {"a pattern is no name", "P: '*'", "P: 'arn:aws:s3:::logs/*'", "different P"},
    {"an alias and a key", "P: alias/logs", "P: 'arn:aws:kms:eu-west-1:111122223333:key/0a'", "undecided P"},
    {"an alias and its ARN", "P: alias/logs", "P: 'arn:aws:kms:eu-west-1:111122223333:alias/logs'", "same"},
    {"case matters in texts", "P: Enabled", "P: enabled", "different P"},
    {"a list of one and its item", "P: [a]", "P: a", "same"},
    // What is not there
    {"declared and not there", "P: 7", "Q: 1", "absent P"},
    {"declared off, and nothing there", "P: false", "Q: 1", "same"},
    {"declared empty, and nothing there", "P: []", "Q: 1", "same"},
    {"a map of what is off, and nothing there", "P: {A: false, B: ''}", "Q: 1", "same"},
    {"a member that is not there", "P: {A: 1, B: 2}", "P: {A: 1}", "absent P.B"},
    {"what AWS adds is no drift", "P: {A: 1}", "P: {A: 1, B: 2}", "same"},
    {"nobody read it", "P: 1", "P: !unknown not read", "untold P"},
    {"a member that nobody read", "P: {A: 1, B: 2}", "P: {A: 1, B: !unknown not read}", "untold P.B"},
    {"only known later", "P: !unknown later", "P: 1", "undecided P"},
    {"only known later, and nothing there", "P: !unknown later", "Q: 1", "undecided P"},
    {"a member that is written with a small letter", "P: {Mode: Active}", "P: {mode: Active}", "same"},
    // Lists
    {"order means nothing", "P: [a, b]", "P: [b, a]", "same"},
    {"tags in another order", "P: [{Key: a, Value: 1}, {Key: b, Value: 2}]", "P: [{Key: b, Value: '2'}, {Key: a, Value: '1'}]", "same"},
    {"a tag with another value", "P: [{Key: a, Value: 1}]", "P: [{Key: a, Value: 2}]", "different P[0]"},
    {"a tag that is gone", "P: [{Key: a, Value: 1}, {Key: b, Value: 2}]", "P: [{Key: b, Value: 2}]", "absent P[0]"},
    {"a tag that nobody declared", "P: [{Key: a, Value: 1}]", "P: [{Key: a, Value: 1}, {Key: b, Value: 2}]", "added P[]"},
    {"tags of AWS's own", "P: [{Key: a, Value: 1}]", "P: [{Key: a, Value: 1}, {Key: 'aws:cloudformation:stack-name', Value: x}]", "same"},
    {"what is accounted for elsewhere", "P: []", "P: [{Key: excused, Value: 1}]", "same"},
    {"a rule that was widened", "P: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}]",
     "P: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]", "different P[0].CidrIp"},
    {"a rule more", "P: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}]",
     "P: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}, {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}]", "added P[]"},
    {"as often as it is declared", "P: [a, a]", "P: [a]", "absent P[1]"},
    {"an item that may be any", "P: [a, !unknown later]", "P: [a, b]", "undecided P[1]"},
    {"an item that may be nothing", "P: [a, !unknown later]", "P: [a]", "undecided P[1]"},
    // Documents kept as text
    {"a map and its text", "P: {a: [1, 2], b: x}", "P: '{\"b\": \"x\", \"a\": [1, 2]}'", "same"},
    {"a map and another text", "P: '{\"b\": \"x\"}'", "P: {b: y}", "different P"},
    // Policies
    {"one action, or a list of one", "P: {Statement: {Effect: Allow, Action: 's3:GetObject', Resource: '*'}}",
     "P: {Version: '2008-10-17', Statement: [{Sid: '', Effect: Allow, Action: ['s3:getobject'], Resource: ['*']}]}", "same"},
    {"statements in another order", "P: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: a:b, Resource: x}, {Effect: Deny, Action: c:d, Resource: y}]}",
     "P: {Version: '2012-10-17', Statement: [{Effect: Deny, Action: c:d, Resource: y}, {Effect: Allow, Action: a:b, Resource: x}]}", "same"},
    {"an account and the ARN of its root", "P: {Statement: [{Effect: Allow, Principal: {AWS: '111122223333'}, Action: a:b}]}",
     "P: {Statement: [{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111122223333:root'}, Action: a:b}]}", "same"},
    {"everyone in two forms", "P: {Statement: [{Effect: Allow, Principal: '*', Action: a:b}]}", "P: {Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: a:b}]}", "same"},
    {"an action more", "P: {Statement: [{Effect: Allow, Action: [a:b], Resource: x}]}", "P: {Statement: [{Effect: Allow, Action: [a:b, a:c], Resource: x}]}", "different P.Statement[0].Action"},
    {"a condition that is gone", "P: {Statement: [{Sid: s, Effect: Allow, Action: a:b, Condition: {Bool: {'aws:SecureTransport': true}}}]}",
     "P: {Statement: [{Sid: s, Effect: Allow, Action: a:b}]}", "absent P.Statement[0].Condition"},
    {"a condition that nobody declared", "P: {Statement: [{Effect: Allow, Action: a:b}]}",
     "P: {Statement: [{Effect: Allow, Action: a:b, Condition: {Bool: {'aws:SecureTransport': 'true'}}}]}", "added P.Statement[0].Condition"},
    {"another value of a condition", "P: {Statement: [{Effect: Allow, Action: a:b, Condition: {Bool: {'aws:SecureTransport': true}}}]}",
     "P: {Statement: [{Effect: Allow, Action: a:b, Condition: {bool: {'aws:securetransport': 'false'}}}]}", "different P.Statement[0].Condition.Bool['aws:SecureTransport']"},
    {"a statement more", "P: {Statement: [{Effect: Allow, Action: a:b}]}", "P: {Statement: [{Effect: Allow, Action: a:b}, {Effect: Allow, Principal: '*', Action: '*'}]}", "added P.Statement[]"},
    {"another version", "P: {Version: '2012-10-17', Statement: []}", "P: {Statement: []}", "absent P.Version"},
    {"an action that is only known later", "P: {Statement: [{Effect: Allow, Action: a:b, Resource: !unknown later}]}", "P: {Statement: [{Effect: Allow, Action: a:b, Resource: x}]}",
     "undecided P.Statement[0].Resource"},
};

TEST(DriftValue, SaysWhatDiffersAndWhere) {
  for (const Case& each : cases) EXPECT_EQ(told(each.declared, each.live), each.expected) << each.what;
}

TEST(DriftValue, OrderCountsWhereTheTypeSaysSo) {
  EXPECT_EQ(told("P: [a, b]", "P: [b, a]", {"P"}), "different P");
  EXPECT_EQ(told("P: [a, b]", "P: [a, b]", {"P"}), "same");
  EXPECT_EQ(told("P: [{Name: x, A: [a, b]}]", "P: [{Name: x, A: [b, a]}]", {"P[].A"}), "different P[0].A");
}

TEST(DriftValue, HoldsWhatAReferenceHasBecomeAgainstWhatIsLive) {
  EXPECT_EQ(told("P: !unknown later", "P: key-1", {}, "key-1"), "same");
  EXPECT_EQ(told("P: !unknown later", "P: key-2", {}, "key-1"), "different P");
  EXPECT_EQ(told("P: !unknown later", "Q: 1", {}, "key-1"), "absent P");
  EXPECT_EQ(told("P: {Statement: [{Effect: Allow, Resource: !unknown later}]}", "P: {Statement: [{Effect: Allow, Resource: [key-1]}]}", {}, "key-1"), "same");
}

TEST(DriftValue, MembersThatNoCallTellsAreNeitherThereNorGone) {
  const DocumentPtr ours = guard::document("P: [{Name: a, Image: i, Command: [x]}]"), theirs = guard::document("P: [{Name: a, Image: j}]");
  ToldMembers members;
  members.members["Name"].whole = members.members["Image"].whole = true;
  ValueComparison values([](Value, Value) { return ValueComparison::Looked(); }, [](Value) { return false; }, nullptr);
  values.compare(ours->root().get("P"), theirs->root().get("P"), "P", &members);
  ASSERT_EQ(values.drifts().size(), 2u);
  EXPECT_EQ(values.drifts()[0].path, "P[0].Image");
  EXPECT_EQ(values.drifts()[1].path, "P[0].Command");
  EXPECT_EQ(values.drifts()[1].is, ValueDrift::Is::untold);
}

TEST(DriftValue, LongListsEndInTime) {
  std::string ours = "P: [", theirs = "P: [";
  for (int i = 0; i < 3000; ++i) {
    ours += "{A: a" + std::to_string(i) + "},";
    theirs += "{A: b" + std::to_string(i) + "},";
  }
  EXPECT_NE(told(ours + "]", theirs + "]"), "same");
  std::string deep = "x", other = "y";
  for (int i = 0; i < 8; ++i) {
    std::string a = "[", b = "[";
    for (int j = 0; j < 4; ++j) a += deep + ", ", b += other + ", ";
    deep = a + "]", other = b + "]";
    if (deep.size() > 60'000) break;
  }
  EXPECT_NE(told("P: " + deep, "P: " + other), "same");
}

}  // namespace
}  // namespace reeve
