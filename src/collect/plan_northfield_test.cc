// The plan fed with what examples/northfield recorded, one file per call: everything that the export has is asked, and what else would be is
// counted in tests/golden/collect_northfield.txt (REEVE_UPDATE=1 writes it anew).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/text.h"
#include "collect/plan.h"
#include "content/apis.h"
#include "content/content.h"
#include "formats/json.h"

namespace reeve {
namespace {

namespace fs = std::filesystem;

struct Recorded {
  std::string account, region, call, path;
  std::vector<std::string> values;  // of parameters, as folders and the file's name give them
  DocumentPtr reply;
  bool asked = false;
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<Recorded> recorded(const fs::path& root, const ResourceCatalogue& catalogue) {
  std::vector<Recorded> out;
  for (auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::vector<std::string> parts;
    for (auto& part : entry.path().lexically_relative(root)) parts.push_back(part.string());
    if (parts.size() < 3) continue;
    std::string& last = parts.back();
    if (ends_with(last, ".json")) last.resize(last.size() - 5);
    Recorded one{parts[0], parts[1], catalogue.call_of_cli_name(parts[2]), entry.path().string(), {}, nullptr};
    if (one.call.empty()) continue;
    for (size_t i = 3; i < parts.size(); ++i) one.values.push_back(percent_decode(parts[i]));
    auto reply = read_json(text_of(entry.path()), Source{});
    if (!reply) continue;
    one.reply = *reply;
    out.push_back(std::move(one));
  }
  return out;
}

// One may be the ARN of the other.
bool same(std::string_view a, std::string_view b) {
  auto below = [](std::string_view arn, std::string_view name) {
    return starts_with(arn, "arn:") && ends_with(arn, name) && arn.size() > name.size() && (arn[arn.size() - name.size() - 1] == '/' || arn[arn.size() - name.size() - 1] == ':');
  };
  return a == b || below(a, b) || below(b, a);
}

std::vector<std::string> values_of(const PlannedCall& call) {
  std::vector<std::string> out;
  for (auto entry : call.input->root().entries()) {
    if (entry.value.is_list())
      for (Value one : entry.value.items()) out.emplace_back(one.text());
    else if (entry.value.is_string())
      out.emplace_back(entry.value.text());
  }
  return out;
}

bool answers(const Recorded& one, const PlannedCall& call) {
  if (one.call != call.call || one.account != call.place.account) return false;
  if (call.place.region != "global" && one.region != call.place.region && !starts_with(call.call, "s3:")) return false;
  std::vector<std::string> asked = values_of(call);
  // What the file's name says is asked (an account may be left out by who asks for itself), and what tells calls apart is in the name.
  for (auto& value : one.values)
    if (value != one.account && std::none_of(asked.begin(), asked.end(), [&](auto& other) { return same(value, other); })) return false;
  return true;
}

TEST(PlanNorthfield, AsksWhatTheExportHas) {
  Content content = load_content(ContentOptions());
  std::vector<Error> errors;
  ResourceCatalogue catalogue;
  for (auto& file : content.resource_types) {
    auto type = read_resource_type(file.document->root(), file.shown);
    ASSERT_TRUE(type) << type.error().text();
    catalogue.add(*type);
  }
  ApiCatalogue apis = apis_of(content, errors);
  CollectPlan plan = plan_of(catalogue, apis, errors);
  for (auto& error : errors) ADD_FAILURE() << error.text();

  std::vector<Recorded> all = recorded(fs::path(REEVE_EXAMPLES) / "northfield" / "cli", catalogue);
  ASSERT_GT(all.size(), 500u);
  std::map<std::string, std::set<std::string>> regions;
  std::string management;
  for (auto& one : all) {
    regions[one.account].insert(one.region);
    if (one.call == "organizations:ListAccounts") management = one.account;
  }

  std::vector<PlannedCall> queue;
  auto more = [&](std::vector<PlannedCall> calls) { queue.insert(queue.end(), std::make_move_iterator(calls.begin()), std::make_move_iterator(calls.end())); };
  more(plan.first({management, "global"}, CollectScope::organization));
  for (auto& [account, here] : regions) {
    more(plan.first({account, "global"}, CollectScope::account));
    for (auto& region : here) more(plan.first({account, region}, CollectScope::region));
  }
  std::set<std::string> keys;
  std::map<std::string, std::pair<int, int>> counts;  // call → asked, answered
  while (!queue.empty()) {
    PlannedCall call = std::move(queue.back());
    queue.pop_back();
    if (!keys.insert(call.key()).second || regions.find(call.place.account) == regions.end()) continue;
    auto& count = counts[call.call];
    ++count.first;
    bool answered = false;
    for (auto& one : all) {
      if (!answers(one, call)) continue;
      one.asked = answered = true;
      if (one.reply->root().get("Error")) more(plan.instead(call));
      else more(plan.after(call, one.reply->root()));
    }
    count.second += answered;
    // The credential report stands in the export without the call that made it.
    if (!answered && call.call == "iam:GenerateCredentialReport") more(plan.after(call, call.input->root()));
  }
  // Nothing in the export names this rule: the list of rules is not in it.
  const std::string unnamed = "111122223333/eu-west-1/config-describe-remediation-configurations/root-trail-protected";
  // What stands at an account is told by where each policy stands. (`answers` takes any target for the management account's own.)
  auto left_out = [&](const Recorded& one) {
    if (one.call != "organizations:ListPoliciesForTarget") return ends_with(one.path, unnamed);
    const std::string& target = one.values.at(0);
    return !starts_with(target, "ou-") && !starts_with(target, "r-") && target != management;
  };
  for (auto& one : all) EXPECT_NE(one.asked, left_out(one)) << one.call << (one.asked ? " is asked: " : " is not asked: ") << one.path;

  std::string found;
  for (auto& [call, count] : counts) found += call + " " + std::to_string(count.first) + " asked, " + std::to_string(count.second) + " in the export\n";
  const fs::path golden = fs::path(REEVE_EXAMPLES).parent_path() / "tests" / "golden" / "collect_northfield.txt";
  if (std::getenv("REEVE_UPDATE")) std::ofstream(golden) << found;
  EXPECT_EQ(found, text_of(golden));
}

}  // namespace
}  // namespace reeve
