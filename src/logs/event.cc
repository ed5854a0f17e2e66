#include "logs/event.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"
#include "logs/token.h"
#include "logs/token_scan.h"
#include "logs/walk.h"

namespace reeve {
namespace {

constexpr std::array<std::string_view, 7> kKindNames = {"cloudtrail", "insight", "vpc_flow", "s3_access", "dns_query", "guardduty", "other"};

// As ECMAScript writes a number, which is what RFC 8785 asks for; integers keep all their digits.
void canonical_number(std::string_view token, std::string& out) {
  bool integer = token.find_first_of(".eE") == std::string_view::npos;
  if (integer) {
    out += token == "-0" ? std::string_view("0") : token;
    return;
  }
  double value = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error != std::errc() || !std::isfinite(value)) {
    out += token;  // no double: as it stands
    return;
  }
  if (value == 0) {
    out += '0';
    return;
  }
  char room[40];
  auto written = std::to_chars(room, room + sizeof room, std::fabs(value), std::chars_format::scientific);
  std::string digits;
  const char* p = room;
  for (; p < written.ptr && *p != 'e'; ++p)
    if (*p != '.') digits += *p;
  ++p;
  int exponent = 0;
  std::from_chars(*p == '+' ? p + 1 : p, written.ptr, exponent);
  int n = static_cast<int>(digits.size());
  int point = exponent + 1;  // digits before the decimal point
  if (value < 0) out += '-';
  if (point > 21 || point < -5) {
    out += digits[0];
    if (n > 1) out += '.', out.append(digits, 1, std::string::npos);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  } else if (point <= 0) {
    out += "0.";
    out.append(static_cast<size_t>(-point), '0');
    out += digits;
  } else if (point >= n) {
    out += digits;
    out.append(static_cast<size_t>(point - n), '0');
  } else {
    out.append(digits, 0, static_cast<size_t>(point));
    out += '.';
    out.append(digits, static_cast<size_t>(point), std::string::npos);
  }
}

void canonical_string(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          static constexpr char kHex[] = "0123456789abcdef";
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// UTF-16 order, as RFC 8785 sorts names: the code points beyond U+FFFF come before U+E000 to U+FFFF.
bool utf16_less(const std::string& a, const std::string& b) {
  auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (differ.first == a.end() || differ.second == b.end()) return a.size() < b.size();
  auto x = static_cast<unsigned char>(*differ.first), y = static_cast<unsigned char>(*differ.second);
  if ((x >= 0xF0) != (y >= 0xF0) && x >= 0xEE && y >= 0xEE) return x >= 0xF0;
  return x < y;
}

void canonical(std::string_view token, std::string& out, size_t depth) {
  std::string room;
  if (depth > kDepthMax) {
    out += token;
    return;
  }
  switch (token_kind(token)) {
    case TokenKind::string: canonical_string(token_text(token, room), out); return;
    case TokenKind::number: canonical_number(token, out); return;
    case TokenKind::list: {
      out += '[';
      bool first = true;
      for (TokenItems items(token); items.next(); first = false) {
        if (!first) out += ',';
        canonical(items.value(), out, depth + 1);
      }
      out += ']';
      return;
    }
    case TokenKind::map: {
      std::vector<std::pair<std::string, std::string_view>> members;
      for (TokenMembers m(token); m.next();) {
        std::string plain;
        unescape_json(m.raw_name(), plain);
        members.emplace_back(std::move(plain), m.value());
      }
      std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return utf16_less(a.first, b.first); });
      out += '{';
      bool first = true;
      for (size_t i = 0; i < members.size(); ++i) {
        if (i + 1 < members.size() && members[i + 1].first == members[i].first) continue;  // the last of duplicates
        if (!first) out += ',';
        first = false;
        canonical_string(members[i].first, out);
        out += ':';
        canonical(members[i].second, out, depth + 1);
      }
      out += '}';
      return;
    }
    default: out += token; return;
  }
}

int64_t days_from_civil(int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  auto yoe = static_cast<unsigned>(y - era * 400);
  unsigned doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;
  unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<int64_t>(doe) - 719468;
}

// `"2026-11-29T22:37:16Z"`, as CloudTrail writes it; other forms are parse_time's.
int64_t plain_time(std::string_view token) {
  if (token.size() != 22) return 0;
  const char* p = token.data();
  auto is = [&](size_t i, char c) { return p[i] == c; };
  if (!(is(0, '"') & is(5, '-') & is(8, '-') & is(11, 'T') & is(14, ':') & is(17, ':') & is(20, 'Z') & is(21, '"'))) return 0;
  bool odd = false;
  auto two = [&](size_t i) {
    const auto tens = static_cast<unsigned>(p[i] - '0'), ones = static_cast<unsigned>(p[i + 1] - '0');
    odd |= (tens > 9) | (ones > 9);
    return tens * 10 + ones;
  };
  const unsigned year = two(1) * 100 + two(3), month = two(6), day = two(9), hour = two(12), minute = two(15), second = two(18);
  if (odd) return 0;
  if (month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59) return 0;  // the ends of months: parse_time
  return ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60'000 + second * 1000;
}

int64_t text_time(std::string_view token) {
  // Events of one second stand side by side.
  thread_local char before[22] = {};
  thread_local int64_t before_ms = 0;
  if (token.size() == sizeof before && std::memcmp(before, token.data(), sizeof before) == 0) return before_ms;
  if (const int64_t quick = plain_time(token)) {
    std::memcpy(before, token.data(), sizeof before);
    return before_ms = quick;
  }
  std::string room;
  if (token_kind(token) != TokenKind::string) return 0;
  auto time = parse_time(token_text(token, room));
  return time ? time->ms : 0;
}

// A count of seconds or milliseconds since 1970, as VPC and CloudWatch write it, quoted or not.
int64_t count_time(std::string_view token, int64_t unit_ms) {
  std::string room;
  auto count = parse_int(token_text(token, room));
  return count && *count > 0 && *count < INT64_MAX / unit_ms ? *count * unit_ms : 0;
}

// `[06/Feb/2019:00:00:38 +0000]`: S3's access logs.
int64_t bracket_time(std::string_view text) {
  if (text.size() != 28 || text[0] != '[') return 0;
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  size_t month = kMonths.find(text.substr(4, 3));
  if (month == std::string_view::npos || month % 3 != 0) return 0;
  std::string plain(text.substr(8, 4));
  plain += '-';
  plain += static_cast<char>('0' + (month / 3 + 1) / 10);
  plain += static_cast<char>('0' + (month / 3 + 1) % 10);
  plain += '-';
  plain += text.substr(1, 2);
  plain += 'T';
  plain += text.substr(13, 8);
  plain += text.substr(22, 3);
  plain += ':';
  plain += text.substr(25, 2);
  auto time = parse_time(plain);
  return time ? time->ms : 0;
}

}  // namespace

std::string_view name(LogKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::string_view LogEvent::raw(std::string_view member_name) const {
  LogField field = field_of(member_name);
  if (field != LogField::count) return raw(field);
  for (auto it = others.rbegin(); it != others.rend(); ++it)
    if (it->first == member_name) return it->second;
  return {};
}

std::string LogEvent::string(LogField field) const {
  std::string_view token = raw(field);
  if (token.empty() || token == "null") return {};
  std::string room;
  return std::string(token_text(token, room));
}

std::string event_id(const LogEvent& event) {
  TokenKind kind = token_kind(event.raw(LogField::event_id));
  if (kind == TokenKind::string || kind == TokenKind::number) {
    std::string id = event.string(LogField::event_id);
    if (!id.empty()) return id;
  }
  std::string form;
  form.reserve(event.text.size());
  canonical(event.text, form, 0);
  return hex(sha256(form));
}

int64_t event_time_ms(const LogEvent& event) {
  switch (event.kind) {
    case LogKind::cloudtrail:
    case LogKind::insight: return text_time(event.raw(LogField::event_time));
    case LogKind::vpc_flow: return count_time(event.raw("start"), 1000);
    case LogKind::dns_query: return text_time(event.raw("query_timestamp"));
    case LogKind::s3_access: {
      std::string room;
      return bracket_time(token_text(event.raw("time"), room));
    }
    case LogKind::guardduty: {
      if (int64_t seen = text_time(token_member(event.raw("service"), "eventLastSeen"))) return seen;
      if (int64_t seen = text_time(token_member(event.raw("Service"), "EventLastSeen"))) return seen;
      if (int64_t updated = text_time(event.raw("updatedAt"))) return updated;
      return text_time(event.raw("UpdatedAt"));
    }
    case LogKind::other: break;
  }
  for (std::string_view member : {"eventTime", "time", "timestamp", "@timestamp"})
    if (int64_t time = text_time(event.raw(member))) return time;
  return count_time(event.raw("timestamp"), 1);
}

Result<LogEvent> event_of(std::string_view text, LogKind kind) {
  auto kept = std::make_shared<RecordWalk>();
  RecordWalk& walk = *kept;
  LogEvent event;
  event.kind = kind;
  auto refuse = [&](std::string_view why) { return fail(Code::parse, "the event is refused: " + std::string(why), {}, "one JSON map"); };
  if (std::string_view why = walk.begin(text); !why.empty()) return refuse(why);
  if (walk.at_end()) return refuse("no JSON");
  if (walk.peek() != '{') return refuse("no map");
  Walked walked = walk.map(event, false);
  if (walked == Walked::too_deep) return refuse("nested too deep");
  if (walked != Walked::whole || !walk.at_end()) return refuse("no JSON");
  event.walk = std::move(kept);
  return event;
}

}  // namespace reeve
