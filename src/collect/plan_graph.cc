// Making the graph from content: who gives which parameter.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "collect/plan_graph.h"

namespace reeve {
namespace {

constexpr std::string_view kAccount = "AccountId";  // docs/formats/resources.md: a call that demands it is asked for the caller's own

const ApiMember* member_of(const ApiOperation& operation, std::string_view name) {
  if (!operation.input) return nullptr;
  for (const ApiMember& member : operation.input->members)
    if (member.name == name) return &member;
  return nullptr;
}

// `AWS::ECS::Cluster arn`: a type, and which of its facts; the fact alone is one of the resource that is asked about.
struct Named {
  std::string type, fact = "id";
};
Named named(std::string_view text) {
  Named out;
  size_t space = text.find(' ');
  if (!contains(text, "::")) return {"", std::string(text)};
  out.type = std::string(text.substr(0, space));
  if (space != std::string_view::npos) out.fact = std::string(trim(text.substr(space)));
  return out;
}

// How a reply to `read` gives a fact of the resources that it names.
std::optional<PlanGive> give(const ResourceType& type, const Read& read, const std::string& fact) {
  PlanGive out;
  auto by_path = [&](const Path& path) {
    out.path = path;
    return out;
  };
  auto asked_for = [&] {  // the reply is about what the request named
    out.kind = PlanGive::Kind::request;
    out.request = read.parameters.back();
    return out;
  };
  bool by_request = !read.parameters.empty() && read.match == fact && read.from.empty();
  if (fact == "id") {
    if (!read.id.empty()) return by_path(read.id);
    if (by_request) return asked_for();
    return {};
  }
  if (fact == "arn") {
    if (!read.arn.empty()) return by_path(read.arn);
    if (by_request) return asked_for();
    if (type.arn_template.empty()) return {};
    auto id = give(type, read, "id");
    if (!id) return {};
    id->kind = PlanGive::Kind::arn;
    return id;
  }
  if (fact == "region") {
    out.kind = PlanGive::Kind::region;
    return out;
  }
  if (fact == "name") return read.name.empty() ? std::nullopt : std::optional(by_path(read.name));
  for (auto& [target, form] : read.set) {
    if (type.targets[target] != fact) continue;
    out.kind = PlanGive::Kind::target;
    out.form = &form;
    return out;
  }
  if (by_request) return asked_for();
  return {};
}

// An outer parameter that the file says nothing of: what the request that named the resource had for it, or the fact of that name.
std::optional<PlanGive> give_by_name(const ResourceType& type, const Read& read, const std::string& parameter) {
  bool asked = std::find(read.parameters.begin(), read.parameters.end(), parameter) != read.parameters.end();
  for (auto& [name, values] : read.with) asked |= name == parameter;
  if (asked) {
    PlanGive out;
    out.kind = PlanGive::Kind::request;
    out.request = parameter;
    return out;
  }
  std::string upper = parameter;
  if (!upper.empty() && upper[0] >= 'a' && upper[0] <= 'z') upper[0] = static_cast<char>(upper[0] - 'a' + 'A');
  for (const char* part : {"Properties.", "Observed."})
    if (auto out = give(type, read, part + upper)) return out;
  return {};
}

class GraphMaker {
 public:
  GraphMaker(const ResourceCatalogue& catalogue, const ApiCatalogue& apis, std::vector<Error>& errors, bool all_facts)
      : catalogue_(catalogue), apis_(apis), errors_(errors), all_facts_(all_facts) {
    for (auto& type : catalogue_.types()) {
      std::set<std::string> calls;
      for (const Read& read : type->reads) calls.insert(read.call);
      for (auto& call : calls) ++types_of_call_[call];
    }
  }

  std::shared_ptr<CollectPlan::State> make() {
    auto state = std::make_shared<CollectPlan::State>();
    state->types = catalogue_.types();
    std::map<std::string, CollectScope> widest;
    for (auto& type : catalogue_.types())
      for (const Read& read : type->reads) {
        if (!read.lists()) continue;
        auto [at, is_new] = widest.try_emplace(read.call, scope_of(*type, read));
        at->second = std::max(at->second, scope_of(*type, read));
      }
    for (auto& type : catalogue_.types())
      for (size_t i = 0; i < type->reads.size(); ++i)
        for (PlanNode& node : nodes_of(type, i)) {
          // What several types read is asked in the widest of their scopes, once.
          if (auto at = widest.find(node.read->call); at != widest.end() && node.read->lists()) node.scope = at->second;
          state->nodes.push_back(std::move(node));
        }
    unless_it_feeds(state->nodes);
    for (const PlanNode& node : state->nodes) {
      state->by_call[node.read->call].push_back(&node);
      if (!node.read->after.empty()) state->behind[node.read->after].push_back(&node);
      for (const PlanFeed& feed : node.feeds) state->fed[feed.read->call].emplace_back(&node, &feed);
    }
    return state;
  }

 private:
  Place place(const PlanNode& node) const { return {node.type->file}; }
  bool left(const Read& read) const { return !read.left_to.empty() && !all_facts_; }

  std::vector<PlanNode> nodes_of(const ResourceTypePtr& type, size_t index) {
    const Read& read = type->reads[index];
    PlanNode node;
    node.type = type;
    node.read = &read;
    node.scope = scope_of(*type, read);
    const ApiService* service = nullptr;
    node.operation = apis_.operation(read.call, &service);
    if (!node.operation) {
      errors_.push_back({Code::not_found, "call `" + read.call + "` has no file in content/apis that tells how it is made", place(node), "", "run tools/make_apis.py"});
      return {};
    }
    node.service = apis_.services().at(service->name);
    node.told_by = told_by_cheaper(*type, index, types_of_call_, {});
    if (left(read)) node.told_by.insert(read.left_to);
    for (auto& parameter : read.parameters)
      if (std::none_of(read.with.begin(), read.with.end(), [&](auto& with) { return with.first == parameter; })) node.parameters.push_back(parameter);
    for (auto& parameter : node.parameters)
      if (!known(node, parameter)) return {};
    for (auto& [parameter, values] : read.with)
      if (!known(node, parameter)) return {};
    if (!node.parameters.empty()) {
      const ApiMember* last = member_of(*node.operation, node.parameters.back());
      if (last->shape && last->shape->kind == ApiShape::Kind::list) node.batch = read.batch != 0 ? read.batch : last->max > 0 ? static_cast<size_t>(last->max) : 1;
      node.own_account = node.parameters.size() == 1 && node.parameters[0] == kAccount && type->singleton == Singleton::account;
      node.names_own_account = node.own_account && last->required;
      if (!feeds(node, index)) return {};
    }
    if (!demands_are_met(node)) return {};
    std::vector<PlanNode> out;
    for (auto& fixed : requests(node)) {
      out.push_back(node);
      out.back().fixed = fixed;
    }
    return out;
  }

  bool known(const PlanNode& node, const std::string& parameter) {
    if (member_of(*node.operation, parameter)) return true;
    errors_.push_back({Code::not_found, "`" + node.read->call + "` has no parameter `" + parameter + "`", place(node), "a member of its request", ""});
    return false;
  }

  // One request for each combination of fixed values; a list takes all of its values at once.
  static std::vector<std::vector<std::pair<std::string, std::vector<std::string>>>> requests(const PlanNode& node) {
    std::vector<std::vector<std::pair<std::string, std::vector<std::string>>>> out{{}};
    for (auto& [parameter, values] : node.read->with) {
      const ApiMember* member = member_of(*node.operation, parameter);
      bool list = member && member->shape && member->shape->kind == ApiShape::Kind::list;
      decltype(out) more;
      for (auto& so_far : out)
        for (size_t i = 0; i < (list ? 1 : values.size()); ++i) {
          more.push_back(so_far);
          more.back().emplace_back(parameter, list ? values : std::vector<std::string>{values[i]});
        }
      out = std::move(more);
    }
    return out;
  }

  bool demands_are_met(const PlanNode& node) {
    if (!node.operation->input) return true;
    for (const ApiMember& member : node.operation->input->members) {
      if (!member.required || member.name == kAccount) continue;
      bool met = std::find(node.parameters.begin(), node.parameters.end(), member.name) != node.parameters.end();
      for (auto& [name, values] : node.read->with) met |= name == member.name;
      met |= node.read->ask && node.read->ask->root().get(member.name);
      met |= member.name == node.operation->pages.limit && member.max > 0;
      if (met) continue;
      errors_.push_back({Code::not_found, "`" + node.read->call + "` demands `" + member.name + "`, which nothing gives", place(node), "a `parameter`, or a value in `with` or `ask`", ""});
      return false;
    }
    return true;
  }

  // The reads of a type that can give all parameters of a node.
  std::vector<PlanFeed> capable(const PlanNode& node, const ResourceType& type, const std::string& fact, bool lists_only) {
    std::vector<PlanFeed> out;
    for (const Read& read : type.reads) {
      if (!node.read->named_by.empty() && read.call != node.read->named_by) continue;
      bool names = !read.id.empty() || !read.arn.empty() || type.singleton != Singleton::none;
      bool lists = names && (read.lists() || !read.from.empty());
      // A reply may name what the same call is asked about next: the units of a unit.
      if (lists != lists_only || (read.call == node.read->call && (&read != node.read || read.from.empty()))) continue;
      PlanFeed feed;
      feed.type = &type;
      feed.read = &read;
      bool all = true;
      for (size_t i = 0; i < node.parameters.size() && all; ++i) {
        std::optional<PlanGive> found;
        if (i + 1 == node.parameters.size()) found = give(type, read, fact);
        else found = outer(node, node.parameters[i], type, read);
        if (found) feed.gives.push_back(std::move(*found));
        else all = false;
      }
      if (all && (&read != node.read || feed.gives.back().kind == PlanGive::Kind::path)) out.push_back(std::move(feed));
    }
    // A list of some says nothing that the list of all does not, and its batches would be others.
    auto some = [](const PlanFeed& feed) { return feed.read->unlisted_absent; };
    if (!std::all_of(out.begin(), out.end(), some)) std::erase_if(out, some);
    return out;
  }

  static std::optional<PlanGive> outer(const PlanNode& node, const std::string& parameter, const ResourceType& type, const Read& read) {
    for (auto& [name, sources] : node.read->from) {
      if (name != parameter) continue;
      for (auto& source : sources) {
        Named from = named(source);
        if (!from.type.empty() && from.type != type.type) continue;
        if (auto out = give(type, read, from.fact)) return out;
      }
      return {};
    }
    return give_by_name(type, read, parameter);
  }

  bool feeds(PlanNode& node, size_t index) {
    std::vector<Named> sources;
    for (auto& [name, from] : node.read->from)
      if (name == node.parameters.back())
        for (auto& source : from) sources.push_back(named(source));
    if (sources.empty() && !node.own_account) sources.push_back({node.type->type, node.read->match});
    std::string looked;
    for (const Named& source : sources) {
      const ResourceType* type = source.type.empty() ? node.type.get() : catalogue_.find(source.type);
      if (!type) {
        errors_.push_back({Code::not_found, "`from` of `" + node.read->call + "` names type `" + source.type + "`, which no file describes", place(node), "", ""});
        return false;
      }
      looked += (looked.empty() ? "" : ", ") + type->type + " " + source.fact;
      std::vector<PlanFeed> found = capable(node, *type, source.fact, true);
      bool by_region = type == node.type.get() && type->global && std::any_of(type->reads.begin(), type->reads.end(), [](auto& read) { return !read.region.empty(); });
      std::vector<PlanFeed> others = found.empty() || by_region ? capable(node, *type, source.fact, false) : std::vector<PlanFeed>();
      for (PlanFeed& feed : others)
        if (!by_region || !feed.read->region.empty()) found.push_back(std::move(feed));
      for (PlanFeed& feed : found) {
        feed.own_region = by_region && node.read->region.empty();
        feed.above = node.own_account;
        // If the read that feeds is only asked because a cheaper one was refused, that one tells nothing here either.
        auto refused = told_by_cheaper(*type, static_cast<size_t>(feed.read - type->reads.data()), types_of_call_, {});
        feed.told = left(*node.read) || !told_by_cheaper(*node.type, index, types_of_call_, refused).empty();
        node.feeds.push_back(std::move(feed));
      }
    }
    if (!node.feeds.empty() || node.own_account) return true;
    errors_.push_back({Code::not_found, "no reply gives `" + join(node.parameters, "` and `") + "` of `" + node.read->call + "`", place(node), looked, "say `from` where they come"});
    return false;
  }

  // A read that is told by others but is the only one that feeds a call is asked all the same.
  static void unless_it_feeds(std::vector<PlanNode>& nodes) {
    auto is_asked = [&](const std::string& call) {
      return std::any_of(nodes.begin(), nodes.end(), [&](auto& node) { return node.read->call == call && node.told_by.empty(); });
    };
    for (PlanNode& node : nodes) {
      if (node.feeds.empty() || !node.told_by.empty() || node.own_account) continue;
      if (std::any_of(node.feeds.begin(), node.feeds.end(), [&](auto& feed) { return is_asked(feed.read->call); })) continue;
      for (PlanNode& feeding : nodes)
        if (feeding.read->call == node.feeds.front().read->call) feeding.told_by.clear();
    }
  }

  const ResourceCatalogue& catalogue_;
  const ApiCatalogue& apis_;
  std::vector<Error>& errors_;
  bool all_facts_;
  std::map<std::string, size_t> types_of_call_;
};

}  // namespace

CollectPlan plan_of(const ResourceCatalogue& catalogue, const ApiCatalogue& apis, std::vector<Error>& errors, bool all_facts) {
  CollectPlan plan;
  plan.state_ = GraphMaker(catalogue, apis, errors, all_facts).make();
  return plan;
}

}  // namespace reeve
