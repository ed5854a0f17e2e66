// Findings, what is not known and why, and how the result came about.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "formats/json.h"
#include "report/html_sections.h"
#include "report/redaction.h"

namespace reeve {
namespace {

constexpr size_t kMatrixAccounts = 40, kCallsShown = 50, kNotesShown = 50, kCausesShown = 20;

bool word(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || more.find(c) != more.npos; });
}

// The `service:Operation` at the head of a cause, else empty.
std::string_view call_of(std::string_view cause) {
  std::string_view head = cause.substr(0, cause.find(' '));
  size_t colon = head.find(':');
  if (colon == head.npos || !word(head.substr(0, colon), "-") || !word(head.substr(colon + 1), "")) return {};
  return head[colon + 1] >= 'A' && head[colon + 1] <= 'Z' ? head : std::string_view();
}

struct CauseGroup {
  const char* id;
  const char* title;
  const char* cure;
  std::vector<const UnknownCause*> causes;
  uint64_t verdicts = 0;
  std::set<std::string> actions;
};

std::string statement(const std::set<std::string>& actions) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("Sid", "ReeveReads").member("Effect", "Allow").key("Action").begin_array();
  for (auto& action : actions) json.string(action);
  json.end_array().member("Resource", "*").end_object();
  return out;
}

// As it may stand in the query of a fragment.
std::string in_address(std::string_view text) {
  std::string out;
  for (char c : text) {
    char number[4];
    if (word(std::string_view(&c, 1), ":-")) out += c;
    else std::snprintf(number, sizeof number, "%%%02X", static_cast<unsigned char>(c)), out += number;
  }
  return out;
}

// The service's name as both kinds of names have it: `access-analyzer` and `accessanalyzer`.
std::string service_of(std::string_view call) {
  std::string out;
  for (char c : call.substr(0, call.find(':')))
    if (c != '-') out += c;
  return out;
}

std::string scope_matrix(const Report& report) {
  struct Cell {
    uint64_t ok = 0, failed = 0;
  };
  std::map<std::string, std::map<std::string, Cell>> cells;
  std::set<std::string> regions;
  auto rows = report.a.store->db().prepare(
      "SELECT account,coalesce(region,''),sum(status IN ('ok','absent')),sum(status IN ('denied','error')) FROM temp.reads GROUP BY 1,2");
  if (rows)
    for (auto step = rows->step(); step && *step; step = rows->step()) {
      std::string region(rows->text(1));
      regions.insert(region);
      std::string account(rows->text(0));
      if (report.options.redaction) account = report.options.redaction->account(account);
      cells[account][region] = {static_cast<uint64_t>(rows->integer(2)), static_cast<uint64_t>(rows->integer(3))};
    }
  if (cells.empty()) return "<p>No call is recorded in the input: it holds inventory alone, so what it leaves out is unknown.</p>";
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Calls read by account and Region\"><table class=\"t mx\"><caption>Calls read, by account and Region <small>● all read, ◐ some failed, ○ none read</small></caption><thead><tr><th>Account</th>";
  for (auto& region : regions) out += "<th>" + esc(region.empty() ? "global" : region) + "</th>";
  out += "</tr></thead><tbody>";
  size_t shown = 0;
  for (auto& [account, row] : cells) {
    if (shown++ == kMatrixAccounts) break;
    std::string name = report.account(account);
    out += "<tr><th scope=\"row\">" + esc(account) + (name.empty() ? "" : " <small>" + esc(name) + "</small>") + "</th>";
    for (auto& region : regions) {
      auto cell = row.find(region);
      if (cell == row.end()) out += "<td>– not read</td>";
      else out += td((cell->second.failed == 0 ? "● " : cell->second.ok ? "◐ " : "○ ") + with_thousands(cell->second.ok) + (cell->second.failed ? " · " + with_thousands(cell->second.failed) + " failed" : ""));
    }
    out += "</tr>";
  }
  out += std::string(table_close);
  if (cells.size() > kMatrixAccounts) out += "<p>" + count_text(cells.size() - kMatrixAccounts, "more account") + " not shown here; <code>--format json</code> has every failed call.</p>";
  return out;
}

std::string problems(const std::vector<Error>& errors, std::string_view what) {
  if (errors.empty()) return "";
  std::string out = "<details class=\"more\"><summary>" + count_text(errors.size(), what) + "</summary><ul class=\"qs\">";
  for (size_t i = 0; i < errors.size() && i < kNotesShown; ++i) out += "<li>" + esc(errors[i].text()) + "</li>";
  if (errors.size() > kNotesShown) out += "<li>… " + with_thousands(errors.size() - kNotesShown) + " more in <code>--format json</code></li>";
  return out + "</ul></details>";
}

}  // namespace

std::vector<std::string> actions_for(const Content& content, std::string_view call) {
  std::set<std::string> same_name, same_service, all;
  const std::string_view operation = call.substr(call.find(':') + 1);
  const std::string service = service_of(call);
  for (auto& file : content.resource_types) {
    Value root = file.document->root();
    bool reads = false;
    for (Value read : root.get("reads").items()) reads = reads || read.get("call").text() == call;
    if (!reads) continue;
    for (Value permission : root.get("permissions").items()) {
      std::string action(permission.text());
      all.insert(action);
      if (!starts_with(service, service_of(action))) continue;
      same_service.insert(action);
      if (action.substr(action.find(':') + 1) == operation) same_name.insert(action);
    }
  }
  auto& chosen = !same_name.empty() ? same_name : !same_service.empty() ? same_service : all;
  return {chosen.begin(), chosen.end()};
}

std::string finding_row(const Report& report, const ControlResult& control, const store::StoredFinding& finding) {
  const PracticeResult* practice = report.practice_of(*control.control);
  // The account stands in a column of its own.
  std::string_view uid = finding.uid;
  size_t account = finding.account.empty() || starts_with(uid, "arn:") ? uid.npos : uid.find("/" + finding.account + "/");
  if (account != uid.npos) uid.remove_prefix(account + finding.account.size() + 2);
  return "<tr><td>" + std::string(store::name(finding.status)) + "<td>" + std::string(name(control.control->severity)) + "<td>" + (practice ? esc(report.number(*practice)) : "") + "<td>" + control.control->id + "<td>" +
         esc(finding.account.empty() ? "–" : finding.account) + "<td>" + esc(uid) + "<td>" + esc(clip(finding.reason, 80)) + "\n";
}

std::string section_findings(const Report& report, const std::string& first_rows, uint64_t shown) {
  auto& v = report.a.verdicts;
  uint64_t open = v.fail + v.unknown;
  std::string out = "<section id=\"findings\" aria-labelledby=\"h-findings\">" +
                    section_head("findings", "Findings", "Each verdict that is no pass, with the fact behind it. Passes are counted by control; their rows are in <code>--format json --all</code>.",
                                 figure(v.fail, "verdicts.fail") + " fail, " + figure(v.unknown, "verdicts.unknown") + " unknown, " + figure(v.excepted, "verdicts.excepted") + " excepted, " + figure(v.pass, "verdicts.pass") + " pass",
                                 false);
  out += "<div id=\"explorer\" hidden></div><div id=\"plain\"><p id=\"no-script\">";
  out += open > shown ? "The first " + with_thousands(shown) + " of " + count_text(open, "fail or unknown", "fails and unknowns") + ", worst first. " : "All " + count_text(open, "fail or unknown", "fails and unknowns") + ", worst first. ";
  out += "Search, evidence and the rest need a browser with script and <code>DecompressionStream</code> (any since 2023); <code>reeve assess --format json</code> has all of it without one.</p>";
  if (open == 0) return out + "<p class=\"empty\">Nothing fails and nothing is unknown.</p></div></section>";
  out += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"First findings\"><table class=\"t ff\"><thead><tr><th>Verdict<th>Severity<th>Practice<th>Control<th>Account<th>Resource<th>Reason</tr></thead><tbody>\n";
  return out + first_rows + "</tbody></table></div></div></section>";
}

std::string section_unknowns(const Report& report) {
  auto& a = report.a;
  std::string out = "<section id=\"unknowns\" aria-labelledby=\"h-unknowns\">" +
                    section_head("unknowns", "Unknowns", "What could not be judged, by its cause, worst first, and what would cure it.", figures(a.verdicts.unknown, "verdicts.unknown", "verdict") + ", " + count_text(a.unknown_causes.size(), "cause"));
  if (a.unknown_causes.empty()) return out + "<p class=\"empty\">Every fact asked for was read.</p></section>";
  CauseGroup groups[] = {
      {"denied", "Denied or failed", "AWS said no. This statement in the policy of whoever collects lets the calls be made:", {}, 0, {}},
      {"not-read", "Never asked", "The input holds no answer to these calls. Who collects needs this statement, and to make them:", {}, 0, {}},
      {"said", "For somebody to say", "No API knows this. An attestation in the workspace answers it (<code>reeve init</code>):", {}, 0, {}},
      {"later", "Waits for another part of Reeve", "These controls are judged by what a part of Reeve that has not run will tell.", {}, 0, {}},
      {"gap", "Read, and still not told", "What was read does not settle it: a value that is only known later, a tag that nobody set, an answer that leaves it out.", {}, 0, {}},
  };
  std::set<std::string> failed;
  for (auto& call : a.calls_failed) failed.insert(call.call + " " + call.error);
  for (auto& cause : a.unknown_causes) {
    std::string_view call = call_of(cause.cause);
    bool unread = ends_with(cause.cause, "not read");
    CauseGroup& group = groups[failed.count(cause.cause) ? 0 : !call.empty() && unread ? 1 : cause.later ? 3 : contains(cause.cause, "attest") ? 2 : 4];
    group.causes.push_back(&cause);
    group.verdicts += cause.verdicts;
    if (!call.empty() && (&group == &groups[0] || &group == &groups[1]))
      for (auto& action : actions_for(a.content, call)) group.actions.insert(action);
  }
  for (auto& group : groups) {
    if (group.causes.empty()) continue;
    out += "<h3>" + icon("unknown") + group.title + " <small>" + count_text(group.verdicts, "verdict") + ", " + count_text(group.causes.size(), "cause") + "</small></h3><p class=\"lead\">" + group.cure + "</p>";
    if (!group.actions.empty())
      out += "<details class=\"more\"><summary>IAM statement of " + count_text(group.actions.size(), "action") + "</summary><div class=\"copybox\"><button class=\"copy js\" type=\"button\">Copy<span class=\"vh\"> the statement</span></button><pre tabindex=\"0\">" +
             esc(statement(group.actions)) + "</pre></div></details>";
    out += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + std::string(group.title) + "\"><table class=\"t\"><thead><tr><th>Cause</th><th class=\"n\">Verdicts</th><th class=\"n\">Controls</th><th class=\"n\">Accounts</th>"
           "<th>Action that cures it</th><th class=\"js\"><span class=\"vh\">Findings</span></th></tr></thead><tbody>";
    size_t shown = 0;
    for (auto* cause : group.causes) {
      if (shown++ == kCausesShown) break;
      std::string_view call = call_of(cause->cause);
      auto actions = call.empty() || &group == &groups[4] ? std::vector<std::string>() : actions_for(a.content, call);
      std::string cures = actions.empty() ? "–" : esc(actions[0]) + (actions.size() > 1 ? " and " + with_thousands(actions.size() - 1) + " more" : "");
      out += "<tr><td class=\"m\">" + esc(cause->cause) + "</td>" + td(cause->verdicts) + td(cause->controls) + td(cause->accounts) + "<td class=\"m\">" + cures + "</td><td class=\"js\"><a href=\"#findings?status=unknown&amp;q=" +
             in_address(cause->cause) + "\" aria-label=\"show findings of " + esc(cause->cause) + "\">show ›</a></td></tr>";
    }
    out += table_close;
    if (group.causes.size() > kCausesShown) out += "<p class=\"later\">" + count_text(group.causes.size() - kCausesShown, "more cause") + " in <code>--format json</code>.</p>";
  }
  return out + "</section>";
}

std::string section_method(const Report& report) {
  auto& a = report.a;
  std::string out = "<section id=\"method\" aria-labelledby=\"h-method\">" +
                    section_head("method", "Method and coverage", "What was read, what was not, how a level and a score come about, and how to make this file again.", {}, false);
  out += "<dl class=\"dl\"><dt>Estate</dt><dd>" + figures(a.resources, "estate.resources", "resource") + " in " + figures(a.accounts, "estate.accounts", "account") + " and " + figures(a.regions, "estate.regions", "Region") + "; " +
         figures(a.pairs, "estate.applicable_pairs", "pair") + " of control and resource got a verdict, " + figure(a.verdicts.not_applicable, "verdicts.not_applicable") + (a.verdicts.not_applicable == 1 ? " was" : " were") + " not applicable.</dd>";
  static const std::map<std::string, std::string> kBasis = {{"option", "the moment asked for"}, {"stated", "the newest moment at which a reply says its facts were true"}, {"file", "the newest file's time, or a later date that a reply mentions: no input states a moment of its facts, or only one long before such a date"},
                                                            {"clock", "the clock's time: no input and no file has one that can be that of the facts"}};
  auto basis = kBasis.find(a.as_of_basis);
  out += "<dt>As of</dt><dd>" + when(a.as_of) + (basis == kBasis.end() ? "" : ", " + basis->second) + ".</dd>";
  out += "<dt>Level</dt><dd>A level is reached only if it and every level below it hold at least one control that passes and none that fails or is unknown. The organization's level is its lowest practice's. Attestations that stand count; without them the level would be " +
         std::to_string(a.level_without_attested) + ".</dd>";
  out += "<dt>Score</dt><dd>" + esc(score_formula) + ".</dd><dt>Verdicts</dt><dd>A control is fail if any resource fails, else unknown if any is, else pass. What was denied, missing or contradictory is unknown.</dd>";
  std::map<std::string, uint64_t> kinds;
  for (auto& source : a.sources) ++kinds[source.kind];
  std::string files;
  for (auto& [kind, n] : kinds) files += (files.empty() ? "" : ", ") + with_thousands(n) + " " + esc(kind);
  out += "<dt>Input</dt><dd>" + count_text(a.sources.size(), "file") + " (" + files + ") of <code>" + esc(join(a.source_names, " ")) + "</code></dd>";
  out += "<dt>Versions</dt><dd>Reeve " + esc(report.options.version) + ", edition " + esc(a.edition) + ", content <code>sha256 " + esc(a.content.digest) + "</code></dd>";
  out += "<dt>Again</dt><dd><code>" + esc(join(report.options.command, " ")) + "</code> on the same input with the same version gives the same bytes.</dd>";
  out += "<dt>Not in this report</dt><dd>Expected loss, risks in money and the register: they come with the threat model (<code>model</code>).</dd></dl>";
  out += scope_matrix(report);
  out += "<h3>Calls that failed <small>" + count_text(a.calls_failed.size(), "call") + "</small></h3>";
  if (a.calls_failed.empty()) {
    out += "<p class=\"empty\">No call of the input failed.</p>";
  } else {
    auto calls = a.calls_failed;
    std::stable_sort(calls.begin(), calls.end(), [](auto& x, auto& y) { return x.verdicts > y.verdicts; });
    out += table_open("Calls that failed", {"Call", "Account", "Region", "Asked about", "Error", "#Verdicts unknown"});
    for (size_t i = 0; i < calls.size() && i < kCallsShown; ++i)
      out += "<tr><td><code>" + esc(calls[i].call) + "</code></td><td>" + esc(calls[i].account) + "</td><td>" + esc(calls[i].region) + "</td><td>" + esc(calls[i].parameter.empty() ? "–" : calls[i].parameter) + "</td><td>" + esc(calls[i].error) +
             "</td><td class=\"n\">" + with_thousands(calls[i].verdicts) + "</td></tr>";
    out += std::string(table_close);
    if (calls.size() > kCallsShown) out += "<p>" + count_text(calls.size() - kCallsShown, "more call") + " in <code>--format json</code>.</p>";
  }
  return out + problems(a.problems, "problem") + problems(a.notes, "note") + "</section>";
}

std::string script_facts(const Report& report) {
  auto& a = report.a;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("organization", a.organization).member("as_of", rfc3339(a.as_of)).member("level", int64_t{a.level});
  json.key("practices").begin_array();
  for (auto& practice : a.practices) json.begin_object().member("slug", practice.practice->slug).member("number", report.number(practice)).member("title", practice.practice->title).end_object();
  std::map<std::string, std::vector<std::string>> requirements;  // of a control: framework, a space, the requirement's id
  for (auto& framework : a.frameworks)
    for (auto& requirement : framework.requirements)
      for (size_t index : requirement.controls) requirements[a.controls[index].control->id].push_back(framework.framework->id + " " + requirement.requirement->id);
  std::map<std::string, int> blocks;  // place among what blocks the next level, from 1
  for (auto& one : report.blocking)
    if (one.control) blocks.try_emplace(one.control->control->id, static_cast<int>(blocks.size()) + 1);
  json.end_array().key("controls").begin_array();
  for (auto& result : a.controls) {
    const Control& c = *result.control;
    json.begin_object().member("id", c.id).member("title", c.title).member("why", c.why).member("fix", c.fix).member("practice", c.practice).member("level", int64_t{c.level});
    json.member("severity", static_cast<int64_t>(c.severity)).member("area", c.area).member("status", name(result.status));
    for (auto& area : operations_areas())
      if (area.name == c.area) json.member("layer", area.function);
    json.member("owner", report.owner(c.owner)).member("effort", c.effort).member("objective", c.objective);
    json.member("file", c.check.name).member("rule", c.check.text).member("responsibility", name(c.responsibility)).member("blocks", int64_t{blocks[c.id]}).member("passes", static_cast<int64_t>(result.counts.pass));
    json.key("attack").begin_array();
    for (auto& technique : c.attack) json.string(technique);
    json.end_array().key("frameworks").begin_array();
    for (auto& requirement : requirements[c.id]) json.string(requirement);
    json.end_array().key("also").begin_array();
    for (auto* layer : {&c.prevent, &c.respond})
      for (auto& file : *layer) json.string(file.name);
    json.end_array().end_object();
  }
  json.end_array().key("accounts").begin_object();
  for (auto& [id, account_name] : report.account_names()) json.member(id, account_name);
  json.end_object().key("exceptions").begin_array();
  if (a.workspace)
    for (auto& one : a.workspace->exceptions)
      json.begin_object().member("control", one.control).member("resource", one.resource).member("owner", one.owner).member("approver", one.approver).member("reason", one.reason).member("expires", rfc3339(one.expires)).end_object();
  json.end_array().end_object();
  return "," + out.substr(1, out.size() - 2);
}

}  // namespace reeve
