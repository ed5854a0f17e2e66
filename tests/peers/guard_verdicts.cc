// guard_verdicts: the verdicts of rule files over documents, one line each, for comparison with other implementations of Guard. A
// test helper; the product's own face is `reeve check`.
//
//   guard_verdicts [--semantics reeve|3.2.0|3.2.1] [--repeat N] [--no-evidence] [--explain] RULES_LIST DATA_LIST
//
// The lists are files with one path a line. Output: DATA TAB RULES TAB RULE TAB STATUS, one line for each block; STATUS is ERROR
// where the rule could not be evaluated. Files that cannot be read are named on standard error as `rules` or `data` TAB path TAB
// reason.
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "check/guard.h"
#include "formats/json.h"
#include "formats/yaml.h"

using namespace reeve;

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

int main(int argc, char** argv) {
  guard::GuardOptions options;
  options.as_of = wall_clock();
  int repeat = 1;
  bool explain = false;
  std::vector<std::string> lists;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--semantics" && i + 1 < argc) {
      const std::string name = argv[++i];
      options.semantics = name == "3.2.0"   ? guard::Semantics::v3_2_0
                          : name == "3.2.1" ? guard::Semantics::v3_2_1
                                            : guard::Semantics::reeve;
    } else if (arg == "--repeat" && i + 1 < argc) {
      repeat = std::stoi(argv[++i]);
    } else if (arg == "--no-evidence") {
      options.evidence = false;
    } else if (arg == "--explain") {
      explain = true;
    } else {
      lists.push_back(arg);
    }
  }
  if (lists.size() != 2) {
    std::fprintf(stderr, "usage: guard_verdicts [--semantics S] [--repeat N] [--no-evidence] [--explain] RULES_LIST DATA_LIST\n");
    return 2;
  }
  struct Rules {
    std::string path;
    std::shared_ptr<const guard::GuardRules> rules;
  };
  std::vector<Rules> rules;
  for (const std::string& path : lines_of(lists[0])) {
    auto compiled = guard::compile_guard(bytes_of(path), path, options.semantics);
    if (compiled)
      rules.push_back({path, *compiled});
    else
      std::fprintf(stderr, "rules\t%s\t%s\n", path.c_str(), compiled.error().text().c_str());
  }
  YamlOptions yaml;
  yaml.schema = YamlOptions::Schema::guard;
  yaml.aliases = false;
  std::vector<DocumentPtr> documents;
  for (const std::string& path : lines_of(lists[1])) {
    auto document = read_yaml(bytes_of(path), Source{.file = path}, yaml);
    if (document)
      documents.push_back(*document);
    else
      std::fprintf(stderr, "data\t%s\t%s\n", path.c_str(), document.error().text().c_str());
  }
  const std::clock_t start = std::clock();  // of the processor, so that a busy machine does not count
  uint64_t judged = 0;
  for (int n = 0; n < repeat; ++n) {
    for (const DocumentPtr& document : documents) {
      for (const Rules& each : rules) {
        const auto result = each.rules->evaluate(document->root(), options);
        judged += result.rules.size();
        if (n > 0) continue;
        for (const auto& rule : result.rules) {
          const std::string status(rule.error ? "ERROR" : guard::name(rule.status));
          if (repeat == 1) std::cout << document->self().file << '\t' << each.path << '\t' << rule.rule << '\t' << status << '\n';
          if (rule.error && explain) std::cout << "    " << rule.error->text() << '\n';
          if (!explain) continue;
          for (const auto& failure : rule.failures) {
            std::cout << "    " << failure.line << ':' << failure.column << " expected " << failure.expected;
            if (failure.value) std::cout << ", found " << to_json(failure.value).substr(0, 200) << " at " << failure.value.path();
            if (failure.missing_from)
              std::cout << ", missing " << failure.missing_path << " from " << failure.missing_from.path();
            if (!failure.unknown_reason.empty()) std::cout << ", unknown because " << failure.unknown_reason;
            if (!failure.message.empty()) std::cout << " << " << failure.message.substr(0, 60) << " >>";
            std::cout << '\n';
          }
        }
      }
    }
  }
  if (repeat > 1) {
    const double ns = static_cast<double>(std::clock() - start) * (1e9 / CLOCKS_PER_SEC);
    std::printf("%.0f ns for each of %llu rule blocks\n", ns / static_cast<double>(judged),
                static_cast<unsigned long long>(judged));
  }
}
