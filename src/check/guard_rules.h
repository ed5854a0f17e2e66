// The compiled form of a Guard rule file, private to the guard_*.cc files of this folder.
//
// guard_parse.cc makes it from text, guard_compile.cc resolves what can be resolved before any document is seen (variable
// numbers, rule references), and guard_eval.cc walks it. It is immutable after compiling, but for what is made when first asked for:
// most of a folder of rules says nothing about a given template, so machine code of regular expressions and other spellings of keys wait.
//
// Literals of the rule text live in one Document of their own, so a literal and a document's value are compared by the same code.
// What JSON has no kind for (regular expressions, ranges) stands there as a string whose node number has an entry in `specials`.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "check/guard.h"
#include "check/guard_regex.h"
#include "formats/document.h"

namespace reeve::guard {

// A member that most of its owners leave empty: as wide as a pointer, read as an empty T, made when first written to. A folder of rules
// has tens of thousands of clauses, and what they weigh is what reading them takes.
template <class T>
class Seldom {
 public:
  const T& operator*() const { return held_ ? *held_ : empty_; }
  const T* operator->() const { return &**this; }
  T& make() {
    if (!held_) held_ = std::make_unique<T>();
    return *held_;
  }
  explicit operator bool() const { return held_ != nullptr; }

 private:
  inline static const T empty_{};
  std::unique_ptr<T> held_;
};

struct Clause;
using Disjunction = std::vector<Clause>;       // one of these
using Conjunction = std::vector<Disjunction>;  // all of these

constexpr uint32_t none = UINT32_MAX;

// Names that one key is also looked up by when it is missing (`BucketName` finds `bucket_name`); the order is the order of
// trying, and the converter that hits first stays for the rest of the query.
constexpr size_t converters = 7;
struct Spellings {
  std::array<std::string, converters> variants;  // empty: the same as the name, which was looked for already
  uint64_t lengths = 0;  // bit set over (length mod 64) of the variants, to skip the search at a glance
};
struct Key {
  std::string_view name;
  const Spellings& spellings() const;  // made when first asked for, from any thread: most keys are never missing

  Key() = default;
  Key(Key&& other) noexcept : name(other.name), spelled_(other.spelled_.exchange(nullptr)) {}
  Key& operator=(Key&& other) noexcept {
    name = other.name;
    delete spelled_.exchange(other.spelled_.exchange(nullptr));
    return *this;
  }
  ~Key() { delete spelled_.load(std::memory_order_relaxed); }

 private:
  mutable std::atomic<const Spellings*> spelled_{nullptr};
};

enum class Op : uint8_t {
  eq,
  in,
  gt,
  lt,
  le,
  ge,
  exists,
  empty,
  is_string,
  is_list,
  is_struct,
  is_bool,
  is_int,
  is_float,
  is_null
};
inline bool unary(Op op) { return op >= Op::exists; }

enum class Function : uint8_t {
  count,
  join,
  json_parse,
  now,
  parse_boolean,
  parse_char,
  parse_epoch,
  parse_float,
  parse_int,
  parse_string,
  regex_replace,
  substring,
  to_lower,
  to_upper,
  url_decode
};

struct Operand;

// One step of a query.
struct Part {
  enum class Kind : uint8_t { self, key, variable, index, all_indices, all_values, filter, key_filter };
  Kind kind = Kind::self;
  bool numbered = false;                   // of `key`: it reads as a number, `index`, and so it indexes a list too
  bool keys_in = false, keys_not = false;  // of `key_filter`: in rather than ==, negated
  uint32_t variable = none;                // of `variable`: its number; of `all_*` and `filter`: the captured variable's
  uint32_t type = none;                    // of `filter`: it asks `Type == '…'` and nothing else, which is this literal
  Key key;                                 // of `key`
  int64_t index = 0;                       // of `index`, and of a `key` that is numbered
  Seldom<Conjunction> filter;
  std::unique_ptr<Operand> keys_with;
  std::string_view text;  // as evidence writes this step: `.Rules`, `[*]`, `[ Key == … ]`
};

struct Query {
  std::vector<Part> parts;
  bool some = false;
  bool plain = false;             // keys only, so that it gives exactly one answer
  uint32_t lone_variable = none;  // the query is just `%name`
};

struct Operand {
  enum class Kind : uint8_t { literal, query, call };
  Kind kind = Kind::literal;
  Function function = Function::count;
  uint32_t literal = 0;  // node in the literals
  Query query;
  Seldom<std::vector<Operand>> arguments;
};

struct Let {
  uint32_t variable = none;
  Operand value;
  uint32_t line = 0, column = 0;
};

struct Block {
  std::vector<Let> lets;  // after compiling at most one for each variable
  Conjunction clauses;
};

struct Clause {
  enum class Kind : uint8_t { access, rule, call, block, when, type };
  Kind kind = Kind::access;
  bool negated = false;     // a leading `not`
  bool op_negated = false;  // `!=`, `not in`, `!exists`
  bool not_empty = false;   // of `block`: `query !empty {`
  bool simple = false;      // of `access`: keys == or != a string; nearly all that filters ask
  Op op = Op::exists;
  uint32_t line = 0, column = 0;
  Query query;                     // of `access`, `block`; of `type` the spelled-out `Resources.*[ Type == … ]`
  Operand with;                    // of a binary `access`
  uint32_t target = none;          // of `rule`: group of rules of that name; of `call`: parameterised rule; `none`: there is none
  std::string_view name;           // of `rule` and `call` the rule's, of `type` the type's
  Seldom<std::vector<Operand>> arguments;  // of `call`
  Seldom<Conjunction> conditions;          // of `when` and `type`
  Seldom<Block> block;                     // of `block`, `when`, `type`
  std::string_view message;
};

struct Rule {
  std::string name;
  uint32_t line = 0, column = 0;
  std::vector<uint32_t> parameters;
  Conjunction conditions;
  Block block;
};

struct Range {
  enum class Kind : uint8_t { integer, number, character };
  Kind kind = Kind::integer;
  bool low_inclusive = false, high_inclusive = false;
  int64_t low = 0, high = 0;  // characters as code points
  double low_number = 0, high_number = 0;
};

struct Special {
  std::unique_ptr<Regex> regex;
  std::optional<Range> range;
};

// Short texts of one file, one behind the other: a folder of rules has tens of thousands.
class Texts {
 public:
  std::string_view keep(std::string_view text);

 private:
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;
  size_t left_ = 0;
};

// What the parser gives.
struct File {
  Texts texts;  // of keys, steps, names and messages
  std::string path;
  std::vector<Let> lets;
  std::vector<Rule> rules;  // `default` first, then in file order
  std::vector<Rule> parameterised;
  std::vector<std::string> variables;  // by number
  DocumentPtr literals;
  std::vector<uint32_t> special_of;  // by literal node: 1 + index into specials, 0 none
  std::vector<Special> specials;
  bool uses_now = false;
  std::optional<Error> beyond;  // the first thing that is read here and refused by cfn-guard
};

Result<File> parse_guard(std::string_view text, const std::string& path);

// The seven conversions of one key, in the order of trying: camel, class, kebab, pascal, snake, title, train.
std::array<std::string, converters> case_variants(std::string_view key);

// guard_mentions.cc: the types and property paths a file speaks of.
struct Spoken {
  std::vector<std::string> types;
  std::vector<GuardRules::Mention> mentions;
  bool any_type = false;
};
Spoken spoken_of(const File& file);

// The compiled file with what was resolved.
class CompiledRules final : public GuardRules {
 public:
  static Result<std::shared_ptr<const GuardRules>> make(File file, Semantics semantics);

  GuardResult evaluate(Value document, const GuardOptions& options) const override;
  const std::vector<std::string>& types() const override { return spoken().types; }
  bool any_type() const override { return spoken().any_type; }
  bool uses_now() const override { return file_.uses_now; }
  const std::vector<Mention>& mentions() const override { return spoken().mentions; }
  std::vector<std::string> rule_names() const override;

  const File& file() const { return file_; }
  const std::vector<std::vector<uint32_t>>& groups() const { return groups_; }
  bool captures() const { return captures_; }

 private:
  Status resolve(bool strict);
  const Spoken& spoken() const;  // made when first asked for, from any thread

  File file_;
  std::vector<std::vector<uint32_t>> groups_;  // rules of one name, in file order
  mutable std::once_flag spoken_once_;
  mutable Spoken spoken_;
  bool captures_ = false;  // a query keeps keys for what is judged after it
};

// guard_words.cc: literals and operators in words, for evidence.
std::string literal_words(const File& file, uint32_t literal);
std::string operand_text(const File& file, const Operand& operand);
std::string expected_words(const File& file, const Clause& clause);
std::string query_words(const Query& query, size_t from = 0);

}  // namespace reeve::guard
