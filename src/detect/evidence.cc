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

// Where callers put what they like. Elsewhere AWS writes names, times and ids of its own. A session's name is the caller's, and stands in
// the ARN and the id of who acted.
bool from_caller(const FieldPath& field, std::string_view key) {
  switch (field.root()) {
    case LogField::user_identity: return key == "arn" || key == "principalId" || key == "userName";
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
void add_shown(std::string& out, const std::string& key, bool from_caller, std::string_view token) {
  constexpr size_t short_text = 16 << 10;
  std::string room;
  const TokenKind kind = token_kind(token);
  if (kind != TokenKind::map && !from_caller) {
    out += token_text(token, room);
    return;
  }
  if (kind == TokenKind::string && token.size() <= short_text) {
    const std::string_view whole = token_text(token, room);
    // What stands behind an ARN's last slash is looked at alone: with a role's path before it no secret would have a secret's length.
    const size_t name = key == "arn" && whole.rfind('/') != std::string_view::npos ? whole.rfind('/') + 1 : 0;
    out += whole.substr(0, name);
    out += redacted_text_under(key, whole.substr(name));
    return;
  }
  std::string text = "{";
  JsonWriter(text).string(key);
  text += ':';
  const std::string before = text;
  text.append(token) += '}';
  auto document = read_json(text, Source{});
  if (!document) {
    out += redaction_mark;
    return;
  }
  const std::string redacted = redacted_json((*document)->root(), 64ull << 10);
  if (starts_with(redacted, before) && redacted.back() == '}') {  // else it was too long to be shown whole
    const std::string_view value = std::string_view(redacted).substr(before.size(), redacted.size() - before.size() - 1);
    if (token_kind(value) != TokenKind::null) {
      out += token_text(value, room);
      return;
    }
  }
  auto again = read_json(redacted, Source{});
  if (!again) {
    out += redaction_mark;
    return;
  }
  const Value value = (*again)->root().get(key);
  if (value.is_scalar()) out += value.text();
  else out += to_json(value);
}

}  // namespace

EvidenceTaker::EvidenceTaker(const RuleSet& rules, FieldPlan& fields) : of_(rules.rules.size()) {
  for (size_t i = 0; i < of_.size(); ++i) {
    if (!rules.rules[i].detection) continue;
    for (const FieldPath& path : rules.rules[i].detection->fields()) {
      const std::string key = path.name().substr(path.name().rfind('.') + 1);
      of_[i].push_back({fields.ask(path), key, from_caller(path, key)});
    }
  }
}

void EvidenceTaker::take(uint32_t rule, EventFields& fields, std::vector<std::pair<std::string_view, std::string_view>>& out, ShownTexts& room) const {
  thread_local std::vector<std::string_view> tokens;
  out.clear();
  for (const Shown& shown : of_[rule]) {
    std::string_view one;
    const bool single = fields.at_once(shown.field, one) && token_kind(one) != TokenKind::list;
    if (single ? one.empty() : !fields.tokens(shown.field, tokens)) continue;
    std::string_view text;
    if (single && !shown.from_caller && token_kind(one) != TokenKind::map && one.size() <= bytes_max) {
      text = room.text(one);
    } else {
      if (single) tokens.assign(1, one);
      std::string& made = room.fresh();
      for (size_t i = 0; i < tokens.size() && made.size() <= bytes_max; ++i) {
        if (i > 0) made += ", ";
        add_shown(made, shown.key, shown.from_caller, tokens[i]);
      }
      cut_text(made, bytes_max);
      text = made;
    }
    out.emplace_back(shown.field.path.name(), text);
    if (out.size() == fields_max) break;
  }
}

}  // namespace reeve
