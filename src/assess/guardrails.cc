#include "assess/guardrails.h"

#include <algorithm>
#include <map>

#include "aws/arn.h"
#include "base/text.h"
#include "formats/json.h"
#include "formats/yaml.h"
#include "policy/policy.h"

namespace reeve {
namespace {

constexpr std::string_view requests_name = "examples/requests.yaml";
constexpr std::string_view quotas_name = "organizations.yaml";

// How many characters a policy may have, by what follows `prevent.` in its name (content/quotas/organizations.yaml). A file that does not say
// it switches off what it is there for, so each quota that is missing is an Error.
std::map<std::string, int64_t> read_quotas(const Content& content, std::vector<Error>& errors) {
  std::map<std::string, int64_t> out;
  const ContentFile* file = nullptr;
  for (const ContentItem& item : content.files->items("quotas"))
    if (item.name == quotas_name) file = item.files.front();
  if (!file) {
    errors.push_back({Code::not_found, "no quotas/" + std::string(quotas_name) + " in the content", {}, "how many characters a guardrail may have", ""});
    return out;
  }
  Source self;
  self.file = file->shown;
  auto document = read_yaml(file->text, self);
  if (!document) {
    errors.push_back(document.error());
    return out;
  }
  auto place = [&](Value at) { return at ? Place{file->shown, at.line(), at.column()} : Place{file->shown, 1, 1}; };
  Value root = (*document)->root(), characters = root.get("policy_characters");
  if (!root.is_map() || !characters.is_map()) {
    errors.push_back({Code::type, root.is_map() && characters ? "`policy_characters` is no map" : "`policy_characters` is missing", place(root.is_map() && characters ? characters : root),
                      "a map with scp and rcp", ""});
    return out;
  }
  for (auto entry : characters.entries())
    if (entry.key() != "scp" && entry.key() != "rcp")
      errors.push_back({Code::usage, "unknown key `" + std::string(entry.key()) + "` in `policy_characters`", place(entry.key_node), "scp, rcp", ""});
  for (const char* kind : {"scp", "rcp"}) {
    Value given = characters.get(kind);
    auto number = given && !given.is_map() && !given.is_list() ? parse_int(given.text()) : std::nullopt;
    if (number && *number > 0) out[kind] = *number;
    else errors.push_back({Code::type, given ? "`" + std::string(kind) + "` is no number of characters" : "`policy_characters` has no `" + std::string(kind) + "`",
                           place(given ? given : characters), "a whole number from 1", ""});
  }
  return out;
}

// Every control asks; what is wrong is said once.
std::map<std::string, int64_t> quotas(const Content& content, std::vector<Error>& errors) {
  std::vector<Error> found;
  auto out = read_quotas(content, found);
  for (Error& error : found)
    if (std::none_of(errors.begin(), errors.end(), [&](const Error& known) { return known.text() == error.text(); })) errors.push_back(std::move(error));
  return out;
}

struct Request {
  std::string title;
  GuardrailRequest asked;
  bool stopped = false;  // it must be
};

class Guardrail {
 public:
  Guardrail(const Control& control, const ControlFile& file, std::vector<ExampleResult>& out) : control_(control), file_(file), out_(out) {}

  Status run(Value described, int64_t quota) {
    bool rcp = file_.name == "prevent.rcp.json";
    Source self;
    self.file = file_.shown;
    self.path_prefix = "$";
    auto document = TRY(read_json(file_.text, self));
    policy_ = TRY(parse_policy(document->root(), file_.name));
    for (const PolicyNote& note : guardrail_breaches(policy_, rcp ? GuardrailKind::rcp : GuardrailKind::scp)) say(note.path, "taken by AWS Organizations", note.what, false);
    auto size = static_cast<int64_t>(to_json(document->root()).size());
    if (quota > 0 && size > quota) say("its size", "at most " + std::to_string(quota) + " characters", std::to_string(size), false);
    TRY(read_requests(described));
    for (const Request& request : requests_) {
      Answer answer = guardrail_denies(policy_, request.asked);
      std::string got = answer.verdict == Truth::yes ? "stopped" : answer.verdict == Truth::no ? "let through" : "unknown";
      std::string expected = request.stopped ? "stopped" : "let through";
      say(request.title, expected, got, got == expected, answer.decided.path.empty() ? answer.why : answer.decided.path);
    }
    every_statement_is_needed();
    every_condition_is_needed();
    return {};
  }

 private:
  void say(const std::string& what, const std::string& expected, const std::string& got, bool ok, const std::string& reason = {}) {
    out_.push_back({control_.id, file_.shown, what, expected, got, reason, ok});
  }

  tl::unexpected<Error> wrong(Value at, std::string what, std::string expected) {
    return fail(Code::parse, std::move(what), {shown_requests(), at.line(), at.column()}, std::move(expected));
  }
  std::string shown_requests() const {
    for (const ControlFile& file : control_.examples)
      if (file.name == requests_name) return file.shown;
    return control_.folder;
  }

  Status read_requests(Value described) {
    if (!described.is_map()) return wrong(described, "`" + file_.name + "` has no requests", "must_deny and must_allow");
    for (auto entry : described.entries())
      if (entry.key() != "must_deny" && entry.key() != "must_allow" && entry.key() != "adapt") return wrong(entry.key_node, "unknown key `" + std::string(entry.key()) + "`", "must_deny, must_allow, adapt");
    for (const char* key : {"must_deny", "must_allow"}) {
      Value list = described.get(key);
      if (!list.is_list() || list.size() == 0) return wrong(described, "`" + file_.name + "` has no `" + key + "`", "a list of requests");
      for (Value item : list.items()) {
        Request request;
        request.stopped = std::string_view(key) == "must_deny";
        TRY(read_request(item, request));
        requests_.push_back(std::move(request));
      }
    }
    return {};
  }

  Status read_request(Value item, Request& request) {
    for (auto entry : item.entries())
      if (entry.key() != "title" && entry.key() != "action" && entry.key() != "resource" && entry.key() != "principal" && entry.key() != "service" && entry.key() != "context")
        return wrong(entry.key_node, "unknown key `" + std::string(entry.key()) + "` in a request", "title, action, resource, principal or service, context");
    auto text = [&](const char* key) { return std::string(item.get(key) ? item.get(key).text() : std::string_view()); };
    request.title = text("title");
    request.asked.action = text("action");
    request.asked.resource = text("resource").empty() ? "*" : text("resource");
    if (request.title.empty() || request.asked.action.find(':') == std::string::npos) return wrong(item, "a request without title or action", "title and action");
    Context& context = request.asked.context;
    std::string principal = text("principal"), service = text("service");
    if (!principal.empty()) {
      auto arn = parse_arn(principal);
      if (!arn) return wrong(item.get("principal"), "`" + principal + "` is no ARN", "the ARN of a user, role or root user");
      context.set("aws:PrincipalArn", ContextValue::of(principal));
      context.set("aws:PrincipalAccount", ContextValue::of(std::string(arn->account)));
      context.set("aws:PrincipalType", ContextValue::of(arn->resource == "root" ? "Account" : starts_with(arn->resource, "user/") ? "User" : "AssumedRole"));
      context.set("aws:PrincipalIsAWSService", ContextValue::of("false"));
    } else if (!service.empty()) {
      context.set("aws:PrincipalIsAWSService", ContextValue::of("true"));
      context.set("aws:PrincipalServiceName", ContextValue::of(service));
    }
    if (Value given = item.get("context")) {
      if (!given.is_map()) return wrong(given, "`context` of a request is no map", "values by condition key");
      for (auto entry : given.entries()) {
        if (entry.value.is_list()) {
          std::vector<std::string> values;
          for (Value value : entry.value.items()) values.emplace_back(value.text());
          context.set(entry.key(), ContextValue::of(std::move(values)));
        } else {
          context.set(entry.key(), ContextValue::of(std::string(entry.value.text())));
        }
      }
    }
    return {};
  }

  bool some(const Policy& policy, bool must_be_stopped, Truth verdict) const {
    return std::any_of(requests_.begin(), requests_.end(), [&](const Request& r) { return r.stopped == must_be_stopped && guardrail_denies(policy, r.asked).verdict == verdict; });
  }

  void every_statement_is_needed() {
    for (size_t i = 0; i < policy_.statements.size(); ++i) {
      Policy without = policy_;
      without.statements.erase(without.statements.begin() + static_cast<std::ptrdiff_t>(i));
      bool noticed = some(without, true, Truth::no);
      say("without " + policy_.statements[i].path, "a request that must be stopped gets through", noticed ? "it does" : "every one is still stopped", noticed);
    }
  }

  void every_condition_is_needed() {
    for (size_t i = 0; i < policy_.statements.size(); ++i)
      for (size_t j = 0; j < policy_.statements[i].conditions.size(); ++j) {
        Policy without = policy_;
        auto& conditions = without.statements[i].conditions;
        conditions.erase(conditions.begin() + static_cast<std::ptrdiff_t>(j));
        bool noticed = some(without, false, Truth::yes);
        say("without " + policy_.statements[i].conditions[j].path, "a request that must get through is stopped", noticed ? "it is" : "every one still gets through", noticed);
      }
  }

  const Control& control_;
  const ControlFile& file_;
  std::vector<ExampleResult>& out_;
  Policy policy_;
  std::vector<Request> requests_;
};

}  // namespace

std::vector<ExampleResult> run_guardrails(const Content& content, const Control& control, std::vector<Error>& errors) {
  std::vector<ExampleResult> out;
  std::vector<const ControlFile*> guardrails;
  for (const ControlFile& file : control.prevent)
    if (file.name == "prevent.scp.json" || file.name == "prevent.rcp.json") guardrails.push_back(&file);
  const ControlFile* requests = nullptr;
  for (const ControlFile& file : control.examples)
    if (file.name == requests_name) requests = &file;
  if (!requests) return out;
  Source self;
  self.file = requests->shown;
  auto document = read_yaml(requests->text, self);
  if (!document) {
    errors.push_back(document.error());
    return out;
  }
  Value root = (*document)->root();
  for (auto entry : root.entries())
    if (std::none_of(guardrails.begin(), guardrails.end(), [&](const ControlFile* file) { return file->name == entry.key(); }))
      errors.push_back({Code::not_found, "control `" + control.id + "` has no `" + std::string(entry.key()) + "`", {requests->shown, entry.key_node.line(), entry.key_node.column()},
                        "prevent.scp.json or prevent.rcp.json", ""});
  std::map<std::string, int64_t> allowed;
  if (!guardrails.empty() && content.files) allowed = quotas(content, errors);
  for (const ControlFile* file : guardrails) {
    auto status = Guardrail(control, *file, out).run(root.get(file->name), allowed[file->name.substr(8, 3)]);
    if (!status) errors.push_back(status.error());
  }
  return out;
}

}  // namespace reeve
