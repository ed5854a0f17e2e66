#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "content/fields.h"
#include "content/read_items.h"

namespace reeve {
namespace {

constexpr std::string_view ending = ".yaml";

std::string name_without_ending(const ContentItem& item) {
  return ends_with(item.name, ending) ? item.name.substr(0, item.name.size() - ending.size()) : "";
}

// From the most severe down; the last may be left out.
constexpr std::array severities = {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::informational};

void read_appetite(Fields& fields, Objective& objective, std::vector<Error>& errors) {
  Value map = fields.get("appetite");
  if (!map) {
    fields.wrong(Code::not_found, "`appetite` is missing from an objective", fields.at("appetite"), "failing_percent and mend_within_days");
    return;
  }
  Fields appetite(map, "an appetite", {"failing_percent", "mend_within_days"}, errors);
  objective.failing_percent_max = appetite.number("failing_percent", 0, 100);
  Value days = appetite.get("mend_within_days");
  if (!days) {
    appetite.wrong(Code::not_found, "`mend_within_days` is missing from an appetite", appetite.at("mend_within_days"), "days by severity");
  } else {
    std::vector<std::string> known;
    for (Severity severity : severities) known.emplace_back(name(severity));
    Fields by_severity(days, "`mend_within_days`", known, errors);
    int before = 0;
    for (Severity severity : severities) {
      std::string key(name(severity));
      int n = by_severity.number(key, 1, 3660, severity == Severity::informational ? Need::optional : Need::required);
      if (n == 0) continue;
      if (n < before)
        by_severity.wrong(Code::conflict, "`" + key + "` is to be mended sooner than what is worse", by_severity.at(key), std::to_string(before) + " days or more");
      objective.mend_days[severity] = before = n;
    }
    if (!by_severity.good()) fields.fail();
  }
  if (!appetite.good()) fields.fail();
}

}  // namespace

std::optional<Objective> read_objective(const ContentItem& item, std::vector<Error>& errors) {
  const ContentFile& file = *item.files.front();
  Objective objective;
  objective.slug = name_without_ending(item);
  objective.layer = item.layer;
  if (!is_slug(objective.slug)) {
    errors.push_back({Code::usage, "`" + item.name + "` is no name for an objective", {file.shown}, "a file such as root-user-is-not-used.yaml", {}});
    return std::nullopt;
  }
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return std::nullopt;
  Value root = (*document)->root();
  objective.at = place_of(root);
  for (auto entry : root.entries()) objective.key_at[std::string(entry.key())] = place_of(entry.value);
  Fields fields(root, "an objective", {"title", "statement", "owner", "practices", "evidence_max_age_days", "appetite"}, errors);
  objective.title = fields.text("title");
  objective.statement = fields.text("statement");
  objective.owner = fields.text_like("owner", Need::required, "a role such as platform", [](std::string_view t) { return is_slug(t); });
  objective.practices = fields.texts("practices", Need::required, "the slug of a practice such as aws_account", [](std::string_view t) { return is_slug(t, '_'); });
  if (objective.practices.empty() && fields.good()) fields.wrong(Code::usage, "`practices` is empty", fields.at("practices"), "at least one practice");
  objective.evidence_days_max = fields.number("evidence_max_age_days", 1, 3660);
  read_appetite(fields, objective, errors);
  if (!fields.good()) return std::nullopt;
  return objective;
}

std::optional<Framework> read_framework(const ContentItem& item, std::vector<Error>& errors) {
  const ContentFile& file = *item.files.front();
  Framework framework;
  framework.id = name_without_ending(item);
  framework.layer = item.layer;
  // Versions have dots: nist-csf-2.0.
  std::string plain = framework.id;
  for (char& c : plain)
    if (c == '.') c = '-';
  if (!is_slug(plain)) {
    errors.push_back({Code::usage, "`" + item.name + "` is no name for a framework", {file.shown}, "a file such as nist-csf-2.0.yaml", {}});
    return std::nullopt;
  }
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return std::nullopt;
  Fields fields((*document)->root(), "a framework", {"title", "version", "publisher", "requirements"}, errors);
  framework.title = fields.text("title");
  framework.version = fields.text("version");
  framework.publisher = fields.text("publisher");
  Value requirements = fields.get("requirements");
  if (!requirements || !requirements.is_map() || requirements.size() == 0) {
    fields.wrong(Code::type, "`requirements` names none", fields.at("requirements"), "requirement id: [control, …]");
    return std::nullopt;
  }
  std::vector<std::string> ids;
  for (auto entry : requirements.entries()) ids.emplace_back(entry.key());
  Fields each(requirements, "the requirements", ids, errors);
  std::set<std::string> seen;
  for (const std::string& id : ids) {
    Requirement requirement;
    requirement.id = id;
    requirement.at = each.at(id);
    requirement.controls = each.texts(id, Need::required, "the id of a control", [](std::string_view t) { return is_slug(t); });
    std::sort(requirement.controls.begin(), requirement.controls.end());
    // A key that stands twice was named when the file was read; it is one requirement.
    if (seen.insert(id).second) framework.requirements.push_back(std::move(requirement));
  }
  if (!fields.good() || !each.good()) return std::nullopt;
  return framework;
}

std::vector<Fact> read_facts(const ContentItem& item, std::vector<Error>& errors) {
  std::vector<Fact> out;
  const ContentFile& file = *item.files.front();
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return out;
  Value root = (*document)->root();
  if (!root.is_map() || root.size() == 0) {
    errors.push_back({Code::type, "`" + item.name + (root.is_map() ? "` holds no facts" : "` holds no map"), {file.shown, 1, 1}, "facts by practice", {}});
    return out;
  }
  for (auto practice : root.entries()) {
    if (!practice.value.is_map() || practice.value.size() == 0)
      errors.push_back({Code::type, "practice `" + std::string(practice.key()) + "` has no facts", place_of(practice.key_node), "facts by id", {}});
    for (auto entry : practice.value.entries()) {
      Fields fields(entry.value, "a fact", {"says", "does", "level", "told_by"}, errors);
      Fact fact;
      fact.id = entry.key();
      fact.practice = practice.key();
      fact.at = place_of(entry.key_node);
      fact.says = fields.text("says");
      fact.does = fields.word("does", {"prevent", "detect", "respond", "govern"});
      fact.level = fields.number("level", 1, 4);
      fact.told_by = fields.word("told_by", {"api", "log", "file"});
      if (fields.good()) out.push_back(std::move(fact));
    }
  }
  return out;
}

}  // namespace reeve
