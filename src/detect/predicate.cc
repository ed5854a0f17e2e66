#include "detect/predicate.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "logs/token.h"

namespace reeve {
namespace {

using Room = ProbeRoom;

std::optional<double> number_of_token(std::string_view token, TokenKind kind, Room& room) {
  if (kind == TokenKind::number) return parse_double(token);
  if (kind != TokenKind::string) return std::nullopt;
  const std::string_view text = token_text(token, room.text);
  if (text.empty() || !((text.back() >= '0' && text.back() <= '9') || text.back() == '.')) return std::nullopt;  // no `inf`, `nan`, hexadecimal
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  return parse_double(text.front() == '+' ? text.substr(1) : text);
}

bool same_number(std::string_view token, double value, std::string_view written) {
  if (token == written) return true;
  const auto a = parse_int(token), b = parse_int(written);
  if (a && b) return *a == *b;
  const auto number = parse_double(token);
  return number && *number == value;
}

bool digits(std::string_view text, size_t at, size_t count, int& out) {
  if (at + count > text.size()) return false;
  out = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  return true;
}

int days_before_year(int year) {  // since 0000-01-01 of the proleptic calendar
  const int y = year - 1;
  return year * 365 + y / 4 - y / 100 + y / 400 + (year > 0);
}

int day_of_year(int year, int month, int day) {
  static constexpr int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return before[month - 1] + day + (leap && month > 2);
}

int iso_weekday(int year, int month, int day) {  // 1 Monday … 7 Sunday; 0000-01-01 is a Saturday
  return (days_before_year(year) + day_of_year(year, month, day) - 1 + 5) % 7 + 1;
}

int weeks_in(int year) {
  const int first = iso_weekday(year, 1, 1);
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return first == 4 || (leap && first == 3) ? 53 : 52;
}

// What stands in the text of a date, as it stands there: no time zone is applied.
std::optional<double> part_of_date(std::string_view text, TimePart part) {
  int year, month, day, hour, minute;
  if (!digits(text, 0, 4, year) || text.size() < 10 || text[4] != '-' || !digits(text, 5, 2, month) || text[7] != '-' || !digits(text, 8, 2, day))
    return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  switch (part) {
    case TimePart::year: return year;
    case TimePart::month: return month;
    case TimePart::day: return day;
    case TimePart::week: {
      const int week = (day_of_year(year, month, day) - iso_weekday(year, month, day) + 10) / 7;
      if (week < 1) return weeks_in(year - 1);
      return week > weeks_in(year) ? 1 : week;
    }
    default: break;
  }
  if (text.size() < 16 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || !digits(text, 11, 2, hour) || text[13] != ':' ||
      !digits(text, 14, 2, minute) || hour > 23 || minute > 59)
    return std::nullopt;
  return part == TimePart::hour ? hour : minute;
}

bool in_network(const Probe& probe, std::string_view text) {
  char copy[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() >= sizeof copy) return false;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = 0;
  if (std::strlen(copy) != text.size()) return false;
  std::array<uint8_t, 16> address{};
  if (inet_pton(probe.v6 ? AF_INET6 : AF_INET, copy, address.data()) != 1) return false;
  const size_t whole = probe.bits / 8, rest = probe.bits % 8;
  if (std::memcmp(address.data(), probe.network.data(), whole) != 0) return false;
  return rest == 0 || ((address[whole] ^ probe.network[whole]) >> (8 - rest)) == 0;
}

bool in_text(const Probe& probe, std::string_view text) {
  if (probe.kind == Probe::Kind::text || probe.kind == Probe::Kind::number) return probe.needle.in(text);
  return probe.kind == Probe::Kind::regex && probe.regex.in(text);
}

bool texts_agree(const Probe& probe, std::string_view text, std::string_view other) {
  switch (probe.where) {
    case Probe::Where::whole:
      if (text.size() != other.size()) return false;
      break;
    case Probe::Where::start:
      if (text.size() < other.size()) return false;
      text = text.substr(0, other.size());
      break;
    case Probe::Where::end:
      if (text.size() < other.size()) return false;
      text = text.substr(text.size() - other.size());
      break;
    case Probe::Where::inside:
      if (probe.cased) return text.find(other) != std::string_view::npos;
      return find_folded(text, lower(other)) != std::string_view::npos;
  }
  return probe.cased ? text == other : equal_ignoring_case(text, other);
}

// A scalar's text; a map's without white space.
std::string_view text_of_value(std::string_view token, TokenKind kind, std::string& room) {
  if (kind != TokenKind::map) return token_text(token, room);
  compact_token(token, room);
  return room;
}

bool agrees_with_field(const Probe& probe, std::string_view token, TokenKind kind, bool strict, const LogEvent& event, Room& room) {
  if (kind == TokenKind::null || (strict && kind == TokenKind::map)) return false;
  room.others.clear();
  field_tokens(event, probe.other, room.others);
  const std::string_view text = text_of_value(token, kind, room.text);
  for (std::string_view other : room.others) {
    const TokenKind other_kind = token_kind(other);
    if (other_kind == TokenKind::null || (strict && other_kind == TokenKind::map)) continue;
    if (texts_agree(probe, text, text_of_value(other, other_kind, room.other))) return true;
  }
  return false;
}

bool probe_holds(const Probe& probe, std::string_view token, bool strict, const LogEvent& event, Room& room) {
  const TokenKind kind = token_kind(token);
  switch (probe.kind) {
    case Probe::Kind::compare: {
      if (probe.part == TimePart::none) {
        const auto number = number_of_token(token, kind, room);
        return number && holds(probe.compare, *number, probe.number);
      }
      if (kind != TokenKind::string) return false;
      const auto part = part_of_date(token_text(token, room.text), probe.part);
      return part && holds(probe.compare, *part, probe.number);
    }
    case Probe::Kind::cidr: return kind == TokenKind::string && in_network(probe, token_text(token, room.text));
    case Probe::Kind::field: return agrees_with_field(probe, token, kind, strict, event, room);
    case Probe::Kind::number:
      if (kind == TokenKind::number) return same_number(token, probe.number, probe.needle.word());
      if (kind == TokenKind::map) return false;
      break;
    default: break;
  }
  switch (kind) {
    case TokenKind::absent:
    case TokenKind::null:
    case TokenKind::list: return false;
    case TokenKind::map:
      if (strict) return false;
      if (in_text(probe, token)) return true;
      compact_token(token, room.compact);
      if (room.compact.size() != token.size() && in_text(probe, room.compact)) return true;
      readable_token(token, room.unescaped);
      return in_text(probe, room.unescaped);
    default: return in_text(probe, token_text(token, room.text));
  }
}

bool any_scalar(const Probe& probe, std::string_view token, size_t depth, Room& room) {
  if (depth > 512) return false;
  switch (token_kind(token)) {
    case TokenKind::map:
      for (TokenMembers members(token); members.next();)
        if (any_scalar(probe, members.value(), depth + 1, room)) return true;
      return false;
    case TokenKind::list:
      for (TokenItems items(token); items.next();)
        if (any_scalar(probe, items.value(), depth + 1, room)) return true;
      return false;
    case TokenKind::null:
    case TokenKind::absent: return false;
    default: return in_text(probe, token_text(token, room.text));
  }
}

bool keyword_in(const Probe& probe, const LogEvent& event, bool strict, Room& room) {
  if (!strict) {
    if (in_text(probe, event.text)) return true;
    compact_token(event.text, room.compact);
    if (room.compact.size() != event.text.size() && in_text(probe, room.compact)) return true;
  }
  return any_scalar(probe, event.text, 0, room);
}

// Behind the closing quote of the string that opens at `open`; the token's end where it never closes.
size_t quoted_end(std::string_view token, size_t open) {
  size_t end = open + 1;
  while (end < token.size() && token[end] != '"') end += token[end] == '\\' ? 2 : 1;
  return end < token.size() ? end + 1 : token.size();
}

}  // namespace

void compact_token(std::string_view token, std::string& out) {
  out.clear();
  for (size_t i = 0; i < token.size(); ++i) {
    const char c = token[i];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
    if (c != '"') {
      out += c;
      continue;
    }
    const size_t end = quoted_end(token, i);
    out.append(token.substr(i, end - i));
    i = end - 1;
  }
}

void readable_token(std::string_view token, std::string& out) {
  out.clear();
  std::string room;
  for (size_t i = 0; i < token.size(); ++i) {
    const char c = token[i];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
    if (c != '"') {
      out += c;
      continue;
    }
    const size_t end = quoted_end(token, i);
    out += '"';
    out.append(token_text(token.substr(i, end - i), room));
    out += '"';
    i = end - 1;
  }
}

QuickPredicate::QuickPredicate(const Predicate& predicate) : negated_(predicate.negated) {
  switch (predicate.kind) {
    case Predicate::Kind::null: kind_ = Kind::null; return;
    case Predicate::Kind::exists: kind_ = Kind::exists; return;
    case Predicate::Kind::absent: kind_ = Kind::absent; return;
    case Predicate::Kind::keywords: return;
    case Predicate::Kind::values: break;
  }
  if (predicate.values.empty() || (predicate.all && predicate.values.size() > 1)) return;
  bool words = true;
  for (const std::vector<Probe>& alternatives : predicate.values)
    for (const Probe& probe : alternatives) {
      if (probe.kind != Probe::Kind::text && probe.kind != Probe::Kind::regex) return;
      probes_.push_back(&probe);
      // A word with a backslash may stand in a token in other words.
      words = words && probe.kind == Probe::Kind::text && probe.needle.exact() && !contains(probe.needle.word(), "\\");
    }
  kind_ = words ? Kind::words : Kind::probes;
  if (!words) return;
  least_ = SIZE_MAX;
  for (const Probe* probe : probes_) {
    words_.push_back({probe->needle.word(), probe->needle.cased()});
    least_ = std::min(least_, words_.back().text.size());
    sizes_ |= uint64_t{1} << std::min<size_t>(words_.back().text.size(), 63);
  }
}

QuickPredicate::Answer QuickPredicate::ask(std::string_view token) const {
  const TokenKind kind = token_kind(token);
  auto answer = [](bool yes) { return yes ? Answer::yes : Answer::no; };
  if (kind == TokenKind::list) return Answer::unknown;
  switch (kind_) {
    case Kind::other: return Answer::unknown;
    case Kind::null: return answer(kind == TokenKind::null || kind == TokenKind::absent);
    case Kind::exists: return answer(kind != TokenKind::absent);
    case Kind::absent: return answer(kind == TokenKind::absent);
    case Kind::words:
    case Kind::probes: break;
  }
  if (kind == TokenKind::map) return Answer::unknown;
  if (kind == TokenKind::absent || kind == TokenKind::null) return answer(negated_);
  if (kind == TokenKind::string) {
    if (token.size() < 2) return Answer::unknown;
    token = token.substr(1, token.size() - 2);
  }
  if (kind_ == Kind::probes) {
    if (has_escape(token)) return Answer::unknown;
    for (const Probe* probe : probes_)
      if (in_text(*probe, token)) return answer(!negated_);
    return answer(negated_);
  }
  if (token.size() < least_) return answer(negated_);  // an escape is never shorter than what it stands for
  if (sizes_ >> std::min<size_t>(token.size(), 63) & 1)
    for (const Word& word : words_)
      if (word.text.size() == token.size() && (word.cased ? token == word.text : equal_folded(token, word.text))) return answer(!negated_);
  return has_escape(token) ? Answer::unknown : answer(negated_);
}

bool Predicate::holds(const LogEvent& event, ProbeRoom& room) const {
  if (kind == Kind::keywords) return holds(event, true, room.tokens, room);
  room.tokens.clear();
  const bool found = field_tokens(event, path, room.tokens);
  return holds(event, found, room.tokens, room);
}

bool Predicate::holds(const LogEvent& event, bool found, const std::vector<std::string_view>& tokens, ProbeRoom& room) const {
  switch (kind) {
    case Kind::exists: return found;
    case Kind::absent: return !found;
    case Kind::null:
      if (!found) return true;
      for (std::string_view token : tokens)
        if (token_kind(token) == TokenKind::null) return true;
      return false;
    default: break;
  }
  auto there = [&](const std::vector<Probe>& alternatives) {
    for (const Probe& probe : alternatives) {
      if (kind == Kind::keywords) {
        if (keyword_in(probe, event, strict, room)) return true;
        continue;
      }
      for (std::string_view token : tokens)
        if (probe_holds(probe, token, strict, event, room)) return true;
    }
    return false;
  };
  bool result = all;
  for (const std::vector<Probe>& alternatives : values) {
    if (there(alternatives) != all) {
      result = !all;
      break;
    }
  }
  return result != negated;
}

}  // namespace reeve
