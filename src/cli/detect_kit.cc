#include "cli/detect_kit.h"

#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"
#include "content/placeholders.h"
#include "detect/log_sources.h"

namespace reeve {
namespace {

constexpr int64_t span_most = 366 * int64_t{86'400};  // of any unit: what is longer is a slip

std::string digest_of_rules(const RuleSet& rules, const RuleOptions& how) {
  Sha256Stream digest;
  if (how.strict_scalar) digest.add("strict ");
  for (const auto& [name, values] : how.placeholders) digest.add("%" + name + "%" + join(values, "\n") + "\n");
  for (const auto& entry : rules.rules) digest.add(entry.head.id + "\n");
  return hex(digest.finish());
}

}  // namespace

int64_t latest_event_ms() { return wall_clock().ms + 86'400'000; }

std::optional<int64_t> span_ms(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int64_t unit_ms = 0;
  switch (text.back()) {
    case 's': unit_ms = 1000; break;
    case 'm': unit_ms = 60'000; break;
    case 'h': unit_ms = 3'600'000; break;
    case 'd': unit_ms = 86'400'000; break;
    default: return std::nullopt;
  }
  const auto number = parse_int(text.substr(0, text.size() - 1));
  if (!number || *number < 0 || *number > span_most) return std::nullopt;
  return *number * unit_ms;
}

std::optional<int64_t> span_of(const Options& options, const char* flag, int64_t otherwise, Io& io) {
  if (!options.has(flag)) return otherwise;
  const auto span = span_ms(options.value(flag));
  if (!span) io.error({Code::usage, "`" + std::string(flag) + " " + options.value(flag) + "` is no span of time", {}, "a number and s, m, h or d, such as 15m", {}});
  return span;
}

RuleOptions rule_options(const Options& options, std::vector<Error>& errors) {
  RuleOptions how;
  how.strict_scalar = options.has("--strict-scalar");
  const std::string workspace = workspace_of(options), content = options.value("--content");
  // They must outlive the rules' reading; a program runs one command.
  static LogSources sources;
  if (!workspace.empty() || !content.empty()) {
    sources = load_log_sources({.content_dir = content, .workspace_dir = workspace}, errors);
    how.sources = &sources;
  }
  if (!workspace.empty()) how.placeholders = load_placeholders(workspace, errors);
  return how;
}

Detections own_detections(const Options& options) { return load_detections({.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)}); }

Judging judging_of(const Options& options) {
  Judging out;
  const RuleOptions how = rule_options(options, out.errors);
  if (options.has("--rules")) {
    out.rules = load_rules(options.values("--rules"), how);
    out.digest = digest_of_rules(out.rules, how);
    return out;
  }
  Detections own = own_detections(options);
  for (const Detection& detection : own.all) load_rule_text(detection.rule.text, detection.rule.shown, how, out.rules);
  link_rules(out.rules);
  out.errors.insert(out.errors.end(), own.errors.begin(), own.errors.end());
  for (const auto& entry : out.rules.rules) {
    std::vector<FieldPath> fields;
    FieldPath entity;
    if (const Detection* detection = own.of_rule(entry.head.id)) {
      for (const std::string& field : detection->group) fields.emplace_back(field);
      if (!detection->entity.empty()) entity = FieldPath(detection->entity);
      out.names.emplace_back(detection->id, entry.head.id);
    }
    out.same_by.push_back(std::move(fields));
    out.entity_by.push_back(std::move(entity));
  }
  out.digest = digest_of_rules(out.rules, how);
  return out;
}

}  // namespace reeve
