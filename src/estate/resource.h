// Resource: one thing in the estate in its CloudFormation shape, with the place of every fact.
//
// A ResourceDraft collects answers (which item of which reply says something about which target of the type) from any number of
// sources; `finish` decides between them (newest wins, equals agree, what disagrees about one moment is unknown), turns "not read" and
// "denied" into unknown nodes, and builds the document that judges see:
//
//   {"Resources": {"<id>": {"Type": "AWS::S3::Bucket", "Properties": {…}, "Observed": {…}}}}
//
// A branch none of whose facts has a value, but some are unknown, is unknown itself: whether it exists is not known either.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "estate/resource_type.h"
#include "formats/document.h"

namespace reeve {

struct Resource {
  const ResourceType* type = nullptr;  // null: a type Reeve has no file for (templates, unknown Config types)
  std::string type_name;
  std::string uid;      // ARN, or partition/account/region/type/native-id, or file#logical-id for templates (design §10.2)
  std::string account;  // 12 digits, or `unknown`; empty for templates
  std::string region;   // `global` where the type has no Region; empty for templates
  std::string id;       // native id
  std::string name;     // for people
  bool born = true;     // false: from a template or a Terraform plan
  const ResourceType* shape = nullptr;  // of Terraform's: what its mapping can give; a property beyond that is not known. Null: as the type
  std::vector<std::string> known_as;  // of Terraform's: the names, ids and ARNs that the file gives it; empty: none is known
  std::vector<std::pair<std::string, std::string>> tags;
  DocumentPtr document;

  Value body() const;  // the map with Type, Properties, Observed

  // Where the absence of a target was seen: the item of the reply that would have held it, and the path it would have had there.
  struct Seen {
    std::shared_ptr<const Source> source;  // without its document
    std::string path;
    std::string value;  // JSON text of what stands there instead (an error's code, tags without the one asked for); empty: nothing
    // Most absences are never asked about: path and value are told from these when one is.
    const Path* looked_up = nullptr;
    Value item;
    DocumentPtr of_item;
  };
  mutable std::vector<std::pair<uint32_t, Seen>> absent;  // by target index; ask through seen_absent
  const Seen* seen_absent(std::string_view path) const;  // the target at, above or below `path`
  Source main_source;    // of the item that first described it; without its document
  std::string main_path;
  uint32_t main_line = 0, main_column = 0;  // where that stands, as far as it is known
};

class ResourceDraft {
 public:
  explicit ResourceDraft(const ResourceType& type);
  // Makes it ready for another resource of the type; keeps its memory.
  void clear();

  const ResourceType& type() const { return *type_; }
  std::string uid, account, region, id, name;
  std::vector<std::pair<std::string, std::string>> tags;

  // A source: where items come from. `exact`: its time is the moment the facts were true, not merely a bound.
  uint32_t add_source(const Source& source, bool exact);
  // `item` answers `target` through `form`.
  void answer(uint32_t target, const SetForm& form, Value item, uint32_t source);
  // The same, with what stands at the form's plain path already looked up.
  void answer_found(uint32_t target, const SetForm& form, Value item, uint32_t source, Value found);
  // The target is known to be absent (an error that says so).
  // `there`: JSON text of what stands at the path and says so; empty: nothing.
  void answer_absent(uint32_t target, uint32_t source, std::string path, std::string there = {});
  // Nothing has answered the target: why (only used if nothing did).
  void not_known(uint32_t target, std::string reason);
  void not_known_for(uint32_t target, const std::string& reason);  // the same; the reason outlives the draft
  bool answered(uint32_t target) const { return !facts_[target].empty(); }
  void set_tags(Value tags);

  Resource finish();

 private:
  struct Answer {
    const SetForm* form = nullptr;  // null: absent
    Value item;
    uint32_t source = 0;
    std::string path, there;  // of an absent answer
    Value found;              // what the form's path finds, if looked up already
    bool looked_up = false;
  };
  struct SourceEntry {
    Source source;
    bool exact = false;
    int32_t slot = -1;  // in the builder
    std::shared_ptr<const Source> shared;  // without its document, for what it lacks
  };
  struct Reason {
    const std::string* lasting = nullptr;
    std::string own;
    const std::string& text() const { return lasting ? *lasting : own; }
  };
  class Emitter;
  const ResourceType* type_;
  std::vector<std::vector<Answer>> facts_;
  std::vector<Reason> reasons_;
  std::vector<SourceEntry> sources_;
};

// `aws` for aws-global Regions and so on; used in uids of things without an ARN.
std::string native_uid(std::string_view account, std::string_view region, std::string_view type, std::string_view id);
std::string fill_arn(std::string_view arn_template, std::string_view account, std::string_view region, std::string_view id);

}  // namespace reeve
