#include "detect/alert.h"

#include <cstring>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "logs/token.h"

namespace reeve {
namespace {

constexpr size_t resources_max = 10;
constexpr size_t text_bytes_max = 2048, text_bytes_kept = 1024;
constexpr size_t id_bytes = 12;  // 20 characters of base32: 96 bits, so that a billion alerts hold no two alike

// The text that a token stands for; empty for null and absent.
std::string_view text_of(std::string_view token, ShownTexts& room) {
  return token_kind(token) == TokenKind::null ? std::string_view() : room.text(token);
}

std::string_view bounded(std::string_view text, ShownTexts& room) {
  if (text.size() <= text_bytes_max) return text;
  std::string& copy = room.fresh();
  bound_text(copy.assign(text));
  return copy;
}

// arn:aws:sts::111122223333:assumed-role/Deploy/session → arn:aws:iam::111122223333:role/Deploy. A role's path stands in no session's ARN.
std::string_view role_of_session(std::string_view arn, ShownTexts& room) {
  if (!contains(arn, ":sts:")) return arn;
  const auto parts = split(arn, ':');
  if (parts.size() < 6 || parts[2] != "sts" || !starts_with(parts[5], "assumed-role/")) return arn;
  const auto names = split(parts[5], '/');
  return room.fresh().append("arn:").append(parts[1]).append(":iam::").append(parts[4]).append(":role/").append(names[1]);
}

// The first of the members that is there.
std::string_view first_of(const LogEvent& event, std::initializer_list<std::string_view> names, ShownTexts& room) {
  for (auto name : names)
    if (const std::string_view text = text_of(event.raw(name), room); !text.empty()) return text;
  return {};
}

// `resources` of CloudTrail: [{"ARN": …, "accountId": …, "type": …}]; AWS's pages write the member's name in either case.
void resources_of(const LogEvent& event, std::vector<std::string_view>& out, ShownTexts& room) {
  out.clear();
  for (TokenItems items(event.raw(LogField::resources)); out.size() < resources_max && items.next();) {
    std::string_view upper, lower;  // of duplicates the last
    for (TokenMembers members(items.value()); members.next();) {
      if (members.named("ARN")) upper = members.value();
      else if (members.named("arn")) lower = members.value();
    }
    std::string_view arn = text_of(upper, room);
    if (arn.empty()) arn = text_of(lower, room);
    arn = bounded(arn, room);
    if (!arn.empty() && std::find(out.begin(), out.end(), arn) == out.end()) out.push_back(arn);
  }
}

template <class To, class From>
std::vector<To> texts_as(const std::vector<From>& texts) {
  return {texts.begin(), texts.end()};
}

template <class To, class From>
std::vector<std::pair<To, To>> pairs_as(const std::vector<std::pair<From, From>>& pairs) {
  std::vector<std::pair<To, To>> out;
  for (const auto& [name, value] : pairs) out.emplace_back(To(name), To(value));
  return out;
}

template <class To, class From>
FactsOf<To> facts_as(const FactsOf<From>& from) {
  return {To(from.id), from.time_ms, To(from.account), To(from.region), To(from.principal), To(from.source), To(from.name), To(from.object),
          To(from.source_ip), To(from.invoked_by), texts_as<To>(from.resources)};
}

template <class To, class From>
AlertOf<To> alert_as(const AlertOf<From>& from) {
  return {To(from.id), from.rule, facts_as<To>(from.event), texts_as<To>(from.events), pairs_as<To>(from.group), pairs_as<To>(from.evidence),
          from.count, {To(from.entity.first), To(from.entity.second)}, To(from.same), from.suppressed};
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

std::string_view FactsTaker::principal(EventFields& fields, ShownTexts& room) const {
  const std::string_view type = fields.member(type_);
  bool session = token_kind(type) == TokenKind::string && text_of(type, room) == "AssumedRole";
  session = session || starts_with(text_of(fields.member(issuer_type_), room), "Role");
  if (session)
    if (const std::string_view role = text_of(fields.member(issuer_arn_), room); !role.empty()) return role;
  if (const std::string_view arn = text_of(fields.member(arn_), room); !arn.empty()) return role_of_session(arn, room);
  for (const AskedField& name : names_)
    if (const std::string_view text = text_of(fields.member(name), room); !text.empty()) return text;
  return {};
}

void FactsTaker::take(EventFields& fields, FactsShown& out, ShownTexts& room) const {
  const LogEvent& event = fields.event();
  auto text = [&](std::string_view token) { return text_of(token, room); };
  out.id = text(event.raw(LogField::event_id));
  if (out.id.empty() || token_kind(event.raw(LogField::event_id)) != TokenKind::string) out.id = room.fresh() = event_id(event);
  out.time_ms = event_time_ms(event);
  out.principal = principal(fields, room);
  out.account = text(event.raw(LogField::recipient_account));
  if (out.account.empty()) out.account = text(fields.member(account_));
  out.region = text(event.raw(LogField::region));
  out.source = text(event.raw(LogField::event_source));
  out.name = text(event.raw(LogField::event_name));
  out.source_ip = text(event.raw(LogField::source_ip));
  out.invoked_by = text(fields.member(invoked_by_));
  resources_of(event, out.resources, room);
  if (event.kind != LogKind::cloudtrail && event.kind != LogKind::insight) {
    // By AWS's own names of each format: GuardDuty, VPC flow logs, Route 53 Resolver, S3 server access logs.
    if (out.account.empty()) out.account = first_of(event, {"accountId", "account-id", "account_id", "AccountId"}, room);
    if (out.region.empty()) out.region = first_of(event, {"region", "Region"}, room);
    if (out.principal.empty()) out.principal = first_of(event, {"requester", "Requester"}, room);
    if (out.source.empty()) out.source = name(event.kind);
    if (out.name.empty()) out.name = first_of(event, {"type", "operation", "action", "query_type"}, room);
  }
  for (std::string_view* one : {&out.id, &out.principal, &out.account, &out.region, &out.source, &out.name, &out.source_ip, &out.invoked_by})
    *one = bounded(*one, room);
}

EventFacts copy_of(const FactsShown& facts) { return facts_as<std::string>(facts); }
Alert copy_of(const AlertShown& alert) { return alert_as<std::string>(alert); }
AlertShown shown(const Alert& alert) { return alert_as<std::string_view>(alert); }

void bound_text(std::string& text) {
  if (text.size() <= text_bytes_max) return;
  const std::string digest = hex(sha256(text));
  size_t end = text_bytes_kept;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  text += "… (SHA-256 of the whole: " + digest + ")";
}

EventFacts facts_of(const LogEvent& event, std::string_view object) {
  FieldPlan plan;
  const FactsTaker taker(plan);
  EventFields fields(plan);
  fields.begin(event);
  FactsShown out;
  ShownTexts room;
  taker.take(fields, out, room);
  out.object = object;
  return copy_of(out);
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
  ShownTexts room;
  std::string value(text_of(tokens.front(), room));
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

std::string mark_of(std::string_view rule_id) {
  constexpr size_t bytes = 16;
  const Sha256 digest = sha256(rule_id);
  return {digest.begin(), digest.begin() + bytes};
}

AlertKey put_alert_id(std::string& out, const RuleHead& rule, std::string_view event_id) {
  if (rule.mark.empty()) out = mark_of(rule.id);
  else out.assign(rule.mark);
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
