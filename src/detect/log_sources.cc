#include "detect/log_sources.h"

#include "formats/yaml.h"
#include "logs/event.h"

namespace reeve {
namespace {

constexpr std::string_view kind_of_content = "logsources";

class SourcesFile {
 public:
  SourcesFile(const ContentFile& file, LogSources& into, std::vector<Error>& errors) : file_(file), into_(into), errors_(errors) {}

  void read() {
    auto document = read_yaml(file_.text, Source{.file = file_.shown});
    if (!document) {
      errors_.push_back(std::move(document.error()));
      return;
    }
    const Value root = (*document)->root();
    if (!known(root, "log sources", {"products", "services", "categories"})) return;
    for (Value product : root.get("products").items()) into_.products.insert(std::string(product.text()));
    meanings(root.get("services"), into_.services);
    meanings(root.get("categories"), into_.categories);
  }

 private:
  Place at(Value value) const { return {file_.shown, value ? value.line() : 1, value ? value.column() : 1}; }
  void wrong(std::string what, Value value, std::string expected) { errors_.push_back({Code::type, std::move(what), at(value), std::move(expected), ""}); }

  bool known(Value map, const std::string& of, const std::set<std::string>& keys) {
    if (!map || !map.is_map()) {
      wrong(of + ": no map", map, "a map");
      return false;
    }
    for (auto entry : map.entries())
      if (!keys.count(std::string(entry.key()))) {
        std::string all;
        for (const std::string& key : keys) all += (all.empty() ? "" : ", ") + key;
        wrong(of + " know no `" + std::string(entry.key()) + "`", entry.key_node, all);
        return false;
      }
    return true;
  }

  void meanings(Value map, std::map<std::string, LogSources::Meaning>& out) {
    if (!map || map.is_null()) return;
    if (!map.is_map()) return wrong("no map of names", map, "a name and what it means, in each line");
    for (auto entry : map.entries()) {
      const std::string name(entry.key());
      LogSources::Meaning meaning;
      if (!known(entry.value, "`" + name + "`", {"kinds", "fields", "fed_by"})) continue;
      bool good = true;
      for (Value kind : entry.value.get("kinds").items()) {
        const LogKinds bit = bit_called(kind.text());
        if (bit == 0) wrong("`" + std::string(kind.text()) + "` is no kind of record", kind, "cloudtrail, insight, vpc_flow, s3_access, dns_query, guardduty or other"), good = false;
        meaning.kinds |= bit;
      }
      if (good && meaning.kinds == 0) wrong("`" + name + "` means no records", entry.value, "`kinds`, a list"), good = false;
      for (auto field : entry.value.get("fields").entries()) {
        if (!field.value.is_scalar() || field.value.text().empty()) wrong("the field `" + std::string(field.key()) + "` stands nowhere", field.value, "a path in the record"), good = false;
        else meaning.fields[std::string(field.key())] = std::string(field.value.text());
      }
      for (Value control : entry.value.get("fed_by").items()) {
        if (!control.is_scalar() || control.text().empty()) wrong("`fed_by` of `" + name + "` names no control", control, "the id of a control"), good = false;
        else meaning.fed_by.emplace_back(control.text());
      }
      if (good) out[name] = std::move(meaning);
    }
  }

  static LogKinds bit_called(std::string_view text) {
    for (LogKind kind : {LogKind::cloudtrail, LogKind::insight, LogKind::vpc_flow, LogKind::s3_access, LogKind::dns_query, LogKind::guardduty, LogKind::other})
      if (name(kind) == text) return bit_of(kind);
    return 0;
  }

  const ContentFile& file_;
  LogSources& into_;
  std::vector<Error>& errors_;
};

}  // namespace

LogKinds LogSources::kinds_of(const RuleHead& head) const {
  const auto& source = head.logsource;
  LogKinds kinds = ~0u;
  if (!source.product.empty() && !products.count(source.product)) return 0;
  if (!source.service.empty()) {
    const auto found = services.find(source.service);
    kinds = found == services.end() ? 0 : found->second.kinds;
  }
  if (!source.category.empty()) {
    // A category of another taxonomy narrows nothing where the product says whose logs they are.
    if (const auto found = categories.find(source.category); found != categories.end()) kinds &= found->second.kinds;
    else if (source.product.empty()) kinds = 0;
  }
  return kinds;
}

std::map<std::string, std::string> LogSources::fields_of(const RuleHead& head) const {
  std::map<std::string, std::string> out;
  if (const auto found = services.find(head.logsource.service); found != services.end()) out = found->second.fields;
  if (const auto found = categories.find(head.logsource.category); found != categories.end()) out.insert(found->second.fields.begin(), found->second.fields.end());
  return out;
}

LogSources log_sources_of(const ContentFiles& files, std::vector<Error>& errors) {
  LogSources out;
  for (const ContentItem& item : files.items(kind_of_content))
    for (const ContentFile* file : item.files) SourcesFile(*file, out, errors).read();
  return out;
}

LogSources load_log_sources(const ContentOptions& options, std::vector<Error>& errors) {
  std::vector<ContentLayer> layers;
  ContentLayer layer;
  layer.kind = LayerKind::built_in;
  layer.root = "built-in";
  if (auto files = built_in_files(kind_of_content)) layer.files = std::move(*files);
  else errors.push_back(std::move(files.error()));
  layers.push_back(std::move(layer));
  for (const auto& [dir, where] : {std::pair{options.content_dir, LayerKind::folder}, std::pair{options.workspace_dir, LayerKind::workspace}}) {
    std::vector<Error> of_others;  // what else is wrong with the tree is said by who reads all of it
    if (!dir.empty()) layers.push_back(folder_layer(dir, where, of_others));
  }
  return log_sources_of(ContentFiles(std::move(layers)), errors);
}

const LogSources& built_in_log_sources() {
  static const LogSources sources = [] {
    std::vector<Error> errors;
    return load_log_sources({}, errors);
  }();
  return sources;
}

}  // namespace reeve
