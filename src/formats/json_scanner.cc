// JsonArrayScanner: finds where the elements of one array begin and end, in one pass and bounded memory.
//
// Inside an element only its end matters. Containers are measured 64 bytes at a time: bit masks of quotes, backslashes, brackets
// and newlines; the running parity of unescaped quotes tells what lies in strings; and as long as a block closes fewer brackets
// than are open, its brackets only need counting. (Those masks are the idea of Langdale and Lemire's "Parsing Gigabytes of JSON
// per Second", 2019; here they only count.) Around the elements the text is read byte by byte.
//
// An element that lies within one piece is given as a view into that piece; one that was cut is put together in `carry_`.
#include <array>
#include <cassert>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

// One bit for each of 64 bytes.
struct Masks {
  uint64_t quote = 0, backslash = 0, open = 0, close = 0, newline = 0;
};

Masks masks_of(const char* p) {
  Masks m;
#if defined(__SSE2__)
  for (int i = 0; i < 4; ++i) {
    __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * i));
    auto bits = [](__m128i hit) { return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(hit))); };
    auto is = [](__m128i x, char c) { return _mm_cmpeq_epi8(x, _mm_set1_epi8(c)); };
    __m128i folded = _mm_or_si128(v, _mm_set1_epi8(0x20));  // [ and { differ in this bit, and so do ] and }
    m.quote |= bits(is(v, '"')) << (16 * i);
    m.backslash |= bits(is(v, '\\')) << (16 * i);
    m.open |= bits(is(folded, '{')) << (16 * i);
    m.close |= bits(is(folded, '}')) << (16 * i);
    m.newline |= bits(is(v, '\n')) << (16 * i);
  }
#else
  for (int i = 0; i < 64; ++i) {
    uint64_t bit = 1ull << i;
    char c = p[i];
    if (c == '"') m.quote |= bit;
    if (c == '\\') m.backslash |= bit;
    if (c == '{' || c == '[') m.open |= bit;
    if (c == '}' || c == ']') m.close |= bit;
    if (c == '\n') m.newline |= bit;
  }
#endif
  return m;
}

// Bit i of the result is the parity of bits 0 … i.
uint64_t running_parity(uint64_t x) {
  for (int shift = 1; shift < 64; shift *= 2) x ^= x << shift;
  return x;
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string shown(char c) {
  auto u = static_cast<uint8_t>(c);
  if (u >= 0x20 && u < 0x7F) return std::string(1, c);
  static constexpr char kHex[] = "0123456789abcdef";
  return std::string("0x") + kHex[u >> 4] + kHex[u & 15];
}

}  // namespace

struct JsonArrayScanner::State {
  State(std::string m, uint64_t max) : member(std::move(m)), item_bytes_max(max) {}

  // Where in the text the next byte stands.
  enum class At {
    start,       // before the top-level value
    key_or_end,  // in the top-level map, before its first key or `}`
    key,         // before a key
    in_key,      // in the text of a top-level key
    colon,
    member_value,  // before a top-level member's value
    in_member,     // in the value of a member that is not ours
    comma_or_end,  // behind it
    item_or_end,   // in our array, before its first element or `]`
    item,          // before an element
    in_item,
    item_comma,  // behind an element
    after,       // behind the top-level value
    failed,      // no JSON any more; nothing further is read
  };
  enum class Shape { container, string, scalar };  // of the value being passed

  std::string member;
  uint64_t item_bytes_max;
  std::string_view piece;
  size_t next = 0;           // in `piece`
  uint64_t piece_begin = 0;  // offset of `piece` in the file
  bool finished = false;
  bool reported_end = false;

  At at = At::start;
  int mark_bytes = 0;  // of a byte-order mark seen so far
  Shape shape = Shape::scalar;
  uint64_t depth = 0;
  bool in_string = false, escaped = false;

  uint64_t line = 1;
  uint64_t line_begin = 0;  // offset of the line's first byte in the file
  uint64_t item_line = 0, item_column = 0;
  uint64_t index = 0;       // of the element being read
  uint64_t item_bytes = 0;  // of it so far
  std::string carry;        // what earlier pieces held of it
  bool oversize = false;
  bool skip_items = false;  // a second array of the same name

  std::string key;  // the top-level key being read, raw
  std::string envelope;
  bool found = false;       // our array
  bool wrong_type = false;  // our member holds something else
  Place wrong_at;
  bool array_mode() const { return member.empty(); }
  Error error;

  uint64_t offset() const { return piece_begin + next; }
  Place place() const { return place(line, offset() - line_begin + 1); }
  static Place place(uint64_t l, uint64_t c) {
    auto clamp = [](uint64_t n) { return static_cast<uint32_t>(std::min<uint64_t>(n, UINT32_MAX)); };
    return {"", clamp(l), clamp(c)};
  }

  Step refuse(Error e) {
    error = std::move(e);
    return Step::refused;
  }
  Step fail_here(std::string expected) {
    at = At::failed;
    return refuse({Code::parse, "`" + shown(piece[next]) + "` is not JSON here", place(), std::move(expected), ""});
  }

  void newline() {
    ++line;
    line_begin = offset() + 1;
  }

  // Passes white space, in the envelope or not. False if the piece ends.
  bool skip_space(bool keep) {
    while (next < piece.size() && is_space(piece[next])) {
      if (piece[next] == '\n') newline();
      if (keep) envelope += piece[next];
      ++next;
    }
    return next < piece.size();
  }

  void begin_value() {
    char c = piece[next];
    shape = c == '{' || c == '[' ? Shape::container : c == '"' ? Shape::string : Shape::scalar;
    depth = 0;
    in_string = escaped = false;
  }

  // Passes bytes of the value that began at begin_value (its first byte included) up to its end. True if the end was reached.
  bool pass_value() {
    switch (shape) {
      case Shape::scalar:
        while (next < piece.size()) {
          char c = piece[next];
          if (c == ',' || c == ']' || c == '}' || is_space(c)) return true;
          ++next;
        }
        return false;
      case Shape::string:
        for (; next < piece.size(); ++next) {
          char c = piece[next];
          if (c == '\n') newline();
          if (escaped) escaped = false;
          else if (c == '\\') escaped = true;
          else if (c == '"') {
            if (in_string) {
              ++next;
              return true;
            }
            in_string = true;
          }
        }
        return false;
      case Shape::container: return pass_container();
    }
    return false;
  }

  bool pass_container() {
    char tail[64];
    while (next < piece.size()) {
      size_t left = piece.size() - next;
      size_t bytes = std::min<size_t>(left, 64);
      const char* block = piece.data() + next;
      if (bytes < 64) {
        std::memset(tail, ' ', 64);
        std::memcpy(tail, block, bytes);
        block = tail;
      }
      Masks m = masks_of(block);
      // Drop quotes that a backslash escapes. Backslashes are rare, so they are walked one by one.
      if (m.backslash || escaped) {
        uint64_t slashes = m.backslash;
        if (escaped) {
          m.quote &= ~1ull;
          slashes &= ~1ull;
          escaped = false;
        }
        while (slashes) {
          int i = __builtin_ctzll(slashes);
          if (static_cast<size_t>(i) + 1 == bytes) {
            escaped = true;
            break;
          }
          uint64_t pair = (i == 63) ? (1ull << 63) : (3ull << i);
          m.quote &= ~pair;
          slashes &= ~pair;
        }
      }
      uint64_t inside = running_parity(m.quote) ^ (in_string ? ~0ull : 0);
      uint64_t open = m.open & ~inside, close = m.close & ~inside;
      auto closes = static_cast<uint64_t>(__builtin_popcountll(close));
      if (closes < depth) [[likely]] {
        depth += static_cast<uint64_t>(__builtin_popcountll(open));
        depth -= closes;
        count_newlines(m.newline);
        in_string = bytes == 64 ? inside >> 63 : (inside >> (bytes - 1)) & 1;
        next += bytes;
        continue;
      }
      for (uint64_t brackets = open | close; brackets; brackets &= brackets - 1) {
        int i = __builtin_ctzll(brackets);
        if (open >> i & 1) {
          ++depth;
        } else if (--depth == 0) {
          count_newlines(m.newline & ((1ull << i) - 1));
          next += static_cast<size_t>(i) + 1;
          in_string = escaped = false;
          return true;
        }
      }
      count_newlines(m.newline);
      in_string = bytes == 64 ? inside >> 63 : (inside >> (bytes - 1)) & 1;
      next += bytes;
    }
    return false;
  }

  void count_newlines(uint64_t mask) {
    if (mask == 0) return;
    line += static_cast<uint64_t>(__builtin_popcountll(mask));
    line_begin = offset() + 64 - static_cast<uint64_t>(__builtin_clzll(mask));
  }

  bool key_is_member() const {
    if (key.find('\\') == std::string::npos) return key == member;
    auto read = read_json('"' + key + '"', Source{});
    return read && (*read)->root().text() == member;
  }

  Step step(Item& item);
  Step read_item(Item& item, bool& again);
  Step at_end();
};

JsonArrayScanner::Step JsonArrayScanner::State::at_end() {
  if (at == At::failed || reported_end) return Step::done;
  reported_end = true;
  if (at == At::after) {
    if (array_mode() || found) return Step::done;
    if (wrong_type) return refuse({Code::type, "`" + member + "` is no list", wrong_at, "a list", ""});
    return refuse({Code::not_found, "there is no list `" + member + "` at the top level", {}, "a member `" + member + "`", ""});
  }
  if (at == At::start)
    return refuse({Code::parse, "the text is empty", {}, array_mode() ? "a list" : "a map with the list `" + member + "`", ""});
  if (at == At::in_item) {
    Error e{Code::parse, "the text ends inside item " + std::to_string(index), place(item_line, item_column), "",
            "check that the file is complete"};
    return refuse(std::move(e));
  }
  return refuse({Code::parse, "the text ends too early", place(), found ? "`,` or `]`" : "the rest of the map",
                 "check that the file is complete"});
}

// Goes through an element from where it stands. `again`: nothing to tell yet, go on with the text behind it.
JsonArrayScanner::Step JsonArrayScanner::State::read_item(Item& item, bool& again) {
  size_t begin = next;
  bool complete = pass_value();
  std::string_view part = piece.substr(begin, next - begin);
  item_bytes += part.size();
  if (item_bytes > item_bytes_max && !oversize) {
    oversize = true;
    carry = {};
  }
  if (!complete) {
    if (!oversize && !skip_items) carry.append(part);
    return Step::need_more;
  }
  at = At::item_comma;
  if (skip_items) {
    again = true;
    return Step::need_more;
  }
  uint64_t number = index++;
  if (oversize)
    return refuse({Code::limit, "item " + std::to_string(number) + " is larger than " + with_thousands(item_bytes_max) + " bytes",
                   place(item_line, item_column), "", "it was left out"});
  if (!carry.empty()) {
    carry.append(part);
    part = carry;
  }
  item.text = part;
  item.index = number;
  item.line = place(item_line, item_column).line;
  item.column = place(item_line, item_column).column;
  return Step::item;
}

JsonArrayScanner::Step JsonArrayScanner::State::step(Item& item) {
  static constexpr std::string_view kMark = "\xEF\xBB\xBF";
  for (;;) {
    if (!array_mode() && envelope.size() > item_bytes_max && at != At::failed) {
      at = At::failed;
      return refuse({Code::limit,
                     "the text around the list `" + member + "` is larger than " + with_thousands(item_bytes_max) + " bytes",
                     place(), "", ""});
    }
    if (next >= piece.size()) return finished ? at_end() : Step::need_more;
    char c = piece[next];
    switch (at) {
      case At::start:
        if (mark_bytes < 3 && offset() == static_cast<uint64_t>(mark_bytes) && c == kMark[static_cast<size_t>(mark_bytes)]) {
          ++mark_bytes;
          ++next;
          if (mark_bytes == 3) line_begin = 3;
          continue;
        }
        if (mark_bytes == 1 || mark_bytes == 2) return fail_here("JSON in UTF-8");
        if (!skip_space(!array_mode())) continue;
        c = piece[next];
        if (array_mode()) {
          if (c != '[') return fail_here("a list");
          at = At::item_or_end;
          found = true;
          envelope = "[]";
        } else {
          if (c != '{') return fail_here("a map with the list `" + member + "`");
          at = At::key_or_end;
          envelope += c;
        }
        ++next;
        continue;

      case At::key_or_end:
      case At::key:
        if (!skip_space(true)) continue;
        c = piece[next];
        if (c == '}' && at == At::key_or_end) {
          at = At::after;
        } else if (c == '"') {
          at = At::in_key;
          key.clear();
          escaped = false;
        } else {
          return fail_here("a key in double quotes");
        }
        envelope += c;
        ++next;
        continue;

      case At::in_key:
        envelope += c;
        ++next;
        if (escaped) escaped = false;
        else if (c == '\\') escaped = true;
        else if (c == '"') {
          at = At::colon;
          continue;
        }
        if (c == '\n') {
          --next;
          return fail_here("a closing `\"`");
        }
        key += c;
        continue;

      case At::colon:
        if (!skip_space(true)) continue;
        if (piece[next] != ':') return fail_here("`:` after the key");
        envelope += ':';
        ++next;
        at = At::member_value;
        continue;

      case At::member_value: {
        if (!skip_space(true)) continue;
        c = piece[next];
        if (c == ',' || c == '}' || c == ']' || c == ':') return fail_here("a value");
        if (key_is_member()) {
          if (c == '[') {
            envelope += "[]";
            at = At::item_or_end;
            bool twice = found;
            Place where = place();
            found = true;
            skip_items = twice;
            ++next;
            if (twice)
              return refuse(
                  {Code::conflict, "`" + member + "` stands twice at the top level", where, "", "only the first list was read"});
            continue;
          }
          wrong_type = true;
          wrong_at = place();
        }
        begin_value();
        at = At::in_member;
        continue;
      }

      case At::in_member: {
        size_t begin = next;
        bool complete = pass_value();
        envelope.append(piece, begin, next - begin);
        if (complete) at = At::comma_or_end;
        continue;
      }

      case At::comma_or_end:
        if (!skip_space(true)) continue;
        c = piece[next];
        if (c == ',') at = At::key;
        else if (c == '}') at = At::after;
        else return fail_here("`,` or `}`");
        envelope += c;
        ++next;
        continue;

      case At::item_or_end:
      case At::item:
        if (!skip_space(false)) continue;
        c = piece[next];
        if (c == ']' && at == At::item_or_end) {
          at = array_mode() ? At::after : At::comma_or_end;
          ++next;
          continue;
        }
        if (c == ',' || c == ']' || c == '}' || c == ':') return fail_here(at == At::item ? "an item" : "an item or `]`");
        begin_value();
        item_line = line;
        item_column = offset() - line_begin + 1;
        item_bytes = 0;
        oversize = false;
        carry.clear();
        at = At::in_item;
        continue;

      case At::in_item: {
        bool again = false;
        Step told = read_item(item, again);
        if (again || told == Step::need_more) continue;
        return told;
      }

      case At::item_comma:
        if (!skip_space(false)) continue;
        c = piece[next];
        if (c == ',') at = At::item;
        else if (c == ']') at = array_mode() ? At::after : At::comma_or_end;
        else return fail_here("`,` or `]`");
        ++next;
        continue;

      case At::after:
        if (!skip_space(false)) continue;
        return fail_here("the end of the text after one value");

      case At::failed: next = piece.size(); continue;
    }
  }
}

JsonArrayScanner::JsonArrayScanner(std::string member, uint64_t item_bytes_max)
    : state_(std::make_unique<State>(std::move(member), item_bytes_max)) {}
JsonArrayScanner::~JsonArrayScanner() = default;

void JsonArrayScanner::feed(std::string_view piece) {
  State& s = *state_;
  assert(s.next >= s.piece.size() && "call next until it needs more before the next piece");
  assert(!s.finished);
  s.piece_begin += s.piece.size();
  s.piece = piece;
  s.next = 0;
}

void JsonArrayScanner::finish() { state_->finished = true; }

JsonArrayScanner::Step JsonArrayScanner::next(Item& item) { return state_->step(item); }

const Error& JsonArrayScanner::error() const { return state_->error; }

std::string_view JsonArrayScanner::envelope() const { return state_->envelope; }

}  // namespace reeve
