#include "assess/tally.h"
#include "assess/calls.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/render.h"
#include "formats/json.h"

namespace reeve {
namespace {

std::string heading(CallToMake::Scope scope, bool for_each) {
  std::string out;
  switch (scope) {
    case CallToMake::Scope::organization: out = "Once, in the management account or a delegated administrator's"; break;
    case CallToMake::Scope::account: out = "In each account"; break;
    case CallToMake::Scope::region: out = "In each Region of each account"; break;
  }
  return for_each ? out + ", for each that a list names" : out;
}

}  // namespace

int run_content_calls(const Options& options, Io& io) {
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)});
  std::vector<Error> errors = content.errors;
  ResourceCatalogue catalogue = catalogue_of(content, errors);
  for (const Error& error : errors) io.error(error);
  std::vector<CallToMake> calls = calls_to_make(catalogue);
  if (options.value("--format") == "json") {
    std::string out;
    JsonWriter json(out, 1);
    json.begin_array();
    for (const CallToMake& one : calls) {
      json.begin_object().member("call", one.call).member("scope", name(one.scope)).member("for_each", one.for_each).member("command", one.command);
      json.member("file", one.file).key("tells_about").begin_array();
      for (auto& type : one.types) json.string(type);
      json.end_array().end_object();
    }
    json.end_array();
    io.print(out + "\n");
  } else {
    std::string before;
    for (const CallToMake& one : calls) {
      std::string head = heading(one.scope, one.for_each);
      if (head != before) io.print((before.empty() ? "" : "\n") + paint(io.terminal, Ink::heading, head) + "\n");
      before = std::move(head);
      io.print("  " + one.command + "\n" + paint(io.terminal, Ink::dim, "      > " + one.file) + "\n");
    }
    io.print("\n" + count_text(calls.size(), "call") + ". Files stand below EXPORT/ACCOUNT/REGION/; then: reeve assess EXPORT\n");
  }
  return errors.empty() ? exit_done : exit_input;
}

}  // namespace reeve
