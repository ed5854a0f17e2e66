#include "detect/hit.h"

#include <algorithm>

#include "logs/token.h"

namespace reeve {
namespace {

void add_field(std::vector<AskedField>& fields, const FieldPath& field) {
  for (const AskedField& one : fields)
    if (one.path.name() == field.name()) return;
  fields.push_back({field});
}

}  // namespace

const std::vector<std::string>* Hit::find(std::string_view field) const {
  for (const auto& [name, texts] : values)
    if (name == field) return &texts;
  return nullptr;
}

HitFields::HitFields(const RuleSet& rules) : fields_(rules.rules.size()), wanted_(rules.rules.size(), false) {
  // From the top down: what is built on comes before what builds on it, so a correlation's own wishes are complete when it is met.
  for (size_t i = rules.rules.size(); i-- > 0;) {
    const CorrelationRule* rule = rules.rules[i].correlation.get();
    if (!rule) continue;
    for (size_t base = 0; base < rule->rules.size(); ++base) {
      const uint32_t below = rule->rules[base];
      wanted_[below] = true;
      for (const auto* asked : {&rule->group_by.fields, &rule->values})
        if (base < asked->size())
          for (const FieldPath& field : (*asked)[base]) add_field(fields_[below], field);
      for (const AskedField& field : fields_[i]) add_field(fields_[below], field.path);
    }
  }
}

void HitFields::plan(FieldPlan& fields) {
  for (auto& of_rule : fields_)
    for (AskedField& field : of_rule) field = fields.ask(std::move(field.path));
}

Hit HitFields::take(uint32_t rule, EventFields& event, const EventFacts& facts) const {
  Hit out;
  out.rule = rule;
  out.time_ms = facts.time_ms;
  out.facts = facts;
  out.id = facts.id;
  std::vector<std::string_view> tokens;
  std::string room;
  for (const AskedField& field : fields_[rule]) {
    if (!event.tokens(field, tokens)) continue;
    std::vector<std::string> texts;
    for (auto token : tokens)
      if (token_kind(token) != TokenKind::null && token_kind(token) != TokenKind::absent) bound_text(texts.emplace_back(token_text(token, room)));
    if (!texts.empty()) out.values.emplace_back(field.path.name(), std::move(texts));
  }
  return out;
}

Packer& Packer::number(int64_t value) {
  auto bits = static_cast<uint64_t>(value);
  for (int i = 0; i < 8; ++i) out_ += static_cast<char>(bits >> (8 * i) & 255);
  return *this;
}

Packer& Packer::text(std::string_view value) {
  number(static_cast<int64_t>(value.size()));
  out_ += value;
  return *this;
}

int64_t Unpacker::number() {
  if (rest_.size() < 8) {
    good_ = false, rest_ = {};
    return 0;
  }
  uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits |= static_cast<uint64_t>(static_cast<unsigned char>(rest_[static_cast<size_t>(i)])) << (8 * i);
  rest_.remove_prefix(8);
  return static_cast<int64_t>(bits);
}

size_t Unpacker::count() {
  const int64_t size = number();
  if (size < 0 || static_cast<uint64_t>(size) > rest_.size()) {
    good_ = false, rest_ = {};
    return 0;
  }
  return static_cast<size_t>(size);
}

std::string_view Unpacker::view() {
  const size_t size = count();
  const std::string_view out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return out;
}

void pack(Packer& out, const EventFacts& facts) {
  out.text(facts.id).number(facts.time_ms).text(facts.account).text(facts.region).text(facts.principal).text(facts.source).text(facts.name).text(facts.object);
  out.text(facts.source_ip).text(facts.invoked_by).number(static_cast<int64_t>(facts.resources.size()));
  for (const auto& one : facts.resources) out.text(one);
}

EventFacts unpack_facts(Unpacker& in) {
  EventFacts out;
  out.id = in.text(), out.time_ms = in.number(), out.account = in.text(), out.region = in.text(), out.principal = in.text();
  out.source = in.text(), out.name = in.text(), out.object = in.text();
  out.source_ip = in.text(), out.invoked_by = in.text();
  for (size_t n = in.count(); n > 0 && in.good(); --n) out.resources.push_back(in.text());
  return out;
}

void pack(Packer& out, const Hit& hit) {
  out.number(hit.time_ms).text(hit.id);
  pack(out, hit.facts);
  auto texts = [&](const std::vector<std::string>& list) {
    out.number(static_cast<int64_t>(list.size()));
    for (const auto& one : list) out.text(one);
  };
  texts(hit.events);
  out.number(static_cast<int64_t>(hit.values.size()));
  for (const auto& [name, list] : hit.values) out.text(name), texts(list);
}

Hit unpack_hit(Unpacker& in) {
  Hit out;
  out.time_ms = in.number(), out.id = in.text(), out.facts = unpack_facts(in);
  auto texts = [&] {
    std::vector<std::string> list;
    for (size_t n = in.count(); n > 0 && in.good(); --n) list.push_back(in.text());
    return list;
  };
  out.events = texts();
  for (size_t n = in.count(); n > 0 && in.good(); --n) {
    std::string name = in.text();
    out.values.emplace_back(std::move(name), texts());
  }
  return out;
}

std::string_view packed_id(std::string_view hit) {
  Unpacker in(hit);
  in.number();
  return in.view();
}

}  // namespace reeve
