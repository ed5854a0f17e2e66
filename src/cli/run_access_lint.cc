// `reeve access lint`: policies judged by their text.
#include <algorithm>
#include <map>

#include "access/lint.h"
#include "base/file.h"
#include "check/check.h"
#include "cli/access_commands.h"
#include "report/lint_sarif.h"

namespace reeve {
namespace {

struct Tally {
  uint64_t policies = 0, ignored = 0;
  std::map<LintRule::Sort, uint64_t> sorts;
  std::optional<Severity> worst;
};

// Bytes of a line to code points, for readers that count so.
uint32_t code_point_column(std::string_view text, uint32_t line, uint32_t column) {
  size_t at = 0;
  for (uint32_t i = 1; i < line && at != std::string_view::npos; ++i) {
    at = text.find('\n', at);
    if (at != std::string_view::npos) ++at;
  }
  if (at == std::string_view::npos || column == 0) return column;
  std::string_view before = text.substr(at, column - 1);
  return 1 + static_cast<uint32_t>(std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string record(const std::string& file, PolicyUse use, const PolicyLint& lint) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("id", lint.rule->id).member("sort", name(lint.rule->sort)).member("severity", name(lint.rule->severity));
  json.member("message", lint.message).member("file", file).member("line", int64_t{lint.line}).member("column", int64_t{lint.column});
  json.member("policy", name(use)).member("path", lint.path);
  if (lint.statement >= 0) json.member("statement", int64_t{lint.statement});
  if (!lint.sid.empty()) json.member("sid", lint.sid);
  json.member("page", lint.rule->page).end_object();
  return out + "\n";
}

std::string line_of(const Io& io, const PolicyLint& lint) {
  std::string place = std::to_string(lint.line) + ":" + std::to_string(lint.column), id(lint.rule->id), severity(name(lint.rule->severity));
  place.resize(std::max<size_t>(place.size(), 7), ' ');
  severity.resize(std::max<size_t>(severity.size(), 8), ' ');
  const Ink ink = lint.rule->severity >= Severity::high ? Ink::fail : Ink::plain;
  return "  " + place + "  " + paint(io.terminal, ink, severity) + "  " + id + "\n" +
         wrap(fold(io.terminal, safe(lint.message)), io.terminal.width, 11);
}

std::string counted(uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace

int run_access_lint(const Options& options, Io& io) {
  auto knowledge = LintKnowledge::built_in();
  if (!knowledge) return io.error(knowledge.error()), exit_internal;
  const std::string format = options.value("--format", io.terminal.tty ? "text" : "ndjson"), fail_on = options.value("--fail-on", "never");
  const auto use = parse_policy_use(options.value("--kind"));
  int status = exit_done;
  auto say = [&](const Error& problem) {
    io.error(problem);
    status = exit_input;
  };
  DataFiles files = find_data(options.arguments());
  for (const Error& problem : files.problems) say(problem);
  Tally tally;
  LintSarif sarif(reeve_program().version);
  for (const DataFile& file : files.files) {
    std::shared_ptr<const FileBytes> bytes;
    std::string_view text;
    if (file.text) {
      text = *file.text;
    } else {
      auto opened = FileBytes::open(file.path);
      if (!opened) {
        say(opened.error());
        continue;
      }
      bytes = *opened;
      text = bytes->view();
    }
    auto document = read_data(text, file.path);
    if (!document) {
      say(document.error());
      continue;
    }
    const auto policies = policies_in((*document)->root());
    if (policies.empty()) {
      if (file.named)
        say({Code::parse, "this is no policy", {file.path, 1, 1}, "a map with `Statement`, or an answer that holds a policy", {}});
      else
        ++tally.ignored;
      continue;
    }
    for (Value policy : policies) {
      auto linted = lint_policy(policy, *knowledge, use);
      if (!linted) {
        say(linted.error());
        continue;
      }
      ++tally.policies;
      std::string out;
      if (format == "text" && !linted->lints.empty()) out = safe(file.path) + "  (" + std::string(name(linted->use)) + " policy)\n";
      for (const PolicyLint& lint : linted->lints) {
        ++tally.sorts[lint.rule->sort];
        tally.worst = std::max(tally.worst, std::optional(lint.rule->severity));
        if (format == "text")
          out += line_of(io, lint);
        else if (format == "ndjson")
          out += record(file.path, linted->use, lint);
        else
          sarif.add(file.path, lint, code_point_column(text, lint.line, lint.column));
      }
      io.print(out);
    }
  }
  if (format == "sarif") io.print(sarif.text(status == exit_done));
  if (format == "text") {
    std::string sum = counted(tally.policies, "policy", "policies") + " read: " + std::to_string(tally.sorts[LintRule::Sort::invalid]) +
                      " invalid, " + std::to_string(tally.sorts[LintRule::Sort::idle]) + " idle, " +
                      std::to_string(tally.sorts[LintRule::Sort::risk]) + " at risk";
    if (tally.ignored > 0) sum += "; " + counted(tally.ignored, "other file is no policy", "other files are no policies");
    io.print(sum + "\n");
  }
  const bool fails = fail_on != "never" && tally.worst &&
                     (fail_on == "fail" || fail_on == "unknown" || *tally.worst >= parse_severity(fail_on).value_or(Severity::critical));
  return std::max(status, fails ? exit_results : exit_done);
}

}  // namespace reeve
