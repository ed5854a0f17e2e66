#include "assess/check_own.h"

#include <algorithm>

#include "assess/tally.h"
#include "base/file.h"
#include "base/text.h"
#include "estate/template.h"
#include "estate/terraform.h"

namespace reeve {
namespace {

guard::GuardStatus status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail: return guard::GuardStatus::fail;
    case Verdict::unknown: return guard::GuardStatus::unknown;
    case Verdict::pass: return guard::GuardStatus::pass;
    case Verdict::excepted:
    case Verdict::not_applicable: break;
  }
  return guard::GuardStatus::skip;
}

class Judging : public UnitSink {
 public:
  Judging(const GuardJudge& guard, const std::vector<char>& asked, Time as_of, const DataFile& file, CheckedFile& out, const OwnControls::Look* look)
      : guard_(guard), asked_(asked), as_of_(as_of), file_(file), out_(out), look_(look) {}

  void resource(Resource&& resource) override {
    ++out_.resources;
    for (const auto* control : guard_.of_type(resource.type_name, false))
      if (asked_[control->control]) {
        const GuardVerdict verdict = guard_.judge(*control, resource, as_of_);
        if (look_) (*look_)(*control->source, *control->rules, resource, verdict);
        else add(*control, resource, verdict);
      }
  }
  void withdraw(const std::string&) override {}
  void read(ReadRecord&&) override {}
  void source(SourceRecord&&) override { out_.read = true; }
  void problem(Error&& error) override { out_.problems.push_back(std::move(error)); }
  void note(Error&& error) override { out_.notes.push_back(std::move(error)); }
  void stated_time(int64_t) override {}

 private:
  // The root of the file's own document, which `made` may have been made from in several steps.
  Value written_in(const Document& made) const {
    const Document* at = &made;
    for (bool deeper = true; deeper;) {
      deeper = false;
      for (const Source& source : at->sources())
        if (source.document && source.document.get() != at && source.file == file_.path) {
          at = source.document.get();
          deeper = true;
          break;
        }
    }
    return at == &made ? Value() : at->root();
  }

  void add(const GuardJudge::Compiled& control, const Resource& resource, const GuardVerdict& verdict) {
    if (verdict.verdict == Verdict::not_applicable) return;
    CheckFinding finding;
    finding.file = file_.path;
    finding.rule = control.source->id;
    finding.rules_file = control.source->check.shown;
    finding.status = status_of(verdict.verdict);
    finding.control = control.source;
    finding.severity = control.source->severity;
    finding.resource = resource.id;
    finding.type = resource.type_name;
    finding.message = control.source->title;
    finding.reason = redacted_text(verdict.reason);
    // What the file says, which the resource was made from.
    const Value written = written_in(*resource.body().document());
    if (verdict.verdict == Verdict::pass || verdict.evidence.empty()) {
      const Value body = resource.body();
      finding.line = resource.shape ? resource.main_line : body.line();
      finding.column = resource.shape ? resource.main_column : body.column();
      finding.path = resource.main_path;
      point_by_path(finding, written);
      out_.findings.push_back(std::move(finding));
      return;
    }
    for (const Evidence& evidence : verdict.evidence) {
      finding.line = evidence.line;
      finding.column = evidence.column;
      finding.path = evidence.path;
      finding.expected = evidence.expected;
      finding.found = evidence.value;
      finding.missing = evidence.value.empty();
      if (evidence.source == file_.path) point_by_path(finding, written);
      out_.findings.push_back(finding);
      finding.same_as_before = true;
    }
  }

  const GuardJudge& guard_;
  const std::vector<char>& asked_;
  Time as_of_;
  const DataFile& file_;
  CheckedFile& out_;
  const OwnControls::Look* look_;
};

}  // namespace

Result<std::unique_ptr<OwnControls>> OwnControls::make(const OwnOptions& options) {
  std::unique_ptr<OwnControls> own(new OwnControls());
  ContentOptions from;
  from.content_dir = options.content_dir;
  from.workspace_dir = options.workspace_dir;
  own->content_ = load_content(from);
  own->problems_ = own->content_.errors;
  own->catalogue_ = catalogue_of(own->content_, own->problems_);
  own->guard_ = std::make_unique<GuardJudge>(own->content_, own->catalogue_, own->problems_);
  own->as_of_ = options.as_of;
  const auto& controls = own->content_.controls;
  own->asked_.assign(controls.size(), options.controls.empty());
  for (const std::string& id : options.controls) {
    auto found = std::find_if(controls.begin(), controls.end(), [&](const Control& control) { return control.id == id; });
    if (found == controls.end()) {
      std::vector<std::string> known;
      for (const Control& control : controls) known.push_back(control.id);
      const std::string near = nearest(id, known);
      return fail(Code::usage, "there is no control `" + id + "`", {}, near.empty() ? "the id of a control" : "`" + near + "`", "`reeve content list`");
    }
    if (found->judge != Judge::guard || !found->in_template)
      return fail(Code::usage, "the control `" + id + "` judges no template", {}, "a control that is judged by a Guard rule", "`reeve explain " + id + "`");
    own->asked_[static_cast<size_t>(found - controls.begin())] = true;
  }
  for (size_t i = 0; i < controls.size(); ++i) own->count_ += own->asked_[i] && controls[i].judge == Judge::guard && controls[i].in_template;
  return own;
}

void OwnControls::judge(const DataFile& file, CheckedFile& out) const { read(file, out, nullptr); }

void OwnControls::each_judged(const DataFile& file, CheckedFile& out, const Look& look) const { read(file, out, &look); }

std::string OwnControls::types_of(std::string_view control) const {
  for (size_t i = 0; i < content_.controls.size(); ++i)
    if (content_.controls[i].id == control) return join(guard_->types_of(i), ", ");
  return "";
}

void OwnControls::read(const DataFile& file, CheckedFile& out, const Look* look) const {
  auto bytes = FileBytes::open(file.path);
  if (!bytes) {
    out.problems.push_back(bytes.error());
    if (out.problems.back().at.path.empty()) out.problems.back().at.path = file.path;
    return;
  }
  Input input;
  input.kind = InputKind::cloudformation;
  input.shown = file.path;
  input.member = std::make_shared<const std::string>((*bytes)->view());
  input.size_bytes = input.member->size();
  Judging sink(*guard_, asked_, as_of_, file, out, look);
  if (is_terraform(std::string_view(*input.member).substr(0, 64 << 10))) load_terraform(input, catalogue_, sink);
  else load_template(input, catalogue_, sink);
  locate(out.findings, file.path, *input.member);
}

}  // namespace reeve
