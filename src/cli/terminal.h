// Terminal: what the other end can show, and text laid out for it (ux.md §§2, 5).
//
// Everything that depends on the world (is it a terminal, how wide, which locale, which variables) is asked once into a Terminal;
// the rest is plain functions of it, so a test says `{.width = 120, .colour = true}` and compares texts.
//
//   Terminal terminal = terminal_of(STDOUT_FILENO, options.has("--no-color"));
//   Table table({{"practice"}, {"fail", Align::right}, {"first blocker", Align::left, 100}});
//   table.row({{"BP02 root user"}, {"9", Ink::fail}, {"root MFA"}});
//   out(table.text(terminal));
//
// Text that came from an input is made safe before it is shown: a bucket's tag must not move the cursor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

namespace reeve {

struct Terminal {
  bool tty = false;     // a person looks at it; false: a pipe or a file
  bool colour = false;  // escape sequences may be written
  bool utf8 = false;    // `·` and `…` may be written
  int width = 80;       // columns
  bool narrow() const { return width < 100; }
};

// What there is to ask about one output stream.
struct TerminalFacts {
  bool tty = false;
  int columns = 0;  // as the terminal says; 0 not known
  // Environment variables; empty if unset.
  std::string no_color, term, columns_variable, lc_all, lc_ctype, lang;
};
// Colour only on a terminal, without NO_COLOR, with a TERM that is not `dumb`, without --no-color. Width: COLUMNS, else the
// terminal's, else 80. UTF-8 by the first of LC_ALL, LC_CTYPE, LANG that is set.
Terminal terminal_from(const TerminalFacts& facts, bool no_color);
Terminal terminal_of(int descriptor, bool no_color);

// The 16 colours of ANSI, so that the user's theme decides. The word carries the meaning; ink adds to it.
enum class Ink : uint8_t { plain, fail, unknown, excepted, heading, dim };
std::string paint(const Terminal& terminal, Ink ink, std::string_view text);

// Columns that `text` takes on a terminal: wide characters count two, combining ones none.
int display_width(std::string_view text);
// Input text without anything that could act on a terminal or a reader: control characters, broken UTF-8 and characters that
// turn the direction of writing become `?`.
std::string safe(std::string_view text);
// Our own words for a terminal without UTF-8: `…` → `...`, `·` and dashes → `-`, other characters beyond ASCII → `?`.
std::string fold(const Terminal& terminal, std::string_view text);

// At most `width` columns. An ARN first gives up its middle, then its name does: arn:…:role/Payr…er. Other text gives up its middle.
std::string shorten(const Terminal& terminal, std::string_view text, int width);
// Words of `text` on lines of at most `width` columns, each behind `indent` spaces; a word that is longer stands alone.
std::string wrap(std::string_view text, int width, int indent);
// Lines of `text`, those that are wider than `width` going on below, four columns further in.
std::string hang(std::string_view text, int width);

enum class Align : uint8_t { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  int from_width = 0;    // shown only on terminals at least this wide
  bool shrinks = false;  // on a terminal, its texts may be shortened to make a line fit
  bool words = false;    // and in a pipe as well: what it says is no name that somebody looks for
  bool pushes = false;   // never cut: a long one takes its room from the words behind it in its row
};

struct Cell {
  std::string text;
  Ink ink = Ink::plain;
};

// Rows in columns, two spaces apart, without boxes or trailing space. On a terminal no line is wider than it: columns that shrink give way
// first, then columns drop from the right (never the first). Elsewhere names stay in full: one that is too long pushes its own row alone.
class Table {
 public:
  explicit Table(std::vector<Column> columns, int indent = 0);
  void row(std::vector<Cell> cells);
  // The rows, `rows_max` of them and then `… 1,264 more: --all`; all if rows_max is 0. Titles only if a column has one.
  std::string text(const Terminal& terminal, size_t rows_max = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  int indent_;
};

}  // namespace reeve
