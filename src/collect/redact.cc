#include "collect/redact.h"

#include <algorithm>
#include <vector>

#include "base/hash.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t kTokenMin = 30;  // characters before the @ of an address, from which on they are no user's name

std::string to_json_text(std::string_view text) {
  std::string out;
  JsonWriter(out).string(text);
  return out;
}

bool is_parameter_byte(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("%-._~+/=").find(c) != std::string_view::npos; }

// `?X-Amz-Signature=…` and `://user:password@`, in whatever text they stand.
std::string without_secrets_of_addresses(const Redactions& rules, std::string_view text) {
  std::string out(text);
  for (const std::string& parameter : rules.parameters) {
    const std::string mark = parameter + "=";
    for (size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + mark.size())) {
      if (at == 0 || (out[at - 1] != '?' && out[at - 1] != '&' && out[at - 1] != ';')) continue;
      size_t from = at + mark.size(), to = from;
      while (to < out.size() && is_parameter_byte(out[to])) ++to;
      if (to > from) out.replace(from, to - from, redaction_of(std::string_view(out).substr(from, to - from)));
    }
  }
  for (size_t at = out.find("://"); at != std::string::npos; at = out.find("://", at + 3)) {
    const size_t from = at + 3, end = out.find_first_of("/@?#\"'<> \t\r\n", from);
    if (end == std::string::npos || out[end] != '@') continue;
    const std::string_view who = std::string_view(out).substr(from, end - from);
    const size_t colon = who.find(':');
    if (colon != std::string_view::npos) {
      const size_t first = from + colon + 1;
      if (end > first && out.compare(first, 10, "(redacted ") != 0) out.replace(first, end - first, redaction_of(std::string_view(out).substr(first, end - first)));
    } else if (who.size() >= kTokenMin || std::any_of(rules.tokens.begin(), rules.tokens.end(), [&](const auto& token) { return starts_with(who, token); })) {
      const std::string instead = redaction_of(who);
      out.replace(from, end - from, 1, ':').insert(from + 1, instead);  // still one that lets in
    }
  }
  return out;
}

// A reply is walked with the paths that lead to where it stands.
struct Under {
  const RedactedPath* path;
  size_t depth;
};

class JsonWalk {
 public:
  JsonWalk(const Redactions& rules, bool wire, std::string& out) : rules_(rules), wire_(wire), json_(out) {}

  void value(Value at, const std::vector<Under>& under) {
    if (at.is_map()) {
      json_.begin_object();
      for (auto entry : at.entries()) {
        json_.key(entry.key());
        std::vector<Under> below;
        bool secret = rules_.names.contains(lower(entry.key()));
        for (const Under& one : under) {
          const std::vector<std::string>& names = wire_ ? one.path->wire : one.path->names;
          if (names[one.depth] != "*" && names[one.depth] != entry.key()) continue;
          if (one.depth + 1 < names.size()) below.push_back({one.path, one.depth + 1});
          else secret |= holds(*one.path, at);
        }
        if (secret) hide(entry.value);
        else value(entry.value, below);
      }
      json_.end_object();
    } else if (at.is_list()) {
      json_.begin_array();
      for (Value item : at.items()) value(item, under);
      json_.end_array();
    } else if (at.is_string()) {
      json_.string(without_secrets_of_addresses(rules_, at.text()));
    } else {
      json_.value(at);
    }
  }

 private:
  // By the names of the wire, which may be other ones, a condition is not looked at.
  bool holds(const RedactedPath& path, Value beside) const { return wire_ || path.where_member.empty() || beside.get(path.where_member).text() == path.where_value; }

  void hide(Value at) {
    if (at.is_map()) {
      json_.begin_object();
      for (auto entry : at.entries()) {
        json_.key(entry.key());
        hide(entry.value);
      }
      json_.end_object();
    } else if (at.is_list()) {
      json_.begin_array();
      for (Value item : at.items()) hide(item);
      json_.end_array();
    } else if ((at.is_string() && !at.text().empty()) || at.is_number()) {
      json_.string(redaction_of(at.scalar_text().value_or("")));
    } else {
      json_.value(at);
    }
  }

  const Redactions& rules_;
  bool wire_;
  JsonWriter json_;
};

std::vector<Under> all_of(const Redactions& rules, std::string_view call) {
  std::vector<Under> out;
  if (auto found = rules.replies.find(call); found != rules.replies.end())
    for (const RedactedPath& path : found->second) out.push_back({&path, 0});
  return out;
}

bool of_json(const Redactions& rules, std::string_view call, bool wire, std::string& text) {
  auto document = read_json(text, Source{nullptr, std::string(call), "", 0, "", "$"});
  if (!document) return false;
  std::string out;
  JsonWalk(rules, wire, out).value((*document)->root(), all_of(rules, call));
  text = std::move(out);
  return true;
}

// XML as AWS writes it: no document type, no text beside elements. Every byte but the secrets' stays.
class XmlWalk {
 public:
  XmlWalk(const Redactions& rules, std::string_view call) : rules_(rules), paths_(all_of(rules, call)) {}

  bool run(std::string_view in, std::string& out) {
    size_t at = 0;
    while (at < in.size()) {
      if (in[at] != '<') {
        const size_t end = std::min(in.find('<', at), in.size());
        text(in.substr(at, end - at), out);
        at = end;
        continue;
      }
      if (starts_with(in.substr(at), "<!")) {  // a comment, a document type or text unparsed: AWS sends none
        return false;
      }
      const size_t end = in.find('>', at);
      if (end == std::string_view::npos) return false;
      std::string_view tag = in.substr(at + 1, end - at - 1);
      out.append(in.substr(at, end + 1 - at));
      at = end + 1;
      if (starts_with(tag, "?") || ends_with(tag, "/")) continue;
      if (starts_with(tag, "/")) {
        if (stack_.empty()) return false;
        stack_.pop_back();
        continue;
      }
      tag = tag.substr(0, tag.find_first_of(" \t\r\n"));
      if (const size_t colon = tag.find(':'); colon != std::string_view::npos) tag = tag.substr(colon + 1);
      stack_.emplace_back(tag);
    }
    return stack_.empty();
  }

 private:
  void text(std::string_view in, std::string& out) const {
    if (trim(in).empty()) out.append(in);
    else if (secret()) out += redaction_of(in);
    else out += without_secrets_of_addresses(rules_, in);
  }

  // Whether the names that lead here are among the elements around, in their order: lists and results have elements of their own between.
  bool secret() const {
    for (const auto& element : stack_)
      if (rules_.names.contains(lower(element))) return true;
    return std::any_of(paths_.begin(), paths_.end(), [&](const Under& one) {
      size_t found = 0;
      const auto& wire = one.path->wire;
      for (const auto& element : stack_) {
        while (found < wire.size() && wire[found] == "*") ++found;
        if (found < wire.size() && element == wire[found]) ++found;
      }
      while (found < wire.size() && wire[found] == "*") ++found;
      return found == wire.size();
    });
  }

  const Redactions& rules_;
  std::vector<Under> paths_;
  std::vector<std::string> stack_;
};

// Whether anything might be secret: most replies are passed on as they are.
bool may_hold_secrets(const Redactions& rules, std::string_view call, std::string_view text) {
  if (rules.replies.contains(call)) return true;
  if (text.find("://") != std::string_view::npos && text.find('@') != std::string_view::npos) return true;
  for (const std::string& parameter : rules.parameters)
    if (text.find(parameter) != std::string_view::npos) return true;
  const std::string low = lower(text);
  return std::any_of(rules.names.begin(), rules.names.end(), [&](const auto& name) { return low.find(name) != std::string::npos; });
}

}  // namespace

std::string redaction_of(std::string_view secret) {
  std::string out = "(redacted ";
  return out.append(hex(sha256(secret)).substr(0, 4)).append(")");
}

std::string Redactor::reply(std::string_view call, std::string json) const {
  if (json.empty() || !may_hold_secrets(*rules_, call, json)) return json;
  if (!of_json(*rules_, call, false, json)) json = to_json_text(redaction_of(json));
  return json;
}

std::string Redactor::body(std::string_view call, std::string bytes) const {
  if (bytes.empty() || !may_hold_secrets(*rules_, call, bytes)) return bytes;
  const std::string_view start = trim(bytes);
  if (starts_with(start, "<")) {
    std::string out;
    return XmlWalk(*rules_, call).run(bytes, out) ? out : redaction_of(bytes);
  }
  if (!of_json(*rules_, call, true, bytes)) return redaction_of(bytes);
  return bytes;
}

}  // namespace reeve
