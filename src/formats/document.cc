#include "formats/document.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/text.h"
#include "formats/document_parts.h"
#include "formats/holding.h"

namespace reeve {

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "boolean";
    case Kind::integer: return "integer";
    case Kind::number: return "number";
    case Kind::string: return "string";
    case Kind::list: return "list";
    case Kind::map: return "map";
    case Kind::unknown: return "unknown";
  }
  return "unknown";
}

bool text_reads_true(std::string_view raw) {
  return equal_ignoring_case(raw, "true") || equal_ignoring_case(raw, "yes") || equal_ignoring_case(raw, "on") ||
         equal_ignoring_case(raw, "y");
}

namespace {

const Node kNoNode = {};

// The meaning of an integer as written: decimal, or YAML's 0x, 0o and 1.1's underscores.
std::optional<int64_t> integer_of(std::string_view raw) {
  if (auto plain = parse_int(raw)) return plain;
  bool negative = false;
  std::string digits;
  if (!raw.empty() && (raw[0] == '-' || raw[0] == '+')) {
    negative = raw[0] == '-';
    raw.remove_prefix(1);
  }
  int base = 10;
  if (starts_with(raw, "0x")) base = 16;
  else if (starts_with(raw, "0o")) base = 8;
  if (base == 10) return std::nullopt;
  raw.remove_prefix(2);
  uint64_t value = 0;
  for (char c : raw) {
    int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
    if (d >= base || value >> 58) return std::nullopt;
    value = value * static_cast<uint64_t>(base) + static_cast<uint64_t>(d);
  }
  return negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
}

std::optional<double> number_of(std::string_view raw) {
  if (auto plain = parse_double(raw)) return plain;
  std::string_view tail = raw;
  bool negative = !tail.empty() && tail.front() == '-';
  if (negative || (!tail.empty() && tail.front() == '+')) tail.remove_prefix(1);
  if (starts_with(tail, ".")) tail.remove_prefix(1);  // YAML writes .inf and .nan, Guard's loader also takes them bare
  if (equal_ignoring_case(tail, "inf") || equal_ignoring_case(tail, "infinity"))
    return negative ? -__builtin_inf() : __builtin_inf();
  if (equal_ignoring_case(tail, "nan")) return __builtin_nan("");
  return std::nullopt;
}

bool is_identifier(std::string_view s) {
  if (s.empty() || (s[0] >= '0' && s[0] <= '9')) return false;
  return std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void append_key(std::string& path, std::string_view key) {
  if (is_identifier(key)) {
    path += '.';
    path += key;
    return;
  }
  path += "['";
  for (char c : key) {
    if (c == '\'' || c == '\\') path += '\\';
    path += c;
  }
  path += "']";
}

// The path of `index` below the root of `document`, without the leading `$`.
std::string path_below(const Document& document, uint32_t index) {
  std::string path;
  const auto& nodes = document.nodes();
  uint32_t here = 0;
  while (here != index) {
    const auto child = child_holding(document, here, index);
    if (!child) return path;
    if (nodes[here].kind == Kind::map) {
      append_key(path, {nodes[child->node].text, nodes[child->node].count});
      if (index == child->node) return path;  // a key: the path of its value
      here = child->node + 1;
    } else {
      path += '[' + std::to_string(child->number) + ']';
      here = child->node;
    }
  }
  return path;
}

}  // namespace

const Node& Value::node() const { return document_ ? document_->nodes()[index_] : kNoNode; }

std::string_view Value::text() const {
  const Node& n = node();
  if (!n.text || n.kind == Kind::map || n.kind == Kind::list) return {};
  return {n.text, n.count};
}

bool Value::boolean() const { return is_bool() && text_reads_true(text()); }

std::optional<int64_t> Value::integer() const {
  if (!document_ || kind() != Kind::integer) return std::nullopt;
  return integer_of(text());
}

std::optional<double> Value::number() const {
  if (!is_number()) return std::nullopt;
  if (kind() == Kind::integer) {
    if (auto whole = integer()) return static_cast<double>(*whole);
  }
  return number_of(text());
}

std::optional<std::string_view> Value::scalar_text() const {
  if (!document_) return std::nullopt;
  switch (kind()) {
    case Kind::string:
    case Kind::integer:
    case Kind::number: return text();
    case Kind::boolean: return boolean() ? "true" : "false";
    default: return std::nullopt;
  }
}

struct Document::LargeMaps {
  std::mutex mutex;
  std::unordered_map<uint32_t, std::unordered_map<std::string_view, uint32_t>> keys;  // by the map's node
};

Document::~Document() { delete large_.load(); }

uint32_t Document::find_in_large(uint32_t map, std::string_view key) const {
  LargeMaps* maps = large_.load();
  if (!maps) {
    auto made = std::make_unique<LargeMaps>();
    if (large_.compare_exchange_strong(maps, made.get())) maps = made.release();
  }
  std::lock_guard lock(maps->mutex);
  auto& keys = maps->keys[map];
  if (keys.empty()) {
    keys.reserve(nodes_[map].count);
    const uint32_t end = map + nodes_[map].span;
    for (uint32_t i = map + 1; i < end; i += 1 + nodes_[i + 1].span) keys[{nodes_[i].text, nodes_[i].count}] = i + 1;  // the last counts
  }
  const auto at = keys.find(key);
  return at == keys.end() ? 0 : at->second;
}

Value Value::get(std::string_view key) const {
  if (!is_map()) return {};
  const Node* base = document_->nodes().data();
  constexpr uint32_t large = 1000;  // entries
  if (base[index_].count >= large) {
    const uint32_t node = document_->find_in_large(index_, key);
    return node ? Value(document_, node) : Value();
  }
  uint32_t end = index_ + base[index_].span;
  uint32_t found = 0;
  const char last = key.empty() ? '\0' : key.back();  // keys of one length mostly differ there, if not before
  for (uint32_t i = index_ + 1; i < end; i += 1 + base[i + 1].span)
    if (base[i].count == key.size() && (key.empty() || (base[i].text[key.size() - 1] == last && std::memcmp(base[i].text, key.data(), key.size()) == 0))) found = i + 1;
  return found ? Value(document_, found) : Value();
}

Value Value::at(size_t index) const {
  if (!is_list() || index >= node().count) return {};
  const Node* base = document_->nodes().data();
  uint32_t i = index_ + 1;
  for (; index > 0; --index) i += base[i].span;
  return {document_, i};
}

std::string_view Value::open_reason() const {
  if (!open()) return {};
  return node().text;  // open_map ends it with a zero byte
}

Value::Items Value::items() const {
  if (!is_list()) return {document_, 0, 0};
  return {document_, index_ + 1, index_ + node().span};
}

Value::Entries Value::entries() const {
  if (!is_map()) return {document_, 0, 0};
  return {document_, index_ + 1, index_ + node().span};
}

Value::Items::It& Value::Items::It::operator++() {
  index += document->nodes()[index].span;
  return *this;
}

Value::Entries::It& Value::Entries::It::operator++() {
  index += 1 + document->nodes()[index + 1].span;
  return *this;
}

std::string Value::path() const {
  if (!document_) return {};
  return "$" + path_below(*document_, index_);
}

Value::Origin Value::origin() const {
  if (!document_) return {};
  const Node& n = node();
  Origin out;
  out.line = n.line;
  out.column = n.column;
  if (n.source == 0) {
    out.source = &document_->self();
    out.path = out.source->path_prefix.empty() ? "$" : out.source->path_prefix;
    out.path += path_below(*document_, index_);
    return out;
  }
  out.source = &document_->sources()[n.source - 1u];
  out.path = out.source->path_prefix.empty() ? "$" : out.source->path_prefix;
  if (out.source->document && n.origin < out.source->document->nodes().size())
    out.path += path_below(*out.source->document, n.origin);
  return out;
}

Value Value::original() const {
  Value at = *this;
  while (at && at.node().source != 0) {
    const Source& source = at.document_->sources()[at.node().source - 1u];
    if (!source.document || at.node().origin >= source.document->nodes().size()) return {};
    at = Value(source.document.get(), at.node().origin);
  }
  return at;
}

bool equal(Value a, Value b) {
  if (!a || !b) return false;
  if (a.is_unknown() || b.is_unknown()) return false;
  if (a.is_number() && b.is_number()) {
    auto x = a.integer(), y = b.integer();
    if (x && y) return *x == *y;
    if (a.kind() == Kind::integer && b.kind() == Kind::integer)
      return !x && !y && a.text() == b.text();  // beyond int64: as written
    auto u = a.number(), v = b.number();
    return u && v ? *u == *v : !u && !v && a.text() == b.text();
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::null: return true;
    case Kind::boolean: return a.boolean() == b.boolean();
    case Kind::string: return a.text() == b.text();
    case Kind::list: {
      if (a.size() != b.size()) return false;
      auto j = b.items().begin();
      for (Value item : a.items()) {
        if (!equal(item, *j)) return false;
        ++j;
      }
      return true;
    }
    case Kind::map: {
      // Of duplicate keys the last counts on both sides, so the sets of keys are compared, not the pairs. Small maps look keys up
      // in place; large ones get a table, or two maps of 100,000 keys would take minutes.
      if (a.open() || b.open()) return false;  // what was not read may differ
      auto covers = [](Value from, Value in) {
        if (in.size() <= 16) {
          for (auto entry : from.entries())
            if (!equal(from.get(entry.key()), in.get(entry.key()))) return false;
          return true;
        }
        std::unordered_map<std::string_view, Value> mine, theirs;
        for (auto entry : from.entries()) mine[entry.key()] = entry.value;
        for (auto entry : in.entries()) theirs[entry.key()] = entry.value;
        for (const auto& [key, value] : mine) {
          auto at = theirs.find(key);
          if (at == theirs.end() || !equal(value, at->second)) return false;
        }
        return mine.size() == theirs.size();
      };
      if (!covers(a, b)) return false;
      // Every key of a is in b with an equal value; b may only have more.
      for (auto entry : b.entries())
        if (b.size() <= 16 && !a.get(entry.key())) return false;
      return true;
    }
    case Kind::integer:
    case Kind::number:
    case Kind::unknown: break;
  }
  return false;
}

}  // namespace reeve
