// The closed lists of words that content uses (design §§1, 4, 6).
#include "content/content.h"

namespace reeve {

std::string_view name(Responsibility responsibility) {
  switch (responsibility) {
    case Responsibility::customer: return "customer";
    case Responsibility::aws: return "aws";
    case Responsibility::shared: return "shared";
  }
  return "shared";
}

std::string_view name(Judge judge) {
  switch (judge) {
    case Judge::guard: return "guard";
    case Judge::sql: return "sql";
    case Judge::attested: return "attested";
  }
  return "attested";
}

const std::vector<OperationsArea>& operations_areas() {
  static const std::vector<OperationsArea> areas = {
      {"account isolation", "preventive"},
      {"access control", "preventive"},
      {"network security", "preventive"},
      {"data protection", "preventive"},
      {"configuration management", "preventive"},
      {"logging and monitoring", "detective"},
      {"threat detection", "detective"},
      {"compliance monitoring", "detective"},
      {"vulnerability management", "detective"},
      {"security metrics", "detective"},
      {"incident response", "responsive"},
      {"automated remediation", "responsive"},
      {"forensics", "responsive"},
      {"recovery", "responsive"},
      {"communication", "responsive"},
  };
  return areas;
}

std::string_view level_name(int level) {
  switch (level) {
    case 1: return "Basic";
    case 2: return "Managed";
    case 3: return "Optimized";
    case 4: return "Innovative";
    default: return "None";
  }
}

std::string_view phase_name(int phase) {
  switch (phase) {
    case 1: return "foundation and governance";
    case 2: return "threat assessment and planning";
    case 3: return "automation and standardisation";
    case 4: return "continuous improvement";
    default: return "";
  }
}

}  // namespace reeve
