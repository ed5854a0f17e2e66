#include "report/lint_sarif.h"

#include "report/check_formats.h"

namespace reeve {
namespace {

std::string_view level_of(Severity severity) { return severity >= Severity::high ? "error" : severity == Severity::medium ? "warning" : "note"; }

}  // namespace

std::string sarif_uri(std::string_view path) {
  path = plain_path(path);
  std::string out = path.substr(0, 1) == "/" ? "file://" : "";
  for (const char c : path) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-._~/").find(c) != std::string_view::npos)
      out += c;
    else {
      constexpr char digits[] = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += '%', out += digits[byte >> 4], out += digits[byte & 15];
    }
  }
  return out;
}

LintSarif::LintSarif(std::string version) : version_(std::move(version)), json_(out_, 2) {
  json_.begin_object().member("$schema", "https://json.schemastore.org/sarif-2.1.0.json").member("version", "2.1.0");
  json_.key("runs").begin_array().begin_object().member("columnKind", "unicodeCodePoints").key("results").begin_array();
}

void LintSarif::add(const std::string& file, const PolicyLint& lint, uint32_t column) {
  json_.begin_object().member("ruleId", lint.rule->id).member("level", level_of(lint.rule->severity)).member("kind", "fail");
  json_.key("message").begin_object().member("text", lint.message).end_object();
  json_.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
  json_.key("artifactLocation").begin_object().member("uri", sarif_uri(file)).end_object();
  if (lint.line > 0) {
    json_.key("region").begin_object().member("startLine", int64_t{lint.line});
    if (column > 0) json_.member("startColumn", int64_t{column});
    json_.end_object();
  }
  json_.end_object().end_object().end_array();
  json_.key("properties")
      .begin_object()
      .member("path", lint.path)
      .member("sort", name(lint.rule->sort))
      .member("severity", name(lint.rule->severity))
      .end_object();
  json_.end_object();
}

std::string LintSarif::text(bool complete) {
  json_.end_array().key("tool").begin_object().key("driver").begin_object().member("name", "reeve").member("semanticVersion", version_);
  json_.key("rules").begin_array();
  for (const LintRule& rule : lint_rules()) {
    json_.begin_object().member("id", rule.id).key("shortDescription").begin_object().member("text", rule.title).end_object();
    json_.key("defaultConfiguration").begin_object().member("level", level_of(rule.severity)).end_object();
    json_.key("properties").begin_object().member("sort", name(rule.sort)).member("page", rule.page).end_object().end_object();
  }
  json_.end_array().end_object().end_object();
  json_.key("invocations").begin_array().begin_object().member("executionSuccessful", complete).end_object().end_array();
  json_.end_object().end_array().end_object();
  out_ += '\n';
  return std::move(out_);
}

}  // namespace reeve
