// Profiles' files: whatever the bytes, reading ends with sections whose values can be found again, or with an error that has a
// line and repeats nothing of a value.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "aws/ini.h"
#include "aws/profile.h"

using namespace reeve;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto sections = read_ini(text, "config");
  if (!sections) {
    if (sections.error().what.empty() || sections.error().at.line == 0) std::abort();
  } else {
    std::set<std::string> names;
    for (const auto& section : *sections) {
      if (section.name.empty() || !names.insert(section.name).second) std::abort();
      for (const auto& [key, value] : section.values) {
        if (key.empty() || section.get(key) != &value.text || (!value.nested.empty() && !value.text.empty())) std::abort();
      }
    }
  }
  if (auto words = shell_words(text); words && words->size() > size + 1) std::abort();
  CredentialSettings settings;
  settings.environment = {{"HOME", "/h"}, {"AWS_X", "x"}};
  expand_path(settings, text);
  return 0;
}
