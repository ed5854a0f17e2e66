#include "estate/set_form.h"

#include <algorithm>
#include <cctype>

namespace reeve {
namespace {

std::string upper_first(std::string_view key) {
  std::string out(key);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
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
    std::vector<std::string_view> told;  // the `each` paths whose unreadable elements are written already
    for (auto& entry : form.list) {
      const bool first = std::find(told.begin(), told.end(), entry.each.text()) == told.end();
      if (first) told.push_back(entry.each.text());
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
        if (!outer.is_map() && !entry.inner.keys().empty()) {
          if (first) {
            begin(outer);
            unreadable(outer, entry.each);
          }
          continue;
        }
        if (form.always && first && !any_inner(form, entry, outer)) {
          begin(outer);
          origin(outer);
          builder_.unknown("an element of `" + entry.each.text() + "` has none of the lists that it is made of");
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

  // An element in a shape that its paths do not read is one whose content is not known, which is not the same as none.
  void unreadable(Value element, const Path& where) {
    origin(element);
    builder_.unknown(element.is_unknown() ? std::string(element.text()) : "an element of `" + where.text() + "` is not a map");
  }

  static bool any_inner(const SetForm& form, const SetForm::ListEntry& like, Value outer) {
    return std::any_of(form.list.begin(), form.list.end(), [&](const SetForm::ListEntry& entry) {
      if (!entry.has_inner || entry.each.text() != like.each.text()) return false;
      Found found = entry.inner.find(outer);
      return found.any() || found.list || !found.unknown.empty();
    });
  }

  static bool reads_keys(const SetForm::ListEntry& entry) {
    return std::any_of(entry.item.begin(), entry.item.end(), [](const SetForm::Member& member) {
      return member.form.looks_up() && !member.form.path.keys().empty();
    });
  }

  void write_item(const SetForm::ListEntry& entry, Value outer, Value inner) {
    if (!inner.is_map() && !entry.has_value && reads_keys(entry)) return unreadable(inner, entry.has_inner ? entry.inner : entry.each);
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

Made look(const SetForm& form, Value item, const Value* found) {
  Made made;
  switch (form.kind) {
    case SetForm::Kind::constant: made.state = Made::State::value; return made;
    case SetForm::Kind::absent: return made;
    case SetForm::Kind::list:  // absent if there is no list to make one of, empty if there is an empty one
      for (auto& entry : form.list) {
        Found found = entry.each.find(item);
        if (found.any() || found.list || !found.unknown.empty()) made.state = Made::State::value;
      }
      if (form.always && made.state == Made::State::nothing) {
        made.state = Made::State::unknown;
        made.reason = "no list stands at `" + form.list.front().each.text() + "`";
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

void write_form(Builder& builder, uint16_t slot, const Source& source, const Document* own, const SetForm& form, Value item, Made& made) {
  Writer(builder, slot, source, own).write(form, item, made);
}

}  // namespace reeve
