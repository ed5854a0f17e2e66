#include "collect/plan.h"

#include <algorithm>
#include <tuple>

#include "aws/region.h"
#include "base/text.h"
#include "collect/plan_graph.h"
#include "estate/resource.h"

namespace reeve {
namespace {

constexpr std::string_view kAccount = "AccountId";

const ApiMember* member_of(const PlanNode& node, std::string_view name) {
  if (!node.operation->input) return nullptr;
  for (const ApiMember& member : node.operation->input->members)
    if (member.name == name) return &member;
  return nullptr;
}

void write_scalar(Builder& builder, const ApiShape* shape, const std::string& text) {
  const auto kind = shape ? shape->kind : ApiShape::Kind::string;
  if ((kind == ApiShape::Kind::integer || kind == ApiShape::Kind::number) && parse_double(text)) return builder.number_raw(parse_int(text) ? Kind::integer : Kind::number, text, Style::built);
  if (kind == ApiShape::Kind::boolean && (text == "true" || text == "false")) return builder.boolean(text == "true");
  builder.string(text);
}

void write_member(Builder& builder, const PlanNode& node, const std::string& name, const std::vector<std::string>& values) {
  const ApiMember* member = member_of(node, name);
  const ApiShape* shape = member ? member->shape : nullptr;
  builder.key(name);
  if (!shape || shape->kind != ApiShape::Kind::list) return write_scalar(builder, shape, values.front());
  builder.begin_list();
  for (auto& value : values) write_scalar(builder, shape->element, value);
  builder.end();
}

using Given = std::vector<std::pair<std::string, std::vector<std::string>>>;  // parameter → values

PlannedCall call_of(const PlanNode& node, const CollectPlace& place, const Given& given) {
  std::map<std::string, std::vector<std::string>> members;
  for (auto& [name, values] : node.fixed) members[name] = values;
  for (auto& [name, values] : given) members[name] = values;
  const Value ask = node.read->ask ? node.read->ask->root() : Value();
  auto has = [&](const std::string& name) { return members.contains(name) || ask.get(name); };
  if (const ApiMember* account = member_of(node, kAccount); account && account->required && !has(account->name)) members[account->name] = {place.account};
  // Pages as long as the service allows.
  if (const ApiMember* limit = node.operation->pages.limit.empty() ? nullptr : member_of(node, node.operation->pages.limit); limit && limit->max > 0 && !has(limit->name))
    members[limit->name] = {std::to_string(limit->max)};
  Builder builder;
  builder.begin_map();
  for (auto& [name, values] : members) write_member(builder, node, name, values);
  if (ask) {
    uint16_t slot = builder.add_source({});
    for (auto entry : ask.entries()) {
      if (members.contains(std::string(entry.key()))) continue;
      builder.key(entry.key());
      builder.copy(entry.value, slot);
    }
  }
  builder.end();
  return {place, node.read->call, builder.finish()};
}

void add_texts(Value value, std::vector<std::string>& out) {
  if (value.is_list()) {
    for (Value item : value.items()) add_texts(item, out);
  } else if (auto text = value ? value.scalar_text() : std::nullopt; text && !value.is_null() && !text->empty()) {
    out.emplace_back(*text);
  }
}

std::vector<std::string> at_path(const Path& path, Value item) {
  std::vector<std::string> out;
  Found found = path.find(item);
  for (Value value : found.values) add_texts(value, out);
  return out;
}

std::vector<std::string> of_form(const SetForm& form, Value item, Value request) {
  std::vector<std::string> out;
  switch (form.kind) {
    case SetForm::Kind::path: return at_path(form.path, item);
    case SetForm::Kind::request: add_texts(request.get(form.request), out); return out;
    case SetForm::Kind::constant: add_texts(form.constant->root(), out); return out;
    case SetForm::Kind::first: {
      Found found = form.first.find(item);
      return found.any() ? at_path(form.path, found.first()) : out;
    }
    case SetForm::Kind::values:
      for (auto& text : at_path(form.path, item))
        for (auto& [from, to] : form.values)
          if (from == text) add_texts(to->root(), out);
      return out;
    default: return out;
  }
}

std::vector<std::string> values_of(const PlanGive& give, const PlanFeed& feed, const PlannedCall& answered, Value item, const std::string& region) {
  std::vector<std::string> out;
  Value request = answered.input->root();
  switch (give.kind) {
    case PlanGive::Kind::path: return at_path(give.path, item);
    case PlanGive::Kind::request: add_texts(request.get(give.request), out); return out;
    case PlanGive::Kind::target: return of_form(*give.form, item, request);
    case PlanGive::Kind::region:
      if (is_region_name(region)) out.push_back(region);
      return out;
    case PlanGive::Kind::arn: {
      std::vector<std::string> ids;
      if (give.request.empty()) ids = at_path(give.path, item);
      else add_texts(request.get(give.request), ids);
      for (auto& id : ids) out.push_back(fill_arn(feed.type->arn_template, answered.place.account, region, id));
      return out;
    }
  }
  return out;
}

bool asked_with(const Read& read, Value request) {
  for (auto& [name, values] : read.with) {
    std::vector<std::string> asked;
    add_texts(request.get(name), asked);
    for (auto& one : asked)
      if (std::find(values.begin(), values.end(), one) == values.end()) return false;
    if (asked.empty()) return false;
  }
  return true;
}

// Calls by their keys, each once, in the order in which they came up.
class Calls {
 public:
  void add(PlannedCall call) {
    if (keys_.insert(call.key()).second) out_.push_back(std::move(call));
  }
  std::vector<PlannedCall> take() { return std::move(out_); }

 private:
  std::set<std::string> keys_;
  std::vector<PlannedCall> out_;
};

// What one feed lets be asked, batches put together.
void ask_fed(const PlanNode& node, const PlanFeed& feed, const PlannedCall& answered, Value reply, Calls& calls) {
  if (!asked_with(*feed.read, answered.input->root())) return;
  Found items;
  if (feed.read->has_each) items = feed.read->each.find(reply);
  else items.values.push_back(reply);
  std::vector<std::pair<std::pair<CollectPlace, Given>, std::vector<std::string>>> asks;  // where and the outer ones → values of the last
  std::map<std::string, size_t> at;
  for (Value item : items.values) {
    std::vector<std::string> own = at_path(feed.read->region, item);
    const bool has_own = !own.empty() && is_region_name(own.front());
    std::string region = has_own ? own.front() : answered.place.region;
    if (feed.own_region && !has_own) continue;
    CollectPlace place = answered.place;
    if (node.scope == CollectScope::region || feed.own_region) place.region = region;
    else place.region = "global";
    std::vector<Given> givens{{}};
    for (size_t i = 0; i + 1 < node.parameters.size(); ++i) {
      std::vector<Given> more;
      for (auto& value : values_of(feed.gives[i], feed, answered, item, region))
        for (Given given : givens) {
          given.emplace_back(node.parameters[i], std::vector<std::string>{value});
          more.push_back(std::move(given));
        }
      givens = std::move(more);
    }
    for (auto& value : values_of(feed.gives.back(), feed, answered, item, region)) {
      if (feed.above && value == answered.place.account) continue;  // an account does not name itself
      for (auto& given : givens) {
        std::string key = place.region;
        for (auto& [name, values] : given) key += "\n" + name + "=" + values.front();
        auto [found, is_new] = at.try_emplace(key, asks.size());
        if (is_new) asks.push_back({{place, given}, {}});
        auto& values = asks[found->second].second;
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
      }
    }
  }
  for (auto& [where, values] : asks)
    for (size_t i = 0; i < values.size(); i += node.batch) {
      Given given = where.second;
      given.emplace_back(node.parameters.back(), std::vector<std::string>(values.begin() + static_cast<std::ptrdiff_t>(i), values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), i + node.batch))));
      calls.add(call_of(node, where.first, given));
    }
}

// The call of a node that needs no reply, for the account itself.
PlannedCall own_call(const PlanNode& node, const CollectPlace& place) {
  Given given;
  if (node.own_account && node.names_own_account) given.emplace_back(node.parameters.front(), std::vector<std::string>{place.account});
  return call_of(node, place, given);
}

bool asked_in(const PlanNode& node, const std::string& region) {
  auto& only = node.read->only_in;
  return only.empty() || std::find(only.begin(), only.end(), region) != only.end();
}

}  // namespace

std::vector<PlannedCall> CollectPlan::first(const CollectPlace& place, CollectScope scope, bool asked_above) const {
  Calls calls;
  for (const PlanNode& node : state_->nodes) {
    if (!node.first() || node.scope != scope || !node.told_by.empty() || !node.read->after.empty() || !asked_in(node, place.region)) continue;
    if (asked_above && node.names_own_account && !node.feeds.empty()) continue;
    calls.add(own_call(node, place));
  }
  return calls.take();
}

std::vector<PlannedCall> CollectPlan::after(const PlannedCall& answered, Value reply) const {
  Calls calls;
  if (auto behind = state_->behind.find(answered.call); behind != state_->behind.end())
    for (const PlanNode* node : behind->second)
      if (node->first()) calls.add(own_call(*node, answered.place));
  if (auto fed = state_->fed.find(answered.call); fed != state_->fed.end())
    for (auto& [node, feed] : fed->second)
      if (!feed->told) ask_fed(*node, *feed, answered, reply, calls);
  return calls.take();
}

std::vector<PlannedCall> CollectPlan::instead(const PlannedCall& failed) const {
  Calls calls;
  Value input = failed.input->root();
  for (const PlanNode& node : state_->nodes) {
    // What was left out because this call tells it.
    if (node.told_by.contains(failed.call) && node.first() && asked_in(node, failed.place.region)) calls.add(own_call(node, failed.place));
    // The management account may not ask this of others; each may ask for itself.
    if (node.read->call == failed.call && node.own_account && !node.names_own_account) {
      std::vector<std::string> other;
      add_texts(input.get(node.parameters.front()), other);
      bool same = !other.empty() && other.front() != failed.place.account;
      for (auto& [name, values] : node.fixed) same &= input.get(name) && input.get(name).text() == values.front();
      if (same) calls.add(own_call(node, {other.front(), failed.place.region}));
    }
    // Where a thing is cannot be told: it is asked about all the same.
    for (const PlanFeed& feed : node.feeds) {
      if (!feed.own_region || feed.read->call != failed.call || feed.read->lists() || node.parameters.size() != 1) continue;
      std::vector<std::string> about;
      add_texts(input.get(feed.read->parameters.back()), about);
      if (!about.empty() && feed.gives.back().kind == PlanGive::Kind::request) calls.add(call_of(node, failed.place, {{node.parameters.back(), about}}));
    }
  }
  return calls.take();
}

bool CollectPlan::again(std::string_view call, std::string_view error_code, Value reply) const {
  auto nodes = state_->by_call.find(call);
  if (nodes == state_->by_call.end()) return false;
  for (const PlanNode* node : nodes->second)
    for (const std::string& when : node->read->again_when) {
      size_t equals = when.find('=');
      if (equals == std::string::npos ? !error_code.empty() && when == error_code : reply && reply.get(when.substr(0, equals)).scalar_text() == std::string_view(when).substr(equals + 1)) return true;
    }
  return false;
}

bool CollectPlan::may_come_later(std::string_view call) const {
  auto nodes = state_->by_call.find(call);
  return nodes != state_->by_call.end() && std::any_of(nodes->second.begin(), nodes->second.end(), [](const PlanNode* node) { return !node->read->again_when.empty(); });
}

bool CollectPlan::absent(std::string_view call, std::string_view error_code) const {
  auto nodes = state_->by_call.find(call);
  if (nodes == state_->by_call.end()) return false;
  return std::any_of(nodes->second.begin(), nodes->second.end(), [&](const PlanNode* node) {
    auto& absent = node->read->absent_when;
    return std::find(absent.begin(), absent.end(), error_code) != absent.end();
  });
}

bool CollectPlan::by_administrators(std::string_view call) const {
  auto nodes = state_->by_call.find(call);
  return nodes != state_->by_call.end() && std::all_of(nodes->second.begin(), nodes->second.end(), [](const PlanNode* node) { return node->read->by_administrators; });
}

std::optional<PlannedCall> CollectPlan::by_itself(const PlannedCall& call) const {
  auto nodes = state_->by_call.find(call.call);
  if (nodes == state_->by_call.end()) return {};
  Value input = call.input->root();
  for (const PlanNode* node : nodes->second) {
    const bool own = node->own_account && !node->names_own_account && !node->feeds.empty();
    if (!own && node->read->in_account.empty()) continue;
    std::string about(input.get(own ? node->parameters.front() : node->read->in_account).text());
    bool same = !about.empty() && about != call.place.account;
    for (auto& [name, values] : node->fixed) same &= input.get(name) && input.get(name).text() == values.front();
    if (!same) continue;
    const CollectPlace there{about, call.place.region};
    return own ? own_call(*node, there) : PlannedCall{there, call.call, call.input};
  }
  return {};
}

std::vector<std::string> CollectPlan::calls() const {
  std::vector<std::string> out;
  for (auto& [call, nodes] : state_->by_call) out.push_back(call);
  return out;
}

std::vector<PlannedKind> CollectPlan::kinds() const {
  std::vector<PlannedKind> out;
  auto same = [](const PlannedKind& a, const PlannedKind& b) { return std::tie(a.call, a.scope, a.fixed, a.parameters, a.told_by) == std::tie(b.call, b.scope, b.fixed, b.parameters, b.told_by); };
  for (const PlanNode& node : state_->nodes) {
    PlannedKind kind;
    kind.call = node.read->call;
    kind.scope = node.scope;
    for (auto& [name, values] : node.fixed) kind.fixed.emplace_back(name, join(values, ","));
    kind.batch = node.batch;
    kind.only_in = node.read->only_in;
    kind.by_administrators = by_administrators(kind.call);
    kind.told_by.assign(node.told_by.begin(), node.told_by.end());
    kind.types = {node.type->type};
    if (!node.first()) {
      kind.parameters = node.parameters;
      for (const PlanFeed& feed : node.feeds) kind.fed_by.push_back(feed.read->call);
    } else if (!node.read->after.empty()) {
      kind.fed_by.push_back(node.read->after);
    }
    auto known = std::find_if(out.begin(), out.end(), [&](auto& one) { return same(one, kind); });
    if (known == out.end()) {
      out.push_back(std::move(kind));
    } else {
      known->types.push_back(node.type->type);
      known->fed_by.insert(known->fed_by.end(), kind.fed_by.begin(), kind.fed_by.end());
    }
  }
  for (PlannedKind& kind : out)
    for (auto* list : {&kind.fed_by, &kind.types}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
  // A call that one type wants and another could do without is asked.
  std::erase_if(out, [&](const PlannedKind& kind) {
    return !kind.told_by.empty() && std::any_of(out.begin(), out.end(), [&](const PlannedKind& other) { return other.told_by.empty() && other.call == kind.call && other.fixed == kind.fixed && other.parameters == kind.parameters; });
  });
  std::stable_sort(out.begin(), out.end(), [](auto& a, auto& b) { return std::tuple(a.scope, !a.fed_by.empty(), a.call, a.fixed) < std::tuple(b.scope, !b.fed_by.empty(), b.call, b.fixed); });
  return out;
}

}  // namespace reeve
