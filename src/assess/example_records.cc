#include "assess/example_records.h"

#include "base/text.h"
#include "base/time.h"
#include "formats/json.h"

namespace reeve {
namespace {

std::string words_for(RecordColumn::Type type) {
  switch (type) {
    case RecordColumn::Type::text: return "text";
    case RecordColumn::Type::integer: return "a whole number";
    case RecordColumn::Type::number: return "a number";
    case RecordColumn::Type::boolean: return "true or false";
    case RecordColumn::Type::time: return "a time such as 2026-11-22T04:12:00Z";
    case RecordColumn::Type::list: return "a list";
    case RecordColumn::Type::map: return "a map";
  }
  return "";
}

// The value as SQL sees it; nothing if it is of another type.
std::optional<store::SqlValue> as_sql(const RecordColumn& column, Value value) {
  switch (column.type) {
    case RecordColumn::Type::text:
      if (value.is_scalar() && !value.is_null()) return std::string(value.text());
      break;
    case RecordColumn::Type::integer:
      if (value.is_scalar())
        if (auto whole = parse_int(value.text())) return *whole;
      break;
    case RecordColumn::Type::number:
      if (value.is_scalar())
        if (auto number = parse_double(value.text())) return *number;
      break;
    case RecordColumn::Type::boolean:
      if (value.text() == "true" || value.text() == "false") return int64_t{value.text() == "true"};
      break;
    case RecordColumn::Type::time:
      if (value.is_scalar())
        if (auto time = parse_time(value.text())) return rfc3339(*time);
      break;
    case RecordColumn::Type::list:
      if (value.is_list()) return to_json(value);
      break;
    case RecordColumn::Type::map:
      if (value.is_map()) return to_json(value);
      break;
  }
  return std::nullopt;
}

}  // namespace

Result<Records> example_records(const Content& content, Value rows, const std::string& shown) {
  Records out;
  auto at = [&](Value value) { return Place{shown, value.line(), value.column()}; };
  if (!rows) return out;
  if (!rows.is_map()) return fail(Code::type, "`rows` is no map", at(rows), "rows: {view: [{column: value}]}");
  for (auto entry : rows.entries()) {
    const RecordView* view = content.record_view(entry.key());
    if (!view) {
      std::vector<std::string> known;
      for (auto& one : content.record_views) known.push_back(one.name);
      std::string near = nearest(entry.key(), known);
      return fail(Code::not_found, "there is no record view `" + std::string(entry.key()) + "`", at(entry.key_node), near.empty() ? "one of content/views" : "`" + near + "`?");
    }
    out.parts.insert(view->filled_by);
    auto& table = out.rows[view->name];
    if (!entry.value.is_list()) return fail(Code::type, "the rows of `" + view->name + "` are no list", at(entry.value), "a list of rows, [] for none");
    for (Value row : entry.value.items()) {
      if (!row.is_map()) return fail(Code::type, "a row of `" + view->name + "` is no map", at(row), "{column: value}");
      for (auto cell : row.entries()) {
        if (view->column(cell.key())) continue;
        std::vector<std::string> known;
        for (auto& column : view->columns) known.push_back(column.name);
        std::string near = nearest(cell.key(), known);
        return fail(Code::not_found, "`" + view->name + "` has no column `" + std::string(cell.key()) + "`", at(cell.key_node), near.empty() ? join(known, ", ") : "`" + near + "`?");
      }
      auto& values = table.emplace_back();
      for (const RecordColumn& column : view->columns) {
        Value value = row.get(column.name);
        if (!value || value.is_null()) {
          if (column.absent.empty())
            return fail(Code::not_found, "the row of `" + view->name + "` does not say `" + column.name + "`, which is never absent", at(row), words_for(column.type));
          values.emplace_back();
          continue;
        }
        auto sql = as_sql(column, value);
        if (!sql) return fail(Code::type, "`" + column.name + "` of `" + view->name + "` is of another type", at(value), words_for(column.type));
        values.push_back(std::move(*sql));
      }
    }
  }
  return out;
}

}  // namespace reeve
