#include "content/alert_suppressions.h"

#include "base/file.h"
#include "base/text.h"
#include "content/fields.h"

namespace reeve {
namespace {

bool is_event_field(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find_first_of(" |\t") == std::string_view::npos;
}

void read_when(Fields& fields, AlertSuppression& out) {
  const Value when = fields.get("when");
  const Place at = fields.at("when");
  if (!when || !when.is_map() || !(when.entries().begin() != when.entries().end())) {
    fields.wrong(Code::type, "`when` names no field", at, "a map of fields of the event and what stands there", "a whole rule is left out by not loading it");
    return;
  }
  for (auto entry : when.entries()) {
    const std::string field(entry.key());
    if (!is_event_field(field)) {
      fields.wrong(Code::type, "`" + field + "` is no field", place_of(entry.key_node), "a path such as userIdentity.arn, without modifiers", {});
      return;
    }
    std::vector<std::string> values;
    auto take = [&](Value value) {
      if (value.is_scalar() && !value.is_null()) values.emplace_back(value.text());
      else fields.wrong(Code::type, "a value of `" + field + "` is no text", place_of(value), "text, `*` for any run of characters", {});
    };
    if (entry.value.is_list())
      for (Value value : entry.value.items()) take(value);
    else take(entry.value);
    if (values.empty() && fields.good()) fields.wrong(Code::type, "`" + field + "` has no values", place_of(entry.value), "text, or a list of texts", {});
    out.when.emplace_back(field, std::move(values));
  }
}

void read_suppression(Value map, std::vector<AlertSuppression>& out, std::vector<Error>& errors) {
  Fields fields(map, "a suppression", {"rule", "when", "owner", "reason", "expires"}, errors);
  AlertSuppression one;
  one.at = place_of(map);
  one.rule = fields.text("rule");
  read_when(fields, one);
  one.owner = fields.text("owner");
  one.reason = fields.text("reason");
  one.expires = fields.time("expires");
  if (fields.good()) out.push_back(std::move(one));
}

}  // namespace

std::vector<AlertSuppression> load_suppressions(const std::string& workspace_dir, std::vector<Error>& errors) {
  std::vector<AlertSuppression> out;
  each_map(workspace_dir == "." ? "alert-suppressions" : join_path(workspace_dir, "alert-suppressions"), "a suppression", errors, [&](Value map) { read_suppression(map, out, errors); });
  return out;
}

}  // namespace reeve
