#include <cassert>
#include <charconv>
#include <map>
#include <unordered_set>

#include "formats/document.h"
#include "formats/document_parts.h"

namespace reeve {

struct Builder::State {
  struct Open {
    uint32_t node;
    uint32_t count;
    bool map;
    bool has_key;  // a key was given and its value is awaited
  };

  std::vector<Node> nodes;
  std::vector<Open> open;
  std::vector<Source> sources;
  std::vector<Place> duplicates;
  std::vector<std::shared_ptr<const void>> kept;
  std::unordered_set<const Document*> kept_documents;
  std::map<std::pair<const Document*, uint16_t>, uint16_t> slots;  // (document copied from, its slot or 0 for itself) → our slot
  std::shared_ptr<Arena> arena;
  uint32_t line = 0, column = 0;
  struct {
    bool set = false;
    uint16_t slot = 0;
    uint32_t node = 0, line = 0, column = 0;
  } origin;

  const char* text(std::string_view s, bool borrowed) {
    if (s.empty()) return "";
    if (borrowed) return s.data();
    if (!arena) arena = std::make_shared<Arena>();
    return arena->copy(s);
  }

  // Counts a value about to be added in its container.
  void count_value() {
    if (open.empty()) {
      assert(nodes.empty() && "a document has one root");
      return;
    }
    Open& top = open.back();
    assert((!top.map || top.has_key) && "a map wants a key before each value");
    top.has_key = false;
    ++top.count;
  }

  Node& add(Kind kind, Style style) {
    count_value();
    Node& n = nodes.emplace_back();
    n.kind = kind;
    n.style = style;
    if (origin.set) {
      n.source = origin.slot;
      n.origin = origin.node;
      n.line = origin.line;
      n.column = origin.column;
      origin.set = false;
    } else {
      n.line = line;
      n.column = column;
    }
    return n;
  }

  void scalar(Kind kind, std::string_view value, Style style, bool borrowed) {
    assert(value.size() <= UINT32_MAX);
    const char* where = text(value, borrowed);
    Node& n = add(kind, style);
    n.text = where;
    n.count = static_cast<uint32_t>(value.size());
  }

  void keep_document(const Document* document) {
    if (!kept_documents.insert(document).second) return;
    auto owner = document->weak_from_this().lock();
    assert(owner && "documents live in shared pointers");
    kept.push_back(std::move(owner));
  }

  uint16_t add_source(Source source) {
    // 65,535 places are what a node can tell apart. Beyond that facts stay right and only lose the name of their origin.
    if (sources.size() == UINT16_MAX - 1) {
      Source last;
      last.file = "(more sources than evidence can tell apart)";
      sources.push_back(std::move(last));
    }
    if (sources.size() >= UINT16_MAX) return UINT16_MAX;
    sources.push_back(std::move(source));
    return static_cast<uint16_t>(sources.size());
  }

  // The slot here for what stands as `theirs` in `document`; 0 is the document itself, which the caller names `slot`.
  uint16_t translate(const Document* document, uint16_t theirs, uint16_t slot) {
    if (theirs == 0) {
      if (slot == 0 || slot == UINT16_MAX) return slot;
      Source& named = sources[slot - 1u];
      if (!named.document) named.document = document->weak_from_this().lock();
      if (named.document.get() == document) return slot;
      // The slot names another document than the value's own: the same facts about it, then, but paths must be looked up in the
      // right one.
    }
    auto [at, is_new] = slots.try_emplace({document, theirs}, uint16_t{0});
    if (!is_new) return at->second;
    Source source = theirs == 0 ? sources[slot - 1u] : document->sources()[theirs - 1u];
    if (theirs == 0) source.document = document->weak_from_this().lock();
    at->second = add_source(std::move(source));
    return at->second;
  }
};

Builder::Builder() : state_(std::make_unique<State>()) {}
Builder::~Builder() = default;
Builder::Builder(Builder&&) noexcept = default;
Builder& Builder::operator=(Builder&&) noexcept = default;

void Builder::at(uint32_t line, uint32_t column) {
  state_->line = line;
  state_->column = column;
}

void Builder::begin_map() {
  state_->add(Kind::map, Style::built);
  state_->open.push_back({static_cast<uint32_t>(state_->nodes.size() - 1), 0, true, false});
}

void Builder::begin_list() {
  state_->add(Kind::list, Style::built);
  state_->open.push_back({static_cast<uint32_t>(state_->nodes.size() - 1), 0, false, false});
}

void Builder::end() {
  assert(!state_->open.empty());
  State::Open top = state_->open.back();
  assert(!top.has_key && "a key without a value");
  state_->open.pop_back();
  Node& n = state_->nodes[top.node];
  n.span = static_cast<uint32_t>(state_->nodes.size() - top.node);
  n.count = top.count;
}

void Builder::open_map(std::string_view reason) {
  assert(!state_->open.empty() && state_->open.back().map);
  std::string ended(reason.empty() ? std::string_view("not read") : reason);
  ended += '\0';  // the count of a map is its size, so the reason carries its own end
  state_->nodes[state_->open.back().node].text = state_->text(ended, false);
}

void Builder::key(std::string_view name, bool borrowed) {
  State& s = *state_;
  assert(!s.open.empty() && s.open.back().map && !s.open.back().has_key);
  const char* where = s.text(name, borrowed);
  Node& n = s.nodes.emplace_back();
  n.kind = Kind::string;
  n.style = Style::built;
  n.line = s.line;
  n.column = s.column;
  n.text = where;
  n.count = static_cast<uint32_t>(name.size());
  s.open.back().has_key = true;
}

void Builder::null(std::string_view raw, Style style) { state_->scalar(Kind::null, raw, style, false); }

void Builder::boolean(bool value) { state_->scalar(Kind::boolean, value ? "true" : "false", Style::built, true); }

void Builder::boolean_raw(bool value, std::string_view raw, Style style, bool borrowed) {
  // Nodes keep only the text, from which Value::boolean reads the meaning back; a reader that knows another word for true (a
  // schema's own) must give the usual word instead.
  if (text_reads_true(raw) != value) raw = value ? "true" : "false", borrowed = true;
  state_->scalar(Kind::boolean, raw, style, borrowed);
}

void Builder::integer(int64_t value) {
  char buffer[24];
  auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  state_->scalar(Kind::integer, {buffer, static_cast<size_t>(result.ptr - buffer)}, Style::built, false);
}

void Builder::number_raw(Kind kind, std::string_view raw, Style style, bool borrowed) {
  assert(kind == Kind::integer || kind == Kind::number);
  state_->scalar(kind, raw, style, borrowed);
}

void Builder::string(std::string_view value, Style style, bool borrowed) { state_->scalar(Kind::string, value, style, borrowed); }

void Builder::unknown(std::string_view reason) { state_->scalar(Kind::unknown, reason, Style::built, false); }

uint16_t Builder::add_source(Source source) { return state_->add_source(std::move(source)); }

void Builder::copy(Value value, uint16_t source_slot) {
  assert(value && "only a value that is there can be copied");
  State& s = *state_;
  const Document* document = value.document();
  s.keep_document(document);
  s.count_value();
  s.origin.set = false;
  const auto& from = document->nodes();
  uint32_t first = value.index(), last = first + from[first].span;
  uint16_t theirs = 0;
  uint16_t ours = s.translate(document, 0, source_slot);
  const uint16_t own = ours;
  size_t base = s.nodes.size();
  s.nodes.resize(base + (last - first));
  Node* out = s.nodes.data() + base;
  for (uint32_t i = first; i < last; ++i, ++out) {
    *out = from[i];
    if (out->source == 0) {
      out->source = own;
      out->origin = i;
    } else {
      if (out->source != theirs) {
        theirs = out->source;
        ours = s.translate(document, theirs, source_slot);
      }
      out->source = ours;
    }
  }
}

void Builder::with_origin(uint16_t source_slot, uint32_t origin_node, uint32_t line, uint32_t column) {
  state_->origin = {true, source_slot, origin_node, line, column};
}

void Builder::with_origin_of(Value value, uint16_t source_slot) {
  const Node& node = value.node();
  if (node.source == 0) return with_origin(source_slot, value.index(), value.line(), value.column());
  state_->keep_document(value.document());
  with_origin(state_->translate(value.document(), node.source, source_slot), node.origin, node.line, node.column);
}

void Builder::keep(std::shared_ptr<const void> owner) { state_->kept.push_back(std::move(owner)); }
void Builder::duplicate_key(Place place) {
  if (state_->duplicates.size() < Document::duplicate_keys_max) state_->duplicates.push_back(std::move(place));
}
size_t Builder::depth() const { return state_->open.size(); }
size_t Builder::size() const { return state_->nodes.size(); }

DocumentPtr Builder::finish(Source self) {
  State& s = *state_;
  assert(s.open.empty() && "finish before every map and list is ended");
  auto document = std::make_shared<Document>();
  // An exact copy: the scratch keeps its room for the next document, and the document wastes none.
  document->nodes_.assign(s.nodes.begin(), s.nodes.end());
  document->self_ = std::move(self);
  document->sources_ = std::move(s.sources);
  document->duplicate_keys_ = std::move(s.duplicates);
  document->kept_ = std::move(s.kept);
  if (s.arena) document->kept_.push_back(std::move(s.arena));
  s.nodes.clear();
  if (s.nodes.capacity() > 1 << 16) s.nodes = {};
  s.sources.clear();
  s.duplicates.clear();
  s.kept.clear();
  s.kept_documents.clear();
  s.slots.clear();
  s.arena.reset();
  s.line = s.column = 0;
  s.origin = {};
  return document;
}

}  // namespace reeve
