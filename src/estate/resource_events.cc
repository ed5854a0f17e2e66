#include "estate/resource_events.h"

#include <algorithm>

#include "base/text.h"

namespace reeve {
namespace {

tl::unexpected<Error> wrong(Value at, const std::string& file, std::string what, std::string expected) {
  return fail(Code::parse, std::move(what), {file, at.line(), at.column()}, std::move(expected));
}

Result<std::vector<std::string>> texts(Value map, const char* key, const std::string& file) {
  std::vector<std::string> out;
  Value list = map.get(key);
  if (!list) return out;
  if (!list.is_list() || list.size() == 0) return wrong(list, file, std::string("`") + key + "` is a list", "at least one text");
  for (Value one : list.items()) {
    if (!one.is_string() || one.text().empty()) return wrong(one, file, std::string("`") + key + "` has something else than texts", "a text");
    out.emplace_back(one.text());
  }
  return out;
}

// Letters and digits, and at the end perhaps a star.
bool is_event_name(std::string_view name) {
  if (ends_with(name, "*")) name.remove_suffix(1);
  return !name.empty() && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

}  // namespace

bool EventRule::means(std::string_view event_source, std::string_view event_name) const {
  return event_source == source && std::any_of(names.begin(), names.end(), [&](const std::string& name) {
           return ends_with(name, "*") ? starts_with(event_name, std::string_view(name).substr(0, name.size() - 1)) : event_name == name;
         });
}

Result<std::vector<EventRule>> read_event_rules(Value from, const ResourceType& type, const std::string& file) {
  static const std::vector<std::string> known{"source", "names", "at", "calls", "note"};
  std::vector<EventRule> out;
  if (!from || from.is_null()) return out;
  if (!from.is_list()) return wrong(from, file, "`events` is a list", "maps with `source` and `names`");
  for (Value one : from.items()) {
    if (!one.is_map()) return wrong(one, file, "one of `events` is no map", "a map with `source` and `names`");
    for (auto entry : one.entries())
      if (std::find(known.begin(), known.end(), entry.key()) == known.end())
        return wrong(entry.key_node, file, "unknown key `" + std::string(entry.key()) + "`", "one of: " + join(known, ", "));
    EventRule rule;
    rule.source = one.get("source").text();
    if (!ends_with(rule.source, ".amazonaws.com")) return wrong(one.get("source") ? one.get("source") : one, file, "`" + rule.source + "` is no source of events", "`s3.amazonaws.com`");
    rule.names = TRY(texts(one, "names", file));
    if (rule.names.empty()) return wrong(one, file, "`names` is missing", "names of events, `PutBucket*` for all that begin so");
    for (const std::string& name : rule.names)
      if (!is_event_name(name)) return wrong(one.get("names"), file, "`" + name + "` is no name of an event", "`PutBucketPolicy` or `PutBucket*`");
    for (const std::string& at : TRY(texts(one, "at", file))) rule.at.push_back(TRY(Path::compile(at, {file, one.get("at").line(), one.get("at").column()})));
    rule.calls = TRY(texts(one, "calls", file));
    for (const std::string& call : rule.calls)
      if (std::none_of(type.reads.begin(), type.reads.end(), [&](const Read& read) { return read.call == call; }))
        return wrong(one.get("calls"), file, "`" + call + "` is no call of this type's reads", "a `call` of `reads`");
    if (rule.at.empty() && rule.calls.empty()) return wrong(one, file, "an event says nothing of what it touched", "`at`, or `calls`");
    out.push_back(std::move(rule));
  }
  return out;
}

}  // namespace reeve
