// How answers from many sources become one resource: which of them counts, what is absent, what is unknown, and where each stood.
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

// Each case is two answers to one question.
struct Said {
  const char* json;   // the item; null: an error that says it is not there
  const char* time;   // RFC 3339; empty: none
  const char* basis;  // "": the reply's own | stated | file
  const char* call;
};

std::string merged(const Said& a, const Said& b) {
  auto type = must(read_resource_type(yaml_of("type: T\ntitle: t\nscope: global\nreads: [{call: 's:A', id: i, set: {Properties.V: V}}]")->root(), "t.yaml"));
  ResourceDraft draft(*type);
  draft.uid = draft.id = "x";
  std::vector<DocumentPtr> kept;
  for (const Said* said : {&a, &b}) {
    Source source{nullptr, std::string("file of ") + said->call, said->call, *said->time ? parse_time(said->time)->ms : 0, said->basis, "$"};
    if (said->json) kept.push_back(must(read_json(said->json, source)));
    uint32_t number = draft.add_source(source, !*said->basis);
    if (said->json) draft.answer(0, type->reads[0].set[0].second, kept.back()->root(), number);
    else draft.answer_absent(0, number, "$.Error.Code");
  }
  Resource made = draft.finish();
  Value value = made.body().get("Properties").get("V");
  if (value.is_unknown()) return "unknown: " + std::string(value.text());
  return value ? to_json(value) : "absent";
}

TEST(Resource, OfTwoAnswersTheNewerCountsAndADisagreementAboutOneMomentIsUnknown) {
  const char *early = "2026-01-01T00:00:00Z", *late = "2026-02-01T00:00:00Z";
  const char *one = R"({"V": 1})", *two = R"({"V": 2})", *none = "{}";
  struct {
    const char* what;
    Said a, b;
    const char* expected;  // `conflict` for the whole sentence
  } cases[] = {
      {"exact times: the newer", {one, early, "", "s:A"}, {two, late, "", "s:A"}, "2"},
      {"exact times: gone since", {one, early, "", "s:A"}, {none, late, "", "s:A"}, "absent"},
      {"exact times: gone since, says an error", {one, early, "", "s:A"}, {nullptr, late, "", "s:A"}, "absent"},
      {"exact times: there since", {none, early, "", "s:A"}, {two, late, "", "s:A"}, "2"},
      {"one moment, one value", {one, late, "", "s:A"}, {one, late, "", "s:B"}, "1"},
      {"one moment, two values", {one, late, "", "s:A"}, {two, late, "", "s:B"}, "conflict"},
      {"one moment, one call says it is there, and not", {one, late, "", "s:A"}, {none, late, "", "s:A"}, "conflict"},
      {"one moment, another call has no such member", {one, late, "", "s:A"}, {none, late, "", "s:B"}, "1"},
      {"files: their times say nothing", {one, early, "file", "s:A"}, {two, late, "file", "s:A"}, "conflict"},
      {"files that agree", {one, early, "file", "s:A"}, {one, late, "file", "s:A"}, "1"},
      {"files: gone, or not yet there", {one, early, "file", "s:A"}, {nullptr, late, "file", "s:A"}, "conflict"},
      {"no time at all", {one, "", "unknown", "s:A"}, {two, "", "unknown", "s:A"}, "conflict"},
      {"a bound after a moment", {one, early, "", "s:A"}, {two, late, "stated", "s:A"}, "2"},
      {"a bound before a moment may still be newer: the moment counts", {one, early, "stated", "s:A"}, {two, late, "", "s:A"}, "2"},
      {"two bounds: the later, where both have a value", {one, early, "stated", "s:A"}, {two, late, "stated", "s:A"}, "2"},
      {"two bounds: an absence takes no value of the same call away", {one, early, "stated", "s:A"}, {none, late, "stated", "s:A"}, "conflict"},
      {"two bounds: another call may lack the member", {one, early, "stated", "s:A"}, {none, late, "stated", "s:B"}, "1"},
      {"a bound after a moment, another call lacks the member", {one, early, "", "s:A"}, {none, late, "stated", "s:B"}, "1"},
      {"a file of any age against an old moment", {one, early, "", "s:A"}, {two, late, "file", "s:A"}, "conflict"},
      {"a file without the member, of another call", {one, early, "", "s:A"}, {none, late, "file", "s:B"}, "1"},
      {"absent twice", {none, early, "file", "s:A"}, {nullptr, late, "file", "s:A"}, "absent"},
      // Written differently, the same is said.
      {"spelling: text and number", {R"({"V": "5"})", late, "", "s:A"}, {R"({"V": 5})", late, "", "s:B"}, "\"5\""},
      {"spelling: forms of one time", {R"({"V": "2020-01-01T00:00:00Z"})", late, "", "s:A"}, {R"({"V": "2020-01-01T00:00:00.000+00:00"})", late, "", "s:B"}, "\"2020-01-01T00:00:00Z\""},
      {"spelling: order of a list", {R"({"V": [{"a": 1}, {"a": 2}]})", late, "", "s:A"}, {R"({"V": [{"a": 2}, {"a": 1}]})", late, "", "s:B"}, R"([{"a":1},{"a":2}])"},
      {"a list that has one more", {R"({"V": [1]})", late, "", "s:A"}, {R"({"V": [1, 1]})", late, "", "s:B"}, "conflict"},
      {"a map that has one more", {R"({"V": {"a": 1}})", late, "", "s:A"}, {R"({"V": {"a": 1, "b": 1}})", late, "", "s:B"}, "conflict"},
  };
  for (auto& c : cases) {
    // The order in which files are met decides nothing (but which of two spellings is kept).
    for (auto& got : {merged(c.a, c.b), merged(c.b, c.a)}) {
      if (std::string(c.expected) == "conflict") EXPECT_EQ(got.rfind("unknown: conflict: ", 0), 0u) << c.what << ": " << got;
      else if (std::string(c.what).rfind("spelling: ", 0) == 0) EXPECT_NE(got.rfind("unknown", 0), 0u) << c.what << ": " << got;
      else EXPECT_EQ(got, c.expected) << c.what;
    }
  }
}

// Forms of `set`, each from one item.
struct Form {
  const char *form, *item, *expected, *origin;
};

TEST(Resource, EveryFormMakesItsValueAndKeepsItsPlace) {
  const Form cases[] = {
      {"A.B", R"({"A": {"B": {"c": [1]}}})", R"({"c":[1]})", "f $.A.B"},
      {"A.B", R"({"A": {}})", "absent", "absent at f $.A.B"},
      {"A.B", R"({"A": {"B": null}})", "absent", "absent at f $.A.B"},
      {"A[].B", R"({"A": [{"B": 1}, {"B": 2}, {}]})", "[1,2]", "f $.A[0].B"},
      {"A[].B", R"({"A": []})", "[]", nullptr},
      {"A[].B", R"({})", "absent", nullptr},
      {"{path: A, keys: upper_first}", R"({"A": {"bC": [{"dE": 1}], "F": 2}})", R"({"BC":[{"DE":1}],"F":2})", "f $.A"},
      {"{path: A, keys: upper_first, rename: {kms: KMS}}", R"({"A": {"kms": {"kms": 1}}})", R"({"KMS":{"KMS":1}})", "f $.A"},
      {"{path: A, values: {on: true, 'off': false, none: null}}", R"({"A": "on"})", "true", "f $.A"},
      {"{path: A, values: {on: true, 'off': false, none: null}}", R"({"A": "off"})", "false", "f $.A"},
      {"{path: A, values: {on: true, 'off': false, none: null}}", R"({"A": "none"})", "absent", nullptr},
      {"{path: A, values: {on: true, 'off': false, none: null}}", R"({})", "absent", nullptr},
      {"{path: A, values: {on: true}}", R"({"A": "half"})", "unknown: value `half` at `A` is not one this version knows", nullptr},
      {"{path: A, values: {on: true}}", R"({"A": ["on"]})", "unknown: value `(not a scalar)` at `A` is not one this version knows", nullptr},
      {"{path: A, values: {'1': one, 'true': yes}}", R"({"A": 1})", "\"one\"", "f $.A"},
      {"{present: A}", R"({"A": {}})", "true", "f $.A"},
      {"{present: A}", R"({"A": null})", "false", nullptr},
      {"{present: 'A[?b==`1`]'}", R"({"A": [{"b": 2}]})", "false", nullptr},
      {"{const: [x, 1]}", R"({})", R"(["x",1])", "f $"},
      {"{entries: A}", R"({"A": {"k": "v", "l": 1}})", R"([{"Key":"k","Value":"v"},{"Key":"l","Value":1}])", "f $.A"},
      {"{entries: A}", R"({"A": {}})", "[]", "f $.A"},
      {"{entries: A}", R"({})", "absent", "absent at f $.A"},
      {"{entries: A}", R"({"A": [1]})", "unknown: what stands at `A` is not a map", nullptr},
      {"{first: 'A[?d==`true`]', path: from_json(P)}", R"({"A": [{"d": false, "P": "1"}, {"d": true, "P": "{\"x\":2}"}]})", R"({"x":2})", "f from_json($.A[1].P)"},
      {"{first: 'A[?d==`true`]', path: P}", R"({"A": [{"d": false}]})", "absent", nullptr},
      {"{first: 'A[]'}", R"({"A": [3, 4]})", "3", "f $.A[0]"},
      {"from_json(A)", R"({"A": "{"})", "unknown: `$.A` is not JSON text", nullptr},
      {"{list: [{each: A, inner: B, outer: {O: o}, item: {I: i, C: {const: 1}}}]}", R"({"A": [{"o": 1, "B": [{"i": 2}, {"i": 3}]}, {"o": 4}]})",
       R"([{"O":1,"I":2,"C":1},{"O":1,"I":3,"C":1}])", "f $.A[0]"},
      {"{list: [{each: A, item: {V: v}}, {each: B, item: {V: w}}]}", R"({"A": [{"v": 1}], "B": [{"w": 2}]})", R"([{"V":1},{"V":2}])", "f $.A[0]"},
      {"{list: [{each: A, item: {V: v}}]}", R"({"A": []})", "[]", nullptr},
      {"{list: [{each: 'A[]', item: {V: v}}]}", R"({"A": []})", "[]", nullptr},
      {"{list: [{each: A, item: {V: v}}]}", R"({})", "absent", nullptr},
      {"{list: [{each: A, item: {V: v}}]}", R"({"A": {"v": 1}})", R"([{"V":1}])", "f $.A"},
  };
  for (auto& c : cases) {
    auto catalogue = catalogue_of_yaml({"type: T\ntitle: t\nscope: global\nsingleton: account\nreads:\n  - call: s:Get\n    empty: absent\n    set:\n      Properties.V: " + std::string(c.form)});
    TestUnit unit;
    unit.reply("s:Get", c.item).shown = "f";
    Heard heard = unit.load(catalogue);
    const std::string uid = "aws/111122223333/global/T/t";
    EXPECT_EQ(heard.fact(uid, "Properties.V").rfind(c.expected, 0), 0u) << c.form << " of " << c.item << ": " << heard.fact(uid, "Properties.V");
    EXPECT_EQ(heard.origin(uid, "Properties.V"), c.origin ? c.origin : heard.origin(uid, "Properties.V")) << c.form << " of " << c.item;
  }
}

TEST(Resource, ABranchOfWhichNothingIsKnownIsUnknownItself) {
  auto catalogue = catalogue_of_yaml({R"(
type: T
title: t
scope: global
singleton: account
reads:
  - call: s:One
    empty: absent
    set: {Properties.A.B: b, Properties.A.C: c}
  - call: s:Two
    empty: absent
    set: {Properties.A.D: d, Properties.E: e}
)"});
  struct {
    const char *one, *two, *expected;
  } cases[] = {
      {R"({"b": 1})", R"({"d": 2})", R"(Properties{"A":{"B":1,"D":2}})"},
      {R"({"b": 1})", nullptr, R"(Properties{"A":{"B":1,"D":{"$unknown":"s:Two not read"}},"E":{"$unknown":"s:Two not read"}})"},
      {R"({})", nullptr, R"(Properties{"A":{"$unknown":"s:Two not read"},"E":{"$unknown":"s:Two not read"}})"},
      {R"({})", R"({})", "Properties{}"},
      {nullptr, R"({"e": 3})", R"(Properties{"A":{"$unknown":"s:One not read"},"E":3})"},
  };
  for (auto& c : cases) {
    TestUnit unit;
    if (c.one) unit.reply("s:One", c.one);
    if (c.two) unit.reply("s:Two", c.two);
    EXPECT_EQ(unit.load(catalogue).body("aws/111122223333/global/T/t"), c.expected);
  }
}

TEST(Resource, TagsAreReadInEverySpelling) {
  for (const char* tags : {R"([{"Key": "a", "Value": "1"}, {"Key": "b"}])", R"([{"key": "a", "value": "1"}, {"key": "b"}])",
                           R"([{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}])", R"({"b": "", "a": "1"})"}) {
    auto type = must(read_resource_type(yaml_of("type: T\ntitle: t\nscope: global\nreads: [{call: 's:A', id: i, set: {Properties.V: V}}]")->root(), "t.yaml"));
    ResourceDraft draft(*type);
    auto document = json_of(tags);
    draft.set_tags(document->root());
    EXPECT_EQ(draft.tags, (std::vector<std::pair<std::string, std::string>>{{"a", "1"}, {"b", ""}})) << tags;
  }
}

TEST(Resource, UidsNameThePlace) {
  struct {
    const char *arn, *account, *region, *id, *expected;
  } cases[] = {
      {"arn:{partition}:s3:::{id}", "1", "global", "b", "arn:aws:s3:::b"},
      {"arn:{partition}:ec2:{region}:{account}:vpc/{id}", "1", "cn-north-1", "v", "arn:aws-cn:ec2:cn-north-1:1:vpc/v"},
      {"arn:{partition}:ec2:{region}:{account}:vpc/{id}", "1", "us-gov-west-1", "v", "arn:aws-us-gov:ec2:us-gov-west-1:1:vpc/v"},
      {"arn:{partition}:iam::{account}:user/{id}", "1", "global", "a{id}b", "arn:aws:iam::1:user/a{id}b"},
  };
  for (auto& c : cases) EXPECT_EQ(fill_arn(c.arn, c.account, c.region, c.id), c.expected);
  EXPECT_EQ(native_uid("1", "cn-north-1", "T", "x"), "aws-cn/1/cn-north-1/T/x");
  EXPECT_EQ(native_uid("1", "global", "T", "x"), "aws/1/global/T/x");
}

TEST(Resource, ManySourcesKeepTheirPlaces) {
  auto type = must(read_resource_type(yaml_of("type: T\ntitle: t\nscope: global\nreads: [{call: 's:A', id: i, set: {Properties.V: V}}]")->root(), "t.yaml"));
  ResourceDraft draft(*type);
  auto document = json_of(R"({"V": 1})");
  for (int i = 0; i < 70000; ++i) {  // more than fit sixteen bits
    Source source{document, "file " + std::to_string(i), "s:A", 1000 + i, "", "$"};
    uint32_t number = draft.add_source(source, true);
    if (i % 1000 == 0 || i == 69999) draft.answer(0, type->reads[0].set[0].second, document->root(), number);
  }
  Resource made = draft.finish();
  auto origin = made.body().get("Properties").get("V").origin();
  ASSERT_NE(origin.source, nullptr);
  EXPECT_EQ(origin.source->time_ms, 1000 + 69999);
}

}  // namespace
}  // namespace reeve
