// Assess: the main job. What the user named is read, judged and answered as SEC01's eight practices.
//
//   load content and workspace → find inputs → read and judge each unit → write the record → judge what needs the whole →
//   close what is mended → count, level, score → what is not known and why
//
// One call does it and gives an Assessment, which the report room prints in any format. Nothing here prints; progress goes to a
// callback. The same sources, content and as-of give the same Assessment, whatever the number of threads and whatever an earlier run
// left in the store, but for history (first_seen, openings).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "assess/alerts.h"
#include "assess/escalation.h"
#include "assess/attested.h"
#include "assess/challenges.h"
#include "assess/history.h"
#include "assess/responsibility.h"
#include "assess/roadmap.h"
#include "assess/threat_part.h"
#include "assess/objectives.h"
#include "content/content.h"
#include "content/workspace.h"
#include "estate/inputs.h"
#include "estate/load.h"
#include "findings/finding.h"
#include "findings/level.h"
#include "store/store.h"

namespace reeve {

struct AssessOptions {
  std::vector<std::string> sources;
  std::string workspace_dir;  // empty: none; the store is then temporary
  std::string content_dir;
  std::vector<std::string> accounts, regions;  // judge only these; empty: all. What has no account or Region always counts
  std::vector<std::string> controls;           // judge by these alone; empty: by all
  Time as_of;                 // 0: the newest time stated by a reply
  Time today;                 // for gates: what people decided until a day counts until that day, however old the facts are; 0: as_of
  bool remembers = true;      // false: a what-if, of which the workspace's record hears nothing
  size_t threads = 0;         // 0: worker_count()
  std::string threat_model;   // the file that keeps one; empty: the workspace's
  bool threats = false;       // how threats stand, be there a model or not; else only where there is one
  bool evidence_of_passes = false;  // of every pass, not of three for each control; reads the input a second time
  // done and total count units; called from one thread.
  std::function<void(const std::string& what, uint64_t done, uint64_t total)> progress;
};

struct ControlResult {
  const Control* control = nullptr;
  VerdictCounts counts;
  Verdict status = Verdict::not_applicable;
  std::vector<Evidence> evidence;           // at most three samples: of fails, else of unknowns, else of passes
  std::string reason;                       // of the first finding
  std::vector<std::string> resource_types;
  std::vector<std::string> first_resources;  // uids of the first open findings: fails, else unknowns; at most three
  std::vector<std::string> unknown_causes;   // why resources are unknown, the most frequent in the run first
};

struct PracticeResult {
  const Practice* practice = nullptr;
  std::string number;  // BP02 in the edition used
  int level = 0, level_without_attested = 0;
  std::optional<double> score;
  std::vector<Blocker> blockers;
  std::vector<size_t> controls;  // indexes into Assessment::controls, by level then id
  VerdictCounts verdicts;
};

struct SourceOut {
  std::string file, kind, account, operation, why, time_basis;
  Time time;
  uint64_t bytes = 0, resources = 0;
};

struct FailedCall {
  std::string call, account, region, parameter, error;
  uint64_t verdicts = 0;  // findings that are unknown for this reason
};

struct UnknownCause {
  std::string cause;      // `iam:GetAccountSummary AccessDenied`
  uint64_t verdicts = 0, controls = 0, accounts = 0;
  bool later = false;     // a part of Reeve that has not run judges them (JudgedLater)
};

// Controls that wait for a part of Reeve that has not run: the part, as they need it, and what it will judge.
struct JudgedLater {
  std::string part;              // reeve:detect
  std::vector<size_t> controls;  // indexes into Assessment::controls
};

struct LayerCount {
  std::string layer;      // preventive, detective, responsive
  std::string area;
  uint64_t controls = 0, passing = 0, failing = 0, unknown = 0;
};

struct Assessment {
  Content content;
  std::optional<Workspace> workspace;
  std::string edition;
  std::string organization;       // name for people; may be empty
  Time as_of;
  std::string as_of_basis;        // option | stated | file | clock
  Time facts_of;                  // what as_of is if nobody says it
  Time today;                     // as_of or, if later, the options': by it acceptances end and reviews of threats are due
  std::vector<std::string> source_names;
  std::vector<SourceOut> sources;
  std::vector<ControlResult> controls;    // by id
  std::vector<PracticeResult> practices;  // in the edition's order
  int level = 0, level_without_attested = 0;
  std::optional<double> score;
  VerdictCounts verdicts;
  uint64_t resources = 0, accounts = 0, regions = 0, pairs = 0;
  uint64_t controls_left_out = 0;         // of all, by AssessOptions::controls: scores speak of the others alone, and levels stand at 0
  std::string controls_asked() const;     // `3 of 300 controls`; empty if none is left out
  std::vector<FailedCall> calls_failed;
  std::vector<UnknownCause> unknown_causes;
  std::vector<JudgedLater> judged_later;  // by part
  std::vector<LayerCount> layers;
  std::vector<RoadmapItem> roadmap;       // in the order in which to do it
  RoadmapSummary roadmap_summary;
  Responsibilities responsibilities;
  std::vector<ChallengeResult> challenges;  // in their order
  std::vector<ObjectiveResult> objectives;  // by slug
  std::vector<DepthRow> depth;              // the worst gap first
  std::vector<FrameworkResult> frameworks;  // by id
  AttestedShare attested;
  store::RunChanges changes;
  bool has_history = false;
  HistoryPart history;            // empty without a workspace
  AttestedPart words;             // the same
  AlertPart alerts;               // of files of alerts among the sources
  EscalationPart escalation;      // who can become an administrator
  ThreatPart threats;             // the workspace's threat model, and how it stands
  bool evidence_of_passes = false;
  std::unordered_map<std::string, std::string> pass_evidence;  // finding id → JSON array; filled only if asked for

  std::vector<Error> problems;  // exit status 3: named, the rest was judged
  std::vector<Error> notes;     // named, status unaffected
  std::unique_ptr<store::Store> store;  // findings are read from it, streaming

  bool incomplete() const { return !problems.empty(); }
};

// Errors: only what makes the whole impossible (no source, a store that cannot be opened or written).
Result<std::unique_ptr<Assessment>> assess(const AssessOptions& options);

}  // namespace reeve
