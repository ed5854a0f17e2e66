// content/suppressions/<tool>.yaml: which control says the same as a rule of another tool (docs/formats/check.md).
#include "base/text.h"
#include "content/content.h"
#include "content/fields.h"
#include "content/read_items.h"

namespace reeve {

std::optional<ForeignRules> read_foreign_rules(const ContentItem& item, std::vector<Error>& errors) {
  for (const ContentFile* file : item.files) {
    auto document = read_content_yaml(file->text, file->shown, errors);
    if (!document) return std::nullopt;
    Fields fields((*document)->root(), "a table of another tool's rules", {"tool", "ids"}, errors);
    ForeignRules out;
    out.shown = file->shown;
    out.tool = fields.text_like("tool", Need::required, "the file's name without .yaml", [&](std::string_view text) { return std::string(text) + ".yaml" == item.name; });
    const Value ids = fields.get("ids");
    if (!ids.is_map()) fields.wrong(Code::type, "`ids` is no map", fields.at("ids"), "rule: [control]");
    for (auto entry : ids.entries()) {
      ForeignRule rule{std::string(entry.key()), {}, place_of(entry.key_node)};
      for (Value control : entry.value.items())
        if (control.is_string()) rule.controls.emplace_back(control.text());
      if (rule.controls.empty() || rule.controls.size() != entry.value.size()) fields.wrong(Code::type, "`" + rule.id + "` names no controls", rule.at, "a list of ids of controls");
      else out.rules.push_back(std::move(rule));
    }
    if (!fields.good()) return std::nullopt;
    return out;
  }
  return std::nullopt;
}

const ForeignRule* Content::foreign_rule(std::string_view tool, std::string_view id) const {
  for (const ForeignRules& file : foreign_rules)
    if (file.tool == tool)
      for (const ForeignRule& rule : file.rules)
        if (rule.id == id) return &rule;
  return nullptr;
}

}  // namespace reeve
