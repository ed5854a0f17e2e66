#include "content/threats.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "content/detections.h"
#include "content/fields.h"
#include "content/layers.h"

namespace reeve {
namespace {

constexpr std::string_view kind = "threats", attack_kind = "attack", techniques_file = "iaas.yaml", own_file = "threat.yaml", readme = "README.md";
constexpr std::string_view examples_folder = "examples/", applies = "examples/applies-", not_there = "examples/not-", not_known = "examples/unknown-";
constexpr size_t part_longest = 200;       // of Threat Composer's source, prerequisites, action and impact
constexpr size_t statement_longest = 1400;  // of what it puts together of them
constexpr std::string_view stride_letters = "STRIDE";

const std::vector<std::string>& goal_words() {
  static const std::vector<std::string> words = {"confidentiality", "integrity", "availability", "authenticity", "accountability", "authorization"};
  return words;
}

bool is_technique(std::string_view text) {
  if (text.size() != 5 && text.size() != 9) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (i == 0 ? text[i] != 'T' : i == 5 ? text[i] != '.' : text[i] < '0' || text[i] > '9') return false;
  return true;
}

bool is_type(std::string_view text) { return text.find("::") != std::string_view::npos && text.find("::") > 0 && text.find(' ') == std::string_view::npos; }

// One of the grammar's parts, which stand in the middle of a sentence.
std::string part(Fields& top, std::string_view key, Need need) {
  std::string out = top.text(key, need);
  if (code_points(out) > part_longest) top.wrong(Code::limit, "`" + std::string(key) + "` is longer than Threat Composer lets it be", top.at(key), std::to_string(part_longest) + " characters at most");
  if (!out.empty() && out.back() == '.') top.wrong(Code::usage, "`" + std::string(key) + "` ends with a full stop, and stands in the middle of a sentence", top.at(key), "no full stop");
  return out;
}

void read_for_each(Fields& top, ThreatRule& out) {
  constexpr std::string_view expected = "account, organization, a resource type such as AWS::S3::Bucket, or a list of those";
  if (top.get("for_each").is_list()) {
    out.for_each = Candidates::type;
    out.types = top.texts("for_each", Need::required, "resource types such as AWS::S3::Bucket", is_type);
    if (out.types.empty() && top.good()) top.wrong(Code::usage, "`for_each` is empty, so nothing is threatened", top.at("for_each"), std::string(expected));
  } else {
    const std::string each = top.text_like("for_each", Need::required, expected, [](std::string_view text) { return text == "account" || text == "organization" || is_type(text); });
    out.for_each = each == "account" ? Candidates::account : each == "organization" ? Candidates::organization : Candidates::type;
    if (out.for_each == Candidates::type && !each.empty()) out.types = {each};
  }
  std::sort(out.types.begin(), out.types.end());
}

void read_examples(const ContentItem& item, Fields& top, ThreatRule& out, std::vector<Error>& errors) {
  bool does = false, does_not = false;
  for (const ContentFile* file : item.files) {
    const std::string_view name = item.relative(*file);
    if (name == own_file || name == readme) continue;
    if (!starts_with(name, examples_folder)) {
      errors.push_back({Code::usage, "`" + std::string(name) + "` has no place in a threat", {file->shown}, std::string(own_file) + " and examples/", {}});
      top.fail();
      continue;
    }
    const bool yes = starts_with(name, applies), no = starts_with(name, not_there);
    if (!ends_with(name, ".yaml") || !(yes || no || starts_with(name, not_known))) {
      errors.push_back({Code::usage, "`" + std::string(name) + "` does not say what is expected of it", {file->shown}, "applies-*.yaml, not-*.yaml or unknown-*.yaml", {}});
      top.fail();
      continue;
    }
    does |= yes;
    does_not |= no;
    out.examples.push_back(*file);
  }
  if (out.layer == LayerKind::built_in) return;
  if (!out.where.empty() && !(does && does_not))
    top.wrong(Code::not_found, "a `where` without examples of both kinds", top.at("where"), "examples/applies-*.yaml and examples/not-*.yaml");
  if (out.where.empty() && !out.examples.empty()) top.wrong(Code::usage, "examples of a threat that applies to everything", top.at("for_each"), "a `where`, or no examples");
}

std::optional<ThreatRule> read_rule(const ContentItem& item, std::vector<Error>& errors) {
  const ContentFile* own = item.find(own_file);
  if (!own || !is_slug(item.name)) {
    errors.push_back({Code::usage, "`" + item.name + "` has no place in threats/", {item.files.front()->shown}, "folders named words-like-these with a " + std::string(own_file), {}});
    return std::nullopt;
  }
  const ContentFile& file = *own;
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return std::nullopt;
  Fields top((*document)->root(), "a threat",
             {"title", "source", "prerequisites", "action", "impact", "goals", "assets", "stride", "attack", "for_each", "where", "risk", "prevent", "detect", "respond"}, errors);
  ThreatRule out;
  out.id = item.name;
  out.layer = item.layer;
  out.file = file.shown;
  out.title = top.text("title");
  out.source = part(top, "source", Need::required);
  out.prerequisites = part(top, "prerequisites", Need::optional);
  out.action = part(top, "action", Need::required);
  out.impact = part(top, "impact", Need::required);
  out.goals = top.texts("goals", Need::required, "some of " + join(goal_words(), ", "), [](std::string_view text) { return std::find(goal_words().begin(), goal_words().end(), text) != goal_words().end(); });
  out.assets = top.texts("assets", Need::optional);
  const auto letters = top.texts("stride", Need::required, "letters of STRIDE", [](std::string_view text) { return text.size() == 1 && stride_letters.find(text) != std::string_view::npos; });
  for (char letter : stride_letters)
    if (std::find(letters.begin(), letters.end(), std::string(1, letter)) != letters.end()) out.stride += letter;
  out.attack = top.texts("attack", Need::required, "techniques of ATT&CK such as T1078.004", is_technique);
  if (top.good() && (out.goals.empty() || out.stride.empty() || out.attack.empty()))
    top.wrong(Code::usage, "a threat without a goal that it hurts, a letter of STRIDE and a technique", top.at("attack"), "at least one of each");
  read_for_each(top, out);
  out.where = top.text("where", Need::optional);
  out.where_at = top.at("where");
  if (!out.where.empty() && out.for_each == Candidates::organization) top.wrong(Code::usage, "there is one organization, of which nothing is left out", top.at("where"), "no `where`");
  if (const Value risk = top.get("risk")) {
    Fields fields(risk, "the risk of a threat", {"frequency", "capability", "loss"}, errors);
    out.risk = {fields.number("frequency", 1, 5), fields.number("capability", 1, 5), fields.number("loss", 1, 5)};
    if (!fields.good()) top.fail();
  } else {
    top.wrong(Code::not_found, "`risk` is missing from a threat", top.at("risk"), "{frequency: 1–5, capability: 1–5, loss: 1–5}");
  }
  const auto ids = [&](std::string_view key, Place& at) {
    at = top.at(key);
    return top.texts(key, Need::optional, "ids of content", [](std::string_view text) { return is_slug(text); });
  };
  out.prevent = ids("prevent", out.prevent_at);
  out.detect = ids("detect", out.detect_at);
  out.respond = ids("respond", out.respond_at);
  if (top.good() && out.prevent.empty() && out.detect.empty() && out.respond.empty())
    top.wrong(Code::usage, "nothing prevents, detects or answers this threat", top.at("title"), "at least one id under `prevent`, `detect` or `respond`");
  read_examples(item, top, out, errors);
  if (!top.good()) return std::nullopt;
  return out;
}

void read_techniques(const ContentItem& item, Techniques& out, std::vector<Error>& errors) {
  const ContentFile& file = *item.files.front();
  if (item.name != techniques_file) {
    errors.push_back({Code::usage, "`" + item.name + "` has no place in attack/", {file.shown}, std::string(techniques_file), {}});
    return;
  }
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return;
  Fields top((*document)->root(), "the techniques of a platform", {"version", "techniques", "not_here"}, errors);
  Techniques read;
  read.version = top.text("version");
  read.all = top.texts("techniques", Need::required, "techniques of ATT&CK such as T1078.004", is_technique);
  std::sort(read.all.begin(), read.all.end());
  const Value reasons = top.get("not_here");
  if (reasons && !reasons.is_map()) top.wrong(Code::type, "`not_here` is no map", top.at("not_here"), "T1114: {because: …}");
  for (auto entry : reasons.entries()) {
    Fields fields(entry.value, "a technique that is no threat here", {"because"}, errors);
    read.not_here.emplace_back(entry.key(), fields.text("because"));
    if (!std::binary_search(read.all.begin(), read.all.end(), entry.key()))
      fields.wrong(Code::not_found, "`" + std::string(entry.key()) + "` is no technique of this platform", place_of(entry.key_node), "one of `techniques`");
    if (!fields.good()) top.fail();
  }
  std::sort(read.not_here.begin(), read.not_here.end());
  if (top.good()) out = std::move(read);
}

}  // namespace

const ThreatRule* Threats::rule(std::string_view id) const {
  const auto at = std::lower_bound(rules.begin(), rules.end(), id, [](const ThreatRule& rule, std::string_view wanted) { return rule.id < wanted; });
  return at != rules.end() && at->id == id ? &*at : nullptr;
}

Threats threats_of(const ContentFiles& files) {
  Threats out;
  for (const ContentItem& item : files.items(kind)) {
    if (item.name == readme) continue;
    if (auto rule = read_rule(item, out.errors)) out.rules.push_back(std::move(*rule));
  }
  for (const ContentItem& item : files.items(attack_kind))
    if (item.name != readme) read_techniques(item, out.techniques, out.errors);
  std::sort(out.rules.begin(), out.rules.end(), [](const ThreatRule& a, const ThreatRule& b) { return a.id < b.id; });
  return out;
}

Threats load_threats(const ContentOptions& options) {
  std::vector<Error> problems;
  Threats out = threats_of(layered_files(options, {kind, attack_kind}, problems));
  out.errors.insert(out.errors.begin(), problems.begin(), problems.end());
  return out;
}

std::vector<Error> bindings_hold(const Threats& threats, const Content& content) {
  std::vector<Error> errors;
  std::vector<std::string> controls, controls_and_detections;
  for (const Control& control : content.controls) controls.push_back(control.id);
  controls_and_detections = controls;
  std::set<std::string, std::less<>> detections;
  for (const Detection& one : detections_of(*content.files).all) {
    detections.insert(one.id);
    controls_and_detections.push_back(one.id);
  }
  std::set<std::string, std::less<>> types;
  for (const ContentDocument& one : content.resource_types)
    if (const Value type = one.document->root().get("type")) types.emplace(type.text());
  const std::vector<std::string> known_types(types.begin(), types.end());
  std::map<std::string, const ThreatRule*> titles;
  std::set<std::string, std::less<>> techniques;
  for (const ThreatRule& rule : threats.rules) {
    const auto bound = [&](const std::vector<std::string>& ids, std::string_view to, const Place& at, bool also_detections) {
      for (const std::string& id : ids)
        if (!content.control(id) && !(also_detections && detections.contains(id)))
          errors.push_back(unknown_word("threat `" + rule.id + "` is bound to `" + id + "`, which is no " + std::string(to), at, id, also_detections ? controls_and_detections : controls));
    };
    for (const std::string& type : rule.types)
      if (!types.contains(type)) errors.push_back(unknown_word("threat `" + rule.id + "` is for each `" + type + "`, a type that content/resources does not know", {rule.file}, type, known_types));
    bound(rule.prevent, "control", rule.prevent_at, false);
    bound(rule.detect, "control or detection", rule.detect_at, true);
    bound(rule.respond, "control", rule.respond_at, false);
    if (const auto [at, first] = titles.emplace(rule.title, &rule); !first)
      errors.push_back({Code::conflict, "threats `" + at->second->id + "` and `" + rule.id + "` have the same title", {rule.file}, "another title, or one threat", {}});
    techniques.insert(rule.attack.begin(), rule.attack.end());
  }
  const auto& left = threats.techniques.not_here;
  for (const std::string& one : threats.techniques.all) {
    const bool threat = techniques.contains(one);
    const bool reason = std::any_of(left.begin(), left.end(), [&](const auto& pair) { return pair.first == one; });
    if (threat && reason) errors.push_back({Code::conflict, "technique " + one + " is named by a threat, and said to be none", {}, "one of the two", {}});
    if (!threat && !reason) errors.push_back({Code::not_found, "technique " + one + " is answered by no threat and by no reason", {}, "a threat that names it, or `not_here`", {}});
  }
  return errors;
}

}  // namespace reeve
