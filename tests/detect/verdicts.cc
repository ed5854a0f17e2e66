// What each rule says of each event, for suites that hold the matcher against other implementations.
//
//   detect_verdicts [--strict] [--alone] [--placeholder NAME=VALUE]... RULES... < events.ndjson
//
// First a line for each document that was refused (`{"refused": …}`) and each rule (`{"rule": id, "title": …}`), then for each line of input a
// list of the ids that match. `--alone` asks each rule by itself, without the matcher's dispatch. A file of `-` rules: none.
#include <cstdio>
#include <iostream>
#include <string>

#include "detect/matcher.h"
#include "detect/sigma.h"
#include "formats/json.h"

int main(int argc, char** argv) {
  using namespace reeve;
  RuleOptions options;
  std::vector<std::string> paths;
  bool alone = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--strict") {
      options.strict_scalar = true;
    } else if (word == "--alone") {
      alone = true;
    } else if (word == "--placeholder" && i + 1 < argc) {
      const std::string pair = argv[++i];
      const size_t equals = pair.find('=');
      options.placeholders[pair.substr(0, equals)].push_back(pair.substr(equals + 1));
    } else {
      paths.push_back(word);
    }
  }
  const RuleSet set = load_rules(paths, options);
  std::string out;
  for (const Error& error : set.refused) JsonWriter(out).begin_object().member("refused", error.text()).end_object(), out += '\n';
  for (const Error& note : set.notes) JsonWriter(out).begin_object().member("note", note.text()).end_object(), out += '\n';
  for (const RuleSet::Entry& entry : set.rules)
    JsonWriter(out).begin_object().member("rule", entry.head.id).member("title", entry.head.title).end_object(), out += '\n';
  std::fwrite(out.data(), 1, out.size(), stdout);
  FieldPlan plan;
  const Matcher matcher(set, plan);
  EventFields fields(plan);
  const auto scratch = matcher.scratch();
  ProbeRoom room;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.empty()) continue;
    const size_t size = line.size();
    line.append(64, '\0');
    const auto event = event_of(std::string_view(line).substr(0, size));
    out.clear();
    JsonWriter json(out);
    json.begin_array();
    if (!event) {
      json.string("error: " + event.error().what);
    } else if (alone) {
      for (const RuleSet::Entry& entry : set.rules)
        if (entry.detection && entry.detection->matches(*event, room)) json.string(entry.head.id);
    } else {
      fields.begin(*event);
      matcher.match(fields, *scratch, [&](uint32_t rule) { json.string(set.rules[rule].head.id); });
    }
    json.end_array();
    out += '\n';
    std::fwrite(out.data(), 1, out.size(), stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
