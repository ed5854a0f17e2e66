// The JSON reader: one pass, written by hand, over text whose UTF-8 simdjson has checked.
//
// Why not simdjson's own tree: it gives no line and column, drops how numbers were written, and copies every string, so a walk
// over it costs more than it saves. Three facts make a single pass quick and exact. A raw newline cannot stand inside a JSON
// string, so lines are counted where white space is skipped and nowhere else. A string without escapes is its own value, so it is
// borrowed from the text and sixteen bytes are looked at in one step. And the tape is written once, in reading order.
//
// Grammar: RFC 8259, nothing more; a byte-order mark before the value is passed over.
#include "formats/json.h"

#include <simdjson.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"
#include "formats/document_parts.h"

namespace reeve {
namespace {

// Documents beyond this many nodes take over the scratch's memory instead of being copied from it.
constexpr size_t kCopyBelow = 1 << 14;

struct Open {
  uint32_t node;
  uint32_t count;
  bool map;
};

// Working memory, reused from one document to the next by each thread.
struct Scratch {
  std::vector<Node> nodes;
  std::vector<Open> open;
  std::vector<uint32_t> duplicates;
  KeyCheck keys;
};

class Reader {
 public:
  Reader(std::string_view text, const Source& self, const JsonOptions& options, Scratch& scratch)
      : begin_(text.data()),
        p_(text.data()),
        end_(text.data() + text.size()),
        self_(self),
        options_(options),
        nodes_(scratch.nodes),
        open_(scratch.open),
        keys_(scratch.keys),
        duplicates_(scratch.duplicates),
        line_(options.first_line),
        line_offset_(1 - static_cast<int64_t>(options.first_column)) {
    nodes_.clear();
    open_.clear();
    keys_.clear();
    duplicates_.clear();
  }

  Status read();
  std::shared_ptr<Arena> arena() { return std::move(arena_); }

 private:
  uint32_t column(const char* at) const { return static_cast<uint32_t>(at - begin_ - line_offset_ + 1); }
  Place place(const char* at) const { return {self_.file, line_, column(at)}; }

  void skip_space() {
    while (p_ < end_ && static_cast<uint8_t>(*p_) <= ' ') {
      if (*p_ == '\n') {
        ++p_;
        ++line_;
        line_offset_ = p_ - begin_;
#if defined(__SSE2__)
        const __m128i spaces = _mm_set1_epi8(' ');
        while (end_ - p_ >= 16 &&
               _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p_)), spaces)) == 0xFFFF)
          p_ += 16;
#endif
      } else if (*p_ == ' ' || *p_ == '\t' || *p_ == '\r') {
        ++p_;
      } else {
        return;  // a control character: whoever looks next refuses it
      }
    }
  }

  Node& add(Kind kind, const char* at) {
    Node& n = nodes_.emplace_back();
    n.kind = kind;
    n.line = line_;
    n.column = column(at);
    return n;
  }

  // The first quote, backslash or control character at or after `p`; `end_` if there is none.
  const char* string_stop(const char* p) const {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
    while (end_ - p >= 16) {
      __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)),
                                 _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
      if (int mask = _mm_movemask_epi8(hit)) return p + __builtin_ctz(static_cast<unsigned>(mask));
      p += 16;
    }
#endif
    while (p < end_ && *p != '"' && *p != '\\' && static_cast<uint8_t>(*p) >= 0x20) ++p;
    return p;
  }

  // Reads the string whose opening quote is at p_ into a new node and stands behind it. False: error_ is set.
  bool read_string() {
    const char* opening = p_;
    const char* first = p_ + 1;
    const char* stop = string_stop(first);
    if (stop < end_ && *stop == '"') [[likely]] {
      Node& n = add(Kind::string, opening);
      n.text = first;
      n.count = static_cast<uint32_t>(stop - first);
      p_ = stop + 1;
      return true;
    }
    return read_escaped_string(opening, stop);
  }

  bool read_escaped_string(const char* opening, const char* stop);
  bool read_escape(const char*& p, char*& out);
  bool read_number();
  bool read_word(std::string_view word, Kind kind);

  [[gnu::cold, gnu::noinline]] bool refuse(std::string what, const char* at, std::string expected = "", std::string hint = "",
                                           Code code = Code::parse) {
    error_ = Error{code, std::move(what), place(at), std::move(expected), std::move(hint)};
    return false;
  }
  [[gnu::cold, gnu::noinline]] bool unexpected(std::string expected);

  const char* begin_;
  const char* p_;
  const char* end_;
  const Source& self_;
  const JsonOptions& options_;
  std::vector<Node>& nodes_;
  std::vector<Open>& open_;
  KeyCheck& keys_;
  std::vector<uint32_t>& duplicates_;
  std::shared_ptr<Arena> arena_;
  uint32_t line_;
  int64_t line_offset_;  // of the line's first byte in the text; negative in the first line of a cut-out document
  Error error_;
};

bool Reader::unexpected(std::string expected) {
  if (p_ >= end_) {
    std::string what = "the text ends too early";
    if (!open_.empty()) {
      const Node& n = nodes_[open_.back().node];
      what = std::string("the text ends inside the ") + (open_.back().map ? "map" : "list") + " that begins at " +
             Place{"line " + std::to_string(n.line), n.column, 0}.text();
    }
    return refuse(what, p_, std::move(expected), "check that the file is complete");
  }
  auto c = static_cast<uint8_t>(*p_);
  std::string shown;
  if (c < 0x20 || c == 0x7F) {
    static constexpr char kHex[] = "0123456789abcdef";
    shown = std::string("0x") + kHex[c >> 4] + kHex[c & 15];
  } else {
    size_t bytes = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    shown.assign(p_, std::min<size_t>(bytes, static_cast<size_t>(end_ - p_)));
  }
  return refuse("`" + shown + "` is not JSON here", p_, std::move(expected));
}

bool Reader::read_number() {
  const char* first = p_;
  auto digit = [&] { return p_ < end_ && *p_ >= '0' && *p_ <= '9'; };
  if (*p_ == '-') ++p_;
  if (!digit()) return unexpected("a digit");
  if (*p_ == '0') {
    ++p_;
    if (digit()) return refuse("a number begins with a zero", first, "a number without leading zeros");
  } else {
    while (digit()) ++p_;
  }
  Kind kind = Kind::integer;
  if (p_ < end_ && *p_ == '.') {
    kind = Kind::number;
    ++p_;
    if (!digit()) return unexpected("a digit");
    while (digit()) ++p_;
  }
  if (p_ < end_ && (*p_ | 0x20) == 'e') {
    kind = Kind::number;
    ++p_;
    if (p_ < end_ && (*p_ == '+' || *p_ == '-')) ++p_;
    if (!digit()) return unexpected("a digit");
    while (digit()) ++p_;
  }
  Node& n = add(kind, first);
  n.text = first;
  n.count = static_cast<uint32_t>(p_ - first);
  return true;
}

bool Reader::read_word(std::string_view word, Kind kind) {
  if (static_cast<size_t>(end_ - p_) < word.size() || std::memcmp(p_, word.data(), word.size()) != 0)
    return unexpected("a value (`true`, `false` and `null` are lower case)");
  Node& n = add(kind, p_);
  n.text = p_;
  n.count = static_cast<uint32_t>(word.size());
  p_ += word.size();
  return true;
}

bool Reader::read_escaped_string(const char* opening, const char* stop) {
  // Where the string ends bounds how long its value is.
  const char* first = opening + 1;
  for (const char* p = stop;;) {
    p = string_stop(p);
    if (p >= end_ || (*p == '\\' && end_ - p < 2)) return refuse("a string is not closed", opening, "a closing `\"`");
    if (*p == '"') {
      stop = p;
      break;
    }
    if (*p == '\\') {
      p += 2;
      continue;
    }
    p_ = p;
    return refuse("a string holds a raw control character", p, "an escape such as `\\n`");
  }
  if (!arena_) arena_ = std::make_shared<Arena>();
  size_t room = static_cast<size_t>(stop - first);
  char* text = arena_->take(room);
  char* out = text;
  for (const char* p = first; p < stop;) {
    const char* escape = static_cast<const char*>(std::memchr(p, '\\', static_cast<size_t>(stop - p)));
    if (!escape) escape = stop;
    std::memcpy(out, p, static_cast<size_t>(escape - p));
    out += escape - p;
    p = escape;
    if (p < stop && !read_escape(p, out)) return false;
  }
  Node& n = add(Kind::string, opening);
  n.text = text;
  n.count = static_cast<uint32_t>(out - text);
  arena_->give_back(room - n.count);
  p_ = stop + 1;
  return true;
}

// `p` is at a backslash within a closed string, so at least one byte and a closing quote follow.
bool Reader::read_escape(const char*& p, char*& out) {
  auto code_unit = [this](const char* at) {  // the four digits at `at`, or -1
    int value = 0;
    for (int i = 0; i < 4; ++i) {
      if (at + i >= end_) return -1;
      char c = at[i];
      int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  };
  switch (p[1]) {
    case '"':
    case '\\':
    case '/': *out++ = p[1]; break;
    case 'b': *out++ = '\b'; break;
    case 'f': *out++ = '\f'; break;
    case 'n': *out++ = '\n'; break;
    case 'r': *out++ = '\r'; break;
    case 't': *out++ = '\t'; break;
    case 'u': {
      int unit = code_unit(p + 2);
      if (unit < 0) return refuse("a `\\u` escape lacks four hexadecimal digits", p, "`\\uXXXX`");
      auto point = static_cast<uint32_t>(unit);
      const char* begin = p;
      if (point >= 0xD800 && point < 0xDC00) {
        int low = p[6] == '\\' && p[7] == 'u' ? code_unit(p + 8) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
          return refuse("`" + std::string(begin, 6) + "` is half of a surrogate pair", p,
                        "its second half, `\\uDC00` to `\\uDFFF`");
        point = 0x10000 + ((point - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00);
        p += 6;
      } else if (point >= 0xDC00 && point < 0xE000) {
        return refuse("`" + std::string(begin, 6) + "` is the second half of a surrogate pair without its first", p,
                      "`\\uD800` to `\\uDBFF` before it");
      }
      out += encode_utf8(point, out);
      p += 6;
      return true;
    }
    default:
      return refuse("`\\" + std::string(p + 1, 1) + "` is no escape", p,
                    "one of `\\\"` `\\\\` `\\/` `\\b` `\\f` `\\n` `\\r` `\\t` `\\u`");
  }
  p += 2;
  return true;
}

Status Reader::read() {
  if (end_ - p_ >= 3 && std::memcmp(p_, "\xEF\xBB\xBF", 3) == 0) {
    p_ += 3;
    line_offset_ += 3;  // the mark has no width: the value behind it stands in column 1
  }
  auto stop = [this]() -> Status { return tl::unexpected(std::move(error_)); };

  skip_space();
  if (p_ >= end_) {
    refuse("the text is empty", p_, "a JSON value");
    return stop();
  }

value:
  if (p_ >= end_) [[unlikely]] {
    unexpected("a value");
    return stop();
  }
  switch (*p_) {
    case '{':
    case '[': {
      bool map = *p_ == '{';
      if (open_.size() >= options_.depth_max) {
        refuse("nested deeper than " + std::to_string(options_.depth_max) + " levels", p_, "", "", Code::limit);
        return stop();
      }
      open_.push_back({static_cast<uint32_t>(nodes_.size()), 0, map});
      add(map ? Kind::map : Kind::list, p_);
      ++p_;
      skip_space();
      if (p_ < end_ && *p_ == (map ? '}' : ']')) goto close;
      if (map) goto key;
      goto value;
    }
    case '"':
      if (!read_string()) return stop();
      break;
    case 't':
      if (!read_word("true", Kind::boolean)) return stop();
      break;
    case 'f':
      if (!read_word("false", Kind::boolean)) return stop();
      break;
    case 'n':
      if (!read_word("null", Kind::null)) return stop();
      break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      if (!read_number()) return stop();
      break;
    default:
      unexpected(!open_.empty() && !open_.back().map && open_.back().count == 0 ? "a value or `]`" : "a value");
      return stop();
  }

after_value:
  if (open_.empty()) goto done;
  {
    Open& top = open_.back();
    ++top.count;
    skip_space();
    if (p_ < end_ && *p_ == ',') {
      ++p_;
      skip_space();
      if (top.map) goto key;
      goto value;
    }
    if (p_ < end_ && *p_ == (top.map ? '}' : ']')) goto close;
    unexpected(top.map ? "`,` or `}`" : "`,` or `]`");
    return stop();
  }

key:
  if (p_ >= end_ || *p_ != '"') {
    unexpected(open_.back().count == 0 ? "a key in double quotes or `}`" : "a key in double quotes");
    return stop();
  }
  if (!read_string()) return stop();
  {
    const Node& n = nodes_.back();
    keys_.push(n.text, n.count, static_cast<uint32_t>(nodes_.size() - 1));
  }
  skip_space();
  if (p_ >= end_ || *p_ != ':') {
    unexpected("`:` after the key");
    return stop();
  }
  ++p_;
  skip_space();
  goto value;

close : {
  ++p_;
  Open top = open_.back();
  open_.pop_back();
  Node& n = nodes_[top.node];
  n.span = static_cast<uint32_t>(nodes_.size() - top.node);
  n.count = top.count;
  if (top.map) keys_.close(top.count, [this](uint32_t node) { duplicates_.push_back(node); });
  goto after_value;
}

done:
  skip_space();
  if (p_ < end_) {
    unexpected("the end of the text after one value");
    return stop();
  }
  return {};
}

// The place of byte `offset`, counting from the options' first line and column.
Place place_of(std::string_view text, size_t offset, const Source& self, const JsonOptions& options) {
  Place at{self.file, options.first_line, options.first_column};
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else {
      ++at.column;
    }
  }
  return at;
}

}  // namespace

Result<DocumentPtr> read_json(std::string_view text, std::shared_ptr<const void> owner, Source self, const JsonOptions& options) {
  uint64_t limit = std::min<uint64_t>(options.bytes_max, UINT32_MAX - 16);
  if (text.size() > limit)
    return fail(Code::limit, "the text is longer than " + with_thousands(limit) + " bytes", {self.file, 0, 0}, "",
                "split it, or stream it if it is a list of items");
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    size_t bad = utf8_error(text);
    return fail(Code::parse, "the text is not UTF-8", place_of(text, bad, self, options), "JSON in UTF-8");
  }
  static thread_local Scratch scratch;
  // Room for many nodes costs nothing until it is written to, whereas growing copies all that is there.
  if (text.size() > kCopyBelow * 16) scratch.nodes.reserve(std::min<size_t>(text.size() / 8, 16 << 20));
  auto document = std::make_shared<Document>();
  Reader reader(text, self, options, scratch);
  if (Status status = reader.read(); !status) return tl::unexpected(std::move(status).error());

  if (scratch.nodes.size() < kCopyBelow) {
    DocumentParts::nodes(*document).assign(scratch.nodes.begin(), scratch.nodes.end());
  } else {
    DocumentParts::nodes(*document) = std::move(scratch.nodes);
    scratch.nodes = {};
  }
  DocumentParts::self(*document) = std::move(self);
  set_duplicates(*document, scratch.duplicates);
  auto& kept = DocumentParts::kept(*document);
  auto arena = reader.arena();
  kept.reserve((owner ? 1 : 0) + (arena ? 1 : 0));
  if (owner) kept.push_back(std::move(owner));
  if (arena) kept.push_back(std::move(arena));
  return DocumentPtr(std::move(document));
}

Result<DocumentPtr> read_json(std::string_view text, Source self, const JsonOptions& options) {
  if (text.size() > options.bytes_max) return read_json(text, nullptr, std::move(self), options);  // refused before it is copied
  auto copy = std::make_shared<const std::string>(text);
  return read_json(*copy, copy, std::move(self), options);
}

}  // namespace reeve
