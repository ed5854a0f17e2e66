#include "report/drift_json.h"

namespace reeve {
namespace {

void place(JsonWriter& json, std::string_view key, const DriftPlace& at) {
  if (at.file.empty()) return;
  json.key(key).begin_object().member("file", at.file);
  if (!at.path.empty()) json.member("path", at.path);
  if (at.line) json.member("line", int64_t{at.line}).member("column", int64_t{at.column});
  json.end_object();
}

void text(JsonWriter& json, std::string_view key, const std::string& text) {
  if (!text.empty()) json.member(key, text);
}

}  // namespace

void drift_to(JsonWriter& json, const FileDrift& drift) {
  json.begin_object().key("deployments").begin_array();
  for (const Deployment& deployment : drift.deployments) {
    json.begin_object();
    text(json, "stack", deployment.stack), text(json, "account", deployment.account), text(json, "region", deployment.region), text(json, "told_by", deployment.told_by);
    json.key("resources").begin_array();
    for (const ResourceDrift& resource : deployment.resources) {
      json.begin_object().member("id", resource.id).member("type", resource.type).member("state", name(resource.state));
      text(json, "construct", resource.construct), text(json, "live", resource.live), text(json, "told_by", resource.told_by), text(json, "reason", resource.reason);
      place(json, "declared_at", resource.declared_at), place(json, "live_at", resource.live_at);
      json.key("same").begin_array();
      for (const std::string& path : resource.same) json.string(path);
      json.end_array().key("properties").begin_array();
      for (const PropertyDrift& property : resource.properties) {
        json.begin_object().member("property", property.property).member("state", name(property.is));
        text(json, "declared", property.declared), text(json, "live", property.live), text(json, "reason", property.reason);
        place(json, "declared_at", property.declared_at), place(json, "live_at", property.live_at);
        json.end_object();
      }
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
}

}  // namespace reeve
