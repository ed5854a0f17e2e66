#include "detect/correlator.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/hash.h"
#include "detect/window.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t held_max = 50'000;  // hits that wait in memory: some 20 MB

using GroupPairs = std::vector<std::pair<std::string, std::string>>;

// The values that a hit is grouped by. Nothing: it has none of the fields, so there is nothing that it could share with another.
std::optional<GroupPairs> group_of(const CorrelationRule& rule, uint32_t base, const Hit& hit) {
  GroupPairs out;
  const auto& names = rule.group_by.names;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto* texts = hit.find(rule.group_by.fields[base][i].name());
    if (!texts) continue;
    std::string value;
    for (const std::string& text : *texts) value += (value.empty() ? "" : ", ") + text;
    out.emplace_back(names[i], std::move(value));
  }
  if (out.empty() && !names.empty()) return std::nullopt;
  return out;
}

std::string key_of(const GroupPairs& pairs) {
  std::string out;
  Packer packer(out);
  for (const auto& [name, value] : pairs) packer.text(name).text(value);
  return out;
}

std::string figure_text(double figure) {
  std::string out;
  JsonWriter(out).number(figure);
  return out;
}

}  // namespace

struct Correlator::State {
  explicit State(const RuleSet& rule_set) : rules(rule_set), fields(rule_set), parents(rule_set.rules.size()), groups(rule_set.rules.size()), swept(rule_set.rules.size(), 0) {
    for (uint32_t i = 0; i < rules.rules.size(); ++i) {
      std::string id = rules.rules[i].head.id;
      for (size_t n = 2; !rule_by_name.try_emplace(id, i).second; ++n) id = rules.rules[i].head.id + " " + std::to_string(n);
      rule_names.push_back(std::move(id));
      if (const auto* rule = rules.rules[i].correlation.get())
        for (uint32_t base = 0; base < rule->rules.size(); ++base) parents[rule->rules[base]].emplace_back(i, base);
    }
  }

  struct Group {
    GroupPairs pairs;  // fields that the events have, with what stands there
    CorrelationWindow window;
  };

  const RuleSet& rules;
  HitFields fields;
  std::vector<std::vector<std::pair<uint32_t, uint32_t>>> parents;  // of a rule: correlations built on it, and as which base
  std::vector<std::unordered_map<std::string, Group>> groups;       // of a correlation, by key
  std::vector<size_t> swept;                                        // groups left after the last look for those that are over
  std::set<std::tuple<int64_t, uint32_t, std::string>> due;         // settled windows: when, of which correlation and group

  // A hit that waits, packed: it takes a third of the room.
  struct Waiting {
    int64_t time_ms = 0;
    uint32_t rule = 0;
    std::string body;
    std::string_view id() const { return packed_id(body); }
  };
  static void in_order(std::vector<Waiting>& hits) {
    std::sort(hits.begin(), hits.end(), [](const Waiting& a, const Waiting& b) {
      return a.time_ms != b.time_ms ? a.time_ms < b.time_ms : std::pair(a.id(), a.rule) < std::pair(b.id(), b.rule);
    });
  }
  std::vector<Waiting> waiting;
  size_t waiting_max = held_max;
  std::unique_ptr<store::Db> own;  // a temporary file
  store::Db* table = nullptr;      // where hits wait that memory does not hold; null: nowhere yet
  bool in_table = false, changed = false;
  std::vector<std::string> rule_names;  // for rows: the rule's id; of rules that share one, with their number
  std::unordered_map<std::string, uint32_t> rule_by_name;
  int64_t closed_ms = INT64_MIN, newest_ms = INT64_MIN;
  uint64_t late = 0;

  // One moment: what came of it for each correlation, bases before what is built on them.
  using Moment = std::map<uint32_t, std::vector<std::pair<uint32_t, std::shared_ptr<const Hit>>>>;
  void arrive(Moment& moment, const std::shared_ptr<const Hit>& hit) const {
    for (const auto& [correlation, base] : parents[hit->rule]) moment[correlation].emplace_back(base, hit);
  }
  void at(int64_t time_ms, Moment moment, const std::function<void(Alert)>& alert);
  void settle_until(int64_t time_ms, const std::function<void(Alert)>& alert);
  void make(uint32_t correlation, const GroupPairs& pairs, int64_t time_ms, const WindowMade& made, Moment& moment, const std::function<void(Alert)>& alert) const;
  void follow_due(uint32_t correlation, const std::string& key, std::optional<int64_t> before, std::optional<int64_t> after);
  void sweep(uint32_t correlation, int64_t now_ms);
  bool keeps_hits(uint32_t correlation) const;
  Status spill();
  Status open_table(store::Db& db);
  std::string signature(uint32_t correlation) const;
};

// --- One moment

void Correlator::State::make(uint32_t correlation, const GroupPairs& pairs, int64_t time_ms, const WindowMade& made, Moment& moment, const std::function<void(Alert)>& alert) const {
  const RuleSet::Entry& entry = rules.rules[correlation];
  Alert out;
  out.id = alert_id(entry.head, pairs, made.start_ms);
  out.rule = correlation;
  out.event = made.last->facts;
  out.group = pairs;
  out.count = made.count;
  // Of a chain: the events behind the alerts that made it.
  if (made.hits.empty()) {
    out.events = made.ids;
  } else {
    std::set<std::string> seen;
    for (const auto& hit : made.hits)
      for (std::string& id : hit->event_ids())
        if (out.events.size() < ids_max && seen.insert(id).second) out.events.push_back(std::move(id));
  }
  std::string what(name(entry.correlation->type));
  for (size_t i = 0; i < entry.correlation->value_names.size(); ++i) what += (i == 0 ? " of " : ", ") + entry.correlation->value_names[i];
  out.evidence.emplace_back(std::move(what), figure_text(made.figure));
  for (const auto& pair : pairs)
    if (out.evidence.size() < 12) out.evidence.push_back(pair);
  if (!parents[correlation].empty()) {
    // What is built on this one groups by fields of the events, so the alert stands once for each set of values that its events have.
    std::set<std::vector<std::pair<std::string, std::vector<std::string>>>> seen;
    for (const auto& below : made.hits) {
      if (!seen.insert(below->values).second) continue;
      auto hit = std::make_shared<Hit>();
      hit->rule = correlation, hit->time_ms = time_ms, hit->facts = made.last->facts, hit->id = out.id, hit->events = out.events, hit->values = below->values;
      arrive(moment, hit);
    }
  }
  if (!entry.head.quiet) alert(std::move(out));
}

void Correlator::State::follow_due(uint32_t correlation, const std::string& key, std::optional<int64_t> before, std::optional<int64_t> after) {
  if (before == after) return;
  if (before) due.erase({*before, correlation, key});
  if (after) due.insert({*after, correlation, key});
}

void Correlator::State::sweep(uint32_t correlation, int64_t now_ms) {
  auto& all = groups[correlation];
  constexpr size_t few = 64;  // a group takes two kilobytes, and there are many correlations
  if (all.size() < 2 * swept[correlation] + few) return;
  for (auto group = all.begin(); group != all.end();) group = group->second.window.over(now_ms) ? all.erase(group) : std::next(group);
  swept[correlation] = all.size();
}

bool Correlator::State::keeps_hits(uint32_t correlation) const {
  if (!parents[correlation].empty()) return true;
  const auto& bases = rules.rules[correlation].correlation->rules;
  return std::any_of(bases.begin(), bases.end(), [&](uint32_t base) { return rules.rules[base].correlation != nullptr; });
}

// `moment`: hits of this moment. Windows that are due at it are asked before its hits come in, and what is built on others after them.
void Correlator::State::at(int64_t time_ms, Moment moment, const std::function<void(Alert)>& alert) {
  for (;;) {
    const bool is_due = !due.empty() && std::get<0>(*due.begin()) <= time_ms;
    if (!is_due && moment.empty()) return;
    uint32_t correlation = moment.empty() ? UINT32_MAX : moment.begin()->first;
    if (is_due) correlation = std::min(correlation, std::get<1>(*due.begin()));
    auto& all = groups[correlation];
    while (!due.empty() && std::get<0>(*due.begin()) <= time_ms && std::get<1>(*due.begin()) == correlation) {
      const std::string key = std::get<2>(*due.begin());
      Group& group = all.at(key);
      const auto before = group.window.due();
      if (auto made = group.window.settle()) make(correlation, group.pairs, time_ms, *made, moment, alert);
      follow_due(correlation, key, before, group.window.due());
    }
    const auto arrived = moment.extract(correlation);
    if (arrived.empty()) continue;
    const CorrelationRule& rule = *rules.rules[correlation].correlation;
    std::map<std::string, std::pair<GroupPairs, std::vector<WindowEntry>>> by_group;
    for (const auto& [base, hit] : arrived.mapped()) {
      auto pairs = group_of(rule, base, *hit);
      if (!pairs) continue;
      auto entry = entry_of(rule, base, hit);
      if (!entry) continue;
      auto& [of, entries] = by_group[key_of(*pairs)];
      of = std::move(*pairs);
      entries.push_back(std::move(*entry));
    }
    sweep(correlation, time_ms);
    for (auto& [key, group_moment] : by_group) {
      auto& [pairs, entries] = group_moment;
      std::stable_sort(entries.begin(), entries.end(), [](const WindowEntry& a, const WindowEntry& b) { return std::tie(a.id, a.base) < std::tie(b.id, b.base); });
      entries.erase(std::unique(entries.begin(), entries.end(), [](const WindowEntry& a, const WindowEntry& b) { return a.id == b.id && a.base == b.base; }), entries.end());
      auto found = all.find(key);
      if (found == all.end()) found = all.emplace(key, Group{std::move(pairs), CorrelationWindow(rule, keeps_hits(correlation))}).first;
      Group& group = found->second;
      const auto before = group.window.due();
      if (auto made = group.window.add(time_ms, std::move(entries))) make(correlation, group.pairs, time_ms, *made, moment, alert);
      follow_due(correlation, key, before, group.window.due());
    }
  }
}

void Correlator::State::settle_until(int64_t time_ms, const std::function<void(Alert)>& alert) {
  while (!due.empty() && std::get<0>(*due.begin()) <= time_ms) {
    changed = true;  // also where no hit came: what was told is not told again by who loads the state
    at(std::get<0>(*due.begin()), {}, alert);
  }
}

// --- Hits that wait

Status Correlator::State::open_table(store::Db& db) {
  TRY(db.exec("CREATE TABLE IF NOT EXISTS correlation_hit(time INTEGER NOT NULL, id TEXT NOT NULL, rule TEXT NOT NULL, body BLOB NOT NULL, "
              "PRIMARY KEY(time, id, rule)) WITHOUT ROWID;"
              "CREATE TABLE IF NOT EXISTS correlation_window(rule TEXT NOT NULL, grouped BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY(rule, grouped)) WITHOUT ROWID;"
              "CREATE TABLE IF NOT EXISTS correlation_time(name TEXT PRIMARY KEY, ms INTEGER NOT NULL) WITHOUT ROWID"));
  table = &db;
  return {};
}

Status Correlator::State::spill() {
  if (waiting.empty()) return {};
  if (!table) {
    own = TRY(store::Db::open_temporary({.cache_mib = 8}));
    TRY(own->exec("PRAGMA journal_mode=OFF"));  // it goes with the run, whole or not
    TRY(open_table(*own));
  }
  const bool alone = !table->in_transaction();
  if (alone) TRY(table->begin());
  store::Statement& insert = *TRY(table->cached("INSERT OR IGNORE INTO correlation_hit VALUES(?1, ?2, ?3, ?4)"));
  in_order(waiting);  // so that each page is touched once
  for (const Waiting& hit : waiting) TRY(insert.bind(1, hit.time_ms).bind(2, hit.id()).bind(3, rule_names[hit.rule]).bind_blob(4, hit.body).run());
  if (alone) TRY(table->commit());
  in_table = true;
  waiting.clear();
  return {};
}

std::string Correlator::State::signature(uint32_t correlation) const {
  const CorrelationRule& rule = *rules.rules[correlation].correlation;
  std::string text;
  Packer packer(text);
  packer.text(rule_names[correlation]).text(name(rule.type)).number(rule.timespan_ms).text(figure_text(rule.percentile));
  for (uint32_t base : rule.rules) packer.text(rule_names[base]);
  for (const auto& bound : rule.bounds) packer.text(name(bound.compare)).text(figure_text(bound.value));
  for (const auto* names : {&rule.group_by.names, &rule.value_names}) {
    packer.number(static_cast<int64_t>(names->size()));
    for (const auto& one : *names) packer.text(one);
  }
  return hex(sha256(text));
}

// --- Correlator

Correlator::Correlator(const RuleSet& rules) : state_(std::make_unique<State>(rules)) {}
Correlator::~Correlator() = default;

const HitFields& Correlator::fields() const { return state_->fields; }
uint64_t Correlator::late() const { return state_->late; }
int64_t Correlator::newest_ms() const { return state_->newest_ms; }
void Correlator::hold_at_most(size_t hits) { state_->waiting_max = hits; }

Status Correlator::add(Hit hit) {
  State& state = *state_;
  state.newest_ms = std::max(state.newest_ms, hit.time_ms);
  if (hit.time_ms <= state.closed_ms) {
    ++state.late;
    return {};
  }
  State::Waiting& one = state.waiting.emplace_back();
  one.time_ms = hit.time_ms;
  one.rule = hit.rule;
  thread_local std::string body;
  body.clear();
  Packer packer(body);
  pack(packer, hit);
  one.body = body;  // no more room than it needs
  return state.waiting.size() > state.waiting_max ? state.spill() : Status{};
}

void Correlator::plan(FieldPlan& fields) { state_->fields.plan(fields); }

Status Correlator::add(uint32_t rule, EventFields& event, const EventFacts& facts) {
  return state_->fields.wanted(rule) ? add(state_->fields.take(rule, event, facts)) : Status{};
}

Status Correlator::advance(int64_t watermark_ms, const std::function<void(Alert)>& alert) {
  State& state = *state_;
  if (watermark_ms < state.closed_ms) return {};
  State::Moment moment;
  int64_t moment_ms = 0;
  auto close = [&] {
    if (moment.empty()) return;
    state.settle_until(moment_ms - 1, alert);
    state.at(moment_ms, std::exchange(moment, {}), alert);
    state.changed = true;
  };
  auto come = [&](Hit hit) {
    if (hit.time_ms != moment_ms) close();
    moment_ms = hit.time_ms;
    state.arrive(moment, std::make_shared<const Hit>(std::move(hit)));
  };
  if (state.in_table) {
    TRY(state.spill());
    auto select = TRY(state.table->prepare("SELECT rule, body FROM correlation_hit WHERE time <= ?1 ORDER BY time, id, rule"));
    select.bind(1, watermark_ms);
    while (TRY(select.step())) {
      const auto rule = state.rule_by_name.find(std::string(select.text(0)));
      if (rule == state.rule_by_name.end() || !state.fields.wanted(rule->second)) continue;  // of a rule that is there no more
      Unpacker in(select.blob(1));
      Hit hit = unpack_hit(in);
      if (!in.good()) return fail(Code::parse, "a hit kept for correlations is damaged", {state.table->path()}, "a row that Reeve wrote", "begin with a new state");
      hit.rule = rule->second;
      come(std::move(hit));
    }
    auto remove = TRY(state.table->prepare("DELETE FROM correlation_hit WHERE time <= ?1"));
    TRY(remove.bind(1, watermark_ms).run());
  } else {
    auto& waiting = state.waiting;
    State::in_order(waiting);
    const auto end = std::find_if(waiting.begin(), waiting.end(), [&](const State::Waiting& hit) { return hit.time_ms > watermark_ms; });
    for (auto one = waiting.begin(); one != end; ++one) {
      Unpacker in(one->body);
      Hit hit = unpack_hit(in);
      hit.rule = one->rule;
      std::string().swap(one->body);
      come(std::move(hit));
    }
    waiting.erase(waiting.begin(), end);
  }
  close();
  state.settle_until(watermark_ms, alert);
  state.closed_ms = watermark_ms;
  return {};
}

Status Correlator::load(store::Db& db) {
  State& state = *state_;
  TRY(state.open_table(db));
  auto times = TRY(db.prepare("SELECT name, ms FROM correlation_time"));
  while (TRY(times.step())) (times.text(0) == "closed" ? state.closed_ms : state.newest_ms) = times.integer(1);
  auto held = TRY(db.value("SELECT 1 FROM correlation_hit LIMIT 1"));
  state.in_table = !std::holds_alternative<std::monostate>(held);
  std::unordered_map<std::string, uint32_t> by_signature;
  for (uint32_t i = 0; i < state.rules.rules.size(); ++i)
    if (state.rules.rules[i].correlation) by_signature.emplace(state.signature(i), i);
  auto windows = TRY(db.prepare("SELECT rule, grouped, body FROM correlation_window"));
  while (TRY(windows.step())) {
    const auto rule = by_signature.find(std::string(windows.text(0)));
    if (rule == by_signature.end()) continue;  // the correlation is gone or was changed: what it is now begins anew
    const std::string key(windows.blob(1));
    Unpacker named(key), in(windows.blob(2));
    GroupPairs pairs;
    while (named.good() && !named.at_end()) {
      std::string field = named.text();
      pairs.emplace_back(std::move(field), named.text());
    }
    CorrelationWindow window(*state.rules.rules[rule->second].correlation, state.keeps_hits(rule->second));
    if (!named.good() || !window.unpack(in)) return fail(Code::parse, "a window kept for correlations is damaged", {db.path()}, "a row that Reeve wrote", "begin with a new state");
    state.follow_due(rule->second, key, std::nullopt, window.due());
    state.groups[rule->second].emplace(key, State::Group{std::move(pairs), std::move(window)});
  }
  return {};
}

Status Correlator::save(store::Db& db) {
  State& state = *state_;
  if (state.table != &db) return fail(Code::internal, "a state is saved that was not loaded", {db.path()});
  TRY(state.spill());
  store::Statement& time = *TRY(db.cached("INSERT OR REPLACE INTO correlation_time VALUES(?1, ?2)"));
  TRY(time.bind(1, "closed").bind(2, state.closed_ms).run());
  TRY(time.bind(1, "newest").bind(2, state.newest_ms).run());
  if (!state.changed) return {};
  TRY(db.exec("DELETE FROM correlation_window"));
  store::Statement& insert = *TRY(db.cached("INSERT INTO correlation_window VALUES(?1, ?2, ?3)"));
  std::string body;
  for (uint32_t i = 0; i < state.groups.size(); ++i) {
    if (state.groups[i].empty()) continue;
    const std::string signature = state.signature(i);
    for (const auto& [key, group] : state.groups[i]) {
      if (group.window.over(state.closed_ms)) continue;
      body.clear();
      Packer packer(body);
      group.window.pack(packer);
      TRY(insert.bind(1, signature).bind_blob(2, key).bind_blob(3, body).run());
    }
  }
  state.changed = false;
  return {};
}

}  // namespace reeve
