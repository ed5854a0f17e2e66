// simdjson's on-demand reading under it: the text is indexed once, and what nobody asked for is stepped over.
#include "formats/json_pick.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "formats/json.h"

namespace reeve {

using namespace simdjson;

namespace json_pick {

constexpr size_t kRecordBytesMax = 64ull << 20;

// A name with the quote that ends it, compared by the word: no call for a look at a short text.
struct Name {
  static constexpr size_t words = 4, word = sizeof(uint64_t);
  uint64_t text[words] = {}, mask[words] = {};

  void set(std::string_view name) {
    *this = {};
    std::memcpy(text, name.data(), std::min(name.size(), sizeof text));
    std::memset(mask, 0xff, std::min(name.size(), sizeof text));
  }
  bool begins(const char* key) const {
    for (size_t i = 0; i < words && mask[i]; ++i) {
      uint64_t here;
      std::memcpy(&here, key + i * word, word);
      if ((here & mask[i]) != text[i]) return false;
    }
    return mask[0] != 0;
  }
};

// The members asked for below one map; few, so a list is all the index there is. Records of one log name their members in one order mostly,
// so what stood at a place in the last record is looked at first.
struct Wanted {
  std::string name;  // with the quote that ends it, after `ready`
  int slot = -1;
  std::vector<Wanted> below;
  Name start;
  struct Seen {
    Name name;
    const Wanted* is = nullptr;
  };
  mutable std::vector<Seen> seen;  // by place
  static constexpr size_t kSeenMax = 64;

  const Wanted* find(const char* key) const {
    for (const Wanted& node : below)
      if (node.start.begins(key) && (node.name.size() <= sizeof start.text || std::memcmp(key, node.name.data(), node.name.size()) == 0)) return &node;
    return nullptr;
  }
  const Wanted* at(size_t place, const char* key) const {
    if (place >= kSeenMax) return find(key);
    if (place >= seen.size()) seen.resize(place + 1);
    Seen& here = seen[place];
    if (here.name.begins(key)) return here.is;
    here.is = find(key);
    // A name that is longer than what is compared, or has a quote of its own, is looked for each time.
    const std::string_view most(key, sizeof here.name.text);
    const size_t end = most.find_first_of("\"\\");
    here.name.set(end != std::string_view::npos && most[end] == '"' ? most.substr(0, end + 1) : std::string_view(""));
    return here.is;
  }
  void ready() {
    name += '"';
    start.set(name);
    for (Wanted& node : below) node.ready();
  }
};

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t')) token.remove_suffix(1);
  return token;
}

bool pick(ondemand::object object, const Wanted& node, JsonPicker::Picked& out) {
  size_t place = 0;
  for (auto field : object) {
    ondemand::raw_json_string key;
    if (field.key().get(key)) return false;
    const Wanted* asked = node.at(place++, key.raw());
    if (!asked) continue;
    ondemand::value value;
    if (field.value().get(value)) return false;
    ondemand::json_type type;
    if (value.type().get(type)) return false;
    if (type == ondemand::json_type::object && !asked->below.empty()) {
      ondemand::object inner;
      if (value.get_object().get(inner) || !pick(inner, *asked, out)) return false;
      continue;
    }
    if (asked->slot < 0) continue;
    std::string_view raw;
    if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
      if (type == ondemand::json_type::object) {
        ondemand::object inner;
        if (value.get_object().get(inner) || inner.raw_json().get(raw)) return false;
      } else {
        ondemand::array inner;
        if (value.get_array().get(inner) || inner.raw_json().get(raw)) return false;
      }
    } else {
      raw = trimmed(value.raw_json_token());
      if (raw == "null") continue;
    }
    out[static_cast<size_t>(asked->slot)] = raw;
  }
  return true;
}

Place place_at(std::string_view text, size_t offset) {
  Place at;
  at.line = 1;
  size_t line_begin = 0;
  for (size_t i = 0; i < offset && i < text.size(); ++i)
    if (text[i] == '\n') ++at.line, line_begin = i + 1;
  at.column = static_cast<uint32_t>(offset - line_begin + 1);
  return at;
}

std::string_view after_space(std::string_view text) { return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())); }

// `{"Records":[`: a log of its service, which need not be looked through for a second line.
bool begins_with_list(std::string_view text, std::string_view quoted_member) {
  for (std::string_view wanted : {std::string_view("{"), quoted_member, std::string_view(":"), std::string_view("[")}) {
    text = after_space(text);
    if (!starts_with(text, wanted)) return false;
    text.remove_prefix(wanted.size());
  }
  return true;
}

std::string_view without_mark(std::string_view text) { return starts_with(text, "\xEF\xBB\xBF") ? text.substr(3) : text; }

}  // namespace json_pick

using namespace json_pick;

struct JsonPicker::State {
  Wanted root;
  std::string member;
  Picked picked;
  ondemand::parser parser;

  void clear() { std::fill(picked.begin(), picked.end(), std::string_view()); }

  // One record that stands alone; the bytes behind it may be anything.
  bool alone(std::string_view text, const std::function<void(const Picked&)>& record) {
    ondemand::document document;
    if (parser.iterate(padded_string_view(text.data(), text.size(), text.size() + SIMDJSON_PADDING)).get(document)) return false;
    ondemand::object object;
    if (document.get_object().get(object)) return false;
    clear();
    if (!pick(object, root, picked) || document.current_location().error() != simdjson::OUT_OF_BOUNDS) return false;
    record(picked);
    return true;
  }

  // All records of the value that a text begins with; `rest` is what follows it. False at the first thing that is wrong; `given` records
  // went out before.
  bool whole(std::string_view text, const std::function<void(const Picked&)>& record, size_t& given, std::string_view& rest) {
    ondemand::document document;
    if (parser.iterate(padded_string_view(text.data(), text.size(), text.size() + SIMDJSON_PADDING)).get(document)) return false;
    ondemand::json_type type;
    if (document.type().get(type)) return false;
    ondemand::array list;
    if (type == ondemand::json_type::array) {
      if (document.get_array().get(list)) return false;
    } else {
      if (document[member].get_array().get(list)) return false;
    }
    for (auto one : list) {
      ondemand::object object;
      clear();
      if (one.get_object().get(object) || !pick(object, root, picked)) return false;
      record(picked);
      ++given;
    }
    const char* end = nullptr;
    if (document.current_location().get(end)) end = text.data() + text.size();
    rest = text.substr(static_cast<size_t>(end - text.data()));
    if (type == ondemand::json_type::array) return rest.empty();
    // Other members behind the list are looked at by the slower way, which knows where the map ends.
    if (!starts_with(rest, "}")) return false;
    rest = after_space(rest.substr(1));
    return rest.empty() || rest[0] == '{';
  }

  // The same piece by piece, slower, for a text of which a part is wrong: `skip` records are left out, they went out before.
  void by_pieces(std::string_view text, bool list, size_t skip, const std::function<void(const Picked&)>& record, const std::function<void(Error)>& problem) {
    JsonArrayScanner scanner(list ? std::string() : member, kRecordBytesMax);
    scanner.feed(text);
    scanner.finish();
    std::string held;
    size_t index = 0;
    for (JsonArrayScanner::Item item;;) {
      switch (scanner.next(item)) {
        case JsonArrayScanner::Step::done: return;
        case JsonArrayScanner::Step::need_more: return;
        case JsonArrayScanner::Step::refused: problem(scanner.error()); break;
        case JsonArrayScanner::Step::item: {
          if (index++ < skip) break;
          held.assign(item.text);
          held.append(SIMDJSON_PADDING, '\0');
          if (!alone({held.data(), item.text.size()}, record)) {
            auto read = read_json(item.text, Source{}, {.first_line = item.line, .first_column = item.column});
            problem(read ? Error{Code::parse, "a record that is no map", {"", item.line, item.column}, "a map", {}} : read.error());
          }
          break;
        }
      }
    }
  }
};

JsonPicker::JsonPicker(const std::vector<std::string>& paths, std::string member) : state_(std::make_unique<State>()) {
  state_->member = std::move(member);
  state_->picked.resize(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    Wanted* node = &state_->root;
    for (size_t at = 0; at <= paths[i].size();) {
      size_t dot = std::min(paths[i].find('.', at), paths[i].size());
      std::string name = paths[i].substr(at, dot - at);
      auto found = std::find_if(node->below.begin(), node->below.end(), [&](const Wanted& one) { return one.name == name; });
      if (found == node->below.end()) found = node->below.insert(found, Wanted{name, -1, {}});
      node = &*found;
      at = dot + 1;
    }
    node->slot = static_cast<int>(i);
  }
  state_->root.ready();
}

JsonPicker::~JsonPicker() = default;

bool is_json_lines(std::string_view text) {
  text = without_mark(text);
  size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || text[begin] != '{') return false;
  size_t end = text.find('\n', begin);
  if (end == std::string_view::npos) return false;
  std::string_view line = trimmed(text.substr(begin, end - begin));
  size_t next = text.find_first_not_of(" \t\r\n", end);
  return line.back() == '}' && next != std::string_view::npos && text[next] == '{';
}

void JsonPicker::each(std::string_view text, const std::function<void(const Picked&)>& record, const std::function<void(Error)>& problem) {
  std::string_view whole = text;
  text = without_mark(text);
  size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return;
  const std::string quoted = '"' + state_->member + '"';
  if (!begins_with_list(text, quoted) && is_json_lines(text)) {
    for (size_t at = begin; at < text.size();) {
      const void* found = std::memchr(text.data() + at, '\n', text.size() - at);
      size_t end = found ? static_cast<size_t>(static_cast<const char*>(found) - text.data()) : text.size();
      std::string_view line = trimmed(text.substr(at, end - at));
      if (!line.empty() && !state_->alone(line, record)) {
        Place at_line = place_at(whole, static_cast<size_t>(line.data() - whole.data()));
        auto read = line.size() > kRecordBytesMax ? fail(Code::limit, "a record of more than 64 MiB", at_line)
                                                : read_json(line, Source{}, {.first_line = at_line.line});
        problem(read ? Error{Code::parse, "a record that is no map", at_line, "a map", {}} : read.error());
      }
      at = end + 1;
    }
    return;
  }
  text = trimmed(text.substr(begin));
  size_t given = 0;
  bool list = text[0] == '[';
  if (!list && text[0] != '{') return problem({Code::parse, "neither a map nor a list", place_at(whole, static_cast<size_t>(text.data() - whole.data())), "records in JSON", {}});
  if (!list && text.find(quoted) == std::string_view::npos) {
    if (!state_->alone(text, record)) {
      Place at = place_at(whole, static_cast<size_t>(text.data() - whole.data()));
      auto read = read_json(text, Source{}, {.first_line = at.line, .first_column = at.column});
      problem(read ? Error{Code::parse, "a record that cannot be read", at, "a map", {}} : read.error());
    }
    return;
  }
  std::string_view rest;
  bool good = state_->whole(text, record, given, rest);
  // Logs that were put one behind the other, a line each.
  while (good && !rest.empty()) {
    text = rest;
    given = 0;
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, end));
    std::string_view more;
    good = begins_with_list(line, quoted) && state_->whole(line, record, given, more) && more.empty();
    rest = after_space(rest.substr(end));
  }
  if (good) return;
  const auto before = static_cast<uint32_t>(std::count(whole.data(), text.data(), '\n'));
  if (text.data() == whole.data() + begin) text = whole;
  state_->by_pieces(text, list, given, record, [&](Error error) {
    if (text.data() != whole.data() && error.at.line) error.at.line += before;
    problem(std::move(error));
  });
}

std::string json_text(std::string_view token) {
  if (token.empty() || token[0] != '"') return std::string(token);
  if (token.size() < 2) return {};
  if (token.find('\\') == std::string_view::npos) return std::string(token.substr(1, token.size() - 2));
  auto read = read_json(token, Source{});
  return read ? std::string((*read)->root().text()) : std::string();
}

}  // namespace reeve
