// The lock of a snapshot's folder: one collector at a time. The kernel holds it, so it ends with the process however that ends; the file
// says for people who it is. Private to this room.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace reeve {

class FolderLock {
 public:
  // Errors: another process holds it (named by its id and the moment it began); the file cannot be written.
  static Result<std::unique_ptr<FolderLock>> take(const std::string& path, Time now);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  FolderLock(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_;
};

}  // namespace reeve
