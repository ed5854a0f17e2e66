// tape_content TAR FILE: reads the YAML of the packed tree once for all starts of the program, and writes down what it read
// (formats/tape.h). The build runs it. A text that does not hold is left out: the program will read it itself and say what is wrong.
#include <cstdio>

#include "base/file.h"
#include "content/packed_tree.h"
#include "content/read_ahead.h"
#include "formats/tape.h"

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: tape_content TAR FILE\n");
    return 2;
  }
  const auto tar = reeve::read_file(arguments[1]);
  if (!tar) {
    std::fprintf(stderr, "%s\n", tar.error().text().c_str());
    return 1;
  }
  reeve::TapeWriter writer;
  const bool whole = reeve::read_packed_tree(*tar, [&](std::string_view path, std::string_view text) {
    if (!reeve::ends_with(path, ".yaml")) return;
    const auto document = reeve::read_yaml(text, reeve::Source{}, reeve::content_yaml_options());
    if (document) writer.add(std::string(path), static_cast<uint32_t>(text.data() - tar->data()), static_cast<uint32_t>(text.size()), **document);
  });
  if (!whole) {
    std::fprintf(stderr, "%s: not a packed tree\n", arguments[1]);
    return 1;
  }
  if (const auto written = reeve::write_file_atomic(arguments[2], writer.finish()); !written) {
    std::fprintf(stderr, "%s\n", written.error().text().c_str());
    return 1;
  }
  return 0;
}
