// CloudFormation templates: whatever the bytes, each resource that comes of them has a type, a place in the file and a uid of its own,
// and what is refused is named with its place.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "assess/tally.h"
#include "estate/template.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

const ResourceCatalogue& catalogue() {
  static const Content content = load_content(ContentOptions{});
  static std::vector<Error> errors;
  static const ResourceCatalogue all = catalogue_of(content, errors);
  return all;
}

struct Sink : UnitSink {
  std::set<std::string> uids;
  size_t problems = 0;
  void resource(Resource&& resource) override {
    require(!resource.born && !resource.type_name.empty() && resource.document);
    require(resource.body().get("Type") || resource.body().is_map());
    require(resource.uid.rfind("t.yaml#", 0) == 0 && uids.insert(resource.uid).second);
    require(!resource.main_path.empty());
  }
  void withdraw(const std::string&) override { std::abort(); }
  void read(ReadRecord&&) override { std::abort(); }
  void source(SourceRecord&& source) override { require(source.resources == uids.size()); }
  void problem(Error&& error) override {
    require(!error.what.empty() && error.at.path == "t.yaml");
    ++problems;
  }
  void note(Error&& error) override { require(!error.what.empty()); }
  void stated_time(int64_t) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input;
  input.kind = InputKind::cloudformation;
  input.shown = "t.yaml";
  input.member = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
  Sink sink;
  load_template(input, catalogue(), sink);
  require(!sink.uids.empty() || sink.problems > 0 || size > 0);
  return 0;
}
