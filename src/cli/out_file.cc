#include "cli/out_file.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"

namespace reeve {
namespace {

using std::filesystem::file_type;

file_type kind_of(const std::string& path) {
  std::error_code none;
  return std::filesystem::symlink_status(path, none).type();
}

Status can_make_in(const std::string& folder, const std::string& path) {
  if (!exists(folder)) return fail(Code::usage, "there is no folder `" + folder + "` to write `" + path + "` in", {}, {}, "`mkdir -p " + folder + "` makes it");
  if (!is_folder(folder)) return fail(Code::usage, "`" + folder + "` is no folder, so `" + path + "` cannot be written", {}, "--out in a folder that exists", {});
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return fail(Code::usage, "`" + path + "` cannot be written: nothing can be made in `" + folder + "`", {}, "--out in a folder that you may write in", {});
  return {};
}

}  // namespace

Status out_can_be_written(const Options& options) {
  auto& flags = options.command().flags;
  auto flag = std::ranges::find(flags, "--out", &Flag::name);
  if (flag == flags.end()) return {};
  std::string path = options.value("--out");
  if (path.empty()) return {};
  if (flag->form == Form::folder) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (!exists(path)) return can_make_in(folder_of(path), path);
    return can_make_in(path, path);
  }
  if (is_folder(path)) return fail(Code::usage, "`" + path + "` is a folder", {}, "--out with the name of a file", {});
  const file_type kind = kind_of(path);
  return kind == file_type::not_found || kind == file_type::regular ? can_make_in(folder_of(path), path) : Status();
}

OutFile::~OutFile() {
  if (file_) (void)close(false);
}

Status OutFile::open(const std::string& path) {
  path_ = written_path_ = path;
  const file_type kind = kind_of(path);
  if (kind == file_type::not_found || kind == file_type::regular) written_path_ += ".part";
  file_ = std::fopen(written_path_.c_str(), "wb");
  if (!file_) return fail(Code::usage, "cannot write `" + path + "`", {path}, "a folder that exists and can be written", {});
  return {};
}

Status OutFile::close(bool all_written) {
  const bool aside = written_path_ != path_;
  bool written = std::fclose(file_) == 0 && all_written;
  file_ = nullptr;
  if (written && aside) written = std::rename(written_path_.c_str(), path_.c_str()) == 0;
  if (written) return {};
  if (aside) std::remove(written_path_.c_str());
  return fail(Code::io, "cannot write all of `" + path_ + "`", {path_}, "room on the disk", {});
}

}  // namespace reeve
