// Keys that a program of the user's prints (credential_process): started without a shell, with nothing on its standard input, and
// ended if it takes too long. What it writes to standard error is not shown: it may be a secret.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "aws/credential_parts.h"
#include "base/text.h"
#include "base/time.h"
#include "formats/json.h"

extern char** environ;

namespace reeve {
namespace {

constexpr int64_t kPatienceMs = 120000;
constexpr size_t kOutputBytesMax = 1 << 20;

struct Ended {
  int status = 0;
  std::string out;
  bool late = false, too_long = false;
};

Result<Ended> run(const std::vector<std::string>& words) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(Code::io, std::string("no pipe: ") + std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  // A group of its own, so that what it starts ends with it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  int error = posix_spawnp(&child, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return fail(Code::io, std::string("it cannot be started: ") + std::strerror(error));
  }
  Ended out;
  char buffer[4096];
  for (int64_t until = steady_ms() + kPatienceMs;;) {
    int64_t left = until - steady_ms();
    pollfd waiting{ends[0], POLLIN, 0};
    int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      out.late = true;
      break;
    }
    ssize_t n = read(ends[0], buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    out.out.append(buffer, static_cast<size_t>(n));
    if (out.out.size() > kOutputBytesMax) {
      out.too_long = true;
      break;
    }
  }
  close(ends[0]);
  if (out.late || out.too_long) kill(-child, SIGKILL);
  while (waitpid(child, &out.status, 0) < 0 && errno == EINTR) {
  }
  return out;
}

Result<Credentials> ask(const std::string& profile, const std::string& command, const std::string& account) {
  const std::string what = "credential_process of profile " + profile;
  auto refuse = [&](std::string why) { return fail(Code::usage, what + ": " + std::move(why)); };
  auto words = shell_words(command);
  if (!words) return refuse(words.error().what);
  if (words->empty()) return refuse("it names no program");
  auto ended = run(*words);
  if (!ended) return refuse(ended.error().what);
  if (ended->late) return refuse("it gave no answer in " + std::to_string(kPatienceMs / 1000) + " s");
  if (ended->too_long) return refuse("it writes more than keys");
  if (WIFSIGNALED(ended->status)) return refuse("it was ended by signal " + std::to_string(WTERMSIG(ended->status)));
  if (WEXITSTATUS(ended->status) != 0) return refuse("it ended with status " + std::to_string(WEXITSTATUS(ended->status)));
  auto document = read_json(ended->out, Source{});
  if (!document || !(*document)->root().is_map()) return refuse("what it prints is no JSON map");
  if ((*document)->root().get("Version").integer() != 1) return refuse("what it prints has another `Version` than 1");
  Credentials out =
      TRY(read_credentials((*document)->root(), {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}, what));
  if (out.account.empty()) out.account = account;
  return out;
}

}  // namespace

FoundProvider process_credentials(const CredentialContext& context, const Profile& profile) {
  const auto* command = profile.get("credential_process");
  if (!command) return nullptr;
  const auto* account = profile.get("aws_account_id");
  return provider_of(context.settings.now, [name = profile.name, command = *command, account = account ? *account : ""] {
    return ask(name, command, account);
  });
}

}  // namespace reeve
