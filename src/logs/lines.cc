#include "logs/lines.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"

namespace reeve {
namespace {

// Of version 2, which is what a flow log has whose fields nobody chose. What CloudWatch delivers has no header.
constexpr std::array<std::string_view, 14> kFlowDefault = {"version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport",
                                                           "protocol", "packets", "bytes", "start", "end", "action", "log-status"};

// Fields that are counts, ports and times; all others are text, however many digits they have.
constexpr std::array<std::string_view, 13> kFlowNumbers = {"version", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end",
    "tcp-flags",
                                                           "traffic-path", "packets-lost-no-route", "packets-lost-blackhole",
                                                               "packets-lost-mtu-exceeded"};

struct AccessField {
  std::string_view name;
  bool number = false;
};
constexpr std::array<AccessField, 26> kAccess = {{{"bucket_owner"},
                                                  {"bucket"},
                                                  {"time"},
                                                  {"remote_ip"},
                                                  {"requester"},
                                                  {"request_id"},
                                                  {"operation"},
                                                  {"key"},
                                                  {"request_uri"},
                                                  {"http_status", true},
                                                  {"error_code"},
                                                  {"bytes_sent", true},
                                                  {"object_size", true},
                                                  {"total_time", true},
                                                  {"turn_around_time", true},
                                                  {"referer"},
                                                  {"user_agent"},
                                                  {"version_id"},
                                                  {"host_id"},
                                                  {"signature_version"},
                                                  {"cipher_suite"},
                                                  {"authentication_type"},
                                                  {"host_header"},
                                                  {"tls_version"},
                                                  {"access_point_arn"},
                                                  {"acl_required"}}};
constexpr size_t kAccessLeast = 17;  // to the user agent: what the oldest lines have
constexpr std::array<std::string_view, 12> kAccessExtra = {"field_27", "field_28", "field_29", "field_30", "field_31", "field_32",
                                                           "field_33", "field_34", "field_35", "field_36", "field_37", "field_38"};

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::string_view word : split(line, ' '))
    if (!word.empty()) out.push_back(word);
  return out;
}

// An integer as JSON may write it.
bool plain_integer(std::string_view s) {
  return !s.empty() && s.size() <= 19 && s.find_first_not_of("0123456789") == std::string_view::npos && (s.size() == 1 || s[0] != '0');
}

bool all_digits(std::string_view s, size_t n) { return s.size() == n && s.find_first_not_of("0123456789") == std::string_view::npos; }

// `[06/Feb/2019:00:00:38 +0000]` begins here.
bool access_time(std::string_view s) {
  static constexpr std::string_view kForm = "[00/Aaa/0000:00:00:00 +0000]";
  if (s.size() < kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    char c = s[i];
    bool fits = kForm[i] == '0'   ? c >= '0' && c <= '9'
                : kForm[i] == 'A' ? c >= 'A' && c <= 'Z'
                : kForm[i] == 'a' ? c >= 'a' && c <= 'z'
                : kForm[i] == '+' ? c == '+' || c == '-'
                                  : c == kForm[i];
    if (!fits) return false;
  }
  return true;
}

bool access_line(std::string_view line) {
  size_t owner = line.find(' ');
  size_t bucket = owner == std::string_view::npos ? owner : line.find(' ', owner + 1);
  return bucket != std::string_view::npos && bucket > owner + 1 && owner > 0 && access_time(line.substr(bucket + 1));
}

bool flow_line(std::string_view line) {
  auto fields = words(line);
  if (fields.size() != kFlowDefault.size() || fields[0] != "2") return false;
  return (all_digits(fields[1], 12) || fields[1] == "-" || fields[1] == "unknown") &&
         (fields[13] == "OK" || fields[13] == "NODATA" || fields[13] == "SKIPDATA");
}

std::string_view first_line(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

bool LogLines::recognise(std::string_view text) {
  std::string_view line = first_line(text);
  access_ = access_line(line);
  if (access_) return true;
  if (header(line)) return true;
  if (!flow_line(line)) return false;
  names_.assign(kFlowDefault.begin(), kFlowDefault.end());
  return true;
}

// A header has the names of fields only, at least three of them of the fields that every flow log may have.
bool LogLines::header(std::string_view line) {
  if (line.size() > 4096) return false;
  auto fields = words(line);
  size_t known = 0;
  for (std::string_view field : fields) {
    if (field.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string_view::npos || field[0] < 'a' || field[0] > 'z') return false;
    known += std::find(kFlowDefault.begin(), kFlowDefault.end(), field) != kFlowDefault.end();
  }
  if (known < 3 && (known == 0 || known < fields.size())) return false;
  header_ = line;
  names_.assign(fields.begin(), fields.end());
  return true;
}

std::string_view LogLines::event_of_line(std::string_view line, LogEvent& event) {
  event.text = {};
  if (!valid_utf8(line)) return "no UTF-8";
  return access_ ? access(line, event) : flow(line, event);
}

void LogLines::begin() {
  text_ = "{";
  members_.clear();
}

void LogLines::add(std::string_view name, std::string_view value, bool number) {
  if (value == "-" || value.empty()) return;  // no value
  if (text_.size() > 1) text_ += ',';
  text_ += '"';
  text_ += name;
  text_ += "\":";
  size_t from = text_.size();
  if (number && plain_integer(value)) {
    text_ += value;
  } else {
    text_ += '"';
    for (char c : value) {
      if (c == '"' || c == '\\') {
        text_ += '\\';
        text_ += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        char room[8];
        std::snprintf(room, sizeof room, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        text_ += room;
      } else {
        text_ += c;
      }
    }
    text_ += '"';
  }
  members_.push_back({name, from, text_.size() - from});
}

void LogLines::finish(LogEvent& event) {
  text_ += '}';
  size_t bytes = text_.size();
  text_.append(64, '\0');  // as every event's text has behind it
  event.known.fill({});
  event.others.clear();
  event.walked = nullptr;
  for (const Member& member : members_) event.others.emplace_back(member.name, std::string_view(text_).substr(member.from, member.bytes));
  event.text = std::string_view(text_).substr(0, bytes);
}

std::string_view LogLines::flow(std::string_view line, LogEvent& event) {
  if (line == header_ || header(line)) return {};
  auto fields = words(line);
  if (fields.size() != names_.size()) return "fields do not fit the header";
  begin();
  for (size_t i = 0; i < fields.size(); ++i)
    add(names_[i], fields[i], std::find(kFlowNumbers.begin(), kFlowNumbers.end(), names_[i]) != kFlowNumbers.end());
  finish(event);
  return {};
}

std::string_view LogLines::access(std::string_view line, LogEvent& event) {
  if (!access_line(line)) return "no S3 access line";
  begin();
  size_t at = 0, field = 0;
  while (at < line.size()) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    size_t end;
    std::string_view value;
    if (line[at] == '"') {
      // Quotes inside are not escaped: the field ends where a space or the line's end follows one.
      end = at;
      do end = line.find('"', end + 1);
      while (end != std::string_view::npos && end + 1 < line.size() && line[end + 1] != ' ');
      if (end == std::string_view::npos) return "no S3 access line";
      value = line.substr(at + 1, end - at - 1);
      ++end;
    } else if (line[at] == '[' && field == 2) {
      end = line.find(']', at) + 1;  // access_line has seen it
      value = line.substr(at, end - at);
    } else {
      end = std::min(line.find(' ', at), line.size());
      value = line.substr(at, end - at);
    }
    if (field < kAccess.size()) add(kAccess[field].name, value, kAccess[field].number);
    else if (field - kAccess.size() < kAccessExtra.size()) add(kAccessExtra[field - kAccess.size()], value, false);
    else return "no S3 access line";
    ++field;
    at = end;
  }
  if (field < kAccessLeast) return "no S3 access line";
  finish(event);
  return {};
}

}  // namespace reeve
