// `reeve access unused`: principals that nobody uses, services that are held and not used, and the policy that would be enough.
#include <algorithm>
#include <memory>
#include <mutex>

#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/access_kit.h"
#include "formats/json.h"
#include "logs/reader.h"

namespace reeve {
namespace {

std::string_view word(Unused::What what) {
  switch (what) {
    case Unused::What::never: return "never_used";
    case Unused::What::stale: return "not_used_lately";
    case Unused::What::services: return "services_not_used";
    case Unused::What::actions: return "actions_not_seen";
    case Unused::What::not_known: return "unknown";
  }
  return "unknown";
}

// What CloudTrail's records in the files tell; what could not be read is said, and makes the input incomplete.
EventUses uses_in(const std::vector<std::string>& sources, const EventActions& actions, Io& io, bool& incomplete) {
  std::vector<Error> problems;
  std::vector<std::string> files;
  for (const std::string& source : sources) {
    if (source != "-" && !exists(source)) {
      problems.push_back({Code::not_found, "no such file or folder", {source}, {}, {}});
      continue;
    }
    if (source == "-") files.push_back(source);
    else
      for (Entry& entry : walk(source, problems)) files.push_back(std::move(entry.path));
  }
  std::mutex mutex;
  EventUses out(actions);
  const size_t workers = std::max<size_t>(1, worker_count());
  std::vector<std::unique_ptr<EventUses>> parts;
  std::vector<std::unique_ptr<LogReader>> readers;
  for (size_t i = 0; i < workers; ++i) parts.push_back(std::make_unique<EventUses>(actions)), readers.push_back(std::make_unique<LogReader>());
  parallel_for(files.size(), workers, [&](size_t at, size_t worker) {
    std::vector<Error> broken;
    const ObjectAudit audit = readers[worker]->read_file(files[at], {.event = [&](const LogEvent& event) { if (event.kind == LogKind::cloudtrail) parts[worker]->add(event.text); },
                                                                     .problem = [&](Error error) { broken.push_back(std::move(error)); }});
    // A file of a folder that is no log at all is none of this question's business.
    const bool named = std::find(sources.begin(), sources.end(), files[at]) != sources.end();
    if (audit.format == "unknown" && !named) return;
    std::lock_guard lock(mutex);
    problems.insert(problems.end(), broken.begin(), broken.end());
  });
  for (auto& part : parts) out.merge(std::move(*part));
  std::sort(problems.begin(), problems.end(), [](const Error& a, const Error& b) { return a.text() < b.text(); });
  for (const Error& error : problems) io.error(error);
  incomplete = incomplete || !problems.empty();
  if (out.count() == 0) {
    io.error({Code::not_found, "no event of CloudTrail was found in " + join(sources, ", "), {}, "files with Records, or one event a line", {}});
    incomplete = true;
  }
  return out;
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
  std::unique_ptr<EventActions> actions;
  std::unique_ptr<EventUses> uses;
  if (options.has("--events")) {
    std::vector<Error> errors;
    actions = std::make_unique<EventActions>(event_actions_of(*asked->content, errors));
    for (const Error& error : errors) io.error(error), asked->incomplete = true;
    uses = std::make_unique<EventUses>(uses_in(options.values("--events"), *actions, io, asked->incomplete));
    if (!options.has("--as-of")) as_of = std::max(as_of, uses->last_ms());
  }
  AccessQuestions questions(asked->estate, *asked->table, asked->context);
  const std::vector<Unused> found = questions.unused(as_of, static_cast<int>(*days), uses.get());
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
                      one.what == Unused::What::services  ? "not used: " + join(one.services, " ")
                      : one.what == Unused::What::actions ? count_text(one.seen.size(), "action") + " seen of what it is allowed"
                                                          : one.why});
      continue;
    }
    JsonWriter json(out);
    json.begin_object().member("principal", principal.arn).member("account", account).member("finding", word(one.what)).member("last_used", last);
    json.key("services").begin_array();
    for (const auto& service : one.services) json.string(service);
    json.end_array();
    if (uses) {
      for (const auto& [key, list] : {std::pair("actions_seen", &one.seen), std::pair("leave_no_event", &one.leave_no_event), std::pair("data_not_logged", &one.data_not_logged)}) {
        json.key(key).begin_array();
        for (const std::string& text : *list) json.string(text);
        json.end_array();
      }
    }
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
