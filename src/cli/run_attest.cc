// reeve attest: what nobody but people know. Without a control, how each question stands; with one, one more answer.
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/interview.h"
#include "formats/json.h"
#include "store/store.h"

namespace reeve {
namespace {

constexpr int64_t day_ms = 86'400'000;

struct Stand {
  const Control* control = nullptr;
  Word word;
  std::string state, why;
};

class Attesting {
 public:
  Attesting(const Options& options, Io& io) : options_(options), io_(io) {}

  int run() {
    std::string dir = workspace_of(options_);
    if (dir.empty()) {
      io_.error({Code::usage, "there is no workspace here or above", {}, "a folder with reeve.yaml, or --workspace DIR", "`reeve init` makes one"});
      return exit_usage;
    }
    auto workspace = load_workspace(dir);
    if (!workspace) {
      io_.error(workspace.error());
      return exit_input;
    }
    workspace_ = std::move(*workspace);
    content_ = load_content({.content_dir = options_.value("--content"), .workspace_dir = dir});
    for (auto& error : content_.errors) io_.error(error);
    for (auto& error : workspace_.errors) io_.error(error);
    // A word is given on a day. Which day it is nobody can tell but the clock, unless it is said.
    today_ = Time{wall_clock().ms / day_ms * day_ms};
    if (options_.arguments().empty())  // an answer to no question would be lost
      for (const char* flag : {"--answer", "--owner", "--approver", "--evidence", "--given", "--expires", "--reason"})
        if (options_.has(flag)) {
          io_.error({Code::usage, std::string("`") + flag + "` is given without the question it is about", {}, "the id of a control: reeve attest CONTROL " + std::string(flag) + " …", "`reeve attest` lists the questions"});
          return exit_usage;
        }
    int status = options_.arguments().empty() ? list() : record(options_.arguments()[0]);
    return status != exit_done || (content_.errors.empty() && workspace_.errors.empty()) ? status : exit_input;
  }

 private:
  // What the last run found against a word: its facts are in the record, not here.
  std::string contradiction(const std::string& control) {
    std::string why;
    if (!store_) return why;
    store::FindingFilter filter;
    filter.control = control;
    filter.other_units = true;
    auto each = store_->findings(filter, [&](const store::StoredFinding& finding) -> Status {
      if (why.empty() && finding.status == store::FindingStatus::fail && starts_with(finding.reason, "contradicted: ")) why = finding.reason;
      return {};
    });
    if (!each) io_.error(each.error());
    return why;
  }

  int list() {
    Time day = options_.time("--as-of").value_or(today_);
    if (exists(join_path(workspace_.dir, ".reeve/store.db"))) {
      auto store = store::Store::open(workspace_.dir);
      if (store) store_ = std::move(*store);
      else io_.error(store.error());
    }
    std::vector<Stand> stands;
    for (const Control* control : attested_controls(content_)) {
      Stand one{control, word_on(&workspace_, *control, day), {}, {}};
      one.state = name(one.word.state);
      one.why = one.word.why;
      if (std::string against = contradiction(control->id); one.word.state == WordState::valid && !against.empty()) one.state = "contradicted", one.why = against;
      // As an assessment has it: a word that stands on a drill is worth no more than the drill.
      for (auto& drill : workspace_.drills) {
        if (drill.control != control->id || one.state != "valid") continue;
        DrillState state = drill_on(drill, day);
        if (state == DrillState::failed) one.state = "contradicted", one.why = "the last drill failed";
        if (state == DrillState::overdue) one.state = "drill_overdue", one.why = "its drill is overdue since " + rfc3339(drill.due(day)).substr(0, 10);
      }
      stands.push_back(std::move(one));
    }
    if (options_.value("--format", "text") == "json") json(stands, day);
    else text(stands, day);
    return exit_done;
  }

  void text(const std::vector<Stand>& stands, Time day) {
    Table table({{"state"}, {"control"}, {"owner", Align::left, 100}, {"until"}, {"why", Align::left, 100, true}});
    size_t valid = 0;
    for (auto& one : stands) {
      valid += one.state == "valid";
      Ink ink = one.state == "valid" ? Ink::plain : one.state == "contradicted" || one.state == "no" ? Ink::fail : Ink::unknown;
      std::string state = one.state;
      for (char& c : state)
        if (c == '_') c = ' ';
      table.row({{state, ink}, {one.control->id}, {one.word.said ? safe(one.word.said->owner) : ""}, {one.word.said ? rfc3339(one.word.until).substr(0, 10) : ""}, {safe(one.why), Ink::dim}});
    }
    io_.print(table.text(io_.terminal) + "\n");
    if (!workspace_.drills.empty()) {
      Table drills({{"drill"}, {"what", Align::left, 0, true}, {"last"}, {"due"}, {"owner"}});
      for (auto& drill : workspace_.drills) {
        const DrillRecord* last = drill.last(day);
        DrillState state = drill_on(drill, day);
        drills.row({{std::string(name(state)), state == DrillState::failed ? Ink::fail : state == DrillState::overdue ? Ink::unknown : Ink::plain},
                    {safe(drill.title.empty() ? drill.kind : drill.title)}, {last ? rfc3339(last->performed).substr(0, 10) : "never"}, {rfc3339(drill.due(day)).substr(0, 10)}, {safe(drill.owner)}});
      }
      io_.print(drills.text(io_.terminal) + "\n");
    }
    io_.print(std::to_string(valid) + " of " + count_text(stands.size(), "question") + " answered and valid on " + rfc3339(day).substr(0, 10) + "\n");
    io_.say(store_ ? "note  what contradicts a word is as the last run found it\n" : "note  no run is on record, so no word was held against facts: reeve assess does that\n");
    for (auto& one : stands)
      if (one.state != "valid") {
        io_.say("Next: reeve attest " + one.control->id + workspace_flag(options_) + "\n");
        break;
      }
  }

  void json(const std::vector<Stand>& stands, Time day) {
    std::string out;
    JsonWriter json(out, 1);
    json.begin_object().member("as_of", rfc3339(day)).member("held_against_facts", store_ != nullptr).key("attestations").begin_array();
    for (auto& one : stands) {
      json.begin_object().member("control", one.control->id).member("question", one.control->attest->question).member("claim", one.control->attest->claim).member("state", one.state);
      if (!one.why.empty()) json.member("why", one.why);
      if (one.word.said) json.member("owner", one.word.said->owner).member("approver", one.word.said->approver).member("given", rfc3339(one.word.said->given)).member("until", rfc3339(one.word.until));
      json.end_object();
    }
    json.end_array().key("drills").begin_array();
    for (auto& drill : workspace_.drills) {
      json.begin_object().member("drill", drill.kind).member("title", drill.title).member("owner", drill.owner).member("control", drill.control).member("state", name(drill_on(drill, day)));
      json.key("last");
      if (const DrillRecord* last = drill.last(day)) json.string(rfc3339(last->performed));
      else json.null();
      json.member("due", rfc3339(drill.due(day))).end_object();
    }
    json.end_array().end_object();
    io_.print(out + "\n");
  }

  int record(const std::string& id) {
    const Control* control = content_.control(id);
    if (!control) {
      std::vector<std::string> known;
      for (const Control* one : attested_controls(content_)) known.push_back(one->id);
      std::string near = nearest(id, known);
      io_.error({Code::usage, "there is no control `" + id + "`", {}, {}, near.empty() ? "`reeve attest` lists those that are attested" : "did you mean `" + near + "`?"});
      return exit_usage;
    }
    if (control->judge != Judge::attested) {
      io_.error({Code::usage, "control `" + id + "` is judged by facts, so nobody's word counts", {}, "a control with an attest.yaml", "an exception accepts a failing resource, with owner and expiry"});
      return exit_usage;
    }
    Attestation a;
    a.control = id;
    a.answer = options_.value("--answer") == "yes";
    a.owner = trim(options_.value("--owner"));
    a.approver = trim(options_.value("--approver"));
    a.reason = trim(options_.value("--reason"));
    a.evidence = options_.values("--evidence");
    a.given = options_.time("--given").value_or(today_);
    if (auto expires = options_.time("--expires")) a.expires = *expires;
    const bool whole = options_.has("--answer") && options_.has("--owner") && options_.has("--approver") && options_.has("--expires");
    if (!whole && io_.interactive && !options_.has("--answer")) {
      if (Interview(io_, content_, workspace_, today_).one(*control, a, false) != Interview::Ended::answered) {
        io_.error({Code::usage, "nothing was written", {}, {}, {}});
        return exit_usage;
      }
    } else {
      std::vector<Error> wrong = objections(a, *control);
      if (!options_.has("--answer")) wrong.insert(wrong.begin(), Error{Code::usage, "the answer is missing", {}, "--answer yes or --answer no", {}});
      for (auto& error : wrong) io_.error(error);
      if (!wrong.empty()) return exit_usage;
    }
    auto path = write_attestation(workspace_.dir, a);
    if (!path) {
      io_.error(path.error());
      return path.error().code == Code::io ? exit_input : exit_internal;
    }
    print_attestation(io_, *path, a);
    if (!options_.has("--given")) io_.say("note  given on " + rfc3339(a.given).substr(0, 10) + ", as the clock says; --given DATE says otherwise\n");
    if (a.answer && a.evidence.empty()) io_.say("note  nothing shows it yet: --evidence TEXT names a link or a document\n");
    io_.say("Next: reeve assess" + workspace_flag(options_) + "\n");
    return exit_done;
  }

  const Options& options_;
  Io& io_;
  Workspace workspace_;
  Content content_;
  std::unique_ptr<store::Store> store_;
  Time today_;
};

}  // namespace

int run_attest(const Options& options, Io& io) { return Attesting(options, io).run(); }

}  // namespace reeve
