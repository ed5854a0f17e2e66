// One CloudTrail event as the request that policies decided: who asked, and which value each condition key had. What the event does not
// tell is unknown, never absent.
//
// Sources: CloudTrail User Guide, "CloudTrail record contents" and "userIdentity element"; IAM User Guide, "AWS global condition context keys".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/json_pick.h"
#include "policy/policy.h"

namespace reeve {

// Members of an event, in the order in which they are picked; others, for keys of single services, stand behind them.
enum class EventField : uint8_t {
  source, name, time, region, address, agent, recipient, error, event_type, event_id, endpoint, endpoint_account, tls, tls_version, resources,
  parameters, shared_id,
  type, arn, principal_id, account, user_name, invoked_by, issuer_arn, mfa, created, web_provider, source_identity, assumed_root,
  count
};
using EventFields = uint64_t;  // a set of fields, one bit each
constexpr EventFields bit(EventField field) { return EventFields{1} << static_cast<unsigned>(field); }
// The paths of all fields, then `more`.
std::vector<std::string> event_paths(const std::vector<std::string>& more = {});

// What is known of the organization.
struct EventOrganization {
  std::string id;  // o-…; empty: not known
  struct Account {
    std::string unit;   // the path of units, `r-ab12/ou-ab12-11111111`; empty: not known
    std::string name;
    bool management = false;
  };
  // Empty: nothing was read, and every account is taken to be a member. Else one that is not here may be a member or not.
  std::unordered_map<std::string, Account> accounts;
  const Account* find(std::string_view account) const;
};

// A view of what was picked, its texts unescaped when asked for.
class EventRequest {
 public:
  EventRequest(const JsonPicker::Picked& picked, const EventOrganization& organization) : picked_(picked), organization_(organization) {}

  std::string_view raw(EventField field) const { return picked_[static_cast<size_t>(field)]; }
  std::string text(EventField field) const { return json_text(raw(field)); }
  std::string text_at(size_t slot) const { return json_text(picked_[slot]); }

  std::string account() const;    // of the caller; empty: not told
  std::string principal() const;  // for people: a role's, user's or root's ARN, a service, else what there is
  std::string principal_arn() const;  // aws:PrincipalArn; empty: not told
  std::string owner() const;      // of the resource; empty: not told
  bool service_linked() const;    // a session of a service-linked role
  // Whom no service control policy reaches: a service itself, and who has no AWS credentials.
  bool without_credentials() const;
  bool service() const;

  // The value of a global condition key (lower case); unknown where the event does not tell, and for keys of single services.
  ContextValue value_of(std::string_view key) const;
  // The fields that `value_of` looks at for the key.
  static EventFields fields_of(std::string_view key);

 private:
  ContextValue of_parameter_tags(std::string_view key) const;
  ContextValue through_service() const;
  const JsonPicker::Picked& picked_;
  const EventOrganization& organization_;
};

}  // namespace reeve
