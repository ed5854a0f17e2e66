#include "store/imports.h"

namespace reeve::store {

Result<int64_t> import_file(Db& db, std::string_view file, std::string_view format, std::string_view digest) {
  auto find = TRY(db.prepare("SELECT id FROM import_file WHERE digest=?1"));
  if (TRY(find.bind(1, digest).step())) return find.integer(0);
  auto insert = TRY(db.prepare("INSERT INTO import_file(file,format,digest) VALUES(?1,?2,?3)"));
  TRY(insert.bind(1, file).bind(2, format).bind(3, digest).run());
  return db.last_insert_id();
}

Result<bool> add_imported(Db& db, int64_t file, const ImportedRow& row) {
  auto* insert = TRY(db.cached(
      "INSERT OR IGNORE INTO imported(tool,finding,time,resource,resource_type,account,region,control,title,status,severity,detail,file,place) "
      "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)"));
  insert->bind(1, row.tool).bind(2, row.finding).bind(3, row.time.ms).bind(4, row.resource).bind_or_null(5, row.resource_type);
  insert->bind_or_null(6, row.account).bind_or_null(7, row.region).bind_or_null(8, row.check).bind_or_null(9, row.title).bind(10, row.status);
  insert->bind_or_null(11, row.severity).bind_or_null(12, row.detail).bind(13, file).bind(14, static_cast<int64_t>(row.line));
  TRY(insert->run());
  return db.changes() > 0;
}

namespace {
constexpr std::string_view newest = "NOT EXISTS (SELECT 1 FROM imported n WHERE n.tool=i.tool AND n.finding=i.finding AND n.time>i.time)";
}

Status each_imported(Db& db, std::string_view resource, const std::function<Status(const Imported&)>& each) {
  auto rows = TRY(db.prepare(
      "SELECT i.tool,i.finding,i.time,i.resource,i.resource_type,i.account,i.region,i.control,i.title,i.status,i.severity,i.detail,i.place,f.format,f.file "
      "FROM imported i JOIN import_file f ON f.id=i.file WHERE " + std::string(newest) + (resource.empty() ? "" : " AND i.resource=?1") +
      " ORDER BY i.resource,i.tool,i.control,i.finding"));
  if (!resource.empty()) rows.bind(1, resource);
  while (TRY(rows.step())) {
    Imported one;
    one.row.tool = rows.text(0), one.row.finding = rows.text(1), one.row.time = Time{rows.integer(2)}, one.row.resource = rows.text(3);
    one.row.resource_type = rows.text(4), one.row.account = rows.text(5), one.row.region = rows.text(6), one.row.check = rows.text(7);
    one.row.title = rows.text(8), one.row.status = rows.text(9), one.row.severity = rows.text(10), one.row.detail = rows.text(11);
    one.row.line = static_cast<uint32_t>(rows.integer(12)), one.format = rows.text(13), one.file = rows.text(14);
    TRY(each(one));
  }
  return {};
}

Result<std::vector<ImportedCount>> imported_counts(Db& db) {
  auto rows = TRY(db.prepare("SELECT i.tool,count(*),count(DISTINCT i.resource) FROM imported i WHERE " + std::string(newest) + " GROUP BY i.tool ORDER BY i.tool"));
  std::vector<ImportedCount> out;
  while (TRY(rows.step())) out.push_back({std::string(rows.text(0)), static_cast<uint64_t>(rows.integer(1)), static_cast<uint64_t>(rows.integer(2))});
  return out;
}

}  // namespace reeve::store
