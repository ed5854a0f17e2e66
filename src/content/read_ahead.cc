#include "content/read_ahead.h"

#include "base/text.h"
#include "formats/tape.h"

// The packed tree and its documents, put into the program by cmake/content.cmake.
extern "C" {
extern const char reeve_content_begin[];
extern const char reeve_content_end[];
extern const char reeve_content_tape_begin[];
extern const char reeve_content_tape_end[];
}

namespace reeve {

DocumentPtr read_ahead(std::string_view text, const std::string& shown) {
  static const Tape tape({reeve_content_tape_begin, static_cast<size_t>(reeve_content_tape_end - reeve_content_tape_begin)});
  constexpr std::string_view root = "built-in/";
  if (!starts_with(shown, root)) return nullptr;
  const auto entry = tape.find(std::string_view(shown).substr(root.size()));
  // A folder may be called built-in too: the texts decide.
  if (!entry || text != std::string_view(reeve_content_begin, static_cast<size_t>(reeve_content_end - reeve_content_begin)).substr(entry->at, entry->size)) return nullptr;
  Source self;
  self.file = shown;
  self.path_prefix = "$";
  return tape.document(*entry, std::move(self));
}

}  // namespace reeve
