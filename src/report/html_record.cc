// What people said and what time showed: trends, attestations, exceptions; and the frameworks' requirements.
#include <algorithm>

#include "base/text.h"
#include "report/html_sections.h"

namespace reeve {
namespace {

// A bar of the time left, for what ends by itself.
std::string time_left(Time from, Time to, Time now) {
  if (now >= to) return "<b class=\"t-fail\">expired</b> " + count_text(static_cast<uint64_t>(std::max<int64_t>(0, days_between(to, now))), "day") + " ago";
  double share = to.ms > from.ms ? static_cast<double>(to.ms - now.ms) / static_cast<double>(to.ms - from.ms) : 1;
  int width = std::clamp(static_cast<int>(60 * share), 1, 60);
  return "<svg class=\"pts\" viewBox=\"0 0 60 8\" aria-hidden=\"true\"><rect class=\"b-na\" x=\".5\" y=\".5\" width=\"59\" height=\"7\"/><rect class=\"b-ink\" width=\"" + std::to_string(width) + "\" height=\"8\"/></svg> " +
         count_text(static_cast<uint64_t>(days_between(now, to)), "day") + " left";
}

// Expired first, then what ends soonest.
template <class T>
std::vector<const T*> by_expiry(const std::vector<T>& all) {
  std::vector<const T*> out;
  for (auto& one : all) out.push_back(&one);
  std::stable_sort(out.begin(), out.end(), [](auto* x, auto* y) { return x->expires < y->expires; });
  return out;
}

}  // namespace

std::string section_trends(const Report& report) {
  std::string out = "<section id=\"trends\" aria-labelledby=\"h-trends\">" + section_head("trends", "Trends", "What changed since the runs before this one.", {}, false);
  auto& a = report.a;
  if (!a.has_history)
    return out + "<p class=\"empty\">This run was made without a workspace, so there is no earlier one to compare with. <code>reeve init</code> makes a workspace; every run in it is kept.</p></section>";
  out += "<p>Since the last run: " + count_text(a.changes.opened, "finding") + " opened, " + with_thousands(a.changes.reopened) + " reopened, " + with_thousands(a.changes.closed) + " closed";
  if (a.changes.not_rejudged) out += ", " + with_thousands(a.changes.not_rejudged) + " not judged again";
  return out + ".</p></section>";
}

std::string section_attestations(const Report& report) {
  auto& a = report.a;
  std::string out = "<section id=\"attestations\" aria-labelledby=\"h-attestations\">" +
                    section_head("attestations", "Attestations and exceptions", "What somebody vouches for because no API knows it, and what somebody accepts for a while. Expired ones come first and count for nothing.");
  size_t asked = 0, answered = 0;
  for (auto& result : a.controls) {
    if (result.control->judge != Judge::attested) continue;
    ++asked;
    answered += result.status == Verdict::pass || result.status == Verdict::fail;
  }
  out += "<h3>Attestations <small>" + with_thousands(answered) + " of " + count_text(asked, "question") + " answered</small></h3>";
  bool any = a.workspace && !a.workspace->attestations.empty();
  static constexpr const char* kAttested = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Attestations\"><table class=\"t\"><thead><tr><th>Verdict</th><th>Claim</th><th>Answer</th><th>Owner, approver</th><th>Given</th>"
                                           "<th>Expires</th><th>Left</th><th>Evidence and facts</th></tr></thead><tbody>";
  out += any ? kAttested : "<p class=\"empty\">Nobody has attested anything yet. <code>reeve init</code> writes a workspace with a file for it.</p>";
  if (any) {
    for (auto* one : by_expiry(a.workspace->attestations)) {
      const ControlResult* result = report.control(one->control);
      std::string claim = result && result->control->attest ? result->control->attest->claim : one->control;
      out += "<tr><td>" + (result ? mark(result->status) : std::string("–")) + "</td><td>" + esc(claim) + "<p><a href=\"#control=" + esc(one->control) + "\"><code>" + esc(one->control) + "</code></a></p></td><td>" +
             (one->answer ? "yes" : "no") + "</td><td>" + esc(one->owner) + "<p>" + esc(one->approver) + "</p></td><td>" + day_text(one->given) + "</td><td>" + day_text(one->expires) + "</td><td>" +
             time_left(one->given, one->expires, a.as_of) + "</td><td>" + esc(join(one->evidence, ", "));
      if (result && !result->reason.empty()) out += "<p>" + esc(result->reason) + "</p>";
      out += "</td></tr>";
    }
    out += "</tbody></table></div>";
  }
  std::string open;
  size_t unanswered = 0;
  for (auto& result : a.controls) {
    if (result.control->judge != Judge::attested || result.status != Verdict::unknown || !result.control->attest) continue;
    ++unanswered;
    open += "<li><a href=\"#control=" + result.control->id + "\">" + esc(result.control->attest->question) + "</a> <code>" + result.control->id + "</code></li>";
  }
  if (unanswered) out += "<details class=\"more\"><summary>" + count_text(unanswered, "question") + " that nobody has answered</summary><ul class=\"qs\">" + open + "</ul></details>";

  out += "<h3>Exceptions <small>" + figure(a.verdicts.excepted, "verdicts.excepted") + (a.verdicts.excepted == 1 ? " verdict" : " verdicts") + " excepted</small></h3>";
  if (!a.workspace || a.workspace->exceptions.empty()) return out + "<p class=\"empty\">Nothing is excepted: every fail counts.</p></section>";
  out += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Exceptions\"><table class=\"t\"><thead><tr><th>Control</th><th>Resource</th><th>Who accepts, who approved</th><th>Why</th><th>Until</th><th>Left</th></tr></thead><tbody>";
  for (auto* one : by_expiry(a.workspace->exceptions))
    out += "<tr><td><a href=\"#control=" + esc(one->control) + "\">" + esc(one->control) + "</a></td><td><code>" + esc(one->resource) + "</code></td><td>" + esc(one->owner) + "<p>" + esc(one->approver) + "</p></td><td>" +
           esc(one->reason) + "</td><td>" + day_text(one->expires) + "</td><td>" + time_left(a.as_of, one->expires, a.as_of) + "</td></tr>";
  return out + "</tbody></table></div></section>";
}

std::string section_frameworks(const Report&) { return ""; }

}  // namespace reeve
