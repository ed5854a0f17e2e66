#include "check/check_input.h"

#include "base/file.h"
#include "formats/json.h"

namespace reeve {
namespace {

const char* kind_words(Value value) { return value.is_map() ? "a map" : value.is_list() ? "a list" : "neither a map nor a list"; }

void take(Builder& builder, uint16_t slot, Value root) {
  for (const auto& entry : root.entries()) {
    if (root.get(entry.key()) != entry.value) continue;  // of a key that stands twice, the last
    builder.at(entry.key_node.line(), entry.key_node.column());
    builder.key(entry.key());
    builder.copy(entry.value, slot);
  }
  for (Value item : root.items()) builder.copy(item, slot);
}

}  // namespace

Result<DocumentPtr> join_data(const Document& parameters, const Document& data) {
  const Value first = parameters.root(), second = data.root();
  const Place here{data.self().file, second ? second.line() : 0, second ? second.column() : 0};
  if (!((first.is_map() && second.is_map()) || (first.is_list() && second.is_list())))
    return fail(Code::type, "input parameters of `" + parameters.self().file + "` cannot be laid over it: it is " + kind_words(second), here,
                std::string(kind_words(first)) + ", as they are");
  for (const auto& entry : first.entries())
    if (const Value there = second.get(entry.key()))
      return fail(Code::conflict, "`" + std::string(entry.key()) + "` stands here and in the input parameters of `" + parameters.self().file + "`",
                  {data.self().file, there.line(), there.column()}, "each key in one of them");
  Builder builder;
  const uint16_t first_slot = builder.add_source(parameters.self()), second_slot = builder.add_source(data.self());
  builder.with_origin(second_slot, second.index(), second.line(), second.column());
  if (first.is_map()) builder.begin_map();
  else builder.begin_list();
  take(builder, first_slot, first);
  take(builder, second_slot, second);
  builder.end();
  builder.keep(parameters.shared_from_this());
  builder.keep(data.shared_from_this());
  return builder.finish(data.self());
}

Result<DocumentPtr> read_input_parameters(const std::vector<std::string>& paths) {
  const DataFiles found = find_data(paths);
  if (!found.problems.empty()) return tl::unexpected(found.problems[0]);
  DocumentPtr all;
  for (const DataFile& file : found.files) {
    const auto bytes = TRY(FileBytes::open(file.path));
    auto document = TRY(read_data(bytes->view(), file.path));
    if (!document->root().is_map() && !document->root().is_list())
      return fail(Code::type, std::string("the input parameters are ") + kind_words(document->root()), {file.path, 1, 1}, "a map whose keys join the data's");
    all = all ? TRY(join_data(*all, *document)) : document;
  }
  return all;
}

Result<Payload> read_payload(std::string_view text, const std::string& name, guard::Semantics semantics) {
  const DocumentPtr document = TRY(read_json(text, Source{.file = name}));
  const Value root = document->root();
  const char* shape = R"({"data": ["…"], "rules": ["…"]})";
  if (!root.is_map()) return fail(Code::type, "the payload is no object", {name, root.line(), root.column()}, shape);
  for (const char* key : {"data", "rules"}) {
    const Value list = root.get(key);
    if (!list) return fail(Code::parse, std::string("the payload has no `") + key + "`", {name, root.line(), root.column()}, shape);
    if (!list.is_list()) return fail(Code::type, std::string("`") + key + "` of the payload is no list", {name, list.line(), list.column()}, shape);
    for (Value item : list.items())
      if (!item.is_string()) return fail(Code::type, std::string("an item of `") + key + "` is no text", {name, item.line(), item.column()}, "the text of a file as a JSON string");
  }
  Payload out;
  size_t number = 0;
  for (Value item : root.get("data").items()) {
    const std::string called = "DATA_STDIN[" + std::to_string(++number) + "]";
    out.data.files.push_back({.path = called, .name = called, .text = std::make_shared<const std::string>(item.text())});
  }
  number = 0;
  for (Value item : root.get("rules").items()) {
    const std::string called = "RULES_STDIN[" + std::to_string(++number) + "]";
    auto rules = guard::compile_guard(item.text(), called, semantics);
    if (rules) out.rules.files.push_back({called, called, *rules});
    else out.rules.problems.push_back(rules.error());
  }
  return out;
}

}  // namespace reeve
