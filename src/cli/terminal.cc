#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace reeve {
namespace {

constexpr int width_min = 40, width_max = 1000;

// Takes one code point from the front; U+FFFFFFFF for a byte that begins none.
constexpr uint32_t broken = 0xFFFFFFFF;
uint32_t take(std::string_view& text) {
  auto lead = static_cast<unsigned char>(text.front());
  size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (size == 0 || size > text.size() || !valid_utf8(text.substr(0, size))) {
    text.remove_prefix(1);
    return broken;
  }
  uint32_t point = size == 1 ? lead : lead & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  text.remove_prefix(size);
  return point;
}

bool in(uint32_t point, std::initializer_list<std::pair<uint32_t, uint32_t>> ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return point >= range.first && point <= range.second; });
}

// By Unicode's East Asian Width and general category, the ranges that occur in practice.
int columns_of(uint32_t point) {
  if (in(point, {{0x300, 0x36F}, {0x483, 0x489}, {0x591, 0x5BD}, {0x610, 0x61A}, {0x64B, 0x65F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}}))
    return 0;
  bool wide = in(point, {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},
                         {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}});
  return wide ? 2 : 1;
}

// Controls (C0, DEL, C1) and what reorders or hides text: marks, embeddings, overrides and isolates of direction, line separators.
bool acts(uint32_t point) {
  return point == broken || in(point, {{0, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0x61C, 0x61C}, {0xFEFF, 0xFEFF}});
}

// The longest beginning of `text` that takes at most `width` columns, and the longest end.
std::string_view head(std::string_view text, int width) {
  std::string_view rest = text;
  size_t end = 0;
  while (!rest.empty()) {
    uint32_t point = take(rest);
    width -= point == broken ? 1 : columns_of(point);
    if (width < 0) break;
    end = text.size() - rest.size();
  }
  return text.substr(0, end);
}
std::string_view tail(std::string_view text, int width) {
  int skip = display_width(text) - width;
  while (!text.empty() && skip > 0) {
    uint32_t point = take(text);
    skip -= point == broken ? 1 : columns_of(point);
  }
  return text;
}

std::string_view gap(const Terminal& terminal) { return terminal.utf8 ? "…" : "..."; }

// Two thirds of what is kept stand before the gap, for names tell most at their beginning.
std::string shorten_middle(const Terminal& terminal, std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  int kept = width - display_width(gap(terminal));
  if (kept < 2) return std::string(head(text, width));
  int before = (kept * 2 + 2) / 3;
  return std::string(head(text, before)) + std::string(gap(terminal)) + std::string(tail(text, kept - before));
}

bool says_utf8(const TerminalFacts& facts) {
  for (const std::string* variable : {&facts.lc_all, &facts.lc_ctype, &facts.lang})
    if (!variable->empty()) {
      std::string value = lower(*variable);
      return contains(value, "utf-8") || contains(value, "utf8");
    }
  return false;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

Terminal terminal_from(const TerminalFacts& facts, bool no_color) {
  Terminal terminal;
  terminal.tty = facts.tty;
  terminal.colour = facts.tty && !no_color && facts.no_color.empty() && facts.term != "dumb";
  terminal.utf8 = says_utf8(facts);
  auto wished = parse_int(facts.columns_variable);
  int64_t width = wished && *wished > 0 ? *wished : facts.tty && facts.columns > 0 ? facts.columns : 80;
  terminal.width = static_cast<int>(std::clamp<int64_t>(width, width_min, width_max));
  return terminal;
}

Terminal terminal_of(int descriptor, bool no_color) {
  TerminalFacts facts;
  facts.tty = ::isatty(descriptor) == 1;
  winsize size{};
  if (facts.tty && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0) facts.columns = size.ws_col;
  facts.no_color = variable("NO_COLOR");
  facts.term = variable("TERM");
  facts.columns_variable = variable("COLUMNS");
  facts.lc_all = variable("LC_ALL");
  facts.lc_ctype = variable("LC_CTYPE");
  facts.lang = variable("LANG");
  return terminal_from(facts, no_color);
}

std::string paint(const Terminal& terminal, Ink ink, std::string_view text) {
  if (!terminal.colour || text.empty()) return std::string(text);
  std::string_view code;
  switch (ink) {
    case Ink::plain: return std::string(text);
    case Ink::fail: code = "1;31"; break;
    case Ink::unknown: code = "1;35"; break;
    case Ink::excepted: code = "33"; break;
    case Ink::heading: code = "1"; break;
    case Ink::dim: code = "2"; break;
  }
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    uint32_t point = take(text);
    width += point == broken ? 1 : columns_of(point);
  }
  return width;
}

std::string safe(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view before = text;
    uint32_t point = take(text);
    if (acts(point))
      out += '?';
    else
      out += before.substr(0, before.size() - text.size());
  }
  return out;
}

std::string fold(const Terminal& terminal, std::string_view text) {
  if (terminal.utf8) return std::string(text);
  std::string out;
  while (!text.empty()) {
    uint32_t point = take(text);
    if (point < 0x80) out += static_cast<char>(point);
    else if (point == 0x2026) out += "...";
    else if (point == 0xB7 || point == 0x2010 || point == 0x2011 || point == 0x2012 || point == 0x2013 || point == 0x2014 || point == 0x2212) out += '-';
    else if (point == 0x2018 || point == 0x2019) out += '\'';
    else if (point == 0x201C || point == 0x201D) out += '"';
    else if (point == 0x2192) out += "->";
    else if (point == 0x2265) out += ">=";
    else if (point == 0x2264) out += "<=";
    else if (point == 0xD7) out += 'x';
    else if (point == 0xA0) out += ' ';
    else out += '?';
  }
  return out;
}

std::string shorten(const Terminal& terminal, std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  if (!starts_with(text, "arn:")) return shorten_middle(terminal, text, width);
  // arn:partition:service:region:account:resource
  size_t at = 0;
  for (int colons = 0; colons < 5; ++colons) {
    at = text.find(':', at);
    if (at == std::string_view::npos) return shorten_middle(terminal, text, width);
    ++at;
  }
  std::string front = "arn:" + std::string(gap(terminal)) + ":";
  std::string_view resource = text.substr(at);
  int room = width - display_width(front);
  if (display_width(resource) <= room) return front + std::string(resource);
  size_t slash = resource.find_last_of("/:");
  std::string_view kind = slash == std::string_view::npos ? std::string_view() : resource.substr(0, slash + 1);
  constexpr int name_min = 6;  // less of a name than this says nothing
  if (room - display_width(kind) >= name_min)
    return front + std::string(kind) + shorten_middle(terminal, resource.substr(kind.size()), room - display_width(kind));
  if (room >= name_min) return front + shorten_middle(terminal, resource, room);
  return shorten_middle(terminal, text, width);
}

std::string wrap(std::string_view text, int width, int indent) {
  std::string out, line;
  std::string margin(static_cast<size_t>(indent), ' ');
  auto flush = [&] {
    if (!line.empty()) out += margin + line + "\n";
    line.clear();
  };
  for (std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > width) flush();
    if (!line.empty()) line += ' ';
    line += word;
  }
  flush();
  return out;
}

std::string hang(std::string_view text, int width) {
  constexpr size_t kFurther = 4;
  std::string out;
  for (std::string_view line : split(text.substr(0, text.size() - (text.ends_with('\n') ? 1 : 0)), '\n')) {
    if (display_width(line) <= width) {
      out.append(line) += '\n';
      continue;
    }
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    // The first line has the room of those below it: it is what lies left of them that shows where a new one begins.
    out.append(indent, ' ') += wrap(line, width, static_cast<int>(indent + kFurther)).substr(indent + kFurther);
  }
  return out;
}

Table::Table(std::vector<Column> columns, int indent) : columns_(std::move(columns)), indent_(indent) { assert(!columns_.empty()); }

void Table::row(std::vector<Cell> cells) {
  assert(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text(const Terminal& terminal, size_t rows_max) const {
  size_t shown_rows = rows_max == 0 ? rows_.size() : std::min(rows_max, rows_.size());
  std::vector<size_t> shown;
  for (size_t c = 0; c < columns_.size(); ++c)
    if (terminal.width >= columns_[c].from_width) shown.push_back(c);

  std::vector<int> width(columns_.size(), 0);
  bool titles = false;
  for (size_t c = 0; c < columns_.size(); ++c) {
    width[c] = display_width(columns_[c].title);
    titles |= !columns_[c].title.empty();
    for (size_t r = 0; r < shown_rows; ++r) width[c] = std::max(width[c], display_width(rows_[r][c].text));
  }

  // Only a terminal has an edge: in a pipe a cut name is a lost name.
  constexpr int shrunk_min = 12, pushing_min = 24, words_min = 4;
  auto excess = [&] {
    int total = indent_ - 2;
    for (size_t c : shown) total += width[c] + 2;
    return total - terminal.width;
  };
  while (excess() > 0) {
    size_t widest = columns_.size();
    for (size_t c : shown) {
      const int least = columns_[c].pushes ? pushing_min : columns_[c].shrinks ? shrunk_min : width[c];
      if (width[c] > least && (widest == columns_.size() || width[c] > width[widest])) widest = c;
    }
    if (widest != columns_.size()) {
      --width[widest];
    } else if (!terminal.tty) {
      break;
    } else if (shown.size() > 1) {
      shown.pop_back();
    } else {
      width[shown[0]] = std::max(1, terminal.width - indent_);
    }
  }

  auto line = [&](const std::vector<Cell>& cells) {
    std::string out(static_cast<size_t>(indent_), ' ');
    std::string pending;  // spaces that only matter if something follows
    int pushed = 0;       // columns that cells so far took beyond their own
    for (size_t i = 0; i < shown.size(); ++i) {
      size_t c = shown[i];
      int room = width[c];
      if (columns_[c].words && pushed > 0) room = std::max(words_min, room - pushed), pushed -= width[c] - room;
      const bool cut = (terminal.tty || columns_[c].words) && !columns_[c].pushes;
      std::string text = cut ? shorten(terminal, cells[c].text, room) : cells[c].text;
      std::string pad(static_cast<size_t>(std::max(0, room - display_width(text))), ' ');
      if (columns_[c].pushes) pushed += std::max(0, display_width(text) - room);
      if (i != 0) pending += "  ";
      if (columns_[c].align == Align::right) pending += pad;
      if (!text.empty()) {
        out += pending + paint(terminal, cells[c].ink, text);
        pending.clear();
      }
      if (columns_[c].align == Align::left) pending += pad;
    }
    if (out.find_first_not_of(' ') == std::string::npos) out.clear();
    return out + "\n";
  };

  std::string out;
  if (titles) {
    std::vector<Cell> head_cells;
    for (const Column& column : columns_) head_cells.push_back({column.title, Ink::dim});
    out += line(head_cells);
  }
  for (size_t r = 0; r < shown_rows; ++r) out += line(rows_[r]);
  if (shown_rows < rows_.size())
    out += std::string(static_cast<size_t>(indent_), ' ') + std::string(gap(terminal)) + " " + with_thousands(rows_.size() - shown_rows) + " more: --all\n";
  return out;
}

}  // namespace reeve
