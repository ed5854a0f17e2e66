#include "detect/alert.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "logs/token.h"

namespace reeve {
namespace {

constexpr size_t resources_max = 10;
constexpr size_t id_bytes = 12;  // 20 characters of base32: 96 bits, so that a billion alerts hold no two alike

std::string text_of(std::string_view token) {
  std::string room;
  const TokenKind kind = token_kind(token);
  return kind == TokenKind::absent || kind == TokenKind::null ? std::string() : std::string(token_text(token, room));
}

std::string member_text(std::string_view map, std::string_view name) { return text_of(token_member(map, name)); }

// arn:aws:sts::111122223333:assumed-role/Deploy/session → arn:aws:iam::111122223333:role/Deploy. A role's path stands in no session's ARN.
std::string role_of_session(const std::string& arn) {
  const auto parts = split(arn, ':');
  if (parts.size() < 6 || parts[2] != "sts" || !starts_with(parts[5], "assumed-role/")) return arn;
  const auto names = split(parts[5], '/');
  return "arn:" + std::string(parts[1]) + ":iam::" + std::string(parts[4]) + ":role/" + std::string(names[1]);
}

std::string principal_of(std::string_view identity) {
  const std::string arn = member_text(identity, "arn");
  const std::string_view issuer = token_member(token_member(identity, "sessionContext"), "sessionIssuer");
  if (member_text(identity, "type") == "AssumedRole" || starts_with(member_text(issuer, "type"), "Role")) {
    if (std::string role = member_text(issuer, "arn"); !role.empty()) return role;
  }
  if (!arn.empty()) return role_of_session(arn);
  for (const char* name : {"userName", "invokedBy", "principalId", "accountId", "type"})
    if (std::string text = member_text(identity, name); !text.empty()) return text;
  return {};
}

// The first of the members that is there.
std::string first_of(const LogEvent& event, std::initializer_list<std::string_view> names) {
  for (auto name : names)
    if (std::string text = text_of(event.raw(name)); !text.empty()) return text;
  return {};
}

// `resources` of CloudTrail: [{"ARN": …, "accountId": …, "type": …}]; AWS's pages write the member's name in either case.
std::vector<std::string> resources_of(const LogEvent& event) {
  std::vector<std::string> out;
  for (TokenItems items(event.raw(LogField::resources)); out.size() < resources_max && items.next();) {
    std::string arn = member_text(items.value(), "ARN");
    if (arn.empty()) arn = member_text(items.value(), "arn");
    if (!arn.empty() && std::find(out.begin(), out.end(), arn) == out.end()) out.push_back(std::move(arn));
  }
  return out;
}

std::string id_of(std::string_view text) { return "al-" + base32(sha256(text), id_bytes); }

}  // namespace

EventFacts facts_of(const LogEvent& event, std::string_view object) {
  EventFacts out;
  out.id = event_id(event);
  out.time_ms = event_time_ms(event);
  const std::string_view identity = event.raw(LogField::user_identity);
  out.principal = principal_of(identity);
  out.account = event.string(LogField::recipient_account);
  if (out.account.empty()) out.account = member_text(identity, "accountId");
  out.region = event.string(LogField::region);
  out.source = event.string(LogField::event_source);
  out.name = event.string(LogField::event_name);
  if (event.kind != LogKind::cloudtrail && event.kind != LogKind::insight) {
    // By AWS's own names of each format: GuardDuty, VPC flow logs, Route 53 Resolver, S3 server access logs.
    if (out.account.empty()) out.account = first_of(event, {"accountId", "account-id", "account_id", "AccountId"});
    if (out.region.empty()) out.region = first_of(event, {"region", "Region"});
    if (out.principal.empty()) out.principal = first_of(event, {"requester", "Requester"});
    if (out.source.empty()) out.source = std::string(name(event.kind));
    if (out.name.empty()) out.name = first_of(event, {"type", "operation", "action", "query_type"});
  }
  out.source_ip = event.string(LogField::source_ip);
  out.invoked_by = member_text(identity, "invokedBy");
  out.resources = resources_of(event);
  out.object = object;
  return out;
}

std::string same_of(const RuleHead& rule, const std::vector<FieldPath>& fields, const LogEvent& event) {
  if (fields.empty()) return {};
  std::string text = rule.id, room;
  std::vector<std::string_view> tokens;
  for (const FieldPath& field : fields) {
    tokens.clear();
    field_tokens(event, field, tokens);
    text += '\0' + field.name();
    for (auto token : tokens) text += '\0' + std::string(token_text(token, room));
  }
  return "sa-" + base32(sha256(text), id_bytes);
}

std::pair<std::string, std::string> entity_of(const FieldPath& field, const LogEvent& event) {
  std::vector<std::string_view> tokens;
  if (field.name().empty() || !field_tokens(event, field, tokens) || tokens.empty()) return {};
  std::string value = text_of(tokens.front());
  if (value.empty()) return {};
  return {field.name(), std::move(value)};
}

std::string alert_id(const RuleHead& rule, std::string_view event_id) {
  std::string text = rule.id;
  text += '\0';
  text += event_id;
  return id_of(text);
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
