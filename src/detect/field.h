// FieldPath: a field as rules write it (`userIdentity.sessionContext.attributes.mfaAuthenticated`), and the way to its values in an event.
//
// A dot goes one map deeper. A member whose name itself has dots is found too, and before the deeper one: of `a.b.c` first `a.b.c` is
// looked for, then `a.b` and in it `c`, then `a` and in it `b.c`. Lists are gone through wherever they stand, so `items.name` is the name
// of every item; an item's number is no part of a path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logs/event.h"

namespace reeve {

class FieldPath {
 public:
  FieldPath() = default;
  explicit FieldPath(std::string name);
  const std::string& name() const { return name_; }
  LogField root() const { return root_; }    // the member that the path begins with, if that has a place in LogEvent; else `count`
  bool is_root() const { return root_ != LogField::count && dots_.empty(); }  // the whole of that member
  const std::vector<size_t>& dots() const { return dots_; }

 private:
  std::string name_;
  std::vector<size_t> dots_;  // where in the name
  LogField root_ = LogField::count;
};

// Puts the tokens of the field's values behind `tokens`: a list's items stand for it, at any depth; a map is one value. False: the event
// has no such field. True without a token: an empty list.
bool field_tokens(const LogEvent& event, const FieldPath& path, std::vector<std::string_view>& tokens);
// The same of one value that was found already.
void value_tokens(std::string_view value, std::vector<std::string_view>& tokens);

}  // namespace reeve
