#include "assess/needs.h"

#include "aws/region.h"
#include "base/text.h"

namespace reeve {

std::vector<std::string> candidate_types(const Control& control) {
  if (control.judge == Judge::attested) return {std::string(kOrganizationType)};
  switch (control.candidates) {
    case Candidates::account: return {std::string(kAccountType)};
    case Candidates::account_region: return {std::string(kRegionType)};
    case Candidates::organization: return {std::string(kOrganizationType)};
    case Candidates::type: break;
  }
  return control.candidate_types;
}

void NeedsRead::add(const ReadRecord& read) {
  bool answered = read.status == ReadRecord::Status::ok || read.status == ReadRecord::Status::absent;
  if (is_region_name(read.region)) regions_[read.account].insert(read.region);
  for (std::string_view region : {std::string_view(read.region), std::string_view("*")})
    for (std::string_view account : {std::string_view(read.account), std::string_view("*")}) {
      auto [found, is_new] = known_.try_emplace(std::string(account) + "\n" + std::string(region) + "\n" + read.call);
      if (is_new || (answered && !found->second.answered)) found->second = {answered, read.error, read.time_basis, {read.time_ms}};
    }
}

std::string NeedsRead::unmet(const Control& control, const ResourceType* type, const ResourceCatalogue& catalogue, std::string_view uid, std::string_view account,
                             std::string_view region, Evidence& evidence) const {
  if (control.needs.empty()) return "";
  for (const std::string& need : control.needs) {
    if (is_part(need)) continue;
    bool of_type = false;  // what tells about a listed resource shows in its columns, from whichever source it came
    if (control.candidates == Candidates::type && type && type->singleton == Singleton::none)
      for (const Read& read : type->reads) of_type |= read.call == need;
    if (of_type) continue;
    bool any_account = control.candidates == Candidates::organization || starts_with(need, "organizations:");
    bool global_call = true;
    if (const auto* uses = catalogue.uses(need))
      for (auto& use : *uses) global_call &= use.type->global;
    auto look = [&](std::string_view where) {
      auto found = known_.find((any_account ? "*" : std::string(account)) + "\n" + std::string(where) + "\n" + need);
      return found == known_.end() ? nullptr : &found->second;
    };
    const Known* known = nullptr;
    std::string_view missing;  // a Region of the account in which the need was not answered
    if (is_region_name(region) && !any_account) {
      known = look(region);
      if (!known) known = look("global");
      if (!known && global_call) known = look("*");
    } else {
      known = look("*");
      auto regions = regions_.find(std::string(account));
      if (known && known->answered && !any_account && !global_call && !look("global") && regions != regions_.end())
        for (const std::string& place : regions->second) {
          const Known* here = look(place);
          if (here && here->answered) continue;
          known = here, missing = place;
          break;
        }
    }
    if (known && known->answered) continue;
    evidence.resource = uid;
    evidence.source = need;
    evidence.expected = "an answer";
    if (known) {
      evidence.time = known->time, evidence.time_basis = known->time_basis;
      return need + (missing.empty() ? " " : " in " + std::string(missing) + " ") + (known->error.empty() ? std::string("failed") : known->error);
    }
    evidence.time_basis = "unknown";
    return need + " not read" + (missing.empty() ? "" : " in " + std::string(missing));
  }
  // What a person can do about an unread call comes first; a part that has not run is nobody's slip.
  std::vector<std::string> later = parts_missing(control, parts_);
  if (later.empty()) return "";
  evidence.resource = uid;
  evidence.source = later.front();
  evidence.expected = "a run of `" + command_of(later.front()) + "`";
  evidence.time_basis = "unknown";
  return judged_by(later) + (later.size() == 1 ? ", which has not run" : ", which have not run");
}

std::vector<std::string> parts_missing(const Control& control, const std::set<std::string>& ran) {
  std::vector<std::string> out = control.parts();
  std::erase_if(out, [&](const std::string& part) { return ran.contains(part); });
  return out;
}

std::string judged_by(const std::vector<std::string>& parts) {
  std::vector<std::string> commands;
  for (const std::string& part : parts) commands.push_back("`" + command_of(part) + "`");
  return "judged by " + join(commands, " and ");
}

std::string_view sql_type(RecordColumn::Type type) {
  switch (type) {
    case RecordColumn::Type::integer:
    case RecordColumn::Type::boolean: return "INTEGER";
    case RecordColumn::Type::number: return "REAL";
    default: return "TEXT";
  }
}

}  // namespace reeve
