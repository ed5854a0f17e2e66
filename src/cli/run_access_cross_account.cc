// `reeve access cross-account`: which roles and resources let other accounts in.
#include "base/text.h"
#include "cli/access_kit.h"
#include "formats/json.h"

namespace reeve {

int run_access_cross_account(const Options& options, Io& io) {
  auto asked = asked_estate(options, io);
  if (!asked) return io.error(asked.error()), asked.error().code == Code::usage ? exit_usage : exit_input;
  AccessQuestions questions(asked->estate, *asked->table, asked->context);
  const std::vector<CrossAccount> found = questions.cross_account();
  std::vector<std::vector<std::string>> rows{{"resource", "account", "to", "inside", "because"}};
  std::string out;
  size_t outside = 0, unknown = 0;
  for (const CrossAccount& one : found) {
    outside += one.answer.can == Truth::yes && one.inside == Truth::no;
    unknown += one.answer.can == Truth::unknown;
    if (asked->text) {
      rows.push_back({(one.answer.can == Truth::unknown ? "unkn " : "") + one.resource, one.account, one.to.empty() ? "?" : one.to, one.to.empty() ? "?" : std::string(name(one.inside)), because_text(one.answer)});
      continue;
    }
    JsonWriter json(out);
    json.begin_object().member("resource", one.resource).member("type", one.type).member("account", one.account).member("to", one.to).member("to_kind", one.answer.kind);
    json.member("inside_organization", name(one.inside)).member("answer", name(one.answer.can)).member("action", one.answer.action);
    json.key("reasons").begin_array();
    for (const AccessReason& reason : one.answer.because) {
      json.begin_object().member("text", reason.text).member("statement", int64_t{reason.reason.where.statement});
      if (!reason.file.empty()) json.member("file", reason.file).member("line", int64_t{reason.line});
      json.end_object();
    }
    json.end_array().key("unknown").begin_array();
    for (const auto& why : one.answer.unknown) json.string(why);
    json.end_array().end_object();
    out += '\n';
  }
  if (asked->text) {
    if (!found.empty()) out = table_text(io.terminal, rows, options.has("--all")) + "\n";
    out += with_thousands(found.size()) + (found.size() == 1 ? " grant" : " grants") + " to other accounts, " + with_thousands(outside) + " outside of the organization, " + with_thousands(unknown) +
           " unknown; " + with_thousands(asked->estate.resources.size() + asked->estate.principals.size()) + " principals and resources were looked at · " + asked->elapsed() + "\n";
  }
  io.print(out);
  return asked->incomplete ? exit_input : exit_done;
}

}  // namespace reeve
