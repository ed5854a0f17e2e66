#include "assess/unit_sql.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace reeve {

// A judged unit as SQL sees it, and where its columns came from.
struct UnitSql::Lender : store::UnitLender, ColumnOrigins {
  uint32_t count() const override { return static_cast<uint32_t>(unit->resources.size()); }
  bool is_there(uint32_t index) const override { return !unit->resources[index].withdrawn; }
  store::ResourceRow row(uint32_t index) const override {
    const ResourceOut& r = unit->resources[index];
    return {r.uid, r.type, r.account, r.region, r.id, r.name, r.tags_json, r.columns_json, r.unknown_json, r.origins_json, r.born};
  }
  std::vector<TagCount> tag_counts() const override {
    std::vector<TagCount> out;
    for (auto& [text, count] : unit->tags) {
      if (count <= 0) continue;
      std::string_view key(text);
      TagCount one;
      one.resources = static_cast<uint64_t>(count);
      std::string_view* parts[] = {&one.account, &one.key, &one.value};
      size_t part = 0;
      for (; part < 3 && !key.empty(); ++part) {
        size_t end = key.find('\0');
        *parts[part] = key.substr(0, end);
        key.remove_prefix(end + 1);
      }
      one.read = part == 3;
      out.push_back(one);
    }
    std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return std::tie(a.account, a.key, a.value) < std::tie(b.account, b.key, b.value); });
    return out;
  }
  std::optional<uint32_t> index_of(std::string_view uid) {
    if (by_uid.empty())
      for (uint32_t i = 0; i < count(); ++i)
        if (is_there(i)) by_uid.emplace(unit->resources[i].uid, i);
    auto found = by_uid.find(uid);
    return found == by_uid.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<Of> of(std::string_view uid) override {
    auto index = index_of(uid);
    if (!index) return std::nullopt;
    const ResourceOut& r = unit->resources[*index];
    return Of{r.type, r.columns_json, r.origins_json};
  }
  std::string file(uint32_t number) override { return number == 0 || number > unit->sources.size() ? "" : unit->sources[number - 1].file; }

  const UnitResult* unit = nullptr;
  std::unordered_map<std::string_view, uint32_t> by_uid;
};

UnitSql::UnitSql(const JudgeContext& context, const ResourceCatalogue& catalogue) : context_(context), catalogue_(catalogue) {}
UnitSql::~UnitSql() = default;

Result<std::unique_ptr<UnitSql>> UnitSql::make(const JudgeContext& context, const ResourceCatalogue& catalogue, const OrganizationFacts& organization) {
  std::unique_ptr<UnitSql> out;
  for (size_t i = 0; i < context.content->controls.size(); ++i) {
    const Control& control = context.content->controls[i];
    if (control.judge != Judge::sql || !control.within_account) continue;
    if (!out) {
      out.reset(new UnitSql(context, catalogue));
      out->lender_ = std::make_unique<Lender>();
      auto views = view_input(*context.content, catalogue, nullptr, {});
      views.records.clear();
      std::erase_if(views.types, [&](auto& view) { return catalogue.find(view.type)->of_organization(); });
      std::string queries;
      for (const Control& asked : context.content->controls)
        if (asked.judge == Judge::sql && asked.within_account) queries += queries_of(asked) + "\n";
      TRY(store::keep_asked(views, queries));
      out->rows_ = TRY(store::UnitRows::create(views));
      TRY(add_policy_functions(out->rows_->db(), organization));
    }
    One one;
    one.control = i;
    one.types = candidate_types(control);
    auto& db = out->rows_->db();
    auto broken = [&](Error error) {
      one.is_broken = true;
      one.broken = std::move(error);
      one.broken.at = {control.check.shown, one.broken.at.line, one.broken.at.column};
    };
    std::string filtered_by;
    for (const std::string& name : one.types) {
      const ResourceType* type = catalogue.find(name);
      if (type && type->of_organization())
        broken({Code::usage, "`within: account` cannot judge `" + name + "`, of which the organization tells", {}, "a type of the account itself, or no `within`", ""});
      else if (!type)
        broken({Code::not_found, "`for_each` names `" + name + "`, which is no resource type", {}, "a type of content/resources", ""});
      else if (!control.where.empty())
        filtered_by += (filtered_by.empty() ? "" : " UNION ALL ") + ("SELECT uid FROM temp." + store::view_name(name)) + " WHERE (" + control.where + "\n)";
    }
    std::erase_if(one.types, [&](auto& name) { return !catalogue.find(name); });
    auto query = db.prepare_foreign(control.check.text);
    if (query) one.query = std::move(*query);
    else if (!one.is_broken) broken(query.error());
    if (!filtered_by.empty()) {
      auto filtered = db.prepare_foreign(filtered_by);
      one.is_filtered = bool(filtered);
      if (filtered) one.filtered = std::move(*filtered);
      else if (!one.is_broken) broken(filtered.error());
    }
    out->controls_.push_back(std::move(one));
  }
  return out;
}

Status UnitSql::lend(UnitResult& unit) {
  lender_->unit = &unit;
  lender_->by_uid.clear();
  needs_.clear();
  std::vector<store::SourceRow> sources;
  std::unordered_map<std::string_view, uint32_t> numbers;
  for (auto& source : unit.sources) {
    sources.push_back({source.file, source.operation, {source.time_ms}, source.time_basis, source.bytes});
    numbers.emplace(source.file, static_cast<uint32_t>(sources.size()));
  }
  std::vector<store::ReadRow> reads;
  for (auto& read : unit.reads) {
    auto number = numbers.find(read.file);
    reads.push_back({read.account, read.region, read.call, read.parameter, read_status(read.status), read.error, {read.time_ms},
                     number == numbers.end() ? 0 : number->second});
    needs_.add(read);
  }
  return rows_->set(*lender_, sources, reads);
}

Status UnitSql::judge(UnitResult& unit) {
  TRY(lend(unit));
  for (One& one : controls_) TRY(judge(one, unit, nullptr, {}));
  return {};
}

Status UnitSql::passes(UnitResult& unit, const Wanted& wanted, const std::function<void(size_t, std::string_view, Evidence)>& each) {
  TRY(lend(unit));
  for (One& one : controls_)
    if (auto asked = wanted.find(one.control); asked != wanted.end())
      TRY(judge(one, unit, &asked->second, [&](std::string_view uid, Evidence evidence) { each(one.control, uid, std::move(evidence)); }));
  return {};
}

// In order of uid. Where it cannot be told which, all are: they are unknown, and why is `trouble`.
std::vector<uint32_t> UnitSql::candidates(One& one, const UnitResult& unit, std::optional<Error>& trouble) {
  std::vector<uint32_t> out;
  std::set<std::string, std::less<>> kept;
  bool filter = one.is_filtered;
  if (filter) {
    one.filtered.reset();
    for (;;) {
      auto more = one.filtered.step();
      if (!more) {
        trouble = more.error();
        filter = false;
      }
      if (!more || !*more) break;
      kept.emplace(one.filtered.text(0));
    }
    one.filtered.reset();
  }
  for (const std::string& type : one.types)
    for (uint32_t index : rows_->of_type(type)) {
      const ResourceOut& resource = unit.resources[index];
      if (resource.born && !resource.elsewhere && (!filter || kept.find(resource.uid) != kept.end())) out.push_back(index);
    }
  std::sort(out.begin(), out.end(), [&](uint32_t a, uint32_t b) { return unit.resources[a].uid < unit.resources[b].uid; });
  return out;
}

Status UnitSql::judge(One& one, UnitResult& unit, const std::set<std::string>* wanted, const std::function<void(std::string_view, Evidence)>& pass) {
  const Control& control = context_.content->controls[one.control];
  if (one.is_broken && !wanted) unit.problems.push_back(one.broken);
  std::vector<SqlVerdict> verdicts;
  std::optional<Error> trouble;
  std::vector<uint32_t> who = candidates(one, unit, trouble);
  if (one.is_broken) trouble = one.broken;
  else if (trouble) {
    trouble->at = {control.check.shown};
    if (!wanted) unit.problems.push_back(*trouble);
  }
  if (who.empty()) return {};
  verdicts.resize(who.size());
  for (size_t i = 0; i < who.size(); ++i) {
    const ResourceOut& resource = unit.resources[who[i]];
    verdicts[i].uid = resource.uid;
    Evidence evidence;
    verdicts[i].reason = needs_.unmet(control, catalogue_.find(resource.type), catalogue_, resource.uid, resource.account, resource.region, evidence);
    if (!verdicts[i].reason.empty()) verdicts[i].evidence.push_back(std::move(evidence));
    else if (trouble) verdicts[i].reason = "the control's query is not right: " + trouble->what;
  }
  // Of a candidate whose needs are unmet the query cannot say more; content under test is asked all the same, to see what it says.
  const bool asks = context_.checks_paths || std::any_of(verdicts.begin(), verdicts.end(), [](auto& one) { return one.reason.empty(); });
  if (!trouble && asks) {
    RowsQuestion question{control, catalogue_, *lender_, [&](std::string_view uid) { return wanted && wanted->count(std::string(uid)) > 0; }, pass,
                          [&](std::string_view uid) {
                            auto at = lender_->index_of(uid);
                            return at && unit.resources[*at].elsewhere;
                          }, context_.checks_paths};
    one.query.reset();
    std::vector<Error> errors;
    read_rows(question, one.query, verdicts, errors);
    one.query.reset();
    if (!wanted) unit.problems.insert(unit.problems.end(), errors.begin(), errors.end());
  }
  if (wanted) return {};
  UnitResult::Answered answered;
  answered.control = static_cast<uint32_t>(one.control);
  for (size_t i = 0; i < who.size(); ++i) {
    SqlVerdict& verdict = verdicts[i];
    if (verdict.verdict == Verdict::fail && context_.workspace) except(*context_.workspace, control.id, context_.as_of, verdict.uid, verdict.verdict, verdict.reason);
    answered.verdicts.emplace_back(who[i], verdict.verdict);
    if (verdict.verdict == Verdict::pass || verdict.verdict == Verdict::not_applicable) continue;
    JudgedFinding finding;
    finding.resource = who[i];
    finding.control = answered.control;
    finding.status = verdict.verdict;
    finding.reason = redacted_text(verdict.reason);
    finding.evidence_json = evidence_to_json(verdict.evidence);
    unit.findings.push_back(std::move(finding));
  }
  unit.answered.push_back(std::move(answered));
  return {};
}

}  // namespace reeve
