#include "assess/content_index.h"

#include "base/text.h"

// Put into the program by cmake/content.cmake.
extern "C" {
extern const char reeve_content_index_begin[];
extern const char reeve_content_index_end[];
}

namespace reeve {
namespace {

// The next word of a line; empty at its end.
std::string_view take_word(std::string_view& line) {
  const size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::string_view index_text() { return {reeve_content_index_begin, static_cast<size_t>(reeve_content_index_end - reeve_content_index_begin)}; }

}  // namespace

namespace {

constexpr size_t lists = 2;  // of types, which the index begins with

std::vector<std::string_view> list_of(size_t number) {
  std::vector<std::string_view> out;
  std::string_view rest = index_text();
  while (number-- > 0) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  std::string_view line = rest.substr(0, rest.find('\n'));
  take_word(line);  // the `*` that begins it
  while (!line.empty()) out.push_back(take_word(line));
  return out;
}

}  // namespace

std::vector<std::string_view> built_in_part_types() { return list_of(0); }
std::vector<std::string_view> built_in_types() { return list_of(1); }

std::vector<IndexedControl> built_in_index() {
  std::vector<IndexedControl> out;
  std::string_view rest = index_text();
  for (size_t i = 0; i < lists; ++i) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    IndexedControl& control = out.emplace_back();
    control.id = take_word(line);
    const std::string_view judge = take_word(line), where = take_word(line);
    control.judge = judge == name(Judge::guard) ? Judge::guard : judge == name(Judge::sql) ? Judge::sql : Judge::attested;
    control.live = starts_with(where, "live");
    control.in_template = ends_with(where, "template");
    while (!line.empty()) {
      const std::string_view type = take_word(line);
      if (type == "*") control.any_type = true;
      else control.types.push_back(type);
    }
  }
  return out;
}

}  // namespace reeve
