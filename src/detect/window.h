// CorrelationWindow: what one group of one correlation has seen, and when that makes an alert. Knows nothing of files, groups and alerts.
//
// Events of one moment come together (`add`), moments in order. A correlation is of one of two kinds:
//   rising   more events can only bring it nearer (`gte`, `gt`, all rules of a temporal one): told at the first moment at which the
//            events of the last `timespan` fulfil it
//   settled  more events can undo it (`lt`, `lte`, `eq`, `neq`, averages, percentiles): told when a window that begins at an event is over.
//            Of windows of which one holds all events of the other only the larger is asked.
// An alert uses up all events seen so far: the next window begins behind them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/hit.h"

namespace reeve {

bool settled_kind(const CorrelationRule& rule);

// One event of a group's, with what its correlation counts.
struct WindowEntry {
  int64_t time_ms = 0;
  uint32_t base = 0;                 // position among the correlation's rules
  std::string id;
  std::vector<std::string> values;   // of value_count
  std::vector<double> figures;       // of value_sum, value_avg, value_percentile
  std::shared_ptr<const Hit> hit;    // null where only its id is still of use
};
// Nothing: the hit has none of what the correlation counts, and takes no part.
std::optional<WindowEntry> entry_of(const CorrelationRule& rule, uint32_t base, std::shared_ptr<const Hit> hit);

struct WindowMade {
  int64_t start_ms = 0;
  uint64_t count = 0;                // events, each once
  double figure = 0;                 // what the bounds were held against
  std::vector<std::string> ids;      // of the first `ids_max`, by time
  std::shared_ptr<const Hit> last;
  std::vector<std::shared_ptr<const Hit>> hits;  // all of them, where hits are kept
};
constexpr size_t ids_max = 100;

// The events of a window added up, so that one more or one less does not mean to count anew.
class WindowFigures {
 public:
  explicit WindowFigures(const CorrelationRule& rule) : rule_(&rule) {}
  void add(const WindowEntry& entry);
  void remove(const WindowEntry& entry);
  double figure() const;
  bool holds() const;
  void clear();

 private:
  const CorrelationRule* rule_;
  std::map<uint32_t, size_t> bases_;
  std::unordered_map<std::string, size_t> ids_;     // of temporal: an event may match several base rules
  std::unordered_map<std::string, size_t> values_;
  std::vector<double> sorted_;                      // of value_percentile
  long double sum_ = 0;
  size_t points_ = 0;
};

// The runs of base rules in the order of the correlation that end at this moment or before; of runs that got equally far the one
// that began last. Events of one moment may be in any order, and one event is never two steps.
class WindowChains {
 public:
  explicit WindowChains(const CorrelationRule& rule) : rule_(&rule) {}
  void add(int64_t time_ms, const std::vector<WindowEntry>& entries);
  void forget(int64_t before_ms);
  struct Run {
    int64_t start_ms = 0;
    uint32_t last = 0;
    std::vector<bool> bases;
    std::vector<std::shared_ptr<const WindowEntry>> steps;
  };
  // The longest run, or with an expression or bounds the first that fulfils them; null: none.
  const Run* fulfilled() const;
  size_t longest() const;
  void clear() { runs_.clear(); }
  const std::map<std::string, Run>& runs() const { return runs_; }
  void put(Run run);  // taken back from a state

 private:
  std::string key_of(const Run& run) const;
  bool fulfils(const Run& run) const;
  const CorrelationRule* rule_;
  std::map<std::string, Run> runs_;  // by how far they got
};

class CorrelationWindow {
 public:
  // `keep_hits`: another correlation is built on this one and asks for the hits' fields.
  CorrelationWindow(const CorrelationRule& rule, bool keep_hits);

  std::optional<WindowMade> add(int64_t time_ms, std::vector<WindowEntry> entries);  // ordered by (id, base), each pair once
  std::optional<int64_t> due() const;  // settled: the moment at which `settle` must be called, before `add` of that moment
  std::optional<WindowMade> settle();
  bool over(int64_t now_ms) const;     // nothing that it holds can matter any more

  void pack(Packer& out) const;
  bool unpack(Unpacker& in);

 private:
  WindowMade made() const;
  void drop_front();
  const CorrelationRule* rule_;
  bool keep_hits_, settled_, ordered_;
  std::deque<WindowEntry> entries_;
  WindowFigures figures_;
  WindowChains chains_;
  std::shared_ptr<const Hit> last_;
  int64_t last_ms_ = INT64_MIN;
  int64_t covered_ms_ = INT64_MIN;  // settled: the last moment of the newest window that was asked
};

}  // namespace reeve
