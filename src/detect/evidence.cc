// What an alert shows of its event.
#include <algorithm>

#include "detect/alert.h"
#include "detect/sigma.h"
#include "findings/secret_patterns.h"
#include "logs/token.h"

namespace reeve {
namespace {

constexpr size_t fields_max = 12;
constexpr size_t text_max = 400;

// Not in the middle of a character.
std::string shortened(std::string_view text) {
  if (text.size() <= text_max) return std::string(text);
  size_t end = text_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> evidence_of(const RuleSet::Entry& rule, const LogEvent& event) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!rule.detection) return out;
  std::string room;
  std::vector<std::string_view> tokens;
  for (const FieldPath& path : rule.detection->fields()) {
    if (out.size() == fields_max) break;
    tokens.clear();
    if (!field_tokens(event, path, tokens)) continue;
    std::string text;
    for (std::string_view token : tokens) {
      if (!text.empty()) text += ", ";
      if (token_kind(token) == TokenKind::map) {
        compact_token(token, room);
        text += room;
      } else {
        text += token_text(token, room);
      }
      if (text.size() > 4 * text_max) break;
    }
    out.emplace_back(path.name(), shortened(masked_patterns(text)));
  }
  return out;
}

}  // namespace reeve
