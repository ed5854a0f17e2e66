// Helpers of this room's tests: resource types and replies written where they are used, and what came of them as text.
#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "estate/load.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {

template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().text();
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline DocumentPtr json_of(const std::string& text) { return must(read_json(text, Source{nullptr, "test.json", "", 0, "", "$"})); }
inline DocumentPtr yaml_of(const std::string& text, const std::string& file = "type.yaml") {
  return must(read_yaml(text, Source{nullptr, file, "", 0, "", "$"}));
}

inline ResourceCatalogue catalogue_of_yaml(std::initializer_list<std::string> types) {
  ResourceCatalogue out;
  for (auto& text : types) out.add(must(read_resource_type(yaml_of(text)->root(), "type.yaml")));
  return out;
}

// Everything that a unit gave.
struct Heard : UnitSink {
  std::map<std::string, Resource> resources;
  int given_twice = 0;  // a uid that came again without having been withdrawn
  std::vector<ReadRecord> reads;
  std::vector<SourceRecord> sources;
  std::vector<Error> problems, notes;
  int64_t newest = 0;

  void resource(Resource&& resource) override {
    std::string uid = resource.uid;
    if (!resources.try_emplace(uid, std::move(resource)).second) ++given_twice;
  }
  void withdraw(const std::string& uid) override { resources.erase(uid); }
  void read(ReadRecord&& read) override { reads.push_back(std::move(read)); }
  void source(SourceRecord&& source) override { sources.push_back(std::move(source)); }
  void problem(Error&& error) override { problems.push_back(std::move(error)); }
  void note(Error&& error) override { notes.push_back(std::move(error)); }
  void stated_time(int64_t time_ms) override { newest = std::max(newest, time_ms); }

  // What is known of a resource: its body without `Type`; `no such resource` if there is none.
  std::string body(const std::string& uid) const {
    auto found = resources.find(uid);
    if (found == resources.end()) return "no such resource";
    std::string out;
    for (auto entry : found->second.body().entries())
      if (entry.key() != "Type") out += (out.empty() ? "" : " ") + std::string(entry.key()) + to_json(entry.value);
    return out;
  }
  // One fact: its JSON, `absent`, or `unknown: reason`.
  std::string fact(const std::string& uid, const std::string& path) const {
    auto found = resources.find(uid);
    if (found == resources.end()) return "no such resource";
    Found what = must(Path::compile(path, {})).find(found->second.body());
    if (!what.unknown.empty()) return "unknown: " + what.unknown;
    return what.any() ? to_json(what.first()) : "absent";
  }
  // `file path` of where it stood.
  std::string origin(const std::string& uid, const std::string& path) const {
    auto found = resources.find(uid);
    if (found == resources.end()) return "no such resource";
    Value value = must(Path::compile(path, {})).find(found->second.body()).first();
    if (value) {
      auto origin = value.origin();
      return (origin.source ? origin.source->file : "?") + " " + origin.path;
    }
    const auto* seen = found->second.seen_absent(path);
    return seen ? "absent at " + seen->source->file + " " + seen->path : "nowhere";
  }
  std::vector<std::string> uids() const {
    std::vector<std::string> out;
    for (auto& [uid, resource] : resources) out.push_back(uid);
    return out;
  }
  std::string problem_text() const {
    std::string out;
    for (auto& error : problems) out += error.text() + "\n";
    return out;
  }
  std::string note_text() const {
    std::string out;
    for (auto& error : notes) out += error.text() + "\n";
    return out;
  }
  // `call@region(parameter) status error`, one a line.
  std::string read_text() const {
    std::string out;
    for (auto& read : reads) {
      const char* status[] = {"ok", "denied", "absent", "error"};
      out += read.account + " " + read.call + "@" + read.region + (read.parameter.empty() ? "" : "(" + read.parameter + ")") + " " +
             status[static_cast<int>(read.status)] + (read.error.empty() ? "" : " " + read.error) + "\n";
    }
    return out;
  }
};

// A unit of one account, filled call by call.
struct TestUnit {
  Unit unit;
  explicit TestUnit(const std::string& account = "111122223333") {
    unit.key = "account:" + account;
    unit.account = account;
  }
  static std::shared_ptr<const std::string> bytes(const std::string& text) { return std::make_shared<const std::string>(text); }

  Input& add(InputKind kind, const std::string& shown, const std::string& text) {
    Input input;
    input.kind = kind;
    input.shown = shown;
    input.account = unit.account;
    input.member = bytes(text);
    input.size_bytes = text.size();
    unit.inputs.push_back(std::move(input));
    return unit.inputs.back();
  }
  // AWS CLI output: parameters by position.
  Input& reply(const std::string& call, const std::string& text, const std::string& region = "eu-west-1", std::vector<std::string> parameters = {}) {
    std::string shown = region + "/" + call;
    for (auto& parameter : parameters) shown += "/" + parameter;
    Input& input = add(InputKind::reply, shown, text);
    input.call = call;
    input.region = region;
    for (auto& parameter : parameters) input.parameters.emplace_back("", parameter);
    return input;
  }
  Input& config(const std::string& text, const std::string& shown = "config.json") { return add(InputKind::config, shown, text); }
  Heard load(const ResourceCatalogue& catalogue) {
    Heard heard;
    load_unit(unit, catalogue, heard);
    return heard;
  }
};

// A folder that goes away with the test.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reeve-estate-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const {
    std::string file = path_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::string path_;
};

}  // namespace reeve
