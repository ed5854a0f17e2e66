// Terraform's plans and states: whatever the bytes, each resource that comes of them has a type, a place in the file and a uid of its
// own, what is refused is named with its place, and the same file gives the same twice.
#include <cstdint>
#include <cstdlib>
#include <map>

#include "assess/tally.h"
#include "estate/terraform.h"
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
  require(errors.empty());
  return all;
}

struct Sink : UnitSink {
  std::map<std::string, std::string> bodies;
  size_t problems = 0, notes = 0, sources = 0;
  void resource(Resource&& resource) override {
    require(!resource.born && resource.type && resource.document && resource.body().is_map());
    require(resource.uid.rfind("p.json#", 0) == 0 && resource.main_line > 0 && !resource.main_path.empty());
    for (const Node& node : resource.document->nodes()) require(node.source <= resource.document->sources().size());
    require(bodies.emplace(resource.uid, to_json(resource.body())).second);
  }
  void withdraw(const std::string&) override { std::abort(); }
  void read(ReadRecord&&) override { std::abort(); }
  void source(SourceRecord&& source) override {
    require(source.resources == bodies.size());
    ++sources;
  }
  void problem(Error&& error) override {
    require(!error.what.empty() && error.at.path == "p.json");
    ++problems;
  }
  void note(Error&& error) override {
    require(!error.what.empty() && error.at.path == "p.json");
    ++notes;
  }
  void stated_time(int64_t) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input;
  input.kind = InputKind::terraform;
  input.shown = "p.json";
  input.member = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
  Sink once, twice;
  load_terraform(input, catalogue(), once);
  load_terraform(input, catalogue(), twice);
  require(once.sources + once.problems > 0);
  require(once.bodies == twice.bodies && once.problems == twice.problems && once.notes == twice.notes);
  return 0;
}
