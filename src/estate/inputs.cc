#include "estate/inputs.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>

#include "aws/region.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/threads.h"
#include "estate/input_signs.h"
#include "estate/nested_units.h"
#include "estate/reply_error.h"
#include "estate/snapshot.h"
#include "estate/template.h"
#include "estate/terraform.h"
#include "formats/archive.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr size_t kHeadBytes = 64 << 10;
constexpr const char* kIndexOfFrames = "the index of a snapshot";
constexpr uint64_t kMemberBytesMax = 1ull << 30;
constexpr uint64_t kScanBytesMax = 64ull << 20;

bool is_packed(std::string_view bytes) {
  Packing packing = packing_of(bytes);
  return packing == Packing::gzip || packing == Packing::zstd;
}

bool is_archive_name(std::string_view name) {
  return is_tar_name(name) || ends_with(name, ".zip");
}

bool is_region_folder(std::string_view name) { return is_region_name(name) || name == "global" || name == "aws-global"; }

bool has_key(std::string_view head, std::string_view key) { return contains(head, "\"" + std::string(key) + "\""); }

// A line of YAML that begins with `key:` at the margin.
bool has_top_key(std::string_view text, std::string_view key) {
  for (size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    bool starts_line = at == 0 || text[at - 1] == '\n';
    if (starts_line && at + key.size() < text.size() && text[at + key.size()] == ':') return true;
  }
  return false;
}

// The 12-digit ids that stand in ARNs of `text`.
void account_ids_in(std::string_view text, std::set<std::string>& ids) {
  for (size_t at = text.find("arn:"); at != std::string_view::npos; at = text.find("arn:", at + 4)) {
    size_t from = at;
    int colons = 0;
    size_t limit = std::min(text.size(), at + 120);
    for (; from < limit && colons < 4; ++from)
      if (text[from] == ':') ++colons;
    if (colons == 4 && from + 13 <= text.size() && text[from + 12] == ':' && is_account_id(text.substr(from, 12)))
      ids.insert(std::string(text.substr(from, 12)));
  }
}

// Those of the items themselves (`"Arn": …`), not of whom they trust.
void own_account_ids_in(std::string_view text, std::set<std::string>& ids) {
  for (size_t at = text.find("\"Arn\""); at != std::string_view::npos; at = text.find("\"Arn\"", at + 5)) {
    size_t quote = text.find('"', at + 5);
    if (quote == std::string_view::npos) return;
    account_ids_in(text.substr(quote + 1, text.substr(quote + 1, 200).find('"')), ids);
  }
}

std::string real_path(const Input& input) {
  std::string shown = input.disk_path.empty() ? input.shown : input.disk_path;
  size_t archive = input.disk_path.empty() ? shown.find('!') : std::string::npos;
  std::error_code failed;
  auto real = std::filesystem::weakly_canonical(shown.substr(0, archive), failed);
  return failed ? shown : real.string() + (archive == std::string::npos ? "" : shown.substr(archive));
}

class Finder {
 public:
  explicit Finder(const ResourceCatalogue& catalogue) : catalogue_(catalogue) {}

  Inputs find(const std::vector<std::string>& sources) {
    for (const std::string& source : sources) add_source(source);
    std::map<std::string, size_t> seen;  // named twice: as it was named first, and exactly if it was so once
    std::vector<Candidate> once;
    for (Candidate& c : candidates_) {
      const auto [first, is_new] = seen.emplace(real_path(c.input), once.size());
      if (is_new) once.push_back(std::move(c));
      else once[first->second].named |= c.named;
    }
    candidates_ = std::move(once);
    classify();
    name_slips();
    place_accounts();
    group();
    return std::move(out_);
  }

 private:
  struct Candidate {
    Input input;
    std::vector<std::string> parts;  // path components below the source
    bool named = false;              // the user named exactly this file
  };

  void add_source(const std::string& source) {
    if (source == "-") return add_standard_input();
    if (!exists(source)) {
      out_.problems.push_back({Code::not_found, "`" + source + "` does not exist", {source}, "a folder, file or archive", ""});
      return;
    }
    bool folder = is_folder(source);
    for (const Entry& entry : walk(source, out_.problems)) {
      std::string below = folder && entry.path.size() > source.size() ? entry.path.substr(source.size()) : entry.path;
      if (contains(below, "/.git/") || contains(below, "/.reeve/")) continue;
      if (is_archive_name(lower(entry.path))) {
        add_archive(entry);
        continue;
      }
      Candidate candidate;
      candidate.input.shown = entry.path;
      candidate.input.disk_path = entry.path;
      candidate.input.size_bytes = entry.size_bytes;
      candidate.input.mtime_ms = entry.mtime_ms;
      candidate.named = !folder;
      // Two folders given may be the account's or the Region's folder itself, so the whole path counts.
      for (auto part : split(entry.path, '/'))
        if (!part.empty() && part != ".") candidate.parts.emplace_back(part);
      candidates_.push_back(std::move(candidate));
    }
  }

  void add_standard_input() {
    auto bytes = FileBytes::open("-");
    if (!bytes) {
      out_.problems.push_back(bytes.error());
      return;
    }
    Candidate candidate;
    candidate.input.shown = "-";
    candidate.input.member = std::make_shared<const std::string>((*bytes)->view());
    candidate.input.size_bytes = candidate.input.member->size();
    candidate.named = true;
    candidate.parts.push_back("-");
    candidates_.push_back(std::move(candidate));
  }

  void add_archive(const Entry& entry) {
    size_t problems_before = out_.problems.size(), members_before = candidates_.size();
    auto visit = [&](Member& member) {
      Candidate candidate;
      candidate.input.shown = entry.path + "!" + member.path();
      candidate.input.mtime_ms = member.mtime_ms() != 0 ? member.mtime_ms() : entry.mtime_ms;
      std::string name = lower(member.path());
      for (auto part : split(member.path(), '/'))
        if (!part.empty()) candidate.parts.emplace_back(part);
      if (is_archive_name(name)) {
        candidate.input.why = "an archive inside an archive is not opened";
        candidate.input.kind = InputKind::ignored;
        candidates_.push_back(std::move(candidate));
        return;
      }
      auto bytes = member.read_all(kMemberBytesMax);
      if (!bytes) {
        candidate.input.kind = InputKind::broken;
        candidate.input.why = bytes.error().what;
        Error error = bytes.error();
        error.at.path = candidate.input.shown;
        out_.problems.push_back(error);
      } else {
        candidate.input.size_bytes = bytes->size();
        candidate.input.member = std::make_shared<const std::string>(std::move(*bytes));
      }
      candidates_.push_back(std::move(candidate));
    };
    if (auto status = walk_archive(entry.path, visit, out_.problems); !status) out_.problems.push_back(status.error());
    // libarchive takes a file of zeros for an empty tar.
    if (candidates_.size() == members_before && out_.problems.size() == problems_before)
      out_.problems.push_back({Code::parse, "nothing is in this archive", {entry.path}, "an export", "make it again"});
  }

  void classify() {
    std::vector<std::vector<Error>> problems(candidates_.size());
    parallel_for(candidates_.size(), worker_count(), [&](size_t i, size_t) { classify(candidates_[i], problems[i]); });
    for (auto& some : problems) out_.problems.insert(out_.problems.end(), some.begin(), some.end());
  }

  static Result<std::string> head_of(const Input& input) {
    std::string head;
    TRY(input.stream([&](std::string_view piece) {
      head.append(piece.substr(0, kHeadBytes - head.size()));
      return head.size() < kHeadBytes;
    }, true));
    return head;
  }

  void classify(Candidate& c, std::vector<Error>& problems) {
    Input& input = c.input;
    if (input.kind == InputKind::broken || !input.why.empty()) return;
    std::string name = c.parts.empty() ? input.shown : c.parts.back();
    std::string plain_name = strip_packing_suffix(name);
    std::string lowered = lower(plain_name);
    bool cli = place_cli(c, plain_name);
    bool data = cli || ends_with(lowered, ".json") || ends_with(lowered, ".jsn") || ends_with(lowered, ".template") ||
                ends_with(lowered, ".yaml") || ends_with(lowered, ".yml") || ends_with(lowered, ".csv") || ends_with(lowered, ".frames") || ends_with(lowered, ".tfstate") || c.named;
    if (ends_with(lowered, ".index") && !c.named) {
      std::string frames = input.disk_path.substr(0, input.disk_path.size() - std::min<size_t>(input.disk_path.size(), 6)) + ".frames";
      const bool beside = !input.disk_path.empty() && exists(frames);
      input.why = beside ? kIndexOfFrames : "not a kind of file Reeve reads";
      auto text = input.disk_path.empty() || beside ? std::string() : input.read(kHeadBytes).value_or("");
      if (starts_with(text, "{\"offset\":")) {
        input.kind = InputKind::broken;
        input.why = "the frames it names are not there";
        problems.push_back({Code::not_found, "`" + frames + "` is not there, of which this is the index", {input.shown}, "both files of a snapshot", "collect the account and Region again"});
      }
      return;
    }
    // Of lines of JSON in a folder alerts alone are read.
    if (!data && (ends_with(lowered, ".ndjson") || ends_with(lowered, ".jsonl"))) {
      auto head = head_of(input);
      data = head && is_alerts(trim(*head));
    }
    if (!data) {
      input.why = "not a kind of file Reeve reads";
      return;
    }
    digest(input, problems);
    if (input.kind == InputKind::broken) return;
    if (cli && input.kind != InputKind::unplaced) {
      input.kind = InputKind::reply;
      return;
    }
    auto begun = head_of(input);
    if (!begun) {
      input.kind = InputKind::broken;
      input.why = begun.error().what;
      Error error = begun.error();
      if (error.at.path.empty()) error.at.path = input.shown;
      problems.push_back(error);
      return;
    }
    const std::string head = std::move(*begun);
    Input unplaced = input;
    if (cli) input.why.clear(), input.parameters.clear(), input.kind = InputKind::ignored;
    by_content(c, head, lowered);
    if (!cli && input.kind == InputKind::ignored && head.size() < kHeadBytes && starts_with(trim(head), "{") && ends_early(head)) {
      input.kind = InputKind::broken;
      input.why = "the file is truncated: it ends before its JSON does";
      problems.push_back({Code::parse, input.why, {input.shown}, "a whole file", "export or copy it again"});
      return;
    }
    if (cli && input.kind == InputKind::ignored) {  // a folder named like a Region may hold other exports, but this is none of them
      input = std::move(unplaced);
      return;
    }
    if (input.kind == InputKind::ignored && c.named)
      problems.push_back({Code::unsupported, "`" + input.shown + "` is not a kind of input Reeve knows", {input.shown},
                          "an AWS Config snapshot, AWS CLI output, a credential report, authorization details, a snapshot or a template", ""});
  }

  // Laid out or named like a call's answer, but of no call that is known: a slip in the name loses its facts, so the nearest is named.
  void name_slips() {
    constexpr size_t kNamed = 5, kSlipsMax = 2;
    std::vector<std::string> known, named;
    std::string first;
    for (Candidate& c : candidates_) {
      Input& input = c.input;
      if (input.kind != InputKind::unplaced && input.kind != InputKind::ignored) continue;
      std::string file = c.parts.empty() ? "" : strip_packing_suffix(c.parts.back());
      // With a parameter the folder is the call's.
      std::string call = input.kind == InputKind::unplaced && !input.parameters.empty() ? c.parts[c.parts.size() - 1 - input.parameters.size()]
                         : ends_with(file, ".json")                                     ? file.substr(0, file.size() - 5)
                                                                                        : "";
      if (!looks_like_cli_name(call)) continue;
      if (known.empty()) known = catalogue_.cli_names();
      // As the AWS CLI spells the services that the models call `s3` and `config`.
      auto with_prefix = [](std::string_view text, std::string_view from, std::string_view to) {
        return starts_with(text, from) ? std::string(to) + std::string(text.substr(from.size())) : std::string(text);
      };
      std::string near = nearest(with_prefix(with_prefix(call, "s3api-", "s3-"), "configservice-", "config-"), known, kSlipsMax);
      if (near.empty()) continue;
      if (starts_with(call, "s3api-")) near = with_prefix(near, "s3-", "s3api-");
      if (starts_with(call, "configservice-")) near = with_prefix(near, "config-", "configservice-");
      input.why += "; did you mean `" + near + "`?";
      std::string pair = "`" + call + "` (`" + near + "`?)";
      if (std::find(named.begin(), named.end(), pair) == named.end()) named.push_back(pair);
      if (first.empty()) first = input.shown;
    }
    if (named.empty()) return;
    std::sort(named.begin(), named.end());
    std::string more = named.size() > kNamed ? " and " + std::to_string(named.size() - kNamed) + " more" : "";
    if (named.size() > kNamed) named.resize(kNamed);
    out_.notes.push_back({Code::not_found, "what no call is named like is not read: " + join(named, ", ") + more, {first}, "",
                          more.empty() ? "rename the file or folder" : "`--all` names them all; rename the files or folders"});
  }

  // SERVICE-OPERATION.json below a folder named like a Region; parameters as sub-folders. Gives true if it is laid out like that.
  bool place_cli(Candidate& c, const std::string& plain_name) {
    auto& parts = c.parts;
    auto without_json = [](const std::string& part) { return ends_with(part, ".json") ? part.substr(0, part.size() - 5) : part; };
    auto place = [&](size_t call_at, const std::string& region, const std::string& folder) {
      std::string cli_name = call_at + 1 == parts.size() ? without_json(plain_name) : parts[call_at];
      Input& input = c.input;
      input.call = catalogue_.call_of_cli_name(cli_name);
      if (input.call.empty())  // `ec2-describe-instances-2.json`: a further page of the same call
        if (auto [stem, page] = numbered(cli_name); page > 0) {
          input.call = catalogue_.call_of_cli_name(stem);
          if (!input.call.empty()) input.page = page;
        }
      input.region = region;
      input.folder = folder;
      for (size_t i = call_at + 1; i < parts.size(); ++i)
        input.parameters.emplace_back("", percent_decode(i + 1 == parts.size() ? without_json(plain_name) : parts[i]));
      if (input.call.empty()) {
        input.kind = InputKind::unplaced;
        input.why = "no resource type reads `" + cli_name + "`";
      }
      return true;
    };
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      if (!is_region_folder(parts[i])) continue;
      bool last = i + 2 == parts.size();
      std::string call = last ? without_json(plain_name) : parts[i + 1];
      if (last && !ends_with(plain_name, ".json")) continue;
      if (!looks_like_cli_name(numbered(call).first)) continue;
      return place(i + 1, parts[i] == "aws-global" ? "global" : parts[i], folder_key(c, i));
    }
    // Without a Region folder only names of calls that are known count.
    if (!parts.empty() && ends_with(plain_name, ".json") &&
        (!catalogue_.call_of_cli_name(without_json(plain_name)).empty() || !catalogue_.call_of_cli_name(numbered(without_json(plain_name)).first).empty()))
      return place(parts.size() - 1, "global", folder_key(c, parts.size() - 1));
    return false;
  }

  // `name-2`, `name_2`, `name.2` → `name` and 2; 0 if no number ends it.
  static std::pair<std::string, uint32_t> numbered(const std::string& name) {
    size_t digits = name.find_last_not_of("0123456789") + 1;
    if (digits == name.size() || digits < 2 || name.size() - digits > 6) return {name, 0};
    char before = name[digits - 1];
    if (before != '-' && before != '_' && before != '.') return {name, 0};
    return {name.substr(0, digits - 1), static_cast<uint32_t>(parse_int(name.substr(digits)).value_or(0))};
  }

  // What stands for the account: the archive or path down to the part before `end`.
  std::string folder_key(const Candidate& c, size_t end) const {
    std::string out;
    size_t archive = c.input.shown.find('!');
    if (c.input.member && archive != std::string::npos) out = c.input.shown.substr(0, archive + 1);
    for (size_t i = 0; i < end; ++i) out += "/" + c.parts[i];
    return out;
  }

  void digest(Input& input, std::vector<Error>& problems) {
    if (input.member) {
      input.digest = hex(sha256(*input.member)).substr(0, 32);
      return;
    }
    auto bytes = FileBytes::open(input.disk_path);
    if (!bytes) {
      input.kind = InputKind::broken;
      input.why = bytes.error().what;
      problems.push_back(bytes.error());
      return;
    }
    input.digest = hex(sha256((*bytes)->view())).substr(0, 32);
  }

  void by_content(Candidate& c, std::string_view head, const std::string& lowered) {
    Input& input = c.input;
    std::string_view text = trim(head);
    if (starts_with(text, "\xef\xbb\xbf")) text = trim(text.substr(3));
    if (ends_with(lowered, ".frames")) {
      input.kind = InputKind::snapshot;
    } else if (is_alerts(text)) {
      input.kind = InputKind::alerts;
    } else if (starts_with(text, "user,arn,user_creation_time,")) {
      input.kind = InputKind::credential_report;
      input.call = "iam:GetCredentialReport";
      input.region = "global";
    } else if (starts_with(text, "{")) {
      if (has_key(head, "configurationItems")) {
        input.kind = InputKind::config;
        size_t at = std::min(head.find("\"awsAccountId\""), head.find("\"accountId\""));
        if (at != std::string_view::npos) {
          size_t colon = head.find(':', at);
          size_t quote = colon == std::string_view::npos ? colon : head.find('"', colon);
          if (quote != std::string_view::npos && is_account_id(head.substr(quote + 1, 12))) input.account = std::string(head.substr(quote + 1, 12));
        }
        if (input.account.empty())  // …/AWSLogs/111122223333/Config/… or 111122223333_Config_…
          for (auto& part : c.parts)
            if (is_account_id(part.substr(0, 12)) && (part.size() == 12 || part[12] == '_')) input.account = part.substr(0, 12);
      } else if (has_key(head, "UserDetailList") || has_key(head, "RoleDetailList") || has_key(head, "GroupDetailList")) {
        input.kind = InputKind::authorization_details;
        input.call = "iam:GetAccountAuthorizationDetails";
        input.region = "global";
      } else if (is_terraform(head)) {
        input.kind = InputKind::terraform;
      } else if (has_key(head, "AWSTemplateFormatVersion") || (has_key(head, "Resources") && contains(head, "AWS::"))) {
        input.kind = InputKind::cloudformation;
      } else {
        input.why = "JSON of a kind Reeve does not know";
      }
    } else if (ends_with(lowered, ".yaml") || ends_with(lowered, ".yml") || ends_with(lowered, ".template") || lowered == "-") {
      bool whole = head.size() < kHeadBytes;
      if (has_top_key(head, "AWSTemplateFormatVersion") || (has_top_key(head, "Resources") && contains(head, "Type:")) ||
          (!whole && contains(head, "AWS::")))
        input.kind = InputKind::cloudformation;
      else
        input.why = "YAML of a kind Reeve does not know";
    } else {
      input.why = "not a kind of file Reeve reads";
    }
  }

  // Contracts §7: sts-get-caller-identity in the folder, else a folder of twelve digits, else the only account id in its ARNs.
  void place_accounts() {
    std::map<std::string, std::vector<Candidate*>> folders;
    std::vector<Candidate*> apart;  // recognised by content: they may lie anywhere
    for (Candidate& c : candidates_) {
      if (c.input.kind == InputKind::snapshot) continue;
      if (!c.input.folder.empty() && c.input.kind == InputKind::reply) folders[c.input.folder].push_back(&c);
      if (c.input.kind == InputKind::authorization_details || c.input.kind == InputKind::credential_report) apart.push_back(&c);
      if (c.input.kind == InputKind::config && c.input.account.empty()) c.input.account = "unknown";
    }
    for (auto& [folder, members] : folders) {
      std::string account;
      for (Candidate* c : members) {
        if (c->input.call != "sts:GetCallerIdentity") continue;
        auto text = c->input.read(1 << 20);
        if (!text) continue;
        auto document = read_json(*text, Source{});
        if (document && is_account_id((*document)->root().get("Account").text())) account = std::string((*document)->root().get("Account").text());
      }
      std::string last(folder.substr(folder.find_last_of("/!") + 1));
      if (account.empty() && is_account_id(last)) account = last;
      if (!account.empty()) {
        for (Candidate* c : members) c->input.account = account;
        continue;
      }
      std::set<std::string> ids;
      for (Candidate* c : members)
        if (auto text = c->input.read(kScanBytesMax)) account_ids_in(*text, ids);
      settle(folder.empty() ? "." : folder.substr(1), ids, members);
    }
    for (Candidate* c : apart) {
      if (std::string account = account_around(*c, folders); !account.empty()) {
        c->input.account = account;
        continue;
      }
      std::set<std::string> ids;
      if (auto text = c->input.read(kScanBytesMax)) {
        own_account_ids_in(*text, ids);
        if (ids.size() != 1) account_ids_in(*text, ids);
      }
      settle(c->input.shown, ids, {c});
    }
  }

  // The account of the CLI output that lies in the same folder or above, else a folder of twelve digits.
  std::string account_around(const Candidate& c, const std::map<std::string, std::vector<Candidate*>>& folders) const {
    for (size_t end = c.parts.size(); end-- > 0;) {
      if (auto found = folders.find(folder_key(c, end)); found != folders.end() && is_account_id(found->second.front()->input.account))
        return found->second.front()->input.account;
      if (end > 0 && is_account_id(c.parts[end - 1])) return c.parts[end - 1];
    }
    return "";
  }

  void settle(const std::string& where, const std::set<std::string>& ids, const std::vector<Candidate*>& members) {
    std::string account = ids.size() == 1 ? *ids.begin() : "unknown";
    if (account == "unknown")
      out_.notes.push_back({Code::not_found, "the account is not known: it is read as account `unknown`", {where},
                            "`sts-get-caller-identity.json`, a folder named by the account id, or one account id in its ARNs", ""});
    for (Candidate* c : members) c->input.account = account;
  }

  // The same file may be named as `a/x`, `./a/x` and through a link; members of an archive by the archive's.
  void group() {
    std::sort(candidates_.begin(), candidates_.end(), [](auto& a, auto& b) { return a.input.shown < b.input.shown; });
    std::map<std::string, Unit> units;
    Unit organization;
    organization.kind = Unit::Kind::organization;
    organization.key = "organization";
    auto account_unit = [&](const std::string& account) -> Unit& {
      Unit& unit = units["account:" + account];
      unit.key = "account:" + account;
      unit.account = account;
      return unit;
    };
    auto add_call = [&](const Input& input) {
      bool of_account = false, of_organization = false;
      std::string other;  // the management account may ask about a member's account settings
      const auto* uses = catalogue_.uses(input.call);
      for (auto& use : uses ? *uses : std::vector<ResourceCatalogue::Use>()) {
        if (use.type->of_organization()) {
          of_organization = true;
        } else {
          of_account = true;
          if (use.type->singleton == Singleton::account)
            for (auto& [name, value] : input.parameters)
              if (is_account_id(value) && value != input.account) other = value;
        }
      }
      if (of_organization) organization.inputs.push_back(input);
      if (of_account || !of_organization) account_unit(other.empty() ? input.account : other).inputs.push_back(input);
      if (!other.empty() || (of_organization && !of_account)) account_unit(input.account);  // the account was read all the same
    };
    for (Candidate& c : candidates_) {
      Input& input = c.input;
      switch (input.kind) {
        case InputKind::reply:
        case InputKind::credential_report:
        case InputKind::authorization_details: add_call(input); break;
        case InputKind::config: account_unit(input.account).inputs.push_back(input); break;
        case InputKind::snapshot: {
          auto frames = read_snapshot_index(input.shown, input.disk_path, input.member, out_.problems);
          for (Input& frame : frames) {
            frame.digest = frame.digest.empty() ? input.digest : frame.digest;
            add_call(frame);
          }
          break;
        }
        case InputKind::cloudformation:
        case InputKind::terraform: {
          Unit unit;
          unit.kind = Unit::Kind::cloudformation;
          unit.key = "template:" + lasting_name(input);
          unit.inputs.push_back(input);
          units[unit.key] = std::move(unit);
          break;
        }
        case InputKind::alerts: out_.alerts.push_back(std::move(input)); break;
        case InputKind::ignored:
          if (input.why == kIndexOfFrames) break;  // it is read, with its frames
          [[fallthrough]];
        case InputKind::unplaced:
        case InputKind::broken: out_.set_aside.push_back(std::move(input)); break;
      }
    }
    std::set<std::string> named;
    for (const Candidate& c : candidates_)
      if (c.named) named.insert(c.input.shown);
    nest_templates(units, named, out_.set_aside);
    for (auto& [key, unit] : units) out_.units.push_back(std::move(unit));
    out_.units.push_back(std::move(organization));
  }

  const ResourceCatalogue& catalogue_;
  Inputs out_;
  std::vector<Candidate> candidates_;
};

}  // namespace

Result<std::string> Input::read(uint64_t bytes_max) const {
  if (frame_bytes != 0) return read_snapshot_frame(*this, bytes_max);
  if (member) {
    if (is_packed(*member)) return unpack_bytes(*member, bytes_max, shown);
    return std::string(*member);
  }
  auto bytes = TRY(FileBytes::open(disk_path));
  if (is_packed(bytes->view())) return unpack_bytes(bytes->view(), bytes_max, shown);
  if (bytes->view().size() > bytes_max)
    return fail(Code::limit, "`" + shown + "` is larger than " + with_thousands(bytes_max) + " bytes", {shown}, "", "");
  return std::string(bytes->view());
}

Status Input::stream(const std::function<bool(std::string_view)>& piece, bool head_only) const {
  if (member) {
    std::string text = TRY(read(8ull << 30));
    piece(text);
    return {};
  }
  auto bytes = TRY(FileBytes::open(disk_path));
  if (is_packed(bytes->view())) return unpack_stream(disk_path, piece, {.head_only = head_only});
  constexpr size_t step = 1 << 20;
  std::string_view text = bytes->view();
  for (size_t at = 0; at < text.size(); at += step)
    if (!piece(text.substr(at, step))) break;
  return {};
}

Inputs find_inputs(const std::vector<std::string>& sources, const ResourceCatalogue& catalogue) { return Finder(catalogue).find(sources); }

}  // namespace reeve
