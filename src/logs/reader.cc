#include "logs/reader.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/text.h"
#include "formats/archive.h"
#include "logs/object.h"

namespace reeve {
namespace reading {

constexpr size_t kPadding = 64;
constexpr size_t kPiece = 256 << 10;         // plain text is read in pieces of this size
constexpr size_t kPackedWhole = 32 << 20;  // larger packed objects are unpacked as a stream
constexpr size_t kTextWhole = 32 << 20;    // and so are those that unpack to more

// Room that grows without being filled or copied twice, with padding behind it.
class Bytes {
 public:
  char* data() { return bytes_.get(); }
  size_t room() const { return room_; }
  // At least `bytes` of room; the first `keep` bytes stay.
  void fit(size_t bytes, size_t keep) {
    if (bytes_ && bytes <= room_) return;
    size_t room = std::max(bytes, room_ + room_ / 2);
    std::unique_ptr<char[]> larger(new char[room + kPadding]);
    if (keep > 0) std::memcpy(larger.get(), bytes_.get(), keep);
    bytes_ = std::move(larger);
    room_ = room;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t room_ = 0;
};

struct OpenFile {
  int fd = -1;
  explicit OpenFile(int opened) : fd(opened) {}
  ~OpenFile() {
    if (fd > 2) ::close(fd);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ssize_t read(char* to, size_t bytes) const {
    for (;;) {
      ssize_t n = ::read(fd, to, bytes);
      if (n >= 0 || errno != EINTR) return n;
    }
  }
};

// Opens file after file. Folders of logs lie deep and hold many small files: from the second one on the folder is held open, and the way to it not gone again.
class Opener {
 public:
  ~Opener() { forget(); }
  int open(const std::string& path) {
    if (path == "-") return 0;
    const void* const slash = ::memrchr(path.data(), '/', path.size());
    if (slash == nullptr) return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const auto folder = static_cast<size_t>(static_cast<const char*>(slash) - path.data()) + 1;
    if (folder != folder_.size() || std::memcmp(path.data(), folder_.data(), folder) != 0) {
      forget();
      folder_.assign(path, 0, folder);
    } else if (fd_ < 0) {
      fd_ = ::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd_ >= 0)
      if (const int fd = ::openat(fd_, path.c_str() + folder, O_RDONLY | O_CLOEXEC); fd >= 0) return fd;
    return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  void forget() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    folder_.clear();
  }

 private:
  std::string folder_;  // of the file before, with its slash
  int fd_ = -1;
};

// The object stands beside what is said of it, and need not stand in it.
std::string without_name(std::string what, const std::string& object) {
  const std::string name = "`" + object + "`";
  const size_t at = what.find(name);
  if (at == std::string::npos) return what;
  what.erase(at, name.size() + (at == 0 && what.size() > name.size()));
  if (at > 0 && what[at - 1] == ' ') what.erase(at - 1, 1);
  return what;
}

}  // namespace reading

using namespace reading;

struct LogReader::State {
  LogLimits limits;
  ReadRooms rooms;
  Opener opener;
  Bytes packed, text;
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater{libdeflate_alloc_decompressor(),
                                                                                        libdeflate_free_decompressor};

  // One object on its way through.
  struct Pass {
    const LogSink& sink;
    ObjectAudit& audit;
    ObjectText records;
    size_t held = 0;      // bytes in `text` that are not taken yet
    size_t come = 0;      // and bytes behind them that have not been looked at
  };

  void broke(Pass& pass, Code code, const std::string& why) {
    if (!pass.audit.broken.empty()) return;
    pass.audit.broken = why;
    if (pass.sink.problem) pass.sink.problem(Error{code, why, Place{pass.audit.object}, "", ""});
  }

  // More text has come to stand behind what is held.
  void take(Pass& pass, size_t bytes, bool last) {
    pass.audit.text_bytes += bytes;
    size_t all = pass.held + bytes;
    std::memset(text.data() + all, 0, kPadding);
    size_t taken = pass.records.take({text.data(), all}, last);
    pass.held = all - taken;
    if (taken > 0 && pass.held > 0) std::memmove(text.data(), text.data() + taken, pass.held);
  }

  bool room_left(Pass& pass) {
    if (pass.audit.text_bytes <= limits.text_bytes_max) return true;
    broke(pass, Code::limit, "unpacks to more than " + with_thousands(limits.text_bytes_max) + " bytes");
    return false;
  }

  bool piece(Pass& pass, std::string_view bytes) {
    while (!bytes.empty()) {
      // A record that has not come whole is looked at again only when as much again has come: the work stays in proportion to the text.
      size_t wanted = std::max(kPiece, pass.held) - pass.come;
      size_t some = std::min(bytes.size(), wanted);
      text.fit(pass.held + pass.come + wanted, pass.held + pass.come);
      std::memcpy(text.data() + pass.held + pass.come, bytes.data(), some);
      pass.come += some;
      bytes.remove_prefix(some);
      if (some < wanted) break;
      take(pass, std::exchange(pass.come, 0), false);
      if (!room_left(pass)) return false;
    }
    return true;
  }

  // All members of a gzip object at once; false: it is broken or large, and the streaming way shall have it.
  bool whole(std::string_view bytes, size_t& made) {
    made = 0;
    while (!bytes.empty()) {
      if (bytes.size() < 18 || packing_of(bytes) != Packing::gzip) return false;
      uint32_t stated;
      std::memcpy(&stated, bytes.data() + bytes.size() - 4, 4);
      size_t guess = std::max<size_t>(std::min<uint64_t>(stated, bytes.size() * 1100ull), bytes.size() * 3);
      for (;;) {
        if (made + guess > kTextWhole) guess = kTextWhole - made;
        text.fit(made + guess, made);
        size_t used = 0, out = 0;
        auto code = libdeflate_gzip_decompress_ex(inflater.get(), bytes.data(), bytes.size(), text.data() + made, text.room() - made, &used, &out);
        if (code == LIBDEFLATE_SUCCESS) {
          made += out;
          bytes.remove_prefix(used);
          break;
        }
        if (code != LIBDEFLATE_INSUFFICIENT_SPACE || made + guess >= kTextWhole) return false;
        guess *= 4;
      }
    }
    return true;
  }

  void unpacked(Pass& pass, std::string_view bytes) {
    switch (packing_of(bytes)) {
      case Packing::gzip: {
        size_t made = 0;
        if (bytes.size() <= kPackedWhole && whole(bytes, made)) {
          take(pass, made, true);
          return;
        }
        break;
      }
      case Packing::zstd: break;
      case Packing::tar:
      case Packing::zip:
        pass.audit.format = "unknown";
        broke(pass, Code::type, "is an archive of several files");
        return;
      case Packing::none: {
        pass.audit.text_bytes += bytes.size();
        pass.records.take(bytes, true);
        return;
      }
    }
    streamed(pass, [&]() -> Result<std::string_view> { return std::exchange(bytes, {}); });
  }

  void streamed(Pass& pass, const std::function<Result<std::string_view>()>& more) {
    UnpackLimits unpack;
    unpack.member_bytes_max = unpack.total_bytes_max = limits.text_bytes_max;
    Status done = unpack_pieces(more, pass.audit.object, [&](std::string_view some) { return piece(pass, some); }, unpack);
    text.fit(pass.held + pass.come, pass.held + pass.come);
    take(pass, std::exchange(pass.come, 0), true);
    if (!done) broke(pass, done.error().code, without_name(done.error().what, pass.audit.object));
  }
};

LogReader::LogReader(LogLimits limits) : state_(std::make_unique<State>()) { state_->limits = limits; }
LogReader::~LogReader() = default;

ObjectAudit LogReader::read_bytes(const std::string& object, std::string_view bytes, const LogSink& sink) {
  ObjectAudit audit;
  audit.object = object;
  audit.bytes = bytes.size();
  State::Pass pass{sink, audit, ObjectText(state_->rooms, state_->limits, sink, audit, 0)};
  state_->unpacked(pass, bytes);
  return audit;
}

void LogReader::new_walk() { state_->opener.forget(); }

ObjectAudit LogReader::read_file(const std::string& path, const LogSink& sink, bool stream) {
  stream = stream || path == "-";
  State& s = *state_;
  ObjectAudit audit;
  audit.object = path;
  State::Pass pass{sink, audit, ObjectText(s.rooms, s.limits, sink, audit, 0)};
  OpenFile file(s.opener.open(path));
  auto failed = [&](const char* doing) { s.broke(pass, errno == ENOENT ? Code::not_found : Code::io, std::string("cannot ") + doing + ": " +
      std::strerror(errno)); };
  if (file.fd < 0) {
    failed("open");
    return audit;
  }
  // The first bytes tell how it is packed. Packed objects are held as they lie; text is read in pieces. A stream, and a file system over a network, gives what it has;
  // a file that gives nothing more has ended, which costs less to find out than its size. That is asked of large ones: those that have given it, and give less than
  // they were asked for, have ended too.
  s.text.fit(kPiece, 0);
  uint64_t size = 0;
  size_t have = 0;
  uint64_t came = 0;
  bool ended = false;
  auto more = [&](Bytes& to, size_t wanted) {
    ssize_t n = file.read(to.data() + have, wanted);
    if (n < 0) failed("read");
    if (n > 0) have += static_cast<size_t>(n), came += static_cast<uint64_t>(n);
    ended = n <= 0 || (size > 0 && came >= size && static_cast<size_t>(n) < wanted);
  };
  do more(s.text, s.text.room() - have);
  while (!ended && have < 512 && (have == 0 || s.text.data()[0] == '\x1f' || s.text.data()[0] == '\x28'));
  if (!ended && !stream && have < s.text.room()) more(s.text, s.text.room() - have);
  if (!ended && !stream) {
    struct stat st {};
    if (::fstat(file.fd, &st) == 0 && S_ISREG(st.st_mode)) size = static_cast<uint64_t>(st.st_size);
  }
  audit.bytes = have;
  if (packing_of({s.text.data(), have}) != Packing::none) {
    std::swap(s.text, s.packed);
    if (size > kPackedWhole || stream) {
      bool first = true;
      s.streamed(pass, [&]() -> Result<std::string_view> {
        if (std::exchange(first, false)) return std::string_view(s.packed.data(), have);
        ssize_t n = file.read(s.packed.data(), s.packed.room());
        if (n < 0) return fail(Code::io, std::string("cannot read: ") + std::strerror(errno));
        audit.bytes += static_cast<size_t>(n);
        return std::string_view(s.packed.data(), static_cast<size_t>(n));
      });
      return audit;
    }
    while (!ended) {
      s.packed.fit(have + std::max<size_t>(size > have ? size + 1 - have : 0, 4096), have);
      more(s.packed, s.packed.room() - have);
    }
    audit.bytes = have;
    std::memset(s.packed.data() + have, 0, kPadding);
    s.unpacked(pass, {s.packed.data(), have});
    return audit;
  }
  s.take(pass, have, ended);
  while (!ended && s.room_left(pass)) {
    size_t wanted = std::max(kPiece, pass.held);
    s.text.fit(pass.held + wanted, pass.held);
    have = pass.held;
    more(s.text, wanted);
    audit.bytes += have - pass.held;
    s.take(pass, have - pass.held, ended);
  }
  return audit;
}

}  // namespace reeve
