// JsonPicker: the few members that one looks at, out of very many records, without a document for each.
//
//   JsonPicker picker({"eventName", "userIdentity.accountId", "requestParameters"}, "Records");
//   picker.each(text, [&](const JsonPicker::Picked& picked) { use(picked[0]); }, [&](Error error) { … });
//
// `text` is what logs are kept as: a map whose member (`Records`) is a list, a list, one map, or maps line by line. What was picked is the
// text as it stands, strings with their quotes: enough to tell records apart. `json_text` makes a string of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

class JsonPicker {
 public:
  // Paths of member names with dots between. `member`: whose list holds the records of a text that is one map.
  JsonPicker(const std::vector<std::string>& paths, std::string member);
  ~JsonPicker();
  JsonPicker(const JsonPicker&) = delete;
  JsonPicker& operator=(const JsonPicker&) = delete;

  // In the order of the paths; empty: the record has no such member (or null stands there). Valid until the callback returns.
  using Picked = std::vector<std::string_view>;
  // Each record in order. 64 readable bytes must follow the text. A record that is no JSON is told to `problem` with its line and
  // column (no path) and left out; the rest goes on.
  void each(std::string_view text, const std::function<void(const Picked&)>& record, const std::function<void(Error)>& problem);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The value of a string token; of another token its text. Nothing if it is no JSON.
std::string json_text(std::string_view token);
// Does the text hold one map a line (NDJSON), so that it may be cut at any line's end?
bool is_json_lines(std::string_view text);

}  // namespace reeve
