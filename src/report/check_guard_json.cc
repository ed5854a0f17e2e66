// `guard-json`: the shape of cfn-guard's own structured JSON, so that what reads that reads this. A rule file that fails a data file is
// asked again, step by step, and the steps that failed are retold. Names, paths, values and the rules' own messages are those of the
// original; the words of `context` and `error_message` are Reeve's.
#include <map>
#include <set>

#include "base/text.h"
#include "check/guard_trace.h"
#include "report/check_formats.h"

namespace reeve {
namespace {

using guard::GuardStatus;
using guard::GuardStep;

// `/Resources/Logs/Properties`, as cfn-guard writes paths: from the document's root, list items by number.
std::string slashes(Value value) {
  std::string out;
  const auto& nodes = value.document()->nodes();
  uint32_t at = 0;
  while (at != value.index()) {
    const Node& parent = nodes[at];
    uint32_t child = at + 1, item = 0;
    std::string_view key;
    for (; item < parent.count; ++item) {
      if (parent.kind == Kind::map) {
        if (child == value.index()) return out;  // a key: its map
        key = Value(value.document(), child).text();
        ++child;
      }
      if (value.index() < child + nodes[child].span) break;
      child += nodes[child].span;
    }
    if (item == parent.count) return out;
    out += '/' + (parent.kind == Kind::map ? std::string(key) : std::to_string(item));
    at = child;
  }
  return out;
}

class GuardJson : public CheckOutput {
 public:
  GuardJson(const CheckOutputOptions& options, const Rules& rules, const Write& write) : options_(options.guard), rules_(rules), write_(write) { options_.evidence = true; }

  Status file(const CheckedFile& file) override {
    if (!file.document) return {};
    std::string out;
    std::set<std::string> passes, skips;
    bool fails = false, unknowns = false;
    std::string broken;
    for (size_t i = 0; i < file.results.size(); ++i) {
      const auto& result = file.results[i];
      guard::GuardTrace trace;
      for (size_t r = 0; r < result.rules.size(); ++r) {
        const auto& rule = result.rules[r];
        const std::string id = rule.rule == "default" ? rules_[i].name + "/default" : rule.rule;
        if (rule.status == GuardStatus::pass) passes.insert(id);
        if (rule.status == GuardStatus::skip) skips.insert(id);
        if (rule.status != GuardStatus::fail && rule.status != GuardStatus::unknown) continue;
        if (rule.status == GuardStatus::unknown) unknowns = true;
        else fails = true;
        if (trace.steps.empty()) trace = guard::trace_guard(*rules_[i].rules, file.document->root(), options_);
        if (!broken.empty()) broken += ',';
        broken += told(id, rules_[i], r < trace.steps.size() ? &trace.steps[r] : nullptr, rule.error ? rule.error->what : "");
      }
    }
    const GuardStatus status = fails ? GuardStatus::fail : unknowns ? GuardStatus::unknown : passes.empty() ? GuardStatus::skip : GuardStatus::pass;
    JsonWriter json(out);
    out += first_ ? "[" : ",";
    first_ = false;
    json.begin_object().member("name", file.file->name).key("metadata").begin_object().end_object().member("status", guard::name(status));
    json.key("not_compliant");
    out += "[" + broken + "],\"not_applicable\":" + names(skips) + ",\"compliant\":" + names(passes) + "}";
    return write_(out);
  }
  Status end(const CheckSummary&) override { return write_(first_ ? "[]\n" : "]\n"); }

 private:
  static std::string names(const std::set<std::string>& all) {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (const std::string& name : all) json.string(name);
    json.end_array();
    return out;
  }
  static std::string quoted(std::string_view text) {
    std::string out;
    JsonWriter(out).string(text);
    return out;
  }
  // As JSON; a pattern or range of the rules as the text it is.
  static std::string text_of(const RuleFile& rules, Value value) {
    const std::string text = guard::trace_json(*rules.rules, value, SIZE_MAX);
    return text.empty() || (text[0] != '/' && text[0] != 'r') ? text : quoted(text);
  }
  static std::string with_path(const RuleFile& rules, Value value) {
    const bool data = value.line() > 0 && value.document()->self().file != rules.path;
    return "{\"path\":" + quoted(data ? slashes(value) : "") + ",\"value\":" + text_of(rules, value) + "}";
  }
  static std::string place(Value value) {
    return value ? slashes(value) + "[L:" + std::to_string(value.line() ? value.line() - 1 : 0) + ",C:" + std::to_string(value.column() ? value.column() - 1 : 0) + "]" : "";
  }
  static std::string messages(std::string_view custom, const std::string& error, bool none = false) {
    return "{\"custom_message\":" + (none ? "null" : quoted(custom)) + ",\"error_message\":" + (error.empty() ? "null" : quoted(error)) + "}";
  }
  static std::string joined(const std::vector<std::string>& parts) { return join(parts, ","); }

  static std::string told(const std::string& id, const RuleFile& rules, const GuardStep* step, const std::string& error) {
    std::vector<std::string> checks;
    if (step) gather(rules, *step, checks);
    return "{\"Rule\":{\"name\":" + quoted(id) + ",\"metadata\":{},\"messages\":" + messages({}, error, true) + ",\"checks\":[" + joined(checks) + "]}}";
  }

  static void gather(const RuleFile& rules, const GuardStep& step, std::vector<std::string>& out) {
    for (const GuardStep& child : step.steps) {
      if (child.gate || child.status != GuardStatus::fail) continue;
      switch (child.kind) {
        case GuardStep::Kind::rule: {
          std::vector<std::string> checks;
          gather(rules, child, checks);
          out.push_back("{\"Rule\":{\"name\":" + quoted(child.name) + ",\"metadata\":{},\"messages\":" + messages(step.message, "", step.message.empty()) + ",\"checks\":[" + joined(checks) + "]}}");
          break;
        }
        case GuardStep::Kind::one_of: {
          std::vector<std::string> checks;
          gather(rules, child, checks);
          out.push_back("{\"Disjunctions\":{\"checks\":[" + joined(checks) + "]}}");
          break;
        }
        case GuardStep::Kind::reference: {
          const std::string context = " " + child.words;
          out.push_back("{\"Clause\":{\"Unary\":{\"check\":{\"UnResolvedContext\":" + quoted(child.name) + "},\"context\":" + quoted(context) + ",\"messages\":" +
                        messages(child.message, "the rule `" + child.name + "` does not pass") + "}}}");
          break;
        }
        case GuardStep::Kind::value: out.push_back(value(rules, child)); break;
        case GuardStep::Kind::clause:
        case GuardStep::Kind::block: {
          const size_t before = out.size();
          gather(rules, child, out);
          if (out.size() == before) out.push_back(child.op.empty() ? nothing_selected(child) : bare(child));
          break;
        }
        case GuardStep::Kind::element: gather(rules, child, out); break;
        case GuardStep::Kind::conditions:
        case GuardStep::Kind::filter: break;
      }
    }
  }
  static std::string nothing_selected(const GuardStep& step) {
    return "{\"Block\":{\"context\":" + quoted(step.words) + ",\"messages\":" + messages({}, "nothing was selected by " + step.words, true) + ",\"unresolved\":null}}";
  }
  static bool unary(const GuardStep& step) { return step.op != "Eq" && step.op != "In" && step.op != "Gt" && step.op != "Lt" && step.op != "Le" && step.op != "Ge"; }
  // A clause that fails without a value: a variable that is empty.
  static std::string bare(const GuardStep& step) {
    return "{\"Clause\":{\"Unary\":{\"check\":{\"UnResolvedContext\":" + quoted(step.words) + "},\"context\":" + quoted(step.words) + ",\"messages\":" +
           messages(step.message, "there is no value to ask: " + step.words + (step.reason.empty() ? "" : "; " + step.reason)) + "}}}";
  }

  static std::string value(const RuleFile& rules, const GuardStep& step) {
    const std::string comparison = "[" + quoted(step.op) + "," + (step.negated ? "true" : "false") + "]";
    const Value at = step.stopped ? step.stopped : step.value;
    std::string check, error = "expected " + step.words + " at " + place(at);
    if (step.stopped) {
      const std::string rest = starts_with(step.rest, ".") ? step.rest.substr(1) : step.rest;
      const std::string unresolved = "{\"traversed_to\":" + with_path(rules, step.stopped) + ",\"remaining_query\":" + quoted(rest) + ",\"reason\":" + quoted("nothing stands at " + rest + " below " + place(step.stopped)) + "}";
      error = "expected " + step.words + "; [" + rest + "] is missing below [Path=" + place(at) + " Value=" + text_of(rules, at) + "]";
      if (step.op.empty()) return "{\"Block\":{\"context\":" + quoted(step.words) + ",\"messages\":" + messages(step.message, error) + ",\"unresolved\":" + unresolved + "}}";
      check = "{\"UnResolved\":{\"value\":" + unresolved + ",\"comparison\":" + comparison + "}}";
    } else if (!at) {
      return bare(step);
    } else {
      error += "; found [Path=" + place(at) + " Value=" + text_of(rules, at) + "]";
      if (unary(step)) {
        check = "{\"Resolved\":{\"value\":" + with_path(rules, at) + ",\"comparison\":" + comparison + "}}";
      } else {
        std::vector<std::string> to;
        for (const Value& each : step.against) {
          // cfn-guard spreads a list of the rules for `in`.
          if (step.op == "In" && each.is_list())
            for (Value item : each.items()) to.push_back(with_path(rules, item));
          else to.push_back(with_path(rules, each));
        }
        if (step.op == "In") check = "{\"InResolved\":{\"from\":" + with_path(rules, at) + ",\"to\":[" + joined(to) + "],\"comparison\":" + comparison + "}}";
        else check = "{\"Resolved\":{\"from\":" + with_path(rules, at) + ",\"to\":" + (to.empty() ? "null" : to[0]) + ",\"comparison\":" + comparison + "}}";
      }
    }
    const char* kind = unary(step) ? "Unary" : "Binary";
    return std::string("{\"Clause\":{\"") + kind + "\":{\"context\":" + quoted(" " + step.query + " " + step.words) + ",\"messages\":" + messages(step.message, error) + ",\"check\":" + check + "}}}";
  }

  guard::GuardOptions options_;
  const Rules& rules_;
  Write write_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_guard_json(const CheckOutputOptions& options, const Rules& rules, const Write& write) {
  return std::make_unique<GuardJson>(options, rules, write);
}

}  // namespace reeve
