#include "check/rulegen.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "findings/finding.h"

namespace reeve {
namespace {

// A text as Guard writes it: only the quote can be escaped, so some texts have no way to be written.
std::optional<std::string> quoted(std::string_view text) {
  for (const char quote : {'"', '\''})
    if (text.find(quote) == std::string_view::npos && (text.empty() || text.back() != '\\')) return quote + std::string(text) + quote;
  return std::nullopt;
}

std::optional<std::string> literal(Value value) {
  if (value.is_null()) return "null";
  if (value.is_bool()) return value.boolean() ? "true" : "false";
  if (value.is_string()) return quoted(value.text());
  if (value.is_number()) {
    if (value.kind() == Kind::integer && !value.integer()) return std::nullopt;
    return std::string(value.text());
  }
  std::string out;
  if (value.is_list()) {
    for (Value item : value.items()) {
      const auto one = literal(item);
      if (!one) return std::nullopt;
      out += (out.empty() ? "" : ",") + *one;
    }
    return "[" + out + "]";
  }
  if (!value.is_map()) return std::nullopt;
  for (const auto& entry : value.entries()) {
    if (value.get(entry.key()) != entry.value) continue;
    const auto key = quoted(entry.key()), one = literal(entry.value);
    if (!key || !one) return std::nullopt;
    out += (out.empty() ? "" : ",") + *key + ":" + *one;
  }
  return "{" + out + "}";
}

bool plain_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !letter(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

struct Property {
  std::string name;
  std::vector<std::string> values;  // as Guard writes them, in order of first mention
  size_t resources = 0;             // that have it
  bool secret = false, unwritable = false;
};

struct Type {
  std::string name;
  size_t resources = 0;
  std::vector<Property> properties;
};

template <class T>
T& named(std::vector<T>& all, std::string_view name) {
  for (T& one : all)
    if (one.name == name) return one;
  all.emplace_back();
  all.back().name = name;
  return all.back();
}

std::vector<Type> types_of(const std::vector<DocumentPtr>& documents) {
  std::vector<Type> types;
  for (const DocumentPtr& document : documents) {
    const Value resources = document->root().get("Resources");
    for (const auto& entry : resources.entries()) {
      if (resources.get(entry.key()) != entry.value) continue;
      const Value kind = entry.value.get("Type"), properties = entry.value.get("Properties");
      if (!kind.is_string()) continue;
      Type& type = named(types, kind.text());
      ++type.resources;
      for (const auto& member : properties.entries()) {
        if (properties.get(member.key()) != member.value) continue;
        Property& property = named(type.properties, member.key());
        ++property.resources;
        const auto text = literal(member.value);
        property.unwritable = property.unwritable || !text;
        property.secret = property.secret || names_secret(member.key()) || redacted_json(member.value, SIZE_MAX).find(redaction_mark) != std::string::npos;
        if (text && std::find(property.values.begin(), property.values.end(), *text) == property.values.end()) property.values.push_back(*text);
      }
    }
  }
  return types;
}

class Generating {
 public:
  Generating(const std::vector<DocumentPtr>& documents, const guard::GuardOptions& options) : documents_(documents), options_(options) { options_.evidence = false; }

  GeneratedRules run() {
    for (const Type& type : types_of(documents_)) rule(type);
    return std::move(out_);
  }

 private:
  void rule(const Type& type) {
    const auto filter = quoted(type.name);
    if (!filter || type.properties.empty()) return;
    const std::string type_text = type.name.find('\'') == std::string::npos ? "'" + type.name + "'" : *filter;
    std::string name;
    for (const char c : type.name) {
      if (c == ':') {
        if (!name.empty() && name.back() != '_') name += '_';
      } else {
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : plain_name(std::string("a") + c) ? c : '_';
      }
    }
    if (!plain_name(name)) name = "type_" + name;
    while (!names_.insert(name).second) name += "_2";
    const std::string head = "let " + name + "_resources = Resources.*[ Type == " + type_text + " ]\nrule " + name + " when %" + name + "_resources !empty {\n";
    std::string body;
    size_t clauses = 0;
    for (const Property& property : type.properties) {
      auto key = plain_name(property.name) ? std::optional("." + property.name) : quoted(property.name);
      if (property.name.find_first_of("\n\r") != std::string::npos) key.reset();  // it may have to stand in a comment
      if (!key) {
        body += "  # a property's name cannot be written\n";
        continue;
      }
      const std::string path = "Properties" + (plain_name(property.name) ? *key : "." + *key);
      const std::string from = property.resources == type.resources ? "%" + name + "_resources." + path
                                                                    : "Resources.*[ Type == " + type_text + "\n    " + path + " exists ]." + path;
      const std::string values = property.values.size() == 1 ? " == " + property.values[0] : " IN [" + join(property.values, ", ") + "]";
      const char* why = property.secret ? "its value may be a secret" : property.unwritable ? "its value cannot be written" : nullptr;
      if (!why && holds(head + "  " + from + values + "\n}\n")) {
        body += "  " + from + values + "\n";
        ++clauses;
        continue;
      }
      body += std::string("  # ") + path + ": " + (why ? why : "its value does not compare as equal") + "\n";
      if (property.resources == type.resources && holds(head + "  " + from + " exists\n}\n")) body += "  " + from + " exists\n", ++clauses;
    }
    if (!clauses) return;  // a rule has to say something
    out_.text += head + body + "}\n";
    out_.clauses += clauses;
    ++out_.rules;
  }

  // Whether the text parses, and no document fails it.
  bool holds(const std::string& text) const {
    const auto rules = guard::compile_guard(text, "generated", options_.semantics);
    if (!rules) return false;
    return std::all_of(documents_.begin(), documents_.end(), [&](const DocumentPtr& document) {
      const auto status = (*rules)->evaluate(document->root(), options_).status;
      return status == guard::GuardStatus::pass || status == guard::GuardStatus::skip;
    });
  }

  const std::vector<DocumentPtr>& documents_;
  guard::GuardOptions options_;
  GeneratedRules out_;
  std::set<std::string> names_;
};

}  // namespace

GeneratedRules generate_rules(const std::vector<DocumentPtr>& documents, const guard::GuardOptions& options) { return Generating(documents, options).run(); }

}  // namespace reeve
