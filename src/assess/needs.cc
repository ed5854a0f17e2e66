#include "assess/needs.h"

#include "base/text.h"

namespace reeve {

std::string candidate_type(const Control& control) {
  if (control.judge == Judge::attested) return std::string(kOrganizationType);
  switch (control.candidates) {
    case Candidates::account: return std::string(kAccountType);
    case Candidates::account_region: return std::string(kRegionType);
    case Candidates::organization: return std::string(kOrganizationType);
    case Candidates::type: return control.candidate_type;
  }
  return control.candidate_type;
}

void NeedsRead::add(const ReadRecord& read) {
  bool answered = read.status == ReadRecord::Status::ok || read.status == ReadRecord::Status::absent;
  for (std::string_view region : {std::string_view(read.region), std::string_view("*")})
    for (std::string_view account : {std::string_view(read.account), std::string_view("*")}) {
      auto [found, is_new] = known_.try_emplace(std::string(account) + "\n" + std::string(region) + "\n" + read.call);
      if (is_new || (answered && !found->second.answered)) found->second = {answered, read.error, {read.time_ms}};
    }
}

std::string NeedsRead::unmet(const Control& control, const ResourceCatalogue& catalogue, std::string_view uid, std::string_view account, std::string_view region,
                             Evidence& evidence) const {
  if (control.needs.empty()) return "";
  std::string of = candidate_type(control);
  const ResourceType* type = catalogue.find(of);
  for (const std::string& need : control.needs) {
    bool of_type = false;  // what tells about a listed resource shows in its columns, from whichever source it came
    if (control.candidates == Candidates::type && type && type->singleton == Singleton::none)
      for (const Read& read : type->reads) of_type |= read.call == need;
    if (of_type) continue;
    bool any_account = control.candidates == Candidates::organization || starts_with(need, "organizations:");
    bool per_region = of == kRegionType;
    auto look = [&](std::string_view where) {
      auto found = known_.find((any_account ? "*" : std::string(account)) + "\n" + std::string(where) + "\n" + need);
      return found == known_.end() ? nullptr : &found->second;
    };
    const Known* known = look(per_region ? region : "*");
    if (!known && per_region) known = look("global");
    if (!known && per_region) {  // a call of a global service is made in one Region for all
      bool global_only = true;
      if (const auto* uses = catalogue.uses(need))
        for (auto& use : *uses) global_only &= use.type->global;
      if (global_only) known = look("*");
    }
    if (known && known->answered) continue;
    evidence.resource = uid;
    evidence.source = need;
    evidence.expected = "an answer";
    if (known) {
      evidence.time = known->time;
      return need + " " + (known->error.empty() ? std::string("failed") : known->error);
    }
    evidence.time_basis = "unknown";
    return need + " not read";
  }
  return "";
}

}  // namespace reeve
