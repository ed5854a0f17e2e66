#include "assess/unit_result.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "assess/sql_rows.h"
#include "aws/arn.h"
#include "aws/region.h"
#include "base/hash.h"
#include "base/text.h"
#include "findings/secret_patterns.h"
#include "formats/json.h"

namespace reeve {
namespace {

// `there`: JSON text of what stands at the path, where that is not what the column says.
void write_source(JsonWriter& json, std::string& out, uint32_t number, const std::string& path, const Source& source, const std::string& there) {
  json.begin_array().integer(number).string(path).integer(source.time_ms);
  if (!source.time_basis.empty() || !there.empty()) json.string(source.time_basis);
  if (!there.empty()) {
    json.null();
    out.erase(out.size() - 4);
    out += there;
  }
  json.end_array();
}

store::FindingStatus status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail: return store::FindingStatus::fail;
    case Verdict::excepted: return store::FindingStatus::excepted;
    default: return store::FindingStatus::unknown;
  }
}

}  // namespace

store::ReadStatus read_status(ReadRecord::Status status) {
  switch (status) {
    case ReadRecord::Status::ok: return store::ReadStatus::ok;
    case ReadRecord::Status::denied: return store::ReadStatus::denied;
    case ReadRecord::Status::absent: return store::ReadStatus::absent;
    case ReadRecord::Status::error: return store::ReadStatus::error;
  }
  return store::ReadStatus::error;
}

void except(const Workspace& workspace, const std::string& control, Time as_of, std::string_view uid, Verdict& verdict, std::string& reason) {
  for (auto& exception : workspace.exceptions)
    if (!exception.expired(as_of) && exception.covers(control, uid)) {
      verdict = Verdict::excepted;
      reason = "excepted until " + rfc3339(exception.expires) + " by " + exception.approver + ": " + exception.reason;
      return;
    }
  for (auto& exception : workspace.exceptions)
    if (exception.covers(control, uid)) {
      reason += "; the exception by " + exception.approver + " expired on " + rfc3339(exception.expires).substr(0, 10);
      return;
    }
}

std::string_view UnitTexts::keep(std::string_view text) {
  constexpr size_t block = 64 << 10;
  if (text.empty()) return {};
  if (text.size() > left_) {
    size_t size = std::max(block, text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = blocks_.back().get();
    left_ = size;
  }
  std::memcpy(next_, text.data(), text.size());
  std::string_view out(next_, text.size());
  next_ += text.size();
  left_ -= text.size();
  return out;
}

std::string_view UnitTexts::share(std::string_view text) {
  auto found = shared_.find(text);
  return found != shared_.end() ? *found : *shared_.insert(keep(text)).first;
}

std::span<const std::pair<uint32_t, Verdict>> UnitTexts::share(const std::vector<std::pair<uint32_t, Verdict>>& verdicts) {
  return *verdicts_.insert(verdicts).first;
}

bool judged_by_owner(const AccountsRead& read, const ResourceType& type, std::string_view uid, std::string_view account) {
  std::string owner(arn_account(uid));
  if (owner.empty() || owner == account) return false;
  auto found = read.find(owner);
  if (found == read.end()) return false;
  if (found->second.count("config")) return true;
  return std::any_of(type.reads.begin(), type.reads.end(), [&](const Read& one) { return one.lists() && found->second.count(one.call); });
}

void UnitCollector::source(SourceRecord&& source) {
  source_number({nullptr, source.file, source.operation, source.time_ms, source.time_basis, ""});
  SourceRecord& known = out_.sources[source_numbers_[source.file] - 1];
  source.resources = std::max(source.resources, known.resources);
  known = std::move(source);
}

uint32_t UnitCollector::source_number(const Source& source) {
  if (last_file_ && *last_file_ == source.file) return last_number_;  // what stands side by side is of one file
  auto [found, is_new] = source_numbers_.try_emplace(source.file, 0);
  if (is_new) {
    SourceRecord record;
    record.file = source.file;
    record.operation = source.operation;
    record.time_ms = source.time_ms;
    record.time_basis = source.time_basis;
    out_.sources.push_back(std::move(record));
    found->second = static_cast<uint32_t>(out_.sources.size());
  }
  last_file_ = &found->first;
  last_number_ = found->second;
  return found->second;
}

void UnitCollector::columns(const Resource& resource) {
  tags_.clear(), columns_.clear(), unknown_.clear(), origins_.clear(), kept_origins_.clear();
  if (!resource.tags.empty()) {
    JsonWriter json(tags_);
    json.begin_object();
    for (auto& [key, value] : resource.tags) json.member(key, value);
    json.end_object();
  }
  if (!resource.type || resource.type->columns.empty()) return;
  JsonWriter columns(columns_), unknown(unknown_), origins(origins_);
  bool any_unknown = false, any_origin = false;
  std::vector<Asked>& wanted = asked_[resource.type];
  if (wanted.empty())
    for (auto& [name, path] : resource.type->columns)
      wanted.push_back(context_.asked_columns && context_.asked_columns->count(column_key(resource.type->type, name)) ? Asked::whole
                       : context_.asked_within && context_.asked_within->count(column_key(resource.type->type, name)) ? Asked::within
                                                                                    : Asked::nowhere);
  // The same entry, in the origins of all and, if the record needs it, in those that are kept.
  auto keep = [&](std::string_view column, size_t from, Asked asked) {
    if (asked != Asked::whole) return;
    kept_origins_ += kept_origins_.empty() ? "{" : ",";
    JsonWriter(kept_origins_).string(column);
    kept_origins_ += ':';
    kept_origins_.append(origins_, from);
  };
  size_t column_at = 0;
  resource.type->column_paths.find(resource.body(), found_);
  columns.begin_object();
  unknown.begin_object();
  origins.begin_object();
  Value body = resource.body();
  for (auto& [name, path] : resource.type->columns) {
    Asked asked = wanted[column_at++];
    Value at;
    bool projected = false;
    auto make_unknown = [&, column = std::string_view(name)](std::string_view reason) {
      unknown.member(column, reason);
      any_unknown = true;
    };
    if (path.plain()) {
      at = resource.type->column_paths.has(column_at - 1) ? found_[column_at - 1] : path.find_plain(body);
      if (at.is_unknown()) {
        make_unknown(at.text());
        continue;
      }
      if (at) columns.key(name).value(at);
    } else {
      Found found = path.find(body);
      if (!found.unknown.empty()) {
        make_unknown(found.unknown);
        continue;
      }
      bool unknown_inside = false;
      for (Value value : found.values)
        if (value.is_unknown()) {
          make_unknown(value.text());
          unknown_inside = true;
          break;
        }
      if (unknown_inside) continue;
      projected = found.projected;
      if (found.projected) {
        columns.key(name).begin_array();
        for (Value value : found.values) columns.value(value);
        columns.end_array();
        at = found.first();
      } else if (found.any()) {
        at = found.first();
        columns.key(name).value(at);
      }
    }
    if (asked == Asked::nowhere) continue;
    if (at) {
      auto origin = at.origin();
      if (origin.source && !origin.source->file.empty()) {
        origins.key(name);
        size_t from = origins_.size();
        Value there = at.original();
        bool as_it_is = !there || (!projected && equal(there, at));
        write_source(origins, origins_, source_number(*origin.source), origin.path, *origin.source, as_it_is ? "" : redacted_json(there));
        keep(name, from, asked);
        any_origin = true;
      }
    } else if (const auto* seen = resource.seen_absent(path.text())) {
      origins.key(name);
      size_t from = origins_.size();
      std::string there;
      if (!seen->value.empty())
        if (auto value = read_json(seen->value, Source{})) there = redacted_json((*value)->root());
      write_source(origins, origins_, source_number(*seen->source), seen->path, *seen->source, there);
      keep(name, from, asked);
      any_origin = true;
    }
  }
  columns.end_object();
  unknown.end_object();
  origins.end_object();
  if (!any_unknown) unknown_.clear();
  if (!any_origin) origins_.clear();
  if (!kept_origins_.empty()) kept_origins_ += '}';
}

// What stands in templates has no account to speak for, and the tags of an organization's accounts speak of those, not of the one that
// lists them (as in the view `tag_counts`).
void UnitCollector::count_tags(const ResourceOut& resource, const Tags& tags, int by) {
  if (!resource.born || starts_with(resource.type, "AWS::Organizations::")) return;
  tag_key_.assign(resource.account);
  tag_key_ += '\0';
  const size_t account = tag_key_.size();
  if (contains(resource.unknown_json, "\"tag_list\":")) out_.tags[tag_key_] += by;
  for (auto& [key, value] : tags) {
    tag_key_.resize(account);
    tag_key_ += key;
    tag_key_ += '\0';
    tag_key_ += value;
    tag_key_ += '\0';
    out_.tags[tag_key_] += by;
  }
}

void UnitCollector::resource(Resource&& resource) {
  uint32_t index = static_cast<uint32_t>(out_.resources.size());
  ResourceOut& out = out_.resources.emplace_back();
  if (auto [found, is_new] = by_uid_.try_emplace(hash64(resource.uid), index); !is_new) found->second = index;
  UnitTexts& texts = out_.texts;
  out.uid = texts.keep(resource.uid);
  out.type = texts.share(resource.type_name);
  out.account = texts.share(resource.account);
  out.region = texts.share(resource.region);
  out.id = ends_with(out.uid, resource.id) ? out.uid.substr(out.uid.size() - resource.id.size()) : texts.keep(resource.id);
  out.name = resource.name == resource.id ? out.id : texts.keep(resource.name);
  out.born = resource.born;
  // What is kept is kept for long: judges of a single resource have the document, the record has no secrets.
  for (auto& [key, value] : resource.tags)
    if (names_secret(key) && !is_no_secret(value)) value = redaction_mark;
    else mask_patterns(value);
  columns(resource);
  mask_patterns(columns_);
  out.tags_json = texts.keep(tags_);
  out.columns_json = texts.keep(columns_);
  out.unknown_json = texts.share(unknown_);  // of a type and source mostly the same
  out.origins_json = texts.keep(origins_);
  out.kept_origins_json = kept_origins_ == origins_ ? out.origins_json : texts.keep(kept_origins_);
  count_tags(out, resource.tags, 1);
  if (resource.main_source.file.size() && resource.born) {
    uint32_t number = source_number(resource.main_source);
    ++out_.sources[number - 1].resources;
  }
  if (resource.type) {
    for (const Edge& edge : resource.type->edges) {
      Found found = edge.by.find(resource.body());
      for (Value value : found.values)
        if (value.is_scalar()) out.edges.push_back({edge.kind, std::string(value.text()), edge.to});
    }
  }
  std::vector<std::pair<uint32_t, Verdict>> verdicts;
  // A shared resource may be filed under its owner's account: who tells of it is the unit's account.
  const std::string& teller = account_.empty() ? resource.account : account_;
  std::string_view owner = arn_account(resource.uid);
  bool of_another = resource.born && !owner.empty() && owner != teller;
  bool elsewhere = of_another && resource.type && context_.read && judged_by_owner(*context_.read, *resource.type, resource.uid, teller);
  elsewhere = out.elsewhere = elsewhere || !in_scope_ || (context_.scope && !context_.scope->has_region(resource.region));
  out.shared = of_another && !elsewhere;
  out_.foreign |= of_another;
  out_.shared |= out.shared;
  static const std::vector<const GuardJudge::Compiled*> none;
  for (const auto* control : elsewhere ? none : context_.guard->of_type(resource.type_name, resource.born)) {
    GuardVerdict verdict = context_.guard->judge(*control, resource, context_.as_of);
    if (verdict.verdict == Verdict::not_applicable) {
      verdicts.emplace_back(static_cast<uint32_t>(control->control), verdict.verdict);
      continue;
    }
    if (verdict.verdict == Verdict::fail && context_.workspace) except(*context_.workspace, control->source->id, context_.as_of, resource.uid, verdict.verdict, verdict.reason);
    verdicts.emplace_back(static_cast<uint32_t>(control->control), verdict.verdict);
    if (verdict.verdict == Verdict::pass) continue;
    JudgedFinding finding;
    finding.resource = index;
    finding.control = static_cast<uint32_t>(control->control);
    finding.status = verdict.verdict;
    finding.reason = redacted_text(verdict.reason);
    finding.evidence_json = evidence_to_json(verdict.evidence);
    out_.findings.push_back(std::move(finding));
  }
  out.verdicts = texts.share(verdicts);
}

void leave_to_another(UnitResult& unit, uint32_t resource) {
  unit.resources[resource].elsewhere = true;
  unit.resources[resource].verdicts = {};
  std::erase_if(unit.findings, [&](const JudgedFinding& finding) { return finding.resource == resource; });
  for (auto& answered : unit.answered) std::erase_if(answered.verdicts, [&](auto& verdict) { return verdict.first == resource; });
}

void UnitCollector::withdraw(const std::string& uid) {
  auto found = by_uid_.find(hash64(uid));
  if (found == by_uid_.end()) return;
  out_.resources[found->second].withdrawn = true;
  ResourceOut& gone = out_.resources[found->second];
  Tags tags;
  if (auto read = read_json(gone.tags_json.empty() ? std::string_view("{}") : gone.tags_json, Source{}))
    for (auto tag : (*read)->root().entries()) tags.emplace_back(tag.key(), tag.value.text());
  count_tags(gone, tags, -1);
  std::erase_if(out_.findings, [&](const JudgedFinding& finding) { return finding.resource == found->second; });
  by_uid_.erase(found);
}

// Where a mapping gave only a native id (`vpc-0abc`), the edge's target becomes the uid of the unit's resource of that type and id, if it
// is the only one in the source's Region, or else the only one that has no Region or whose source has none.
void UnitCollector::settle_edges() {
  std::unordered_multimap<uint64_t, uint32_t> by_native;
  auto key = [](std::string_view type, std::string_view id) { return hash64(id, hash64(type)); };
  for (uint32_t i = 0; i < out_.resources.size(); ++i)
    if (!out_.resources[i].withdrawn) by_native.emplace(key(out_.resources[i].type, out_.resources[i].id), i);
  auto anywhere = [](std::string_view region) { return region.empty() || region == "global"; };
  for (ResourceOut& source : out_.resources)
    for (auto& edge : source.edges) {
      if (edge.target_type.empty() || starts_with(edge.target, "arn:")) continue;
      const ResourceOut *near = nullptr, *far = nullptr;
      bool several = false;
      auto [first, last] = by_native.equal_range(key(edge.target_type, edge.target));
      for (auto at = first; at != last; ++at) {
        const ResourceOut& one = out_.resources[at->second];
        if (one.type != edge.target_type || one.id != edge.target) continue;
        if (one.region == source.region) {
          if (!near || one.uid < near->uid) near = &one;
        } else if (anywhere(one.region) || anywhere(source.region)) {
          several |= far && far->uid != one.uid;
          far = &one;
        }
      }
      if (near) edge.target = near->uid;
      else if (far && !several) edge.target = far->uid;
    }
}

void UnitCollector::complete(const Unit& unit, const ResourceCatalogue& catalogue) {
  settle_edges();
  if (unit.kind == Unit::Kind::cloudformation || !in_scope_) return;
  UnlistedQuestion question;
  question.organization = unit.kind == Unit::Kind::organization;
  question.account = question.organization ? "unknown" : unit.account;
  for (auto& input : unit.inputs) question.config |= input.kind == InputKind::config;
  for (auto& type : catalogue.types()) {
    std::vector<size_t> asking;
    for (const auto* control : context_.guard->of_type(type->type, true)) asking.push_back(control->control);
    for (size_t i = 0; i < context_.content->controls.size(); ++i) {
      const Control& control = context_.content->controls[i];
      if (control.judge == Judge::sql && control.within_account && control.live && std::find(control.candidate_types.begin(), control.candidate_types.end(), type->type) != control.candidate_types.end()) asking.push_back(i);
    }
    if (asking.empty()) continue;
    for (auto& what : unlisted(*type, out_.reads, question)) {
      if (context_.scope && !context_.scope->has_region(what.resource.region)) continue;
      for (size_t control : asking) out_.unlisted.push_back({static_cast<uint32_t>(control), what});
    }
  }
}

Status write_unit(store::RunWriter& run, const Content& content, const std::string& key, const std::string& digest, UnitResult& result) {
  TRY(run.begin_unit(key, digest));
  for (auto& source : result.sources)
    TRY(run.add_source({source.file, source.operation, {source.time_ms}, source.time_basis, source.bytes}));
  std::map<std::string, uint32_t> numbers;
  for (uint32_t i = 0; i < result.sources.size(); ++i) numbers.emplace(result.sources[i].file, i + 1);
  std::vector<uint32_t> ordinals(result.resources.size());
  std::vector<store::Counts> counts(content.controls.size());
  std::vector<store::Bitmap> passes(content.controls.size());
  std::vector<bool> touched(content.controls.size());
  auto count = [&](uint32_t control, Verdict verdict, uint32_t ordinal) {
    touched[control] = true;
    switch (verdict) {
      case Verdict::pass:
        ++counts[control].pass;
        passes[control].set(ordinal);
        break;
      case Verdict::fail: ++counts[control].fail; break;
      case Verdict::unknown: ++counts[control].unknown; break;
      case Verdict::excepted: ++counts[control].excepted; break;
      case Verdict::not_applicable: ++counts[control].not_applicable; break;
    }
  };
  // Those of one type next to each other: whoever asks for a type finds them on few pages.
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < result.resources.size(); ++i)
    if (!result.resources[i].withdrawn) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return result.resources[a].type < result.resources[b].type; });
  for (uint32_t i : order) {
    ResourceOut& resource = result.resources[i];
    store::ResourceRow row{resource.uid, resource.type, resource.account, resource.region, resource.id, resource.name, resource.tags_json,
                           resource.columns_json, resource.unknown_json, resource.kept_origins_json, resource.born};
    ordinals[i] = TRY(run.add_resource(row));
    for (auto& edge : resource.edges) TRY(run.add_edge({ordinals[i], edge.kind, edge.target, edge.target_type}));
    for (auto [control, verdict] : resource.verdicts) count(control, verdict, ordinals[i]);
  }
  for (auto& answered : result.answered)
    for (auto [resource, verdict] : answered.verdicts) count(answered.control, verdict, ordinals[resource]);
  for (auto& problem : result.problems) TRY(run.add_note(problem, true));
  for (auto& note : result.notes) TRY(run.add_note(note, false));
  for (auto& read : result.reads) {
    auto number = numbers.find(read.file);
    TRY(run.add_read({read.account, read.region, read.call, read.parameter, read_status(read.status), read.error, {read.time_ms},
                        number == numbers.end() ? 0 : number->second}));
  }
  std::string id;
  for (auto& [control_index, what] : result.unlisted) {
    const Control& control = content.controls[control_index];
    touched[control_index] = true;
    ++counts[control_index].unknown;
    id = finding_id(control.id, what.resource.uid);
    std::string evidence = evidence_to_json({what.evidence});
    TRY(run.add_finding({id, control.id, what.resource.uid, what.resource.type, what.resource.account, what.resource.region, store::FindingStatus::unknown,
                         what.reason, evidence}));
  }
  // One control's findings next to each other, for readers go by control.
  std::stable_sort(result.findings.begin(), result.findings.end(), [](auto& a, auto& b) { return a.control < b.control; });
  for (auto& finding : result.findings) {
    const ResourceOut& resource = result.resources[finding.resource];
    const Control& control = content.controls[finding.control];
    id = finding_id(control.id, resource.uid);
    TRY(run.add_finding({id, control.id, resource.uid, resource.type, resource.account, resource.region, status_of(finding.status),
                           finding.reason, finding.evidence_json}));
  }
  for (size_t c = 0; c < counts.size(); ++c)
    if (touched[c]) TRY(run.set_counts(content.controls[c].id, counts[c], passes[c]));
  TRY(run.end_unit());
  return {};
}

store::ViewInput view_input(const Content& content, const ResourceCatalogue& catalogue, const Workspace* workspace, Time as_of, const Records* records) {
  store::ViewInput views;
  for (auto& view : content.record_views) {
    store::RecordTable table;
    table.name = view.name;
    for (auto& column : view.columns) table.columns.push_back({column.name, std::string(sql_type(column.type))});
    if (records)
      if (auto rows = records->rows.find(view.name); rows != records->rows.end()) table.rows = rows->second;
    views.records.push_back(std::move(table));
  }
  for (auto& type : catalogue.types()) {
    store::TypeView view;
    view.type = type->type;
    for (auto& [column, path] : type->columns) view.columns.push_back(column);
    views.types.push_back(std::move(view));
  }
  for (auto& control : content.controls)
    views.controls.push_back({control.id, control.practice, control.level, control.area, std::string(name(control.severity)), control.phase});
  if (workspace)
    for (auto& a : workspace->attestations)
      views.attestations.push_back({a.control, a.answer ? "yes" : "no", a.owner, a.approver, rfc3339(a.given), rfc3339(a.expires), days_between(a.given, as_of),
                                    a.given <= as_of && as_of < a.expires});
  return views;
}

}  // namespace reeve
