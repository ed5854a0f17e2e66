#include "collect/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr uint64_t kLockBytesMax = 4096;

std::string holder(const std::string& path) {
  auto text = read_file(path, kLockBytesMax);
  auto document = text ? read_json(*text, Source{nullptr, path, "", 0, "", ""}) : Result<DocumentPtr>(nullptr);
  Value root = document && *document ? (*document)->root() : Value();
  std::string out = "process " + std::string(root.get("pid").scalar_text().value_or("?"));
  if (auto host = root.get("host").text(); !host.empty()) out += " on `" + std::string(host) + "`";
  if (auto since = root.get("since").text(); !since.empty()) out += ", since " + std::string(since);
  return out;
}

}  // namespace

Result<std::unique_ptr<FolderLock>> FolderLock::take(const std::string& path, Time now) {
  auto failed = [&](const char* doing) { return fail(Code::io, std::string("cannot ") + doing + " `" + path + "`: " + std::strerror(errno), {path}); };
  for (;;) {
    int descriptor = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (descriptor < 0) return failed("open");
    std::unique_ptr<FolderLock> lock(new FolderLock("", descriptor));  // no path yet: what is not ours is not removed
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return failed("lock");
      return fail(Code::conflict, "another collector writes this snapshot: " + holder(path), {path}, "", "wait for its end, or name another --out");
    }
    // The one that held it may have removed the file between our opening and locking it: then this is nobody's file any more.
    struct stat mine {}, there {};
    if (::fstat(descriptor, &mine) != 0) return failed("read");
    if (::stat(path.c_str(), &there) != 0 || mine.st_ino != there.st_ino || mine.st_dev != there.st_dev) continue;
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    std::string text;
    JsonWriter(text).begin_object().member("pid", static_cast<int64_t>(::getpid())).member("host", host).member("since", rfc3339(now)).end_object();
    text += "\n";
    if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) return failed("write");
    lock->path_ = path;
    return lock;
  }
}

FolderLock::~FolderLock() {
  if (!path_.empty()) ::unlink(path_.c_str());  // before it is let go: nobody can hold it yet
  ::close(descriptor_);
}

}  // namespace reeve
