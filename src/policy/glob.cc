#include "policy/glob.h"

#include <cstring>

#include "base/text.h"

namespace reeve::policy {

size_t Glob::literal_prefix() const {
  size_t at = wild.find_first_not_of('\0');
  return at == std::string::npos ? text.size() : at;
}

void Glob::add(std::string_view literal_text) {
  text += literal_text;
  wild.append(literal_text.size(), '\0');
}

void Glob::add_wild(char kind) {
  text += kind == '?' ? '?' : '*';
  wild += kind;
}

Glob glob_of(std::string_view text, bool wildcards) {
  Glob glob{std::string(text), std::string(text.size(), '\0')};
  if (wildcards)
    for (size_t i = 0; i < text.size(); ++i)
      if (text[i] == '*' || text[i] == '?') glob.wild[i] = text[i];
  return glob;
}

namespace {
// Two stacked backtrack points, because a star that stops at colons may fail where an earlier star could still go on.
bool match_from(const Glob& glob, size_t i, std::string_view text, size_t j, int& steps) {
  size_t star = std::string::npos, star_at = 0;
  for (;;) {
    if (--steps < 0) return false;
    if (i < glob.text.size() && glob.wild[i] == '*') {
      star = ++i;
      star_at = j;
      continue;
    }
    if (i < glob.text.size() && glob.wild[i] == 'c') {
      for (size_t end = j;; ++end) {
        if (match_from(glob, i + 1, text, end, steps)) return true;
        if (end >= text.size() || text[end] == ':') break;
      }
    } else if (i == glob.text.size() && j == text.size()) {
      return true;
    } else if (i < glob.text.size() && j < text.size() && (glob.wild[i] == '?' || glob.text[i] == text[j])) {
      ++i;
      ++j;
      continue;
    }
    if (star == std::string::npos || star_at >= text.size()) return false;
    i = star;
    j = ++star_at;
  }
}
}  // namespace

bool matches(const Glob& glob, std::string_view text) {
  int steps = 4'000'000;  // hostile patterns end as "no match"; honest ones need some hundreds
  return match_from(glob, 0, text, 0, steps);
}

std::string instance(const Glob& glob, std::string_view filler) {
  std::string out;
  for (size_t i = 0; i < glob.text.size(); ++i) {
    if (glob.wild[i] == 0)
      out += glob.text[i];
    else if (glob.wild[i] == '?')
      out += filler.empty() ? 'x' : filler[0];
    else
      out += filler;
  }
  return out;
}

std::optional<std::string> common_instance(const Glob& a, const Glob& b, std::string_view filler) {
  const size_t n = a.text.size(), m = b.text.size();
  if (a.literal()) return matches(b, a.text) ? std::optional(a.text) : std::nullopt;
  if (b.literal()) return matches(a, b.text) ? std::optional(b.text) : std::nullopt;
  if ((n + 1) * (m + 1) > 1'000'000) return std::nullopt;
  // Most pairs differ in what stands before their first or behind their last wildcard.
  size_t head = std::min(a.literal_prefix(), b.literal_prefix());
  if (a.text.compare(0, head, b.text, 0, head) != 0) return std::nullopt;
  for (size_t k = 1; k <= std::min(n, m) && a.wild[n - k] == 0 && b.wild[m - k] == 0; ++k)
    if (a.text[n - k] != b.text[m - k]) return std::nullopt;
  // Depth-first over pairs of positions; `from` remembers how a pair was first reached, so that the text can be read back.
  struct Step {
    uint32_t from;
    char emit;  // 0: nothing, '*': the filler, else the byte; '?' emits the filler's first byte as 1
    bool seen;
  };
  std::vector<Step> steps((n + 1) * (m + 1));
  auto id = [m](size_t i, size_t j) { return static_cast<uint32_t>(i * (m + 1) + j); };
  std::vector<uint32_t> todo{0};
  steps[0].seen = true;
  auto star = [](const Glob& glob, size_t at) { return at < glob.text.size() && (glob.wild[at] == '*' || glob.wild[at] == 'c'); };
  while (!todo.empty()) {
    uint32_t at = todo.back();
    todo.pop_back();
    size_t i = at / (m + 1), j = at % (m + 1);
    if (i == n && j == m) {
      std::vector<std::string> pieces;
      for (uint32_t step = at; step != 0; step = steps[step].from) {
        char emit = steps[step].emit;
        if (emit == 2)
          pieces.emplace_back(filler);
        else if (emit == 1)
          pieces.emplace_back(1, filler.empty() ? 'x' : filler[0]);
        else if (emit != 0)
          pieces.emplace_back(1, emit);
      }
      std::string out;
      for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) out += *piece;
      return out;
    }
    auto go = [&](size_t to_i, size_t to_j, char emit) {
      auto& step = steps[id(to_i, to_j)];
      if (step.seen) return;
      step = {at, emit, true};
      todo.push_back(id(to_i, to_j));
    };
    bool star_a = star(a, i), star_b = star(b, j);
    // Pushed last is tried first: prefer stars that stand for something.
    if (star_a && star_b) {
      go(i, j + 1, 0);
      go(i + 1, j, 2);
    } else if (star_a) {
      go(i + 1, j, 0);
      if (j < m && !(a.wild[i] == 'c' && b.text[j] == ':' && b.wild[j] == 0)) go(i, j + 1, b.wild[j] == '?' ? 1 : b.text[j]);
    } else if (star_b) {
      go(i, j + 1, 0);
      if (i < n && !(b.wild[j] == 'c' && a.text[i] == ':' && a.wild[i] == 0)) go(i + 1, j, a.wild[i] == '?' ? 1 : a.text[i]);
    } else if (i < n && j < m) {
      bool any_a = a.wild[i] == '?', any_b = b.wild[j] == '?';
      if (any_a && any_b)
        go(i + 1, j + 1, 1);
      else if (any_a)
        go(i + 1, j + 1, b.text[j]);
      else if (any_b || a.text[i] == b.text[j])
        go(i + 1, j + 1, a.text[i]);
    }
  }
  return std::nullopt;
}

bool matches_everything(const Glob& glob) { return !glob.text.empty() && glob.wild.find_first_not_of('*') == std::string::npos; }

Shape shape_of(const Glob& glob) {
  size_t first = glob.literal_prefix();
  if (first == glob.text.size()) return Shape::literal;
  if (glob.wild[first] == '*' && first + 1 == glob.text.size()) return first == 0 ? Shape::everything : Shape::prefix;
  return Shape::general;
}

bool has_variable(std::string_view pattern) { return pattern.find("${") != std::string_view::npos; }

namespace {
class ContextKeys final : public KeySource {
 public:
  explicit ContextKeys(const Context& context) : context_(context) {}
  KeyView find(std::string_view key) const override {
    const ContextValue* value = context_.find(key);
    return value ? KeyView::of(*value) : KeyView{context_.otherwise, nullptr, {}};
  }

 private:
  const Context& context_;
};
}  // namespace

Expanded expand(std::string_view pattern, const Context& context, bool variables, bool wildcards) {
  return expand(pattern, ContextKeys(context), variables, wildcards);
}

ResourcePattern resource_pattern(std::string_view pattern, const Context& context, bool variables) {
  return resource_pattern(pattern, ContextKeys(context), variables);
}

Expanded expand(std::string_view pattern, const KeySource& keys, bool variables, bool wildcards) {
  Expanded out;
  for (size_t i = 0; i < pattern.size();) {
    char c = pattern[i];
    if (variables && c == '$' && i + 1 < pattern.size() && pattern[i + 1] == '{') {
      size_t close = pattern.find('}', i);
      if (close != std::string_view::npos) {
        std::string_view inside = pattern.substr(i + 2, close - i - 2);
        i = close + 1;
        if (inside == "*" || inside == "?" || inside == "$") {
          out.glob.add(inside);
          continue;
        }
        std::optional<std::string> fallback;
        size_t comma = inside.find(',');
        if (comma != std::string_view::npos) {
          std::string_view text = trim(inside.substr(comma + 1));
          if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') fallback = std::string(text.substr(1, text.size() - 2));
          inside = inside.substr(0, comma);
        }
        KeyView value = keys.find(trim(inside));
        if (value.size() == 1) {
          out.glob.add(value[0]);  // a star inside a value is a plain character
        } else if (value.size() == 0 && value.state != ContextValue::State::unknown) {
          if (fallback)
            out.glob.add(*fallback);
          else
            out.null = true;
        } else {  // not known, or multi-valued, which AWS does not allow here
          out.unknown = true;
          out.glob.add_wild('*');
        }
        continue;
      }
    }
    if (wildcards && (c == '*' || c == '?'))
      out.glob.add_wild(c);
    else
      out.glob.add(pattern.substr(i, 1));
    ++i;
  }
  out.shape = shape_of(out.glob);
  return out;
}

Truth matches(const Expanded& pattern, std::string_view text) {
  if (pattern.null) return Truth::no;
  switch (pattern.shape) {
    case Shape::everything: break;
    case Shape::literal:
      if (pattern.glob.text != text) return Truth::no;
      break;
    case Shape::prefix:
      if (text.size() + 1 < pattern.glob.text.size() ||
          std::memcmp(text.data(), pattern.glob.text.data(), pattern.glob.text.size() - 1) != 0)
        return Truth::no;
      break;
    case Shape::general:
      if (!matches(pattern.glob, text)) return Truth::no;
  }
  return pattern.unknown ? Truth::unknown : Truth::yes;
}

}  // namespace reeve::policy
