// How a declared value and the live one differ, member by member.
//
// What is declared has to be there; what AWS adds to a map beside it is no difference, but an item of a list that nobody declared is.
// Lists are compared without regard to order unless their type says that it matters, policies by what they mean, numbers and booleans
// as text and as such. What the template leaves to the deployment is asked of `lookup`; what nobody tells is neither the same nor different.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"

namespace reeve {

struct ValueDrift {
  enum class Is : uint8_t {
    different,  // both are there
    absent,     // declared, and known not to be there
    added,      // there, in a list or policy that is declared without it
    untold,     // the estate does not tell it
    undecided   // the template leaves it open
  } is = Is::different;
  std::string path;          // below the resource: `Properties.Tags[2]`, by the declared list
  Value declared, live;      // of what is added: `declared` is the list around it; `live` of what is absent: none
  std::string declared_text; // what `lookup` made of a declared value that is unknown by itself
  std::string reason;
  bool drift() const { return is == Is::different || is == Is::absent || is == Is::added; }
};

// Which members of a map, or of the maps in a list, the estate tells at all.
struct ToldMembers {
  bool whole = false;  // every one
  std::map<std::string, ToldMembers, std::less<>> members;
};

class ValueComparison {
 public:
  // What an unknown of a template has become.
  struct Looked {
    std::optional<std::string> text;
    std::string why;     // it is not known; empty: the unknown itself says why
    bool never = false;  // it is not known, but is surely not what is live
  };
  using Lookup = std::function<Looked(Value unknown, Value live)>;
  // Whether an item that nobody declared in the list is accounted for elsewhere.
  using Excuse = std::function<bool(Value item)>;

  ValueComparison(Lookup lookup, Excuse excuse, const std::set<std::string, std::less<>>* ordered)
      : lookup_(std::move(lookup)), excuse_(std::move(excuse)), ordered_(ordered) {}

  // `told` null: every member.
  void compare(Value declared, Value live, const std::string& path, const ToldMembers* told = nullptr);
  // The live value is not there: known to be absent, or not told for a reason.
  void compare_absent(Value declared, const std::string& path);
  void untold(Value declared, const std::string& path, std::string reason);
  void agree(const std::string& path) { same_.push_back(path); }

  const std::vector<ValueDrift>& drifts() const { return drifts_; }
  const std::vector<std::string>& same() const { return same_; }  // paths of what is the same

 private:
  enum class Answer : uint8_t { no, unknown, yes };
  using Told = const ToldMembers*;
  Answer answer(Value declared, Value live, const std::string& path, Told told);
  void any(Value declared, Value live, const std::string& path, Told told);
  void map(Value declared, Value live, const std::string& path, Told told);
  void list(Value declared, Value live, const std::string& path, Told told);
  void pairs(Value declared, Value live, const std::string& path, Told told, std::vector<size_t>& partner, std::vector<char>& used);
  void scalar(Value declared, std::string_view text, Value live, const std::string& path);
  void unknown(Value declared, Value live, const std::string& path);
  void policy(Value declared, Value live, const std::string& path);
  void statement(Value declared, Value live, const std::string& path);
  void words(Value declared, Value live, const std::string& path, std::string (*plain)(std::string_view));
  void add(ValueDrift::Is is, const std::string& path, Value declared, Value live, std::string reason = {}, std::string text = {});

  Lookup lookup_;
  Excuse excuse_;
  const std::set<std::string, std::less<>>* ordered_;
  std::vector<ValueDrift> drifts_;
  std::vector<std::string> same_;
  size_t own_steps_ = 0;
  size_t* steps_ = &own_steps_;  // shared with trials
};

// Whether two scalars say the same: `22` and "22", `True` and true, one moment in two forms, a name and the ARN that ends in it.
bool same_scalar(std::string_view a, std::string_view b);
// Nothing, or what is as good as not being there: null, "", false, an empty list or map, and maps of nothing else.
bool is_nothing(Value value);

}  // namespace reeve
