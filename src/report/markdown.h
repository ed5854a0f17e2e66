// The summary for a pull request or a chat: where we stand, what changed, what blocks the next level, what fails anew, what is not known.
//
// At most `kMarkdownBytes`, so that it fits a comment. Names from the estate stand in code spans, where no markup, mention or link acts;
// other texts that an input had a hand in are escaped to the letter.
#pragma once

#include "report/output.h"

namespace reeve {

inline constexpr size_t kMarkdownBytes = 60'000;

Status write_markdown(Assessment& assessment, const OutputOptions& options, const Write& write);

// A code span that shows `text` on one line and nothing else, inside a table too.
std::string markdown_code(std::string_view text);
// Prose: every character that Markdown, HTML or a forge gives a meaning to is an entity.
std::string markdown_text(std::string_view text);

}  // namespace reeve
