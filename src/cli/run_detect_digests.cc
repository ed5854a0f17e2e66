// reeve detect --verify-digests: are these the log files that CloudTrail delivered?
#include <algorithm>
#include <iterator>

#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/collect_settings.h"
#include "cli/detect_commands.h"
#include "cli/digest_text.h"
#include "collect/bucket.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr std::string_view kS3 = "s3://";

Error with(std::string what, const Error& why, std::string hint) { return {why.code, std::move(what) + ": " + why.what, why.at, why.expected, std::move(hint)}; }

// AWS, asked only if something has to be: with all keys given and a folder to look at, nobody is.
class Asked {
 public:
  Asked(const Options& options, Io& io) : options_(options), io_(io) {}

  Result<AwsCaller*> caller() {
    if (!tried_) tried_ = true, opened_ = open();
    if (!opened_) return tl::unexpected(opened_.error());
    return caller_.get();
  }

 private:
  Status open() {
    EngineOptions engine;
    engine.now = wall_clock;
    caller_ = TRY(AwsCaller::open(caller_settings(options_, io_), std::move(engine), nullptr));
    return {};
  }

  const Options& options_;
  Io& io_;
  bool tried_ = false;
  Status opened_;
  std::unique_ptr<AwsCaller> caller_;
};

// The bucket itself. Each digest's signature comes with it.
class DigestBucket : public DigestSource {
 public:
  DigestBucket(Bucket bucket, std::string prefix) : bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}
  std::string shown() const override { return std::string(kS3) + bucket_.name() + (prefix_.empty() ? "" : "/" + prefix_); }
  bool whole_keys() const override { return true; }

  // Folder by folder, and no further into those of other services; each day of a Region at once. So neither a bucket of many years nor one that has
  // other things in it is held in memory as S3 tells it.
  Result<std::vector<std::string>> keys() override {
    std::vector<std::string> out, folders{prefix_};
    while (!folders.empty()) {
      std::vector<Result<Bucket::Listed>> listed(folders.size());
      parallel_for(folders.size(), Bucket::at_once, [&](size_t i, size_t) { listed[i] = bucket_.list(folders[i], !is_trail_day(folders[i])); });
      folders.clear();
      for (auto& one : listed) {
        if (!one) return tl::unexpected(with("`" + shown() + "` cannot be listed", one.error(), "it takes permission for s3:ListBucket"));
        std::move(one->keys.begin(), one->keys.end(), std::back_inserter(out));
        std::copy_if(one->folders.begin(), one->folders.end(), std::back_inserter(folders), leads_to_trail);
      }
    }
    return out;
  }

  Status read(const std::vector<std::string>& keys, const Taken& taken) override {
    bucket_.read(keys, [&](size_t place, const Result<BucketObject>& object) {
      if (object) taken(place, Object{object->bytes, metadata_of(object->reply, "signature")});
      else taken(place, tl::unexpected(object.error()));
    });
    return {};
  }

 private:
  Bucket bucket_;
  const std::string prefix_;
};

Result<PublicKeys> public_keys_of(Asked& asked, const std::string& region, int64_t from_ms, int64_t to_ms) {
  const std::string what = "the public keys of " + region + " cannot be read";
  auto caller = asked.caller();
  if (!caller) return tl::unexpected(with(what, caller.error(), "give them with --digest-keys, or credentials to ask CloudTrail with"));
  Builder builder;
  builder.begin_map();
  builder.key("StartTime"), builder.string(rfc3339(Time{from_ms}));
  if (to_ms != 0) builder.key("EndTime"), builder.string(rfc3339(Time{to_ms}));
  builder.end();
  auto outcome = answered(**caller, region, "cloudtrail:ListPublicKeys", builder.finish());
  if (!outcome) return tl::unexpected(with(what, outcome.error(), "it takes permission for cloudtrail:ListPublicKeys; or give them with --digest-keys"));
  PublicKeys out;
  for (const auto& page : outcome->pages) TRY(read_public_keys(page.reply_json, "cloudtrail:ListPublicKeys of " + region, out));
  return out;
}

// What goes with judging events does not go with this.
Status fits(const Options& options) {
  for (const char* flag : {"--queue", "--rules", "--follow", "--state", "--audit", "--strict-scalar", "--lateness", "--metrics", "--deliver-for"})
    if (options.has(flag)) return fail(Code::usage, "`" + std::string(flag) + "` is for judging events, and --verify-digests judges none");
  if (options.arguments().empty()) return fail(Code::usage, "--verify-digests needs to know where the digests are", {}, "a PATH", "for example `reeve detect s3://BUCKET --verify-digests`");
  if (options.value("--format") == "ocsf") return fail(Code::usage, "--verify-digests has no `--format ocsf`", {}, "text or ndjson");
  for (const std::string& path : options.arguments()) {
    if (starts_with(path, kS3) ? path.size() == kS3.size() : !is_folder(path))
      return fail(Code::usage, "`" + path + "` is no folder and no bucket", {}, "a folder that is the copy of a trail's bucket, or s3://BUCKET", "reeve detect s3://BUCKET --verify-digests");
    if (starts_with(path, kS3) && options.has("--bucket")) return fail(Code::usage, "--bucket says what a folder is a copy of; `" + path + "` is the bucket itself");
  }
  return {};
}

Result<DigestOptions> given_of(const Options& options) {
  DigestOptions out;
  out.workers = worker_count();
  for (const std::string& file : options.values("--digest-keys")) {
    const std::string json = TRY(read_file(file));
    TRY(read_public_keys(json, file, out.keys));
  }
  for (const std::string& file : options.values("--digest-signatures")) {
    const std::string json = TRY(read_file(file));
    TRY(read_digest_signatures(json, file, out.signatures));
  }
  return out;
}

Result<std::unique_ptr<DigestSource>> source_of(const std::string& path, Asked& asked, size_t workers, std::string& bucket) {
  if (!starts_with(path, kS3)) return digest_folder(path, workers);
  const std::string rest = path.substr(kS3.size());
  bucket = rest.substr(0, rest.find('/'));
  auto caller = asked.caller();
  if (!caller) return tl::unexpected(with("`" + path + "` cannot be read", caller.error(), caller.error().hint));
  return std::make_unique<DigestBucket>(Bucket(**caller, bucket), rest.size() > bucket.size() ? rest.substr(bucket.size() + 1) : "");
}

}  // namespace

int run_detect_digests(const Options& options, Io& io) {
  if (auto fit = fits(options); !fit) {
    io.error(fit.error());
    return exit_usage;
  }
  auto given = given_of(options);
  if (!given) {
    io.error(given.error());
    return exit_input;
  }
  const bool text = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "text";
  Asked asked(options, io);
  bool complete = true, tampered = false;
  for (const std::string& path : options.arguments()) {
    DigestText telling(io);
    DigestOptions how = *given;
    how.bucket = options.value("--bucket");
    how.progress = [&](const DigestProgress& progress) { telling.progress(progress); };
    if (how.keys.empty()) how.keys_of = [&](const std::string& region, int64_t from_ms, int64_t to_ms) { return public_keys_of(asked, region, from_ms, to_ms); };
    if (!how.bucket.empty())
      how.signature_of = [&](const std::string& key) -> Result<std::string> {
        const std::string what = "the signature of s3://" + how.bucket + "/" + key + " cannot be read";
        auto caller = asked.caller();
        if (!caller) return tl::unexpected(with(what, caller.error(), caller.error().hint));
        auto signature = Bucket(**caller, how.bucket).metadata(key, "signature");
        if (!signature) return tl::unexpected(with(what, signature.error(), "it takes permission for s3:GetObject; or give it with --digest-signatures"));
        return signature;
      };
    auto source = source_of(path, asked, how.workers, how.bucket);
    auto report = source ? verify_digests(**source, how) : Result<DigestReport>(tl::unexpected(source.error()));
    telling.end_progress();
    if (!report) {
      io.error(report.error());
      complete = false;
      continue;
    }
    for (const Error& problem : report->problems) io.error(problem);
    std::string out;
    if (text) {
      for (const DigestFinding& finding : report->findings) out += telling.finding(finding);
      out += telling.closing(*report);
    } else {
      write_digest_report(out, (*source)->shown(), *report);
      if (io.error_terminal.tty) io.say(telling.closing(*report));
    }
    io.print(out);
    auto has = [&](DigestFault fault) { return std::any_of(report->findings.begin(), report->findings.end(), [&](const DigestFinding& one) { return one.fault == fault; }); };
    if (has(DigestFault::digest_unproven) && !starts_with(path, kS3) && how.bucket.empty())
      io.say("note  signatures are metadata of the bucket's objects, which a folder has lost: --bucket NAME asks for those that are wanting, --digest-signatures FILE gives them\n");
    const DigestVerdict verdict = verdict_of(*report);
    tampered = tampered || verdict == DigestVerdict::invalid;
    complete = complete && report->problems.empty() && std::none_of(report->findings.begin(), report->findings.end(), [](const DigestFinding& one) { return is_doubt(one.fault); });
  }
  if (!complete) return exit_input;
  return tampered && options.value("--fail-on") != "never" ? exit_results : exit_done;
}

}  // namespace reeve
