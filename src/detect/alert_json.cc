#include "detect/alert_json.h"

#include <algorithm>
#include <cstring>

#include "base/time.h"
#include "detect/attack_tags.h"
#include "formats/json.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

#if defined(__SSE2__)
// As is_plain_json tells it; bytes from 0x80 on are negative, and so below a space.
__m128i escaped_in(__m128i bytes) {
  const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
  return _mm_or_si128(low, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
}
#endif

// Copies the text and says whether is_plain_json holds of it, in one pass.
inline bool copy_plain(char* to, std::string_view text) {
#if defined(__SSE2__)
  const char* const from = text.data();
  const size_t bytes = text.size();
  auto sixteen = [&](size_t at) {
    const __m128i part = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), part);
    return escaped_in(part);
  };
  if (bytes >= 16) {  // the last sixteen too, some of them again; so it is with the last eight of fewer
    __m128i any = sixteen(bytes - 16);
    for (size_t at = 0; at + 16 < bytes; at += 16) any = _mm_or_si128(any, sixteen(at));
    return _mm_movemask_epi8(any) == 0;
  }
  if (bytes >= 8) {
    const __m128i front = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)), back = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + bytes - 8));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), front);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to + bytes - 8), back);
    return _mm_movemask_epi8(escaped_in(_mm_unpacklo_epi64(front, back))) == 0;
  }
#endif
  if (text.empty()) return true;  // it may lie nowhere
  std::memcpy(to, text.data(), text.size());
  return is_plain_json(text);
}

// Copies a text of an event, behind which 64 bytes may be read and written. Most are short and of any size: to copy more than is asked is quicker than to ask how much.
inline void copy_read(char* to, std::string_view text) {
  std::memcpy(to, text.data(), 64);
  for (size_t at = 64; at < text.size(); at += 64) std::memcpy(to + at, text.data() + at, 64);
}

void member_if(JsonWriter& json, std::string_view name, std::string_view value) {
  if (!value.empty()) json.member(name, value);
}

void texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  json.key(name).begin_array();
  for (const auto& value : values) json.string(value);
  json.end_array();
}

void pairs(JsonWriter& json, std::string_view name, const std::vector<std::pair<std::string_view, std::string_view>>& values) {
  json.key(name).begin_object();
  for (const auto& [key, value] : values) json.member(key, value);
  json.end_object();
}

void count(JsonWriter& json, std::string_view name, uint64_t value) { json.member(name, static_cast<int64_t>(value)); }

// One entry a technique; tactics that stand for themselves one each. Tags of Sigma: attack.t1078.004, attack.persistence.
void attacks(JsonWriter& json, const RuleHead& rule) {
  const auto techniques = techniques_in(rule.tags), tactics = tactics_in(rule.tags);
  if (techniques.empty() && tactics.empty()) return;
  json.key("attacks").begin_array();
  for (const std::string& technique : techniques) {
    const size_t dot = technique.find('.');
    json.begin_object().key("technique").begin_object().member("uid", technique.substr(0, dot)).end_object();
    if (dot != std::string::npos) json.key("sub_technique").begin_object().member("uid", technique).end_object();
    json.end_object();
  }
  for (const std::string& tactic : tactics) json.begin_object().key("tactic").begin_object().member("name", tactic).end_object().end_object();
  json.end_array();
}

std::string capital(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

}  // namespace

AlertWriter::Head AlertWriter::head_of(const RuleHead& rule) {
  Head out;
  JsonWriter json(out.before);
  json.begin_object().member("rule_id", rule.id).member("rule_title", rule.title).member("level", name(rule.level));
  texts(json, "tags", rule.tags);
  out.before.front() = ',';
  out.behind = "{";
  for (const auto& [name, text] : {std::pair<std::string_view, std::string_view>{"status", rule.status}, {"author", rule.author}}) {
    if (text.empty()) continue;
    out.behind += out.behind.size() > 1 ? ",\"" : "\"";
    out.behind += name;
    out.behind += "\":";
    append_json_string(out.behind, text);
  }
  out.behind.front() = ',';
  if (out.behind.size() == 1) out.behind.clear();
  return out;
}

namespace {

// Goes through a line's parts in their order: `raw` is JSON already, `text` becomes a string of it.
template <class To>
[[gnu::always_inline]] inline void line_parts(std::string_view before, std::string_view behind, const AlertShown& alert, std::string_view time, To& to) {
  const FactsShown& event = alert.event;
  auto list = [&](const std::vector<std::string_view>& values) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) to.raw(",");
      to.text(values[i]);
    }
    to.raw("]");
  };
  auto map = [&](const std::vector<std::pair<std::string_view, std::string_view>>& values) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) to.raw(",");
      to.text(values[i].first), to.raw(":"), to.text(values[i].second);
    }
    to.raw("}");
  };
  to.raw(R"({"alert_id":)"), to.text(alert.id);
  to.raw(before);
  to.raw(R"(,"event_id":)"), to.text(event.id);
  to.raw(R"(,"event_time":)"), to.text(time);
  to.raw(R"(,"principal":)"), to.text(event.principal);
  to.raw(R"(,"account":)"), to.text(event.account);
  to.raw(R"(,"region":)"), to.text(event.region);
  to.raw(R"(,"evidence":{)"), map(alert.evidence);
  if (!event.source.empty()) to.raw(R"(,"event_source":)"), to.text(event.source);
  if (!event.name.empty()) to.raw(R"(,"event_name":)"), to.text(event.name);
  if (!event.source_ip.empty()) to.raw(R"(,"source_ip":)"), to.text(event.source_ip);
  if (!event.invoked_by.empty()) to.raw(R"(,"invoked_by":)"), to.text(event.invoked_by);
  if (!event.resources.empty()) to.raw(R"(,"resources":[)"), list(event.resources);
  if (!alert.entity.first.empty()) to.raw(R"(,"entity":{)"), to.text(alert.entity.first), to.raw(":"), to.text(alert.entity.second), to.raw("}");
  if (!alert.object_written.empty()) to.raw(R"(,"read_from":)"), to.raw(alert.object_written);
  else if (!event.object.empty()) to.raw(R"(,"read_from":)"), to.text(event.object);
  if (!alert.same.empty()) to.raw(R"(,"same_as":)"), to.text(alert.same);
  to.raw(behind);
  if (!alert.events.empty()) {
    to.raw(R"(,"events":[)"), list(alert.events);
    to.raw(R"(,"group":{)"), map(alert.group);
    to.raw(R"(,"count":)"), to.raw(std::to_string(alert.count));
  }
  to.raw("}\n");
}

struct LineBytes {
  size_t bytes = 0;
  [[gnu::always_inline]] void raw(std::string_view part) { bytes += part.size(); }
  [[gnu::always_inline]] void text(std::string_view part) { bytes += part.size() + 2; }
};

// So many bytes behind what it writes may be written.
constexpr size_t kBehindLine = 64;
struct PlainLine {
  char* to;
  std::string_view read_as;
  bool plain = true;
  [[gnu::always_inline]] void raw(std::string_view part) {
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  void text(std::string_view part) {
    *to++ = '"';
    const auto at = static_cast<size_t>(part.data() - read_as.data());
    if (at - 1 < read_as.size() && part.data()[-1] == '"') copy_read(to, part);
    else plain &= copy_plain(to, part);
    to += part.size();
    *to++ = '"';
  }
};

struct AnyLine {
  std::string& out;
  void raw(std::string_view part) { out += part; }
  void text(std::string_view part) { append_json_string(out, part); }
};

// As rfc3339 writes it. Alerts of one second, and of one day, stand side by side: what is the same is not made again.
std::string_view time_text(int64_t ms) {
  constexpr int64_t day_ms = 86'400'000;
  thread_local int64_t last_ms = 0, day = 0;
  thread_local std::string text = rfc3339(Time{0});
  if (ms == last_ms) return text;
  last_ms = ms;
  if (ms < 0 || ms % 1000 != 0 || ms / day_ms != day || text.size() != 20) {
    day = ms < 0 || ms % 1000 != 0 ? -1 : ms / day_ms;
    return text = rfc3339(Time{ms});
  }
  constexpr size_t hour = 11, minute = 14, second = 17;
  const auto seconds = static_cast<unsigned>((ms - day * day_ms) / 1000);
  auto two = [&](size_t at, unsigned number) { text[at] = static_cast<char>('0' + number / 10), text[at + 1] = static_cast<char>('0' + number % 10); };
  two(hour, seconds / 3600), two(minute, seconds / 60 % 60), two(second, seconds % 60);
  return text;
}

}  // namespace

// Most alerts have texts that need no escape: they are laid one behind the other, and written anew if one did need it.
void AlertWriter::write(Lines& out, const Head& head, const AlertShown& alert) {
  const std::string_view time = time_text(alert.event.time_ms);
  LineBytes size;
  line_parts(head.before, head.behind, alert, time, size);
  PlainLine line{out.ahead(size.bytes + kBehindLine), alert.read_as};
  line_parts(head.before, head.behind, alert, time, line);
  if (line.plain) return out.wrote(size.bytes);
  std::string text;
  AnyLine any{text};
  line_parts(head.before, head.behind, alert, time, any);
  out.append(text);
}

AlertWriter::AlertWriter(const RuleSet& rules) {
  for (const RuleSet::Entry& entry : rules.rules) heads_.push_back(head_of(entry.head));
}

void AlertWriter::write(Lines& out, const AlertShown& alert) const { write(out, heads_[alert.rule], alert); }

void AlertWriter::write(std::string& out, const Alert& alert) const {
  Lines lines;
  write(lines, shown(alert));
  out += lines.text();
}

void write_alert(std::string& out, const RuleHead& rule, const Alert& alert) {
  Lines lines;
  AlertWriter::write(lines, AlertWriter::head_of(rule), shown(alert));
  out += lines.text();
}

void write_audit(std::string& out, const ObjectAudit& audit) {
  JsonWriter json(out);
  json.begin_object().member("object", audit.object).member("format", audit.format);
  count(json, "bytes", audit.bytes), count(json, "text_bytes", audit.text_bytes);
  count(json, "records", audit.records), count(json, "judged", audit.judged);
  uint64_t refused = 0;
  for (const Refusal& refusal : audit.refused) refused += refusal.count;
  count(json, "refused", refused);
  json.key("refusals").begin_array();
  for (const Refusal& refusal : audit.refused) {
    json.begin_object().member("why", refusal.why);
    count(json, "count", refusal.count);
    if (refusal.first.line) json.member("line", int64_t{refusal.first.line}).member("column", int64_t{refusal.first.column});
    json.end_object();
  }
  json.end_array();
  count(json, "parameters_omitted", audit.parameters_omitted);
  count(json, "duplicate_members", audit.duplicate_members);
  if (!audit.broken.empty()) json.member("broken", audit.broken);
  if (audit.ignored) json.member("ignored", true);
  json.end_object();
  out += '\n';
}

void write_alert_ocsf(std::string& out, const RuleHead& rule, const AlertShown& alert, const OcsfProduct& product) {
  constexpr int64_t category = 2, kind = 2004, created = 1;
  const FactsShown& event = alert.event;
  JsonWriter json(out);
  json.begin_object().member("category_uid", category).member("class_uid", kind).member("activity_id", created).member("type_uid", kind * 100 + created);
  json.member("time", event.time_ms).member("severity_id", static_cast<int64_t>(rule.level) + 1).member("severity", capital(name(rule.level)));
  json.member("status_id", int64_t{1}).member("status", "New").member("is_alert", true);
  count(json, "count", alert.count);
  json.member("end_time", event.time_ms).member("message", rule.title);
  json.key("metadata").begin_object().member("version", product.schema_version);
  json.key("product").begin_object().member("name", "Reeve").member("vendor_name", "Reeve").member("version", product.reeve_version).end_object();
  json.key("profiles").begin_array().string("cloud").end_array().member("uid", alert.id).end_object();
  json.key("cloud").begin_object().member("provider", "AWS");
  if (!event.account.empty()) json.key("account").begin_object().member("uid", event.account).member("type_id", int64_t{10}).end_object();
  member_if(json, "region", event.region);
  json.end_object();
  json.key("finding_info").begin_object().member("uid", alert.id).member("title", rule.title);
  member_if(json, "desc", rule.description);
  json.member("last_seen_time", event.time_ms);
  json.key("analytic").begin_object().member("type_id", int64_t{1}).member("type", "Rule").member("uid", rule.id).member("name", rule.title).end_object();
  attacks(json, rule);
  if (!alert.events.empty()) {
    json.key("related_events").begin_array();
    for (const auto& id : alert.events) json.begin_object().member("uid", id).end_object();
    json.end_array().member("related_events_count", static_cast<int64_t>(alert.count));
  }
  json.end_object();
  json.key("evidences").begin_array().begin_object();
  if (!event.principal.empty()) json.key("actor").begin_object().key("user").begin_object().member("uid", event.principal).end_object().end_object();
  // OCSF takes addresses alone here; CloudTrail also writes the name of an AWS service.
  if (event.source_ip.find_first_of(".:") != std::string::npos && event.source_ip.find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos)
    json.key("src_endpoint").begin_object().member("ip", event.source_ip).end_object();
  if (!event.name.empty()) {
    json.key("api").begin_object().member("operation", event.name);
    if (!event.source.empty()) json.key("service").begin_object().member("name", event.source).end_object();
    json.end_object();
  }
  json.member("uid", event.id);
  pairs(json, "data", alert.evidence);
  json.end_object().end_array();
  // The Detection Rule License asks for the author with every message; OCSF has no place for one.
  json.key("unmapped").begin_object();
  member_if(json, "rule_author", rule.author);
  member_if(json, "rule_status", rule.status);
  if (!alert.group.empty()) pairs(json, "group", alert.group);
  member_if(json, "read_from", event.object);
  json.end_object().end_object();
  out += '\n';
}

}  // namespace reeve
