#include "content/redactions.h"

#include "base/text.h"
#include "content/fields.h"

namespace reeve {
namespace {

constexpr std::string_view redactions_file = "replies.yaml";

std::vector<std::string> split_path(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view part : split(text, '.')) out.emplace_back(ends_with(part, "[]") ? part.substr(0, part.size() - 2) : part);
  return out;
}

const ApiShape* inside(const ApiShape* shape) {
  while (shape && shape->kind == ApiShape::Kind::list) shape = shape->element;
  return shape;
}

// Finds the path's members in what the operation answers; the first that is not there, or empty.
std::string resolve(const ApiOperation& operation, RedactedPath& path) {
  const ApiShape* shape = operation.output;
  for (const std::string& name : path.names) {
    shape = inside(shape);
    if (!shape) return name;
    if (name == "*") {
      if (shape->kind != ApiShape::Kind::map) return name;
      path.wire.push_back(name);
      shape = shape->element;
      continue;
    }
    const ApiMember* member = shape->kind == ApiShape::Kind::structure ? shape->member(name) : nullptr;
    if (!member) return name;
    if (name == path.names.back() && !path.where_member.empty() && !shape->member(path.where_member)) return path.where_member;
    path.wire.push_back(member->wire_name());
    shape = member->shape;
  }
  return {};
}

}  // namespace

Result<RedactionsPtr> read_redactions(const ContentItem& item, const ApiCatalogue& apis, std::vector<Error>& errors) {
  const ContentFile& file = *item.files.front();
  const size_t before = errors.size();
  const auto refused = [&]() -> Result<RedactionsPtr> {
    if (errors.size() > before) return tl::unexpected(errors.back());
    return fail(Code::parse, "nothing can be read of what is secret", {file.shown});
  };
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return refused();
  auto out = std::make_shared<Redactions>();
  Fields top((*document)->root(), "what is secret in replies", {"as_of", "names", "parameters", "tokens", "replies"}, errors);
  top.time("as_of");
  for (const std::string& name : top.texts("names")) out->names.insert(lower(name));
  out->parameters = top.texts("parameters");
  out->tokens = top.texts("tokens");
  const Value replies = top.get("replies");
  if (!replies.is_map()) top.wrong(Code::type, "`replies` is no map", top.at("replies"), "service:Operation: [member.member, …]");
  for (auto entry : replies.entries()) {
    const std::string call(entry.key());
    const ApiOperation* operation = apis.operation(call);
    if (!operation) top.wrong(Code::not_found, "`" + call + "` is no call of content/apis", place_of(entry.key_node));
    if (!entry.value.is_list() || entry.value.items().begin() == entry.value.items().end()) top.wrong(Code::type, "`" + call + "` names no members", place_of(entry.key_node), "a list of paths");
    for (Value one : entry.value.items()) {
      RedactedPath path;
      std::string text(one.text());
      if (one.is_map()) {
        Fields fields(one, "a member under a condition", {"path", "where"}, errors);
        text = fields.text("path");
        const Value where = fields.get("where");
        for (auto condition : where.entries()) path.where_member = std::string(condition.key()), path.where_value = std::string(condition.value.text());
        if (path.where_value.empty()) fields.wrong(Code::type, "`where` says nothing", fields.at("where"), "{MEMBER: value}");
        if (!fields.good()) top.fail();
      }
      path.names = split_path(text);
      if (const std::string missing = operation ? resolve(*operation, path) : ""; !missing.empty() || text.empty())
        top.wrong(Code::not_found, "`" + call + "` does not answer with `" + text + "`: no `" + missing + "` there", place_of(one), "a path of members as the AWS CLI prints them");
      out->replies[call].push_back(std::move(path));
    }
  }
  if (!top.good() || errors.size() > before) return refused();
  return RedactionsPtr(std::move(out));
}

Result<RedactionsPtr> redactions_of(const ContentFiles& files, const ApiCatalogue& apis) {
  std::vector<Error> errors;
  for (const ContentItem& item : files.items("redactions"))
    if (item.name == redactions_file) return read_redactions(item, apis, errors);
  return fail(Code::not_found, "no redactions/" + std::string(redactions_file) + " in the content", {}, "which members of replies are secrets");
}

Result<RedactionsPtr> built_in_redactions(const ApiCatalogue& apis) {
  auto item = TRY(built_in_item("redactions", redactions_file));
  if (item->files.empty()) return fail(Code::not_found, "no redactions/" + std::string(redactions_file) + " in the content", {}, "which members of replies are secrets");
  std::vector<Error> errors;
  return read_redactions(item->item, apis, errors);
}

}  // namespace reeve
