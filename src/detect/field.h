// FieldPath: a field as rules write it (`userIdentity.sessionContext.attributes.mfaAuthenticated`), and the way to its values in an event.
//
// A dot goes one map deeper. A member whose name itself has dots is found too, and before the deeper one: of `a.b.c` first `a.b.c` is
// looked for, then `a.b` and in it `c`, then `a` and in it `b.c`. Lists are gone through wherever they stand, so `items.name` is the name
// of every item; an item's number is no part of a path. For fields that a whole run asks for, FieldPlan and EventFields below find all that
// lies under one member in a single walk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logs/event.h"
#include "logs/members.h"

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

// A field that is asked for again and again: EventFields knows its way.
struct AskedField {
  FieldPath path;
  uint32_t slot = UINT32_MAX;  // in the plan; UINT32_MAX: the way is gone each time
  LogField whole = LogField::count;  // the member that the path is; `count`: it leads below one, or to one without a place
};

// All fields that rules, alerts and correlations of a run ask for.
class FieldPlan {
 public:
  AskedField ask(FieldPath path);
  AskedField ask(std::string name) { return ask(FieldPath(std::move(name))); }
  const MembersAsked& members() const { return members_; }

 private:
  MembersAsked members_;
};

// What the event at hand has in them. What lies below a member is found in one walk for all fields, and not before one is asked for. For one
// thread; the plan must be whole and outlive it.
class EventFields {
 public:
  explicit EventFields(const FieldPlan& plan) : plan_(plan), slots_(plan.members().size()) {}
  void begin(const LogEvent& event);  // which must stay until the next one
  const LogEvent& event() const { return *event_; }
  // For the reader of the events to come: it finds what lies below the member `root` on its way.
  EarlyMembers early(LogField root);

  // As field_tokens, but `tokens` is emptied first.
  bool tokens(const AskedField& field, std::vector<std::string_view>& tokens);
  // The field's one value as it stands, lists as such; empty: absent. False: only `tokens` can tell.
  [[gnu::always_inline]] bool at_once(const AskedField& field, std::string_view& value) {
    if (odd_names_) return false;
    if (field.whole != LogField::count) return value = event_->raw(field.whole), true;
    if (field.slot == UINT32_MAX) return false;
    const LogField root = plan_.members().root(field.slot);
    Walked walked = walked_[static_cast<size_t>(root)];
    if (walked == Walked::not_yet) walked = walk(root);
    if (walked == Walked::by_itself) return false;
    value = walked == Walked::found ? slots_[field.slot] : std::string_view();
    return true;
  }
  // One map after the other, without going through lists; empty: absent.
  std::string_view member(const AskedField& field);

 private:
  enum class Walked : uint8_t { not_yet, found, nothing, by_itself };  // nothing: the member is no map and no list, so nothing lies below it
  Walked walk(LogField root);
  const FieldPlan& plan_;
  const LogEvent* event_ = nullptr;
  LogField early_ = LogField::count;
  bool odd_names_ = false;  // the event has a member whose own name has a dot
  std::vector<std::string_view> slots_;
  static_assert(static_cast<size_t>(LogField::count) <= 32);
  std::array<Walked, 32> walked_{};  // by LogField; emptied for every event, in two stores
};

}  // namespace reeve
