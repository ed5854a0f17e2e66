// `json` and `yaml`: all there is to know, one document (docs/formats/check.md). YAML is the same document in block style, made from
// the pieces of JSON, so the two cannot differ.
#include <array>

#include "report/check_formats.h"
#include "report/drift_json.h"

namespace reeve {
namespace {

using guard::GuardStatus;

void problem(JsonWriter& json, const Error& error) {
  json.begin_object().member("code", name(error.code)).member("what", error.what).member("path", error.at.path);
  if (error.at.line) json.member("line", int64_t{error.at.line}).member("column", int64_t{error.at.column});
  if (!error.expected.empty()) json.member("expected", error.expected);
  if (!error.hint.empty()) json.member("hint", error.hint);
  json.end_object();
}

// The object is left open.
void word(JsonWriter& json, std::string_view key, const CheckSuppression& said) {
  json.key(key).begin_object().member("form", said.form).member("rule", said.rule).member("place", said.at.text());
  if (!said.owner.empty()) json.member("owner", said.owner);
  if (!said.reason.empty()) json.member("reason", said.reason);
  if (!said.expires.empty()) json.member("expires", said.expires);
}

void finding_to(JsonWriter& json, const CheckFinding& f) {
  json.begin_object().member("fingerprint", f.fingerprint()).member("status", f.suppressed ? std::string_view("EXCEPTED") : guard::name(f.status));
  if (f.control) {
    json.member("control", f.rule).member("title", f.control->title).member("severity", f.severity_name());
  } else {
    json.member("rule", f.rule).member("rules_file", f.rules_file);
    json.member("rule_line", int64_t{f.rule_line});
    if (f.rule_column) json.member("rule_column", int64_t{f.rule_column});
  }
  if (!f.resource.empty()) json.key("resource").begin_object().member("id", f.resource).member("type", f.type);
  if (!f.resource.empty() && !f.construct.empty()) json.member("construct", f.construct);
  if (!f.resource.empty()) json.end_object();
  json.member("file", f.file);
  if (f.line) {
    json.member("line", int64_t{f.line}).member("column", int64_t{f.column});
    if (f.end_line) json.member("end_line", int64_t{f.end_line}).member("end_column", int64_t{f.end_column});
  }
  json.member("path", f.path).member("missing", f.missing).member("expected", f.expected);
  if (!f.found.empty()) json.member("found", f.found);
  if (!f.message.empty()) json.member("message", f.message);
  if (!f.reason.empty()) json.member("reason", f.reason);
  if (!f.live.path.empty()) {
    json.key("live_at").begin_object().member("file", f.live.path);
    if (f.live.line) json.member("line", int64_t{f.live.line}).member("column", int64_t{f.live.column});
    json.end_object();
  }
  if (f.control) json.member("fix", f.control->fix);
  if (f.suppressed) {
    word(json, "excepted", *f.suppressed);
    json.member("status", guard::name(f.status)).end_object();
  }
  if (f.lapsed) {
    word(json, "expired_exception", *f.lapsed);
    json.end_object();
  }
  if (f.known) json.member("known", true);
  json.end_object();
}

std::string head_of(const CheckOutputOptions& options, const Rules& rules) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("reeve", options.version).member("semantics", options.semantics).key("rule_files").begin_array();
  for (const RuleFile& file : rules) {
    json.begin_object().member("path", file.path).key("rules").begin_array();
    for (const std::string& name : file.rules->rule_names()) json.string(name);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return out;
}

std::string file_of(const Rules& rules, const CheckedFile& file) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("path", file.file->path).member("read", file.read).member("status", guard::name(file_status(file)));
  json.key("rules").begin_array();
  for (size_t i = 0; i < file.results.size(); ++i)
    for (const auto& rule : file.results[i].rules) {
      json.begin_object().member("rules_file", rules[i].path).member("rule", rule.rule).member("line", int64_t{rule.line}).member("status", guard::name(rule.status));
      if (rule.error) json.member("error", rule.error->what);
      json.end_object();
    }
  json.end_array().key("findings").begin_array();
  for (const CheckFinding& finding : file.findings)
    if (finding.judged()) finding_to(json, finding);
  json.end_array().key("problems").begin_array();
  for (const Error& error : file.problems) problem(json, error);
  json.end_array();
  if (!file.notes.empty()) {  // such as what is not judged at all
    json.key("notes").begin_array();
    for (const Error& error : file.notes) problem(json, error);
    json.end_array();
  }
  if (file.drift) {
    json.key("drift");
    drift_to(json, *file.drift);
  }
  json.end_object();
  return out;
}

std::string end_of(const CheckSummary& s) {
  std::string out;
  JsonWriter json(out);
  auto count = [&](std::string_view name, uint64_t n) { json.member(name, static_cast<int64_t>(n)); };
  json.begin_object().key("problems").begin_array();
  for (const Error& error : s.problems) problem(json, error);
  json.end_array().key("summary").begin_object();
  if (s.drift) {
    json.key("drift").begin_object();
    count("deployments", s.drift->deployments), count("same", s.drift->same), count("drifted", s.drift->drifted), count("missing", s.drift->missing), count("undeclared", s.drift->undeclared),
        count("unknown", s.drift->unknown);
    json.key("properties").begin_object();
    count("same", s.drift->same_properties), count("drifted", s.drift->drifted_properties), count("unknown", s.drift->unknown_properties);
    json.end_object().end_object();
  }
  if (s.drift) count("resources", s.resources);
  else if (s.controls) count("controls", s.controls), count("resources", s.resources);
  else count("rule_files", s.rule_files);
  if (!s.unjudged.empty()) {
    json.key("not_judged").begin_object();
    for (const auto& [type, resources] : s.unjudged) count(type, resources);
    json.end_object();
  }
  count("data_files", s.data_files), count("unreadable", s.unreadable);
  json.key("rules").begin_object();
  count("pass", s.pass), count("fail", s.fail), count("unknown", s.unknown), count("skip", s.skip), count("set_aside", s.set_aside);
  json.end_object();
  count("excepted", s.excepted), count("known", s.known);
  if (s.baseline) {
    json.key("baseline").begin_object();
    count("new", s.baseline->fresh), count("known", s.baseline->known), count("gone", s.baseline->gone);
    json.end_object();
  }
  json.end_object().end_object();
  return out;
}

// One document, a line for each file.
class Json : public CheckOutput {
 public:
  Json(const CheckOutputOptions& options, const Rules& rules, const Write& write) : rules_(rules), write_(write), head_(head_of(options, rules)) {}
  Status file(const CheckedFile& file) override {
    const std::string before = first_ ? head_.substr(0, head_.size() - 1) + ",\n\"files\":[\n" : ",\n";
    first_ = false;
    return write_(before + file_of(rules_, file));
  }
  Status end(const CheckSummary& summary) override {
    const std::string before = first_ ? head_.substr(0, head_.size() - 1) + ",\n\"files\":[" : "\n";
    return write_(before + "],\n" + end_of(summary).substr(1) + "\n");
  }

 private:
  const Rules& rules_;
  Write write_;
  std::string head_;
  bool first_ = true;
};

// ---- YAML

// Plain only where no reader of YAML 1.1 or 1.2 could take it for anything but this text.
bool plain(std::string_view text) {
  if (text.empty() || text.size() > 120) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (!letter(text[0]) && text[0] != '/' && text[0] != '$') return false;
  for (char c : text)
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.' && c != '/' && c != '$') return false;
  constexpr std::array<std::string_view, 9> words = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  for (std::string_view word : words)
    if (equal_ignoring_case(text, word)) return false;
  return true;
}

std::string scalar(std::string_view text) {
  if (plain(text)) return std::string(text);
  // JSON's quoting is YAML's but for what YAML calls not printable.
  std::string json, out;
  JsonWriter(json).string(text);
  for (size_t i = 0; i < json.size(); ++i) {
    const auto c = static_cast<unsigned char>(json[i]);
    const std::string_view rest = std::string_view(json).substr(i);
    if (c == 0x7f) out += "\\x7f";
    else if (c == 0xc2 && static_cast<unsigned char>(json[i + 1]) < 0xa0) {
      constexpr char digits[] = "0123456789abcdef";
      const auto low = static_cast<unsigned char>(json[++i]);
      out += "\\x", out += digits[low >> 4], out += digits[low & 15];
    } else if (starts_with(rest, "\xe2\x80\xa8")) out += "\\L", i += 2;
    else if (starts_with(rest, "\xe2\x80\xa9")) out += "\\P", i += 2;
    else if (starts_with(rest, "\xef\xbb\xbf")) out += "\\ufeff", i += 2;
    else if (starts_with(rest, "\xef\xbf\xbe") || starts_with(rest, "\xef\xbf\xbf")) out += json[i + 2] == '\xbe' ? "\\ufffe" : "\\uffff", i += 2;
    else out += json[i];
  }
  return out;
}

// `value` at `indent`; `inline_first`: the first line's indent is written already (behind `- `).
void yaml_to(std::string& out, Value value, int indent, bool inline_first) {
  auto pad = [&] {
    if (!inline_first) out.append(static_cast<size_t>(indent), ' ');
    inline_first = false;
  };
  auto child = [&](Value v) {
    if ((v.is_map() || v.is_list()) && v.size() > 0) {
      out += '\n';
      yaml_to(out, v, v.is_list() ? indent : indent + 2, false);
    } else {
      out += ' ';
      yaml_to(out, v, 0, true);
    }
  };
  if (value.is_map() && value.size() > 0) {
    for (const auto& entry : value.entries()) {
      pad();
      out += scalar(entry.key()) + ":";
      child(entry.value);
    }
  } else if (value.is_list() && value.size() > 0) {
    for (Value item : value.items()) {
      pad();
      out += "- ";
      yaml_to(out, item, indent + 2, true);
    }
  } else {
    out += value.is_map() ? "{}" : value.is_list() ? "[]" : value.is_string() ? scalar(value.text()) : std::string(value.text());
    out += '\n';
  }
}

class Yaml : public CheckOutput {
 public:
  Yaml(const CheckOutputOptions& options, const Rules& rules, const Write& write) : rules_(rules), write_(write), head_(head_of(options, rules)) {}
  Status file(const CheckedFile& file) override {
    TRY(begin());
    return piece("[" + file_of(rules_, file) + "]", 0);
  }
  Status end(const CheckSummary& summary) override {
    const bool none = head_.size() > 0;
    TRY(begin(none));
    return piece(end_of(summary), 0);
  }

 private:
  Status begin(bool none = false) {
    if (head_.empty()) return {};
    TRY(piece(head_, 0));
    head_.clear();
    return write_(none ? "files: []\n" : "files:\n");
  }
  Status piece(const std::string& json, int indent) {
    const auto document = TRY(read_json(json, Source{}));
    std::string out;
    yaml_to(out, document->root(), indent, false);
    return write_(out);
  }
  const Rules& rules_;
  Write write_;
  std::string head_;
};

}  // namespace

std::unique_ptr<CheckOutput> make_check_json(const CheckOutputOptions& options, const Rules& rules, const Write& write) {
  return std::make_unique<Json>(options, rules, write);
}
std::unique_ptr<CheckOutput> make_check_yaml(const CheckOutputOptions& options, const Rules& rules, const Write& write) {
  return std::make_unique<Yaml>(options, rules, write);
}

}  // namespace reeve
