// AWS Config files and recorded replies: whatever the bytes, a unit is loaded to its end, every resource has the CloudFormation shape
// with a place for each fact, and the same bytes give the same resources. The first byte chooses how the rest is read: as an AWS Config
// file, as one of the replies that content knows, as a credential report or as a template.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "content/content.h"
#include "estate/load.h"
#include "formats/json.h"

using namespace reeve;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

struct Known {
  Content content = load_content(ContentOptions{});
  ResourceCatalogue catalogue;
  std::vector<std::string> calls;  // sorted, so that a byte means the same call in every run
  Known() {
    for (auto& file : content.resource_types) {
      auto type = read_resource_type(file.document->root(), file.shown);
      require(type.has_value());
      catalogue.add(*type);
      for (auto& read : (*type)->reads) calls.push_back(read.call);
    }
    std::sort(calls.begin(), calls.end());
    calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
    require(!calls.empty());
  }
};

class Sink : public UnitSink {
 public:
  std::string told;

  void resource(Resource&& resource) override {
    require(!resource.uid.empty());
    require(resource.document != nullptr);
    Value body = resource.body();
    require(body.is_map());
    require(body.get("Type").is_string());
    told += resource.uid + "\n" + to_json(body) + "\n";
  }
  void withdraw(const std::string& uid) override { told += "-" + uid + "\n"; }
  void read(ReadRecord&& read) override { told += read.call + read.error + "\n"; }
  void source(SourceRecord&& source) override { told += source.file + "\n"; }
  void problem(Error&& error) override {
    require(!error.what.empty());
    told += error.text() + "\n";
  }
  void note(Error&& error) override { told += error.text() + "\n"; }
  void stated_time(int64_t) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Known known;
  if (size < 2) return 0;
  Unit unit;
  unit.kind = Unit::Kind::account;
  unit.key = "account:111122223333";
  unit.account = "111122223333";
  Input input;
  input.shown = "input.json";
  input.account = unit.account;
  input.region = "eu-west-1";
  std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 4) {
    case 0: input.kind = InputKind::config; break;
    case 1:
      input.kind = InputKind::reply;
      input.call = known.calls[data[1] % known.calls.size()];
      if (data[0] & 4) input.parameters.emplace_back("", "111122223333");
      break;
    case 2:
      input.kind = InputKind::credential_report;
      input.call = "iam:GetCredentialReport";
      break;
    case 3:
      unit.kind = Unit::Kind::cloudformation;
      unit.key = "template:input.json";
      input.kind = InputKind::cloudformation;
      input.shown = data[1] & 1 ? "input.yaml" : "input.json";
      break;
  }
  input.size_bytes = bytes.size();
  input.member = std::make_shared<const std::string>(std::move(bytes));
  unit.inputs.push_back(input);
  Sink first, second;
  load_unit(unit, known.catalogue, first);
  load_unit(unit, known.catalogue, second);
  require(first.told == second.told);
  return 0;
}
