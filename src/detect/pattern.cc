#include "detect/pattern.h"

#include <array>
#include <cstring>

#include "base/text.h"

namespace reeve {
namespace {

// hyphen, slash, en dash, em dash, horizontal bar
constexpr std::array<std::string_view, 5> dashes = {"-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"};

constexpr uint16_t step_any = 256, step_one = 257, step_dash = 258;

bool ascii(std::string_view text) {
  for (char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

size_t character_bytes(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return end - at;
}

size_t dash_bytes(std::string_view text) {
  for (std::string_view dash : dashes)
    if (starts_with(text, dash)) return dash.size();
  return 0;
}

}  // namespace

void Pattern::push(Piece::Kind kind) { pieces_.push_back({kind, {}}); }

void Pattern::push_text(std::string_view text) {
  if (text.empty()) return;
  if (pieces_.empty() || pieces_.back().kind != Piece::Kind::text) push(Piece::Kind::text);
  pieces_.back().text.append(text);
}

Pattern Pattern::read(std::string_view sigma) {
  Pattern out;
  for (size_t i = 0; i < sigma.size(); ++i) {
    const char c = sigma[i];
    if (c == '\\' && i + 1 < sigma.size() && (sigma[i + 1] == '\\' || sigma[i + 1] == '*' || sigma[i + 1] == '?')) {
      out.push_text(sigma.substr(++i, 1));
    } else if (c == '*') {
      out.open_end();
    } else if (c == '?') {
      out.push(Piece::Kind::one);
    } else {
      out.push_text(sigma.substr(i, 1));
    }
  }
  return out;
}

Pattern Pattern::literal(std::string_view text) {
  Pattern out;
  out.push_text(text);
  return out;
}

bool Pattern::plain() const {
  for (const Piece& piece : pieces_)
    if (piece.kind != Piece::Kind::text) return false;
  return true;
}

std::string Pattern::text() const {
  std::string out;
  for (const Piece& piece : pieces_) out += piece.text;
  return out;
}

void Pattern::open_start() {
  if (pieces_.empty() || pieces_.front().kind != Piece::Kind::any) pieces_.insert(pieces_.begin(), {Piece::Kind::any, {}});
}

void Pattern::open_end() {
  if (pieces_.empty() || pieces_.back().kind != Piece::Kind::any) push(Piece::Kind::any);
}

void Pattern::add(const Pattern& behind) {
  for (const Piece& piece : behind.pieces_) {
    if (piece.kind == Piece::Kind::text) {
      push_text(piece.text);
    } else if (piece.kind == Piece::Kind::any) {
      open_end();
    } else {
      push(piece.kind);
    }
  }
}

void Pattern::free_dashes() {
  Pattern out;
  for (const Piece& piece : pieces_) {
    if (piece.kind != Piece::Kind::text) {
      out.push(piece.kind);
      continue;
    }
    for (size_t i = 0; i < piece.text.size();) {
      if (const size_t bytes = dash_bytes(std::string_view(piece.text).substr(i))) {
        out.push(Piece::Kind::dash);
        i += bytes;
      } else {
        out.push_text(std::string_view(piece.text).substr(i, 1));
        ++i;
      }
    }
  }
  *this = std::move(out);
}

std::vector<Pattern> Pattern::without_dashes(size_t most) const {
  std::vector<Pattern> out(1);
  for (const Piece& piece : pieces_) {
    if (piece.kind != Piece::Kind::dash) {
      Pattern one;
      one.pieces_.push_back(piece);
      for (Pattern& pattern : out) pattern.add(one);
      continue;
    }
    if (out.size() * dashes.size() > most) return {};
    std::vector<Pattern> wider;
    for (const Pattern& pattern : out)
      for (std::string_view dash : dashes) {
        wider.push_back(pattern);
        wider.back().push_text(dash);
      }
    out = std::move(wider);
  }
  return out;
}

bool Pattern::operator==(const Pattern& other) const {
  if (pieces_.size() != other.pieces_.size()) return false;
  for (size_t i = 0; i < pieces_.size(); ++i)
    if (pieces_[i].kind != other.pieces_[i].kind || pieces_[i].text != other.pieces_[i].text) return false;
  return true;
}

Needle::Needle(const Pattern& pattern, bool cased) : cased_(cased) {
  using Piece = Pattern::Piece;
  const std::vector<Piece>& pieces = pattern.pieces();
  bool wide = false;
  for (const Piece& piece : pieces) wide |= !ascii(piece.text);
  if (wide && !cased) {
    std::string expression = "\\A";
    for (const Piece& piece : pieces) {
      switch (piece.kind) {
        case Piece::Kind::text: expression += SearchRegex::quoted(piece.text); break;
        case Piece::Kind::any: expression += ".*"; break;
        case Piece::Kind::one: expression += "."; break;
        case Piece::Kind::dash: expression += "[-/\xE2\x80\x93\xE2\x80\x94\xE2\x80\x95]"; break;
      }
    }
    if (auto made = SearchRegex::make(expression + "\\z", {.ignore_case = true, .dot_all = true})) {
      kind_ = Kind::folded;
      folded_ = std::move(*made);
      return;
    }
  }
  size_t first = 0, last = pieces.size();
  const bool from_start = pieces.empty() || pieces.front().kind != Piece::Kind::any;
  const bool to_end = pieces.empty() || pieces.back().kind != Piece::Kind::any;
  if (!from_start) ++first;
  if (!to_end && last > first) --last;
  bool simple = last - first <= 1;
  if (last - first == 1) simple = pieces[first].kind == Piece::Kind::text;
  if (simple) {
    if (last > first) word_ = cased ? pieces[first].text : lower(pieces[first].text);
    kind_ = from_start ? (to_end ? Kind::exact : Kind::prefix) : (to_end ? Kind::suffix : Kind::inside);
    if (!from_start && last == first) kind_ = Kind::everything;
    return;
  }
  kind_ = Kind::glob;
  for (const Piece& piece : pieces) {
    switch (piece.kind) {
      case Piece::Kind::text:
        for (char c : piece.text) steps_.push_back(static_cast<unsigned char>(cased ? c : fold(c)));
        break;
      case Piece::Kind::any: steps_.push_back(step_any); break;
      case Piece::Kind::one: steps_.push_back(step_one); break;
      case Piece::Kind::dash: steps_.push_back(step_dash); break;
    }
  }
}

bool Needle::in(std::string_view text) const {
  switch (kind_) {
    case Kind::everything: return true;
    case Kind::exact: return cased_ ? text == word_ : equal_folded(text, word_);
    case Kind::prefix:
      if (text.size() < word_.size()) return false;
      text = text.substr(0, word_.size());
      return cased_ ? text == word_ : equal_folded(text, word_);
    case Kind::suffix:
      if (text.size() < word_.size()) return false;
      text = text.substr(text.size() - word_.size());
      return cased_ ? text == word_ : equal_folded(text, word_);
    case Kind::inside: return (cased_ ? find_bytes(text, word_) : find_folded(text, word_)) != std::string_view::npos;
    case Kind::glob: return glob(text);
    case Kind::folded: return folded_.in(text);
  }
  return false;
}

bool Needle::glob(std::string_view text) const {
  size_t s = 0, t = 0, star = SIZE_MAX, mark = 0;
  while (t < text.size()) {
    if (s < steps_.size() && steps_[s] == step_any) {
      star = s++;
      mark = t;
      continue;
    }
    size_t taken = 0;
    if (s < steps_.size()) {
      if (steps_[s] == step_one) {
        taken = character_bytes(text, t);
      } else if (steps_[s] == step_dash) {
        taken = dash_bytes(text.substr(t));
      } else {
        taken = static_cast<unsigned char>(cased_ ? text[t] : fold(text[t])) == steps_[s];
      }
    }
    if (taken) {
      ++s;
      t += taken;
    } else if (star != SIZE_MAX) {
      s = star + 1;
      mark += character_bytes(text, mark);
      t = mark;
    } else {
      return false;
    }
  }
  while (s < steps_.size() && steps_[s] == step_any) ++s;
  return s == steps_.size();
}

}  // namespace reeve
