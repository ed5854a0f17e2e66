#include "threats/register_out.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/hash.h"
#include "base/text.h"
#include "findings/finding.h"
#include "formats/csv.h"
#include "formats/json.h"

namespace reeve::threats {
namespace {

constexpr std::string_view oscal_version = "1.1.2";
constexpr std::string_view name_space = "https://reeve.example/ns/oscal";  // of props that OSCAL does not define
constexpr std::string_view attack_system = "https://attack.mitre.org";
constexpr size_t resources_told = 3;
constexpr std::string_view as_decided = "as_decided";

std::string shown(std::string_view text) { return redacted_text(text); }
std::string money_text(double amount) { return std::to_string(std::llround(std::min(amount, 1e18))); }
std::string date_text(Time time) { return time.known() ? rfc3339(time).substr(0, 10) : ""; }

std::string decided(const RegisterEntry& entry, std::string_view column) {
  const auto found = entry.decision.find(column);
  return found == entry.decision.end() ? std::string() : shown(found->second);
}

std::string source_of(const ThreatState& threat) { return threat.record && threat.record->has("threatSource") ? std::string(threat.record->text("threatSource")) : threat.rule ? threat.rule->source : ""; }

void figures(JsonWriter& json, const model::LossFigures& of) {
  json.begin_object().key("mean").number(of.mean).key("standard_error").number(of.standard_error).key("p50").number(of.p50).key("p90").number(of.p90).key("p95").number(of.p95).key("p99").number(of.p99).end_object();
}
void cell(JsonWriter& json, const RiskCell& of) {
  json.begin_object().member("likelihood", int64_t{of.likelihood}).member("impact", int64_t{of.impact}).member("class", name(of.word)).end_object();
}
void date(JsonWriter& json, const char* key, Time time) {
  json.key(key);
  if (time.known()) json.string(rfc3339(time));
  else json.null();
}

// 1. CSV

using Cells = std::vector<std::pair<std::string_view, std::string>>;
Cells cells_of(const RegisterText& of, const RegisterEntry& entry) {
  const ThreatState& threat = of.state.threats[entry.at];
  const ThreatMoney& money = of.money.threats[entry.at];
  const auto number = [&](double amount) { return money.quantified ? money_text(amount) : std::string(); };
  const auto whole = [&](int value) { return money.quantified ? std::to_string(value) : std::string(); };
  std::vector<std::string> controls;
  for (const Bound& bound : threat.bound) controls.push_back(bound.id + " (" + standing_text(bound) + ")");
  Cells out = {{"id", entry.id},
               {"title", shown(threat.title)},
               {"state", std::string(name(entry.state))},
               {"currency", of.money.currency},
               {"inherent_mean", number(money.inherent.mean)},
               {"inherent_likelihood", whole(money.inherent_cell.likelihood)},
               {"inherent_impact", whole(money.inherent_cell.impact)},
               {"inherent_class", money.quantified ? std::string(name(money.inherent_cell.word)) : ""},
               {"residual_mean", number(money.residual.mean)},
               {"residual_p50", number(money.residual.p50)},
               {"residual_p90", number(money.residual.p90)},
               {"residual_likelihood", whole(money.residual_cell.likelihood)},
               {"residual_impact", whole(money.residual_cell.impact)},
               {"residual_class", money.quantified ? std::string(name(money.residual_cell.word)) : ""}};
  for (const DecisionField& field : decision_fields()) out.emplace_back(field.column, decided(entry, field.column));
  out.emplace_back(as_decided, entry.as_decided);
  const Cells rest = {{"due_by", date_text(entry.due)},
                      {"overdue", entry.overdue ? "yes" : "no"},
                      {"review_due", date_text(entry.review)},
                      {"review_overdue", entry.review_overdue ? "yes" : "no"},
                      {"first_seen", entry.first_seen.known() ? rfc3339(entry.first_seen) : ""},
                      {"changed", entry.changed.known() ? rfc3339(entry.changed) : ""},
                      {"trend", entry.trend},
                      {"why", entry.why},
                      {"source", shown(source_of(threat))},
                      {"techniques", join(threat.attack, " ")},
                      {"resources", threat.reach_known ? std::to_string(threat.reach.resources) : ""},
                      {"resources_unknown", threat.reach_known ? std::to_string(threat.reach.unknown) : ""},
                      {"accounts", threat.reach_known ? std::to_string(threat.reach.accounts) : ""},
                      {"first_resources", join(threat.reach.first, " ")},
                      {"controls", join(controls, "; ")},
                      {"statement", shown(threat.statement)},
                      {"uuid", entry.uuid}};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

// 2. POA&M

// OSCAL's markup is a Markdown with HTML in it; what others wrote is shown to the letter.
std::string markup(std::string_view text) {
  std::string out;
  for (char c : on_one_line(text)) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (std::string_view("\\*[]`~^{}$|_#").find(c) != std::string_view::npos) (out += '\\') += c;
    else out += c;
  }
  return out.empty() ? "-" : out;
}

std::string dashed(std::string_view column) {
  std::string out(column);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string_view oscal_status(RiskState state) {
  switch (state) {
    case RiskState::open:
    case RiskState::reopened: return "open";
    case RiskState::treated: return "remediating";
    case RiskState::accepted: return "deviation-approved";
    case RiskState::refused: return "deviation-requested";
    case RiskState::not_reckoned: return "investigating";
  }
  return "open";
}

class Poam {
 public:
  explicit Poam(const RegisterText& of) : of_(of), json_(out_, 1), tool_(uuid5("tool reeve " + of.version)) {}

  std::string run() {
    const std::string as_of = rfc3339(of_.all.as_of);
    std::string content = as_of + "\n" + of_.organization + "\n" + of_.version;
    for (const RegisterEntry& entry : of_.all.entries) {
      content += "\n" + entry.id + " " + money_text(of_.money.threats[entry.at].residual.mean) + " " + std::string(name(entry.state));
      for (const auto& [column, text] : entry.decision) content += "\n" + column + "=" + text;
    }
    json_.begin_object().key("plan-of-action-and-milestones").begin_object();
    json_.member("uuid", uuid5("risk register " + hex(sha256(content))));
    json_.key("metadata").begin_object().member("title", "Register of risks" + (of_.organization.empty() ? std::string() : " of " + markup(of_.organization)) + " as of " + as_of);
    json_.member("last-modified", as_of).member("version", as_of).member("oscal-version", oscal_version);
    json_.key("props").begin_array();
    prop("currency", of_.money.currency);
    prop("reeve-version", of_.version);
    json_.end_array().end_object();
    json_.key("system-id").begin_object().member("identifier-type", "http://ietf.org/rfc/rfc4122").member("id", uuid5("system " + of_.organization)).end_object();
    json_.key("local-definitions").begin_object().key("components").begin_array().begin_object().member("uuid", tool_).member("type", "software").member("title", "Reeve " + of_.version);
    json_.member("description", "Reckons what threats may cost, from how the controls against them stand.");
    json_.key("status").begin_object().member("state", "operational").end_object().end_object().end_array().end_object();
    if (!of_.all.entries.empty()) {
      json_.key("risks").begin_array();
      for (const RegisterEntry& entry : of_.all.entries) risk(entry);
      json_.end_array();
    }
    json_.key("poam-items").begin_array();
    for (const RegisterEntry& entry : of_.all.entries) {
      const ThreatState& threat = of_.state.threats[entry.at];
      json_.begin_object().member("uuid", uuid5("item of " + entry.uuid)).member("title", markup(shown(threat.title)));
      json_.member("description", markup(std::string(name(entry.state)) + (entry.decision.empty() ? "" : ": " + decided(entry, "decision"))));
      json_.key("related-risks").begin_array().begin_object().member("risk-uuid", entry.uuid).end_object().end_array().end_object();
    }
    if (of_.all.entries.empty())  // the model asks for one
      json_.begin_object().member("uuid", uuid5("item of no risk")).member("title", "Nothing is threatened").member("description", "No threat is known as of " + as_of + ".").end_object();
    json_.end_array().end_object().end_object();
    return out_ + "\n";
  }

 private:
  void prop(std::string_view name, std::string_view value) {
    const std::string text = on_one_line(value);
    if (!text.empty()) json_.begin_object().member("name", name).member("ns", name_space).member("value", text).end_object();
  }
  void facet(const char* name, const std::string& value) { json_.begin_object().member("name", name).member("system", name_space).member("value", value).end_object(); }

  void origin() {
    json_.begin_object().key("actors").begin_array().begin_object().member("type", "tool").member("actor-uuid", tool_).end_object().end_array().end_object();
  }

  void risk(const RegisterEntry& entry) {
    const ThreatState& threat = of_.state.threats[entry.at];
    const ThreatMoney& money = of_.money.threats[entry.at];
    json_.begin_object().member("uuid", entry.uuid).member("title", markup(shown(threat.title)));
    json_.member("description", markup(money.quantified ? "What it may cost in a year, " + of_.money.currency + ": " + money_text(money.residual.mean) + " on average, " + money_text(money.residual.p90) + " or more in one year of ten." : "Not reckoned: " + money.why_not));
    json_.member("statement", markup(shown(threat.statement.empty() ? threat.title : threat.statement)));
    json_.key("props").begin_array();
    prop("threat-id", entry.id);
    for (const DecisionField& field : decision_fields()) prop(dashed(field.column), decided(entry, field.column));
    prop(dashed(as_decided), entry.as_decided);
    if (!entry.due_decided && entry.due.known()) prop("due-by-class", rfc3339(entry.due));
    if (entry.review.known()) prop("review-due", rfc3339(entry.review));
    if (entry.first_seen.known()) prop("first-seen", rfc3339(entry.first_seen));
    prop("trend", entry.trend);
    prop("overdue", entry.overdue ? "yes" : "no");
    prop("state", name(entry.state));
    for (const std::string& objection : entry.objections) prop("objection", objection);
    for (const Bound& bound : threat.bound) prop("control", bound.id + " " + standing_text(bound));
    if (threat.reach_known) prop("resources", std::to_string(threat.reach.resources)), prop("accounts", std::to_string(threat.reach.accounts));
    for (size_t i = 0; i < threat.reach.first.size() && i < resources_told; ++i) prop("resource", threat.reach.first[i]);
    json_.end_array();
    json_.member("status", oscal_status(entry.state));
    json_.key("origins").begin_array();
    origin();
    json_.end_array();
    if (!threat.attack.empty()) {
      json_.key("threat-ids").begin_array();
      for (const std::string& technique : threat.attack) {
        std::string path = technique;
        std::replace(path.begin(), path.end(), '.', '/');
        json_.begin_object().member("system", attack_system).member("id", std::string(attack_system) + "/techniques/" + path).end_object();
      }
      json_.end_array();
    }
    if (money.quantified) {
      json_.key("characterizations").begin_array().begin_object().key("origin");
      origin();
      json_.key("facets").begin_array();
      facet("inherent-likelihood", std::to_string(money.inherent_cell.likelihood));
      facet("inherent-impact", std::to_string(money.inherent_cell.impact));
      facet("inherent-class", std::string(name(money.inherent_cell.word)));
      facet("inherent-loss-a-year", money_text(money.inherent.mean));
      facet("residual-likelihood", std::to_string(money.residual_cell.likelihood));
      facet("residual-impact", std::to_string(money.residual_cell.impact));
      facet("residual-class", std::string(name(money.residual_cell.word)));
      facet("residual-loss-a-year", money_text(money.residual.mean));
      facet("residual-loss-p50", money_text(money.residual.p50));
      facet("residual-loss-p90", money_text(money.residual.p90));
      json_.end_array().end_object().end_array();
    }
    bool any = false;
    for (const Bound& bound : threat.bound) {
      if (bound.standing != Standing::effective && bound.standing != Standing::partial && bound.standing != Standing::attested) continue;
      if (!any) json_.key("mitigating-factors").begin_array();
      any = true;
      json_.begin_object().member("uuid", uuid5("factor " + entry.id + " " + bound.id)).member("description", markup(bound.id + ": " + standing_text(bound) + (bound.why.empty() ? "" : ", " + bound.why))).end_object();
    }
    if (any) json_.end_array();
    if (entry.due.known()) json_.member("deadline", rfc3339(entry.due));
    if (entry.changed.known()) {
      json_.key("risk-log").begin_object().key("entries").begin_array().begin_object().member("uuid", uuid5("change of " + entry.id + " " + rfc3339(entry.changed)));
      json_.member("title", "Changed").member("description", markup(entry.why)).member("start", rfc3339(entry.changed)).end_object().end_array().end_object();
    }
    json_.end_object();
  }

  const RegisterText& of_;
  std::string out_;
  JsonWriter json_;
  std::string tool_;
};

// 3. Decisions back

const DecisionField* field_of(std::string_view column) {
  for (const DecisionField& field : decision_fields())
    if (field.column == column) return &field;
  return nullptr;
}

// Names of the first row, as far as a separator is looked for: quotes around a name are taken off, others are none that it could be.
std::vector<std::string> names_in(std::string_view row, char separator) {
  std::vector<std::string> out;
  for (std::string_view name : split(row, separator)) {
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    out.emplace_back(name);
  }
  return out;
}

std::string beginning(std::string_view text) {
  constexpr size_t most = 60;
  if (text.size() > most) {
    text = text.substr(0, most);
    while (!text.empty() && !valid_utf8(text)) text.remove_suffix(1);
  }
  return redacted_text(on_one_line(text));
}

// What programs save instead of text in UTF-8. Empty: none that is known.
std::string no_text(std::string_view text) {
  struct Form {
    std::string_view begins, is;
  };
  constexpr Form forms[] = {{"PK\x03\x04", "a zip archive, such as a spreadsheet's .xlsx or .ods"}, {"\xD0\xCF\x11\xE0", "a spreadsheet of the old form (.xls)"}, {"%PDF-", "a PDF"},
                            {"\x1F\x8B", "packed by gzip"}, {"\xFF\xFE", "text in UTF-16"}, {"\xFE\xFF", "text in UTF-16"}};
  for (const Form& form : forms)
    if (starts_with(text, form.begins)) return std::string(form.is);
  if (text.find('\0') == std::string_view::npos) return {};
  return text.size() > 1 && (text[0] == '\0') != (text[1] == '\0') ? "text in UTF-16" : "no text: it has a byte of zero in it";
}

Result<ReadDecisions> from_csv(std::string_view given, const std::string& file) {
  std::string text(given);
  size_t begin = starts_with(text, "\xEF\xBB\xBF") ? 3 : 0;
  const auto first_row = [&] {
    while (begin < text.size() && (text[begin] == '\r' || text[begin] == '\n')) ++begin;
    std::string_view row = std::string_view(text).substr(begin, text.find('\n', begin) - begin);
    while (!row.empty() && row.back() == '\r') row.remove_suffix(1);  // a tab at its end may be what it declares
    return row;
  };
  // A spreadsheet's own line about the separator is no row; a blank one in its place keeps the numbers of the others.
  std::string_view head = first_row();
  if (head.size() == 5 && starts_with(head, "sep=")) {
    text.erase(begin, 5);
    head = first_row();
  }
  char separator = 0;
  std::vector<std::string> columns;
  for (char one : {',', ';', '\t'})
    if (auto names = names_in(head, one); !separator && std::find(names.begin(), names.end(), "id") != names.end()) separator = one, columns = std::move(names);
  const uint32_t line = 1 + static_cast<uint32_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(begin, text.size())), '\n'));
  if (!separator && !head.empty() && valid_utf8(text))
    return fail(Code::type, "no column is called `id`: the first row begins `" + beginning(head) + "`", {file, line, 1}, "the columns that `reeve model register --format csv` prints, between `,`, `;` or tabs", "a POA&M in JSON is read too");
  ReadDecisions out;
  const DocumentPtr document = TRY(read_csv_rows(text, Source{.file = file}, separator ? separator : ',', out.errors));
  std::vector<std::string> known;
  for (const auto& [name, value] : cells_of({State{.threats = {ThreatState{}}}, Money{.threats = std::vector<ThreatMoney>(1)}, Register{}, {}, {}}, RegisterEntry{})) known.emplace_back(name);
  for (const std::string& column : columns)
    if (std::find(known.begin(), known.end(), column) == known.end()) {
      const std::string near = nearest(column, known);
      out.notes.push_back({Code::type, "column `" + beginning(column) + "` means nothing here", {file, line, 0}, {}, near.empty() ? "" : "is `" + near + "` meant?"});
    }
  for (Value row : document->root().items()) {
    const Place at{file, row.line(), 0};
    Decided one{std::string(trim(csv_text(row.get("id").text()))), {}, at, std::string(trim(row.get(as_decided).text()))};
    if (one.id.empty()) {
      const auto cells = row.entries();
      if (std::all_of(cells.begin(), cells.end(), [](const auto& entry) { return trim(entry.value.text()).empty(); })) continue;  // spreadsheets save rows that somebody emptied
      out.errors.push_back({Code::type, "a row without an id", at, "the id of a threat", {}});
      continue;
    }
    for (auto entry : row.entries())
      if (field_of(entry.key())) one.decision.emplace(entry.key(), csv_text(entry.value.text()));
    out.decided.push_back(std::move(one));
  }
  return out;
}

Result<ReadDecisions> from_poam(const Document& document, const std::string& file) {
  ReadDecisions out;
  const Value plan = document.root().get("plan-of-action-and-milestones");
  if (!plan.is_map()) return fail(Code::type, "this is no plan of action and milestones", {file, 1, 1}, "OSCAL's `plan-of-action-and-milestones`, or CSV");
  size_t index = 0;
  for (Value risk : plan.get("risks").items()) {
    const std::string path = "plan-of-action-and-milestones.risks[" + std::to_string(index++) + "]";
    const Place at{file, risk.line(), risk.column()};
    Decided one{{}, {}, at, {}};
    std::string by_class;
    for (Value prop : risk.get("props").items()) {
      if (prop.get("ns").text() != name_space) continue;
      const std::string_view name = prop.get("name").text(), value = prop.get("value").text();
      if (name == "threat-id") one.id = value;
      if (name == "due-by-class") by_class = value;
      if (name == dashed(as_decided)) one.as_decided = value;
      for (const DecisionField& field : decision_fields())
        if (name == dashed(field.column)) one.decision.insert_or_assign(std::string(field.column), std::string(value));
    }
    if (one.id.empty()) {
      out.errors.push_back({Code::type, path + " does not say which threat it is", at, "a prop `threat-id` in " + std::string(name_space), {}});
      continue;
    }
    if (const Value deadline = risk.get("deadline")) {
      const auto time = parse_time(deadline.text());
      const auto due = one.decision.find("due");
      const auto said = due == one.decision.end() ? std::nullopt : parse_time(due->second);
      if (!time) out.errors.push_back({Code::type, path + ".deadline is `" + beginning(deadline.text()) + "`", {file, deadline.line(), deadline.column()}, "a date and time with its offset", {}});
      else if (!(said && *said == *time) && parse_time(by_class) != time) one.decision.insert_or_assign("due", rfc3339(*time));
    }
    out.decided.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string register_json(const RegisterText& of) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("as_of", rfc3339(of.all.as_of)).member("today", date_text(of.all.today)).member("currency", of.money.currency).member("organization", of.organization);
  json.key("inherent_mean").number(of.money.inherent_mean).key("total");
  figures(json, of.money.total);
  json.key("risks").begin_array();
  for (const RegisterEntry& entry : of.all.entries) {
    const ThreatState& threat = of.state.threats[entry.at];
    const ThreatMoney& money = of.money.threats[entry.at];
    json.begin_object().member("id", entry.id).member("uuid", entry.uuid).member("rule", threat.rule ? threat.rule->id : std::string()).member("title", shown(threat.title));
    json.member("source", shown(source_of(threat))).member("statement", shown(threat.statement)).member("state", name(entry.state));
    json.key("techniques").begin_array();
    for (const std::string& technique : threat.attack) json.string(technique);
    json.end_array().key("reach");
    if (threat.reach_known) {
      json.begin_object().member("resources", static_cast<int64_t>(threat.reach.resources)).member("unknown", static_cast<int64_t>(threat.reach.unknown)).member("accounts", static_cast<int64_t>(threat.reach.accounts)).key("first").begin_array();
      for (const std::string& uid : threat.reach.first) json.string(uid);
      json.end_array().end_object();
    } else {
      json.null();
    }
    json.member("reckoned", money.quantified);
    if (money.quantified) {
      json.key("inherent").begin_object().key("loss");
      figures(json, money.inherent);
      json.key("cell");
      cell(json, money.inherent_cell);
      json.end_object().key("residual").begin_object().key("loss");
      figures(json, money.residual);
      json.key("cell");
      cell(json, money.residual_cell);
      json.end_object();
    } else {
      json.member("why_not", money.why_not);
    }
    json.key("controls").begin_array();
    for (const Bound& bound : threat.bound) {
      json.begin_object().member("id", bound.id).member("duty", name(bound.duty)).member("standing", standing_text(bound)).member("why", bound.why).key("where").begin_array();
      for (const std::string& uid : bound.where) json.string(uid);
      json.end_array().end_object();
    }
    json.end_array();
    for (const DecisionField& field : decision_fields()) json.member(field.column, decided(entry, field.column));
    json.key("objections").begin_array();
    for (const std::string& objection : entry.objections) json.string(objection);
    json.end_array();
    date(json, "due_by", entry.due);
    json.member("overdue", entry.overdue);
    date(json, "review_due", entry.review);
    json.member("review_overdue", entry.review_overdue);
    date(json, "first_seen", entry.first_seen);
    date(json, "changed", entry.changed);
    json.member("trend", entry.trend).member("why", entry.why).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string register_csv(const RegisterText& of) {
  std::string out;
  const auto line = [&out](const Cells& cells, bool names) {
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i) out += ',';
      out += csv_cell(names ? std::string(cells[i].first) : cells[i].second);
    }
    out += "\r\n";
  };
  line(cells_of({State{.threats = {ThreatState{}}}, Money{.threats = std::vector<ThreatMoney>(1)}, Register{}, {}, {}}, RegisterEntry{}), true);
  for (const RegisterEntry& entry : of.all.entries) line(cells_of(of, entry), false);
  return out;
}

std::string register_poam(const RegisterText& of) { return Poam(of).run(); }

Result<ReadDecisions> read_decisions(std::string_view text, const std::string& file) {
  if (const std::string is = no_text(text); !is.empty())
    return fail(Code::type, "this is " + is, {file, 0, 0}, "CSV in UTF-8, or a plan of action and milestones in JSON", "a spreadsheet saves it as `CSV UTF-8`");
  std::string_view first = text;
  if (starts_with(first, "\xEF\xBB\xBF")) first.remove_prefix(3);
  first = trim(first);
  if (!starts_with(first, "{") && !starts_with(first, "[")) return from_csv(text, file);
  const DocumentPtr document = TRY(read_json(text, Source{.file = file}));
  return from_poam(*document, file);
}

}  // namespace reeve::threats
