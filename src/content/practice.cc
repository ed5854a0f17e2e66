#include <algorithm>

#include "base/text.h"
#include "content/fields.h"
#include "content/read_items.h"

namespace reeve {
namespace {

// SEC01-BP02
bool is_practice_number(std::string_view text) {
  if (text.size() != 10 || text.substr(5, 3) != "-BP") return false;
  for (size_t i : {3u, 4u, 8u, 9u})
    if (text[i] < '0' || text[i] > '9') return false;
  for (size_t i : {0u, 1u, 2u})
    if (text[i] < 'A' || text[i] > 'Z') return false;
  return true;
}

}  // namespace

std::optional<Practice> read_practice(const ContentItem& item, std::vector<Error>& errors) {
  if (item.name == "README.md") return std::nullopt;
  const ContentFile& file = *item.files.front();
  Practice practice;
  practice.slug = ends_with(item.name, ".yaml") ? item.name.substr(0, item.name.size() - 5) : "";
  if (!is_slug(practice.slug, '_')) {
    errors.push_back({Code::usage, "`" + item.name + "` is no name for a practice", {file.shown}, "a file such as aws_account.yaml", {}});
    return std::nullopt;
  }
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return std::nullopt;
  Value root = (*document)->root();
  practice.at = place_of(root);
  Fields fields(root, "a practice", {"title", "short", "question", "questions", "statement", "risk", "page", "numbering"}, errors);
  practice.title = fields.text("title");
  practice.short_title = fields.text("short", Need::optional);
  practice.question = fields.text("question");
  practice.questions = fields.texts("questions");
  practice.statement = fields.text("statement");
  practice.risk = parse_severity(fields.word("risk", {"high", "medium", "low"})).value_or(Severity::medium);
  practice.page = fields.text("page", Need::optional);
  bool good = fields.good();
  if (Value numbering = fields.get("numbering")) {
    if (!numbering.is_map()) fields.wrong(Code::type, "`numbering` is no map", place_of(numbering), "edition: {id: SEC01-BP02}");
    for (auto entry : numbering.entries()) {
      Fields number(entry.value, "an edition's number", {"id", "note"}, errors);
      std::string id = number.text_like("id", Need::optional, "a number such as SEC01-BP02, or null", is_practice_number);
      number.text("note", Need::optional);
      if (!id.empty()) practice.numbers[std::string(entry.key())] = id;
      good &= number.good();
    }
  }
  if (!good || !fields.good()) return std::nullopt;
  return practice;
}

EditionsFile read_editions(const ContentItem& item, std::vector<Error>& errors) {
  EditionsFile out;
  const ContentFile& file = *item.files.front();
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return out;
  Fields fields((*document)->root(), "a framework", {"title", "question_id", "answers", "editions"}, errors);
  fields.text("title");
  fields.text("question_id", Need::optional);
  std::string standard = fields.text("answers");
  Value editions = fields.get("editions");
  if (!editions || !editions.is_map()) {
    fields.wrong(Code::type, "`editions` is no map", fields.at("editions"), "edition: {in_force: {from: \"2024-06\"}, complete: true}");
    return out;
  }
  std::vector<std::string> ids;
  for (auto entry : editions.entries()) {
    Fields one(entry.value, "an edition", {"in_force", "order", "complete", "numbers", "source", "note"}, errors);
    Edition edition;
    edition.id = entry.key();
    edition.complete = one.yes_or_no("complete", true);
    edition.standard = edition.id == standard;
    if (Value in_force = one.get("in_force")) {
      Fields span(in_force, "`in_force`", {"from", "to"}, errors);
      edition.from = span.text("from");
      edition.to = span.text("to", Need::optional);
    }
    if (Value numbers = one.get("numbers")) {
      if (!numbers.is_map()) one.wrong(Code::type, "`numbers` is no map", place_of(numbers), "practice: SEC01-BP02");
      for (auto number : numbers.entries()) {
        if (is_practice_number(number.value.text()))
          out.numbers.push_back({edition.id, std::string(number.key()), std::string(number.value.text()), place_of(number.value)});
        else
          one.wrong(Code::type, "`" + std::string(number.key()) + "` has no practice number", place_of(number.value), "a number such as SEC01-BP02");
      }
    }
    one.texts("order", Need::optional, "a practice such as aws_account", [](std::string_view text) { return is_slug(text, '_'); });
    ids.push_back(edition.id);
    out.editions.push_back(std::move(edition));
  }
  if (!standard.empty() && std::find(ids.begin(), ids.end(), standard) == ids.end())
    errors.push_back(unknown_word("`answers` names the edition `" + standard + "`, which is not described", fields.at("answers"), standard, ids));
  return out;
}

}  // namespace reeve
