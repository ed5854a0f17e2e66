// Joins correlations and filters to the rules that they name.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "detect/rules_parts.h"

namespace reeve {
namespace {

using Unlinked = RuleSet::Unlinked;

// What a reference means: the one rule of that id, else of that name, else of that title.
class RuleLinker {
 public:
  explicit RuleLinker(RuleSet& set) : set_(set), unlinked_(*set.unlinked) {}

  void run() {
    for (Unlinked::Filter& filter : unlinked_.filters)
      if (auto done = apply(filter); !done) set_.refused.push_back(std::move(done.error()));
    unlinked_.filters.clear();
    correlations();
    mark_quiet();
  }

 private:
  struct Found {
    enum class Kind : uint8_t { none, detection, correlation, several } kind = Kind::none;
    size_t index = 0;       // in rules, or in the correlations not yet linked
    bool by_title = false;
  };

  Found find(const std::string& name) const {
    for (const auto& of : {&id_of, &name_of, &title_of}) {
      Found found;
      auto meet = [&](Found::Kind kind, size_t index, const RuleHead& head) {
        if (name.empty() || of(head) != name) return;
        found = {found.kind == Found::Kind::none ? kind : Found::Kind::several, index, of == &title_of};
      };
      for (size_t i = 0; i < set_.rules.size(); ++i) meet(Found::Kind::detection, i, set_.rules[i].head);
      for (size_t i = 0; i < unlinked_.correlations.size(); ++i) meet(Found::Kind::correlation, i, unlinked_.correlations[i].head);
      if (found.kind != Found::Kind::none) return found;
    }
    return {};
  }

  static const std::string& id_of(const RuleHead& head) { return head.id; }
  static const std::string& name_of(const RuleHead& head) { return head.name; }
  static const std::string& title_of(const RuleHead& head) { return head.title; }

  tl::unexpected<Error> missing(const std::string& name, const Found& found, const Place& at) const {
    if (found.kind == Found::Kind::several)
      return fail(Code::conflict, "more than one rule is called `" + name + "`", at, "an id, or a name that one rule has");
    for (const auto& [refused, place] : unlinked_.refused_names)
      if (refused == name) return fail(Code::not_found, "the rule `" + name + "` is not loaded itself", at, "", "see " + place.text());
    return fail(Code::not_found, "there is no rule `" + name + "`", at, "the id, name or title of a loaded rule");
  }

  Status apply(Unlinked::Filter& filter) {
    std::vector<size_t> targets;
    auto fits = [&](const RuleHead& head) {
      const auto &wanted = filter.head.logsource, &has = head.logsource;
      return (wanted.product.empty() || wanted.product == has.product) && (wanted.service.empty() || wanted.service == has.service) &&
             (wanted.category.empty() || wanted.category == has.category);
    };
    if (filter.any) {
      for (size_t i = 0; i < set_.rules.size(); ++i)
        if (fits(set_.rules[i].head)) targets.push_back(i);
    } else {
      for (const std::string& name : filter.rule_names) {
        const Found found = find(name);
        if (found.kind == Found::Kind::correlation) return fail(Code::unsupported, "the filter names a correlation, `" + name + "`",
            filter.rules_at, "detections");
        if (found.kind != Found::Kind::detection) return missing(name, found, filter.rules_at);
        const RuleHead& head = set_.rules[found.index].head;
        if (!fits(head)) return fail(Code::conflict, "the filter is for another log source than the rule `" + name + "`", filter.rules_at,
            "the same product, service and category");
        if (found.by_title) note_title(name, filter.rules_at);
        if (std::find(targets.begin(), targets.end(), found.index) == targets.end()) targets.push_back(found.index);
      }
    }
    if (filter.keeps)
      set_.notes.push_back({Code::conflict,
          "the filter `" + filter.head.title + "` has only negated selections: they tell what is left out", filter.head.at, "", ""});
    for (size_t i : targets) {
      SigmaRule rule = *set_.rules[i].detection;
      if (filter.keeps) {
        rule.require(filter.detection);
      } else {
        rule.exclude(filter.detection);
      }
      set_.rules[i].detection = std::make_shared<const SigmaRule>(std::move(rule));
    }
    ++set_.filters;
    return {};
  }

  void note_title(const std::string& name, const Place& at) {
    set_.notes.push_back({Code::conflict, "the rule `" + name + "` is named by its title", at, "", "an id or a name stays when the title changes"});
  }

  // Bases first: a correlation is linked when all that it names are.
  void correlations() {
    drop_double_ids();
    std::vector<Unlinked::Correlation>& all = unlinked_.correlations;
    std::vector<std::optional<uint32_t>> linked(all.size());
    std::vector<bool> refused(all.size());
    for (bool progress = true; progress;) {
      progress = false;
      for (size_t i = 0; i < all.size(); ++i) {
        if (linked[i] || refused[i]) continue;
        auto bases = bases_of(all[i], linked, refused);
        if (!bases) {
          refuse(all[i], std::move(bases.error()));
          refused[i] = progress = true;
        } else if (*bases) {
          progress = true;
          if (auto rule = finish(all[i], std::move(**bases))) {
            linked[i] = static_cast<uint32_t>(done_.size());
            done_.push_back({all[i].head, nullptr, std::make_shared<const CorrelationRule>(std::move(*rule))});
          } else {
            refuse(all[i], std::move(rule.error()));
            refused[i] = true;
          }
        }
      }
    }
    for (size_t i = 0; i < all.size(); ++i)
      if (!linked[i] && !refused[i]) refuse(all[i], {Code::conflict, "correlations that build on one another in a circle", all[i].rules_at, "", ""});
    for (RuleSet::Entry& entry : done_) set_.rules.push_back(std::move(entry));
    all.clear();
  }

  void refuse(const Unlinked::Correlation& one, Error error) {
    for (const std::string& name : {one.head.id, one.head.name, one.head.title})
      if (!name.empty()) unlinked_.refused_names.emplace_back(name, one.head.at);
    set_.refused.push_back(std::move(error));
  }

  void drop_double_ids() {
    std::vector<Unlinked::Correlation> kept;
    for (Unlinked::Correlation& one : unlinked_.correlations) {
      const RuleHead* other = nullptr;
      for (const RuleSet::Entry& entry : set_.rules)
        if (entry.head.id == one.head.id) other = &entry.head;
      for (const Unlinked::Correlation& before : kept)
        if (before.head.id == one.head.id) other = &before.head;
      if (other) {
        set_.refused.push_back({Code::conflict, "the id `" + one.head.id + "` is that of another rule", one.head.at, "",
            "the other: " + other->at.text()});
      } else {
        kept.push_back(std::move(one));
      }
    }
    unlinked_.correlations = std::move(kept);
  }

  // Indices into the finished set; an empty optional: some are correlations that are not linked yet.
  Result<std::optional<std::vector<uint32_t>>> bases_of(Unlinked::Correlation& one, const std::vector<std::optional<uint32_t>>& linked,
                                                        const std::vector<bool>& refused) {
    std::vector<uint32_t> bases;
    std::vector<std::string> titles;
    for (const std::string& name : one.rule.rule_names) {
      const Found found = find(name);
      uint32_t index = static_cast<uint32_t>(found.index);
      if (found.kind == Found::Kind::correlation) {
        if (refused[found.index]) return fail(Code::not_found, "the rule `" + name + "` is not loaded itself", one.rules_at, "",
            "see " + unlinked_.correlations[found.index].head.at.text());
        if (!linked[found.index]) return std::optional<std::vector<uint32_t>>();
        index = static_cast<uint32_t>(set_.rules.size()) + *linked[found.index];
      } else if (found.kind != Found::Kind::detection) {
        return missing(name, found, one.rules_at);
      }
      if (std::find(bases.begin(), bases.end(), index) != bases.end()) return fail(Code::conflict,
          "`" + name + "` is a rule that is named twice", one.rules_at, "each rule once");
      bases.push_back(index);
      if (found.by_title) titles.push_back(name);
    }
    for (const std::string& title : titles) note_title(title, one.rules_at);
    return std::optional(std::move(bases));
  }

  const RuleHead& head_of(uint32_t index) const {
    return index < set_.rules.size() ? set_.rules[index].head : done_[index - set_.rules.size()].head;
  }

  Result<CorrelationRule> finish(Unlinked::Correlation& one, std::vector<uint32_t> bases) {
    CorrelationRule rule = one.rule;
    rule.rules = std::move(bases);
    if (!one.expression.empty()) {
      std::vector<bool> used;
      rule.expression = std::make_shared<const RuleCondition>(TRY(parse_condition(one.expression, rule.rule_names, one.expression_at, &used)));
    }
    // Which base an alias means: as written under `rules`, or by any of its names.
    for (const Unlinked::Correlation::Alias& alias : one.aliases)
      for (const auto& [name, field] : alias.fields)
        if (base_named(rule, name) == SIZE_MAX)
          return fail(Code::not_found, "the alias `" + alias.name + "` names `" + name + "`, which is not among the correlation's rules",
              one.aliases_at, "a rule of `rules`");
    auto fields_for = [&](const std::vector<std::string>& names, std::vector<std::vector<FieldPath>>& fields) -> Status {
      for (size_t base = 0; base < rule.rules.size(); ++base) {
        fields.emplace_back();
        for (const std::string& name : names) fields.back().push_back(TRY(field_of_base(one, rule, name, base)));
      }
      return {};
    };
    TRY(fields_for(rule.group_by.names, rule.group_by.fields));
    TRY(fields_for(rule.value_names, rule.values));
    return rule;
  }

  size_t base_named(const CorrelationRule& rule, const std::string& name) const {
    for (size_t i = 0; i < rule.rules.size(); ++i) {
      const RuleHead& head = head_of(rule.rules[i]);
      if (rule.rule_names[i] == name || head.name == name || head.id == name || head.title == name) return i;
    }
    return SIZE_MAX;
  }

  Result<FieldPath> field_of_base(const Unlinked::Correlation& one, const CorrelationRule& rule, const std::string& name, size_t base) const {
    std::string field = name;
    for (const Unlinked::Correlation::Alias& alias : one.aliases) {
      if (alias.name != name) continue;
      field.clear();
      for (const auto& [of, to] : alias.fields)
        if (base_named(rule, of) == base) field = to;
      if (field.empty())
        return fail(Code::not_found, "the alias `" + name + "` has no field for the rule `" + rule.rule_names[base] + "`", one.aliases_at,
            "a field for each rule of the correlation");
    }
    if (const auto mapped = one.field_mapping.find(field); mapped != one.field_mapping.end()) return FieldPath(mapped->second);
    if (const auto of = unlinked_.fields.find(head_of(rule.rules[base]).id); of != unlinked_.fields.end())
      if (const auto mapped = of->second.find(field); mapped != of->second.end()) return FieldPath(mapped->second);
    return FieldPath(field);
  }

  // A base is quiet unless a correlation on it says `generate: true`.
  void mark_quiet() {
    std::vector<int> told(set_.rules.size());
    for (const RuleSet::Entry& entry : set_.rules) {
      if (!entry.correlation) continue;
      for (uint32_t base : entry.correlation->rules) told[base] |= entry.correlation->generate ? 2 : 1;
    }
    for (size_t i = 0; i < told.size(); ++i) set_.rules[i].head.quiet = told[i] == 1;
  }

  RuleSet& set_;
  Unlinked& unlinked_;
  std::vector<RuleSet::Entry> done_;
};

}  // namespace

void link_rules(RuleSet& rules) {
  if (!rules.unlinked) return;
  RuleLinker(rules).run();
}

}  // namespace reeve
