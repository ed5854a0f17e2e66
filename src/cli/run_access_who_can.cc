// `reeve access who-can`: everybody who can do something, why, and of whom it is not known.
#include <algorithm>

#include "aws/arn.h"
#include "base/text.h"
#include "cli/access_kit.h"

namespace reeve {
namespace {

constexpr size_t piece = 1 << 20;  // bytes of records written at once

}  // namespace

int run_access_who_can(const Options& options, Io& io) {
  auto asked = asked_estate(options, io);
  if (!asked) return io.error(asked.error()), asked.error().code == Code::usage ? exit_usage : exit_input;
  const auto& words = options.arguments();
  const AccessEstate& estate = asked->estate;
  AccessQuestions questions(estate, *asked->table, asked->context);
  auto found = questions.who_can(words[0], words.size() > 1 ? words[1] : std::string());
  if (!found) return io.error(found.error()), exit_usage;
  const std::string elapsed = asked->elapsed();
  std::string out;
  if (!asked->text) {
    for (const WhoCan::Row& row : found->rows) {
      write_answer(out, estate, found->answers[row.answer], row.principal);
      if (out.size() < piece) continue;
      io.print(out);
      out.clear();
    }
    for (const AccessAnswer& one : found->strangers) write_answer(out, estate, one);
    io.print(out);
    return asked->incomplete ? exit_input : exit_done;
  }
  const auto is_yes = [&](const WhoCan::Row& row) { return found->answers[row.answer].can == Truth::yes; };
  const size_t yes = static_cast<size_t>(std::count_if(found->rows.begin(), found->rows.end(), is_yes)), unknown = found->rows.size() - yes;
  const size_t most = rows_shown(options.has("--all"));
  std::vector<std::vector<std::string>> rows{{"who", "account", "because"}};
  auto add = [&](Truth can, const std::string& who, const AccessAnswer& answer) {
    if (rows.size() <= most) rows.push_back({(can == Truth::unknown ? "unkn " : "") + who, answer.account, because_text(answer)});
  };
  for (Truth can : {Truth::yes, Truth::unknown}) {
    for (const WhoCan::Row& row : found->rows) {
      if (rows.size() > most) break;
      if (const AccessAnswer& answer = found->answers[row.answer]; answer.can == can) add(can, short_name(estate.principals[row.principal]), answer);
    }
    for (const AccessAnswer& one : found->strangers)
      if (one.can == can) add(can, one.kind + " " + one.caller, one);
  }
  if (rows.size() > 1) out = table_text(io.terminal, rows, true, found->rows.size() + found->strangers.size() - (rows.size() - 1)) + "\n";
  out += with_thousands(yes) + (yes == 1 ? " principal can, " : " principals can, ") + with_thousands(unknown) + " unknown, " + with_thousands(found->cannot) + " cannot";
  if (!found->strangers.empty()) out += "; " + with_thousands(found->strangers.size()) + " from outside";
  out += " · " + elapsed + "\n";
  io.print(out);
  return asked->incomplete ? exit_input : exit_done;
}

}  // namespace reeve
