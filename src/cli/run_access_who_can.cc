// `reeve access who-can`: everybody who can do something, why, and of whom it is not known.
#include "aws/arn.h"
#include "base/text.h"
#include "cli/access_kit.h"

namespace reeve {

int run_access_who_can(const Options& options, Io& io) {
  auto asked = asked_estate(options, io);
  if (!asked) return io.error(asked.error()), asked.error().code == Code::usage ? exit_usage : exit_input;
  const auto& words = options.arguments();
  AccessQuestions questions(asked->estate, *asked->table, asked->context);
  auto found = questions.who_can(words[0], words.size() > 1 ? words[1] : std::string());
  if (!found) return io.error(found.error()), exit_usage;
  size_t yes = 0, unknown = 0;
  std::vector<std::vector<std::string>> rows{{"who", "account", "because"}};
  std::string out;
  for (const auto* list : {&found->rows, &found->strangers})
    for (const AccessAnswer& one : *list) {
      (one.can == Truth::yes ? yes : unknown) += list == &found->rows;
      if (!asked->text) write_answer(out, asked->estate, one);
    }
  for (Truth can : {Truth::yes, Truth::unknown})
    for (const auto* list : {&found->rows, &found->strangers})
      for (const AccessAnswer& one : *list) {
        if (!asked->text || one.can != can) continue;
        const std::string who = one.principal == no_index ? one.kind + " " + one.caller : short_name(asked->estate.principals[one.principal]);
        rows.push_back({(can == Truth::unknown ? "unkn " : "") + who, one.account, because_text(one)});
      }
  if (asked->text) {
    if (rows.size() > 1) out = table_text(io.terminal, rows, options.has("--all")) + "\n";
    out += with_thousands(yes) + (yes == 1 ? " principal can, " : " principals can, ") + with_thousands(unknown) + " unknown, " + with_thousands(found->cannot) + " cannot";
    if (!found->strangers.empty()) out += "; " + with_thousands(found->strangers.size()) + " from outside";
    out += " · " + asked->elapsed() + "\n";
  }
  io.print(out);
  return asked->incomplete ? exit_input : exit_done;
}

}  // namespace reeve
