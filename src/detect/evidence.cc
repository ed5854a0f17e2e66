// What an alert shows of its event.
#include <algorithm>

#include "base/text.h"
#include "detect/alert.h"
#include "detect/field.h"
#include "detect/sigma.h"
#include "findings/finding.h"
#include "formats/json.h"
#include "logs/token.h"

namespace reeve {
namespace {

constexpr size_t fields_max = 12, bytes_max = 400;

// At most `most` bytes, cut between characters.
void cut_text(std::string& text, size_t most) {
  if (text.size() <= most) return;
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  text += "…";
}

// Where callers put what they like. Elsewhere AWS writes names, times and ids of its own.
bool from_caller(const FieldPath& field) {
  switch (field.root()) {
    case LogField::request_parameters:
    case LogField::response_elements:
    case LogField::additional_data:
    case LogField::service_details:
    case LogField::insight_details:
    case LogField::error_message:
    case LogField::user_agent:
    case LogField::count: return true;
    default: return false;
  }
}

// The value without what may be a secret: by its own shape, by the names inside of it, and by the name of its field.
std::string shown(const FieldPath& field, std::string_view token) {
  std::string room;
  if (token_kind(token) != TokenKind::map && !from_caller(field)) return std::string(token_text(token, room));
  std::string name = field.name().substr(field.name().rfind('.') + 1), text;
  JsonWriter(text).string(name);
  text = "{" + text + ":" + std::string(token) + "}";
  auto document = read_json(text, Source{});
  if (!document) return std::string(redaction_mark);
  auto redacted = read_json(redacted_json((*document)->root(), 64ull << 10), Source{});
  if (!redacted) return std::string(redaction_mark);
  const Value value = (*redacted)->root().get(name);
  return value.is_scalar() ? std::string(value.text()) : to_json(value);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> evidence_of(const RuleSet::Entry& rule, const LogEvent& event) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!rule.detection) return out;
  std::vector<std::string_view> tokens;
  for (const FieldPath& field : rule.detection->fields()) {
    tokens.clear();
    if (!field_tokens(event, field, tokens)) continue;
    std::string text;
    for (size_t i = 0; i < tokens.size() && text.size() <= bytes_max; ++i) text += (i == 0 ? "" : ", ") + shown(field, tokens[i]);
    cut_text(text, bytes_max);
    out.emplace_back(field.name(), std::move(text));
    if (out.size() == fields_max) break;
  }
  return out;
}

}  // namespace reeve
