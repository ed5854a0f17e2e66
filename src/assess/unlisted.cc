#include "assess/unlisted.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace reeve {

namespace {

bool tells_all_of(const Read& read, const Read& other) {
  return std::all_of(other.set.begin(), other.set.end(), [&](const auto& target) {
    return std::any_of(read.set.begin(), read.set.end(), [&](const auto& one) { return one.first == target.first; });
  });
}

}  // namespace

std::vector<Unlisted> unlisted(const ResourceType& type, const std::vector<ReadRecord>& reads, const UnlistedQuestion& question) {
  std::vector<Unlisted> out;
  if (type.singleton != Singleton::none) return out;
  if (starts_with(type.type, "AWS::Organizations::") != question.organization) return out;
  if (reads.empty() && !question.organization) return out;
  // Calls that list the type: the first of its file that does, others of the same service, and what tells all that the first does: the
  // collector asks one of those. Another service may know some of them, as SSM knows instances, but lists something else.
  std::set<std::string> calls;
  const Read* lists = nullptr;
  for (const Read& read : type.reads) {
    if (!read.lists() || (read.id.empty() && read.arn.empty())) continue;
    if (!lists) lists = &read;
    if (read.service == lists->service || tells_all_of(read, *lists)) calls.insert(read.call);
  }
  if (!lists) return out;
  const std::string& first = lists->call;
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
