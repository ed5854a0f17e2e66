#include "check/guard_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace reeve::guard {
namespace {

// Enough for any honest pattern over a policy document; a pattern that needs more is told so instead of hanging a run.
constexpr uint32_t match_limit = 2'000'000;
constexpr size_t remembered_max = 10'000;  // patterns that are looked for among those compiled already
constexpr uint32_t heap_limit_kib = 32 * 1024;
constexpr size_t stack_bytes_first = 32 << 10, stack_bytes_max = 1 << 20;  // of the machine code's own stack

// PCRE2 objects that one thread uses for all its matches.
struct Matching {
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_match_data* data = pcre2_match_data_create(64, nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(stack_bytes_first, stack_bytes_max, nullptr);
  Matching() {
    pcre2_set_match_limit(context, match_limit);
    pcre2_set_depth_limit(context, match_limit);
    pcre2_set_heap_limit(context, heap_limit_kib);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Matching() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_jit_stack_free(stack);
  }
};

Matching& matching() {
  thread_local Matching one;
  return one;
}

// `\h` is a hexadecimal digit in Guard's dialect and horizontal space in PCRE2.
std::string translate(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      if (pattern[i + 1] == 'h') {
        out += in_class ? "0-9A-Fa-f" : "[0-9A-Fa-f]";
      } else {
        out.append(pattern.substr(i, 2));
      }
      ++i;
      continue;
    }
    if (pattern[i] == '[') in_class = true;
    if (pattern[i] == ']') in_class = false;
    out += pattern[i];
  }
  return out;
}

bool name_byte(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

}  // namespace

struct Regex::Compiled {
  explicit Compiled(pcre2_code* made) : code(made) {}
  ~Compiled() { pcre2_code_free(code); }
  const pcre2_code* ready() {
    std::call_once(once, [&] { pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); });  // without JIT the interpreter does the same, slower
    return code;
  }
  pcre2_code* code;
  std::once_flag once;
};

Result<Regex> Regex::make(std::string_view pattern) {
  static std::mutex guard;
  static std::unordered_map<std::string, std::weak_ptr<Compiled>> made;
  Regex regex;
  regex.pattern_ = pattern;
  {
    std::lock_guard lock(guard);
    if (const auto found = made.find(regex.pattern_); found != made.end() && (regex.code_ = found->second.lock())) return regex;
  }
  const std::string translated = translate(pattern);
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  pcre2_set_parens_nest_limit(context, 200);
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_INVALID_UTF, &error, &offset, context);
  pcre2_compile_context_free(context);
  if (!code) {
    PCRE2_UCHAR reason[256];
    pcre2_get_error_message(error, reason, sizeof reason);
    return fail(Code::parse, "the regular expression `" + std::string(pattern) + "` is not valid at its byte " +
                                 std::to_string(offset) + ": " + reinterpret_cast<const char*>(reason));
  }
  regex.code_ = std::make_shared<Compiled>(code);
  std::lock_guard lock(guard);
  if (made.size() >= remembered_max) made.clear();
  made[regex.pattern_] = regex.code_;
  return regex;
}

Regex::Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Regex::Match Regex::search(std::string_view text) const {
  Matching& m = matching();
  const char* bytes = text.data() ? text.data() : "";
  const int found = pcre2_match(code_->ready(), reinterpret_cast<PCRE2_SPTR>(bytes), text.size(), 0, 0, m.data, m.context);
  if (found >= 0) return Match::yes;
  return found == PCRE2_ERROR_NOMATCH ? Match::no : Match::gave_up;
}

std::optional<std::string> Regex::expand_all(std::string_view text, std::string_view replacement) const {
  Matching& m = matching();
  const pcre2_code* code = code_->ready();
  const char* bytes = text.data() ? text.data() : "";
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(bytes);
  std::string out;
  size_t from = 0;
  bool after_empty = false;
  size_t last_end = SIZE_MAX;
  while (from <= text.size()) {
    const int found = pcre2_match(code, subject, text.size(), from, after_empty ? PCRE2_NOTEMPTY_ATSTART : 0, m.data, m.context);
    if (found == PCRE2_ERROR_NOMATCH && after_empty) {  // step over one character and look again
      ++from;
      while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
      after_empty = false;
      continue;
    }
    if (found == PCRE2_ERROR_NOMATCH) break;
    if (found < 0) return std::nullopt;
    const PCRE2_SIZE* at = pcre2_get_ovector_pointer(m.data);
    const size_t groups = found == 0 ? 64 : static_cast<size_t>(found);
    auto group = [&](size_t i) {
      return i < groups && at[2 * i] != PCRE2_UNSET ? text.substr(at[2 * i], at[2 * i + 1] - at[2 * i]) : std::string_view();
    };
    const size_t start = at[0], end = std::max(at[0], at[1]);
    if (!(start == end && start == last_end)) {  // an empty match right after a match is no match of its own
      for (size_t i = 0; i < replacement.size(); ++i) {
        if (replacement[i] != '$' || i + 1 == replacement.size()) {
          out += replacement[i];
        } else if (replacement[i + 1] == '$') {
          out += '$';
          ++i;
        } else {
          const bool braced = replacement[i + 1] == '{';
          size_t stop = i + 1 + braced;
          while (stop < replacement.size() && name_byte(replacement[stop])) ++stop;
          const std::string name(replacement.substr(i + 1 + braced, stop - i - 1 - braced));
          if (name.empty() || (braced && (stop == replacement.size() || replacement[stop] != '}'))) {
            out += '$';
            continue;
          }
          if (name.find_first_not_of("0123456789") == std::string::npos) {
            if (name.size() < 4) out += group(std::stoul(name));
          } else {
            const int number = pcre2_substring_number_from_name(code, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
            if (number > 0) out += group(static_cast<size_t>(number));
          }
          i = stop - 1 + braced;
        }
      }
    }
    last_end = end;
    from = end;
    after_empty = start == end;
  }
  return out;
}

}  // namespace reeve::guard
