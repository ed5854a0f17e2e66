#include "assess/sql_rows.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "assess/guard_judge.h"
#include "assess/needs.h"
#include "assess/fail_words.h"
#include "base/text.h"
#include "formats/json.h"
#include "store/json_member.h"
#include "store/views.h"

namespace reeve {
namespace {

bool word_in(std::string_view text, std::string_view word) {
  auto part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    bool starts = at == 0 || !part(text[at - 1]);
    bool ends = at + word.size() == text.size() || !part(text[at + word.size()]);
    if (starts && ends) return true;
  }
  return false;
}

// The words of a text, for who asks for many of them.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {
    for (size_t begin = 0; begin < text.size();) {
      size_t end = begin;
      while (end < text.size() && is_part(text[end])) ++end;
      // `$.x` is a member of a column, mostly of `unknown`, and no column x.
      if (const bool member = begin >= 2 && text.substr(begin - 2, 2) == "$."; end > begin && !member) words_.insert(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  bool has(std::string_view word) const { return std::all_of(word.begin(), word.end(), is_part) ? words_.contains(word) : word_in(text_, word); }

 private:
  static bool is_part(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
  std::string_view text_;
  std::unordered_set<std::string_view> words_;
};

int badness(Verdict verdict) { return static_cast<int>(verdict); }  // fail first

// `.a[0].b` on a value, as far as evidence paths go.
Value follow(Value from, std::string_view path) {
  auto compiled = Path::compile(starts_with(path, ".") ? path.substr(1) : path.empty() ? "@" : path, {});
  if (!compiled) return {};
  Found found = compiled->find(from);
  return found.projected ? Value() : found.first();
}

}  // namespace

void take_value(Evidence& out, Value origin, Value column, std::string_view rest) {
  Value there = origin.at(4);
  if (there) {  // the mapping made something else of what stands there, so steps below the column lead nowhere in the file
    out.value = redacted_json(there);
    if (column) out.read_as = redacted_json(column);
    return;
  }
  out.path += rest;
  Value at = follow(column, rest);
  out.value = at ? redacted_json(at) : "";
}

std::set<std::string> columns_asked(const Content& content, const ResourceCatalogue& catalogue, bool within_account) {
  std::set<std::string> out;
  // What the view `accounts` and the functions of policies look at, whether or not a query names it.
  if (!within_account)
    for (auto& type : catalogue.types())
      if (type->of_organization())
        for (auto& [column, path] : type->columns) out.insert(column_key(type->type, column));
  std::vector<std::string> views;
  for (auto& type : catalogue.types()) views.push_back(store::view_name(type->type));
  for (const Control& control : content.controls) {
    if (control.judge == Judge::guard || control.within_account != within_account) continue;
    std::string text = control.judge == Judge::sql ? control.check.text : control.attest ? control.attest->contradicted_by : "";
    const std::string lowered = lower(text);  // SQL names views in any case
    const Words names(lowered), words(text);
    const bool any_type = names.has("resources");
    const std::vector<std::string> judged = candidate_types(control);
    for (size_t i = 0; i < views.size(); ++i) {
      auto& type = catalogue.types()[i];
      if (!any_type && std::find(judged.begin(), judged.end(), type->type) == judged.end() && !names.has(views[i])) continue;
      for (auto& [column, path] : type->columns)
        if (words.has(column) || contains(text, path.text())) out.insert(column_key(type->type, column));
    }
  }
  return out;
}

std::string queries_of(const Control& control) {
  std::string out = (control.judge == Judge::sql ? control.check.text : "") + "\n" + control.where;
  if (control.attest) out += "\n" + control.attest->contradicted_by;
  for (const std::string& type : candidate_types(control)) out += "\n" + store::view_name(type);
  return out;
}

std::vector<std::string> types_asked(std::string_view sql, const ResourceCatalogue& catalogue) {
  std::vector<std::string> out;
  const Words words(sql);
  for (auto& type : catalogue.types())
    if (words.has(store::view_name(type->type))) out.push_back(type->type);
  return out;
}

std::string call_behind(const Control& control, const ResourceCatalogue& catalogue) {
  if (!control.needs.empty()) return control.needs.front();
  for (const std::string& name : types_asked(control.check.text, catalogue)) {
    const ResourceType* type = catalogue.find(name);
    if (type && !type->reads.empty() && type->singleton == Singleton::none) return type->reads.front().call;
  }
  return "view:resources";
}

Evidence evidence_at_column(ColumnOrigins& facts, const ResourceCatalogue& catalogue, std::string_view uid, std::string_view path, std::string_view value,
                            std::string_view expected) {
  Evidence out;
  out.resource = uid;
  out.expected = expected;
  if (!value.empty()) {
    // A number stays one; anything else that a query says is text.
    if (parse_int(value) || parse_double(value)) out.value = value;
    else JsonWriter(out.value).string(redacted_text(value));
  }
  out.path = path;
  out.time_basis = "unknown";
  if (path.empty()) {  // computed from several facts: no one place has it
    out.source = call_named(value);
    return out;
  }
  auto resource = facts.of(uid);
  const ResourceType* type = resource ? catalogue.find(resource->type) : nullptr;
  if (!type) return out;
  // The column whose path is the asked one or stands above it, the longest.
  const std::pair<std::string, Path>* best = nullptr;
  std::string_view origin_json;
  for (auto& column : type->columns) {
    const std::string& at = column.second.text();
    bool fits = path == at || (starts_with(path, at) && (path[at.size()] == '.' || path[at.size()] == '[')) || path == column.first;
    if (!fits || (best && at.size() <= best->second.text().size())) continue;
    auto told = store::json_member(resource->origins_json, column.first);
    if (told) best = &column, origin_json = *told;
  }
  const DocumentPtr origin_document = best ? read_json(origin_json, Source{}).value_or(nullptr) : nullptr;
  const Value origin = origin_document ? origin_document->root() : Value();
  if (!origin) {  // computed from several facts, or not known: no one place has it
    out.source = call_named(value);
    // About this resource all the same: where the rest of it was read.
    const bool elsewhere = !path.empty() && out.source.empty() && !resource->origins_json.empty();
    if (const DocumentPtr origins = elsewhere ? read_json(resource->origins_json, Source{}).value_or(nullptr) : nullptr)
      for (auto entry : origins->root().entries())
        if (std::string file = facts.file(static_cast<uint32_t>(entry.value.at(0).integer().value_or(0))); !file.empty()) {
          out.source = file;
          break;
        }
    out.path.clear();
    return out;
  }
  if (std::string file = facts.file(static_cast<uint32_t>(origin.at(0).integer().value_or(0))); !file.empty()) {
    out.source = std::move(file);
    out.time_basis.clear();
    out.time = {origin.at(2).integer().value_or(0)};
    if (origin.at(3)) out.time_basis = std::string(origin.at(3).text());
  }
  out.path = std::string(origin.at(1).text());
  const auto told = store::json_member(resource->columns_json, best->first);
  const DocumentPtr column_document = told ? read_json(*told, Source{}).value_or(nullptr) : nullptr;
  const Value column = column_document ? column_document->root() : Value();
  std::string rest(path == best->first ? std::string_view() : path.substr(std::min(path.size(), best->second.text().size())));
  if (starts_with(value, "$.") && follow(column, rest + std::string(value.substr(1)))) rest += value.substr(1);  // a place within it, such as a statement's
  take_value(out, origin, column, rest);
  return out;
}

void read_rows(const RowsQuestion& question, store::Statement& rows, std::vector<SqlVerdict>& verdicts, std::vector<Error>& errors) {
  const Control& control = question.control;
  std::unordered_map<std::string_view, size_t> index;
  for (size_t i = 0; i < verdicts.size(); ++i) index.emplace(verdicts[i].uid, i);
  std::vector<bool> decided(verdicts.size(), false);
  auto refuse = [&](std::string what, std::string expected) {
    errors.push_back({Code::type, std::move(what), {control.check.shown}, std::move(expected), ""});
  };
  if (rows.columns() < 5) {
    refuse("the query gives " + std::to_string(rows.columns()) + " columns", "resource, verdict, path, expected, value");
    return;
  }
  struct Pending {
    size_t candidate;
    std::string path, expected, value, of;
  };
  std::vector<Pending> pending;
  for (;;) {
    auto more = rows.step();
    if (!more) {
      Error error = more.error();
      error.at = {control.check.shown};
      errors.push_back(error);
      for (size_t i = 0; i < verdicts.size(); ++i)
        if (!decided[i] || verdicts[i].verdict != Verdict::fail) {
          verdicts[i].verdict = Verdict::unknown;
          verdicts[i].reason = "the control's query failed: " + error.what;
        }
      break;
    }
    if (!*more) break;
    std::string_view uid = rows.text(0), word = rows.text(1);
    auto found = index.find(uid);
    if (found == index.end()) {
      if (!control.where.empty() || (question.ignores && question.ignores(uid))) continue;
      refuse("the query names `" + std::string(uid) + "`, which is no candidate", "the uid of a " + join(candidate_types(control), " or "));
      continue;
    }
    auto verdict = parse_verdict(word);
    if (!verdict || *verdict == Verdict::excepted) {
      refuse("the query's verdict for `" + std::string(uid) + "` is `" + std::string(word) + "`", "pass, fail, unknown or not_applicable");
      continue;
    }
    size_t at = found->second;
    if (!verdicts[at].reason.empty() && verdicts[at].verdict == Verdict::unknown && !decided[at]) continue;  // its needs are unmet
    if (question.checks_paths && !rows.is_null(2) && !rows.text(2).empty()) {
      std::string of(rows.columns() > 5 && !rows.is_null(5) ? rows.text(5) : uid), path(rows.text(2));
      auto resource = question.origins.of(of);
      const ResourceType* type = resource ? question.catalogue.find(resource->type) : nullptr;
      const std::string whole = path.substr(0, path.find('['));  // of `A.B[3]` the list `A.B`
      bool known = !type || type->maps(path) || type->maps(whole) || std::any_of(type->columns.begin(), type->columns.end(), [&](auto& column) { return column.first == path; });
      if (!known) refuse("the query's path `" + path + "` is nothing that a read of " + type->type + " gives", "a target of its file in content/resources, a column of it, or NULL");
    }
    auto one = [&] {
      return Pending{at, std::string(rows.text(2)), std::string(rows.text(3)), std::string(rows.text(4)),
                     std::string(rows.columns() > 5 && !rows.is_null(5) ? rows.text(5) : uid)};
    };
    if (!decided[at] || badness(*verdict) < badness(verdicts[at].verdict)) {
      if (decided[at]) std::erase_if(pending, [&](const Pending& p) { return p.candidate == at; });
      decided[at] = true;
      verdicts[at].verdict = *verdict;
      verdicts[at].evidence.clear();
      bool told = *verdict == Verdict::pass ? question.wants_pass(uid) : *verdict != Verdict::not_applicable;
      if (told) pending.push_back(one());
    } else if (*verdict == verdicts[at].verdict && *verdict != Verdict::pass) {
      pending.push_back(one());
    }
  }
  // Rows come in the record's order, which an incremental run does not share with a fresh one.
  std::stable_sort(pending.begin(), pending.end(), [](auto& a, auto& b) { return a.candidate < b.candidate; });
  std::string behind;  // the call, looked for once
  for (auto& one : pending) {
    SqlVerdict& verdict = verdicts[one.candidate];
    auto evidence = [&] {
      Evidence out = evidence_at_column(question.origins, question.catalogue, one.of, one.path, one.value, one.expected);
      if (out.source.empty() && behind.empty()) behind = call_behind(control, question.catalogue);
      if (out.source.empty()) out.source = behind;
      return out;
    };
    if (verdict.verdict == Verdict::pass) {
      if (question.wants_pass(verdict.uid)) question.pass(verdict.uid, evidence());
      continue;
    }
    if (verdict.reason.empty()) {
      std::string value = unknowns_in_words(place_words(one.value));  // the evidence keeps the place as it is
      verdict.reason = value.empty() ? "expected " + one.expected : verdict.verdict != Verdict::unknown ? value + "; expected " + one.expected : place_words(one.value) != one.value ? "what " + value + " says is not decided" : value;
    }
    if (verdict.evidence.size() < 5) verdict.evidence.push_back(evidence());
  }
  for (size_t i = 0; i < verdicts.size(); ++i)
    if (!decided[i] && verdicts[i].reason.empty()) verdicts[i].reason = "the control's query says nothing of it";
}

}  // namespace reeve
