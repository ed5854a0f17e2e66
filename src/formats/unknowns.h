// Unknowns: two things more that a node can say of a value that is not known, or not wholly.
//
//   style_sure      an unknown with this style surely has a value, whatever it is
//   written_in      what is written in an unknown's place, such as {"Ref": "Key"}: by it two unknowns can be known to be the same
//   style_deployed  a text that CloudFormation will give the type of the property in which it stands: `"true"` is true there
//
// To every other reader an unknown that holds something is an unknown like any other, and such a text is a text.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"

namespace reeve {

inline constexpr Style style_deployed = static_cast<Style>(static_cast<uint8_t>(Style::built) + 1);
inline constexpr Style style_sure = static_cast<Style>(static_cast<uint8_t>(Style::built) + 2);

// No value if nothing is.
Value written_in(Value unknown);
inline bool surely_there(Value value) { return value.is_unknown() && value.style() == style_sure; }

// Adds unknowns to what a Builder makes.
class Unknowns {
 public:
  void add(Builder& builder, std::string_view reason, bool sure);
  // The same, with what is written there: exactly one value follows, then `builder.end()`.
  void begin(Builder& builder, std::string_view reason, bool sure);
  // The builder's document, finished.
  DocumentPtr finish(Builder& builder, Source self);

 private:
  struct Made {
    size_t node;
    const std::string* reason;
    bool sure;
  };
  const std::string* kept(std::string_view reason);
  std::vector<Made> made_;
  std::shared_ptr<std::deque<std::string>> reasons_ = std::make_shared<std::deque<std::string>>();
};

}  // namespace reeve
