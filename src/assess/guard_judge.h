// Guard controls judge each resource as soon as it is read. Compiled once, shared by all threads, dispatched by resource type.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "assess/content_index.h"
#include "check/guard.h"
#include "content/content.h"
#include "estate/resource.h"
#include "findings/finding.h"

namespace reeve {

struct GuardVerdict {
  Verdict verdict = Verdict::not_applicable;
  std::string reason;
  std::vector<Evidence> evidence;
};

class GuardJudge {
 public:
  // Compiles every Guard control of `content`. What does not compile is left out and named.
  GuardJudge(const Content& content, const ResourceCatalogue& catalogue, std::vector<Error>& errors);
  // For templates alone: reads and compiles the built-in controls of a type when it is first asked for, from any thread.
  explicit GuardJudge(const std::vector<IndexedControl>& built_in);

  struct Compiled {
    size_t control;  // index into content.controls
    const Control* source;
    std::shared_ptr<const guard::GuardRules> rules;
    std::map<std::string, std::string, std::less<>> unmapped;  // type → the property its rules ask for and no read gives
  };
  // Controls that judge resources of the type, in order of id.
  const std::vector<const Compiled*>& of_type(std::string_view type, bool born) const;
  ~GuardJudge();
  bool uses_now() const { return uses_now_; }
  const std::vector<std::string>& types_of(size_t control) const;  // that its rules name

  GuardVerdict judge(const Compiled& control, const Resource& resource, Time as_of) const;

 private:
  std::vector<std::unique_ptr<Compiled>> compiled_;
  struct Late;  // one control, or the controls of one type, of those that wait to be asked for
  struct LateType;
  const std::vector<const Compiled*>& late(LateType& type) const;
  std::vector<std::unique_ptr<Late>> late_;
  std::unordered_map<std::string_view, std::unique_ptr<LateType>> late_types_;
  std::unique_ptr<LateType> late_any_;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
  };
  using Table = std::unordered_map<std::string, std::vector<const Compiled*>, Hash, std::equal_to<>>;
  Table live_, born_not_;
  std::vector<const Compiled*> any_live_, any_template_;
  std::map<size_t, std::vector<std::string>> types_;
  bool uses_now_ = false;
};

// Evidence for a value of the resource's document, or for the absence of one below `from` at `rest`.
// The call (`service:Operation`) that a reason begins with; empty if it begins otherwise.
std::string call_named(std::string_view reason);

Evidence evidence_of(const Resource& resource, Value value, Value from, const std::string& rest, const std::string& expected);

}  // namespace reeve
