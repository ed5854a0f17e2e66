#include "estate/stack_value.h"

namespace reeve {

std::shared_ptr<const StackValue> written_form(std::string name, StackValue value) {
  auto out = std::make_shared<StackValue>();
  out->is = StackValue::Is::map;
  out->at = value.at;
  out->add(std::move(name), value.at, std::move(value));
  return out;
}

namespace {

// The text with holes that an unknown holds; null if it holds none.
const std::string* holes_of(const StackValue& value) {
  if (!value.unknown() || !value.written || value.written->names.size() != 1 || value.written->names[0] != "Fn::Sub") return nullptr;
  return &value.written->members[0].text;
}

// Written forms are built of texts, lists and maps only.
bool same_form(const StackValue& a, const StackValue& b) {
  if (a.is != b.is || a.text != b.text || a.names != b.names || a.items.size() != b.items.size()) return false;
  for (size_t i = 0; i < a.items.size(); ++i)
    if (!same_form(a.items[i], b.items[i])) return false;
  for (size_t i = 0; i < a.members.size(); ++i)
    if (!same_form(a.members[i], b.members[i])) return false;
  return true;
}

}  // namespace

std::optional<bool> same_value(const StackValue& a, const StackValue& b) {
  if (a.unknown() || b.unknown()) {
    if (a.unknown() && b.unknown()) {
      if (a.sure && b.sure && a.written && b.written && same_form(*a.written, *b.written)) return true;
      return std::nullopt;
    }
    const StackValue& open = a.unknown() ? a : b;
    const StackValue& known = a.unknown() ? b : a;
    if (const std::string* holes = holes_of(open))
      if (auto text = known.scalar(); text && !may_become(*holes, *text)) return false;
    return std::nullopt;
  }
  if (a.absent() || b.absent()) return a.absent() == b.absent();
  if (auto x = a.scalar(), y = b.scalar(); x && y) return *x == *y;
  if (a.is == StackValue::Is::raw && b.is == StackValue::Is::raw) return equal(a.raw, b.raw);
  if (a.is_list() && b.is_list()) {
    if (a.size() != b.size()) return false;
    std::optional<bool> all = true;
    for (size_t i = 0; i < a.size(); ++i) {
      auto one = same_value(a.item(i), b.item(i));
      if (one && !*one) return false;
      if (!one) all = one;
    }
    return all;
  }
  if (a.is_map() != b.is_map() || a.is_list() != b.is_list()) return false;
  return std::nullopt;
}

bool may_become(std::string_view holes, std::string_view text) {
  // The literal parts between holes, in order: the first at the beginning, the last at the end, the others anywhere between.
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < holes.size();) {
    const size_t end = holes.substr(i, 2) == "${" ? holes.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      parts.back() += holes[i++];
      continue;
    }
    if (holes[i + 2] == '!') parts.back() += "${" + std::string(holes.substr(i + 3, end - i - 2));
    else parts.emplace_back();
    i = end + 1;
  }
  if (parts.size() == 1) return parts[0] == text;
  if (text.substr(0, parts[0].size()) != parts[0]) return false;
  text.remove_prefix(parts[0].size());
  for (size_t i = 1; i + 1 < parts.size(); ++i) {
    const size_t at = text.find(parts[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + parts[i].size());
  }
  const std::string& last = parts.back();
  return text.size() >= last.size() && text.substr(text.size() - last.size()) == last;
}

std::string hole_free(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') out += "{!", ++i;
  }
  return out;
}

}  // namespace reeve
