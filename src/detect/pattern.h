// Pattern: a Sigma string with its wildcards, before and after it is made ready for matching.
//
//   Pattern p = Pattern::read("C:\\\\Windows\\*");   // `*` any run, `?` one character, a backslash escapes them and itself
//   p.open_end(); p.open_start();                    // startswith, endswith; both: contains
//   Needle n(p, /*cased=*/false);  n.in(text)
//
// Source: Sigma Rules Specification 2.1.0, "String Wildcard" and "Escape Character". Case: letters of ASCII are folded byte by byte; a pattern
// with other letters is matched with Unicode's simple folding (docs/formats/detections.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/regex.h"
#include "detect/search.h"

namespace reeve {

class Pattern {
 public:
  struct Piece {
    enum class Kind : uint8_t { text, any, one, dash };  // dash: any of the five that windash makes interchangeable
    Kind kind = Kind::text;
    std::string text;
  };

  static Pattern read(std::string_view sigma);       // wildcards and escapes
  static Pattern literal(std::string_view text);     // every character for itself
  bool plain() const;                                // no wildcard, no dash class
  std::string text() const;                          // of a plain one
  const std::vector<Piece>& pieces() const { return pieces_; }
  void open_start();
  void open_end();
  void add(const Pattern& behind);
  void free_dashes();                                // windash
  // Each text with its wildcards in place that the dash classes stand for; nothing if they are more than `most`.
  std::vector<Pattern> without_dashes(size_t most) const;
  // A pattern with each of its texts changed; wildcards stay where they are.
  template <class Change>
  Pattern changed(Change change) const {
    Pattern out = *this;
    for (Piece& piece : out.pieces_)
      if (piece.kind == Piece::Kind::text) piece.text = change(piece.text);
    return out;
  }
  bool operator==(const Pattern& other) const;

 private:
  void push(Piece::Kind kind);
  void push_text(std::string_view text);
  std::vector<Piece> pieces_;
};

// A pattern ready to be looked for; cheap to match, many threads at once.
class Needle {
 public:
  Needle() = default;
  Needle(const Pattern& pattern, bool cased);
  bool in(std::string_view text) const;
  // The one text that it matches, folded unless cased; only of a Needle without wildcards.
  bool exact() const { return kind_ == Kind::exact; }
  bool cased() const { return cased_; }
  const std::string& word() const { return word_; }

 private:
  enum class Kind : uint8_t { exact, prefix, suffix, inside, everything, glob, folded };
  bool glob(std::string_view text) const;
  Kind kind_ = Kind::exact;
  bool cased_ = false;
  std::string word_;
  std::vector<uint16_t> steps_;              // of Kind::glob
  SearchRegex folded_; // of Kind::folded: Unicode's folding
};

}  // namespace reeve
