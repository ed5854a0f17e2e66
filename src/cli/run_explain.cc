#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/explain_state.h"
#include "content/content.h"
#include "content/workspace.h"
#include "findings/finding.h"
#include "store/store.h"

namespace reeve {
namespace {

class Explaining {
 public:
  Explaining(const Options& options, Io& io) : options_(options), io_(io) {}

  int run() {
    const std::string& id = options_.arguments()[0];
    if (id.size() == 1 && id[0] >= '0' && id[0] <= '4') return status(id[0] - '0');
    ContentOptions where;
    where.content_dir = options_.value("--content");
    where.workspace_dir = workspace_of(options_);
    content_ = load_content(where);
    for (auto& error : content_.errors) io_.error(error);
    if (!where.workspace_dir.empty() && exists(where.workspace_dir + "/.reeve/store.db")) {
      auto store = store::Store::open(where.workspace_dir);
      if (store) store_ = std::move(*store);
      else io_.error(store.error());
    }
    const Edition* edition = content_.standard_edition();
    edition_ = edition ? edition->id : "";
    if (!where.workspace_dir.empty())
      if (auto workspace = load_workspace(where.workspace_dir); workspace && content_.edition(workspace->edition)) edition_ = workspace->edition;
    if (const Control* found = content_.control(id)) return control(*found);
    std::string upper_id;
    for (char c : id) upper_id += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (upper_id == "SEC01") {
      explain_framework(content_, edition_, store_.get(), workspace_flag(options_), io_);
      return exit_done;
    }
    for (const Practice& one : content_.practices) {
      std::string number = one.number(edition_);
      if (one.slug == id || (!number.empty() && (number == upper_id || ends_with(number, "-" + upper_id)))) return practice(one);
    }
    if (const Objective* found = content_.objective(id)) return objective(*found);
    for (const Framework& one : content_.frameworks) {
      if (one.id == id) return framework(one);
      if (!starts_with(id, one.id + "/")) continue;
      for (const Requirement& requirement : one.requirements)
        if (requirement.id == id.substr(one.id.size() + 1)) return requirement_of(one, requirement);
    }
    if (store_) {
      auto stored = store_->finding(id);
      if (stored && *stored) return finding(**stored);
      if (explain_resource(content_, id, *store_, workspace_flag(options_), io_)) return exit_done;
    }
    std::vector<std::string> known;
    for (auto& one : content_.controls) known.push_back(one.id);
    for (auto& one : content_.practices) known.push_back(one.slug);
    for (auto& one : content_.objectives) known.push_back(one.slug);
    for (auto& one : content_.frameworks) known.push_back(one.id);
    std::string near = nearest(id, known);
    io_.error({Code::not_found, "nothing is called `" + id + "`", {}, near.empty() ? "the id of a control, a practice, an objective, a framework, a finding or resource of this workspace, or an exit status" : "`" + near + "`?",
               store_ ? "" : "findings and resources are known in a workspace only: reeve init"});
    return exit_usage;
  }

 private:
  void heading(std::string_view text) { io_.print(paint(io_.terminal, Ink::heading, text) + "\n"); }
  void field(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    std::string label = "   " + std::string(name);
    label.resize(std::max<size_t>(label.size() + 1, 18), ' ');
    std::string body = wrap(text, io_.terminal.width, 18);
    io_.print(label + (body.size() > 18 ? body.substr(18) : std::string(text)) + (ends_with(body, "\n") ? "" : "\n"));
  }

  int status(int number) {
    for (auto& one : reeve_program().statuses)
      if (one.status == number) io_.print("exit status " + std::to_string(number) + ": " + one.meaning + "\n");
    return exit_done;
  }

  int control(const Control& c) {
    heading(c.id);
    io_.print("   " + c.title + "\n\n");
    const Practice* of = content_.practice(c.practice);
    field("statement", c.statement);
    field("why", c.why);
    if (const Objective* serves = content_.objective(c.objective)) field("objective", serves->slug + ": " + serves->title);
    field("practice", of ? of->number(edition_) + " " + of->title : c.practice);
    field("level", std::to_string(c.level) + " " + std::string(level_name(c.level)));
    field("severity", name(c.severity));
    field("area", c.area);
    field("phase", std::to_string(c.phase) + " " + std::string(phase_name(c.phase)));
    field("responsible", std::string(name(c.responsibility)) + ", " + c.owner);
    field("effort", c.effort + " for each resource");
    field("ATT&CK", join(c.attack, ", "));
    field("needs", join(c.needs, ", "));
    field("fix", c.fix);
    if (c.attest) field("asks", c.attest->question);
    if (store_) {
      if (auto counts = store_->counts())
        for (auto& row : *counts)
          if (row.control == c.id)
            field("now", with_thousands(row.counts.pass) + " pass, " + with_thousands(row.counts.fail) + " fail, " + with_thousands(row.counts.unknown) + " unknown, " +
                             with_thousands(row.counts.excepted) + " excepted");
      size_t shown = 0;
      store::FindingFilter filter;
      filter.control = c.id;
      auto each = store_->findings(filter, [&](const store::StoredFinding& f) -> Status {
        if (++shown > 5) return {};
        io_.print("   " + paint(io_.terminal, f.status == store::FindingStatus::fail ? Ink::fail : Ink::unknown, store::name(f.status)) + "  " +
                  safe(shorten(io_.terminal, f.uid, io_.terminal.width - 12)) + "\n         " + safe(f.reason) + "\n         reeve explain " + f.id + workspace_flag(options_) + "\n");
        return {};
      });
      if (!each) io_.error(each.error());
    }
    io_.print("\n");
    heading(c.check.name + " (" + c.check.shown + ")");
    io_.print(c.check.text + (ends_with(c.check.text, "\n") ? "" : "\n"));
    return exit_done;
  }

  void list_controls(const std::vector<const Control*>& controls) {
    for (const Control* c : controls) io_.print("   " + c->id + "  " + paint(io_.terminal, Ink::dim, c->title) + "\n");
  }

  int objective(const Objective& o) {
    heading(o.slug);
    io_.print("   " + o.title + "\n\n");
    field("statement", o.statement);
    field("practices", join(o.practices, ", "));
    field("owner", o.owner);
    field("evidence", "at most " + count_text(static_cast<uint64_t>(o.evidence_days_max), "day") + " old");
    field("may fail", std::to_string(o.failing_percent_max) + " % of what a control judges");
    std::vector<std::string> days;
    for (auto& [severity, n] : o.mend_days) days.insert(days.begin(), std::string(name(severity)) + " " + count_text(static_cast<uint64_t>(n), "day"));
    field("mended within", join(days, ", "));
    io_.print("\n");
    heading("measured by");
    std::vector<const Control*> controls;
    for (const Control& c : content_.controls)
      if (c.objective == o.slug) controls.push_back(&c);
    list_controls(controls);
    return exit_done;
  }

  int framework(const Framework& f) {
    heading(f.title + " " + f.version);
    uint64_t covered = 0;
    for (auto& requirement : f.requirements) covered += !requirement.controls.empty();
    io_.print("   " + count_text(f.requirements.size(), "requirement") + ", " + with_thousands(covered) + " covered, " + with_thousands(f.requirements.size() - covered) + " not covered\n\n");
    for (auto& requirement : f.requirements)
      io_.print("   " + requirement.id + "  " + (requirement.controls.empty() ? paint(io_.terminal, Ink::dim, "not covered") : count_text(requirement.controls.size(), "control")) + "\n");
    return exit_done;
  }

  int requirement_of(const Framework& f, const Requirement& requirement) {
    heading(f.title + " " + f.version + ", " + requirement.id);
    std::vector<const Control*> controls;
    for (auto& id : requirement.controls)
      if (const Control* c = content_.control(id)) controls.push_back(c);
    if (controls.empty()) io_.print("   not covered: no control speaks to it\n");
    list_controls(controls);
    return exit_done;
  }

  int practice(const Practice& p) {
    explain_practice(content_, p, edition_, store_.get(), io_);
    return exit_done;
  }

  int finding(const store::StoredFinding& f) {
    const Control* c = content_.control(f.control);
    heading(std::string(store::name(f.status)) + "  " + f.control + (c ? "  " + std::string(name(c->severity)) : ""));
    if (c) io_.print("   " + c->title + "\n");
    io_.print("\n");
    field("resource", safe(f.uid));
    field("type", f.type);
    field("account", f.account);
    field("region", f.region);
    field("reason", safe(f.reason));
    field("since", rfc3339(f.opened) + (f.openings > 1 ? ", opened " + std::to_string(f.openings) + " times, first on " + rfc3339(f.first_seen) : ""));
    if (f.closed_at.known()) field("closed", rfc3339(f.closed_at));
    if (f.not_rejudged) field("note", "not judged in the last run: its account, Region or call was not in the input, or its control was not asked for");
    if (auto evidence = evidence_from_json(f.evidence_json)) {
      for (auto& e : *evidence) {
        io_.print("\n");
        field("source", safe(e.source) + (e.line ? ":" + std::to_string(e.line) + ":" + std::to_string(e.column) : ""));
        field("time", e.time.known() ? rfc3339(e.time) + (e.time_basis.empty() ? "" : " (" + e.time_basis + ")") : "");
        field("path", safe(e.path));
        field("value", safe(e.value.empty() ? "(nothing)" : e.value));
        field("expected", e.expected);
      }
    }
    if (auto history = store_->history(f.id); history && !history->empty()) {
      io_.print("\n");
      for (auto& step : *history) field(rfc3339(step.time).substr(0, 10), (step.from.empty() ? "" : step.from + " -> ") + step.to + (step.why.empty() ? "" : ": " + step.why));
    }
    if (c) {
      io_.print("\n");
      field("fix", c->fix);
    }
    return exit_done;
  }

  const Options& options_;
  Io& io_;
  Content content_;
  std::string edition_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace

int run_explain(const Options& options, Io& io) { return Explaining(options, io).run(); }

}  // namespace reeve
