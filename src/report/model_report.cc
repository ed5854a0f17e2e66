#include "report/model_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/text.h"
#include "base/words.h"
#include "findings/finding.h"
#include "report/diagram_drawn.h"
#include "report/html_page.h"
#include "report/html_sections.h"
#include "report/markdown.h"
#include "report/markdown_shown.h"
#include "report/threats_json.h"
#include "threats/register.h"

extern const char reeve_page_style_begin[], reeve_page_style_end[];

namespace reeve {
namespace {

using model::Record;
using threats::Duty;
using threats::Standing;
using threats::ThreatState;

// What a report is made of; a view says in which order and under which words.
enum class Block : uint8_t { about, diagram, flows, assumptions, threats, techniques, layers, decisions, weak, mitigations, alarms };

struct Part {
  std::string_view title, lead;
  std::vector<Block> blocks;
};

struct View {
  std::string_view name, title;
  std::vector<Part> parts;
};

const std::vector<View>& views() {
  using enum Block;
  static const std::vector<View> all = {
      {"four-questions", "Four questions", {
          {"What are we working on?", "What is there, what leads where, and what is taken for granted.", {about, diagram, flows, assumptions}},
          {"What can go wrong?", "Each threat with what it can happen to.", {threats, techniques}},
          {"What are we going to do about it?", "What prevents, detects and answers each threat, how it stands today, what was decided and what it may cost.", {layers, decisions, mitigations}},
          {"Did we do a good job?", "What does not hold, and what the model itself lacks.", {weak, alarms}}}},
      {"nist", "NIST SP 800-154", {
          {"1. The system and its data", "Identify and characterise what is to be protected.", {about, diagram, flows, assumptions}},
          {"2. Attack vectors", "Identify those that count.", {threats, techniques}},
          {"3. Security controls", "Characterise what mitigates them.", {layers, decisions, mitigations}},
          {"4. The model analysed", "What is left when they are set against each other.", {weak, alarms}}}},
      {"pasta", "PASTA", {
          {"I. Objectives", "What the workload is for.", {about}},
          {"II. Technical scope", "What it is made of.", {diagram}},
          {"III. Decomposition", "What leads where, and what is taken for granted.", {flows, assumptions}},
          {"IV. Threats", "What may go wrong.", {threats}},
          {"V. Weaknesses", "Where what should hold does not.", {weak}},
          {"VI. Attacks", "By which techniques.", {techniques}},
          {"VII. Risk and treatment", "What is done about it, and how it stands.", {layers, decisions, mitigations, alarms}}}},
  };
  return all;
}

const View& view_of(const std::string& name) {
  for (const View& view : views())
    if (view.name == name) return view;
  return views().front();
}

std::string title_of(const Record& threat) {
  if (const std::string_view statement = threat.text("statement"); !statement.empty()) return std::string(statement);
  return model::statement_of(threat);
}

std::string number_of(const Record& record, char letter) {
  const std::string_view number = record.text("numericId");
  return number.empty() ? std::string() : letter + std::string(number);
}

// What the two forms share: the words of each cell.
class Words {
 public:
  explicit Words(const ModelReport& report) : r_(report) {
    if (r_.state)
      for (const ThreatState& one : r_.state->threats) by_id_[one.id] = &one;
  }
  const ThreatState* state(const Record& threat) const {
    const auto at = by_id_.find(threat.text("id"));
    return at == by_id_.end() ? nullptr : at->second;
  }
  std::string reach(const ThreatState* state) const {
    if (!state) return {};
    if (!state->reach_known) return "said by people";
    std::string out = count_text(state->reach.resources, "resource");
    if (state->reach.accounts > 1) out += " in " + count_text(state->reach.accounts, "account");
    if (state->reach.unknown) out += ", " + with_thousands(state->reach.unknown) + " not known";
    return out;
  }
  // What was decided of a threat and what it may cost; those of which neither is known are left out.
  struct Decided {
    std::string title, treatment, owner, approver, until, ticket, p50, p90;
  };
  std::vector<Decided> decided() const {
    std::vector<Decided> out;
    if (!r_.state) return out;
    std::map<std::string_view, const Record*> records;
    for (const Record& record : r_.model->records("threats")) records.emplace(record.text("id"), &record);
    for (const ThreatState* at : by_gravity(*r_.state)) {
      Decided one;
      one.title = at->title;
      if (const auto found = records.find(at->id); found != records.end()) {
        const threats::Decision decision = threats::decision_of(*found->second);
        const auto said = [&](std::string_view column) {
          const auto field = decision.find(column);
          return field == decision.end() ? std::string() : redacted_text(field->second);
        };
        one.treatment = said("treatment"), one.owner = said("owner"), one.approver = said("approver"), one.until = said("accept_until"), one.ticket = said("ticket");
        if (one.treatment == threats::name(threats::Treatment::accept) && !at->accepted) one.treatment += ", which does not hold";
      }
      const size_t place = static_cast<size_t>(at - r_.state->threats.data());
      if (r_.money && place < r_.money->threats.size() && r_.money->threats[place].quantified) {
        one.p50 = whole(r_.money->threats[place].residual.p50);
        one.p90 = whole(r_.money->threats[place].residual.p90);
      }
      if (!(one.treatment + one.owner + one.approver + one.until + one.ticket + one.p50).empty()) out.push_back(std::move(one));
    }
    return out;
  }
  std::string decided_lead() const {
    if (!r_.money) return "What threats may cost was not reckoned.";
    return "Loss with the controls as they stand, " + r_.money->currency + " a year: one year in two is below p50, one in ten above p90.";
  }
  // Technique → how many threats name it, by id.
  std::map<std::string, size_t> techniques() const {
    std::map<std::string, size_t> out;
    for (const Record& threat : r_.model->records("threats")) {
      const ThreatState* of = state(threat);
      for (const std::string& one : of ? of->attack : threat.meta_texts("custom:reeve-technique")) ++out[one];
    }
    return out;
  }
  // What is bound and does not hold, each control once, with the threats that it leaves open.
  struct Weak {
    const threats::Bound* bound = nullptr;
    std::vector<std::string> threats;
  };
  std::map<std::string, Weak> weak() const {
    std::map<std::string, Weak> out;
    if (!r_.state) return out;
    for (const ThreatState& threat : r_.state->threats)
      for (const threats::Bound& one : threat.bound)
        if (one.standing == Standing::failed || one.standing == Standing::partial) {
          Weak& weak = out[one.id];
          weak.bound = &one;
          if (std::find(weak.threats.begin(), weak.threats.end(), threat.title) == weak.threats.end()) weak.threats.push_back(threat.title);
        }
    return out;
  }

 private:
  static std::string whole(double money) { return money < 0.5 ? "under 1" : with_thousands(static_cast<uint64_t>(std::llround(std::min(money, 1e15)))); }

  const ModelReport& r_;
  std::map<std::string, const ThreatState*, std::less<>> by_id_;
};

std::string_view mark_of(Standing standing) {
  switch (standing) {
    case Standing::effective: return "works";
    case Standing::attested:
    case Standing::partial: return "partly";
    case Standing::unknown: return "unknown";
    case Standing::failed: return "fail";
    case Standing::absent: return "none";
  }
  return "none";
}

std::string standing_mark(Standing standing) {
  return "<span class=\"stand st-" + std::string(threats::name(standing)) + "\">" + icon(mark_of(standing)) + std::string(threats::name(standing)) + "</span>";
}

std::string duty_cell(const ThreatState& threat, Duty duty, Standing best) {
  std::string list;
  for (const threats::Bound& one : threat.bound)
    if (one.duty == duty) list += "<li>" + standing_mark(one.standing) + " <code>" + esc(one.id) + "</code>" + (one.why.empty() ? "" : " " + esc(one.why)) + "</li>";
  if (list.empty()) return "<span class=\"stand st-absent\">" + icon("none") + "nothing bound</span>";
  std::string out = standing_mark(best);
  out += "<details><summary>" + count_text(static_cast<uint64_t>(std::count_if(threat.bound.begin(), threat.bound.end(), [&](const auto& one) { return one.duty == duty; })), "binding") + "</summary><ul class=\"bound\">" + list + "</ul></details>";
  return out;
}

class Html {
 public:
  explicit Html(const ModelReport& report) : r_(report), words_(report) {}

  std::string page() {
    const View& view = view_of(r_.view);
    const std::string name = r_.model->single("applicationInfo").has("name") ? std::string(r_.model->single("applicationInfo").text("name")) : r_.organization;
    const std::string title = "Threat model" + (name.empty() ? "" : " · " + name);
    const std::string style = std::string(reeve_page_style_begin, static_cast<size_t>(reeve_page_style_end - reeve_page_style_begin)) + ":root { --running: " + css_string(clip(title, 110)) + "; }\n";
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src " + policy_hash(style) +
                      "; img-src data:; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
                      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>" + esc(title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n" + page_sprite();
    out += "<a class=\"skip\" href=\"#main\">Skip to the model</a><header class=\"top\"><div class=\"brand\"><b>Reeve</b></div><p class=\"what\">Threat model" + (name.empty() ? std::string() : " · <b>" + esc(name) + "</b>") + "</p>";
    if (r_.as_of.ms) out += "<p class=\"asof\">Evidence as of <b>" + when(r_.as_of) + "</b></p>";
    out += "</header><div class=\"page\"><nav class=\"rail\" id=\"rail\" aria-label=\"Sections\"><ul>";
    for (size_t i = 0; i < view.parts.size(); ++i) out += "<li><a href=\"#part-" + std::to_string(i + 1) + "\">" + esc(view.parts[i].title) + "</a></li>";
    out += "</ul></nav><main id=\"main\" tabindex=\"-1\">";
    for (size_t i = 0; i < view.parts.size(); ++i) {
      const Part& part = view.parts[i];
      const std::string id = "part-" + std::to_string(i + 1);
      out += "<section id=\"" + id + "\" aria-labelledby=\"h-" + id + "\">" + section_head(id, esc(part.title), esc(part.lead), {}, false);
      for (Block one : part.blocks) out += block(one);
      out += "</section>";
    }
    return out + "</main></div>\n</body>\n</html>\n";
  }

 private:
  static std::string head(std::string_view title, std::string_view small = {}) { return "<h3>" + esc(title) + (small.empty() ? "" : " <small>" + esc(small) + "</small>") + "</h3>"; }
  static std::string prose(std::string_view text, int heading) { return "<div class=\"prose\">" + markdown_shown(text, heading) + "</div>"; }

  std::string block(Block one) {
    switch (one) {
      case Block::about: return about();
      case Block::diagram: return drawn();
      case Block::flows: return flows();
      case Block::assumptions: return assumptions();
      case Block::threats: return threat_list();
      case Block::techniques: return techniques();
      case Block::layers: return layers();
      case Block::decisions: return decisions();
      case Block::weak: return weak();
      case Block::mitigations: return mitigations();
      case Block::alarms: return alarms();
    }
    return {};
  }

  std::string about() {
    std::string out = "<p>" + count_text(r_.model->records("threats").size(), "threat") + ", " + count_text(r_.model->records("mitigations").size(), "mitigation") + ", " + count_text(r_.model->records("assumptions").size(), "assumption") + ".";
    if (!r_.state) out += " No estate was looked at: how mitigations stand is not said.";
    else if (const std::string text = threats::not_read_text(*r_.state); !text.empty()) out += " " + esc(text) + ".";
    out += "</p>";
    if (const auto text = r_.model->single("applicationInfo").text("description"); !text.empty()) out += prose(text, 3);
    if (const auto text = r_.model->single("architecture").text("description"); !text.empty()) out += "<details><summary>Architecture in words</summary>" + prose(text, 3) + "</details>";
    return out;
  }

  std::string drawn() {
    if (!r_.diagram) return {};
    std::string out = "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Data-flow diagram\">" + diagram_svg(*r_.diagram, false) + "</div><p class=\"lead\">Dashed lines are trust boundaries. Red is what the internet gets to.";
    if (r_.diagram->more_accounts) out += " " + count_text(r_.diagram->more_accounts, "account") + " more " + (r_.diagram->more_accounts == 1 ? "is" : "are") + " not drawn.";
    return out + "</p>";
  }

  std::string flows() {
    std::string out;
    if (r_.diagram) out += head("Data flows", count_text(r_.diagram->flows.size(), "flow")) + "<details><summary>As a table</summary>" + diagram_flows_html(*r_.diagram) + "</details>";
    if (const auto text = r_.model->single("dataflow").text("description"); !text.empty()) out += "<details><summary>In words</summary>" + prose(text, 4) + "</details>";
    return out;
  }

  std::string assumptions() {
    const auto& all = r_.model->records("assumptions");
    std::string out = head("Assumptions", count_text(all.size(), "assumption"));
    if (all.empty()) return out + "<p>None is written down.</p>";
    out += "<ul class=\"plain\">";
    for (const Record& one : all) out += "<li><b>" + esc(number_of(one, 'A')) + "</b> " + esc(one.text("content")) + "</li>";
    return out + "</ul>";
  }

  std::string threat_list() {
    const auto& all = r_.model->records("threats");
    std::string out = head("Threats", count_text(all.size(), "threat"));
    if (all.empty()) return out + "<p>The model has none yet.</p>";
    out += table_open("Threats", {"No.", "Threat", "STRIDE", "Priority", "Can happen to"});
    for (const Record& one : all) {
      const auto letters = one.meta_texts("STRIDE");
      out += "<tr id=\"threat-" + esc(one.text("id")) + "\">" + td(esc(number_of(one, 'T'))) + td(esc(title_of(one))) + td(esc(join(letters, " "))) + td(esc(one.meta_text("Priority"))) + td(esc(words_.reach(words_.state(one)))) + "</tr>";
    }
    return out + std::string(table_close);
  }

  std::string techniques() {
    const auto all = words_.techniques();
    if (all.empty()) return {};
    std::string out = head("Techniques of MITRE ATT&CK", count_text(all.size(), "technique")) + "<ul class=\"techniques\">";
    for (const auto& [id, n] : all) out += "<li><code>" + esc(id) + "</code> " + count_text(n, "threat") + "</li>";
    return out + "</ul>";
  }

  std::string layers() {
    if (!r_.state) return {};
    std::string out = head("Defence in depth", "the gravest first; of each layer the best that it comes to") + table_open("Threats and what is there against them", {"Threat", "Class", "Prevent", "Detect", "Respond", "#Depth"});
    for (const ThreatState* at : by_gravity(*r_.state)) {
      const ThreatState& one = *at;
      const int depth = (one.prevented == Standing::effective) + (one.detected == Standing::effective) + (one.responded == Standing::effective);
      out += "<tr>" + td(esc(one.title)) + td(one.inherent ? std::string(name(*one.inherent)) : std::string()) + td(duty_cell(one, Duty::prevent, one.prevented)) + td(duty_cell(one, Duty::detect, one.detected)) + td(duty_cell(one, Duty::respond, one.responded)) + td_number(std::to_string(depth) + " of 3") + "</tr>";
    }
    return out + std::string(table_close);
  }

  std::string decisions() {
    if (!r_.state) return {};
    const auto all = words_.decided();
    std::string out = head("Decisions and loss", count_text(all.size(), "threat")) + "<p>" + esc(words_.decided_lead()) + "</p>";
    if (all.empty()) return out + "<p>Nothing was decided.</p>";
    out += table_open("Decisions, and what each threat may cost", {"Threat", "Treatment", "Owner", "Approver", "Until", "Ticket", "#p50", "#p90"});
    for (const auto& one : all) out += "<tr>" + td(esc(one.title)) + td(esc(one.treatment)) + td(esc(one.owner)) + td(esc(one.approver)) + td(esc(one.until)) + td(esc(one.ticket)) + td_number(one.p50) + td_number(one.p90) + "</tr>";
    return out + std::string(table_close);
  }

  std::string weak() {
    const auto all = words_.weak();
    if (!r_.state) return {};
    std::string out = head("What does not hold", count_text(all.size(), "control"));
    if (all.empty()) return out + "<p>Nothing that is bound and was judged fails.</p>";
    out += table_open("Controls that do not hold", {"Control", "How it stands", "Threats that it leaves open"});
    for (const auto& [id, one] : all) {
      std::string list;
      for (const std::string& title : one.threats) list += "<li>" + esc(title) + "</li>";
      out += "<tr>" + td("<code>" + esc(id) + "</code>") + td(standing_mark(one.bound->standing) + " " + esc(one.bound->why)) + td("<details><summary>" + count_text(one.threats.size(), "threat") + "</summary><ul class=\"bound\">" + list + "</ul></details>") + "</tr>";
    }
    return out + std::string(table_close);
  }

  std::string mitigations() {
    const auto& all = r_.model->records("mitigations");
    if (all.empty()) return {};
    std::string out = head("Mitigations", count_text(all.size(), "mitigation")) + "<details><summary>All of them</summary><ul class=\"plain\">";
    for (const Record& one : all) out += "<li><b>" + esc(number_of(one, 'M')) + "</b> " + esc(one.text("content")) + "</li>";
    return out + "</ul></details>";
  }

  std::string alarms() {
    if (!r_.state) return {};
    std::string out = head("Alarms", count_text(r_.state->alarms.size(), "alarm"));
    if (r_.state->alarms.empty()) return out + "<p>None.</p>";
    out += table_open("Alarms", {"Alarm", "About", "What"});
    for (const threats::Alarm& one : r_.state->alarms) {
      std::string kind(threats::name(one.kind));
      std::replace(kind.begin(), kind.end(), '_', ' ');
      std::replace(kind.begin(), kind.end(), '-', ' ');
      out += "<tr>" + td(esc(kind)) + td(one.subject.empty() ? "" : "<code>" + esc(one.subject) + "</code>") + td(esc(one.what)) + "</tr>";
    }
    return out + std::string(table_close);
  }

  const ModelReport& r_;
  Words words_;
};

class Markdown {
 public:
  explicit Markdown(const ModelReport& report) : r_(report), words_(report) {}

  std::string page() {
    const View& view = view_of(r_.view);
    const std::string_view name = r_.model->single("applicationInfo").text("name");
    std::string out = "# Threat model" + (name.empty() ? std::string() : ": " + text(name)) + "\n";
    if (r_.as_of.ms) out += "\nEvidence as of " + rfc3339(r_.as_of) + ".\n";
    for (const Part& part : view.parts) {
      out += "\n## " + std::string(part.title) + "\n\n" + std::string(part.lead) + "\n";
      for (Block one : part.blocks) out += block(one);
    }
    return out;
  }

 private:
  static std::string text(std::string_view of) { return markdown_text(of); }
  static std::string head(std::string_view title) { return "\n### " + std::string(title) + "\n\n"; }

  std::string block(Block one) {
    std::string out;
    switch (one) {
      case Block::about:
        out = "\n" + count_text(r_.model->records("threats").size(), "threat") + ", " + count_text(r_.model->records("mitigations").size(), "mitigation") + ", " + count_text(r_.model->records("assumptions").size(), "assumption") + ".\n";
        if (!r_.state) out += "No estate was looked at: how mitigations stand is not said.\n";
        else if (const std::string unread = threats::not_read_text(*r_.state); !unread.empty()) out += text(unread) + ".\n";
        if (const auto about = r_.model->single("applicationInfo").text("description"); !about.empty()) out += "\n" + text(about) + "\n";
        break;
      case Block::diagram: break;  // the table of flows says the same
      case Block::flows:
        if (r_.diagram) out = head("Data flows") + diagram_flows_markdown(*r_.diagram);
        break;
      case Block::assumptions:
        out = head("Assumptions");
        for (const Record& of : r_.model->records("assumptions")) out += "- " + number_of(of, 'A') + " " + text(of.text("content")) + "\n";
        if (r_.model->records("assumptions").empty()) out += "None is written down.\n";
        break;
      case Block::threats:
        out = head("Threats") + "| no. | threat | STRIDE | priority | can happen to |\n|---|---|---|---|---|\n";
        for (const Record& of : r_.model->records("threats"))
          out += "| " + number_of(of, 'T') + " | " + text(title_of(of)) + " | " + text(join(of.meta_texts("STRIDE"), " ")) + " | " + text(of.meta_text("Priority")) + " | " + text(words_.reach(words_.state(of))) + " |\n";
        break;
      case Block::techniques:
        if (const auto all = words_.techniques(); !all.empty()) {
          out = head("Techniques of MITRE ATT&CK");
          for (const auto& [id, n] : all) out += "- " + text(id) + ": " + count_text(n, "threat") + "\n";
        }
        break;
      case Block::layers:
        if (!r_.state) break;
        out = head("Defence in depth") + "| threat | prevent | detect | respond |\n|---|---|---|---|\n";
        for (const ThreatState* at : by_gravity(*r_.state)) {
          const ThreatState& of = *at;
          out += "| " + text(of.title) + " | " + std::string(threats::name(of.prevented)) + " | " + std::string(threats::name(of.detected)) + " | " + std::string(threats::name(of.responded)) + " |\n";
        }
        break;
      case Block::decisions:
        if (!r_.state) break;
        out = head("Decisions and loss") + text(words_.decided_lead()) + "\n";
        if (const auto all = words_.decided(); all.empty()) {
          out += "\nNothing was decided.\n";
        } else {
          out += "\n| threat | treatment | owner | approver | until | ticket | p50 | p90 |\n|---|---|---|---|---|---|---:|---:|\n";
          for (const auto& one : all) out += "| " + text(one.title) + " | " + text(one.treatment) + " | " + text(one.owner) + " | " + text(one.approver) + " | " + text(one.until) + " | " + text(one.ticket) + " | " + one.p50 + " | " + one.p90 + " |\n";
        }
        break;
      case Block::weak:
        if (!r_.state) break;
        out = head("What does not hold") + "| control | how it stands | threats |\n|---|---|---:|\n";
        for (const auto& [id, of] : words_.weak()) out += "| " + markdown_code(id) + " | " + std::string(threats::name(of.bound->standing)) + (of.bound->why.empty() ? "" : ": " + text(of.bound->why)) + " | " + with_thousands(of.threats.size()) + " |\n";
        break;
      case Block::mitigations:
        out = head("Mitigations");
        for (const Record& of : r_.model->records("mitigations")) out += "- " + number_of(of, 'M') + " " + text(of.text("content")) + "\n";
        break;
      case Block::alarms:
        if (!r_.state) break;
        out = head("Alarms");
        for (const threats::Alarm& of : r_.state->alarms) out += "- " + text(threats::name(of.kind)) + (of.subject.empty() ? "" : " " + markdown_code(of.subject)) + ": " + text(of.what) + "\n";
        if (r_.state->alarms.empty()) out += "None.\n";
        break;
    }
    return out;
  }

  const ModelReport& r_;
  Words words_;
};

}  // namespace

const std::vector<std::string>& model_views() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const View& view : views()) out.emplace_back(view.name);
    return out;
  }();
  return names;
}

std::string model_html(const ModelReport& report) { return Html(report).page(); }
std::string model_markdown(const ModelReport& report) { return Markdown(report).page(); }

}  // namespace reeve
