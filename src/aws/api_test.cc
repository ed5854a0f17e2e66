#include "aws/api.h"

#include <gtest/gtest.h>

#include "formats/json.h"

namespace reeve {
namespace {

Result<ApiServicePtr> read(std::string_view text) {
  auto document = read_json(text, {});
  EXPECT_TRUE(document) << document.error().text();
  return read_api((*document)->root(), "x.json");
}

constexpr std::string_view kHead = R"("service": "elbv2", "id": "Elastic Load Balancing v2", "version": "1", "endpoint_prefix": "elb", "signing_name": "elb")";

std::string file(const std::string& rest) { return "{" + std::string(kHead) + ",\n\"protocol\": \"query\",\n" + rest + "}"; }

TEST(Api, reads_a_service) {
  auto service = read(R"({"service": "s3x", "source": "botocore 1", "id": "S3 X", "protocol": "rest-xml", "version": "2006", "endpoint_prefix": "s3",
    "signing_name": "s3", "query_compatible": true, "headers": {"Accept": "x"},
    "global": {"aws": {"region": "us-east-1", "host": "s3.example"}}, "hosts": {"aws fips": "s3-fips.{region}.example"},
    "operations": {"Get": {"method": "GET", "uri": "/{Bucket}?x", "input": "In", "output": "Out", "wrapper": "W", "root_text": "A", "host_prefix": "{Bucket}.",
      "unsigned": true, "writes": true, "pages": {"in": ["T"], "out": ["U.V"], "more": "M", "limit": "L", "lists": ["A"]}}},
    "shapes": {"In": {"members": {"Bucket": {"is": "string", "in": "uri", "required": true, "last_part": true}, "H": {"is": "timestamp:rfc822", "in": "header", "wire": "x-h"}}},
      "Out": {"members": {"A": "Many", "B": {"is": "string", "attribute": true, "wire": "xsi:type"}, "P": "policy", "D": "document"}},
      "Many": {"list": "Out", "wire": "item", "flat": true},
      "By": {"map": "integer", "key": "k", "wire": "v"}}})");
  ASSERT_TRUE(service) << service.error().text();
  const ApiService& one = **service;
  EXPECT_EQ(one.protocol, ApiProtocol::rest_xml);
  EXPECT_EQ(one.endpoint_env, "S3_X");
  EXPECT_EQ(one.config_name, "s3_x");
  EXPECT_TRUE(one.query_compatible);
  EXPECT_EQ(one.headers[0].first, "Accept");
  EXPECT_EQ(one.global.at("aws").host, "s3.example");
  EXPECT_EQ(one.hosts.at("aws fips"), "s3-fips.{region}.example");

  const ApiOperation& get = one.operations.at("Get");
  EXPECT_EQ(get.uri, "/{Bucket}?x");
  EXPECT_EQ(get.output_wrapper + get.root_text + get.host_prefix, "WA{Bucket}.");
  EXPECT_TRUE(get.unsigned_request && get.writes && get.paged());
  EXPECT_EQ(get.pages.output_tokens, std::vector<std::string>{"U.V"});
  EXPECT_EQ(get.pages.more + get.pages.limit + get.pages.lists[0], "MLA");

  const ApiMember* bucket = get.input->member("Bucket");
  ASSERT_TRUE(bucket);
  EXPECT_TRUE(bucket->required && bucket->last_part && bucket->where == ApiMember::Where::uri);
  EXPECT_EQ(bucket->wire_name(), "Bucket");
  EXPECT_EQ(get.input->member("H")->wire_name(), "x-h");
  EXPECT_EQ(get.input->member("H")->shape->timestamp_format, "rfc822");
  EXPECT_FALSE(get.input->member("bucket"));

  // A shape that contains itself.
  const ApiShape* many = get.output->member("A")->shape;
  EXPECT_EQ(many->element, get.output);
  EXPECT_EQ(many->element_wire, "item");
  EXPECT_TRUE(many->flattened);
  EXPECT_TRUE(get.output->member("B")->xml_attribute);
  EXPECT_TRUE(get.output->member("P")->shape->policy);
  EXPECT_EQ(get.output->member("D")->shape->kind, ApiShape::Kind::document);

  ApiCatalogue catalogue;
  catalogue.add(*service);
  const ApiService* of = nullptr;
  EXPECT_EQ(catalogue.operation("s3x:Get", &of), &get);
  EXPECT_EQ(of, service->get());
  for (auto call : {"s3x:Put", "s3:Get", "s3x", "", ":"}) EXPECT_FALSE(catalogue.operation(call)) << call;
}

TEST(Api, says_where_a_file_does_not_hold) {
  struct Row {
    std::string text, says;
  };
  const Row rows[] = {
      {"[]", "x.json:1:1: this is no service; expected a map"},
      {"{" + std::string(kHead) + "}", "x.json:1:1: `protocol` is missing or no text; expected a text"},
      {"{" + std::string(kHead) + ", \"protocol\": \"soap\"}", "there is no protocol `soap`; expected query, ec2, json, rest-json or rest-xml"},
      {"{" + std::string(kHead) + ", \"protocol\": \"json\"}", "a service that speaks json names its operations; expected `target_prefix` and `json_version`"},
      {file("\"operation\": {}"), "x.json:3:1: `operation` has no meaning here; did you mean `operations`?"},
      {file("\"shapes\": {}"), "`operations` is no map; expected operations by name"},
      {file("\"operations\": {\"A\": 1}"), "x.json:3:21: this is no operation; expected a map"},
      {file("\"operations\": {\"A\": {\"input\": \"In\"}}"), "there is no shape `In`"},
      {file("\"operations\": {\"A\": {\"input\": \"string\"}}"), "`input` is no structure"},
      {file("\"operations\": {\"A\": {\"uri\": \"x\"}}"), "a URI begins with a slash"},
      {file("\"operations\": {\"A\": {\"pages\": {\"in\": [\"T\"], \"out\": []}}}"), "tokens do not match; expected as many in `out` as in `in`, at least one"},
      {file("\"shapes\": {\"string\": {}}, \"operations\": {}"), "`string` is the name of a kind; expected another name"},
      {file("\"shapes\": {\"A\": {}}, \"operations\": {}"), "this is no shape; expected one of `members`, `list` and `map`"},
      {file("\"shapes\": {\"Role\": {\"list\": \"Rolle\"}}, \"operations\": {}"), "there is no shape `Rolle`; did you mean `Role`?"},
      {file("\"shapes\": {\"A\": {\"list\": \"timestamp:soon\"}}, \"operations\": {}"), "there is no form of time `soon`; expected iso8601, unixTimestamp or rfc822"},
      {file("\"shapes\": {\"A\": {\"members\": {\"B\": {\"is\": \"string\", \"in\": \"foot\"}}}}, \"operations\": {}"), "there is no place `foot`"},
      {file("\"shapes\": {\"A\": {\"members\": {\"B\": {\"in\": \"uri\"}}}}, \"operations\": {}"), "a shape is missing; expected a kind or the name of a shape"},
  };
  for (const Row& row : rows) {
    auto service = read(row.text);
    ASSERT_FALSE(service) << row.text;
    EXPECT_EQ(service.error().code, Code::parse);
    EXPECT_NE(service.error().text().find(row.says), std::string::npos) << service.error().text();
  }
}

}  // namespace
}  // namespace reeve
