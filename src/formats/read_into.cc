#include "formats/read_into.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace reeve {
namespace {

struct OpenedFile {
  int fd;
  ~OpenedFile() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

bool read_into(const std::string& path, uint64_t bytes_max, TextRoom& out) {
  if (path == "-") return false;
  OpenedFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat st {};
  if (file.fd < 0 || ::fstat(file.fd, &st) != 0) return false;
  if (!S_ISREG(st.st_mode) || static_cast<uint64_t>(st.st_size) > bytes_max) return false;
  out.clear();
  // One byte more than there are, so that the end is seen without growing.
  for (size_t have = 0, room = static_cast<size_t>(st.st_size) + 1;; room = have + (1 << 16)) {
    out.resize(room);
    while (have < room) {
      const ssize_t n = ::read(file.fd, out.data() + have, room - have);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return false;
      if (n == 0) {
        out.resize(have);
        std::memset(out.data() + have, 0, TextRoom::padding);
        return true;
      }
      have += static_cast<size_t>(n);
    }
    if (have > bytes_max) return false;  // it grows faster than it is read
  }
}

}  // namespace reeve
