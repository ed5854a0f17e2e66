// IAM's actions: what each service knows, from an independent source (content/actions/iam.json, made by tools/make_iam_actions.py), and which
// of them lets an operation be asked (content/actions/operations.yaml). docs/formats/actions.md.
//
// Read when asked for, by whoever speaks of permissions: an assessment never does. A layer's file replaces that of the layers below.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/content.h"

namespace reeve {

// What a call needs.
struct NeededActions {
  std::vector<std::string> actions;    // `s3:ListAllMyBuckets`; none: it needs no permission
  std::vector<std::string> resources;  // ARN patterns on which; none: `*`
};

class ActionCatalogue {
 public:
  // False: there is no content/actions at hand, so nothing can be said.
  bool known() const { return !levels_.empty(); }
  // Letters of the action's access levels: List, Read, Write, Permissions management, Tagging. None: IAM has no such action.
  std::string_view levels(std::string_view action) const;
  NeededActions needed(std::string_view call) const;  // `s3:ListBuckets`
  // Why an action that does more than read is asked all the same; empty: it is not.
  std::string_view reason(std::string_view action) const;
  // What a follower asks of its own queue, with the reason of each: it changes the queue, and content may not ask it.
  const std::map<std::string, std::string, std::less<>>& own_queue() const { return own_queue_; }
  const std::string& source() const { return source_; }

 private:
  friend ActionCatalogue actions_of(const Content&, std::vector<Error>&);
  std::map<std::string, std::string, std::less<>> levels_, prefixes_, reasons_, own_queue_;
  std::map<std::string, NeededActions, std::less<>> operations_;
  std::string source_;
};

// A file that does not hold is left out and named in `errors`.
ActionCatalogue actions_of(const Content& content, std::vector<Error>& errors);

// The built-in files of content/actions, as they were packed.
Result<std::vector<ContentFile>> built_in_actions();

// The files of content/actions as they stand after layering, by name; a layer's file replaces that of the layers below. It points into the
// content that it was made of.
struct ActionFiles {
  ActionFiles(const Content& content, std::vector<Error>& errors);
  ActionFiles(const ActionFiles&) = delete;
  ActionFiles& operator=(const ActionFiles&) = delete;
  std::map<std::string, const ContentFile*> by_name;
  std::vector<ContentFile> built_in;
};

// Every call of content/resources needs actions that IAM has, that only read and that its file lists under `permissions`, and no file lists
// another. Nothing is said where there is no content/actions.
std::vector<Error> validate_permissions(const Content& content);

}  // namespace reeve
