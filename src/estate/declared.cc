#include "estate/declared.h"

namespace reeve {

void refuse_declared(const Input& input, Error error, UnitSink& sink) {
  if (error.at.path.empty()) error.at.path = input.shown;
  sink.problem(std::move(error));
}

std::optional<Declared> read_declared(const Input& input, uint64_t bytes_max, DocumentReader read, UnitSink& sink) {
  auto text = input.read(bytes_max);
  if (!text) {
    refuse_declared(input, text.error(), sink);
    return std::nullopt;
  }
  Declared out;
  out.self.file = input.shown;
  out.self.path_prefix = "$";
  out.self.time_ms = input.mtime_ms;
  out.self.time_basis = input.mtime_ms != 0 ? "file" : "unknown";
  auto document = read(*text, out.self);
  if (!document) {
    refuse_declared(input, document.error(), sink);
    return std::nullopt;
  }
  out.document = *document;
  for (const Place& at : out.document->duplicate_keys())
    refuse_declared(input, {Code::parse, "a key stands twice in one map; the last value counts", {input.shown, at.line, at.column}, "each key once", ""}, sink);
  return out;
}

void tell_declared(const Input& input, const Declared& read, std::string kind, size_t resources, UnitSink& sink) {
  SourceRecord source;
  source.file = input.shown;
  source.time_ms = read.self.time_ms;
  source.time_basis = read.self.time_basis;
  source.bytes = input.size_bytes;
  source.kind = std::move(kind);
  source.resources = resources;
  sink.source(std::move(source));
}

Value written_in(const Document& made, const std::string& file) {
  const Document* at = &made;
  for (bool deeper = true; deeper;) {
    deeper = false;
    for (const Source& source : at->sources())
      if (source.document && source.document.get() != at && source.file == file) {
        at = source.document.get();
        deeper = true;
        break;
      }
  }
  return at == &made ? Value() : at->root();
}

}  // namespace reeve
