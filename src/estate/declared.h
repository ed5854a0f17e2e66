// What templates, plans and states share: each is one file, read whole as one document, whose facts are of the file's time.
#pragma once

#include <optional>
#include <string>

#include "estate/load.h"

namespace reeve {

struct Declared {
  DocumentPtr document;
  Source self;
};

using DocumentReader = Result<DocumentPtr> (*)(std::string_view text, const Source& self);

// Nothing if the file cannot be read or is no document; `sink` has been told why, as it is of keys that stand twice.
std::optional<Declared> read_declared(const Input& input, uint64_t bytes_max, DocumentReader read, UnitSink& sink);

// Tells `sink` that the file was read, and how many resources it declares.
void tell_declared(const Input& input, const Declared& read, std::string kind, size_t resources, UnitSink& sink);

// Tells `sink` of an error, in the input unless it says where.
void refuse_declared(const Input& input, Error error, UnitSink& sink);

// The root of the document of `file` itself, which `made` may have been made from in several steps; no value if none of them is of it.
Value written_in(const Document& made, const std::string& file);

}  // namespace reeve
