// AWS Config: whatever the bytes, every resource that comes of them has a uid, a document and a place, and nothing is given twice
// without having been withdrawn; reading the stream in other pieces, or the same file twice, gives the same.
#include <cstdint>
#include <cstdlib>
#include <map>

#include "assess/tally.h"
#include "estate/load.h"
#include "formats/json.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

const ResourceCatalogue& catalogue() {
  static const Content content = load_content(ContentOptions{});
  static std::vector<Error> errors;
  static const ResourceCatalogue all = catalogue_of(content, errors);
  require(errors.empty() && all.types().size() > 40);
  return all;
}

struct Sink : UnitSink {
  std::map<std::string, std::string> bodies;
  size_t problems = 0;
  void resource(Resource&& resource) override {
    require(!resource.uid.empty() && resource.document && resource.type && resource.born);
    require(resource.body().is_map());
    for (auto& [column, path] : resource.type->columns) (void)path.find(resource.body());
    for (const Node& node : resource.document->nodes()) require(node.source <= resource.document->sources().size());
    require(bodies.emplace(resource.uid, to_json(resource.body())).second);
  }
  void withdraw(const std::string& uid) override { require(bodies.erase(uid) == 1); }
  void read(ReadRecord&&) override {}
  void source(SourceRecord&& source) override { require(!source.file.empty()); }
  void problem(Error&& error) override {
    require(!error.what.empty() && !error.at.path.empty());
    ++problems;
  }
  void note(Error&& error) override { require(!error.what.empty()); }
  void stated_time(int64_t) override {}
};

Input config(const std::string& shown, std::string text) {
  Input out;
  out.kind = InputKind::config;
  out.shown = shown;
  out.account = "111122223333";
  out.member = std::make_shared<const std::string>(std::move(text));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  Unit unit;
  unit.account = "111122223333";
  unit.key = "account:111122223333";
  unit.inputs.push_back(config("a.json", text));
  Sink once;
  load_unit(unit, catalogue(), once);
  unit.inputs.push_back(config("b.json", text));
  Sink twice;
  load_unit(unit, catalogue(), twice);
  require(twice.bodies == once.bodies);
  require(twice.problems == 2 * once.problems);
  return 0;
}
