#include "detect/source.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/file.h"
#include "base/time.h"
#include "base/walk.h"

namespace reeve {
namespace {

constexpr int64_t still_ms = 2000;

std::string identity_of(const std::string& path) {
  std::error_code failed;
  const auto whole = std::filesystem::weakly_canonical(path, failed);
  return failed ? path : whole.string();
}

// The identity of what a walk of `folder`, whose own is `root`, found at `path` without a link: asking the system for each file took longer
// than reading a small one.
std::string below(const std::string& root, const std::string& folder, const std::string& path) {
  std::string out = root;
  if (out.empty() || out.back() != '/') out += '/';
  return out.append(path, std::min(path.find_first_not_of('/', folder.size()), path.size()), std::string::npos);
}

class FileSource : public ObjectSource {
 public:
  FileSource(std::vector<std::string> paths, const FilesAsked& asked) : paths_(std::move(paths)), growing_(asked.growing), versions_(asked.growing || asked.versions) {}

  Result<std::vector<LogObject>> fresh(std::vector<Error>& problems) override {
    std::vector<LogObject> out;
    if (!growing_ && std::exchange(asked_, true)) return out;
    std::unordered_set<std::string> seen;
    for (const std::string& path : paths_) {
      const bool stream = is_stream(path);
      if (stream) {
        if (streams_.insert(path).second) out.push_back({.name = path, .identity = path, .stream = true});
        continue;
      }
      std::vector<Error> here;
      const bool folder = is_folder(path);
      std::unordered_set<std::string> links;
      const std::string root = folder ? identity_of(path) : std::string();
      std::vector<Entry> entries = walk_for(path, here, {.links = &links, .names_only = !versions_});
      const bool each_once = paths_.size() == 1 && links.empty();
      out.reserve(out.size() + entries.size());
      for (Entry& entry : entries) {
        LogObject object;
        object.found = folder;
        if (!each_once || versions_) object.identity = folder && !links.contains(entry.path) ? below(root, path, entry.path) : identity_of(entry.path);
        if (!each_once && !seen.insert(object.identity).second) continue;  // named twice, or also met in a folder
        if (versions_) object.version = std::to_string(entry.size_bytes) + " " + std::to_string(entry.mtime_ms);
        if (growing_) {
          std::string& given = given_[object.identity];
          if (given == object.version || wall_clock().ms - entry.mtime_ms < still_ms) continue;
          given = object.version;
        }
        object.name = std::move(entry.path);
        out.push_back(std::move(object));
      }
      for (Error& problem : here)
        if (told_.insert(problem.text()).second) problems.push_back(std::move(problem));
    }
    return out;
  }

  ObjectAudit read(LogReader& reader, LogObject& object, const LogSink& sink) override { return reader.read_file(object.name, sink, object.stream); }
  void settled(const LogObject&) override {}

 private:
  // Standard input, a pipe: read once, to its end.
  static bool is_stream(const std::string& path) {
    struct stat st {};
    return path == "-" || (::stat(path.c_str(), &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
  }

  std::vector<std::string> paths_;
  const bool growing_, versions_;
  bool asked_ = false;
  std::unordered_map<std::string, std::string> given_;  // by identity: the version
  std::set<std::string> streams_, told_;
};

}  // namespace

std::unique_ptr<ObjectSource> file_source(std::vector<std::string> paths, const FilesAsked& asked) { return std::make_unique<FileSource>(std::move(paths), asked); }

}  // namespace reeve
