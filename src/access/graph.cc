#include "access/graph.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "access/attack_judge.h"
#include "base/text.h"
#include "base/threads.h"
#include "estate/path.h"

namespace reeve {
namespace {

using EdgeKind = AttackEdge::Kind;
using Aim = Escalation::Target;

const std::vector<AttackEdge> kNoEdges;
constexpr std::string_view kInternet = "internet";

// The role or instance profile that a resource holds, as its document names it: an ARN or a name.
std::string held_by(const AccessResource& resource, const Path& path) {
  if (!resource.document) return {};
  Value body = resource.document->root();
  for (auto entry : body.get("Resources").entries()) body = entry.value;
  Value at = path.find(body).first();
  if (at.is_map()) at = at.get("Arn") ? at.get("Arn") : at.get("Name");
  return at.is_string() ? std::string(at.text()) : std::string();
}

}  // namespace

struct AttackGraph::Builder {
  AttackGraph& graph;
  const AccessEstate& estate;
  const Escalations& known;
  AttackIndex index;
  AttackJudge judge;
  std::map<std::pair<uint32_t, std::string>, std::vector<std::pair<uint32_t, uint32_t>>> holders;  // account, type → resource, role
  std::map<std::pair<uint32_t, uint32_t>, Truth> group_admin;                                      // set, group set
  std::vector<std::vector<uint16_t>> on_target;  // by way: the actions that it needs on the target itself, and that nobody else grants

  explicit Builder(AttackGraph& of) : graph(of), estate(of.estate_), known(of.known_), index(estate, known), judge(estate, index) {
    for (const Escalation& way : known.ways) {
      on_target.emplace_back();
      for (const Escalation::Need& need : way.needs)
        if (!need.granted && need.action != "sts:AssumeRole" && is_on_target(need)) on_target.back().push_back(index.action(need.action));
    }
  }

  static bool is_on_target(const Escalation::Need& need) { return std::find(need.on.begin(), need.on.end(), "target") != need.on.end(); }

  double cost(const AttackEdge& edge, const Escalation* way) const {
    const PathRanking& rank = known.ranking;
    double weight = rank.step * (way ? rank.effort(way->effort) : 1.0) * std::pow(rank.unknown, edge.unknown) * (edge.undecided ? rank.undecided : 1.0);
    return -std::log(weight);
  }

  void add(std::vector<AttackEdge>& out, AttackEdge edge, const Escalation* way) const {
    edge.cost = cost(edge, way);
    out.push_back(edge);
  }

  // ---- what holds roles

  uint32_t role_named(uint32_t account, const std::string& named) const {
    if (named.empty()) return no_index;
    for (uint32_t role : index.roles[account]) {
      const AccessPrincipal& who = estate.principals[role];
      if (who.arn == named) return role;
      for (const std::string& profile : who.instance_profiles)
        if (profile == named || ends_with(profile, "/" + named)) return role;
    }
    for (uint32_t role : index.roles[account])
      if (estate.principals[role].name() == named) return role;
    return no_index;
  }

  void find_holders() {
    std::map<std::string, Path> types;
    for (const Escalation& way : known.ways)
      if (!way.holder.type.empty())
        if (auto path = Path::compile(way.holder.role, {})) types.emplace(way.holder.type, std::move(*path));  // the loader has compiled it too
    for (uint32_t i = 0; i < estate.resources.size(); ++i) {
      const AccessResource& resource = estate.resources[i];
      auto type = types.find(resource.type);
      if (type == types.end()) continue;
      const uint32_t role = role_named(resource.account, held_by(resource, type->second));
      holders[{resource.account, resource.type}].emplace_back(i, role);
      if (role != no_index) add(graph.own_[graph.principals_ * 2 + i], {.to = role, .via = i, .kind = EdgeKind::holds}, nullptr);
    }
  }

  // ---- classes

  void make_classes() {
    std::map<std::tuple<uint32_t, uint32_t, bool>, uint32_t> made;
    graph.class_of_.resize(estate.principals.size());
    uint32_t next = 0;
    for (uint32_t i = 0; i < estate.principals.size(); ++i) {
      const AccessPrincipal& who = estate.principals[i];
      if (asks_who(i)) {
        graph.class_of_[i] = next++;
        continue;
      }
      auto [at, fresh] = made.try_emplace({who.set, who.account, who.kind == AccessPrincipal::Kind::user}, next);
      if (fresh) ++next;
      graph.class_of_[i] = at->second;
    }
    graph.by_class_.resize(next);
  }

  std::map<uint32_t, bool> scp_asks;
  bool asks_who(uint32_t principal) {
    const AccessPrincipal& who = estate.principals[principal];
    if (index.set(who.set).asks_who) return true;
    auto [at, fresh] = scp_asks.try_emplace(who.account, false);
    if (fresh && estate.accounts[who.account].scps && !estate.accounts[who.account].management)
      for (const PolicySet::Level& level : *estate.accounts[who.account].scps)
        for (const PolicyPtr& policy : level.policies)
          if (policy)
            for (const Statement& statement : source_of(*policy).statements)
              for (const Condition& condition : statement.conditions)
                at->second |= starts_with(condition.key_lower, "aws:principalarn") || starts_with(condition.key_lower, "aws:principaltag/") || condition.key_lower == "aws:userid" ||
                              condition.key_lower == "aws:username";
    return at->second;
  }

  // ---- edges

  AttackEdge edge(const Escalation& way, uint32_t to, Truth truth) const {
    AttackEdge out;
    out.way = static_cast<uint16_t>(&way - known.ways.data());
    out.undecided = truth == Truth::unknown;
    out.unknown = static_cast<uint8_t>(std::min<size_t>(way.given.size(), 200));
    out.to = to;
    return out;
  }

  // Where one stands who acts as the target after the way: raised if it gave power that the target had not.
  uint32_t arrival(const Escalation& way, uint32_t target) const {
    const AccessPrincipal& who = estate.principals[target];
    if (!way.yields.any_power || index.set(who.set).admin == Truth::yes) return target;
    return bounded(target) ? no_index : graph.raised(target);
  }

  // Does a boundary keep what is added from making an administrator?
  bool bounded(uint32_t target) const {
    const uint32_t boundary = estate.sets[estate.principals[target].set].boundary;
    if (boundary == no_index || !estate.policies[boundary].policy) return false;
    return administers({source_of(*estate.policies[boundary].policy)}).verdict == Truth::no;
  }

  void role_by_service(AttackActor& actor, const Escalation& way, std::vector<AttackEdge>& out) {
    const uint32_t account = estate.principals[actor.principal].account;
    const auto listed = way.holder.type.empty() ? holders.end() : holders.find({account, way.holder.type});
    if (listed != holders.end()) {
      for (auto [resource, role] : listed->second) {
        if (role == no_index) continue;
        const Truth truth = both(judge.ready(actor, way, &estate.resources[resource]), judge.on_principal(actor, way, role, no_index));
        if (truth == Truth::no) continue;
        AttackEdge made = edge(way, role, truth);
        made.via = resource;
        add(out, made, &way);
      }
      return;
    }
    const Truth ready = judge.ready(actor, way, nullptr);
    if (ready == Truth::no) return;
    for (const auto& [role, truth] : passable(actor, way)) {
      AttackEdge made = edge(way, role, both(ready, truth));
      made.unknown += !way.holder.type.empty();
      made.unknown += way.instance_profile && estate.principals[role].instance_profiles.empty();
      add(out, made, &way);
    }
  }

  // Roles that trust one of the way's services and that its permissions on the target reach; told once for ways that ask the same.
  const std::vector<std::pair<uint32_t, Truth>>& passable(AttackActor& actor, const Escalation& way) {
    std::string key = join(way.trusts, ",");
    for (const Escalation::Need& need : way.needs)
      if (is_on_target(need)) {
        key += "|" + need.action;
        for (const auto& [name, values] : need.context) key += "," + name + "=" + join(values, "+");
      }
    auto [at, fresh] = actor.passable.try_emplace(std::move(key));
    if (!fresh) return at->second;
    const AccessPrincipal& who = estate.principals[actor.principal];
    std::set<uint32_t> seen;
    for (const std::string& service : way.trusts)
      for (uint32_t role : index.serving(who.account, service)) {
        if (!seen.insert(role).second || !touches(actor, way, estate.principals[role].arn)) continue;
        const Truth trust = judge.serves(role, way.trusts);
        if (trust == Truth::no) continue;
        const Truth truth = both(trust, judge.on_principal(actor, way, role, no_index));
        if (truth != Truth::no) at->second.emplace_back(role, truth);
      }
    return at->second;
  }

  bool touches(AttackActor& actor, const Escalation& way, std::string_view arn) const {
    const std::vector<uint16_t>& actions = on_target[static_cast<size_t>(&way - known.ways.data())];
    return std::all_of(actions.begin(), actions.end(), [&](uint16_t action) { return judge.may_touch(actor, action, arn); });
  }

  static bool assumes(const Escalation& way) {
    return std::any_of(way.needs.begin(), way.needs.end(), [](const Escalation::Need& need) { return need.action == "sts:AssumeRole" && !need.granted; });
  }

  void try_principal(AttackActor& actor, const Escalation& way, uint32_t target, std::vector<AttackEdge>& out) {
    const AccessPrincipal& who = estate.principals[actor.principal];
    const AccessPrincipal& other = estate.principals[target];
    const bool changes = way.yields.any_power || way.needs.front().action != "sts:AssumeRole";
    if ((changes && (!index.changeable(target) || other.account != who.account)) || !touches(actor, way, other.arn)) return;
    if (way.yields.any_power && index.set(other.set).admin == Truth::yes && assumes(way)) return;  // assuming it is enough
    const uint32_t to = arrival(way, target);
    if (to == no_index) return;
    for (uint32_t policy : way.customer_policy ? index.customer_policies(other.set) : std::vector<uint32_t>{no_index}) {
      if (policy != no_index && !judge.may_touch(actor, index.action("iam:createpolicyversion"), estate.policies[policy].name)) continue;
      const Truth truth = judge.on_principal(actor, way, target, policy);
      if (truth == Truth::no) continue;
      AttackEdge made = edge(way, to, truth);
      made.via = policy;
      add(out, made, &way);
    }
  }

  // Is what the role's trust says about this account's principals the same for all of them?
  bool alike(uint32_t role) const { return !index.trust(role).asks_who; }

  void of_class(AttackActor& actor, const Escalation& way, std::vector<AttackEdge>& out) {
    const AccessPrincipal& who = estate.principals[actor.principal];
    switch (way.target) {
      case Aim::role:
        if (!way.trusts.empty()) return role_by_service(actor, way, out);
        if (!assumes(way)) {
          for (uint32_t role : index.roles[who.account]) try_principal(actor, way, role, out);
          return;
        }
        // Those that trust the account. Those that name somebody come with that somebody.
        if (!index.set(who.set).may.test(index.action("sts:assumerole"))) return;
        for (uint32_t role : index.trusting_account(estate.accounts[who.account].id))
          if (alike(role) && judge.may_touch(actor, index.action("sts:assumerole"), estate.principals[role].arn)) try_principal(actor, way, role, out);
        for (uint32_t role : index.trusting_everyone)
          if (alike(role)) try_principal(actor, way, role, out);
        return;
      case Aim::user:
        for (uint32_t user : index.users[who.account]) try_principal(actor, way, user, out);
        return;
      case Aim::resource:
        if (!graph.options_.data) return;
        for (uint32_t i = 0; i < estate.resources.size(); ++i) {
          const AccessResource& resource = estate.resources[i];
          if (resource.type != way.type) continue;
          const Truth truth = judge.on_arn(actor, way, resource.arn, &resource);
          if (truth != Truth::no) add(out, edge(way, graph.principals_ * 2 + i, truth), &way);
        }
        return;
      default: return;
    }
  }

  Truth admin_with(uint32_t set, uint32_t group_set) {
    auto [at, fresh] = group_admin.try_emplace({set, group_set}, Truth::no);
    if (fresh) {
      std::vector<Policy> all;
      for (uint32_t from : {set, group_set})
        for (uint32_t policy : estate.sets[from].policies)
          if (estate.policies[policy].policy) all.push_back(source_of(*estate.policies[policy].policy));
      at->second = administers(all).verdict;
    }
    return at->second;
  }

  void of_one(AttackActor& actor, const Escalation& way, std::vector<AttackEdge>& out) {
    const uint32_t self = actor.principal;
    const AccessPrincipal& who = estate.principals[self];
    const bool user = who.kind == AccessPrincipal::Kind::user;
    switch (way.target) {
      case Aim::self_user:
      case Aim::self_role:
      case Aim::self: {
        if (way.target == Aim::self_user ? !user : way.target == Aim::self_role && user) return;
        if (!index.changeable(self)) return;
        if (way.yields.no_boundary ? estate.sets[who.set].boundary == no_index || index.set(who.set).admin_unbounded == Truth::no : bounded(self)) return;
        for (uint32_t policy : way.customer_policy ? index.customer_policies(who.set) : std::vector<uint32_t>{no_index}) {
          const Truth truth = judge.on_principal(actor, way, self, policy);
          if (truth == Truth::no) continue;
          AttackEdge made = edge(way, graph.raised(self), truth);
          made.via = policy;
          add(out, made, &way);
        }
        return;
      }
      case Aim::group: {
        if (!user || bounded(self)) return;
        for (uint32_t group : way.member ? who.groups : index.groups[who.account]) {
          if (!way.member && std::find(who.groups.begin(), who.groups.end(), group) != who.groups.end()) continue;
          const AccessGroup& of = estate.groups[group];
          if (!touches(actor, way, of.arn)) continue;
          Truth gained = Truth::yes;
          if (way.yields.its_power) gained = admin_with(who.set, of.set);
          if (gained == Truth::no) continue;
          const Truth truth = both(gained, judge.on_arn(actor, way, of.arn, nullptr));
          if (truth == Truth::no) continue;
          AttackEdge made = edge(way, graph.raised(self), truth);
          made.via = group;
          add(out, made, &way);
        }
        return;
      }
      case Aim::role: {
        if (!assumes(way)) return;
        std::vector<uint32_t> roles = index.trusting_arn(who.arn);
        const std::vector<uint32_t>& by_id = index.trusting_arn(who.id);
        if (!who.id.empty()) roles.insert(roles.end(), by_id.begin(), by_id.end());
        for (uint32_t role : index.trusting_account(estate.accounts[who.account].id))
          if (!alike(role)) roles.push_back(role);
        roles.insert(roles.end(), index.trusting_everyone_by_who.begin(), index.trusting_everyone_by_who.end());
        std::sort(roles.begin(), roles.end());
        roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
        for (uint32_t role : roles) try_principal(actor, way, role, out);
        return;
      }
      default: return;
    }
  }

  void outsiders() {
    std::map<std::string, uint32_t> node;
    const auto outsider = [&](const std::string& name) {
      auto [at, fresh] = node.try_emplace(name, 0);
      if (fresh) {
        at->second = graph.nodes();
        graph.outsiders_.push_back(name);
        graph.own_.emplace_back();
      }
      return at->second;
    };
    outsider(std::string(kInternet));
    std::set<std::string> ours;
    for (const AccessAccount& account : estate.accounts)
      if (!account.listed_only) ours.insert(account.id);
    for (uint32_t role = 0; role < estate.principals.size(); ++role) {
      const AccessPrincipal& who = estate.principals[role];
      if (who.trust == no_index || !estate.policies[who.trust].policy) continue;
      const Policy& trust = source_of(*estate.policies[who.trust].policy);
      const TrustNames& names = index.trust(role);
      const auto enter = [&](const std::string& from, EdgeKind kind, Truth truth) {
        if (truth == Truth::no) return;
        add(graph.own_[outsider(from)], {.to = role, .kind = kind, .undecided = truth == Truth::unknown}, nullptr);
      };
      if (!names.federated.empty() || names.everyone)
        enter(std::string(kInternet), EdgeKind::federation, allows_public(trust, {.account = estate.accounts[who.account].id, .org_id = estate.organization}).verdict);
      for (const std::string& provider : names.federated)
        if (contains(provider, ":oidc-provider/oidc.eks.") && !subject_is_tied(trust, provider)) enter(provider, EdgeKind::federation, Truth::yes);
      std::vector<std::string> foreign;
      for (const std::string& account : names.accounts) foreign.push_back("arn:aws:iam::" + account + ":root");
      foreign.insert(foreign.end(), names.arns.begin(), names.arns.end());
      for (const std::string& arn : foreign) {
        const auto fields = split(arn, ':');
        if (fields.size() < 6 || fields[4].empty() || ours.contains(std::string(fields[4]))) continue;
        const Truth truth = stranger(who, arn, std::string(fields[4]));
        enter(arn, EdgeKind::outside, truth);
      }
    }
    for (uint32_t i = 0; i < graph.options_.exposed.size(); ++i)
      if (const uint32_t to = graph.find(graph.options_.exposed[i].arn); to != no_index)
        add(graph.own_[outsider(std::string(kInternet))], {.to = to, .via = i, .kind = EdgeKind::exposure, .undecided = !graph.options_.exposed[i].sure}, nullptr);
    for (uint32_t i = 0; i < graph.options_.credentials.size(); ++i) {
      const uint32_t from = graph.find(graph.options_.credentials[i].where), to = graph.find(graph.options_.credentials[i].principal);
      if (from != no_index && to != no_index) add(graph.own_[from], {.to = to, .via = i, .kind = EdgeKind::credential}, nullptr);
    }
  }

  // May somebody of an account that is not of the estate, to whom its own account allows everything, assume the role?
  Truth stranger(const AccessPrincipal& role, const std::string& arn, const std::string& account) {
    if (!all_allowed) {
      Policy everything;
      everything.version = "2012-10-17";
      everything.statements.emplace_back();
      everything.statements[0].actions = everything.statements[0].resources = {.present = true, .values = {"*"}};
      all_allowed = compile_policy(std::move(everything));
    }
    DecisionRequest request;
    request.caller.account = account;
    request.caller.arn = ends_with(arn, ":root") ? arn.substr(0, arn.size() - 4) + "user/any" : arn;
    if (arn.find(":role/") != std::string::npos) {
      request.caller.kind = RequestCaller::Kind::role_session;
      request.caller.role_arn = arn;
      request.caller.arn = "arn:aws:sts::" + account + ":assumed-role/" + arn.substr(arn.rfind('/') + 1) + "/any";
    }
    request.action = "sts:AssumeRole";
    request.resource = role.arn;
    PolicySet policies;
    policies.identity = {all_allowed};
    policies.resource = estate.policies[role.trust].policy;
    policies.rcps = estate.accounts[role.account].rcps;
    policies.owner_is_management = estate.accounts[role.account].management;
    const Decision::Result result = decide(request, policies).result;
    return result == Decision::Result::allowed ? Truth::yes : result == Decision::Result::unknown ? Truth::unknown : Truth::no;
  }
  PolicyPtr all_allowed;

  void build() {
    graph.own_.resize(graph.nodes());
    find_holders();
    make_classes();
    std::vector<bool> done(graph.by_class_.size(), false);
    for (uint32_t i = 0; i < estate.principals.size(); ++i) {
      const AccessPrincipal& who = estate.principals[i];
      const AttackIndex::OfSet& set = index.set(who.set);
      if (who.service_linked || (set.admin == Truth::yes && !graph.options_.data)) continue;
      const uint32_t of = graph.class_of_[i];
      const bool first = !done[of];
      done[of] = true;
      const bool named = !index.trusting_arn(who.arn).empty() || (!who.id.empty() && !index.trusting_arn(who.id).empty());
      if (set.may.none() && !named) continue;
      AttackActor actor = judge.actor(i);
      for (const Escalation& way : known.ways) {
        if (!judge.may_go(who.set, static_cast<size_t>(&way - known.ways.data())) || (set.admin == Truth::yes && !way.yields.data)) continue;
        if (first) of_class(actor, way, graph.by_class_[of]);
        of_one(actor, way, graph.own_[i]);
      }
    }
    outsiders();
  }
};

AttackGraph::AttackGraph(const AccessEstate& estate, const Escalations& known, AttackOptions options) : estate_(estate), known_(known), options_(std::move(options)) {
  principals_ = static_cast<uint32_t>(estate.principals.size());
  resources_ = static_cast<uint32_t>(estate.resources.size());
  builder_ = std::make_unique<Builder>(*this);
  builder_->build();
}
AttackGraph::~AttackGraph() = default;

uint32_t AttackGraph::nodes() const { return principals_ * 2 + resources_ + static_cast<uint32_t>(outsiders_.size()); }

AttackGraph::NodeKind AttackGraph::kind(uint32_t node) const {
  if (node < principals_) return NodeKind::principal;
  if (node < principals_ * 2) return NodeKind::raised;
  return node < principals_ * 2 + resources_ ? NodeKind::resource : NodeKind::outsider;
}

uint32_t AttackGraph::principal(uint32_t node) const { return node < principals_ ? node : node < principals_ * 2 ? node - principals_ : no_index; }

std::string_view AttackGraph::name(uint32_t node) const {
  switch (kind(node)) {
    case NodeKind::principal:
    case NodeKind::raised: return estate_.principals[principal(node)].arn;
    case NodeKind::resource: return estate_.resources[node - principals_ * 2].arn;
    case NodeKind::outsider: return outsiders_[node - principals_ * 2 - resources_];
  }
  return {};
}

uint32_t AttackGraph::find(std::string_view arn) const {
  if (const AccessPrincipal* who = estate_.principal(arn)) return static_cast<uint32_t>(who - estate_.principals.data());
  if (const AccessResource* what = estate_.resource(arn)) return principals_ * 2 + static_cast<uint32_t>(what - estate_.resources.data());
  for (uint32_t i = 0; i < outsiders_.size(); ++i)
    if (outsiders_[i] == arn) return principals_ * 2 + resources_ + i;
  return no_index;
}

Truth AttackGraph::administrator(uint32_t principal) const { return builder_->index.set(estate_.principals[principal].set).admin; }

bool AttackGraph::is_goal(uint32_t node) const {
  if (kind(node) == NodeKind::raised) return true;
  return kind(node) == NodeKind::principal && administrator(node) == Truth::yes;
}

std::string_view AttackGraph::entry_word(uint32_t node) const {
  if (kind(node) == NodeKind::outsider) return name(node) == kInternet ? "internet" : "outside-account";
  if (kind(node) != NodeKind::principal) return "role";
  const AccessPrincipal& who = estate_.principals[node];
  if (who.kind == AccessPrincipal::Kind::role) return "role";
  return who.has_keys_or_password ? "user" : "unused";
}

double AttackGraph::entry(uint32_t node) const {
  const std::string_view word = entry_word(node);
  const PathRanking& rank = known_.ranking;
  return word == "internet" ? rank.internet : word == "outside-account" ? rank.outside_account : word == "user" ? rank.user : word == "unused" ? rank.unused : rank.role;
}

const std::vector<AttackEdge>& AttackGraph::shared(uint32_t node) const { return kind(node) == NodeKind::principal ? by_class_[class_of_[node]] : kNoEdges; }
const std::vector<AttackEdge>& AttackGraph::own(uint32_t node) const { return own_[node]; }

size_t AttackGraph::edges() const {
  size_t out = 0;
  for (const auto& list : by_class_) out += list.size();
  for (const auto& list : own_) out += list.size();
  return out;
}

std::string_view AttackGraph::kind_word(const AttackEdge& edge) const {
  switch (edge.kind) {
    case EdgeKind::way: return known_.ways[edge.way].id;
    case EdgeKind::outside: return "outside-account";
    case EdgeKind::federation: return "federation";
    case EdgeKind::exposure: return "exposed";
    case EdgeKind::holds: return "holds-role";
    case EdgeKind::credential: return "credential";
  }
  return {};
}

std::string AttackGraph::title(const AttackEdge& edge) const {
  switch (edge.kind) {
    case EdgeKind::way: return known_.ways[edge.way].title;
    case EdgeKind::outside: return "Role that trusts another account";
    case EdgeKind::federation: return "Role that trusts more identities than meant";
    case EdgeKind::exposure: return "Reached from the internet: " + options_.exposed[edge.via].how;
    case EdgeKind::holds: return "Code there has the credentials of the role";
    case EdgeKind::credential: return "Credentials that lie there: " + options_.credentials[edge.via].how;
  }
  return {};
}

std::string AttackGraph::via(const AttackEdge& edge) const {
  if (edge.kind != EdgeKind::way || edge.via == no_index) return {};
  const Escalation& way = known_.ways[edge.way];
  if (way.target == Aim::group) return estate_.groups[edge.via].arn;
  if (way.customer_policy) return estate_.policies[edge.via].name;
  return estate_.resources[edge.via].arn;
}

std::vector<AttackCheck> AttackGraph::explain(uint32_t from, const AttackEdge& edge) const {
  std::vector<AttackCheck> out;
  // Of the statement that grants: a guardrail only lets it through. A name that is no ARN is one that others' policies may have too: only the
  // caller's own and what is called are looked at for it.
  const auto file_of = [&](const Decision::Reason& reason) {
    std::vector<uint32_t> among;
    if (reason.kind == Decision::By::resource) {
      if (kind(edge.to) == NodeKind::principal) among.push_back(estate_.principals[principal(edge.to)].trust);
      if (kind(edge.to) == NodeKind::resource) among.push_back(estate_.resources[edge.to - principals_ * 2].policy);
    } else if (reason.kind == Decision::By::identity && kind(from) == NodeKind::principal) {
      among = estate_.sets[estate_.principals[principal(from)].set].policies;
    }
    for (uint32_t at : among)
      if (at != no_index && estate_.policies[at].name == reason.where.policy) return estate_.policies[at].file;
    return std::string();
  };
  if (edge.kind == EdgeKind::federation || edge.kind == EdgeKind::outside) {
    const AccessPrincipal& who = estate_.principals[edge.to];
    const Policy& trust = source_of(*estate_.policies[who.trust].policy);
    AttackCheck check;
    const Answer answer = allows_public(trust, {.account = estate_.accounts[who.account].id, .org_id = estate_.organization});
    check.action = edge.kind == EdgeKind::federation ? "sts:AssumeRoleWithWebIdentity" : "sts:AssumeRole";
    check.resource = who.arn;
    check.note = edge.kind == EdgeKind::federation ? answer.why : "the trust policy names " + std::string(name(from));
    check.decision.result = edge.undecided ? Decision::Result::unknown : Decision::Result::allowed;
    check.decision.by = Decision::By::resource;
    check.decision.reasons.push_back({Decision::By::resource, Effect::allow, Truth::yes, answer.decided.path.empty() ? Decided{trust.name, 0, {}, "$.Statement", 0} : answer.decided, {}, {}});
    check.file = estate_.policies[who.trust].file;
    out.push_back(std::move(check));
    return out;
  }
  if (edge.kind != EdgeKind::way || kind(from) != NodeKind::principal) return out;
  const Escalation& way = known_.ways[edge.way];
  AttackActor actor = builder_->judge.actor(from);
  std::vector<AttackAsked> asked;
  const bool held = !way.holder.type.empty();
  builder_->judge.ready(actor, way, held && edge.via != no_index ? &estate_.resources[edge.via] : nullptr, &asked);
  if (way.target == Aim::group) builder_->judge.on_arn(actor, way, estate_.groups[edge.via].arn, nullptr, &asked);
  else if (way.target == Aim::resource) builder_->judge.on_arn(actor, way, std::string(name(edge.to)), &estate_.resources[edge.to - principals_ * 2], &asked);
  else builder_->judge.on_principal(actor, way, principal(edge.to), way.customer_policy ? edge.via : no_index, &asked);
  for (AttackAsked& one : asked) {
    AttackCheck check{one.request.action, one.request.resource, one.note, {}, builder_->judge.explain(actor, one)};
    for (const Decision::Reason& reason : check.decision.reasons)
      if (reason.effect == Effect::allow && check.file.empty()) check.file = file_of(reason);
    out.push_back(std::move(check));
  }
  return out;
}

std::vector<std::string> AttackGraph::unknowns(const AttackEdge& edge, const std::vector<AttackCheck>& checks) const {
  std::vector<std::string> out;
  if (edge.kind != EdgeKind::way) {
    if (edge.undecided) out.push_back("whether the conditions of the trust policy let them in");
    return out;
  }
  const Escalation& way = known_.ways[edge.way];
  const std::string target(name(edge.to));
  if (!way.holder.type.empty() && edge.via == no_index) out.push_back("whether " + way.holder.named + " holds " + target + ": no " + way.holder.type + " was read");
  if (way.instance_profile && edge.via == no_index && principal(edge.to) != no_index && estate_.principals[principal(edge.to)].instance_profiles.empty())
    out.push_back("whether an instance profile holds " + target + ": none was read");
  for (const std::string& one : way.given) out.push_back("whether " + one);
  for (const AttackCheck& check : checks)
    if (check.decision.result == Decision::Result::unknown)
      for (const std::string& one : check.decision.unknown) out.push_back(check.action + ": " + one);
  if (way.target == Aim::role && !way.trusts.empty() && builder_->judge.serves(principal(edge.to), way.trusts) == Truth::unknown) out.push_back("whether the trust policy of " + target + " lets the service in");
  return out;
}

}  // namespace reeve
