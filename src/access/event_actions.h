// What a CloudTrail event says of the request that IAM decided: its actions, where a condition key stands in it, its resource's ARN.
// Data: content/actions/events.yaml, beside IAM's own table of actions (docs/formats/actions.md).
//
//   EventActions events = event_actions_of(content, errors);
//   auto mapping = events.mapping("s3.amazonaws.com", "HeadObject");    // s3:GetObject
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/content.h"

namespace reeve {

class EventActions {
 public:
  struct Mapping {
    std::vector<std::string> actions;  // all of them must be allowed; none: no policy decides it
    bool known = true;                 // false: no such action is known, and the event's own name stands for it
    std::string prefix;                // IAM's, in lower case; empty: no such service is known
  };
  Mapping mapping(std::string_view source, std::string_view name) const;

  // Where the event holds a condition key (lower case), `requestParameters.instanceType`; an empty path: nowhere that is known.
  struct KeyPlace {
    std::string path;
    bool may_be_absent = false;  // nothing there: the request had no such key; else it is not known
  };
  KeyPlace place_of(std::string_view key) const;
  // What the action takes: ARN patterns, placeholders as `*`. Empty: it takes no resource, or is not known.
  struct Type {
    std::string arn;
    bool required = false;
  };
  const std::vector<Type>& types_of(std::string_view action) const;
  // ARN templates for events of the service that list no resource.
  const std::vector<std::string>& templates_of(std::string_view prefix) const;
  // Actions that leave no event of their own, with the reason.
  const std::map<std::string, std::string>& unseen() const { return unseen_; }
  bool reached_by_rcp(std::string_view prefix) const { return rcp_.count(std::string(prefix)) > 0; }
  // Services whose calls on their data (objects, items, messages) CloudTrail logs only if it is told to.
  bool data_events(std::string_view prefix) const { return data_.count(std::string(prefix)) > 0; }
  bool is_action(std::string_view action) const;  // any case

 private:
  friend EventActions event_actions_of(const Content& content, std::vector<Error>& errors);
  struct Exception {
    std::string pattern;  // in lower case, before its star
    std::vector<std::string> actions;
  };
  std::map<std::string, std::string, std::less<>> sources_, keys_;
  std::map<std::string, std::vector<std::string>, std::less<>> exact_, templates_;
  std::vector<Exception> wide_;  // `apigateway:Get*`
  std::map<std::string, std::string> unseen_;
  std::set<std::string> rcp_, data_;
  struct Known {
    std::string name;
    std::vector<Type> types;
  };
  std::map<std::string, Known, std::less<>> actions_;  // by lower-case name
  std::set<std::string, std::less<>> prefixes_;
};

// A file that does not hold is left out and named in `errors`.
EventActions event_actions_of(const Content& content, std::vector<Error>& errors);

}  // namespace reeve
