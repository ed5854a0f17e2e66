#include "logs/object.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "logs/token_scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace reeve {
namespace {

constexpr size_t kStretchMax = 288 << 10;  // a piece and what was left of the one before: with the places of its tokens it stays in the second-level cache
constexpr size_t kStretchMin = 4 << 10;  // behind a broken record
constexpr size_t kSniff = 64 << 10;
constexpr size_t kTail = 16 << 10;  // where the end of a stretch is looked for; few records are longer
constexpr size_t npos = std::string_view::npos;

// Of the last line's end; npos: none. A file of AWS's is one line of megabytes, which std's rfind walks byte by byte.
size_t last_line_end(std::string_view text) {
  const void* found = text.empty() ? nullptr : memrchr(text.data(), '\n', text.size());
  return found ? static_cast<size_t>(static_cast<const char*>(found) - text.data()) : npos;
}

// Where the last map of a list begins that stands behind another one, at `from` or after it; 0: none does. rfind of the four bytes goes byte by byte.
size_t map_behind_map(std::string_view text, size_t from) {
  for (size_t end = text.size(); end > from;) {
    const void* found = memrchr(text.data() + from, '{', end - from);
    if (!found) return 0;
    end = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    if (end >= from + 2 && text[end - 1] == ',' && text[end - 2] == '}' && end + 1 < text.size() && text[end + 1] == '"') return end;
  }
  return 0;
}

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

size_t past_white(std::string_view text, size_t at) {
  while (at < text.size() && is_white(text[at])) ++at;
  return at;
}

// Where a stretch of at most `most` bytes had best end: behind a line, for no string of JSON goes over one, or between two maps of a list.
// 0: no such place. It need not be right: a record that is cut is walked again with more text.
size_t stretch_of(std::string_view text, size_t most) {
  if (text.size() <= most && !text.empty() && text.back() == '\n') return text.size();
  std::string_view head = text.substr(0, most);
  size_t from = head.size() > kTail ? head.size() - kTail : 0;
  if (const size_t line = last_line_end(head.substr(from)); line != npos) return from + line + 1;
  return map_behind_map(head, from);
}

uint64_t count_lines(std::string_view text) {
  uint64_t lines = 0;
  size_t i = 0;
#if defined(__SSE2__)
  const __m128i line = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
  while (text.size() - i >= 16) {
    __m128i counts = zero;  // a byte counts to 255
    for (size_t n = std::min<size_t>((text.size() - i) / 16, 255); n > 0; --n, i += 16)
      counts = _mm_sub_epi8(counts, _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i)), line));
    __m128i sums = _mm_sad_epu8(counts, zero);
    lines += static_cast<uint64_t>(_mm_cvtsi128_si64(sums)) + static_cast<uint64_t>(_mm_extract_epi16(sums, 4));
  }
#endif
  return lines + static_cast<uint64_t>(std::count(text.begin() + static_cast<ptrdiff_t>(i), text.end(), '\n'));
}

}  // namespace

ObjectText::ObjectText(ReadRooms& rooms, const LogLimits& limits, const LogSink& sink, ObjectAudit& audit, int depth)
    : rooms_(rooms), limits_(limits), sink_(sink), audit_(audit), depth_(depth), stretch_(kStretchMax) {
  while (rooms_.size() <= static_cast<size_t>(depth)) rooms_.push_back(std::make_unique<ReadRoom>());
  room().walk.early = sink.early;
}

Place ObjectText::place(size_t at) const {
  if (place_) return *place_;
  Place out;
  out.path = audit_.object;
  std::string_view before = text_.substr(0, at);
  uint64_t lines = count_lines(before);
  size_t line = last_line_end(before);
  out.line = static_cast<uint32_t>(std::min<uint64_t>(lines_before_ + lines + 1, UINT32_MAX));
  uint64_t column = line == npos ? column_before_ + at + 1 : at - line;
  out.column = static_cast<uint32_t>(std::min<uint64_t>(column, UINT32_MAX));
  return out;
}

void ObjectText::refuse(std::string_view why, size_t at, uint64_t count) {
  audit_.records += count;
  for (Refusal& refusal : audit_.refused)
    if (refusal.why == why) {
      refusal.count += count;
      return;
    }
  audit_.refused.push_back({std::string(why), count, place(at)});
  if (sink_.problem)
    sink_.problem(Error{Code::parse, "a record is refused: " + std::string(why), audit_.refused.back().first, "", ""});
}

void ObjectText::broke(std::string_view why, size_t at) {
  if (!audit_.broken.empty()) return;
  audit_.broken = why;
  if (sink_.problem) sink_.problem(Error{Code::parse, std::string(why), place(at), "", "the records before this place were read"});
}

void ObjectText::named(std::string_view format) {
  if (audit_.format.empty()) audit_.format = format;
}

void ObjectText::list_opened(std::string_view name, const LogEvent& around) {
  list_name_ = name;
  control_ = name == "logEvents" && around.raw("messageType") == "\"CONTROL_MESSAGE\"";
  open_.push_back(Open::list);
  list_begun_ = wants_comma_ = false;
}

// What follows in the map around it is that map's, and not of the list's last record.
void ObjectText::list_closed() {
  open_.pop_back();
  wants_comma_ = list_begun_ = true;
  room().event.known.fill({});
  room().event.others.clear();
}

void ObjectText::envelope_closed() {
  open_.pop_back();
  named(list_name_ == "Records" ? "cloudtrail" : list_name_ == "logEvents" ? "cloudwatch_logs" : "json");
  wants_comma_ = list_begun_ = true;
}

size_t ObjectText::take(std::string_view text, bool last) {
  text_ = text;
  size_t at = 0;
  if (shape_ == Shape::unset) {
    if (text.size() >= 3 && text.substr(0, 3) == "\xEF\xBB\xBF") at = 3;
    size_t first = past_white(text, at);
    if (first == text.size() && (last || text.size() >= 3)) {
      at = first;
      shape_ = last ? Shape::unknown : Shape::unset;
    } else if (first == text.size()) {
      return 0;  // perhaps a byte-order mark that has not come whole
    }
    else if (text[first] == '{' || text[first] == '[') shape_ = Shape::json;
    else if (!last && text.size() < kSniff && text.find('\n', first) == npos) return 0;
    else if (lines_.recognise(text.substr(first))) shape_ = Shape::lines;
    else shape_ = text.substr(0, kSniff).find("\n{") != npos ? Shape::json : Shape::unknown;
  }
  switch (shape_) {
    case Shape::json: at += take_json(text.substr(at), last); break;
    case Shape::lines: at += take_lines(text.substr(at), last); break;
    case Shape::unset: break;
    case Shape::unknown: at = text.size(); break;
  }
  if (!place_ && !last) {
    std::string_view taken = text.substr(0, at);
    size_t line = last_line_end(taken);
    if (line == npos) column_before_ += at;
    else {
      lines_before_ += count_lines(taken);
      column_before_ = at - line - 1;
    }
  }
  if (last && depth_ == 0 && (audit_.format.empty() || audit_.format == "json") && audit_.judged == 0) {
    // Maps that are no records make no log of a document.
    const bool others = std::any_of(audit_.refused.begin(), audit_.refused.end(), [](const Refusal& one) { return one.why != kNoRecord; });
    if (audit_.format.empty() || (!audit_.refused.empty() && !others)) audit_.format = "unknown";
  }
  return at;
}

size_t ObjectText::take_json(std::string_view text, bool last) {
  size_t base = static_cast<size_t>(text.data() - text_.data());
  size_t at = 0, slow_until = 0;
  if (passing_) at = pass_over(text, 0);
  for (;;) {
    at = past_white(text, at);
    if (at == text.size()) {
      if (last && !open_.empty()) broke("the text ends inside a list of records", base + at);
      return at;
    }
    std::string_view rest = text.substr(at);
    std::string_view why;
    if (at >= slow_until) {
      size_t bytes = last && rest.size() <= stretch_ ? rest.size() : stretch_of(rest, stretch_);
      if (bytes > 0) {
        RecordWalk& walk = room().walk;
        why = walk.begin(rest.substr(0, bytes));
        if (why.empty()) {
          stretch_base_ = base + at;
          Ran ran = run();
          at += ran.at;
          stretch_ = std::min(stretch_ * 2, kStretchMax);
          if (ran.how == Ran::How::done) continue;
          if (ran.how == Ran::How::cut && ran.at > 0) continue;
          why = ran.why;
          if (ran.how == Ran::How::broken) stretch_ = kStretchMin;
        } else {
          slow_until = at + bytes;
          stretch_ = kStretchMin;
        }
      }
    }
    auto next = alone(text, at, last, why);
    if (!next) return at;
    at = *next;
  }
}

size_t ObjectText::take_lines(std::string_view text, bool last) {
  size_t base = static_cast<size_t>(text.data() - text_.data());
  LogEvent& event = room().event;
  LogKind kind = lines_.format() == "vpc_flow" ? LogKind::vpc_flow : LogKind::s3_access;
  named(lines_.format());
  for (size_t at = 0;;) {
    size_t end = text.find('\n', at);
    if (end == npos) {
      if (!last && text.size() - at <= limits_.record_bytes_max) return at;
      end = text.size();
      passing_ = passing_ || !last;
    }
    std::string_view line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (passing_) {
      if (!passed_told_) refuse("record too large", base + at);
      passed_told_ = true;
      if (end < text.size()) passing_ = passed_told_ = false;
    } else if (!trim(line).empty()) {
      std::string_view why = lines_.event_of_line(line, event);
      if (!why.empty()) refuse(why, base + at);
      else if (!event.text.empty()) give(event, kind, lines_.format());
    }
    if (end == text.size()) return end;
    at = end + 1;
  }
}

// Walks what the stretch holds.
ObjectText::Ran ObjectText::run() {
  RecordWalk& walk = room().walk;
  LogEvent& event = room().event;
  for (;;) {
    if (walk.at_end()) return {Ran::How::done, walk.offset(), {}};
    size_t at = walk.offset();
    char c = walk.peek();
    bool in_list = !open_.empty() && open_.back() == Open::list;
    if (!open_.empty() && !in_list) {
      Walked walked = walk.map_rest(event, true);
      if (walked == Walked::cut) return {Ran::How::cut, at, {}};
      if (walked == Walked::list) {
        list_opened(walk.list_name(), event);
        walk.step();
        continue;
      }
      if (walked != Walked::whole) return {Ran::How::broken, at, walked == Walked::too_deep ? "nested too deep" : "no JSON"};
      envelope_closed();
      continue;
    }
    if (in_list) {
      if (c == ']' && (wants_comma_ || !list_begun_)) {
        walk.step();
        list_closed();
        continue;
      }
      if (wants_comma_) {
        if (c != ',') return {Ran::How::broken, at, "no JSON"};
        walk.step();
        wants_comma_ = false;
        list_begun_ = true;
        continue;
      }
    } else if (c == '[') {
      open_.push_back(Open::list);
      list_begun_ = wants_comma_ = false;
      walk.step();
      continue;
    }
    if (c == '{') {
      Walked walked = walk.map(event, open_.size() < kEnvelopesMax);
      if (walked == Walked::whole) {
        wants_comma_ = list_begun_ = true;
        judge(event, stretch_base_ + at);
        continue;
      }
      if (walked == Walked::list) {
        open_.push_back(Open::map);
        list_opened(walk.list_name(), event);
        walk.step();
        continue;
      }
      if (walked == Walked::cut) return {Ran::How::cut, at, "cut off"};
      return {Ran::How::broken, at, walked == Walked::too_deep ? "nested too deep" : "no JSON"};
    }
    std::string_view token;
    if (!in_list) return {Ran::How::broken, at, "no map"};
    Walked walked = walk.value(token);
    if (walked == Walked::cut) return {Ran::How::cut, at, "cut off"};
    if (walked != Walked::whole) return {Ran::How::broken, at, "no JSON"};
    wants_comma_ = list_begun_ = true;
    row(token, stretch_base_ + at);
  }
}

}  // namespace reeve
