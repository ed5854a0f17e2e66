// Documents written down as they stand in memory, to be taken up again without reading their text: for texts that are known when the
// program is built (cmake/tape_content.cc) and asked for at every start.
//
//   TapeWriter writer;
//   writer.add("views/root_activity.yaml", at, size, *document);
//   std::string bytes = writer.finish();
//   …
//   Tape tape(bytes);
//   if (const auto entry = tape.find("views/root_activity.yaml")) DocumentPtr document = tape.document(*entry, self);
//
// The bytes are for the kind of machine that wrote them, and must outlive every document taken from them. What they hold is trusted: they
// are our own build's. Neither an unknown node nor a repeated key nor a value copied from elsewhere is kept: such documents are not taken.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"

namespace reeve {

class TapeWriter {
 public:
  // `at` and `size` say where the document's text stands, for who takes it up. False: this document cannot be kept. Names are given once.
  bool add(const std::string& name, uint32_t at, uint32_t size, const Document& document);
  std::string finish() const;

 private:
  struct One {
    uint32_t at, size, first, nodes;
  };
  uint32_t text(std::string_view text);
  std::map<std::string, One> all_;
  std::string nodes_, texts_;
  std::map<std::string, uint32_t, std::less<>> known_;  // texts, each of which stands once
  uint32_t count_ = 0;
};

class Tape {
 public:
  explicit Tape(std::string_view bytes);
  struct Entry {
    uint32_t at, size, first, nodes;
  };
  std::optional<Entry> find(std::string_view name) const;
  DocumentPtr document(const Entry& entry, Source self) const;
  size_t size() const;

 private:
  std::string_view name_of(size_t entry) const;
  std::string_view bytes_;
};

}  // namespace reeve
