#include "assess/examples.h"
#include "assess/threat_examples.h"
#include "cli/commands.h"
#include "content/content.h"
#include "formats/json.h"

namespace reeve {

int run_content_test(const Options& options, Io& io) {
  ContentOptions where;
  where.content_dir = options.value("--content");
  where.workspace_dir = workspace_of(options);
  Content content = load_content(where);
  std::vector<Error> errors = content.errors;
  const Threats threats = threats_of(*content.files);
  errors.insert(errors.end(), threats.errors.begin(), threats.errors.end());
  const std::vector<std::string>& asked = options.arguments();
  std::vector<std::string> controls;
  for (auto& wanted : asked) {
    if (content.control(wanted)) controls.push_back(wanted);
    else if (!threats.rule(wanted))
      errors.push_back({Code::not_found, "there is no control and no threat `" + wanted + "`", {}, "the id of a control or of a threat", "reeve content list"});
  }
  std::vector<ExampleResult> results;
  if (asked.empty() || !controls.empty()) results = run_examples(content, controls, errors);
  for (auto& result : run_threat_examples(content, threats, asked, errors)) results.push_back(std::move(result));
  // What is built in has no examples: a run that tried none must not look like one in which all held.
  if (results.empty() && errors.empty()) {
    const bool given = options.has("--content") || !where.workspace_dir.empty();
    io.error({Code::usage, given ? "nothing that was asked for has examples" : "what is built in comes without its examples", {},
              "a folder of content whose controls or threats have examples/: --content DIR", ""});
    return exit_usage;
  }
  bool json = options.value("--format", "text") == "json";
  size_t bad = 0;
  for (auto& result : results) {
    bad += !result.ok;
    if (json) {
      std::string line;
      JsonWriter writer(line);
      writer.begin_object().member("control", result.control).member("file", result.file).member("resource", result.resource);
      writer.member("expected", result.expected).member("got", result.got).member("reason", result.reason).member("ok", result.ok).end_object();
      io.print(line + "\n");
    } else if (!result.ok) {
      io.print("fail  " + result.file + "  " + result.resource + "  expected " + result.expected + ", got " + result.got +
               (result.reason.empty() ? "" : " (" + result.reason + ")") + "\n");
    }
  }
  for (auto& error : errors) io.error(error);
  if (!json) io.print(count_text(results.size(), "example verdict") + ", " + std::to_string(bad) + " wrong, " + std::to_string(errors.size()) + " not run\n");
  if (!errors.empty()) return exit_input;
  return bad ? exit_results : exit_done;
}

}  // namespace reeve
