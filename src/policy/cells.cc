#include "policy/cells.h"

#include <algorithm>
#include <cctype>
#include <deque>
#include <unordered_map>
#include <unordered_set>

namespace reeve::policy {
namespace {

constexpr size_t states_most = 6000, text_most = 400;

// All patterns as one automaton: a bit for each place in each pattern.
class Product {
 public:
  Product(const std::vector<Glob>& domain, const std::vector<Glob>& patterns) : domain_(domain.size()) {
    for (const auto* list : {&domain, &patterns})
      for (const Glob& glob : *list) add(glob);
    alphabet();
  }

  using State = std::vector<uint64_t>;

  State start() const {
    State state(bits_ / 64 + 1, 0);
    for (const auto& one : globs_) set(state, one.first);
    close(state);
    return state;
  }

  State step(const State& from, char byte) const {
    State to(from.size(), 0);
    for (size_t word = 0; word < from.size(); ++word)
      for (uint64_t left = from[word]; left; left &= left - 1) {
        size_t at = word * 64 + static_cast<size_t>(__builtin_ctzll(left));
        const Place& place = places_[at];
        switch (place.wild) {
          case 'e': break;  // the pattern's end
          case '*': set(to, at); break;
          case 'c':
            if (byte != ':') set(to, at);
            break;
          case '?': set(to, at + 1); break;
          case 'C':
            if (byte != ':') set(to, at + 1);
            break;
          case 'i':
            if (std::tolower(static_cast<unsigned char>(byte)) == std::tolower(static_cast<unsigned char>(place.byte))) set(to, at + 1);
            break;
          default:
            if (byte == place.byte) set(to, at + 1);
        }
      }
    close(to);
    return to;
  }

  bool dead(const State& state) const {
    if (!domain_) return false;
    for (size_t i = 0; i < domain_; ++i)
      for (size_t at = globs_[i].first; at <= globs_[i].last; ++at)
        if (has(state, at)) return false;
    return true;
  }
  bool in_domain(const State& state) const {
    if (!domain_) return true;
    for (size_t i = 0; i < domain_; ++i)
      if (has(state, globs_[i].last)) return true;
    return false;
  }
  std::string accepted(const State& state) const {
    std::string out;
    for (size_t i = domain_; i < globs_.size(); ++i) out += has(state, globs_[i].last) ? '1' : '0';
    return out;
  }
  const std::string& bytes() const { return bytes_in_use_; }

 private:
  struct Place {
    char byte = 0, wild = 0;
  };
  struct Range {
    size_t first, last;  // the last is its end
  };

  void add(const Glob& glob) {
    Range range{bits_, 0};
    for (size_t i = 0; i < glob.text.size(); ++i) places_.push_back({glob.text[i], glob.wild[i]});
    places_.push_back({0, 'e'});
    bits_ = places_.size();
    range.last = bits_ - 1;
    globs_.push_back(range);
  }

  // A star may stand for nothing.
  void close(State& state) const {
    for (size_t word = 0; word < state.size(); ++word)
      for (uint64_t left = state[word]; left; left &= left - 1) {
        size_t at = word * 64 + static_cast<size_t>(__builtin_ctzll(left));
        while (places_[at].wild == '*' || places_[at].wild == 'c') set(state, ++at);
      }
  }
  static void set(State& state, size_t at) { state[at / 64] |= uint64_t{1} << (at % 64); }
  static bool has(const State& state, size_t at) { return state[at / 64] >> (at % 64) & 1; }

  // Bytes that some pattern names, and one that none does; ordinary ones first, so that texts are readable.
  void alphabet() {
    bool named[256] = {}, colon = false;
    for (const Place& place : places_) {
      if (place.wild == 'c' || place.wild == 'C') colon = true;
      if (place.wild == 0) named[static_cast<unsigned char>(place.byte)] = true;
      if (place.wild == 'i') {
        named[std::tolower(static_cast<unsigned char>(place.byte))] = named[std::toupper(static_cast<unsigned char>(place.byte))] = true;
      }
    }
    if (colon) named[':'] = true;
    constexpr std::string_view others = "zqxjkvwyfghubpmdlcnrtsoaei9753108642ZQXJKVWY-_.~!^";
    for (char other : others)
      if (!named[static_cast<unsigned char>(other)]) {
        bytes_in_use_ += other;
        break;
      }
    for (bool plain : {true, false})
      for (int c = 1; c < 256; ++c)
        if (named[c] && static_cast<bool>(std::isalnum(c)) == plain) bytes_in_use_ += static_cast<char>(c);
  }

  size_t domain_, bits_ = 0;
  std::vector<Place> places_;
  std::vector<Range> globs_;
  std::string bytes_in_use_;
};

struct HashWords {
  size_t operator()(const Product::State& state) const {
    uint64_t hash = 1469598103934665603ull;
    for (uint64_t word : state) hash = (hash ^ word) * 0x9E3779B97F4A7C15ull, hash ^= hash >> 29;
    return static_cast<size_t>(hash);
  }
};

}  // namespace

Cells cells_of(const std::vector<Glob>& domain, const std::vector<Glob>& patterns) {
  Cells out;
  for (const auto* list : {&domain, &patterns})
    for (const Glob& glob : *list)
      if (glob.text.size() > text_most) return out.complete = false, out;
  Product product(domain, patterns);
  struct Step {
    Product::State state;
    size_t from;
    char byte;
  };
  std::deque<Step> steps;
  std::unordered_set<Product::State, HashWords> seen;
  std::unordered_set<std::string> found;
  auto text_to = [&](size_t index) {
    std::string text;
    for (; index; index = steps[index].from) text += steps[index].byte;
    std::reverse(text.begin(), text.end());
    return text;
  };
  steps.push_back({product.start(), 0, 0});
  seen.insert(steps[0].state);
  for (size_t next = 0; next < steps.size(); ++next) {
    if (product.in_domain(steps[next].state) && found.insert(product.accepted(steps[next].state)).second) out.texts.push_back(text_to(next));
    for (char byte : product.bytes()) {
      Product::State to = product.step(steps[next].state, byte);
      if (product.dead(to) || seen.count(to)) continue;
      if (steps.size() >= states_most) return out.complete = false, out;
      seen.insert(to);
      steps.push_back({std::move(to), next, byte});
    }
  }
  return out;
}

Glob arn_glob(const Glob& glob) {
  Glob out = glob;
  int colons = 0;
  for (size_t i = 0; i < out.text.size() && colons < 5; ++i) {
    if (out.wild[i] == '*') out.wild[i] = 'c';
    else if (out.wild[i] == '?') out.wild[i] = 'C';
    else if (out.wild[i] == 0 && out.text[i] == ':') ++colons;
  }
  return colons == 5 ? out : glob;
}

Glob ignoring_case(const Glob& glob) {
  Glob out = glob;
  for (size_t i = 0; i < out.text.size(); ++i)
    if (out.wild[i] == 0 && std::isalpha(static_cast<unsigned char>(out.text[i]))) out.wild[i] = 'i';
  return out;
}

}  // namespace reeve::policy
