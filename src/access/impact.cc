#include "access/impact.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <unordered_map>

#include "access/impact_parts.h"
#include "aws/arn.h"
#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "formats/archive.h"
#include "formats/json.h"
#include "policy/glob.h"

namespace reeve {
namespace {

using F = EventField;

constexpr size_t piece_bytes = 8 << 20, memo_most = 400'000;
constexpr uint64_t unpacked_most = 256ull << 20;

struct Outcome {
  enum class What : uint8_t { passed, denied, perhaps, exempt, not_request };
  What what = What::passed;
  std::string reason;  // of exempt
  ImpactRow row;       // of denied and perhaps, without its counts
};

// What was decided for one set of fields, and how often it came since.
struct Memo {
  Outcome outcome;
  uint64_t count = 0, failed = 0;
  char first[32] = {}, last[32] = {};
  uint8_t first_size = 0, last_size = 0;

  void seen(std::string_view time, bool failure) {
    ++count;
    failed += failure;
    if (time.size() < 2 || time.size() > sizeof first + 2 || time[0] != '"') return;
    time = time.substr(1, time.size() - 2);
    if (!first_size || time < std::string_view(first, first_size)) std::memcpy(first, time.data(), first_size = static_cast<uint8_t>(time.size()));
    if (!last_size || time > std::string_view(last, last_size)) std::memcpy(last, time.data(), last_size = static_cast<uint8_t>(time.size()));
  }
};

bool refused(std::string_view error) { return contains(error, "AccessDenied") || contains(error, "Unauthorized"); }

}  // namespace

uint64_t ImpactTotals::exempt() const {
  uint64_t sum = 0;
  for (const auto& [reason, count] : not_reached) sum += count;
  return sum;
}

// The policies, ready for events.
struct Impact::Compiled {
  ImpactStatements statements;
  std::vector<std::string> more_paths;  // of keys that events.yaml places
  EventFields always = 0;
};

struct Impact::Worker {
  explicit Worker(const std::vector<std::string>& paths) : picker(paths, "Records") {}
  JsonPicker picker;
  std::unordered_map<std::string, ImpactPlan> plans;  // by source and name, as they stand
  std::unordered_map<std::string, Memo> memo;
  std::map<std::string, ImpactRow> groups;
  std::vector<ImpactRow> singles;
  ImpactTotals totals;
  std::vector<Error> problems;
  std::string key, plan_key;
};

Impact::Impact(ImpactOptions options, const EventActions& events, const EventOrganization& organization)
    : options_(std::move(options)), events_(events), organization_(organization), compiled_(std::make_unique<Compiled>()) {
  compiled_->statements = ImpactStatements(options_.policies, options_.alone, events_, compiled_->more_paths);
  compiled_->always = bit(F::type) | bit(F::account) | bit(F::issuer_arn) | bit(F::recipient) | bit(F::event_type) | bit(F::invoked_by);
  if (options_.kind == GuardrailKind::rcp) compiled_->always |= bit(F::resources) | bit(F::shared_id);
  const auto paths = event_paths(compiled_->more_paths);
  for (size_t i = 0; i < std::max<size_t>(options_.workers, 1); ++i) workers_.push_back(std::make_unique<Worker>(paths));
}

Impact::~Impact() = default;

void Impact::read_text(Worker& worker, std::string_view text, const std::string& shown, size_t first_line) {
  const ImpactStatements& statements = compiled_->statements;
  auto decide = [&](const ImpactPlan& plan, const EventRequest& request) {
    Outcome out;
    out.reason = impact_exemption(options_, events_, organization_, plan, request);
    if (!out.reason.empty()) return out.what = Outcome::What::exempt, out;
    ImpactDecision decision = statements.decide(plan, request);
    if (decision.denied == Truth::no) return out;
    // A caller or owner of whom the event does not tell may be one that no policy binds.
    std::string account = request.account();
    if (decision.denied == Truth::yes && impact_unsure(options_, request)) decision = {Truth::unknown, decision.decided, {"account"}};
    out.what = decision.denied == Truth::yes ? Outcome::What::denied : Outcome::What::perhaps;
    out.row.denied = decision.denied;
    out.row.decided = decision.decided;
    out.row.unknown = std::move(decision.unknown);
    out.row.account = options_.kind == GuardrailKind::rcp ? request.owner() : account;
    if (const auto* place = organization_.find(out.row.account)) out.row.unit = place->unit, out.row.account_name = place->name;
    out.row.principal = request.principal();
    out.row.event = plan.event;
    out.row.actions = plan.mapping.actions;
    return out;
  };
  auto one = [&](const JsonPicker::Picked& picked) {
    EventRequest request(picked, organization_);
    std::string_view source = request.raw(F::source), name = request.raw(F::name);
    ++worker.totals.events;
    if (source.empty() || name.empty()) {
      ++worker.totals.not_requests;
      return;
    }
    worker.plan_key.assign(source).append(name);
    auto plan = worker.plans.find(worker.plan_key);
    if (plan == worker.plans.end()) plan = worker.plans.emplace(worker.plan_key, statements.plan(json_text(source), json_text(name))).first;
    std::string_view kind = request.raw(F::event_type);
    if (plan->second.mapping.actions.empty() || (!kind.empty() && kind != "\"AwsApiCall\"")) {
      ++worker.totals.not_requests;
      return;
    }
    if (!plan->second.mapping.known) ++plan->second.unmapped;
    if (plan->second.statements.empty() && !statements.all_matter()) {
      ++worker.totals.passed;
      return;
    }
    const bool failure = refused(request.raw(F::error));
    if (options_.each) {
      Memo single{.outcome = decide(plan->second, request)};
      single.seen(request.raw(F::time), failure);
      if (single.outcome.what == Outcome::What::denied || single.outcome.what == Outcome::What::perhaps) {
        ImpactRow& row = worker.singles.emplace_back(std::move(single.outcome.row));
        row.count = 1, row.failed = failure, row.event_id = request.text(F::event_id);
        row.first = row.last = request.text(F::time);
        ++(row.denied == Truth::yes ? worker.totals.denied : worker.totals.perhaps);
      } else if (single.outcome.what == Outcome::What::exempt) {
        ++worker.totals.not_reached[single.outcome.reason];
      } else {
        ++worker.totals.passed;
      }
      return;
    }
    // The fields that decide, one behind the other. A session's own name counts only if a policy looks at it.
    std::string& key = worker.key;
    key.assign(worker.plan_key);
    EventFields fields = compiled_->always | plan->second.fields;
    if (request.raw(F::issuer_arn).empty()) fields |= bit(F::arn) | bit(F::principal_id);
    else if (!plan->second.looks_at_session) fields &= ~(bit(F::arn) | bit(F::principal_id));
    for (size_t i = 0; fields; ++i, fields >>= 1)
      if (fields & 1) key.append(picked[i]).push_back('\n');
    for (size_t slot : plan->second.slots) key.append(picked[slot]).push_back('\n');
    auto found = worker.memo.find(key);
    if (found == worker.memo.end()) {
      if (worker.memo.size() >= memo_most) gather(worker);
      found = worker.memo.emplace(key, Memo{.outcome = decide(plan->second, request)}).first;
    }
    found->second.seen(request.raw(F::time), failure);
  };
  worker.picker.each(text, one, [&](Error error) {
    error.at.path = shown;
    if (error.at.line) error.at.line += static_cast<uint32_t>(first_line);
    worker.problems.push_back(std::move(error));
  });
}

// Empties the memo into groups and totals.
void Impact::gather(Worker& worker) {
  for (auto& [key, memo] : worker.memo) {
    switch (memo.outcome.what) {
      case Outcome::What::passed: worker.totals.passed += memo.count; continue;
      case Outcome::What::not_request: worker.totals.not_requests += memo.count; continue;
      case Outcome::What::exempt: worker.totals.not_reached[memo.outcome.reason] += memo.count; continue;
      case Outcome::What::denied: worker.totals.denied += memo.count; break;
      case Outcome::What::perhaps: worker.totals.perhaps += memo.count; break;
    }
    ImpactRow row = std::move(memo.outcome.row);
    row.count = memo.count, row.failed = memo.failed;
    row.first.assign(memo.first, memo.first_size), row.last.assign(memo.last, memo.last_size);
    add_to_group(worker.groups, std::move(row));
  }
  worker.memo.clear();
}

void Impact::read_file(Worker& worker, const std::string& path) {
  auto bytes = FileBytes::open(path);
  if (!bytes) {
    worker.problems.push_back(bytes.error());
    return;
  }
  std::string_view view = (*bytes)->view();
  ++worker.totals.files;
  worker.totals.bytes += view.size();
  const Packing packing = packing_of(view);
  if (packing == Packing::none) {
    // A file of lines larger than memory is gone through piece by piece; the pages behind are the system's to drop.
    read_text(worker, view, path, 0);
    return;
  }
  if (packing == Packing::tar || packing == Packing::zip) {
    worker.problems.push_back({Code::type, "an archive of several files", {path}, "a log, gzip or not", "unpack it first"});
    return;
  }
  if (auto whole = unpack_bytes(view, unpacked_most, path)) {
    size_t size = whole->size();
    whole->append(64, '\0');
    read_text(worker, {whole->data(), size}, path, 0);
    return;
  }
  // Too large for memory, or broken: the text comes in pieces, cut where a record ends.
  std::string held;
  size_t lines = 0;
  bool lines_known = false, by_lines = true;
  std::unique_ptr<JsonArrayScanner> scanner;
  auto records = [&](std::string_view piece, bool last) {
    scanner->feed(piece);
    if (last) scanner->finish();
    std::string record;
    for (JsonArrayScanner::Item item;;) {
      switch (scanner->next(item)) {
        case JsonArrayScanner::Step::done:
        case JsonArrayScanner::Step::need_more: return;
        case JsonArrayScanner::Step::refused: {
          Error error = scanner->error();
          error.at.path = path;
          worker.problems.push_back(std::move(error));
          break;
        }
        case JsonArrayScanner::Step::item: {
          record.assign(item.text);
          size_t size = record.size();
          record.append(64, '\0');
          read_text(worker, {record.data(), size}, path, item.line - 1);
          break;
        }
      }
    }
  };
  auto flush = [&](bool last) {
    size_t end = last ? held.size() : held.rfind('\n');
    if (end == std::string::npos) return;
    if (!last) ++end;
    std::string rest = held.substr(end);
    size_t count = static_cast<size_t>(std::count(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    held.resize(end);
    held.append(64, '\0');
    read_text(worker, {held.data(), end}, path, lines);
    lines += count;
    held = std::move(rest);
  };
  auto status = unpack_stream(path, [&](std::string_view piece) {
    if (scanner) {
      records(piece, false);
      return true;
    }
    held.append(piece);
    if (!lines_known && held.size() >= 65536) {
      lines_known = true;
      by_lines = is_json_lines(held);
      if (!by_lines) {
        size_t first = held.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
        scanner = std::make_unique<JsonArrayScanner>(first != std::string::npos && held[first] == '[' ? "" : "Records");
        std::string begun = std::move(held);
        records(begun, false);
        held.clear();
        return true;
      }
    }
    if (held.size() >= piece_bytes) flush(false);
    return true;
  });
  if (scanner) records({}, true);
  else if (!held.empty()) flush(true);
  if (!status) worker.problems.push_back(status.error());
}

void Impact::read(const std::vector<std::string>& sources, std::vector<Error>& problems) {
  struct Task {
    std::string path;
    std::shared_ptr<const FileBytes> bytes;  // of a piece of a large file of lines
    size_t begin = 0, end = 0;
  };
  std::vector<Task> tasks;
  std::vector<std::pair<uint64_t, Task>> sized;
  for (const std::string& source : sources) {
    if (source == "-") {
      sized.push_back({0, {source, nullptr, 0, 0}});
      continue;
    }
    if (!exists(source)) {
      problems.push_back({Code::not_found, "no such file or folder", {source}, {}, {}});
      continue;
    }
    for (Entry& entry : walk(source, problems)) {
      // In a folder only what logs are called; one that is named is read in any case.
      std::string name = lower(file_name(entry.path));
      if (ends_with(name, ".gz")) name.resize(name.size() - 3);
      if (ends_with(name, ".zst")) name.resize(name.size() - 4);
      bool log = entry.path == source || ends_with(name, ".json") || ends_with(name, ".ndjson") || ends_with(name, ".jsonl") || ends_with(name, ".log");
      if (log) sized.push_back({entry.size_bytes, {entry.path, nullptr, 0, 0}});
    }
  }
  for (auto& [size, task] : sized) {
    if (size < 2 * piece_bytes) {
      tasks.push_back(std::move(task));
      continue;
    }
    auto bytes = FileBytes::open(task.path);
    if (!bytes || packing_of((*bytes)->view()) != Packing::none || !is_json_lines((*bytes)->view())) {
      tasks.push_back(std::move(task));
      continue;
    }
    std::string_view view = (*bytes)->view();
    for (size_t at = 0; at < view.size();) {
      size_t end = view.find('\n', std::min(view.size(), at + piece_bytes));
      end = end == std::string_view::npos ? view.size() : end + 1;
      tasks.push_back({task.path, *bytes, at, end});
      at = end;
    }
  }
  parallel_for(tasks.size(), workers_.size(), [&](size_t index, size_t at) {
    Worker& worker = *workers_[at];
    Task& task = tasks[index];
    if (!task.bytes) return read_file(worker, task.path);
    std::string_view view = task.bytes->view();
    if (task.begin == 0) ++worker.totals.files;
    worker.totals.bytes += task.end - task.begin;
    size_t before = worker.problems.size();
    read_text(worker, view.substr(task.begin, task.end - task.begin), task.path, 0);
    if (worker.problems.size() > before) {
      auto lines = static_cast<uint32_t>(std::count(view.begin(), view.begin() + static_cast<std::ptrdiff_t>(task.begin), '\n'));
      for (size_t i = before; i < worker.problems.size(); ++i) worker.problems[i].at.line += lines;
    }
    task.bytes.reset();
  });
  for (auto& worker : workers_) {
    gather(*worker);
    for (auto& [key, row] : worker->groups) add_to_group(groups_, std::move(row));
    worker->groups.clear();
    std::move(worker->singles.begin(), worker->singles.end(), std::back_inserter(singles_));
    worker->singles.clear();
    for (auto& [key, plan] : worker->plans)
      if (plan.unmapped) totals_.unmapped[plan.event] += plan.unmapped, plan.unmapped = 0;
    const ImpactTotals& part = worker->totals;
    totals_.events += part.events, totals_.denied += part.denied, totals_.perhaps += part.perhaps, totals_.passed += part.passed;
    totals_.not_requests += part.not_requests, totals_.files += part.files, totals_.bytes += part.bytes;
    for (const auto& [reason, count] : part.not_reached) totals_.not_reached[reason] += count;
    worker->totals = {};
    std::move(worker->problems.begin(), worker->problems.end(), std::back_inserter(problems));
    worker->problems.clear();
  }
  std::stable_sort(problems.begin(), problems.end(), [](const Error& a, const Error& b) {
    return std::tie(a.at.path, a.at.line, a.at.column) < std::tie(b.at.path, b.at.line, b.at.column);
  });
}

std::vector<ImpactRow> Impact::rows() const {
  std::vector<ImpactRow> out;
  if (options_.each) {
    out = singles_;
    std::stable_sort(out.begin(), out.end(), [](const ImpactRow& a, const ImpactRow& b) {
      return std::tie(a.account, a.first, a.event_id, a.event, a.principal) < std::tie(b.account, b.first, b.event_id, b.event, b.principal);
    });
    return out;
  }
  for (const auto& [key, row] : groups_) out.push_back(row);
  std::stable_sort(out.begin(), out.end(), [](const ImpactRow& a, const ImpactRow& b) {
    if (a.denied != b.denied) return a.denied == Truth::yes;
    if (a.count != b.count) return a.count > b.count;
    return std::tie(a.account, a.principal, a.event) < std::tie(b.account, b.principal, b.event);
  });
  return out;
}

std::vector<std::pair<std::string, std::string>> Impact::unseen() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [action, why] : events_.unseen())
    if (compiled_->statements.denies_action(action)) out.emplace_back(action, why);
  return out;
}

}  // namespace reeve
