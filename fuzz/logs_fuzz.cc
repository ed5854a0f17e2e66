// Objects of logs: whatever the bytes, reading ends, every record is judged or refused, and text cut into pieces gives what the whole gives.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "logs/object.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  ObjectAudit audit;
  std::vector<std::string> texts;
  bool operator==(const Outcome& other) const {
    return texts == other.texts && audit.records == other.audit.records && audit.broken.empty() == other.audit.broken.empty();
  }
};

// What lies below userIdentity, found as the reader comes by and found afterwards.
struct Early {
  MembersAsked asked;
  Early() {
    for (const char* path : {"type", "arn", "sessionContext.sessionIssuer.arn", "sessionContext.attributes.mfaAuthenticated", "sessionContext"}) asked.ask(LogField::user_identity, path);
  }
  std::vector<std::string_view> found = std::vector<std::string_view>(5), again = found;
  void check(const LogEvent& event) {
    const std::string_view identity = event.raw(LogField::user_identity);
    const bool early = event.early_at != nullptr && event.early_at == identity.data();
    const bool late = identity.substr(0, 1) == "{" && asked.find(event, LogField::user_identity, again.data());
    require(!early || (late && found == again));
  }
} early;

LogSink sink_of(Outcome& out, bool finds = false) {
  LogSink sink;
  if (finds) sink.early = {&early.asked, LogField::user_identity, early.found.data()};
  sink.event = [&out, finds](const LogEvent& event) {
    if (finds) early.check(event);
    out.texts.emplace_back(event.text);
    event_time_ms(event);
    for (const auto& other : event.others) require(!other.second.empty());
  };
  sink.problem = [](Error error) { require(!error.what.empty()); };
  return sink;
}

void check(const Outcome& out) {
  uint64_t refused = 0;
  for (const Refusal& refusal : out.audit.refused) {
    require(refusal.count > 0 && refusal.first.line > 0);
    refused += refusal.count;
  }
  require(out.audit.records == out.audit.judged + refused);
  require(out.audit.judged == out.texts.size());
}

Outcome in_pieces(std::string_view text, size_t piece, bool finds = false) {
  Outcome out;
  LogSink sink = sink_of(out, finds);
  ReadRooms rooms;
  LogLimits limits;
  ObjectText object(rooms, limits, sink, out.audit, 0);
  std::string held;
  for (size_t at = 0;;) {
    size_t some = std::min(piece, text.size() - at);
    held.append(text.substr(at, some));
    at += some;
    bool last = at == text.size();
    size_t size = held.size();
    held.append(64, '\0');
    size_t taken = object.take({held.data(), size}, last);
    require(taken <= size && (!last || taken == size));
    held.resize(size);
    held.erase(0, taken);
    if (last) break;
  }
  check(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 1 << 16) return 0;
  static LogReader reader(LogLimits{1 << 24, 1 << 20});
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Outcome read;
  LogSink sink = sink_of(read);
  text.append(64, '\0');
  read.audit = reader.read_bytes("fuzz", {text.data(), size - 1}, sink);
  check(read);
  std::string_view plain(text.data(), size - 1);
  Outcome whole = in_pieces(plain, SIZE_MAX);
  Outcome found = in_pieces(plain, SIZE_MAX, true);
  require(whole == found && whole.audit.refused.size() == found.audit.refused.size());
  Outcome cut = in_pieces(plain, (1 + data[0]) * 16);
  if (whole.audit.refused.empty() && whole.audit.broken.empty()) require(whole == cut);
  return 0;
}
