#include "check/check_finding.h"

#include <algorithm>
#include <unordered_map>

#include "base/hash.h"
#include "base/text.h"
#include "check/check.h"
#include "findings/finding.h"
#include "findings/level.h"
#include "formats/holding.h"

namespace reeve {
namespace {

// The key under which `value` stands, if it stands in a map.
Value key_of(Value value) {
  const auto& nodes = value.document()->nodes();
  uint32_t at = 0;
  Value key;
  while (at != value.index()) {
    const auto child = child_holding(*value.document(), at, value.index());
    const bool map = nodes[at].kind == Kind::map;
    if (!child || (map && child->node == value.index())) return {};  // a key itself
    key = map ? Value(value.document(), child->node) : Value();
    at = child->node + map;
  }
  return key;
}

// Units of UTF-16 before byte `bytes` of `line`.
uint32_t utf16_units(std::string_view line, size_t bytes) {
  uint32_t units = 0;
  for (unsigned char c : line.substr(0, bytes))
    if ((c & 0xc0) != 0x80) units += c >= 0xf0 ? 2 : 1;
  return units;
}

size_t trimmed_end(std::string_view line) {
  size_t end = line.size();
  while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t' || line[end - 1] == '\r')) --end;
  return end;
}

// The bracket that closes the map or list that begins at the finding's place: sets end_line and end_column. False: it is too far.
bool find_closing(CheckFinding& span, const std::vector<std::string_view>& lines) {
  constexpr size_t rows_max = 200;
  size_t depth = 0;
  char quote = 0;
  for (size_t row = span.line - 1, at = span.column - 1; row < lines.size() && row < span.line + rows_max; ++row, at = 0) {
    const std::string_view line = lines[row];
    for (; at < line.size(); ++at) {
      const char c = line[at];
      if (quote) {
        if (quote == '"' && c == '\\') ++at;
        else if (c == quote) quote = 0;
      } else if (c == '"' || (c == '\'' && at > 0 && std::string_view(" ,:{[").find(line[at - 1]) != std::string_view::npos)) {
        quote = c;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        span.end_line = static_cast<uint32_t>(row + 1);
        span.end_column = static_cast<uint32_t>(at + 2);
        return true;
      }
    }
  }
  return false;
}

// Where the token that begins at `at` ends, in lines from `line` on: sets end_line and end_column.
void find_end(CheckFinding& span, const std::vector<std::string_view>& lines) {
  size_t row = span.line - 1, at = span.column - 1;
  std::string_view line = lines[row];
  const char first = at < line.size() ? line[at] : 0;
  if (first == '"' || first == '\'') {
    constexpr size_t rows_max = 200;
    for (++at; row < lines.size() && row < span.line + rows_max; ++row, at = 0) {
      line = lines[row];
      for (; at < line.size(); ++at) {
        if (first == '"' && line[at] == '\\') ++at;
        else if (line[at] == first && first == '\'' && at + 1 < line.size() && line[at + 1] == first) ++at;
        else if (line[at] == first) {
          span.end_line = static_cast<uint32_t>(row + 1);
          span.end_column = static_cast<uint32_t>(at + 2);
          return;
        }
      }
    }
    line = lines[span.line - 1];
  }
  const size_t end = std::max(trimmed_end(line), std::min(line.size(), static_cast<size_t>(span.column)));
  span.end_line = span.line;
  span.end_column = span.end_column > span.column ? span.end_column : 0;
  if ((first == '{' || first == '[') && find_closing(span, lines)) return;
  if (first == '{' || first == '[') span.end_column = span.column + 1;
  else if (span.end_column > span.column) span.end_column = std::min<uint32_t>(span.end_column, static_cast<uint32_t>(end + 1));
  else span.end_column = static_cast<uint32_t>(std::max<size_t>(end + 1, span.column));
}

// UTF-16 units before a place in its line. A file may be one line and have findings all along it, so a long line
// is counted once and marks are kept.
class Units {
 public:
  uint32_t before(uint32_t row, std::string_view line, size_t bytes) {
    bytes = std::min(bytes, line.size());
    if (line.size() < 4 * step) return utf16_units(line, bytes);
    std::vector<uint32_t>& marks = marks_[row];
    if (marks.empty()) {
      marks.push_back(0);
      for (size_t at = 0; at + step <= line.size(); at += step) marks.push_back(marks.back() + utf16_units(line.substr(at), step));
    }
    const size_t mark = bytes / step;
    return marks[mark] + utf16_units(line.substr(mark * step), bytes - mark * step);
  }

 private:
  static constexpr size_t step = 256;
  std::unordered_map<uint32_t, std::vector<uint32_t>> marks_;  // by line: units before each multiple of `step` bytes
};

// The member or item of `at` that the first step of `path` names (Value::path()), and the step's length. None: there is no such thing.
Value step(Value at, std::string_view path, size_t& length) {
  if (path[0] == '.') {
    length = std::min(path.find_first_of(".[", 1), path.size());
    return at.get(path.substr(1, length - 1));
  }
  if (starts_with(path, "['")) {
    std::string key;
    size_t i = 2;
    for (; i < path.size() && path[i] != '\''; ++i) key += path[i] == '\\' && i + 1 < path.size() ? path[++i] : path[i];
    length = i + 2;
    return length <= path.size() && path[i + 1] == ']' ? at.get(key) : Value();
  }
  size_t index = 0, i = 1;
  for (; i < path.size() && path[i] >= '0' && path[i] <= '9' && i < 12; ++i) index = index * 10 + static_cast<size_t>(path[i] - '0');
  length = i + 1;
  return path[0] == '[' && i > 1 && i < path.size() && path[i] == ']' ? at.at(index) : Value();
}

// Whether a line may be shown: short, and nothing in it that might be a secret. A line with several pairs may hold one under any key.
bool shown(std::string_view line) {
  constexpr size_t longest = 300;
  if (line.size() > longest || !valid_utf8(line)) return false;
  size_t pairs = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != ':' || (i + 1 < line.size() && line[i + 1] != ' ' && line[i + 1] != '"')) continue;
    ++pairs;
    size_t end = i;
    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '"' || line[end - 1] == '\'')) --end;
    size_t begin = end;
    while (begin > 0 && line[begin - 1] != ' ' && line[begin - 1] != '"' && line[begin - 1] != '\'' && line[begin - 1] != '{' && line[begin - 1] != ',') --begin;
    if (names_secret(line.substr(begin, end - begin))) return false;
  }
  return pairs < 2 && redacted_text(line) == line;
}

// Sets line, column and, where it is known, end_column: a scalar's own, of a map or list that stands under a key the key's.
void place(CheckFinding& finding, Value original) {
  Value token = original;
  if (!original.is_scalar()) {
    const Value key = key_of(original);
    if (key && key.line()) token = key;
  }
  finding.line = token.line();
  finding.column = token.column();
  finding.end_column = 0;
  const Style style = token.style();
  if (token.is_scalar() && (style == Style::plain || style == Style::json)) finding.end_column = finding.column + token.node().count;
}

// Sets place, path, found, resource and type from what was judged; `rest` is what is missing below `value`.
void point_at(CheckFinding& finding, Value value, std::string_view rest) {
  finding.missing = !rest.empty();
  if (!value) {
    finding.path = rest;
    return;
  }
  const auto origin = value.origin();
  if (origin.source && !origin.source->file.empty()) finding.file = origin.source->file;
  finding.path = origin.path + std::string(rest);
  const Value original = value.original() ? value.original() : value;
  place(finding, original);
  if (!finding.line) finding.line = origin.line, finding.column = origin.column;
  if (!finding.missing) finding.found = redacted_json(original, 400);
  const ResourceAt resource = resource_at(value);
  finding.resource = resource.id;
  finding.type = resource.type;
}

}  // namespace

std::string_view CheckFinding::severity_name() const { return severity ? name(*severity) : std::string_view(); }

std::string CheckFinding::fingerprint() const {
  Sha256Stream stream;
  const std::string_view from = file;
  const std::string rules_name = control ? "" : file_name(rules_file);
  for (std::string_view part : {std::string_view(rule), std::string_view(rules_name), starts_with(from, "./") ? from.substr(2) : from,
                                std::string_view(resource), std::string_view(path), std::string_view(expected), std::string_view(message)}) {
    stream.add(part);
    stream.add(std::string_view("\0", 1));
  }
  return hex(stream.finish()).substr(0, 32);
}

ResourceAt resource_at(Value value) {
  ResourceAt out;
  if (!value) return out;
  const Value resources = value.document()->root().get("Resources");
  if (!resources.is_map()) return out;
  if (const auto child = child_holding(*value.document(), resources.index(), value.index())) {
    out.id = Value(value.document(), child->node).text();
    const Value type = Value(value.document(), child->node + 1).get("Type");
    if (type.is_string()) out.type = type.text();
  }
  return out;
}

void point_by_path(CheckFinding& finding, Value root) {
  std::string_view path = finding.path;
  if (!root || !starts_with(path, "$")) return;
  path.remove_prefix(1);
  Value at = root;
  while (!path.empty()) {
    size_t length = 0;
    const Value next = step(at, path, length);
    if (!next) break;
    at = next;
    path.remove_prefix(length);
  }
  if (!at.line()) return;
  place(finding, at);
  finding.missing = !path.empty();
}

void locate(std::vector<CheckFinding>& findings, const std::string& file, std::string_view text) {
  std::vector<std::string_view> lines;
  Units units;
  for (CheckFinding& finding : findings) {
    CheckFinding& span = finding;
    if (finding.file != file || !span.line) continue;
    if (lines.empty()) lines = split(text, '\n');
    if (span.line > lines.size() || !span.column) continue;
    find_end(span, lines);
    std::string_view first = lines[span.line - 1], last = lines[span.end_line - 1];
    const std::string_view bom = "\xef\xbb\xbf";
    const size_t skip = span.line == 1 && starts_with(first, bom) ? bom.size() : 0;
    span.column_utf16 = units.before(span.line, first.substr(skip), span.column - 1) + 1;
    span.end_column_utf16 = units.before(span.end_line, span.end_line == 1 ? last.substr(skip) : last, span.end_column - 1) + 1;
    const std::string_view line = first.substr(0, trimmed_end(first));
    if (finding.found.find(redaction_mark) == std::string::npos && !skip && shown(line)) span.text = line;
  }
}

std::vector<CheckFinding> findings_of(const std::vector<RuleFile>& rules, const CheckedFile& file) {
  std::vector<CheckFinding> out;
  for (size_t i = 0; i < file.results.size(); ++i)
    for (const auto& rule : file.results[i].rules) {
      if (rule.status != guard::GuardStatus::fail && rule.status != guard::GuardStatus::unknown) continue;
      CheckFinding finding;
      finding.status = rule.status;
      finding.rule = rule.rule;
      finding.rules_file = rules[i].path;
      finding.file = file.file->path;
      finding.rule_line = finding.block_line = rule.line;
      if (rule.failures.empty()) {
        finding.expected = "a rule that can be judged";
        if (rule.error) finding.reason = rule.error->what;
        out.push_back(finding);
      }
      bool same = false;
      for (const auto& failure : rule.failures) {
        CheckFinding each = finding;
        each.expected = failure.expected;
        each.message = redacted_text(failure.message);
        each.reason = redacted_text(failure.unknown_reason);
        if (failure.line) each.rule_line = failure.line;
        each.rule_column = failure.column;
        if (failure.value) point_at(each, failure.value, {});
        else point_at(each, failure.missing_from, failure.missing_path.empty() ? std::string_view("?") : std::string_view(failure.missing_path));
        each.same_as_before = same && out.back().resource == each.resource;
        same = true;
        out.push_back(std::move(each));
      }
    }
  return out;
}

}  // namespace reeve
