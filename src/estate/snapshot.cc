#include "estate/snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <list>
#include <map>
#include <set>
#include <unordered_map>

#include "base/hash.h"
#include "base/text.h"
#include "estate/pages.h"
#include "formats/archive.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr uint64_t kFrameBytesMax = 1ull << 30;

std::string frame_text(const SnapshotCall& call) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("request").begin_object();
  size_t colon = call.call.find(':');
  json.member("service", call.call.substr(0, colon)).member("operation", call.call.substr(colon + 1));
  json.key("parameters").begin_object();
  for (auto& [name, value] : call.parameters) json.member(name, value);
  json.end_object().end_object();
  json.member("account", call.account).member("region", call.region).member("time", rfc3339(call.time));
  if (!call.time_basis.empty()) json.member("time_basis", call.time_basis);
  if (!call.request_id.empty()) json.member("request_id", call.request_id);
  if (!call.error_code.empty()) {
    json.key("error").begin_object().member("Code", call.error_code).member("Message", call.error_message);
    if (!call.failure.empty()) json.member("Failure", call.failure);
    json.end_object();
  }
  json.end_object();
  if (call.error_code.empty()) {  // the reply goes in as it came, byte for byte
    text.pop_back();
    text += ",\"reply\":" + call.reply_json;
    if (!call.body.empty()) {
      std::string body;
      JsonWriter(body).string(call.body);
      text += ",\"body\":" + body;
    }
    text += "}";
  }
  return text;
}

constexpr size_t kOpenPairsMax = 128;     // of which each takes two descriptors
constexpr size_t kSyncedOneByOneMax = 16;  // above it the whole file system is synced at once, which costs about as much as a few files

class Writer : public SnapshotWriter {
 public:
  explicit Writer(std::string dir) : dir_(std::move(dir)) {}
  ~Writer() override {
    for (auto& [path, pair] : files_) close(pair);
    if (folder_ >= 0) ::close(folder_);
  }

  Status add(const SnapshotCall& call) override {
    Pair& pair = *TRY(file(call));
    std::string text = frame_text(call);
    std::string packed = zstd_pack(text, 3);
    TRY(append(pair.frames, pair.offset, packed, pair.path + ".frames"));
    std::string line;
    JsonWriter json(line);
    json.begin_object().member("offset", static_cast<int64_t>(pair.offset)).member("bytes", static_cast<int64_t>(packed.size()));
    json.member("call", call.call).member("account", call.account).member("region", call.region).member("time", rfc3339(call.time));
    if (!call.time_basis.empty()) json.member("time_basis", call.time_basis);
    json.key("parameters").begin_object();
    for (auto& [name, value] : call.parameters) json.member(name, value);
    json.end_object();
    if (!call.error_code.empty()) json.member("error", call.error_code);
    if (!call.failure.empty()) json.member("failure", call.failure);
    if (call.more) json.member("more", true);
    json.member("sha256", hex(sha256(text))).end_object();
    pair.offset += packed.size();
    if (pair.pending.empty()) dirty_.push_back(&pair);
    pair.pending += line + "\n";
    return {};
  }

  // Frames first, then the lines that name them: whatever moment this ends at, a line names a whole frame.
  Status sync() override {
    if (dirty_.empty()) return {};
    TRY(flush(&Pair::frames, ".frames"));
    for (Pair* pair : dirty_) {
      TRY(opened(*pair));
      TRY(append(pair->index, pair->index_bytes, pair->pending, pair->path + ".index"));
      pair->index_bytes += pair->pending.size();
      std::string().swap(pair->pending);  // its room too: an organization has tens of thousands of pairs
    }
    TRY(flush(&Pair::index, ".index"));
    dirty_.clear();
    return {};
  }

 private:
  struct Pair {
    std::string path;
    int frames = -1, index = -1;
    uint64_t offset = 0, index_bytes = 0;
    std::string pending;
    std::list<Pair*>::iterator recent;  // its place in recent_, while it is open
  };

  static tl::unexpected<Error> failed(const std::string& doing, const std::string& path) {
    return fail(Code::io, "cannot " + doing + " `" + path + "`: " + std::strerror(errno), {path}, "", errno == ENOSPC || errno == EDQUOT ? "make room and run the command again: it goes on from here" : "");
  }
  // All of it or, where the disk is full, nothing: `size` is what the file has so far.
  static Status append(int fd, uint64_t size, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
      ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        auto error = failed("write", path);
        if (::ftruncate(fd, static_cast<off_t>(size)) != 0) return error;  // the next writer cuts off what is half
        return error;
      }
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }
  Status flush(int Pair::*descriptor, const char* ending) {
    if (dirty_.size() > kSyncedOneByOneMax) {
      if (folder_ < 0) folder_ = ::open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (folder_ < 0 || ::syncfs(folder_) != 0) return failed("sync", dir_);
      return {};
    }
    for (Pair* pair : dirty_) {
      TRY(opened(*pair));
      if (::fdatasync(pair->*descriptor) != 0) return failed("sync", pair->path + ending);
    }
    return {};
  }

  // Lines that count for nothing: half a line, and the first pages of a call whose last was never written.
  static Status drop_torn_lines(Pair& pair) {
    std::string text = TRY(read_file(pair.path + ".index"));
    size_t whole = text.empty() || text.back() == '\n' ? text.size() : text.rfind('\n') + 1;  // 0 if there is no line at all
    while (whole > 0) {
      size_t begin = whole < 2 ? 0 : text.rfind('\n', whole - 2) + 1;
      if (!contains(std::string_view(text).substr(begin, whole - begin), "\"more\":true")) break;
      whole = begin;
    }
    pair.index_bytes = whole;
    if (whole != text.size() && ::ftruncate(pair.index, static_cast<off_t>(whole)) != 0) return failed("shorten", pair.path + ".index");
    return {};
  }

  void close(Pair& pair) {
    if (pair.frames < 0) return;
    ::close(pair.frames), ::close(pair.index);
    pair.frames = pair.index = -1;
    recent_.erase(pair.recent);
  }
  Status opened(Pair& pair) {
    if (pair.frames >= 0) {
      recent_.splice(recent_.begin(), recent_, pair.recent);
      return {};
    }
    while (recent_.size() >= kOpenPairsMax) close(*recent_.back());
    int frames = ::open((pair.path + ".frames").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
    if (frames < 0) return failed("open", pair.path + ".frames");
    int index = ::open((pair.path + ".index").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
    if (index < 0) {
      auto error = failed("open", pair.path + ".index");
      ::close(frames);
      return error;
    }
    pair.frames = frames, pair.index = index;
    recent_.push_front(&pair);
    pair.recent = recent_.begin();
    return {};
  }

  Result<Pair*> file(const SnapshotCall& call) {
    std::string path = join_path(join_path(dir_, call.account), call.region);
    auto [found, is_new] = files_.try_emplace(path);
    Pair& pair = found->second;
    if (is_new) {
      pair.path = path;
      ::mkdir(dir_.c_str(), 0777);
      ::mkdir(join_path(dir_, call.account).c_str(), 0777);
      Status ready = begin(pair);
      if (!ready) {
        close(pair);
        files_.erase(found);
        return tl::unexpected(ready.error());
      }
    }
    TRY(opened(pair));
    return &pair;
  }
  Status begin(Pair& pair) {
    TRY(opened(pair));
    struct stat info {};
    if (::fstat(pair.frames, &info) != 0) return failed("read", pair.path + ".frames");
    pair.offset = static_cast<uint64_t>(info.st_size);
    return drop_torn_lines(pair);
  }

  std::string dir_;
  int folder_ = -1;
  std::map<std::string, Pair> files_;
  std::vector<Pair*> dirty_;  // with lines that no index has yet
  std::list<Pair*> recent_;   // open ones, the last written to first
};

void describe(Input& input, Value line, const std::string& shown) {
  input.kind = InputKind::reply;
  input.shown = shown;
  input.call = std::string(line.get("call").text());
  input.account = std::string(line.get("account").text());
  input.region = std::string(line.get("region").text());
  if (auto time = parse_time(line.get("time").text())) {
    if (line.get("time_basis")) input.mtime_ms = time->ms;  // packed from a file that had no time of its own
    else input.time_ms = time->ms;
  }
  for (auto parameter : line.get("parameters").entries())
    input.parameters.emplace_back(parameter.key(), parameter.value.scalar_text().value_or(""));
  input.digest = std::string(line.get("sha256").text());
}

// Frames that a later answer to the same request replaces: a collection that was gone on with, or one resource read again after it changed.
// A refusal replaces refusals only, unless it says that the thing is not there: what was read before it is still what is known.
class Newest {
 public:
  void add(const Input& input, Value line, size_t number) {
    std::string key = input.call;
    bool page = false;
    for (auto& [name, value] : input.parameters) {
      if (is_page_parameter(name)) page = true;
      else key += "\n" + name + "=" + value;
    }
    Group& group = groups_[key];
    bool error = static_cast<bool>(line.get("error"));
    if (!page) {
      // What stands before any first page is no older answer: the packer writes files in order of their names, a second page first.
      if (group.first && (!error || group.error || line.get("failure").text() == "absent")) {
        gone_.insert(group.numbers.begin(), group.numbers.end());
        group.numbers.clear();
      }
      group.error = error;
      group.first = true;
    }
    group.numbers.push_back(number);
  }
  void drop(std::vector<Input>& inputs) const {
    if (gone_.empty()) return;
    size_t number = 0;
    std::erase_if(inputs, [&](const Input&) { return gone_.count(number++) > 0; });
  }

 private:
  struct Group {
    std::vector<size_t> numbers;
    bool error = false;  // the last of it
    bool first = false;  // a first page, or an answer of one page, was there
  };
  std::unordered_map<std::string, Group> groups_;
  std::set<size_t> gone_;
};

}  // namespace

Result<std::unique_ptr<SnapshotWriter>> SnapshotWriter::open(const std::string& dir) {
  return std::unique_ptr<SnapshotWriter>(std::make_unique<Writer>(dir));
}

std::vector<Input> read_snapshot_index(const std::string& shown, const std::string& disk_path, const std::shared_ptr<const std::string>& member,
                                       std::vector<Error>& problems) {
  std::vector<Input> out;
  if (member) {
    problems.push_back({Code::unsupported, "a snapshot inside an archive is not read", {shown}, "the snapshot's folder unpacked", ""});
    return out;
  }
  std::string index_path = disk_path.substr(0, disk_path.size() - std::strlen(".frames")) + ".index";
  auto index = read_file(index_path);
  if (!index) {
    problems.push_back(index.error());
    return out;
  }
  struct stat info {};
  uint64_t size = ::stat(disk_path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
  uint32_t number = 0;
  Newest newest;
  for (std::string_view line : split(*index, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    auto document = read_json(line, Source{nullptr, index_path, "", 0, "", ""});
    auto root = document ? (*document)->root() : Value();
    auto offset = root.get("offset").integer(), bytes = root.get("bytes").integer();
    if (!document || !offset || !bytes || *offset < 0 || *bytes <= 0 || root.get("call").text().empty() || root.get("sha256").text().size() != 64) {
      problems.push_back({Code::parse, "this line of a snapshot's index is not understood", {index_path, number, 1}, "offset, bytes, call and sha256 of a frame",
                          "collect the account and Region again"});
      continue;
    }
    if (static_cast<uint64_t>(*offset) + static_cast<uint64_t>(*bytes) > size) {
      problems.push_back({Code::parse, "the frame that this line names is not in `" + disk_path + "`", {index_path, number, 1},
                          "a frames file of at least " + std::to_string(static_cast<uint64_t>(*offset) + static_cast<uint64_t>(*bytes)) + " bytes", "collect the account and Region again"});
      continue;
    }
    Input input;
    input.disk_path = disk_path;
    input.frame_offset = static_cast<uint64_t>(*offset);
    input.frame_bytes = static_cast<uint64_t>(*bytes);
    describe(input, root, shown + "@" + std::to_string(*offset));
    newest.add(input, root, out.size());
    out.push_back(std::move(input));
  }
  newest.drop(out);
  return out;
}

Result<std::string> read_snapshot_frame(const Input& input, uint64_t bytes_max) {
  auto bytes = TRY(FileBytes::open(input.disk_path));
  std::string_view packed = bytes->view().substr(std::min<size_t>(input.frame_offset, bytes->view().size()), input.frame_bytes);
  std::string text = TRY(zstd_unpack(packed, std::min(bytes_max, kFrameBytesMax), input.shown));
  if (hex(sha256(text)) != input.digest)
    return fail(Code::parse, "the frame is not the one its index describes", {input.shown}, "SHA-256 " + input.digest,
                "collect the account and Region again");
  return text;
}

}  // namespace reeve
