#include "report/columns.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>

#include "base/hash.h"
#include "base/text.h"
#include "findings/finding.h"
#include "formats/json.h"

namespace reeve {
namespace {

enum Column : size_t { c_res_type, c_res_account, c_res_region, c_control, c_resource, c_status, c_reason, c_first_seen,
  c_changed, c_openings, c_old, c_id8, c_proofs, c_proofs_all, c_ev_other, c_ev_source, c_ev_time, c_ev_basis, c_ev_path,
  c_ev_value, c_ev_read_as, c_ev_expected, c_ev_line, c_ev_column, c_ev_unread, c_ev_numbers, c_path_numbers,
  c_imp_resource, c_imp_tool, c_imp_check, c_imp_status, c_imp_severity, c_imp_title, c_imp_time };
constexpr const char* kColumns[] = {"res_type", "res_account", "res_region", "control", "resource", "status", "reason",
  "first_seen", "changed", "openings", "old", "id8", "proofs", "proofs_all", "ev_other", "ev_source", "ev_time", "ev_basis",
  "ev_path", "ev_value", "ev_read_as", "ev_expected", "ev_line", "ev_column", "ev_unread", "ev_numbers", "path_numbers",
  "imp_resource", "imp_tool", "imp_check", "imp_status", "imp_severity", "imp_title", "imp_time"};
enum Dictionary : size_t { w_uid, w_type, w_account, w_region, w_reason, w_time, w_other, w_source, w_basis, w_path, w_value,
  w_expected, w_unread, w_said };
constexpr const char* kWords[] = {"uid", "type", "account", "region", "reason", "time", "other", "source", "basis", "path",
  "value", "expected", "unread", "said"};

constexpr size_t kValueMax = 400;  // ux.md §3: longer evidence is cut, with its length and digest

std::string cut(std::string_view value) {
  if (value.size() <= kValueMax) return std::string(value);
  size_t end = kValueMax;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return std::string(value.substr(0, end)) + "… (" + with_thousands(value.size()) + " bytes, sha256 " + hex(sha256(value)).substr(0, 16) + "…)";
}

// `$.Buckets[12].Name` → `$.Buckets[#].Name` and 12: thousands of paths are a few shapes.
std::string shape_of(std::string_view path, std::vector<uint32_t>& numbers) {
  std::string out;
  for (size_t i = 0; i < path.size();) {
    size_t end = i + 1;
    while (path[i] == '[' && end < path.size() && path[end] >= '0' && path[end] <= '9') ++end;
    if (path[i] == '[' && end > i + 1 && end - i <= 9 && end < path.size() && path[end] == ']') {
      numbers.push_back(static_cast<uint32_t>(*parse_int(path.substr(i + 1, end - i - 1))));
      out += "[#";
      i = end;
    } else {
      out += path[i++];
    }
  }
  return out;
}

// The first byte of an id in base32: its first character and three bits of the second.
uint32_t first_byte(std::string_view id) {
  auto digit = [](char c) -> uint32_t { return c >= 'a' && c <= 'z' ? static_cast<uint32_t>(c - 'a') : c >= '2' && c <= '7' ? static_cast<uint32_t>(c - '2' + 26) : 0; };
  return id.size() < 2 ? 0 : (digit(id[0]) << 3 | digit(id[1]) >> 2) & 0xFF;
}

void put(std::string& out, uint32_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
}

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

}  // namespace

FindingColumns::FindingColumns() : columns_(std::size(kColumns)), words_(std::size(kWords)) {}

uint32_t FindingColumns::Words::of(std::string_view text) {
  auto [found, is_new] = index_.try_emplace(std::string(text), static_cast<uint32_t>(list_.size()));
  if (is_new) list_.push_back(found->first);
  return found->second;
}

Status FindingColumns::add(const store::StoredFinding& finding, size_t control, size_t evidence_max) {
  auto evidence = TRY(evidence_from_json(finding.evidence_json.empty() ? "[]" : finding.evidence_json));
  auto [resource, is_new] = resources_.try_emplace(finding.uid, static_cast<uint32_t>(resources_.size()));
  if (is_new) {
    open_.emplace_back();
    words_[w_uid].of(finding.uid);
    columns_[c_res_type].push_back(words_[w_type].of(finding.type));
    columns_[c_res_account].push_back(words_[w_account].of(finding.account));
    columns_[c_res_region].push_back(words_[w_region].of(finding.region));
  }
  columns_[c_control].push_back(static_cast<uint32_t>(control));
  columns_[c_resource].push_back(resource->second);
  ++open_[resource->second].at(static_cast<size_t>(finding.status));
  columns_[c_status].push_back(static_cast<uint32_t>(finding.status));
  columns_[c_reason].push_back(words_[w_reason].of(finding.reason));
  columns_[c_first_seen].push_back(words_[w_time].of(rfc3339(finding.opened)));
  columns_[c_changed].push_back(words_[w_time].of(rfc3339(finding.changed_at)));
  columns_[c_openings].push_back(finding.openings);
  columns_[c_old].push_back(finding.not_rejudged ? 1 : 0);
  columns_[c_id8].push_back(first_byte(finding.id));
  columns_[c_proofs].push_back(static_cast<uint32_t>(std::min(evidence.size(), evidence_max)));
  columns_[c_proofs_all].push_back(static_cast<uint32_t>(evidence.size()));
  if (evidence.size() > evidence_max) evidence.resize(evidence_max);
  for (auto& one : evidence) {
    std::vector<uint32_t> numbers;
    columns_[c_ev_other].push_back(one.resource == finding.uid || one.resource.empty() ? 0 : 1 + words_[w_other].of(one.resource));
    columns_[c_ev_source].push_back(words_[w_source].of(one.source));
    columns_[c_ev_time].push_back(words_[w_time].of(one.time.known() ? rfc3339(one.time) : ""));
    columns_[c_ev_basis].push_back(words_[w_basis].of(one.time_basis));
    columns_[c_ev_path].push_back(words_[w_path].of(shape_of(one.path, numbers)));
    columns_[c_ev_value].push_back(words_[w_value].of(cut(one.value)));
    columns_[c_ev_read_as].push_back(words_[w_value].of(cut(one.read_as)));
    columns_[c_ev_expected].push_back(words_[w_expected].of(one.expected));
    columns_[c_ev_line].push_back(one.line);
    columns_[c_ev_column].push_back(one.column);
    columns_[c_ev_unread].push_back(words_[w_unread].of(join(one.unread, "\n")));
    columns_[c_ev_numbers].push_back(static_cast<uint32_t>(numbers.size()));
    auto& all = columns_[c_path_numbers];
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  ++rows_;
  return {};
}

std::optional<uint32_t> FindingColumns::resource(const std::string& uid) const {
  auto found = resources_.find(uid);
  if (found == resources_.end()) return std::nullopt;
  return found->second;
}

uint64_t FindingColumns::open(uint32_t resource, store::FindingStatus status) const {
  const auto& counts = open_[resource];
  return counts[static_cast<size_t>(status)];
}

void FindingColumns::add_imported(uint32_t resource, const Imported& said) {
  columns_[c_imp_resource].push_back(resource);
  columns_[c_imp_tool].push_back(words_[w_said].of(said.tool));
  columns_[c_imp_check].push_back(words_[w_said].of(said.check));
  columns_[c_imp_status].push_back(words_[w_said].of(said.status));
  columns_[c_imp_severity].push_back(words_[w_said].of(said.severity));
  columns_[c_imp_title].push_back(words_[w_said].of(cut(said.title)));
  columns_[c_imp_time].push_back(words_[w_time].of(said.time));
}

std::string FindingColumns::packed(std::string_view head_members) const {
  std::string head, body;
  JsonWriter json(head);
  json.begin_object().member("version", int64_t{1}).member("rows", static_cast<int64_t>(rows_));
  json.key("words").begin_object();
  for (size_t i = 0; i < words_.size(); ++i) {
    json.key(kWords[i]).begin_array();
    for (auto text : words_[i].list()) json.string(text);
    json.end_array();
  }
  json.end_object();
  json.key("columns").begin_object();
  for (size_t i = 0; i < columns_.size(); ++i) {
    auto& values = columns_[i];
    uint32_t most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    size_t width = most < 0x100 ? 1 : most < 0x10000 ? 2 : 4;
    while (body.size() % 4) body += '\0';
    json.key(kColumns[i]).begin_array().integer(static_cast<int64_t>(width)).integer(static_cast<int64_t>(body.size())).integer(static_cast<int64_t>(values.size())).end_array();
    for (uint32_t value : values) put(body, value, width);
  }
  json.end_object();
  head += head_members;
  json.end_object();
  std::string out;
  while ((head.size() + 4) % 4) head += ' ';
  put(out, static_cast<uint32_t>(head.size()), 4);
  return out + head + body;
}

Result<std::string> gzip_base64(std::string_view text) {
  std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> tool(libdeflate_alloc_compressor(6), libdeflate_free_compressor);
  if (!tool) return fail(Code::internal, "no memory to compress the findings");
  std::string out(libdeflate_gzip_compress_bound(tool.get(), text.size()), '\0');
  out.resize(libdeflate_gzip_compress(tool.get(), text.data(), text.size(), out.data(), out.size()));
  return base64(out);
}

}  // namespace reeve
