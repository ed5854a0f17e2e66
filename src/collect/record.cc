#include "collect/record.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/file.h"
#include "base/text.h"
#include "collect/lock.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr auto kSyncEvery = std::chrono::milliseconds(500);  // and what the disk takes: within a second together
constexpr uint64_t kQueuedBytesMax = 64ull << 20;  // of replies that wait to be written; above it the asking waits
constexpr uint64_t kFrameBytesMax = 1ull << 30;

// What AWS said and would say again; the rest is what did not get through to it.
bool refused(std::string_view failure) { return failure == "denied" || failure == "not_enabled" || failure == "unsupported" || failure == "other"; }

struct Answer {
  std::vector<Input> frames;  // of its pages
  std::string error, failure;
};
using Answers = std::unordered_map<std::string, Answer>;  // by key

class Record : public CollectRecord {
 public:
  Record(std::string dir, std::unique_ptr<FolderLock> lock, std::unique_ptr<SnapshotWriter> writer, bool ask_refused_again)
      : dir_(std::move(dir)), lock_(std::move(lock)), ask_refused_again_(ask_refused_again), writer_(std::move(writer)), thread_([this] { write(); }) {}

  ~Record() override {
    {
      std::lock_guard hold(mutex_);
      ending_ = true;
    }
    to_write_.notify_all();
    thread_.join();
    writer_.reset();
  }

  bool answered(const PlannedCall& call) override {
    const Answer* answer = find(call);
    if (!answer) return false;
    if (answer->error.empty() || answer->failure.empty() || answer->failure == "absent") return true;
    return refused(answer->failure) && !ask_refused_again_;
  }

  Result<Recorded> recorded(const PlannedCall& call) override {
    const Answer* answer = find(call);
    if (!answer) return fail(Code::not_found, "`" + call.call + "` is not in the snapshot", {dir_});
    Recorded out{{}, answer->error, "", answer->failure};
    for (const Input& frame : answer->frames) {
      std::string text = TRY(frame.read(kFrameBytesMax));
      auto document = TRY(read_json(text, Source{nullptr, frame.shown, "", 0, "", "$"}));
      if (!answer->error.empty()) out.error_message = document->root().get("error").get("Message").text();
      else out.pages.push_back(to_json(document->root().get("reply")));
    }
    return out;
  }

  Status add(std::vector<SnapshotCall> frames) override {
    std::unique_lock hold(mutex_);
    room_.wait(hold, [&] { return queued_bytes_ < kQueuedBytesMax || !status_; });
    if (!status_) return status_;
    for (auto& frame : frames) {
      queued_bytes_ += frame.reply_json.size() + frame.body.size() + 512;
      queue_.push_back(std::move(frame));
    }
    ++unsynced_;
    to_write_.notify_one();
    return {};
  }

  Status sync() override {
    std::unique_lock hold(mutex_);
    sync_wanted_ = true;
    to_write_.notify_one();
    room_.wait(hold, [&] { return !status_ || unsynced_ == 0; });
    return status_;
  }

  void leave(const CollectPlace& place) override { places_.erase(place); }

 private:
  const Answer* find(const PlannedCall& call) {
    auto [place, is_new] = places_.try_emplace(call.place);
    if (is_new) load(call.place, place->second);
    auto found = place->second.find(call.key());
    return found == place->second.end() ? nullptr : &found->second;
  }

  // What the index of a place says. What does not hold in it is as if it were not there: it is asked again.
  void load(const CollectPlace& place, Answers& out) const {
    std::string pair = join_path(join_path(dir_, place.account), place.region);
    if (!exists(pair + ".index")) return;
    auto text = read_file(pair + ".index");
    struct stat info {};
    uint64_t size = ::stat((pair + ".frames").c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
    if (text) text->resize(text->rfind('\n') + 1);  // half a line the writer will cut off
    std::string key;  // of the call whose pages come
    Answer answer;
    for (std::string_view line : text ? split(*text, '\n') : std::vector<std::string_view>()) {
      auto document = trim(line).empty() ? Result<DocumentPtr>(nullptr) : read_json(line, Source{nullptr, pair, "", 0, "", "$"});
      Value root = document && *document ? (*document)->root() : Value();
      auto offset = root.get("offset").integer(), bytes = root.get("bytes").integer();
      if (!offset || !bytes || *offset < 0 || *bytes <= 0 || static_cast<uint64_t>(*offset) + static_cast<uint64_t>(*bytes) > size) {
        key.clear(), answer = {};
        continue;
      }
      std::vector<std::pair<std::string, std::string>> parameters;
      for (auto parameter : root.get("parameters").entries()) parameters.emplace_back(parameter.key(), parameter.value.scalar_text().value_or(""));
      if (key.empty()) key = call_key(place, root.get("call").text(), parameters);
      Input frame;
      frame.shown = pair + ".frames@" + std::to_string(*offset);
      frame.kind = InputKind::reply;
      frame.disk_path = pair + ".frames";
      frame.frame_offset = static_cast<uint64_t>(*offset), frame.frame_bytes = static_cast<uint64_t>(*bytes);
      frame.digest = root.get("sha256").text();
      answer.frames.push_back(std::move(frame));
      if (root.get("more").boolean()) continue;
      answer.error = root.get("error").text(), answer.failure = root.get("failure").text();
      out[key] = std::move(answer);  // the later one counts
      key.clear(), answer = {};
    }
  }

  void write() {
    auto synced = std::chrono::steady_clock::now();
    std::deque<SnapshotCall> batch;
    for (;;) {
      uint64_t taken = 0, calls = 0;
      bool want_sync = false, last = false;
      {
        std::unique_lock hold(mutex_);
        auto due = synced + kSyncEvery;
        auto something = [&] { return !queue_.empty() || sync_wanted_ || ending_; };
        if (unsynced_ > 0) to_write_.wait_until(hold, due, something);
        else to_write_.wait(hold, something);
        batch.swap(queue_);
        taken = queued_bytes_, calls = unsynced_;
        last = ending_;
        want_sync = sync_wanted_ || last || std::chrono::steady_clock::now() >= due;
        sync_wanted_ = false;
      }
      Status done;
      for (auto& call : batch)
        if (done) done = writer_->add(call);
      batch.clear();
      if (done && want_sync) {
        done = writer_->sync();
        synced = std::chrono::steady_clock::now();
      }
      std::lock_guard hold(mutex_);
      queued_bytes_ -= taken;
      if (!done && status_) status_ = done;
      if (want_sync) unsynced_ -= calls;
      room_.notify_all();
      if (!status_ || (last && queue_.empty())) return;
    }
  }

  std::string dir_;
  std::unique_ptr<FolderLock> lock_;
  bool ask_refused_again_;
  std::map<CollectPlace, Answers> places_;
  std::mutex mutex_;
  std::condition_variable to_write_, room_;
  std::deque<SnapshotCall> queue_;
  uint64_t queued_bytes_ = 0, unsynced_ = 0;
  bool ending_ = false, sync_wanted_ = false;
  Status status_;  // the first error: after it nothing is written any more
  std::unique_ptr<SnapshotWriter> writer_;  // of the thread
  std::thread thread_;
};

// Whether there is nothing in the folder but what a collector makes there.
Status is_snapshot_or_empty(const std::string& dir) {
  std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(dir.c_str()), ::closedir);
  if (!folder) return fail(Code::io, "cannot read `" + dir + "`: " + std::strerror(errno), {dir});
  while (const dirent* entry = ::readdir(folder.get())) {
    std::string name = entry->d_name, path = join_path(dir, name);
    if (starts_with(name, ".") || starts_with(name, "summary.json") || starts_with(name, "changes.json") || name == "collect.lock") continue;
    if (is_folder(path)) {
      std::vector<Error> problems;
      auto files = walk(path, problems);
      if (std::all_of(files.begin(), files.end(), [](auto& file) { return ends_with(file.path, ".frames") || ends_with(file.path, ".index"); })) continue;
    }
    return fail(Code::usage, "`" + dir + "` holds something else than a snapshot: `" + name + "`", {}, "a folder that is new, empty or a snapshot's", "name another --out");
  }
  return {};
}

// Whether the run that wrote this summary was ended before it was through.
bool interrupted(const std::string& summary) {
  auto text = read_file(summary);
  auto document = text ? read_json(*text, Source{nullptr, summary, "", 0, "", "$"}) : Result<DocumentPtr>(nullptr);
  return !document || !*document || (*document)->root().get("interrupted").boolean();
}

}  // namespace

Status finished_snapshot(const std::string& dir) {
  const std::string summary = join_path(dir, "summary.json");
  if (exists(summary) && !interrupted(summary)) return {};
  return fail(Code::usage, "`" + dir + "` is no snapshot that is finished, so there is nothing to bring up to date", {}, "a folder with the summary.json of a collection that came to its end",
              "collect it whole first");
}

Result<std::unique_ptr<CollectRecord>> CollectRecord::open(const std::string& dir, Time now, bool keep_summary) {
  if (!exists(dir)) {
    for (size_t slash = dir.find('/', 1); slash != std::string::npos; slash = dir.find('/', slash + 1)) ::mkdir(dir.substr(0, slash).c_str(), 0777);
    if (::mkdir(dir.c_str(), 0777) != 0 && errno != EEXIST) return fail(Code::io, "cannot make the folder `" + dir + "`: " + std::strerror(errno), {dir});
  }
  if (!is_folder(dir)) return fail(Code::usage, "`" + dir + "` is no folder", {}, "the folder of a snapshot", "name another --out");
  TRY(is_snapshot_or_empty(dir));
  auto lock = TRY(FolderLock::take(join_path(dir, "collect.lock"), now));
  auto writer = TRY(SnapshotWriter::open(dir));
  std::string summary = join_path(dir, "summary.json");
  bool there = exists(summary), finished = there && !interrupted(summary);
  if (there && !keep_summary && ::unlink(summary.c_str()) != 0) return fail(Code::io, "cannot remove `" + summary + "`: " + std::strerror(errno), {summary});
  return std::unique_ptr<CollectRecord>(std::make_unique<Record>(dir, std::move(lock), std::move(writer), finished));
}

}  // namespace reeve
