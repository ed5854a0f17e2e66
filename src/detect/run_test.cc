// Runs on several threads: the same alerts in the same order as on one, stopped and taken up from a state, and followed. Also what the build with
// ThreadSanitizer runs.
#include "detect/run.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

#include "base/file.h"
#include "detect/rules.h"

namespace reeve {
namespace {

constexpr const char* run_rules = R"(title: a key is made
name: key
id: 00000000-0000-4000-8000-000000000001
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: CreateAccessKey}, condition: selection}
---
title: keys
id: 00000000-0000-4000-8000-000000000002
correlation: {type: event_count, rules: [key], group-by: [sourceIPAddress], timespan: 1h, condition: {gte: 3}, generate: true}
)";

class Runs : public testing::Test {
 protected:
  // Files of very different sizes, so that threads overtake each other; some events stand in two.
  void SetUp() override {
    load_rule_text(run_rules, "rules.yml", {}, rules);
    link_rules(rules);
    folder = testing::TempDir() + "reeve_run_test_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder + "/logs");
    for (int file = 0; file < 40; ++file) write(file, file % 7 == 0 ? 400 : 5);
  }

  void write(int file, int events) const {
    std::string text = "{\"Records\":[";
    for (int i = 0; i < events; ++i) {
      const int number = file * 397 + i;
      text += (i ? ",{" : "{") + std::string(R"("eventName":")") + (number % 3 ? "ListUsers" : "CreateAccessKey") + R"(","eventTime":"2026-01-)" +
              std::to_string(10 + number % 15) + "T0" + std::to_string(number % 10) + R"(:00:00Z","sourceIPAddress":"192.0.2.)" + std::to_string(number % 20) +
              R"(","eventID":"e)" + std::to_string(number) + "\"}";
    }
    ASSERT_TRUE(write_file(folder + "/logs/" + std::to_string(100 + file) + ".json", text + "]}").has_value());
  }

  struct Told {
    std::vector<std::string> ids, objects;
    DetectTotals totals;
  };

  Told run(size_t workers, const std::function<bool()>& stop = [] { return false; }, const std::string& state = "", bool follow = false) {
    Told out;
    DetectOptions options;
    options.paths = {folder + "/logs"};
    options.workers = workers;
    options.state = state;
    options.follow = follow;
    DetectSinks sinks;
    sinks.alert = [&](const Alert& alert) {
      out.ids.push_back(alert.id);
      ++told;
    };
    sinks.object = [&](const ObjectAudit& audit) { out.objects.push_back(audit.object); };
    sinks.problem = [](Error error) { ADD_FAILURE() << error.text(); };
    auto totals = run_detections(rules, options, sinks, stop);
    EXPECT_TRUE(totals.has_value());
    if (totals) out.totals = *totals;
    return out;
  }

  RuleSet rules;
  std::string folder;
  std::atomic<uint64_t> told{0};
};

TEST_F(Runs, TellTheSameOnAnyNumberOfThreads) {
  const Told one = run(1);
  EXPECT_GT(one.ids.size(), 500u);
  EXPECT_EQ(std::set<std::string>(one.ids.begin(), one.ids.end()).size(), one.ids.size());
  for (size_t workers : {2, 3, 8}) {
    const Told more = run(workers);
    EXPECT_EQ(more.ids, one.ids) << workers;
    EXPECT_EQ(more.objects, one.objects) << workers;
    EXPECT_EQ(more.totals.events, one.totals.events) << workers;
    EXPECT_EQ(more.totals.repeated, one.totals.repeated) << workers;
  }
}

TEST_F(Runs, StoppedAnywhereAndTakenUpTellEachOnce) {
  const Told one = run(1);
  const std::set<std::string> whole(one.ids.begin(), one.ids.end());
  for (int after : {1, 7, 40, 90}) {
    const std::string state = folder + "/state" + std::to_string(after);
    std::atomic<int> asked{0};
    std::vector<std::string> ids = run(4, [&] { return ++asked > after; }, state).ids;
    for (const std::string& id : run(3, [] { return false; }, state).ids) ids.push_back(id);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()), whole) << after;
    EXPECT_EQ(ids.size(), whole.size()) << after;
    EXPECT_TRUE(run(2, [] { return false; }, state).ids.empty()) << after;
  }
}

TEST_F(Runs, FollowedByAnotherThreadsLeave) {
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1);
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/logs")) std::filesystem::last_write_time(entry.path(), long_ago);
  std::atomic<bool> stop{false};
  Told out;
  std::thread runs([&] { out = run(4, [&] { return stop.load(); }, folder + "/state", true); });
  for (int i = 0; i < 1200 && told == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  stop = true;
  runs.join();
  EXPECT_GT(out.ids.size(), 0u);
}

}  // namespace
}  // namespace reeve
