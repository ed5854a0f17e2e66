#include <algorithm>

#include "access/network_sources.h"
#include "assess/tally.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/words.h"
#include "cli/access_commands.h"
#include "cli/commands.h"
#include "content/content.h"
#include "formats/json.h"

namespace reeve {
namespace {

bool asked_for(const Reach& reach, const std::string& what) {
  return reach.target == what || reach.name == what || ends_with(reach.target, "/" + what) || ends_with(reach.target, ":" + what) ||
         std::find(reach.leads_to.begin(), reach.leads_to.end(), what) != reach.leads_to.end() ||
         std::any_of(reach.leads_to.begin(), reach.leads_to.end(), [&](const std::string& one) { return ends_with(one, "/" + what); });
}

std::string verdict_word(Truth reachable) { return reachable == Truth::yes ? "reachable" : reachable == Truth::no ? "unreachable" : "unknown"; }

std::string ports_text(const Reach& reach, size_t max) {
  std::vector<std::string> out;
  for (const OpenPorts& ports : reach.ports) {
    if (out.size() == max) {
      out.emplace_back("…");
      break;
    }
    out.push_back(text_of(ports));
  }
  return join(out, ", ");
}

void write_record(std::string& out, const Reach& reach) {
  JsonWriter json(out);
  auto list = [&](std::string_view key, const std::vector<std::string>& texts) {
    json.key(key).begin_array();
    for (const auto& text : texts) json.string(text);
    json.end_array();
  };
  json.begin_object().member("target", reach.target).member("type", reach.type).member("account", reach.account).member("region", reach.region);
  json.member("name", reach.name).member("family", reach.v6 ? "ipv6" : "ipv4").member("result", verdict_word(reach.reachable)).member("anybody", reach.anybody);
  json.key("ports").begin_array();
  for (const OpenPorts& ports : reach.ports) json.string(text_of(ports));
  json.end_array();
  list("sources", reach.sources);
  json.key("hops").begin_array();
  for (const Hop& hop : reach.hops) json.begin_object().member("kind", hop.kind).member("id", hop.id).member("why", hop.why).end_object();
  json.end_array();
  if (!reach.blocked.empty()) json.member("blocked", reach.blocked);
  list("leads_to", reach.leads_to);
  list("unknown", reach.unknown);
  json.end_object();
  out += '\n';
}

std::string text_record(const Terminal& terminal, const Reach& reach) {
  Ink ink = reach.reachable == Truth::yes ? (reach.anybody ? Ink::fail : Ink::plain) : reach.reachable == Truth::unknown ? Ink::unknown : Ink::dim;
  std::string out = paint(terminal, ink, verdict_word(reach.reachable));
  out += std::string(13 - verdict_word(reach.reachable).size(), ' ') + safe(reach.name) + " (" + reach.type + ", " + reach.account + " " + reach.region + (reach.v6 ? ", IPv6" : "") + ")\n";
  if (reach.reachable == Truth::no) return out + "             stopped by " + reach.blocked + "\n";
  if (!reach.ports.empty()) out += "             " + ports_text(reach, 8) + " from " + (reach.anybody ? "anywhere" : join(reach.sources, ", ")) + "\n";
  for (const Hop& hop : reach.hops) out += paint(terminal, Ink::dim, "             " + hop.kind + " " + safe(hop.id) + ": " + safe(hop.why)) + "\n";
  for (const auto& behind : reach.leads_to) out += "             leads to " + safe(behind) + "\n";
  for (const auto& why : reach.unknown) out += "             not known: " + safe(why) + "\n";
  return fold(terminal, out);
}

}  // namespace

int run_access_reach(const Options& options, Io& io) {
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)});
  std::vector<Error> errors = content.errors;
  ResourceCatalogue catalogue = catalogue_of(content, errors);
  ExposureRules rules = read_exposure_rules(*content.files, errors);
  std::vector<std::string> sources = options.values("--source");
  if (sources.empty()) sources.emplace_back(".");
  NetworkSources network = read_network(sources, catalogue, std::move(rules), worker_count());
  errors.insert(errors.end(), network.problems.begin(), network.problems.end());
  for (const Error& error : errors) io.error(error);
  const std::string target = options.arguments().empty() ? std::string() : options.arguments()[0];
  std::vector<Reach> found = network.model.from_internet(options.has("--all") || !target.empty());
  if (!target.empty()) std::erase_if(found, [&](const Reach& reach) { return !asked_for(reach, target); });
  else if (!options.has("--all")) std::erase_if(found, [](const Reach& reach) { return reach.reachable == Truth::no; });
  const std::string format = options.value("--format", io.terminal.tty ? "text" : "ndjson");
  size_t yes = 0, unknown = 0, no = 0;
  for (const Reach& reach : found) {
    std::string out;
    if (format == "ndjson") write_record(out, reach);
    else out = text_record(io.terminal, reach);
    io.print(out);
    (reach.reachable == Truth::yes ? yes : reach.reachable == Truth::no ? no : unknown) += 1;
  }
  if (!target.empty() && found.empty()) {
    io.error({Code::not_found, "`" + target + "` is nothing that a packet could get to, as far as the sources tell", {}, "an ARN, an id or a name", "`reeve access reach --all` names everything"});
    return exit_input;
  }
  if (format == "text") {
    io.print((found.empty() ? "" : "\n") + std::to_string(yes) + " reachable, " + std::to_string(unknown) + " unknown" + (no ? ", " + std::to_string(no) + " unreachable" : "") + "; the sources tell of " +
             with_thousands(network.resources) + (network.resources == 1 ? " resource\n" : " resources\n"));
  }
  if (!errors.empty()) return exit_input;
  return exit_done;
}

}  // namespace reeve
