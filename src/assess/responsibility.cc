#include "assess/responsibility.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "findings/finding.h"
#include "store/views.h"

namespace reeve {
namespace {

constexpr size_t examples_max = 3;

std::string literals(const std::vector<std::string>& texts) {
  std::string out;
  for (auto& text : texts) {
    out += out.empty() ? "'" : ", '";
    for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
    out += "'";
  }
  return out;
}

// Templates have no account. What belongs to the organization is in every scope, as is what has no Region.
std::string live_rows(const std::string& type, const Scope& scope) {
  std::string out = "FROM " + store::view_name(type) + " WHERE ";
  if (type == "Reeve::Organization") return out + "1";
  out += "account<>''";
  if (!scope.accounts.empty() && !starts_with(type, "AWS::Organizations::")) out += " AND account IN (" + literals(scope.accounts) + ")";
  if (!scope.regions.empty()) out += " AND (coalesce(region, '') IN ('', 'global') OR region IN (" + literals(scope.regions) + "))";
  return out;
}

struct Counted {
  uint64_t resources = 0;
  std::vector<std::string> first;  // of them, by uid
};

Result<uint64_t> count(store::Store& store, const std::string& sql) {
  auto rows = TRY(store.db().prepare_foreign("SELECT count(*) " + sql));
  return TRY(rows.step()) ? static_cast<uint64_t>(rows.integer(0)) : 0;
}

// Each case's resources, in one walk over the rows. A resource is of the first case whose condition holds.
Result<std::vector<Counted>> count_cases(store::Store& store, const std::string& live, const std::vector<ResponsibilityCase>& cases) {
  std::string which;
  for (size_t i = 0; i < cases.size(); ++i) which += " WHEN (" + (cases[i].where.empty() ? "1" : cases[i].where) + ") THEN " + std::to_string(i);
  std::vector<Counted> out(cases.size());
  auto rows = TRY(store.db().prepare_foreign("SELECT CASE" + which + " END, uid " + live));
  while (TRY(rows.step())) {
    if (rows.is_null(0)) continue;
    Counted& one = out[static_cast<size_t>(rows.integer(0))];
    ++one.resources;
    std::string_view uid = rows.text(1);
    if (one.first.size() == examples_max && uid >= one.first.back()) continue;
    one.first.insert(std::upper_bound(one.first.begin(), one.first.end(), uid), std::string(uid));
    if (one.first.size() > examples_max) one.first.pop_back();
  }
  return out;
}

// What a control found about a type, in order of uid.
struct FoundOpen {
  std::string uid, said;
  bool unknown = false;
};

class Counting {
 public:
  Counting(const Content& content, const Scope& scope, store::Store& store, std::vector<Error>& problems)
      : content_(content), scope_(scope), store_(store), problems_(problems) {
    for (auto& file : content.resource_types) {
      Value type = file.document->root().get("type"), title = file.document->root().get("title");
      if (type) titles_[std::string(type.text())] = title ? std::string(title.text()) : "";
    }
  }

  Result<Responsibilities> all() {
    Responsibilities out;
    std::map<std::string, uint64_t> seen;
    for (auto& [type, title] : titles_) seen[type] = TRY(count(store_, live_rows(type, scope_)));
    for (const ResponsibilityFile& file : content_.responsibility) {
      ResponsibilityService service;
      service.service = file.service;
      service.title = file.title;
      for (const ResponsibilityType& type : file.types) {
        auto found = seen.find(type.type);
        if (found == seen.end()) continue;  // of a type that this content does not read
        uint64_t resources = found->second;
        seen.erase(found);
        if (resources > 0) TRY(add(service, type, resources));
      }
      if (service.rows.empty()) continue;
      out.self_managed += service.self_managed, out.managed += service.managed, out.serverless += service.serverless;
      out.services.push_back(std::move(service));
    }
    for (auto& [type, resources] : seen)
      if (resources > 0) out.not_described.push_back(type);
    std::sort(out.services.begin(), out.services.end(), [](auto& a, auto& b) { return lower(a.title) < lower(b.title); });
    return out;
  }

 private:
  Status add(ResponsibilityService& service, const ResponsibilityType& type, uint64_t all) {
    bool walk = std::ranges::any_of(type.cases, [](auto& one) { return !one.where.empty() || std::ranges::any_of(one.alternatives, [](auto& rule) { return rule.control.empty(); }); });
    std::vector<Counted> counted(type.cases.size(), Counted{all, {}});
    if (walk) {
      auto done = count_cases(store_, live_rows(type.type, scope_), type.cases);
      if (!done) {
        name_wrong(type, done.error());
        return {};
      }
      counted = std::move(*done);
    }
    for (size_t i = 0; i < type.cases.size(); ++i) {
      const ResponsibilityCase& one = type.cases[i];
      uint64_t resources = counted[i].resources;
      if (resources == 0) continue;
      ResponsibilityRow row{type.type, titles_[type.type], one.used, one.management, resources, one.duties, {}};
      service.resources += resources;
      if (one.management == Management::self_managed) service.self_managed += resources;
      if (one.management == Management::managed) service.managed += resources;
      if (one.management == Management::serverless) service.serverless += resources;
      for (const DutyHolder& duty : one.duties) {
        service.customer += duty.holder == Holder::customer;
        service.shared += duty.holder == Holder::shared;
        service.aws += duty.holder == Holder::aws;
      }
      for (const AlternativeRule& rule : one.alternatives) {
        ManagedAlternative alternative{rule.to, rule.why, rule.control, resources, 0, {}};
        if (rule.control.empty()) alternative.examples = counted[i].first;
        else TRY(count_found(alternative, rule, type.type));
        if (alternative.resources + alternative.unknown > 0) row.alternatives.push_back(std::move(alternative));
      }
      service.rows.push_back(std::move(row));
    }
    return {};
  }

  // By the condition that is not right, if one alone tells.
  void name_wrong(const ResponsibilityType& type, Error error) {
    error.at = type.at;
    for (auto& one : type.cases) {
      if (one.where.empty()) continue;
      auto alone = count(store_, live_rows(type.type, scope_) + " AND (" + one.where + ")");
      if (alone) continue;
      error = alone.error();
      error.at = one.where_at;
      break;
    }
    problems_.push_back(std::move(error));
  }

  Status count_found(ManagedAlternative& out, const AlternativeRule& rule, const std::string& type) {
    out.resources = 0;
    for (const FoundOpen& found : *TRY(open_of(rule.control, type))) {
      if (found.unknown) {
        ++out.unknown;
        continue;
      }
      bool meant = rule.values.empty();
      for (auto& value : rule.values) meant |= contains(found.said, value);
      if (!meant) continue;
      ++out.resources;
      if (out.examples.size() < examples_max) out.examples.push_back(found.uid);
    }
    return {};
  }

  // Read once for all alternatives that stand on the same control.
  Result<const std::vector<FoundOpen>*> open_of(const std::string& control, const std::string& type) {
    auto [place, added] = open_.try_emplace(control + "\n" + type);
    std::vector<FoundOpen>& found = place->second;  // clang 14 lets no lambda take a structured binding along
    if (!added) return &found;
    store::FindingFilter filter;
    filter.control = control;
    TRY(store_.findings(filter, [&](const store::StoredFinding& finding) -> Status {
      if (finding.type != type || (finding.status != store::FindingStatus::fail && finding.status != store::FindingStatus::unknown)) return {};
      FoundOpen one{finding.uid, finding.reason + "\n", finding.status == store::FindingStatus::unknown};
      if (one.unknown) {  // it is only counted
        found.push_back(std::move(one));
        return {};
      }
      if (auto evidence = evidence_from_json(finding.evidence_json))
        for (auto& e : *evidence) one.said += e.value + "\n";
      found.push_back(std::move(one));
      return {};
    }));
    return &found;
  }

  const Content& content_;
  const Scope& scope_;
  store::Store& store_;
  std::vector<Error>& problems_;
  std::map<std::string, std::string> titles_;  // of the types that content describes
  std::map<std::string, std::vector<FoundOpen>> open_;
};

std::optional<double> share(uint64_t part, uint64_t rest) {
  if (part + rest == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(part + rest);
}

}  // namespace

std::optional<double> ResponsibilityService::self_managed_share() const { return share(self_managed, managed + serverless); }
std::optional<double> Responsibilities::self_managed_share() const { return share(self_managed, managed + serverless); }

Result<Responsibilities> responsibilities_of(const Content& content, const Scope& scope, store::Store& store, std::vector<Error>& problems) {
  return Counting(content, scope, store, problems).all();
}

}  // namespace reeve
