// `reeve access guardrails`: which accounts each guardrail of content really binds, by the policies in force.
#include <algorithm>

#include "access/event_actions.h"
#include "access/guardrails_bound.h"
#include "base/text.h"
#include "cli/access_kit.h"
#include "cli/access_print.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t actions_most = 50;

struct Guardrail {
  std::string control, file;
  GuardrailKind kind = GuardrailKind::scp;
  Policy policy;
};

void write_actions(JsonWriter& json, std::string_view key, const std::vector<std::string>& actions) {
  std::vector<std::string> some(actions.begin(), actions.begin() + static_cast<std::ptrdiff_t>(std::min(actions.size(), actions_most)));
  write_texts(json, key, some);
  if (actions.size() > some.size()) json.member(std::string(key) + "_more", static_cast<int64_t>(actions.size() - some.size()));
}

std::string level_id(const std::string& level, const AccessAccount& account) { return level == GuardrailBound::own_level ? account.id : level; }

void write_record(std::string& out, const Guardrail& guardrail, const AccessAccount& account, const GuardrailBound& answer) {
  JsonWriter json(out);
  json.begin_object();
  if (!guardrail.control.empty()) json.member("control", guardrail.control);
  json.member("guardrail", guardrail.file).member("kind", guardrail.kind == GuardrailKind::scp ? "scp" : "rcp").member("account", account.id);
  if (!account.name.empty()) json.member("account_name", account.name);
  json.member("answer", name(answer.holds)).member("why", answer.why);
  json.key("bound_by").begin_array();
  for (const auto& by : answer.by) {
    json.begin_object().member("level", level_id(by.level, account));
    if (by.decided.statement >= 0) {
      json.member("policy", by.decided.policy).member("statement", int64_t{by.decided.statement});
      if (!by.decided.sid.empty()) json.member("sid", by.decided.sid);
    }
    json.end_object();
  }
  json.end_array();
  write_actions(json, "open", answer.open);
  write_actions(json, "excepted", answer.excepted);
  write_actions(json, "perhaps", answer.perhaps);
  json.key("exceptions").begin_array();
  for (const auto& one : answer.except) {
    json.begin_object().member("level", level_id(one.level, account)).member("policy", one.where.policy);
    if (!one.where.sid.empty()) json.member("sid", one.where.sid);
    json.member("operator", one.op).member("key", one.key);
    write_texts(json, "values", one.values);
    json.end_object();
  }
  json.end_array();
  if (answer.through) write_witness(json, *answer.through);
  write_texts(json, "unknown", answer.unknown);
  json.end_object();
  out += '\n';
}

std::string some_of(const std::vector<std::string>& all, size_t most) {
  std::vector<std::string> shown(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size())));
  return join(shown, ", ") + (all.size() > most ? " and " + with_thousands(all.size() - most) + " more" : "");
}

// What stands behind the answer, in one line.
std::string because(const GuardrailBound& answer) {
  using Holds = GuardrailBound::Holds;
  if (answer.holds == Holds::bound) {
    std::vector<std::string> by;
    for (const auto& one : answer.by) by.push_back((one.decided.statement < 0 ? "no Allow" : one.decided.policy + " " + statement_word(one.decided)) + " at " +
                                              (one.level == GuardrailBound::own_level ? "the account" : one.level));
    return by.empty() ? answer.why : some_of(by, 2);
  }
  std::string out = answer.why;
  if (!answer.open.empty()) out += ": " + some_of(answer.open, 2);
  else if (!answer.excepted.empty()) out += ": " + some_of(answer.excepted, 2);
  if (answer.holds == Holds::partly && answer.open.empty() && !answer.except.empty()) out += ", excepted by " + answer.except[0].op + " " + answer.except[0].key + " " + some_of(answer.except[0].values, 1);
  if (!answer.unknown.empty()) out += ", hangs on " + some_of(answer.unknown, 1);
  return out;
}

Result<std::vector<Guardrail>> guardrails_of(const Options& options, const Content& content, Io& io, bool& broken) {
  std::vector<Guardrail> out;
  for (const std::string& path : options.values("--policy")) {
    auto policy = policy_of_file(path);
    if (!policy) {
      io.error(policy.error()), broken = true;
      continue;
    }
    const bool names_principal = std::any_of(policy->statements.begin(), policy->statements.end(), [](const Statement& one) { return one.principals.present; });
    out.push_back({{}, path, names_principal ? GuardrailKind::rcp : GuardrailKind::scp, std::move(*policy)});
  }
  std::vector<std::string> ids;
  for (const Control& control : content.controls) {
    ids.push_back(control.id);
    if (options.arguments().empty() && options.has("--policy")) continue;
    if (!options.arguments().empty() && std::find(options.arguments().begin(), options.arguments().end(), control.id) == options.arguments().end()) continue;
    for (const ControlFile& file : control.prevent) {
      if (file.name != "prevent.scp.json" && file.name != "prevent.rcp.json") continue;
      Source self;
      self.file = file.shown;
      auto document = read_json(file.text, self);
      auto policy = document ? parse_policy((*document)->root(), file.name) : Result<Policy>(tl::unexpected(document.error()));
      if (!policy) {
        io.error(policy.error()), broken = true;
        continue;
      }
      out.push_back({control.id, file.name, file.name == "prevent.rcp.json" ? GuardrailKind::rcp : GuardrailKind::scp, std::move(*policy)});
    }
  }
  for (const std::string& id : options.arguments()) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
      const std::string near = nearest(id, ids);
      return fail(Code::usage, "there is no control `" + id + "`", {}, near.empty() ? "a control with a guardrail" : "`" + near + "`?");
    }
    if (std::none_of(out.begin(), out.end(), [&](const Guardrail& one) { return one.control == id; }) && !broken)
      return fail(Code::usage, "control `" + id + "` brings no guardrail", {}, "a control with prevent.scp.json or prevent.rcp.json");
  }
  return out;
}

}  // namespace

int run_access_guardrails(const Options& options, Io& io) {
  auto asked = asked_estate(options, io, false);
  if (!asked) return io.error(asked.error()), asked.error().code == Code::usage ? exit_usage : exit_input;
  std::vector<Error> errors;
  const EventActions events = event_actions_of(*asked->content, errors);
  for (const Error& error : errors) io.error(error), asked->incomplete = true;
  auto guardrails = guardrails_of(options, *asked->content, io, asked->incomplete);
  if (!guardrails) return io.error(guardrails.error()), exit_usage;
  std::vector<uint32_t> accounts;
  for (uint32_t i = 0; i < asked->estate.accounts.size(); ++i)
    if (!options.has("--account") || asked->estate.accounts[i].id == options.value("--account")) accounts.push_back(i);
  std::sort(accounts.begin(), accounts.end(), [&](uint32_t a, uint32_t b) { return asked->estate.accounts[a].id < asked->estate.accounts[b].id; });
  if (accounts.empty()) {
    io.error({Code::not_found, options.has("--account") ? "the sources have no account " + options.value("--account") : "no account was found in the sources", {},
              "an export with organizations:ListAccounts, ListParents and ListPoliciesForTarget", {}});
    return exit_input;
  }
  GuardrailProof proof(asked->estate, *asked->table, [&](std::string_view prefix) { return events.reached_by_rcp(prefix); });
  using Holds = GuardrailBound::Holds;
  std::string out;
  const bool each = options.has("--all") || options.has("--account");
  Table counts({{"guardrail", Align::left, 0, true}, {"kind"}, {"bound", Align::right}, {"partly", Align::right}, {"not", Align::right}, {"unknown", Align::right}, {"", Align::left, 100, true}});
  Table rows({{"guardrail", Align::left, 0, true}, {"account"}, {"answer"}, {"because", Align::left, 60, true}});
  size_t whole = 0;
  for (const Guardrail& guardrail : *guardrails) {
    size_t number[4] = {};
    const GuardrailBound* worst = nullptr;
    for (uint32_t at : accounts) {
      const AccessAccount& account = asked->estate.accounts[at];
      const GuardrailBound& answer = proof.ask(guardrail.policy, guardrail.kind, at);
      ++number[static_cast<size_t>(answer.holds)];
      if (!account.management && answer.holds != Holds::bound && (!worst || answer.holds > worst->holds)) worst = &answer;
      if (!asked->text) write_record(out, guardrail, account, answer);
      else if (each)
        rows.row({{guardrail.control.empty() ? guardrail.file : guardrail.control}, {account.name.empty() ? account.id : account.name},
                  {answer.holds == Holds::not_bound ? "not bound" : std::string(name(answer.holds)),
                   answer.holds == Holds::bound ? Ink::plain : answer.holds == Holds::unknown ? Ink::unknown : account.management ? Ink::dim : Ink::fail},
                  {because(answer)}});
      if (out.size() > 1 << 20) io.print(out), out.clear();
    }
    whole += !worst;
    if (asked->text && !each)
      counts.row({{guardrail.control.empty() ? guardrail.file : guardrail.control}, {guardrail.kind == GuardrailKind::scp ? "SCP" : "RCP"}, {with_thousands(number[0])}, {with_thousands(number[1])},
                  {with_thousands(number[2])}, {with_thousands(number[3])}, {worst ? because(*worst) : ""}});
  }
  if (asked->text) {
    out = (each ? rows : counts).text(io.terminal) + "\n" + with_thousands(whole) + " of " + count_text(guardrails->size(), "guardrail") + " bind every account that one can bind, of " +
          count_text(accounts.size(), "account") + " · " + asked->elapsed() + "\n";
    out = fold(io.terminal, out);
  }
  io.print(out);
  return asked->incomplete ? exit_input : exit_done;
}

}  // namespace reeve
