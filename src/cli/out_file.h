// OutFile: where `--out FILE` leads. The file appears whole or not at all, and what is no plain file (a device, a pipe, a link) is written
// as it stands, since renaming over it would put a file in its place.
//
// A file or folder that cannot be written is a slip of the command line, said before any work is done (out_can_be_written, exit status 2).
// A disk that fills up on the way is none: the answer is incomplete (exit status 3).
#pragma once

#include <cstdio>
#include <string>

#include "base/result.h"
#include "cli/options.h"

namespace reeve {

// Of the command's --out, if it has one and it was given.
Status out_can_be_written(const Options& options);

class OutFile {
 public:
  OutFile() = default;
  ~OutFile();
  OutFile(const OutFile&) = delete;
  OutFile& operator=(const OutFile&) = delete;
  Status open(const std::string& path);
  std::FILE* stream() const { return file_; }  // null: not opened
  Status close(bool all_written);              // all of it, or nothing stays

 private:
  std::string path_, written_path_;
  std::FILE* file_ = nullptr;
};

}  // namespace reeve
