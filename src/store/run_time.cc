// The moment a run speaks of, where it is learnt only from the run's own input.
#include "store/run_state.h"

namespace reeve::store {

// Findings name the run, not the moment (schema.h), so that nothing of what was written needs to be touched.
Status RunWriter::set_as_of(Time as_of) {
  auto& s = *state_;
  TRY(s.usable());
  if (s.info.as_of == as_of) return {};
  s.info.as_of = as_of;
  s.db.set_now(as_of);
  auto* run = TRY(s.note(s.db.cached("UPDATE run SET as_of=?1 WHERE id=?2")));
  return s.note(run->bind(1, as_of.ms).bind(2, s.run).run());
}

}  // namespace reeve::store
