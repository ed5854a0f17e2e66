#include "notify/payload.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t slack_header_most = 150, slack_field_most = 300, slack_text_most = 600;  // characters of ours; Slack takes 150, 2,000 and 40,000 of its own
constexpr size_t pagerduty_summary_most = 1024, pagerduty_text_most = 255;
constexpr size_t pagerduty_details_most = 400'000;  // bytes; an event may have 512 KB
constexpr size_t sns_subject_most = 100, mail_subject_most = 200;

// The first `most` characters, on one line. A text cut short ends in an ellipsis.
std::string one_line(std::string_view text, size_t most) {
  std::string out;
  size_t characters = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if ((c & 0xC0) != 0x80 && ++characters > most) {
      while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
      if (!out.empty()) out.pop_back();
      return out + "…";
    }
    out += c < 0x20 || c == 0x7f ? ' ' : static_cast<char>(c);
  }
  return out;
}

// At most so many characters with the entities in it.
std::string slack_text(std::string_view text, size_t most) {
  for (size_t characters = most;; characters = characters * 4 / 5) {
    std::string out;
    size_t count = 0;
    for (char c : one_line(text, characters)) {
      const size_t before = out.size();
      if (c == '&') out += "&amp;";
      else if (c == '<') out += "&lt;";
      else if (c == '>') out += "&gt;";
      else out += c;
      count += (static_cast<unsigned char>(c) & 0xC0) == 0x80 ? 0 : out.size() - before;
    }
    if (count <= most) return out;
  }
}

std::string action_of(const ToldAlert& alert) {
  if (alert.event_name.empty()) return alert.event_source;
  return alert.event_source.empty() ? alert.event_name : alert.event_source + " " + alert.event_name;
}

std::string place_of_alert(const ToldAlert& alert) { return alert.region.empty() ? alert.account : alert.account + " " + alert.region; }

std::string summary_of(const ToldAlert& alert) {
  std::string out = "[" + std::string(name(alert.level)) + "] " + alert.title;
  if (!alert.principal.empty()) out += " by " + alert.principal;
  if (!alert.account.empty()) out += " in " + place_of_alert(alert);
  return out;
}

std::string_view pagerduty_severity(RuleLevel level) {
  switch (level) {
    case RuleLevel::critical: return "critical";
    case RuleLevel::high: return "error";
    case RuleLevel::medium: return "warning";
    default: return "info";
  }
}

void member_if(JsonWriter& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json.member(name, value);
}

// RFC 2047: words of at most 75 characters, no character of UTF-8 in two of them, each on a line of its own.
std::string header_text(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
  constexpr size_t line_most = 60, word_bytes = 39;  // 52 characters of base64 beside 12 of the word; a line has 76, with `Subject: ` before the first
  if (plain && text.size() <= line_most && text.find("=?") == std::string_view::npos) return std::string(text);
  std::string out;
  for (size_t from = 0; from < text.size();) {
    size_t to = std::min(text.size(), from + word_bytes);
    while (to < text.size() && to > from + 1 && (static_cast<unsigned char>(text[to]) & 0xC0) == 0x80) --to;
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + base64(text.substr(from, to - from)) + "?=";
    from = to;
  }
  return out;
}

std::string mail_date(Time now) {
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text = rfc3339(now);
  const auto month = static_cast<size_t>(*parse_int(text.substr(5, 2)) - 1) % months.size();
  return text.substr(8, 2) + " " + months[month] + " " + text.substr(0, 4) + " " + text.substr(11, 8) + " +0000";
}

}  // namespace

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t three = 0;
    for (size_t i = 0; i < 3; ++i) three = three << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (size_t i = 0; i < 4; ++i) out += at + i > bytes.size() ? '=' : digits[three >> (18 - 6 * i) & 63];
  }
  return out;
}

Result<ToldAlert> told_alert(std::string_view line) {
  std::optional<ToldAlert> out;
  std::optional<Error> wrong;
  read_alerts(line, "outbox", [&](ToldAlert alert) { out = std::move(alert); }, [&](Error error) { wrong = std::move(error); });
  if (out) return std::move(*out);
  return tl::unexpected(wrong ? *wrong : Error{Code::type, "no alert lies there", {"outbox"}, "", ""});
}

std::string slack_payload(const ToldAlert& alert) {
  std::string out;
  JsonWriter json(out);
  auto text = [&](std::string_view kind, const std::string& value) {
    json.begin_object().member("type", kind).member("text", value);
    if (kind == "plain_text") json.member("emoji", false);
    json.end_object();
  };
  const std::string level(name(alert.level));
  json.begin_object().member("mrkdwn", false).member("text", slack_text(summary_of(alert), slack_text_most));
  json.key("blocks").begin_array();
  json.begin_object().member("type", "header").key("text");
  text("plain_text", slack_text(level + ": " + alert.title, slack_header_most));
  json.end_object();
  json.begin_object().member("type", "section").key("fields").begin_array();
  auto field = [&](const char* label, const std::string& value) {
    if (value.empty()) return;
    text("mrkdwn", std::string("*") + label + "*");
    text("plain_text", slack_text(value, slack_field_most));
  };
  // At most ten texts stand in a section.
  field("What", alert.title);
  field("Who", alert.principal);
  field("Where", place_of_alert(alert));
  field("Call", action_of(alert));
  field("From", alert.source_ip);
  json.end_array().end_object();
  json.begin_object().member("type", "context").key("elements").begin_array();
  text("plain_text", slack_text(alert.id + "  " + alert.rule_id + "  " + rfc3339(Time{alert.time_ms}), slack_field_most));
  json.end_array().end_object();
  json.end_array().end_object();
  return out;
}

std::string pagerduty_payload(const ToldAlert& alert, std::string_view line, std::string_view routing_key) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("routing_key", routing_key).member("event_action", "trigger").member("dedup_key", alert.id).member("client", "Reeve");
  json.key("payload").begin_object();
  json.member("summary", one_line(summary_of(alert), pagerduty_summary_most - 1));
  json.member("source", alert.account.empty() ? std::string("aws") : one_line(place_of_alert(alert), pagerduty_text_most));
  json.member("severity", pagerduty_severity(alert.level)).member("timestamp", rfc3339(Time{alert.time_ms}));
  member_if(json, "component", one_line(alert.event_source, pagerduty_text_most));
  member_if(json, "group", one_line(alert.account, pagerduty_text_most));
  member_if(json, "class", one_line(alert.rule_id, pagerduty_text_most));
  if (line.size() <= pagerduty_details_most)
    if (auto whole = read_json(std::string(line), Source{})) json.key("custom_details").value((*whole)->root());
  json.end_object().end_object();
  return out;
}

std::string sns_subject(const ToldAlert& alert) {
  std::string out;
  for (char c : "[" + std::string(name(alert.level)) + "] " + alert.title) {
    if (static_cast<unsigned char>(c) >= 0x80 && (static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // one mark for a character
    out += c >= 0x20 && c < 0x7f ? c : static_cast<unsigned char>(c) >= 0x80 ? '?' : ' ';
  }
  out.resize(std::min(out.size(), sns_subject_most));
  return out;
}

std::string mail_message(const ToldAlert& alert, std::string_view line, std::string_view from, const std::vector<std::string>& to, std::string_view destination, Time now) {
  std::string out;
  auto header = [&](std::string_view key, std::string_view value) { out.append(key).append(": ").append(value).append("\r\n"); };
  header("Date", mail_date(now));
  header("From", from);
  std::string everybody;
  for (const std::string& one : to) everybody += (everybody.empty() ? "" : ",\r\n ") + one;
  header("To", everybody);
  header("Subject", header_text(one_line("[" + std::string(name(alert.level)) + "] " + alert.title, mail_subject_most)));
  // The same alert for the same destination is the same message, however often it is sent.
  std::string id;
  for (char c : alert.id) id += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ? c : '_';
  header("Message-ID", "<" + id + "." + std::string(destination) + "@" + std::string(from.substr(from.find('@') + 1)) + ">");
  header("Auto-Submitted", "auto-generated");
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", "base64");
  out += "\r\n";
  std::string text = alert.title + "\r\n\r\n";
  auto row = [&](std::string_view label, std::string_view value) {
    if (!value.empty()) text.append(label).append(one_line(value, 2000)).append("\r\n");
  };
  row("Level     ", name(alert.level));
  row("When      ", rfc3339(Time{alert.time_ms}));
  row("Who       ", alert.principal);
  row("Where     ", place_of_alert(alert));
  row("Call      ", action_of(alert));
  row("From      ", alert.source_ip);
  row("Rule      ", alert.rule_id);
  row("Alert     ", alert.id);
  row("Event     ", alert.event_id);
  for (const std::string& one : alert.resources) row("Resource  ", one);
  text.append("\r\n").append(line).append("\r\n");
  const std::string encoded = base64(text);
  constexpr size_t column = 76;
  for (size_t at = 0; at < encoded.size(); at += column) out.append(encoded, at, column).append("\r\n");
  return out;
}

}  // namespace reeve
