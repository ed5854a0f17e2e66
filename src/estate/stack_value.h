// What a function of a template takes and gives, before it becomes a node. Private to the stack resolver.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/document.h"

namespace reeve {

struct StackValue {
  enum class Is : uint8_t {
    raw,      // as written: nothing in it needs resolving
    text,     // computed
    list,
    map,
    unknown,  // known only when the template is deployed
    absent    // AWS::NoValue
  } is = Is::absent;
  Value raw;         // if raw
  Value at;          // where it is written
  std::string text;  // the text; of unknown: the reason; of a map: why it may have further keys (empty: it has not)
  bool typed = false;  // a text that takes the type of its property
  bool sure = false;   // of unknown: that there is a value
  std::vector<StackValue> items;
  std::vector<StackValue> members;  // of a map; of each its name, and the node of its key
  std::vector<std::string> names;
  std::vector<Value> keys;
  std::shared_ptr<const StackValue> written;  // of unknown: what stands there

  static StackValue of(Value raw) {
    StackValue out;
    out.is = Is::raw;
    out.raw = out.at = raw;
    return out;
  }
  static StackValue of_text(std::string text, Value at) {
    StackValue out;
    out.is = Is::text;
    out.text = std::move(text);
    out.at = at;
    return out;
  }
  static StackValue of_unknown(std::string reason, Value at, bool sure = false) {
    StackValue out;
    out.is = Is::unknown;
    out.text = std::move(reason);
    out.at = at;
    out.sure = sure;
    return out;
  }
  static StackValue of_absent(Value at) {
    StackValue out;
    out.at = at;
    return out;
  }

  bool unknown() const { return is == Is::unknown; }
  bool absent() const { return is == Is::absent; }
  bool is_list() const { return is == Is::list || (is == Is::raw && raw.is_list()); }
  bool is_map() const { return is == Is::map || (is == Is::raw && raw.is_map()); }
  // The text of a scalar; none for anything else.
  std::optional<std::string> scalar() const {
    if (is == Is::text) return text;
    if (is != Is::raw) return std::nullopt;
    auto found = raw.scalar_text();
    return found ? std::optional<std::string>(*found) : std::nullopt;
  }
  size_t size() const { return is == Is::list ? items.size() : is == Is::map ? members.size() : is == Is::raw ? raw.size() : 0; }
  StackValue item(size_t index) const { return is == Is::list ? items[index] : of(raw.at(index)); }
  // The first unknown in it, itself included (or a map that may have further keys): `text` says why. Null if all is known.
  const StackValue* doubt() const {
    if (is == Is::unknown || (is == Is::map && !text.empty())) return this;
    for (const auto& each : items)
      if (const StackValue* found = each.doubt()) return found;
    for (const auto& each : members)
      if (const StackValue* found = each.doubt()) return found;
    return nullptr;
  }
  void add(std::string name, Value key, StackValue value) {
    names.push_back(std::move(name));
    keys.push_back(key);
    members.push_back(std::move(value));
  }
};

// {name: value} as the written form of an unknown.
std::shared_ptr<const StackValue> written_form(std::string name, StackValue value);

// Whether two are the same: yes, no, or not known.
std::optional<bool> same_value(const StackValue& a, const StackValue& b);

// Whether `text` can be what comes of a text with holes (`a-${B}-c`); `${!x}` is a literal `${x}`.
bool may_become(std::string_view with_holes, std::string_view text);

// A literal text for use in one with holes: `${` is escaped.
std::string hole_free(std::string_view text);

}  // namespace reeve
