#include "aws/protocol.h"

#include <gtest/gtest.h>

#include "aws/protocol_parts.h"
#include "formats/json.h"

namespace reeve {
namespace {

// One small service, spoken in each protocol.
constexpr std::string_view kRest = R"("signing_name": "x", "endpoint_prefix": "x", "id": "X", "version": "2020-01-01", "target_prefix": "Target", "json_version": "1.1",
  "operations": {
    "List": {"input": "In", "output": "Out", "wrapper": "ListResult", "pages": {"in": ["Next"], "out": ["Next"], "lists": ["Items"]}},
    "Get": {"method": "GET", "uri": "/things/{Name}/{Rest+}?fixed&a=b", "input": "Where", "output": "Placed", "host_prefix": "{Name}."},
    "Text": {"method": "GET", "uri": "/text", "output": "Payload"}, "Root": {"method": "GET", "uri": "/root", "output": "Rooted", "root_text": "Place"}},
  "shapes": {
    "In": {"members": {"Name": {"is": "string", "required": true}, "Items": "Strings", "Since": "timestamp", "Many": "integer", "On": "boolean", "Tags": "Tags", "Next": "string"}},
    "Out": {"members": {"Items": "Things", "Many": "integer", "Part": "number", "On": "boolean", "When": "timestamp", "Bytes": "blob", "Tags": "Tags", "Policy": "policy", "Next": "string"}},
    "Where": {"members": {"Name": {"is": "string", "in": "uri", "required": true, "last_part": true}, "Rest": {"is": "string", "in": "uri"}, "Q": {"is": "Strings", "in": "query", "wire": "q"},
      "H": {"is": "timestamp", "in": "header", "wire": "x-when"}}},
    "Placed": {"members": {"Code": {"is": "integer", "in": "status"}, "H": {"is": "timestamp", "in": "header", "wire": "x-when"}, "Meta": {"is": "Tags", "in": "headers", "wire": "x-meta-"}}},
    "Payload": {"members": {"Text": {"is": "string", "payload": true}}},
    "Rooted": {"members": {"Place": "string"}},
    "Thing": {"members": {"Id": {"is": "string", "wire": "id"}, "Below": "Things"}},
    "Things": {"list": "Thing"}, "Strings": {"list": "string"}, "Tags": {"map": "string"}}})";

struct Service {
  ApiServicePtr service;
  explicit Service(const std::string& protocol) {
    std::string text = R"({"service": "x", "protocol": ")" + protocol + "\", " + std::string(kRest);
    auto document = read_json(text, {});
    EXPECT_TRUE(document) << document.error().text();
    auto read = read_api((*document)->root(), "x.json");
    EXPECT_TRUE(read) << read.error().text();
    service = *read;
  }
  const ApiOperation& operation(const std::string& name) const { return service->operations.at(name); }
  Result<HttpRequest> ask(const std::string& name, const std::string& input) const { return build_request({service.get(), &operation(name), input.empty() ? nullptr : *read_json(input, {})}); }
  AwsReply answer(const std::string& name, const std::string& body, int status = 200, HttpHeaders headers = {}) const {
    return read_response(*service, operation(name), {status, std::move(headers), body});
  }
};

constexpr const char* kInput = R"({"Name": "n m", "Items": ["a", "b"], "Since": "2020-01-02T03:04:05.500Z", "Many": "7", "On": true, "Tags": {"k": "v"}})";

TEST(Protocol, the_same_call_in_each_protocol) {
  struct Row {
    const char *protocol, *body;
  };
  const Row rows[] = {
      {"query", "Action=List&Version=2020-01-01&Name=n%20m&Items.member.1=a&Items.member.2=b&Since=2020-01-02T03%3A04%3A05.500Z&Many=7&On=true&Tags.entry.1.key=k&Tags.entry.1.value=v"},
      {"ec2", "Action=List&Version=2020-01-01&Name=n%20m&Items.1=a&Items.2=b&Since=2020-01-02T03%3A04%3A05.500Z&Many=7&On=true&Tags.entry.1.key=k&Tags.entry.1.value=v"},
      {"json", R"({"Name":"n m","Items":["a","b"],"Since":1577934245.5,"Many":7,"On":true,"Tags":{"k":"v"}})"},
      {"rest-json", R"({"Name":"n m","Items":["a","b"],"Since":1577934245.5,"Many":7,"On":true,"Tags":{"k":"v"}})"},
  };
  for (const Row& row : rows) {
    auto request = Service(row.protocol).ask("List", kInput);
    ASSERT_TRUE(request) << request.error().text();
    EXPECT_EQ(request->method + request->path, "POST/");
    EXPECT_EQ(request->body, row.body);
  }
  EXPECT_EQ(Service("rest-xml").ask("List", kInput).error().code, Code::unsupported);
  EXPECT_EQ(Service("json").ask("List", kInput)->headers[0], (std::pair<std::string, std::string>("X-Amz-Target", "Target.List")));
  EXPECT_EQ(Service("json").ask("List", "").error().what, "List cannot be asked without `Name`");
}

TEST(Protocol, places_of_a_rest_request) {
  Service rest("rest-json");
  auto request = rest.ask("Get", R"({"Name": "/path/a b", "Rest": "x/y z", "Q": ["1", "&"], "H": "2020-01-02T03:04:05Z"})");
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(request->path, "/things/a%20b/x/y%20z");
  EXPECT_EQ(request->query, (std::vector<std::pair<std::string, std::string>>{{"fixed", ""}, {"a", "b"}, {"q", "1"}, {"q", "&"}}));
  EXPECT_EQ(request->headers, (HttpHeaders{{"x-when", "Thu, 02 Jan 2020 03:04:05 GMT"}}));
  EXPECT_EQ(request->body, "");
  EXPECT_FALSE(rest.ask("Get", R"({"Name": "a/", "Rest": "x"})"));
  auto prefix = [&](const char* name) { return host_prefix({rest.service.get(), &rest.operation("Get"), *read_json(std::string(R"({"Name": ")") + name + "\"}", {})}); };
  EXPECT_EQ(prefix("1.a-b"), "1.a-b.");
  EXPECT_FALSE(prefix("a/b"));
  EXPECT_FALSE(prefix(""));
}

TEST(Protocol, the_same_reply_from_each_protocol) {
  const std::string reply = R"({"Items":[{"Id":"1","Below":[{"Id":"2"}]},{}],"Many":7,"Part":0.5,"On":true,"When":"2020-01-02T03:04:05.500000+00:00","Bytes":"YWI=","Tags":{"k":"v"},"Policy":{"a":1}})";
  const std::string json = R"({"Items":[{"id":"1","Below":[{"id":"2"}]},{}],"Many":7,"Part":0.5,"On":true,"When":1577934245.5,"Bytes":"YWI=","Tags":{"k":"v"},"Policy":"%7B%22a%22%3A1%7D","Next":null,"New":1})";
  const std::string xml = "<Items><member><id>1</id><Below><member><id>2</id></member></Below></member><member/></Items><Many> 7</Many><Part>0.5</Part><On>true</On>"
                          "<When>2020-01-02T03:04:05.5Z</When><Bytes>YW\nI=</Bytes><Tags><entry><key>k</key><value>v</value></entry></Tags><Policy>%7B%22a%22%3A1%7D</Policy><New/>";
  const std::pair<const char*, std::string> rows[] = {
      {"query", "<ListResponse><ListResult>" + xml + "</ListResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListResponse>"},
      {"ec2", "<ListResponse><RequestId>r</RequestId><ListResult>" + xml + "</ListResult></ListResponse>"},
      {"rest-xml", "<Anything>" + xml + "<RequestId>r</RequestId></Anything>"},
      {"json", json},
      {"rest-json", json},
  };
  for (auto& [protocol, body] : rows) {
    AwsReply read = Service(protocol).answer("List", body);
    EXPECT_TRUE(read.ok) << protocol << read.error_code << read.error_message;
    EXPECT_EQ(read.json, reply) << protocol;
    EXPECT_FALSE(read.verbatim);
    if (body[0] == '<') EXPECT_EQ(read.request_id, "r") << protocol;
    for (size_t cut = 0; cut < body.size(); cut += 7) EXPECT_FALSE(Service(protocol).answer("List", body.substr(0, cut)).ok) << protocol << " cut at " << cut;
  }
}

TEST(Protocol, knows_when_the_body_says_no_more_than_the_reply) {
  Service json("json");
  for (auto body : {R"({"Many": 7})", R"({})", R"({"Tags": {"k": "v"}, "On": false})"}) EXPECT_TRUE(json.answer("List", body).verbatim) << body;
  for (auto body : {R"({"Many": null})", R"({"Many": 7, "New": 1})", R"({"When": 1})", R"({"Items": [{"id": "1"}]})"}) EXPECT_FALSE(json.answer("List", body).verbatim) << body;
  EXPECT_TRUE(Service("rest-xml").answer("Text", "{\"a\": 1}").verbatim);
}

TEST(Protocol, members_outside_of_the_body) {
  AwsReply read = Service("rest-json").answer("Get", "", 202, {{"X-When", "Thu, 02 Jan 2020 03:04:05 GMT"}, {"x-meta-a", "1"}, {"X-Amzn-RequestId", "r"}});
  EXPECT_EQ(read.json, R"({"Code":202,"H":"2020-01-02T03:04:05+00:00","Meta":{"a":"1"}})");
  EXPECT_EQ(read.request_id, "r");
  EXPECT_EQ(Service("rest-xml").answer("Text", "{\"a\": 1}").json, R"({"Text":"{\"a\": 1}"})");
  EXPECT_EQ(Service("rest-xml").answer("Root", "<Place xmlns='u'>eu-west-1</Place>").json, R"({"Place":"eu-west-1"})");
  EXPECT_EQ(Service("rest-xml").answer("Root", "<Place/>").json, R"({"Place":null})");
}

TEST(Protocol, pages_go_on_and_end_and_do_not_go_round) {
  Service json("json");
  auto next = [&](const char* input, const char* reply) { return next_page(json.operation("List"), (*read_json(input, {}))->root(), (*read_json(reply, {}))->root()); };
  auto second = next(R"({"Name": "n", "Next": "1"})", R"({"Items": [], "Next": "2"})");
  ASSERT_TRUE(second && *second);
  EXPECT_EQ(to_json((*second)->root()), R"({"Name":"n","Next":"2"})");
  for (auto reply : {R"({"Items": []})", R"({"Next": ""})", R"({"Next": null})"}) {
    auto last = next("{}", reply);
    EXPECT_TRUE(last && !*last) << reply;
  }
  EXPECT_EQ(next(R"({"Next": "2"})", R"({"Next": "2"})").error().code, Code::conflict);
}

TEST(Protocol, times_as_the_cli_prints_them) {
  const std::pair<const char*, const char*> rows[] = {
      {"2020-01-02T03:04:05Z", "2020-01-02T03:04:05+00:00"},
      {"2020-01-02T03:04:05.000Z", "2020-01-02T03:04:05+00:00"},
      {"2020-01-02T03:04:05.1234567Z", "2020-01-02T03:04:05.123456+00:00"},
      {"2020-01-02T03:04:05+0200", "2020-01-02T03:04:05+02:00"},
      {"2020-01-02T03:04:05-07:30", "2020-01-02T03:04:05-07:30"},
      {"1577934245", "2020-01-02T03:04:05+00:00"},
      {"1.577934245E9", "2020-01-02T03:04:05+00:00"},
      {"-0.5", "1969-12-31T23:59:59.500000+00:00"},
      {"Thu, 02 Jan 2020 03:04:05 GMT", "2020-01-02T03:04:05+00:00"},
      {"1e300", "1e300"},
      {"2020-13-02T03:04:05Z", "2020-13-02T03:04:05Z"},
      {"soon", "soon"},
      {"", ""},
  };
  for (auto& [text, printed] : rows) EXPECT_EQ(wire::printed_time(text), printed) << text;
  EXPECT_EQ(wire::time_on_wire("1969-12-31T00:00:00Z", "rfc822"), "Wed, 31 Dec 1969 00:00:00 GMT");
  EXPECT_FALSE(wire::time_on_wire("soon", "iso8601"));
}

}  // namespace
}  // namespace reeve
