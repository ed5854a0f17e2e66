#include "cli/access_print.h"

#include "base/file.h"
#include "base/text.h"
#include "policy/witness.h"

namespace reeve {

Result<Policy> policy_of_file(const std::string& path) {
  auto bytes = TRY(FileBytes::open(path));
  auto document = TRY(read_json(bytes->view(), bytes, Source{.file = path, .path_prefix = "$"}));
  auto policy = parse_policy(document->root(), path);
  if (policy) return std::move(*policy);
  Error error = policy.error();
  if (error.at.path.empty()) error.at.path = path;
  return tl::unexpected(std::move(error));
}

void write_statement(JsonWriter& json, const Decided& decided) {
  json.key("statement").begin_object().member("policy", decided.policy);
  if (decided.statement >= 0) {
    json.member("index", static_cast<int64_t>(decided.statement));
    if (!decided.sid.empty()) json.member("sid", decided.sid);
    json.member("path", decided.path).member("line", static_cast<int64_t>(decided.line));
  }
  json.end_object();
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const auto& text : texts) json.string(text);
  json.end_array();
}

void write_witness(JsonWriter& json, const WitnessRequest& request) {
  json.key("witness").begin_object().member("caller", request.caller).member("principal", request.principal).member("action", request.action);
  json.member("resource", request.resource).member("resource_account", request.resource_account).key("context").begin_object();
  for (const auto& [key, value] : request.context) {
    json.key(key);
    if (value.state != ContextValue::State::present) json.null();
    else if (value.values.size() == 1) json.string(value.values[0]);
    else {
      json.begin_array();
      for (const auto& text : value.values) json.string(text);
      json.end_array();
    }
  }
  json.end_object().end_object();
}

std::string statement_word(const Decided& decided) {
  if (decided.statement < 0) return "no single statement";
  return decided.sid.empty() ? "statement " + std::to_string(decided.statement) : decided.sid;
}

std::string witness_words(const WitnessRequest& request) {
  std::string out = request.principal.empty() ? request.caller : request.principal;
  if (out == "*") out = request.caller;
  out += " " + request.action;
  if (!request.resource.empty()) out += " on " + request.resource;
  for (const auto& [key, value] : request.context)
    out += ", " + key + (value.state == ContextValue::State::present ? "=" + join(value.values, "|") : value.state == ContextValue::State::absent ? " absent" : " not known");
  // In words a name that was made up to stand for any says so; records keep it, so that the request can be simulated.
  for (size_t at; (at = out.find(policy::filler)) != std::string::npos;) out.replace(at, policy::filler.size(), "<any>");
  return out;
}

}  // namespace reeve
