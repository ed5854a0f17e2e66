#include "detect/rules.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/walk.h"
#include "detect/log_sources.h"
#include "detect/rules_parts.h"
#include "formats/json.h"
#include "formats/yaml.h"

namespace reeve {
namespace {

constexpr std::string_view level_names[] = {"informational", "low", "medium", "high", "critical"};

YamlOptions rule_yaml() {
  YamlOptions options;
  options.schema = YamlOptions::Schema::core;
  options.short_tags = false;
  return options;
}

// Reads one document of a rule file and puts it where it belongs.
class DocumentReader {
 public:
  DocumentReader(DocumentPtr document, const std::string& path, const RuleOptions& options, RuleSet& into)
      : document_(std::move(document)), root_(document_->root()), reading_{options, path}, into_(into) {}

  void read() {
    ++into_.documents;
    head_.at = reading_.at(root_);
    if (auto done = classify(); !done) refuse(std::move(done.error()));
  }

 private:
  Place at(Value value) const { return reading_.at(value); }

  void refuse(Error error) {
    remember();
    into_.refused.push_back(std::move(error));
  }

  void remember() {
    for (const std::string& one : {head_.id, head_.name, head_.title})
      if (!one.empty()) into_.unlinked->refused_names.emplace_back(one, head_.at);
  }

  Status classify() {
    if (!root_.is_map()) return fail(Code::type, "no Sigma document", at(root_), "a map with `detection`, `correlation` or `filter`");
    TRY(read_head());
    if (!document_->duplicate_keys().empty()) {
      Place place = document_->duplicate_keys().front();
      place.path = reading_.path;
      return fail(Code::conflict, "a key that stands twice in one map", place, "", "values of one field are written as a list");
    }
    if (const Value action = root_.get("action"))
      return fail(Code::unsupported, "`action: " + std::string(action.text()) + "` is no longer part of Sigma", at(action), "",
          "write each rule whole");
    const Value detection = root_.get("detection"), correlation = root_.get("correlation"), filter = root_.get("filter");
    if (!!detection + !!correlation + !!filter > 1)
      return fail(Code::conflict, "a document is a detection, a correlation or a filter, not several of them", at(root_));
    if (const Value taxonomy = root_.get("taxonomy"); taxonomy && taxonomy.text() != "sigma")
      return fail(Code::unsupported, "the taxonomy `" + std::string(taxonomy.text()) + "` is not known", at(taxonomy), "`sigma`");
    if (correlation) {
      into_.unlinked->correlations.push_back(TRY(read_correlation(correlation, head_, reading_)));
      return {};
    }
    if (filter) return read_filter(filter);
    if (detection) return read_rule(detection);
    return fail(Code::parse, "no Sigma document", at(root_), "`detection`, `correlation` or `filter`");
  }

  Result<std::string> text(std::string_view key) const {
    const Value value = root_.get(key);
    if (!value || value.is_null()) return std::string();
    if (!value.is_string() && !value.is_number() && !value.is_bool()) return fail(Code::type, "`" + std::string(key) + "` is no string",
        at(value), "a string");
    return std::string(value.text());
  }

  // The same for the same rule, for ever.
  std::string made_id() const {
    std::string text = "sigma\n" + head_.title;
    for (const char* section : {"detection", "correlation", "filter"})
      if (const Value value = root_.get(section)) text += "\n" + to_json(value);
    return uuid5(text);
  }

  Status read_head() {
    if (const Value title = root_.get("title"); !title || !title.is_scalar() || title.is_null() || trim(title.text()).empty()) {
      return fail(Code::parse, "a rule without a title", at(title ? title : root_), "`title`");
    } else {
      head_.title = trim(title.text());
      head_.at = at(root_);
    }
    head_.id = TRY(text("id"));
    if (head_.id.empty()) head_.id = made_id();
    head_.mark = mark_of(head_.id);
    head_.name = TRY(text("name"));
    head_.status = TRY(text("status"));
    head_.description = TRY(text("description"));
    head_.author = TRY(text("author"));
    const std::string level = TRY(text("level"));
    if (!level.empty()) {
      const auto* found = std::find(std::begin(level_names), std::end(level_names), level);
      if (found == std::end(level_names)) return fail(Code::type, "no such level as `" + level.substr(0, 100) + "`", at(root_.get("level")),
          "informational, low, medium, high or critical");
      head_.level = static_cast<RuleLevel>(found - std::begin(level_names));
    }
    head_.tags = TRY(strings("tags"));
    head_.references = TRY(strings("references"));
    head_.false_positives = TRY(strings("falsepositives"));
    const Value logsource = root_.get("logsource");
    if (!logsource) return {};
    if (!logsource.is_map()) return fail(Code::type, "`logsource` is no map", at(logsource), "product, service, category");
    for (const auto& [key, place] : {std::pair<const char*, std::string*>{"product", &head_.logsource.product}, {"service",
        &head_.logsource.service}, {"category", &head_.logsource.category}}) {
      const Value value = logsource.get(key);
      if (!value || value.is_null()) continue;
      if (!value.is_scalar()) return fail(Code::type, "`logsource." + std::string(key) + "` is no string", at(value), "a string");
      *place = lower(value.text());
    }
    reading_.fields = sources().fields_of(head_);
    return {};
  }

  Result<std::vector<std::string>> strings(std::string_view key) const {
    const Value value = root_.get(key);
    if (!value || value.is_null()) return std::vector<std::string>();
    return read_strings(value, key, reading_);
  }

  // The records that the document judges; none after a note that says why.
  Result<LogKinds> kinds() {
    if (head_.logsource.product.empty() && head_.logsource.service.empty() && head_.logsource.category.empty())
      return fail(Code::parse, "a rule without a log source", at(root_.get("logsource") ? root_.get("logsource") : root_),
          "`logsource` with product, service or category");
    const LogKinds kinds = sources().kinds_of(head_);
    if (kinds == 0) {
      const auto& source = head_.logsource;
      std::string what;
      for (const auto& [key, value] : {std::pair<const char*, const std::string&>{"product", source.product}, {"service", source.service},
          {"category", source.category}})
        if (!value.empty()) what += (what.empty() ? "" : ", ") + std::string(key) + " " + value;
      pass_over("reads no logs of " + what);
    }
    return kinds;
  }

  void pass_over(const std::string& why) {
    remember();
    ++into_.passed_over;
    into_.notes.push_back({Code::unsupported, "the rule `" + head_.title + "` is passed over: Reeve " + why, head_.at, "", ""});
  }

  Status read_rule(Value detection) {
    SigmaRule rule = TRY(read_detection(detection, reading_));
    const LogKinds judged = TRY(kinds());
    if (judged == 0) return {};
    if (head_.status == "unsupported") {
      pass_over("takes its word that it cannot be used, `status: unsupported`");
      return {};
    }
    rule.kinds = judged;
    TRY(unique());
    if (!reading_.fields.empty()) into_.unlinked->fields[head_.id] = reading_.fields;
    into_.rules.push_back({head_, std::make_shared<const SigmaRule>(std::move(rule)), nullptr});
    return {};
  }

  const LogSources& sources() const { return reading_.options.sources ? *reading_.options.sources : built_in_log_sources(); }

  Status unique() const {
    for (const RuleSet::Entry& entry : into_.rules)
      if (entry.head.id == head_.id)
        return fail(Code::conflict, "the id `" + head_.id + "` is that of another rule", at(root_.get("id") ? root_.get("id") : root_), "",
            "the other: " + entry.head.at.text());
    return {};
  }

  Status read_filter(Value filter) {
    RuleSet::Unlinked::Filter out;
    if (!filter.is_map()) return fail(Code::type, "`filter` is no map", at(filter), "rules, selections, condition");
    const Value rules = filter.get("rules");
    if (!rules) return fail(Code::parse, "a filter without rules", at(filter), "`rules`: ids or names of detections, or any");
    out.rules_at = at(rules);
    out.rule_names = TRY(read_strings(rules, "rules", reading_));
    out.any = rules.is_string() && rules.text() == "any";
    if (out.rule_names.empty()) return fail(Code::type, "a filter of no rules", at(rules), "ids or names of detections");
    bool negative = false;
    out.detection = TRY(read_detection(filter, reading_, "rules", &negative));
    out.keeps = negative;
    if (TRY(kinds()) == 0) return {};
    out.head = head_;
    into_.unlinked->filters.push_back(std::move(out));
    return {};
  }

  DocumentPtr document_;
  Value root_;
  ReadingRule reading_;
  RuleSet& into_;
  RuleHead head_;
};

bool is_sigma(Value root) { return root.is_map() && (root.get("detection") || root.get("correlation") || root.get("filter")); }

// False: nothing in it is a Sigma document.
bool read_documents(std::string_view bytes, const std::string& path, bool only_sigma, const RuleOptions& options, RuleSet& into) {
  if (!into.unlinked) into.unlinked = std::make_shared<RuleSet::Unlinked>();
  auto documents = read_yaml_all(bytes, Source{.file = path}, rule_yaml());
  if (!documents) {
    if (documents.error().at.path.empty()) documents.error().at.path = path;
    ++into.documents;
    into.refused.push_back(std::move(documents.error()));
    return true;
  }
  if (only_sigma && std::none_of(documents->begin(), documents->end(), [](const DocumentPtr& one) { return is_sigma(one->root()); })) return false;
  size_t read = 0;
  for (const DocumentPtr& document : *documents) {
    if (!document->root() || document->root().is_null()) continue;  // a `---` too many
    ++read;
    DocumentReader(document, path, options, into).read();
  }
  if (read == 0) {
    ++into.documents;
    into.refused.push_back({Code::parse, "no Sigma document", {path, 0, 0}, "`detection`, `correlation` or `filter`", ""});
  }
  return true;
}

bool named_yaml(std::string_view path) { return ends_with(path, ".yml") || ends_with(path, ".yaml"); }

}  // namespace

std::string_view name(RuleLevel level) { return level_names[static_cast<size_t>(level)]; }

Result<std::vector<std::string>> read_strings(Value value, std::string_view what, const ReadingRule& reading) {
  std::vector<std::string> out;
  auto add = [&](Value one) -> Status {
    if (one.is_null() || !one.is_scalar()) return fail(Code::type, "`" + std::string(what) + "` has something that is no string",
        reading.at(one), "a string");
    out.emplace_back(one.text());
    return {};
  };
  if (!value.is_list()) {
    TRY(add(value));
    return out;
  }
  for (Value one : value.items()) TRY(add(one));
  return out;
}

void load_rule_text(std::string_view text, const std::string& path, const RuleOptions& options, RuleSet& into) {
  read_documents(text, path, false, options, into);
}

RuleSet load_rules(const std::vector<std::string>& paths, const RuleOptions& options) {
  RuleSet out;
  out.unlinked = std::make_shared<RuleSet::Unlinked>();
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    const bool folder = is_folder(path);
    if (!folder && !exists(path)) {
      out.refused.push_back({Code::not_found, "no such file or folder", {path, 0, 0}, "rules (.yml, .yaml) or a folder of them", ""});
      continue;
    }
    std::vector<Error> problems;
    std::vector<Entry> entries = folder ? walk_for(path, problems, {.wanted = named_yaml}) : std::vector<Entry>{{.path = path}};
    for (Error& problem : problems) out.refused.push_back(std::move(problem));
    size_t sigma = 0;
    for (const Entry& entry : entries) {
      if (folder && !named_yaml(entry.path)) continue;
      if (!seen.insert(entry.path).second) {
        ++sigma;
        continue;
      }
      auto text = read_file(entry.path, rule_yaml().bytes_max);
      if (!text) {
        out.refused.push_back(std::move(text.error()));
        continue;
      }
      sigma += read_documents(*text, entry.path, folder, options, out);
    }
    if (folder && sigma == 0 && problems.empty())
      out.refused.push_back({Code::not_found, "no Sigma document in this folder", {path, 0, 0}, "rules (.yml, .yaml)", ""});
  }
  link_rules(out);
  return out;
}

}  // namespace reeve
