#include "estate/resource.h"

#include <algorithm>
#include <cassert>
#include <cctype>

#include "aws/region.h"
#include "base/text.h"
#include "base/time.h"
#include "estate/same_meaning.h"
#include "estate/set_form.h"
#include "formats/json.h"

namespace reeve {
namespace {

Source without_document(const Source& source) {
  Source out = source;
  out.document = nullptr;
  return out;
}

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

  // What most answers are: one value, looked up already, at a plain path. Says as `look` would, where it is to stand.
  static bool take_plain(const Answer& answer, Made& made) {
    const SetForm* form = answer.form;
    if (!form || !answer.looked_up || form->kind != SetForm::Kind::path || !form->nothing.empty() || !form->path.plain()) return false;
    made.value = answer.found;
    if (made.value.is_unknown()) {
      made.reason = made.value.text();
      made.state = Made::State::unknown;
    } else if (made.value) {
      made.state = Made::State::value;
    }
    return true;
  }

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
    if (answers.size() == 1) {
      if (!take_plain(*best, leaf.made)) leaf.made = made_of(*best);
    } else {
      size_t best_at = 0;
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
      leaf.made = std::move(all[best_at].made);
    }
    if (leaf.made.state == Made::State::nothing) {
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
      const uint16_t slot = builder.add_source({});
      Made made = one.made;
      write_form(builder, slot, none, one.answer->item.document(), *one.answer->form, one.answer->item, made);
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
    write_form(builder_, static_cast<uint16_t>(source.slot), source.source, leaf.answer->item.document(), *leaf.answer->form, leaf.answer->item,
               leaf.made);
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
