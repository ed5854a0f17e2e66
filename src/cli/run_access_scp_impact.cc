// reeve access scp-impact: what a guardrail would have denied of logged events, and whom it could lock out.
#include <algorithm>

#include "access/estate.h"
#include "access/impact.h"
#include "access/lockout.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/access_commands.h"
#include "cli/access_print.h"
#include "formats/json.h"

namespace reeve {
namespace {

void write_counts(JsonWriter& json, std::string_view key, const std::map<std::string, uint64_t>& counts) {
  json.key(key).begin_object();
  for (const auto& [name, count] : counts) json.member(name, static_cast<int64_t>(count));
  json.end_object();
}

// Where each account stands, as far as that was read.
EventOrganization organization_of(const AccessEstate& estate) {
  EventOrganization out;
  out.id = estate.organization;
  for (const AccessAccount& account : estate.accounts) {
    const auto& levels = account.scps ? account.scps : account.rcps;
    if (!levels && !account.management) continue;
    EventOrganization::Account& place = out.accounts[account.id];
    place.name = account.name;
    place.management = account.management;
    // A whole way begins at the root and ends at the account; what stands for a gap is no unit's id.
    std::vector<std::string> units;
    for (size_t i = 0; levels && i + 1 < levels->size(); ++i) units.push_back((*levels)[i].id);
    bool whole = !units.empty() && starts_with(units[0], "r-") && levels->back().id == account.id;
    for (size_t i = 1; i < units.size(); ++i) whole = whole && starts_with(units[i], "ou-");
    if (whole) place.unit = join(units, "/");
  }
  return out;
}

class ImpactTelling {
 public:
  ImpactTelling(const Options& options, Io& io) : options_(options), io_(io), records_(options.value("--format", io.terminal.tty ? "text" : "ndjson") == "ndjson") {}

  int run() {
    const bool events = options_.has("--events");
    if (!events && !options_.has("--protect")) {
      io_.error({Code::usage, "neither events nor anybody to protect is named", {}, "--events LOGS or --protect ARN", {}});
      return exit_usage;
    }
    if (!policies_read()) return exit_input;
    int status = problem_ ? exit_input : exit_done;
    if (events) status = std::max(status, events_told());
    if (options_.has("--protect")) status = std::max(status, lockout_told());
    return status;
  }

 private:
  bool policies_read() {
    bool names_principal = false;
    for (const std::string& path : options_.arguments()) {
      auto policy = policy_of_file(path);
      if (!policy) {
        io_.error(policy.error());
        problem_ = true;
        continue;
      }
      for (const Statement& statement : policy->statements) names_principal = names_principal || statement.principals.present;
      policies_.push_back(std::move(*policy));
    }
    if (policies_.empty()) return false;
    std::string kind = options_.value("--kind", names_principal ? "rcp" : "scp");
    kind_ = kind == "rcp" ? GuardrailKind::rcp : GuardrailKind::scp;
    for (const Policy& policy : policies_)
      for (const PolicyNote& note : guardrail_breaches(policy, kind_)) {
        io_.error({Code::conflict, "Organizations would not take this as a" + std::string(kind_ == GuardrailKind::scp ? " service" : " resource") + " control policy: " + note.what + " (" + note.path + ")", {policy.name, note.line}, {}, {}});
        problem_ = true;
      }
    return true;
  }

  int events_told() {
    Content content = load_content({.content_dir = options_.value("--content"), .workspace_dir = workspace_of(options_)});
    std::vector<Error> problems = content.errors;
    EventActions events = event_actions_of(content, problems);
    EventOrganization organization;
    if (options_.has("--organization")) {
      auto estate = read_access_estate(options_.values("--organization"), content, {.keep_documents = false});
      if (!estate) return io_.error(estate.error()), exit_input;
      problems.insert(problems.end(), estate->problems.begin(), estate->problems.end());
      organization = organization_of(*estate);
      if (organization.accounts.empty()) {
        io_.error({Code::not_found, "no account's place in an organization was found in " + join(options_.values("--organization"), ", "), {},
                   "an export with organizations:ListAccounts and ListParents", {}});
        return exit_input;
      }
    } else if (options_.has("--target")) {
      io_.error({Code::usage, "where an account stands is told by --organization", {}, "--organization SOURCE beside --target", {}});
      return exit_usage;
    }
    ImpactOptions asked{.policies = policies_, .kind = kind_, .alone = options_.has("--alone"), .targets = options_.values("--target"),
                        .workers = worker_count(), .each = options_.has("--each")};
    if (std::string id = options_.value("--management-account"); !id.empty()) asked.management = id;
    Impact impact(std::move(asked), events, organization);
    impact.read(options_.values("--events"), problems);
    size_t shown = 0;
    for (const Error& error : problems) {
      if (++shown > problems_most) break;
      io_.error(error);
    }
    if (problems.size() > problems_most) io_.say("… and " + with_thousands(problems.size() - problems_most) + " more that could not be read\n");
    records_ ? print_records(impact) : print_text(impact);
    return problems.empty() ? exit_done : exit_input;
  }

  void print_records(const Impact& impact) {
    std::string out;
    for (const ImpactRow& row : impact.rows()) {
      JsonWriter json(out);
      json.begin_object().member("result", row.denied == Truth::yes ? "denied" : "may_be_denied");
      json.member("account", row.account);
      if (!row.account_name.empty()) json.member("account_name", row.account_name);
      if (!row.unit.empty()) json.member("organizational_unit", row.unit);
      json.member("principal", row.principal).member("event", row.event);
      write_texts(json, "actions", row.actions);
      write_statement(json, row.decided);
      write_texts(json, "unknown", row.unknown);
      json.member("count", static_cast<int64_t>(row.count)).member("already_failed", static_cast<int64_t>(row.failed));
      json.member("first", row.first).member("last", row.last);
      if (!row.event_id.empty()) json.member("event_id", row.event_id);
      json.end_object();
      out += '\n';
      if (out.size() > 1 << 20) io_.print(out), out.clear();
    }
    const ImpactTotals& totals = impact.totals();
    JsonWriter json(out);
    json.begin_object().member("result", "total").member("events", static_cast<int64_t>(totals.events)).member("denied", static_cast<int64_t>(totals.denied));
    json.member("may_be_denied", static_cast<int64_t>(totals.perhaps)).member("not_denied", static_cast<int64_t>(totals.passed));
    json.member("no_requests", static_cast<int64_t>(totals.not_requests));
    write_counts(json, "not_reached", totals.not_reached);
    write_counts(json, "unmapped", totals.unmapped);
    json.key("unseen").begin_object();
    for (const auto& [action, why] : impact.unseen()) json.member(action, why);
    json.end_object().member("files", static_cast<int64_t>(totals.files)).end_object();
    io_.print(out + "\n");
  }

  void print_text(const Impact& impact) {
    Table table({{""}, {"count", Align::right}, {"account"}, {"who", Align::left, 0, true}, {"what", Align::left, 0, true}, {"by", Align::left, 100, true},
                 {"last", Align::left, 120}, {"hangs on", Align::left, 120, true, true}});
    for (const ImpactRow& row : impact.rows())
      table.row({{row.denied == Truth::yes ? "denied" : "perhaps", row.denied == Truth::yes ? Ink::fail : Ink::unknown}, {with_thousands(row.count)},
                 {row.account_name.empty() ? row.account : row.account_name}, {row.principal}, {row.event}, {statement_word(row.decided)},
                 {row.last.substr(0, 10), Ink::dim}, {join(row.unknown, ", ")}});
    const ImpactTotals& totals = impact.totals();
    std::string out = totals.denied + totals.perhaps ? table.text(io_.terminal, options_.has("--all") ? 0 : 20) + "\n" : std::string();
    for (const auto& [reason, count] : totals.not_reached) out += with_thousands(count) + " not reached: " + reason + "\n";
    for (const auto& [event, count] : totals.unmapped) out += with_thousands(count) + " " + event + ": IAM has no such action that is known here\n";
    for (const auto& [action, why] : impact.unseen()) out += action + " leaves no event: " + why + "\n";
    out += count_text(totals.events, "event") + " in " + count_text(totals.files, "file") + ": " + with_thousands(totals.denied) + " would have been denied, " +
           with_thousands(totals.perhaps) + " perhaps, " + with_thousands(totals.passed) + " not; " + with_thousands(totals.not_requests) + " are no requests\n";
    io_.print(fold(io_.terminal, out));
  }

  int lockout_told() {
    bool any = false;
    for (const std::string& arn : options_.values("--protect")) {
      auto found = lockouts(policies_, kind_, arn);
      if (!found) {
        io_.error(found.error());
        return exit_usage;
      }
      for (const Lockout& one : *found) {
        any = true;
        if (records_) {
          std::string out;
          JsonWriter json(out);
          json.begin_object().member("result", one.denied == Truth::yes ? "lockout" : "lockout_unknown").member("principal", arn);
          write_texts(json, "actions", one.actions);
          json.member("not_actions", one.all_but);
          write_statement(json, one.decided);
          json.member("witness", one.witness).member("why", one.why).end_object();
          io_.print(out + "\n");
        } else {
          io_.print(paint(io_.terminal, one.denied == Truth::yes ? Ink::fail : Ink::unknown, one.denied == Truth::yes ? "lockout" : "unknown") + "  " +
                    safe(arn) + ": " + (one.all_but ? "all but " : "") + safe(join(one.actions, ", ")) + " by " + safe(statement_word(one.decided)) +
                    (one.witness.empty() ? "" : " with " + safe(one.witness)) + "\n");
        }
      }
      if (found->empty()) {
        if (records_) {
          std::string out;
          JsonWriter json(out);
          json.begin_object().member("result", "safe").member("principal", arn).end_object();
          io_.print(out + "\n");
        } else {
          io_.print("safe     " + safe(arn) + ": no request of it can be denied by these policies\n");
        }
      }
    }
    return any ? exit_results : exit_done;
  }

  static constexpr size_t problems_most = 100;
  const Options& options_;
  Io& io_;
  bool records_ = false, problem_ = false;
  std::vector<Policy> policies_;
  GuardrailKind kind_ = GuardrailKind::scp;
};

}  // namespace

int run_access_scp_impact(const Options& options, Io& io) { return ImpactTelling(options, io).run(); }

}  // namespace reeve
