// Compressed files and archives in (libarchive, zlib and zstd under it): gzip, zstd, tar, tar.gz, tar.zst, zip.
//
// Hostile archives are bounded and named: members outside the archive (`..`, absolute paths), links, devices and repeated names
// are refused one by one and the rest goes on; so are members and totals that unpack to more than the limits, truncated and
// corrupt data. Nothing is ever written to disk.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

struct UnpackLimits {
  uint64_t member_bytes_max = 8ull << 30;  // streamed, so this bounds time, not memory
  uint64_t total_bytes_max = 256ull << 30;
  uint64_t members_max = 10'000'000;
  // A member over 64 MiB may unpack to at most this many times its packed size (bombs); 0 switches it off.
  uint32_t ratio_max = 1200;
  bool head_only = false;  // the caller stops soon: nothing is unpacked before it is asked for
};

enum class Packing { none, gzip, zstd, tar, zip };
// By the leading bytes, not by the name. A tar inside gzip or zstd shows as gzip or zstd; see is_tar_name.
Packing packing_of(std::string_view leading_bytes);
// True for names that say tar below the compression: .tar .tar.gz .tgz .tar.zst .tzst
bool is_tar_name(std::string_view name);

// Unpacks one gzip (all members) or zstd (all frames) file, giving the text piece by piece; a file that is neither comes as it
// is. `piece` returns false to stop early without error. Tar and zip are refused: they are for walk_archive. What was unpacked
// before a broken place has been given when the error comes.
Status unpack_stream(const std::string& path, const std::function<bool(std::string_view piece)>& piece,
                     const UnpackLimits& limits = {});
// The same for packed bytes that come in pieces (the first with at least four bytes; an empty one is the end).
Status unpack_pieces(const std::function<Result<std::string_view>()>& more, const std::string& name_for_errors,
                     const std::function<bool(std::string_view piece)>& piece, const UnpackLimits& limits = {});
// The same from memory to memory, at most `bytes_max`.
Result<std::string> unpack_bytes(std::string_view packed, uint64_t bytes_max, const std::string& name_for_errors);
// Text in memory that is not given back between files: for those who go through thousands of them.
class TextRoom {
 public:
  char* data() { return bytes_.get(); }
  size_t size() const { return size_; }
  std::string_view text() const { return {bytes_.get(), size_}; }  // padding readable bytes follow it
  void clear() { size_ = 0; }
  void resize(size_t size);  // what is new is not filled
  static constexpr size_t padding = 64;

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0, room_ = 0;
};
// All of a well-formed gzip text of at most `bytes_max`. False: it is not that, and unpack_bytes says why.
bool gunzip_into(std::string_view packed, uint64_t bytes_max, TextRoom& out);

// One member of a tar or zip: its cleaned path, and its text in pieces.
class Member {
 public:
  virtual ~Member() = default;
  virtual const std::string& path() const = 0;  // '/' separated, no leading '/', no '..'
  virtual uint64_t size_bytes() const = 0;      // as the archive claims; 0 if not stated
  virtual int64_t mtime_ms() const = 0;         // the file's, as the archive keeps it; 0 if it does not
  // Read once, during the visit, by one of these two. An error is also in the walk's `problems`.
  virtual Result<std::string> read_all(uint64_t bytes_max) = 0;
  virtual Status read_pieces(const std::function<bool(std::string_view)>& piece) = 0;
};
// Visits the files of a tar (packed or not) or zip in archive order; folders are passed over in silence. Refused members and
// broken ends go to `problems` (at most a thousand of them, then their number) and the walk goes on as far as it can; the Status
// is an error only when the archive cannot be opened at all. Places of problems are `archive!member`.
Status walk_archive(const std::string& path, const std::function<void(Member&)>& visit, std::vector<Error>& problems,
                    const UnpackLimits& limits = {});

// zstd with level and content checksum, for our own batches and frames; deterministic for one library version.
std::string zstd_pack(std::string_view bytes, int level);
Result<std::string> zstd_unpack(std::string_view packed, uint64_t bytes_max, const std::string& name_for_errors);

}  // namespace reeve
