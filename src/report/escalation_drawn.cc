#include "report/escalation_drawn.h"

#include <algorithm>

#include "aws/arn.h"
#include "base/text.h"

namespace reeve {
namespace {

// Of a drawing, in pixels: a box for who one is, an arrow with what is done.
constexpr int box_width = 204, box_height = 46, arrow_width = 168, top = 34, edge = 2;
constexpr size_t line_most = 26, lines_most = 2, name_most = 22;

// `role/web` of an ARN; the whole of what is none.
std::string short_name(std::string_view arn) { return std::string(starts_with(arn, "arn:") ? arn_resource(arn) : arn); }

std::string who(std::string_view arn, bool administrator) { return (administrator ? "administrator " : "") + short_name(arn); }

// The last characters say more of a name than the first: `…/deploy-production`.
std::string end_of(const std::string& name) {
  size_t characters = 0, at = name.size();
  while (at > 0 && characters < name_most) {
    --at;
    while (at > 0 && (static_cast<unsigned char>(name[at]) & 0xC0) == 0x80) --at;
    ++characters;
  }
  return at == 0 ? name : "…" + name.substr(at);
}

std::vector<std::string> broken(const std::string& text) {
  std::vector<std::string> out;
  for (std::string_view word : split(text, ' ')) {
    if (out.empty() || out.back().size() + 1 + word.size() > line_most) {
      if (out.size() == lines_most) {
        out.back() += " …";
        break;
      }
      out.emplace_back(word);
    } else {
      out.back() += " " + std::string(word);
    }
  }
  return out;
}

std::string number(int n) { return std::to_string(n); }

std::string text_at(int x, int y, std::string_view kind, const std::string& text) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" class=\"" + std::string(kind) + "\">" + esc(text) + "</text>";
}

std::string box(int x, const std::string& arn, bool administrator, const std::string& below) {
  return "<g class=\"" + std::string(administrator ? "goal" : "who") + "\"><title>" + esc(arn) + "</title><rect x=\"" + number(x) + "\" y=\"" + number(top) + "\" width=\"" + number(box_width) + "\" height=\"" +
         number(box_height) + "\" rx=\"6\"/>" + text_at(x + box_width / 2, top + 20, "n", end_of(short_name(arn))) + text_at(x + box_width / 2, top + 36, "s", below) + "</g>";
}

// Does the step stand on what would best be cut?
bool is_cut(const EscalationPart& part, const EscalationStep& step) {
  if (part.cut.empty()) return false;
  const EscalationCut& cut = part.cut.front();
  if (cut.policy.empty()) return step.to == cut.to;
  const std::string grant = " by " + cut.policy + " " + cut.statement;
  const bool shared = starts_with(cut.policy, "arn:") || step.from == cut.principal || step.to == cut.principal;
  return shared && std::any_of(step.grants.begin(), step.grants.end(), [&](const std::string& one) { return ends_with(one, grant); });
}

std::string below(const Report& report, std::string_view arn, bool administrator) {
  std::string account(starts_with(arn, "arn:") ? arn_account(arn) : std::string_view());
  if (const std::string named = report.account(account); !named.empty()) account = named;
  if (administrator) return "administrator" + (account.empty() ? "" : " · " + clip(account, 14));
  return account.empty() ? "begins here" : clip(account, 26);
}

std::string drawing(const Report& report, const EscalationPath& path, size_t place) {
  const EscalationPart& part = report.a.escalation;
  const int width = edge * 2 + box_width + static_cast<int>(path.steps.size()) * (arrow_width + box_width), height = top + box_height + 20;
  const std::string id = "way-" + std::to_string(place);
  std::string words;
  for (const EscalationStep& step : path.steps) words += (words.empty() ? "" : "; then ") + step.title + ": " + who(step.to, !step.to_word.empty());
  std::string out = "<div class=\"scroll way\" role=\"region\" tabindex=\"0\" aria-label=\"Way " + std::to_string(place) + ", drawn\"><svg width=\"" + number(width) + "\" height=\"" + number(height) + "\" viewBox=\"0 0 " + number(width) +
                    " " + number(height) + "\" role=\"img\" aria-labelledby=\"" + id + "-t\"><title id=\"" + id + "-t\">" + esc("From " + short_name(path.from) + ": " + words) + "</title>";
  out += box(edge, path.from, false, below(report, path.from, false));
  int x = edge + box_width;
  for (const EscalationStep& step : path.steps) {
    const bool cut = is_cut(part, step);
    const int middle = top + box_height / 2, end = x + arrow_width;
    out += "<g class=\"step" + std::string(step.unknown.empty() ? "" : " open") + (cut ? " severed" : "") + "\"><path class=\"line\" d=\"M" + number(x + 4) + " " + number(middle) + "H" + number(end - 10) + "\"/><path class=\"tip\" d=\"M" +
           number(end - 12) + " " + number(middle - 5) + "l9 5l-9 5z\"/>";
    const std::vector<std::string> lines = broken(step.title);
    for (size_t i = 0; i < lines.size(); ++i) out += text_at(x + arrow_width / 2 - 2, middle - 8 - static_cast<int>(lines.size() - 1 - i) * 14, "w", lines[i]);
    if (cut) out += "<rect class=\"saw\" x=\"" + number(x + arrow_width / 2 - 32) + "\" y=\"" + number(middle + 8) + "\" width=\"8\" height=\"8\"/>" + text_at(x + arrow_width / 2 + 4, middle + 17, "c", "cut here");
    else if (!step.unknown.empty()) out += text_at(x + arrow_width / 2 - 2, middle + 17, "s", "not known for certain");
    else if (!step.via.empty()) out += text_at(x + arrow_width / 2 - 2, middle + 17, "s", "by " + end_of(short_name(step.via)));
    out += "</g>" + box(end, step.to, !step.to_word.empty(), below(report, step.to, !step.to_word.empty()));
    x = end + box_width;
  }
  return out + "</svg></div>";
}

std::string in_words(const EscalationPart& part, const EscalationPath& path) {
  std::string out = "<details><summary>As text</summary><ol class=\"ways-text\">";
  for (const EscalationStep& step : path.steps) {
    out += "<li><b>" + esc(step.title) + "</b>: <code>" + esc(step.from) + "</code> → " + (step.to_word.empty() ? "" : esc(step.to_word) + " ") + "<code>" + esc(step.to) + "</code>";
    if (!step.via.empty()) out += ", by <code>" + esc(step.via) + "</code>";
    if (is_cut(part, step)) out += " <b>(cut here)</b>";
    for (const std::string& grant : step.grants) out += "<br><code>" + esc(grant) + "</code>";
    for (const std::string& one : step.unknown) out += "<br>not known: " + esc(one);
    out += "</li>";
  }
  return out + "</ol></details>";
}

std::string cut_in_words(const EscalationCut& cut) {
  if (cut.policy.empty()) return "the way <code>" + esc(cut.way) + "</code> to <code>" + esc(cut.to) + "</code>";
  return "<code>" + esc(cut.statement) + "</code> of <code>" + esc(cut.policy) + "</code>" + (starts_with(cut.policy, "arn:") ? "" : ", on a step of <code>" + esc(short_name(cut.principal)) + "</code>");
}

}  // namespace

void redact_escalation(const Redaction& redaction, EscalationPart& part) {
  auto who = [&](std::string& text) {
    if (starts_with(text, "arn:")) text = redaction.uid(text);
    else if (text != "internet") text = redaction.account(text);
  };
  // `ACTION by POLICY STATEMENT`: the action and the place are AWS's words; the policy is somebody's.
  auto policy = [&](const std::string& text) {
    if (starts_with(text, "arn:")) return redaction.uid(text);
    return starts_with(text, "inline ") ? "inline " + redaction.name(text.substr(7)) : text;
  };
  for (EscalationPath& path : part.top) {
    who(path.from), who(path.to);
    path.account = path.account.empty() ? std::string() : redaction.account(path.account);
    for (EscalationStep& step : path.steps) {
      who(step.from), who(step.to);
      if (!step.via.empty()) step.via = redaction.uid(step.via);
      for (std::string& grant : step.grants) {
        const size_t by = grant.find(" by "), place = grant.rfind(' ');
        if (by != std::string::npos && place >= by + 4) grant = grant.substr(0, by + 4) + policy(grant.substr(by + 4, place - by - 4)) + grant.substr(place);
      }
      for (std::string& one : step.unknown) one = redaction.text(one);
    }
  }
  for (EscalationCut& cut : part.cut) {
    if (!cut.policy.empty()) cut.policy = policy(cut.policy);
    if (!cut.to.empty()) who(cut.to);
    who(cut.principal);
  }
}

void write_escalation_json(JsonWriter& json, const Assessment& assessment) {
  const EscalationPart& part = assessment.escalation;
  if (!part.looked) return;
  auto count = [](size_t n) { return static_cast<int64_t>(n); };
  auto texts = [&](std::string_view key, const std::vector<std::string>& list) {
    json.key(key).begin_array();
    for (const std::string& one : list) json.string(one);
    json.end_array();
  };
  json.key("escalation").begin_object().member("principals", count(part.principals)).member("administrators", count(part.administrators));
  json.member("can_become_one", count(part.sure)).member("may_become_one", count(part.open));
  for (const EscalationCut& cut : part.cut) {
    json.key("cut").begin_object();
    if (!cut.policy.empty()) json.member("policy", cut.policy).member("statement", cut.statement);
    else json.member("way", cut.way).member("to", cut.to);
    json.member("principal", cut.principal).member("ends", count(cut.ends)).member("of", count(cut.of)).end_object();
  }
  json.key("paths").begin_array();
  for (const EscalationPath& path : part.top) {
    json.begin_object().member("from", path.from).member("to", path.to).member("sure", path.sure).key("likelihood").number(path.likelihood).key("rank").number(path.rank);
    json.key("steps").begin_array();
    for (const EscalationStep& step : path.steps) {
      json.begin_object().member("from", step.from).member("to", step.to).member("administrator", !step.to_word.empty()).member("title", step.title);
      if (!step.via.empty()) json.member("via", step.via);
      texts("permissions", step.grants);
      texts("unknown", step.unknown);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
}

std::string section_escalation(const Report& report) {
  const EscalationPart& part = report.a.escalation;
  if (!part.looked) return {};
  std::string out = "<section id=\"ways\" aria-labelledby=\"h-ways\">" +
                    section_head("ways", "Ways to administrator", "Who is no administrator and can become one, the worst first: how exposed the beginning is, times how likely the steps are.",
                                 figures(part.sure, "escalation.can_become_one", "principal") + (part.open > 0 ? ", " + figure(part.open, "escalation.may_become_one") + " more may" : std::string()), false);
  if (part.top.empty())
    return out + "<p class=\"later\">None of " + count_text(part.principals, "user and role", "users and roles") + " that is no administrator has a way to become one, as far as their policies were read.</p></section>";
  if (!part.cut.empty())
    out += "<p class=\"cutline\"><b>Cut first:</b> " + cut_in_words(part.cut.front()) + ". Without it " + with_thousands(part.cut.front().ends) + " of " + count_text(part.cut.front().of, "beginning") + (part.cut.front().ends == 1 && part.cut.front().of == 1 ? " has" : " have") + " no sure way left.</p>";
  out += "<ol class=\"ways\">";
  size_t place = 0;
  for (const EscalationPath& path : part.top) {
    ++place;
    out += "<li><h3>" + std::to_string(place) + ". <span class=\"name\">" + esc(short_name(path.from)) + "</span> <small>" + count_text(path.steps.size(), "step") + " to " + esc(short_name(path.to)) +
           (path.sure ? "" : " · hangs on what is not known") + "</small></h3>" + drawing(report, path, place) + in_words(part, path) + "</li>";
  }
  out += "</ol>";
  const size_t more = part.sure + part.open > part.top.size() ? part.sure + part.open - part.top.size() : 0;
  if (more > 0) out += "<p class=\"later\">" + count_text(more, "more way") + ": <code>reeve access paths</code> lists all.</p>";
  return out + "</section>";
}

}  // namespace reeve
