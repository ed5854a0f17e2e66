#include "detect/regex.h"

#include <re2/re2.h>

#include "base/text.h"
#include "detect/search.h"

namespace reeve {
namespace {

// The longest run of characters that stand for themselves outside of groups, classes and repetitions. Empty: none was found.
std::string literal_in_regex(std::string_view pattern) {
  std::string best, run;
  auto end_run = [&] {
    if (run.size() > best.size()) best = run;
    run.clear();
  };
  size_t depth = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '|') {
      if (depth == 0) return {};
      continue;
    }
    if (c == '(') {
      end_run();
      ++depth;
      if (pattern.substr(i, 2) == "(?" && pattern.substr(i, 3) != "(?:") return {};  // flags may change what a letter means
      continue;
    }
    if (c == ')') {
      if (depth > 0) --depth;
      continue;
    }
    if (c == '[') {
      end_run();
      size_t end = i + 1;
      if (end < pattern.size() && pattern[end] == '^') ++end;
      if (end < pattern.size() && pattern[end] == ']') ++end;
      while (end < pattern.size() && pattern[end] != ']') end += pattern[end] == '\\' ? 2 : 1;
      if (pattern.find("[:", i) < end) return {};
      i = end;
      continue;
    }
    if (c == '*' || c == '?' || c == '{') {
      if (depth == 0 && !run.empty()) {  // the last character may be missing
        size_t last = run.size() - 1;
        while (last > 0 && (static_cast<unsigned char>(run[last]) & 0xC0) == 0x80) --last;
        run.resize(last);
      }
      end_run();
      if (c == '{') {
        const size_t close = pattern.find('}', i);
        if (close == std::string_view::npos) return {};
        i = close;
      }
      continue;
    }
    if (c == '+' || c == '.' || c == '^' || c == '$') {
      end_run();
      continue;
    }
    if (c == '\\') {
      if (i + 1 == pattern.size()) return {};
      const char next = pattern[++i];
      const bool letter = (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
      if (letter) {
        if (std::string_view("dDsSwWbBntrf").find(next) == std::string_view::npos) return {};
        end_run();
        continue;
      }
      if (depth == 0) run += next;
      continue;
    }
    if (depth == 0) run += c;
  }
  end_run();
  return best;
}

}  // namespace

Result<SearchRegex> SearchRegex::make(std::string_view pattern, Flags flags) {
  static constexpr struct { std::string_view mark, name; } outside[] = {
      {"(?=", "look-ahead"}, {"(?!", "look-ahead"}, {"(?<=", "look-behind"}, {"(?<!", "look-behind"}, {"(?>", "an atomic group"}};
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (i + 1 < pattern.size() && pattern[i + 1] >= '1' && pattern[i + 1] <= '9')
        return fail(Code::unsupported, "the regular expression has a back-reference, `" + std::string(pattern.substr(i, 2)) + "`", {}, "",
            "Sigma's regular expressions have none");
      ++i;
      continue;
    }
    for (const auto& one : outside)
      if (starts_with(pattern.substr(i), one.mark))
        return fail(Code::unsupported, "the regular expression has " + std::string(one.name) + ", `" + std::string(one.mark) + "`", {}, "",
            "Sigma's regular expressions have none");
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!flags.ignore_case);
  options.set_dot_nl(flags.dot_all);
  options.set_max_mem(16 << 20);
  const std::string whole = flags.multi_line ? "(?m)" + std::string(pattern) : std::string(pattern);
  auto regex = std::make_shared<re2::RE2>(whole, options);
  if (!regex->ok()) {
    std::string reason = regex->error();
    return fail(regex->error_code() == re2::RE2::ErrorPatternTooLarge ? Code::limit : Code::parse,
                "the regular expression `" + std::string(pattern.substr(0, 200)) + "` is not valid: " + reason);
  }
  SearchRegex out;
  if (!flags.ignore_case) out.hint_ = literal_in_regex(pattern);
  out.regex_ = std::move(regex);
  return out;
}

std::string SearchRegex::quoted(std::string_view text) { return re2::RE2::QuoteMeta(re2::StringPiece(text.data(), text.size())); }

bool SearchRegex::in(std::string_view text) const {
  if (!hint_.empty() && find_bytes(text, hint_) == std::string_view::npos) return false;
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

}  // namespace reeve
