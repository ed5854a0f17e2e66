// What the sections of the report share: writing HTML so that no input can become markup, the marks of verdicts, and the few facts that
// several sections ask of an assessment. A section is one `std::string section_…(const Report&)` of sections.h.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assess/assess.h"
#include "base/words.h"
#include "report/html.h"

namespace reeve {

// Any text as it may stand between tags and in an attribute: the five characters that mean something are escaped, and what would act
// on the text around it (control characters, changes of writing direction) is shown by its number instead.
std::string esc(std::string_view text);

// Any text as a string of CSS, with its quotes: what is no letter, figure or blank stands by its number, so no text ends the string or the
// element around it.
std::string css_string(std::string_view text);

// How a policy of content names a script or a style by what it is: `'sha256-…'`.
std::string policy_hash(std::string_view text);

// The first `bytes_max` bytes, at the end of a character, with … if there was more.
std::string clip(std::string_view text, size_t bytes_max);

std::string icon(std::string_view id);                  // an SVG mark, hidden from assistive technology: words stand beside it
std::string mark(Verdict verdict);                      // mark (by style) and word: one element, for long lists
std::string_view short_word(Verdict verdict);           // fail, unknown, excepted, pass, n/a
std::string severity_mark(Severity severity);           // rising bars and word
std::string pips(int level);                            // four squares, `level` of them filled
std::string bar(const VerdictCounts& counts, int width);  // shares in the order fail, unknown, excepted, pass, n/a
std::string when(Time time);                            // <time>, 22 Nov 2026, 04:12 UTC
std::string when_text(Time time);                       // the same as text
std::string day_text(Time time);                        // 22 Nov 2026
// A number that the machine-readable result also holds, marked with where: tests compare the two.
std::string figure(uint64_t n, std::string_view path);
std::string figures(uint64_t n, std::string_view path, std::string_view what);  // and what they are: `1 account`, `2 accounts`

// The head of a section: h2, one sentence that says what to read, room for its buttons. `note` stands at the right end; all are markup.
std::string section_head(std::string_view id, std::string_view title, std::string_view lead, std::string_view note = {}, bool csv = true);

// A table in a region of its own that scrolls sideways; a head that begins with `#` is of numbers. `label` says what it is, as text.
std::string table_open(std::string_view label, const std::vector<std::string>& heads, std::string_view kind = {});
inline constexpr std::string_view table_close = "</tbody></table></div>";
std::string td(std::string_view markup);
std::string td(uint64_t n);           // a number
std::string td_number(std::string_view text);

struct Blocking {
  const Blocker* blocker = nullptr;
  const ControlResult* control = nullptr;  // null: nothing at that level passes
  const PracticeResult* practice = nullptr;
};

// An assessment as the sections ask it.
class Report {
 public:
  Report(Assessment& assessment, const AssessHtmlOptions& options);
  Assessment& a;
  const AssessHtmlOptions& options;
  std::vector<Blocking> blocking;  // what holds the organization down, worst first
  int64_t blocking_minutes = 0;
  int level_unblocked = 0;         // where the organization stands when all of them pass, by the rules of level and score
  std::optional<double> score_unblocked;

  const ControlResult* control(std::string_view id) const;
  const PracticeResult* practice_of(const Control& control) const;
  std::string owner(const std::string& role) const;       // the person if the workspace names one, else the role
  std::string number(const PracticeResult& practice) const;  // BP02
  std::string account(std::string_view id) const;         // its name if one was read, else empty
  // `2 of 7 accounts` for how many resources of a control stand so.
  std::string share(const ControlResult& result, Verdict status) const;
  std::string what(const Blocking& blocking) const;       // the same in words for any blocker, or why
  const std::map<std::string, std::string>& account_names() const { return account_names_; }

 private:
  std::map<std::string, size_t, std::less<>> controls_;
  std::map<std::string, std::string> account_names_;
};

}  // namespace reeve
