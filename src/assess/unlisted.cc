#include "assess/unlisted.h"

#include <map>
#include <set>

#include "base/text.h"

namespace reeve {

std::vector<Unlisted> unlisted(const ResourceType& type, const std::vector<ReadRecord>& reads, const UnlistedQuestion& question) {
  std::vector<Unlisted> out;
  if (type.singleton != Singleton::none) return out;
  if (starts_with(type.type, "AWS::Organizations::") != question.organization) return out;
  if (reads.empty() && !question.organization) return out;
  // Calls that list the type: the first of its file that does, and others of the same service. Another service may know some of them,
  // as SSM knows instances, but lists something else.
  std::set<std::string> calls;
  std::string first;
  for (const Read& read : type.reads) {
    if (!read.lists() || (read.id.empty() && read.arn.empty())) continue;
    if (first.empty()) first = read.call;
    if (starts_with(first, read.service + ":")) calls.insert(read.call);
  }
  if (calls.empty()) return out;
  std::set<std::string> answered;
  std::map<std::string, const ReadRecord*> failed;  // by Region
  for (const ReadRecord& read : reads) {
    if (!calls.count(read.call)) continue;
    std::string region = type.global ? "global" : read.region;
    if (read.status == ReadRecord::Status::ok || read.status == ReadRecord::Status::absent) answered.insert(region);
    else failed.emplace(region, &read);
  }
  auto add = [&](const std::string& region, const std::string& reason, const ReadRecord* read) {
    Unlisted one;
    one.resource = {native_uid(question.account, region, type.type, "(not listed)"), type.type, question.account, region};
    one.reason = reason;
    one.evidence.resource = one.resource.uid;
    one.evidence.source = read ? read->file : first;
    one.evidence.expected = "an answer of " + (read ? read->call : first);
    if (read) one.evidence.time = {read->time_ms}, one.evidence.time_basis = read->time_basis;
    else one.evidence.time_basis = "unknown";
    out.push_back(std::move(one));
  };
  for (auto& [region, read] : failed)
    if (!answered.count(region)) add(region, read->call + " " + read->error, read);
  if (answered.empty() && failed.empty() && !(question.config && type.has_config)) add("global", first + " not read", nullptr);
  return out;
}

}  // namespace reeve
