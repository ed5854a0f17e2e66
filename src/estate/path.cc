#include "estate/path.h"

#include <cassert>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {

// expression = or
// or         = chain { "||" ( chain | 'raw' ) }
// chain      = primary { "." ( identifier | "*" ) | "[" ... "]" }
// primary    = identifier | "quoted" | "@" | function "(" [ or ] ")" | "[" ... "]" | "*"
// bracket    = "[]" | "[*]" | "[" integer "]" | "[?" condition { "&&" condition } "]"
// condition  = chain ("==" | "!=") literal      literal = 'raw' | `json`
struct Path::Node {
  enum class Type { current, field, index, flatten, each, values, filter, any_of, keys, length, to_string, from_json, literal } type = Type::current;
  std::string text;  // field name
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
    for (;;) {
      if (take(".")) {
        if (take("*")) {
          node = make(Node::Type::values, node);
        } else {
          auto field = make(Node::Type::field, node);
          field->text = TRY(identifier());
          node = field;
        }
      } else if (ahead("[")) {
        node = TRY(bracket(node));
      } else {
        return node;
      }
    }
  }

  Result<NodePtr> primary() {
    auto current = std::make_shared<Node>();
    if (take("@")) return NodePtr(current);
    if (take("$")) return NodePtr(current);
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
      function->left = TRY(any_of());
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
    size_t end = text_.find(quote, next_ + 1);
    if (end == std::string_view::npos) return wrong("the closing quote");
    auto inside = text_.substr(next_ + 1, end - next_ - 1);
    next_ = end + 1;
    if (quote == '`') return read_json(inside, Source{});
    Builder builder;
    builder.string(inside);
    return builder.finish();
  }

  Result<std::string> identifier() {
    if (take("\"")) {
      size_t end = text_.find('"', next_);
      if (end == std::string_view::npos) return wrong("the closing quote");
      std::string out(text_.substr(next_, end - next_));
      next_ = end + 1;
      return out;
    }
    size_t start = next_;
    auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    while (next_ < text_.size() && (letter(text_[next_]) || (next_ > start && text_[next_] >= '0' && text_[next_] <= '9'))) ++next_;
    if (next_ == start) return wrong("an identifier");
    return std::string(text_.substr(start, next_ - start));
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
  out.unknown = base.unknown;
  out.kept = std::move(base.kept);
  for (Value value : base.values) step(value, out);
  return out;
}

bool holds(const Node::Condition& condition, Value item, std::string& unknown) {
  Found found = evaluate(*condition.path, item);
  if (!found.unknown.empty()) unknown = found.unknown;
  Value value = found.first();
  if (value.is_unknown()) unknown = std::string(value.text());
  Value wanted = condition.literal->root();
  bool same = value ? equal(value, wanted) : wanted.is_null();
  return same == condition.equal;
}

Found evaluate(const Node& node, Value from) {
  using Type = Node::Type;
  Found out;
  if (node.type == Type::current) {
    if (from) out.values.push_back(from);
    return out;
  }
  if (node.type == Type::literal) {
    out.values.push_back(node.value->root());
    return out;
  }
  if (node.type == Type::any_of) {
    for (auto& choice : node.choices) {
      Found found = evaluate(*choice, from);
      if (found.any() || !found.unknown.empty()) return found;
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
        if (node.type == Type::field) member = value.get(node.text);
        else if (value.is_list()) member = value.at(node.index < 0 ? value.size() + node.index : node.index);
        if (member && !member.is_null()) result.values.push_back(member);
      };
      if (base.projected && node.type == Type::field) return over(std::move(base), step);
      if (base.projected) {  // an index after a projection picks from the projected list only in JMESPath's parenthesised form
        return over(std::move(base), step);
      }
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
          for (auto& condition : node.conditions) {
            bool yes = holds(condition, value, unknown);
            if (!unknown.empty()) {
              result.unknown = unknown;
              return;
            }
            if (!yes) return;
          }
        }
        if (!value.is_null()) result.values.push_back(value);
      };
      auto open = [&](Value value, Found& result) {
        if (node.type == Type::values) {
          for (auto entry : value.entries()) element(entry.value, result);
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
      return over(std::move(base), open);
    }
    case Type::keys: {
      out.projected = true;
      out.kept = std::move(base.kept);
      out.unknown = base.unknown;
      if (base.any())
        for (auto entry : base.first().entries()) out.values.push_back(entry.key_node);
      return out;
    }
    case Type::length: {
      out.kept = std::move(base.kept);
      out.unknown = base.unknown;
      if (!base.any() && !base.projected) return out;
      Value value = base.first();
      size_t n = base.projected ? base.values.size() : value.is_string() ? value.text().size() : value.size();
      // Counted, not read: its place is that of what was counted.
      Source self;
      if (value) {
        auto origin = value.origin();
        if (origin.source) self = *origin.source;
        self.document = nullptr;
        self.path_prefix = "length(" + origin.path + (base.projected ? ", …)" : ")");
      }
      Builder builder;
      builder.integer(static_cast<int64_t>(n));
      out.values.push_back(keep(out, builder.finish(self)));
      return out;
    }
    case Type::to_string: {
      out.kept = std::move(base.kept);
      out.unknown = base.unknown;
      if (!base.any()) return out;
      if (base.first().is_string()) {
        out.values.push_back(base.first());
        return out;
      }
      Builder builder;
      builder.string(to_json(base.first()));
      out.values.push_back(keep(out, builder.finish()));
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
          result.unknown = "`" + value.path() + "` is not JSON text: " + document.error().what;
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
  if (starts_with(raw, "%7B") || starts_with(raw, "%7b") || starts_with(raw, "%5B") || starts_with(raw, "%22")) {
    std::string decoded = percent_decode(raw);
    return read_json(decoded, self);
  }
  return read_json(raw, self);
}

Result<Path> Path::compile(std::string_view text, const Place& at) {
  Path path;
  path.text_ = std::string(trim(text));
  Parser parser(path.text_, at);
  path.root_ = TRY(parser.all());
  const Node* node = path.root_.get();
  std::vector<Step> steps;
  for (; node->type == Node::Type::field || node->type == Node::Type::index; node = node->left.get())
    steps.push_back({node->type == Node::Type::field ? node->text : "", node->index});
  path.plain_ = node->type == Node::Type::current;
  if (path.plain_) path.steps_.assign(steps.rbegin(), steps.rend());
  return path;
}

Value Path::find_plain(Value from) const {
  assert(plain_);
  for (const Step& step : steps_) {
    if (!step.key.empty()) from = from.get(step.key);
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
  return evaluate(*root_, from);
}

std::string Path::suffix() const {
  if (!plain_) return "";
  std::string out;
  auto plain_key = [](std::string_view key) {
    for (char c : key)
      if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
    return !(key[0] >= '0' && key[0] <= '9');
  };
  for (const Step& step : steps_) {
    if (step.key.empty()) out += "[" + std::to_string(step.index) + "]";
    else if (plain_key(step.key)) out += "." + step.key;
    else out += "['" + step.key + "']";
  }
  return out;
}

}  // namespace reeve
