// One item of each kind this room understands, read strictly. Private to this room; content.cc calls them for each item of the tree.
#pragma once

#include <optional>
#include <vector>

#include "content/content.h"

namespace reeve {

// Nothing if the folder does not hold; why stands in `errors`.
std::optional<Control> read_control(const ContentItem& item, std::vector<Error>& errors);
std::optional<RecordView> read_record_view(const ContentItem& item, std::vector<Error>& errors);
// Views that hide another of the same name are left out; so are controls whose query and needs do not agree about what a view holds: a view asked without the need of
// the part that fills it would be empty, and emptiness could pass.
void hold_record_views(Content& content);
std::optional<Practice> read_practice(const ContentItem& item, std::vector<Error>& errors);
std::optional<Objective> read_objective(const ContentItem& item, std::vector<Error>& errors);
// content/facts/*.yaml: facts by practice.
std::vector<Fact> read_facts(const ContentItem& item, std::vector<Error>& errors);
// content/frameworks/*.yaml but sec01.yaml. Whether its controls exist is for the caller to see.
std::optional<Framework> read_framework(const ContentItem& item, std::vector<Error>& errors);
// content/frameworks/sec01.yaml: the editions, and numbers of practices that stand there instead of in the practices' own files.
struct EditionsFile {
  std::vector<Edition> editions;
  struct Number {
    std::string edition, practice, number;
    Place at;
  };
  std::vector<Number> numbers;
};
EditionsFile read_editions(const ContentItem& item, std::vector<Error>& errors);

// content/responsibility/<service>.yaml and content/challenges/<id>.yaml.
std::optional<ResponsibilityFile> read_responsibility(const ContentItem& item, std::vector<Error>& errors);
std::optional<Challenge> read_challenge(const ContentItem& item, std::vector<Error>& errors);

std::optional<ForeignRules> read_foreign_rules(const ContentItem& item, std::vector<Error>& errors);

// `15 min`, `2 h`, `1 day`, `3 days` in minutes; a day is 8 hours.
std::optional<int> parse_effort(std::string_view text);
// What makes two checks literally the same: the text without comment lines, blank lines and indentation.
std::string check_essence(const Control& control);

}  // namespace reeve
