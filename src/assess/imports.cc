#include "assess/imports.h"

#include <functional>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "findings/finding.h"
#include "formats/csv.h"
#include "formats/json.h"
#include "store/imports.h"

namespace reeve {
namespace {

constexpr size_t detail_bytes_max = 2000;

// Texts of one row, kept until it is written.
struct Row {
  std::string tool, finding, resource, resource_type, account, region, check, title, status, severity, detail;
  Time time;
  uint32_t line = 0;
};

std::string_view text(Value value) { return value && value.is_scalar() && !value.is_null() ? trim(value.text()) : std::string_view(); }
std::string_view text(Value map, std::string_view key) { return text(map.get(key)); }

// As RFC 3339; also without an offset, which Prowler leaves out and which is then taken as UTC; also as seconds or milliseconds.
std::optional<Time> moment(std::string_view said) {
  if (said.empty()) return std::nullopt;
  if (auto number = parse_int(said)) {
    if (*number <= 0) return std::nullopt;
    constexpr int64_t milliseconds_from = 100'000'000'000;  // as seconds that would be the year 5138
    return Time{*number < milliseconds_from ? *number * 1000 : *number};
  }
  if (auto time = parse_time(said)) return time;
  return parse_time(std::string(said) + "Z");
}

// Whether the first object of `all` has itself, not something within it, a key `Findings` that holds a list.
bool wraps_findings(std::string_view all) {
  int depth = 0;
  std::string_view last;  // the text that ended last at this depth, if nothing has followed but `:`
  bool named = false;
  for (size_t at = 0; at < all.size(); ++at) {
    const char c = all[at];
    if (std::string_view(" \t\r\n").find(c) != std::string_view::npos) continue;
    if (c == '"') {
      const size_t begin = at + 1;
      for (++at; at < all.size() && all[at] != '"'; ++at)
        if (all[at] == '\\') ++at;
      if (at >= all.size()) return false;
      last = depth == 1 ? all.substr(begin, at - begin) : std::string_view();
      named = false;
      continue;
    }
    if (c == '[' && named) return true;
    named = c == ':' && depth == 1 && last == "Findings";
    last = {};
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth <= 0) return false;
  }
  return false;
}

class Importing {
 public:
  Importing(store::Store& store, const std::string& path) : store_(store) { report_.file = path; }

  Result<ImportReport> run() {
    auto bytes = TRY(FileBytes::open(report_.file));
    std::string_view all = bytes->view();
    if (starts_with(all, "\xEF\xBB\xBF")) all.remove_prefix(3);
    const size_t first = all.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return fail(Code::parse, "the file is empty", {report_.file}, "an export of findings");
    digest_ = hex(sha256(bytes->view()));
    TRY(store_.db().begin());
    auto done = all[first] == '[' ? items(all, "") : all[first] == '{' ? objects(all, first) : csv(all);
    if (done && report_.format.empty()) {
      // Nothing in it was a finding: it is another kind of file, or empty of findings.
      done = report_.refused.empty() ? fail(Code::type, "there is no finding in it", {report_.file}, known()) : tl::unexpected(report_.refused.front());
    }
    if (done) done = store_.db().commit();
    if (!done) {
      store_.db().rollback();
      return tl::unexpected(done.error());
    }
    return std::move(report_);
  }

 private:
  static std::string known() { return "Prowler's CSV or OCSF, or Security Hub's findings (ASFF)"; }

  Status csv(std::string_view all) {
    const std::string_view head = all.substr(0, all.find('\n'));
    if (!contains(head, "CHECK_ID") || !contains(head, "FINDING_UID"))
      return fail(Code::type, "this is no export of findings that is known", {report_.file, 1}, known(), "its first line names neither CHECK_ID nor FINDING_UID");
    const char separator = contains(head, ";") ? ';' : ',';
    auto document = TRY(read_csv_rows(all, Source{.file = report_.file}, separator, report_.refused));
    report_.format = "prowler-csv";
    for (Value item : document->root().items()) {
      Row row;
      row.tool = "Prowler";
      row.finding = text(item, "FINDING_UID");
      row.check = text(item, "CHECK_ID");
      row.title = text(item, "CHECK_TITLE");
      row.status = text(item, "STATUS");
      if (lower(text(item, "MUTED")) == "true") row.status += ", muted";
      row.severity = text(item, "SEVERITY");
      row.detail = text(item, "STATUS_EXTENDED");
      row.resource = text(item, "RESOURCE_UID");
      row.resource_type = text(item, "RESOURCE_TYPE");
      row.account = text(item, "ACCOUNT_UID");
      row.region = text(item, "REGION");
      row.line = item.line();
      TRY(take(std::move(row), text(item, "TIMESTAMP")));
    }
    return {};
  }

  // The elements of an array, each a finding of one of the JSON forms.
  Status items(std::string_view all, const std::string& member) {
    JsonArrayScanner scanner(member);
    scanner.feed(all);
    scanner.finish();
    JsonArrayScanner::Item item;
    for (;;) {
      switch (scanner.next(item)) {
        case JsonArrayScanner::Step::done:
        case JsonArrayScanner::Step::need_more: return {};
        case JsonArrayScanner::Step::refused: refuse(scanner.error(), 0); break;
        case JsonArrayScanner::Step::item: TRY(json(item.text, item.line)); break;
      }
    }
  }

  // `{"Findings": […]}`, one finding alone, or one on each line.
  Status objects(std::string_view all, size_t first) {
    if (wraps_findings(all.substr(first))) return items(all, "Findings");
    if (auto one = read_json(all, Source{.file = report_.file})) return json(all, 1);
    uint32_t line = 0;
    for (std::string_view rest = all; !rest.empty();) {
      ++line;
      const size_t end = rest.find('\n');
      const std::string_view here = trim(rest.substr(0, end));
      if (!here.empty()) TRY(json(here, line));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return {};
  }

  Status json(std::string_view item, uint32_t line) {
    auto document = read_json(item, Source{.file = report_.file});
    if (!document) {
      refuse(document.error(), line);
      return {};
    }
    Value root = (*document)->root();
    if (root.get("ProductArn") && root.get("AwsAccountId")) return asff(root, line);
    if (root.get("class_uid") && root.get("finding_info")) return ocsf(root, line);
    refuse({Code::type, "this is no finding that is known", {report_.file}, "an OCSF finding or one of ASFF", {}}, line);
    return {};
  }

  Status ocsf(Value item, uint32_t line) {
    if (report_.format.empty()) report_.format = "ocsf";
    Row row;
    row.line = line;
    Value info = item.get("finding_info"), metadata = item.get("metadata"), compliance = item.get("compliance");
    row.tool = text(metadata.get("product"), "name");
    row.finding = text(info, "uid");
    row.check = text(metadata, "event_code");
    if (row.check.empty()) row.check = text(compliance, "control");
    row.title = text(info, "title");
    row.status = text(item, "status_code");
    if (row.status.empty()) row.status = text(compliance, "status");
    if (row.status.empty()) row.status = text(item, "status");
    if (equal_ignoring_case(text(item, "status"), "Suppressed")) row.status += ", muted";
    row.severity = text(item, "severity");
    row.detail = text(item, "status_detail");
    if (row.detail.empty()) row.detail = text(item, "message");
    row.account = text(item.get("cloud").get("account"), "uid");
    std::string_view when = text(item, "time_dt");
    if (when.empty()) when = text(item, "time");
    size_t taken = 0;
    for (Value resource : item.get("resources").items()) {
      Row one = row;
      one.resource = text(resource, "uid");
      one.resource_type = text(resource, "type");
      one.region = text(resource, "region");
      if (one.region.empty()) one.region = text(item.get("cloud"), "region");
      TRY(take(std::move(one), when));
      ++taken;
    }
    if (!taken) TRY(take(std::move(row), when));  // refused there: it names no resource
    return {};
  }

  Status asff(Value item, uint32_t line) {
    if (report_.format.empty()) report_.format = "asff";
    Row row;
    row.line = line;
    row.tool = text(item, "ProductName");
    if (row.tool.empty()) {
      std::string_view arn = text(item, "ProductArn");
      const size_t product = arn.find(":product/");
      row.tool = product == std::string_view::npos ? arn : arn.substr(product + 9);
    }
    row.finding = text(item, "Id");
    row.check = text(item.get("Compliance"), "SecurityControlId");
    if (row.check.empty()) row.check = text(item, "GeneratorId");
    row.title = text(item, "Title");
    row.status = text(item.get("Compliance"), "Status");
    if (row.status.empty()) row.status = text(item, "RecordState");
    else if (text(item, "RecordState") == "ARCHIVED") row.status += ", archived";
    if (text(item.get("Workflow"), "Status") == "SUPPRESSED") row.status += ", suppressed";
    row.severity = text(item.get("Severity"), "Label");
    row.detail = text(item, "Description");
    row.account = text(item, "AwsAccountId");
    std::string_view when = text(item, "UpdatedAt");
    if (when.empty()) when = text(item, "CreatedAt");
    size_t taken = 0;
    for (Value resource : item.get("Resources").items()) {
      Row one = row;
      one.resource = text(resource, "Id");
      one.resource_type = text(resource, "Type");
      one.region = text(resource, "Region");
      if (one.region.empty()) one.region = text(item, "Region");
      TRY(take(std::move(one), when));
      ++taken;
    }
    if (!taken) TRY(take(std::move(row), when));
    return {};
  }

  Status take(Row row, std::string_view when) {
    const char* missing = row.finding.empty() ? "id" : row.resource.empty() ? "resource" : row.status.empty() ? "status" : row.check.empty() ? "check" : nullptr;
    if (missing) {
      refuse({Code::parse, std::string("the finding names no ") + missing, {report_.file}, "who found what on which resource", {}}, row.line);
      return {};
    }
    auto time = moment(when);
    if (!time) {
      refuse({Code::parse, "`" + std::string(when) + "` is no time", {report_.file}, "a time such as 2026-11-22T04:12:00Z", {}}, row.line);
      return {};
    }
    if (row.tool.empty()) row.tool = "unknown tool";
    for (std::string* said : {&row.title, &row.detail}) {
      *said = redacted_text(*said);
      if (said->size() > detail_bytes_max) {
        size_t end = detail_bytes_max;
        while (end > 0 && (static_cast<unsigned char>((*said)[end]) & 0xC0) == 0x80) --end;
        *said = said->substr(0, end) + "…";
      }
    }
    if (file_ == 0) file_ = TRY(store::import_file(store_.db(), report_.file, report_.format, digest_));
    ++report_.rows;
    report_.added += TRY(store::add_imported(store_.db(), file_, {row.tool, row.finding, *time, row.resource, row.resource_type, row.account, row.region, row.check,
                                                                   row.title, row.status, row.severity, row.detail, row.line}));
    return {};
  }

  void refuse(Error error, uint32_t line) {
    error.at.path = report_.file;
    // A finding's own text counts its lines from where it begins in the file.
    if (line != 0) error.at.line = line + (error.at.line > 1 ? error.at.line - 1 : 0);
    report_.refused.push_back(std::move(error));
  }

  store::Store& store_;
  ImportReport report_;
  std::string digest_;
  int64_t file_ = 0;
};

}  // namespace

Result<ImportReport> import_findings(store::Store& store, const std::string& path) { return Importing(store, path).run(); }

}  // namespace reeve
