#include "assess/recorded_resource.h"

#include <map>

#include "assess/policy_column.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

// The properties that columns tell, as the tree that they make.
struct Branch {
  std::string column;  // of a leaf
  std::map<std::string, Branch> below;
};

Branch tree_of(const ResourceType& type, const std::set<std::string>& only) {
  Branch root;
  for (const auto& [column, path] : type.columns) {
    if (!only.empty() && !only.contains(column)) continue;
    Branch* at = &root;
    auto keys = path.keys();
    for (std::string_view key : keys) at = &at->below[std::string(key)];
    if (!keys.empty()) at->column = column;
  }
  return root;
}

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

}  // namespace

Status each_recorded(store::Db& db, const ResourceType& type, std::string_view where, const std::function<void(const Resource&)>& each, const std::set<std::string>& only) {
  const Branch tree = tree_of(type, only);
  auto rows = TRY(db.prepare("SELECT uid, account, region, id, name, properties, unknown, tags FROM temp.resources WHERE type = ?1 AND born = 1" +
                             (where.empty() ? std::string() : " AND (" + std::string(where) + ")") + " ORDER BY uid, account"));
  rows.bind(1, type.type);
  std::string before;
  while (TRY(rows.step())) {
    if (rows.text(0) == before) continue;  // told of by several accounts
    before = rows.text(0);
    auto columns = TRY(read_json(rows.text(5), Source{}));
    auto unknown = TRY(read_json(rows.text(6).empty() ? "{}" : rows.text(6), Source{}));
    Builder builder;
    builder.begin_map();
    builder.key("Resources"), builder.begin_map(), builder.key(rows.text(3));
    builder.begin_map();
    builder.key("Type"), builder.string(type.type);
    for (auto part : {"Properties", "Observed"}) {
      builder.key(part);
      if (auto found = tree.below.find(part); found != tree.below.end()) write(builder, found->second, columns->root(), unknown->root());
      else builder.begin_map(), builder.end();
    }
    builder.end(), builder.end(), builder.end();
    Resource resource;
    resource.type = &type;
    resource.type_name = type.type;
    resource.uid = before;
    resource.account = rows.text(1);
    resource.region = rows.text(2);
    resource.id = rows.text(3);
    resource.name = rows.text(4);
    resource.document = builder.finish();
    if (rows.text(7) != "{}") {
      auto tags = TRY(read_json(rows.text(7), Source{}));
      for (auto tag : tags->root().entries()) resource.tags.emplace_back(tag.key(), tag.value.text());
    }
    each(resource);
  }
  return {};
}

}  // namespace reeve
