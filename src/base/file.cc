#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "base/walk.h"

namespace reeve {
namespace {

constexpr size_t kPadding = 64;
// Below this a read is cheaper than a mapping, and a file that shrinks meanwhile cannot hurt.
constexpr uint64_t kMapFrom = 1 << 20;

struct Descriptor {
  int fd = -1;
  explicit Descriptor(int f) : fd(f) {}
  ~Descriptor() {
    if (fd > 2) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

tl::unexpected<Error> failed(const std::string& doing, const std::string& path, int error) {
  Code code = error == ENOENT || error == ENOTDIR ? Code::not_found : Code::io;
  std::string hint = error == EACCES || error == EPERM ? "check the permissions of the file and the folders above it" : "";
  return fail(code, "cannot " + doing + " `" + path + "`: " + std::strerror(error), Place{path}, "", hint);
}

// All that is left in `fd`, at most `limit_bytes`.
Result<std::string> read_rest(int fd, const std::string& path, uint64_t limit_bytes, uint64_t expected_bytes) {
  std::string out;
  out.reserve(static_cast<size_t>(std::min<uint64_t>(expected_bytes, limit_bytes)) + 1 + kPadding);  // who appends the padding needs no copy
  // One byte more than expected, so that the end is seen without growing. Pipes and devices expect nothing.
  size_t step = static_cast<size_t>(std::min<uint64_t>(expected_bytes ? expected_bytes + 1 : 1 << 16, limit_bytes + 1));
  size_t have = 0;
  for (;;) {
    if (out.size() < have + step) out.resize(have + step);
    ssize_t n = ::read(fd, out.data() + have, out.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("read", path, errno);
    if (n == 0) break;
    have += static_cast<size_t>(n);
    if (have > limit_bytes)
      return fail(Code::limit, "`" + path + "` is larger than " + with_thousands(limit_bytes) + " bytes", Place{path});
    step = std::max<size_t>(1 << 16, have / 2);
    if (out.size() > have) step = out.size() - have;
  }
  out.resize(have);
  return out;
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Status make_folders(const std::string& folder) {
  if (folder.empty() || is_folder(folder)) return {};
  TRY(make_folders(folder_of(folder)));
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) return failed("make the folder", folder, errno);
  return {};
}

Entry entry_of(std::string path, const struct stat& st) {
  Entry e;
  e.path = std::move(path);
  e.size_bytes = static_cast<uint64_t>(st.st_size);
  e.mtime_ms = st.st_mtim.tv_sec * 1000ll + st.st_mtim.tv_nsec / 1'000'000;
  e.inode = st.st_ino;
  return e;
}

}  // namespace

FileBytes::~FileBytes() {
  if (mapped_) ::munmap(mapped_, mapped_size_);
}

Result<std::shared_ptr<const FileBytes>> FileBytes::open(const std::string& path) {
  bool standard_input = path == "-";
  Descriptor file(standard_input ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return failed("open", path, errno);
  struct stat st {};
  if (::fstat(file.fd, &st) != 0) return failed("open", path, errno);
  if (S_ISDIR(st.st_mode)) return fail(Code::io, "`" + path + "` is a folder", Place{path}, "a file");

  std::shared_ptr<FileBytes> out(new FileBytes);
  uint64_t size = S_ISREG(st.st_mode) ? static_cast<uint64_t>(st.st_size) : 0;
  if (!standard_input && size >= kMapFrom) {
    // Zero pages are reserved for the file and the padding, then the file is laid over their front: the bytes behind its end are
    // readable and zero even when its size is a whole number of pages.
    size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    size_t total = (static_cast<size_t>(size) + kPadding + page - 1) / page * page;
    void* base = ::mmap(nullptr, total, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return failed("map", path, errno);
    out->mapped_ = base;
    out->mapped_size_ = total;
    if (::mmap(base, static_cast<size_t>(size), PROT_READ, MAP_PRIVATE | MAP_FIXED, file.fd, 0) == MAP_FAILED)
      return failed("map", path, errno);
    ::madvise(base, static_cast<size_t>(size), MADV_SEQUENTIAL);
    out->data_ = static_cast<const char*>(base);
    out->size_ = static_cast<size_t>(size);
  } else {
    out->owned_ = TRY(read_rest(file.fd, path, UINT64_MAX - 1, size));
    out->size_ = out->owned_.size();
    out->owned_.append(kPadding, '\0');
    out->data_ = out->owned_.data();
  }
  return std::shared_ptr<const FileBytes>(std::move(out));
}

Result<std::string> read_file(const std::string& path, uint64_t limit_bytes) {
  Descriptor file(path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return failed("open", path, errno);
  struct stat st {};
  if (::fstat(file.fd, &st) != 0) return failed("open", path, errno);
  if (S_ISDIR(st.st_mode)) return fail(Code::io, "`" + path + "` is a folder", Place{path}, "a file");
  uint64_t size = S_ISREG(st.st_mode) ? static_cast<uint64_t>(st.st_size) : 0;
  return read_rest(file.fd, path, limit_bytes, size);
}

Status write_file(const std::string& path, std::string_view bytes) {
  TRY(make_folders(folder_of(path)));
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.fd < 0) return failed("write", path, errno);
  return write_all(file.fd, bytes, path);
}

Status write_file_atomic(const std::string& path, std::string_view bytes) {
  std::string folder = folder_of(path);
  TRY(make_folders(folder));
  std::string temporary = path + ".XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.fd < 0) return failed("write beside", path, errno);
  Status written = write_all(file.fd, bytes, temporary);
  if (written) {
    // mkostemp makes files for their owner only; a result should have the permissions any new file of this user has.
    mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(file.fd, 0666 & ~mask) != 0 || ::fsync(file.fd) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0)
      written = failed("write", path, errno);
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  // The rename itself lives in the folder; without this a power cut may bring the old file back.
  Descriptor where(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (where.fd >= 0) ::fsync(where.fd);
  return {};
}

namespace {

std::string real(const std::string& path) {
  char* found = ::realpath(path.c_str(), nullptr);
  std::string out = found ? found : "";
  ::free(found);
  return out;
}

// Whether what the link stands for is outside of the folder. What cannot be told is.
bool leaves(const std::string& link, const std::string& real_root) {
  const std::string target = real(link);
  return target.empty() || real_root.empty() || (real_root != "/" && target != real_root && !starts_with(target, real_root + "/"));
}

// What a folder holds, and what its parts are as far as it says so itself.
struct Item {
  Entry entry;
  bool folder = false;
};

// The files and folders of `folder`, by path as bytes. Whatever else is there is said to `problems`.
class FolderReader {
 public:
  FolderReader(const std::string& root, std::vector<Error>& problems, const WalkOptions& options) : root_(root), real_root_(real(root)), problems_(problems), options_(options) {}

  std::vector<Item> read(const std::string& folder) {
    std::vector<Item> items;
    DIR* dir = ::opendir(folder.c_str());
    if (!dir) {
      problems_.push_back(failed("read the folder", folder, errno).value());
      return items;
    }
    for (;;) {
      errno = 0;
      const dirent* item = ::readdir(dir);
      if (!item) {
        if (errno) problems_.push_back(failed("read the folder", folder, errno).value());
        break;
      }
      std::string_view name = item->d_name;
      if (name == "." || name == "..") continue;
      take(items, ::dirfd(dir), *item, join_path(folder, name));
    }
    ::closedir(dir);
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.entry.path < b.entry.path; });
    return items;
  }

 private:
  // A folder's path gets a `/`: so it stands among its neighbours where its files will.
  void take(std::vector<Item>& items, int dir, const dirent& item, std::string path) {
    if (options_.names_only && item.d_type == DT_REG) {
      Entry entry;
      entry.path = std::move(path);
      entry.inode = item.d_ino;
      items.push_back({std::move(entry), false});
      return;
    }
    if (item.d_type == DT_DIR) {
      items.push_back({{path + "/"}, true});
      return;
    }
    struct stat st {};
    if (::fstatat(dir, item.d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
      problems_.push_back(failed("open", path, errno).value());
      return;
    }
    bool link = S_ISLNK(st.st_mode);
    if (link && ::fstatat(dir, item.d_name, &st, 0) != 0) {
      problems_.push_back(failed("follow the link", path, errno).value());
      return;
    }
    const bool named = !options_.wanted || options_.wanted(path);
    if (link && leaves(path, real_root_)) {
      if (named) problems_.push_back(Error{Code::io, "this link leads out of `" + root_ + "` and was not followed", Place{path}, "a file of the folder itself",
                                 "give its target as well if that is meant to be read"});
    } else if (S_ISREG(st.st_mode)) {
      if (link && options_.links) options_.links->insert(path);
      items.push_back({entry_of(std::move(path), st), false});
    } else if (!S_ISDIR(st.st_mode)) {
      if (named) problems_.push_back(Error{Code::io, "this is neither a file nor a folder and was not read", Place{path}, "", ""});
    } else if (!link) {
      items.push_back({{path + "/"}, true});
    }
  }

  const std::string& root_;
  const std::string real_root_;
  std::vector<Error>& problems_;
  const WalkOptions& options_;
};

}  // namespace

std::vector<Entry> walk(const std::string& root, std::vector<Error>& problems) { return walk_for(root, problems, {}); }

std::vector<Entry> walk_for(const std::string& root, std::vector<Error>& problems, const WalkOptions& options) {
  std::vector<Entry> files;
  struct stat st {};
  if (::stat(root.c_str(), &st) != 0) {
    problems.push_back(failed("open", root, errno).value());
    return files;
  }
  if (S_ISREG(st.st_mode)) {
    files.push_back(entry_of(root, st));
    return files;
  }
  if (!S_ISDIR(st.st_mode)) {
    problems.push_back(Error{Code::io, "`" + root + "` is neither a file nor a folder", Place{root}, "", ""});
    return files;
  }
  FolderReader reader(root, problems, options);
  std::vector<Item> ahead;  // the next one last
  auto open = [&](const std::string& folder) {
    std::vector<Item> items = reader.read(folder);
    ahead.insert(ahead.end(), std::make_move_iterator(items.rbegin()), std::make_move_iterator(items.rend()));
  };
  open(root);
  while (!ahead.empty()) {
    Item next = std::move(ahead.back());
    ahead.pop_back();
    if (!next.folder) {
      files.push_back(std::move(next.entry));
      continue;
    }
    next.entry.path.pop_back();
    open(next.entry.path);
  }
  return files;
}

bool exists(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0;
}

bool is_folder(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

std::string file_name(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || path == "/") return std::string(path);
  return std::string(path.substr(slash + 1));
}

std::string folder_of(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  while (slash > 0 && path[slash - 1] == '/') --slash;
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string join_path(std::string_view a, std::string_view b) {
  if (a.empty() || starts_with(b, "/")) return std::string(b);
  if (b.empty()) return std::string(a);
  std::string out(a);
  if (out.back() != '/') out += '/';
  out += b;
  return out;
}

}  // namespace reeve
