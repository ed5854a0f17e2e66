// Archives and compressed data: whatever the bytes, unpacking ends within the limits, and no member leaves the archive.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "formats/archive.h"

using namespace reeve;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A file in memory: the readers take paths.
  static int fd = memfd_create("input", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(fd);
  if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);

  UnpackLimits limits;
  limits.member_bytes_max = 4 << 20;
  limits.total_bytes_max = 8 << 20;
  limits.members_max = 1000;
  uint64_t streamed = 0;
  std::string text;
  Status stream = unpack_stream(
      path,
      [&](std::string_view piece) {
        streamed += piece.size();
        text += piece;
        return true;
      },
      limits);
  if (streamed > limits.member_bytes_max + (1 << 20)) std::abort();
  auto whole = unpack_bytes(bytes, limits.member_bytes_max, "input");
  // Both ways must agree on what is well-formed and what it says.
  if (stream.has_value() != whole.has_value()) std::abort();
  if (whole && *whole != text) std::abort();
  (void)zstd_unpack(bytes, limits.member_bytes_max, "input");

  std::vector<Error> problems;
  uint64_t total = 0;
  int turn = 0;
  (void)walk_archive(
      path,
      [&](Member& member) {
        for (std::string_view part : split(member.path(), '/'))
          if (part.empty() || part == "." || part == "..") std::abort();
        if (!valid_utf8(member.path())) std::abort();
        if (++turn % 3 == 0) return;
        if (auto content = member.read_all(1 << 20)) total += content->size();
      },
      problems, limits);
  if (total > limits.total_bytes_max || problems.size() > 1001) std::abort();
  return 0;
}
