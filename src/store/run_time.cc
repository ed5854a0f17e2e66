// The moment a run speaks of, where it is learnt only from the run's own input.
#include "store/run_state.h"

namespace reeve::store {

Status RunWriter::set_as_of(Time as_of) {
  auto& s = *state_;
  TRY(s.usable());
  if (s.info.as_of == as_of) return {};
  s.info.as_of = as_of;
  s.db.set_now(as_of);
  auto* run = TRY(s.note(s.db.cached("UPDATE run SET as_of=?1 WHERE id=?2")));
  TRY(s.note(run->bind(1, as_of.ms).bind(2, s.run).run()));
  // What was written so far carries the unknown time, zero; nothing older does.
  for (const char* column : {"first_seen", "changed_at"}) {
    auto update = TRY(s.note(s.db.prepare("UPDATE finding SET " + std::string(column) + "=?1 WHERE " + column + "=0")));
    TRY(s.note(update.bind(1, as_of.ms).run()));
  }
  return {};
}

}  // namespace reeve::store
