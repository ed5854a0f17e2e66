#include "check/baseline.h"

#include "base/file.h"
#include "base/text.h"
#include "formats/json.h"

namespace reeve {
namespace {

std::string plain(std::string_view path) {
  while (starts_with(path, "./")) path.remove_prefix(2);
  return std::string(path);
}

std::string text_of(Value value) { return value.is_string() ? std::string(value.text()) : std::string(); }

std::string path_of_uri(std::string_view uri) {
  if (starts_with(uri, "file://")) uri.remove_prefix(7);
  return percent_decode(uri);
}

}  // namespace

Result<Baseline> Baseline::read(const std::string& path) {
  const auto bytes = TRY(FileBytes::open(path));
  const auto document = TRY(read_json(bytes->view(), bytes, Source{.file = path}));
  Baseline out;
  const Value root = document->root();
  auto add = [&](const std::string& fingerprint, std::string file, std::string_view status) {
    if (fingerprint.empty() || (status != "FAIL" && status != "UNKNOWN")) return;
    Entry& entry = out.entries_[fingerprint];
    entry.file = std::move(file);
    ++(status == "FAIL" ? entry.fails : entry.unknowns);
  };
  if (root.get("reeve") && root.get("files").is_list()) {
    for (Value file : root.get("files").items())
      for (Value finding : file.get("findings").items()) add(text_of(finding.get("fingerprint")), plain(text_of(finding.get("file"))), text_of(finding.get("status")));
    return out;
  }
  if (root.get("runs").is_list()) {
    bool ours = false;
    for (Value run : root.get("runs").items()) {
      if (text_of(run.get("tool").get("driver").get("name")) != "reeve") continue;
      ours = true;
      for (Value result : run.get("results").items()) {
        if (result.get("suppressions").size() || text_of(result.get("baselineState")) == "absent") continue;
        const Value place = result.get("locations").at(0).get("physicalLocation").get("artifactLocation");
        add(text_of(result.get("partialFingerprints").get("reeveFinding/v1")), plain(path_of_uri(text_of(place.get("uri")))), text_of(result.get("kind")) == "open" ? "UNKNOWN" : "FAIL");
      }
    }
    if (ours) return out;
  }
  return fail(Code::type, "the baseline is no output of `reeve check`", {path, 1, 1}, "what `--format json` or `--format sarif` wrote", "reeve check … --format json > " + path);
}

void Baseline::mark(CheckedFile& file) {
  if (file.document || file.problems.empty()) judged_.insert(plain(file.file->path));
  for (CheckFinding& finding : file.findings) {
    if (!finding.judged()) continue;
    judged_.insert(plain(finding.file));
    const auto at = entries_.find(finding.fingerprint());
    if (at != entries_.end()) {
      // What failed and can no longer be told is no news.
      uint64_t& first = finding.status == guard::GuardStatus::unknown && at->second.unknowns ? at->second.unknowns : at->second.fails;
      if (first) {
        --first;
        finding.known = true;
      }
    }
    if (finding.suppressed) continue;
    ++(finding.known ? known_ : fresh_);
  }
}

uint64_t Baseline::gone() const {
  uint64_t out = 0;
  for (const auto& [fingerprint, entry] : entries_)
    if (judged_.contains(entry.file) || !exists(entry.file)) out += entry.fails + entry.unknowns;
  return out;
}

}  // namespace reeve
