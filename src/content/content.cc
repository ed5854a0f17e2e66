#include "content/content.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "content/api_rates.h"
#include "content/fields.h"
#include "content/read_items.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr std::string_view editions_file = "sec01.yaml";

std::vector<std::string> practice_slugs(const Content& content) {
  std::vector<std::string> slugs;
  for (const Practice& practice : content.practices) slugs.push_back(practice.slug);
  return slugs;
}

void load_practices(Content& content) {
  for (const ContentItem& item : content.files->items("practices"))
    if (auto practice = read_practice(item, content.errors)) content.practices.push_back(std::move(*practice));
}

// An edition is one entry of one file: what the practices' own files do not say about it stands there.
void load_editions(Content& content) {
  for (const ContentItem& item : content.files->items("frameworks")) {
    if (item.name != editions_file) continue;
    EditionsFile file = read_editions(item, content.errors);
    content.editions = std::move(file.editions);
    for (const auto& number : file.numbers) {
      auto practice = std::find_if(content.practices.begin(), content.practices.end(), [&](const Practice& p) { return p.slug == number.practice; });
      if (practice == content.practices.end()) {
        content.errors.push_back(unknown_word("there is no practice `" + number.practice + "`", number.at, number.practice, practice_slugs(content)));
        continue;
      }
      auto [known, added] = practice->numbers.emplace(number.edition, number.number);
      if (!added && known->second != number.number)
        content.errors.push_back({Code::conflict, "edition `" + number.edition + "` numbers practice `" + number.practice + "` " + number.number, number.at,
                                  known->second + ", as the practice's own file says", {}});
    }
  }
  std::sort(content.editions.begin(), content.editions.end(), [](const Edition& a, const Edition& b) { return a.id < b.id; });
  const Edition* standard = content.standard_edition();
  std::string id = standard ? standard->id : "";
  auto key = [&id](const Practice& p) {
    std::string number = p.number(id);
    return std::tuple(number.empty(), number, p.slug);
  };
  std::sort(content.practices.begin(), content.practices.end(), [&](const Practice& a, const Practice& b) { return key(a) < key(b); });
}

// Two controls that ask literally the same would count one fact twice. The one of the lower layer, then of the lesser id, stays.
void refuse_equal_checks(Content& content) {
  std::vector<const Control*> order;
  for (const Control& control : content.controls) order.push_back(&control);
  std::stable_sort(order.begin(), order.end(), [](const Control* a, const Control* b) { return a->layer < b->layer; });
  std::map<std::tuple<Judge, std::string, int, std::vector<std::string>, std::string>, const Control*> seen;
  std::vector<std::string> refused;
  for (const Control* control : order) {
    auto key = std::tuple(control->judge, check_essence(*control), static_cast<int>(control->candidates), control->candidate_types, control->where);
    auto [first, added] = seen.emplace(std::move(key), control);
    if (added) continue;
    refused.push_back(control->id);
    content.errors.push_back({Code::conflict, "control `" + control->id + "` is judged by the same check as `" + first->second->id + "`",
                              {control->check.shown}, {}, "ask something else, or keep one of the two"});
  }
  std::erase_if(content.controls, [&](const Control& c) { return std::find(refused.begin(), refused.end(), c.id) != refused.end(); });
}

std::vector<std::string> control_ids(const Content& content) {
  std::vector<std::string> ids;
  for (const Control& control : content.controls) ids.push_back(control.id);
  return ids;
}

// What a control comes after must be there, and not come after it in turn. What is wrong is left out, so that every order ends.
void refuse_circles(Content& content) {
  std::vector<std::string> known = control_ids(content);
  for (Control& control : content.controls)
    std::erase_if(control.after, [&](const std::string& id) {
      if (content.control(id)) return false;
      content.errors.push_back(unknown_word("`after` names `" + id + "`, which is no control", control.at["after"], id, known));
      return true;
    });
  // Depth first along `after`; a control met again on the way closes a circle.
  std::map<std::string, int> state;  // 1 on the way, 2 done
  std::vector<std::string> way;
  std::function<void(Control&)> visit = [&](Control& control) {
    state[control.id] = 1;
    way.push_back(control.id);
    std::erase_if(control.after, [&](const std::string& id) {
      if (state[id] == 1) {
        std::vector<std::string> circle(std::find(way.begin(), way.end(), id), way.end());
        circle.push_back(id);
        content.errors.push_back({Code::conflict, "`after` leads in a circle: " + join(circle, " after "), control.at["after"], "a control that does not come after this one", {}});
        return true;
      }
      if (state[id] == 0) {
        auto next = std::lower_bound(content.controls.begin(), content.controls.end(), id, [](const Control& c, const std::string& key) { return c.id < key; });
        visit(*next);
      }
      return false;
    });
    way.pop_back();
    state[control.id] = 2;
  };
  for (Control& control : content.controls)
    if (state[control.id] == 0) visit(control);
}

// Whether every control of the tree holds.
bool load_controls(Content& content) {
  size_t before = content.errors.size();
  std::vector<std::string> slugs = practice_slugs(content);
  for (const ContentItem& item : content.files->items("controls")) {
    if (item.name == "README.md") continue;
    if (item.files.front()->path == "controls/" + item.name) {
      content.errors.push_back({Code::type, "`" + item.name + "` is a file", {item.shown}, "a folder for each control", {}});
      continue;
    }
    auto control = read_control(item, content.errors);
    if (!control) continue;
    if (std::find(slugs.begin(), slugs.end(), control->practice) == slugs.end()) {
      content.errors.push_back(unknown_word("there is no practice `" + control->practice + "`", control->at["practice"], control->practice, slugs));
      continue;
    }
    content.controls.push_back(std::move(*control));
  }
  refuse_equal_checks(content);
  refuse_circles(content);
  return content.errors.size() == before;
}

// An objective that no control measures would stand in every report as if it meant something; a control for an objective that is not
// described would be missing from all that is counted by objective. The control's own verdict does not hang on that: it stays.
void load_objectives(Content& content, bool controls_complete) {
  std::vector<std::string> slugs;
  for (const ContentItem& item : content.files->items("objectives")) {
    if (item.name == "README.md") continue;
    auto objective = read_objective(item, content.errors);
    if (!objective) continue;
    std::vector<std::string> known = practice_slugs(content);
    for (const std::string& practice : objective->practices)
      if (std::find(known.begin(), known.end(), practice) == known.end())
        content.errors.push_back(unknown_word("there is no practice `" + practice + "`", objective->key_at["practices"], practice, known));
    slugs.push_back(objective->slug);
    content.objectives.push_back(std::move(*objective));
  }
  std::sort(content.objectives.begin(), content.objectives.end(), [](const Objective& a, const Objective& b) { return a.slug < b.slug; });
  for (const Control& control : content.controls) {
    if (content.objective(control.objective)) continue;
    std::string near = nearest(control.objective, slugs);
    content.errors.push_back({Code::not_found, "there is no objective `" + control.objective + "`", control.at.at("objective"), {},
                              near.empty() ? "describe it in objectives/" + control.objective + ".yaml" : "did you mean `" + near + "`?"});
  }
  // Where a control was left out, it may be the one that measures the objective; what is wrong has been said.
  if (!controls_complete) return;
  std::erase_if(content.objectives, [&](const Objective& objective) {
    if (std::any_of(content.controls.begin(), content.controls.end(), [&](const Control& c) { return c.objective == objective.slug; })) return false;
    content.errors.push_back({Code::not_found, "objective `" + objective.slug + "` is measured by no control", objective.at, "a control that names it", {}});
    return true;
  });
}

void load_frameworks(Content& content) {
  // A control whose folder does not hold has been named; who refers to it is not to blame.
  std::vector<std::string> ids;
  for (const ContentItem& item : content.files->items("controls")) ids.push_back(item.name);
  for (const ContentItem& item : content.files->items("frameworks")) {
    if (item.name == editions_file || item.name == "README.md") continue;
    auto framework = read_framework(item, content.errors);
    if (!framework) continue;
    for (Requirement& requirement : framework->requirements)
      std::erase_if(requirement.controls, [&](const std::string& id) {
        if (content.control(id)) return false;
        if (std::binary_search(ids.begin(), ids.end(), id)) return true;
        std::string near = nearest(id, ids);
        content.errors.push_back({Code::not_found, "there is no control `" + id + "`", requirement.at, {},
                                  near.empty() ? "`reeve content list` names them" : "did you mean `" + near + "`?"});
        return true;
      });
    content.frameworks.push_back(std::move(*framework));
  }
  std::sort(content.frameworks.begin(), content.frameworks.end(), [](const Framework& a, const Framework& b) { return a.id < b.id; });
}

// A control that names a fact which is not asked for would seem to answer something. Where no facts are described there is nothing to
// hold it against.
void load_facts(Content& content) {
  for (const ContentItem& item : content.files->items("facts")) {
    if (item.name == "README.md") continue;
    for (Fact& fact : read_facts(item, content.errors)) {
      if (!content.practice(fact.practice))
        content.errors.push_back(unknown_word("there is no practice `" + fact.practice + "`", fact.at, fact.practice, practice_slugs(content)));
      content.facts.push_back(std::move(fact));
    }
  }
  std::sort(content.facts.begin(), content.facts.end(), [](const Fact& a, const Fact& b) { return a.id < b.id; });
  if (content.facts.empty()) return;
  for (const Control& control : content.controls)
    for (const std::string& id : control.facts)
      if (std::none_of(content.facts.begin(), content.facts.end(), [&](const Fact& fact) { return fact.id == id; }))
        content.errors.push_back({Code::not_found, "there is no fact `" + id + "`", control.at.at("facts"), {}, "`reeve content coverage` lists them"});
}

void load_documents(Content& content, std::string_view kind, std::string_view ending, std::vector<ContentDocument>& out) {
  for (const ContentItem& item : content.files->items(kind)) {
    for (const ContentFile* file : item.files) {
      if (ends_with(file->path, "/README.md")) continue;
      if (!ends_with(file->path, ending)) {
        content.errors.push_back({Code::usage, "`" + item.name + "` has no place in " + std::string(kind) + "/", {file->shown},
                                  "files that end in " + std::string(ending), {}});
        continue;
      }
      std::optional<DocumentPtr> document;
      if (ending == ".yaml") {
        document = read_content_yaml(file->text, file->shown, content.errors);
      } else {
        Source self;
        self.file = file->shown;
        self.path_prefix = "$";
        if (auto read = read_json(file->text, std::move(self)))
          document = *read;
        else
          content.errors.push_back(read.error());
      }
      if (!document) continue;
      if (!(*document)->root().is_map())
        content.errors.push_back({Code::type, "`" + item.name + "` holds no map", {file->shown, 1, 1}, "a map", {}});
      else
        out.push_back({file->path, file->shown, item.layer, *document});
    }
  }
}

void load_record_views(Content& content) {
  for (const ContentItem& item : content.files->items("views"))
    if (item.name != "README.md")
      if (auto view = read_record_view(item, content.errors)) content.record_views.push_back(std::move(*view));
  hold_record_views(content);
}

// A type stands in one file; a challenge names controls that are there.
void load_responsibility(Content& content) {
  std::map<std::string, std::string> seen;
  for (const ContentItem& item : content.files->items("responsibility")) {
    auto file = read_responsibility(item, content.errors);
    if (!file) continue;
    std::erase_if(file->types, [&](const ResponsibilityType& type) {
      auto [first, added] = seen.emplace(type.type, file->shown);
      if (!added) content.errors.push_back({Code::conflict, "`" + type.type + "` stands in " + first->second + " too", type.at, "each type once", {}});
      return !added;
    });
    for (ResponsibilityType& type : file->types)
      for (ResponsibilityCase& one : type.cases)
        std::erase_if(one.alternatives, [&](const AlternativeRule& rule) {
          if (rule.control.empty() || content.control(rule.control)) return false;
          content.errors.push_back(unknown_word("there is no control `" + rule.control + "`", rule.at, rule.control, control_ids(content)));
          return true;
        });
    content.responsibility.push_back(std::move(*file));
  }
}

void load_challenges(Content& content) {
  for (const ContentItem& item : content.files->items("challenges")) {
    auto challenge = read_challenge(item, content.errors);
    if (!challenge) continue;
    std::erase_if(challenge->controls, [&](const std::string& id) {
      if (content.control(id)) return false;
      content.errors.push_back(unknown_word("there is no control `" + id + "`", challenge->at, id, control_ids(content)));
      return true;
    });
    content.challenges.push_back(std::move(*challenge));
  }
  std::stable_sort(content.challenges.begin(), content.challenges.end(), [](auto& a, auto& b) { return a.order < b.order; });
}

void load_foreign_rules(Content& content) {
  for (const ContentItem& item : content.files->items("suppressions")) {
    if (item.name == "README.md") continue;
    auto file = read_foreign_rules(item, content.errors);
    if (!file) continue;
    for (ForeignRule& rule : file->rules)
      std::erase_if(rule.controls, [&](const std::string& id) {
        if (content.control(id)) return false;
        content.errors.push_back(unknown_word("there is no control `" + id + "`", rule.at, id, control_ids(content)));
        return true;
      });
    content.foreign_rules.push_back(std::move(*file));
  }
}

void summarize_layers(Content& content) {
  std::map<std::pair<std::string, std::string>, int> seen;
  for (const ContentLayer& layer : content.files->layers()) {
    LayerSummary summary{layer.kind, layer.root, layer.digest(), 0, 0};
    std::map<std::pair<std::string, std::string>, int> own;
    for (const ContentFile& file : layer.files) {
      auto parts = split(file.path, '/');
      if (parts.size() >= 2) own[{std::string(parts[0]), std::string(parts[1])}] = 1;
    }
    for (const auto& [key, one] : own) {
      ++summary.items;
      summary.replaced += seen.contains(key);
    }
    seen.insert(own.begin(), own.end());
    content.layers.push_back(std::move(summary));
  }
}

Content load(std::vector<ContentLayer> layers, std::vector<Error> problems) {
  Content content;
  content.errors = std::move(problems);
  content.files = std::make_shared<const ContentFiles>(std::move(layers));
  summarize_layers(content);
  // One tree's own digest is that of the whole, unless a file stands above all kinds.
  const auto& trees = content.files->layers();
  const bool is_one = trees.size() == 1 && std::all_of(trees[0].files.begin(), trees[0].files.end(), [](const ContentFile& file) { return contains(file.path, "/"); });
  content.digest = is_one ? content.layers.front().digest : content.files->digest();
  load_practices(content);
  load_editions(content);
  bool controls_complete = load_controls(content);
  load_objectives(content, controls_complete);
  load_frameworks(content);
  load_facts(content);
  load_documents(content, "resources", ".yaml", content.resource_types);
  load_documents(content, "schemas", ".json", content.schemas);
  load_record_views(content);
  load_responsibility(content);
  load_challenges(content);
  load_foreign_rules(content);
  api_rates_of(*content.files, content.errors);  // for its errors alone: few ask for the rates
  std::stable_sort(content.errors.begin(), content.errors.end(), [](const Error& a, const Error& b) {
    return std::tie(a.at.path, a.at.line, a.at.column) < std::tie(b.at.path, b.at.line, b.at.column);
  });
  return content;
}

}  // namespace

std::string Practice::number(const std::string& edition) const {
  auto found = numbers.find(edition);
  return found == numbers.end() ? "" : found->second;
}

const Control* Content::control(std::string_view id) const {
  auto found = std::lower_bound(controls.begin(), controls.end(), id, [](const Control& c, std::string_view key) { return c.id < key; });
  return found != controls.end() && found->id == id ? &*found : nullptr;
}

const Practice* Content::practice(std::string_view slug) const {
  for (const Practice& practice : practices)
    if (practice.slug == slug) return &practice;
  return nullptr;
}

const Objective* Content::objective(std::string_view slug) const {
  auto found = std::lower_bound(objectives.begin(), objectives.end(), slug, [](const Objective& o, std::string_view key) { return o.slug < key; });
  return found != objectives.end() && found->slug == slug ? &*found : nullptr;
}

const Edition* Content::edition(std::string_view id) const {
  for (const Edition& edition : editions)
    if (edition.id == id) return &edition;
  return nullptr;
}

const RecordView* Content::record_view(std::string_view name) const {
  for (const RecordView& view : record_views)
    if (view.name == name) return &view;
  return nullptr;
}

const Edition* Content::standard_edition() const {
  for (const Edition& edition : editions)
    if (edition.standard) return &edition;
  return nullptr;
}

std::optional<Control> built_in_control(std::string_view id) {
  std::vector<Error> errors;
  auto item = built_in_item("controls", id);
  return item && !(*item)->files.empty() ? read_control((*item)->item, errors) : std::nullopt;
}

std::vector<ForeignRules> built_in_foreign_rules() {
  std::vector<ForeignRules> out;
  std::vector<Error> errors;
  const auto names = built_in_names("suppressions");
  for (const std::string& name : names ? *names : std::vector<std::string>())
    if (const auto item = built_in_item("suppressions", name); item && name != "README.md")
      if (auto file = read_foreign_rules((*item)->item, errors)) out.push_back(std::move(*file));
  return out;
}

Content load_content(std::vector<ContentLayer> layers) { return load(std::move(layers), {}); }

Content load_content(const ContentOptions& options) {
  std::vector<ContentLayer> layers;
  std::vector<Error> problems;
  if (options.built_in) {
    auto layer = built_in_layer();
    if (layer)
      layers.push_back(std::move(*layer));
    else
      problems.push_back(layer.error());
  }
  if (!options.content_dir.empty()) layers.push_back(folder_layer(options.content_dir, LayerKind::folder, problems));
  if (!options.workspace_dir.empty()) layers.push_back(folder_layer(options.workspace_dir, LayerKind::workspace, problems));
  return load(std::move(layers), std::move(problems));
}

}  // namespace reeve
