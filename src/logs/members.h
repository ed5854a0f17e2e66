// MembersAsked: what lies below an event's own members (`userIdentity.sessionContext.sessionIssuer.arn`), found for all who ask in one walk.
//
//   const uint32_t arn = asked.ask(LogField::user_identity, "arn");
//   std::vector<std::string_view> found(asked.size());
//   if (asked.find(event, LogField::user_identity, found.data())) use(found[arn]);   // the token as it stands; empty: absent
//
// The walk goes along the places that the reader has found already (logs/walk.h), not over the text again. What its plain way does not
// cover it leaves to detect/field.h, which goes one path at a time and knows every corner.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logs/event.h"

namespace reeve {

struct Places;

class MembersAsked {
 public:
  // The slot of what lies at `path` below the member `root`: names with dots between them. The same for the same path.
  uint32_t ask(LogField root, std::string_view path);
  size_t size() const { return roots_.size(); }
  LogField root(uint32_t slot) const { return roots_[slot]; }
  const std::string& path(uint32_t slot) const { return paths_[slot]; }

  // Fills the slots below `root`, a map; of duplicates the last stands. False: there is a name with a dot or an escape, a list on the way, or
  // no walk over this event, and each path must be followed by itself.
  bool find(const LogEvent& event, LogField root, std::string_view* slots) const;
  // The same of a map that nobody has looked at yet, whose first place is `at`, held against the grammar on the way. Behind it; null: as above, or it is not in order.
  const uint32_t* find_in(const Places& places, const uint32_t* at, LogField root, std::string_view* slots) const;

 private:
  static constexpr uint32_t none = UINT32_MAX;
  // What a name leads to, as it is looked for: its bytes are held against these eight at a time.
  struct Place {
    uint64_t first = 0;  // of the name: its first eight bytes, zeros behind a shorter one
    uint64_t last = 0;   // and its last eight; of a shorter one `first`
    uint32_t bytes = none;  // none: an empty place
    uint32_t slot = none;
    uint32_t node = none;   // of what is asked for below; none: nothing is
    uint32_t named = none;  // its own node, for the bytes of a long name between the first and the last
  };
  struct Node {
    std::string name;
    uint32_t slot = none;
    std::vector<uint32_t> below;
    std::vector<Place> places;  // of the names below, by a hash of their first bytes; more than half are empty
  };
  template <bool checked>
  struct Walk;
  void clear(const Node& node, std::string_view* slots) const;
  void make_places(Node& node) const;
  std::array<std::vector<uint32_t>, static_cast<size_t>(LogField::count)> of_root_;  // slots

  std::vector<Node> nodes_;
  std::array<uint32_t, static_cast<size_t>(LogField::count)> top_{};  // a root's node and one; 0: nobody asked
  std::vector<LogField> roots_;     // by slot
  std::vector<std::string> paths_;  // by slot
};

// What every event will be asked for: the reader, which comes by anyway, finds it for whoever puts the slots there.
struct EarlyMembers {
  const MembersAsked* asked = nullptr;
  LogField root = LogField::count;
  std::string_view* slots = nullptr;  // filled as MembersAsked::find does, if the event's `early_at` is where its member `root` begins
};

}  // namespace reeve
