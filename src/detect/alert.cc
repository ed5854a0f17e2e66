#include "detect/alert.h"

#include <cstring>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "logs/token.h"

namespace reeve {
namespace {

constexpr size_t resources_max = 10;
constexpr size_t id_bytes = 12;  // 20 characters of base32: 96 bits, so that a billion alerts hold no two alike

void put_text(std::string& out, std::string_view token) {
  const TokenKind kind = token_kind(token);
  if (kind == TokenKind::absent || kind == TokenKind::null) {
    out.clear();
  } else if (kind == TokenKind::string && token.size() >= 2 && token.find('\\') == std::string_view::npos) {
    out.assign(token.substr(1, token.size() - 2));
  } else {
    std::string room;
    out.assign(token_text(token, room));
  }
}

std::string text_of(std::string_view token) {
  std::string out;
  put_text(out, token);
  return out;
}

bool is_text(std::string_view token, std::string_view text) {
  std::string room;
  return token_kind(token) == TokenKind::string && token_text(token, room) == text;
}

// arn:aws:sts::111122223333:assumed-role/Deploy/session → arn:aws:iam::111122223333:role/Deploy. A role's path stands in no session's ARN.
void role_of_session(std::string& arn) {
  if (!contains(arn, ":sts:")) return;
  const auto parts = split(arn, ':');
  if (parts.size() < 6 || parts[2] != "sts" || !starts_with(parts[5], "assumed-role/")) return;
  const auto names = split(parts[5], '/');
  arn = "arn:" + std::string(parts[1]) + ":iam::" + std::string(parts[4]) + ":role/" + std::string(names[1]);
}

// The first of the members that is there.
std::string first_of(const LogEvent& event, std::initializer_list<std::string_view> names) {
  for (auto name : names)
    if (std::string text = text_of(event.raw(name)); !text.empty()) return text;
  return {};
}

// `resources` of CloudTrail: [{"ARN": …, "accountId": …, "type": …}]; AWS's pages write the member's name in either case.
void resources_of(const LogEvent& event, std::vector<std::string>& out) {
  out.clear();
  for (TokenItems items(event.raw(LogField::resources)); out.size() < resources_max && items.next();) {
    std::string arn = text_of(token_member(items.value(), "ARN"));
    if (arn.empty()) arn = text_of(token_member(items.value(), "arn"));
    bound_text(arn);
    if (!arn.empty() && std::find(out.begin(), out.end(), arn) == out.end()) out.push_back(std::move(arn));
  }
}

AlertKey key_of(const Sha256& digest) {
  AlertKey out;
  std::memcpy(&out.front, digest.data(), sizeof out.front);
  std::memcpy(&out.back, digest.data() + sizeof out.front, sizeof out.back);
  return out;
}

std::string id_of(std::string_view text) { return "al-" + base32(sha256(text), id_bytes); }

std::string under(std::string_view name) { return "userIdentity." + std::string(name); }

}  // namespace

FactsTaker::FactsTaker(FieldPlan& fields)
    : arn_(fields.ask(under("arn"))),
      type_(fields.ask(under("type"))),
      account_(fields.ask(under("accountId"))),
      invoked_by_(fields.ask(under("invokedBy"))),
      issuer_type_(fields.ask(under("sessionContext.sessionIssuer.type"))),
      issuer_arn_(fields.ask(under("sessionContext.sessionIssuer.arn"))) {
  for (std::string_view name : {"userName", "invokedBy", "principalId", "accountId", "type"}) names_.push_back(fields.ask(under(name)));
}

void FactsTaker::principal(EventFields& fields, std::string& out) const {
  bool session = is_text(fields.member(type_), "AssumedRole");
  if (!session) {
    put_text(out, fields.member(issuer_type_));
    session = starts_with(out, "Role");
  }
  if (session) {
    put_text(out, fields.member(issuer_arn_));
    if (!out.empty()) return;
  }
  put_text(out, fields.member(arn_));
  if (!out.empty()) return role_of_session(out);
  for (const AskedField& name : names_) {
    put_text(out, fields.member(name));
    if (!out.empty()) return;
  }
}

void FactsTaker::take(EventFields& fields, EventFacts& out) const {
  const LogEvent& event = fields.event();
  put_text(out.id, event.raw(LogField::event_id));
  if (out.id.empty() || token_kind(event.raw(LogField::event_id)) != TokenKind::string) out.id = event_id(event);
  out.time_ms = event_time_ms(event);
  principal(fields, out.principal);
  put_text(out.account, event.raw(LogField::recipient_account));
  if (out.account.empty()) put_text(out.account, fields.member(account_));
  put_text(out.region, event.raw(LogField::region));
  put_text(out.source, event.raw(LogField::event_source));
  put_text(out.name, event.raw(LogField::event_name));
  put_text(out.source_ip, event.raw(LogField::source_ip));
  put_text(out.invoked_by, fields.member(invoked_by_));
  resources_of(event, out.resources);
  for (std::string* text : {&out.id, &out.principal, &out.account, &out.region, &out.source, &out.name, &out.source_ip, &out.invoked_by}) bound_text(*text);
  if (event.kind == LogKind::cloudtrail || event.kind == LogKind::insight) return;
  // By AWS's own names of each format: GuardDuty, VPC flow logs, Route 53 Resolver, S3 server access logs.
  if (out.account.empty()) out.account = first_of(event, {"accountId", "account-id", "account_id", "AccountId"});
  if (out.region.empty()) out.region = first_of(event, {"region", "Region"});
  if (out.principal.empty()) out.principal = first_of(event, {"requester", "Requester"});
  if (out.source.empty()) out.source = std::string(name(event.kind));
  if (out.name.empty()) out.name = first_of(event, {"type", "operation", "action", "query_type"});
  for (std::string* text : {&out.principal, &out.account, &out.region, &out.name}) bound_text(*text);
}

void bound_text(std::string& text) {
  constexpr size_t most = 2048, kept = 1024;
  if (text.size() <= most) return;
  const std::string digest = hex(sha256(text));
  size_t end = kept;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  text += "… (SHA-256 of the whole: " + digest + ")";
}

EventFacts facts_of(const LogEvent& event, std::string_view object) {
  FieldPlan plan;
  const FactsTaker taker(plan);
  EventFields fields(plan);
  fields.begin(event);
  EventFacts out;
  taker.take(fields, out);
  out.object = object;
  return out;
}

std::string same_of(const RuleHead& rule, const std::vector<AskedField>& fields, EventFields& event) {
  if (fields.empty()) return {};
  std::string text = rule.id, room;
  std::vector<std::string_view> tokens;
  for (const AskedField& field : fields) {
    event.tokens(field, tokens);
    text += '\0' + field.path.name();
    for (auto token : tokens) text += '\0' + std::string(token_text(token, room));
  }
  return "sa-" + base32(sha256(text), id_bytes);
}

std::pair<std::string, std::string> entity_of(const AskedField& field, EventFields& event) {
  std::vector<std::string_view> tokens;
  if (field.path.name().empty() || !event.tokens(field, tokens) || tokens.empty()) return {};
  std::string value = text_of(tokens.front());
  if (value.empty()) return {};
  bound_text(value);
  return {field.path.name(), std::move(value)};
}

AlertKey alert_key(std::string_view id) {
  constexpr size_t characters = 20;  // 96 bits and four that are zero
  if (id.size() == characters + 3 && id.substr(0, 3) == "al-") {
    Sha256 bytes{};
    uint32_t window = 0;
    size_t bits = 0, at = 0;
    bool sound = true;
    for (char c : id.substr(3)) {
      const bool letter = c >= 'a' && c <= 'z';
      sound = sound && (letter || (c >= '2' && c <= '7'));
      window = window << 5 | static_cast<uint32_t>(letter ? c - 'a' : c - '2' + 26);
      bits += 5;
      if (bits >= 8) bits -= 8, bytes[at++] = static_cast<uint8_t>(window >> bits);
    }
    if (sound && (window & 15) == 0) return key_of(bytes);
  }
  return key_of(sha256(id));
}

AlertKey put_alert_id(std::string& out, const RuleHead& rule, std::string_view event_id) {
  out.assign(rule.id);
  out += '\0';
  out += event_id;
  const Sha256 digest = sha256(out);
  out.assign("al-");
  append_base32(out, digest, id_bytes);
  return key_of(digest);
}

std::string alert_id(const RuleHead& rule, std::string_view event_id) {
  std::string out;
  put_alert_id(out, rule, event_id);
  return out;
}

std::string alert_id(const RuleHead& rule, const std::vector<std::pair<std::string, std::string>>& group, int64_t window_start_ms) {
  std::string text = rule.id;
  for (const auto& [field, value] : group) text += '\0' + field + '\0' + value;
  text += '\0';
  text += '\1';  // no event's id begins so
  text += std::to_string(window_start_ms);
  return id_of(text);
}

}  // namespace reeve
