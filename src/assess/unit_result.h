// What one unit gave, judged and ready to be written: filled by a worker while it reads, committed by one thread in order of units, so
// that the same input gives the same store whatever the threads did.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <span>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "assess/guard_judge.h"
#include "assess/scope.h"
#include "assess/needs.h"
#include "assess/unlisted.h"
#include "content/workspace.h"
#include "estate/load.h"
#include "store/store.h"
#include "store/views.h"

namespace reeve {

struct JudgedFinding {
  uint32_t resource = 0;  // index into UnitResult::resources
  uint32_t control = 0;   // index into Content::controls
  Verdict status = Verdict::fail;
  std::string reason;
  std::string evidence_json;
};

// A unit may have a million of these, held until it is written: their texts stand in the unit's memory, equal ones once.
struct ResourceOut {
  std::string_view uid, type, account, region, id, name;
  std::string_view tags_json, columns_json, unknown_json, origins_json, kept_origins_json;
  std::span<const std::pair<uint32_t, Verdict>> verdicts;  // control index → verdict
  bool withdrawn = false;
  bool elsewhere = false;  // another unit judges it, or it is out of scope: here it only stands in the views
  bool shared = false;     // of an account that was not read: any unit may tell of it, and the first that does judges it
  bool born = true;
  struct EdgeOut {
    std::string kind, target, target_type;
  };
  std::vector<EdgeOut> edges;
};

// Texts that live as long as their unit.
class UnitTexts {
 public:
  std::string_view keep(std::string_view text);  // a copy
  std::string_view share(std::string_view text);  // the same copy for equal texts: types, Regions, reasons
  std::span<const std::pair<uint32_t, Verdict>> share(const std::vector<std::pair<uint32_t, Verdict>>& verdicts);

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t left_ = 0;
  char* next_ = nullptr;
  std::unordered_set<std::string_view> shared_;
  std::set<std::vector<std::pair<uint32_t, Verdict>>> verdicts_;
};

// How many resources carry a tag, by account, key and value, each ended by a NUL; by account alone: of how many they were not read.
using TagCounts = std::unordered_map<std::string, int64_t>;

struct UnitResult {
  UnitTexts texts;
  TagCounts tags;
  std::vector<SourceRecord> sources;
  std::deque<ResourceOut> resources;  // a deque: growing it moves nothing
  std::vector<JudgedFinding> findings;
  std::vector<ReadRecord> reads;
  std::vector<Error> problems, notes;
  int64_t newest_ms = 0;
  struct NotListed {
    uint32_t control = 0;
    Unlisted what;
  };
  std::vector<NotListed> unlisted;
  // What SQL controls within the account said (unit_sql.h): resource and verdict, each resource once.
  struct Answered {
    uint32_t control = 0;
    std::vector<std::pair<uint32_t, Verdict>> verdicts;
  };
  std::vector<Answered> answered;
  bool foreign = false;  // holds resources of other accounts: what is judged here hangs on whether they were read
  bool shared = false;   // holds such as no account that was read owns: what is judged here hangs on who else tells of them
};

// Who is read in this run: account → the calls that were replied to or refused, `config` for AWS Config.
using AccountsRead = std::map<std::string, std::set<std::string>>;

// A resource may be told of by several accounts (an organization's trail is listed in every member). It is judged once, in the
// account that its ARN names, if that account's own list was read; the others' copies only stand in the views.
bool judged_by_owner(const AccountsRead& read, const ResourceType& type, std::string_view uid, std::string_view account);

struct JudgeContext {
  const Content* content = nullptr;
  const GuardJudge* guard = nullptr;
  const Workspace* workspace = nullptr;    // may be null
  // Columns that SQL controls ask of the whole record (sql_rows.h): only these keep their origins there.
  const std::set<std::string>* asked_columns = nullptr;
  Time as_of;
  const Scope* scope = nullptr;            // null: everything
  const AccountsRead* read = nullptr;      // null: nobody else
  const std::set<std::string>* asked_within = nullptr;  // columns that only need origins while the unit is at hand
  bool checks_paths = false;  // examples: a path that a query gives and the type does not have is an error
};

class UnitCollector : public UnitSink {
 public:
  // `account`: whose unit it is; empty where that is nobody's (a template, the organization).
  UnitCollector(const JudgeContext& context, UnitResult& out, std::string account = "")
      : context_(context), out_(out), account_(std::move(account)), in_scope_(!context.scope || account_.empty() || context.scope->has_unit("account:" + account_)) {}
  void resource(Resource&& resource) override;
  void withdraw(const std::string& uid) override;
  void read(ReadRecord&& read) override { out_.reads.push_back(std::move(read)); }
  void source(SourceRecord&& source) override;
  void problem(Error&& error) override { out_.problems.push_back(std::move(error)); }
  void note(Error&& error) override { out_.notes.push_back(std::move(error)); }
  // After the load: what Guard controls could not be asked of.
  void complete(const Unit& unit, const ResourceCatalogue& catalogue);
  void stated_time(int64_t time_ms) override { out_.newest_ms = std::max(out_.newest_ms, time_ms); }

 private:
  void columns(const Resource& resource);
  using Tags = std::vector<std::pair<std::string, std::string>>;
  void count_tags(const ResourceOut& resource, const Tags& tags, int by);
  void settle_edges();
  uint32_t source_number(const Source& source);

  const JudgeContext& context_;
  UnitResult& out_;
  std::string account_;
  bool in_scope_ = true;  // the unit as a whole
  std::unordered_map<uint64_t, uint32_t> by_uid_;  // by the uid's hash
  enum class Asked : uint8_t { nowhere, within, whole };
  std::unordered_map<const ResourceType*, std::vector<Asked>> asked_;  // of each column
  std::vector<Value> found_;  // of the columns
  std::string tag_key_;
  std::string tags_, columns_, unknown_, origins_, kept_origins_;   // of the resource at hand
  std::unordered_map<std::string, uint32_t> source_numbers_;
  const std::string* last_file_ = nullptr;  // of source_numbers_, asked for last, and its number
  uint32_t last_number_ = 0;
};

// A fail that the workspace excepts becomes that, with who excepted it and why.
void except(const Workspace& workspace, const std::string& control, Time as_of, std::string_view uid, Verdict& verdict, std::string& reason);
store::ReadStatus read_status(ReadRecord::Status status);

// Takes the judgement of one resource back; it stays in the views.
void leave_to_another(UnitResult& unit, uint32_t resource);

// Writes a judged unit whole: begin_unit … end_unit.
Status write_unit(store::RunWriter& run, const Content& content, const std::string& key, const std::string& digest, UnitResult& result);
store::ViewInput view_input(const Content& content, const ResourceCatalogue& catalogue, const Workspace* workspace, Time as_of,
                            const Records* records = nullptr);

}  // namespace reeve
