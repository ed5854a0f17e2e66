// reeve access public: can a stranger use the resource, and what for?
#include "access/event_actions.h"
#include "access/public_access.h"
#include "access/public_estate.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/words.h"
#include "cli/access_commands.h"
#include "cli/access_kit.h"
#include "cli/access_print.h"
#include "content/content.h"

namespace reeve {
namespace {

std::string few(const std::vector<std::string>& texts, size_t most) {
  if (texts.size() <= most) return join(texts, ", ");
  return join({texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(most)}, ", ") + " and " + with_thousands(texts.size() - most) + " more";
}

// What is known of a resource beside its policy: of one of an estate.
struct Beside {
  std::string type, account;
  bool bucket = false;
  Truth verdict = Truth::no, list = Truth::no;
  std::string list_grants;
};

void print_public(Io& io, bool records, const std::string& resource, const PublicAccess& answer, bool all, const Beside* beside = nullptr) {
  std::string out;
  const Truth verdict = beside ? beside->verdict : answer.verdict;
  if (records) {
    JsonWriter json(out);
    json.begin_object().member("resource", resource);
    if (beside) json.member("type", beside->type).member("account", beside->account);
    json.member("public", name(verdict)).member("why", answer.why);
    if (beside && beside->bucket) json.member("by_policy", name(answer.verdict)).member("by_access_list", name(beside->list));
    if (beside && !beside->list_grants.empty()) json.member("access_list", beside->list_grants);
    write_texts(json, "actions", answer.actions);
    write_texts(json, "perhaps", answer.perhaps);
    write_statement(json, answer.decided);
    if (answer.witness) write_witness(json, *answer.witness);
    write_texts(json, "unknown", answer.unknown);
    if (!answer.stopped_by.empty()) json.member("stopped_by", answer.stopped_by);
    json.end_object();
    return io.print(out + "\n");
  }
  Ink ink = verdict == Truth::yes ? Ink::fail : verdict == Truth::unknown ? Ink::unknown : Ink::plain;
  out = paint(io.terminal, ink, verdict == Truth::yes ? "public" : verdict == Truth::unknown ? "unknown" : "not public") + "  " + safe(resource) + "\n";
  if (beside && beside->list == Truth::yes) out += "  by its access control list: " + safe(beside->list_grants) + "\n";
  if (beside && beside->list == Truth::unknown) out += "  its access control list" + (beside->list_grants.empty() ? " was not read" : " grants " + safe(beside->list_grants) + ", and whether it counts was not read") + "\n";
  out += "  " + safe(answer.why) + (answer.decided.statement >= 0 && answer.verdict != Truth::no ? ", by " + safe(statement_word(answer.decided)) : "") + "\n";
  size_t most = all ? SIZE_MAX : 8;
  if (!answer.actions.empty()) out += "  open     " + safe(few(answer.actions, most)) + "\n";
  if (!answer.perhaps.empty()) out += "  perhaps  " + safe(few(answer.perhaps, most)) + "\n";
  if (answer.witness) out += "  such as  " + safe(witness_words(*answer.witness)) + "\n";
  if (!answer.unknown.empty()) out += "  hangs on " + safe(join(answer.unknown, ", ")) + "\n";
  io.print(fold(io.terminal, out));
}

// Everything of the estate that has a policy.
int run_public_estate(const Options& options, Io& io) {
  auto asked = asked_estate(options, io, false);
  if (!asked) return io.error(asked.error()), asked.error().code == Code::usage ? exit_usage : exit_input;
  const AccessEstate& estate = asked->estate;
  std::vector<Error> errors;
  const EventActions events = event_actions_of(*asked->content, errors);
  for (const Error& error : errors) io.error(error), asked->incomplete = true;
  const std::vector<PublicResource> found = public_resources(estate, *asked->table, [&](std::string_view prefix) { return events.reached_by_rcp(prefix); }, worker_count());
  size_t open = 0, unknown = 0;
  for (const PublicResource& one : found) {
    const bool role = one.role != no_index;
    open += one.verdict == Truth::yes;
    unknown += one.verdict == Truth::unknown;
    if (asked->text && one.verdict == Truth::no && !options.has("--all")) continue;
    const uint32_t account = role ? estate.principals[one.role].account : estate.resources[one.resource].account;
    Beside beside{role ? "AWS::IAM::Role" : estate.resources[one.resource].type, estate.accounts[account].id, false, one.verdict, one.list, one.list_grants};
    beside.bucket = beside.type == "AWS::S3::Bucket";
    print_public(io, !asked->text, role ? estate.principals[one.role].arn : estate.resources[one.resource].arn, one.policy, options.has("--all"), &beside);
  }
  if (found.empty()) {
    io.error({Code::not_found, "nothing with a policy of its own was found", {}, "an export with s3:GetBucketPolicy, iam:GetAccountAuthorizationDetails and the like", {}});
    asked->incomplete = true;
  }
  if (asked->text)
    io.print(fold(io.terminal, count_text(found.size(), "resource") + " with a policy, " + with_thousands(open) + " public, " + with_thousands(unknown) + " unknown · " + asked->elapsed() + "\n"));
  return asked->incomplete ? exit_input : exit_done;
}

}  // namespace

int run_access_public(const Options& options, Io& io) {
  auto usage = [&](std::string what, std::string expected) {
    io.error({Code::usage, std::move(what), {}, std::move(expected), {}});
    return exit_usage;
  };
  if (options.arguments().empty() && !options.has("--resource")) return run_public_estate(options, io);
  if (options.has("--source") || options.has("--authorization-details"))
    return usage("a policy of a file is no part of an estate", "a POLICY with --resource ARN, or --source");
  if (options.values("--resource").size() != options.arguments().size())
    return usage("each policy belongs to a resource", "--resource ARN for each POLICY, in the same order");
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)});
  for (const Error& error : content.errors) io.error(error);
  auto table = table_of(content);
  if (!table) return io.error(table.error()), exit_internal;
  int status = content.errors.empty() ? exit_done : exit_input;
  auto policies = [&](const std::vector<std::string>& files, std::vector<Policy>& out) {
    for (const std::string& file : files) {
      auto policy = policy_of_file(file);
      if (policy) out.push_back(std::move(*policy));
      else io.error(policy.error()), status = exit_input;
    }
  };
  std::vector<Policy> rcps;
  policies(options.values("--rcp"), rcps);
  const std::string block = options.value("--restrict-public-buckets", "off");
  const bool records = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "ndjson";
  for (size_t i = 0; i < options.arguments().size(); ++i) {
    std::vector<Policy> one;
    policies({options.arguments()[i]}, one);
    if (one.empty()) continue;
    PublicAccessAsked asked{.policy = &one[0], .resource = options.values("--resource")[i], .account = options.value("--account"), .org_id = options.value("--organization-id")};
    asked.restricted = block == "on" ? Truth::yes : block == "off" ? Truth::no : Truth::unknown;
    for (const Policy& policy : rcps) asked.rcps.push_back(&policy);
    print_public(io, records, asked.resource, public_access(asked, *table), options.has("--all"));
  }
  return status;
}

}  // namespace reeve
