// The protocols from outside, for tests/protocols.py: one JSON document a line in, one out.
//
//   {"call": "iam:ListRoles", "input": {…}}                                  → {"method", "path", "query", "headers", "body", "host_prefix"} or {"error"}
//   {"call": …, "response": {"status": 200, "headers": [[…]], "body": BASE64}}  → {"ok", "reply", "code", "message", "request_id"}
//   {"call": …, "input": {…}, "reply": {…}}                                  → {"next": {…} or null} or {"error"}
#include <cstdio>
#include <iostream>

#include "aws/protocol.h"
#include "base/text.h"
#include "content/apis.h"
#include "formats/json.h"

namespace reeve {
namespace {

void pairs(JsonWriter& json, const std::vector<std::pair<std::string, std::string>>& all) {
  json.begin_array();
  for (auto& [name, value] : all) json.begin_array().string(name).string(value).end_array();
  json.end_array();
}

void request(JsonWriter& json, const AwsCall& call) {
  auto made = build_request(call);
  auto prefix = made ? host_prefix(call) : Result<std::string>();
  if (!made || !prefix) {
    json.member("error", made ? prefix.error().text() : made.error().text());
    return;
  }
  json.member("method", made->method).member("path", made->path).member("body", made->body).member("host_prefix", *prefix);
  pairs(json.key("query"), made->query);
  pairs(json.key("headers"), made->headers);
}

void reply(JsonWriter& json, const AwsCall& call, Value from) {
  HttpResponse response;
  response.status = static_cast<int>(from.get("status").integer().value_or(0));
  for (Value pair : from.get("headers").items()) response.headers.emplace_back(pair.at(0).text(), pair.at(1).text());
  response.body = base64_decode(from.get("body").text()).value_or("");
  AwsReply read = read_response(*call.service, *call.operation, response);
  json.member("ok", read.ok).member("code", read.error_code).member("message", read.error_message).member("request_id", read.request_id);
  json.member("reply", read.json);
}

void next(JsonWriter& json, const AwsCall& call, Value from) {
  auto page = next_page(*call.operation, call.input ? call.input->root() : Value(), from);
  if (!page) json.member("error", page.error().text());
  else if (!*page) json.key("next").null();
  else json.key("next").value((*page)->root());
}

int serve() {
  auto apis = built_in_api_catalogue();
  if (!apis) return std::cerr << apis.error().text() << "\n", 3;
  std::string line, out;
  while (std::getline(std::cin, line)) {
    auto document = read_json(line, {});
    if (!document) return std::cerr << document.error().text() << "\n", 3;
    Value root = (*document)->root();
    AwsCall call;
    call.operation = apis->operation(root.get("call").text(), &call.service);
    if (!call.operation) return std::cerr << "there is no " << root.get("call").text() << "\n", 3;
    if (root.get("input")) call.input = *read_json(to_json(root.get("input")), {});
    out.clear();
    JsonWriter json(out);
    json.begin_object();
    if (root.get("response")) reply(json, call, root.get("response"));
    else if (root.get("reply")) next(json, call, root.get("reply"));
    else request(json, call);
    json.end_object();
    std::puts(out.c_str());
  }
  return 0;
}

}  // namespace
}  // namespace reeve

int main() { return reeve::serve(); }
