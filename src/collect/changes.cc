#include "collect/changes.h"

#include <algorithm>
#include <tuple>

#include "aws/region.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/archive.h"
#include "formats/json.h"

namespace reeve {
namespace {

void add_values(Value value, std::vector<std::string>& out) {
  if (value.is_list() || value.is_map()) {
    if (value.is_list()) for (Value item : value.items()) add_values(item, out);
    else for (auto entry : value.entries()) add_values(entry.value, out);
  } else if (auto text = value ? value.scalar_text() : std::nullopt; text && !value.is_null() && !text->empty()) {
    out.emplace_back(*text);
  }
}

// What is neither of data nor of what a service does by itself. Events of old versions do not say.
bool of_management(Value event) {
  const std::string_view category = event.get("eventCategory").text();
  return (category.empty() || category == "Management") && event.get("managementEvent").scalar_text() != "false";
}

// As EventBridge hands an event on, perhaps by SNS.
Value unwrapped(Value event) {
  Value detail = event.get("detail");
  return detail.is_map() ? detail : event;
}

// The call that a line of an index is about, from its text: docs/formats/snapshot.md. Lines of other writers may have spaces.
std::string_view call_in(std::string_view line) {
  constexpr std::string_view key = "\"call\":";
  size_t at = line.find(key);
  if (at == std::string_view::npos || (at = line.find('"', at + key.size())) == std::string_view::npos) return {};
  const size_t end = line.find('"', at + 1);
  return end == std::string_view::npos ? std::string_view() : line.substr(at + 1, end - at - 1);
}

// A request from the texts that an index keeps of it.
DocumentPtr input_from(Value texts, const ApiShape* shape) {
  Builder builder;
  builder.begin_map();
  for (auto entry : texts.entries()) {
    const ApiMember* member = shape ? shape->member(entry.key()) : nullptr;
    const auto kind = member && member->shape ? member->shape->kind : ApiShape::Kind::string;
    std::string text(entry.value.scalar_text().value_or(""));
    builder.key(entry.key());
    if (kind == ApiShape::Kind::string) {
      builder.string(text);
      continue;
    }
    auto value = read_json(text, Source{});
    if (value) builder.copy((*value)->root(), builder.add_source({}));
    else builder.string(text);
  }
  builder.end();
  return builder.finish();
}

}  // namespace

bool EventReader::file(const std::string& shown, std::string bytes, bool named, std::vector<Error>& errors) {
  if (packing_of(bytes) != Packing::none) {
    auto text = unpack_bytes(bytes, kEventFileBytesMax, shown);
    if (!text) return errors.push_back(text.error()), false;
    bytes = std::move(*text);
  }
  auto whole = read_json(bytes, Source{nullptr, shown, "", 0, "", "$"});
  if (!whole) {
    const size_t before = errors.size();
    if (lines(shown, bytes, 1, errors) > 0) return errors.size() == before;
    errors.resize(before);
    errors.push_back(whole.error());
    return false;
  }
  if (events((*whole)->root(), shown, errors) || !named) return true;
  errors.push_back({Code::parse, "`" + shown + "` has no events of CloudTrail", {shown}, "`Records`, a list of events, or one event a line", ""});
  return false;
}

size_t EventReader::lines(const std::string& shown, std::string_view text, uint32_t first, std::vector<Error>& errors) {
  uint32_t number = first - 1;
  size_t read = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    JsonOptions options;
    options.first_line = number;
    auto one = read_json(line, Source{nullptr, shown, "", 0, "", "$"}, options);
    if (one && events((*one)->root(), shown, errors)) ++read;
    else errors.push_back(one ? Error{Code::parse, "this line is no event of CloudTrail", {shown, number, 1}, "`eventSource` and `eventName`", ""} : one.error());
  }
  return read;
}

bool EventReader::message(const std::string& shown, std::string_view text, std::vector<Error>& errors) {
  auto document = read_json(text, Source{nullptr, shown, "", 0, "", "$"});
  if (!document) return false;
  Value root = (*document)->root();
  if (root.get("Type").text() == "Notification" && root.get("Message").is_string()) {
    auto inner = read_json(root.get("Message").text(), Source{nullptr, shown, "", 0, "", "$"});
    return inner && event((*inner)->root(), shown, errors);
  }
  return event(root, shown, errors);
}

ChangesRead EventReader::take() {
  for (auto& [key, change] : changes_) {
    out_.resources += change.names.size();
    out_.changes.push_back(std::move(change));
  }
  changes_.clear();
  return std::exchange(out_, {});
}

bool EventReader::events(Value root, const std::string& shown, std::vector<Error>& errors) {
  if (root.is_map() && root.get("Records").is_list()) root = root.get("Records");
  if (!root.is_list()) return event(root, shown, errors);
  for (Value one : root.items())
    if (!event(one, shown, errors)) errors.push_back({Code::parse, "this is no event of CloudTrail", {shown, one.line(), one.column()}, "`eventSource` and `eventName`", ""});
  return true;
}

bool EventReader::event(Value event, const std::string& shown, std::vector<Error>& errors) {
  event = unwrapped(event);
  const std::string source(event.get("eventSource").text()), name(event.get("eventName").text());
  if (source.empty() || name.empty()) return false;
  ++out_.events;
  if (event.get("readOnly").scalar_text() == "true" || !event.get("errorCode").text().empty() || !of_management(event)) return true;
  ++out_.writes;
  std::string account(event.get("recipientAccountId").text());
  if (account.empty()) account = event.get("userIdentity").get("accountId").text();
  accounts_.insert(account);
  const std::string region(event.get("awsRegion").text());
  const Time time = parse_time(event.get("eventTime").text()).value_or(Time{});
  bool mapped = false;
  for (const ResourceTypePtr& type : catalogue_.types())
    for (const EventRule& rule : type->events) {
      if (!rule.means(source, name)) continue;
      mapped = true;
      if (account.empty() || (!type->global && !is_region_name(region))) {
        errors.push_back({Code::parse, "`" + name + "` does not say whose it is, or where", {shown, event.line(), event.column()}, "`recipientAccountId` and `awsRegion`", ""});
        return true;
      }
      touched(type, rule, event, account, type->global ? "global" : region, time);
    }
  if (!mapped) ++out_.unmapped[source + " " + name];
  return true;
}

void EventReader::touched(const ResourceTypePtr& type, const EventRule& rule, Value event, const std::string& account, const std::string& region, Time time) {
  std::set<std::string> calls(rule.calls.begin(), rule.calls.end());
  if (calls.empty())
    for (const Read& read : type->reads) calls.insert(read.call);
  for (const Read& read : type->reads)
    if (!read.after.empty() && calls.contains(read.call)) calls.insert(read.after);
  std::vector<std::string> names;
  for (const Path& path : rule.at) {
    Found found = path.find(event);
    for (Value value : found.values) add_values(value, names);
  }
  auto [place, is_new] = changes_.try_emplace({account, region, type->type, join({calls.begin(), calls.end()}, " ")});
  Change& change = place->second;
  auto later = [&](Time& newest, bool first) { newest = first ? time : !newest.known() || !time.known() ? Time{} : std::max(newest, time); };
  later(change.newest, is_new);
  change.account = account, change.region = region, change.type = type, change.calls = std::move(calls);
  if (names.empty()) change.whole = true;
  for (const std::string& one : names) {
    auto [name, first] = change.names.try_emplace(one);
    later(name->second, first);
    for (std::string& spelling : spellings(one)) change.spelt.insert(std::move(spelling));
  }
}

std::vector<std::string> spellings(std::string_view value) {
  std::vector<std::string> out{std::string(value)};
  const bool arn = starts_with(value, "arn:");
  if (!arn && !starts_with(value, "https://") && !starts_with(value, "http://")) return out;
  auto behind = [&](size_t at) {
    if (at != std::string_view::npos && at + 1 < value.size()) out.emplace_back(value.substr(at + 1));
  };
  behind(value.rfind('/'));
  if (arn) behind(value.rfind(':')), behind(value.find('/'));
  return out;
}

std::vector<std::string> values_asked(Value input) {
  std::vector<std::string> out;
  add_values(input, out);
  return out;
}

bool Change::names_any(const PlannedCall& call) const {
  for (const std::string& value : values_asked(call.input->root()))
    for (const std::string& asked : spellings(value))
      if (spelt.contains(asked)) return true;
  return false;
}

bool Change::asks(const PlannedCall& call) const {
  return call.place.account == account && calls.contains(call.call) && (whole || names_any(call));
}

ChangesRead read_changes(const std::vector<std::string>& paths, std::string_view standard_input, const ResourceCatalogue& catalogue, std::vector<Error>& errors) {
  EventReader reader(catalogue);
  for (const std::string& path : paths) {
    if (path == "-") {
      reader.file("standard input", std::string(standard_input), true, errors);
      continue;
    }
    if (!exists(path)) {
      errors.push_back({Code::not_found, "there is no `" + path + "`", {path}, "a file or folder of CloudTrail events", ""});
      continue;
    }
    const bool folder = is_folder(path);
    for (const Entry& entry : walk(path, errors)) {
      if (folder && !may_hold_events(entry.path)) continue;
      if (auto bytes = read_file(entry.path, kEventFileBytesMax)) reader.file(entry.path, std::move(*bytes), !folder, errors);
      else errors.push_back(bytes.error());
    }
  }
  return reader.take();
}

bool may_hold_events(std::string_view name) {
  for (const char* end : {".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"})
    if (ends_with(name, end)) return true;
  return false;
}

// An account may have millions of lines, and few are wanted: most are passed over by their text alone.
Result<std::map<std::string, RecordedCall>> recorded_calls(const std::string& dir, const std::string& account, const std::vector<Change>& changes,
                                                           const std::set<std::string>& lists, const ApiCatalogue& apis) {
  std::map<std::string, RecordedCall> out;
  const std::string folder = join_path(dir, account);
  if (!is_folder(folder)) return out;
  std::set<std::string, std::less<>> calls;
  for (const Change& change : changes)
    if (change.account == account) calls.insert(change.calls.begin(), change.calls.end());
  std::vector<Error> problems;
  for (const Entry& entry : walk(folder, problems)) {
    if (!ends_with(entry.path, ".index") || entry.size_bytes == 0) continue;
    const std::string name = file_name(entry.path), region = name.substr(0, name.size() - 6);
    const auto bytes = TRY(FileBytes::open(entry.path));
    bool page = false;  // of the call before
    std::string_view text = bytes->view();
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size() - 1);
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end + 1);
      const bool later = page;
      page = line.find("\"more\"") != std::string_view::npos;
      if (later || !calls.contains(call_in(line))) continue;
      auto document = read_json(line, Source{nullptr, entry.path, "", 0, "", "$"});
      if (!document) continue;  // whoever reads the snapshot names it
      Value root = (*document)->root();
      const ApiOperation* operation = apis.operation(root.get("call").text());
      PlannedCall call{{account, region}, std::string(root.get("call").text()), input_from(root.get("parameters"), operation ? operation->input : nullptr)};
      std::string key = call.key();
      const bool asked = !values_asked(call.input->root()).empty() && std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
        return change.asks(call) && (!change.whole || change.region == "global" || region == change.region);
      });
      if (!asked && !lists.contains(key)) continue;
      const std::string_view failure = root.get("failure").text();
      RecordedCall& one = out.try_emplace(std::move(key), RecordedCall{std::move(call), {}, false}).first->second;
      one.time = parse_time(root.get("time").text()).value_or(Time{});
      one.answered = failure.empty() || failure == "absent" || failure == "denied" || failure == "not_enabled" || failure == "unsupported";
    }
  }
  return out;
}

}  // namespace reeve
