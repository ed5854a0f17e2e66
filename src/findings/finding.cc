#include "findings/finding.h"

#include "base/hash.h"
#include "base/text.h"

namespace reeve {

namespace {

void member(std::string& out, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  if (out.back() != '{') out += ',';
  out += '"';
  out += key;
  out += "\":";
  JsonWriter(out).string(value);
}

std::string text_of(Value map, std::string_view key) {
  const auto value = map.get(key);
  return value ? std::string(value.text()) : std::string();
}

uint32_t number_of(Value map, std::string_view key) {
  const auto value = map.get(key);
  const auto number = value ? value.integer() : std::nullopt;
  return number && *number > 0 && *number <= UINT32_MAX ? static_cast<uint32_t>(*number) : 0;
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail: return "fail";
    case Verdict::unknown: return "unknown";
    case Verdict::pass: return "pass";
    case Verdict::excepted: return "excepted";
    case Verdict::not_applicable: return "not_applicable";
  }
  return "";
}

std::optional<Verdict> parse_verdict(std::string_view text) {
  for (auto verdict : {Verdict::fail, Verdict::unknown, Verdict::pass, Verdict::excepted, Verdict::not_applicable})
    if (text == name(verdict)) return verdict;
  return std::nullopt;
}

std::string finding_id(std::string_view control, std::string_view uid) {
  std::string key;
  key.reserve(control.size() + 1 + uid.size());
  key.append(control).append(1, '\0').append(uid);
  return base32(sha256(key), 16);
}

Evidence evidence_at(Value value, std::string resource_uid, std::string expected) {
  Evidence evidence;
  evidence.resource = std::move(resource_uid);
  evidence.expected = std::move(expected);
  if (!value) return evidence;
  const auto origin = value.origin();
  if (origin.source) {
    evidence.source = origin.source->file.empty() ? origin.source->operation : origin.source->file;
    evidence.time = Time{origin.source->time_ms};
    evidence.time_basis = origin.source->time_basis;
  }
  evidence.path = origin.path;
  evidence.line = origin.line;
  evidence.column = origin.column;
  const auto original = value.original();
  evidence.value = redacted_json(original ? original : value);
  if (original && !equal(original, value)) evidence.read_as = redacted_json(value);
  if (!starts_with(evidence.path, "$")) evidence.line = evidence.column = 0;  // counted in the text inside the text
  return evidence;
}

// Written by hand rather than with JsonWriter because `value` is JSON text already and goes in as it is.
std::string evidence_to_json(const std::vector<Evidence>& evidence) {
  std::string out = "[";
  for (const auto& one : evidence) {
    if (out.size() > 1) out += ',';
    out += '{';
    member(out, "resource", one.resource);
    member(out, "source", one.source);
    if (one.time.known()) member(out, "time", rfc3339(one.time));
    member(out, "time_basis", one.time_basis);
    member(out, "path", one.path);
    if (!one.value.empty()) {
      if (out.back() != '{') out += ',';
      out += "\"value\":";
      out += one.value;
    }
    if (!one.read_as.empty()) {
      if (out.back() != '{') out += ',';
      out += "\"read_as\":";
      out += one.read_as;
    }
    member(out, "expected", one.expected);
    if (one.line) out += (out.back() == '{' ? "\"line\":" : ",\"line\":") + std::to_string(one.line);
    if (one.column) out += (out.back() == '{' ? "\"column\":" : ",\"column\":") + std::to_string(one.column);
    if (!one.unread.empty()) {
      if (out.back() != '{') out += ',';
      out += "\"unread\":[";
      for (size_t i = 0; i < one.unread.size(); ++i) {
        if (i) out += ',';
        JsonWriter(out).string(one.unread[i]);
      }
      out += ']';
    }
    out += '}';
  }
  return out + "]";
}

Result<std::vector<Evidence>> evidence_from_json(std::string_view json) {
  const auto document = TRY(read_json(json, Source{}));
  if (!document->root().is_list()) return fail(Code::type, "evidence is no list", {}, "a JSON array of evidence");
  std::vector<Evidence> found;
  for (const auto item : document->root().items()) {
    Evidence one;
    one.resource = text_of(item, "resource");
    one.source = text_of(item, "source");
    if (const auto time = parse_time(text_of(item, "time"))) one.time = *time;
    one.time_basis = text_of(item, "time_basis");
    one.path = text_of(item, "path");
    if (const auto value = item.get("value")) one.value = to_json(value);
    if (const auto read_as = item.get("read_as")) one.read_as = to_json(read_as);
    one.expected = text_of(item, "expected");
    one.line = number_of(item, "line");
    one.column = number_of(item, "column");
    if (const auto unread = item.get("unread"))
      for (const auto name : unread.items()) one.unread.emplace_back(name.text());
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace reeve
