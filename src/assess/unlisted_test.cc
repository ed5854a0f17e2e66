// Unlisted: what could not be listed is said once, with the call that would have; another service's call that tells as much stands for it.
#include "assess/unlisted.h"

#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

ReadRecord read_of(const std::string& call, const std::string& error = "") {
  ReadRecord out;
  out.call = call;
  out.region = "eu-west-1";
  out.status = error.empty() ? ReadRecord::Status::ok : ReadRecord::Status::denied;
  out.error = error;
  return out;
}

// `docs:ListClusters` first; `all:ListClusters` tells the same of each, `watch:ListWatched` only that it is watched.
const ResourceType& cluster() {
  static const ResourceCatalogue types = catalogue_of_yaml({
      "type: AWS::Docs::Cluster\ntitle: t\nscope: regional\narn: 'arn:{partition}:docs:{region}:{account}:{id}'\nreads:\n"
      "  - {call: 'docs:ListClusters', each: 'C[]', id: Id, set: {Properties.Size: Size, Properties.Key: Key}}\n"
      "  - {call: 'all:ListClusters', each: 'C[]', id: Id, set: {Properties.Size: Size, Properties.Key: Key, Observed.Engine: Engine}}\n"
      "  - {call: 'watch:ListWatched', each: 'W[]', id: Id, set: {Properties.Key: Key}}\n"
      "  - {call: 'all:GetCluster', parameter: Id, set: {Properties.Size: Size, Properties.Key: Key}}\n",
  });
  return *types.find("AWS::Docs::Cluster");
}

TEST(Unlisted, AnotherServicesCallListsATypeIfItTellsAllThatTheFirstTells) {
  struct Case {
    std::vector<ReadRecord> reads;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {{}, ""},
      {{read_of("docs:ListClusters")}, ""},
      {{read_of("all:ListClusters")}, ""},
      {{read_of("all:ListClusters"), read_of("docs:ListClusters", "AccessDenied")}, ""},
      {{read_of("all:ListClusters", "AccessDenied")}, "eu-west-1: all:ListClusters AccessDenied"},
      {{read_of("watch:ListWatched")}, "global: docs:ListClusters not read"},
      {{read_of("all:GetCluster")}, "global: docs:ListClusters not read"},
      {{read_of("else:ListThings")}, "global: docs:ListClusters not read"},
  };
  for (const Case& one : cases) {
    std::string got;
    for (const Unlisted& each : unlisted(cluster(), one.reads, {"111122223333"})) got += each.resource.region + ": " + each.reason;
    EXPECT_EQ(got, one.expected) << (one.reads.empty() ? "nothing asked" : one.reads[0].call);
  }
}

}  // namespace
}  // namespace reeve
