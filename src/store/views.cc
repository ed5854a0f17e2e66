#include "store/views.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "store/json_member.h"
#include "store/schema.h"

namespace reeve::store {

namespace {

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

// A stored moment as RFC 3339 text; NULL if not known. Milliseconds only where there are any, as rfc3339() prints.
std::string as_time(const std::string& column) {
  return "CASE WHEN coalesce(" + column + ",0)=0 THEN NULL WHEN " + column + "%1000=0 THEN strftime('%Y-%m-%dT%H:%M:%SZ'," +
         column + "/1000,'unixepoch') ELSE strftime('%Y-%m-%dT%H:%M:%fZ'," + column + "/1000.0,'unixepoch') END";
}

// A column's value; names are checked to need no escape in JSON.
std::string json_column(std::string_view column) { return "json_member(r.columns," + literal(column) + ")"; }

bool plain_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// Columns that identify a row and may not be hidden by a declared one; `id`, `name` and `tags` may, as the more exact answer.
constexpr std::string_view fixed_columns[] = {"uid", "account", "region", "unknown", row_column};

Status check_columns(const TypeView& type) {
  std::set<std::string_view> seen;
  for (const auto& column : type.columns) {
    const Place at{"content: " + type.type};
    if (!plain_name(column))
      return fail(Code::usage, "the column `" + column + "` of `" + type.type + "` is no plain name", at,
                  "lower-case letters, digits and _");
    if (std::find(std::begin(fixed_columns), std::end(fixed_columns), column) != std::end(fixed_columns))
      return fail(Code::usage, "the column `" + column + "` of `" + type.type + "` hides one that every view has", at,
                  "another name");
    if (!seen.insert(column).second)
      return fail(Code::usage, "the column `" + column + "` of `" + type.type + "` is declared twice", at);
  }
  return {};
}

// What no single view shows: names that are not to be had, and two of one name.
Status check_names(const ViewInput& input) {
  std::map<std::string, std::string> names;
  for (auto name : fixed_views()) names.emplace(name, "");
  for (const auto& type : input.types) {
    const auto name = view_name(type.type);
    const auto [at, added] = names.emplace(name, type.type);
    if (!added)
      return fail(Code::conflict, "the types `" + type.type + "` and `" + at->second + "` would both be the view `" + name + "`");
  }
  for (const auto& table : input.records)
    if (!names.emplace(table.name, table.name).second) return fail(Code::conflict, "the record view `" + table.name + "` has the name of another");
  for (const auto& type : input.types) TRY(check_columns(type));
  return {};
}

// The types of which the view `accounts` tells, and functions that SQL may call (assess/organization_tree.cc).
constexpr std::string_view organizations_types = "AWS::Organizations::", member_type = "AWS::Organizations::Account", organization_type = "Reeve::Organization";

struct Maker {
  Db& db;
  std::string unknown;  // the expression of a row's unknown columns
  std::string in_run;  // condition on `r.unit`, or empty if every row is of this run
  std::map<std::string, const TypeView*> by_type;

  Status view(const std::string& name, const std::string& select) {
    return db.exec("DROP VIEW IF EXISTS temp." + quoted(name) + "; CREATE TEMP VIEW " + quoted(name) + " AS " + select);
  }

  // The id of a word, or -1 (which no row has) if it never occurred.
  Result<int64_t> word(std::string_view text) {
    auto* find = TRY(db.cached("SELECT id FROM word WHERE text=?1"));
    const bool found = TRY(find->bind(1, text).step());
    const auto id = found ? find->integer(0) : -1;
    find->reset();
    return id;
  }

  // What a template holds is not there yet, and a control that asks what is there must not find it.
  Result<std::string> of_type(std::string_view type) {
    return "r.type=" + std::to_string(TRY(word(type))) + " AND r.born=1" + (in_run.empty() ? "" : " AND " + in_run);
  }

  // A column of a type if it is declared, else NULL: the accounts view must work whatever content declares.
  std::string column_or_null(const std::string& type, std::string_view column) {
    const auto found = by_type.find(type);
    if (found == by_type.end()) return "NULL";
    const auto& columns = found->second->columns;
    return std::find(columns.begin(), columns.end(), column) == columns.end() ? "NULL" : json_column(column);
  }

  Status type_view(const TypeView& type);
  Status resources();
  Status places();
  Status tag_counts();
  Status edges();
  Status reads();
};

Status Maker::type_view(const TypeView& type) {
  std::map<std::string, std::string> base = {{"id", "r.native"}, {"name", "r.name"}, {"tags", "coalesce(r.tags,'{}')"}};
  std::string declared;
  for (const auto& column : type.columns) {
    if (auto own = base.find(column); own != base.end()) own->second = json_column(column);
    else declared += ", " + json_column(column) + " AS " + quoted(column);
  }
  const auto where = TRY(of_type(type.type));
  return view(view_name(type.type), "SELECT r.uid AS uid, r.account AS account, r.region AS region, " + base["id"] + " AS id, " +
                                        base["name"] + " AS name, " + base["tags"] + " AS tags" + declared +
                                        ", " + unknown + " AS unknown, r.id AS " + std::string(row_column) + " FROM resource r WHERE " + where);
}

Status Maker::resources() {
  return view("resources",
              "SELECT r.uid AS uid, t.text AS type, r.account AS account, r.region AS region, r.native AS id, r.name AS name, "
              "coalesce(r.tags,'{}') AS tags, coalesce(r.columns,'{}') AS properties, " + unknown + " AS unknown, "
              "r.born AS born "
              "FROM resource r JOIN word t ON t.id=r.type" +
                  (in_run.empty() ? "" : " WHERE " + in_run));
}

// Every account seen: of resources, of reads, and those the organization lists. What the organization does not say is NULL.
Status Maker::places() {
  const std::string place_in_run =
      in_run.empty() ? "" : " AND p.unit IN (SELECT id FROM unit WHERE " + std::string(unit_is_in_run) + ")";
  TRY(view("regions", "SELECT DISTINCT p.account AS account, p.region AS region FROM place p WHERE p.region<>''" + place_in_run));

  const std::string member(member_type), organization(organization_type);
  const auto members_where = TRY(of_type(member));
  const auto organization_where = TRY(of_type(organization));
  const std::string members = "SELECT r.native AS account, " + std::string("coalesce(") + column_or_null(member, "account_name") +
                              ", r.name) AS name, " + column_or_null(member, "email") + " AS email, coalesce(" +
                              column_or_null(member, "status") + ", " + column_or_null(member, "state") + ") AS status, " +
                              column_or_null(member, "parent") +
                              " AS parent, r.account AS seen_from, CASE WHEN r.uid LIKE 'arn:%' THEN substr(r.uid, 5, "
                              "instr(substr(r.uid, 5), ':')-1) END AS partition "
                              "FROM resource r WHERE " +
                              members_where;
  const std::string organizations = "SELECT r.account AS seen_from, coalesce(" + column_or_null(organization, "organization_id") +
                                    ", r.native) AS organization, " + column_or_null(organization, "management_account") +
                                    " AS management_account FROM resource r WHERE " + organization_where;
  // An account belongs to an organization if the organization lists it, if it manages it, or if its own call described it.
  return view(
      "accounts",
      "WITH member AS MATERIALIZED (" + members + "), organization AS MATERIALIZED (" + organizations +
          "),"
          " seen AS (SELECT p.account AS account, min(p.partition) AS partition FROM place p WHERE 1" +
          place_in_run +
          " GROUP BY p.account"
          "  UNION ALL SELECT account, partition FROM member),"
          " one AS (SELECT account, min(partition) AS partition FROM seen WHERE account<>'' GROUP BY account)"
          " SELECT one.account AS account, one.partition AS partition,"
          " (SELECT m.name FROM member m WHERE m.account=one.account AND m.name IS NOT NULL LIMIT 1) AS name,"
          " (SELECT m.email FROM member m WHERE m.account=one.account AND m.email IS NOT NULL LIMIT 1) AS email,"
          " (SELECT m.status FROM member m WHERE m.account=one.account AND m.status IS NOT NULL LIMIT 1) AS status,"
          " (SELECT max(o.management_account=one.account) FROM organization o WHERE o.management_account IS NOT NULL AND "
          "(o.management_account=one.account"
          "  OR o.seen_from=one.account OR EXISTS (SELECT 1 FROM member m WHERE m.account=one.account AND "
          "m.seen_from=o.seen_from))) AS management,"
          " (SELECT min(o.organization) FROM organization o WHERE o.management_account=one.account OR o.seen_from=one.account"
          "  OR EXISTS (SELECT 1 FROM member m WHERE m.account=one.account AND m.seen_from=o.seen_from)) AS organization,"
          " (SELECT m.parent FROM member m WHERE m.account=one.account AND m.parent IS NOT NULL LIMIT 1) AS parent"
          " FROM one");
}

// What stands in templates has no account to speak for, and the tags of an organization's accounts speak of those, not of the one
// that lists them.
Status Maker::tag_counts() {
  const std::string born = "r.born=1 AND t.text NOT LIKE 'AWS::Organizations::%'" + (in_run.empty() ? "" : " AND " + in_run);
  return view("tag_counts",
              "SELECT r.account AS account, j.key AS key, j.value AS value, count(*) AS resources FROM resource r JOIN word t ON t.id=r.type, "
              "json_each(r.tags) j WHERE " + born + " GROUP BY r.account, j.key, j.value UNION ALL "
              "SELECT r.account, NULL, NULL, count(*) FROM resource r JOIN word t ON t.id=r.type WHERE " + born +
                  " AND json_extract(" + unknown + ", '$.tag_list') IS NOT NULL GROUP BY r.account");
}

// Said both ways: whoever has the edge finds the resource, whoever has the resource finds its edges.
Status Maker::edges() {
  static_assert(edge_bits == 26 && most_edges == 67108864);
  return view("edges",
              "SELECT r.uid AS source, k.text AS kind, e.target AS target, t.text AS target_type FROM edge e JOIN resource r ON r.id=e.id>>26 AND "
              "e.id BETWEEN r.id<<26 AND (r.id<<26|67108863) "
              "JOIN word k ON k.id=e.kind LEFT JOIN word t ON t.id=e.target_type WHERE r.born=1" +
                  (in_run.empty() ? "" : " AND " + in_run));
}

Status Maker::reads() {
  return view(
      "reads",
      "SELECT d.account AS account, d.region AS region, o.text AS operation, CASE d.status WHEN 0 THEN 'ok' WHEN 1 THEN 'denied' "
      "WHEN 2 THEN 'absent' ELSE 'error' END AS status, d.error AS error, " +
          as_time("d.time") +
          " AS time, s.file AS source, d.parameter AS parameter "
          "FROM read d JOIN word o ON o.id=d.operation LEFT JOIN source s ON s.unit=d.unit AND s.n=d.source" +
          (in_run.empty() ? "" : " WHERE d.unit IN (SELECT id FROM unit WHERE " + std::string(unit_is_in_run) + ")"));
}

// The workspace's attestations and the content's controls are not kept in the file: they are input of this run, given each time.
Status attestations(Db& db, const std::vector<AttestationRow>& rows) {
  TRY(
      db.exec("DROP TABLE IF EXISTS temp.attestations; CREATE TEMP TABLE attestations(control TEXT, answer TEXT, owner TEXT, "
              "approver TEXT,"
              " given TEXT, expires TEXT, age_days INTEGER, valid INTEGER)"));
  auto insert = TRY(db.prepare("INSERT INTO temp.attestations VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
  for (const auto& row : rows) {
    insert.bind(1, row.control).bind(2, row.answer).bind(3, row.owner).bind_or_null(4, row.approver).bind_or_null(5, row.given);
    insert.bind_or_null(6, row.expires).bind(7, row.age_days).bind(8, int64_t{row.valid});
    TRY(insert.run());
  }
  return {};
}

Status controls(Db& db, const std::vector<ControlRow>& rows) {
  TRY(
      db.exec("DROP TABLE IF EXISTS temp.controls; CREATE TEMP TABLE controls(id TEXT PRIMARY KEY, practice TEXT, level INTEGER, "
              "area TEXT,"
              " severity TEXT, phase INTEGER) WITHOUT ROWID"));
  auto insert = TRY(db.prepare("INSERT INTO temp.controls VALUES(?1,?2,?3,?4,?5,?6)"));
  for (const auto& row : rows) {
    insert.bind(1, row.id)
        .bind(2, row.practice)
        .bind(3, int64_t{row.level})
        .bind(4, row.area)
        .bind(5, row.severity)
        .bind(6, int64_t{row.phase});
    TRY(insert.run());
  }
  return {};
}

}  // namespace

Status create_record(Db& db, const RecordTable& table) {
  std::string columns, places;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const auto& column = table.columns[i];
    if (!plain_name(column.name)) return fail(Code::usage, "the column `" + column.name + "` of `" + table.name + "` is no plain name");
    columns += (i ? ", " : "") + quoted(column.name) + " " + column.type;
    places += (i ? ",?" : "?") + std::to_string(i + 1);
  }
  TRY(db.exec("DROP TABLE IF EXISTS temp." + quoted(table.name) + "; CREATE TEMP TABLE " + quoted(table.name) + "(" + columns + ")"));
  if (table.rows.empty()) return {};
  auto insert = TRY(db.prepare("INSERT INTO temp." + quoted(table.name) + " VALUES(" + places + ")"));
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const int at = static_cast<int>(i + 1);
      if (auto* whole = std::get_if<int64_t>(&row[i])) insert.bind(at, *whole);
      else if (auto* real = std::get_if<double>(&row[i])) insert.bind(at, *real);
      else if (auto* text = std::get_if<std::string>(&row[i])) insert.bind(at, std::string_view(*text));
      else insert.bind_null(at);
    }
    TRY(insert.run());
  }
  return {};
}

const std::vector<std::string_view>& fixed_views() {
  static const std::vector<std::string_view> names = {"accounts", "regions", "resources", "edges", "reads", "attestations", "controls", "tag_counts"};
  return names;
}

std::string view_name(std::string_view type) {
  std::string out;
  for (size_t i = 0; i < type.size(); ++i) {
    if (type[i] == ':') {
      out += '_';
      while (i + 1 < type.size() && type[i + 1] == ':') ++i;
    } else {
      out += type[i];
    }
  }
  return lower(out);
}

Status keep_asked(ViewInput& input, std::string_view queries) {
  TRY(check_names(input));
  const std::string text = lower(queries);  // SQL names views in any case
  std::erase_if(input.types, [&](const TypeView& type) {
    return !starts_with(type.type, organizations_types) && type.type != organization_type && !contains(text, view_name(type.type));
  });
  std::erase_if(input.records, [&](const RecordTable& table) { return !contains(text, lower(table.name)); });
  return {};
}

Status create_views(Db& db, const ViewInput& input, bool in_memory) {
  TRY(check_names(input));
  TRY(add_json_member(db));
  // Usually every row is of this run, and the views need not ask.
  const auto others =
      TRY(db.value("SELECT count(*) FROM unit WHERE NOT (" + std::string(unit_is_in_run) + ") AND digest IS NOT NULL"));
  Maker make{
      db, in_memory ? "coalesce(r.unknown,'{}')" : "coalesce((SELECT w.text FROM word w WHERE w.id=r.unknown),'{}')", std::get<int64_t>(others) == 0 ? "" : "r.unit IN (SELECT id FROM unit WHERE " + std::string(unit_is_in_run) + ")", {}};
  for (const auto& type : input.types) make.by_type[type.type] = &type;
  for (const auto& type : input.types) TRY(make.type_view(type));
  for (const auto& table : input.records) TRY(create_record(db, table));
  TRY(make.resources());
  TRY(make.places());
  if (!in_memory) TRY(make.tag_counts());
  TRY(make.edges());
  TRY(make.reads());
  TRY(attestations(db, input.attestations));
  return controls(db, input.controls);
}

}  // namespace reeve::store
