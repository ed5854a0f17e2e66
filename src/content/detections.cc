#include "content/detections.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "content/fields.h"
#include "content/layers.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

constexpr std::string_view kind = "detections", rule_file = "rule.yml", own_file = "detection.yaml", readme = "README.md";
constexpr std::string_view examples_folder = "examples/", match_prefix = "examples/match-", none_prefix = "examples/none-";

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i : {8u, 13u, 18u, 23u})
    if (text[i] != '-') return false;
  return is_hex(text.substr(0, 8)) && is_hex(text.substr(9, 4)) && is_hex(text.substr(14, 4)) && is_hex(text.substr(19, 4)) && is_hex(text.substr(24));
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// `attack.t1078` or `attack.t1078.004`.
bool names_technique(std::string_view tag) {
  constexpr std::string_view prefix = "attack.t";
  if (!starts_with(tag, prefix)) return false;
  tag.remove_prefix(prefix.size());
  return (tag.size() == 4 && all_digits(tag)) || (tag.size() == 8 && all_digits(tag.substr(0, 4)) && tag[4] == '.' && all_digits(tag.substr(5)));
}

bool names_tactic(std::string_view tag) {
  static const std::set<std::string_view> tactics = {
      "attack.reconnaissance", "attack.resource-development", "attack.initial-access",    "attack.execution",  "attack.persistence",
      "attack.privilege-escalation", "attack.defense-evasion", "attack.credential-access", "attack.discovery", "attack.lateral-movement",
      "attack.collection",     "attack.command-and-control",  "attack.exfiltration",      "attack.impact",
  };
  return tactics.contains(tag);
}

// Paths of members, as rules write them: `userIdentity.sessionContext.sessionIssuer.arn`.
bool is_field(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; });
}

bool is_quiet(Value document, const std::set<std::string>& bases) { return bases.contains(std::string(document.get("id").text())); }

// Which documents are only there for a correlation of the same file: those it names, unless it lets them speak for themselves.
std::set<std::string> base_rules(const std::vector<DocumentPtr>& documents) {
  std::set<std::string> out;
  for (const DocumentPtr& document : documents) {
    const Value correlation = document->root().get("correlation");
    if (!correlation || correlation.get("generate").text() == "true") continue;
    for (Value name : correlation.get("rules").items())
      if (name.is_string()) out.emplace(name.text());
  }
  return out;
}

const std::vector<std::string>& head_keys() {
  static const std::vector<std::string> keys = {"title", "id", "status", "description", "references", "author", "date", "modified", "tags", "logsource",
                                                "detection", "correlation", "falsepositives", "level", "related", "license", "fields", "taxonomy", "name"};
  return keys;
}

void read_quiet(Value document, std::vector<Error>& errors, bool& good) {
  Fields fields(document, "a base rule", head_keys(), errors);
  fields.text("title");
  fields.text_like("id", Need::required, "a UUID in lower case", is_uuid);
  if (!document.get("detection") && !document.get("correlation"))
    fields.wrong(Code::not_found, "`detection` is missing from a base rule", fields.at("detection"), "what it matches");
  good = good && fields.good();
}

void read_alerting(Value document, Detection& out, std::vector<Error>& errors, bool& good) {
  Fields fields(document, "a detection's rule", head_keys(), errors);
  out.title = fields.text("title");
  out.rule_id = fields.text_like("id", Need::required, "a UUID in lower case", is_uuid);
  fields.word("status", {"stable", "test", "experimental"});
  fields.text("description");
  fields.text("author");
  fields.text_like("date", Need::required, "a day such as 2026-11-29", [](std::string_view text) {
    return text.size() == 10 && text[4] == '-' && text[7] == '-' && all_digits(text.substr(0, 4)) && all_digits(text.substr(5, 2)) && all_digits(text.substr(8));
  });
  fields.word("level", {"informational", "low", "medium", "high", "critical"});
  const auto references = fields.texts("references", Need::required, "an address that begins with https://", [](std::string_view text) { return starts_with(text, "https://"); });
  if (references.empty() && fields.good()) fields.wrong(Code::usage, "`references` is empty", fields.at("references"), "where the facts stand");
  const auto harmless = fields.texts("falsepositives");
  if (harmless.empty() && fields.good()) fields.wrong(Code::usage, "`falsepositives` is empty", fields.at("falsepositives"), "what is known to be harmless and looks the same");
  out.tags = fields.texts("tags");
  if (fields.good() && std::none_of(out.tags.begin(), out.tags.end(), names_technique))
    fields.wrong(Code::usage, "no tag names a technique", fields.at("tags"), "one such as attack.t1078.004");
  if (fields.good() && std::none_of(out.tags.begin(), out.tags.end(), names_tactic))
    fields.wrong(Code::usage, "no tag names a tactic", fields.at("tags"), "one such as attack.persistence");
  if (!document.get("detection") && !document.get("correlation"))
    fields.wrong(Code::not_found, "`detection` is missing from a detection's rule", fields.at("detection"), "what it matches, or a `correlation`");
  good = good && fields.good();
}

bool read_rule(const ContentFile& file, Detection& out, std::vector<Error>& errors) {
  Source self;
  self.file = file.shown;
  self.path_prefix = "$";
  YamlOptions options;
  options.short_tags = false;
  auto documents = read_yaml_all(file.text, std::move(self), options);
  if (!documents) {
    errors.push_back(documents.error());
    return false;
  }
  bool good = true;
  std::erase_if(*documents, [](const DocumentPtr& document) { return !document->root() || document->root().is_null(); });
  const std::set<std::string> bases = base_rules(*documents);
  std::vector<Value> alerting;
  for (const DocumentPtr& document : *documents) {
    for (const Place& place : document->duplicate_keys()) {
      errors.push_back({Code::conflict, "this key stands twice in one map", place, "each key once", {}});
      good = false;
    }
    if (is_quiet(document->root(), bases)) read_quiet(document->root(), errors, good);
    else alerting.push_back(document->root());
  }
  if (alerting.size() != 1) {
    errors.push_back({Code::usage, std::to_string(alerting.size()) + " documents of it raise alerts", alerting.size() > 1 ? place_of(alerting[1]) : Place{file.shown},
                      "one; the others are bases that a correlation names by id", {}});
    return false;
  }
  read_alerting(alerting.front(), out, errors, good);
  return good;
}

bool read_own(const ContentFile& file, Detection& out, std::vector<Error>& errors) {
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return false;
  Fields fields((*document)->root(), "a detection", {"controls", "triage", "group", "entity"}, errors);
  out.controls = fields.texts("controls", Need::required, "the id of a control", [](std::string_view text) { return is_slug(text); });
  out.controls_at = fields.at("controls");
  out.triage = fields.texts("triage");
  out.group = fields.texts("group", Need::required, "a field such as userIdentity.arn", is_field);
  out.entity = fields.text_like("entity", Need::required, "a field such as userIdentity.arn", is_field);
  for (const auto& [key, list] : {std::pair{"controls", &out.controls}, {"triage", &out.triage}, {"group", &out.group}})
    if (list->empty() && fields.good()) fields.wrong(Code::usage, "`" + std::string(key) + "` is empty", fields.at(key), "at least one");
  return fields.good();
}

bool take_examples(const ContentItem& item, Detection& out, std::vector<Error>& errors) {
  bool good = true, match = false, none = false;
  for (const ContentFile* file : item.files) {
    const std::string_view name = item.relative(*file);
    if (name == rule_file || name == own_file || name == readme) continue;
    const bool is_match = starts_with(name, match_prefix), is_none = starts_with(name, none_prefix);
    if ((!is_match && !is_none) || !ends_with(name, ".json")) {
      errors.push_back({Code::usage, "`" + std::string(name) + "` has no place in a detection", {file->shown},
                        "rule.yml, detection.yaml, examples/match-NAME.json or examples/none-NAME.json", {}});
      good = false;
      continue;
    }
    match |= is_match;
    none |= is_none;
    out.examples.push_back({std::string(name.substr(examples_folder.size())), file->shown, file->text});
  }
  if (item.layer == LayerKind::built_in) return good;
  for (const auto& [there, what] : {std::pair{match, "matches (examples/match-NAME.json)"}, {none, "must not match (examples/none-NAME.json)"}}) {
    if (there) continue;
    errors.push_back({Code::not_found, "detection `" + item.name + "` has no example that " + what, {item.shown}, {}, "docs/formats/detections.md shows one"});
    good = false;
  }
  return good;
}

std::optional<Detection> read_detection(const ContentItem& item, std::vector<Error>& errors) {
  Detection out;
  out.id = item.name;
  out.layer = item.layer;
  if (!is_slug(out.id)) {
    errors.push_back({Code::usage, "`" + out.id + "` is no id for a detection", {item.shown}, "a folder named by words of a–z and 0–9 joined by -", {}});
    return std::nullopt;
  }
  // Everything that is wrong with a folder is told at once.
  bool good = take_examples(item, out, errors);
  for (const auto& [name, read] : {std::pair{rule_file, &read_rule}, {own_file, &read_own}}) {
    const ContentFile* file = item.find(name);
    if (!file) {
      errors.push_back({Code::not_found, "detection `" + out.id + "` has no " + std::string(name), {item.shown}, {}, "docs/formats/detections.md shows one"});
      good = false;
      continue;
    }
    good &= read(*file, out, errors);
    if (name == rule_file) out.rule = *file;
  }
  if (!good) return std::nullopt;
  return out;
}

}  // namespace

const Detection* Detections::of_rule(std::string_view rule_id) const {
  for (const Detection& one : all)
    if (one.rule_id == rule_id) return &one;
  return nullptr;
}

Detections detections_of(const ContentFiles& files) {
  Detections out;
  std::map<std::string, std::string> owner;  // rule id → folder
  for (const ContentItem& item : files.items(kind)) {
    if (item.name == readme) continue;
    auto one = read_detection(item, out.errors);
    if (!one) continue;
    const auto [other, is_new] = owner.emplace(one->rule_id, one->id);
    if (is_new) out.all.push_back(std::move(*one));
    else out.errors.push_back({Code::conflict, "rule id `" + one->rule_id + "` is that of detection `" + other->second + "` too", {one->rule.shown}, "an id of its own", {}});
  }
  return out;
}

Detections load_detections(const ContentOptions& options) {
  std::vector<Error> problems;
  Detections out = detections_of(layered_files(options, {kind}, problems));
  out.errors.insert(out.errors.begin(), problems.begin(), problems.end());
  return out;
}

}  // namespace reeve
