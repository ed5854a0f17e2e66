#include "report/check_tests.h"

#include "report/check_formats.h"

namespace reeve {

std::string rule_test_line(const RuleTest& test) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("rules_file", test.rules_file).member("test_file", test.test_file).member("case", test.name).member("rule", test.rule);
  json.member("expected", test.expected).member("evaluated", test.evaluated).member("ok", test.ok);
  json.member("number", static_cast<int64_t>(test.number));
  if (test.line) json.member("line", int64_t{test.line});
  if (!test.reason.empty()) json.member("reason", redacted_text(test.reason));
  json.end_object();
  return out + "\n";
}

std::string rule_tests_junit(const std::vector<RuleTest>& tests, const std::vector<Error>& problems) {
  size_t failures = 0;
  for (const RuleTest& test : tests) failures += !test.ok;
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"reeve check test\" tests=\"" + std::to_string(tests.size() + problems.size()) + "\" failures=\"" +
                    std::to_string(failures) + "\" errors=\"" + std::to_string(problems.size()) + "\" time=\"0\">\n";
  for (size_t first = 0; first < tests.size();) {
    size_t last = first, failed = 0;
    for (; last < tests.size() && tests[last].rules_file == tests[first].rules_file; ++last) failed += !tests[last].ok;
    out += "  <testsuite name=\"" + xml_text(tests[first].rules_file, true) + "\" tests=\"" + std::to_string(last - first) + "\" failures=\"" + std::to_string(failed) +
           "\" errors=\"0\" time=\"0\">\n";
    for (; first < last; ++first) {
      const RuleTest& test = tests[first];
      out += "    <testcase name=\"" + xml_text(test.rule, true) + "\" classname=\"" + xml_text(test.name.empty() ? "case " + std::to_string(test.number) : test.name, true) + "\" file=\"" +
             xml_text(test.test_file, true) + "\"";
      if (test.line) out += " line=\"" + std::to_string(test.line) + "\"";
      out += " time=\"0\"";
      if (test.ok) {
        out += "/>\n";
        continue;
      }
      const std::string what = "expected " + test.expected + ", evaluated " + test.evaluated;
      out += ">\n      <failure type=\"fail\" message=\"" + xml_text(what, true) + "\">" + xml_text(one_line(redacted_text(test.reason)), false) + "</failure>\n    </testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  if (!problems.empty()) {
    const std::string n = std::to_string(problems.size());
    out += "  <testsuite name=\"what could not be tested\" tests=\"" + n + "\" failures=\"0\" errors=\"" + n + "\" time=\"0\">\n";
    for (const Error& error : problems) {
      out += "    <testcase name=\"read\" classname=\"reeve\" file=\"" + xml_text(error.at.path, true) + "\"";
      if (error.at.line) out += " line=\"" + std::to_string(error.at.line) + "\"";
      out += " time=\"0\">\n      <error message=\"" + xml_text(error.text(), true) + "\"/>\n    </testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace reeve
