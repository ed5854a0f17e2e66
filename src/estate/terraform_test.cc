// Terraform's plans and states: what is known, what is unknown and why, whose a part is, and that what is sensitive stays inside.
// tests/terraform_plans.py holds the same from the command line, with Reeve's own types and real plans.
#include "estate/terraform.h"

#include "base/text.h"
#include "estate/estate_test_kit.h"

namespace reeve {
namespace {

ResourceCatalogue types() {
  return catalogue_of_yaml({
      "type: AWS::S3::Bucket\ntitle: b\nscope: global\n"
      "terraform:\n  types: [aws_s3_bucket]\n  names: [bucket, id, arn]\n  parts: {aws_s3_bucket_versioning: bucket}\n"
      "  set: {Properties.BucketName: bucket, Properties.Versioning: 'aws_s3_bucket_versioning[0].status || versioning'}\n"
      "reads: [{call: 's3:ListBuckets', each: 'Buckets[]', id: Name, set: {Properties.BucketName: Name}}]\n",
      "type: AWS::EC2::Volume\ntitle: v\nscope: regional\n"
      "terraform:\n  types: [aws_ebs_volume]\n  set: {Properties.Encrypted: encrypted, Properties.Keys: keys, Properties.KmsKeyId: kms_key_id}\n"
      "reads: [{call: 'ec2:DescribeVolumes', each: 'Volumes[]', id: VolumeId, set: {Properties.Encrypted: Encrypted, Properties.Keys: Keys, Properties.KmsKeyId: K}}]\n",
  });
}

Heard load(const std::string& text) {
  static const ResourceCatalogue catalogue = types();
  TestUnit unit;
  unit.unit.kind = Unit::Kind::cloudformation;
  unit.add(InputKind::terraform, "p.json", text);
  return unit.load(catalogue);
}

// A plan of `resources`, with `more` members of the root.
std::string plan(const std::string& resources, const std::string& more = "") {
  return R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": [)" + resources + "]}}" + (more.empty() ? "" : ", " + more) + "}";
}
std::string of_type(const std::string& type, const std::string& address, const std::string& values, const std::string& more = "") {
  const std::string last = address.substr(0, address.find('['));
  return R"({"address": ")" + address + R"(", "mode": "managed", "type": ")" + type + R"(", "name": ")" + last.substr(last.rfind('.') + 1) + R"(", "values": )" + values + more + "}";
}
std::string volume(const std::string& values, const std::string& more = "") { return of_type("aws_ebs_volume", "aws_ebs_volume.v", values, more); }
std::string change(const std::string& address, const std::string& what) { return R"({"address": ")" + address + R"(", "change": )" + what + "}"; }

TEST(Terraform, WhatIsKnownAfterApplyAloneIsUnknown) {
  const std::string configured = R"("configuration": {"root_module": {"resources": [{"address": "aws_ebs_volume.v", "expressions": )";
  struct {
    const char *values, *change, *expressions, *property, *expected;
  } cases[] = {
      {R"({"encrypted": true})", "{}", "", "Properties.Encrypted", "true"},
      {R"({"encrypted": null})", "{}", "", "Properties.Encrypted", "absent"},
      {"{}", R"({"after_unknown": {"encrypted": true}})", "", "Properties.Encrypted", "unknown: known only after apply"},
      {"{}", R"({"after_unknown": {"kms_key_id": true}})", R"({"kms_key_id": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}})", "Properties.KmsKeyId",
       "unknown: `aws_kms_key.k.arn` is known only after apply"},
      // Nobody wrote it: AWS decides, as where a template leaves it out.
      {"{}", R"({"after_unknown": {"kms_key_id": true}})", R"({"size": {"constant_value": 8}})", "Properties.KmsKeyId", "absent"},
      // A part of a list, and of a map in it.
      {R"({"keys": ["a", null]})", R"({"after_unknown": {"keys": [false, true]}})", "", "Properties.Keys", R"(["a",{"$unknown":"known only after apply"}])"},
      {R"({"keys": [{"a": 1}]})", R"({"after_unknown": {"keys": [{"b": true}]}})", "", "Properties.Keys", R"([{"a":1,"b":{"$unknown":"known only after apply"}}])"},
      {R"({"keys": [{"a": 1}, {}]})", R"({"after_unknown": {"keys": true}})", "", "Properties.Keys", "unknown: known only after apply"},
      // Masks of another shape say nothing.
      {R"({"encrypted": false})", R"({"after_unknown": [true]})", "", "Properties.Encrypted", "false"},
      {R"({"encrypted": false})", R"({"after_unknown": {"encrypted": "true"}})", "", "Properties.Encrypted", "false"},
  };
  for (auto& c : cases) {
    const std::string more = R"("resource_changes": [)" + change("aws_ebs_volume.v", c.change) + "]" + (*c.expressions ? ", " + configured + c.expressions + "}]}}" : "");
    const Heard heard = load(plan(volume(c.values), more));
    EXPECT_EQ(heard.fact("p.json#aws_ebs_volume.v", c.property), c.expected) << c.values << c.change << heard.problem_text();
  }
}

TEST(Terraform, WhatIsSensitiveStaysInside) {
  const std::string secret = "hold-this-back-4417";
  const std::string values = R"({"encrypted": true, "kms_key_id": ")" + secret + R"(", "keys": [{"a": ")" + secret + R"("}, {"a": "open"}]})";
  const std::string masks = R"({"kms_key_id": true, "keys": [{"a": true}, {}]})";
  const std::string kept = R"({"version": 4, "terraform_version": "1.9.8", "lineage": "x", "resources": [{"mode": "managed", "type": "aws_ebs_volume", "name": "v", "instances": [{"attributes": )" + values +
                           R"(, "sensitive_attributes": [[{"type": "get_attr", "value": "kms_key_id"}], [{"type": "get_attr", "value": "keys"}, {"type": "index", "value": 0}]]}]}]})";
  struct {
    std::string what, text;
  } cases[] = {
      {"planned values", plan(volume(values, R"(, "sensitive_values": )" + masks))},
      {"after a change", plan(volume(values), R"("resource_changes": [)" + change("aws_ebs_volume.v", R"({"after_sensitive": )" + masks + "}") + "]")},
      {"a state", R"({"format_version": "1.0", "values": {"root_module": {"resources": [)" + volume(values, R"(, "sensitive_values": )" + masks) + "]}}}"},
      {"a state file", kept},
  };
  for (auto& c : cases) {
    const Heard heard = load(c.text);
    ASSERT_EQ(heard.resources.size(), 1u) << c.what << heard.problem_text();
    const Resource& made = heard.resources.begin()->second;
    EXPECT_EQ(heard.fact(made.uid, "Properties.KmsKeyId"), "unknown: sensitive") << c.what;
    EXPECT_EQ(heard.fact(made.uid, "Properties.Encrypted"), "true") << c.what;
    EXPECT_EQ(to_json(made.body()).find(secret), std::string::npos) << c.what << to_json(made.body());
    EXPECT_NE(to_json(made.body()).find("sensitive"), std::string::npos) << c.what;
  }
}

TEST(Terraform, AddressesSayWhichOfThemItIs) {
  const std::string child = R"({"address": "module.a[\"x.y\"]", "resources": [)" + of_type("aws_ebs_volume", R"(module.a[\"x.y\"].aws_ebs_volume.v)", "{}") +
                            R"(], "child_modules": [{"address": "module.a[\"x.y\"].module.b[1]", "resources": [)" + of_type("aws_ebs_volume", R"(module.a[\"x.y\"].module.b[1].aws_ebs_volume.v)", "{}") + "]}]}";
  const Heard shown = load(R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": [)" + of_type("aws_ebs_volume", "aws_ebs_volume.v[0]", "{}", R"(, "index": 0)") + "," +
                           of_type("aws_ebs_volume", R"(aws_ebs_volume.v[\"k\"])", "{}", R"(, "index": "k")") + R"(], "child_modules": [)" + child + "]}}}");
  EXPECT_EQ(shown.uids(), (std::vector<std::string>{R"(p.json#aws_ebs_volume.v["k"])", "p.json#aws_ebs_volume.v[0]", R"(p.json#module.a["x.y"].aws_ebs_volume.v)",
                                                    R"(p.json#module.a["x.y"].module.b[1].aws_ebs_volume.v)"}));
  // A state file as Terraform keeps it gives the same addresses.
  const Heard kept = load(R"({"version": 4, "terraform_version": "1", "lineage": "x", "resources": [
    {"mode": "managed", "type": "aws_ebs_volume", "name": "v", "instances": [{"index_key": 0, "attributes": {}}, {"index_key": "k", "attributes": {}}]},
    {"mode": "managed", "module": "module.a[\"x.y\"]", "type": "aws_ebs_volume", "name": "v", "instances": [{"attributes": {}}]},
    {"mode": "managed", "module": "module.a[\"x.y\"].module.b[1]", "type": "aws_ebs_volume", "name": "v", "instances": [{"attributes": {}}]}]})");
  EXPECT_EQ(kept.uids(), shown.uids());
}

TEST(Terraform, WhatDoesNotStandIsLeftOut) {
  struct {
    std::string what, text, uids, problem;
  } cases[] = {
      {"data", plan(R"({"address": "data.aws_ebs_volume.d", "mode": "data", "type": "aws_ebs_volume", "name": "d", "values": {}})"), "", ""},
      {"deposed, shown", plan(volume("{}") + "," + volume("{}", R"(, "deposed_key": "ab12")")), "p.json#aws_ebs_volume.v", ""},
      {"deposed, kept",
       R"({"version": 4, "terraform_version": "1", "lineage": "x", "resources": [{"mode": "managed", "type": "aws_ebs_volume", "name": "v", "instances": [{"attributes": {}}, {"deposed": "ab12", "attributes": {}}]}]})",
       "p.json#aws_ebs_volume.v", ""},
      {"deleted", plan("", R"("resource_changes": [)" + change("aws_ebs_volume.old", R"({"actions": ["delete"], "after": null})") + "]"), "", ""},
      {"two of one address", plan(volume(R"({"encrypted": true})") + "," + volume(R"({"encrypted": false})")), "p.json#aws_ebs_volume.v", "p.json:1:197: there are two resources `aws_ebs_volume.v`; the first counts"},
      {"no address", plan(R"({"mode": "managed", "type": "aws_ebs_volume", "values": {}})"), "", "p.json:1:76: a resource has no address"},
      {"an empty state", R"({"format_version": "1.0", "terraform_version": "1"})", "", ""},
      {"neither", R"({"format_version": "1.0", "resource_changes": 3})", "", "p.json:1:1: neither a plan nor a state"},
      {"cut short", plan(volume("{}")).substr(0, 100), "", "p.json:1:"},
  };
  for (auto& c : cases) {
    const Heard heard = load(c.text);
    EXPECT_EQ(join(heard.uids(), " "), c.uids) << c.what;
    EXPECT_EQ(heard.problem_text().substr(0, c.problem.size()), c.problem) << c.what << heard.problem_text();
    EXPECT_EQ(heard.problems.empty(), c.problem.empty()) << c.what << heard.problem_text();
    EXPECT_EQ(heard.given_twice, 0) << c.what;
  }
  EXPECT_EQ(load(plan(volume(R"({"encrypted": true})") + "," + volume("{}"))).fact("p.json#aws_ebs_volume.v", "Properties.Encrypted"), "true");
}

// Whose a part is: by name, by what the configuration refers to (also through modules and by index), or nobody can tell.
TEST(Terraform, APartIsItsWholes) {
  const std::string a = of_type("aws_s3_bucket", "aws_s3_bucket.a", R"({"bucket": "alpha"})"), b = of_type("aws_s3_bucket", "aws_s3_bucket.b", R"({"bucket": "beta"})");
  const auto part = [](const std::string& values, const std::string& name = "p", const std::string& more = "") { return of_type("aws_s3_bucket_versioning", "aws_s3_bucket_versioning." + name, values, more); };
  const std::string hidden = R"("resource_changes": [)" + change("aws_s3_bucket_versioning.p", R"({"after_unknown": {"bucket": true}})") + "]";
  const auto refers = [](const std::string& to) {
    return R"("configuration": {"root_module": {"resources": [{"address": "aws_s3_bucket.a"}, {"address": "aws_s3_bucket.b"}, {"address": "aws_s3_bucket_versioning.p", "expressions": {"bucket": {"references": [)" + to +
           "]}}}]}}";
  };
  const std::string unknown = "unknown: whether `aws_s3_bucket_versioning.p` is part of it is known only after apply";
  struct {
    std::string what, text, of_a, of_b, note;
  } cases[] = {
      {"by name", plan(a + "," + b + "," + part(R"({"bucket": "beta", "status": "on"})")), "absent", "\"on\"", ""},
      {"by reference", plan(a + "," + b + "," + part(R"({"status": "on"})"), hidden + "," + refers(R"("aws_s3_bucket.a.id", "aws_s3_bucket.a")")), "\"on\"", "absent", ""},
      {"a name goes before several references", plan(a + "," + b + "," + part(R"({"bucket": "beta", "status": "on"})"), refers(R"("aws_s3_bucket.a.id", "aws_s3_bucket.b.id")")), "absent", "\"on\"", ""},
      {"several references", plan(a + "," + b + "," + part(R"({"status": "on"})"), hidden + "," + refers(R"("aws_s3_bucket.a.id", "aws_s3_bucket.b.id")")), unknown, unknown, ""},
      {"anyone's", plan(a + "," + b + "," + part(R"({"status": "on"})"), hidden), unknown, unknown, ""},
      {"nobody's", plan(a + "," + b + "," + part(R"({"bucket": "gamma", "status": "on"})")), "absent", "absent", "`aws_s3_bucket_versioning.p` is not judged: what it is part of is not in this file"},
  };
  for (auto& c : cases) {
    const Heard heard = load(c.text);
    EXPECT_EQ(heard.fact("p.json#aws_s3_bucket.a", "Properties.Versioning"), c.of_a) << c.what << heard.problem_text();
    EXPECT_EQ(heard.fact("p.json#aws_s3_bucket.b", "Properties.Versioning"), c.of_b) << c.what;
    EXPECT_NE(heard.note_text().find(c.note), std::string::npos) << c.what << heard.note_text();
    EXPECT_EQ(heard.notes.empty(), c.note.empty()) << c.what << heard.note_text();
  }
  // By the same index, `count` or `for_each`.
  const auto indexed = [](const std::string& type, const std::string& index, const std::string& values) {
    return R"({"address": ")" + type + ".x[" + (index[0] == '"' ? "\\\"" + index.substr(1, index.size() - 2) + "\\\"" : index) + R"(]", "mode": "managed", "type": ")" + type + R"(", "name": "x", "index": )" + index +
           R"(, "values": )" + values + "}";
  };
  for (const std::string& key : {std::string("1"), std::string("\"one\"")}) {
    const Heard heard = load(plan(indexed("aws_s3_bucket", "0", "{}") + "," + indexed("aws_s3_bucket", key, "{}") + "," + indexed("aws_s3_bucket_versioning", key, R"({"status": "on"})"),
                                  R"("configuration": {"root_module": {"resources": [{"address": "aws_s3_bucket.x"}, {"address": "aws_s3_bucket_versioning.x", "expressions": {"bucket": {"references": ["aws_s3_bucket.x"]}}}]}})"));
    EXPECT_EQ(heard.fact("p.json#aws_s3_bucket.x[0]", "Properties.Versioning"), "absent") << key;
    EXPECT_EQ(heard.fact("p.json#aws_s3_bucket.x[" + key + "]", "Properties.Versioning"), "\"on\"") << key << heard.note_text();
  }
}

TEST(Terraform, ReferencesGoThroughModules) {
  // The bucket is in module a, which gives its name out; module b takes it and makes the part.
  const std::string modules = R"({"address": "module.a", "resources": [)" + of_type("aws_s3_bucket", "module.a.aws_s3_bucket.x", "{}") + R"(]}, {"address": "module.b", "resources": [)" +
                              of_type("aws_s3_bucket_versioning", "module.b.aws_s3_bucket_versioning.p", R"({"status": "on"})") + "]}";
  const auto document = [&](const std::string& output) {
    return R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": [)" + of_type("aws_s3_bucket", "aws_s3_bucket.x", "{}") + R"(], "child_modules": [)" + modules +
           R"(]}}, "configuration": {"root_module": {"resources": [{"address": "aws_s3_bucket.x"}], "module_calls": {
             "a": {"expressions": {"n": {"references": ["module.b.back", "module.a.name"]}}, "module": {"outputs": {"name": {"expression": {"references": [)" +
           output + R"(]}}}, "resources": [{"address": "aws_s3_bucket.x"}]}},
             "b": {"expressions": {"bucket": {"references": ["module.a.name", "module.a"]}}, "module": {"outputs": {"back": {"expression": {"references": ["var.bucket", "var.bucket"]}}},
               "resources": [{"address": "aws_s3_bucket_versioning.p", "expressions": {"bucket": {"references": ["var.bucket"]}}}]}}}}}})";
  };
  const Heard heard = load(document(R"("aws_s3_bucket.x.id")"));
  EXPECT_EQ(heard.fact("p.json#module.a.aws_s3_bucket.x", "Properties.Versioning"), "\"on\"") << heard.note_text() << heard.problem_text();
  EXPECT_EQ(heard.fact("p.json#aws_s3_bucket.x", "Properties.Versioning"), "absent");
  // References that go round in a circle, several ways at each turn, end.
  const Heard round = load(document(R"("var.n", "var.n", "var.n.a", "var.n.b")"));
  EXPECT_EQ(round.resources.size(), 2u);
  EXPECT_EQ(round.notes.size(), 1u) << round.note_text();
}

}  // namespace
}  // namespace reeve
