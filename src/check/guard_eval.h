// The evaluator, private to the guard_*.cc files of this folder.
//
// A query gives a row of Found: values, or places where the query stopped. A clause folds a row into a verdict. Scopes are a
// chain on the C++ stack, as Guard's variables are looked up along the chain of calls; a variable is computed when first asked
// for and kept as long as its scope. All rows come from a pool that a thread keeps, so judging a small document allocates next to
// nothing.
//
// Documents are never copied: a Found points into the document's tape, the rules' literals, or a small document that a function
// made.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "check/guard_rules.h"
#include "formats/unknowns.h"

namespace reeve::guard {

inline const Node& node(Value v) { return v.document()->nodes()[v.index()]; }

struct Found {
  // `literal` comes from the rule text: some comparisons treat it otherwise. `missing`: the query stopped at `value` with `part`
  // and what follows it unanswered. `unknown`: `value` is the unknown node, or the open map that lacks the key.
  enum class Tag : uint8_t { literal, resolved, missing, unknown };
  Value value;
  const Query* query = nullptr;
  uint16_t part = 0;
  uint16_t maybe = 0;  // not 0: a filter could not tell whether this value is selected; number of the reason
  Tag tag = Tag::resolved;
  bool character = false;  // made by parse_char
  bool is_value() const { return tag == Tag::literal || tag == Tag::resolved; }
};
using Row = std::vector<Found>;

// A value as comparisons see it.
enum class Type : uint8_t { null, boolean, integer, number, string, list, map, unknown, regex, range, character };
enum class Answer : uint8_t { no, yes, unknown, incomparable, error };

// guard_compare.cc: two values.
class Comparer {
 public:
  void begin(const File& file, Semantics semantics) {
    file_ = &file;
    literals_ = file.literals.get();
    numbers_mix_ = semantics != Semantics::v3_2_0;
  }
  struct Item {
    Value value;
    bool character = false;
  };
  static Item item(const Found& found) { return {found.value, found.character}; }

  Type type(Item item) const;
  // Equality of `==`: a string equals a regular expression it matches, a number a range it is in.
  Answer equal(Item a, Item b) const;
  // Equality inside of lists for `in`: nothing is incomparable, ranges are not looked into.
  Answer same(Item a, Item b) const;
  Answer ordered(Item a, Item b, Op op) const;
  Answer contains(Value list, Item item) const;  // `same` to one of the items
  std::optional<double> number(Item item) const;
  std::optional<int64_t> integer(Item item) const;

 private:
  const Special* special(Value v) const {
    if (v.document() != literals_) return nullptr;
    const uint32_t s = file_->special_of[v.index()];
    return s ? &file_->specials[s - 1] : nullptr;
  }
  enum class Order : uint8_t { less, equal, greater, apart };
  Order order(Item a, Type ta, Item b, Type tb) const;
  Answer unknown_equal(Value a, Value b) const;
  Answer in_range(Item a, Type ta, const Range& range) const;
  Answer maps(Value a, Value b, bool exact) const;

  const File* file_ = nullptr;
  const Document* literals_ = nullptr;
  bool numbers_mix_ = true;
};

// Members of a map; of duplicate keys the last.
Value member(Value map, std::string_view key);

// An unknown that holds what is written in its place ({"Ref": "Key"}) can be asked for that, by the name of a function: the member, no
// value if another function is written there, or nothing where that is not known either.
std::optional<Value> written_member(Value unknown, std::string_view key);
// A reference to something of the same template: it has a value, and that is not empty.
bool is_reference(Value unknown);
// A text that takes the type of its property (style_deployed), and whether it takes this one.
bool takes_type(Value value);
Answer takes(Value text, Type asked);
// The unknown stands where the query ends, and is not merely on the way to it.
bool ends_at_unknown(const Found& found);
template <class F>
void each_entry(Value map, F&& f) {
  const auto& nodes = map.document()->nodes();
  const bool duplicates = !map.document()->duplicate_keys().empty();
  uint32_t at = map.index() + 1;
  for (uint32_t n = nodes[map.index()].count; n > 0; --n) {
    const Value key(map.document(), at), value(map.document(), at + 1);
    at += 1 + nodes[at + 1].span;
    if (duplicates && n > 1 && member(map, key.text()) != value) continue;
    if (!f(key, value)) return;
  }
}
template <class F>
void each_item(Value list, F&& f) {
  const auto& nodes = list.document()->nodes();
  uint32_t at = list.index() + 1;
  for (uint32_t n = nodes[list.index()].count; n > 0; --n) {
    const Value item(list.document(), at);
    at += nodes[at].span;
    if (!f(item)) return;
  }
}

// Nested queries, calls and references; bounds the C++ stack.
constexpr int depth_max = 1000;

enum class Verdict : uint8_t { pass, fail, skip, unknown, error };
// Why a clause is judged: as a claim, or to decide whether others apply (`when`, filters).
enum class Role : uint8_t { claim, gate };

struct Slot {
  uint32_t first = 0, count = 0;
  enum class State : uint8_t { open, busy, known } state = State::open;
};

struct Scope {
  enum class Kind : uint8_t { lets, value, parameters };
  Kind kind = Kind::lets;
  Scope* parent = nullptr;
  Value root;  // where queries begin
  const std::vector<Let>* lets = nullptr;
  const std::vector<uint32_t>* parameters = nullptr;
  uint32_t slots = 0;  // the first slot of its variables
};

class Tracer;

class Evaluator {
 public:
  // `tracer`: gets each step; null, as mostly: none is told.
  GuardResult run(const CompiledRules& rules, Value document, const GuardOptions& options, Tracer* tracer = nullptr);

 private:
  // ---- guard_eval.cc: clauses
  struct Evidence {
    const Clause* clause;
    Found found;
    bool has_found = false;
    bool unknown = false;
    std::string_view reason;               // of unknown
    const std::string* words = nullptr;    // instead of the clause's own
    const std::string_view* message = nullptr;  // of the call, where the clause has none
  };
  struct Fold {
    const Clause* clause;
    bool some;
    Role role;
    size_t mark;  // of the evidence
    uint32_t passes = 0, maybe_passes = 0, fails = 0, unknowns = 0;
    uint16_t maybe = 0;  // why one of maybe_passes is maybe
  };
  Fold fold_of(const Clause& clause, Role role) const { return {&clause, clause.query.some, role, evidence_.size()}; }
  void add(Fold& fold, Verdict verdict, const Found& found, uint16_t maybe = 0);
  Verdict folded(const Fold& fold);
  Verdict elements(const Clause& clause, std::span<const Found> row, Scope& scope, Role role, bool each_condition);
  Verdict excused(const Clause& clause, Role role);
  Verdict beside(const Clause& clause, Role role);

  Verdict all_of(const Conjunction& all, Scope& scope, Role role);
  Verdict clause(const Clause& clause, Scope& scope, Role role);
  Verdict clause_itself(const Clause& clause, Scope& scope, Role role);
  Verdict access(const Clause& clause, Scope& scope, Role role);
  Verdict judge_unary(const Clause& clause, std::span<const Found> lhs, Role role);
  Answer unary_answer(Op op, const Found& found);
  Answer empty_answer(const Found& found, bool selection, bool lone);
  Verdict block(const Clause& clause, Scope& scope, Role role);
  Verdict when(const Clause& clause, Scope& scope, Role role);
  Verdict reference(const Clause& clause, Scope& scope, Role role);
  Verdict call(const Clause& clause, Scope& scope, Role role);
  Verdict types(const Clause& clause, Scope& scope, Role role);
  Verdict rule(const Rule& rule, Scope& scope, Role role);
  Verdict body(const Block& block, Scope& scope, Role role);
  Verdict conditions(const Conjunction& all, Scope& scope, Role role,
                     const Clause* owner);  // pass: go on; fail: cannot be evaluated
  Verdict group(uint32_t group, Role role);
  void finish(GuardRuleResult& result, Verdict verdict, size_t mark);
  GuardFailure failure(const Evidence& evidence) const;
  Value outward(const Found& found) const;  // the value as evidence may keep it

  // ---- guard_sets.cc: rows against rows
  void compare(const Clause& clause, bool negated, std::span<const Found> lhs, std::span<const Found> rhs, Fold& fold);
  void one(bool negated, const Found& lhs, const Found& rhs, Fold& fold, Op op);
  void contained(bool negated, const Found& lhs, const Found& rhs, Fold& fold);
  void string_in(bool negated, const Found& lhs, const Found& rhs, Fold& fold);
  void sets(bool negated, Op op, std::span<const Found> lhs, std::span<const Found> rhs, Fold& fold);
  Answer inside(Value lhs, bool character, Value rhs);
  void add_answer(bool negated, Answer answer, const Found& lhs, uint16_t maybe, Fold& fold);

  // ---- guard_query.cc: queries
  bool query(const Query& query, Scope& scope, Row& out);
  bool traverse(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe, Row& out);
  bool filter(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe, Row& out);
  bool filtered(const Query& query, size_t part, Value element, Value key, Scope& judged_in, Scope& onward, int converter,
                uint16_t maybe, Row& out);
  bool key_filter(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe, Row& out);
  bool interpolate(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe, Row& out);
  bool index(const Query& query, size_t part, Value current, int64_t index, Scope& scope, int converter, uint16_t maybe,
             Row& out);
  bool values(const Query& query, size_t part, Value current, Scope& scope, int converter, uint16_t maybe, Row& out);
  Found plain(const Query& query, Value root);
  Value step(const Key& key, Value map, int& converter) const;
  std::optional<size_t> offset(int64_t index, size_t size) const;
  void unknown(Value at, const Query& query, size_t part, uint16_t maybe, Row& out);
  void missing(Value at, const Query& query, size_t part, uint16_t maybe, Row& out);
  bool variable(uint32_t variable, Scope& scope, Row& out);
  bool operand(const Operand& operand, Scope& scope, Row& out);
  void capture(uint32_t variable, Value key);
  uint16_t maybe_because(std::string_view reason);
  std::string_view reason_of(const Found& found) const;

  // ---- guard_functions.cc
  bool function(const Operand& call, Scope& scope, Row& out);
  bool function_of_each(const Operand& call, const Found& argument, const std::vector<Row*>& arguments, Row& out);
  void made(Builder& builder, Value from, bool character, Row& out);
  bool character(Value v) const { return !characters_.empty() && characters_.contains(v.document()); }

  // guard_query.cc: the values of a map, as of `Resources`, by the type that each says it has. Rules of many files ask the same map for
  // one type each, and most find nothing. Null: the map is small, or a value says nothing clear of its type; ask one by one.
  struct ByType {
    std::weak_ptr<const Document> document;  // while it lives, no other has its address
    const Document* at = nullptr;
    uint32_t map = 0;
    bool clear = true;  // every value is a map with a text as its `Type`
    std::unordered_map<std::string_view, std::vector<Value>> values;
  };
  const std::vector<Value>* of_type(Value map, std::string_view type);

  // ---- shared
  bool step_over(uint64_t steps = 1);
  bool refuse(std::string what, bool incompatible = true, Code code = Code::type);  // false, always
  uint32_t open_slots(size_t n);
  void close_slots(uint32_t first) { slots_.resize(first); }
  Slot keep(std::span<const Found> row);

  struct Pooled {
    Evaluator& owner;
    Row& row;
    explicit Pooled(Evaluator& e) : owner(e), row(e.lend()) {}
    ~Pooled() { owner.give_back(); }
    Pooled(const Pooled&) = delete;
    Pooled& operator=(const Pooled&) = delete;
  };
  Row& lend() {
    if (lent_ == pool_.size()) pool_.emplace_back();
    Row& row = pool_[lent_++];
    row.clear();
    return row;
  }
  void give_back() { --lent_; }

  const CompiledRules* rules_ = nullptr;
  const GuardOptions* options_ = nullptr;
  Tracer* tracer_ = nullptr;
  Comparer comparer_;
  std::vector<ByType> by_type_;
  std::deque<Row> pool_;
  size_t lent_ = 0;
  std::vector<Slot> slots_;
  Row kept_;
  struct Captured {
    uint32_t variable;
    Found found;
  };
  std::vector<Captured> captured_;
  struct Status2 {
    bool known = false, busy = false;
    Verdict verdict = Verdict::skip;
  };
  std::vector<std::array<Status2, 2>> groups_;
  std::vector<Evidence> evidence_;
  std::vector<std::string_view> reasons_;
  std::string_view last_reason_;
  struct Made {
    DocumentPtr document;
    Value from;
  };
  std::vector<Made> made_;
  std::unordered_set<const Document*> characters_;  // of `made_`, those that parse_char made
  std::vector<std::pair<std::string, std::unique_ptr<Regex>>> regexes_;  // of regex_replace
  std::deque<std::string> texts_;                                        // reasons made here
  Scope* top_ = nullptr;
  uint64_t steps_ = 0;
  int depth_ = 0;
  bool used_now_ = false;
  std::optional<Error> error_;
  bool error_incompatible_ = false;
};

}  // namespace reeve::guard
