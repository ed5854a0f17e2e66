#include "findings/secret_patterns.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"
#include "base/time.h"
#include "findings/finding.h"

namespace reeve {
namespace {

constexpr bool alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool blank(char c) { return c == ' ' || c == '\t'; }
bool quote(char c) { return c == '"' || c == '\''; }
char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Letters of a token beside letters and digits.
enum class Alphabet { plain, under, dash, dots, base64 };
bool of(Alphabet alphabet, char c) {
  if (alnum(c)) return true;
  switch (alphabet) {
    case Alphabet::plain: return false;
    case Alphabet::under: return c == '_';
    case Alphabet::dash: return c == '_' || c == '-';
    case Alphabet::dots: return c == '_' || c == '-' || c == '.';
    case Alphabet::base64: return c == '+' || c == '/' || c == '=';
  }
  return false;
}

// Tokens that say whose they are: how one begins and how many letters at least follow.
struct Token {
  std::string_view begins;
  size_t least;
  Alphabet alphabet;
};
constexpr Token tokens[] = {
    {"ghp_", 30, Alphabet::plain},          {"gho_", 30, Alphabet::plain},     {"ghu_", 30, Alphabet::plain},         {"ghs_", 30, Alphabet::plain},
    {"ghr_", 30, Alphabet::plain},          {"github_pat_", 22, Alphabet::under}, {"glpat-", 20, Alphabet::dots},     {"gldt-", 20, Alphabet::dots},
    {"glrt-", 20, Alphabet::dots},          {"glptt-", 20, Alphabet::dots},    {"xoxb-", 10, Alphabet::dash},         {"xoxp-", 10, Alphabet::dash},
    {"xoxa-", 10, Alphabet::dash},          {"xoxr-", 10, Alphabet::dash},     {"xoxs-", 10, Alphabet::dash},         {"xapp-", 10, Alphabet::dash},
    {"sk_live_", 16, Alphabet::plain},      {"sk_test_", 16, Alphabet::plain}, {"rk_live_", 16, Alphabet::plain},     {"rk_test_", 16, Alphabet::plain},
    {"whsec_", 24, Alphabet::base64},       {"sk-", 40, Alphabet::dash},       {"AIza", 35, Alphabet::dash},          {"ya29.", 20, Alphabet::dash},
    {"GOCSPX-", 20, Alphabet::dash},        {"SG.", 40, Alphabet::dots},       {"npm_", 36, Alphabet::plain},         {"pypi-", 50, Alphabet::dash},
    {"dop_v1_", 64, Alphabet::plain},       {"hvs.", 24, Alphabet::dash},      {"glsa_", 32, Alphabet::under},        {"hf_", 34, Alphabet::plain},
    {"shpat_", 32, Alphabet::plain},        {"shpss_", 32, Alphabet::plain},   {"ATATT3", 60, Alphabet::dash},        {"dckr_pat_", 20, Alphabet::dash},
    {"IQoJb3JpZ2lu", 100, Alphabet::base64}, {"FwoGZXIvYXdz", 100, Alphabet::base64}, {"FQoGZXIvYXdz", 100, Alphabet::base64},
};

// A JSON Web Token: header and claims begin as every JSON object does in base64, a signature behind them.
size_t web_token_at(std::string_view text) {
  if (!starts_with(text, "eyJ")) return 0;
  int dots = 0;
  size_t end = 0;
  for (; end < text.size() && of(Alphabet::dots, text[end]); ++end)
    if (text[end] == '.' && ++dots == 1 && !starts_with(text.substr(end + 1), "eyJ")) return 0;
  return dots >= 1 && end >= 40 ? end : 0;
}

// `text` has two letters at least.
size_t token_at(std::string_view text) {
  for (const Token& token : tokens) {
    if (text[0] != token.begins[0] || text[1] != token.begins[1] || !starts_with(text, token.begins)) continue;
    size_t end = token.begins.size();
    while (end < text.size() && of(token.alphabet, text[end])) ++end;
    if (end - token.begins.size() >= token.least) return end;
  }
  return web_token_at(text);
}

// Most texts hold no secret, so most letters cost one look into this table: what a letter is, and whether a token begins with it.
enum Letter : uint8_t { in_word = 1, token_first = 2, token_second = 4, sign = 8 };
constexpr std::array<uint8_t, 256> letters = [] {
  std::array<uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c)
    if (alnum(static_cast<char>(c))) table[c] |= in_word;
  auto token = [&](std::string_view begins) {
    table[static_cast<unsigned char>(begins[0])] |= token_first;
    table[static_cast<unsigned char>(begins[1])] |= token_second;
  };
  for (const Token& one : tokens) token(one.begins);
  token("eyJ");
  for (char c : {':', '=', '-'}) table[static_cast<unsigned char>(c)] |= sign;
  return table;
}();
uint8_t letter(char c) { return letters[static_cast<unsigned char>(c)]; }

// Where in a text something may begin: at the first letter of each word, for a token begins a word, and at each sign. Sixteen letters at
// a time, for nearly all of them are passed over.
class Looks {
 public:
  explicit Looks(std::string_view text) : text_(text) {}

  // The next place; the text's size if there is none.
  size_t next() {
    while (bits_ == 0) {
      if (end_ >= text_.size()) return text_.size();
      read();
    }
    const size_t at = base_ + static_cast<size_t>(__builtin_ctz(bits_));
    bits_ &= bits_ - 1;
    return at;
  }
  // What stands before `at` is done with.
  void go_on_at(size_t at) {
    if (at >= end_) {
      end_ = at;
      bits_ = 0;
      within_ = at <= text_.size() && letter(text_[at - 1]) & in_word;
    } else if (at > base_) {
      bits_ &= ~0U << (at - base_);
    }
  }

 private:
  static constexpr size_t kBlock = 16;
  void read() {
    char last[kBlock] = {};
    const char* at = text_.data() + end_;
    if (text_.size() - end_ < kBlock) {
      std::memcpy(last, at, text_.size() - end_);
      at = last;
    }
    uint32_t word = 0, signs = 0;
#if defined(__SSE2__)
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto from = [](__m128i letters, char first, char count) {  // those of `count` letters from `first` on
      const __m128i place = _mm_sub_epi8(letters, _mm_set1_epi8(first));
      return _mm_cmpeq_epi8(_mm_min_epu8(place, _mm_set1_epi8(static_cast<char>(count - 1))), place);
    };
    const auto is = [&](char c) { return _mm_cmpeq_epi8(v, _mm_set1_epi8(c)); };
    word = static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(from(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26), from(v, '0', 10))));
    signs = static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is(':'), is('=')), is('-'))));
#else
    for (size_t i = 0; i < kBlock; ++i) {
      word |= (letter(at[i]) & in_word ? 1U : 0U) << i;
      signs |= (letter(at[i]) & sign ? 1U : 0U) << i;
    }
#endif
    bits_ = (word & ~(word << 1 | (within_ ? 1U : 0U))) | signs;
    within_ = word >> (kBlock - 1) & 1;
    base_ = end_;
    end_ += kBlock;
  }

  std::string_view text_;
  size_t base_ = 0, end_ = 0;  // of the letters that were read last
  uint32_t bits_ = 0;          // the places among them that are still to come
  bool within_ = false;        // the letter before end_ is in a word
};

constexpr uint32_t three(char a, char b, char c) {
  return static_cast<uint32_t>(static_cast<unsigned char>(a)) << 16 | static_cast<uint32_t>(static_cast<unsigned char>(b)) << 8 | static_cast<unsigned char>(c);
}
constexpr uint32_t three(const char (&text)[4]) { return three(text[0], text[1], text[2]); }

// Whether a name can end as one of a secret does; what cannot costs no more than this.
bool may_name_secret(std::string_view name) {
  if (name.size() < 3) return false;
  const size_t at = name.size() - 3;
  switch (three(small(name[at]), small(name[at + 1]), small(name[at + 2]))) {
    case three("ord"):
    case three("swd"):
    case three("pwd"):
    case three("ase"):
    case three("ret"):
    case three("key"):
    case three("ken"):
    case three("ial"):
    case three("als"):
    case three("ing"):
    case three("nry"):
    case three("ure"):
    case three("ion"): return true;
    default: return false;
  }
}

enum class Names { nothing, secret, authorization };
Names names(std::string_view name) {
  if (!may_name_secret(name)) return Names::nothing;
  if (equal_ignoring_case(name, "authorization") || ends_with(lower(name), "-authorization")) return Names::authorization;
  return names_secret(name) ? Names::secret : Names::nothing;
}

bool of_name(char c) { return alnum(c) || c == '_' || c == '-' || c == '.'; }

// What stands for a secret without being it: `$DB_PASSWORD`, `{{resolve:…}}`, `<password>`.
bool stands_for(std::string_view value) {
  return is_no_secret(value) || starts_with(value, "$") || starts_with(value, "{{") || starts_with(value, "<") || starts_with(value, "%") ||
         starts_with(value, redaction_mark) || value.find_first_not_of('*') == std::string_view::npos;
}

struct Span {
  size_t begin = 0, end = 0;
};

// The value that begins at `at`: in its quotes, or as far as a word goes.
std::optional<Span> value_at(std::string_view text, size_t at, bool must_be_quoted) {
  if (at < text.size() && text[at] == '\\' && at + 1 < text.size() && quote(text[at + 1])) ++at;  // a quote within JSON's text
  Span span;
  if (at < text.size() && quote(text[at])) {
    const char mark = text[at];
    span.begin = ++at;
    while (at < text.size() && text[at] != mark && text[at] != '\\') ++at;
  } else {
    if (must_be_quoted) return std::nullopt;
    span.begin = at;
    constexpr std::string_view ends = " \t\r\n\"'\\,;&)]}<>|`";
    while (at < text.size() && !contains(ends, text.substr(at, 1))) ++at;
  }
  span.end = at;
  if (span.begin == span.end) return std::nullopt;
  return span;
}

// `https://user:password@host`, `https://token@host`; `at` is where `://` stands.
std::optional<Span> userinfo_at(std::string_view text, size_t at) {
  constexpr size_t token_least = 16;
  const size_t begin = at + 3;
  size_t end = begin;
  constexpr std::string_view ends = " \t\r\n\"'\\<>`";
  while (end < text.size() && !contains(ends, text.substr(end, 1))) ++end;
  const std::string_view rest = text.substr(begin, end - begin), authority = rest.substr(0, rest.find_first_of("/?#"));
  size_t host = authority.rfind('@');
  const size_t colon = authority.find(':');
  if (host == std::string_view::npos) {
    // A slash in a password that nobody escaped: no port has letters.
    if (colon == std::string_view::npos || authority.find_first_not_of("0123456789", colon + 1) == std::string_view::npos) return std::nullopt;
    host = rest.find('@');
    if (host == std::string_view::npos) return std::nullopt;
  }
  Span span{begin, begin + host};
  if (colon < host) span.begin += colon + 1;
  else if (host < token_least) return std::nullopt;
  if (span.begin >= span.end || stands_for(text.substr(span.begin, span.end - span.begin))) return std::nullopt;
  return span;
}

// The value behind `name=`, `name: ` or `"name":`; `at` is where the sign stands.
std::optional<Span> named_at(std::string_view text, size_t at) {
  constexpr size_t name_max = 80;
  size_t end = at;
  while (end > 0 && blank(text[end - 1])) --end;
  const bool quoted = end > 0 && quote(text[end - 1]);
  if (quoted && --end > 0 && text[end - 1] == '\\') --end;
  if (!may_name_secret(text.substr(0, end))) return std::nullopt;
  if (quoted && end != at - 1 && text[at] == '=') return std::nullopt;
  size_t begin = end;
  while (begin > 0 && end - begin < name_max && of_name(text[begin - 1])) --begin;
  const std::string_view name = text.substr(begin, end - begin);
  const Names says = names(name);
  if (says == Names::nothing) return std::nullopt;
  // Of `arn:…:secret:x` and `vault/secret:tag` the word is a name of its own.
  if (text[at] == ':' && begin > 0 && (text[begin - 1] == ':' || text[begin - 1] == '/')) return std::nullopt;
  size_t value = at + 1;
  while (value < text.size() && blank(text[value])) ++value;
  if (text[at] == ':' && !quoted && value == at + 1 && !(value < text.size() && quote(text[value])) && !ends_with(lower(name), "password")) return std::nullopt;
  auto span = value_at(text, value, quoted && text[at] == ':');
  if (!span) return std::nullopt;
  if (says == Names::authorization) {  // a scheme, then what it carries
    size_t carried = span->begin;
    while (carried < text.size() && alnum(text[carried])) ++carried;
    const std::string scheme = lower(text.substr(span->begin, carried - span->begin));
    while (carried < text.size() && blank(text[carried])) ++carried;
    if (scheme != "bearer" && scheme != "basic" && scheme != "token" && scheme != "apikey" && scheme != "splunk") return std::nullopt;
    span = value_at(text, carried, false);
    if (!span) return std::nullopt;
  }
  if (stands_for(text.substr(span->begin, span->end - span->begin))) return std::nullopt;
  return span;
}

// The command that a flag at the end of `before` belongs to, as far as it is written there.
std::string_view command_of(std::string_view before) {
  constexpr size_t looked_back = 1024;
  before = before.substr(before.size() - std::min(before.size(), looked_back));
  return before.substr(std::min(before.size(), before.find_last_of(";|&\n") + 1));
}

// The secret of a flag whose word begins at `at`, with a dash.
std::optional<Span> flag_at(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && of_name(text[end])) ++end;
  const std::string_view flag = text.substr(at, end - at);
  size_t value = end;
  while (value < text.size() && blank(text[value])) ++value;
  if (starts_with(flag, "-p") && names(flag) == Names::nothing) {  // of most programs a port or a path
    const std::string_view command = command_of(text.substr(0, at));
    const bool database = contains(command, "mysql") || contains(command, "mariadb"), login = contains(command, "sshpass") || contains(command, " login");
    if ((database || login) && flag.size() > 2) return value_at(text, at + 2, false);
    return login && value > end ? value_at(text, value, false) : std::nullopt;
  }
  if (value == end || value >= text.size() || text[value] == '-') return std::nullopt;
  auto span = value_at(text, value, false);
  if (!span || stands_for(text.substr(span->begin, span->end - span->begin))) return std::nullopt;
  if ((flag == "-u" || flag == "--user" || flag == "--proxy-user") && contains(command_of(text.substr(0, at)), "curl")) {
    const size_t colon = text.substr(0, span->end).find(':', span->begin);
    if (colon == std::string_view::npos || colon + 1 == span->end) return std::nullopt;
    span->begin = colon + 1;
    return span;
  }
  return names(flag) == Names::secret ? span : std::nullopt;
}

}  // namespace

bool is_no_secret(std::string_view text) {
  if (text.empty() || starts_with(text, "arn:") || starts_with(text, "{{resolve:")) return true;
  if (parse_time(text)) return true;
  for (std::string_view word :
       {"true", "false", "none", "null", "n/a", "not_supported", "no_information", "enabled", "disabled", "required", "optional"})
    if (equal_ignoring_case(text, word)) return true;
  return false;
}

bool announced_by(std::string_view before, std::string_view word) {
  return before.size() > 2 && before[0] == '-' && before.find_first_of("= \t:") == std::string_view::npos && names(before) == Names::secret &&
         !starts_with(word, "-") && !stands_for(word);
}

std::string masked_patterns(std::string_view text) {
  std::string out(text);
  mask_patterns(out);
  return out;
}

void mask_patterns(std::string& whole) {
  const std::string_view text = whole;
  std::string out;
  size_t done = 0;
  auto mask = [&](Span span) {
    out += text.substr(done, span.begin - done);
    out += redaction_mark;
    done = span.end;
  };
  Looks looks(text);
  for (size_t at = looks.next(); at < text.size(); at = looks.next()) {
    const char c = text[at];
    std::optional<Span> span;
    if (const uint8_t is = letter(c); is & in_word) {
      if (is & token_first && at + 1 < text.size() && letter(text[at + 1]) & token_second)
        if (const size_t length = token_at(text.substr(at))) span = Span{at, at + length};
    } else if (c == ':' && text.compare(at, 3, "://") == 0) {
      span = userinfo_at(text, at);
    } else if (c == ':' || c == '=') {
      span = named_at(text, at);
    } else if (at == 0 || blank(text[at - 1]) || text[at - 1] == '\n' || quote(text[at - 1])) {
      span = flag_at(text, at);
    }
    if (!span || span->begin < done || span->end <= span->begin) continue;
    mask(*span);
    looks.go_on_at(span->end);
  }
  if (done == 0) return;
  out += text.substr(done);
  whole = std::move(out);
}

}  // namespace reeve
