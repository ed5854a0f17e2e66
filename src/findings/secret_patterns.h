// Secrets inside running text, known by their shape or by the word before them: what a URL, a command line, a header or a setting
// carries. Hashes, ARNs, ids and names of secrets are not among them: evidence that cannot be read is none.
#pragma once

#include <string>
#include <string_view>

namespace reeve {

// A text under a secret's name that is itself no secret: a reference, a state, a moment.
bool is_no_secret(std::string_view text);

// The text with each of them blacked out. JSON stays JSON: a mask never takes a quote or a backslash.
std::string masked_patterns(std::string_view text);
void mask_patterns(std::string& text);

// In a list of words such as a container's command: whether `word` is the secret that `before` announces (`--password`, then the word).
bool announced_by(std::string_view before, std::string_view word);

}  // namespace reeve
