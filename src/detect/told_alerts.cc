#include "detect/told_alerts.h"

#include <optional>

#include "base/text.h"
#include "base/time.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t line_bytes_max = 4u << 20;
constexpr size_t texts_max = 100;  // of a list; a line written by hand may hold any number

std::string scalar_of(Value map, std::string_view key) {
  Value value = map.get(key);
  return value && value.is_scalar() && !value.is_null() ? std::string(value.text()) : std::string();
}

std::vector<std::string> texts_of(Value list) {
  std::vector<std::string> out;
  if (!list || !list.is_list()) return out;
  for (Value one : list.items())
    if (out.size() < texts_max && one.is_scalar() && !one.is_null()) out.emplace_back(one.text());
  return out;
}

std::optional<RuleLevel> level_called(std::string_view text) {
  for (RuleLevel level : {RuleLevel::informational, RuleLevel::low, RuleLevel::medium, RuleLevel::high, RuleLevel::critical})
    if (name(level) == text) return level;
  return std::nullopt;
}

Result<ToldAlert> alert_in(Value line, const Place& at) {
  ToldAlert out;
  out.at = at;
  out.id = scalar_of(line, "alert_id"), out.rule_id = scalar_of(line, "rule_id"), out.title = scalar_of(line, "rule_title");
  if (out.id.empty() || out.rule_id.empty()) return fail(Code::type, "this is no alert", at, "a line of `reeve detect` with alert_id and rule_id", "");
  const auto level = level_called(scalar_of(line, "level"));
  if (!level) return fail(Code::type, "`" + scalar_of(line, "level") + "` is no level", at, "informational, low, medium, high or critical", "");
  out.level = *level;
  const auto time = parse_time(scalar_of(line, "event_time"));
  if (!time) return fail(Code::type, "the alert does not say when", at, "event_time in RFC 3339", "");
  out.time_ms = time->ms;
  out.tags = texts_of(line.get("tags"));
  out.event_id = scalar_of(line, "event_id"), out.principal = scalar_of(line, "principal"), out.account = scalar_of(line, "account");
  out.region = scalar_of(line, "region"), out.source_ip = scalar_of(line, "source_ip"), out.invoked_by = scalar_of(line, "invoked_by");
  out.event_source = scalar_of(line, "event_source"), out.event_name = scalar_of(line, "event_name");
  out.resources = texts_of(line.get("resources"));
  if (Value entity = line.get("entity"); entity && entity.is_map())
    for (auto entry : entity.entries())
      if (entry.value.is_scalar() && !entry.value.is_null()) out.entity = {std::string(entry.key()), std::string(entry.value.text())};
  if (const auto count = parse_int(scalar_of(line, "count")); count && *count > 0) out.count = static_cast<uint64_t>(*count);
  out.outcome = scalar_of(line, "outcome");
  if (!out.outcome.empty() && out.outcome != "true" && out.outcome != "false")
    return fail(Code::type, "`" + out.outcome + "` is no outcome", at, "true, false or none at all", "");
  return out;
}

}  // namespace

void read_alerts(std::string_view text, const std::string& path, const std::function<void(ToldAlert)>& alert, const std::function<void(Error)>& refused) {
  if (starts_with(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  uint32_t number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const Place at{path, number, 1};
    if (line.size() > line_bytes_max) {
      refused({Code::type, "the line is too long for an alert", at, "at most 4 MiB", ""});
      continue;
    }
    auto document = read_json(line, Source{.file = path}, {.first_line = number});
    if (!document) {
      refused(std::move(document.error()));
      continue;
    }
    Value root = (*document)->root();
    if (root.is_map() && !root.get("alert_id") && root.get("object") && root.get("refusals")) continue;  // of --audit
    auto one = alert_in(root, at);
    if (one) alert(std::move(*one));
    else refused(std::move(one.error()));
  }
}

}  // namespace reeve
