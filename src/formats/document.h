// Document: one parsed JSON or YAML text as a flat tape that remembers where everything stood.
//
// A document is a vector of fixed-size nodes in reading order. A map is its node followed by key, value, key, value …; a list is
// its node followed by its items; every node knows how many nodes its subtree spans, so skipping a value is one addition.
// Strings point into the text they were read from (kept alive by the document) or into the document's arena.
//
// Scalars keep their raw text and style beside their meaning, because Guard, CloudFormation and Terraform read the same YAML
// scalar differently (design §10.10). Two things no JSON text holds are added for judging:
//   unknown(reason)  a value that could not be read; touching it makes a verdict unknown, never pass (design §10.5)
//   an open map      a map of which only some keys were read; a key that is missing from it is unknown for the map's reason
//
// A document built from others (a resource mapped from API replies) copies subtrees and keeps for each copied node which source
// and which node of it it came from, so evidence can name the original file and path.
//
// Documents are immutable once parsed or finished and may be read from any thread. `Value` is a borrowed cursor: two words, valid
// as long as its document.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

enum class Kind : uint8_t { null, boolean, integer, number, string, list, map, unknown };
std::string_view name(Kind kind);

// How a scalar was written; `json` for every JSON scalar, `built` for values made by Builder.
enum class Style : uint8_t { json, plain, single_quoted, double_quoted, literal, folded, built };

class Document;
using DocumentPtr = std::shared_ptr<const Document>;

struct Node {
  Kind kind = Kind::null;
  Style style = Style::json;
  uint16_t source = 0;   // 0: this document's own text; else 1 + index into Document::sources()
  uint32_t span = 1;     // nodes in this subtree, itself included
  uint32_t count = 0;    // map: pairs; list: items; scalar: bytes of text
  uint32_t line = 0;     // one-based in the source text; 0 not known
  uint32_t column = 0;   // one-based, in bytes
  uint32_t origin = 0;   // node index in the source document, if source != 0
  const char* text = nullptr;  // scalar: its text (a string's value, another scalar's raw text); map: reason if open, else null
};

// Where a document's text came from; what evidence prints.
struct Source {
  DocumentPtr document;    // kept alive, so origins can be followed; may be null when only the name is known
  std::string file;        // path as shown to people: a file, or `archive!member`, or a snapshot frame
  std::string operation;   // `service:Operation` if it is an API reply, else empty
  int64_t time_ms = 0;     // when the fact was true; 0 not known
  std::string time_basis;  // empty if the time is the reply's own, else `file` or `unknown` (design §10.7)
  std::string path_prefix; // JSON path of the document's root inside the file, `$` if it is the whole file
};

class Value {
 public:
  Value() = default;
  Value(const Document* document, uint32_t index) : document_(document), index_(index) {}

  explicit operator bool() const { return document_ != nullptr; }  // false: no such value
  Kind kind() const { return node().kind; }
  bool is_null() const { return document_ && kind() == Kind::null; }
  bool is_bool() const { return document_ && kind() == Kind::boolean; }
  bool is_string() const { return document_ && kind() == Kind::string; }
  bool is_number() const { return document_ && (kind() == Kind::integer || kind() == Kind::number); }
  bool is_list() const { return document_ && kind() == Kind::list; }
  bool is_map() const { return document_ && kind() == Kind::map; }
  bool is_unknown() const { return document_ && kind() == Kind::unknown; }
  bool is_scalar() const { return document_ && kind() != Kind::list && kind() != Kind::map && kind() != Kind::unknown; }

  // A string's value; another scalar's text as written; an unknown's reason; empty for lists and maps.
  std::string_view text() const;
  Style style() const { return node().style; }
  bool boolean() const;                       // a boolean's value; false for anything else
  std::optional<int64_t> integer() const;     // integers that fit
  std::optional<double> number() const;       // integers and numbers
  // The text of a scalar that AWS may write either way: "true", "5" and true, 5 alike. Empty optional for others.
  std::optional<std::string_view> scalar_text() const;

  size_t size() const { return (is_list() || is_map()) ? node().count : 0; }
  Value get(std::string_view key) const;      // map member (the last of duplicate keys); no value if absent or not a map
  Value at(size_t index) const;               // list item; no value if out of range or not a list
  // True if a key absent from this map is not known to be absent; `open_reason` then says why.
  bool open() const { return is_map() && node().text != nullptr; }
  std::string_view open_reason() const;

  struct Items;
  struct Entries;
  Items items() const;      // of a list; empty for anything else
  Entries entries() const;  // of a map, in order as written, duplicates included; empty for anything else

  uint32_t line() const { return node().line; }
  uint32_t column() const { return node().column; }
  uint32_t index() const { return index_; }
  const Document* document() const { return document_; }
  const Node& node() const;

  // JSON path of this value from the document's root: `$.Buckets[0].Name`, keys that are no identifiers as `['a b']`.
  std::string path() const;
  // Where the value stood originally: its source and its path there. For a document's own text: the document's own file.
  struct Origin {
    const Source* source = nullptr;  // null if not known
    std::string path;
    uint32_t line = 0, column = 0;
  };
  Origin origin() const;
  // What stood there originally, before a mapping made this of it; no value if the source's document is gone.
  Value original() const;

  bool operator==(const Value&) const = default;

 private:
  const Document* document_ = nullptr;
  uint32_t index_ = 0;
};

struct Value::Items {
  const Document* document;
  uint32_t first, last;
  struct It {
    const Document* document;
    uint32_t index;
    using iterator_category = std::forward_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Value;
    Value operator*() const { return {document, index}; }
    It& operator++();
    It operator++(int) { auto copy = *this; ++*this; return copy; }
    bool operator==(const It& other) const { return index == other.index; }
  };
  It begin() const { return {document, first}; }
  It end() const { return {document, last}; }
};

struct Value::Entries {
  const Document* document;
  uint32_t first, last;
  struct Entry {
    Value key_node;
    Value value;
    std::string_view key() const { return key_node.text(); }
  };
  struct It {
    const Document* document;
    uint32_t index;
    using iterator_category = std::forward_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Entry;
    Entry operator*() const { return {{document, index}, {document, index + 1}}; }
    It& operator++();
    It operator++(int) { auto copy = *this; ++*this; return copy; }
    bool operator==(const It& other) const { return index == other.index; }
  };
  It begin() const { return {document, first}; }
  It end() const { return {document, last}; }
};

class Document : public std::enable_shared_from_this<Document> {
 public:
  Value root() const { return nodes_.empty() ? Value() : Value(this, 0); }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Source& self() const { return self_; }
  const std::vector<Source>& sources() const { return sources_; }  // of documents made by Builder
  // Keys that stood twice in one map, as places of the second use. The last value wins; the reader must name them (§10.10).
  // In reading order, at most `duplicate_keys_max` of them: a hostile text may hold millions.
  static constexpr size_t duplicate_keys_max = 1000;
  const std::vector<Place>& duplicate_keys() const { return duplicate_keys_; }

  Document() = default;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document();

 private:
  friend class Value;
  friend class Builder;
  friend struct DocumentParts;  // readers that write nodes themselves (json.cc)
  std::vector<Node> nodes_;
  Source self_;
  std::vector<Source> sources_;
  std::vector<Place> duplicate_keys_;
  // Keys of maps so large that looking through them again and again would take the square of their size; made when first asked.
  struct LargeMaps;
  uint32_t find_in_large(uint32_t map, std::string_view key) const;  // the value's node; 0: none
  mutable std::atomic<LargeMaps*> large_{nullptr};
  std::vector<std::shared_ptr<const void>> kept_;  // texts and arenas that nodes point into
};

// Makes a document, either while parsing (values with positions) or by assembling from others (copy). Calls must nest properly:
// inside a map, `key` then one value; wrong nesting is a programming error and asserts.
class Builder {
 public:
  Builder();
  ~Builder();
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;

  // The place given to nodes added from now on (parsers call it per token). Default 0,0.
  void at(uint32_t line, uint32_t column);

  void begin_map();
  void begin_list();
  void end();  // of the innermost map or list
  void open_map(std::string_view reason);  // marks the innermost map as open; call while it is being built
  void key(std::string_view name, bool borrowed = false);  // borrowed: the bytes outlive the document (see keep)
  void null(std::string_view raw = "null", Style style = Style::built);
  void boolean(bool value);
  void boolean_raw(bool value, std::string_view raw, Style style, bool borrowed = false);  // `yes` read as true
  void integer(int64_t value);
  void number_raw(Kind integer_or_number, std::string_view raw, Style style, bool borrowed = false);
  void string(std::string_view value, Style style = Style::built, bool borrowed = false);
  void unknown(std::string_view reason);

  // Registers a source; the slot goes into `copy`. The source's document, if any, is kept alive by the result.
  uint16_t add_source(Source source);
  // Copies a subtree with its origins, keeping its document alive. Nodes that were themselves copied keep pointing at their first
  // source, which gets a slot here; the others point at `source_slot`, whose document is the value's (filled in if it was null).
  void copy(Value value, uint16_t source_slot);
  // The next value added (not a key) has this origin (for a value computed from one place, such as a string parsed as JSON).
  void with_origin(uint16_t source_slot, uint32_t origin_node, uint32_t line, uint32_t column);
  // The same, of a value that may itself have been copied: its first source, as `copy` keeps it.
  void with_origin_of(Value value, uint16_t source_slot);

  // Keeps `owner` alive as long as the document; what is passed as borrowed must live in it.
  void keep(std::shared_ptr<const void> owner);
  void duplicate_key(Place place);
  size_t depth() const;
  size_t size() const;  // nodes so far

  // The finished document. `self` describes its own text (file, time …). The builder is empty afterwards.
  DocumentPtr finish(Source self = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Deep equality by meaning: maps without regard to order (the last of duplicate keys counts), integers and numbers by value.
// Unknown equals nothing, nor does an open map.
bool equal(Value a, Value b);

}  // namespace reeve
