#include "feed/queue_source.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/hash.h"
#include "base/text.h"
#include "feed/notification.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr char kBeforeVersion = '\x1f';      // stands in no key that anybody writes
constexpr size_t kPadding = 64;              // what LogReader::read_bytes wants behind its bytes
constexpr int kOnceWaitS = 2;
constexpr int64_t kHiddenMostS = 10 * 3600;  // SQS hides a message for twelve hours at most, counted from when it was given
constexpr const char* kNeeds = "docs/detect.md";

// The newest of many, up to a bound.
class Remembered {
 public:
  explicit Remembered(size_t most) : most_(most) {}
  bool has(std::string_view text) const { return known_.contains(key(text)); }
  void add(std::string_view text) {
    const Key one = key(text);
    if (!known_.insert(one).second) return;
    order_.push_back(one);
    if (order_.size() <= most_) return;
    known_.erase(order_.front());
    order_.pop_front();
  }

 private:
  using Key = std::array<uint8_t, 16>;
  static Key key(std::string_view text) {
    const Sha256 digest = sha256(text);
    Key out;
    std::copy_n(digest.begin(), out.size(), out.begin());
    return out;
  }
  size_t most_;
  std::set<Key> known_;
  std::deque<Key> order_;
};

class QueueSource : public ObjectSource {
 public:
  QueueSource(QueueName queue, AskAws ask, QueueSourceOptions options)
      : options_(options), ask_(std::move(ask)), queue_(queue, asking(false), kNeeds), ending_(queue, asking(true), kNeeds), kept_(std::move(queue), asking(true), kNeeds),
        remembered_(options.remembered_max) {
    keeper_ = std::thread([this] { keep_hidden(); });
  }

  ~QueueSource() override {
    {
      std::lock_guard hold(mutex_);
      ended_ = true;
    }
    end_.notify_all();
    keeper_.join();
    std::vector<Error> lost;  // whoever was to hear of it has gone; what is not deleted comes again and is known by then
    give_back(lost);
    std::vector<std::string> rest;
    for (auto& [number, message] : messages_) rest.push_back(message.taken.receipt);
    ending_.hide(rest, 0, lost);
  }

  Result<std::vector<LogObject>> fresh(std::vector<Error>& problems) override {
    give_back(problems);
    wanted_.clear();
    came_ = troubled_ = false;
    const size_t troubles = problems.size();
    std::map<std::string, uint64_t> by_identity;  // of those to be given now
    int wait_s = options_.follow ? options_.wait_s : std::min(options_.wait_s, kOnceWaitS);
    while (messages_.size() < options_.messages_max) {
      std::vector<QueueMessage> some = TRY(queue_.receive(wait_s, options_.hidden_s, problems));
      if (some.empty()) break;
      came_ = true;
      wait_s = 0;
      for (QueueMessage& one : some) take(std::move(one), by_identity);
    }
    troubled_ = problems.size() > troubles;
    std::vector<LogObject> out;
    std::lock_guard hold(mutex_);
    for (auto& [identity, ticket] : by_identity) out.push_back(object_of(wanted_.at(ticket), ticket));
    return out;
  }

  bool more() const override { return !troubled_ && (options_.follow || came_); }

  ObjectAudit read(LogReader& reader, LogObject& object, const LogSink& sink) override {
    Wanted* wanted = nullptr;
    {
      std::lock_guard hold(mutex_);
      wanted = &wanted_.at(object.ticket);
    }
    return wanted->notice.bucket.empty() ? read_message(*wanted, reader, object, sink) : read_object(*wanted, reader, object, sink);
  }

  void settled(const LogObject& object) override {
    std::lock_guard hold(mutex_);
    remembered_.add(object.identity);
    const size_t version = object.identity.rfind(kBeforeVersion);
    if (version != std::string::npos) remembered_.add(object.identity.substr(0, version + 1));
    for (uint64_t number : wanted_.at(object.ticket).messages) --messages_.at(number).open;
  }

 private:
  struct Message {
    QueueMessage taken;
    size_t open = 0;         // objects that it names and that are not on record
    int64_t left_for_s = 0;  // one of them could not be had: it is to come again then
  };
  struct Wanted {
    ObjectNotice notice;             // without a bucket: `body` is the log
    std::string body, name;
    std::vector<uint64_t> messages;  // that name it
  };

  MessageQueue::Ask asking(bool to_its_end) {
    return [this, to_its_end](const std::string& region, const std::string& operation, DocumentPtr input) { return ask_(region, operation, std::move(input), to_its_end); };
  }

  // --- Messages

  void take(QueueMessage taken, std::map<std::string, uint64_t>& by_identity) {
    std::lock_guard hold(mutex_);
    // One that was hidden for too short a time, and comes again while it is worked on: its newest receipt is what counts.
    for (auto& [number, message] : messages_)
      if (message.taken.id == taken.id) {
        message.taken.receipt = std::move(taken.receipt);
        return;
      }
    Notification read = read_notification(taken.body);
    const uint64_t number = ++numbers_;
    Message& message = messages_[number];
    if (read.kind == Notification::Kind::other) {
      Wanted one;
      one.name = "sqs://" + queue_.name().account + "/" + queue_.name().name + "/" + taken.id;
      one.body = std::move(taken.body);
      want(std::move(one), number, message, by_identity);
    }
    for (ObjectNotice& notice : read.objects) {
      Wanted one;
      one.name = "s3://" + notice.bucket + "/" + notice.key;
      one.notice = std::move(notice);
      want(std::move(one), number, message, by_identity);
    }
    taken.body.clear();
    message.taken = std::move(taken);
  }

  static std::string identity_of(const Wanted& one) { return one.name + kBeforeVersion + one.notice.etag; }

  void want(Wanted one, uint64_t number, Message& message, std::map<std::string, uint64_t>& by_identity) {
    const std::string identity = identity_of(one);
    if (remembered_.has(identity)) return;
    auto known = by_identity.find(identity);
    // Named with and without its version at once: that is one object.
    if (known == by_identity.end() && one.notice.etag.empty() && !one.notice.bucket.empty())
      if (auto next = by_identity.lower_bound(identity); next != by_identity.end() && starts_with(next->first, identity)) known = next;
    if (known == by_identity.end() && !one.notice.etag.empty())
      if (auto bare = by_identity.find(one.name + kBeforeVersion); bare != by_identity.end()) {
        Wanted& same = wanted_.at(bare->second);
        same.notice = one.notice;
        known = by_identity.emplace(identity, bare->second).first;
        by_identity.erase(bare);
      }
    if (known == by_identity.end()) {
      known = by_identity.emplace(identity, ++numbers_).first;
      wanted_[known->second] = std::move(one);
    }
    std::vector<uint64_t>& messages = wanted_.at(known->second).messages;
    if (!messages.empty() && messages.back() == number) return;
    messages.push_back(number);
    ++message.open;
  }

  static LogObject object_of(const Wanted& one, uint64_t ticket) {
    LogObject out;
    out.name = one.name;
    out.identity = identity_of(one);
    out.version = one.notice.bucket.empty() ? std::string("1") : one.notice.etag;
    out.found = !one.notice.bucket.empty();  // a bucket holds other things too, as a folder does
    out.any_version = out.version.empty();
    out.ticket = ticket;
    return out;
  }

  // Those of which all is on record are deleted, those of which something could not be had come again later.
  void give_back(std::vector<Error>& problems) {
    std::vector<std::string> done;
    std::map<int64_t, std::vector<std::string>> later;
    {
      std::lock_guard hold(mutex_);
      for (auto at = messages_.begin(); at != messages_.end();) {
        const Message& message = at->second;
        if (message.open > 0 && message.left_for_s == 0) {
          ++at;
          continue;
        }
        (message.open == 0 ? done : later[message.left_for_s]).push_back(message.taken.receipt);
        at = messages_.erase(at);
      }
    }
    ending_.remove(done, problems);
    for (auto& [seconds, receipts] : later) ending_.hide(receipts, seconds, problems);
  }

  void keep_hidden() {
    const auto third = std::chrono::milliseconds(options_.hidden_s * 1000 / 3);
    std::unique_lock hold(mutex_);
    while (!end_.wait_for(hold, third, [&] { return ended_; })) {
      std::vector<std::string> receipts;
      for (auto& [number, message] : messages_) receipts.push_back(message.taken.receipt);
      if (receipts.empty()) continue;
      hold.unlock();
      std::vector<Error> passing;  // the message comes again, and is known or worked on by then
      kept_.hide(receipts, options_.hidden_s, passing);
      hold.lock();
    }
  }

  // --- Objects

  // It is left: hidden for five minutes, ten, twenty …, so that what nobody can read is not asked for all the time.
  void leave(const Wanted& wanted, bool refused) {
    std::lock_guard hold(mutex_);
    for (uint64_t number : wanted.messages) {
      Message& message = messages_.at(number);
      const int64_t longer = options_.hidden_s << std::min<int64_t>(message.taken.given - 1, 8);
      message.left_for_s = std::max(message.left_for_s, refused ? std::min(longer, kHiddenMostS) : std::min<int64_t>(options_.hidden_s, 60));
    }
  }

  ObjectAudit read_message(const Wanted& wanted, LogReader& reader, LogObject& object, const LogSink& sink) {
    std::string bytes = wanted.body;
    const size_t size = bytes.size();
    bytes.append(kPadding, '\0');
    const std::string_view text = std::string_view(bytes).substr(0, size);
    // Any JSON is an event where somebody names a file of it. A message is one only if it is known for what it is, found out before it is judged.
    ObjectAudit audit = reader.read_bytes(object.name, text, LogSink{[](const LogEvent&) {}, {}});
    // What holds no record though it could: an empty list, a control message, a digest. Any other of which nothing came is not understood.
    const bool empty = audit.format == "cloudtrail" || audit.format == "cloudwatch_logs" || audit.format == "digest";
    const bool known = audit.format != "unknown" && audit.format != "json" && (audit.judged > 0 || empty);
    if (known && audit.broken.empty() && audit.refused.empty()) return reader.read_bytes(object.name, text, sink);
    audit.format = "unknown";
    audit.records = audit.judged = 0;
    audit.refused.clear();
    audit.broken = "the message is neither a notification of S3 nor a log";
    refuse(wanted, object, sink, Code::type, audit.broken, "it is left in the queue: a dead-letter queue takes what nobody reads");
    return audit;
  }

  void refuse(const Wanted& wanted, LogObject& object, const LogSink& sink, Code code, const std::string& why, const std::string& hint) {
    if (sink.problem) sink.problem(Error{code, why, Place{object.name}, "", hint});
    object.again = true;
    leave(wanted, true);
  }

  ObjectAudit read_object(const Wanted& wanted, LogReader& reader, LogObject& object, const LogSink& sink) {
    ObjectAudit audit;
    audit.object = object.name;
    audit.format = "unknown";
    Builder builder;
    builder.begin_map();
    builder.key("Bucket"), builder.string(wanted.notice.bucket);
    builder.key("Key"), builder.string(wanted.notice.key);
    if (!wanted.notice.etag.empty()) builder.key("IfMatch"), builder.string("\"" + wanted.notice.etag + "\"");
    builder.end();
    auto outcome = ask_(wanted.notice.region.empty() ? queue_.name().region : wanted.notice.region, "s3:GetObject", builder.finish(), false);
    if (!outcome) {
      object.again = true;
      if (outcome.error().code == Code::limit) return audit;  // the run ends: its message comes again
      if (sink.problem) sink.problem(Error{outcome.error().code, "cannot be asked for: " + outcome.error().what, Place{object.name}, "", "its message is left in the queue, and comes again"});
      leave(wanted, false);
      return audit;
    }
    if (outcome->failure == Failure::none && !outcome->pages.empty()) return read_body(outcome->pages.front(), reader, object, sink);
    const std::string said = outcome->call.call + " " + outcome->error_code + (outcome->error_message.empty() ? "" : ": " + outcome->error_message);
    if (passes(outcome->failure)) {
      if (sink.problem) sink.problem(Error{Code::io, "cannot be had now: " + said, Place{object.name}, "", "its message is left in the queue, and comes again"});
      object.again = true;
      leave(wanted, false);
      return audit;
    }
    const bool gone = outcome->error_code == "NoSuchKey" || outcome->error_code == "NoSuchVersion";
    const bool replaced = outcome->error_code == "PreconditionFailed" || outcome->error_code == "HTTP 412";
    audit.broken = gone ? "is gone: " + said : replaced ? "has other content by now: " + said : "cannot be had: " + said;
    if (gone || replaced) {
      if (sink.problem) sink.problem(Error{Code::not_found, audit.broken, Place{object.name}, "", "there is nothing left to read; its message is deleted"});
      return audit;
    }
    refuse(wanted, object, sink, Code::io, audit.broken, "its message is left in the queue; what it takes: " + std::string(kNeeds));
    return audit;
  }

  ObjectAudit read_body(CallOutcome::Page& page, LogReader& reader, LogObject& object, const LogSink& sink) {
    if (object.version.empty()) {  // now it is known
      if (auto reply = read_json(page.reply_json, Source{})) object.version = trim((*reply)->root().get("ETag").text());
      if (object.version.size() >= 2 && object.version.front() == '"') object.version = object.version.substr(1, object.version.size() - 2);
      object.identity += object.version;
      if (object.version.empty()) object.version = "1";
    }
    const size_t size = page.body.size();
    page.body.append(kPadding, '\0');
    return reader.read_bytes(object.name, std::string_view(page.body).substr(0, size), sink);
  }

  QueueSourceOptions options_;
  AskAws ask_;
  MessageQueue queue_, ending_, kept_;  // as asked by the run, at its end too, and by the keeper
  bool came_ = false, troubled_ = false;

  std::mutex mutex_;  // of all below
  uint64_t numbers_ = 0;
  std::map<uint64_t, Message> messages_;
  std::map<uint64_t, Wanted> wanted_;  // of this batch
  Remembered remembered_;
  std::condition_variable end_;
  bool ended_ = false;
  std::thread keeper_;
};

}  // namespace

std::unique_ptr<ObjectSource> queue_source(QueueName queue, AskAws ask, QueueSourceOptions options) {
  return std::make_unique<QueueSource>(std::move(queue), std::move(ask), options);
}

}  // namespace reeve
