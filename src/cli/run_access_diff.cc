// reeve access diff: what one policy, or set of policies, allows that another does not.
#include <algorithm>

#include "access/policy_diff.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/access_commands.h"
#include "cli/access_print.h"
#include "content/content.h"

namespace reeve {
namespace {

// A file, or every .json below a folder.
std::vector<Policy> policies_of(const std::string& path, Io& io, int& status) {
  std::vector<std::string> files;
  if (is_folder(path)) {
    std::vector<Error> problems;
    for (const Entry& entry : walk(path, problems))
      if (ends_with(lower(entry.path), ".json")) files.push_back(entry.path);
    for (const Error& error : problems) io.error(error), status = exit_input;
    if (files.empty()) io.error({Code::not_found, "no policy in this folder", {path}, "files ending in .json", {}}), status = exit_input;
  } else {
    files.push_back(path);
  }
  std::vector<Policy> out;
  for (const std::string& file : files) {
    auto policy = policy_of_file(file);
    if (policy) {
      out.push_back(std::move(*policy));
      continue;
    }
    io.error(policy.error());
    status = exit_input;
    Policy unread;  // what it says is not known, so no answer may hang on its absence
    unread.name = file;
    unread.unknown = policy.error().what;
    out.push_back(std::move(unread));
  }
  return out;
}

}  // namespace

int run_access_diff(const Options& options, Io& io) {
  Content content = load_content({.content_dir = options.value("--content"), .workspace_dir = workspace_of(options)});
  for (const Error& error : content.errors) io.error(error);
  auto table = table_of(content);
  if (!table) return io.error(table.error()), exit_internal;
  int status = content.errors.empty() ? exit_done : exit_input;
  const std::string& a = options.arguments()[0];
  const std::string& b = options.arguments()[1];
  auto first = policies_of(a, io, status), second = policies_of(b, io, status);
  PolicyDiff diff = policy_diff(first, second, *table);
  const bool records = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "ndjson";
  auto tell = [&](const OneWay& way, const char* word, const std::string& allowed, const std::string& missing) {
    std::string out;
    if (records) {
      JsonWriter json(out);
      json.begin_object().member("direction", word).member("allowed_by", allowed).member("not_by", missing).member("differs", name(way.differs));
      write_texts(json, "actions", way.actions);
      if (way.witness) write_witness(json, *way.witness);
      if (way.allowed_by.statement >= 0) write_statement(json, way.allowed_by);
      write_texts(json, "unknown", way.unknown);
      json.end_object();
      return io.print(out + "\n");
    }
    if (way.differs == Truth::no) return io.print("nothing  " + safe(allowed) + " allows nothing that " + safe(missing) + " does not\n");
    out = paint(io.terminal, way.differs == Truth::yes ? Ink::fail : Ink::unknown, way.differs == Truth::yes ? word : "unknown") + "  " + safe(allowed) +
          (way.differs == Truth::yes ? " allows what " : " may allow what ") + safe(missing) + " does not\n";
    if (!way.actions.empty()) {
      size_t shown = options.has("--all") ? way.actions.size() : std::min<size_t>(way.actions.size(), 8);
      out += "  " + join({way.actions.begin(), way.actions.begin() + static_cast<std::ptrdiff_t>(shown)}, ", ");
      if (shown < way.actions.size()) out += " and " + with_thousands(way.actions.size() - shown) + " more";
      out += "\n";
    }
    if (way.witness) out += "  such as  " + safe(witness_words(*way.witness)) + "\n";
    if (!way.unknown.empty()) out += "  hangs on " + safe(join(way.unknown, ", ")) + "\n";
    io.print(fold(io.terminal, out));
  };
  tell(diff.more, "more", b, a);
  tell(diff.less, "less", a, b);
  Truth equal = negate(either(diff.more.differs, diff.less.differs));
  if (records) {
    std::string out;
    JsonWriter(out).begin_object().member("direction", "both").member("equivalent", name(equal)).end_object();
    io.print(out + "\n");
  } else {
    io.print(equal == Truth::yes ? "equivalent\n" : equal == Truth::no ? "not equivalent\n" : "whether they are equivalent is not known\n");
  }
  if (status == exit_done && options.has("--fail-on-difference") && equal != Truth::yes) return exit_results;
  return status;
}

}  // namespace reeve
