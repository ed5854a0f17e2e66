#include "model/model.h"

#include <cctype>
#include <set>

namespace reeve::model {

std::string_view Record::text(std::string_view field) const {
  auto found = fields.find(field);
  if (found == fields.end()) return {};
  if (auto* text = std::get_if<std::string>(&found->second)) return *text;
  if (auto* number = std::get_if<Number>(&found->second)) return number->raw;
  return {};
}

const Texts& Record::texts(std::string_view field) const {
  static const Texts none;
  auto found = fields.find(field);
  if (found == fields.end()) return none;
  auto* list = std::get_if<Texts>(&found->second);
  return list ? *list : none;
}

const Metadatum* Record::metadatum(std::string_view key) const {
  auto found = fields.find("metadata");
  if (found == fields.end()) return nullptr;
  auto* all = std::get_if<Metadata>(&found->second);
  if (!all) return nullptr;
  for (const Metadatum& one : *all)
    if (one.key == key) return &one;
  return nullptr;
}

std::string_view Record::meta_text(std::string_view key) const {
  const Metadatum* one = metadatum(key);
  if (!one) return {};
  if (auto* text = std::get_if<std::string>(&one->value)) return *text;
  const Texts& list = std::get<Texts>(one->value);
  return list.empty() ? std::string_view() : std::string_view(list[0]);
}

Texts Record::meta_texts(std::string_view key) const {
  const Metadatum* one = metadatum(key);
  if (!one) return {};
  if (auto* text = std::get_if<std::string>(&one->value)) return {*text};
  return std::get<Texts>(one->value);
}

void Record::add_metadata(std::string key, std::variant<std::string, Texts> value) {
  FieldValue& field = fields.try_emplace("metadata", Metadata()).first->second;
  std::get<Metadata>(field).push_back({std::move(key), std::move(value)});
}

const std::vector<Record>& Model::records(std::string_view section) const {
  static const std::vector<Record> none;
  auto found = sections.find(section);
  return found == sections.end() ? none : found->second;
}

const Record& Model::single(std::string_view section) const {
  static const Record none;
  const auto& all = records(section);
  return all.empty() ? none : all[0];
}

namespace {

std::string listed(const Texts& texts) {
  Texts kept;
  for (const std::string& text : texts)
    if (!text.empty()) kept.push_back(text);
  std::string out;
  for (size_t i = 0; i < kept.size(); ++i) out += (i == 0 ? "" : i + 1 == kept.size() ? " and " : ", ") + kept[i];
  return out;
}

std::string article_for(std::string_view noun) {
  if (noun.empty()) return "A ";
  for (std::string_view own : {"a ", "an ", "the ", "any ", "all ", "every "})
    if (noun.size() > own.size() && noun.substr(0, own.size()) == own) return "";
  const char first = static_cast<char>(std::tolower(static_cast<unsigned char>(noun[0])));
  return first == 'a' || first == 'e' || first == 'i' || first == 'o' || first == 'u' ? "An " : "A ";
}

}  // namespace

std::string statement_of(const Record& threat) {
  const std::string_view source = threat.text("threatSource"), action = threat.text("threatAction");
  if (source.empty() || action.empty()) return {};
  std::string out = article_for(source) + std::string(source);
  auto add = [&out](std::string_view before, std::string_view what) {
    if (!what.empty()) out += std::string(before) + std::string(what);
  };
  add(" ", threat.text("prerequisites"));
  add(" can ", action);
  add(", which leads to ", threat.text("threatImpact"));
  const std::string goals = listed(threat.texts("impactedGoal")), assets = listed(threat.texts("impactedAssets"));
  add(", resulting in reduced ", goals);
  add(goals.empty() ? ", negatively impacting " : " of ", assets);
  if (out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

Links links_of(const Model& model) {
  Links out;
  std::map<std::string_view, const Record*> assumptions, mitigations, threats;
  for (const Record& one : model.records("assumptions")) assumptions.emplace(one.text("id"), &one);
  for (const Record& one : model.records("mitigations")) mitigations.emplace(one.text("id"), &one);
  for (const Record& one : model.records("threats")) threats.emplace(one.text("id"), &one);
  auto dangles = [&out](const char* section, size_t index, const char* field, std::string_view id) {
    out.dangling.push_back({std::string(section) + "[" + std::to_string(index) + "]." + field, std::string(id)});
  };
  size_t index = 0;
  for (const Record& link : model.records("mitigationLinks")) {
    const std::string_view from = link.text("mitigationId"), to = link.text("linkedId");
    auto found = mitigations.find(from);
    if (found == mitigations.end()) dangles("mitigationLinks", index, "mitigationId", from);
    const bool there = threats.count(to) || assumptions.count(to);
    if (!there) dangles("mitigationLinks", index, "linkedId", to);
    if (found != mitigations.end() && there) out.mitigations[std::string(to)].push_back(found->second);
    ++index;
  }
  index = 0;
  for (const Record& link : model.records("assumptionLinks")) {
    const std::string_view from = link.text("assumptionId"), to = link.text("linkedId");
    auto found = assumptions.find(from);
    if (found == assumptions.end()) dangles("assumptionLinks", index, "assumptionId", from);
    const bool there = link.text("type") == "Threat" ? threats.count(to) : mitigations.count(to);
    if (!there) dangles("assumptionLinks", index, "linkedId", to);
    if (found != assumptions.end() && there) out.assumptions[std::string(to)].push_back(found->second);
    ++index;
  }
  return out;
}

}  // namespace reeve::model
