// What `reeve check test` says for machines: a line of JSON for each expectation (contracts, `check test`), or JUnit's XML with a suite for
// each rule file and a case for each expectation, with its line in the test file.
#pragma once

#include <string>
#include <vector>

#include "check/rule_tests.h"

namespace reeve {

std::string rule_test_line(const RuleTest& test);
// `tests` of one rule file stand together.
std::string rule_tests_junit(const std::vector<RuleTest>& tests, const std::vector<Error>& problems);

}  // namespace reeve
