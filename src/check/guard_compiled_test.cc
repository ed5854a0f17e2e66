// What is made once and looked up afterwards says what asking one by one says.
#include <thread>

#include "check/guard_regex.h"
#include "check/guard_testing.h"
#include "check/guard_trace.h"
#include "formats/holding.h"

namespace reeve::guard {
namespace {

constexpr const char* volumes = R"(
let volumes = Resources.*[ Type == 'AWS::EC2::Volume' ]
let TYPE = 'AWS::EC2::Volume'
let SHADOWED = 'AWS::EC2::Volume'
let named = Resources.*[ Type == %TYPE ]
let keys = Resources.*[ Type == 'AWS::KMS::Key' ]
rule by_filter when %volumes !empty { %volumes.Properties.Encrypted == true }
rule by_name when %named !empty { %named.Properties.Encrypted == true }
rule shadowed {
  let SHADOWED = 'AWS::EC2::Instance'
  Resources.*[ Type == %SHADOWED ].Properties.Size < 5
}
rule asked(WHICH) { Resources.*[ Type == %WHICH ].Properties.Size < 5 }
rule asks { asked('AWS::EC2::Instance') }
rule none_of_it { %keys empty }
rule some_of_it { some Resources.*[ Type == 'AWS::EC2::Volume' ].Properties.Size > 3 }
rule by_type { AWS::EC2::Volume { Properties.Encrypted == true } }
rule no_such_type { AWS::KMS::Key { Properties.Enabled == true } }
rule captured { Resources[ name | Type == 'AWS::EC2::Volume' ].Properties.Encrypted == true }
rule and_more { Resources.*[ Type == 'AWS::EC2::Volume' Properties.Size exists ].Properties.Size < 9 }
)";

// Resources enough for a look-up, and one more as each case says.
std::string with(const std::string& more) {
  std::string out = "Resources:\n";
  for (int i = 0; i < 6; ++i) out += "  R" + std::to_string(i) + ": {Type: 'AWS::EC2::" + (i % 2 ? "Volume" : "Instance") + "', Properties: {Encrypted: true, Size: " + std::to_string(i) + "}}\n";
  return out + more;
}

// The trace asks one by one.
TEST(ByType, SaysWhatAskingOneByOneSays) {
  const std::vector<std::string> more = {
      "",
      "  X: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: false}}\n",
      "  X: {Type: 'AWS::EC2::Volume'}\n",
      "  X: {Properties: {Encrypted: false}}\n",
      "  X: {Type: ['AWS::EC2::Volume'], Properties: {Encrypted: false}}\n",
      "  X: {type: 'AWS::EC2::Volume', Properties: {Encrypted: false}}\n",
      "  X: {Type: !unknown not said, Properties: {Encrypted: false}}\n",
      "  X: !unknown not said\n",
      "  X: 'AWS::EC2::Volume'\n",
      "  open: there may be more\n",
      "  X: {Type: 'AWS::KMS::Key', Properties: {Enabled: false}}\n",
      "  R1: {Type: 'AWS::KMS::Key', Properties: {Enabled: true}}\n",
  };
  for (Semantics semantics : {Semantics::reeve, Semantics::v3_2_0, Semantics::v3_2_1})
    for (const std::string& text : more) {
      const DocumentPtr data = open_document(with(text));
      GuardOptions options;
      options.semantics = semantics;
      const auto compiled = rules(volumes, semantics);
      const GuardResult result = compiled->evaluate(data->root(), options);
      const GuardTrace trace = trace_guard(*compiled, data->root(), options);
      ASSERT_EQ(result.rules.size(), trace.steps.size());
      for (size_t i = 0; i < trace.steps.size(); ++i)
        if (!result.rules[i].error) EXPECT_EQ(name(result.rules[i].status), name(trace.steps[i].status)) << result.rules[i].rule << " with " << text << " under " << int(semantics);
    }
}

TEST(ByType, HoldsForTheDocumentAtHandOnly) {
  const auto compiled = rules("rule r { Resources.*[ Type == 'AWS::EC2::Volume' ].Properties.Encrypted == true }");
  for (int round = 0; round < 50; ++round) {  // documents come and go, perhaps at the same address
    const bool encrypted = round % 3 != 0;
    const DocumentPtr data = document(with("  X: {Type: 'AWS::EC2::Volume', Properties: {Encrypted: " + std::string(encrypted ? "true" : "false") + "}}\n"));
    EXPECT_EQ(compiled->evaluate(data->root(), {}).status, encrypted ? GuardStatus::pass : GuardStatus::fail) << round;
  }
}

TEST(Spellings, AreTheSameFromManyThreads) {
  const auto compiled = rules("rule r { Properties.BucketName == 'a'\n Properties.Other == /^b{3}$/ }");
  const DocumentPtr data = document("properties: {bucket_name: a, other: bbb}");
  std::vector<GuardStatus> status(8, GuardStatus::skip);
  std::vector<std::thread> threads;
  for (GuardStatus& each : status) threads.emplace_back([&] { each = compiled->evaluate(data->root(), {}).status; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(status, std::vector<GuardStatus>(8, GuardStatus::fail));  // one spelling for a whole query: `properties.bucketName`
  const DocumentPtr camel = document("properties: {bucketName: a, other: bbb}");
  EXPECT_EQ(compiled->evaluate(camel->root(), {}).status, GuardStatus::pass);
}

TEST(Regex, LimitsEndWhatBacktracks) {
  struct Row {
    const char* pattern;
    std::string text;
    Regex::Match match;
  };
  const std::string as(5000, 'a');
  const std::vector<Row> table = {
      {"^(a+)+$", as + "!", Regex::Match::gave_up},
      {"(.*a){20}$", as + "!", Regex::Match::gave_up},
      {"^(?:[a-z]+,)*$", as, Regex::Match::no},
      {"^(a|b)*$", std::string(20000, 'a'), Regex::Match::yes},  // deep, but honest
  };
  for (const Row& row : table) {
    auto regex = Regex::make(row.pattern);
    ASSERT_TRUE(regex) << row.pattern;
    EXPECT_EQ(regex->search(row.text), row.match) << row.pattern;
  }
}

TEST(ChildHolding, IsTheSameForFewAndMany) {
  for (int count : {0, 1, 3, 63, 64, 65, 1000}) {
    std::string list = "L: [", map = "M: {";
    for (int i = 0; i < count; ++i) {
      list += (i ? ", " : "") + std::string("{a: [1, 2]}");
      map += (i ? ", k" : "k") + std::to_string(i) + ": [x]";
    }
    const DocumentPtr data = document(list + "]\n" + map + "}\n");
    const Value items = data->root().get("L"), pairs = data->root().get("M");
    uint32_t number = 0;
    for (Value item : items.items()) {
      for (uint32_t i = item.index(); i < item.index() + item.node().span; ++i) {
        const auto child = child_holding(*data, items.index(), i);
        ASSERT_TRUE(child);
        EXPECT_EQ(child->node, item.index());
        EXPECT_EQ(child->number, number);
      }
      EXPECT_EQ(item.get("a").at(1).path(), "$.L[" + std::to_string(number++) + "].a[1]");
    }
    for (auto entry : pairs.entries()) {
      for (uint32_t i : {entry.key_node.index(), entry.value.index(), entry.value.index() + 1}) {
        const auto child = child_holding(*data, pairs.index(), i);
        ASSERT_TRUE(child);
        EXPECT_EQ(child->node, entry.key_node.index());
      }
      EXPECT_EQ(entry.value.at(0).path(), "$.M." + std::string(entry.key()) + "[0]");
    }
    EXPECT_FALSE(child_holding(*data, items.index(), items.index()));
    EXPECT_FALSE(child_holding(*data, items.index(), pairs.index()));
    EXPECT_FALSE(child_holding(*data, pairs.index(), items.index()));
  }
}

}  // namespace
}  // namespace reeve::guard
