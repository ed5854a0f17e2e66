#include "access/impact.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

#include "access/impact_parts.h"
#include "aws/arn.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/threads.h"
#include "formats/archive.h"
#include "formats/json.h"
#include "formats/read_into.h"
#include "policy/glob.h"

namespace reeve {
namespace {

using F = EventField;

constexpr size_t piece_bytes = 8 << 20, memo_most = 400'000;
constexpr uint64_t unpacked_most = 256ull << 20;

// How often something came, and from when to when.
struct Tally {
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

// Who an event is about, as far as the policies' reach and the rows go.
struct Party {
  std::string exempt, account, principal;  // exempt: why no policy binds it
  bool linked = false, unsure = false;
  uint64_t exempted = 0;  // events counted

  static Party of(const ImpactOptions& options, const EventOrganization& organization, const EventRequest& request) {
    Party out;
    out.exempt = impact_exemption(options, organization, request);
    out.linked = out.exempt == impact_linked;
    out.unsure = impact_unsure(options, organization, request);
    out.account = options.kind == GuardrailKind::rcp ? request.owner() : request.account();
    out.principal = request.principal();
    return out;
  }
};

// A session's own name and id tell nothing more where its role is told.
bool role_is_told(const EventRequest& request) {
  return request.raw(F::type) == "\"AssumedRole\"" && request.raw(F::account).size() == 14 && contains(request.raw(F::issuer_arn), ":role/");
}
constexpr EventFields session_fields = bit(F::arn) | bit(F::principal_id);

void append_fields(std::string& key, const JsonPicker::Picked& picked, EventFields fields, const std::vector<size_t>& slots) {
  for (size_t i = 0; fields; ++i, fields >>= 1)
    if (fields & 1) key.append(picked[i]).push_back('\n');
  for (size_t slot : slots) key.append(picked[slot]).push_back('\n');
}

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
  EventFields party = bit(F::type) | bit(F::account) | bit(F::issuer_arn) | bit(F::invoked_by) | session_fields;
};

// What was worked out once is kept by the members of events that it hangs on: an action's plan by source and name, a party by the caller's
// members, a condition by the members that its key is told by, and a decision by what the conditions say. Most events then cost a few
// look-ups; a decision is made once for each action and outcome of its conditions, not for each caller.
struct Impact::Worker {
  struct Quick {  // keys are long and looked up for each event
    size_t operator()(const std::string& key) const { return hash64(key); }
  };
  template <typename Value>
  using ByText = std::unordered_map<std::string, Value, Quick>;
  Worker(const std::vector<std::string>& paths, size_t tests) : picker(paths, "Records"), truths_by_fields(tests), truths_by_party(tests) {}
  struct Planned {
    ImpactPlan plan;
    ByText<uint32_t> decisions;  // by truths and the members that resources hang on
  };
  struct Made {
    const ImpactPlan* plan;
    ImpactDecision decision;
  };
  JsonPicker picker;
  ByText<Planned> plans;  // by source and name, as they stand
  ByText<uint32_t> party_by_fields;
  std::vector<Party> parties;
  std::vector<ByText<Truth>> truths_by_fields;  // of each test
  std::vector<std::vector<int8_t>> truths_by_party;                      // of tests that hang on the party alone; -1: not asked yet
  std::vector<Made> made;
  std::unordered_map<uint64_t, Tally> tallies;  // by decision and party; of denied and perhaps
  uint64_t beyond = 0, linked = 0;
  std::map<std::string, ImpactRow> groups;
  std::vector<ImpactRow> singles;
  ImpactTotals totals;
  std::vector<Error> problems;
  std::string key, plan_key, truths;
  TextRoom file, room;
};

Impact::Impact(ImpactOptions options, const EventActions& events, const EventOrganization& organization)
    : options_(std::move(options)), events_(events), organization_(organization), compiled_(std::make_unique<Compiled>()) {
  compiled_->statements = ImpactStatements(options_.policies, options_.alone, events_, compiled_->more_paths);
  const auto paths = event_paths(compiled_->more_paths);
  for (size_t i = 0; i < std::max<size_t>(options_.workers, 1); ++i) workers_.push_back(std::make_unique<Worker>(paths, compiled_->statements.tests().size()));
}

Impact::~Impact() = default;

void Impact::read_text(Worker& worker, std::string_view text, const std::string& shown, size_t first_line) {
  const ImpactStatements& statements = compiled_->statements;
  const std::vector<ImpactTest>& tests = statements.tests();
  const bool rcp = options_.kind == GuardrailKind::rcp;
  auto one = [&](const JsonPicker::Picked& picked) {
    EventRequest request(picked, organization_);
    std::string_view source = request.raw(F::source), name = request.raw(F::name);
    ++worker.totals.events;
    if (source.empty() || name.empty()) {
      ++worker.totals.not_requests;
      return;
    }
    worker.plan_key.assign(source).append(name);
    auto planned = worker.plans.find(worker.plan_key);
    if (planned == worker.plans.end()) {
      planned = worker.plans.emplace(worker.plan_key, Worker::Planned{statements.plan(json_text(source), json_text(name)), {}}).first;
      planned->second.plan.beyond_reach = impact_beyond_reach(options_, events_, planned->second.plan);
    }
    ImpactPlan& plan = planned->second.plan;
    std::string_view kind = request.raw(F::event_type);
    if (plan.mapping.actions.empty() || (!kind.empty() && kind != "\"AwsApiCall\"")) {
      ++worker.totals.not_requests;
      return;
    }
    if (!plan.mapping.known) ++plan.unmapped;
    if (plan.statements.empty() && !statements.all_matter()) {
      ++worker.totals.passed;
      return;
    }
    if (options_.each) return one_alone(worker, plan, request);

    if (worker.parties.size() >= memo_most || worker.made.size() >= memo_most) gather(worker);
    const bool by_role = role_is_told(request);
    std::string& key = worker.key;
    key.clear();
    append_fields(key, picked, by_role ? compiled_->party & ~session_fields : compiled_->party, {});
    if (rcp) key += request.owner();
    auto known = worker.party_by_fields.find(key);
    if (known == worker.party_by_fields.end()) {
      known = worker.party_by_fields.emplace(key, static_cast<uint32_t>(worker.parties.size())).first;
      worker.parties.push_back(Party::of(options_, organization_, request));
    }
    const uint32_t number = known->second;
    Party& party = worker.parties[number];
    if (party.linked) return void(++worker.linked);
    if (plan.beyond_reach) return void(++worker.beyond);
    if (!party.exempt.empty()) return void(++party.exempted);

    std::string& said = worker.truths;
    statements.truths(plan, said, [&](size_t index) {
      const ImpactTest& test = tests[index];
      if (!test.session && test.slots.empty() && !(test.fields & ~compiled_->party)) {
        auto& truths = worker.truths_by_party[index];
        if (truths.size() <= number) truths.resize(worker.parties.size() + 64, -1);
        if (truths[number] < 0) truths[number] = static_cast<int8_t>(statements.holds(test, request));
        return static_cast<Truth>(truths[number]);
      }
      key.clear();
      append_fields(key, picked, by_role && !test.session ? test.fields & ~session_fields : test.fields, test.slots);
      auto& truths = worker.truths_by_fields[index];
      auto found = truths.find(key);
      if (found == truths.end()) {
        if (truths.size() >= memo_most) truths.clear();
        found = truths.emplace(key, statements.holds(test, request)).first;
      }
      return found->second;
    });
    key = said;
    append_fields(key, picked, plan.fields, plan.slots);
    auto& decisions = planned->second.decisions;
    auto decided = decisions.find(key);
    if (decided == decisions.end()) {
      decided = decisions.emplace(key, static_cast<uint32_t>(worker.made.size())).first;
      worker.made.push_back({&plan, statements.decide(plan, said, request)});
    }
    if (worker.made[decided->second].decision.denied == Truth::no) return void(++worker.totals.passed);
    worker.tallies[(uint64_t{decided->second} << 32) | number].seen(request.raw(F::time), refused(request.raw(F::error)));
  };
  worker.picker.each(text, one, [&](Error error) {
    error.at.path = shown;
    if (error.at.line) error.at.line += static_cast<uint32_t>(first_line);
    worker.problems.push_back(std::move(error));
  });
}

// Every event by itself, from nothing that was kept.
void Impact::one_alone(Worker& worker, const ImpactPlan& plan, const EventRequest& request) {
  const ImpactStatements& statements = compiled_->statements;
  const Party party = Party::of(options_, organization_, request);
  if (party.linked) return void(++worker.linked);
  if (plan.beyond_reach) return void(++worker.beyond);
  if (!party.exempt.empty()) return void(++worker.totals.not_reached[party.exempt]);
  std::string said;
  statements.truths(plan, said, [&](size_t index) { return statements.holds(statements.tests()[index], request); });
  ImpactDecision decision = statements.decide(plan, said, request);
  if (decision.denied == Truth::no) return void(++worker.totals.passed);
  ImpactRow row = row_of(plan, std::move(decision), party.account, party.principal, party.unsure);
  row.count = 1, row.failed = refused(request.raw(F::error)), row.event_id = request.text(F::event_id);
  row.first = row.last = request.text(F::time);
  ++(row.denied == Truth::yes ? worker.totals.denied : worker.totals.perhaps);
  worker.singles.push_back(std::move(row));
}

ImpactRow Impact::row_of(const ImpactPlan& plan, ImpactDecision decision, const std::string& account, const std::string& principal, bool unsure) const {
  // A caller or owner of whom the event does not tell may be one that no policy binds.
  if (decision.denied == Truth::yes && unsure) decision.denied = Truth::unknown, decision.unknown = {"account"};
  ImpactRow row;
  row.denied = decision.denied;
  row.decided = std::move(decision.decided);
  row.unknown = std::move(decision.unknown);
  row.account = account, row.principal = principal;
  if (const auto* place = organization_.find(account)) row.unit = place->unit, row.account_name = place->name;
  row.event = plan.event;
  row.actions = plan.mapping.actions;
  return row;
}

// Empties what was kept into groups and totals; plans and the conditions' truths by fields stay.
void Impact::gather(Worker& worker) {
  for (const auto& [where, tally] : worker.tallies) {
    const auto& made = worker.made[where >> 32];
    const Party& party = worker.parties[where & UINT32_MAX];
    ImpactRow row = row_of(*made.plan, made.decision, party.account, party.principal, party.unsure);
    row.count = tally.count, row.failed = tally.failed;
    row.first.assign(tally.first, tally.first_size), row.last.assign(tally.last, tally.last_size);
    (row.denied == Truth::yes ? worker.totals.denied : worker.totals.perhaps) += tally.count;
    add_to_group(worker.groups, std::move(row));
  }
  for (const Party& party : worker.parties)
    if (party.exempted) worker.totals.not_reached[party.exempt] += party.exempted;
  if (worker.linked) worker.totals.not_reached[std::string(impact_linked)] += std::exchange(worker.linked, 0);
  if (worker.beyond) worker.totals.not_reached[std::string(impact_beyond)] += std::exchange(worker.beyond, 0);
  worker.tallies.clear();
  worker.made.clear();
  worker.parties.clear();
  worker.party_by_fields.clear();
  for (auto& truths : worker.truths_by_party) truths.clear();
  for (auto& [key, planned] : worker.plans) planned.decisions.clear();
}

void Impact::read_file(Worker& worker, const std::string& path) {
  std::string_view view;
  std::shared_ptr<const FileBytes> bytes;
  if (read_into(path, piece_bytes, worker.file)) {
    view = worker.file.text();
  } else {
    auto opened = FileBytes::open(path);
    if (!opened) {
      worker.problems.push_back(opened.error());
      return;
    }
    bytes = std::move(*opened);
    view = bytes->view();
  }
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
  if (packing == Packing::gzip && gunzip_into(view, unpacked_most, worker.room)) {
    read_text(worker, worker.room.text(), path, 0);
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
    for (auto& [key, planned] : worker->plans)
      if (planned.plan.unmapped) totals_.unmapped[planned.plan.event] += std::exchange(planned.plan.unmapped, 0);
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
