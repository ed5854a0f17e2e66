// Paths in content/resources: the subset of JMESPath that docs/formats/resources.md lists, compiled once, evaluated over Values
// without copying. Anything outside the subset is refused when the content is loaded, with its column.
//
// A path that is a plain chain of identifiers (most are) is a few map look-ups. Functions that make new text (`from_json`) parse into
// a document of their own whose source says where the text stood, so origins stay complete: `from_json($.Attributes.Policy).Statement[0]`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/document.h"

namespace reeve {

// What a path found. A projection (`[]`, `[*]`, `.*`, a filter) finds a list of values; else there is at most one.
// JMESPath's null and "nothing there" are one here: `values` is empty, or, in a projection, such elements are left out.
struct Found {
  std::vector<Value> values;
  bool projected = false;
  bool list = false;               // of a projection: there was a list (or map) to project; false means null, not an empty list
  std::string unknown;             // not empty: the answer is unknown, for this reason
  std::vector<DocumentPtr> kept;   // documents made on the way, which `values` point into

  bool any() const { return !values.empty(); }
  Value first() const { return values.empty() ? Value() : values.front(); }
};

class Path {
 public:
  Path() = default;  // `@`
  // `at`: where the path stands, for errors.
  static Result<Path> compile(std::string_view text, const Place& at);

  Found find(Value from) const;
  // The value itself where the path is plain identifiers and indexes and finds one; no value otherwise. No allocation.
  bool plain() const { return plain_; }
  Value find_plain(Value from) const;

  // The keys of a plain path that has no indexes; none for any other.
  std::vector<std::string_view> keys() const {
    std::vector<std::string_view> out;
    for (auto& step : steps_) {
      if (!step.is_key || step.key.empty()) return {};
      out.push_back(step.key);
    }
    return out;
  }

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // The path as it would be written after the path of the item it starts from: `.a.b[0]`; empty if it is not plain.
  std::string suffix() const;
  // For a path that finds nothing in `from`: where the search ended, as a path in the file, and as JSON text what stands there (a list
  // that has no such item); empty if nothing does.
  std::pair<std::string, std::string> stops(Value from) const;

  struct Node;  // the compiled tree, in path.cc

 private:
  struct Step {
    std::string key;
    int64_t index = 0;
    bool is_key = false;
  };
  std::string text_;
  bool plain_ = true;
  std::vector<Step> steps_;  // of plain paths
  std::shared_ptr<const Node> root_;
};

// JSON text, plain or URL-encoded, as a document whose source is the place of `text`. Shared by from_json and policy readers.
Result<DocumentPtr> document_in_string(Value text);

}  // namespace reeve
