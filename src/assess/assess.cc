#include "assess/assess.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "assess/access_records.h"
#include "assess/guard_judge.h"
#include "assess/newer_facts.h"
#include "assess/own_records.h"
#include "assess/sql_judge.h"
#include "assess/tally.h"
#include "assess/unit_result.h"
#include "assess/unit_sql.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/words.h"
#include "estate/several_organizations.h"
#include "store/history.h"
#include "store/views.h"

namespace reeve {
namespace {

// Only to learn the newest stated time before anything is judged.
class TimeSink : public UnitSink {
 public:
  void resource(Resource&&) override {}
  void withdraw(const std::string&) override {}
  void read(ReadRecord&&) override {}
  void source(SourceRecord&& source) override {
    if (source.time_basis == "stated") bound = std::max(bound, source.time_ms);
  }
  void problem(Error&&) override {}
  void note(Error&&) override {}
  void stated_time(int64_t time_ms) override { newest = std::max(newest, time_ms); }
  int64_t newest = 0, bound = 0;
};

// The organization's id and accounts, which policy documents name: known before any account is judged.
class OrganizationSink : public TimeSink {
 public:
  void resource(Resource&& resource) override {
    if (resource.type_name == "AWS::Organizations::Account") accounts.insert(resource.id);
    if (resource.type_name != kOrganizationType || !resource.type) return;
    for (auto& [column, path] : resource.type->columns)
      if (column == "organization_id")
        if (Value value = path.find_plain(resource.body()); value) {
          several |= value.is_unknown() ? starts_with(value.text(), kSeveralOrganizations) : !id.empty() && id != value.text();
          if (!value.is_unknown()) id = std::string(value.text());
          else if (several) why = std::string(value.text());
        }
  }
  void read(ReadRecord&& record) override {
    if (record.call != "organizations:ListAccounts") return;
    if (record.status == ReadRecord::Status::ok) whole.insert(record.account);
    if (record.status == ReadRecord::Status::error) broken.insert(record.account);
  }
  // A list that broke off leaves out accounts that are ours.
  bool complete() const {
    return std::any_of(whole.begin(), whole.end(), [&](auto& account) { return !broken.count(account); });
  }
  std::string id;
  bool several = false;
  std::string why = std::string(kSeveralOrganizations);
  std::set<std::string> accounts, whole, broken;
};

class Run {
 public:
  Run(const AssessOptions& options, Assessment& out) : options_(options), out_(out) { out_.evidence_of_passes = options.evidence_of_passes; }

  Status all() {
    TRY(load_content_and_workspace());
    TRY(find());
    TRY(open_store());
    TRY(units());
    TRY(judge_the_whole());
    TRY(close_and_count());
    return {};
  }

 private:
  Status load_content_and_workspace() {
    ContentOptions content;
    content.content_dir = options_.content_dir;
    content.workspace_dir = options_.workspace_dir;
    out_.content = load_content(content);
    out_.problems.insert(out_.problems.end(), out_.content.errors.begin(), out_.content.errors.end());
    if (out_.content.controls.empty()) return fail(Code::not_found, "there is no control to judge by", {options_.content_dir}, "content/controls with at least one control");
    for (auto& control : out_.content.controls) known_controls_.push_back(control.id), known_owners_.insert(control.owner);
    TRY(narrow_controls());
    catalogue_ = catalogue_of(out_.content, out_.problems);
    if (!options_.workspace_dir.empty()) {
      out_.workspace = TRY(load_workspace(options_.workspace_dir));
      out_.problems.insert(out_.problems.end(), out_.workspace->errors.begin(), out_.workspace->errors.end());
      check_answers();
      out_.organization = out_.workspace->organization;
      out_.edition = out_.workspace->edition;
    }
    const Edition* edition = out_.edition.empty() ? out_.content.standard_edition() : out_.content.edition(out_.edition);
    if (!edition && !out_.edition.empty())
      out_.problems.push_back({Code::not_found, "edition `" + out_.edition + "` is not known", {options_.workspace_dir + "/reeve.yaml"}, "an edition of content/practices", ""});
    if (!edition) edition = out_.content.standard_edition();
    out_.edition = edition ? edition->id : "";
    guard_ = std::make_unique<GuardJudge>(out_.content, catalogue_, out_.problems);
    asked_ = columns_asked(out_.content, catalogue_, false);
    asked_within_ = columns_asked(out_.content, catalogue_, true);
    return {};
  }

  // What the others would say is not known then, and nothing is said of them: neither that they pass nor that they are missing. A control about what all
  // come to can therefore not be one of some.
  Status narrow_controls() {
    std::vector<std::string> asked = options_.controls;
    std::sort(asked.begin(), asked.end());
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    for (auto& id : asked) {
      if (std::binary_search(known_controls_.begin(), known_controls_.end(), id)) continue;
      for (auto& error : out_.content.errors)
        if (contains(error.at.path, "controls/" + id + "/")) return tl::unexpected(error);
      const std::string near = nearest(id, known_controls_);
      return fail(Code::not_found, "control `" + id + "` is asked for and there is none", {}, "the id of a control", near.empty() ? "`reeve content list` has all, --practice those of one practice" : "did you mean `" + near + "`?");
    }
    if (asked.empty() || asked.size() == known_controls_.size()) return {};
    std::vector<std::string> of_all;
    std::erase_if(asked, [&](const std::string& id) {
      auto& needs = out_.content.control(id)->needs;
      const bool is = std::find(needs.begin(), needs.end(), own_part) != needs.end();
      if (is) of_all.push_back("`" + id + "`");
      return is;
    });
    const std::string why = join(of_all, ", ") + (of_all.size() == 1 ? " speaks" : " speak") + " of what all controls come to";
    if (asked.empty()) return fail(Code::usage, why + ", and cannot be judged by some alone", {}, "other controls besides, or no --controls", "");
    scope_.controls = std::move(asked);
    out_.controls_left_out = known_controls_.size() - scope_.controls.size();
    std::erase_if(out_.content.controls, [&](const Control& control) { return !scope_.has_control(control.id); });
    out_.notes.push_back({Code::unsupported, out_.controls_asked() + " are judged, as asked: scores speak of those alone, and levels, objectives, frameworks and threats are not told", {}, "", ""});
    if (!of_all.empty()) out_.notes.push_back({Code::unsupported, why + ": left out too", {}, "", ""});
    return {};
  }

  // An answer about a control that nobody asks, and an owner of what nobody owns, would go unheard.
  void check_answers() {
    auto control_of = [&](const std::string& id, const Place& at) {
      const Control* control = out_.content.control(id);
      if (!control && std::binary_search(known_controls_.begin(), known_controls_.end(), id)) return control;  // not asked for
      std::string near = control ? "" : nearest(id, known_controls_);
      if (!control) out_.problems.push_back({Code::not_found, "there is no control `" + id + "`", at, near.empty() ? "the id of a control" : "`" + near + "`?", "reeve content list"});
      return control;
    };
    const std::set<std::string>& roles = known_owners_;
    for (auto& [role, person] : out_.workspace->owners) {
      if (roles.count(role)) continue;
      auto at = out_.workspace->at.find("owners." + role);
      std::string near = nearest(role, {roles.begin(), roles.end()});
      out_.problems.push_back({Code::not_found, "no control is owned by `" + role + "`", at == out_.workspace->at.end() ? Place{out_.workspace->dir + "/reeve.yaml"} : at->second,
                               near.empty() ? join({roles.begin(), roles.end()}, ", ") : "`" + near + "`?", ""});
    }
    for (auto& exception : out_.workspace->exceptions) control_of(exception.control, exception.at);
    for (auto& drill : out_.workspace->drills)
      if (!drill.control.empty())
        if (const Control* control = control_of(drill.control, drill.at); control && control->judge != Judge::attested)
          out_.problems.push_back({Code::usage, "`" + drill.control + "` is judged by facts, so it does not stand on a drill", drill.at, "a control with an attest.yaml", ""});
    for (auto& attestation : out_.workspace->attestations)
      if (const Control* control = control_of(attestation.control, attestation.at); control && control->judge != Judge::attested)
        out_.problems.push_back({Code::usage, "`" + attestation.control + "` is judged by facts, so nobody's word counts", attestation.at, "a control with an attest.yaml", "an exception says that a fail is accepted"});
  }

  Status find() {
    out_.source_names = options_.sources;
    if (out_.source_names.empty() && out_.workspace) out_.source_names = out_.workspace->sources;
    if (out_.source_names.empty()) {  // a misspelt key of the workspace may be why
      bool told = out_.workspace && !out_.workspace->errors.empty();
      return fail(Code::usage, "no source is named", {}, "a folder, file or archive, or `scope.sources` in reeve.yaml",
                  told ? out_.workspace->errors.front().text() : "try: reeve assess FOLDER");
    }
    progress("finding inputs", 0, 0);
    inputs_ = find_inputs(out_.source_names, catalogue_);
    scope_.accounts = options_.accounts.empty() && out_.workspace ? out_.workspace->accounts : options_.accounts;
    scope_.regions = options_.regions.empty() && out_.workspace ? out_.workspace->regions : options_.regions;
    nothing_read_ = std::all_of(inputs_.units.begin(), inputs_.units.end(), [](auto& unit) { return unit.inputs.empty(); });
    // Of a path that is not there one message is enough.
    if (nothing_read_ && (inputs_.problems.size() < out_.source_names.size() || !inputs_.set_aside.empty()))
      out_.problems.push_back({Code::not_found, "nothing to judge was found in " + join(out_.source_names, ", "), {}, "what docs/formats/snapshot.md describes",
                               "`sources` of --format json says why each file is no input"});
    out_.problems.insert(out_.problems.end(), inputs_.problems.begin(), inputs_.problems.end());
    out_.notes.insert(out_.notes.end(), inputs_.notes.begin(), inputs_.notes.end());
    return check_accounts();
  }

  // As with Regions below: an account that is not there would leave nothing to judge.
  Status check_accounts() {
    constexpr size_t named_most = 8;
    std::vector<std::string> seen;
    for (auto& unit : inputs_.units)
      if (unit.kind == Unit::Kind::account) seen.push_back(unit.account);
    for (auto& account : scope_.accounts) {
      if (seen.empty() || std::find(seen.begin(), seen.end(), account) != seen.end()) continue;  // that nothing was read is said already
      std::string near = nearest(account, seen);
      Error error{Code::not_found, "account `" + account + "` is asked for and not in the input", {},
                  seen.size() <= named_most ? "one of " + join(seen, ", ") : "one of the " + with_thousands(seen.size()) + " accounts that were read",
                  near.empty() ? "" : "did you mean `" + near + "`?"};
      // A workspace may name more accounts than one export holds; who types one wants an answer about it.
      if (!options_.accounts.empty()) return tl::unexpected(error);
      out_.problems.push_back(std::move(error));
    }
    return {};
  }

  bool time_decides_warm() const { return guard_->uses_now() || (out_.workspace && !out_.workspace->exceptions.empty()); }

  // What a past day found would overwrite what is known since: findings would open after they closed.
  Status not_before_last_run() {
    if (!options_.as_of.known()) return {};
    const store::SqlValue value = TRY(out_.store->db().value("SELECT max(as_of) FROM run"));
    const auto* last = std::get_if<int64_t>(&value);
    if (!last || *last <= options_.as_of.ms) return {};
    const std::string moment = rfc3339(Time{*last});
    return fail(Code::usage, "the workspace has a run of " + moment + ", and this one would be of " + rfc3339(options_.as_of), {}, "--as-of " + moment + " or later",
                "judge an earlier day without --workspace, or in a workspace of its own");
  }

  Status open_store() {
    out_.as_of = options_.as_of;
    if (out_.as_of.known()) out_.as_of_basis = "option";
    else if (time_decides_warm()) {
      std::vector<int64_t> newest(inputs_.units.size()), bound(inputs_.units.size());
      parallel_for(inputs_.units.size(), threads(), [&](size_t i, size_t) {
        TimeSink sink;
        load_unit(inputs_.units[i], catalogue_, sink);
        newest[i] = sink.newest;
        bound[i] = sink.bound;
      });
      auto last = [](const std::vector<int64_t>& times) { return times.empty() ? 0 : *std::max_element(times.begin(), times.end()); };
      settle_as_of(last(newest), last(bound));
    }
    if (options_.workspace_dir.empty()) {
      out_.store = TRY(store::Store::temporary());
    } else if (!options_.remembers) {  // what looks back, such as how long findings are open, stands as in a run that is remembered
      out_.store = TRY(store::Store::copy_of(options_.workspace_dir));
      out_.has_history = true;
    } else {
      out_.store = TRY(store::Store::open(options_.workspace_dir));
      out_.has_history = true;
      TRY(not_before_last_run());
    }
    // What a kept unit's verdicts hang on besides its inputs.
    Sha256Stream digest;
    digest.add(out_.content.digest);
    digest.add("|format 1|" + join(scope_.regions, ",") + "|" + join(scope_.controls, ","));
    if (out_.workspace)
      for (auto& exception : out_.workspace->exceptions)
        digest.add(exception.expired(out_.as_of) ? "|expired " : "|"), digest.add(exception.control + "\n" + exception.resource + "\n" + exception.approver + "\n" + exception.reason + rfc3339(exception.expires));
    if (guard_->uses_now()) digest.add(rfc3339(out_.as_of));
    OrganizationSink organization;
    for (auto& unit : inputs_.units)
      if (unit.kind == Unit::Kind::organization) load_unit(unit, catalogue_, organization);
    // Of two organizations neither is the inside of the other: who is a stranger is then not told.
    if (organization.several)
      out_.notes.push_back({Code::unsupported, organization.why + "; what is inside, and what binds an account, is unknown", {}, "", "assess each organization by itself"});
    else
      organization_ = {organization.id, {organization.accounts.begin(), organization.accounts.end()}, organization.complete()};
    digest.add("|organization " + organization_.id + (organization_.accounts_complete ? " whole " : " ") + join(organization_.accounts, ","));
    store::RunInfo info;
    info.as_of = out_.as_of;
    info.content_digest = hex(digest.finish());
    info.sources = out_.source_names;
    run_ = TRY(out_.store->begin_run(info));
    return {};
  }

  // Workers read and judge; this thread writes, in order of units. At most a few results wait at a time.
  Status units() {
    auto& units = inputs_.units;
    Sha256Stream all_read;
    for (auto& unit : units) {
      if (unit.kind != Unit::Kind::account) continue;
      for (auto& input : unit.inputs) read_[unit.account].insert(input.kind == InputKind::config ? "config" : input.call);
    }
    for (auto& [account, calls] : read_)
      for (auto& call : calls) all_read.add(account + " " + call + "\n");
    of_foreign_ = "?" + hex(all_read.finish());
    std::vector<bool> kept(units.size());
    std::vector<std::string> digests(units.size());
    for (size_t i = 0; i < units.size(); ++i) {
      digests[i] = units[i].digest() + (scope_.has_unit(units[i].key) ? "" : "-");
      auto state = TRY(run_->unit_state(units[i].key));
      kept[i] = state && (state->digest == digests[i] || state->digest == digests[i] + of_foreign_);
    }
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::unique_ptr<UnitResult>> ready(units.size());
    size_t next = 0, written = 0;
    bool stop = false;
    const size_t window = threads() * 4;
    const JudgeContext context = this->context();
    Status failed;  // of a worker
    auto work = [&] {
      auto sql = UnitSql::make(context, catalogue_, organization_);
      for (;;) {
        size_t i;
        {
          std::unique_lock lock(mutex);
          while (next < units.size() && kept[next]) ++next;
          changed.wait(lock, [&] { return stop || next >= units.size() || next < written + window; });
          while (next < units.size() && kept[next]) ++next;
          if (stop || next >= units.size()) return;
          i = next++;
        }
        auto result = std::make_unique<UnitResult>();
        UnitCollector collector(context, *result, units[i].account);
        load_unit(units[i], catalogue_, collector);
        collector.complete(units[i], catalogue_);
        Status judged;
        if (!sql) judged = tl::unexpected(sql.error());
        else if (*sql) judged = (*sql)->judge(*result);
        {
          std::lock_guard lock(mutex);
          if (!judged) failed = judged;
          ready[i] = std::move(result);
        }
        changed.notify_all();
      }
    };
    std::vector<std::thread> workers;
    for (size_t t = 0; t < threads(); ++t) workers.emplace_back(work);
    Status status;
    for (size_t i = 0; i < units.size() && status; ++i) {
      if (kept[i]) {
        status = keep(units[i]);
        {
          std::lock_guard lock(mutex);
          written = i + 1;
        }
        changed.notify_all();
        continue;
      }
      std::unique_ptr<UnitResult> result;
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return ready[i] != nullptr; });
        result = std::move(ready[i]);
        written = i + 1;
        status = failed;
      }
      changed.notify_all();
      if (status) status = write(units[i], digests[i], *result);
      progress("reading", i + 1, units.size());
    }
    {
      std::lock_guard lock(mutex);
      stop = true;
    }
    changed.notify_all();
    for (auto& worker : workers) worker.join();
    return status;
  }

  Status write(const Unit& unit, const std::string& digest, UnitResult& result) {
    // What several accounts tell of and none that was read owns is judged once; who else tells of it may change, so such a unit is not kept.
    for (uint32_t i = 0; result.shared && i < result.resources.size(); ++i)
      if (result.resources[i].shared && !result.resources[i].withdrawn && !shared_.insert(std::string(result.resources[i].uid)).second) leave_to_another(result, i);
    TRY(write_unit(*run_, out_.content, unit.key, digest + (result.shared ? "!" : result.foreign ? of_foreign_ : ""), result));
    take_notes(result.problems, result.notes);
    newest_ms_ = std::max(newest_ms_, result.newest_ms);
    return {};
  }

  Status keep(const Unit& unit) {
    TRY(run_->keep_unit(unit.key));
    take_notes(TRY(out_.store->notes(unit.key, true)), TRY(out_.store->notes(unit.key, false)));
    return {};
  }

  // What is wrong with a control shows in every unit; it is said once.
  void take_notes(const std::vector<Error>& problems, const std::vector<Error>& notes) {
    for (auto& problem : problems)
      if (said_.insert(problem.text()).second) out_.problems.push_back(problem);
    out_.notes.insert(out_.notes.end(), notes.begin(), notes.end());
  }

  // `newest_ms`: of the moments at which facts were true. `bound_ms`: of those that replies mention, such as a creation: the facts are
  // no older than that and may be years younger, so judging by it would let old runtimes pass and expired exceptions stand. A moment that
  // a reply outlives by more than an export takes is not that of the facts (docs/decisions/2026-11-25-as-of.md).
  void settle_as_of(int64_t newest_ms, int64_t bound_ms) {
    if (out_.facts_of.known()) return;
    constexpr int64_t export_takes_ms = 24 * 3'600'000;
    const bool outlived = newest_ms != 0 && bound_ms > newest_ms + export_takes_ms;
    const std::string none = outlived ? "a reply mentions " + rfc3339({bound_ms}) + ", long after the newest moment that an input states, " + rfc3339({newest_ms})
                                      : std::string("no input states the moment of its facts");
    std::string basis = "stated", said, hint;
    out_.facts_of = {std::max(newest_ms, bound_ms)};
    if (newest_ms == 0 || outlived) {
      int64_t file_ms = 0;
      for (auto& unit : inputs_.units)
        for (auto& input : unit.inputs) file_ms = std::max(file_ms, input.mtime_ms);
      if (file_ms != 0) {
        out_.facts_of.ms = std::max(out_.facts_of.ms, file_ms);
        basis = "file";
        said = none + (out_.facts_of.ms == file_ms ? ": the newest file's time is taken" : ": files are older still, so the date mentioned is taken, which may be too early");
        hint = "give --as-of TIME for the same answer from a copy";
      } else if (!out_.as_of.known()) {
        out_.facts_of = wall_clock();
        basis = "clock";
        if (!nothing_read_) said = (outlived ? none : "no input states a time") + ": the clock's is taken", hint = "give --as-of TIME for the same answer tomorrow";
      }
    }
    if (out_.as_of.known()) return;  // by the option
    out_.as_of = out_.facts_of;
    out_.as_of_basis = basis;
    if (!said.empty()) out_.notes.push_back({Code::not_found, said, {}, "", hint});
  }

  Status judge_the_whole() {
    TRY(run_->end_load());
    // Kept units have not been read: their times are in the record.
    int64_t bound_ms = 0;
    NewerFacts newer;
    TRY(out_.store->sources([&](const store::Store::StoredSource& source) -> Status {
      newer.see(source.file, source.time, source.time_basis);
      if (source.time_basis.empty()) newest_ms_ = std::max(newest_ms_, source.time.ms);
      if (source.time_basis == "stated") bound_ms = std::max(bound_ms, source.time.ms);
      return {};
    }));
    settle_as_of(newest_ms_, bound_ms);
    if (auto note = newer.note(out_.as_of)) out_.notes.push_back(std::move(*note));
    out_.today = std::max(out_.as_of, options_.today);
    TRY(run_->set_as_of(out_.as_of));
    TRY(store::create_views(out_.store->db(), view_input(out_.content, catalogue_, out_.workspace ? &*out_.workspace : nullptr, out_.as_of)));
    TRY(check_regions());
    progress("judging the whole", inputs_.units.size(), inputs_.units.size());
    SqlJudgeInput input{&out_.content, &catalogue_, out_.workspace ? &*out_.workspace : nullptr, out_.as_of, &scope_, &read_, is_part(out_, scope_), out_.evidence_of_passes};
    Records recorded;
    if (asks_access(out_.content)) {
      TRY(record_access(*out_.store, out_.content, catalogue_, out_.escalation, out_.problems));
      recorded.parts.insert(std::string(access_part));
    }
    if (!inputs_.alerts.empty()) {
      out_.alerts = read_alert_inputs(inputs_.alerts, out_.content, scope_, out_.problems);
      TRY(record_alerts(*out_.store, out_.content, out_.alerts, out_.as_of));
      recorded.parts.insert(std::string(detect_part));
    }
    threats_ = std::make_unique<ThreatModelRun>(out_, catalogue_);
    std::string model = options_.threat_model;
    if (model.empty() && out_.workspace) model = join_path(out_.workspace->dir, std::string(model_file));
    TRY(add_sql_functions(out_.store->db(), out_.as_of, input.part));  // for conditions of threats
    out_.store->db().set_now(out_.as_of);
    if (scope_.controls.empty()) TRY(threats_->begin(model, options_.threats));
    if (threats_->has_model()) {
      TRY(threats_->record());
      recorded.parts.insert(std::string(model_part));
    }
    input.records = &recorded;
    input.own_results = [&]() -> Status {
      TRY(record_objectives(out_, TRY(count_controls(out_, *guard_)), catalogue_));
      return record_controls(*out_.store, out_.content, input.workspace, out_.as_of);
    };
    SqlJudge judge(*out_.store, input);
    auto status = judge.judge_all(*run_, out_.problems);
    passes_ = judge.take_passes();
    return status;
  }

  // A Region that no fact comes from would leave nothing to judge, which looks like all is well. Only now is it known which there are.
  Status check_regions() {
    if (scope_.regions.empty()) return {};
    std::vector<std::string> seen;
    auto rows = TRY(out_.store->db().prepare("SELECT DISTINCT region FROM temp.regions WHERE region <> 'global' ORDER BY region"));
    while (TRY(rows.step())) seen.emplace_back(rows.text(0));
    for (auto& region : scope_.regions) {
      if (std::find(seen.begin(), seen.end(), region) != seen.end()) continue;
      std::string near = nearest(region, seen);
      Error error{Code::not_found, "Region `" + region + "` is asked for and not in the input", {}, "one of " + join(seen, ", "),
                  near.empty() ? "" : "did you mean `" + near + "`?"};
      // A workspace may name more Regions than one export holds; who types one wants an answer about it.
      if (!options_.regions.empty()) return tl::unexpected(error);
      out_.problems.push_back(std::move(error));
    }
    return {};
  }

  Status close_and_count() {
    // A finding that did not come again: its resource passes now, is proven gone, or was not judged.
    std::set<std::string> listed;  // account, Region, call answered in this run
    std::set<std::string> config;   // account and Region of an AWS Config snapshot, account and type that it records
    std::set<std::string> deleted;  // uids that AWS Config says are gone
    TRY(out_.store->reads([&](const store::Store::StoredRead& read) -> Status {
      if (read.operation == "config:DeliverConfigSnapshot") {
        config.insert(read.account + "\n" + read.region);
        config.insert(read.account + "\n" + read.parameter);
        return {};
      }
      if (read.operation == "config:GetResourceConfigHistory" && read.status == store::ReadStatus::absent) deleted.insert(read.parameter);
      if (read.status == store::ReadStatus::ok && read.parameter.empty()) listed.insert(read.account + "\n" + read.region + "\n" + read.operation), listed.insert(read.account + "\n*\n" + read.operation);
      return {};
    }));
    auto decide = [&](const store::OpenFinding& old) {
      if (!scope_.has_unit(old.unit) || !scope_.has_region(old.region) || !scope_.has_control(old.control)) return store::Decision::not_rejudged;
      if (old.resource_seen) return store::Decision::closed_pass;
      if (deleted.count(std::string(old.uid))) return store::Decision::closed_deleted;
      const ResourceType* type = catalogue_.find(old.type);
      if (!type) return store::Decision::not_rejudged;
      for (const Read& read : type->reads) {
        if (!read.lists()) continue;
        std::string region = type->global ? "*" : std::string(old.region);
        if (listed.count(std::string(old.account) + "\n" + region + "\n" + read.call)) return store::Decision::closed_deleted;
      }
      std::string account(old.account);
      if (type->has_config && config.count(account + "\n" + std::string(old.region)) && config.count(account + "\n" + type->type)) return store::Decision::closed_deleted;
      return store::Decision::not_rejudged;
    };
    out_.changes = TRY(run_->finish(decide));
    TRY(tally(out_, catalogue_, context(), inputs_, passes_, organization_));
    out_.words = TRY(attested_part(out_));
    TRY(threats_->end());
    if (out_.has_history) TRY(keep_controls());
    const std::string summary = TRY(summary_json(out_, scope_));
    if (out_.has_history) out_.history = TRY(history_part(out_, summary));
    return run_->commit(summary);
  }

  // A later edition may call a control more or less severe; what it was in this run stays.
  Status keep_controls() {
    const int64_t run = TRY(out_.store->runs()).back().id;
    for (auto& result : out_.controls) TRY(store::keep_control(out_.store->db(), {result.control->id, run, static_cast<int>(result.control->severity), result.control->title}));
    return {};
  }

  JudgeContext context() const { return {&out_.content, guard_.get(), out_.workspace ? &*out_.workspace : nullptr, &asked_, out_.as_of, &scope_, &read_, &asked_within_}; }
  size_t threads() const { return options_.threads ? options_.threads : worker_count(); }
  void progress(const std::string& what, uint64_t done, uint64_t total) {
    if (options_.progress) options_.progress(what, done, total);
  }

  const AssessOptions& options_;
  SqlPasses passes_;
  AccountsRead read_;
  std::string of_foreign_;  // added to the digest of a unit that tells of other accounts' resources
  Assessment& out_;
  ResourceCatalogue catalogue_;
  std::unique_ptr<GuardJudge> guard_;
  std::set<std::string> asked_, asked_within_;
  OrganizationFacts organization_;
  std::vector<std::string> known_controls_;  // of the content, asked for or not; sorted
  std::set<std::string> known_owners_;       // of those
  std::set<std::string> said_;    // problems
  std::set<std::string> shared_;  // uids of resources that a unit of this run judged for whoever owns them
  Scope scope_;
  Inputs inputs_;
  std::unique_ptr<store::RunWriter> run_;
  std::unique_ptr<ThreatModelRun> threats_;
  int64_t newest_ms_ = 0;
  bool nothing_read_ = false;
};

}  // namespace

std::string Assessment::controls_asked() const {
  const uint64_t asked = content.controls.size();
  return controls_left_out ? with_thousands(asked) + " of " + count_text(asked + controls_left_out, "control") : "";
}

Result<std::unique_ptr<Assessment>> assess(const AssessOptions& options) {
  auto out = std::make_unique<Assessment>();
  Run run(options, *out);
  TRY(run.all());
  return out;
}

}  // namespace reeve
