// JSON: whatever the bytes, reading ends with a document or an error; a document survives writing and reading; and the array
// scanner, cut anywhere, gives the elements that reading the whole gives.
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "formats/json.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Copies each piece to its own allocation, so that the sanitizer sees any use after it was let go.
void scan(std::string_view text, const char* member, size_t piece_bytes, Value items) {
  JsonArrayScanner scanner(member, 1 << 16);
  std::unique_ptr<std::string> piece;
  size_t at = 0, count = 0, refused = 0;
  for (bool finished = false;;) {
    JsonArrayScanner::Item item;
    auto step = scanner.next(item);
    if (step == JsonArrayScanner::Step::done) break;
    if (step == JsonArrayScanner::Step::refused) {
      require(!scanner.error().what.empty());
      ++refused;
      continue;
    }
    if (step == JsonArrayScanner::Step::item) {
      JsonOptions options;
      options.first_line = item.line;
      options.first_column = item.column;
      auto one = read_json(item.text, Source{}, options);
      if (items) {
        Value want = items.at(count);
        require(one && want && to_json((*one)->root()) == to_json(want));
        require((*one)->root().line() == want.line() && (*one)->root().column() == want.column());
      }
      ++count;
      continue;
    }
    require(!finished);
    if (at == text.size()) {
      scanner.finish();
      finished = true;
      continue;
    }
    piece = std::make_unique<std::string>(text.substr(at, piece_bytes));
    at += piece->size();
    scanner.feed(*piece);
  }
  if (items) require(refused == 0 && count == items.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  size_t piece = 1 + data[0];
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto document = read_json(text, Source{});
  Value list, under_a;
  if (document) {
    Value root = (*document)->root();
    std::string written = to_json(root);
    auto again = read_json(written, Source{});
    require(again.has_value());
    require(to_json((*again)->root()) == written);
    require((*document)->nodes()[0].span == (*document)->nodes().size());
    for (uint32_t i = 0; i < (*document)->nodes().size() && i < 50; ++i) Value(document->get(), i).path();
    if (root.is_list()) list = root;
    if (root.is_map() && (*document)->duplicate_keys().empty() && root.get("a").is_list()) under_a = root.get("a");
  } else {
    require(!document.error().what.empty());
  }
  scan(text, "", piece, list);
  scan(text, "a", piece, under_a);
  return 0;
}
