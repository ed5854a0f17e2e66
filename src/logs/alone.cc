// Records cut out of their text byte by byte: where the text around them is not sound, or where they are too large to walk in a stretch.
#include <algorithm>

#include "base/text.h"
#include "logs/object.h"

namespace reeve {
namespace {

constexpr size_t kHeadMax = 64 << 10;  // of an envelope, up to its list of records
constexpr size_t kNowhere = std::string_view::npos;

// Goes through JSON by its quotes and brackets only.
struct Nesting {
  size_t depth = 0;
  bool string = false, escape = false;
  // True when the bracket that closes the outermost one has just been passed.
  bool step(char c) {
    if (string) {
      if (escape) escape = false;
      else if (c == '\\') escape = true;
      else if (c == '"') string = false;
      return false;
    }
    switch (c) {
      case '"': string = true; return false;
      case '{':
      case '[': ++depth; return false;
      case '}':
      case ']': return depth <= 1 ? (depth = 0, true) : (--depth, false);
      default: return false;
    }
  }
};

// Behind the value at `at`, or kNowhere. `depth`: brackets open before it.
size_t value_end(std::string_view text, size_t at, size_t depth) {
  Nesting nesting{depth};
  char first = text[at];
  if (depth == 0 && first != '{' && first != '[') {
    if (first != '"') return std::min(text.find_first_of(",]} \t\r\n", at), text.size());
    nesting.step(first);
    for (++at; at < text.size(); ++at) {
      nesting.step(text[at]);
      if (!nesting.string) return at + 1;
    }
    return kNowhere;
  }
  for (; at < text.size(); ++at)
    if (nesting.step(text[at])) return at + 1;
  return kNowhere;
}

// The beginning of the next line that can begin a document; kNowhere if there is none.
size_t next_document(std::string_view text, size_t at) {
  for (;;) {
    at = text.find('\n', at);
    if (at == kNowhere || at + 1 == text.size()) return kNowhere;
    ++at;
    if (text[at] == '{' || text[at] == '[') return at;
  }
}

// Between two maps of a list, behind the comma.
size_t next_item(std::string_view text, size_t at) {
  for (;;) {
    at = text.find('}', at);
    if (at == kNowhere) return kNowhere;
    size_t comma = text.find_first_not_of(" \t\r\n", at + 1);
    if (comma != kNowhere && text[comma] == ',') {
      size_t map = text.find_first_not_of(" \t\r\n", comma + 1);
      size_t name = map == kNowhere || text[map] != '{' ? kNowhere : text.find_first_not_of(" \t\r\n", map + 1);
      if (name != kNowhere && text[name] == '"') return comma + 1;
    }
    ++at;
  }
}

}  // namespace

// Opens the list of records of the map at `at`, if it has one near its beginning.
bool ObjectText::list_head(std::string_view text, size_t at, size_t& behind) {
  if (open_.size() >= kEnvelopesMax) return false;
  Nesting nesting;
  std::string_view head = text.substr(at, kHeadMax);
  for (size_t i = 0; i < head.size(); ++i) {
    if (nesting.step(head[i])) return false;
    if (nesting.string || head[i] != '[' || nesting.depth != 2) continue;
    RecordWalk& walk = room().walk;
    if (!walk.begin(head.substr(0, i + 1)).empty()) return false;
    if (walk.map(room().event, true) != Walked::list) continue;
    open_.push_back(Open::map);
    list_opened(walk.list_name(), room().event);
    behind = at + i + 1;
    return true;
  }
  return false;
}

// Why it was not judged; empty: it was.
std::string_view ObjectText::judge_alone(std::string_view text, size_t at, size_t end) {
  RecordWalk& walk = room().walk;
  std::string_view why = walk.begin(text.substr(at, end - at));
  if (!why.empty()) return why;
  size_t place = static_cast<size_t>(text.data() - text_.data()) + at;
  if (walk.peek() != '{') {
    std::string_view token;
    if (walk.value(token) != Walked::whole || !walk.at_end()) return "no JSON";
    row(token, place);
    return {};
  }
  Walked walked = walk.map(room().event, false);
  if (walked == Walked::too_deep) return "nested too deep";
  if (walked != Walked::whole || !walk.at_end()) return "no JSON";
  judge(room().event, place);
  return {};
}

std::optional<size_t> ObjectText::alone(std::string_view text, size_t at, bool last, std::string_view why) {
  size_t base = static_cast<size_t>(text.data() - text_.data());
  bool in_list = !open_.empty() && open_.back() == Open::list;
  char c = text[at];
  if (!open_.empty() && !in_list) {
    // What an envelope has behind its list.
    size_t end = value_end(text, at, 1);
    if (end == kNowhere && !last && text.size() - at <= limits_.record_bytes_max) return std::nullopt;
    RecordWalk& walk = room().walk;
    Walked walked = end != kNowhere && walk.begin(text.substr(at, end - at)).empty() ? walk.map_rest(room().event, true) : Walked::broken;
    if (walked == Walked::list) {
      size_t behind = at + walk.offset() + 1;
      list_opened(walk.list_name(), room().event);
      return behind;
    }
    envelope_closed();
    if (walked == Walked::whole) return end;
    broke("behind the list of records stands no JSON", base + at);
    return end == kNowhere ? text.size() : end;
  }
  if (in_list) {
    if (c == ',' && wants_comma_) {
      wants_comma_ = false;
      list_begun_ = true;
      return at + 1;
    }
    if (c == ']') {
      if (!wants_comma_ && list_begun_) broke("a list of records ends with a comma", base + at);
      list_closed();
      return at + 1;
    }
  } else if (c == '[') {
    open_.push_back(Open::list);
    list_begun_ = wants_comma_ = false;
    return at + 1;
  }
  size_t behind = 0;
  if (c == '{' && list_head(text, at, behind)) return behind;

  size_t end = !in_list && c != '{' ? kNowhere : value_end(text, at, 0);
  if (in_list && wants_comma_) {  // something stands where a comma should
    refuse("no JSON", base + at);
    wants_comma_ = false;
    size_t item = next_item(text, at);
    if (item != kNowhere) return item;
    broke("the list of records is no JSON from here on", base + at);
    return text.size();
  }
  if (end != kNowhere) {
    wants_comma_ = list_begun_ = true;
    why = end - at > limits_.record_bytes_max ? "record too large" : judge_alone(text, at, end);
    if (why.empty()) return end;
    // Brackets that close are no proof that the record ends there: an open quote or bracket may have swallowed its neighbours.
    size_t line = in_list ? kNowhere : next_document(text, at);
    refuse(why, base + at);
    return std::min(end, line);
  }
  return no_end(text, at, last, why);
}

// The record at `at` has no end in this text.
std::optional<size_t> ObjectText::no_end(std::string_view text, size_t at, bool last, std::string_view why) {
  size_t base = static_cast<size_t>(text.data() - text_.data());
  bool in_list = !open_.empty() && open_.back() == Open::list;
  bool map = text[at] == '{' || text[at] == '[';
  // Only where something is known to be wrong is the next beginning looked for; a record that has not come whole is waited for.
  bool wrong = last || !map || (!why.empty() && why != "cut off");
  if (wrong) {
    size_t next = in_list ? next_item(text, at) : next_document(text, at);
    if (next != kNowhere) {
      refuse(map ? (why.empty() || why == "cut off" ? "no JSON" : why) : in_list ? "no JSON" : "no map", base + at);
      wants_comma_ = false;
      list_begun_ = true;
      return next;
    }
  }
  if (!last) {
    if (text.size() - at <= limits_.record_bytes_max) return std::nullopt;
    refuse(map ? "record too large" : "no JSON", base + at);
    passing_ = map;
    pass_depth_ = 0;
    pass_string_ = pass_escape_ = false;
    return pass_over(text, at);
  }
  refuse(map ? "cut off" : "no map", base + at);
  wants_comma_ = list_begun_ = true;
  if (map || in_list) {
    broke("the text ends inside a record", base + at);
    open_.clear();
  }
  return text.size();
}

size_t ObjectText::pass_over(std::string_view text, size_t at) {
  if (!passing_) return text.size();
  Nesting nesting{pass_depth_, pass_string_, pass_escape_};
  for (; at < text.size(); ++at)
    if (nesting.step(text[at])) {
      passing_ = false;
      wants_comma_ = list_begun_ = true;
      return at + 1;
    }
  pass_depth_ = nesting.depth;
  pass_string_ = nesting.string;
  pass_escape_ = nesting.escape;
  return text.size();
}

}  // namespace reeve
