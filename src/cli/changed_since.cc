#include "cli/changed_since.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace reeve {
namespace {

// What `git -C folder …` prints; an Error if it cannot be started or says no.
Result<std::string> git(const std::string& folder, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"git", "--no-pager", "-c", "core.fsmonitor=false", "-C", folder};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(Code::io, std::string("no pipe to git: ") + std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]), close(ends[1]);
    return fail(Code::io, std::string("git cannot be started: ") + std::strerror(errno));
  }
  if (child == 0) {
    // Hooks of git run with these set, for another folder than `-C` names.
    for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF"}) unsetenv(name);
    setenv("GIT_OPTIONAL_LOCKS", "0", 1);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0), dup2(ends[1], 1), dup2(nothing, 2);
    execvp("git", argv.data());
    _exit(127);
  }
  close(ends[1]);
  std::string out;
  char buffer[65536];
  for (;;) {
    const ssize_t n = read(ends[0], buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    out.append(buffer, static_cast<size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return fail(Code::io, "git cannot be started", {}, "git on the PATH");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail(Code::usage, "git says no");
  return out;
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto out = std::filesystem::weakly_canonical(path, error);
  return error ? path : out.string();
}

}  // namespace

bool ChangedFiles::holds(const std::string& path) const { return paths.contains(absolute(path)); }

bool ChangedFiles::holds_below(const std::string& path) const {
  const std::string whole = absolute(path);
  if (paths.contains(whole)) return true;
  const auto at = paths.lower_bound(whole + "/");
  return at != paths.end() && starts_with(*at, whole + "/");
}

Result<ChangedFiles> changed_since(const std::string& folder, const std::string& revision) {
  auto top = git(folder, {"rev-parse", "--show-toplevel"});
  if (!top && top.error().code == Code::usage) return fail(Code::usage, "`" + folder + "` is in no git repository", {folder}, "a folder that git keeps", "leave `--changed-since` out");
  if (!top) return tl::unexpected(top.error());
  ChangedFiles out;
  out.top = std::string(trim(*top));
  auto commit = git(out.top, {"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
  if (!commit) return fail(Code::usage, "git knows no revision `" + revision + "`", {folder}, "a commit, branch or tag", "a shallow clone may lack it");
  const std::vector<std::vector<std::string>> questions = {
      {"diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", std::string(trim(*commit)), "--"},
      {"ls-files", "-z", "--others", "--exclude-standard"},
  };
  for (const auto& question : questions) {
    const std::string names = TRY(git(out.top, question));
    for (const std::string_view name : split(names, '\0'))
      if (!name.empty()) out.paths.insert(absolute(join_path(out.top, name)));
  }
  return out;
}

}  // namespace reeve
