#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

using Schema = YamlOptions::Schema;

Source named() {
  Source s;
  s.file = "f.yaml";
  return s;
}

YamlOptions with(Schema schema) {
  YamlOptions o;
  o.schema = schema;
  return o;
}

DocumentPtr read(std::string_view text, const YamlOptions& options = {}) {
  auto d = read_yaml(text, named(), options);
  EXPECT_TRUE(d) << d.error().text() << "\n" << text.substr(0, 200);
  return d ? *d : nullptr;
}

std::string json(std::string_view text, const YamlOptions& options = {}) {
  auto d = read(text, options);
  return d ? to_json(d->root()) : "";
}

std::string refused(std::string_view text, const YamlOptions& options = {}) {
  auto d = read_yaml(text, named(), options);
  EXPECT_FALSE(d) << text.substr(0, 200);
  return d ? "" : d.error().text();
}

TEST(Yaml, ScalarsBySchema) {
  // kind letters: n null, b boolean, i integer, f number, s string; core, cloudformation, guard
  struct {
    const char *text, *kinds;
  } cases[] = {{"~", "nnn"},    {"null", "nnn"},         {"Null", "nnn"},  {"nUll", "ssn"},
               {"true", "bbb"}, {"True", "bbs"},         {"TRUE", "bbs"},  {"tRue", "sss"},
               {"yes", "sbb"},  {"Yes", "sbs"},          {"on", "sbb"},    {"y", "ssb"},
               {"n", "ssb"},    {"off", "sbb"},          {"false", "bbb"}, {"1", "iii"},
               {"-1", "iii"},   {"+1", "iii"},           {"007", "isi"},   {"0x1F", "iis"},
               {"0o17", "iis"}, {"0b1", "sss"},          {"1_000", "sss"}, {"99999999999999999999", "iif"},
               {"1.5", "fff"},  {"1.", "fff"},           {".5", "fff"},    {".", "sss"},
               {"1e3", "fff"},  {"1e", "sss"},           {".inf", "ffs"},  {"-.INF", "ffs"},
               {"inf", "ssf"},  {".nan", "ffs"},         {"NaN", "ssf"},   {"2012-10-17", "sss"},
               {"1:30", "sss"}, {"012345678901", "isi"}, {"'1'", "sss"},   {"\"true\"", "sss"},
               {"''", "sss"},   {"1.2.3", "sss"},        {"-", "xxx"},     {"=", "sss"}};
  for (auto& c : cases) {
    if (c.kinds[0] == 'x') continue;  // `- -` is a list
    Schema schemas[] = {Schema::core, Schema::cloudformation, Schema::guard};
    for (int i = 0; i < 3; ++i) {
      auto d = read("- " + std::string(c.text), with(schemas[i]));
      Value v = d->root().at(0);
      char got = v.is_null()                 ? 'n'
                 : v.is_bool()               ? 'b'
                 : v.kind() == Kind::integer ? 'i'
                 : v.kind() == Kind::number  ? 'f'
                 : v.is_string()             ? 's'
                                             : '?';
      EXPECT_EQ(got, c.kinds[i]) << c.text << " under schema " << i;
      bool quoted = c.text[0] == '\'' || c.text[0] == '"';
      EXPECT_TRUE(quoted || v.text() == c.text) << c.text;
    }
  }
  EXPECT_TRUE(read("a:")->root().get("a").is_null());
  EXPECT_TRUE(read("a:", with(Schema::guard))->root().get("a").is_string());
  EXPECT_EQ(read("0x1F")->root().integer(), 31);
  EXPECT_EQ(read("-0o17")->root().kind(), Kind::string);
  EXPECT_EQ(read("0o17")->root().integer(), 15);
  EXPECT_TRUE(read("y", with(Schema::guard))->root().boolean());
  EXPECT_FALSE(read("n", with(Schema::guard))->root().boolean());
  EXPECT_TRUE(read("ON", with(Schema::cloudformation))->root().boolean());
}

TEST(Yaml, StylesAndExplicitTags) {
  auto d = read(
      "a: 'x'\nb: \"y\"\nc: |\n  one\n  two\nd: >-\n  one\n  two\ne: z\nf: !!str 5\ng: !!int '7'\nh: !!float 1\ni: !foo 5\nj: ! "
      "5\n");
  Value r = d->root();
  EXPECT_EQ(r.get("a").style(), Style::single_quoted);
  EXPECT_EQ(r.get("b").style(), Style::double_quoted);
  EXPECT_EQ(r.get("c").style(), Style::literal);
  EXPECT_EQ(r.get("c").text(), "one\ntwo\n");
  EXPECT_EQ(r.get("d").text(), "one two");
  EXPECT_EQ(r.get("e").style(), Style::plain);
  EXPECT_TRUE(r.get("f").is_string());
  EXPECT_EQ(r.get("g").integer(), 7);
  EXPECT_EQ(r.get("h").kind(), Kind::number);
  EXPECT_TRUE(r.get("i").is_string());
  EXPECT_TRUE(r.get("j").is_string());
  EXPECT_TRUE(contains(refused("a: !!int x"), "`x` is no `!!int`"));
}

TEST(Yaml, LineAndColumnInBytes) {
  auto d = read("\xEF\xBB\xBF# \xC3\xA9\r\na: 1\r\nb:\r\n  - {k: '\xC3\xA9\xE2\x82\xAC', l: 2}\r\n  - x\r\n");
  Value b = d->root().get("b");
  EXPECT_EQ(d->root().line(), 2u);
  EXPECT_EQ(d->root().column(), 1u);
  EXPECT_EQ(d->root().get("a").column(), 4u);
  EXPECT_EQ(b.at(0).get("k").line(), 4u);
  EXPECT_EQ(b.at(0).get("k").column(), 9u);
  EXPECT_EQ(b.at(0).get("l").column(), 21u);  // seven bytes of quoted text before it, not four characters
  EXPECT_EQ(b.at(1).line(), 5u);
}

TEST(Yaml, ShortTags) {
  YamlOptions cfn = with(Schema::cloudformation), guard = with(Schema::guard);
  struct {
    const char *yaml, *cloudformation, *guard;
  } cases[] = {
      {"!Ref a", R"({"Ref":"a"})", R"({"Ref":"a"})"},
      {"!Condition c", R"({"Condition":"c"})", R"({"Condition":"c"})"},
      {"!GetAtt A.b", R"({"Fn::GetAtt":["A","b"]})", R"({"Fn::GetAtt":"A.b"})"},
      {"!GetAtt A.Outputs.b", R"({"Fn::GetAtt":["A","Outputs.b"]})", R"({"Fn::GetAtt":"A.Outputs.b"})"},
      {"!GetAtt [A, b]", R"({"Fn::GetAtt":["A","b"]})", R"({"Fn::GetAtt":["A","b"]})"},
      {"!Sub 'x${y}'", R"({"Fn::Sub":"x${y}"})", R"({"Fn::Sub":"x${y}"})"},
      {"!Sub ['${y}', {y: 1}]", R"({"Fn::Sub":["${y}",{"y":1}]})", R"({"Fn::Sub":["${y}",{"y":1}]})"},
      {"!Join [':', [a, !Ref b]]", R"({"Fn::Join":[":",["a",{"Ref":"b"}]]})", R"({"Fn::Join":[":",["a",{"Ref":"b"}]]})"},
      {"!If [c, 1, !Ref AWS::NoValue]", R"({"Fn::If":["c",1,{"Ref":"AWS::NoValue"}]})",
       R"({"Fn::If":["c",1,{"Ref":"AWS::NoValue"}]})"},
      {"!Transform {Name: x}", R"({"Fn::Transform":{"Name":"x"}})", R"({"Name":"x"})"},
      {"!Cidr [a, 1]", R"({"Fn::Cidr":["a",1]})", R"(["a",1])"},
      {"!GetAZs ''", R"({"Fn::GetAZs":""})", R"({"Fn::GetAZs":""})"},
      {"!Base64\n  Fn::Sub: x", R"({"Fn::Base64":{"Fn::Sub":"x"}})", R"({"Fn::Sub":"x"})"},
      {"!Ref 5", R"({"Ref":"5"})", R"({"Ref":"5"})"},
      {"!Length [1]", R"({"Fn::Length":[1]})", "[1]"},
      {"!Nonsense x", R"("x")", R"("x")"},
      {"!ref x", R"("x")", R"("x")"},
  };
  for (auto& c : cases) {
    EXPECT_EQ(json(c.yaml, cfn), c.cloudformation) << c.yaml;
    EXPECT_EQ(json(c.yaml, guard), c.guard) << c.yaml;
  }
  for (const char* tag :
       {"And",    "Base64", "Cidr",        "Contains",     "EachMemberEquals", "EachMemberIn", "Equals",    "FindInMap",
        "GetAZs", "If",     "ImportValue", "Join",         "Length",           "Not",          "Or",        "RefAll",
        "Select", "Split",  "Sub",         "ToJsonString", "Transform",        "ValueOf",      "ValueOfAll"})
    EXPECT_EQ(json("!" + std::string(tag) + " [1]", cfn), R"({"Fn::)" + std::string(tag) + R"(":[1]})");
  YamlOptions off;
  off.short_tags = false;
  EXPECT_EQ(json("!Ref a", off), R"("a")");
  auto d = read("k: !Ref a", cfn);
  EXPECT_EQ(d->root().get("k").get("Ref").column(), 4u);
  EXPECT_EQ(d->root().get("k").get("Ref").path(), "$.k.Ref");
}

TEST(Yaml, TagsThatNobodyKnowsAreKeptWhereAskedFor) {
  YamlOptions keep;
  keep.schema = YamlOptions::Schema::guard;
  keep.keep_tags = true;
  EXPECT_EQ(json("!Mystery x", keep), R"({"!Mystery":"x"})");
  EXPECT_EQ(json("a: !Mystery [1, !Ref b]", keep), R"({"a":{"!Mystery":[1,{"Ref":"b"}]}})");
  EXPECT_EQ(json("a: !Rain::Module {b: 1}", keep), R"({"a":{"Rain::Module":{"b":1}}})");
  EXPECT_EQ(json("a: !Cidr [b, 1]", keep), R"({"a":{"Fn::Cidr":["b",1]}})") << "all of CloudFormation's are known then";
  EXPECT_EQ(json("!!str 5", keep), R"("5")");
  EXPECT_EQ(read("a: !Mystery x", keep)->root().get("a").get("!Mystery").column(), 4u);
}

TEST(Yaml, UnknownOnlyWhereAllowed) {
  YamlOptions o;
  o.unknown_tag = true;
  auto d = read("a: !unknown \"access denied\"", o);
  EXPECT_TRUE(d->root().get("a").is_unknown());
  EXPECT_EQ(d->root().get("a").text(), "access denied");
  EXPECT_TRUE(read("a: !unknown x")->root().get("a").is_string());
}

TEST(Yaml, AliasesAndMergeKeys) {
  EXPECT_EQ(json("a: &x [1, {b: 2}]\nc: *x\n"), R"({"a":[1,{"b":2}],"c":[1,{"b":2}]})");
  EXPECT_EQ(json("- &x 1\n- *x\n- &x 2\n- *x"), "[1,1,2,2]");
  EXPECT_EQ(json("base: &b {x: 1, y: 2}\nd:\n  <<: *b\n  y: 3\n  z: 4"), R"({"base":{"x":1,"y":2},"d":{"y":3,"z":4,"x":1}})");
  EXPECT_EQ(json("d: {<<: [{x: 1}, {x: 2, y: 2}], z: 0}"), R"({"d":{"z":0,"x":1,"y":2}})");
  EXPECT_EQ(json("d: {<<: &in {x: &q [7]}, z: *q}\ne: *in"), R"({"d":{"z":[7],"x":[7]},"e":{"x":[7]}})");
  EXPECT_EQ(json("a: &a {<<: {k: 1}, m: &m 2}\nb: {<<: *a, n: *m}"), R"({"a":{"m":2,"k":1},"b":{"n":2,"m":2,"k":1}})");
  EXPECT_EQ(json("a: &t !Ref x\nb: *t", with(Schema::cloudformation)), R"({"a":{"Ref":"x"},"b":{"Ref":"x"}})");
  EXPECT_EQ(json("'<<': {a: 1}"), R"({"<<":{"a":1}})");
  EXPECT_EQ(json("- &k key\n- *k : 1"), R"(["key",{"key":1}])");
  YamlOptions o;
  o.merge_keys = false;
  EXPECT_EQ(json("<<: {a: 1}", o), R"({"<<":{"a":1}})");
  o.aliases = false;
  EXPECT_TRUE(contains(refused("a: &x 1\nb: *x", o), "f.yaml:2:4: the alias `*x` is not read here"));
  EXPECT_TRUE(contains(refused("a: *x"), "names no anchor"));
  EXPECT_TRUE(contains(refused("a: &x [*x]"), "stands inside what it names"));
  EXPECT_TRUE(contains(refused("a: &x {b: *x}"), "stands inside what it names"));
  EXPECT_TRUE(contains(refused("<<: 5"), "no map"));
  EXPECT_TRUE(contains(refused("<<: [5]"), "no map"));
  EXPECT_TRUE(contains(refused("- &m {a: 1}\n- *m : 1"), "names no scalar"));
}

TEST(Yaml, BombsAreRefusedQuickly) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 30; ++i) {
    std::string n = std::to_string(i), p = std::to_string(i - 1);
    bomb += "a" + n + ": &a" + n + " [";
    for (int k = 0; k < 10; ++k) bomb += (k ? ",*a" : "*a") + p;
    bomb += "]\n";
  }
  EXPECT_TRUE(contains(refused(bomb), "copy more than 1,000,000 values"));
  std::string merges = "a0: &a0 {x: {y: {z: 1}}}\n";
  for (int i = 1; i < 40; ++i) {
    std::string n = std::to_string(i), p = std::to_string(i - 1);
    merges += "a" + n + ": &a" + n + " {<<: *a" + p + ", k" + n + ": *a" + p + ", l" + n + ": *a" + p + "}\n";
  }
  EXPECT_TRUE(contains(refused(merges), "copy more than"));
  // Few nodes, but each alias nests the one before it.
  std::string tower = "- &a0 x\n";
  for (int i = 1; i < 400; ++i) tower += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_TRUE(contains(refused(tower), "nested deeper than 256 levels by the alias"));
}

TEST(Yaml, DirectivesAreBounded) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "%TAG !t" + std::to_string(i) + "! x\n";
  read(text + "--- a");
  EXPECT_TRUE(contains(refused(text + "%TAG !z! x\n--- a"), "more than 100 %TAG directives"));
}

TEST(Yaml, DepthAndLengthAreBounded) {
  EXPECT_TRUE(contains(refused(std::string(10000, '[')), "deeper than 256 levels"));
  std::string block;
  for (int i = 0; i < 300; ++i) block += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  EXPECT_TRUE(contains(refused(block), "deeper than 256 levels"));
  read(std::string(256, '[') + std::string(256, ']'));
  YamlOptions o;
  o.bytes_max = 3;
  EXPECT_TRUE(contains(refused("abcd", o), "longer than 3 bytes"));
}

TEST(Yaml, RefusedByNameAndPlace) {
  struct {
    const char *text, *place, *what;
  } cases[] = {
      {"a: b: c", "f.yaml:1:5", "mapping values are not allowed"},
      {"a:\n\t- b", "f.yaml:2:1", "indent with spaces"},
      {"{a: 1", "f.yaml:", "not YAML"},
      {"a: 'x", "f.yaml:", "unexpected end of stream"},
      {"[a]: 1", "f.yaml:1:1", "a list is used as a key"},
      {"{a: 1}: 1", "f.yaml:1:1", "a map is used as a key"},
      {"? [a]\n: 1", "f.yaml:1:3", "a list is used as a key"},
      {"x: \xFF", "f.yaml:1:4", "not UTF-8"},
      {"a: 1\nb: \x01", "f.yaml:2:4", "control characters"},
      {"a: %b", "f.yaml:1:4", "cannot start any token"},
      {"\xFF\xFE"
       "a",
       "f.yaml:1:1", "not UTF-8"},
  };
  for (auto& c : cases) {
    std::string error = refused(c.text);
    EXPECT_TRUE(starts_with(error, c.place)) << c.text << " → " << error;
    EXPECT_TRUE(contains(error, c.what)) << c.text << " → " << error;
  }
}

TEST(Yaml, DuplicateKeysAreKeptAndPlaced) {
  auto d = read("a: 1\nb: {x: 1, 'x': 2}\na: 3\n");
  EXPECT_EQ(d->root().get("a").integer(), 3);
  ASSERT_EQ(d->duplicate_keys().size(), 2u);
  EXPECT_EQ(d->duplicate_keys()[0].text(), "f.yaml:2:11");
  EXPECT_EQ(d->duplicate_keys()[1].text(), "f.yaml:3:1");
  EXPECT_TRUE(read("a: &x {k: 1}\nb: {<<: *x, k: 2}")->duplicate_keys().empty());
}

TEST(Yaml, Documents) {
  EXPECT_EQ(json("a: 1\n---\nb: [\n"), R"({"a":1})");  // what follows the first is not looked at
  auto all = read_yaml_all("a: 1\n---\nb: 2\n...\n---\n", named());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[1]->root().get("b").integer(), 2);
  EXPECT_EQ((*all)[1]->root().get("b").line(), 3u);
  EXPECT_TRUE((*all)[2]->root().is_null());
  EXPECT_FALSE(read_yaml_all("a: 1\n---\nb: [\n", named()));
  EXPECT_TRUE(read("")->root().is_null());
  EXPECT_TRUE(read("# nothing\n")->root().is_null());
  EXPECT_TRUE(read_yaml_all("", named())->empty());
}

TEST(Yaml, JsonIsYaml) {
  const char* text = "{\r\n\t\"a\":[1,true,null,\"x\\n\\u00e9\"],\r\n\t\"b\" : {\"c\":\"\"},\"d\":1.5}";
  EXPECT_EQ(json(text, with(Schema::guard)), to_json((*read_json(text, Source{}))->root()));
}

}  // namespace
}  // namespace reeve
