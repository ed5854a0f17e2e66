#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "content/fields.h"
#include "content/read_items.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

// A text in which `9` stands for a digit and everything else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '9' ? !digit : text[i] != shape[i]) return false;
  }
  return true;
}

bool is_attack_id(std::string_view text) { return has_shape(text, "T9999") || has_shape(text, "T9999.999"); }
bool is_fact_id(std::string_view text) { return has_shape(text, "99.99"); }

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 128 && std::isalnum(c); });
}

// `s3:ListBuckets`: the service as the AWS CLI spells it, the operation as its API does.
bool is_operation(std::string_view text) {
  size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  std::string_view service = text.substr(0, colon), operation = text.substr(colon + 1);
  return is_slug(service) && service != "reeve" && is_word(operation) && operation.front() >= 'A' && operation.front() <= 'Z';
}

// `AWS::S3::Bucket`, `Reeve::Account::Root`; one of our own may have two parts, `Reeve::Organization`.
bool is_type_name(std::string_view text) {
  size_t parts = 0, parts_min = starts_with(text, "Reeve::") ? 2 : 3;
  while (true) {
    size_t colons = text.find("::");
    std::string_view part = text.substr(0, colons);
    if (!is_word(part)) return false;
    ++parts;
    if (colons == std::string_view::npos) return parts >= parts_min && parts <= 3;
    text.remove_prefix(colons + 2);
  }
}

const std::vector<std::string>& check_files() {
  static const std::vector<std::string> names = {"check.guard", "check.sql", "attest.yaml"};
  return names;
}

const std::vector<std::string>& known_files() {
  static const std::vector<std::string> names = {"control.yaml",     "check.guard",         "check.sql",       "attest.yaml", "prevent.scp.json",
                                                 "prevent.rcp.json", "prevent.template.yaml", "respond.ssm.yaml", "README.md",   "examples"};
  return names;
}

ControlFile file_of(const ContentItem& item, const ContentFile& file) {
  return {std::string(item.relative(file)), file.shown, file.text};
}

// A file beside the check need not be understood here, but it must be what its name says.
void hold_against_its_format(const ControlFile& file, std::vector<Error>& errors) {
  Source self;
  self.file = file.shown;
  bool json = ends_with(file.name, ".json");
  auto document = json ? read_json(file.text, self) : read_yaml(file.text, self);
  if (!document)
    errors.push_back(document.error());
  else if (!(*document)->root().is_map())
    errors.push_back({Code::type, "`" + file.name + "` holds no map", {file.shown}, json ? "a policy document" : "a document with keys", {}});
}

// Sorts the folder's files into the control; false if one has no place in a control.
bool place_files(const ContentItem& item, Control& control, std::vector<Error>& errors) {
  bool good = true;
  for (const ContentFile* file : item.files) {
    std::string name(item.relative(*file));
    if (name == "control.yaml" || name == "README.md") continue;
    if (std::find(check_files().begin(), check_files().end(), name) != check_files().end()) continue;
    size_t before = errors.size();
    if (starts_with(name, "examples/")) {
      std::string base = name.substr(9);
      if (base == "forms.yaml") continue;  // one mistake in the words of each source: for tests/four_forms.py
      bool kind = base == "requests.yaml" || starts_with(base, "pass") || starts_with(base, "fail") || starts_with(base, "unknown") || starts_with(base, "odd");
      if (!kind || !ends_with(base, ".yaml") || contains(base, "/"))
        errors.push_back({Code::usage, "`" + base + "` is no name for an example", {file->shown},
                          "pass*.yaml, fail*.yaml, unknown*.yaml, odd*.yaml, forms.yaml or requests.yaml", {}});
      else
        control.examples.push_back(file_of(item, *file));
    } else if (std::find(known_files().begin(), known_files().end(), name) == known_files().end()) {
      errors.push_back(unknown_word("`" + name + "` has no place in a control", {file->shown}, name, known_files()));
    } else {
      std::vector<ControlFile>& layer = starts_with(name, "prevent.") ? control.prevent : control.respond;
      layer.push_back(file_of(item, *file));
      hold_against_its_format(layer.back(), errors);
    }
    good &= errors.size() == before;
  }
  return good;
}

bool has_examples(const Control& control, std::vector<Error>& errors) {
  std::vector<std::string> missing;
  for (std::string kind : {"pass", "fail", "unknown", "odd"}) {
    bool found = false;
    for (const ControlFile& file : control.examples) found |= starts_with(file.name, "examples/" + kind);
    if (!found) missing.push_back(kind + "*.yaml");
  }
  bool guardrail = false, requests = false;
  for (const ControlFile& file : control.prevent) guardrail |= ends_with(file.name, "cp.json");
  for (const ControlFile& file : control.examples) requests |= file.name == "examples/requests.yaml";
  if (guardrail && !requests) {
    errors.push_back({Code::not_found, "the guardrail of control `" + control.id + "` has no examples/requests.yaml", {control.folder},
                      "requests that it must stop and requests that it must let through", {}});
    return false;
  }
  if (missing.empty()) return true;
  errors.push_back({Code::not_found, "control `" + control.id + "` has no examples/" + join(missing, ", examples/"), {control.folder},
                    "at least one example each that passes, fails, is unknown and is odd", {}});
  return false;
}

bool choose_check(const ContentItem& item, Control& control, std::vector<Error>& errors) {
  std::vector<std::string> there;
  for (const std::string& name : check_files())
    if (const ContentFile* file = item.find(name)) {
      there.push_back(name);
      control.check = file_of(item, *file);
    }
  if (there.size() == 1) {
    control.judge = there[0] == "check.guard" ? Judge::guard : there[0] == "check.sql" ? Judge::sql : Judge::attested;
    if (control.judge == Judge::attested || !check_essence(control).empty()) return true;
    errors.push_back({Code::parse, "`" + there[0] + "` asks nothing", {control.check.shown}, control.judge == Judge::sql ? "a SELECT" : "a rule", {}});
    return false;
  }
  std::string expected = "exactly one of " + join(check_files(), ", ");
  if (there.empty())
    errors.push_back({Code::not_found, "control `" + control.id + "` says nowhere how it is judged", {control.folder}, expected, {}});
  else
    errors.push_back({Code::conflict, "control `" + control.id + "` is judged twice, by " + join(there, " and "), {control.folder}, expected, {}});
  return false;
}

bool read_attest(Control& control, std::vector<Error>& errors) {
  auto document = read_content_yaml(control.check.text, control.check.shown, errors);
  if (!document) return false;
  Fields fields((*document)->root(), "an attestation's question", {"question", "claim", "max_age_days", "contradicted_by"}, errors);
  AttestQuestion attest;
  attest.question = fields.text("question");
  attest.claim = fields.text("claim");
  attest.age_days_max = fields.number("max_age_days", 1, 3660);
  attest.contradicted_by = fields.text("contradicted_by", Need::optional);
  if (!attest.contradicted_by.empty()) attest.contradicted_by_at = fields.at("contradicted_by");
  control.attest = std::move(attest);
  return fields.good();
}

void read_candidates(Fields& fields, Control& control) {
  if (control.judge != Judge::sql) {
    for (const char* key : {"for_each", "where", "needs", "within"})
      if (fields.get(key))
        fields.wrong(Code::usage, std::string("`") + key + "` stands in a control that is not judged by SQL", fields.at(key), {},
                     "leave it out, or judge by check.sql");
    return;
  }
  std::string expected = "account, account_region, organization or a resource type such as AWS::S3::Bucket", each;
  if (fields.get("for_each").is_list()) {
    control.candidate_types = fields.texts("for_each", Need::required, "resource types such as AWS::S3::Bucket", is_type_name);
    std::sort(control.candidate_types.begin(), control.candidate_types.end());
    if (control.candidate_types.empty() && fields.good()) fields.wrong(Code::usage, "`for_each` is empty, so nothing is judged", fields.at("for_each"), expected);
  } else {
    each = fields.text_like("for_each", Need::required, expected, [](std::string_view text) {
      return text == "account" || text == "account_region" || text == "organization" || is_type_name(text);
    });
  }
  control.candidates = each == "account"          ? Candidates::account
                       : each == "account_region" ? Candidates::account_region
                       : each == "organization"   ? Candidates::organization
                                                  : Candidates::type;
  if (control.candidates == Candidates::type && !each.empty()) control.candidate_types = {each};
  control.where = fields.text("where", Need::optional);
  // None is fine where the candidates' own columns say what is unknown.
  control.needs = fields.texts("needs", Need::optional, "reads such as s3:ListBuckets, and parts such as reeve:detect",
                               [](std::string_view need) { return is_operation(need) || is_part(need); });
  if (!fields.get("within")) return;
  fields.text_like("within", Need::optional, "account", [](std::string_view text) { return text == "account"; });
  control.within_account = fields.good();
  if (control.candidates == Candidates::organization)
    fields.wrong(Code::usage, "`within: account` cannot judge the organization", fields.at("within"), "another `for_each`, or no `within`");
  for (const std::string& need : control.needs)
    if (is_part(need))
      fields.wrong(Code::usage, "`within: account` sees nothing that `" + command_of(need) + "` records", fields.at("needs"), "reads of the account itself, or no `within`");
    else if (starts_with(need, "organizations:"))
      fields.wrong(Code::usage, "`within: account` sees no answer of `" + need + "`", fields.at("needs"), "reads of the account itself, or no `within`");
}

void read_applies_to(Fields& fields, Control& control) {
  // Nobody attests a template, and SQL asks what is there.
  if (control.judge != Judge::guard) control.in_template = false;
  if (!fields.get("applies_to")) return;
  auto where = fields.texts("applies_to", Need::optional, "live or template", [](std::string_view text) { return text == "live" || text == "template"; });
  control.live = std::find(where.begin(), where.end(), "live") != where.end();
  control.in_template = std::find(where.begin(), where.end(), "template") != where.end();
  if (control.judge != Judge::guard && control.in_template)
    fields.wrong(Code::usage, "`applies_to` has `template`, which only Guard rules judge", fields.at("applies_to"), "[live], or check.guard");
  if (where.empty() && fields.good())
    fields.wrong(Code::usage, "`applies_to` is empty, so nothing is judged", fields.at("applies_to"), "live, template or both");
}

std::vector<std::string> area_names() {
  std::vector<std::string> names;
  for (const OperationsArea& area : operations_areas()) names.emplace_back(area.name);
  return names;
}

}  // namespace

std::optional<int> parse_effort(std::string_view text) {
  size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  auto number = parse_int(text.substr(0, space));
  std::string_view unit = text.substr(space + 1);
  if (!number || *number < 1 || *number > 1000 || text.front() == '+') return std::nullopt;
  int n = static_cast<int>(*number);
  if (unit == "min") return n;
  if (unit == "h") return n * 60;
  if (unit == (n == 1 ? "day" : "days")) return n * 8 * 60;
  return std::nullopt;
}

std::string check_essence(const Control& control) {
  if (control.judge == Judge::attested) return control.attest ? control.attest->claim : "";
  std::string_view comment = control.judge == Judge::sql ? "--" : "#";
  std::string out;
  for (std::string_view line : split(control.check.text, '\n')) {
    line = trim(line);
    if (!line.empty() && !starts_with(line, comment)) out += std::string(line) + "\n";
  }
  return out;
}

std::optional<Control> read_control(const ContentItem& item, std::vector<Error>& errors) {
  Control control;
  control.id = item.name;
  control.layer = item.layer;
  control.folder = item.shown;
  if (!is_slug(control.id)) {
    errors.push_back({Code::usage, "`" + control.id + "` is no id for a control", {item.shown}, "words of a–z and 0–9 joined by -, 64 bytes at most", {}});
    return std::nullopt;
  }
  const ContentFile* file = item.find("control.yaml");
  if (!file) {
    errors.push_back({Code::not_found, "control `" + control.id + "` has no control.yaml", {item.shown}, {}, "docs/formats/controls.md shows one"});
    return std::nullopt;
  }
  // Everything that is wrong with a folder is told at once.
  bool good = place_files(item, control, errors);
  good &= control.layer == LayerKind::built_in || has_examples(control, errors);
  bool has_check = choose_check(item, control, errors);
  if (has_check && control.judge == Judge::attested) good &= read_attest(control, errors);

  auto document = read_content_yaml(file->text, file->shown, errors);
  if (!document) return std::nullopt;
  Value root = (*document)->root();
  static const std::vector<std::string> keys = {"title",  "statement", "why",   "objective", "practice", "level",      "area",  "phase",    "severity", "responsibility",
                                                "effort", "owner",     "attack", "fix",      "applies_to", "facts", "for_each", "where",    "needs", "within", "after"};
  Fields fields(root, "a control", keys, errors);
  for (auto entry : root.entries()) control.at[std::string(entry.key())] = place_of(entry.value);
  auto slug = [](std::string_view text) { return is_slug(text); };
  control.title = fields.text("title");
  control.statement = fields.text("statement");
  control.why = fields.text("why");
  control.fix = fields.text("fix");
  control.objective = fields.text_like("objective", Need::required, "a slug such as root-user-is-not-used", slug);
  control.practice = fields.text_like("practice", Need::required, "the slug of a practice such as aws_account", [](std::string_view t) { return is_slug(t, '_'); });
  control.level = fields.number("level", 1, 4);
  control.area = fields.word("area", area_names());
  control.phase = fields.number("phase", 1, 4);
  control.severity = parse_severity(fields.word("severity", {"informational", "low", "medium", "high", "critical"})).value_or(Severity::medium);
  std::string who = fields.word("responsibility", {"customer", "aws", "shared"});
  control.responsibility = who == "aws" ? Responsibility::aws : who == "shared" ? Responsibility::shared : Responsibility::customer;
  control.effort = fields.text_like("effort", Need::required, "a time such as 15 min, 2 h, 1 day or 3 days", [](std::string_view t) { return parse_effort(t).has_value(); });
  control.effort_minutes = parse_effort(control.effort).value_or(0);
  control.owner = fields.text_like("owner", Need::required, "a role such as platform", slug);
  control.attack = fields.texts("attack", Need::optional, "an ATT&CK technique such as T1078 or T1078.004", is_attack_id);
  control.facts = fields.texts("facts", Need::optional, "a fact such as \"02.01\"", is_fact_id);
  control.after = fields.texts("after", Need::optional, "the id of a control", slug);
  if (has_check) {
    read_candidates(fields, control);
    read_applies_to(fields, control);
  }
  if (!good || !has_check || !fields.good()) return std::nullopt;
  return control;
}

}  // namespace reeve
