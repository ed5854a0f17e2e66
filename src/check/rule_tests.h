// Tests of rule files, as cfn-guard lays them out: a list of cases, each with a document and what each rule says of it.
//
//   - name: a bucket without a key
//     input: {Resources: {…}}
//     expectations: {rules: {bucket_encrypted: FAIL}}
//
//   TestPairs pairs = find_tests({"rules/"}, "");      // x.guard with tests/x*.yaml
//   for (const TestPair& pair : pairs.pairs) RuleTests tests = run_tests(pair, options);
//
// Test files are read as cfn-guard's `test` reads them: as YAML 1.2, where `True` is true and `yes` a text; `validate` reads otherwise.
#pragma once

#include <string>
#include <vector>

#include "check/check.h"

namespace reeve {

struct TestPair {
  std::string rules_file, test_file;
};

struct TestPairs {
  std::vector<TestPair> pairs;     // in order of the rule files, then of the test files
  std::vector<std::string> bare;   // rule files of folders that no test file belongs to
  std::vector<Error> problems;
};

// Of a folder: each `x.guard` or `x.ruleset` with `tests/x*.{yaml,yml,json,jsn}` beside it; a test file that fits several belongs to the
// first. A rule file named alone: with its tests. A test file, or a folder without rules: with `rules_file`, if one is given.
TestPairs find_tests(const std::vector<std::string>& paths, const std::vector<std::string>& rules_files);

// One expectation. Of a rule that stands in several blocks one block must say it, for SKIP all.
struct RuleTest {
  std::string rules_file, test_file;
  std::string name;     // of the case; may be empty
  size_t number = 0;    // of the case, from 1
  std::string rule;     // of Reeve's own examples: the control; `name` is then the resource
  std::string expected, evaluated;  // PASS, FAIL, SKIP or UNKNOWN; evaluated: of several blocks, none as expected, the worst
  std::string reason;   // why it is not as expected, where that can be said
  bool ok = false;
  uint32_t line = 0;    // of the expectation
};

struct RuleTests {
  std::vector<RuleTest> tests;
  size_t unasked = 0;           // pairs of case and rule that nothing is expected of
  std::vector<Error> problems;  // cases that could not be run; expectations that name no rule
};

RuleTests run_tests(const TestPair& pair, const guard::GuardOptions& options);

}  // namespace reeve
