#include "report/markdown_shown.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"
#include "report/html_page.h"

namespace reeve {
namespace {

constexpr size_t nested_most = 6;
constexpr size_t link_words_most = 1000;  // farther than that nobody means one

bool blank(std::string_view line) { return trim(line).empty(); }

size_t indent_of(std::string_view line) {
  size_t out = 0;
  for (char c : line) {
    if (c != ' ' && c != '\t') break;
    out += c == '\t' ? 4 : 1;
  }
  return out;
}

// The fence that a line opens or closes: three or more of one mark. Empty: none; ```a``` in a line is code within it.
std::string_view fence_of(std::string_view line) {
  line = trim(line);
  if (line.empty() || (line[0] != '`' && line[0] != '~')) return {};
  const size_t n = std::min(line.find_first_not_of(line[0]), line.size());
  return n < 3 || (line[0] == '`' && line.find('`', n) != std::string_view::npos) ? std::string_view() : line.substr(0, n);
}

// How deep a heading is, 0: none.
size_t heading_of(std::string_view line) {
  line = trim(line);
  const size_t n = std::min(line.find_first_not_of('#'), line.size());
  return n >= 1 && n <= 6 && (n == line.size() || line[n] == ' ') ? n : 0;
}

struct Item {
  bool is = false, ordered = false;
  std::string_view text, number = {};
};
Item item_of(std::string_view line) {
  const std::string_view text = trim(line);
  if (text.size() > 1 && (text[0] == '-' || text[0] == '*' || text[0] == '+') && text[1] == ' ') return {true, false, trim(text.substr(2))};
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits > 0 && digits < 10 && digits + 1 < text.size() && (text[digits] == '.' || text[digits] == ')') && text[digits + 1] == ' ') return {true, true, trim(text.substr(digits + 2)), text.substr(0, digits)};
  return {};
}

bool word_at(std::string_view text, size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

// One paragraph's text. Marks that are not closed are letters.
std::string inline_text(std::string_view text, bool marks = true) {
  std::string out;
  size_t plain = 0;
  std::map<std::string_view, size_t> ahead;  // of each mark where it comes next, if it does: looked for once, so that no text takes longer than it is long
  const auto next = [&](std::string_view mark, size_t from) {
    const auto [known, fresh] = ahead.try_emplace(mark, 0);
    if (fresh || known->second < from) known->second = text.find(mark, from);
    return known->second;
  };
  const auto flush = [&](size_t to) { out += esc(text.substr(plain, to - plain)); };
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '`') {
      const size_t run = std::min(text.find_first_not_of('`', i), text.size()) - i;
      const size_t end = next(text.substr(i, run), i + run);
      if (end != std::string_view::npos) {
        flush(i);
        out += "<code>" + esc(trim(text.substr(i + run, end - i - run))) + "</code>";
        plain = i = end + run;
        continue;
      }
      i += run;
      continue;
    }
    if (marks && (c == '*' || c == '_')) {
      const size_t run = i + 1 < text.size() && text[i + 1] == c ? 2 : 1;
      const bool opens = i + run < text.size() && text[i + run] != ' ' && text[i + run] != c && (c == '*' || i == 0 || !word_at(text, i - 1));
      size_t end = opens ? next(text.substr(i, run), i + run + 1) : std::string_view::npos;
      if (end != std::string_view::npos && (text[end - 1] == ' ' || (c == '_' && end + run < text.size() && word_at(text, end + run)))) end = std::string_view::npos;
      if (end != std::string_view::npos) {
        flush(i);
        const std::string_view tag = run == 2 ? "b" : "em";
        out += "<" + std::string(tag) + ">" + inline_text(text.substr(i + run, end - i - run), false) + "</" + std::string(tag) + ">";
        plain = i = end + run;
        continue;
      }
      i += run;
      continue;
    }
    if (c == '[' || (c == '!' && i + 1 < text.size() && text[i + 1] == '[')) {
      const size_t begin = i + (c == '!' ? 2 : 1), near = text.substr(begin, link_words_most).find("]("), middle = near == std::string_view::npos ? near : begin + near;
      const size_t end = middle == std::string_view::npos ? middle : next(")", middle);
      if (end != std::string_view::npos && text.substr(begin, middle - begin).find_first_of("[]") == std::string_view::npos) {
        flush(i);
        const std::string_view words = text.substr(begin, middle - begin), address = trim(text.substr(middle + 2, end - middle - 2));
        out += c == '!' ? "(picture" + (words.empty() ? std::string() : ": " + esc(words)) + ")" : esc(words) + (words == address || address.empty() ? std::string() : " (" + esc(address) + ")");
        plain = i = end + 1;
        continue;
      }
    }
    ++i;
  }
  flush(text.size());
  return out;
}

class Shown {
 public:
  Shown(std::string_view text, int heading) : heading_(heading) {
    for (std::string_view line : split(text, '\n')) lines_.push_back(ends_with(line, "\r") ? line.substr(0, line.size() - 1) : line);
    size_t least = 6;
    std::string_view fence;
    for (std::string_view line : lines_) {
      if (const auto own = fence_of(line); !own.empty() && (fence.empty() || starts_with(own, fence))) fence = fence.empty() ? own : std::string_view();
      else if (const size_t n = fence.empty() ? heading_of(line) : 0) least = std::min(least, n);
    }
    above_ = least - 1;
  }

  std::string run() {
    while (at_ < lines_.size()) {
      const std::string_view line = lines_[at_];
      if (blank(line)) ++at_;
      else if (!fence_of(line).empty()) out_ += code();
      else if (const size_t n = heading_of(line)) out_ += head(n);
      else if (item_of(line).is) list();
      else paragraph();
    }
    return std::move(out_);
  }

 private:
  std::string head(size_t n) {
    std::string_view text = trim(lines_[at_++]);
    text = trim(text.substr(n));
    const std::string_view open = text.substr(0, text.find_last_not_of('#') + 1);
    if (open.empty() || open.back() == ' ') text = open;  // `# C#` is of C#
    const std::string tag = "h" + std::to_string(std::min<size_t>(6, static_cast<size_t>(heading_) + (n - 1) - std::min(above_, n - 1)));
    return "<" + tag + ">" + inline_text(trim(text)) + "</" + tag + ">";
  }

  std::string code() {
    const std::string_view fence = fence_of(lines_[at_++]);
    std::string text;
    for (; at_ < lines_.size(); ++at_) {
      if (const auto end = fence_of(lines_[at_]); starts_with(end, fence) && trim(lines_[at_]) == end) {
        ++at_;
        break;
      }
      text += std::string(lines_[at_]) + "\n";
    }
    return "<pre><code>" + esc(text) + "</code></pre>";
  }

  // Whether a line is more of the text before it. Of what looks like a list's item that is none in prose but `1.` (It began in⏎2019. …).
  bool goes_on(std::string_view line, bool in_list) const {
    if (blank(line) || !fence_of(line).empty() || heading_of(line)) return false;
    const Item item = item_of(line);
    return !item.is || (!in_list && item.ordered && item.number != "1");
  }

  std::string words() {
    std::string text(trim(lines_[at_++]));
    while (at_ < lines_.size() && goes_on(lines_[at_], false)) text += " " + std::string(trim(lines_[at_++]));
    return text;
  }
  void paragraph() { out_ += "<p>" + inline_text(words()) + "</p>"; }

  // Items until one stands further left than the first, or something that is none; an item's own lists stand within it.
  void list() {
    struct Open {
      size_t indent;
      bool ordered;
    };
    std::vector<Open> open;
    const auto close = [&] {
      out_ += open.back().ordered ? "</li></ol>" : "</li></ul>";
      open.pop_back();
    };
    while (at_ < lines_.size()) {
      size_t next = at_;
      while (next < lines_.size() && blank(lines_[next])) ++next;
      if (next == lines_.size() || !item_of(lines_[next]).is) break;
      at_ = next;
      const size_t indent = indent_of(lines_[at_]);
      const Item item = item_of(lines_[at_]);
      while (open.size() > 1 && indent < open.back().indent) close();
      if (open.size() == 1 && indent <= open.back().indent && item.ordered != open.back().ordered) close();
      if (open.empty() || (indent > open.back().indent + 1 && open.size() < nested_most)) {
        open.push_back({indent, item.ordered});
        out_ += !item.ordered ? "<ul><li>" : item.number == "1" ? "<ol><li>" : "<ol start=\"" + std::string(item.number) + "\"><li>";
      } else {
        out_ += "</li><li>";
      }
      std::string text(item.text);
      ++at_;
      while (at_ < lines_.size() && goes_on(lines_[at_], true)) text += " " + std::string(trim(lines_[at_++]));
      out_ += inline_text(text);
    }
    while (!open.empty()) close();
  }

  int heading_;
  size_t above_ = 0, at_ = 0;
  std::vector<std::string_view> lines_;
  std::string out_;
};

}  // namespace

std::string markdown_shown(std::string_view text, int heading) { return Shown(text, heading).run(); }

}  // namespace reeve
