#include "formats/tape.h"

#include <cstring>
#include <limits>

#include "formats/document_parts.h"

namespace reeve {
namespace {

// The bytes: a head, the entries sorted by name, the nodes of all documents, the texts.
struct Head {
  uint32_t entries, nodes, texts;  // how many; bytes of texts
  uint32_t spare;
};
struct NamedEntry {
  uint32_t name, name_size;  // in the texts
  Tape::Entry entry;
};
constexpr uint32_t no_text = std::numeric_limits<uint32_t>::max();
struct TapeNode {
  Kind kind;
  Style style;
  uint16_t spare;
  uint32_t span, count, line, column, text;
};

template <class T>
T at(std::string_view bytes, size_t offset) {
  T out;
  std::memcpy(&out, bytes.data() + offset, sizeof out);
  return out;
}

template <class T>
void put(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

uint32_t TapeWriter::text(std::string_view text) {
  if (const auto known = known_.find(text); known != known_.end()) return known->second;
  const auto begin = static_cast<uint32_t>(texts_.size());
  known_.emplace(std::string(text), begin);
  texts_ += text;
  return begin;
}

bool TapeWriter::add(const std::string& name, uint32_t at, uint32_t size, const Document& document) {
  if (!document.duplicate_keys().empty()) return false;
  for (const Node& node : document.nodes())
    if (node.kind == Kind::unknown || node.source != 0 || (node.text && (node.kind == Kind::map || node.kind == Kind::list))) return false;
  const auto nodes = static_cast<uint32_t>(document.nodes().size());
  if (!all_.emplace(name, One{at, size, count_, nodes}).second) return false;
  for (const Node& node : document.nodes())
    put(nodes_, TapeNode{node.kind, node.style, 0, node.span, node.count, node.line, node.column, node.text ? text({node.text, node.count}) : no_text});
  count_ += nodes;
  return true;
}

std::string TapeWriter::finish() const {
  std::string names, entries;
  for (const auto& [name, one] : all_) {
    put(entries, NamedEntry{static_cast<uint32_t>(texts_.size() + names.size()), static_cast<uint32_t>(name.size()), {one.at, one.size, one.first, one.nodes}});
    names += name;
  }
  std::string out;
  put(out, Head{static_cast<uint32_t>(all_.size()), count_, static_cast<uint32_t>(texts_.size() + names.size()), 0});
  return out + entries + nodes_ + texts_ + names;
}

Tape::Tape(std::string_view bytes) : bytes_(bytes) {
  if (bytes_.size() < sizeof(Head)) bytes_ = {};
}

size_t Tape::size() const { return bytes_.empty() ? 0 : at<Head>(bytes_, 0).entries; }

std::string_view Tape::name_of(size_t entry) const {
  const Head head = at<Head>(bytes_, 0);
  const auto named = at<NamedEntry>(bytes_, sizeof(Head) + entry * sizeof(NamedEntry));
  return bytes_.substr(sizeof(Head) + head.entries * sizeof(NamedEntry) + head.nodes * sizeof(TapeNode) + named.name, named.name_size);
}

std::optional<Tape::Entry> Tape::find(std::string_view name) const {
  size_t low = 0, high = size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (name_of(middle) < name) low = middle + 1;
    else high = middle;
  }
  if (low == size() || name_of(low) != name) return std::nullopt;
  return at<NamedEntry>(bytes_, sizeof(Head) + low * sizeof(NamedEntry)).entry;
}

DocumentPtr Tape::document(const Entry& entry, Source self) const {
  const Head head = at<Head>(bytes_, 0);
  const size_t nodes_at = sizeof(Head) + head.entries * sizeof(NamedEntry);
  const char* texts = bytes_.data() + nodes_at + head.nodes * sizeof(TapeNode);
  auto out = std::make_shared<Document>();
  auto& nodes = DocumentParts::nodes(*out);
  nodes.resize(entry.nodes);
  for (size_t i = 0; i < entry.nodes; ++i) {
    const auto from = at<TapeNode>(bytes_, nodes_at + (entry.first + i) * sizeof(TapeNode));
    Node& node = nodes[i];
    node.kind = from.kind;
    node.style = from.style;
    node.span = from.span;
    node.count = from.count;
    node.line = from.line;
    node.column = from.column;
    node.text = from.text == no_text ? nullptr : texts + from.text;
  }
  DocumentParts::self(*out) = std::move(self);
  return out;
}

}  // namespace reeve
