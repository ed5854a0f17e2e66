// `reeve access unused`: principals that nobody uses, services that are held and not used, and the policy that would be enough.
#include "base/text.h"
#include "base/time.h"
#include "cli/access_kit.h"
#include "formats/json.h"

namespace reeve {
namespace {

std::string_view word(Unused::What what) {
  switch (what) {
    case Unused::What::never: return "never_used";
    case Unused::What::stale: return "not_used_lately";
    case Unused::What::services: return "services_not_used";
    case Unused::What::not_known: return "unknown";
  }
  return "unknown";
}

}  // namespace

int run_access_unused(const Options& options, Io& io) {
  auto asked = asked_estate(options, io);
  if (!asked) return io.error(asked.error()), asked.error().code == Code::usage ? exit_usage : exit_input;
  int64_t as_of = asked->estate.newest_ms;
  if (options.has("--as-of")) {
    auto time = parse_time(options.value("--as-of"));
    if (!time) return io.error({Code::usage, "`" + options.value("--as-of") + "` is no time", {}, "2026-11-22T04:12:00Z", {}}), exit_usage;
    as_of = time->ms;
  }
  const auto days = parse_int(options.value("--days", "90"));
  if (!days || *days < 1 || *days > 400) return io.error({Code::usage, "`" + options.value("--days") + "` is no number of days", {}, "1 to 400, as far as IAM looks back", {}}), exit_usage;
  AccessQuestions questions(asked->estate, *asked->table, asked->context);
  const std::vector<Unused> found = questions.unused(as_of, static_cast<int>(*days));
  std::vector<std::vector<std::string>> rows{{"who", "account", "last used", "because"}};
  std::string out;
  size_t unknown = 0;
  for (const Unused& one : found) {
    const AccessPrincipal& principal = asked->estate.principals[one.principal];
    const std::string& account = asked->estate.accounts[principal.account].id;
    unknown += one.what == Unused::What::not_known;
    const std::string last = one.last_ms < 0 ? "unknown" : one.last_ms == 0 ? "never" : rfc3339(Time{one.last_ms});
    if (asked->text) {
      rows.push_back({(one.what == Unused::What::not_known ? "unkn " : "") + short_name(principal), account, last,
                      one.what == Unused::What::services ? "not used: " + join(one.services, " ") : one.why});
      continue;
    }
    JsonWriter json(out);
    json.begin_object().member("principal", principal.arn).member("account", account).member("finding", word(one.what)).member("last_used", last);
    json.key("services").begin_array();
    for (const auto& service : one.services) json.string(service);
    json.end_array();
    if (!one.proposed.empty()) {
      auto policy = read_json(one.proposed, Source{});
      if (policy) json.key("proposed_policy").value((*policy)->root());
    }
    if (!one.why.empty()) json.member("why", one.why);
    json.end_object();
    out += '\n';
  }
  if (asked->text) {
    if (!found.empty()) out = table_text(io.terminal, rows, options.has("--all")) + "\n";
    out += with_thousands(found.size() - unknown) + " of " + with_thousands(asked->estate.principals.size()) + " principals hold what they did not use in " + std::to_string(*days) + " days, " +
           with_thousands(unknown) + " unknown\n";
  }
  io.print(out);
  return asked->incomplete ? exit_input : exit_done;
}

}  // namespace reeve
