#include "check/check.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/walk.h"
#include "check/check_input.h"
#include "check/maybe.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

bool has_ending(std::string_view path, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return ends_with(path, ending); });
}

struct Found {
  std::string path;
  bool named;
};

// What stands behind the names, each file once.
std::vector<Found> files_of(const std::vector<std::string>& paths, std::initializer_list<std::string_view> endings, std::string_view what,
                                  std::vector<Error>& problems) {
  std::vector<Found> out;
  std::set<std::string> seen;
  auto add = [&](const std::string& path, bool named) {
    if (seen.insert(path).second) out.push_back({path, named});
  };
  for (const std::string& path : paths) {
    if (path == "-" || (exists(path) && !is_folder(path))) {
      add(path, true);
      continue;
    }
    if (!exists(path)) {
      problems.push_back({Code::not_found, "`" + path + "` does not exist", {path}, "a file or a folder", ""});
      continue;
    }
    const size_t before = out.size();
    for (const Entry& entry : walk_for(path, problems, {.wanted = [&](std::string_view name) { return has_ending(std::string(name), endings); }}))
      if (has_ending(entry.path, endings)) add(entry.path, false);
    if (out.size() == before)
      problems.push_back({Code::not_found, "the folder `" + path + "` has no " + std::string(what), {path}, "files that end in " + join({endings.begin(), endings.end()}, ", "), ""});
  }
  return out;
}

// A template as it will be deployed: the file's own, or one that it holds as a nested stack.
struct Deployed {
  DocumentPtr document;
  std::string file;
  std::vector<StackResource> resources;  // those with a construct, or of which it is not known whether they will be there
};

void deploy(Stack& stack, const std::string& maybe, std::vector<Deployed>& to, CheckedFile& out) {
  for (Error& problem : stack.problems) out.problems.push_back(std::move(problem));
  for (Error& note : stack.notes) out.notes.push_back(std::move(note));
  out.resources += stack.resources.size();
  if (stack.document != out.document) out.kept.push_back(stack.document);
  Deployed here{stack.document, stack.shown, {}};
  for (StackResource& resource : stack.resources) {
    if (resource.maybe.empty()) resource.maybe = maybe;
    if (!resource.maybe.empty() || !resource.construct.empty()) here.resources.push_back(std::move(resource));
  }
  to.push_back(std::move(here));
  for (Stack::Nested& nested : stack.nested) deploy(nested.stack, maybe.empty() ? nested.maybe : maybe, to, out);
}

// What a rule file says of a nested stack stands behind what it says of the template that holds it.
void join_results(guard::GuardResult& to, guard::GuardResult&& from) {
  to.used_now |= from.used_now;
  std::move(from.rules.begin(), from.rules.end(), std::back_inserter(to.rules));
  to.status = status_of(to.rules);
}

void judge(const std::vector<RuleFile>& rules, const DataFile& file, const CheckOptions& options, CheckedFile& out) {
  std::shared_ptr<const FileBytes> bytes;
  std::string_view text;
  auto document = [&]() -> Result<DocumentPtr> {
    if (!file.text) bytes = TRY(FileBytes::open(file.path));
    text = file.text ? std::string_view(*file.text) : bytes->view();
    if (!has_content(text)) return fail(Code::parse, "there is nothing in it", {file.path, 1, 1}, "a document in JSON or YAML");
    // Only a template that is to be deployed asks what a tag means that CloudFormation does not have.
    auto read = read_data(text, file.path, options.resolve != nullptr);
    if (read && options.resolve && !is_stack_template((*read)->root()) && contains(text, "!")) read = read_data(text, file.path);
    return read;
  }();
  if (!document && !file.named && !has_content(text) && (bytes || file.text)) {  // found in a folder: no input
    out.notes.push_back(document.error());
    return;
  }
  const DocumentPtr alone = document ? *document : nullptr;
  if (alone && options.parameters) document = join_data(*options.parameters, *alone);
  if (!document) {
    out.problems.push_back(document.error());
    if (out.problems.back().at.path.empty()) out.problems.back().at.path = file.path;
    return;
  }
  out.read = true;
  out.document = *document;
  for (const Place& place : alone->duplicate_keys())
    out.problems.push_back({Code::parse, "a key stands twice in one map; the last value counts", place, "each key once", ""});
  std::vector<Deployed> deployed;
  if (options.resolve && is_stack_template(out.document->root())) {
    Stack stack = resolve_stack(out.document, options.resolve->options_for(file.path));
    out.document = stack.document;
    deploy(stack, "", deployed, out);
  } else {
    deployed.push_back({out.document, file.path, {}});
  }
  out.results.reserve(rules.size());
  for (const RuleFile& rule : rules) {
    guard::GuardResult result;
    for (const Deployed& each : deployed) {
      guard::GuardResult one = rule.rules->evaluate(each.document->root(), options.guard);
      doubt_maybe(each.resources, one);
      if (each.document == out.document) result = std::move(one);
      else join_results(result, std::move(one));
    }
    out.results.push_back(std::move(result));
  }
  if (!options.findings) return;
  out.findings = findings_of(rules, out);
  for (CheckFinding& finding : out.findings)
    for (const Deployed& each : deployed)
      if (each.file == finding.file)
        for (const StackResource& resource : each.resources)
          if (resource.id == finding.resource) finding.construct = resource.construct;
  locate(out.findings, file.path, text);
  if (options.exceptions) options.exceptions->apply(out.findings, alone->root(), file.path, out.problems);
}

}  // namespace

RuleFiles find_rules(const std::vector<std::string>& paths, guard::Semantics semantics) {
  RuleFiles out;
  const std::vector<Found> found = files_of(paths, {".guard", ".ruleset"}, "rule file", out.problems);
  std::vector<Result<std::shared_ptr<const guard::GuardRules>>> compiled(found.size());
  parallel_for(found.size(), std::min(worker_count(), found.size() / 16 + 1), [&](size_t i, size_t) {
    auto bytes = FileBytes::open(found[i].path);
    if (bytes) compiled[i] = guard::compile_guard((*bytes)->view(), found[i].path, semantics);
    else compiled[i] = tl::unexpected(bytes.error());
  });
  for (size_t i = 0; i < found.size(); ++i) {
    if (compiled[i]) out.files.push_back({found[i].path, file_name(found[i].path), *compiled[i]});
    else out.problems.push_back(compiled[i].error());
  }
  return out;
}

DataFiles find_data(const std::vector<std::string>& paths) {
  DataFiles out;
  for (const auto& [path, named] : files_of(paths, {".yaml", ".yml", ".json", ".jsn", ".template"}, "template", out.problems))
    out.files.push_back({path, path == "-" ? "STDIN" : file_name(path), named});
  return out;
}

bool has_content(std::string_view text) {
  if (starts_with(text, "\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty() && line[0] != '#') return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

Result<DocumentPtr> read_data(std::string_view text, const std::string& file, bool keep_tags) {
  size_t at = starts_with(text, "\xef\xbb\xbf") ? 3 : 0;
  at = text.find_first_not_of(" \t\r\n", at);
  const bool json = at != std::string_view::npos && (text[at] == '{' || text[at] == '[');
  if (json) {
    auto read = read_json(text, Source{.file = file});
    if (read) return read;
    // YAML's own short form begins alike: `{a: b}`.
    YamlOptions flow;
    flow.schema = YamlOptions::Schema::guard;
    flow.keep_tags = keep_tags;
    auto again = read_yaml(text, Source{.file = file}, flow);
    return again ? std::move(again) : std::move(read);
  }
  YamlOptions options;
  options.schema = YamlOptions::Schema::guard;
  options.keep_tags = keep_tags;
  return read_yaml(text, Source{.file = file}, options);
}

Status check_files(const std::vector<RuleFile>& rules, const std::vector<DataFile>& data, const CheckOptions& options,
                   const std::function<Status(CheckedFile&&)>& each) {
  return check_files(data, options.threads, [&](const DataFile& file, CheckedFile& out) { judge(rules, file, options, out); }, each);
}

Status check_files(const std::vector<DataFile>& data, size_t most_threads, const FileJudge& judge, const std::function<Status(CheckedFile&&)>& each) {
  const size_t threads = std::max<size_t>(1, std::min(most_threads, data.size()));
  if (threads == 1) {
    for (const DataFile& file : data) {
      CheckedFile checked;
      checked.file = &file;
      judge(file, checked);
      TRY(each(std::move(checked)));
    }
    return {};
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::unique_ptr<CheckedFile>> ready(data.size());
  size_t next = 0, given = 0;
  bool stop = false;
  const size_t window = threads * 4;  // files that wait for their turn
  auto work = [&] {
    for (;;) {
      size_t i;
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return stop || next >= data.size() || next < given + window; });
        if (stop || next >= data.size()) return;
        i = next++;
      }
      auto checked = std::make_unique<CheckedFile>();
      checked->file = &data[i];
      judge(data[i], *checked);
      {
        std::lock_guard lock(mutex);
        ready[i] = std::move(checked);
      }
      changed.notify_all();
    }
  };
  std::vector<std::thread> workers;
  for (size_t t = 0; t < threads; ++t) workers.emplace_back(work);
  Status status;
  for (size_t i = 0; i < data.size() && status; ++i) {
    std::unique_ptr<CheckedFile> checked;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return ready[i] != nullptr; });
      checked = std::move(ready[i]);
      given = i + 1;
    }
    changed.notify_all();
    status = each(std::move(*checked));
  }
  {
    std::lock_guard lock(mutex);
    stop = true;
  }
  changed.notify_all();
  for (auto& worker : workers) worker.join();
  return status;
}

}  // namespace reeve
