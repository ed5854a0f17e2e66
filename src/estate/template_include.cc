#include "estate/template_include.h"

#include <map>

#include "base/text.h"

namespace reeve {
namespace {

constexpr std::string_view kInclude = "AWS::Include";
constexpr size_t kNodesMax = 2'000'000;

class Includes {
 public:
  Includes(const DocumentPtr& written, const StackOptions& options, std::vector<Error>& problems) : written_(written), options_(options), problems_(problems) {
    const auto& nodes = written_->nodes();
    named_.resize(nodes.size() + 1);
    for (size_t i = 0; i < nodes.size(); ++i) named_[i + 1] = named_[i] + (nodes[i].kind == Kind::string && std::string_view(nodes[i].text, nodes[i].count) == kInclude);
    Source self = written_->self();
    self.document = written_;
    file_ = self.file;
    slot_ = builder_.add_source(self);
  }

  DocumentPtr run() {
    if (named_.back() == 0) return nullptr;
    const Value root = written_->root();
    if (!root.is_map()) return nullptr;
    place(root);
    builder_.begin_map();
    members(root);
    for (auto& [at, document] : of_root(root))  // sections that the template does not have itself
      for (auto entry : document->root().entries())
        if (!root.get(entry.key()) && document->root().get(entry.key()) == entry.value) put_member(entry, at);
    builder_.end();
    return any_ ? builder_.finish(written_->self()) : nullptr;
  }

 private:
  bool holds_include(Value value) const { return named_[value.index() + value.node().span] > named_[value.index()]; }
  void place(Value at) { builder_.with_origin(slot_, at.index(), at.line(), at.column()); }

  std::vector<std::pair<Value, DocumentPtr>> of_root(Value root) {
    std::vector<std::pair<Value, DocumentPtr>> out;
    auto add = [&](Value one) {
      if (DocumentPtr document = open(one); document && document->root().is_map()) out.emplace_back(one, document);
    };
    const Value transform = root.get("Transform");
    add(transform);
    for (Value one : transform.items()) add(one);
    return out;
  }

  DocumentPtr open(Value transform) {
    const std::string location(include_location(transform));
    if (location.empty() || contains(location, "://") || !options_.open_nested) return nullptr;
    auto known = opened_.find(location);
    if (known == opened_.end()) {
      std::string shown;
      auto read = options_.open_nested(location, file_, shown);
      if (!read) problems_.push_back(read.error());
      known = opened_.emplace(location, read ? *read : nullptr).first;
    }
    if (!known->second || !known->second->root()) return nullptr;
    if (builder_.size() + known->second->nodes().size() > kNodesMax) {
      if (!too_large_) problems_.push_back({Code::limit, "what is included makes the template too large", {file_, transform.line(), transform.column()}, "at most 2,000,000 values", ""});
      too_large_ = true;
      return nullptr;
    }
    any_ = true;
    return known->second;
  }

  // The template's own, with what is included in it.
  void write(Value value) {
    if (!holds_include(value)) return builder_.copy(value, slot_);
    if (value.is_list()) {
      place(value);
      builder_.begin_list();
      for (Value item : value.items()) write(item);
      return builder_.end();
    }
    if (!value.is_map()) return builder_.copy(value, slot_);
    if (value.size() == 1)
      if (const Value transform = value.get("Fn::Transform"))
        if (DocumentPtr document = open(transform)) return put(document->root(), transform);
    place(value);
    builder_.begin_map();
    members(value);
    builder_.end();
  }

  void members(Value map) {
    for (auto entry : map.entries()) {
      if (map.get(entry.key()) != entry.value) continue;
      if (entry.key() == "Fn::Transform")
        if (DocumentPtr document = open(entry.value); document && document->root().is_map()) {
          const Value root = document->root();
          for (auto each : root.entries())
            if (!map.get(each.key()) && root.get(each.key()) == each.value) put_member(each, entry.value);
          continue;
        }
      if (entry.key() == "Transform" && map == written_->root()) {
        transforms(entry);
        continue;
      }
      builder_.at(entry.key_node.line(), entry.key_node.column());
      builder_.key(entry.key());
      write(entry.value);
    }
  }

  // The template's transforms without those that were followed here.
  void transforms(const Value::Entries::Entry& entry) {
    if (!entry.value.is_list() && open(entry.value)) return;
    builder_.at(entry.key_node.line(), entry.key_node.column());
    builder_.key(entry.key());
    if (!entry.value.is_list()) return builder_.copy(entry.value, slot_);
    place(entry.value);
    builder_.begin_list();
    for (Value one : entry.value.items())
      if (!open(one)) builder_.copy(one, slot_);
    builder_.end();
  }

  void put_member(const Value::Entries::Entry& entry, Value at) {
    builder_.at(at.line(), at.column());
    builder_.key(entry.key());
    put(entry.value, at);
  }

  // What is included, each value at the place of what names it.
  void put(Value value, Value at) {
    place(at);
    switch (value.kind()) {
      case Kind::map:
        builder_.begin_map();
        for (auto entry : value.entries())
          if (value.get(entry.key()) == entry.value) put_member(entry, at);
        return builder_.end();
      case Kind::list:
        builder_.begin_list();
        for (Value item : value.items()) put(item, at);
        return builder_.end();
      case Kind::null: return builder_.null(value.text(), value.style());
      case Kind::boolean: return builder_.boolean_raw(value.boolean(), value.text(), value.style());
      case Kind::integer:
      case Kind::number: return builder_.number_raw(value.kind(), value.text(), value.style());
      case Kind::string: return builder_.string(value.text(), value.style());
      case Kind::unknown: return builder_.unknown(value.text());
    }
  }

  DocumentPtr written_;
  const StackOptions& options_;
  std::vector<Error>& problems_;
  std::vector<uint32_t> named_;  // how often an include is named before this node
  Builder builder_;
  std::string file_;
  uint16_t slot_ = 0;
  std::map<std::string, DocumentPtr> opened_;
  bool any_ = false, too_large_ = false;
};

}  // namespace

std::string_view include_location(Value transform) {
  if (!transform.get("Name").is_string() || transform.get("Name").text() != kInclude) return {};
  const Value location = transform.get("Parameters").get("Location");
  return location.is_string() ? location.text() : std::string_view();
}

std::string not_brought(std::string_view key, Value transform) {
  const std::string location(include_location(transform));
  if (!location.empty() && !contains(location, "://")) return "`" + location + "`, which `AWS::Include` names, is no file here";
  const Value name = transform.get("Name");
  std::string what = "what ";
  if (!location.empty()) what += "`AWS::Include` brings from `" + location + "`";
  else if (name.is_string() && name.text() != kInclude) what += "the macro `" + std::string(name.text()) + "` brings";
  else what += "`" + std::string(name.is_string() ? name.text() : key) + "` brings";
  return what + " is known only when the template is deployed";
}

DocumentPtr included(const DocumentPtr& written, const StackOptions& options, std::vector<Error>& problems) { return Includes(written, options, problems).run(); }

}  // namespace reeve
