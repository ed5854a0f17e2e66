// Helpers of the store's tests: small runs described by values, and what a reader of the store would see, as one text.
#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/hash.h"
#include "store/store.h"

namespace reeve::store {

template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().text();
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reeve-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string file() const { return path_ + "/.reeve/store.db"; }

 private:
  std::string path_;
};

inline std::string id_of(std::string_view control, std::string_view uid) {
  return base32(sha256(std::string(control) + '\0' + std::string(uid)), 16);
}

// One unit: its resources by native id, and which control says what of which.
struct Verdicts {
  std::map<std::pair<std::string, std::string>, FindingStatus> findings;  // (control, native id)
};
struct TestUnit {
  std::string key, digest;
  std::vector<std::string> resources;
  Verdicts verdicts;
};

inline std::string uid_of(std::string_view unit, std::string_view id) {
  return "arn:aws:s3:::" + std::string(unit) + "/" + std::string(id);
}

inline Status write_unit(RunWriter& run, const TestUnit& unit) {
  TRY(run.begin_unit(unit.key, unit.digest));
  const auto source = TRY(run.add_source({"f/" + unit.key + ".json", "s3:ListBuckets", Time{1000}, "", 10}));
  TRY(run.add_read({unit.key, "eu-west-1", "s3:ListBuckets", "", ReadStatus::ok, "", Time{1000}, source}));
  for (const auto& id : unit.resources) {
    const auto uid = uid_of(unit.key, id);
    TRY(run.add_resource(
        {uid, "AWS::S3::Bucket", unit.key, "eu-west-1", id, id, "", R"({"name":")" + id + "\"}", "", "", true}));
  }
  for (const auto& [what, status] : unit.verdicts.findings) {
    const auto& [control, id] = what;
    const auto uid = uid_of(unit.key, id);
    const auto finding = id_of(control, uid);
    TRY(run.add_finding(
        {finding, control, uid, "AWS::S3::Bucket", unit.key, "eu-west-1", status, "because " + std::string(name(status)), "[]"}));
  }
  Bitmap passes;
  for (uint32_t i = 0; i < unit.resources.size(); ++i) passes.set(i);
  TRY(run.set_counts("c1", {unit.resources.size(), 0, 0, 0, 0}, passes));
  return run.end_unit();
}

// A whole run: units whose digest is unchanged are kept, as the assessing code does it.
inline Result<RunChanges> write_run(Store& store, int64_t as_of_ms, const std::vector<TestUnit>& units, const Decide& decide,
                                    const std::string& content = "content") {
  auto run = TRY(store.begin_run({Time{as_of_ms}, content, {"here"}}));
  for (const auto& unit : units) {
    const auto before = TRY(run->unit_state(unit.key));
    if (before && before->digest == unit.digest) TRY(run->keep_unit(unit.key));
    else TRY(write_unit(*run, unit));
  }
  TRY(run->end_load());
  auto changes = TRY(run->finish(decide));
  TRY(run->commit(R"({"level":1})"));
  return changes;
}

inline Decision passes_or_gone(const OpenFinding& finding) {
  return finding.resource_seen ? Decision::closed_pass : Decision::closed_deleted;
}

// Everything a reader can ask, in one text: two stores with equal texts are equal to their users.
inline std::string portrait(Store& store, bool with_runs = true) {
  std::string out;
  for (const auto& unit : must(store.units()))
    out += "unit " + unit.key + " " + unit.digest + " " + std::to_string(unit.resources) + "\n";
  must(store.findings({.other_units = true, .closed = true}, [&](const StoredFinding& f) -> Status {
    out += "finding " + f.id + " " + f.control + " " + f.uid + " " + std::string(name(f.status)) + " " + f.reason + " " + f.unit +
           " " + std::to_string(f.first_seen.ms) + " " + std::to_string(f.changed_at.ms) + " " + std::to_string(f.closed_at.ms) +
           " " + std::to_string(f.openings) + (f.not_rejudged ? " not re-judged" : "") + "\n";
    return {};
  }));
  for (const auto& c : must(store.counts()))
    out += "counts " + c.control + " " + std::to_string(c.counts.pass) + "/" + std::to_string(c.counts.fail) + "\n";
  must(store.reads([&](const Store::StoredRead& r) -> Status {
    out += "read " + r.account + " " + r.operation + " " + r.file + "\n";
    return {};
  }));
  must(store.passes("c1", [&](const Store::StoredResource& r) -> Status {
    out += "pass " + r.uid + " " + r.columns_json + "\n";
    return {};
  }));
  if (with_runs)
    for (const auto& run : must(store.runs()))
      out += "run " + std::to_string(run.id) + " " + std::to_string(run.as_of.ms) + " " + run.summary_json + "\n";
  return out;
}

}  // namespace reeve::store
