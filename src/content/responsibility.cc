#include "content/responsibility.h"

#include <algorithm>

#include "base/text.h"
#include "content/fields.h"
#include "content/read_items.h"

namespace reeve {
namespace {

std::vector<std::string> duty_ids() {
  std::vector<std::string> out;
  for (const Duty& duty : duties()) out.emplace_back(duty.id);
  return out;
}

const std::vector<std::string>& holder_words() {
  static const std::vector<std::string> words = {"customer", "aws", "shared", "nobody"};
  return words;
}

Holder holder_of(std::string_view word) {
  for (Holder holder : {Holder::aws, Holder::shared, Holder::nobody})
    if (word == name(holder)) return holder;
  return Holder::customer;
}

Management management_of(std::string_view word) {
  for (Management one : {Management::self_managed, Management::managed, Management::serverless})
    if (word == name(one)) return one;
  return Management::setting;
}

// Duty → who has it, over what stood there before.
void read_duties(Value map, std::string_view of, std::vector<std::optional<DutyHolder>>& into, bool notes, Fields& fields) {
  if (!map) return;
  if (!map.is_map()) {
    fields.wrong(Code::type, "`" + std::string(of) + "` is no map", place_of(map), "duty: " + std::string(notes ? "words" : "customer, aws, shared or nobody"));
    return;
  }
  std::vector<std::string> known = duty_ids();
  for (auto entry : map.entries()) {
    std::string id(entry.key());
    size_t index = static_cast<size_t>(std::find(known.begin(), known.end(), id) - known.begin());
    std::string word = entry.value.is_scalar() ? std::string(entry.value.text()) : "";
    if (index == known.size()) {
      std::string near = nearest(id, known);
      fields.wrong(Code::usage, "`" + id + "` is no duty", place_of(entry.value), near.empty() ? "one of " + join(known, ", ") : "", near.empty() ? "" : "did you mean `" + near + "`?");
    } else if (word.empty() || (!notes && std::find(holder_words().begin(), holder_words().end(), word) == holder_words().end())) {
      fields.wrong(Code::usage, "`" + id + "` is " + (word.empty() ? "not said" : "`" + word + "`"), place_of(entry.value), notes ? "a few words" : join(holder_words(), ", "));
    } else if (notes) {
      if (!into[index]) into[index] = DutyHolder{};
      into[index]->note = word;
    } else {
      std::string note = into[index] ? into[index]->note : "";
      into[index] = DutyHolder{holder_of(word), note};
    }
  }
}

bool is_type(std::string_view text) { return starts_with(text, "AWS::") || starts_with(text, "Reeve::"); }

std::optional<ResponsibilityCase> read_case(Value map, const std::vector<std::optional<DutyHolder>>& common, std::vector<Error>& errors) {
  ResponsibilityCase out;
  Fields fields(map, "a way in which a type is used", {"used", "where", "management", "duties", "notes", "alternatives"}, errors);
  out.used = fields.text("used", Need::optional);
  out.where = fields.text("where", Need::optional);
  out.where_at = fields.at("where");
  out.management = management_of(fields.word("management", {"self-managed", "managed", "serverless", "setting"}));
  std::vector<std::optional<DutyHolder>> held = common;
  read_duties(fields.get("duties"), "duties", held, false, fields);
  read_duties(fields.get("notes"), "notes", held, true, fields);
  for (size_t i = 0; i < held.size() && fields.good(); ++i) {
    if (held[i]) out.duties.push_back(*held[i]);
    else fields.wrong(Code::not_found, "nobody is said to have the duty `" + std::string(duties()[i].id) + "`", place_of(map), join(holder_words(), ", "));
  }
  if (Value list = fields.get("alternatives")) {
    if (!list.is_list()) fields.wrong(Code::type, "`alternatives` is no list", place_of(list), "- {to: …, why: …}");
    for (Value one : list.items()) {
      Fields alternative(one, "an alternative", {"to", "why", "control", "values"}, errors);
      AlternativeRule rule;
      rule.to = alternative.text("to");
      rule.why = alternative.text("why");
      rule.control = alternative.text("control", Need::optional);
      rule.values = alternative.texts("values", Need::optional);
      rule.at = place_of(one);
      if (rule.control.empty() && !rule.values.empty()) alternative.wrong(Code::usage, "`values` of no control", alternative.at("values"), "`control` beside it");
      if (!alternative.good()) return std::nullopt;
      out.alternatives.push_back(std::move(rule));
    }
  }
  if (!fields.good()) return std::nullopt;
  return out;
}

}  // namespace

std::string_view name(Management management) {
  switch (management) {
    case Management::self_managed: return "self-managed";
    case Management::managed: return "managed";
    case Management::serverless: return "serverless";
    case Management::setting: return "setting";
  }
  return "setting";
}

std::string_view name(Holder holder) {
  switch (holder) {
    case Holder::customer: return "customer";
    case Holder::aws: return "aws";
    case Holder::shared: return "shared";
    case Holder::nobody: return "nobody";
  }
  return "customer";
}

const std::vector<Duty>& duties() {
  static const std::vector<Duty> all = {
      {"facilities", "buildings, machines, hypervisor"},
      {"os", "patching the operating system"},
      {"engine", "patching the engine or runtime"},
      {"code", "the code that runs in it"},
      {"availability", "capacity and failover"},
      {"backup", "copies, and restoring them"},
      {"network", "from where it can be reached"},
      {"identity", "who may do what with it"},
      {"encryption", "keys and encryption"},
      {"configuration", "its secure settings"},
      {"logging", "records, and reading them"},
      {"data", "what is kept in it, and its class"},
  };
  return all;
}

std::optional<ResponsibilityFile> read_responsibility(const ContentItem& item, std::vector<Error>& errors) {
  if (item.name == "README.md") return std::nullopt;
  const ContentFile& file = *item.files.front();
  ResponsibilityFile out;
  out.service = ends_with(item.name, ".yaml") ? item.name.substr(0, item.name.size() - 5) : "";
  out.shown = file.shown;
  if (!is_slug(out.service)) {
    errors.push_back({Code::usage, "`" + item.name + "` is no name for a service", {file.shown}, "a file such as ec2.yaml", {}});
    return std::nullopt;
  }
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return std::nullopt;
  Value root = (*document)->root();
  Fields fields(root, "a service", {"title", "source", "duties", "notes", "types"}, errors);
  out.title = fields.text("title");
  fields.texts("source", Need::optional, "a page such as https://docs.aws.amazon.com/…", [](std::string_view text) { return starts_with(text, "https://"); });
  std::vector<std::optional<DutyHolder>> common(duties().size());
  read_duties(fields.get("duties"), "duties", common, false, fields);
  read_duties(fields.get("notes"), "notes", common, true, fields);
  Value types = fields.get("types");
  if (!types || !types.is_map()) fields.wrong(Code::type, "`types` is no map", types ? place_of(types) : place_of(root), "resource type: how it is managed");
  bool good = fields.good();
  if (!good) return std::nullopt;
  for (auto entry : types.entries()) {
    ResponsibilityType type;
    type.type = entry.key();
    type.at = place_of(entry.value);
    if (!is_type(type.type)) {
      errors.push_back({Code::usage, "`" + type.type + "` is no resource type", type.at, "a type such as AWS::EC2::Instance", {}});
      continue;
    }
    std::vector<Value> cases;
    if (entry.value.is_list())
      for (Value one : entry.value.items()) cases.push_back(one);
    else cases.push_back(entry.value);
    bool all = !cases.empty();
    for (Value one : cases) {
      auto read = read_case(one, common, errors);
      if (read) type.cases.push_back(std::move(*read));
      else all = false;
    }
    for (size_t i = 0; all && i + 1 < type.cases.size(); ++i)
      if (type.cases[i].where.empty()) {
        errors.push_back({Code::usage, "a way without `where` takes all that is left, so what follows it never counts", place_of(cases[i]), "`where`, or its place at the end", {}});
        all = false;
      }
    if (all) out.types.push_back(std::move(type));
    else if (cases.empty()) errors.push_back({Code::not_found, "`" + type.type + "` is not said to be managed in any way", type.at, "management: setting", {}});
  }
  return out;
}

std::optional<Challenge> read_challenge(const ContentItem& item, std::vector<Error>& errors) {
  if (item.name == "README.md") return std::nullopt;
  const ContentFile& file = *item.files.front();
  Challenge out;
  out.id = ends_with(item.name, ".yaml") ? item.name.substr(0, item.name.size() - 5) : "";
  if (!is_slug(out.id)) {
    errors.push_back({Code::usage, "`" + item.name + "` is no name for a challenge", {file.shown}, "a file such as account-sprawl.yaml", {}});
    return std::nullopt;
  }
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return std::nullopt;
  Value root = (*document)->root();
  out.at = place_of(root);
  Fields fields(root, "a challenge", {"title", "question", "order", "controls", "figures"}, errors);
  out.title = fields.text("title");
  out.question = fields.text("question");
  out.order = fields.number("order", 1, 99);
  out.controls = fields.texts("controls", Need::required, "the id of a control", [](std::string_view text) { return is_slug(text); });
  if (Value list = fields.get("figures")) {
    if (!list.is_list()) fields.wrong(Code::type, "`figures` is no list", place_of(list), "- {name: …, sql: SELECT …}");
    for (Value one : list.items()) {
      Fields figure(one, "a figure", {"name", "sql"}, errors);
      ChallengeFigure read{figure.text("name"), figure.text("sql"), figure.at("sql")};
      if (!figure.good()) return std::nullopt;
      out.figures.push_back(std::move(read));
    }
  }
  if (!fields.good()) return std::nullopt;
  return out;
}

}  // namespace reeve
