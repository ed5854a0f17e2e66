#include "cli/assess_text.h"

#include "base/text.h"
#include "store/imports.h"

namespace reeve {
namespace {

std::string words(std::string_view state) {
  std::string out(state);
  for (char& c : out)
    if (c == '_') c = ' ';
  return out;
}

}  // namespace

std::string attested_text(Assessment& a, const Terminal& terminal, size_t rows_most) {
  if (!a.workspace) return {};
  std::string out;
  Table table({{"", Align::left}, {""}, {"", Align::left, 100}, {"", Align::left, 0, true}}, 3);
  size_t valid = 0, rows = 0, missing = 0;
  for (auto& one : a.words.attestations) {
    valid += one.state == "valid" && one.why.empty();
    missing += one.state == "missing";
    if (one.state == "missing" || (one.state == "valid" && one.why.empty() && one.days_left > soon_days)) continue;
    const bool against = one.state == "contradicted" || one.state == "no";
    std::string_view why = one.why;
    if (one.state == "contradicted" && starts_with(why, "contradicted: ")) why.remove_prefix(14);
    table.row({{one.state == "valid" && one.why.empty() ? "ends soon" : words(one.state), against ? Ink::fail : Ink::unknown}, {one.control->id}, {safe(one.said->owner)},
               {safe(why.empty() ? "counts until " + rfc3339(one.until).substr(0, 10) : std::string(why)), Ink::dim}});
    ++rows;
  }
  for (auto& one : a.words.drills) {
    if (one.state == DrillState::done || one.state == DrillState::planned) continue;
    std::string what = one.drill->title.empty() ? one.drill->kind : one.drill->title;
    table.row({{"drill " + std::string(name(one.state)), one.state == DrillState::failed ? Ink::fail : Ink::unknown}, {one.drill->kind}, {safe(one.drill->owner)},
               {safe(what) + fold(terminal, " · ") + (one.last ? "last on " + rfc3339(one.last->performed).substr(0, 10) : "never done") + ", due on " + rfc3339(one.due).substr(0, 10), Ink::dim}});
    ++rows;
  }
  for (auto& one : a.words.exceptions) {
    if (!one.expired && one.days_left > soon_days) continue;
    table.row({{one.expired ? "exception ended" : "exception ends", one.expired ? Ink::fail : Ink::excepted}, {one.exception->control}, {safe(one.exception->owner)},
               {rfc3339(one.exception->expires).substr(0, 10) + ", " + count_text(one.findings, "finding") + ": " + safe(one.exception->resource), Ink::dim}});
    ++rows;
  }
  if (!a.words.attestations.empty()) {
    out += "Attested: " + std::to_string(valid) + " of " + count_text(a.words.attestations.size(), "question") + (missing ? ", " + std::to_string(missing) + " unanswered: reeve attest" : "") + "\n";
    if (rows) out += table.text(terminal, rows_most);
    out += "\n";
  }
  if (auto counts = store::imported_counts(a.store->db()); counts && !counts->empty()) {
    std::vector<std::string> tools;
    for (auto& one : *counts) tools.push_back(safe(one.tool) + " " + with_thousands(one.findings));
    out += wrap("Beside these, found by others and counted nowhere: " + join(tools, ", ") + ". reeve explain ARN shows both", terminal.width, 0) + "\n";
  }
  return out;
}

}  // namespace reeve
