#include "model/risk.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/text.h"
#include "base/threads.h"

namespace reeve::model {
namespace {

class ScenarioReader {
 public:
  explicit ScenarioReader(const Document& document) : document_(document) {}

  Scenarios run() {
    const Value root = document_.root();
    for (const Place& place : document_.duplicate_keys())
      out_.problems.push_back({Code::type, "a key stands twice in one map", {document_.self().file, place.line, place.column}, "each key once", {}});
    if (!out_.problems.empty()) out_.usable = false;
    if (!root.is_map()) return refuse(root, "these are no scenarios", "a map with `simulations`, `seed` and `scenarios`");
    const Value list = root.get("scenarios");
    if (!list) return refuse(root, "scenarios is not there", "a list of {id, tef, vulnerability, loss}");
    if (!list.is_list()) return refuse(list, "scenarios is no list", "a list of {id, tef, vulnerability, loss}");
    whole(root, "simulations", 1, simulations_max, out_.simulations);
    whole(root, "seed", INT64_MIN, INT64_MAX, out_.seed);
    if (static_cast<double>(out_.simulations) * static_cast<double>(list.size()) > draws_max)
      return refuse(root.get("simulations"), "simulations × scenarios is more than 100,000,000,000", "fewer of either");
    keys(root, "", {"simulations", "seed", "scenarios"});
    size_t index = 0;
    std::map<std::string, size_t, std::less<>> seen;
    for (Value item : list.items()) {
      scenario(item, "scenarios[" + std::to_string(index) + "]", index, seen);
      ++index;
    }
    return std::move(out_);
  }

 private:
  Place place(Value at) const { return {document_.self().file, at ? at.line() : 1, at ? at.column() : 1}; }
  void problem(Value at, std::string what, std::string expected = {}) { out_.problems.push_back({Code::type, std::move(what), place(at), std::move(expected), {}}); }
  Scenarios refuse(Value at, std::string what, std::string expected) {
    problem(at, std::move(what), std::move(expected));
    out_.usable = false;
    return std::move(out_);
  }

  void whole(Value root, const char* name, int64_t least, int64_t most, int64_t& into) {
    const Value value = root.get(name);
    if (!value) return;
    const auto number = value.kind() == Kind::integer ? value.integer() : std::nullopt;
    if (number && *number >= least && *number <= most) {
      into = *number;
      return;
    }
    out_.usable = false;
    const std::string bounds = least == INT64_MIN ? "a whole number of 64 bits" : "a whole number from " + std::to_string(least) + " to " + with_thousands(static_cast<uint64_t>(most));
    problem(value, std::string(name) + (value.is_number() ? " is " + std::string(value.text()) : " is no number"), bounds);
  }

  void keys(Value map, const std::string& path, const std::vector<std::string>& known) {
    for (auto entry : map.entries()) {
      const std::string key(entry.key());
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string near = nearest(key, known);
      out_.notes.push_back({Code::type, (path.empty() ? "" : path + ".") + key + " means nothing here", place(entry.key_node), {}, near.empty() ? "" : "is `" + near + "` meant?"});
    }
  }

  void scenario(Value item, const std::string& path, size_t index, std::map<std::string, size_t, std::less<>>& seen) {
    const size_t before = out_.problems.size();
    if (!item.is_map()) return problem(item, path + " is no map", "{id, tef, vulnerability, loss}");
    keys(item, path, {"id", "tef", "vulnerability", "loss"});
    Scenario out;
    const Value id = item.get("id");
    if (!id.is_string() || id.text().empty()) {
      problem(id ? id : item, path + ".id " + (id ? "is no text" : "is not there"), "a name of its own");
    } else {
      out.id = id.text();
      auto [former, fresh] = seen.try_emplace(out.id, index);
      if (!fresh) problem(id, path + ".id is `" + out.id + "`, which is that of scenarios[" + std::to_string(former->second) + "] already", "a name of its own");
    }
    input(item, path, "tef", out.tef, HUGE_VAL);
    input(item, path, "vulnerability", out.vulnerability, 1);
    input(item, path, "loss", out.loss, HUGE_VAL);
    if (out_.problems.size() > before) return;
    // Squares of what is drawn are summed.
    constexpr double most = 1e140;
    if (!(out.tef.high * out.vulnerability.high * out.loss.high <= most)) return problem(item, path + ".loss.high is too large to be multiplied by the others", "a product of at most 1e140");
    out_.scenarios.push_back(std::move(out));
  }

  void input(Value scenario, const std::string& path, const char* name, Pert& into, double most) {
    const std::string at = path + "." + name;
    const Value value = scenario.get(name);
    if (!value) return problem(scenario, at + " is not there", "{low, mode, high}");
    if (!value.is_map()) return problem(value, at + " is no map", "{low, mode, high}");
    keys(value, at, {"low", "mode", "high"});
    const size_t before = out_.problems.size();
    for (auto [key, number] : {std::pair<const char*, double*>{"low", &into.low}, {"mode", &into.mode}, {"high", &into.high}}) {
      const Value own = value.get(key);
      const std::string where = at + "." + key;
      if (!own) {
        problem(value, where + " is not there", "a number");
      } else if (!own.is_number()) {
        problem(own, where + " is no number", "a number");
      } else {
        const double read = own.number().value_or(NAN);
        if (!std::isfinite(read))
          problem(own, where + " is " + std::string(own.text()) + ", which is beyond what a number can be", "a finite number");
        else if (read < 0)
          problem(own, where + " is " + std::string(own.text()), "a number that is not negative");
        else if (read > most)
          problem(own, where + " is " + std::string(own.text()), "a probability, at most 1");
        *number = read;
      }
    }
    if (out_.problems.size() > before) return;
    auto text = [&value](const char* key) { return std::string(value.get(key).text()); };
    if (into.low > into.mode) problem(value.get("low"), at + ".low is " + text("low") + ", above mode " + text("mode"), "low ≤ mode ≤ high");
    if (into.mode > into.high) problem(value.get("mode"), at + ".mode is " + text("mode") + ", above high " + text("high"), "low ≤ mode ≤ high");
  }

  const Document& document_;
  Scenarios out_;
};

// Sums are of blocks, in the order of blocks, so that they do not depend on who did which.
constexpr size_t block = 4096;

struct Sums {
  double sum = 0, squares = 0;  // squares of what is above or below `about`
};

class Simulation {
 public:
  Simulation(const Scenario& scenario, uint64_t seed)
      : tef_(scenario.tef), vulnerability_(scenario.vulnerability), loss_(scenario.loss), about_(scenario.tef.mean() * scenario.vulnerability.mean() * scenario.loss.mean()),
        tef_random_(Random::of(seed, scenario.id, 0)), vulnerability_random_(Random::of(seed, scenario.id, 1)), loss_random_(Random::of(seed, scenario.id, 2)) {}

  Sums fill(double* out, uint64_t first, size_t count) const {
    Sums sums;
    for (size_t i = 0; i < count; ++i) {
      const uint64_t n = first + i;
      const double risk = tef_.draw(tef_random_, n) * vulnerability_.draw(vulnerability_random_, n) * loss_.draw(loss_random_, n);
      out[i] = risk;
      sums.sum += risk;
      sums.squares += (risk - about_) * (risk - about_);
    }
    return sums;
  }
  double about() const { return about_; }

 private:
  PertSampler tef_, vulnerability_, loss_;
  double about_;
  Random tef_random_, vulnerability_random_, loss_random_;
};

Risk told(std::vector<double>& drawn, const std::vector<Sums>& blocks, double about) {
  Risk out;
  const double n = static_cast<double>(drawn.size());
  double squares = 0;
  for (const Sums& one : blocks) out.mean += one.sum, squares += one.squares;
  out.mean /= n;
  const double variance = n > 1 ? std::max(0.0, (squares - n * (out.mean - about) * (out.mean - about)) / (n - 1)) : 0;
  out.standard_error = std::sqrt(variance / n);
  // Ever higher quantiles among what the former left on its right.
  auto from = drawn.begin();
  for (auto [share, into] : {std::pair<double, double*>{0.50, &out.p50}, {0.90, &out.p90}, {0.95, &out.p95}, {0.99, &out.p99}}) {
    const double rank = share * (n - 1);
    const auto low = drawn.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(from, low, drawn.end());
    *into = *low;
    if (const double rest = rank - std::floor(rank); rest > 0 && low + 1 != drawn.end()) *into += rest * (*std::min_element(low + 1, drawn.end()) - *low);
    from = low;
  }
  return out;
}

}  // namespace

Scenarios read_scenarios(const Document& document) { return ScenarioReader(document).run(); }

std::vector<Risk> simulate(const Scenarios& scenarios, size_t threads) {
  const size_t count = static_cast<size_t>(scenarios.simulations), blocks = (count + block - 1) / block;
  const uint64_t seed = static_cast<uint64_t>(scenarios.seed);
  std::vector<Risk> out(scenarios.scenarios.size());
  auto fill_block = [&](const Simulation& simulation, std::vector<double>& drawn, std::vector<Sums>& sums, size_t i) {
    sums[i] = simulation.fill(drawn.data() + i * block, i * block, std::min(block, count - i * block));
  };
  if (count > size_t{1} << 20) {  // one buffer is large enough: the threads share it
    std::vector<double> drawn(count);
    std::vector<Sums> sums(blocks);
    for (size_t s = 0; s < out.size(); ++s) {
      const Simulation simulation(scenarios.scenarios[s], seed);
      parallel_for(blocks, threads, [&](size_t i, size_t) { fill_block(simulation, drawn, sums, i); });
      out[s] = told(drawn, sums, simulation.about());
    }
    return out;
  }
  struct Desk {
    std::vector<double> drawn;
    std::vector<Sums> sums;
  };
  std::vector<Desk> desks(std::max<size_t>(1, threads));
  parallel_for(out.size(), threads, [&](size_t s, size_t worker) {
    Desk& desk = desks[worker];
    desk.drawn.resize(count);
    desk.sums.resize(blocks);
    const Simulation simulation(scenarios.scenarios[s], seed);
    for (size_t i = 0; i < blocks; ++i) fill_block(simulation, desk.drawn, desk.sums, i);
    out[s] = told(desk.drawn, desk.sums, simulation.about());
  });
  return out;
}

}  // namespace reeve::model
