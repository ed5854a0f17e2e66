// Tokens: whatever the bytes, the walk stays inside and ends; and a map that is an event walks to the same members by both ways.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "logs/event.h"
#include "logs/token.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

size_t walk_all(std::string_view token, int depth) {
  size_t values = 1;
  std::string room;
  require(token_text(token, room).size() <= token.size() * 3 + 8);
  if (depth > 20) return values;
  const char* begin = token.data();
  auto inside = [&](std::string_view part) { require(part.data() >= begin && part.data() + part.size() <= begin + token.size()); };
  for (TokenMembers m(token); m.next();) {
    inside(m.value());
    inside(m.raw_name());
    m.named("eventName");
    values += walk_all(m.value(), depth + 1);
  }
  for (TokenItems items(token); items.next();) {
    inside(items.value());
    values += walk_all(items.value(), depth + 1);
  }
  return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 1 << 16) return 0;
  // Exactly as large as the text: reading past it is seen.
  std::unique_ptr<char[]> exact(new char[size]);
  if (size > 0) std::memcpy(exact.get(), data, size);
  walk_all({exact.get(), size}, 0);

  std::string text(reinterpret_cast<const char*>(data), size);
  text.append(64, '\0');
  auto event = event_of({text.data(), size});
  if (!event) return 0;
  event_time_ms(*event);
  require(!event_id(*event).empty());
  for (TokenMembers m(event->text); m.next();) {
    std::string quoted = "\"" + std::string(m.raw_name()) + "\"", room;
    std::string_view value = event->raw(token_text(quoted, room));
    require(value == token_member(event->text, token_text(quoted, room)));
  }
  return 0;
}
