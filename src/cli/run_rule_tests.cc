#include <algorithm>
#include <filesystem>
#include <map>

#include "assess/examples.h"
#include "base/file.h"
#include "base/text.h"
#include "check/rule_tests.h"
#include "cli/check_parts.h"
#include "cli/commands.h"
#include "content/content.h"
#include "report/check_tests.h"

namespace reeve {
namespace {

// A content folder and the ids of its controls below what was named.
using Controls = std::map<std::string, std::vector<std::string>>;

std::string parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// Control folders below `path`, `CONTENT/controls/ID`, each of which has examples of its own.
void controls_below(const std::string& path, Controls& out, std::vector<Error>& problems) {
  if (!is_folder(path)) return;
  for (const Entry& entry : walk(path, problems)) {
    if (file_name(entry.path) != "control.yaml") continue;
    std::string folder = parent(entry.path);
    // Named from within its content folder, so that the path does not say which that is.
    if (file_name(parent(folder)) != "controls" || parent(parent(folder)) == ".") folder = parent(std::filesystem::absolute(entry.path).lexically_normal().string());
    if (file_name(parent(folder)) == "controls") out[parent(parent(folder))].push_back(file_name(folder));
  }
}

std::string status_word(std::string_view verdict) {
  if (verdict == "not_applicable") return "SKIP";
  std::string out(verdict);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

void examples_of(const std::string& content_dir, const std::vector<std::string>& ids, std::vector<RuleTest>& out, std::vector<Error>& problems) {
  ContentOptions where;
  where.content_dir = content_dir;
  const Content content = load_content(where);
  problems.insert(problems.end(), content.errors.begin(), content.errors.end());
  for (const ExampleResult& each : run_examples(content, ids, problems)) {
    const Control* control = content.control(each.control);
    const size_t number = !out.empty() && out.back().test_file == each.file ? out.back().number + 1 : 1;
    out.push_back({control ? control->check.shown : "", each.file, each.resource, number, each.control, status_word(each.expected), status_word(each.got), each.ok ? "" : each.reason, each.ok, 0});
  }
}

}  // namespace

int run_check_test(const Options& options, Io& io) {
  guard::GuardOptions how;
  how.semantics = semantics_of(options.value("--guard-semantics", "reeve"));
  how.as_of = options.time("--as-of").value_or(wall_clock());
  std::vector<RuleTest> tests;
  std::vector<Error> problems;
  Controls controls;
  std::vector<std::string> paths;
  for (std::string path : options.arguments()) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    const size_t before = controls.size();
    if (options.values("--rules").empty()) controls_below(path, controls, problems);
    if (controls.size() == before) paths.push_back(path);
  }
  for (auto& [folder, ids] : controls) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    examples_of(folder, ids, tests, problems);
  }
  const TestPairs found = find_tests(paths, options.values("--rules"));
  problems.insert(problems.end(), found.problems.begin(), found.problems.end());
  size_t unasked = 0;
  for (const TestPair& pair : found.pairs) {
    RuleTests done = run_tests(pair, how);
    std::move(done.tests.begin(), done.tests.end(), std::back_inserter(tests));
    problems.insert(problems.end(), done.problems.begin(), done.problems.end());
    unasked += done.unasked;
  }
  for (const Error& problem : problems) io.error(problem);
  const std::string format = options.value("--format", "text");
  size_t bad = 0;
  std::string out;
  for (const RuleTest& test : tests) {
    bad += !test.ok;
    if (format == "json") out += rule_test_line(test);
    if (format != "text" || test.ok) continue;
    out += paint(io.terminal, Ink::fail, "fail") + "  " + paint(io.terminal, Ink::heading, safe(test.rule)) + "  " + safe(test.name.empty() ? "case " + std::to_string(test.number) : test.name) + "\n";
    out += safe(Place{test.test_file, test.line, 0}.text()) + "\n   want  " + test.expected + "\n   found " + test.evaluated + "\n";
    if (!test.reason.empty()) out += "   cause " + safe(redacted_text(test.reason)) + "\n";
    out += "   rules " + safe(test.rules_file) + "\n\n";
  }
  if (format == "junit") {
    std::stable_sort(tests.begin(), tests.end(), [](const RuleTest& a, const RuleTest& b) { return a.rules_file < b.rules_file; });
    out = rule_tests_junit(tests, problems);
  }
  if (format == "text") {
    for (const std::string& bare : found.bare) io.say("note  no tests belong to " + safe(bare) + "\n");
    out += count_text(tests.size(), "expectation") + ": " + with_thousands(tests.size() - bad) + " met, " + with_thousands(bad) + " not";
    if (unasked) out += "; nothing is expected of " + count_text(unasked, "rule in its case", "rules in their cases");
    out += "\n";
  }
  io.print(out);
  const bool never = options.value("--fail-on", "fail") == "never";
  return problems.empty() ? bad && !never ? exit_results : exit_done : exit_input;
}

}  // namespace reeve
