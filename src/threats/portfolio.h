// What to mend first with so much effort: controls in the order in which a day's work takes the most off the loss of a year.
//
// One after another, the control is taken whose mending saves most for its effort and still fits; then what all others would save is reckoned anew, for two
// controls in the way of one threat do not save twice, and one that covers another's gap may save more. Where no single one saves anything that can be seen, those that
// keep the logs of one detection are looked at together: a detection sees what its weakest feeder lets through, so one alone may change nothing. A control that has to wait for others
// (`after`) is taken with them, for the effort of all. Effort is the control's own for one resource times the resources for which it is known not to hold, excepted ones too.
//
// Nobody mends what nobody knows to be broken: resources of which it is not known whether the control holds stay as they are, in effort and in what is saved, and
// a control of which nothing else is known is in no plan. How many they are is told.
//
// A detection that gets no events is none to be mended: the control that keeps its logs is, and what it saves counts the detections that it feeds.
//
// This is greedy: it says what to begin with and why, not the best of all sets. All figures share their draws, so differences have no noise of their own.
#pragma once

#include "threats/quantify.h"

namespace reeve::threats {

struct Pick {
  std::string control;
  bool detection = false;
  Standing standing = Standing::failed;
  uint64_t resources = 0;  // for which it is known not to hold
  uint64_t unknown = 0;    // of which it is not known: neither in the effort nor in what is saved
  uint64_t minutes = 0;
  double saved = 0;        // a year, after all picks before it
  double alone = 0;        // if it were the only one
  double left = 0;         // the loss of a year after it
  std::string with;        // the control that it was taken for, which has to wait for it; may be empty
  std::string together;    // a detection that it keeps logs of with `companions`, where only all of them save what they do; may be empty
  std::vector<std::string> companions;
  std::vector<std::pair<size_t, double>> threats;  // in the state, and what is saved there; the most first
  std::string why;         // one line for people
};

struct Plan {
  uint64_t budget = 0;     // minutes; 0: no end
  uint64_t minutes = 0;
  double before = 0, after = 0;  // mean loss of a year
  std::vector<Pick> picks;
  size_t not_known = 0;          // controls and detections that may save something, and of which it is not known whether they hold anywhere
  std::vector<Pick> beyond;      // what would save something and does not fit: by what it saves now, `minutes` of itself and what it waits for
};

Plan plan_of(const Money& money, const State& state, const RiskScale& scale, const Content& content, uint64_t budget_minutes);

// `10d`, `4 h`, `90 min`: minutes; a day is 8 hours. Nothing if it is none, or nought.
std::optional<uint64_t> parse_budget(std::string_view text);
std::string effort_text(uint64_t minutes);  // `3 days 4 h`

}  // namespace reeve::threats
