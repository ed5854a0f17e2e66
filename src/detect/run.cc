#include "detect/run.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "base/threads.h"
#include "base/time.h"
#include "detect/source.h"
#include "detect/state.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t ahead_records = 20'000;  // alerts and hits that wait for objects before theirs, over all threads
constexpr size_t ahead_bytes = 4 << 20;   // of alerts, written, that one object may have waiting
constexpr size_t ahead_objects = 4'096;
constexpr size_t told_at_once = 64 << 10;  // bytes of alerts, written, that are worth taking turns for
constexpr size_t checkpoint_objects = 1'000;
constexpr int64_t checkpoint_ms = 2'000;
constexpr int64_t poll_ms = 1'000;

// What came of one object, or of the part of it that was read so far.
struct Reading {
  struct Line {
    AlertKey key;
    uint32_t rule = 0, bytes = 0;
    bool suppressed = false;
  };
  std::vector<Alert> alerts;
  std::vector<Line> lines;  // alerts that are written already
  Lines text;               // of the lines, one behind the other
  std::vector<Hit> hits;
  std::vector<Error> problems;
  ObjectAudit audit;
  int64_t newest_ms = 0;
  bool complete = false;  // false: the run was stopped before its turn
  size_t records() const { return alerts.size() + lines.size() + hits.size(); }
};

// Named as AWS names the files of logs that it delivers: of such a one a reader says what is wrong with it, wherever it was met.
bool named_as_log(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  return contains(name, "_CloudTrail_") || contains(name, "_CloudTrail-Insight_") || contains(name, "_vpcflowlogs_") || contains(name, "_vpcdnsquerylogs_");
}

class DetectRun {
 public:
  DetectRun(const RuleSet& rules, const DetectOptions& options, const DetectSinks& sinks, const std::function<bool()>& stop)
      : rules_(rules), options_(options), sinks_(sinks), stop_(stop), matcher_(rules, fields_), correlator_(rules), facts_(fields_), evidence_(rules, fields_) {
    correlator_.plan(fields_);
    for (const auto& of_rule : options.same_by) {
      same_by_.emplace_back();
      for (const FieldPath& field : of_rule) same_by_.back().push_back(fields_.ask(field));
    }
    for (const FieldPath& field : options.entity_by) entity_by_.push_back(fields_.ask(field));
  }

  Result<DetectTotals> run() {
    state_ = TRY(DetectState::open(options_.state));
    TRY(state_->begin());
    if (state_->kept()) TRY(correlator_.load(state_->db()));
    if (state_->kept()) beside_ = sinks_.beside;
    if (beside_) TRY(beside_->open(state_->db()));
    const std::string before = TRY(state_->rules());
    totals_.rules_changed = !before.empty() && before != options_.rules_digest;
    TRY(state_->set_rules(options_.rules_digest));
    late_before_ = correlator_.late();
    source_ = options_.source ? options_.source : file_source(options_.paths, {.growing = options_.follow, .versions = state_->kept()});
    int64_t came_ms = steady_ms();
    for (bool more = true; more;) {
      const uint64_t objects = totals_.objects;
      TRY(read_all());
      if (totals_.objects > objects) came_ms = steady_ms();
      const bool at_once = source_->more();
      more = (options_.follow || at_once) && !stop_();
      if (options_.follow) TRY(advance_with_time(came_ms));
      TRY(checkpoint(more));
      if (more && !at_once) wait();
    }
    TRY(finish());
    totals_.late = correlator_.late() - late_before_;
    totals_.state_bytes = TRY(state_->bytes());
    return totals_;
  }

 private:
  struct Worker {
    Worker(const FieldPlan& plan, LogLimits limits) : reader(limits), fields(plan) {}
    LogReader reader;
    std::shared_ptr<Matcher::Scratch> scratch;
    EventFields fields;
    std::vector<uint32_t> matched;
    AlertShown alert;  // filled again for each
    ShownTexts texts;    // of what it shows
    std::string object_written;
    std::string id;
    std::pair<std::string, std::string> entity;
    std::string same;
    std::vector<Reading::Line> lines;  // and so do these, from object to object
    Lines text;
  };

  // --- Reading, several objects at once

  Status read_all() {
    std::vector<Error> problems;
    auto given = source_->fresh(problems);
    for (Error& problem : problems) sinks_.problem(std::move(problem));
    objects_ = TRY(std::move(given));
    size_t kept = 0;  // in place: there may be very many
    for (LogObject& object : objects_) {
      if (object.any_version ? TRY(state_->done_beginning(object.identity)) : !object.version.empty() && TRY(state_->done(object.identity, object.version))) {
        ++totals_.skipped;
        source_->settled(object);
      } else {
        if (&objects_[kept] != &object) objects_[kept] = std::move(object);
        ++kept;
      }
    }
    objects_.resize(kept);
    turn_ = 0;
    ready_.clear();
    waiting_records_ = 0;
    while (workers_.size() < std::max<size_t>(1, options_.workers)) {
      LogLimits limits;
      limits.count_duplicates = options_.exact_audit;
      workers_.push_back(std::make_unique<Worker>(fields_, limits));
      workers_.back()->scratch = matcher_.scratch();
    }
    for (const auto& worker : workers_) worker->reader.new_walk();
    parallel_for(objects_.size(), workers_.size(), [&](size_t index, size_t worker) { read_one(index, *workers_[worker]); });
    return failed_ ? Status(tl::unexpected(*failed_)) : Status{};
  }

  void read_one(size_t index, Worker& worker) {
    Reading reading;
    if (stopped()) return hand_in(index, reading);
    reading.lines.swap(worker.lines);
    std::swap(reading.text, worker.text);
    LogObject& object = objects_[index];
    worker.alert.event.object = object.name;
    worker.object_written.clear();
    LogSink sink;
    sink.early = worker.fields.early(matcher_.always_asked());
    sink.problem = [&](Error error) { reading.problems.push_back(std::move(error)); };
    // One reference fits into a function without room of its own being taken for every file.
    struct Here {
      size_t index;
      Worker& worker;
      Reading& reading;
      DetectRun& run;
    } here{index, worker, reading, *this};
    sink.event = [&here](const LogEvent& event) {
      if (here.run.timed_) here.reading.newest_ms = std::max(here.reading.newest_ms, event_time_ms(event));
      here.run.judge(event, here.worker, here.reading);
      here.run.give_some(here.index, here.reading);
    };
    reading.audit = source_->read(worker.reader, object, sink);
    reading.complete = true;
    hand_in(index, reading);
    reading.lines.clear();
    reading.text.clear();
    reading.lines.swap(worker.lines);
    std::swap(reading.text, worker.text);
  }

  void judge(const LogEvent& event, Worker& worker, Reading& reading) {
    worker.fields.begin(event);
    worker.matched.clear();
    matcher_.match(worker.fields, *worker.scratch, [&](uint32_t rule) { worker.matched.push_back(rule); });
    if (worker.matched.empty()) return;
    AlertShown& alert = worker.alert;
    if (worker.object_written.empty()) append_json_string(worker.object_written, alert.event.object);
    alert.object_written = worker.object_written;
    alert.read_as = event.kind == LogKind::cloudtrail ? event.text : std::string_view();
    worker.texts.clear();
    facts_.take(worker.fields, alert.event, worker.texts);
    for (uint32_t rule : worker.matched) {
      if (correlator_.fields().wanted(rule)) reading.hits.push_back(correlator_.fields().take(rule, worker.fields, copy_of(alert.event)));
      const RuleHead& head = rules_.rules[rule].head;
      if (head.quiet) continue;
      alert.rule = rule;
      const AlertKey key = put_alert_id(worker.id, head, alert.event.id);
      alert.id = worker.id;
      evidence_.take(rule, worker.fields, alert.evidence, worker.texts);
      if (rule < same_by_.size()) alert.same = worker.same = same_of(head, same_by_[rule], worker.fields);
      if (rule < entity_by_.size()) alert.entity = worker.entity = entity_of(entity_by_[rule], worker.fields);
      alert.suppressed = options_.silencer && options_.silencer->silences(rule, event, alert.event.time_ms);
      if (sinks_.write) write(alert, key, reading);
      else reading.alerts.push_back(copy_of(alert));
    }
  }

  void write(const AlertShown& alert, const AlertKey& key, Reading& reading) {
    const size_t from = reading.text.size();
    if (!alert.suppressed) sinks_.write(reading.text, alert);
    Reading::Line& line = reading.lines.emplace_back();
    line.key = key;
    line.rule = alert.rule;
    line.bytes = static_cast<uint32_t>(reading.text.size() - from);
    line.suppressed = alert.suppressed;
  }

  bool stopped() {
    std::lock_guard lock(mutex_);
    return failed_ || stop_();
  }

  // In the middle of an object: at once if it is its turn, else when enough has come together that waiting is better than holding more.
  void give_some(size_t index, Reading& reading) {
    if (reading.records() == 0) return;
    if (!options_.live && reading.text.size() < told_at_once && reading.records() < told_at_once / 64) return;
    std::unique_lock lock(mutex_);
    if (turn_ != index) {
      if (reading.records() < ahead_records / workers_.size() && reading.text.size() < ahead_bytes) return;
      turned_.wait(lock, [&] { return turn_ == index; });
    }
    tell(reading);
  }

  // At the end of an object. If it is its turn, `reading` keeps its room; else all of it is taken.
  void hand_in(size_t index, Reading& reading) {
    std::unique_lock lock(mutex_);
    turned_.wait(lock, [&] { return turn_ == index || (ready_.size() < ahead_objects && waiting_records_ < ahead_records); });
    if (turn_ == index) {
      settle(turn_++, reading);
    } else {
      waiting_records_ += reading.records();
      ready_.emplace(index, std::move(reading));
    }
    for (auto next = ready_.find(turn_); next != ready_.end(); next = ready_.find(turn_)) {
      waiting_records_ -= next->second.records();
      settle(turn_, next->second);
      ready_.erase(next);
      ++turn_;
    }
    turned_.notify_all();
  }

  // --- In order, one at a time (under the mutex)

  void keep(Status status) {
    if (!status && !failed_) failed_ = std::move(status).error();
  }

  // Whether the alert is to be told; it is counted.
  Result<bool> is_told(const AlertKey& key, bool suppressed) {
    if (!TRY(state_->first_told(key))) {
      ++totals_.repeated;
      return false;
    }
    ++(suppressed ? totals_.suppressed : totals_.alerts);
    return !suppressed;
  }

  Status tell_alert(const Alert& alert) {
    if (!TRY(is_told(alert_key(alert.id), alert.suppressed))) return {};
    if (!sinks_.write) {
      if (beside_) TRY(beside_->told(state_->db(), alert));
      sinks_.alert(alert);
      return {};
    }
    text_.clear();
    sinks_.write(text_, shown(alert));
    sinks_.written({alert.rule}, text_.text());
    return {};
  }

  // What stands side by side in the text is passed on together.
  Status tell_lines(const Reading& reading) {
    constexpr size_t ahead = 16;
    const std::vector<Reading::Line>& lines = reading.lines;
    size_t from = 0, at = 0;
    rules_told_.clear();
    auto pass_on = [&] {
      if (!rules_told_.empty()) sinks_.written(rules_told_, reading.text.text().substr(from, at - from));
      rules_told_.clear();
    };
    for (size_t i = 0; i < std::min(ahead, lines.size()); ++i) state_->soon_told(lines[i].key);
    for (size_t i = 0; i < lines.size(); ++i) {
      if (i + ahead < lines.size()) state_->soon_told(lines[i + ahead].key);
      const bool told = TRY(is_told(lines[i].key, lines[i].suppressed));
      if (!told) pass_on();
      at += lines[i].bytes;
      if (told) rules_told_.push_back(lines[i].rule);
      else from = at;
    }
    pass_on();
    return {};
  }

  Status tell_correlated(Alert alert) {
    alert.suppressed = options_.silencer && options_.silencer->silences(alert);
    return tell_alert(alert);
  }

  void tell(Reading& reading) {
    for (const Alert& alert : reading.alerts)
      if (!failed_) keep(tell_alert(alert));
    if (!failed_) keep(tell_lines(reading));
    for (Hit& hit : reading.hits)
      if (!failed_) keep(correlator_.add(std::move(hit)));
    reading.alerts.clear();
    reading.lines.clear();
    reading.text.clear();
    reading.hits.clear();
  }

  void settle(size_t index, Reading& reading) {
    if (failed_) return;
    tell(reading);
    if (!reading.complete || failed_) return;
    LogObject& object = objects_[index];
    ObjectAudit& audit = reading.audit;
    if (object.again) {
      for (Error& problem : reading.problems) sinks_.problem(std::move(problem));
      if (!audit.broken.empty() && sinks_.object) sinks_.object(audit);
      return;
    }
    audit.ignored = object.found && audit.format == "unknown" && audit.broken.empty() && audit.judged == 0 && !named_as_log(object.name);
    if (audit.ignored) {
      ++totals_.ignored;
    } else {
      // A stream may hold nothing; a file that was named and is no log is a mistake.
      if (audit.format == "unknown" && audit.broken.empty() && (audit.bytes > 0 || !object.stream))
        sinks_.problem({Code::type, audit.bytes > 0 ? "this is no log that Reeve knows" : "this file is empty", {object.name}, "CloudTrail or another of docs/formats/logs.md", {}});
      else
        for (Error& problem : reading.problems) sinks_.problem(std::move(problem));
      ++totals_.objects;
      totals_.events += audit.judged;
      totals_.parameters_omitted += audit.parameters_omitted;
      totals_.bytes += audit.bytes;
      for (const Refusal& refusal : audit.refused) totals_.refused += refusal.count;
    }
    totals_.newest_ms = std::max(totals_.newest_ms, reading.newest_ms);
    if (sinks_.object) sinks_.object(audit);
    if (!object.version.empty()) keep(state_->set_done(object.identity, object.version));
    settled_.push_back(std::move(object));
    const int64_t now = steady_ms();
    if (settled_.size() >= checkpoint_objects || now - checkpoint_at_ >= checkpoint_ms) keep(checkpoint(true));
    constexpr int64_t progress_ms = 50;  // a terminal shows no more, and small files come by the hundred in that time
    if (sinks_.progress && now - progress_at_ >= progress_ms) {
      progress_at_ = now;
      sinks_.progress(totals_);
    }
  }

  // What was told is out before the state says so: a run that is killed in between tells it again, by the same id.
  Status checkpoint(bool again) {
    if (sinks_.flush) TRY(sinks_.flush());
    if (state_->kept()) TRY(correlator_.save(state_->db()));
    TRY(commit());
    for (const LogObject& object : settled_) source_->settled(object);
    settled_.clear();
    checkpoint_at_ = steady_ms();
    if (sinks_.checkpoint) {
      totals_.state_bytes = TRY(state_->bytes());
      totals_.late = correlator_.late() - late_before_;
      sinks_.checkpoint(totals_);
    }
    return again ? state_->begin() : Status{};
  }

  Status commit() {
    if (beside_) TRY(beside_->before_commit(state_->db()));
    TRY(state_->commit());
    if (beside_) beside_->committed();
    return {};
  }

  // --- Time

  Status advance(int64_t watermark_ms) {
    Status told;
    TRY(correlator_.advance(watermark_ms, [&](Alert alert) {
      if (told) told = tell_correlated(std::move(alert));
    }));
    return told;
  }

  // An event of tomorrow (a clock that is wrong) must not make those of today late.
  Status advance_with_time(int64_t came_ms) {
    if (totals_.newest_ms == 0) return {};
    const int64_t now = wall_clock().ms;
    int64_t watermark = std::min(totals_.newest_ms, now) - options_.lateness_ms;
    if (steady_ms() - came_ms > options_.lateness_ms) watermark = std::max(watermark, now - options_.lateness_ms);
    return advance(watermark);
  }

  Status finish() {
    // A state goes on where this run ends, with as much left open as may still come late. What could be told of that if nothing came
    // any more is told now, and not again.
    if (state_->kept() && !options_.follow) {
      if (correlator_.newest_ms() != INT64_MIN) {
        TRY(state_->begin());
        TRY(advance(correlator_.newest_ms() - options_.lateness_ms));
        TRY(checkpoint(false));
      }
      if (stop_()) return {};
      TRY(state_->begin());
      std::vector<Alert> told;
      TRY(correlator_.advance(Correlator::whole, [&](Alert alert) { told.push_back(std::move(alert)); }));
      state_->rollback();
      TRY(state_->begin());
      for (Alert& alert : told) TRY(tell_correlated(std::move(alert)));
      if (sinks_.flush) TRY(sinks_.flush());
      return commit();
    }
    if (state_->kept()) return {};
    TRY(advance(Correlator::whole));
    return sinks_.flush ? sinks_.flush() : Status{};
  }

  void wait() const {
    for (int64_t waited = 0; waited < poll_ms && !stop_(); waited += 50) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }

  const RuleSet& rules_;
  const DetectOptions& options_;
  const DetectSinks& sinks_;
  const std::function<bool()>& stop_;
  FieldPlan fields_;  // of those below: they ask in it for what they want
  Matcher matcher_;
  Correlator correlator_;
  FactsTaker facts_;
  EvidenceTaker evidence_;
  std::vector<std::vector<AskedField>> same_by_;  // by rule, as are those behind it
  std::vector<AskedField> entity_by_;
  Lines text_;
  std::vector<uint32_t> rules_told_;
  std::unique_ptr<DetectState> state_;
  std::shared_ptr<ObjectSource> source_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<LogObject> objects_, settled_;
  DetectTotals totals_;
  BesideState* beside_ = nullptr;
  const bool timed_ = options_.follow || options_.newest;
  uint64_t late_before_ = 0;
  int64_t checkpoint_at_ = steady_ms(), progress_at_ = 0;

  std::mutex mutex_;
  std::condition_variable turned_;
  size_t turn_ = 0, waiting_records_ = 0;
  std::map<size_t, Reading> ready_;
  std::optional<Error> failed_;
};

}  // namespace

Result<DetectTotals> run_detections(const RuleSet& rules, const DetectOptions& options, const DetectSinks& sinks, const std::function<bool()>& stop) {
  return DetectRun(rules, options, sinks, stop).run();
}

}  // namespace reeve
