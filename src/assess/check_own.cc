#include "assess/check_own.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "assess/content_index.h"
#include "assess/tally.h"
#include "base/file.h"
#include "base/text.h"
#include "base/words.h"
#include "estate/declared.h"
#include "estate/template.h"
#include "estate/terraform.h"

namespace reeve {
namespace {

// One type written for another: in other letters' case, or with a slip or two in one long name of the three. AWS has far more types than are known
// here, and short names of theirs lie close together (`AWS::EMR::Cluster`, `AWS::ECR::…`), as do their versions (`…::HubV2`).
bool is_slip(std::string_view type, std::string_view meant) {
  constexpr size_t slips_most = 2, long_name = 6;
  if (lower(type) == lower(meant)) return true;
  const auto a = split(type, ':'), b = split(meant, ':');
  if (a.size() != b.size()) return false;
  size_t differ = a.size();
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) {
      if (differ != a.size()) return false;
      differ = i;
    }
  if (differ == a.size() || std::min(a[differ].size(), b[differ].size()) < long_name) return false;
  const bool version = a[differ].back() >= '0' && a[differ].back() <= '9';
  return !version && !nearest(std::string(a[differ]), {std::string(b[differ])}, slips_most).empty();
}

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

// Whether anything in a workspace may stand in the place of built-in content.
bool has_content_of_its_own(const std::string& workspace) {
  std::vector<Error> problems;
  return !folder_layer(workspace, LayerKind::workspace, problems).files.empty() || !problems.empty();
}

// Whether a stack holds what is a part of another resource: which, the types of content say.
bool has_parts(const Stack& stack, const std::vector<std::string_view>& types) {
  return std::any_of(stack.resources.begin(), stack.resources.end(), [&](auto& one) { return std::find(types.begin(), types.end(), one.type) != types.end(); }) ||
         std::any_of(stack.nested.begin(), stack.nested.end(), [&](auto& one) { return has_parts(one.stack, types); });
}

class Judging : public UnitSink {
 public:
  Judging(const GuardJudge& guard, const ResourceCatalogue& catalogue, const std::vector<char>& asked, Time as_of, const DataFile& file, CheckedFile& out,
          const OwnControls::Look* look)
      : guard_(guard), catalogue_(catalogue), asked_(asked), as_of_(as_of), file_(file), out_(out), look_(look) {}

  // `within`: the way to a nested stack, `Network/`; `maybe`: why that may not be there.
  void stack(Stack& stack, const std::string& within, const std::string& maybe) {
    for (Error& problem : stack.problems) out_.problems.push_back(std::move(problem));
    for (Error& note : stack.notes) out_.notes.push_back(std::move(note));
    name_unknown_types(stack);
    Source self;
    self.file = stack.shown;
    self.path_prefix = "$";
    self.time_basis = "unknown";
    const TemplateParts parts(stack, catalogue_);
    for (StackResource& each : stack.resources) {
      if (each.maybe.empty()) each.maybe = maybe;
      construct_ = each.construct;
      resource(resource_of(each, parts, catalogue_, self, file_.path, within), stack.shown);
    }
    for (Stack::Nested& nested : stack.nested) this->stack(nested.stack, within + nested.id + "/", maybe.empty() ? nested.maybe : maybe);
  }

  void resource(Resource&& each) override { resource(each, file_.path); }
  void withdraw(const std::string&) override {}
  void read(ReadRecord&&) override {}
  void source(SourceRecord&&) override { out_.read = true; }
  void problem(Error&& error) override { out_.problems.push_back(std::move(error)); }
  void note(Error&& error) override { out_.notes.push_back(std::move(error)); }
  void stated_time(int64_t) override {}

  // The texts that resources were made from, by their files.
  const std::map<std::string, DocumentPtr>& written() const { return written_; }

 private:
  // A type that no control is about is judged by nothing, and nothing would say so: one that is nearly another's is a slip; all are counted.
  void name_unknown_types(const Stack& stack) {
    static const std::vector<std::string_view> listed = built_in_types();
    static const std::unordered_set<std::string_view> known(listed.begin(), listed.end());
    std::map<std::string_view, std::pair<uint64_t, Value>> unjudged;
    for (const StackResource& each : stack.resources) {
      if (!guard_.of_type(each.type, false).empty() || catalogue_.template_part(each.type)) continue;
      // What a template says of itself, and what its author makes: nothing of AWS's to be judged.
      if (each.type.empty() || starts_with(each.type, "AWS::CloudFormation::") || starts_with(each.type, "AWS::CDK::") || starts_with(each.type, "Custom::") || ends_with(each.type, "::MODULE")) continue;
      auto& [count, first] = unjudged[each.type];
      if (count++ == 0) first = each.body;
    }
    for (const auto& one : unjudged) {
      const std::string_view type = one.first;  // clang 14 lets no lambda take a part of a structured binding
      const std::pair<uint64_t, Value>& seen = one.second;
      out_.unjudged[std::string(type)] += seen.first;
      if (known.contains(type) || catalogue_.find(type)) continue;
      const auto meant = std::find_if(listed.begin(), listed.end(), [&](std::string_view other) { return is_slip(type, other); });
      if (meant != listed.end())
        out_.notes.push_back({Code::unsupported, "`" + std::string(type) + "` is not judged (" + count_text(seen.first, "resource") + "): nobody here knows a type of that name",
                              {stack.shown, seen.second.line(), seen.second.column()}, "", "is `" + std::string(*meant) + "` meant?"});
    }
  }

  void resource(const Resource& resource, const std::string& file) {
    ++out_.resources;
    for (const auto* control : guard_.of_type(resource.type_name, false))
      if (asked_[control->control]) {
        const GuardVerdict verdict = guard_.judge(*control, resource, as_of_);
        if (look_) (*look_)(*control->source, *control->rules, resource, verdict);
        else add(*control, resource, file, verdict);
      }
  }
  void add(const GuardJudge::Compiled& control, const Resource& resource, const std::string& file, const GuardVerdict& verdict) {
    if (verdict.verdict == Verdict::not_applicable) return;
    CheckFinding finding;
    finding.file = file;
    finding.rule = control.source->id;
    finding.rules_file = control.source->check.shown;
    finding.status = status_of(verdict.verdict);
    finding.control = control.source;
    finding.severity = control.source->severity;
    finding.resource = resource.id;
    finding.construct = construct_;
    finding.type = resource.type_name;
    finding.message = control.source->title;
    finding.reason = redacted_text(verdict.reason);
    // What the file says, which the resource was made from.
    const Value written = written_in(*resource.body().document(), file);
    if (written) written_.try_emplace(file, written.document()->shared_from_this());
    if (verdict.verdict == Verdict::pass || verdict.evidence.empty()) {
      const Value body = resource.body();
      finding.line = resource.shape ? resource.main_line : body.line();
      finding.column = resource.shape ? resource.main_column : body.column();
      finding.path = resource.main_path;
      point_by_path(finding, written);
      out_.findings.push_back(std::move(finding));
      return;
    }
    // `Encrypted == true or Encrypted == 'true'` fails of one value twice, and says the same both times.
    auto said_by = [](const Evidence& a, const Evidence& b) {
      auto plain = [](std::string words) {
        std::erase(words, '`');
        return words;
      };
      return a.source == b.source && a.line == b.line && a.column == b.column && a.path == b.path && plain(a.expected) == plain(b.expected);
    };
    for (auto at = verdict.evidence.begin(); at != verdict.evidence.end(); ++at) {
      const Evidence& evidence = *at;
      if (std::any_of(verdict.evidence.begin(), at, [&](const Evidence& before) { return said_by(before, evidence); })) continue;
      finding.line = evidence.line;
      finding.column = evidence.column;
      finding.path = evidence.path;
      finding.expected = evidence.expected;
      finding.found = evidence.value;
      finding.missing = evidence.value.empty();
      if (evidence.source == file) point_by_path(finding, written);
      out_.findings.push_back(finding);
      finding.same_as_before = true;
    }
  }

  const GuardJudge& guard_;
  const ResourceCatalogue& catalogue_;
  const std::vector<char>& asked_;
  Time as_of_;
  const DataFile& file_;
  CheckedFile& out_;
  const OwnControls::Look* look_;
  std::string construct_;  // of the resource being judged
  std::map<std::string, DocumentPtr> written_;
};

}  // namespace

Result<std::unique_ptr<OwnControls>> OwnControls::make(const OwnOptions& options) {
  std::unique_ptr<OwnControls> own(new OwnControls());
  own->read_all(options);
  own->as_of_ = options.as_of;
  if (options.stacks) own->stacks_ = *options.stacks;
  if (options.except) {
    if (!options.workspace_dir.empty()) {
      if (auto read = load_workspace(options.workspace_dir)) own->workspace_ = std::move(*read);
      else own->problems_.push_back(read.error());
      own->problems_.insert(own->problems_.end(), own->workspace_.errors.begin(), own->workspace_.errors.end());
      for (const ResourceException& one : own->workspace_.exceptions)
        if (!own->content_.control(one.control)) own->problems_.push_back({Code::not_found, "there is no control `" + one.control + "`", one.at, "the id of a control", "`reeve content list` names them"});
    }
    own->exceptions_ = std::make_unique<Exceptions>(&own->workspace_, &own->content_, options.as_of);
  }
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
  for (size_t i = 0; i < controls.size(); ++i) {
    const bool can = controls[i].judge == Judge::guard && controls[i].in_template;
    own->count_ += own->asked_[i] && can;
    own->beyond_ += own->asked_[i] && !can;
  }
  return own;
}

void OwnControls::read_all(const OwnOptions& options) {
  ContentOptions from;
  from.content_dir = options.content_dir;
  from.workspace_dir = options.workspace_dir;
  late_ = options.late && from.content_dir.empty() && (from.workspace_dir.empty() || !has_content_of_its_own(from.workspace_dir));
  if (late_) {
    const std::vector<IndexedControl> index = built_in_index();
    for (const IndexedControl& each : index) {
      Control& control = content_.controls.emplace_back();
      control.id = each.id;
      control.judge = each.judge;
      control.live = each.live;
      control.in_template = each.in_template;
    }
    content_.foreign_rules = built_in_foreign_rules();
    guard_ = std::make_unique<GuardJudge>(index);
    return;
  }
  content_ = load_content(from);
  problems_ = content_.errors;
  catalogue_ = catalogue_of(content_, problems_);
  guard_ = std::make_unique<GuardJudge>(content_, catalogue_, problems_);
}

const ResourceCatalogue& OwnControls::catalogue() const {
  if (late_)
    std::call_once(catalogue_once_, [&] {
      std::vector<Error> none;
      catalogue_ = catalogue_of(load_content(ContentOptions{}), none);
    });
  return catalogue_;
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
  const bool terraform = is_terraform((*bytes)->view().substr(0, 64 << 10));
  if (terraform) {
    Judging judging(*guard_, catalogue(), asked_, as_of_, file, out, look);
    Input input;
    input.kind = InputKind::cloudformation;
    input.shown = file.path;
    input.member = std::make_shared<const std::string>((*bytes)->view());
    input.size_bytes = input.member->size();
    load_terraform(input, catalogue(), judging);
    locate(out.findings, file.path, *input.member);
    return except(judging.written(), out);
  }
  Source self;
  self.file = file.path;
  self.path_prefix = "$";
  auto document = read_template((*bytes)->view(), self);
  if (!document) {
    out.problems.push_back(document.error());
    if (out.problems.back().at.path.empty()) out.problems.back().at.path = file.path;
    return;
  }
  const Value root = (*document)->root(), resources = root.get("Resources");
  if (!resources.is_map() || (!file.named && !is_stack_template(root))) {
    if (file.named) out.problems.push_back({Code::parse, "`Resources` is not a map", {file.path, resources ? resources.line() : 1, resources ? resources.column() : 1}, "a template with a map of resources", ""});
    return;
  }
  for (const Place& place : (*document)->duplicate_keys())
    out.problems.push_back({Code::parse, "a key stands twice in one map; the last value counts", {file.path, place.line, place.column}, "each key once", ""});
  Stack stack = resolve_stack(*document, stacks_.options_for(file.path));
  out.document = stack.document;
  out.read = true;
  // Resources of templates are in the shape of their type already: types are wanted for those that stand in parts alone.
  static const ResourceCatalogue no_types;
  Judging judging(*guard_, late_ && !has_parts(stack, built_in_part_types()) ? no_types : catalogue(), asked_, as_of_, file, out, look);
  judging.stack(stack, "", "");
  locate(out.findings, file.path, (*bytes)->view());
  except(judging.written(), out);
}

void OwnControls::except(const std::map<std::string, DocumentPtr>& written, CheckedFile& out) const {
  if (exceptions_)
    for (const auto& [name, document] : written) exceptions_->apply(out.findings, document->root(), name, out.problems);
}

}  // namespace reeve
