// Tar and zip, through libarchive. The gzip and zstd half of archive.h is in unpack.cc.
#include "formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <clocale>
#include <dlfcn.h>
#include <locale.h>

#include <memory>
#include <unordered_set>

#include "base/hash.h"
#include "base/text.h"

namespace reeve {
namespace {

// libarchive is loaded when an archive is first opened: it stands on nine other libraries, ICU's tables among them, which would cost every
// start of the program a millisecond, and most runs open no archive.
//
// The functions of libarchive that are used, by their names without `archive_`.
struct ArchiveLibrary {
#define REEVE_ARCHIVE_FUNCTIONS(each)                                                                                                       \
  each(read_new) each(read_free) each(read_support_filter_gzip) each(read_support_filter_zstd) each(read_support_format_tar)                \
      each(read_support_format_zip) each(read_open_fd) each(read_open_filename) each(read_next_header) each(read_data_block)                \
          each(filter_bytes) each(error_string) each(entry_filetype) each(entry_hardlink) each(entry_symlink)                               \
              each(entry_is_data_encrypted) each(entry_mtime) each(entry_mtime_is_set) each(entry_mtime_nsec) each(entry_pathname)          \
                  each(entry_pathname_utf8) each(entry_size) each(entry_size_is_set)
#define REEVE_ARCHIVE_MEMBER(name) decltype(&::archive_##name) name = nullptr;
  REEVE_ARCHIVE_FUNCTIONS(REEVE_ARCHIVE_MEMBER)
#undef REEVE_ARCHIVE_MEMBER
  decltype(&::archive_errno) error_number = nullptr;  // `errno` is a macro
};

constexpr const char* archive_library_name = "libarchive.so.13";  // of libarchive 3.0 and all since

ArchiveLibrary loaded_archive;

// Why it cannot be used; empty if it can.
std::string load_archive() {
  void* handle = dlopen(archive_library_name, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* why = dlerror();
    return why ? why : archive_library_name;
  }
#define REEVE_ARCHIVE_FIND(member, function)                                                                    \
  loaded_archive.member = reinterpret_cast<decltype(loaded_archive.member)>(dlsym(handle, function)); \
  if (!loaded_archive.member) return std::string(archive_library_name) + " has no " function;
#define REEVE_ARCHIVE_FIND_NAMED(name) REEVE_ARCHIVE_FIND(name, "archive_" #name)
  REEVE_ARCHIVE_FUNCTIONS(REEVE_ARCHIVE_FIND_NAMED)
  REEVE_ARCHIVE_FIND(error_number, "archive_errno")
#undef REEVE_ARCHIVE_FIND_NAMED
#undef REEVE_ARCHIVE_FIND
  return {};
}

// Loads it, once for the whole program.
Status load_libarchive() {
  static const std::string problem = load_archive();
  if (problem.empty()) return {};
  return fail(Code::not_found, "cannot open archives: " + problem, {}, std::string(archive_library_name), "install the package `libarchive13`");
}

// To be asked only after load_libarchive() has said that all is well.
const ArchiveLibrary& libarchive() { return loaded_archive; }

constexpr size_t kBlockBytes = 64 << 10;
constexpr uint64_t kRatioFrom = 64ull << 20;
constexpr size_t kProblemsMax = 1000;

// libarchive turns names into the locale's encoding, so a program that runs in the C locale would lose every name beyond ASCII.
// This gives the current thread a UTF-8 locale for the time of a walk.
class Utf8Locale {
 public:
  Utf8Locale() : own_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (own_) before_ = ::uselocale(own_);
  }
  ~Utf8Locale() {
    if (!own_) return;
    ::uselocale(before_);
    ::freelocale(own_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t own_;
  locale_t before_ = nullptr;
};

class Walk {
 public:
  Walk(const std::string& path, std::vector<Error>& problems, const UnpackLimits& limits)
      : path_(path), problems_(problems), limits_(limits), archive_(libarchive().read_new(), libarchive().read_free) {}
  ~Walk() {
    if (unnamed_ > 0)
      problems_.push_back(
          {Code::limit, "`" + path_ + "` has " + with_thousands(unnamed_) + " more problems of this kind", {path_}, "", ""});
  }

  Status open();
  Status run(const std::function<void(Member&)>& visit);

  archive* raw() { return archive_.get(); }
  const UnpackLimits& limits() const { return limits_; }
  uint64_t packed_bytes() { return static_cast<uint64_t>(std::max<la_int64_t>(0, libarchive().filter_bytes(raw(), -1))); }
  std::string reason() {
    const char* text = libarchive().error_string(raw());
    return text ? text : "unknown error";
  }
  void add_total(uint64_t bytes) { total_ += bytes; }
  bool over_total() const { return total_ > limits_.total_bytes_max; }
  void stop() { stopped_ = true; }

  Error problem(Code code, const std::string& member, std::string what, std::string hint = "") {
    Error e{code, std::move(what), {member.empty() ? path_ : path_ + "!" + member}, "", std::move(hint)};
    if (named_ < kProblemsMax) problems_.push_back(e), ++named_;
    else ++unnamed_;
    return e;
  }

 private:
  // The member's name as others may use it; empty if it was refused (and named).
  std::string accept(archive_entry* entry);

  const std::string& path_;
  std::vector<Error>& problems_;
  const UnpackLimits& limits_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  std::unordered_set<uint64_t> names_;  // hashes: of millions of names even a chance collision only costs a named refusal
  uint64_t total_ = 0;
  bool stopped_ = false;
  size_t named_ = 0;
  uint64_t unnamed_ = 0;
};

class ArchiveMember : public Member {
 public:
  ArchiveMember(Walk& walk, std::string path, archive_entry* entry) : walk_(walk), path_(std::move(path)) {
    // A moment before 1970 or in a far future is no time of an export.
    if (libarchive().entry_mtime_is_set(entry) && libarchive().entry_mtime(entry) > 0 && libarchive().entry_mtime(entry) < 4'102'444'800)
      mtime_ms_ = static_cast<int64_t>(libarchive().entry_mtime(entry)) * 1000 + libarchive().entry_mtime_nsec(entry) / 1'000'000;
    if (libarchive().entry_size_is_set(entry)) {
      stated_ = true;
      size_ = static_cast<uint64_t>(std::max<la_int64_t>(0, libarchive().entry_size(entry)));
    }
    packed_before_ = walk.packed_bytes();
  }

  const std::string& path() const override { return path_; }
  uint64_t size_bytes() const override { return size_; }
  int64_t mtime_ms() const override { return mtime_ms_; }

  Result<std::string> read_all(uint64_t bytes_max) override {
    std::string out;
    if (size_ > bytes_max) return refuse(Code::limit, too_large(bytes_max));
    out.reserve(static_cast<size_t>(std::min<uint64_t>(size_, 1 << 20)));
    bool over = false;
    TRY(read_pieces([&](std::string_view piece) {
      if (out.size() + piece.size() > bytes_max) {
        over = true;
        return false;
      }
      out += piece;
      return true;
    }));
    if (over) return refuse(Code::limit, too_large(bytes_max));
    return out;
  }

  Status read_pieces(const std::function<bool(std::string_view)>& piece) override {
    if (read_) return fail(Code::internal, "a member is read twice", {path_});
    read_ = true;
    uint64_t out = 0;
    for (;;) {
      const void* data = nullptr;
      size_t bytes = 0;
      la_int64_t offset = 0;
      int code = libarchive().read_data_block(walk_.raw(), &data, &bytes, &offset);
      if (code == ARCHIVE_EOF) break;
      if (code == ARCHIVE_RETRY) continue;
      if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
        if (code == ARCHIVE_FATAL) walk_.stop();
        return refuse(Code::parse, "`" + path_ + "` is broken: " + walk_.reason(), "check that the archive is complete");
      }
      if (static_cast<uint64_t>(offset) != out)
        return refuse(Code::unsupported, "`" + path_ + "` is a sparse file, which is not read", "pack it again without holes");
      out += bytes;
      walk_.add_total(bytes);
      if (out > walk_.limits().member_bytes_max) return refuse(Code::limit, too_large(walk_.limits().member_bytes_max));
      if (walk_.over_total()) {
        walk_.stop();
        return refuse(Code::limit,
                      "the archive unpacks to more than " + with_thousands(walk_.limits().total_bytes_max) + " bytes");
      }
      uint32_t ratio = walk_.limits().ratio_max;
      if (ratio != 0 && out > kRatioFrom &&
          out / ratio > walk_.packed_bytes() - std::min(walk_.packed_bytes(), packed_before_) + kBlockBytes)
        return refuse(Code::limit, "`" + path_ + "` unpacks to more than " + with_thousands(ratio) + " times its size",
                      "this looks like a decompression bomb");
      if (bytes > 0 && !piece({static_cast<const char*>(data), bytes})) return {};
    }
    if (stated_ && out < size_)
      return refuse(Code::parse,
                    "`" + path_ + "` has " + with_thousands(out) + " bytes, the archive says " + with_thousands(size_));
    return {};
  }

 private:
  std::string too_large(uint64_t bytes_max) const {
    return "`" + path_ + "` is larger than " + with_thousands(bytes_max) + " bytes";
  }
  tl::unexpected<Error> refuse(Code code, std::string what, std::string hint = "") {
    return tl::unexpected<Error>(walk_.problem(code, path_, std::move(what), std::move(hint)));
  }

  Walk& walk_;
  std::string path_;
  uint64_t size_ = 0;
  int64_t mtime_ms_ = 0;
  bool stated_ = false;
  bool read_ = false;
  uint64_t packed_before_ = 0;
};

Status Walk::open() {
  archive* a = raw();
  libarchive().read_support_filter_gzip(a);
  libarchive().read_support_filter_zstd(a);
  libarchive().read_support_format_tar(a);
  libarchive().read_support_format_zip(a);
  int code = path_ == "-" ? libarchive().read_open_fd(a, 0, kBlockBytes) : libarchive().read_open_filename(a, path_.c_str(), kBlockBytes);
  if (code == ARCHIVE_OK) return {};
  return fail(libarchive().error_number(a) == ENOENT ? Code::not_found : Code::io, "cannot open `" + path_ + "`: " + reason(), {path_});
}

std::string Walk::accept(archive_entry* entry) {
  const char* raw_name = libarchive().entry_pathname_utf8(entry);
  if (!raw_name) raw_name = libarchive().entry_pathname(entry);
  if (!raw_name || *raw_name == '\0') {
    problem(Code::unsupported, "", "a member without a readable name was left out");
    return {};
  }
  std::string name = raw_name;
  if (!valid_utf8(name)) {
    problem(Code::unsupported, "", "a member whose name is not UTF-8 was left out");
    return {};
  }
  auto refuse = [&](const std::string& why) {
    problem(Code::unsupported, name, "`" + name + "` " + why + " and was left out");
    return std::string();
  };
  if (libarchive().entry_hardlink(entry) || libarchive().entry_symlink(entry) || libarchive().entry_filetype(entry) == AE_IFLNK)
    return refuse("is a link");
  if (libarchive().entry_filetype(entry) == AE_IFDIR) return {};
  if (libarchive().entry_filetype(entry) != AE_IFREG) return refuse("is a device or another special file");
  if (libarchive().entry_is_data_encrypted(entry) == 1) return refuse("is encrypted");
  if (name.front() == '/') return refuse("has an absolute path");
  std::string clean;
  for (std::string_view part : split(name, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return refuse("points outside of the archive");
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  if (clean.empty()) return refuse("has no name");
  if (!names_.insert(hash64(clean)).second) return refuse("stands in the archive a second time");
  return clean;
}

Status Walk::run(const std::function<void(Member&)>& visit) {
  for (uint64_t count = 0; !stopped_;) {
    archive_entry* entry = nullptr;
    int code = libarchive().read_next_header(raw(), &entry);
    if (code == ARCHIVE_EOF) break;
    if (code == ARCHIVE_FATAL && count == 0)
      return fail(Code::parse, "`" + path_ + "` cannot be read as an archive: " + reason(), {path_}, "a tar or zip file");
    if (code == ARCHIVE_FATAL) {
      problem(Code::parse, "", "`" + path_ + "` cannot be read further: " + reason(), "check that the archive is complete");
      break;
    }
    if (++count > limits_.members_max) {
      problem(Code::limit, "",
              "`" + path_ + "` has more than " + with_thousands(limits_.members_max) + " members; the rest was left out");
      break;
    }
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
      problem(Code::parse, "", "member " + std::to_string(count) + " is broken: " + reason());
      continue;
    }
    // Members that nobody reads are unpacked too, below a compression: they count as soon as they are announced, or a bomb could
    // hide there.
    uint64_t passed = static_cast<uint64_t>(std::max<la_int64_t>(0, libarchive().filter_bytes(raw(), 0)));
    uint64_t announced =
        libarchive().entry_size_is_set(entry) ? static_cast<uint64_t>(std::max<la_int64_t>(0, libarchive().entry_size(entry))) : 0;
    if (passed > limits_.total_bytes_max || announced > limits_.total_bytes_max - passed) {
      problem(
          Code::limit, "",
          "`" + path_ + "` unpacks to more than " + with_thousands(limits_.total_bytes_max) + " bytes; the rest was left out");
      break;
    }
    std::string name = accept(entry);
    if (name.empty()) continue;
    ArchiveMember member(*this, std::move(name), entry);
    visit(member);
  }
  return {};
}

}  // namespace

Status walk_archive(const std::string& path, const std::function<void(Member&)>& visit, std::vector<Error>& problems,
                    const UnpackLimits& limits) {
  Utf8Locale locale;
  TRY(load_libarchive());
  Walk walk(path, problems, limits);
  TRY(walk.open());
  return walk.run(visit);
}

}  // namespace reeve
