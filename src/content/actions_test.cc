// What content may ask, held against IAM's own table.
#include "content/actions.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace reeve {
namespace {

const char* const kTable = R"({"source": "test", "levels": {}, "services": {"q": {"actions": {"List": ["L", [], []], "Get": ["R", [], []], "Purge": ["W", [], []], "Share": ["WP", [], []], "Take": ["R", [], []]}}}})";
const char* const kOperations = "prefixes: {queue: q}\noperations:\n  queue:ListAll: {actions: [q:List], why: another name}\n  queue:WhoAmI: {actions: [], why: needs none}\nown_queue: {queue:Take: {why: made for a test}}\nnot_reads: {q:Share: made for a test}\n";

std::vector<std::string> breaches(const std::string& permissions, const std::string& reads, const std::string& operations = kOperations) {
  std::string type = "type: A::Q::Queue\ntitle: queue\nscope: regional\npermissions: " + permissions + "\nreads: " + reads + "\n";
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer({{"actions/iam.json", kTable}, {"actions/operations.yaml", operations}, {"resources/q.yaml", type}}, "t"));
  std::vector<std::string> out;
  for (const Error& error : validate_permissions(load_content(std::move(layers)))) out.push_back(error.text().substr(0, error.text().find(';')));
  return out;
}

TEST(Actions, HoldPermissionsAgainstReads) {
  using Texts = std::vector<std::string>;
  struct {
    const char *permissions, *reads;
    Texts expected;
  } cases[] = {
      {"[q:List, q:Get]", "[{call: 'queue:ListAll'}, {call: 'queue:Get'}, {call: 'queue:WhoAmI'}]", {}},
      {"[q:Get]", "[{call: 'queue:Get', after: 'queue:ListAll'}]", {"t/resources/q.yaml:4:14: the reads need `q:List`, which `permissions` does not name"}},
      {"[q:Get, q:List]", "[{call: 'queue:Get'}]", {"t/resources/q.yaml:4:22: permission `q:List` is needed by no read of the file"}},
      {"[q:Purge]", "[{call: 'queue:Purge'}]", {"t/resources/q.yaml:5:16: `queue:Purge` does more than read: IAM's access level of `q:Purge` is neither List nor Read"}},
      {"[q:Take]", "[{call: 'queue:Take'}]", {"t/resources/q.yaml:5:16: `queue:Take` is asked by a follower of its own queue alone"}},
      {"[q:Share]", "[{call: 'queue:Share'}]", {}},
      {"[q:Read]", "[{call: 'queue:Read'}]", {"t/resources/q.yaml:5:16: `queue:Read` needs `q:Read`, an action that IAM does not have"}},
  };
  for (auto& c : cases) EXPECT_EQ(breaches(c.permissions, c.reads), c.expected) << c.reads;
  EXPECT_EQ(breaches("[q:Get]", "[{call: 'queue:Get'}]", "prefixes: {queue: q}\noperations: {queue:X: {actions: [q:Y]}}\n"), Texts{"t/actions/operations.yaml:2:14: `queue:X` says too little"});
  EXPECT_EQ(breaches("[q:Get]", "[{call: 'queue:Get'}]", "prefixes: {queue: q}\nown_queue: {queue:X: {}}\n"), Texts{"t/actions/operations.yaml:2:13: `queue:X` has no reason"});
}

TEST(Actions, KnowWhatACallNeeds) {
  std::vector<Error> errors;
  ActionCatalogue actions = actions_of(load_content(ContentOptions()), errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_TRUE(actions.known());
  EXPECT_EQ(actions.needed("s3:ListBuckets").actions, std::vector<std::string>{"s3:ListAllMyBuckets"});
  EXPECT_EQ(actions.needed("elbv2:DescribeListeners").actions, std::vector<std::string>{"elasticloadbalancing:DescribeListeners"});
  EXPECT_EQ(actions.needed("kms:ListKeys").actions, std::vector<std::string>{"kms:ListKeys"});
  EXPECT_TRUE(actions.needed("sts:GetCallerIdentity").actions.empty());
  EXPECT_EQ(actions.needed("sqs:DeleteMessageBatch").actions, std::vector<std::string>{"sqs:DeleteMessage"});
  std::vector<std::string> own;
  for (auto& [call, why] : actions.own_queue()) own.push_back(call);
  EXPECT_EQ(own, (std::vector<std::string>{"sqs:DeleteMessageBatch", "sqs:ReceiveMessage"})) << "all that is ever changed in AWS";
  EXPECT_EQ(actions.levels("s3:ListAllMyBuckets"), "L");
  EXPECT_EQ(actions.levels("s3:PutBucketPolicy"), "WP");
  EXPECT_EQ(actions.levels("s3:Nonsense"), "");
}

}  // namespace
}  // namespace reeve
