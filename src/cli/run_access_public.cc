// reeve access public: can a stranger use the resource, and what for?
#include "access/public_access.h"
#include "base/text.h"
#include "cli/access_commands.h"
#include "cli/access_print.h"
#include "content/content.h"

namespace reeve {
namespace {

std::string few(const std::vector<std::string>& texts, size_t most) {
  if (texts.size() <= most) return join(texts, ", ");
  return join({texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(most)}, ", ") + " and " + with_thousands(texts.size() - most) + " more";
}

void print_public(Io& io, bool records, const std::string& resource, const PublicAccess& answer, bool all) {
  std::string out;
  if (records) {
    JsonWriter json(out);
    json.begin_object().member("resource", resource).member("public", name(answer.verdict)).member("why", answer.why);
    write_texts(json, "actions", answer.actions);
    write_texts(json, "perhaps", answer.perhaps);
    write_statement(json, answer.decided);
    if (answer.witness) write_witness(json, *answer.witness);
    write_texts(json, "unknown", answer.unknown);
    if (!answer.stopped_by.empty()) json.member("stopped_by", answer.stopped_by);
    json.end_object();
    return io.print(out + "\n");
  }
  Ink ink = answer.verdict == Truth::yes ? Ink::fail : answer.verdict == Truth::unknown ? Ink::unknown : Ink::plain;
  out = paint(io.terminal, ink, answer.verdict == Truth::yes ? "public" : answer.verdict == Truth::unknown ? "unknown" : "not public") + "  " + safe(resource) + "\n";
  out += "  " + safe(answer.why) + (answer.decided.statement >= 0 && answer.verdict != Truth::no ? ", by " + safe(statement_word(answer.decided)) : "") + "\n";
  size_t most = all ? SIZE_MAX : 8;
  if (!answer.actions.empty()) out += "  open     " + safe(few(answer.actions, most)) + "\n";
  if (!answer.perhaps.empty()) out += "  perhaps  " + safe(few(answer.perhaps, most)) + "\n";
  if (answer.witness) out += "  such as  " + safe(witness_words(*answer.witness)) + "\n";
  if (!answer.unknown.empty()) out += "  hangs on " + safe(join(answer.unknown, ", ")) + "\n";
  io.print(fold(io.terminal, out));
}

}  // namespace

int run_access_public(const Options& options, Io& io) {
  auto usage = [&](std::string what, std::string expected) {
    io.error({Code::usage, std::move(what), {}, std::move(expected), {}});
    return exit_usage;
  };
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
