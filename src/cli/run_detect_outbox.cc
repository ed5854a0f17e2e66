// reeve detect outbox: what is still to be delivered, and what was given up.
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/detect_commands.h"
#include "cli/detect_kit.h"
#include "detect/state.h"
#include "formats/json.h"
#include "notify/outbox.h"

namespace reeve {
namespace {

void write_delivery(std::string& out, const Delivery& one) {
  JsonWriter json(out);
  json.begin_object().member("alert_id", one.alert_id).member("destination", one.destination).member("state", one.dead ? "dead" : "waiting");
  json.member("since", rfc3339(Time{one.came_ms})).member("attempts", int64_t{one.attempts});
  if (!one.dead) json.member("due", rfc3339(Time{one.due_ms}));
  if (!one.reason.empty()) json.member("reason", one.reason);
  json.end_object();
  out += '\n';
}

std::string line_of(const Delivery& one, const Io& io) {
  return fold(io.terminal, safe(std::string(one.dead ? "dead     " : "waiting  ") + one.alert_id + "  " + one.destination + "  since " + rfc3339(Time{one.came_ms}) + "  " +
                                std::to_string(one.attempts) + (one.attempts == 1 ? " attempt" : " attempts") + (one.reason.empty() ? "" : "  " + one.reason))) + "\n";
}

}  // namespace

int run_detect_outbox(const Options& options, Io& io) {
  std::string path = options.value("--state");
  if (const std::string workspace = workspace_of(options); path.empty() && !workspace.empty()) path = join_path(join_path(workspace, ".reeve"), "detect.state");
  if (path.empty()) {
    io.error({Code::usage, "there is no workspace here whose state has the outbox", {}, "--state FILE", ""});
    return exit_usage;
  }
  const std::string to = options.value("--to");
  const bool drop = options.has("--drop"), retry = options.has("--retry");
  if (drop && (retry || to.empty())) {
    io.error({Code::usage, "`--drop` throws away what is for one destination", {}, "`--drop --to ID`, without `--retry`", ""});
    return exit_usage;
  }
  auto bytes = FileBytes::open(path);
  if (!bytes || (*bytes)->view().empty()) {  // SQLite would make a state of an empty file
    io.error({Code::not_found, "there is no state of `reeve detect`", {path}, "a file that --state made", ""});
    return exit_input;
  }
  const auto work = [&]() -> Result<std::vector<Delivery>> {
    auto state = TRY(DetectState::open(path));
    store::Db& db = state->db();
    if (!TRY(Outbox::there(db))) return std::vector<Delivery>();
    if (!drop && !retry) return Outbox::all(db, false);
    TRY(state->begin());
    const int64_t count = drop ? TRY(Outbox::drop(db, to)) : TRY(Outbox::requeue(db, to, wall_clock().ms));
    TRY(state->commit());
    io.say(with_thousands(static_cast<uint64_t>(count)) + (count == 1 ? " delivery" : " deliveries") + (drop ? " dropped\n" : " to be tried again by the next run\n"));
    return Outbox::all(db, false);
  };
  auto all = work();
  if (!all) {
    io.error(all.error());
    return exit_input;
  }
  const bool text = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "text";
  bool any = false;
  std::string out;
  for (const Delivery& one : *all) {
    if (!to.empty() && one.destination != to) continue;
    any = true;
    out.clear();
    if (text) out = line_of(one, io);
    else write_delivery(out, one);
    io.print(out);
  }
  if (text && !any) io.print("the outbox is empty\n");
  return any ? exit_results : exit_done;
}

}  // namespace reeve
