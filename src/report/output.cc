#include "report/output.h"

#include <algorithm>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "base/words.h"
#include "formats/json.h"

namespace reeve {

std::string cut(std::string_view text, size_t bytes) {
  constexpr std::string_view mark = "…";
  if (text.size() <= bytes) return std::string(text);
  if (bytes < mark.size()) return "";
  size_t end = bytes - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + std::string(mark);
}

std::string one_line(std::string_view text) {
  std::string out;
  bool gap = false;
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
  return out;
}

std::string plain_value(std::string_view json) {
  if (json.empty() || json.front() != '"') return std::string(json);
  auto document = read_json(json, Source{});
  return document && (*document)->root().is_string() ? std::string((*document)->root().text()) : std::string(json);
}

std::string owner_of(const Assessment& assessment, const Control& control) {
  if (assessment.workspace)
    if (auto found = assessment.workspace->owners.find(control.owner); found != assessment.workspace->owners.end()) return found->second;
  return control.owner;
}

bool waits_for_drill(const Assessment& assessment, const RoadmapItem& item) {
  return item.kind == StepKind::attest &&
         std::ranges::any_of(assessment.words.attestations, [&](auto& one) { return one.control->id == item.control && one.state == "drill_overdue"; });
}

std::string action_of(const Assessment& assessment, const RoadmapItem& item) {
  switch (item.kind) {
    case StepKind::mend: return item.fix;
    case StepKind::read: {
      std::vector<std::string> calls = item.reads;
      calls.insert(calls.end(), item.shared_reads.begin(), item.shared_reads.end());
      return calls.empty() ? "Read what is missing." : "Let Reeve read " + join(calls, ", ") + ".";
    }
    case StepKind::attest: return waits_for_drill(assessment, item) ? "Hold the drill it stands on, and record it in `drills/`." : "Attest it with `reeve attest " + item.control + "`: no API knows.";
    case StepKind::find_out: return item.causes.empty() ? "Find out what the reading did not tell." : "Find out: " + item.causes.front() + ".";
    case StepKind::later: return "Judged by a part of Reeve that is not here yet.";
  }
  return item.fix;
}

std::string points_of(const RoadmapItem& item) {
  const bool certain = item.points > 0 || item.kind == StepKind::mend;
  return certain ? count_text(static_cast<uint64_t>(item.points), "point") : with_thousands(static_cast<uint64_t>(item.points_in_doubt)) + " in doubt";
}

std::string partition_of(std::string_view uid, std::string_view region) {
  if (auto partition = arn_partition(uid); !partition.empty()) return std::string(partition);
  auto partition = partition_of_region(region);
  return partition.empty() ? "aws" : std::string(partition);
}

std::string_view region_or_none(std::string_view region) { return region == "global" ? std::string_view() : region; }

}  // namespace reeve
