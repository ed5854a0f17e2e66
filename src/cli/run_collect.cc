#include <cstdlib>

#include <algorithm>
#include <set>

#include "assess/tally.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/collect_print.h"
#include "cli/collect_settings.h"
#include "cli/collect_signals.h"
#include "cli/collect_text.h"
#include "cli/commands.h"
#include "cli/run_follow.h"
#include "collect/collect.h"
#include "content/api_rates.h"
#include "content/apis.h"
#include "content/content.h"

namespace reeve {
namespace {

Result<double> number(const Options& options, const char* flag, double otherwise, double least, double most) {
  if (!options.has(flag)) return otherwise;
  std::string text = options.value(flag);
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= least && value <= most))
    return fail(Code::usage, std::string("`") + flag + "` takes a number from " + std::to_string(static_cast<int64_t>(least)) + " to " + std::to_string(static_cast<int64_t>(most)) + ", not `" + text + "`");
  return value;
}

Result<CollectOptions> options_of(const Options& options, Io& io) {
  CollectOptions out;
  out.out = options.value("--out");
  out.accounts = options.values("--accounts"), out.regions = options.values("--regions"), out.services = options.values("--services");
  out.organizational_units = options.values("--organizational-units");
  out.role_names = options.values("--role-name"), out.external_id = options.value("--external-id");
  out.credentials = caller_settings(options, io);
  out.engine.now = wall_clock;
  out.engine.rps_max = TRY(number(options, "--max-rps", 0, 1, 1e6));
  out.engine.in_flight_max = static_cast<int>(TRY(number(options, "--in-flight", out.engine.in_flight_max, 1, 4096)));
  if (auto bundle = out.credentials.environment.find("AWS_CA_BUNDLE"); bundle != out.credentials.environment.end()) out.engine.http.ca_bundle = bundle->second;
  return out;
}

// A service that no read of content asks would be left out of everything without a word.
Status services_are_asked(const std::vector<std::string>& services, const CollectPlan& plan) {
  std::set<std::string> known;
  for (auto& call : plan.calls()) known.insert(call.substr(0, call.find(':')));
  for (auto& service : services)
    if (known.count(service) == 0)
      return fail(Code::usage, "content asks nothing of a service `" + service + "`", {}, "one of " + join({known.begin(), known.end()}, ", "), "");
  return {};
}

std::string all_of(std::FILE* in) {
  std::string out;
  char piece[65536];
  for (size_t got; (got = std::fread(piece, 1, sizeof piece, in)) > 0;) out.append(piece, got);
  return out;
}

}  // namespace

int run_collect(const Options& options, Io& io) {
  // 1. What there is to ask, from content alone.
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)});
  std::vector<Error> errors = content.errors;
  ResourceCatalogue catalogue = catalogue_of(content, errors);
  ApiCatalogue apis = apis_of(content, errors);
  CollectPlan plan = plan_of(catalogue, apis, errors, options.has("--all-facts"));
  for (const Error& error : errors) io.error(error);

  // 2. What is printed from it without asking anybody.
  if (prints_plan(options)) return print_plan(options, content, plan, errors, io);

  // 3. The collection.
  auto usage = [&](const Error& error) {
    io.error(error);
    return exit_usage;
  };
  if (!options.has("--out")) return usage({Code::usage, "`reeve collect` needs --out; for example `reeve collect --out snap/`", {}, "", ""});
  auto wanted = options_of(options, io);
  if (!wanted) return usage(wanted.error());
  std::vector<Error> told;  // by load_content already
  wanted->engine.rates = api_rates_of(*content.files, told);
  auto redactions = redactions_of(*content.files, apis);
  if (!redactions) return usage(redactions.error());
  wanted->redactions = std::move(*redactions);
  if (auto asked = services_are_asked(wanted->services, plan); !asked) return usage(asked.error());
  if (follows(options)) return run_follow(options, *wanted, {plan, apis, catalogue}, errors.empty(), io);
  if (auto events = options.values("--events"); !events.empty()) {
    if (options.has("--organizational-units")) return usage(units_with_events());
    std::vector<Error> unread;
    const bool from_input = std::find(events.begin(), events.end(), "-") != events.end();
    wanted->changes = read_changes(events, from_input ? all_of(io.in) : "", catalogue, unread);
    for (const Error& error : unread) io.error(error);
    errors.insert(errors.end(), unread.begin(), unread.end());
  }
  CollectStop stop;
  wanted->stop = &stop;
  CollectText text(io);
  auto summary = [&] {
    Signals signals(stop);
    return collect(*wanted, plan, apis, [&](const CollectProgress& progress) { text.progress(progress); });
  }();
  text.end_progress();
  if (!summary) {
    io.error(summary.error());
    return summary.error().code == Code::usage ? exit_usage : exit_input;
  }

  // 4. What came of it.
  text.summary(*summary, wanted->out);
  return summary->complete && errors.empty() ? exit_done : exit_input;
}

}  // namespace reeve
