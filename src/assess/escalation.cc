#include "assess/escalation.h"

#include <algorithm>
#include <map>
#include <set>

#include "access/ways_up.h"
#include "assess/recorded_resource.h"
#include "base/text.h"
#include "estate/load.h"

namespace reeve {
namespace {

constexpr size_t drawn_most = 10;

// The columns of a holder that say which role it has; what holds none is left out, as most instances are.
std::set<std::string> holding(const ResourceType& type, const std::vector<std::string>& paths) {
  std::set<std::string> out;
  for (const auto& [column, path] : type.columns) {
    std::string text;
    for (std::string_view key : path.keys()) text += (text.empty() ? "" : ".") + std::string(key);
    for (const std::string& wanted : paths)
      for (std::string_view one : split(wanted, '|'))
        if (const std::string_view at = trim(one); at == text || starts_with(at, text + ".")) out.insert(column);
  }
  return out;
}

Result<AccessEstate> estate_of(store::Db& db, const ResourceCatalogue& catalogue, const Escalations& known) {
  AccessEstateMaker maker(catalogue, {.keep_documents = true});
  auto take = [&](std::string_view type, std::string_view where, const std::set<std::string>& only) -> Status {
    const ResourceType* found = catalogue.find(type);
    if (!found) return {};
    return each_recorded(db, *found, where, [&](const Resource& resource) { maker.add(resource); }, only);
  };
  for (std::string_view type : {"AWS::IAM::ManagedPolicy", "AWS::IAM::Group", "AWS::IAM::User", "Reeve::Organization", "AWS::Organizations::OrganizationalUnit",
                                "AWS::Organizations::Account", "AWS::Organizations::Policy"})
    TRY(take(type, "", {}));
  TRY(take("AWS::IAM::Role", "", {"trust_policy", "inline_policies", "managed_policies", "permissions_boundary", "instance_profiles"}));
  std::map<std::string, std::vector<std::string>> holders;
  for (const Escalation& way : known.ways)
    if (!way.holder.type.empty()) holders[way.holder.type].push_back(way.holder.role);
  for (const auto& [type, paths] : holders)
    if (const ResourceType* found = catalogue.find(type)) {
      std::set<std::string> only = holding(*found, paths);
      std::vector<std::string> where;
      for (const std::string& column : only) where.push_back("json_member(properties, '" + column + "') IS NOT NULL");
      if (where.empty()) continue;
      for (const auto& [column, path] : found->columns)
        if (!found->access.policy.empty() && path.text() == found->access.policy.text()) only.insert(column);
      TRY(take(type, join(where, " OR "), only));
    }
  auto reads = TRY(db.prepare("SELECT account, operation, status, error, parameter FROM temp.reads WHERE operation IN ('organizations:DescribeOrganization', 'organizations:ListPolicies')"));
  while (TRY(reads.step())) {
    ReadRecord record;
    record.account = reads.text(0), record.call = reads.text(1), record.error = reads.text(3), record.parameter = reads.text(4);
    const std::string_view status = reads.text(2);
    record.status = status == "ok" ? ReadRecord::Status::ok : status == "denied" ? ReadRecord::Status::denied : status == "absent" ? ReadRecord::Status::absent : ReadRecord::Status::error;
    maker.read(record);
  }
  return maker.finish();
}

std::string account_of(const AttackGraph& graph, uint32_t node) {
  if (graph.kind(node) != AttackGraph::NodeKind::principal) return {};
  return graph.estate().accounts[graph.estate().principals[node].account].id;
}

EscalationPath told(const AttackGraph& graph, const AttackPath& path) {
  EscalationPath out;
  out.from = graph.name(path.from), out.to = graph.name(path.to), out.account = account_of(graph, path.from);
  out.sure = path.certain, out.likelihood = path.likelihood, out.rank = path.rank;
  for (const AttackPath::Step& step : path.steps) {
    EscalationStep one;
    one.from = graph.name(step.from), one.to = graph.name(step.edge->to), one.title = graph.title(*step.edge), one.via = graph.via(*step.edge);
    if (graph.is_goal(step.edge->to)) one.to_word = "administrator";
    const std::vector<AttackCheck> checks = graph.explain(step.from, *step.edge);
    for (const AttackCheck& check : checks) {
      const Decision::Reason* grant = nullptr;
      for (const Decision::Reason& reason : check.decision.reasons)
        if (reason.effect == Effect::allow && reason.holds != Truth::no && !reason.where.policy.empty() && (!grant || reason.kind == check.decision.by)) grant = &reason;
      one.grants.push_back(check.action + (grant ? " by " + grant->where.policy + " " + grant->where.path : std::string()));
    }
    one.unknown = graph.unknowns(*step.edge, checks);
    out.steps.push_back(std::move(one));
  }
  return out;
}

std::string way_in_words(const EscalationPath& path) {
  std::vector<std::string> out;
  for (const EscalationStep& step : path.steps) {
    std::string one = step.title + ": " + (step.to == step.from ? std::string("itself") : step.to) + (step.to_word.empty() ? "" : ", an " + step.to_word);
    if (!step.grants.empty()) one += " (" + join(step.grants, ", ") + ")";
    out.push_back(std::move(one));
  }
  return join(out, "; then ");
}

std::vector<std::string> unknown_of(const EscalationPath& path) {
  std::vector<std::string> out;
  for (const EscalationStep& step : path.steps)
    for (const std::string& one : step.unknown)
      if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
  return out;
}

// Why it is not known what all a principal may do: the first of its policies, its boundary among them, whose text was not read. Empty: all were.
std::string unread_of(const AccessEstate& estate, const AccessPrincipal& who) {
  const IdentitySet& set = estate.sets[who.set];
  if (!set.unread.empty()) return set.unread;
  std::vector<uint32_t> policies = set.policies;
  if (set.boundary != no_index) policies.push_back(set.boundary);
  for (uint32_t policy : policies)
    if (const std::string& why = source_of(*estate.policies[policy].policy).unknown; !why.empty()) return estate.policies[policy].name + ": " + why;
  return {};
}

}  // namespace

Status record_escalation(store::Store& store, const Content& content, const ResourceCatalogue& catalogue, std::vector<ExposedResource> exposed, EscalationPart& part,
                         std::vector<Error>& errors) {
  if (!content.record_view("administrators") || !content.record_view("escalation_paths")) return {};
  const Escalations known = escalations_of(*content.files);
  errors.insert(errors.end(), known.errors.begin(), known.errors.end());
  const AccessEstate estate = TRY(estate_of(store.db(), catalogue, known));
  if (estate.principals.empty()) return {};
  AttackOptions options;
  options.exposed = std::move(exposed);
  const AttackGraph graph(estate, known, std::move(options));
  part.looked = true;
  part.principals = estate.principals.size();

  auto power = TRY(store.db().prepare("INSERT INTO temp.administrators(principal, account, sure, unread) VALUES (?1, ?2, ?3, ?4)"));
  for (uint32_t i = 0; i < estate.principals.size(); ++i) {
    const AccessPrincipal& who = estate.principals[i];
    // What was read does not make it one; what was not may.
    const std::string unread = graph.administrator(i) == Truth::yes ? std::string() : unread_of(estate, who);
    const Truth is = graph.administrator(i) == Truth::no && !unread.empty() ? Truth::unknown : graph.administrator(i);
    if (is == Truth::no) continue;
    part.administrators += is == Truth::yes;
    power.bind(1, who.arn).bind(2, estate.accounts[who.account].id).bind(3, int64_t{is == Truth::yes});
    if (is == Truth::yes) power.bind_or_null(4, "");
    else power.bind(4, unread.empty() ? std::string_view("a condition of its policies") : std::string_view(unread));
    TRY(power.run());
  }

  const std::vector<AttackPath> sure = ways_up(graph, true);
  std::vector<bool> settled(graph.nodes(), false);
  for (const AttackPath& path : sure) settled[path.from] = true;
  std::vector<AttackPath> open = ways_up(graph, false);
  std::erase_if(open, [&](const AttackPath& path) { return settled[path.from]; });

  auto insert = TRY(store.db().prepare("INSERT INTO temp.escalation_paths(principal, account, sure, target, steps, likelihood, way, unknown) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
  for (const std::vector<AttackPath>* paths : {&sure, static_cast<const std::vector<AttackPath>*>(&open)})
    for (const AttackPath& path : *paths) {
      const bool shown = part.top.size() < drawn_most;
      const bool principal = graph.kind(path.from) == AttackGraph::NodeKind::principal;
      if (!principal && !shown) continue;
      EscalationPath one = told(graph, path);
      one.sure = paths == &sure;
      if (principal) {
        (one.sure ? part.sure : part.open) += 1;
        insert.bind(1, one.from).bind(2, one.account).bind(3, int64_t{one.sure}).bind(4, one.to).bind(5, static_cast<int64_t>(one.steps.size())).bind(6, one.likelihood);
        const std::string way = way_in_words(one), unknown = join(unknown_of(one), "; ");  // bound, not copied
        insert.bind(7, way);
        if (one.sure) insert.bind_or_null(8, "");
        else insert.bind(8, unknown.empty() ? std::string_view("a condition that hangs on what was not read") : std::string_view(unknown));
        TRY(insert.run());
      }
      if (shown) part.top.push_back(std::move(one));
    }
  const std::vector<AttackPath> looked(sure.begin(), sure.begin() + static_cast<std::ptrdiff_t>(std::min(sure.size(), drawn_most)));
  if (auto cut = best_cut(graph, looked)) part.cut.push_back({cut->policy, cut->statement, cut->way, cut->to, cut->principal, cut->ends, cut->of});
  return {};
}

}  // namespace reeve
