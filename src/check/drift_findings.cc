// What drift says, as findings: so that exceptions, baselines and every format that knows findings know drift.
#include "base/text.h"
#include "check/drift.h"

namespace reeve {
namespace {

Control control(const char* id, const char* title, const char* statement, const char* why, const char* fix, Severity severity) {
  Control out;
  out.id = id;
  out.title = title;
  out.statement = statement;
  out.why = why;
  out.fix = fix;
  out.practice = "automate_security_controls";
  out.area = "configuration management";
  out.severity = severity;
  return out;
}

const Control& of_property() {
  static const Control made = control("drift-property", "Live as it is declared", "Each property that a template declares has that value in the live resource.",
                                      "What was changed by hand is not what was reviewed, and the next deployment may or may not undo it.",
                                      "Change the template if the live value is right, else deploy the template again.", Severity::medium);
  return made;
}
const Control& of_missing() {
  static const Control made = control("drift-missing", "What is declared is there", "Each resource that a template declares is live.",
                                      "A control that was declared and is gone protects nothing.", "Deploy the template, or take the resource out of it.", Severity::medium);
  return made;
}
const Control& of_undeclared() {
  static const Control made = control("drift-undeclared", "What a stack has is declared", "A template declares each resource of the stacks that were made of it.",
                                      "The next deployment of the template will delete what it does not declare.", "Declare the resource, or take it out of the stack.", Severity::low);
  return made;
}
const Control& of_told() {
  static const Control made = control("drift-told", "Drift can be told", "Of each declared resource the estate tells what is declared.",
                                      "What was not read may have drifted.", "Export what the reason names, or give the template's parameters.", Severity::low);
  return made;
}

CheckFinding finding(const Control& control, const ResourceDrift& resource, const DriftPlace& at, const std::string& file, guard::GuardStatus status) {
  CheckFinding out;
  out.file = at.file.empty() ? file : at.file;
  out.path = at.path;
  out.line = at.line, out.column = at.column;
  out.rule = control.id;
  out.control = &control;
  out.severity = control.severity;
  out.status = status;
  out.resource = resource.id;
  out.type = resource.type;
  out.construct = resource.construct;
  out.message = control.title;
  out.live = {resource.live_at.file, resource.live_at.line, resource.live_at.column};
  return out;
}

std::string live_words(const DriftPlace& at) { return at.file.empty() ? "" : "live: " + at.text() + (at.path.empty() || at.line ? "" : " " + at.path); }

}  // namespace

std::string DriftPlace::text() const { return Place{file, line, column}.text(); }

std::string_view name(DriftState state) {
  switch (state) {
    case DriftState::same: return "same";
    case DriftState::drifted: return "drifted";
    case DriftState::missing: return "missing";
    case DriftState::undeclared: return "undeclared";
    case DriftState::unknown: return "unknown";
  }
  return "";
}

std::string_view name(ValueDrift::Is is) {
  switch (is) {
    case ValueDrift::Is::different: return "different";
    case ValueDrift::Is::absent: return "absent";
    case ValueDrift::Is::added: return "added";
    case ValueDrift::Is::untold: return "untold";
    case ValueDrift::Is::undecided: return "undecided";
  }
  return "";
}

std::vector<CheckFinding> findings_of(FileDrift& drift, const std::string& file) {
  using guard::GuardStatus;
  std::vector<CheckFinding> out;
  for (Deployment& deployment : drift.deployments)
    for (ResourceDrift& resource : deployment.resources) {
      const bool gone = resource.state == DriftState::missing, more = resource.state == DriftState::undeclared;
      if (gone || more || (resource.state == DriftState::drifted && resource.properties.empty())) {
        CheckFinding each = finding(gone ? of_missing() : more ? of_undeclared() : of_property(), resource, resource.declared_at, file, GuardStatus::fail);
        each.expected = more ? "a template that declares it" : "a live " + resource.type;
        each.reason = resource.reason;
        resource.finding = out.size();
        out.push_back(std::move(each));
        continue;
      }
      std::vector<std::string> open;
      std::string why = resource.reason;
      bool failed = false;
      for (PropertyDrift& property : resource.properties) {
        if (property.is == ValueDrift::Is::untold || property.is == ValueDrift::Is::undecided) {
          open.push_back(property.property);
          if (why.empty()) why = property.reason;
          continue;
        }
        CheckFinding each = finding(of_property(), resource, property.declared_at.file.empty() ? resource.declared_at : property.declared_at, file, GuardStatus::fail);
        each.expected = property.is == ValueDrift::Is::added ? "nothing beside what is declared in " + property.property : property.declared;
        each.found = property.live;
        each.missing = false;
        if (!property.live_at.file.empty()) each.live = {property.live_at.file, property.live_at.line, property.live_at.column};
        each.reason = property.is == ValueDrift::Is::absent && property.reason.empty() ? "it is not there" : property.reason;
        const std::string live = live_words(property.live_at);
        if (!live.empty()) each.reason += (each.reason.empty() ? "" : "; ") + live;
        each.same_as_before = failed;
        failed = true;
        property.finding = out.size();
        out.push_back(std::move(each));
      }
      if (!failed && resource.state == DriftState::same) out.push_back(finding(of_property(), resource, resource.declared_at, file, GuardStatus::pass));
      if (open.empty() && resource.state != DriftState::unknown) continue;
      CheckFinding each = finding(of_told(), resource, resource.declared_at, file, GuardStatus::unknown);
      each.expected = open.empty() ? "a live " + resource.type : "an estate that tells " + join(open, ", ");
      each.reason = why;
      resource.finding = out.size();
      for (PropertyDrift& property : resource.properties)
        if (property.finding == SIZE_MAX) property.finding = out.size();
      out.push_back(std::move(each));
    }
  return out;
}

}  // namespace reeve
