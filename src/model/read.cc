#include "model/read.h"

#include "base/text.h"
#include "formats/json.h"
#include "formats/yaml.h"
#include "model/placing.h"
#include "model/threat_composer.h"

namespace reeve::model {
namespace {

Result<DocumentPtr> read_document(std::string_view text, const std::string& file) {
  size_t at = starts_with(text, "\xef\xbb\xbf") ? 3 : 0;
  at = text.find_first_not_of(" \t\r\n", at);
  const bool json = at != std::string_view::npos && (text[at] == '{' || text[at] == '[');
  YamlOptions options;
  options.short_tags = false;
  if (!json) return read_yaml(text, Source{.file = file}, options);
  return read_json(text, Source{.file = file});
}

}  // namespace

std::string_view name(Format format) {
  switch (format) {
    case Format::threat_composer: return "Threat Composer";
    case Format::otm: return "Open Threat Model";
    case Format::threagile: return "Threagile";
    case Format::plain: return "plain YAML";
  }
  return "";
}

Result<Read> read_model(std::string_view text, const std::string& file) {
  const DocumentPtr document = TRY(read_document(text, file));
  const Value root = document->root();
  if (root.get("otmVersion")) return read_otm(*document);
  if (root.get("threagile_version") || root.get("technical_assets").is_map()) return read_threagile(*document);
  const bool by_hand = root.is_map() && root.style() != Style::json;
  if (by_hand && !root.get("schema") && (root.get("threats") || root.get("mitigations") || root.get("assumptions") || root.get("applicationInfo"))) return read_plain(*document);
  Read out;
  Checked checked = read_threat_composer(*document);
  out.model = std::move(checked.model);
  out.problems = std::move(checked.problems);
  return out;
}

}  // namespace reeve::model
