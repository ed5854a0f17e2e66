// How fast a whole run is written: REEVE_BENCH_RESOURCES (default 20,000) resources in units of 1,000, three in ten with a
// finding. Prints the figures; asserts only what must hold at any speed.
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "base/hash.h"
#include "store/store.h"
#include "store/store_test_kit.h"
#include "store/views.h"

namespace reeve::store {
namespace {

struct Usage {
  std::chrono::steady_clock::time_point wall = std::chrono::steady_clock::now();
  double cpu = now();
  static double now() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  }
  void print(const char* what) const {
    const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("  %-28s %6.2f s wall, %6.2f s CPU, peak %ld MiB\n", what, wall_s, now() - cpu, usage.ru_maxrss / 1024);
  }
};

const char* const types[] = {"AWS::EC2::Instance",      "AWS::S3::Bucket",      "AWS::EC2::Volume", "AWS::IAM::Role",
                             "AWS::EC2::SecurityGroup", "AWS::RDS::DBInstance", "AWS::KMS::Key",    "AWS::Lambda::Function",
                             "AWS::EC2::Subnet",        "AWS::IAM::User"};

// `changed`: of a hundred units, how many have other input than in the run before.
void write(Store& store, size_t resources, const std::string& digest, size_t changed, bool first_run) {
  std::printf(" %zu in 100 units changed\n", changed);
  Usage all;
  auto run = must(store.begin_run({Time{1795320000000}, "content-1", {"bench"}}));
  constexpr size_t unit_size = 1000;
  std::string uid, columns, origins, evidence, id;
  for (size_t first = 0; first < resources; first += unit_size) {
    const auto account = std::to_string(100000000000 + first / unit_size);
    if (first / unit_size % 100 >= changed) {
      ASSERT_TRUE(must(run->unit_state(account)));
      must(run->keep_unit(account));
      continue;
    }
    must(run->begin_unit(account, digest));
    must(run->add_source({"accounts/" + account + "/config.json.gz", "", Time{1795320000000}, "", 1000000}));
    for (size_t i = 0; i < unit_size; ++i) {
      const auto n = std::to_string(first + i);
      const auto* type = types[i % 10];
      uid = "arn:aws:service:eu-west-1:" + account + ":resource/i-0123456789" + n;
      id = "i-0123456789" + n;
      columns = R"({"state":"running","public":false,"image":"ami-0123456789abcdef0","key":"arn:aws:kms:eu-west-1:)" + account +
                R"(:key/11111111-2222-3333-4444-555555555555","created":"2025-01-02T03:04:05Z","tokens":"required","size":)" + n +
                "}";
      origins = R"({"state":[1,"$.configurationItems[)" + std::to_string(i) + R"(].configuration"]})";
      const auto ordinal = must(run->add_resource(
          {uid, type, account, "eu-west-1", id, "name-" + n, R"({"env":"prod","team":"a"})", columns, "", origins, true}));
      if (i % 2) must(run->add_edge({ordinal, "in", "i-0123456789" + std::to_string(first + i / 2), types[(i / 2) % 10]}));
      if (i % 10 < 3) {
        const std::string control = "control-number-" + std::to_string(i % 7);
        const auto finding = base32(sha256(control + '\0' + uid), 16);
        evidence = R"([{"resource":")" + uid + R"(","source":"accounts/)" + account +
                   R"(/config.json.gz","time":"2026-11-22T00:00:00Z","path":"$.configurationItems[)" + std::to_string(i) +
                   R"(].configuration.metadataOptions.httpTokens","value":"optional","expected":"required"}])";
        must(run->add_finding({finding, control, uid, type, account, "eu-west-1", FindingStatus::fail,
                               "instance metadata can be read without a token", evidence}));
      }
    }
    Bitmap passes;
    for (uint32_t i = 0; i < unit_size; i += 2) passes.set(i);
    for (int c = 0; c < 32; ++c) must(run->set_counts("control-number-" + std::to_string(c), {500, 5, 2, 0, 0}, passes));
    must(run->end_unit());
  }
  all.print("rows");
  Usage load;
  must(run->end_load());
  load.print("end_load (indices)");
  Usage finish;
  const auto changes = must(run->finish([](const OpenFinding&) { return Decision::not_rejudged; }));
  EXPECT_EQ(changes.resources, resources);
  EXPECT_EQ(changes.opened, first_run ? resources * 3 / 10 : 0);
  must(run->commit());
  finish.print("finish and commit");
  all.print("the run");
}

TEST(StoreBench, WritesARun) {
  const char* asked = std::getenv("REEVE_BENCH_RESOURCES");
  const size_t resources = asked ? std::strtoull(asked, nullptr, 10) : 20'000;
  const auto folder = std::filesystem::temp_directory_path() / ("reeve-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  auto store = must(Store::open(folder.string()));
  std::printf("%zu resources\n", resources);
  write(*store, resources, "1", 100, true);
  struct stat info {};
  ::stat((folder / ".reeve/store.db").c_str(), &info);
  std::printf("  file %ld MiB\n", static_cast<long>(info.st_size >> 20));
  write(*store, resources, "2", 0, false);
  write(*store, resources, "3", 1, false);
  write(*store, resources, "4", 100, false);
  ViewInput input;
  for (const auto* type : types) input.types.push_back({type, {"state", "public", "image", "key", "created", "tokens", "size"}});
  must(create_views(store->db(), input));
  for (const char* sql : {"SELECT count(*) FROM aws_ec2_instance WHERE tokens='optional'", "SELECT count(*) FROM aws_iam_role",
                          "SELECT count(*) FROM accounts", "SELECT count(*) FROM edges e JOIN aws_s3_bucket b ON b.uid=e.target",
                          "SELECT count(*) FROM aws_ec2_instance i WHERE NOT EXISTS (SELECT 1 FROM edges e WHERE e.target=i.uid)",
                          "SELECT account, count(*) FROM resources GROUP BY account"}) {
    Usage query;
    auto statement = must(store->db().prepare_foreign(sql));
    while (must(statement.step())) {}
    query.print(sql);
  }
  Usage stream;
  size_t n = 0;
  must(store->findings({}, [&](const StoredFinding&) -> Status { ++n; return {}; }));
  EXPECT_EQ(n, resources * 3 / 10);
  stream.print("stream of findings");
  store.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace reeve::store
