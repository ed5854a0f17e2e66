// Reading a map strictly: every key is known or refused with the nearest known one, every value has the form asked for, and whatever
// does not hold is named by place. Private to this room; content and workspace read all their YAML through it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "content/content_files.h"
#include "formats/document.h"

namespace reeve {

enum class Need : uint8_t { required, optional };

Place place_of(Value value);
// An Error about a word that is none of `known`: the nearest one as hint, or the whole list if none is near.
Error unknown_word(std::string what, Place at, std::string_view word, const std::vector<std::string>& known);
// Reads a YAML file of content; duplicate keys go to `errors` (the last one wins, design §10.10).
std::optional<DocumentPtr> read_content_yaml(const std::string& text, const std::string& shown, std::vector<Error>& errors);

// Calls `read` with each map in the .yaml files of a workspace's folder: a file holds one map or a list of them. Comments alone are nothing,
// and so is a folder that is not there. `what` says in messages what a map is.
void each_map(const std::string& folder, std::string_view what, std::vector<Error>& errors, const std::function<void(Value)>& read);

// `words-like-these`, the form of control ids and objectives; practices use `_`.
bool is_slug(std::string_view text, char joint = '-');

class Fields {
 public:
  // `of` says in messages what the map is: "a control". A value that is no map is one Error and every field missing.
  Fields(Value map, std::string of, std::vector<std::string> known, std::vector<Error>& errors);

  bool good() const { return good_; }     // nothing was wrong so far
  void fail() { good_ = false; }          // something below was, and has been named
  Value get(std::string_view key) const;  // as it stands; no value if absent or null
  Place at(std::string_view key) const;   // of the value, else of the map

  // Text that is not empty. A number is taken as written.
  std::string text(std::string_view key, Need need = Need::required);
  // Text for which `holds` is true; `expected` says in words what that is.
  std::string text_like(std::string_view key, Need need, std::string_view expected, const std::function<bool(std::string_view)>& holds);
  // One of `words`.
  std::string word(std::string_view key, const std::vector<std::string>& words, Need need = Need::required);
  // A whole number from `low` to `high`.
  int number(std::string_view key, int low, int high, Need need = Need::required);
  bool yes_or_no(std::string_view key, bool otherwise, Need need = Need::optional);
  Time time(std::string_view key, Need need = Need::required);
  // A list of texts, each of which `holds`, none twice. One text alone is a list of one only where the format says so: never here.
  std::vector<std::string> texts(std::string_view key, Need need = Need::required, std::string_view expected = {},
                                 const std::function<bool(std::string_view)>& holds = {});
  void wrong(Code code, std::string what, Place at, std::string expected = {}, std::string hint = {});

 private:
  std::optional<std::string> scalar(std::string_view key, Need need, std::string_view expected);

  Value map_;
  std::string of_;
  std::vector<Error>& errors_;
  bool good_ = true;
  bool is_map_ = true;
};

}  // namespace reeve
