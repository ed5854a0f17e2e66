#include "estate/path.h"

#include <algorithm>
#include <cassert>

#include "base/text.h"
#include "estate/not_json.h"
#include "formats/json.h"

namespace reeve {

// expression = or
// or         = chain { "||" chain } [ "||" 'raw' ]
// chain      = primary { "." ( identifier | "*" ) | "[" ... "]" }
// primary    = identifier | "quoted" | "@" | function "(" or ")" | "[" ... "]" | "*"
// bracket    = "[]" | "[*]" | "[" integer "]" | "[?" condition { "&&" condition } "]"
// condition  = chain ("==" | "!=") literal      literal = 'raw' | `json`
//
// A projection inside a projection gives lists of lists in JMESPath; Found has room for one list, so a chain must flatten them
// again (`a[*].b[*][]`), and one that does not is refused.
struct Path::Node {
  enum class Type { current, field, index, flatten, each, values, filter, any_of, keys, length, to_string, from_json, literal } type = Type::current;
  std::string text;  // field name; of `length`: its argument as written
  int64_t index = 0;
  DocumentPtr value;  // of a literal
  std::shared_ptr<const Node> left;                 // what comes before; of functions: the argument
  std::vector<std::shared_ptr<const Node>> choices;  // any_of
  struct Condition {
    std::shared_ptr<const Node> path;
    bool equal = true;
    DocumentPtr literal;
  };
  std::vector<Condition> conditions;  // filter
};

namespace {

using Node = Path::Node;
using NodePtr = std::shared_ptr<const Node>;

class Parser {
 public:
  Parser(std::string_view text, const Place& at) : text_(text), at_(at) {}

  Result<NodePtr> all() {
    auto node = TRY(any_of());
    blank();
    if (next_ != text_.size()) return wrong("nothing more after the path");
    return node;
  }

 private:
  Result<NodePtr> any_of() {
    auto first = TRY(chain());
    blank();
    if (!ahead("||")) return first;
    auto node = std::make_shared<Node>();
    node->type = Node::Type::any_of;
    node->choices.push_back(first);
    while (take("||")) {
      blank();
      if (node->choices.back()->type == Node::Type::literal) return wrong("nothing after a fixed value, which is always there");
      if (ahead("'")) {  // a default, for what AWS leaves out (us-east-1 as a bucket's location)
        auto fixed = std::make_shared<Node>();
        fixed->type = Node::Type::literal;
        fixed->value = TRY(literal());
        node->choices.push_back(fixed);
      } else {
        node->choices.push_back(TRY(chain()));
      }
      blank();
    }
    return NodePtr(node);
  }

  Result<NodePtr> chain() {
    blank();
    auto node = TRY(primary());
    int nested = projects(*node) ? 1 : 0;  // lists within lists that JMESPath would have here
    for (;;) {
      if (take(".")) {
        if (take("*")) {
          node = make(Node::Type::values, node);
          ++nested;
        } else {
          auto field = make(Node::Type::field, node);
          field->text = TRY(identifier());
          node = field;
        }
      } else if (ahead("[]") && nested > 1) {
        take("[]");  // what Found holds is flat already
        --nested;
      } else if (ahead("[")) {
        node = TRY(bracket(node));
        if (node->type == Node::Type::flatten) nested = 1;
        else if (projects(*node)) ++nested;
      } else if (nested > 1) {
        return wrong("`[]`, since a projection inside a projection makes lists of lists");
      } else {
        return node;
      }
    }
  }

  Result<NodePtr> primary() {
    auto current = std::make_shared<Node>();
    if (take("@")) return NodePtr(current);
    if (ahead("[")) return bracket(current);
    if (take("*")) return NodePtr(make(Node::Type::values, current));
    bool quoted = ahead("\"");
    std::string word = TRY(identifier());
    if (!quoted && take("(")) {
      auto function = std::make_shared<Node>();
      if (word == "keys") function->type = Node::Type::keys;
      else if (word == "length") function->type = Node::Type::length;
      else if (word == "to_string") function->type = Node::Type::to_string;
      else if (word == "from_json") function->type = Node::Type::from_json;
      else return wrong("one of the functions `keys`, `length`, `to_string`, `from_json`");
      if (++depth_ > 16) return wrong("functions at most 16 deep");
      size_t begin = next_;
      function->left = TRY(any_of());
      function->text = std::string(trim(text_.substr(begin, next_ - begin)));
      --depth_;
      blank();
      if (!take(")")) return wrong("`)`");
      return NodePtr(function);
    }
    auto field = make(Node::Type::field, current);
    field->text = word;
    return NodePtr(field);
  }

  Result<NodePtr> bracket(NodePtr left) {
    take("[");
    if (take("]")) return NodePtr(make(Node::Type::flatten, left));
    if (take("*")) {
      if (!take("]")) return wrong("`]`");
      return NodePtr(make(Node::Type::each, left));
    }
    if (take("?")) {
      auto node = make(Node::Type::filter, left);
      do {
        Node::Condition condition;
        condition.path = TRY(chain());
        blank();
        if (take("==")) condition.equal = true;
        else if (take("!=")) condition.equal = false;
        else return wrong("`==` or `!=`");
        condition.literal = TRY(literal());
        node->conditions.push_back(condition);
        blank();
      } while (take("&&"));
      if (!take("]")) return wrong("`]`");
      return NodePtr(node);
    }
    size_t end = text_.find(']', next_);
    auto index = end == std::string_view::npos ? std::nullopt : parse_int(text_.substr(next_, end - next_));
    if (!index) return wrong("an index, `*`, `?condition` or `]`");
    next_ = end + 1;
    auto node = make(Node::Type::index, left);
    node->index = *index;
    return NodePtr(node);
  }

  Result<DocumentPtr> literal() {
    blank();
    char quote = next_ < text_.size() ? text_[next_] : 0;
    if (quote != '\'' && quote != '`') return wrong("a literal in '…' or `…`");
    std::string inside = TRY(quoted(quote));
    if (quote == '`') {
      auto value = read_json(inside, Source{});
      if (!value) return wrong("JSON between ` and `");
      return *value;
    }
    Builder builder;
    builder.string(inside);
    return builder.finish();
  }

  // What stands between two of `quote`, the first of which is next; `\` before a quote makes it text.
  Result<std::string> quoted(char quote) {
    std::string inside;
    for (size_t i = next_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) {
        next_ = i + 1;
        return inside;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) {
        if (text_[i + 1] != quote || quote == '"') inside += '\\';
        ++i;
      }
      inside += text_[i];
    }
    return wrong("the closing quote");
  }

  Result<std::string> identifier() {
    if (ahead("\"")) {  // a JSON string
      size_t start = next_;
      auto text = read_json("\"" + TRY(quoted('"')) + "\"", Source{});
      if (text) return std::string((*text)->root().text());
      next_ = start;
      return wrong("a name in quotes as JSON writes it");
    }
    size_t start = next_;
    auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    while (next_ < text_.size() && (letter(text_[next_]) || (next_ > start && text_[next_] >= '0' && text_[next_] <= '9'))) ++next_;
    if (next_ == start) return wrong("an identifier");
    return std::string(text_.substr(start, next_ - start));
  }

  static bool projects(const Node& node) {
    return node.type == Node::Type::flatten || node.type == Node::Type::each || node.type == Node::Type::values || node.type == Node::Type::filter;
  }
  static std::shared_ptr<Node> make(Node::Type type, NodePtr left) {
    auto node = std::make_shared<Node>();
    node->type = type;
    node->left = std::move(left);
    return node;
  }
  void blank() {
    while (next_ < text_.size() && text_[next_] == ' ') ++next_;
  }
  bool ahead(std::string_view token) const { return text_.substr(next_, token.size()) == token; }
  bool take(std::string_view token) {
    if (!ahead(token)) return false;
    next_ += token.size();
    return true;
  }
  tl::unexpected<Error> wrong(std::string expected) {
    return fail(Code::parse, "path `" + std::string(text_) + "` is not understood at character " + std::to_string(next_ + 1), at_,
                std::move(expected), "see docs/formats/resources.md for the paths Reeve reads");
  }

  std::string_view text_;
  Place at_;
  size_t next_ = 0;
  int depth_ = 0;
};

Value keep(Found& found, DocumentPtr document) {
  found.kept.push_back(document);
  return document->root();
}

Found evaluate(const Node& node, Value from);

// A projection goes on element by element; what one element does not have is left out.
Found over(Found base, const auto& step) {
  Found out;
  out.projected = true;
  out.list = base.list;
  out.unknown = base.unknown;
  out.kept = std::move(base.kept);
  for (Value value : base.values) step(value, out);
  return out;
}

// A map's member. Of an unknown, and of a map that was not read whole, what is missing is unknown.
Value member_of(Value map, std::string_view key, std::string& unknown) {
  if (map.is_unknown()) unknown = std::string(map.text());
  Value member = map.get(key);
  if (!member && map.open()) unknown = std::string(map.open_reason());
  return member;
}

// What JMESPath takes for true on the left of `||`: not null, false, empty text, an empty list or an empty map.
bool counts(const Found& found) {
  if (found.projected || !found.any()) return found.any();
  Value value = found.first();
  if (value.is_bool()) return value.boolean();
  if (value.is_string()) return !value.text().empty();
  return (!value.is_list() && !value.is_map()) || value.size() > 0;
}

// A projection as the list that it is in JMESPath.
Value as_one(Found& found) {
  if (!found.projected) return found.first();
  if (!found.list) return {};
  Builder builder;
  uint16_t slot = builder.add_source({});
  builder.begin_list();
  for (Value value : found.values) builder.copy(value, slot);
  builder.end();
  return keep(found, builder.finish());
}

enum class Holds { no, yes, unknown };
Holds holds(const Node::Condition& condition, Value item, std::string& unknown) {
  Found found = evaluate(*condition.path, item);
  Value value = as_one(found);
  if (value.is_unknown() && found.unknown.empty()) found.unknown = std::string(value.text());
  if (!found.unknown.empty()) {
    unknown = found.unknown;
    return Holds::unknown;
  }
  Value wanted = condition.literal->root();
  bool same = value ? equal(value, wanted) : wanted.is_null();
  return same == condition.equal ? Holds::yes : Holds::no;
}

size_t characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

Found evaluate(const Node& node, Value from) {
  using Type = Node::Type;
  Found out;
  if (node.type == Type::current) {
    if (from && !from.is_null()) out.values.push_back(from);
    return out;
  }
  if (node.type == Type::literal) {
    out.values.push_back(node.value->root());
    return out;
  }
  if (node.type == Type::any_of) {
    for (auto& choice : node.choices) {
      out = evaluate(*choice, from);
      if (counts(out) || !out.unknown.empty()) break;  // an unknown counts: what stands behind it may not be asked
    }
    return out;
  }
  Found base = evaluate(*node.left, from);
  if (!base.projected && base.any() && base.first().is_unknown()) {
    base.unknown = std::string(base.first().text());
    base.values.clear();
    return base;
  }
  switch (node.type) {
    case Type::field:
    case Type::index: {
      auto step = [&](Value value, Found& result) {
        Value member;
        if (node.type == Type::field) member = member_of(value, node.text, result.unknown);
        else if (value.is_list()) member = value.at(node.index < 0 ? value.size() + node.index : node.index);
        else if (value.is_unknown()) result.unknown = std::string(value.text());
        if (member && !member.is_null()) result.values.push_back(member);
      };
      if (base.projected) return over(std::move(base), step);
      out.kept = std::move(base.kept);
      out.unknown = base.unknown;
      if (base.any()) step(base.first(), out);
      return out;
    }
    case Type::flatten:
    case Type::each:
    case Type::values:
    case Type::filter: {
      auto element = [&](Value value, Found& result) {
        if (node.type == Type::filter) {
          std::string unknown;
          bool maybe = false;
          for (auto& condition : node.conditions) {
            Holds one = holds(condition, value, unknown);
            if (one == Holds::no) return;
            maybe |= one == Holds::unknown;
          }
          if (maybe) {
            result.unknown = unknown;
            return;
          }
        }
        if (!value.is_null()) result.values.push_back(value);
      };
      auto open = [&](Value value, Found& result) {
        if (value.is_unknown() || value.open()) result.unknown = std::string(value.open() ? value.open_reason() : value.text());
        if (node.type == Type::values) {
          for (auto entry : value.entries())
            if (value.get(entry.key()) == entry.value) element(entry.value, result);  // of a key that stands twice, the last
        } else {
          for (Value item : value.items()) {
            // `[]` opens lists inside the list once, as JMESPath does.
            if (node.type == Type::flatten && item.is_list())
              for (Value inner : item.items()) element(inner, result);
            else
              element(item, result);
          }
        }
      };
      if (base.projected && node.type == Type::flatten) {
        return over(std::move(base), [&](Value value, Found& result) {
          if (!value.is_list()) return element(value, result);
          for (Value item : value.items()) element(item, result);
        });
      }
      if (!base.projected) base.list = node.type == Type::values ? base.first().is_map() : base.first().is_list();
      return over(std::move(base), open);
    }
    case Type::keys: {
      out.kept = std::move(base.kept);
      out.unknown = base.unknown;
      Value map = base.projected ? Value() : base.first();
      if (map.open()) out.unknown = std::string(map.open_reason());
      if (!map.is_map() || !out.unknown.empty()) return out;
      Builder builder;
      Source self;
      if (auto origin = map.origin(); origin.source) {
        self = *origin.source;
        self.document = nullptr;
        self.path_prefix = "keys(" + origin.path + ")";
      }
      uint16_t slot = builder.add_source({});
      builder.begin_list();
      for (auto entry : map.entries())
        if (map.get(entry.key()) == entry.value) builder.copy(entry.key_node, slot);
      builder.end();
      out.values.push_back(keep(out, builder.finish(self)));
      return out;
    }
    case Type::length: {
      out.kept = std::move(base.kept);
      out.unknown = base.unknown;
      Value value = base.first();
      if (!base.projected && value.open()) out.unknown = std::string(value.open_reason());
      bool sized = base.projected ? base.list : value.is_string() || value.is_list() || value.is_map();
      if (!sized || !out.unknown.empty()) return out;
      size_t n = base.projected ? base.values.size() : value.is_string() ? characters(value.text()) : value.size();
      // Counted, not read: its place is that of what was counted.
      Source self;
      auto origin = value && !base.projected ? value.origin() : from.origin();
      if (origin.source) self = *origin.source;
      self.document = nullptr;
      bool below = base.projected && node.text.front() != '[' && node.text.front() != '@';
      self.path_prefix = "length(" + origin.path + (below ? "." : "") + (base.projected ? node.text : "") + ")";
      Builder builder;
      builder.integer(static_cast<int64_t>(n));
      out.values.push_back(keep(out, builder.finish(self)));
      return out;
    }
    case Type::to_string: {
      out.kept = std::move(base.kept);
      out.unknown = base.unknown;
      base.kept.clear();
      Value value = as_one(base);
      out.kept.insert(out.kept.end(), base.kept.begin(), base.kept.end());
      if (!value || value.is_string()) {
        if (value) out.values.push_back(value);
        return out;
      }
      Source self;
      auto origin = value.origin();
      if (origin.source) self = *origin.source;
      self.document = nullptr;
      self.path_prefix = "to_string(" + origin.path + ")";
      Builder builder;
      builder.string(to_json(value));
      out.values.push_back(keep(out, builder.finish(self)));
      return out;
    }
    case Type::from_json: {
      auto step = [&](Value value, Found& result) {
        if (!value.is_string()) {  // already a document, as newer SDKs give policies
          result.values.push_back(value);
          return;
        }
        if (trim(value.text()).empty()) return;
        auto document = document_in_string(value);
        if (!document) {
          result.unknown = "`" + value.path() + "` " + std::string(kNotJsonText) + ": " + document.error().what;
          return;
        }
        result.values.push_back(keep(result, *document));
      };
      if (base.projected) return over(std::move(base), step);
      out.kept = std::move(base.kept);
      out.unknown = base.unknown;
      if (base.any()) step(base.first(), out);
      return out;
    }
    case Type::current:
    case Type::literal:
    case Type::any_of: break;
  }
  return out;
}

// One step as paths in evidence write it: `.a`, `['a b']`, `[0]`.
std::string suffix_of(bool is_key, std::string_view key, int64_t index) {
  if (!is_key) return "[" + std::to_string(index) + "]";
  for (char c : key)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return "['" + std::string(key) + "']";
  if (key.empty() || (key[0] >= '0' && key[0] <= '9')) return "['" + std::string(key) + "']";
  return "." + std::string(key);
}

}  // namespace

Result<DocumentPtr> document_in_string(Value text) {
  Source self;
  auto origin = text.origin();
  if (origin.source) {
    self = *origin.source;
    self.document = nullptr;
  }
  self.path_prefix = "from_json(" + origin.path + ")";
  std::string_view raw = trim(text.text());
  if (starts_with(raw, "%")) {  // no JSON text begins like that
    std::string decoded = percent_decode(raw);
    return read_json(decoded, self);
  }
  return read_json(raw, self);
}

Result<Path> Path::compile(std::string_view text, const Place& at) {
  Path path;
  path.text_ = std::string(trim(text));
  if (path.text_.size() > 1000) return fail(Code::parse, "a path of " + std::to_string(path.text_.size()) + " characters", at, "at most 1,000");
  Parser parser(path.text_, at);
  path.root_ = TRY(parser.all());
  const Node* node = path.root_.get();
  std::vector<Step> steps;
  for (; node->type == Node::Type::field || node->type == Node::Type::index; node = node->left.get())
    steps.push_back({node->text, node->index, node->type == Node::Type::field});
  path.plain_ = node->type == Node::Type::current;
  if (path.plain_) path.steps_.assign(steps.rbegin(), steps.rend());
  return path;
}

Value Path::find_plain(Value from) const {
  assert(plain_);
  for (const Step& step : steps_) {
    if (step.is_key) from = from.get(step.key);
    else if (from.is_list()) from = from.at(step.index < 0 ? from.size() + step.index : step.index);
    else from = Value();
    if (!from || from.is_null() || from.is_unknown()) break;
  }
  if (from.is_null()) return Value();
  return from;
}

Found Path::find(Value from) const {
  if (plain_) {
    Found out;
    Value value = find_plain(from);
    if (value.is_unknown()) out.unknown = std::string(value.text());
    else if (value) out.values.push_back(value);
    return out;
  }
  Found out = evaluate(*root_, from);
  if (!out.projected && out.first().is_unknown()) {
    out.unknown = std::string(out.first().text());
    out.values.clear();
  }
  return out;
}

std::pair<std::string, std::string> Path::stops(Value from) const {
  struct Walk {
    std::string path;
    Value at;
    bool over = false;  // a projection: what comes after it has no one place
    std::vector<DocumentPtr> kept;

    void go(const Node& node, Value from) {
      if (node.type == Node::Type::any_of) return go(*node.choices.front(), from);
      if (!node.left) {
        path = from.origin().path;
        at = from;
        over = node.type != Node::Type::current;
        return;
      }
      go(*node.left, from);
      if (over) return;
      switch (node.type) {
        case Node::Type::field:
          path += suffix_of(true, node.text, 0);
          at = at.is_map() ? at.get(node.text) : Value();
          return;
        case Node::Type::index:
          path += suffix_of(false, "", node.index);
          at = at.is_list() ? at.at(static_cast<size_t>(node.index < 0 ? static_cast<int64_t>(at.size()) + node.index : node.index)) : Value();
          return;
        case Node::Type::from_json: {
          if (!at.is_string()) return;
          auto document = document_in_string(at);
          path = "from_json(" + path + ")";
          at = document ? (*document)->root() : Value();
          if (document) kept.push_back(*document);
          return;
        }
        default: over = true; return;
      }
    }
  };
  if (!from) return {};
  if (!root_) return {from.origin().path, ""};
  Walk walk;
  walk.go(*root_, from);
  return {walk.path, !walk.at || walk.at.is_null() || walk.at.is_unknown() ? "" : to_json(walk.at)};
}

std::string Path::suffix() const {
  std::string out;
  if (plain_)
    for (const Step& step : steps_) out += suffix_of(step.is_key, step.key, step.index);
  return out;
}

}  // namespace reeve
