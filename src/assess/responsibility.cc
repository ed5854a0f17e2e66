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

// The condition that makes a resource one of a case: its own and none before it.
std::string condition(const std::vector<ResponsibilityCase>& cases, size_t index) {
  std::string out;
  for (size_t i = 0; i < index; ++i) out += " AND (" + cases[i].where + ") IS NOT 1";
  if (!cases[index].where.empty()) out += " AND (" + cases[index].where + ")";
  return out;
}

Result<uint64_t> count(store::Store& store, const std::string& sql) {
  auto rows = TRY(store.db().prepare_foreign("SELECT count(*) " + sql));
  return TRY(rows.step()) ? static_cast<uint64_t>(rows.integer(0)) : 0;
}

// The first resources that the rows name.
Result<std::vector<std::string>> first_of(store::Store& store, const std::string& sql) {
  std::vector<std::string> out;
  auto rows = TRY(store.db().prepare_foreign("SELECT uid " + sql + " ORDER BY uid LIMIT " + std::to_string(examples_max)));
  while (TRY(rows.step())) out.emplace_back(rows.text(0));
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
    for (size_t i = 0; i < type.cases.size(); ++i) {
      const ResponsibilityCase& one = type.cases[i];
      std::string rows = live_rows(type.type, scope_) + condition(type.cases, i);
      uint64_t resources = all;
      if (type.cases.size() > 1 || !one.where.empty()) {
        auto counted = count(store_, rows);
        if (!counted) {
          Error error = counted.error();
          error.at = one.where.empty() ? type.at : one.where_at;
          problems_.push_back(std::move(error));
          return {};
        }
        resources = *counted;
      }
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
        if (rule.control.empty()) alternative.examples = TRY(first_of(store_, rows));
        else TRY(count_found(alternative, rule, type.type));
        if (alternative.resources + alternative.unknown > 0) row.alternatives.push_back(std::move(alternative));
      }
      service.rows.push_back(std::move(row));
    }
    return {};
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
    auto [found, added] = open_.try_emplace(control + "\n" + type);
    if (!added) return &found->second;
    store::FindingFilter filter;
    filter.control = control;
    TRY(store_.findings(filter, [&](const store::StoredFinding& finding) -> Status {
      if (finding.type != type || (finding.status != store::FindingStatus::fail && finding.status != store::FindingStatus::unknown)) return {};
      FoundOpen one{finding.uid, finding.reason + "\n", finding.status == store::FindingStatus::unknown};
      if (auto evidence = evidence_from_json(finding.evidence_json))
        for (auto& e : *evidence) one.said += e.value + "\n";
      found->second.push_back(std::move(one));
      return {};
    }));
    return &found->second;
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
