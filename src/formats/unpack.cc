// Gzip and zstd, as streams and in memory. The tar and zip half of archive.h is in archive.cc.
#include <fcntl.h>
#include <libdeflate.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/text.h"
#include "formats/archive.h"

namespace reeve {
namespace {

using Piece = std::function<bool(std::string_view)>;

constexpr size_t kInBytes = 256 << 10;
constexpr size_t kOutBytes = 1 << 20;
constexpr uint64_t kRatioFrom = 64ull << 20;
// A gzip file up to this size goes through libdeflate in one step (twice as fast as zlib) if it says it unpacks to at most
// kWholeOut.
constexpr size_t kWholeIn = 8 << 20;
constexpr size_t kHeadStep = 64 << 10;
constexpr size_t kWholeOut = 64 << 20;

bool is_gzip(std::string_view s) { return s.size() >= 2 && s[0] == '\x1f' && s[1] == '\x8b'; }

bool is_zstd(std::string_view s) {
  if (s.size() < 4) return false;
  if (std::memcmp(s.data(), "\x28\xb5\x2f\xfd", 4) == 0) return true;
  return (static_cast<uint8_t>(s[0]) & 0xF0) == 0x50 && std::memcmp(s.data() + 1, "\x2a\x4d\x18", 3) == 0;  // a skippable frame
}

// The header's checksum is the sum of its bytes with the checksum field taken as spaces; that tells a tar of any age.
bool is_tar(std::string_view s) {
  if (s.size() < 512) return s.size() >= 262 && s.substr(257, 5) == "ustar";
  uint64_t stated = 0, sum = 0;
  bool digits = false;
  for (size_t i = 148; i < 156; ++i) {
    if (s[i] >= '0' && s[i] <= '7') stated = stated * 8 + static_cast<uint64_t>(s[i] - '0'), digits = true;
    else if (s[i] != ' ' && s[i] != '\0') return false;  // as most texts do; nothing need be added up
  }
  if (!digits || s[0] == '\0') return false;
  for (size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<uint8_t>(s[i]);
  return stated == sum;
}

// Input in pieces, and what is over of the last one.
class Input {
 public:
  virtual ~Input() = default;
  // The bytes not yet used; reads on if there are none. Empty at the end.
  Result<std::string_view> some() {
    if (rest_.empty()) rest_ = TRY(read());
    return rest_;
  }
  void use(size_t bytes) {
    rest_.remove_prefix(bytes);
    taken_ += bytes;
  }
  uint64_t used() const { return taken_; }

 protected:
  virtual Result<std::string_view> read() = 0;

 private:
  std::string_view rest_;
  uint64_t taken_ = 0;
};

class MemoryInput : public Input {
 public:
  explicit MemoryInput(std::string_view bytes) : bytes_(bytes) {}

 protected:
  Result<std::string_view> read() override { return std::exchange(bytes_, {}); }

 private:
  std::string_view bytes_;
};

class PieceInput : public Input {
 public:
  explicit PieceInput(const std::function<Result<std::string_view>()>& more) : more_(more) {}

 protected:
  Result<std::string_view> read() override { return more_(); }

 private:
  const std::function<Result<std::string_view>()>& more_;
};

class FileInput : public Input {
 public:
  explicit FileInput(std::string path) : path_(std::move(path)) {}
  ~FileInput() override {
    if (fd_ > 2) ::close(fd_);
  }
  Status open() {
    fd_ = path_ == "-" ? 0 : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ >= 0) return {};
    return fail(errno == ENOENT ? Code::not_found : Code::io, "cannot open `" + path_ + "`: " + std::strerror(errno), {path_});
  }
  // A first look at up to `bytes` bytes, which `read` then gives again.
  Result<std::string_view> look(size_t bytes) {
    while (held_ < bytes) {
      if (held_ == room_) make_room(room_ * 2);
      size_t n = TRY(read_some(std::min(bytes, room_) - held_));
      if (n == 0) break;
      held_ += n;
    }
    return std::string_view(buffer_.get(), held_);
  }

 protected:
  Result<std::string_view> read() override {
    if (held_ > 0) return std::string_view(buffer_.get(), std::exchange(held_, 0));
    size_t n = TRY(read_some(room_));
    return std::string_view(buffer_.get(), n);
  }

 private:
  // Reads behind the bytes held.
  Result<size_t> read_some(size_t bytes) {
    for (;;) {
      ssize_t n = ::read(fd_, buffer_.get() + held_, bytes);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno != EINTR) return fail(Code::io, "cannot read `" + path_ + "`: " + std::strerror(errno), {path_});
    }
  }
  void make_room(size_t bytes) {
    auto larger = std::make_unique_for_overwrite<char[]>(bytes);
    if (held_ > 0) std::memcpy(larger.get(), buffer_.get(), held_);
    buffer_ = std::move(larger);
    room_ = bytes;
  }
  std::string path_;
  std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(kInBytes);
  size_t room_ = kInBytes;
  size_t held_ = 0;
  int fd_ = -1;
};

// Where unpacked bytes go before they are given on; not filled with zeros first, for most files are small.
struct Output {
  std::unique_ptr<char[]> bytes = std::make_unique_for_overwrite<char[]>(kOutBytes);
  char* data() { return bytes.get(); }
  size_t size() const { return kOutBytes; }
};

// Holds what comes out against the limits.
struct Meter {
  const std::string& name;
  uint64_t bytes_max;
  uint32_t ratio_max;
  uint64_t out = 0;

  Status add(size_t bytes, uint64_t packed) {
    out += bytes;
    if (out > bytes_max)
      return fail(Code::limit, "`" + name + "` unpacks to more than " + with_thousands(bytes_max) + " bytes", {name});
    if (ratio_max != 0 && out > kRatioFrom && out / ratio_max > packed)
      return fail(Code::limit, "`" + name + "` unpacks to more than " + with_thousands(ratio_max) + " times its size", {name}, "",
                  "this looks like a decompression bomb");
    return {};
  }
};

tl::unexpected<Error> broken(const std::string& name, const std::string& why) {
  return fail(Code::parse, "cannot unpack `" + name + "`: " + why, {name}, "", "check that the file is complete");
}

// RFC 1952: one member after another, each with its own checksum, which zlib checks. Zero bytes may follow the last (tape
// padding).
// `step`: how much is unpacked before it is given on; small for those who want the beginning only.
Status gunzip(Input& input, const Piece& piece, Meter& meter, size_t step = SIZE_MAX) {
  z_stream z{};
  if (inflateInit2(&z, 15 + 16) != Z_OK) return fail(Code::limit, "out of memory", {meter.name});
  std::unique_ptr<z_stream, int (*)(z_stream*)> ended(&z, inflateEnd);
  Output out;
  step = std::min(step, out.size());
  bool in_member = true;
  size_t filled = 0;
  bool go_on = true;
  auto give = [&]() {
    if (filled > 0) go_on = piece({out.data(), filled});
    filled = 0;
  };
  while (go_on) {
    auto some = input.some();
    if (!some) {
      give();
      return tl::unexpected(some.error());
    }
    if (some->empty()) {
      give();
      if (in_member) return broken(meter.name, "the gzip data ends too early");
      return {};
    }
    if (!in_member) {
      if (some->front() == '\0') {
        size_t zeros = some->find_first_not_of('\0');
        input.use(zeros == std::string_view::npos ? some->size() : zeros);
        continue;
      }
      if (some->front() != '\x1f') {
        give();
        return broken(meter.name, "something else follows the gzip data");
      }
      inflateReset(&z);
      in_member = true;
    }
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(some->data()));
    z.avail_in = static_cast<uInt>(std::min<size_t>(some->size(), 1u << 30));
    uInt given = z.avail_in;
    z.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    z.avail_out = static_cast<uInt>(step - filled);
    int code = inflate(&z, Z_NO_FLUSH);
    input.use(given - z.avail_in);
    size_t made = step - filled - z.avail_out;
    filled += made;
    TRY(meter.add(made, input.used()));
    if (code == Z_STREAM_END) {
      in_member = false;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      give();
      return broken(meter.name,
                    std::string("the gzip data is corrupt") + (z.msg ? std::string(" (") + z.msg + ")" : std::string()));
    }
    if (filled == step) give();
  }
  return {};
}

Status unzstd(Input& input, const Piece& piece, Meter& meter) {
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(), ZSTD_freeDStream);
  if (!stream) return fail(Code::limit, "out of memory", {meter.name});
  Output out;
  size_t wanted = 1;  // 0: a frame has ended
  for (;;) {
    std::string_view some = TRY(input.some());
    if (some.empty()) break;
    ZSTD_inBuffer in{some.data(), some.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    wanted = ZSTD_decompressStream(stream.get(), &to, &in);
    input.use(in.pos);
    if (ZSTD_isError(wanted))
      return broken(meter.name, std::string("the zstd data is corrupt (") + ZSTD_getErrorName(wanted) + ")");
    TRY(meter.add(to.pos, input.used()));
    if (to.pos > 0 && !piece({out.data(), to.pos})) return {};
    // A full output may have more to come although the input is used up.
    while (to.pos == out.size() && wanted != 0) {
      ZSTD_inBuffer none{nullptr, 0, 0};
      to.pos = 0;
      wanted = ZSTD_decompressStream(stream.get(), &to, &none);
      if (ZSTD_isError(wanted))
        return broken(meter.name, std::string("the zstd data is corrupt (") + ZSTD_getErrorName(wanted) + ")");
      TRY(meter.add(to.pos, input.used()));
      if (to.pos > 0 && !piece({out.data(), to.pos})) return {};
    }
  }
  if (wanted != 0) return broken(meter.name, "the zstd data ends too early");
  return {};
}

Status plain(Input& input, const Piece& piece, Meter& meter) {
  for (;;) {
    std::string_view some = TRY(input.some());
    if (some.empty()) return {};
    TRY(meter.add(some.size(), some.size() + input.used()));
    if (!piece(some)) return {};
    input.use(some.size());
  }
}

// All members of `packed`, if that is well-formed and unpacks to at most `bytes_max`. No answer: let the streaming way say why.
template <typename Text>
bool gunzip_whole(std::string_view packed, uint64_t bytes_max, Text& out) {
  static thread_local std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> tool(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!tool) return false;
  out.clear();
  while (!packed.empty()) {
    if (packed.size() < 18 || !is_gzip(packed)) return false;
    // A member ends with its size modulo 2^32; with several members this is the last one's, and only a first guess.
    uint32_t stated;
    std::memcpy(&stated, packed.data() + packed.size() - 4, 4);
    uint64_t room = std::max<uint64_t>(std::min<uint64_t>(stated, packed.size() * 1100ull), packed.size() * 3) + 64;
    size_t done = out.size();
    for (;;) {
      room = std::min(room, bytes_max - done);
      out.resize(done + room);
      size_t used = 0, made = 0;
      auto code = libdeflate_gzip_decompress_ex(tool.get(), packed.data(), packed.size(), out.data() + done, room, &used, &made);
      if (code == LIBDEFLATE_SUCCESS) {
        out.resize(done + made);
        packed.remove_prefix(used);
        break;
      }
      if (code != LIBDEFLATE_INSUFFICIENT_SPACE || done + room >= bytes_max) return false;
      room *= 4;
    }
  }
  return true;
}

}  // namespace

Packing packing_of(std::string_view s) {
  if (is_gzip(s)) return Packing::gzip;
  if (is_zstd(s)) return Packing::zstd;
  if (s.size() >= 4 && (std::memcmp(s.data(), "PK\3\4", 4) == 0 || std::memcmp(s.data(), "PK\5\6", 4) == 0)) return Packing::zip;
  if (is_tar(s)) return Packing::tar;
  return Packing::none;
}

bool is_tar_name(std::string_view name) {
  std::string n = lower(name);
  for (std::string_view end : {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"})
    if (ends_with(n, end)) return true;
  return false;
}

Status unpack_stream(const std::string& path, const Piece& piece, const UnpackLimits& limits) {
  FileInput input(path);
  TRY(input.open());
  std::string_view first = TRY(input.look(512));
  Meter meter{path, std::min(limits.member_bytes_max, limits.total_bytes_max), limits.ratio_max};
  switch (packing_of(first)) {
    case Packing::gzip: {
      if (!limits.head_only) first = TRY(input.look(kWholeIn));
      uint32_t stated = 0;
      if (first.size() >= 18) std::memcpy(&stated, first.data() + first.size() - 4, 4);
      std::string text;
      if (!limits.head_only && first.size() < kWholeIn && stated <= kWholeOut &&
          gunzip_whole(first, std::min<uint64_t>(kWholeOut, meter.bytes_max), text)) {
        if (!text.empty()) piece(text);
        return {};
      }
      return gunzip(input, piece, meter, limits.head_only ? kHeadStep : SIZE_MAX);
    }
    case Packing::zstd: return unzstd(input, piece, meter);
    case Packing::tar:
    case Packing::zip: return fail(Code::type, "`" + path + "` is an archive of several files", {path}, "one file");
    case Packing::none: break;
  }
  return plain(input, piece, meter);
}

Status unpack_pieces(const std::function<Result<std::string_view>()>& more, const std::string& name, const Piece& piece,
                     const UnpackLimits& limits) {
  PieceInput input(more);
  Meter meter{name, std::min(limits.member_bytes_max, limits.total_bytes_max), limits.ratio_max};
  switch (packing_of(TRY(input.some()))) {
    case Packing::gzip: return gunzip(input, piece, meter);
    case Packing::zstd: return unzstd(input, piece, meter);
    case Packing::tar:
    case Packing::zip: return fail(Code::type, "`" + name + "` is an archive of several files", {name}, "one file");
    case Packing::none: break;
  }
  return plain(input, piece, meter);
}

void TextRoom::resize(size_t size) {
  if (size + padding > room_) {
    const size_t room = std::max(size + padding, room_ + room_ / 2);
    auto larger = std::make_unique_for_overwrite<char[]>(room);
    if (size_) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    room_ = room;
  }
  size_ = size;
}

bool gunzip_into(std::string_view packed, uint64_t bytes_max, TextRoom& out) { return gunzip_whole(packed, bytes_max, out); }

Result<std::string> unpack_bytes(std::string_view packed, uint64_t bytes_max, const std::string& name) {
  std::string out;
  Packing packing = packing_of(packed);
  if (packing == Packing::gzip && gunzip_whole(packed, bytes_max, out)) return out;
  out.clear();
  MemoryInput input(packed);
  Meter meter{name, bytes_max, 0};
  auto append = [&](std::string_view piece) {
    out += piece;
    return true;
  };
  switch (packing) {
    case Packing::gzip: TRY(gunzip(input, append, meter)); return out;
    case Packing::zstd: TRY(unzstd(input, append, meter)); return out;
    case Packing::tar:
    case Packing::zip: return fail(Code::type, "`" + name + "` is an archive of several files", {name}, "one file");
    case Packing::none: break;
  }
  TRY(meter.add(packed.size(), packed.size()));
  return std::string(packed);
}

std::string zstd_pack(std::string_view bytes, int level) {
  // One for each thread: making its tables anew takes longer than packing a reply of ordinary size.
  thread_local std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  assert(!ZSTD_isError(size));
  out.resize(size);
  return out;
}

Result<std::string> zstd_unpack(std::string_view packed, uint64_t bytes_max, const std::string& name) {
  std::string out;
  // The size that our own frames state spares growing; what a frame claims is believed only as far as it may go.
  unsigned long long stated = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (stated != ZSTD_CONTENTSIZE_ERROR && stated != ZSTD_CONTENTSIZE_UNKNOWN && stated <= bytes_max) {
    out.resize(std::min<uint64_t>(stated, std::max<uint64_t>(packed.size() * 64ull, 1 << 20)));
    size_t made =
        out.size() < stated ? static_cast<size_t>(-1) : ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
    if (made == stated && !ZSTD_isError(made)) {
      out.resize(made);
      return out;
    }
    out.clear();
  }
  MemoryInput input(packed);
  Meter meter{name, bytes_max, 0};
  TRY(unzstd(
      input,
      [&](std::string_view piece) {
        out += piece;
        return true;
      },
      meter));
  return out;
}

}  // namespace reeve
