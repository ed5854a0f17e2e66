// `reeve access can`: may one principal do something, or what may it do at all.
#include "base/text.h"
#include "cli/access_kit.h"
#include "formats/json.h"

namespace reeve {
namespace {

std::string first_of(const std::vector<std::string>& all, size_t most) {
  std::vector<std::string> shown(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size())));
  return join(shown, " ") + (all.size() > most ? " … " + std::to_string(all.size() - most) + " more" : "");
}

}  // namespace

int run_access_can(const Options& options, Io& io) {
  auto asked = asked_estate(options, io);
  if (!asked) return io.error(asked.error()), asked.error().code == Code::usage ? exit_usage : exit_input;
  const auto& words = options.arguments();
  auto principal = principal_named(asked->estate, words[0]);
  if (!principal) return io.error(principal.error()), asked->incomplete ? exit_input : exit_usage;
  AccessQuestions questions(asked->estate, *asked->table, asked->context);
  std::string out;
  if (words.size() > 1) {
    auto answer = questions.can(**principal, words[1], words.size() > 2 ? words[2] : std::string());
    if (!answer) return io.error(answer.error()), exit_usage;
    if (!asked->text) {
      write_answer(out, asked->estate, *answer);
    } else {
      out = std::string(name(answer->can)) + "  " + safe(short_name(**principal)) + "  " + answer->action + "  " + safe(shown_resource(answer->resource)) + "\n";
      for (const AccessReason& one : answer->because) out += "     " + safe(one.text) + (one.file.empty() ? "" : "  " + safe(one.file) + ":" + std::to_string(one.line)) + "\n";
      for (const std::string& one : answer->unknown) out += "     hangs on " + safe(one) + "\n";
    }
    io.print(out);
    return asked->incomplete ? exit_input : exit_done;
  }
  const std::vector<CanDo> found = questions.all(**principal);
  std::vector<std::vector<std::string>> rows{{"service", "can", "unknown"}};
  for (const CanDo& one : found) {
    if (asked->text) {
      rows.push_back({one.service, first_of(one.yes, 4), first_of(one.unknown, 2)});
      continue;
    }
    JsonWriter json(out);
    json.begin_object().member("principal", (*principal)->arn).member("service", one.service);
    for (const auto& [key, list] : {std::pair("yes", &one.yes), std::pair("unknown", &one.unknown), std::pair("hangs_on", &one.hangs_on)}) {
      json.key(key).begin_array();
      for (const std::string& action : *list) json.string(action);
      json.end_array();
    }
    json.end_object();
    out += '\n';
  }
  if (asked->text) {
    if (!found.empty()) out = table_text(io.terminal, rows, options.has("--all")) + "\n";
    out += safe(short_name(**principal)) + " can do something with " + std::to_string(found.size()) + (found.size() == 1 ? " service" : " services") + " · " + asked->elapsed() + "\n";
  }
  io.print(out);
  return asked->incomplete ? exit_input : exit_done;
}

}  // namespace reeve
