// Files: reading, mapping and walking, with errors that name the path. The only place that touches the disk for plain input.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

// The bytes of a file, memory-mapped (or read, for pipes). Followed by at least 64 readable zero bytes, as the JSON parser needs.
class FileBytes {
 public:
  ~FileBytes();
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  std::string_view view() const { return {data_, size_}; }
  static Result<std::shared_ptr<const FileBytes>> open(const std::string& path);  // "-" is standard input

 private:
  FileBytes() = default;
  const char* data_ = nullptr;
  size_t size_ = 0;
  void* mapped_ = nullptr;
  size_t mapped_size_ = 0;
  std::string owned_;
};

Result<std::string> read_file(const std::string& path, uint64_t limit_bytes = 1ull << 31);
Status write_file(const std::string& path, std::string_view bytes);         // creates folders
Status write_file_atomic(const std::string& path, std::string_view bytes);  // temporary, fsync, rename

struct Entry {
  std::string path;  // as given plus '/' parts
  uint64_t size_bytes = 0;
  int64_t mtime_ms = 0;
  uint64_t inode = 0;
};

// All regular files below `root` in byte order; `root` itself if it is a file. Links to files below it are followed, to folders not.
// A link that leads out, a pipe, a device and a folder that cannot be read are one Error each; the walk goes on.
std::vector<Entry> walk(const std::string& root, std::vector<Error>& problems);

bool exists(const std::string& path);
bool is_folder(const std::string& path);
std::string file_name(std::string_view path);           // last component
std::string folder_of(std::string_view path);           // all but the last component, "." if none
std::string join_path(std::string_view a, std::string_view b);

}  // namespace reeve
