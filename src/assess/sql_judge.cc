#include "assess/sql_judge.h"

#include <algorithm>
#include <set>

#include "assess/guard_judge.h"
#include "assess/unit_result.h"
#include "aws/region.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr std::string_view kAccountType = "Reeve::Account::Settings";
constexpr std::string_view kRegionType = "Reeve::Region::Settings";
constexpr std::string_view kOrganizationType = "Reeve::Organization";

std::string candidate_type(const Control& control) {
  if (control.judge == Judge::attested) return std::string(kOrganizationType);
  switch (control.candidates) {
    case Candidates::account: return std::string(kAccountType);
    case Candidates::account_region: return std::string(kRegionType);
    case Candidates::organization: return std::string(kOrganizationType);
    case Candidates::type: return control.candidate_type;
  }
  return control.candidate_type;
}

bool word_in(std::string_view text, std::string_view word) {
  auto part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    bool starts = at == 0 || !part(text[at - 1]);
    bool ends = at + word.size() == text.size() || !part(text[at + word.size()]);
    if (starts && ends) return true;
  }
  return false;
}

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

std::set<std::string> columns_asked(const Content& content, const ResourceCatalogue& catalogue) {
  // What the view `accounts` and the functions of policies look at, whether or not a query names it.
  std::set<std::string> out = {"organization_id", "management_account", "root_id", "scp_enabled", "root_service_control_policies",
                               "account_name", "email", "state", "status", "parent", "service_control_policies",
                               "policy_type", "policy_document", "targets"};
  for (const Control& control : content.controls) {
    if (control.judge == Judge::guard) continue;
    std::string text = control.judge == Judge::sql ? control.check.text : control.attest ? control.attest->contradicted_by : "";
    for (auto& type : catalogue.types())
      for (auto& [column, path] : type->columns)
        if (word_in(text, column) || contains(text, path.text())) out.insert(column);
  }
  return out;
}

std::vector<std::string> types_asked(std::string_view sql, const ResourceCatalogue& catalogue) {
  std::vector<std::string> out;
  for (auto& type : catalogue.types())
    if (word_in(sql, store::view_name(type->type))) out.push_back(type->type);
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

SqlJudge::SqlJudge(store::Store& store, const SqlJudgeInput& input) : store_(store), input_(input) {}

Status SqlJudge::load_reads() {
  std::unordered_map<std::string, size_t> units;
  for (auto& unit : TRY(store_.units())) {
    units.emplace(unit.key, units_.size());
    units_.push_back({unit.id, unit.key, {}, false});
  }
  TRY(store_.sources([&](const store::Store::StoredSource& source) -> Status {
    auto unit = units.find(source.unit);
    if (unit != units.end() && source.operation.empty()) units_[unit->second].config = true;
    return {};
  }));
  return store_.reads([&](const store::Store::StoredRead& read) -> Status {
    if (auto unit = units.find(read.unit); unit != units.end()) {
      ReadRecord record;
      record.account = read.account, record.region = read.region, record.call = read.operation, record.error = read.error, record.file = read.file;
      record.time_ms = read.time.ms;
      record.status = read.status == store::ReadStatus::ok       ? ReadRecord::Status::ok
                      : read.status == store::ReadStatus::denied ? ReadRecord::Status::denied
                      : read.status == store::ReadStatus::absent ? ReadRecord::Status::absent
                                                                 : ReadRecord::Status::error;
      units_[unit->second].reads.push_back(std::move(record));
    }
    Known known{read.status, read.error, read.file, read.time};
    for (std::string region : {read.region, std::string("*")}) {
      for (std::string account : {read.account, std::string("*")}) {
        std::string key = account + "\n" + region + "\n" + read.operation;
        auto [found, is_new] = reads_.try_emplace(key, known);
        bool old_answer = found->second.status == store::ReadStatus::ok || found->second.status == store::ReadStatus::absent;
        bool new_answer = known.status == store::ReadStatus::ok || known.status == store::ReadStatus::absent;
        if (!is_new && new_answer && !old_answer) found->second = known;
      }
    }
    return {};
  });
}

Status SqlJudge::judge_all(store::RunWriter& run, std::vector<Error>& errors) {
  TRY(add_sql_functions(store_, input_.as_of));
  store_.db().set_now(input_.as_of);
  TRY(load_reads());
  for (const Control& control : input_.content->controls)
    if (control.judge != Judge::guard) TRY(judge(run, control, errors));
  return {};
}

Result<std::vector<SqlJudge::Candidate>> SqlJudge::candidates(const Control& control) {
  std::vector<Candidate> out;
  std::string type = candidate_type(control);
  if (!input_.catalogue->find(type))
    return fail(Code::not_found, "`for_each` names `" + type + "`, which is no resource type", {control.check.shown}, "a type of content/resources");
  // The public view says who the candidates are; the record says where their bits stand.
  std::string sql = "SELECT v.uid, v.account, v.region, r.unit, r.id - u.first_resource FROM (SELECT * FROM temp." + store::view_name(type);
  if (!control.where.empty()) sql += " WHERE (" + control.where + ")";
  sql += ") AS v JOIN main.resource AS r ON r.uid = v.uid AND r.account = v.account JOIN main.unit AS u ON u.id = r.unit AND u.state IN (1, 2)";
  auto rows = TRY(store_.db().prepare(sql + " ORDER BY v.uid, v.account"));
  const ResourceType& judged = *input_.catalogue->find(type);
  while (TRY(rows.step())) {
    Candidate candidate;
    candidate.uid = std::string(rows.text(0));
    candidate.type = type;
    candidate.account = std::string(rows.text(1));
    if (!out.empty() && out.back().uid == candidate.uid) continue;  // told of by several accounts, none of which owns it
    if (input_.read && judged_by_owner(*input_.read, judged, candidate.uid, candidate.account)) continue;
    candidate.region = std::string(rows.text(2));
    candidate.unit = rows.integer(3);
    candidate.ordinal = static_cast<uint32_t>(rows.integer(4));
    out.push_back(std::move(candidate));
  }
  return out;
}

// Why the candidate cannot be judged, naming the call; empty if all needs were read.
std::string SqlJudge::unmet(const Control& control, const Candidate& candidate, Evidence& evidence) const {
  const ResourceType* type = input_.catalogue->find(candidate.type);
  for (const std::string& need : control.needs) {
    bool of_type = false;  // what tells about a listed resource shows in its columns, from whichever source it came
    if (control.candidates == Candidates::type && type && type->singleton == Singleton::none)
      for (const Read& read : type->reads) of_type |= read.call == need;
    if (of_type) continue;
    std::string account = control.candidates == Candidates::organization ? "*" : candidate.account;
    if (starts_with(need, "organizations:")) account = "*";
    bool per_region = candidate.type == kRegionType;
    const Known* known = nullptr;
    auto look = [&](const std::string& region) {
      auto found = reads_.find(account + "\n" + region + "\n" + need);
      return found == reads_.end() ? nullptr : &found->second;
    };
    known = look(per_region ? candidate.region : "*");
    if (!known && per_region) known = look("global");
    if (!known && per_region) {  // a call of a global service is made in one Region for all
      bool global_only = true;
      if (const auto* uses = input_.catalogue->uses(need))
        for (auto& use : *uses) global_only &= use.type->global;
      if (global_only) known = look("*");
    }
    if (known && (known->status == store::ReadStatus::ok || known->status == store::ReadStatus::absent)) continue;
    evidence.resource = candidate.uid;
    evidence.source = need;
    evidence.expected = "an answer";
    if (known) {
      evidence.time = known->time;
      return need + " " + (known->error.empty() ? std::string("failed") : known->error);
    }
    evidence.time_basis = "unknown";
    return need + " not read";
  }
  return "";
}

Evidence SqlJudge::evidence_at_column(const std::string& uid, const std::string& path, const std::string& value, const std::string& expected) {
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
  auto resource = store_.resource(uid);
  if (!resource || !*resource) return out;
  const ResourceType* type = input_.catalogue->find((*resource)->type);
  if (!type) return out;
  // The column whose path is the asked one or stands above it, the longest.
  const std::pair<std::string, Path>* best = nullptr;
  auto origins = read_json((*resource)->origins_json.empty() ? "{}" : (*resource)->origins_json, Source{});
  for (auto& column : type->columns) {
    const std::string& at = column.second.text();
    bool fits = path == at || (starts_with(path, at) && (path[at.size()] == '.' || path[at.size()] == '[')) || path == column.first;
    if (!fits || !origins || !(*origins)->root().get(column.first)) continue;
    if (!best || at.size() > best->second.text().size()) best = &column;
  }
  Value origin;
  if (best && origins) origin = (*origins)->root().get(best->first);
  if (!origin) {  // computed from several facts, or not known: no one place has it
    out.source = call_named(value);
    if (!path.empty() && out.source.empty() && origins)  // about this resource all the same: where the rest of it was read
      for (auto entry : (*origins)->root().entries())
        if (auto source = store_.source((*resource)->unit, static_cast<uint32_t>(entry.value.at(0).integer().value_or(0))); source && *source) {
          out.source = (*source)->file;
          break;
        }
    out.path.clear();
    return out;
  }
  if (auto source = store_.source((*resource)->unit, static_cast<uint32_t>(origin.at(0).integer().value_or(0))); source && *source) {
    out.source = (*source)->file;
    out.time_basis.clear();
    out.time = {origin.at(2).integer().value_or(0)};
    if (origin.at(3)) out.time_basis = std::string(origin.at(3).text());
  }
  out.path = std::string(origin.at(1).text());
  auto columns = read_json((*resource)->columns_json.empty() ? "{}" : (*resource)->columns_json, Source{});
  Value column = columns ? (*columns)->root().get(best->first) : Value();
  std::string rest = path == best->first ? "" : path.substr(std::min(path.size(), best->second.text().size()));
  if (starts_with(value, "$.") && follow(column, rest + value.substr(1))) rest += value.substr(1);  // a place within it, such as a statement's
  take_value(out, origin, column, rest);
  return out;
}

void SqlJudge::keep_pass(const Control& control, const std::string& uid, const std::function<Evidence()>& evidence) {
  constexpr size_t samples = 3;
  auto& known = passes_[control.id];
  if (input_.evidence_of_passes || known.size() < samples) known.emplace_back(uid, evidence());
}

Status SqlJudge::run_query(const Control& control, const std::vector<Candidate>& candidates, std::vector<SqlVerdict>& verdicts, std::vector<Error>& errors) {
  std::unordered_map<std::string_view, size_t> index;
  for (size_t i = 0; i < candidates.size(); ++i) index.emplace(candidates[i].uid, i);
  std::vector<bool> decided(candidates.size(), false);
  auto refuse = [&](std::string what, std::string expected) {
    errors.push_back({Code::type, std::move(what), {control.check.shown}, std::move(expected), ""});
  };
  auto rows = store_.db().prepare_foreign(control.check.text);
  if (!rows) {
    Error error = rows.error();
    error.at = {control.check.shown, error.at.line, error.at.column};
    errors.push_back(error);
    for (auto& verdict : verdicts) verdict.reason = "the control's query is not right: " + error.what;
    return {};
  }
  if (rows->columns() < 5) {
    refuse("the query gives " + std::to_string(rows->columns()) + " columns", "resource, verdict, path, expected, value");
    return {};
  }
  struct Pending {
    size_t candidate;
    std::string path, expected, value, of;
  };
  std::vector<Pending> pending;
  for (;;) {
    auto more = rows->step();
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
    std::string uid(rows->text(0)), word(rows->text(1));
    auto found = index.find(uid);
    if (found == index.end()) {
      if (!control.where.empty()) continue;
      refuse("the query names `" + uid + "`, which is no candidate", "the uid of a " + candidate_type(control));
      continue;
    }
    auto verdict = parse_verdict(word);
    if (!verdict || *verdict == Verdict::excepted) {
      refuse("the query's verdict for `" + uid + "` is `" + word + "`", "pass, fail, unknown or not_applicable");
      continue;
    }
    size_t at = found->second;
    if (!verdicts[at].reason.empty() && verdicts[at].verdict == Verdict::unknown && !decided[at]) continue;  // its needs are unmet
    Pending one{at, std::string(rows->text(2)), std::string(rows->text(3)), std::string(rows->text(4)),
                rows->columns() > 5 && !rows->is_null(5) ? std::string(rows->text(5)) : uid};
    if (!decided[at] || badness(*verdict) < badness(verdicts[at].verdict)) {
      decided[at] = true;
      verdicts[at].verdict = *verdict;
      verdicts[at].evidence.clear();
      std::erase_if(pending, [&](const Pending& p) { return p.candidate == at; });
      pending.push_back(std::move(one));
    } else if (*verdict == verdicts[at].verdict && *verdict != Verdict::pass) {
      pending.push_back(std::move(one));
    }
  }
  // Rows come in the record's order, which an incremental run does not share with a fresh one.
  std::stable_sort(pending.begin(), pending.end(), [](auto& a, auto& b) { return a.candidate < b.candidate; });
  for (auto& one : pending) {
    SqlVerdict& verdict = verdicts[one.candidate];
    if (verdict.verdict == Verdict::not_applicable) continue;
    if (verdict.verdict == Verdict::pass) {
      keep_pass(control, verdict.uid, [&] {
        Evidence evidence = evidence_at_column(one.of, one.path, one.value, one.expected);
        if (evidence.source.empty()) evidence.source = call_behind(control, *input_.catalogue);
        return evidence;
      });
      continue;
    }
    if (verdict.reason.empty()) {
      verdict.reason = !one.value.empty() && verdict.verdict == Verdict::unknown ? one.value : one.value.empty() ? "expected " + one.expected : one.value + "; expected " + one.expected;
    }
    if (verdict.evidence.size() < 5) {
      Evidence evidence = evidence_at_column(one.of, one.path, one.value, one.expected);
      if (evidence.source.empty()) evidence.source = call_behind(control, *input_.catalogue);
      verdict.evidence.push_back(std::move(evidence));
    }
  }
  for (size_t i = 0; i < verdicts.size(); ++i)
    if (!decided[i] && verdicts[i].reason.empty()) verdicts[i].reason = "the control's query says nothing of it";
  return {};
}

Status SqlJudge::attested(const Control& control, const std::vector<Candidate>& candidates, std::vector<SqlVerdict>& verdicts, std::vector<Error>& errors) {
  const Attestation* newest = nullptr;
  if (input_.workspace)
    for (auto& attestation : input_.workspace->attestations)
      if (attestation.control == control.id && attestation.given <= input_.as_of && (!newest || attestation.given > newest->given)) newest = &attestation;
  for (size_t i = 0; i < candidates.size(); ++i) {
    SqlVerdict& verdict = verdicts[i];
    Evidence evidence;
    evidence.resource = candidates[i].uid;
    evidence.expected = control.attest->claim;
    if (!newest) {
      verdict.reason = "nobody has attested it in attestations/ of the workspace";
      evidence.source = "attestation:" + control.id;
      evidence.time_basis = "unknown";
      verdict.evidence.push_back(std::move(evidence));
      continue;
    }
    evidence.source = newest->at.path;
    evidence.line = newest->at.line;
    evidence.column = newest->at.column;
    evidence.time = newest->given;
    evidence.path = "$.answer";
    evidence.value = newest->answer ? "\"yes\"" : "\"no\"";
    int64_t age = days_between(newest->given, input_.as_of);
    if (!newest->answer) {
      verdict.verdict = Verdict::fail;
      verdict.reason = newest->owner + " attested on " + rfc3339(newest->given).substr(0, 10) + " that it does not hold";
    } else if (input_.as_of >= newest->expires) {
      verdict.reason = "the attestation of " + newest->owner + " expired on " + rfc3339(newest->expires).substr(0, 10);
    } else if (control.attest->age_days_max > 0 && age > control.attest->age_days_max) {
      verdict.reason = "the attestation of " + newest->owner + " is " + std::to_string(age) + " days old; at most " + std::to_string(control.attest->age_days_max) + " count";
    } else {
      verdict.verdict = Verdict::pass;
    }
    if (verdict.verdict != Verdict::pass) verdict.evidence.push_back(std::move(evidence));
    else keep_pass(control, verdict.uid, [&] { return evidence; });
  }
  if (control.attest->contradicted_by.empty() || candidates.empty()) return {};
  auto rows = store_.db().prepare_foreign(control.attest->contradicted_by);
  if (!rows) {
    Error error = rows.error();
    error.at = control.attest->contradicted_by_at;
    errors.push_back(error);
    for (auto& verdict : verdicts)
      if (verdict.verdict == Verdict::pass) verdict = {verdict.uid, Verdict::unknown, "what would contradict it could not be asked: " + error.what, {}};
    return {};
  }
  for (;;) {
    auto more = rows->step();
    if (!more) {
      Error error = more.error();
      error.at = control.attest->contradicted_by_at;
      errors.push_back(error);
      for (auto& verdict : verdicts)
        if (verdict.verdict == Verdict::pass) verdict = {verdict.uid, Verdict::unknown, "what would contradict it could not be asked: " + error.what, {}};
      break;
    }
    if (!*more) break;
    std::string uid(rows->text(0)), why(rows->text(1));
    // A contradicted claim is a fail even where nobody attested it: the fact says that it does not hold.
    for (auto& verdict : verdicts) {
      if (verdict.verdict == Verdict::fail && verdict.evidence.size() >= 5) break;
      if (verdict.verdict != Verdict::fail) verdict = {verdict.uid, Verdict::fail, "contradicted: " + why, {}};
      verdict.evidence.push_back(evidence_at_column(uid, rows->columns() > 2 ? std::string(rows->text(2)) : "", why, control.attest->claim));
    }
  }
  return {};
}

std::vector<std::pair<int64_t, Unlisted>> SqlJudge::not_listed(const Control& control) const {
  std::vector<std::pair<int64_t, Unlisted>> out;
  if (control.judge != Judge::sql || control.candidates != Candidates::type || !control.live) return out;
  const ResourceType* type = input_.catalogue->find(control.candidate_type);
  if (!type) return out;
  for (const UnitReads& unit : units_) {
    UnlistedQuestion question;
    question.organization = unit.key == "organization";
    question.config = unit.config;
    if (question.organization) question.account = "unknown";
    else if (starts_with(unit.key, "account:")) question.account = unit.key.substr(8);
    else continue;
    for (auto& what : unlisted(*type, unit.reads, question)) out.emplace_back(unit.id, std::move(what));
  }
  return out;
}

Status SqlJudge::judge(store::RunWriter& run, const Control& control, std::vector<Error>& errors) {
  TRY(run.begin_control(control.id));
  auto found = candidates(control);
  if (!found) {
    Error error = found.error();
    error.at = {control.check.shown};
    errors.push_back(error);
    return {};
  }
  std::vector<Candidate>& all = *found;
  auto unlisted_here = not_listed(control);
  if (all.empty() && unlisted_here.empty()) return {};
  std::vector<SqlVerdict> verdicts(all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    verdicts[i].uid = all[i].uid;
    Evidence evidence;
    verdicts[i].reason = unmet(control, all[i], evidence);
    if (!verdicts[i].reason.empty()) verdicts[i].evidence.push_back(std::move(evidence));
  }
  if (control.judge == Judge::attested) TRY(attested(control, all, verdicts, errors));
  else TRY(run_query(control, all, verdicts, errors));

  std::map<int64_t, std::pair<store::Counts, store::Bitmap>> by_unit;
  for (size_t i = 0; i < all.size(); ++i) {
    SqlVerdict& verdict = verdicts[i];
    if (verdict.verdict == Verdict::fail && input_.workspace) {
      for (auto& exception : input_.workspace->exceptions)
        if (!exception.expired(input_.as_of) && exception.covers(control.id, verdict.uid)) {
          verdict.verdict = Verdict::excepted;
          verdict.reason = "excepted until " + rfc3339(exception.expires) + " by " + exception.approver + ": " + exception.reason;
          break;
        }
    }
    auto& [counts, passes] = by_unit[all[i].unit];
    switch (verdict.verdict) {
      case Verdict::pass:
        ++counts.pass;
        passes.set(all[i].ordinal);
        continue;
      case Verdict::not_applicable: ++counts.not_applicable; continue;
      case Verdict::fail: ++counts.fail; break;
      case Verdict::unknown: ++counts.unknown; break;
      case Verdict::excepted: ++counts.excepted; break;
    }
    std::string id = finding_id(control.id, verdict.uid), evidence = evidence_to_json(verdict.evidence), reason = redacted_text(verdict.reason);
    store::FindingRow row;
    row.id = id;
    row.control = control.id;
    row.uid = verdict.uid;
    row.type = all[i].type;
    row.account = all[i].account;
    row.region = all[i].region;
    row.status = verdict.verdict == Verdict::fail ? store::FindingStatus::fail : verdict.verdict == Verdict::excepted ? store::FindingStatus::excepted : store::FindingStatus::unknown;
    row.reason = reason;
    row.evidence_json = evidence;
    TRY(run.add_finding(all[i].unit, row));
  }
  for (auto& [unit, what] : unlisted_here) {
    ++by_unit[unit].first.unknown;
    std::string id = finding_id(control.id, what.resource.uid), evidence = evidence_to_json({what.evidence});
    TRY(run.add_finding(unit, {id, control.id, what.resource.uid, what.resource.type, what.resource.account, what.resource.region,
                               store::FindingStatus::unknown, what.reason, evidence}));
  }
  for (auto& [unit, result] : by_unit) TRY(run.set_counts(unit, control.id, result.first, result.second));
  return {};
}

}  // namespace reeve
