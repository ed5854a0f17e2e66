#include <algorithm>

#include "assess/check_own.h"
#include "base/file.h"
#include "base/text.h"
#include "check/check_input.h"
#include "check/guard_trace.h"
#include "check/maybe.h"
#include "cli/check_parts.h"
#include "cli/commands.h"
#include "estate/stack_files.h"
#include "estate/template.h"
#include "findings/finding.h"
#include "formats/json.h"
#include "report/output.h"

namespace reeve {
namespace {

using guard::GuardStatus;
using guard::GuardStep;

// One rule on one document, told as a tree of steps.
class Telling {
 public:
  Telling(Io& io, bool json, bool all) : io_(io), json_(json), all_(all) {}

  void rule(const GuardStep& step, const guard::GuardRules& rules, const std::string& rules_file, const std::string& data, std::string_view resource, std::string_view control) {
    rules_ = &rules;
    rules_file_ = rules_file;
    if (json_) {
      std::string line;
      JsonWriter json(line);
      json.begin_object().member("data", data).member("rules_file", rules_file);
      if (!control.empty()) json.member("control", control);
      if (!resource.empty()) json.member("resource", resource);
      steps_to(json, step);
      json.end_object();
      io_.print(line + "\n");
      return;
    }
    if (any_) io_.print("\n");
    any_ = true;
    const std::string name = step.name != "default" ? step.name : control.empty() ? file_name(rules_file) + "/default" : std::string(control);
    io_.print(status(step) + "  " + paint(io_.terminal, Ink::heading, safe(name)) + "  on " + safe(data) + (resource.empty() ? "" : " " + safe(resource)) + "  " + dim(rule_place(step)) + "\n");
    if (!step.reason.empty()) io_.print("      " + safe(redacted_text(step.reason)) + "\n");
    if (step.steps.empty()) io_.print("      it asks nothing that is there\n");
    below(step, 1);
  }

 private:
  std::string dim(std::string_view text) const { return paint(io_.terminal, Ink::dim, text); }
  std::string status(const GuardStep& step) const {
    const Ink ink = step.status == GuardStatus::fail && !step.gate ? Ink::fail : step.status == GuardStatus::unknown ? Ink::unknown : Ink::plain;
    return paint(io_.terminal, ink, guard::name(step.status));
  }
  std::string rule_place(const GuardStep& step) const { return step.line ? safe(Place{rules_file_, step.line, step.column}.text()) : ""; }
  static Place data_place(Value value) {
    if (!value || !value.line()) return {};
    const auto origin = value.origin();
    return {origin.source ? origin.source->file : "", origin.line, origin.column};
  }
  // In the file that the value stands in; what is judged may have been made from that.
  static std::string path_of(Value value) { return value.origin().path; }
  bool in_data(Value value) const {
    const Place at = data_place(value);
    return at.line && at.path != rules_file_;
  }
  std::string text_of(Value value) const { return guard::trace_json(*rules_, value, 160); }

  void below(const GuardStep& step, int depth) {
    size_t left_out = 0;
    for (const GuardStep& child : step.steps) {
      if (child.kind == GuardStep::Kind::filter && child.status == GuardStatus::fail && !all_) ++left_out;
      else one(child, depth);
    }
    if (left_out) io_.print(pad(depth) + dim(count_text(left_out, "value") + " left out by the filter (--all tells why)") + "\n");
  }

  static std::string pad(int depth) { return std::string(static_cast<size_t>(depth) * 2, ' '); }

  void one(const GuardStep& step, int depth) {
    std::string line = pad(depth) + status(step) + "  ";
    switch (step.kind) {
      case GuardStep::Kind::rule: line += "rule " + safe(step.name); break;
      case GuardStep::Kind::conditions: line += "when"; break;
      case GuardStep::Kind::one_of: line += "one of"; break;
      case GuardStep::Kind::reference: line += "rule " + safe(step.words); break;
      case GuardStep::Kind::clause:
      case GuardStep::Kind::block: line += safe(step.words); break;
      case GuardStep::Kind::element: line += "of " + about(step); break;
      case GuardStep::Kind::filter: line += std::string(step.status == GuardStatus::pass ? "kept " : "left out ") + about(step); break;
      case GuardStep::Kind::value: line += about(step); break;
    }
    // Values, elements and what a filter looks at stand below the clause that says where in the rules.
    const bool of_rules = step.kind != GuardStep::Kind::value && step.kind != GuardStep::Kind::element && step.kind != GuardStep::Kind::filter;
    if (of_rules && step.line) line += "  " + dim(rule_place(step));
    io_.print(line + "\n");
    if (!step.reason.empty() && step.reason != above_) io_.print(pad(depth + 3) + "because " + safe(one_line(redacted_text(step.reason))) + "\n");
    if (step.steps.empty() && (step.kind == GuardStep::Kind::block || step.kind == GuardStep::Kind::clause) && !step.value && !step.stopped)
      io_.print(pad(depth + 3) + dim("nothing is selected") + "\n");
    const bool fails = step.status == GuardStatus::fail && !step.gate && step.kind == GuardStep::Kind::clause;
    if (fails && !trim(step.message).empty()) io_.print(pad(depth + 3) + safe(one_line(redacted_text(step.message))) + "\n");
    const std::string before = above_;
    above_ = step.reason;
    below(step, depth + 1);
    above_ = before;
  }

  static bool compares(const GuardStep& step) {
    return step.kind == GuardStep::Kind::value && (step.op == "Eq" || step.op == "In" || step.op == "Gt" || step.op == "Lt" || step.op == "Le" || step.op == "Ge");
  }

  // The value, where it stands, and what was asked of it.
  std::string about(const GuardStep& step) const {
    if (step.stopped) {
      std::string out = "nothing at " + safe(step.rest);
      out += in_data(step.stopped) ? "  below " + safe(path_of(step.stopped)) + "  " + dim(safe(data_place(step.stopped).text())) : "";
      return out;
    }
    if (!step.value) return step.words.empty() ? "no value" : safe(step.words);
    const std::string whole = guard::trace_json(*rules_, step.value, SIZE_MAX);
    std::string out = whole.size() <= 80 || step.value.is_scalar() ? safe(text_of(step.value))
                                                                  : step.value.is_map() ? "a map of " + count_text(step.value.size(), "key") : "a list of " + count_text(step.value.size(), "item");
    if (step.value.is_unknown()) out = "not known";
    if (in_data(step.value)) out = safe(path_of(step.value)) + " is " + out + "  " + dim(safe(data_place(step.value).text()));
    if (compares(step) && !step.against.empty() && in_data(step.against[0]))
      out += "  against " + safe(text_of(step.against[0])) + "  " + dim(safe(data_place(step.against[0]).text()));
    return out;
  }

  void place_to(JsonWriter& json, Value value) const {
    json.begin_object();
    if (in_data(value)) {
      const Place at = data_place(value);
      json.member("file", at.path).member("line", int64_t{at.line}).member("column", int64_t{at.column}).member("path", path_of(value));
    }
    json.member("value", text_of(value)).end_object();
  }

  void steps_to(JsonWriter& json, const GuardStep& step) const {
    static constexpr const char* kinds[] = {"rule", "conditions", "one_of", "clause", "block", "element", "filter", "reference", "value"};
    json.member("kind", kinds[static_cast<size_t>(step.kind)]).member("status", guard::name(step.status));
    if (step.gate) json.member("gate", true);
    if (!step.name.empty()) json.member("name", step.name);
    if (!step.words.empty()) json.member("words", step.words);
    if (step.line) json.member("rule_line", int64_t{step.line}).member("rule_column", int64_t{step.column});
    if (!trim(step.message).empty()) json.member("message", redacted_text(trim(step.message)));
    if (!step.reason.empty()) json.member("reason", redacted_text(step.reason));
    if (step.value) json.key("at"), place_to(json, step.value);
    if (step.stopped) {
      json.key("stopped_at"), place_to(json, step.stopped);
      json.member("missing", step.rest);
    }
    if (!step.against.empty() && compares(step)) {
      json.key("against").begin_array();
      for (const Value& each : step.against) place_to(json, each);
      json.end_array();
    }
    json.key("steps").begin_array();
    for (const GuardStep& child : step.steps) {
      json.begin_object();
      steps_to(json, child);
      json.end_object();
    }
    json.end_array();
  }

  Io& io_;
  bool json_, all_, any_ = false;
  const guard::GuardRules* rules_ = nullptr;
  std::string rules_file_, above_;
};

class Explaining {
 public:
  Explaining(const Options& options, Io& io) : options_(options), io_(io), telling_(io, options.value("--format", "text") == "json", options.has("--all")) {
    how_.semantics = semantics_of(options.value("--guard-semantics", "reeve"));
    how_.as_of = options.time("--as-of").value_or(wall_clock());
  }

  int run() {
    const auto& words = options_.arguments();
    auto stacks = StackFiles::with_parameters(options_.values("--parameters"));
    if (!stacks) return wrong(stacks.error()), exit_input;
    stacks_ = std::move(*stacks);
    name_ = words[0];
    const DataFiles data = find_data({words.begin() + 1, words.end()});
    for (const Error& problem : data.problems) wrong(problem);
    const bool named_file = options_.values("--rules").empty() && exists(name_);
    if (options_.values("--rules").empty() && !named_file) return own(data);
    if (options_.value("--resolve") == "on" && old_semantics(options_)) {
      io_.error({Code::usage, "versions of cfn-guard know nothing of what is unknown before a deployment", {}, "`--resolve on` with `--guard-semantics reeve`", "`reeve help check explain`"});
      return exit_usage;
    }
    const bool deployed = resolves(options_, "text");
    const RuleFiles rules = find_rules(named_file ? std::vector<std::string>{name_} : options_.values("--rules"), how_.semantics);
    for (const Error& problem : rules.problems) wrong(problem);
    if (!named_file && !known(rules)) return exit_usage;
    DocumentPtr parameters;
    if (options_.has("--input-parameters")) {
      auto read = read_input_parameters(options_.values("--input-parameters"));
      if (!read) return wrong(read.error()), exit_input;
      parameters = *read;
    }
    for (const DataFile& file : data.files) {
      auto document = [&]() -> Result<DocumentPtr> {
        const auto bytes = TRY(FileBytes::open(file.path));
        auto read = TRY(read_data(bytes->view(), file.path, deployed));
        if (deployed && !is_stack_template(read->root())) read = TRY(read_data(bytes->view(), file.path));
        return parameters ? TRY(join_data(*parameters, *read)) : read;
      }();
      if (!document) {
        wrong(document.error());
        continue;
      }
      Stack stack;
      if (deployed && is_stack_template((*document)->root())) {
        stack = resolve_stack(*document, stacks_.options_for(file.path));
      } else {
        stack.document = *document;
        stack.shown = file.path;
      }
      told(rules, stack, named_file, "");
    }
    return status_;
  }

 private:
  void wrong(const Error& error) {
    io_.error(error);
    status_ = exit_input;
  }

  // Whether one of the files has the rule; bare clauses go by `default` or their file's name.
  bool known(const RuleFiles& rules) {
    std::vector<std::string> names;
    for (const RuleFile& file : rules.files)
      for (const std::string& name : file.rules->rule_names()) {
        if (asked(name, file.path)) return true;
        names.push_back(name);
      }
    const std::string near = nearest(name_, names);
    io_.error({Code::usage, "no rule is called `" + name_ + "`", {}, near.empty() ? "the name of a rule, or a rule file" : "`" + near + "`", ""});
    return false;
  }
  bool asked(const std::string& rule, const std::string& rules_file) const { return rule == name_ || (rule == "default" && (name_ == file_name(rules_file) || name_ == file_name(rules_file) + "/default")); }

  // `maybe`: why the stack may not be there, where that hangs on the one around it.
  void told(const RuleFiles& rules, Stack& stack, bool all, const std::string& maybe) {
    for (const Error& problem : stack.problems) wrong(problem);
    for (const Error& note : stack.notes) io_.say("note  " + fold(io_.error_terminal, safe(note.text())) + "\n");
    for (StackResource& resource : stack.resources)
      if (resource.maybe.empty()) resource.maybe = maybe;
    for (const RuleFile& file : rules.files) {
      guard::GuardResult result = file.rules->evaluate(stack.document->root(), how_);
      doubt_maybe(stack.resources, result);
      guard::GuardTrace trace = guard::trace_guard(*file.rules, stack.document->root(), how_);
      for (size_t i = 0; i < trace.steps.size(); ++i) {
        GuardStep& step = trace.steps[i];
        if (step.status == GuardStatus::fail && i < result.rules.size() && result.rules[i].status == GuardStatus::unknown)
          if (const StackResource* resource = maybe_resource(stack.resources, result.rules[i].failures[0])) may_not_be(step, resource->id, resource->maybe, resource->body);
        if (all || asked(step.name, file.path)) telling_.rule(step, *file.rules, file.path, stack.shown, "", "");
      }
    }
    for (Stack::Nested& nested : stack.nested) told(rules, nested.stack, all, maybe.empty() ? nested.maybe : maybe);
  }

  // What fails for a resource of which it is not known whether it will be there is unknown, because of the condition that stands there.
  static void may_not_be(GuardStep& step, const std::string& id, const std::string& why, Value body) {
    step.status = GuardStatus::unknown;
    step.reason = "it fails if `" + id + "` will be there; " + why;
    if (const Value condition = body.get("Condition"); condition && condition.line()) {
      const auto origin = condition.origin();
      step.reason += " (" + Place{origin.source ? origin.source->file : "", origin.line, origin.column}.text() + ")";
      step.value = condition;
    }
  }

  void told(const guard::GuardRules& rules, const std::string& rules_file, const Resource& resource, const GuardVerdict& verdict, const std::string& data) {
    const Value maybe = resource.document->root().get(resource_maybe);
    guard::GuardTrace trace = guard::trace_guard(rules, resource.document->root(), how_);
    for (GuardStep& step : trace.steps) {
      if (maybe && verdict.verdict == Verdict::unknown && step.status == GuardStatus::fail) may_not_be(step, resource.id, std::string(maybe.text()), resource.body());
      telling_.rule(step, rules, rules_file, data, resource.id, name_);
    }
  }

  int own(const DataFiles& data) {
    auto made = OwnControls::make({options_.value("--content"), workspace_of(options_), {name_}, how_.as_of, &stacks_});
    if (!made) {
      io_.error(made.error());
      return exit_usage;
    }
    for (const Error& problem : (*made)->problems()) wrong(problem);
    for (const DataFile& file : data.files) {
      bool any = false;
      CheckedFile checked;
      (*made)->each_judged(file, checked, [&](const Control& control, const guard::GuardRules& rules, const Resource& resource, const GuardVerdict& verdict) {
        any = true;
        if (verdict.verdict == Verdict::unknown && verdict.reason.find("no attribute") == 0)  // said before any rule is asked
          return io_.print("UNKNOWN  " + control.id + "  on " + safe(file.path) + " " + safe(resource.id) + ": " + safe(verdict.reason) + "\n");
        told(rules, control.check.shown, resource, verdict, file.path);
      });
      for (const Error& problem : checked.problems) wrong(problem);
      if (!any && checked.problems.empty()) io_.print("SKIP  " + name_ + "  on " + safe(file.path) + ": no resource of " + (*made)->types_of(name_) + " is in it\n");
    }
    return status_;
  }

  const Options& options_;
  Io& io_;
  Telling telling_;
  guard::GuardOptions how_;
  StackFiles stacks_;
  std::string name_;
  int status_ = exit_done;
};

}  // namespace

int run_check_explain(const Options& options, Io& io) { return Explaining(options, io).run(); }

}  // namespace reeve
