#include "estate/resource.h"

#include <algorithm>
#include <cassert>
#include <cctype>

#include "aws/region.h"
#include "base/text.h"
#include "base/time.h"
#include "estate/same_meaning.h"
#include "formats/json.h"

namespace reeve {
namespace {

Source without_document(const Source& source) {
  Source out = source;
  out.document = nullptr;
  return out;
}

std::string upper_first(std::string_view key) {
  std::string out(key);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// What a form makes of an item, before anything is written.
struct Made {
  enum class State : uint8_t { nothing, value, unknown } state = State::nothing;
  Value value;  // where one existing value is the whole answer
  Found found;  // other answers of a path
  std::string reason;
};

// `found`: what stands at the form's plain path, if that was looked up already.
Made look(const SetForm& form, Value item, const Value* found = nullptr) {
  Made made;
  switch (form.kind) {
    case SetForm::Kind::constant: made.state = Made::State::value; return made;
    case SetForm::Kind::absent: return made;
    case SetForm::Kind::list:  // absent if there is no list to make one of, empty if there is an empty one
      for (auto& entry : form.list) {
        Found found = entry.each.find(item);
        if (found.any() || found.list || !found.unknown.empty()) made.state = Made::State::value;
      }
      return made;
    case SetForm::Kind::map:  // absent if none of its members is there
      for (auto& member : form.map)
        if (look(member.form, item).state != Made::State::nothing) made.state = Made::State::value;
      return made;
    case SetForm::Kind::request:  // the item is the value itself
      made.value = item;
      made.state = item ? Made::State::value : Made::State::nothing;
      return made;
    default: break;
  }
  std::vector<DocumentPtr> kept;
  if (form.kind == SetForm::Kind::first) {
    made.found = form.first.find(item);
    kept = made.found.kept;
    if (!made.found.unknown.empty() || !made.found.any()) {
      made.reason = made.found.unknown;
      made.state = made.reason.empty() ? Made::State::nothing : Made::State::unknown;
      return made;
    }
    item = made.found.first();
    made.found = form.path.find(item);
    made.found.kept.insert(made.found.kept.end(), kept.begin(), kept.end());
    made.reason = made.found.unknown;
    if (!made.reason.empty()) made.state = Made::State::unknown;
    else if (made.found.any() || made.found.list) made.state = Made::State::value;
    if (!made.found.projected) made.value = made.found.first();
    return made;
  }
  if (form.path.plain()) {
    made.value = found ? *found : form.path.find_plain(item);
    if (made.value.is_unknown()) {
      made.reason = std::string(made.value.text());
      made.state = Made::State::unknown;
      return made;
    }
    if (made.value) made.state = Made::State::value;
  } else {
    made.found = form.path.find(item);
    if (!made.found.unknown.empty()) {
      made.reason = made.found.unknown;
      made.state = Made::State::unknown;
      return made;
    }
    bool empty_list = made.found.list && form.kind == SetForm::Kind::path;  // a filter that keeps nothing is a list all the same
    if (made.found.any() || empty_list) {
      made.state = Made::State::value;
      if (!made.found.projected) made.value = made.found.first();
    }
  }
  if (!form.nothing.empty() && made.state == Made::State::value) {
    const auto text = made.value ? made.value.scalar_text() : std::nullopt;
    if (text && std::find(form.nothing.begin(), form.nothing.end(), *text) != form.nothing.end()) made.state = Made::State::nothing;
  }
  if (form.kind == SetForm::Kind::present) {
    made.state = Made::State::value;
  } else if (form.kind == SetForm::Kind::entries && made.state == Made::State::value && !made.value.is_map()) {
    made.state = Made::State::unknown;
    made.reason = "what stands at `" + form.path.text() + "` is not a map";
  } else if (form.kind == SetForm::Kind::values && made.state == Made::State::value) {
    auto text = made.value ? made.value.scalar_text() : std::nullopt;
    auto known = std::find_if(form.values.begin(), form.values.end(), [&](auto& v) { return text && v.first == *text; });
    if (known != form.values.end() && known->second->root().is_null()) {
      made.state = Made::State::nothing;  // a word that means absence
    } else if (known == form.values.end()) {
      made.state = Made::State::unknown;
      made.reason = "value `" + std::string(text.value_or("(not a scalar)")) + "` at `" + form.path.text() + "` is not one this version knows";
    }
  }
  return made;
}

// Writes what forms make, with origins.
class Writer {
 public:
  // `slot`: the source of the item, as `source`; `own`: its document.
  Writer(Builder& builder, uint16_t slot, const Source& source, const Document* own) : builder_(builder), slot_(slot), source_(source), own_(own) {}

  void write(const SetForm& form, Value item, Made& made) {
    switch (form.kind) {
      case SetForm::Kind::path:
      case SetForm::Kind::request:
      case SetForm::Kind::first: return write_path(form, item, made);
      case SetForm::Kind::constant:
        return constant(form.constant->root(), item);
      case SetForm::Kind::present:
        origin(made.found.any() ? made.found.first() : made.value ? made.value : item);
        return builder_.boolean(made.value || made.found.any());
      case SetForm::Kind::values: {
        auto text = *made.value.scalar_text();
        for (auto& [from, to] : form.values)
          if (from == text) {
            origin(made.value);
            return scalar(to->root());
          }
        return;
      }
      case SetForm::Kind::entries: {
        Value map = made.value;
        origin(map);
        builder_.begin_list();
        for (auto entry : map.entries()) {
          origin(entry.value);
          builder_.begin_map();
          builder_.key("Key");
          origin(entry.value);
          builder_.string(entry.key());
          builder_.key("Value");
          copy(entry.value);
          builder_.end();
        }
        return builder_.end();
      }
      case SetForm::Kind::list: return write_list(form, item);
      case SetForm::Kind::absent: return;
      case SetForm::Kind::map: {
        origin(item);
        builder_.begin_map();
        for (auto& member : form.map) write_member(member, item);
        return builder_.end();
      }
    }
  }

 private:
  void write_path(const SetForm& form, Value item, Made& made) {
    if (made.found.projected) {
      origin(made.found.values.empty() ? looked_through(form.path, item) : made.found.values.front());
      builder_.begin_list();
      for (Value value : made.found.values) write_value(form, value);
      return builder_.end();
    }
    write_value(form, made.value);
  }

  // Of a projection that found nothing: the list it went through, or as much of the way as there is.
  static Value looked_through(const Path& path, Value item) {
    for (std::string_view rest = path.text(); item.is_map();) {
      size_t end = 0;
      while (end < rest.size() && (std::isalnum(static_cast<unsigned char>(rest[end])) || rest[end] == '_')) ++end;
      Value next = end == 0 ? Value() : item.get(rest.substr(0, end));
      if (next) item = next;
      if (!next || end == rest.size() || rest[end] != '.') break;
      rest.remove_prefix(end + 1);
    }
    return item;
  }

  void write_value(const SetForm& form, Value value) {
    if (!form.keys_upper_first && form.rename.empty()) return copy(value);
    if (value.is_map()) {
      origin(value);
      builder_.begin_map();
      for (auto entry : value.entries()) {
        std::string key(entry.key());
        for (auto& [from, to] : form.rename)
          if (from == key) key = to;
        builder_.key(form.keys_upper_first ? upper_first(key) : key);
        write_value(form, entry.value);
      }
      return builder_.end();
    }
    if (value.is_list()) {
      origin(value);
      builder_.begin_list();
      for (Value item : value.items()) write_value(form, item);
      return builder_.end();
    }
    copy(value);
  }

  void write_list(const SetForm& form, Value item) {
    bool begun = false;
    auto begin = [&](Value at) {
      if (begun) return;
      origin(at);
      builder_.begin_list();
      begun = true;
    };
    std::string unknown;
    for (auto& entry : form.list) {
      Found outers = entry.each.find(item);
      if (!outers.unknown.empty()) unknown = outers.unknown;
      keep(outers);
      // A path that finds one list means its elements; a projection has found the elements already.
      std::vector<Value> elements = elements_of(outers);
      for (Value outer : elements) {
        if (!entry.has_inner) {
          begin(outer);
          write_item(entry, outer, outer);
          continue;
        }
        Found inners = entry.inner.find(outer);
        if (!inners.unknown.empty()) unknown = inners.unknown;
        keep(inners);
        for (Value inner : elements_of(inners)) {
          begin(outer);
          write_item(entry, outer, inner);
        }
      }
    }
    begin(item);
    if (!unknown.empty()) builder_.unknown(unknown);
    builder_.end();
  }

  static std::vector<Value> elements_of(const Found& found) {
    if (found.projected || !found.any()) return found.values;
    std::vector<Value> out;
    if (!found.first().is_list()) return {found.first()};
    for (Value item : found.first().items()) out.push_back(item);
    return out;
  }

  void write_item(const SetForm::ListEntry& entry, Value outer, Value inner) {
    if (entry.has_value) {
      Found found = entry.value.find(inner);
      if (found.any()) copy(found.first());
      else builder_.unknown(found.unknown.empty() ? "nothing stands at `" + entry.value.text() + "`" : found.unknown);
      return keep(found);
    }
    origin(inner);
    builder_.begin_map();
    for (auto* members : {&entry.outer, &entry.item}) {
      Value from = members == &entry.outer ? outer : inner;
      for (auto& member : *members) write_member(member, from);
    }
    builder_.end();
  }

  void write_member(const SetForm::Member& member, Value from) {
    Made made = look(member.form, from);
    if (made.state == Made::State::nothing) return;
    builder_.key(member.key);
    if (made.state == Made::State::unknown) builder_.unknown(made.reason);
    else write(member.form, from, made);
    keep(made.found);
  }

  void keep(const Found& found) {
    for (auto& document : found.kept) builder_.keep(document);
  }

  // Text parsed on the way (from_json) is a document of its own with its own place.
  uint16_t slot_of(Value value) {
    const std::string& prefix = value.document()->self().path_prefix;
    bool made = !prefix.empty() && prefix[0] != '$';  // `from_json(…)`, `request.…`: its item may be all there is of it
    if (!made && (value.document() == own_ || prefix.empty())) return slot_;
    for (auto& [document, slot] : parsed_)
      if (document == value.document()) return slot;
    Source self = value.document()->self();
    self.document = value.document()->weak_from_this().lock();
    self.time_ms = source_.time_ms;  // the reply's time may have been learnt after it was parsed
    self.time_basis = source_.time_basis;
    parsed_.emplace_back(value.document(), builder_.add_source(self));
    return parsed_.back().second;
  }
  void copy(Value value) { builder_.copy(value, slot_of(value)); }
  void origin(Value value) {
    if (value) builder_.with_origin_of(value, slot_of(value));
  }
  // What every item of the read says, whose place is the item: nothing in the reply says it.
  void constant(Value value, Value item) {
    origin(item);
    if (value.is_scalar()) return scalar(value);
    if (value.is_map()) {
      builder_.begin_map();
      for (auto entry : value.entries()) {
        builder_.key(entry.key());
        constant(entry.value, item);
      }
    } else {
      builder_.begin_list();
      for (Value one : value.items()) constant(one, item);
    }
    builder_.end();
  }
  void scalar(Value value) {
    switch (value.kind()) {
      case Kind::boolean: return builder_.boolean(value.boolean());
      case Kind::integer:
      case Kind::number: return builder_.number_raw(value.kind(), value.text(), Style::built);
      case Kind::null: return builder_.null();
      default: return builder_.string(value.text());
    }
  }

  Builder& builder_;
  uint16_t slot_;
  const Source& source_;
  const Document* own_;
  std::vector<std::pair<const Document*, uint16_t>> parsed_;
};

}  // namespace

ResourceDraft::ResourceDraft(const ResourceType& type) : type_(&type), facts_(type.targets.size()), reasons_(type.targets.size()) {}

void ResourceDraft::clear() {
  uid.clear(), account.clear(), region.clear(), id.clear(), name.clear(), tags.clear();
  for (auto& fact : facts_) fact.clear();
  for (auto& reason : reasons_) reason.lasting = nullptr, reason.own.clear();
  sources_.clear();
}

uint32_t ResourceDraft::add_source(const Source& source, bool exact) {
  sources_.push_back({source, exact, -1, nullptr});
  return static_cast<uint32_t>(sources_.size() - 1);
}

void ResourceDraft::answer(uint32_t target, const SetForm& form, Value item, uint32_t source) {
  facts_[target].push_back({&form, item, source, {}, {}, {}, false});
}

void ResourceDraft::answer_found(uint32_t target, const SetForm& form, Value item, uint32_t source, Value found) {
  facts_[target].push_back({&form, item, source, {}, {}, found, true});
}

void ResourceDraft::answer_absent(uint32_t target, uint32_t source, std::string path, std::string there) {
  facts_[target].push_back({nullptr, {}, source, std::move(path), std::move(there), {}, false});
}

void ResourceDraft::not_known(uint32_t target, std::string reason) {
  if (reasons_[target].text().empty()) reasons_[target].own = std::move(reason);
}

void ResourceDraft::not_known_for(uint32_t target, const std::string& reason) {
  if (reasons_[target].text().empty()) reasons_[target].lasting = &reason;
}

void ResourceDraft::set_tags(Value from) {
  if (!from) return;
  tags.clear();
  if (from.is_map()) {
    for (auto entry : from.entries()) tags.emplace_back(entry.key(), entry.value.text());
  } else {
    for (Value tag : from.items()) {
      Value key, value;
      for (auto entry : tag.entries()) {
        auto is = [name = entry.key()](std::string_view word) { return equal_ignoring_case(name, word); };
        if (is("key") || is("tagkey")) key = entry.value;
        else if (is("value") || is("tagvalue")) value = entry.value;
      }
      if (key) tags.emplace_back(key.text(), value ? value.text() : "");
    }
  }
  std::sort(tags.begin(), tags.end());
}

// Builds one resource's document.
class ResourceDraft::Emitter {
 public:
  explicit Emitter(ResourceDraft& draft) : draft_(draft), leaves_(draft.type_->targets.size()) {}

  Resource emit() {
    Resource out;
    for (auto& source : draft_.sources_) source.slot = -1;  // slots belong to one document
    const ResourceType& type = *draft_.type_;
    for (uint32_t t = 0; t < leaves_.size(); ++t) decide(t, out);

    builder_.begin_map();
    builder_.key("Resources");
    builder_.begin_map();
    builder_.key(draft_.id.empty() ? type.type : draft_.id);
    builder_.begin_map();
    builder_.key("Type");
    builder_.string(type.type);
    for (auto& branch : type.tree.children) {
      builder_.key(branch.key, true);
      builder_.begin_map();
      for (auto& child : branch.children) emit(child);
      builder_.end();
    }
    bool has_properties = std::any_of(type.tree.children.begin(), type.tree.children.end(), [](auto& b) { return b.key == "Properties"; });
    if (!has_properties) {
      builder_.key("Properties");
      builder_.begin_map();
      builder_.end();
    }
    builder_.end();
    builder_.end();
    builder_.end();
    out.document = builder_.finish();
    return out;
  }

 private:
  struct Leaf {
    const Answer* answer = nullptr;
    Made made;
    const std::string* reason = nullptr;  // of an unknown that nothing answered; lives with the draft
  };

  static Made made_of(const Answer& answer) { return answer.form ? look(*answer.form, answer.item, answer.looked_up ? &answer.found : nullptr) : Made{}; }

  // Which answer counts, and what it says.
  void decide(uint32_t t, Resource& out) {
    auto& answers = draft_.facts_[t];
    Leaf& leaf = leaves_[t];
    if (answers.empty()) {
      leaf.made.state = Made::State::unknown;
      static const std::string not_read = "not read";
      leaf.reason = draft_.reasons_[t].text().empty() ? &not_read : &draft_.reasons_[t].text();
      return;
    }
    const Answer* best = &answers[0];
    Made best_made;
    size_t best_at = 0;
    if (answers.size() == 1) {
      best_made = made_of(answers[0]);
    } else {
      auto all = standing(answers);
      for (auto& one : all)
        if (rank(one.made) > rank(all[best_at].made)) best_at = static_cast<size_t>(&one - all.data());
      best = all[best_at].answer;
      for (auto& one : all) {
        if (one.answer == best || agree(one, all[best_at])) continue;
        leaf.made.state = Made::State::unknown;
        leaf.made.reason = "conflict: " + where(*best) + " and " + where(*one.answer) + " disagree about one moment";
        return;
      }
      best_made = std::move(all[best_at].made);
    }
    if (best_made.state == Made::State::nothing) {
      Resource::Seen seen;
      auto& source = draft_.sources_[best->source];
      if (!source.shared) source.shared = std::make_shared<const Source>(without_document(source.source));
      seen.source = source.shared;
      if (best->form) {
        seen.looked_up = best->form->kind == SetForm::Kind::first ? &best->form->first : &best->form->path;
        seen.item = best->item;
        seen.of_item = source.source.document;
      } else {
        seen.path = best->path;
        seen.value = best->there;
      }
      out.absent.emplace_back(t, std::move(seen));
    }
    leaf.answer = best;
    leaf.made = std::move(best_made);
  }

  struct Standing {
    const Answer* answer;
    Made made;
  };
  static int rank(const Made& made) { return made.state == Made::State::value ? 2 : made.state == Made::State::nothing ? 1 : 0; }

  // The answers to which no other is known to be newer. A time that the reply gives is a moment; one that it only mentions, and any
  // other basis, is a bound: the reply is at least that old or of any age (a file's time is that of the last copy).
  std::vector<Standing> standing(const std::vector<Answer>& answers) const {
    std::vector<Standing> all;
    for (const Answer& answer : answers) all.push_back({&answer, made_of(answer)});
    std::vector<Standing> out;
    for (auto& one : all)
      if (std::none_of(all.begin(), all.end(), [&](auto& other) { return &other != &one && newer(other, one); })) out.push_back(one);
    return out;
  }

  bool newer(const Standing& a, const Standing& b) const {
    const auto& sa = draft_.sources_[a.answer->source];
    const auto& sb = draft_.sources_[b.answer->source];
    auto order = [](const SourceEntry& entry) { return entry.exact || entry.source.time_basis == "stated" ? entry.source.time_ms : 0; };
    if (order(sa) <= order(sb)) return false;
    if (!sb.exact && sb.source.time_basis != "stated") return false;  // of any age: the file may have been copied since
    // Of two bounds the later one counts where both replies have a value: they speak of different moments, which is no conflict.
    if (!sb.exact) return sa.exact || (a.made.state == Made::State::value && b.made.state == Made::State::value);
    // A reply of another call may lack the member for other reasons than that the fact is gone; its time must be sure to say so.
    return sa.exact || a.made.state == Made::State::value || same_call(a, b);
  }

  bool same_call(const Standing& a, const Standing& b) const {
    const std::string& call = draft_.sources_[a.answer->source].source.operation;  // empty: AWS Config
    return call == draft_.sources_[b.answer->source].source.operation;
  }
  std::string where(const Answer& answer) const {
    const Source& source = draft_.sources_[answer.source].source;
    return source.operation.empty() ? source.file : source.operation;
  }

  // Two values that mean the same agree. An unknown or an absence is outdone by a value from another call.
  bool agree(const Standing& a, const Standing& b) const {
    if (a.made.state != b.made.state) return !same_call(a, b);
    if (a.made.state != Made::State::value) return true;
    auto build = [](const Standing& one) {
      Builder builder;
      Source none;
      Writer writer(builder, builder.add_source({}), none, one.answer->item.document());
      Made made = one.made;
      writer.write(*one.answer->form, one.answer->item, made);
      for (auto& document : made.found.kept) builder.keep(document);
      return builder.finish();
    };
    auto one = build(a), other = build(b);
    return same_meaning(one->root(), other->root());
  }

  enum class Below { nothing, value, unknown };
  Below state(const ResourceType::Branch& branch, const std::string** reason) const {
    if (branch.target >= 0) {
      const Made& made = leaves_[branch.target].made;
      if (made.state == Made::State::unknown) {
        if (!*reason) *reason = leaves_[branch.target].reason ? leaves_[branch.target].reason : &made.reason;
        return Below::unknown;
      }
      return made.state == Made::State::value ? Below::value : Below::nothing;
    }
    Below all = Below::nothing;
    for (auto& child : branch.children) {
      Below one = state(child, reason);
      if (one == Below::value) return one;
      if (one == Below::unknown) all = one;
    }
    return all;
  }

  void emit(const ResourceType::Branch& branch) {
    const std::string* reason = nullptr;
    Below below = state(branch, &reason);
    if (below == Below::nothing) return;
    builder_.key(branch.key, true);
    if (below == Below::unknown) return builder_.unknown(*reason);
    if (branch.target < 0) {
      builder_.begin_map();
      for (auto& child : branch.children) emit(child);
      return builder_.end();
    }
    Leaf& leaf = leaves_[branch.target];
    auto& source = draft_.sources_[leaf.answer->source];
    if (source.slot < 0) source.slot = builder_.add_source(source.source);
    Writer writer(builder_, static_cast<uint16_t>(source.slot), source.source, leaf.answer->item.document());
    writer.write(*leaf.answer->form, leaf.answer->item, leaf.made);
    for (auto& document : leaf.made.found.kept) builder_.keep(document);
  }

  ResourceDraft& draft_;
  std::vector<Leaf> leaves_;
  Builder builder_;
};

Resource ResourceDraft::finish() {
  Resource out = Emitter(*this).emit();
  out.type = type_;
  out.type_name = type_->type;
  out.uid = uid;
  out.account = account;
  out.region = region;
  out.id = id;
  out.name = name;
  out.tags = tags;
  if (!sources_.empty()) {
    out.main_source = without_document(sources_.front().source);
    for (auto& fact : facts_)
      for (auto& answer : fact)
        if (answer.source == 0 && answer.form && answer.item && out.main_path.empty()) out.main_path = answer.item.origin().path;
  }
  return out;
}

}  // namespace reeve
