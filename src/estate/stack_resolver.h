// The resolver's state while it walks one template. Private; see stack.h.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "estate/stack.h"
#include "estate/stack_value.h"
#include "formats/unknowns.h"

namespace reeve {

class StackResolver {
 public:
  StackResolver(DocumentPtr written, const StackOptions& options);
  Stack run();

 private:
  struct Truth {
    enum class Is : uint8_t { no, yes, unknown } is = Is::unknown;
    std::string reason;
  };
  struct Declared {  // one resource as written, or as a loop makes it
    std::string id;
    Value key, body;
    std::map<std::string, std::string> loop;
    std::string type, condition;
  };

  // --- values (stack_resolver.cc)
  StackValue eval(Value value);
  StackValue eval_map(Value value);
  StackValue elsewhere(StackValue value) const;
  void members(Value map, StackValue& out);
  bool needs_work(Value value) const;
  std::string substituted(std::string_view text, bool key) const;  // loop variables
  void note(Value at, std::string what, Code code = Code::unsupported);
  void problem(Value at, std::string what, std::string expected);

  // --- loops
  // Calls `each` for each item of the collection; false if that is not known (`reason`).
  template <class Each>
  bool loop(Value call, std::string& reason, Each each);
  void declare(Value map);  // the resources of a map, loops unrolled
  void declare_conditions(Value map);

  // --- functions (stack_functions.cc); `call` is the whole `{name: argument}`
  StackValue function(std::string_view name, Value argument, Value call);
  StackValue ref(std::string_view name, Value call);
  StackValue parameter(const std::string& name, Value declared, Value call);
  StackValue pseudo(std::string_view name, Value call);
  StackValue get_att(Value argument, Value call);
  StackValue attribute(const std::string& id, const std::string& attribute, Value call);
  StackValue sub(Value argument, Value call);
  StackValue join(Value argument, Value call);
  StackValue select(Value argument, Value call);
  StackValue split_text(Value argument, Value call);
  StackValue find_in_map(Value argument, Value call);
  StackValue cidr(Value argument, Value call);
  StackValue if_else(Value argument, Value call);
  StackValue base64(Value argument, Value call);
  StackValue to_json_string(Value argument, Value call);
  StackValue length(Value argument, Value call);
  StackValue merged(const StackValue& a, const StackValue& b, Value call, const std::string& reason);
  StackValue wrong(std::string_view name, Value call, std::string_view expected);
  void pieces(std::vector<StackValue>& parts, Value call, StackValue& out);
  std::optional<std::string> given(std::string_view name, std::string* unknown) const;
  StackValue foreign(std::string_view tag, Value call);   // a tag that is none of CloudFormation's
  StackValue gone(std::string_view id, std::string_view what, Value call);  // a reference to what is not in the template

  // --- conditions
  Truth condition(std::string_view name, Value at);
  Truth test(Value expression);
  Truth equals(Value argument);

  // --- resources
  void resource(Declared& declared);
  void circles();
  Stack::Nested* nested(const std::string& id);
  void outputs();

  // --- writing
  void emit(const StackValue& value);
  void emit_raw(Value value);
  void place(Value at);

  DocumentPtr written_;
  Value root_, parameters_, mappings_;
  const StackOptions& options_;
  Stack out_;
  Builder builder_;
  Unknowns unknowns_;
  uint16_t slot_ = 0;
  std::vector<uint16_t> slots_;       // by slot in the written document
  std::vector<uint32_t> work_;        // how many nodes before this one may need resolving
  std::map<std::string, std::string> loop_;
  std::vector<Declared> declared_;
  std::unordered_map<std::string, size_t> by_id_;
  struct Named {
    Value expression;
    std::map<std::string, std::string> loop;
    enum class Is : uint8_t { fresh, being, done } is = Is::fresh;
    Truth truth;
  };
  std::map<std::string, Named, std::less<>> conditions_;
  struct Edge {
    std::string to;
    Value at;
  };
  std::vector<std::vector<Edge>> edges_;  // by resource
  size_t current_ = SIZE_MAX;             // resource being resolved
  bool testing_ = false;                  // within a condition, where secrets may be compared
  std::vector<std::string> modules_;      // ids that stand for a module of the tool `rain`
  std::string macro_;                     // a macro that may rewrite everything
  std::map<std::string, size_t> nested_;  // id → index into out_.nested; SIZE_MAX: being resolved, or cannot be
  uint64_t budget_ = 2'000'000;
  bool exhausted_ = false;
};

}  // namespace reeve
