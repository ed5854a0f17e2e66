#include "collect/organization.h"

namespace reeve {

std::vector<OrganizationAccount> accounts_in(Value reply) {
  std::vector<OrganizationAccount> out;
  for (Value account : reply.get("Accounts").items()) {
    Value state = account.get("State");
    if (!state) state = account.get("Status");
    if (!account.get("Id").text().empty()) out.push_back({std::string(account.get("Id").text()), std::string(account.get("Name").text()), std::string(state.text())});
  }
  return out;
}

std::vector<std::string> units_in(Value reply) {
  std::vector<std::string> out;
  for (Value unit : reply.get("OrganizationalUnits").items()) out.emplace_back(unit.get("Id").text());
  return out;
}

std::vector<std::string> regions_in(Value reply) {
  std::vector<std::string> out;
  for (Value region : reply.get("Regions").items())
    if (region.get("OptInStatus").text() != "not-opted-in" && !region.get("RegionName").text().empty()) out.emplace_back(region.get("RegionName").text());
  return out;
}

}  // namespace reeve
