// What a file of content/resources may say, and how each thing that it may not say is refused.
#include "estate/resource_type.h"

#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

std::string refusal(const std::string& yaml) {
  auto type = read_resource_type(yaml_of(yaml)->root(), "type.yaml");
  return type ? "taken" : type.error().text();
}

TEST(ResourceType, RefusesWithThePlace) {
  const std::string head = "type: T\ntitle: t\nscope: global\n";            // three lines
  const std::string reads = head + "reads:\n  - call: s:Op\n    set:\n      ";  // `Properties.…` begins at 7:7
  struct {
    std::string yaml;
    const char *place, *what;
  } cases[] = {
      {"[1]", ":1:1", "a resource type is a map"},
      {"title: t\nscope: global\n", ":1:1", "`type` is missing"},
      {"type: T\nscope: global\n", ":1:1", "`title` is missing"},
      {"type: T\ntitle: t\n", ":1:1", "`scope` is missing"},
      {"type: [T]\ntitle: t\nscope: global\n", ":1:7", "`type` is not a text"},
      {"type: T\ntitle: t\nscope: local\n", ":3:8", "`local` is no scope"},
      {head + "singleton: user\n", ":4:12", "`user` is no singleton"},
      {head + "reeds: []\n", ":4:1", "unknown key `reeds`; expected `reads`"},
      {head + "arn: 'arn:{partition}:s3:::{name}'\n", ":4:6", "`{name}` is nothing an ARN is filled with"},
      {head + "arn: 'arn:{partition'\n", ":4:6", "is nothing an ARN is filled with"},
      {head + "reads: {call: x}\n", ":4:8", "`reads` is a list"},
      {head + "reads: [text]\n", ":4:9", "a read is a map"},
      {head + "reads: [{set: {}}]\n", ":4:9", "`call` is missing"},
      {head + "reads: [{call: ListBuckets}]\n", ":4:16", "`ListBuckets` is no call"},
      {head + "reads: [{call: 's3:'}]\n", ":4:16", "`s3:` is no call"},
      {head + "reads: [{call: 's:Op', parametre: X}]\n", ":4:24", "unknown key `parametre`; expected `parameter`"},
      {head + "reads: [{call: 's:Op', each: 'a b'}]\n", ":4:30", "path `a b` is not understood at character 3"},
      {head + "reads: [{call: 's:Op', id: [a]}]\n", ":4:28", "a path is text"},
      {head + "reads: [{call: 's:Op', with: [a]}]\n", ":4:30", "`with` is a map"},
      {head + "reads: [{call: 's:Op', match: Observed.Url}]\n", ":4:31", "`match` names `Observed.Url`, which no read sets"},
      {head + "reads: [{call: 's:Op', absent_when: {a: b}}]\n", ":4:37", "`absent_when` is not a list"},
      {head + "reads: [{call: 's:Op', each: 'L[]', unlisted: no}]\n", ":4:47", "`no` is nothing that not being listed can mean"},
      {head + "reads: [{call: 's:Op', unlisted: absent}]\n", ":4:34", "`unlisted` is about a call that lists"},
      {head + "reads: [{call: 's:Op', each: 'L[]', set: {Properties.A: {always: true, path: A}}}]\n", ":4:66", "`always` needs `list`"},
      {head + "reads: [{call: 's:Op', each: 'L[]', set: {Properties.A: {always: no, list: [{each: A, item: {B: B}}]}}}]\n", ":4:66", "`always` is true or not there"},
      {head + "reads: [{call: 's:Op', set: [a]}]\n", ":4:29", "`set` is a map"},
      {reads + "Bucket: a\n", ":7:7", "`Bucket` is no target"},
      {reads + "Properties.A: [a]\n", ":7:21", "a target is set from a path or a form"},
      {reads + "Properties.A: {}\n", ":7:21", "this form has no source"},
      {reads + "Properties.A: {pth: a}\n", ":7:22", "unknown key `pth`; expected `path`"},
      {reads + "Properties.A: {path: a, keys: lower}\n", ":7:37", "`lower` is no way to change keys"},
      {reads + "Properties.A: {path: a, present: b}\n", ":7:28", "`present` and `path` do not go together"},
      {reads + "Properties.A: {const: a, entries: b}\n", ":7:41", "`const` and `entries` do not go together"},
      {reads + "Properties.A: {entries: a, keys: upper_first}\n", ":7:40", "`keys` needs `path`"},
      {reads + "Properties.A: {path: a, rename: [b]}\n", ":7:39", "`rename` is a map"},
      {reads + "Properties.A: {path: a, values: [b]}\n", ":7:39", "`values` is a map"},
      {reads + "Properties.A: {list: {each: a}}\n", ":7:28", "`list` is a list of entries"},
      {reads + "Properties.A: {list: []}\n", ":7:28", "`list` is a list of entries"},
      {reads + "Properties.A: {list: [{item: {B: b}}]}\n", ":7:29", "a list entry needs `each`"},
      {reads + "Properties.A: {list: [{each: a}]}\n", ":7:29", "a list entry makes nothing"},
      {reads + "Properties.A: a\n      Properties.A.B: b\n", ":1:1", "set both whole and in parts"},
      {reads + "Properties.A: a\nconfig: true\n", ":8:9", "`config` is a map"},
      {reads + "Properties.A: a\nconfig: {sets: {}}\n", ":8:10", "unknown key `sets`; expected `set`"},
      {reads + "Properties.A: a\ncolumns: [a]\n", ":8:10", "`columns` is a map"},
      {reads + "Properties.A: a\ncolumns: {b: Properties.B}\n", ":8:14", "column `b` asks for `Properties.B`, which no read sets"},
      {reads + "Properties.A: a\nedges: {kind: x}\n", ":8:8", "`edges` is a list"},
      {reads + "Properties.A: a\nedges: [x]\n", ":8:9", "an edge is a map"},
      {reads + "Properties.A: a\nedges: [{kind: x, to: T}]\n", ":8:9", "an edge needs `by`"},
      {reads + "Properties.A: a\nedges: [{kind: x, to: T, by: Properties.B}]\n", ":8:30", "asks for `Properties.B`"},
      {head + "events: {source: s3.amazonaws.com}\n", ":4:9", "`events` is a list"},
      {head + "events: [x]\n", ":4:10", "one of `events` is no map"},
      {head + "events: [{source: s3.amazonaws.com, name: X}]\n", ":4:37", "unknown key `name`"},
      {head + "events: [{source: s3, names: [X], at: [a]}]\n", ":4:19", "`s3` is no source of events"},
      {head + "events: [{names: [X], at: [a]}]\n", ":4:10", "is no source of events"},
      {head + "events: [{source: s3.amazonaws.com, at: [a]}]\n", ":4:10", "`names` is missing"},
      {head + "events: [{source: s3.amazonaws.com, names: X, at: [a]}]\n", ":4:44", "`names` is a list"},
      {head + "events: [{source: s3.amazonaws.com, names: ['Put*Policy'], at: [a]}]\n", ":4:44", "`Put*Policy` is no name of an event"},
      {head + "events: [{source: s3.amazonaws.com, names: ['*'], at: [a]}]\n", ":4:44", "`*` is no name of an event"},
      {head + "events: [{source: s3.amazonaws.com, names: [X], at: ['a b']}]\n", ":4:53", "path `a b` is not understood"},
      {head + "events: [{source: s3.amazonaws.com, names: [X]}]\n", ":4:10", "an event says nothing of what it touched"},
      {head + "events: [{source: s3.amazonaws.com, names: [X], calls: ['s3:ListBuckets']}]\n", ":4:56", "`s3:ListBuckets` is no call of this type's reads"},
  };
  for (auto& c : cases) {
    std::string got = refusal(c.yaml);
    EXPECT_NE(got.find(c.what), std::string::npos) << c.yaml << "\n  " << got;
    EXPECT_EQ(got.rfind("type.yaml" + std::string(c.place) + ": ", 0), 0u) << c.yaml << "\n  " << got;
  }
}

TEST(ResourceType, KnowsTheEventsThatTouchIt) {
  auto type = must(read_resource_type(yaml_of("type: T\ntitle: t\nscope: global\nreads:\n  - {call: 's:Op', set: {Properties.A: a}}\n"
                                              "events: [{source: s.amazonaws.com, names: [Make, 'Put*'], at: [requestParameters.id]}, {source: s.amazonaws.com, names: [Drop], calls: ['s:Op']}]\n")
                                          ->root(), "t"));
  ASSERT_EQ(type->events.size(), 2u);
  struct {
    const char *source, *name;
    bool means;
  } cases[] = {{"s.amazonaws.com", "Make", true}, {"s.amazonaws.com", "MakeMore", false}, {"s.amazonaws.com", "Put", true}, {"s.amazonaws.com", "PutPolicy", true},
               {"s.amazonaws.com", "Pu", false}, {"s.amazonaws.com", "Drop", false}, {"t.amazonaws.com", "Make", false}};
  for (auto& c : cases) EXPECT_EQ(type->events[0].means(c.source, c.name), c.means) << c.source << " " << c.name;
  EXPECT_EQ(type->events[1].calls, std::vector<std::string>{"s:Op"});
}

TEST(ResourceType, KnowsWhatARuleMayAskFor) {
  auto type = must(read_resource_type(yaml_of("type: T\ntitle: t\nscope: global\nreads:\n  - call: s:Op\n    set: {Properties.A.B: b, Observed.C: c}\n")->root(), "t"));
  struct {
    const char* path;
    bool maps;
  } cases[] = {{"Properties", true}, {"Properties.A", true}, {"Properties.A.B", true}, {"Properties.A.B.X.Y", true}, {"Observed.C", true}, {"Type", true},
               {"Properties.AB", false}, {"Properties.A.BX", false}, {"Properties.D", false}, {"Observed.A", false}};
  for (auto& c : cases) EXPECT_EQ(type->maps(c.path), c.maps) << c.path;
  EXPECT_EQ(type->setters.size(), 2u);
}

TEST(ResourceType, TheCatalogueFindsTypesByCallAndByCliName) {
  ResourceCatalogue catalogue = catalogue_of_yaml({
      "type: AWS::RDS::DBInstance\ntitle: t\nscope: regional\nreads: [{call: 'rds:DescribeDBInstances', each: 'D[]', id: I, set: {Properties.A: A}}]\n",
      "type: AWS::S3::Bucket\ntitle: t\nscope: global\nreads: [{call: 's3:ListBuckets', set: {Properties.A: A}}, {call: 's3control:GetPublicAccessBlock', set: {Properties.B: B}}]\n"
      "config: {type: AWS::S3::OldName, set: {Properties.A: a}}\n",
  });
  struct {
    const char *cli, *call;
  } cases[] = {{"rds-describe-db-instances", "rds:DescribeDBInstances"}, {"s3-list-buckets", "s3:ListBuckets"}, {"s3control-get-public-access-block", "s3control:GetPublicAccessBlock"},
               {"s3-list-bucket", ""}, {"", ""}, {"-", ""}, {"rds", ""}};
  for (auto& c : cases) EXPECT_EQ(catalogue.call_of_cli_name(c.cli), c.call) << c.cli;
  EXPECT_EQ(catalogue.find_config("AWS::S3::OldName")->type, "AWS::S3::Bucket");
  EXPECT_EQ(catalogue.find_config("AWS::RDS::DBInstance")->type, "AWS::RDS::DBInstance");
  EXPECT_EQ(catalogue.find("AWS::S3::OldName"), nullptr);

  // A later layer replaces the whole file, and nothing points at what is gone.
  catalogue.add(must(read_resource_type(yaml_of("type: AWS::S3::Bucket\ntitle: other\nscope: global\nreads: [{call: 's3:ListBuckets', set: {Properties.C: C}}]\n")->root(), "t")));
  EXPECT_EQ(catalogue.types().size(), 2u);
  EXPECT_EQ(catalogue.find("AWS::S3::Bucket")->title, "other");
  EXPECT_EQ(catalogue.find_config("AWS::S3::OldName"), nullptr);
  EXPECT_EQ(catalogue.uses("s3:ListBuckets")->size(), 1u);
  EXPECT_EQ(catalogue.uses("s3control:GetPublicAccessBlock"), nullptr);
}

}  // namespace
}  // namespace reeve
