#include "content/escalations.h"

#include <algorithm>

#include "base/text.h"
#include "content/fields.h"
#include "content/layers.h"
#include "estate/path.h"

namespace reeve {
namespace {

constexpr std::string_view kKind = "escalations", kRanking = "ranking.yaml", kEnding = ".yaml";

const std::vector<std::string>& target_words() {
  static const std::vector<std::string> words = {"self", "self-user", "self-role", "user", "role", "group", "resource"};
  return words;
}
const std::vector<std::string>& effort_words() {
  static const std::vector<std::string> words = {"immediate", "prepared", "waits"};
  return words;
}

template <class E>
E word_of(const std::vector<std::string>& words, const std::string& word) {
  return static_cast<E>(std::find(words.begin(), words.end(), word) - words.begin());
}

// `service:Name`, as policies write it but without a wildcard.
bool is_action(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' || c == '-'; });
}

bool is_technique(std::string_view text) {
  if (text.size() != 5 && text.size() != 9) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (i == 0 ? text[i] != 'T' : i == 5 ? text[i] != '.' : text[i] < '0' || text[i] > '9') return false;
  return true;
}

// `lambda-001`.
bool is_catalogue_id(std::string_view text) {
  const size_t dash = text.rfind('-');
  return dash != std::string_view::npos && dash > 0 && text.size() == dash + 4 && text.find_first_not_of("0123456789", dash + 1) == std::string_view::npos;
}

// Every `{…}` of a pattern is one of `known`.
bool braces_hold(std::string_view text, const std::vector<std::string_view>& known) {
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const size_t end = text.find('}', at);
    if (end == std::string_view::npos) return false;
    if (std::find(known.begin(), known.end(), text.substr(at + 1, end - at - 1)) == known.end()) return false;
  }
  return true;
}

bool is_arn_pattern(std::string_view text) {
  return starts_with(text, "arn:{partition}:") && std::count(text.begin(), text.end(), ':') >= 5 && braces_hold(text, {"partition", "account"});
}

void read_needs(Fields& top, Value list, Escalation& out, std::vector<Error>& errors) {
  if (!list.is_list() || list.size() == 0) {
    top.wrong(Code::type, "`needs` names no permission", top.at("needs"), "a list of {action: …, on: […]}");
    return;
  }
  for (Value described : list.items()) {
    Fields fields(described, "a permission", {"action", "on", "context", "granted"}, errors);
    Escalation::Need need;
    need.action = fields.text_like("action", Need::required, "service:Action", is_action);
    need.on = fields.texts("on");
    need.granted = fields.yes_or_no("granted", false);
    for (const std::string& on : need.on) {
      const bool named = out.resources.contains(on) || on == "*" || on == "target";
      if (on == "holder" && out.holder.arn.empty()) fields.wrong(Code::usage, "`holder` stands for nothing here", fields.at("on"), "a `holder` with an `arn`");
      else if (on == "policy" && !out.customer_policy) fields.wrong(Code::usage, "`policy` stands for nothing here", fields.at("on"), "`policy: customer`");
      else if (!named && on != "holder" && on != "policy" && !(starts_with(on, "{target}") && braces_hold(on, {"target"}))) {
        std::vector<std::string> known = {"*", "target", "holder", "policy"};
        for (const auto& [name, pattern] : out.resources) known.push_back(name);
        errors.push_back(unknown_word("`" + on + "` is no resource of this file", fields.at("on"), on, known));
        fields.fail();
      }
    }
    const Value context = fields.get("context");
    if (context && !context.is_map()) fields.wrong(Code::type, "`context` is no map", fields.at("context"), "key: value");
    for (auto entry : context.entries()) {
      std::vector<std::string> values;
      if (entry.value.is_list()) {
        for (Value one : entry.value.items()) values.emplace_back(one.text());
      } else {
        values.emplace_back(entry.value.text());
      }
      if (entry.key().find(':') == std::string_view::npos || std::find(values.begin(), values.end(), "") != values.end() || values.empty())
        fields.wrong(Code::type, "`" + std::string(entry.key()) + "` is no condition key with a value", place_of(entry.key_node), "\"iam:PassedToService\": lambda.amazonaws.com");
      need.context.emplace_back(entry.key(), std::move(values));
    }
    if (!fields.good()) top.fail();
    out.needs.push_back(std::move(need));
  }
}

// What goes with what: a holder with a role, trust with a role, membership with a group.
void hold_together(Fields& top, const Escalation& out) {
  using T = Escalation::Target;
  const bool role = out.target == T::role, self = out.target == T::self || out.target == T::self_user || out.target == T::self_role;
  const auto refuse = [&](std::string_view key, const std::string& what, const std::string& expected) { top.wrong(Code::conflict, what, top.at(key), expected); };
  if (!out.trusts.empty() && !role) refuse("trusts", "`trusts` says something of a role, and the target is none", "target: role");
  if (!out.holder.type.empty() && !role) refuse("holder", "`holder` holds a role, and the target is none", "target: role");
  if (!out.holder.type.empty() && out.trusts.empty()) refuse("holder", "`holder` is of no service that the role trusts", "trusts: [service.amazonaws.com]");
  if (out.instance_profile && !role) refuse("instance_profile", "`instance_profile` says something of a role, and the target is none", "target: role");
  if (out.customer_policy && (out.target == T::group || out.target == T::resource)) refuse("policy", "`policy` belongs to a user or a role", "another target");
  if ((out.target == T::resource) != !out.type.empty()) refuse("type", "`type` and `target: resource` go together", "type: \"AWS::S3::Bucket\"");
  if (out.yields.session && (self || out.target == T::group || out.target == T::resource)) refuse("yields", "there is no session of this target", "target: user or role");
  if (out.yields.its_power && out.target != T::group) refuse("yields", "`its-power` is what a group has", "target: group");
  if (out.yields.no_boundary && !self) refuse("yields", "`no-boundary` is of the caller itself", "target: self-user or self-role");
  if (out.yields.data != (out.target == T::resource)) refuse("yields", "`data` and `target: resource` go together", "yields: [data]");
  if (!self && out.target != T::group && out.yields.any_power && !out.yields.session) refuse("yields", "power of another is nothing without its session", "yields: [session, any-power]");
}

std::optional<Escalation> read_escalation(const ContentItem& item, std::vector<Error>& errors) {
  const ContentFile& file = *item.files.front();
  const std::string id = item.name.substr(0, item.name.size() - std::min(item.name.size(), kEnding.size()));
  if (!ends_with(item.name, kEnding) || !is_slug(id) || item.files.size() != 1) {
    errors.push_back({Code::usage, "`" + item.name + "` has no place in escalations/", {file.shown}, "files named words-like-these.yaml", {}});
    return std::nullopt;
  }
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return std::nullopt;
  Fields top((*document)->root(), "an escalation",
             {"title", "how", "catalogue", "attack", "target", "type", "trusts", "instance_profile", "policy", "member", "holder", "resources", "needs", "given", "yields", "effort"}, errors);
  Escalation out;
  out.id = id;
  out.file = file.shown;
  out.title = top.text("title");
  out.how = top.text("how");
  if (const Value known = top.get("catalogue"); !known.is_list() || known.size() > 0)
    out.catalogue = top.texts("catalogue", Need::required, "ids of pathfinding.cloud, `lambda-001`; [] if it has none", is_catalogue_id);
  out.attack = top.texts("attack", Need::optional, "ids of ATT&CK, `T1098.003`", is_technique);
  const std::string target = top.word("target", target_words());
  if (!target.empty()) out.target = word_of<Escalation::Target>(target_words(), target);
  out.type = top.text_like("type", Need::optional, "a type of CloudFormation", [](std::string_view text) { return starts_with(text, "AWS::"); });
  out.trusts = top.texts("trusts", Need::optional, "names of services, `lambda.amazonaws.com`", [](std::string_view text) { return text.find(".amazonaws.com") != std::string_view::npos; });
  out.instance_profile = top.yes_or_no("instance_profile", false);
  out.customer_policy = !top.word("policy", {"customer"}, Need::optional).empty();
  out.member = top.yes_or_no("member", false);
  const Value resources = top.get("resources");
  if (resources && !resources.is_map()) top.wrong(Code::type, "`resources` is no map", top.at("resources"), "name: \"arn:{partition}:…\"");
  for (auto entry : resources.entries()) {
    if (!is_slug(entry.key()) || !entry.value.is_string() || !is_arn_pattern(entry.value.text()))
      top.wrong(Code::type, "`" + std::string(entry.key()) + "` is no pattern of an ARN", place_of(entry.key_node), "\"arn:{partition}:lambda:*:{account}:function:*\"");
    out.resources.emplace(entry.key(), entry.value.text());
  }
  if (const Value holder = top.get("holder")) {
    Fields fields(holder, "a holder", {"type", "role", "named", "arn"}, errors);
    out.holder.type = fields.text_like("type", Need::required, "a type of CloudFormation", [](std::string_view text) { return starts_with(text, "AWS::"); });
    out.holder.role = fields.text_like("role", Need::required, "a path from a resource's body, `Properties.Role`",
                                          [](std::string_view text) { return (starts_with(text, "Properties.") || starts_with(text, "Observed.")) && Path::compile(text, {}); });
    out.holder.named = fields.text("named");
    out.holder.arn = fields.text("arn", Need::optional);
    if (!out.holder.arn.empty() && !out.resources.contains(out.holder.arn)) fields.wrong(Code::not_found, "`" + out.holder.arn + "` is no resource of this file", fields.at("arn"), "a name of `resources`");
    if (!fields.good()) top.fail();
  }
  read_needs(top, top.get("needs"), out, errors);
  if (top.get("given")) out.given = top.texts("given");
  static const std::vector<std::string> gains = {"session", "any-power", "its-power", "no-boundary", "data"};
  for (const std::string& gain : top.texts("yields", Need::required, "some of " + join(gains, ", "), [](std::string_view text) { return std::find(gains.begin(), gains.end(), text) != gains.end(); })) {
    out.yields.session |= gain == gains[0];
    out.yields.any_power |= gain == gains[1];
    out.yields.its_power |= gain == gains[2];
    out.yields.no_boundary |= gain == gains[3];
    out.yields.data |= gain == gains[4];
  }
  const std::string effort = top.word("effort", effort_words());
  if (!effort.empty()) out.effort = word_of<Escalation::Effort>(effort_words(), effort);
  if (top.good()) hold_together(top, out);
  if (!top.good()) return std::nullopt;
  return out;
}

double weight(Value map, const std::string& of, std::vector<Error>& errors, bool& good) {
  Fields fields(map, of, {"weight", "because"}, errors);
  fields.text("because");
  double out = 1;
  fields.text_like("weight", Need::required, "a number above 0 and up to 1", [&](std::string_view text) {
    const auto number = parse_double(text);
    if (!number || !(*number > 0) || *number > 1) return false;
    out = *number;
    return true;
  });
  good = good && fields.good();
  return out;
}

void read_ranking(const ContentItem& item, PathRanking& out, std::vector<Error>& errors) {
  const ContentFile& file = *item.files.front();
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return;
  Fields top((*document)->root(), "the ranking of paths", {"entry", "effort", "unknown", "undecided", "step", "value"}, errors);
  PathRanking read;
  bool good = true;
  const auto group = [&](std::string_view key, std::vector<std::pair<std::string, double*>> into) {
    std::vector<std::string> words;
    for (const auto& [word, number] : into) words.push_back(word);
    Fields fields(top.get(key), "`" + std::string(key) + "`", words, errors);
    for (const auto& [word, number] : into) *number = weight(fields.get(word), "the weight of `" + word + "`", errors, good);
    good = good && fields.good();
  };
  group("entry", {{"internet", &read.internet}, {"outside-account", &read.outside_account}, {"user", &read.user}, {"role", &read.role}, {"unused", &read.unused}});
  group("effort", {{"immediate", &read.immediate}, {"prepared", &read.prepared}, {"waits", &read.waits}});
  group("value", {{"administrator", &read.administrator}, {"principal", &read.principal}, {"resource", &read.resource}});
  read.unknown = weight(top.get("unknown"), "the weight of `unknown`", errors, good);
  read.undecided = weight(top.get("undecided"), "the weight of `undecided`", errors, good);
  read.step = weight(top.get("step"), "the weight of `step`", errors, good);
  if (good && top.good()) out = read;
}

}  // namespace

std::string_view name(Escalation::Target target) { return target_words()[static_cast<size_t>(target)]; }
std::string_view name(Escalation::Effort effort) { return effort_words()[static_cast<size_t>(effort)]; }

double PathRanking::effort(Escalation::Effort effort) const {
  switch (effort) {
    case Escalation::Effort::immediate: return immediate;
    case Escalation::Effort::prepared: return prepared;
    case Escalation::Effort::waits: return waits;
  }
  return 1;
}

Escalations escalations_of(const ContentFiles& files) {
  Escalations out;
  bool ranked = false;
  for (const ContentItem& item : files.items(kKind)) {
    if (item.name == "README.md") continue;
    if (item.name == kRanking) {
      read_ranking(item, out.ranking, out.errors);
      ranked = true;
    } else if (auto way = read_escalation(item, out.errors)) {
      out.ways.push_back(std::move(*way));
    }
  }
  if (!ranked && !out.ways.empty())
    out.errors.push_back({Code::not_found, "no escalations/" + std::string(kRanking) + " in the content", {}, "how much entries, efforts and gains weigh", {}});
  std::sort(out.ways.begin(), out.ways.end(), [](const Escalation& a, const Escalation& b) { return a.id < b.id; });
  return out;
}

Escalations load_escalations(const ContentOptions& options) {
  std::vector<Error> problems;
  Escalations out = escalations_of(layered_files(options, {kKind}, problems));
  out.errors.insert(out.errors.begin(), problems.begin(), problems.end());
  return out;
}

}  // namespace reeve
