#include "estate/replies.h"

#include <algorithm>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "estate/pages.h"
#include "estate/several_organizations.h"
#include "formats/csv.h"
#include "formats/json.h"

namespace reeve {
namespace {

std::string text_at(const Path& path, Value item) {
  if (path.empty()) return "";
  Found found = path.find(item);
  if (!found.any()) return "";
  if (found.projected) {
    std::string all;
    for (Value value : found.values) all += (all.empty() ? "" : "/") + std::string(value.scalar_text().value_or(""));
    return all;
  }
  return std::string(found.first().scalar_text().value_or(""));
}

// Whether the parameter names what the items are under (the parent of units) and not the resource itself, even if it is of the same type.
bool asks_about_another(const Read& read) {
  return read.has_each && !read.parameters.empty() &&
         (read.under == read.parameters.back() || std::any_of(read.set.begin(), read.set.end(), [&](auto& set) {
            return set.second.kind == SetForm::Kind::request && set.second.request == read.parameters.back();
          }));
}

// The elements of a request's list, as snapshots keep it (`["SETTINGS","TAGS"]`); none of anything else.
std::vector<std::string> elements_asked(const std::string& text) {
  std::vector<std::string> out;
  if (!starts_with(text, "[")) return out;
  if (auto list = read_json(text, Source{}))
    for (Value one : (*list)->root().items()) out.emplace_back(one.text());
  return out;
}

bool lists_only(const std::string& text, const std::vector<std::string>& values) {
  std::vector<std::string> asked = elements_asked(text);
  return !asked.empty() && std::all_of(asked.begin(), asked.end(), [&](auto& one) { return std::find(values.begin(), values.end(), one) != values.end(); });
}

}  // namespace

ReplySet::ReplySet(const Unit& unit, const ResourceCatalogue& catalogue, UnitSink& sink, const LoadOptions& options)
    : unit_(unit), catalogue_(catalogue), sink_(sink), options_(options) {}

void ReplySet::assemble() {
  for (const Input& input : unit_.inputs) {
    if (input.kind == InputKind::config || input.kind == InputKind::cloudformation) continue;
    Reply reply;
    reply.input = &input;
    bool read = read_reply(input, reply);
    if (is_region_name(input.region)) see_region(input.region);
    if (!read) continue;
    replies_.push_back(std::move(reply));
  }
  join_pages(replies_);
  for (Reply& reply : replies_) {
    std::string lacks = reply.incomplete.empty() ? list_not_there(reply) : "";
    if (!lacks.empty()) reply.incomplete = "it has no `" + lacks + "`";
    record(reply);
    if (reply.incomplete.empty()) continue;
    sink_.note({Code::not_found, "the reply of `" + reply.input->call + "` is not whole: " + reply.incomplete, {reply.input->shown},
                lacks.empty() ? "all pages of the call" : "a list, even if it is empty",
                lacks.empty() && reply.input->frame_bytes != 0
                    ? "collect it again; the request of each page names the token that the page before it gave"
                : lacks.empty() ? "export it again without a limit, or save the next page as " + reply.input->call + " with `-2` at its name's end"
                              : "export it again, without `--query`"});
  }
  see_organizations();
  // What makes resources comes before what only tells of them: lists first, then lists that take a parameter, then the rest.
  for (int stage : {0, 1, 2}) {
    for (size_t i = 0; i < replies_.size(); ++i) {
      const auto* uses = catalogue_.uses(replies_[i].input->call);
      if (!uses) continue;
      for (auto& [type, read] : *uses) {
        if (type->of_organization() != (unit_.kind == Unit::Kind::organization)) continue;
        bool makes = !read->id.empty() || !read->arn.empty();
        if ((read->lists() ? 0 : makes ? 1 : 2) != stage || replies_[i].joined) continue;
        use(replies_[i], i, *type, *read, stage > 0);
      }
    }
  }
  for (Reply& reply : replies_) {
    if (reply.used || reply.input->parameters.empty() || !reply.error_code.empty()) continue;
    std::string asked;
    for (auto& [name, value] : reply.input->parameters) asked += (asked.empty() ? "" : " ") + value;
    bool per_resource = false;
    if (const auto* uses = catalogue_.uses(reply.input->call))
      for (auto& use : *uses) per_resource |= !use.read->lists();
    if (per_resource)
      sink_.note({Code::not_found, "`" + reply.input->call + "` tells of `" + asked + "`, which no list names", {reply.input->shown}, "the reply of the call that lists it", ""});
  }
}

// True if the reply is to a request that `read` means: parameters with a fixed value agree.
bool ReplySet::wanted(const Reply& reply, const Read& read) const {
  for (auto& [name, values] : read.with) {
    bool agrees = false, named = false;
    for (auto& [parameter, value] : reply.input->parameters) {
      if (!parameter.empty() && parameter != name) continue;
      named |= !parameter.empty();
      agrees |= std::find(values.begin(), values.end(), value) != values.end() || lists_only(value, values);
    }
    if (agrees) continue;
    // A call that is made once for each of several values may be exported without saying which.
    if (values.size() > 1 && !named) continue;
    return false;
  }
  return true;
}

// The organizations that the replies say they are of, by the reads of the organization that give its id.
void ReplySet::see_organizations() {
  if (unit_.kind != Unit::Kind::organization) return;
  std::set<std::string> ids;
  for (Reply& reply : replies_) {
    const auto* uses = catalogue_.uses(reply.input->call);
    if (!uses || reply.joined || !reply.error_code.empty()) continue;
    for (auto& [type, read] : *uses)
      if (type->singleton == Singleton::organization && !read->has_each && wanted(reply, *read))
        if (auto id = text_at(read->id, reply.body); !id.empty()) ids.insert(id);
  }
  if (ids.size() > 1) several_ = std::string(kSeveralOrganizations) + ": " + join({ids.begin(), ids.end()}, ", ");
}

void ReplySet::use(Reply& reply, size_t number, const ResourceType& type, const Read& read, bool parameters) {
  if (!wanted(reply, read)) return;
  if (!reply.error_code.empty()) return fail_read(reply, number, type, read);
  if (type.singleton == Singleton::organization && !several_.empty()) {
    reply.used = true;
    Draft* draft = singleton(type, "unknown", "global");
    for (auto& [target, form] : read.set) draft->draft->not_known(target, several_);
    return;
  }
  Draft* known = nullptr;
  if (parameters) {
    auto matches = asks_about_another(read) ? std::vector<Draft*>() : matching(type, read, reply);
    if (matches.empty() && read.id.empty() && read.arn.empty()) {
      return;
    }
    reply.used = true;
    if (matches.size() == 1) known = matches.front();
    if (matches.size() > 1) {  // whose facts these are nobody can tell
      for (Draft* draft : matches)
        for (auto& [target, form] : read.set) draft->draft->not_known(target, read.call + " is about one of several of that name");
      return;
    }
  }
  // Of a list that is not whole nothing may be concluded but that its items are there.
  if (!reply.incomplete.empty() && (known || type.singleton != Singleton::none)) {
    Draft* draft = known ? known : singleton(type, reply.input->account, reply.input->region);
    if (draft)
      for (auto& [target, form] : read.set) draft->draft->not_known(target, read.call + " incomplete");
    return;
  }
  if (!read.has_each) return use_item(reply, number, type, read, reply.body, known);
  Found items = read.each.find(reply.body);
  if (!items.unknown.empty())
    sink_.problem({Code::parse, "`" + read.each.text() + "` in the reply: " + items.unknown, {reply.input->shown}, "", ""});
  std::vector<Value> found = items.values;
  if (!items.projected && found.size() == 1 && found[0].is_list()) {
    auto list = found[0];
    found.clear();
    for (Value item : list.items()) found.push_back(item);
  }
  for (Value item : found) use_item(reply, number, type, read, item, known);
  // A singleton of which the reply has no item: the facts are known to be absent.
  if (found.empty() && type.singleton != Singleton::none) {
    Draft* draft = known ? known : singleton(type, reply.input->account, reply.input->region);
    if (!draft) return;
    uint16_t source = source_of(*draft, reply, number);
    auto [where, there] = read.each.stops(reply.body);
    for (auto& [target, form] : read.set) draft->draft->answer_absent(target, source, where, there);
  }
}

void ReplySet::use_item(Reply& reply, size_t number, const ResourceType& type, const Read& read, Value item, Draft* known) {
  Draft* draft = known;
  std::string account = text_at(read.account, item);
  // One reply may tell of several accounts' settings; the others' are not this unit's.
  if (!account.empty() && unit_.kind == Unit::Kind::account && account != unit_.account &&
      (type.singleton == Singleton::account || type.singleton == Singleton::region))
    return;
  if (account.empty()) account = reply.input->account;
  std::string region = text_at(read.region, item);
  if (!draft) {
    if (type.singleton != Singleton::none) {
      draft = singleton(type, account, reply.input->region);
      if (draft && type.singleton == Singleton::organization) {
        if (auto id = text_at(read.id, item); !id.empty()) draft->draft->id = id;
        if (auto arn = text_at(read.arn, item); !arn.empty()) {
          by_uid_.erase(draft->draft->uid);
          draft->draft->uid = arn;
          by_uid_[arn] = draft;
        }
      }
    } else {
      std::string id = id_of(reply, read, item), arn = text_at(read.arn, item);
      if (id.empty() && arn.empty()) {
        sink_.note({Code::parse, "an item of `" + read.call + "` has neither id nor ARN and is left out", {reply.input->shown, item.line(), item.column()},
                    "`" + (read.id.empty() ? read.arn.text() : read.id.text()) + "`", ""});
        return;
      }
      // An item's ARN knows its Region better than the folder: a trail is told of in every Region.
      if (region.empty() && is_region_name(arn_region(arn))) region = std::string(arn_region(arn));
      std::string home = type.global ? "global" : region.empty() ? reply.input->region : region;
      if (!type.global && !is_region_name(home) && arn.empty() && unit_.kind == Unit::Kind::account)
        sink_.note({Code::not_found, "the Region of `" + type.type + "` `" + id + "` is not known", {reply.input->shown}, "a folder named by the Region around the file", ""});
      if (id.empty()) id = std::string(arn_resource(arn));
      bool fillable = type.global || is_region_name(home) || !contains(type.arn_template, "{region}");
      std::string uid = !arn.empty() ? arn : !type.arn_template.empty() && fillable ? fill_arn(type.arn_template, account, home, id) : native_uid(account, home, type.type, id);
      draft = draft_for(type, uid, account, home, id);
    }
  }
  if (!draft) return;
  ResourceDraft& resource = *draft->draft;
  // A list may know the id alone, and a later call the ARN.
  if (known && type.singleton == Singleton::none && !starts_with(resource.uid, "arn:")) {
    std::string arn = text_at(read.arn, item);
    if (starts_with(arn, "arn:")) {
      by_uid_.erase(resource.uid);
      resource.uid = arn;
      by_uid_[arn] = draft;
    }
  }
  // The organization is known through the account that was asked, the management account's word first.
  if (type.singleton == Singleton::organization && (resource.account == "unknown" || !text_at(read.id, item).empty())) resource.account = account;
  if (!region.empty() && type.singleton == Singleton::none) resource.region = region;
  if (auto name = text_at(read.name, item); !name.empty()) resource.name = name;
  if (!read.tags.empty()) {
    Found tags = read.tags.find(item);
    if (tags.any() && !tags.projected) resource.set_tags(tags.first());
  }
  uint16_t source = source_of(*draft, reply, number);
  for (auto& [target, form] : read.set) {
    Value from = form.kind == SetForm::Kind::request ? request_value(reply, read, form.request) : item;
    resource.answer(target, form, from, source);
  }
}

// What the request asked for, as a value with a place of its own; CLI output names it by its file name.
Value ReplySet::request_value(Reply& reply, const Read& read, const std::string& name) const {
  std::string found;
  for (auto& [parameter, value] : reply.input->parameters) {
    bool fixed = false;
    for (auto& [with, allowed] : read.with) fixed |= std::find(allowed.begin(), allowed.end(), value) != allowed.end();
    if (parameter == name) found = value;
    else if (parameter.empty() && !fixed) found = value;
  }
  if (found.empty()) return {};
  Builder builder;
  builder.string(found);
  Source self = reply.source;
  self.path_prefix = "request." + name;
  reply.request_values.push_back(builder.finish(self));
  return reply.request_values.back()->root();
}

// Empty where the item has none, or where nothing tells what it stands under.
std::string ReplySet::id_of(Reply& reply, const Read& read, Value item) const {
  std::string id = text_at(read.id, item);
  if (id.empty() || read.under.empty()) return id;
  Value above = request_value(reply, read, read.under);
  return above ? std::string(above.text()) + read.joint + id : "";
}

uint32_t ReplySet::source_of(Draft& draft, const Reply& reply, size_t number) {
  if (draft.reply != static_cast<int64_t>(number)) {
    Source source = reply.source;
    source.document = reply.document;
    source.path_prefix = reply.document ? reply.document->self().path_prefix : "";
    draft.source = draft.draft->add_source(source, reply.exact);
    draft.reply = static_cast<int64_t>(number);
  }
  return draft.source;
}

ReplySet::Draft* ReplySet::draft_for(const ResourceType& type, const std::string& uid, const std::string& account, const std::string& region,
                                     const std::string& id) {
  if (auto found = by_uid_.find(uid); found != by_uid_.end() && &found->second->draft->type() == &type) return found->second;
  // One source may name it by ARN and another by id alone.
  std::string native = type.type + "\n" + id;
  for (Draft* draft : by_native_[native])
    if (draft->draft->region == region || type.global)
      if (draft->draft->account == account && (draft->draft->uid == uid || !starts_with(uid, "arn:") || !starts_with(draft->draft->uid, "arn:"))) {
        if (starts_with(uid, "arn:") && draft->draft->uid != uid) {
          by_uid_.erase(draft->draft->uid);
          draft->draft->uid = uid;
          by_uid_[uid] = draft;
        }
        return draft;
      }
  auto made = std::make_unique<Draft>();
  made->draft = std::make_unique<ResourceDraft>(type);
  made->draft->uid = uid;
  made->draft->account = account;
  made->draft->region = region;
  made->draft->id = id;
  made->draft->name = id;
  Draft* out = made.get();
  drafts_.push_back(std::move(made));
  by_uid_[uid] = out;
  by_native_[native].push_back(out);
  by_type_[&type].push_back(out);
  return out;
}

ReplySet::Draft* ReplySet::singleton(const ResourceType& type, const std::string& account, const std::string& region) {
  std::string home = type.singleton == Singleton::region ? region : "global";
  if (type.singleton == Singleton::region && !is_region_name(home)) return nullptr;
  std::string of = type.singleton == Singleton::organization ? "unknown" : unit_.kind == Unit::Kind::account ? unit_.account : account;
  if (type.singleton == Singleton::organization) {
    auto& all = by_type_[&type];
    if (!all.empty()) return all.front();
  }
  std::string id = type.type.substr(type.type.rfind(':') + 1);
  std::string uid = type.arn_template.empty() ? native_uid(of, home, type.type, lower(id)) : fill_arn(type.arn_template, of, home, lower(id));
  Draft* draft = draft_for(type, uid, of, home, lower(id));
  draft->draft->name = type.singleton == Singleton::region ? home : type.singleton == Singleton::account ? of : type.title;
  return draft;
}

std::vector<ReplySet::Draft*> ReplySet::matching(const ResourceType& type, const Read& read, const Reply& reply, const std::string& of_list) {
  std::vector<Draft*> out;
  auto& parameters = reply.input->parameters;
  // The last parameter that is not one with a fixed value names the resource.
  std::vector<std::string> values;
  for (auto& [name, value] : parameters) {
    bool fixed = false;
    for (auto& [with, allowed] : read.with) fixed |= std::find(allowed.begin(), allowed.end(), value) != allowed.end();
    bool named_otherwise = !name.empty() && std::find(read.parameters.begin(), read.parameters.end(), name) == read.parameters.end();
    if (!fixed && !named_otherwise && !is_page_parameter(name)) values.push_back(value);
  }
  if (type.singleton != Singleton::none && read.match == "id") {
    Draft* draft = singleton(type, unit_.account.empty() ? reply.input->account : unit_.account, reply.input->region);
    if (draft) out.push_back(draft);
    return out;
  }
  if (values.empty()) return out;
  const std::string& wanted = of_list.empty() ? values.back() : of_list;
  if (read.match == "id" || read.match == "arn") {
    if (auto found = by_uid_.find(wanted); found != by_uid_.end() && &found->second->draft->type() == &type) out.push_back(found->second);
    if (!out.empty()) return out;
    if (auto found = by_native_.find(type.type + "\n" + wanted); found != by_native_.end()) {
      for (Draft* draft : found->second) {
        bool here = type.global || draft->draft->region == reply.input->region || reply.input->region == "global";
        if (here && draft->draft->account == reply.input->account) out.push_back(draft);
      }
      if (out.empty() && found->second.size() == 1) out.push_back(found->second.front());
    }
    return asked_about(std::move(out), read, reply);
  }
  // By the value of a target (a queue's URL): one table for all such calls, made when the first is used, after all lists.
  std::string table = type.type + "\n" + read.match;
  if (by_target_.find(table) == by_target_.end()) {
    auto& drafts = by_target_[table];
    auto path = Path::compile(read.match, {});
    for (Draft* draft : by_type_[&type]) {
      Resource so_far = draft->draft->finish();
      Value value = path ? path->find(so_far.body()).first() : Value();
      if (value && value.scalar_text()) drafts[std::string(*value.scalar_text())].push_back(draft);
    }
  }
  auto& drafts = by_target_[table];
  if (auto found = drafts.find(wanted); found != drafts.end())
    for (Draft* draft : found->second)
      if (type.global || draft->draft->region == reply.input->region || !is_region_name(reply.input->region)) out.push_back(draft);
  return asked_about(std::move(out), read, reply);
}

// The parameters before the last say whose it is (a rule of which bus), where the resource has a fact of their name.
std::vector<ReplySet::Draft*> ReplySet::asked_about(std::vector<Draft*> drafts, const Read& read, const Reply& reply) const {
  if (read.parameters.size() < 2) return drafts;
  std::vector<std::pair<std::string, std::string>> asked;
  for (auto& [given, value] : reply.input->parameters) {
    bool fixed = false;
    for (auto& [with, allowed] : read.with) fixed |= std::find(allowed.begin(), allowed.end(), value) != allowed.end();
    if (!fixed && !is_page_parameter(given)) asked.emplace_back(given, value);
  }
  for (size_t i = 0; i < asked.size(); ++i)  // CLI output may leave out the outer ones, which have defaults
    if (asked[i].first.empty() && i + read.parameters.size() >= asked.size()) asked[i].first = read.parameters[i + read.parameters.size() - asked.size()];
  std::erase_if(asked, [&](auto& one) { return one.first == read.parameters.back(); });
  auto same = [](std::string_view fact, std::string_view value) {  // one of them may be an ARN
    auto below = [](std::string_view arn, std::string_view name) {
      return starts_with(arn, "arn:") && ends_with(arn, name) && arn.size() > name.size() && (arn[arn.size() - name.size() - 1] == '/' || arn[arn.size() - name.size() - 1] == ':');
    };
    return fact == value || below(fact, value) || below(value, fact);
  };
  std::erase_if(drafts, [&](Draft* draft) {
    Resource so_far = draft->draft->finish();
    for (auto& [name, value] : asked) {
      Value fact = so_far.body().get("Properties").get(name);
      if (!fact) fact = so_far.body().get("Observed").get(name);
      if (auto text = fact.scalar_text(); text && !same(*text, value)) return true;
    }
    return false;
  });
  return drafts;
}

void ReplySet::fail_read(Reply& reply, size_t number, const ResourceType& type, const Read& read) {
  bool absent = std::find(read.absent_when.begin(), read.absent_when.end(), reply.error_code) != read.absent_when.end();
  std::string why = reply.error_code == "unreadable" ? "reply unreadable" : reply.error_code;
  auto name = [&](const std::string& region, const std::string& id) { return read.call + "\n" + region + "\n" + id; };
  std::vector<Draft*> drafts;
  if (asks_about_another(read)) return;
  if (!read.lists()) {
    drafts = matching(type, read, reply);
    for (auto& [parameter, value] : reply.input->parameters)  // one call may ask about many
      if (parameter == read.parameters.back())
        for (const std::string& one : elements_asked(value))
          for (Draft* draft : matching(type, read, reply, one)) drafts.push_back(draft);
  } else if (type.singleton != Singleton::none) {
    if (Draft* draft = singleton(type, reply.input->account, reply.input->region)) drafts.push_back(draft);
  } else {
    failures_[name(type.global ? "global" : reply.input->region, "")] = {why, absent, &reply};
  }
  for (Draft* draft : drafts) {
    if (absent) {
      uint16_t source = source_of(*draft, reply, number);
      std::string where = reply.error_at ? reply.error_at.origin().path : "$";
      for (auto& [target, form] : read.set) draft->draft->answer_absent(target, source, where, reply.error_at ? to_json(reply.error_at) : "");
    } else {
      for (auto& [target, form] : read.set) draft->draft->not_known(target, read.call + " " + why);
    }
  }
}

ResourceDraft* ReplySet::find(const std::string& uid) {
  auto found = by_uid_.find(uid);
  return found == by_uid_.end() ? nullptr : found->second->draft.get();
}

void ReplySet::see_region(const std::string& region) { regions_.insert(region); }

std::string ReplySet::missing_reason(const ResourceType& type, uint32_t target, const ResourceDraft& draft) const {
  std::string denied, missing;
  for (uint32_t r : type.setters[target]) {
    const Read& read = type.reads[r];
    auto failure = failures_.find(read.call + "\n" + (type.global ? "global" : draft.region) + "\n");
    std::string& out = failure != failures_.end() ? denied : missing;
    std::string text = read.call + " " + (failure != failures_.end() ? failure->second.text : "not read");
    if (!contains(out, text)) out += (out.empty() ? "" : ", ") + text;
  }
  if (!denied.empty()) return denied;
  return missing.empty() ? "not read" : missing;
}

// A call that lists all things in some state (instances that Systems Manager manages) says of the others that they are not in it.
void ReplySet::say_unlisted() {
  for (size_t i = 0; i < replies_.size(); ++i) {
    Reply& reply = replies_[i];
    const auto* uses = catalogue_.uses(reply.input->call);
    if (!uses || reply.joined || !reply.error_code.empty() || !reply.incomplete.empty()) continue;
    for (auto& [type, read] : *uses) {
      if (!wanted(reply, *read)) continue;
      say_unnamed(reply, i, *type, *read);
      if (!read->unlisted_absent || unit_.kind != Unit::Kind::account) continue;
      Found items = read->each.find(reply.body);
      if (!items.unknown.empty() || (items.projected ? !items.list : !items.first().is_list())) continue;  // a reply without the list
      auto [where, there] = read->each.stops(reply.body);
      for (Draft* draft : by_type_[type]) {
        if (!type->global && draft->draft->region != reply.input->region) continue;
        uint32_t source = 0;
        bool sourced = false;
        for (auto& [target, form] : read->set) {
          if (draft->draft->answered(target)) continue;
          if (!sourced) source = source_of(*draft, reply, i), sourced = true;
          draft->draft->answer_absent(target, source, where, there);
        }
      }
    }
  }
}

// What is only asked of those that a list names is known of the others: what of them would be told is not there. The list of another
// account may be that of another organization, and says nothing of these.
void ReplySet::say_unnamed(Reply& reply, size_t number, const ResourceType& type, const Read& list) {
  if (!list.lists() || !list.has_each || list.id.empty() || !several_.empty()) return;
  std::vector<const Read*> of_named;
  for (const Read& read : type.reads)
    if (read.named_by == list.call) of_named.push_back(&read);
  auto of_pages = [](auto& one) { return is_page_parameter(one.first) || one.first == "MaxResults" || one.first == "MaxItems" || one.first == "Limit"; };
  auto& asked = reply.input->parameters;
  if (of_named.empty() || !std::all_of(asked.begin(), asked.end(), of_pages)) return;  // a part of the list says nothing of the rest
  Found items = list.each.find(reply.body);
  if (!items.unknown.empty() || (items.projected ? !items.list : !items.first().is_list())) return;  // a reply without the list
  std::set<std::string> named;
  for (Value item : items.values) {
    std::string id = id_of(reply, list, item);
    if (id.empty()) return;  // one that is not told: it may be any
    named.insert(std::move(id));
  }
  auto [where, there] = list.each.stops(reply.body);
  for (Draft* draft : by_type_[&type]) {
    if (draft->draft->account != reply.input->account || named.contains(draft->draft->id) || (!type.global && draft->draft->region != reply.input->region)) continue;
    for (const Read* read : of_named)
      for (auto& [target, form] : read->set)
        if (!draft->draft->answered(target)) draft->draft->answer_absent(target, source_of(*draft, reply, number), where, there);
  }
}

void ReplySet::finish() {
  say_unlisted();
  // Singletons exist for every account and Region that was seen, whether or not any reply told of them.
  for (auto& type : catalogue_.types()) {
    if (unit_.kind == Unit::Kind::organization) {
      if (type->singleton == Singleton::organization) singleton(*type, "unknown", "global");
    } else if (type->singleton == Singleton::account) {
      singleton(*type, unit_.account, "global");
    } else if (type->singleton == Singleton::region) {
      for (auto& region : regions_) singleton(*type, unit_.account, region);
    }
  }
  std::sort(drafts_.begin(), drafts_.end(), [](auto& a, auto& b) { return a->draft->uid < b->draft->uid; });
  for (auto& made : drafts_) {
    ResourceDraft& draft = *made->draft;
    const ResourceType& type = draft.type();
    for (uint32_t target = 0; target < type.targets.size(); ++target)
      if (!draft.answered(target)) draft.not_known(target, missing_reason(type, target, draft));
    sink_.resource(draft.finish());
    made->draft.reset();
  }
  drafts_.clear();
}

}  // namespace reeve
