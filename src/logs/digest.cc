#include "logs/digest.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <tuple>

#include "aws/region.h"
#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/time.h"
#include "logs/digest_file.h"

namespace reeve {
namespace {

constexpr std::string_view kLogs = "AWSLogs/", kLogFolder = "/CloudTrail/", kDigestFolder = "/CloudTrail-Digest/";
constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kSpillMs = 2 * kHourMs;  // a key may be newer than the hour that it signs
constexpr int64_t kLateMs = 2 * kHourMs;   // digests come once an hour, and CloudTrail may be late with one

// A key from its `AWSLogs` on: what a copy below a prefix keeps of it.
std::string tail(std::string_view key) {
  size_t at = key.find(kLogs);
  return std::string(at == std::string_view::npos ? key : key.substr(at));
}

// The Region of `…/CloudTrail-Digest/eu-west-1/2026/…`.
std::string_view region_below(std::string_view key, std::string_view folder) {
  size_t at = key.find(folder);
  if (at == std::string_view::npos) return {};
  key = key.substr(at + folder.size());
  return key.substr(0, key.find('/'));
}

// Whose logs of where: `AWSLogs/111122223333 eu-west-1`.
std::string place_of(std::string_view key, std::string_view folder) {
  const std::string whole = tail(key);
  return whole.substr(0, whole.find(folder)) + " " + std::string(region_below(whole, folder));
}

// Of `…/CloudTrail/eu-west-1/2026/01/31/NAME`: does the name's time, which whoever wrote it chose, fit the folder's day?
bool lies_in_its_day(std::string_view key, int64_t time_ms) {
  const size_t at = key.find(kLogFolder);
  const auto parts = split(key.substr(at == std::string_view::npos ? key.size() : at + kLogFolder.size()), '/');
  return parts.size() == 5 && std::string(parts[1]) + "-" + std::string(parts[2]) + "-" + std::string(parts[3]) == rfc3339(Time{time_ms}).substr(0, 10);
}

class Folder : public DigestSource {
 public:
  Folder(std::string folder, size_t workers) : folder_(std::move(folder)), workers_(workers) {}
  std::string shown() const override { return folder_; }

  Result<std::vector<std::string>> keys() override {
    std::vector<Error> problems;
    std::vector<std::string> out;
    for (const Entry& entry : walk(folder_, problems)) {
      std::string key = entry.path.substr(std::min(entry.path.size(), folder_.size()));
      while (!key.empty() && key.front() == '/') key.erase(0, 1);
      paths_[key] = entry.path;
      out.push_back(std::move(key));
    }
    if (!problems.empty()) return tl::unexpected(problems.front());
    return out;
  }

  Status read(const std::vector<std::string>& keys, const Taken& taken) override {
    parallel_for(keys.size(), workers_, [&](size_t i, size_t) {
      const auto path = paths_.find(keys[i]);
      auto bytes = FileBytes::open(path == paths_.end() ? keys[i] : path->second);
      if (bytes) taken(i, Object{(*bytes)->view(), {}});
      else taken(i, tl::unexpected(bytes.error()));
    });
    return {};
  }

 private:
  const std::string folder_;
  const size_t workers_;
  std::map<std::string, std::string> paths_;  // by key
};

// All that is found out about one bucket.
class Verification {
 public:
  Verification(DigestSource& source, const DigestOptions& options) : source_(source), options_(options), keys_(options.keys) {}

  Result<DigestReport> run() {
    TRY(look());
    TRY(read_digests());
    put_in_order();
    ask_keys();
    parallel_for(digests_.size(), options_.workers, [&](size_t i, size_t) { prove(digests_[i], keys_); });
    ask_signatures();
    tell_digests();
    TRY(check_logs());
    unreferenced();
    for (auto& [name, chain] : chains_) report_.chains.push_back(std::move(chain));
    std::sort(report_.findings.begin(), report_.findings.end(), [](const DigestFinding& a, const DigestFinding& b) {
      return std::tie(a.time_ms, a.object, a.fault, a.detail) < std::tie(b.time_ms, b.object, b.fault, b.detail);
    });
    return std::move(report_);
  }

 private:
  // What the digests of one account and Region cover.
  struct Covered {
    int64_t from_ms = 0, to_ms = 0;
    bool cut = false;  // the oldest digest names one before it
  };

  void add(DigestFault fault, std::string object, int64_t time_ms, std::string detail) {
    report_.findings.push_back({fault, std::move(object), time_ms, std::move(detail)});
  }

  Status look() {
    for (std::string& key : TRY(source_.keys())) {
      const auto [at, is_new] = objects_.emplace(tail(key), key);
      if (!is_new && source_.whole_keys()) doubles_.insert(key);
      else if (!is_new && at->second != key)
        return fail(Code::conflict, "`" + at->second + "` and `" + key + "` are the same object of two buckets", Place{source_.shown()}, "the copy of one bucket",
                    "verify each bucket's copy by itself");
      if (key.find(kDigestFolder) != std::string::npos) {
        digests_.push_back({});
        digests_.back().key = std::move(key);
      } else if (key.find(kLogFolder) != std::string::npos) {
        logs_.push_back(std::move(key));
      }
    }
    if (digests_.empty())
      return fail(Code::not_found, "there are no digest files below `" + source_.shown() + "`", Place{source_.shown()}, "AWSLogs/ACCOUNT/CloudTrail-Digest/…",
                  "give the trail's bucket, or the folder that is its copy; digests are written when log file validation is on");
    return {};
  }

  void count(const char* what, size_t all, const Result<DigestSource::Object>& object) {
    std::lock_guard hold(mutex_);
    if (object) report_.bytes += object->bytes.size();
    if (now_.what != what) now_ = {what, 0, all, 0};
    ++now_.done;
    now_.bytes = report_.bytes;
    if (options_.progress) options_.progress(now_);
  }

  Status read_digests() {
    std::vector<std::string> keys;
    for (const Digest& digest : digests_) keys.push_back(digest.key);
    return source_.read(keys, [&](size_t i, const Result<DigestSource::Object>& object) {
      Digest& digest = digests_[i];
      if (object) {
        digest.metadata = object->signature;
        read_digest(object->bytes, digest);
      } else {
        digest.why = object.error().what, digest.unread = true;
      }
      count("digests", digests_.size(), object);
    });
  }

  // Puts the digests of each trail, account and Region in order and hands each the signature that the next one keeps of it.
  void put_in_order() {
    std::map<std::string, std::vector<Digest*>> chains;
    for (Digest& digest : digests_) {
      std::string_view file = std::string_view(digest.key).substr(digest.key.rfind('/') + 1);
      file = file.substr(0, file.find(".json"));
      digest.backfill = ends_with(file, "_backfill");
      if (digest.backfill) file = file.substr(0, file.rfind('_'));
      const std::string name(file.substr(0, file.rfind('_')));
      digest.chain = name + (digest.backfill ? " (backfill)" : "");
      if (digest.end_ms == 0) digest.end_ms = time_in_name(digest.key);
      if (digest.start_ms == 0) digest.start_ms = digest.end_ms - kHourMs;
      chains[digest.chain].push_back(&digest);
      const auto [at, is_new] = by_key_.emplace(tail(digest.key), &digest);
      if (!is_new && digest.key == digest.object) at->second = &digest;  // of the same one below two prefixes, that which lies where it says
      const auto given = options_.signatures.find(digest.key);
      if (given != options_.signatures.end()) digest.metadata = given->second;
      name_chain(chains_[digest.chain], name, digest.backfill);
    }
    for (auto& [name, links] : chains) {
      std::sort(links.begin(), links.end(), [](const Digest* a, const Digest* b) { return std::tie(a->end_ms, a->key) < std::tie(b->end_ms, b->key); });
      for (size_t i = 0; i < links.size(); ++i) link(*links[i], i > 0 ? links[i - 1] : nullptr);
    }
  }

  // That of the newest digest that is proven: a forged one is not to say where the others lie.
  std::string bucket() const {
    if (!options_.bucket.empty()) return options_.bucket;
    auto rank = [](const Digest& digest) { return std::pair(digest.proof == Digest::Proof::valid, digest.end_ms); };
    const Digest* best = nullptr;
    for (const Digest& digest : digests_)
      if (digest.why.empty() && (best == nullptr || rank(digest) > rank(*best))) best = &digest;
    return best == nullptr ? std::string() : best->bucket;
  }

  // ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION; a trail's name may have underscores.
  static void name_chain(DigestChain& chain, const std::string& name, bool backfill) {
    static constexpr std::string_view kMark = "_CloudTrail-Digest_";
    chain.name = name, chain.backfill = backfill;
    const size_t mark = name.find(kMark);
    if (mark == std::string::npos) return;
    chain.account = name.substr(0, mark);
    const std::string rest = name.substr(mark + kMark.size());
    const size_t first = rest.find('_'), last = rest.rfind('_');
    chain.region = rest.substr(0, first);
    if (last != std::string::npos && last > first) chain.trail = rest.substr(first + 1, last - first - 1);
  }

  void cover(const Digest& digest, bool cut) {
    DigestChain& chain = chains_[digest.chain];
    auto widen = [&](int64_t& from_ms, int64_t& to_ms) {
      if (from_ms == 0 || digest.start_ms < from_ms) from_ms = digest.start_ms;
      to_ms = std::max(to_ms, digest.end_ms);
    };
    Covered& covered = covered_[place_of(digest.key, kDigestFolder)];
    if (digest.end_ms == 0) return;
    covered.cut = covered.cut || cut;
    widen(covered.from_ms, covered.to_ms);
    if (!digest.why.empty()) return;
    widen(chain.from_ms, chain.to_ms);
    widen(report_.from_ms, report_.to_ms);
  }

  void link(Digest& digest, const Digest* before) {
    if (!digest.why.empty()) {
      cover(digest, before == nullptr);  // what it would have named before it cannot be told
      return;
    }
    if (digest.previous_object.empty()) {
      cover(digest, false);
      if (before != nullptr) add(DigestFault::gap, digest.key, digest.start_ms, "no digest covers " + before->end + " to " + digest.start + ": the chain begins anew here");
      return;
    }
    const auto previous = by_key_.find(tail(digest.previous_object));
    Digest* found = previous == by_key_.end() ? nullptr : previous->second;
    cover(digest, found == nullptr && before == nullptr);
    if (found == nullptr) {
      // The oldest digest of a copy names one that may never have been copied.
      if (before != nullptr) add(DigestFault::digest_missing, digest.previous_object, digest.start_ms, "named by " + digest.key);
      else chains_[digest.chain].before = digest.previous_object;
      return;
    }
    if (found->kept.empty()) found->kept = digest.previous_signature, found->keeper = &digest;
    if (!found->why.empty()) return;
    if (!digest.previous_hash.empty() && lower(digest.previous_hash) != found->hash) hash_differs_[found] = &digest;
    if (digest.start_ms > found->end_ms && !digest.backfill) add(DigestFault::gap, digest.key, digest.start_ms, "no digest covers " + found->end + " to " + digest.start);
  }

  // Each Region signs with keys of its own.
  void ask_keys() {
    if (!options_.keys_of) return;
    struct Span {
      int64_t from_ms = 0, to_ms = 0;
      bool until_now = false;
    };
    std::map<std::string, Span> wanted;
    for (const Digest& digest : digests_) {
      const std::string region(region_below(digest.key, kDigestFolder));
      if (!digest.why.empty() || keys_.contains(digest.fingerprint) || !is_region_name(region)) continue;
      Span& span = wanted[region];
      if (span.from_ms == 0 || digest.start_ms < span.from_ms) span.from_ms = digest.start_ms;
      span.to_ms = std::max(span.to_ms, digest.end_ms + kSpillMs);
      span.until_now = span.until_now || digest.backfill;  // signed when it was made, not in its hour
    }
    for (const auto& [region, span] : wanted) {
      auto keys = options_.keys_of(region, span.from_ms, span.until_now ? 0 : span.to_ms);
      if (keys) keys_.merge(*keys);
      else report_.problems.push_back(keys.error()), not_asked_[region] = keys.error().what;
    }
  }

  // A digest that no proven digest vouches for may still have its signature beside it.
  void ask_signatures() {
    if (!options_.signature_of) return;
    std::set<std::string> told;
    for (Digest& digest : digests_) {
      const bool vouched = digest.keeper != nullptr && digest.keeper->proof == Digest::Proof::valid;
      const bool open = digest.proof == Digest::Proof::none || (digest.proof == Digest::Proof::tampered && !vouched);
      if (!digest.why.empty() || !digest.metadata.empty() || !open) continue;
      auto signature = options_.signature_of(starts_with(digest.key, kLogs) ? digest.key : digest.object);
      if (!signature) {
        if (told.insert(signature.error().what).second) report_.problems.push_back(signature.error());
        continue;
      }
      digest.metadata = std::move(*signature);
      prove(digest, keys_);
    }
  }

  // Does a proven digest (or one whose key is not known, which nothing speaks against) keep another hash of this one?
  bool hash_differs(const Digest& digest) const {
    const auto kept = hash_differs_.find(&digest);
    return kept != hash_differs_.end() && kept->second->proof != Digest::Proof::tampered;
  }

  bool signature_differs(const Digest& digest) const {
    return digest.metadata_wrong || (digest.keeper != nullptr && digest.keeper->proof == Digest::Proof::valid && !digest.metadata.empty() && !digest.kept.empty() &&
                                     lower(digest.metadata) != lower(digest.kept));
  }

  // Under which key the file has to lie here that the digest knows as `key`: the digest's own place shows what a copy has left out before it or put there.
  // Nothing: it cannot lie here.
  std::string place_here(const Digest& digest, const std::string& key) const {
    if (source_.whole_keys() || digest.key == digest.object) return key;
    if (digest.key == digest.bucket + "/" + digest.object) return digest.bucket + "/" + key;
    if (!starts_with(digest.key, kLogs) || tail(digest.object) != digest.key) return {};
    const std::string prefix = digest.object.substr(0, digest.object.size() - digest.key.size());
    return starts_with(key, prefix) ? key.substr(prefix.size()) : std::string();
  }

  // The file that a digest names: where it has to lie, else where another prefix has it. Empty: there is none.
  std::string found_log(const Digest& digest, const NamedLog& log) const {
    const auto object = objects_.find(tail(log.key));
    if (object == objects_.end()) return {};
    const std::string here = place_here(digest, log.key);
    return doubles_.contains(here) ? here : object->second;
  }

  void tell_digests() {
    report_.bucket = bucket();
    for (Digest& digest : digests_) {
      DigestChain& chain = chains_[digest.chain];
      ++report_.digests, ++chain.digests;
      if (!digest.why.empty()) {
        add(digest.unread ? DigestFault::unread : DigestFault::digest_tampered, digest.key, digest.end_ms, digest.why);
        continue;
      }
      digest.moved = place_here(digest, digest.object) != digest.key || digest.bucket != report_.bucket;
      if (digest.moved) add(DigestFault::moved, digest.key, digest.end_ms, "it says that it lies at s3://" + digest.bucket + "/" + digest.object);
      tell_proof(digest);
      if (digest.good) ++report_.digests_valid, ++chain.digests_valid;
    }
  }

  void tell_proof(Digest& digest) {
    auto tell = [&](DigestFault fault, std::string detail) { add(fault, digest.key, digest.end_ms, std::move(detail)); };
    switch (digest.proof) {
      case Digest::Proof::valid:
        if (hash_differs(digest)) tell(DigestFault::digest_tampered, "the digest behind it keeps another hash of it");
        else if (signature_differs(digest)) tell(DigestFault::digest_tampered, "its object has another signature than the digest behind it keeps");
        else digest.good = !digest.moved;
        return;
      case Digest::Proof::tampered:
        // A signature out of a digest that is itself not proven says nothing against this one.
        if (!digest.metadata.empty() || digest.keeper->proof == Digest::Proof::valid) tell(DigestFault::digest_tampered, "its signature does not fit");
        else tell(DigestFault::digest_unproven, "the digest that keeps its signature, " + digest.keeper->key + ", is not proven itself");
        return;
      case Digest::Proof::no_key: {
        const auto why = not_asked_.find(std::string(region_below(digest.key, kDigestFolder)));
        if (hash_differs(digest)) tell(DigestFault::digest_tampered, "the digest behind it keeps another hash of it");
        else if (why != not_asked_.end()) tell(DigestFault::key_unknown, "signed with the key " + digest.fingerprint + ", and " + why->second);
        else tell(DigestFault::key_unknown, "signed with the key " + digest.fingerprint + ", which is not among the public keys");
        return;
      }
      case Digest::Proof::none:
        tell(DigestFault::digest_unproven, "no digest keeps its signature, and that of its object's metadata is not known");
        return;
    }
  }

  Status check_logs() {
    struct Check {
      const Digest* digest;
      const NamedLog* log;
      std::string found;  // its key here
      std::string hash, why;
      enum class State : uint8_t { missing, read, broken, unread } state = State::missing;
    };
    std::vector<Check> checks;
    std::vector<std::string> keys;
    std::vector<size_t> places;  // in `checks`, of each of `keys`
    for (const Digest& digest : digests_)
      for (const NamedLog& log : digest.logs) {
        std::string found = found_log(digest, log);
        if (!found.empty()) keys.push_back(found), places.push_back(checks.size()), named_.insert(found);
        checks.push_back({&digest, &log, std::move(found), {}, {}});
      }
    TRY(source_.read(keys, [&](size_t i, const Result<DigestSource::Object>& object) {
      Check& check = checks[places[i]];
      if (!object) {
        check.state = object.error().code == Code::not_found ? Check::State::missing : Check::State::unread;
        check.why = object.error().what;
      } else if (auto hash = unpacked_hash(object->bytes, keys[i])) {
        check.state = Check::State::read, check.hash = std::move(*hash);
      } else {
        check.state = Check::State::broken, check.why = hash.error().what;
      }
      count("log files", keys.size(), object);
    }));
    for (const Check& check : checks) {
      DigestChain& chain = chains_[check.digest->chain];
      ++report_.logs, ++chain.logs;
      int64_t time = time_in_name(check.log->key);
      if (time == 0) time = check.digest->end_ms;
      auto tell = [&](DigestFault fault, std::string detail) { add(fault, check.log->key, time, std::move(detail)); };
      if (check.state == Check::State::missing) tell(DigestFault::log_missing, "named by " + check.digest->key);
      else if (check.state == Check::State::unread) tell(DigestFault::unread, check.why);
      else if (check.state == Check::State::broken) tell(DigestFault::log_tampered, check.why);
      else if (check.hash != check.log->hash) tell(DigestFault::log_tampered, "its bytes have another hash than " + check.digest->key + " gives");
      else if (check.log->bucket != report_.bucket) tell(DigestFault::moved, "its digest says that it lies in the bucket " + check.log->bucket);
      else if (const std::string here = place_here(*check.digest, check.log->key); check.found != here && !(here.empty() && check.digest->moved))
        tell(DigestFault::moved, "it lies at " + check.found + ", not where " + check.digest->key + " says");
      else if (check.digest->good) ++report_.logs_valid, ++chain.logs_valid;
    }
    return {};
  }

  void unreferenced() {
    for (const std::string& key : logs_) {
      if (named_.contains(key)) continue;
      const int64_t time = time_in_name(key);
      const auto own = covered_.find(place_of(key, kLogFolder));
      const Covered covered = own == covered_.end() ? Covered{report_.from_ms, report_.to_ms, false} : own->second;
      const bool later = time >= covered.to_ms, earlier = time < covered.from_ms && !covered.cut;
      if (time == 0 || (!later && !earlier)) add(DigestFault::log_unreferenced, key, time, "no digest names it");
      else if (!lies_in_its_day(key, time)) add(DigestFault::moved, key, time, "its name says another day than its folder, and no digest names it");
      else if (time - kLateMs > covered.to_ms) add(DigestFault::log_undigested, key, time, "the digests end " + rfc3339(Time{covered.to_ms}) + ", and one should have named it by now: it was not written, or was taken away");
      else if (later) ++report_.logs_later;
      else ++report_.logs_earlier;
    }
  }

  DigestSource& source_;
  const DigestOptions& options_;
  PublicKeys keys_;
  DigestReport report_;
  std::mutex mutex_;    // of what `count` writes
  DigestProgress now_;
  std::vector<Digest> digests_;
  std::vector<std::string> logs_;
  std::map<std::string, std::string> objects_;  // from AWSLogs on → key
  std::set<std::string> doubles_;               // keys of a bucket that are from AWSLogs on as one of `objects_`
  std::map<std::string, Digest*> by_key_;
  std::map<std::string, DigestChain> chains_;
  std::map<std::string, Covered> covered_;
  std::map<const Digest*, const Digest*> hash_differs_;  // and which digest keeps another hash of it
  std::map<std::string, std::string> not_asked_;         // Regions whose keys could not be had, and why
  std::set<std::string> named_;                          // keys here of the log files that digests name
};

}  // namespace

std::string_view name(DigestFault fault) {
  static constexpr std::string_view kNames[] = {"log_tampered", "log_missing", "log_unreferenced", "log_undigested", "digest_tampered", "digest_missing",
                                                "moved", "gap", "key_unknown", "digest_unproven", "unread"};
  return fault < DigestFault::count ? kNames[static_cast<size_t>(fault)] : std::string_view();
}

// [PREFIX/]AWSLogs/[ORGANIZATION/]ACCOUNT/KIND/REGION/YYYY/MM/DD/…
bool leads_to_trail(std::string_view prefix) {
  const std::string below = tail(prefix);
  if (!starts_with(below, kLogs)) return true;
  auto parts = split(std::string_view(below).substr(kLogs.size()), '/');
  if (starts_with(parts[0], "o-")) parts.erase(parts.begin());
  return parts.size() < 3 || parts[1] == "CloudTrail" || parts[1] == "CloudTrail-Digest";  // behind the last slash is an empty part
}

bool is_trail_day(std::string_view prefix) {
  for (std::string_view folder : {kLogFolder, kDigestFolder})
    if (const size_t at = prefix.find(folder); at != std::string_view::npos) return std::count(prefix.begin() + static_cast<std::ptrdiff_t>(at + folder.size()), prefix.end(), '/') >= 4;
  return false;
}

std::unique_ptr<DigestSource> digest_folder(std::string folder, size_t workers) { return std::make_unique<Folder>(std::move(folder), workers); }

Result<DigestReport> verify_digests(DigestSource& source, const DigestOptions& options) { return Verification(source, options).run(); }

}  // namespace reeve
