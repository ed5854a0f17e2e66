// Guard as a table: a rule file, a document, and the file's status under 3.2.0, 3.2.1 and reeve's own reading. One status stands for all
// three. The statuses of the two versions are those of the original (tests/peers/guard_peer.py compares many more).
#include "check/guard.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "check/guard_rules.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve::guard {
namespace {

DocumentPtr document(std::string_view text) {
  YamlOptions options;
  options.schema = YamlOptions::Schema::guard;
  options.unknown_tag = true;
  Source self;
  self.file = "data.yaml";
  auto read = read_yaml(text, self, options);
  EXPECT_TRUE(read) << read.error().text();
  return read ? *read : nullptr;
}

// The same with open maps: a member `open: why` marks its map.
void copy_open(Builder& builder, Value value) {
  if (value.is_map()) {
    builder.begin_map();
    for (const auto& entry : value.entries()) {
      if (entry.key() == "open") {
        builder.open_map(entry.value.text());
      } else {
        builder.key(entry.key());
        copy_open(builder, entry.value);
      }
    }
    builder.end();
  } else if (value.is_list()) {
    builder.begin_list();
    for (Value item : value.items()) copy_open(builder, item);
    builder.end();
  } else if (value.is_unknown()) {
    builder.unknown(value.text());
  } else if (value.is_bool()) {
    builder.boolean(value.boolean());
  } else if (value.is_null()) {
    builder.null();
  } else if (value.is_number()) {
    builder.number_raw(value.kind(), value.text(), Style::built);
  } else {
    builder.string(value.text());
  }
}
DocumentPtr open_document(std::string_view text) {
  const DocumentPtr plain = document(text);
  Builder builder;
  copy_open(builder, plain->root());
  return builder.finish();
}

std::shared_ptr<const GuardRules> rules(std::string_view text) {
  auto compiled = compile_guard(text, "t.guard");
  EXPECT_TRUE(compiled) << compiled.error().text() << "\n" << text;
  return compiled ? *compiled : nullptr;
}

GuardResult run(std::string_view text, const DocumentPtr& data, Semantics semantics = Semantics::reeve) {
  GuardOptions options;
  options.semantics = semantics;
  options.as_of = Time{1'700'000'000'500};
  auto compiled = rules(text);
  return compiled ? compiled->evaluate(data->root(), options) : GuardResult{};
}

struct Case {
  const char* rules;
  const char* data;
  const char* status;  // one, or three: 3.2.0, 3.2.1, reeve
};

class Table : public testing::TestWithParam<Case> {};

TEST_P(Table, HasStatus) {
  const Case& c = GetParam();
  auto wanted = split(c.status, ' ');
  if (wanted.size() == 1) wanted.assign(3, wanted[0]);
  ASSERT_EQ(wanted.size(), 3u);
  const DocumentPtr data = document(c.data);
  const Semantics all[] = {Semantics::v3_2_0, Semantics::v3_2_1, Semantics::reeve};
  const char* names[] = {"3.2.0", "3.2.1", "reeve"};
  for (int i = 0; i < 3; ++i) {
    const GuardResult result = run(c.rules, data, all[i]);
    bool error = false;
    for (const auto& rule : result.rules) error = error || rule.error;
    EXPECT_EQ(error ? "ERROR" : name(result.status), wanted[static_cast<size_t>(i)]) << names[i] << ": " << c.rules << "\n" << c.data;
    // The verdict does not depend on whether evidence is collected.
    GuardOptions bare;
    bare.semantics = all[i];
    bare.evidence = false;
    bare.as_of = Time{1'700'000'000'500};
    EXPECT_EQ(rules(c.rules)->evaluate(data->root(), bare).status, result.status) << c.rules;
    for (const auto& rule : result.rules) {
      EXPECT_TRUE(rule.error || rule.failures.empty() == (rule.status != GuardStatus::fail && rule.status != GuardStatus::unknown)) << c.rules;
    }
  }
  if (const char* folder = std::getenv("GUARD_CASES_OUT")) {  // for a look at what the original says
    static int number = 0;
    const std::string stem = std::string(folder) + "/" + std::to_string(number++);
    std::ofstream(stem + ".guard") << c.rules;
    std::ofstream(stem + ".yaml") << c.data;
    std::ofstream(stem + ".expected") << c.status;
  }
}

// Documents used often.
constexpr const char* bucket = R"(
Resources:
  Logs:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: logs
      Size: 5
      Ratio: 5.0
      On: true
      Nothing: null
      Text: "5"
      Empty: []
      EmptyMap: {}
      EmptyText: ""
      Names: [a, b]
      One: [a]
      Mixed: [a, 1]
      Tags: [{Key: env, Value: prod}, {Key: team, Value: x}]
      Map: {one: 1, two: 2}
  Other:
    Type: AWS::EC2::Volume
    Properties: {Size: 10}
)";

INSTANTIATE_TEST_SUITE_P(
    Comparison, Table,
    testing::Values(
        Case{"AWS::S3::Bucket Properties.BucketName == 'logs'", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.BucketName == 'log'", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.BucketName != 'log'", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Size == 5", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Size == 5.0", bucket, "FAIL PASS PASS"}, Case{"AWS::S3::Bucket Properties.Ratio == 5", bucket, "FAIL PASS PASS"},
        Case{"AWS::S3::Bucket Properties.Size < 5.5", bucket, "FAIL PASS PASS"},
        // What cannot be compared fails either way.
        Case{"AWS::S3::Bucket Properties.Text == 5", bucket, "FAIL"}, Case{"AWS::S3::Bucket Properties.Text != 5", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.On == 'true'", bucket, "FAIL"}, Case{"AWS::S3::Bucket Properties.On < true", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.Nothing == null", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Nothing == NULL", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.On == True", bucket, "PASS"},
        // A leading `not` before a comparison was overlooked before 3.2.1.
        Case{"AWS::S3::Bucket { not Properties.BucketName == 'logs' }", bucket, "PASS FAIL FAIL"},
        Case{"AWS::S3::Bucket { not Properties.BucketName != 'logs' }", bucket, "FAIL PASS PASS"},
        Case{"AWS::S3::Bucket { !Properties.Size > 7 }", bucket, "FAIL PASS PASS"},
        // Strings are ordered by their bytes.
        Case{"AWS::S3::Bucket Properties.BucketName > 'lof'", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Text < '50'", bucket, "PASS"},
        // Regular expressions search.
        Case{"AWS::S3::Bucket Properties.BucketName == /og/", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.BucketName == /^og/", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.BucketName != /^og/", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Size == /5/", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.BucketName == /(?i)LOGS/", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.BucketName == /^(?!x)l.*s$/", bucket, "PASS"},
        Case{"A == /a\\/b/", "A: a/b", "PASS"}, Case{"A == /^a$/", "A: \"a\\n\"", "FAIL"}, Case{"A == /(.)\\1/", "A: xaay", "PASS"},
        Case{"A == /^\\w+$/", "A: größe", "PASS"},
        // Ranges.
        Case{"AWS::S3::Bucket Properties.Size == r[5,10]", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Size == r(5,10]", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.Size in r[0,5]", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Size in r[0,5)", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.Size not in r[0,5)", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Size == r[0.5, 9.5]", bucket, "FAIL PASS PASS"},
        Case{"AWS::S3::Bucket Properties.Ratio == r[5,6]", bucket, "FAIL PASS PASS"}, Case{"A == r(-3,-1)", "A: -2", "PASS"},
        // Inside of a list a range is only a range.
        Case{"AWS::S3::Bucket Properties.Size in [r[0,9], 7]", bucket, "FAIL"},
        // Lists: equality is of the whole and in order; one literal in brackets also meets a scalar.
        Case{"AWS::S3::Bucket Properties.Names == ['a', 'b']", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Names == ['b', 'a']", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.BucketName == ['logs']", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.BucketName == ['logs', 'x']", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.One == 'a'", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Names == 'a'", bucket, "FAIL"},
        Case{"AWS::S3::Bucket { some Properties.Names == 'a' }", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Names == /[ab]/", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Empty == 'a'", bucket, "PASS"}, Case{"AWS::S3::Bucket { some Properties.Empty == 'a' }", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.Map == {two: 2, one: 1}", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Map == {one: 1}", bucket, "FAIL"},
        // in
        Case{"AWS::S3::Bucket Properties.BucketName in ['x', 'logs']", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.BucketName in 'my-logs'", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.BucketName in [/^l/, 'x']", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.BucketName not in ['x']", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.BucketName NOT IN ['logs']", bucket, "FAIL"}, Case{"AWS::S3::Bucket Properties.Names in ['a', 'b', 'c']", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Names in ['a']", bucket, "FAIL"}, Case{"AWS::S3::Bucket Properties.Names not in ['a']", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.Names not in ['c']", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Names in [['a', 'b'], ['c']]", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Names not in [['c']]", bucket, "FAIL FAIL PASS"}, Case{"AWS::S3::Bucket Properties.Names in 'abc'", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Size in ['5']", bucket, "FAIL"}, Case{"AWS::S3::Bucket Properties.Size not in ['5']", bucket, "PASS"},
        // Two queries are compared as sets.
        Case{"A == B", "A: [1]\nB: [1]", "PASS"}, Case{"A.* == B.*", "A: [1, 2]\nB: [2, 1]", "PASS"}, Case{"A.* == B.*", "A: [1, 2, 2]\nB: [2, 1]", "PASS"},
        Case{"A.* == B.*", "A: [1, 2]\nB: [1]", "FAIL"}, Case{"A.* != B.*", "A: [1, 2]\nB: [1]", "FAIL"}, Case{"A.* != B.*", "A: [1, 2]\nB: [3]", "PASS"},
        Case{"A != B", "A: x\nB: -3", "PASS"}, Case{"A in B", "A: 1\nB: [1, 2]", "PASS"}, Case{"A.* in B.*", "A: [1]\nB: [2]", "FAIL"},
        Case{"A == B", "A: 1", "FAIL"}, Case{"A < B", "A: 1\nB: 2", "PASS"}, Case{"A.* < B.*", "A: [1, 2]\nB: [2, 3]", "FAIL"},
        Case{"let x = ['a', 'z']\n%x not in A.*", "A: [b, c]", "FAIL FAIL PASS"}, Case{"let x = ['a', 'b']\n%x in A.*", "A: [b, a]", "PASS"}));

INSTANTIATE_TEST_SUITE_P(
    Unary, Table,
    testing::Values(
        Case{"AWS::S3::Bucket Properties.Size exists", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Nope exists", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.Nope !exists", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Nope not EXISTS", bucket, "PASS"},
        Case{"AWS::S3::Bucket { not Properties.Nope exists }", bucket, "PASS"}, Case{"AWS::S3::Bucket { not Properties.Nope !exists }", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.Nothing exists", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Nothing is_null", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Text is_string", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Text is_int", bucket, "FAIL"},
        Case{"AWS::S3::Bucket Properties.Size is_int", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Ratio is_float", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Map is_struct", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Names is_list", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.On is_bool", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Nope !is_bool", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Empty empty", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.EmptyMap EMPTY", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.EmptyText empty", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Nope empty", bucket, "PASS"},
        Case{"AWS::S3::Bucket Properties.Names !empty", bucket, "PASS"}, Case{"AWS::S3::Bucket Properties.Nope !empty", bucket, "FAIL"},
        // A number has no emptiness: an error, a failed clause, or simply not empty.
        Case{"AWS::S3::Bucket Properties.Size !empty", bucket, "ERROR FAIL PASS"}, Case{"AWS::S3::Bucket Properties.Size empty", bucket, "ERROR FAIL FAIL"},
        Case{"AWS::S3::Bucket Properties.On !empty", bucket, "PASS FAIL PASS"}, Case{"AWS::S3::Bucket Properties.Nothing empty", bucket, "ERROR FAIL PASS"},
        Case{"rule a when Resources.Logs.Properties.Size !empty { Resources exists }", bucket, "ERROR FAIL PASS"},
        // A variable by itself: 3.2.0 asks whether it has a value, then whether the value is empty.
        Case{"let x = Resources.Logs.Properties.Empty\nrule a { %x empty }", bucket, "FAIL PASS PASS"},
        Case{"let x = Resources.Logs.Properties.Size\nrule a { %x !empty }", bucket, "PASS FAIL PASS"},
        Case{"let x = Resources.*[ Type == 'Nope' ]\nrule a { %x empty }", bucket, "PASS"},
        Case{"let x = Resources.*[ Type == 'Nope' ]\nrule a { %x !empty }", bucket, "FAIL"},
        Case{"Resources.*[ Type == 'Nope' ] !empty", bucket, "FAIL"}, Case{"Resources.*[ Type == 'AWS::S3::Bucket' ] !empty", bucket, "PASS"},
        Case{"Resources.*[ Type == 'Nope' ] exists", bucket, "SKIP"}, Case{"Resources.*[ Type == 'Nope' ].Properties exists", bucket, "SKIP"}));

INSTANTIATE_TEST_SUITE_P(
    Queries, Table,
    testing::Values(
        Case{"Resources.*.Properties exists", bucket, "PASS"}, Case{"Resources.*.Properties.BucketName exists", bucket, "FAIL"},
        Case{"some Resources.*.Properties.BucketName exists", bucket, "PASS"}, Case{"Resources.Logs.Properties.Tags[*].Key exists", bucket, "PASS"},
        Case{"Resources.Logs.Properties.Tags.*.Key == /env|team/", bucket, "PASS"}, Case{"Resources.Logs.Properties.Tags[1].Key == 'team'", bucket, "PASS"},
        Case{"Resources.Logs.Properties.Tags.0.Key == 'env'", bucket, "PASS"}, Case{"Resources.Logs.Properties.Tags[5].Key == 'team'", bucket, "FAIL"},
        Case{"Resources.Logs.Properties.Tags[-1].Key == 'team'", bucket, "PASS"}, Case{"Resources.Logs.Properties.Tags[-2].Key == 'env'", bucket, "FAIL PASS PASS"},
        Case{"Resources['Logs'].Type exists", bucket, "PASS"}, Case{"Resources.\"Logs\".Type exists", bucket, "PASS"}, Case{"\"Resources\".Logs exists", bucket, "PASS"},
        // A key that reads as a number indexes lists only.
        Case{"A.'0' == 'x'", "A: [x]", "PASS"}, Case{"A.'0' == 'x'", "A: {'0': x}", "FAIL"},
        // Nothing under [*] of an empty list, nor under .* of an empty map; a scalar is its own element.
        Case{"Resources.Logs.Properties.Empty[*] exists", bucket, "FAIL"}, Case{"Resources.Logs.Properties.EmptyMap.* exists", bucket, "FAIL"},
        Case{"Resources.Logs.Properties.Size[*] == 5", bucket, "PASS"}, Case{"Resources.Logs.Properties.Map[*].one == 1", bucket, "PASS"},
        // Filters.
        Case{"Resources.Logs.Properties.Tags[ Key == 'env' ].Value == 'prod'", bucket, "PASS"}, Case{"Resources.Logs.Properties.Tags[ Key == 'no' ].Value == 'prod'", bucket, "SKIP"},
        Case{"Resources.Logs.Properties.Tags[ Key == 'env' Value == 'x' ] !empty", bucket, "FAIL"}, Case{"Resources.Logs.Properties.Tags[ Key == 'no' or Value == 'x' ].Key == 'team'", bucket, "PASS"},
        Case{"Resources[ Type == /EC2/ ].Properties.Size == 10", bucket, "PASS"}, Case{"Resources.Logs.Properties.Size[ this == 5 ] exists", bucket, "FAIL"},
        Case{"Resources.Logs.Properties.Names[ this == 'a' ] == 'a'", bucket, "PASS"},
        // Behind [*] the original judges the filter where the query began; reeve at the element.
        Case{"Resources.Logs.Properties.Tags[*][ Key == 'env' ].Value == 'prod'", bucket, "SKIP SKIP PASS"},
        Case{"let p = Resources.*.Properties\n%p[ Size == 10 ] !empty", bucket, "PASS"},
        Case{"A[ B == 1 ][ C == 2 ].D == 3", "A: [{B: 1, C: 2, D: 3}, {B: 1, C: 3, D: 4}]", "PASS"},
        // Keys.
        Case{"Resources.Logs.Properties.Map[ keys == 'one' ] == 1", bucket, "PASS"}, Case{"Resources.Logs.Properties.Map[ keys == /^t/ ] == 2", bucket, "PASS"},
        Case{"Resources.Logs.Properties.Map[ KEYS != 'one' ] == 2", bucket, "PASS"}, Case{"Resources.Logs.Properties.Map[ keys in ['one', 'two'] ] is_int", bucket, "PASS"},
        Case{"Resources.Logs.Properties.Map[ keys not in ['one'] ] == 2", bucket, "PASS"}, Case{"Resources.Logs.Properties.Map[ keys == 'no' ] exists", bucket, "SKIP"},
        Case{"let k = Resources.Logs.Properties.KeysHere\nA[ keys == %k ] exists", "A: {x: 1}\nResources: {Logs: {Properties: {KeysHere: x}}}", "PASS"},
        Case{"let k = ['x', 'y']\nA[ keys in %k ] == 1", "A: {x: 1, z: 2}", "PASS"},
        // Captures.
        Case{"Resources[ name | Type == 'AWS::EC2::Volume' ] exists\n%name == 'Other'", bucket, "PASS"}, Case{"Resources[ name ].Type exists\n%name == /Logs|Other/", bucket, "PASS"},
        // Variables as keys.
        Case{"let k = 'Logs'\nResources.%k.Type == 'AWS::S3::Bucket'", bucket, "PASS"}, Case{"let k = ['Logs', 'Other']\nResources.%k.Type exists", bucket, "PASS"},
        Case{"let k = ['Logs', 'No']\nResources.%k.Type exists", bucket, "FAIL"}, Case{"let k = Names.*\nResources.%k[1].Type == /EC2/", "Names: [A, B]\nResources: {A: {Type: S3}, B: {Type: EC2}}", "FAIL PASS PASS"},
        Case{"let k = 5\nResources.%k exists", bucket, "ERROR ERROR FAIL"},
        // this
        Case{"this.Resources exists", bucket, "PASS"}, Case{"Resources.Logs { this.Type exists }", bucket, "PASS"},
        // The case of keys: what hits first stays for the rest of the query.
        Case{"A.BucketName == 'x'", "A: {bucket_name: x}", "PASS"}, Case{"A.BucketName == 'x'", "A: {bucketName: x}", "PASS"}, Case{"A.bucket_name == 'x'", "A: {BucketName: x}", "PASS"},
        Case{"A.BucketName == 'x'", "A: {bucket-name: x}", "PASS"}, Case{"A.BucketName == 'x'", "A: {Bucket-Name: x}", "PASS"}, Case{"A.BucketName == 'x'", "A: {'Bucket Name': x}", "PASS"},
        Case{"A.SecurityGroups == 'x'", "A: {SecurityGroup: x}", "PASS"}, Case{"A.Policies == 'x'", "A: {Policy: x}", "PASS"}, Case{"A.Addresses == 'x'", "A: {Address: x}", "PASS"},
        Case{"BucketList.ItemName == 'x'", "bucket_list: {ItemName: x}", "PASS"}, Case{"BucketList.ItemName == 'x'", "bucket_list: {itemName: x}", "FAIL"},
        Case{"A.BucketName == 'x'", "A: {bucketname: x}", "FAIL"}, Case{"A.KMSKeyId == 'x'", "A: {KmskeyId: x}", "PASS"}));

INSTANTIATE_TEST_SUITE_P(
    Blocks, Table,
    testing::Values(
        Case{"AWS::S3::Bucket { Properties.Size == 5\n Properties.On == true }", bucket, "PASS"}, Case{"AWS::S3::Bucket { Properties.Size == 6\n Properties.On == true }", bucket, "FAIL"},
        Case{"AWS::S3::Bucket { Properties.Size == 6 or Properties.On == true }", bucket, "PASS"}, Case{"AWS::S3::Bucket { Properties.Size == 6 OR Properties.On == false }", bucket, "FAIL"},
        Case{"AWS::SQS::Queue { Properties.Size == 6 }", bucket, "SKIP"}, Case{"AWS::S3::Bucket::MODULE Properties.Size == 5", bucket, "PASS"}, Case{"Custom::Thing A == 1", "Resources: {X: {Type: 'Custom::Thing', A: 1}}", "PASS"},
        // No resources at all.
        Case{"AWS::S3::Bucket Properties exists", "A: 1", "ERROR SKIP SKIP"}, Case{"AWS::S3::Bucket Properties exists", "Resources: {}", "ERROR SKIP SKIP"},
        Case{"AWS::S3::Bucket Properties exists", "Resources: [{Type: 'AWS::S3::Bucket', Properties: 1}]", "SKIP SKIP PASS"}, Case{"AWS::S3::Bucket Properties exists", "resources: {A: {type: 'AWS::S3::Bucket'}}", "FAIL"},
        // `when` of a type block: around it, then at each resource.
        Case{"AWS::S3::Bucket when Properties.Size > 3 { Properties.On == false }", bucket, "SKIP FAIL FAIL"},
        Case{"AWS::S3::Bucket when Resources exists { Properties.On == false }", bucket, "FAIL SKIP SKIP"},
        Case{"let x = Resources.*\nAWS::S3::Bucket when %x !empty { Properties.On == false }", bucket, "FAIL"},
        // Query blocks.
        Case{"Resources.Logs.Properties.Tags[*] { Key exists\n Value exists }", bucket, "PASS"}, Case{"Resources.Logs.Properties.Tags[*] { Key == 'env' }", bucket, "FAIL"},
        Case{"some Resources.Logs.Properties.Tags[*] { Key == 'env' }", bucket, "PASS"}, Case{"Resources.Logs.Nope { Key == 'env' }", bucket, "FAIL"},
        Case{"Resources.*[ Type == 'Nope' ] { Key == 'env' }", bucket, "SKIP"}, Case{"Resources.*[ Type == 'Nope' ] !empty { Key == 'env' }", bucket, "FAIL"},
        Case{"Resources.*[ Type == 'Nope' ] not empty { Key == 'env' }", bucket, "FAIL"},
        // when blocks.
        Case{"when Resources exists { Resources.Logs exists }", bucket, "PASS"}, Case{"when Resources !exists { Resources.Logs !exists }", bucket, "SKIP"},
        Case{"when Resources exists\n Nope !exists { Resources.Logs !exists }", bucket, "FAIL"}, Case{"when Nope exists or Resources exists { Resources.Logs exists }", bucket, "PASS"},
        // Variables of blocks are of their element.
        Case{"AWS::S3::Bucket { let t = Properties.Tags[*]\n %t.Key exists\n %t { Value exists } }", bucket, "PASS"}, Case{"let a = 1\nrule r { let a = 2\n %a == 2 }", bucket, "PASS"},
        Case{"let x = some Resources.*.Properties.BucketName\n%x == 'logs'", bucket, "PASS"}, Case{"let x = Resources.*.Properties.BucketName\n%x == 'logs'", bucket, "FAIL"},
        Case{"let x := [1, 2]\n%x == [1, 2]", "A: 1", "PASS"},
        // An empty variable on either side of a comparison.
        Case{"let x = Resources.*[ Type == 'Nope' ]\n%x == 1", bucket, "SKIP FAIL SKIP"}, Case{"let x = Resources.*[ Type == 'Nope' ]\nResources.Logs.Properties.Size == %x", bucket, "SKIP FAIL SKIP"},
        Case{"let x = Resources.*[ Type == 'Nope' ]\n%x.Name == 1", bucket, "SKIP"}));

INSTANTIATE_TEST_SUITE_P(
    Rules, Table,
    testing::Values(
        Case{"", "A: 1", "SKIP"}, Case{"# nothing but a comment", "A: 1", "SKIP"}, Case{"rule a { A == 1 }", "A: 1", "PASS"}, Case{"rule a when A == 2 { A == 1 }", "A: 1", "SKIP"},
        Case{"rule a { A == 1 }\nrule b { a\n}", "A: 1", "PASS"}, Case{"rule a { A == 2 }\nrule b { not a\n}", "A: 1", "FAIL"},
        // A reference to a rule that skipped.
        Case{"rule s when A == 2 { A == 1 }\nrule b { s\n}", "A: 1", "FAIL"}, Case{"rule s when A == 2 { A == 1 }\nrule b { not s\n}", "A: 1", "PASS FAIL PASS"},
        Case{"rule s when A == 2 { A == 1 }\nrule b when s { A == 2 }", "A: 1", "SKIP"}, Case{"rule s when A == 2 { A == 1 }\nrule b when not s { A == 2 }", "A: 1", "FAIL"},
        Case{"rule s when A == 2 { A == 1 }\nrule b when s\n A == 1 { A == 2 }", "A: 1", "SKIP FAIL SKIP"},
        // Of several rules of one name the first that does not skip counts.
        Case{"rule s when A == 2 { A == 1 }\nrule s { A == 1 }\nrule b { s\n}", "A: 1", "PASS"}, Case{"rule b { a or\n A == 1 }\nrule a { A == 2 }", "A: 1", "FAIL"},
        // Parameterised rules see parameters, then the variables of their caller.
        Case{"rule is(x, y) { %x == %y }\nrule a { is(A, 1) }", "A: 1", "PASS"}, Case{"rule is(x, y) { %x == %y }\nrule a { is(A, 2) }", "A: 1", "FAIL"},
        Case{"rule is(x) { %x == %z }\nrule a { let z = 1\n is(A) }", "A: 1", "PASS"}, Case{"rule is(x) { %x { B == 1 } }\nrule a { is(A) << oh >> }", "A: {B: 2}", "FAIL"},
        Case{"rule is(x) { %x in ['a'] }\nrule a { is(to_lower(A)) }", "A: 'A'", "PASS"},
        Case{"rule is(x) { when %x == 2 { A == 1 } }\nrule a { is(A) }", "A: 1", "SKIP FAIL SKIP"}, Case{"rule is(x) { %x == 1 }\nrule a { not is(A) }", "A: 1", "PASS FAIL FAIL"},
        Case{"rule is(x) { %x == 2 }\nrule a { not is(A) }", "A: 1", "FAIL PASS PASS"}, Case{"rule is(x) { %x == 1 }\nrule a when is(A) { A == 2 }", "A: 1", "FAIL"},
        Case{"rule is(x) { when %x == 2 { A == 1 } }\nrule a when not is(A) { A == 2 }", "A: 1", "SKIP FAIL FAIL"},
        Case{"rule is(x) { when %x == 2 { A == 1 } }\nrule a { not is(A) }", "A: 1", "SKIP FAIL SKIP"}));

INSTANTIATE_TEST_SUITE_P(
    Functions, Table,
    testing::Values(
        Case{"let n = count(Resources.*)\n%n == 2", bucket, "PASS"}, Case{"let n = count(Resources.Nope)\n%n == 0", bucket, "PASS"}, Case{"let n = count(Resources.*[ Type == 'Nope' ])\n%n == 0", bucket, "PASS"},
        Case{"let s = join(A.*, ',')\n%s == 'x,z'", "A: [x, z]", "PASS"}, Case{"let s = join(A.*, ',')\n%s == 'x'", "A: [x, 1]", "ERROR FAIL FAIL"},
        Case{"let p = json_parse(A)\n%p.Statement[*].Effect == 'Deny'", "A: '{\"Statement\": [{\"Effect\": \"Deny\"}]}'", "PASS"}, Case{"let p = json_parse(A)\n%p.a == 1", "A: 'a: 1'", "PASS"},
        Case{"let s = to_upper(A)\n%s == 'ABÉ'", "A: abé", "PASS"}, Case{"let s = to_lower(A)\n%s == 'abé'", "A: ABÉ", "PASS"}, Case{"A == to_lower('X')", "A: x", "PASS"},
        Case{"let s = substring(A, 1, 3)\n%s == 'bc'", "A: abcd", "PASS"}, Case{"let s = substring(A, 0, 3)\n%s == 'naï'", "A: naïve", "ERROR PASS PASS"},
        Case{"let s = substring(A, 3, 9)\n%s == 'x'", "A: abcd", "SKIP FAIL SKIP"},
        Case{"let s = regex_replace(A, '^arn:(\\w+):(\\w+)', '${1}/$2')\n%s == 'aws/s3'", "A: 'arn:aws:s3:::x'", "PASS"}, Case{"let s = regex_replace(A, 'a(.)', '<$1>')\n%s == '<b><c>'", "A: xabyacz", "PASS"},
        Case{"let s = url_decode(A)\n%s == 'a b/c'", "A: a%20b%2Fc", "PASS"}, Case{"let n = parse_int(A)\n%n == 5", "A: '5'", "PASS"}, Case{"let n = parse_int(A)\n%n == 5", "A: 5.9", "PASS"},
        Case{"let n = parse_int(A)\n%n == 5", "A: five", "ERROR FAIL FAIL"}, Case{"let n = parse_int(A)\nrule a when %n == 5 { A exists }\nrule b { A exists }", "A: five", "ERROR FAIL FAIL"},
        Case{"let n = parse_float(A)\n%n == 1.5", "A: '1.5'", "PASS"}, Case{"let n = parse_string(A)\n%n == '1.5'", "A: 1.5", "PASS"}, Case{"let n = parse_string(A)\n%n == 'true'", "A: true", "PASS"},
        Case{"let n = parse_boolean(A)\n%n == true", "A: 'TRUE'", "PASS"}, Case{"let n = parse_boolean(A)\n%n == true", "A: 1", "SKIP FAIL SKIP"},
        Case{"let n = parse_char(A)\n%n == r[a,f]", "A: c", "PASS"}, Case{"let n = parse_char(A)\n%n == r(c,f)", "A: c", "FAIL"}, Case{"let n = parse_char(A)\n%n == r[0,9]", "A: 5", "FAIL"},
        Case{"let n = parse_epoch(A)\n%n == 1700000000", "A: '2023-11-14T22:13:20Z'", "PASS"}, Case{"let n = parse_epoch(A)\n%n < 1", "A: never", "ERROR FAIL FAIL"},
        Case{"let n = now()\n%n >= 1700000000", "A: 1", "PASS"}, Case{"let n = now()\nlet b = parse_epoch(A)\n%b < %n", "A: '2020-01-01T00:00:00+02:00'", "PASS"}));

// ---- unknown

struct UnknownCase {
  const char* rules;
  const char* data;
  const char* status;
};
class Unknown : public testing::TestWithParam<UnknownCase> {};

TEST_P(Unknown, HasStatus) {
  const auto& c = GetParam();
  const GuardResult result = run(c.rules, open_document(c.data));
  EXPECT_EQ(name(result.status), c.status) << c.rules << "\n" << c.data;
  for (const auto& rule : result.rules) {
    if (rule.status != GuardStatus::unknown) continue;
    EXPECT_FALSE(rule.failures.empty()) << c.rules;
    for (const auto& failure : rule.failures) EXPECT_FALSE(failure.unknown_reason.empty()) << c.rules;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Guard, Unknown,
    testing::Values(
        UnknownCase{"A == 1", "A: !unknown denied", "UNKNOWN"}, UnknownCase{"A != 1", "A: !unknown denied", "UNKNOWN"}, UnknownCase{"A exists", "A: !unknown denied", "UNKNOWN"},
        UnknownCase{"A !exists", "A: !unknown denied", "UNKNOWN"}, UnknownCase{"A is_string", "A: !unknown denied", "UNKNOWN"}, UnknownCase{"A empty", "A: !unknown denied", "UNKNOWN"},
        UnknownCase{"A.B.C == 1", "A: {B: !unknown denied}", "UNKNOWN"}, UnknownCase{"A.B[*].C == 1", "A: {B: !unknown denied}", "UNKNOWN"}, UnknownCase{"A == /x/", "A: !unknown denied", "UNKNOWN"},
        UnknownCase{"A in [1]", "A: !unknown denied", "UNKNOWN"}, UnknownCase{"A < 1", "A: !unknown denied", "UNKNOWN"}, UnknownCase{"A == B", "A: 1\nB: !unknown denied", "UNKNOWN"},
        UnknownCase{"A { B == 1 }", "A: !unknown denied", "UNKNOWN"}, UnknownCase{"A == [1, 2]", "A: [1, !unknown denied]", "UNKNOWN"}, UnknownCase{"A == [2, 2]", "A: [1, !unknown denied]", "FAIL"},
        UnknownCase{"A == {B: 1}", "A: {B: !unknown denied}", "UNKNOWN"}, 
        // Open maps.
        UnknownCase{"A.B == 1", "A: {open: not read}", "UNKNOWN"}, UnknownCase{"A.B exists", "A: {open: not read, B: 1}", "PASS"}, UnknownCase{"A.B == 2", "A: {open: not read, B: 1}", "FAIL"},
        UnknownCase{"A.B !exists", "A: {open: not read}", "UNKNOWN"}, UnknownCase{"A empty", "A: {open: not read}", "UNKNOWN"}, UnknownCase{"A !empty", "A: {open: not read, B: 1}", "PASS"},
        UnknownCase{"A.* == 1", "A: {open: not read, B: 1}", "UNKNOWN"}, UnknownCase{"A.* == 1", "A: {open: not read, B: 2}", "FAIL"}, UnknownCase{"A == {B: 1}", "A: {open: not read, B: 1}", "UNKNOWN"},
        UnknownCase{"A == {B: 1}", "A: {open: not read, B: 2}", "FAIL"}, UnknownCase{"A.bucket_name == 1", "A: {open: not read, BucketName: 1}", "PASS"},
        UnknownCase{"A[ keys == 'x' ] exists", "A: {open: not read, y: 1}", "UNKNOWN"}, UnknownCase{"AWS::S3::Bucket A == 1", "Resources: {open: not read}", "UNKNOWN"},
        // Kleene.
        UnknownCase{"A == 1\nB == 1", "A: !unknown denied\nB: 2", "FAIL"}, UnknownCase{"A == 1\nB == 1", "A: !unknown denied\nB: 1", "UNKNOWN"},
        UnknownCase{"A == 1 or B == 1", "A: !unknown denied\nB: 1", "PASS"}, UnknownCase{"A == 1 or B == 1", "A: !unknown denied\nB: 2", "UNKNOWN"},
        UnknownCase{"A[*] == 1", "A: [1, !unknown denied]", "UNKNOWN"}, UnknownCase{"A[*] == 1", "A: [2, !unknown denied]", "FAIL"}, UnknownCase{"some A[*] == 1", "A: [1, !unknown denied]", "PASS"},
        UnknownCase{"some A[*] == 1", "A: [2, !unknown denied]", "UNKNOWN"},
        // Filters keep what they cannot tell as maybe.
        UnknownCase{"A[ B == 1 ].C == 1", "A: [{B: !unknown denied, C: 1}]", "PASS"}, UnknownCase{"A[ B == 1 ].C == 1", "A: [{B: !unknown denied, C: 2}]", "UNKNOWN"},
        UnknownCase{"A[ B == 1 ].C == 1", "A: [{B: !unknown denied, C: 2}, {B: 1, C: 2}]", "FAIL"}, UnknownCase{"A[ B == 1 ].C == 1", "A: [{B: !unknown denied, C: 2}, {B: 1, C: 1}]", "UNKNOWN"},
        UnknownCase{"A[ B == 1 ] !empty", "A: [{B: !unknown denied}]", "UNKNOWN"}, UnknownCase{"A[ B == 1 ] !empty", "A: [{B: !unknown denied}, {B: 1}]", "PASS"},
        UnknownCase{"A[ B == 1 ] empty", "A: [{B: !unknown denied}]", "UNKNOWN"}, UnknownCase{"A[ B == 1 ] { C == 1 }", "A: [{B: !unknown denied, C: 2}]", "UNKNOWN"},
        UnknownCase{"A[ B == 1 ] !empty { C == 1 }", "A: [{B: !unknown denied, C: 1}]", "UNKNOWN"}, UnknownCase{"let x = A[ B == 1 ]\nrule r when %x !empty { %x.C == 1 }", "A: [{B: !unknown denied, C: 2}]", "UNKNOWN"},
        UnknownCase{"let n = count(A[ B == 1 ])\n%n == 1", "A: [{B: !unknown denied}]", "UNKNOWN"}, UnknownCase{"let s = to_lower(A)\n%s == 'x'", "A: !unknown denied", "UNKNOWN"},
        UnknownCase{"some A[ B == 1 ].C == 1", "A: [{B: !unknown denied, C: 1}]", "UNKNOWN"},
        // Conditions.
        UnknownCase{"rule r when A == 1 { B == 1 }", "A: !unknown denied\nB: 2", "UNKNOWN"}, UnknownCase{"rule r when A == 1\n C == 2 { B == 1 }", "A: !unknown denied\nB: 2\nC: 1", "SKIP"},
        UnknownCase{"when A == 1 { B == 1 }\nB == 3", "A: !unknown denied\nB: 2", "FAIL"}, UnknownCase{"rule a { A == 1 }\nrule b when a { B == 1 }", "A: !unknown denied\nB: 2", "UNKNOWN"},
        UnknownCase{"rule a { A == 1 }\nrule b { not a\n}", "A: !unknown denied", "UNKNOWN"}, UnknownCase{"rule is(x) { %x == 1 }\nrule b { not is(A) }", "A: !unknown denied", "UNKNOWN"},
        UnknownCase{"AWS::S3::Bucket when Properties.A == 1 { Properties.B == 1 }", "Resources: {X: {Type: 'AWS::S3::Bucket', Properties: {A: !unknown denied, B: 2}}}", "UNKNOWN"}));

// ---- evidence

TEST(GuardEvidence, NamesValueAndExpectation) {
  const DocumentPtr data = document(bucket);
  const auto result = run("rule sized {\n  AWS::S3::Bucket {\n    Properties.Size in [6, 7] << too small >>\n    Properties.Tags[*].Key == /^e/\n  }\n}", data);
  ASSERT_EQ(result.rules.size(), 1u);
  const auto& rule = result.rules[0];
  EXPECT_EQ(rule.rule, "sized");
  EXPECT_EQ(rule.line, 1u);
  ASSERT_EQ(rule.failures.size(), 2u);
  EXPECT_EQ(rule.failures[0].value.path(), "$.Resources.Logs.Properties.Size");
  EXPECT_EQ(rule.failures[0].expected, "in [6, 7]");
  EXPECT_EQ(rule.failures[0].message, "too small");
  EXPECT_EQ(rule.failures[0].line, 3u);
  EXPECT_EQ(rule.failures[0].column, 5u);
  EXPECT_EQ(rule.failures[1].value.path(), "$.Resources.Logs.Properties.Tags[1].Key");
  EXPECT_EQ(rule.failures[1].expected, "a string matching /^e/");
}

TEST(GuardEvidence, NamesWhereAQueryStopped) {
  const DocumentPtr data = document(bucket);
  const auto result = run("AWS::S3::Bucket Properties.Encryption.Rules[*].Algorithm exists", data);
  const auto& failure = result.rules.at(0).failures.at(0);
  EXPECT_FALSE(failure.value);
  EXPECT_EQ(failure.missing_from.path(), "$.Resources.Logs.Properties");
  EXPECT_EQ(failure.missing_path, ".Encryption.Rules[*].Algorithm");
  EXPECT_EQ(failure.expected, "exists");
}

TEST(GuardEvidence, OnlyWhatDecides) {
  const DocumentPtr data = document("A: 1\nB: !unknown denied");
  // The alternative that passed, the condition that did not hold and the undecided clause beside a failure are no evidence.
  EXPECT_TRUE(run("A == 2 or A == 1", data).rules[0].failures.empty());
  EXPECT_TRUE(run("rule r when A == 2 { A == 3 }", data).rules[0].failures.empty());
  EXPECT_EQ(run("rule r { A == 2\n B == 1 }", data).rules[0].failures.size(), 1u);
  const auto unknown = run("rule r when B == 1 { A == 3 }", data).rules[0];
  ASSERT_EQ(unknown.failures.size(), 1u);
  EXPECT_EQ(unknown.failures[0].value.path(), "$.B");
  EXPECT_EQ(unknown.failures[0].unknown_reason, "denied");
}

TEST(GuardEvidence, SaysWhyAnElementIsMaybe) {
  const DocumentPtr data = document("A: [{B: !unknown denied, C: 2}]");
  const auto rule = run("A[ B == 1 ].C == 1", data).rules[0];
  ASSERT_EQ(rule.failures.size(), 1u);
  EXPECT_EQ(rule.failures[0].value.path(), "$.A[0].C");
  EXPECT_EQ(rule.failures[0].unknown_reason, "denied");
}

TEST(GuardEvidence, LeadsBackFromWhatAFunctionMade) {
  const DocumentPtr data = document("A: '{\"Statement\": [{\"Effect\": \"Allow\"}]}'");
  const auto rule = run("let p = json_parse(A)\n%p.Statement[*].Effect == 'Deny'", data).rules[0];
  ASSERT_EQ(rule.failures.size(), 1u);
  EXPECT_EQ(rule.failures[0].value.path(), "$.A");
}

TEST(GuardEvidence, CarriesTheMessageOfTheCall) {
  const DocumentPtr data = document("A: 1");
  const auto rule = run("rule is(x) { %x == 2 }\nrule a { is(A) << of the call >> }", data).rules[0];
  ASSERT_EQ(rule.failures.size(), 1u);
  EXPECT_EQ(rule.failures[0].message, "of the call");
  EXPECT_EQ(rule.failures[0].expected, "== 2");
}

// ---- what can go wrong

TEST(GuardErrors, SayWhereAndWhat) {
  struct Wrong {
    const char* text;
    const char* error;
  };
  const Wrong table[] = {
      {"rule a {", "t.guard:1:9: the rule file ends too early"},
      {"rule a {\n}", "t.guard:2:1: this block is empty"},
      {"A ==", "t.guard:1:5: the rule file ends too early"},
      {"A = 1", "t.guard:1:3: unexpected `= 1`"},
      {"A == 1e", "t.guard:1:6: a number must not run into a name"},
      {"A == \"x", "t.guard:1:6: this string is not closed"},
      {"A == /(/", "t.guard:1:6: the regular expression `(` is not valid"},
      {"A == r[1,a]", "t.guard:1:6: the bounds of a range must be of one kind"},
      {"A == [%x]", "t.guard:1:7: unexpected `%x]`"},
      {"A exists << oh", "t.guard:1:10: this message is not closed"},
      {"let x == 1", "t.guard:1:8: unexpected `= 1`"},
      {"A == %nope", "t.guard:1:1: the variable `%nope` is defined nowhere"},
      {"rule a { b\n}", "t.guard:1:10: there is no rule `b`"},
      {"rule a { b(1) }", "t.guard:1:10: there is no parameterised rule `b`"},
      {"rule b(x, y) { %x == %y }\nrule a { b(1) }", "t.guard:2:10: `b` was given 1 arguments"},
      {"rule b(x, x) { %x exists }", "t.guard:1:11: the parameter `x` stands twice"},
      {"let x = counts(A)", "t.guard:1:9: there is no function `counts`"},
      {"let x = join(A)", "t.guard:1:9: `join` was given 1 arguments"},
      {"rule a { b }\nrule b { A exists }", "t.guard:1:12: unexpected `}`"},
      {"A[ keys exists ] exists", "t.guard:1:9: unexpected `exists ] exists`"},
      {"when A exists { AWS::S3::Bucket A == 1 }", "t.guard:1:17: a type block cannot stand here"},
      {"AWS::S3::Bucket{ A == 1 }", "t.guard:1:16: unexpected `{ A == 1 }`"},
      {"A[99999999999999999999] exists", "t.guard:1:3: this index does not fit into 64 bits"},
  };
  for (const Wrong& wrong : table) {
    auto compiled = compile_guard(wrong.text, "t.guard");
    ASSERT_FALSE(compiled) << wrong.text;
    EXPECT_TRUE(starts_with(compiled.error().text(), wrong.error)) << wrong.text << "\n" << compiled.error().text();
  }
  EXPECT_FALSE(compile_guard(std::string(5000, '[') + "A", "t.guard"));
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "A {\n";
  auto compiled = compile_guard(deep, "t.guard");
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().code, Code::limit);
}

TEST(GuardErrors, EndlessRulesEnd) {
  const DocumentPtr data = document("A: 1");
  for (const char* text : {"rule a { b\n}\nrule b { a\n}", "let x = %x\nrule a { %x exists }", "rule r(x) { r(%x) }\nrule a { r(A) }"}) {
    const auto result = run(text, data);
    EXPECT_NE(result.status, GuardStatus::pass) << text;
  }
  GuardOptions few;
  few.steps_max = 3;
  const auto result = rules("rule a { A == 1\n A == 1\n A == 1\n A == 1 }")->evaluate(data->root(), few);
  EXPECT_EQ(result.status, GuardStatus::unknown);
  ASSERT_TRUE(result.rules[0].error);
  EXPECT_EQ(result.rules[0].error->code, Code::limit);
  // A pattern that backtracks without end is unknown, not a hang.
  const auto hostile = run("A == /^(a+)+$/\nA == /^(a|aa)+\\1?$/", document("A: " + std::string(5000, 'a') + "!"));
  EXPECT_NE(hostile.status, GuardStatus::pass);
}

TEST(GuardErrors, OneBadRuleLeavesTheOthers) {
  const DocumentPtr data = document("A: five");
  const auto result = run("let n = parse_int(A)\nrule a { %n == 5 }\nrule b { A == 'five' }", data);
  EXPECT_EQ(result.rules[0].status, GuardStatus::fail);
  EXPECT_NE(result.rules[0].failures.at(0).expected.find("cannot be evaluated"), std::string::npos);
  EXPECT_EQ(result.rules[1].status, GuardStatus::pass);
}

// ---- what a file speaks of

std::string spoken(std::string_view text) {
  auto compiled = rules(text);
  std::string out;
  for (const auto& type : compiled->types()) out += type + " ";
  if (compiled->any_type()) out += "* ";
  out += "|";
  for (const auto& mention : compiled->mentions()) out += " " + mention.type + ":" + mention.path;
  return out;
}

TEST(GuardMentions, FollowBlocksFiltersConditionsAndVariables) {
  EXPECT_EQ(spoken("AWS::S3::Bucket { Properties.A == 1\n Properties.B { C exists } }"),
            "AWS::S3::Bucket | AWS::S3::Bucket:Properties.A AWS::S3::Bucket:Properties.B AWS::S3::Bucket:Properties.B.C");
  EXPECT_EQ(spoken("let x = Resources.*[ Type == 'AWS::S3::Bucket' ]\nrule r when %x !empty { %x { Properties.A exists } }"),
            "AWS::S3::Bucket | AWS::S3::Bucket:Properties.A");
  EXPECT_EQ(spoken("let x = Resources.*[ Type in ['T::A', 'T::B'] Properties.F == 1 ]\n%x.Properties.Rules[*].Name == 1"),
            "T::A T::B | T::A:Properties.F T::B:Properties.F T::A:Properties.Rules.Name T::B:Properties.Rules.Name");
  EXPECT_EQ(spoken("let t = 'T::A'\nlet x = Resources.*[ Type == %t ]\nlet p = %x.Properties\nrule r { %p { A exists } }"), "T::A | T::A:Properties T::A:Properties.A");
  EXPECT_EQ(spoken("rule check(x) { %x { Properties.A exists } }\nrule r { check(Resources.*[ Type == 'T::A' ]) }"), "T::A | T::A:Properties.A");
  EXPECT_EQ(spoken("T::A::B when Properties.W exists { Properties.Tags[ Key == 'x' ].Value exists }"),
            "T::A::B | T::A::B:Properties.W T::A::B:Properties.Tags.Key T::A::B:Properties.Tags.Value");
  EXPECT_EQ(spoken("Parameters exists"), "* |");
  EXPECT_EQ(spoken("Resources.*.Properties.A exists"), "* |");
  EXPECT_EQ(spoken("rule a when Resources exists { T::A A.*.B exists }"), "T::A * | T::A:A");
}

TEST(Guard, TellsWhetherNowWasAsked) {
  const DocumentPtr data = document("A: 1");
  const char* text = "let n = now()\nrule a when A == 2 { %n > 1 }\nrule b { A == 1 }";
  EXPECT_TRUE(rules(text)->uses_now());
  EXPECT_FALSE(run(text, data).used_now);
  EXPECT_TRUE(run("let n = now()\n%n > 1", data).used_now);
  EXPECT_FALSE(rules("A == 1")->uses_now());
}

TEST(Guard, GivesOneResultForEachBlockDefaultFirst) {
  const auto result = run("rule s when A == 2 { A == 1 }\nA == 1\nrule s { A == 2 }", document("A: 1"));
  ASSERT_EQ(result.rules.size(), 3u);
  EXPECT_EQ(result.rules[0].rule, "default");
  EXPECT_EQ(result.rules[0].status, GuardStatus::pass);
  EXPECT_EQ(result.rules[1].status, GuardStatus::skip);
  EXPECT_EQ(result.rules[2].status, GuardStatus::fail);
  EXPECT_EQ(rules("A == 1\nrule s { A == 1 }\nrule s { A == 2 }")->rule_names(), (std::vector<std::string>{"default", "s"}));
}

TEST(Guard, CommentsAndWordsOfTheLanguageAsKeys) {
  EXPECT_EQ(run("# c\nrule a # c\n{ # c\n A # c\n == # c\n 1 # c\n}", document("A: 1")).status, GuardStatus::pass);
  EXPECT_EQ(run("trueFlag == falseFlag", document("trueFlag: 1\nfalseFlag: 1")).status, GuardStatus::pass);
  EXPECT_EQ(run("thisThing == 1\nletter == 1\norder == 1\nwhenever == 1\nsomething == 1\nnotes exists", document("{thisThing: 1, letter: 1, order: 1, whenever: 1, something: 1, notes: 1}")).status,
            GuardStatus::pass);
}

}  // namespace
}  // namespace reeve::guard
