#include "assess/recorded_resource.h"

#include "assess/policy_column.h"
#include "base/text.h"
#include "formats/json.h"
#include "store/json_member.h"

namespace reeve {
namespace {

using Branch = RecordedShape::Branch;

void write(Builder& builder, const Branch& branch, Value columns, Value unknown) {
  if (!branch.column.empty()) {
    if (Value value = columns.get(branch.column); value && !value.is_null()) return restore_column(builder, value);
    Value why = unknown ? unknown.get(branch.column) : Value();
    if (why && branch.below.empty()) return builder.unknown(why.is_scalar() ? why.text() : "not read");
  }
  builder.begin_map();
  for (const auto& [key, below] : branch.below) {
    if (below.below.empty() && !columns.get(below.column) && !(unknown && unknown.get(below.column))) continue;  // absent
    builder.key(key);
    write(builder, below, columns, unknown);
  }
  builder.end();
}

// Null for what has no members.
Result<DocumentPtr> members(std::string_view json) {
  if (json.empty() || json == "{}") return DocumentPtr();
  return read_json(json, Source{});
}

bool has_member(std::string_view json, std::string_view key) {
  const auto found = store::json_member(json, key);
  return found && *found != "null";
}

}  // namespace

bool has_column(const RecordedTexts& row, std::string_view column) { return has_member(row.properties, column); }
bool unknown_column(const RecordedTexts& row, std::string_view column) { return has_member(row.unknown, column); }

RecordedShape::RecordedShape(const ResourceType& type, const std::set<std::string>& only) : type_(&type) {
  for (const auto& [column, path] : type.columns) {
    if (!only.empty() && !only.contains(column)) continue;
    Branch* at = &root_;
    auto keys = path.keys();
    for (std::string_view key : keys) at = &at->below[std::string(key)];
    if (!keys.empty()) at->column = column;
  }
}

Result<Resource> RecordedShape::resource(const RecordedTexts& row) const {
  const DocumentPtr columns = TRY(members(row.properties)), unknown = TRY(members(row.unknown)), tags = TRY(members(row.tags));
  Builder builder;
  builder.begin_map();
  builder.key("Resources"), builder.begin_map(), builder.key(row.id);
  builder.begin_map();
  builder.key("Type"), builder.string(type_->type);
  for (auto part : {"Properties", "Observed"}) {
    builder.key(part);
    if (auto found = root_.below.find(part); found != root_.below.end()) write(builder, found->second, columns ? columns->root() : Value(), unknown ? unknown->root() : Value());
    else builder.begin_map(), builder.end();
  }
  builder.end(), builder.end(), builder.end();
  Resource out;
  out.type = type_;
  out.type_name = type_->type;
  out.uid = row.uid, out.account = row.account, out.region = row.region;
  out.id = row.id, out.name = row.name;
  out.document = builder.finish();
  if (tags)
    for (auto tag : tags->root().entries()) out.tags.emplace_back(tag.key(), tag.value.text());
  return out;
}

Status each_recorded(store::Db& db, const RecordedShape& shape, const std::function<bool(const RecordedTexts&)>& wanted, const std::function<void(Resource&&)>& each) {
  auto rows = TRY(db.prepare("SELECT uid, account, region, id, name, properties, unknown, tags FROM temp.resources WHERE type = ?1 AND born = 1"));
  rows.bind(1, shape.type().type);
  while (TRY(rows.step())) {
    const RecordedTexts row{rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5), rows.text(6), rows.text(7)};
    if (!wanted || wanted(row)) each(TRY(shape.resource(row)));
  }
  return {};
}

}  // namespace reeve
