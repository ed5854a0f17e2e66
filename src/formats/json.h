// JSON text in (simdjson under it) and out.
//
// Reading gives a Document with line and column of every value and key, raw scalars, and the places of duplicate keys. Refused by
// name: text that is not UTF-8, nesting deeper than `depth_max`, anything after the value. A byte-order mark and tabs are fine.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "formats/document.h"

namespace reeve {

struct JsonOptions {
  uint32_t depth_max = 512;
  uint64_t bytes_max = (2ull << 30) - 1;  // longer texts are refused; positions and sizes are 32 bits wide in nodes
  uint32_t first_line = 1;                // where `text` begins in its file, for documents cut out of a larger one
  uint32_t first_column = 1;
};

// `text` must stay valid and unchanged as long as `owner` lives. `self` describes the document's origin.
Result<DocumentPtr> read_json(std::string_view text, std::shared_ptr<const void> owner, Source self,
                              const JsonOptions& options = {});
// The same, copying `text`.
Result<DocumentPtr> read_json(std::string_view text, Source self, const JsonOptions& options = {});

// Cuts a top-level array, or the array under a top-level member, into its elements without holding more than one of them.
// Used for AWS Config items and log records, in files of any size (design §10.11). Elements over `item_bytes_max` are refused by
// place and skipped; the rest goes on.
class JsonArrayScanner {
 public:
  // `member`: the top-level key whose array is cut, or empty for a top-level array. Case matters.
  explicit JsonArrayScanner(std::string member, uint64_t item_bytes_max = 64ull << 20);
  ~JsonArrayScanner();
  JsonArrayScanner(const JsonArrayScanner&) = delete;
  JsonArrayScanner& operator=(const JsonArrayScanner&) = delete;

  struct Item {
    std::string_view text;          // valid until the next call
    uint64_t index = 0;             // in the array
    uint32_t line = 1, column = 1;  // where it begins in the file
  };
  // Feeds the next piece of the file (any cut), which must stay valid until `next` says need_more. Then call `next` until it
  // does.
  void feed(std::string_view piece);
  void finish();  // no more pieces; then call `next` until it says done
  enum class Step { item, need_more, done, refused };
  // refused: `error` tells why and where (without a path, which the scanner does not know); call `next` again, for the scanner
  // goes on with the next element if it can. Refused are: an oversize element; a text that is no JSON around the elements, ends
  // too early or goes on too long; a text in which the member is missing, is no array, or stands twice (the second is left out).
  // The inside of an element is not judged here: read_json does that.
  Step next(Item& item);
  const Error& error() const;
  // The top-level text with the array replaced by `[]`, once done: its other members (fileVersion, account …).
  std::string_view envelope() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Writes JSON to a string, keys in the order given; the caller nests properly. Numbers in shortest form, so the same value gives
// the same bytes. Strings must be UTF-8; bytes that are not become U+FFFD.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, int indent = 0);  // indent 0: one line
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view value);
  JsonWriter& integer(int64_t value);
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& value(Value value);  // a whole subtree; unknown becomes {"$unknown": reason}
  // Shorthands for members.
  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).string(value); }
  JsonWriter& member(std::string_view name, const char* value) { return key(name).string(value); }
  JsonWriter& member(std::string_view name, int64_t value) { return key(name).integer(value); }
  JsonWriter& member(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  void before_value();
  void new_line();
  std::string& out_;
  int indent_;
  int depth_ = 0;
  bool first_ = true;
  bool after_key_ = false;
};

std::string to_json(Value value, int indent = 0);
// A text as a string of JSON, quotes and all; bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
bool is_plain_json(std::string_view text);  // ASCII that stands between quotes as it is

}  // namespace reeve
