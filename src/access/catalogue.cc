#include "access/catalogue.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <unordered_map>

#include "base/file.h"
#include "base/text.h"
#include "content/actions.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr std::string_view table_name = "iam.json";

uint8_t levels_of(std::string_view letters) {
  uint8_t out = 0;
  for (char letter : letters) {
    const size_t at = std::string_view("LRWPT").find(letter);
    if (at == std::string_view::npos) return 0;
    out |= static_cast<uint8_t>(1u << at);
  }
  return out;
}

// `s3:prefix` against `S3:Prefix`, `aws:ResourceTag/${TagKey}` against `aws:ResourceTag/owner`.
bool names_key(std::string_view listed, std::string_view key) {
  const size_t variable = std::min(listed.find("${"), listed.find("<"));  // `aws:RequestTag/${TagKey}`, `s3:ExistingObjectTag/<key>`
  if (variable == std::string_view::npos) return equal_ignoring_case(listed, key);
  return key.size() > variable && equal_ignoring_case(key.substr(0, variable), listed.substr(0, variable));
}

}  // namespace

void ActionSet::unite(const ActionSet& with) {
  if (words_.size() < with.words_.size()) words_.resize(with.words_.size());
  for (size_t i = 0; i < with.words_.size(); ++i) words_[i] |= with.words_[i];
  other |= with.other;
}

void ActionSet::intersect(const ActionSet& with) {
  for (size_t i = 0; i < words_.size(); ++i) words_[i] &= i < with.words_.size() ? with.words_[i] : 0;
  other &= with.other;
}

void ActionSet::subtract(const ActionSet& without) {
  for (size_t i = 0; i < std::min(words_.size(), without.words_.size()); ++i) words_[i] &= ~without.words_[i];
  if (without.other) other = false;
}

bool ActionSet::empty() const { return !other && std::all_of(words_.begin(), words_.end(), [](uint64_t word) { return word == 0; }); }

size_t ActionSet::count() const {
  size_t out = 0;
  for (uint64_t word : words_) out += static_cast<size_t>(std::popcount(word));
  return out;
}

// The table's own keys are places in a service's list; here all services' keys, and types, are one list each.
struct ActionTableReader {
  struct Wrong {
    Value at;
    std::string what, expected;
  };
  std::vector<Wrong> wrong;
  std::string prefix;
  uint32_t first_key = 0, keys = 0;
  std::unordered_map<std::string_view, uint32_t> types;

  uint32_t key(Value place) {
    auto at = place.integer();
    if (at && *at >= 0 && *at < keys) return first_key + static_cast<uint32_t>(*at);
    wrong.push_back({place, "this is no place in the service's `keys`", "a number below " + std::to_string(keys)});
    return 0;
  }
  std::vector<uint32_t> keys_behind(Value list, size_t first) {
    std::vector<uint32_t> out;
    size_t at = 0;
    for (Value one : list.items())
      if (at++ >= first)
        if (uint32_t found = key(one); keys != 0) out.push_back(found);
    return out;
  }
  std::optional<ActionTable::Use> use(Value entry) {
    std::string_view type = entry.is_list() ? entry.at(0).text() : entry.text();
    ActionTable::Use out;
    out.required = ends_with(type, "*");
    if (out.required) type.remove_suffix(1);
    auto found = types.find(type);
    if (found == types.end()) {
      wrong.push_back({entry, "`" + std::string(type) + "` is no resource type of " + prefix, "a name under `resources`"});
      return std::nullopt;
    }
    out.type = found->second;
    if (entry.is_list()) out.keys = keys_behind(entry, 1);
    return out;
  }
};

Result<ActionTable> ActionTable::parse(std::string_view text, const std::string& shown) {
  Source self;
  self.file = shown;
  self.path_prefix = "$";
  const DocumentPtr document = TRY(read_json(text, nullptr, self));
  const Value root = document->root();
  if (!root.get("services").is_map()) return fail(Code::parse, "this is no table of IAM's actions", {shown, 1, 1}, "a map with `services`");
  ActionTable out;
  out.source_ = std::string(root.get("source").text());
  ActionTableReader reader;
  for (auto service : root.get("services").entries()) {
    reader.prefix = lower(service.key());
    reader.first_key = static_cast<uint32_t>(out.keys_.size());
    reader.types.clear();
    for (Value key : service.value.get("keys").items()) {
      const std::string_view words = key.text();
      const size_t space = words.rfind(' ');
      if (space == std::string_view::npos) reader.wrong.push_back({key, "`" + std::string(words) + "` has no type", "a key's name, a space and its type"});
      out.keys_.push_back({std::string(words.substr(0, space)), space == std::string_view::npos ? "" : std::string(words.substr(space + 1))});
    }
    reader.keys = static_cast<uint32_t>(out.keys_.size()) - reader.first_key;
    for (auto type : service.value.get("resources").entries()) {
      reader.types.emplace(type.key(), static_cast<uint32_t>(out.types_.size()));
      out.types_.push_back({std::string(type.key()), std::string(type.value.at(0).text()), reader.keys_behind(type.value, 1)});
    }
    for (auto action : service.value.get("actions").entries()) {
      Action& made = out.actions_.emplace_back();
      made.name = std::string(service.key()) + ":" + std::string(action.key());
      made.lower = lower(made.name);
      made.levels = levels_of(action.value.at(0).text());
      if (made.levels == 0) reader.wrong.push_back({action.key_node, "`" + made.name + "` has no access level", "letters of L, R, W, P and T"});
      for (Value entry : action.value.at(1).items())
        if (auto use = reader.use(entry)) made.uses.push_back(std::move(*use));
      made.keys = reader.keys_behind(action.value.at(2), 0);
    }
  }
  if (!reader.wrong.empty()) {
    const auto& first = reader.wrong.front();
    return fail(Code::parse, first.what, {shown, first.at.line(), first.at.column()}, first.expected);
  }
  std::sort(out.actions_.begin(), out.actions_.end(), [](const Action& a, const Action& b) { return a.lower < b.lower; });
  out.actions_.erase(std::unique(out.actions_.begin(), out.actions_.end(), [](const Action& a, const Action& b) { return a.lower == b.lower; }), out.actions_.end());
  for (uint32_t i = 0; i < out.actions_.size(); ++i) {
    const std::string_view prefix = std::string_view(out.actions_[i].lower).substr(0, out.actions_[i].lower.find(':'));
    if (out.services_.empty() || out.services_.back().first != prefix) out.services_.push_back({std::string(prefix), {i, i}});
    out.services_.back().second.second = i + 1;
  }
  // `s3-outposts:` comes before `s3:`, but `s3` before `s3-outposts`.
  std::sort(out.services_.begin(), out.services_.end());
  return out;
}

Result<ActionTable> ActionTable::read(const std::string& file) {
  const std::string text = TRY(read_file(file));
  return parse(text, file);
}

std::optional<uint32_t> ActionTable::find(std::string_view action) const {
  const std::string wanted = lower(action);
  auto at = std::lower_bound(actions_.begin(), actions_.end(), wanted, [](const Action& a, const std::string& b) { return a.lower < b; });
  if (at == actions_.end() || at->lower != wanted) return std::nullopt;
  return static_cast<uint32_t>(at - actions_.begin());
}

bool ActionTable::service(std::string_view prefix) const {
  const std::string wanted = lower(prefix);
  auto at = std::lower_bound(services_.begin(), services_.end(), wanted, [](const auto& a, const std::string& b) { return a.first < b; });
  return at != services_.end() && at->first == wanted;
}

ActionSet ActionTable::all() const {
  ActionSet out = none();
  for (uint32_t i = 0; i < size(); ++i) out.add(i);
  out.other = true;
  return out;
}

ActionSet ActionTable::matching(std::string_view pattern) const {
  if (pattern.find_first_of("*?") == std::string_view::npos) {
    ActionSet out = none();
    if (auto found = find(pattern)) out.add(*found);
    else out.other = true;
    return out;
  }
  if (pattern == "*" || pattern == "*:*") return all();
  ActionSet out = none();
  out.other = true;
  const std::string wanted = lower(pattern);
  // All that fits begins with what stands before the first wildcard, and names are in order.
  const std::string_view literal = std::string_view(wanted).substr(0, wanted.find_first_of("*?"));
  auto at = std::lower_bound(actions_.begin(), actions_.end(), literal, [](const Action& a, std::string_view b) { return a.lower < b; });
  const bool tail_is_star = wanted.size() == literal.size() + 1 && wanted.back() == '*';
  for (; at != actions_.end() && starts_with(at->lower, literal); ++at)
    if (tail_is_star || glob_match(wanted, at->lower)) out.add(static_cast<uint32_t>(at - actions_.begin()));
  return out;
}

bool ActionTable::key_applies(uint32_t action, std::string_view key) const {
  if (key.size() > 4 && equal_ignoring_case(key.substr(0, 4), "aws:")) return true;
  auto among = [&](const std::vector<uint32_t>& list) { return std::any_of(list.begin(), list.end(), [&](uint32_t id) { return names_key(keys_[id].name, key); }); };
  const Action& asked = actions_[action];
  if (among(asked.keys)) return true;
  return std::any_of(asked.uses.begin(), asked.uses.end(), [&](const Use& use) { return among(use.keys) || among(types_[use.type].keys); });
}

Result<ActionTable> table_of(const Content& content) {
  const ContentFile* file = nullptr;
  for (const ContentItem& item : content.files->items("actions"))
    if (item.name == table_name) file = item.files.front();
  if (file) return ActionTable::parse(file->text, file->shown);
  for (const ContentFile& one : TRY(built_in_actions()))
    if (ends_with(one.path, table_name)) return ActionTable::parse(one.text, one.shown);
  return fail(Code::internal, "the program has no table of IAM's actions", {}, {}, "install reeve again");
}

Result<std::shared_ptr<const ActionTable>> built_in_table() {
  static std::mutex mutex;
  static std::shared_ptr<const ActionTable> kept;
  std::lock_guard lock(mutex);
  if (kept) return kept;
  for (const ContentFile& one : TRY(built_in_actions()))
    if (ends_with(one.path, table_name)) kept = std::make_shared<const ActionTable>(TRY(ActionTable::parse(one.text, one.shown)));
  if (!kept) return fail(Code::internal, "the program has no table of IAM's actions", {}, {}, "install reeve again");
  return kept;
}

}  // namespace reeve
