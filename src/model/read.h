// A threat model of any format that is known, told by content: Threat Composer's (JSON, or the same as YAML), read without loss; Open Threat
// Model and Threagile, read as far as the model has a place for what they say; the plain YAML form of docs/model.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/document.h"
#include "model/model.h"

namespace reeve::model {

enum class Format : uint8_t { threat_composer, otm, threagile, plain };
std::string_view name(Format format);  // as people call it

struct Read {
  Format format = Format::threat_composer;
  Model model;
  // Why the document is no model; `model` is of use only if there is none.
  std::vector<Error> problems;
  // What the document says and the model has no place for, by path; nothing of Threat Composer's own.
  std::vector<Error> unplaced;
};

// `file` is what errors name. An Error: the text is no JSON or YAML, or of no format that is known.
Result<Read> read_model(std::string_view text, const std::string& file);

}  // namespace reeve::model
