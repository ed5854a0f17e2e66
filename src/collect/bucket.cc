#include "collect/bucket.h"

#include "base/text.h"
#include "base/threads.h"
#include "formats/json.h"

namespace reeve {
namespace {

DocumentPtr members_of(std::initializer_list<std::pair<const char*, std::string_view>> members) {
  Builder builder;
  builder.begin_map();
  for (const auto& [name, value] : members)
    if (!value.empty()) builder.key(name), builder.string(value);
  builder.end();
  return builder.finish();
}

}  // namespace

Result<Bucket::Listed> Bucket::list(const std::string& prefix, bool one_level) {
  auto outcome = TRY(answered(caller_, "", "s3:ListObjectsV2", members_of({{"Bucket", name_}, {"Prefix", prefix}, {"Delimiter", one_level ? "/" : ""}})));
  Listed out;
  for (const auto& page : outcome.pages) {
    auto reply = TRY(read_json(page.reply_json, Source{nullptr, "s3://" + name_, outcome.call.call, 0, "", "$"}));
    for (Value one : reply->root().get("Contents").items()) out.keys.emplace_back(one.get("Key").text());
    for (Value one : reply->root().get("CommonPrefixes").items()) out.folders.emplace_back(one.get("Prefix").text());
  }
  return out;
}

void Bucket::read(const std::vector<std::string>& keys, const Taken& taken) {
  parallel_for(keys.size(), at_once, [&](size_t i, size_t) {
    auto outcome = answered(caller_, "", "s3:GetObject", members_of({{"Bucket", name_}, {"Key", keys[i]}}));
    if (outcome && !outcome->pages.empty()) taken(i, BucketObject{outcome->pages.front().body, outcome->pages.front().reply_json});
    else taken(i, tl::unexpected(outcome ? Error{Code::io, "s3:GetObject brought nothing", {}, {}, {}} : outcome.error()));
  });
}

Result<std::string> Bucket::metadata(const std::string& key, std::string_view name) {
  auto outcome = TRY(answered(caller_, "", "s3:HeadObject", members_of({{"Bucket", name_}, {"Key", key}})));
  return outcome.pages.empty() ? std::string() : metadata_of(outcome.pages.front().reply_json, name);
}

std::string metadata_of(std::string_view reply, std::string_view name) {
  auto document = read_json(reply, Source{});
  if (!document) return {};
  for (auto entry : (*document)->root().get("Metadata").entries())
    if (equal_ignoring_case(entry.key(), name)) return std::string(entry.value.text());
  return {};
}

Result<CallOutcome> answered(AwsCaller& caller, const std::string& region, const std::string& operation, DocumentPtr input) {
  auto outcome = TRY(caller.call(region, operation, std::move(input)));
  if (outcome.failure == Failure::none) return outcome;
  const bool gone = outcome.error_code == "NoSuchKey" || outcome.error_code == "HTTP 404";
  return fail(gone ? Code::not_found : Code::io, outcome.call.call + " " + outcome.error_code + (outcome.error_message.empty() ? "" : ": " + outcome.error_message));
}

}  // namespace reeve
