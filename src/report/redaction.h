// Redaction: an assessment told without saying whose it is. `--redact` for every format.
//
// Account ids, names of resources (inside ARNs, uids, paths of files and free text), mail addresses, access key and organization ids and
// the people of the workspace become pseudonyms. What a verdict stands on stays: types, Regions, services, operations, values that name
// nothing, AWS's own policies. A name has the same pseudonym wherever it stands, so findings can still be told apart, counted and joined.
//
// A pseudonym is a digest of the name under a salt. Without a salt anyone could try all account ids; so there always is one: the workspace's
// `redaction_salt`, which keeps pseudonyms the same for as long as it is kept, else a digest of everything the run read, which nobody can
// compute who does not have it, and which gives the same pseudonyms only for the same estate
// (docs/decisions/2026-11-28-redaction-salt.md).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "assess/assess.h"

namespace reeve {

class Redaction {
 public:
  // Reads every name from the record.
  static Result<std::unique_ptr<Redaction>> of(Assessment& assessment);
  // For tests: names and a salt given.
  Redaction(std::string salt, const std::vector<std::string>& names);

  // Redacts what the Assessment itself holds; findings are redacted as they are walked.
  void apply(Assessment& assessment) const;

  std::string account(std::string_view id) const;  // twelve digits again; what is no account id becomes a name
  std::string name(std::string_view name) const;   // n-k5j2…, with the punctuation that stood around it
  std::string mail(std::string_view address) const;
  std::string uid(std::string_view uid) const;
  std::string path(std::string_view path) const;   // of a file: layout, Regions, operations and extensions stay
  std::string text(std::string_view text) const;   // free text: what is known or looks like a name
  std::string json(std::string_view text) const;   // JSON text, string by string
  // A finding as it may be told. Its id becomes that of its control and the pseudonym: the real one is a digest of what one could guess.
  store::StoredFinding stored(const store::StoredFinding& finding) const;
  Evidence evidence(const Evidence& evidence) const;
  // withhold: only where it stands and when it was true, nothing that it says.
  std::string evidence_json(std::string_view array, bool withhold = false) const;
  // Whether a finding's free text cannot be redacted: this run did not read the resources that it may name.
  static bool withheld(const store::StoredFinding& finding);
  static constexpr std::string_view kWithheld = "withheld: this run did not read what it may name";
  const ResourceException* exception(std::string_view control, std::string_view uid, Time as_of) const;  // by the real uid; redacted

 private:
  enum class Kind : uint8_t { name, path, mail, domain };
  Redaction() = default;
  void know(std::string_view name, Kind kind = Kind::name);
  void know_domains(std::string_view mail);
  void know_uid(std::string_view uid);
  std::string digest(std::string_view kind, std::string_view text, size_t length) const;
  size_t known_at(std::string_view text, size_t at, Kind& kind) const;   // length of the longest known name there; 0: none
  std::string arn(std::string_view text, size_t& at) const;              // from `at` on, which moves behind it
  std::string segment(std::string_view service, std::string_view piece) const;
  void value(Value value, JsonWriter& json) const;
  void named(Value value, JsonWriter& json) const;  // of a member that names somebody, or a list of such
  std::string hidden(std::string_view text) const;  // whatever it is: n-k5j2…

  std::string salt_;
  std::unordered_map<std::string, Kind> known_;
  std::unordered_map<std::string, std::vector<uint32_t>> lengths_;  // by first word: how long the names are that begin with it, longest first
  std::set<std::string, std::less<>> words_;                        // `service word`: what ARNs of known types spell out themselves
  std::set<std::string, std::less<>> operations_;                   // as letters only: parts of file names
  std::vector<std::pair<ResourceException, ResourceException>> exceptions_;  // as written, and redacted
};

}  // namespace reeve
