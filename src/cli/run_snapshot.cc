#include <algorithm>

#include "cli/commands.h"
#include "content/content.h"
#include "estate/inputs.h"
#include "estate/snapshot.h"
#include "formats/json.h"

namespace reeve {

int run_snapshot_pack(const Options& options, Io& io) {
  ContentOptions where;
  where.content_dir = options.value("--content");
  Content content = load_content(where);
  std::vector<Error> errors = content.errors;
  ResourceCatalogue catalogue;
  for (auto& file : content.resource_types) {
    auto type = read_resource_type(file.document->root(), file.shown);
    if (type) catalogue.add(*type);
    else errors.push_back(type.error());
  }
  std::string folder = options.arguments()[0];
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  std::string out = options.value("--out", folder + ".snapshot");
  Inputs inputs = find_inputs({folder}, catalogue);
  errors.insert(errors.end(), inputs.problems.begin(), inputs.problems.end());
  auto writer = SnapshotWriter::open(out);
  if (!writer) {
    io.error(writer.error());
    return exit_input;
  }
  std::vector<std::string> done;  // an input may stand in two units
  size_t calls = 0;
  for (auto& unit : inputs.units) {
    for (auto& input : unit.inputs) {
      if (input.kind != InputKind::reply || std::find(done.begin(), done.end(), input.shown) != done.end()) continue;
      done.push_back(input.shown);
      SnapshotCall call;
      call.account = input.account;
      call.region = input.region.empty() ? "global" : input.region;
      call.call = input.call;
      int unnamed = 0;  // CLI output does not say which parameter it was
      for (auto& [name, value] : input.parameters) call.parameters.emplace_back(name.empty() ? "parameter_" + std::to_string(++unnamed) : name, value);
      call.time = {input.mtime_ms};
      call.time_basis = "file";
      auto text = input.read(1ull << 30);
      auto document = text ? read_json(*text, Source{nullptr, input.shown, "", 0, "", ""}) : Result<DocumentPtr>(tl::unexpected(text.error()));
      if (!document) {
        errors.push_back(document.error());
        continue;
      }
      Value error = (*document)->root().get("Error");
      if (error.get("Code")) {
        call.error_code = std::string(error.get("Code").text());
        call.error_message = std::string(error.get("Message").text());
      } else {
        call.reply_json = *text;
        while (!call.reply_json.empty() && (call.reply_json.back() == '\n' || call.reply_json.back() == ' ')) call.reply_json.pop_back();
      }
      auto added = (*writer)->add(call);
      if (!added) {
        io.error(added.error());
        return exit_input;
      }
      ++calls;
    }
  }
  if (auto synced = (*writer)->sync(); !synced) {
    io.error(synced.error());
    return exit_input;
  }
  for (auto& error : errors) io.error(error);
  io.say("Wrote " + out + ", " + count_text(calls, "call") + "\n\nNext: reeve assess " + out + "\n");
  return errors.empty() ? exit_done : exit_input;
}

}  // namespace reeve
