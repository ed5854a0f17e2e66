#include "assess/tally.h"
#include "base/text.h"
#include "cli/commands.h"
#include "content/content.h"
#include "estate/inputs.h"
#include "estate/pack.h"

namespace reeve {

int run_snapshot_pack(const Options& options, Io& io) {
  ContentOptions where;
  where.content_dir = options.value("--content");
  Content content = load_content(where);
  std::vector<Error> errors = content.errors;
  ResourceCatalogue catalogue = catalogue_of(content, errors);
  std::string folder = options.arguments()[0];
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  std::string out = options.value("--out", folder + ".snapshot");
  Inputs inputs = find_inputs({folder}, catalogue);
  errors.insert(errors.end(), inputs.problems.begin(), inputs.problems.end());
  auto writer = SnapshotWriter::open(out);
  auto packed = writer ? pack_snapshot(inputs, catalogue, **writer) : Result<Packed>(tl::unexpected(writer.error()));
  auto synced = packed ? (*writer)->sync() : Status(tl::unexpected(packed.error()));
  if (!synced) {
    io.error(synced.error());
    return exit_input;
  }
  errors.insert(errors.end(), packed->errors.begin(), packed->errors.end());
  for (auto& error : errors) io.error(error);
  if (packed->not_read) io.say("note  " + count_text(packed->not_read, "reply", "replies") + " of calls that no resource type reads: not packed\n");
  if (packed->no_replies)
    io.say("note  " + count_text(packed->no_replies, "input is", "inputs are") + " no reply of a call (AWS Config, a template, a credential report as CSV): not packed; assess " +
           (packed->no_replies == 1 ? "it" : "them") + " beside the snapshot\n");
  io.say("Wrote " + out + ", " + count_text(packed->calls, "call") + "\n\nNext: reeve assess " + out + "\n");
  return errors.empty() ? exit_done : exit_input;
}

}  // namespace reeve
