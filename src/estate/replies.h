// Replies: the API answers of one account (or of the organization) put together into resources. Private to this room.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "estate/load.h"

namespace reeve {

// One reply, read.
struct Reply {
  const Input* input = nullptr;
  DocumentPtr document;       // of an answer
  std::string error_code, error_message;
  Value body;                 // what mappings start from
  Value error_at;             // where the error's code stands
  bool exact = false;         // its time is the moment it was true
  Source source;              // as evidence names it
  bool used = false;          // some resource learnt something from it
  bool joined = false;        // a further page, taken into the first
  bool absent = false;        // an error that a collector knew to mean that the thing is not there (docs/formats/snapshot.md)
  std::string incomplete;     // why its list is not the whole one
  std::vector<DocumentPtr> request_values;  // of parameters that mappings asked for
};

class ReplySet {
 public:
  ReplySet(const Unit& unit, const ResourceCatalogue& catalogue, UnitSink& sink, const LoadOptions& options);

  // Reads every reply of the unit and makes drafts of what they tell.
  void assemble();
  // The draft of a resource that replies told of, or null; Config items add their answers to it.
  ResourceDraft* find(const std::string& uid);
  // Regions seen in inputs (for Region singletons); Config adds its own before `finish`.
  void see_region(const std::string& region);
  // Hands every resource to the sink, targets without an answer named as unknown with the calls that would tell.
  void finish();

 private:
  struct Draft {
    std::unique_ptr<ResourceDraft> draft;
    int64_t reply = -1;     // the reply whose source was added last …
    uint32_t source = 0;    // … and its number
  };
  struct Failure {
    std::string text;  // `AccessDenied`
    bool absent = false;
    const Reply* reply = nullptr;
  };

  bool read_reply(const Input& input, Reply& reply);
  void credential_report(Reply& reply);
  void use(Reply& reply, size_t number, const ResourceType& type, const Read& read, bool parameters);
  Value request_value(Reply& reply, const Read& read, const std::string& name) const;
  std::string id_of(Reply& reply, const Read& read, Value item) const;
  bool wanted(const Reply& reply, const Read& read) const;
  std::optional<Error> wrong_shape(const Reply& reply) const;
  std::string list_not_there(const Reply& reply) const;
  bool may_answer_nothing(const std::string& call) const;
  void use_item(Reply& reply, size_t number, const ResourceType& type, const Read& read, Value item, Draft* known);
  Draft* draft_for(const ResourceType& type, const std::string& uid, const std::string& account, const std::string& region, const std::string& id);
  Draft* singleton(const ResourceType& type, const std::string& account, const std::string& region);
  // `of_list`: one of several that the request names.
  std::vector<Draft*> matching(const ResourceType& type, const Read& read, const Reply& reply, const std::string& of_list = {});
  void fail_read(Reply& reply, size_t number, const ResourceType& type, const Read& read);
  void say_unlisted();
  void say_unnamed(Reply& reply, size_t number, const ResourceType& type, const Read& list);
  void see_organizations();
  std::string missing_reason(const ResourceType& type, uint32_t target, const ResourceDraft& draft) const;
  void record(const Reply& reply);
  uint32_t source_of(Draft& draft, const Reply& reply, size_t number);
  std::vector<Draft*> asked_about(std::vector<Draft*> drafts, const Read& read, const Reply& reply) const;

  const Unit& unit_;
  const ResourceCatalogue& catalogue_;
  UnitSink& sink_;
  const LoadOptions& options_;
  std::vector<Reply> replies_;
  std::vector<std::unique_ptr<Draft>> drafts_;
  std::string several_;  // not empty: the replies are of several organizations, which is why nothing is known of theirs
  std::unordered_map<std::string, Draft*> by_uid_;
  std::unordered_map<std::string, std::vector<Draft*>> by_native_;  // type, region (if any), id
  std::unordered_map<const ResourceType*, std::vector<Draft*>> by_type_;
  std::unordered_map<std::string, std::unordered_map<std::string, std::vector<Draft*>>> by_target_;  // type and match → value → drafts
  // (read, Region, parameter or "") → how it failed
  std::unordered_map<std::string, Failure> failures_;
  std::set<std::string> regions_;
  std::set<std::string> answered_;  // calls that were answered, `call` and `call@region`
};

}  // namespace reeve
