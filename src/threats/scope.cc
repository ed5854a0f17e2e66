#include "threats/scope.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "store/views.h"
#include "threats/unread.h"

namespace reeve::threats {
namespace {

constexpr size_t conditions_in_a_query = 200, first_most = 3;
constexpr uint64_t query_steps = 200'000'000, row_steps = 400;  // what conditions may cost, in SQLite's steps: in all, and more for each row and condition
constexpr std::string_view account_type = "Reeve::Account::Settings", organization_type = "Reeve::Organization";

std::string condition(const ThreatRule& rule) { return rule.where.empty() ? "(1)" : "(" + rule.where + "\n)"; }  // the line ends a comment

// What lets a condition end the parentheses that it stands in, or take what follows into a comment or text: it would change what others mean. Empty: nothing.
std::string leaves_its_place(std::string_view sql) {
  int depth = 0;
  for (size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (c == '(') ++depth;
    if (c == ')' && --depth < 0) return "it closes a parenthesis that it did not open";
    std::string_view end;
    size_t from = i + 1;
    if (c == '\'' || c == '"' || c == '`') end = sql.substr(i, 1);  // one that is doubled within ends a text and begins the next
    else if (c == '[') end = "]";
    else if (sql.substr(i, 2) == "/*") end = "*/", from = i + 2;
    else if (sql.substr(i, 2) == "--") end = "\n", from = i + 2;
    if (end.empty()) continue;
    const size_t at = sql.find(end, from);
    if (at == std::string_view::npos) {
      if (c == '-') break;  // condition() adds the line's end
      return c == '/' ? "its comment has no end" : "its text has no end";
    }
    i = at + end.size() - 1;
  }
  return depth > 0 ? "it leaves a parenthesis open" : "";
}

// Rules that ask the same of a type: it is computed once for all of them.
struct Asked {
  std::string condition;
  std::vector<size_t> rules;  // places
};

struct OfType {
  std::string type, from;
  bool once = false;          // `from` gives each resource once
  uint64_t rows = 0;
  std::vector<size_t> rules;  // places
};

// What one condition means in one account.
struct Meant {
  uint64_t resources = 0, unknown = 0;
  std::string first;
};

struct Found {
  std::set<std::string, std::less<>> accounts, unread;
  std::vector<std::string> first;  // of each account and type
};

class Asking {
 public:
  Asking(store::Db& db, const std::vector<ThreatRule>& rules, const ResourceCatalogue& catalogue) : db_(db), rules_(rules), catalogue_(catalogue) {
    out_.of.resize(rules.size());
    found_.resize(rules.size());
  }

  Result<Reaches> all() {
    std::map<std::string, OfType> by_type;
    for (size_t i = 0; i < rules_.size(); ++i)
      for (const std::string& type : types_of(rules_[i])) {
        by_type[type].type = type;
        by_type[type].rules.push_back(i);
      }
    TRY(reads(by_type));
    for (auto& [type, asked] : by_type) TRY(of_type(asked));
    for (size_t i = 0; i < rules_.size(); ++i) {
      Reach& reach = out_.of[i].reach;
      reach.accounts = found_[i].accounts.size();
      reach.unread = found_[i].unread.size();
      std::sort(found_[i].first.begin(), found_[i].first.end());
      if (found_[i].first.size() > first_most) found_[i].first.resize(first_most);
      reach.first = std::move(found_[i].first);
    }
    return std::move(out_);
  }

 private:
  Status of_type(OfType& asked) {
    if (!catalogue_.find(asked.type)) {  // bindings_hold names it for the content; here there is nothing of it
      for (size_t rule : asked.rules) refuse(rule, {Code::not_found, "threat `" + rules_[rule].id + "` is for each `" + asked.type + "`, a type that content/resources does not know", {rules_[rule].file}, {}, {}});
      return {};
    }
    asked.from = "temp." + store::view_name(asked.type);
    auto counts = TRY(db_.prepare("SELECT count(*) FROM " + asked.from));
    if (!TRY(counts.step()) || counts.integer(0) == 0) return {};
    asked.rows = static_cast<uint64_t>(counts.integer(0));
    counts.reset();
    std::vector<Asked> sound;
    std::map<std::string, size_t> places;
    for (size_t rule : asked.rules) {
      const std::string text = condition(rules_[rule]);
      const auto known = places.find(text);
      if (known == places.end()) {
        if (auto sound = stays_in_place(rule, text, asked.from); !sound) {
          refuse(rule, wrong(rules_[rule], sound.error()));
          continue;
        }
        places.emplace(text, sound.size());
        sound.push_back({text, {}});
      }
      sound[places.at(text)].rules.push_back(rule);
    }
    for (size_t i = 0; i < sound.size(); i += conditions_in_a_query) {
      const std::vector<Asked> some(sound.begin() + static_cast<std::ptrdiff_t>(i), sound.begin() + static_cast<std::ptrdiff_t>(std::min(sound.size(), i + conditions_in_a_query)));
      if (ask(asked, some)) continue;
      // One of them fails on what a row holds: each by itself says which.
      for (const Asked& one : some)
        if (auto done = ask(asked, {one}); !done)
          for (size_t rule : one.rules) refuse(rule, wrong(rules_[rule], done.error()));
    }
    return {};
  }

  // Alone, so that one cannot end another's parentheses: it is one expression, and gives one column.
  Status stays_in_place(size_t rule, const std::string& text, const std::string& from) {
    if (const std::string why = leaves_its_place(rules_[rule].where); !why.empty()) return fail(Code::parse, why);
    const auto prepared = TRY(db_.prepare_foreign("SELECT NOT NOT " + text + ", 1 FROM " + from));
    if (prepared.columns() != 2) return fail(Code::parse, "it gives " + std::to_string(prepared.columns() - 1) + " values instead of one");
    return {};
  }

  Status ask(OfType& asked, const std::vector<Asked>& some) {
    // Kept until it is sure that the query ends well.
    std::unordered_map<std::string, std::vector<Meant>> all;
    if (!TRY(pass(asked, some, all)) && !asked.once) {
      // Of what several accounts tell the owner's word counts, else the first.
      asked.from += " WHERE record_row IN (SELECT min((instr(uid, ':' || account || ':') = 0) << 40 | record_row) & 1099511627775 FROM " + asked.from + " GROUP BY uid)";
      asked.once = true;
      all.clear();
      (void)TRY(pass(asked, some, all));
    }
    for (auto& [account, row] : all)
      for (size_t i = 0; i < some.size(); ++i)
        for (size_t rule : some[i].rules) {
          Reach& reach = out_.of[rule].reach;
          reach.resources += row[i].resources;
          reach.unknown += row[i].unknown;
          if (row[i].resources == 0) continue;
          found_[rule].accounts.insert(account);
          found_[rule].first.push_back(row[i].first);
        }
    return {};
  }

  // One pass over the type's rows, each condition computed once for each. False: a resource came twice.
  Result<bool> pass(const OfType& asked, const std::vector<Asked>& some, std::unordered_map<std::string, std::vector<Meant>>& all) {
    std::string sql = "SELECT account, uid";
    for (const Asked& one : some) sql += ", NOT NOT " + one.condition;
    auto rows = TRY(db_.prepare_foreign(sql + " FROM " + asked.from, {query_steps + asked.rows * (some.size() + 1) * row_steps}));
    std::vector<size_t> seen;  // hashes; two resources of one hash cost a second pass, and are two there
    seen.reserve(asked.rows);
    std::string account;
    std::vector<Meant>* of = nullptr;
    while (TRY(rows.step())) {
      if (const std::string_view in = rows.text(0); !of || in != account) {
        account = in;
        of = &all[account];
        of->resize(some.size());
      }
      const std::string_view uid = rows.text(1);
      seen.push_back(std::hash<std::string_view>()(uid));
      for (size_t i = 0; i < some.size(); ++i) {
        Meant& meant = (*of)[i];
        const int at = static_cast<int>(2 + i);
        if (rows.is_null(at)) {
          ++meant.unknown;
        } else if (rows.integer(at) != 0) {
          if (meant.resources++ == 0 || uid < meant.first) meant.first = uid;
        }
      }
    }
    std::sort(seen.begin(), seen.end());
    return std::adjacent_find(seen.begin(), seen.end()) == seen.end();
  }

  // Accounts in which no answer tells which resources of a rule's types there are.
  Status reads(const std::map<std::string, OfType>& by_type) {
    Unread unread = TRY(Unread::of_run(db_, catalogue_));
    out_.accounts_not_read = unread.accounts_not_read();
    out_.regions_not_read = unread.regions_not_read();
    for (const auto& [name, asked] : by_type) {
      const std::set<std::string> accounts = TRY(unread.accounts(name));
      for (size_t rule : asked.rules) found_[rule].unread.insert(accounts.begin(), accounts.end());
    }
    return {};
  }

  void refuse(size_t rule, Error error) {
    if (out_.of[rule].known) out_.errors.push_back(std::move(error));
    out_.of[rule].known = false;
  }

  static Error wrong(const ThreatRule& rule, const Error& error) {
    return {Code::parse, "the `where` of threat `" + rule.id + "` cannot be asked: " + error.what, rule.where_at, "SQL over the views of its types", {}};
  }

  store::Db& db_;
  const std::vector<ThreatRule>& rules_;
  const ResourceCatalogue& catalogue_;
  Reaches out_;
  std::vector<Found> found_;
};

}  // namespace

std::vector<std::string> types_of(const ThreatRule& rule) {
  if (rule.for_each == Candidates::account) return {std::string(account_type)};
  if (rule.for_each == Candidates::organization) return {std::string(organization_type)};
  return rule.types;
}

Result<Reaches> reach_of(store::Db& db, const std::vector<ThreatRule>& rules, const ResourceCatalogue& catalogue) { return Asking(db, rules, catalogue).all(); }

Result<Means> means(store::Db& db, const ThreatRule& rule, const std::string& type, std::string_view uid) {
  if (const std::string why = leaves_its_place(rule.where); !why.empty()) return fail(Code::parse, "the `where` of threat `" + rule.id + "` cannot be asked: " + why, rule.where_at, "SQL over the view of " + type);
  auto row = db.prepare_foreign("SELECT " + condition(rule) + " FROM temp." + store::view_name(type) + " WHERE uid = ?1");
  if (!row) return fail(Code::parse, "the `where` of threat `" + rule.id + "` cannot be asked: " + row.error().what, rule.where_at, "SQL over the view of " + type);
  row->bind(1, uid);
  if (!TRY(row->step())) return Means::no;
  if (row->is_null(0)) return Means::unknown;
  return row->number(0) != 0 ? Means::yes : Means::no;
}

}  // namespace reeve::threats
