#include "threats/ways.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.h"
#include "base/words.h"

namespace reeve::threats {
namespace {

// What stands behind an address is known by its ARN alone.
std::string type_of_arn(std::string_view arn) {
  constexpr std::pair<std::string_view, std::string_view> known[] = {{":instance/", "AWS::EC2::Instance"}, {":function:", "AWS::Lambda::Function"}, {":role/", "AWS::IAM::Role"}, {":user/", "AWS::IAM::User"}};
  if (!starts_with(arn, "arn:")) return {};
  for (const auto& [part, type] : known)
    if (contains(arn, part)) return std::string(type);
  return {};
}

// The surest and likeliest of its kind stands for all; the first by name, so that the order of rows shows nowhere.
void take(std::vector<Way>& all, Way one) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const Way& other) { return other.kind == one.kind; });
  if (at == all.end()) return all.push_back(std::move(one));
  const uint64_t resources = at->resources + one.resources;
  if (std::tuple(!one.sure, -one.likelihood, std::string_view(one.first)) < std::tuple(!at->sure, -at->likelihood, std::string_view(at->first))) *at = std::move(one);
  at->resources = resources;
}

}  // namespace

Result<Ways> Ways::of_run(store::Db& db) {
  Ways out;
  // A resource is reached once, in however many ways: by itself, by its interface, by a balancer in front of it.
  std::map<std::string, std::map<std::string, bool>> reached;  // type → uid → sure
  if (auto rows = db.prepare("SELECT type, target, behind, max(sure) FROM temp.network_reach WHERE anybody GROUP BY 1, 2, 3"))  // a view of content, which may not have it
    while (TRY(rows->step())) {
      const std::string target(rows->text(1)), behind(rows->text(2));
      const bool sure = rows->integer(3) != 0;
      reached[std::string(rows->text(0))][target] |= sure;
      if (const std::string type = type_of_arn(behind); !type.empty()) reached[type][behind] |= sure;
    }
  for (const auto& [type, uids] : reached) {
    const auto sure = std::find_if(uids.begin(), uids.end(), [](const auto& one) { return one.second; });
    out.of_type_[type].push_back({Way::Kind::reached, sure != uids.end(), 1, uids.size(), (sure == uids.end() ? uids.begin() : sure)->first});
  }
  if (auto rows = db.prepare("SELECT principal, max(sure), max(likelihood) FROM temp.escalation_paths GROUP BY 1"))
    while (TRY(rows->step())) {
      const std::string who(rows->text(0));
      if (const std::string type = type_of_arn(who); !type.empty()) take(out.of_type_[type], {Way::Kind::escalates, rows->integer(1) != 0, std::clamp(rows->number(2), 0.0, 1.0), 1, who});
    }
  return out;
}

std::vector<Way> Ways::of(const ThreatRule& rule) const {
  std::vector<Way> out;
  if (rule.for_each != Candidates::type || !rule.where.empty()) return out;
  for (const std::string& type : rule.types)
    if (const auto found = of_type_.find(type); found != of_type_.end())
      for (const Way& way : found->second) take(out, way);
  return out;
}

Estimate factor_of(const Way& way, const Estimate& whole) {
  const auto share = [&](double factor) { return 1 + (factor - 1) * way.likelihood; };
  Estimate out{share(whole.low), share(whole.mode), share(whole.high)};
  if (way.sure) return out;
  return {std::min(1.0, out.low), (1 + out.mode) / 2, std::max(1.0, out.high)};
}

std::string text_of(const Way& way) {
  const std::string what = with_thousands(way.resources) + " of what it can happen to";
  if (way.kind == Way::Kind::reached) return "the internet " + std::string(way.sure ? "gets" : "may get") + " to " + what + ", first " + way.first;
  return what + " " + (way.sure ? "can" : "may") + " become administrator, likeliest " + way.first;
}

}  // namespace reeve::threats
