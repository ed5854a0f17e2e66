// Responsibility: who looks after what of each resource type (content/responsibility/<service>.yaml), and the standing challenges
// (content/challenges/<id>.yaml). Read strictly, like everything of content; formats in docs/formats/responsibility.md and challenges.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

// How much of running a thing is left to the customer. A setting runs nothing: a policy, a key, a rule.
enum class Management : uint8_t { self_managed, managed, serverless, setting };
std::string_view name(Management management);

// What has to be done for a resource, in order from the ground up.
struct Duty {
  std::string_view id;     // os
  std::string_view title;  // patching the operating system
};
const std::vector<Duty>& duties();

enum class Holder : uint8_t { customer, aws, shared, nobody };  // nobody: there is nothing of the kind
std::string_view name(Holder holder);

struct DutyHolder {
  Holder holder = Holder::customer;
  std::string note;  // how it is shared, in words; may be empty
};

struct AlternativeRule {
  std::string to, why;
  std::string control;              // its fails are meant; empty: every resource
  std::vector<std::string> values;  // only those whose evidence names one of these; empty: all
  Place at;
};

struct ResponsibilityCase {
  std::string used;   // how the type is used here, `on Fargate`; empty if there is one way only
  std::string where;  // SQL over the type's view; empty: the rest
  Place where_at;
  Management management = Management::setting;
  std::vector<DutyHolder> duties;  // one for each of duties()
  std::vector<AlternativeRule> alternatives;
};

struct ResponsibilityType {
  std::string type;
  std::vector<ResponsibilityCase> cases;  // the first that holds counts
  Place at;
};

struct ResponsibilityFile {
  std::string service, title;
  std::vector<ResponsibilityType> types;
  std::string shown;
};

// A challenge that never goes away: a saved view over controls and figures.
struct ChallengeFigure {
  std::string name;
  std::string sql;  // one number
  Place at;
};

struct Challenge {
  std::string id, title, question;
  int order = 0;
  std::vector<std::string> controls;
  std::vector<ChallengeFigure> figures;
  Place at;
};

}  // namespace reeve
