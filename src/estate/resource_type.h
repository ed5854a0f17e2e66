// A resource type as content/resources describes it: which replies tell what about it, and how that becomes the CloudFormation
// shape. The YAML form is specified in docs/formats/resources.md; this is its compiled form, immutable and shared between threads.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "estate/path.h"
#include "estate/path_tree.h"
#include "formats/document.h"

namespace reeve {

// How one target's value is made from one item of a reply.
struct SetForm {
  enum class Kind : uint8_t { path, constant, present, values, entries, list, map, first, request, absent } kind = Kind::path;
  Path path;
  std::string request;  // of Kind::request: the parameter of the request whose value it is
  Path first;  // of Kind::first: its first element is where `path` starts
  bool keys_upper_first = false;
  std::vector<std::pair<std::string, std::string>> rename;
  std::vector<std::pair<std::string, DocumentPtr>> values;
  std::vector<std::string> nothing;  // scalars at the path that mean absence
  DocumentPtr constant;
  struct Member;
  struct ListEntry;
  std::vector<ListEntry> list;
  bool always = false;  // of Kind::list: every answer has the list, so one without it is unknown
  std::vector<Member> map;  // of Kind::map
  // Whether it begins by looking `path` up in the item itself.
  bool looks_up() const { return kind == Kind::path || kind == Kind::present || kind == Kind::values || kind == Kind::entries; }
};
struct SetForm::Member {
  std::string key;
  SetForm form;
};
struct SetForm::ListEntry {
  Path each;
  bool has_inner = false;
  Path inner;
  std::vector<Member> outer, item;
  Path value;  // the element itself is what stands there, instead of a map
  bool has_value = false;
};

// One API call that tells something about resources of a type.
struct Read {
  std::string service, operation;
  std::string call;             // `s3:ListBuckets`
  bool has_each = false;
  Path each;
  Path id, arn, name, region, account, tags, time;  // empty text: not given
  std::string under, joint;                         // an id that is unique only under what the request named: its parameter, and what joins the two
  std::vector<std::string> parameters;              // of a call per resource
  std::string match = "id";                         // id | arn | a target
  // Parameters with a fixed value. One value: only replies to a request with it count. Several: the call is made once for each.
  std::vector<std::pair<std::string, std::vector<std::string>>> with;
  std::vector<std::string> absent_when;
  // How the collector asks (docs/formats/resources.md, "What the collector needs beyond that"); nothing else looks at these.
  std::vector<std::pair<std::string, std::vector<std::string>>> from;  // parameter → what names its values: `AWS::ECS::Cluster arn`
  DocumentPtr ask;                      // further members of the request, a map
  uint32_t batch = 0;                   // values of the last parameter in one call, where the service's model does not say how many it takes
  std::string after;                    // a call that has to be answered first
  std::vector<std::string> again_when;  // errors, and `Member=VALUE` of a reply, that mean "not yet"
  std::vector<std::string> only_in;     // Regions
  bool by_administrators = false;       // only in accounts that administer something for the organization
  std::string in_account;               // the parameter whose account asks for itself
  std::string left_to;                  // a call of another type that tells the same
  bool empty_absent = false;  // AWS itself answers with an empty map where there is nothing: an answer without any member means absent
  std::string named_by;       // a list of the type: asked of what it names alone; of the others its targets are known to be absent
  bool unlisted_absent = false;  // what another read lists and this one, answered whole for the account and Region, does not: known absent
  std::vector<std::pair<uint32_t, SetForm>> set;    // target index → form
  bool lists() const { return parameters.empty(); }
};

enum class Singleton : uint8_t { none, account, region, organization };

struct Edge {
  std::string kind, to;
  Path by;  // from the document's body: Properties.… or Observed.…
};

struct ResourceType;

// How Terraform's resources become a type: from the attributes of one, with those of its parts as lists beside them under the names of
// their types (`aws_s3_bucket_versioning[0].versioning_configuration[0].status`).
struct TerraformMap {
  std::vector<std::string> types;                          // aws_s3_bucket
  std::vector<std::pair<std::string, std::string>> parts;  // a part's type → its attribute that names what it is part of
  std::vector<std::string> names;                          // attributes by which parts name it
  std::vector<std::string> blocks;                         // attributes that may be written as blocks, which a plan's configuration leaves out
  std::shared_ptr<const ResourceType> shape;               // the targets that are made, as a tree
  std::vector<std::pair<uint32_t, SetForm>> set;
  // Targets that nothing sets by name: the attribute that the rule of names gives (`KmsMasterKeyId` → `kms_master_key_id`).
  struct ByRule {
    uint32_t target;
    std::string attribute;  // the first of its path
    SetForm form;
  };
  std::vector<ByRule> by_rule;
};
using TerraformMapPtr = std::shared_ptr<const TerraformMap>;

// A type of a template's resources that say something of one of this type: the rules of a security group.
struct TemplatePart {
  std::string type;             // AWS::EC2::SecurityGroupIngress
  std::vector<std::string> of;  // its properties that name what it is part of
  std::string target;           // `Properties.SecurityGroupIngress`, a member of Properties or Observed
  bool list = false;            // each part is one more element of that list
  std::string path;             // its property that is the value; empty: all its properties are
};

// Where the type says who may use it.
struct AccessFacts {
  Path policy;           // from the body: its resource policy; empty: it can have none
  std::string resource;  // ARN that the policy speaks of, where that is not the resource's own; filled like `arn`
  Path restrict_public;  // from the body: a flag that keeps strangers out while the policy is public
};

// Write events of CloudTrail after which resources of the type are read again.
struct EventRule {
  std::string source;              // `s3.amazonaws.com`
  std::vector<std::string> names;  // of events; `PutBucket*`: all that begin so
  std::vector<Path> at;            // where an event has a resource's id or ARN; none: what is in that place is read again whole
  std::vector<std::string> calls;  // of the reads, those that are asked again; empty: all
  bool means(std::string_view event_source, std::string_view event_name) const;
};

struct ResourceType {
  std::string type, title;
  bool global = false;
  std::string diagram;  // where a data-flow diagram draws it: edge, compute, messages, data or identity; empty: it does not
  Singleton singleton = Singleton::none;
  std::string arn_template;
  std::vector<std::string> targets;  // `Properties.BucketName`; indexes are used everywhere else
  std::vector<std::pair<std::string, Path>> columns;  // name → path from the body
  PathTree column_paths;                              // of the plain ones, by their place in `columns`
  std::vector<Edge> edges;
  AccessFacts access;
  std::vector<TerraformMapPtr> terraform;
  std::vector<TemplatePart> template_parts;
  std::vector<std::string> template_names;  // properties by which a part may name it in words
  std::vector<std::string> permissions;
  // For comparisons of a template with what is live: targets that a template names the resource by, and lists whose order matters.
  std::vector<std::string> named;
  std::set<std::string, std::less<>> ordered;
  std::vector<Read> reads;
  std::vector<EventRule> events;
  bool has_config = false;
  std::string config_type;  // as AWS Config names the type, where that differs
  std::vector<std::pair<uint32_t, SetForm>> config;
  PathTree config_paths;  // of the forms that are or begin with a plain path, by their place in `config`
  std::vector<std::vector<uint32_t>> setters;  // target → indexes of the reads that set it
  std::string file;

  // The maps between the body and the targets, as a tree: a node is a leaf (target >= 0) or has children.
  struct Branch {
    std::string key;
    int32_t target = -1;
    std::vector<Branch> children;
  };
  Branch tree;

  // Whether the organization's unit has it and no account's: replies about it tell of the organization as a whole.
  bool of_organization() const { return singleton == Singleton::organization || type.rfind("AWS::Organizations::", 0) == 0; }

  // True if a rule may ask for `path` (`Properties.BucketEncryption.X`): it is, is below, or is above a target.
  bool maps(std::string_view path) const;
};

using ResourceTypePtr = std::shared_ptr<const ResourceType>;

// Reads one file of content/resources. Errors: Code::parse with file, line and column.
Result<ResourceTypePtr> read_resource_type(Value root, const std::string& file);

// All types, and which of them each call tells about.
class ResourceCatalogue {
 public:
  struct Use {
    const ResourceType* type;
    const Read* read;
  };
  void add(ResourceTypePtr type);
  const ResourceType* find(std::string_view type) const;
  const ResourceType* find_config(std::string_view type) const;  // as AWS Config names it
  // What Terraform's type becomes, and what its resources are parts of.
  struct Terraform {
    const ResourceType* type;
    const TerraformMap* map;
    std::string by;  // of a part: its attribute that names the whole
  };
  const Terraform* find_terraform(std::string_view type) const;
  const std::vector<Terraform>* terraform_part(std::string_view type) const;
  // What a template's resources of a type are parts of.
  struct TemplateUse {
    const ResourceType* type;
    const TemplatePart* part;
  };
  const std::vector<TemplateUse>* template_part(std::string_view type) const;
  const std::vector<ResourceTypePtr>& types() const { return types_; }  // by name
  const std::vector<Use>* uses(std::string_view call) const;            // `s3:ListBuckets`
  // `s3-list-buckets` or `iam-get-account-summary` (AWS CLI spelling) → `s3:ListBuckets`; empty if no type reads it.
  std::string call_of_cli_name(std::string_view name) const;
  std::vector<std::string> cli_names() const;  // all that it knows, sorted

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
  };
  template <class T>
  using Table = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  std::vector<ResourceTypePtr> types_;
  Table<const ResourceType*> by_type_, by_config_type_;
  Table<std::vector<Use>> by_call_;
  Table<Terraform> by_terraform_;
  Table<std::vector<Terraform>> by_part_;
  Table<std::vector<TemplateUse>> by_template_part_;
  Table<std::string> by_cli_name_;
};

}  // namespace reeve
