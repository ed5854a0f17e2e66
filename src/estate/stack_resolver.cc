#include "estate/stack_resolver.h"

#include <algorithm>

#include "base/text.h"
#include "estate/template_include.h"
#include "estate/template_sam.h"

namespace reeve {
namespace {

constexpr std::string_view kForEach = "Fn::ForEach::";

// A dynamic reference: `{{resolve:service:what}}`.
constexpr std::string_view kElsewhere = "{{resolve:";
bool refers_elsewhere(std::string_view text) {
  const size_t at = text.size() > kElsewhere.size() ? text.find(kElsewhere) : std::string_view::npos;
  return at != std::string_view::npos && text.find("}}", at) != std::string_view::npos;
}

bool is_loop(std::string_view key) { return starts_with(key, kForEach); }
// Tags that CloudFormation does not have: `!Mystery`, and those of `rain`, a tool that is run over templates before they are deployed.
constexpr std::string_view kRain = "Rain::";
bool is_foreign_key(std::string_view key, Style style) { return starts_with(key, kRain) || (key.size() > 1 && key[0] == '!' && style == Style::plain); }
bool is_function_key(std::string_view key, Style style) { return key == "Ref" || starts_with(key, "Fn::") || is_foreign_key(key, style); }

// Transforms of AWS that leave alone what they do not name, or that are followed here.
bool leaves_the_rest(std::string_view transform) {
  return transform == "AWS::LanguageExtensions" || starts_with(transform, "AWS::Serverless-") || transform == "AWS::CodeDeployBlueGreen" || starts_with(transform, "AWS::SecretsManager-") ||
         transform == "AWS::ServiceCatalog" || transform == "AWS::Include";
}

// The names of the transforms at the top of a template.
std::vector<std::pair<std::string, Value>> transforms(Value root) {
  std::vector<std::pair<std::string, Value>> out;
  auto add = [&](Value one) {
    if (one.is_string()) out.emplace_back(one.text(), one);
    else if (one.get("Name").is_string()) out.emplace_back(one.get("Name").text(), one);
  };
  Value named = root.get("Transform");
  if (named.is_list())
    for (Value one : named.items()) add(one);
  else if (named) add(named);
  return out;
}

}  // namespace

bool is_stack_template(Value root) {
  Value resources = root.get("Resources");
  if (!resources.is_map()) return false;
  if (root.get("AWSTemplateFormatVersion") || root.get("Transform")) return true;
  for (auto entry : resources.entries())
    if (entry.value.get("Type").is_string() || is_loop(entry.key())) return true;
  return resources.size() == 0;
}

Stack resolve_stack(const DocumentPtr& written, const StackOptions& options) {
  std::vector<Error> notes, problems;
  const DocumentPtr with = included(written, options, problems), whole = with ? with : written;
  const DocumentPtr made = sam_transformed(whole, notes);
  Stack out = StackResolver(made ? made : whole, options).run();
  out.notes.insert(out.notes.begin(), notes.begin(), notes.end());
  out.problems.insert(out.problems.begin(), problems.begin(), problems.end());
  return out;
}

StackResolver::StackResolver(DocumentPtr written, const StackOptions& options) : written_(std::move(written)), root_(written_->root()), options_(options) {
  parameters_ = root_.get("Parameters");
  mappings_ = root_.get("Mappings");
  Source self = written_->self();
  self.document = written_;
  out_.shown = self.file;
  if (self.file.empty() && !written_->sources().empty()) out_.shown = written_->sources()[0].file;
  slot_ = builder_.add_source(self);
  const auto& nodes = written_->nodes();
  work_.resize(nodes.size() + 1);
  const bool duplicates = !written_->duplicate_keys().empty();
  for (size_t i = 0; i < nodes.size(); ++i) {
    const bool work = duplicates || (nodes[i].kind == Kind::string && (is_function_key({nodes[i].text, nodes[i].count}, nodes[i].style) || refers_elsewhere({nodes[i].text, nodes[i].count})));
    work_[i + 1] = work_[i] + work;
  }
}

void StackResolver::note(Value at, std::string what, Code code) {
  auto origin = at.origin();
  out_.notes.push_back({code, std::move(what), {origin.source && !origin.source->file.empty() ? origin.source->file : out_.shown, at.line(), at.column()}, "", ""});
}

void StackResolver::problem(Value at, std::string what, std::string expected) {
  out_.problems.push_back({Code::parse, std::move(what), {out_.shown, at.line(), at.column()}, std::move(expected), ""});
}

bool StackResolver::needs_work(Value value) const { return !loop_.empty() || work_[value.index() + value.node().span] > work_[value.index()]; }

// `${Name}` is the item, `&{Name}` its letters and digits (which is what logical ids are made of).
std::string StackResolver::substituted(std::string_view text, bool) const {
  std::string out(text);
  for (const auto& [name, item] : loop_)
    for (const char sign : {'$', '&'}) {
      const std::string hole = std::string(1, sign) + "{" + name + "}";
      std::string with;
      for (char c : item)
        if (sign == '$' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) with += c;
      for (size_t at = out.find(hole); at != std::string::npos; at = out.find(hole, at + with.size())) out.replace(at, hole.size(), with);
    }
  return out;
}

StackValue StackResolver::eval(Value value) {
  if (budget_ == 0) {
    if (!exhausted_) problem(value, "the template grows too large when its loops are unrolled", "at most 2,000,000 values");
    exhausted_ = true;
    return StackValue::of_unknown("the template grows too large when its loops are unrolled", value);
  }
  --budget_;
  if (value.is_unknown()) return StackValue::of_unknown(std::string(value.text()), value);
  if (!needs_work(value)) return StackValue::of(value);
  if (value.is_map()) return eval_map(value);
  if (value.is_list()) {
    StackValue out;
    out.is = StackValue::Is::list;
    out.at = value;
    for (Value item : value.items())
      if (StackValue each = eval(item); !each.absent()) out.items.push_back(std::move(each));
    return out;
  }
  if (!value.is_string()) return StackValue::of(value);
  if (!loop_.empty())
    if (std::string text = substituted(value.text(), false); text != value.text()) return elsewhere(StackValue::of_text(std::move(text), value));
  return elsewhere(StackValue::of(value));
}

// A text with a dynamic reference becomes what another service holds when the template is deployed.
StackValue StackResolver::elsewhere(StackValue value) const {
  std::string text;
  if (value.unknown() && value.written && value.written->names == std::vector<std::string>{"Fn::Sub"}) text = value.written->members[0].text;
  else text = value.scalar().value_or("");
  if (testing_ || !refers_elsewhere(text)) return value;
  const size_t at = text.find(kElsewhere) + kElsewhere.size();
  const std::string service = text.substr(at, text.find_first_of(":}", at) - at);
  StackValue out = StackValue::of_unknown(service == "secretsmanager" ? "it is a secret of Secrets Manager, known only when the template is deployed"
                                          : service == "ssm-secure"   ? "it is a secret of Parameter Store, known only when the template is deployed"
                                                                      : "it is looked up by `" + service + "` when the template is deployed",
                                          value.at, true);
  out.written = written_form("Elsewhere", StackValue::of_text(std::move(text), value.at));
  return out;
}

StackValue StackResolver::eval_map(Value value) {
  if (value.size() == 1)
    for (auto entry : value.entries())
      if (is_function_key(entry.key(), entry.key_node.style()) && !is_loop(entry.key())) return elsewhere(function(entry.key(), entry.value, value));
  StackValue out;
  out.is = StackValue::Is::map;
  out.at = value;
  members(value, out);
  return out;
}

void StackResolver::members(Value map, StackValue& out) {
  for (auto entry : map.entries()) {
    if (is_loop(entry.key())) {
      std::string reason;
      if (!loop(entry.value, reason, [&](Value body) { members(body, out); })) out.text = reason;
      continue;
    }
    if (starts_with(entry.key(), "Fn::") && map.size() > 1) {  // `Fn::Transform` beside others: makes keys that nobody knows yet
      out.text = not_brought(entry.key(), entry.value);
      continue;
    }
    if (map.get(entry.key()) != entry.value) continue;  // of a key that stands twice, the last
    StackValue each = eval(entry.value);
    if (!each.absent()) out.add(substituted(entry.key(), true), entry.key_node, std::move(each));
  }
}

// --- loops

template <class Each>
bool StackResolver::loop(Value call, std::string& reason, Each each) {
  const Value name = call.at(0), body = call.at(2);
  if (!name.is_string() || !body.is_map() || call.size() != 3) {
    problem(call, "a loop is no list of three", "an identifier, a collection and a map");
    reason = "the loop cannot be read";
    return false;
  }
  const StackValue collection = eval(call.at(1));
  const StackValue* doubt = collection.doubt();
  if (!collection.is_list() || doubt) {
    reason = doubt ? doubt->text : "the loop's collection is no list";
    return false;
  }
  const std::string key(name.text());
  const auto before = loop_;
  for (size_t i = 0; i < collection.size(); ++i) {
    auto item = collection.item(i).scalar();
    if (!item) continue;
    loop_[key] = *item;
    if (budget_ == 0) break;
    --budget_;  // a turn may make nothing
    each(body);
  }
  loop_ = before;
  return true;
}

void StackResolver::declare(Value map) {
  for (auto entry : map.entries()) {
    if (is_loop(entry.key())) {
      std::string reason;
      if (!loop(entry.value, reason, [&](Value body) { declare(body); })) note(entry.key_node, "resources made by `" + std::string(entry.key()) + "` are not judged: " + reason);
      continue;
    }
    if (starts_with(entry.key(), "Fn::")) {
      note(entry.key_node, "resources made by `" + std::string(entry.key()) + "` are not judged: " + not_brought(entry.key(), entry.value));
      continue;
    }
    if (map.get(entry.key()) != entry.value) continue;
    if (budget_ > 0) --budget_;
    Declared one;
    one.id = substituted(entry.key(), true);
    one.key = entry.key_node;
    one.body = entry.value;
    one.loop = loop_;
    Value type = entry.value.get("Type");
    if (!type.is_string() || type.text().empty()) {
      const Value module = type.get("Rain::Module");
      if (module.is_string()) {
        modules_.push_back(one.id);
        note(entry.key_node, "`" + one.id + "` stands for the module `" + std::string(module.text()) + "` of `rain`; its resources are not judged: judge what `rain pkg` writes");
      } else if (entry.value.get("Fn::Transform")) note(entry.key_node, "resource `" + one.id + "` is made by a macro and not judged: " + not_brought("Fn::Transform", entry.value.get("Fn::Transform")));
      else problem(entry.key_node, "resource `" + one.id + "` has no `Type`", "a resource type such as `AWS::S3::Bucket`");
      continue;
    }
    one.type = substituted(type.text(), false);
    if (Value condition = entry.value.get("Condition"); condition.is_string()) one.condition = substituted(condition.text(), false);
    if (auto [at, is_new] = by_id_.try_emplace(one.id, declared_.size()); is_new) declared_.push_back(std::move(one));
    else problem(entry.key_node, "there are two resources `" + one.id + "`; the first counts", "each logical id once");
  }
}

void StackResolver::declare_conditions(Value map) {
  for (auto entry : map.entries()) {
    if (is_loop(entry.key())) {
      std::string reason;
      loop(entry.value, reason, [&](Value body) { declare_conditions(body); });
      continue;
    }
    Named& named = conditions_[substituted(entry.key(), true)];
    named.expression = entry.value;
    named.loop = loop_;
  }
}

// --- writing

void StackResolver::place(Value at) {
  if (!at) return;
  const Node& node = at.node();
  if (node.source == 0) return builder_.with_origin(slot_, at.index(), node.line, node.column);
  if (slots_.size() <= node.source) slots_.resize(node.source + 1u);
  uint16_t& slot = slots_[node.source];
  if (slot == 0) slot = builder_.add_source(written_->sources()[node.source - 1u]);
  builder_.with_origin(slot, node.origin, node.line, node.column);
}

void StackResolver::emit_raw(Value value) { builder_.copy(value, slot_); }

void StackResolver::emit(const StackValue& value) {
  switch (value.is) {
    case StackValue::Is::raw:
      if (value.at == value.raw || !value.raw.is_string()) return emit_raw(value.raw);
      place(value.at);
      return builder_.string(value.raw.text(), style_deployed);
    case StackValue::Is::text: place(value.at); return builder_.string(value.text, style_deployed);
    case StackValue::Is::absent: place(value.at); return builder_.null();
    case StackValue::Is::unknown:
      place(value.at);
      if (!value.written) return unknowns_.add(builder_, value.text, value.sure);
      unknowns_.begin(builder_, value.text, value.sure);
      emit(*value.written);
      return builder_.end();
    case StackValue::Is::list:
      place(value.at);
      builder_.begin_list();
      for (const StackValue& each : value.items) emit(each);
      return builder_.end();
    case StackValue::Is::map: {
      place(value.at);
      builder_.begin_map();
      if (!value.text.empty()) builder_.open_map(value.text);
      std::unordered_map<std::string_view, size_t> last;  // of a key that stands twice, the last
      for (size_t i = 0; i < value.members.size(); ++i) last[value.names[i]] = i;
      for (size_t i = 0; i < value.members.size(); ++i) {
        if (last[value.names[i]] != i) continue;
        if (Value key = value.keys[i]) builder_.at(key.line(), key.column());
        builder_.key(value.names[i]);
        emit(value.members[i]);
      }
      return builder_.end();
    }
  }
}

// --- resources

void StackResolver::resource(Declared& declared) {
  loop_ = declared.loop;
  Truth there{Truth::Is::yes, ""};
  if (!declared.condition.empty()) there = condition(declared.condition, declared.body.get("Condition"));
  else if (declared.body.get("Condition")) there = {Truth::Is::unknown, "the resource's `Condition` is no name"};
  if (there.is == Truth::Is::no) return;
  const Value depends = declared.body.get("DependsOn");
  auto depend = [&](Value on) {
    if (on.is_string()) edges_[current_].push_back({substituted(on.text(), false), on});
  };
  depend(depends);
  for (Value on : depends.items()) depend(on);
  StackResource made;
  made.id = declared.id;
  made.type = declared.type;
  if (there.is == Truth::Is::unknown) made.maybe = there.reason;
  if (Value path = declared.body.get("Metadata").get("aws:cdk:path"); path.is_string()) made.construct = std::string(path.text());
  builder_.at(declared.key.line(), declared.key.column());
  builder_.key(declared.id);
  if (!macro_.empty()) {
    place(declared.body);
    builder_.begin_map();
    builder_.key("Type");
    emit_raw(declared.body.get("Type"));
    builder_.key("Properties");
    place(declared.body.get("Properties") ? declared.body.get("Properties") : declared.body);
    builder_.unknown(macro_);
    builder_.end();
  } else {
    emit(eval(declared.body));
  }
  if (declared.type == "AWS::CloudFormation::Stack")
    if (Stack::Nested* inner = nested(declared.id)) inner->maybe = made.maybe;
  out_.resources.push_back(std::move(made));
  loop_.clear();
}

// Resources that refer to each other in a circle: CloudFormation refuses them. Each circle is named once.
void StackResolver::circles() {
  enum : char { fresh, open, done };
  std::vector<char> state(declared_.size(), fresh);
  std::vector<std::pair<size_t, size_t>> path;  // resource, next edge
  for (size_t start = 0; start < declared_.size(); ++start) {
    if (state[start] != fresh) continue;
    path.assign(1, {start, 0});
    state[start] = open;
    while (!path.empty()) {
      const size_t at = path.back().first;
      if (path.back().second == edges_[at].size()) {
        state[at] = done;
        path.pop_back();
        continue;
      }
      const Edge& edge = edges_[at][path.back().second++];
      auto to = by_id_.find(edge.to);
      if (to == by_id_.end() || state[to->second] == done) continue;
      if (state[to->second] == fresh) {
        state[to->second] = open;
        path.push_back({to->second, 0});
        continue;
      }
      std::string round;
      bool in = false;
      for (const auto& [each, next] : path) {
        in |= each == to->second;
        if (in) round += "`" + declared_[each].id + "` → ";
      }
      problem(edge.at, "resources refer to each other in a circle: " + round + "`" + declared_[to->second].id + "`", "an order in which they can be made");
    }
  }
}

Stack::Nested* StackResolver::nested(const std::string& id) {
  if (auto known = nested_.find(id); known != nested_.end()) return known->second == SIZE_MAX ? nullptr : &out_.nested[known->second];
  nested_[id] = SIZE_MAX;
  auto at = by_id_.find(id);
  if (at == by_id_.end() || !options_.open_nested) return nullptr;
  const Declared& declared = declared_[at->second];
  struct Within {  // the loop in which the nested stack stands, while it is looked at
    std::map<std::string, std::string>& loop;
    std::map<std::string, std::string> before;
    ~Within() { loop = std::move(before); }
  } within{loop_, loop_};
  loop_ = declared.loop;
  const Value properties = declared.body.get("Properties");
  // CDK names the file in the resource's metadata, for what it puts into the URL is known only when it is deployed.
  const Value asset = declared.body.get("Metadata").get("aws:asset:path");
  std::string url = asset.is_string() ? std::string(asset.text()) : "";
  if (url.empty()) {
    const StackValue value = properties.get("TemplateURL") ? eval(properties.get("TemplateURL")) : StackValue();
    auto text = value.scalar();
    if (!text || contains(*text, "://")) return nullptr;
    url = *text;
  }
  std::string shown;
  auto opened = options_.open_nested(url, out_.shown, shown);
  if (!opened) {
    out_.problems.push_back(opened.error());
    return nullptr;
  }
  if (!*opened) return nullptr;
  const Value named = asset.is_string() ? asset : properties.get("TemplateURL");
  if (std::find(options_.within.begin(), options_.within.end(), shown) != options_.within.end() || shown == out_.shown || options_.within.size() >= 16) {
    problem(named, "nested stacks go round in a circle: `" + shown + "` is within itself", "nested templates that do not hold one another");
    return nullptr;
  }
  StackOptions inner;
  inner.open_nested = options_.open_nested;
  inner.within = options_.within;
  inner.within.push_back(out_.shown);
  for (const auto& [name, value] : options_.parameters)
    if (starts_with(name, "AWS::") && name != "AWS::StackName" && name != "AWS::StackId") inner.parameters[name] = value;
  for (auto entry : properties.get("Parameters").entries()) {
    const StackValue value = eval(entry.value);
    if (value.absent()) continue;
    StackParameter given;
    if (const StackValue* doubt = value.doubt()) {
      given.unknown = doubt->text;
    } else if (value.is_list()) {
      std::string all;
      for (size_t i = 0; i < value.size(); ++i) all += (i ? "," : "") + value.item(i).scalar().value_or("");
      given.text = all;
    } else {
      given.text = value.scalar();
      if (!given.text) given.unknown = "it is given no text";
    }
    inner.parameters[std::string(entry.key())] = std::move(given);
  }
  // What has no value is decided by the parent; without one, the default holds.
  nested_[id] = out_.nested.size();
  out_.nested.push_back({id, "", {}});
  Stack made = resolve_stack(*opened, inner);
  if (made.shown.empty()) made.shown = shown;
  Stack::Nested& slot = out_.nested[nested_[id]];
  slot.stack = std::move(made);
  return &slot;
}

void StackResolver::outputs() {
  const Value written = root_.get("Outputs");
  StackValue all;
  all.is = StackValue::Is::map;
  all.at = written;
  members(written, all);
  for (size_t i = 0; i < all.members.size(); ++i) {
    const StackValue& each = all.members[i];
    const StackValue* value = nullptr;
    StackValue raw;
    if (each.is == StackValue::Is::raw && each.raw.get("Value")) value = &(raw = StackValue::of(each.raw.get("Value")));
    for (size_t j = 0; j < each.members.size(); ++j)
      if (each.names[j] == "Value") value = &each.members[j];
    if (!value) continue;
    StackParameter& output = out_.outputs[all.names[i]];
    output.text = value->scalar();
    if (!output.text) output.unknown = value->unknown() ? value->text : "the output is no text";
  }
  emit(all);
}

Stack StackResolver::run() {
  for (const auto& [name, at] : transforms(root_)) {
    if (name == "AWS::Include") note(at, "sections that `AWS::Include` brings are not judged: " + not_brought("Transform", at));
    else if (!leaves_the_rest(name) && macro_.empty()) {
      macro_ = "the macro `" + name + "` rewrites the template when it is deployed";
      note(at, macro_ + "; its resources are unknown");
    }
  }
  declare_conditions(root_.get("Conditions"));
  const Value resources = root_.get("Resources");
  declare(resources);
  edges_.resize(declared_.size());
  if (root_.is_map()) {
    place(root_);
    builder_.begin_map();
    for (auto entry : root_.entries()) {
      if (root_.get(entry.key()) != entry.value) continue;
      builder_.at(entry.key_node.line(), entry.key_node.column());
      builder_.key(entry.key());
      if (entry.key() == "Resources" && resources.is_map()) {
        place(resources);
        builder_.begin_map();
        for (current_ = 0; current_ < declared_.size(); ++current_) resource(declared_[current_]);
        current_ = SIZE_MAX;
        loop_.clear();
        builder_.end();
      } else if (entry.key() == "Outputs" && entry.value.is_map()) {
        outputs();
      } else {
        emit_raw(entry.value);
      }
    }
    builder_.end();
  } else if (root_) {
    emit_raw(root_);
  }
  circles();
  Source self;
  self.file = out_.shown;
  self.path_prefix = "$";
  out_.document = unknowns_.finish(builder_, std::move(self));
  size_t i = 0;
  if (root_.is_map())
    for (auto entry : out_.document->root().get("Resources").entries())
      if (i < out_.resources.size()) out_.resources[i++].body = entry.value;
  return std::move(out_);
}

}  // namespace reeve
